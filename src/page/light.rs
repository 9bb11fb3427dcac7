//! Light and background of reading images.
//!
//! In: a full-size upright grey image and the analysis of the same page. Out:
//! the same image with the scanner's background white, and the paper white
//! where light, tint or show-through made it dark or uneven.

use super::analysis::{Analysis, CELL, grown};
use image::GrayImage;

/// Paper this bright everywhere needs no help.
const BRIGHT: u8 = 205;
/// Steps of brightness over the page that do no harm.
const EVEN: u8 = 30;
/// Ink at least this deep is the page's own, not the back's.
const OWN: u8 = 58;
/// The back shines through by at most this much.
const SHINE_MAX: u8 = 50;
/// Share of pixels that are faint and away from the page's own ink, from which the back shines through.
const SHINE_SHARE: f32 = 0.003;
/// What paper becomes.
pub const WHITE: f32 = 245.0;

/// Paints the scanner's background in the colour of the paper: around grey paper, white would make the engine
/// take the paper for ink.
pub fn paper_background(image: &mut GrayImage, page: &Analysis, paper: u8) {
    if !page.outside.contains(&1) || page.width == 0 || page.height == 0 {
        return;
    }
    let (width, height) = (image.width() as usize, image.height() as usize);
    for (y, row) in image.chunks_exact_mut(width).enumerate() {
        let small_y = (y * page.height / height).min(page.height - 1);
        let outside = &page.outside[small_y * page.width..(small_y + 1) * page.width];
        if !outside.contains(&1) {
            continue;
        }
        let mut x = 0;
        while x < page.width {
            if outside[x] == 0 {
                x += 1;
                continue;
            }
            let start = x;
            while x < page.width && outside[x] != 0 {
                x += 1;
            }
            let span = start * width / page.width..(x * width).div_ceil(page.width).min(width);
            row[span].fill(paper);
        }
    }
}

/// Makes the paper evenly white where it is not; leaves even, bright pages alone. Gives whether it did.
pub fn flatten(image: &mut GrayImage, page: &Analysis) -> bool {
    let (low, high) = page.paper.range();
    if low >= BRIGHT || high - low <= EVEN && low > 150 {
        return false;
    }
    let (width, height) = (image.width() as usize, image.height() as usize);
    let (columns, rows) = (page.paper.columns, page.paper.rows);
    if columns == 0 || rows == 0 {
        return false;
    }
    // Position of a pixel between the middles of two cells, in 1/256 cells.
    let place = |at: usize, size: usize, small: usize, cells: usize| {
        let cell = (at as f32 + 0.5) / size as f32 * small as f32 / CELL as f32 - 0.5;
        let cell = cell.clamp(0.0, cells as f32 - 1.0);
        let low = (cell as usize).min(cells.saturating_sub(2));
        (low, ((cell - low as f32) * 256.0) as u32)
    };
    let across: Vec<(usize, u32)> = (0..width).map(|x| place(x, width, page.width, columns)).collect();
    // Gains in 1/4096: white over paper.
    let gain = |level: u8| (WHITE * 4096.0 / f32::from(level.max(60))) as u32;
    let gains: Vec<u32> = page.paper.level.iter().map(|&l| gain(l)).collect();
    let mut line = vec![0u32; columns + 1];
    for (y, row) in image.chunks_exact_mut(width).enumerate() {
        let (top, part) = place(y, height, page.height, rows);
        let below = (top + 1).min(rows - 1);
        for x in 0..columns {
            let (a, b) = (gains[top * columns + x], gains[below * columns + x]);
            line[x] = (a * (256 - part) + b * part) >> 8;
        }
        line[columns] = line[columns - 1];
        for (pixel, &(cell, part)) in row.iter_mut().zip(&across) {
            let gain = (line[cell] * (256 - part) + line[cell + 1] * part) >> 8;
            *pixel = ((u32::from(*pixel) * gain) >> 12).min(255) as u8;
        }
    }
    true
}

/// Makes white what is much fainter than the page's own ink, if there is enough of it to be the back of the
/// sheet shining through. On paper that was made evenly white before, ink counts as deep as it became. Gives
/// whether it did.
pub fn remove_shine(image: &mut GrayImage, page: &Analysis, flat: bool) -> bool {
    let depth = if flat { flat_depth(page) } else { page.depth.clone() };
    let mut own: Vec<u8> = depth.iter().copied().filter(|&d| d >= OWN).collect();
    if own.len() < 40 {
        return false;
    }
    let at = own.len() / 2;
    let typical = *own.select_nth_unstable(at).1;
    let near: Vec<u8> = depth.iter().map(|&d| u8::from(d >= OWN)).collect();
    let near = grown(&near, page.width, page.height, 3);
    let faint = depth.iter().zip(&near).filter(|(d, n)| (24..OWN).contains(*d) && **n == 0).count();
    if (faint as f32) < SHINE_SHARE * depth.len() as f32 {
        return false;
    }
    let cut = u32::from(SHINE_MAX.min((u32::from(typical) * 45 / 100) as u8));
    let white = if flat { WHITE as u32 } else { u32::from(page.paper.median()) };
    let black = white.saturating_sub(255.min(u32::from(typical) * 3 / 2));
    // Straight from the ink's darkness to white, reached `cut` below the paper.
    let span = (white - cut.min(white)).saturating_sub(black).max(1);
    let table: Vec<u8> = (0..256u32)
        .map(|v| {
            (black + v.saturating_sub(black) * (WHITE as u32).saturating_sub(black) / span).min(255) as u8
        })
        .collect();
    image.iter_mut().for_each(|p| *p = table[usize::from(*p)]);
    true
}

/// How deep ink lies below paper that is white everywhere.
fn flat_depth(page: &Analysis) -> Vec<u8> {
    let mut out = Vec::with_capacity(page.depth.len());
    for (y, row) in page.depth.chunks_exact(page.width.max(1)).enumerate() {
        let levels = &page.paper.level[y / CELL * page.paper.columns..];
        for (part, &level) in row.chunks(CELL).zip(levels) {
            let gain = WHITE / f32::from(level.max(60));
            out.extend(part.iter().map(|&d| (f32::from(d) * gain).min(255.0) as u8));
        }
    }
    out
}
