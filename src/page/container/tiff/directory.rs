//! The directories of a TIFF: what is where, without touching a pixel.
//!
//! In: the bytes. Out: one small value per page; lists stay in the file and are read number by number,
//! so that a file cannot make its reader remember more than it is long.

use crate::model::geometry::Dpi;
use crate::model::refusal::Refusal;
use crate::page::container::{Result, damaged};
use std::collections::HashSet;

/// Entries of one directory; TIFF 6.0 knows fewer than 100 tags.
const ENTRIES_MAX: u64 = 4096;

/// Numbers that stand one after the other in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct List {
    at: u64,
    /// How many.
    pub count: u64,
    size: u64,
}

impl List {
    /// The numbers as raw bytes: position and length.
    pub fn place(self) -> Option<(u64, u64)> {
        Some((self.at, self.count.checked_mul(self.size)?))
    }
}

/// One image file directory, as far as we use it (tag numbers of TIFF 6.0 behind the fields).
#[derive(Clone, Debug, PartialEq)]
pub struct Directory {
    /// 254, bit 0: a smaller version of another image of the file.
    pub reduced: bool,
    /// 256.
    pub width: u32,
    /// 257.
    pub height: u32,
    /// 258, of the first sample.
    pub bits: u64,
    /// 259.
    pub compression: u64,
    /// 262.
    pub photometric: u64,
    /// 266.
    pub fill_order: u64,
    /// 273 or 324.
    pub offsets: List,
    /// 279 or 325.
    pub counts: List,
    /// 274.
    pub orientation: u64,
    /// 277.
    pub samples: u64,
    /// 278.
    pub rows_per_strip: u64,
    /// 282, 283, 296: per inch.
    pub resolution: Option<Dpi>,
    /// 284: 1 samples of a pixel together, 2 each in a plane of its own.
    pub planar: u64,
    /// 292.
    pub t4: u64,
    /// 317.
    pub predictor: u64,
    /// 320.
    pub colour_map: Option<List>,
    /// 322 and 323.
    pub tile: Option<(u32, u32)>,
    /// 332: 1 are cyan, magenta, yellow and black; 2 are others.
    pub ink_set: u64,
    /// 339: 1 and 4 are plain numbers.
    pub sample_format: u64,
    /// 347.
    pub tables: Option<List>,
    /// 530: 2, 2 unless said otherwise; only for YCbCr that is not JPEG.
    pub subsampling: Option<List>,
    /// 532: black and white of luminance and of both colour differences; as stored unless said otherwise.
    pub black_white: Option<List>,
    /// 513 and 514: the whole stream of the JPEG of TIFF 6.0, section 22.
    pub old_jpeg: (u64, u64),
}

impl Default for Directory {
    fn default() -> Self {
        Self {
            reduced: false,
            width: 0,
            height: 0,
            bits: 1,
            compression: 1,
            photometric: 0,
            fill_order: 1,
            offsets: List::default(),
            counts: List::default(),
            orientation: 1,
            samples: 1,
            rows_per_strip: u64::from(u32::MAX),
            resolution: None,
            planar: 1,
            t4: 0,
            predictor: 1,
            colour_map: None,
            tile: None,
            ink_set: 1,
            sample_format: 1,
            tables: None,
            subsampling: None,
            black_white: None,
            old_jpeg: (0, 0),
        }
    }
}

/// Numbers out of the bytes; every access may fail.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    little: bool,
    big: bool,
}

impl<'a> Reader<'a> {
    /// Looks at byte order and version.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            little: bytes.starts_with(b"II"),
            big: bytes.get(2..4).is_some_and(|version| version.contains(&43)),
        }
    }

    /// Whether numbers have their low byte first.
    pub fn little(&self) -> bool {
        self.little
    }

    /// Length of the file.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// So many bytes from a place.
    pub fn slice(&self, at: u64, length: u64) -> Option<&'a [u8]> {
        let at = usize::try_from(at).ok()?;
        self.bytes.get(at..at.checked_add(usize::try_from(length).ok()?)?)
    }

    fn number(&self, at: u64, size: u64) -> Option<u64> {
        let fold = |sum: u64, &b: &u8| sum << 8 | u64::from(b);
        let slice = self.slice(at, size)?;
        Some(if self.little { slice.iter().rev().fold(0, fold) } else { slice.iter().fold(0, fold) })
    }

    /// One number of a list.
    pub fn item(&self, list: List, index: u64) -> Option<u64> {
        (index < list.count).then_some(())?;
        self.number(list.at.checked_add(index.checked_mul(list.size)?)?, list.size)
    }

    /// One number of a list of fractions.
    pub fn ratio(&self, list: List, index: u64) -> Option<f32> {
        let at = list.at.checked_add(index.checked_mul(8)?)?;
        (index < list.count).then_some(())?;
        Some(self.number(at, 4)? as f32 / self.number(at.checked_add(4)?, 4)?.max(1) as f32)
    }

    /// All directories in order; a cycle is refused by name.
    pub fn directories(&self, pages_max: u32) -> Result<Vec<Directory>> {
        let cut = || damaged("tiff.truncated", "das Seitenverzeichnis zeigt hinter das Ende der Datei");
        let (at, size) = if self.big { (8, 8) } else { (4, 4) };
        let mut next = self.number(at, size).ok_or_else(cut)?;
        let (mut seen, mut found) = (HashSet::new(), Vec::new());
        while next != 0 {
            if !seen.insert(next) {
                return Err(Refusal::new(
                    "tiff.cyclic",
                    "Das Seitenverzeichnis der TIFF-Datei dreht sich im Kreis.",
                    "Erneut scannen; die Datei ist beschädigt oder manipuliert.",
                ));
            }
            if found.len() > pages_max as usize {
                break; // One more than allowed: the caller refuses by count.
            }
            let (directory, after) = self.directory(next).ok_or_else(cut)?;
            found.push(directory);
            next = after;
        }
        Ok(found)
    }

    fn directory(&self, at: u64) -> Option<(Directory, u64)> {
        let (count_size, entry_size, value_size) = if self.big { (8, 20, 8) } else { (2, 12, 4) };
        let entries = self.number(at, count_size)?;
        if entries > ENTRIES_MAX {
            return None;
        }
        let first = at.checked_add(count_size)?;
        let mut d = Directory::default();
        let (mut x, mut y, mut unit) = (None, None, 2);
        let (mut tile_width, mut tile_height) = (0, 0);
        for entry in 0..entries {
            let place = first.checked_add(entry * entry_size)?;
            let (tag, kind) = (self.number(place, 2)?, self.number(place + 2, 2)?);
            let count = self.number(place + 4, value_size)?;
            let size = match kind {
                3 | 8 => 2,
                4 | 9 | 11 | 13 => 4,
                5 | 10 | 12 | 16..=18 => 8,
                _ => 1,
            };
            let inline = place + 4 + value_size;
            let total = count.checked_mul(size)?;
            let data = if total <= value_size { inline } else { self.number(inline, value_size)? };
            let list = List { at: data, count, size };
            let one = || self.item(list, 0);
            let ratio = || self.ratio(list, 0);
            match tag {
                254 => d.reduced = one()? & 1 == 1,
                256 => d.width = u32::try_from(one()?).ok()?,
                257 => d.height = u32::try_from(one()?).ok()?,
                258 => d.bits = one()?,
                259 => d.compression = one()?,
                262 => d.photometric = one()?,
                266 => d.fill_order = one()?,
                273 | 324 => d.offsets = list,
                279 | 325 => d.counts = list,
                274 => d.orientation = one()?,
                277 => d.samples = one()?,
                278 => d.rows_per_strip = one()?,
                282 => x = ratio(),
                283 => y = ratio(),
                284 => d.planar = one()?,
                292 => d.t4 = one()?,
                296 => unit = one()?,
                317 => d.predictor = one()?,
                320 => d.colour_map = Some(list),
                322 => tile_width = u32::try_from(one()?).ok()?,
                323 => tile_height = u32::try_from(one()?).ok()?,
                332 => d.ink_set = one()?,
                339 => d.sample_format = one()?,
                347 => d.tables = Some(list),
                513 => d.old_jpeg.0 = one()?,
                514 => d.old_jpeg.1 = one()?,
                530 => d.subsampling = Some(list),
                532 => d.black_white = Some(list),
                _ => {}
            }
        }
        d.tile = (tile_width > 0 && tile_height > 0).then_some((tile_width, tile_height));
        let scale = if unit == 3 { 2.54 } else { 1.0 };
        d.resolution = match (x, y) {
            (Some(x), Some(y)) if unit != 1 => Some(Dpi { x: x * scale, y: y * scale }),
            _ => None,
        };
        let after = self.number(first.checked_add(entries * entry_size)?, value_size)?;
        Some((d, after))
    }
}
