//! A local or mounted folder.

use super::{Place, Trouble};
use crate::error::Error;
use crate::model::refusal::Refusal;
use crate::vault::{rename_to_new, sync_folder};
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Files below one folder.
#[derive(Debug)]
pub struct Local {
    path: PathBuf,
}

impl Local {
    /// The folder need not exist yet; its parent must.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    fn sync_around(&self, name: &str) -> Result<(), Trouble> {
        match self.at(name).parent() {
            Some(folder) => sync_folder(folder).map_err(|e| trouble(&e)),
            None => Ok(()),
        }
    }
}

fn trouble(error: &Error) -> Trouble {
    Trouble::new("folder.unusable", error.to_string())
}

fn io(what: &'static str, path: PathBuf) -> impl FnOnce(std::io::Error) -> Trouble {
    move |e| trouble(&Error::io(what, path)(e))
}

impl Place for Local {
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Trouble> {
        match fs::read(self.at(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(io("Im Zielordner lesen", self.at(name))(e)),
        }
    }

    fn has(&self, name: &str) -> Result<bool, Trouble> {
        self.at(name).try_exists().map_err(io("Im Zielordner nachsehen", self.at(name)))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Trouble> {
        let write = || {
            let mut file = File::create(self.at(name))?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().map_err(io("In den Zielordner schreiben", self.at(name)))?;
        self.sync_around(name)
    }

    fn rename(&self, from: &str, to: &str) -> Result<bool, Trouble> {
        let (old, new) = (self.at(from), self.at(to));
        match rename_to_new(&old, &new) {
            Ok(()) => self.sync_around(to).and(self.sync_around(from)).map(|()| true),
            Err(e) if matches!(e.kind(), ErrorKind::AlreadyExists | ErrorKind::NotFound) => Ok(false),
            Err(e) => Err(io("Im Zielordner umbenennen", new)(e)),
        }
    }

    fn remove(&self, name: &str) -> Result<(), Trouble> {
        let path = self.at(name);
        let removed = if path.is_dir() { fs::remove_dir(&path) } else { fs::remove_file(&path) };
        match removed {
            Err(e) if e.kind() != ErrorKind::NotFound => Err(io("Im Zielordner aufräumen", path)(e)),
            _ => Ok(()),
        }
    }

    fn make_folder(&self, name: &str) -> Result<(), Trouble> {
        fs::create_dir_all(self.at(name)).map_err(io("Im Zielordner Ordner anlegen", self.at(name)))
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, Trouble> {
        let entries = match fs::read_dir(self.at(folder)) {
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(io("Im Zielordner nachsehen", self.at(folder)))?,
        };
        let files = entries.flatten().filter(|e| e.file_type().is_ok_and(|t| t.is_file()));
        Ok(files.map(|e| e.file_name().to_string_lossy().into_owned()).collect())
    }

    fn shown(&self, name: &str) -> String {
        self.at(name).display().to_string()
    }

    fn check(&self) -> Vec<Refusal> {
        let fails =
            |text: String| vec![Refusal::new("folder.unusable", text, "Ordner einhängen und Rechte prüfen.")];
        if let Err(e) = fs::create_dir_all(&self.path) {
            return fails(format!("Der Zielordner {} lässt sich nicht anlegen: {e}.", self.path.display()));
        }
        match fs::symlink_metadata(&self.path) {
            Ok(meta) if meta.is_dir() => Vec::new(),
            _ => fails(format!("{} ist kein Ordner.", self.path.display())),
        }
    }
}
