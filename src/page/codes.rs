//! Separator codes on a page: patch codes by their bars, QR and barcodes by rxing.
//!
//! In: the upright grey page. Out: what was found, where. Patch codes: four
//! black bars, wide or narrow (2.5 to 1), with narrow gaps, across most of the
//! sheet; seen along several lines or not at all.

use crate::model::geometry::Box2;
use crate::model::page::Code;
use image::{GrayImage, imageops};
use rxing::{BarcodeFormat, DecodeHints};
use std::collections::HashSet;

/// Which barcodes are looked for.
#[derive(Clone, Debug)]
pub struct CodeOrder {
    /// Look for QR codes and barcodes at all.
    pub barcodes: bool,
}

impl Default for CodeOrder {
    fn default() -> Self {
        Self { barcodes: true }
    }
}

/// Bar and gap widths in units of a narrow bar, wide = 5 halves (patterns of the seven elements,
/// bars at even places).
const PATCHES: [(&str, [u8; 7]); 6] = [
    ("patch_1", [5, 2, 5, 2, 2, 2, 2]),
    ("patch_2", [5, 2, 2, 2, 2, 2, 5]),
    ("patch_3", [5, 2, 2, 2, 5, 2, 2]),
    ("patch_4", [2, 2, 5, 2, 5, 2, 2]),
    ("patch_t", [2, 2, 5, 2, 2, 2, 5]),
    ("patch_6", [2, 2, 2, 2, 5, 2, 5]),
];
/// Share of the sampled lines that must show the same code.
const LINES_AGREE: f32 = 0.5;
/// Narrow bars are 0.08 inch by the book; printers and scalers vary.
const NARROW_INCH: std::ops::RangeInclusive<f32> = 0.03..=0.16;

/// Everything found on the page.
pub fn find(upright: &GrayImage, dpi: f32, order: &CodeOrder) -> Vec<Code> {
    let small = super::reduced(upright, dpi);
    let scale = upright.width() as f32 / small.width() as f32;
    let mut codes = patch(&small, dpi / scale).into_iter().collect::<Vec<_>>();
    if codes.is_empty() && order.barcodes {
        for area in dense_areas(&small) {
            codes.extend(barcode(upright, area, scale));
        }
    }
    codes
}

/// One patch code in either direction of the sheet.
fn patch(small: &GrayImage, dpi: f32) -> Option<Code> {
    let sideways = imageops::rotate90(small);
    [small, &sideways].into_iter().find_map(|image| {
        let width = image.width() as usize;
        let rows: Vec<&[u8]> = image.as_raw().chunks_exact(width.max(1)).collect();
        // Bars span a good part of the sheet: a band of rows all shows the same pattern.
        let band = (rows.len() / 40).max(1);
        let seen: Vec<Option<&str>> = rows.iter().step_by(band).map(|row| row_code(row, dpi)).collect();
        PATCHES.iter().find_map(|(name, _)| {
            let run = longest_run(&seen, name);
            // Bars are at least two inches long.
            let inches = run as f32 * band as f32 / dpi;
            (inches >= 1.6 && run as f32 >= LINES_AGREE * 4.0).then(|| Code {
                symbology: (*name).to_owned(),
                value: String::new(),
                bounds: Box2::default(),
            })
        })
    })
}

fn longest_run(seen: &[Option<&str>], name: &str) -> usize {
    let (mut best, mut run) = (0, 0);
    for code in seen {
        run = if *code == Some(name) { run + 1 } else { 0 };
        best = best.max(run);
    }
    best
}

/// The patch code a row of pixels shows, with a quiet zone on both sides.
fn row_code(row: &[u8], dpi: f32) -> Option<&'static str> {
    let mut runs: Vec<(bool, f32)> = Vec::new();
    for &pixel in row {
        let dark = pixel < 128;
        match runs.last_mut() {
            Some((last, length)) if *last == dark => *length += 1.0,
            _ => runs.push((dark, 1.0)),
        }
    }
    runs.windows(9).find_map(|w| {
        let bars = &w[1..8];
        if !bars[0].0 {
            return None;
        }
        let narrow = bars.iter().map(|b| b.1).fold(f32::MAX, f32::min);
        let quiet = w[0].1.min(w[8].1);
        if !NARROW_INCH.contains(&(narrow / dpi)) || quiet < narrow * 2.0 {
            return None;
        }
        let total: f32 = bars.iter().map(|b| b.1).sum();
        PATCHES.iter().find_map(|(name, pattern)| {
            let unit = total / pattern.iter().map(|&p| f32::from(p)).sum::<f32>();
            let fits = bars.iter().zip(pattern).all(|(bar, &p)| (bar.1 / unit - f32::from(p)).abs() < 1.3);
            fits.then_some(*name)
        })
    })
}

/// Cells of the analysis image with so many edges that a code may lie there, joined to areas.
fn dense_areas(small: &GrayImage) -> Vec<Box2> {
    const CELL: u32 = 16;
    let (columns, rows) = (small.width() / CELL, small.height() / CELL);
    let width = small.width() as usize;
    let dense = |cx: u32, cy: u32| {
        let mut edges = 0u32;
        let mut dark = 0u32;
        for y in cy * CELL..(cy + 1) * CELL {
            let row = &small.as_raw()[y as usize * width..(y as usize + 1) * width];
            let cell = &row[(cx * CELL) as usize..((cx + 1) * CELL) as usize];
            edges += cell.windows(2).map(|p| u32::from(p[0].abs_diff(p[1]) > 40)).sum::<u32>();
            dark += cell.iter().map(|&p| u32::from(p < 140)).sum::<u32>();
        }
        edges > 12 && dark > 40
    };
    let mut open: HashSet<(u32, u32)> =
        (0..rows).flat_map(|y| (0..columns).map(move |x| (x, y))).filter(|&(x, y)| dense(x, y)).collect();
    let mut areas = Vec::new();
    let mut starts: Vec<_> = open.iter().copied().collect();
    starts.sort_unstable_by_key(|&(x, y)| (y, x));
    for start in starts {
        if !open.remove(&start) {
            continue;
        }
        let (mut todo, mut area, mut count) = (vec![start], Box2::default(), 0);
        while let Some((x, y)) = todo.pop() {
            let cell = Box2 { x: (x * CELL) as i32, y: (y * CELL) as i32, w: CELL as i32, h: CELL as i32 };
            area = if count == 0 { cell } else { area.union(cell) };
            count += 1;
            for ny in y.saturating_sub(2)..=y + 2 {
                for nx in x.saturating_sub(2)..=x + 2 {
                    if open.remove(&(nx, ny)) {
                        todo.push((nx, ny));
                    }
                }
            }
        }
        // Codes are compact, and about half of them is ink; text has a fifth.
        if area.w >= 32 && area.h >= 32 && count * 256 > area.w * area.h / 3 && ink_share(small, area) > 0.3 {
            areas.push(area);
        }
    }
    areas.truncate(6);
    areas
}

fn ink_share(small: &GrayImage, area: Box2) -> f32 {
    let (x, y, w, h) = (area.x as u32, area.y as u32, area.w as u32, area.h as u32);
    let crop = imageops::crop_imm(small, x, y, w, h);
    let dark = crop.to_image().iter().filter(|&&p| p < 140).count();
    dark as f32 / (w * h).max(1) as f32
}

fn barcode(upright: &GrayImage, area: Box2, scale: f32) -> Option<Code> {
    let margin = 24;
    let at = |v: i32| (v.max(0) as f32 * scale) as u32;
    let (x, y) = (at(area.x - margin), at(area.y - margin));
    let w = at(area.w + 2 * margin).min(upright.width().saturating_sub(x));
    let h = at(area.h + 2 * margin).min(upright.height().saturating_sub(y));
    if w < 20 || h < 20 {
        return None;
    }
    let crop = imageops::crop_imm(upright, x, y, w, h).to_image();
    let formats = HashSet::from([
        BarcodeFormat::QR_CODE,
        BarcodeFormat::DATA_MATRIX,
        BarcodeFormat::CODE_128,
        BarcodeFormat::CODE_39,
        BarcodeFormat::ITF,
        BarcodeFormat::EAN_13,
        BarcodeFormat::PDF_417,
    ]);
    let mut hints =
        DecodeHints { PossibleFormats: Some(formats), TryHarder: Some(true), ..DecodeHints::default() };
    let found = rxing::helpers::detect_in_luma_with_hints(crop.into_raw(), w, h, None, &mut hints).ok()?;
    let symbology = match found.getBarcodeFormat() {
        BarcodeFormat::QR_CODE => "qr",
        BarcodeFormat::DATA_MATRIX => "datamatrix",
        BarcodeFormat::CODE_128 => "code128",
        BarcodeFormat::CODE_39 => "code39",
        BarcodeFormat::ITF => "itf",
        BarcodeFormat::EAN_13 => "ean13",
        BarcodeFormat::PDF_417 => "pdf417",
        _ => return None,
    };
    Some(Code {
        symbology: symbology.into(),
        value: found.getText().to_owned(),
        bounds: Box2 { x: x as i32, y: y as i32, w: w as i32, h: h as i32 },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    /// A sheet with the bars of a patch code across its upper part.
    fn sheet(pattern: &[u8; 7], dpi: f32) -> GrayImage {
        let mut image = GrayImage::from_pixel((8.27 * dpi) as u32, (11.7 * dpi) as u32, Luma([255]));
        let unit = 0.04 * dpi;
        let mut x = 2.0 * dpi;
        for (index, &width) in pattern.iter().enumerate() {
            let next = x + f32::from(width) * unit;
            if index % 2 == 0 {
                for px in x as u32..next as u32 {
                    for py in (0.5 * dpi) as u32..(4.5 * dpi) as u32 {
                        image.put_pixel(px, py, Luma([0]));
                    }
                }
            }
            x = next;
        }
        image
    }

    #[test]
    fn every_patch_code_is_read_at_every_resolution_upright_and_sideways() {
        for (name, pattern) in &PATCHES {
            for dpi in [150.0, 200.0, 300.0] {
                let image = sheet(pattern, dpi);
                assert_eq!(find(&image, dpi, &CodeOrder::default())[0].symbology, *name, "{dpi}");
                let sideways = imageops::rotate270(&image);
                assert_eq!(find(&sideways, dpi, &CodeOrder::default())[0].symbology, *name, "{dpi} sideways");
            }
        }
    }

    #[test]
    fn a_qr_code_is_found_on_a_sheet() {
        let code = qrcode::QrCode::new("POSTSTELLE:SEP").unwrap();
        let mut image = GrayImage::from_pixel(1654, 2339, Luma([255]));
        let modules = code.width();
        for (i, colour) in code.to_colors().into_iter().enumerate() {
            if colour == qrcode::Color::Dark {
                for y in 0..12 {
                    for x in 0..12 {
                        image.put_pixel(
                            500 + (i % modules) as u32 * 12 + x,
                            600 + (i / modules) as u32 * 12 + y,
                            Luma([0]),
                        );
                    }
                }
            }
        }
        let found = find(&image, 200.0, &CodeOrder::default());
        assert_eq!((found[0].symbology.as_str(), found[0].value.as_str()), ("qr", "POSTSTELLE:SEP"));
    }

    #[test]
    fn odd_sizes_have_no_codes() {
        for (w, h) in [(1, 1), (3, 900), (900, 3)] {
            assert!(find(&GrayImage::from_pixel(w, h, Luma([0])), 300.0, &CodeOrder::default()).is_empty());
        }
    }
}
