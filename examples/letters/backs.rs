//! Backs of sheets, one a file: empty ones as scanners see them, and ones with the smallest thing somebody
//! may have put there. In: a seed and a number. Out: the file and its truth; every second one is blank.

use crate::codes::Separator;
use crate::dice::{Dice, Purpose};
use crate::facts::spell;
use crate::fonts::face;
use crate::ink::{PX, Sheet, Tint, px};
use crate::marks;
use crate::plan::{self, FilePlan, LetterPlan, Produced};
use crate::random;
use jiff::ToSpan;

/// What may stand on a back.
const MARKS: &[&str] =
    &["pencil", "paraph", "stamp", "signature", "date", "page_number", "typed", "dot_matrix", "seal"];
/// What happens to backs.
const DAMAGE: &[&str] =
    &["skew", "punched", "black_border", "noise", "show_through", "folded", "uneven_light"];

/// File `index` under a seed.
pub fn produce(seed: u64, index: u64) -> Result<Produced, Box<dyn std::error::Error>> {
    let mut dice = Dice::new(seed, index, 1, Purpose::Plan);
    let mut file: FilePlan =
        random::plan(seed, index, &random::Wishes { single: true, ..Default::default() });
    file.name = format!("back-{seed}-{index:06}");
    file.separator = Separator::Nothing;
    let mut conditions: Vec<&'static str> = Vec::new();
    for _ in 0..dice.range(0, 3) {
        let one = *dice.pick(DAMAGE);
        if !conditions.contains(&one) {
            conditions.push(one);
        }
    }
    let letter = LetterPlan { what: "unbekannt", conditions, marked_back: false };
    // An embossed seal leaves nothing on a black and white scan.
    let kinds = if file.format.bitonal() { &MARKS[..MARKS.len() - 1] } else { MARKS };
    let mark = (index % 2 == 1).then(|| *dice.pick(kinds));
    let bitonal = file.format.bitonal();
    plan::lone_back(&file, &letter, mark.map(|mark| (mark, put(mark, bitonal, &mut dice))), &mut dice)
}

/// The sheet with the mark, and its ink.
fn put(mark: &str, bitonal: bool, dice: &mut Dice) -> (Sheet, Vec<Tint>) {
    let mut sheet = Sheet::a4();
    let (x, y) = (dice.real(25.0, 130.0), dice.real(30.0, 250.0));
    let day = jiff::civil::date(2026, 3, 2).saturating_add(dice.range(0, 120).days());
    let size = dice.real(7.5, 11.0) as f32;
    let letters = face(dice.range(0, 5) as usize, false, size);
    let mut tints = Vec::new();
    match mark {
        "pencil" => tints.push(marks::pencil(x, y, bitonal, dice)),
        "paraph" => tints.push(marks::paraph(x, y, bitonal, dice)),
        "signature" => tints.push(marks::signature(x, y, dice)),
        "stamp" => {
            let mut ink = marks::stamp(day, x, y, marks::Form::Plain, dice).0;
            if bitonal {
                // Light ink would not be in a black and white scan at all.
                ink.alpha.iter_mut().for_each(|a| *a = a.saturating_mul(2));
            }
            tints.push(ink);
        }
        "seal" => tints.push(seal(x, y, dice)),
        "date" => {
            sheet.draw(&letters, x, y, &spell(day, 0));
        }
        "page_number" => {
            sheet.draw(&letters, 102.0, 285.0, dice.pick::<&str>(&["- 2 -", "2", "Seite 2", "/3"]));
        }
        "typed" => {
            sheet.draw(&letters, x, y, dice.pick::<&str>(&["z. d. A.", "b. R.", "i. A.", "Wv. 3/26", "II"]));
        }
        _ => dots(&mut sheet, x, y, &format!("{:06} {}", dice.range(1, 999_999), spell(day, 0))),
    }
    sheet.lines.clear();
    (sheet, tints)
}

/// A line as needle printers on scanners write it: letters of separate dots.
fn dots(sheet: &mut Sheet, x: f64, y: f64, text: &str) {
    sheet.draw(&face(0, false, 10.0), x, y, text);
    let (pitch, dot) = (4, 2);
    for (row, line) in sheet.raster.data.chunks_exact_mut(sheet.raster.w).enumerate() {
        for (column, pixel) in line.iter_mut().enumerate() {
            if row % pitch >= dot || column % pitch >= dot {
                *pixel = 255;
            }
        }
    }
}

/// An embossed seal: two rings of faint shadow.
fn seal(x: f64, y: f64, dice: &mut Dice) -> Tint {
    let side = px(40.0) as usize;
    let mut alpha = vec![0u8; side * side];
    let (centre, depth) = (side as f64 / 2.0, dice.real(70.0, 120.0));
    for (i, slot) in alpha.iter_mut().enumerate() {
        let (dx, dy) = ((i % side) as f64 - centre, (i / side) as f64 - centre);
        let (radius, angle) = (dx.hypot(dy) / PX, dy.atan2(dx));
        let ring = [18.0, 14.0].iter().any(|r: &f64| (radius - r).abs() < 0.35);
        let ray = radius < 11.0 && (angle * 8.0).cos() > 0.93;
        // Light falls from one side: half of the relief is in shadow.
        let shade = (0.35 + 0.65 * (angle + 0.8).cos()).max(0.0);
        *slot = if ring || ray { (depth * shade) as u8 } else { 0 };
    }
    Tint { x: px(x), y: px(y) - side as i32 / 2, w: side, alpha, colour: [110, 110, 112] }
}
