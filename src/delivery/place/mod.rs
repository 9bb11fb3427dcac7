//! Where files are put: a folder here, or one on a server.
//!
//! A place knows nothing of documents. Its one promise is that `rename` is
//! atomic: a name is either not there, or there with its whole content.

mod local;
mod sftp;
mod webdav;

use crate::model::refusal::Refusal;
use crate::model::town::PlaceWay;
use std::time::Duration;

/// Why a place did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Stable code.
    pub code: &'static str,
    /// German sentence.
    pub text: String,
    /// What the place asked to wait.
    pub after: Option<Duration>,
    /// Nothing will change by waiting.
    pub lasting: bool,
}

impl Trouble {
    /// Something that time or an administrator heals.
    pub fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self { code, text: text.into(), after: None, lasting: false }
    }
}

/// A folder somewhere. Names are relative, with `/`.
pub trait Place: Send + Sync {
    /// The content under a name, if it is there.
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Trouble>;
    /// Whether something is there under a name.
    fn has(&self, name: &str) -> Result<bool, Trouble>;
    /// Writes a whole file, durably; replaces what is there.
    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Trouble>;
    /// Renames at once and never onto something else: false if the new name is taken or the old one gone.
    fn rename(&self, from: &str, to: &str) -> Result<bool, Trouble>;
    /// Removes a file or an empty folder; one that is not there is fine.
    fn remove(&self, name: &str) -> Result<(), Trouble>;
    /// Makes a folder and those above it; one that is there is fine.
    fn make_folder(&self, name: &str) -> Result<(), Trouble>;
    /// Names of the files in a folder; none if it is not there.
    fn list(&self, folder: &str) -> Result<Vec<String>, Trouble>;
    /// Where a name is, for receipts and people.
    fn shown(&self, name: &str) -> String;
    /// What the place itself says of a file, if it says anything: an ETag.
    fn proof(&self, _name: &str) -> Option<String> {
        None
    }
    /// What would fail later.
    fn check(&self) -> Vec<Refusal>;
}

/// The place as configured.
pub fn open(way: &PlaceWay) -> Box<dyn Place> {
    match way {
        PlaceWay::Folder { path, mount } => Box::new(local::Local::new(path, mount.as_deref())),
        PlaceWay::Sftp(access) => Box::new(sftp::Sftp::new(access)),
        PlaceWay::WebDav(access) => Box::new(webdav::WebDav::new(access)),
    }
}
