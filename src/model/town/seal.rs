//! With what the town seals.

use std::path::PathBuf;

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
