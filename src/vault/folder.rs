//! The vault in a folder: `ab/abcdef…`, read-only files.
//!
//! Order of a write: temporary file in the vault, sync the file, rename to its name, sync the folder.

use super::store::{SETTLED, Store, Stored};
use super::{VaultFile, sync_folder};
use crate::error::{Error, Result};
use crate::model::hash::ContentHash;
use crate::private;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Ending of an object that is out of the way and may still be put back.
const GOING: &str = ".going";

/// A folder of this machine, or on a share.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    temporary: PathBuf,
    lasting: bool,
}

impl Folder {
    /// `lasting`: false for bytes nobody needs after this run; nothing waits for the disk.
    pub(super) fn new(root: &Path, lasting: bool) -> Self {
        Self { root: root.to_owned(), temporary: root.join("tmp"), lasting }
    }

    fn path(&self, stored: Stored) -> PathBuf {
        self.root.join(stored.name())
    }

    fn sync(&self, folder: &Path) -> Result<()> {
        if self.lasting { sync_folder(folder) } else { Ok(()) }
    }

    fn sync_beside(&self, place: &Path) -> Result<()> {
        place.parent().map_or(Ok(()), |folder| self.sync(folder))
    }
}

impl Store for Folder {
    fn scratch(&self) -> Result<&Path> {
        Ok(&self.temporary)
    }

    fn lasting(&self) -> bool {
        self.lasting
    }

    fn prepare(&self) -> Result<()> {
        private::folder(&self.temporary).map_err(Error::io("Tresor anlegen", &self.root))
    }

    /// What a killed removal had not decided about is put back.
    fn sweep(&self) -> Result<()> {
        let leftovers = fs::read_dir(&self.temporary).map_err(Error::io("Tresor lesen", &self.temporary))?;
        for entry in leftovers.flatten() {
            let name = entry.file_name();
            let stored = name.to_str().and_then(|name| Stored::of(name.strip_suffix(GOING)?));
            if let Some(place) = stored.map(|stored| self.path(stored))
                && !place.exists()
            {
                fs::rename(entry.path(), &place).map_err(Error::io("Im Tresor zurücklegen", &place))?;
                continue;
            }
            fs::remove_file(entry.path()).map_err(Error::io("Rest im Tresor entfernen", entry.path()))?;
        }
        Ok(())
    }

    fn writable(&self) -> Result<()> {
        let number = getrandom::u64().unwrap_or_default();
        let probe = self.temporary.join(format!("{}-probe-{number}", std::process::id()));
        fs::write(&probe, b"?").map_err(Error::io("In den Tresor schreiben", &probe))?;
        fs::remove_file(&probe).map_err(Error::io("Probe im Tresor entfernen", &probe))
    }

    fn find(&self, hash: &ContentHash) -> Result<Option<Stored>> {
        let forms = [true, false].map(|encrypted| Stored { hash: *hash, encrypted });
        Ok(forms.into_iter().find(|stored| self.path(*stored).is_file()))
    }

    fn open(&self, stored: Stored, first: Option<u64>) -> Result<Box<dyn Read + Send>> {
        let place = self.path(stored);
        let file = File::open(&place).map_err(Error::io("Aus dem Tresor lesen", &place))?;
        Ok(match first {
            Some(first) => Box::new(file.take(first)),
            None => Box::new(file),
        })
    }

    fn file(&self, stored: Stored, _: &dyn Fn(&Path) -> Result<()>) -> Result<VaultFile> {
        Ok(VaultFile::plain(self.path(stored)))
    }

    fn renewed(&self, hash: &ContentHash) -> Result<Option<Stored>> {
        let Some(stored) = self.find(hash)? else { return Ok(None) };
        let place = self.path(stored);
        let marked = File::open(&place).and_then(|file| file.set_modified(SystemTime::now()));
        // Its name may not be durable yet.
        Ok(Some(stored).filter(|_| marked.is_ok() && self.sync_beside(&place).is_ok()))
    }

    fn keep(&self, scratch: &Path, stored: Stored) -> Result<()> {
        let place = self.path(stored);
        let folder = place.parent().unwrap_or(&self.root);
        if !folder.is_dir() {
            private::folder(folder).map_err(Error::io("Tresor anlegen", folder))?;
            self.sync(&self.root)?;
        }
        fs::rename(scratch, &place).map_err(Error::io("In den Tresor umbenennen", &place))?;
        self.sync(folder)
    }

    fn remove(&self, stored: Stored) -> Result<bool> {
        let place = self.path(stored);
        let mut name = place.file_name().unwrap_or_default().to_owned();
        name.push(GOING);
        let aside = self.temporary.join(name);
        // Out of the way first: whoever puts the same bytes from now on does not find it and writes its own.
        match fs::rename(&place, &aside) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(true),
            renamed => renamed.map_err(Error::io("Im Tresor löschen", &place))?,
        }
        let written = fs::metadata(&aside).and_then(|m| m.modified());
        let written = written.map_err(Error::io("Im Tresor löschen", &place))?;
        let lately = written.elapsed().map_or(true, |age| age < SETTLED);
        if lately {
            fs::rename(&aside, &place).map_err(Error::io("Im Tresor zurücklegen", &place))?;
        } else {
            fs::remove_file(&aside).map_err(Error::io("Im Tresor löschen", &place))?;
        }
        self.sync_beside(&place)?;
        Ok(!lately)
    }

    fn discard(&self, stored: Stored) -> Result<()> {
        let place = self.path(stored);
        match fs::remove_file(&place) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            removed => {
                removed.map_err(Error::io("Im Tresor löschen", &place))?;
                self.sync_beside(&place)
            }
        }
    }

    fn list(&self) -> Result<Vec<Stored>> {
        let list = |folder: &Path| -> Result<Vec<fs::DirEntry>> {
            let entries = fs::read_dir(folder).map_err(Error::io("Tresor lesen", folder))?;
            entries.collect::<std::io::Result<_>>().map_err(Error::io("Tresor lesen", folder))
        };
        let mut found = Vec::new();
        for folder in list(&self.root)? {
            let short = folder.file_name().len() == 2 && folder.path().is_dir();
            for object in if short { list(&folder.path())? } else { Vec::new() } {
                found.extend(object.file_name().to_str().and_then(Stored::of));
            }
        }
        Ok(found)
    }

    fn note(&self, name: &str) -> Result<String> {
        let place = self.root.join(name);
        match fs::read_to_string(&place) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
            text => text.map_err(Error::io("Tresor lesen", &place)),
        }
    }

    fn set_note(&self, name: &str, text: &str) -> Result<()> {
        let (place, number) = (self.root.join(name), getrandom::u64().unwrap_or_default());
        let new = self.temporary.join(format!("{}-{name}-{number}", std::process::id()));
        let write = || {
            let mut file = private::file(&new)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&new, &place)
        };
        write().map_err(Error::io("Im Tresor vermerken", &place))?;
        self.sync(&self.root)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Vault;
    use super::*;

    #[test]
    fn what_somebody_put_lately_is_not_removed_under_him() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path()).unwrap();
        let hash = vault.put(b"Brief").unwrap();
        let place = folder.path().join(Stored { hash, encrypted: false }.name());
        let old = || File::open(&place).unwrap().set_modified(SystemTime::now() - 2 * SETTLED).unwrap();
        old();
        assert_eq!(vault.put(b"Brief").unwrap(), hash, "the same letter again");
        assert!(!vault.remove(&hash).unwrap());
        assert_eq!(vault.read(&hash).unwrap(), b"Brief");
        // Killed in the middle: it is put back, and decided about another time.
        fs::rename(&place, folder.path().join(format!("tmp/{}{GOING}", hash.hex()))).unwrap();
        vault.sweep().unwrap();
        assert_eq!(vault.read(&hash).unwrap(), b"Brief");
        old();
        assert!(vault.remove(&hash).unwrap() && !vault.has(&hash).unwrap());
        assert!(vault.remove(&hash).unwrap(), "once more does no harm");
        assert_eq!(fs::read_dir(folder.path().join("tmp")).unwrap().count(), 0);
    }
}
