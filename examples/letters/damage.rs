//! What paper and scanner do to a page. In: a raster, a strength, dice. Out: the same raster, worse. Every
//! kernel walks rows of bytes; grey and colour pages share them.

use crate::dice::Dice;
use crate::ink::{PX, Raster, Tint, px};

/// Names of everything that can happen to a page, as in `conditions` of the truth.
pub const ALL: &[&str] = &[
    "turn90",
    "turn180",
    "turn270",
    "skew",
    "noise",
    "black_border",
    "show_through",
    "coffee",
    "punched",
    "folded",
    "stamped",
    "signed",
    "faint",
    "uneven_light",
    "jpeg_low",
];

/// Weaker ink: black becomes a grey.
pub fn faint(page: &mut Raster, dice: &mut Dice) {
    let keep = dice.range(95, 150) as u32;
    let table: Vec<u8> = (0..256u32).map(|v| (255 - (255 - v) * keep / 255) as u8).collect();
    page.data.iter_mut().for_each(|b| *b = table[usize::from(*b)]);
}

/// Paper that is not quite white, ink that is not quite black.
pub fn paper(page: &mut Raster, white: u8, black: u8) {
    let (white, black) = (u32::from(white), u32::from(black));
    let table: Vec<u8> = (0..256u32).map(|v| (black + v * (white - black) / 255) as u8).collect();
    page.data.iter_mut().for_each(|b| *b = table[usize::from(*b)]);
}

/// The other side of the sheet shines through, mirrored and blurred.
pub fn show_through(page: &mut Raster, back: &Raster, dice: &mut Dice) {
    let strength = dice.range(20, 46) as u32;
    let shift = dice.range(-25, 25);
    let (w, h) = (page.w.min(back.w), page.h.min(back.h));
    for y in 0..h {
        let from = (y as i64 + shift).clamp(0, back.h as i64 - 1) as usize;
        let other = &back.data[from * back.w..(from + 1) * back.w];
        let row = &mut page.data[y * page.w * page.ch..(y + 1) * page.w * page.ch];
        for x in 2..w.saturating_sub(2) {
            let at = back.w - 1 - x;
            if at < 2 || at + 2 >= back.w {
                continue;
            }
            let dark = 255 * 4 - other[at - 2..at + 2].iter().map(|&v| u32::from(v)).sum::<u32>();
            if dark > 0 {
                let loss = dark * strength / 1020;
                for byte in &mut row[x * page.ch..(x + 1) * page.ch] {
                    *byte = byte.saturating_sub(loss as u8);
                }
            }
        }
    }
}

/// Soft shadows along the folds.
pub fn folded(page: &mut Raster, at: &[f64], dice: &mut Dice) {
    for &mm in at {
        let centre = px(mm) + dice.range(-12, 12) as i32;
        let (depth, reach) = (dice.range(45, 95) as i32, dice.range(5, 14) as i32);
        let lean = dice.real(-0.004, 0.004);
        for x in 0..page.w {
            let middle = centre + ((x as f64 - page.w as f64 / 2.0) * lean) as i32;
            for dy in -reach..=reach {
                let y = middle + dy;
                if y < 0 || y as usize >= page.h {
                    continue;
                }
                let side = if dy < 0 { 2 } else { 1 };
                let loss = depth * side * (reach - dy.abs()) / reach / 2;
                let start = (y as usize * page.w + x) * page.ch;
                for byte in &mut page.data[start..start + page.ch] {
                    *byte = byte.saturating_sub(loss as u8);
                }
            }
        }
    }
}

/// A light that is darker on one side.
pub fn uneven_light(page: &mut Raster, dice: &mut Dice) {
    let (right, down) = (dice.range(-80, 80) as i32, dice.range(-70, 70) as i32);
    let high = right.max(0) + down.max(0);
    let columns: Vec<i32> = (0..page.w).map(|x| right * x as i32 / page.w as i32).collect();
    let (h, ch) = (page.h as i32, page.ch);
    for (y, row) in page.data.chunks_exact_mut(page.w * ch).enumerate() {
        let base = 256 - high + down * y as i32 / h;
        for (pixel, gain) in row.chunks_exact_mut(ch).zip(&columns) {
            let factor = (base + gain).clamp(60, 256);
            for byte in pixel {
                *byte = ((i32::from(*byte) * factor) >> 8) as u8;
            }
        }
    }
}

/// Two holes at the left edge, black where the scanner's lid shows.
pub fn punched(page: &mut Raster, dice: &mut Dice) {
    let (x, r) = (px(dice.real(10.5, 13.0)), px(2.9));
    let middle = page.h as i32 / 2 + dice.range(-30, 30) as i32;
    let dark = dice.range(10, 90) as u8;
    for y in [middle - px(40.0), middle + px(40.0)] {
        disc(page, x, y, r, dark);
    }
}

fn disc(page: &mut Raster, cx: i32, cy: i32, r: i32, grey: u8) {
    for y in (cy - r).max(0)..(cy + r + 1).min(page.h as i32) {
        let half = f64::from(r * r - (y - cy) * (y - cy)).max(0.0).sqrt() as i32;
        let (a, b) = ((cx - half).max(0) as usize, (cx + half).clamp(0, page.w as i32 - 1) as usize);
        let start = y as usize * page.w;
        page.data[(start + a) * page.ch..(start + b) * page.ch].fill(grey);
    }
}

/// Grain, and specks of salt and pepper.
pub fn noise(page: &mut Raster, amount: i64, specks: i64, dice: &mut Dice) {
    if amount > 0 {
        // A table of sums of four uniform values is near enough to a normal distribution.
        let table: Vec<i16> = (0..65_536)
            .map(|_| {
                let word = dice.word();
                let sum: i64 = (0..4).map(|k| (word >> (k * 8) & 255) as i64 - 128).sum();
                (sum * amount / 296) as i16
            })
            .collect();
        for row in page.data.chunks_exact_mut(page.w * page.ch) {
            let offset = dice.range(0, 65_535) as usize;
            for (at, byte) in (offset..).zip(row) {
                *byte = (i16::from(*byte) + table[at & 65_535]).clamp(0, 255) as u8;
            }
        }
    }
    for _ in 0..specks {
        let (x, y) = (dice.range(0, page.w as i64 - 3) as usize, dice.range(0, page.h as i64 - 3) as usize);
        let (size, tone) = (dice.range(1, 2) as usize, if dice.chance(70) { 20 } else { 250 });
        for row in y..y + size {
            page.data[(row * page.w + x) * page.ch..(row * page.w + x + size) * page.ch].fill(tone);
        }
    }
}

/// Turns the content by a small angle, counter-clockwise positive, around the middle; what comes in at the
/// corners is `fill`.
pub fn skew(page: &Raster, degrees: f64, fill: u8) -> Raster {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let one = 65_536.0;
    let (dx, dy) = ((cos * one).round() as i64, (sin * one).round() as i64);
    let (cx, cy) = (page.w as f64 / 2.0, page.h as f64 / 2.0);
    let (w, h, ch) = (page.w as i64, page.h as i64, page.ch);
    let mut data = vec![fill; page.data.len()];
    for (y, row) in data.chunks_exact_mut(page.w * ch).enumerate() {
        let (rx, ry) = (-cx, y as f64 - cy);
        let mut sx = ((rx * cos - ry * sin + cx) * one) as i64;
        let mut sy = ((rx * sin + ry * cos + cy) * one) as i64;
        for pixel in row.chunks_exact_mut(ch) {
            let (ix, iy) = (sx >> 16, sy >> 16);
            if ix >= 0 && iy >= 0 && ix + 1 < w && iy + 1 < h {
                let (fx, fy) = ((sx >> 8 & 255) as u32, (sy >> 8 & 255) as u32);
                let at = (iy as usize * page.w + ix as usize) * ch;
                let below = at + page.w * ch;
                for (k, byte) in pixel.iter_mut().enumerate() {
                    let p = |i: usize| u32::from(page.data[i + k]);
                    let top = p(at) * (256 - fx) + p(at + ch) * fx;
                    let low = p(below) * (256 - fx) + p(below + ch) * fx;
                    *byte = ((top * (256 - fy) + low * fy) >> 16) as u8;
                }
            }
            sx += dx;
            sy += dy;
        }
    }
    Raster { w: page.w, h: page.h, ch, data }
}

/// Black strips where the lid shows beside the paper.
pub fn black_border(page: &mut Raster, dice: &mut Dice) {
    let sides = dice.range(1, 15);
    let tone = dice.range(0, 40) as u8;
    let (w, h, ch) = (page.w, page.h, page.ch);
    let depth = |dice: &mut Dice| (dice.range(14, 75) as f64, dice.real(-0.008, 0.008));
    let (left, right, top, low) = (depth(dice), depth(dice), depth(dice), depth(dice));
    for y in 0..h {
        let row = &mut page.data[y * w * ch..(y + 1) * w * ch];
        if sides & 1 > 0 {
            let n = (left.0 + left.1 * y as f64).clamp(0.0, w as f64) as usize;
            row[..n * ch].fill(tone);
        }
        if sides & 2 > 0 {
            let n = (right.0 + right.1 * y as f64).clamp(0.0, w as f64) as usize;
            row[(w - n) * ch..].fill(tone);
        }
    }
    for x in 0..w {
        let mut strip = |from: usize, to: usize| {
            for y in from..to.min(h) {
                page.data[(y * w + x) * ch..(y * w + x + 1) * ch].fill(tone);
            }
        };
        if sides & 4 > 0 {
            strip(0, (top.0 + top.1 * x as f64).max(0.0) as usize);
        }
        if sides & 8 > 0 {
            strip(h - (low.0 + low.1 * x as f64).clamp(0.0, h as f64) as usize, h);
        }
    }
}

/// The scan as it lies in the file if `turn` degrees clockwise make it upright again.
pub fn turned(page: Raster, turn: u16) -> Raster {
    let (w, h, ch) = (page.w, page.h, page.ch);
    let take = |x: usize, y: usize| (y * w + x) * ch;
    let (nw, nh) = if turn % 180 == 90 { (h, w) } else { (w, h) };
    if turn == 0 {
        return page;
    }
    let mut data = vec![0; page.data.len()];
    // Blocks keep both reads and writes in the cache.
    for by in (0..nh).step_by(64) {
        for bx in (0..nw).step_by(64) {
            for y in by..(by + 64).min(nh) {
                for x in bx..(bx + 64).min(nw) {
                    let from = match turn {
                        90 => take(w - 1 - y, x),
                        180 => take(w - 1 - x, h - 1 - y),
                        _ => take(y, h - 1 - x),
                    };
                    let to = (y * nw + x) * ch;
                    data[to..to + ch].copy_from_slice(&page.data[from..from + ch]);
                }
            }
        }
    }
    Raster { w: nw, h: nh, ch, data }
}

/// A copy of a copy: blurred, its black broken up, its paper speckled.
pub fn photocopied(page: &mut Raster, dice: &mut Dice) {
    let (w, ch) = (page.w * page.ch, page.ch);
    for _ in 0..dice.range(1, 2) {
        let old = page.data.clone();
        for i in w + ch..page.data.len().saturating_sub(w + ch) {
            let sum: u32 = [i, i - ch, i + ch, i - w, i + w].iter().map(|&k| u32::from(old[k])).sum();
            page.data[i] = (sum / 5) as u8;
        }
    }
    let (lift, drop) = (dice.range(0, 60) as u32, dice.range(0, 25) as u32);
    let table: Vec<u8> = (0..256u32).map(|v| (lift + v * (255 - lift - drop) / 255) as u8).collect();
    page.data.iter_mut().for_each(|b| *b = table[usize::from(*b)]);
    noise(page, dice.range(4, 14), dice.range(400, 2500), dice);
}

/// A sheet that went through the feeder a hundred times: scratches through the ink, worn edges, creases.
pub fn worn(page: &mut Raster, white: u8, dice: &mut Dice) {
    for _ in 0..dice.range(3, 12) {
        let (mut x, mut y) = (dice.real(0.0, page.w as f64), dice.real(0.0, page.h as f64));
        let (dx, dy) = (dice.real(-0.6, 0.6), dice.real(0.4, 1.0));
        let (wide, length) = (dice.range(1, 3) as usize, dice.range(150, 1600));
        let tone = if dice.chance(75) { white } else { 90 };
        for _ in 0..length {
            (x, y) = (x + dx, y + dy);
            let (cx, cy) = (x as i64, y as i64);
            if cx < 0 || cy < 0 || cx as usize + wide >= page.w || cy as usize >= page.h {
                break;
            }
            let at = (cy as usize * page.w + cx as usize) * page.ch;
            page.data[at..at + wide * page.ch].fill(tone);
        }
    }
    for _ in 0..dice.range(300, 1500) {
        let r = dice.range(1, 5) as i32;
        let (x, y) = (dice.range(0, page.w as i64 - 1) as i32, dice.range(0, page.h as i64 - 1) as i32);
        disc(page, x, y, r, white);
    }
}

/// A ring from a cup, somewhere on the page.
pub fn coffee(dice: &mut Dice) -> Tint {
    let (r, width) = (dice.real(28.0, 40.0) * PX, dice.real(1.2, 3.0) * PX);
    let side = (2.0 * (r + width)) as usize + 4;
    let middle = side as f64 / 2.0;
    let gap = dice.real(0.0, 6.2);
    let mut alpha = vec![0; side * side];
    for (i, a) in alpha.iter_mut().enumerate() {
        let (x, y) = ((i % side) as f64 - middle, (i / side) as f64 - middle);
        let square = x * x + y * y;
        if square > (r + width) * (r + width) {
            continue;
        }
        let distance = square.sqrt();
        let off = (distance - r).abs() / width;
        if off < 1.0 {
            // A pale side of the ring, opposite to where most of the liquid dried.
            let lobe = 0.65 + 0.35 * ((x * gap.cos() + y * gap.sin()) / distance.max(1.0));
            *a = ((1.0 - off * off) * 120.0 * lobe) as u8;
        } else if distance < r {
            *a = 10;
        }
    }
    Tint {
        x: dice.range(100, 1700) as i32,
        y: dice.range(300, 2600) as i32,
        w: side,
        alpha,
        colour: [140, 95, 50],
    }
}

/// Black and white, as a scanner without grey delivers it.
pub fn bitonal(page: &mut Raster, threshold: u8) {
    // Scanners follow the paper: on a dark envelope a threshold for white paper would leave nothing but black.
    let mut sorted: Vec<u8> = page.data.iter().copied().step_by(97).collect();
    sorted.sort_unstable();
    let paper = sorted.get(sorted.len() / 2).copied().unwrap_or(255);
    let threshold = if paper < threshold.saturating_add(12) { paper / 4 * 3 } else { threshold };
    page.data.iter_mut().for_each(|b| *b = if *b < threshold { 0 } else { 255 });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dotted() -> Raster {
        let mut page = Raster::white(200, 300);
        for x in 40..160 {
            page.data[100 * 200 + x] = 0;
        }
        page.data[20 * 200 + 10] = 0;
        page
    }

    /// `turn` in the truth is what must be applied: a further quarter turn of each kind ends upright.
    #[test]
    fn the_turn_is_the_way_back() {
        let page = dotted();
        let clockwise = |p: Raster| turned(p, 270);
        assert_eq!(clockwise(turned(page.clone(), 90)).data, page.data);
        assert_eq!(clockwise(clockwise(turned(page.clone(), 180))).data, page.data);
        assert_eq!(clockwise(clockwise(clockwise(turned(page.clone(), 270)))).data, page.data);
    }

    /// Counter-clockwise positive: the right end of a line rises.
    #[test]
    fn positive_skew_lifts_the_right_end() {
        let page = skew(&dotted(), 4.0, 255);
        let lowest = |x: usize| (60..140).min_by_key(|y| page.data[y * 200 + x]).unwrap_or(0);
        assert!(lowest(150) + 5 < lowest(50), "{} {}", lowest(150), lowest(50));
    }
}
