//! Labels and their values: beside them, below them, or in the column they head (DIN 5008, 6.7).
//!
//! In: rows. Out: every label found with what stands for it. What a label is called is in `vocabulary`.

use super::rows::{Placed, Row};
use super::vocabulary::{self, Found};

/// What a label asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Label {
    /// The town's own reference.
    OwnReference,
    /// A reference of whom the label does not say: the town's on a citizen's letter, the court's on the court's.
    FileNumber,
    /// The sender's reference.
    Reference,
    /// Date of the letter.
    Date,
    /// The same by an everyday word: counts in a row with other labels, "E-Mail", "Tag".
    Day,
    /// Date of an invoice: the letter's, if it is one.
    InvoiceDate,
    /// Until when to pay.
    Due,
    /// Number of an invoice.
    InvoiceNumber,
    /// The same, but an everyday word: counts at the head of a column or with a colon.
    Invoice,
    /// Number of the town's order.
    Order,
    /// Who writes, on a form.
    Person,
    /// The family name on a form, in a field of its own, and the given name beside or below it.
    FamilyName,
    /// See above.
    GivenName,
    /// A name: on a form whoever fills it in, in a letter whoever answers questions.
    Name,
    /// Anything else: known only so that it ends the value before it.
    Other,
}

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
    let all: Vec<Vec<Hit>> = rows.iter().map(hits).collect();
    for (index, row) in rows.iter().enumerate() {
        let mut add = |label: Label, words: Vec<Placed>| {
            if !words.is_empty() {
                found.push(Labelled { label, page: row.page, row: index, words });
            }
        };
        if let Some(heads) = heads(row, &all[index]) {
            let columns = columns(rows, index, &heads);
            for (head, words) in heads.iter().zip(columns) {
                head.labels.iter().for_each(|label| add(*label, words.clone()));
            }
            continue;
        }
        for (nth, hit) in all[index].iter().enumerate() {
            let end = all[index].get(nth + 1).map_or(row.words.len(), |next| next.from);
            let beside = &row.words[hit.to..end];
            if beside.is_empty() {
                add(hit.label, below(rows, &all, index, &row.words[hit.from]));
            } else if hit.marked
                || !matches!(
                    hit.label,
                    Label::Other | Label::Name | Label::FamilyName | Label::GivenName | Label::Invoice
                )
            {
                add(hit.label, beside.to_vec());
            }
        }
    }
    found
}

fn hits(row: &Row) -> Vec<Hit> {
    let tokens = vocabulary::tokens(&row.words);
    let mut hits = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        // A label begins with a word.
        let begins = at == 0 || tokens[at - 1].1 != tokens[at].1;
        let Some(Found { label, tokens: count }) = begins.then(|| vocabulary::find(&tokens[at..])).flatten()
        else {
            at += 1;
            continue;
        };
        let (from, to) = (tokens[at].1, tokens[at + count - 1].1 + 1);
        let last = &row.words[to - 1];
        let gap = row.words.get(to).map_or(f32::MAX, |w| w.left - last.right);
        let marked = last.text.ends_with(':') || gap > row.height;
        // "Rechnung : 4711"
        let colon = row.words.get(to).is_some_and(|w| w.text == ":");
        let to = to + usize::from(colon);
        let asked = aside(&row.words[to..]);
        let to = to + asked;
        let marked = marked || colon || asked > 0;
        // Everyday words, unless they are meant as labels: "RE 2026-1" is a number, "am Tag 3" no date.
        if !marked && label == Label::Invoice {
            at += count;
            continue;
        }
        hits.push(Hit { label, from, to, marked });
        at = tokens.iter().position(|t| t.1 >= to).unwrap_or(tokens.len());
    }
    hits
}

/// Words of a remark between a label and its value: "(bitte angeben):", of which the end may have gone to the next row.
fn aside(words: &[Placed]) -> usize {
    if !words.first().is_some_and(|w| w.text.starts_with('(')) {
        return 0;
    }
    let end = words.iter().take(4).position(|w| w.text.trim_end_matches(':').ends_with(')'));
    end.map_or(usize::from(words[0].text.eq_ignore_ascii_case("(bitte")), |at| at + 1)
}

/// One cell of a row of labels, with all labels in it: "Ihr Zeichen, Ihre Nachricht vom".
struct Head {
    labels: Vec<Label>,
    left: f32,
    right: f32,
}

/// The cells of a row that holds nothing but names of columns, at least two of them known.
fn heads(row: &Row, hits: &[Hit]) -> Option<Vec<Head>> {
    if hits.len() < 2 || row.words.iter().any(|w| w.text.chars().any(|c| c.is_ascii_digit())) {
        return None;
    }
    let mut heads: Vec<Head> = Vec::new();
    let (mut from, mut known) = (0, 0);
    for segment in row.groups(0.8) {
        let to = from + segment.len();
        let inside: Vec<&Hit> = hits.iter().filter(|h| h.from >= from && h.from < to).collect();
        let covered: usize = inside.iter().map(|h| h.to.min(to) - h.from).sum();
        // A label with its value beside it heads nothing.
        if !inside.is_empty() && covered < segment.len() {
            return None;
        }
        known += usize::from(!inside.is_empty());
        heads.push(Head {
            labels: inside.iter().map(|h| h.label).collect(),
            left: segment.first()?.left,
            right: segment.last()?.right,
        });
        from = to;
    }
    (known >= 2).then_some(heads)
}

/// What stands under each head, in the next row.
fn columns(rows: &[Row], index: usize, heads: &[Head]) -> Vec<Vec<Placed>> {
    let mut columns = vec![Vec::new(); heads.len()];
    let row = &rows[index];
    let near = |next: &&Row| next.page == row.page && next.y - row.y < 3.6 * row.height.max(next.height);
    let Some(next) = rows.get(index + 1).filter(near) else { return columns };
    for group in next.groups(0.9) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        // Set to the left, to the right or in the middle of its column.
        let away = |head: &Head| {
            let (left, right) = (first.left - head.left, last.right - head.right);
            left.abs().min(right.abs()).min((left + right).abs() / 2.0)
        };
        let nearest = (0..heads.len()).min_by(|&a, &b| away(&heads[a]).total_cmp(&away(&heads[b])));
        if let Some(at) = nearest {
            columns[at].extend(group.iter().cloned());
        }
    }
    columns
}

/// What stands right below a label, at its left edge. Rows of a neighbouring column may lie between.
fn below(rows: &[Row], all: &[Vec<Hit>], index: usize, label: &Placed) -> Vec<Placed> {
    let row = &rows[index];
    let tall = label.bounds.h.max(1) as f32;
    for (next, hits) in rows.iter().zip(all).skip(index + 1).take(3) {
        if next.page != row.page || next.y - row.y > 2.6 * row.height.max(next.height).max(tall) {
            break;
        }
        let near = |s: &&[Placed]| {
            s.first().is_some_and(|w| (w.left - label.left).abs() < 1.5 * row.height.max(tall))
        };
        if let Some(segment) = next.segments().into_iter().find(near) {
            let first = segment.first().map(|w| w.left);
            let is_label = hits.iter().any(|h| next.words.get(h.from).map(|w| w.left) == first);
            return if is_label { Vec::new() } else { segment.to_vec() };
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::fields::rows::joined;
    use crate::model::geometry::Box2;

    /// Rows of 10 pixels, a letter of 6, blanks as they are written.
    fn rows(text: &str) -> Vec<Row> {
        let row = |(number, line): (usize, &str)| {
            let mut words = Vec::new();
            let mut at = 0;
            for part in line.split(' ') {
                let width = part.chars().count() as i32 * 6;
                if width > 0 {
                    let bounds = Box2 { x: at, y: number as i32 * 16, w: width, h: 10 };
                    let (left, right) = (at as f32, (at + width) as f32);
                    words.push(Placed { text: part.into(), left, right, bounds, confidence: 0.9 });
                }
                at += width + 5;
            }
            Row { page: 1, y: number as f32 * 16.0, height: 10.0, words }
        };
        text.lines().enumerate().map(row).collect()
    }

    fn values(text: &str) -> Vec<(Label, String)> {
        labelled(&rows(text)).into_iter().map(|l| (l.label, joined(&l.words))).collect()
    }

    #[test]
    fn values_stand_beside_below_and_in_columns() {
        use Label::{Date, InvoiceDate, InvoiceNumber, Other, OwnReference, Reference};
        let check = |text: &str, expected: &[(Label, &str)]| {
            let expected: Vec<_> = expected.iter().map(|(l, v)| (*l, (*v).to_owned())).collect();
            assert_eq!(values(text), expected, "{text}");
        };
        check("Unser Zeichen: ab/12", &[(Reference, "ab/12")]);
        check("Ihr Zeichen\nWG 123/26", &[(OwnReference, "WG 123/26")]);
        check("Unser Zeichen (bitte angeben): ab/12", &[(Reference, "ab/12")]);
        check("Unser Zeichen (bitte ab/12\nangeben):", &[(Reference, "ab/12")]);
        check("Ihre Nachricht/Zeichen: 30.2-32", &[(OwnReference, "30.2-32")]);
        check(
            "Rg.-Nr.: R-2026-1     Rg.-Datum: 03.03.26",
            &[(InvoiceNumber, "R-2026-1"), (InvoiceDate, "03.03.26")],
        );
        check(
            "Rechnungsnummer      Kunden-Nr.      Datum\n2026-118             4711            3. März 2026",
            &[(InvoiceNumber, "2026-118"), (Other, "4711"), (Date, "3. März 2026")],
        );
        check(
            "Ihr Zeichen, Ihre Nachricht vom      Unser Zeichen      Datum\n63-1/26, 2.2.26                      ab-cd              03.03.2026",
            &[
                (OwnReference, "63-1/26, 2.2.26"),
                (Other, "63-1/26, 2.2.26"),
                (Reference, "ab-cd"),
                (Date, "03.03.2026"),
            ],
        );
    }
}
