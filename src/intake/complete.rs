//! Is the file whole? Looks at head, tail and offset chain with fixed bounds.
//!
//! In: an open file and its length. Out: whole, not yet, or not ours. Quiet
//! time alone is no proof (a share may stall for minutes); this is the second
//! half of the answer. Allocates nothing from file values; all real parsing
//! happens in the engine child.

use std::io::{Read, Result, Seek, SeekFrom};

/// Bytes looked at from the end of a PDF or JPEG: scanners pad, mail gateways append.
const TAIL_BYTES: u64 = 4096;
/// Directories followed in a TIFF before the chain counts as whole enough.
const DIRECTORIES_MAX: u32 = 20_000;

/// What the structure says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Completeness {
    /// The format's own end mark is there.
    Whole,
    /// The beginning is right, the end is missing: still being written, or cut off.
    Unfinished,
    /// None of the formats a scanner delivers.
    Foreign,
}

/// Judges by content, never by name.
pub fn judge<F: Read + Seek>(file: &mut F, length: u64) -> Result<Completeness> {
    let mut head = [0u8; 16];
    let known = read_at(file, 0, &mut head)?;
    let head = &head[..known];
    let tail = tail(file, length)?;
    let verdict = |whole: bool| if whole { Completeness::Whole } else { Completeness::Unfinished };
    Ok(if head.len() < 8 {
        Completeness::Unfinished
    } else if head.starts_with(b"%PDF-") {
        verdict(contains(&tail, b"%%EOF"))
    } else if head.starts_with(&[0xFF, 0xD8, 0xFF]) {
        verdict(contains(&tail, &[0xFF, 0xD9]))
    } else if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        verdict(contains(&tail, b"IEND"))
    } else if let Some(order) = Tiff::sniff(head) {
        verdict(order.chain_is_whole(file, length)?)
    } else {
        Completeness::Foreign
    })
}

fn tail<F: Read + Seek>(file: &mut F, length: u64) -> Result<Vec<u8>> {
    let mut tail = vec![0u8; TAIL_BYTES.min(length) as usize];
    let got = read_at(file, length.saturating_sub(TAIL_BYTES), &mut tail)?;
    tail.truncate(got);
    Ok(tail)
}

fn contains(hay: &[u8], needle: &[u8]) -> bool {
    hay.windows(needle.len()).any(|w| w == needle)
}

/// Reads as much as there is, without complaining about a short file.
fn read_at<F: Read + Seek>(file: &mut F, at: u64, into: &mut [u8]) -> Result<usize> {
    file.seek(SeekFrom::Start(at))?;
    let mut got = 0;
    while got < into.len() {
        match file.read(&mut into[got..])? {
            0 => break,
            n => got += n,
        }
    }
    Ok(got)
}

/// Byte order and offset size of a TIFF (TIFF 6.0 section 2; BigTIFF).
#[derive(Clone, Copy)]
struct Tiff {
    little: bool,
    big: bool,
}

impl Tiff {
    fn sniff(head: &[u8]) -> Option<Self> {
        match head.get(..4)? {
            b"II*\0" => Some(Self { little: true, big: false }),
            b"MM\0*" => Some(Self { little: false, big: false }),
            b"II+\0" => Some(Self { little: true, big: true }),
            b"MM\0+" => Some(Self { little: false, big: true }),
            _ => None,
        }
    }

    fn number(self, bytes: &[u8]) -> u64 {
        let fold = |sum: u64, &b: &u8| sum << 8 | u64::from(b);
        if self.little { bytes.iter().rev().fold(0, fold) } else { bytes.iter().fold(0, fold) }
    }

    fn at<F: Read + Seek>(self, file: &mut F, at: u64, size: usize) -> Result<Option<u64>> {
        let mut bytes = [0u8; 8];
        let got = read_at(file, at, &mut bytes[..size])?;
        Ok((got == size).then(|| self.number(&bytes[..size])))
    }

    /// Every directory and everything it points to lies inside the file. A
    /// cycle ends the walk and counts as whole: the engine refuses it by name.
    fn chain_is_whole<F: Read + Seek>(self, file: &mut F, length: u64) -> Result<bool> {
        let (offset_size, count_size, entry_size) = if self.big { (8, 8, 20) } else { (4, 2, 12) };
        let mut next = self.at(file, if self.big { 8 } else { 4 }, offset_size)?;
        for seen in 0..DIRECTORIES_MAX {
            let Some(at) = next else { return Ok(false) };
            if at == 0 {
                return Ok(seen > 0);
            }
            let Some(entries) = self.at(file, at, count_size)? else { return Ok(false) };
            if entries > 4096 {
                return Ok(true); // Nonsense, but not unfinished: the engine says so by name.
            }
            for entry in 0..entries {
                let place = at + count_size as u64 + entry * entry_size;
                if !self.entry_inside(file, place, length)? {
                    return Ok(false);
                }
            }
            next = self.at(file, at + count_size as u64 + entries * entry_size, offset_size)?;
            if next.is_some_and(|next| next != 0 && next <= at) {
                return Ok(true); // Backward links are legal for some writers; cycles are refused later.
            }
        }
        Ok(true)
    }

    /// Values stored elsewhere, and single strips, must lie inside the file.
    fn entry_inside<F: Read + Seek>(self, file: &mut F, place: u64, length: u64) -> Result<bool> {
        let value_size: usize = if self.big { 8 } else { 4 };
        let (Some(tag), Some(kind), Some(count), Some(value)) = (
            self.at(file, place, 2)?,
            self.at(file, place + 2, 2)?,
            self.at(file, place + 4, value_size)?,
            self.at(file, place + 4 + value_size as u64, value_size)?,
        ) else {
            return Ok(false);
        };
        let size = match kind {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 | 16 | 17 | 18 => 8,
            _ => return Ok(true),
        };
        let bytes = count.saturating_mul(size);
        if bytes > value_size as u64 {
            return Ok(value.saturating_add(bytes) <= length);
        }
        // StripOffsets (273) and TileOffsets (324) with one value point at the samples.
        Ok(!(matches!(tag, 273 | 324) && count == 1 && size >= 4) || value < length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    fn check(bytes: &[u8]) -> Completeness {
        judge(&mut Cursor::new(bytes), bytes.len() as u64).unwrap()
    }

    #[test]
    fn each_format_by_its_own_end() {
        use Completeness::*;
        assert_eq!(check(b"%PDF-1.4 ... startxref 0 %%EOF\n"), Whole);
        assert_eq!(check(b"%PDF-1.4 ... startxref"), Unfinished);
        assert_eq!(check(b"\xFF\xD8\xFF\xE0 .... \xFF\xD9"), Whole);
        assert_eq!(check(b"\xFF\xD8\xFF\xE0 ........"), Unfinished);
        assert_eq!(check(b"\x89PNG\r\n\x1a\n...IEND...."), Whole);
        assert_eq!(check(b"Sehr geehrte Damen und Herren"), Foreign);
        assert_eq!(check(b""), Unfinished);
    }

    /// One directory with one strip: whole at full length, unfinished when cut anywhere before it ends.
    #[test]
    fn a_tiff_is_whole_when_its_chain_is() {
        let mut tiff = b"II*\0\x08\0\0\0".to_vec();
        tiff.extend(1u16.to_le_bytes());
        tiff.extend([0x11, 1, 4, 0, 1, 0, 0, 0, 26, 0, 0, 0]);
        tiff.extend(0u32.to_le_bytes());
        tiff.push(0xAA);
        assert_eq!(check(&tiff), Completeness::Whole);
        for cut in 0..tiff.len() {
            assert_eq!(check(&tiff[..cut]), Completeness::Unfinished, "cut at {cut}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_get_a_verdict(
            head in prop::sample::select(vec![&b"II*\0"[..], b"MM\0*", b"II+\0", b"%PDF-", b"\xFF\xD8\xFF", b""]),
            bytes in prop::collection::vec(any::<u8>(), 0..400),
        ) {
            let all = [head, &bytes].concat();
            check(&all);
        }
    }
}
