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
    /// Codes of holds that are this circle's to see and decide, e.g. `hold.personalrat`.
    pub holds: Vec<String>,
}

/// Somebody who signs on to the pages.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// Pseudonym: the only name in ledger and events.
    pub id: String,
    /// Name on screens.
    pub name: String,
    /// What this person may do.
    pub roles: Vec<StaffRole>,
    /// Departments whose inbox this person reads.
    pub departments: Vec<String>,
}

impl Person {
    /// Whether this person has that role.
    pub fn is(&self, role: StaffRole) -> bool {
        self.roles.contains(&role)
    }
}

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StaffRole {
    /// Scans: opens station-days, sees what came from the stations.
    Operator,
    /// Decides doubtful documents.
    Reviewer,
    /// Reads the inbox of the departments named.
    Department,
    /// Leads the mailroom: everything, and holds that no circle is named for.
    Head,
    /// Looks after the installation.
    Administrator,
    /// Follows letters, changes nothing.
    Auditor,
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
    /// Public keys of the scan providers whose signed lots come here; such a station takes nothing else.
    pub lot_keys: Vec<PathBuf>,
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
    /// The department's inbox on the pages.
    Inbox {
        /// The ledger it lies in.
        ledger: PathBuf,
        /// Tenant in that ledger.
        tenant: String,
    },
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
