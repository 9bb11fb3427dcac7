//! `process` as its users call it.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::Path;
use support::{Town, root};

fn process(town: &Town, out: &str, inputs: &[&Path]) -> std::process::Output {
    let out = town.path(out);
    let mut arguments = vec!["process", "--json", "--out", out.to_str().unwrap()];
    arguments.extend(inputs.iter().map(|p| p.to_str().unwrap()));
    town.command(&arguments, None)
}

#[test]
fn good_and_bad_input_each_get_their_due() {
    let town = Town::new();
    let letter = root().join("sample-scans/allgemein/004-hundesteuer.jpg");
    let cut = town.path("cut.jpg");
    let bytes = fs::read(&letter).unwrap();
    fs::write(&cut, &bytes[..15]).unwrap();
    let empty = town.path("leer.tif");
    fs::write(&empty, b"").unwrap();
    let text = town.path("brief.docx");
    fs::write(&text, b"kein Scan").unwrap();
    let done = process(&town, "out", &[&letter, &cut, &empty, &text, Path::new("/does/not/exist")]);
    let stderr = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(1), "{stderr}");
    for code in ["source.empty", "source.unknown_format", "source.gone", "jpeg."] {
        assert!(stderr.contains(code), "{code} in {stderr}");
    }
    let line: serde_json::Value =
        serde_json::from_slice(done.stdout.split(|b| *b == b'\n').next().unwrap()).unwrap();
    assert_eq!(line["kind"], "hundesteuer");
    let folder = town.path("out/004-hundesteuer-01");
    for name in ["document.pdf", "document.txt", "document.json", "record.json"] {
        assert!(folder.join(name).is_file(), "{name}");
    }
    assert!(!town.path("out/.poststelle-private").exists());
    assert!(!town.path("rejected").exists() && !root().join("rejected").exists());
    // The JPEG of the scan is in the product, byte for byte.
    let product = fs::read(folder.join("document.pdf")).unwrap();
    assert!(product.windows(bytes.len()).any(|w| w == bytes));
    // The record holds, and notices a changed byte.
    assert_eq!(town.command(&["verify", folder.to_str().unwrap()], None).status.code(), Some(0));
    fs::write(folder.join("document.txt"), "anders").unwrap();
    assert_eq!(town.command(&["verify", folder.to_str().unwrap()], None).status.code(), Some(1));
    // A folder that is not empty is left alone, and a file is no folder.
    assert_eq!(process(&town, "out", &[&letter]).status.code(), Some(2));
    assert_eq!(process(&town, "leer.tif", &[&letter]).status.code(), Some(2));
    // What lies in a folder and is no file is named.
    let folder = town.path("ordner");
    fs::create_dir(&folder).unwrap();
    std::os::unix::fs::symlink(&letter, folder.join("verweis.jpg")).unwrap();
    let done = process(&town, "out2", &[&folder]);
    assert_eq!(done.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&done.stderr).contains("verweis.jpg"), "{done:?}");
    // What no station takes is passed by, and what is missing for replacing paper is said.
    fs::remove_file(folder.join("verweis.jpg")).unwrap();
    for name in [".verborgen.jpg", "~$brief.docx", "halb.tmp"] {
        fs::write(folder.join(name), "kein Scan").unwrap();
    }
    fs::copy(&letter, folder.join("brief.jpg")).unwrap();
    let config = fs::read_to_string(town.path("pipeline.toml")).unwrap();
    let more = "[[profile]]\nid = \"ersatz\"\nscan_mode = \"replacing\"\n[[station]]\nid = \"e\"\nfolder = \"e\"\nprofile = \"ersatz\"\n";
    fs::write(town.path("pipeline.toml"), config + more).unwrap();
    let run = |out: &str, received: &str| {
        let (out, folder) = (town.path(out), folder.to_str().unwrap());
        let given =
            ["--json", "--station", "e", "--received", received, "--out", out.to_str().unwrap(), folder];
        town.command(&[&["process"][..], &given].concat(), None)
    };
    assert_eq!(run("out3", "2100-01-01").status.code(), Some(2), "nothing came in the future");
    let done = run("out4", "2026-11-20/2026-11-23");
    assert_eq!((done.status.code(), String::from_utf8_lossy(&done.stderr).as_ref()), (Some(0), ""));
    let line: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!((&line["received"]["date"], &line["scan_mode"]), (&"2026-11-20".into(), &"copying".into()));
    let why = line["reasons"].as_array().unwrap().iter().any(|r| r["rule"] == "paper.no_operator");
    assert!(why && line["review"].as_array().unwrap().is_empty(), "{line}");
    let usage = town.command(&["process", "x.pdf"], None);
    assert_eq!(usage.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&usage.stderr).contains("usage.arguments"), "{usage:?}");
}

#[test]
fn two_runs_with_different_workers_say_the_same() {
    let town = Town::new();
    let letters = root().join("sample-scans/allgemein/stapel-patch.tif");
    let text = |out: &str| {
        let done = process(&town, out, &[&letters]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let mut all = Vec::new();
        for number in 1..=5 {
            let folder = town.path(out).join(format!("stapel-patch-{number:02}"));
            all.push(fs::read(folder.join("document.txt")).unwrap());
            all.push(fs::read(folder.join("document.json")).unwrap());
        }
        all
    };
    let first = text("one");
    let config = fs::read_to_string(town.path("pipeline.toml")).unwrap();
    fs::write(town.path("pipeline.toml"), config.replace("workers = 2", "workers = 1")).unwrap();
    assert!(first == text("two"));
}

/// 841 x 1189 mm at 300 dpi in colour: 140 megapixels.
#[test]
fn an_a0_plan_passes_in_the_profile_for_plans_and_is_named_in_others() {
    let town = Town::new();
    let path = town.path("pipeline.toml");
    let config = fs::read_to_string(&path).unwrap().replace("id = \"a\"", "id = \"a\"\nprofile = \"plaene\"");
    let limits = "page_megapixels_max = 150\nengine_megabytes_max = 4000\n";
    fs::write(path, format!("{config}\n[[profile]]\nid = \"plaene\"\n[profile.limits]\n{limits}")).unwrap();
    // Walls over the whole sheet, a letter's text where the title block lies.
    let text = image::open(root().join("sample-scans/allgemein/004-hundesteuer.jpg")).unwrap().to_rgb8();
    let (width, height) = (9933, 14043);
    let mut plan = image::RgbImage::from_fn(width, height, |x, y| {
        image::Rgb(if x % 500 < 6 || y % 700 < 6 { [40, 40, 160] } else { [255, 255, 250] })
    });
    let corner = (i64::from(width - text.width()), i64::from(height - text.height()));
    image::imageops::replace(&mut plan, &text, corner.0, corner.1);
    let mut jpeg = Vec::new();
    let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 60);
    encoder.set_pixel_density(image::codecs::jpeg::PixelDensity::dpi(300));
    encoder.encode_image(&plan).unwrap();
    let file = town.path("plan.jpg");
    fs::write(&file, &jpeg).unwrap();
    let run = |out: &str, station: &[&str]| {
        let out = town.path(out);
        let to = ["process", "--out", out.to_str().unwrap()];
        let done = town.command(&[&to[..], station, &[file.to_str().unwrap()]].concat(), None);
        assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
        let sheet = fs::read(out.join("plan-01/document.json")).unwrap();
        serde_json::from_slice::<serde_json::Value>(&sheet).unwrap()
    };
    let sheet = run("plaene", &["--station", "a"]);
    assert!(sheet["pages"][0]["notes"].to_string().contains("page.plan"), "{}", sheet["pages"][0]);
    assert!(sheet["pages"][0]["words"].as_u64().unwrap() > 50);
    let product = fs::read(town.path("plaene/plan-01/document.pdf")).unwrap();
    assert!(product.windows(jpeg.len()).any(|w| w == jpeg), "the plan is in the product byte for byte");
    let refused = run("briefe", &[]);
    assert!(refused["review"].to_string().contains("page.too_large"), "{}", refused["review"]);
}
