//! `[[target]]`: where documents go.

use serde::Deserialize;
use std::num::NonZeroU64;
use std::path::PathBuf;
use toml::Spanned;

/// An inbox for urgent mail while a target is down.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fallback {
    pub inbox: Spanned<String>,
    pub hours: u32,
    pub sentence: String,
}

/// A target. Which keys belong to which type is in `config::targets`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    pub id: Spanned<String>,
    #[serde(rename = "type")]
    pub kind: Spanned<String>,
    pub path: Option<PathBuf>,
    /// Folder: a share that must be mounted there before anything is written.
    pub mount: Option<PathBuf>,
    /// Where urgent mail goes besides, while this target is down.
    pub fallback: Option<Fallback>,
    pub host: Option<Spanned<String>>,
    pub port: Option<u16>,
    pub security: Option<Spanned<String>>,
    pub user: Option<String>,
    pub password_file: Option<PathBuf>,
    pub from: Option<String>,
    #[serde(default)]
    pub to: Vec<String>,
    pub ca_file: Option<PathBuf>,
    pub megabytes_max: Option<NonZeroU64>,
    /// Mail: certificates it is encrypted for.
    pub certificate_file: Option<PathBuf>,
    /// Mail: where bounces arrive.
    pub returns: Option<Returns>,
    /// Mail: where staff fetch what is not attached, a template over `document_id`.
    pub link: Option<Spanned<String>>,
    pub timeout_seconds: Option<NonZeroU64>,
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
    /// HTTP: where an application fetches its tokens, and as whom.
    pub token_url: Option<Spanned<String>>,
    pub client_id: Option<String>,
    pub secret_file: Option<PathBuf>,
    pub scope: Option<String>,
    /// Systems: where a document goes and as what.
    pub repository: Option<String>,
    pub folder: Option<Spanned<String>>,
    pub object_type: Option<String>,
    #[serde(default)]
    pub secondary: Vec<String>,
    pub category: Option<String>,
    pub source: Option<String>,
    pub parent: Option<String>,
    pub cabinet: Option<String>,
    pub dialog: Option<String>,
    pub store_dialog: Option<String>,
    pub drive: Option<String>,
    pub process: Option<String>,
    pub step: Option<u32>,
    pub initiator: Option<String>,
    pub summary: Option<Spanned<String>>,
    pub file_field: Option<String>,
    /// Files: which side-car.
    pub layout: Option<Spanned<String>>,
    /// Files: the town's own side-car template.
    pub template: Option<PathBuf>,
    /// Files: name without ending, a template.
    pub name: Option<Spanned<String>>,
    /// Files: folders below the target's, a template.
    pub subfolder: Option<Spanned<String>>,
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

/// The mailbox for bounces, over IMAP.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Returns {
    pub host: Spanned<String>,
    pub port: Option<u16>,
    pub security: Option<Spanned<String>>,
    pub user: String,
    pub password_file: PathBuf,
    pub folder: Option<String>,
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
