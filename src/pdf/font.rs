//! A font without marks: every code point is one empty glyph of half an em.
//!
//! ISO 19005-2, 6.2.11: the font is embedded, its widths agree with the
//! program, no text shows `.notdef` (glyph 0), and every code has a Unicode
//! value. Built here in code, so that there is no file and no licence.

use super::image::deflated;
use lopdf::{Dictionary, Document, Object, ObjectId, dictionary};
use std::fmt::Write;

/// Advance of every glyph in ems.
pub const ADVANCE: f32 = 0.5;
const UNITS_PER_EM: u16 = 1000;
const NAME: &str = "Unsichtbar";

/// Adds the font; returns the id of the Type 0 font.
pub fn embed(pdf: &mut Document) -> ObjectId {
    let program = truetype();
    let length = program.len() as i64;
    let file = pdf.add_object(deflated(dictionary! { "Length1" => length }, &program));
    let descriptor = pdf.add_object(dictionary! {
        "Type" => "FontDescriptor",
        "FontName" => NAME,
        "Flags" => 4,
        "FontBBox" => vec![0.into(), 0.into(), 500.into(), 1000.into()],
        "ItalicAngle" => 0,
        "Ascent" => 1000,
        "Descent" => 0,
        "CapHeight" => 1000,
        "StemV" => 80,
        "FontFile2" => file,
    });
    // Every CID shows glyph 1.
    let map = pdf.add_object(deflated(Dictionary::new(), &[0u8, 1].repeat(0x1_0000)));
    let descendant = pdf.add_object(dictionary! {
        "Type" => "Font",
        "Subtype" => "CIDFontType2",
        "BaseFont" => NAME,
        "CIDSystemInfo" => dictionary! {
            "Registry" => super::text("Adobe"), "Ordering" => super::text("Identity"), "Supplement" => 0,
        },
        "FontDescriptor" => descriptor,
        "DW" => 500,
        "CIDToGIDMap" => map,
    });
    let unicode = pdf.add_object(deflated(Dictionary::new(), to_unicode().as_bytes()));
    pdf.add_object(dictionary! {
        "Type" => "Font",
        "Subtype" => "Type0",
        "BaseFont" => NAME,
        "Encoding" => "Identity-H",
        "DescendantFonts" => vec![Object::Reference(descendant)],
        "ToUnicode" => unicode,
    })
}

/// Code = UTF-16 unit. Ranges keep their high byte (Adobe technical note 5411), 100 a block.
fn to_unicode() -> String {
    let mut map = String::from(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n\
         /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n\
         /CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n\
         1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n",
    );
    let pages: Vec<u32> = (0..=0xFF).filter(|high| !(0xD8..=0xDF).contains(high)).collect();
    for block in pages.chunks(100) {
        let _ = writeln!(map, "{} beginbfrange", block.len());
        for high in block {
            let first = if *high == 0 { 1 } else { 0 };
            let last = if *high == 0xFF { 0xFD } else { 0xFF };
            let _ = writeln!(map, "<{high:02X}{first:02X}> <{high:02X}{last:02X}> <{high:02X}{first:02X}>");
        }
        map.push_str("endbfrange\n");
    }
    map.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
    map
}

/// Two glyphs without outlines: `.notdef` and the blank (OpenType 1.9, required tables for glyf fonts).
fn truetype() -> Vec<u8> {
    let be = |values: &[u16]| values.iter().flat_map(|v| v.to_be_bytes()).collect::<Vec<u8>>();
    let head = {
        let mut t = be(&[1, 0, 1, 0]); // version, revision
        t.extend([0; 4]); // checksum adjustment, filled below
        t.extend(0x5F0F_3CF5u32.to_be_bytes());
        t.extend(be(&[0, UNITS_PER_EM]));
        t.extend([0; 16]); // created, modified
        t.extend(be(&[0, 0, 500, 1000, 0, 8, 2, 0, 0])); // box, style, ppem, direction, short loca, glyf
        t
    };
    let hhea = be(&[1, 0, 1000, 0, 0, 500, 0, 0, 500, 1, 0, 0, 0, 0, 0, 0, 0, 2]);
    let maxp = be(&[1, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    let hmtx = be(&[500, 0, 500, 0]);
    let loca = be(&[0, 0, 0]);
    // A format 4 table with only the closing segment: codes come through CIDToGIDMap.
    let mut cmap = be(&[0, 1, 3, 1, 0, 12]);
    cmap.extend(be(&[4, 24, 0, 2, 2, 0, 0, 0xFFFF, 0, 0xFFFF, 1, 0]));
    // An empty glyf table would have no place in the file: one padding byte pair.
    let glyf = vec![0u8; 2];
    let post = {
        let mut t = 0x0003_0000u32.to_be_bytes().to_vec();
        t.extend([0; 28]);
        t
    };
    let tables: [(&[u8; 4], Vec<u8>); 8] = [
        (b"cmap", cmap),
        (b"glyf", glyf),
        (b"head", head),
        (b"hhea", hhea),
        (b"hmtx", hmtx),
        (b"loca", loca),
        (b"maxp", maxp),
        (b"post", post),
    ];
    let mut file = 0x0001_0000u32.to_be_bytes().to_vec();
    file.extend(be(&[8, 128, 3, 0])); // tables, search range, entry selector, range shift
    let mut place = 12 + 16 * tables.len();
    let mut body = Vec::new();
    let mut head_at = 0;
    for (name, table) in &tables {
        if *name == b"head" {
            head_at = place;
        }
        let padded = table.len().next_multiple_of(4);
        file.extend(*name);
        file.extend(checksum(table).to_be_bytes());
        file.extend((place as u32).to_be_bytes());
        file.extend((table.len() as u32).to_be_bytes());
        body.extend(table);
        body.resize(body.len() + padded - table.len(), 0);
        place += padded;
    }
    file.extend(body);
    let adjust = 0xB1B0_AFBAu32.wrapping_sub(checksum(&file));
    file[head_at + 8..head_at + 12].copy_from_slice(&adjust.to_be_bytes());
    file
}

fn checksum(bytes: &[u8]) -> u32 {
    bytes.chunks(4).fold(0u32, |sum, chunk| {
        let mut word = [0u8; 4];
        word[..chunk.len()].copy_from_slice(chunk);
        sum.wrapping_add(u32::from_be_bytes(word))
    })
}
