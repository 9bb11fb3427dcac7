//! The three dates of a letter: written, received, due.

use super::labels::Label;
use super::rows::{self, Row};
use super::values::{date, stamped_date};
use super::{Letter, READ_WELL, of_prose, of_words, pattern};
use crate::document::text::Line;
use crate::model::document::Field;
use crate::model::geometry::Box2;

pattern!(
    STAMP,
    r"(?i)\b(?:[ef][il1]n\s?ge?gan[gq]en|[ef]ingan[gq]|post\s?eingan[gq]|eingangsstempel|empfangen|eingeg\.|poststelle eing)\b"
);
pattern!(
    SERVED,
    r"(?i)\bzugestellt am\b[^\d]{0,60}(\d{1,2}\s?[.,]\s?(?:\d{1,2}\s?[.,]\s?\d{2,4}|[A-Za-zä]{3,9}\.?\s?\d{4}))"
);
pattern!(PLACE_DATE, r"^[A-ZÄÖÜ][\p{L} ./()\-]{1,40}(?:,| den) *(?:den |am )?\d{1,2}\s?\.");
pattern!(OWN, r"(?i)^(?:[\p{L}-]*rechnung|gutschrift|angebot|auftragsbestätigung)\b.{0,40}\bvom\s+\d");
pattern!(OF_ANOTHER, r"(?i)\b(?:zu|zur|zum|ihre?r?|unsere?r?)\b");
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

/// The date in a stamp of receipt: in its line, or in one close by that has little else. Never sure: stamps are
/// crooked and stand on text.
pub fn stamp(lines: &[Line]) -> Option<Field> {
    let stamped = |l: &Line| STAMP.as_ref().is_some_and(|r| r.is_match(&l.text));
    lines.iter().filter(|l| stamped(l)).find_map(|line| {
        let unit = line.bounds.h.max(1);
        let mut close: Vec<(i32, &Line)> = lines
            .iter()
            .filter(|l| l.page == line.page)
            .filter_map(|l| {
                let middle = |b: Box2| b.y + b.h / 2;
                let down = middle(l.bounds) - middle(line.bounds);
                let right = (l.bounds.x + l.bounds.w).min(line.bounds.x + line.bounds.w);
                let overlap = right - l.bounds.x.max(line.bounds.x);
                let beside = (-2 * unit..=6 * unit).contains(&down) && overlap > -4 * unit;
                let short = l.text.split(' ').count() <= 8;
                // The date stands below the word, seldom above it.
                let distance = if down < 0 { -2 * down } else { down };
                (std::ptr::eq(l, line) || beside && short).then_some((distance, l))
            })
            .collect();
        close.sort_by_key(|(distance, _)| *distance);
        close.iter().find_map(|(_, l)| {
            let (value, raw) = stamped_date(&l.text)?;
            Some(Field { value, raw, confidence: l.confidence, sure: false, page: l.page, bounds: l.bounds })
        })
    })
}

/// The day of formal service, from the yellow envelope.
pub fn service(letter: &Letter<'_>) -> Option<Field> {
    let found = SERVED.as_ref()?.captures(&letter.prose.text)?.get(1)?;
    let (value, raw) = stamped_date(found.as_str())?;
    Some(of_prose(&letter.prose, found.start(), &raw, value, false))
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
    // "Rechnung 2026-17 vom 02.03.2026" in the subject dates the letter itself.
    let own = |row: &Row| {
        let text = row.text();
        let says =
            |r: &std::sync::LazyLock<Option<regex::Regex>>| r.as_ref().is_some_and(|r| r.is_match(&text));
        let (value, _) = date(&text).filter(|_| says(&OWN) && !says(&OF_ANOTHER))?;
        Some(of_words(row.page, &row.words, value, false))
    };
    let first = || letter.rows.iter().filter(|r| r.page == 1 && !of_stamp(r));
    let found = labelled
        .or_else(|| letter.rows[..above].iter().filter(|r| !of_stamp(r)).find_map(with_place))
        .or_else(|| letter.rows[..above].iter().filter(|r| !of_stamp(r)).find_map(alone))
        .or_else(|| letter.rows[..above].iter().filter(|r| !of_stamp(r)).find_map(own))
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
