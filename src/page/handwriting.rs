//! Lines of letters, and whether a machine or a hand set them. Looks at ink only, reads nothing.
//!
//! In: the image the OCR reads. Out: its lines, each with a verdict. A machine
//! puts letters on one straight line and leaves paper between them; a hand
//! does neither for long. Measured on lines of about sixteen letters: of print
//! in twenty typefaces, roman and italic, nine in ten stand on the line by
//! 0.88 and none joins; of twelve handwritten ones, unsteady as a hand is,
//! half stand by less than 0.8, and joined ones are as wide as words.

use super::blobs::{self, Blob};
use crate::model::geometry::Box2;
use image::GrayImage;

/// Darker than this is ink on the flattened paper of a reading image.
const INK: u8 = 140;
/// Heights of letters, mm: below are dots and specks, above headings and pictures.
const HEIGHT_MM: std::ops::Range<f32> = 1.0..20.0;
/// Wider is a rule or a frame, mm.
const WIDTH_MM: f32 = 60.0;
/// More pieces than this are a drawing or noise.
const PARTS_MAX: usize = 12_000;
/// Letters judged together: a line of print bends less than that on the worst sheet.
const TOGETHER: usize = 16;
/// Fewer tell nothing.
const FEW: usize = 8;
/// Leans tried for the line under the letters, and the step between them.
const LEAN: (i32, f32) = (6, 0.005);
/// A letter stands on the line if its foot is no further from it than this share of the usual height.
const FOOT: f32 = 0.1;
/// Print has more letters on its line than this.
const STEADY: f32 = 0.8;
/// Pieces wider than so many heights are letters that hang together, and print has less of them than this.
const JOINED: f32 = 2.2;
const JOINED_SHARE: f32 = 0.25;

/// Letters beside each other.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Around them all, pixels of the image.
    pub bounds: Box2,
    /// Letters, roughly.
    pub letters: u32,
    /// Letters among those that were judged and that no machine set so.
    pub unsteady: u32,
    /// Letters that were judged.
    pub judged: u32,
}

/// The lines of an image.
pub fn lines(image: &GrayImage, dpi: f32) -> Vec<Line> {
    let mask: Vec<u8> = image.as_raw().iter().map(|&p| u8::from(p < INK)).collect();
    let mm = dpi.max(1.0) / 25.4;
    let mut parts = blobs::find(&mask, image.width() as usize).blobs;
    parts.retain(|part| is_letter(part, mm));
    if parts.len() > PARTS_MAX {
        return Vec::new();
    }
    parts.sort_by_key(|part| (part.left, part.top));
    let mut lines: Vec<Vec<Blob>> = Vec::new();
    for part in parts {
        let near = lines.iter_mut().filter_map(|line| Some((distance(line, &part)?, line)));
        match near.min_by(|a, b| a.0.total_cmp(&b.0)) {
            Some((_, line)) => line.push(part),
            None => lines.push(vec![part]),
        }
    }
    lines.iter().map(|line| judged(line)).collect()
}

/// A piece of ink that may be a letter or several: no dot, no rule, no solid bar.
fn is_letter(part: &Blob, mm: f32) -> bool {
    let (width, height) = (part.width() as f32, part.height() as f32);
    let solid = part.area as f32 > 0.8 * width * height + 6.0 * mm;
    HEIGHT_MM.contains(&(height / mm))
        && width <= WIDTH_MM * mm
        && width < 14.0 * height
        && height < 12.0 * width
        && !solid
}

/// How far a piece is from the middle of a line it continues; none if it does not.
fn distance(line: &[Blob], part: &Blob) -> Option<f32> {
    let last = line.last()?;
    let near = &line[line.len().saturating_sub(6)..];
    let (top, bottom) = near.iter().fold((u32::MAX, 0), |(t, b), p| (t.min(p.top), b.max(p.bottom)));
    let tall = near.iter().map(Blob::height).max()?.max(part.height()) as f32;
    let overlap = bottom.min(part.bottom) as f32 - top.max(part.top) as f32;
    let gap = part.left as f32 - last.right as f32;
    let continues = gap < 2.5 * tall && overlap > 0.5 * part.height().min(bottom - top) as f32;
    let middle = |p: &Blob| (p.top + p.bottom) as f32 / 2.0;
    continues.then(|| (middle(last) - middle(part)).abs())
}

fn judged(line: &[Blob]) -> Line {
    let (mut unsteady, mut judged) = (0, 0);
    for group in line.chunks(TOGETHER) {
        let letters: u32 = group.iter().map(letters).sum();
        if letters >= FEW as u32 {
            judged += letters;
            unsteady += if by_hand(group) { letters } else { 0 };
        }
    }
    let bounds = line.iter().map(Blob::bounds).reduce(Box2::union).unwrap_or_default();
    Line { bounds, letters: line.iter().map(letters).sum(), unsteady, judged }
}

/// Letters of a piece: several where they hang together, each about as wide as high.
fn letters(part: &Blob) -> u32 {
    (part.width() / part.height().max(1)).max(1)
}

/// Whether letters stand on no line, or hang together.
fn by_hand(group: &[Blob]) -> bool {
    let mut heights: Vec<u32> = group.iter().map(Blob::height).collect();
    heights.sort_unstable();
    let usual = heights[heights.len() / 2] as f32;
    // Dots, commas and hyphens stand anywhere.
    let letters: Vec<&Blob> = group.iter().filter(|b| b.height() as f32 >= 0.45 * usual).collect();
    let width: u32 = letters.iter().map(|b| b.width()).sum();
    let joined = letters.iter().filter(|b| b.width() as f32 > JOINED * b.height() as f32);
    let joined: u32 = joined.map(|b| b.width()).sum();
    joined as f32 > JOINED_SHARE * width as f32
        || letters.len() >= FEW
            && (on_line(&letters, (FOOT * usual).max(1.5)) as f32) < STEADY * letters.len() as f32
}

/// The most letters that stand on one straight line.
fn on_line(letters: &[&Blob], reach: f32) -> usize {
    let (steps, step) = LEAN;
    let on = |lean: f32| {
        let foot = |b: &&Blob| b.bottom as f32 - lean * (b.left + b.right) as f32 / 2.0;
        let mut feet: Vec<f32> = letters.iter().map(foot).collect();
        feet.sort_unstable_by(f32::total_cmp);
        let from = |i: usize| feet[i..].iter().take_while(|&&y| y <= feet[i] + 2.0 * reach).count();
        (0..feet.len()).map(from).max().unwrap_or(0)
    };
    (-steps..=steps).map(|n| on(n as f32 * step)).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testpage;

    fn share(image: &GrayImage) -> f32 {
        let lines = lines(image, 300.0);
        let sum = |of: fn(&Line) -> u32| lines.iter().map(of).sum::<u32>() as f32;
        assert!(sum(|l| l.judged) > 100.0, "too little was found");
        sum(|l| l.unsteady) / sum(|l| l.judged)
    }

    #[test]
    fn print_is_steady_straight_or_leaning() {
        let page = testpage::letter(20);
        assert!(share(&page) < 0.02);
        assert!(share(&testpage::rotated(&page, 0.8)) < 0.05);
    }

    #[test]
    fn a_hand_is_not() {
        assert!(share(&testpage::handwritten(20)) > 0.5, "{}", share(&testpage::handwritten(20)));
        assert!(share(&testpage::scrawled(20)) > 0.9, "{}", share(&testpage::scrawled(20)));
    }

    #[test]
    fn nothing_is_found_where_nothing_is_written() {
        assert!(lines(&GrayImage::from_pixel(900, 900, image::Luma([250])), 300.0).is_empty());
        assert!(lines(&GrayImage::from_pixel(900, 900, image::Luma([0])), 300.0).is_empty());
    }
}
