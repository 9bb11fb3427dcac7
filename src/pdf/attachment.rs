//! The sender's file as an associated file of the document (ISO 19005-3, 6.8; ISO 32000-1, 7.11).

use super::metadata::{date, text};
use super::{About, Original};
use lopdf::{Dictionary, Document, Object, Stream, StringFormat, dictionary};
use md5::Digest;

/// Adds the file to names and associated files of the catalog. Its bytes go in as they are.
pub fn attach(pdf: &mut Document, catalog: &mut Dictionary, original: Original<'_>, about: &About) {
    let stream = Stream::new(
        dictionary! {
            "Type" => "EmbeddedFile",
            "Subtype" => "application/pdf",
            "Params" => dictionary! {
                "Size" => i64::try_from(original.bytes.len()).unwrap_or(i64::MAX),
                "ModDate" => text(&date(&about.created)),
                // Only to find damage; what is proved is proved by the SHA-256 of the record.
                "CheckSum" => Object::String(md5::Md5::digest(original.bytes).to_vec(), StringFormat::Hexadecimal),
            },
        },
        original.bytes.to_vec(),
    );
    let stream = pdf.add_object(stream.with_compression(false));
    let file = pdf.add_object(dictionary! {
        "Type" => "Filespec",
        "F" => text(&plain(original.name)),
        "UF" => text(original.name),
        "Desc" => text("Eingereichte Datei"),
        "AFRelationship" => "Source",
        "EF" => dictionary! { "F" => stream, "UF" => stream },
    });
    let names = dictionary! {
        "EmbeddedFiles" => dictionary! { "Names" => vec![text(&plain(original.name)), file.into()] },
    };
    catalog.set("Names", names);
    catalog.set("AF", vec![Object::Reference(file)]);
}

/// The bytes of the attached file, if there is one.
pub fn attached(pdf: &Document) -> Option<&[u8]> {
    let files = pdf.catalog().ok()?.get(b"AF").ok()?.as_array().ok()?;
    let file = pdf.get_dictionary(files.first()?.as_reference().ok()?).ok()?;
    let stream = file.get(b"EF").ok()?.as_dict().ok()?.get(b"F").ok()?.as_reference().ok()?;
    Some(&pdf.get_object(stream).ok()?.as_stream().ok()?.content)
}

/// The name in ASCII, for readers that know nothing else.
fn plain(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '_' }).collect()
}
