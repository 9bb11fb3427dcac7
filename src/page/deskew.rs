//! How far the text lines lean.
//!
//! In: an analysis and its ink. Out: degrees counter-clockwise, or nothing
//! where the page has too little text to say. Baselines are the straightest
//! thing on a letter: the lower edges of all ink, summed along leaning lines,
//! make the sharpest profile where the lean is right.

use super::analysis::{Analysis, MM};

/// Largest skew looked for, degrees.
pub const SKEW_MAX: f32 = 15.0;
/// Smaller skews are left alone: below this the profile cannot tell it from zero.
const SKEW_MIN: f32 = 0.02;
/// Text lines a page needs before its lean is believed.
const LINES_MIN: usize = 5;
/// Lower edges that make a line: about 25 mm of text, whose letters have feet over two thirds of its length.
const LINE_EDGES: f32 = 10.0 * MM;
/// The profile at the best lean must be this much sharper than at the average lean.
const PROMINENCE_MIN: f64 = 1.25;
/// Points used for the fine search; more add time, not accuracy.
const POINTS_MAX: usize = 30_000;
/// Points used for the coarse search.
const COARSE_POINTS: usize = 6_000;
/// Profile bins per pixel row in the fine search.
const FINE: f32 = 2.0;
/// Longest stretch of edge in one row that is a rule rather than a letter, pixels.
const FOOT_MAX: u32 = 400;

/// Lower edges of ink: where dark ends and light begins below it.
#[derive(Clone, Debug, Default)]
pub struct Feet {
    points: Vec<(f32, f32)>,
    width: f32,
    height: f32,
}

/// What a search found.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Lean {
    /// Degrees counter-clockwise.
    pub degrees: f32,
    /// Sharpness there over the average of all leans looked at; 1 is no text at all.
    pub prominence: f64,
    /// Text lines that stand out at that lean.
    pub lines: usize,
}

impl Feet {
    /// The feet of a mask over the grey samples that place them between two rows.
    pub fn of(mask: &[u8], grey: &[u8], width: usize, height: usize) -> Self {
        let mut points = Vec::new();
        for y in 1..height.saturating_sub(1) {
            let (row, below) = (&mask[y * width..(y + 1) * width], &mask[(y + 1) * width..(y + 2) * width]);
            let mut stretch = 0u32;
            for x in 0..width {
                if row[x] == 0 || below[x] != 0 {
                    stretch = 0;
                    continue;
                }
                stretch += 1;
                if stretch > FOOT_MAX {
                    continue;
                }
                // The lighter the pixel below still is than paper, the lower the edge lies.
                let (here, next) = (f32::from(grey[y * width + x]), f32::from(grey[(y + 1) * width + x]));
                let after = grey.get((y + 2) * width + x).map_or(next, |&p| f32::from(p));
                let span = (after - here).max(1.0);
                points.push((x as f32, y as f32 + ((after - next) / span).clamp(0.0, 1.0)));
            }
        }
        let every = points.len().div_ceil(POINTS_MAX).max(1);
        let points = points.into_iter().step_by(every).collect();
        Self { points, width: width as f32, height: height as f32 }
    }

    /// The feet of the same mask after a quarter turn clockwise.
    pub fn of_turned(mask: &[u8], grey: &[u8], width: usize, height: usize) -> Self {
        let turned = |plane: &[u8]| super::pixels::quarter(plane, width, height, true);
        Self::of(&turned(mask), &turned(grey), height, width)
    }

    /// Too few to say anything.
    pub fn are_few(&self) -> bool {
        self.points.len() < 150
    }

    /// The best lean within ±`range`, to a tenth of a degree.
    pub fn rough(&self, range: f32) -> Lean {
        if self.points.is_empty() {
            return Lean::default();
        }
        let every = self.points.len().div_ceil(COARSE_POINTS).max(1);
        let thin = Self { points: self.points.iter().copied().step_by(every).collect(), ..*self };
        let mut bins = Vec::new();
        let (mut best, mut sum, mut count) = ((0.0f32, f64::MIN), 0.0, 0.0);
        let steps = (range * 4.0) as i32;
        for step in -steps..=steps {
            let degrees = step as f32 * 0.25;
            let score = thin.sharpness(degrees, 1.0, &mut bins);
            sum += score;
            count += 1.0;
            if score > best.1 {
                best = (degrees, score);
            }
        }
        let (degrees, score) = thin.search(best.0, 0.2, 0.1, 1.0, &mut bins);
        Lean { degrees, prominence: score.max(best.1) / (sum / count).max(1e-9), lines: 0 }
    }

    /// The best lean, to about a hundredth of a degree.
    pub fn lean(&self) -> Lean {
        let rough = self.rough(SKEW_MAX);
        let mut bins = Vec::new();
        let (near, _) = self.search(rough.degrees, 0.15, 0.05, 1.0, &mut bins);
        let (best, mid) = self.search(near, 0.05, 0.01, FINE, &mut bins);
        // A parabola through the values around the peak.
        let step = 0.03;
        let low = self.sharpness(best - step, FINE, &mut bins);
        let high = self.sharpness(best + step, FINE, &mut bins);
        let bend = low - 2.0 * mid + high;
        let shift = if bend < 0.0 { (0.5 * (low - high) / bend).clamp(-1.0, 1.0) as f32 * step } else { 0.0 };
        Lean { degrees: best + shift, lines: self.lines(best), ..rough }
    }

    fn search(&self, around: f32, range: f32, step: f32, fine: f32, bins: &mut Vec<f32>) -> (f32, f64) {
        let steps = (range / step).round() as i32;
        let mut best = (around, f64::MIN);
        for i in -steps..=steps {
            let degrees = around + i as f32 * step;
            let score = self.sharpness(degrees, fine, bins);
            if score > best.1 {
                best = (degrees, score);
            }
        }
        best
    }

    /// Sum of squares of the profile along lines that lean by `degrees`.
    pub fn sharpness(&self, degrees: f32, fine: f32, bins: &mut Vec<f32>) -> f64 {
        self.profile(degrees, fine, bins);
        bins.iter().map(|&v| f64::from(v * v)).sum()
    }

    fn profile(&self, degrees: f32, fine: f32, bins: &mut Vec<f32>) {
        let slope = degrees.to_radians().tan();
        let reach = self.width * slope.abs() * 0.5 + 2.0;
        let middle = self.width * 0.5;
        let size = ((self.height + 2.0 * reach) * fine) as usize + 4;
        bins.clear();
        bins.resize(size, 0.0);
        for &(x, y) in &self.points {
            let at = (y + (x - middle) * slope + reach) * fine;
            let low = at as usize; // never negative: `reach` was added
            let part = at - low as f32;
            if let Some([a, b]) = bins.get_mut(low..low + 2) {
                *a += 1.0 - part;
                *b += part;
            }
        }
    }

    /// Peaks of the profile that are long enough for a text line and stand apart.
    fn lines(&self, degrees: f32) -> usize {
        let mut bins = Vec::new();
        self.profile(degrees, 1.0, &mut bins);
        let apart = (1.6 * MM) as usize;
        let mut count = 0;
        let mut y = 1;
        while y + 2 < bins.len() {
            let here = bins[y - 1] + bins[y] + bins[y + 1];
            let next = bins[y] + bins[y + 1] + bins[y + 2];
            if here >= LINE_EDGES && here >= next {
                count += 1;
                y += apart;
            } else {
                y += 1;
            }
        }
        count
    }
}

/// Degrees of the text, counter-clockwise positive; `None` if the page is to be left alone.
pub fn angle(page: &Analysis, mask: &[u8]) -> Option<f32> {
    let feet = Feet::of(mask, &page.grey, page.width, page.height);
    if feet.are_few() {
        return None;
    }
    let lean = feet.lean();
    if lean.lines < LINES_MIN || lean.prominence < PROMINENCE_MIN || lean.degrees.abs() > SKEW_MAX {
        return None;
    }
    let mut bins = Vec::new();
    let straighter = feet.sharpness(lean.degrees, FINE, &mut bins) > feet.sharpness(0.0, FINE, &mut bins);
    (straighter && lean.degrees.abs() >= SKEW_MIN).then_some(lean.degrees)
}
