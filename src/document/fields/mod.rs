//! Fields of a letter: values with their place and confidence.
//!
//! In: read pages and their lines. Out: name -> field. A field is *sure* only where a check digit or an
//! unmistakable label stands behind it and the words were read well; anything else is a proposal.

mod dates;
mod deadlines;
mod holidays;
mod iban;
mod labels;
mod money;
mod parties;
mod prose;
mod references;
mod rows;
mod subject;
mod values;
mod vocabulary;

use super::TownRules;
use super::text::{Line, Zone};
use crate::model::document::Field;
use crate::model::page::ReadPage;
use labels::Labelled;
use prose::Prose;
use rows::{Placed, Row};
use std::collections::BTreeMap;

/// Words below this mean confidence make no sure field.
const READ_WELL: f32 = 0.85;

/// A single word below this spoils a sure field.
const READ_AT_LEAST: f32 = 0.7;

/// Below the address, mm.
const SALUTATION_FROM_MM: f32 = 85.0;

/// A regular expression compiled once; one that does not compile finds nothing (a test compiles all).
macro_rules! pattern {
    ($name:ident, $text:literal) => {
        static $name: std::sync::LazyLock<Option<regex::Regex>> =
            std::sync::LazyLock::new(|| regex::Regex::new($text).ok());
    };
}
use pattern;

/// A letter as the rules for fields see it.
struct Letter<'a> {
    lines: &'a [Line],
    rows: Vec<Row>,
    labels: Vec<Labelled>,
    /// The first page's text, and the whole.
    first: Prose,
    prose: Prose,
    /// Resolution of the first page, dots per millimetre.
    per_mm: f32,
    /// The Land whose holidays count.
    land: Option<&'a str>,
}

impl Letter<'_> {
    /// Whether a court writes: what it calls file number is its own.
    fn court_writes(&self) -> bool {
        let head = self.lines.iter().filter(|l| l.page == 1 && l.zone != Zone::Body).take(6);
        head.map(|l| &l.folded).any(|f| f.contains("gericht") || f.contains("staatsanwaltschaft"))
    }

    /// Whether it is a reminder: the invoices in it are others.
    fn reminds(&self) -> bool {
        self.lines.iter().filter(|l| l.page == 1).any(|l| {
            ["mahnung", "zahlungserinnerung", "zahlungsaufforderung", "inkasso"]
                .iter()
                .any(|w| l.folded.contains(w))
        })
    }

    /// The row with the salutation, if the first page has one: by its words, else a line that ends with a comma
    /// before one that begins small, "An das Ordnungsamt,".
    fn salutation(&self) -> Option<usize> {
        let greets =
            |r: &Row| r.segments().iter().any(|s| super::text::is_salutation(&rows::joined_folded(s)));
        let first = || self.rows.iter().enumerate().filter(|(_, r)| r.page == 1);
        let addresses = |&(at, row): &(usize, &Row)| {
            let next = self.rows.get(at + 1).filter(|n| n.page == 1 && n.words.len() >= 6);
            row.y > SALUTATION_FROM_MM * self.per_mm
                && (2..=6).contains(&row.words.len())
                && row.words.first().is_some_and(|w| w.text.starts_with(char::is_uppercase))
                && row.words.last().is_some_and(|w| w.text.ends_with(','))
                && !row.words.iter().any(|w| w.text.chars().any(|c| c.is_ascii_digit()))
                && next.is_some_and(|n| n.words[0].text.starts_with(char::is_lowercase))
                && next.is_some_and(|n| n.y - row.y > 2.4 * n.height)
        };
        first().find(|(_, r)| greets(r)).or_else(|| first().find(addresses)).map(|(at, _)| at)
    }
}

/// All fields that are there. `received`: the day the letter entered the authority, ISO 8601, if known.
pub fn extract(
    pages: &[&ReadPage],
    lines: &[Line],
    town: &TownRules,
    received: Option<&str>,
) -> BTreeMap<String, Field> {
    let rows = rows::rows(pages);
    let labels = labels::labelled(&rows);
    let letter = Letter {
        lines,
        rows,
        labels,
        first: Prose::of(lines.iter().filter(|l| l.page == 1)),
        prose: Prose::of(lines.iter()),
        per_mm: pages.first().map_or(300.0, |p| p.measured.dpi.max(1.0)) / 25.4,
        land: town.land.as_deref(),
    };
    let stamp = dates::stamp(lines);
    let date = dates::letter(&letter, stamp.as_ref(), received);
    let stamp = stamp.map(|s| dates::plausible(s, date.as_ref()));
    let due = dates::due(&letter, date.as_ref());
    let invoice = money::invoice_number(&letter);
    let amounts = money::amounts(&letter);
    [
        ("iban", iban::iban(&letter.prose)),
        ("bic", iban::bic(&letter.prose)),
        ("net_amount", amounts.net),
        ("tax_amount", amounts.tax),
        ("gross_amount", amounts.gross),
        ("deadline", deadlines::deadline(&letter, received)),
        ("service_date", dates::service(&letter)),
        ("due_date", due),
        ("discount_date", dates::discount(&letter, date.as_ref())),
        ("order_number", references::order(&letter)),
        ("creditor_number", iban::creditor(&letter.prose)),
        ("reference", references::theirs(&letter, town)),
        ("own_reference", references::ours(&letter, town)),
        ("subject", subject::subject(&letter)),
        ("sender", parties::sender(&letter)),
        ("invoice_number", invoice),
        ("letter_date", date),
        ("received_date", stamp),
    ]
    .into_iter()
    .filter_map(|(name, field)| Some((name.to_owned(), field?)))
    .collect()
}

pub use holidays::{LAENDER, OfficeHours, office_minutes_between, working_days_between};

/// A field out of words.
fn of_words(page: u32, words: &[Placed], value: String, certain: bool) -> Field {
    let confidence = rows::confidence(words);
    let worst = words.iter().map(|w| w.confidence).fold(1.0, f32::min);
    Field {
        value,
        raw: rows::joined(words),
        confidence,
        sure: certain && confidence >= READ_WELL && worst >= READ_AT_LEAST,
        page,
        bounds: rows::bounds(words),
    }
}

/// A field out of the running text.
fn of_prose(prose: &Prose, at: usize, raw: &str, value: String, certain: bool) -> Field {
    let (page, bounds, confidence) = prose.place(at);
    Field {
        value,
        raw: raw.trim().to_owned(),
        confidence,
        sure: certain && confidence >= READ_WELL,
        page,
        bounds,
    }
}

#[cfg(test)]
mod tests;
