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
/// ... and has so much ink, pixels of the analysis.
const AREA: u32 = 7;
/// Specks on the page for which a mark needs one pixel more.
const SPECKS_PER_PIXEL: u32 = 150;
/// Side of the squares in which small spots are gathered, mm.
const SQUARE: f32 = 15.0;
/// Specks smaller than a mark that together are one: ink in one square, mm². A row of dots has this much.
const SPECKS_MM2: f32 = 1.6;
/// Such a square has so many times the ink of the average one; dust and noise lie evenly.
const SPECKS_OVER_MEAN: f32 = 8.0;
/// Faint spots, at least this large in mm, that together may be the back shining through.
const SHINE_SPAN: f32 = 0.5;
/// Both sides of a connected faint shape that is no print: an embossed seal, a drawn circle, mm.
const DRAWN: f32 = 9.0;
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
/// The shadow of a fold is this thin, mm.
const THIN_MM: f32 = 3.0;

/// Whether nothing is on it.
pub fn is_blank(page: &Analysis, colour: Colour) -> bool {
    let near_outside = if page.outside.contains(&1) {
        grown(&page.outside, page.width, page.height, (EDGE * MM) as usize)
    } else {
        Vec::new()
    };
    let folds = folds(page);
    let seen = |deep: &dyn Fn(usize) -> bool| -> Vec<u8> {
        let kept =
            |i: usize| near_outside.get(i).is_none_or(|&o| o == 0) && folds.get(i).is_none_or(|&f| f == 0);
        (0..page.depth.len()).map(|i| u8::from(deep(i) && kept(i))).collect()
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
    let blobs = find(faint, page.width).blobs;
    if !blobs.iter().any(|b| is_mark(b, page)) {
        return true;
    }
    if blobs.iter().any(|b| is_mark(b, page) && b.width().min(b.height()) as f32 > DRAWN * MM) {
        return false;
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
    let blobs = find(mask, page.width).blobs;
    // On a page full of specks some touch: then the smallest mark must have more ink than two of them.
    let least = AREA + (blobs.len() as u32 / SPECKS_PER_PIXEL).min(2 * AREA);
    for blob in &blobs {
        if blob.area >= least && is_mark(blob, page) {
            return true;
        }
        if !is_hole(blob, page) && !at_edge(blob, page) {
            squares.add(blob);
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
    span(blob) >= SPAN && blob.area >= AREA && !is_hole(blob, page) && !at_edge(blob, page)
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

/// The shadows of folds (1): straight thin lines over most of the page across or down. They are looked for
/// where faint ink counts, because deeper down they fall into pieces as short as words. What is written
/// across a fold stays: only where the line is thin it goes. Empty without any.
fn folds(page: &Analysis) -> Vec<u8> {
    let faint: Vec<u8> = page.depth.iter().map(|&d| u8::from(d > FAINT)).collect();
    let found = find(&faint, page.width);
    let lies = |b: &Blob| {
        let thin = |long: u32, thick: u32, side: usize| {
            long as f32 > side as f32 * 0.5 && (thick as f32) < THIN_MM * MM + long as f32 * LEAN
        };
        (thin(b.width(), b.height(), page.width), thin(b.height(), b.width(), page.height))
    };
    let mut mask = Vec::new();
    for (number, blob) in (0u32..).zip(&found.blobs) {
        let (across, down) = lies(blob);
        if !across && !down {
            continue;
        }
        mask.resize(page.depth.len(), 0);
        let runs = || found.runs.iter().filter(|r| r.blob == number);
        // Extent across the line, by place along it: columns of a line across, rows of a line down.
        let mut extent = vec![(u32::MAX, 0u32); page.width.max(page.height)];
        let mut widen = |at: u32, from: u32, to: u32| {
            let place = &mut extent[at as usize];
            *place = (place.0.min(from), place.1.max(to));
        };
        for run in runs() {
            if across {
                (run.start..run.end).for_each(|x| widen(x, run.y, run.y + 1));
            } else {
                widen(run.y, run.start, run.end);
            }
        }
        for run in runs() {
            for x in run.start..run.end {
                let (from, to) = extent[if across { x } else { run.y } as usize];
                if ((to - from) as f32) < THIN_MM * MM {
                    mask[run.y as usize * page.width + x as usize] = 1;
                }
            }
        }
    }
    if mask.is_empty() { mask } else { grown(&mask, page.width, page.height, 1) }
}
