//! PDF: scanned pages by their own image stream, everything else drawn.
//!
//! A page that shows one image over most of its area, and nothing else, is
//! that image. Its JPEG or G4 stream is used as it is, other codings are
//! decoded with the pixels they are stored with. Composed pages are drawn at
//! 300 dpi, large plans at what the limits allow.

mod described;
mod drawn;
mod glyphs;
mod inflate;
mod invoice;
mod jbig2;
mod nature;
mod shown;
mod whole;

pub use drawn::Drawn;
pub use glyphs::{OwnText, PageGlyphs};

use super::ccitt::{self, Fax};
use super::source::Source;
use super::{Result, cmyk_note, damaged, depth_note, jpeg, missing_rows, opened, samples};
use crate::model::invoice::ElectronicInvoice;
use crate::model::limits::Limits;
use crate::model::notes::{Note, Outcome, Severity};
use crate::model::page::{Coding, Colour, Format, KeptImage, OpenedSource, SourcePage};
use crate::page::raster::{Pixels, Raster};
use described::{describe, fax_parameter, jpeg_of};
use hayro_ccitt::EncodingMode;
use lopdf::{Document, LoadOptions, Object, ObjectId, Stream};
use shown::{Shown, look};
use std::borrow::Cow;

/// Bytes an object stream may unpack to; 100,000 objects are about 10 MiB.
const OBJECTS_BYTES_MAX: u64 = 128 << 20;
/// Bytes at the end of a file in which its end mark stands.
const TAIL: usize = 4096;
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
    if let Some(invoice) = invoice::find(&parsed.document) {
        let text = format!(
            "Die Datei enthält eine elektronische Rechnung und bleibt, wie sie ist ({}).",
            invoice.name
        );
        opened.notes.push(Note::info(crate::model::invoice::NOTE, text));
    }
    if parsed.document.was_encrypted() {
        opened.restricted = true;
        opened.notes.push(nature::restricted());
    }
    let ended = contains(&bytes[bytes.len().saturating_sub(TAIL)..], b"%%EOF");
    if parsed.pages.is_empty() {
        let what =
            if ended { "die PDF-Datei enthält keine Seite" } else { "die PDF-Datei ist abgeschnitten" };
        return Err(damaged("pdf.no_pages", what));
    }
    if parsed.pages.len() > limits.pages_max as usize {
        return Err(super::too_many_pages(limits));
    }
    opened.notes.extend(nature::repaired(&parsed.document, ended));
    opened.notes.extend(nature::pages_missing(whole::pages_missing(&parsed.document, parsed.pages.len())));
    if jbig2::anywhere(&parsed.document) {
        let text =
            "Irgendwo in der Datei steckt JBIG2; für ersetzendes Scannen unzulässig (TR-03138 A.SC.12).";
        opened.notes.push(Note::info("source.jbig2", text));
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

/// The electronic invoice inside the file, if there is one.
pub fn electronic_invoice(source: &Source, limits: &Limits) -> Option<ElectronicInvoice> {
    invoice::find(&source.pdf(limits).ok()?.document)
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
            return jpeg::decode(&stream(&image)?, limits);
        }
        return decode_fax(&parsed.document, &image);
    }
    let id = parsed.page(page.number)?;
    inflate::check(&parsed.document, id, &parsed.counted, limits.inflated_bytes_max)?;
    let drawn = source.drawn()?;
    let mut found = match page.coding {
        Coding::Composed => drawn::render(drawn, page)?,
        _ => drawn::picture(drawn, page)?,
    };
    if !found.notes.iter().any(|note| note.severity == Severity::Review) {
        found.notes.extend(whole::doubts(&parsed.document, id, &parsed.counted));
    }
    Ok(found)
}

/// The JPEG stream of a page that is one.
fn stream<'a>(image: &Shown<'a>) -> Result<Cow<'a, [u8]>> {
    jpeg_of(image.stream).ok_or_else(|| damaged("jpeg.header", "der JPEG-Strom lässt sich nicht auspacken"))
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
            return jpeg::kept(&stream(&image)?, limits);
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
    if page.coding == Coding::Lossless && deep(parsed, page)? {
        notes.push(depth_note());
        return Ok(Outcome { value: samples(value), notes });
    }
    notes.push(match page.coding {
        Coding::Composed => Note::info(
            "page.rendered",
            format!(
                "Die Seite besteht nicht aus einem Bild und wurde mit {:.0} dpi dargestellt.",
                page.dpi.map_or(0.0, |dpi| dpi.x)
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

/// Whether the picture of a page has sixteen bits a sample.
fn deep(parsed: &Parsed, page: &SourcePage) -> Result<bool> {
    let image = look(&parsed.document, parsed.page(page.number)?, usize::MAX).shown;
    Ok(image.is_some_and(|i| {
        i.stream.dict.get(b"BitsPerComponent").and_then(Object::as_i64).is_ok_and(|b| b == 16)
    }))
}

/// The page's own words, and the turn that makes them upright.
pub fn text_layer(source: &Source, page: &SourcePage) -> OwnText {
    match source.drawn().and_then(|drawn| drawn.page(page.number)) {
        Ok(shown) => glyphs::read(shown, page),
        Err(_) => OwnText::None,
    }
}
