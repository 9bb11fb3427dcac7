//! Which keys a vault is encrypted with, and another one for everything.
//!
//! In: the keys of a town. Out: the vault under them, or which one is missing. It never holds a key on disk: a file in
//! the vault names their ids, so that a missing key is noticed before the first letter.

use super::{Keys, Vault, cipher};
use crate::error::{Error, Result};
use crate::model::hash::ContentHash;
use crate::private;
use std::fs::{self, File};
use std::io::Write;
use std::sync::atomic::Ordering;

/// File in the vault that names the keys something in it may be encrypted with.
pub const KEYS_USED: &str = "keys";

impl Vault {
    /// The same vault with the town's keys, if it has some: what is put from now on is encrypted. A key that
    /// something may be encrypted with and that is not among them is an error here, not with the first letter.
    pub fn under(self, keys: Option<Keys>) -> Result<Self> {
        let used = self.keys_used()?;
        if let Some(id) = used.iter().find(|id| keys.as_ref().is_none_or(|keys| !keys.know(id))) {
            return Err(cipher::unknown(id).into());
        }
        Ok(Self { keys, ..self })
    }

    /// Id of the key that writes, if there is one.
    pub fn key(&self) -> Option<String> {
        self.keys.as_ref().map(|keys| keys.first().to_string())
    }

    /// Ids of the keys that something here may be encrypted with.
    pub(super) fn keys_used(&self) -> Result<Vec<String>> {
        let place = self.root.join(KEYS_USED);
        match fs::read_to_string(&place) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            text => {
                let text = text.map_err(Error::io("Tresor lesen", &place))?;
                Ok(text.lines().map(str::to_owned).collect())
            }
        }
    }

    /// Says which keys are used, before the first object is encrypted with one.
    pub(super) fn note_keys(&self, ids: &[String]) -> Result<()> {
        let (place, number) = (self.root.join(KEYS_USED), self.running.fetch_add(1, Ordering::Relaxed));
        let new = self.root.join("tmp").join(format!("{}-keys-{number}", std::process::id()));
        let text: String = ids.iter().map(|id| format!("{id}\n")).collect();
        let write = || {
            let mut file = private::file(&new)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&new, &place)
        };
        write().map_err(Error::io("Schlüssel im Tresor vermerken", &place))?;
        self.sync(&self.root)
    }

    /// Brings every object under the first key while nobody else uses the vault; how many were written anew.
    /// Repeatable: one that was not finished is finished by the next.
    pub fn rekey(&self) -> Result<usize> {
        let Some(keys) = &self.keys else { return Ok(0) };
        let first = keys.first();
        let mut changed = 0;
        for hash in self.objects()? {
            let Some(old) = self.stored(&hash) else { continue };
            let head = |place| File::open(place).and_then(|mut file| cipher::head(&mut file));
            if old.extension().is_some() && head(&old).is_ok_and(|(_, id)| id == first) {
                // Under both names after a crash: the one in the clear is not needed.
                self.remove_plain(&hash)?;
                continue;
            }
            let number = self.running.fetch_add(1, Ordering::Relaxed);
            let temporary = self.root.join("tmp").join(format!("{}-{number}", std::process::id()));
            let (found, _) = self.write(&mut self.reader(&hash)?, &temporary)?;
            if found != hash {
                fs::remove_file(&temporary).map_err(Error::io("Rest im Tresor entfernen", &temporary))?;
                return Err(Error::Damaged { hash: hash.hex() });
            }
            self.publish(&temporary, &hash)?;
            self.verify(&hash)?;
            self.remove_plain(&hash)?;
            changed += 1;
        }
        self.note_keys(&[first.to_string()])?;
        Ok(changed)
    }

    fn remove_plain(&self, hash: &ContentHash) -> Result<()> {
        let plain = self.path(hash);
        match fs::remove_file(&plain) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            removed => {
                removed.map_err(Error::io("Unverschlüsseltes entfernen", &plain))?;
                plain.parent().map_or(Ok(()), |folder| self.sync(folder))
            }
        }
    }
}
