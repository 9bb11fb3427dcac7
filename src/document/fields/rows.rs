//! Words as rows the eye sees: everything at one height, whatever the reading engine made of it.
//!
//! In: read pages. Out: rows from top to bottom, words from left to right, skew taken out. An information
//! block beside the address, which an engine reads as a column of its own, stands in the rows it stands in. Words of
//! a receipt stamp stand across the rows and are left out.

use super::super::text::folded;
use crate::model::geometry::Box2;
use crate::model::page::{ReadPage, Word};

/// A word in its row; lengths in pixels of the kept image, straightened.
#[derive(Clone, Debug)]
pub struct Placed {
    /// As read.
    pub text: String,
    /// Left end.
    pub left: f32,
    /// Right end.
    pub right: f32,
    /// Box in the kept image.
    pub bounds: Box2,
    /// 0 to 1.
    pub confidence: f32,
}

/// One row.
#[derive(Clone, Debug)]
pub struct Row {
    /// Page of the document, from 1.
    pub page: u32,
    /// Baseline, pixels from the top, straightened.
    pub y: f32,
    /// Height of its letters in pixels.
    pub height: f32,
    /// From left to right.
    pub words: Vec<Placed>,
}

impl Row {
    /// All words.
    pub fn text(&self) -> String {
        joined(&self.words)
    }

    /// Groups of words without a wide gap between them: a line of a column, a cell.
    pub fn segments(&self) -> Vec<&[Placed]> {
        self.groups(1.8)
    }

    /// The same for another width of the gap, in heights of the row.
    pub fn groups(&self, gap: f32) -> Vec<&[Placed]> {
        let mut segments = Vec::new();
        let mut from = 0;
        for i in 1..self.words.len() {
            if self.words[i].left - self.words[i - 1].right > gap * self.height {
                segments.push(&self.words[from..i]);
                from = i;
            }
        }
        if from < self.words.len() {
            segments.push(&self.words[from..]);
        }
        segments
    }
}

/// Words with blanks between.
pub fn joined(words: &[Placed]) -> String {
    words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// The same for matching.
pub fn joined_folded(words: &[Placed]) -> String {
    folded(&joined(words))
}

/// Box around words.
pub fn bounds(words: &[Placed]) -> Box2 {
    words.iter().map(|w| w.bounds).reduce(Box2::union).unwrap_or_default()
}

/// Mean confidence of words.
pub fn confidence(words: &[Placed]) -> f32 {
    words.iter().map(|w| w.confidence).sum::<f32>() / words.len().max(1) as f32
}

/// Rows of all pages.
pub fn rows(pages: &[&ReadPage]) -> Vec<Row> {
    pages.iter().zip(1u32..).flat_map(|(page, number)| page_rows(page, number)).collect()
}

/// A word in its place; `Datum:12.03.2026`, read without the blank, is two.
fn parts(word: &Word) -> Vec<Placed> {
    let part = |text: &str, from: i32, to: i32| {
        let bounds = Box2 { x: from, w: to - from, ..word.bounds };
        let (left, right, confidence) = (from as f32, to as f32, word.confidence);
        Placed { text: text.to_owned(), left, right, bounds, confidence }
    };
    let (from, to) = (word.bounds.x, word.bounds.x + word.bounds.w);
    let label = |c: char| c.is_alphabetic() || matches!(c, '.' | '-' | '/');
    match word.text.split_once(':') {
        Some((head, tail))
            if head.chars().count() >= 2
                && head.chars().all(label)
                && tail.starts_with(|c: char| c.is_alphanumeric()) =>
        {
            let share = (head.chars().count() + 1) as f32 / word.text.chars().count() as f32;
            let at = from + (word.bounds.w as f32 * share) as i32;
            vec![part(&format!("{head}:"), from, at), part(tail, at, to)]
        }
        _ => vec![part(&word.text, from, to)],
    }
}

fn page_rows(page: &ReadPage, number: u32) -> Vec<Row> {
    // Text that leans counter-clockwise climbs: its right end has a smaller y.
    let lean = page.measured.skew.to_radians().tan();
    let level = |w: &Word| {
        (w.baseline_start[1] + w.baseline_start[0] * lean + w.baseline_end[1] + w.baseline_end[0] * lean)
            / 2.0
    };
    let mut words: Vec<(f32, &Word)> =
        page.text.words.iter().filter(|w| !w.stamped).map(|w| (level(w), w)).collect();
    words.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut heights: Vec<f32> = words.iter().map(|(_, w)| w.ascent.max(1.0)).collect();
    heights.sort_by(f32::total_cmp);
    let usual = heights.get(heights.len() / 2).copied().unwrap_or(1.0);
    let mut rows: Vec<Row> = Vec::new();
    for (y, word) in words {
        let mut placed = parts(word);
        // The row's first word sets its height: rows do not creep down the page.
        match rows.last_mut().filter(|row| y - row.y < 0.55 * usual) {
            Some(row) => row.words.append(&mut placed),
            None => rows.push(Row { page: number, y, height: word.ascent.max(1.0), words: placed }),
        }
    }
    for row in &mut rows {
        row.words.sort_by(|a, b| a.left.total_cmp(&b.left));
        let mut heights: Vec<f32> = row.words.iter().map(|w| w.bounds.h as f32).collect();
        heights.sort_by(f32::total_cmp);
        row.height = heights.get(heights.len() / 2).copied().unwrap_or(usual).max(1.0);
    }
    rows
}
