//! One scan -> kept image, reading image, findings.
//!
//! In: decoded samples and what the container says. Out: a measured page, the
//! image the OCR reads, a thumbnail. The kept image is never touched here:
//! cleaning makes reading images only. Opens no file, asks no clock; every
//! step may leave the page alone and say so.

pub mod analysis;
mod bars;
pub mod blank;
pub mod blobs;
pub mod codes;
pub mod container;
pub mod deskew;
pub mod handwriting;
pub mod light;
pub mod measure;
pub mod noise;
pub mod pixels;
pub mod raster;
pub mod reading;
pub mod stamp;
pub mod thumbnail;
pub mod turn;
pub mod upright;

pub use measure::{PageOrder, measure, remeasured, told};
pub use reading::{Affine, ReadingImage, reading_image, straightened};
pub use thumbnail::{screen_image, thumbnail};
pub use upright::Upright;

#[cfg(test)]
mod tests;
