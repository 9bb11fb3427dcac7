//! Writers of files: TIFF, PNG and PDF as the tests want them, sound or not.

use flate2::{Compression, write::ZlibEncoder};
use image::GrayImage;
use lopdf::{Dictionary, Document, Object, Stream, dictionary};
use std::io::Write;

/// Byte order and size of offsets of a TIFF.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    pub little: bool,
    pub big: bool,
}

pub const LITTLE: Layout = Layout { little: true, big: false };
pub const BIG: Layout = Layout { little: false, big: false };
pub const LAYOUTS: [Layout; 4] =
    [LITTLE, BIG, Layout { little: true, big: true }, Layout { little: false, big: true }];

/// Tag, type, values.
pub type Tag = (u16, u16, Vec<u64>);

/// A TIFF with one page; `cells` are its strips, or its tiles if a tag says so.
pub fn tiff(layout: Layout, tags: &[Tag], cells: &[Vec<u8>]) -> Vec<u8> {
    tiff_of_pages(layout, &[(tags.to_vec(), cells.to_vec())])
}

/// A TIFF of pages, each with its tags and strips.
pub fn tiff_of_pages(layout: Layout, pages: &[(Vec<Tag>, Vec<Vec<u8>>)]) -> Vec<u8> {
    let number = |value: u64, size: usize| -> Vec<u8> {
        if layout.little {
            value.to_le_bytes()[..size].to_vec()
        } else {
            value.to_be_bytes()[8 - size..].to_vec()
        }
    };
    let offset_size = if layout.big { 8 } else { 4 };
    let mut out = if layout.little { b"II".to_vec() } else { b"MM".to_vec() };
    out.extend(number(if layout.big { 43 } else { 42 }, 2));
    if layout.big {
        out.extend([number(8, 2), number(0, 2)].concat());
    }
    let mut link = out.len();
    out.extend(number(0, offset_size));
    for (tags, cells) in pages {
        let mut places = Vec::new();
        for cell in cells {
            places.push(out.len() as u64);
            out.extend(cell);
        }
        let mut all = tags.clone();
        let tiled = tags.iter().any(|t| t.0 == 322);
        let lengths = cells.iter().map(|c| c.len() as u64).collect();
        all.push((if tiled { 324 } else { 273 }, 4, places));
        all.push((if tiled { 325 } else { 279 }, 4, lengths));
        all.sort_by_key(|t| t.0);
        let mut entries = number(all.len() as u64, if layout.big { 8 } else { 2 });
        for (tag, kind, values) in all {
            let size = match kind {
                1 | 7 => 1,
                3 => 2,
                _ => 4,
            };
            let data: Vec<u8> = values.iter().flat_map(|&v| number(v, size)).collect();
            let count = if kind == 5 { values.len() / 2 } else { values.len() };
            entries.extend(
                [number(tag.into(), 2), number(kind.into(), 2), number(count as u64, offset_size)].concat(),
            );
            if data.len() <= offset_size {
                entries.extend(&data);
                entries.resize(entries.len() + offset_size - data.len(), 0);
            } else {
                entries.extend(number(out.len() as u64, offset_size));
                out.extend(data);
            }
        }
        let here = number(out.len() as u64, offset_size);
        out[link..link + offset_size].copy_from_slice(&here);
        out.extend(entries);
        link = out.len();
        out.extend(number(0, offset_size));
    }
    out
}

/// Tags of a black and white page whose ones are black.
pub fn bitonal_tags(image: &GrayImage, compression: u64) -> Vec<Tag> {
    tags(image.width(), image.height(), &[1], compression, 0)
}

/// Tags of any page.
pub fn tags(width: u32, height: u32, bits: &[u64], compression: u64, photometric: u64) -> Vec<Tag> {
    vec![
        (256, 4, vec![width.into()]),
        (257, 4, vec![height.into()]),
        (258, 3, bits.to_vec()),
        (259, 3, vec![compression]),
        (262, 3, vec![photometric]),
        (277, 3, vec![bits.len() as u64]),
    ]
}

/// One G4 stream.
pub fn g4(image: &GrayImage) -> Vec<u8> {
    let mut encoder = fax::encoder::Encoder::new(fax::VecWriter::new());
    for row in image.as_raw().chunks_exact(image.width() as usize) {
        let pels = row.iter().map(|&p| if p < 128 { fax::Color::Black } else { fax::Color::White });
        encoder.encode_line(pels, image.width() as u16).unwrap();
    }
    encoder.finish().unwrap().finish()
}

pub fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A PNG chunk.
pub fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(name);
    crc.update(body);
    [&(body.len() as u32).to_be_bytes()[..], name, body, &crc.sum().to_be_bytes()].concat()
}

/// A PNG of packed rows without their filter bytes.
pub fn png(size: (u32, u32), depth: u8, kind: u8, more: &[u8], rows: &[Vec<u8>]) -> Vec<u8> {
    let data: Vec<u8> = rows.iter().flat_map(|row| [&[0][..], row].concat()).collect();
    png_of(size, [depth, kind, 0, 0, 0], more, &zlib(&data))
}

/// A PNG of already packed data; `how` is depth, colour type, compression, filter, interlace.
pub fn png_of(size: (u32, u32), how: [u8; 5], more: &[u8], packed: &[u8]) -> Vec<u8> {
    let head = [&size.0.to_be_bytes()[..], &size.1.to_be_bytes(), &how].concat();
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &head),
        more.to_vec(),
        chunk(b"IDAT", packed),
        chunk(b"IEND", b""),
    ]
    .concat()
}

/// A PDF whose every page is 144 x 72 points and shows `content` with these objects.
pub struct Pdf {
    pub document: Document,
    tree: lopdf::ObjectId,
    pub pages: Vec<lopdf::ObjectId>,
}

impl Pdf {
    pub fn new() -> Self {
        let mut document = Document::with_version("1.7");
        let tree = document.new_object_id();
        Self { document, tree, pages: Vec::new() }
    }

    pub fn image(&mut self, dict: Dictionary, content: Vec<u8>) -> Object {
        let mut all = dictionary! { "Type" => "XObject", "Subtype" => "Image" };
        all.extend(&dict);
        self.document.add_object(Stream::new(all, content).with_compression(false)).into()
    }

    /// A page; `more` overrides what every page has.
    pub fn page(&mut self, content: &str, objects: Dictionary, more: Dictionary) -> &mut Self {
        let content = self.document.add_object(Stream::new(Dictionary::new(), content.as_bytes().to_vec()));
        let mut page = dictionary! {
            "Type" => "Page",
            "Parent" => self.tree,
            "MediaBox" => vec![0.into(), 0.into(), 144.into(), 72.into()],
            "Resources" => dictionary! { "XObject" => objects },
            "Contents" => content,
        };
        more.iter().for_each(|(key, value)| page.set(key.clone(), value.clone()));
        self.pages.push(self.document.add_object(page));
        self
    }

    pub fn finished(&mut self) -> &mut Document {
        let kids: Vec<Object> = self.pages.iter().map(|&id| id.into()).collect();
        let count = kids.len() as i64;
        let tree = dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count };
        self.document.objects.insert(self.tree, tree.into());
        let catalog = self.document.add_object(dictionary! { "Type" => "Catalog", "Pages" => self.tree });
        self.document.trailer.set("Root", catalog);
        &mut self.document
    }

    pub fn bytes(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.finished().save_to(&mut bytes).unwrap();
        bytes
    }
}

/// One page that is this image, 144 x 72 points large.
pub fn pdf_of(dict: Dictionary, content: Vec<u8>, more: Dictionary) -> Vec<u8> {
    let mut pdf = Pdf::new();
    let image = pdf.image(dict, content);
    pdf.page("q 144 0 0 72 0 0 cm /Im0 Do Q", dictionary! { "Im0" => image }, more);
    pdf.bytes()
}
