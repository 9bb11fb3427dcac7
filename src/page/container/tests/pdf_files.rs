use super::writers::{Pdf, g4, pdf_of, zlib};
use super::*;
use crate::model::geometry::{Orientation, Turn};
use jpeg_encoder::{ColorType, Encoder};
use lopdf::{Dictionary, Object, dictionary};

fn size(width: u32, height: u32, space: &str, bits: i64, filter: &str) -> Dictionary {
    dictionary! {
        "Width" => i64::from(width), "Height" => i64::from(height),
        "ColorSpace" => space, "BitsPerComponent" => bits, "Filter" => filter,
    }
}

fn with(mut dict: Dictionary, key: &str, value: impl Into<Object>) -> Dictionary {
    dict.set(key, value.into());
    dict
}

fn jpeg() -> Vec<u8> {
    let mut bytes = Vec::new();
    let image = soft_drawing(48, 24);
    Encoder::new(&mut bytes, 95).encode(image.as_raw(), 48, 24, ColorType::Rgb).unwrap();
    bytes
}

#[test]
fn a_jpeg_page_is_its_stream() {
    let file = pdf_of(size(48, 24, "DeviceRGB", 8, "DCTDecode"), jpeg(), dictionary! { "Rotate" => 90 });
    let found = page(&file);
    assert_eq!((found.coding, found.width, found.orientation.turn), (Coding::Jpeg, 48, Turn::Right));
    near(&rgb(&file), &soft_drawing(48, 24), 12);
    let kept = kept(&file, &found).unwrap();
    assert!(matches!(kept.value, KeptImage::Jpeg { stream, .. } if stream == jpeg()));
    // Inverted, the stream alone would not be the page.
    let turned = [1, 0].repeat(3).into_iter().map(Object::from).collect::<Vec<_>>();
    let dict = with(size(48, 24, "DeviceRGB", 8, "DCTDecode"), "Decode", turned);
    let file = pdf_of(dict, jpeg(), Dictionary::new());
    assert_ne!(page(&file).coding, Coding::Jpeg);
    assert!(decode(&file, &page(&file)).is_ok());
}

#[test]
fn a_wrapped_jpeg_is_unwrapped_and_kept() {
    let hex: String = jpeg().iter().map(|b| format!("{b:02X}")).collect();
    let hex = hex.into_bytes();
    for (around, content) in [
        (vec!["FlateDecode"], zlib(&jpeg())),
        (vec!["ASCIIHexDecode"], hex.clone()),
        (vec!["FlateDecode", "ASCIIHexDecode"], zlib(&hex)),
    ] {
        let filters: Vec<Object> = around.into_iter().chain(["DCTDecode"]).map(Object::from).collect();
        let dict = with(size(48, 24, "DeviceRGB", 8, ""), "Filter", filters);
        let file = pdf_of(dict, content, Dictionary::new());
        assert_eq!(page(&file).coding, Coding::Jpeg);
        near(&rgb(&file), &soft_drawing(48, 24), 12);
        let kept = kept(&file, &page(&file)).unwrap();
        assert!(matches!(kept.value, KeptImage::Jpeg { stream, .. } if stream == jpeg()));
        assert_eq!(kept.notes, []);
    }
}

#[test]
fn fax_pages_in_every_variant() {
    let image = bitonal_drawing(40, 24);
    let mut inverted = image.clone();
    image::imageops::invert(&mut inverted);
    let parameters = |k: i64, black: bool, align: bool| {
        dictionary! { "K" => k, "Columns" => 40, "Rows" => 24, "BlackIs1" => black, "EncodedByteAlign" => align }
    };
    let base = || size(40, 24, "DeviceGray", 1, "CCITTFaxDecode");
    for black in [false, true] {
        for turned in [false, true] {
            let mut dict = with(base(), "DecodeParms", parameters(-1, black, false));
            if turned {
                dict.set("Decode", vec![1.into(), 0.into()]);
            }
            let file = pdf_of(dict, g4(&image), Dictionary::new());
            let found = page(&file);
            assert_eq!(found.coding, Coding::G4);
            assert_eq!(grey(&file), if black != turned { inverted.clone() } else { image.clone() });
            let kept = kept(&file, &found).unwrap();
            let expected =
                KeptImage::G4 { stream: g4(&image), width: 40, height: 24, black_is_one: black != turned };
            assert_eq!((kept.value, kept.notes), (expected, vec![]));
        }
    }
    // Group 3: the rows of the TIFF tests, one- and two-dimensional, without and with byte alignment.
    let plain = "353399cf00".repeat(3) + &"399cce".repeat(3) + &"c3399d58".repeat(3);
    let hex = |text: &str| -> Vec<u8> {
        (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap()).collect()
    };
    let rows = hex(&(plain.repeat(2) + &"353399cf00".repeat(3) + &"399cce".repeat(3)));
    let ten = bitonal_drawing(40, 24);
    let file = pdf_of(with(base(), "DecodeParms", parameters(0, false, true)), rows, Dictionary::new());
    assert_eq!((page(&file).coding, grey(&file)), (Coding::G3, ten.clone()));
    let two =
        hex("0019a99cce78002fe003353399cf0004270c9ce003399cce002f800f0ce6756002fe003c3399d580089a9939939c");
    let mut dict = with(base(), "DecodeParms", parameters(4, false, false));
    dict.set("Height", 10);
    let file = pdf_of(dict, two, Dictionary::new());
    assert_eq!(grey(&file), image::imageops::crop_imm(&ten, 0, 0, 40, 10).to_image());
}

#[test]
fn packed_samples_come_out_as_they_were_stored() {
    let colours = rgb_drawing(36, 18);
    let flat = pdf_of(size(36, 18, "DeviceRGB", 8, "FlateDecode"), zlib(colours.as_raw()), Dictionary::new());
    assert_eq!((page(&flat).coding, rgb(&flat)), (Coding::Lossless, colours.clone()));
    let stored = kept(&flat, &page(&flat)).unwrap().value;
    assert_eq!(stored, KeptImage::Rgb { rows: colours.as_raw().clone(), width: 36, height: 18 });
    // Predictors: TIFF differences, PNG rows with every filter type.
    let row = |y: usize| &colours.as_raw()[y * 108..(y + 1) * 108];
    let byte = |y: usize, x: i32| if x < 0 { 0 } else { row(y)[x as usize] };
    let above = |y: usize, x: i32| if y == 0 { 0 } else { byte(y - 1, x) };
    let mut differences = Vec::new();
    let mut filtered = Vec::new();
    for y in 0..18 {
        filtered.push((y % 5) as u8);
        for x in 0..108i32 {
            let (a, b, c) = (byte(y, x - 3), above(y, x), above(y, x - 3));
            differences.push(byte(y, x).wrapping_sub(a));
            let p = i32::from(a) + i32::from(b) - i32::from(c);
            let nearest = [a, b, c].into_iter().min_by_key(|&v| (p - i32::from(v)).abs()).unwrap();
            let guess = [0, a, b, ((u16::from(a) + u16::from(b)) / 2) as u8, nearest][y % 5];
            filtered.push(byte(y, x).wrapping_sub(guess));
        }
    }
    for (predictor, data) in [(2, differences), (15, filtered)] {
        let parameters = dictionary! { "Predictor" => predictor, "Colors" => 3, "Columns" => 36 };
        let dict = with(size(36, 18, "DeviceRGB", 8, "FlateDecode"), "DecodeParms", parameters);
        assert_eq!(rgb(&pdf_of(dict, zlib(&data), Dictionary::new())), colours, "predictor {predictor}");
    }
    let lzw = weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8)
        .encode(colours.as_raw())
        .unwrap();
    assert_eq!(rgb(&pdf_of(size(36, 18, "DeviceRGB", 8, "LZWDecode"), lzw, Dictionary::new())), colours);
    let bits = bitonal_drawing(40, 24);
    let packed: Vec<u8> = bits::pack(&bits).iter().map(|b| !b).collect();
    let file = pdf_of(size(40, 24, "DeviceGray", 1, "FlateDecode"), zlib(&packed), Dictionary::new());
    assert_eq!((grey(&file), page(&file).colour), (bits.clone(), Colour::Bitonal));
    // A stencil paints where its bits are 0.
    let mut stencil = size(40, 24, "DeviceGray", 1, "FlateDecode");
    stencil.remove(b"ColorSpace");
    stencil.set("ImageMask", true);
    assert_eq!(grey(&pdf_of(stencil, zlib(&packed), Dictionary::new())), bits);
}

/// Scanners turn pages with the matrix as often as with /Rotate; either way the stream stays.
#[test]
fn turned_and_mirrored_placements_are_expressed_as_orientation() {
    for (matrix, mirror, turn) in [
        ("144 0 0 72 0 0", false, Turn::None),
        ("0 -72 144 0 0 72", false, Turn::Right),
        ("-144 0 0 -72 144 72", false, Turn::Half),
        ("0 72 -144 0 144 0", false, Turn::Left),
        ("-144 0 0 72 144 0", true, Turn::None),
        ("0 72 144 0 0 0", true, Turn::Right),
    ] {
        let mut pdf = Pdf::new();
        let image = pdf.image(size(48, 24, "DeviceRGB", 8, "DCTDecode"), jpeg());
        pdf.page(&format!("q {matrix} cm /Im0 Do Q"), dictionary! { "Im0" => image }, Dictionary::new());
        let found = page(&pdf.bytes());
        assert_eq!(
            (found.coding, found.orientation),
            (Coding::Jpeg, Orientation { mirror, turn }),
            "{matrix}"
        );
        assert_eq!(pdf_placement(found.orientation), matrix.split(' ').take(4).collect::<Vec<_>>().join(" "));
    }
}

/// The product's own matrix for an orientation, without its translation, on a page of 144 x 72 points.
fn pdf_placement(orientation: Orientation) -> String {
    let (w, h) = (144, 72);
    let [a, b, c, d] = match orientation.turn {
        Turn::None => [w, 0, 0, h],
        Turn::Right => [0, -h, w, 0],
        Turn::Half => [-w, 0, 0, -h],
        Turn::Left => [0, h, -w, 0],
    };
    let sign = if orientation.mirror { -1 } else { 1 };
    format!("{} {} {c} {d}", sign * a, sign * b)
}

#[test]
fn what_else_can_be_seen_makes_a_composed_page() {
    let coding = |content: &str, more: Dictionary| {
        let mut pdf = Pdf::new();
        let image = pdf.image(size(48, 24, "DeviceRGB", 8, "DCTDecode"), jpeg());
        let form = lopdf::Stream::new(
            dictionary! {
                "Type" => "XObject", "Subtype" => "Form", "Matrix" => vec![2.into(), 0.into(), 0.into(), 2.into(), 0.into(), 0.into()],
                "BBox" => vec![0.into(), 0.into(), 144.into(), 72.into()],
                "Resources" => dictionary! { "XObject" => dictionary! { "Im0" => image.clone() } },
            },
            b"q 72 0 0 36 0 0 cm /Im0 Do Q".to_vec(),
        );
        let form: Object = pdf.document.add_object(form).into();
        pdf.page(content, dictionary! { "Im0" => image, "Fm0" => form }, more);
        page(&pdf.bytes()).coding
    };
    let none = Dictionary::new;
    let whole = "q 144 0 0 72 0 0 cm /Im0 Do Q";
    assert_eq!(coding(whole, none()), Coding::Jpeg);
    assert_eq!(coding("/Fm0 Do", none()), Coding::Jpeg);
    assert_eq!(
        coding(&format!("1 g 0 0 144 72 re f {whole}"), none()),
        Coding::Jpeg,
        "hidden under the picture"
    );
    assert_eq!(coding(&format!("{whole} BT 3 Tr (unsichtbar) Tj ET"), none()), Coding::Jpeg);
    assert_eq!(coding(&format!("q BT 3 Tr ET Q {whole} BT (sichtbar) Tj ET"), none()), Coding::Composed);
    assert_eq!(coding(&format!("{whole} 0 0 10 10 re f"), none()), Coding::Composed);
    assert_eq!(coding(&format!("{whole} {whole}"), none()), Coding::Composed);
    assert_eq!(coding("q 72 0 0 36 0 0 cm /Im0 Do Q", none()), Coding::Composed, "a quarter of the page");
    assert_eq!(coding("q 144 20 -20 72 0 0 cm /Im0 Do Q", none()), Coding::Composed, "askew");
    // What the page does not show of a picture must not come back.
    let cut = "q 288 0 0 72 0 0 cm /Im0 Do Q";
    assert_eq!(coding(cut, none()), Coding::Composed, "half of it beside the page");
    assert_eq!(coding("q 145 0 0 72.5 -0.5 0 cm /Im0 Do Q", none()), Coding::Jpeg, "a hair's breadth");
    let half = dictionary! { "CropBox" => vec![0.into(), 0.into(), 72.into(), 72.into()] };
    assert_eq!(coding(whole, half), Coding::Composed, "half of a spread");
    assert_eq!(coding(&format!("q 0 0 144 72 re W n {whole} Q"), none()), Coding::Jpeg);
    assert_eq!(coding(&format!("q 0 0 144 60 re W n {whole} Q"), none()), Coding::Composed, "clipped");
    assert_eq!(coding(&format!("q 0 0 m 144 0 l 0 72 l h W n {whole} Q"), none()), Coding::Composed);
    let stamp = dictionary! {
        "Subtype" => "Stamp", "Rect" => vec![0.into(), 0.into(), 9.into(), 9.into()], "AP" => dictionary! {},
    };
    assert_eq!(coding(whole, dictionary! { "Annots" => vec![stamp.into()] }), Coding::Composed);
}

#[test]
fn a_page_may_count_in_larger_units() {
    let mut pdf = Pdf::new();
    let image = pdf.image(size(48, 24, "DeviceRGB", 8, "DCTDecode"), jpeg());
    let more = dictionary! {
        "UserUnit" => 2,
        "MediaBox" => vec![0.into(), 0.into(), 12.into(), 6.into()],
    };
    pdf.page("q 12 0 0 6 0 0 cm /Im0 Do Q", dictionary! { "Im0" => image }, more);
    assert_eq!(page(&pdf.bytes()).dpi.map(|d| d.x), Some(144.0));
}

#[test]
fn attributes_are_inherited_and_objects_may_be_packed() {
    let mut pdf = Pdf::new();
    let image = pdf.image(size(48, 24, "DeviceRGB", 8, "DCTDecode"), jpeg());
    pdf.page("q 144 0 0 72 0 0 cm /Im0 Do Q", dictionary! { "Im0" => image }, Dictionary::new());
    let id = pdf.pages[0];
    let document = pdf.finished();
    let (mut moved, mut kept_back) = (Dictionary::new(), Dictionary::new());
    for (key, value) in document.get_dictionary(id).unwrap().iter() {
        let up = matches!(key.as_slice(), b"Resources" | b"MediaBox");
        if up { moved.set(key.clone(), value.clone()) } else { kept_back.set(key.clone(), value.clone()) }
    }
    let tree = kept_back.get(b"Parent").unwrap().as_reference().unwrap();
    moved.set("Rotate", 270);
    document.get_dictionary_mut(tree).unwrap().extend(&moved);
    document.objects.insert(id, kept_back.into());
    let mut plain = Vec::new();
    document.save_to(&mut plain).unwrap();
    let mut packed = Vec::new();
    document.save_modern(&mut packed).unwrap();
    assert!(packed.windows(7).any(|w| w == b"/ObjStm") && packed.windows(5).any(|w| w == b"/XRef"));
    for file in [plain, packed] {
        let found = page(&file);
        assert_eq!((found.coding, found.orientation.turn), (Coding::Jpeg, Turn::Left));
        assert!(
            matches!(kept(&file, &found).unwrap().value, KeptImage::Jpeg { stream, .. } if stream == jpeg())
        );
    }
}

/// A JPEG 2000 codestream without any coded block: 48 x 24 of middle grey (ISO 15444-1, annex A).
fn jpx() -> Vec<u8> {
    let mut out = vec![0xFF, 0x4F, 0xFF, 0x51, 0, 41, 0, 0];
    for value in [48u32, 24, 0, 0, 48, 24, 0, 0] {
        out.extend(value.to_be_bytes());
    }
    out.extend([0, 1, 7, 1, 1]);
    out.extend([0xFF, 0x52, 0, 12, 0, 0, 0, 1, 0, 0, 4, 4, 0, 1]);
    out.extend([0xFF, 0x5C, 0, 4, 0x40, 0x40]);
    out.extend([0xFF, 0x90, 0, 10, 0, 0, 0, 0, 0, 15, 0, 1, 0xFF, 0x93, 0x00, 0xFF, 0xD9]);
    out
}

/// A JBIG2 page with one generic region in the fax code (ISO 14492, 7.4.6).
fn jbig2(image: &GrayImage) -> Vec<u8> {
    let (width, height) = (image.width().to_be_bytes(), image.height().to_be_bytes());
    let region = [&width[..], &height, &[0; 8], &[0, 1], &g4(image)].concat();
    let page = [&width[..], &height, &[0; 8], &[0, 0, 0]].concat();
    let segment = |number: u8, kind: u8, body: &[u8]| {
        [&[0, 0, 0, number, kind, 0, 1][..], &(body.len() as u32).to_be_bytes(), body].concat()
    };
    [segment(0, 48, &page), segment(1, 38, &region)].concat()
}

#[test]
fn jpeg_2000_is_decoded_with_a_note() {
    let file = pdf_of(size(48, 24, "DeviceGray", 8, "JPXDecode"), jpx(), Dictionary::new());
    assert_eq!(page(&file).coding, Coding::Jpx);
    let image = grey(&file);
    assert!(image.iter().all(|v| v.abs_diff(128) <= 1) && image.dimensions() == (48, 24));
    assert_eq!(codes(&kept(&file, &page(&file)).unwrap().notes), ["page.jpx_converted"]);
}

#[test]
fn jbig2_is_shown_but_never_passed_on() {
    let image = bitonal_drawing(40, 24);
    let file = pdf_of(size(40, 24, "DeviceGray", 1, "JBIG2Decode"), jbig2(&image), Dictionary::new());
    let found = page(&file);
    assert_eq!(found.coding, Coding::Jbig2);
    let note = found.notes.iter().find(|n| n.code == "page.jbig2").unwrap();
    assert_eq!(note.severity, crate::model::notes::Severity::Review);
    assert_eq!(grey(&file), image);
    assert!(matches!(kept(&file, &found).unwrap().value, KeptImage::Bits { .. }));
}

#[test]
fn large_plans_are_drawn_as_finely_as_allowed() {
    let mut pdf = Pdf::new();
    let a0 = vec![0.into(), 0.into(), 2384.into(), 3370.into()];
    pdf.page("0 0 100 100 re f", Dictionary::new(), dictionary! { "MediaBox" => a0 });
    let found = page(&pdf.bytes());
    assert!(u64::from(found.width) * u64::from(found.height) <= limits().page_pixels_max);
    assert!(found.dpi.unwrap().x > 200.0, "{:?}", found.dpi);
    assert_eq!(codes(&found.notes), ["page.rendered_coarser"]);
}
