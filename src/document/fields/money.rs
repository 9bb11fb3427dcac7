//! What an invoice or reminder is about: IBAN, amount, number.

use super::labels::Label;
use super::prose::Prose;
use super::values::{amount, date};
use super::{Letter, of_prose, of_words, pattern};
use crate::model::document::Field;

pattern!(IBAN, r"\b([A-Z]{2} ?[0-9OISBZ]{2}(?: ?[0-9A-Z]{2,4}){3,8})\b");
pattern!(AMOUNT, r"(\d{1,3}(?:[. ]\d{3})*,\d{2})\b");
pattern!(
    TOTAL,
    r"(?i)\b(?:gesamtbetrag|gesamtforderung|rechnungsbetrag|endbetrag|zu zahlen\w*|zahlbetrag|bruttobetrag|gesamtsumme|rechnungssumme|endsumme|brutto|gesamt|offener? betrag|rückstand|summe)\b"
);
pattern!(
    OPEN,
    r"(?i)(?:forderung (?:über|von)|(?:offene[nr]?|fälligen?|ausstehenden?|gesamt)\s*betrag(?: von| in höhe von| über)?|betrag (?:von|über|in höhe von)|in höhe von)\s+(?:EUR |€ ?)?(\d{1,3}(?:[. ]\d{3})*,\d{2})"
);
pattern!(
    NET,
    r"(?i)\b(?:netto\w*|zwischensumme|zzgl|zuzüglich|mwst|mehrwertsteuer|umsatzsteuer|ust|skonto|mahngebühr\w*|mahnkosten|verzugszinsen)\b"
);
pattern!(
    INVOICE,
    r"(?i)\b(?:[a-zäöüß]*rechnung|beleg)(?:s?-?\s?(?:nr|nummer|no)\b)?[ .:]*([A-Z]{0,4}[-/ ]?\d[A-Z0-9/.\-]{3,22})"
);

/// The first IBAN whose check digits hold; letters the engine took for digits are put right only then.
pub fn iban(prose: &Prose) -> Option<Field> {
    IBAN.as_ref()?.captures_iter(&prose.text).find_map(|c| {
        let found = c.get(1)?;
        let mut compact: String = found.as_str().chars().filter(|c| !c.is_whitespace()).collect();
        if compact.starts_with("DE") {
            // Words behind it may look like more groups; all that follows the country is digits.
            compact.truncate(22);
            let digits: String = compact.chars().skip(2).map(as_digit).collect();
            compact = format!("DE{digits}");
        }
        compact.parse::<iban::Iban>().ok()?;
        Some(of_prose(prose, found.start(), found.as_str(), compact, true))
    })
}

fn as_digit(c: char) -> char {
    match c {
        'O' | 'Q' | 'D' => '0',
        'I' | 'L' => '1',
        'S' => '5',
        'B' => '8',
        'Z' => '2',
        other => other,
    }
}

/// The total: totals come last, net and tax stand above them. On a reminder the sum that is open.
pub fn gross(letter: &Letter<'_>) -> Option<Field> {
    let is = |pattern: &std::sync::LazyLock<Option<regex::Regex>>, text: &str| {
        pattern.as_ref().is_some_and(|r| r.is_match(text))
    };
    let total = letter.rows.iter().rev().find_map(|row| {
        let text = row.text();
        if !is(&TOTAL, &text) || is(&NET, &text) {
            return None;
        }
        let raw = AMOUNT.as_ref()?.captures_iter(&text).last()?.get(1)?.as_str().to_owned();
        Some(of_words(row.page, &row.words, amount(&raw)?, true))
    });
    total.or_else(|| {
        let found = OPEN.as_ref()?.captures(&letter.prose.text)?.get(1)?;
        Some(of_prose(&letter.prose, found.start(), found.as_str(), amount(found.as_str())?, true))
    })
}

/// The number with its label, else behind the word invoice in subject or text.
pub fn invoice_number(letter: &Letter<'_>) -> Option<Field> {
    let labelled = letter.labels.iter().filter(|l| l.label == Label::InvoiceNumber).find_map(|found| {
        let word = found.words.first()?;
        let value = trimmed(&word.text);
        is_number(value).then(|| of_words(found.page, std::slice::from_ref(word), value.to_owned(), true))
    });
    labelled.or_else(|| {
        INVOICE.as_ref()?.captures_iter(&letter.prose.text).find_map(|c| {
            let found = c.get(1)?;
            let value = trimmed(found.as_str());
            is_number(value).then(|| of_prose(&letter.prose, found.start(), value, value.to_owned(), true))
        })
    })
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| !c.is_alphanumeric())
}

fn is_number(value: &str) -> bool {
    value.chars().filter(char::is_ascii_digit).count() >= 3
        && date(value).is_none()
        && !value.contains(',')
        && value.chars().count() <= 24
}
