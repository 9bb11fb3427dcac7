//! Fields of a letter: values with their place and confidence.
//!
//! In: lines. Out: name -> field. A field is *sure* only where a check digit or
//! an unmistakable label stands behind it and the words were read well.

mod values;

use super::text::{Line, Zone, is_salutation};
use crate::model::document::Field;
use regex::Regex;
use std::collections::BTreeMap;
use std::sync::LazyLock;
pub use values::{amount, date};

/// Words below this mean confidence make no sure field.
const READ_WELL: f32 = 0.85;

macro_rules! pattern {
    ($name:ident, $text:literal) => {
        static $name: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new($text).ok());
    };
}

pattern!(IBAN, r"\b([A-Z]{2}\d{2}(?:[ ]?[0-9A-Z]{4}){3,7}(?:[ ]?[0-9A-Z]{1,4})?)\b");
pattern!(STAMP, r"(?i)\b(?:ein\s?gegangen|eingang|posteingang|eingangsstempel|empfangen)\b");
pattern!(
    INVOICE,
    r"(?i)\b(?:rechnungs?(?:nummer|-?nr\.?|\s+nr\.?|\s+nummer)|re\.?-?nr\.?|beleg-?nr\.?)[ :.]*([A-Z0-9][A-Z0-9/.\-]{2,24})"
);
pattern!(
    GROSS,
    r"(?i)(?:gesamtbetrag|rechnungsbetrag|endbetrag|zu zahlen|zahlbetrag|bruttobetrag|gesamtsumme|rechnungssumme|brutto|gesamt)\b[^0-9]*(\d{1,3}(?:[. ]\d{3})*,\d{2})"
);
pattern!(DUE, r"(?i)(?:f[äa]llig|zahlbar|zahlungsziel|zu zahlen|[üu]berweisen|bis sp[äa]testens|bis zum)\b");
pattern!(
    REFERENCE,
    r"(?i)\b(?:unser zeichen|mein zeichen|unsere zeichen|kundennummer|kunden-?nr\.?|gesch[äa]ftszeichen|vorgangs-?nr\.?)[ :.]+([A-Z0-9][A-Za-z0-9/.\-]{2,24})"
);
pattern!(
    DATE_LABEL,
    r"(?i)(?:^\s*datum\b|\brechnungsdatum\b|[a-zäöüß],? den \d|^[A-ZÄÖÜ][\w äöüß]{2,30}, (?:den )?\d{1,2}\.)"
);
pattern!(SUBJECT, r"(?i)^\s*(?:betreff|betr\.|betrifft)\s*[:.]?\s*(.{4,})$");

/// All fields that are there.
pub fn extract(lines: &[Line], own_references: &[String]) -> BTreeMap<String, Field> {
    let mut fields = BTreeMap::new();
    let mut put = |name: &str, found: Option<Field>| {
        if let Some(field) = found {
            fields.insert(name.to_owned(), field);
        }
    };
    put("iban", iban(lines));
    put("invoice_number", labelled(lines, &INVOICE, str::to_owned));
    put("gross_amount", gross(lines));
    put("reference", labelled(lines, &REFERENCE, str::to_owned));
    put("own_reference", own_reference(lines, own_references));
    put("subject", subject(lines));
    put("sender", sender(lines));
    let received = lines
        .iter()
        .enumerate()
        .filter(|(_, l)| STAMP.as_ref().is_some_and(|r| r.is_match(&l.text)))
        .find_map(|(i, _)| lines[i..].iter().take(3).find_map(|l| dated(l, false)));
    let due = lines
        .iter()
        .filter(|l| l.zone == Zone::Body && DUE.as_ref().is_some_and(|r| r.is_match(&l.text)))
        .find_map(|l| dated(l, true));
    let letter = letter_date(lines, received.as_ref());
    put("received_date", received);
    put("due_date", due);
    put("letter_date", letter);
    fields
}

fn field(line: &Line, value: String, raw: &str, certain: bool) -> Field {
    Field {
        value,
        raw: raw.trim().to_owned(),
        confidence: line.confidence,
        sure: certain && line.confidence >= READ_WELL,
        page: line.page,
        bounds: line.bounds,
    }
}

fn dated(line: &Line, certain: bool) -> Option<Field> {
    let (value, raw) = date(&line.text)?;
    Some(field(line, value, &raw, certain))
}

/// A date with its label ("Datum", "Lindenau, den"); then the first one above the salutation, then any.
/// Only a labelled one is sure: letters are full of dates of birth.
fn letter_date(lines: &[Line], stamp: Option<&Field>) -> Option<Field> {
    let not_stamp = |l: &&Line| stamp.is_none_or(|s| s.bounds != l.bounds || s.page != l.page);
    let first = || lines.iter().filter(|l| l.page == 1).filter(not_stamp);
    let labelled = |l: &&Line| DATE_LABEL.as_ref().is_some_and(|r| r.is_match(&l.text));
    first()
        .filter(labelled)
        .find_map(|l| dated(l, true))
        .or_else(|| first().filter(|l| l.zone != Zone::Body).find_map(|l| dated(l, false)))
        .or_else(|| first().find_map(|l| dated(l, false)))
}

fn labelled(lines: &[Line], pattern: &Option<Regex>, normal: fn(&str) -> String) -> Option<Field> {
    lines.iter().find_map(|line| {
        let value =
            pattern.as_ref()?.captures(&line.text)?.get(1)?.as_str().trim_end_matches(['.', ',', ':']);
        // A reference without a digit is a word that happens to follow the label.
        value.chars().any(|c| c.is_ascii_digit()).then(|| field(line, normal(value), value, true))
    })
}

fn own_reference(lines: &[Line], patterns: &[String]) -> Option<Field> {
    patterns.iter().filter_map(|p| Regex::new(p).ok()).find_map(|r| labelled(lines, &Some(r), str::to_owned))
}

fn gross(lines: &[Line]) -> Option<Field> {
    // Totals come last: net and tax stand above them.
    lines.iter().rev().find_map(|line| {
        let raw = GROSS.as_ref()?.captures(&line.text)?.get(1)?.as_str();
        Some(field(line, amount(raw)?, raw, true))
    })
}

fn iban(lines: &[Line]) -> Option<Field> {
    lines.iter().find_map(|line| {
        IBAN.as_ref()?.captures_iter(&line.text).find_map(|c| {
            let raw = c.get(1)?.as_str();
            let mut compact: String = raw.chars().filter(|c| !c.is_whitespace()).collect();
            if compact.starts_with("DE") {
                compact.truncate(22); // Words behind it may look like more groups.
            }
            compact.parse::<iban::Iban>().ok()?;
            Some(field(line, compact, raw, true))
        })
    })
}

/// A labelled subject, or the last line between address window and salutation.
fn subject(lines: &[Line]) -> Option<Field> {
    let labelled = lines.iter().filter(|l| l.page == 1).find_map(|line| {
        let text = SUBJECT.as_ref()?.captures(&line.text)?.get(1)?.as_str();
        Some(field(line, text.trim().to_owned(), text, true))
    });
    labelled.or_else(|| {
        let salutation = lines.iter().position(|l| l.page == 1 && is_salutation(&l.folded))?;
        let line = lines[..salutation].last().filter(|l| matches!(l.zone, Zone::Subject | Zone::Address))?;
        Some(field(line, line.text.trim().to_owned(), &line.text, false))
    })
}

/// The return line above the address window, else the first line of the letterhead.
fn sender(lines: &[Line]) -> Option<Field> {
    let return_line = lines.iter().find(|l| {
        l.zone == Zone::Address
            && l.text.contains(['·', '•', '|', ','])
            && l.text.chars().any(|c| c.is_ascii_digit())
    });
    if let Some(line) = return_line {
        let name = line.text.split(['·', '•', '|', ',']).next()?.trim();
        if name.chars().count() >= 4 {
            return Some(field(line, name.to_owned(), &line.text, false));
        }
    }
    let line = lines
        .iter()
        .find(|l| l.zone == Zone::Letterhead && l.text.chars().filter(|c| c.is_alphabetic()).count() >= 4)?;
    Some(field(line, line.text.trim().to_owned(), &line.text, false))
}
