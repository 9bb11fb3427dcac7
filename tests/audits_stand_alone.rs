//! An auditor with nothing but the package follows five documents from the bytes of the scan to the box, in another
//! language, and names every gap that was made in it. Documentation and pages for people are PDF/A.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;
use support::authority::Authority;
use support::{Town, chart, root, small_town};

fn said(town: &Town, arguments: &[&str]) -> (Option<i32>, String) {
    let done = town.command(arguments, None);
    (done.status.code(), String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned())
}

fn fine(town: &Town, arguments: &[&str]) -> String {
    let (code, text) = said(town, arguments);
    assert_eq!(code, Some(0), "{arguments:?}: {text}");
    text
}

/// Six letters that replaced their paper, checked, boxed, and released for disposal.
fn year(authority: &Authority) -> Town {
    let town = small_town::town(None);
    let path = town.path("pipeline.toml");
    let station = "id = \"a\"\nprofile = \"ersetzend\"\nsidecar = \"json\"\nsidecar_wait_seconds = 60";
    let mut config = fs::read_to_string(&path).unwrap().replacen("id = \"a\"", station, 1);
    config += "[[profile]]\nid = \"ersetzend\"\nscan_mode = \"replacing\"\nduplex = false\n\
               [procedure]\nversion = \"1.0\"\nreleased = \"2026-01-01\"\n[retention]\npaper_days = 0\n";
    config += &authority.settings("seal", None);
    fs::write(path, config).unwrap();
    let rules = town.path("classifiers/hundesteuer.toml");
    let text = fs::read_to_string(&rules).unwrap();
    fs::write(&rules, text.replacen("version = 1", "version = 1\nreplacing_allowed = true", 1)).unwrap();
    chart::release(&town, "a");
    let documentation = town.path("verfahren.pdf");
    fine(
        &town,
        &["report", "verfahrensdokumentation", "--out", documentation.to_str().unwrap(), "--by", "leitung"],
    );
    for number in 0..6 {
        let (name, bytes) = small_town::colour_letter(number);
        let count = r#"{"operator":"sk-9","received":"2026-10-29","images":1,"sheets":1}"#;
        fs::write(town.path("scans").join(&name).with_extension("json"), count).unwrap();
        let part = town.path("scans").join(format!(".{name}.part"));
        fs::write(&part, bytes).unwrap();
        fs::rename(part, town.path("scans").join(&name)).unwrap();
    }
    assert!(town.run_until_settled(None).status.success());
    assert_eq!(town.delivered().len(), 6, "{}", said(&town, &["hold", "list"]).1);
    for (document, _) in town.documents() {
        let batch = document.rsplit_once('-').unwrap().0;
        fine(&town, &["disposal", "box", batch, "k1", "--by", "sk-9"]);
        fine(&town, &["sample", "verdict", &document, "good", "--by", "pk-2"]);
    }
    fine(&town, &["disposal", "backup", &"ab".repeat(32), "--by", "it-1"]);
    fine(&town, &["disposal", "release", "k1", "--by", "leitung", "--and", "archiv"]);
    town
}

fn audit(arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new("python3");
    let done = command.arg(root().join("tests/tools/auditor.py")).args(arguments).output().unwrap();
    (done.status.code(), String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned())
}

#[test]
fn five_documents_are_followed_and_every_gap_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new(folder.path());
    let town = year(&authority);
    let head = town.path("stand.json");
    fs::write(&head, fine(&town, &["log", "head"])).unwrap();
    // A backup, restored for practice.
    let [backup, probe] = ["sicherung", "probe"].map(|name| town.path(name).display().to_string());
    fine(&town, &["backup", "--to", &backup]);
    fine(&town, &["restore", "--from", &backup, "--to", &probe, "--tested-by", "it-1"]);
    let package = town.path("paket");
    let place = package.to_str().unwrap();
    let days = ["--from", "2026-01-01", "--to", "2099-12-31"];
    fine(&town, &[&["report", "audit", "--out", place][..], &days].concat());
    let anchors = authority.path("ca.pem");
    let arguments =
        [place, "--trust", anchors.to_str().unwrap(), "--head", head.to_str().unwrap(), "--seed", "7"];
    let (code, text) = audit(&arguments);
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(text.matches("record.written").count(), 5, "{text}");
    assert_eq!(text.matches("paper.boxed").count(), 5, "{text}");
    // Each comparison with the paper is a sealed amendment beside its record.
    let records = package.join("records");
    let checked = fine(&town, &["verify", records.to_str().unwrap(), "--trust", anchors.to_str().unwrap()]);
    assert_eq!(checked.matches("amendment.digest, amendment.record, amendment.seal").count(), 6, "{checked}");
    let tested = fs::read_to_string(package.join("wiederherstellung.csv")).unwrap();
    assert!(tested.contains(";it-1;restored state="), "{tested}");
    for name in ["verfahrensdokumentation", "konfiguration", "testvorlagen"] {
        assert!(fs::read_dir(package.join(name)).unwrap().count() > 0, "{name}");
    }
    assert_eq!(
        said(&town, &["report", "audit", "--out", place, "--from", "2026-01-01", "--to", "2026-02-01"]).0,
        Some(2)
    );

    // Gaps, each made by somebody who also writes a new manifest.
    let whole = |path: &str| fs::read_to_string(package.join(path)).unwrap();
    let entries = whole("log/entries.jsonl");
    let without = |code: &str| -> String {
        let drop = entries.lines().position(|l| l.contains(&format!("\"code\":\"{code}\""))).unwrap();
        entries.lines().enumerate().filter(|(n, _)| *n != drop).map(|(_, l)| format!("{l}\n")).collect()
    };
    for (path, text, named) in [
        ("log/entries.jsonl", without("delivery.confirmed"), "are missing"),
        ("log/entries.jsonl", without("paper.boxed"), "are missing"),
        (
            "log/entries.jsonl",
            entries.replace("\"actor\":\"pk-2\"", "\"actor\":\"sk-9\""),
            "do not lead to the head",
        ),
        (
            "documents.jsonl",
            whole("documents.jsonl").replace("\"source_sha256\":\"", "\"source_sha256\":\"0"),
            "another",
        ),
    ] {
        let before = whole(path);
        fs::write(package.join(path), &text).unwrap();
        let manifest = whole("manifest.json");
        assert!(audit(&arguments[..1]).1.contains("was changed"));
        forge(&package, path);
        let (code, said) = audit(&arguments[..1]);
        assert!(code == Some(1) && said.contains(named), "{named}: {said}");
        assert!(audit(&arguments).1.contains("seal of the manifest"), "the seal exposes the new manifest");
        fs::write(package.join(path), before).unwrap();
        fs::write(package.join("manifest.json"), manifest).unwrap();
    }
    let records: Vec<_> = fs::read_dir(package.join("records")).unwrap().map(|e| e.unwrap().path()).collect();
    fs::remove_file(&records[0]).unwrap();
    let name = records[0].file_name().unwrap().to_string_lossy().into_owned();
    let (code, said) = audit(&[place, "--count", "6"]);
    assert!(code == Some(1) && said.contains(&name), "{name}: {said}");
}

/// The manifest as somebody would write it who changed that file.
fn forge(package: &Path, path: &str) {
    let text = fs::read(package.join("manifest.json")).unwrap();
    let mut manifest: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let hash = poststelle::model::hash::ContentHash::of(&fs::read(package.join(path)).unwrap()).hex();
    for part in manifest["files"].as_array_mut().unwrap().iter_mut().filter(|p| p["path"] == path) {
        part["sha256"] = hash.clone().into();
    }
    fs::write(package.join("manifest.json"), poststelle::record::canonical::of(&manifest)).unwrap();
}

#[test]
fn documentation_and_pages_for_people_are_archival() {
    let folder = tempfile::tempdir().unwrap();
    let town = year(&Authority::new(folder.path()));
    let documentation = town.path("verfahren.pdf");
    let text = |path: &Path| {
        let done = Command::new("pdftotext").args(["-layout", path.to_str().unwrap(), "-"]).output().unwrap();
        String::from_utf8_lossy(&done.stdout).into_owned()
    };
    let shown = text(&documentation);
    for word in [
        "Verfahrensdokumentation",
        "Profil ersetzend",
        "Hundesteuer",
        "A.AM",
        "freigegeben nach bestandener",
        "ECDSA-P256-SHA256",
        "scan_mode",
    ] {
        assert_eq!(shown.contains(word), word != "A.AM", "{word} in {shown}");
    }
    // The records made since name it.
    let hash = poststelle::model::hash::ContentHash::of(&fs::read(&documentation).unwrap()).hex();
    let name = town.delivered()[0].replace(".pdf", ".record.json");
    let record = town.path("var/out/steuern").join(&name);
    assert!(fs::read_to_string(&record).unwrap().contains(&format!("\"documentation_sha256\":\"{hash}\"")));
    // One record as a page, in both forms.
    let (pdf, html) = (town.path("seite.pdf"), town.path("seite.html"));
    let document = town.documents()[0].0.clone();
    for out in [&pdf, &html] {
        fine(&town, &["record", &document, "--out", out.to_str().unwrap()]);
        fine(&town, &["record", record.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    }
    for shown in [text(&pdf), fs::read_to_string(&html).unwrap()] {
        for word in
            ["Transfervermerk zu", &document, "sk-9", "Vollzähligkeit geprüft", "Prüfung dieser Dateien"]
        {
            assert!(shown.contains(word), "{word} in {shown}");
        }
    }
    let conforming =
        Command::new(root().join("tests/tools/verapdf.sh")).args([&documentation, &pdf]).output().unwrap();
    if conforming.status.code() == Some(3) {
        eprintln!("PDF/A NOT VALIDATED: veraPDF could not be had");
    } else {
        assert!(conforming.status.success(), "{}", String::from_utf8_lossy(&conforming.stdout));
    }
    // Nothing ends within a week, everything within a hundred years.
    let soon = jiff::Zoned::now().date().checked_add(jiff::Span::new().days(7)).unwrap().to_string();
    fine(&town, &["report", "expiring", "--before", &soon]);
    let (code, listed) = said(&town, &["report", "expiring", "--before", "2126-01-01"]);
    assert!(
        code == Some(1)
            && listed.contains("Stadt T seal;12;")
            && listed.contains("2031-12-31;Verfahren ECDSA"),
        "{listed}"
    );
}
