//! A folder of page files that is one batch: capture programs make the folder, then the pages, then the index.
//!
//! ```text
//! drop folder/stapel-17/   0001.tif 0002.tif ... 0010.tif  INDEX.DAT
//! ```
//!
//! A folder is complete when what the scanner writes last is there, or, if it
//! writes nothing of the kind, when it has stood still. Its files become one
//! archive in natural order, each byte for byte, and the archive is a claim
//! like any other scan's; the rest of the journey is the usual one.
//!
//! Order, each step repeatable: *claim* the folder by renaming it into
//! `.poststelle/`; *pack* it there; take the archive over as every claim, which
//! the ledger knows by its name; *mark* the folder as taken; remove what was
//! packed. Nothing else is ever removed: what is no page is put aside.

use super::subfolders::{name_of, put_aside};
use super::waiting::{self, CUT_OFF};
use super::{Intake, beside, claim_name, complete, index, listing, write_synced};
use crate::error::{Error, Result};
use crate::fault;
use crate::ledger::BatchRow;
use crate::model::bundle;
use crate::model::refusal::Refusal;
use crate::model::sidecar::SidecarFormat;
use crate::model::town::Station;
use crate::vault::{hash_of, sync_folder};
use std::fs::{self, File};
use std::io::{BufWriter, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Ending of an archive that is not yet whole.
pub(super) const PACKING: &str = ".~packing";
/// Ending of a claimed folder whose archive is in the vault and in the ledger.
const TAKEN: &str = ".~taken";
/// Event of a folder that is put aside whole.
const REJECTED: &str = "folder.rejected";
/// Systems leave these wherever somebody looked.
const JUNK: [&str; 3] = ["Thumbs.db", "desktop.ini", ".DS_Store"];

/// What lies in a folder.
#[derive(Debug, Default)]
struct Contents {
    /// Files that are pages, in natural order.
    pages: Vec<PathBuf>,
    /// What the scanner wrote about them.
    sidecars: Vec<PathBuf>,
    /// What says that the folder is complete.
    marker: Option<PathBuf>,
    /// Everything else.
    others: Vec<PathBuf>,
}

impl Contents {
    fn of(station: &Station, folder: &Path) -> Result<Self> {
        let mut found = Self::default();
        for entry in fs::read_dir(folder).map_err(Error::io("Stapelordner lesen", folder))?.flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            if !entry.file_type().is_ok_and(|t| t.is_file()) {
                found.others.push(path);
            } else if station.end_marker.as_deref() == Some(&name) {
                found.marker = Some(path);
            } else if station.sidecar.is_some_and(|format| is_sidecar(&path, &name, format)) {
                found.sidecars.push(path);
            } else if listing::is_taken(station, &name) {
                found.pages.push(path);
            } else {
                found.others.push(path);
            }
        }
        found.pages.sort_by_cached_key(|path| natural(&name_of(path)));
        Ok(found)
    }

    /// The one file the scanner wrote about the folder; of several nobody knows which.
    fn sidecar(&self) -> Option<&PathBuf> {
        self.sidecars.first().filter(|_| self.sidecars.len() == 1)
    }

    /// Names, lengths and times: what must be the same after packing.
    fn looks(&self) -> Vec<(PathBuf, u64, Option<SystemTime>)> {
        let meta = |path: &PathBuf| fs::metadata(path).map_or((0, None), |m| (m.len(), m.modified().ok()));
        self.pages.iter().map(|path| (path.clone(), meta(path).0, meta(path).1)).collect()
    }

    /// Every page has its end.
    fn pages_are_whole(&self) -> bool {
        let whole = |path: &PathBuf| {
            let mut file = File::open(path)?;
            let length = file.metadata()?.len();
            complete::judge(&mut file, length)
        };
        self.pages.iter().all(|p| whole(p).is_ok_and(|c| c != complete::Completeness::Unfinished))
    }
}

fn is_sidecar(path: &Path, name: &str, format: SidecarFormat) -> bool {
    let ending = path.extension().is_some_and(|e| e.eq_ignore_ascii_case(format.ending()));
    ending || format == SidecarFormat::Index && index::is_index(name)
}

/// Whether a folder may be claimed: ended and whole, or given up on.
pub(super) fn is_ready(station: &Station, folder: &Path, still: Duration) -> bool {
    // Nobody opens the files of a folder that is still being written.
    if still < station.quiet.max(Duration::from_millis(1)) {
        return false;
    }
    let Ok(contents) = Contents::of(station, folder) else { return false };
    let ended = match (&station.end_marker, station.sidecar) {
        (Some(_), _) => contents.marker.is_some(),
        (None, Some(format)) => contents.sidecar().is_some_and(|path| beside::whole(path, format)),
        (None, None) => true,
    };
    let end = if ended { Duration::ZERO } else { station.sidecar_wait };
    let whole = contents.others.is_empty() && contents.pages_are_whole();
    let pages = if whole { station.quiet } else { waiting::patience(station) };
    let empty = contents.pages.is_empty() && contents.sidecars.is_empty() && contents.marker.is_none();
    !empty && still >= end.max(pages)
}

impl Intake<'_> {
    /// Takes a claimed folder over as one batch.
    pub(super) fn take_folder(
        &self,
        station: &Station,
        claims: &Path,
        folder: &Path,
        taken: &mut Vec<BatchRow>,
    ) -> Result<()> {
        let name = name_of(folder);
        if name.ends_with(TAKEN) {
            return clear(station, folder);
        }
        let contents = Contents::of(station, folder)?;
        if let Some(refusal) = refused(station, &contents) {
            if !self.ledger.lot_was(&name, REJECTED)? {
                self.ledger.lot_judged(&name, REJECTED, &refusal.code)?;
            }
            return put_aside(station, folder, "der ganze Ordner", &refusal);
        }
        let (moment, original) = name.split_once('~').unwrap_or((&name, &name));
        let mark = if contents.pages_are_whole() { "" } else { CUT_OFF };
        let claim_name = format!("{moment}-00000{mark}~{original}.tar");
        let claim = claims.join(&claim_name);
        let looks = contents.looks();
        if let Some(path) = contents.sidecar() {
            let bytes = fs::read(path).map_err(Error::io("Begleitdatei lesen", path))?;
            write_synced(&beside::beside_claim(&claim), &bytes)?;
        }
        pack(&contents.pages, &claim)?;
        fault::point("folder.packed");
        // After a crash the batch may be known already, and the scanner may have written to the folder since.
        if let Some(batch) = self.ledger.batch_of_claim(&station.id, &claim_name)? {
            let mut file = File::open(&claim).map_err(Error::io("Archiv öffnen", &claim))?;
            if hash_of(&mut file)? != batch.hash {
                fs::remove_file(&claim).map_err(Error::io("Archiv entfernen", &claim))?;
                return Err(self.claim_again(folder, original, &batch)?);
            }
        }
        let batch = self.take(station, &claim)?;
        if Contents::of(station, folder)?.looks() != looks {
            return Err(self.claim_again(folder, original, &batch)?);
        }
        taken.push(batch);
        let done = claims.join(format!("{name}{TAKEN}"));
        fs::rename(folder, &done).map_err(Error::io("Stapelordner abschließen", folder))?;
        sync_folder(claims)?;
        fault::point("folder.taken");
        clear(station, &done)
    }

    /// Gives a folder another claim, so that all of it becomes a batch of its own.
    fn claim_again(&self, folder: &Path, original: &str, batch: &BatchRow) -> Result<Error> {
        let place = folder.with_file_name(claim_name(folder, original, "")?);
        fs::rename(folder, &place).map_err(Error::io("Ordner übernehmen", folder))?;
        folder.parent().map_or(Ok(()), sync_folder)?;
        self.anew(original, batch)
    }
}

/// Why nothing of a folder becomes a batch.
fn refused(station: &Station, contents: &Contents) -> Option<Refusal> {
    if let (Some(marker), None) = (&station.end_marker, &contents.marker) {
        return Some(Refusal::new(
            "folder.not_ended",
            format!("Das Endzeichen „{marker}“ ist nicht gekommen; der Stapel kann unvollständig sein."),
            "Papier und Bilder vergleichen, Fehlendes nachscannen, den Ordner mit Endzeichen zurücklegen.",
        ));
    }
    contents.pages.is_empty().then(|| {
        let text = "Im Ordner liegt keine einzige Seite.";
        Refusal::new("folder.no_pages", text, "Das Papier suchen und neu scannen.")
    })
}

/// All pages as one archive, as old as the newest of them; it has its name only when it is whole and on disk.
fn pack(pages: &[PathBuf], claim: &Path) -> Result<()> {
    let mut place = claim.as_os_str().to_owned();
    place.push(PACKING);
    let place = PathBuf::from(place);
    let io = |error| Error::io("Stapel zusammenlegen", &place)(error);
    let mut archive = tar::Builder::new(BufWriter::new(File::create(&place).map_err(io)?));
    let mut newest = None;
    for page in pages {
        let file = File::open(page).map_err(Error::io("Scan öffnen", page))?;
        let meta = file.metadata().map_err(Error::io("Scan ansehen", page))?;
        newest = newest.max(meta.modified().ok());
        match bundle::add(&mut archive, &name_of(page), meta.len(), file) {
            Err(e) if e.kind() == ErrorKind::UnexpectedEof => {
                return Err(super::still_written(&name_of(page), "wartet, bis er still steht"));
            }
            added => added.map_err(io)?,
        }
    }
    let file = archive.into_inner().map_err(io)?.into_inner().map_err(|e| io(e.into_error()))?;
    newest.map_or(Ok(()), |newest| file.set_modified(newest)).map_err(io)?;
    file.sync_all().map_err(io)?;
    fs::rename(&place, claim).map_err(io)?;
    claim.parent().map_or(Ok(()), sync_folder)
}

/// Removes what was packed. Whatever else lay in the folder stays for a person.
fn clear(station: &Station, taken: &Path) -> Result<()> {
    let contents = Contents::of(station, taken)?;
    let used = contents.pages.iter().chain(contents.sidecar()).chain(&contents.marker);
    let junk = contents.others.iter().filter(|path| JUNK.contains(&name_of(path).as_str()));
    for path in used.chain(junk) {
        fs::remove_file(path).map_err(Error::io("Übernommenen Scan entfernen", path))?;
        fault::point("folder.emptied");
    }
    let left: Vec<PathBuf> = fs::read_dir(taken)
        .map_err(Error::io("Stapelordner lesen", taken))?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    if left.is_empty() {
        fs::remove_dir(taken).map_err(Error::io("Leeren Stapelordner entfernen", taken))?;
        return taken.parent().map_or(Ok(()), sync_folder);
    }
    let names: Vec<String> = left.iter().map(|path| format!("„{}“", name_of(path))).collect();
    let refusal = Refusal::new(
        "folder.left_over",
        format!("Im Stapelordner lag, was keine Seite ist: {}.", names.join(", ")),
        "Ansehen; die Seiten selbst sind als Stapel übernommen.",
    );
    put_aside(station, taken, "was übrig blieb von", &refusal)
}

/// `2.tif` before `10.tif`: text and numbers in turn.
fn natural(name: &str) -> (Vec<(String, u128)>, String) {
    let mut parts: Vec<(String, u128)> = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let text = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let (before, from) = rest.split_at(text);
        let (digits, after) = from.split_at(from.find(|c: char| !c.is_ascii_digit()).unwrap_or(from.len()));
        parts.push((before.to_lowercase(), digits.parse().unwrap_or(u128::MAX)));
        rest = after;
    }
    (parts, name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_go_by_number_not_by_letters() {
        let mut names =
            ["Seite 10.tif", "seite 9.tif", "0002.tif", "1.tif", "2-b.tif", "2-a.tif", "Titel.tif"];
        names.sort_by_cached_key(|name| natural(name));
        assert_eq!(
            names,
            ["1.tif", "2-a.tif", "2-b.tif", "0002.tif", "seite 9.tif", "Seite 10.tif", "Titel.tif"]
        );
    }
}
