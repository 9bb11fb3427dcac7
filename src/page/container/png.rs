//! PNG files.

use super::{Result, damaged, depth_note, more_pictures, opened, samples};
use crate::model::geometry::{Dpi, Orientation};
use crate::model::limits::Limits;
use crate::model::notes::{Note, Outcome};
use crate::model::page::{Coding, Colour, Format, KeptImage, OpenedSource, SourcePage};
use crate::page::raster::{Pixels, Raster};
use image::DynamicImage;
use image::codecs::png::PngDecoder;
use std::io::{Cursor, Read};

/// PNG (ISO 15948) chunk IHDR at a fixed place, pHYs before the first IDAT.
pub fn open(bytes: &[u8]) -> Result<OpenedSource> {
    let header = || -> Option<SourcePage> {
        let word = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        let (depth, kind) = (*bytes.get(24)?, *bytes.get(25)?);
        Some(SourcePage {
            number: 1,
            width: word(16)?,
            height: word(20)?,
            dpi: density(bytes),
            orientation: Orientation::default(),
            colour: match (kind, depth) {
                (0, 1) => Colour::Bitonal,
                (0 | 4, _) => Colour::Grey,
                _ => Colour::Colour,
            },
            coding: Coding::Lossless,
            notes: Vec::new(),
        })
    };
    let page = header().ok_or_else(|| damaged("png.header", "der Kopf der PNG-Datei fehlt"))?;
    let mut opened = opened(Format::Png, vec![page]);
    // An animation says so before its first picture (APNG, acTL).
    if bytes.get(..4096.min(bytes.len())).is_some_and(|head| head.windows(4).any(|w| w == b"acTL")) {
        opened.notes.push(more_pictures());
    }
    Ok(opened)
}

fn density(bytes: &[u8]) -> Option<Dpi> {
    let mut at = 8usize;
    loop {
        let length = u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize;
        let (name, body) = (bytes.get(at + 4..at + 8)?, at + 8);
        match name {
            b"IDAT" | b"IEND" => return None,
            b"pHYs" if *bytes.get(body + 8)? == 1 => {
                let metre = |at: usize| {
                    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as f32 * 0.0254)
                };
                return Some(Dpi { x: metre(body)?, y: metre(body + 4)? });
            }
            _ => at = body.checked_add(length)?.checked_add(4)?,
        }
    }
}

/// The samples as the file has them, where PDF can show them so; else unpacked.
pub fn kept(bytes: &[u8], limits: &Limits) -> Result<Outcome<KeptImage>> {
    if let Some(kept) = stored(bytes, limits) {
        return Ok(Outcome::sure(kept));
    }
    let image = unpacked(bytes, limits)?;
    let mut notes = Vec::new();
    if image.color().bytes_per_pixel() > image.color().channel_count() {
        notes.push(depth_note());
    }
    if image.color().has_alpha() {
        let text = "Durchsichtige Stellen des Bildes zeigen jetzt weißes Papier.";
        notes.push(Note::info("page.alpha_flattened", text));
    }
    Ok(Outcome { value: samples(on_paper(bytes, image)), notes })
}

/// Grey or colour of eight bits, not interlaced, nothing transparent, and whole.
fn stored(bytes: &[u8], limits: &Limits) -> Option<KeptImage> {
    let head = bytes.get(16..29)?;
    let word = |at: usize| Some(u32::from_be_bytes(head.get(at..at + 4)?.try_into().ok()?));
    let (width, height) = (word(0)?, word(4)?);
    let components: u8 = match head.get(8..13)? {
        [8, 0, 0, 0, 0] => 1,
        [8, 2, 0, 0, 0] => 3,
        _ => return None,
    };
    let mut stream = Vec::with_capacity(bytes.len());
    let mut at = 8usize;
    loop {
        let length = u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize;
        let body = at.checked_add(8)?;
        let end = body.checked_add(length)?;
        match bytes.get(at + 4..body)? {
            b"IEND" => break,
            b"tRNS" => return None,
            b"IDAT" => stream.extend_from_slice(bytes.get(body..end)?),
            _ => {}
        }
        at = end.checked_add(4)?;
    }
    let row = u64::from(width).checked_mul(u64::from(components))?.checked_add(1)?;
    let whole = row.checked_mul(u64::from(height)).filter(|&all| all <= limits.inflated_bytes_max)?;
    is_whole(&stream, row as usize, whole).then_some(KeptImage::Png { stream, width, height, components })
}

/// Whether the stream unpacks to so many bytes, each row beginning with a filter that exists.
fn is_whole(stream: &[u8], row: usize, whole: u64) -> bool {
    let mut unpack = flate2::bufread::ZlibDecoder::new(stream);
    let mut line = vec![0u8; row];
    for _ in 0..whole / row.max(1) as u64 {
        if unpack.read_exact(&mut line).is_err() || line.first().is_none_or(|&filter| filter > 4) {
            return false;
        }
    }
    // The check sum stands behind the last row; nothing may follow it.
    matches!(unpack.read(&mut line), Ok(0)) && unpack.total_in() == stream.len() as u64
}

pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Raster> {
    Ok(on_paper(bytes, unpacked(bytes, limits)?))
}

fn unpacked(bytes: &[u8], limits: &Limits) -> Result<DynamicImage> {
    let wrong = |e: image::ImageError| damaged("png.damaged", e);
    let mut bounds = image::Limits::default();
    bounds.max_image_width = Some(limits.page_side_max);
    bounds.max_image_height = Some(limits.page_side_max);
    bounds.max_alloc = Some(limits.page_pixels_max.saturating_mul(8));
    let decoder = PngDecoder::with_limits(Cursor::new(bytes), bounds).map_err(wrong)?;
    DynamicImage::from_decoder(decoder).map_err(wrong)
}

/// The picture as it lies on white paper.
fn on_paper(bytes: &[u8], image: DynamicImage) -> Raster {
    // Depth 1 and colour type 0: one bit, grey.
    let bitonal = bytes.get(24..26) == Some(&[1, 0]);
    if image.color().has_alpha() {
        // Paper is white: transparent pixels show it.
        let mut rgba = image.into_rgba8();
        for pixel in rgba.pixels_mut() {
            let alpha = u16::from(pixel[3]);
            for channel in &mut pixel.0[..3] {
                *channel = ((u16::from(*channel) * alpha + 255 * (255 - alpha)) / 255) as u8;
            }
        }
        return from_dynamic(DynamicImage::ImageRgb8(DynamicImage::ImageRgba8(rgba).into_rgb8()));
    }
    let raster = from_dynamic(image);
    match raster.pixels {
        Pixels::Grey(grey) if bitonal => Raster { pixels: Pixels::Grey(grey), colour: Colour::Bitonal },
        _ => raster,
    }
}

/// The smallest of our pixel types that loses nothing.
fn from_dynamic(image: DynamicImage) -> Raster {
    match image {
        DynamicImage::ImageLuma8(grey) => Raster { pixels: Pixels::Grey(grey), colour: Colour::Grey },
        DynamicImage::ImageLuma16(_) | DynamicImage::ImageLumaA8(_) | DynamicImage::ImageLumaA16(_) => {
            Raster { pixels: Pixels::Grey(image.into_luma8()), colour: Colour::Grey }
        }
        other => Raster { pixels: Pixels::Rgb(other.into_rgb8()), colour: Colour::Colour },
    }
}
