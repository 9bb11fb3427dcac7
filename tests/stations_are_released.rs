//! A station may scan what replaces paper after a chart passed with just this profile, device and program and a
//! person released it; whatever changes holds its batches, with a sentence and a named way out.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use support::{Town, chart, scanned, small_town};

const PROFILE: &str = "[[profile]]\nid = \"ersetzend\"\nscan_mode = \"replacing\"\nduplex = false\n\
    [procedure]\nversion = \"1.0\"\nreleased = \"2026-01-01\"\n";

fn town(profile: &str) -> Town {
    let town = small_town::town(None);
    let path = town.path("pipeline.toml");
    let config =
        fs::read_to_string(&path).unwrap().replacen("id = \"a\"", "id = \"a\"\nprofile = \"ersetzend\"", 1);
    fs::write(path, config + profile).unwrap();
    town
}

fn said(town: &Town, arguments: &[&str]) -> (Option<i32>, String) {
    let done = town.command(arguments, None);
    (done.status.code(), String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned())
}

fn drop_colour(town: &Town, number: u32) {
    let (name, bytes) = small_town::colour_letter(number);
    let part = town.path("scans").join(format!(".{name}.part"));
    fs::write(&part, bytes).unwrap();
    fs::rename(part, town.path("scans").join(name)).unwrap();
}

fn settle(town: &Town) {
    let done = town.run_until_settled(None);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn the_chart_finds_what_a_scanner_does_wrong() {
    let town = town(&PROFILE.replace("duplex = false", "duplex = true"));
    let judged = |path: &std::path::Path| {
        said(&town, &["station", "test", "a", path.to_str().unwrap(), "--by", "technik"])
    };
    let (good, grey) = (chart::pages(&town, 300, true), chart::pages(&town, 300, false));
    let coarse = chart::pages(&town, 200, true);
    let (code, text) = judged(&chart::scan(&town, &good, 300.0));
    assert_eq!(code, Some(0), "{text}");
    for (pages, says, wrong) in [
        (&good[..1], 300.0, "Rückseite"),
        (&grey[..], 300.0, "Farbfeldern"),
        (&coarse[..], 200.0, "200 dpi"),
        // Two hundred that say three hundred: the page would be smaller than any sheet.
        (&coarse[..], 300.0, "die Codes stehen aber 200 dpi auseinander"),
    ] {
        let (code, text) = judged(&chart::scan(&town, pages, says));
        assert!(code == Some(1) && text.contains(wrong), "{wrong}: {text}");
    }
    // Upside down is right; a scanner may feed it either way.
    let turned: Vec<Vec<u8>> = good
        .iter()
        .map(|jpeg| {
            let image = image::load_from_memory(jpeg).unwrap().rotate180();
            let mut bytes = std::io::Cursor::new(Vec::new());
            image.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
            bytes.into_inner()
        })
        .collect();
    assert_eq!(judged(&chart::scan(&town, &turned, 300.0)).0, Some(0));
    // Layers, and JBIG2.
    let (code, text) = judged(&town.path("vorlage.pdf"));
    assert!(code == Some(1) && text.contains("zusammengesetzt"), "{text}");
    let fax = scanned::pdf(&[scanned::jbig2_page(64, 64, &[0x26, 0xa0, 0x00, 0x10, 0x01])]);
    fs::write(town.path("jbig2.pdf"), fax).unwrap();
    let (code, text) = judged(&town.path("jbig2.pdf"));
    assert!(code == Some(1) && text.contains("JBIG2"), "{text}");
}

#[test]
fn what_is_not_released_holds_its_batches() {
    let town = town(PROFILE);
    let held = |code: &str| {
        let list = said(&town, &["hold", "list"]).1;
        assert_eq!(list.matches(code).count(), 1, "{code}: {list}");
    };
    drop_colour(&town, 1);
    settle(&town);
    held("batch.station_not_released");
    assert_eq!(
        said(&town, &["station", "release", "a", "--by", "leitung"]).0,
        Some(2),
        "no chart has passed"
    );
    chart::release(&town, "a");
    drop_colour(&town, 2);
    settle(&town);
    assert_eq!(town.delivered().len(), 1);
    // Another driver setting, as another program would be: intake holds until somebody releases it anew.
    let path = town.path("pipeline.toml");
    let config = fs::read_to_string(&path).unwrap();
    let driver = format!("duplex = false\ndriver_sha256 = \"{}\"", "cd".repeat(32));
    fs::write(&path, config.replace("duplex = false", &driver)).unwrap();
    assert_eq!(said(&town, &["config", "--activate", "--by", "leitung"]).0, Some(0));
    drop_colour(&town, 3);
    settle(&town);
    assert_eq!(town.delivered().len(), 1);
    let list = said(&town, &["hold", "list"]).1;
    assert!(list.contains("geändert"), "{list}");
    let emergency = ["station", "release", "a", "--emergency", "scanner_getauscht", "--by", "leitung"];
    assert_eq!(said(&town, &emergency).0, Some(0));
    drop_colour(&town, 4);
    settle(&town);
    assert_eq!(town.delivered().len(), 2);
    let record = |n: usize| {
        let name = town.delivered()[n].replace(".pdf", ".record.json");
        fs::read_to_string(town.path("var/out/steuern").join(name)).unwrap()
    };
    assert!(!record(0).contains("fit.") && record(1).contains("fit.emergency"), "{}", record(1));
    // Yesterday's configuration is printed.
    let today = jiff::Zoned::now().date().to_string();
    assert!(said(&town, &["report", "configuration", "--at", &today]).1.contains(&"cd".repeat(32)));
    assert_eq!(said(&town, &["report", "configuration", "--at", "2020-01-01"]).0, Some(2));
}

#[test]
fn a_scan_below_its_profile_waits_and_jbig2_never_replaces() {
    let town = town(PROFILE);
    chart::release(&town, "a");
    let put = |name: &str, bytes: &[u8]| {
        let part = town.path("scans").join(format!(".{name}.part"));
        fs::write(&part, bytes).unwrap();
        fs::rename(part, town.path("scans").join(name)).unwrap();
    };
    // Grey, and without a resolution.
    put("grau.jpg", &small_town::letter(0).1);
    let fax = scanned::pdf(&[scanned::jbig2_page(64, 64, &[0x26, 0xa0, 0x00, 0x10, 0x01])]);
    put("jbig2.pdf", &fax);
    settle(&town);
    let list = said(&town, &["hold", "list"]).1;
    assert!(list.contains("batch.unfit") && list.contains("batch.jbig2"), "{list}");
    let batch = |code: &str| {
        let line = list.lines().find(|l| l.contains(code)).unwrap();
        line.split_whitespace()
            .find(|w| w.starts_with('B') && w.len() > 10)
            .unwrap()
            .trim_end_matches(':')
            .to_owned()
    };
    // A person lets the grey one go on: its paper stays. The other one nobody can let go.
    for code in ["batch.unfit", "batch.jbig2"] {
        let (done, text) = said(&town, &["hold", "release", &batch(code), "--by", "leitung"]);
        assert_eq!(done, Some(0), "{text}");
    }
    settle(&town);
    assert_eq!(town.delivered().len(), 1);
    let name = town.delivered()[0].replace(".pdf", ".record.json");
    let record = fs::read_to_string(town.path("var/out/steuern").join(name)).unwrap();
    assert!(record.contains("fit.colour") && record.contains("fit.resolution"), "{record}");
    assert!(said(&town, &["hold", "list"]).1.contains("batch.jbig2"));
}
