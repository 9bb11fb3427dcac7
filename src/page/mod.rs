//! One scan -> kept image, reading image, findings.
//!
//! In: decoded samples and what the container says. Out: a measured page, the
//! image the OCR reads, a thumbnail. The kept image is never touched here:
//! cleaning makes reading images only. Opens no file, asks no clock; every
//! step may leave the page alone and say so.

pub mod blank;
pub mod clean;
pub mod codes;
pub mod container;
pub mod deskew;
pub mod orient;
pub mod raster;

use crate::model::geometry::Turn;
use crate::model::notes::Note;
use crate::model::page::{MeasuredPage, Quality, SourcePage};
use fast_image_resize as fir;
use image::{GrayImage, Luma, RgbImage, imageops};
use raster::{Pixels, Raster};

/// Resolution of analysis images, pixels per inch: text lines are 10 pixels high there.
const ANALYSIS_DPI: f32 = 100.0;
/// Longest side of a thumbnail in pixels.
const THUMBNAIL_SIDE: u32 = 480;

/// What the profile says about pages.
#[derive(Clone, Copy, Debug)]
pub struct PageOrder {
    /// Lower resolutions get a note.
    pub dpi_min: f32,
}

/// A page as the OCR sees it: upright, straight, clean, grey.
#[derive(Clone, Debug)]
pub struct ReadingImage {
    /// Samples; as large as the kept image after turning.
    pub grey: GrayImage,
    /// Skew that was taken out, degrees counter-clockwise.
    pub skew: f32,
    /// Pixels per inch.
    pub dpi: f32,
}

impl ReadingImage {
    /// A point of the reading image in the kept image after turning.
    pub fn to_kept(&self, x: f32, y: f32) -> [f32; 2] {
        let (sin, cos) = self.skew.to_radians().sin_cos();
        let (cx, cy) = (self.grey.width() as f32 / 2.0, self.grey.height() as f32 / 2.0);
        let (dx, dy) = (x - cx, y - cy);
        [cx + cos * dx + sin * dy, cy - sin * dx + cos * dy]
    }
}

/// Everything that can be said about a page without reading it.
pub fn measure(raster: &Raster, source: &SourcePage, order: &PageOrder) -> MeasuredPage {
    let mut notes = source.notes.clone();
    let dpi = source.dpi.map_or(300.0, |d| d.x.max(d.y));
    let as_filed = turned(grey(raster, source.orientation.mirror), source.orientation.turn);
    let small = reduced(&as_filed, dpi);
    drop(as_filed);

    let paper = clean::without_borders(&small);
    let quality = clean::quality(&paper);
    let blank = blank::is_blank(&paper);
    let found = if blank { orient::Found::default() } else { orient::quarter_turn(&paper) };
    if found.unsure && !blank {
        notes.push(Note::info(orient::UNSURE, "Lage der Seite nicht sicher bestimmt."));
    }
    let upright = turned(paper, found.turn);
    let skew = if blank { None } else { deskew::angle(&upright) };

    quality_notes(&quality, blank, dpi, order, &mut notes);
    let turn = source.orientation.turn.then(found.turn);
    let (width, height) =
        if turn.swaps_sides() { (source.height, source.width) } else { (source.width, source.height) };
    MeasuredPage {
        width,
        height,
        dpi,
        turned: turn,
        mirrored: source.orientation.mirror,
        skew: skew.unwrap_or(0.0),
        blank,
        coloured: coloured_share(raster),
        quality,
        codes: Vec::new(),
        notes,
    }
}

fn quality_notes(quality: &Quality, blank: bool, dpi: f32, order: &PageOrder, notes: &mut Vec<Note>) {
    if dpi < order.dpi_min {
        notes.push(Note::warning(
            "page.low_dpi",
            format!("Auflösung {dpi:.0} dpi; verlangt sind {:.0} dpi. Bitte neu scannen.", order.dpi_min),
        ));
    }
    if quality.ink > 0.35 {
        notes.push(Note::warning("page.too_dark", "Die Seite ist sehr dunkel. Bitte heller scannen."));
    }
    if !blank && quality.contrast < 60.0 {
        notes.push(Note::warning("page.faint", "Die Schrift ist sehr blass. Bitte dunkler scannen."));
    }
}

/// The page upright in grey, not deskewed: for codes.
pub fn upright_grey(raster: &Raster, measured: &MeasuredPage) -> GrayImage {
    turned(grey(raster, measured.mirrored), measured.turned)
}

/// The image the OCR reads.
pub fn reading_image(raster: &Raster, measured: &MeasuredPage) -> ReadingImage {
    let mut image = upright_grey(raster, measured);
    clean::whiten_borders(&mut image, measured.dpi);
    clean::flatten_light(&mut image);
    if measured.quality.noise > clean::NOISY_PER_CM2 {
        image = clean::median(&image);
    }
    if measured.skew != 0.0 {
        image = deskew::rotated(&image, measured.skew);
    }
    ReadingImage { grey: image, skew: measured.skew, dpi: measured.dpi }
}

/// A small JPEG of the upright page; empty if the page has no pixels.
pub fn thumbnail(raster: &Raster, measured: &MeasuredPage) -> Vec<u8> {
    let (width, height) = match &raster.pixels {
        Pixels::Grey(image) => image.dimensions(),
        Pixels::Rgb(image) => image.dimensions(),
    };
    let side = width.max(height).max(1);
    let scale = |v: u32| (u64::from(v) * u64::from(THUMBNAIL_SIDE) / u64::from(side)).clamp(1, 480) as u32;
    let mut jpeg = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut jpeg, 70);
    let done = match &raster.pixels {
        Pixels::Grey(image) => {
            let small = resized(image, scale(width), scale(height));
            let small = turned(mirrored(small, measured.mirrored), measured.turned);
            encoder.encode(&small, small.width() as u16, small.height() as u16, jpeg_encoder::ColorType::Luma)
        }
        Pixels::Rgb(image) => {
            let small = resized_rgb(image, scale(width), scale(height));
            let small = if measured.mirrored { imageops::flip_horizontal(&small) } else { small };
            let small = match measured.turned {
                Turn::None => small,
                Turn::Right => imageops::rotate90(&small),
                Turn::Half => imageops::rotate180(&small),
                Turn::Left => imageops::rotate270(&small),
            };
            encoder.encode(&small, small.width() as u16, small.height() as u16, jpeg_encoder::ColorType::Rgb)
        }
    };
    if done.is_ok() { jpeg } else { Vec::new() }
}

fn mirrored(image: GrayImage, yes: bool) -> GrayImage {
    if yes { imageops::flip_horizontal(&image) } else { image }
}

/// Turns clockwise.
pub fn turned(image: GrayImage, turn: Turn) -> GrayImage {
    match turn {
        Turn::None => image,
        Turn::Right => imageops::rotate90(&image),
        Turn::Half => imageops::rotate180(&image),
        Turn::Left => imageops::rotate270(&image),
    }
}

/// Grey samples: luma of colours (ITU-R BT.601).
fn grey(raster: &Raster, mirror: bool) -> GrayImage {
    let image = match &raster.pixels {
        Pixels::Grey(image) => image.clone(),
        Pixels::Rgb(image) => {
            let data = image
                .as_raw()
                .chunks_exact(3)
                .map(|p| ((u32::from(p[0]) * 77 + u32::from(p[1]) * 150 + u32::from(p[2]) * 29) >> 8) as u8)
                .collect();
            GrayImage::from_raw(image.width(), image.height(), data).unwrap_or_default()
        }
    };
    mirrored(image, mirror)
}

/// Reduced to the analysis resolution.
pub fn reduced(image: &GrayImage, dpi: f32) -> GrayImage {
    let scale = (ANALYSIS_DPI / dpi.max(1.0)).min(1.0);
    let side = |v: u32| ((v as f32 * scale).round() as u32).clamp(1, 4000);
    resized(image, side(image.width()), side(image.height()))
}

fn resized(image: &GrayImage, width: u32, height: u32) -> GrayImage {
    let mut to = fir::images::Image::new(width, height, fir::PixelType::U8);
    let from = fir::images::ImageRef::new(image.width(), image.height(), image.as_raw(), fir::PixelType::U8);
    let options = fir::ResizeOptions::new().resize_alg(fir::ResizeAlg::Convolution(fir::FilterType::Box));
    let done = from.map(|from| fir::Resizer::new().resize(&from, &mut to, &options));
    match done {
        Ok(Ok(())) => GrayImage::from_raw(width, height, to.into_vec()).unwrap_or_default(),
        _ => GrayImage::from_pixel(width, height, Luma([255])),
    }
}

fn resized_rgb(image: &RgbImage, width: u32, height: u32) -> RgbImage {
    let mut to = fir::images::Image::new(width, height, fir::PixelType::U8x3);
    let from =
        fir::images::ImageRef::new(image.width(), image.height(), image.as_raw(), fir::PixelType::U8x3);
    let options = fir::ResizeOptions::new().resize_alg(fir::ResizeAlg::Convolution(fir::FilterType::Box));
    let done = from.map(|from| fir::Resizer::new().resize(&from, &mut to, &options));
    match done {
        Ok(Ok(())) => RgbImage::from_raw(width, height, to.into_vec()).unwrap_or_default(),
        _ => RgbImage::from_pixel(width, height, image::Rgb([255; 3])),
    }
}

/// Share of clearly coloured pixels, every 16th looked at.
fn coloured_share(raster: &Raster) -> f32 {
    let Pixels::Rgb(image) = &raster.pixels else { return 0.0 };
    let (mut coloured, mut all) = (0u32, 0u32);
    for pixel in image.as_raw().chunks_exact(3).step_by(16) {
        let high = pixel.iter().max().copied().unwrap_or(0);
        let low = pixel.iter().min().copied().unwrap_or(0);
        coloured += u32::from(high - low > 60);
        all += 1;
    }
    coloured as f32 / all.max(1) as f32
}

#[cfg(test)]
mod tests;
