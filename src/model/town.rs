//! The town as configured: departments, circles, profiles, stations, targets.
//!
//! `config` makes these from `pipeline.toml`; everybody else only reads them.

use super::document::{Need, ScanMode};
use super::limits::Limits;
use super::sidecar::SidecarFormat;
use std::collections::BTreeMap;
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
    /// A program: it comes with a token to `/api` and cannot sign on.
    pub application: bool,
}

impl Person {
    /// Whether this person has that role.
    pub fn is(&self, role: StaffRole) -> bool {
        self.roles.contains(&role)
    }
}

/// Where people sign on by OpenID Connect.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenId {
    /// How the provider is reached: its issuer address, our name and secret there.
    pub access: HttpAccess,
    /// Name under which this program is known there.
    pub client_id: String,
    /// Claim that is the id of a person here.
    pub claim: String,
    /// Where people come back to.
    pub back: String,
}

/// The town's LDAP directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// `ldaps://…`
    pub url: String,
    /// Whom to bind as, with `{id}` for the person.
    pub dn: String,
    /// Certificates to trust besides the system's, PEM.
    pub ca_file: Option<PathBuf>,
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
    /// What the target is told about a document, in order. Empty: everything that is known, by its own name.
    pub fields: Vec<FieldRule>,
}

/// How a target is reached.
#[derive(Clone, Debug, PartialEq)]
pub enum TargetWay {
    /// Files: the product with a side-car, in a folder here or on a server.
    Files(FilesTarget),
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

/// One field of a target and where its value comes from.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct FieldRule {
    /// Name at the target, e.g. `dok_dat_feld[1]`.
    pub name: String,
    /// Type at the target, where it wants one: `Text`, `Date`, `Numeric` ...
    pub kind: String,
    /// Where the value comes from.
    pub source: FieldSource,
    /// Without a value the document is not sent; a clerk decides.
    pub required: bool,
    /// Only values shown as sure count.
    pub sure: bool,
    /// Longest value in characters.
    pub length_max: Option<usize>,
    /// A longer value is cut; otherwise it is refused.
    pub cut: bool,
    /// The value is a list with this separator.
    pub split: Option<String>,
    /// ISO dates are written so (`%d.%m.%Y`).
    pub date: Option<String>,
    /// The decimal point is written so.
    pub decimal: Option<String>,
    /// The target's codes for our values; `*` for all others.
    pub codes: BTreeMap<String, String>,
}

/// Where a field's value comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldSource {
    /// Always this.
    Constant(String),
    /// What is known of the document under that name.
    Fact(String),
    /// A sentence with `{{ names }}` in it.
    Template(String),
}

impl Default for FieldSource {
    fn default() -> Self {
        Self::Constant(String::new())
    }
}

/// Files with side-cars.
#[derive(Clone, Debug, PartialEq)]
pub struct FilesTarget {
    /// Where they go.
    pub place: PlaceWay,
    /// Which files, how named, in which order.
    pub layout: Layout,
    /// The consumer takes the files away: what is gone has arrived.
    pub consumed: bool,
    /// Where the consumer puts what it took.
    pub accepted: Option<String>,
    /// Where the consumer puts what it did not take.
    pub refused: Option<String>,
}

/// A place for files.
#[derive(Clone, Debug, PartialEq)]
pub enum PlaceWay {
    /// A local or mounted folder.
    Folder {
        /// Where.
        path: PathBuf,
    },
    /// A WebDAV folder.
    WebDav(HttpAccess),
    /// A folder on an SSH server.
    Sftp(SftpAccess),
}

/// How an SSH server is reached.
#[derive(Clone, Debug, PartialEq)]
pub struct SftpAccess {
    /// Server.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Login name.
    pub user: String,
    /// Our private key.
    pub key_file: PathBuf,
    /// The server's public key, as in `known_hosts`.
    pub known_hosts_file: PathBuf,
    /// Folder on the server.
    pub path: String,
}

/// How an HTTP server is reached.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpAccess {
    /// Address everything starts from.
    pub url: String,
    /// Who we are.
    pub login: HttpLogin,
    /// Certificates to trust besides the system's, PEM.
    pub ca_file: Option<PathBuf>,
    /// Our certificate with its chain and key, PEM, if the server asks for one.
    pub client_certificate_file: Option<PathBuf>,
    /// Proxy, if there is one.
    pub proxy: Option<String>,
    /// Time-out of sending and of answering.
    pub timeout: Duration,
}

/// Login at an HTTP server. Secrets stay in their files.
#[derive(Clone, Debug, PartialEq)]
pub enum HttpLogin {
    /// None.
    None,
    /// Name and password; at Nextcloud an app password.
    Basic {
        /// Name.
        user: String,
        /// File with the password.
        password_file: PathBuf,
    },
    /// A token or API key.
    Bearer {
        /// File with it.
        token_file: PathBuf,
    },
}

/// Which files a document becomes.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// The side-car.
    pub preset: Preset,
    /// File with the town's own side-car template instead of the preset's.
    pub template: Option<PathBuf>,
    /// File name without ending, a template; the delivery id if left out.
    pub stem: Option<String>,
    /// Name of the side-car, a template over `stem`.
    pub sidecar_name: Option<String>,
    /// The product appears after the side-car.
    pub product_last: bool,
    /// Name of an empty file that appears when all others are there, a template over `stem`.
    pub trigger: Option<String>,
    /// The verification record goes along.
    pub record: bool,
    /// The side-car is written in Windows-1252 instead of UTF-8.
    pub windows_1252: bool,
}

/// Side-cars that are built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// `document.json` as it is.
    Plain,
    /// No side-car.
    None,
    /// d.3 host import: `.jpl`.
    D3,
    /// DocuWare Import: `.dwcontrol`.
    Docuware,
    /// enaio data import: XML.
    Enaio,
    /// Invoice workflows: fields of EN 16931 in XML.
    Invoice,
    /// Names and values as XML.
    Xml,
    /// Names and values as CSV with a head line.
    Csv,
    /// Names and values as JSON.
    Json,
    /// METS with PREMIS events, for archives.
    Mets,
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
    /// Largest message in bytes; the server's own limit counts too.
    pub bytes_max: u64,
    /// Address of the staff page: what is too large or confidential is fetched there. `{{ document_id }}` in it.
    pub link: Option<String>,
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

/// How the town knows its own separator and cover sheets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetSettings {
    /// File with the secret.
    pub key_file: PathBuf,
    /// Nothing but such a sheet separates.
    pub strict: bool,
}

/// With what the town seals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealSettings {
    /// Where the key is.
    pub key: KeyPlace,
    /// RFC 3161 services, asked in turn.
    pub timestamp_urls: Vec<String>,
    /// PEM certificates their tokens must lead to.
    pub timestamp_ca_file: Option<PathBuf>,
    /// The policy their tokens must name, if any other is refused.
    pub timestamp_policy: Option<String>,
    /// Proxy to timestamp services and revocation lists.
    pub proxy: Option<String>,
}

/// Where the key of the seal is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyPlace {
    /// In a file.
    File(KeyFilePlace),
    /// In a token or security module.
    Token(TokenPlace),
    /// At a trust service.
    Service(ServicePlace),
}

/// A key file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFilePlace {
    /// PKCS#12, or PEM.
    pub key_file: PathBuf,
    /// PEM certificates, if the key file holds none.
    pub certificate_file: Option<PathBuf>,
    /// File with the password of the key.
    pub password_file: Option<PathBuf>,
}

/// A key behind PKCS#11.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenPlace {
    /// The driver's library.
    pub module: PathBuf,
    /// Label of the token.
    pub token: String,
    /// Label of the key.
    pub key: String,
    /// File with the PIN.
    pub pin_file: PathBuf,
    /// PEM certificates, the key's first.
    pub certificate_file: PathBuf,
}

/// A key behind the CSC API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServicePlace {
    /// Address up to `/csc/v2`.
    pub url: String,
    /// Id of the credential.
    pub credential: String,
    /// Our name at the service.
    pub client: String,
    /// File with our secret.
    pub secret_file: PathBuf,
    /// File with the PIN of the credential.
    pub pin_file: PathBuf,
    /// PEM certificates, the key's first.
    pub certificate_file: PathBuf,
    /// Certificates to trust besides the system's, PEM.
    pub ca_file: Option<PathBuf>,
    /// Proxy, if there is one.
    pub proxy: Option<String>,
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
