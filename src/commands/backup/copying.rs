//! Files copied, hashed on the way, and on the disk before anybody counts on them.

use crate::error::{Error, Result};
use crate::model::hash::ContentHash;
use crate::vault::{copy_hashed, sync_folder};
use std::fs::{self, OpenOptions};
use std::io::Read;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Copies the bytes of a file to a new one; their hash and number. Never a link: a second name for the same bytes
/// would be damaged together with the first.
pub(super) fn copy(from: &Path, to: &Path, mode: u32) -> Result<(ContentHash, u64)> {
    let mut source = fs::File::open(from).map_err(Error::io("Für die Sicherung lesen", from))?;
    copy_from(&mut source, to, mode)
}

/// The same from wherever they come.
pub(super) fn copy_from(source: &mut dyn Read, to: &Path, mode: u32) -> Result<(ContentHash, u64)> {
    if let Some(folder) = to.parent() {
        make_folder(folder)?;
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(to)
        .map_err(Error::io("In die Sicherung schreiben", to))?;
    let copied = copy_hashed(source, &mut file, to)?;
    file.sync_all().map_err(Error::io("Sicherung auf den Datenträger bringen", to))?;
    Ok(copied)
}

/// A folder that nobody else reads.
pub(super) fn make_folder(folder: &Path) -> Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(Error::io("Ordner der Sicherung anlegen", folder))
}

/// All files below a folder, sorted; none if it is not there. Links are not followed.
pub(super) fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let (mut found, folders) = listed(folder)?;
    for inner in folders {
        found.extend(files_below(&inner)?);
    }
    found.sort();
    Ok(found)
}

/// The files and the folders in a folder.
pub(super) fn listed(folder: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok((files, folders)),
        entries => entries.map_err(Error::io("Ordner lesen", folder))?,
    };
    for entry in entries {
        let entry = entry.map_err(Error::io("Ordner lesen", folder))?;
        let kind = entry.file_type().map_err(Error::io("Ordner lesen", entry.path()))?;
        if kind.is_dir() {
            folders.push(entry.path());
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
    Ok((files, folders))
}

/// Names of new files in all folders below are durable.
pub(super) fn sync_below(folder: &Path) -> Result<()> {
    let entries = fs::read_dir(folder).map_err(Error::io("Ordner lesen", folder))?;
    for entry in entries.flatten().filter(|e| e.file_type().is_ok_and(|t| t.is_dir())) {
        sync_below(&entry.path())?;
    }
    sync_folder(folder)
}
