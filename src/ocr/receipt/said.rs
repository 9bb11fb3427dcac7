//! What a stamp of receipt says: its words, its date, its lines.
//!
//! In: words as the engine saw them. Out: which of them are a stamp's. Pure.

use super::super::RawWord;
use super::level::Frame;
use crate::model::geometry::Box2;
use regex::Regex;
use std::sync::LazyLock;
use strsim::levenshtein;

/// What stamps of receipt say, in small letters; two wrong letters are forgiven from seven letters on.
const WORDS: &[&str] = &[
    "eingegangen",
    "eingang",
    "posteingang",
    "eingangsstempel",
    "eingangsdatum",
    "eingangsvermerk",
    "empfangen",
    "erhalten",
    "eing",
    "eingeg",
    "posteing",
    "einlauf",
    "posteinlauf",
];
/// The middles of a stamp's lines stand below each other, give or take this, mm.
const ALIGNED_MM: f32 = 5.0;
/// From the line that says what it is to the others, mm.
const NEAR_MM: f32 = 18.0;

static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b\d{1,2}\s?[.,]\s?(?:\d{1,2}\s?[.,]|[a-zä]{3,9}\.?)\s?(?:20)?\d{2}\b").ok()
});

/// Whether a word is one that only stamps of receipt begin with.
pub fn says_receipt(word: &str) -> bool {
    let text: String = word.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
    WORDS.iter().any(|w| {
        *w == text || w.len() >= 7 && text.len().abs_diff(w.len()) <= 1 && levenshtein(w, &text) <= 2
    })
}

/// A word stamps have, not in a sentence: "keinen Eingang Ihrer Zahlung".
pub fn is_of_stamp(word: &RawWord, all: &[RawWord]) -> bool {
    if !says_receipt(&word.text) {
        return false;
    }
    let line: Vec<&RawWord> = all.iter().filter(|w| w.line == word.line).collect();
    let at = line.iter().position(|w| std::ptr::eq(*w, word)).unwrap_or(0);
    let small =
        |w: Option<&&RawWord>| w.is_some_and(|w| w.text.starts_with(char::is_lowercase) && w.text != "am");
    let within = at > 0 && (small(Some(&word)) || small(line.get(at + 1)));
    !(within || small(at.checked_sub(1).and_then(|i| line.get(i))))
}

/// The lines that are a stamp's: the one that says so and those set to the same middle or edge near it, or in a
/// frame those in its middle. Lines of the letter run on through the frame, or stand elsewhere.
pub fn lines_of_stamp(raw: &[RawWord], frame: &Frame, dpi: f32) -> Vec<RawWord> {
    let mm = dpi / 25.4;
    let extent = |line: &[RawWord]| line.iter().map(|w| w.bounds).reduce(Box2::union).unwrap_or_default();
    let middle = |b: Box2| b.x as f32 + b.w as f32 / 2.0;
    let lines = || raw.chunk_by(|a, b| a.line == b.line);
    let named = lines().find(|line| line.iter().any(|w| says_receipt(&w.text))).map(extent);
    let width = frame.inside.w as f32;
    let own = |line: &[RawWord]| {
        let here = extent(line);
        let edge = width * 0.03;
        let apart = !frame.seen || here.x as f32 > edge && ((here.x + here.w) as f32) < width - edge;
        apart
            && match named {
                Some(name) => {
                    let aligned = (middle(here) - middle(name)).abs() < ALIGNED_MM * mm
                        || (here.x - name.x).abs() as f32 <= 2.0 * mm;
                    aligned && (here.y - name.y).abs() as f32 <= NEAR_MM * mm
                }
                None => frame.seen && (middle(here) - width / 2.0).abs() < ALIGNED_MM * mm,
            }
    };
    lines().filter(|line| own(line)).flatten().cloned().collect()
}

/// How sure the words of the best date are, 0 without one.
pub fn date_score(raw: &[RawWord]) -> f32 {
    raw.chunk_by(|a, b| a.line == b.line).filter_map(date_of_line).fold(0.0, f32::max)
}

/// How sure the words of a line's date are.
fn date_of_line(line: &[RawWord]) -> Option<f32> {
    let text: Vec<&str> = line.iter().map(|w| w.text.as_str()).collect();
    let found = DATE.as_ref()?.find(&text.join(" ")).map(|m| m.range())?;
    let mut at = 0;
    let mut sum = (0.0, 0.0);
    for word in line {
        if at < found.end && at + word.text.len() > found.start {
            sum = (sum.0 + word.confidence, sum.1 + 1.0);
        }
        at += word.text.len() + 1;
    }
    Some(sum.0 / f32::max(sum.1, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, line: u32) -> RawWord {
        let bounds = Box2 { x: 0, y: 0, w: 10, h: 10 };
        RawWord { text: text.into(), bounds, confidence: 0.9, line, block: 0 }
    }

    #[test]
    fn words_of_stamps_are_told_from_sentences() {
        let found = |line: &str| {
            let all: Vec<RawWord> = line.split(' ').map(|w| word(w, 0)).collect();
            all.iter().any(|w| is_of_stamp(w, &all))
        };
        for stamp in [
            "Eingegangen am",
            "EINGANG",
            "Posteingang",
            "Eingeganget",
            "Posteinlauf",
            "Eingeg. am",
            "RE-1 21.06.2026 EINGANG 1,76",
        ] {
            assert!(found(stamp), "{stamp}");
        }
        for other in ["konnten keinen Eingang Ihrer Zahlung", "der Ausgang", "wir haben Post erhalten"] {
            assert!(!found(other), "{other}");
        }
    }

    #[test]
    fn only_a_date_makes_a_reading_count() {
        let line = |text: &str| text.split(' ').map(|w| word(w, 0)).collect::<Vec<_>>();
        for date in ["16. FEB. 2026", "3. Juli 2026", "01.09.2025", "am 5. April 2026 ein"] {
            assert!(date_score(&line(date)) > 0.8, "{date}");
        }
        assert_eq!(date_score(&line("Stadt Lindenau EINGANG")), 0.0);
    }
}
