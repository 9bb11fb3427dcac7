use super::writers::{chunk, png, png_of, zlib};
use super::*;

/// Rows of `bits` wide values, first value in the high bits.
fn rows(width: u32, height: u32, bits: u32, value: impl Fn(u32, u32) -> u16) -> Vec<Vec<u8>> {
    (0..height)
        .map(|y| {
            if bits == 16 {
                return (0..width).flat_map(|x| value(x, y).to_be_bytes()).collect();
            }
            let mut row = vec![0u8; (width * bits).div_ceil(8) as usize];
            for x in 0..width {
                row[(x * bits / 8) as usize] |= (value(x, y) as u8) << (8 - bits - x * bits % 8);
            }
            row
        })
        .collect()
}

#[test]
fn grey_of_every_depth() {
    for bits in [1u32, 2, 4, 8, 16] {
        let most = (1u32 << bits) - 1;
        let value = |x: u32, y: u32| ((x * 3 + y) % (most + 1)) as u16;
        let file = png((21, 9), bits as u8, 0, b"", &rows(21, 9, bits, value));
        let expected = GrayImage::from_fn(21, 9, |x, y| {
            Luma([(f64::from(value(x, y)) * 255.0 / f64::from(most)).round() as u8])
        });
        assert_eq!(grey(&file), expected, "{bits} bits");
        assert_eq!(page(&file).colour == Colour::Bitonal, bits == 1);
        let kept = kept(&file, &page(&file)).unwrap().value;
        assert_eq!(matches!(kept, KeptImage::Bits { .. }), bits == 1);
    }
}

#[test]
fn palette_colour_and_transparency() {
    let palette: Vec<u8> = (0..48).map(|i| (i * 5) as u8).collect();
    let file = png((21, 9), 4, 3, &chunk(b"PLTE", &palette), &rows(21, 9, 4, |x, y| ((x + y) % 16) as u16));
    let expected = RgbImage::from_fn(21, 9, |x, y| {
        let i = ((x + y) % 16 * 3) as usize;
        Rgb([palette[i], palette[i + 1], palette[i + 2]])
    });
    assert_eq!(rgb(&file), expected);
    let colours = rgb_drawing(21, 9);
    let flat: Vec<Vec<u8>> = colours.as_raw().chunks(63).map(<[u8]>::to_vec).collect();
    assert_eq!(rgb(&png((21, 9), 8, 2, b"", &flat)), colours);
    // Half transparent black on paper is grey, wholly transparent is paper.
    let file = png((3, 1), 8, 4, b"", &[vec![0, 255, 0, 128, 0, 0]]);
    let found = kept(&file, &page(&file)).unwrap();
    assert_eq!(found.value, KeptImage::Grey { rows: vec![0, 127, 255], width: 3, height: 1 });
    assert_eq!(codes(&found.notes), ["page.alpha_flattened"]);
    let deep = png((2, 1), 16, 0, b"", &[vec![0x12, 0x34, 0xFE, 0xDC]]);
    assert_eq!(codes(&kept(&deep, &page(&deep)).unwrap().notes), ["page.depth_reduced"]);
}

#[test]
fn interlaced_files_and_resolution() {
    let image = grey_drawing(21, 9);
    let passes =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
    let mut data = Vec::new();
    for (x0, y0, dx, dy) in passes {
        for y in (y0..9).step_by(dy) {
            data.push(0);
            data.extend((x0..21).step_by(dx).map(|x| image.get_pixel(x, y).0[0]));
        }
    }
    let metre = [11811u32.to_be_bytes(), 11811u32.to_be_bytes()].concat();
    let density = chunk(b"pHYs", &[&metre[..], &[1]].concat());
    let file = png_of((21, 9), [8, 0, 0, 0, 1], &density, &zlib(&data));
    assert_eq!(grey(&file), image);
    assert!((page(&file).dpi.unwrap().x - 300.0).abs() < 0.1);
}

#[test]
fn eight_bits_without_transparency_are_kept_as_they_came() {
    for (kind, components) in [(0u8, 1u8), (2, 3)] {
        let wide = 21 * u32::from(components);
        let file = png((21, 9), 8, kind, b"", &rows(wide, 9, 8, |x, y| (x * 7 + y * 3) as u16 % 256));
        let KeptImage::Png { stream, components: found, .. } = kept(&file, &page(&file)).unwrap().value
        else {
            panic!("type {kind} was unpacked");
        };
        assert_eq!(found, components);
        assert!(file.windows(stream.len()).any(|w| w == stream));
        // A stream that does not hold every row, or a filter that does not exist, is not passed on.
        let short = png((21, 10), 8, kind, b"", &rows(wide, 9, 8, |x, _| x as u16));
        let passed = |file: &[u8]| matches!(kept(file, &page(file)), Ok(o) if matches!(o.value, KeptImage::Png { .. }));
        assert!(!passed(&short));
        let clear = png((21, 9), 8, kind, &chunk(b"tRNS", &[0; 6]), &rows(wide, 9, 8, |x, _| x as u16));
        assert!(!passed(&clear));
    }
}
