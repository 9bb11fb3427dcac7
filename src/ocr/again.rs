//! Words that failed, read once more by themselves.
//!
//! In: the reading image and what the engine saw on it. Out: the same words,
//! the failed ones replaced where a second look reads surely. The engine
//! measures letters over a whole row: where small print stands beside large, or
//! a fold crosses a word, a few words of a clean page fall apart. Cut out with
//! some paper around, and enlarged if they are small, most of them read.

use super::{RawWord, ReadMode, Recogniser};
use crate::model::geometry::Box2;
use crate::model::refusal::Refusal;
use crate::page::{ReadingImage, pixels};
use image::imageops;

/// Words read worse than this failed.
const FAILED: f32 = 0.6;
/// The second look must be this sure, and surer by as much as the gain.
const SURE: f32 = 0.75;
const GAIN: f32 = 0.2;
/// Places looked at again on one page, the worst first; a page with more is poor all over.
const PLACES_MAX: usize = 8;
/// Paper around a word, in heights of its box: boxes of failed words often hold half of the letters.
const AROUND: f32 = 0.9;
/// Letters lower than this are enlarged, mm: small print.
const SMALL_MM: f32 = 3.2;
/// By as much.
const ENLARGED: f32 = 1.5;

/// Reads failed words again.
pub fn failed(
    engine: &mut dyn Recogniser,
    reading: &ReadingImage,
    raw: &mut Vec<RawWord>,
) -> Result<(), Refusal> {
    let mut places = places(raw);
    let letters: usize = places.iter().map(|p| letters(&raw[p.clone()])).sum();
    // Handwriting, pictures: nothing to be gained.
    if places.is_empty() || letters * 4 > self::letters(raw) {
        return Ok(());
    }
    places.sort_by(|a, b| confidence(&raw[a.clone()]).total_cmp(&confidence(&raw[b.clone()])));
    places.truncate(PLACES_MAX);
    // From the end, so that places before stay where they are.
    places.sort_by_key(|p| std::cmp::Reverse(p.start));
    for place in places {
        let old = &raw[place.clone()];
        let new = look(engine, reading, old)?;
        let found = confidence(&new);
        if found >= SURE && found >= confidence(old) + GAIN && self::letters(&new) * 2 >= self::letters(old) {
            raw.splice(place, new);
        }
    }
    Ok(())
}

/// Runs of failed words within lines.
fn places(raw: &[RawWord]) -> Vec<std::ops::Range<usize>> {
    let mut places: Vec<std::ops::Range<usize>> = Vec::new();
    for (i, word) in raw.iter().enumerate().filter(|(_, w)| w.confidence < FAILED && is_text(w)) {
        match places.last_mut() {
            Some(last) if last.end == i && raw[last.start].line == word.line => last.end = i + 1,
            _ => places.push(i..i + 1),
        }
    }
    places
}

fn is_text(word: &RawWord) -> bool {
    word.text.chars().any(char::is_alphanumeric) && word.bounds.w > 0 && word.bounds.h > 0
}

fn letters(words: &[RawWord]) -> usize {
    words.iter().map(|w| w.text.chars().count()).sum()
}

/// Mean over letters.
fn confidence(words: &[RawWord]) -> f32 {
    let sum: f32 = words.iter().map(|w| w.confidence * w.text.chars().count() as f32).sum();
    sum / letters(words).max(1) as f32
}

/// The words at that place, cut out and read as a line of their own.
fn look(
    engine: &mut dyn Recogniser,
    reading: &ReadingImage,
    old: &[RawWord],
) -> Result<Vec<RawWord>, Refusal> {
    let (Some(all), Some(first)) = (old.iter().map(|w| w.bounds).reduce(Box2::union), old.first()) else {
        return Ok(Vec::new());
    };
    let around = (all.h as f32 * AROUND) as i32 + 2;
    let side = |from: i32, length: i32, by: i32, most: u32| {
        let low = (from - by).clamp(0, most as i32);
        (low, (from + length + by).clamp(low, most as i32) - low)
    };
    // Words before and behind stand a blank away.
    let (x, w) = side(all.x, all.w, around.min(all.h / 3 + 2), reading.grey.width());
    let (y, h) = side(all.y, all.h, around, reading.grey.height());
    let crop = imageops::crop_imm(&reading.grey, x as u32, y as u32, w as u32, h as u32).to_image();
    let small = (all.h as f32) < SMALL_MM / 25.4 * reading.dpi;
    let factor = if small { ENLARGED } else { 1.0 };
    let (wide, high) = (pixels::scaled(crop.width(), factor), pixels::scaled(crop.height(), factor));
    let crop = if small { pixels::resharpened(&crop, wide, high) } else { crop };
    let found = engine.read(&crop, reading.dpi * factor, ReadMode::Block)?;
    let back = |v: i32| (v as f32 / factor) as i32;
    let placed = found.into_iter().map(|w| RawWord {
        bounds: Box2 {
            x: x + back(w.bounds.x),
            y: y + back(w.bounds.y),
            w: back(w.bounds.w).max(1),
            h: back(w.bounds.h).max(1),
        },
        line: first.line,
        block: first.block,
        ..w
    });
    // Of lines above and below, of which a strip came along, nothing.
    let (top, bottom) = (all.y, all.y + all.h);
    Ok(placed.filter(|w| w.bounds.y < bottom && w.bounds.y + w.bounds.h > top).filter(is_text).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, confidence: f32, line: u32) -> RawWord {
        RawWord { text: text.into(), bounds: Box2 { x: 0, y: 0, w: 40, h: 20 }, confidence, line, block: 0 }
    }

    #[test]
    fn runs_of_failed_words_end_with_the_line() {
        let raw = [
            word("Sehr", 0.9, 0),
            word("gcchrte", 0.3, 0),
            word("Darnen", 0.2, 0),
            word("undl", 0.1, 1),
            word("--", 0.1, 1),
            word("Herren", 0.95, 1),
        ];
        assert_eq!(places(&raw), [1..3, 3..4]);
    }
}
