//! A letter behind the first one, that nobody separated.
//!
//! In: the pages of a document. Out: the pages that look like the beginning of another letter, with their lines as
//! if each were a first page, so that what protects a letter is tried on them too. It never cuts: an enclosed copy
//! of an old letter looks the same, and only a person can tell.

use super::classify::Matter;
use super::envelope::is_envelope;
use super::text::{self, Line, Zone};
use super::{TownRules, route};
use crate::model::page::ReadPage;

/// With fewer words a page before is a slip or a cover, and the letter begins behind it.
const WORDS_OF_A_LETTER: usize = 30;
/// A line of an address is short; running text at the same place is not.
const WORDS_OF_AN_ADDRESS: usize = 6;

/// Page (from 1) and lines of every letter that seems to begin behind the first.
pub fn letters(pages: &[&ReadPage], town: &TownRules) -> Vec<(u32, Vec<Line>)> {
    let is_letter = |page: &ReadPage| !is_envelope(page) && page.text.words.len() >= WORDS_OF_A_LETTER;
    let first = pages.iter().position(|page| is_letter(page)).map_or(pages.len(), |first| first + 1);
    let numbered = pages.iter().zip(1u32..).skip(first).filter(|(page, _)| is_letter(page));
    numbered
        .map(|(page, number)| (number, text::lines(&[page])))
        .filter(|(_, lines)| has_face(lines, town))
        .collect()
}

/// An address with a post code, and somebody is greeted or the address names an office of the town.
fn has_face(lines: &[Line], town: &TownRules) -> bool {
    let short =
        |line: &&Line| line.zone == Zone::Address && line.text.split(' ').count() <= WORDS_OF_AN_ADDRESS;
    let window: Vec<Line> = lines.iter().filter(short).cloned().collect();
    let post_code = |word: &str| word.len() == 5 && word.bytes().all(|b| b.is_ascii_digit());
    window.iter().any(|line| line.text.split(' ').any(post_code))
        && (lines.iter().any(|line| text::is_salutation(&line.folded))
            || route::recipient(&Matter::new(&window), town).is_some())
}
