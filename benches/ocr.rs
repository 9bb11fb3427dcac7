//! Cost of reading a page with a warm engine: a straight grey one, a leaning one, one in black and white.
#![allow(missing_docs)]

mod sample;

use criterion::{Criterion, criterion_group, criterion_main};
use poststelle::ocr::{self, tesseract::Tesseract};
use std::hint::black_box;

fn reading(c: &mut Criterion) {
    let mut engine = Tesseract::open("deu").unwrap_or_else(|r| panic!("{}", r.text));
    let mut group = c.benchmark_group("read");
    group.sample_size(10);
    for name in
        ["allgemein/001-bauantrag.jpg", "allgemein/004-hundesteuer.jpg", "rechnungen/052-rechnung.tif"]
    {
        let sample = sample::first_page(name);
        group.bench_function(name, |b| {
            b.iter(|| {
                let (measured, upright) = (sample.measured.clone(), sample.upright.clone());
                ocr::read_page(&mut engine, black_box(&sample.raster), measured, upright)
            })
        });
    }
    group.finish();
}

criterion_group!(benches, reading);
criterion_main!(benches);
