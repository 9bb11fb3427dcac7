//! Is there anything on the page that a person put there?
//!
//! In: the analysis image without borders. Out: blank or not; in doubt not
//! blank. Dust, punch holes and the shadow of the back are not marks; a pencil
//! note, a stamp, a page number or a signature is.

use image::GrayImage;

/// A mark is this much darker than the paper; the back shining through is fainter (grey values).
const MARK_DEPTH: u8 = 38;
/// Smaller specks are dust: pixels at 100 dpi (about 0.3 mm²).
const MARK_PIXELS: usize = 5;
/// Specks that together make a page not blank.
const DUST_PIXELS: usize = 220;
/// Diameter of a punch hole with its shadow, pixels at 100 dpi (5 to 9 mm).
const HOLE: std::ops::RangeInclusive<usize> = 16..=38;
/// Punch holes lie within this distance of an edge, pixels at 100 dpi.
const HOLE_EDGE: usize = 75;

/// Whether nothing is on it.
pub fn is_blank(image: &GrayImage) -> bool {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let paper = local_paper(image);
    let columns = width.div_ceil(CELL);
    let marked = |i: usize| {
        let (x, y) = (i % width, i / width);
        image.as_raw()[i].saturating_add(MARK_DEPTH) < paper[y / CELL * columns + x / CELL]
    };
    let mut seen = vec![false; width * height];
    let mut dust = 0usize;
    for start in 0..seen.len() {
        if seen[start] || !marked(start) {
            continue;
        }
        let (mut todo, mut count) = (vec![start], 0usize);
        let (mut left, mut right, mut top, mut bottom) = (width, 0, height, 0);
        seen[start] = true;
        while let Some(i) = todo.pop() {
            let (x, y) = (i % width, i / width);
            count += 1;
            (left, right, top, bottom) = (left.min(x), right.max(x), top.min(y), bottom.max(y));
            for ny in y.saturating_sub(1)..(y + 2).min(height) {
                for nx in x.saturating_sub(1)..(x + 2).min(width) {
                    let next = ny * width + nx;
                    if !seen[next] && marked(next) {
                        seen[next] = true;
                        todo.push(next);
                    }
                }
            }
        }
        let (w, h) = (right - left + 1, bottom - top + 1);
        let near_edge =
            left < HOLE_EDGE || right + HOLE_EDGE > width || top < HOLE_EDGE || bottom + HOLE_EDGE > height;
        let hole = HOLE.contains(&w)
            && HOLE.contains(&h)
            && w.abs_diff(h) <= 5
            && near_edge
            && (count * 100 > w * h * 62 || count * 100 < w * h * 45 && ring(w, h, count));
        if hole {
            continue;
        }
        if count >= MARK_PIXELS && (w >= 4 || h >= 4) && count > 8 {
            return false;
        }
        dust += count;
        if dust > DUST_PIXELS {
            return false;
        }
    }
    true
}

/// The rim of a punched hole on a light background: about a circle's circumference.
fn ring(w: usize, h: usize, count: usize) -> bool {
    let around = (w + h) as f32 * std::f32::consts::FRAC_PI_2;
    (around * 0.6..around * 2.5).contains(&(count as f32))
}

const CELL: usize = 32;

/// Brightness of the paper per cell: the brightest quarter.
fn local_paper(image: &GrayImage) -> Vec<u8> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let (columns, rows) = (width.div_ceil(CELL), height.div_ceil(CELL));
    (0..columns * rows)
        .map(|cell| {
            let (left, top) = (cell % columns * CELL, cell / columns * CELL);
            let mut values: Vec<u8> = (top..(top + CELL).min(height))
                .flat_map(|y| {
                    image.as_raw()[y * width + left..y * width + (left + CELL).min(width)].iter().copied()
                })
                .collect();
            let quarter = values.len() * 3 / 4;
            let (_, value, _) = values.select_nth_unstable(quarter);
            *value
        })
        .collect()
}
