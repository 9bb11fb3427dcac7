//! Is the file whole? Looks at head, tail and offset chain with fixed bounds.
//!
//! In: an open file and its length. Out: whole, not yet, or not ours. Quiet
//! time alone is no proof (a share may stall for minutes); this is the second
//! half of the answer. Allocates nothing from file values; all real parsing
//! happens in the engine child.

use std::io::{ErrorKind, Read, Result, Seek, SeekFrom};

/// Bytes looked at from the end of a PDF or JPEG: scanners pad, mail gateways append.
const TAIL_BYTES: u64 = 4096;
/// Directories followed in a TIFF before the chain counts as whole enough.
const DIRECTORIES_MAX: u32 = 20_000;
/// Strips and tiles of one directory looked at; a scan of 600 dpi with a strip a row has 7,000.
const STRIPS_MAX: u64 = 1 << 17;
/// Segments of a JPEG before its picture begins: profiles and thumbnails take a few dozen.
const SEGMENTS_MAX: u32 = 4096;

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
        verdict(contains(&tail, b"%%EOF") && announced_length(file)?.is_none_or(|whole| length >= whole))
    } else if head.starts_with(&[0xFF, 0xD8, 0xFF]) {
        let picture = jpeg_picture(file)?;
        let from = length - tail.len() as u64;
        let behind = picture.map(|at| tail.get(at.saturating_sub(from) as usize..).unwrap_or_default());
        verdict(behind.is_some_and(|picture| contains(picture, &[0xFF, 0xD9])))
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

/// Length a linearized PDF says it has (ISO 32000-1, annex F): its first end mark stands near its beginning.
fn announced_length<F: Read + Seek>(file: &mut F) -> Result<Option<u64>> {
    let mut head = [0u8; 1024];
    let known = read_at(file, 0, &mut head)?;
    let text = String::from_utf8_lossy(&head[..known]);
    let dictionary = text.split_once("/Linearized").and_then(|(_, rest)| rest.split(">>").next());
    Ok(dictionary.and_then(|d| {
        let digits = d.split_once("/L ")?.1.trim_start();
        digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    }))
}

/// Where the first scan of a JPEG begins (ITU T.81, B.1.1.4): an end mark before it is a thumbnail's.
fn jpeg_picture<F: Read + Seek>(file: &mut F) -> Result<Option<u64>> {
    let mut at = 2;
    for _ in 0..SEGMENTS_MAX {
        let mut segment = [0u8; 4];
        if read_at(file, at, &mut segment)? < segment.len() || segment[0] != 0xFF {
            return Ok(None);
        }
        match segment[1] {
            0xDA => return Ok(Some(at)),
            0xFF => at += 1,               // fill bytes
            0x01 | 0xD0..=0xD8 => at += 2, // markers without a segment
            _ => at += 2 + u64::from(u16::from_be_bytes([segment[2], segment[3]])),
        }
    }
    Ok(None)
}

/// Reads as much as there is, without complaining about a short file or a place no file can have.
fn read_at<F: Read + Seek>(file: &mut F, at: u64, into: &mut [u8]) -> Result<usize> {
    match file.seek(SeekFrom::Start(at)) {
        // Further than a file of this file system can reach.
        Err(error) if error.kind() == ErrorKind::InvalidInput => return Ok(0),
        sought => sought?,
    };
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
            let (mut places, mut lengths) = (None, None);
            for entry in 0..entries {
                let place = at + count_size as u64 + entry * entry_size;
                let Some(entry) = self.entry(file, place)? else { return Ok(false) };
                if !entry.inside(length) {
                    return Ok(false);
                }
                match entry.tag {
                    273 | 324 => places = Some(entry),
                    279 | 325 => lengths = Some(entry),
                    _ => {}
                }
            }
            if let Some(places) = places
                && !self.samples_inside(file, places, lengths, length)?
            {
                return Ok(false);
            }
            next = self.at(file, at + count_size as u64 + entries * entry_size, offset_size)?;
            if next.is_some_and(|next| next != 0 && next <= at) {
                return Ok(true); // Backward links are legal for some writers; cycles are refused later.
            }
        }
        Ok(true)
    }

    /// One entry of a directory; nothing if the file ends before it does.
    fn entry<F: Read + Seek>(self, file: &mut F, place: u64) -> Result<Option<Entry>> {
        let value_size: usize = if self.big { 8 } else { 4 };
        let (Some(tag), Some(kind), Some(count), Some(value)) = (
            self.at(file, place, 2)?,
            self.at(file, place + 2, 2)?,
            self.at(file, place + 4, value_size)?,
            self.at(file, place + 4 + value_size as u64, value_size)?,
        ) else {
            return Ok(None);
        };
        let size = match kind {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 | 16 | 17 | 18 => 8,
            _ => 0,
        };
        let inline = count.saturating_mul(size) <= value_size as u64;
        let at = if inline { place + 4 + value_size as u64 } else { value };
        Ok(Some(Entry { tag, size, count, at }))
    }

    /// Every strip or tile ends inside the file (TIFF 6.0, tags 273, 279, 324, 325). Without lengths, which is
    /// legal for one strip only, each must at least begin there.
    fn samples_inside<F: Read + Seek>(
        self,
        file: &mut F,
        places: Entry,
        lengths: Option<Entry>,
        length: u64,
    ) -> Result<bool> {
        let count = places.count.min(lengths.map_or(u64::MAX, |l| l.count)).min(STRIPS_MAX);
        let lengths = lengths.filter(|l| l.size > 0);
        let (mut at, mut long) = ([0u64; CHUNK], [1u64; CHUNK]);
        let mut first = 0;
        while first < count && places.size > 0 {
            let now = (count - first).min(CHUNK as u64) as usize;
            let known = self.values(file, places, first, &mut at[..now])?
                && match lengths {
                    Some(lengths) => self.values(file, lengths, first, &mut long[..now])?,
                    None => true,
                };
            let ends = |(at, long): (&u64, &u64)| at.saturating_add(*long) <= length;
            if !known || !at[..now].iter().zip(&long[..now]).all(ends) {
                return Ok(false);
            }
            first += now as u64;
        }
        Ok(true)
    }

    /// Values of an entry from number `first` on; false if the file ends before.
    fn values<F: Read + Seek>(self, file: &mut F, of: Entry, first: u64, into: &mut [u64]) -> Result<bool> {
        let size = of.size as usize;
        let mut bytes = [0u8; CHUNK * 8];
        let bytes = &mut bytes[..into.len() * size];
        if read_at(file, of.at.saturating_add(first.saturating_mul(of.size)), bytes)? < bytes.len() {
            return Ok(false);
        }
        into.iter_mut().zip(bytes.chunks_exact(size)).for_each(|(v, b)| *v = self.number(b));
        Ok(true)
    }
}

/// Values read at a time.
const CHUNK: usize = 512;

/// One entry of a directory.
#[derive(Clone, Copy)]
struct Entry {
    tag: u64,
    /// Bytes of a value, 0 if the type is unknown.
    size: u64,
    count: u64,
    /// Where its values begin.
    at: u64,
}

impl Entry {
    fn inside(&self, length: u64) -> bool {
        self.at.saturating_add(self.count.saturating_mul(self.size)) <= length
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
        assert_eq!(check(b"\xFF\xD8\xFF\xE0\0\x04JF\xFF\xDA\0\x02 .... \xFF\xD9"), Whole);
        assert_eq!(check(b"\xFF\xD8\xFF\xE0\0\x04JF\xFF\xDA\0\x02 ........"), Unfinished);
        assert_eq!(check(b"\x89PNG\r\n\x1a\n...IEND...."), Whole);
        assert_eq!(check(b"Sehr geehrte Damen und Herren"), Foreign);
        assert_eq!(check(b""), Unfinished);
    }

    /// On a disk, unlike in memory, there are places that cannot even be sought.
    #[test]
    fn a_place_beyond_all_files_is_not_there() {
        let mut big = b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0".to_vec();
        big.extend([7; 64]);
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &big).unwrap();
        let found = judge(&mut std::fs::File::open(file.path()).unwrap(), big.len() as u64);
        assert_eq!(found.unwrap(), Completeness::Unfinished);
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

    /// Scanners that write the directory first stall in the middle of the samples.
    #[test]
    fn a_tiff_whose_directory_comes_first_waits_for_every_strip() {
        let mut tiff = b"MM\0*\0\0\0\x08".to_vec();
        tiff.extend([0, 2, 1, 0x11, 0, 4, 0, 0, 0, 2, 0, 0, 0, 38, 1, 0x17, 0, 3, 0, 0, 0, 2, 0, 9, 0, 5]);
        tiff.extend([0; 4]);
        tiff.extend([0, 0, 0, 46, 0, 0, 0, 55]);
        tiff.extend([0xAA; 14]);
        assert_eq!(check(&tiff), Completeness::Whole);
        for cut in 0..tiff.len() {
            assert_eq!(check(&tiff[..cut]), Completeness::Unfinished, "cut at {cut}");
        }
    }

    #[test]
    fn an_end_mark_that_is_not_the_files_own_does_not_count() {
        let thumbnail = b"\xFF\xD8\xFF\xE1\0\x0AEx\xFF\xD8\xFF\xD9..\xFF\xDA\0\x02 half of the picture";
        assert_eq!(check(thumbnail), Completeness::Unfinished);
        let first_part =
            b"%PDF-1.7\n1 0 obj\n<</Linearized 1/L 4000/H [ 1 2 ]>>\nendobj\n startxref 0 %%EOF\n";
        assert_eq!(check(first_part), Completeness::Unfinished);
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
