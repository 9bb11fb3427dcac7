//! Separator sheets: patch bars, Code 128 and QR codes; and barcodes of strangers that must never cut. In: what kind
//! of separator. Out: a sheet.

use crate::dice::Dice;
use crate::fonts::face;
use crate::ink::Sheet;
use qrcode::{Color, EcLevel, QrCode};

/// What separates two letters of a stack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Separator {
    /// A sheet with the bars of Patch T along its leading edge.
    PatchT,
    /// The same with Patch 2.
    Patch2,
    /// A sheet with [`QR_TEXT`] in Code 128.
    Code128,
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
const PATCH_2: [bool; 4] = [true, false, false, true];
const WIDE: f64 = 5.08;
const NARROW: f64 = 2.032;

/// Sets a separator sheet.
pub fn sheet(separator: Separator, dice: &mut Dice) -> Result<Sheet, Box<dyn std::error::Error>> {
    let mut sheet = Sheet::a4();
    let (title, body) = (face(0, true, 26.0), face(0, false, 11.0));
    match separator {
        Separator::PatchT | Separator::Patch2 => {
            let (patch, name) = if separator == Separator::PatchT { (PATCH_T, "T") } else { (PATCH_2, "2") };
            // Bars lie across the feed, read from the leading edge; some printers repeat them along the left edge.
            let left = dice.real(30.0, 60.0);
            bars(&mut sheet, patch, left, 10.0, dice.real(80.0, 110.0), false);
            if dice.chance(50) {
                bars(&mut sheet, patch, 10.0, 70.0, 90.0, true);
            }
            sheet.text(&title, 62.0, 150.0, "TRENNBLATT");
            sheet.text(&body, 62.0, 158.0, &format!("Patch {name} - bitte mit den Balken voraus einlegen"));
        }
        Separator::Code128 => {
            let module = dice.real(0.35, 0.5);
            linear(&mut sheet, 30.0, dice.real(60.0, 110.0), 25.0, module, &code128(QR_TEXT));
            sheet.text(&title, 62.0, 40.0, "TRENNBLATT");
            sheet.text(&body, 62.0, 48.0, "Hier beginnt ein neues Schriftstück.");
        }
        Separator::Qr => {
            let side = dice.real(45.0, 80.0);
            qr(&mut sheet, QR_TEXT, EcLevel::H, 105.0 - side / 2.0, dice.real(60.0, 110.0), side)?;
            sheet.text(&title, 62.0, 40.0, "TRENNBLATT");
            sheet.text(&body, 62.0, 48.0, "Hier beginnt ein neues Schriftstück.");
        }
        Separator::Blank | Separator::Nothing => {}
    }
    Ok(sheet)
}

/// Puts barcodes as strangers print them on a letter: parcel numbers, goods, payment codes, routing codes.
pub fn foreign(sheet: &mut Sheet, dice: &mut Dice) -> Result<&'static str, Box<dyn std::error::Error>> {
    let (x, y) =
        (dice.real(20.0, 90.0), if dice.chance(50) { dice.real(4.0, 14.0) } else { dice.real(265.0, 275.0) });
    let module = dice.real(0.25, 0.45);
    Ok(match dice.range(0, 4) {
        0 => {
            let number = format!("00340434{}", dice.digits(12));
            linear(sheet, x, y, 14.0, module, &code128(&number));
            "code128"
        }
        1 => {
            let number = format!("{}-{}", dice.any(&["RE", "KD", "SEP", "TRENN"]), dice.digits(7));
            linear(sheet, x, y, 9.0, module, &code128(&number));
            "code128"
        }
        2 => {
            linear(sheet, x, y, 12.0, module, &itf(&dice.digits(12)));
            "itf"
        }
        3 => {
            let text = format!(
                "BCD\n002\n1\nSCT\n\nMuster GmbH\nDE02120300000000202051\nEUR{}.00\n\n\nRE-{}",
                dice.range(10, 900),
                dice.digits(5)
            );
            qr(sheet, &text, EcLevel::M, x, if y < 20.0 { y } else { 240.0 }, 28.0)?;
            "qr"
        }
        _ => {
            let text = format!("https://www.firma-{}.example/angebot", dice.digits(3));
            qr(sheet, &text, EcLevel::L, x, if y < 20.0 { y } else { 245.0 }, 22.0)?;
            "qr"
        }
    })
}

fn qr(
    sheet: &mut Sheet,
    text: &str,
    level: EcLevel,
    x: f64,
    y: f64,
    side: f64,
) -> Result<(), Box<dyn std::error::Error>> {
    let code = QrCode::with_error_correction_level(text, level)?;
    let cell = side / code.width() as f64;
    for (i, colour) in code.to_colors().into_iter().enumerate() {
        if colour == Color::Dark {
            let (cx, cy) = ((i % code.width()) as f64, (i / code.width()) as f64);
            sheet.fill(x + cx * cell, y + cy * cell, cell, cell, 0);
        }
    }
    Ok(())
}

/// Bars and spaces in turns, as many modules wide as given, a bar first.
fn linear(sheet: &mut Sheet, x: f64, y: f64, height: f64, module: f64, widths: &[u8]) {
    let mut at = x;
    for (i, &width) in widths.iter().enumerate() {
        let wide = f64::from(width) * module;
        if i % 2 == 0 {
            sheet.fill(at, y, wide, height, 0);
        }
        at += wide;
    }
}

/// ISO/IEC 15417: widths of the symbols 0 to 105, and of the stop symbol.
const CODE_128: &str = "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122\
123221223211221132221231213212223112312131311222321122321221312212322112322211212123212321232121111323131123\
131321112313132113132311211313231113231311112133112331132131113123113321133121313121211331231131213113213311\
213131311123311321331121312113312311332111314111221411431111111224111422121124121421141122141221112214112412\
122114122411142112142211241211221114413111241112134111111242121142121241114212124112124211411212421112421211\
212141214121412121111143111341131141114113114311411113411311113141114131311141411131211412211214211232";
const STOP: [u8; 7] = [2, 3, 3, 1, 1, 1, 2];

/// A text of printable ASCII in code set B.
fn code128(text: &str) -> Vec<u8> {
    let mut symbols: Vec<usize> = vec![104];
    symbols.extend(text.bytes().map(|b| usize::from(b - 32)));
    let check = symbols.iter().enumerate().map(|(i, s)| s * i.max(1)).sum::<usize>() % 103;
    symbols.push(check);
    let widths = |s: usize| CODE_128.as_bytes()[s * 6..s * 6 + 6].iter().map(|b| b - b'0');
    symbols.into_iter().flat_map(widths).chain(STOP).collect()
}

/// Interleaved 2 of 5 of an even number of digits.
fn itf(digits: &str) -> Vec<u8> {
    const WIDE: [[u8; 5]; 10] = [
        [1, 1, 3, 3, 1],
        [3, 1, 1, 1, 3],
        [1, 3, 1, 1, 3],
        [3, 3, 1, 1, 1],
        [1, 1, 3, 1, 3],
        [3, 1, 3, 1, 1],
        [1, 3, 3, 1, 1],
        [1, 1, 1, 3, 3],
        [3, 1, 1, 3, 1],
        [1, 3, 1, 3, 1],
    ];
    let mut out = vec![1, 1, 1, 1];
    for pair in digits.as_bytes().chunks_exact(2) {
        let [a, b] = [pair[0], pair[1]].map(|d| WIDE[usize::from(d - b'0')]);
        out.extend(a.iter().zip(b).flat_map(|(&bar, space)| [bar, space]));
    }
    out.extend([3, 1, 1]);
    out
}

/// Draws the bars; lying ones stack downwards, standing ones to the right.
fn bars(sheet: &mut Sheet, patch: [bool; 4], x: f64, y: f64, length: f64, standing: bool) {
    let mut along = 0.0;
    for wide in patch {
        let width = if wide { WIDE } else { NARROW };
        if standing {
            sheet.fill(x + along, y, width, length, 0);
        } else {
            sheet.fill(x, y + along, length, width, 0);
        }
        along += width + NARROW;
    }
}
