//! A letter from plain text, as if it had been read: no scanner, no OCR.
//!
//! Paragraphs are divided by an empty line: letterhead, address, subject (with the information block), body.
//! A line of three hyphens begins a new page, which has no letterhead of its own. A page that begins with
//! `@220x110` is of that size in millimetres instead of A4.

use crate::model::geometry::Box2;
use crate::model::page::{MeasuredPage, PageText, Quality, ReadPage, Word};

/// Dots per millimetre of the paper: 100 dpi.
const PER_MM: f32 = 100.0 / 25.4;
/// Where the paragraphs of the first page begin, in millimetres from the top.
const TOPS: [f32; 4] = [12.0, 50.0, 100.0, 122.0];

/// All pages of a letter.
pub fn pages(text: &str) -> Vec<ReadPage> {
    text.split("\n---\n").enumerate().map(|(n, page)| read(page, n == 0)).collect()
}

fn read(text: &str, first: bool) -> ReadPage {
    let sized = text.trim().strip_prefix('@').map(|sized| sized.split_once('\n').unwrap_or((sized, "")));
    let (size, text) = sized.unwrap_or(("210x297", text));
    let (width, height) = size.split_once('x').unwrap();
    let pixels = |mm: &str| (mm.parse::<f32>().unwrap() * PER_MM).round() as u32;
    let mut words = Vec::new();
    let (mut y, mut line_number) = (20.0f32, 0u32);
    for (block, paragraph) in text.trim().split("\n\n").enumerate() {
        if first {
            y = TOPS.get(block).map_or(y + 3.0, |top| top.max(y + 3.0));
        }
        for line in paragraph.lines() {
            let mut x = 25.0f32;
            for word in line.split_whitespace() {
                let width = word.chars().count() as f32 * 2.0;
                let pixel = |mm: f32| (mm * PER_MM) as i32;
                let bounds = Box2 { x: pixel(x), y: pixel(y), w: pixel(width), h: 12 };
                let base = (bounds.y + bounds.h) as f32;
                words.push(Word {
                    text: word.to_owned(),
                    bounds,
                    confidence: 0.95,
                    line: line_number,
                    block: block as u32,
                    baseline_start: [bounds.x as f32, base],
                    baseline_end: [(bounds.x + bounds.w) as f32, base],
                    ascent: 12.0,
                    stamped: false,
                });
                x += width + 2.0;
            }
            line_number += 1;
            y += 4.5;
        }
    }
    let measured = MeasuredPage {
        width: pixels(width),
        height: pixels(height),
        dpi: 100.0,
        turned: Default::default(),
        mirrored: false,
        skew: 0.0,
        blank: words.is_empty(),
        coloured: 0.0,
        quality: Quality::default(),
        codes: Vec::new(),
        notes: Vec::new(),
    };
    ReadPage { measured, text: PageText { words } }
}
