//! Whether what came may replace its paper: the scan itself, each sheet once, and the station's release.

use super::opened;
use crate::batch::CutDocument;
use crate::config::Pipeline;
use crate::daemon::{House, Purpose};
use crate::error::Result;
use crate::ledger::{BatchRow, PageRow};
use crate::model::document::ScanMode;
use crate::model::notes::Note;
use crate::model::page::SourcePage;
use crate::model::refusal::Refusal;
use crate::model::town::Profile;
use crate::record::fit::{JBIG2, unfit as scan};
use crate::record::release::Release;
use crate::record::{Face, covered, twice};

/// Everything that keeps a batch of a replacing profile from replacing paper; page of the source, or none for all.
pub fn unfit(
    house: &House,
    batch: &BatchRow,
    profile: &Profile,
    pages: &[PageRow],
    faces: &[Option<Face>],
) -> Result<Vec<(Option<u32>, Note)>> {
    if profile.scan_mode != ScanMode::Replacing || pages.is_empty() {
        return Ok(Vec::new());
    }
    // What was scanned again has another number in its own source.
    let numbered: Vec<SourcePage> =
        pages.iter().map(|p| SourcePage { number: p.number, ..p.source.clone() }).collect();
    let mut found = scan(opened(batch)?, &numbered.iter().collect::<Vec<_>>(), profile);
    if let Some((first, second)) = twice(faces) {
        let (first, second) = (pages[first].number, pages[second].number);
        let text = format!("Bild {first} und Bild {second} zeigen dasselbe Blatt.");
        found.push((Some(second), Note::warning("fit.twice", text)));
    }
    // Before the procedure is released nothing replaces paper anyway, and the record says so.
    let version = house.version(batch)?;
    if version.procedure.released.is_some()
        && house.purpose == Purpose::Service
        && let Some(station) = version.station(&batch.station)
    {
        let release = house.ledger.release(station)?;
        let code = match release {
            Release::Released => return Ok(found),
            Release::Emergency => "fit.emergency",
            Release::Changed | Release::None => "fit.station",
        };
        found.push((None, Note::warning(code, format!("Die Station ist {}.", release.text()))));
    }
    Ok(found)
}

/// Pages, by their place in the batch, that show the sheet before them once more with something on one of the two. In
/// duplex the sheet before is two images away.
pub fn covered_pages(profile: &Profile, faces: &[Option<Face>]) -> Vec<(usize, usize)> {
    covered(faces, if profile.duplex { 2 } else { 1 })
}

/// Says so in the documents: it is one page in two images, and no reason to stop.
pub fn note_covered(cut: &mut [CutDocument], covered: &[(usize, usize)], pages: &[PageRow]) {
    for (first, second) in covered {
        let text = format!(
            "Bild {} und Bild {} zeigen dasselbe Blatt, eines davon mit etwas darauf (Aufkleber, Klebezettel, \
             umgeklappt): eine Seite in zwei Bildern.",
            pages[*first].number, pages[*second].number
        );
        for document in cut.iter_mut().filter(|document| document.pages.contains(second)) {
            document.notes.push(Note::info("page.covered", text.clone()));
        }
    }
}

/// Writes it to the documents it is about, for their records; that alone sends nobody to review.
pub fn note(cut: &mut [CutDocument], unfit: &[(Option<u32>, Note)], pages: &[PageRow]) {
    for document in cut {
        let here = |page: u32| {
            document.pages.iter().any(|&index| pages.get(index).is_some_and(|p| p.number == page))
        };
        let mut codes: Vec<&str> = Vec::new();
        for (page, note) in unfit {
            if page.is_none_or(here) && !codes.contains(&note.code.as_str()) {
                codes.push(&note.code);
                document.notes.push(note.clone());
            }
        }
    }
}

/// Why the batch waits: in a released procedure for everything but an emergency release, for JBIG2 and sheets that
/// came twice in any. A person may let it go on; its paper stays then, and JBIG2 nobody can accept.
pub fn refused(version: &Pipeline, batch: &BatchRow, unfit: &[(Option<u32>, Note)]) -> Option<Refusal> {
    let released = version.procedure.released.is_some();
    let stops = |code: &str| match code {
        JBIG2 => true,
        "fit.emergency" => false,
        _ if batch.accepted_by.is_some() => false,
        "fit.twice" => true,
        _ => released,
    };
    let (_, note) = unfit.iter().find(|(_, note)| stops(&note.code))?;
    let (code, hint) = match note.code.as_str() {
        JBIG2 => ("batch.jbig2", "Neu scannen ohne JBIG2; dieser Stapel kann nicht freigegeben werden."),
        "fit.twice" => (
            "batch.sheet_twice",
            "Papier und Bilder vergleichen; sind es zwei Blätter: poststelle hold release KENNUNG --by PERSON.",
        ),
        "fit.station" => (
            "batch.station_not_released",
            "Testvorlage scannen: poststelle station test STATION DATEI --by PERSON, dann station release; im Notfall \
             station release STATION --emergency GRUND --by PERSON, das Papier bleibt dann.",
        ),
        _ => (
            "batch.unfit",
            "Scanner nach dem Profil einstellen und neu scannen; oder mit poststelle hold release KENNUNG --by PERSON \
             weiterlaufen lassen, das Papier bleibt dann.",
        ),
    };
    Some(Refusal::new(code, note.text.clone(), hint))
}

/// What is written on each page, by its small picture; none of pages with nothing on them or with codes.
pub fn faces(house: &House, batch: &BatchRow, pages: &[PageRow]) -> Result<Vec<Option<Face>>> {
    let thumbnails = house.ledger.thumbnails(&batch.id)?;
    let mut faces = Vec::new();
    for page in pages {
        let blank = page.measured.as_ref().is_none_or(|m| m.blank || !m.codes.is_empty());
        let picture = thumbnails.iter().find(|(number, _)| *number == page.number).filter(|_| !blank);
        let bytes = picture.and_then(|(_, hash)| house.vault.read(hash).ok());
        let grey = bytes.and_then(|b| image::load_from_memory(&b).ok()).map(|i| i.into_luma8());
        faces.push(grey.and_then(|grey| Face::of(&grey)));
    }
    Ok(faces)
}
