//! Everything under the first key: what is not encrypted, or under an earlier key, is written anew.

use super::{Vault, cipher};
use crate::error::{Error, Result};
use crate::model::hash::ContentHash;
use std::fs::{self, File};
use std::sync::atomic::Ordering;

impl Vault {
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
