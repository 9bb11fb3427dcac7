//! A small JPEG of the upright page, for screens.

use super::pixels::{self, oriented, oriented_rgb};
use super::raster::{Pixels, Raster};
use crate::model::page::MeasuredPage;

/// Longest side in pixels.
const SIDE: u32 = 480;
/// JPEG quality: text stays recognisable as text at about 20 kB.
const QUALITY: u8 = 70;

/// The thumbnail of a page; empty only if the page has no pixels.
pub fn thumbnail(raster: &Raster, measured: &MeasuredPage) -> Vec<u8> {
    let (width, height) = pixels::stored_size(raster);
    if width == 0 || height == 0 {
        return Vec::new();
    }
    let longest = width.max(height);
    let side =
        |v: u32| (u64::from(v) * u64::from(SIDE) / u64::from(longest)).clamp(1, u64::from(SIDE)) as u32;
    let mut jpeg = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut jpeg, QUALITY);
    let done = match &raster.pixels {
        Pixels::Grey(image) => {
            let small = pixels::resized(image, side(width), side(height));
            let small = oriented(small, measured.mirrored, measured.turned);
            let (w, h) = (small.width() as u16, small.height() as u16);
            encoder.encode(&small, w, h, jpeg_encoder::ColorType::Luma)
        }
        Pixels::Rgb(image) => {
            let small = pixels::resized_rgb(image, side(width), side(height));
            let small = oriented_rgb(small, measured.mirrored, measured.turned);
            let (w, h) = (small.width() as u16, small.height() as u16);
            encoder.encode(&small, w, h, jpeg_encoder::ColorType::Rgb)
        }
    };
    if done.is_ok() { jpeg } else { Vec::new() }
}
