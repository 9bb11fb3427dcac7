//! One scan -> kept image, reading image, findings.
pub mod raster;
