//! PDF files of which something is missing: every page that is not all there says so, and is never blank.

use super::writers::{Pdf, zlib};
use super::*;
use crate::model::notes::Severity;
use lopdf::{Dictionary, Object, Stream, dictionary};

fn jpeg() -> Vec<u8> {
    let mut bytes = Vec::new();
    let image = soft_drawing(144, 72);
    let encoder = jpeg_encoder::Encoder::new(&mut bytes, 95);
    encoder.encode(image.as_raw(), 144, 72, jpeg_encoder::ColorType::Rgb).unwrap();
    bytes
}

fn picture(filter: &str) -> Dictionary {
    dictionary! {
        "Type" => "XObject", "Subtype" => "Image", "Width" => 144, "Height" => 72,
        "ColorSpace" => "DeviceRGB", "BitsPerComponent" => 8, "Filter" => filter,
    }
}

fn stream(dict: Dictionary, content: Vec<u8>) -> Object {
    Stream::new(dict, content).with_compression(false).into()
}

/// A file of pages with these pictures; what describes the file stands before the last picture.
fn file(pictures: &[Object]) -> Vec<u8> {
    let mut pdf = Pdf::new();
    let catalog = pdf.document.add_object(dictionary! { "Type" => "Catalog", "Pages" => (1, 0) });
    for picture in pictures {
        // After content and page.
        let id = (pdf.document.max_id + 3, 0);
        pdf.page("q 144 0 0 72 0 0 cm /Im0 Do Q", dictionary! { "Im0" => id }, Dictionary::new());
        pdf.document.set_object(id, picture.clone());
        pdf.document.max_id = id.0;
    }
    pdf.finished().trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    pdf.document.save_to(&mut bytes).unwrap();
    bytes
}

/// Notes about the file, and the codes of those about each page that ask for a person.
fn doubts(file: &[u8]) -> (Vec<Note>, Vec<Vec<String>>) {
    let opened = open(file).unwrap();
    let asks = |page: &SourcePage| {
        // A page that is refused goes to a person under that name.
        let found = match decode(file, page) {
            Ok(found) => found,
            Err(refusal) => return vec![refusal.code],
        };
        let mut measured = crate::page::measure(&found.value, page, &crate::page::PageOrder::default()).0;
        measured.noticed(found.notes.clone());
        let asks = found.notes.into_iter().filter(|n| n.severity == Severity::Review);
        let asks: Vec<String> = asks.map(|n| n.code).collect();
        assert!(asks.is_empty() || !measured.blank, "{asks:?} and yet blank");
        asks
    };
    let pages = opened.pages.iter().map(asks).collect();
    (opened.notes, pages)
}

#[test]
fn a_page_that_is_not_all_there_says_so() {
    let sound = || stream(picture("DCTDecode"), jpeg());
    let flat = zlib(soft_drawing(144, 72).as_raw());
    let mut hole = jpeg();
    let from = hole.len() / 2;
    hole[from..].fill(0);
    hole.extend([0xFF, 0xD9]);
    for (what, second, code) in [
        ("an empty object", Dictionary::new().into(), "page.damaged"),
        ("a picture of no bytes", stream(picture("DCTDecode"), Vec::new()), "page.damaged"),
        (
            "half of the packed data",
            stream(picture("FlateDecode"), flat[..flat.len() / 2].to_vec()),
            "page.rows_missing",
        ),
        ("zeros in the stream", stream(picture("DCTDecode"), hole), "page.cut_off"),
    ] {
        let (notes, pages) = doubts(&file(&[sound(), second, sound()]));
        assert_eq!(codes(&notes), Vec::<&str>::new(), "{what}");
        assert_eq!(pages, [vec![], vec![code.to_owned()], vec![]], "{what}");
    }
    let missing = |content: &str, data: Vec<u8>, dict: Dictionary| {
        let mut pdf = Pdf::new();
        let content_id = pdf.document.add_object(stream(dict, data));
        pdf.page(content, Dictionary::new(), dictionary! { "Contents" => content_id });
        doubts(&pdf.bytes()).1.remove(0)
    };
    let named = b"q 144 0 0 72 0 0 cm /Im7 Do Q".to_vec();
    assert_eq!(missing("", named, Dictionary::new()), ["page.damaged"], "a name that does not exist");
    let long = zlib("0 0 9 9 re f 7 7 3 3 re f 1 2 8 8 re S\n".repeat(40).as_bytes());
    let cut = long[..long.len() - 12].to_vec();
    assert_eq!(
        missing("", cut, dictionary! { "Filter" => "FlateDecode" }),
        ["page.damaged"],
        "a cut description"
    );
    // Without its check sum all of the description is there.
    let all = long[..long.len() - 4].to_vec();
    assert_eq!(missing("", all, dictionary! { "Filter" => "FlateDecode" }), Vec::<String>::new());
    assert_eq!(missing("", Vec::new(), Dictionary::new()), Vec::<String>::new(), "an empty page");
}

#[test]
fn a_file_without_its_end_goes_to_a_person_and_a_repaired_one_does_not() {
    let sound = stream(picture("DCTDecode"), jpeg());
    let whole = file(&[sound.clone(), sound.clone()]);
    assert_eq!(doubts(&whole), (vec![], vec![vec![], vec![]]));
    // In the middle of the last picture.
    let cut = &whole[..whole.len() - jpeg().len() / 2 - 400];
    let (notes, pages) = doubts(cut);
    assert_eq!(codes(&notes), ["source.cut_off"]);
    assert_eq!(notes[0].severity, Severity::Review);
    assert_eq!(pages, [vec![], vec!["page.damaged".to_owned()]]);
    // In the middle of the first: the second page is not there at all.
    let first = whole.windows(3).position(|w| w == [0xFF, 0xD8, 0xFF]).unwrap();
    assert_eq!(codes(&doubts(&whole[..first + 200]).0), ["source.cut_off", "source.pages_missing"]);
    // Harmless: bytes before the header, no line end after the last mark, a table nobody finds.
    assert_eq!(doubts(&[b"\r\n\r\n", &whole[..]].concat()).1, [Vec::<String>::new(), vec![]]);
    assert_eq!(doubts(whole.trim_ascii_end()), (vec![], vec![vec![], vec![]]));
    let place = whole.windows(9).rposition(|w| w == b"startxref").unwrap();
    let lost = [&whole[..place], b"startxref\n7\n%%EOF\n"].concat();
    let (notes, pages) = doubts(&lost);
    assert!(notes.iter().all(|n| n.severity == Severity::Info), "{notes:?}");
    assert_eq!(pages, [Vec::<String>::new(), vec![]]);
}
