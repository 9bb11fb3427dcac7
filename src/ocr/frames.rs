//! Where a stamp of receipt may be although no word of it was read: a frame, or two rules, that lean as stamps do.
//!
//! In: the reading image. Out: boxes with their lean. Print stands level and has no lines of a stamp's length; tables
//! have many. Only the upper part of a page is looked at, coarsely: this costs a few milliseconds.

use crate::model::geometry::Box2;
use crate::page::analysis::{DPI, MM};
use crate::page::pixels;
use image::GrayImage;

/// Largest lean of a stamp, degrees.
const LEAN_MAX: i32 = 9;
/// Lengths of a stamp's upper and lower line, mm.
const LONG_MM: std::ops::RangeInclusive<f32> = 28.0..=90.0;
/// Its height, mm.
const HIGH_MM: std::ops::RangeInclusive<f32> = 11.0..=46.0;
/// The ends of its lines lie one below the other, mm.
const ENDS_MM: f32 = 6.0;
/// More lines than this at one lean are a table.
const LINES_MAX: usize = 5;
/// Share of the page that is looked at, from above.
const UPPER: f32 = 0.62;
/// Ink is darker than the paper by this.
const INK: u8 = 40;
/// A line may pause so many pixels: worn rubber, never the blanks of print.
const GAP: usize = 2;
/// Places looked at.
const PLACES_MAX: usize = 2;

/// A place where a stamp may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Around it, in pixels of the image.
    pub bounds: Box2,
    /// Degrees, counter-clockwise positive.
    pub lean: f32,
}

/// A line in the sheared image: row, left end, right end.
#[derive(Clone, Copy, Debug)]
struct Line {
    row: usize,
    from: usize,
    to: usize,
}

/// The likeliest places, best first.
pub fn places(grey: &GrayImage, dpi: f32, paper: u8) -> Vec<Place> {
    let factor = (DPI / 2.0 / dpi.max(1.0)).min(1.0);
    let (w, h) = (pixels::scaled(grey.width(), factor), pixels::scaled(grey.height(), factor));
    let small = pixels::resized(grey, w, h);
    let (width, height) = (w as usize, (h as f32 * UPPER) as usize);
    let mask: Vec<bool> =
        small.as_raw()[..width * height].iter().map(|&p| p < paper.saturating_sub(INK)).collect();
    let mm = MM / 2.0;
    let mut found: Vec<(f32, Place)> = Vec::new();
    for degrees in -LEAN_MAX..=LEAN_MAX {
        let slope = (degrees as f32).to_radians().tan();
        let lines = lines(&mask, width, height, slope, mm);
        if lines.len() > LINES_MAX {
            continue;
        }
        for (i, above) in lines.iter().enumerate() {
            for below in &lines[i + 1..] {
                let high = (below.row - above.row) as f32 / mm;
                let ends = above.from.abs_diff(below.from).max(above.to.abs_diff(below.to)) as f32 / mm;
                if !HIGH_MM.contains(&high) || ends > ENDS_MM {
                    continue;
                }
                let score = (above.to - above.from + below.to - below.from) as f32;
                found.push((score, place(above, below, degrees as f32, slope, factor, (w, h))));
            }
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut places: Vec<Place> = Vec::new();
    for (_, place) in found {
        // The same frame shows at neighbouring leans.
        if places.iter().all(|p| !place.bounds.centre_in(p.bounds)) {
            places.push(place);
        }
        if places.len() == PLACES_MAX {
            break;
        }
    }
    places
}

/// Lines of a stamp's length in the image sheared level, from the top; one for each, however thick it is.
fn lines(mask: &[bool], width: usize, height: usize, slope: f32, mm: f32) -> Vec<Line> {
    let reach = (width as f32 * slope.abs()) as usize + 1;
    let rows = height + reach;
    // A line that climbs to the right begins lower: its level row is the one of its middle.
    let shift: Vec<usize> = (0..width)
        .map(|x| ((x as f32 - width as f32 / 2.0) * slope + reach as f32 / 2.0).max(0.0) as usize)
        .collect();
    let mut sheared = vec![false; rows * width];
    for (y, row) in mask.chunks_exact(width).enumerate() {
        for (x, _) in row.iter().enumerate().filter(|(_, ink)| **ink) {
            let at = (y + shift[x]).min(rows - 1);
            sheared[at * width + x] = true;
        }
    }
    let mut lines: Vec<Line> = Vec::new();
    let long = |line: &Line| LONG_MM.contains(&((line.to - line.from) as f32 / mm));
    for row in 0..rows - 1 {
        let (here, next) = (&sheared[row * width..][..width], &sheared[(row + 1) * width..][..width]);
        let (mut from, mut last) = (0, None::<usize>);
        for x in 0..=width {
            let ink = x < width && (here[x] || next[x]);
            let ends = last.is_some_and(|l| x - l > GAP + 1) || x == width;
            if let Some(end) = last.filter(|_| ends) {
                let line = Line { row, from, to: end };
                let thick = lines.iter_mut().rev().take(8).find(|l| {
                    row - l.row <= (1.6 * mm) as usize + 1 && l.from < line.to && line.from < l.to
                });
                match thick {
                    Some(known) if line.to - line.from > known.to - known.from => *known = line,
                    Some(_) => {}
                    None if long(&line) => lines.push(line),
                    None => {}
                }
                last = None;
            }
            if ink {
                if last.is_none() {
                    from = x;
                }
                last = Some(x);
            }
        }
    }
    lines.retain(long);
    lines
}

/// The box around two lines in the image itself, with a margin.
fn place(above: &Line, below: &Line, lean: f32, slope: f32, factor: f32, size: (u32, u32)) -> Place {
    let (width, height) = size;
    let reach = (width as f32 * slope.abs()) as usize + 1;
    let level = |row: usize, x: usize| {
        row as f32 - ((x as f32 - width as f32 / 2.0) * slope + reach as f32 / 2.0)
    };
    let xs = [above.from.min(below.from), above.to.max(below.to)];
    let ys = xs.iter().flat_map(|&x| [level(above.row, x), level(below.row, x)]);
    let (top, bottom) = ys.fold((f32::MAX, 0.0f32), |(a, b), y| (a.min(y), b.max(y)));
    let margin = 2.0 * MM / 2.0;
    let (left, right) = ((xs[0] as f32 - margin).max(0.0), (xs[1] as f32 + margin).min(width as f32));
    let (top, bottom) = ((top - margin).max(0.0), (bottom + margin).min(height as f32));
    let pixel = |v: f32| (v / factor) as i32;
    let bounds = Box2 { x: pixel(left), y: pixel(top), w: pixel(right - left), h: pixel(bottom - top) };
    Place { bounds, lean }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    /// An A4 page at 300 dpi with a frame of 60 by 26 mm around a place, and lines of level print.
    fn page(degrees: f32, cx: f32, cy: f32) -> GrayImage {
        let mm = 300.0 / 25.4;
        let (sin, cos) = degrees.to_radians().sin_cos();
        GrayImage::from_fn(2480, 3508, |x, y| {
            let (mx, my) = (x as f32 / mm, y as f32 / mm);
            let (dx, dy) = (mx - cx, my - cy);
            let (u, v) = ((dx * cos - dy * sin).abs(), (dx * sin + dy * cos).abs());
            let frame = (29.6..30.2).contains(&u) && v < 13.2 || (12.6..13.2).contains(&v) && u < 30.0;
            // Words of two letters' width and blanks of one.
            let print = my > 100.0 && my % 5.0 < 2.0 && mx % 9.0 < 7.0 && (25.0..190.0).contains(&mx);
            Luma([if frame || print { 40 } else { 245 }])
        })
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(12))]
        #[test]
        fn a_leaning_frame_is_found_on_a_page_of_print(degrees in -7.5f32..7.5, cx in 60.0f32..150.0, cy in 40.0f32..120.0) {
            let found = places(&page(degrees, cx, cy), 300.0, 245);
            let mm = 300.0 / 25.4;
            let near = found.iter().any(|p| {
                let (x, y) = ((p.bounds.x + p.bounds.w / 2) as f32 / mm, (p.bounds.y + p.bounds.h / 2) as f32 / mm);
                (x - cx).abs() < 4.0 && (y - cy).abs() < 4.0 && (p.lean - degrees).abs() <= 1.1
            });
            proptest::prop_assert!(near, "{found:?} for {degrees} at {cx} {cy}");
        }
    }
}
