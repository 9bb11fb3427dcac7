//! A JPEG of the upright page, small or as large as a screen needs it.

use super::pixels::{self, oriented, oriented_rgb};
use super::raster::{Pixels, Raster};
use crate::model::geometry::Turn;
use crate::model::page::MeasuredPage;

/// Longest side in pixels.
const SIDE: u32 = 480;
/// JPEG quality: text stays recognisable as text at about 20 kB.
const QUALITY: u8 = 70;

/// The thumbnail of a page; empty only if the page has no pixels.
pub fn thumbnail(raster: &Raster, measured: &MeasuredPage) -> Vec<u8> {
    picture(raster, measured.mirrored, measured.turned, SIDE)
}

/// The page with a longest side of `side` pixels, or as it is if it is smaller.
pub fn screen_image(raster: &Raster, mirrored: bool, turned: Turn, side: u32) -> Vec<u8> {
    let (width, height) = pixels::stored_size(raster);
    picture(raster, mirrored, turned, side.min(width.max(height)))
}

fn picture(raster: &Raster, mirrored: bool, turned: Turn, longest_side: u32) -> Vec<u8> {
    let (width, height) = pixels::stored_size(raster);
    if width == 0 || height == 0 {
        return Vec::new();
    }
    let longest = width.max(height);
    let side = |v: u32| {
        (u64::from(v) * u64::from(longest_side) / u64::from(longest)).clamp(1, u64::from(longest_side)) as u32
    };
    let mut jpeg = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut jpeg, QUALITY);
    let done = match &raster.pixels {
        Pixels::Grey(image) => {
            let small = pixels::resized(image, side(width), side(height));
            let small = oriented(small, mirrored, turned);
            let (w, h) = (small.width() as u16, small.height() as u16);
            encoder.encode(&small, w, h, jpeg_encoder::ColorType::Luma)
        }
        Pixels::Rgb(image) => {
            let small = pixels::resized_rgb(image, side(width), side(height));
            let small = oriented_rgb(small, mirrored, turned);
            let (w, h) = (small.width() as u16, small.height() as u16);
            encoder.encode(&small, w, h, jpeg_encoder::ColorType::Rgb)
        }
    };
    if done.is_ok() { jpeg } else { Vec::new() }
}
