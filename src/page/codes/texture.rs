//! Regions that look like a code: half ink, many edges.
//!
//! A cell of 2 mm of printed text is an eighth ink, of a code a half. Only
//! cells in that range are looked at closely, so letters cost next to nothing.
//! If nearly all edges of a region run one way, it is a barcode lying at that
//! angle.

use super::Small;
use crate::model::geometry::Box2;

/// Side of a cell in inches.
const CELL_INCH: f32 = 0.08;
/// Ink in a neighbourhood of 3 by 3 cells, as a share.
const INK: std::ops::RangeInclusive<f32> = 0.26..=0.78;
/// Changes from ink to paper and back per cell width, at least, in the busier direction: a barcode
/// with modules of 0.5 mm has about 2.
const EDGES_MIN: f32 = 0.55;
/// From this coherence of directions (0 none, 1 all parallel) on it is bars.
const COHERENT: f32 = 0.55;
/// Square codes are higher than a headline: 8 mm.
const SQUARE_CELLS_MIN: f32 = 4.0;
/// Fewer cells are no code: 4 by 8 mm.
const CELLS_MIN: usize = 7;
/// Regions handed over, the largest first.
const AREAS_MAX: usize = 8;
/// Side of a region in inches, at most: larger ones are pictures.
const SIDE_INCH: f32 = 6.0;

/// A region worth decoding, in pixels of the page.
pub struct Area {
    /// Around it, without margin.
    pub bounds: Box2,
    /// How the bars lie, if it is made of bars.
    pub lines: Option<Lie>,
}

/// A rectangle that may be turned by any angle.
#[derive(Clone, Copy, Debug)]
pub struct Lie {
    /// Middle.
    pub x: f32,
    /// Middle.
    pub y: f32,
    /// Direction across the bars: cosine and sine.
    pub direction: [f32; 2],
    /// Half the extent across the bars.
    pub half_along: f32,
    /// Half the extent along the bars.
    pub half_beside: f32,
}

#[derive(Clone, Copy, Default)]
struct Cell {
    ink: f32,
    /// Sums of squared and mixed differences.
    xx: f32,
    yy: f32,
    xy: f32,
    /// Sums of differences.
    across: f32,
    down: f32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Looks {
    Nothing,
    Bars,
    Dots,
}

struct Grid {
    columns: usize,
    rows: usize,
    cell: usize,
    cells: Vec<Cell>,
}

/// Regions that look like a code, the largest first.
pub fn find(small: &Small) -> Vec<Area> {
    let cell = ((CELL_INCH * small.dpi).round() as usize).max(4);
    let (columns, rows) = (small.width / cell, small.height / cell);
    if columns < 3 || rows < 3 {
        return Vec::new();
    }
    let mut grid = Grid { columns, rows, cell, cells: inks(small, cell, columns, rows) };
    let near = grid.dark_neighbourhoods();
    grid.measure_edges(small, &near);
    let looks = grid.looks(&near);
    let mut areas = grid.regions(small, looks);
    areas.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    areas.truncate(AREAS_MAX);
    areas.into_iter().map(|(_, area)| area).collect()
}

/// Share of ink of every cell.
fn inks(small: &Small, cell: usize, columns: usize, rows: usize) -> Vec<Cell> {
    let contrast = f32::from(small.paper) - f32::from(small.ink);
    let mut cells = Vec::with_capacity(columns * rows);
    let mut sums = vec![0u32; columns];
    for block in small.data.chunks_exact(small.width * cell).take(rows) {
        sums.fill(0);
        for row in block.chunks_exact(small.width) {
            for (sum, pixels) in sums.iter_mut().zip(row.chunks_exact(cell)) {
                let part = pixels.iter().fold(0u32, |s, &p| s.wrapping_add(u32::from(p)));
                *sum = sum.wrapping_add(part);
            }
        }
        let all = (cell * cell) as f32;
        cells.extend(sums.iter().map(|&sum| Cell {
            ink: ((f32::from(small.paper) - sum as f32 / all) / contrast).clamp(0.0, 1.0),
            ..Cell::default()
        }));
    }
    cells
}

impl Grid {
    /// Whether the 3 by 3 cells around each hold about half ink.
    fn dark_neighbourhoods(&self) -> Vec<bool> {
        let mut dark = vec![false; self.cells.len()];
        for y in 0..self.rows {
            for x in 0..self.columns {
                let sum = self.around(x, y, |c| c.ink);
                dark[y * self.columns + x] = INK.contains(&(sum / 9.0));
            }
        }
        dark
    }

    /// Sum over the 3 by 3 cells around; outside the page there is nothing.
    fn around(&self, x: usize, y: usize, of: impl Fn(&Cell) -> f32) -> f32 {
        let mut sum = 0.0;
        for row in y.saturating_sub(1)..(y + 2).min(self.rows) {
            let cells = &self.cells
                [row * self.columns + x.saturating_sub(1)..row * self.columns + (x + 2).min(self.columns)];
            sum += cells.iter().map(&of).sum::<f32>();
        }
        sum
    }

    /// Differences inside the cells that lie next to a dark neighbourhood.
    fn measure_edges(&mut self, small: &Small, near: &[bool]) {
        for y in 0..self.rows {
            for x in 0..self.columns {
                let wanted = (y.saturating_sub(1)..(y + 2).min(self.rows)).any(|row| {
                    near[row * self.columns + x.saturating_sub(1)
                        ..row * self.columns + (x + 2).min(self.columns)]
                        .contains(&true)
                });
                if wanted {
                    let ink = self.cells[y * self.columns + x].ink;
                    self.cells[y * self.columns + x] = Cell { ink, ..self.edges(small, x, y) };
                }
            }
        }
    }

    fn edges(&self, small: &Small, x: usize, y: usize) -> Cell {
        let mut cell = Cell::default();
        let (left, right) = (x * self.cell, ((x + 1) * self.cell + 1).min(small.width));
        for row in y * self.cell..(y + 1) * self.cell {
            let (Some(here), Some(below)) =
                (small.row(row).get(left..right), small.row(row + 1).get(left..right))
            else {
                continue;
            };
            for (h, b) in here.windows(2).zip(below.windows(2)) {
                let v = |p: u8| f32::from(p);
                let dx = (v(h[1]) + v(b[1]) - v(h[0]) - v(b[0])) / 2.0;
                let dy = (v(b[0]) + v(b[1]) - v(h[0]) - v(h[1])) / 2.0;
                cell.xx += dx * dx;
                cell.yy += dy * dy;
                cell.xy += dx * dy;
                cell.across += dx.abs();
                cell.down += dy.abs();
            }
        }
        cell
    }

    fn looks(&self, near: &[bool]) -> Vec<Looks> {
        let mut looks = vec![Looks::Nothing; self.cells.len()];
        for y in 0..self.rows {
            for x in 0..self.columns {
                let at = y * self.columns + x;
                if !near[at] {
                    continue;
                }
                let sum = |of: fn(&Cell) -> f32| self.around(x, y, of);
                let (xx, yy, xy) = (sum(|c| c.xx), sum(|c| c.yy), sum(|c| c.xy));
                // Grey values to changes per cell width: nine cells of `cell` rows each.
                let scale = 9.0 * self.cell as f32 * 255.0 * 0.6;
                let busy = sum(|c| c.across).hypot(sum(|c| c.down)) / scale;
                if busy >= EDGES_MIN {
                    looks[at] = if coherence(xx, yy, xy) >= COHERENT { Looks::Bars } else { Looks::Dots };
                }
            }
        }
        looks
    }

    /// Connected cells of the same look.
    fn regions(&self, small: &Small, mut looks: Vec<Looks>) -> Vec<(usize, Area)> {
        let mut areas = Vec::new();
        for start in 0..looks.len() {
            let look = looks[start];
            if look == Looks::Nothing {
                continue;
            }
            let mut todo = vec![start];
            let mut members = Vec::new();
            looks[start] = Looks::Nothing;
            while let Some(at) = todo.pop() {
                members.push(at);
                let (x, y) = (at % self.columns, at / self.columns);
                for ny in y.saturating_sub(1)..(y + 2).min(self.rows) {
                    for nx in x.saturating_sub(1)..(x + 2).min(self.columns) {
                        let next = ny * self.columns + nx;
                        if looks[next] == look {
                            looks[next] = Looks::Nothing;
                            todo.push(next);
                        }
                    }
                }
            }
            if let Some(area) = self.area(small, &members, look) {
                areas.push((members.len(), area));
            }
        }
        areas
    }

    fn area(&self, small: &Small, members: &[usize], look: Looks) -> Option<Area> {
        if members.len() < CELLS_MIN {
            return None;
        }
        let direction = match look {
            Looks::Bars => self.direction(members),
            _ => [1.0, 0.0],
        };
        let [cos, sin] = direction;
        let (mut along, mut beside) = ((f32::MAX, f32::MIN), (f32::MAX, f32::MIN));
        let (mut left, mut top, mut right, mut bottom) = (usize::MAX, usize::MAX, 0, 0);
        for &at in members {
            let (x, y) = (at % self.columns, at / self.columns);
            let (u, v) = (x as f32 * cos + y as f32 * sin, y as f32 * cos - x as f32 * sin);
            along = (along.0.min(u), along.1.max(u));
            beside = (beside.0.min(v), beside.1.max(v));
            (left, top, right, bottom) = (left.min(x), top.min(y), right.max(x), bottom.max(y));
        }
        let (length, height) = (along.1 - along.0 + 1.0, beside.1 - beside.0 + 1.0);
        let side_max = SIDE_INCH / CELL_INCH;
        // Codes fill their rectangle; a row of bold letters does, too, but is not as high.
        if (members.len() as f32) < 0.45 * length * height || length > side_max || height > side_max {
            return None;
        }
        let (short, long) = (length.min(height), length.max(height));
        let sparse = (members.len() as f32) < 0.6 * length * height;
        if look == Looks::Dots && (short < SQUARE_CELLS_MIN || long > 10.0 * short || sparse) {
            return None;
        }
        let cell = self.cell as f32 * small.factor as f32;
        let (u, v) = ((along.0 + along.1) / 2.0, (beside.0 + beside.1) / 2.0);
        let px = |cells: usize| (cells as f32 * cell) as i32;
        let bounds = Box2 { x: px(left), y: px(top), w: px(right - left + 1), h: px(bottom - top + 1) };
        let lines = (look == Looks::Bars).then_some(Lie {
            x: (u * cos - v * sin + 0.5) * cell,
            y: (u * sin + v * cos + 0.5) * cell,
            direction,
            half_along: length / 2.0 * cell,
            half_beside: height / 2.0 * cell,
        });
        Some(Area { bounds, lines })
    }

    /// Direction across the bars, from all members together.
    fn direction(&self, members: &[usize]) -> [f32; 2] {
        let sum = |of: fn(&Cell) -> f32| members.iter().map(|&m| of(&self.cells[m])).sum::<f32>();
        let angle = 0.5 * (2.0 * sum(|c| c.xy)).atan2(sum(|c| c.xx) - sum(|c| c.yy));
        [angle.cos(), angle.sin()]
    }
}

fn coherence(xx: f32, yy: f32, xy: f32) -> f32 {
    let strength = xx + yy;
    if strength > 0.0 { (xx - yy).hypot(2.0 * xy) / strength } else { 0.0 }
}
