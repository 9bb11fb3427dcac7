//! Samples that are stored without loss: uncompressed, PackBits, LZW, Deflate (TIFF 6.0, parts 1 and 2).
//!
//! One to sixteen bits, grey, palette, RGB, CMYK, YCbCr; strips, tiles and planes; predictor 2. What a cell may
//! unpack to is known from its size before a byte is unpacked.

use super::cells::Cell;
use super::directory::{Directory, Reader};
use crate::model::page::Colour;
use crate::page::container::{Result, bits, damaged, unsupported};
use crate::page::raster::{Pixels, Raster};
use image::{GrayImage, RgbImage};
use std::borrow::Cow;
use std::io::Read;

/// Unpacks all cells. The second value is the share of rows that were not there and stay white.
pub fn decode(reader: &Reader<'_>, d: &Directory, cells: &[Cell<'_>]) -> Result<(Raster, f32)> {
    let channels = channels(d)?;
    let (h, v) = subsampling(reader, d);
    if (h, v) != (1, 1) {
        return decode_subsampled(reader, d, cells, (h, v));
    }
    let (width, height) = (d.width as usize, d.height as usize);
    let per_pixel = if d.planar == 2 { 1 } else { d.samples as usize };
    let taken = if d.planar == 2 { 1 } else { channels };
    let mut page = empty(d, channels);
    let mut lost = 0usize;
    for cell in cells.iter().filter(|cell| cell.plane < channels as u64) {
        let row_bytes = (cell.width as usize * per_pixel * d.bits as usize).div_ceil(8);
        let expected = row_bytes * cell.height as usize;
        let mut data = unpacked(d, cell.bytes, expected)?;
        data.truncate(expected);
        lost += cell.height as usize - data.len() / row_bytes;
        if d.predictor == 2 {
            data.chunks_mut(row_bytes)
                .for_each(|row| undo_differences(row, d.bits, per_pixel, reader.little()));
        }
        let as_they_are = d.bits == 8 && per_pixel == channels;
        let fits = (cell.width as usize).min(width.saturating_sub(cell.x as usize));
        for (y, row) in data.chunks_exact(row_bytes).enumerate() {
            let y = y + cell.y as usize;
            if y >= height {
                break;
            }
            let start = (y * width + cell.x as usize) * channels;
            let Some(to) = page.get_mut(start..start + fits * channels) else { break };
            if as_they_are {
                to.copy_from_slice(&row[..fits * channels]);
                continue;
            }
            for (x, pixel) in to.chunks_exact_mut(channels).enumerate() {
                for sample in 0..taken {
                    let value = sample_at(row, x * per_pixel + sample, d, reader.little());
                    if let Some(to) = pixel.get_mut(sample + cell.plane as usize) {
                        *to = value;
                    }
                }
            }
        }
    }
    if d.photometric == 0 {
        page.iter_mut().for_each(|v| *v = 255 - *v);
    }
    let rows = cells.iter().map(|cell| cell.height as usize).sum::<usize>();
    Ok((coloured(reader, d, page)?, lost as f32 / rows.max(1) as f32))
}

/// Columns and rows of pixels that share their colour differences.
fn subsampling(reader: &Reader<'_>, d: &Directory) -> (usize, usize) {
    if d.photometric != 6 {
        return (1, 1);
    }
    let value = |index| d.subsampling.and_then(|list| reader.item(list, index)).unwrap_or(2);
    (value(0) as usize, value(1) as usize)
}

/// YCbCr whose colour differences are stored once for several pixels (TIFF 6.0, section 21): all luminances of a
/// block, then its two differences.
fn decode_subsampled(
    reader: &Reader<'_>,
    d: &Directory,
    cells: &[Cell<'_>],
    (h, v): (usize, usize),
) -> Result<(Raster, f32)> {
    if !matches!((h, v), (1 | 2 | 4, 1 | 2 | 4)) || d.planar == 2 || d.bits != 8 || d.predictor != 1 {
        return Err(unsupported("tiff.colours", "YCbCr in einer seltenen Anordnung", COLOURS_HINT));
    }
    let (width, height) = (d.width as usize, d.height as usize);
    let mut page = empty(d, 3);
    let (mut lost, mut rows) = (0, 0);
    for cell in cells {
        let across = (cell.width as usize).div_ceil(h);
        let (block, stripe) = (h * v + 2, across * (h * v + 2));
        let data = unpacked(d, cell.bytes, stripe * (cell.height as usize).div_ceil(v))?;
        rows += cell.height as usize;
        lost += (cell.height as usize).saturating_sub(data.len() / stripe * v);
        for (place, block) in data.chunks_exact(block).enumerate() {
            let [light @ .., cb, cr] = block else { break };
            let (x, y) = (cell.x as usize + place % across * h, cell.y as usize + place / across * v);
            for (index, &light) in light.iter().enumerate() {
                let (x, y) = (x + index % h, y + index / h);
                let at = (y * width + x) * 3;
                if x < width
                    && y < height
                    && let Some(pixel) = page.get_mut(at..at + 3)
                {
                    pixel.copy_from_slice(&[light, *cb, *cr]);
                }
            }
        }
    }
    Ok((coloured(reader, d, page)?, lost as f32 / rows.max(1) as f32))
}

/// A page of so many samples a pixel on which nothing stands.
pub fn empty(d: &Directory, channels: usize) -> Vec<u8> {
    let size = d.width as usize * d.height as usize;
    match d.photometric {
        0 | 5 => vec![0; size * channels],
        6 => [255, 128, 128].repeat(size),
        _ => vec![255; size * channels],
    }
}

/// What to set at a scanner whose colours nobody reads.
const COLOURS_HINT: &str = "Am Scanner Graustufen oder RGB mit 8 Bit einstellen.";

/// How many samples of a pixel are colours we show.
pub fn channels(d: &Directory) -> Result<usize> {
    let wrong = |what: String| unsupported("tiff.colours", what, COLOURS_HINT);
    if !matches!(d.bits, 1 | 2 | 4 | 8 | 16) || !matches!(d.sample_format, 1 | 4) {
        let kind = if matches!(d.sample_format, 1 | 4) { "" } else { " als Kommazahlen" };
        return Err(wrong(format!("{} Bit je Farbwert{kind}", d.bits)));
    }
    if d.predictor > 2 || d.predictor == 2 && d.bits < 8 {
        return Err(wrong(format!("die Differenzkodierung {}", d.predictor)));
    }
    let wanted = match d.photometric {
        0 | 1 | 3 => 1,
        2 | 6 => 3,
        5 if d.ink_set == 1 => 4,
        5 => return Err(wrong("andere Druckfarben als CMYK".into())),
        8..=10 => return Err(wrong("das Farbmodell Lab".into())),
        32844 | 32845 => return Err(wrong("das Farbmodell LogLuv".into())),
        32803 | 34892 => return Err(wrong("Rohdaten einer Kamera".into())),
        other => return Err(wrong(format!("das Farbmodell {other}"))),
    };
    if d.samples < wanted || d.samples > 8 {
        return Err(damaged("tiff.colours", format!("{} Farbwerte je Bildpunkt", d.samples)));
    }
    Ok(wanted as usize)
}

/// One cell's bytes, at most as many as expected.
fn unpacked<'a>(d: &Directory, packed: &'a [u8], expected: usize) -> Result<Vec<u8>> {
    let packed: Cow<'a, [u8]> = if d.fill_order == 2 { bits::reversed(packed).into() } else { packed.into() };
    Ok(match d.compression {
        1 => packed.get(..expected.min(packed.len())).unwrap_or_default().to_vec(),
        5 => unpacked_lzw(&packed, expected),
        8 | 32946 => {
            let mut out = Vec::new();
            // An end that is missing leaves the rows before it.
            let _ = flate2::read::ZlibDecoder::new(&*packed).take(expected as u64).read_to_end(&mut out);
            out
        }
        32773 => unpacked_runs(&packed, expected),
        other => {
            let what = match other {
                34661 => "JBIG2".into(),
                34887 => "LERC".into(),
                34925 => "LZMA".into(),
                33003 | 33004 | 33005 | 34712 => "JPEG 2000".into(),
                50000 | 34926 => "Zstandard".into(),
                50001 | 34927 => "WebP".into(),
                50002 | 52546 => "JPEG XL".into(),
                other => format!("Nummer {other}"),
            };
            let hint = "Am Scanner die Kompression G4, LZW, Deflate oder JPEG einstellen.";
            return Err(unsupported("tiff.compression", format!("die Kompression {what}"), hint));
        }
    })
}

/// LZW, high bit first, codes grow one early (TIFF 6.0, section 13).
fn unpacked_lzw(packed: &[u8], expected: usize) -> Vec<u8> {
    let mut decoder = weezl::decode::Decoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8);
    let mut out = vec![0; expected];
    let (mut read, mut written) = (0, 0);
    while written < expected {
        let (Some(from), Some(to)) = (packed.get(read..), out.get_mut(written..)) else { break };
        let done = decoder.decode_bytes(from, to);
        read += done.consumed_in;
        written += done.consumed_out;
        let over = !matches!(done.status, Ok(weezl::LzwStatus::Ok));
        if over || done.consumed_in == 0 && done.consumed_out == 0 {
            break;
        }
    }
    out.truncate(written);
    out
}

/// PackBits (TIFF 6.0, section 9).
fn unpacked_runs(packed: &[u8], expected: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(expected);
    let mut at = 0;
    while let (true, Some(&head)) = (out.len() < expected, packed.get(at)) {
        at += 1;
        match head {
            0..=127 => {
                let end = (at + usize::from(head) + 1).min(packed.len());
                out.extend_from_slice(packed.get(at..end).unwrap_or_default());
                at = end;
            }
            128 => {}
            _ => {
                let Some(&value) = packed.get(at) else { break };
                out.resize(out.len() + 257 - usize::from(head), value);
                at += 1;
            }
        }
    }
    out
}

/// Predictor 2: every sample is stored as the difference to the pixel before it.
fn undo_differences(row: &mut [u8], bits: u64, per_pixel: usize, little: bool) {
    let word = |pair: [u8; 2]| if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) };
    if bits == 8 {
        for i in per_pixel..row.len() {
            row[i] = row[i].wrapping_add(row[i - per_pixel]);
        }
    } else if bits == 16 {
        for i in (2 * per_pixel..row.len().saturating_sub(1)).step_by(2) {
            let before = i - 2 * per_pixel;
            let sum = word([row[i], row[i + 1]]).wrapping_add(word([row[before], row[before + 1]]));
            let pair = if little { sum.to_le_bytes() } else { sum.to_be_bytes() };
            row[i..i + 2].copy_from_slice(&pair);
        }
    }
}

/// A sample as eight bits; palette indices as they are.
fn sample_at(row: &[u8], index: usize, d: &Directory, little: bool) -> u8 {
    let byte = |at: usize| row.get(at).copied().unwrap_or(0);
    match d.bits {
        8 => byte(index),
        16 => byte(index * 2 + usize::from(little)),
        bits => {
            let bits = bits as usize;
            let mask = (1u8 << bits) - 1;
            let value = byte(index * bits / 8) >> (8 - bits - index * bits % 8) & mask;
            if d.photometric == 3 { value } else { value * (255 / mask) }
        }
    }
}

/// A page of eight-bit samples in the colours they mean.
pub fn coloured(reader: &Reader<'_>, d: &Directory, page: Vec<u8>) -> Result<Raster> {
    let wrong = || damaged("tiff.size", "die Bildgröße passt nicht zu den Daten");
    let rgb = |rows: Vec<u8>| RgbImage::from_raw(d.width, d.height, rows).ok_or_else(wrong);
    let pixels = match d.photometric {
        0 | 1 => {
            let grey = GrayImage::from_raw(d.width, d.height, page).ok_or_else(wrong)?;
            let colour = if d.bits == 1 { Colour::Bitonal } else { Colour::Grey };
            return Ok(Raster { pixels: Pixels::Grey(grey), colour });
        }
        3 => {
            let map = palette(reader, d).ok_or_else(|| damaged("tiff.palette", "die Farbtafel fehlt"))?;
            rgb(page.iter().flat_map(|&i| map.get(usize::from(i)).copied().unwrap_or([255; 3])).collect())?
        }
        2 => rgb(page)?,
        6 => {
            let light = Light::of(reader, d);
            rgb(page.chunks_exact(3).flat_map(|p| light.rgb(p[0], p[1], p[2])).collect())?
        }
        _ => rgb(page.chunks_exact(4).flat_map(|p| from_cmyk([p[0], p[1], p[2], p[3]])).collect())?,
    };
    Ok(Raster { pixels: Pixels::Rgb(pixels), colour: Colour::Colour })
}

/// All reds, all greens, all blues, sixteen bits each; some writers give eight.
fn palette(reader: &Reader<'_>, d: &Directory) -> Option<Vec<[u8; 3]>> {
    let (map, size) = (d.colour_map?, 1u64 << d.bits.min(8));
    let value = |i: u64| reader.item(map, i);
    let small = (0..size * 3).all(|i| value(i).is_some_and(|v| v < 256));
    let shift = if small { 0 } else { 8 };
    (0..size)
        .map(|i| {
            let one = |plane: u64| Some((value(plane * size + i)? >> shift) as u8);
            Some([one(0)?, one(1)?, one(2)?])
        })
        .collect()
}

/// Inks to light, without a profile.
fn from_cmyk([c, m, y, k]: [u8; 4]) -> [u8; 3] {
    let light = |ink: u8| ((255 - u16::from(ink)) * (255 - u16::from(k)) / 255) as u8;
    [light(c), light(m), light(y)]
}

/// What luminance and colour differences of a page mean (TIFF 6.0, sections 20 and 21).
struct Light {
    /// Black and white of each.
    ends: [[f32; 2]; 3],
}

impl Light {
    fn of(reader: &Reader<'_>, d: &Directory) -> Self {
        let value = |index| d.black_white.and_then(|list| reader.ratio(list, index));
        let ends = |plane: u64, usual: [f32; 2]| match (value(2 * plane), value(2 * plane + 1)) {
            (Some(black), Some(white)) if white > black => [black, white],
            _ => usual,
        };
        Self { ends: [ends(0, [0.0, 255.0]), ends(1, [128.0, 255.0]), ends(2, [128.0, 255.0])] }
    }

    /// With the luminance of ITU-R BT.601, which is what all writers use.
    fn rgb(&self, y: u8, cb: u8, cr: u8) -> [u8; 3] {
        let [light, blue, red] = self.ends;
        let stretched = |v: u8, [zero, full]: [f32; 2], to: f32| (f32::from(v) - zero) * to / (full - zero);
        let (y, cb, cr) = (stretched(y, light, 255.0), stretched(cb, blue, 127.0), stretched(cr, red, 127.0));
        let byte = |v: f32| v.round().clamp(0.0, 255.0) as u8;
        [byte(y + 1.402 * cr), byte(y - 0.344_136 * cb - 0.714_136 * cr), byte(y + 1.772 * cb)]
    }
}
