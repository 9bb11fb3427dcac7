//! PNG files.

use super::{Result, damaged, opened};
use crate::model::geometry::{Dpi, Orientation};
use crate::model::limits::Limits;
use crate::model::page::{Coding, Colour, Format, OpenedSource, SourcePage};
use crate::page::raster::{Pixels, Raster};
use image::DynamicImage;
use image::codecs::png::PngDecoder;
use std::io::Cursor;

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
    Ok(opened(Format::Png, vec![page]))
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

pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Raster> {
    let wrong = |e: image::ImageError| damaged("png.damaged", e);
    let mut bounds = image::Limits::default();
    bounds.max_image_width = Some(limits.page_side_max);
    bounds.max_image_height = Some(limits.page_side_max);
    bounds.max_alloc = Some(limits.page_pixels_max.saturating_mul(8));
    let decoder = PngDecoder::with_limits(Cursor::new(bytes), bounds).map_err(wrong)?;
    // Depth 1 and colour type 0: one bit, grey.
    let bitonal = bytes.get(24..26) == Some(&[1, 0]);
    let image = DynamicImage::from_decoder(decoder).map_err(wrong)?;
    if image.color().has_alpha() {
        // Paper is white: transparent pixels show it.
        let mut rgba = image.into_rgba8();
        for pixel in rgba.pixels_mut() {
            let alpha = u16::from(pixel[3]);
            for channel in &mut pixel.0[..3] {
                *channel = ((u16::from(*channel) * alpha + 255 * (255 - alpha)) / 255) as u8;
            }
        }
        return Ok(super::jpeg::from_dynamic(DynamicImage::ImageRgb8(
            DynamicImage::ImageRgba8(rgba).into_rgb8(),
        )));
    }
    let raster = super::jpeg::from_dynamic(image);
    Ok(match raster.pixels {
        Pixels::Grey(grey) if bitonal => Raster { pixels: Pixels::Grey(grey), colour: Colour::Bitonal },
        _ => raster,
    })
}
