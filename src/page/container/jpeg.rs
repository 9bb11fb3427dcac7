//! JPEG files and streams.

use super::{Result, cmyk_note, damaged, more_pictures, opened, samples};
use crate::model::geometry::{Dpi, Orientation};
use crate::model::limits::Limits;
use crate::model::notes::{Note, Outcome};
use crate::model::page::{Coding, Colour, Format, KeptImage, OpenedSource, SourcePage};
use crate::page::raster::{Pixels, Raster};
use image::codecs::jpeg::JpegDecoder;
use image::{DynamicImage, ImageDecoder};
use std::io::Cursor;

/// What the markers before the first scan say (ITU-T T.81, annex B).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Header {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// 1, 3 or 4.
    pub components: u8,
    /// JFIF density.
    pub dpi: Option<Dpi>,
    /// EXIF orientation.
    pub orientation: Orientation,
    /// Baseline, extended or progressive with eight bits: what PDF readers know (ISO 32000-1, 7.4.8).
    pub usual: bool,
}

/// Walks the markers; allocates nothing.
pub fn header(bytes: &[u8]) -> Option<Header> {
    let mut at = 2;
    let (mut dpi, mut orientation) = (None, Orientation::default());
    loop {
        while *bytes.get(at)? == 0xFF && *bytes.get(at + 1)? == 0xFF {
            at += 1;
        }
        let marker = *bytes.get(at + 1)?;
        if *bytes.get(at)? != 0xFF {
            return None;
        }
        let length = usize::from(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]));
        let body = bytes.get(at + 4..(at + 2).checked_add(length)?)?;
        match marker {
            0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
                let word = |i: usize| Some(u32::from(u16::from_be_bytes([*body.get(i)?, *body.get(i + 1)?])));
                return Some(Header {
                    height: word(1)?,
                    width: word(3)?,
                    components: *body.get(5)?,
                    dpi,
                    orientation,
                    usual: marker <= 0xC2 && body.first() == Some(&8),
                });
            }
            0xE0 if body.starts_with(b"JFIF\0") => dpi = jfif_density(body).or(dpi),
            0xE1 if body.starts_with(b"Exif\0\0") => {
                orientation = exif_orientation(body.get(6..)?).unwrap_or_default();
            }
            0xDA | 0xD9 => return None,
            _ => {}
        }
        at += 2 + length;
    }
}

fn jfif_density(body: &[u8]) -> Option<Dpi> {
    let word = |i: usize| Some(f32::from(u16::from_be_bytes([*body.get(i)?, *body.get(i + 1)?])));
    let per_inch = match body.get(7)? {
        1 => 1.0,
        2 => 2.54,
        _ => return None,
    };
    Some(Dpi { x: word(8)? * per_inch, y: word(10)? * per_inch })
}

/// Tag 274 of the first directory of the EXIF block.
fn exif_orientation(tiff: &[u8]) -> Option<Orientation> {
    let little = tiff.starts_with(b"II");
    let word = |at: usize| {
        let pair = [*tiff.get(at)?, *tiff.get(at + 1)?];
        Some(if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    };
    let long = |at: usize| {
        let (a, b) = (u32::from(word(at)?), u32::from(word(at + 2)?));
        Some(if little { b << 16 | a } else { a << 16 | b })
    };
    let directory = long(4)? as usize;
    (0..usize::from(word(directory)?)).find_map(|entry| {
        let at = directory.checked_add(2 + entry * 12)?;
        (word(at)? == 274).then(|| word(at + 8).map(Orientation::from_tag))?
    })
}

pub fn open(bytes: &[u8]) -> Result<OpenedSource> {
    let header = header(bytes).ok_or_else(|| damaged("jpeg.header", "der Kopf der JPEG-Datei fehlt"))?;
    let page = SourcePage {
        number: 1,
        width: header.width,
        height: header.height,
        dpi: header.dpi,
        orientation: header.orientation,
        colour: if header.components == 1 { Colour::Grey } else { Colour::Colour },
        coding: Coding::Jpeg,
        notes: Vec::new(),
    };
    let mut opened = opened(Format::Jpeg, vec![page]);
    // Several pictures in one file (CIPA DC-007) announce themselves in an APP2 segment.
    if bytes.get(..(1 << 16).min(bytes.len())).is_some_and(|head| head.windows(4).any(|w| w == b"MPF\0")) {
        opened.notes.push(more_pictures());
    }
    Ok(opened)
}

/// Decodes any JPEG stream.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Raster> {
    let wrong = |e: image::ImageError| damaged("jpeg.damaged", e);
    let mut decoder = JpegDecoder::new(Cursor::new(bytes)).map_err(wrong)?;
    let mut bounds = image::Limits::default();
    bounds.max_image_width = Some(limits.page_side_max);
    bounds.max_image_height = Some(limits.page_side_max);
    bounds.max_alloc = Some(limits.page_pixels_max.saturating_mul(8));
    decoder.set_limits(bounds).map_err(wrong)?;
    Ok(from_dynamic(DynamicImage::from_decoder(decoder).map_err(wrong)?))
}

/// The smallest of our pixel types that loses nothing.
pub fn from_dynamic(image: DynamicImage) -> Raster {
    match image {
        DynamicImage::ImageLuma8(grey) => Raster { pixels: Pixels::Grey(grey), colour: Colour::Grey },
        DynamicImage::ImageLuma16(_) | DynamicImage::ImageLumaA8(_) | DynamicImage::ImageLumaA16(_) => {
            Raster { pixels: Pixels::Grey(image.into_luma8()), colour: Colour::Grey }
        }
        other => Raster { pixels: Pixels::Rgb(other.into_rgb8()), colour: Colour::Colour },
    }
}

/// The stream as it is; CMYK is converted, with a note.
pub fn kept(bytes: &[u8], limits: &Limits) -> Result<Outcome<KeptImage>> {
    let header = header(bytes).ok_or_else(|| damaged("jpeg.header", "der Kopf der JPEG-Datei fehlt"))?;
    if header.usual && matches!(header.components, 1 | 3) {
        return Ok(Outcome::sure(KeptImage::Jpeg {
            stream: bytes.to_vec(),
            width: header.width,
            height: header.height,
            components: header.components,
        }));
    }
    let note = if header.components == 4 {
        cmyk_note()
    } else {
        Note::info("page.jpeg_converted", "Die Art der JPEG-Kodierung ist in PDF unzulässig; neu verpackt.")
    };
    Ok(Outcome { value: samples(decode(bytes, limits)?), notes: vec![note] })
}

/// Doubt about a stream without an end: decoders fill up what is missing.
pub fn cut_off(bytes: &[u8]) -> Vec<Note> {
    let tail = bytes.get(bytes.len().saturating_sub(4096)..).unwrap_or_default();
    if tail.windows(2).any(|pair| pair == [0xFF, 0xD9]) {
        return Vec::new();
    }
    vec![Note::review("page.cut_off", "Der Bildstrom endet vorzeitig; ein Teil der Seite kann fehlen.")]
}
