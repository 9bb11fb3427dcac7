//! Which configuration holds for what: a batch ends under the one it began with.
//!
//! In: the newest configuration, the texts of earlier ones in the vault. Out: the one for a batch, and the
//! stations with the one their next batch begins with. What replaces paper waits for a named person: its stations
//! stay as they were released. It never decides anything about a letter.

use crate::config::{self, Pipeline, organisation};
use crate::error::{Error, Result};
use crate::ledger::{Ledger, Staged};
use crate::model::document::ScanMode;
use crate::model::hash::ContentHash;
use crate::model::town::Station;
use crate::observe;
use crate::vault::Vault;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The configurations that are asked for.
#[derive(Debug)]
pub struct Versions {
    newest: Arc<Pipeline>,
    released: Option<Arc<Pipeline>>,
    /// By SHA-256; `None` where a text is gone or no longer understood.
    earlier: Mutex<BTreeMap<String, Option<Arc<Pipeline>>>>,
}

impl Versions {
    /// One configuration for everything.
    pub fn only(newest: Pipeline) -> Self {
        let newest = Arc::new(newest);
        Self { released: Some(newest.clone()), newest, earlier: Mutex::default() }
    }

    /// The newest one, and for what replaces paper the one in force by the ledger. The first that a ledger sees is
    /// in force: whoever set the service up released it.
    pub fn open(newest: Pipeline, ledger: &Ledger, vault: &Vault) -> Result<Self> {
        let last = ledger.in_force(Staged::Configuration)?.filter(|hash| *hash != newest.hash);
        let Some(last) = last else { return Ok(Self::only(newest)) };
        let released = restored(&last, &newest.base, vault)?;
        // The organisation chart was applied by a named person before its day came.
        let file = |p: &Pipeline| organisation::apart(&p.text).0.to_owned();
        if released.as_ref().is_some_and(|old| file(old) == file(&newest)) {
            return Ok(Self::only(newest));
        }
        let replaces = |p: &Pipeline| p.stations.iter().any(replaces);
        // A text that nobody understands any more may have had such a station.
        if !replaces(&newest) && released.as_ref().is_some_and(|old| !replaces(old)) {
            return Ok(Self::only(newest));
        }
        Ok(Self { newest: Arc::new(newest), released: released.map(Arc::new), earlier: Mutex::default() })
    }

    /// Whether the newest one still waits for a person.
    pub fn waits(&self) -> bool {
        self.released.as_ref().is_none_or(|released| released.hash != self.newest.hash)
    }

    /// Stations with the SHA-256 of the configuration that their next batch begins with.
    pub fn stations(&self) -> Vec<(Station, String)> {
        let of = |pipeline: &Pipeline| {
            let hash = pipeline.hash.hex();
            pipeline.stations.iter().map(move |station| (station.clone(), hash.clone())).collect::<Vec<_>>()
        };
        let newest = of(&self.newest);
        if !self.waits() {
            return newest;
        }
        let before = self.released.as_deref().map(of).unwrap_or_default();
        let waits =
            |id: &str| [&newest, &before].into_iter().flatten().any(|(s, _)| s.id == id && replaces(s));
        let copying = newest.iter().filter(|(station, _)| !waits(&station.id));
        copying.chain(before.iter().filter(|(station, _)| waits(&station.id))).cloned().collect()
    }

    /// The configuration with that SHA-256. Where its text is gone the one in force for paper holds, and trouble is told
    /// once; without any, what nobody has released replaces no paper. Errors: the storage does not answer, so nobody
    /// knows whether it is gone.
    pub fn of(&self, hash: &str, vault: &Vault) -> Result<Arc<Pipeline>> {
        let known = [Some(&self.newest), self.released.as_ref()];
        if let Some(known) = known.into_iter().flatten().find(|p| p.hash.hex() == hash) {
            return Ok(known.clone());
        }
        let mut earlier = self.earlier.lock().unwrap_or_else(PoisonError::into_inner);
        if !earlier.contains_key(hash) {
            let text = ContentHash::from_hex(hash).map(|hash| restored(&hash, &self.newest.base, vault));
            earlier.insert(hash.to_owned(), text.transpose()?.flatten().map(Arc::new));
        }
        let instead = || self.released.clone().unwrap_or_else(|| Arc::new(copying(&self.newest)));
        Ok(earlier.get(hash).cloned().flatten().unwrap_or_else(instead))
    }
}

fn replaces(station: &Station) -> bool {
    station.profile.scan_mode == ScanMode::Replacing
}

/// The same without anything that replaces paper.
fn copying(pipeline: &Pipeline) -> Pipeline {
    let mut copying = pipeline.clone();
    copying.stations.iter_mut().for_each(|s| s.profile.scan_mode = ScanMode::Copying);
    copying
}

/// A configuration from its text in the vault, if that is there and still understood.
fn restored(hash: &ContentHash, base: &Path, vault: &Vault) -> Result<Option<Pipeline>> {
    let text = match vault.read(hash) {
        Err(error @ Error::Vault { .. }) => return Err(error),
        text => text.ok().and_then(|bytes| String::from_utf8(bytes).ok()),
    };
    let found = text.and_then(|text| config::resolve(&text, "pipeline.toml", base).ok());
    if found.is_none() {
        observe::version_lost(hash);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOWN: &str = "[town]\nid = \"t\"\nname = \"T\"\ncentral = \"a\"\n[[department]]\nid = \"a\"\nname = \"A\"\n\
        targets = [\"z\"]\n[[target]]\nid = \"z\"\ntype = \"folder\"\npath = \"out\"\n\
        [[profile]]\nid = \"ersetzend\"\nscan_mode = \"replacing\"\n";

    fn town(stations: &[(&str, Option<&str>)]) -> Pipeline {
        let mut text = TOWN.to_owned();
        for (id, profile) in stations {
            let profile = profile.map(|p| format!("profile = \"{p}\"\n")).unwrap_or_default();
            text += &format!("[[station]]\nid = \"{id}\"\nfolder = \"in/{id}\"\nscanner = \"s\"\n{profile}");
        }
        config::resolve(&text, "pipeline.toml", Path::new("/t")).unwrap()
    }

    fn stations(versions: &Versions) -> Vec<(String, bool)> {
        let newest = versions.newest.hash.hex();
        let mut all: Vec<_> =
            versions.stations().into_iter().map(|(s, hash)| (s.id, hash == newest)).collect();
        all.sort();
        all
    }

    #[test]
    fn what_replaces_paper_stays_as_released_and_everything_else_is_new() {
        let place = tempfile::tempdir().unwrap();
        let (ledger, vault) =
            (Ledger::open(&place.path().join("l.db"), "t").unwrap(), Vault::open(place.path()).unwrap());
        let old = town(&[("kopie", None), ("ersatz", Some("ersetzend")), ("wird", None)]);
        vault.put(old.text.as_bytes()).unwrap();
        let first = Versions::open(old.clone(), &ledger, &vault).unwrap();
        assert!(!first.waits(), "the first one is in force");
        ledger.put_in_force(Staged::Configuration, &old.hash, "daemon").unwrap();

        let new = town(&[("kopie", None), ("neu", None), ("wird", Some("ersetzend"))]);
        let staged = Versions::open(new.clone(), &ledger, &vault).unwrap();
        assert!(staged.waits());
        let is = |id: &str, new: bool| (id.to_owned(), new);
        let wanted = [is("ersatz", false), is("kopie", true), is("neu", true), is("wird", false)];
        assert_eq!(stations(&staged), wanted);
        assert_eq!(staged.of(&old.hash.hex(), &vault).unwrap().hash, old.hash);
        assert_eq!(
            staged.of(&"00".repeat(32), &vault).unwrap().hash,
            old.hash,
            "a lost text: what is released holds"
        );

        ledger.put_in_force(Staged::Configuration, &new.hash, "leitung").unwrap();
        let released = Versions::open(new.clone(), &ledger, &vault).unwrap();
        assert_eq!(stations(&released), [is("kopie", true), is("neu", true), is("wird", true)]);
        assert_eq!(released.of(&old.hash.hex(), &vault).unwrap().hash, old.hash, "its batches end under it");
        assert_eq!(released.of(&"00".repeat(32), &vault).unwrap().hash, new.hash);
    }

    #[test]
    fn a_town_that_only_copies_waits_for_nobody() {
        let place = tempfile::tempdir().unwrap();
        let (ledger, vault) =
            (Ledger::open(&place.path().join("l.db"), "t").unwrap(), Vault::open(place.path()).unwrap());
        let old = town(&[("kopie", None)]);
        vault.put(old.text.as_bytes()).unwrap();
        ledger.put_in_force(Staged::Configuration, &old.hash, "daemon").unwrap();
        assert!(!Versions::open(town(&[("kopie", None), ("neu", None)]), &ledger, &vault).unwrap().waits());
        let replacing = town(&[("ersatz", Some("ersetzend"))]);
        let waiting = Versions::open(replacing, &ledger, &vault).unwrap();
        assert!(waiting.waits() && waiting.stations().is_empty());
        let gone = Vault::open(&place.path().join("leer")).unwrap();
        let lost = Versions::open(town(&[("ersatz", Some("ersetzend"))]), &ledger, &gone).unwrap();
        let held = lost.of(&old.hash.hex(), &gone);
        assert_eq!(held.unwrap().profile("ersatz").scan_mode, ScanMode::Copying, "nobody released it");
    }
}
