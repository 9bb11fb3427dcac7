//! The kept image as an XObject, and its place on the page.

use super::failed;
use crate::model::geometry::{Orientation, Turn};
use crate::model::page::KeptImage;
use crate::model::refusal::Refusal;
use flate2::{Compression, write::ZlibEncoder};
use lopdf::{Dictionary, Document, ObjectId, Stream, dictionary};
use std::io::Write;

/// Adds the image; returns its id and stored size in pixels.
pub fn embed(pdf: &mut Document, kept: &KeptImage) -> Result<(ObjectId, (u32, u32)), Refusal> {
    let (dict, content, size) = match kept {
        KeptImage::Jpeg { stream, width, height, components } => {
            let space = if *components == 1 { "DeviceGray" } else { "DeviceRGB" };
            let mut dict = dictionary(*width, *height, space, 8);
            dict.set("Filter", "DCTDecode");
            (dict, stream.clone(), (*width, *height))
        }
        KeptImage::G4 { stream, width, height, black_is_one } => {
            (g4(*width, *height, *black_is_one), stream.clone(), (*width, *height))
        }
        KeptImage::Png { stream, width, height, components } => {
            let space = if *components == 1 { "DeviceGray" } else { "DeviceRGB" };
            let dict = flate(*width, *height, space, i64::from(*components), 15);
            (dict, stream.clone(), (*width, *height))
        }
        KeptImage::Bits { rows, width, height } => {
            (g4(*width, *height, false), encode_g4(rows, *width)?, (*width, *height))
        }
        KeptImage::Grey { rows, width, height } => {
            (flate(*width, *height, "DeviceGray", 1, 12), predicted(rows, *width as usize), (*width, *height))
        }
        KeptImage::Rgb { rows, width, height } => (
            flate(*width, *height, "DeviceRGB", 3, 12),
            predicted(rows, *width as usize * 3),
            (*width, *height),
        ),
    };
    Ok((pdf.add_object(Stream::new(dict, content).with_compression(false)), size))
}

fn dictionary(width: u32, height: u32, space: &str, bits: i64) -> Dictionary {
    dictionary! {
        "Type" => "XObject",
        "Subtype" => "Image",
        "Width" => i64::from(width),
        "Height" => i64::from(height),
        "ColorSpace" => space,
        "BitsPerComponent" => bits,
    }
}

fn g4(width: u32, height: u32, black_is_one: bool) -> Dictionary {
    let mut dict = dictionary(width, height, "DeviceGray", 1);
    dict.set("Filter", "CCITTFaxDecode");
    dict.set(
        "DecodeParms",
        dictionary! {
            "K" => -1,
            "Columns" => i64::from(width),
            "Rows" => i64::from(height),
            "BlackIs1" => black_is_one,
        },
    );
    dict
}

fn flate(width: u32, height: u32, space: &str, colours: i64, predictor: i64) -> Dictionary {
    let mut dict = dictionary(width, height, space, 8);
    dict.set("Filter", "FlateDecode");
    dict.set(
        "DecodeParms",
        dictionary! {
            "Predictor" => predictor,
            "Colors" => colours,
            "BitsPerComponent" => 8,
            "Columns" => i64::from(width),
        },
    );
    dict
}

fn encode_g4(rows: &[u8], width: u32) -> Result<Vec<u8>, Refusal> {
    let columns = u16::try_from(width).map_err(|_| failed("die Seite ist zu breit"))?;
    let stride = (width as usize).div_ceil(8).max(1);
    let mut encoder = fax::encoder::Encoder::new(fax::VecWriter::new());
    for row in rows.chunks_exact(stride) {
        let pels = (0..usize::from(columns))
            .map(|x| if row[x / 8] >> (7 - x % 8) & 1 == 1 { fax::Color::Black } else { fax::Color::White });
        encoder.encode_line(pels, columns).map_err(|_| failed("Fax-Kodierung"))?;
    }
    Ok(encoder.finish().map_err(|_| failed("Fax-Kodierung"))?.finish())
}

/// PNG predictor "Up" on every row, then deflate: fast, and good on scans.
fn predicted(rows: &[u8], stride: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(rows.len() / 2), Compression::new(4));
    let mut above = vec![0u8; stride];
    let mut line = vec![0u8; stride + 1];
    line[0] = 2;
    for row in rows.chunks_exact(stride.max(1)) {
        for ((to, &here), &up) in line[1..].iter_mut().zip(row).zip(&above) {
            *to = here.wrapping_sub(up);
        }
        // Writing into a Vec cannot fail.
        let _ = encoder.write_all(&line);
        above.copy_from_slice(row);
    }
    encoder.finish().unwrap_or_default()
}

/// A stream compressed by deflate.
pub fn deflated(mut dict: Dictionary, content: &[u8]) -> Stream {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let _ = encoder.write_all(content);
    dict.set("Filter", "FlateDecode");
    Stream::new(dict, encoder.finish().unwrap_or_default()).with_compression(false)
}

/// Operators that show the image mirrored and turned on a page of that size in points.
pub fn placement(orientation: Orientation, width: f32, height: f32) -> Vec<u8> {
    let (w, h) = (width, height);
    let [a, b, c, d, e, f] = match orientation.turn {
        Turn::None => [w, 0.0, 0.0, h, 0.0, 0.0],
        Turn::Right => [0.0, -h, w, 0.0, 0.0, h],
        Turn::Half => [-w, 0.0, 0.0, -h, w, h],
        Turn::Left => [0.0, h, -w, 0.0, w, 0.0],
    };
    // Mirroring comes first: x becomes 1 - x in the unit square of the image.
    let [a, b, e, f] = if orientation.mirror { [-a, -b, a + e, b + f] } else { [a, b, e, f] };
    format!("q {a:.3} {b:.3} {c:.3} {d:.3} {e:.3} {f:.3} cm /Im0 Do Q\n").into_bytes()
}
