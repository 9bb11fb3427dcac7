use super::*;
use jpeg_encoder::{ColorType, Encoder};

fn encoded(image: &RgbImage, colours: ColorType, change: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 95);
    change(&mut encoder);
    let data: Vec<u8> = match colours {
        ColorType::Luma => image.as_raw().iter().step_by(3).copied().collect(),
        // Inks without black.
        ColorType::Cmyk | ColorType::CmykAsYcck => {
            image.as_raw().chunks(3).flat_map(|p| [255 - p[0], 255 - p[1], 255 - p[2], 0]).collect()
        }
        _ => image.as_raw().clone(),
    };
    encoder.encode(&data, image.width() as u16, image.height() as u16, colours).unwrap();
    bytes
}

/// A JPEG with an EXIF block that has only the orientation.
pub fn with_orientation(tag: u8) -> Vec<u8> {
    let mut exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([tag, 0, 0, 0, 0, 0, 0]);
    encoded(&soft_drawing(40, 24), ColorType::Rgb, |e| e.add_exif_metadata(&exif).unwrap())
}

#[test]
fn grey_colour_and_progressive_streams_are_kept_as_they_are() {
    let image = soft_drawing(48, 32);
    for (colours, progressive) in [(ColorType::Luma, false), (ColorType::Rgb, false), (ColorType::Rgb, true)]
    {
        let file = encoded(&image, colours, |e| e.set_progressive(progressive));
        let found = page(&file);
        assert_eq!((found.width, found.height, found.coding), (48, 32, Coding::Jpeg));
        match colours {
            ColorType::Luma => assert_eq!(grey(&file).dimensions(), (48, 32)),
            _ => near(&rgb(&file), &image, 12),
        }
        let kept = kept(&file, &found).unwrap();
        assert!(matches!(kept.value, KeptImage::Jpeg { stream, .. } if stream == file));
        assert_eq!(kept.notes, []);
    }
}

#[test]
fn printing_inks_are_converted_with_a_note() {
    let image = soft_drawing(48, 32);
    for colours in [ColorType::Cmyk, ColorType::CmykAsYcck] {
        let file = encoded(&image, colours, |_| {});
        near(&rgb(&file), &image, 16);
        let kept = kept(&file, &page(&file)).unwrap();
        assert!(matches!(kept.value, KeptImage::Rgb { width: 48, height: 32, .. }));
        assert_eq!(codes(&kept.notes), ["page.cmyk_converted"]);
    }
}

/// Cut streams are often closed with an end mark; then only their data say that rows are missing.
#[test]
fn a_stream_without_all_its_data_is_doubted() {
    let image = soft_drawing(160, 120);
    let every: [fn(&mut Encoder<&mut Vec<u8>>); 3] =
        [|_| {}, |e| e.set_restart_interval(3), |e| e.set_progressive(true)];
    for (change, colours) in every.into_iter().flat_map(|e| [(e, ColorType::Rgb), (e, ColorType::Luma)]) {
        let whole = encoded(&image, colours, change);
        for share in [5, 6, 7, 8] {
            let cut = whole[..whole.len() * share / 10].to_vec();
            let closed = [&cut[..], &[0xFF, 0xD9]].concat();
            for file in [cut, closed] {
                let found = decode(&file, &page(&file)).unwrap();
                assert_eq!(codes(&found.notes), ["page.cut_off"], "{share} tenths of {colours:?}");
            }
        }
        // Zeros behind the end are what disks and readers of cameras leave there.
        raster(&[&whole[..], &[0; 9000]].concat());
    }
}
