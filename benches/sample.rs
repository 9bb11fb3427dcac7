//! A page of a sample scan, decoded and measured: what the benches of later stages begin with.
#![allow(dead_code)] // Each bench uses its own part.

use poststelle::model::limits::Limits;
use poststelle::model::page::{MeasuredPage, SourcePage};
use poststelle::page::container::{self, Source};
use poststelle::page::{self, PageOrder, Upright, raster::Raster};
use std::path::PathBuf;

/// A sample scan.
pub fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("sample-scans").join(name)
}

/// A page between decoding and reading.
pub struct Sample {
    pub source: Source,
    pub page: SourcePage,
    pub raster: Raster,
    pub measured: MeasuredPage,
    pub upright: Upright,
}

/// The first page of a sample scan.
pub fn first_page(name: &str) -> Sample {
    let bytes = std::fs::read(path(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    let (source, limits) = (Source::new(bytes), Limits::default());
    let page =
        container::open(&source, &limits).unwrap_or_else(|r| panic!("{name}: {}", r.text)).pages.remove(0);
    let raster =
        container::decode(&source, &page, &limits).unwrap_or_else(|r| panic!("{name}: {}", r.text)).value;
    let (measured, look) = page::measure(&raster, &page, &PageOrder::default());
    let upright = Upright::with(&raster, &measured, look);
    Sample { source, page, raster, measured, upright }
}
