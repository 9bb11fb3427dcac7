//! Pages drawn in code and looked at.

#![allow(clippy::expect_used)] // a test may end where it stands

use super::raster::{Pixels, Raster};
use super::*;
use crate::model::geometry::{Dpi, Orientation, Turn};
use crate::model::page::{Coding, Colour, MeasuredPage, SourcePage};
use crate::testpage::{letter, rotated};
use image::{GrayImage, Luma};
use proptest::prelude::*;

fn source(image: &GrayImage, colour: Colour) -> SourcePage {
    SourcePage {
        number: 1,
        width: image.width(),
        height: image.height(),
        dpi: Some(Dpi { x: 300.0, y: 300.0 }),
        orientation: Orientation::default(),
        colour,
        coding: Coding::Lossless,
        notes: Vec::new(),
    }
}

fn measured(image: &GrayImage, colour: Colour) -> MeasuredPage {
    let raster = Raster { pixels: Pixels::Grey(image.clone()), colour };
    measure(&raster, &source(image, colour), &PageOrder::default()).0
}

fn paper() -> GrayImage {
    GrayImage::from_pixel(2480, 3508, Luma([244]))
}

fn disc(image: &mut GrayImage, cx: i32, cy: i32, r: i32, value: u8) {
    for y in cy - r..=cy + r {
        for x in cx - r..=cx + r {
            if (x - cx).pow(2) + (y - cy).pow(2) <= r * r {
                image.put_pixel(x as u32, y as u32, Luma([value]));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_skew_up_to_seven_degrees_is_found(degrees in -7.0f32..7.0, lines in 6usize..40) {
        let found = measured(&rotated(&letter(lines), degrees), Colour::Grey);
        prop_assert!((found.skew - degrees).abs() <= 0.3, "{} for {degrees}, {lines} lines", found.skew);
    }
}

#[test]
fn skew_is_right_to_a_twentieth_of_a_degree_on_average() {
    let angles = [-7.0f32, -4.3, -1.7, -0.4, -0.12, 0.0, 0.09, 0.6, 2.2, 3.9, 6.6];
    let page = letter(24);
    let error: f32 =
        angles.iter().map(|&a| (measured(&rotated(&page, a), Colour::Grey).skew - a).abs()).sum::<f32>();
    assert!(error / angles.len() as f32 <= 0.05, "mean error {}", error / angles.len() as f32);
}

#[test]
fn a_page_with_few_lines_is_left_alone() {
    assert_eq!(measured(&rotated(&letter(2), 3.0), Colour::Grey).skew, 0.0);
}

#[test]
fn a_straightened_page_is_straight_and_its_points_lead_back() {
    let page = rotated(&letter(20), 3.0);
    let raster = Raster { pixels: Pixels::Grey(page.clone()), colour: Colour::Grey };
    let before = measured(&page, Colour::Grey);
    let reading = reading_image(&raster, &before, Upright::of(&raster, &before));
    assert!(reading.dpi < 300.0 && reading.grey.width() < 2480, "reduced and cut to its ink");
    let mut says = source(&reading.grey, Colour::Grey);
    says.dpi = Some(Dpi { x: reading.dpi, y: reading.dpi });
    let shown = Raster { pixels: Pixels::Grey(reading.grey.clone()), colour: Colour::Grey };
    let after = measure(&shown, &says, &PageOrder::default()).0;
    assert!(after.skew.abs() < 0.05, "{} left", after.skew);
    // The darkest small square of the reading image is dark in the kept image too.
    let (wide, high) = (reading.grey.width() - 2, reading.grey.height() - 2);
    let (x, y) = (0..wide)
        .step_by(3)
        .flat_map(|x| (0..high).step_by(3).map(move |y| (x, y)))
        .min_by_key(|&(x, y)| {
            (0..4).map(|n| u32::from(reading.grey.get_pixel(x + n % 2, y + n / 2).0[0])).sum::<u32>()
        })
        .expect("pixels");
    let [kx, ky] = reading.to_kept.at(x as f32 + 1.0, y as f32 + 1.0);
    assert!(page.get_pixel(kx as u32, ky as u32).0[0] < 90);
}

#[test]
fn all_four_turns_are_found_with_and_without_skew() {
    for degrees in [0.0f32, 2.5] {
        let upright = rotated(&letter(24), degrees);
        for turn in [Turn::None, Turn::Right, Turn::Half, Turn::Left] {
            // Stored so that `turn` makes it upright.
            let back = Turn::from_degrees(-i32::from(turn.degrees())).expect("a turn");
            let found = measured(&pixels::oriented(upright.clone(), false, back), Colour::Grey);
            assert_eq!(found.turned, turn, "skew {degrees}");
            assert!((found.skew - degrees).abs() < 0.1);
            assert_eq!((found.width, found.height), (2480, 3508));
            assert!(!found.notes.iter().any(|n| n.code.starts_with("page.turn")), "{:?}", found.notes);
        }
    }
}

#[test]
fn a_page_looked_at_again_is_the_page_as_it_was_measured() {
    let upright = rotated(&letter(24), 1.0);
    for turn in [Turn::None, Turn::Right, Turn::Half, Turn::Left] {
        let raster = Raster {
            pixels: Pixels::Grey(pixels::oriented(upright.clone(), false, turn)),
            colour: Colour::Grey,
        };
        let Pixels::Grey(image) = &raster.pixels else { continue };
        let says = source(image, Colour::Grey);
        let (found, look) = measure(&raster, &says, &PageOrder::default());
        let (kept, again) = (Upright::with(&raster, &found, look), Upright::again(&raster, &says, &found));
        assert_eq!(kept.grey, again.grey);
        assert_eq!(kept.look.depth, again.look.depth);
        assert_eq!(kept.look.paper.level, again.look.paper.level);
    }
}

/// A letter with a dark bar in which light strokes stand, at the given columns and rows, leaning by a slope.
fn with_bar(columns: std::ops::Range<u32>, rows: std::ops::Range<u32>, slope: f32) -> image::GrayImage {
    let mut page = letter(24);
    let middle = (rows.start + rows.end) / 2;
    for x in columns {
        let down = (x as f32 * slope) as i32;
        for y in rows.clone() {
            let stroke = (x / 12) % 4 == 0 && (300..1500).contains(&x) && y.abs_diff(middle) < 20;
            let y = y.saturating_add_signed(down);
            if y < page.height() {
                page.put_pixel(x, y, Luma([if stroke { 240 } else { 30 }]));
            }
        }
    }
    page
}

#[test]
fn light_letters_on_a_dark_bar_are_shown_dark_on_light() {
    // A head of a table, a letterhead to three edges of the sheet, a footer that leans.
    for (columns, rows, slope) in
        [(300..1500, 2400..2480, 0.0), (0..2480, 0..300, 0.0), (200..2300, 3100..3230, -0.03)]
    {
        let middle = ((rows.start + rows.end) / 2) as f32;
        let page = with_bar(columns.clone(), rows.clone(), slope);
        let raster = Raster { pixels: Pixels::Grey(page), colour: Colour::Grey };
        let Pixels::Grey(image) = &raster.pixels else { return };
        let mut found = measured(image, Colour::Grey);
        found.skew = -slope.atan().to_degrees();
        let reading = reading_image(&raster, &found, Upright::of(&raster, &found));
        let back = reading.to_kept.inverse();
        let at = |x: f32, y: f32| {
            let [x, y] = back.at(x, y + x * slope);
            reading.grey.get_pixel(x as u32, y as u32).0[0]
        };
        for x in [864.0, 1296.0] {
            assert!(at(x + 24.0, middle) > 200, "{rows:?}: the bar is light, {}", at(x + 24.0, middle));
            assert!(at(x + 6.0, middle) < 110, "{rows:?}: the letters are dark, {}", at(x + 6.0, middle));
        }
    }
}

#[test]
fn the_orders_of_the_file_come_first() {
    let stored = pixels::oriented(letter(24), false, Turn::Left);
    let mut says = source(&stored, Colour::Grey);
    says.orientation = Orientation { mirror: false, turn: Turn::Right };
    let raster = Raster { pixels: Pixels::Grey(stored), colour: Colour::Grey };
    assert_eq!(measure(&raster, &says, &PageOrder::default()).0.turned, Turn::Right);
}

#[test]
fn empty_pages_are_blank_whatever_the_machine_left_on_them() {
    assert!(measured(&paper(), Colour::Grey).blank);

    let mut punched = paper();
    disc(&mut punched, 140, 1280, 34, 30);
    disc(&mut punched, 140, 2230, 34, 30);
    assert!(measured(&punched, Colour::Grey).blank, "punch holes");

    let mut bordered = paper();
    for (x, y, pixel) in bordered.enumerate_pixels_mut() {
        if x < 60 || y > 3460 {
            *pixel = Luma([if (x + y) % 2 == 0 { 8 } else { 20 }]);
        }
    }
    assert!(measured(&bordered, Colour::Grey).blank, "black border");

    let mut dusty = paper();
    for n in 0..120u32 {
        dusty.put_pixel(100 + n * 611 % 2300, 100 + n * 977 % 3300, Luma([10]));
    }
    assert!(measured(&dusty, Colour::Grey).blank, "dust");

    // The front shines through, mirrored and pale.
    let mut shining = pixels::oriented(letter(30), true, Turn::None);
    shining.iter_mut().for_each(|p| *p = 244 - (244 - (*p).min(244)) / 6);
    assert!(measured(&shining, Colour::Grey).blank, "show-through");
}

#[test]
fn no_page_with_a_mark_is_blank() {
    let mut number = paper();
    for y in 3300..3324 {
        for x in 1240..1244 {
            number.put_pixel(x, y, Luma([40])); // a "1" of two millimetres
        }
    }
    assert!(!measured(&number, Colour::Grey).blank, "page number");

    let mut pencil = paper();
    for x in 600..900u32 {
        let y = 1500 + (f64::from(x) / 23.0).sin() as i32 * 20 + (x as i32 - 600) / 6;
        disc(&mut pencil, x as i32, y, 2, 165);
    }
    assert!(!measured(&pencil, Colour::Grey).blank, "pencil");

    let mut bits = paper();
    bits.iter_mut().for_each(|p| *p = 255);
    for x in 600..700u32 {
        bits.put_pixel(x, 900 + x / 9, Luma([0]));
        bits.put_pixel(x, 901 + x / 9, Luma([0]));
    }
    assert!(!measured(&bits, Colour::Bitonal).blank, "a thin stroke in black and white");

    let mut stamped = image::RgbImage::from_pixel(2480, 3508, image::Rgb([244, 244, 240]));
    for y in 500..560 {
        for x in 500..900 {
            if x % 40 < 6 || y % 59 < 6 {
                stamped.put_pixel(x, y, image::Rgb([190, 195, 250]));
            }
        }
    }
    let raster = Raster { pixels: Pixels::Rgb(stamped), colour: Colour::Colour };
    let says = source(&paper(), Colour::Colour);
    assert!(!measure(&raster, &says, &PageOrder::default()).0.blank, "a pale blue stamp");
}

#[test]
fn poor_scans_are_noted() {
    let mut faint = letter(20);
    faint.iter_mut().for_each(|p| *p = 245 - (245 - (*p).min(245)) / 7 * 2);
    let has = |page: &MeasuredPage, code: &str| page.notes.iter().any(|n| n.code == code);
    assert!(has(&measured(&faint, Colour::Grey), "page.faint"));

    let mut dark = letter(20);
    dark.iter_mut().for_each(|p| *p = (*p / 3).saturating_sub(4));
    assert!(has(&measured(&dark, Colour::Grey), "page.too_dark"));
    assert!(measured(&letter(20), Colour::Grey).notes.is_empty());
}

#[test]
fn a_stamp_over_print_is_taken_apart() {
    let print = letter(24);
    let mut page = image::RgbImage::from_fn(2480, 3508, |x, y| {
        let v = print.get_pixel(x, y).0[0];
        image::Rgb([v, v, v])
    });
    // A blue frame of 70 by 30 mm across the text: ink multiplies the light.
    for y in 900..1260u32 {
        for x in 500..1330u32 {
            if !(512..1318).contains(&x) || !(912..1248).contains(&y) || y % 60 < 10 {
                let image::Rgb([r, g, b]) = *page.get_pixel(x, y);
                let ink = |v: u8, part: u16| (u16::from(v) * part / 255) as u8;
                page.put_pixel(x, y, image::Rgb([ink(r, 60), ink(g, 80), ink(b, 200)]));
            }
        }
    }
    let raster = Raster { pixels: Pixels::Rgb(page), colour: Colour::Colour };
    let says = source(&print, Colour::Colour);
    let found = measure(&raster, &says, &PageOrder::default()).0;
    assert!(found.coloured > 0.005);
    let reading = reading_image(&raster, &found, Upright::of(&raster, &found));
    assert_eq!(reading.stamps.len(), 1);
    let stamp = &reading.stamps[0];
    let at = |image: &ReadingImage, x: u32, y: u32| {
        let [x, y] = image.to_kept.inverse().at(x as f32, y as f32);
        image.grey.get_pixel(x as u32, y as u32).0[0]
    };
    assert!(at(stamp, 506, 1100) < 120, "the frame is in the stamp's picture");
    // Where there is no print, the frame is gone from the reading image.
    // Reduced, a letter is also seen in the pixels beside it.
    let empty = |y: u32| (502..=510).all(|x| (y - 4..=y + 4).all(|y| print.get_pixel(x, y).0[0] > 230));
    let clear: Vec<u32> = (905..1255).filter(|&y| empty(y)).collect();
    assert!(clear.len() > 50 && clear.iter().all(|&y| at(&reading, 506, y) > 150));
}

#[test]
fn thumbnails_are_small_upright_jpegs() {
    let stored = pixels::oriented(letter(24), false, Turn::Left);
    let page = measured(&stored, Colour::Grey);
    let raster = Raster { pixels: Pixels::Grey(stored), colour: Colour::Grey };
    let jpeg = thumbnail(&raster, &page);
    let small = image::load_from_memory(&jpeg).expect("a JPEG").to_luma8();
    assert_eq!(small.height(), 480);
    assert!(small.width() < 345 && jpeg.len() < 60_000);
}

#[test]
fn tiny_and_odd_images_are_survived() {
    for (w, h) in [(1, 1), (1, 400), (400, 1), (13, 17), (60, 3000)] {
        for value in [0u8, 128, 255] {
            let image = GrayImage::from_pixel(w, h, Luma([value]));
            let page = measured(&image, Colour::Grey);
            let raster = Raster { pixels: Pixels::Grey(image), colour: Colour::Grey };
            let reading = reading_image(&raster, &page, Upright::of(&raster, &page));
            assert!(reading.grey.width() > 0);
            assert!(!thumbnail(&raster, &page).is_empty());
        }
    }
}

/// Points of a page are rounded, so 300 dpi come back as a little less.
#[test]
fn a_resolution_a_hair_too_low_is_not_complained_about() {
    let image = GrayImage::from_pixel(300, 300, Luma([255]));
    let raster = Raster { pixels: Pixels::Grey(image.clone()), colour: Colour::Grey };
    let low = |dpi: f32| {
        let page = SourcePage { dpi: Some(Dpi { x: dpi, y: dpi }), ..source(&image, Colour::Grey) };
        let notes = measure(&raster, &page, &PageOrder { dpi_min: 300.0 }).0.notes;
        notes.iter().any(|note| note.code == "page.low_dpi")
    };
    assert_eq!([300.0, 299.8, 297.5, 295.0].map(low), [false, false, false, true]);
}
