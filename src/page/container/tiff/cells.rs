//! Strips and tiles: where each lies in the file and on the page.

use super::directory::{Directory, Reader};
use crate::model::limits::Limits;
use crate::model::refusal::Refusal;
use crate::page::container::{Result, check_size, damaged};

/// Strips or tiles of one page; more is an attack.
const CELLS_MAX: u64 = 100_000;

/// One strip or tile.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a> {
    /// Its packed bytes; fewer than promised at the end of a file that was cut off.
    pub bytes: &'a [u8],
    /// Left edge on the page.
    pub x: u32,
    /// Upper edge on the page.
    pub y: u32,
    /// Width of its rows.
    pub width: u32,
    /// Rows it holds; of a tile those beyond the page, too.
    pub height: u32,
    /// Plane, if each sample has its own.
    pub plane: u64,
}

/// All strips or tiles of a page in order.
pub fn cells<'a>(reader: &Reader<'a>, d: &Directory, limits: &Limits) -> Result<Vec<Cell<'a>>> {
    check_size(d.width, d.height, limits)?;
    let rows = u32::try_from(d.rows_per_strip).unwrap_or(u32::MAX).clamp(1, d.height);
    let (width, height) = d.tile.unwrap_or((d.width, rows));
    check_size(width, height, limits)?;
    let (across, down) = (u64::from(d.width.div_ceil(width)), u64::from(d.height.div_ceil(height)));
    let planes = if d.planar == 2 { d.samples.clamp(1, 8) } else { 1 };
    let wanted = across * down * planes;
    if wanted > CELLS_MAX {
        return Err(damaged("tiff.cells", format!("{wanted} Bildstreifen auf einer Seite")));
    }
    let missing = || damaged("tiff.truncated", "ein Bildstreifen fehlt");
    let mut found = Vec::new();
    let mut packed = 0u64;
    for index in 0..wanted {
        let at = reader.item(d.offsets, index).ok_or_else(missing)?;
        let rest = (reader.len() as u64).checked_sub(at).ok_or_else(missing)?;
        // Old writers leave out the length of a single strip: it reaches to the end.
        let count = if d.counts.count == 0 && wanted == 1 {
            rest
        } else {
            reader.item(d.counts, index).ok_or_else(missing)?
        };
        packed = packed.saturating_add(count.min(rest));
        let (row, column) = (index % (across * down) / across, index % across);
        let y = u32::try_from(row).map_err(|_| missing())?.saturating_mul(height);
        found.push(Cell {
            bytes: reader.slice(at, count.min(rest)).ok_or_else(missing)?,
            x: u32::try_from(column).map_err(|_| missing())?.saturating_mul(width),
            y,
            width,
            height: if d.tile.is_some() { height } else { height.min(d.height - y.min(d.height)) },
            plane: index / (across * down),
        });
    }
    // Strips do not share bytes; where they do, few bytes are made to cost much.
    if packed > 2 * reader.len() as u64 {
        return Err(Refusal::new(
            "tiff.overlapping",
            "Die Bildstreifen der TIFF-Datei überlagern sich.",
            "Erneut scannen; die Datei ist beschädigt oder manipuliert.",
        ));
    }
    Ok(found)
}
