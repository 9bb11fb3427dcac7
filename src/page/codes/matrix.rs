//! Square codes and PDF417: a crop at a fitting size, tried as it is and smoothed.

use super::{Symbology, Work, guarded};
use crate::model::geometry::Box2;
use crate::model::page::Code;
use image::GrayImage;
use rxing::common::HybridBinarizer;
use rxing::datamatrix::DataMatrixReader;
use rxing::pdf417::PDF417Reader;
use rxing::qrcode::QRCodeReader;
use rxing::qrcode::cpp_port::QrReader;
use rxing::{BinaryBitmap, DecodeHints, Luma8LuminanceSource, RXingResult, Reader};

/// Room around a region in inches: quiet zone, and cells that were not recognised.
const MARGIN_INCH: f32 = 0.14;
/// Crops are reduced to about this side first (pixels): decoders are slow on large pictures, and
/// reducing takes out noise.
const SIDE: u32 = 480;
/// Modules of this many pixels are read best.
const MODULE: f32 = 5.0;
/// Crops of a longer side are not tried unreduced.
const SIDE_MAX: u32 = 1600;

/// The code in that region, if one of the allowed kinds reads it.
pub fn read(work: &mut Work<'_>, area: Box2, module: Option<f32>, allowed: &[Symbology]) -> Option<Code> {
    let margin = if module.is_some() { 0.0 } else { MARGIN_INCH * work.dpi };
    let crop = crop(work.page, area, margin as i32)?;
    let side = crop.width().max(crop.height());
    let fitting = match module {
        Some(module) => (module / MODULE).floor().clamp(1.0, 16.0) as u32,
        None => side.div_ceil(SIDE).clamp(1, 16),
    };
    let mut factors = vec![fitting];
    for other in [fitting / 2, fitting + 1, 1] {
        if other >= 1 && side / other <= SIDE_MAX && !factors.contains(&other) {
            factors.push(other);
        }
    }
    for factor in factors {
        let picture = reduced(&crop, factor);
        for smooth in [false, true] {
            let (width, height) = picture.dimensions();
            if width < 16 || height < 16 || !work.take(width, height) {
                continue;
            }
            let picture = if smooth { smoothed(&picture) } else { picture.clone() };
            for &symbology in allowed {
                if let Some(value) = decode(&picture, symbology) {
                    return Some(Code { symbology: symbology.id().into(), value, bounds: area });
                }
            }
        }
    }
    None
}

fn crop(page: &GrayImage, area: Box2, margin: i32) -> Option<GrayImage> {
    let clamp = |v: i32, max: u32| v.clamp(0, i32::try_from(max).unwrap_or(i32::MAX)) as u32;
    let left = clamp(area.x.saturating_sub(margin), page.width());
    let top = clamp(area.y.saturating_sub(margin), page.height());
    let right = clamp(area.x.saturating_add(area.w).saturating_add(margin), page.width());
    let bottom = clamp(area.y.saturating_add(area.h).saturating_add(margin), page.height());
    let (width, height) = (right.saturating_sub(left), bottom.saturating_sub(top));
    (width >= 16 && height >= 16)
        .then(|| image::imageops::crop_imm(page, left, top, width, height).to_image())
}

/// Every pixel the mean of `factor` by `factor`.
fn reduced(crop: &GrayImage, factor: u32) -> GrayImage {
    if factor <= 1 {
        return crop.clone();
    }
    let (width, height) = (crop.width() / factor, crop.height() / factor);
    GrayImage::from_fn(width, height, |x, y| {
        let mut sum = 0;
        for dy in 0..factor {
            for dx in 0..factor {
                sum += u32::from(crop.get_pixel(x * factor + dx, y * factor + dy).0[0]);
            }
        }
        image::Luma([(sum / (factor * factor)) as u8])
    })
}

/// Mean of 3 by 3: noise of a worn print goes before the modules do.
fn smoothed(picture: &GrayImage) -> GrayImage {
    let (width, height) = picture.dimensions();
    GrayImage::from_fn(width, height, |x, y| {
        let (mut sum, mut count) = (0u32, 0u32);
        for row in y.saturating_sub(1)..(y + 2).min(height) {
            for column in x.saturating_sub(1)..(x + 2).min(width) {
                sum += u32::from(picture.get_pixel(column, row).0[0]);
                count += 1;
            }
        }
        image::Luma([(sum / count.max(1)) as u8])
    })
}

fn decode(picture: &GrayImage, symbology: Symbology) -> Option<String> {
    let hints = DecodeHints { TryHarder: Some(true), ..DecodeHints::default() };
    let (width, height) = picture.dimensions();
    guarded(|| {
        let source = Luma8LuminanceSource::new(picture.as_raw().clone(), width, height).ok()?;
        let mut bits = BinaryBitmap::new(HybridBinarizer::new(source));
        let text = |found: rxing::common::Result<RXingResult>| {
            found.ok().map(|f| f.getText().to_owned()).filter(|t| !t.is_empty())
        };
        match symbology {
            Symbology::Qr => text(QrReader.decode_with_hints(&mut bits, &hints))
                .or_else(|| text(QRCodeReader.decode_with_hints(&mut bits, &hints))),
            Symbology::DataMatrix => text(DataMatrixReader.decode_with_hints(&mut bits, &hints)),
            Symbology::Pdf417 => text(PDF417Reader.decode_with_hints(&mut bits, &hints)),
            _ => None,
        }
    })
}
