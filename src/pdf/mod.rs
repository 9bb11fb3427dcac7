//! Document -> PDF/A bytes.
//!
//! In: kept images with their orientation and words, and the sender's own file
//! if it shall come along. Out: the bytes of a PDF/A-2b, or of a PDF/A-3b with
//! that file attached; the same for the same input: no clock, no chance. Image
//! streams go in byte for byte; mirror and turn are in the page matrix; the
//! words lie invisibly over their boxes. What was written is read back before
//! it counts.

mod attachment;
mod chart;
mod font;
mod icc;
mod image;
mod inside;
mod metadata;
mod report;
mod seal;
mod sheet;
mod specimen;
mod text_layer;

pub use chart::{CODES as CHART_CODES, FIELDS as CHART_FIELDS, PREFIX as CHART, chart};
pub use inside::{Inside, inside, inside_of_stranger};
pub use report::{Line, report};
pub use seal::{Evidence, FoundSeal, OpenSeal, evidence, find_seal, prepare_seal};
pub use sheet::sheet as cover_sheet;
pub use specimen::{LINES as SPECIMEN_LINES, ROWS as SPECIMEN_ROWS, specimen};

use crate::model::geometry::{Dpi, Orientation, Turn};
use crate::model::hash::ContentHash;
use crate::model::page::{KeptImage, PageText};
use crate::model::refusal::Refusal;
use crate::record::{Body, canonical};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, StringFormat, dictionary};
use serde::{Deserialize, Serialize};

/// One page of the product.
#[derive(Clone, Debug)]
pub struct ProductPage {
    /// What is archived.
    pub kept: KeptImage,
    /// File orientation and applied turn together.
    pub orientation: Orientation,
    /// Resolution of the stored image.
    pub dpi: Dpi,
    /// Words in pixels of the image after turning.
    pub text: PageText,
}

/// What the metadata say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// Title: kind and document id; no words of the letter.
    pub title: String,
    /// Document id.
    pub document_id: String,
    /// Program and version.
    pub producer: String,
    /// When the batch was taken over, RFC 3339 UTC to the second: the file's creation date.
    pub created: String,
}

/// The sender's own file, kept beside its pages (ISO 19005-3, 6.8).
#[derive(Clone, Copy, Debug)]
pub struct Original<'a> {
    /// Name the file came with.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// Makes the PDF: PDF/A-3b if the original comes along, PDF/A-2b if not. The record goes into its metadata,
/// completed by the hashes of the image streams as they are written.
pub fn assemble(
    pages: &[ProductPage],
    about: &About,
    original: Option<Original<'_>>,
    mut record: Option<&mut Body>,
) -> Result<Vec<u8>, Refusal> {
    let mut pdf = Document::with_version("1.7");
    let tree = pdf.new_object_id();
    let font = font::embed(&mut pdf);
    let mut kids = Vec::with_capacity(pages.len());
    let mut identity = about.document_id.clone().into_bytes();
    for (index, page) in pages.iter().enumerate() {
        let (picture, size) = image::embed(&mut pdf, &page.kept)?;
        let noted = record.as_mut().and_then(|r| r.pages.get_mut(index)).and_then(|p| p.kept.as_mut());
        if let (Some(noted), Ok(stream)) = (noted, pdf.get_object(picture).and_then(Object::as_stream)) {
            noted.stream_sha256 = ContentHash::of(&stream.content).hex();
        }
        identity.extend(ContentHash::of(stream_bytes(&page.kept)).0);
        let (width, height) = page_points(size, page);
        let mut content = image::placement(page.orientation, width, height);
        content.extend(text_layer::operators(page, width, height));
        let content = pdf.add_object(image::deflated(Dictionary::new(), &content));
        kids.push(Object::Reference(pdf.add_object(dictionary! {
            "Type" => "Page",
            "Parent" => tree,
            "MediaBox" => vec![0.into(), 0.into(), real(width), real(height)],
            "Resources" => dictionary! {
                "XObject" => dictionary! { "Im0" => picture },
                "Font" => dictionary! { "F0" => font },
            },
            "Contents" => content,
        })));
    }
    let record = record.map(|body| String::from_utf8_lossy(&canonical::of(body)).into_owned());
    let bytes = finished(pdf, (tree, kids), about, original, record.as_deref(), &identity)?;
    check(&bytes, pages, original)?;
    Ok(bytes)
}

/// Pages become a file that is PDF/A: metadata, colours, catalog, identifier.
fn finished(
    mut pdf: Document,
    (tree, kids): (ObjectId, Vec<Object>),
    about: &About,
    original: Option<Original<'_>>,
    record: Option<&str>,
    identity: &[u8],
) -> Result<Vec<u8>, Refusal> {
    let count = i64::try_from(kids.len()).unwrap_or(i64::MAX);
    pdf.objects.insert(tree, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }.into());
    let profile = pdf.add_object(image::deflated(dictionary! { "N" => 3 }, &icc::srgb()));
    let intent = pdf.add_object(dictionary! {
        "Type" => "OutputIntent",
        "S" => "GTS_PDFA1",
        "OutputConditionIdentifier" => text("sRGB"),
        "Info" => text("sRGB IEC61966-2.1"),
        "DestOutputProfile" => profile,
    });
    let xmp = metadata::xmp(about, if original.is_some() { 3 } else { 2 }, record).into_bytes();
    // ISO 19005-2, 6.6.2.1: the metadata stream is never compressed.
    let xmp =
        Stream::new(dictionary! { "Type" => "Metadata", "Subtype" => "XML" }, xmp).with_compression(false);
    let packet = xmp.content.clone();
    let xmp = pdf.add_object(xmp);
    let mut catalog = dictionary! {
        "Type" => "Catalog",
        "Pages" => tree,
        "Metadata" => xmp,
        "OutputIntents" => vec![intent.into()],
        "Lang" => text("de-DE"),
    };
    if let Some(original) = original {
        attachment::attach(&mut pdf, &mut catalog, original, about);
    }
    let catalog = pdf.add_object(catalog);
    let info = pdf.add_object(metadata::info(about));
    let id = ContentHash::of(identity).0[..16].to_vec();
    let id = Object::String(id, StringFormat::Hexadecimal);
    pdf.trailer.set("Root", catalog);
    pdf.trailer.set("Info", info);
    pdf.trailer.set("ID", vec![id.clone(), id]);
    let mut bytes = Vec::new();
    pdf.save_to(&mut bytes).map_err(|e| failed(&e.to_string()))?;
    inside::fill_digest(&mut bytes, &packet);
    Ok(bytes)
}

/// Reads back what was written: every page there, every kept stream and the original unaltered.
fn check(bytes: &[u8], pages: &[ProductPage], original: Option<Original<'_>>) -> Result<(), Refusal> {
    let pdf = Document::load_mem(bytes).map_err(|e| failed(&e.to_string()))?;
    let written = pdf.get_pages();
    if written.len() != pages.len() {
        return Err(failed("eine Seite fehlt"));
    }
    for (id, page) in written.values().zip(pages) {
        let expected = match &page.kept {
            KeptImage::Jpeg { stream, .. } | KeptImage::G4 { stream, .. } | KeptImage::Png { stream, .. } => {
                stream
            }
            _ => continue,
        };
        let found = || -> Option<&Stream> {
            let page = pdf.get_dictionary(*id).ok()?;
            let objects =
                page.get(b"Resources").ok()?.as_dict().ok()?.get(b"XObject").ok()?.as_dict().ok()?;
            pdf.get_object(objects.get(b"Im0").ok()?.as_reference().ok()?).ok()?.as_stream().ok()
        };
        if found().map(|s| &s.content) != Some(expected) {
            return Err(failed("ein Bildstrom wurde verändert"));
        }
    }
    if original.is_some_and(|o| attachment::attached(&pdf) != Some(o.bytes)) {
        return Err(failed("die angehängte Datei wurde verändert"));
    }
    Ok(())
}

fn failed(what: &str) -> Refusal {
    Refusal::new(
        "pdf.not_written",
        format!("Die Archivdatei konnte nicht erzeugt werden ({what})."),
        "Programmfehler, bitte melden; der Scan liegt unversehrt im Tresor.",
    )
}

fn stream_bytes(kept: &KeptImage) -> &[u8] {
    match kept {
        KeptImage::Jpeg { stream, .. } | KeptImage::G4 { stream, .. } | KeptImage::Png { stream, .. } => {
            stream
        }
        KeptImage::Bits { rows, .. } | KeptImage::Grey { rows, .. } | KeptImage::Rgb { rows, .. } => rows,
    }
}

/// Page size in points after turning.
fn page_points((width, height): (u32, u32), page: &ProductPage) -> (f32, f32) {
    // ISO 19005-2, 6.1.13 by way of ISO 32000-1 annex C: 3 to 14,400 points a side.
    let points = |pixels: u32, dpi: f32| (pixels as f32 * 72.0 / dpi.max(1.0)).clamp(3.0, 14_400.0);
    let size = (points(width, page.dpi.x), points(height, page.dpi.y));
    match page.orientation.turn {
        Turn::None | Turn::Half => size,
        Turn::Right | Turn::Left => (size.1, size.0),
    }
}

fn text(value: &str) -> Object {
    Object::String(value.as_bytes().to_vec(), StringFormat::Literal)
}

fn real(value: f32) -> Object {
    Object::Real((value * 1000.0).round() / 1000.0)
}

#[cfg(test)]
mod tests;
