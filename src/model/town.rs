//! The town as configured: departments, circles, profiles, stations, targets.
//!
//! `config` makes these from `pipeline.toml`; everybody else only reads them.

use super::document::{Need, ScanMode};
use super::limits::Limits;
use super::sidecar::SidecarFormat;
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
}

/// Who may see a confidential document at all.
#[derive(Clone, Debug, PartialEq)]
pub struct Circle {
    /// Lower-case ASCII id.
    pub id: String,
    /// Pseudonyms of its members.
    pub members: Vec<String>,
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
    /// Both sides are scanned.
    pub duplex: bool,
    /// Empty backs are left out of the product.
    pub suppress_blank: bool,
    /// A blank sheet (front and back) separates documents.
    pub blank_separates: bool,
    /// Fixed number of pages per document, if the station works that way.
    pub pages_per_document: Option<u32>,
    /// Confidentiality of the station as a whole.
    pub confidentiality: Need,
    /// Bounds.
    pub limits: Limits,
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
    /// Profile.
    pub profile: Profile,
    /// Name of the scanner, for the record.
    pub scanner: String,
    /// Circle everything from here belongs to, if confidential.
    pub circle: Option<String>,
    /// Department for mail nothing else decides.
    pub default_department: Option<String>,
    /// Glob patterns of file names to leave alone.
    pub ignore: Vec<String>,
    /// A file must stand still this long.
    pub quiet: Duration,
    /// The listing is read at least this often.
    pub poll: Duration,
    /// Taken files are kept in `done/` this long, if at all.
    pub keep_done: Option<Duration>,
    /// The scanner writes a file about each scan beside it.
    pub sidecar: Option<SidecarFormat>,
    /// How long a scan waits for it; then it is taken without, and held for a person.
    pub sidecar_wait: Duration,
}

/// Where documents go.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Lower-case ASCII id.
    pub id: String,
    /// What it is.
    pub way: TargetWay,
}

/// How a target is reached.
#[derive(Clone, Debug, PartialEq)]
pub enum TargetWay {
    /// A folder: `<delivery>.pdf` and `<delivery>.json` appear together.
    Folder {
        /// Where.
        path: PathBuf,
    },
    /// An e-mail per document.
    Mail(MailTarget),
}

/// An e-mail target.
#[derive(Clone, Debug, PartialEq)]
pub struct MailTarget {
    /// SMTP server.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Encryption.
    pub security: MailSecurity,
    /// Login name, if any.
    pub user: Option<String>,
    /// File with the password, if any.
    pub password_file: Option<PathBuf>,
    /// Sender.
    pub from: String,
    /// Recipients.
    pub to: Vec<String>,
    /// Certificates to trust besides the system's, PEM.
    pub ca_file: Option<PathBuf>,
    /// Largest message in bytes.
    pub bytes_max: u64,
    /// Time-out of one attempt.
    pub timeout: Duration,
}

/// Encryption of the mail connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailSecurity {
    /// Upgrade, or fail.
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// None; only to the loopback.
    PlainLoopback,
}

/// With what the town seals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealSettings {
    /// PKCS#12, or PEM.
    pub key_file: PathBuf,
    /// PEM certificates, if the key file holds none.
    pub certificate_file: Option<PathBuf>,
    /// File with the password of the key.
    pub password_file: Option<PathBuf>,
    /// RFC 3161 services, asked in turn.
    pub timestamp_urls: Vec<String>,
    /// PEM certificates their tokens must lead to.
    pub timestamp_ca_file: Option<PathBuf>,
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
