//! Objects of a bucket as files: a folder of this process, for what is being written and for what somebody needs as a
//! file. A file stays as long as somebody holds it, and the latest ones a little longer; what a killed process left
//! is removed by the next one.

use super::store::Stored;
use crate::error::{Error, Result};
use crate::model::hash::ContentHash;
use std::collections::HashSet;
use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Fetched files are kept up to so many bytes: a batch's pages come one after the other.
const KEPT_BYTES: u64 = 1 << 30;
/// Beginning of the names of such folders.
const PREFIX: &str = "vault-";
/// A file in each that its process holds locked.
const LOCK: &str = "lock";

/// A fetched file; removed when nobody holds it any more.
#[derive(Clone, Debug)]
pub struct Held(Arc<Fetched>);

#[derive(Debug)]
struct Fetched(PathBuf);

impl Drop for Fetched {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Held {}

impl Held {
    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.0.0
    }
}

/// The folder of this process.
#[derive(Debug)]
pub(super) struct Cache {
    above: PathBuf,
    folder: PathBuf,
    number: AtomicU64,
    /// Held locked as long as this process uses the folder.
    lock: Mutex<Option<File>>,
    kept: Mutex<Kept>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Kept {
    /// The latest one last.
    files: Vec<(Stored, u64, Held)>,
    /// What somebody is fetching just now.
    fetching: HashSet<Stored>,
}

impl Cache {
    pub(super) fn new(above: &Path) -> Self {
        let name = format!("{PREFIX}{}-{:016x}", std::process::id(), getrandom::u64().unwrap_or_default());
        Self {
            above: above.to_owned(),
            folder: above.join(name),
            number: AtomicU64::new(0),
            lock: Mutex::default(),
            kept: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// The folder, which is made once; removes those of processes that are gone.
    pub(super) fn prepare(&self) -> Result<&Path> {
        let mut lock = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        if lock.is_some() {
            return Ok(&self.folder);
        }
        let make = || {
            fs::create_dir_all(&self.above)?;
            DirBuilder::new().mode(0o700).create(&self.folder)?;
            // Under its name it is locked from the beginning.
            let new = self.folder.join("lock.new");
            let file = File::create(&new)?;
            file.lock()?;
            fs::rename(new, self.folder.join(LOCK))?;
            Ok(file)
        };
        *lock = Some(make().map_err(Error::io("Zwischenspeicher anlegen", &self.folder))?);
        for entry in fs::read_dir(&self.above).into_iter().flatten().flatten() {
            if entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX)) {
                abandoned(&entry.path());
            }
        }
        Ok(&self.folder)
    }

    /// The object as a file, fetched by `fetch` into the path it is given if it is not at hand. Whoever wants the same
    /// one meanwhile waits for it.
    pub(super) fn file(&self, stored: Stored, fetch: impl FnOnce(&Path) -> Result<u64>) -> Result<Held> {
        self.prepare()?;
        let mut kept = self.kept();
        // Somebody may have tidied up.
        kept.files.retain(|(_, _, held)| held.path().is_file());
        loop {
            if let Some(at) = kept.files.iter().position(|(known, ..)| *known == stored) {
                let found = kept.files.remove(at);
                let held = found.2.clone();
                kept.files.push(found);
                return Ok(held);
            }
            if kept.fetching.insert(stored) {
                break;
            }
            kept = self.changed.wait(kept).unwrap_or_else(PoisonError::into_inner);
        }
        drop(kept);
        // A path of its own each time: under one path there is never anything else.
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let held = Held(Arc::new(Fetched(self.folder.join(format!("{}-{number}", stored.hash.hex())))));
        let fetched = fetch(held.path());
        let mut kept = self.kept();
        kept.fetching.remove(&stored);
        self.changed.notify_all();
        kept.files.push((stored, fetched?, held.clone()));
        let mut bytes: u64 = kept.files.iter().map(|(_, bytes, _)| bytes).sum();
        while bytes > KEPT_BYTES && kept.files.len() > 1 {
            bytes -= kept.files.remove(0).1;
        }
        Ok(held)
    }

    /// How an object that is at hand is stored.
    pub(super) fn near(&self, hash: &ContentHash) -> Option<Stored> {
        let kept = self.kept();
        let mut there =
            kept.files.iter().filter(|(stored, _, held)| stored.hash == *hash && held.path().is_file());
        there.next().map(|(stored, ..)| *stored)
    }

    /// The object is no longer at hand.
    pub(super) fn forget(&self, stored: Stored) {
        self.kept().files.retain(|(known, ..)| *known != stored);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        self.kept().files.clear();
        // What somebody still holds he removes himself, and the next process the folder.
        if fs::read_dir(&self.folder).is_ok_and(|entries| entries.count() == 1) {
            let _ = fs::remove_file(self.folder.join(LOCK));
            let _ = fs::remove_dir(&self.folder);
        }
    }
}

/// Removes the folder of a process that is gone.
fn abandoned(folder: &Path) {
    if File::open(folder.join(LOCK)).is_ok_and(|file| file.try_lock().is_ok()) {
        let _ = fs::remove_dir_all(folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_stays_while_it_is_held_and_killed_processes_leave_nothing() {
        let above = tempfile::tempdir().unwrap();
        let left = above.path().join("vault-1-0");
        fs::create_dir(&left).unwrap();
        fs::write(left.join(LOCK), "").unwrap();
        let cache = Cache::new(above.path());
        let stored = Stored { hash: ContentHash::of(b"Brief"), encrypted: false };
        let fetch = |path: &Path| {
            fs::write(path, "Brief").unwrap();
            Ok(5)
        };
        let held = cache.file(stored, fetch).unwrap();
        assert!(!left.exists(), "nobody holds its lock");
        assert_eq!(cache.file(stored, |_| panic!("it is at hand")).unwrap(), held);
        let other = Cache::new(above.path());
        other.prepare().unwrap();
        cache.forget(stored);
        assert_eq!(fs::read(held.path()).unwrap(), b"Brief", "another process does not take it away");
        drop((held, cache, other));
        assert_eq!(fs::read_dir(above.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_cannot_be_fetched_is_asked_for_again() {
        let above = tempfile::tempdir().unwrap();
        let cache = Cache::new(above.path());
        let stored = Stored { hash: ContentHash::of(b"Brief"), encrypted: false };
        let broken = |_: &Path| Err(Error::Damaged { hash: String::new() });
        assert!(cache.file(stored, broken).is_err());
        assert!(cache.file(stored, |path| Ok(fs::write(path, "x").map(|()| 1).unwrap())).is_ok());
    }
}
