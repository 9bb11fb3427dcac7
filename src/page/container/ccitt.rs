//! Fax compression: ITU-T T.4 (group 3) and T.6 (group 4).

use super::{Result, damaged};
use hayro_ccitt::{DecodeSettings, Decoder, DecoderContext, EncodingMode};
use image::GrayImage;

/// How a stream is coded.
#[derive(Clone, Copy, Debug)]
pub struct Fax {
    /// Group 4, or group 3 one- or two-dimensional.
    pub mode: EncodingMode,
    /// Rows begin at byte boundaries.
    pub byte_aligned: bool,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// Decodes to 0 (the fax's black) and 255, and says how many rows were there; the others stay white.
pub fn decode(data: &[u8], fax: Fax) -> Result<(GrayImage, u32)> {
    let mut rows = Rows { image: GrayImage::from_pixel(fax.width, fax.height, image::Luma([255])), row: 0 };
    let settings = DecodeSettings {
        columns: fax.width,
        rows: fax.height,
        end_of_block: true,
        end_of_line: false,
        rows_are_byte_aligned: fax.byte_aligned,
        encoding: fax.mode,
        strict: false,
    };
    // A damaged row ends the picture; what came before it counts.
    let _ = hayro_ccitt::decode(data, &mut rows, &mut DecoderContext::new(settings));
    if rows.row == 0 {
        return Err(damaged("ccitt.no_rows", "keine Zeile der Fax-Kodierung ist lesbar"));
    }
    Ok((rows.image, rows.row))
}

struct Rows {
    image: GrayImage,
    row: u32,
}

impl Decoder for Rows {
    fn push_row(&mut self, changes: &[u32]) {
        let width = self.image.width();
        if self.row >= self.image.height() {
            return;
        }
        let start = self.row as usize * width as usize;
        for pair in changes.chunks(2) {
            let from = pair[0].min(width) as usize;
            let to = pair.get(1).map_or(width, |&x| x.min(width)) as usize;
            if from < to {
                let pixels: &mut [u8] = &mut self.image;
                pixels[start + from..start + to].fill(0);
            }
        }
        self.row += 1;
    }
}
