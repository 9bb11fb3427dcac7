//! How far the text lines lean, and taking it out.
//!
//! In: an upright analysis image. Out: degrees counter-clockwise, or nothing
//! when the page has too little text to say. The measure is the sharpness of
//! the profile of lower edges summed along leaning lines: baselines are the
//! straightest thing on a letter.

use image::GrayImage;

/// Largest skew looked for, degrees.
pub const SKEW_MAX: f32 = 15.0;
/// Lower-edge points needed: about five lines of text at 100 dpi.
const POINTS_MIN: usize = 900;
/// Smaller skews are left alone: turning would blur more than it helps.
const SKEW_MIN: f32 = 0.04;
/// The best angle must be this much sharper than no turning at all.
const GAIN_MIN: f64 = 1.01;
/// Points used at most; more add time, not accuracy.
const POINTS_MAX: usize = 40_000;
/// Profile bins per pixel row: sub-pixel edges sharpen the peak.
const FINE: f32 = 3.0;

/// Degrees of the text, counter-clockwise positive; `None` if the page is left alone.
pub fn angle(image: &GrayImage) -> Option<f32> {
    let points = lower_edges(image);
    if points.len() < POINTS_MIN {
        return None;
    }
    let mut bins = Vec::new();
    let coarse: Vec<_> = points.iter().copied().step_by(points.len().div_ceil(8_000)).collect();
    let mut best = search(&coarse, image, 0.0, SKEW_MAX, 0.5, 1.0, &mut bins);
    best = search(&points, image, best, 0.5, 0.1, 1.0, &mut bins);
    best = search(&points, image, best, 0.1, 0.02, FINE, &mut bins);
    let at = |degrees: f32, bins: &mut Vec<f32>| sharpness(&points, image, degrees, FINE, bins);
    // A parabola through the three values around the peak.
    let step = 0.02;
    let (low, mid, high) = (at(best - step, &mut bins), at(best, &mut bins), at(best + step, &mut bins));
    let bend = low - 2.0 * mid + high;
    if bend < 0.0 {
        best += (0.5 * (low - high) / bend) as f32 * step;
    }
    let straight = at(0.0, &mut bins);
    (best.abs() >= SKEW_MIN && best.abs() <= SKEW_MAX && mid > straight * GAIN_MIN).then_some(best)
}

/// Sharpness of the best lean, for comparing quarter turns.
pub fn best_sharpness(image: &GrayImage) -> f64 {
    let points = lower_edges(image);
    if points.is_empty() {
        return 0.0;
    }
    let thin: Vec<_> = points.iter().copied().step_by(points.len().div_ceil(6_000)).collect();
    let mut bins = Vec::new();
    let best = search(&thin, image, 0.0, 8.0, 0.5, 1.0, &mut bins);
    sharpness(&thin, image, best, 1.0, &mut bins) / (thin.len() as f64).powi(2) * f64::from(image.height())
}

fn search(
    points: &[(f32, f32)],
    image: &GrayImage,
    around: f32,
    range: f32,
    step: f32,
    fine: f32,
    bins: &mut Vec<f32>,
) -> f32 {
    let steps = (range / step).round() as i32;
    let mut best = (around, f64::MIN);
    for i in -steps..=steps {
        let degrees = around + i as f32 * step;
        let score = sharpness(points, image, degrees, fine, bins);
        if score > best.1 {
            best = (degrees, score);
        }
    }
    best.0
}

/// Sum of squares of the profile along lines that lean by `degrees`.
fn sharpness(points: &[(f32, f32)], image: &GrayImage, degrees: f32, fine: f32, bins: &mut Vec<f32>) -> f64 {
    let slope = degrees.to_radians().tan();
    let reach = image.width() as f32 * slope.abs();
    let size = ((image.height() as f32 + 2.0 * reach) * fine) as usize + 4;
    bins.clear();
    bins.resize(size, 0.0);
    for &(x, y) in points {
        let at = (y + x * slope + reach) * fine;
        let low = at.floor();
        let part = at - low;
        let low = low as usize;
        if low + 1 < size {
            bins[low] += 1.0 - part;
            bins[low + 1] += part;
        }
    }
    bins.iter().map(|&v| f64::from(v) * f64::from(v)).sum()
}

/// Dark pixels with a light one below, thinned evenly if there are very many.
fn lower_edges(image: &GrayImage) -> Vec<(f32, f32)> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let rows = image.as_raw();
    let mut points = Vec::new();
    for y in 1..height.saturating_sub(1) {
        let (row, below) = (&rows[y * width..(y + 1) * width], &rows[(y + 1) * width..(y + 2) * width]);
        for x in 0..width {
            let (here, next) = (f32::from(row[x]), f32::from(below[x]));
            if here < 150.0 && next >= 150.0 {
                // Where the grey value crosses the middle between both rows.
                points.push((x as f32, y as f32 + (150.0 - here) / (next - here).max(1.0)));
            }
        }
    }
    let every = points.len().div_ceil(POINTS_MAX).max(1);
    points.into_iter().step_by(every).collect()
}

/// The image turned clockwise by `degrees` about its middle, bilinear, white around.
pub fn rotated(image: &GrayImage, degrees: f32) -> GrayImage {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let from = image.as_raw();
    let mut to = vec![255u8; from.len()];
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (cx, cy) = (width as f32 / 2.0, height as f32 / 2.0);
    const ONE: i32 = 1 << 14;
    let fixed = |v: f32| (v * ONE as f32).round() as i32;
    let (step_x, step_y) = (fixed(cos), fixed(-sin));
    for y in 0..height {
        let dy = y as f32 - cy;
        let mut sx = fixed(cx - cos * cx + sin * dy);
        let mut sy = fixed(cy + sin * cx + cos * dy);
        for pixel in &mut to[y * width..(y + 1) * width] {
            let (ix, iy) = (sx >> 14, sy >> 14);
            if ix >= 0 && iy >= 0 && (ix as usize) + 1 < width && (iy as usize) + 1 < height {
                let at = iy as usize * width + ix as usize;
                let (fx, fy) = ((sx & (ONE - 1)) >> 6, (sy & (ONE - 1)) >> 6);
                let mix = |a: u8, b: u8| i32::from(a) * (256 - fx) + i32::from(b) * fx;
                let (upper, lower) =
                    (mix(from[at], from[at + 1]), mix(from[at + width], from[at + width + 1]));
                *pixel = ((upper * (256 - fy) + lower * fy) >> 16) as u8;
            }
            sx += step_x;
            sy += step_y;
        }
    }
    GrayImage::from_raw(image.width(), image.height(), to).unwrap_or_default()
}
