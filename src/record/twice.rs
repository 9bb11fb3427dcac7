//! Whether a sheet was scanned twice: two pages whose small pictures lie over each other.
//!
//! Or once with something on it and once without: a sticker, a note, a corner folded over. Then the pictures lie over
//! each other everywhere but in one place.
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
/// Pages more alike than this show the same sheet: different sample letters reach 0.77, second passes of the same sheet
/// with shift, lean and noise begin at 0.83.
const ALIKE: f32 = 0.85;
/// Pages less alike than this from afar are not looked at closer.
const ROUGHLY: f32 = 0.7;
/// Less alike than this from afar, a sheet with something on it and without is not looked at closer either.
const PARTLY: f32 = 0.5;
/// Pages with less on them than this are not compared: nothing tells them apart.
const INK_MIN: f32 = 0.004;

/// Side of the squares in which two pages are compared place by place: 21 mm of A4.
const SQUARE: usize = 12;
/// A square in which two pages are less alike than this shows something else.
const OTHER: f32 = 0.3;
/// Squares with less on them than this share of what a usual one has are not compared.
const FAINT: f32 = 0.4;
/// What lies on a sheet covers less than this share of it: notes have 9 % of A4, a sheet folded over to the middle more.
const COVER_MAX: f32 = 0.35;
/// Around it at least so many squares are written on: a few lines alike prove nothing.
const AROUND_MIN: usize = 12;
/// And what it covers is other nearly everywhere: letters of the same form differ here and there.
const COVER_FULL: f32 = 0.6;

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

    /// Whether both show the same sheet, one of them with something lying on a part of it.
    pub fn covered(&self, other: &Self) -> bool {
        if (self.ratio / other.ratio - 1.0).abs() > 0.03 {
            return false;
        }
        // Seen from afar a note hides a part, not the whole.
        if correlation(self.coarse.iter().zip(&other.coarse).map(|(&a, &b)| (a, b))) < PARTLY {
            return false;
        }
        let shifts = (-SHIFT..=SHIFT).flat_map(|down| (-SHIFT..=SHIFT).map(move |across| (across, down)));
        let best = shifts
            .map(|(across, down)| (self.shifted(other, across, down), across, down))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        best.is_some_and(|(_, across, down)| Squares::of(self, other, across, down).covered())
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

/// What two pages have in one place: sums over its pixels.
#[derive(Clone, Copy, Debug, Default)]
struct Square {
    pixels: f32,
    own: f32,
    others: f32,
    own_squared: f32,
    others_squared: f32,
    both: f32,
}

impl Square {
    fn add(&mut self, a: f32, b: f32) {
        self.pixels += 1.0;
        self.own += a;
        self.others += b;
        self.own_squared += a * a;
        self.others_squared += b * b;
        self.both += a * b;
    }

    /// How much changes within it on the one page and on the other: writing does, paper of any shade does not.
    fn written(&self) -> (f32, f32) {
        let n = self.pixels.max(1.0);
        let spread = |squared: f32, sum: f32| (squared - sum * sum / n).max(0.0);
        (spread(self.own_squared, self.own), spread(self.others_squared, self.others))
    }

    fn ink(&self) -> f32 {
        let (own, others) = self.written();
        own + others
    }

    /// Whether something else stands here; changes below `least` are none.
    fn is_other(&self, least: f32) -> bool {
        let (own, others) = self.written();
        let together = self.both - self.own * self.others / self.pixels.max(1.0);
        together < OTHER * (own.max(least) * others.max(least)).sqrt()
    }
}

/// Two pages place by place.
struct Squares(Vec<Square>);

const COLUMNS: usize = WIDTH as usize / SQUARE;
const ROWS: usize = HEIGHT as usize / SQUARE;

impl Squares {
    fn of(one: &Face, other: &Face, across: i32, down: i32) -> Self {
        let mut squares = vec![Square::default(); COLUMNS * ROWS];
        let width = WIDTH as i32;
        for y in SHIFT..HEIGHT as i32 - SHIFT {
            for x in SHIFT..width - SHIFT {
                let own = one.ink[(y * width + x) as usize];
                let others = other.ink[((y + down) * width + x + across) as usize];
                squares[y as usize / SQUARE * COLUMNS + x as usize / SQUARE].add(own, others);
            }
        }
        Self(squares)
    }

    /// One place, nearly all of it other, and everything else the same.
    fn covered(&self) -> bool {
        let usual = self.0.iter().map(Square::ink).sum::<f32>() / self.0.len() as f32;
        let seen = |at: &&usize| self.0[**at].ink() > FAINT * usual;
        let all: Vec<usize> = (0..self.0.len()).collect();
        let other: Vec<usize> = all
            .iter()
            .filter(seen)
            .filter(|&&at| self.0[at].is_other(FAINT * usual / 4.0))
            .copied()
            .collect();
        let columns = other.iter().map(|at| at % COLUMNS);
        let rows = other.iter().map(|at| at / COLUMNS);
        let (Some(left), Some(right), Some(top), Some(bottom)) =
            (columns.clone().min(), columns.max(), rows.clone().min(), rows.max())
        else {
            return false;
        };
        let (within, around): (Vec<usize>, Vec<usize>) = all.iter().partition(|&at| {
            (left..=right).contains(&(at % COLUMNS)) && (top..=bottom).contains(&(at / COLUMNS))
        });
        let sum = |of: fn(&Square) -> f32| around.iter().map(|&at| of(&self.0[at])).sum::<f32>();
        let (own, others) = (sum(|s| s.own_squared), sum(|s| s.others_squared));
        let full = other.len() as f32 >= COVER_FULL * within.iter().filter(seen).count() as f32;
        let small = within.len() as f32 <= COVER_MAX * self.0.len() as f32;
        let same = sum(|s| s.both) >= ALIKE * (own * others).sqrt();
        let enough = around.iter().filter(seen).count() >= AROUND_MIN.max(other.len());
        small && full && same && enough
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
            if other.as_ref().is_some_and(|other| face.alike(other) >= ALIKE && !face.covered(other)) {
                return Some((first, second));
            }
        }
    }
    None
}

/// Pages that show the page `apart` before them once more, with something on one of the two.
pub fn covered(faces: &[Option<Face>], apart: usize) -> Vec<(usize, usize)> {
    let pairs = (apart..faces.len()).map(|second| (second - apart, second));
    pairs
        .filter(|&(first, second)| match (&faces[first], &faces[second]) {
            (Some(first), Some(second)) => second.covered(first),
            _ => false,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testpage;
    use image::Luma;

    /// As the thumbnail of a page, moved as a second pass moves it.
    fn face(page: &GrayImage, moved: i64) -> Face {
        let mut sheet = GrayImage::from_pixel(page.width(), page.height(), Luma([245]));
        image::imageops::replace(&mut sheet, page, moved, moved / 2);
        Face::of(&resize(&sheet, 339, 480, FilterType::Triangle)).unwrap()
    }

    /// Something laid on the page: paper of its own, with a few lines on it.
    fn with_note(page: &GrayImage, (x, y): (i64, i64), (width, height): (u32, u32)) -> GrayImage {
        let mut note = GrayImage::from_pixel(width, height, Luma([215]));
        for line in 0..height / 120 {
            testpage::write(
                &mut note,
                &testpage::face(),
                "Bitte Rücksprache!",
                40.0,
                100.0 + line as f32 * 120.0,
                70.0,
            );
        }
        let mut page = page.clone();
        image::imageops::replace(&mut page, &note, x, y);
        page
    }

    #[test]
    fn a_sheet_with_something_on_it_is_the_same_sheet_and_not_scanned_twice() {
        let page = testpage::letter(40);
        for (place, size) in [((1200, 800), (900, 900)), ((300, 400), (900, 900)), ((700, 1500), (1100, 500))]
        {
            let noted = with_note(&page, place, size);
            for moved in [0, 14] {
                let (first, second) = (face(&noted, 0), face(&page, moved));
                assert!(second.covered(&first) && first.covered(&second), "{place:?} {moved}");
                let faces = [Some(first), Some(second)];
                assert_eq!((twice(&faces), covered(&faces, 1)), (None, vec![(0, 1)]));
            }
        }
    }

    #[test]
    fn a_second_pass_and_another_letter_are_not_taken_for_it() {
        let page = testpage::letter(40);
        let again = [Some(face(&page, 0)), Some(face(&page, 14))];
        assert_eq!((twice(&again), covered(&again, 1)), (Some((0, 1)), vec![]));
        for other in [testpage::letter(17), testpage::rotated(&page, 180.0)] {
            assert!(!face(&page, 0).covered(&face(&other, 0)));
        }
        // A sheet laid over nearly all of another is another sheet.
        assert!(!face(&page, 0).covered(&face(&with_note(&page, (200, 250), (2000, 2400)), 0)));
    }
}
