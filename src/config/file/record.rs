//! `[procedure]`, `[sheets]`, `[seal]`, `[sample]`, `[retention]`: what is proved, and with what.

use serde::Deserialize;
use std::path::PathBuf;
use toml::Spanned;

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

/// The virus scanner that sees every file before it is opened: `socket`, or `host` and `port`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Malware {
    pub clamd_socket: Option<PathBuf>,
    pub clamd_host: Option<String>,
    pub clamd_port: Option<u16>,
    pub signature_days_max: Option<u32>,
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
    /// Days our copy of a delivered letter is kept, unless its kind says otherwise.
    pub delivered_days: Option<u32>,
    /// The same for advertising that nobody gets.
    pub suppressed_days: Option<u32>,
    /// The same for files that could not be read and batches that were taken back.
    pub rejected_days: Option<u32>,
    /// Days after which people of the town are forgotten where it is no evidence.
    pub staff_days: Option<u32>,
    /// Days for which older backups are kept: what was deleted is gone from them by then.
    pub backup_days: Option<u32>,
}
