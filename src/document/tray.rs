//! What lies in the tray and is no letter: an envelope without one, a photo, a till receipt.
//!
//! In: the pages of a document. Out: what a person is told. Each needs several signs at once on every page; with
//! fewer it says nothing, and the document is asked about like any unknown one.

use super::classify::{Matter, Phrase};
use super::{asks, envelope};
use crate::model::document::ReviewReason;
use crate::model::page::ReadPage;
use std::sync::LazyLock;

/// A photo has no more words than chance reads into it.
const PHOTO_WORDS: usize = 3;
/// Words read worse than this are chance.
const READ: f32 = 0.6;
/// Share of ink of a photo; dense print has 0.15.
const PHOTO_INK: f32 = 0.25;
/// Share of colour of a photo; a letterhead with stamps has less than a tenth.
const PHOTO_COLOUR: f32 = 0.3;
/// Rolls of till paper are 57 or 80 mm wide.
const ROLL_MM: f32 = 80.0;
/// A receipt is longer than wide.
const LONGER: f32 = 1.3;
/// Fewer words are a label.
const RECEIPT_WORDS: usize = 6;

static RECEIPT: LazyLock<Vec<Phrase>> = LazyLock::new(|| {
    [
        "Kassenbon",
        "Kassenbeleg",
        "Bon-Nr",
        "Kartenzahlung",
        "Kundenbeleg",
        "Rückgeld",
        "Summe EUR",
        "Gegeben",
        "TSE-Signatur",
    ]
    .iter()
    .filter_map(|words| Phrase::parse(words))
    .collect()
});

/// What it is, if it is none of the town's kinds. `known`: what kind it is needs no person.
pub fn judge(matter: &Matter<'_>, pages: &[&ReadPage], known: bool) -> Option<ReviewReason> {
    let all = |is: &dyn Fn(&ReadPage) -> bool| !pages.is_empty() && pages.iter().all(|page| is(page));
    if all(&is_receipt) && RECEIPT.iter().any(|p| matter.find(p, &|_| true).is_some()) {
        let text =
            "Kassenbeleg: Thermopapier verblasst; prüfen, ob alles zu lesen ist, und das Papier behalten.";
        return Some(asks("tray.receipt", text.into()));
    }
    if known {
        return None;
    }
    if all(&envelope::is_envelope) {
        let text = "Leerer Umschlag: kein Schreiben liegt dabei. Im Umschlag und im Stapel nachsehen.";
        return Some(asks("tray.empty_envelope", text.into()));
    }
    let text = "Foto: darauf steht nichts, was sagt, wohin es gehört.";
    all(&is_photo).then(|| asks("tray.photo", text.into()))
}

fn is_photo(page: &ReadPage) -> bool {
    let read = page.text.words.iter().filter(|w| w.confidence >= READ).count();
    let measured = &page.measured;
    let picture = measured.quality.ink >= PHOTO_INK || measured.coloured >= PHOTO_COLOUR;
    picture && !measured.blank && read <= PHOTO_WORDS
}

/// Whether all words stand in one narrow column, as on a roll, whatever sheet it was scanned on.
fn is_receipt(page: &ReadPage) -> bool {
    let boxes = page.text.words.iter().map(|w| w.bounds);
    let Some(column) = boxes.reduce(|all, one| all.union(one)) else { return false };
    let (width, height) = (column.w as f32, column.h as f32);
    let roll = ROLL_MM * page.measured.dpi.max(1.0) / 25.4;
    page.text.words.len() >= RECEIPT_WORDS && width <= roll && height >= LONGER * width
}
