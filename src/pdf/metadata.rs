//! XMP and Info from one source, so that they cannot disagree (ISO 19005-2, 6.6.2).

use super::About;
use lopdf::{Dictionary, Object, StringFormat, dictionary};

/// Namespace of our own properties.
pub const NAMESPACE: &str = "urn:poststelle:transfervermerk:1#";
/// Element that holds the record.
pub const RECORD: &str = "pst:record";
/// Element that holds the file's own digest, 64 hex digits.
pub const DIGEST: &str = "pst:fileDigest";

/// The XMP packet; `part` of ISO 19005 the file conforms to, the record's canonical text if there is one.
pub fn xmp(about: &About, part: u32, record: Option<&str>) -> String {
    let record = record.map_or_else(String::new, ours);
    let [title, id, producer, created] =
        [&about.title, &about.document_id, &about.producer, &about.created].map(|v| escaped(v));
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n\
 <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n\
  <rdf:Description rdf:about=\"\" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\" \
xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" \
xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\">\n\
   <pdfaid:part>{part}</pdfaid:part>\n\
   <pdfaid:conformance>B</pdfaid:conformance>\n\
   <dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{title}</rdf:li></rdf:Alt></dc:title>\n\
   <dc:identifier>{id}</dc:identifier>\n\
   <xmp:CreatorTool>{producer}</xmp:CreatorTool>\n\
   <xmp:CreateDate>{created}</xmp:CreateDate>\n\
   <xmp:ModifyDate>{created}</xmp:ModifyDate>\n\
   <pdf:Producer>{producer}</pdf:Producer>\n\
  </rdf:Description>\n\
{record} </rdf:RDF>\n\
</x:xmpmeta>\n\
<?xpacket end=\"w\"?>"
    )
}

/// Our own properties and their description, which PDF/A wants of every schema it does not know
/// (ISO 19005-2, 6.6.2.3.3). The digest is filled in when everything else is written.
fn ours(record: &str) -> String {
    let property = |name: &str, meaning: &str| {
        format!(
            "       <rdf:li rdf:parseType=\"Resource\">\n\
        <pdfaProperty:name>{name}</pdfaProperty:name>\n\
        <pdfaProperty:valueType>Text</pdfaProperty:valueType>\n\
        <pdfaProperty:category>external</pdfaProperty:category>\n\
        <pdfaProperty:description>{meaning}</pdfaProperty:description>\n\
       </rdf:li>\n"
        )
    };
    let properties = property("record", "Transfervermerk, canonical JSON after RFC 8785")
        + &property("fileDigest", "SHA-256 of this file before sealing, these 64 digits taken as zeros");
    format!(
        "  <rdf:Description rdf:about=\"\" xmlns:pdfaExtension=\"http://www.aiim.org/pdfa/ns/extension/\" \
xmlns:pdfaSchema=\"http://www.aiim.org/pdfa/ns/schema#\" \
xmlns:pdfaProperty=\"http://www.aiim.org/pdfa/ns/property#\">\n\
   <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType=\"Resource\">\n\
      <pdfaSchema:schema>Transfervermerk</pdfaSchema:schema>\n\
      <pdfaSchema:namespaceURI>{NAMESPACE}</pdfaSchema:namespaceURI>\n\
      <pdfaSchema:prefix>pst</pdfaSchema:prefix>\n\
      <pdfaSchema:property><rdf:Seq>\n\
{properties}\
      </rdf:Seq></pdfaSchema:property>\n\
   </rdf:li></rdf:Bag></pdfaExtension:schemas>\n\
  </rdf:Description>\n\
  <rdf:Description rdf:about=\"\" xmlns:pst=\"{NAMESPACE}\">\n\
   <{RECORD}>{}</{RECORD}>\n\
   <{DIGEST}>{:064}</{DIGEST}>\n\
  </rdf:Description>\n",
        // Canonical JSON has no control characters that XML forbids.
        record.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
        0
    )
}

/// The Info dictionary.
pub fn info(about: &About) -> Dictionary {
    let date = date(&about.created);
    dictionary! {
        "Title" => text(&about.title),
        "Creator" => text(&about.producer),
        "Producer" => text(&about.producer),
        "CreationDate" => text(&date),
        "ModDate" => text(&date),
    }
}

/// `2026-11-20T10:11:12Z` as `D:20261120101112Z`.
pub fn date(rfc3339: &str) -> String {
    let digits: String = rfc3339.chars().filter(char::is_ascii_digit).take(14).collect();
    format!("D:{digits}Z")
}

/// ASCII as it is, everything else as UTF-16 with its mark (ISO 32000-1, 7.9.2.2).
pub fn text(value: &str) -> Object {
    if value.is_ascii() {
        return Object::String(value.as_bytes().to_vec(), StringFormat::Literal);
    }
    let mut bytes = vec![0xFE, 0xFF];
    bytes.extend(value.encode_utf16().flat_map(u16::to_be_bytes));
    Object::String(bytes, StringFormat::Hexadecimal)
}

fn escaped(value: &str) -> String {
    value
        .chars()
        .filter(|c| !c.is_control())
        .flat_map(|c| match c {
            '&' => "&amp;".chars().collect::<Vec<_>>(),
            '<' => "&lt;".chars().collect(),
            '>' => "&gt;".chars().collect(),
            other => vec![other],
        })
        .collect()
}
