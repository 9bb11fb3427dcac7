//! The three dates of a letter: written, received, due.

use super::labels::Label;
use super::rows::{self, Row};
use super::values::date;
use super::{Letter, READ_WELL, of_prose, of_words, pattern};
use crate::document::text::Line;
use crate::model::document::Field;

pattern!(STAMP, r"(?i)\b(?:ein\s?gegangen|eingang|posteingang|eingangsstempel|empfangen)\b");
pattern!(PLACE_DATE, r"^[A-ZÄÖÜ][\p{L} ./()\-]{1,40}(?:,| den) *(?:den |am )?\d{1,2}\s?\.");
pattern!(
    DUE,
    r"(?i)\b(?:f[äa]llig|zahlbar|zahlungsziel|zahlung|zahlen|[üu]berweis\w*|begleich\w*|gleichen|ausgleich\w*|ausgeglichen|eingang)\b"
);
pattern!(
    UNTIL,
    r"(?i)\b(?:bis(?: spätestens| zum| spätestens zum| zum spätestens)?|spätestens(?: am| zum| bis)?|fällig(?: am| zum| bis)?|fällig:?|zahlungsziel:?)\s*:?\s*(?:zum |am )?(\d{1,2}\s?\.\s?(?:\d{1,2}\s?\.\s?\d{2,4}|[A-Za-zÄÖÜäöü]{3,9}\.?\s+\d{4}))"
);
pattern!(
    BIRTH,
    r"(?i)\b(?:geb|geboren|geburts\w*|vom|seit|ab dem|bis|nachricht|rechnungsdatum|gültig|zeitraum|einzug|tattag|bescheid)\b"
);

/// Words that put a date beside the letter's own: somebody else's letter, a birth, a period.
fn says_otherwise(text: &str) -> bool {
    BIRTH.as_ref().is_some_and(|r| r.is_match(text))
}

/// The date in a stamp of receipt. Never sure: stamps are crooked and stand on text.
pub fn stamp(lines: &[Line]) -> Option<Field> {
    let stamped = |l: &Line| STAMP.as_ref().is_some_and(|r| r.is_match(&l.text));
    lines.iter().enumerate().filter(|(_, l)| stamped(l)).find_map(|(i, line)| {
        let near = |other: &&Line| {
            let reach = line.bounds.h.max(other.bounds.h) * 5;
            other.page == line.page && (other.bounds.y - line.bounds.y).abs() <= reach
        };
        let mut close: Vec<&Line> =
            lines[i..].iter().take(4).chain(lines[..i].iter().rev().take(3)).collect();
        close.retain(near);
        close.iter().find_map(|l| {
            let (value, raw) = date(&l.text)?;
            Some(Field { value, raw, confidence: l.confidence, sure: false, page: l.page, bounds: l.bounds })
        })
    })
}

/// The date of the letter: labelled, else with its place, else alone above the salutation, else at the
/// signature of a form. Sure only where labelled, and never after the day of receipt.
pub fn letter(letter: &Letter<'_>, stamp: Option<&Field>, received: Option<&str>) -> Option<Field> {
    let of_stamp = |row: &Row| {
        stamp.is_some_and(|s| s.page == row.page && row.words.iter().any(|w| w.bounds.centre_in(s.bounds)))
    };
    let labelled = letter.labels.iter().filter(|l| l.label == Label::Date).find_map(|found| {
        // "Datum des Beginns" asks for another date.
        let begins = found.words.first().is_some_and(|w| !w.text.starts_with(char::is_lowercase));
        let (value, _) = date(&rows::joined(&found.words)).filter(|_| begins)?;
        let head = letter.rows.get(found.row).is_some_and(|r| r.page == 1);
        Some(of_words(found.page, &found.words, value, head))
    });
    let salutation = letter.salutation();
    let above = salutation.unwrap_or(0);
    let with_place = |row: &Row| {
        row.segments().into_iter().find_map(|segment| {
            let text = rows::joined(segment);
            PLACE_DATE.as_ref().filter(|r| r.is_match(&text))?;
            let short = segment.len() <= 8 && !says_otherwise(&text);
            let (value, _) = date(&text).filter(|_| short)?;
            Some(of_words(row.page, segment, value, true))
        })
    };
    let alone = |row: &Row| {
        row.segments().into_iter().find_map(|segment| {
            let text = rows::joined(segment);
            let (value, raw) = date(&text)?;
            let bare = raw.chars().count() + 3 >= text.trim().chars().count();
            bare.then(|| of_words(row.page, segment, value, false))
        })
    };
    let first = || letter.rows.iter().filter(|r| r.page == 1 && !of_stamp(r));
    let found = labelled
        .or_else(|| letter.rows[..above].iter().filter(|r| !of_stamp(r)).find_map(with_place))
        .or_else(|| letter.rows[..above].iter().filter(|r| !of_stamp(r)).find_map(alone))
        // Forms end with place, date, signature.
        .or_else(|| letter.rows.iter().rev().filter(|r| !of_stamp(r)).find_map(with_place))
        .or_else(|| letter.rows.iter().rev().filter(|r| !of_stamp(r)).find_map(alone))
        .or_else(|| {
            first().filter(|r| !says_otherwise(&r.text())).find_map(|row| {
                let (value, _) = date(&row.text())?;
                Some(of_words(row.page, &row.words, value, false))
            })
        })?;
    let limit = received.or(stamp.map(|s| s.value.as_str()));
    let plausible = limit.is_none_or(|day| found.value.as_str() <= day) && found.confidence >= READ_WELL;
    Some(Field { sure: found.sure && plausible, ..found })
}

/// The day until which to pay.
pub fn due(letter: &Letter<'_>) -> Option<Field> {
    let text = &letter.prose.text;
    UNTIL.as_ref()?.captures_iter(text).find_map(|c| {
        let found = c.get(1)?;
        // The sentence around it must be about paying.
        let from =
            text[..found.start()].rfind(". ").map_or(0, |at| at.max(found.start().saturating_sub(160)));
        let from = (from..=found.start()).find(|&i| text.is_char_boundary(i))?;
        let to =
            (found.end()..=text.len().min(found.end() + 90)).rev().find(|&i| text.is_char_boundary(i))?;
        DUE.as_ref().filter(|r| r.is_match(&text[from..to]))?;
        let (value, raw) = date(found.as_str())?;
        Some(of_prose(&letter.prose, found.start(), &raw, value, true))
    })
}
