//! Patch codes: four bars, two of them wide, with narrow spaces.
//!
//! Wide 0.20 inch, narrow and spaces 0.08, sum 0.80; two inches long, near an
//! edge. There is no check digit, so the proof is length: the same four bars
//! on many lines, one below the other on a straight track.

use super::Small;
use crate::model::geometry::Box2;
use crate::model::page::Code;

/// Widths of the four bars, true is wide, in reading direction from the leading edge.
const PATCHES: [(&str, [bool; 4]); 6] = [
    ("patch_1", [true, true, false, false]),
    ("patch_2", [true, false, false, true]),
    ("patch_3", [true, false, true, false]),
    ("patch_4", [false, true, true, false]),
    ("patch_6", [false, false, true, true]),
    ("patch_t", [false, true, false, true]),
];
/// Narrow bar in inches: 0.08 by the book, more or less for copies scaled to the page and for
/// files that claim a wrong resolution.
const UNIT_INCH: std::ops::RangeInclusive<f32> = 0.05..=0.13;
/// Height in inches of the band that is averaged to one line: half a narrow bar, so that a skew of
/// 10° blurs a tenth of it.
const BAND_INCH: f32 = 0.04;
/// Bars shorter than this (inches, sum of agreeing lines) prove nothing; some devices print 0.75.
const LENGTH_INCH: f32 = 0.55;
/// Lines that must agree.
const LINES_MIN: usize = 8;
/// A track may pause this long (inches): a punch hole is 0.24 across.
const PAUSE_INCH: f32 = 0.4;
/// Share of the lines of a track that must show the code.
const AGREE: f32 = 0.6;
/// Sideways drift per line downwards: 14°.
const DRIFT_MAX: f32 = 0.25;

/// Every set of patch bars on the page, the longest first.
pub fn find(small: &Small) -> Vec<Code> {
    let band = ((BAND_INCH * small.dpi).round() as usize).max(1);
    let views = [across(small, band), down(small, band)];
    // The second level is for copies of copies, whose bars are grey.
    for level in [small.level(0.5), small.level(0.75)] {
        let mut tracks: Vec<(Track, bool)> = Vec::new();
        for (view, lying) in views.iter().zip([false, true]) {
            tracks.extend(view.tracks(level).into_iter().map(|t| (t, lying)));
        }
        tracks.sort_by_key(|b| std::cmp::Reverse(b.0.hits));
        if !tracks.is_empty() {
            return tracks.into_iter().map(|(t, lying)| t.code(small, band, lying)).collect();
        }
    }
    Vec::new()
}

/// The page as averaged lines across the bars.
struct View {
    /// Pixels of a line.
    width: usize,
    lines: Vec<u8>,
    dpi: f32,
    band: usize,
}

/// Lines from left to right: for standing bars.
fn across(small: &Small, band: usize) -> View {
    let mut lines = Vec::with_capacity(small.data.len() / band);
    let mut sums = vec![0u16; small.width];
    for rows in small.data.chunks_exact(small.width * band) {
        sums.fill(0);
        for row in rows.chunks_exact(small.width) {
            for (sum, &pixel) in sums.iter_mut().zip(row) {
                *sum = sum.wrapping_add(u16::from(pixel));
            }
        }
        lines.extend(sums.iter().map(|&s| (s / band as u16) as u8));
    }
    View { width: small.width, lines, dpi: small.dpi, band }
}

/// Lines from top to bottom: for lying bars.
fn down(small: &Small, band: usize) -> View {
    let count = small.width / band;
    let mut lines = vec![0u8; count * small.height];
    for y in 0..small.height {
        for (line, cells) in small.row(y).chunks_exact(band).enumerate() {
            let sum = cells.iter().fold(0u16, |sum, &c| sum.wrapping_add(u16::from(c)));
            lines[line * small.height + y] = (sum / band as u16) as u8;
        }
    }
    View { width: small.height, lines, dpi: small.dpi, band }
}

/// Four bars on one line.
#[derive(Clone, Copy, Debug)]
struct Hit {
    bars: [bool; 4],
    start: f32,
    end: f32,
}

/// The same four bars on many lines.
#[derive(Clone, Debug)]
struct Track {
    bars: [bool; 4],
    hits: usize,
    first: (usize, f32),
    last: (usize, Hit),
    /// Furthest reach along the lines.
    from: f32,
    to: f32,
    /// Squared distance of the hits from where the track expected them, summed.
    wobble: f32,
}

impl View {
    fn tracks(&self, level: u8) -> Vec<Track> {
        let mut open: Vec<Track> = Vec::new();
        let mut done: Vec<Track> = Vec::new();
        let pause = (PAUSE_INCH * self.dpi / self.band as f32) as usize + 1;
        let mut runs = Vec::new();
        for (index, line) in self.lines.chunks_exact(self.width).enumerate() {
            let (still, over) = open.into_iter().partition(|t: &Track| index - t.last.0 <= pause);
            open = still;
            done.extend(over);
            self.runs(line, level, &mut runs);
            for hit in self.hits(&runs) {
                match open.iter_mut().find(|t| t.takes(index, &hit, self.band)) {
                    Some(track) => track.add(index, hit, self.band),
                    None => open.push(Track::new(index, hit)),
                }
            }
        }
        done.extend(open);
        done.retain(|t| self.is_code(t));
        done
    }

    /// Lengths of paper and ink in turn, paper first; specks of a quarter of a narrow bar are
    /// counted to what surrounds them.
    fn runs(&self, line: &[u8], level: u8, runs: &mut Vec<usize>) {
        let speck = (0.018 * self.dpi) as usize;
        runs.clear();
        runs.push(0);
        let mut dark = false;
        for &pixel in line {
            if (pixel < level) != dark {
                dark = !dark;
                match runs.len() {
                    n if n >= 3 && runs[n - 1] <= speck => {
                        let last = runs.pop().unwrap_or(0);
                        if let Some(before) = runs.last_mut() {
                            *before += last;
                        }
                    }
                    _ => runs.push(0),
                }
            }
            if let Some(length) = runs.last_mut() {
                *length += 1;
            }
        }
    }

    /// Four bars with quiet paper on both sides.
    fn hits(&self, runs: &[usize]) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut start = 0;
        for (index, window) in runs.windows(9).enumerate() {
            // Even places are paper.
            if index % 2 == 0 {
                let total: usize = window[1..8].iter().sum();
                let unit = total as f32 / 10.0;
                let edge_before = index == 0;
                let edge_after = index + 9 == runs.len();
                let quiet = |length: usize, edge: bool| length as f32 >= unit * if edge { 1.0 } else { 2.2 };
                if UNIT_INCH.contains(&(unit / self.dpi))
                    && quiet(window[0], edge_before)
                    && quiet(window[8], edge_after)
                    && let Some(bars) = bars(&window[1..8], unit)
                {
                    let begin = (start + window[0]) as f32;
                    hits.push(Hit { bars, start: begin, end: begin + total as f32 });
                }
            }
            start += window[0];
        }
        hits
    }

    fn is_code(&self, track: &Track) -> bool {
        let lines = track.last.0 - track.first.0 + 1;
        let unit = (track.last.1.end - track.last.1.start) / 10.0;
        let slope = (track.last.1.start - track.first.1) / ((lines - 1).max(1) * self.band) as f32;
        track.hits >= LINES_MIN
            && (track.hits * self.band) as f32 >= LENGTH_INCH * self.dpi
            // Bars are longer than three narrow ones are wide, whatever the resolution really is.
            && (track.hits * self.band) as f32 >= unit * 6.0
            && track.hits as f32 >= lines as f32 * AGREE
            && slope.abs() <= DRIFT_MAX
            && (track.wobble / track.hits as f32).sqrt() <= unit * 0.3
            && name(track.bars).is_some()
    }
}

/// Which of the four bars are wide, if these seven widths are a patch code at all.
fn bars(widths: &[usize], unit: f32) -> Option<[bool; 4]> {
    let width = |i: usize| widths.get(i).map_or(0.0, |&w| w as f32 / unit);
    // Toner spreads and fades: bars grow by what spaces lose.
    let spaces = [width(1), width(3), width(5)];
    let space = spaces.iter().sum::<f32>() / 3.0;
    if !(0.5..=1.5).contains(&space) || spaces.iter().any(|s| (s - space).abs() > 0.3) {
        return None;
    }
    let grown = 1.0 - space;
    let mut wide = [false; 4];
    for (i, flag) in wide.iter_mut().enumerate() {
        let bar = width(2 * i) - grown;
        *flag = bar > 1.75;
        let by_the_book = if *flag { 2.5 } else { 1.0 };
        if (bar - by_the_book).abs() > if *flag { 0.5 } else { 0.4 } {
            return None;
        }
    }
    (wide.iter().filter(|w| **w).count() == 2).then_some(wide)
}

impl Track {
    fn new(line: usize, hit: Hit) -> Self {
        let Hit { bars, start, end } = hit;
        Self { bars, hits: 1, first: (line, start), last: (line, hit), from: start, to: end, wobble: 0.0 }
    }

    /// Where the bars should begin on that line: on along the track so far.
    fn expected(&self, line: usize) -> f32 {
        let seen = self.last.0 - self.first.0;
        let slope = if seen >= 4 { (self.last.1.start - self.first.1) / seen as f32 } else { 0.0 };
        self.last.1.start + slope * (line - self.last.0) as f32
    }

    fn takes(&self, line: usize, hit: &Hit, band: usize) -> bool {
        let (width, last) = (hit.end - hit.start, self.last.1.end - self.last.1.start);
        let seen = self.last.0 - self.first.0;
        let lines = (line - self.last.0) * band;
        let slack = width / 25.0 + if seen >= 4 { 0.0 } else { lines as f32 * DRIFT_MAX };
        self.last.0 < line
            && self.bars == hit.bars
            && (width - last).abs() <= last * 0.15
            && (hit.start - self.expected(line)).abs() <= slack
    }

    fn add(&mut self, line: usize, hit: Hit, _band: usize) {
        if self.last.0 - self.first.0 >= 4 {
            self.wobble += (hit.start - self.expected(line)).powi(2);
        }
        self.hits += 1;
        self.last = (line, hit);
        self.from = self.from.min(hit.start);
        self.to = self.to.max(hit.end);
    }

    /// The name of the code, read from the nearer edge of the sheet: that is the leading one, so a
    /// sheet fed upside down still shows what it is. Bars in the middle are read left to right or
    /// downwards, and the reader must know that 1 and 6, 3 and T may be each other.
    fn code(&self, small: &Small, band: usize, lying: bool) -> Code {
        let length = if lying { small.height } else { small.width } as f32;
        let (before, after) = (self.from.max(0.0), (length - self.to).max(0.0));
        let mut bars = self.bars;
        if after < before * 0.6 {
            bars.reverse();
        }
        let factor = small.factor as f32;
        let (along, reach) = (self.from * factor, (self.to - self.from) * factor);
        let down = (self.first.0 * band) as f32 * factor;
        let height = ((self.last.0 - self.first.0 + 1) * band) as f32 * factor;
        let bounds =
            |x: f32, y: f32, w: f32, h: f32| Box2 { x: x as i32, y: y as i32, w: w as i32, h: h as i32 };
        Code {
            symbology: name(bars).unwrap_or_default().to_owned(),
            value: String::new(),
            bounds: if lying {
                bounds(down, along, height, reach)
            } else {
                bounds(along, down, reach, height)
            },
        }
    }
}

fn name(bars: [bool; 4]) -> Option<&'static str> {
    PATCHES.iter().find(|(_, pattern)| *pattern == bars).map(|(name, _)| *name)
}
