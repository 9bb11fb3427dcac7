//! Which keys a vault is encrypted with, and another one for everything.
//!
//! In: the keys of a town. Out: the vault under them, or which one is missing. It never holds a key on disk: a file in
//! the vault names their ids, so that a missing key is noticed before the first letter.

use super::{Keys, Stored, Vault, cipher};
use crate::error::{Error, Result};
use std::fs;

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
    fn keys_used(&self) -> Result<Vec<String>> {
        Ok(self.keys_note()?.lines().map(str::to_owned).collect())
    }

    /// The same as it is written there: belongs into every copy of the vault. Empty if nothing is encrypted.
    pub fn keys_note(&self) -> Result<String> {
        self.store.note(KEYS_USED)
    }

    /// Says which keys are used, before the first object is encrypted with one.
    pub(super) fn note_first(&self, keys: &Keys) -> Result<()> {
        if self.noted.get().is_some() {
            return Ok(());
        }
        let (first, mut used) = (keys.first().to_string(), self.keys_used()?);
        if !used.contains(&first) {
            used.push(first);
            self.note_keys(&used)?;
        }
        let _ = self.noted.set(());
        Ok(())
    }

    fn note_keys(&self, ids: &[String]) -> Result<()> {
        let text: String = ids.iter().map(|id| format!("{id}\n")).collect();
        self.store.set_note(KEYS_USED, &text)
    }

    /// Brings every object under the first key while nobody else uses the vault; how many were written anew.
    /// Repeatable: one that was not finished is finished by the next.
    pub fn rekey(&self) -> Result<usize> {
        let Some(keys) = &self.keys else { return Ok(0) };
        let first = keys.first();
        let mut changed = 0;
        for hash in self.objects()? {
            let Some(old) = self.store.find(&hash)? else { continue };
            let plain = Stored { hash, encrypted: false };
            if old.encrypted && self.key_of(old).is_ok_and(|id| id == first) {
                // Under both names after a crash: the one in the clear is not needed.
                self.store.discard(plain)?;
                continue;
            }
            let temporary = self.temporary()?;
            let (found, _) = self.write(&mut self.reader(&hash)?, &temporary)?;
            if found != hash {
                fs::remove_file(&temporary).map_err(Error::io("Rest im Tresor entfernen", &temporary))?;
                return Err(Error::Damaged { hash: hash.hex() });
            }
            self.store.keep(&temporary, Stored { hash, encrypted: true })?;
            self.verify(&hash)?;
            self.store.discard(plain)?;
            changed += 1;
        }
        self.note_keys(&[first.to_string()])?;
        Ok(changed)
    }
}
