//! A document and the decision about it: exactly what `document.json` says.

use super::geometry::{Box2, Turn};
use super::ids::{BatchId, DocumentId, ItemId};
use super::notes::Note;
use super::page::ReadPage;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The kind nobody recognised.
pub const UNKNOWN_KIND: &str = "unbekannt";

/// Protection need of one goal (TR-RESISCAN, Schutzbedarf).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// Normal.
    #[default]
    Normal,
    /// Hoch.
    Hoch,
    /// Sehr hoch.
    SehrHoch,
}

/// Protection need per goal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protection {
    /// Integrity.
    #[serde(default)]
    pub integrity: Need,
    /// Confidentiality.
    #[serde(default)]
    pub confidentiality: Need,
    /// Availability.
    #[serde(default)]
    pub availability: Need,
}

impl Protection {
    /// The stricter of both, goal by goal.
    pub fn strictest(self, other: Self) -> Self {
        Self {
            integrity: self.integrity.max(other.integrity),
            confidentiality: self.confidentiality.max(other.confidentiality),
            availability: self.availability.max(other.availability),
        }
    }
}

/// Whether the paper may be destroyed afterwards.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScanMode {
    /// The paper is kept.
    #[default]
    Copying,
    /// The paper may be destroyed once everything else is proved.
    Replacing,
}

/// How a document reached the house.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Received {
    /// ISO date it entered the authority, if known; never the scan date by default.
    pub date: Option<String>,
    /// Local time `HH:MM`, if known.
    pub time: Option<String>,
    /// `post`, `messenger`, `night_box`, `formal_service`, `registered`, `mail`, `upload`, ...
    pub channel: Option<String>,
    /// Who says so: `station_day`, `cover_sheet`, `person`, `command_line`; `night_box` and the emptying; `unknown`
    /// if nobody.
    pub source: String,
}

/// Lead or copy.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Owns deadline, feedback and paper; exactly one.
    Lead,
    /// Reads along.
    Copy,
}

/// One proposed department.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TargetChoice {
    /// Department id.
    pub department: String,
    /// Lead or copy.
    pub role: Role,
    /// German sentence: why.
    pub reason: String,
}

/// The kind that came second.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RunnerUp {
    /// Kind id.
    pub kind: String,
    /// 0 to 1.
    pub confidence: f32,
}

/// One extracted field.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Field {
    /// Normalised: ISO date, decimal string with a point, IBAN without blanks.
    pub value: String,
    /// As it stands on the page.
    pub raw: String,
    /// 0 to 1.
    pub confidence: f32,
    /// Shown as sure: nobody needs to look.
    pub sure: bool,
    /// Page of the document, from 1.
    pub page: u32,
    /// Where on that page.
    #[serde(rename = "box")]
    pub bounds: Box2,
}

/// Why a person must look.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ReviewReason {
    /// Stable dotted code; a held document has exactly one `hold.*`.
    pub code: String,
    /// German sentence.
    pub text: String,
    /// Page of the document it concerns, from 1, if one.
    pub page: Option<u32>,
}

/// One reason of a decision: which rule spoke, on what evidence.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Reason {
    /// What was decided: `kind`, `target`, `protection`, `hold`, `cut`, `urgency`.
    pub about: String,
    /// Rule id, e.g. `rechnung.betreff`.
    pub rule: String,
    /// German sentence with the evidence.
    pub text: String,
    /// Weight the rule added, if it has one.
    pub weight: Option<f32>,
    /// Page of the document, from 1, if one.
    pub page: Option<u32>,
    /// Where on that page, if somewhere.
    #[serde(rename = "box")]
    pub bounds: Option<Box2>,
}

impl Reason {
    /// One without a weight and without a place on the paper.
    pub fn new(about: &str, rule: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            about: about.into(),
            rule: rule.into(),
            text: text.into(),
            weight: None,
            page: None,
            bounds: None,
        }
    }
}

/// Rule of the reason that a person decided.
pub const BY_PERSON: &str = "person";

/// What understanding a document gives.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(Default))]
pub struct Understanding {
    /// Kind id, [`UNKNOWN_KIND`] if none.
    pub kind: String,
    /// 0 to 1.
    pub kind_confidence: f32,
    /// What came second.
    pub runner_up: Option<RunnerUp>,
    /// Exactly one lead, any copies; empty when held.
    pub targets: Vec<TargetChoice>,
    /// Protection need after the strictest rule.
    pub protection: Protection,
    /// Copying or replacing after the strictest rule.
    pub scan_mode: ScanMode,
    /// `normal` or `urgent`.
    pub urgency: String,
    /// Code of the hold (`hold.personal` ...), if held.
    pub hold: Option<String>,
    /// Why a person must look; empty = straight through.
    pub review: Vec<ReviewReason>,
    /// Field name -> field.
    pub fields: BTreeMap<String, Field>,
    /// Everything that led to the above.
    pub reasons: Vec<Reason>,
    /// Versions of the kinds named above, and of the learned model if it spoke (`gelernt`), when it was decided.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rule_versions: BTreeMap<String, u32>,
}

/// What a document is made of, as `document::understand` sees it.
#[derive(Clone, Debug)]
pub struct DocumentPages<'a> {
    /// Pages in order, blanks and separators already taken out.
    pub pages: Vec<&'a ReadPage>,
    /// Station it was scanned at.
    pub station: &'a str,
    /// Default department of the station, if any.
    pub station_department: Option<&'a str>,
    /// The station's scan mode.
    pub scan_mode: ScanMode,
    /// When and how it came in.
    pub received: &'a Received,
}

/// What the finished file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Product {
    /// PDF/A-2b made by us.
    #[serde(rename = "pdfa-2b")]
    Pdfa2b,
    /// PDF/A-3b with the born-digital original attached.
    #[serde(rename = "pdfa-3b")]
    Pdfa3b,
    /// The sender's bytes, untouched (signed PDF, valid PDF/A).
    #[serde(rename = "original")]
    Original,
    /// None could be made (encrypted).
    #[serde(rename = "none")]
    None,
}

impl Product {
    /// The word in `document.json`.
    pub fn text(self) -> &'static str {
        match self {
            Self::Pdfa2b => "pdfa-2b",
            Self::Pdfa3b => "pdfa-3b",
            Self::Original => "original",
            Self::None => "none",
        }
    }
}

/// One page as `document.json` lists it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PageEntry {
    /// Source file name.
    pub source: String,
    /// Page in the source, from 1.
    pub source_page: u32,
    /// Pixels after turning.
    pub width: u32,
    /// Pixels after turning.
    pub height: u32,
    /// Pixels per inch.
    pub dpi: f32,
    /// Degrees clockwise applied.
    pub turned: Turn,
    /// Degrees, counter-clockwise positive.
    pub skew: f32,
    /// Nothing on it.
    pub blank: bool,
    /// Number of words.
    pub words: usize,
    /// 0 to 1.
    pub mean_confidence: f32,
    /// Findings.
    pub notes: Vec<Note>,
}

/// A blank page that was left out of the product, reversibly.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SuppressedPage {
    /// Source file name.
    pub source: String,
    /// Page in the source, from 1.
    pub source_page: u32,
    /// Why.
    pub reason: String,
    /// Hash of the source it stays in.
    pub sha256: String,
}

/// A separator sheet that stood before the document.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SeparatorEntry {
    /// Source file name.
    pub source: String,
    /// Page in the source, from 1.
    pub source_page: u32,
    /// `patch_t`, `qr`, `code128`, `blank` ...
    #[serde(rename = "type")]
    pub kind: String,
    /// Decoded value.
    pub value: String,
    /// What it ordered, in the order read.
    pub orders: Vec<String>,
}

/// What a document is in an old file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilePart {
    /// Something filed in it.
    #[default]
    Document,
    /// The file's own cover, both sides.
    Cover,
    /// The tab of a register, both sides.
    Tab,
}

impl FilePart {
    /// What staff call it.
    pub fn german(self) -> &'static str {
        match self {
            Self::Document => "Schriftstück",
            Self::Cover => "Aktendeckel",
            Self::Tab => "Registerblatt",
        }
    }
}

/// Where a document of an old file belongs, as the sheets before it say.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filed {
    /// Box the paper lies in.
    #[serde(rename = "box")]
    pub in_box: String,
    /// Reference of the file.
    pub file: String,
    /// Register of the file, if it has any.
    pub register: Option<String>,
    /// What it is there.
    pub part: FilePart,
    /// Sheets of paper announced for the file; null if nobody counted.
    pub sheets_announced: Option<u32>,
    /// Sheets of paper found in it.
    pub sheets_found: u32,
}

impl Filed {
    /// `Kiste K-1, Akte 63/1, Register Pläne`
    pub fn german(&self) -> String {
        let register = self.register.as_ref().map_or(String::new(), |r| format!(", Register {r}"));
        format!("Kiste {}, Akte {}{register}", self.in_box, self.file)
    }
}

/// `document.json`, schema 1.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DocumentSheet {
    /// Always 1.
    pub schema: u32,
    /// Id of the document.
    pub document_id: DocumentId,
    /// Id of its batch.
    pub batch: BatchId,
    /// Item it belongs to, if registered.
    pub item: Option<ItemId>,
    /// The decision.
    #[serde(flatten)]
    pub understanding: Understanding,
    /// When and how it came in.
    pub received: Received,
    /// The sealed document of which it is a new version; left out where it is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<DocumentId>,
    /// Its place in an old file; left out where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filed: Option<Filed>,
    /// What the finished file is.
    pub product: Product,
    /// Pages in order; one per page of `document.txt`.
    pub pages: Vec<PageEntry>,
    /// Blank pages left out.
    pub suppressed_pages: Vec<SuppressedPage>,
    /// Separator sheets before the document.
    pub separators: Vec<SeparatorEntry>,
}
