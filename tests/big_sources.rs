//! A page of a large file costs what a page of a small one costs; what is too large is refused at once.
#![allow(clippy::unwrap_used)]

mod support;

use poststelle::model::limits::Limits;
use poststelle::page::container::{self, Source};
use std::time::{Duration, Instant};
use support::{born_digital, scanned};

/// A page small enough that finding it would show beside decoding it.
fn page(number: usize) -> scanned::ScannedPage {
    let mut encoder = fax::encoder::Encoder::new(fax::VecWriter::new());
    for y in 0..200usize {
        let pels = (0..200)
            .map(|x| if (x + y + number).is_multiple_of(19) { fax::Color::Black } else { fax::Color::White });
        encoder.encode_line(pels, 200).unwrap();
    }
    scanned::g4_page(200, 200, &encoder.finish().unwrap().finish())
}

fn tiff(pages: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = tiff::encoder::TiffEncoder::new(std::io::Cursor::new(&mut bytes)).unwrap();
    for number in 0..pages {
        let samples: Vec<u8> = (0..200 * 200).map(|i| ((i + number) % 251) as u8).collect();
        encoder.write_image::<tiff::encoder::colortype::Gray8>(200, 200, &samples).unwrap();
    }
    bytes
}

/// Opens a file; returns what that took and what a page near its end takes, at best of several.
fn cost(bytes: Vec<u8>, pages: usize) -> (Duration, Duration) {
    let (source, limits) = (Source::new(bytes), Limits::default());
    let start = Instant::now();
    let opened = container::open(&source, &limits).unwrap();
    let opening = start.elapsed();
    assert_eq!(opened.pages.len(), pages);
    let last = opened.pages.iter().rev().take(9).map(|page| {
        let start = Instant::now();
        container::decode(&source, page, &limits).unwrap();
        container::kept(&source, page, &limits).unwrap();
        container::text_layer(&source, page);
        start.elapsed()
    });
    (opening, last.min().unwrap())
}

#[test]
fn the_last_of_a_thousand_pages_costs_what_the_last_of_ten_does() {
    let scans: Vec<scanned::ScannedPage> = (0..1000).map(page).collect();
    let one = born_digital::letter(&["Sehr geehrte Damen und Herren"], 0);
    let letters = |count: usize| born_digital::repeated(&one, count);
    for (what, small, large) in [
        ("scanned PDF", scanned::pdf(&scans[..10]), scanned::pdf(&scans)),
        ("TIFF", tiff(10), tiff(1000)),
        ("born-digital PDF", letters(10), letters(1000)),
    ] {
        let ((_, ten), (opening, thousand)) = (cost(small, 10), cost(large, 1000));
        // A hundred times the pages: were the file read again for each, this would be near 100.
        let ratio = thousand.as_secs_f64() / ten.as_secs_f64();
        assert!(ratio < 5.0, "{what}: {ten:?} a page of 10, {thousand:?} a page of 1,000");
        assert!(opening < Duration::from_secs(20), "{what}: {opening:?}");
        println!(
            "PROVED big sources: {what}: {ten:?} a page of 10, {thousand:?} a page of 1,000, opened in {opening:?}"
        );
    }
}

#[test]
fn ten_thousand_pages_are_refused_or_opened_within_bounds() {
    let one = scanned::pdf(&[page(0)]);
    for (what, bytes) in [("PDF", born_digital::repeated(&one, 10_000)), ("TIFF", tiff(10_000))] {
        let source = Source::new(bytes);
        let start = Instant::now();
        let refusal = container::open(&source, &Limits::default()).unwrap_err();
        assert_eq!(refusal.code, "source.too_many_pages");
        assert!(refusal.text.contains("5000") && !refusal.hint.is_empty());
        assert!(start.elapsed() < Duration::from_secs(20), "{what}: {:?}", start.elapsed());
        // A profile for old files may allow them.
        let limits = Limits { pages_max: 20_000, ..Limits::default() };
        let source = Source::new(source.bytes().to_vec());
        let start = Instant::now();
        assert_eq!(container::open(&source, &limits).unwrap().pages.len(), 10_000);
        assert!(start.elapsed() < Duration::from_secs(60), "{what}: {:?}", start.elapsed());
        println!("PROVED big sources: 10,000 pages of {what} open in {:?} where allowed", start.elapsed());
    }
}
