//! XMP and Info from one source, so that they cannot disagree (ISO 19005-2, 6.6.2).

use super::About;
use lopdf::{Dictionary, Object, StringFormat, dictionary};

/// The XMP packet; `part` of ISO 19005 the file conforms to.
pub fn xmp(about: &About, part: u32) -> String {
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
 </rdf:RDF>\n\
</x:xmpmeta>\n\
<?xpacket end=\"w\"?>"
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
