//! Is there anything on the page that a person put there?
//!
//! In: an analysis. Out: blank or not; in doubt not blank. Dust, punch holes,
//! folds, staple shadows, the scanner's background and the back shining
//! through are not marks; a pencil note, a stamp, a page number or a signature
//! is. Black and white, grey and colour pages are judged by different signs.

use super::analysis::{Analysis, MM, grown};
use super::blobs::{Blob, find};
use crate::model::page::Colour;

/// Deeper than this is a mark on grey and colour pages; the back shines through by up to 46 grey values.
const STRONG: u8 = 50;
/// Deeper than this is looked at again: a faint note or the back.
const FAINT: u8 = 26;
/// On black and white pages ink is black; averaged over a reduced pixel this much is left of a thin stroke.
const BITONAL: u8 = 90;
/// Colour of a mark where grey says nothing: difference between the strongest and weakest colour, above
/// that of the paper.
const CHROMA: u8 = 46;
/// A mark spans at least this, mm: a full stop of 10 points has 0.5 mm.
const SPAN: f32 = 1.0;
/// Side of the squares in which small spots are gathered, mm.
const SQUARE: f32 = 15.0;
/// Specks smaller than a mark that together are one: ink in one square, mm². A row of dots has this much.
const SPECKS_MM2: f32 = 1.6;
/// Such a square has so many times the ink of the average one; dust and noise lie evenly.
const SPECKS_OVER_MEAN: f32 = 5.0;
/// Faint spots, at least this large in mm, that together may be the back shining through.
const SHINE_SPAN: f32 = 0.5;
/// The back is a page of print: so many faint spots ...
const SHINE_SPOTS: usize = 25;
/// ... over so many squares. A note or signature fits in eight.
const SHINE_SQUARES: usize = 10;
/// Marks closer than this to the edge are shadows of the paper's edge, mm.
const EDGE: f32 = 2.0;
/// Diameter of punch holes with their shadows, mm.
const HOLE: std::ops::Range<f32> = 3.5..9.5;
/// Punch holes lie within this distance of an edge, mm.
const HOLE_EDGE: f32 = 24.0;

/// How far a fold climbs per length: sheets lie up to two degrees askew.
const LEAN: f32 = 0.035;
/// A piece of a fold is at least this long, mm: longer than a word.
const PIECE_MM: f32 = 12.0;
/// ... and this thin, mm.
const THIN_MM: f32 = 1.0;

/// Whether nothing is on it.
pub fn is_blank(page: &Analysis, colour: Colour) -> bool {
    let near_outside = if page.outside.contains(&1) {
        grown(&page.outside, page.width, page.height, (EDGE * MM) as usize)
    } else {
        Vec::new()
    };
    let seen = |deep: &dyn Fn(usize) -> bool| -> Vec<u8> {
        (0..page.depth.len())
            .map(|i| u8::from(deep(i) && near_outside.get(i).is_none_or(|&o| o == 0)))
            .collect()
    };
    let strong = match colour {
        Colour::Bitonal => BITONAL,
        Colour::Grey | Colour::Colour => STRONG,
    };
    if has_mark(&seen(&|i| page.depth[i] > strong), page) {
        return false;
    }
    if colour == Colour::Bitonal {
        return true;
    }
    let chroma = page.paper_chroma().saturating_add(CHROMA);
    if !page.chroma.is_empty() && has_mark(&seen(&|i| page.chroma[i] > chroma && page.depth[i] > 8), page) {
        return false;
    }
    is_only_the_back(&seen(&|i| page.depth[i] > FAINT), page)
}

/// What is left is faint. Little of it in one place is a note in doubt; print all over is the back.
fn is_only_the_back(faint: &[u8], page: &Analysis) -> bool {
    let blobs = without_folds(find(faint, page.width).blobs, page);
    if !blobs.iter().any(|b| is_mark(b, page)) {
        return true;
    }
    let mut squares = Squares::over(page);
    let mut spots = 0;
    for blob in blobs.iter().filter(|b| span(b) >= SHINE_SPAN) {
        spots += 1;
        squares.add(blob);
    }
    spots >= SHINE_SPOTS && squares.used() >= SHINE_SQUARES
}

fn has_mark(mask: &[u8], page: &Analysis) -> bool {
    let mut squares = Squares::over(page);
    for blob in without_folds(find(mask, page.width).blobs, page) {
        if is_mark(&blob, page) {
            return true;
        }
        if !is_hole(&blob, page) && !at_edge(&blob, page) {
            squares.add(&blob);
        }
    }
    squares.most() > SPECKS_MM2.max(squares.mean() * SPECKS_OVER_MEAN)
}

/// Ink of small spots, gathered by square.
struct Squares {
    columns: usize,
    ink_mm2: Vec<f32>,
}

impl Squares {
    fn over(page: &Analysis) -> Self {
        let count = |side: usize| (side as f32 / (SQUARE * MM)) as usize + 1;
        Self { columns: count(page.width), ink_mm2: vec![0.0; count(page.width) * count(page.height)] }
    }

    fn add(&mut self, blob: &Blob) {
        let place = |from: u32, to: u32| ((from + to) as f32 / 2.0 / (SQUARE * MM)) as usize;
        let at = place(blob.top, blob.bottom) * self.columns + place(blob.left, blob.right);
        if let Some(ink) = self.ink_mm2.get_mut(at) {
            *ink += blob.area as f32 / (MM * MM);
        }
    }

    fn most(&self) -> f32 {
        self.ink_mm2.iter().copied().fold(0.0, f32::max)
    }

    fn mean(&self) -> f32 {
        self.ink_mm2.iter().sum::<f32>() / self.ink_mm2.len().max(1) as f32
    }

    fn used(&self) -> usize {
        self.ink_mm2.iter().filter(|&&v| v > 0.0).count()
    }
}

/// Longer side, mm.
fn span(blob: &Blob) -> f32 {
    blob.width().max(blob.height()) as f32 / MM
}

fn is_mark(blob: &Blob, page: &Analysis) -> bool {
    span(blob) >= SPAN && blob.area >= 7 && !is_hole(blob, page) && !at_edge(blob, page)
}

/// A shadow along the very edge of the sheet.
fn at_edge(blob: &Blob, page: &Analysis) -> bool {
    let edge = (EDGE * MM) as u32;
    let (w, h) = (page.width as u32, page.height as u32);
    blob.right <= edge || blob.bottom <= edge || blob.left + edge >= w || blob.top + edge >= h
}

/// Round, of the right size, near an edge: filled, or only its rim.
fn is_hole(blob: &Blob, page: &Analysis) -> bool {
    let (w, h) = (blob.width() as f32 / MM, blob.height() as f32 / MM);
    let edge = (HOLE_EDGE * MM) as u32;
    let near = blob.left < edge
        || blob.top < edge
        || blob.right + edge > page.width as u32
        || blob.bottom + edge > page.height as u32;
    let round = HOLE.contains(&w) && HOLE.contains(&h) && (w - h).abs() < 1.2;
    // A filled circle covers 79 % of its box.
    let filled = blob.area as f32 / (blob.width() * blob.height()) as f32;
    near && round && (0.66..0.92).contains(&filled)
}

/// Everything but the shadows of folds: straight thin lines, whole or in pieces, that together cover most of
/// the page across or down.
fn without_folds(blobs: Vec<Blob>, page: &Analysis) -> Vec<Blob> {
    let (width, height) = (page.width as f32, page.height as f32);
    // Length along the fold, thickness, place across it.
    let across = |b: &Blob| (b.width() as f32, b.height() as f32, (b.top + b.bottom) as f32 / 2.0);
    let down = |b: &Blob| (b.height() as f32, b.width() as f32, (b.left + b.right) as f32 / 2.0);
    let mut fold = vec![false; blobs.len()];
    for (side, lie) in [(width, &across as &dyn Fn(&Blob) -> (f32, f32, f32)), (height, &down)] {
        let mut pieces: Vec<(f32, f32, usize)> = Vec::new();
        for (number, blob) in blobs.iter().enumerate() {
            let (length, thickness, place) = lie(blob);
            if length > side * 0.5 && thickness < 6.0 * MM + length * LEAN {
                fold[number] = true;
            } else if length >= PIECE_MM * MM && thickness < THIN_MM * MM + length * LEAN {
                pieces.push((place, length, number));
            }
        }
        pieces.sort_by(|a, b| a.0.total_cmp(&b.0));
        // The pieces of one leaning line lie within what it climbs over the page.
        for group in pieces.chunk_by(|a, b| b.0 - a.0 < MM + a.1.max(b.1) * LEAN) {
            let climbs = group.last().map_or(0.0, |l| l.0) - group.first().map_or(0.0, |f| f.0);
            if group.iter().map(|p| p.1).sum::<f32>() > side * 0.5 && climbs < 2.0 * MM + side * LEAN {
                group.iter().for_each(|p| fold[p.2] = true);
            }
        }
    }
    blobs.into_iter().zip(fold).filter(|(_, fold)| !fold).map(|(blob, _)| blob).collect()
}
