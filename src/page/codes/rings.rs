//! The three rings in the corners of a QR code, found by their proportions.
//!
//! A line through the middle of a ring crosses ink and paper in widths 1:1:3:1:1,
//! in every direction. Only codes with modules of a millimetre or so are found
//! here, as separator sheets carry them; smaller ones are a texture.

use super::Small;
use crate::model::geometry::Box2;

/// A module narrower than this (pixels of the reduced page) is left to the texture finder.
const MODULE_MIN: f32 = 1.8;
/// Rings compared with each other; a page full of rings is no QR code.
const RINGS_MAX: usize = 24;
/// Groups handed over.
const GROUPS_MAX: usize = 4;

/// Three rings that may be one code.
pub struct Group {
    /// Around the code, quiet zone included, in pixels of the page.
    pub bounds: Box2,
    /// Width of a module in pixels of the page.
    pub module: f32,
}

#[derive(Clone, Copy, Debug)]
struct Ring {
    x: f32,
    y: f32,
    module: f32,
    seen: u32,
}

/// Groups of three rings at right angles, the best seen first.
pub fn find(small: &Small) -> Vec<Group> {
    let level = small.level(0.5);
    let mut rings: Vec<Ring> = Vec::new();
    for y in (0..small.height).step_by(2) {
        line(small, y, level, &mut rings);
    }
    rings.sort_by_key(|r| std::cmp::Reverse(r.seen));
    rings.truncate(RINGS_MAX);
    groups(&rings, small)
}

/// Rings that a row crosses in the middle.
fn line(small: &Small, y: usize, level: u8, rings: &mut Vec<Ring>) {
    let row = small.row(y);
    let (mut runs, mut filled, mut dark, mut length) = ([0usize; 5], 0usize, false, 0usize);
    for (x, &pixel) in row.iter().enumerate() {
        if (pixel < level) == dark {
            length += 1;
            continue;
        }
        if dark || filled > 0 {
            runs.rotate_left(1);
            runs[4] = length;
            filled += 1;
        }
        // A dark run just ended: the last five are dark, light, dark, light, dark.
        if dark
            && filled >= 5
            && let Some(module) = proportions(&runs)
        {
            let end = x as f32 - (runs[4] + runs[3]) as f32;
            let centre = end - runs[2] as f32 / 2.0;
            note_ring(small, centre, y, module, level, rings);
        }
        dark = !dark;
        length = 1;
    }
}

/// Width of a module if the five runs are 1:1:3:1:1.
fn proportions(runs: &[usize; 5]) -> Option<f32> {
    let total: usize = runs.iter().sum();
    let module = total as f32 / 7.0;
    let near = |run: usize, modules: f32| {
        (run as f32 - modules * module).abs() <= modules.sqrt() * module * 0.5 + 0.6
    };
    let fits = module >= MODULE_MIN
        && near(runs[0], 1.0)
        && near(runs[1], 1.0)
        && near(runs[2], 3.0)
        && near(runs[3], 1.0)
        && near(runs[4], 1.0);
    fits.then_some(module)
}

/// Looks up and down from the middle; a ring has the same proportions there.
fn note_ring(small: &Small, x: f32, y: usize, module: f32, level: u8, rings: &mut Vec<Ring>) {
    // Most crossings are of a ring that is known already.
    for ring in rings.iter_mut() {
        if (ring.x - x).abs() < module * 1.5 && (ring.y - y as f32).abs() < module * 2.5 {
            ring.seen += 1;
            return;
        }
    }
    let column = x as i32;
    let dark = |y: i32| small.at(column, y) < level;
    let reach = (module * 6.0) as i32 + 2;
    let walk = |step: i32| {
        let mut at = y as i32;
        let mut lengths = [0usize; 3];
        for (index, length) in lengths.iter_mut().enumerate() {
            let ink = index != 1;
            while dark(at) == ink && (at - y as i32).abs() <= reach {
                *length += 1;
                at += step;
            }
        }
        lengths
    };
    let (up, down) = (walk(-1), walk(1));
    let middle = up[0] + down[0].saturating_sub(1);
    let runs = [up[2], up[1], middle, down[1], down[2]];
    // Tilted rings are crossed a little aslant; what matters is that both directions agree.
    if let Some(other) = proportions(&runs)
        && (other - module).abs() <= module * 0.35
    {
        let centre = y as f32 + (down[0] as f32 - up[0] as f32) / 2.0;
        rings.push(Ring { x, y: centre, module: (module + other) / 2.0, seen: 1 });
    }
}

fn groups(rings: &[Ring], small: &Small) -> Vec<Group> {
    let mut found: Vec<(u32, Group)> = Vec::new();
    for (i, corner) in rings.iter().enumerate() {
        for (j, a) in rings.iter().enumerate() {
            for b in rings.iter().skip(j + 1) {
                let pair = |r: &Ring| (r.x - corner.x, r.y - corner.y);
                let ((ax, ay), (bx, by)) = (pair(a), pair(b));
                let (la, lb) = (ax.hypot(ay), bx.hypot(by));
                let module = (corner.module + a.module + b.module) / 3.0;
                let alike = |m: f32| (m - module).abs() <= module * 0.3;
                // 14 modules between the rings of the smallest code, 50 is version 10.
                let fits = j != i
                    && la > module * 11.0
                    && la < module * 60.0
                    && (la - lb).abs() <= la * 0.2
                    && (ax * bx + ay * by).abs() <= la * lb * 0.2
                    && [corner, a, b].iter().all(|r| alike(r.module));
                if fits {
                    let seen = corner.seen + a.seen + b.seen;
                    found.push((seen, group(corner, (ax, ay), (bx, by), module, small)));
                }
            }
        }
    }
    found.sort_by_key(|(seen, _)| std::cmp::Reverse(*seen));
    found.truncate(GROUPS_MAX);
    found.into_iter().map(|(_, g)| g).collect()
}

fn group(corner: &Ring, a: (f32, f32), b: (f32, f32), module: f32, small: &Small) -> Group {
    let xs = [corner.x, corner.x + a.0, corner.x + b.0, corner.x + a.0 + b.0];
    let ys = [corner.y, corner.y + a.1, corner.y + b.1, corner.y + a.1 + b.1];
    // From the middle of a ring to the corner of the code 3.5 modules, and 4 of quiet zone.
    let margin = module * 8.0;
    let low = |v: &[f32]| v.iter().copied().fold(f32::MAX, f32::min) - margin;
    let high = |v: &[f32]| v.iter().copied().fold(f32::MIN, f32::max) + margin;
    let factor = small.factor as f32;
    let bounds = Box2 {
        x: (low(&xs) * factor) as i32,
        y: (low(&ys) * factor) as i32,
        w: ((high(&xs) - low(&xs)) * factor) as i32,
        h: ((high(&ys) - low(&ys)) * factor) as i32,
    };
    Group { bounds, module: module * factor }
}
