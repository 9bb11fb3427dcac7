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
    /// Where a share must be mounted. Below an empty mount point files would vanish when it is mounted again.
    mount: Option<PathBuf>,
}

impl Local {
    /// The folder need not exist yet.
    pub fn new(path: &Path, mount: Option<&Path>) -> Self {
        Self { path: path.to_owned(), mount: mount.map(Path::to_owned) }
    }

    /// Where a name is, if the share it lies on is mounted: without it nothing is known and nothing is written.
    fn at(&self, name: &str) -> Result<PathBuf, Trouble> {
        match self.mount.as_deref().filter(|mount| !is_mounted(mount)) {
            Some(mount) => Err(Trouble::new(
                "folder.not_mounted",
                format!("Unter {} ist keine Freigabe eingehängt; es wird weiter versucht.", mount.display()),
            )),
            None => Ok(self.path.join(name)),
        }
    }

    fn sync_around(&self, name: &str) -> Result<(), Trouble> {
        match self.at(name)?.parent() {
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
        let path = self.at(name)?;
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(io("Im Zielordner lesen", path)(e)),
        }
    }

    fn has(&self, name: &str) -> Result<bool, Trouble> {
        let path = self.at(name)?;
        path.try_exists().map_err(io("Im Zielordner nachsehen", path))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Trouble> {
        let path = self.at(name)?;
        let write = || {
            let mut file = File::create(&path)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().map_err(io("In den Zielordner schreiben", path))?;
        self.sync_around(name)
    }

    fn rename(&self, from: &str, to: &str) -> Result<bool, Trouble> {
        let (old, new) = (self.at(from)?, self.at(to)?);
        match rename_to_new(&old, &new) {
            Ok(()) => self.sync_around(to).and(self.sync_around(from)).map(|()| true),
            Err(e) if matches!(e.kind(), ErrorKind::AlreadyExists | ErrorKind::NotFound) => Ok(false),
            Err(e) => Err(io("Im Zielordner umbenennen", new)(e)),
        }
    }

    fn remove(&self, name: &str) -> Result<(), Trouble> {
        let path = self.at(name)?;
        let removed = if path.is_dir() { fs::remove_dir(&path) } else { fs::remove_file(&path) };
        match removed {
            Err(e) if e.kind() != ErrorKind::NotFound => Err(io("Im Zielordner aufräumen", path)(e)),
            _ => Ok(()),
        }
    }

    fn make_folder(&self, name: &str) -> Result<(), Trouble> {
        let path = self.at(name)?;
        fs::create_dir_all(&path).map_err(io("Im Zielordner Ordner anlegen", path))
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, Trouble> {
        let path = self.at(folder)?;
        let entries = match fs::read_dir(&path) {
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(io("Im Zielordner nachsehen", path))?,
        };
        let files = entries.flatten().filter(|e| e.file_type().is_ok_and(|t| t.is_file()));
        Ok(files.map(|e| e.file_name().to_string_lossy().into_owned()).collect())
    }

    fn shown(&self, name: &str) -> String {
        self.path.join(name).display().to_string()
    }

    fn check(&self) -> Vec<Refusal> {
        let fails =
            |text: String| vec![Refusal::new("folder.unusable", text, "Ordner einhängen und Rechte prüfen.")];
        if let Err(trouble) = self.at("") {
            return vec![Refusal::new(
                trouble.code,
                trouble.text,
                "Freigabe einhängen; bis dahin wartet alles.",
            )];
        }
        if let Err(e) = fs::create_dir_all(&self.path) {
            return fails(format!("Der Zielordner {} lässt sich nicht anlegen: {e}.", self.path.display()));
        }
        match fs::symlink_metadata(&self.path) {
            Ok(meta) if meta.is_dir() => Vec::new(),
            _ => fails(format!("{} ist kein Ordner.", self.path.display())),
        }
    }
}

/// Whether something is mounted on a folder.
fn is_mounted(folder: &Path) -> bool {
    use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};
    statx(CWD, folder, AtFlags::empty(), StatxFlags::BASIC_STATS)
        .is_ok_and(|s| s.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_or_said_where_the_share_is_not_mounted() {
        let folder = tempfile::tempdir().unwrap();
        let place = Local::new(&folder.path().join("post"), Some(folder.path()));
        let code = |r: Result<(), Trouble>| r.unwrap_err().code;
        assert_eq!(code(place.write("a.pdf", b"x")), "folder.not_mounted");
        assert_eq!(code(place.make_folder("")), "folder.not_mounted");
        assert_eq!(code(place.has("a.pdf").map(drop)), "folder.not_mounted");
        assert_eq!(place.check()[0].code, "folder.not_mounted");
        assert!(!folder.path().join("post").exists());
        // Something is always mounted there.
        let place = Local::new(&folder.path().join("post"), Some(Path::new("/proc")));
        place.make_folder("").unwrap();
        place.write("a.pdf", b"x").unwrap();
        assert!(place.has("a.pdf").unwrap());
    }
}
