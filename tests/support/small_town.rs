//! A town whose letters are read in a moment: strips of one line in several formats, one kind, one
//! department with a folder and, if wanted, a mailbox.

use super::{Town, root};
use image::{DynamicImage, ImageFormat, Luma};
use std::fs::{self, File};
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

/// A town with that kind; letters also go to the mailbox at `mail`.
pub fn town(mail: Option<SocketAddr>) -> Town {
    let town = Town::empty();
    fs::create_dir(town.path("classifiers")).unwrap();
    fs::copy(root().join("classifiers/anhalten.toml"), town.path("classifiers/anhalten.toml")).unwrap();
    fs::write(
        town.path("classifiers/hundesteuer.toml"),
        "id = \"hundesteuer\"\nversion = 1\nname = \"Hundesteuer\"\ndepartment = \"steuern\"\n\
         example = ['Hundesteuer']\n\
         [protection]\nintegrity = { need = \"normal\", reason = \"Test\" }\nconfidentiality = { need = \"normal\", reason = \"Test\" }\navailability = { need = \"normal\", reason = \"Test\" }\n\
         [[rule]]\nid = \"wort\"\nregex = 'hund'\nweight = 6.0\n",
    )
    .unwrap();
    let mut config = "classifiers = \"classifiers\"\nworkers = 2\n\
         [town]\nid = \"t\"\nname = \"T\"\ncentral = \"steuern\"\n\
         [[station]]\nid = \"a\"\nfolder = \"scans\"\nquiet_seconds = 0\nunfinished_wait_seconds = 60\npoll_seconds = 1\n\
         [[department]]\nid = \"steuern\"\nname = \"Steuern\"\n"
        .to_owned();
    config += if mail.is_some() { "targets = [\"ordner\", \"mail\"]\n" } else { "targets = [\"ordner\"]\n" };
    config += "[[target]]\nid = \"ordner\"\ntype = \"folder\"\npath = \"var/out/steuern\"\n";
    if let Some(address) = mail {
        config += &format!(
            "[[target]]\nid = \"mail\"\ntype = \"mail\"\nhost = \"127.0.0.1\"\nport = {}\n\
             security = \"plain\"\nfrom = \"poststelle@t.example\"\nto = [\"steuern@t.example\"]\n\
             timeout_seconds = 5\n",
            address.port()
        );
    }
    fs::write(town.path("pipeline.toml"), config).unwrap();
    town.open_station();
    town
}

/// The line of a letter, cut out of a sample scan.
fn line() -> &'static DynamicImage {
    static LINE: OnceLock<DynamicImage> = OnceLock::new();
    LINE.get_or_init(|| {
        let sample = image::open(root().join("sample-scans/allgemein/004-hundesteuer.jpg")).unwrap();
        sample.crop_imm(250, 490, 1650, 150)
    })
}

/// Letter number `number`: bytes that no other number has, in a format that depends on it.
pub fn letter(number: u32) -> (String, Vec<u8>) {
    let mut image = line().to_luma8();
    for bit in 0..16 {
        image.put_pixel(bit, 0, Luma([if number >> bit & 1 == 1 { 200 } else { 255 }]));
    }
    let (ending, format) = match number % 3 {
        0 => ("jpg", ImageFormat::Jpeg),
        1 => ("png", ImageFormat::Png),
        _ => return (format!("brief-{number:03}.tif"), tiff(&image)),
    };
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    let mut bytes = bytes.into_inner();
    if ending == "jpg" {
        // The format may smooth the number away: a comment keeps the bytes apart.
        let comment = format!("{number:08}");
        let mut segment = vec![0xff, 0xfe, 0, comment.len() as u8 + 2];
        segment.extend(comment.bytes());
        bytes.splice(2..2, segment);
    }
    (format!("brief-{number:03}.{ending}"), bytes)
}

/// The same letter as a scanner that replaces paper delivers it: colour, 300 dpi.
pub fn colour_letter(number: u32) -> (String, Vec<u8>) {
    let mut image = line().to_rgb8();
    // A spot of colour at a place that no other number has.
    for bit in 0..16 {
        let value = if number >> bit & 1 == 1 { [180, 40, 40] } else { [255; 3] };
        (0..8).for_each(|x| image.put_pixel(bit * 8 + x, 0, image::Rgb(value)));
    }
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 90);
    encoder.set_pixel_density(image::codecs::jpeg::PixelDensity::dpi(300));
    encoder.encode_image(&image).unwrap();
    (format!("brief-{number:03}.jpg"), bytes)
}

fn tiff(image: &image::GrayImage) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut encoder = tiff::encoder::TiffEncoder::new(&mut bytes).unwrap();
    encoder
        .write_image::<tiff::encoder::colortype::Gray8>(image.width(), image.height(), image.as_raw())
        .unwrap();
    bytes.into_inner()
}

/// Writes it into the station's folder as scanners do: under a temporary name first, or in place, slowly.
pub fn drop_letter(town: &Town, number: u32) {
    let (name, bytes) = letter(number);
    let place = town.path("scans").join(&name);
    if number % 4 == 3 {
        let mut file = File::create(&place).unwrap();
        for part in bytes.chunks(bytes.len() / 3 + 1) {
            file.write_all(part).unwrap();
            file.sync_all().unwrap();
            std::thread::sleep(Duration::from_millis(20));
        }
    } else {
        let temporary: PathBuf = town.path("scans").join(format!(".{name}.part"));
        fs::write(&temporary, bytes).unwrap();
        fs::rename(temporary, place).unwrap();
    }
}
