//! Plans: sheets far larger than a letter, of which only the title block is read.
//!
//! In: a reading image. Out: the part of it that is text by rule, or nothing
//! where the page is no plan. It never scales: small letters of a plan stay
//! readable, and the drawing costs no reading time.

use crate::page::noise::Grain;
use crate::page::{Affine, ReadingImage, reading};

/// Title block and the notes above it: ISO 7200 gives the block 180 mm, in the lower right corner of the sheet
/// inside a margin of up to 20 mm. Inches.
const BLOCK: (f32, f32) = (8.3, 11.0);

/// The title block of a plan.
pub fn title_block(reading: &ReadingImage) -> Option<ReadingImage> {
    let (width, height) = reading.grey.dimensions();
    if !reading::is_plan(width, height, reading.dpi) {
        return None;
    }
    let side = |inches: f32, whole: u32| ((inches * reading.dpi) as u32).clamp(1, whole);
    let (w, h) = (side(BLOCK.0, width), side(BLOCK.1, height));
    let (x, y) = (width - w, height - h);
    let [kept_x, kept_y] = reading.to_kept.at(x as f32, y as f32);
    let map = reading.to_kept;
    Some(ReadingImage {
        grey: image::imageops::crop_imm(&reading.grey, x, y, w, h).to_image(),
        to_kept: Affine { x: [map.x[0], map.x[1], kept_x], y: [map.y[0], map.y[1], kept_y] },
        dpi: reading.dpi,
        stamps: reading.stamps.clone(),
        frames: Vec::new(),
        grain: Grain::Calm,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::GrayImage;

    fn sheet(width: f32, height: f32) -> ReadingImage {
        let pixels = |mm: f32| (mm / 25.4 * 100.0) as u32;
        ReadingImage {
            grey: GrayImage::new(pixels(width), pixels(height)),
            to_kept: Affine { x: [2.0, 0.0, 5.0], y: [0.0, 2.0, 7.0] },
            dpi: 100.0,
            stamps: Vec::new(),
            frames: Vec::new(),
            grain: Grain::Calm,
        }
    }

    #[test]
    fn letters_are_read_whole_and_plans_in_their_corner() {
        for (width, height) in [(210.0, 297.0), (297.0, 420.0), (80.0, 900.0)] {
            assert!(title_block(&sheet(width, height)).is_none());
        }
        for (width, height) in [(841.0, 1189.0), (594.0, 420.0), (1189.0, 841.0)] {
            let plan = sheet(width, height);
            let block = title_block(&plan).unwrap();
            // The far corner of the block is the far corner of the plan.
            let corner = |r: &ReadingImage| r.to_kept.at(r.grey.width() as f32, r.grey.height() as f32);
            assert_eq!(corner(&block), corner(&plan));
            assert!(block.grey.width() == 830 && block.grey.height() == 1100);
        }
    }
}
