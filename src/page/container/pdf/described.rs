//! A page as its dictionary describes it, before a pixel is decoded.

use super::inflate::is_general;
use super::shown::{Shown, inherited, unit_inches, visible};
use crate::model::geometry::{Dpi, Orientation, Turn};
use crate::model::limits::Limits;
use crate::model::notes::Note;
use crate::model::page::{Coding, Colour, SourcePage};
use crate::page::container::{jbig2_note, jpeg};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};
use std::borrow::Cow;

/// Pixels per inch of drawn pages.
const RENDER_DPI: f32 = 300.0;

/// What a page is: one picture, or composed of several things.
pub fn describe(
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
    let inches = unit_inches(document, page);
    let header = shown.and_then(|image| jpeg::header(&jpeg_of(image.stream)?));
    if let Some(image) = shown.filter(|image| usable(document, image, header)) {
        // JPEG says itself how large it is; its dictionary may be wrong.
        let (width, height) = header.map_or((image.width, image.height), |h| (h.width, h.height));
        let coding = coding(document, &image, header);
        return SourcePage {
            number,
            width,
            height,
            dpi: Some(Dpi {
                x: width as f32 / (image.points.0 * inches),
                y: height as f32 / (image.points.1 * inches),
            }),
            orientation: image.orientation.turned(turn),
            colour: image_colour(document, image.stream),
            coding,
            notes: if coding == Coding::Jbig2 { vec![jbig2_note()] } else { Vec::new() },
        };
    }
    let area = visible(document, page);
    let (width, height) = (area.width(), area.height());
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
        notes.push(jbig2_note());
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

/// The JPEG stream of a picture, out of the general filters some writers wrap it in.
pub fn jpeg_of(stream: &Stream) -> Option<Cow<'_, [u8]>> {
    let filters = filters(stream);
    let (&last, around) = filters.split_last()?;
    if last != b"DCTDecode" || !around.iter().all(|filter| is_general(filter)) {
        return None;
    }
    if around.is_empty() {
        return Some(Cow::Borrowed(&stream.content));
    }
    let mut packed = stream.clone();
    packed.dict.set("Filter", around.iter().map(|f| Object::Name(f.to_vec())).collect::<Vec<_>>());
    // JPEG hardly packs any further: what swells is something else.
    let most = stream.content.len().saturating_mul(4).saturating_add(1 << 16);
    packed.decompressed_content_with_limit(most).ok().map(Cow::Owned)
}

/// Pictures whose samples mean what they say; others are drawn as part of their page.
fn usable(document: &Document, image: &Shown<'_>, header: Option<jpeg::Header>) -> bool {
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
    plain && honest(document, image, header)
}

/// A JPEG or fax stream goes into the product with the device's colours, so it must mean just these. CMYK
/// inside PDF may be stored either way round, inks of one's own are no grey: the renderer knows the rules.
fn honest(document: &Document, image: &Shown<'_>, header: Option<jpeg::Header>) -> bool {
    let components = match (header, filters(image.stream).as_slice()) {
        (Some(header), _) => header.components,
        (None, [b"DCTDecode"]) => 0,
        (None, [b"CCITTFaxDecode"]) => 1,
        (None, _) => return true,
    };
    let converted = parameters(document, image.stream, true).is_some_and(|p| p.has(b"ColorTransform"));
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

fn coding(document: &Document, image: &Shown<'_>, header: Option<jpeg::Header>) -> Coding {
    match filters(image.stream).as_slice() {
        _ if header.is_some() => Coding::Jpeg,
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

/// Parameters of the first or the last filter.
fn parameters<'a>(document: &'a Document, stream: &'a Stream, last: bool) -> Option<&'a Dictionary> {
    let value = document.dereference(stream.dict.get(b"DecodeParms").ok()?).ok()?.1;
    match value {
        Object::Array(list) => {
            let one = if last { list.last() } else { list.first() };
            document.dereference(one?).ok()?.1.as_dict().ok()
        }
        other => other.as_dict().ok(),
    }
}

/// Numeric entries of the fax parameters with the defaults of ISO 32000-1, table 11.
pub fn fax_parameter(document: &Document, stream: &Stream, key: &[u8]) -> i64 {
    let default = if key == b"Columns" { 1728 } else { 0 };
    let value = parameters(document, stream, false).and_then(|d| d.get(key).ok());
    match value.and_then(|o| document.dereference(o).ok()) {
        Some((_, Object::Boolean(yes))) => i64::from(*yes),
        Some((_, other)) => other.as_i64().unwrap_or(default),
        None => default,
    }
}
