//! Stacks as a scanner delivers them: the town's own sheets, printed and scanned, and pages with a line on each.

use super::scanned::{self, ScannedPage};
use super::{Town, root};
use image::{DynamicImage, Rgb, RgbImage};
use std::fs;
use std::process::Command;
use std::sync::OnceLock;

/// The image as a page in colour.
pub fn page(image: &RgbImage) -> ScannedPage {
    let mut bytes = Vec::new();
    image.write_with_encoder(image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 85)).unwrap();
    scanned::colour_page(image.width(), image.height(), &bytes)
}

/// An empty side.
pub fn white() -> RgbImage {
    RgbImage::from_pixel(1650, 300, Rgb([250; 3]))
}

/// A side without a word.
pub fn drawing() -> RgbImage {
    let mut page = white();
    (0..1200).for_each(|x| (0..6).for_each(|y| page.put_pixel(200 + x, 50 + x / 8 + y, Rgb([30, 30, 90]))));
    page
}

/// Lines of a letter, each another one; the first says that it is about a dog.
pub fn line(number: usize) -> RgbImage {
    static LINES: OnceLock<Vec<RgbImage>> = OnceLock::new();
    let all = LINES.get_or_init(|| {
        let tax = image::open(root().join("sample-scans/allgemein/004-hundesteuer.jpg")).unwrap();
        let strip = |y| tax.crop_imm(250, y, 1650, 150);
        let printed = |s: &DynamicImage| s.to_luma8().pixels().filter(|p| p[0] < 120).count() > 3000;
        let strips = [490].into_iter().chain((700..2300).step_by(170)).map(strip).filter(printed);
        strips.map(|strip| strip.to_rgb8()).collect()
    });
    all[number].clone()
}

/// A sheet the town prints, scanned: around its code, because the whole sheet would only take longer.
pub fn sheet(town: &Town, wish: &[&str]) -> ScannedPage {
    let pdf = town.path("blatt.pdf");
    let done = town.command(&[&["coversheet", "--out", pdf.to_str().unwrap()], wish].concat(), None);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let drawn = town.path("blatt");
    let arguments = ["-jpeg", "-singlefile", "-r", "300"];
    assert!(Command::new("pdftoppm").args(arguments).args([&pdf, &drawn]).status().unwrap().success());
    let whole = image::open(drawn.with_extension("jpg")).unwrap();
    let (width, height) = (whole.width(), whole.height());
    page(&whole.crop_imm(width * 3 / 10, height / 7, width * 2 / 5, height / 4).to_rgb8())
}

/// The stack in the station's folder, after what the scanner says of it, if it says something.
pub fn scan(town: &Town, name: &str, said: Option<&str>, pages: &[ScannedPage]) {
    let place = town.path("scans").join(name);
    if let Some(said) = said {
        fs::write(place.with_extension("json"), said).unwrap();
    }
    let temporary = town.path("scans").join(format!(".{name}.part"));
    fs::write(&temporary, scanned::pdf_at(300.0, pages)).unwrap();
    fs::rename(temporary, place).unwrap();
}
