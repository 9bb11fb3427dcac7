//! The chart of a station: codes at known distances and fields of known colours, front and back.
//!
//! Out: a PDF of two A4 pages to print once. Where everything lies is for [`crate::record::chart`], which judges
//! the scan.

use super::sheet::{fill, finished, write_text};
use crate::model::refusal::Refusal;
use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write;

/// What every code of a chart begins with.
pub const PREFIX: &str = "POSTSTELLE:CHART";
/// Centres of the codes 1 to 4, millimetres from the upper left.
pub const CODES: [(f64, f64); 4] = [(35.0, 40.0), (175.0, 40.0), (35.0, 257.0), (175.0, 257.0)];
/// Centres of the coloured fields, and their colours.
pub const FIELDS: [((f64, f64), [u8; 3]); 4] = [
    ((45.0, 140.0), [210, 30, 30]),
    ((85.0, 140.0), [30, 150, 50]),
    ((125.0, 140.0), [30, 60, 190]),
    ((165.0, 140.0), [230, 200, 30]),
];
/// Side of a code, and of a coloured field.
const CODE: f64 = 34.0;
const FIELD: f64 = 26.0;

/// Draws front and back.
pub fn chart() -> Result<Vec<u8>, Refusal> {
    let broken = |text: String| Refusal::new("chart.write", text, "Programmfehler, bitte melden.");
    let mut pages = Vec::new();
    for side in 1..=2 {
        let mut content = String::from("0 g\n");
        for (number, (x, y)) in (1..).zip(CODES) {
            let value = format!("{PREFIX};side={side};n={number}");
            let code =
                QrCode::with_error_correction_level(&value, EcLevel::M).map_err(|e| broken(e.to_string()))?;
            let cell = CODE / code.width() as f64;
            for (index, colour) in code.to_colors().into_iter().enumerate() {
                if colour == Color::Dark {
                    let (column, row) = ((index % code.width()) as f64, (index / code.width()) as f64);
                    fill(
                        &mut content,
                        x - CODE / 2.0 + column * cell,
                        y - CODE / 2.0 + row * cell,
                        cell,
                        cell,
                    );
                }
            }
        }
        for ((x, y), [r, g, b]) in FIELDS {
            let part = |v: u8| f64::from(v) / 255.0;
            let _ = writeln!(content, "{:.3} {:.3} {:.3} rg", part(r), part(g), part(b));
            fill(&mut content, x - FIELD / 2.0, y - FIELD / 2.0, FIELD, FIELD);
        }
        content.push_str("0 g\n");
        let name = if side == 1 { "Vorderseite" } else { "Rückseite" };
        write_text(&mut content, "F2", 18.0, 60.0, 90.0, &format!("Testvorlage, {name}"));
        write_text(
            &mut content,
            "F1",
            10.0,
            60.0,
            98.0,
            "In Originalgröße und farbig beidseitig drucken, nicht falten.",
        );
        for (row, size) in [8.0, 7.0, 6.0, 5.0, 4.0].into_iter().enumerate() {
            let text = format!("{size} Punkt: Die Zahl 8 und die Zahl 6, 3 und 9, ein Komma, ein Punkt.");
            write_text(&mut content, "F1", size, 60.0, 180.0 + 6.0 * row as f64, &text);
        }
        pages.push(content.into_bytes());
    }
    finished(pages).map_err(|e| broken(e.to_string()))
}
