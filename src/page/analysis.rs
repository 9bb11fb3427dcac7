//! A reduced page prepared for looking at: paper, scanner background, ink.
//!
//! In: stored samples with mirror and turn. Out: an [`Analysis`] at about
//! 150 dpi, on which every finding of this room is made. Never the source of
//! an archived or read image.

use super::bars;
use super::pixels::{self, quarter};
use super::raster::{Pixels, Raster};
use crate::model::geometry::{Dpi, Turn};

/// Resolution of analysis images: small letters (8 points) have an x-height of 8 pixels there.
pub const DPI: f32 = 150.0;
/// Pixels per millimetre of an analysis image.
pub const MM: f32 = DPI / 25.4;
/// Side of the cells in which the brightness of the paper is judged, pixels (5.4 mm).
pub const CELL: usize = 32;
/// Darker than this may be scanner background, if it reaches the edge.
const BACKGROUND_DARK: u8 = 120;
/// A solid background is at least this thick, pixels (1.2 mm): strokes of letters never are.
const SOLID: usize = 7;
/// Close to the edge a thinner sliver counts too, pixels (2 mm).
const SLIVER: usize = 12;
/// Sides above this are reduced further: nobody needs an A0 plan at 150 dpi to turn it.
const SIDE_MAX: f32 = 4200.0;

/// A reduced page.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Grey samples.
    pub grey: Vec<u8>,
    /// Difference between strongest and weakest colour; empty on pages without colour.
    pub chroma: Vec<u8>,
    /// Scanner background (1) around the paper.
    pub outside: Vec<u8>,
    /// How much darker than the paper around it, 0 outside.
    pub depth: Vec<u8>,
    /// Brightness of the paper per cell of [`CELL`] pixels.
    pub paper: PaperMap,
    /// Pixels of this image per stored pixel, across and down after turning.
    pub scale: (f32, f32),
}

/// Brightness of the paper, cell by cell.
#[derive(Clone, Debug, Default)]
pub struct PaperMap {
    /// Cells across.
    pub columns: usize,
    /// Cells down.
    pub rows: usize,
    /// Grey values.
    pub level: Vec<u8>,
}

impl PaperMap {
    /// Brightest and darkest cell.
    pub fn range(&self) -> (u8, u8) {
        self.level.iter().fold((255, 0), |(low, high), &v| (low.min(v), high.max(v)))
    }

    /// The level most cells have.
    pub fn median(&self) -> u8 {
        let mut sorted = self.level.clone();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied().unwrap_or(255)
    }
}

/// Reduces a page and separates paper, background and ink.
pub fn of(raster: &Raster, dpi: Dpi, mirror: bool, turn: Turn) -> Analysis {
    let (stored_w, stored_h) = pixels::stored_size(raster);
    let side_limit = SIDE_MAX / stored_w.max(stored_h).max(1) as f32;
    let fx = (DPI / dpi.x.max(1.0)).min(side_limit);
    let fy = (DPI / dpi.y.max(1.0)).min(side_limit);
    let (w, h) = (pixels::scaled(stored_w, fx), pixels::scaled(stored_h, fy));
    let (grey, chroma) = match &raster.pixels {
        Pixels::Grey(image) => (pixels::resized(image, w, h), Vec::new()),
        Pixels::Rgb(image) => {
            let small = pixels::resized_rgb(image, w, h);
            let spread = |p: &[u8]| p[0].max(p[1]).max(p[2]) - p[0].min(p[1]).min(p[2]);
            let chroma: Vec<u8> = small.as_raw().chunks_exact(3).map(spread).collect();
            let chroma = pixels::oriented(pixels::made(w, h, chroma), mirror, turn).into_raw();
            (pixels::grey_of(&small), chroma)
        }
    };
    let grey = pixels::oriented(grey, mirror, turn);
    let (width, height) = (grey.width() as usize, grey.height() as usize);
    let grey = grey.into_raw();
    let outside = background(&grey, width, height);
    let paper = paper_map(&grey, &outside, width, height);
    let depth = depth(&grey, &outside, &paper, width);
    let scale = if turn.swaps_sides() { (fy, fx) } else { (fx, fy) };
    Analysis { width, height, grey, chroma, outside, depth, paper, scale }
}

impl Analysis {
    /// The same page turned further, clockwise.
    pub fn turned(&self, turn: Turn) -> Self {
        let plane = |from: &[u8]| turned_plane(from, self.width, self.height, turn);
        let swaps = turn.swaps_sides();
        let (width, height) = if swaps { (self.height, self.width) } else { (self.width, self.height) };
        let (grey, outside) = (plane(&self.grey), plane(&self.outside));
        let paper = paper_map(&grey, &outside, width, height);
        Self {
            width,
            height,
            chroma: plane(&self.chroma),
            depth: plane(&self.depth),
            scale: if swaps { (self.scale.1, self.scale.0) } else { self.scale },
            grey,
            outside,
            paper,
        }
    }

    /// The depth most of the ink has: the ninth decile of everything that is clearly not paper.
    pub fn ink_depth(&self) -> u8 {
        let mut histogram = [0u32; 256];
        self.depth.iter().for_each(|&d| histogram[usize::from(d)] += 1);
        let all: u32 = histogram[INK_LEAST..].iter().sum();
        let mut left = all / 10;
        let found = (INK_LEAST..256).rev().find(|&d| {
            let hit = histogram[d] > left;
            left = left.saturating_sub(histogram[d]);
            hit
        });
        if all < 40 { 0 } else { found.unwrap_or(0) as u8 }
    }

    /// Colour of the paper itself: the median.
    pub fn paper_chroma(&self) -> u8 {
        let mut histogram = [0u32; 256];
        self.chroma.iter().step_by(7).for_each(|&c| histogram[usize::from(c)] += 1);
        let mut left = histogram.iter().sum::<u32>() / 2;
        let found = histogram.iter().position(|&n| {
            let hit = n > left;
            left = left.saturating_sub(n);
            hit
        });
        found.unwrap_or(0) as u8
    }

    /// One byte a pixel, 1 where the ink is: deeper than a third of what most ink has.
    pub fn ink_mask(&self) -> Vec<u8> {
        let limit = (u32::from(self.ink_depth()) * 36 / 100).clamp(24, 90) as u8;
        self.depth.iter().map(|&d| u8::from(d > limit)).collect()
    }
}

/// A plane of bytes turned clockwise; an empty one stays empty.
pub fn turned_plane(from: &[u8], width: usize, height: usize, turn: Turn) -> Vec<u8> {
    match turn {
        _ if from.is_empty() => Vec::new(),
        Turn::None => from.to_vec(),
        Turn::Half => from.iter().rev().copied().collect(),
        Turn::Right | Turn::Left => quarter(from, width, height, turn == Turn::Right),
    }
}

/// Shallower than this is paper structure.
const INK_LEAST: usize = 30;

/// Dark areas that reach the edge of the scan and are thick, or lie directly at the edge.
fn background(grey: &[u8], width: usize, height: usize) -> Vec<u8> {
    let mut mask = vec![0u8; grey.len()];
    if width < 4 * SLIVER || height < 4 * SLIVER || !edge_is_dark(grey, width, height) {
        return mask;
    }
    let mut allowed = solid(grey, width, height);
    for (y, row) in allowed.chunks_exact_mut(width).enumerate() {
        let from = &grey[y * width..(y + 1) * width];
        let at_edge = y < SLIVER || y + SLIVER >= height;
        for (x, (allow, &p)) in row.iter_mut().zip(from).enumerate() {
            if (at_edge || x < SLIVER || x + SLIVER >= width) && p < BACKGROUND_DARK {
                *allow = 1;
            }
        }
    }
    let mut todo: Vec<usize> = (0..width)
        .flat_map(|x| [x, (height - 1) * width + x])
        .chain((0..height).flat_map(|y| [y * width, y * width + width - 1]))
        .collect();
    let mut count = 0;
    while let Some(i) = todo.pop() {
        if mask[i] != 0 || allowed[i] == 0 {
            continue;
        }
        mask[i] = 1;
        count += 1;
        let x = i % width;
        if x > 0 {
            todo.push(i - 1);
        }
        if x + 1 < width {
            todo.push(i + 1);
        }
        if i >= width {
            todo.push(i - width);
        }
        if i + width < mask.len() {
            todo.push(i + width);
        }
    }
    // A page that is mostly dark is a picture, not a border.
    if count * 10 > mask.len() * 6 {
        mask.fill(0);
        return mask;
    }
    let lettered = bars::lettered(&mask, grey, width, height);
    let mut mask = grown(&mask, width, height, 3);
    for bar in lettered {
        for y in bar.y..bar.y + bar.h {
            mask[y as usize * width..][bar.x as usize..(bar.x + bar.w) as usize].fill(0);
        }
    }
    mask
}

fn edge_is_dark(grey: &[u8], width: usize, height: usize) -> bool {
    let dark = |i: usize| usize::from(grey[i] < BACKGROUND_DARK);
    let across: usize = (0..width).map(|x| dark(x) + dark((height - 1) * width + x)).sum();
    let down: usize = (0..height).map(|y| dark(y * width) + dark(y * width + width - 1)).sum();
    across + down > 20
}

/// Dark pixels inside a dark square of [`SOLID`] pixels.
fn solid(grey: &[u8], width: usize, height: usize) -> Vec<u8> {
    let dark: Vec<u8> = grey.iter().map(|&p| u8::from(p < BACKGROUND_DARK)).collect();
    // Erosion, separable: the pixel is the upper left corner of a dark square; growing it back opens.
    let mut across = vec![0u8; dark.len()];
    for (from, to) in dark.chunks_exact(width).zip(across.chunks_exact_mut(width)) {
        let mut run = 0usize;
        for x in (0..width).rev() {
            run = if from[x] != 0 { run + 1 } else { 0 };
            to[x] = u8::from(run >= SOLID);
        }
    }
    let mut corner = vec![0u8; dark.len()];
    let mut runs = vec![0usize; width];
    for y in (0..height).rev() {
        for x in 0..width {
            runs[x] = if across[y * width + x] != 0 { runs[x] + 1 } else { 0 };
            corner[y * width + x] = u8::from(runs[x] >= SOLID);
        }
    }
    let mut out = vec![0u8; dark.len()];
    let mut below = vec![0usize; width];
    for y in 0..height {
        let mut right = 0usize;
        for (x, below) in below.iter_mut().enumerate() {
            let i = y * width + x;
            *below = if corner[i] != 0 { SOLID } else { below.saturating_sub(1) };
            right = if *below > 0 { SOLID } else { right.saturating_sub(1) };
            out[i] = u8::from(right > 0);
        }
    }
    out
}

/// The mask grown by `by` pixels in every direction.
pub fn grown(mask: &[u8], width: usize, height: usize, by: usize) -> Vec<u8> {
    let mut across = vec![0u8; mask.len()];
    for (from, to) in mask.chunks_exact(width).zip(across.chunks_exact_mut(width)) {
        for (x, _) in from.iter().enumerate().filter(|(_, m)| **m != 0) {
            to[x.saturating_sub(by)..(x + by + 1).min(width)].fill(1);
        }
    }
    let mut out = across.clone();
    for y in 0..height {
        for ny in (y.saturating_sub(by)..(y + by + 1).min(height)).filter(|&ny| ny != y) {
            for x in 0..width {
                out[ny * width + x] |= across[y * width + x];
            }
        }
    }
    out
}

/// Brightness of the paper in each cell: the 80th percentile of what is not background.
fn paper_map(grey: &[u8], outside: &[u8], width: usize, height: usize) -> PaperMap {
    let (columns, rows) = (width.div_ceil(CELL), height.div_ceil(CELL));
    let mut level = vec![0u8; columns * rows];
    for (cell, value) in level.iter_mut().enumerate() {
        let (left, top) = (cell % columns * CELL, cell / columns * CELL);
        let mut histogram = [0u16; 256];
        let mut seen = 0u16;
        for y in top..(top + CELL).min(height) {
            let span = y * width + left..y * width + (left + CELL).min(width);
            for (&p, &out) in grey[span.clone()].iter().zip(&outside[span]) {
                let inside = u16::from(out == 0);
                histogram[usize::from(p)] += inside;
                seen += inside;
            }
        }
        if usize::from(seen) < CELL {
            continue; // background only: filled from its neighbours below
        }
        let mut left_over = seen / 5;
        let found = histogram.iter().rposition(|&n| {
            let hit = n > left_over;
            left_over = left_over.saturating_sub(n);
            hit
        });
        *value = found.unwrap_or(255) as u8;
    }
    fill_gaps(&mut level);
    // A cell full of ink (a picture, a bar) takes the light of its surroundings.
    let mut sorted = level.clone();
    sorted.sort_unstable();
    let usual = sorted.get(sorted.len() * 7 / 10).copied().unwrap_or(255);
    let least = (u32::from(usual) * 55 / 100) as u8;
    for value in level.iter_mut().filter(|v| **v < least) {
        *value = usual;
    }
    PaperMap { columns, rows, level: bright_of_neighbours(&level, columns, rows) }
}

fn fill_gaps(level: &mut [u8]) {
    let known: Vec<u8> = level.iter().copied().filter(|&v| v > 0).collect();
    let usual = known.iter().copied().max().unwrap_or(255);
    let mut last = usual;
    for value in level.iter_mut() {
        if *value == 0 {
            *value = last;
        }
        last = *value;
    }
}

/// Second brightest of the cell and its four neighbours: dark cells are lifted, gradients survive.
fn bright_of_neighbours(level: &[u8], columns: usize, rows: usize) -> Vec<u8> {
    let at = |x: usize, y: usize| level[y * columns + x];
    let mut out = Vec::with_capacity(level.len());
    for y in 0..rows {
        for x in 0..columns {
            let mut near = [
                at(x, y),
                at(x.saturating_sub(1), y),
                at((x + 1).min(columns - 1), y),
                at(x, y.saturating_sub(1)),
                at(x, (y + 1).min(rows - 1)),
            ];
            near.sort_unstable();
            out.push(near[3].max(at(x, y)));
        }
    }
    out
}

fn depth(grey: &[u8], outside: &[u8], paper: &PaperMap, width: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(grey.len());
    for (y, (row, outside)) in grey.chunks_exact(width).zip(outside.chunks_exact(width)).enumerate() {
        let levels = &paper.level[y / CELL * paper.columns..];
        for (cell, (part, outs)) in row.chunks(CELL).zip(outside.chunks(CELL)).enumerate() {
            let level = levels[cell];
            out.extend(
                part.iter().zip(outs).map(|(&p, &o)| if o != 0 { 0 } else { level.saturating_sub(p) }),
            );
        }
    }
    out
}
