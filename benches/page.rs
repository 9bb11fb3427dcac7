//! Cost of page work outside the OCR engine, on a drawn A4 page at 300 dpi.
#![allow(missing_docs)]

use criterion::{Criterion, criterion_group, criterion_main};
use image::{GrayImage, Luma};
use poststelle::model::geometry::{Dpi, Orientation};
use poststelle::model::page::{Coding, Colour, SourcePage};
use poststelle::page::{self, PageOrder, codes, raster::Pixels, raster::Raster};
use std::hint::black_box;

/// Forty lines of letter-like strokes.
fn letter() -> Raster {
    let grey = GrayImage::from_fn(2480, 3508, |x, y| {
        let (line, row) = (y / 70, y % 70);
        let ink =
            line > 5 && line < 46 && row < 40 && (x * 7 + line * 13) % 29 < 12 && (300..2200).contains(&x);
        Luma([if ink { 30 } else { 240 }])
    });
    Raster { pixels: Pixels::Grey(grey), colour: Colour::Grey }
}

fn page_work(c: &mut Criterion) {
    let raster = letter();
    let source = SourcePage {
        number: 1,
        width: 2480,
        height: 3508,
        dpi: Some(Dpi { x: 300.0, y: 300.0 }),
        orientation: Orientation::default(),
        colour: Colour::Grey,
        coding: Coding::Lossless,
        notes: Vec::new(),
    };
    let order = PageOrder { dpi_min: 200.0 };
    let (measured, look) = page::measure(&raster, &source, &order);
    let upright = page::Upright::with(&raster, &measured, look);
    c.bench_function("measure", |b| b.iter(|| page::measure(black_box(&raster), &source, &order)));
    c.bench_function("reading image", |b| {
        b.iter(|| page::reading_image(black_box(&raster), &measured, upright.clone()))
    });
    c.bench_function("codes", |b| {
        b.iter(|| codes::find(black_box(&upright.grey), 300.0, &codes::CodeOrder::default()))
    });
    c.bench_function("thumbnail", |b| b.iter(|| page::thumbnail(black_box(&raster), &measured)));
}

criterion_group!(benches, page_work);
criterion_main!(benches);
