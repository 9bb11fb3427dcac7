//! JPEG files and streams.

use super::{Result, check_size, cmyk_note, damaged, more_pictures, opened, samples};
use crate::model::geometry::{Dpi, Orientation};
use crate::model::limits::Limits;
use crate::model::notes::{Note, Outcome};
use crate::model::page::{Coding, Colour, Format, KeptImage, OpenedSource, SourcePage};
use crate::page::raster::{Pixels, Raster};
use image::{GrayImage, RgbImage};
use std::io::Cursor;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

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

/// Decodes any JPEG stream, with doubt about one that does not hold its whole picture.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Outcome<Raster>> {
    let Samples { rows, width, height, channels, whole } = samples_of(bytes, false, limits)?;
    let size = || damaged("jpeg.damaged", "die Bildgröße passt nicht zu den Daten");
    let value = if channels == 1 {
        let image = GrayImage::from_raw(width, height, rows).ok_or_else(size)?;
        Raster { pixels: Pixels::Grey(image), colour: Colour::Grey }
    } else {
        let image = RgbImage::from_raw(width, height, rows).ok_or_else(size)?;
        Raster { pixels: Pixels::Rgb(image), colour: Colour::Colour }
    };
    Ok(Outcome { value, notes: if whole { Vec::new() } else { vec![cut_off()] } })
}

/// What a stream unpacks to.
#[derive(Debug)]
pub struct Samples {
    /// Eight bits each, pixel by pixel.
    pub rows: Vec<u8>,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// 1 grey, 3 RGB, 4 inks as they are stored.
    pub channels: usize,
    /// Nothing of the picture is missing or made up.
    pub whole: bool,
}

/// The samples of a stream: as colours that are shown, or four inks as they are stored.
pub fn samples_of(bytes: &[u8], inks: bool, limits: &Limits) -> Result<Samples> {
    let scans = scans(bytes);
    // Behind the end mark the decoder goes on with zeros and reports nothing. Without the mark it runs out of
    // data, and a strict one says so; only a progressive stream cannot be read without it.
    let without_mark = scans.end.filter(|_| !scans.progressive).and_then(|end| bytes.get(..end));
    let strict = unpacked(without_mark.unwrap_or(bytes), true, inks, limits);
    let sound = strict.is_ok() && scans.end.is_some() && scans.complete;
    let samples = strict.or_else(|_| unpacked(bytes, false, inks, limits))?;
    Ok(Samples { whole: sound, ..samples })
}

fn unpacked(bytes: &[u8], strict: bool, inks: bool, limits: &Limits) -> Result<Samples> {
    let wrong = |e: DecodeErrors| damaged("jpeg.damaged", e);
    let side = limits.page_side_max as usize;
    // What stands before the picture is never a reason to doubt the picture.
    let options = DecoderOptions::default().set_strict_mode(false).set_max_width(side).set_max_height(side);
    let mut decoder = zune_jpeg::JpegDecoder::new_with_options(Cursor::new(bytes), options);
    decoder.decode_headers().map_err(wrong)?;
    let (width, height) = decoder.dimensions().unwrap_or_default();
    let (width, height) = (width as u32, height as u32);
    check_size(width, height, limits)?;
    let shown = match decoder.input_colorspace() {
        Some(ColorSpace::Luma) => ColorSpace::Luma,
        _ if inks => ColorSpace::CMYK,
        _ => ColorSpace::RGB,
    };
    decoder.set_options(options.jpeg_set_out_colorspace(shown).set_strict_mode(strict));
    let rows = decoder.decode().map_err(wrong)?;
    Ok(Samples { rows, width, height, channels: shown.num_components(), whole: true })
}

/// What the markers of a stream say about its picture, without unpacking it.
#[derive(Clone, Copy, Debug)]
pub struct Scans {
    /// Where the end mark of the picture stands.
    pub end: Option<usize>,
    /// Every component has all its coefficients, to the last bit.
    pub complete: bool,
    progressive: bool,
}

/// Walks all markers up to the end of the first picture (ITU-T T.81, B.1.1.2 to B.2.3).
pub fn scans(bytes: &[u8]) -> Scans {
    let mut found = Scans { end: None, complete: false, progressive: false };
    // By component: the lowest bit that was sent of each coefficient.
    let mut sent: Vec<(u8, [u8; 64])> = Vec::new();
    let mut at = 2;
    while let Some(pair) = bytes.get(at..at + 2) {
        let marker = pair[1];
        // Not a marker, but data of a scan: stuffed bytes, restarts, fill bytes.
        if pair[0] != 0xFF || matches!(marker, 0 | 0xFF | 0x01 | 0xD0..=0xD7) {
            at += 1;
            continue;
        }
        if marker == 0xD9 {
            found.end = Some(at);
            break;
        }
        let Some(length) = bytes.get(at + 2..at + 4) else { break };
        let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
        let body = bytes.get(at + 4..at + 2 + length).unwrap_or_default();
        match marker {
            0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
                found.progressive = marker == 0xC2;
                let components = body.get(6..).unwrap_or_default().chunks_exact(3);
                sent = components.map(|component| (component[0], [u8::MAX; 64])).collect();
            }
            0xDA => {
                let count = usize::from(body.first().copied().unwrap_or(0));
                let named = body.get(1..1 + 2 * count).unwrap_or_default();
                let &[first, last, bits, ..] = body.get(1 + 2 * count..).unwrap_or_default() else { break };
                // Only progressive scans are parts; elsewhere writers are careless with these three.
                let (range, bit) = match found.progressive {
                    true => (usize::from(first)..usize::from(last) + 1, bits & 15),
                    false => (0..64, 0),
                };
                for (_, lowest) in sent.iter_mut().filter(|(id, _)| named.iter().step_by(2).any(|n| n == id))
                {
                    lowest.get_mut(range.clone()).unwrap_or_default().fill(bit);
                }
            }
            _ => {}
        }
        at += 2 + length.max(2);
    }
    found.complete = !sent.is_empty() && sent.iter().all(|(_, lowest)| lowest.iter().all(|&bit| bit == 0));
    found
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
    Ok(Outcome { value: samples(decode(bytes, limits)?.value), notes: vec![note] })
}

/// Doubt about a stream that ends before its picture does: decoders fill up what is missing.
pub fn cut_off() -> Note {
    Note::review("page.cut_off", "Der Bildstrom ist unvollständig; ein Teil der Seite kann fehlen.")
}
