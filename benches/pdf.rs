//! Cost of a product: the kept image and its words as PDF/A.
#![allow(missing_docs)]

mod sample;

use criterion::{Criterion, criterion_group, criterion_main};
use poststelle::model::geometry::{Dpi, Orientation};
use poststelle::model::limits::Limits;
use poststelle::ocr::{self, tesseract::Tesseract};
use poststelle::page::container;
use poststelle::pdf::{self, About, ProductPage};
use std::hint::black_box;

fn products(c: &mut Criterion) {
    let mut engine = Tesseract::open("deu").unwrap_or_else(|r| panic!("{}", r.text));
    for name in ["allgemein/004-hundesteuer.jpg", "rechnungen/052-rechnung.tif"] {
        let sample = sample::first_page(name);
        let dpi = Dpi { x: sample.measured.dpi, y: sample.measured.dpi };
        let read = ocr::read_page(&mut engine, &sample.raster, sample.measured, sample.upright)
            .unwrap_or_else(|r| panic!("{}", r.text));
        let orientation = Orientation { mirror: read.measured.mirrored, turn: read.measured.turned };
        let about = About {
            title: name.into(),
            document_id: "d".into(),
            producer: "bench".into(),
            created: "2026-01-01T00:00:00Z".into(),
        };
        c.bench_function(&format!("product of {name}"), |b| {
            b.iter(|| {
                let kept = container::kept(&sample.source, &sample.page, &Limits::default());
                let kept = kept.unwrap_or_else(|r| panic!("{}", r.text)).value;
                let page = ProductPage { kept, orientation, dpi, text: read.text.clone() };
                pdf::assemble(black_box(&[page]), &about, None, None)
            })
        });
    }
}

criterion_group!(benches, products);
criterion_main!(benches);
