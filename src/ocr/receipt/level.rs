//! The geometry of a stamp: how its frame leans, and what is inside it.
//!
//! In: a picture around a stamp. Out: leans worth trying, and the frame of a
//! level picture. Pure.

use super::INK;
use crate::model::geometry::Box2;
use crate::page::analysis::{DPI, MM};
use crate::page::{blobs, pixels};
use image::GrayImage;

/// Largest lean of a stamp against the page, degrees.
const LEAN_MAX: f32 = 10.0;
/// A line of a frame is at least this long, mm; in a picture of little more than the frame this share of its width.
const FRAME_MM: f32 = 28.0;
const FRAME_SHARE: f32 = 0.55;
/// Lines above and below are at least this far apart, mm; or this share of such a picture's height.
const APART_MM: f32 = 10.0;
const APART_SHARE: f32 = 0.4;
/// A line is as full as at its best with this share of the ink.
const FULL: f32 = 0.9;
/// No letter, nor two that touch, is wider than this, mm.
const LETTER_MM: f32 = 12.0;
/// Leans tried on one stamp.
const LEANS_MAX: usize = 3;

/// The ink of a picture at the resolution of analyses.
pub fn ink_mask(image: &GrayImage, dpi: f32, paper: u8) -> (Vec<u8>, usize, usize) {
    let factor = (DPI / dpi.max(1.0)).min(1.0);
    let (w, h) = (pixels::scaled(image.width(), factor), pixels::scaled(image.height(), factor));
    let small = pixels::resized(image, w, h);
    let mask = small.as_raw().iter().map(|&p| u8::from(p < paper.saturating_sub(INK))).collect();
    (mask, w as usize, h as usize)
}

/// The leans at which two long parallel lines show, the best first: the frame's, and those of tables and text.
pub fn leans(crop: &GrayImage, dpi: f32, paper: u8) -> Vec<f32> {
    let (mask, width, height) = ink_mask(crop, dpi, paper);
    let points: Vec<(f32, f32)> = (0..mask.len())
        .filter(|&i| mask[i] != 0)
        .map(|i| ((i % width) as f32 - width as f32 / 2.0, (i / width) as f32))
        .collect();
    let mut scored: Vec<(f32, f32)> = Vec::new();
    let mut bins: Vec<f32> = Vec::new();
    let steps = (LEAN_MAX * 4.0) as i32;
    for step in -steps..=steps {
        let degrees = step as f32 / 4.0;
        let slope = degrees.to_radians().tan();
        let reach = width as f32 * slope.abs() / 2.0 + 2.0;
        bins.clear();
        bins.resize(height + 2 * reach as usize + 4, 0.0);
        for (x, y) in &points {
            if let Some(bin) = bins.get_mut((y + x * slope + reach) as usize) {
                *bin += 1.0;
            }
        }
        let peak = |from: usize, to: usize| {
            let part = bins.get(from..to.min(bins.len())).unwrap_or_default();
            part.iter().enumerate().fold((0, 0.0f32), |m, (i, &v)| if v > m.1 { (from + i, v) } else { m })
        };
        let (at, first) = peak(0, bins.len());
        let apart = (APART_MM * MM).min(APART_SHARE * height as f32) as usize;
        let second = peak(0, at.saturating_sub(apart)).1.max(peak(at + apart, bins.len()).1);
        scored.push((degrees, first + second));
    }
    // Only peaks, the lean beside a strong one says nothing; and of a peak its middle: a line two pixels
    // thick is as full half a degree further on, a short one further.
    let flat = ((2.5 / (width as f32 * 0.7).max(1.0)).atan().to_degrees() * 4.0).ceil() as usize;
    let reach = flat.max(3);
    let near = |i: usize| &scored[i.saturating_sub(reach)..(i + reach + 1).min(scored.len())];
    let middle = |i: usize| {
        let full = near(i).iter().filter(|s| s.1 >= scored[i].1 * FULL);
        let (sum, count) = full.fold((0.0, 0.0f32), |(sum, count), s| (sum + s.0, count + 1.0));
        (sum / count.max(1.0), scored[i].1)
    };
    let high = |i: &usize| near(*i).iter().all(|s| s.1 <= scored[*i].1);
    let mut peaks: Vec<(f32, f32)> = (0..scored.len()).filter(high).map(middle).collect();
    peaks.sort_by(|a, b| b.1.total_cmp(&a.1));
    peaks.dedup_by(|b, a| (a.0 - b.0).abs() < 0.5);
    peaks.iter().take(LEANS_MAX).map(|p| p.0).collect()
}

/// The lean at which the lines of a picture's text are told best from the paper between them.
pub fn lean_of_lines(crop: &GrayImage, dpi: f32, paper: u8) -> f32 {
    let (mask, width, height) = ink_mask(crop, dpi, paper);
    // Rules and frames are longer than any letter, and level where they are the page's.
    let found = blobs::find(&mask, width);
    let letter = |run: &&blobs::Run| found.blobs[run.blob as usize].width() as f32 <= LETTER_MM * MM;
    let points: Vec<(f32, f32)> = found
        .runs
        .iter()
        .filter(letter)
        .flat_map(|run| (run.start..run.end).map(|x| (x as f32 - width as f32 / 2.0, run.y as f32)))
        .collect();
    let steps = (LEAN_MAX * 4.0) as i32;
    let sharpness = |degrees: f32| {
        let slope = degrees.to_radians().tan();
        let reach = width as f32 * slope.abs() / 2.0 + 2.0;
        let mut bins = vec![0.0f32; height + 2 * reach as usize + 4];
        for (x, y) in &points {
            if let Some(bin) = bins.get_mut((y + x * slope + reach) as usize) {
                *bin += 1.0;
            }
        }
        bins.windows(2).map(|b| (b[1] - b[0]).powi(2)).sum::<f32>()
    };
    let leans = (-steps..=steps).map(|step| step as f32 / 4.0);
    leans.map(|lean| (lean, sharpness(lean))).max_by(|a, b| a.1.total_cmp(&b.1)).map_or(0.0, |best| best.0)
}

/// The frame of a stamp in a level picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What is inside of it; all of the picture where no frame is.
    pub inside: Box2,
    /// Its lines, clear of the inside by this, pixels.
    pub margin: i32,
    /// Whether lines above and below were seen.
    pub seen: bool,
}

/// The frame around the middle of a level picture.
pub fn inside_frame(level: &GrayImage, dpi: f32, paper: u8) -> Frame {
    let (mask, width, height) = ink_mask(level, dpi, paper);
    let scale = level.width() as f32 / width.max(1) as f32;
    let margin = (0.9 * MM) as usize;
    let long = (FRAME_MM * MM).min(FRAME_SHARE * width as f32) as usize;
    // Ink in this row or the next, so that a line may lean by a pixel.
    let row = |y: usize| {
        let next = (y + 1).min(height.saturating_sub(1)) * width;
        longest((0..width).map(|x| mask[y * width + x] | mask[next + x]))
    };
    let lines: Vec<usize> = (0..height).filter(|&y| row(y) >= long).collect();
    let middle = height / 2;
    let near = (2.0 * MM) as usize;
    let above = lines.iter().rev().find(|&&y| y + near < middle).copied();
    let below = lines.iter().find(|&&y| y > middle + near).copied();
    let top = above.map_or(0, |y| (y + margin).min(height));
    let bottom = below.map_or(height, |y| y.saturating_sub(margin)).max(top);
    let column = |x: usize| {
        let next = (x + 1).min(width.saturating_sub(1));
        longest((top..bottom).map(|y| mask[y * width + x] | mask[y * width + next]))
    };
    let walls: Vec<usize> = if above.is_some() && below.is_some() {
        (0..width).filter(|&x| column(x) * 10 >= (bottom - top) * 6).collect()
    } else {
        Vec::new()
    };
    let left = walls.iter().rev().find(|&&x| x < width / 2).map_or(0, |x| (x + margin).min(width));
    let right = walls.iter().find(|&&x| x > width / 2).map_or(width, |x| x.saturating_sub(margin)).max(left);
    let wide = |v: usize| (v as f32 * scale) as i32;
    let inside = Box2 {
        x: wide(left),
        y: wide(top),
        w: wide(right - left).min(level.width() as i32 - wide(left)).max(1),
        h: wide(bottom - top).min(level.height() as i32 - wide(top)).max(1),
    };
    Frame { inside, margin: wide(margin), seen: above.is_some() && below.is_some() }
}

/// The longest stretch of ink with no gap wider than worn rubber leaves: text has wider ones.
fn longest(ink: impl Iterator<Item = u8>) -> usize {
    const GAP: usize = 2;
    let (mut best, mut length, mut gap) = (0, 0, 0);
    for m in ink {
        if m != 0 {
            length += 1 + gap;
            gap = 0;
            best = best.max(length);
        } else if length > 0 {
            gap += 1;
            if gap > GAP {
                (length, gap) = (0, 0);
            }
        }
    }
    best
}

pub fn median(pixels: &[u8]) -> u8 {
    let mut histogram = [0u32; 256];
    pixels.iter().for_each(|&p| histogram[usize::from(p)] += 1);
    let mut left = pixels.len() as u32 / 2;
    let found = histogram.iter().position(|&n| {
        let hit = n > left;
        left = left.saturating_sub(n);
        hit
    });
    found.unwrap_or(255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::straightened;
    use image::Luma;

    /// A frame at 300 dpi with half its sides in mm, leaning counter-clockwise, in a picture of these sides.
    fn framed(degrees: f32, (half_w, half_h): (f32, f32), (w, h): (f32, f32)) -> GrayImage {
        let mm = 300.0 / 25.4;
        let mut image = GrayImage::from_pixel((w * mm) as u32, (h * mm) as u32, Luma([250]));
        let (cx, cy) = (image.width() as f32 / 2.0, image.height() as f32 / 2.0);
        let (sin, cos) = degrees.to_radians().sin_cos();
        for (x, y, pixel) in image.enumerate_pixels_mut() {
            let (dx, dy) = (x as f32 - cx, y as f32 - cy);
            let (u, v) = ((dx * cos - dy * sin).abs() / mm, (dx * sin + dy * cos).abs() / mm);
            let line = |at: f32, half: f32| (half - 0.4..half + 0.1).contains(&at);
            let on_frame = line(u, half_w) && v < half_h || line(v, half_h) && u < half_w;
            if on_frame {
                *pixel = Luma([60]);
            }
        }
        image
    }

    #[test]
    fn the_lean_of_lines_without_a_frame_is_found() {
        for degrees in [-7.0f32, -1.5, 0.0, 4.0] {
            let slope = degrees.to_radians().tan();
            // Two lines of letters 3 mm high, 8 mm apart.
            let image = GrayImage::from_fn(700, 400, |x, y| {
                let down = y as f32 + (x as f32 - 350.0) * slope;
                let letter = (100..600).contains(&x) && x % 30 < 20;
                let line = (130.0..165.0).contains(&down) || (225.0..260.0).contains(&down);
                // And a rule of the page.
                let rule = (320..326).contains(&y);
                Luma([if letter && line || rule { 90 } else { 250 }])
            });
            let found = lean_of_lines(&image, 300.0, 250);
            assert!((found - degrees).abs() <= 0.5, "{found} for {degrees}");
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(60))]
        #[test]
        fn the_lean_of_a_frame_is_found_and_its_inside_cut_out(degrees in -8.0f32..8.0) {
            // A large one in what surrounds a word, a small one cut out with 3 mm around.
            for (half, sides) in [((30.0, 14.0), (90.0, 64.0)), ((9.0, 4.5), (25.0, 18.0))] {
                let image = framed(degrees, half, sides);
                let found = leans(&image, 300.0, 250)[0];
                let exact = if half.0 > 20.0 { 0.26 } else { 1.3 };
                proptest::prop_assert!((found - degrees).abs() <= exact, "{found} for {degrees}");
                let (level, _) = straightened(image, found, 250);
                let frame = inside_frame(&level, 300.0, 250);
                let mm = 300.0 / 25.4;
                let (w, h) = (frame.inside.w as f32 / mm, frame.inside.h as f32 / mm);
                let fits = |side: f32, half: f32| (2.0 * half - 5.0..2.0 * half).contains(&side);
                proptest::prop_assert!(frame.seen && fits(w, half.0) && fits(h, half.1), "{w} x {h} mm, {degrees}");
            }
        }
    }
}
