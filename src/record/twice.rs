//! Whether a sheet was scanned twice: two pages whose small pictures lie over each other.
//!
//! Two passes of the same sheet differ by a shift of a millimetre, some noise and another compression. Two letters of
//! the same form differ in the lines that were filled in. A picture is reduced to what is written on it, and two are
//! compared in all small shifts.

use image::GrayImage;
use image::imageops::{FilterType, resize};

/// Size a page is compared in.
const WIDTH: u32 = 120;
const HEIGHT: u32 = 168;
/// Shifts that are tried, in pixels of that size: 5 mm of A4.
const SHIFT: i32 = 3;
/// Pages more alike than this show the same sheet.
const ALIKE: f32 = 0.93;
/// Pages less alike than this from afar are not looked at closer.
const ROUGHLY: f32 = 0.7;
/// Pages with less on them than this are not compared: nothing tells them apart.
const INK_MIN: f32 = 0.004;

/// What is written on a page, small.
#[derive(Clone, Debug)]
pub struct Face {
    /// Darkness above the paper, row by row.
    ink: Vec<f32>,
    /// The same, coarser: most pages are told apart by it.
    coarse: Vec<f32>,
    ratio: f32,
}

impl Face {
    /// From a small grey picture; none if there is too little on it.
    pub fn of(grey: &GrayImage) -> Option<Self> {
        let ratio = grey.width() as f32 / grey.height().max(1) as f32;
        let small = resize(grey, WIDTH, HEIGHT, FilterType::Triangle);
        let ink = written(&small);
        let coarse = written(&resize(&small, WIDTH / 5, HEIGHT / 5, FilterType::Triangle));
        let mean = ink.iter().sum::<f32>() / ink.len() as f32;
        (mean >= INK_MIN).then_some(Self { ink, coarse, ratio })
    }

    /// How alike two pages are, 0 to 1, in the best of the small shifts.
    pub fn alike(&self, other: &Self) -> f32 {
        if (self.ratio / other.ratio - 1.0).abs() > 0.03 {
            return 0.0;
        }
        let rough = correlation(self.coarse.iter().zip(&other.coarse).map(|(&a, &b)| (a, b)));
        if rough < ROUGHLY {
            return rough;
        }
        let mut best = 0.0f32;
        for down in -SHIFT..=SHIFT {
            for across in -SHIFT..=SHIFT {
                best = best.max(self.shifted(other, across, down));
            }
        }
        best
    }

    /// Correlation of what is on both, the other shifted.
    fn shifted(&self, other: &Self, across: i32, down: i32) -> f32 {
        let width = WIDTH as usize;
        let inner = SHIFT as usize..width - SHIFT as usize;
        let rows = SHIFT..HEIGHT as i32 - SHIFT;
        correlation(rows.flat_map(|y| {
            let here = &self.ink[y as usize * width..][inner.clone()];
            let there = &other.ink[(y + down) as usize * width..][..width];
            let there = &there[(inner.start as i32 + across) as usize..];
            here.iter().zip(there).map(|(&a, &b)| (a, b))
        }))
    }
}

/// Darkness above the paper, which is what most of a page is.
fn written(grey: &GrayImage) -> Vec<f32> {
    let mut sorted: Vec<u8> = grey.as_raw().clone();
    sorted.sort_unstable();
    let paper = f32::from(sorted[sorted.len() * 3 / 4]);
    grey.as_raw().iter().map(|&v| ((paper - f32::from(v)) / 255.0).max(0.0)).collect()
}

/// 1 for the same, 0 for nothing in common.
fn correlation(pairs: impl Iterator<Item = (f32, f32)>) -> f32 {
    let sums = pairs.fold((0.0f32, 0.0f32, 0.0f32), |(both, own, others), (a, b)| {
        (both + a * b, own + a * a, others + b * b)
    });
    let (both, own, others) = sums;
    if own == 0.0 || others == 0.0 { 0.0 } else { both / (own * others).sqrt() }
}

/// The first two pages that show the same sheet.
pub fn twice(faces: &[Option<Face>]) -> Option<(usize, usize)> {
    for (second, face) in faces.iter().enumerate() {
        let Some(face) = face else { continue };
        for (first, other) in faces[..second].iter().enumerate() {
            if other.as_ref().is_some_and(|other| face.alike(other) >= ALIKE) {
                return Some((first, second));
            }
        }
    }
    None
}
