//! Barcodes: a region of parallel bars becomes a few lines, each averaged along the bars.
//!
//! Averaging along the bars is what a person's eye does: specks and worn
//! places vanish, bars stay. A value counts if two lines agree on it.

use super::texture::Lie;
use super::{Symbology, Work, guarded};
use crate::model::geometry::Box2;
use crate::model::page::Code;
use rxing::common::BitArray;
use rxing::oned::{Code39Reader, Code128Reader, ITFReader, MultiFormatUPCEANReader, OneDReader};
use rxing::{BarcodeFormat, DecodeHints, RXingResult};
use std::collections::HashSet;

/// Lines read across the height of a region.
const LINES: usize = 9;
/// Lines that must agree on a value.
const VOTES_MIN: usize = 2;
/// Room left and right of the bars in inches: quiet zone, and cells that were not recognised.
const MARGIN_INCH: f32 = 0.35;
/// Samples per pixel across the bars: modules of 2 pixels become 6 samples.
const FINE: f32 = 3.0;
/// Samples averaged along the bars for one line.
const DEEP: usize = 8;
/// Longest line in samples: 30 cm at 600 dpi would be 21,000.
const SAMPLES_MAX: usize = 24_000;

/// Every barcode in the region that two lines agree on.
pub fn read(work: &mut Work<'_>, lie: Lie, allowed: &[Symbology]) -> Vec<Code> {
    let half = lie.half_along + MARGIN_INCH * work.dpi;
    let samples = ((half * 2.0 * FINE) as usize).min(SAMPLES_MAX);
    if samples < 60 || !work.take(samples as u32, (LINES * DEEP) as u32 / 8) {
        return Vec::new();
    }
    let mut votes: Vec<(Symbology, String, usize, f32)> = Vec::new();
    for line in 0..LINES {
        // From 10 % to 90 % of the height.
        let beside = lie.half_beside * (line as f32 / (LINES - 1) as f32 * 1.6 - 0.8);
        let Some(bits) = bits(&profile(work, &lie, beside, samples), work.dpi) else { continue };
        let Some((symbology, value)) = decode(&bits, allowed) else { continue };
        match votes.iter_mut().find(|v| v.0 == symbology && v.1 == value) {
            Some(vote) => vote.2 += 1,
            None => votes.push((symbology, value, 1, beside)),
        }
    }
    let bounds = around(&lie);
    let agreed = votes.into_iter().filter(|v| v.2 >= VOTES_MIN);
    agreed.map(|(s, value, ..)| Code { symbology: s.id().into(), value, bounds }).collect()
}

/// Grey values across the bars, averaged along them.
fn profile(work: &Work<'_>, lie: &Lie, beside: f32, samples: usize) -> Vec<f32> {
    let [cos, sin] = lie.direction;
    let depth = lie.half_beside * 1.6 / LINES as f32;
    (0..samples)
        .map(|i| {
            let u = (i as f32 - samples as f32 / 2.0) / FINE;
            let sum: f32 = (0..DEEP)
                .map(|d| {
                    let v = beside + depth * (d as f32 / (DEEP - 1) as f32 - 0.5);
                    sample(work, lie.x + u * cos - v * sin, lie.y + u * sin + v * cos)
                })
                .sum();
            sum / DEEP as f32
        })
        .collect()
}

/// Between the four pixels around; white outside the page.
fn sample(work: &Work<'_>, x: f32, y: f32) -> f32 {
    let (x, y) = (x - 0.5, y - 0.5);
    let (left, top) = (x.floor(), y.floor());
    let (fx, fy) = (x - left, y - top);
    let at = |dx: i32, dy: i32| {
        let (px, py) = (left as i32 + dx, top as i32 + dy);
        match (u32::try_from(px), u32::try_from(py)) {
            (Ok(px), Ok(py)) => work.page.get_pixel_checked(px, py).map_or(255.0, |p| f32::from(p.0[0])),
            _ => 255.0,
        }
    };
    let upper = at(0, 0) * (1.0 - fx) + at(1, 0) * fx;
    let lower = at(0, 1) * (1.0 - fx) + at(1, 1) * fx;
    upper * (1.0 - fy) + lower * fy
}

/// Ink or paper for every sample: halfway between the darkest and lightest value within 3 mm.
fn bits(profile: &[f32], dpi: f32) -> Option<Vec<bool>> {
    let reach = ((0.12 * dpi * FINE) as usize).max(8);
    let low = profile.iter().copied().fold(f32::MAX, f32::min);
    let high = profile.iter().copied().fold(f32::MIN, f32::max);
    if high - low < 30.0 {
        return None;
    }
    let mut levels = Vec::with_capacity(profile.len() / reach + 1);
    for block in profile.chunks(reach) {
        let near_low = block.iter().copied().fold(f32::MAX, f32::min);
        let near_high = block.iter().copied().fold(f32::MIN, f32::max);
        levels.push((near_low, near_high));
    }
    let level = |i: usize| {
        let block = i / reach;
        let around = levels.get(block.saturating_sub(1)..(block + 2).min(levels.len())).unwrap_or(&[]);
        let near_low = around.iter().map(|l| l.0).fold(f32::MAX, f32::min);
        let near_high = around.iter().map(|l| l.1).fold(f32::MIN, f32::max);
        // Only paper around, or only ink: what the whole line says.
        if near_high - near_low < (high - low) * 0.3 {
            (low + high) / 2.0
        } else {
            (near_low + near_high) / 2.0
        }
    };
    Some(profile.iter().enumerate().map(|(i, &v)| v < level(i)).collect())
}

/// The first allowed symbology that reads the line, in either direction.
fn decode(bits: &[bool], allowed: &[Symbology]) -> Option<(Symbology, String)> {
    let (forth, back) = (row(bits.iter().copied()), row(bits.iter().rev().copied()));
    allowed.iter().find_map(|&symbology| {
        [&forth, &back].into_iter().find_map(|row| Some((symbology, value(symbology, row)?)))
    })
}

fn row(bits: impl ExactSizeIterator<Item = bool>) -> BitArray {
    let mut row = BitArray::with_size(bits.len());
    for (i, ink) in bits.enumerate() {
        if ink {
            row.set(i);
        }
    }
    row
}

fn value(symbology: Symbology, row: &BitArray) -> Option<String> {
    let hints = DecodeHints::default();
    let text = |found: rxing::common::Result<RXingResult>| found.ok().map(|f| f.getText().to_owned());
    let value = guarded(|| match symbology {
        Symbology::Code128 => text(Code128Reader.decode_row(0, row, &hints)),
        Symbology::Code39 => text(Code39Reader::default().decode_row(0, row, &hints)),
        Symbology::Itf => text(ITFReader::default().decode_row(0, row, &hints)),
        Symbology::Ean13 => {
            let formats = Some(HashSet::from([BarcodeFormat::EAN_13]));
            let hints = DecodeHints { PossibleFormats: formats, ..DecodeHints::default() };
            text(MultiFormatUPCEANReader::new(&hints).decode_row(0, row, &hints))
        }
        Symbology::Qr | Symbology::DataMatrix | Symbology::Pdf417 => None,
    })?;
    // Without a check digit, one or two signs are an accident of stripes.
    let proved = matches!(symbology, Symbology::Code128 | Symbology::Ean13);
    (value.chars().count() >= if proved { 1 } else { 3 }).then_some(value)
}

fn around(lie: &Lie) -> Box2 {
    let [cos, sin] = lie.direction.map(f32::abs);
    let (w, h) = (lie.half_along * cos + lie.half_beside * sin, lie.half_along * sin + lie.half_beside * cos);
    Box2 { x: (lie.x - w) as i32, y: (lie.y - h) as i32, w: (2.0 * w) as i32, h: (2.0 * h) as i32 }
}
