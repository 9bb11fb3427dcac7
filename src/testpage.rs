//! Letters drawn for tests: real typefaces, known words, any lean.

#![allow(clippy::expect_used)] // a test may end where it stands

use ab_glyph::{Font, FontVec, PxScale, ScaleFont, point};
use image::{GrayImage, Luma};

/// Words of the drawn letters, line after line.
pub use crate::pdf::SPECIMEN_LINES as LINES;

/// A typeface of the machine.
pub fn face() -> FontVec {
    let paths = [
        "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
        "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
        "/usr/share/fonts/truetype/freefont/FreeSans.ttf",
    ];
    let bytes = paths.iter().find_map(|p| std::fs::read(p).ok()).expect("a typeface under /usr/share/fonts");
    FontVec::try_from_vec(bytes).expect("a readable typeface")
}

/// An A4 page at 300 dpi with so many lines of 11 point text.
pub fn letter(lines: usize) -> GrayImage {
    let mut page = GrayImage::from_pixel(2480, 3508, Luma([245]));
    let face = face();
    for n in 0..lines {
        let top = 320.0 + n as f32 * 70.0;
        if top < 3300.0 {
            write(&mut page, &face, LINES[n % LINES.len()], 250.0, top, 54.0);
        }
    }
    page
}

/// Writes one line with its baseline at `y`.
pub fn write(page: &mut GrayImage, face: &FontVec, text: &str, x: f32, y: f32, size: f32) {
    let scaled = face.as_scaled(PxScale::from(size));
    let mut pen = x;
    for letter in text.chars() {
        let id = scaled.glyph_id(letter);
        if let Some(outline) = face.outline_glyph(id.with_scale_and_position(size, point(pen, y))) {
            let bounds = outline.px_bounds();
            outline.draw(|gx, gy, cover| {
                let (px, py) = (bounds.min.x as u32 + gx, bounds.min.y as u32 + gy);
                if let Some(pixel) = page.get_pixel_mut_checked(px, py) {
                    pixel.0[0] = pixel.0[0].min((245.0 - cover * 220.0) as u8);
                }
            });
        }
        pen += scaled.h_advance(id);
    }
}

/// The page leaning counter-clockwise, by the slow and obvious way.
pub fn rotated(page: &GrayImage, degrees: f32) -> GrayImage {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (cx, cy) = (page.width() as f32 / 2.0, page.height() as f32 / 2.0);
    GrayImage::from_fn(page.width(), page.height(), |x, y| {
        let (dx, dy) = (x as f32 + 0.5 - cx, y as f32 + 0.5 - cy);
        let (sx, sy) = (cx + cos * dx - sin * dy - 0.5, cy + sin * dx + cos * dy - 0.5);
        if sx < 0.0 || sy < 0.0 || sx >= page.width() as f32 - 1.0 || sy >= page.height() as f32 - 1.0 {
            return Luma([245]);
        }
        let (ix, iy, fx, fy) = (sx as u32, sy as u32, sx.fract(), sy.fract());
        let p = |dx: u32, dy: u32| f32::from(page.get_pixel(ix + dx, iy + dy).0[0]);
        let upper = p(0, 0) * (1.0 - fx) + p(1, 0) * fx;
        let lower = p(0, 1) * (1.0 - fx) + p(1, 1) * fx;
        Luma([(upper * (1.0 - fy) + lower * fy) as u8])
    })
}

/// A page as [`letter`], its letters set by a hand: each a little higher or lower, larger or smaller.
pub fn handwritten(lines: usize) -> GrayImage {
    let mut page = GrayImage::from_pixel(2480, 3508, Luma([245]));
    let (face, mut chance) = (face(), chance());
    for n in 0..lines {
        let mut pen = 250.0;
        for letter in LINES[n % LINES.len()].chars() {
            let size = 54.0 * (1.0 + 0.15 * chance());
            let y = 320.0 + n as f32 * 70.0 + 8.0 * chance();
            write(&mut page, &face, &letter.to_string(), pen, y, size);
            pen += face.as_scaled(PxScale::from(size)).h_advance(face.glyph_id(letter)) + 2.0 * chance();
        }
    }
    page
}

/// A page of joined writing: one stroke a word, loops up and down, and nothing anybody could read.
pub fn scrawled(lines: usize) -> GrayImage {
    let mut page = GrayImage::from_pixel(2480, 3508, Luma([245]));
    let mut chance = chance();
    for n in 0..lines {
        let (mut pen, base) = (250.0, 306.0 + n as f32 * 70.0);
        while pen < 2000.0 {
            let end = pen + 180.0 + 100.0 * chance();
            let mut height = 10.0;
            while pen < end {
                height = if chance() > 0.96 { 24.0 + 6.0 * chance() } else { height * 0.98 + 0.2 };
                let y = base + height * (pen / 7.0).sin() + 2.0 * chance().abs();
                for (dx, dy) in (0..16).map(|i| (i % 4, i / 4)) {
                    page.put_pixel(pen as u32 + dx, y as u32 + dy, Luma([40]));
                }
                pen += 0.4;
            }
            pen += 40.0;
        }
    }
    page
}

/// Numbers between -1 and 1, the same every time.
fn chance() -> impl FnMut() -> f32 {
    let mut state = 0x9e37_79b9_u32;
    move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as f32 / u32::MAX as f32 * 2.0 - 1.0
    }
}
