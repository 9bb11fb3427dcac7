//! The stamp of receipt, read by itself.
//!
//! In: the reading image and what the engine saw on it. Out: the words of the
//! stamp. Stamps lean by a few degrees of their own, have a frame, and stand on
//! print; read together with the page their lines fall apart. Where a word of
//! a stamp was seen, its surroundings are turned level, print darker than the
//! stamp's ink is taken out, the frame is cut off, and what is inside is read
//! once more. Without a date in it nothing changes.

use super::{RawWord, ReadMode, Recogniser, frames, words};
use crate::model::geometry::Box2;
use crate::model::page::Word;
use crate::model::refusal::Refusal;
use crate::page::analysis::{DPI, MM};
use crate::page::{Affine, ReadingImage, pixels, straightened};
use image::{GrayImage, imageops};
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
/// Largest lean of a stamp against the page, degrees.
const LEAN_MAX: f32 = 10.0;
/// A line of a frame is at least this long, mm.
const FRAME_MM: f32 = 28.0;
/// Ink is darker than the paper by this.
const INK: u8 = 40;
/// The stamp's ink must be lighter than print by this for the print to be taken out.
const LIGHTER: u8 = 40;
/// A stroke of print is no thicker than this with its edges, pixels.
const STROKE: usize = 16;
/// A date read with this confidence needs no other view of the stamp.
const SURE: f32 = 0.85;
/// A line is as full as at its best with this share of the ink.
const FULL: f32 = 0.9;
/// Leans tried on one stamp.
const LEANS_MAX: usize = 3;
/// Stamps read on one page.
const STAMPS_MAX: usize = 2;

static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b\d{1,2}\s?[.,]\s?(?:\d{1,2}\s?[.,]|[a-zä]{3,9}\.?)\s?(?:20)?\d{2}\b").ok()
});

/// Reads the stamps of a page again and puts their words in the place of what was read there.
pub fn read_again(
    engine: &mut dyn Recogniser,
    reading: &ReadingImage,
    raw: &[RawWord],
    words: &mut Vec<Word>,
) -> Result<(), Refusal> {
    let seen: Vec<&RawWord> = raw.iter().filter(|w| is_of_stamp(w, raw)).take(STAMPS_MAX).collect();
    let mut dated = false;
    for word in seen {
        let (crop, to_page) = around(reading, word.bounds);
        let mut views = vec![crop];
        views.extend(without_print(&views[0], word.bounds, &to_page));
        views.reverse();
        if let Some(found) = read_level(engine, &views, None, reading, &to_page)? {
            dated = true;
            replace(words, found);
        }
    }
    // No word of it was read, or no date: its frame may show where it is. A stamp in colour was taken out before.
    if dated || !reading.stamps.is_empty() {
        return Ok(());
    }
    for place in frames::places(&reading.grey, reading.dpi, median(reading.grey.as_raw())) {
        let (crop, to_page) = cut_out(reading, place.bounds);
        let mut views = vec![crop];
        views.extend(without_print_by_tone(&views[0]));
        views.reverse();
        let found = read_level(engine, &views, Some(place.lean), reading, &to_page)?;
        if let Some(found) = found.filter(|words| words.iter().any(|w| says_receipt(&w.text))) {
            replace(words, found);
            break;
        }
    }
    Ok(())
}

/// Whether a word is one of those that stamps of receipt have.
fn says_receipt(word: &str) -> bool {
    let text: String = word.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
    WORDS.iter().any(|w| {
        *w == text
            || w.len() >= 7
                && text.len().abs_diff(w.len()) <= 1
                && levenshtein(w, &text) <= 2
    })
}

/// Reads the ink of a stamp that was taken out of a page by its colour.
pub fn read_ink(engine: &mut dyn Recogniser, ink: &ReadingImage) -> Result<Vec<Word>, Refusal> {
    let straight = Affine { x: [1.0, 0.0, 0.0], y: [0.0, 1.0, 0.0] };
    match read_level(engine, std::slice::from_ref(&ink.grey), None, ink, &straight)? {
        Some(found) => Ok(found),
        None => Ok(words::placed(&engine.read(&ink.grey, ink.dpi, ReadMode::Block)?, ink)),
    }
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
    let (w, h) = (2.0 * AROUND_MM.0 * mm, 2.0 * AROUND_MM.1 * mm);
    let bounds =
        Box2 { x: (cx - w / 2.0) as i32, y: (cy - h / 2.0) as i32, w: w as i32, h: h as i32 };
    cut_out(reading, bounds)
}

/// A part of the image, and the way from there to the page.
fn cut_out(reading: &ReadingImage, bounds: Box2) -> (GrayImage, Affine) {
    let (w, h) = (reading.grey.width() as i32, reading.grey.height() as i32);
    let (left, top) = (bounds.x.clamp(0, w), bounds.y.clamp(0, h));
    let (right, bottom) = ((bounds.x + bounds.w).clamp(left, w), (bounds.y + bounds.h).clamp(top, h));
    let [left, top, width, height] = [left, top, right - left, bottom - top].map(|v| v as u32);
    let crop = imageops::crop_imm(&reading.grey, left, top, width, height).to_image();
    (crop, Affine { x: [1.0, 0.0, left as f32], y: [0.0, 1.0, top as f32] })
}

/// The same without print, if the ink of the stamp's word is clearly lighter than the darkest ink there.
fn without_print(crop: &GrayImage, word: Box2, to_page: &Affine) -> Option<GrayImage> {
    let (x, y) = (word.x - to_page.x[2] as i32, word.y - to_page.y[2] as i32);
    let own = imageops::crop_imm(crop, x.max(0) as u32, y.max(0) as u32, word.w as u32, word.h as u32);
    let paper = median(crop.as_raw());
    taken_out(crop, ink_of(&own.to_image(), paper, 5)?, ink_of(crop, paper, 5)?)
}

/// The same where no word of the stamp is known: half of the ink in its frame is its own.
fn without_print_by_tone(crop: &GrayImage) -> Option<GrayImage> {
    let paper = median(crop.as_raw());
    taken_out(crop, ink_of(crop, paper, 2)?, ink_of(crop, paper, 20)?)
}

/// How dark the ink is: the darkest part of it, one of so many, are the middles of strokes and not their edges.
fn ink_of(image: &GrayImage, paper: u8, part: usize) -> Option<u8> {
    let dark = |p: &u8| *p < paper.saturating_sub(INK);
    let mut dark: Vec<u8> = image.as_raw().iter().copied().filter(dark).collect();
    let at = dark.len() / part;
    (dark.len() > 50).then(|| *dark.select_nth_unstable(at).1)
}

/// Takes out print, if the stamp is clearly lighter.
fn taken_out(crop: &GrayImage, stamp: u8, print: u8) -> Option<GrayImage> {
    let paper = median(crop.as_raw());
    if stamp < print.saturating_add(LIGHTER) {
        return None;
    }
    let limit = print + (stamp - print) / 2;
    let (width, height) = (crop.width() as usize, crop.height() as usize);
    let pixels = crop.as_raw();
    let mask: Vec<u8> = pixels.iter().map(|&p| u8::from(p < limit)).collect();
    let mask = crate::page::analysis::grown(&mask, width, height, 2);
    let mut out = pixels.clone();
    // A stroke of the stamp goes on below a stroke of print if it is seen on both sides of it.
    let seen = |steps: &mut dyn Iterator<Item = usize>| {
        steps.take(STROKE).find(|&i| mask[i] == 0).map_or(paper, |i| pixels[i])
    };
    for i in (0..mask.len()).filter(|&i| mask[i] != 0) {
        let (x, y) = (i % width, i / width);
        let up = seen(&mut (0..y).rev().map(|y| y * width + x));
        let down = seen(&mut (y + 1..height).map(|y| y * width + x));
        let left = seen(&mut (0..x).rev().map(|x| y * width + x));
        let right = seen(&mut (x + 1..width).map(|x| y * width + x));
        out[i] = up.max(down).min(left.max(right));
    }
    Some(pixels::made(crop.width(), crop.height(), out))
}

/// Reads views of a stamp at the leans its frame may have; the words if there is a date among them.
fn read_level(
    engine: &mut dyn Recogniser,
    views: &[GrayImage],
    lean: Option<f32>,
    reading: &ReadingImage,
    to_page: &Affine,
) -> Result<Option<Vec<Word>>, Refusal> {
    let Some(first) = views.first() else { return Ok(None) };
    let paper = median(first.as_raw());
    let mut best: Option<(f32, Vec<Word>)> = None;
    let leans = match lean {
        // The frame that was found, as exactly as its own surroundings tell.
        Some(about) => {
            let near = leans(first, reading.dpi, paper).into_iter().find(|l| (l - about).abs() <= 1.0);
            vec![near.unwrap_or(about)]
        }
        None => leans(first, reading.dpi, paper),
    };
    for lean in leans {
        for view in views {
            let (level, back) = straightened(view.clone(), lean, paper);
            let inside = inside_frame(&level, reading.dpi, paper);
            let [x, y, w, h] = [inside.x, inside.y, inside.w, inside.h].map(|v| v as u32);
            let shift = Affine { x: [1.0, 0.0, x as f32], y: [0.0, 1.0, y as f32] };
            let stamp = ReadingImage {
                grey: imageops::crop_imm(&level, x, y, w, h).to_image(),
                to_kept: reading.to_kept.after(&to_page.after(&back.after(&shift))),
                dpi: reading.dpi,
                stamps: Vec::new(),
            };
            let raw = engine.read(&stamp.grey, stamp.dpi, ReadMode::Block)?;
            let score = date_score(&raw);
            if score > best.as_ref().map_or(0.0, |b| b.0) {
                best = Some((score, words::placed(&raw, &stamp)));
            }
            if score > SURE {
                return Ok(best.map(|(_, words)| words));
            }
        }
    }
    Ok(best.map(|(_, words)| words))
}

/// How sure the words of the best date are, 0 without one.
fn date_score(raw: &[RawWord]) -> f32 {
    let Some(date) = DATE.as_ref() else { return 0.0 };
    raw.chunk_by(|a, b| a.line == b.line)
        .filter_map(|line| {
            let text: Vec<&str> = line.iter().map(|w| w.text.as_str()).collect();
            let found = date.find(&text.join(" ")).map(|m| m.range())?;
            let mut at = 0;
            let mut sum = (0.0, 0.0);
            for word in line {
                if at < found.end && at + word.text.len() > found.start {
                    sum = (sum.0 + word.confidence, sum.1 + 1.0);
                }
                at += word.text.len() + 1;
            }
            Some(sum.0 / f32::max(sum.1, 1.0))
        })
        .fold(0.0, f32::max)
}

/// The ink of a picture at the resolution of analyses.
fn ink_mask(image: &GrayImage, dpi: f32, paper: u8) -> (Vec<u8>, usize, usize) {
    let factor = (DPI / dpi.max(1.0)).min(1.0);
    let (w, h) = (pixels::scaled(image.width(), factor), pixels::scaled(image.height(), factor));
    let small = pixels::resized(image, w, h);
    let mask = small.as_raw().iter().map(|&p| u8::from(p < paper.saturating_sub(INK))).collect();
    (mask, w as usize, h as usize)
}

/// The leans at which two long parallel lines show, the best first: the frame's, and those of tables and text.
fn leans(crop: &GrayImage, dpi: f32, paper: u8) -> Vec<f32> {
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
        let apart = (10.0 * MM) as usize;
        let second = peak(0, at.saturating_sub(apart)).1.max(peak(at + apart, bins.len()).1);
        scored.push((degrees, first + second));
    }
    // Only peaks, the lean beside a strong one says nothing; and of a peak its middle: a line two pixels
    // thick is as full half a degree further on.
    let near = |i: usize| &scored[i.saturating_sub(3)..(i + 4).min(scored.len())];
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

/// The inside of the frame around the middle of a level picture; all of it where no frame is.
fn inside_frame(level: &GrayImage, dpi: f32, paper: u8) -> Box2 {
    let (mask, width, height) = ink_mask(level, dpi, paper);
    let scale = level.width() as f32 / width.max(1) as f32;
    let margin = (0.9 * MM) as usize;
    let long = (FRAME_MM * MM) as usize;
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
    Box2 {
        x: wide(left),
        y: wide(top),
        w: wide(right - left).min(level.width() as i32 - wide(left)).max(1),
        h: wide(bottom - top).min(level.height() as i32 - wide(top)).max(1),
    }
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

fn median(pixels: &[u8]) -> u8 {
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

/// Words read again take the place of those they lie on, unless those were read better and say something else.
fn replace(words: &mut Vec<Word>, found: Vec<Word>) {
    let overlaps = |a: &Word, b: &Word| {
        let w = (a.bounds.x + a.bounds.w).min(b.bounds.x + b.bounds.w) - a.bounds.x.max(b.bounds.x);
        let h = (a.bounds.y + a.bounds.h).min(b.bounds.y + b.bounds.h) - a.bounds.y.max(b.bounds.y);
        let least = (a.bounds.w * a.bounds.h).min(b.bounds.w * b.bounds.h);
        w > 0 && h > 0 && w * h * 3 > least
    };
    let mut new = Vec::new();
    for word in found {
        let better = |old: &Word| old.confidence > word.confidence + 0.05 && old.text != word.text;
        if words.iter().any(|old| overlaps(old, &word) && better(old)) {
            continue;
        }
        words.retain(|old| !overlaps(old, &word));
        new.push(word);
    }
    words::append(words, new);
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

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

    /// A frame of 60 by 28 mm at 300 dpi, leaning counter-clockwise.
    fn framed(degrees: f32) -> GrayImage {
        let mm = 300.0 / 25.4;
        let mut image = GrayImage::from_pixel((90.0 * mm) as u32, (64.0 * mm) as u32, Luma([250]));
        let (cx, cy) = (image.width() as f32 / 2.0, image.height() as f32 / 2.0);
        let (sin, cos) = degrees.to_radians().sin_cos();
        for (x, y, pixel) in image.enumerate_pixels_mut() {
            let (dx, dy) = (x as f32 - cx, y as f32 - cy);
            let (u, v) = ((dx * cos - dy * sin).abs() / mm, (dx * sin + dy * cos).abs() / mm);
            let on_frame = (29.6..30.1).contains(&u) && v < 14.0 || (13.6..14.1).contains(&v) && u < 30.0;
            if on_frame {
                *pixel = Luma([60]);
            }
        }
        image
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(60))]
        #[test]
        fn the_lean_of_a_frame_is_found_and_its_inside_cut_out(degrees in -8.0f32..8.0) {
            let image = framed(degrees);
            let found = leans(&image, 300.0, 250)[0];
            proptest::prop_assert!((found - degrees).abs() <= 0.26, "{found} for {degrees}");
            let (level, _) = straightened(image, found, 250);
            let inside = inside_frame(&level, 300.0, 250);
            let mm = 300.0 / 25.4;
            let (w, h) = (inside.w as f32 / mm, inside.h as f32 / mm);
            proptest::prop_assert!((55.0..60.0).contains(&w) && (23.0..28.0).contains(&h), "{w} x {h} mm");
        }
    }

    #[test]
    fn print_below_a_lighter_stamp_is_taken_out_and_the_stroke_goes_on() {
        // A stroke of the stamp across, one of print down through it.
        let image = GrayImage::from_fn(300, 100, |x, y| match (x, y) {
            (145..153, _) => Luma([20]),
            (50..250, 46..54) => Luma([130]),
            _ => Luma([250]),
        });
        let here = Affine { x: [1.0, 0.0, 0.0], y: [0.0, 1.0, 0.0] };
        let stamp = Box2 { x: 60, y: 40, w: 60, h: 20 };
        let clean = without_print(&image, stamp, &here).unwrap();
        assert_eq!(clean.get_pixel(149, 20).0, [250], "print is gone");
        assert_eq!(clean.get_pixel(149, 50).0, [130], "the stamp's stroke goes on");
        // As dark as print: nothing tells them apart.
        let print = Box2 { x: 140, y: 10, w: 20, h: 20 };
        assert!(without_print(&image, print, &here).is_none());
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
