//! Separator sheets: patch bars and QR codes. In: what kind of separator. Out: a sheet.

use crate::dice::Dice;
use crate::fonts::face;
use crate::ink::Sheet;
use qrcode::{Color, EcLevel, QrCode};

/// What separates two letters of a stack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Separator {
    /// A sheet with the bars of Patch T along its leading edge.
    PatchT,
    /// A sheet with a QR code that says [`QR_TEXT`].
    Qr,
    /// An empty sheet.
    Blank,
    /// Nothing: the letters follow each other.
    Nothing,
}

/// Content of the QR separator.
pub const QR_TEXT: &str = "POSTSTELLE:SEP";

/// Wide and narrow bars of Patch T; the spaces between them are narrow.
const PATCH_T: [bool; 4] = [false, true, false, true];
const WIDE: f64 = 5.08;
const NARROW: f64 = 2.032;

/// Sets a separator sheet.
pub fn sheet(separator: Separator, dice: &mut Dice) -> Result<Sheet, Box<dyn std::error::Error>> {
    let mut sheet = Sheet::a4();
    let (title, body) = (face(0, true, 26.0), face(0, false, 11.0));
    match separator {
        Separator::PatchT => {
            // Bars lie across the feed, read from the leading edge; some printers repeat them along the left edge.
            let left = dice.real(30.0, 60.0);
            bars(&mut sheet, left, 10.0, dice.real(80.0, 110.0), false);
            if dice.chance(50) {
                bars(&mut sheet, 10.0, 70.0, 90.0, true);
            }
            sheet.text(&title, 62.0, 150.0, "TRENNBLATT");
            sheet.text(&body, 62.0, 158.0, "Patch T - bitte mit den Balken voraus einlegen");
        }
        Separator::Qr => {
            let code = QrCode::with_error_correction_level(QR_TEXT, EcLevel::H)?;
            let side = dice.real(45.0, 80.0);
            let cell = side / code.width() as f64;
            let (x, y) = (105.0 - side / 2.0, dice.real(60.0, 110.0));
            for (i, colour) in code.to_colors().into_iter().enumerate() {
                if colour == Color::Dark {
                    let (cx, cy) = ((i % code.width()) as f64, (i / code.width()) as f64);
                    sheet.fill(x + cx * cell, y + cy * cell, cell, cell, 0);
                }
            }
            sheet.text(&title, 62.0, 40.0, "TRENNBLATT");
            sheet.text(&body, 62.0, 48.0, "Hier beginnt ein neues Schriftstück.");
        }
        Separator::Blank | Separator::Nothing => {}
    }
    Ok(sheet)
}

/// Draws the bars; lying ones stack downwards, standing ones to the right.
fn bars(sheet: &mut Sheet, x: f64, y: f64, length: f64, standing: bool) {
    let mut along = 0.0;
    for wide in PATCH_T {
        let width = if wide { WIDE } else { NARROW };
        if standing {
            sheet.fill(x + along, y, width, length, 0);
        } else {
            sheet.fill(x, y + along, length, width, 0);
        }
        along += width + NARROW;
    }
}
