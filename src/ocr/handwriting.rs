//! How much of a page was written by hand, and that nothing read there is sure.
//!
//! In: the reading image and what the engine saw on it. Out: the share of the
//! writing that is a hand's, and where. Neither ink nor engine decides alone:
//! worn print dances too, and a neat hand is read now and then. What looks
//! like a hand's *and* reads badly is one; what reads surely is print.

use super::RawWord;
use crate::model::geometry::Box2;
use crate::model::notes::Note;
use crate::page::ReadingImage;
use crate::page::handwriting::{Line, lines};

/// Note on a page that is mainly written by hand.
pub const HANDWRITTEN: &str = "page.handwritten";
/// Lines read better than this are print, whatever they look like.
const PRINT_READS: f32 = 0.8;
/// With so much unsteady writing on a page, what reads badly is the same hand, steady or not.
const SUSPECT: f32 = 0.15;
/// Letters below which it is a signature, a note, a date: nothing to speak of.
const LETTERS_MIN: u32 = 40;
/// From this share on a page is mainly handwriting.
const MAINLY: f32 = 0.5;
/// Below this share nobody needs to know.
const LITTLE: f32 = 0.05;
/// No word of a hand is surer than this: fields want more.
const UNSURE: f32 = 0.6;

/// What of a page is a hand's.
#[derive(Debug, Default)]
pub struct Handwriting {
    /// Share of the letters on the page, 0 to 1: boxes around lines would count the paper between them.
    pub share: f32,
    /// Letters in it, roughly.
    letters: u32,
    /// Its lines, in pixels of the reading image.
    places: Vec<Box2>,
}

impl Handwriting {
    /// Looks at a page and at what was read on it.
    pub fn of(reading: &ReadingImage, raw: &[RawWord]) -> Self {
        judge(&lines(&reading.grey, reading.dpi), raw)
    }

    /// Whether there is enough of it, and more than of anything else.
    fn is_mainly(&self) -> bool {
        self.share >= MAINLY && self.letters >= LETTERS_MIN
    }

    /// Makes words that stand there unsure; on a page that is mainly a hand's, all of them.
    pub fn doubt(&self, raw: &mut [RawWord]) {
        let mainly = self.is_mainly();
        let there = |word: &RawWord| mainly || self.places.iter().any(|place| word.bounds.centre_in(*place));
        for word in raw.iter_mut().filter(|w| w.confidence > UNSURE) {
            if there(word) {
                word.confidence = UNSURE;
            }
        }
    }

    /// What the clerk is told, if there is enough of it.
    pub fn note(&self) -> Option<Note> {
        let percent = (self.share * 100.0).round();
        match self.share {
            _ if self.letters < LETTERS_MIN => None,
            _ if self.is_mainly() => Some(Note::review(
                HANDWRITTEN,
                format!(
                    "Die Seite ist überwiegend von Hand geschrieben (etwa {percent} Prozent der Schrift); \
                     was darauf gelesen wurde, ist nicht sicher. Bitte ansehen."
                ),
            )),
            share if share >= LITTLE => Some(Note::info(
                "page.some_handwriting",
                format!(
                    "Etwa {percent} Prozent der Schrift sind von Hand; Wörter von dort gelten nicht als sicher."
                ),
            )),
            _ => None,
        }
    }
}

fn judge(lines: &[Line], raw: &[RawWord]) -> Handwriting {
    let sum = |lines: &[(Line, Option<f32>)], of: fn(&Line) -> u32| {
        lines.iter().map(|(line, _)| of(line)).sum::<u32>() as f32
    };
    let with_words = lines.iter().map(|line| (*line, reads(line, raw)));
    let (mut seen, unread): (Vec<_>, Vec<_>) = with_words.partition(|(_, reads)| reads.is_some());
    // Where nothing was read, pictures, stains and dirt are unsteady too; beside print they are likelier than a hand.
    let sure = raw.iter().filter(|w| w.confidence >= PRINT_READS).map(letters).sum::<f32>();
    if sure * 4.0 < sum(&unread, |l| l.letters) {
        seen.extend(unread);
    }
    let suspect = sum(&seen, |l| l.unsteady) > SUSPECT * sum(&seen, |l| l.judged).max(1.0);
    let all = sum(&seen, |l| l.letters);
    seen.retain(|(line, reads)| {
        let unsteady = line.judged > 0 && line.unsteady * 2 >= line.judged;
        (unsteady || suspect) && reads.unwrap_or_default() < PRINT_READS
    });
    let letters: u32 = seen.iter().map(|(line, _)| line.letters).sum();
    Handwriting {
        share: letters as f32 / all.max(1.0),
        letters,
        places: seen.iter().map(|(line, _)| line.bounds).collect(),
    }
}

/// How well the words of a line were read, by their letters; none where nothing was read.
fn reads(line: &Line, raw: &[RawWord]) -> Option<f32> {
    let words = raw.iter().filter(|w| w.bounds.centre_in(line.bounds));
    let (sum, all) = words
        .fold((0.0, 0.0), |(sum, all), word| (sum + word.confidence * letters(word), all + letters(word)));
    (all > 0.0).then_some(sum / all)
}

fn letters(word: &RawWord) -> f32 {
    word.text.chars().filter(|c| c.is_alphanumeric()).count() as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::{Affine, noise::Grain};
    use crate::testpage;

    fn reading(grey: image::GrayImage) -> ReadingImage {
        let to_kept = Affine { x: [1.0, 0.0, 0.0], y: [0.0, 1.0, 0.0] };
        ReadingImage { grey, to_kept, dpi: 300.0, stamps: Vec::new(), frames: Vec::new(), grain: Grain::Calm }
    }

    /// Words of the drawn lines from `first` on, all read alike.
    fn words(first: usize, count: usize, confidence: f32) -> Vec<RawWord> {
        let word = |line: usize| RawWord {
            text: "4711/26-B".into(),
            bounds: Box2 { x: 400, y: 280 + 70 * line as i32, w: 200, h: 40 },
            confidence,
            line: line as u32,
            block: 0,
        };
        (first..first + count).map(word).collect()
    }

    #[test]
    fn print_is_no_handwriting_however_badly_it_reads() {
        for confidence in [0.95, 0.3] {
            let found = Handwriting::of(&reading(testpage::letter(20)), &words(0, 20, confidence));
            assert!(found.share < 0.02 && found.note().is_none(), "{confidence} {}", found.share);
        }
    }

    #[test]
    fn a_handwritten_page_goes_to_a_person_and_no_word_of_it_is_sure() {
        for page in [testpage::handwritten(20), testpage::scrawled(20)] {
            let mut raw = words(0, 20, 0.5);
            raw[7].confidence = 0.97;
            let found = Handwriting::of(&reading(page), &raw);
            let note = found.note().unwrap();
            assert_eq!(
                (note.code.as_str(), note.severity),
                (HANDWRITTEN, crate::model::notes::Severity::Review)
            );
            found.doubt(&mut raw);
            assert!(raw.iter().all(|w| w.confidence <= UNSURE));
        }
    }

    #[test]
    fn a_few_lines_by_hand_are_measured_and_print_beside_them_stays_sure() {
        let mut page = testpage::letter(20);
        let below = testpage::handwritten(20);
        let from = 320 + 70 * 15 - 60;
        let strip = image::imageops::crop_imm(&below, 0, from, below.width(), 70 * 5 + 60).to_image();
        image::imageops::replace(&mut page, &strip, 0, i64::from(from));
        let mut raw = words(0, 15, 0.93);
        raw.extend(words(15, 5, 0.6));
        raw.last_mut().unwrap().confidence = 0.79;
        let found = Handwriting::of(&reading(page), &raw);
        assert!((0.1..0.45).contains(&found.share), "{}", found.share);
        assert_eq!(found.note().unwrap().code, "page.some_handwriting");
        found.doubt(&mut raw);
        assert!(
            raw[..15].iter().all(|w| w.confidence > 0.9) && raw[15..].iter().all(|w| w.confidence <= UNSURE)
        );
    }
}
