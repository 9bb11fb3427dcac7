//! Plans by chance. In: a seed and a number. Out: the plan of that file: kinds, separators, damage, format.

use crate::codes::Separator;
use crate::damage;
use crate::dice::{Dice, Purpose};
use crate::plan::{FilePlan, LetterPlan};
use crate::store::Format;
use crate::town;

/// Seeds from here on use only held-out layouts, wordings and typefaces.
pub const HELD_OUT_FROM: u64 = 1_000_000;

/// What the caller fixes instead of leaving it to chance.
#[derive(Default, Clone)]
pub struct Wishes {
    /// Only this kind or hold code.
    pub kind: Option<&'static str>,
    /// Only this condition on every letter; `clean` for none.
    pub condition: Option<&'static str>,
    /// One letter a file.
    pub single: bool,
    /// Stacks without separators.
    pub unseparated: bool,
}

/// The plan of file `index` under a seed.
pub fn plan(seed: u64, index: u64, wishes: &Wishes) -> FilePlan {
    let mut dice = Dice::new(seed, index, 0, Purpose::Plan);
    let count = if wishes.single || dice.chance(74) { 1 } else { dice.range(2, 6) };
    let separator = match dice.range(0, 9) {
        _ if wishes.unseparated => Separator::Nothing,
        0..=4 => Separator::PatchT,
        5..=7 => Separator::Qr,
        _ => Separator::Blank,
    };
    // With blank separators an empty back could not be told from a cut.
    let duplex =
        separator != Separator::Blank && !wishes.single && dice.chance(if count > 1 { 35 } else { 15 });
    let quality = dice.range(50, 85) as u8;
    let format = match dice.range(0, 99) {
        0..=27 => Format::Jpeg(quality),
        28..=52 => Format::TiffG4,
        53..=67 => Format::PdfG4,
        68..=91 => Format::PdfDct(quality),
        92..=94 => Format::TiffLzw,
        95..=97 => Format::TiffDeflate,
        _ => Format::Png,
    };
    let colour = !format.bitonal() && dice.chance(25);
    let letters = (0..count)
        .map(|_| LetterPlan {
            what: wishes.kind.unwrap_or_else(|| kind(&mut dice)),
            conditions: conditions(&mut dice, wishes),
            marked_back: dice.chance(25),
        })
        .collect();
    FilePlan {
        name: format!("scan-{seed}-{index:06}"),
        seed,
        index,
        held_out: seed >= HELD_OUT_FROM,
        format,
        colour,
        duplex,
        separator,
        letters,
        wide: true,
    }
}

/// A kind: most are known ones, some unknown, some held.
fn kind(dice: &mut Dice) -> &'static str {
    let known = town::DESKS.len() as i64 - 1;
    match dice.range(0, 99) {
        0..=83 => town::DESKS[dice.range(0, known - 1) as usize].kind,
        84..=90 => "unbekannt",
        _ => town::HOLDS[dice.range(0, town::HOLDS.len() as i64 - 1) as usize],
    }
}

fn conditions(dice: &mut Dice, wishes: &Wishes) -> Vec<&'static str> {
    match wishes.condition {
        Some("clean") => return Vec::new(),
        Some(one) => return vec![one],
        None => {}
    }
    let mut out: Vec<&'static str> = Vec::new();
    for _ in 0..*dice.pick(&[0, 1, 1, 2, 2, 3, 4]) {
        let one = *dice.pick(damage::ALL);
        let clash =
            out.contains(&one) || (one.starts_with("turn") && out.iter().any(|c| c.starts_with("turn")));
        if !clash {
            out.push(one);
        }
    }
    out
}
