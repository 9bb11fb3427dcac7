//! Reading pages drawn in code.

#![allow(clippy::expect_used)] // a test may end where it stands

use super::tesseract::Tesseract;
use super::*;
use crate::model::geometry::{Dpi, Orientation};
use crate::model::page::{Coding, Colour, SourcePage};
use crate::page::raster::Pixels;
use crate::page::{PageOrder, pixels};
use crate::testpage::{LINES, letter, rotated};
use image::Luma;

fn read(engine: &mut dyn Recogniser, image: GrayImage) -> ReadPage {
    let source = SourcePage {
        number: 1,
        width: image.width(),
        height: image.height(),
        dpi: Some(Dpi { x: 300.0, y: 300.0 }),
        orientation: Orientation::default(),
        colour: Colour::Grey,
        coding: Coding::Lossless,
        notes: Vec::new(),
    };
    let raster = Raster { pixels: Pixels::Grey(image), colour: Colour::Grey };
    let (measured, look) = page::measure(&raster, &source, &PageOrder::default());
    let upright = page::Upright::with(&raster, &measured, look);
    read_page(engine, &raster, measured, upright).expect("a page")
}

#[test]
fn a_leaning_page_lying_on_its_side_is_read_and_its_words_lie_where_they_are() {
    let mut engine = Tesseract::open("deu").expect("German language data");
    let upright = rotated(&letter(8), 2.0);
    let page = read(&mut engine, pixels::oriented(upright.clone(), false, Turn::Left));
    assert_eq!(page.measured.turned, Turn::Right);
    let words: Vec<&str> = page.text.words.iter().map(|w| w.text.as_str()).collect();
    let wanted: Vec<&str> = LINES.iter().flat_map(|l| l.split(' ')).collect();
    let right = wanted.iter().filter(|w| words.contains(w)).count();
    assert!(right * 100 >= wanted.len() * 97, "{right} of {} in {words:?}", wanted.len());
    for word in &page.text.words {
        // Ink lies in every box, and the line leans by two degrees.
        let b = word.bounds;
        let inked = (b.x..b.x + b.w)
            .flat_map(|x| (b.y..b.y + b.h).map(move |y| (x as u32, y as u32)))
            .filter(|&(x, y)| upright.get_pixel(x, y).0[0] < 120)
            .count();
        assert!(inked > 20, "{word:?}");
        let ([x0, y0], [x1, y1]) = (word.baseline_start, word.baseline_end);
        let lean = ((y0 - y1) / (x1 - x0)).atan().to_degrees();
        assert!((lean - 2.0).abs() < 0.5, "{lean} in {word:?}");
        assert!((25.0..60.0).contains(&word.ascent), "{word:?}");
    }
    assert_eq!(page.text.words.iter().map(|w| w.line).max(), Some(7));
}

#[test]
fn baselines_run_under_the_letters() {
    let mut engine = Tesseract::open("deu").expect("German language data");
    let page = read(&mut engine, letter(8));
    for word in &page.text.words {
        // Lines were drawn at 320, 390, ... pixels.
        let drawn = 320.0 + word.line as f32 * 70.0;
        assert!((word.baseline_start[1] - drawn).abs() <= 4.0, "{word:?}");
    }
}

#[test]
fn the_order_of_pages_changes_no_word() {
    let mut engine = Tesseract::open("deu").expect("German language data");
    let (a, b) = (letter(6), rotated(&letter(12), -1.3));
    let first = (read(&mut engine, a.clone()), read(&mut engine, b.clone()));
    let second = (read(&mut engine, b), read(&mut engine, a));
    assert_eq!(first.0, second.1);
    assert_eq!(first.1, second.0);
}

/// Random black and white squares of three pixels; one in `of` is black.
fn noise(of: u32) -> GrayImage {
    let mut state = 1u32;
    let small = GrayImage::from_fn(827, 1170, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Luma([if (state >> 16).is_multiple_of(of) { 0 } else { 255 }])
    });
    image::imageops::resize(&small, 2480, 3508, image::imageops::FilterType::Nearest)
}

#[test]
fn a_page_of_noise_is_not_read() {
    struct Never;
    impl Recogniser for Never {
        fn read(&mut self, _: &GrayImage, _: f32, _: ReadMode) -> Result<Vec<RawWord>, Refusal> {
            panic!("noise was handed to the engine")
        }
        fn orientation(&mut self, _: &GrayImage, _: f32) -> Option<(Turn, f32)> {
            None
        }
        fn identity(&self) -> String {
            String::new()
        }
    }
    let page = read(&mut Never, noise(2));
    assert!(page.text.words.is_empty());
    assert!(page.measured.notes.iter().any(|n| n.code == "page.noise"), "{:?}", page.measured.notes);
}

#[test]
fn a_nearly_empty_page_upside_down_is_settled_by_reading() {
    let mut engine = Tesseract::open("deu").expect("German language data");
    let page = read(&mut engine, pixels::oriented(letter(2), false, Turn::Half));
    assert_eq!(page.measured.turned, Turn::Half);
    assert!(page.text.plain().contains("Bescheinigung"));
}

#[test]
fn orientation_detection_answers_with_the_turn_to_apply() {
    let mut engine = Tesseract::open("deu").expect("German language data");
    let lying = pixels::oriented(letter(30), false, Turn::Left);
    let (turn, confidence) = engine.orientation(&lying, 300.0).expect("enough letters");
    assert_eq!(turn, Turn::Right);
    assert!(confidence > 1.0);
}

#[test]
fn missing_language_data_is_said_plainly() {
    let refusal = Tesseract::open("xyz").err().expect("no such language");
    assert_eq!(refusal.code, "ocr.language_missing");
    assert!(refusal.text.contains("xyz"));
}
