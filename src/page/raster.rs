//! Decoded samples of one page, as stored in the source.

use crate::model::page::Colour;
use image::{GrayImage, RgbImage};

/// Decoded samples, before orientation.
#[derive(Clone, Debug)]
pub enum Pixels {
    /// One byte a pixel; bitonal pages are 0 and 255.
    Grey(GrayImage),
    /// Three bytes a pixel.
    Rgb(RgbImage),
}

/// A decoded page.
#[derive(Clone, Debug)]
pub struct Raster {
    /// Samples.
    pub pixels: Pixels,
    /// Colours of the scan, which bitonal and grey share in memory.
    pub colour: Colour,
}
