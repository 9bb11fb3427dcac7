//! Invisible words, each exactly over its box.
//!
//! Text mode 3; one text object per page in reading order; each word has its
//! own matrix, level or along its baseline, and horizontal scaling that makes its
//! advance as wide as its box. A blank follows each word so that readers
//! separate them.

use super::ProductPage;
use super::font::ADVANCE;
use std::fmt::Write;

/// Words that lean less than ten degrees are laid level.
const LEVEL_SIN: f32 = 0.174;

/// Operators for all words of a page of that size in points.
pub fn operators(page: &ProductPage, width: f32, height: f32) -> Vec<u8> {
    let words = &page.text.words;
    if words.is_empty() {
        return Vec::new();
    }
    let (dpi_x, dpi_y) =
        if page.orientation.turn.swaps_sides() { (page.dpi.y, page.dpi.x) } else { (page.dpi.x, page.dpi.y) };
    let (sx, sy) = (72.0 / dpi_x.max(1.0), 72.0 / dpi_y.max(1.0));
    let mut out = String::from("BT 3 Tr\n");
    for word in words {
        let units: Vec<u16> = word
            .text
            .chars()
            // Outside the basic plane a word would need surrogates, which the font does not have.
            .map(|c| u16::try_from(u32::from(c)).unwrap_or(0xFFFD))
            .collect();
        let [x0, y0] = word.baseline_start;
        let [x1, y1] = word.baseline_end;
        let (dx, dy) = ((x1 - x0) * sx, -(y1 - y0) * sy);
        let length = dx.hypot(dy);
        let size = word.ascent * sy;
        if units.is_empty() || length < 0.01 || size < 0.1 {
            continue;
        }
        let (cos, sin) = (dx / length, dy / length);
        // Poppler breaks a word whose baseline climbs by half a point. A few degrees of skew move a
        // word's ends by less than its height, so it lies level at its middle.
        let level = sin.abs() < LEVEL_SIN && cos > 0.0;
        let (cos, sin, y0) = if level { (1.0, 0.0, (y0 + y1) / 2.0) } else { (cos, sin, y0) };
        let (x, y) = ((x0 * sx).clamp(0.0, width), (height - y0 * sy).clamp(0.0, height));
        let scale = 100.0 * length / (units.len() as f32 * ADVANCE * size);
        let mut hex = String::with_capacity(units.len() * 4 + 4);
        for unit in units.iter().chain(&[0x20]) {
            let _ = write!(hex, "{unit:04X}");
        }
        let _ = writeln!(
            out,
            "/F0 {size:.2} Tf {scale:.2} Tz {cos:.5} {sin:.5} {:.5} {cos:.5} {x:.2} {y:.2} Tm <{hex}> Tj",
            -sin
        );
    }
    out.push_str("ET\n");
    out.into_bytes()
}
