//! What a PDF is as a whole.

use super::hostile::text_page;
use super::*;
use lopdf::{Document, EncryptionState, EncryptionVersion, Object, Permissions, Stream, dictionary};

fn changed(change: impl FnOnce(&mut Document)) -> Vec<u8> {
    let mut document = Document::load_mem(&text_page()).unwrap();
    change(&mut document);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

fn encrypted(user_password: &str) -> Vec<u8> {
    changed(|document| {
        let id = Object::string_literal("0123456789abcdef");
        document.trailer.set("ID", vec![id.clone(), id]);
        let version = EncryptionVersion::V2 {
            document,
            owner_password: "Amtsleitung",
            user_password,
            key_length: 128,
            permissions: Permissions::PRINTABLE,
        };
        let state = EncryptionState::try_from(version).unwrap();
        document.encrypt(&state).unwrap();
    })
}

#[test]
fn a_file_with_a_password_goes_to_a_person() {
    let opened = open(&encrypted("geheim")).unwrap();
    assert!(opened.encrypted && opened.pages.is_empty());
    assert_eq!(codes(&opened.notes), ["source.encrypted"]);
    assert_eq!(opened.notes[0].severity, crate::model::notes::Severity::Review);
}

#[test]
fn a_file_that_only_forbids_changes_is_read_and_shown_to_a_person() {
    let file = encrypted("");
    let opened = open(&file).unwrap();
    assert!(opened.restricted && !opened.encrypted);
    assert_eq!(codes(&opened.notes), ["source.restricted"]);
    assert_eq!(opened.notes[0].severity, crate::model::notes::Severity::Review);
    let own = text_layer(&Source::new(file.clone()), &opened.pages[0]);
    assert!(matches!(own, OwnText::Believed(own) if own.text.plain() == "Sehr geehrte Damen\n"));
    assert!(decode(&file, &opened.pages[0]).is_ok());
}

#[test]
fn a_signature_counts_and_an_empty_field_for_one_does_not() {
    let field = |value: Option<Object>| {
        changed(|document| {
            let mut field = dictionary! { "FT" => "Sig", "T" => Object::string_literal("Unterschrift") };
            if let Some(value) = value {
                field.set("V", value);
            }
            document.add_object(field);
        })
    };
    let signature = dictionary! {
        "Type" => "Sig", "Contents" => Object::string_literal("x"),
        "ByteRange" => vec![0.into(), 1.into(), 2.into(), 3.into()],
    };
    assert!(open(&field(Some(signature.into()))).unwrap().signed);
    assert!(!open(&field(None)).unwrap().signed);
    // The words alone, in a letter about signatures, sign nothing.
    let mentioned = changed(|document| {
        document.add_object(Stream::new(dictionary! {}, b"/ByteRange [0 1 2 3]".to_vec()));
    });
    assert!(!open(&mentioned).unwrap().signed);
}

#[test]
fn a_claim_to_be_an_archive_copy_is_read() {
    for (xmp, claim) in [
        ("<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>", Some("3b")),
        ("<rdf:Description pdfaid:part=\"2\" pdfaid:conformance=\"U\"/>", Some("2u")),
        ("<dc:title>pdfaid:</dc:title>", None),
    ] {
        let file = changed(|document| {
            let stream = Stream::new(dictionary! { "Type" => "Metadata" }, xmp.as_bytes().to_vec());
            let metadata = document.add_object(stream);
            document.catalog_mut().unwrap().set("Metadata", metadata);
        });
        assert_eq!(open(&file).unwrap().claims_pdfa.as_deref(), claim);
    }
}
