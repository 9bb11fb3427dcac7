//! `pipeline.toml`, exactly as written. Unknown keys are errors.

mod people;
mod record;
mod target;

pub use people::*;
pub use record::*;
pub use target::*;

use serde::Deserialize;
use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::path::PathBuf;
use toml::Spanned;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Database of the ledger.
    #[serde(default = "default_ledger")]
    pub ledger: Spanned<PathBuf>,
    /// File of the password of the database server.
    pub ledger_password_file: Option<Spanned<PathBuf>>,
    /// Folder of the vault, or a bucket.
    #[serde(default = "default_vault")]
    pub vault: Spanned<PathBuf>,
    /// The server of the bucket.
    pub s3: Option<Spanned<S3>>,
    /// File with the keys of the vault; not encrypted if left out.
    pub vault_key_file: Option<PathBuf>,
    /// Folder of the classifiers.
    #[serde(default = "default_classifiers")]
    pub classifiers: PathBuf,
    /// Pages worked on at the same time; as many as there are cores if left out.
    pub workers: Option<NonZeroUsize>,
    /// The town.
    pub town: Town,
    /// Departments.
    #[serde(default)]
    pub department: Vec<Department>,
    /// Circles.
    #[serde(default)]
    pub circle: Vec<Circle>,
    /// The organisation chart, if departments and people come from one.
    pub organisation: Option<Spanned<Organisation>>,
    /// People who sign on to the pages.
    #[serde(default)]
    pub person: Vec<Person>,
    /// Programs that come to `/api` with a token.
    #[serde(default)]
    pub application: Vec<Person>,
    /// Profiles.
    #[serde(default)]
    pub profile: Vec<Profile>,
    /// Stations.
    #[serde(default)]
    pub station: Vec<Station>,
    /// Targets.
    #[serde(default)]
    pub target: Vec<Target>,
    /// Sentences about where mail goes.
    #[serde(default)]
    pub route: Vec<Route>,
    /// Mail that goes elsewhere for a time.
    #[serde(default)]
    pub redirect: Vec<Redirect>,
    /// When a decision is sure.
    #[serde(default)]
    pub decide: Decide,
    /// The staff page.
    #[serde(default)]
    pub web: Web,
    /// The procedure records speak of.
    #[serde(default)]
    pub procedure: Procedure,
    /// The virus scanner that sees every file before it is opened.
    pub malware: Option<Spanned<Malware>>,
    /// How the town knows its own separator and cover sheets.
    pub sheets: Option<Sheets>,
    /// With what the town seals; nothing is sealed if left out.
    pub seal: Option<Spanned<Seal>>,
    /// How many documents are compared with the paper.
    #[serde(default)]
    pub sample: Sample,
    /// How long things are kept.
    #[serde(default)]
    pub retention: Retention,
}

fn default_ledger() -> Spanned<PathBuf> {
    Spanned::new(0..0, "var/ledger.sqlite".into())
}

fn default_vault() -> Spanned<PathBuf> {
    Spanned::new(0..0, "var/vault".into())
}

fn default_classifiers() -> PathBuf {
    "classifiers".into()
}

/// The S3-compatible storage that holds the vault.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3 {
    /// Address of the server.
    pub endpoint: Spanned<String>,
    /// Region that requests are signed for.
    pub region: Option<String>,
    /// Id of the access key.
    pub access_key: String,
    /// File with its secret.
    pub secret_file: PathBuf,
    /// Certificates to trust besides the system's, PEM.
    pub ca_file: Option<PathBuf>,
    /// Proxy that is connected to instead.
    pub proxy: Option<String>,
    /// How long the server may take to begin an answer.
    pub timeout_seconds: Option<NonZeroU64>,
    /// Folder of this machine for objects on their way.
    pub cache: PathBuf,
}

/// The town.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Town {
    /// Tenant id: part of every key, never changed.
    pub id: Spanned<String>,
    /// Name on screens and in records.
    pub name: String,
    /// Department for mail nobody recognises.
    pub central: Spanned<String>,
    /// Land, by the letters of ISO 3166-2:DE: whose holidays count for deadlines.
    pub land: Option<Spanned<String>>,
    /// When the house works on working days: `08:00-16:00`.
    pub office_hours: Option<Spanned<String>>,
    /// Office hours after which urgent mail that nobody opened goes on; 0: never.
    pub urgent_hours: Option<u32>,
    /// Regular expressions of the town's own references.
    #[serde(default)]
    pub own_references: Vec<Spanned<String>>,
}

/// A department.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Department {
    pub id: Spanned<String>,
    pub name: String,
    #[serde(default)]
    pub targets: Vec<Spanned<String>>,
    pub substitute: Option<Spanned<String>>,
    /// Working days after which what lies unopened goes to the substitute.
    pub substitute_after: Option<Spanned<u32>>,
    /// Names under which people write to it, besides `name`.
    #[serde(default)]
    pub addressed: Vec<Spanned<String>>,
    /// Patterns of the references it gives.
    #[serde(default)]
    pub references: Vec<Spanned<String>>,
    /// Department that this one goes on as: it has ended.
    pub successor: Option<Spanned<String>>,
    /// It is still to come.
    #[serde(default)]
    pub planned: bool,
}

/// A route: all conditions given must hold.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    pub id: Spanned<String>,
    /// The sentence in the town's own words.
    pub sentence: String,
    #[serde(default)]
    pub priority: i32,
    #[serde(default)]
    pub kind: Vec<Spanned<String>>,
    #[serde(default)]
    pub recipient: Vec<Spanned<String>>,
    pub reference: Option<Spanned<String>>,
    #[serde(default)]
    pub check_digit: bool,
    #[serde(default)]
    pub sender: Vec<Spanned<String>>,
    #[serde(default)]
    pub words: Vec<Spanned<String>>,
    #[serde(default)]
    pub station: Vec<Spanned<String>>,
    #[serde(default)]
    pub field: Vec<String>,
    #[serde(default)]
    pub missing: Vec<String>,
    pub gross_over: Option<u64>,
    #[serde(default)]
    pub over_a3: bool,
    pub from: Option<Spanned<String>>,
    pub until: Option<Spanned<String>>,
    /// A department, `@recipient` or `@issuer`.
    pub department: Option<Spanned<String>>,
    #[serde(default)]
    pub copies: Vec<Spanned<String>>,
    #[serde(default)]
    pub urgent: bool,
    #[serde(default)]
    pub copying: bool,
    #[serde(default)]
    pub item: bool,
    #[serde(default)]
    pub undelivered: bool,
    #[serde(default)]
    pub ask: bool,
    #[serde(default)]
    pub settles: bool,
    #[serde(default)]
    pub stop: bool,
}

/// A redirection.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redirect {
    pub department: Spanned<String>,
    #[serde(default)]
    pub person: Vec<Spanned<String>>,
    pub to: Spanned<String>,
    pub from: Option<Spanned<String>>,
    pub until: Option<Spanned<String>>,
    pub reason: String,
}

/// A circle.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Circle {
    pub id: Spanned<String>,
    #[serde(default)]
    pub members: Vec<String>,
    /// Codes of holds that are this circle's to decide.
    #[serde(default)]
    pub holds: Vec<String>,
    /// Circle that stands in: the same members and others.
    pub substitute: Option<Spanned<String>>,
    pub substitute_after: Option<Spanned<u32>>,
}

/// A profile.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    pub id: Spanned<String>,
    #[serde(default)]
    pub scan_mode: crate::model::document::ScanMode,
    pub languages: Option<Vec<String>>,
    pub dpi_min: Option<Spanned<f32>>,
    /// `bitonal`, `grey`, `colour`: what pages must at least be to replace paper.
    pub colour: Option<Spanned<crate::model::page::Colour>>,
    /// Why less than colour is enough: where the law asks for the content alone.
    pub colour_reason: Option<String>,
    /// SHA-256 of the driver's settings.
    pub driver_sha256: Option<Spanned<String>>,
    /// What the device itself does to images.
    #[serde(default)]
    pub device: Vec<String>,
    /// Both sides; replacing profiles scan both unless told otherwise.
    pub duplex: Option<bool>,
    pub suppress_blank: Option<bool>,
    #[serde(default)]
    pub blank_separates: bool,
    pub pages_per_document: Option<NonZeroU32>,
    /// Old files, with sheets for box, file and register.
    pub files: Option<Spanned<bool>>,
    #[serde(default)]
    pub confidentiality: crate::model::document::Need,
    #[serde(default)]
    pub limits: Limits,
}

/// Limits a profile may change.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub page_megapixels_max: Option<NonZeroU64>,
    pub pages_max: Option<NonZeroU32>,
    pub page_seconds_max: Option<NonZeroU32>,
    pub engine_megabytes_max: Option<NonZeroU64>,
}

/// A station.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Station {
    pub id: Spanned<String>,
    pub folder: Spanned<PathBuf>,
    #[serde(default)]
    pub recursive: bool,
    /// Each file is a batch, or each sub-folder.
    pub batches: Option<Spanned<crate::model::town::Batches>>,
    /// Name of the file that the capture program writes last into a folder.
    pub end_marker: Option<Spanned<String>>,
    pub profile: Option<Spanned<String>>,
    #[serde(default)]
    pub scanner: String,
    pub circle: Option<Spanned<String>>,
    pub default_department: Option<Spanned<String>>,
    /// What is scanned here goes before all other mail.
    #[serde(default)]
    pub urgent: bool,
    #[serde(default)]
    pub ignore: Vec<Spanned<String>>,
    pub quiet_seconds: Option<u64>,
    /// How long a file is waited for whose end is missing, or which may not be read.
    pub unfinished_wait_seconds: Option<NonZeroU64>,
    pub poll_seconds: Option<NonZeroU64>,
    /// Taken files are kept in `done/` for so many hours; off if left out.
    pub keep_done_hours: Option<Spanned<u64>>,
    /// The scanner writes `name.json`, `name.csv` or `name.xml` beside each scan, or one `INDEX.DAT` for many.
    pub sidecar: Option<Spanned<crate::model::sidecar::SidecarFormat>>,
    pub sidecar_wait_seconds: Option<u64>,
    /// Public keys (PEM) of scan providers: the station takes signed lots only.
    #[serde(default)]
    pub lot_keys: Vec<Spanned<PathBuf>>,
}

/// Thresholds.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    pub min_confidence: Option<Spanned<f32>>,
    pub min_lead: Option<Spanned<f32>>,
}
