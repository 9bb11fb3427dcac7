//! Labels and their values: beside them, in the row below, or in the column they head (DIN 5008, 6.7).
//!
//! In: rows. Out: every label found with what stands for it.

use super::rows::{Placed, Row, joined_folded};

/// What a label asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Label {
    /// The town's own reference.
    OwnReference,
    /// The town's on its own mail, the court's on the court's.
    FileNumber,
    /// The sender's reference.
    Reference,
    /// Date of the letter.
    Date,
    /// Number of an invoice.
    InvoiceNumber,
    /// Who writes, on a form.
    Person,
    /// Anything else: known only so that it ends the value before it.
    Other,
}

/// Folded phrases. Where one is the beginning of another, the longer one counts.
const LABELS: &[(&str, Label)] = &[
    ("ihr zeichen", Label::OwnReference),
    ("ihre zeichen", Label::OwnReference),
    ("ihr az", Label::OwnReference),
    ("ihr aktenzeichen", Label::OwnReference),
    ("ihr geschaftszeichen", Label::OwnReference),
    ("kassenzeichen", Label::OwnReference),
    ("buchungszeichen", Label::OwnReference),
    ("wohngeldnummer", Label::OwnReference),
    ("personalnummer", Label::OwnReference),
    ("personal nr", Label::OwnReference),
    ("registernummer", Label::OwnReference),
    ("antragsnummer", Label::OwnReference),
    ("aktenzeichen", Label::FileNumber),
    ("az", Label::FileNumber),
    ("unser zeichen", Label::Reference),
    ("unsere zeichen", Label::Reference),
    ("unser az", Label::Reference),
    ("unser aktenzeichen", Label::Reference),
    ("mein zeichen", Label::Reference),
    ("mein az", Label::Reference),
    ("geschaftszeichen", Label::Reference),
    ("geschaftsnummer", Label::Reference),
    ("geschafts nr", Label::Reference),
    ("vorgangsnummer", Label::Reference),
    ("datum", Label::Date),
    ("rechnungsnummer", Label::InvoiceNumber),
    ("rechnungs nr", Label::InvoiceNumber),
    ("rechnung nr", Label::InvoiceNumber),
    ("rechnung nummer", Label::InvoiceNumber),
    ("rechnungs nummer", Label::InvoiceNumber),
    ("beleg nr", Label::InvoiceNumber),
    ("belegnummer", Label::InvoiceNumber),
    ("re nr", Label::InvoiceNumber),
    ("antragsteller", Label::Person),
    ("antragstellerin", Label::Person),
    ("antragsteller in", Label::Person),
    ("antragstellende person", Label::Person),
    ("antragstellerin antragsteller", Label::Person),
    ("bauherr", Label::Person),
    ("bauherrin bauherr", Label::Person),
    ("name vorname", Label::Person),
    ("vorname name", Label::Person),
    ("vor und nachname", Label::Person),
    ("vor und familienname", Label::Person),
    ("familienname vorname", Label::Person),
    ("name des antragstellers", Label::Person),
    ("halter", Label::Person),
    ("halterin halter", Label::Person),
    ("hundehalter", Label::Person),
    ("hundehalterin hundehalter", Label::Person),
    ("name", Label::Other),
    ("bearbeiter in", Label::Other),
    ("bearbeiter", Label::Other),
    ("sachbearbeiter", Label::Other),
    ("ansprechpartner", Label::Other),
    ("ansprechpartnerin", Label::Other),
    ("ihre nachricht vom", Label::Other),
    ("ihr schreiben vom", Label::Other),
    ("unsere nachricht vom", Label::Other),
    ("telefon", Label::Other),
    ("tel", Label::Other),
    ("telefax", Label::Other),
    ("fax", Label::Other),
    ("durchwahl", Label::Other),
    ("e mail", Label::Other),
    ("seite", Label::Other),
    ("kundennummer", Label::Other),
    ("kunden nr", Label::Other),
    ("vertragskonto", Label::Other),
    ("rechnungsdatum", Label::Other),
    ("leistungszeitraum", Label::Other),
    ("lieferdatum", Label::Other),
    ("anschrift", Label::Other),
];
/// Words of the longest label.
const LABEL_WORDS: usize = 3;

/// A label with what stands for it.
#[derive(Clone, Debug)]
pub struct Labelled {
    /// What was asked for.
    pub label: Label,
    /// Page of the document, from 1.
    pub page: u32,
    /// Index of the label's row.
    pub row: usize,
    /// The value's words, never empty.
    pub words: Vec<Placed>,
}

struct Hit {
    label: Label,
    from: usize,
    to: usize,
    /// A colon, or the label stands alone: it is meant as a label.
    marked: bool,
}

/// Every label that has a value.
pub fn labelled(rows: &[Row]) -> Vec<Labelled> {
    let mut found = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let hits = hits(row);
        let heads = hits.len() >= 2 && hits.iter().all(|h| !row.words[h.to - 1].text.ends_with(':'));
        for (nth, hit) in hits.iter().enumerate() {
            let end = hits.get(nth + 1).map_or(row.words.len(), |next| next.from);
            let beside = &row.words[hit.to..end];
            let words = if heads {
                column(rows, index, &hits, nth)
            } else if !beside.is_empty() {
                if hit.marked || hit.label != Label::Other { beside.to_vec() } else { Vec::new() }
            } else {
                below(rows, index, &row.words[hit.from])
            };
            if !words.is_empty() {
                found.push(Labelled { label: hit.label, page: row.page, row: index, words });
            }
        }
    }
    found
}

fn hits(row: &Row) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut at = 0;
    while at < row.words.len() {
        let longest = (1..=LABEL_WORDS.min(row.words.len() - at)).rev().find_map(|length| {
            let phrase = joined_folded(&row.words[at..at + length]);
            let label = LABELS.iter().find(|(text, _)| alike(text, &phrase))?.1;
            Some((label, length))
        });
        match longest {
            Some((label, length)) => {
                let to = at + length;
                let gap = row.words.get(to).map_or(f32::MAX, |w| w.left - row.words[to - 1].right);
                let marked = row.words[to - 1].text.ends_with(':') || gap > row.height;
                hits.push(Hit { label, from: at, to, marked });
                at = to;
            }
            None => at += 1,
        }
    }
    hits
}

/// Equal, or one letter misread in a long label.
fn alike(label: &str, phrase: &str) -> bool {
    if label == phrase {
        return true;
    }
    label.len() >= 9
        && label.len() == phrase.len()
        && label.bytes().zip(phrase.bytes()).filter(|(a, b)| a != b).count() == 1
}

/// What stands under the head of a column, in the next row.
fn column(rows: &[Row], index: usize, hits: &[Hit], nth: usize) -> Vec<Placed> {
    let row = &rows[index];
    let Some(next) = next_row(rows, index, 3.2) else { return Vec::new() };
    let left = |hit: &Hit| row.words[hit.from].left - row.height;
    let from = left(&hits[nth]);
    let to = hits.get(nth + 1).map_or(f32::MAX, left);
    // A value may be wider than its head: what stands close together stays together.
    next.groups(0.9)
        .into_iter()
        .filter(|g| g.first().is_some_and(|w| (from..to).contains(&w.left)))
        .flatten()
        .cloned()
        .collect()
}

/// What stands right below a label.
fn below(rows: &[Row], index: usize, label: &Placed) -> Vec<Placed> {
    let Some(next) = next_row(rows, index, 2.6) else { return Vec::new() };
    let near = |segment: &&[Placed]| {
        segment.first().is_some_and(|w| (w.left - label.left).abs() < 1.5 * rows[index].height)
    };
    next.segments().into_iter().find(near).map(<[Placed]>::to_vec).unwrap_or_default()
}

/// The next row of the page, if it is near: `reach` in heights.
fn next_row(rows: &[Row], index: usize, reach: f32) -> Option<&Row> {
    let row = &rows[index];
    rows.get(index + 1)
        .filter(|next| next.page == row.page && next.y - row.y < reach * row.height.max(next.height))
}
