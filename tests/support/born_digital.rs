//! PDF files as office programs make them: text, no image.

use lopdf::content::{Content, Operation};
use lopdf::{
    Document, EncryptionState, EncryptionVersion, Object, Permissions, Stream, StringFormat, dictionary,
};

/// A page with these lines in Helvetica, 12 points; `rotate` as in /Rotate.
pub fn letter(lines: &[&str], rotate: i64) -> Vec<u8> {
    let mut pdf = Document::with_version("1.5");
    let tree = pdf.new_object_id();
    let font = pdf.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding",
    });
    let mut operations = vec![
        Operation::new("BT", vec![]),
        Operation::new("Tf", vec!["F1".into(), 12.into()]),
        Operation::new("TL", vec![18.into()]),
        Operation::new("Td", vec![70.into(), 760.into()]),
    ];
    for line in lines {
        // Latin-1 is enough for the letters of these tests.
        let bytes = line.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        operations.push(Operation::new("Tj", vec![Object::String(bytes, StringFormat::Literal)]));
        operations.push(Operation::new("T*", vec![]));
    }
    operations.push(Operation::new("ET", vec![]));
    let content = Content { operations }.encode().unwrap();
    let content = pdf.add_object(Stream::new(dictionary! {}, content));
    let page = pdf.add_object(dictionary! {
        "Type" => "Page", "Parent" => tree, "Contents" => content, "Rotate" => rotate,
        "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
        "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
    });
    pdf.objects
        .insert(tree, dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 }.into());
    let catalog = pdf.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    pdf.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    pdf.save_to(&mut bytes).unwrap();
    bytes
}

/// The same with a signature dictionary; its value is not a real signature, its presence is what counts.
pub fn signed(lines: &[&str]) -> Vec<u8> {
    let mut pdf = Document::load_mem(&letter(lines, 0)).unwrap();
    let signature = pdf.add_object(dictionary! {
        "Type" => "Sig", "Filter" => "Adobe.PPKLite", "SubFilter" => "adbe.pkcs7.detached",
        "ByteRange" => vec![0.into(), 10.into(), 20.into(), 30.into()],
        "Contents" => Object::String(vec![0; 64], StringFormat::Hexadecimal),
    });
    pdf.add_object(
        dictionary! { "FT" => "Sig", "T" => Object::string_literal("Unterschrift"), "V" => signature },
    );
    let mut bytes = Vec::new();
    pdf.save_to(&mut bytes).unwrap();
    bytes
}

/// The first page of a file so many times, each with its own dictionary.
pub fn repeated(bytes: &[u8], count: usize) -> Vec<u8> {
    let mut pdf = Document::load_mem(bytes).unwrap();
    let first = pdf.page_iter().next().unwrap();
    let page = pdf.get_dictionary(first).unwrap().clone();
    let tree = page.get(b"Parent").unwrap().as_reference().unwrap();
    let kids: Vec<Object> = (0..count).map(|_| pdf.add_object(page.clone()).into()).collect();
    pdf.objects
        .insert(tree, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count as i64 }.into());
    let mut out = Vec::new();
    pdf.save_to(&mut out).unwrap();
    out
}

/// The same, encrypted; without a user password anybody may read it.
pub fn encrypted(bytes: &[u8], user_password: &str) -> Vec<u8> {
    let mut pdf = Document::load_mem(bytes).unwrap();
    let id = Object::string_literal("0123456789abcdef");
    pdf.trailer.set("ID", vec![id.clone(), id]);
    let version = EncryptionVersion::V2 {
        document: &pdf,
        owner_password: "Amtsleitung",
        user_password,
        key_length: 128,
        permissions: Permissions::PRINTABLE,
    };
    let state = EncryptionState::try_from(version).unwrap();
    pdf.encrypt(&state).unwrap();
    let mut out = Vec::new();
    pdf.save_to(&mut out).unwrap();
    out
}

/// The same with a file attached, as hybrid invoices carry their XML.
pub fn carrying(bytes: &[u8], name: &str, content: &str) -> Vec<u8> {
    let mut pdf = Document::load_mem(bytes).unwrap();
    let stream = pdf.add_object(Stream::new(
        dictionary! { "Type" => "EmbeddedFile", "Subtype" => "text/xml" },
        content.into(),
    ));
    let file = pdf.add_object(dictionary! {
        "Type" => "Filespec", "F" => Object::string_literal(name), "UF" => Object::string_literal(name),
        "AFRelationship" => "Alternative", "EF" => dictionary! { "F" => stream },
    });
    let names = dictionary! { "EmbeddedFiles" => dictionary! { "Names" => vec![Object::string_literal(name), file.into()] } };
    let catalog = pdf.trailer.get(b"Root").unwrap().as_reference().unwrap();
    let catalog = pdf.get_dictionary_mut(catalog).unwrap();
    catalog.set("Names", names);
    catalog.set("AF", vec![Object::Reference(file)]);
    let mut out = Vec::new();
    pdf.save_to(&mut out).unwrap();
    out
}
