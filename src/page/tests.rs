use super::*;
use crate::model::geometry::{Dpi, Orientation};
use crate::model::page::{Coding, Colour};
use image::Luma;

/// Lines of letter-like strokes at 300 dpi: small letters, some with ascenders, fewer with descenders.
fn letter(lines: u32) -> GrayImage {
    let mut image = GrayImage::from_pixel(1240, 1754, Luma([245]));
    let mut random = 7u32;
    let mut next = move || {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        random >> 16
    };
    for line in 0..lines {
        let base = 200 + line * 60;
        let mut x = 120;
        while x < 1100 {
            let (up, down) = match next() % 10 {
                0..=3 => (34, 0),
                4 => (20, 10),
                _ => (20, 0),
            };
            for y in base - up..base + down {
                for dx in 0..6 {
                    image.put_pixel(x + dx, y, Luma([20]));
                }
            }
            x += 14 + if next() % 6 == 0 { 14 } else { 0 };
        }
    }
    image
}

fn source(image: &GrayImage) -> SourcePage {
    SourcePage {
        number: 1,
        width: image.width(),
        height: image.height(),
        dpi: Some(Dpi { x: 150.0, y: 150.0 }),
        orientation: Orientation::default(),
        colour: Colour::Grey,
        coding: Coding::Lossless,
        notes: Vec::new(),
    }
}

fn measured(image: &GrayImage) -> MeasuredPage {
    let raster = Raster { pixels: Pixels::Grey(image.clone()), colour: Colour::Grey };
    measure(&raster, &source(image), &PageOrder { dpi_min: 100.0 })
}

/// Issue floor: mean error 0.05°, worst 0.3°, over ±7°.
#[test]
fn skew_is_found_over_the_whole_range() {
    let straight = letter(22);
    let mut errors = Vec::new();
    for step in -14..=14 {
        let degrees = step as f32 * 0.5;
        let leaning = deskew::rotated(&straight, -degrees);
        let found = measured(&leaning).skew;
        errors.push((found - degrees).abs());
    }
    let mean = errors.iter().sum::<f32>() / errors.len() as f32;
    let worst = errors.iter().copied().fold(0.0, f32::max);
    assert!(mean <= 0.05 && worst <= 0.3, "mean {mean}, worst {worst}, {errors:?}");
}

#[test]
fn every_quarter_turn_is_undone_or_doubted() {
    let upright = letter(22);
    for turn in [Turn::None, Turn::Right, Turn::Half, Turn::Left] {
        let page = measured(&turned(upright.clone(), turn));
        assert_eq!(turn.then(page.turned), Turn::None, "{turn:?} became {:?}", page.turned);
    }
}

#[test]
fn little_text_is_left_alone() {
    let page = measured(&deskew::rotated(&letter(1), 3.0));
    assert_eq!(page.skew, 0.0);
}

#[test]
fn blank_is_what_nobody_wrote_on() {
    let empty = GrayImage::from_pixel(1240, 1754, Luma([240]));
    assert!(measured(&empty).blank);

    let mut punched = empty.clone();
    for (cx, cy) in [(60i32, 800i32), (60, 1200)] {
        for y in -18..=18i32 {
            for x in -18..=18i32 {
                if x * x + y * y <= 18 * 18 {
                    punched.put_pixel((cx + x) as u32, (cy + y) as u32, Luma([30]));
                }
            }
        }
    }
    assert!(measured(&punched).blank, "punch holes are no mark");

    let shown_through =
        GrayImage::from_fn(1240, 1754, |x, y| Luma([if (x / 9 + y / 13) % 3 == 0 { 222 } else { 240 }]));
    assert!(measured(&shown_through).blank, "the back shining through is no mark");

    let mut pencil = empty;
    for x in 300..420 {
        for y in 0..3 {
            pencil.put_pixel(x, 900 + y + x / 40, Luma([150]));
        }
    }
    assert!(!measured(&pencil).blank, "a pencil stroke is a mark");
}

#[test]
fn reading_coordinates_lead_back_to_the_kept_image() {
    let leaning = deskew::rotated(&letter(22), -3.0);
    let raster = Raster { pixels: Pixels::Grey(leaning.clone()), colour: Colour::Grey };
    let page = measured(&leaning);
    let reading = reading_image(&raster, &page);
    // The first stroke of the first line: dark in the reading image, so dark in the kept one.
    let (x, y) = (123.0, 190.0);
    assert!(reading.grey.get_pixel(x as u32, y as u32)[0] < 128);
    let [kx, ky] = reading.to_kept(x, y);
    assert!(leaning.get_pixel(kx.round() as u32, ky.round() as u32)[0] < 128);
}

#[test]
fn a_black_border_goes_and_the_letter_stays() {
    let mut image = letter(22);
    for y in 0..1754 {
        for x in (0..40).chain(1215..1240) {
            image.put_pixel(x, y, Luma([12]));
        }
    }
    let raster = Raster { pixels: Pixels::Grey(image.clone()), colour: Colour::Grey };
    let reading = reading_image(&raster, &measured(&image)).grey;
    assert!(reading.get_pixel(10, 1000)[0] > 200);
    assert!(reading.get_pixel(123, 190)[0] < 128);
}
