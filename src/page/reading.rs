//! The image the OCR reads: upright, straight, clean, grey.
//!
//! In: stored samples and the measurement. Out: a [`ReadingImage`] and the way
//! back to the kept image. Grey reads better than any threshold (measured), so
//! nothing is made black and white here. The kept image is never altered.

use super::pixels::{self, made};
use super::raster::Raster;
use super::{Upright, light, noise, stamp};
use crate::model::page::{Colour, MeasuredPage};
use image::GrayImage;

/// Smaller skews are read as they are: the engine follows them, and turning softens the letters.
const SKEW_READ: f32 = 0.1;
/// Finer scans are reduced: the engine gains nothing above and takes four times as long at 600.
const DPI_MAX: f32 = 420.0;
/// Coarser scans are enlarged: the engine was trained at 300.
const DPI_MIN: f32 = 190.0;
/// Resolution after reducing or enlarging.
const DPI_READ: f32 = 300.0;

/// An affine map of points: `x' = a x + b y + c`, `y' = d x + e y + f`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Affine {
    /// `[a, b, c]`.
    pub x: [f32; 3],
    /// `[d, e, f]`.
    pub y: [f32; 3],
}

impl Affine {
    /// Where a point goes.
    pub fn at(&self, x: f32, y: f32) -> [f32; 2] {
        [self.x[0] * x + self.x[1] * y + self.x[2], self.y[0] * x + self.y[1] * y + self.y[2]]
    }

    /// First the other map, then this one.
    pub fn after(&self, first: &Self) -> Self {
        let row = |r: &[f32; 3]| {
            [
                r[0] * first.x[0] + r[1] * first.y[0],
                r[0] * first.x[1] + r[1] * first.y[1],
                r[0] * first.x[2] + r[1] * first.y[2] + r[2],
            ]
        };
        Self { x: row(&self.x), y: row(&self.y) }
    }

    /// How much longer lengths become.
    pub fn scale(&self) -> f32 {
        self.x[0].hypot(self.y[0])
    }
}

/// A page as the OCR sees it.
#[derive(Clone, Debug)]
pub struct ReadingImage {
    /// Samples.
    pub grey: GrayImage,
    /// From points of `grey` to the kept image after turning, pixels with the origin in the upper left corner.
    pub to_kept: Affine,
    /// Pixels per inch.
    pub dpi: f32,
    /// Stamps whose ink was taken out of `grey`: each alone, to be read by itself.
    pub stamps: Vec<ReadingImage>,
}

/// Makes the image the OCR reads.
pub fn reading_image(raster: &Raster, measured: &MeasuredPage, upright: Upright) -> ReadingImage {
    let Upright { mut grey, look: page } = upright;
    let regions = stamp::regions(&page, grey.width(), grey.height());
    let stamps = regions
        .iter()
        .map(|region| {
            let ink = stamp::separate(&mut grey, raster, measured.mirrored, measured.turned, region);
            ReadingImage {
                grey: ink,
                to_kept: Affine { x: [1.0, 0.0, region.x as f32], y: [0.0, 1.0, region.y as f32] },
                dpi: measured.dpi,
                stamps: Vec::new(),
            }
        })
        .collect();
    let mut paper = page.paper.median();
    light::paper_background(&mut grey, &page, paper);
    let whitened = light::flatten(&mut grey, &page)
        || raster.colour != Colour::Bitonal && light::remove_shine(&mut grey, &page);
    if whitened {
        paper = light::WHITE as u8;
    }
    if measured.quality.noise > noise::NOISY_PER_CM2 {
        noise::despeckle(&mut grey, measured.dpi);
    }
    let (grey, factor, dpi) = at_reading_size(grey, measured.dpi);
    let (grey, straight) = straightened(grey, measured.skew, paper);
    let to_kept = Affine { x: straight.x.map(|v| v / factor), y: straight.y.map(|v| v / factor) };
    ReadingImage { grey, to_kept, dpi, stamps }
}

fn at_reading_size(grey: GrayImage, dpi: f32) -> (GrayImage, f32, f32) {
    if (DPI_MIN..=DPI_MAX).contains(&dpi) || dpi < 1.0 {
        return (grey, 1.0, dpi);
    }
    // Whole factors keep pixels aligned when reducing.
    let factor =
        if dpi > DPI_MAX { 1.0 / (dpi / DPI_READ).round().max(1.0) } else { (DPI_READ / dpi).min(4.0) };
    let (w, h) = (pixels::scaled(grey.width(), factor), pixels::scaled(grey.height(), factor));
    (pixels::resized(&grey, w, h), factor, dpi * factor)
}

/// Turned level by its lean in degrees, with the way back; what comes in from outside is paper.
pub fn straightened(grey: GrayImage, skew: f32, paper: u8) -> (GrayImage, Affine) {
    if skew.abs() < SKEW_READ {
        return (grey, Affine { x: [1.0, 0.0, 0.0], y: [0.0, 1.0, 0.0] });
    }
    let (sin, cos) = skew.to_radians().sin_cos();
    let (cx, cy) = (grey.width() as f32 / 2.0, grey.height() as f32 / 2.0);
    let back = Affine { x: [cos, sin, cx - cos * cx - sin * cy], y: [-sin, cos, cy + sin * cx - cos * cy] };
    (mapped(&grey, &back, paper), back)
}

/// An image of the same size whose points come from where `back` says, bilinear, paper around.
fn mapped(from: &GrayImage, back: &Affine, paper: u8) -> GrayImage {
    const BITS: u32 = 16;
    let (width, height) = (from.width() as usize, from.height() as usize);
    let pixels = from.as_raw();
    let mut to = vec![paper; pixels.len()];
    if width < 2 || height < 2 {
        return from.clone();
    }
    let fixed = |v: f32| (f64::from(v) * f64::from(1u32 << BITS)).round() as i64;
    let (step_x, step_y) = (fixed(back.x[0]), fixed(back.y[0]));
    for (y, row) in to.chunks_exact_mut(width).enumerate() {
        // Samples sit in the middle of pixels.
        let [sx, sy] = back.at(0.5, y as f32 + 0.5);
        let (mut sx, mut sy) = (fixed(sx - 0.5), fixed(sy - 0.5));
        for pixel in row {
            let (ix, iy) = (sx >> BITS, sy >> BITS);
            if ix >= 0 && iy >= 0 && (ix as usize) + 1 < width && (iy as usize) + 1 < height {
                let at = iy as usize * width + ix as usize;
                let (fx, fy) = ((sx >> 8) as u32 & 255, (sy >> 8) as u32 & 255);
                let (upper, lower) = (&pixels[at..at + 2], &pixels[at + width..at + width + 2]);
                let mix = |p: &[u8]| u32::from(p[0]) * (256 - fx) + u32::from(p[1]) * fx;
                *pixel = ((mix(upper) * (256 - fy) + mix(lower) * fy) >> 16) as u8;
            }
            sx += step_x;
            sy += step_y;
        }
    }
    made(from.width(), from.height(), to)
}
