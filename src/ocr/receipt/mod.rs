//! The stamp of receipt, read by itself.
//!
//! In: the reading image and what the engine saw on it. Out: the words of the
//! stamp, marked as such, and the words of the letter below it. Stamps lean by
//! a few degrees of their own, have a frame, and stand on print; read together
//! with the page their lines fall apart, and the letter's with them. Where a
//! word of a stamp was seen, its surroundings are turned level, print darker
//! than the stamp's ink is taken out, the frame is cut off, and what is inside
//! is read once more. Then the stamp is taken out of the page, and the lines it
//! stood on are read again. Without a date in it nothing changes.

mod ink;
mod level;

use super::{RawWord, ReadMode, Recogniser, words};
use crate::model::geometry::Box2;
use crate::model::page::Word;
use crate::model::refusal::Refusal;
use crate::page::{Affine, ReadingImage, straightened};
use image::{GrayImage, imageops};
use ink::Paler;
use level::{Frame, inside_frame, leans, median};
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
];
/// Half the size of what is looked at around such a word, mm: the stamp may be 85 mm wide.
const AROUND_MM: (f32, f32) = (45.0, 32.0);
/// Ink is darker than the paper by this.
const INK: u8 = 40;
/// A date read with this confidence needs no other view of the stamp.
const SURE: f32 = 0.85;
/// Stamps read on one page.
const STAMPS_MAX: usize = 2;
/// Print lies level; what leans by this much, degrees, was put there by hand.
const LEAN_LEAST: f32 = 0.4;
/// What a stamp counts for that says it is one, but whose date cannot be read.
const DATELESS: f32 = 0.2;
/// Paper around a stamp without a frame that still belongs to it, mm.
const APRON_MM: f32 = 2.0;
/// The middles of a stamp's lines stand below each other, give or take this, mm.
const ALIGNED_MM: f32 = 5.0;
/// From the line that says what it is to the others, mm.
const NEAR_MM: f32 = 18.0;
/// The lines below a stamp must be read about as well as together with it: letters times confidence.
const WORSE: f32 = 0.7;

static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b\d{1,2}\s?[.,]\s?(?:\d{1,2}\s?[.,]|[a-zä]{3,9}\.?)\s?(?:20)?\d{2}\b").ok()
});

/// A stamp as it was read.
struct Stamp {
    /// Its words in the kept image.
    words: Vec<Word>,
    /// The same in the level picture.
    boxes: Vec<Box2>,
    /// Its frame in the level picture.
    frame: Frame,
    /// Its frame does not lie level.
    leans: bool,
    /// From the level picture to the page.
    to_page: Affine,
    /// How sure its date is.
    score: f32,
}

impl Stamp {
    /// All of the stamp in the level picture, with its frame or some paper around.
    fn outline(&self, dpi: f32) -> Box2 {
        let by = if self.frame.seen { 2 * self.frame.margin } else { (APRON_MM / 25.4 * dpi) as i32 };
        let words = self.boxes.iter().copied().reduce(Box2::union);
        let all = if self.frame.seen { self.frame.inside } else { words.unwrap_or(self.frame.inside) };
        Box2 { x: all.x - by, y: all.y - by, w: all.w + 2 * by, h: all.h + 2 * by }
    }

    /// The upright box around it on the page.
    fn area(&self, dpi: f32, page: &GrayImage) -> Box2 {
        let o = self.outline(dpi);
        let corners = [(o.x, o.y), (o.x + o.w, o.y), (o.x, o.y + o.h), (o.x + o.w, o.y + o.h)]
            .map(|(x, y)| self.to_page.at(x as f32, y as f32));
        let side = |axis: usize, most: u32| {
            let values = corners.map(|c| c[axis]);
            let low = values.iter().copied().fold(f32::MAX, f32::min).clamp(0.0, most as f32) as i32;
            let high = values.iter().copied().fold(0.0, f32::max).clamp(0.0, most as f32) as i32;
            (low, high - low)
        };
        let ((x, w), (y, h)) = (side(0, page.width()), side(1, page.height()));
        Box2 { x, y, w, h }
    }
}

/// Reads the stamps of a page by themselves, and what stands below them without them.
pub fn read_again(
    engine: &mut dyn Recogniser,
    reading: &mut ReadingImage,
    raw: &[RawWord],
    words: &mut Vec<Word>,
) -> Result<(), Refusal> {
    let mut areas: Vec<Box2> = Vec::new();
    // Of the ink in a word a fifth is surely its own; of that in a frame, with print below, half.
    let named = raw.iter().filter(|w| is_of_stamp(w, raw)).map(|w| (w.bounds, 5));
    let framed = reading.frames.clone().into_iter().map(|f| (f, 2));
    for (bounds, part) in named.chain(framed) {
        if areas.len() >= STAMPS_MAX || areas.iter().any(|a| bounds.centre_in(*a)) {
            continue;
        }
        let (crop, to_page) = around(reading, bounds);
        if part == 2 && !leaning_frame(&crop, reading.dpi) {
            continue;
        }
        let own = Box2 { x: bounds.x - to_page.x[2] as i32, y: bounds.y - to_page.y[2] as i32, ..bounds };
        let paler = Paler::of(&crop, own, part);
        let mut views = Vec::new();
        views.extend(paler.map(|p| (p.without_print(&crop, reading.dpi), true)));
        views.push((crop, false));
        let Some(stamp) = read_level(engine, &views, reading, &to_page)? else { continue };
        let area = stamp.area(reading.dpi, &reading.grey);
        areas.push(area);
        ink::clear(&mut reading.grey, &stamp, area, paler, reading.dpi);
        read_below(engine, reading, area, raw, words)?;
        let lies_on = |w: &Word| stamp.words.iter().any(|s| w.text == s.text && w.bounds.centre_in(s.bounds));
        words.retain(|w| !lies_on(w));
        words::append(words, stamp.words.into_iter().map(|w| Word { stamped: true, ..w }).collect());
    }
    Ok(())
}

/// Whether a picture shows a frame that does not lie level, as everything printed does.
fn leaning_frame(crop: &GrayImage, dpi: f32) -> bool {
    let paper = median(crop.as_raw());
    leans(crop, dpi, paper).into_iter().any(|lean| {
        lean.abs() >= LEAN_LEAST && inside_frame(&straightened(crop.clone(), lean, paper).0, dpi, paper).seen
    })
}

/// Reads the lines of the page that a stamp stood on.
fn read_below(
    engine: &mut dyn Recogniser,
    reading: &ReadingImage,
    area: Box2,
    raw: &[RawWord],
    words: &mut Vec<Word>,
) -> Result<(), Refusal> {
    // No line is cut.
    let (mut top, mut bottom) = (area.y, area.y + area.h);
    let mut wider = true;
    while wider {
        wider = false;
        for b in raw.iter().map(|w| w.bounds).filter(|b| !b.centre_in(area)) {
            let touches = b.y < bottom && b.y + b.h > top;
            if touches && (b.y < top || b.y + b.h > bottom) {
                (top, bottom) = (top.min(b.y), bottom.max(b.y + b.h));
                wider = true;
            }
        }
    }
    let margin = (reading.dpi / 25.4) as i32;
    let (top, bottom) = ((top - margin).max(0), (bottom + margin).min(reading.grey.height() as i32));
    let (width, height) = (reading.grey.width(), (bottom - top).max(1) as u32);
    let band = ReadingImage {
        grey: imageops::crop_imm(&reading.grey, 0, top as u32, width, height).to_image(),
        to_kept: reading.to_kept.after(&Affine { x: [1.0, 0.0, 0.0], y: [0.0, 1.0, top as f32] }),
        dpi: reading.dpi,
        stamps: Vec::new(),
        frames: Vec::new(),
    };
    let found = engine.read(&band.grey, band.dpi, ReadMode::Page)?;
    let new = words::placed(&words::believed(&found), &band);
    let level = reading.to_kept.inverse();
    let inside = |w: &Word| {
        let [_, y] = level
            .at(w.bounds.x as f32 + w.bounds.w as f32 / 2.0, w.bounds.y as f32 + w.bounds.h as f32 / 2.0);
        (top as f32..bottom as f32).contains(&y)
    };
    let worth = |words: &mut dyn Iterator<Item = &Word>| -> f32 {
        words.map(|w| w.text.chars().count() as f32 * w.confidence).sum()
    };
    let old = worth(&mut words.iter().filter(|w| inside(w) && !w.bounds.centre_in(kept(area, reading))));
    if worth(&mut new.iter()) >= old * WORSE {
        words::replace(words, inside, new);
    }
    Ok(())
}

/// A box of the reading image in the kept image.
fn kept(area: Box2, reading: &ReadingImage) -> Box2 {
    let [x, y] = reading.to_kept.at(area.x as f32, area.y as f32);
    let [right, bottom] = reading.to_kept.at((area.x + area.w) as f32, (area.y + area.h) as f32);
    Box2 { x: x as i32, y: y as i32, w: (right - x) as i32, h: (bottom - y) as i32 }
}

/// Reads the ink of a stamp that was taken out of a page by its colour.
pub fn read_ink(engine: &mut dyn Recogniser, ink: &ReadingImage) -> Result<Vec<Word>, Refusal> {
    let straight = Affine { x: [1.0, 0.0, 0.0], y: [0.0, 1.0, 0.0] };
    let view = [(ink.grey.clone(), true)];
    let found = read_level(engine, &view, ink, &straight)?;
    let framed = || leaning_frame(&ink.grey, ink.dpi);
    if let Some(stamp) = found {
        let stamped = stamp.leans || stamp.words.iter().any(|w| says_receipt(&w.text)) || framed();
        return Ok(stamp.words.into_iter().map(|w| Word { stamped, ..w }).collect());
    }
    // A signature or a drawing makes letters of strokes; words of colour are read surely.
    let raw = engine.read(&ink.grey, ink.dpi, ReadMode::Block)?;
    if words::quality(&raw) < super::POOR {
        return Ok(Vec::new());
    }
    let stamped = raw.iter().any(|w| says_receipt(&w.text)) || framed();
    let words = words::placed(&words::believed(&raw), ink);
    Ok(words.into_iter().map(|w| Word { stamped, ..w }).collect())
}

fn says_receipt(word: &str) -> bool {
    let text: String = word.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
    WORDS.iter().any(|w| {
        *w == text || w.len() >= 7 && text.len().abs_diff(w.len()) <= 1 && levenshtein(w, &text) <= 2
    })
}

/// A word stamps have, not in a sentence: "keinen Eingang Ihrer Zahlung".
fn is_of_stamp(word: &RawWord, all: &[RawWord]) -> bool {
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

/// What surrounds a word, and the way from there to the page.
fn around(reading: &ReadingImage, word: Box2) -> (GrayImage, Affine) {
    let mm = reading.dpi / 25.4;
    let (cx, cy) = (word.x as f32 + word.w as f32 / 2.0, word.y as f32 + word.h as f32 / 2.0);
    let (w, h) = (reading.grey.width() as f32, reading.grey.height() as f32);
    let left = (cx - AROUND_MM.0 * mm).clamp(0.0, w) as u32;
    let top = (cy - AROUND_MM.1 * mm).clamp(0.0, h) as u32;
    let right = (cx + AROUND_MM.0 * mm).clamp(0.0, w) as u32;
    let bottom = (cy + AROUND_MM.1 * mm).clamp(0.0, h) as u32;
    let crop = imageops::crop_imm(&reading.grey, left, top, right - left, bottom - top).to_image();
    (crop, Affine { x: [1.0, 0.0, left as f32], y: [0.0, 1.0, top as f32] })
}

/// Reads views of a stamp at the leans its frame may have, each view with whether all ink in it is the
/// stamp's; the stamp if there is a date in it.
fn read_level(
    engine: &mut dyn Recogniser,
    views: &[(GrayImage, bool)],
    reading: &ReadingImage,
    to_page: &Affine,
) -> Result<Option<Stamp>, Refusal> {
    let Some((first, _)) = views.first() else { return Ok(None) };
    let paper = median(first.as_raw());
    let mut best: Option<Stamp> = None;
    for lean in leans(first, reading.dpi, paper) {
        for (view, all_ink) in views {
            let (level, back) = straightened(view.clone(), lean, paper);
            let frame = inside_frame(&level, reading.dpi, paper);
            let [x, y, w, h] =
                [frame.inside.x, frame.inside.y, frame.inside.w, frame.inside.h].map(|v| v as u32);
            let shift = Affine { x: [1.0, 0.0, x as f32], y: [0.0, 1.0, y as f32] };
            let to_page = to_page.after(&back);
            let inside = ReadingImage {
                grey: imageops::crop_imm(&level, x, y, w, h).to_image(),
                to_kept: reading.to_kept.after(&to_page.after(&shift)),
                dpi: reading.dpi,
                stamps: Vec::new(),
                frames: Vec::new(),
            };
            let raw = engine.read(&inside.grey, inside.dpi, ReadMode::Block)?;
            let own = if *all_ink { raw } else { lines_of_stamp(&raw, &frame, reading.dpi) };
            let leans = frame.seen && lean.abs() >= LEAN_LEAST;
            let dateless = leans && own.iter().any(|w| says_receipt(&w.text));
            let score = date_score(&own).max(if dateless { DATELESS } else { 0.0 });
            if score > best.as_ref().map_or(0.0, |b| b.score) {
                let boxes = own.iter().map(|w| w.bounds);
                let boxes = boxes.map(|b| Box2 { x: b.x + x as i32, y: b.y + y as i32, ..b }).collect();
                best =
                    Some(Stamp { words: words::placed(&own, &inside), boxes, frame, leans, to_page, score });
            }
            if score > SURE {
                return Ok(best);
            }
        }
    }
    Ok(best)
}

/// The lines that are a stamp's: the one that says so and those set to the same middle or edge near it, or in a
/// frame those in its middle. Lines of the letter run on through the frame, or stand elsewhere.
fn lines_of_stamp(raw: &[RawWord], frame: &Frame, dpi: f32) -> Vec<RawWord> {
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
fn date_score(raw: &[RawWord]) -> f32 {
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
        for stamp in
            ["Eingegangen am", "EINGANG", "Posteingang", "Eingeganget", "RE-1 21.06.2026 EINGANG 1,76"]
        {
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
