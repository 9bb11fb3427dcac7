//! Whether the text a page brings along is believed.

use super::writers::{Pdf, zlib};
use super::*;
use crate::model::geometry::Turn;
use lopdf::{Dictionary, Document, Object, Stream, dictionary};

const LINES: &str =
    "BT /F1 10 Tf 12 TL 8 58 Td (Sehr geehrte Frau Weber,) Tj T* (Ihr Antrag liegt vor.) Tj ET";

/// A page with a picture `Im0`, a font `F1` and this content.
fn read(content: &str, font: Dictionary, rotate: i64) -> OwnText {
    read_with(content, |_| font, rotate)
}

fn read_with(content: &str, font: impl FnOnce(&mut Document) -> Dictionary, rotate: i64) -> OwnText {
    let mut pdf = Pdf::new();
    let font = font(&mut pdf.document);
    let picture = pdf.image(
        dictionary! { "Width" => 4, "Height" => 2, "ColorSpace" => "DeviceGray", "BitsPerComponent" => 8, "Filter" => "FlateDecode" },
        zlib(&[200; 8]),
    );
    let resources = dictionary! {
        "XObject" => dictionary! { "Im0" => picture },
        "Font" => dictionary! { "F1" => font },
    };
    let content = zlib(content.as_bytes());
    let content = pdf.document.add_object(Stream::new(dictionary! { "Filter" => "FlateDecode" }, content));
    let more = dictionary! { "Resources" => resources, "Contents" => content, "Rotate" => rotate };
    pdf.page("", Dictionary::new(), more);
    let file = pdf.bytes();
    text_layer(&Source::new(file.clone()), &page(&file))
}

fn helvetica() -> Dictionary {
    dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding" }
}

fn believed(content: &str, rotate: i64) -> PageGlyphs {
    match read(content, helvetica(), rotate) {
        OwnText::Believed(glyphs) => glyphs,
        other => panic!("{other:?}"),
    }
}

fn doubt(content: &str) -> String {
    match read(content, helvetica(), 0) {
        OwnText::Doubted(note) => note.code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn words_stand_where_they_are_printed() {
    let glyphs = believed(LINES, 0);
    assert_eq!(glyphs.text.plain(), "Sehr geehrte Frau Weber,\nIhr Antrag liegt vor.\n");
    let first = &glyphs.text.words[0];
    // 8 points from the left, the baseline 58 points above the lower edge of 72, at 300 dpi.
    assert!((first.baseline_start[0] - 8.0 * 300.0 / 72.0).abs() < 1.0, "{first:?}");
    assert!((first.baseline_start[1] - 14.0 * 300.0 / 72.0).abs() < 1.0);
    assert!((25..=35).contains(&first.bounds.h) && first.confidence == 1.0);
    for rotate in [90, 180, 270] {
        let turned = believed(LINES, rotate);
        assert_eq!(turned.text.plain(), glyphs.text.plain(), "turned by {rotate}");
        assert_eq!(turned.turn, Turn::from_degrees(360 - rotate as i32).unwrap());
        assert!((turned.text.words[0].bounds.x - first.bounds.x).abs() <= 1, "turned by {rotate}");
    }
}

#[test]
fn what_a_scanner_wrote_invisibly_is_not_believed() {
    let whole = "q 144 0 0 72 0 0 cm /Im0 Do Q";
    assert_eq!(
        doubt(&format!("{whole} 0 0 9 9 re f {}", LINES.replace("BT", "BT 3 Tr"))),
        "page.text_invisible"
    );
    assert_eq!(doubt(&format!("{whole} {LINES}")), "page.text_over_picture");
}

#[test]
fn letters_without_meaning_and_letters_that_were_drawn() {
    // A font that maps its codes to nothing.
    let mut nameless = helvetica();
    let names: Vec<Object> = std::iter::once(Object::Integer(0))
        .chain((0..256).map(|n| Object::Name(format!("g{n:03}x").into_bytes())))
        .collect();
    nameless.set("Encoding", dictionary! { "Type" => "Encoding", "Differences" => names });
    let found = read(LINES, nameless, 0);
    assert!(
        matches!(&found, OwnText::Doubted(note) if note.code == "page.text_without_meaning"),
        "{found:?}"
    );
    // Two hundred curved shapes as large as letters, and a short line of type.
    let shape = |i: usize| {
        let (x, y) = (5 + i % 20 * 6, 5 + i / 20 * 6);
        format!("{x} {y} m {x} {} {} {y} {} {y} c h f ", y + 5, x + 3, x + 4)
    };
    let drawn: String = (0..200).map(shape).collect();
    assert_eq!(doubt(&format!("{drawn} BT /F1 6 Tf 8 2 Td (Seite 1) Tj ET")), "page.text_outlined");
    assert_eq!(read("0 0 9 9 re f", helvetica(), 0), OwnText::None);
}

#[test]
fn pictures_beside_the_text_are_named() {
    let glyphs = believed(&format!("q 48 0 0 36 90 4 cm /Im0 Do Q {LINES}"), 0);
    assert_eq!(glyphs.pictures.len(), 1);
    let picture = glyphs.pictures[0];
    assert!((picture.x - 375).abs() <= 1 && (picture.w - 200).abs() <= 2, "{picture:?}");
    assert!(believed(&format!("q 9 0 0 9 130 60 cm /Im0 Do Q {LINES}"), 0).pictures.is_empty(), "a logo");
}

/// Printer drivers write letters as drawings, with heads down in a text that is turned heads down again.
#[test]
fn drawn_letters_stand_upright_and_are_words() {
    let font = |named: bool| {
        move |pdf: &mut Document| {
            let letter = b"60 0 0 -70 50 0 d1 0 -70 50 70 re f".to_vec();
            let letter = pdf.add_object(Stream::new(Dictionary::new(), letter));
            let mut font = dictionary! {
                "Type" => "Font", "Subtype" => "Type3", "FirstChar" => 1, "LastChar" => 3,
                "FontMatrix" => vec![1.into(), 0.into(), 0.into(), 1.into(), 0.into(), 0.into()],
                "FontBBox" => vec![0.into(), Object::from(-70), 60.into(), 0.into()],
                "Widths" => vec![60.into(), 60.into(), 60.into()],
                "CharProcs" => dictionary! { "a1" => letter, "a2" => letter, "a3" => letter },
                "Encoding" => dictionary! {
                    "Type" => "Encoding",
                    "Differences" => vec![1.into(), "a1".into(), "a2".into(), "a3".into()],
                },
            };
            if named {
                let map = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def \
                           /CMapType 2 def 1 begincodespacerange <00> <FF> endcodespacerange 3 beginbfchar \
                           <01> <0041> <02> <006D> <03> <0074> endbfchar endcmap end end";
                let map = pdf.add_object(Stream::new(Dictionary::new(), map.as_bytes().to_vec()));
                font.set("ToUnicode", map);
            }
            font
        }
    };
    let lines = "BT /F1 0.1 Tf 1 0 0 -1 8 50 Tm [<0102> 300 <03> -30000 <0103>] TJ 0 20 Td <0302> Tj ET";
    let OwnText::Believed(glyphs) = read_with(lines, font(true), 0) else { panic!("not believed") };
    assert_eq!((glyphs.text.plain().as_str(), glyphs.turn), ("Amt At\n\ntm\n", Turn::None));
    let first = &glyphs.text.words[0].bounds;
    assert!((28..=31).contains(&first.h), "7 points at 300 dpi: {first:?}");
    // Numbered only, their names would be those of dingbats.
    let found = read_with(lines, font(false), 0);
    assert!(
        matches!(&found, OwnText::Doubted(note) if note.code == "page.text_without_meaning"),
        "{found:?}"
    );
}
