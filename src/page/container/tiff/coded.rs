//! Strips and tiles that hold fax or JPEG streams.

use super::cells::Cell;
use super::directory::{Directory, Reader};
use crate::model::limits::Limits;
use crate::model::page::Colour;
use crate::page::container::ccitt::{self, Fax};
use crate::page::container::{Result, bits, damaged, jpeg};
use crate::page::raster::{Pixels, Raster};
use hayro_ccitt::EncodingMode;
use image::{DynamicImage, GrayImage, RgbImage};
use std::borrow::Cow;

/// Says "three channels, not converted" to every reader of JPEG (Adobe technical note 5116).
const ADOBE_RGB: [u8; 16] = [0xFF, 0xEE, 0, 14, b'A', b'd', b'o', b'b', b'e', 0, 100, 0, 0, 0, 0, 0];

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

/// Unpacks JPEG cells (TIFF technical note 2).
pub fn decode_jpeg(
    reader: &Reader<'_>,
    d: &Directory,
    cells: &[Cell<'_>],
    limits: &Limits,
) -> Result<Raster> {
    let mut page = RgbImage::from_pixel(d.width, d.height, image::Rgb([255; 3]));
    let mut grey = true;
    for cell in cells {
        let part = match jpeg::decode(&whole_stream(reader, d, cell.bytes)?, limits)?.pixels {
            Pixels::Grey(image) => DynamicImage::ImageLuma8(image).into_rgb8(),
            Pixels::Rgb(image) => {
                grey = false;
                image
            }
        };
        image::imageops::replace(&mut page, &part, i64::from(cell.x), i64::from(cell.y));
    }
    Ok(if grey {
        Raster { pixels: Pixels::Grey(DynamicImage::ImageRgb8(page).into_luma8()), colour: Colour::Grey }
    } else {
        Raster { pixels: Pixels::Rgb(page), colour: Colour::Colour }
    })
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
    d.photometric == 2 && d.samples == 3
}
