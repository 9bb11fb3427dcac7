//! A lost sheet is the main risk of replacing paper: batches with one sheet missing, scanned twice, swapped, from
//! another letter, or a side too few. Each with a known count is stopped; without a count the record says so, and the
//! paper stays. `PROVE_SHEETS` sets the number of batches (500 in `make prove-sheets`).
#![allow(clippy::unwrap_used)]

mod support;

use image::{DynamicImage, Rgb, RgbImage};
use std::collections::BTreeMap;
use std::fs;
use support::{Town, root, scanned, small_town};

/// Sheets of a batch.
const SHEETS: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    Missing,
    Twice,
    Swapped,
    Foreign,
    Odd,
}

const FAULTS: [Fault; 6] =
    [Fault::Missing, Fault::None, Fault::Twice, Fault::Swapped, Fault::Foreign, Fault::Odd];

/// A station with side-cars that count, and one without.
fn town() -> Town {
    let town = small_town::town(None);
    // One strip of six says what it is.
    let rule = town.path("classifiers/hundesteuer.toml");
    let decides = fs::read_to_string(&rule).unwrap().replace("weight = 6.0", "weight = 6.0\ndecides = true");
    fs::write(rule, decides).unwrap();
    let path = town.path("pipeline.toml");
    let counted = "id = \"a\"\nprofile = \"ersetzend\"\nsidecar = \"json\"\nsidecar_wait_seconds = 60";
    let mut config = fs::read_to_string(&path).unwrap().replacen("id = \"a\"", counted, 1);
    config += "[[profile]]\nid = \"ersetzend\"\nscan_mode = \"replacing\"\nsuppress_blank = false\n\
               [[station]]\nid = \"b\"\nfolder = \"ohne\"\nprofile = \"ersetzend\"\nquiet_seconds = 0\npoll_seconds = 1\n";
    fs::write(path, config).unwrap();
    fs::create_dir(town.path("ohne")).unwrap();
    let day = ["--operator", "sk-2", "--received", "2026-11-02", "--by", "leitung"];
    assert!(town.command(&[&["station", "open", "b"][..], &day].concat(), None).status.success());
    town
}

/// Strips of different letters; the first says what the letter is.
fn strips() -> Vec<DynamicImage> {
    let sample = |name: &str| image::open(root().join("sample-scans/allgemein").join(name)).unwrap();
    let tax = sample("004-hundesteuer.jpg");
    let mut strips = vec![tax.crop_imm(250, 490, 1650, 150)];
    for y in (700..2300).step_by(170) {
        strips.push(tax.crop_imm(250, y, 1650, 150));
    }
    strips.retain(|strip| {
        let dark = strip.to_luma8().pixels().filter(|p| p[0] < 120).count();
        dark > 3000
    });
    assert!(strips.len() >= 2 * SHEETS, "{} strips with print", strips.len());
    strips
}

/// One side as the scanner delivers it; `pass` moves it and adds noise, as a second pass does.
fn side(strip: &DynamicImage, number: u32, pass: u32) -> Vec<u8> {
    let source = strip.to_rgb8();
    let mut page = RgbImage::from_pixel(source.width(), source.height(), Rgb([250; 3]));
    image::imageops::replace(&mut page, &source, i64::from(pass) * 4, i64::from(pass) * 2);
    let mut state = number.wrapping_mul(2_654_435_761) | 1;
    for _ in 0..400 {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        let (x, y) = (state % page.width(), (state >> 12) % page.height());
        page.put_pixel(x, y, Rgb([200; 3]));
    }
    let mut bytes = Vec::new();
    let encoder =
        image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, if pass == 0 { 85 } else { 70 });
    page.write_with_encoder(encoder).unwrap();
    bytes
}

/// The sides that come, and what the scanner says about them.
fn batch(strips: &[DynamicImage], number: u32, fault: Fault) -> (Vec<Vec<u8>>, String) {
    let mut sides: Vec<Vec<u8>> =
        (0..2 * SHEETS).map(|n| side(&strips[n], number * 16 + n as u32, 0)).collect();
    let mut imprints: Vec<usize> = (1..=SHEETS).collect();
    let mut fed = SHEETS;
    match fault {
        Fault::None => {}
        Fault::Missing => drop(sides.drain(2..4)),
        // The counter counts what was fed: the same sheet goes through twice.
        Fault::Twice => {
            let again: Vec<Vec<u8>> =
                (2..4).map(|n| side(&strips[n], number * 16 + 8 + n as u32, 1)).collect();
            sides.splice(4..4, again);
            (fed, imprints) = (SHEETS + 1, (1..=SHEETS + 1).collect());
        }
        Fault::Swapped => {
            sides.swap(2, 4);
            sides.swap(3, 5);
            imprints.swap(1, 2);
        }
        Fault::Foreign => imprints[1] = 417,
        Fault::Odd => drop(sides.pop()),
    }
    let imprints: Vec<String> = imprints.iter().map(|n| format!("\"{n:06}\"")).collect();
    let said = format!(
        r#"{{"operator":"sk-9","received":"2026-10-29","sheets":{fed},"images":{},"imprinted":[{}]}}"#,
        2 * fed,
        imprints.join(",")
    );
    (sides, said)
}

#[test]
fn a_sheet_scanned_twice_holds_its_batch() {
    let batches: u32 = std::env::var("PROVE_SHEETS").ok().map_or(12, |n| n.parse().unwrap());
    let town = town();
    let strips = strips();
    for number in 0..batches {
        let fault = FAULTS[number as usize / 2 % FAULTS.len()];
        let counted = number % 2 == 0;
        let (sides, said) = batch(&strips, number, fault);
        let pages: Vec<_> = sides.iter().map(|jpeg| scanned::colour_page(1650, 150, jpeg)).collect();
        let (folder, name) =
            (town.path(if counted { "scans" } else { "ohne" }), format!("stapel-{number:04}.pdf"));
        if counted {
            fs::write(folder.join(&name).with_extension("json"), said).unwrap();
        }
        fs::write(folder.join(format!(".{name}.part")), scanned::pdf_at(300.0, &pages)).unwrap();
        fs::rename(folder.join(format!(".{name}.part")), folder.join(name)).unwrap();
    }
    let done = town.run_until_settled(None);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));

    let db = rusqlite::Connection::open(town.path("var/ledger.sqlite")).unwrap();
    let mut rows = db.prepare("SELECT b.file_name, b.state, (SELECT detail FROM event e WHERE e.subject = b.id AND e.code = 'batch.held') FROM batch b").unwrap();
    let rows = rows.query_map([], |r| {
        Ok((r.get::<_, String>(0)?, (r.get::<_, String>(1)?, r.get::<_, Option<String>>(2)?)))
    });
    let states: BTreeMap<String, (String, Option<String>)> = rows.unwrap().map(Result::unwrap).collect();
    assert_eq!(states.len(), batches as usize);
    let (mut stopped, mut passed, mut uncounted) = (0, 0, 0);
    for number in 0..batches {
        let fault = FAULTS[number as usize / 2 % FAULTS.len()];
        let (state, why) = &states[&format!("stapel-{number:04}.pdf")];
        let held = state == "held";
        match (number % 2 == 0, fault) {
            (true, Fault::None) => {
                assert!(!held, "batch {number}: {why:?}");
                passed += 1;
            }
            (true, _) => {
                assert!(held, "batch {number}: {fault:?} was not stopped");
                stopped += 1;
            }
            // What can be seen without a count is stopped too.
            (false, Fault::Twice | Fault::Odd) => {
                assert!(held, "batch {number}: {fault:?} was not stopped");
                stopped += 1;
            }
            (false, _) => {
                assert!(!held, "batch {number}: {why:?}");
                uncounted += 1;
            }
        }
    }
    // Whatever went on without a count says so.
    let mut silent = 0;
    for entry in fs::read_dir(town.path("var/out/steuern")).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".record.json") {
            let record = fs::read_to_string(entry.path()).unwrap();
            let counted = record.contains("\"station\":\"a\"");
            assert_eq!(record.contains("Vollzähligkeit nicht geprüft."), !counted, "{name}");
            silent += u32::from(!counted);
        }
    }
    assert!(silent > 0 && passed > 0);
    println!(
        "PROVED sheets: of {batches} batches {stopped} with a fault that a count or the images show were stopped, \
         {passed} counted ones without fault went on, {uncounted} without a count went on and say so"
    );
}

/// A sheet scanned with a note stuck on it and again without is one page in two images: nothing stops, nothing is cut.
#[test]
fn a_sheet_with_a_note_on_it_and_without_is_one_page() {
    let town = town();
    let path = town.path("pipeline.toml");
    let config = fs::read_to_string(&path).unwrap();
    fs::write(&path, config.replacen("suppress_blank = false", "suppress_blank = false\nduplex = false", 1))
        .unwrap();
    let plain = image::open(root().join("sample-scans/allgemein/004-hundesteuer.jpg")).unwrap().to_rgb8();
    let (width, height) = plain.dimensions();
    let mut noted = plain.clone();
    let note = RgbImage::from_pixel(width * 2 / 5, height / 5, Rgb([240, 230, 120]));
    image::imageops::replace(&mut noted, &note, i64::from(width / 2), i64::from(height * 2 / 5));
    let words = image::imageops::crop_imm(&plain, 250, 490, width / 3, 150).to_image();
    image::imageops::replace(&mut noted, &words, i64::from(width * 53 / 100), i64::from(height / 2));
    let pages: Vec<_> = [noted, plain]
        .iter()
        .map(|page| {
            let mut bytes = Vec::new();
            page.write_with_encoder(image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 85))
                .unwrap();
            scanned::colour_page(width, height, &bytes)
        })
        .collect();
    fs::write(town.path("ohne/.brief.part"), scanned::pdf_at(300.0, &pages)).unwrap();
    fs::rename(town.path("ohne/.brief.part"), town.path("ohne/brief.pdf")).unwrap();
    let done = town.run_until_settled(None);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let held = String::from_utf8(town.command(&["hold", "list"], None).stdout).unwrap();
    assert_eq!((held.as_str(), town.documents().len()), ("", 1));
    let db = rusqlite::Connection::open(town.path("var/ledger.sqlite")).unwrap();
    let cut: String = db.query_row("SELECT pages FROM document", [], |row| row.get(0)).unwrap();
    assert!(cut.contains("page.covered") && cut.contains("[0,1]"), "{cut}");
}
