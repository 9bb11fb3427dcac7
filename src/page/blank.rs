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
const STRONG: u8 = 58;
/// Deeper than this is looked at again: a faint note or the back.
const FAINT: u8 = 26;
/// On black and white pages ink is black; averaged over a reduced pixel this much is left of a thin stroke.
const BITONAL: u8 = 90;
/// Colour of a mark where grey says nothing: difference between the strongest and weakest colour.
const CHROMA: u8 = 46;
/// A mark spans at least this, mm: a full stop of 10 points has 0.5 mm.
const SPAN: f32 = 1.0;
/// Specks smaller than a mark, that together are one: a row of dots.
const SPECKS_MM2: f32 = 14.0;
/// Faint spots from which on a page is the back shining through, not a note.
const SHINE_SPOTS: usize = 60;
/// Marks closer than this to the edge are shadows of the paper's edge, mm.
const EDGE: f32 = 2.0;
/// Diameter of punch holes with their shadows, mm.
const HOLE: std::ops::Range<f32> = 3.5..9.5;
/// Punch holes lie within this distance of an edge, mm.
const HOLE_EDGE: f32 = 24.0;

/// Whether nothing is on it.
pub fn is_blank(page: &Analysis, colour: Colour) -> bool {
    let near_outside = if page.outside.contains(&1) {
        grown(&page.outside, page.width, page.height, (EDGE * MM) as usize)
    } else {
        Vec::new()
    };
    let seen = |deep: &dyn Fn(usize) -> bool| -> Vec<u8> {
        (0..page.depth.len()).map(|i| u8::from(deep(i) && near_outside.get(i).is_none_or(|&o| o == 0))).collect()
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
    if !page.chroma.is_empty() && has_mark(&seen(&|i| page.chroma[i] > CHROMA && page.depth[i] > 8), page) {
        return false;
    }
    // What is left is faint. Few spots: a note in doubt. Many: the back, evenly over the page.
    let faint = seen(&|i| page.depth[i] > FAINT);
    let spots = find(&faint, page.width).blobs.iter().filter(|b| is_mark(b, page)).count();
    spots == 0 || spots >= SHINE_SPOTS
}

fn has_mark(mask: &[u8], page: &Analysis) -> bool {
    let mut specks = 0.0f32;
    for blob in &find(mask, page.width).blobs {
        if is_mark(blob, page) {
            return true;
        }
        if blob.area > 1 && !is_hole(blob, page) && !is_fold(blob, page) && !at_edge(blob, page) {
            specks += blob.area as f32 / (MM * MM);
        }
    }
    specks > SPECKS_MM2
}

fn is_mark(blob: &Blob, page: &Analysis) -> bool {
    let span = blob.width().max(blob.height()) as f32 / MM;
    span >= SPAN && blob.area >= 7 && !is_hole(blob, page) && !is_fold(blob, page) && !at_edge(blob, page)
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

/// A thin shadow over most of the page, across or down.
fn is_fold(blob: &Blob, page: &Analysis) -> bool {
    let (w, h) = (blob.width() as f32, blob.height() as f32);
    let across = w > page.width as f32 * 0.5 && h < 6.0 * MM + w * 0.03;
    let down = h > page.height as f32 * 0.5 && w < 6.0 * MM + h * 0.03;
    across || down
}
