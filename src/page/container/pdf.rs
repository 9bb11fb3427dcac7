//! PDF: scanned pages by their own image stream, everything else rendered.
//!
//! A page that shows one image over most of its area, and no visible text, is
//! that image. Its JPEG or fax stream is used as it is. Other codings and
//! composed pages are rendered at 300 dpi, or at the image's own size.

use super::ccitt::{self, Fax};
use super::glyphs::{self, PageGlyphs};
use super::source::Source;
use super::{Result, damaged, jpeg, samples};
use crate::model::geometry::{Dpi, Orientation, Turn};
use crate::model::limits::Limits;
use crate::model::notes::{Note, Outcome};
use crate::model::page::{Coding, Colour, Format, KeptImage, OpenedSource, SourcePage};
use crate::model::refusal::Refusal;
use crate::page::raster::{Pixels, Raster};
use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use hayro_ccitt::EncodingMode;
use image::{GrayImage, RgbImage};
use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId, Stream};
use std::sync::Arc;

/// Pixels per inch of rendered pages.
const RENDER_DPI: f32 = 300.0;
/// Share of the page an image must cover to be the page.
const COVER: f32 = 0.8;

/// The objects of a file, and its pages in order.
#[derive(Debug)]
pub struct Parsed {
    document: Document,
    pages: Vec<ObjectId>,
    jbig2: bool,
}

/// The file as the renderer sees it.
pub struct Drawn(Pdf);

impl std::fmt::Debug for Drawn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Drawn({} pages)", self.0.pages().len())
    }
}

impl Parsed {
    fn page(&self, number: u32) -> Result<ObjectId> {
        let place = number.checked_sub(1).and_then(|n| self.pages.get(n as usize));
        place.copied().ok_or_else(|| damaged("pdf.page_missing", "die Seite steht nicht im Verzeichnis"))
    }
}

/// Reads the objects; streams stay packed.
pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Parsed> {
    let options = LoadOptions::with_max_decompressed_size(limits.inflated_bytes_max as usize);
    let document = Document::load_mem_with_options(bytes, options).map_err(|e| damaged("pdf.damaged", e))?;
    let pages = document.get_pages().into_values().collect();
    let jbig2 = contains_filter(&document, b"JBIG2Decode");
    Ok(Parsed { document, pages, jbig2 })
}

/// Prepares rendering.
pub fn draw(bytes: &Arc<Vec<u8>>) -> Result<Drawn> {
    Pdf::new(bytes.clone()).map(Drawn).map_err(|e| damaged("pdf.render", format!("{e:?}")))
}

pub fn open(source: &Source, limits: &Limits) -> Result<OpenedSource> {
    let bytes = source.bytes();
    let mut opened = OpenedSource {
        format: Format::Pdf,
        pages: Vec::new(),
        signed: contains(bytes, b"/ByteRange"),
        encrypted: false,
        claims_pdfa: None,
        notes: Vec::new(),
    };
    let parsed = match source.pdf(limits) {
        Ok(parsed) => parsed,
        Err(refusal) if contains(bytes, b"/Encrypt") => {
            opened.encrypted = true;
            opened.notes.push(locked(&refusal.text));
            return Ok(opened);
        }
        Err(refusal) => return Err(refusal),
    };
    if parsed.document.is_encrypted() {
        opened.encrypted = true;
        opened.notes.push(locked("Kennwort nötig"));
        return Ok(opened);
    }
    if opened.signed {
        opened.notes.push(Note::info(
            "source.signed",
            "Die Datei trägt eine elektronische Signatur und wird nicht verändert.",
        ));
    }
    if parsed.pages.is_empty() {
        return Err(damaged("pdf.no_pages", "die PDF-Datei enthält keine Seite"));
    }
    if parsed.pages.len() > limits.pages_max as usize {
        return Err(Refusal::new(
            "source.too_many_pages",
            format!("Die Datei hat {} Seiten, erlaubt sind {}.", parsed.pages.len(), limits.pages_max),
            "Stapel teilen oder die Grenze im Profil anheben.",
        ));
    }
    opened.pages = parsed.pages.iter().zip(1..).map(|(&id, number)| describe(parsed, number, id)).collect();
    Ok(opened)
}

fn locked(why: &str) -> Note {
    Note::review(
        "source.encrypted",
        format!("Die PDF-Datei ist verschlüsselt ({why}); Absender um eine offene Fassung bitten."),
    )
}

fn contains(hay: &[u8], needle: &[u8]) -> bool {
    hay.windows(needle.len()).any(|w| w == needle)
}

/// An attribute of a page or of its ancestors.
fn inherited<'a>(document: &'a Document, page: ObjectId, key: &[u8]) -> Option<&'a Object> {
    let mut node = document.get_dictionary(page).ok()?;
    for _ in 0..32 {
        if let Ok(value) = node.get(key) {
            return document.dereference(value).ok().map(|(_, o)| o);
        }
        node = document.get_dictionary(node.get(b"Parent").ok()?.as_reference().ok()?).ok()?;
    }
    None
}

/// Width and height of the page in points, before `/Rotate`.
fn page_size(document: &Document, page: ObjectId) -> (f32, f32) {
    let media = || -> Option<(f32, f32)> {
        let area =
            inherited(document, page, b"CropBox").or_else(|| inherited(document, page, b"MediaBox"))?;
        let v: Vec<f32> = area
            .as_array()
            .ok()?
            .iter()
            .filter_map(|o| document.dereference(o).ok()?.1.as_float().ok())
            .collect();
        (v.len() == 4).then(|| ((v[2] - v[0]).abs(), (v[3] - v[1]).abs()))
    };
    media().filter(|(w, h)| *w > 1.0 && *h > 1.0).unwrap_or((595.0, 842.0))
}

/// The image that is the page: its stream and the size it is shown at, in points.
struct Shown<'a> {
    stream: &'a Stream,
    width: u32,
    height: u32,
    points: (f32, f32),
}

fn shown_image(document: &Document, page: ObjectId) -> Option<Shown<'_>> {
    let content = document.get_page_content_with_limit(page, 4 << 20).ok()?;
    let content = lopdf::content::Content::decode(&content).ok()?;
    let resources = inherited(document, page, b"Resources")?.as_dict().ok()?;
    let objects = document.dereference(resources.get(b"XObject").ok()?).ok()?.1.as_dict().ok()?;
    let mut matrix = [1.0f32, 0.0, 0.0, 1.0];
    let mut stack = Vec::new();
    let mut found: Option<Shown<'_>> = None;
    let mut invisible = false;
    for operation in &content.operations {
        match operation.operator.as_str() {
            "q" => stack.push(matrix),
            "Q" => matrix = stack.pop().unwrap_or(matrix),
            "cm" => {
                let v: Vec<f32> = operation.operands.iter().filter_map(|o| o.as_float().ok()).collect();
                let [a, b, c, d, ..] = v[..] else { return None };
                let m = matrix;
                matrix = [a * m[0] + b * m[2], a * m[1] + b * m[3], c * m[0] + d * m[2], c * m[1] + d * m[3]];
            }
            "Tr" => invisible = operation.operands.first().and_then(|o| o.as_i64().ok()) == Some(3),
            "Tj" | "TJ" | "'" | "\"" if !invisible => return None,
            "f" | "F" | "f*" | "B" | "B*" | "S" | "s" | "sh" | "BI" => return None,
            "Do" => {
                let object = objects.get(operation.operands.first()?.as_name().ok()?).ok()?;
                let stream = document.dereference(object).ok()?.1.as_stream().ok()?;
                let is_image = stream.dict.get(b"Subtype").and_then(Object::as_name).ok() == Some(b"Image");
                // Upright only: a rotated or mirrored placement is rendered instead.
                if !is_image
                    || found.is_some()
                    || matrix[1] != 0.0
                    || matrix[2] != 0.0
                    || matrix[0] <= 0.0
                    || matrix[3] <= 0.0
                {
                    return None;
                }
                let side = |key| {
                    let value = document.dereference(stream.dict.get(key).ok()?).ok()?.1;
                    u32::try_from(value.as_i64().ok()?).ok()
                };
                found = Some(Shown {
                    stream,
                    width: side(b"Width")?,
                    height: side(b"Height")?,
                    points: (matrix[0], matrix[3]),
                });
            }
            _ => {}
        }
    }
    let (width, height) = page_size(document, page);
    found.filter(|s| s.points.0 * s.points.1 >= COVER * width * height && s.width > 0 && s.height > 0)
}

fn filters(stream: &Stream) -> Vec<Vec<u8>> {
    stream.filters().map(|f| f.into_iter().map(<[u8]>::to_vec).collect()).unwrap_or_default()
}

fn describe(parsed: &Parsed, number: u32, page: ObjectId) -> SourcePage {
    let document = &parsed.document;
    let turn = inherited(document, page, b"Rotate")
        .and_then(|o| o.as_i64().ok())
        .and_then(|d| Turn::from_degrees(i32::try_from(d).ok()?))
        .unwrap_or_default();
    let mut notes = Vec::new();
    if let Some(image) = shown_image(document, page) {
        let names = filters(image.stream);
        let coding = match names.first().map(Vec::as_slice) {
            Some(b"DCTDecode") if names.len() == 1 => Coding::Jpeg,
            Some(b"CCITTFaxDecode") if names.len() == 1 => {
                if fax_parameter(document, image.stream, b"K") < 0 { Coding::G4 } else { Coding::G3 }
            }
            Some(b"JBIG2Decode") => Coding::Jbig2,
            Some(b"JPXDecode") => Coding::Jpx,
            _ => Coding::Lossless,
        };
        if coding == Coding::Jbig2 {
            notes.push(Note::review(
                "source.jbig2",
                "Die Seite ist mit JBIG2 komprimiert; für ersetzendes Scannen unzulässig (TR-RESISCAN A.SC.12).",
            ));
        }
        return SourcePage {
            number,
            width: image.width,
            height: image.height,
            dpi: Some(Dpi {
                x: image.width as f32 * 72.0 / image.points.0,
                y: image.height as f32 * 72.0 / image.points.1,
            }),
            orientation: Orientation { mirror: false, turn },
            colour: image_colour(document, image.stream),
            coding,
            notes,
        };
    }
    let (width, height) = page_size(document, page);
    let pixels = |points: f32| (points * RENDER_DPI / 72.0).round().clamp(1.0, 65_000.0) as u32;
    // The renderer applies /Rotate itself.
    let (width, height) = if turn.swaps_sides() { (height, width) } else { (width, height) };
    if parsed.jbig2 {
        notes.push(Note::review(
            "source.jbig2",
            "Die Datei enthält JBIG2-Bilder; für ersetzendes Scannen unzulässig (TR-RESISCAN A.SC.12).",
        ));
    }
    SourcePage {
        number,
        width: pixels(width),
        height: pixels(height),
        dpi: Some(Dpi { x: RENDER_DPI, y: RENDER_DPI }),
        orientation: Orientation::default(),
        colour: Colour::Colour,
        coding: Coding::Composed,
        notes,
    }
}

fn contains_filter(document: &Document, name: &[u8]) -> bool {
    document.objects.values().filter_map(|o| o.as_stream().ok()).any(|s| filters(s).iter().any(|f| f == name))
}

fn image_colour(document: &Document, stream: &Stream) -> Colour {
    let bits = stream.dict.get(b"BitsPerComponent").and_then(Object::as_i64).unwrap_or(8);
    let mask = stream.dict.get(b"ImageMask").and_then(Object::as_bool).unwrap_or(false);
    if bits == 1 || mask || filters(stream).iter().any(|f| f == b"CCITTFaxDecode" || f == b"JBIG2Decode") {
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
    let Some(value) = parameters(document, stream).and_then(|d| d.get(key).ok()) else { return default };
    match value {
        Object::Boolean(yes) => i64::from(*yes),
        other => other.as_i64().unwrap_or(default),
    }
}

pub fn decode(source: &Source, page: &SourcePage, limits: &Limits) -> Result<Raster> {
    if matches!(page.coding, Coding::Jpeg | Coding::G3 | Coding::G4) {
        let parsed = source.pdf(limits)?;
        if let Some(image) = shown_image(&parsed.document, parsed.page(page.number)?) {
            return if page.coding == Coding::Jpeg {
                jpeg::decode(&image.stream.content, limits)
            } else {
                decode_fax(&parsed.document, &image)
            };
        }
    }
    render(source, page, limits)
}

fn decode_fax(document: &Document, image: &Shown<'_>) -> Result<Raster> {
    let parameter = |key: &[u8]| fax_parameter(document, image.stream, key);
    let k = parameter(b"K");
    let fax = Fax {
        mode: match k {
            ..0 => EncodingMode::Group4,
            0 => EncodingMode::Group3_1D,
            _ => EncodingMode::Group3_2D,
        },
        byte_aligned: parameter(b"EncodedByteAlign") == 1,
        width: image.width,
        height: image.height,
    };
    let mut grey = ccitt::decode(&image.stream.content, fax, &mut Vec::new())?;
    if (parameter(b"BlackIs1") == 1) != inverted_decode(image.stream) {
        grey.iter_mut().for_each(|p| *p = 255 - *p);
    }
    Ok(Raster { pixels: Pixels::Grey(grey), colour: Colour::Bitonal })
}

/// `/Decode [1 0]` turns black and white round.
fn inverted_decode(stream: &Stream) -> bool {
    stream
        .dict
        .get(b"Decode")
        .and_then(Object::as_array)
        .ok()
        .and_then(|a| a.first()?.as_float().ok())
        .is_some_and(|first| first > 0.5)
}

/// Renders the page so that it has the pixels `page` says.
fn render(source: &Source, page: &SourcePage, limits: &Limits) -> Result<Raster> {
    super::check_size(page.width, page.height, limits)?;
    if page.width > 65_000 || page.height > 65_000 {
        return Err(damaged("pdf.render", "die Seite ist zu groß zum Darstellen"));
    }
    let wrong = |what: &str| damaged("pdf.render", what);
    let pdf = &source.drawn()?.0;
    let shown =
        pdf.pages().get(page.number.saturating_sub(1) as usize).ok_or_else(|| wrong("die Seite fehlt"))?;
    let (mut width, mut height) = shown.render_dimensions();
    // Stored images are wanted before /Rotate, the renderer shows them after it.
    let turned = page.coding != Coding::Composed && page.orientation.turn != Turn::None;
    let (across, down) = if turned && page.orientation.turn.swaps_sides() {
        std::mem::swap(&mut width, &mut height);
        (page.height, page.width)
    } else {
        (page.width, page.height)
    };
    let (render_width, render_height) = shown.render_dimensions();
    let settings = PixmapSettings {
        x_scale: across as f32 / render_width,
        y_scale: down as f32 / render_height,
        bg_color: WHITE,
    };
    let cache = RenderCache::new();
    let pixmap =
        hayro::render(shown, &cache, &InterpreterSettings::default(), &RenderSettings::default(), &settings);
    let (width, height) = (u32::from(pixmap.width()), u32::from(pixmap.height()));
    let rgb: Vec<u8> = pixmap.data_as_u8_slice().chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
    let image = RgbImage::from_raw(width, height, rgb).ok_or_else(|| wrong("unerwartete Größe"))?;
    let image = if turned {
        match page.orientation.turn {
            Turn::Right => image::imageops::rotate270(&image),
            Turn::Half => image::imageops::rotate180(&image),
            _ => image::imageops::rotate90(&image),
        }
    } else {
        image
    };
    Ok(narrowed(image, page.colour))
}

/// Back to the colours the image is stored with.
fn narrowed(image: RgbImage, colour: Colour) -> Raster {
    match colour {
        Colour::Colour => Raster { pixels: Pixels::Rgb(image), colour },
        Colour::Grey | Colour::Bitonal => {
            let (width, height) = image.dimensions();
            let grey: Vec<u8> = image
                .as_raw()
                .chunks_exact(3)
                .map(|p| match colour {
                    Colour::Bitonal => {
                        if p[1] < 128 {
                            0
                        } else {
                            255
                        }
                    }
                    _ => p[1],
                })
                .collect();
            let grey = GrayImage::from_raw(width, height, grey).unwrap_or_default();
            Raster { pixels: Pixels::Grey(grey), colour }
        }
    }
}

pub fn kept(source: &Source, page: &SourcePage, limits: &Limits) -> Result<Outcome<KeptImage>> {
    if matches!(page.coding, Coding::Jpeg | Coding::G4) {
        let parsed = source.pdf(limits)?;
        let document = &parsed.document;
        if let Some(image) = shown_image(document, parsed.page(page.number)?) {
            let parameter = |key: &[u8]| fax_parameter(document, image.stream, key);
            if page.coding == Coding::Jpeg {
                return jpeg::kept(&image.stream.content, limits);
            }
            if parameter(b"EncodedByteAlign") == 0 && parameter(b"Columns") == i64::from(image.width) {
                return Ok(Outcome::sure(KeptImage::G4 {
                    stream: image.stream.content.clone(),
                    width: image.width,
                    height: image.height,
                    black_is_one: (parameter(b"BlackIs1") == 1) != inverted_decode(image.stream),
                }));
            }
        }
    }
    let value = samples(decode(source, page, limits)?);
    let note = match page.coding {
        Coding::Composed => Note::info(
            "page.rendered",
            "Die Seite besteht aus Text und Grafik und wurde mit 300 dpi dargestellt.",
        ),
        _ => Note::info("page.rewrapped", "Das Bild wurde ohne Verlust neu verpackt."),
    };
    Ok(Outcome { value, notes: vec![note] })
}

/// The page's own words, and the turn that makes them upright.
pub fn text_layer(source: &Source, page: &SourcePage) -> Option<PageGlyphs> {
    let pages = source.drawn().ok()?.0.pages();
    glyphs::read(pages.get(page.number.checked_sub(1)? as usize)?, page.width, page.height)
}
