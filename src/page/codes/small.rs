//! The page reduced to 100 to 200 dpi by whole factors, with its paper and ink.

use image::GrayImage;

/// Finest resolution at which codes are looked for, pixels per inch: a narrow patch bar is 8 pixels.
const DPI: f32 = 100.0;
/// Smaller images (pixels after reduction) carry no code.
const SIDE_MIN: usize = 24;

/// The reduced page.
pub struct Small {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// Rows without padding.
    pub data: Vec<u8>,
    /// Pixels of the page per pixel here.
    pub factor: u32,
    /// Pixels per inch here.
    pub dpi: f32,
    /// Grey of the paper.
    pub paper: u8,
    /// Grey of the ink.
    pub ink: u8,
}

impl Small {
    /// `None` if the page is too small or has no contrast.
    pub fn new(page: &GrayImage, dpi: f32) -> Option<Self> {
        let dpi = if dpi.is_finite() { dpi.clamp(50.0, 2400.0) } else { 300.0 };
        let factor = (dpi / DPI).floor().clamp(1.0, 16.0) as u32;
        let (width, height) = ((page.width() / factor) as usize, (page.height() / factor) as usize);
        if width < SIDE_MIN || height < SIDE_MIN {
            return None;
        }
        let data = reduce(page, factor as usize, width, height);
        let (paper, ink) = paper_and_ink(&data);
        let contrast = paper.saturating_sub(ink);
        (contrast >= 40).then_some(Self { width, height, data, factor, dpi: dpi / factor as f32, paper, ink })
    }

    /// The grey `share` of the way from ink to paper.
    pub fn level(&self, share: f32) -> u8 {
        let ink = f32::from(self.ink);
        (ink + share * (f32::from(self.paper) - ink)).round().clamp(1.0, 255.0) as u8
    }

    /// One row; empty outside.
    pub fn row(&self, y: usize) -> &[u8] {
        self.data.get(y * self.width..(y + 1) * self.width).unwrap_or(&[])
    }

    /// One pixel; paper outside.
    pub fn at(&self, x: i32, y: i32) -> u8 {
        match (usize::try_from(x), usize::try_from(y)) {
            (Ok(x), Ok(y)) if x < self.width => self.row(y).get(x).copied().unwrap_or(self.paper),
            _ => self.paper,
        }
    }
}

fn reduce(page: &GrayImage, factor: usize, width: usize, height: usize) -> Vec<u8> {
    let stride = page.width() as usize;
    if factor == 1 {
        return page.as_raw().clone();
    }
    let mut out = Vec::with_capacity(width * height);
    let mut sums = vec![0u16; width * factor];
    for block in page.as_raw().chunks_exact(stride * factor).take(height) {
        sums.fill(0);
        for row in block.chunks_exact(stride) {
            // At most 16 rows of 255: no overflow of 16 bits.
            for (sum, &pixel) in sums.iter_mut().zip(row) {
                *sum = sum.wrapping_add(u16::from(pixel));
            }
        }
        match factor {
            2 => collapse::<2>(&sums, &mut out),
            3 => collapse::<3>(&sums, &mut out),
            4 => collapse::<4>(&sums, &mut out),
            6 => collapse::<6>(&sums, &mut out),
            n => out.extend(sums.chunks_exact(n).map(|c| mean(c, n))),
        }
    }
    out
}

fn collapse<const N: usize>(sums: &[u16], out: &mut Vec<u8>) {
    out.extend(sums.chunks_exact(N).map(|c| mean(c, N)));
}

fn mean(cells: &[u16], n: usize) -> u8 {
    let sum = cells.iter().fold(0u32, |sum, &c| sum.wrapping_add(u32::from(c)));
    (sum / (n * n) as u32) as u8
}

/// Paper is what three quarters of the page do not exceed; ink its darkest two thousandths, so that
/// one small code on an empty page counts.
fn paper_and_ink(data: &[u8]) -> (u8, u8) {
    let mut histogram = [0u32; 256];
    for &pixel in data.iter().step_by(3) {
        histogram[usize::from(pixel)] += 1;
    }
    let all: u32 = histogram.iter().sum();
    let quantile = |share: f32| {
        let mut left = (all as f32 * share) as i64;
        histogram.iter().position(|&count| {
            left -= i64::from(count);
            left < 0
        })
    };
    (quantile(0.75).unwrap_or(255) as u8, quantile(0.002).unwrap_or(0) as u8)
}
