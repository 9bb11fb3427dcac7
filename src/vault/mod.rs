//! The vault: bytes by their hash, never changed.
//!
//! In: bytes or a reader. Out: their SHA-256. What is once under a hash stays;
//! writing the same bytes again is harmless. It never interprets what it keeps.
//!
//! Order of a write: temporary file in the vault, hash while writing, sync the
//! file, rename to its hash, sync the folder. Only then the hash is returned.
//!
//! A town that names a key has its objects encrypted ([`cipher`]). The name stays the SHA-256 of what is in them:
//! the ledger beside the vault names the same hashes in the clear, backups and auditors compare by it, and equal
//! bytes are kept once. Whoever holds a document can see by its name that the vault has it, and nothing else.

pub mod cipher;
mod file;
mod keys;

pub use cipher::Keys;
pub use file::VaultFile;
pub use keys::KEYS_USED;

use crate::error::{Error, Result};
use crate::model::hash::ContentHash;
use crate::observe::pulse;
use crate::private;
use cipher::Encrypting;
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// Whoever puts bytes that lie there already names them in the ledger long before this is over; until then nobody
/// removes them.
const SETTLED: Duration = Duration::from_secs(3600);

/// A vault in a local folder: `ab/abcdef…`, read-only files.
#[derive(Debug)]
pub struct Vault {
    root: PathBuf,
    running: AtomicU64,
    lasting: bool,
    keys: Option<Keys>,
}

/// Where the numbers of temporary files begin: on another machine a process of the same number may write here too.
fn begin() -> AtomicU64 {
    AtomicU64::new(getrandom::u64().unwrap_or_default())
}

/// Ending of an object that is out of the way and may still be put back.
const GOING: &str = ".going";
/// Ending of an encrypted object.
const ENCRYPTED: &str = "enc";

impl Vault {
    /// Opens or makes the folder.
    pub fn open(root: &Path) -> Result<Self> {
        private::folder(&root.join("tmp")).map_err(Error::io("Tresor anlegen", root))?;
        Ok(Self::for_reading(root))
    }

    /// Clears what killed writes left behind, and puts back what a killed removal had not decided about: for who
    /// knows that nobody writes now.
    pub fn sweep(&self) -> Result<()> {
        let temporary = self.root.join("tmp");
        let leftovers = fs::read_dir(&temporary).map_err(Error::io("Tresor lesen", &temporary))?;
        for entry in leftovers.flatten() {
            let name = entry.file_name();
            let name = name.to_str().and_then(|name| name.strip_suffix(GOING));
            if let Some(place) = name.and_then(|name| Some(self.root.join(name.get(..2)?).join(name)))
                && !place.exists()
            {
                fs::rename(entry.path(), &place).map_err(Error::io("Im Tresor zurücklegen", &place))?;
                continue;
            }
            fs::remove_file(entry.path()).map_err(Error::io("Rest im Tresor entfernen", entry.path()))?;
        }
        Ok(())
    }

    /// The same for bytes nobody needs after this run: nothing waits for the disk.
    pub fn open_fleeting(root: &Path) -> Result<Self> {
        Ok(Self { lasting: false, ..Self::open(root)? })
    }

    /// A vault another part of the program opened: for reading, so nothing is made and nothing cleared.
    pub fn for_reading(root: &Path) -> Self {
        Self { root: root.to_owned(), running: begin(), lasting: true, keys: None }
    }

    fn sync(&self, folder: &Path) -> Result<()> {
        if self.lasting { sync_folder(folder) } else { Ok(()) }
    }

    /// Whether something can be written here now; leaves nothing behind.
    pub fn writable(&self) -> Result<()> {
        let number = self.running.fetch_add(1, Ordering::Relaxed);
        let probe = self.root.join("tmp").join(format!("{}-probe-{number}", std::process::id()));
        fs::write(&probe, b"?").map_err(Error::io("In den Tresor schreiben", &probe))?;
        fs::remove_file(&probe).map_err(Error::io("Probe im Tresor entfernen", &probe))
    }

    /// Where an object of that hash lies that is not encrypted, whether or not there is one.
    fn path(&self, hash: &ContentHash) -> PathBuf {
        let hex = hash.hex();
        self.root.join(&hex[..2]).join(hex)
    }

    /// The file an object is stored in, encrypted or not: for whoever copies it as it is.
    pub fn stored(&self, hash: &ContentHash) -> Option<PathBuf> {
        let plain = self.path(hash);
        [plain.with_extension(ENCRYPTED), plain].into_iter().find(|place| place.is_file())
    }

    /// The object for whoever reads it elsewhere; one that is not there fails when it is opened.
    pub fn source(&self, hash: &ContentHash) -> Result<VaultFile> {
        let path = self.stored(hash).unwrap_or_else(|| self.path(hash));
        if path.extension().is_none() {
            return Ok(VaultFile::plain(path));
        }
        let head = File::open(&path).and_then(|mut file| cipher::head(&mut file));
        let head = head.map_err(|error| unread(error, hash, &path))?;
        Ok(VaultFile { key: Some(cipher::object_key(self.keys.as_ref(), &head)?), path })
    }

    /// What is in an object, from the beginning, in constant memory; checked against its hash by whoever needs that.
    pub fn reader(&self, hash: &ContentHash) -> Result<Box<dyn Read + Send>> {
        let source = self.source(hash)?;
        source.open().map_err(|error| unread(error, hash, source.path()))
    }

    /// Everything that lies in it, sorted; what is being written is not there yet.
    pub fn objects(&self) -> Result<Vec<ContentHash>> {
        let list = |folder: &Path| -> Result<Vec<fs::DirEntry>> {
            let entries = fs::read_dir(folder).map_err(Error::io("Tresor lesen", folder))?;
            entries.collect::<std::io::Result<_>>().map_err(Error::io("Tresor lesen", folder))
        };
        let mut found = Vec::new();
        for folder in list(&self.root)? {
            let short = folder.file_name().len() == 2 && folder.path().is_dir();
            for object in if short { list(&folder.path())? } else { Vec::new() } {
                let name = object.file_name();
                let name = Path::new(&name);
                let plain = name.extension().is_none_or(|ending| ending == ENCRYPTED);
                let hex = name.file_stem().filter(|_| plain).and_then(|stem| stem.to_str());
                found.extend(hex.and_then(ContentHash::from_hex));
            }
        }
        found.sort();
        found.dedup();
        Ok(found)
    }

    /// Whether something lies under that hash.
    pub fn has(&self, hash: &ContentHash) -> bool {
        self.stored(hash).is_some()
    }

    /// Stores bytes.
    pub fn put(&self, bytes: &[u8]) -> Result<ContentHash> {
        Ok(self.put_reader(&mut &bytes[..])?.0)
    }

    /// Stores everything the reader gives; returns hash and length in bytes.
    pub fn put_reader(&self, from: &mut dyn Read) -> Result<(ContentHash, u64)> {
        let number = self.running.fetch_add(1, Ordering::Relaxed);
        let temporary = self.root.join("tmp").join(format!("{}-{number}", std::process::id()));
        let stored = self.write_and_rename(from, &temporary);
        if stored.is_err() {
            // The write failed (full disk, vanished source): nothing of it may stay.
            let _ = fs::remove_file(&temporary);
        }
        stored
    }

    fn write_and_rename(&self, from: &mut dyn Read, temporary: &Path) -> Result<(ContentHash, u64)> {
        let (hash, length) = self.write(from, temporary)?;
        // What lies there may be damaged, or its name not durable yet, or about to be removed: good bytes in hand
        // heal all of it.
        if let Some(there) = self.stored(&hash)
            && touched(&there)
            && self.verify(&hash).is_ok()
            && there.is_file()
        {
            fs::remove_file(temporary).map_err(Error::io("Doppel im Tresor entfernen", temporary))?;
            there.parent().map_or(Ok(()), |folder| self.sync(folder))?;
            return Ok((hash, length));
        }
        self.publish(temporary, &hash)?;
        Ok((hash, length))
    }

    /// Writes a temporary file, encrypted if there is a key, and onto the disk.
    fn write(&self, from: &mut dyn Read, temporary: &Path) -> Result<(ContentHash, u64)> {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o440)
            .open(temporary)
            .map_err(Error::io("In den Tresor schreiben", temporary))?;
        let written = match &self.keys {
            None => copy_hashed(from, &mut file, temporary)?,
            Some(keys) => {
                let (first, mut used) = (keys.first().to_string(), self.keys_used()?);
                if !used.contains(&first) {
                    used.push(first);
                    self.note_keys(&used)?;
                }
                let mut encrypting = Encrypting::begin(keys, &mut file)?;
                let written = copy_hashed(from, &mut encrypting, temporary)?;
                encrypting.finish().map_err(Error::io("In den Tresor schreiben", temporary))?;
                written
            }
        };
        if self.lasting {
            file.sync_all().map_err(Error::io("Tresor sichern", temporary))?;
        }
        Ok(written)
    }

    /// Gives a temporary file its name.
    fn publish(&self, temporary: &Path, hash: &ContentHash) -> Result<()> {
        let plain = self.path(hash);
        let folder = plain.parent().unwrap_or(&self.root);
        if !folder.is_dir() {
            private::folder(folder).map_err(Error::io("Tresor anlegen", folder))?;
            self.sync(&self.root)?;
        }
        let place = if self.keys.is_some() { plain.with_extension(ENCRYPTED) } else { plain.clone() };
        fs::rename(temporary, &place).map_err(Error::io("In den Tresor umbenennen", &place))?;
        self.sync(folder)
    }

    /// Removes an object that nobody needs any more, unless somebody has put the same bytes lately and may be
    /// about to name them. Whether it is gone.
    pub fn remove(&self, hash: &ContentHash) -> Result<bool> {
        let Some(place) = self.stored(hash) else { return Ok(true) };
        let mut name = place.file_name().unwrap_or_default().to_owned();
        name.push(GOING);
        let aside = self.root.join("tmp").join(name);
        // Out of the way first: whoever puts the same bytes from now on does not find it and writes its own.
        match fs::rename(&place, &aside) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(true),
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
        place.parent().map_or(Ok(()), |folder| self.sync(folder))?;
        Ok(!lately)
    }

    /// The bytes of that hash, checked against it.
    pub fn read(&self, hash: &ContentHash) -> Result<Vec<u8>> {
        let source = self.source(hash)?;
        let bytes = source.read().map_err(|error| unread(error, hash, source.path()))?;
        if ContentHash::of(&bytes) != *hash {
            return Err(Error::Damaged { hash: hash.hex() });
        }
        Ok(bytes)
    }

    /// Reads back and compares, without keeping the bytes.
    pub fn verify(&self, hash: &ContentHash) -> Result<()> {
        match hash_of(&mut self.reader(hash)?) {
            Ok(found) if found == *hash => Ok(()),
            Err(Error::Io { source, path, .. }) => Err(unread(source, hash, &path)),
            Ok(_) => Err(Error::Damaged { hash: hash.hex() }),
            Err(error) => Err(error),
        }
    }
}

/// Why an object could not be read: what fails its check under its key is damaged like what fails its hash.
fn unread(error: std::io::Error, hash: &ContentHash, path: &Path) -> Error {
    match error.kind() {
        std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof => {
            Error::Damaged { hash: hash.hex() }
        }
        _ => Error::io("Aus dem Tresor lesen", path)(error),
    }
}

/// Marks an object as put just now; whether it was there.
fn touched(place: &Path) -> bool {
    File::open(place).and_then(|file| file.set_modified(SystemTime::now())).is_ok()
}

/// Hash of everything a reader gives, in constant memory.
pub fn hash_of(from: &mut dyn Read) -> Result<ContentHash> {
    hashed(from, |_| Ok(()))
}

/// Writes everything a reader gives to `to`, which lies at `place`; its hash and length, in constant memory.
pub fn copy_hashed(from: &mut dyn Read, to: &mut dyn Write, place: &Path) -> Result<(ContentHash, u64)> {
    let mut length = 0u64;
    let hash = hashed(from, |bytes| {
        length += bytes.len() as u64;
        to.write_all(bytes).map_err(Error::io("Schreiben", place))
    })?;
    Ok((hash, length))
}

/// Reads to the end, hashing; each piece is shown to `sink` on the way.
fn hashed(from: &mut dyn Read, mut sink: impl FnMut(&[u8]) -> Result<()>) -> Result<ContentHash> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0u8; 1 << 18];
    loop {
        match from.read(&mut buffer).map_err(Error::io("Quelle lesen", "Tresor"))? {
            0 => return Ok(ContentHash(hasher.finalize().into())),
            count => {
                // A large file from a slow share takes its time.
                pulse::beat();
                hasher.update(&buffer[..count]);
                sink(&buffer[..count])?;
            }
        }
    }
}

/// Makes renames and new names in a folder durable.
pub fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder).and_then(|f| f.sync_all()).map_err(Error::io("Ordner sichern", folder))
}

/// Renames, but never over another file: that is [`std::io::ErrorKind::AlreadyExists`].
pub fn rename_to_new(from: &Path, to: &Path) -> std::io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // Shares often do not know "never replace"; nobody else uses these names, so looking first is enough.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {
            if to.exists() {
                return Err(std::io::ErrorKind::AlreadyExists.into());
            }
            std::fs::rename(from, to)
        }
        other => other.map_err(std::io::Error::from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_are_kept_once_and_damage_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path()).unwrap();
        let hash = vault.put(b"Brief").unwrap();
        assert_eq!(vault.put(b"Brief").unwrap(), hash);
        assert_eq!(vault.read(&hash).unwrap(), b"Brief");
        let path = vault.path(&hash);
        fs::remove_file(&path).unwrap();
        fs::write(&path, b"Beief").unwrap();
        assert!(matches!(vault.read(&hash), Err(Error::Damaged { .. })));
        assert!(matches!(vault.verify(&hash), Err(Error::Damaged { .. })));
        assert_eq!(vault.put(b"Brief").unwrap(), hash, "good bytes heal it");
        assert_eq!(vault.read(&hash).unwrap(), b"Brief");
    }

    #[test]
    fn what_somebody_put_lately_is_not_removed_under_him() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path()).unwrap();
        let hash = vault.put(b"Brief").unwrap();
        let old = || {
            let file = File::open(vault.path(&hash)).unwrap();
            file.set_modified(SystemTime::now() - 2 * SETTLED).unwrap();
        };
        old();
        assert_eq!(vault.put(b"Brief").unwrap(), hash, "the same letter again");
        assert!(!vault.remove(&hash).unwrap());
        assert_eq!(vault.read(&hash).unwrap(), b"Brief");
        // Killed in the middle: it is put back, and decided about another time.
        fs::rename(vault.path(&hash), folder.path().join(format!("tmp/{}{GOING}", hash.hex()))).unwrap();
        vault.sweep().unwrap();
        assert_eq!(vault.read(&hash).unwrap(), b"Brief");
        old();
        assert!(vault.remove(&hash).unwrap() && !vault.has(&hash));
        assert!(vault.remove(&hash).unwrap(), "once more does no harm");
        assert_eq!(fs::read_dir(folder.path().join("tmp")).unwrap().count(), 0);
    }

    #[test]
    fn a_failing_reader_leaves_nothing() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                Err(std::io::Error::other("gone"))
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path()).unwrap();
        assert!(vault.put_reader(&mut Broken).is_err());
        assert_eq!(fs::read_dir(folder.path().join("tmp")).unwrap().count(), 0);
    }
}
