//! Many files as one: a plain ustar archive (POSIX.1-1988, `pax` file format), which every tar program opens.
//!
//! A batch that came as a folder is kept as one source this way, each file
//! byte for byte. Times and owners are left out, so that the same files always
//! give the same bytes, and with them the same hash.

use std::ops::Range;

/// Everything in an archive begins at a multiple of this.
const BLOCK: usize = 512;
/// Bytes of a name; of longer ones the end counts, where the ending stands.
const NAME_MAX: usize = 100;
/// What stands after the last file.
pub const END: [u8; 2 * BLOCK] = [0; 2 * BLOCK];

/// What stands before a file.
pub fn head(name: &str, length: u64) -> [u8; BLOCK] {
    let mut from = name.len().saturating_sub(NAME_MAX);
    while !name.is_char_boundary(from) {
        from += 1;
    }
    let mut head = [0u8; BLOCK];
    let mut put = |at: usize, text: &[u8]| head[at..at + text.len()].copy_from_slice(text);
    put(0, &name.as_bytes()[from..]);
    put(100, b"0000440\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{length:011o}\0").as_bytes());
    put(136, b"00000000000\0");
    put(156, b"0");
    put(257, b"ustar\x0000");
    put(148, b"        ");
    let sum = sum(&head);
    head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    head
}

/// Zeros that follow a file of that length.
pub fn padding(length: u64) -> usize {
    (BLOCK - (length % BLOCK as u64) as usize) % BLOCK
}

/// Whether these bytes begin with the head of a file in an archive.
pub fn is_bundle(bytes: &[u8]) -> bool {
    bytes.first_chunk().is_some_and(|head| entry(head).is_some())
}

/// Where the files lie, in order; none if the archive is damaged or cut off.
pub fn parts(bytes: &[u8]) -> Option<Vec<Range<usize>>> {
    let mut parts = Vec::new();
    let mut at = 0usize;
    loop {
        let head: &[u8; BLOCK] = bytes.get(at..)?.first_chunk()?;
        if head.iter().all(|&b| b == 0) {
            return Some(parts);
        }
        let (length, is_file) = entry(head)?;
        let start = at + BLOCK;
        let end = start.checked_add(usize::try_from(length).ok()?).filter(|&end| end <= bytes.len())?;
        if is_file {
            parts.push(start..end);
        }
        at = end + padding(length);
    }
}

/// Length of the file behind a head, and whether it is one and not a folder or a note of the program.
fn entry(head: &[u8; BLOCK]) -> Option<(u64, bool)> {
    let octal = |text: &[u8]| {
        let text = std::str::from_utf8(text).ok()?;
        u64::from_str_radix(text.trim_matches(['\0', ' ']), 8).ok()
    };
    let right = head[257..].starts_with(b"ustar") && octal(&head[148..156])? == sum(head);
    right.then_some(())?;
    Some((octal(&head[124..136])?, matches!(head[156], b'0' | 0)))
}

/// Sum of all bytes, its own eight counted as blanks.
fn sum(head: &[u8; BLOCK]) -> u64 {
    let blanks = 8 * u64::from(b' ');
    let others = head.iter().enumerate().filter(|(at, _)| !(148..156).contains(at));
    others.map(|(_, &b)| u64::from(b)).sum::<u64>() + blanks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, content) in files {
            bytes.extend(head(name, content.len() as u64));
            bytes.extend(*content);
            bytes.resize(bytes.len() + padding(content.len() as u64), 0);
        }
        bytes.extend(END);
        bytes
    }

    #[test]
    fn files_come_out_as_they_went_in_and_half_an_archive_is_none() {
        let long = "ü".repeat(80);
        let files: [(&str, &[u8]); 3] = [("0001.tif", b"II*\0"), ("leer", b""), (&long, &[7; 512])];
        let bytes = bundle(&files);
        assert!(is_bundle(&bytes) && bytes.len().is_multiple_of(512));
        let found: Vec<&[u8]> = parts(&bytes).unwrap().into_iter().map(|part| &bytes[part]).collect();
        assert_eq!(found, files.map(|(_, content)| content));
        for cut in [0, 100, 512, 513, 1300, bytes.len() - 1024] {
            assert_eq!(parts(&bytes[..cut]), None, "cut at {cut}");
        }
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
        fn no_bytes_break_it(mut bytes: Vec<u8>, length in 0u64..1 << 33) {
            parts(&bytes);
            bytes.splice(0..0, head("x", length));
            parts(&bytes);
        }
    }
}
