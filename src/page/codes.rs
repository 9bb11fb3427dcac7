//! Codes on a page: patch bars, barcodes, matrix codes.
//!
//! In: the upright grey page, its resolution, what to look for. Out: every
//! code found, with its value and place. The page is reduced once; patch bars
//! are read there, and everything else is only *looked for* there, so that a
//! letter without codes costs a few milliseconds. Decoders get crops, never the
//! page. It does not say what a code means: `batch` does.

mod linear;
mod matrix;
mod patch;
mod rings;
mod small;
mod texture;

use crate::model::geometry::Box2;
use crate::model::page::Code;
use image::GrayImage;
use small::Small;

/// What kind of barcode.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Symbology {
    /// QR code.
    Qr,
    /// DataMatrix ECC 200.
    DataMatrix,
    /// PDF417.
    Pdf417,
    /// Code 128.
    Code128,
    /// EAN-13.
    Ean13,
    /// Code 39.
    Code39,
    /// Interleaved 2 of 5.
    Itf,
}

impl Symbology {
    /// Every kind that can be read, the ones with a check digit before the ones without.
    pub const ALL: [Self; 7] =
        [Self::Qr, Self::DataMatrix, Self::Pdf417, Self::Code128, Self::Ean13, Self::Code39, Self::Itf];

    /// The name in `document.json` and in configuration.
    pub fn id(self) -> &'static str {
        match self {
            Self::Qr => "qr",
            Self::DataMatrix => "datamatrix",
            Self::Pdf417 => "pdf417",
            Self::Code128 => "code128",
            Self::Ean13 => "ean13",
            Self::Code39 => "code39",
            Self::Itf => "itf",
        }
    }

    /// The kind of that name.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.id() == id)
    }

    fn is_linear(self) -> bool {
        matches!(self, Self::Code128 | Self::Ean13 | Self::Code39 | Self::Itf)
    }
}

/// Which codes are looked for.
#[derive(Clone, Debug, PartialEq)]
pub struct CodeOrder {
    /// Patch codes.
    pub patches: bool,
    /// Barcodes and matrix codes; an empty list looks for none.
    pub allowed: Vec<Symbology>,
}

impl Default for CodeOrder {
    fn default() -> Self {
        Self { patches: true, allowed: Symbology::ALL.to_vec() }
    }
}

/// Pixels of crops the decoders may look at on one page, so that a page of halftone pictures ends
/// too: a QR code of 8 cm at 300 dpi is 1 million.
const DECODED_PIXELS_MAX: u64 = 8_000_000;
/// Barcodes reported of one page. A parcel label has four.
const CODES_MAX: usize = 16;

/// Everything found on the page: patch codes first, the longest bars leading, then barcodes from
/// top to bottom.
pub fn find(upright: &GrayImage, dpi: f32, order: &CodeOrder) -> Vec<Code> {
    let Some(small) = Small::new(upright, dpi) else { return Vec::new() };
    let mut codes = if order.patches { patch::find(&small) } else { Vec::new() };
    codes.extend(barcodes(upright, &small, &order.allowed));
    codes
}

/// One region a decoder looks at, in pixels of the page.
struct Work<'a> {
    page: &'a GrayImage,
    dpi: f32,
    pixels_left: u64,
}

impl Work<'_> {
    /// Whether a crop of so many pixels may still be decoded; takes them from the budget.
    fn take(&mut self, width: u32, height: u32) -> bool {
        let pixels = u64::from(width) * u64::from(height);
        let granted = pixels <= self.pixels_left;
        self.pixels_left -= if granted { pixels } else { 0 };
        granted
    }
}

fn barcodes(page: &GrayImage, small: &Small, allowed: &[Symbology]) -> Vec<Code> {
    let lines: Vec<Symbology> = allowed.iter().copied().filter(|s| s.is_linear()).collect();
    let squares: Vec<Symbology> = allowed.iter().copied().filter(|s| !s.is_linear()).collect();
    let mut work = Work { page, dpi: small.dpi * small.factor as f32, pixels_left: DECODED_PIXELS_MAX };
    let mut codes: Vec<Code> = Vec::new();
    let seen = |codes: &[Code], area: Box2| codes.iter().any(|c| area.centre_in(c.bounds));

    if squares.contains(&Symbology::Qr) {
        for group in rings::find(small) {
            if codes.len() < CODES_MAX && !seen(&codes, group.bounds) {
                codes.extend(matrix::read(&mut work, group.bounds, Some(group.module), &[Symbology::Qr]));
            }
        }
    }
    if !allowed.is_empty() {
        for area in texture::find(small) {
            if codes.len() >= CODES_MAX || seen(&codes, area.bounds) {
                continue;
            }
            let mut read = match area.lines {
                Some(lie) if !lines.is_empty() => linear::read(&mut work, lie, &lines),
                _ => Vec::new(),
            };
            // PDF417 is made of bars too; a square code in a frame may look like them.
            if read.is_empty() && !squares.is_empty() {
                read.extend(matrix::read(&mut work, area.bounds, None, &squares));
            }
            codes.extend(read);
        }
    }
    codes.truncate(CODES_MAX);
    codes.sort_by_key(|c| (c.bounds.y, c.bounds.x));
    codes
}

/// Runs a foreign decoder. Its arithmetic is not ours, and overflow checks are on: if it fails over
/// strange bits, there is no code here, and the page lives.
fn guarded<T>(decode: impl FnOnce() -> Option<T>) -> Option<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(decode)).ok().flatten()
}

#[cfg(test)]
mod tests;
