//! Salt and pepper: counting specks, and taking them out of reading images.
//!
//! In: full-resolution samples, because a speck is one or two pixels. Dots of
//! i and ä, full stops and commas are larger (at 8 points and 300 dpi a dot is
//! three pixels wide) and stay.

use super::analysis;
use super::blobs::{self, find};
use super::pixels::{self, luma};
use super::raster::{Pixels, Raster};
use image::GrayImage;

/// Specks per square centimetre from which taking them out pays; dust stays below one.
pub const NOISY_PER_CM2: f32 = 0.4;
/// Bands of rows looked at when counting.
const BANDS: u32 = 14;
/// Rows of a band.
const BAND: u32 = 48;
/// Columns judged against the same paper.
const CHUNK: usize = 128;
/// A speck is this much darker than the paper around it.
const SPECK_DEPTH: u8 = 70;
/// Below this resolution a dot of an i may be as small as a speck.
const DPI_LEAST: f32 = 190.0;

/// Largest side of a speck in pixels.
fn speck_side(dpi: f32) -> u32 {
    ((dpi / 140.0) as u32).clamp(1, 8)
}

/// Isolated specks per square centimetre, from bands of the stored samples.
pub fn specks_per_cm2(raster: &Raster, dpi: f32) -> f32 {
    let (width, height) = pixels::stored_size(raster);
    if width < 16 || height < BAND || dpi < DPI_LEAST {
        return 0.0;
    }
    let side = speck_side(dpi);
    let bands = BANDS.min(height / BAND).max(1);
    let (mut count, mut rows_seen) = (0u32, 0u32);
    for band in 0..bands {
        let top = (u64::from(height - BAND) * u64::from(band) / u64::from(bands.max(2) - 1)) as u32;
        let rows = grey_rows(raster, top.min(height - BAND), BAND);
        let mask = dark_mask(&rows, width as usize);
        count += find(&mask, width as usize)
            .blobs
            .iter()
            .filter(|b| b.width() <= side && b.height() <= side && b.top > 0 && b.bottom < BAND)
            .count() as u32;
        rows_seen += BAND;
    }
    let cm2 = (width as f32 / dpi * 2.54) * (rows_seen as f32 / dpi * 2.54);
    count as f32 / cm2.max(0.1)
}

/// Some rows of the stored samples in grey.
fn grey_rows(raster: &Raster, top: u32, rows: u32) -> Vec<u8> {
    let (width, _) = pixels::stored_size(raster);
    let (from, to) = (top as usize * width as usize, (top + rows) as usize * width as usize);
    match &raster.pixels {
        Pixels::Grey(image) => image.as_raw().get(from..to).unwrap_or_default().to_vec(),
        Pixels::Rgb(image) => {
            let bytes = image.as_raw().get(from * 3..to * 3).unwrap_or_default();
            bytes.chunks_exact(3).map(|p| luma(p[0], p[1], p[2])).collect()
        }
    }
}

/// Marks what is darker than the paper by [`SPECK_DEPTH`], chunk by chunk.
fn dark_mask(rows: &[u8], width: usize) -> Vec<u8> {
    let mut mask = vec![0u8; rows.len()];
    for left in (0..width).step_by(CHUNK) {
        let right = (left + CHUNK).min(width);
        let mut histogram = [0u32; 256];
        for row in rows.chunks_exact(width).step_by(4) {
            row[left..right].iter().for_each(|&p| histogram[usize::from(p)] += 1);
        }
        let mut left_over = histogram.iter().sum::<u32>() / 4;
        let paper = histogram.iter().rposition(|&n| {
            let hit = n > left_over;
            left_over = left_over.saturating_sub(n);
            hit
        });
        let limit = (paper.unwrap_or(255) as u8).saturating_sub(SPECK_DEPTH);
        for (from, to) in rows.chunks_exact(width).zip(mask.chunks_exact_mut(width)) {
            for (p, m) in from[left..right].iter().zip(&mut to[left..right]) {
                *m = u8::from(*p < limit);
            }
        }
    }
    mask
}

/// Paints isolated specks with the paper around them. Gives how many.
pub fn despeckle(image: &mut GrayImage, dpi: f32) -> usize {
    let (width, height) = (image.width() as usize, image.height() as usize);
    if width < 16 || height < 16 || dpi < DPI_LEAST {
        return 0;
    }
    let side = speck_side(dpi);
    let mut mask = Vec::with_capacity(width * height);
    for band in image.as_raw().chunks(width * CHUNK) {
        mask.extend(dark_mask(band, width));
    }
    let found = find(&mask, width);
    let mut count = 0;
    for blob in found.blobs.iter().filter(|b| b.width() <= side && b.height() <= side) {
        let (left, right) = ((blob.left as usize).saturating_sub(2), (blob.right as usize + 2).min(width));
        let (top, bottom) = ((blob.top as usize).saturating_sub(2), (blob.bottom as usize + 2).min(height));
        let rim = |x: usize, y: usize| x == left || x + 1 == right || y == top || y + 1 == bottom;
        let (mut sum, mut seen) = (0u32, 0u32);
        for y in top..bottom {
            for x in (left..right).filter(|&x| rim(x, y)) {
                sum += u32::from(image.as_raw()[y * width + x]);
                seen += 1;
            }
        }
        let paper = (sum / seen.max(1)) as u8;
        for y in top..bottom {
            for x in (left..right).filter(|&x| !rim(x, y)) {
                let pixel: &mut u8 = &mut image[(x as u32, y as u32)].0[0];
                *pixel = (*pixel).max(paper);
            }
        }
        count += 1;
    }
    count
}

/// 3 by 3 median, for pages that are noise all over.
pub fn median(image: &GrayImage) -> GrayImage {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let mut out = image.clone();
    if width < 3 || height < 3 {
        return out;
    }
    let from = image.as_raw();
    for (y, to) in out.chunks_exact_mut(width).enumerate().take(height - 1).skip(1) {
        let rows = [
            &from[(y - 1) * width..y * width],
            &from[y * width..(y + 1) * width],
            &from[(y + 1) * width..(y + 2) * width],
        ];
        for x in 1..width - 1 {
            to[x] = middle([
                rows[0][x - 1],
                rows[0][x],
                rows[0][x + 1],
                rows[1][x - 1],
                rows[1][x],
                rows[1][x + 1],
                rows[2][x - 1],
                rows[2][x],
                rows[2][x + 1],
            ]);
        }
    }
    out
}

/// The fifth of nine by a fixed network of exchanges: no branches.
fn middle(mut v: [u8; 9]) -> u8 {
    const EXCHANGES: [(usize, usize); 19] = [
        (1, 2),
        (4, 5),
        (7, 8),
        (0, 1),
        (3, 4),
        (6, 7),
        (1, 2),
        (4, 5),
        (7, 8),
        (0, 3),
        (5, 8),
        (4, 7),
        (3, 6),
        (1, 4),
        (2, 5),
        (4, 7),
        (4, 2),
        (6, 4),
        (4, 2),
    ];
    for (i, j) in EXCHANGES {
        (v[i], v[j]) = (v[i].min(v[j]), v[i].max(v[j]));
    }
    v[4]
}

/// Figures per square inch from which an image is noise: print of 6 points has about 150 letters a square inch.
const NOISE_BLOBS: f32 = 420.0;
/// Changes between dark and light per inch over all rows, from which an image is noise: a page set densely
/// in 6 points has about 25.
const NOISE_CHANGES: f32 = 38.0;

/// What the engine can be shown of a page, by its grain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grain {
    /// Print.
    #[default]
    Calm,
    /// It was noise, and smoothing helped.
    Smoothed,
    /// Nothing but noise: the engine would look for letters in it for minutes.
    Noise,
}

/// Smooths an image that is noise, with all its pixels: reduced, its grains melt into blots like letters.
pub fn calmed(image: &mut GrayImage, dpi: f32) -> Grain {
    let calm = |image: &GrayImage| {
        let texture = texture(image, dpi);
        texture.blobs_per_square_inch < NOISE_BLOBS && texture.changes_per_inch < NOISE_CHANGES
    };
    if calm(image) {
        return Grain::Calm;
    }
    *image = median(&median(image));
    if calm(image) { Grain::Smoothed } else { Grain::Noise }
}

/// How busy an image is: what decides how long an engine works on it, and whether that is worth it.
#[derive(Clone, Copy, Debug)]
pub struct Texture {
    /// Separate pieces of ink.
    pub blobs: usize,
    /// The same per square inch of paper.
    pub blobs_per_square_inch: f32,
    /// Changes between dark and light per inch, averaged over all rows.
    pub changes_per_inch: f32,
}

/// Looks at an image, reduced.
pub fn texture(image: &GrayImage, dpi: f32) -> Texture {
    let dpi = dpi.max(1.0);
    let factor = (analysis::DPI / dpi).min(1.0);
    let (w, h) = (pixels::scaled(image.width(), factor), pixels::scaled(image.height(), factor));
    let small = pixels::resized(image, w, h);
    let mask: Vec<u8> = small.as_raw().iter().map(|&p| u8::from(p < 150)).collect();
    let blobs = blobs::find(&mask, w as usize).blobs.len();
    let changes = mask.windows(2).filter(|p| p[0] != p[1]).count() as f32;
    let (across, down) = (image.width() as f32 / dpi, image.height() as f32 / dpi);
    Texture {
        blobs,
        blobs_per_square_inch: blobs as f32 / (across * down).max(1.0),
        changes_per_inch: changes / (across * h as f32).max(1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specks_go_and_dots_of_three_pixels_stay() {
        let mut page = GrayImage::from_pixel(200, 200, image::Luma([245]));
        for (x, y, side) in [(20, 20, 1), (60, 30, 2), (100, 100, 3)] {
            for dy in 0..side {
                for dx in 0..side {
                    page.put_pixel(x + dx, y + dy, image::Luma([10]));
                }
            }
        }
        assert_eq!(despeckle(&mut page, 300.0), 2);
        assert!(page.get_pixel(20, 20).0[0] > 200 && page.get_pixel(61, 31).0[0] > 200);
        assert_eq!(page.get_pixel(101, 101).0[0], 10);
    }

    #[test]
    fn the_middle_of_nine() {
        assert_eq!(middle([9, 1, 8, 2, 7, 3, 6, 4, 5]), 5);
        assert_eq!(middle([0, 0, 0, 0, 255, 255, 255, 255, 255]), 255);
    }
}
