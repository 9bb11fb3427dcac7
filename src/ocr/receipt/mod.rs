//! The stamp of receipt, read by itself.
//!
//! In: the reading image and what the engine saw on it. Out: the words of the
//! stamp, marked as such, and the words of the letter below it. Stamps lean by
//! a few degrees of their own, have a frame, and stand on print; read together
//! with the page their lines fall apart, and the letter's with them. Where a
//! word of a stamp was seen, its surroundings are turned level, print darker
//! than the stamp's ink is taken out, the frame is cut off, and what is inside
//! is read once more. The same is done where letters stand that the engine
//! passed over, as it does with what leans, is framed or lies across lines.
//! Then the stamp is taken out of the page, and the lines it stood on are read
//! again. Without a date in it nothing changes.

mod ink;
mod level;
mod said;
mod unread;

use super::{RawWord, ReadMode, Recogniser, words};
use crate::model::geometry::Box2;
use crate::model::page::Word;
use crate::model::refusal::Refusal;
use crate::page::noise::Grain;
use crate::page::{Affine, ReadingImage, straightened};
use image::{GrayImage, imageops};
use ink::Paler;
use level::{Frame, inside_frame, lean_of_lines, leans, median};
use said::{date_score, is_of_stamp, lines_of_stamp, says_receipt};

/// Half the size of what is looked at around such a word, mm: the stamp may be 85 mm wide.
const AROUND_MM: (f32, f32) = (45.0, 32.0);
/// Paper looked at around a frame that was seen, mm.
const FRAMED_MM: f32 = 3.0;
/// Ink is darker than the paper by this.
const INK: u8 = 40;
/// A date read with this confidence needs no other view of the stamp.
const SURE: f32 = 0.85;
/// Stamps read on one page.
const STAMPS_MAX: usize = 2;
/// Print lies level; what leans by this much, degrees, was put there by hand. The lean of short lines is known less
/// exactly, and boxes of forms are short.
const LEAN_LEAST: f32 = 0.4;
const LEAN_LEAST_SHORT: f32 = 1.5;
/// Leans as close as this are one, degrees.
const SAME_LEAN: f32 = 0.6;
/// Pictures less wide than this show short lines only, mm.
const SHORT_MM: f32 = 45.0;
/// What a stamp counts for that says it is one, but whose date cannot be read.
const DATELESS: f32 = 0.2;
/// Looked at around letters that were passed over, mm: other lines of the stamp may have been read.
const BESIDE_MM: (f32, f32) = (8.0, 14.0);
/// A word read as well as this is no scribble.
const LEGIBLE: f32 = 0.5;
/// Paper around a stamp without a frame that still belongs to it, mm.
const APRON_MM: f32 = 2.0;
/// The lines below a stamp must be read about as well as together with it: letters times confidence.
const WORSE: f32 = 0.7;

/// A stamp as it was read.
struct Stamp {
    /// Its words in the kept image.
    words: Vec<Word>,
    /// The same in the level picture.
    boxes: Vec<Box2>,
    /// Its frame in the level picture.
    frame: Frame,
    /// Its frame does not lie level.
    leans: bool,
    /// From the level picture to the page.
    to_page: Affine,
    /// How sure its date is.
    score: f32,
}

impl Stamp {
    /// All of the stamp in the level picture, with its frame or some paper around.
    fn outline(&self, dpi: f32) -> Box2 {
        let by = if self.frame.seen { 2 * self.frame.margin } else { (APRON_MM / 25.4 * dpi) as i32 };
        let words = self.boxes.iter().copied().reduce(Box2::union);
        let all = if self.frame.seen { self.frame.inside } else { words.unwrap_or(self.frame.inside) };
        Box2 { x: all.x - by, y: all.y - by, w: all.w + 2 * by, h: all.h + 2 * by }
    }

    /// The upright box around it on the page.
    fn area(&self, dpi: f32, page: &GrayImage) -> Box2 {
        let o = self.outline(dpi);
        let corners = [(o.x, o.y), (o.x + o.w, o.y), (o.x, o.y + o.h), (o.x + o.w, o.y + o.h)]
            .map(|(x, y)| self.to_page.at(x as f32, y as f32));
        let side = |axis: usize, most: u32| {
            let values = corners.map(|c| c[axis]);
            let low = values.iter().copied().fold(f32::MAX, f32::min).clamp(0.0, most as f32) as i32;
            let high = values.iter().copied().fold(0.0, f32::max).clamp(0.0, most as f32) as i32;
            (low, high - low)
        };
        let ((x, w), (y, h)) = (side(0, page.width()), side(1, page.height()));
        Box2 { x, y, w, h }
    }
}

/// Reads the stamps of a page by themselves, and what stands below them without them.
pub fn read_again(
    engine: &mut dyn Recogniser,
    reading: &mut ReadingImage,
    raw: &[RawWord],
    words: &mut Vec<Word>,
) -> Result<(), Refusal> {
    let mut areas: Vec<Box2> = Vec::new();
    // Of the ink in a word a fifth is surely its own; of that in a frame, with print below, half.
    let named = raw.iter().filter(|w| is_of_stamp(w, raw)).map(|w| (w.bounds, 5));
    let framed = reading.frames.clone().into_iter().map(|f| (f, 2));
    for (bounds, part) in named.chain(framed) {
        if areas.len() >= STAMPS_MAX || areas.iter().any(|a| bounds.centre_in(*a)) {
            continue;
        }
        let frame = reading.frames.iter().find(|f| bounds.centre_in(**f));
        let (crop, to_page) = frame.map_or_else(|| around(reading, bounds), |f| framed_by(reading, *f));
        if part == 2 && !leaning_frame(&crop, reading.dpi) {
            continue;
        }
        let own = Box2 { x: bounds.x - to_page.x[2] as i32, y: bounds.y - to_page.y[2] as i32, ..bounds };
        let paler = Paler::of(&crop, own, part);
        let mut views = Vec::new();
        views.extend(paler.map(|p| (p.without_print(&crop, reading.dpi), true)));
        views.push((crop, false));
        let leans = if paler.is_some() {
            all_leans(&views[0].0, reading.dpi)
        } else {
            leans(&views[0].0, reading.dpi, median(views[0].0.as_raw()))
        };
        let Some(stamp) = read_level(engine, &views, &leans, reading, &to_page)? else { continue };
        if !stamp.leans && paler.is_none() {
            // Level and as dark as print: it may be print.
            replace(words, stamp.words);
            continue;
        }
        areas.push(take(engine, reading, stamp, paler, raw, words)?);
    }
    // Of several stamps on a letter the others say nothing else.
    if areas.is_empty() {
        passed_over(engine, reading, raw, words)?;
    }
    Ok(())
}

/// Reads stamps where letters stand that no word covers.
fn passed_over(
    engine: &mut dyn Recogniser,
    reading: &mut ReadingImage,
    raw: &[RawWord],
    words: &mut Vec<Word>,
) -> Result<(), Refusal> {
    let mm = reading.dpi / 25.4;
    for place in unread::places(&reading.grey, reading.dpi, raw).into_iter().take(STAMPS_MAX) {
        let middle = (place.x as f32 + place.w as f32 / 2.0, place.y as f32 + place.h as f32 / 2.0);
        let half = (place.w as f32 / 2.0 + BESIDE_MM.0 * mm, place.h as f32 / 2.0 + BESIDE_MM.1 * mm);
        let (crop, to_page) = cut_out(reading, middle, half);
        let paper = median(crop.as_raw());
        let alone = unread::without_read(&crop, (to_page.x[2] as i32, to_page.y[2] as i32), raw, paper);
        let lean = lean_of_lines(&alone, reading.dpi, paper);
        let level = straightened(alone.clone(), lean, paper).0;
        if !engine.read(&level, reading.dpi, ReadMode::Block)?.iter().any(is_legible) {
            continue;
        }
        let paler = Paler::between(&alone, &crop, 2);
        let mut views = vec![(alone, true)];
        views.extend(paler.map(|p| (p.without_print(&crop, reading.dpi), true)));
        views.push((crop, false));
        let Some(stamp) = read_level(engine, &views, &[lean], reading, &to_page)? else { continue };
        if stamp.words.iter().any(|w| says_receipt(&w.text)) {
            take(engine, reading, stamp, paler, raw, words)?;
            break;
        }
    }
    Ok(())
}

/// Whether a word may be one of a stamp and not a scribble.
fn is_legible(word: &RawWord) -> bool {
    word.confidence >= LEGIBLE && word.text.chars().filter(|c| c.is_alphanumeric()).count() >= 4
}

/// Takes a stamp out of the page, reads the lines it stood on, and adds its words; gives where it was.
fn take(
    engine: &mut dyn Recogniser,
    reading: &mut ReadingImage,
    stamp: Stamp,
    paler: Option<Paler>,
    raw: &[RawWord],
    words: &mut Vec<Word>,
) -> Result<Box2, Refusal> {
    let area = stamp.area(reading.dpi, &reading.grey);
    ink::clear(&mut reading.grey, &stamp, area, paler, reading.dpi);
    read_below(engine, reading, area, raw, words)?;
    let lies_on = |w: &Word| stamp.words.iter().any(|s| w.text == s.text && w.bounds.centre_in(s.bounds));
    words.retain(|w| !lies_on(w));
    words::append(words, stamp.words.into_iter().map(|w| Word { stamped: true, ..w }).collect());
    Ok(area)
}

/// The leans a picture of nothing but a stamp may have: its frame's, and its lines' where it has none.
fn all_leans(picture: &GrayImage, dpi: f32) -> Vec<f32> {
    let paper = median(picture.as_raw());
    let mut all = leans(picture, dpi, paper);
    let lines = lean_of_lines(picture, dpi, paper);
    if all.iter().all(|lean| (lean - lines).abs() > SAME_LEAN) {
        all.insert(0, lines);
    }
    all
}

/// Whether a picture shows a frame that does not lie level, as everything printed does.
fn leaning_frame(crop: &GrayImage, dpi: f32) -> bool {
    let paper = median(crop.as_raw());
    let least = lean_least(crop, dpi);
    leans(crop, dpi, paper).into_iter().any(|lean| {
        lean.abs() >= least && inside_frame(&straightened(crop.clone(), lean, paper).0, dpi, paper).seen
    })
}

/// From which lean on a picture's frame does not lie level.
fn lean_least(picture: &GrayImage, dpi: f32) -> f32 {
    if (picture.width() as f32) < SHORT_MM / 25.4 * dpi { LEAN_LEAST_SHORT } else { LEAN_LEAST }
}

/// Reads the lines of the page that a stamp stood on.
fn read_below(
    engine: &mut dyn Recogniser,
    reading: &ReadingImage,
    area: Box2,
    raw: &[RawWord],
    words: &mut Vec<Word>,
) -> Result<(), Refusal> {
    // No line is cut.
    let (mut top, mut bottom) = (area.y, area.y + area.h);
    let mut wider = true;
    while wider {
        wider = false;
        for b in raw.iter().map(|w| w.bounds).filter(|b| !b.centre_in(area)) {
            let touches = b.y < bottom && b.y + b.h > top;
            if touches && (b.y < top || b.y + b.h > bottom) {
                (top, bottom) = (top.min(b.y), bottom.max(b.y + b.h));
                wider = true;
            }
        }
    }
    let margin = (reading.dpi / 25.4) as i32;
    let (top, bottom) = ((top - margin).max(0), (bottom + margin).min(reading.grey.height() as i32));
    let (width, height) = (reading.grey.width(), (bottom - top).max(1) as u32);
    let band = ReadingImage {
        grey: imageops::crop_imm(&reading.grey, 0, top as u32, width, height).to_image(),
        to_kept: reading.to_kept.after(&Affine { x: [1.0, 0.0, 0.0], y: [0.0, 1.0, top as f32] }),
        dpi: reading.dpi,
        stamps: Vec::new(),
        frames: Vec::new(),
        grain: Grain::Calm,
    };
    let found = engine.read(&band.grey, band.dpi, ReadMode::Page)?;
    let new = words::placed(&words::believed(&found), &band);
    let level = reading.to_kept.inverse();
    let inside = |w: &Word| {
        let [_, y] = level
            .at(w.bounds.x as f32 + w.bounds.w as f32 / 2.0, w.bounds.y as f32 + w.bounds.h as f32 / 2.0);
        (top as f32..bottom as f32).contains(&y)
    };
    let worth = |words: &mut dyn Iterator<Item = &Word>| -> f32 {
        words.map(|w| w.text.chars().count() as f32 * w.confidence).sum()
    };
    let old = worth(&mut words.iter().filter(|w| inside(w) && !w.bounds.centre_in(kept(area, reading))));
    if worth(&mut new.iter()) >= old * WORSE {
        words::replace(words, inside, new);
    }
    Ok(())
}

/// A box of the reading image in the kept image.
fn kept(area: Box2, reading: &ReadingImage) -> Box2 {
    let [x, y] = reading.to_kept.at(area.x as f32, area.y as f32);
    let [right, bottom] = reading.to_kept.at((area.x + area.w) as f32, (area.y + area.h) as f32);
    Box2 { x: x as i32, y: y as i32, w: (right - x) as i32, h: (bottom - y) as i32 }
}

/// Reads the ink of a stamp that was taken out of a page by its colour.
pub fn read_ink(engine: &mut dyn Recogniser, ink: &ReadingImage) -> Result<Vec<Word>, Refusal> {
    let straight = Affine { x: [1.0, 0.0, 0.0], y: [0.0, 1.0, 0.0] };
    let view = [(ink.grey.clone(), true)];
    let leans = all_leans(&ink.grey, ink.dpi);
    let found = read_level(engine, &view, &leans, ink, &straight)?;
    let framed = || leaning_frame(&ink.grey, ink.dpi);
    if let Some(stamp) = found {
        let stamped = stamp.leans || stamp.words.iter().any(|w| says_receipt(&w.text)) || framed();
        return Ok(stamp.words.into_iter().map(|w| Word { stamped, ..w }).collect());
    }
    // A signature or a drawing makes letters of strokes; words of colour are read surely.
    let raw = engine.read(&ink.grey, ink.dpi, ReadMode::Block)?;
    if words::quality(&raw) < super::POOR {
        return Ok(Vec::new());
    }
    let stamped = raw.iter().any(|w| says_receipt(&w.text)) || framed();
    let words = words::placed(&words::believed(&raw), ink);
    Ok(words.into_iter().map(|w| Word { stamped, ..w }).collect())
}

/// What surrounds a word, and the way from there to the page.
fn around(reading: &ReadingImage, word: Box2) -> (GrayImage, Affine) {
    let mm = reading.dpi / 25.4;
    let (x, y) = (word.x as f32 + word.w as f32 / 2.0, word.y as f32 + word.h as f32 / 2.0);
    cut_out(reading, (x, y), (AROUND_MM.0 * mm, AROUND_MM.1 * mm))
}

/// A frame with little around it: what stands beside a small one has lines of its own.
fn framed_by(reading: &ReadingImage, frame: Box2) -> (GrayImage, Affine) {
    let (w, h) = (frame.w as f32 / 2.0, frame.h as f32 / 2.0);
    let by = FRAMED_MM * reading.dpi / 25.4;
    cut_out(reading, (frame.x as f32 + w, frame.y as f32 + h), (w + by, h + by))
}

/// The part of the page half as wide and high as told, around a point.
fn cut_out(
    reading: &ReadingImage,
    (cx, cy): (f32, f32),
    (half_w, half_h): (f32, f32),
) -> (GrayImage, Affine) {
    let (w, h) = (reading.grey.width() as f32, reading.grey.height() as f32);
    let (left, top) = ((cx - half_w).clamp(0.0, w) as u32, (cy - half_h).clamp(0.0, h) as u32);
    let (right, bottom) = ((cx + half_w).clamp(0.0, w) as u32, (cy + half_h).clamp(0.0, h) as u32);
    let crop = imageops::crop_imm(&reading.grey, left, top, right - left, bottom - top).to_image();
    (crop, Affine { x: [1.0, 0.0, left as f32], y: [0.0, 1.0, top as f32] })
}

/// Reads views of a stamp at the leans it may have, each view with whether all ink in it is the stamp's; the stamp
/// if there is a date in it.
fn read_level(
    engine: &mut dyn Recogniser,
    views: &[(GrayImage, bool)],
    leans: &[f32],
    reading: &ReadingImage,
    to_page: &Affine,
) -> Result<Option<Stamp>, Refusal> {
    let Some((first, _)) = views.first() else { return Ok(None) };
    let paper = median(first.as_raw());
    let mut best: Option<Stamp> = None;
    for &lean in leans {
        for (view, all_ink) in views {
            let (level, back) = straightened(view.clone(), lean, paper);
            let frame = inside_frame(&level, reading.dpi, paper);
            let [x, y, w, h] =
                [frame.inside.x, frame.inside.y, frame.inside.w, frame.inside.h].map(|v| v as u32);
            let shift = Affine { x: [1.0, 0.0, x as f32], y: [0.0, 1.0, y as f32] };
            let to_page = to_page.after(&back);
            let inside = ReadingImage {
                grey: imageops::crop_imm(&level, x, y, w, h).to_image(),
                to_kept: reading.to_kept.after(&to_page.after(&shift)),
                dpi: reading.dpi,
                stamps: Vec::new(),
                frames: Vec::new(),
                grain: Grain::Calm,
            };
            let raw = engine.read(&inside.grey, inside.dpi, ReadMode::Block)?;
            let own = if *all_ink { raw } else { lines_of_stamp(&raw, &frame, reading.dpi) };
            let leans = frame.seen && lean.abs() >= lean_least(view, reading.dpi);
            let dateless = leans && own.iter().any(|w| says_receipt(&w.text));
            let score = date_score(&own).max(if dateless { DATELESS } else { 0.0 });
            if score > best.as_ref().map_or(0.0, |b| b.score) {
                let boxes = own.iter().map(|w| w.bounds);
                let boxes = boxes.map(|b| Box2 { x: b.x + x as i32, y: b.y + y as i32, ..b }).collect();
                best =
                    Some(Stamp { words: words::placed(&own, &inside), boxes, frame, leans, to_page, score });
            }
            if score > SURE {
                return Ok(best);
            }
        }
    }
    Ok(best)
}

/// Words read again take the place of those they lie on, unless those were read better and say something else.
fn replace(words: &mut Vec<Word>, found: Vec<Word>) {
    let overlaps = |a: &Word, b: &Word| {
        let w = (a.bounds.x + a.bounds.w).min(b.bounds.x + b.bounds.w) - a.bounds.x.max(b.bounds.x);
        let h = (a.bounds.y + a.bounds.h).min(b.bounds.y + b.bounds.h) - a.bounds.y.max(b.bounds.y);
        let least = (a.bounds.w * a.bounds.h).min(b.bounds.w * b.bounds.h);
        w > 0 && h > 0 && w * h * 3 > least
    };
    let mut new = Vec::new();
    for word in found {
        let better = |old: &Word| old.confidence > word.confidence + 0.05 && old.text != word.text;
        if words.iter().any(|old| overlaps(old, &word) && better(old)) {
            continue;
        }
        words.retain(|old| !overlaps(old, &word));
        new.push(word);
    }
    words::append(words, new);
}
