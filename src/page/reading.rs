//! The image the OCR reads: upright, straight, clean, grey.
//!
//! In: stored samples and the measurement. Out: a [`ReadingImage`] and the way
//! back to the kept image. Grey reads better than any threshold (measured), so
//! nothing is made black and white here. The kept image is never altered.

use super::analysis::{Analysis, MM};
use super::blobs::{Blob, find};
use super::noise::{self, Grain};
use super::pixels::{self, made};
use super::raster::Raster;
use super::{Upright, bars, light, stamp};
use crate::model::geometry::Box2;
use crate::model::page::{Colour, MeasuredPage};
use image::GrayImage;

/// Smaller skews are read as they are: the engine follows them, and turning softens the letters.
const SKEW_READ: f32 = 0.1;
/// The engine scales every line to the same height, so that finer pixels cost time and bring grain: measured on
/// print of 9 to 12 points, 200 to 240 dpi read best, at half the time of 300.
const DPI_READ: f32 = 220.0;
/// Scans finer than wanted by less than this are shown as they are.
const FINER: f32 = 1.12;
/// Coarser scans are enlarged, and further than that: letters of a few pixels are lost on the engine (150 dpi read
/// worst as they are, better at 220, best at 300).
const DPI_MIN: f32 = 185.0;
/// Resolution of coarse scans and of plans, whose letters are small.
const DPI_SMALL: f32 = 300.0;
/// Sheets above A3, with 5 % margin, are plans, square inches.
const PLAN: f32 = 16.5 * 11.7 * 1.05;
/// Paper left around all ink, mm: the engine wants letters clear of the edge.
const MARGIN_MM: f32 = 4.0;
/// Sides of stamps with a frame, across and down, mm.
const FRAME_MM: (std::ops::Range<f32>, std::ops::Range<f32>) = (15.0..110.0, 7.0..75.0);
/// Less deep than this is the structure of paper.
const INK_LEAST: u8 = 30;

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

    /// The way back.
    pub fn inverse(&self) -> Self {
        let ([a, b, c], [d, e, f]) = (self.x, self.y);
        let det = a * e - b * d;
        let [a, b, d, e] = [e / det, -b / det, -d / det, a / det];
        Self { x: [a, b, -a * c - b * f], y: [d, e, -d * c - e * f] }
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
    /// Boxes in `grey` around ink that may be the frame of a stamp.
    pub frames: Vec<Box2>,
    /// Whether it shows print at all.
    pub grain: Grain,
}

/// Makes the image the OCR reads.
pub fn reading_image(raster: &Raster, measured: &MeasuredPage, upright: Upright) -> ReadingImage {
    let Upright { mut grey, look: page } = upright;
    let regions = stamp::regions(&page, grey.width(), grey.height());
    let stamps = regions
        .iter()
        .map(|region| {
            let ink = stamp::separate(&mut grey, raster, measured.mirrored, measured.turned, region);
            let to_kept = Affine { x: [1.0, 0.0, region.x as f32], y: [0.0, 1.0, region.y as f32] };
            let ink = ReadingImage {
                grey: ink,
                to_kept,
                dpi: measured.dpi,
                stamps: Vec::new(),
                frames: Vec::new(),
                grain: Grain::Calm,
            };
            at_reading_size(ink, DPI_READ)
        })
        .collect();
    let mut paper = page.paper.median();
    light::paper_background(&mut grey, &page, paper);
    let flat = light::flatten(&mut grey, &page);
    let clear = raster.colour != Colour::Bitonal && light::remove_shine(&mut grey, &page, flat);
    if flat || clear {
        paper = light::WHITE as u8;
    }
    bars::invert(&mut grey, &page, measured.skew);
    if measured.quality.noise > noise::NOISY_PER_CM2 {
        noise::despeckle(&mut grey, measured.dpi);
    }
    let (turned, back) = level(&grey, measured.skew);
    let mask: Vec<u8> = page.depth.iter().map(|&d| u8::from(d > INK_LEAST)).collect();
    let ink = find(&mask, page.width).blobs;
    let frame = frame(&page, &ink, &back, grey.dimensions(), measured.dpi);
    let [x, y] = [frame.x as f32, frame.y as f32];
    let to_kept = back.after(&Affine { x: [1.0, 0.0, x], y: [0.0, 1.0, y] });
    let (w, h) = (frame.w as u32, frame.h as u32);
    let mut grey = if turned {
        mapped(&grey, &to_kept, (w, h), paper)
    } else {
        pixels::cropped(&grey, frame.x as u32, frame.y as u32, w, h)
    };
    let dpi = measured.dpi;
    let grain = noise::calmed(&mut grey, dpi);
    let wanted = if is_plan(measured.width, measured.height, dpi) { DPI_SMALL } else { DPI_READ };
    let image = ReadingImage { grey, to_kept, dpi, stamps, frames: Vec::new(), grain };
    let image = at_reading_size(image, wanted);
    let frames = frames(&page, &ink, measured, &image.to_kept.inverse());
    ReadingImage { frames, ..image }
}

/// Large, thin figures as frames of stamps are, in pixels of the reading image.
fn frames(page: &Analysis, ink: &[Blob], measured: &MeasuredPage, to_reading: &Affine) -> Vec<Box2> {
    let (fx, fy) = (measured.width as f32 / page.width as f32, measured.height as f32 / page.height as f32);
    let fits = |side: u32, mm: std::ops::Range<f32>| mm.contains(&(side as f32 / MM));
    let frame = |b: &&Blob| {
        let thin = b.area * 4 < b.width() * b.height();
        thin && fits(b.width(), FRAME_MM.0) && fits(b.height(), FRAME_MM.1)
    };
    let placed = |b: &Blob| {
        let [x, y] = to_reading.at(b.left as f32 * fx, b.top as f32 * fy);
        let [right, bottom] = to_reading.at(b.right as f32 * fx, b.bottom as f32 * fy);
        Box2 { x: x as i32, y: y as i32, w: (right - x) as i32, h: (bottom - y) as i32 }
    };
    ink.iter().filter(frame).map(placed).collect()
}

/// Whether a sheet is larger than A3.
pub fn is_plan(width: u32, height: u32, dpi: f32) -> bool {
    width as f32 * height as f32 / (dpi * dpi).max(1.0) >= PLAN
}

/// The box around all ink in the straightened page, with a margin: empty paper costs the engine time and gives
/// nothing. All of a plan, whose title block stands in a corner.
fn frame(page: &Analysis, ink: &[Blob], back: &Affine, (width, height): (u32, u32), dpi: f32) -> Box2 {
    let all = Box2 { x: 0, y: 0, w: width as i32, h: height as i32 };
    if is_plan(width, height, dpi) || page.width == 0 {
        return all;
    }
    let level = back.inverse();
    let (fx, fy) = (width as f32 / page.width as f32, height as f32 / page.height as f32);
    let mut ends = [f32::MAX, f32::MAX, f32::MIN, f32::MIN];
    // A speck is no ink.
    for b in ink.iter().filter(|b| b.width().max(b.height()) > 2) {
        for (x, y) in [(b.left, b.top), (b.right, b.top), (b.left, b.bottom), (b.right, b.bottom)] {
            let [x, y] = level.at(x as f32 * fx, y as f32 * fy);
            ends = [ends[0].min(x), ends[1].min(y), ends[2].max(x), ends[3].max(y)];
        }
    }
    if ends[0] > ends[2] {
        return all;
    }
    let margin = MARGIN_MM / 25.4 * dpi;
    let low = |v: f32| (v - margin).floor() as i32;
    let (x, y) = (low(ends[0]).max(0), low(ends[1]).max(0));
    let high = |v: f32, from: i32, side: u32| ((v + margin).ceil() as i32).min(side as i32).max(from + 1);
    let (right, bottom) = (high(ends[2], x, width), high(ends[3], y, height));
    Box2 { x, y, w: right - x, h: bottom - y }
}

/// The image at the resolution the engine reads best.
fn at_reading_size(image: ReadingImage, wanted: f32) -> ReadingImage {
    let dpi = image.dpi;
    if (DPI_MIN..=wanted * FINER).contains(&dpi) || dpi < 1.0 {
        return image;
    }
    let wanted = if dpi < DPI_MIN { DPI_SMALL } else { wanted };
    let factor = (wanted / dpi).min(4.0);
    let (w, h) = (pixels::scaled(image.grey.width(), factor), pixels::scaled(image.grey.height(), factor));
    let grow = Affine {
        x: [image.grey.width() as f32 / w as f32, 0.0, 0.0],
        y: [0.0, image.grey.height() as f32 / h as f32, 0.0],
    };
    let to_kept = image.to_kept.after(&grow);
    ReadingImage { grey: pixels::resharpened(&image.grey, w, h), to_kept, dpi: dpi * factor, ..image }
}

/// Whether a lean is worth turning for, and the way back from the level page.
fn level(grey: &GrayImage, skew: f32) -> (bool, Affine) {
    if skew.abs() < SKEW_READ {
        return (false, Affine { x: [1.0, 0.0, 0.0], y: [0.0, 1.0, 0.0] });
    }
    let (sin, cos) = skew.to_radians().sin_cos();
    let (cx, cy) = (grey.width() as f32 / 2.0, grey.height() as f32 / 2.0);
    (true, Affine { x: [cos, sin, cx - cos * cx - sin * cy], y: [-sin, cos, cy + sin * cx - cos * cy] })
}

/// Turned level by its lean in degrees, with the way back; what comes in from outside is paper.
pub fn straightened(grey: GrayImage, skew: f32, paper: u8) -> (GrayImage, Affine) {
    let (turned, back) = level(&grey, skew);
    if turned { (mapped(&grey, &back, grey.dimensions(), paper), back) } else { (grey, back) }
}

/// An image whose points come from where `back` says, bilinear, paper around.
fn mapped(from: &GrayImage, back: &Affine, (wide, high): (u32, u32), paper: u8) -> GrayImage {
    const BITS: u32 = 16;
    let (width, height) = (from.width() as usize, from.height() as usize);
    let pixels = from.as_raw();
    let mut to = vec![paper; wide as usize * high as usize];
    if width < 2 || height < 2 {
        return GrayImage::from_pixel(wide, high, image::Luma([paper]));
    }
    let fixed = |v: f32| (f64::from(v) * f64::from(1u32 << BITS)).round() as i64;
    let (step_x, step_y) = (fixed(back.x[0]), fixed(back.y[0]));
    for (y, row) in to.chunks_exact_mut(wide.max(1) as usize).enumerate() {
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
    made(wide, high, to)
}
