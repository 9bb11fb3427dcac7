//! TIFF 6.0 and BigTIFF: own directory walk, strips by the codec that fits.
//!
//! Fax strips go to the CCITT decoder, JPEG strips to the JPEG decoder with
//! their shared tables, everything else to the `tiff` crate.

use super::ccitt::{self, Fax};
use super::source::Source;
use super::{Result, bits, damaged, jpeg, samples};
use crate::model::geometry::{Dpi, Orientation};
use crate::model::limits::Limits;
use crate::model::notes::{Note, Outcome};
use crate::model::page::{Coding, Colour, Format, KeptImage, OpenedSource, SourcePage};
use crate::model::refusal::Refusal;
use crate::page::raster::{Pixels, Raster};
use hayro_ccitt::EncodingMode;
use image::{DynamicImage, GrayImage, RgbImage};
use std::collections::HashSet;
use std::io::Cursor;
use tiff::decoder::{Decoder, DecodingResult};

/// Strips or tiles of one page; more is an attack.
const CHUNKS_MAX: usize = 100_000;

/// One image file directory, as far as we use it.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    width: u32,
    height: u32,
    bits: u64,
    compression: u64,
    photometric: u64,
    fill_order: u64,
    offsets: Vec<u64>,
    counts: Vec<u64>,
    orientation: u64,
    samples: u64,
    rows_per_strip: u64,
    resolution: Option<Dpi>,
    t4: u64,
    tables: Option<(u64, u64)>,
    tiled: bool,
}

struct Reader<'a> {
    bytes: &'a [u8],
    little: bool,
    big: bool,
}

impl Reader<'_> {
    fn number(&self, at: u64, size: u64) -> Option<u64> {
        let at = usize::try_from(at).ok()?;
        let slice = self.bytes.get(at..at.checked_add(size as usize)?)?;
        let fold = |sum: u64, &b: &u8| sum << 8 | u64::from(b);
        Some(if self.little { slice.iter().rev().fold(0, fold) } else { slice.iter().fold(0, fold) })
    }

    /// All directories in order; a cycle is refused by name.
    fn directories(&self, pages_max: u32) -> Result<Vec<Directory>> {
        let cut = || damaged("tiff.truncated", "das Seitenverzeichnis zeigt hinter das Ende der Datei");
        let offset_size = if self.big { 8 } else { 4 };
        let mut next = self.number(if self.big { 8 } else { 4 }, offset_size).ok_or_else(cut)?;
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
        if entries > 4096 {
            return None;
        }
        let mut d = Directory {
            bits: 1,
            compression: 1,
            fill_order: 1,
            samples: 1,
            orientation: 1,
            rows_per_strip: u64::from(u32::MAX),
            ..Directory::default()
        };
        let (mut x, mut y, mut unit) = (None, None, 2);
        for entry in 0..entries {
            let place = at.checked_add(count_size)?.checked_add(entry * entry_size)?;
            let tag = self.number(place, 2)?;
            let kind = self.number(place + 2, 2)?;
            let count = self.number(place + 4, value_size)?;
            let size = match kind {
                3 | 8 => 2,
                4 | 9 | 13 => 4,
                5 | 16 => 8,
                _ => 1,
            };
            let inline = place + 4 + value_size;
            let total = count.checked_mul(size)?;
            let data = if total <= value_size { inline } else { self.number(inline, value_size)? };
            let one = || self.number(data, size);
            let list = || -> Option<Vec<u64>> {
                (count as usize <= CHUNKS_MAX).then_some(())?;
                (0..count).map(|i| self.number(data.checked_add(i * size)?, size)).collect()
            };
            let ratio =
                || Some(self.number(data, 4)? as f32 / self.number(data.checked_add(4)?, 4)?.max(1) as f32);
            match tag {
                256 => d.width = u32::try_from(one()?).ok()?,
                257 => d.height = u32::try_from(one()?).ok()?,
                258 => d.bits = one()?,
                259 => d.compression = one()?,
                262 => d.photometric = one()?,
                266 => d.fill_order = one()?,
                273 | 324 => {
                    d.offsets = list()?;
                    d.tiled |= tag == 324;
                }
                279 | 325 => d.counts = list()?,
                274 => d.orientation = one()?,
                277 => d.samples = one()?,
                278 => d.rows_per_strip = one()?,
                282 => x = ratio(),
                283 => y = ratio(),
                292 => d.t4 = one()?,
                296 => unit = one()?,
                347 => d.tables = Some((data, total)),
                _ => {}
            }
        }
        let scale = if unit == 3 { 2.54 } else { 1.0 };
        d.resolution = match (x, y) {
            (Some(x), Some(y)) if unit != 1 => Some(Dpi { x: x * scale, y: y * scale }),
            _ => None,
        };
        let after =
            self.number(at.checked_add(count_size)?.checked_add(entries * entry_size)?, value_size)?;
        Some((d, after))
    }

    fn chunk(&self, d: &Directory, index: usize) -> Option<&[u8]> {
        let at = usize::try_from(*d.offsets.get(index)?).ok()?;
        let count = usize::try_from(*d.counts.get(index)?).ok()?;
        self.bytes.get(at..at.checked_add(count)?)
    }
}

fn reader(bytes: &[u8]) -> Reader<'_> {
    Reader { bytes, little: bytes.starts_with(b"II"), big: bytes.get(2..4).is_some_and(|v| v.contains(&43)) }
}

impl Directory {
    fn fax(&self) -> Option<(EncodingMode, bool)> {
        match self.compression {
            2 => Some((EncodingMode::Group3_1D, true)),
            3 if self.t4 & 1 == 1 => Some((EncodingMode::Group3_2D, false)),
            3 => Some((EncodingMode::Group3_1D, false)),
            4 => Some((EncodingMode::Group4, false)),
            _ => None,
        }
    }

    fn colour(&self) -> Colour {
        match (self.photometric, self.samples, self.bits) {
            (0 | 1, _, 1) => Colour::Bitonal,
            (0 | 1, ..) => Colour::Grey,
            _ => Colour::Colour,
        }
    }
}

/// All directories in order.
pub fn directories(bytes: &[u8], limits: &Limits) -> Result<Vec<Directory>> {
    reader(bytes).directories(limits.pages_max)
}

pub fn open(source: &Source, limits: &Limits) -> Result<OpenedSource> {
    let directories = source.tiff(limits)?;
    if directories.is_empty() {
        return Err(damaged("tiff.no_pages", "die TIFF-Datei enthält keine Seite"));
    }
    let pages = directories
        .iter()
        .zip(1..)
        .map(|(d, number)| SourcePage {
            number,
            width: d.width,
            height: d.height,
            dpi: d.resolution,
            orientation: Orientation::from_tag(u16::try_from(d.orientation).unwrap_or(1)),
            colour: d.colour(),
            coding: match d.compression {
                2 | 3 => Coding::G3,
                4 => Coding::G4,
                6 | 7 => Coding::Jpeg,
                34661 => Coding::Jbig2,
                _ => Coding::Lossless,
            },
            notes: Vec::new(),
        })
        .collect();
    Ok(OpenedSource {
        format: Format::Tiff,
        pages,
        signed: false,
        encrypted: false,
        claims_pdfa: None,
        notes: Vec::new(),
    })
}

fn find<'a>(source: &'a Source, page: &SourcePage, limits: &Limits) -> Result<(Reader<'a>, &'a Directory)> {
    let directory = source
        .tiff(limits)?
        .get(page.number.saturating_sub(1) as usize)
        .ok_or_else(|| damaged("tiff.page_missing", "die Seite steht nicht im Verzeichnis"))?;
    Ok((reader(source.bytes()), directory))
}

pub fn decode(source: &Source, page: &SourcePage, limits: &Limits) -> Result<Raster> {
    let (reader, d) = find(source, page, limits)?;
    super::check_size(d.width, d.height, limits)?;
    if let Some((mode, aligned)) = d.fax() {
        let image = decode_fax(&reader, d, mode, aligned)?;
        return Ok(Raster { pixels: Pixels::Grey(image), colour: Colour::Bitonal });
    }
    if d.compression == 7 && !d.tiled {
        return decode_jpeg_strips(&reader, d, limits);
    }
    decode_with_crate(source.bytes(), d, page, limits)
}

fn strip_height(d: &Directory, index: usize) -> u32 {
    let rows = u32::try_from(d.rows_per_strip).unwrap_or(u32::MAX).clamp(1, d.height);
    let before = rows.saturating_mul(u32::try_from(index).unwrap_or(u32::MAX));
    rows.min(d.height.saturating_sub(before))
}

fn decode_fax(
    reader: &Reader<'_>,
    d: &Directory,
    mode: EncodingMode,
    byte_aligned: bool,
) -> Result<GrayImage> {
    let mut image = GrayImage::from_pixel(d.width, d.height, image::Luma([255]));
    let mut top = 0usize;
    let mut notes = Vec::new();
    for index in 0..d.offsets.len() {
        let height = strip_height(d, index);
        if height == 0 {
            break;
        }
        let data =
            reader.chunk(d, index).ok_or_else(|| damaged("tiff.truncated", "ein Bildstreifen fehlt"))?;
        let turned;
        let data = if d.fill_order == 2 {
            turned = bits::reversed(data);
            &turned
        } else {
            data
        };
        let strip = ccitt::decode(data, Fax { mode, byte_aligned, width: d.width, height }, &mut notes)?;
        let count = strip.as_raw().len();
        let pixels: &mut [u8] = &mut image;
        pixels[top..top + count].copy_from_slice(&strip);
        top += count;
    }
    // PhotometricInterpretation 0 (WhiteIsZero) is what fax means; 1 is the negative.
    if d.photometric == 1 {
        image.iter_mut().for_each(|p| *p = 255 - *p);
    }
    Ok(image)
}

/// JPEG strips (TIFF technical note 2): shared tables in front of each strip.
fn decode_jpeg_strips(reader: &Reader<'_>, d: &Directory, limits: &Limits) -> Result<Raster> {
    let mut rgb = RgbImage::from_pixel(d.width, d.height, image::Rgb([255; 3]));
    let mut grey = true;
    let mut top = 0i64;
    for index in 0..d.offsets.len() {
        let stream = merged_stream(reader, d, index)?;
        let part = jpeg::decode(&stream, limits)?;
        let (part, height) = match part.pixels {
            Pixels::Grey(image) => {
                let height = image.height();
                (DynamicImage::ImageLuma8(image).into_rgb8(), height)
            }
            Pixels::Rgb(image) => {
                grey = false;
                let height = image.height();
                (image, height)
            }
        };
        image::imageops::replace(&mut rgb, &part, 0, top);
        top += i64::from(height);
    }
    Ok(if grey {
        Raster { pixels: Pixels::Grey(DynamicImage::ImageRgb8(rgb).into_luma8()), colour: Colour::Grey }
    } else {
        Raster { pixels: Pixels::Rgb(rgb), colour: Colour::Colour }
    })
}

/// A strip as a stream of its own: SOI, shared tables, then the strip without its SOI.
fn merged_stream(reader: &Reader<'_>, d: &Directory, index: usize) -> Result<Vec<u8>> {
    let missing = || damaged("tiff.truncated", "ein Bildstreifen fehlt");
    let strip = reader.chunk(d, index).ok_or_else(missing)?;
    let Some((at, length)) = d.tables else { return Ok(strip.to_vec()) };
    let (at, length) = (at as usize, length as usize);
    let tables = at.checked_add(length).and_then(|end| reader.bytes.get(at..end)).ok_or_else(missing)?;
    let inner = tables.strip_prefix(&[0xFF, 0xD8]).unwrap_or(tables);
    let inner = inner.strip_suffix(&[0xFF, 0xD9]).unwrap_or(inner);
    let body = strip.strip_prefix(&[0xFF, 0xD8]).unwrap_or(strip);
    Ok([&[0xFF, 0xD8], inner, body].concat())
}

fn decode_with_crate(bytes: &[u8], d: &Directory, page: &SourcePage, limits: &Limits) -> Result<Raster> {
    let wrong = |e: tiff::TiffError| damaged("tiff.damaged", e);
    let mut bounds = tiff::decoder::Limits::default();
    bounds.decoding_buffer_size = limits.inflated_bytes_max as usize;
    bounds.intermediate_buffer_size = limits.inflated_bytes_max as usize;
    let mut decoder = Decoder::new(Cursor::new(bytes)).map_err(wrong)?.with_limits(bounds);
    decoder.seek_to_image(page.number.saturating_sub(1) as usize).map_err(wrong)?;
    let kind = decoder.colortype().map_err(wrong)?;
    let data = match decoder.read_image().map_err(wrong)? {
        DecodingResult::U8(data) => data,
        DecodingResult::U16(data) => data.into_iter().map(|v| (v >> 8) as u8).collect(),
        _ => return Err(damaged("tiff.sample_format", "diese Abtastwerte liefert kein Scanner")),
    };
    let wrong_size = || damaged("tiff.size", "die Bildgröße passt nicht zu den Daten");
    let palette =
        if d.photometric == 3 { decoder.get_tag_u16_vec(tiff::tags::Tag::ColorMap).ok() } else { None };
    use tiff::ColorType as C;
    Ok(match kind {
        C::Gray(1) => {
            // The crate has applied the photometric interpretation: 1 is white.
            let stride = (d.width as usize).div_ceil(8);
            let image = if data.len() >= stride * d.height as usize {
                bits::unpack(&data, d.width, d.height, false)
            } else {
                return Err(wrong_size());
            };
            Raster { pixels: Pixels::Grey(image), colour: Colour::Bitonal }
        }
        C::Gray(8 | 16) => Raster {
            pixels: Pixels::Grey(GrayImage::from_raw(d.width, d.height, data).ok_or_else(wrong_size)?),
            colour: Colour::Grey,
        },
        C::RGB(8 | 16) | C::YCbCr(8) => Raster {
            pixels: Pixels::Rgb(RgbImage::from_raw(d.width, d.height, data).ok_or_else(wrong_size)?),
            colour: Colour::Colour,
        },
        C::RGBA(8 | 16) => {
            let rgb = data.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
            Raster {
                pixels: Pixels::Rgb(RgbImage::from_raw(d.width, d.height, rgb).ok_or_else(wrong_size)?),
                colour: Colour::Colour,
            }
        }
        C::Palette(8) => {
            let map = palette.ok_or_else(wrong_size)?;
            let size = map.len() / 3;
            let entry = |i: usize| map.get(i).map_or(255, |v| (v >> 8) as u8);
            let rgb = data
                .iter()
                .flat_map(|&i| {
                    [entry(i.into()), entry(size + usize::from(i)), entry(2 * size + usize::from(i))]
                })
                .collect();
            Raster {
                pixels: Pixels::Rgb(RgbImage::from_raw(d.width, d.height, rgb).ok_or_else(wrong_size)?),
                colour: Colour::Colour,
            }
        }
        other => return Err(damaged("tiff.colours", format!("Farbmodell {other:?} wird nicht verarbeitet"))),
    })
}

pub fn kept(source: &Source, page: &SourcePage, limits: &Limits) -> Result<Outcome<KeptImage>> {
    let (reader, d) = find(source, page, limits)?;
    let single = d.offsets.len() == 1 && !d.tiled;
    if d.compression == 4 && single {
        let data = reader.chunk(d, 0).ok_or_else(|| damaged("tiff.truncated", "der Bildstreifen fehlt"))?;
        let (stream, notes) = if d.fill_order == 2 {
            (
                bits::reversed(data),
                vec![Note::info(
                    "page.fill_order",
                    "Bitreihenfolge der Fax-Kodierung umgedreht, Bild unverändert.",
                )],
            )
        } else {
            (data.to_vec(), Vec::new())
        };
        return Ok(Outcome {
            value: KeptImage::G4 {
                stream,
                width: d.width,
                height: d.height,
                black_is_one: d.photometric == 1,
            },
            notes,
        });
    }
    if d.compression == 7 && single && matches!(d.samples, 1 | 3) && d.photometric != 2 {
        let note =
            Note::info("page.jpeg_rewrapped", "JPEG-Tabellen der TIFF-Datei in den Bildstrom übernommen.");
        return Ok(Outcome {
            value: KeptImage::Jpeg {
                stream: merged_stream(&reader, d, 0)?,
                width: d.width,
                height: d.height,
                components: d.samples as u8,
            },
            notes: if d.tables.is_some() { vec![note] } else { Vec::new() },
        });
    }
    let value = samples(decode(source, page, limits)?);
    let notes = if matches!(d.compression, 2..=7) {
        vec![Note::info("page.rewrapped", "Das Bild wurde ohne Verlust neu verpackt (mehrere Streifen).")]
    } else {
        Vec::new()
    };
    Ok(Outcome { value, notes })
}
