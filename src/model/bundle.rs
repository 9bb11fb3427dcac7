//! Many files as one: a plain tar archive, which every tar program opens.
//!
//! In: files one by one, or the bytes of an archive. Out: the archive, or where in it each file lies. A batch that came
//! as a folder is kept as one source this way, each file byte for byte; times and owners are left out, so that the same
//! files always give the same bytes, and with them the same hash. Never unpacks anything to disk.

use std::io::{self, Cursor, Read, Write};
use std::ops::Range;
use tar::{Archive, Builder, Header};

/// What stands after the last file.
const END: [u8; 1024] = [0; 1024];

/// Adds a file of that length; content that ends before is an error, and the archive is none.
pub fn add(archive: &mut Builder<impl Write>, name: &str, length: u64, content: impl Read) -> io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_size(length);
    header.set_mode(0o440);
    header.set_mtime(0);
    let mut content = content.take(length);
    archive.append_data(&mut header, name, &mut content)?;
    if content.limit() > 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
}

/// Whether these bytes begin with the head of a file in an archive.
pub fn is_bundle(bytes: &[u8]) -> bool {
    bytes.get(257..262) == Some(b"ustar")
}

/// Where the files lie, in order; none if the archive is damaged or cut off.
pub fn parts(bytes: &[u8]) -> Option<Vec<Range<usize>>> {
    let mut archive = Archive::new(Cursor::new(bytes));
    let mut parts = Vec::new();
    for entry in archive.entries_with_seek().ok()? {
        let entry = entry.ok()?;
        let from = usize::try_from(entry.raw_file_position()).ok()?;
        let to = from.checked_add(usize::try_from(entry.size()).ok()?).filter(|&to| to <= bytes.len())?;
        // Folders and notes of the program that packed are no files.
        if entry.header().entry_type().is_file() {
            parts.push(from..to);
        }
    }
    bytes.ends_with(&END).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = Builder::new(Vec::new());
        for (name, content) in files {
            add(&mut archive, name, content.len() as u64, *content).unwrap();
        }
        archive.into_inner().unwrap()
    }

    #[test]
    fn files_come_out_as_they_went_in_and_half_an_archive_is_none() {
        let long = "ü".repeat(80);
        let files: [(&str, &[u8]); 3] = [("0001.tif", b"II*\0"), ("leer", b""), (&long, &[7; 512])];
        let bytes = bundle(&files);
        assert!(is_bundle(&bytes) && bytes.len().is_multiple_of(512));
        let found: Vec<&[u8]> = parts(&bytes).unwrap().into_iter().map(|part| &bytes[part]).collect();
        assert_eq!(found, files.map(|(_, content)| content));
        for cut in [0, 100, 512, 513, 1300, bytes.len() - 1024, bytes.len() - 1] {
            assert_eq!(parts(&bytes[..cut]), None, "cut at {cut}");
        }
        assert_eq!(bundle(&files), bytes, "the same files are the same bytes");
        let short = add(&mut Builder::new(Vec::new()), "a", 5, &b"four"[..]);
        assert!(short.is_err(), "what ends before it should is no file");
    }

    #[test]
    fn the_tar_of_the_system_agrees() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.tar"), bundle(&[("1.tif", b"eins"), ("2.tif", b"zwei")]))
            .unwrap();
        let tar =
            std::process::Command::new("tar").current_dir(folder.path()).args(["-xf", "a.tar"]).status();
        assert!(tar.unwrap().success());
        assert_eq!(std::fs::read(folder.path().join("2.tif")).unwrap(), b"zwei");
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_break_it(damage: Vec<(u16, u8)>, files: Vec<Vec<u8>>) {
            let files: Vec<(&str, &[u8])> = files.iter().map(|content| ("x", content.as_slice())).collect();
            let mut bytes = bundle(&files);
            for (at, byte) in damage {
                let at = usize::from(at) % bytes.len();
                bytes[at] = byte;
            }
            if let Some(found) = parts(&bytes) {
                proptest::prop_assert!(found.into_iter().all(|part| bytes.get(part).is_some()));
            }
        }
    }
}
