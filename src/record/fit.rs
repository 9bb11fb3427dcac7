//! What a scan must be to replace paper, checked against what really lies in the file (TR-03138 A.SC.6, A.SC.12).

use crate::model::notes::Note;
use crate::model::page::{Coding, Colour, OpenedSource, SourcePage};
use crate::model::town::Profile;

/// Codes of everything here begin so; paper of a document that has one stays.
pub const UNFIT: &str = "fit.";
/// The one nobody can accept: what JBIG2 may have exchanged is not seen any more.
pub const JBIG2: &str = "fit.jbig2";
/// Resolutions may be so much lower than asked for: scanners round.
const TOLERANCE: f32 = 0.97;
/// Sides of DIN A3 to A5, in inches.
const PAPER: [(f32, f32); 3] = [(11.693, 16.535), (8.268, 11.693), (5.827, 8.268)];

/// Everything about a source that keeps it from replacing paper under that profile; page of the source, or none for
/// the whole.
pub fn unfit(source: &OpenedSource, pages: &[&SourcePage], profile: &Profile) -> Vec<(Option<u32>, Note)> {
    let mut found = Vec::new();
    if source.notes.iter().any(|n| n.code.ends_with(".jbig2")) {
        found.push((None, jbig2()));
    }
    if profile.duplex && pages.len() % 2 == 1 {
        let text = format!("Beidseitig zu scannen, aber {} Bilder.", pages.len());
        found.push((None, Note::warning("fit.sides", text)));
    }
    for page in pages {
        let mut note = |note| found.push((Some(page.number), note));
        if page.coding == Coding::Jbig2 || page.notes.iter().any(|n| n.code.ends_with(".jbig2")) {
            note(jbig2());
        }
        if page.coding == Coding::Composed {
            let text =
                "Die Seite ist aus mehreren Bildern oder Schichten zusammengesetzt, kein einzelnes Bild.";
            note(Note::warning("fit.layered", text));
        }
        if rank(page.colour) < rank(profile.colour) {
            let text = format!("Die Seite ist {}, verlangt ist {}.", word(page.colour), word(profile.colour));
            note(Note::warning("fit.colour", text));
        }
        if let Some(text) = resolution(page, profile.dpi_min) {
            note(Note::warning("fit.resolution", text));
        }
    }
    found
}

fn jbig2() -> Note {
    Note::warning(
        JBIG2,
        "Die Datei enthält JBIG2; das darf kein Papier ersetzen (TR-03138 A.SC.12). Neu scannen.",
    )
}

/// What is wrong with a resolution: too low, none, or one that the pixels contradict.
fn resolution(page: &SourcePage, wanted: f32) -> Option<String> {
    let Some(dpi) = page.dpi else { return Some("Die Datei nennt keine Auflösung.".into()) };
    let lower = dpi.x.min(dpi.y);
    if lower < wanted * TOLERANCE {
        return Some(format!("Die Seite hat {lower:.0} dpi, verlangt sind {wanted:.0}."));
    }
    let (short, long) = (page.width.min(page.height) as f32, page.width.max(page.height) as f32);
    // Sheets of the A series show by their sides how finely they were really scanned.
    if short == 0.0 || (long / short / std::f32::consts::SQRT_2 - 1.0).abs() > 0.012 {
        return None;
    }
    let real = PAPER.map(|(side, _)| short / side);
    let fits = real.iter().any(|real| (real / lower - 1.0).abs() <= 1.0 - TOLERANCE);
    (!fits).then(|| {
        format!(
            "Die Datei nennt {lower:.0} dpi; {short} × {long} Bildpunkte sind aber ein A4-Blatt mit {:.0} dpi.",
            real[1]
        )
    })
}

fn rank(colour: Colour) -> u8 {
    match colour {
        Colour::Bitonal => 0,
        Colour::Grey => 1,
        Colour::Colour => 2,
    }
}

/// German.
pub fn word(colour: Colour) -> &'static str {
    match colour {
        Colour::Bitonal => "schwarzweiß",
        Colour::Grey => "grau",
        Colour::Colour => "farbig",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::copying_profile;
    use crate::model::geometry::{Dpi, Orientation};
    use crate::model::page::Format;

    fn page(width: u32, height: u32, dpi: f32) -> SourcePage {
        SourcePage {
            number: 1,
            width,
            height,
            dpi: Some(Dpi { x: dpi, y: dpi }),
            orientation: Orientation::default(),
            colour: Colour::Colour,
            coding: Coding::Jpeg,
            notes: vec![],
        }
    }

    fn codes(page: SourcePage) -> Vec<String> {
        let source = OpenedSource {
            format: Format::Pdf,
            pages: vec![],
            signed: false,
            encrypted: false,
            restricted: false,
            claims_pdfa: None,
            notes: vec![],
        };
        let profile = Profile { dpi_min: 300.0, colour: Colour::Colour, ..copying_profile() };
        unfit(&source, &[&page], &profile).into_iter().map(|(_, note)| note.code).collect()
    }

    #[test]
    fn pixels_count_not_tags() {
        assert_eq!(codes(page(2480, 3508, 300.0)), Vec::<String>::new());
        assert_eq!(codes(page(3508, 4961, 300.0)), Vec::<String>::new(), "A3");
        assert_eq!(codes(page(1748, 2480, 300.0)), Vec::<String>::new(), "A5");
        assert_eq!(codes(page(900, 2600, 300.0)), Vec::<String>::new(), "a receipt");
        assert_eq!(codes(page(1654, 2339, 200.0)), ["fit.resolution"]);
        assert_eq!(codes(page(1654, 2339, 300.0)), ["fit.resolution"], "A4 at 200 dpi that says 300");
        assert_eq!(codes(page(2480, 3508, 600.0)), ["fit.resolution"], "A4 at 300 dpi that says 600");
        assert_eq!(codes(SourcePage { dpi: None, ..page(2480, 3508, 300.0) }), ["fit.resolution"]);
    }

    #[test]
    fn grey_layers_and_jbig2_replace_nothing() {
        let good = page(2480, 3508, 300.0);
        assert_eq!(codes(SourcePage { colour: Colour::Grey, ..good.clone() }), ["fit.colour"]);
        assert_eq!(codes(SourcePage { coding: Coding::Composed, ..good.clone() }), ["fit.layered"]);
        assert_eq!(codes(SourcePage { coding: Coding::Jbig2, ..good.clone() }), [JBIG2]);
        let inside = vec![Note::warning("page.jbig2", "")];
        assert_eq!(codes(SourcePage { notes: inside, ..good }), [JBIG2]);
    }
}
