//! Where documents go, and what each place wants to hear.

use super::system::DmsTarget;
use crate::model::place::Place;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// Where documents go.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Lower-case ASCII id.
    pub id: String,
    /// What it is.
    pub way: TargetWay,
    /// What the target is told about a document, in order. Empty: everything that is known, by its own name.
    pub fields: Vec<FieldRule>,
    /// Where urgent mail goes besides, while this target is down.
    pub fallback: Option<Fallback>,
}

/// An inbox that stands in for a target that is down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fallback {
    /// Id of the inbox target.
    pub inbox: String,
    /// After so many hours without anything taken.
    pub hours: u32,
    /// The sentence of the town, shown with the letter.
    pub sentence: String,
}

/// How a target is reached.
#[derive(Clone, Debug, PartialEq)]
pub enum TargetWay {
    /// Files: the product with a side-car, in a folder here or on a server.
    Files(FilesTarget),
    /// An e-mail per document.
    Mail(MailTarget),
    /// An object per document in a system that is spoken to over HTTP.
    Dms(DmsTarget),
    /// The department's inbox on the pages.
    Inbox {
        /// The ledger it lies in.
        ledger: Place,
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
        /// Where a share must be mounted for it.
        mount: Option<PathBuf>,
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
    /// How long the server may take to begin its answer; bodies may be on their way ten times as long.
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
    /// An application that fetches its tokens itself (OAuth 2.0 client credentials).
    Client {
        /// Where tokens are fetched.
        token_url: String,
        /// Id of the application.
        client_id: String,
        /// File with its secret.
        secret_file: PathBuf,
        /// What the token is for, if the server wants to know.
        scope: Option<String>,
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
    /// Folders below the target's, a template with `/` between them; what is empty makes none.
    pub subfolder: Option<String>,
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
    /// xdomea 3.0.0, message 0101: for information or take-over by an eAkte.
    Xdomea0101,
    /// xdomea 3.0.0, message 0605: for filing in an eAkte, which answers with its id.
    Xdomea0605,
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
    /// Certificates of those who shall be able to read it, PEM: the mail is encrypted for them.
    pub certificate_file: Option<PathBuf>,
    /// Where bounces arrive.
    pub returns: Option<ReturnBox>,
}

/// The mailbox that bounces come back to, over IMAP.
#[derive(Clone, Debug, PartialEq)]
pub struct ReturnBox {
    /// IMAP server.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Encryption.
    pub security: MailSecurity,
    /// Login name.
    pub user: String,
    /// File with the password.
    pub password_file: PathBuf,
    /// Folder.
    pub folder: String,
    /// Certificates to trust besides the system's, PEM.
    pub ca_file: Option<PathBuf>,
    /// Time-out of one answer.
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
