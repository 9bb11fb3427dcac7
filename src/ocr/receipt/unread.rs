//! Ink that was not read: where a stamp may stand whose words the engine passed over.
//!
//! In: a page and what the engine saw on it. Out: places of a stamp's size full of letters no word covers, and a
//! picture with nothing but such ink. Pure.

use super::RawWord;
use super::level::{ink_mask, median};
use crate::model::geometry::Box2;
use crate::page::analysis::MM;
use crate::page::blobs;
use image::{GrayImage, Luma};
use std::ops::Range;

/// A word read as well as this was read.
const READ: f32 = 0.7;
/// Letters of stamps, mm high.
const LETTER_MM: Range<f32> = 0.9..8.0;
/// Between letters and lines of one stamp there is no more paper than this, mm.
const GAP_MM: f32 = 3.5;
/// A place is as wide and as high as this, mm: from one line to a stamp with boxes.
const WIDE_MM: Range<f32> = 14.0..95.0;
const HIGH_MM: Range<f32> = 2.0..50.0;
/// Letters in it at least: "Eingang" with half of a date.
const LETTERS_MIN: usize = 9;

/// Where letters stand that no word covers, the most letters first.
pub fn places(page: &GrayImage, dpi: f32, raw: &[RawWord]) -> Vec<Box2> {
    let (mask, width, height) = ink_mask(page, dpi, median(page.as_raw()));
    let scale = page.width() as f32 / width.max(1) as f32;
    let small = |v: i32| (v as f32 / scale) as i32;
    let in_mask = |b: Box2| Box2 { x: small(b.x), y: small(b.y), w: small(b.w) + 1, h: small(b.h) + 1 };
    let mut covered = vec![0u8; mask.len()];
    read(raw).for_each(|b| fill(&mut covered, (width, height), in_mask(b)));
    let letters: Vec<Box2> = blobs::find(&mask, width)
        .blobs
        .iter()
        .map(blobs::Blob::bounds)
        .filter(|b| {
            let middle = (b.y + b.h / 2) as usize * width + (b.x + b.w / 2) as usize;
            let (high, wide) = (b.h as f32 / MM, b.w as f32 / MM);
            LETTER_MM.contains(&high) && wide < 1.5 * LETTER_MM.end && covered.get(middle) == Some(&0)
        })
        .collect();
    let mut near = vec![0u8; mask.len()];
    let by = (GAP_MM / 2.0 * MM) as i32;
    let wider = |b: &Box2| Box2 { x: b.x - by, y: b.y - by, w: b.w + 2 * by, h: b.h + 2 * by };
    letters.iter().for_each(|b| fill(&mut near, (width, height), wider(b)));
    let mut found: Vec<(usize, Box2)> = blobs::find(&near, width)
        .blobs
        .iter()
        .filter_map(|group| {
            let own = letters.iter().filter(|b| b.centre_in(group.bounds()));
            let bounds = own.clone().copied().reduce(Box2::union)?;
            let fits = WIDE_MM.contains(&(bounds.w as f32 / MM)) && HIGH_MM.contains(&(bounds.h as f32 / MM));
            let count = own.count();
            (fits && count >= LETTERS_MIN).then_some((count, bounds))
        })
        .collect();
    found.sort_by_key(|(count, b)| (std::cmp::Reverse(*count), b.y, b.x));
    let large = |v: i32| (v as f32 * scale) as i32;
    found.iter().map(|(_, b)| Box2 { x: large(b.x), y: large(b.y), w: large(b.w), h: large(b.h) }).collect()
}

/// A part of the page, `at` its upper left corner, without the words that were read.
pub fn without_read(part: &GrayImage, at: (i32, i32), raw: &[RawWord], paper: u8) -> GrayImage {
    let mut out = part.clone();
    let (w, h) = (part.width() as i32, part.height() as i32);
    for b in read(raw) {
        for y in (b.y - at.1).max(0)..(b.y - at.1 + b.h).min(h) {
            for x in (b.x - at.0).max(0)..(b.x - at.0 + b.w).min(w) {
                out.put_pixel(x as u32, y as u32, Luma([paper]));
            }
        }
    }
    out
}

/// Where words were read; lines and frames come as signs of any size.
fn read(raw: &[RawWord]) -> impl Iterator<Item = Box2> {
    let of_letters = |w: &&RawWord| w.confidence >= READ && w.text.chars().any(char::is_alphanumeric);
    raw.iter().filter(of_letters).map(|w| w.bounds)
}

fn fill(mask: &mut [u8], (width, height): (usize, usize), b: Box2) {
    let side = |from: i32, length: i32, most: usize| {
        (from.max(0) as usize).min(most)..((from + length).max(0) as usize).min(most)
    };
    for y in side(b.y, b.h, height) {
        mask[y * width..(y + 1) * width][side(b.x, b.w, width)].fill(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(x: i32, y: i32, w: i32, confidence: f32) -> RawWord {
        let bounds = Box2 { x, y, w, h: 40 };
        RawWord { text: "Wort".into(), bounds, confidence, line: 0, block: 0 }
    }

    #[test]
    fn letters_that_no_word_covers_make_a_place() {
        // Two lines of twelve letters each, the second 40 mm below the first.
        let letter = |x: u32, y: u32| (100..532).contains(&x) && x % 36 < 24 && y < 30;
        let page = GrayImage::from_fn(1200, 900, |x, y| {
            let ink = letter(x, y.wrapping_sub(100)) || letter(x, y.wrapping_sub(600));
            Luma([if ink { 90 } else { 250 }])
        });
        let [first, second] = [word(90, 95, 460, 0.9), word(90, 595, 460, 0.9)];
        assert_eq!(places(&page, 300.0, &[first.clone(), second]), []);
        let found = places(&page, 300.0, &[first.clone(), word(90, 595, 460, 0.4)]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].holds(300, 615) && !found[0].holds(300, 115), "{found:?}");
        let left = without_read(&page, (0, 0), &[first], 250);
        assert!(left.get_pixel(110, 110).0 == [250] && left.get_pixel(110, 610).0 == [90]);
    }
}
