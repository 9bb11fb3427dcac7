//! What people add by hand: the stamp of receipt, signatures, pencil notes. In: dice, a place. Out:
//! coloured ink and, for the truth, what it says.

use crate::dice::Dice;
use crate::facts::spell;
use crate::fonts::face;
use crate::ink::{PX, Sheet, Tint, px};
use crate::stamps;
use crate::town;
use jiff::civil::Date;

const STAMP_INK: &[[u8; 3]] = &[[40, 50, 150], [170, 30, 50], [60, 60, 120], [150, 20, 30]];
const PEN_INK: &[[u8; 3]] = &[[25, 35, 120], [20, 20, 30], [10, 60, 140]];

/// A stamp of receipt with a date; slightly turned, unevenly inked. Gives the ink, and its words on a sheet of
/// the stamp's size. `form`: one of many forms and inks instead of the plain ones.
pub fn stamp(date: Date, x: f64, y: f64, form: Form, dice: &mut Dice) -> (Tint, Sheet) {
    let sheet = match form {
        Form::Plain => plain_form(date, dice),
        Form::Wide { held_out } => stamps::form(date, held_out, dice),
    };
    let mut ink = inked(&sheet, x, y, dice);
    if form != Form::Plain {
        wear(&mut ink, dice);
    }
    (ink, sheet)
}

/// Forms and inks a stamp may have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Name of the town, word, date, in a frame.
    Plain,
    /// One of many, of those for held-out letters or not.
    Wide {
        /// Whether also those that other letters never have.
        held_out: bool,
    },
}

/// More inks; letters of dots, as printing stamps have; an edge that did not touch the paper.
fn wear(ink: &mut Tint, dice: &mut Dice) {
    if dice.chance(40) {
        ink.colour = *dice.pick(&[[40, 40, 45], [90, 30, 130], [20, 100, 60], [70, 70, 75]]);
    }
    let (width, dots, edge) = (ink.w, dice.chance(12), dice.chance(20));
    let height = ink.alpha.len() / width.max(1);
    let (from_left, lost) = (dice.chance(50), (width as f64 * dice.real(0.08, 0.2)) as usize);
    for (i, a) in ink.alpha.iter_mut().enumerate() {
        let (x, y) = (i % width, i / width);
        if dots && (x % 6 == 0 || y % 6 == 0) {
            *a /= 4;
        }
        let inward = if from_left { x } else { width - 1 - x } + y * lost / height.max(1) / 2;
        if edge && inward < lost {
            *a = (usize::from(*a) * inward / lost.max(1)) as u8;
        }
    }
}

/// Name of the town, word, date, in a frame.
fn plain_form(date: Date, dice: &mut Dice) -> Sheet {
    let (w, h) = (70.0, 38.0);
    let mut sheet = Sheet::new(w, h);
    let (small, big) = (face(0, true, 9.0), face(0, true, 14.0));
    let month =
        ["JAN.", "FEB.", "MRZ.", "APR.", "MAI", "JUNI", "JULI", "AUG.", "SEP.", "OKT.", "NOV.", "DEZ."]
            [date.month() as usize - 1];
    let day = match dice.range(0, 2) {
        0 => spell(date, 0),
        1 => format!("{:02}. {month} {}", date.day(), date.year()),
        _ => spell(date, 1),
    };
    let word = *dice.pick(&["Eingegangen", "EINGANG", "Posteingang", "Eingegangen am"]);
    for (face, y, text) in [(&small, 13.0, town::NAME), (&small, 18.5, word), (&big, 26.5, day.as_str())] {
        let width = f64::from(face.width(text)) / PX;
        sheet.text(face, (w - width) / 2.0, y, text);
    }
    sheet.frame(4.5, 6.5, w - 9.0, 24.0, 0.5);
    sheet
}

/// As rubber leaves it on paper.
fn inked(sheet: &Sheet, x: f64, y: f64, dice: &mut Dice) -> Tint {
    let shape = crate::damage::skew(&sheet.raster, dice.real(-6.0, 6.0), 255);
    let strength = dice.range(150, 225) as u32;
    let mut alpha: Vec<u8> =
        shape.data.iter().map(|&v| ((255 - u32::from(v)) * strength / 255) as u8).collect();
    // Worn rubber: small spots without ink, and one weaker side.
    let (rw, rh) = (shape.w, shape.h);
    for _ in 0..dice.range(250, 700) {
        let (cx, cy, r) = (
            dice.range(0, rw as i64 - 5) as usize,
            dice.range(0, rh as i64 - 5) as usize,
            dice.range(1, 4) as usize,
        );
        for row in cy..cy + r {
            alpha[row * rw + cx..row * rw + cx + r].fill(0);
        }
    }
    let fade = dice.range(0, 90) as usize;
    for (i, a) in alpha.iter_mut().enumerate() {
        *a = (usize::from(*a) * (255 - fade * (i % rw) / rw) / 255) as u8;
    }
    Tint { x: px(x), y: px(y), w: rw, alpha, colour: *dice.pick(STAMP_INK) }
}

/// A pen stroke that looks like a signature, about 50 mm long.
pub fn signature(x: f64, y: f64, dice: &mut Dice) -> Tint {
    let colour = *dice.pick(PEN_INK);
    stroke(x, y, 16.0, 52.0, 6.0, (2.2, 4.5), 235, colour, dice)
}

/// A pencil note or paraph: pale, but firm where only firm strokes survive (black and white scans).
pub fn pencil(x: f64, y: f64, firm: bool, dice: &mut Dice) -> Tint {
    stroke(x, y, 14.0, 34.0, 4.0, (1.6, 2.6), if firm { 255 } else { 130 }, [90, 90, 95], dice)
}

/// Somebody's initials: one short stroke, ballpoint or pencil.
pub fn paraph(x: f64, y: f64, firm: bool, dice: &mut Dice) -> Tint {
    let colour = *dice.pick(PEN_INK);
    stroke(x, y, 10.0, 9.0, 3.0, (1.4, 2.2), if firm { 255 } else { 190 }, colour, dice)
}

#[allow(clippy::too_many_arguments)]
fn stroke(
    x: f64,
    y: f64,
    height: f64,
    length: f64,
    swing: f64,
    pen: (f64, f64),
    strength: u8,
    colour: [u8; 3],
    dice: &mut Dice,
) -> Tint {
    let (w, h) = (px(length + 8.0) as usize, px(height) as usize);
    let mut alpha = vec![0u8; w * h];
    let radius = dice.real(pen.0, pen.1);
    let loops = dice.range(4, 9);
    let mut at = (3.0 * PX, h as f64 * 0.6);
    for n in 0..loops {
        let step = length * PX / loops as f64 * dice.real(0.6, 1.25);
        let tall = if n == 0 { swing * 1.5 } else { swing * dice.real(-0.4, 1.2) } * PX;
        let end = (at.0 + step * dice.real(0.6, 1.3), h as f64 * dice.real(0.5, 0.7));
        let c1 = (at.0 + step * dice.real(-0.2, 0.9), at.1 - tall);
        let c2 = (end.0 - step * dice.real(-0.3, 0.8), end.1 + tall * dice.real(-0.4, 0.6));
        for i in 0..=160 {
            let t = f64::from(i) / 160.0;
            let u = 1.0 - t;
            let mix = |a: f64, b: f64, c: f64, d: f64| {
                u * u * u * a + 3.0 * u * u * t * b + 3.0 * u * t * t * c + t * t * t * d
            };
            let (cx, cy) = (mix(at.0, c1.0, c2.0, end.0), mix(at.1, c1.1, c2.1, end.1));
            dot(&mut alpha, w, h, cx, cy, radius * (0.7 + 0.3 * u), strength);
        }
        at = end;
    }
    Tint { x: px(x), y: px(y) - h as i32 / 2, w, alpha, colour }
}

fn dot(alpha: &mut [u8], w: usize, h: usize, cx: f64, cy: f64, r: f64, strength: u8) {
    let reach = r.ceil() as i32 + 1;
    for y in cy as i32 - reach..=cy as i32 + reach {
        for x in cx as i32 - reach..=cx as i32 + reach {
            if x < 0 || y < 0 || x as usize >= w || y as usize >= h {
                continue;
            }
            let (dx, dy) = (f64::from(x) - cx, f64::from(y) - cy);
            let cover = (r + 0.5 - (dx * dx + dy * dy).sqrt()).clamp(0.0, 1.0);
            let value = (cover * f64::from(strength)) as u8;
            let slot = &mut alpha[y as usize * w + x as usize];
            *slot = (*slot).max(value);
        }
    }
}
