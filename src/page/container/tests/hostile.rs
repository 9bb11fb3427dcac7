//! Damaged and malicious files: each ends in pixels or in a refusal with code, reason and hint.

use super::writers::{self, LAYOUTS, LITTLE, Pdf, bitonal_tags, g4, pdf_of, png_of, tags, tiff, zlib};
use super::*;
use lopdf::{Dictionary, Object, Stream, dictionary};
use proptest::prelude::*;

/// What small pages need, and no more.
fn tight() -> Limits {
    Limits { pages_max: 50, page_pixels_max: 1 << 20, inflated_bytes_max: 4 << 20, ..Limits::default() }
}

/// Everything that is done with a file; the codes of all refusals.
fn tried(bytes: &[u8], limits: &Limits) -> Vec<String> {
    let source = Source::new(bytes.to_vec());
    let mut refusals = Vec::new();
    let mut note = |refusal: Refusal| {
        assert!(!refusal.text.is_empty() && !refusal.hint.is_empty() && refusal.code.contains('.'));
        refusals.push(refusal.code);
    };
    match super::super::open(&source, limits) {
        Ok(opened) => {
            assert!(opened.pages.len() <= limits.pages_max as usize);
            for page in opened.pages.iter().take(3) {
                super::super::decode(&source, page, limits).map(drop).unwrap_or_else(&mut note);
                super::super::kept(&source, page, limits).map(drop).unwrap_or_else(&mut note);
                if page.coding == Coding::Composed {
                    super::super::text_layer(&source, page);
                }
            }
        }
        Err(refusal) => note(refusal),
    }
    refusals
}

fn jpeg() -> Vec<u8> {
    let mut bytes = Vec::new();
    let image = soft_drawing(24, 16);
    let encoder = jpeg_encoder::Encoder::new(&mut bytes, 80);
    encoder.encode(image.as_raw(), 24, 16, jpeg_encoder::ColorType::Rgb).unwrap();
    bytes
}

fn image(filter: &str, space: &str, bits: i64) -> Dictionary {
    dictionary! { "Width" => 24, "Height" => 16, "ColorSpace" => space, "BitsPerComponent" => bits, "Filter" => filter }
}

fn text_page() -> Vec<u8> {
    let mut pdf = Pdf::new();
    let font = dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" };
    let resources = dictionary! { "Font" => dictionary! { "F1" => font } };
    let more = dictionary! { "Resources" => resources };
    pdf.page("BT /F1 12 Tf 10 30 Td (Sehr geehrte Damen) Tj ET", Dictionary::new(), more);
    pdf.bytes()
}

/// One small sound file of every kind.
fn sound() -> Vec<(&'static str, Vec<u8>)> {
    let bits = bitonal_drawing(24, 16);
    let colours = rgb_drawing(24, 16);
    let lzw = weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8);
    let lzw = { lzw }.encode(colours.as_raw()).unwrap();
    let parameters = dictionary! { "K" => -1, "Columns" => 24, "Rows" => 16 };
    let mut fax = image("CCITTFaxDecode", "DeviceGray", 1);
    fax.set("DecodeParms", parameters);
    let mut png = Vec::new();
    colours.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
    let two = (bitonal_tags(&bits, 4), vec![g4(&bits)]);
    vec![
        ("tiff g4", writers::tiff_of_pages(LITTLE, &[two.clone(), two])),
        ("tiff lzw", tiff(LAYOUTS[3], &tags(24, 16, &[8; 3], 5, 2), &[lzw])),
        ("tiff jpeg", tiff(LITTLE, &tags(24, 16, &[8; 3], 7, 6), &[jpeg()])),
        ("jpeg", jpeg()),
        ("png", png),
        ("pdf jpeg", pdf_of(image("DCTDecode", "DeviceRGB", 8), jpeg(), Dictionary::new())),
        ("pdf g4", pdf_of(fax, g4(&bits), Dictionary::new())),
        (
            "pdf flate",
            pdf_of(image("FlateDecode", "DeviceRGB", 8), zlib(colours.as_raw()), Dictionary::new()),
        ),
        ("pdf text", text_page()),
    ]
}

#[test]
fn cut_off_at_every_length() {
    for (name, bytes) in sound() {
        assert_eq!(tried(&bytes, &tight()), Vec::<String>::new(), "{name} is sound");
        for length in 0..bytes.len() {
            let refusals = tried(&bytes[..length], &tight());
            assert!(length > 8 || !refusals.is_empty(), "{name} of {length} bytes");
        }
    }
}

#[test]
fn one_pixel_is_a_page() {
    let dot = GrayImage::from_pixel(1, 1, Luma([0]));
    let one = image("FlateDecode", "DeviceGray", 8);
    let one = Dictionary::from_iter(one.iter().map(|(k, v)| {
        (k.clone(), if matches!(k.as_slice(), b"Width" | b"Height") { 1.into() } else { v.clone() })
    }));
    for file in [
        tiff(LITTLE, &bitonal_tags(&dot, 4), &[g4(&dot)]),
        writers::png((1, 1), 1, 0, b"", &[vec![0]]),
        pdf_of(one, zlib(&[0]), Dictionary::new()),
    ] {
        assert_eq!(grey(&file), dot);
        assert!(kept(&file, &page(&file)).is_ok());
    }
}

#[test]
fn an_enormous_page_is_known_but_never_allocated() {
    let mut long = jpeg();
    let frame = long.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    long[frame + 5..frame + 9].copy_from_slice(&[0xEA, 0x60, 0xEA, 0x60]);
    let mut flate = image("FlateDecode", "DeviceGray", 8);
    flate.set("Width", 60_000);
    flate.set("Height", 60_000);
    for file in [
        tiff(LITTLE, &tags(60_000, 60_000, &[1], 4, 0), &[vec![0; 9]]),
        tiff(LITTLE, &tags(60_000, 60_000, &[8; 3], 5, 2), &[vec![0; 9]]),
        png_of((60_000, 60_000), [8, 2, 0, 0, 0], b"", &zlib(&[0; 99])),
        long,
        pdf_of(flate, zlib(&[0; 99]), Dictionary::new()),
    ] {
        let found = page(&file);
        assert_eq!(codes(&found.notes)[0], "page.too_large");
        assert_eq!(decode(&file, &found).unwrap_err().code, "page.too_large");
        assert_eq!(kept(&file, &found).unwrap_err().code, "page.too_large");
    }
}

#[test]
fn streams_that_inflate_without_end_are_stopped() {
    let bomb = zlib(&vec![0; 24 << 20]);
    let limits = tight();
    let refused = |bytes: &[u8]| tried(bytes, &limits);
    // As a picture, packed twice, as a page's description, as something the page refers to.
    let picture = pdf_of(image("FlateDecode", "DeviceRGB", 8), bomb.clone(), Dictionary::new());
    assert_eq!(refused(&picture), ["page.inflates", "page.inflates"]);
    let mut twice = image("FlateDecode", "DeviceRGB", 8);
    twice.set("Filter", vec!["FlateDecode".into(), "FlateDecode".into()]);
    assert_eq!(refused(&pdf_of(twice, zlib(&bomb), Dictionary::new()))[0], "page.inflates");
    let mut lzw = weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8);
    let lzw = lzw.encode(&vec![0; 24 << 20]).unwrap();
    let picture = pdf_of(image("LZWDecode", "DeviceRGB", 8), lzw.clone(), Dictionary::new());
    assert_eq!(refused(&picture)[0], "page.inflates");
    let mut pdf = Pdf::new();
    pdf.page("", Dictionary::new(), Dictionary::new());
    let page = pdf.pages[0];
    let content = Stream::new(dictionary! { "Filter" => "FlateDecode" }, bomb.clone());
    let content = pdf.document.add_object(content);
    pdf.document.get_dictionary_mut(page).unwrap().set("Contents", content);
    assert_eq!(refused(&pdf.bytes())[0], "page.inflates");
    // What says how large it is gives that much and no more.
    let sound = |bytes: Vec<u8>| assert_eq!(refused(&bytes), Vec::<String>::new());
    sound(tiff(LITTLE, &tags(24, 16, &[8; 3], 5, 2), &[lzw]));
    sound(tiff(LITTLE, &tags(24, 16, &[8; 3], 8, 2), std::slice::from_ref(&bomb)));
    let _ = refused(&png_of((24, 16), [8, 2, 0, 0, 0], b"", &bomb));
    let _ =
        refused(&png_of((24, 16), [8, 2, 0, 0, 0], &writers::chunk(b"zTXt", &bomb), &zlib(&[0; 16 * 73])));
}

#[test]
fn tiff_directories_that_lead_nowhere() {
    let image = bitonal_drawing(16, 16);
    let whole = tiff(LITTLE, &bitonal_tags(&image, 4), &[g4(&image)]);
    let directory = u32::from_le_bytes(whole[4..8].try_into().unwrap());
    let mut cyclic = whole.clone();
    let end = cyclic.len();
    cyclic[end - 4..].copy_from_slice(&directory.to_le_bytes());
    assert_eq!(open(&cyclic).unwrap_err().code, "tiff.cyclic");
    let page = (bitonal_tags(&image, 4), vec![g4(&image)]);
    let many = writers::tiff_of_pages(LITTLE, &vec![page; 10_000]);
    assert_eq!(open(&many).unwrap_err().code, "source.too_many_pages");
    // A hundred strips that are all the whole file.
    let mut shared = bitonal_tags(&image, 1);
    shared.push((278, 4, vec![1]));
    let mut overlapping = tiff(LITTLE, &shared, &vec![vec![0; 2]; 16]);
    let length = overlapping.len() as u32;
    let counts = overlapping.windows(8).position(|w| w == [2, 0, 0, 0, 2, 0, 0, 0]).unwrap();
    for i in 0..16 {
        overlapping[counts + 4 * i..counts + 4 * i + 4].copy_from_slice(&(length - 40).to_le_bytes());
    }
    assert!(tried(&overlapping, &tight()).contains(&"tiff.overlapping".to_owned()));
    let mut tiny = tags(1000, 1000, &[1], 1, 0);
    tiny.extend([(322, 3, vec![1]), (323, 3, vec![1])]);
    assert_eq!(tried(&tiff(LITTLE, &tiny, &[vec![0]]), &tight())[0], "tiff.cells");
    // Offsets at the far end of 64 bits.
    let big = tiff(LAYOUTS[2], &bitonal_tags(&image, 4), &[g4(&image)]);
    for at in 8..big.len() - 8 {
        let mut file = big.clone();
        file[at..at + 8].fill(0xFF);
        tried(&file, &tight());
    }
}

/// A file of these objects, numbered from 1; the first is the catalog.
fn raw_pdf(objects: &[String]) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (object, number) in objects.iter().zip(1..) {
        places.push(out.len());
        out.extend(format!("{number} 0 obj\n{object}\nendobj\n").bytes());
    }
    let table = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).bytes());
    places.iter().for_each(|p| out.extend(format!("{p:010} 00000 n \n").bytes()));
    out.extend(
        format!("trailer\n<< /Root 1 0 R /Size {} >>\nstartxref\n{table}\n%%EOF", places.len() + 1).bytes(),
    );
    out
}

#[test]
fn page_trees_without_end() {
    let file = |objects: &[&str]| raw_pdf(&objects.iter().map(|o| (*o).to_owned()).collect::<Vec<_>>());
    let catalog = "<< /Type /Catalog /Pages 2 0 R >>";
    let cyclic = file(&[
        catalog,
        "<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 9 >>",
        "<< /Type /Page /Parent 2 0 R >>",
    ]);
    let parents = file(&[
        catalog,
        "<< /Type /Pages /Parent 3 0 R /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R >>",
    ]);
    let form = "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources 5 0 R /Length 6 >>\nstream\n/F0 Do\nendstream";
    let selves = file(&[
        catalog,
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Resources 5 0 R /Contents 4 0 R >>",
        "<< /Length 6 >>\nstream\n/F0 Do\nendstream",
        "<< /XObject << /F0 6 0 R >> >>",
        form,
    ]);
    for bytes in [cyclic, parents, selves] {
        tried(&bytes, &tight());
    }
    let nested =
        format!("<< /Type /Pages /Kids [3 0 R] /Count 1 /X {}{} >>", "[".repeat(20_000), "]".repeat(20_000));
    tried(&file(&[catalog, &nested, "<< /Type /Page /Parent 2 0 R >>"]), &tight());
    let deep: Vec<String> = std::iter::once(catalog.to_owned())
        .chain((2..3_000).map(|n| format!("<< /Type /Pages /Kids [{} 0 R] /Count 1 >>", n + 1)))
        .chain(["<< /Type /Page >>".to_owned()])
        .collect();
    tried(&raw_pdf(&deep), &tight());
    let kids: Vec<String> = (3..10_003).map(|n| format!("{n} 0 R")).collect();
    let many: Vec<String> =
        [catalog.to_owned(), format!("<< /Type /Pages /Kids [{}] /Count 10000 >>", kids.join(" "))]
            .into_iter()
            .chain((0..10_000).map(|_| "<< /Type /Page /Parent 2 0 R >>".to_owned()))
            .collect();
    assert_eq!(open(&raw_pdf(&many)).unwrap_err().code, "source.too_many_pages");
    let claim = file(&[catalog, "<< /Type /Pages /Kids [] /Count 2000000000 >>"]);
    assert_eq!(open(&claim).unwrap_err().code, "pdf.no_pages");
}

#[test]
fn fax_parameters_from_strangers() {
    for (columns, rows) in [(i64::MAX, 16), (60_000, 16), (0, 16), (-5, 16), (24, i64::MAX)] {
        let mut dict = image("CCITTFaxDecode", "DeviceGray", 1);
        dict.set("DecodeParms", dictionary! { "K" => -1, "Columns" => columns, "Rows" => rows });
        tried(&pdf_of(dict, g4(&bitonal_drawing(24, 16)), Dictionary::new()), &tight());
    }
    let mut dict = image("DCTDecode", "DeviceRGB", 8);
    dict.set("Decode", Object::Integer(7));
    tried(&pdf_of(dict, jpeg(), Dictionary::new()), &tight());
}

/// One change a disk, a network or an attacker makes.
#[derive(Clone, Debug)]
enum Damage {
    Flip(usize, u8),
    Number(usize, u32),
    Fill(usize, usize, u8),
    Repeat(usize, usize),
    Remove(usize, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<prop::sample::Index>().prop_map(|i| i.index(1 << 20));
    let numbers =
        prop::sample::select(vec![0, 1, 255, 65_535, 60_000, 0x7FFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFF0]);
    prop_oneof![
        4 => (at.clone(), any::<u8>()).prop_map(|(a, b)| Damage::Flip(a, b)),
        2 => (at.clone(), numbers).prop_map(|(a, n)| Damage::Number(a, n)),
        1 => (at.clone(), 1..40usize, any::<u8>()).prop_map(|(a, n, b)| Damage::Fill(a, n, b)),
        1 => (at.clone(), 1..40usize).prop_map(|(a, n)| Damage::Repeat(a, n)),
        1 => (at, 1..40usize).prop_map(|(a, n)| Damage::Remove(a, n)),
    ]
}

fn damaged_by(bytes: &[u8], damage: &[Damage]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for change in damage {
        let length = out.len().max(1);
        let part = |at: usize, n: usize| (at % length, (at % length + n).min(out.len()));
        match *change {
            Damage::Flip(at, bits) => out.iter_mut().skip(at % length).take(1).for_each(|b| *b ^= bits),
            Damage::Number(at, n) => {
                out.iter_mut().skip(at % length).zip(n.to_le_bytes()).for_each(|(to, from)| *to = from);
            }
            Damage::Fill(at, n, value) => out.iter_mut().skip(at % length).take(n).for_each(|b| *b = value),
            Damage::Repeat(at, n) => {
                let (from, to) = part(at, n);
                let again = out[from..to].to_vec();
                out.splice(to..to, again);
            }
            Damage::Remove(at, n) => {
                let (from, to) = part(at, n);
                out.drain(from..to);
            }
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_never_panic(which in 0..9usize, damage in prop::collection::vec(damage(), 1..6)) {
        let (_, bytes) = &sound()[which];
        tried(&damaged_by(bytes, &damage), &tight());
    }
}
