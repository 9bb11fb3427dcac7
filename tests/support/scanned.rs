//! PDF files as office devices make them: every page one image.

use lopdf::{Dictionary, Document, Object, Stream, dictionary};

/// An image that is a page.
#[derive(Clone, Debug)]
pub struct ScannedPage {
    image: Dictionary,
    stream: Vec<u8>,
}

fn image(width: u32, height: u32, bits: i64, filter: &str) -> Dictionary {
    dictionary! {
        "Type" => "XObject", "Subtype" => "Image", "ColorSpace" => "DeviceGray", "BitsPerComponent" => bits,
        "Width" => i64::from(width), "Height" => i64::from(height), "Filter" => filter,
    }
}

pub fn jpeg_page(width: u32, height: u32, stream: &[u8]) -> ScannedPage {
    ScannedPage { image: image(width, height, 8, "DCTDecode"), stream: stream.to_vec() }
}

/// The same in colour.
pub fn colour_page(width: u32, height: u32, stream: &[u8]) -> ScannedPage {
    let mut page = jpeg_page(width, height, stream);
    page.image.set("ColorSpace", "DeviceRGB");
    page
}

pub fn g4_page(width: u32, height: u32, stream: &[u8]) -> ScannedPage {
    let mut image = image(width, height, 1, "CCITTFaxDecode");
    let (columns, rows) = (i64::from(width), i64::from(height));
    image.set("DecodeParms", dictionary! { "K" => -1, "Columns" => columns, "Rows" => rows });
    ScannedPage { image, stream: stream.to_vec() }
}

/// A file of such pages at 150 dpi.
pub fn pdf(pages: &[ScannedPage]) -> Vec<u8> {
    pdf_at(150.0, pages)
}

pub fn pdf_at(dpi: f32, pages: &[ScannedPage]) -> Vec<u8> {
    let mut pdf = Document::with_version("1.4");
    let tree = pdf.new_object_id();
    let mut kids: Vec<Object> = Vec::new();
    for page in pages {
        let side = |key: &[u8]| page.image.get(key).unwrap().as_i64().unwrap() as f32 * 72.0 / dpi;
        let (width, height) = (side(b"Width"), side(b"Height"));
        let image = Stream::new(page.image.clone(), page.stream.clone()).with_compression(false);
        let image = pdf.add_object(image);
        let content = format!("q {width} 0 0 {height} 0 0 cm /Im0 Do Q");
        let content = pdf.add_object(Stream::new(Dictionary::new(), content.into_bytes()));
        kids.push(Object::Reference(pdf.add_object(dictionary! {
            "Type" => "Page", "Parent" => tree, "Contents" => content,
            "MediaBox" => vec![0.into(), 0.into(), width.into(), height.into()],
            "Resources" => dictionary! { "XObject" => dictionary! { "Im0" => image } },
        })));
    }
    let count = kids.len() as i64;
    pdf.objects.insert(tree, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }.into());
    let catalog = pdf.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    pdf.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    pdf.save_to(&mut bytes).unwrap();
    bytes
}

/// A generic region in the fax code (ISO 14492, 6.2.6 and 7.4): JBIG2 that anybody can make.
pub fn jbig2_page(width: u32, height: u32, g4: &[u8]) -> ScannedPage {
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    let segment = |number: u8, kind: u8, body: &[u8]| {
        [&[0, 0, 0, number, kind, 0, 1][..], &(body.len() as u32).to_be_bytes(), body].concat()
    };
    let page = [&size[..], &[0; 11]].concat();
    let region = [&size[..], &[0; 8], &[0, 1], g4].concat();
    let stream = [segment(0, 48, &page), segment(1, 38, &region)].concat();
    ScannedPage { image: image(width, height, 1, "JBIG2Decode"), stream }
}
