//! The page as a person holds it: whole in grey, and reduced for looking at.
//!
//! In: stored samples and the measurement. Out: both images, made once and
//! handed from codes to reading.

use super::analysis::{self, Analysis};
use super::pixels::{self, oriented};
use super::raster::Raster;
use crate::model::geometry::Dpi;
use crate::model::page::MeasuredPage;
use image::GrayImage;

/// An upright page, not deskewed.
#[derive(Clone, Debug)]
pub struct Upright {
    /// As large as the kept image after turning.
    pub grey: GrayImage,
    /// Reduced and prepared.
    pub look: Analysis,
}

impl Upright {
    /// From the stored samples.
    pub fn of(raster: &Raster, measured: &MeasuredPage) -> Self {
        let dpi = Dpi { x: measured.dpi, y: measured.dpi };
        Self::with(raster, measured, analysis::of(raster, dpi, measured.mirrored, measured.turned))
    }

    /// With an analysis that was made while measuring.
    pub fn with(raster: &Raster, measured: &MeasuredPage, look: Analysis) -> Self {
        Self { grey: oriented(pixels::grey(raster), measured.mirrored, measured.turned), look }
    }
}
