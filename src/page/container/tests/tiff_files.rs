use super::writers::{self, LAYOUTS, LITTLE, Tag, bitonal_tags, g4, tags, tiff, zlib};
use super::*;
use jpeg_encoder::{ColorType, Encoder};

/// PackBits with runs only where there are any.
fn runs(bytes: &[u8]) -> Vec<u8> {
    let same = |run: &[u8]| run.iter().all(|&b| b == run[0]);
    bytes
        .chunks(7)
        .flat_map(|run| {
            if same(run) {
                vec![(257 - run.len()) as u8, run[0]]
            } else {
                [&[run.len() as u8 - 1][..], run].concat()
            }
        })
        .collect()
}

fn lzw(bytes: &[u8]) -> Vec<u8> {
    weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8).encode(bytes).unwrap()
}

fn packed(bytes: &[u8], compression: u64) -> Vec<u8> {
    match compression {
        1 => bytes.to_vec(),
        5 => lzw(bytes),
        8 | 32946 => zlib(bytes),
        32773 => runs(bytes),
        _ => unreachable!(),
    }
}

fn bit_rows(image: &GrayImage) -> Vec<Vec<u8>> {
    let stride = image.width().div_ceil(8) as usize;
    bits::pack(image).chunks(stride).map(<[u8]>::to_vec).collect()
}

/// Every way to store black and white without a fax code: all compressions, both polarities, both bit
/// orders, one strip and three, both byte orders, classic and BigTIFF.
#[test]
fn bitonal_strips_of_every_kind_are_the_same_picture() {
    let image = bitonal_drawing(43, 25);
    for (compression, photometric, fill, per_strip) in [1, 5, 8, 32946, 32773]
        .into_iter()
        .flat_map(|c| [0, 1].map(|p| (c, p)))
        .flat_map(|(c, p)| [1, 2].map(|f| (c, p, f)))
        .flat_map(|(c, p, f)| [25usize, 9].map(|n| (c, p, f, n)))
    {
        let rows = bit_rows(&image);
        let strips = rows.chunks(per_strip).map(|rows| {
            let mut rows = rows.concat();
            if photometric == 1 {
                rows.iter_mut().for_each(|b| *b = !*b);
            }
            let strip = packed(&rows, compression);
            if fill == 2 { bits::reversed(&strip) } else { strip }
        });
        let strips: Vec<Vec<u8>> = strips.collect();
        for layout in LAYOUTS {
            let mut tags = tags(43, 25, &[1], compression, photometric);
            tags.extend([(266, 3, vec![fill]), (278, 4, vec![per_strip as u64])]);
            let file = tiff(layout, &tags, &strips);
            let what = format!("{compression} {photometric} {fill} {per_strip} {layout:?}");
            assert_eq!(grey(&file), image, "{what}");
            assert_eq!(page(&file).colour, Colour::Bitonal);
            let kept = kept(&file, &page(&file)).unwrap();
            assert_eq!(
                kept.value,
                KeptImage::Bits { rows: bits::pack(&image), width: 43, height: 25 },
                "{what}"
            );
        }
    }
}

/// As libtiff's tiffcp wrote the drawing: three strips of ten rows, `-c g3:...`.
const LIBTIFF_G3: [(&str, u64, [&str; 3]); 3] = [
    (
        "one-dimensional",
        0,
        [
            "001353399cf0004d4ce673c001353399cf0004e67338009cce67001399cce00386733ab001c3399d5800e19cceac004d4ce673c0",
            "001353399cf0004d4ce673c001399cce00273399c004e6733800e19cceac0070ce675600386733ab001353399cf0004d4ce673c0",
            "001353399cf0004e67338009cce67001399cce",
        ],
    ),
    (
        "two-dimensional",
        1,
        [
            "0019a99cce78002fe003353399cf0004270c9ce003399cce002f800f0ce6756002fe003c3399d580089a9939939c",
            "0019a99cce78002fe003399cce002f800ce67338008e193993a800f0ce6756002fe003353399cf0005fc",
            "0019a99cce7800213864e70019cce670017c",
        ],
    ),
    (
        "two-dimensional, ends of line at bytes",
        5,
        [
            "00019a99cce780017f00019a99cce7800109c3273800019cce6700017c0001e19cceac00017f0001e19cceac000113532732738",
            "00019a99cce780017f00019cce6700017c00019cce6700011c3273275001e19cceac00017f00019a99cce780017f",
            "00019a99cce7800109c3273800019cce6700017c",
        ],
    ),
];

fn from_hex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap()).collect()
}

#[test]
fn group_3_decodes_in_one_and_two_dimensions() {
    let image = bitonal_drawing(40, 24);
    for (what, options, strips) in LIBTIFF_G3 {
        for fill in [1, 2] {
            let strips = strips.map(from_hex).map(|s| if fill == 2 { bits::reversed(&s) } else { s });
            let mut tags = bitonal_tags(&image, 3);
            tags.extend([(278, 4, vec![10]), (292, 4, vec![options]), (266, 3, vec![fill])]);
            let file = tiff(LITTLE, &tags, &strips);
            assert_eq!(grey(&file), image, "{what}, bit order {fill}");
            assert_eq!(codes(&kept(&file, &page(&file)).unwrap().notes), ["page.rewrapped"]);
        }
    }
    // Compression 2 is the same code without ends of line, every row at a byte.
    let rows = ["353399cf00", "399cce", "c3399d58"].map(|row| row.repeat(3)).concat();
    let stream = from_hex(&rows.repeat(3))[..96].to_vec();
    let file = tiff(LITTLE, &bitonal_tags(&image, 2), &[stream]);
    assert_eq!(grey(&file), image);
}

#[test]
fn a_single_g4_strip_is_kept_and_several_are_rewrapped() {
    let image = bitonal_drawing(203, 77);
    for (fill, photometric) in [(1, 0), (2, 0), (1, 1)] {
        let stream = g4(&image);
        let mut tags = tags(203, 77, &[1], 4, photometric);
        tags.push((266, 3, vec![fill]));
        let stored = if fill == 2 { bits::reversed(&stream) } else { stream.clone() };
        let file = tiff(LITTLE, &tags, &[stored]);
        let mut expected = image.clone();
        if photometric == 1 {
            image::imageops::invert(&mut expected);
        }
        assert_eq!(grey(&file), expected);
        let kept = kept(&file, &page(&file)).unwrap();
        let value = KeptImage::G4 { stream, width: 203, height: 77, black_is_one: photometric == 1 };
        assert_eq!(kept.value, value);
        assert_eq!(kept.notes.len(), usize::from(fill == 2));
    }
    let halves =
        [(0, 40), (40, 37)].map(|(y, h)| g4(&image::imageops::crop_imm(&image, 0, y, 203, h).to_image()));
    let mut tags = bitonal_tags(&image, 4);
    tags.push((278, 4, vec![40]));
    let file = tiff(LITTLE, &tags, &halves);
    assert_eq!(grey(&file), image);
    let kept = kept(&file, &page(&file)).unwrap();
    assert_eq!(kept.value, KeptImage::Bits { rows: bits::pack(&image), width: 203, height: 77 });
    assert_eq!(codes(&kept.notes), ["page.rewrapped"]);
}

#[test]
fn tiles_are_put_together() {
    let image = bitonal_drawing(43, 25);
    let mut whole = GrayImage::from_pixel(48, 32, Luma([255]));
    image::imageops::replace(&mut whole, &image, 0, 0);
    let tile = |i: u32| image::imageops::crop_imm(&whole, i % 3 * 16, i / 3 * 16, 16, 16).to_image();
    for compression in [1, 4, 5] {
        let tiles: Vec<Vec<u8>> = (0..6)
            .map(|i| if compression == 4 { g4(&tile(i)) } else { packed(&bits::pack(&tile(i)), compression) })
            .collect();
        let mut tags = bitonal_tags(&image, compression);
        tags.extend([(322, 3, vec![16]), (323, 3, vec![16])]);
        assert_eq!(grey(&tiff(LITTLE, &tags, &tiles)), image, "{compression}");
    }
    let colours = rgb_drawing(20, 10);
    let tile = |i: u32| {
        let mut tile = RgbImage::new(16, 16);
        image::imageops::replace(&mut tile, &colours, -i64::from(i * 16), 0);
        tile.into_raw()
    };
    let mut tags = tags(20, 10, &[8, 8, 8], 8, 2);
    tags.extend([(322, 3, vec![16]), (323, 3, vec![16])]);
    assert_eq!(rgb(&tiff(LITTLE, &tags, &[zlib(&tile(0)), zlib(&tile(1))])), colours);
}

/// Rows as differences (predictor 2).
fn differences(row: &[u8], step: usize) -> Vec<u8> {
    (0..row.len()).map(|i| row[i].wrapping_sub(if i < step { 0 } else { row[i - step] })).collect()
}

#[test]
fn grey_and_colour_of_every_depth() {
    let image = grey_drawing(31, 17);
    let rows: Vec<&[u8]> = image.as_raw().chunks(31).collect();
    let eight = |photometric: u64, predictor: u64| {
        let mut tags = tags(31, 17, &[8], 5, photometric);
        tags.push((317, 3, vec![predictor]));
        let rows = rows.iter().flat_map(|r| {
            let row: Vec<u8> = r.iter().map(|&v| if photometric == 0 { 255 - v } else { v }).collect();
            if predictor == 2 { differences(&row, 1) } else { row }
        });
        grey(&tiff(LITTLE, &tags, &[lzw(&rows.collect::<Vec<u8>>())]))
    };
    assert_eq!(eight(1, 1), image);
    assert_eq!(eight(0, 1), image);
    assert_eq!(eight(1, 2), image);
    for layout in LAYOUTS {
        let wide: Vec<u8> =
            image.as_raw().iter().flat_map(|&v| if layout.little { [7, v] } else { [v, 7] }).collect();
        assert_eq!(grey(&tiff(layout, &tags(31, 17, &[16], 1, 1), &[wide])), image);
    }
    let four = GrayImage::from_fn(31, 17, |x, y| Luma([((x + y) % 16 * 17) as u8]));
    let nibbles: Vec<u8> = four
        .as_raw()
        .chunks(31)
        .flat_map(|row| {
            row.chunks(2).map(|p| (p[0] / 17) << 4 | p.get(1).map_or(0, |v| v / 17)).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(grey(&tiff(LITTLE, &tags(31, 17, &[4], 1, 1), std::slice::from_ref(&nibbles))), four);

    let palette: Vec<u64> = (0..48).map(|i| (i * 5 % 256) << 8).collect();
    let mut with_map: Vec<Tag> = tags(31, 17, &[4], 32773, 3);
    with_map.push((320, 3, palette.clone()));
    let expected = RgbImage::from_fn(31, 17, |x, y| {
        let i = (x + y) as usize % 16;
        Rgb([i, i + 16, i + 32].map(|i| (palette[i] >> 8) as u8))
    });
    assert_eq!(rgb(&tiff(LITTLE, &with_map, &[runs(&nibbles)])), expected);

    let colours = rgb_drawing(31, 17);
    let together = tiff(LITTLE, &tags(31, 17, &[8, 8, 8], 8, 2), &[zlib(colours.as_raw())]);
    assert_eq!(rgb(&together), colours);
    let mut apart = tags(31, 17, &[8, 8, 8], 1, 2);
    apart.extend([(284, 3, vec![2]), (278, 4, vec![9])]);
    let plane = |c: usize, from: usize, to: usize| -> Vec<u8> {
        colours.as_raw().chunks(3).map(|p| p[c]).skip(from * 31).take((to - from) * 31).collect()
    };
    let planes: Vec<Vec<u8>> = (0..3).flat_map(|c| [plane(c, 0, 9), plane(c, 9, 17)]).collect();
    assert_eq!(rgb(&tiff(LITTLE, &apart, &planes)), colours);
    let mut predicted = tags(31, 17, &[16, 16, 16], 5, 2);
    predicted.push((317, 3, vec![2]));
    let high: Vec<u8> = colours
        .as_raw()
        .chunks(93)
        .flat_map(|r| differences(r, 3).into_iter().flat_map(|v| [0, v]).collect::<Vec<_>>())
        .collect();
    assert_eq!(rgb(&tiff(LITTLE, &predicted, &[lzw(&high)])), colours);
    let alpha: Vec<u8> = colours.as_raw().chunks(3).flat_map(|p| [p[0], p[1], p[2], 9]).collect();
    assert_eq!(rgb(&tiff(LITTLE, &tags(31, 17, &[8; 4], 1, 2), &[alpha])), colours);
    // Paper white, cyan, black.
    let inks = [[0, 0, 0, 0], [255, 0, 0, 0], [0, 0, 0, 255]].concat();
    let file = tiff(LITTLE, &tags(3, 1, &[8; 4], 1, 5), &[inks]);
    assert_eq!(rgb(&file).as_raw(), &[255, 255, 255, 0, 255, 255, 0, 0, 0]);
    assert_eq!(codes(&kept(&file, &page(&file)).unwrap().notes), ["page.cmyk_converted"]);
}

fn jpeg_of(image: &RgbImage, colours: ColorType) -> Vec<u8> {
    let mut bytes = Vec::new();
    let data = match colours {
        ColorType::Luma => image.as_raw().iter().step_by(3).copied().collect(),
        _ => image.as_raw().clone(),
    };
    Encoder::new(&mut bytes, 95).encode(&data, image.width() as u16, image.height() as u16, colours).unwrap();
    bytes
}

/// Quantisation and Huffman tables as a stream of their own, and the stream without them.
fn split(jpeg: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (mut tables, mut rest, mut at) = (vec![0xFF, 0xD8], vec![0xFF, 0xD8], 2);
    while jpeg[at + 1] != 0xDA {
        let end = at + 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        match jpeg[at + 1] {
            0xDB | 0xC4 => tables.extend(&jpeg[at..end]),
            0xE0 => {}
            _ => rest.extend(&jpeg[at..end]),
        }
        at = end;
    }
    tables.extend([0xFF, 0xD9]);
    rest.extend(&jpeg[at..]);
    (tables, rest)
}

#[test]
fn jpeg_strips_with_and_without_shared_tables() {
    let image = soft_drawing(48, 32);
    let whole = jpeg_of(&image, ColorType::Rgb);
    let file = tiff(LITTLE, &tags(48, 32, &[8; 3], 7, 6), std::slice::from_ref(&whole));
    near(&rgb(&file), &image, 12);
    let kept_whole = kept(&file, &page(&file)).unwrap();
    assert!(matches!(kept_whole.value, KeptImage::Jpeg { stream, components: 3, .. } if stream == whole));
    assert_eq!(kept_whole.notes, []);

    let (tables, strip) = split(&whole);
    let mut with_tables = tags(48, 32, &[8; 3], 7, 6);
    with_tables.push((347, 7, tables.iter().map(|&b| b.into()).collect()));
    let file = tiff(LITTLE, &with_tables, &[strip]);
    near(&rgb(&file), &image, 12);
    let kept_tables = kept(&file, &page(&file)).unwrap();
    assert_eq!(codes(&kept_tables.notes), ["page.jpeg_rewrapped"]);
    let KeptImage::Jpeg { stream, .. } = kept_tables.value else { panic!("not kept as JPEG") };
    assert_eq!(image::load_from_memory(&stream).unwrap(), image::load_from_memory(&whole).unwrap());

    let halves = [(0, 16), (16, 16)]
        .map(|(y, h)| jpeg_of(&image::imageops::crop_imm(&image, 0, y, 48, h).to_image(), ColorType::Rgb));
    let mut strips = tags(48, 32, &[8; 3], 7, 6);
    strips.push((278, 4, vec![16]));
    let file = tiff(LITTLE, &strips, &halves);
    near(&rgb(&file), &image, 12);
    assert_eq!(codes(&kept(&file, &page(&file)).unwrap().notes), ["page.rewrapped"]);

    let file = tiff(LITTLE, &tags(48, 32, &[8], 7, 1), &[jpeg_of(&image, ColorType::Luma)]);
    assert_eq!(page(&file).colour, Colour::Grey);
    assert_eq!(grey(&file).dimensions(), (48, 32));
}

/// RGB inside JPEG says nothing about its colours in the stream; only the TIFF does.
#[test]
fn jpeg_strips_that_store_rgb_keep_their_colours() {
    let image = soft_drawing(48, 32);
    // An encoder told that the colours are YCbCr already writes them as they are.
    let (_, mut stream) = split(&jpeg_of(&image, ColorType::Ycbcr));
    let (tables, _) = split(&jpeg_of(&image, ColorType::Ycbcr));
    stream.splice(2..2, tables[2..tables.len() - 2].iter().copied());
    let file = tiff(LITTLE, &tags(48, 32, &[8; 3], 7, 2), std::slice::from_ref(&stream));
    near(&rgb(&file), &image, 12);
    let kept = kept(&file, &page(&file)).unwrap();
    let KeptImage::Jpeg { stream: product, .. } = kept.value else { panic!("not kept as JPEG") };
    near(&image::load_from_memory(&product).unwrap().into_rgb8(), &image, 12);
    // The form of TIFF 6.0, with the whole stream behind tags 513 and 514.
    let mut old = tags(48, 32, &[8; 3], 6, 6);
    let whole = jpeg_of(&image, ColorType::Rgb);
    old.extend([(513, 4, vec![8]), (514, 4, vec![whole.len() as u64])]);
    near(&rgb(&tiff(LITTLE, &old, &[whole])), &image, 12);
}

#[test]
fn several_pages_and_a_page_that_ends_early() {
    let image = bitonal_drawing(64, 48);
    let one = (bitonal_tags(&image, 4), vec![g4(&image)]);
    let mut cut = one.clone();
    let length = cut.1[0].len();
    cut.1[0].truncate(length / 2);
    let file = writers::tiff_of_pages(LITTLE, &[one.clone(), cut, one]);
    let source = Source::new(file.clone());
    let opened = super::super::open(&source, &limits()).unwrap();
    assert_eq!(opened.pages.len(), 3);
    let doubts: Vec<_> = opened.pages.iter().map(|p| decode(&file, p).unwrap().notes).collect();
    assert_eq!((doubts[0].len(), codes(&doubts[1]), doubts[2].len()), (0, vec!["page.rows_missing"], 0));
    assert_eq!(doubts[1][0].severity, crate::model::notes::Severity::Review);
}

/// Streams of single planes and of inks say nothing about their colours; only the TIFF does.
#[test]
fn jpeg_planes_and_inks_mean_what_the_tiff_says() {
    let image = soft_drawing(48, 32);
    let plane = |channel: usize| {
        let mut grey = image.clone();
        grey.pixels_mut().for_each(|p| p.0 = [p.0[channel]; 3]);
        jpeg_of(&grey, ColorType::Luma)
    };
    let mut planar = tags(48, 32, &[8; 3], 7, 2);
    planar.push((284, 3, vec![2]));
    let file = tiff(LITTLE, &planar, &[plane(0), plane(1), plane(2)]);
    near(&rgb(&file), &image, 8);
    // Four samples as they are: 0 is no ink, with no black.
    let inks: Vec<u8> =
        image.as_raw().chunks(3).flat_map(|p| [255 - p[0], 255 - p[1], 255 - p[2], 0]).collect();
    let inverted: Vec<u8> = inks.iter().map(|v| 255 - v).collect();
    let mut stream = Vec::new();
    // The encoder turns inks round, as Adobe does; its marker goes, as writers of TIFF leave it out.
    Encoder::new(&mut stream, 95).encode(&inverted, 48, 32, ColorType::Cmyk).unwrap();
    let adobe = stream.windows(5).position(|w| w == b"Adobe").unwrap() - 4;
    stream.drain(adobe..adobe + 16);
    let file = tiff(LITTLE, &tags(48, 32, &[8; 4], 7, 5), &[stream.clone()]);
    near(&rgb(&file), &image, 8);
    let kept = kept(&file, &page(&file)).unwrap();
    assert!(matches!(kept.value, KeptImage::Rgb { .. }));
    assert_eq!(codes(&kept.notes), ["page.cmyk_converted"]);
    let mut other = tags(48, 32, &[8; 4], 7, 5);
    other.push((332, 3, vec![2]));
    let file = tiff(LITTLE, &other, &[stream]);
    assert_eq!(decode(&file, &page(&file)).unwrap_err().code, "tiff.colours");
}

#[test]
fn short_jpeg_strips_are_doubted() {
    let image = soft_drawing(48, 32);
    let half = jpeg_of(&image::imageops::crop_imm(&image, 0, 0, 48, 16).to_image(), ColorType::Rgb);
    let mut strips = tags(48, 32, &[8; 3], 7, 6);
    strips.push((278, 4, vec![16]));
    let cut = [&half[..half.len() - 60], &[0xFF, 0xD9]].concat();
    let low = jpeg_of(&image::imageops::crop_imm(&image, 0, 16, 48, 8).to_image(), ColorType::Rgb);
    for (second, code) in [(cut, "page.cut_off"), (low, "page.rows_missing")] {
        let file = tiff(LITTLE, &strips, &[half.clone(), second]);
        assert_eq!(codes(&decode(&file, &page(&file)).unwrap().notes), [code]);
    }
}

/// Luminance and colour differences without JPEG, one pair of differences for one to eight pixels.
#[test]
fn plain_ycbcr_is_read_in_every_arrangement() {
    // One colour: only its arrangement is at stake, the luminance tells pixels apart.
    let (cb, cr) = (118u8, 140u8);
    let light = |x: usize, y: usize| (60 + x * 7 + y * 5) as u8;
    let byte = |v: f32| v.round().clamp(0.0, 255.0) as u8;
    let expected = RgbImage::from_fn(11, 7, |x, y| {
        let y = f32::from(light(x as usize, y as usize));
        Rgb([byte(y + 1.402 * 12.0), byte(y + 0.344 * 10.0 - 0.714 * 12.0), byte(y - 1.772 * 10.0)])
    });
    for (h, v, compression) in [(1, 1, 1), (2, 1, 8), (2, 2, 1), (4, 2, 5), (1, 2, 32773)] {
        let mut data = Vec::new();
        for top in (0..7).step_by(v) {
            for left in (0..11).step_by(h) {
                let block = (0..h * v).map(|i| light((left + i % h).min(10), (top + i / h).min(6)));
                data.extend(block.chain([cb, cr]));
            }
        }
        let mut all = tags(11, 7, &[8; 3], compression, 6);
        all.push((530, 3, vec![h as u64, v as u64]));
        let file = tiff(LITTLE, &all, &[packed(&data, compression)]);
        near(&rgb(&file), &expected, 1);
        assert_eq!(codes(&kept(&file, &page(&file)).unwrap().notes), ["page.ycbcr_converted"], "{h} x {v}");
    }
}

#[test]
fn what_is_not_read_is_named_and_not_called_damaged() {
    let refused = |all: &[Tag]| {
        let file = tiff(LITTLE, all, &[vec![0; 900]]);
        decode(&file, &page(&file)).unwrap_err()
    };
    for (compression, name) in [(50000, "Zstandard"), (34925, "LZMA"), (50001, "WebP")] {
        let refusal = refused(&tags(8, 8, &[8; 3], compression, 2));
        assert_eq!(refusal.code, "tiff.compression");
        assert!(refusal.text.contains(name) && refusal.hint.contains("Scanner"), "{refusal:?}");
    }
    let lab = refused(&tags(8, 8, &[8; 3], 1, 8));
    assert!(lab.code == "tiff.colours" && lab.text.contains("Lab") && !lab.text.contains("beschädigt"));
    let deep = tiff(LITTLE, &tags(2, 1, &[16; 4], 1, 2), &[vec![9; 16]]);
    assert_eq!(
        codes(&kept(&deep, &page(&deep)).unwrap().notes),
        ["page.depth_reduced", "page.alpha_dropped"]
    );
}
