//! Dark bars with light letters: letterheads across the whole sheet, footers of firms, heads of tables.
//!
//! In: the analysis of a page and its grey image. Out: the same image with the letters dark on light, as the engine
//! reads them; and, before that, where a dark area at the edge of the scan is such a bar and not the scanner's
//! background. Trying every line both ways in the engine costs time on all pages.

use super::analysis::{Analysis, MM};
use super::blobs::{Blob, find};
use super::light::WHITE;
use crate::model::geometry::Box2;
use image::GrayImage;

/// Side of the squares in which bars are looked for, pixels of the analysis (0.7 mm).
const SQUARE: usize = 4;
/// Ink in a square from which it may belong to a bar, of 16: letters of a line leave more paper.
const BAR_INK: usize = 7;
/// Least sides of a bar, squares: 10 by 3 mm.
const BAR_SIDES: (f32, f32) = (10.0 * MM / SQUARE as f32, 3.0 * MM / SQUARE as f32);
/// Heights of letters and of lines of letters, pixels of the analysis: 1 to 18 mm.
const LETTERS: std::ops::Range<u32> = (MM as u32)..(18.0 * MM) as u32;
/// Light letters in a dark area at the edge are together at least this wide, pixels of the analysis: 15 mm.
const WORDS: i32 = (15.0 * MM) as i32;
/// Around letters this much is taken for the bar they stand on, pixels of the analysis: 2.5 mm.
const AROUND: i32 = (2.5 * MM) as i32;
/// Lightest a bar is, as grey: lighter ones are tinted paper.
const LEVEL_MAX: u8 = 170;

/// Parts of the scanner's background that are bars with letters: a letterhead printed to the edge of the sheet hangs
/// together with it, but light letters stand in it.
pub fn lettered(outside: &[u8], grey: &[u8], width: usize, height: usize) -> Vec<Box2> {
    let inside: Vec<u8> = outside.iter().map(|&o| u8::from(o == 0)).collect();
    let enclosed = |b: &&Blob| {
        let clear = b.left > 0 && b.top > 0 && (b.right as usize) < width && (b.bottom as usize) < height;
        clear && LETTERS.contains(&b.height())
    };
    let found = find(&inside, width);
    let letters: Vec<Box2> = found
        .blobs
        .iter()
        .filter(enclosed)
        .map(Blob::bounds)
        .filter(|&b| has_light(grey, width, b))
        .collect();
    let mut bars: Vec<Box2> = Vec::new();
    for first in &letters {
        let at_height = |b: &Box2| b.y < first.y + first.h && first.y < b.y + b.h;
        if bars.iter().any(|bar| bar.y <= first.y && first.y + first.h <= bar.y + bar.h) {
            continue;
        }
        // What stands at one height belongs together; specks in the background do not make a line.
        let line = || letters.iter().copied().filter(at_height);
        if line().map(|b| b.w).sum::<i32>() >= WORDS {
            let words = line().fold(*first, Box2::union);
            let (x, y) = ((words.x - AROUND).max(0), (words.y - AROUND).max(0));
            let (right, bottom) = (words.x + words.w + AROUND, words.y + words.h + AROUND);
            bars.push(Box2 { x, y, w: right.min(width as i32) - x, h: bottom.min(height as i32) - y });
        }
    }
    bars
}

/// Whether something in a box is clearly lighter than a bar: a tenth of it at least.
fn has_light(grey: &[u8], width: usize, b: Box2) -> bool {
    let rows = (b.y..b.y + b.h).flat_map(|y| &grey[y as usize * width..][b.x as usize..(b.x + b.w) as usize]);
    rows.filter(|&&p| p > LEVEL_MAX).count() * 10 >= (b.w * b.h) as usize
}

/// Shows the letters of all bars dark on light. `skew`: lean of the page in degrees, counter-clockwise positive.
pub fn invert(image: &mut GrayImage, page: &Analysis, skew: f32) {
    let (columns, rows) = (page.width / SQUARE, page.height / SQUARE);
    // Bars may be paler than print.
    let limit = (u32::from(page.ink_depth()) * 3 / 10) as u8;
    if columns == 0 || rows == 0 || limit < 30 {
        return;
    }
    let mut ink = vec![0usize; columns * rows];
    for (y, row) in page.depth.chunks_exact(page.width).enumerate().take(rows * SQUARE) {
        let squares = &mut ink[y / SQUARE * columns..][..columns];
        for (part, count) in row.chunks_exact(SQUARE).zip(squares) {
            *count += part.iter().filter(|&&d| d > limit).count();
        }
    }
    let mask: Vec<u8> = ink.iter().map(|&n| u8::from(n >= BAR_INK)).collect();
    let slope = skew.to_radians().tan();
    for bar in find(&mask, columns).blobs {
        // Cut level where it was taken out of the background, leaning with the page anywhere else.
        let shape = [0.0, slope].into_iter().find_map(|s| Some((thickness(&bar, s)?, s)));
        if let Some((thick, slope)) = shape {
            invert_one(image, page, &bar, thick, slope, limit);
        }
    }
}

/// How thick a bar is that leans as the page does, in squares; none if it is something else.
fn thickness(bar: &Blob, slope: f32) -> Option<f32> {
    let (width, height) = (bar.width() as f32, bar.height() as f32);
    let thick = height - width * slope.abs();
    let full = bar.area as f32 >= 0.8 * width * thick;
    (full && width >= BAR_SIDES.0 && thick >= BAR_SIDES.1).then_some(thick)
}

/// Whether what stands on a bar is lighter than it: on a grey head of a table letters are dark.
fn letters_are_light(pixels: impl Iterator<Item = u8>, level: u8) -> bool {
    let (high, low) = (level.saturating_add((255 - level) / 2), level / 2);
    let (mut light, mut dark) = (0usize, 0usize);
    for p in pixels {
        light += usize::from(p > high);
        dark += usize::from(p < low);
    }
    light > dark
}

fn invert_one(image: &mut GrayImage, page: &Analysis, bar: &Blob, thick: f32, slope: f32, limit: u8) {
    let square = SQUARE as f32;
    let dark = |x: usize, y: usize| page.depth[y * page.width + x] > limit;
    let (left, right) = (bar.left as usize * SQUARE, (bar.right as usize * SQUARE).min(page.width));
    // Where the bar begins and ends in each column, from the first dark pixel to the last.
    let spans: Vec<Option<(usize, usize)>> = (left..right)
        .map(|x| {
            let along = (x - left) as f32 * slope;
            // A page that leans counter-clockwise climbs to the right.
            let top = if slope > 0.0 {
                bar.bottom as f32 * square - thick * square - along
            } else {
                bar.top as f32 * square - along
            };
            let from = (top - square).max(0.0) as usize;
            let to = ((top + (thick + 1.0) * square) as usize).min(page.height);
            let first = (from..to).find(|&y| dark(x, y))?;
            let last = (first..to).rev().find(|&y| dark(x, y))?;
            Some((first, last + 1))
        })
        .collect();
    let on_bar = || {
        let columns = spans.iter().zip(left..).filter_map(|(span, x)| Some((x, (*span)?)));
        columns.flat_map(|(x, (from, to))| (from..to).map(move |y| (x, y)))
    };
    let grey = |(x, y): (usize, usize)| page.grey[y * page.width + x];
    let mut levels: Vec<u8> = on_bar().filter(|&(x, y)| dark(x, y)).map(grey).collect();
    if levels.is_empty() {
        return;
    }
    let middle = levels.len() / 2;
    let level = *levels.select_nth_unstable(middle).1;
    if level > LEVEL_MAX || !letters_are_light(on_bar().map(grey), level) {
        return;
    }
    // The bar becomes white, the lightest black.
    let table: Vec<u8> = (0..=255u8)
        .map(|v| (WHITE - f32::from(v.saturating_sub(level)) * WHITE / f32::from(255 - level)) as u8)
        .collect();
    let (fx, fy) = (image.width() as f32 / page.width as f32, image.height() as f32 / page.height as f32);
    for x in (left as f32 * fx) as u32..((right as f32 * fx) as u32).min(image.width()) {
        let column = ((x as f32 / fx) as usize).clamp(left, right - 1) - left;
        let Some((from, to)) = spans[column] else { continue };
        for y in (from as f32 * fy) as u32..((to as f32 * fy) as u32).min(image.height()) {
            let pixel = &mut image.get_pixel_mut(x, y).0[0];
            *pixel = table[usize::from(*pixel)];
        }
    }
}
