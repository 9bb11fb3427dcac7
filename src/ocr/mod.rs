//! Reading: words with boxes and confidence.
//!
//! In: a decoded page and its measurement. Out: the page with its words, in
//! the coordinates of the kept image after turning. The engine sits behind
//! [`Recogniser`]; this room decides what it is shown, never how it works.

pub mod tesseract;
mod tsv;

use crate::model::geometry::{Box2, Turn};
use crate::model::notes::Note;
use crate::model::page::{MeasuredPage, PageText, ReadPage, Word};
use crate::model::refusal::Refusal;
use crate::page::{self, ReadingImage, orient, raster::Raster};
use image::{GrayImage, imageops};
use unicode_normalization::UnicodeNormalization;

/// How the engine shall look for text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadMode {
    /// A whole page: columns, paragraphs, lines.
    Page,
    /// One block of text, for a quick look at a strip.
    Block,
}

/// A word as the engine saw it, in pixels of the image it was shown.
#[derive(Clone, Debug, PartialEq)]
pub struct RawWord {
    /// Text.
    pub text: String,
    /// Box.
    pub bounds: Box2,
    /// Box of its line.
    pub line_bounds: Box2,
    /// 0 to 1.
    pub confidence: f32,
    /// Counted over the page.
    pub line: u32,
    /// Counted over the page.
    pub block: u32,
}

/// A reading engine. Deterministic: the same image gives the same words in any order of pages.
pub trait Recogniser {
    /// Reads an image.
    fn read(&mut self, image: &GrayImage, dpi: f32, mode: ReadMode) -> Result<Vec<RawWord>, Refusal>;
    /// Name and version, for the record.
    fn identity(&self) -> String;
}

/// Words below this confidence without a letter or digit are dirt.
const DIRT_BELOW: f32 = 0.35;
/// Ink share from which a page is noise that would keep the engine busy for nothing.
const NOISE_INK: f32 = 0.5;

/// Reads a page; settles the turn first where measuring was unsure.
pub fn read_page(
    engine: &mut dyn Recogniser,
    raster: &Raster,
    mut measured: MeasuredPage,
) -> Result<ReadPage, Refusal> {
    if measured.quality.ink > NOISE_INK {
        measured.notes.push(Note::review(
            "page.noise",
            "Die Seite besteht überwiegend aus Störungen und wurde nicht gelesen. Bitte neu scannen.",
        ));
        return Ok(ReadPage { measured, text: PageText::default() });
    }
    let mut reading = page::reading_image(raster, &measured);
    if measured.notes.iter().any(|n| n.code == orient::UNSURE) {
        let better = second_opinion(engine, &reading)?;
        if better != Turn::None {
            apply_turn(&mut measured, better);
            measured.skew = if better == Turn::Half {
                measured.skew
            } else {
                let upright = page::reduced(&page::upright_grey(raster, &measured), measured.dpi);
                page::deskew::angle(&upright).unwrap_or(0.0)
            };
            reading = page::reading_image(raster, &measured);
        }
    }
    let words = engine.read(&reading.grey, reading.dpi, ReadMode::Page)?;
    let text =
        PageText { words: words.iter().filter(|w| !is_dirt(w)).map(|w| placed(w, &reading)).collect() };
    Ok(ReadPage { measured, text })
}

fn apply_turn(measured: &mut MeasuredPage, turn: Turn) {
    measured.turned = measured.turned.then(turn);
    if turn.swaps_sides() {
        std::mem::swap(&mut measured.width, &mut measured.height);
    }
}

/// Reads a strip in all four directions; only a clear winner turns the page.
fn second_opinion(engine: &mut dyn Recogniser, reading: &ReadingImage) -> Result<Turn, Refusal> {
    let mut scores = Vec::new();
    for turn in [Turn::None, Turn::Half, Turn::Right, Turn::Left] {
        let strip = densest_strip(&page::turned(reading.grey.clone(), turn));
        let words = engine.read(&strip, reading.dpi, ReadMode::Block)?;
        let score: f32 = words
            .iter()
            .filter(|w| w.confidence > 0.6)
            .map(|w| w.confidence * w.text.chars().filter(|c| c.is_alphanumeric()).count() as f32)
            .sum();
        scores.push((turn, score));
        if turn == Turn::Half && scores.iter().any(|s| s.1 > 40.0) {
            break; // One of the two reads well: the other axis need not be tried.
        }
    }
    let as_is = scores[0].1;
    let best = scores.into_iter().fold((Turn::None, as_is), |a, b| if b.1 > a.1 { b } else { a });
    Ok(if best.1 > as_is * 1.5 + 5.0 { best.0 } else { Turn::None })
}

/// The strip of a sixth of the height with the most ink.
fn densest_strip(image: &GrayImage) -> GrayImage {
    let (width, height) = image.dimensions();
    let strip = (height / 6).clamp(1, height);
    let ink: Vec<u64> = image
        .as_raw()
        .chunks_exact(width.max(1) as usize)
        .map(|row| row.iter().step_by(4).map(|&p| u64::from(p < 128)).sum())
        .collect();
    let weight = |top: u32| ink.iter().skip(top as usize).take(strip as usize).sum::<u64>();
    let top =
        (0..=height - strip).step_by((strip / 4).max(1) as usize).max_by_key(|&top| weight(top)).unwrap_or(0);
    imageops::crop_imm(image, 0, top, width, strip).to_image()
}

fn is_dirt(word: &RawWord) -> bool {
    word.text.trim().is_empty()
        || word.confidence < DIRT_BELOW && !word.text.chars().any(char::is_alphanumeric)
}

fn placed(word: &RawWord, reading: &ReadingImage) -> Word {
    let b = word.bounds;
    let corners = [(b.x, b.y), (b.x + b.w, b.y), (b.x, b.y + b.h), (b.x + b.w, b.y + b.h)]
        .map(|(x, y)| reading.to_kept(x as f32, y as f32));
    let least = |axis: usize| corners.iter().map(|c| c[axis]).fold(f32::MAX, f32::min).floor();
    let most = |axis: usize| corners.iter().map(|c| c[axis]).fold(f32::MIN, f32::max).ceil();
    let bottom = (b.y + b.h) as f32;
    Word {
        text: word.text.nfc().collect(),
        bounds: Box2 {
            x: least(0) as i32,
            y: least(1) as i32,
            w: (most(0) - least(0)) as i32,
            h: (most(1) - least(1)) as i32,
        },
        confidence: word.confidence,
        line: word.line,
        block: word.block,
        baseline_start: reading.to_kept(b.x as f32, bottom),
        baseline_end: reading.to_kept((b.x + b.w) as f32, bottom),
        ascent: b.h as f32,
    }
}
