//! A second opinion on the turn of a page, where measuring was unsure, and on whose writing it is.
//!
//! In: an engine, the reading image, what is in doubt. Out: a further turn, or
//! that nobody knows. A strip is read in the directions in question; text that
//! lies right reads as words, text that lies wrong or mirrored as rubbish.

use super::{RawWord, ReadMode, Recogniser, words};
use crate::model::geometry::Turn;
use crate::model::notes::Note;
use crate::model::page::MeasuredPage;
use crate::model::refusal::Refusal;
use crate::page::{ReadingImage, noise, pixels, turn};
use image::{GrayImage, imageops};

/// What is in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Upright or upside down.
    UpDown,
    /// Any of the four directions.
    Axis,
}

/// What the second opinion says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Turn the page further by this.
    Turn(Turn),
    /// Too little legible text in every direction.
    Unknown,
}

/// Sure letters a direction needs: two short words.
const LETTERS_MIN: f32 = 7.0;
/// Sure letters from which the other axis need not be tried.
const SURE: f32 = 40.0;
/// The best direction must read this much more than the next.
const LEAD: f32 = 1.6;

/// Pieces of ink up to which a page is sparse: reading it all costs little.
const SPARSE_BLOBS: usize = 700;

/// The doubt that measuring noted.
pub fn doubt(measured: &MeasuredPage) -> Option<Doubt> {
    let has = |code: &str| measured.notes.iter().any(|n| n.code == code);
    if has(turn::AXIS_UNSURE) { Some(Doubt::Axis) } else { has(turn::UNSURE).then_some(Doubt::UpDown) }
}

/// Whether a note is one that a verdict settles.
pub fn is_doubt(note: &Note) -> bool {
    note.code == turn::AXIS_UNSURE || note.code == turn::UNSURE
}

/// Reads a strip in the directions in doubt.
pub fn opinion(
    engine: &mut dyn Recogniser,
    reading: &ReadingImage,
    doubt: Doubt,
) -> Result<Verdict, Refusal> {
    let mut scores: Vec<(Turn, f32)> = Vec::with_capacity(4);
    let strip = densest_strip(&reading.grey, reading.dpi);
    for turn in [Turn::None, Turn::Half] {
        scores.push((turn, score(engine, &pixels::oriented(strip.clone(), false, turn), reading.dpi)?));
    }
    if let Some(verdict) = winner(&scores)
        && (doubt == Doubt::UpDown || scores.iter().any(|s| s.1 > SURE))
    {
        return Ok(verdict);
    }
    // The strip said nothing. On a sparse page the few words may stand elsewhere.
    if noise::texture(&reading.grey, reading.dpi).blobs <= SPARSE_BLOBS {
        scores.clear();
        for turn in [Turn::None, Turn::Half] {
            let page = pixels::oriented(reading.grey.clone(), false, turn);
            let words = engine.read(&page, reading.dpi, ReadMode::Page)?;
            scores.push((turn, words.iter().map(sure_letters).sum()));
        }
        if let (Some(verdict), Doubt::UpDown) = (winner(&scores), doubt) {
            return Ok(verdict);
        }
    }
    let sideways = pixels::oriented(reading.grey.clone(), false, Turn::Right);
    let strip = densest_strip(&sideways, reading.dpi);
    scores.push((Turn::Right, score(engine, &strip, reading.dpi)?));
    let strip = pixels::oriented(strip, false, Turn::Half);
    scores.push((Turn::Left, score(engine, &strip, reading.dpi)?));
    Ok(winner(&scores).unwrap_or(Verdict::Unknown))
}

/// Whether what reads as rubbish is mirror writing: the back of the sheet shining through. Sheets are turned over
/// either edge.
pub fn is_the_back(
    engine: &mut dyn Recogniser,
    reading: &ReadingImage,
    rubbish: &[RawWord],
) -> Result<bool, Refusal> {
    let plain: f32 = rubbish.iter().map(sure_letters).sum();
    for turn in [Turn::None, Turn::Half] {
        let mirrored = pixels::oriented(reading.grey.clone(), true, turn);
        let words = engine.read(&mirrored, reading.dpi, ReadMode::Page)?;
        let sure: f32 = words.iter().map(sure_letters).sum();
        if sure > SURE.max(plain * LEAD) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn winner(scores: &[(Turn, f32)]) -> Option<Verdict> {
    let best = scores.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let next = scores.iter().filter(|s| s.0 != best.0).map(|s| s.1).fold(0.0, f32::max);
    (best.1 >= LETTERS_MIN && best.1 >= next * LEAD).then_some(Verdict::Turn(best.0))
}

fn score(engine: &mut dyn Recogniser, strip: &GrayImage, dpi: f32) -> Result<f32, Refusal> {
    Ok(engine.read(strip, dpi, ReadMode::Block)?.iter().map(sure_letters).sum())
}

/// Letters of a word that was read with confidence; upside-down letters seldom make long sure words.
fn sure_letters(word: &RawWord) -> f32 {
    let letters = word.text.chars().filter(|c| c.is_alphanumeric()).count() as f32;
    let sure = ((word.confidence - 0.5) * 2.0).max(0.0);
    if letters < 3.0 || !words::is_wordlike(&word.text) { 0.0 } else { letters * sure * sure }
}

/// About 45 mm of the page with the most letters.
fn densest_strip(image: &GrayImage, dpi: f32) -> GrayImage {
    let (width, height) = image.dimensions();
    let strip = ((dpi * 1.8) as u32).clamp(1, height.max(1)).min(height);
    // Letters change between dark and light far more often than bars, lines and pictures.
    let changes: Vec<u32> = image
        .as_raw()
        .chunks_exact(width.max(1) as usize)
        .map(|row| row.windows(2).map(|p| u32::from((p[0] < 140) != (p[1] < 140))).sum())
        .collect();
    let weight = |top: u32| -> u32 { changes.iter().skip(top as usize).take(strip as usize).sum() };
    let step = (strip / 4).max(1) as usize;
    let top =
        (0..=height - strip).step_by(step).max_by_key(|&top| (weight(top), u32::MAX - top)).unwrap_or(0);
    imageops::crop_imm(image, 0, top, width, strip).to_image()
}
