//! PDF: scanned pages by their own image stream, everything else drawn.
//!
//! A page that shows one image over most of its area, and nothing else, is
//! that image. Its JPEG or G4 stream is used as it is, other codings are
//! decoded with the pixels they are stored with. Composed pages are drawn at
//! 300 dpi, large plans at what the limits allow.

mod drawn;
mod glyphs;
mod inflate;
mod nature;
mod shown;

pub use drawn::Drawn;
pub use glyphs::{OwnText, PageGlyphs};

use super::ccitt::{self, Fax};
use super::source::Source;
use super::{Result, cmyk_note, damaged, jpeg, missing_rows, opened, samples};
use crate::model::geometry::{Dpi, Orientation, Turn};
use crate::model::limits::Limits;
use crate::model::notes::{Note, Outcome};
use crate::model::page::{Coding, Colour, Format, KeptImage, OpenedSource, SourcePage};
use crate::page::raster::{Pixels, Raster};
use hayro_ccitt::EncodingMode;
use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId, Stream};
use shown::{Shown, inherited, look, page_size};

/// Pixels per inch of drawn pages.
const RENDER_DPI: f32 = 300.0;
/// Bytes an object stream may unpack to; 100,000 objects are about 10 MiB.
const OBJECTS_BYTES_MAX: u64 = 128 << 20;
/// Bytes of page descriptions unpacked while opening a file; pages beyond count as composed.
const LOOKED_AT_MAX: usize = 256 << 20;

/// The objects of a file, and its pages in order.
#[derive(Debug)]
pub struct Parsed {
    document: Document,
    pages: Vec<ObjectId>,
    counted: inflate::Counted,
}

impl Parsed {
    fn page(&self, number: u32) -> Result<ObjectId> {
        let place = number.checked_sub(1).and_then(|n| self.pages.get(n as usize));
        place.copied().ok_or_else(|| damaged("pdf.page_missing", "die Seite steht nicht im Verzeichnis"))
    }
}

/// Reads the objects; streams stay packed.
pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Parsed> {
    let most = limits.inflated_bytes_max.min(OBJECTS_BYTES_MAX);
    let options = LoadOptions::with_max_decompressed_size(usize::try_from(most).unwrap_or(usize::MAX));
    let document = Document::load_mem_with_options(bytes, options).map_err(|e| damaged("pdf.damaged", e))?;
    // One more than allowed: the caller refuses by count.
    let pages = document.page_iter().take(limits.pages_max as usize + 1).collect();
    Ok(Parsed { document, pages, counted: inflate::Counted::default() })
}

pub fn open(source: &Source, limits: &Limits) -> Result<OpenedSource> {
    let bytes = source.bytes();
    let mut opened = opened(Format::Pdf, Vec::new());
    let parsed = match source.pdf(limits) {
        Ok(parsed) => parsed,
        Err(refusal) if contains(bytes, b"/Encrypt") => {
            opened.signed = contains(bytes, b"/ByteRange");
            opened.encrypted = true;
            opened.notes.push(nature::locked(&refusal.text));
            return Ok(opened);
        }
        Err(refusal) => return Err(refusal),
    };
    if parsed.document.is_encrypted() {
        opened.signed = contains(bytes, b"/ByteRange");
        opened.encrypted = true;
        opened.notes.push(nature::locked("Kennwort nötig"));
        return Ok(opened);
    }
    opened.signed = nature::signed(&parsed.document);
    opened.claims_pdfa = nature::claims_pdfa(&parsed.document);
    if opened.signed {
        opened.notes.push(Note::info(
            "source.signed",
            "Die Datei trägt eine elektronische Signatur und wird nicht verändert.",
        ));
    }
    if parsed.document.was_encrypted() {
        opened.restricted = true;
        opened.notes.push(nature::restricted());
    }
    if parsed.pages.is_empty() {
        return Err(damaged("pdf.no_pages", "die PDF-Datei enthält keine Seite"));
    }
    if parsed.pages.len() > limits.pages_max as usize {
        return Err(super::too_many_pages(limits));
    }
    let mut left = LOOKED_AT_MAX;
    for (&id, number) in parsed.pages.iter().zip(1..) {
        let looked = look(&parsed.document, id, left);
        left -= looked.cost.min(left);
        opened.pages.push(describe(&parsed.document, number, id, looked.shown, limits));
    }
    Ok(opened)
}

fn contains(hay: &[u8], needle: &[u8]) -> bool {
    hay.windows(needle.len()).any(|w| w == needle)
}

fn describe(
    document: &Document,
    number: u32,
    page: ObjectId,
    shown: Option<Shown<'_>>,
    limits: &Limits,
) -> SourcePage {
    let turn = inherited(document, page, b"Rotate")
        .and_then(|o| o.as_i64().ok())
        .and_then(|d| Turn::from_degrees(i32::try_from(d).ok()?))
        .unwrap_or_default();
    if let Some(image) = shown.filter(|image| usable(document, image)) {
        let (width, height) = stored_size(&image);
        return SourcePage {
            number,
            width,
            height,
            dpi: Some(Dpi {
                x: width as f32 * 72.0 / image.points.0,
                y: height as f32 * 72.0 / image.points.1,
            }),
            orientation: image.orientation.turned(turn),
            colour: image_colour(document, image.stream),
            coding: coding(document, &image),
            notes: if coding(document, &image) == Coding::Jbig2 {
                vec![super::jbig2_note()]
            } else {
                Vec::new()
            },
        };
    }
    let (width, height) = page_size(document, page);
    let unit = document.get_dictionary(page).and_then(|d| d.get(b"UserUnit")).and_then(Object::as_float);
    let inches = unit.ok().filter(|u| (1.0..=1000.0).contains(u)).unwrap_or(1.0) / 72.0;
    let mut notes = Vec::new();
    let mut dpi = RENDER_DPI;
    // A plan of A0 at 300 dpi is 140 megapixels: it is drawn as finely as a page may be.
    let most = (limits.page_pixels_max as f32 / (width * inches * height * inches)).sqrt();
    let most = most.min(limits.page_side_max.min(65_000) as f32 / (width.max(height) * inches));
    if most < dpi {
        dpi = (most * 0.99).floor().max(1.0);
        notes.push(Note::info(
            "page.rendered_coarser",
            format!("Das Blatt ist sehr groß und wurde mit {dpi:.0} dpi dargestellt."),
        ));
    }
    let pixels = |points: f32| (points * inches * dpi).round().clamp(1.0, 65_000.0) as u32;
    // The renderer applies /Rotate itself.
    let (width, height) = if turn.swaps_sides() { (height, width) } else { (width, height) };
    if uses_jbig2(document, page) {
        notes.push(super::jbig2_note());
    }
    SourcePage {
        number,
        width: pixels(width),
        height: pixels(height),
        dpi: Some(Dpi { x: dpi, y: dpi }),
        orientation: Orientation::default(),
        colour: Colour::Colour,
        coding: Coding::Composed,
        notes,
    }
}

/// JPEG says itself how large it is; its dictionary may be wrong.
fn stored_size(image: &Shown<'_>) -> (u32, u32) {
    let header =
        if filters(image.stream) == [b"DCTDecode"] { jpeg::header(&image.stream.content) } else { None };
    header.map_or((image.width, image.height), |h| (h.width, h.height))
}

/// Pictures whose samples mean what they say; others are drawn as part of their page.
fn usable(document: &Document, image: &Shown<'_>) -> bool {
    let decode = image.stream.dict.get(b"Decode").ok().and_then(|o| document.dereference(o).ok());
    let plain = match decode {
        None => true,
        Some((_, Object::Array(list))) => {
            let bitonal = list.len() == 2 && image_colour(document, image.stream) == Colour::Bitonal;
            let usual = list.chunks(2).all(|pair| {
                let number = |i: usize| pair.get(i).and_then(|o| o.as_float().ok());
                number(0) == Some(0.0) && number(1).is_some_and(|v| v >= 1.0)
            });
            bitonal || usual
        }
        Some(_) => false,
    };
    plain && honest(document, image)
}

/// A JPEG or fax stream goes into the product with the device's colours, so it must mean just these. CMYK
/// inside PDF may be stored either way round, inks of one's own are no grey: the renderer knows the rules.
fn honest(document: &Document, image: &Shown<'_>) -> bool {
    let components = match filters(image.stream).as_slice() {
        [b"DCTDecode"] => jpeg::header(&image.stream.content).map_or(0, |h| h.components),
        [b"CCITTFaxDecode"] => 1,
        _ => return true,
    };
    let converted = parameters(document, image.stream).is_some_and(|p| p.has(b"ColorTransform"));
    let space = image.stream.dict.get(b"ColorSpace").ok().and_then(|o| document.dereference(o).ok());
    let wanted = match space.map(|(_, o)| o) {
        None => components,
        Some(Object::Name(name)) => {
            if name == b"DeviceGray" {
                1
            } else {
                3 * u8::from(name == b"DeviceRGB")
            }
        }
        Some(Object::Array(list)) => space_components(document, list).unwrap_or(0),
        Some(_) => 0,
    };
    matches!(components, 1 | 3) && wanted == components && !converted
}

/// Components of a space that is grey or RGB, measured or by profile.
fn space_components(document: &Document, list: &[Object]) -> Option<u8> {
    match list.first()?.as_name().ok()? {
        b"CalGray" | b"DeviceGray" => Some(1),
        b"CalRGB" | b"DeviceRGB" => Some(3),
        b"ICCBased" => {
            let profile = document.dereference(list.get(1)?).ok()?.1.as_stream().ok()?;
            u8::try_from(profile.dict.get(b"N").ok()?.as_i64().ok()?).ok()
        }
        _ => None,
    }
}

fn coding(document: &Document, image: &Shown<'_>) -> Coding {
    match filters(image.stream).as_slice() {
        [b"DCTDecode"] => Coding::Jpeg,
        [b"CCITTFaxDecode"] if fax_parameter(document, image.stream, b"K") < 0 => Coding::G4,
        [b"CCITTFaxDecode"] => Coding::G3,
        [.., b"JBIG2Decode"] => Coding::Jbig2,
        [.., b"JPXDecode"] => Coding::Jpx,
        _ => Coding::Lossless,
    }
}

fn filters(stream: &Stream) -> Vec<&[u8]> {
    stream.filters().unwrap_or_default()
}

/// Whether one of the pictures a composed page may use is JBIG2.
fn uses_jbig2(document: &Document, page: ObjectId) -> bool {
    let dictionary = |o: &Object| document.dereference(o).ok().and_then(|(_, o)| o.as_dict().ok().cloned());
    let objects = inherited(document, page, b"Resources")
        .and_then(|o| o.as_dict().ok())
        .and_then(|d| d.get(b"XObject").ok())
        .and_then(dictionary)
        .unwrap_or_default();
    let jbig2 = |o: &Object| {
        let stream = document.dereference(o).ok().and_then(|(_, o)| o.as_stream().ok());
        stream.is_some_and(|s| filters(s).contains(&b"JBIG2Decode".as_slice()))
    };
    objects.iter().any(|(_, o)| jbig2(o))
}

fn image_colour(document: &Document, stream: &Stream) -> Colour {
    let bits = stream.dict.get(b"BitsPerComponent").and_then(Object::as_i64).unwrap_or(8);
    let mask = stream.dict.get(b"ImageMask").and_then(Object::as_bool).unwrap_or(false);
    if bits == 1 || mask || filters(stream).iter().any(|f| matches!(*f, b"CCITTFaxDecode" | b"JBIG2Decode")) {
        return Colour::Bitonal;
    }
    let space = stream.dict.get(b"ColorSpace").ok().and_then(|o| document.dereference(o).ok());
    match space {
        Some((_, Object::Name(name))) if name == b"DeviceGray" => Colour::Grey,
        _ => Colour::Colour,
    }
}

fn parameters<'a>(document: &'a Document, stream: &'a Stream) -> Option<&'a Dictionary> {
    let value = document.dereference(stream.dict.get(b"DecodeParms").ok()?).ok()?.1;
    match value {
        Object::Array(list) => document.dereference(list.first()?).ok()?.1.as_dict().ok(),
        other => other.as_dict().ok(),
    }
}

/// Numeric entries of the fax parameters with the defaults of ISO 32000-1, table 11.
fn fax_parameter(document: &Document, stream: &Stream, key: &[u8]) -> i64 {
    let default = if key == b"Columns" { 1728 } else { 0 };
    let value = parameters(document, stream).and_then(|d| d.get(key).ok());
    match value.and_then(|o| document.dereference(o).ok()) {
        Some((_, Object::Boolean(yes))) => i64::from(*yes),
        Some((_, other)) => other.as_i64().unwrap_or(default),
        None => default,
    }
}

/// The picture of a scanned page, if its own stream is one we decode ourselves.
fn stream_of<'a>(parsed: &'a Parsed, page: &SourcePage) -> Result<Option<Shown<'a>>> {
    if !matches!(page.coding, Coding::Jpeg | Coding::G3 | Coding::G4) {
        return Ok(None);
    }
    Ok(look(&parsed.document, parsed.page(page.number)?, usize::MAX).shown)
}

pub fn decode(source: &Source, page: &SourcePage, limits: &Limits) -> Result<Outcome<Raster>> {
    let parsed = source.pdf(limits)?;
    if let Some(image) = stream_of(parsed, page)? {
        if page.coding == Coding::Jpeg {
            let stream = &image.stream.content;
            return Ok(Outcome { value: jpeg::decode(stream, limits)?, notes: jpeg::cut_off(stream) });
        }
        return decode_fax(&parsed.document, &image);
    }
    inflate::check(&parsed.document, parsed.page(page.number)?, &parsed.counted, limits.inflated_bytes_max)?;
    let drawn = source.drawn()?;
    if page.coding == Coding::Composed {
        return drawn::render(drawn, page).map(Outcome::sure);
    }
    drawn::picture(drawn, page).map(Outcome::sure)
}

fn decode_fax(document: &Document, image: &Shown<'_>) -> Result<Outcome<Raster>> {
    let parameter = |key: &[u8]| fax_parameter(document, image.stream, key);
    let columns = u32::try_from(parameter(b"Columns")).unwrap_or(0);
    if columns == 0 || u64::from(columns) > 4 * u64::from(image.width) + 64 {
        return Err(damaged("ccitt.columns", "die Zeilenlänge passt nicht zum Bild"));
    }
    let fax = Fax {
        mode: match parameter(b"K") {
            ..0 => EncodingMode::Group4,
            0 => EncodingMode::Group3_1D,
            _ => EncodingMode::Group3_2D,
        },
        byte_aligned: parameter(b"EncodedByteAlign") == 1,
        width: columns,
        height: image.height,
    };
    let (mut grey, rows) = ccitt::decode(&image.stream.content, fax)?;
    if columns != image.width {
        let mut page = image::GrayImage::from_pixel(image.width, image.height, image::Luma([255]));
        image::imageops::replace(&mut page, &grey, 0, 0);
        grey = page;
    }
    if ones_are_black(document, image.stream) {
        grey.iter_mut().for_each(|p| *p = 255 - *p);
    }
    let lost = (image.height - rows) as f32 / image.height as f32;
    Ok(Outcome {
        value: Raster { pixels: Pixels::Grey(grey), colour: Colour::Bitonal },
        notes: missing_rows(lost),
    })
}

/// What `/BlackIs1` and `/Decode [1 0]` say together.
fn ones_are_black(document: &Document, stream: &Stream) -> bool {
    let decode = stream.dict.get(b"Decode").ok().and_then(|o| document.dereference(o).ok());
    let first = decode.and_then(|(_, o)| o.as_array().ok()?.first()?.as_float().ok());
    (fax_parameter(document, stream, b"BlackIs1") == 1) != first.is_some_and(|v| v > 0.5)
}

pub fn kept(source: &Source, page: &SourcePage, limits: &Limits) -> Result<Outcome<KeptImage>> {
    let parsed = source.pdf(limits)?;
    if let Some(image) = stream_of(parsed, page)? {
        let document = &parsed.document;
        let parameter = |key: &[u8]| fax_parameter(document, image.stream, key);
        if page.coding == Coding::Jpeg {
            return jpeg::kept(&image.stream.content, limits);
        }
        let plain = parameter(b"EncodedByteAlign") == 0 && parameter(b"EndOfLine") == 0;
        if page.coding == Coding::G4 && plain && parameter(b"Columns") == i64::from(image.width) {
            return Ok(Outcome::sure(KeptImage::G4 {
                stream: image.stream.content.clone(),
                width: image.width,
                height: image.height,
                black_is_one: ones_are_black(document, image.stream),
            }));
        }
    }
    let Outcome { value, mut notes } = decode(source, page, limits)?;
    notes.push(match page.coding {
        Coding::Composed => Note::info(
            "page.rendered",
            format!(
                "Die Seite besteht nicht aus einem Bild und wurde mit {:.0} dpi dargestellt.",
                page.dpi.map_or(RENDER_DPI, |dpi| dpi.x)
            ),
        ),
        Coding::Jpx => {
            Note::info("page.jpx_converted", "JPEG 2000 wurde dekodiert und ohne Verlust neu verpackt.")
        }
        Coding::Jpeg => cmyk_note(),
        _ => Note::info("page.rewrapped", "Das Bild wurde ohne Verlust neu verpackt."),
    });
    Ok(Outcome { value: samples(value), notes })
}

/// The page's own words, and the turn that makes them upright.
pub fn text_layer(source: &Source, page: &SourcePage) -> OwnText {
    match source.drawn().and_then(|drawn| drawn.page(page.number)) {
        Ok(shown) => glyphs::read(shown, page),
        Err(_) => OwnText::None,
    }
}
