use super::*;
use image::{GrayImage, Luma};

fn open(bytes: &[u8], limits: &Limits) -> Result<OpenedSource> {
    super::open(&Source::new(bytes.to_vec()), limits)
}

fn decode(bytes: &[u8], page: &SourcePage, limits: &Limits) -> Result<Raster> {
    super::decode(&Source::new(bytes.to_vec()), page, limits)
}

fn kept(bytes: &[u8], page: &SourcePage, limits: &Limits) -> Result<Outcome<KeptImage>> {
    super::kept(&Source::new(bytes.to_vec()), page, limits)
}

fn limits() -> Limits {
    Limits::default()
}

/// A black bar on white, so that mirrored, turned or inverted decoding shows.
fn drawing(width: u32, height: u32) -> GrayImage {
    GrayImage::from_fn(width, height, |x, y| Luma([if x < width / 4 && y > height / 3 { 0 } else { 255 }]))
}

fn g4_stream(image: &GrayImage) -> Vec<u8> {
    let mut encoder = fax::encoder::Encoder::new(fax::VecWriter::new());
    for row in image.as_raw().chunks_exact(image.width() as usize) {
        let pels = row.iter().map(|&p| if p < 128 { fax::Color::Black } else { fax::Color::White });
        encoder.encode_line(pels, image.width() as u16).unwrap();
    }
    encoder.finish().unwrap().finish()
}

/// A little-endian TIFF with one strip.
fn tiff_file(tags: &[(u16, u16, u32)], strip: &[u8]) -> Vec<u8> {
    let count = tags.len() + 2;
    let data = 8 + 2 + count * 12 + 4;
    let mut all = tags.to_vec();
    all.push((273, 4, data as u32));
    all.push((279, 4, strip.len() as u32));
    all.sort();
    let mut out = b"II*\0\x08\0\0\0".to_vec();
    out.extend((count as u16).to_le_bytes());
    for (tag, kind, value) in all {
        out.extend(tag.to_le_bytes());
        out.extend(kind.to_le_bytes());
        out.extend(1u32.to_le_bytes());
        out.extend(value.to_le_bytes());
    }
    out.extend(0u32.to_le_bytes());
    out.extend(strip);
    out
}

fn g4_tiff(image: &GrayImage, fill_order: u32) -> Vec<u8> {
    let stream = g4_stream(image);
    let stream = if fill_order == 2 { bits::reversed(&stream) } else { stream };
    tiff_file(
        &[
            (256, 4, image.width()),
            (257, 4, image.height()),
            (258, 3, 1),
            (259, 3, 4),
            (262, 3, 0),
            (266, 3, fill_order),
        ],
        &stream,
    )
}

fn decoded(bytes: &[u8]) -> GrayImage {
    let opened = open(bytes, &limits()).unwrap();
    match decode(bytes, &opened.pages[0], &limits()).unwrap().pixels {
        Pixels::Grey(image) => image,
        Pixels::Rgb(image) => image::DynamicImage::ImageRgb8(image).into_luma8(),
    }
}

#[test]
fn g4_in_both_bit_orders_decodes_and_its_stream_is_kept() {
    let image = drawing(203, 77);
    for fill_order in [1, 2] {
        let file = g4_tiff(&image, fill_order);
        assert_eq!(decoded(&file), image);
        let opened = open(&file, &limits()).unwrap();
        let kept = kept(&file, &opened.pages[0], &limits()).unwrap();
        let KeptImage::G4 { stream, black_is_one, .. } = kept.value else { panic!("not kept as G4") };
        assert_eq!(stream, g4_stream(&image));
        assert!(!black_is_one);
        assert_eq!(kept.notes.len(), (fill_order == 2) as usize);
    }
}

#[test]
fn jpeg_and_png_keep_pixels_and_resolution() {
    let image = drawing(827, 1169); // A4 at 100 dpi
    let mut png = Vec::new();
    image.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
    assert_eq!(decoded(&png), image);
    let opened = open(&png, &limits()).unwrap();
    assert_eq!(opened.pages[0].dpi, Some(Dpi { x: 100.0, y: 100.0 }));
    assert_eq!(opened.pages[0].notes[0].code, "page.dpi_from_paper");
    let mut jpeg = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut jpeg, 90);
    encoder.encode(image.as_raw(), 827, 1169, jpeg_encoder::ColorType::Luma).unwrap();
    let opened = open(&jpeg, &limits()).unwrap();
    let kept = kept(&jpeg, &opened.pages[0], &limits()).unwrap();
    assert!(matches!(kept.value, KeptImage::Jpeg { stream, components: 1, .. } if stream == jpeg));
}

#[test]
fn bad_files_are_refused_by_name() {
    let code = |bytes: &[u8]| open(bytes, &limits()).unwrap_err().code;
    assert_eq!(code(b""), "source.empty");
    assert_eq!(code(b"Sehr geehrte Damen und Herren"), "source.unknown_format");
    assert_eq!(code(b"II*\0\xFF\xFF\0\0"), "tiff.truncated");
    assert_eq!(code(b"%PDF-1.4\nnothing"), "pdf.damaged");
    let mut cyclic = g4_tiff(&drawing(16, 16), 1);
    let next = 8 + 2 + 8 * 12;
    cyclic[next..next + 4].copy_from_slice(&8u32.to_le_bytes());
    assert_eq!(code(&cyclic), "tiff.cyclic");
}

#[test]
fn an_enormous_page_is_known_but_never_allocated() {
    let file = tiff_file(&[(256, 4, 60_000), (257, 4, 60_000), (258, 3, 1), (259, 3, 4), (262, 3, 0)], b"x");
    let opened = open(&file, &limits()).unwrap();
    assert_eq!(opened.pages[0].notes[0].code, "page.too_large");
    assert_eq!(decode(&file, &opened.pages[0], &limits()).unwrap_err().code, "page.too_large");
}

/// Any damage ends in pixels or a refusal.
#[test]
fn damaged_files_never_panic() {
    let image = drawing(120, 90);
    let mut jpeg = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut jpeg, 70);
    encoder.encode(image.as_raw(), 120, 90, jpeg_encoder::ColorType::Luma).unwrap();
    let mut png = Vec::new();
    image.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
    let mut random = 0x2545_F491_4F6C_DD1Du64;
    let mut next = move || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random as usize
    };
    for original in [g4_tiff(&image, 1), jpeg, png] {
        for _ in 0..150 {
            let mut file = original.clone();
            for _ in 0..1 + next() % 4 {
                let at = next() % file.len();
                file[at] ^= 1 << (next() % 8);
            }
            if next() % 3 == 0 {
                file.truncate(next() % file.len());
            }
            if let Ok(opened) = open(&file, &limits()) {
                for page in &opened.pages {
                    let _ = decode(&file, page, &limits());
                    let _ = kept(&file, page, &limits());
                }
            }
        }
    }
}
