//! Which quarter turn makes the page upright.
//!
//! In: an analysis image. Out: a turn, and whether it is unsure. Lines of text
//! make a sharper profile along their direction than across it; that gives the
//! axis. Latin text has more ink above the small letters (b d f h k l t and
//! capitals) than below (g p q y); that gives up and down. Where the evidence
//! is thin, the OCR reads a strip both ways.

use super::{deskew, turned};
use crate::model::geometry::Turn;
use image::GrayImage;

/// Code of the note that asks the OCR for a second opinion.
pub const UNSURE: &str = "page.turn_unsure";
/// The sharper axis must be this much sharper.
const AXIS_RATIO: f64 = 1.35;
/// Share by which ink above must outweigh ink below.
const UP_MARGIN: f32 = 0.12;
/// Text lines needed for a vote on up and down.
const LINES_MIN: u32 = 6;

/// A turn and how sure it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Clockwise turn to apply.
    pub turn: Turn,
    /// Somebody else should look.
    pub unsure: bool,
    /// Even the axis is in doubt.
    pub axis_unsure: bool,
}

/// Decides the turn.
pub fn quarter_turn(image: &GrayImage) -> Found {
    let across = deskew::best_sharpness(image);
    let sideways = turned(image.clone(), Turn::Right);
    let along = deskew::best_sharpness(&sideways);
    let (upright, axis) = if along > across { (sideways, Turn::Right) } else { (image.clone(), Turn::None) };
    let axis_unsure = across.max(along) < across.min(along) * AXIS_RATIO;
    let straight = match deskew::angle(&upright) {
        Some(skew) => deskew::rotated(&upright, skew),
        None => upright,
    };
    let (balance, lines) = ink_above_minus_below(&straight);
    let turn = if balance < 0.0 { axis.then(Turn::Half) } else { axis };
    let unsure = axis_unsure || lines < LINES_MIN || balance.abs() < UP_MARGIN;
    Found { turn, unsure, axis_unsure }
}

/// Over all text lines: (ink above the small letters - ink below) / both, and the number of lines.
fn ink_above_minus_below(image: &GrayImage) -> (f32, u32) {
    let width = image.width() as usize;
    let profile: Vec<f32> = image
        .as_raw()
        .chunks_exact(width.max(1))
        .map(|row| row.iter().map(|&p| 225.0 - f32::from(p)).filter(|v| *v > 0.0).sum())
        .collect();
    let floor = 40.0;
    let (mut above, mut below, mut lines) = (0.0f32, 0.0f32, 0u32);
    let mut y = 0;
    while y < profile.len() {
        if profile[y] <= floor {
            y += 1;
            continue;
        }
        let start = y;
        while y < profile.len() && profile[y] > floor {
            y += 1;
        }
        let line = &profile[start..y];
        // A line of 6 to 30 points at 100 dpi; rules and pictures are thinner or thicker.
        if !(6..=45).contains(&line.len()) {
            continue;
        }
        let peak = line.iter().copied().fold(0.0f32, f32::max);
        let first = line.iter().position(|&v| v > peak * 0.55).unwrap_or(0);
        let last = line.iter().rposition(|&v| v > peak * 0.55).unwrap_or(0);
        above += line[..first].iter().sum::<f32>();
        below += line[last + 1..].iter().sum::<f32>();
        lines += 1;
    }
    ((above - below) / (above + below).max(1.0), lines)
}
