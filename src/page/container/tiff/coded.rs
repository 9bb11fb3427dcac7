//! Strips and tiles that hold fax or JPEG streams.

use super::cells::Cell;
use super::directory::{Directory, Reader};
use super::plain;
use crate::model::limits::Limits;
use crate::model::notes::Outcome;
use crate::model::page::Colour;
use crate::page::container::ccitt::{self, Fax};
use crate::page::container::{Result, bits, damaged, jpeg, missing_rows, unsupported};
use crate::page::raster::{Pixels, Raster};
use hayro_ccitt::EncodingMode;
use image::GrayImage;
use std::borrow::Cow;

/// Says "three channels, not converted" to every reader of JPEG (Adobe technical note 5116).
const ADOBE_RGB: [u8; 16] = [0xFF, 0xEE, 0, 14, b'A', b'd', b'o', b'b', b'e', 0, 100, 0, 0, 0, 0, 0];

/// What to set at a scanner whose JPEG nobody reads.
const JPEG_HINT: &str = "Am Scanner Farbe ohne Durchsichtigkeit oder eine andere Kompression einstellen.";

/// How the fax streams of a page are coded; the second value: rows begin at bytes.
pub fn fax_mode(d: &Directory) -> Option<(EncodingMode, bool)> {
    match d.compression {
        2 => Some((EncodingMode::Group3_1D, true)),
        3 if d.t4 & 1 == 1 => Some((EncodingMode::Group3_2D, false)),
        3 => Some((EncodingMode::Group3_1D, false)),
        4 => Some((EncodingMode::Group4, false)),
        _ => None,
    }
}

/// A fax stream with its first bit first.
pub fn in_order<'a>(d: &Directory, data: &'a [u8]) -> Cow<'a, [u8]> {
    if d.fill_order == 2 { bits::reversed(data).into() } else { data.into() }
}

/// Unpacks fax cells; the second value is the share of rows that could not be read and stay white.
pub fn decode_fax(
    d: &Directory,
    (mode, byte_aligned): (EncodingMode, bool),
    cells: &[Cell<'_>],
) -> Result<(Raster, f32)> {
    let mut page = GrayImage::from_pixel(d.width, d.height, image::Luma([255]));
    let (mut lost, mut all) = (0u32, 0u32);
    for cell in cells {
        let fax = Fax { mode, byte_aligned, width: cell.width, height: cell.height };
        let (strip, read) = ccitt::decode(&in_order(d, cell.bytes), fax)?;
        (lost, all) = (lost.saturating_add(cell.height - read), all.saturating_add(cell.height));
        image::imageops::replace(&mut page, &strip, i64::from(cell.x), i64::from(cell.y));
    }
    // PhotometricInterpretation 0 (WhiteIsZero) is what fax means; 1 is the negative.
    if d.photometric == 1 {
        page.iter_mut().for_each(|p| *p = 255 - *p);
    }
    Ok((Raster { pixels: Pixels::Grey(page), colour: Colour::Bitonal }, lost as f32 / all.max(1) as f32))
}

/// Unpacks JPEG cells (TIFF technical note 2), with doubts about cells that are not whole.
///
/// What the samples mean is said by the TIFF alone where its planes lie apart or it has inks; else the streams
/// carry their colours.
pub fn decode_jpeg(
    reader: &Reader<'_>,
    d: &Directory,
    cells: &[Cell<'_>],
    limits: &Limits,
) -> Result<Outcome<Raster>> {
    let planes = d.planar == 2 && d.samples > 1;
    let told = planes || d.photometric == 5;
    if !told && d.samples > 3 {
        return Err(unsupported("tiff.colours", "JPEG mit einem Kanal für Durchsichtigkeit", JPEG_HINT));
    }
    let wanted = if told { plain::channels(d)? } else { 0 };
    let (width, height) = (d.width as usize, d.height as usize);
    let (mut page, mut channels) = (Vec::new(), wanted);
    let (mut lost, mut rows, mut cut) = (0, 0, false);
    for cell in cells.iter().filter(|cell| !told || cell.plane < wanted as u64) {
        let stream = whole_stream(reader, d, cell.bytes)?;
        let part = jpeg::samples_of(&stream, told && !planes, limits)?;
        if channels == 0 {
            channels = part.channels;
        }
        if page.is_empty() {
            page = if told { plain::empty(d, channels) } else { vec![255; width * height * channels] };
        }
        if planes && d.photometric == 6 && (part.width, part.height) != (cell.width, cell.height) {
            return Err(unsupported("tiff.colours", "YCbCr in einer seltenen Anordnung", JPEG_HINT));
        }
        if part.channels != if planes { 1 } else { channels } {
            return Err(damaged("tiff.jpeg", "die Bildstreifen haben verschiedene Farben"));
        }
        cut |= !part.whole;
        let (down, across) = (height - (cell.y as usize).min(height), width - (cell.x as usize).min(width));
        let down = down.min(cell.height as usize);
        rows += down;
        lost += down - down.min(part.height as usize);
        let stride = part.width as usize * part.channels;
        let across = across.min(part.width as usize);
        for (y, row) in part.rows.chunks_exact(stride.max(1)).take(down).enumerate() {
            let start = ((y + cell.y as usize) * width + cell.x as usize) * channels;
            let to = page.get_mut(start..start + across * channels).unwrap_or_default();
            if planes {
                let plane = to.iter_mut().skip(cell.plane as usize).step_by(channels);
                plane.zip(row).for_each(|(to, &from)| *to = from);
            } else {
                to.copy_from_slice(&row[..across * channels]);
            }
        }
    }
    let mut notes = missing_rows(lost as f32 / rows.max(1) as f32);
    notes.extend(cut.then(jpeg::cut_off));
    let value = match (told, channels) {
        (true, _) => plain::coloured(reader, d, page)?,
        (false, 1) => plain::coloured(reader, &Directory { photometric: 1, bits: 8, ..d.clone() }, page)?,
        (false, _) => plain::coloured(reader, &Directory { photometric: 2, ..d.clone() }, page)?,
    };
    Ok(Outcome { value, notes })
}

/// A strip as a stream of its own: SOI, what says how colours are stored, shared tables, then the strip
/// without its SOI.
pub fn whole_stream(reader: &Reader<'_>, d: &Directory, strip: &[u8]) -> Result<Vec<u8>> {
    let missing = || damaged("tiff.truncated", "die JPEG-Tabellen fehlen");
    let mut tables: &[u8] = &[];
    if let Some(list) = d.tables {
        let (at, length) = list.place().ok_or_else(missing)?;
        tables = reader.slice(at, length).ok_or_else(missing)?;
        tables = tables.strip_prefix(&[0xFF, 0xD8]).unwrap_or(tables);
        tables = tables.strip_suffix(&[0xFF, 0xD9]).unwrap_or(tables);
    }
    let body = strip.strip_prefix(&[0xFF, 0xD8]).unwrap_or(strip);
    let colours: &[u8] = if stores_rgb(d) { &ADOBE_RGB } else { &[] };
    Ok([&[0xFF, 0xD8], colours, tables, body].concat())
}

/// The whole stream of an old JPEG page, where the writer gave one.
pub fn old_stream<'a>(reader: &Reader<'a>, d: &Directory) -> Option<&'a [u8]> {
    let stream = reader.slice(d.old_jpeg.0, d.old_jpeg.1)?;
    stream.starts_with(&[0xFF, 0xD8, 0xFF]).then_some(stream)
}

/// RGB inside JPEG without conversion: readers that see only the stream would take it for YCbCr.
pub fn stores_rgb(d: &Directory) -> bool {
    d.photometric == 2 && d.samples == 3 && d.planar != 2
}
