//! A scan and what the scanner wrote about it beside it: which waits for which, and how they are taken together.
//!
//! In: a file of the drop folder or a claim. Out: whether it still waits, or its side-car beside the claim. What a
//! side-car says is read in `sidecar`.

use super::listing::Found;
use super::{original_name, sidecar};
use crate::error::{Error, Result};
use crate::fault;
use crate::model::sidecar::SidecarFormat;
use crate::model::town::Station;
use crate::vault::sync_folder;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Ending of a side-car beside its claim.
pub(super) const SIDECAR: &str = ".~sidecar";
/// A side-car alone is given up on after this many quiet times, if that is longer than scans wait for theirs.
const QUIETS: u32 = 20;
/// A damaged side-car counts as whole when it is that old.
const DAMAGED: Duration = Duration::from_secs(60);

/// Whether a file must wait for the one that belongs to it, and still may.
pub(super) fn waits_for_partner(station: &Station, found: &Found, still: Duration) -> bool {
    let Some(format) = station.sidecar else { return false };
    if found.path.extension().is_some_and(|e| e.eq_ignore_ascii_case(format.ending())) {
        // It leaves with its scan; alone it is put aside like any file that is no scan.
        return still < station.sidecar_wait.max(station.quiet * QUIETS);
    }
    match sidecar_of(&found.path, format) {
        Some(beside) => !whole(&beside, format),
        None => still < station.sidecar_wait,
    }
}

/// The file the scanner wrote about a scan: `brief.json` or `brief.tif.json`.
fn sidecar_of(scan: &Path, format: SidecarFormat) -> Option<PathBuf> {
    let mut longer = scan.as_os_str().to_owned();
    longer.push(".");
    longer.push(format.ending());
    let is_file =
        |p: &Path| fs::symlink_metadata(p).is_ok_and(|m| m.is_file() && m.len() <= sidecar::BYTES_MAX);
    [scan.with_extension(format.ending()), longer.into()].into_iter().find(|p| is_file(p))
}

/// Whether it has been written to its end, or is damaged and old enough.
pub(super) fn whole(path: &Path, format: SidecarFormat) -> bool {
    let age = fs::metadata(path).and_then(|m| m.modified()).ok().and_then(|m| m.elapsed().ok());
    fs::read(path).is_ok_and(|bytes| !bytes.is_empty() && sidecar::parse(&bytes, format).unreadable.is_none())
        || age.is_some_and(|age| age >= fault::hurried(DAMAGED))
}

/// Where the side-car of a claim lies.
pub(super) fn beside_claim(claimed: &Path) -> PathBuf {
    let mut place = claimed.as_os_str().to_owned();
    place.push(SIDECAR);
    place.into()
}

/// Takes over the side-car of a claimed scan, if the station has such: it lies beside the claim afterwards.
/// Repeatable: what was moved before a crash is found where it was moved to.
pub(super) fn claim_sidecar(station: &Station, claimed: &Path) -> Result<Option<PathBuf>> {
    let place = beside_claim(claimed);
    if place.is_file() {
        return Ok(Some(place));
    }
    let Some(format) = station.sidecar else { return Ok(None) };
    let claim = claimed.file_name().unwrap_or_default().to_string_lossy();
    let Some(beside) = sidecar_of(&station.folder.join(original_name(&claim)), format) else {
        return Ok(None);
    };
    fs::rename(&beside, &place).map_err(Error::io("Begleitdatei übernehmen", &beside))?;
    sync_folder(&station.folder)?;
    Ok(Some(place))
}
