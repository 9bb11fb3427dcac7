//! Sub-folders that are taken over whole: how long each has stood still, claiming one, putting one aside.
//!
//! In: a station and the moment. Out: batches of its lots (`lots`) or of its folders of pages (`folders`). Never
//! removes a file.

use super::{CLAIMS, Intake, claim_name, make_claims, write_synced};
use crate::error::{Error, Result};
use crate::ledger::BatchRow;
use crate::model::refusal::Refusal;
use crate::model::town::{Batches, Station};
use crate::vault::sync_folder;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// Number of entries, bytes, newest change: what stands still when a folder is complete.
type Look = (usize, u64, Option<SystemTime>);

/// Remembers how long each sub-folder has stood still.
#[derive(Debug, Default)]
pub struct FolderWatch {
    seen: HashMap<PathBuf, (Look, Instant)>,
}

impl FolderWatch {
    /// Sub-folders of a station and how long each has stood still.
    pub(super) fn look(&mut self, station: &Station, at: Instant) -> Result<Vec<(PathBuf, Duration)>> {
        let mut present = HashMap::new();
        let mut still = Vec::new();
        for folder in folders(&station.folder)? {
            let look = look(&folder);
            let since = match self.seen.get(&folder) {
                Some((before, since)) if *before == look => *since,
                _ => at,
            };
            still.push((folder.clone(), at.duration_since(since)));
            present.insert(folder, (look, since));
        }
        self.seen = present;
        Ok(still)
    }
}

/// Whether a folder lies at a station that takes such, or is being taken over.
pub fn waiting(station: &Station) -> bool {
    let some = |folder: &Path| folders(folder).is_ok_and(|found| !found.is_empty());
    takes_folders(station) && (some(&station.folder) || some(&station.folder.join(CLAIMS)))
}

fn takes_folders(station: &Station) -> bool {
    !station.lot_keys.is_empty() || station.batches == Batches::Folders
}

impl Intake<'_> {
    /// One round over the sub-folders of a station, if they are lots or batches; like [`Intake::round`].
    pub fn round_of_folders(
        &self,
        station: &Station,
        watch: &mut FolderWatch,
        at: Instant,
    ) -> (Vec<BatchRow>, Vec<Error>) {
        let (mut taken, mut troubles) = (Vec::new(), Vec::new());
        if !takes_folders(station) {
            return (taken, troubles);
        }
        let lots = !station.lot_keys.is_empty();
        let claims = station.folder.join(CLAIMS);
        let mut claimed = || -> Result<Vec<PathBuf>> {
            let found = watch.look(station, at)?;
            let ready = |(folder, still): &(PathBuf, Duration)| match lots {
                true => super::lots::is_ready(station, folder, *still),
                false => super::folders::is_ready(station, folder, *still),
            };
            for (folder, _) in found.into_iter().filter(ready) {
                make_claims(&claims)?;
                let place = claims.join(claim_name(&folder, &name_of(&folder), "")?);
                fs::rename(&folder, &place).map_err(Error::io("Ordner übernehmen", &folder))?;
                sync_folder(&claims)?;
                sync_folder(&station.folder)?;
                crate::fault::point("folder.claimed");
            }
            if claims.is_dir() { folders(&claims) } else { Ok(Vec::new()) }
        };
        let folders = claimed().unwrap_or_else(|error| {
            troubles.push(error);
            Vec::new()
        });
        for folder in folders {
            let done = match lots {
                true => self.take_lot(station, &claims, &folder, &mut taken),
                false => self.take_folder(station, &claims, &folder, &mut taken),
            };
            troubles.extend(done.err());
        }
        (taken, troubles)
    }
}

/// The folder as it is, with the reason beside it.
pub(super) fn put_aside(station: &Station, folder: &Path, what: &str, refusal: &Refusal) -> Result<()> {
    put_aside_as(station, folder, &name_of(folder), what, refusal)
}

/// The same for what has no name of its own yet under which nothing else lies there.
pub(super) fn put_aside_as(
    station: &Station,
    path: &Path,
    name: &str,
    what: &str,
    refusal: &Refusal,
) -> Result<()> {
    let rejected = station.folder.join("rejected");
    fs::create_dir_all(&rejected).map_err(Error::io("Ordner für Abgelehntes anlegen", &rejected))?;
    let text = format!(
        "Abgelehnt: {what} {}\nGrund:     {} [{}]\nWas tun:   {}\n\n\
         Was kam, liegt unverändert daneben.\n",
        super::original_name(name),
        refusal.text,
        refusal.code,
        refusal.hint
    );
    let place = rejected.join(name.replace('~', "-"));
    write_synced(&rejected.join(format!("{}.txt", name.replace('~', "-"))), text.as_bytes())?;
    fs::rename(path, &place).map_err(Error::io("Abgelehntes ablegen", path))?;
    sync_folder(&rejected)
}

fn look(folder: &Path) -> Look {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|e| e.metadata().ok()).fold((0, 0, None), |(count, bytes, newest), meta| {
        (count + 1, bytes + meta.len(), newest.max(meta.modified().ok()))
    })
}

/// Sub-folders, without the program's own and hidden ones; links are not followed.
fn folders(parent: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(parent).map_err(Error::io("Ordner lesen", parent))?;
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .filter(|e| e.file_type().is_ok_and(|t| t.is_dir()))
        .filter(|e| {
            let name = e.file_name().to_string_lossy().into_owned();
            !name.starts_with('.') && !matches!(name.as_str(), "rejected" | "done")
        })
        .map(|e| e.path())
        .collect();
    found.sort();
    Ok(found)
}

pub(super) fn name_of(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
