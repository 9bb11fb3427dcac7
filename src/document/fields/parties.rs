//! Who writes: the return line above the address, the block of a private letter, the letterhead, the form.

use super::labels::Label;
use super::rows::{self, Placed, Row};
use super::{Letter, of_words, pattern};
use crate::document::text::folded;
use crate::model::document::Field;

pattern!(PLACE, r"\b\d{5} [A-ZÄÖÜ]");
pattern!(SEPARATOR, r"\s*[·•|;]\s*|\s+[-–—:*~.]+\s*|\s*[:~]\s+|\s*,\s*");
pattern!(
    STREET,
    r"(?i)^(?:\p{L}[\p{L}.\-]*)?(?:stra(?:ß|ss)e|str\.?|weg|platz|gasse|allee|ring|damm|ufer|chaussee|markt|steig|pfad|stieg|hof|hag|wall|graben|höfe|höfen|berg|grund|feld|park|brücke|tor|kamp|winkel|zeile)$"
);
pattern!(
    STREET_BEGINS,
    r"^(?:Am|An|Auf|Im|In|Hinter|Unter|Vor|Zum|Zur|Alte[rs]?|Neue[rs]?|Lange[rs]?|Kurze[rs]?|Große[rs]?|Kleine[rs]?|Obere[rs]?|Untere[rs]?)$"
);

/// The sender's name; a proposal, unless a form asks for it.
pub fn sender(letter: &Letter<'_>) -> Option<Field> {
    court(letter)
        .or_else(|| return_line(letter))
        .or_else(|| block(letter))
        .or_else(|| on_form(letter))
        .or_else(|| letterhead(letter))
}

/// Whether a row names the town itself: it is who is written to.
fn is_town(text: &str) -> bool {
    let folded = folded(text);
    ["stadt ", "an die ", "an das ", "an den ", "gemeinde ", "rathaus"].iter().any(|s| folded.starts_with(s))
}

fn court(letter: &Letter<'_>) -> Option<Field> {
    let row = letter.rows.iter().filter(|r| r.page == 1).take(4).find(|r| {
        let folded = rows::joined_folded(&r.words);
        folded.contains("gericht") || folded.contains("staatsanwaltschaft")
    })?;
    let segment = row.segments().into_iter().find(|s| rows::joined_folded(s).contains("gericht"))?;
    Some(of_words(1, segment, rows::joined(segment), false))
}

/// One line with name, street and town above the window of the address.
fn return_line(letter: &Letter<'_>) -> Option<Field> {
    let top = |row: &&Row| row.page == 1 && row.y < 100.0 * letter.per_mm;
    letter.rows.iter().filter(top).find_map(|row| {
        let segment = row
            .segments()
            .into_iter()
            .find(|s| s.len() >= 4 && PLACE.as_ref().is_some_and(|r| r.is_match(&rows::joined(s))));
        // Gaps around the signs between the parts may be wide.
        let text = segment.map_or_else(|| row.text(), rows::joined);
        let place = PLACE.as_ref()?.find(&text)?.start();
        let before = text.get(..place)?;
        if is_town(before) || !before.chars().any(|c| c.is_ascii_digit()) {
            return None;
        }
        let name = without_street(before)?;
        let words = segment.unwrap_or(&row.words);
        let count = name.split(' ').count().min(words.len());
        Some(of_words(1, &words[..count], name, false))
    })
}

/// `Erika Muster, Am Mühlgraben 4` as `Erika Muster`.
pub(super) fn without_street(text: &str) -> Option<String> {
    let head = SEPARATOR.as_ref()?.splitn(text.trim(), 2).next()?.trim();
    let mut words: Vec<&str> = head.split(' ').filter(|w| !w.is_empty()).collect();
    if words.iter().any(|w| w.chars().any(|c| c.is_ascii_digit())) {
        let number = words.iter().rposition(|w| w.starts_with(|c: char| c.is_ascii_digit()))?;
        words.truncate(number);
        // The street is the last word or begins with a word that begins streets.
        let street = STREET.as_ref().filter(|r| words.last().is_some_and(|w| r.is_match(w)));
        words.pop();
        let begins = |w: &&str| STREET_BEGINS.as_ref().is_some_and(|r| r.is_match(w));
        if let Some(at) = words.iter().rposition(begins).filter(|at| words.len() - at <= 3) {
            words.truncate(at);
        } else if street.is_none() && words.len() > 2 {
            return None;
        }
    }
    let name = words.join(" ").replace("e.K", "e. K").trim_end_matches(['-', ':', '~', '·', ' ']).to_owned();
    is_name(&name).then_some(name)
}

fn is_name(text: &str) -> bool {
    text.chars().filter(|c| c.is_alphabetic()).count() >= 4
        && text.split(' ').count() >= 2
        && text.starts_with(|c: char| c.is_uppercase())
        && !text.contains('@')
}

/// Name over street over town, before the town's own address.
fn block(letter: &Letter<'_>) -> Option<Field> {
    let first: Vec<(usize, &Row)> = letter.rows.iter().enumerate().filter(|(_, r)| r.page == 1).collect();
    let town = first
        .iter()
        .find_map(|(i, row)| row.segments().into_iter().find(|s| starts_with_place(s)).map(|s| (*i, s)))?;
    let (at, place) = town;
    let left = place.first()?.left;
    let above = |i: usize| -> Option<&[Placed]> {
        let row = letter.rows.get(at.checked_sub(i)?)?;
        let right = place.last()?.right;
        row.segments().into_iter().find(|s| {
            s.first().is_some_and(|w| (w.left - left).abs() < 6.0 * letter.per_mm)
                || s.last().is_some_and(|w| (w.right - right).abs() < 6.0 * letter.per_mm)
        })
    };
    // Street right above the town, the name above the street.
    let name = above(2)?;
    let value = rows::joined(name);
    let fits = is_name(&value) && !value.chars().any(|c| c.is_ascii_digit()) && !is_town(&value);
    let street = above(1).map(rows::joined)?;
    let town_above = (1..=4).filter_map(above).any(|s| is_town(&rows::joined(s)));
    (fits && street.chars().any(|c| c.is_ascii_digit()) && !town_above)
        .then(|| of_words(1, name, value, false))
}

fn starts_with_place(segment: &[Placed]) -> bool {
    let text = rows::joined(segment);
    PLACE.as_ref().and_then(|r| r.find(&text)).is_some_and(|m| m.start() == 0)
}

/// The person a form asks for.
fn on_form(letter: &Letter<'_>) -> Option<Field> {
    letter.labels.iter().filter(|l| l.label == Label::Person && l.page == 1).find_map(|found| {
        let text = rows::joined(&found.words);
        let value = match text.split_once(", ") {
            // Forms want the family name first.
            Some((family, given)) if !given.contains(',') => {
                // A second name beside it is the signature of a neighbouring field.
                let given = given.trim_end_matches(family).trim();
                format!("{given} {family}")
            }
            _ => text,
        };
        let fits = is_name(&value) && !value.chars().any(|c| c.is_ascii_digit());
        fits.then(|| of_words(found.page, &found.words, value, false))
    })
}

/// The first line that could be a name.
fn letterhead(letter: &Letter<'_>) -> Option<Field> {
    let rows = letter.rows.iter().filter(|r| r.page == 1 && r.y < 60.0 * letter.per_mm);
    rows.flat_map(|r| r.segments()).find_map(|segment| {
        let text = rows::joined(segment);
        let value = SEPARATOR.as_ref()?.splitn(&text, 2).next()?.trim().to_owned();
        let fits = is_name(&value) && !is_town(&value) && !value.chars().any(|c| c.is_ascii_digit());
        fits.then(|| of_words(1, segment, value, false))
    })
}
