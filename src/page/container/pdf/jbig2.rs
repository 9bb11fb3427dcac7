//! JBIG2 in any place of a file: object streams, filter arrays, soft masks, forms, attached files. What it may have
//! exchanged is not seen any more, wherever it lies (TR-03138 A.SC.12).

use flate2::read::ZlibDecoder;
use lopdf::{Document, LoadOptions, Object, Stream};
use std::io::Read;

/// Largest attached file that is looked into; a longer one counts as containing anything.
const ATTACHED_BYTES_MAX: u64 = 128 << 20;

/// Whether any stream of the file, or of a PDF attached to it, is JBIG2.
pub fn anywhere(document: &Document) -> bool {
    inside(document, 2)
}

fn inside(document: &Document, depth: u32) -> bool {
    // Object streams are unpacked by the reader: their objects are among these.
    document
        .objects
        .values()
        .filter_map(|o| o.as_stream().ok())
        .any(|stream| named(document, stream) || depth > 0 && attached(stream, depth - 1))
}

/// The filter, alone or in an array, plain or by reference.
fn named(document: &Document, stream: &Stream) -> bool {
    let is = |o: &Object| {
        let name = document.dereference(o).ok().and_then(|(_, o)| o.as_name().ok());
        name.is_some_and(|name| name == b"JBIG2Decode")
    };
    let Some((_, filter)) = stream.dict.get(b"Filter").ok().and_then(|f| document.dereference(f).ok()) else {
        return false;
    };
    match filter {
        Object::Array(list) => list.iter().any(is),
        one => is(one),
    }
}

fn attached(stream: &Stream, depth: u32) -> bool {
    let embedded = stream.dict.get(b"Type").and_then(Object::as_name).is_ok_and(|t| t == b"EmbeddedFile");
    // Some writers leave the type out; then the bytes say it.
    if !embedded && !stream.content.starts_with(b"%PDF") {
        return false;
    }
    let bytes = match stream.filters().unwrap_or_default().as_slice() {
        [] => stream.content.clone(),
        [b"FlateDecode"] => {
            let mut bytes = Vec::new();
            let mut packed = ZlibDecoder::new(&stream.content[..]).take(ATTACHED_BYTES_MAX + 1);
            let _ = packed.read_to_end(&mut bytes);
            bytes
        }
        // Nobody packs an attachment otherwise; what cannot be looked into is not trusted.
        _ => return true,
    };
    if bytes.len() as u64 > ATTACHED_BYTES_MAX {
        return true;
    }
    if !bytes.starts_with(b"%PDF") {
        return false;
    }
    let options = LoadOptions::with_max_decompressed_size(ATTACHED_BYTES_MAX as usize);
    Document::load_mem_with_options(&bytes, options).map_or(true, |inner| inside(&inner, depth))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lopdf::dictionary;

    /// A file with one page, and whatever is put into it.
    fn file(put: impl FnOnce(&mut Document)) -> Vec<u8> {
        let mut pdf = Document::with_version("1.5");
        let tree = pdf.new_object_id();
        let page = pdf.add_object(dictionary! { "Type" => "Page", "Parent" => tree });
        let pages = dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 };
        pdf.objects.insert(tree, pages.into());
        put(&mut pdf);
        let catalog = pdf.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
        pdf.trailer.set("Root", catalog);
        let mut bytes = Vec::new();
        pdf.save_modern(&mut bytes).unwrap();
        bytes
    }

    fn found(bytes: &[u8]) -> bool {
        anywhere(&Document::load_mem(bytes).unwrap())
    }

    fn image(filter: Object) -> Stream {
        let dict = dictionary! { "Type" => "XObject", "Subtype" => "Image", "Filter" => filter };
        Stream::new(dict, vec![0; 8]).with_compression(false)
    }

    fn add(pdf: &mut Document, stream: Stream) {
        pdf.add_object(stream);
    }

    #[test]
    fn jbig2_is_found_in_any_place() {
        let jbig2 = || Object::Name(b"JBIG2Decode".to_vec());
        assert!(!found(&file(|pdf| add(pdf, image("DCTDecode".into())))));
        let plain = file(|pdf| add(pdf, image(jbig2())));
        assert!(found(&plain));
        let filters = vec![Object::Name(b"ASCIIHexDecode".to_vec()), jbig2()];
        assert!(found(&file(|pdf| add(pdf, image(filters.into())))), "last of several filters");
        // The name of the filter lies in an object stream.
        assert!(found(&file(|pdf| {
            let name = pdf.add_object(jbig2());
            pdf.add_object(image(name.into()));
        })));
        // The mask of a picture, and a picture of a form.
        assert!(found(&file(|pdf| {
            let mask = pdf.add_object(image(jbig2()));
            let mut picture = image("DCTDecode".into());
            picture.dict.set("SMask", mask);
            let picture = pdf.add_object(picture);
            let resources = dictionary! { "XObject" => dictionary! { "Im0" => picture } };
            let form = dictionary! { "Type" => "XObject", "Subtype" => "Form", "Resources" => resources };
            pdf.add_object(Stream::new(form, Vec::new()));
        })));
        // In a file that is attached, packed or not, and in one attached to that.
        let attach = |inner: Vec<u8>, packed: bool| {
            file(|pdf| {
                let mut stream = Stream::new(dictionary! { "Type" => "EmbeddedFile" }, inner);
                if packed {
                    stream.compress().unwrap();
                }
                pdf.add_object(stream);
            })
        };
        assert!(found(&attach(plain.clone(), false)) && found(&attach(plain.clone(), true)));
        assert!(found(&attach(attach(plain, true), true)));
        assert!(!found(&attach(file(|_| {}), true)));
    }
}
