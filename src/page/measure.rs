//! Everything that can be said about a page without reading it.
//!
//! In: stored samples, what the container says, what the profile orders. Out:
//! a [`MeasuredPage`]. All looking happens on one reduced image.

use super::analysis::{self, Analysis};
use super::pixels;
use super::raster::Raster;
use super::{blank, deskew, noise, turn};
use crate::model::geometry::{Dpi, Turn};
use crate::model::notes::Note;
use crate::model::page::{MeasuredPage, Quality, SourcePage};

/// Resolution of a page that neither says one nor has the shape of a sheet.
const DPI_UNKNOWN: f32 = 300.0;
/// Share of ink from which a page is too dark: dense print has 15 %.
const TOO_DARK: f32 = 0.33;
/// Paper darker than this is too dark, grey value.
const PAPER_DARK: u8 = 120;
/// Ink less deep than this is faint, grey values on the reduced image.
const FAINT: f32 = 72.0;
/// Colour that counts, above the colour of the paper.
const COLOURED: u8 = 50;

/// Sides of pages are rounded to points, so 300 dpi may come back as 299.8: less than this share is too low.
const DPI_TOLERANCE: f32 = 0.99;

/// What the profile says about pages.
#[derive(Clone, Copy, Debug)]
pub struct PageOrder {
    /// Lower resolutions get a note.
    pub dpi_min: f32,
}

impl Default for PageOrder {
    fn default() -> Self {
        Self { dpi_min: 200.0 }
    }
}

/// Measures a page; the analysis of the page as it was found to lie comes along for later use.
pub fn measure(raster: &Raster, source: &SourcePage, order: &PageOrder) -> (MeasuredPage, Analysis) {
    let mut notes = source.notes.clone();
    let (mirror, filed) = (source.orientation.mirror, source.orientation.turn);
    let dpi = source.dpi.unwrap_or_else(|| guessed_dpi(raster, &mut notes));
    let page = analysis::of(raster, dpi, mirror, filed);
    let mask = page.ink_mask();
    let quality = Quality {
        ink: share(&mask, &page.outside),
        contrast: f32::from(page.ink_depth()),
        noise: noise::specks_per_cm2(raster, dpi.x.max(dpi.y)),
        handwriting: 0.0,
    };
    let blank = blank::is_blank(&page, raster.colour);
    let (found, skew, turned) = if blank { (turn::Found::default(), None, None) } else { lie(&page, &mask) };
    if found.axis_unsure {
        notes.push(Note::info(
            turn::AXIS_UNSURE,
            "Ob die Seite hoch oder quer liegt, war nicht sicher zu sehen.",
        ));
    } else if found.unsure {
        notes.push(Note::info(turn::UNSURE, "Ob die Seite auf dem Kopf steht, war nicht sicher zu sehen."));
    }
    let dpi_used = dpi.x.max(dpi.y);
    quality_notes(&quality, &page, blank, dpi.x.min(dpi.y), order, &mut notes);
    let (stored_w, stored_h) = pixels::stored_size(raster);
    let turn = filed.then(found.turn);
    let (width, height) = if turn.swaps_sides() { (stored_h, stored_w) } else { (stored_w, stored_h) };
    let measured = MeasuredPage {
        width,
        height,
        dpi: dpi_used,
        turned: turn,
        mirrored: mirror,
        skew: skew.unwrap_or(0.0),
        blank,
        coloured: coloured(&page),
        quality,
        codes: Vec::new(),
        notes,
    };
    (measured, turned.unwrap_or(page))
}

/// The quarter turn and the lean of a page that is not blank, and its analysis turned upright if it was not.
fn lie(page: &Analysis, mask: &[u8]) -> (turn::Found, Option<f32>, Option<Analysis>) {
    let text = turn::text_mask(mask, page.width);
    let found = turn::quarter(page, &text);
    if found.turn == Turn::None {
        return (found, deskew::angle(page, &text), None);
    }
    let upright = page.turned(found.turn);
    let text = analysis::turned_plane(&text, page.width, page.height, found.turn);
    (found, deskew::angle(&upright, &text), Some(upright))
}

/// The measurement after somebody found that the page must be turned further; codes stay the caller's.
pub fn remeasured(raster: &Raster, measured: &MeasuredPage, further: Turn) -> MeasuredPage {
    let mut now = measured.clone();
    now.turned = measured.turned.then(further);
    if further.swaps_sides() {
        std::mem::swap(&mut now.width, &mut now.height);
    }
    // A half turn leaves the lean as it is, but feet have become heads: look again.
    let dpi = Dpi { x: measured.dpi, y: measured.dpi };
    let page = analysis::of(raster, dpi, now.mirrored, now.turned);
    let text = turn::text_mask(&page.ink_mask(), page.width);
    now.skew = deskew::angle(&page, &text).unwrap_or(0.0);
    now
}

/// The measurement of a page whose own text says how it lies: there is nothing to guess, and no skew.
pub fn told(raster: &Raster, measured: MeasuredPage, turn: Turn) -> MeasuredPage {
    let mut now = measured;
    let (width, height) = pixels::stored_size(raster);
    (now.width, now.height) = if turn.swaps_sides() { (height, width) } else { (width, height) };
    (now.turned, now.skew, now.blank) = (turn, 0.0, false);
    now.notes.retain(|n| !matches!(n.code.as_str(), turn::UNSURE | turn::AXIS_UNSURE));
    now.notes.push(Note::info("page.own_text", "Der Text der Seite stammt aus der Datei selbst."));
    now
}

/// Resolution from the shape of the sheet: A-series paper is 1 : 1.414, and A4 is what people write on.
fn guessed_dpi(raster: &Raster, notes: &mut Vec<Note>) -> Dpi {
    let (w, h) = pixels::stored_size(raster);
    let (long, short) = (w.max(h) as f32, w.min(h).max(1) as f32);
    let from_a4 = long / 11.69;
    let plausible = (1.34..1.48).contains(&(long / short)) && (70.0..=1200.0).contains(&from_a4);
    let dpi = if plausible { from_a4 } else { DPI_UNKNOWN };
    notes.push(Note::info(
        "page.dpi_guessed",
        format!("Die Datei nennt keine Auflösung; angenommen werden {dpi:.0} dpi."),
    ));
    Dpi { x: dpi, y: dpi }
}

fn share(mask: &[u8], outside: &[u8]) -> f32 {
    let ink = mask.iter().filter(|&&m| m != 0).count();
    let inside = outside.iter().filter(|&&o| o == 0).count();
    ink as f32 / inside.max(1) as f32
}

/// Share of pixels clearly more coloured than the paper.
fn coloured(page: &Analysis) -> f32 {
    if page.chroma.is_empty() {
        return 0.0;
    }
    let limit = page.paper_chroma().saturating_add(COLOURED);
    let count = page.chroma.iter().zip(&page.outside).filter(|(c, o)| **c > limit && **o == 0).count();
    count as f32 / page.chroma.len() as f32
}

fn quality_notes(
    quality: &Quality,
    page: &Analysis,
    blank: bool,
    dpi: f32,
    order: &PageOrder,
    notes: &mut Vec<Note>,
) {
    if dpi < order.dpi_min * DPI_TOLERANCE {
        notes.push(Note::warning(
            "page.low_dpi",
            format!("Auflösung {dpi:.0} dpi; verlangt sind {:.0} dpi. Bitte neu scannen.", order.dpi_min),
        ));
    }
    if quality.ink > TOO_DARK || page.paper.median() < PAPER_DARK {
        notes.push(Note::warning("page.too_dark", "Die Seite ist sehr dunkel. Bitte heller scannen."));
    }
    if !blank && quality.contrast < FAINT {
        notes.push(Note::warning("page.faint", "Die Schrift ist sehr blass. Bitte dunkler scannen."));
    }
    if quality.noise > noise::NOISY_PER_CM2 {
        notes.push(Note::info("page.specks", "Die Seite ist voller kleiner Flecken; Scanner reinigen."));
    }
}
