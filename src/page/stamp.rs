//! Coloured ink over black print: an Eingangsstempel on a letter.
//!
//! In: a colour page and its analysis. Out: the regions where coloured ink
//! lies over black print. There the reading image shows the print without the
//! stamp, and a picture of its own shows the stamp without the print, so that
//! both can be read. Coloured ink that covers nothing is left as it is.

use super::analysis::{Analysis, MM, grown};
use super::blobs::find;
use super::pixels;
use super::raster::{Pixels, Raster};
use crate::model::geometry::Turn;
use image::GrayImage;

/// Colour above that of the paper which makes ink coloured.
const COLOURED: u8 = 42;
/// Gaps within a stamp that are bridged, pixels (2 mm).
const GAP: usize = (2.0 * MM) as usize;
/// Sizes of stamps, mm: a date stamp is 20 by 5, a receipt stamp with boxes 90 by 60.
const SIDE_MM: std::ops::Range<f32> = 8.0..110.0;
/// Share of black print in the region from which separating pays.
const PRINT_SHARE: f32 = 0.012;
/// Depth from which ink without colour is print.
const PRINT_DEPTH: u8 = 110;
/// At most so many regions are separated on one page.
const REGIONS_MAX: usize = 6;

/// A region with coloured ink over print, in pixels of the upright page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// Left edge.
    pub x: u32,
    /// Upper edge.
    pub y: u32,
    /// Width.
    pub w: u32,
    /// Height.
    pub h: u32,
    /// Colour of the paper there, to be ignored.
    pub paper_chroma: u8,
}

/// Regions where coloured ink lies over print, by position.
pub fn regions(page: &Analysis, width: u32, height: u32) -> Vec<Region> {
    if page.chroma.is_empty() {
        return Vec::new();
    }
    let paper_chroma = page.paper_chroma();
    let limit = paper_chroma.saturating_add(COLOURED);
    let mask: Vec<u8> =
        page.chroma.iter().zip(&page.outside).map(|(&c, &o)| u8::from(c > limit && o == 0)).collect();
    if mask.iter().filter(|&&m| m != 0).count() < 300 {
        return Vec::new();
    }
    let wide = grown(&mask, page.width, page.height, GAP);
    let (fx, fy) = (width as f32 / page.width as f32, height as f32 / page.height as f32);
    let mut out = Vec::new();
    for blob in find(&wide, page.width).blobs {
        let (w, h) = (blob.width() as f32 / MM, blob.height() as f32 / MM);
        if !SIDE_MM.contains(&w.max(h)) || w.min(h) < 4.0 {
            continue;
        }
        let mut print = 0u32;
        for y in blob.top as usize..blob.bottom as usize {
            let row = y * page.width;
            let span = row + blob.left as usize..row + blob.right as usize;
            for (&d, &c) in page.depth[span.clone()].iter().zip(&page.chroma[span]) {
                print += u32::from(d > PRINT_DEPTH && c < limit);
            }
        }
        if print as f32 > PRINT_SHARE * (blob.width() * blob.height()) as f32 {
            let (x, y) = ((blob.left as f32 * fx) as u32, (blob.top as f32 * fy) as u32);
            let w = ((blob.width() as f32 * fx).ceil() as u32).min(width.saturating_sub(x));
            let h = ((blob.height() as f32 * fy).ceil() as u32).min(height.saturating_sub(y));
            out.push(Region { x, y, w, h, paper_chroma });
        }
    }
    out.truncate(REGIONS_MAX);
    out
}

/// Takes the coloured ink of a region out of the upright grey page; gives the ink alone, dark on white.
pub fn separate(
    image: &mut GrayImage,
    raster: &Raster,
    mirror: bool,
    turn: Turn,
    region: &Region,
) -> GrayImage {
    let Pixels::Rgb(colour) = &raster.pixels else {
        return GrayImage::new(0, 0);
    };
    let mut ink = GrayImage::from_pixel(region.w, region.h, image::Luma([255]));
    let base = region.paper_chroma;
    for y in 0..region.h {
        for x in 0..region.w {
            let (sx, sy) = stored(colour.width(), colour.height(), mirror, turn, region.x + x, region.y + y);
            let Some(&image::Rgb([r, g, b])) = colour.get_pixel_checked(sx, sy) else { continue };
            let (high, low) = (r.max(g).max(b), r.min(g).min(b));
            let chroma = (high - low).saturating_sub(base);
            // Colour takes at least one of the three lights away and lets one through: that one shows the print.
            let weight = u32::from(chroma.saturating_sub(COLOURED / 4)).min(48);
            let grey = u32::from(pixels::luma(r, g, b));
            let without = u32::from(high) + u32::from(255 - high) * u32::from(chroma) / 320;
            if let Some(pixel) = image.get_pixel_mut_checked(region.x + x, region.y + y) {
                pixel.0[0] = ((grey * (48 - weight) + without * weight) / 48).min(255) as u8;
            }
            ink.put_pixel(x, y, image::Luma([255 - (u16::from(chroma) * 2).min(255) as u8]));
        }
    }
    ink
}

/// Where a pixel of the upright page lies in the stored samples.
fn stored(width: u32, height: u32, mirror: bool, turn: Turn, x: u32, y: u32) -> (u32, u32) {
    let (sx, sy) = match turn {
        Turn::None => (x, y),
        Turn::Right => (y, height.saturating_sub(1 + x)),
        Turn::Half => (width.saturating_sub(1 + x), height.saturating_sub(1 + y)),
        Turn::Left => (width.saturating_sub(1 + y), x),
    };
    if mirror { (width.saturating_sub(1 + sx), sy) } else { (sx, sy) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pixel_of_the_upright_page_is_found_in_the_stored_samples() {
        let image = GrayImage::from_fn(7, 4, |x, y| image::Luma([(x * 10 + y) as u8]));
        for mirror in [false, true] {
            for turn in [Turn::None, Turn::Right, Turn::Half, Turn::Left] {
                let upright = pixels::oriented(image.clone(), mirror, turn);
                for (x, y, pixel) in upright.enumerate_pixels() {
                    let (sx, sy) = stored(7, 4, mirror, turn, x, y);
                    assert_eq!(image.get_pixel(sx, sy), pixel, "{mirror} {turn:?} {x} {y}");
                }
            }
        }
    }
}
