//! Reading: words with boxes and confidence.
//!
//! In: a decoded page and its measurement. Out: the page with its words, in
//! the coordinates of the kept image after turning. The engine sits behind
//! [`Recogniser`]; this room decides what it is shown and what is believed of
//! its answer, never how it works.

mod again;
mod handwriting;
mod mend;
mod plan;
mod receipt;
mod second;
pub mod tesseract;
mod tsv;
mod words;

use crate::model::geometry::{Box2, Turn};
use crate::model::notes::Note;
use crate::model::page::{MeasuredPage, PageText, ReadPage, TURNED_BY_HAND};
use crate::model::refusal::Refusal;
use crate::page::noise::Grain;
use crate::page::{self, ReadingImage, Upright, raster::Raster};
use handwriting::Handwriting;
use image::GrayImage;

/// How the engine shall look for text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadMode {
    /// A whole page: columns, paragraphs, lines.
    Page,
    /// One block of text: a strip, a stamp.
    Block,
}

/// A word as the engine saw it, in pixels of the image it was shown.
#[derive(Clone, Debug, PartialEq)]
pub struct RawWord {
    /// Text as the engine gave it.
    pub text: String,
    /// Box.
    pub bounds: Box2,
    /// 0 to 1.
    pub confidence: f32,
    /// Line, counted over the page from 0.
    pub line: u32,
    /// Paragraph, counted over the page from 0.
    pub block: u32,
}

/// A reading engine. The same image gives the same words, in whatever order pages come.
pub trait Recogniser {
    /// Reads an image.
    fn read(&mut self, image: &GrayImage, dpi: f32, mode: ReadMode) -> Result<Vec<RawWord>, Refusal>;

    /// The turn that would make the image upright, with a confidence from 0 up; `None` if it cannot tell.
    fn orientation(&mut self, image: &GrayImage, dpi: f32) -> Option<(Turn, f32)>;

    /// Name, version and language data, for the record.
    fn identity(&self) -> String;
}

/// Reads worse than this are checked for lying the wrong way.
const POOR: f32 = 0.62;

/// Reads worse than this are not print: handwriting, the back of the sheet shining through, a picture.
/// Print of the worst scans read so far has 0.55.
const GIBBERISH: f32 = 0.4;
/// Words of such a page that are believed all the same.
const BELIEVED: f32 = 0.6;

/// Reads a page; settles the turn first where measuring was unsure.
pub fn read_page(
    engine: &mut dyn Recogniser,
    raster: &Raster,
    measured: MeasuredPage,
    upright: Upright,
) -> Result<ReadPage, Refusal> {
    let mut measured = measured;
    let mut reading = shown(raster, &mut measured, upright);
    if !readable(reading.grain, &mut measured) {
        return Ok(ReadPage { measured, text: PageText::default() });
    }
    // What a person turned is settled.
    let mut asked = measured.notes.iter().any(|n| n.code == TURNED_BY_HAND);
    let doubt = second::doubt(&measured).filter(|_| !asked);
    if let Some(doubt) = doubt {
        asked = true;
        let verdict = second::opinion(engine, &reading, doubt)?;
        settle(raster, &mut measured, &mut reading, verdict);
    }
    let mut raw = engine.read(&reading.grey, reading.dpi, ReadMode::Page)?;
    if !asked && words::quality(&raw) < POOR {
        let verdict = second::opinion(engine, &reading, second::Doubt::Axis)?;
        if matches!(verdict, second::Verdict::Turn(turn) if turn != Turn::None) {
            settle(raster, &mut measured, &mut reading, verdict);
            raw = engine.read(&reading.grey, reading.dpi, ReadMode::Page)?;
        }
    }
    again::failed(engine, &reading, &mut raw)?;
    mend::mend(engine, &reading, &mut raw)?;
    let hand = Handwriting::of(&reading, &raw);
    if words::quality(&raw) < GIBBERISH {
        if second::is_the_back(engine, &reading, &raw)? {
            raw.clear();
            measured.notes.push(Note::info(
                "page.back_shines",
                "Zu lesen wäre nur die Rückseite, die durchscheint; ihre Wörter stehen auf ihrer eigenen Seite.",
            ));
        } else {
            raw.retain(|w| w.confidence >= BELIEVED);
            measured.notes.push(Note::warning(
                "page.unreadable",
                "Auf der Seite steht kaum Gedrucktes, das sich lesen lässt (Handschrift, Bild).",
            ));
        }
    }
    hand.doubt(&mut raw);
    measured.quality.handwriting = hand.share;
    measured.notes.extend(hand.note());
    let mut words = words::placed(&words::believed(&raw), &reading);
    receipt::read_again(engine, &mut reading, &raw, &mut words)?;
    for stamp in &reading.stamps {
        words::append(&mut words, receipt::read_ink(engine, stamp)?);
    }
    if words.is_empty() && measured.notes.iter().any(|n| n.code == "page.plan") {
        measured.notes.push(Note::review(
            "page.plan_unread",
            "Das Blatt ist größer als A3, und wo ein Plan sein Schriftfeld hat, steht nichts Lesbares.",
        ));
    }
    Ok(ReadPage { measured, text: PageText { words } })
}

/// What the engine is shown of a page: all of it, or the title block of a plan.
fn shown(raster: &Raster, measured: &mut MeasuredPage, upright: Upright) -> ReadingImage {
    let whole = page::reading_image(raster, measured, upright);
    let Some(block) = plan::title_block(&whole) else { return whole };
    if !measured.notes.iter().any(|n| n.code == "page.plan") {
        measured.notes.push(Note::info(
            "page.plan",
            "Das Blatt ist größer als A3: gelesen wurde das Schriftfeld unten rechts.",
        ));
    }
    block
}

/// Turns the page as the second opinion says, or notes that nobody knows.
fn settle(
    raster: &Raster,
    measured: &mut MeasuredPage,
    reading: &mut ReadingImage,
    verdict: second::Verdict,
) {
    match verdict {
        second::Verdict::Turn(turn) => {
            measured.notes.retain(|n| !second::is_doubt(n));
            if turn != Turn::None {
                *measured = page::remeasured(raster, measured, turn);
                *reading = shown(raster, measured, Upright::of(raster, measured));
            }
        }
        second::Verdict::Unknown => {
            measured.notes.retain(|n| !second::is_doubt(n));
            measured.notes.push(Note::warning(
                "page.turn_unknown",
                "Zu wenig lesbarer Text, um die Lage der Seite zu erkennen. Bitte ansehen.",
            ));
        }
    }
}

/// Whether there is print to read; says what had to be done for it. Noise costs an engine minutes.
fn readable(grain: Grain, measured: &mut MeasuredPage) -> bool {
    match grain {
        Grain::Calm => {}
        Grain::Smoothed => measured.notes.push(Note::warning(
            "page.noise_removed",
            "Die Seite ist stark verrauscht; gelesen wurde eine geglättete Fassung.",
        )),
        Grain::Noise => measured.notes.push(Note::review(
            "page.noise",
            "Die Seite besteht überwiegend aus Störungen und wurde nicht gelesen. Bitte neu scannen.",
        )),
    }
    grain != Grain::Noise
}

#[cfg(test)]
mod tests;
