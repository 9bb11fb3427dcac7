//! What an invoice or reminder is about: amounts and number.

use super::labels::Label;
use super::rows::{self, Row};
use super::values::{amount, date};
use super::{Letter, of_prose, of_words, pattern};
use crate::model::document::Field;

pattern!(BILLED, r"(?i)\brechnung(?:en)?\b");
pattern!(
    ASKS,
    r"(?i)\b(?:offen\w*|steht aus|ausstehend\w*|ausgleich\w*|[üu]berweis\w*|begl[ei]{1,2}ch\w*|zahlungseingang|bezahlt|(?:kein|das) geld|zahlen sie|mahnung|gemahnt)\b"
);
pattern!(
    EUROS,
    r"(?i)(?:^|[^\d,.])((?:\d{1,3}(?:[. ]\d{3})+|\d{1,7}),\d{2})\s?(?:€|eur\b|euro\b)|(?:€|\beur|\beuro)\s?((?:\d{1,3}(?:[. ]\d{3})+|\d{1,7}),\d{2})\b"
);
pattern!(AMOUNT, r"(?:^|[^\d,.])((?:\d{1,3}(?:[. ']\d{3})+|\d{1,7}),(?:\d{2}|-{1,2}|–))(?:[^\d]|$)");
pattern!(
    TOTAL,
    r"(?i)\b(?:(?:rechnungs|gesamt|brutto|zahl|zahlungs|end|forderungs|überweisungs|abbuchungs|rechnungsend|rechnungsgesamt)-?betrag|gesamtforderung|zu zahlen\w*|zu überweisen\w*|gesamt(?:summe|preis|brutto)?|(?:rechnungs|end|brutto)summe|brutto|(?:offene[rn]? |fällige[rn]? )betrag|rückstand|summe|total|betrag inkl\w*)\b"
);
pattern!(
    TAX,
    r"(?i)(?:\b(?:zzgl|zuzüglich|plus|davon|enthaltene?|\+)?\.? ?(?:\d{1,2}(?:,\d{1,2})? ?% ?)?(?:mwst|mehrwertsteuer|umsatzsteuer|ust|steuerbetrag|vorsteuer)\b|\b(?:steuersatz|steuer) \d{1,2} ?%)"
);
pattern!(
    TOTAL_STRICT,
    r"(?i)\b(?:gesamtbetrag|rechnungsbetrag|endbetrag|bruttobetrag|zahlbetrag|gesamtsumme|zu zahlen\w*)\b"
);
pattern!(WITH_TAX, r"(?i)\b(?:inkl|einschl|brutto|inklusive|einschließlich)");
pattern!(
    FEES,
    r"(?i)\b(?:skonto|mahngebühr\w*|mahnkosten|mahnspesen|verzugszins\w*|porto|versand\w*|anzahlung|abschlag|rabatt|einzelpreis)\b"
);
pattern!(
    OPEN,
    r"(?i)(?:forderung (?:über|von)|(?:offene[nr]?|fälligen?|ausstehenden?|gesamt)\s*betrag(?: von| in höhe von| über)?|betrag (?:von|über|in höhe von)|in höhe von)\s+(?:EUR |€ ?)?(\d{1,3}(?:[. ]\d{3})*,\d{2})"
);
pattern!(NET, r"(?i)\b(?:netto\w*|zwischensumme)\b");
pattern!(
    NOT_TOTAL,
    r"(?i)\b(?:netto\w*|zwischensumme|zzgl|zuzüglich|mwst|mehrwertsteuer|umsatzsteuer|ust|skonto|mahngebühr\w*|mahnkosten|verzugszinsen)\b"
);
pattern!(
    INVOICE,
    r"(?i)\b(?:[a-zäöüß]*rechnung|beleg|faktura|honorarnote|leistungsabrechnung|kostennote|gutschrift|posten|re|rg)(?:s?-?\s?(?:nr|nummer|no|num)\b)?[ .:#]*(?-i:((?:[A-Z]{1,5}[-/. ]?){0,3}\d[A-Z0-9/.\-_]{1,22}))"
);

/// Net, tax and gross as they stand in the foot of a table, checked against each other.
#[derive(Debug, Default)]
pub struct Amounts {
    /// Net.
    pub net: Option<Field>,
    /// Tax.
    pub tax: Option<Field>,
    /// Gross: what is to be paid.
    pub gross: Option<Field>,
}

/// The amounts. Net and tax are given only where their sum is the gross amount; gross is sure where the sum
/// agrees or nothing contradicts it.
pub fn amounts(letter: &Letter<'_>) -> Amounts {
    let gross = total(letter).or_else(|| open_sum(letter)).or_else(|| owed(letter));
    let net = labelled_amounts(letter, |text| is(&NET, text));
    let tax = labelled_amounts(letter, |text| is(&TAX, text) && !is(&WITH_TAX, text) && !is(&NET, text));
    let fitting = |gross: &Field| {
        let whole = cents(&gross.value)?;
        let pair = |n: &Field, t: &Field| Some(cents(&n.value)? + cents(&t.value)? == whole);
        net.iter().flat_map(|n| tax.iter().map(move |t| (n, t))).find(|(n, t)| pair(n, t) == Some(true))
    };
    let Some(gross) = gross else { return Amounts::default() };
    match fitting(&gross) {
        Some((n, t)) => Amounts { net: Some(n.clone()), tax: Some(t.clone()), gross: Some(gross) },
        None if !net.is_empty() && !tax.is_empty() => {
            // The sum contradicts the total: a misread digit. The largest amount that is such a sum wins.
            let sums = net.iter().flat_map(|n| tax.iter().map(move |t| (n, t)));
            let sum = |(n, t): (&Field, &Field)| Some(cents(&n.value)? + cents(&t.value)?);
            let printed = all_amounts(letter);
            let agreed = sums.filter_map(|pair| Some((sum(pair)?, pair))).find_map(|(whole, (n, t))| {
                let found = printed.iter().find(|f| cents(&f.value) == Some(whole))?;
                let gross = Field { sure: false, ..found.clone() };
                Some(Amounts { net: Some(n.clone()), tax: Some(t.clone()), gross: Some(gross) })
            });
            agreed.unwrap_or(Amounts { gross: Some(Field { sure: false, ..gross }), ..Amounts::default() })
        }
        None => Amounts { gross: Some(gross), ..Amounts::default() },
    }
}

fn is(pattern: &std::sync::LazyLock<Option<regex::Regex>>, text: &str) -> bool {
    pattern.as_ref().is_some_and(|r| r.is_match(text))
}

/// A decimal string as cents.
fn cents(value: &str) -> Option<u64> {
    value.replace('.', "").parse().ok()
}

/// Amounts in a row, with their values.
fn amounts_in(text: &str) -> Vec<(String, String)> {
    let found = AMOUNT.as_ref().into_iter().flat_map(|r| r.captures_iter(text));
    found.filter_map(|c| Some((amount(&c[1])?, c[1].to_owned()))).collect()
}

fn of_row(row: &Row, value: String) -> Field {
    of_words(row.page, &row.words, value, true)
}

/// The total: totals come last, net and tax stand above them. On a reminder the sum that is open.
fn total(letter: &Letter<'_>) -> Option<Field> {
    letter.rows.iter().enumerate().rev().find_map(|(at, row)| {
        let text = row.text();
        let tax_alone = is(&TAX, &text) && !is(&WITH_TAX, &text) && !is(&TOTAL_STRICT, &text);
        if !is(&TOTAL, &text) || is(&NOT_TOTAL, &text) || is(&FEES, &text) || tax_alone {
            return None;
        }
        let largest = |text: &str| amounts_in(text).into_iter().max_by_key(|(v, _)| cents(v));
        if let Some((value, _)) = largest(&text) {
            return Some(of_row(row, value));
        }
        // The sum may stand below its label.
        let next = letter.rows.get(at + 1).filter(|n| n.page == row.page && row.words.len() <= 4)?;
        let (value, _) = largest(&next.text())?;
        (next.words.len() <= 3).then(|| of_row(next, value))
    })
}

/// What a sentence says is open.
fn open_sum(letter: &Letter<'_>) -> Option<Field> {
    let found = OPEN.as_ref()?.captures(&letter.prose.text)?.get(1)?;
    Some(of_prose(&letter.prose, found.start(), found.as_str(), amount(found.as_str())?, true))
}

/// The largest sum in euros where a letter asks for the money of an invoice in words of its own; a proposal.
fn owed(letter: &Letter<'_>) -> Option<Field> {
    let text = &letter.prose.text;
    if !(is(&BILLED, text) && is(&ASKS, text)) {
        return None;
    }
    let sums = EUROS.as_ref()?.captures_iter(text).filter_map(|c| c.get(1).or_else(|| c.get(2)));
    let (found, value) = sums.filter_map(|m| Some((m, amount(m.as_str())?))).max_by_key(|(_, v)| cents(v))?;
    Some(of_prose(&letter.prose, found.start(), found.as_str(), value, false))
}

/// The last amount of every row of some sort.
fn labelled_amounts(letter: &Letter<'_>, sort: impl Fn(&str) -> bool) -> Vec<Field> {
    let rows = letter.rows.iter().filter(|r| sort(&r.text()));
    rows.filter_map(|r| amounts_in(&r.text()).pop().map(|(value, _)| of_row(r, value))).collect()
}

fn all_amounts(letter: &Letter<'_>) -> Vec<Field> {
    let each = |r: &Row| -> Vec<Field> {
        amounts_in(&r.text()).into_iter().map(|(value, _)| of_row(r, value)).collect()
    };
    letter.rows.iter().flat_map(each).collect()
}

/// The number with its label, else behind the word invoice in subject or text.
pub fn invoice_number(letter: &Letter<'_>) -> Option<Field> {
    let by_label = |wanted: Label| {
        letter.labels.iter().filter(|l| l.label == wanted).find_map(|found| {
            // `RE 2026-123` and `2026 / 123`: the number goes on in the next words.
            (1..=found.words.len().min(4)).find_map(|count| {
                let words = &found.words[..count];
                let text = rows::joined(words);
                let value = trimmed(&text).to_owned();
                let short = words[..count - 1].iter().all(|w| w.text.chars().count() <= 4);
                (short && is_number(&value)).then(|| of_words(found.page, words, value, true))
            })
        })
    };
    by_label(Label::InvoiceNumber).or_else(|| by_label(Label::Invoice)).or_else(|| {
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
