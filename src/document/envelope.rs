//! The envelope and the enclosures: what belongs to a letter besides its own pages.
//!
//! In: the pages of a document, what its kind wants. Out: what is missing, for a person. A cover that was scanned
//! always stays with its letter; nothing here takes a page away.

use super::asks;
use super::classify::Matter;
use crate::document::text;
use crate::model::document::{Field, Reason, ReviewReason};
use crate::model::page::{MeasuredPage, ReadPage};
use regex::Regex;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Envelopes as they are sold, millimetres: DL, C6, C5, B6, C4, B5, B4. The nearest letter paper (A5 to C5, a third
/// of A4 to DL) is more than [`TOLERANCE_MM`] smaller.
const SIZES_MM: [(f32, f32); 7] = [
    (220.0, 110.0),
    (162.0, 114.0),
    (229.0, 162.0),
    (176.0, 125.0),
    (324.0, 229.0),
    (250.0, 176.0),
    (353.0, 250.0),
];
/// What cropping and a crooked feed take or add.
const TOLERANCE_MM: f32 = 6.0;
/// More words than an address, a sender and postal marks are a letter on unusual paper.
const WORDS_MAX: usize = 60;

/// "Anlagen: 3", "Anlage(n): 2", "Anl.: 2" of a stamp; a number with a point behind it begins a list.
static ANNOUNCED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\bAnl(?:agen?|age\(n\)|age/n|g?\.)?\s?:\s?(\d{1,2})(?:[^\d.,/)]|$)|\b(\d{1,2}) Anlagen\b",
    )
    .ok()
});
/// "Seite 1 von 2" on the first page.
static OWN_PAGES: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\b(?:Seite|Blatt) ?1 ?(?:von|/) ?(\d{1,2})\b").ok());

/// What a kind says about the envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnvelopePolicy {
    /// It belongs to the letter.
    Always,
    /// Only where the letter itself does not say who wrote it, or when.
    IfUnclear,
    /// Front and back: formal service, registered mail.
    BothSides,
}

/// Whether the paper is an envelope by its size.
pub fn has_envelope_size(page: &MeasuredPage) -> bool {
    let mm = |pixels: u32| pixels as f32 * 25.4 / page.dpi.max(1.0);
    let (long, short) = (mm(page.width.max(page.height)), mm(page.width.min(page.height)));
    let near = |a: f32, b: f32| (a - b).abs() <= TOLERANCE_MM;
    SIZES_MM.iter().any(|&(l, s)| near(long, l) && near(short, s))
}

/// Whether a page is a side of an envelope: its size, and nobody is greeted on it.
pub fn is_envelope(page: &ReadPage) -> bool {
    let greets = || text::lines(&[page]).iter().any(|line| text::is_salutation(&line.folded));
    has_envelope_size(&page.measured) && page.text.words.len() <= WORDS_MAX && !greets()
}

/// What the policy finds: why a page stays, or what a person must look for.
pub fn judge(
    policy: Option<EnvelopePolicy>,
    kind: &str,
    pages: &[&ReadPage],
    fields: &BTreeMap<String, Field>,
) -> (Option<Reason>, Option<ReviewReason>) {
    let Some(policy) = policy else { return (None, None) };
    let sides: Vec<u32> = (1..).zip(pages).filter(|(_, p)| is_envelope(p)).map(|(n, _)| n).collect();
    let unclear = ["sender", "letter_date"].iter().find(|name| !fields.contains_key(**name));
    let missing = match (policy, sides.len()) {
        (EnvelopePolicy::IfUnclear, 0) => unclear.map(|name| {
            let what = if *name == "sender" { "der Absender" } else { "das Datum" };
            format!("Auf dem Schreiben ist {what} nicht zu lesen, und der Umschlag liegt nicht dabei.")
        }),
        (_, 0) => Some(format!("Zu „{kind}“ gehört der Umschlag; er liegt nicht dabei.")),
        (EnvelopePolicy::BothSides, 1) => {
            Some(format!("Zu „{kind}“ gehören beide Seiten des Umschlags; nur eine liegt dabei."))
        }
        _ => None,
    };
    let stays = sides.first().map(|&page| {
        let text = format!("Der Umschlag bleibt bei „{kind}“.");
        Reason { page: Some(page), ..Reason::new("envelope", "envelope", text) }
    });
    let review =
        missing.map(|text| ReviewReason { page: sides.first().copied(), ..asks("envelope.missing", text) });
    (stays, review)
}

/// Fewer pages than the enclosures it speaks of need, as a sentence and the page that speaks of them. More prove
/// nothing: an enclosure may have many pages.
pub fn enclosures(matter: &Matter<'_>, pages: &[&ReadPage]) -> Option<(String, u32)> {
    let of = |pattern: &Option<Regex>, page: &mut dyn FnMut(u32) -> bool| {
        matter.lines.iter().filter(|line| page(line.page)).find_map(|line| {
            let found = pattern.as_ref()?.captures(&line.text)?;
            let number = found.iter().skip(1).flatten().next()?.as_str().parse::<usize>().ok()?;
            Some((line, number))
        })
    };
    let own = of(&OWN_PAGES, &mut |page| page == 1).map_or(1, |(_, pages)| pages.max(1));
    let (line, announced) = of(&ANNOUNCED, &mut |page| page as usize <= own)?;
    let there = pages.iter().filter(|page| !is_envelope(page)).count().saturating_sub(own);
    (there < announced).then(|| {
        let text =
            format!("Genannt sind {announced} Anlagen, nach dem Schreiben kommen aber nur {there} Seiten.");
        (text, line.page)
    })
}
