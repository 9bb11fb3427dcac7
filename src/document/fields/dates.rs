//! The three dates of a letter: written, received, due.

use super::labels::{Label, Labelled};
use super::rows::{self, Placed, Row};
use super::values::{date, stamped_date};
use super::{Letter, READ_WELL, of_prose, of_words, pattern};
use crate::document::text::Line;
use crate::model::document::Field;
use crate::model::geometry::Box2;

pattern!(
    STAMP,
    r"(?i)\b(?:[ef][il1]n\s?ge?gan[gq]en|[ef]ingan[gq]|post\s?-?eingan[gq]|(?:post\s?-?)?einlauf|eingan[gq]s(?:stempel|datum|vermerk)|empfangen|erhalten(?: am)?|eing(?:eg)?[.:\-–]|poststelle eing)"
);
pattern!(
    OTHER_STAMP,
    r"(?i)ausgang|bezahlt|gebucht|erledigt|versandt|abgesandt|kopie|entwurf|storniert|geprüft|angewiesen|gesehen|beglaubigt|ausgefertigt|rechtskräftig"
);
pattern!(
    SERVED,
    r"(?i)\bzugestellt am\b[^\d]{0,60}(\d{1,2}\s?[.,]\s?(?:\d{1,2}\s?[.,]\s?\d{2,4}|[A-Za-zä]{3,9}\.?\s?\d{4}))"
);
pattern!(PLACE_DATE, r"^[A-ZÄÖÜ][\p{L} ./()\-]{1,40}(?:,| den) *(?:den |am |der )?(?:\d{1,2}\s?\.|\d{4}-\d)");
pattern!(
    PLACE_ONLY,
    r"^[A-ZÄÖÜ][\p{L}./()\-]+(?: [\p{L}./()\-]+){0,3} \d{1,2}\s?\. ?(?:\d{1,2}\.|[A-ZÄa-zä]{3,9}\.?) ?\d{2,4}$"
);
// "20.11.26, Unterschrift"; and the day of a hearing, "Donnerstag, den 20.12.2026, 9:15 Uhr", which dates no letter.
pattern!(
    SIGNED,
    r"(?i)^(?:\d{1,2}\s?\.\s?(?:\d{1,2}\s?\.|\p{L}{3,9}\.?)\s?\d{2,4}|\d{4}-\d\d-\d\d)\W{1,4}unterschrift"
);
pattern!(BY_THE_CLOCK, r"(?i)\d[:.]\d\d Uhr|\b\d{1,2} Uhr");
// "Hausmesse am 14.11.2025" is when something happens; "Lindenau, am 14.11.2025" is when somebody wrote.
pattern!(EVENT, r"(?i)[^,]\s(?:am|zum|vom|bis|ab|im)\s+\d");
pattern!(
    OWN,
    r"(?i)^(?:[\p{L}-]*rechnung|gutschrift|angebot|auftragsbestätigung|faktura|beleg)\b.{0,40}\bvom\s+\d"
);
pattern!(OF_ANOTHER, r"(?i)\b(?:zu|zur|zum|ihre?r?|unsere?r?|mahnung|erinnerung)\b");
pattern!(
    DUE,
    r"(?i)\b(?:f[äa]llig\w*|zahlbar\w*|zahlungs?\w*|zahlen|[üu]berweis\w*|begleich\w*|begl[ie]chen|gleichen|ausgleich\w*|ausgeglichen|eingang|einzahl\w*|bezahl\w*|betrag|anweis\w*|gutschrift|entricht\w*)\b"
);
pattern!(
    UNTIL,
    r"(?i)\b(?:bis(?: spätestens| zum| spätestens zum| zum spätestens| einschließlich| längstens)?|spätestens(?: am| zum| bis| bis zum)?|fällig(?: am| zum| bis| ist| wird| werdend)?|fälligkeit(?:sdatum)?:?|zahlungsziel:?|zahlbar(?: am)?|zahlungstermin:?|wird zum|(?:ist|wird) am)\s*:?\s*(?:zum |am |den |der )?((?:\d{1,2}\s?\.\s?(?:\d{1,2}\s?\.\s?\d{2,4}|[A-Za-zÄÖÜäöü]{3,9}\.?\s+\d{4}))|\d{4}-\d{2}-\d{2})"
);
pattern!(
    WITHIN,
    r"(?i)\b(\d{1,3}|acht|zehn|vierzehn|zwei|drei|vier|einer|sechs)\s*(tage?n?|wochen?|monate?n?s?)\b"
);
pattern!(
    TERMS,
    r"(?i)\b(?:zahlbar|zahlungs(?:ziel|bedingung\w*|frist)|zahlung|fällig\w*|netto|ohne (?:jeden )?abz[uü]g\w*|überweis\w*|begleich\w*|ausgleich\w*|zu zahlen)\b"
);
pattern!(FULL, r"(?i)\b(?:netto|ohne (?:jeden )?abz[uü]g\w*|rein netto|spätestens|sonst|danach)\b");
pattern!(
    BIRTH,
    r"(?i)\b(?:geb|geboren|geburts\w*|vom|seit|ab dem|bis|nachricht|rechnungsdatum|gültig|zeitraum|einzug|tattag|bescheid|fällig\w*|zahlbar|liefer\w*|leistungs\w*)\b"
);

/// What stands above the text of a letter ends here, mm.
const HEAD_MM: f32 = 115.0;

/// Words that put a date beside the letter's own: somebody else's letter, a birth, a period.
fn says_otherwise(text: &str) -> bool {
    BIRTH.as_ref().is_some_and(|r| r.is_match(text))
}

/// The date in a stamp of receipt: in its line, or in one close by that has little else. Never sure: stamps are
/// crooked and stand on text.
pub fn stamp(lines: &[Line]) -> Option<Field> {
    let says =
        |l: &&Line| STAMP.as_ref().is_some_and(|r| r.is_match(&l.text)) && (l.stamped || !is_prose(&l.text));
    let named = lines.iter().filter(says).find_map(|line| {
        let unit = line.bounds.h.max(1);
        let mut close: Vec<(i32, &Line)> = lines
            .iter()
            // Words of a stamp stand across the letter: a date of the one is none of the other.
            .filter(|l| l.page == line.page && l.stamped == line.stamped)
            .filter_map(|l| {
                let middle = |b: Box2| b.y + b.h / 2;
                let down = middle(l.bounds) - middle(line.bounds);
                let right = (l.bounds.x + l.bounds.w).min(line.bounds.x + line.bounds.w);
                let overlap = right - l.bounds.x.max(line.bounds.x);
                let beside = (-2 * unit..=6 * unit).contains(&down) && overlap > -4 * unit;
                let short = l.text.split(' ').count() <= 8;
                // The date stands below the word, seldom above it or beside it.
                let distance = if down < 0 { -2 * down } else { down } - 2 * overlap.min(0);
                (std::ptr::eq(l, line) || beside && short).then_some((distance, l))
            })
            .collect();
        close.sort_by_key(|(distance, _)| *distance);
        close.iter().find_map(|(_, l)| of_stamped(l))
    });
    named.or_else(|| of_misread(lines))
}

/// The date in a stamp whose word was misread: "Eingungsstempel". Not in one that says what became of the letter.
fn of_misread(lines: &[Line]) -> Option<Field> {
    let stamped = || lines.iter().filter(|l| l.stamped);
    if stamped().any(|l| OTHER_STAMP.as_ref().is_some_and(|r| r.is_match(&l.text))) {
        return None;
    }
    stamped().find_map(of_stamped)
}

fn of_stamped(line: &Line) -> Option<Field> {
    let (value, raw) = stamped_date(&line.text)?;
    let (confidence, page, bounds) = (line.confidence, line.page, line.bounds);
    Some(Field { value, raw, confidence, sure: false, page, bounds })
}

/// Whether a line is part of a sentence, as "Bitte bestätigen Sie mir den Eingang": more small words than the "am"
/// and "den" of a stamp.
fn is_prose(text: &str) -> bool {
    let small = |w: &&str| w.chars().count() > 3 && w.chars().all(char::is_lowercase);
    text.split(' ').filter(small).count() >= 2
        || text.split(' ').filter(|w| w.starts_with(char::is_lowercase)).count() >= 3
}

/// The stamp's day beside the letter's: mail takes days, not years. A year that was misread is put right where another
/// one fits.
pub fn plausible(stamp: Field, written: Option<&Field>) -> Field {
    let day = |text: &str| text.parse::<jiff::civil::Date>().ok();
    let Some((stamped, written)) = day(&stamp.value).zip(written.and_then(|w| day(&w.value))) else {
        return stamp;
    };
    let fits =
        |date: jiff::civil::Date| date.since(written).is_ok_and(|span| (-1..=60).contains(&span.get_days()));
    if fits(stamped) {
        return stamp;
    }
    let years = [written.year(), written.year() + 1];
    let mut other =
        years.into_iter().filter_map(|y| jiff::civil::Date::new(y, stamped.month(), stamped.day()).ok());
    match other.find(|d| fits(*d)) {
        Some(date) => Field { value: date.to_string(), confidence: stamp.confidence.min(0.6), ..stamp },
        None => stamp,
    }
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
    let above = letter.salutation().unwrap_or(0);
    let beside_others =
        |day: &Labelled| letter.labels.iter().any(|l| l.row == day.row && l.label == Label::Other);
    let labelled = |label: Label| {
        let asked = letter.labels.iter().filter(|l| l.label == label && l.page == 1);
        asked.filter(|l| label != Label::Day || beside_others(l)).find_map(|found| {
            // "Datum des Beginns" asks for another date.
            let begins = found.words.first().is_some_and(|w| !w.text.starts_with(char::is_lowercase));
            let words = with_year(letter, found);
            let (value, _) = date(&rows::joined(&words)).filter(|_| begins)?;
            Some(of_words(found.page, &words, value, true))
        })
    };
    // A reminder has a table of the invoices it is about.
    let of_invoice = || if letter.reminds() { None } else { labelled(Label::InvoiceDate) };
    let words_of_others: Vec<Box2> = letter
        .labels
        .iter()
        .filter(|l| !matches!(l.label, Label::Date | Label::Day | Label::InvoiceDate))
        .flat_map(|l| l.words.iter().map(|w| w.bounds))
        .collect();
    let of_others = |segment: &[Placed]| segment.iter().any(|w| words_of_others.contains(&w.bounds));
    let with_place = |row: &Row| {
        row.segments().into_iter().find_map(|segment| {
            let text = rows::joined(segment);
            let event = [&EVENT, &BY_THE_CLOCK].iter().any(|p| p.as_ref().is_some_and(|r| r.is_match(&text)));
            let short = segment.len() <= 9 && !event && !says_otherwise(&text) && !of_others(segment);
            [&PLACE_DATE, &PLACE_ONLY].into_iter().find(|p| p.as_ref().is_some_and(|r| r.is_match(&text)))?;
            let (value, _) = date(&text).filter(|_| short)?;
            Some(of_words(row.page, segment, value, true))
        })
    };
    let alone = |row: &Row| {
        row.segments().into_iter().find_map(|segment| {
            let text = rows::joined(segment);
            let text = text.trim();
            let bare =
                ["den ", "am ", "vom ", "Datum "].iter().find_map(|b| text.strip_prefix(b)).unwrap_or(text);
            let (value, raw) = date(bare)?;
            let bare = raw.chars().count() + 3 >= bare.chars().count();
            (bare && !of_others(segment)).then(|| of_words(row.page, segment, value, false))
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
    let signed = |row: &Row| {
        row.segments().into_iter().find_map(|segment| {
            let text = rows::joined(segment);
            let (value, _) = date(&text).filter(|_| SIGNED.as_ref().is_some_and(|r| r.is_match(&text)))?;
            Some(of_words(row.page, segment, value, false))
        })
    };
    let head = || letter.rows[..above].iter().filter(|r| !of_stamp(r));
    // Who writes without a salutation dates above the text, too.
    let top = || letter.rows.iter().filter(|r| r.page == 1 && r.y < HEAD_MM * letter.per_mm && !of_stamp(r));
    let first = || letter.rows.iter().filter(|r| r.page == 1 && !of_stamp(r));
    let found = labelled(Label::Date)
        .or_else(|| labelled(Label::Day))
        .or_else(|| head().find_map(with_place))
        .or_else(|| if above == 0 { top().find_map(with_place) } else { None })
        .or_else(of_invoice)
        .or_else(|| head().find_map(alone))
        .or_else(|| head().find_map(own))
        // Forms end with place, date, signature.
        .or_else(|| letter.rows.iter().rev().filter(|r| !of_stamp(r)).find_map(signed))
        .or_else(|| letter.rows.iter().rev().filter(|r| !of_stamp(r)).find_map(with_place))
        .or_else(|| letter.rows.iter().rev().filter(|r| !of_stamp(r)).find_map(alone))
        .or_else(|| {
            first().filter(|r| !says_otherwise(&r.text())).find_map(|row| {
                // In a row of references the date stands last.
                let mut tails = (0..row.words.len()).rev().map(|i| rows::joined(&row.words[i..]));
                let value = tails.find_map(|text| date(&text))?.0;
                Some(of_words(row.page, &row.words, value, false))
            })
        })?;
    let limit = received.or(stamp.map(|s| s.value.as_str()));
    let plausible = limit.is_none_or(|day| found.value.as_str() <= day) && found.confidence >= READ_WELL;
    Some(Field { sure: found.sure && plausible, ..found })
}

/// A labelled day, with its year where a narrow column put it into the next row: `18. November`, `2026`.
fn with_year(letter: &Letter<'_>, found: &Labelled) -> Vec<Placed> {
    let mut words = found.words.clone();
    let year = |w: &&Placed| {
        w.text.len() == 4 && w.text.starts_with("20") && w.text.bytes().all(|b| b.is_ascii_digit())
    };
    if date(&rows::joined(&words)).is_none()
        && let Some(first) = found.words.first()
        && let Some(next) = letter.rows.get(found.row + 1).filter(|r| r.page == found.page)
        && let Some(word) = next.words.iter().filter(year).find(|w| (w.left - first.left).abs() < next.height)
    {
        words.push(word.clone());
    }
    words
}

/// The day until which to pay: labelled, else in a sentence about paying, else counted from the letter's date.
pub fn due(letter: &Letter<'_>, written: Option<&Field>) -> Option<Field> {
    let labelled = letter.labels.iter().filter(|l| l.label == Label::Due).find_map(|found| {
        let (value, _) = date(&rows::joined(&found.words))?;
        Some(of_words(found.page, &found.words, value, true))
    });
    labelled.or_else(|| in_sentence(letter)).or_else(|| in_days(letter, written?))
}

fn in_sentence(letter: &Letter<'_>) -> Option<Field> {
    let text = &letter.prose.text;
    UNTIL.as_ref()?.captures_iter(text).find_map(|c| {
        let found = c.get(1)?;
        // The sentence around it must be about paying.
        DUE.as_ref().filter(|r| r.is_match(around(text, found.start(), found.end())))?;
        let (value, raw) = date(found.as_str())?;
        Some(of_prose(&letter.prose, found.start(), &raw, value, true))
    })
}

/// "14 Tage netto", "innerhalb von 30 Tagen ohne Abzug": a proposal, for when the days begin is not always said.
fn in_days(letter: &Letter<'_>, written: &Field) -> Option<Field> {
    let text = &letter.prose.text;
    let spans: Vec<(bool, i32, usize, &str)> = WITHIN
        .as_ref()?
        .captures_iter(text)
        .filter_map(|c| {
            let whole = c.get(0)?;
            let near = around(text, whole.start(), whole.end());
            TERMS.as_ref().filter(|r| r.is_match(near))?;
            // The full sum, not what is left after a discount for quick payment.
            let full = FULL.as_ref().is_some_and(|r| {
                r.is_match(text.get(whole.start().saturating_sub(24)..whole.end() + 30).unwrap_or(near))
            });
            Some((full, days(&c[1], &c[2])?, whole.start(), whole.as_str()))
        })
        .collect();
    let (_, days, at, raw) = spans.into_iter().max_by_key(|s| (s.0, s.1, std::cmp::Reverse(s.2)))?;
    let from: jiff::civil::Date = written.value.parse().ok()?;
    let day = from.checked_add(jiff::Span::new().days(days)).ok()?;
    Some(of_prose(&letter.prose, at, raw, day.to_string(), false))
}

/// Until when a discount is granted: a proposal.
pub fn discount(letter: &Letter<'_>, written: Option<&Field>) -> Option<Field> {
    let text = &letter.prose.text;
    let granted = |found: regex::Match<'_>| {
        let from = (found.start().saturating_sub(40)..=found.start()).find(|&i| text.is_char_boundary(i))?;
        let to =
            (found.end()..=text.len().min(found.end() + 50)).rev().find(|&i| text.is_char_boundary(i))?;
        text[from..to].to_lowercase().contains("skonto").then_some(())
    };
    let day = UNTIL.as_ref()?.captures_iter(text).find_map(|c| {
        granted(c.get(0)?)?;
        let found = c.get(1)?;
        let (value, raw) = date(found.as_str())?;
        Some(of_prose(&letter.prose, found.start(), &raw, value, false))
    });
    day.or_else(|| {
        let from: jiff::civil::Date = written?.value.parse().ok()?;
        WITHIN.as_ref()?.captures_iter(text).find_map(|c| {
            let whole = c.get(0)?;
            granted(whole)?;
            let day = from.checked_add(jiff::Span::new().days(days(&c[1], &c[2])?)).ok()?;
            Some(of_prose(&letter.prose, whole.start(), whole.as_str(), day.to_string(), false))
        })
    })
}

fn days(count: &str, unit: &str) -> Option<i32> {
    let count = match count.to_lowercase().as_str() {
        "einer" => 1,
        "zwei" => 2,
        "drei" => 3,
        "vier" => 4,
        "sechs" => 6,
        "acht" => 8,
        "zehn" => 10,
        "vierzehn" => 14,
        digits => digits.parse().ok().filter(|n| (1..=180).contains(n))?,
    };
    match unit.to_lowercase().chars().next()? {
        't' => Some(count),
        'w' => Some(7 * count),
        _ => None,
    }
}

/// The sentence around a place, as far as one can tell.
fn around(text: &str, start: usize, end: usize) -> &str {
    let from = text[..start].rfind(". ").map_or(0, |at| at.max(start.saturating_sub(160)));
    let from = (from..=start).find(|&i| text.is_char_boundary(i)).unwrap_or(start);
    let to = (end..=text.len().min(end + 90)).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(end);
    &text[from..to]
}

#[cfg(test)]
mod tests {
    use super::is_prose;

    #[test]
    fn a_stamp_is_told_from_a_sentence() {
        for stamp in [
            "Eingegangen am 24. Nov. 2026",
            "Zentrale Poststelle - Eingang",
            "Stadt Lindenau am Fluss Eing.: 23.11.26",
        ] {
            assert!(!is_prose(stamp), "{stamp}");
        }
        for sentence in
            ["Bitte bestätigen Sie mir den Eingang des Einspruchs.", "konnten wir keinen Eingang feststellen"]
        {
            assert!(is_prose(sentence), "{sentence}");
        }
    }
}
