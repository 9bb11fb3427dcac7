//! Opens what scanners deliver: TIFF, JPEG, PNG, PDF, and folders of them.
//!
//! In: the bytes of a source. Out: its pages as the container describes them,
//! decoded samples, and the image that is archived. Format by content, never by
//! name; every size from the file is checked against the limits before
//! anything is allocated. A page that cannot be decoded is that page's matter,
//! a file that cannot be opened is refused with a reason.

mod bits;
mod ccitt;
mod folder;
mod jpeg;
mod pdf;
mod png;
mod source;
mod tiff;

pub use pdf::{OwnText, PageGlyphs};
pub use source::Source;

use super::raster::{Pixels, Raster};
use crate::model::bundle;
use crate::model::geometry::Dpi;
use crate::model::invoice::ElectronicInvoice;
use crate::model::limits::Limits;
use crate::model::notes::{Note, Outcome};
use crate::model::page::{Colour, Format, KeptImage, OpenedSource, SourcePage};
use crate::model::refusal::Refusal;

type Result<T> = std::result::Result<T, Refusal>;

/// Resolutions outside this window are mistakes of the writer (pixels per inch).
const DPI_PLAUSIBLE: std::ops::RangeInclusive<f32> = 70.0..=1200.0;
/// Resolutions below this are what software writes that knows none (72, 96), if the paper tells another.
const DPI_SCANNED_MIN: f32 = 100.0;
/// Short and long side in millimetres: A3, A4, A5, A6, letter, legal.
const PAPERS_MM: [(f32, f32); 6] =
    [(297.0, 420.0), (210.0, 297.0), (148.0, 210.0), (105.0, 148.0), (215.9, 279.4), (215.9, 355.6)];
/// Resolutions scanners have; a paper size only counts if it gives one of them.
const DPI_USUAL: [f32; 8] = [100.0, 150.0, 200.0, 240.0, 300.0, 400.0, 600.0, 1200.0];

/// Lists the pages without decoding a pixel.
pub fn open(source: &Source, limits: &Limits) -> Result<OpenedSource> {
    if source.bytes().is_empty() {
        return Err(Refusal::new(
            "source.empty",
            "Die Datei ist leer.",
            "Erneut scannen; Speicherplatz des Scanners prüfen.",
        ));
    }
    let format = source.format().ok_or_else(unknown_format)?;
    let mut opened = match format {
        Format::Tiff => tiff::open(source, limits)?,
        Format::Jpeg => jpeg::open(source.bytes())?,
        Format::Png => png::open(source.bytes())?,
        Format::Pdf => pdf::open(source, limits)?,
        Format::Folder => return folder::open(source, limits),
    };
    if opened.pages.len() > limits.pages_max as usize {
        return Err(too_many_pages(limits));
    }
    for page in &mut opened.pages {
        if let Err(refusal) = check_size(page.width, page.height, limits) {
            page.notes.push(Note::review(&refusal.code, refusal.text));
        }
        settle_resolution(page);
    }
    Ok(opened)
}

/// The stored samples of a page, before orientation.
pub fn decode(source: &Source, page: &SourcePage, limits: &Limits) -> Result<Outcome<Raster>> {
    check_size(page.width, page.height, limits)?;
    match source.format() {
        Some(Format::Tiff) => tiff::decode(source, page, limits),
        Some(Format::Jpeg) => jpeg::decode(source.bytes(), limits),
        Some(Format::Png) => png::decode(source.bytes(), limits).map(Outcome::sure),
        Some(Format::Pdf) => pdf::decode(source, page, limits),
        Some(Format::Folder) => {
            let (part, page) = folder::place(source, page, limits)?;
            decode(part, &page, limits)
        }
        None => Err(unknown_format()),
    }
}

/// The image that is archived: the stream byte for byte wherever admissible.
pub fn kept(source: &Source, page: &SourcePage, limits: &Limits) -> Result<Outcome<KeptImage>> {
    check_size(page.width, page.height, limits)?;
    match source.format() {
        Some(Format::Tiff) => tiff::kept(source, page, limits),
        Some(Format::Jpeg) => jpeg::kept(source.bytes(), limits),
        Some(Format::Png) => png::kept(source.bytes(), limits),
        Some(Format::Pdf) => pdf::kept(source, page, limits),
        Some(Format::Folder) => {
            let (part, page) = folder::place(source, page, limits)?;
            kept(part, &page, limits)
        }
        None => Err(unknown_format()),
    }
}

/// The text a born-digital page brings along, if it can be believed.
pub fn text_layer(source: &Source, page: &SourcePage) -> OwnText {
    match source.format() {
        Some(Format::Pdf) => pdf::text_layer(source, page),
        Some(Format::Folder) => folder::text_layer(source, page),
        _ => OwnText::None,
    }
}

/// The electronic invoice a file brings along (ZUGFeRD, Factur-X, XRechnung).
pub fn electronic_invoice(source: &Source, limits: &Limits) -> Option<ElectronicInvoice> {
    if source.format() == Some(Format::Pdf) { pdf::electronic_invoice(source, limits) } else { None }
}

/// A container about which nothing more is known than its pages.
fn opened(format: Format, pages: Vec<SourcePage>) -> OpenedSource {
    OpenedSource {
        format,
        pages,
        signed: false,
        encrypted: false,
        restricted: false,
        claims_pdfa: None,
        notes: Vec::new(),
    }
}

fn too_many_pages(limits: &Limits) -> Refusal {
    Refusal::new(
        "source.too_many_pages",
        format!("Die Datei hat mehr als {} Seiten, die erlaubt sind.", limits.pages_max),
        "Stapel teilen oder die Grenze im Profil anheben.",
    )
}

fn jbig2_note() -> Note {
    Note::review(
        "page.jbig2",
        "Die Seite ist mit JBIG2 komprimiert; für ersetzendes Scannen unzulässig (TR-RESISCAN A.SC.12).",
    )
}

/// The format knows no pages, and yet the file has more pictures than the one that is taken.
fn more_pictures() -> Note {
    Note::warning(
        "source.more_pictures",
        "Die Datei enthält weitere Bilder (Vorschau, Serie, Animation); verarbeitet wurde das erste.",
    )
}

fn cmyk_note() -> Note {
    Note::info("page.cmyk_converted", "Druckfarben (CMYK) wurden nach RGB umgerechnet.")
}

/// The product has eight bits a sample.
fn depth_note() -> Note {
    Note::info("page.depth_reduced", "Die Farbtiefe wurde von 16 auf 8 Bit verringert.")
}

/// Doubt about a picture of which a share of the rows could not be read. Writers that count a row too many
/// are common; from one row in fifty something may be missing that was written.
fn missing_rows(share: f32) -> Vec<Note> {
    let text = format!("{:.1} Prozent der Bildzeilen sind nicht lesbar und weiß geblieben.", share * 100.0);
    match share {
        s if s <= 0.0 => Vec::new(),
        s if s < 0.02 => vec![Note::warning("page.rows_missing", text)],
        _ => vec![Note::review("page.rows_missing", text)],
    }
}

fn unknown_format() -> Refusal {
    Refusal::new(
        "source.unknown_format",
        "Die Datei ist weder TIFF noch JPEG, PNG oder PDF.",
        "Am Scanner TIFF, JPEG oder PDF einstellen; andere Dateien über das Postfach einreichen.",
    )
}

fn sniff(bytes: &[u8]) -> Option<Format> {
    let head = bytes.get(..bytes.len().min(1024))?;
    if head.starts_with(b"II*\0")
        || head.starts_with(b"MM\0*")
        || head.starts_with(b"II+\0")
        || head.starts_with(b"MM\0+")
    {
        Some(Format::Tiff)
    } else if head.starts_with(&[0xFF, 0xD8, 0xFF]) {
        Some(Format::Jpeg)
    } else if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some(Format::Png)
    } else if bundle::is_bundle(head) {
        Some(Format::Folder)
    } else {
        // ISO 32000-1, annex H: readers accept the header within the first 1024 bytes.
        head.windows(5).any(|w| w == b"%PDF-").then_some(Format::Pdf)
    }
}

/// Bounds of a page, before anything is allocated for it.
fn check_size(width: u32, height: u32, limits: &Limits) -> Result<()> {
    let pixels = u64::from(width) * u64::from(height);
    if width == 0 || height == 0 {
        return Err(Refusal::new("page.no_pixels", "Die Seite hat keine Bildpunkte.", "Erneut scannen."));
    }
    if pixels > limits.page_pixels_max || width.max(height) > limits.page_side_max {
        return Err(Refusal::new(
            "page.too_large",
            format!("Die Seite hat {width} x {height} Bildpunkte, mehr als das Profil erlaubt."),
            "Auflösung senken oder über die Station für Pläne einreichen.",
        ));
    }
    Ok(())
}

/// Keeps a plausible resolution, else derives it from the paper, else says so.
fn settle_resolution(page: &mut SourcePage) {
    let paper = from_paper(page.width, page.height);
    let claimed = page.dpi.filter(|d| DPI_PLAUSIBLE.contains(&d.x) && DPI_PLAUSIBLE.contains(&d.y));
    if claimed.is_some_and(|d| d.x.max(d.y) >= DPI_SCANNED_MIN || paper.is_none()) {
        return;
    }
    let implausible = page.dpi.is_some();
    page.dpi = paper.map(|d| Dpi { x: d, y: d });
    page.notes.push(match (page.dpi, implausible) {
        (Some(d), _) => Note::info(
            "page.dpi_from_paper",
            format!("Auflösung aus dem Papierformat bestimmt: {:.0} dpi.", d.x),
        ),
        (None, true) => Note::warning("page.dpi_implausible", "Die Angabe zur Auflösung ist unglaubwürdig."),
        (None, false) => Note::warning("page.dpi_unknown", "Die Datei nennt keine Auflösung."),
    });
}

fn from_paper(width: u32, height: u32) -> Option<f32> {
    let (short, long) = (width.min(height) as f32, width.max(height) as f32);
    PAPERS_MM.iter().find_map(|&(a, b)| {
        DPI_USUAL.into_iter().find(|dpi| {
            let fits = |pixels: f32, mm: f32| (pixels / (mm / 25.4 * dpi) - 1.0).abs() < 0.02;
            fits(short, a) && fits(long, b)
        })
    })
}

/// Lossless samples as they are archived.
fn samples(raster: Raster) -> KeptImage {
    match raster.pixels {
        Pixels::Rgb(image) if colourless(&image) => {
            let (width, height) = image.dimensions();
            KeptImage::Grey { rows: image.as_raw().iter().step_by(3).copied().collect(), width, height }
        }
        Pixels::Rgb(image) => {
            let (width, height) = image.dimensions();
            KeptImage::Rgb { rows: image.into_raw(), width, height }
        }
        Pixels::Grey(image) if raster.colour == Colour::Bitonal => {
            let (width, height) = image.dimensions();
            KeptImage::Bits { rows: bits::pack(&image), width, height }
        }
        Pixels::Grey(image) => {
            let (width, height) = image.dimensions();
            KeptImage::Grey { rows: image.into_raw(), width, height }
        }
    }
}

/// Three equal channels are one, without any loss.
fn colourless(image: &image::RgbImage) -> bool {
    image.as_raw().chunks_exact(3).all(|p| p[0] == p[1] && p[1] == p[2])
}

fn damaged(code: &str, what: impl std::fmt::Display) -> Refusal {
    Refusal::new(code, format!("Die Bilddaten sind beschädigt: {what}."), "Seite neu scannen.")
}

/// Sound, but stored in a way that is not read.
fn unsupported(code: &str, what: impl std::fmt::Display, hint: &str) -> Refusal {
    Refusal::new(code, format!("Die Datei verwendet {what}; das wird nicht unterstützt."), hint)
}

#[cfg(test)]
mod tests;
