//! Files that want to do harm, made byte by byte: the same ones every time.

mod disguises;
mod names;
mod pdfs;
mod pictures;
mod tiffs;

use std::ffi::OsString;

/// What the files try to reach.
pub struct Prey {
    /// An address that nobody may come to.
    pub address: String,
    /// A file that nobody may make.
    pub file: String,
}

/// All of them with their names, no name twice.
pub fn files(prey: &Prey) -> Vec<(OsString, Vec<u8>)> {
    let numbered = |ending: &str, kind: &str, all: Vec<Vec<u8>>| {
        let named = |(nth, bytes)| (OsString::from(format!("{kind}-{nth:03}.{ending}")), bytes);
        all.into_iter().enumerate().map(named).collect::<Vec<_>>()
    };
    let mut files = numbered("tif", "tiff", tiffs::all());
    files.extend(numbered("pdf", "pdf", pdfs::all(prey)));
    files.extend(numbered("png", "png", pictures::pngs()));
    files.extend(numbered("jpg", "jpeg", pictures::jpegs()));
    files.extend(disguises::all(prey));
    files.extend(names::all());
    files
}
