//! Writers. In: finished rasters and a format. Out: the bytes of one file, with 300 dpi told in the way of
//! the format.

use crate::ink::Raster;
use fax::{Color, VecWriter, encoder::Encoder};
use jpeg_encoder::{ColorType, PixelDensity, SamplingFactor};
use lopdf::{Dictionary, Document, Object, Stream, dictionary};
use std::io::Cursor;
use tiff::encoder::{Compression, Rational, TiffEncoder, colortype};
use tiff::tags::ResolutionUnit;

type Failure = Box<dyn std::error::Error>;

/// How a scan is stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// JPEG at a quality; colour follows the raster.
    Jpeg(u8),
    /// TIFF, fax group 4.
    TiffG4,
    /// TIFF, LZW.
    TiffLzw,
    /// TIFF, Deflate.
    TiffDeflate,
    /// PNG.
    Png,
    /// PDF of JPEG images.
    PdfDct(u8),
    /// PDF of fax group 4 images.
    PdfG4,
}

impl Format {
    /// File name extension.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Jpeg(_) => "jpg",
            Format::TiffG4 | Format::TiffLzw | Format::TiffDeflate => "tif",
            Format::Png => "png",
            Format::PdfDct(_) | Format::PdfG4 => "pdf",
        }
    }

    /// Whether pages become black and white.
    pub fn bitonal(self) -> bool {
        matches!(self, Format::TiffG4 | Format::PdfG4)
    }
}

/// A page ready to be put into a file: compressed as soon as it is done, so that a long stack is not held
/// in memory as pixels.
pub struct Stored {
    w: usize,
    h: usize,
    ch: usize,
    bytes: Vec<u8>,
}

/// Compresses a page for a format; TIFF with LZW or Deflate keeps its pixels until [`file`].
pub fn page(raster: Raster, format: Format) -> Result<Stored, Failure> {
    let (w, h, ch) = (raster.w, raster.h, raster.ch);
    let bytes = match format {
        Format::Jpeg(quality) | Format::PdfDct(quality) => jpeg(&raster, quality)?,
        Format::TiffG4 | Format::PdfG4 => g4(&raster),
        Format::Png => png(&raster)?,
        Format::TiffLzw | Format::TiffDeflate => raster.data,
    };
    Ok(Stored { w, h, ch, bytes })
}

/// Puts pages into one file.
pub fn file(pages: Vec<Stored>, format: Format) -> Result<Vec<u8>, Failure> {
    match format {
        Format::Jpeg(_) | Format::Png => Ok(pages.into_iter().next().map(|p| p.bytes).unwrap_or_default()),
        Format::TiffG4 => Ok(fax_tiff(&pages)),
        Format::TiffLzw => tiff(&pages, Compression::Lzw),
        Format::TiffDeflate => tiff(&pages, Compression::Deflate(Default::default())),
        Format::PdfDct(_) | Format::PdfG4 => pdf(pages, format),
    }
}

/// Lossless grey picture of an undamaged page.
pub fn png(raster: &Raster) -> Result<Vec<u8>, Failure> {
    let mut out = Cursor::new(Vec::new());
    let kind = if raster.ch == 3 { image::ExtendedColorType::Rgb8 } else { image::ExtendedColorType::L8 };
    let encoder = image::codecs::png::PngEncoder::new(&mut out);
    image::ImageEncoder::write_image(encoder, &raster.data, raster.w as u32, raster.h as u32, kind)?;
    let plain = out.into_inner();
    // The resolution stands in a pHYs chunk behind the header: 11811 pixels a metre.
    let mut chunk = b"pHYs".to_vec();
    chunk.extend_from_slice(&11_811u32.to_be_bytes());
    chunk.extend_from_slice(&11_811u32.to_be_bytes());
    chunk.push(1);
    let mut check = flate2::Crc::new();
    check.update(&chunk);
    let mut bytes = plain[..33].to_vec();
    bytes.extend_from_slice(&9u32.to_be_bytes());
    bytes.extend_from_slice(&chunk);
    bytes.extend_from_slice(&check.sum().to_be_bytes());
    bytes.extend_from_slice(&plain[33..]);
    Ok(bytes)
}

fn jpeg(raster: &Raster, quality: u8) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut out, quality);
    encoder.set_density(PixelDensity::dpi(300));
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    let colour = if raster.ch == 3 { ColorType::Rgb } else { ColorType::Luma };
    encoder.encode(&raster.data, u16::try_from(raster.w)?, u16::try_from(raster.h)?, colour)?;
    Ok(out)
}

fn g4(raster: &Raster) -> Vec<u8> {
    let mut encoder = Encoder::new(VecWriter::new());
    for row in raster.data.chunks_exact(raster.w) {
        let pels = row.iter().map(|&v| if v < 128 { Color::Black } else { Color::White });
        // Writing into memory cannot fail: the error type has no values.
        let Ok(()) = encoder.encode_line(pels, raster.w as u16);
    }
    let Ok(writer) = encoder.finish();
    writer.finish()
}

/// A TIFF of group 4 pages, one strip each, little-endian.
fn fax_tiff(pages: &[Stored]) -> Vec<u8> {
    let mut out = b"II*\0\0\0\0\0".to_vec();
    let mut link = 4;
    for page in pages {
        let strip = out.len() as u32;
        out.extend_from_slice(&page.bytes);
        if out.len() % 2 == 1 {
            out.push(0);
        }
        let ratio = out.len() as u32;
        out.extend_from_slice(&300u32.to_le_bytes());
        out.extend_from_slice(&1u32.to_le_bytes());
        let directory = out.len() as u32;
        out[link..link + 4].copy_from_slice(&directory.to_le_bytes());
        const SHORT: u16 = 3;
        const LONG: u16 = 4;
        const RATIO: u16 = 5;
        let entries: [(u16, u16, u32); 13] = [
            (256, LONG, page.w as u32),
            (257, LONG, page.h as u32),
            (258, SHORT, 1),
            (259, SHORT, 4),
            (262, SHORT, 0),
            (273, LONG, strip),
            (274, SHORT, 1),
            (277, SHORT, 1),
            (278, LONG, page.h as u32),
            (279, LONG, page.bytes.len() as u32),
            (282, RATIO, ratio),
            (283, RATIO, ratio),
            (296, SHORT, 2),
        ];
        out.extend_from_slice(&(entries.len() as u16).to_le_bytes());
        for (tag, kind, value) in entries {
            out.extend_from_slice(&tag.to_le_bytes());
            out.extend_from_slice(&kind.to_le_bytes());
            out.extend_from_slice(&1u32.to_le_bytes());
            out.extend_from_slice(&value.to_le_bytes());
        }
        link = out.len();
        out.extend_from_slice(&[0; 4]);
    }
    out
}

fn tiff(pages: &[Stored], compression: Compression) -> Result<Vec<u8>, Failure> {
    let mut out = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut out)?.with_compression(compression);
    for page in pages {
        let (w, h) = (page.w as u32, page.h as u32);
        let dpi = Rational { n: 300, d: 1 };
        if page.ch == 3 {
            let mut image = encoder.new_image::<colortype::RGB8>(w, h)?;
            image.resolution(ResolutionUnit::Inch, dpi);
            image.write_data(&page.bytes)?;
        } else {
            let mut image = encoder.new_image::<colortype::Gray8>(w, h)?;
            image.resolution(ResolutionUnit::Inch, dpi);
            image.write_data(&page.bytes)?;
        }
    }
    Ok(out.into_inner())
}

fn pdf(pages: Vec<Stored>, format: Format) -> Result<Vec<u8>, Failure> {
    let mut document = Document::with_version("1.4");
    let tree = document.new_object_id();
    let mut kids = Vec::new();
    for page in pages {
        let mut image: Dictionary = dictionary! {
            "Type" => "XObject",
            "Subtype" => "Image",
            "Width" => page.w as i64,
            "Height" => page.h as i64,
        };
        if format == Format::PdfG4 {
            image.set("ColorSpace", "DeviceGray");
            image.set("BitsPerComponent", 1);
            image.set("Filter", "CCITTFaxDecode");
            image.set(
                "DecodeParms",
                dictionary! { "K" => -1, "Columns" => page.w as i64, "Rows" => page.h as i64 },
            );
        } else {
            image.set("ColorSpace", if page.ch == 3 { "DeviceRGB" } else { "DeviceGray" });
            image.set("BitsPerComponent", 8);
            image.set("Filter", "DCTDecode");
        }
        let image = document.add_object(Stream::new(image, page.bytes).with_compression(false));
        let (w, h) = (page.w as f32 * 0.24, page.h as f32 * 0.24);
        let draw = format!("q {w:.2} 0 0 {h:.2} 0 0 cm /Scan Do Q");
        let content = document.add_object(Stream::new(Dictionary::new(), draw.into_bytes()));
        let kid = document.add_object(dictionary! {
            "Type" => "Page",
            "Parent" => tree,
            "MediaBox" => vec![0.into(), 0.into(), Object::Real(w), Object::Real(h)],
            "Resources" => dictionary! { "XObject" => dictionary! { "Scan" => image } },
            "Contents" => content,
        });
        kids.push(Object::from(kid));
    }
    let count = kids.len() as i64;
    document.objects.insert(tree, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }.into());
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    document.trailer.set("Root", catalog);
    let mut out = Vec::new();
    document.save_to(&mut out)?;
    Ok(out)
}
