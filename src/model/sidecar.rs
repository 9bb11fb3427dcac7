//! What a scanner says about a file beside it. Plain data.

use serde::{Deserialize, Serialize};

/// How the scanner writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SidecarFormat {
    /// `name.json`: an object, or a list of `Name` and `Value` pairs anywhere in it.
    Json,
    /// `name.csv`: a line of headings, then one line for the file or one for each image.
    Csv,
    /// `name.xml`: elements named after what they say, or `<index id="...">`.
    Xml,
    /// `INDEX.DAT` or `IDX.DAT`: a line for each of many scans, which becomes `name.idx` beside its scan.
    Index,
}

impl SidecarFormat {
    /// Ending of the file's name.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Xml => "xml",
            Self::Index => "idx",
        }
    }
}

/// What it said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sidecar {
    /// SHA-256 of its bytes in the vault, hexadecimal.
    pub sha256: String,
    /// Person signed on at the device.
    pub operator: Option<String>,
    /// Received date, ISO.
    pub received: Option<String>,
    /// Images counted by the scanner.
    pub images: Option<u32>,
    /// Sheets counted by the scanner.
    pub sheets: Option<u32>,
    /// The scanner noticed two sheets fed at once.
    pub double_feed: bool,
    /// Numbers printed on the sheets while scanning, in order.
    pub imprinted: Vec<String>,
    /// Why nothing could be learned from it, if so.
    pub unreadable: Option<String>,
}
