//! What a Transfervermerk says: the frozen form, version 1.
//!
//! Plain data, no words of the letter. Adding, removing or renaming a key makes a new version, and
//! `docs/record.md` shows each with its meaning. What TR-03138 A.NB.4 asks for stands in brackets.

use crate::model::document::Filed;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Name of this form.
pub const FORMAT: &str = "poststelle-transfervermerk-1";

/// The note about one document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// [`FORMAT`].
    pub format: String,
    /// Guideline and version it was made under.
    pub guideline: String,
    /// Document id.
    pub document: String,
    /// Batch id.
    pub batch: String,
    /// The authority [b].
    pub organisation: String,
    /// Who answers for the transfer [a].
    pub creator: Creator,
    /// By which released procedure [b].
    pub procedure: Procedure,
    /// With what [b].
    pub environment: Environment,
    /// Every point of time apart [d].
    pub times: Times,
    /// The sealed document of which this is a new version; the key is there only if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Replaces>,
    /// What the scanner delivered.
    pub source: Source,
    /// Its place in an old file and the balance of that file; the key is there only if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filed: Option<Filed>,
    /// The pages of the product, in order, with everything that was done to them.
    pub pages: Vec<Page>,
    /// Blank pages and separators that are not in the product.
    pub left_out: Vec<LeftOut>,
    /// Whether all paper is there [e].
    pub completeness: Completeness,
    /// What was checked [e].
    pub quality: Quality,
    /// What was odd, by page [c].
    pub anomalies: Vec<Anomaly>,
    /// What the program decided.
    pub decision: Decision,
    /// SHA-256 of `document.txt`: what the letter says; stamps of receipt stand in the text layer only.
    pub text_sha256: String,
    /// SHA-256 of `document.json`.
    pub sheet_sha256: String,
    /// Whether the product matches the paper, in words that are true for what was checked [f].
    pub statement: Statement,
}

/// A natural person, as a pseudonym that is resolved elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Creator {
    /// Pseudonym; null only where nothing replaces paper.
    pub person: Option<String>,
    /// `scan`: fed the paper and answers for it.
    pub role: String,
}

/// A released procedure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    /// Name in the procedure documentation.
    pub name: String,
    /// Variant: the scan profile.
    pub variant: String,
    /// Version as the town counts it.
    pub version: String,
    /// ISO date of its release, if it was released.
    pub released: Option<String>,
    /// SHA-256 of the configuration the batch was finished under.
    pub configuration_sha256: String,
    /// SHA-256 of the procedure documentation written for that configuration; the key is there only if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documentation_sha256: Option<String>,
}

/// Devices and programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Station id.
    pub station: String,
    /// Name of the scanner.
    pub scanner: String,
    /// Program and version.
    pub software: String,
    /// `copying` or `replacing`: what the profile asks for.
    pub mode_of_profile: String,
    /// What became of it for this document.
    pub mode: String,
}

/// t0 to t7 of the guideline and what lies between; UTC. Null: not known, or not yet when this was
/// written; what comes later (sealed, handed over, destroyed) is a later entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Times {
    /// ISO date the mail entered the authority; never the date of the scan.
    pub received: Option<String>,
    /// Who says so.
    pub received_from: String,
    /// When the envelope was opened.
    pub opened: Option<String>,
    /// When the scanner finished the file, by its own clock.
    pub scanned: Option<String>,
    /// When the program took the file over.
    pub taken_over: String,
    /// When the decision was made.
    pub processed: Option<String>,
    /// When a person confirmed it.
    pub checked: Option<String>,
}

/// The file that came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Name the scanner gave it.
    pub file: String,
    /// SHA-256.
    pub sha256: String,
    /// Length.
    pub bytes: u64,
    /// SHA-256 of what the scanner said beside it.
    pub sidecar_sha256: Option<String>,
    /// Earlier batch with the same bytes.
    pub duplicate_of: Option<String>,
}

/// One page of the product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Page of the source, from 1.
    pub source_page: u32,
    /// Pixels across, upright.
    pub width: u32,
    /// Pixels down, upright.
    pub height: u32,
    /// Pixels per inch.
    pub dpi: u32,
    /// `bitonal`, `grey`, `colour`.
    pub colour: String,
    /// Nothing on it that a person put there.
    pub blank: bool,
    /// Everything that was changed for the product, in order; empty if nothing.
    pub changes: Vec<Change>,
    /// The image in the product; null if the product holds none of ours.
    pub kept: Option<Kept>,
    /// It was scanned again; the key is there only then, and `source_page` is one of the source it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rescan: Option<Rescan>,
}

/// An image in the place of one that is void.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rescan {
    /// Batch that brought it.
    pub batch: String,
    /// SHA-256 of the source it lies in.
    pub source_sha256: String,
    /// Who scanned it, as a pseudonym.
    pub person: Option<String>,
    /// Why, a short word.
    pub reason: String,
    /// Page of the batch, from 1, that is void; its image stays in the source. Null: the stack went on after a jam.
    pub void_page: Option<u32>,
}

/// A sealed document of which this is a new version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replaces {
    /// Document id.
    pub document: String,
    /// SHA-256 of its product; null if it has none.
    pub product_sha256: Option<String>,
    /// SHA-256 of its `record.json`.
    pub record_sha256: String,
}

/// One change of a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// `turn` or `mirror` (in the page matrix, the image stream untouched), or the code of a conversion.
    pub what: String,
    /// Degrees clockwise, or empty.
    pub value: String,
}

/// An image as it is archived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// SHA-256 of the scanner's stream where it was kept byte for byte, else of the samples.
    pub sha256: String,
    /// `jpeg`, `g4`, `png`: the scanner's own stream; `bits`, `grey`, `rgb`: samples.
    pub coding: String,
    /// SHA-256 of the image's stream as it lies in the PDF.
    pub stream_sha256: String,
}

/// A page that is not in the product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// Page of the source, from 1.
    pub source_page: u32,
    /// `blank` or the kind of separator.
    pub why: String,
}

/// The balance of sheets and images of the whole batch. Null: nobody counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Completeness {
    /// Sheets announced by a cover sheet or a person.
    pub sheets_expected: Option<u32>,
    /// Sheets the scanner fed.
    pub sheets_fed: Option<u32>,
    /// Images announced or counted.
    pub images_expected: Option<u32>,
    /// Images that came.
    pub images_found: u32,
    /// Of these in documents.
    pub images_in_documents: u32,
    /// Of these separators.
    pub separators: u32,
    /// Of these blank and left out.
    pub blanks_left_out: u32,
    /// Both sides were scanned.
    pub duplex: bool,
    /// `matches`, `accepted` (a person accepted a difference), `not_counted`, `differs`.
    pub verdict: String,
    /// Who accepted a difference.
    pub accepted_by: Option<String>,
    /// The same in a German sentence.
    pub text: String,
}

/// What was checked by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quality {
    /// `full`, `sample_drawn`, `sample_not_drawn`, `automatic`.
    pub mode: String,
    /// Sample plan, if one applied.
    pub plan: Option<String>,
    /// Who looked at the document, if a person did.
    pub by: Option<String>,
    /// Automatic checks that ran over every page.
    pub automatic: Vec<String>,
}

/// Something odd.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anomaly {
    /// Stable code.
    pub code: String,
    /// Page of the document, from 1; null for the whole.
    pub page: Option<u32>,
    /// `info`, `warning`, `review`.
    pub severity: String,
}

/// What was decided by the program, and how sure it was. Names and codes; what stood in the letter is in
/// `document.json`, whose hash is above.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Kind.
    pub kind: String,
    /// 0 to 1, four places.
    pub confidence: String,
    /// The kind that came second, and its confidence.
    pub runner_up: Option<(String, String)>,
    /// Versions of the rule files of that kind and the second.
    pub rule_versions: BTreeMap<String, u32>,
    /// Rules that spoke, in order.
    pub rules: Vec<String>,
    /// Departments, lead first.
    pub departments: Vec<String>,
    /// Integrity, confidentiality, availability: `normal`, `hoch`, `sehr_hoch`.
    pub protection: (String, String, String),
    /// Fields taken from the text: name, confidence with four places, shown as sure.
    pub fields: Vec<(String, String, bool)>,
    /// Why a person had to look.
    pub review: Vec<String>,
    /// Why it was held.
    pub hold: Option<String>,
    /// Recognised words and their mean confidence, four places, by page.
    pub reading: Vec<(u32, String)>,
}

/// What may be claimed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Stable id.
    pub id: String,
    /// German sentence.
    pub text: String,
}

/// A share from 0 to 1 as it stands in records.
pub fn share(value: f32) -> String {
    format!("{value:.4}")
}
