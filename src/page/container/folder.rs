//! A batch that came as a folder: its files in order, their pages numbered through.
//!
//! In: the archive of the folder. Out: pages, each decoded by the container its file is. A file nobody can open is one
//! bad page; a folder within a folder is never opened.

use super::{OwnText, Result, Source, too_many_pages, unknown_format};
use crate::model::bundle;
use crate::model::geometry::Orientation;
use crate::model::limits::Limits;
use crate::model::notes::Note;
use crate::model::page::{Coding, Colour, Format, OpenedSource, SourcePage};
use crate::model::refusal::Refusal;

/// One file of the folder.
#[derive(Debug)]
pub struct Part {
    source: Source,
    /// Number of its first page in the batch.
    first: u32,
    pages: Vec<SourcePage>,
}

/// Opens every file; one that cannot be opened is one bad page, and costs the others nothing.
pub fn parts(bytes: &[u8], limits: &Limits) -> Result<Vec<Part>> {
    let ranges = bundle::parts(bytes).ok_or_else(|| {
        Refusal::new("source.damaged_folder", "Das Archiv der Seiten ist beschädigt.", "Stapel neu scannen.")
    })?;
    let mut parts: Vec<Part> = Vec::with_capacity(ranges.len().min(limits.pages_max as usize));
    let mut first = 1;
    for range in ranges {
        let source = Source::new(bytes[range].to_vec());
        let mut pages = pages(&source, limits).unwrap_or_else(|refusal| vec![placeholder(&refusal)]);
        (first..).zip(&mut pages).for_each(|(number, page)| page.number = number);
        let next = first + pages.len() as u32;
        if next - 1 > limits.pages_max {
            return Err(too_many_pages(limits));
        }
        parts.push(Part { source, first, pages });
        first = next;
    }
    Ok(parts)
}

fn pages(source: &Source, limits: &Limits) -> Result<Vec<SourcePage>> {
    if source.format() == Some(Format::Folder) {
        return Err(unknown_format());
    }
    let OpenedSource { mut pages, signed, encrypted, notes, .. } = super::open(source, limits)?;
    if encrypted || pages.is_empty() {
        return Err(Refusal::new(
            "source.no_pages",
            "Die Datei ist verschlüsselt oder hat keine Seiten.",
            "Das Papier oder eine offene Datei nachreichen.",
        ));
    }
    pages[0].notes.extend(notes);
    if signed {
        let text = "Die Datei ist elektronisch signiert; die Signatur gilt nur für das Original im Tresor.";
        pages[0].notes.push(Note::review("source.signed_part", text));
    }
    Ok(pages)
}

/// A place for a file nobody can open, so that page numbers stay true.
fn placeholder(refusal: &Refusal) -> SourcePage {
    SourcePage {
        number: 1,
        width: 1,
        height: 1,
        dpi: None,
        orientation: Orientation::default(),
        colour: Colour::Bitonal,
        coding: Coding::Lossless,
        notes: vec![Note::review(&refusal.code, format!("{} {}", refusal.text, refusal.hint))],
    }
}

/// All pages of the folder.
pub fn open(source: &Source, limits: &Limits) -> Result<OpenedSource> {
    let pages = source.parts(limits)?.iter().flat_map(|part| part.pages.clone()).collect();
    Ok(super::opened(Format::Folder, pages))
}

/// The file a page lies in, and the page as that file counts it.
pub fn place<'s>(source: &'s Source, page: &SourcePage, limits: &Limits) -> Result<(&'s Source, SourcePage)> {
    let parts = source.parts(limits)?;
    let at = parts.partition_point(|part| part.first <= page.number);
    // No folder in a folder: it was not opened either.
    let is_file = |part: &&Part| part.source.format() != Some(Format::Folder);
    let part = at.checked_sub(1).and_then(|at| parts.get(at)).filter(is_file).ok_or_else(unknown_format)?;
    Ok((&part.source, SourcePage { number: page.number - part.first + 1, ..page.clone() }))
}

/// The text a born-digital page among the others brings along.
pub fn text_layer(source: &Source, page: &SourcePage) -> OwnText {
    place(source, page, &Limits::default())
        .map_or(OwnText::None, |(part, page)| super::text_layer(part, &page))
}

#[cfg(test)]
mod tests {
    use super::super::{decode, open};
    use super::*;
    use crate::page::raster::Pixels;

    fn folder(files: &[&[u8]]) -> Source {
        let mut archive = tar::Builder::new(Vec::new());
        for content in files {
            bundle::add(&mut archive, "x", content.len() as u64, *content).unwrap();
        }
        Source::new(archive.into_inner().unwrap())
    }

    fn png(width: u32) -> Vec<u8> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::GrayImage::new(width, 9).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn pages_are_numbered_through_and_a_bad_one_costs_itself() {
        let limits = Limits::default();
        let inner = folder(&[&png(3)]);
        let source = folder(&[&png(5), b"kein Bild", &png(7), &png(8)[..40], inner.bytes()]);
        let opened = open(&source, &limits).unwrap();
        assert_eq!(opened.format, Format::Folder);
        assert_eq!(opened.pages.iter().map(|p| p.number).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        let width = |page: usize| {
            decode(&source, &opened.pages[page], &limits).map(|raster| match raster.value.pixels {
                Pixels::Grey(image) => image.width(),
                Pixels::Rgb(image) => image.width(),
            })
        };
        assert_eq!((width(0).unwrap(), width(2).unwrap()), (5, 7));
        for bad in [1, 3, 4] {
            assert!(width(bad).is_err(), "{bad}");
        }
        assert_eq!(opened.pages[1].notes[0].code, "source.unknown_format");
        let few = Limits { pages_max: 4, ..Limits::default() };
        assert_eq!(open(&folder(&[b"x".as_slice(); 5]), &few).unwrap_err().code, "source.too_many_pages");
        assert!(open(&Source::new(source.bytes()[..2000].to_vec()), &limits).is_err());
    }
}
