//! The vault: bytes by their hash, never changed.
//!
//! In: bytes or a reader. Out: their SHA-256. What is once under a hash stays;
//! writing the same bytes again is harmless. It never interprets what it keeps.
//!
//! Order of a write: temporary file on this machine, hash while writing, then an engine keeps it for good under its
//! hash: a folder ([`folder`]) or a bucket of S3-compatible storage ([`bucket`]). Only then the hash is returned.
//!
//! A town that names a key has its objects encrypted ([`cipher`]). The name stays the SHA-256 of what is in them:
//! the ledger beside the vault names the same hashes in the clear, backups and auditors compare by it, and equal
//! bytes are kept once. Whoever holds a document can see by its name that the vault has it, and nothing else.

mod answer;
mod bucket;
mod cache;
pub mod cipher;
mod file;
mod folder;
mod keys;
mod store;

pub use cipher::Keys;
pub use file::VaultFile;
pub use keys::KEYS_USED;
pub use store::Stored;

use crate::error::{Error, Result};
use crate::model::hash::ContentHash;
use crate::model::place::VaultPlace;
use crate::observe::pulse;
use cipher::Encrypting;
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use store::Store;

/// A vault.
#[derive(Debug)]
pub struct Vault {
    store: Box<dyn Store>,
    place: VaultPlace,
    running: AtomicU64,
    keys: Option<Keys>,
    /// The key that writes is among those that the vault names.
    noted: OnceLock<()>,
}

/// Where the numbers of temporary files begin: on another machine a process of the same number may write here too.
fn begin() -> AtomicU64 {
    AtomicU64::new(getrandom::u64().unwrap_or_default())
}

impl Vault {
    /// Opens a vault for writing; makes the folder.
    pub fn open(place: impl Into<VaultPlace>) -> Result<Self> {
        let vault = Self::for_reading(place);
        vault.store.prepare()?;
        Ok(vault)
    }

    /// The same for bytes nobody needs after this run: nothing waits for the disk.
    pub fn open_fleeting(root: &Path) -> Result<Self> {
        let store = folder::Folder::new(root, false);
        store.prepare()?;
        Ok(Self { store: Box::new(store), ..Self::for_reading(root) })
    }

    /// A vault another part of the program opened: for reading, so nothing is made and nothing cleared.
    pub fn for_reading(place: impl Into<VaultPlace>) -> Self {
        let place = place.into();
        let store: Box<dyn Store> = match &place {
            VaultPlace::Folder(root) => Box::new(folder::Folder::new(root, true)),
            VaultPlace::Bucket(bucket) => Box::new(bucket::BucketStore::new(bucket)),
        };
        Self { store, place, running: begin(), keys: None, noted: OnceLock::new() }
    }

    /// Clears what killed writes left behind, and puts back what a killed removal had not decided about: for who
    /// knows that nobody writes now.
    pub fn sweep(&self) -> Result<()> {
        self.store.sweep()
    }

    /// Whether something can be written here now; leaves nothing behind.
    pub fn writable(&self) -> Result<()> {
        self.store.writable()
    }

    /// How an object is stored, encrypted or not; none if it is not there.
    pub fn stored(&self, hash: &ContentHash) -> Result<Option<Stored>> {
        self.store.find(hash)
    }

    /// The bytes an object is stored as, all of them or only the first: for whoever copies it as it is.
    pub fn raw(&self, stored: Stored, first: Option<u64>) -> Result<Box<dyn Read + Send>> {
        self.store.open(stored, first)
    }

    /// The object for whoever reads it elsewhere on this machine. An object of a bucket is fetched and checked first.
    pub fn source(&self, hash: &ContentHash) -> Result<VaultFile> {
        let stored = self.store.near(hash).map_or_else(|| self.there(hash), Ok)?;
        let file = self.store.file(stored, &|path| {
            let fetched = self.unlocked(VaultFile::plain(path), stored)?;
            match fetched
                .open()
                .map_err(Error::io("Aus dem Zwischenspeicher lesen", path))
                .and_then(|mut bytes| hash_of(&mut bytes))
            {
                Ok(found) if found == *hash => Ok(()),
                _ => Err(Error::Damaged { hash: hash.hex() }),
            }
        })?;
        self.unlocked(file, stored)
    }

    /// The same file with the key of what is in it.
    fn unlocked(&self, file: VaultFile, stored: Stored) -> Result<VaultFile> {
        if !stored.encrypted {
            return Ok(file);
        }
        let head = File::open(file.path()).and_then(|mut stored| cipher::head(&mut stored));
        let head = head.map_err(|error| self.unread(error, &stored.hash))?;
        Ok(VaultFile { key: Some(cipher::object_key(self.keys.as_ref(), &head)?), ..file })
    }

    /// What is in an object, from the beginning, in constant memory; checked against its hash by whoever needs that.
    pub fn reader(&self, hash: &ContentHash) -> Result<Box<dyn Read + Send>> {
        let stored = self.there(hash)?;
        let mut bytes = self.store.open(stored, None)?;
        if !stored.encrypted {
            return Ok(bytes);
        }
        let head = cipher::head(&mut bytes).map_err(|error| self.unread(error, hash))?;
        let key = cipher::object_key(self.keys.as_ref(), &head)?;
        Ok(Box::new(cipher::Decrypting::new(head.0, &key, bytes)))
    }

    fn there(&self, hash: &ContentHash) -> Result<Stored> {
        let missing = || self.unread(ErrorKind::NotFound.into(), hash);
        self.store.find(hash)?.ok_or_else(missing)
    }

    /// Which of the town's keys an encrypted object is under.
    fn key_of(&self, stored: Stored) -> Result<cipher::KeyId> {
        let mut first = self.store.open(stored, Some(cipher::HEAD as u64))?;
        Ok(cipher::head(&mut first).map_err(|error| self.unread(error, &stored.hash))?.1)
    }

    /// Everything that lies in it, sorted; what is being written is not there yet.
    pub fn objects(&self) -> Result<Vec<ContentHash>> {
        let mut found: Vec<ContentHash> = self.store.list()?.into_iter().map(|stored| stored.hash).collect();
        found.sort();
        found.dedup();
        Ok(found)
    }

    /// Whether something lies under that hash. Errors: the storage does not say.
    pub fn has(&self, hash: &ContentHash) -> Result<bool> {
        Ok(self.stored(hash)?.is_some())
    }

    /// Stores bytes.
    pub fn put(&self, bytes: &[u8]) -> Result<ContentHash> {
        Ok(self.put_reader(&mut &bytes[..])?.0)
    }

    /// Stores everything the reader gives; returns hash and length in bytes.
    pub fn put_reader(&self, from: &mut dyn Read) -> Result<(ContentHash, u64)> {
        let temporary = self.temporary()?;
        let stored = self.write(from, &temporary).and_then(|(hash, length)| {
            self.keep(&temporary, &hash)?;
            Ok((hash, length))
        });
        if stored.is_err() {
            // The write failed (full disk, vanished source): nothing of it may stay.
            let _ = fs::remove_file(&temporary);
        }
        stored
    }

    fn temporary(&self) -> Result<PathBuf> {
        let number = self.running.fetch_add(1, Ordering::Relaxed);
        Ok(self.store.scratch()?.join(format!("{}-{number}", std::process::id())))
    }

    fn keep(&self, temporary: &Path, hash: &ContentHash) -> Result<()> {
        // What lies there may be damaged, or its name not durable yet, or about to be removed: good bytes in hand
        // heal all of it.
        if let Some(there) = self.store.renewed(hash)?
            && self.verify(hash).is_ok()
            && self.store.find(hash)? == Some(there)
        {
            return fs::remove_file(temporary).map_err(Error::io("Doppel im Tresor entfernen", temporary));
        }
        self.store.keep(temporary, Stored { hash: *hash, encrypted: self.keys.is_some() })
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
                self.note_first(keys)?;
                let mut encrypting = Encrypting::begin(keys, &mut file)?;
                let written = copy_hashed(from, &mut encrypting, temporary)?;
                encrypting.finish().map_err(Error::io("In den Tresor schreiben", temporary))?;
                written
            }
        };
        if self.store.lasting() {
            file.sync_all().map_err(Error::io("Tresor sichern", temporary))?;
        }
        Ok(written)
    }

    /// Removes an object that nobody needs any more, unless somebody has put the same bytes lately and may be
    /// about to name them. Whether it is gone.
    pub fn remove(&self, hash: &ContentHash) -> Result<bool> {
        // Of a vault that took a key there may be both forms for a while.
        while let Some(stored) = self.store.find(hash)? {
            if !self.store.remove(stored)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The bytes of that hash, checked against it.
    pub fn read(&self, hash: &ContentHash) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.reader(hash)?.read_to_end(&mut bytes).map_err(|error| self.unread(error, hash))?;
        if ContentHash::of(&bytes) != *hash {
            return Err(Error::Damaged { hash: hash.hex() });
        }
        Ok(bytes)
    }

    /// Reads back and compares, without keeping the bytes.
    pub fn verify(&self, hash: &ContentHash) -> Result<()> {
        match hash_of(&mut self.reader(hash)?) {
            Ok(found) if found == *hash => Ok(()),
            Err(Error::Io { source, .. }) => Err(self.unread(source, hash)),
            Ok(_) => Err(Error::Damaged { hash: hash.hex() }),
            Err(error) => Err(error),
        }
    }

    /// Why an object could not be read: what fails its check under its key is damaged like what fails its hash.
    fn unread(&self, error: std::io::Error, hash: &ContentHash) -> Error {
        match error.kind() {
            ErrorKind::InvalidData | ErrorKind::UnexpectedEof => Error::Damaged { hash: hash.hex() },
            ErrorKind::ConnectionAborted => answer::broke_off(&error),
            _ => {
                let name = Stored { hash: *hash, encrypted: false }.name();
                let place = format!("{}/{name}", self.place);
                Error::io("Aus dem Tresor lesen", place)(error)
            }
        }
    }
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
        let path = folder.path().join(Stored { hash, encrypted: false }.name());
        fs::remove_file(&path).unwrap();
        fs::write(&path, b"Beief").unwrap();
        assert!(matches!(vault.read(&hash), Err(Error::Damaged { .. })));
        assert!(matches!(vault.verify(&hash), Err(Error::Damaged { .. })));
        assert_eq!(vault.put(b"Brief").unwrap(), hash, "good bytes heal it");
        assert_eq!(vault.read(&hash).unwrap(), b"Brief");
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
