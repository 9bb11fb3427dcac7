//! What keeps the OCR from reading: borders, uneven light, specks.
//!
//! In and out: grey images. Only reading and analysis images pass through
//! here, never the kept one.

use crate::model::page::Quality;
use image::GrayImage;

/// Specks per square centimetre from which a median filter pays.
pub const NOISY_PER_CM2: f32 = 25.0;
/// Darker than this at the edge of the scan is scanner background.
const BORDER_DARK: u8 = 110;

/// The analysis image with dark areas that touch the edge made white.
pub fn without_borders(small: &GrayImage) -> GrayImage {
    let mut image = small.clone();
    for (pixel, border) in image.iter_mut().zip(border_mask(small)) {
        if border {
            *pixel = 255;
        }
    }
    image
}

/// The same for a full image, found on a quarter of its resolution.
pub fn whiten_borders(image: &mut GrayImage, dpi: f32) {
    let small = super::reduced(image, dpi);
    let mask = border_mask(&small);
    if !mask.iter().any(|&m| m) {
        return;
    }
    let (width, small_width) = (image.width() as usize, small.width() as usize);
    let (sx, sy) =
        (small.width() as f32 / image.width() as f32, small.height() as f32 / image.height() as f32);
    for (y, row) in image.chunks_exact_mut(width).enumerate() {
        let my = ((y as f32 * sy) as usize).min(small.height() as usize - 1);
        for (x, pixel) in row.iter_mut().enumerate() {
            let mx = ((x as f32 * sx) as usize).min(small_width - 1);
            if mask[my * small_width + mx] {
                *pixel = 255;
            }
        }
    }
}

/// Dark pixels connected to the edge, grown by two pixels.
fn border_mask(image: &GrayImage) -> Vec<bool> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let dark = |i: usize| image.as_raw()[i] < BORDER_DARK;
    let mut mask = vec![false; width * height];
    let mut todo: Vec<usize> = (0..width)
        .flat_map(|x| [x, (height - 1) * width + x])
        .chain((0..height).flat_map(|y| [y * width, y * width + width - 1]))
        .filter(|&i| dark(i))
        .collect();
    for &i in &todo {
        mask[i] = true;
    }
    let mut count = todo.len();
    while let Some(i) = todo.pop() {
        let (x, y) = (i % width, i / width);
        let around = [
            (x > 0).then(|| i - 1),
            (x + 1 < width).then_some(i + 1),
            (y > 0).then(|| i - width),
            (y + 1 < height).then_some(i + width),
        ];
        for next in around.into_iter().flatten() {
            if !mask[next] && dark(next) {
                mask[next] = true;
                count += 1;
                todo.push(next);
            }
        }
    }
    if count == 0 || count > width * height / 2 {
        mask.fill(false); // A page that is mostly dark is a picture, not a border.
        return mask;
    }
    let grown = mask.clone();
    for y in 0..height {
        for x in 0..width {
            if grown[y * width + x] {
                for ny in y.saturating_sub(2)..(y + 3).min(height) {
                    mask[ny * width + x.saturating_sub(2)..ny * width + (x + 3).min(width)].fill(true);
                }
            }
        }
    }
    mask
}

/// Numbers of a page, from the analysis image without borders.
pub fn quality(image: &GrayImage) -> Quality {
    let mut histogram = [0u32; 256];
    for &pixel in image.as_raw() {
        histogram[usize::from(pixel)] += 1;
    }
    let total = image.as_raw().len().max(1) as u32;
    let percentile = |share: f32| {
        let mut left = (total as f32 * share) as u32;
        histogram.iter().position(|&n| {
            let hit = n > left;
            left = left.saturating_sub(n);
            hit
        })
    };
    let paper = percentile(0.7).unwrap_or(255) as f32;
    let ink = percentile(0.005).unwrap_or(0) as f32;
    let dark = histogram[..(paper as usize * 6 / 10)].iter().sum::<u32>();
    Quality { ink: dark as f32 / total as f32, contrast: (paper - ink).max(0.0), noise: specks(image) }
}

/// Pixels clearly darker than all their neighbours, per square centimetre at 100 dpi.
fn specks(image: &GrayImage) -> f32 {
    let (width, height) = (image.width() as usize, image.height() as usize);
    if width < 3 || height < 3 {
        return 0.0;
    }
    let p = image.as_raw();
    let mut count = 0u32;
    for y in 1..height - 1 {
        for x in 1..width - 1 {
            let i = y * width + x;
            let darkest = [
                i - width - 1,
                i - width,
                i - width + 1,
                i - 1,
                i + 1,
                i + width - 1,
                i + width,
                i + width + 1,
            ]
            .into_iter()
            .map(|j| p[j])
            .min()
            .unwrap_or(0);
            count += u32::from(darkest.saturating_sub(p[i]) > 12 && darkest > 150);
        }
    }
    let cm2 = (width * height) as f32 * (2.54f32 / 100.0).powi(2);
    count as f32 / cm2.max(0.1)
}

/// Side of the cells in which the paper's brightness is measured, pixels.
const CELL: usize = 64;

/// Lifts the paper to white where light or paper is uneven; leaves even pages alone.
pub fn flatten_light(image: &mut GrayImage) {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let (columns, rows) = (width.div_ceil(CELL), height.div_ceil(CELL));
    let mut paper = vec![0u8; columns * rows];
    for (cell, value) in paper.iter_mut().enumerate() {
        let (left, top) = (cell % columns * CELL, cell / columns * CELL);
        let mut histogram = [0u16; 256];
        let mut seen = 0u16;
        for y in (top..(top + CELL).min(height)).step_by(2) {
            for x in (left..(left + CELL).min(width)).step_by(2) {
                histogram[usize::from(image.as_raw()[y * width + x])] += 1;
                seen += 1;
            }
        }
        // The brightest fifth is paper even in dense text.
        let mut left_over = seen / 5;
        *value = histogram
            .iter()
            .rposition(|&n| {
                let hit = n > left_over;
                left_over = left_over.saturating_sub(n);
                hit
            })
            .unwrap_or(255) as u8;
    }
    let (low, high) = paper.iter().fold((255u8, 0u8), |(l, h), &v| (l.min(v), h.max(v)));
    if low > 235 || high - low < 8 && low > 200 {
        return;
    }
    let smooth = smoothed(&paper, columns, rows);
    let (lines, rows): (usize, &mut [u8]) = (rows, image);
    for y in 0..height {
        let fy = ((y as f32 / CELL as f32) - 0.5).clamp(0.0, lines as f32 - 1.0);
        let (y0, ty) = (fy as usize, fy.fract());
        let y1 = (y0 + 1).min(lines - 1);
        for x in 0..width {
            let fx = ((x as f32 / CELL as f32) - 0.5).clamp(0.0, columns as f32 - 1.0);
            let (x0, tx) = (fx as usize, fx.fract());
            let x1 = (x0 + 1).min(columns - 1);
            let upper = smooth[y0 * columns + x0] * (1.0 - tx) + smooth[y0 * columns + x1] * tx;
            let lower = smooth[y1 * columns + x0] * (1.0 - tx) + smooth[y1 * columns + x1] * tx;
            let white = (upper * (1.0 - ty) + lower * ty).max(60.0);
            let pixel = &mut rows[y * width + x];
            *pixel = (f32::from(*pixel) * 250.0 / white).min(255.0) as u8;
        }
    }
}

/// Mean of each cell and its neighbours.
fn smoothed(cells: &[u8], columns: usize, rows: usize) -> Vec<f32> {
    let mut out = Vec::with_capacity(cells.len());
    for y in 0..rows {
        for x in 0..columns {
            let (mut sum, mut count) = (0.0, 0.0);
            for ny in y.saturating_sub(1)..(y + 2).min(rows) {
                for nx in x.saturating_sub(1)..(x + 2).min(columns) {
                    sum += f32::from(cells[ny * columns + nx]);
                    count += 1.0;
                }
            }
            out.push(sum / count);
        }
    }
    out
}

/// 3x3 median: takes single specks, leaves i-dots and full stops (four pixels and more at 300 dpi).
pub fn median(image: &GrayImage) -> GrayImage {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let mut out = image.clone();
    if width < 3 || height < 3 {
        return out;
    }
    let p = image.as_raw();
    let rows: &mut [u8] = &mut out;
    for y in 1..height - 1 {
        let (a, b, c) = (&p[(y - 1) * width..], &p[y * width..], &p[(y + 1) * width..]);
        let row = &mut rows[y * width..(y + 1) * width];
        for x in 1..width - 1 {
            row[x] = median_of_nine([
                a[x - 1],
                a[x],
                a[x + 1],
                b[x - 1],
                b[x],
                b[x + 1],
                c[x - 1],
                c[x],
                c[x + 1],
            ]);
        }
    }
    out
}

/// Nineteen exchanges (Paeth, Graphics Gems, 1990): no branches, vectorises.
fn median_of_nine(mut v: [u8; 9]) -> u8 {
    const EXCHANGES: [(usize, usize); 19] = [
        (1, 2),
        (4, 5),
        (7, 8),
        (0, 1),
        (3, 4),
        (6, 7),
        (1, 2),
        (4, 5),
        (7, 8),
        (0, 3),
        (5, 8),
        (4, 7),
        (3, 6),
        (1, 4),
        (2, 5),
        (4, 7),
        (4, 2),
        (6, 4),
        (4, 2),
    ];
    for (i, j) in EXCHANGES {
        let (low, high) = (v[i].min(v[j]), v[i].max(v[j]));
        v[i] = low;
        v[j] = high;
    }
    v[4]
}
