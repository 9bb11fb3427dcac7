//! Pages in order -> documents, with a reason for every cut.
//!
//! In: what was found on each page of a batch, and how the station separates.
//! Out: which pages are one document, which are separators, which are left out,
//! and what a person must know. Every page ends up in exactly one place; nothing
//! is thrown away. It never looks at pixels, and never cuts because of a code
//! that no rule of the town names.

mod by_hand;
pub mod collate;
mod content;
pub mod cover_sheet;
pub mod files;
mod separator;
mod walk;

use crate::model::document::{Filed, Reason};
use crate::model::ids::DocumentId;
use crate::model::notes::Note;
use crate::model::page::{Code, PageText};
use cover_sheet::{Order, SheetKey};
use regex::Regex;
use serde::{Deserialize, Serialize};

/// Cuts a batch: separators first, then fixed counts, content last and only if allowed.
pub fn cut(pages: &[BatchPage<'_>], order: &CutOrder) -> CutPlan {
    walk::cut(pages, order)
}

/// Which side of the sheet a page is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub enum Side {
    /// The front, and every page of a single-sided scan.
    #[default]
    Front,
    /// The back of the sheet whose front is the page before.
    Back,
}

impl Side {
    /// The side of the page at that place of the batch (from 0), fronts and backs taking turns in duplex.
    pub fn of(index: usize, duplex: bool) -> Self {
        if duplex && index % 2 == 1 { Self::Back } else { Self::Front }
    }
}

/// A page as cutting sees it.
#[derive(Clone, Debug, Default)]
pub struct BatchPage<'a> {
    /// Page number in its source, from 1; for sentences only.
    pub source_page: u32,
    /// Front or back.
    pub side: Side,
    /// Nothing on it.
    pub blank: bool,
    /// The paper is an envelope by its size.
    pub envelope: bool,
    /// The image is in colour.
    pub colour: bool,
    /// Codes found.
    pub codes: Vec<Code>,
    /// Words read.
    pub words: usize,
    /// Pixels across, upright; 0 if unknown.
    pub width: u32,
    /// Pixels down, upright; 0 if unknown.
    pub height: u32,
    /// What is written on it; only content cuts read it.
    pub text: Option<&'a PageText>,
    /// It shows the sheet before it once more, with or without what lay on that: it begins nothing and counts nothing.
    pub again: bool,
}

/// A barcode that separates: allow-list of one symbology and an expression its value must match.
#[derive(Clone, Debug)]
pub struct BarcodeRule {
    /// `code128`, `qr` ...
    pub symbology: String,
    /// Searched in the value; anchor it.
    pub value: Regex,
    /// The page is the first page of the document, not a sheet to take out.
    pub keep: bool,
}

/// How the station separates.
#[derive(Clone, Debug)]
pub struct CutOrder {
    /// Patch codes that separate, e.g. `patch_t`.
    pub patches: Vec<String>,
    /// Sheets may be fed upside down: 3 counts as T, 6 as 1, and the other way round.
    pub patch_twins: bool,
    /// Values of the town's own sheets, in any symbology but patch; `None` if it has none.
    pub own_sheets: Option<Regex>,
    /// With it the town marks its own sheets; others order nothing.
    pub sheet_key: Option<SheetKey>,
    /// Further barcodes that separate. Whatever is named neither here nor above never cuts.
    pub barcodes: Vec<BarcodeRule>,
    /// A blank sheet (front, and back in duplex) separates.
    pub blank_separates: bool,
    /// Fixed number of scanned sides, blank ones included: the paper was there.
    pub pages_per_document: Option<u32>,
    /// Both sides are scanned: the empty other side of a separator belongs to it.
    pub duplex: bool,
    /// Empty pages are left out of the product.
    pub suppress_blank: bool,
    /// Only the town's own sheets separate.
    pub strict: bool,
    /// Old files: everything lies below the sheets of box, file and register.
    pub files: bool,
    /// "Seite 1 von n" and a new letter's beginning may cut, if nothing else does.
    pub by_content: bool,
    /// Scanned sides announced for the whole batch, separators and blanks included.
    pub expected_pages: Option<u32>,
    /// Documents announced for the whole batch.
    pub expected_documents: Option<u32>,
}

impl Default for CutOrder {
    fn default() -> Self {
        Self {
            patches: vec!["patch_t".into(), "patch_2".into()],
            patch_twins: true,
            own_sheets: Regex::new(OWN_SHEETS).ok(),
            sheet_key: None,
            barcodes: Vec::new(),
            blank_separates: false,
            pages_per_document: None,
            duplex: false,
            suppress_blank: true,
            strict: false,
            files: false,
            by_content: false,
            expected_pages: None,
            expected_documents: None,
        }
    }
}

/// Code of the note that a sheet pretends to be the town's.
pub const NOT_OURS: &str = "cut.sheet_not_ours";

/// What the values of the town's own sheets look like.
pub const OWN_SHEETS: &str = "^POSTSTELLE:";

/// A separator sheet before a document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeparatorUse {
    /// Index of the page in the batch.
    pub page: usize,
    /// `patch_t`, `qr`, `blank`, `back` ...
    pub kind: String,
    /// Decoded value.
    pub value: String,
    /// What it orders, as written on it.
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
    /// Orders in force for it: of its own cover sheet, and of earlier ones for all that follow.
    #[serde(default)]
    pub orders: Vec<Order>,
    /// What a person should know or decide about the cut.
    #[serde(default)]
    pub notes: Vec<Note>,
    /// Its place in an old file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filed: Option<Filed>,
    /// The sealed document of which it is a new version, with pages scanned again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<DocumentId>,
}

impl CutDocument {
    /// Its pages are numbered by what is at that place of the list, which has void ones between.
    pub fn lie_at(&mut self, rows: &[usize]) {
        let row = |index: &mut usize| *index = rows.get(*index).copied().unwrap_or(*index);
        self.pages.iter_mut().for_each(row);
        self.suppressed.iter_mut().for_each(|(index, _)| row(index));
        self.separators.iter_mut().for_each(|s| row(&mut s.page));
    }
}

/// A batch, cut.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CutPlan {
    /// Documents in order.
    pub documents: Vec<CutDocument>,
    /// Separators and blank pages at the end, after which no document came.
    pub leftovers: CutDocument,
    /// About the batch as a whole.
    pub notes: Vec<Note>,
    /// Code and German sentence, if a person must look before anything goes on.
    pub hold: Option<(String, String)>,
}

impl CutPlan {
    /// The documents, leftovers listed with the last one, so that every page has a document that
    /// names it, and the hold as a review note on each. A plan of a batch with pages has at least
    /// one document.
    pub fn into_documents(self) -> Vec<CutDocument> {
        let Self { mut documents, leftovers, hold, .. } = self;
        if let Some((code, text)) = hold {
            for document in &mut documents {
                document.notes.push(Note::review(&code, text.as_str()));
            }
        }
        if let Some(last) = documents.last_mut() {
            last.suppressed.extend(leftovers.suppressed);
            last.separators.extend(leftovers.separators);
            last.notes.extend(leftovers.notes);
        }
        documents
    }
}

#[cfg(test)]
mod tests;
