//! The index of a capture program: one file for many scans, taken apart into a side-car for each of them.
//!
//! ```text
//! INDEX.DAT   "I04t";"01";"0000000017";"2";"Steuern"    ->  0000000017.idx beside 0000000017.tif
//!             "I04t";"01";"0000000018";"1";"Bauamt"     ->  0000000018.idx
//! ```
//!
//! From then on each line is a side-car like any other: its scan waits for it
//! and leaves with it, and a line whose scan does not come is put aside with
//! the reason. Lines nobody understands are such side-cars too, of no scan.
//!
//! Order, each step repeatable: *claim* the index by renaming it into
//! `.poststelle/`, so that the next one may come under the same name; write
//! every line; *remove* the index. No side-car is used before the index is
//! gone, so that a crash never brings a used line back.

use super::listing::Found;
use super::{CLAIMS, claim_name, make_claims, sidecar, write_synced};
use crate::error::{Error, Result};
use crate::fault;
use crate::model::sidecar::SidecarFormat;
use crate::model::town::Station;
use crate::vault::sync_folder;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Ending of a claimed index.
pub(super) const INDEX: &str = ".~index";
/// How the programs name it.
const NAMES: [&str; 2] = ["index.dat", "idx.dat"];
/// A longer one is no index: 100,000 documents have 10 MB.
const BYTES_MAX: u64 = 32 << 20;

/// Whether a file is an index by its name.
pub(super) fn is_index(name: &str) -> bool {
    NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Takes the indexes among the files that stand still, and takes them apart. One whose last line has no end is
/// still being written, unless it was given up on.
pub(super) fn claim(
    station: &Station,
    claims: &Path,
    ready: &mut Vec<Found>,
    given_up: impl Fn(&Path) -> bool,
) -> Result<()> {
    if station.sidecar != Some(SidecarFormat::Index) {
        return Ok(());
    }
    let (indexes, others) = std::mem::take(ready)
        .into_iter()
        .partition::<Vec<_>, _>(|found| is_index(&found.name) && found.length <= BYTES_MAX);
    *ready = others;
    for found in indexes {
        if !read(&found.path)?.ends_with(b"\n") && !given_up(&found.path) {
            continue;
        }
        make_claims(claims)?;
        let place = claims.join(claim_name(&found.path, &found.name, "")? + INDEX);
        fs::rename(&found.path, &place).map_err(Error::io("Index übernehmen", &found.path))?;
        sync_folder(claims)?;
        sync_folder(&station.folder)?;
        fault::point("index.claimed");
    }
    finish(station, claims)
}

/// Takes every claimed index apart.
pub(super) fn finish(station: &Station, claims: &Path) -> Result<()> {
    if !claims.is_dir() {
        return Ok(());
    }
    let entries = fs::read_dir(claims).map_err(Error::io("Übernahmen lesen", claims))?;
    let claimed = entries.flatten().map(|e| e.path());
    let mut indexes: Vec<PathBuf> = claimed.filter(|p| p.to_string_lossy().ends_with(INDEX)).collect();
    indexes.sort();
    indexes.iter().try_for_each(|index| take_apart(station, index))
}

fn take_apart(station: &Station, index: &Path) -> Result<()> {
    let name = index.file_name().unwrap_or_default().to_string_lossy();
    let moment = name.split('~').next().unwrap_or_default();
    let mut bytes = read(index)?;
    loop {
        for (document, lines) in lines(&bytes, &format!("index-{moment}")) {
            put(&station.folder, moment, &document, &lines)?;
            fault::point("index.line");
        }
        sync_folder(&station.folder)?;
        // Whoever had it still open may have written another line since.
        let now = read(index)?;
        if now == bytes {
            break;
        }
        bytes = now;
    }
    fs::remove_file(index).map_err(Error::io("Index entfernen", index))?;
    sync_folder(&station.folder.join(CLAIMS))
}

/// Lines by the document they are about; what is not understood, under `rest`.
fn lines(bytes: &[u8], rest: &str) -> BTreeMap<String, Vec<u8>> {
    let mut found: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let lines = bytes.split_inclusive(|&b| b == b'\n');
    for line in lines.filter(|line| line.iter().any(|b| !b.is_ascii_whitespace())) {
        let about = sidecar::index_line(&sidecar::decoded(line));
        let document = about.map_or_else(|_| rest.to_owned(), |entry| entry.document);
        found.entry(document).or_default().extend(line);
    }
    found
}

/// Writes what an index says about one document, whole or not at all. A line that an earlier index left
/// for a scan of the same name makes room: it is put aside as one without a scan.
fn put(folder: &Path, moment: &str, document: &str, lines: &[u8]) -> Result<()> {
    let ending = SidecarFormat::Index.ending();
    let place = folder.join(format!("{document}.{ending}"));
    match fs::read(&place) {
        Ok(there) if there == lines => return Ok(()),
        Ok(there) if !lines.starts_with(&there) => {
            let aside = folder.join(format!("{document}-{moment}.{ending}"));
            fs::rename(&place, &aside).map_err(Error::io("Zeile eines Index beiseitelegen", &place))?;
        }
        _ => {}
    }
    let unfinished = folder.join(format!(".{document}.{ending}.part"));
    write_synced(&unfinished, lines)?;
    fs::rename(&unfinished, &place).map_err(Error::io("Zeile eines Index ablegen", &place))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(Error::io("Index lesen", path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::test_station;

    #[test]
    fn every_line_becomes_a_side_car_and_none_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let station = Station { sidecar: Some(SidecarFormat::Index), ..test_station("a", folder.path()) };
        let claims = folder.path().join(CLAIMS);
        let drop = |bytes: &[u8]| {
            let path = folder.path().join("INDEX.DAT");
            fs::write(&path, bytes).unwrap();
            let found = Found { path, name: "INDEX.DAT".into(), length: bytes.len() as u64, modified: None };
            let mut ready = vec![found];
            claim(&station, &claims, &mut ready, |_| false).unwrap();
            assert!(ready.is_empty());
        };
        let names = || {
            let entries = fs::read_dir(folder.path()).unwrap().flatten();
            let mut names: Vec<_> =
                entries.map(|e| e.file_name().into_string().unwrap()).filter(|n| n != CLAIMS).collect();
            names.sort();
            names
        };
        drop(b"\"I04t\";\"01\";\"0000000017\";\"2\"\r\n\"I04t\";\"01\";\"00000");
        assert_eq!(names(), ["INDEX.DAT"], "half a line is waited for");
        drop(b"\"I04t\";\"01\";\"0000000017\";\"2\"\r\n\r\nwas?\n\"I04t\";\"01\";\"0000000018\";\"1\"\r\n");
        assert_eq!(names().len(), 3, "{:?}", names());
        assert_eq!(names()[..2], ["0000000017.idx", "0000000018.idx"]);
        let line = fs::read(folder.path().join("0000000017.idx")).unwrap();
        assert_eq!(line, b"\"I04t\";\"01\";\"0000000017\";\"2\"\r\n");
        assert_eq!(fs::read(folder.path().join(&names()[2])).unwrap(), b"was?\n");
        // Another index speaks of the same number: both lines are kept, the newer one waits for the scan.
        drop(b"\"I04t\";\"01\";\"0000000017\";\"5\"\n");
        assert_eq!(names().len(), 4, "{:?}", names());
        assert_eq!(fs::read(folder.path().join("0000000017.idx")).unwrap().last_chunk(), Some(b"\"5\"\n"));
        assert_eq!(fs::read_dir(&claims).unwrap().count(), 0);
    }
}
