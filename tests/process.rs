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
    // A folder that is not empty is left alone.
    assert_eq!(process(&town, "out", &[&letter]).status.code(), Some(2));
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
