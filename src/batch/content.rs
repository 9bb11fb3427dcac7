//! Does a new letter begin here, by what is written? The last resort.
//!
//! One sign is never enough: an enclosure counts its own pages, and an old
//! letter may be enclosed. It takes the end of one count, the start of another,
//! and the face of a letter.

use super::BatchPage;
use regex::Regex;
use std::sync::LazyLock;

/// From this weight on the stack is cut.
pub const ENOUGH: f32 = 0.8;

/// "Seite 2 von 3" as letters write it.
static COUNT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\b(?:seite|blatt)\s*:?\s*(\d{1,3})\s*(?:von|/)\s*(\d{1,3})\b").ok());
/// How letters greet.
static SALUTATION: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?im)^\s*(?:sehr geehrte|guten tag|liebe)").ok());

/// What a page says about its place.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    /// Page and pages, if it counts itself and makes sense.
    pub count: Option<(u32, u32)>,
    /// It has an address in its upper third and a salutation.
    pub letter_face: bool,
}

/// Reads a page.
pub fn place(page: &BatchPage<'_>) -> Place {
    let Some(text) = page.text else { return Place::default() };
    let plain = text.plain();
    let count = COUNT.as_ref().and_then(|pattern| pattern.captures(&plain)).and_then(|found| {
        let number = |i: usize| found.get(i).and_then(|m| m.as_str().parse::<u32>().ok());
        let (page, of) = (number(1)?, number(2)?);
        (page >= 1 && page <= of).then_some((page, of))
    });
    let upper = i64::from(page.height) * 2 / 5;
    let post_code = |word: &str| word.len() == 5 && word.bytes().all(|b| b.is_ascii_digit());
    let addressed = text.words.iter().any(|w| post_code(&w.text) && i64::from(w.bounds.y) < upper);
    let greets = SALUTATION.as_ref().is_some_and(|pattern| pattern.is_match(&plain));
    Place { count, letter_face: addressed && greets }
}

/// How much speaks for a cut before `here`, and why; `before` is what the pages of the open document said.
pub fn weight(before: &[Place], here: Place) -> (f32, String) {
    let Some((1, of)) = here.count else { return (0.0, String::new()) };
    let finished = before.iter().rev().find_map(|p| p.count).is_some_and(|(page, of)| page == of);
    let mut weight = 0.3;
    let mut why = format!("die Zählung beginnt neu mit „Seite 1 von {of}“");
    if finished {
        weight += 0.35;
        why.push_str(", die vorige war zu Ende");
    }
    if here.letter_face {
        weight += 0.25;
        why.push_str(", Anschrift und Anrede sind da");
    }
    (weight, why)
}
