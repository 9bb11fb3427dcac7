//! The virus scanner.

use std::fmt;
use std::path::PathBuf;

/// How the virus scanner is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScannerSettings {
    /// Where clamd listens.
    pub place: ScannerPlace,
    /// Older signatures do not count.
    pub signature_days_max: u32,
}

/// Where clamd listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScannerPlace {
    /// A socket of this machine.
    Socket(PathBuf),
    /// Host and port.
    Host(String, u16),
}

impl fmt::Display for ScannerPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(path) => write!(f, "{}", path.display()),
            Self::Host(host, port) => write!(f, "{host}:{port}"),
        }
    }
}
