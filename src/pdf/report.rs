//! Text as a PDF/A-2b: reports, documentation, records for people.
//!
//! In: lines and the bytes of a TrueType font. Out: pages of A4 with the whole font inside
//! (ISO 19005-2, 6.2.11), so that they look the same in thirty years.

use super::image::deflated;
use super::{About, failed, finished};
use crate::model::refusal::Refusal;
use encoding_rs::WINDOWS_1252;
use lopdf::{Document, Object, ObjectId, dictionary};
use std::fmt::Write;
use ttf_parser::Face;

/// A paragraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Of the whole report.
    Title(String),
    /// Of a part.
    Head(String),
    /// A name and what is said about it.
    Row(String, String),
    /// A sentence.
    Text(String),
    /// Spelt exactly so: a line of a file.
    Verbatim(String),
}

/// Paper, in points.
const WIDTH: f32 = 595.28;
const HEIGHT: f32 = 841.89;
const MARGIN: f32 = 56.0;
/// Where the value of a row begins.
const VALUE: f32 = 190.0;
/// Height of a line by its size of type.
const LEADING: f32 = 1.35;

/// Sets the lines.
pub fn report(font: &[u8], about: &About, lines: &[Line]) -> Result<Vec<u8>, Refusal> {
    let face = Face::parse(font, 0).map_err(|e| failed(&format!("Schrift: {e}")))?;
    let mut setter = Setter { face: &face, pages: vec![String::new()], down: MARGIN };
    for line in lines {
        setter.line(line);
    }
    let pages = setter.pages;
    let mut pdf = Document::with_version("1.7");
    let tree = pdf.new_object_id();
    let font = embed(&mut pdf, font, &face);
    let count = pages.len();
    let mut identity = about.document_id.clone().into_bytes();
    let mut kids = Vec::new();
    for (number, mut content) in pages.into_iter().enumerate() {
        let foot = format!("{}   Seite {} von {count}", about.title, number + 1);
        put(&mut content, 8.0, MARGIN, HEIGHT - 30.0, &foot);
        identity.extend(content.bytes());
        let content = pdf.add_object(deflated(dictionary! {}, content.as_bytes()));
        kids.push(Object::Reference(pdf.add_object(dictionary! {
            "Type" => "Page",
            "Parent" => tree,
            "MediaBox" => vec![0.into(), 0.into(), Object::Real(WIDTH), Object::Real(HEIGHT)],
            "Resources" => dictionary! { "Font" => dictionary! { "F0" => font } },
            "Contents" => content,
        })));
    }
    finished(pdf, (tree, kids), about, None, None, &identity)
}

struct Setter<'a> {
    face: &'a Face<'a>,
    pages: Vec<String>,
    /// From the upper edge.
    down: f32,
}

impl Setter<'_> {
    fn line(&mut self, line: &Line) {
        match line {
            Line::Title(text) => self.paragraph(18.0, MARGIN, text, 10.0),
            Line::Head(text) => {
                self.down += 10.0;
                // A heading stands with what follows it.
                self.room(60.0);
                self.paragraph(12.5, MARGIN, text, 4.0);
            }
            Line::Text(text) => self.paragraph(9.5, MARGIN, text, 3.0),
            Line::Verbatim(text) => self.paragraph(7.5, MARGIN, text, 0.0),
            Line::Row(name, value) => {
                let (names, values) = (
                    self.wrapped(9.5, VALUE - MARGIN - 8.0, name),
                    self.wrapped(9.5, WIDTH - MARGIN - VALUE, value),
                );
                for row in 0..names.len().max(values.len()) {
                    self.room(9.5 * LEADING);
                    for (x, part) in [(MARGIN, names.get(row)), (VALUE, values.get(row))] {
                        if let Some(part) = part {
                            self.put(9.5, x, part);
                        }
                    }
                    self.down += 9.5 * LEADING;
                }
                self.down += 1.5;
            }
        }
    }

    fn paragraph(&mut self, size: f32, x: f32, text: &str, after: f32) {
        for part in self.wrapped(size, WIDTH - MARGIN - x, text) {
            self.room(size * LEADING);
            self.put(size, x, &part);
            self.down += size * LEADING;
        }
        self.down += after;
    }

    /// A new page if so much does not fit any more.
    fn room(&mut self, height: f32) {
        if self.down + height > HEIGHT - MARGIN {
            self.pages.push(String::new());
            self.down = MARGIN;
        }
    }

    fn put(&mut self, size: f32, x: f32, text: &str) {
        let down = self.down + size;
        if let Some(page) = self.pages.last_mut() {
            put(page, size, x, down, text);
        }
    }

    /// Broken at blanks; a word that is longer than the line is broken where it must be.
    fn wrapped(&self, size: f32, width: f32, text: &str) -> Vec<String> {
        let mut lines = Vec::new();
        let (mut line, mut length) = (String::new(), 0.0);
        let indent: String = text.chars().take_while(|c| *c == ' ').collect();
        for word in text.split(' ') {
            let needed = self.length(size, word);
            let blank = if line.is_empty() { 0.0 } else { self.length(size, " ") };
            if length + blank + needed > width && !line.trim().is_empty() {
                lines.push(std::mem::replace(&mut line, indent.clone()));
                length = self.length(size, &indent);
            } else if !line.is_empty() || word.is_empty() {
                line.push(' ');
                length += self.length(size, " ");
            }
            for c in word.chars() {
                let advance = self.length(size, c.encode_utf8(&mut [0; 4]));
                if length + advance > width {
                    lines.push(std::mem::take(&mut line));
                    length = 0.0;
                }
                line.push(c);
                length += advance;
            }
        }
        lines.push(line);
        lines
    }

    fn length(&self, size: f32, text: &str) -> f32 {
        winansi(text).iter().map(|&code| f32::from(width(self.face, code))).sum::<f32>() * size / 1000.0
    }
}

/// A piece of text; `down` from the upper edge to its base line.
fn put(content: &mut String, size: f32, x: f32, down: f32, text: &str) {
    let hex = winansi(text).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    let _ = writeln!(content, "BT /F0 {size} Tf {x:.2} {:.2} Td <{hex}> Tj ET", HEIGHT - down);
}

/// Windows-1252; what it does not have is a question mark, what would move the pen is a blank.
fn winansi(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for c in text.chars() {
        let mut buffer = [0; 4];
        let (coded, _, unknown) = WINDOWS_1252.encode(c.encode_utf8(&mut buffer));
        match coded.first() {
            Some(&byte)
                if !unknown && byte >= 0x20 && ![0x7f, 0x81, 0x8d, 0x8f, 0x90, 0x9d].contains(&byte) =>
            {
                bytes.push(byte)
            }
            _ if c.is_control() => bytes.push(b' '),
            _ => bytes.push(b'?'),
        }
    }
    bytes
}

/// Advance of a code in thousandths of an em.
fn width(face: &Face<'_>, code: u8) -> u16 {
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(std::slice::from_ref(&code));
    let glyph = text.chars().next().and_then(|c| face.glyph_index(c));
    let advance = glyph.and_then(|g| face.glyph_hor_advance(g)).unwrap_or_default();
    let scaled = f32::from(advance) * 1000.0 / f32::from(face.units_per_em());
    scaled.round() as u16
}

fn embed(pdf: &mut Document, font: &[u8], face: &Face<'_>) -> ObjectId {
    let em =
        |value: i16| i64::from((f32::from(value) * 1000.0 / f32::from(face.units_per_em())).round() as i32);
    let file = pdf.add_object(deflated(dictionary! { "Length1" => font.len() as i64 }, font));
    let bounds = face.global_bounding_box();
    let bounds = [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(|v| Object::Integer(em(v)));
    let descriptor = pdf.add_object(dictionary! {
        "Type" => "FontDescriptor",
        "FontName" => "Bericht",
        // Letters of Latin, not a font of symbols.
        "Flags" => 32,
        "FontBBox" => bounds.to_vec(),
        "ItalicAngle" => 0,
        "Ascent" => em(face.ascender()),
        "Descent" => em(face.descender()),
        "CapHeight" => em(face.capital_height().unwrap_or(face.ascender())),
        "StemV" => 80,
        "FontFile2" => file,
    });
    let widths: Vec<Object> = (32..=255).map(|code| i64::from(width(face, code)).into()).collect();
    pdf.add_object(dictionary! {
        "Type" => "Font",
        "Subtype" => "TrueType",
        "BaseFont" => "Bericht",
        "FirstChar" => 32,
        "LastChar" => 255,
        "Widths" => widths,
        "Encoding" => "WinAnsiEncoding",
        "FontDescriptor" => descriptor,
    })
}
