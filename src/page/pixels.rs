//! Plain work on samples: orientation, grey, reduction, enlargement.
//!
//! In: stored samples. Out: new images. Knows nothing about letters.

use super::raster::{Pixels, Raster};
use crate::model::geometry::Turn;
use fast_image_resize as fir;
use fir::images::{TypedImage, TypedImageRef};
use fir::pixels::{U8, U8x3};
use image::{GrayImage, RgbImage};

/// Rows and columns moved together while turning, so that reads and writes stay in the cache.
const BLOCK: usize = 32;

/// Width and height of the stored samples.
pub fn stored_size(raster: &Raster) -> (u32, u32) {
    match &raster.pixels {
        Pixels::Grey(image) => image.dimensions(),
        Pixels::Rgb(image) => image.dimensions(),
    }
}

/// Luma of one colour pixel (ITU-R BT.601, eight-bit weights).
#[inline]
pub fn luma(r: u8, g: u8, b: u8) -> u8 {
    ((u32::from(r) * 77 + u32::from(g) * 150 + u32::from(b) * 29) >> 8) as u8
}

/// The stored samples as grey, still in stored orientation.
pub fn grey(raster: &Raster) -> GrayImage {
    match &raster.pixels {
        Pixels::Grey(image) => image.clone(),
        Pixels::Rgb(image) => grey_of(image),
    }
}

/// A colour image as grey.
pub fn grey_of(image: &RgbImage) -> GrayImage {
    let rows = image.as_raw().chunks_exact(3).map(|p| luma(p[0], p[1], p[2])).collect();
    made(image.width(), image.height(), rows)
}

/// Mirrors left to right, then turns clockwise.
pub fn oriented(image: GrayImage, mirror: bool, turn: Turn) -> GrayImage {
    let mut image = image;
    let width = image.width().max(1) as usize;
    if mirror {
        image.chunks_exact_mut(width).for_each(<[u8]>::reverse);
    }
    match turn {
        Turn::None => image,
        Turn::Half => {
            image.reverse();
            image
        }
        Turn::Right | Turn::Left => {
            let (w, h) = (image.width(), image.height());
            made(h, w, quarter(image.as_raw(), w as usize, h as usize, turn == Turn::Right))
        }
    }
}

/// A colour image mirrored and turned; only for small ones.
pub fn oriented_rgb(image: RgbImage, mirror: bool, turn: Turn) -> RgbImage {
    use image::imageops;
    let image = if mirror { imageops::flip_horizontal(&image) } else { image };
    match turn {
        Turn::None => image,
        Turn::Right => imageops::rotate90(&image),
        Turn::Half => imageops::rotate180(&image),
        Turn::Left => imageops::rotate270(&image),
    }
}

/// A quarter turn of any byte plane of `w` by `h`; the result is `h` by `w`.
pub fn quarter(from: &[u8], w: usize, h: usize, clockwise: bool) -> Vec<u8> {
    let mut to = vec![0u8; from.len()];
    if w.checked_mul(h) != Some(from.len()) {
        return to;
    }
    // Tiles of fixed size need no checks inside.
    let mut tile = [[0u8; BLOCK]; BLOCK];
    for top in (0..h).step_by(BLOCK) {
        let rows = BLOCK.min(h - top);
        for left in (0..w).step_by(BLOCK) {
            let columns = BLOCK.min(w - left);
            for (y, line) in tile.iter_mut().enumerate().take(rows) {
                let at = (top + y) * w + left;
                line[..columns].copy_from_slice(&from[at..at + columns]);
            }
            // Columns of the tile become rows.
            #[allow(clippy::needless_range_loop)]
            for x in 0..columns {
                let mut line: [u8; BLOCK] = std::array::from_fn(|y| tile[y][x]);
                if clockwise {
                    let at = (left + x) * h + (h - top - rows);
                    line[..rows].reverse();
                    to[at..at + rows].copy_from_slice(&line[..rows]);
                } else {
                    let at = (w - 1 - left - x) * h + top;
                    to[at..at + rows].copy_from_slice(&line[..rows]);
                }
            }
        }
    }
    to
}

/// Another size: box filter when smaller, bilinear when larger; fast, for looking.
pub fn resized(image: &GrayImage, width: u32, height: u32) -> GrayImage {
    let filter = if width > image.width() { fir::FilterType::Bilinear } else { fir::FilterType::Box };
    resampled(image, width, height, filter)
}

/// Another size with edges kept sharp, for reading.
pub fn resharpened(image: &GrayImage, width: u32, height: u32) -> GrayImage {
    resampled(image, width, height, fir::FilterType::Lanczos3)
}

fn resampled(image: &GrayImage, width: u32, height: u32, filter: fir::FilterType) -> GrayImage {
    match resample::<U8>(image.as_raw(), image.dimensions(), (width, height), filter) {
        Some(rows) => made(width, height, rows),
        None => GrayImage::from_pixel(width, height, image::Luma([255])),
    }
}

/// The same for colours.
pub fn resized_rgb(image: &RgbImage, width: u32, height: u32) -> RgbImage {
    let filter = if width > image.width() { fir::FilterType::Bilinear } else { fir::FilterType::Box };
    let rows = resample::<U8x3>(image.as_raw(), image.dimensions(), (width, height), filter);
    rows.and_then(|rows| RgbImage::from_raw(width, height, rows))
        .unwrap_or_else(|| RgbImage::from_pixel(width, height, image::Rgb([255; 3])))
}

/// Samples of pixels of type `P` in another size. Its untyped sister compiles thirteen pixel types into this crate.
fn resample<P: fir::PixelTrait>(
    samples: &[u8],
    (from_width, from_height): (u32, u32),
    (width, height): (u32, u32),
    filter: fir::FilterType,
) -> Option<Vec<u8>> {
    let options = fir::ResizeOptions::new().resize_alg(fir::ResizeAlg::Convolution(filter));
    let from = TypedImageRef::<P>::from_buffer(from_width, from_height, samples).ok()?;
    let mut rows = vec![0; width as usize * height as usize * P::size()];
    let mut to = TypedImage::<P>::from_buffer(width, height, &mut rows).ok()?;
    fir::Resizer::new().resize_typed(&from, &mut to, &options).ok()?;
    Some(rows)
}

/// An image of rows that are known to fit; a white one should they ever not.
pub fn made(width: u32, height: u32, rows: Vec<u8>) -> GrayImage {
    GrayImage::from_raw(width, height, rows)
        .unwrap_or_else(|| GrayImage::from_pixel(width, height, image::Luma([255])))
}

/// A part of an image; all of it must lie inside.
pub fn cropped(image: &GrayImage, x: u32, y: u32, width: u32, height: u32) -> GrayImage {
    let stride = image.width().max(1) as usize;
    let part = x as usize..(x + width) as usize;
    let mut rows = Vec::with_capacity(width as usize * height as usize);
    for row in image.as_raw().chunks_exact(stride).skip(y as usize).take(height as usize) {
        rows.extend_from_slice(row.get(part.clone()).unwrap_or_default());
    }
    made(width, height, rows)
}

/// A side scaled, at least one pixel.
pub fn scaled(side: u32, factor: f32) -> u32 {
    ((side as f32 * factor).round() as u32).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarter_turns_agree_with_the_slow_way_and_undo_each_other() {
        let image = GrayImage::from_fn(131, 70, |x, y| image::Luma([(x * 7 + y * 13) as u8]));
        let right = oriented(image.clone(), false, Turn::Right);
        assert_eq!(right, image::imageops::rotate90(&image));
        assert_eq!(oriented(image.clone(), false, Turn::Half), image::imageops::rotate180(&image));
        assert_eq!(oriented(image.clone(), true, Turn::None), image::imageops::flip_horizontal(&image));
        assert_eq!(oriented(right, false, Turn::Left), image);
    }
}
