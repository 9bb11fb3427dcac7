//! Connected ink: which marked pixels hang together.
//!
//! In: a mask of bytes, non-zero is marked. Out: one [`Blob`] per connected
//! group (eight neighbours), in the order of their first rows, and the runs
//! they consist of. Works on runs, not pixels: a page of text has about a
//! tenth as many.

use crate::model::geometry::Box2;

/// A group of connected marked pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blob {
    /// Leftmost column.
    pub left: u32,
    /// Uppermost row.
    pub top: u32,
    /// Column after the rightmost.
    pub right: u32,
    /// Row after the lowest.
    pub bottom: u32,
    /// Marked pixels.
    pub area: u32,
}

impl Blob {
    /// Columns it spans.
    pub fn width(&self) -> u32 {
        self.right - self.left
    }

    /// Rows it spans.
    pub fn height(&self) -> u32 {
        self.bottom - self.top
    }

    /// The box around it.
    pub fn bounds(&self) -> Box2 {
        Box2 { x: self.left as i32, y: self.top as i32, w: self.width() as i32, h: self.height() as i32 }
    }
}

/// A horizontal run of marked pixels.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// Row.
    pub y: u32,
    /// First column.
    pub start: u32,
    /// Column after the last.
    pub end: u32,
    /// Index of its blob.
    pub blob: u32,
}

/// Blobs and their runs.
#[derive(Clone, Debug, Default)]
pub struct Blobs {
    /// The groups.
    pub blobs: Vec<Blob>,
    /// Runs, row by row.
    pub runs: Vec<Run>,
}

/// Finds all blobs of a mask of that width.
pub fn find(mask: &[u8], width: usize) -> Blobs {
    let mut runs: Vec<Run> = Vec::new();
    let mut parent: Vec<u32> = Vec::new();
    let mut above = 0..0usize;
    for (y, row) in mask.chunks_exact(width.max(1)).enumerate() {
        let first = runs.len();
        let mut candidate = above.start;
        let mut x = 0;
        while let Some(start) = next(row, x, true) {
            let end = next(row, start, false).unwrap_or(width);
            let id = runs.len() as u32;
            parent.push(id);
            // Runs above that end before this one begins cannot touch later ones either.
            while candidate < above.end && runs[candidate].end < start as u32 {
                candidate += 1;
            }
            let mut touching = candidate;
            while touching < above.end && runs[touching].start <= end as u32 {
                join(&mut parent, touching as u32, id);
                touching += 1;
            }
            runs.push(Run { y: y as u32, start: start as u32, end: end as u32, blob: id });
            x = end;
        }
        above = first..runs.len();
    }
    let mut number = vec![u32::MAX; runs.len()];
    let mut blobs: Vec<Blob> = Vec::new();
    for (i, run) in runs.iter_mut().enumerate() {
        let root = root(&mut parent, i as u32) as usize;
        if number[root] == u32::MAX {
            number[root] = blobs.len() as u32;
            blobs.push(Blob { left: run.start, top: run.y, right: run.end, bottom: run.y + 1, area: 0 });
        }
        run.blob = number[root];
        let blob = &mut blobs[number[root] as usize];
        blob.left = blob.left.min(run.start);
        blob.right = blob.right.max(run.end);
        blob.bottom = run.y + 1;
        blob.area += run.end - run.start;
    }
    Blobs { blobs, runs }
}

/// The next column from `x` on that is marked or not, skipping eight unmarked pixels at a time.
fn next(row: &[u8], mut x: usize, marked: bool) -> Option<usize> {
    if marked {
        while let Some(eight) = row.get(x..x + 8) {
            if eight.iter().any(|&p| p != 0) {
                break;
            }
            x += 8;
        }
    }
    row.get(x..)?.iter().position(|&p| (p != 0) == marked).map(|n| x + n)
}

fn root(parent: &mut [u32], mut i: u32) -> u32 {
    while parent[i as usize] != i {
        parent[i as usize] = parent[parent[i as usize] as usize];
        i = parent[i as usize];
    }
    i
}

fn join(parent: &mut [u32], a: u32, b: u32) {
    let (a, b) = (root(parent, a), root(parent, b));
    // The smaller index wins, so that numbering follows reading order on every machine.
    if a < b {
        parent[b as usize] = a;
    } else {
        parent[a as usize] = b;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: &[&str]) -> Vec<Blob> {
        let mask: Vec<u8> = rows.iter().flat_map(|r| r.bytes().map(|b| u8::from(b == b'#'))).collect();
        find(&mask, rows[0].len()).blobs
    }

    #[test]
    fn arms_that_meet_below_are_one_blob() {
        let blobs = of(&["#..#....#", "#..#.....", ".##....##"]);
        assert_eq!(blobs.len(), 3);
        assert_eq!(blobs[0], Blob { left: 0, top: 0, right: 4, bottom: 3, area: 6 });
        assert_eq!(blobs[2].width(), 2);
    }

    #[test]
    fn corners_connect() {
        assert_eq!(of(&["#....", ".#...", "..#..", "...#."]).len(), 1);
    }
}
