//! The town as configured: departments, circles, profiles, stations, targets.
//!
//! `config` makes these from `pipeline.toml`; everybody else only reads them.

mod people;
mod scanner;
mod seal;
mod system;
mod target;

pub use people::*;
pub use scanner::*;
pub use seal::*;
pub use system::*;
pub use target::*;

use crate::model::document::{Need, ScanMode};
use crate::model::limits::Limits;
use crate::model::sidecar::SidecarFormat;
use std::path::PathBuf;
use std::time::Duration;

/// One department.
#[derive(Clone, Debug, PartialEq)]
pub struct Department {
    /// Lower-case ASCII id.
    pub id: String,
    /// German name for screens.
    pub name: String,
    /// Ids of the targets its mail goes to.
    pub targets: Vec<String>,
    /// Department that takes over, if any.
    pub substitute: Option<String>,
    /// What lies unopened longer than so many working days goes there; nothing if left out.
    pub substitute_after: Option<u32>,
    /// Names it had or is called by besides.
    pub former: Vec<String>,
    /// It has ended, and goes on as that one.
    pub successor: Option<String>,
    /// It is still to come: rules may name it, nobody is offered it.
    pub planned: bool,
}

impl Department {
    /// Whether mail can be given to it.
    pub fn is_open(&self) -> bool {
        self.successor.is_none() && !self.planned
    }
}

/// Who may see a confidential document at all.
#[derive(Clone, Debug, PartialEq)]
pub struct Circle {
    /// Lower-case ASCII id.
    pub id: String,
    /// Pseudonyms of its members.
    pub members: Vec<String>,
    /// Codes of holds that are this circle's to see and decide, e.g. `hold.personalrat`.
    pub holds: Vec<String>,
    /// Circle that takes over, if any.
    pub substitute: Option<String>,
    /// What waits longer than so many working days is that one's.
    pub substitute_after: Option<u32>,
}

/// How pages of a station are scanned and treated.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Lower-case ASCII id; `copying` is built in.
    pub id: String,
    /// Copying or replacing.
    pub scan_mode: ScanMode,
    /// Tesseract languages, e.g. `deu`.
    pub languages: Vec<String>,
    /// Lower resolutions get a note.
    pub dpi_min: f32,
    /// Pages with fewer colours replace no paper.
    pub colour: super::page::Colour,
    /// Why less than colour is enough.
    pub colour_reason: Option<String>,
    /// SHA-256 of the driver's settings, as the town keeps them.
    pub driver: Option<String>,
    /// What the device does to images before they come: `deskew`, `crop`.
    pub device: Vec<String>,
    /// Both sides are scanned.
    pub duplex: bool,
    /// Empty backs are left out of the product.
    pub suppress_blank: bool,
    /// A blank sheet (front and back) separates documents.
    pub blank_separates: bool,
    /// Fixed number of pages per document, if the station works that way.
    pub pages_per_document: Option<u32>,
    /// Old files are scanned: everything lies below sheets of box, file and register.
    pub files: bool,
    /// Confidentiality of the station as a whole.
    pub confidentiality: Need,
    /// Bounds.
    pub limits: Limits,
}

/// What in a drop folder is one batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Batches {
    /// Each file.
    #[default]
    Files,
    /// Each sub-folder, with its files as pages in natural order; files beside them too.
    Folders,
}

/// A drop folder with its profile.
#[derive(Clone, Debug, PartialEq)]
pub struct Station {
    /// Lower-case ASCII id.
    pub id: String,
    /// The drop folder.
    pub folder: PathBuf,
    /// Watch sub-folders too.
    pub recursive: bool,
    /// What of it is one batch.
    pub batches: Batches,
    /// File that says that a folder is complete.
    pub end_marker: Option<String>,
    /// Profile.
    pub profile: Profile,
    /// Name of the scanner, for the record.
    pub scanner: String,
    /// Circle everything from here belongs to, if confidential.
    pub circle: Option<String>,
    /// Department for mail nothing else decides.
    pub default_department: Option<String>,
    /// What is scanned here goes before all other mail.
    pub urgent: bool,
    /// Glob patterns of file names to leave alone.
    pub ignore: Vec<String>,
    /// A file must stand still this long.
    pub quiet: Duration,
    /// A file without its own end, or one that may not be read, is waited for this long.
    pub unfinished_wait: Duration,
    /// The listing is read at least this often.
    pub poll: Duration,
    /// Taken files are kept in `done/` this long, if at all.
    pub keep_done: Option<Duration>,
    /// The scanner writes a file about each scan beside it.
    pub sidecar: Option<SidecarFormat>,
    /// How long a scan waits for it; then it is taken without, and held for a person.
    pub sidecar_wait: Duration,
    /// Public keys of the scan providers whose signed lots come here; such a station takes nothing else.
    pub lot_keys: Vec<PathBuf>,
}

/// How the town knows its own separator and cover sheets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetSettings {
    /// File with the secret.
    pub key_file: PathBuf,
    /// Nothing but such a sheet separates.
    pub strict: bool,
}

/// The scanning procedure as the town documents it; records name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Procedure {
    /// Name in the procedure documentation.
    pub name: String,
    /// Version as the town counts it.
    pub version: String,
    /// ISO date of its release, if it was released.
    pub released: Option<String>,
    /// Guideline and version it follows.
    pub guideline: String,
}

impl Default for Procedure {
    fn default() -> Self {
        Self {
            name: "Digitale Poststelle".into(),
            version: "Entwurf".into(),
            released: None,
            guideline: "BSI TR-03138 1.5".into(),
        }
    }
}

/// When a decision counts as sure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decide {
    /// Confidence below this goes to review.
    pub min_confidence: f32,
    /// Lead over the runner-up below this goes to review.
    pub min_lead: f32,
}

impl Default for Decide {
    fn default() -> Self {
        Self { min_confidence: 0.9, min_lead: 0.2 }
    }
}
