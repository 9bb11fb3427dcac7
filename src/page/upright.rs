//! The page as a person holds it: whole in grey, and reduced for looking at.
//!
//! In: stored samples and the measurement. Out: both images, made once and
//! handed from codes to reading.

use super::analysis::{self, Analysis};
use super::pixels::{self, oriented};
use super::raster::Raster;
use crate::model::geometry::{Dpi, Turn};
use crate::model::page::{MeasuredPage, SourcePage};
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

    /// As measuring left it: the same samples and numbers to the last bit, whether it was kept or is made again.
    pub fn again(raster: &Raster, source: &SourcePage, measured: &MeasuredPage) -> Self {
        let filed = source.orientation.turn;
        let dpi = source.dpi.unwrap_or(Dpi { x: measured.dpi, y: measured.dpi });
        let look = analysis::of(raster, dpi, measured.mirrored, filed);
        let further = Turn::from_degrees(i32::from(measured.turned.degrees()) - i32::from(filed.degrees()));
        let look = match further.unwrap_or_default() {
            Turn::None => look,
            turn => look.turned(turn),
        };
        Self::with(raster, measured, look)
    }

    /// With an analysis that was made while measuring.
    pub fn with(raster: &Raster, measured: &MeasuredPage, look: Analysis) -> Self {
        Self { grey: oriented(pixels::grey(raster), measured.mirrored, measured.turned), look }
    }
}
