//! The truth about a file, one line of `truth.jsonl`. In: what was put into it. Out: the line as the
//! design describes it.

use serde::Serialize;
use std::collections::BTreeMap;

/// One input file.
#[derive(Serialize)]
pub struct FileTruth {
    /// Path relative to the folder of `truth.jsonl`.
    pub file: String,
    /// Every page of the file, separators and empty backs too.
    pub pages: Vec<PageTruth>,
    /// Pages (from 1) that separate letters.
    pub separators: Vec<usize>,
    /// The letters.
    pub documents: Vec<DocumentTruth>,
}

/// One page of a file.
#[derive(Serialize)]
pub struct PageTruth {
    /// Printed words, a line per line. Words of stamps and handwriting stand in `marks`.
    pub text: String,
    /// Degrees clockwise to apply to make the page upright.
    pub turn: u16,
    /// Degrees of the text in the turned page, counter-clockwise positive.
    pub skew: f64,
    /// Nothing on it that anybody put there.
    pub blank: bool,
    /// What people added: `stamp: words`, `signature`, `pencil`.
    pub marks: Vec<String>,
    /// What happened to it, and how it was scanned.
    pub conditions: Vec<&'static str>,
}

/// One letter of a file.
#[derive(Serialize)]
pub struct DocumentTruth {
    /// Source pages from 1, without empty backs.
    pub pages: Vec<usize>,
    /// Kind id, `unbekannt` if none.
    pub kind: &'static str,
    /// Lead department; none if held.
    pub department: Option<&'static str>,
    /// Departments with a copy.
    pub copies: Vec<&'static str>,
    /// Hold code.
    pub hold: Option<&'static str>,
    /// Fields as in `document.json`; only those that are printed.
    pub fields: BTreeMap<String, String>,
}
