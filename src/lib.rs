//! Poststelle: the digital mailroom of a German municipality.

pub mod model;

pub mod page;
pub mod ocr;
pub mod batch;
pub mod document;
pub mod pdf;
pub mod record;
pub mod delivery;

#[cfg(test)]
mod testpage;
