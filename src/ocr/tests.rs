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
fn the_back_shining_through_gives_no_words() {
    let mut engine = Tesseract::open("deu").expect("German language data");
    let mut page = pixels::oriented(letter(20), true, Turn::None);
    page.iter_mut().for_each(|p| *p = 240 - (245u8.saturating_sub(*p)) / 3);
    // A pencil stroke of the page's own.
    for x in 900..1300u32 {
        let y = (200.0 + 20.0 * (x as f32 / 30.0).sin()) as u32;
        (y..y + 4).for_each(|y| page.put_pixel(x, y, Luma([130])));
    }
    let page = read(&mut engine, page);
    assert!(page.text.words.is_empty(), "{}", page.text.plain());
    assert!(page.measured.notes.iter().any(|n| n.code == "page.back_shines"), "{:?}", page.measured.notes);
}

#[test]
fn orientation_detection_answers_with_the_turn_to_apply() {
    let mut engine = Tesseract::open("deu").expect("German language data");
    let lying = pixels::oriented(letter(30), false, Turn::Left);
    let (turn, confidence) = engine.orientation(&lying, 300.0).expect("enough letters");
    assert_eq!(turn, Turn::Right);
    assert!(confidence > 1.0);
}

/// A stamp of receipt of 70 by 32 mm, leaning by 3 degrees, in ink of that darkness over the page.
fn stamped(page: &mut GrayImage, left: u32, top: u32, ink: u8) {
    let (w, h) = (830u32, 380u32);
    let mut stamp = GrayImage::from_pixel(w + 200, h + 200, Luma([245]));
    let face = crate::testpage::face();
    for (text, y, size) in
        [("Stadt Lindenau", 90.0, 54.0), ("Eingegangen", 190.0, 58.0), ("21. April 2026", 310.0, 76.0)]
    {
        let width = text.chars().count() as f32 * size * 0.5;
        crate::testpage::write(&mut stamp, &face, text, 100.0 + (w as f32 - width) / 2.0, 100.0 + y, size);
    }
    for (x, y, pixel) in stamp.enumerate_pixels_mut() {
        let (dx, dy) = (x as i32 - 100, y as i32 - 100);
        let inside = |v: i32, most: u32, by: i32| v >= by && v < most as i32 - by;
        if inside(dx, w, 0) && inside(dy, h, 0) && !(inside(dx, w, 7) && inside(dy, h, 7)) {
            *pixel = Luma([25]);
        }
    }
    for (x, y, pixel) in rotated(&stamp, 3.0).enumerate_pixels() {
        if pixel.0[0] < 140 {
            let under = &mut page.get_pixel_mut(left + x, top + y).0[0];
            *under = (*under).min(ink);
        }
    }
}

#[test]
fn a_stamp_is_read_and_leaves_the_letter_as_it_was() {
    let mut engine = Tesseract::open("deu").expect("German language data");
    let clean = read(&mut engine, letter(16)).text;
    let mut page = letter(16);
    stamped(&mut page, 1300, 480, 130);
    let text = read(&mut engine, page).text;
    let of_stamp: Vec<&str> = text.words.iter().filter(|w| w.stamped).map(|w| w.text.as_str()).collect();
    for word in ["Eingegangen", "April", "2026"] {
        assert!(of_stamp.contains(&word), "{word} in {of_stamp:?}");
    }
    assert!(!text.plain().contains("April"), "{}", text.plain());
    let found = text.plain();
    let missing = clean.words.iter().filter(|w| !found.contains(&w.text)).count();
    assert!(missing * 25 <= clean.words.len(), "{missing} of {} words lost: {found}", clean.words.len());
}

#[test]
fn missing_language_data_is_said_plainly() {
    let refusal = Tesseract::open("xyz").err().expect("no such language");
    assert_eq!(refusal.code, "ocr.language_missing");
    assert!(refusal.text.contains("xyz"));
}
