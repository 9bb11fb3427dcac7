//! Stacks with separator sheets as they are after a hundred uses, and letters with strangers' barcodes. In: a seed and
//! a number. Out: the file and its truth.

use crate::codes::Separator;
use crate::dice::{Dice, Purpose};
use crate::plan::{self, FilePlan, LetterPlan, Produced};
use crate::random;
use crate::store::Format;

/// What sheets go through.
const WEAR: &[&str] = &["noise", "photocopied", "punched", "worn", "black_border", "faint"];
const KINDS: &[&str] = &["beschwerde", "rechnung", "meldewesen", "werbung", "hundesteuer"];

fn file(seed: u64, index: u64, name: &str, letters: i64, dice: &mut Dice) -> FilePlan {
    let base = random::plan(seed, index, &random::Wishes { single: true, ..Default::default() });
    let format = *dice.pick(&[Format::TiffG4, Format::PdfG4, Format::PdfDct(60), Format::PdfDct(75)]);
    let letter = |dice: &mut Dice| LetterPlan {
        what: dice.any(KINDS),
        conditions: if dice.chance(30) { vec![dice.any(&["skew", "noise", "punched"])] } else { Vec::new() },
        marked_back: false,
    };
    let letters = (0..letters).map(|_| letter(dice)).collect();
    FilePlan { name: format!("{name}-{seed}-{index:06}"), format, letters, duplex: false, ..base }
}

/// A stack of two to five letters with a sheet between them.
pub fn separated(seed: u64, index: u64) -> Result<Produced, Box<dyn std::error::Error>> {
    let mut dice = Dice::new(seed, index, 2, Purpose::Plan);
    let letters = dice.range(2, 5);
    let plan = file(seed, index, "stack", letters, &mut dice);
    let separator = *dice.pick(&[Separator::PatchT, Separator::Patch2, Separator::Code128, Separator::Qr]);
    let first = dice.chance(50);
    let sheets: Vec<_> = (0..letters)
        .map(|n| {
            let mut conditions = vec!["skew"];
            let turn = dice.any(&["", "turn90", "turn180", "turn270"]);
            conditions.extend((!turn.is_empty()).then_some(turn));
            for _ in 0..dice.range(0, 2) {
                let wear = dice.any(WEAR);
                // Faint ink on a worn copy is a sheet nobody would use any more.
                let used_up = wear == "faint" && conditions.contains(&"photocopied")
                    || wear == "photocopied" && conditions.contains(&"faint");
                if !conditions.contains(&wear) && !used_up {
                    conditions.push(wear);
                }
            }
            let one = if n == 0 && !first { Separator::Nothing } else { separator };
            (one, conditions, dice.real(-10.0, 10.0))
        })
        .collect();
    plan::stack(&plan, &sheets, dice.chance(20), &mut dice)
}

/// Ten letters without separators, each with barcodes of strangers.
pub fn unseparated(seed: u64, index: u64) -> Result<Produced, Box<dyn std::error::Error>> {
    let mut dice = Dice::new(seed, index, 3, Purpose::Plan);
    let plan = file(seed, index, "codes", 10, &mut dice);
    plan::stack(&plan, &[], true, &mut dice)
}
