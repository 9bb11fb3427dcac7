//! A sheet that the town prints and the scanner reads: patch bars, a QR code, plain German text.
//!
//! In: the value of the code and what it says in words. Out: the bytes of a PDF of one A4 page.

use crate::model::refusal::Refusal;
use lopdf::{Document, Object, Stream, dictionary};
use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write;

/// Wide and narrow bars of Patch T, in millimetres; spaces are narrow.
const PATCH_T: [f64; 4] = [2.032, 5.08, 2.032, 5.08];
/// Space between bars.
const SPACE: f64 = 2.032;
/// Points a millimetre.
const POINTS: f64 = 72.0 / 25.4;
/// Height of A4.
const TOP: f64 = 297.0;

/// Draws the sheet. `value`: what the QR code says; `lines`: the same for people.
pub fn sheet(value: &str, lines: &[String]) -> Result<Vec<u8>, Refusal> {
    let refuse =
        |why: String| Refusal::new("coversheet.too_long", why, "Weniger oder kürzere Angaben machen.");
    let code = QrCode::with_error_correction_level(value, EcLevel::M)
        .map_err(|e| refuse(format!("Der QR-Code fasst die Angaben nicht: {e}.")))?;
    let mut content = String::from("0 g\n");
    // Bars lie across the feed at both ends: whichever end goes in first, they are read.
    for from in [10.0, TOP - 10.0 - PATCH_T.iter().sum::<f64>() - 3.0 * SPACE] {
        let mut down = from;
        for bar in PATCH_T {
            fill(&mut content, 40.0, down, 130.0, bar);
            down += bar + SPACE;
        }
    }
    let side = 62.0;
    let cell = side / code.width() as f64;
    for (i, colour) in code.to_colors().into_iter().enumerate() {
        if colour == Color::Dark {
            let (x, y) = ((i % code.width()) as f64 * cell, (i / code.width()) as f64 * cell);
            fill(&mut content, 105.0 - side / 2.0 + x, 52.0 + y, cell, cell);
        }
    }
    write_text(&mut content, "F2", 24.0, 30.0, 140.0, "Deckblatt");
    for (number, line) in lines.iter().enumerate() {
        write_text(&mut content, "F1", 13.0, 30.0, 152.0 + 7.5 * number as f64, line);
    }
    let foot = "Vor das Schriftstück legen, Balken quer zur Laufrichtung. Wird nicht mit abgelegt.";
    write_text(&mut content, "F1", 9.0, 30.0, 262.0, foot);
    finished(vec![content.into_bytes()]).map_err(|e| Refusal::new("coversheet.write", e.to_string(), ""))
}

/// Pages of A4 in Helvetica.
pub(super) fn finished(contents: Vec<Vec<u8>>) -> Result<Vec<u8>, lopdf::Error> {
    let mut pdf = Document::with_version("1.7");
    let pages = pdf.new_object_id();
    let font = |name: &str| {
        dictionary! {
            "Type" => "Font", "Subtype" => "Type1", "BaseFont" => name, "Encoding" => "WinAnsiEncoding",
        }
    };
    let (plain, bold) = (pdf.add_object(font("Helvetica")), pdf.add_object(font("Helvetica-Bold")));
    let mut kids: Vec<Object> = Vec::new();
    for content in contents {
        let content = pdf.add_object(Stream::new(dictionary! {}, content));
        kids.push(Object::Reference(pdf.add_object(dictionary! {
            "Type" => "Page",
            "Parent" => pages,
            "MediaBox" => vec![0.into(), 0.into(), Object::Real(595.28), Object::Real(841.89)],
            "Resources" => dictionary! { "Font" => dictionary! { "F1" => plain, "F2" => bold } },
            "Contents" => content,
        })));
    }
    let count = i64::try_from(kids.len()).unwrap_or(i64::MAX);
    pdf.objects.insert(
        pages,
        Object::Dictionary(dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }),
    );
    let catalog = pdf.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    pdf.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    pdf.save_to(&mut bytes)?;
    Ok(bytes)
}

/// A black rectangle; millimetres from the upper left.
pub(super) fn fill(content: &mut String, x: f64, y: f64, w: f64, h: f64) {
    let _ = writeln!(
        content,
        "{:.3} {:.3} {:.3} {:.3} re f",
        x * POINTS,
        (TOP - y - h) * POINTS,
        w * POINTS,
        h * POINTS
    );
}

/// A line of text; what the encoding lacks becomes a question mark.
pub(super) fn write_text(content: &mut String, font: &str, size: f64, x: f64, y: f64, text: &str) {
    let mut shown = String::new();
    for c in text.chars() {
        let byte = match c {
            '\u{20}'..='\u{7e}' | '\u{a0}'..='\u{ff}' => c as u32 as u8,
            '–' => 0x96,
            '„' => 0x84,
            '“' => 0x93,
            _ => b'?',
        };
        let _ = write!(shown, "{byte:02x}");
    }
    let _ = writeln!(
        content,
        "BT /{font} {size} Tf {:.3} {:.3} Td <{shown}> Tj ET",
        x * POINTS,
        (TOP - y) * POINTS
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::limits::Limits;
    use crate::page::codes::{CodeOrder, find};
    use crate::page::container::{self, Source};
    use crate::page::measure::{PageOrder, measure};
    use crate::page::pixels;
    use crate::page::raster::Pixels;

    #[test]
    fn the_scanner_reads_what_the_sheet_says() {
        let value = "POSTSTELLE:v1;dep=bauordnung;az=632-17%3B4/2025;pages=7;scope=all";
        let bytes = sheet(value, &["Amt: Bauordnungsamt".into(), "Seiten: 7".into()]).unwrap();
        let (source, limits) = (Source::new(bytes), Limits::default());
        let page = container::open(&source, &limits).unwrap().pages.remove(0);
        let raster = container::decode(&source, &page, &limits).unwrap().value;
        let (measured, _) = measure(&raster, &page, &PageOrder::default());
        let grey = match &raster.pixels {
            Pixels::Grey(grey) => grey.clone(),
            Pixels::Rgb(colour) => image::DynamicImage::ImageRgb8(colour.clone()).to_luma8(),
        };
        let upright = pixels::oriented(grey, measured.mirrored, measured.turned);
        let codes = find(&upright, measured.dpi, &CodeOrder::default());
        let said: Vec<&str> = codes.iter().map(|c| c.symbology.as_str()).collect();
        assert!(said.contains(&"patch_t"), "{said:?}");
        assert!(codes.iter().any(|c| c.symbology == "qr" && c.value == value), "{codes:?}");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(sheet(&"x".repeat(4000), &[]).unwrap_err().code, "coversheet.too_long");
    }
}
