//! TIFF 6.0 and BigTIFF: own directory walk, strips by the codec that fits.
//!
//! Fax strips go to the CCITT decoder, JPEG strips to the JPEG decoder with
//! their shared tables, everything else is unpacked here: with the bit orders,
//! palettes, planes and tiles that scanners write and no one library reads.

mod cells;
mod coded;
mod directory;
mod plain;

pub use directory::Directory;

use super::source::Source;
use super::{Result, damaged, jpeg, missing_rows, opened, samples};
use crate::model::geometry::Orientation;
use crate::model::limits::Limits;
use crate::model::notes::{Note, Outcome};
use crate::model::page::{Coding, Colour, Format, KeptImage, OpenedSource, SourcePage};
use crate::page::raster::Raster;
use cells::cells;
use directory::Reader;

/// JPEG as it is stored today, and as TIFF 6.0 had it.
const JPEG: u64 = 7;
const OLD_JPEG: u64 = 6;
const G4: u64 = 4;

/// The directories of pages in order. A thumbnail that says it is one, beside a larger image, is no page.
pub fn directories(bytes: &[u8], limits: &Limits) -> Result<Vec<Directory>> {
    let mut all = Reader::new(bytes).directories(limits.pages_max)?;
    let largest = all.iter().filter(|d| !d.reduced).map(|d| d.width.max(d.height)).max().unwrap_or(0);
    all.retain(|d| !d.reduced || d.width.max(d.height) >= largest);
    Ok(all)
}

pub fn open(source: &Source, limits: &Limits) -> Result<OpenedSource> {
    let directories = source.tiff(limits)?;
    if directories.is_empty() {
        return Err(damaged("tiff.no_pages", "die TIFF-Datei enthält keine Seite"));
    }
    let pages = directories
        .iter()
        .zip(1..)
        .map(|(d, number)| SourcePage {
            number,
            width: d.width,
            height: d.height,
            dpi: d.resolution,
            orientation: Orientation::from_tag(u16::try_from(d.orientation).unwrap_or(1)),
            colour: colour(d),
            coding: coding(d),
            notes: jbig2(d).into_iter().collect(),
        })
        .collect();
    Ok(opened(Format::Tiff, pages))
}

fn colour(d: &Directory) -> Colour {
    match (d.photometric, d.bits) {
        (0 | 1, 1) => Colour::Bitonal,
        (0 | 1, _) => Colour::Grey,
        _ => Colour::Colour,
    }
}

fn coding(d: &Directory) -> Coding {
    match d.compression {
        2 | 3 => Coding::G3,
        G4 => Coding::G4,
        OLD_JPEG | JPEG => Coding::Jpeg,
        34661 => Coding::Jbig2,
        _ => Coding::Lossless,
    }
}

fn jbig2(d: &Directory) -> Option<Note> {
    (coding(d) == Coding::Jbig2).then(super::jbig2_note)
}

fn find<'a>(source: &'a Source, page: &SourcePage, limits: &Limits) -> Result<(Reader<'a>, &'a Directory)> {
    let directory = source
        .tiff(limits)?
        .get(page.number.saturating_sub(1) as usize)
        .ok_or_else(|| damaged("tiff.page_missing", "die Seite steht nicht im Verzeichnis"))?;
    Ok((Reader::new(source.bytes()), directory))
}

pub fn decode(source: &Source, page: &SourcePage, limits: &Limits) -> Result<Outcome<Raster>> {
    let (reader, d) = find(source, page, limits)?;
    super::check_size(d.width, d.height, limits)?;
    if d.compression == OLD_JPEG {
        let stream = coded::old_stream(&reader, d)
            .ok_or_else(|| damaged("tiff.old_jpeg", "JPEG in der alten Form ohne ganzen Bildstrom"))?;
        return jpeg::decode(stream, limits);
    }
    let cells = cells(&reader, d, limits)?;
    if d.compression == JPEG {
        return coded::decode_jpeg(&reader, d, &cells, limits);
    }
    let (value, lost) = if let Some(mode) = coded::fax_mode(d) {
        coded::decode_fax(d, mode, &cells)?
    } else {
        plain::decode(&reader, d, &cells)?
    };
    Ok(Outcome { value, notes: missing_rows(lost) })
}

pub fn kept(source: &Source, page: &SourcePage, limits: &Limits) -> Result<Outcome<KeptImage>> {
    let (reader, d) = find(source, page, limits)?;
    if let Some(kept) = stream_kept(&reader, d, limits)? {
        return Ok(kept);
    }
    let Outcome { value, mut notes } = decode(source, page, limits)?;
    if d.bits == 16 {
        notes.push(super::depth_note());
    }
    let colours = match d.photometric {
        2 | 6 => 3,
        5 => 4,
        _ => 1,
    };
    if d.samples > colours {
        let text = "Ein zusätzlicher Kanal (Durchsichtigkeit) wurde weggelassen.";
        notes.push(Note::info("page.alpha_dropped", text));
    }
    if d.photometric == 5 {
        notes.push(super::cmyk_note());
    } else if d.photometric == 6 && d.compression != JPEG {
        notes.push(Note::info("page.ycbcr_converted", "Farben (YCbCr) wurden nach RGB umgerechnet."));
    } else if matches!(d.compression, 2..=7) && d.compression != 5 {
        notes.push(Note::info(
            "page.rewrapped",
            "Das Bild wurde ohne Verlust neu verpackt (mehrere Streifen oder Fax der Gruppe 3).",
        ));
    }
    Ok(Outcome { value: samples(value), notes })
}

/// The page's own stream, where it is one stream.
fn stream_kept(reader: &Reader<'_>, d: &Directory, limits: &Limits) -> Result<Option<Outcome<KeptImage>>> {
    if d.compression == OLD_JPEG {
        return coded::old_stream(reader, d).map(|stream| jpeg::kept(stream, limits)).transpose();
    }
    // What inks mean is said by the TIFF, not by the stream.
    if !matches!(d.compression, G4 | JPEG) || d.planar == 2 && d.samples > 1 || d.photometric == 5 {
        return Ok(None);
    }
    let cells = cells(reader, d, limits)?;
    let [cell] = cells.as_slice() else { return Ok(None) };
    if (cell.width, cell.height) != (d.width, d.height) {
        return Ok(None); // A tile larger than the page.
    }
    if d.compression == G4 {
        let mut notes = Vec::new();
        if d.fill_order == 2 {
            notes.push(Note::info(
                "page.fill_order",
                "Bitreihenfolge der Fax-Kodierung umgedreht, Bild unverändert.",
            ));
        }
        let value = KeptImage::G4 {
            stream: coded::in_order(d, cell.bytes).into_owned(),
            width: d.width,
            height: d.height,
            black_is_one: d.photometric == 1,
        };
        return Ok(Some(Outcome { value, notes }));
    }
    let mut kept = jpeg::kept(&coded::whole_stream(reader, d, cell.bytes)?, limits)?;
    if d.tables.is_some() || coded::stores_rgb(d) {
        kept.notes.push(Note::info(
            "page.jpeg_rewrapped",
            "Angaben der TIFF-Datei zu Tabellen und Farben in den JPEG-Strom übernommen, Bild unverändert.",
        ));
    }
    Ok(Some(kept))
}
