//! The chart of a station, printed and scanned: drawn by poppler, packed as a scanner would.

use super::{Town, scanned};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Pages of the chart as JPEG at that resolution.
pub fn pages(town: &Town, dpi: u32, colour: bool) -> Vec<Vec<u8>> {
    let chart = town.path("vorlage.pdf");
    let done = town.command(&["station", "chart", "--out", chart.to_str().unwrap()], None);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let mut command = Command::new("pdftoppm");
    command.args(["-jpeg", "-r", &dpi.to_string()]);
    assert!(command.arg(&chart).arg(town.path("seite")).status().unwrap().success());
    let page = |n: u32| fs::read(town.path(&format!("seite-{n}.jpg"))).unwrap();
    (1..=2).map(|n| if colour { page(n) } else { without_colour(&page(n)) }).collect()
}

/// What a dropout of colours leaves: a file that says colour, and none in it.
fn without_colour(jpeg: &[u8]) -> Vec<u8> {
    let grey = image::load_from_memory(jpeg).unwrap().to_luma8();
    let mut bytes = std::io::Cursor::new(Vec::new());
    let rgb = image::DynamicImage::ImageLuma8(grey).to_rgb8();
    rgb.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

/// A scan of these pages that says that resolution.
pub fn scan(town: &Town, pages: &[Vec<u8>], says: f32) -> PathBuf {
    let pages: Vec<_> = pages
        .iter()
        .map(|jpeg| {
            let image = image::load_from_memory(jpeg).unwrap();
            scanned::colour_page(image.width(), image.height(), jpeg)
        })
        .collect();
    let path = town.path("vorlage-scan.pdf");
    fs::write(&path, scanned::pdf_at(says, &pages)).unwrap();
    path
}

/// The station passes with its chart and is released.
pub fn release(town: &Town, station: &str) {
    let scan = scan(town, &pages(town, 300, true), 300.0);
    for arguments in [
        &["station", "test", station, scan.to_str().unwrap(), "--by", "technik"][..],
        &["station", "release", station, "--by", "leitung"],
    ] {
        let done = town.command(arguments, None);
        let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
        assert!(done.status.success(), "{said}");
    }
}
