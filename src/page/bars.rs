//! Dark bars with light letters: letterheads across the whole sheet, footers of firms, heads of tables.
//!
//! In: the analysis of a page and its grey image. Out: the same image with the letters dark on light, as the engine
//! reads them; and, before that, where a dark area at the edge of the scan is such a bar and not the scanner's
//! background. Trying every line both ways in the engine costs time on all pages.

use super::analysis::{Analysis, MM};
use super::blobs::{Blob, find};
use super::light::WHITE;
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
const WORDS: u32 = (15.0 * MM) as u32;
/// Around letters this much is taken for the bar they stand on, pixels of the analysis: 2.5 mm.
const AROUND: u32 = (2.5 * MM) as u32;
/// Lightest a bar is, as grey: lighter ones are tinted paper.
const LEVEL_MAX: u8 = 170;

/// Parts of the scanner's background that are bars with letters: a letterhead printed to the edge of the sheet hangs
/// together with it, but light letters stand in it.
pub fn lettered(outside: &[u8], grey: &[u8], width: usize, height: usize) -> Vec<Blob> {
    let inside: Vec<u8> = outside.iter().map(|&o| u8::from(o == 0)).collect();
    let (right, bottom) = (width as u32, height as u32);
    let enclosed = |b: &&Blob| {
        b.left > 0 && b.top > 0 && b.right < right && b.bottom < bottom && LETTERS.contains(&b.height())
    };
    let found = find(&inside, width);
    let letters: Vec<&Blob> =
        found.blobs.iter().filter(enclosed).filter(|b| has_light(grey, width, b)).collect();
    let mut bars: Vec<Blob> = Vec::new();
    for first in &letters {
        if bars.iter().any(|b| b.top <= first.top && first.bottom <= b.bottom) {
            continue;
        }
        // What stands at one height belongs together; specks in the background do not make a line.
        let line: Vec<&&Blob> =
            letters.iter().filter(|b| b.top < first.bottom && first.top < b.bottom).collect();
        if line.iter().map(|b| b.width()).sum::<u32>() < WORDS {
            continue;
        }
        let all = line.iter().fold(**first, |all, b| Blob {
            left: all.left.min(b.left),
            top: all.top.min(b.top),
            right: all.right.max(b.right),
            bottom: all.bottom.max(b.bottom),
            area: all.area,
        });
        bars.push(Blob {
            left: all.left.saturating_sub(AROUND),
            top: all.top.saturating_sub(AROUND),
            right: (all.right + AROUND).min(right),
            bottom: (all.bottom + AROUND).min(bottom),
            area: all.area,
        });
    }
    bars
}

/// Whether something in a blob's box is clearly lighter than most around it: a tenth of it at least.
fn has_light(grey: &[u8], width: usize, blob: &Blob) -> bool {
    let rows = (blob.top..blob.bottom)
        .flat_map(|y| &grey[y as usize * width..][blob.left as usize..blob.right as usize]);
    let light = rows.filter(|&&p| p > LEVEL_MAX).count();
    light * 10 >= (blob.width() * blob.height()) as usize
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
fn letters_are_light(page: &Analysis, spans: &[Option<(usize, usize)>], left: usize, level: u8) -> bool {
    let (high, low) = (level.saturating_add((255 - level) / 2), level / 2);
    let (mut light, mut dark) = (0usize, 0usize);
    for (span, x) in spans.iter().zip(left..) {
        let Some((from, to)) = *span else { continue };
        for y in from..to {
            let p = page.grey[y * page.width + x];
            light += usize::from(p > high);
            dark += usize::from(p < low);
        }
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
    let mut levels: Vec<u8> = spans
        .iter()
        .zip(left..)
        .filter_map(|(span, x)| Some((x, (*span)?)))
        .flat_map(|(x, (from, to))| (from..to).map(move |y| (x, y)))
        .filter(|&(x, y)| dark(x, y))
        .map(|(x, y)| page.grey[y * page.width + x])
        .collect();
    if levels.is_empty() {
        return;
    }
    let middle = levels.len() / 2;
    let level = *levels.select_nth_unstable(middle).1;
    if level > LEVEL_MAX || !letters_are_light(page, &spans, left, level) {
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
