//! Files and folders of the program's own state: for the owner and the group, and nobody else, however generous the
//! umask is. A stricter one stays in force.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Result};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// Of folders.
const FOLDER: u32 = 0o750;
/// Of files.
const FILE: u32 = 0o640;

/// Makes a folder with everything above it that is missing.
pub fn folder(path: &Path) -> Result<()> {
    DirBuilder::new().recursive(true).mode(FOLDER).create(path)
}

/// Opens a file for writing, empty; made if it is not there.
pub fn file(path: &Path) -> Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(FILE).open(path)
}

/// Makes an empty file where there is none, for a library that opens it by its name.
pub fn place(path: &Path) -> Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(FILE).open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}
