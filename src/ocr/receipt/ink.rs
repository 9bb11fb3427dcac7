//! The ink of a stamp: told from print where it is paler, and taken out of the page.
//!
//! In: a picture around a stamp, or the page and the stamp as it was read. Out:
//! the stamp without print, the page without the stamp. Pure.

use super::level::median;
use super::{INK, Stamp};
use crate::model::geometry::Box2;
use crate::page::analysis::grown;
use crate::page::{blobs, pixels};
use image::{GrayImage, imageops};

/// The stamp's ink must be lighter than print by this to be told from it.
const LIGHTER: u8 = 40;
/// A stroke of print is no thicker than this with its edges, mm.
const STROKE_MM: f32 = 1.35;
/// A line of a frame is no thicker than this, mm.
const LINE_MM: f32 = 1.1;
/// Where a line of a frame lies, outward from the inside, mm.
const LINE_AT_MM: std::ops::Range<f32> = 0.3..2.4;

/// Ink of a stamp that is paler than the print it stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paler {
    paper: u8,
    print: u8,
    /// Half way between print and stamp.
    limit: u8,
}

impl Paler {
    /// Compares the ink of what belongs to a stamp, a word or its frame, with the darkest ink around it.
    pub fn of(crop: &GrayImage, own: Box2, part: usize) -> Option<Self> {
        let (x, y) = (own.x.max(0) as u32, own.y.max(0) as u32);
        let own = imageops::crop_imm(crop, x, y, own.w.max(1) as u32, own.h.max(1) as u32);
        Self::between(&own.to_image(), crop, part)
    }

    /// Compares the ink of a picture of the stamp with the darkest ink around it.
    pub fn between(own: &GrayImage, crop: &GrayImage, part: usize) -> Option<Self> {
        let paper = median(crop.as_raw());
        // The darkest fifth of the ink: the middle of strokes, not their edges. `part` of the stamp's.
        let ink = |image: &GrayImage, part: usize| -> Option<u8> {
            let dark = |p: &u8| *p < paper.saturating_sub(INK);
            let mut dark: Vec<u8> = image.as_raw().iter().copied().filter(dark).collect();
            let at = dark.len() / part;
            (dark.len() > 50).then(|| *dark.select_nth_unstable(at).1)
        };
        let (stamp, print) = (ink(own, part)?, ink(crop, 5)?);
        (stamp >= print.saturating_add(LIGHTER)).then(|| Self {
            paper,
            print,
            limit: print + (stamp - print) / 2,
        })
    }

    /// The stamp alone: print is painted with what is seen beside it.
    pub fn without_print(&self, crop: &GrayImage, dpi: f32) -> GrayImage {
        let (width, height) = (crop.width() as usize, crop.height() as usize);
        let pixels = crop.as_raw();
        let mask: Vec<u8> = pixels.iter().map(|&p| u8::from(p < self.limit)).collect();
        let mask = grown(&mask, width, height, 2);
        let mut out = pixels.clone();
        let stroke = (STROKE_MM / 25.4 * dpi) as usize;
        // A stroke of the stamp goes on below a stroke of print if it is seen on both sides of it.
        let seen = |steps: &mut dyn Iterator<Item = usize>| {
            steps.take(stroke).find(|&i| mask[i] == 0).map_or(self.paper, |i| pixels[i])
        };
        for i in (0..mask.len()).filter(|&i| mask[i] != 0) {
            let (x, y) = (i % width, i / width);
            let up = seen(&mut (0..y).rev().map(|y| y * width + x));
            let down = seen(&mut (y + 1..height).map(|y| y * width + x));
            let left = seen(&mut (0..x).rev().map(|x| y * width + x));
            let right = seen(&mut (x + 1..width).map(|x| y * width + x));
            out[i] = up.max(down).min(left.max(right));
        }
        pixels::made(crop.width(), crop.height(), out)
    }

    /// A pixel without the stamp: print as it is, the stamp's ink paper, edges in between.
    fn without_stamp(&self, pixel: u8) -> u8 {
        let (print, limit) = (u32::from(self.print), u32::from(self.limit));
        let above = u32::from(pixel).saturating_sub(print);
        let lift = u32::from(self.paper.saturating_sub(self.limit)) * above / (limit - print).max(1);
        (u32::from(pixel) + lift).min(u32::from(self.paper.max(pixel))) as u8
    }
}

/// Takes a stamp out of the page: by its paler ink, else its letters and the lines of its frame.
pub fn clear(page: &mut GrayImage, stamp: &Stamp, area: Box2, paler: Option<Paler>, dpi: f32) {
    let level = stamp.to_page.inverse();
    let (left, top) = (area.x.max(0) as u32, area.y.max(0) as u32);
    let (right, bottom) = ((area.x + area.w) as u32, (area.y + area.h) as u32);
    if let Some(paler) = paler {
        let outline = stamp.outline(dpi);
        for y in top..bottom.min(page.height()) {
            for x in left..right.min(page.width()) {
                let [u, v] = level.at(x as f32, y as f32);
                let pixel = &mut page.get_pixel_mut(x, y).0[0];
                if outline.holds(u as i32, v as i32) {
                    *pixel = paler.without_stamp(*pixel);
                }
            }
        }
        return;
    }
    let crop = imageops::crop_imm(page, left, top, right - left, bottom - top).to_image();
    let paper = median(crop.as_raw());
    let width = crop.width() as usize;
    let mask: Vec<u8> = crop.as_raw().iter().map(|&p| u8::from(p < paper.saturating_sub(INK))).collect();
    let found = blobs::find(&mask, width);
    // A letter of the stamp is one that lies in the box of one of its words; ink that goes on is the letter's.
    let letter = |b: &blobs::Blob| {
        let (x, y) = ((b.left + b.right) as f32 / 2.0, (b.top + b.bottom) as f32 / 2.0);
        let [u, v] = level.at(left as f32 + x, top as f32 + y);
        stamp.boxes.iter().any(|w| {
            w.holds(u as i32, v as i32) && b.height() as f32 <= w.h as f32 * 1.25 && b.width() as i32 <= w.w
        })
    };
    let gone: Vec<bool> = found.blobs.iter().map(letter).collect();
    let mut out: Vec<(usize, usize)> = Vec::new();
    let mm = dpi / 25.4;
    let thin = (LINE_MM * mm) as usize + 1;
    let inside = stamp.frame.inside;
    for run in &found.runs {
        let whole = gone.get(run.blob as usize).copied().unwrap_or(false);
        for x in run.start as usize..run.end as usize {
            let y = run.y as usize;
            let on_line = || {
                let [u, v] = level.at((left as usize + x) as f32, (top as usize + y) as f32);
                let off = |at: f32, from: i32, length: i32| {
                    (from as f32 - at).max(at - (from + length) as f32) / mm
                };
                let (across, down) = (off(u, inside.x, inside.w), off(v, inside.y, inside.h));
                let near = |this: f32, other: f32| LINE_AT_MM.contains(&this) && other < LINE_AT_MM.end;
                near(down, across) && length(&mask, width, x, y, false) <= thin
                    || inside.x > 0 && near(across, down) && length(&mask, width, x, y, true) <= thin
            };
            if whole || stamp.frame.seen && on_line() {
                out.push((x, y));
            }
        }
    }
    for (x, y) in out {
        // With the soft edge around it.
        for (ny, nx) in
            (y.saturating_sub(1)..=y + 1).flat_map(|ny| (x.saturating_sub(1)..=x + 1).map(move |nx| (ny, nx)))
        {
            let edge = mask.get(ny * width + nx).is_some_and(|&m| m == 0) || (nx, ny) == (x, y);
            if let Some(pixel) =
                page.get_pixel_mut_checked(left + nx as u32, top + ny as u32).filter(|_| edge)
            {
                pixel.0[0] = pixel.0[0].max(paper);
            }
        }
    }
}

/// How far ink goes on through a pixel, across or down.
fn length(mask: &[u8], width: usize, x: usize, y: usize, across: bool) -> usize {
    let (step, before, after) = match across {
        true => (1, x, width - 1 - x),
        false => (width, y, (mask.len() / width).saturating_sub(1 + y)),
    };
    let at = y * width + x;
    let back = (1..=before).take_while(|n| mask[at - n * step] != 0).count();
    let on = (1..=after).take_while(|n| mask[at + n * step] != 0).count();
    back + on + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn print_below_a_lighter_stamp_is_taken_out_and_the_stroke_goes_on() {
        // A stroke of the stamp across, one of print down through it.
        let image = GrayImage::from_fn(300, 100, |x, y| match (x, y) {
            (145..153, _) => Luma([20]),
            (50..250, 46..54) => Luma([130]),
            _ => Luma([250]),
        });
        let stamp = Box2 { x: 60, y: 40, w: 60, h: 20 };
        let clean = Paler::of(&image, stamp, 5).unwrap().without_print(&image, 300.0);
        assert_eq!(clean.get_pixel(149, 20).0, [250], "print is gone");
        assert_eq!(clean.get_pixel(149, 50).0, [130], "the stamp's stroke goes on");
        // As dark as print: nothing tells them apart.
        let print = Box2 { x: 140, y: 10, w: 20, h: 20 };
        assert!(Paler::of(&image, print, 5).is_none());
    }
}
