//! Which quarter turn makes the page upright.
//!
//! In: an analysis and its text ink. Out: a turn and how sure it is. Lines of
//! text make a sharper profile along their direction than across it: that is
//! the axis. Latin text has more ink above the small letters (b d f h k l t,
//! capitals, dots) than below (g p q y): that is up and down. Where the
//! evidence is thin the OCR reads a strip both ways, and says so if even that
//! does not help.

use super::analysis::{Analysis, MM};
use super::blobs::{Blobs, find};
use super::deskew::Feet;
use crate::model::geometry::Turn;

/// Code of the note that asks the OCR for a second opinion about up and down.
pub const UNSURE: &str = "page.turn_unsure";
/// Code of the note that asks it about all four directions.
pub const AXIS_UNSURE: &str = "page.turn_axis_unsure";
/// The sharper axis must be this much sharper.
const AXIS_RATIO: f64 = 1.25;
/// Votes on up and down must lie this many standard errors from zero.
const UP_SIGMA: f32 = 2.6;
/// Votes closer to zero than this are not even a hint.
const HINT_SIGMA: f32 = 1.0;
/// Text pieces needed for a vote on up and down.
const PIECES_MIN: usize = 8;
/// Skew allowed for while deciding, degrees.
const RANGE: f32 = 8.0;
/// Width of the strips in which text lines are looked at one by one.
const STRIP: usize = (45.0 * MM) as usize;

/// A turn and how sure it is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Found {
    /// Clockwise turn to apply.
    pub turn: Turn,
    /// Up and down are in doubt.
    pub unsure: bool,
    /// Even the axis is in doubt.
    pub axis_unsure: bool,
    /// Sharper over weaker axis.
    pub axis_ratio: f64,
    /// Standard errors by which ink above outweighs ink below.
    pub up_sigma: f32,
}

/// The ink that may be letters: no specks, no rules, no frames, no pictures.
pub fn text_mask(mask: &[u8], width: usize) -> Vec<u8> {
    let Blobs { blobs, runs } = find(mask, width);
    let (least, most) = ((0.7 * MM) as u32, (11.0 * MM) as u32);
    let long = (32.0 * MM) as u32;
    let mut out = vec![0u8; mask.len()];
    for run in runs {
        let Some(blob) = blobs.get(run.blob as usize) else { continue };
        let (w, h) = (blob.width(), blob.height());
        let short_side = w.min(h);
        let long_side = w.max(h);
        // Touching letters make blobs of a word's length, never of a line's and never solid.
        let text =
            long_side >= least && short_side <= most && long_side <= long && blob.area * 20 < w * h * 19;
        if text {
            let row = run.y as usize * width;
            out[row + run.start as usize..row + run.end as usize].fill(1);
        }
    }
    out
}

/// Decides the turn.
pub fn quarter(page: &Analysis, text: &[u8]) -> Found {
    let across = Feet::of(text, &page.grey, page.width, page.height);
    let along = Feet::of_turned(text, &page.grey, page.width, page.height);
    if across.are_few() && along.are_few() {
        return Found { unsure: true, axis_unsure: true, axis_ratio: 1.0, ..Found::default() };
    }
    let (lean_across, lean_along) = (across.rough(RANGE), along.rough(RANGE));
    let excess = |p: f64| (p - 1.0).max(0.01);
    let (a, b) = (excess(lean_across.prominence), excess(lean_along.prominence));
    let sideways = b > a;
    let axis_ratio = a.max(b) / a.min(b);
    let balance = if sideways {
        let turned = super::pixels::quarter(text, page.width, page.height, true);
        up_and_down(&turned, page.height, page.width, lean_along.degrees)
    } else {
        up_and_down(text, page.width, page.height, lean_across.degrees)
    };
    let axis = if sideways { Turn::Right } else { Turn::None };
    // A weak hint is no reason to turn a page upside down.
    let turn = if balance.sigma < -HINT_SIGMA { axis.then(Turn::Half) } else { axis };
    let axis_unsure = axis_ratio < AXIS_RATIO;
    Found {
        turn,
        unsure: axis_unsure || balance.pieces < PIECES_MIN || balance.sigma.abs() < UP_SIGMA,
        axis_unsure,
        axis_ratio,
        up_sigma: balance.sigma,
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Balance {
    sigma: f32,
    pieces: usize,
}

/// Votes of all pieces of text lines: ink above the small letters minus ink below them.
fn up_and_down(mask: &[u8], width: usize, height: usize, degrees: f32) -> Balance {
    let slope = degrees.to_radians().tan();
    let mut votes: Vec<f32> = Vec::new();
    let mut profile = vec![0.0f32; height];
    let mut left = 0;
    while left < width {
        let right = (left + STRIP).min(width);
        strip_profile(mask, width, left..right, slope, &mut profile);
        pieces(&profile, &mut votes);
        left = right;
    }
    let n = votes.len() as f32;
    if votes.len() < 2 {
        return Balance { sigma: 0.0, pieces: votes.len() };
    }
    let mean = votes.iter().sum::<f32>() / n;
    let variance = votes.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / (n - 1.0);
    // A floor on the spread keeps a few identical pieces from looking certain.
    Balance { sigma: mean / (variance.max(0.002) / n).sqrt(), pieces: votes.len() }
}

/// Ink per row of a strip, rows leaning with the text.
fn strip_profile(
    mask: &[u8],
    width: usize,
    columns: std::ops::Range<usize>,
    slope: f32,
    profile: &mut [f32],
) {
    profile.fill(0.0);
    let middle = (columns.start + columns.end) as f32 / 2.0;
    let shifts: Vec<i32> = columns.clone().map(|x| ((x as f32 - middle) * slope).round() as i32).collect();
    let height = profile.len() as i32;
    for (y, row) in mask.chunks_exact(width).enumerate() {
        for (&ink, &shift) in row[columns.clone()].iter().zip(&shifts) {
            let at = y as i32 + shift;
            if ink != 0 && at >= 0 && at < height {
                profile[at as usize] += 1.0;
            }
        }
    }
}

/// Finds the bodies of text lines in a profile and compares the ink above with the ink below each.
fn pieces(profile: &[f32], votes: &mut Vec<f32>) {
    let mut y = 0;
    while y < profile.len() {
        if profile[y] < 6.0 {
            y += 1;
            continue;
        }
        let start = y;
        while y < profile.len() && profile[y] >= 2.0 {
            y += 1;
        }
        split(profile, start, y, votes);
    }
}

/// One inked stretch: one line, or several whose extenders touch.
fn split(profile: &[f32], start: usize, end: usize, votes: &mut Vec<f32>) {
    let mut sorted: Vec<f32> = profile[start..end].to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let peak = sorted[sorted.len() * 9 / 10];
    let level = peak * 0.5;
    let mut bodies: Vec<(usize, usize)> = Vec::new();
    let mut y = start;
    while y < end {
        if profile[y] < level {
            y += 1;
            continue;
        }
        let top = y;
        while y < end && profile[y] >= level {
            y += 1;
        }
        match bodies.last_mut() {
            // The waist of a line of e, s, a can dip under the level.
            Some(last) if top - last.1 <= 2 => last.1 = y,
            _ => bodies.push((top, y)),
        }
    }
    for (n, &(top, bottom)) in bodies.iter().enumerate() {
        let body = bottom - top;
        if !(5..=60).contains(&body) {
            continue;
        }
        let reach = (body * 8 / 10).max(3);
        let upper = if n > 0 { (bodies[n - 1].1 + top).div_ceil(2) } else { start };
        let lower = bodies.get(n + 1).map_or(end, |next| (bottom + next.0) / 2);
        let above: f32 = profile[top.saturating_sub(reach).max(upper)..top].iter().sum();
        let below: f32 = profile[bottom..(bottom + reach).min(lower)].iter().sum();
        let core: f32 = profile[top..bottom].iter().sum();
        votes.push((above - below) / core.max(1.0));
    }
}
