//! `pipeline.toml`, exactly as written. Unknown keys are errors.

use serde::Deserialize;
use std::path::PathBuf;
use toml::Spanned;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Database of the ledger.
    #[serde(default = "default_ledger")]
    pub ledger: PathBuf,
    /// Folder of the vault.
    #[serde(default = "default_vault")]
    pub vault: PathBuf,
    /// Folder of the classifiers.
    #[serde(default = "default_classifiers")]
    pub classifiers: PathBuf,
    /// Pages worked on at the same time; as many as there are cores if left out.
    pub workers: Option<usize>,
    /// The town.
    pub town: Town,
    /// Departments.
    #[serde(default)]
    pub department: Vec<Department>,
    /// Circles.
    #[serde(default)]
    pub circle: Vec<Circle>,
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

fn default_ledger() -> PathBuf {
    "var/ledger.sqlite".into()
}
fn default_vault() -> PathBuf {
    "var/vault".into()
}
fn default_classifiers() -> PathBuf {
    "classifiers".into()
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
    /// Names under which people write to it, besides `name`.
    #[serde(default)]
    pub addressed: Vec<Spanned<String>>,
    /// Patterns of the references it gives.
    #[serde(default)]
    pub references: Vec<Spanned<String>>,
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
}

/// Somebody who signs on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    pub id: Spanned<String>,
    pub name: String,
    pub roles: Vec<crate::model::town::StaffRole>,
    #[serde(default)]
    pub departments: Vec<Spanned<String>>,
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
    pub pages_per_document: Option<u32>,
    #[serde(default)]
    pub confidentiality: crate::model::document::Need,
    #[serde(default)]
    pub limits: Limits,
}

/// Limits a profile may change.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub page_megapixels_max: Option<u64>,
    pub pages_max: Option<u32>,
    pub page_seconds_max: Option<u32>,
    pub engine_megabytes_max: Option<u64>,
}

/// A station.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Station {
    pub id: Spanned<String>,
    pub folder: Spanned<PathBuf>,
    #[serde(default)]
    pub recursive: bool,
    pub profile: Option<Spanned<String>>,
    #[serde(default)]
    pub scanner: String,
    pub circle: Option<Spanned<String>>,
    pub default_department: Option<Spanned<String>>,
    #[serde(default)]
    pub ignore: Vec<Spanned<String>>,
    pub quiet_seconds: Option<u64>,
    pub poll_seconds: Option<u64>,
    /// Taken files are kept in `done/` for so many hours; off if left out.
    pub keep_done_hours: Option<Spanned<u64>>,
    /// The scanner writes `name.json`, `name.csv` or `name.xml` beside each scan.
    pub sidecar: Option<Spanned<crate::model::sidecar::SidecarFormat>>,
    pub sidecar_wait_seconds: Option<u64>,
    /// Public keys (PEM) of scan providers: the station takes signed lots only.
    #[serde(default)]
    pub lot_keys: Vec<Spanned<PathBuf>>,
}

/// A target. Which keys belong to which type is in `config::targets`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    pub id: Spanned<String>,
    #[serde(rename = "type")]
    pub kind: Spanned<String>,
    pub path: Option<PathBuf>,
    pub host: Option<Spanned<String>>,
    pub port: Option<u16>,
    pub security: Option<Spanned<String>>,
    pub user: Option<String>,
    pub password_file: Option<PathBuf>,
    pub from: Option<String>,
    #[serde(default)]
    pub to: Vec<String>,
    pub ca_file: Option<PathBuf>,
    pub megabytes_max: Option<u64>,
    /// Mail: where staff fetch what is not attached, a template over `document_id`.
    pub link: Option<Spanned<String>>,
    pub timeout_seconds: Option<u64>,
    /// HTTP: address everything starts from.
    pub url: Option<Spanned<String>>,
    /// HTTP: file with a token or API key.
    pub token_file: Option<PathBuf>,
    /// HTTP: our certificate with chain and key.
    pub client_certificate_file: Option<PathBuf>,
    /// SFTP: our private key.
    pub key_file: Option<PathBuf>,
    /// SFTP: the server's public key.
    pub known_hosts_file: Option<PathBuf>,
    /// HTTP: proxy.
    pub proxy: Option<String>,
    /// Files: which side-car.
    pub layout: Option<Spanned<String>>,
    /// Files: the town's own side-car template.
    pub template: Option<PathBuf>,
    /// Files: name without ending, a template.
    pub name: Option<Spanned<String>>,
    /// Files: name of the side-car, a template over `stem`.
    pub sidecar_name: Option<Spanned<String>>,
    /// Files: `product_last` or `sidecar_last`.
    pub order: Option<Spanned<String>>,
    /// Files: name of an empty file that says "all there", a template over `stem`.
    pub trigger: Option<Spanned<String>>,
    /// Files: the verification record goes along.
    pub record: Option<bool>,
    /// Files: `utf-8` or `windows-1252`, of the side-car.
    pub encoding: Option<Spanned<String>>,
    /// Files: the consumer takes the files away.
    pub consumed: Option<bool>,
    /// Files: folder in which the consumer puts what it took.
    pub accepted: Option<String>,
    /// Files: folder in which the consumer puts what it refused.
    pub refused: Option<String>,
    /// What the target is told, in order.
    #[serde(default)]
    pub field: Vec<Field>,
}

/// One field of a target: exactly one of `value`, `from`, `template`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    pub name: Spanned<String>,
    #[serde(rename = "type", default)]
    pub kind: String,
    pub value: Option<String>,
    pub from: Option<String>,
    pub template: Option<String>,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub sure: bool,
    pub max_length: Option<usize>,
    pub too_long: Option<Spanned<String>>,
    pub split: Option<String>,
    pub date: Option<String>,
    pub decimal: Option<String>,
    #[serde(default)]
    pub codes: std::collections::BTreeMap<String, String>,
}

/// Thresholds.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    pub min_confidence: Option<Spanned<f32>>,
    pub min_lead: Option<Spanned<f32>>,
}

/// The staff page.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Web {
    /// Address and port; no page if left out.
    pub listen: Option<Spanned<String>>,
    /// The address people type, if a proxy with TLS stands before it.
    pub url: Option<Spanned<String>>,
    /// Whoever does nothing for so long signs on again.
    pub idle_minutes: Option<u32>,
    /// A decision can be taken back for so long before anything leaves.
    pub undo_seconds: Option<u32>,
    /// People sign on at the town's OpenID provider.
    pub oidc: Option<Oidc>,
    /// Passwords are checked by the town's directory.
    pub ldap: Option<Ldap>,
}

/// The town's OpenID provider (Keycloak, Entra ID, ...).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oidc {
    /// Its address, as it names itself.
    pub issuer: Spanned<String>,
    /// Name under which this program is known there.
    pub client_id: String,
    /// File with the secret it got there.
    pub client_secret_file: PathBuf,
    /// Claim that is the id of a person here; `preferred_username` if left out.
    pub claim: Option<String>,
    /// PEM certificates to trust besides the system's.
    pub ca_file: Option<PathBuf>,
}

/// The town's directory.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ldap {
    /// `ldaps://…`
    pub url: Spanned<String>,
    /// Whom to bind as; `{id}` stands for what the person typed.
    pub dn: Spanned<String>,
    /// PEM certificates to trust besides the system's.
    pub ca_file: Option<PathBuf>,
}

/// The scanning procedure as the town documents it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    /// Name in the procedure documentation.
    pub name: Option<String>,
    /// Version as the town counts it.
    pub version: Option<String>,
    /// ISO date of its release.
    pub released: Option<Spanned<String>>,
    /// Guideline and version it follows.
    pub guideline: Option<String>,
}

/// How the town knows its own separator and cover sheets.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheets {
    /// File with a secret of at least 16 characters; a sheet without its check orders nothing.
    pub key_file: PathBuf,
    /// Nothing but such a sheet separates: no patch code, no barcode, no empty page.
    #[serde(default)]
    pub strict: bool,
}

/// With what the town seals: exactly one of `key_file`, `pkcs11_module`, `csc_url`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// PKCS#12, or PEM.
    pub key_file: Option<PathBuf>,
    /// PEM certificates, if the key file holds none.
    pub certificate_file: Option<PathBuf>,
    /// File with the password of the key.
    pub password_file: Option<PathBuf>,
    /// Driver of a token.
    pub pkcs11_module: Option<PathBuf>,
    /// Label of the token.
    pub pkcs11_token: Option<String>,
    /// Label of the key in the token.
    pub pkcs11_key: Option<String>,
    /// File with the PIN of token or credential.
    pub pin_file: Option<PathBuf>,
    /// Seal service, CSC API 2.0.
    pub csc_url: Option<String>,
    /// Id of the credential.
    pub csc_credential: Option<String>,
    /// Our name at the service.
    pub csc_client: Option<String>,
    /// File with our secret.
    pub csc_secret_file: Option<PathBuf>,
    /// Certificates to trust besides the system's, PEM.
    pub csc_ca_file: Option<PathBuf>,
    /// RFC 3161 services, asked in turn.
    #[serde(default)]
    pub timestamp_urls: Vec<String>,
    /// PEM certificates their tokens must lead to.
    pub timestamp_ca_file: Option<PathBuf>,
    /// The policy their tokens must name.
    pub timestamp_policy: Option<String>,
    /// Proxy to all of these services.
    pub proxy: Option<String>,
}

/// Shares of documents that are compared with the paper, 0 to 1; sehr hoch is always all of them.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// Protection need of integrity normal.
    pub normal: Option<Spanned<f64>>,
    /// Protection need of integrity hoch.
    pub hoch: Option<Spanned<f64>>,
}

/// How long things are kept.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Days between hand-over and disposal of the paper.
    pub paper_days: Option<u32>,
}
