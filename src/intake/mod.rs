//! A file appears -> a batch is ours, exactly once.
//!
//! In: drop folders. Out: batches in the ledger, their bytes in the vault. It
//! never looks inside a letter: what cannot be read is taken over like
//! everything else, and refused by name where pages are opened.
//!
//! Order of taking over, each step repeatable:
//! 1. *claim*: rename into `.poststelle/` of the same folder, so that nobody else takes it;
//! 2. *vault*: stream into the vault while hashing; file and folder synced;
//! 3. *record*: row and event in one transaction, unique per claim;
//! 4. *verify*: read back from the vault and compare; a claimed file that somebody wrote to since is taken anew,
//!    whole, and the batch of its beginning taken back;
//! 5. *remove*: the claimed file goes (or moves to `done/`), folder synced.
//!
//! A crash after any step leaves a claimed file; the next start goes through
//! the claims first, and the unique claim makes step 3 find its row again.

mod beside;
pub mod complete;
mod doorbell;
mod folders;
mod index;
pub mod listing;
pub mod lots;
pub mod malware;
pub mod sidecar;
pub mod subfolders;
mod waiting;

pub use doorbell::Doorbell;

use crate::error::{Error, Result};
use crate::fault;
use crate::ledger::{BatchRow, Ledger, NewBatch, StationDay};
use crate::model::ids::BatchId;
use crate::model::refusal::Refusal;
use crate::model::town::Station;
use crate::vault::{Vault, hash_of, sync_folder};
use beside::{beside_claim, claim_sidecar, waits_for_partner};
use listing::{Found, Watch};
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};
use unicode_normalization::UnicodeNormalization;
use waiting::{CUT_OFF, Stands};

/// Code of a file in which the virus scanner found something.
pub const MALWARE: &str = "source.malware";
/// Folder inside a station that holds what is being taken over.
const CLAIMS: &str = ".poststelle";
/// Endings of what lies beside the claims and is none: the side-car of a claim, the index of many, half an archive.
const BESIDE: [&str; 3] = [beside::SIDECAR, index::INDEX, folders::PACKING];

/// Everything taking over needs.
#[derive(Clone, Copy, Debug)]
pub struct Intake<'a> {
    /// Where rows go.
    pub ledger: &'a Ledger,
    /// Where bytes go.
    pub vault: &'a Vault,
    /// Hash of the configuration in force.
    pub config: &'a str,
}

impl Intake<'_> {
    /// One round over a station: finishes old claims, then takes what is ready.
    /// Returns the batches taken and the troubles met; one file's trouble never stops the others.
    pub fn round(&self, station: &Station, watch: &mut Watch, at: Instant) -> (Vec<BatchRow>, Vec<Error>) {
        let (mut taken, mut troubles) = (Vec::new(), Vec::new());
        let mut keep = |result: Result<Option<BatchRow>>| match result {
            Ok(Some(batch)) => taken.push(batch),
            Ok(None) => {}
            Err(error) => troubles.push(error),
        };
        let claims = station.folder.join(CLAIMS);
        // Before any scan takes its side-car: an index that was taken apart by half would be so again.
        if let Err(error) = index::finish(station, &claims) {
            return (taken, vec![error]);
        }
        match old_claims(&claims) {
            Ok(old) => old.into_iter().for_each(|claim| keep(self.take(station, &claim).map(Some))),
            Err(error) => keep(Err(error)),
        }
        let mut ready = match watch.look(at) {
            Ok(ready) => ready,
            Err(error) => {
                keep(Err(error));
                return (taken, troubles);
            }
        };
        let patience = waiting::patience(station);
        let given_up = |path: &Path| watch.still_for(path, at) >= patience;
        if let Err(error) = index::claim(station, &claims, &mut ready, given_up) {
            keep(Err(error));
            return (taken, troubles);
        }
        ready.extend(watch.empty_files(at, patience));
        for found in ready {
            let still = watch.still_for(&found.path, at);
            // A scan waits for what the scanner writes about it; what the scanner wrote waits for its scan.
            if waits_for_partner(station, &found, still) {
                continue;
            }
            let mark = match waiting::stands(&found) {
                Stands::Whole => "",
                Stands::Away => continue,
                Stands::Unfinished if still >= patience => CUT_OFF,
                Stands::Unreadable if still >= patience => {
                    keep(self.reject_unreadable(station, &found).and_then(Err));
                    continue;
                }
                stands => {
                    if still >= waiting::silence(station) && watch.not_said_yet(&found.path) {
                        keep(Err(waiting::said(station, &found, stands)));
                    }
                    continue;
                }
            };
            keep(claim(&claims, &found, mark).and_then(|claim| self.take(station, &claim)).map(Some));
        }
        (taken, troubles)
    }

    /// Steps 2 to 5 for a claimed file.
    fn take(&self, station: &Station, claimed: &Path) -> Result<BatchRow> {
        let claim = claimed.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let day = self.ledger.station_day(&station.id)?;
        let batch = match self.ledger.batch_of_claim(&station.id, &claim)? {
            Some(batch) => batch,
            None => {
                let beside = claim_sidecar(station, claimed)?;
                self.store(station, day, &claim, claimed, beside.as_deref())?
            }
        };
        self.vault.verify(&batch.hash)?;
        fault::point("intake.verified");
        if changed_since(claimed, &batch)? {
            return Err(self.take_anew(claimed, &batch)?);
        }
        let beside = beside_claim(claimed);
        if beside.is_file() {
            fs::remove_file(&beside).map_err(Error::io("Begleitdatei entfernen", &beside))?;
        }
        remove_source(station, claimed, &batch)?;
        fault::point("intake.removed");
        Ok(batch)
    }

    fn store(
        &self,
        station: &Station,
        day: Option<StationDay>,
        claim: &str,
        claimed: &Path,
        beside: Option<&Path>,
    ) -> Result<BatchRow> {
        let sidecar = match (station.sidecar, beside) {
            (Some(format), Some(path)) => {
                let bytes = fs::read(path).map_err(Error::io("Begleitdatei lesen", path))?;
                self.vault.put(&bytes)?;
                Some(sidecar::parse(&bytes, format))
            }
            _ => None,
        };
        let said = sidecar.as_ref();
        let mut file = File::open(claimed).map_err(Error::io("Scan öffnen", claimed))?;
        let modified = file.metadata().and_then(|m| m.modified()).ok();
        let (hash, bytes) = self.vault.put_reader(&mut file)?;
        fault::point("intake.vaulted");
        // Whoever wrote while we read is not done; the claim is looked at again in the next round.
        let after = fs::metadata(claimed).map_err(Error::io("Scan ansehen", claimed))?;
        if after.len() != bytes || after.modified().ok() != modified {
            return Err(still_written(&original_name(claim), "wartet, bis er still steht"));
        }
        let batch = self.ledger.take_over(NewBatch {
            station: station.id.clone(),
            circle: station.circle.clone(),
            claim: claim.to_owned(),
            file_name: original_name(claim),
            hash,
            bytes,
            file_modified: modified.and_then(rfc3339),
            operator: said
                .and_then(|s| s.operator.clone())
                .or_else(|| day.as_ref().map(|d| d.operator.clone())),
            received_date: said
                .and_then(|s| s.received.clone())
                .or_else(|| day.as_ref().map(|d| d.received_date.clone())),
            received_from: match (said.and_then(|s| s.received.as_ref()), day) {
                (Some(_), _) => "sidecar".into(),
                (None, Some(day)) => day.source,
                (None, None) => "unknown".into(),
            },
            config: self.config.to_owned(),
            cut_off: claim.split('~').next().is_some_and(|mark| mark.ends_with(CUT_OFF)),
            sidecar,
        })?;
        fault::point("intake.recorded");
        Ok(batch)
    }

    /// Gives a claimed file another claim, so that all of it becomes a batch; the one of its beginning is taken
    /// back unless somebody works on it already.
    fn take_anew(&self, claimed: &Path, batch: &BatchRow) -> Result<Error> {
        let again = claimed.with_file_name(claim_name(claimed, &batch.file_name, "")?);
        fs::rename(claimed, &again).map_err(Error::io("Scan übernehmen", claimed))?;
        claimed.parent().map_or(Ok(()), sync_folder)?;
        self.anew(&batch.file_name, batch)
    }

    /// What is said about a source of which more came than was taken.
    fn anew(&self, name: &str, batch: &BatchRow) -> Result<Error> {
        let then = match self.ledger.batch_taken_back(&batch.id)? {
            true => format!("wird statt als Stapel {} noch einmal ganz übernommen", batch.id),
            false => format!("wird nach Stapel {} noch einmal ganz übernommen", batch.id),
        };
        Ok(still_written(name, &then))
    }
}

/// Whether somebody wrote to a claimed file after its bytes were taken: a scanner may keep it open.
fn changed_since(claimed: &Path, batch: &BatchRow) -> Result<bool> {
    let now = match fs::metadata(claimed) {
        Ok(now) => now,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false), // removed before a crash
        Err(error) => return Err(Error::io("Scan ansehen", claimed)(error)),
    };
    // Writers of shares set the time of a file when they close it, which alone changes nothing.
    let touched = now.modified().ok().and_then(rfc3339) != batch.file_modified;
    if now.len() != batch.bytes || !touched {
        return Ok(now.len() != batch.bytes);
    }
    let mut file = File::open(claimed).map_err(Error::io("Scan öffnen", claimed))?;
    Ok(hash_of(&mut file)? != batch.hash)
}

fn still_written(name: &str, then: &str) -> Error {
    let text = format!("In den Scan {name} wurde während der Übernahme geschrieben; er {then}.");
    let hint = "Ruhezeit der Station (quiet_seconds) verlängern, wenn das öfter geschieht.";
    Error::Refused(Refusal::new("intake.still_written", text, hint))
}

/// Makes a drop folder that does not exist yet; it holds open letters, so only owner and group may look.
pub fn make_station_folder(folder: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o770).create(folder).map_err(Error::io("Scanordner anlegen", folder))
}

/// Where a refused batch and its reason lie, if they were put aside.
pub fn put_aside_as(station: &Station, batch: &BatchId, file_name: &str) -> [PathBuf; 2] {
    let name = format!("{batch}-{}", file_name.replace('/', "_"));
    let folder = station.folder.join("rejected");
    [folder.join(&name), folder.join(format!("{name}.txt"))]
}

/// Puts a refused batch beside its reason: `rejected/<batch>-<name>` and `.txt`. Repeatable.
pub fn put_aside(station: &Station, vault: &Vault, batch: &BatchRow, refusal: &Refusal) -> Result<()> {
    let folder = station.folder.join("rejected");
    fs::create_dir_all(&folder).map_err(Error::io("Ordner für Abgelehntes anlegen", &folder))?;
    let [file, reason] = put_aside_as(station, &batch.id, &batch.file_name);
    // Nobody shall open by mistake what a virus scanner found.
    let dangerous = refusal.code == MALWARE;
    if !dangerous {
        write_synced(&file, &vault.read(&batch.hash)?)?;
    }
    let place = if dangerous { "nur" } else { "unverändert daneben und" };
    let text = format!(
        "Abgelehnt: {}\nKennung:   {}\nGrund:     {} [{}]\nWas tun:   {}\n\n\
         Die Datei liegt {place} im Tresor (SHA-256 {}).\n",
        batch.file_name, batch.id, refusal.text, refusal.code, refusal.hint, batch.hash
    );
    write_synced(&reason, text.as_bytes())?;
    sync_folder(&folder)
}

fn write_synced(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = File::create(path).map_err(Error::io("Abgelehntes ablegen", path))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(Error::io("Abgelehntes ablegen", path))
}

/// Step 1. The claim's name is unique for this taking and ends with the scanner's name.
fn claim(claims: &Path, found: &Found, mark: &str) -> Result<PathBuf> {
    make_claims(claims)?;
    let path = claims.join(claim_name(&found.path, &found.name, mark)?);
    fs::rename(&found.path, &path).map_err(Error::io("Scan übernehmen", &found.path))?;
    sync_folder(claims)?;
    if let Some(folder) = found.path.parent() {
        sync_folder(folder)?;
    }
    fault::point("intake.claimed");
    Ok(path)
}

fn make_claims(claims: &Path) -> Result<()> {
    if !claims.is_dir() {
        fs::create_dir_all(claims).map_err(Error::io("Ordner für Übernahmen anlegen", claims))?;
        if let Some(station) = claims.parent() {
            sync_folder(station)?;
        }
    }
    Ok(())
}

/// Moment and inode, so that the same name never meets another file, a mark, then the name people know.
fn claim_name(path: &Path, name: &str, mark: &str) -> Result<String> {
    use std::os::unix::fs::MetadataExt;
    let inode = fs::symlink_metadata(path).map_err(Error::io("Scan ansehen", path))?.ino();
    let moment = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |d| d.as_nanos());
    Ok(format!("{moment:x}-{inode:x}{mark}~{}", safe_name(name)))
}

/// NFC, no separators or control characters, short enough for every file system.
fn safe_name(name: &str) -> String {
    let clean: String =
        name.nfc().map(|c| if c == '/' || c == '\\' { '_' } else { c }).filter(|c| !c.is_control()).collect();
    let mut start = clean.len().saturating_sub(180);
    while !clean.is_char_boundary(start) {
        start += 1;
    }
    clean[start..].to_owned()
}

fn original_name(claim: &str) -> String {
    claim.split_once('~').map_or(claim, |(_, name)| name).to_owned()
}

fn old_claims(claims: &Path) -> Result<Vec<PathBuf>> {
    if !claims.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(claims).map_err(Error::io("Übernahmen lesen", claims))?;
    let mut old: Vec<PathBuf> = entries
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.is_file() && !BESIDE.iter().any(|ending| p.to_string_lossy().ends_with(ending)))
        .collect();
    old.sort();
    Ok(old)
}

/// Step 5.
fn remove_source(station: &Station, claimed: &Path, batch: &BatchRow) -> Result<()> {
    if station.keep_done.is_some() {
        let folder = station.folder.join("done");
        fs::create_dir_all(&folder).map_err(Error::io("Ordner für Erledigtes anlegen", &folder))?;
        let place = folder.join(format!("{}-{}", batch.id, batch.file_name.replace('/', "_")));
        fs::rename(claimed, &place).map_err(Error::io("Erledigtes ablegen", &place))?;
        sync_folder(&folder)?;
    } else {
        fs::remove_file(claimed).map_err(Error::io("Übernommenen Scan entfernen", claimed))?;
    }
    claimed.parent().map_or(Ok(()), sync_folder)
}

/// How names of files begin that are being uploaded.
pub const UPLOADING: &str = ".hochladen-";
/// What an upload left behind when it was cut off is removed after this.
const UPLOAD_AGE: Duration = Duration::from_secs(24 * 3600);

/// Removes what uploads left behind that were cut off.
pub fn sweep_uploads(station: &Station, now: SystemTime) -> Result<()> {
    let folder = &station.folder;
    for entry in fs::read_dir(folder).map_err(Error::io("Scanordner lesen", folder))?.flatten() {
        let ours = entry.file_name().to_string_lossy().starts_with(UPLOADING);
        let age = entry.metadata().and_then(|m| m.modified()).ok().and_then(|m| now.duration_since(m).ok());
        if ours && age.is_some_and(|age| age > UPLOAD_AGE) {
            fs::remove_file(entry.path()).map_err(Error::io("Abgebrochenes entfernen", entry.path()))?;
        }
    }
    Ok(())
}

/// Removes what has lain in `done/` longer than the station keeps it.
pub fn sweep_done(station: &Station, now: SystemTime) -> Result<()> {
    let (Some(keep), folder) = (station.keep_done, station.folder.join("done")) else { return Ok(()) };
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(&folder).map_err(Error::io("Erledigtes lesen", &folder))?.flatten() {
        let age = entry.metadata().and_then(|m| m.modified()).ok().and_then(|m| now.duration_since(m).ok());
        if age.is_some_and(|age| age > keep) {
            fs::remove_file(entry.path()).map_err(Error::io("Erledigtes entfernen", entry.path()))?;
        }
    }
    Ok(())
}

fn rfc3339(time: SystemTime) -> Option<String> {
    jiff::Timestamp::try_from(time).ok().map(crate::ledger::stamp)
}

#[cfg(test)]
mod tests;
