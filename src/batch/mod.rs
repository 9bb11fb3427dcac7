//! Pages in order -> documents, with a reason for every cut.
//!
//! In: what was found on each page of a batch. Out: which pages are one
//! document, which are separators, which are suppressed. Every page ends up in
//! exactly one place; nothing is thrown away. It never looks at pixels.

use crate::model::document::Reason;
use crate::model::page::Code;
use serde::{Deserialize, Serialize};

/// A page as cutting sees it.
#[derive(Clone, Debug)]
pub struct BatchPage {
    /// Nothing on it.
    pub blank: bool,
    /// Codes found.
    pub codes: Vec<Code>,
    /// Words read.
    pub words: usize,
}

/// How the station separates.
#[derive(Clone, Debug)]
pub struct CutOrder {
    /// Values of barcodes that separate begin with this; foreign barcodes never cut.
    pub separator_prefix: String,
    /// Both sides are scanned: the back of a separator belongs to it.
    pub duplex: bool,
    /// Empty pages are left out of the product.
    pub suppress_blank: bool,
    /// A blank sheet separates.
    pub blank_separates: bool,
    /// Fixed number of pages.
    pub pages_per_document: Option<u32>,
}

impl Default for CutOrder {
    fn default() -> Self {
        Self {
            separator_prefix: "POSTSTELLE:".into(),
            duplex: false,
            suppress_blank: true,
            blank_separates: false,
            pages_per_document: None,
        }
    }
}

/// A separator sheet before a document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeparatorUse {
    /// Index of the page in the batch.
    pub page: usize,
    /// `patch_t`, `qr`, `blank`, `back` ...
    pub kind: String,
    /// Decoded value.
    pub value: String,
    /// What it orders.
    pub orders: Vec<String>,
}

/// Pages that belong together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CutDocument {
    /// Indices of the pages in the batch, in order.
    pub pages: Vec<usize>,
    /// Indices and reasons of pages left out.
    pub suppressed: Vec<(usize, String)>,
    /// Separators before it.
    pub separators: Vec<SeparatorUse>,
    /// Why it begins where it begins.
    pub reasons: Vec<Reason>,
}

/// Cuts a batch.
pub fn cut(pages: &[BatchPage], order: &CutOrder) -> Vec<CutDocument> {
    let mut documents: Vec<CutDocument> = Vec::new();
    let mut open =
        CutDocument { reasons: vec![reason("batch.start", "Anfang des Stapels.")], ..CutDocument::default() };
    let mut after_separator = false;
    for (index, page) in pages.iter().enumerate() {
        if let Some((kind, value)) = separator(page, order) {
            close(&mut documents, &mut open);
            let text = format!("Trennblatt ({kind}) auf Seite {}.", index + 1);
            open.reasons = vec![reason(&format!("separator.{kind}"), &text)];
            let orders = value.strip_prefix(&order.separator_prefix).into_iter();
            let orders =
                orders.flat_map(|v| v.split(';')).filter(|v| !v.is_empty()).map(str::to_owned).collect();
            open.separators.push(SeparatorUse { page: index, kind, value, orders });
            after_separator = true;
            continue;
        }
        // The empty back of a separator sheet in a duplex scan is part of the separator.
        let back = after_separator && order.duplex && page.blank && index % 2 == 1;
        after_separator = false;
        if back {
            open.separators.push(SeparatorUse {
                page: index,
                kind: "back".into(),
                value: String::new(),
                orders: Vec::new(),
            });
            continue;
        }
        if page.blank && order.suppress_blank {
            open.suppressed.push((index, "blank".into()));
            continue;
        }
        let full = order.pages_per_document.is_some_and(|n| open.pages.len() as u32 >= n);
        if full {
            close(&mut documents, &mut open);
            let text = format!("Feste Seitenzahl je Schriftstück erreicht vor Seite {}.", index + 1);
            open.reasons = vec![reason("fixed_count", &text)];
        }
        open.pages.push(index);
    }
    close(&mut documents, &mut open);
    keep_leftovers(&mut documents, open, pages);
    documents
}

/// A document ends when it has pages; separators and blanks before the first page stay with the next one.
fn close(documents: &mut Vec<CutDocument>, open: &mut CutDocument) {
    if !open.pages.is_empty() {
        documents.push(std::mem::take(open));
    }
}

/// What no page followed: separators go to the last document; a batch of blanks is one document of blanks.
fn keep_leftovers(documents: &mut Vec<CutDocument>, mut rest: CutDocument, pages: &[BatchPage]) {
    if rest.suppressed.is_empty() && rest.separators.is_empty() {
        return;
    }
    if let Some(last) = documents.last_mut() {
        last.suppressed.append(&mut rest.suppressed);
        last.separators.append(&mut rest.separators);
    } else if !pages.is_empty() {
        rest.pages = rest.suppressed.drain(..).map(|(index, _)| index).collect();
        if rest.pages.is_empty() {
            rest.pages = rest.separators.drain(..).map(|sheet| sheet.page).collect();
        }
        rest.reasons.push(reason("only_blank", "Der Stapel enthält nur leere Seiten oder Trennblätter."));
        documents.push(rest);
    }
}

fn separator(page: &BatchPage, order: &CutOrder) -> Option<(String, String)> {
    let code = page.codes.iter().find(|code| match code.symbology.as_str() {
        // T and 2 mean "next document" in the trade; fed upside down, T reads as 3.
        "patch_t" | "patch_2" | "patch_3" => true,
        _ => code.value.starts_with(&order.separator_prefix),
    });
    match code {
        Some(code) => Some((code.symbology.clone(), code.value.clone())),
        None => (page.blank && order.blank_separates).then(|| ("blank".into(), String::new())),
    }
}

fn reason(rule: &str, text: &str) -> Reason {
    Reason {
        about: "cut".into(),
        rule: rule.into(),
        text: text.into(),
        weight: None,
        page: None,
        bounds: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `L` letter page, `T` patch T, `B` blank, `P` letter page with a parcel's barcode.
    fn batch(letters: &str) -> Vec<BatchPage> {
        let code = |symbology: &str, value: &str| Code {
            symbology: symbology.into(),
            value: value.into(),
            bounds: Default::default(),
        };
        letters
            .chars()
            .map(|c| BatchPage {
                blank: c == 'B',
                codes: match c {
                    'T' => vec![code("patch_t", "")],
                    'Q' => vec![code("qr", "POSTSTELLE:dep=bauordnung;az=1")],
                    'P' => vec![code("code128", "00340434161094042557")],
                    _ => vec![],
                },
                words: 100,
            })
            .collect()
    }

    fn check(letters: &str, order: &CutOrder, expected: &[&[usize]]) {
        let pages: Vec<_> = cut(&batch(letters), order).into_iter().map(|d| d.pages).collect();
        assert_eq!(pages, expected, "{letters}");
    }

    #[test]
    fn separators_cut_and_foreign_barcodes_do_not() {
        let order = CutOrder::default();
        check("LL", &order, &[&[0, 1]]);
        check("TLTLL", &order, &[&[1], &[3, 4]]);
        check("LPL", &order, &[&[0, 1, 2]]);
        check("LBL", &order, &[&[0, 2]]);
        check("TLT", &order, &[&[1]]);
        check("TT", &order, &[&[0, 1]]);
        check("BB", &order, &[&[0, 1]]);
        check("", &order, &[]);
        let duplex = CutOrder { duplex: true, ..order.clone() };
        check("TBLB", &duplex, &[&[2]]);
        let blank = CutOrder { blank_separates: true, ..order.clone() };
        check("LBLL", &blank, &[&[0], &[2, 3]]);
        check("LLLL", &CutOrder { pages_per_document: Some(2), ..order }, &[&[0, 1], &[2, 3]]);
    }

    #[test]
    fn a_cover_sheet_gives_orders_to_its_document() {
        let documents = cut(&batch("QL"), &CutOrder::default());
        assert_eq!(documents[0].separators[0].orders, ["dep=bauordnung", "az=1"]);
    }

    proptest! {
        #[test]
        fn every_page_is_in_exactly_one_place(letters in "[LTBPQ]{0,30}", duplex: bool, blanks: bool, suppress: bool) {
            let order = CutOrder { duplex, blank_separates: blanks, suppress_blank: suppress, ..CutOrder::default() };
            let mut seen: Vec<usize> = cut(&batch(&letters), &order)
                .into_iter()
                .flat_map(|d| {
                    d.pages
                        .into_iter()
                        .chain(d.suppressed.into_iter().map(|s| s.0))
                        .chain(d.separators.into_iter().map(|s| s.page))
                        .collect::<Vec<_>>()
                })
                .collect();
            seen.sort_unstable();
            prop_assert_eq!(seen, (0..letters.len()).collect::<Vec<_>>());
        }
    }
}
