//! What the container reads, by format. Every file is made here, byte by byte or with an encoder at hand.

mod damaged_pdf;
mod hostile;
mod jpeg_files;
mod own_text;
mod pdf_files;
mod png_files;
mod tiff_files;
mod whole_files;
mod writers;

use super::*;
use crate::model::page::Coding;
use image::{GrayImage, Luma, Rgb, RgbImage};

fn limits() -> Limits {
    Limits::default()
}

fn open(bytes: &[u8]) -> Result<OpenedSource> {
    super::open(&Source::new(bytes.to_vec()), &limits())
}

fn decode(bytes: &[u8], page: &SourcePage) -> Result<Outcome<Raster>> {
    super::decode(&Source::new(bytes.to_vec()), page, &limits())
}

fn kept(bytes: &[u8], page: &SourcePage) -> Result<Outcome<KeptImage>> {
    super::kept(&Source::new(bytes.to_vec()), page, &limits())
}

/// The only page of a file.
fn page(bytes: &[u8]) -> SourcePage {
    let mut opened = open(bytes).unwrap();
    assert_eq!(opened.pages.len(), 1);
    opened.pages.remove(0)
}

fn raster(bytes: &[u8]) -> Raster {
    let found = decode(bytes, &page(bytes)).unwrap();
    assert_eq!(found.notes, [], "doubts about a sound file");
    found.value
}

fn grey(bytes: &[u8]) -> GrayImage {
    match raster(bytes).pixels {
        Pixels::Grey(image) => image,
        Pixels::Rgb(_) => panic!("colours where there are none"),
    }
}

fn rgb(bytes: &[u8]) -> RgbImage {
    match raster(bytes).pixels {
        Pixels::Rgb(image) => image,
        Pixels::Grey(_) => panic!("grey where there are colours"),
    }
}

fn codes(notes: &[Note]) -> Vec<&str> {
    notes.iter().map(|n| n.code.as_str()).collect()
}

/// Black and white, without any symmetry: mirrored, turned, shifted or inverted it is another picture.
fn bitonal_drawing(width: u32, height: u32) -> GrayImage {
    let black = |x: u32, y: u32| (x / 5 + y / 3).is_multiple_of(3) && x + 4 < width;
    GrayImage::from_fn(width, height, |x, y| Luma([if black(x, y) { 0 } else { 255 }]))
}

fn grey_drawing(width: u32, height: u32) -> GrayImage {
    GrayImage::from_fn(width, height, |x, y| Luma([((x * 5 + y * 11) % 251) as u8]))
}

fn rgb_drawing(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        Rgb([((x * 5) % 251) as u8, ((y * 7) % 241) as u8, ((x + y) % 239) as u8])
    })
}

/// Soft enough for JPEG to come back within a few values.
fn soft_drawing(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        Rgb([(40 + x * 180 / width) as u8, (30 + y * 190 / height) as u8, (220 - x * 150 / width) as u8])
    })
}

fn near(a: &RgbImage, b: &RgbImage, most: u8) {
    assert_eq!(a.dimensions(), b.dimensions());
    let worst = a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
    assert!(worst <= most, "differs by {worst}");
}

#[test]
fn bad_files_are_refused_by_name() {
    let code = |bytes: &[u8]| open(bytes).unwrap_err().code;
    assert_eq!(code(b""), "source.empty");
    assert_eq!(code(b"Sehr geehrte Damen und Herren"), "source.unknown_format");
    assert_eq!(code(b"II*\0\xFF\xFF\0\0"), "tiff.truncated");
    assert_eq!(code(b"%PDF-1.4\nnothing"), "pdf.damaged");
    assert_eq!(code(b"\xFF\xD8\xFF\xE0"), "jpeg.header");
    assert_eq!(code(b"\x89PNG\r\n\x1a\n\0\0"), "png.header");
}

#[test]
fn resolution_comes_from_the_file_or_the_paper() {
    let tiff = |x: u64, unit: u64, width: u32, height: u32| {
        let image = bitonal_drawing(width, height);
        let mut tags = writers::bitonal_tags(&image, 4);
        tags.extend([(282, 5, vec![x, 1]), (283, 5, vec![x, 1]), (296, 3, vec![unit])]);
        page(&writers::tiff(writers::LITTLE, &tags, &[writers::g4(&image)]))
    };
    let same = |v: f32| Some(Dpi { x: v, y: v });
    assert_eq!(tiff(200, 2, 60, 40).dpi, same(200.0));
    assert_eq!(tiff(80, 3, 60, 40).dpi, same(203.2));
    assert_eq!(codes(&tiff(200, 1, 60, 40).notes), ["page.dpi_unknown"]);
    assert_eq!(codes(&tiff(3, 2, 60, 40).notes), ["page.dpi_implausible"]);
    let a4 = tiff(1, 2, 827, 1169);
    assert_eq!((a4.dpi, codes(&a4.notes)), (same(100.0), vec!["page.dpi_from_paper"]));
}

/// Every orientation tag, against another library's idea of it.
#[test]
fn all_orientations_come_out_upright() {
    use crate::model::page::MeasuredPage;
    let stored = bitonal_drawing(40, 24);
    for tag in 1..=8u8 {
        let mut tags = writers::bitonal_tags(&stored, 4);
        tags.push((274, 3, vec![tag.into()]));
        let file = writers::tiff(writers::BIG, &tags, &[writers::g4(&stored)]);
        let found = page(&file);
        let mut expected = image::DynamicImage::ImageLuma8(stored.clone());
        expected.apply_orientation(image::metadata::Orientation::from_exif(tag).unwrap());
        let measured = MeasuredPage {
            width: expected.width(),
            height: expected.height(),
            dpi: 300.0,
            turned: found.orientation.turn,
            mirrored: found.orientation.mirror,
            skew: 0.0,
            blank: false,
            coloured: 0.0,
            quality: Default::default(),
            codes: Vec::new(),
            notes: Vec::new(),
        };
        let upright = crate::page::Upright::of(&raster(&file), &measured).grey;
        assert_eq!(upright, expected.into_luma8(), "orientation {tag}");
        let jpeg = jpeg_files::with_orientation(tag);
        assert_eq!(page(&jpeg).orientation, found.orientation, "EXIF orientation {tag}");
    }
}
