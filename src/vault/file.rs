//! One object as it is stored: where, and under which key.

use super::cache::Held;
use super::cipher::{self, Decrypting, ObjectKey};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// An object of the vault, to be read by whoever is given it, and no other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VaultFile {
    pub(super) path: PathBuf,
    pub(super) key: Option<ObjectKey>,
    /// A file that was fetched stays as long as somebody holds this.
    #[serde(skip)]
    pub(super) held: Option<Held>,
}

impl VaultFile {
    /// A file that is not encrypted.
    pub fn plain(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), key: None, held: None }
    }

    /// Where it lies; under one path there is never anything else.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Length of what is in it.
    pub fn length(&self) -> io::Result<u64> {
        let stored = std::fs::metadata(&self.path)?.len();
        Ok(if self.key.is_some() { cipher::plain_length(stored) } else { stored })
    }

    /// What is in it, from the beginning; a damaged encrypted object is [`io::ErrorKind::InvalidData`].
    pub fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        let mut file = File::open(&self.path)?;
        Ok(match &self.key {
            None => Box::new(file),
            Some(key) => {
                let (head, _) = cipher::head(&mut file)?;
                Box::new(Decrypting::new(head, key, file))
            }
        })
    }

    /// All of it.
    pub fn read(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(usize::try_from(self.length()?).unwrap_or(0));
        self.open()?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}
