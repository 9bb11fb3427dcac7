//! What the scanner says about a scan comes with it; a difference stops the batch.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use support::{Town, small_town};

fn town() -> Town {
    town_of("json")
}

fn town_of(sidecar: &str) -> Town {
    let town = small_town::town(None);
    let path = town.path("pipeline.toml");
    let wants = format!("id = \"a\"\nsidecar = \"{sidecar}\"\nsidecar_wait_seconds = 4");
    fs::write(&path, fs::read_to_string(&path).unwrap().replacen("id = \"a\"", &wants, 1)).unwrap();
    town
}

/// Drops TIFFs named by their numbers, then an index that says how many images each has.
fn drop_with_index(town: &Town, scans: &[u32], said: &[(u32, u32)]) {
    for number in scans {
        let (name, bytes) = small_town::letter(*number);
        assert!(name.ends_with(".tif"));
        fs::write(town.path("scans").join(format!("{number:010}.tif")), bytes).unwrap();
    }
    let line =
        |(number, images): &(u32, u32)| format!("\"I04t\";\"01\";\"{number:010}\";\"{images}\";;\"x\"\r\n");
    let lines: String = said.iter().map(line).collect();
    fs::write(town.path("scans/INDEX.DAT"), lines).unwrap();
}

fn rejected(town: &Town) -> String {
    let entries = fs::read_dir(town.path("scans/rejected")).into_iter().flatten().flatten();
    let texts = entries.map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "txt"));
    texts.map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// Drops a letter and, if given, what is said about it, the side-car last.
fn drop_with(town: &Town, number: u32, said: Option<&str>) {
    small_town::drop_letter(town, number);
    let (name, _) = small_town::letter(number);
    if let Some(said) = said {
        fs::write(town.path("scans").join(name).with_extension("json"), said).unwrap();
    }
}

fn held(town: &Town) -> String {
    String::from_utf8(town.command(&["hold", "list"], None).stdout).unwrap()
}

#[test]
fn a_side_car_comes_with_its_scan_and_is_believed() {
    let town = town();
    drop_with(&town, 1, Some(r#"{"operator":"sk-9","received":"2026-10-29","images":1,"imprinter":"0042"}"#));
    assert!(town.run_until_settled(None).status.success());
    let name = town.delivered().remove(0).replace(".pdf", ".json");
    let sheet: serde_json::Value =
        serde_json::from_slice(&fs::read(town.path("var/out/steuern").join(name)).unwrap()).unwrap();
    assert_eq!(sheet["received"]["date"], "2026-10-29");
    assert_eq!(sheet["received"]["source"], "sidecar");
    let left: Vec<_> = fs::read_dir(town.path("scans/.poststelle")).unwrap().flatten().collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(!town.path("scans/brief-001.json").exists());
}

#[test]
fn differences_wait_for_a_person_who_may_accept_them() {
    let town = town();
    drop_with(&town, 1, Some(r#"{"images":2}"#));
    drop_with(&town, 2, Some(r#"{"images":1,"doubleFeed":true}"#));
    drop_with(&town, 4, Some(r#"{"images":"viele"}"#));
    drop_with(&town, 5, None);
    fs::File::options()
        .append(true)
        .open(town.path("scans/brief-004.json"))
        .unwrap()
        .set_modified(std::time::SystemTime::now() - std::time::Duration::from_secs(90))
        .unwrap();
    assert!(town.run_until_settled(None).status.success());
    let list = held(&town);
    for code in ["batch.count_differs", "batch.double_feed", "batch.sidecar_unreadable", "batch.no_sidecar"] {
        assert_eq!(list.matches(code).count(), 1, "{code} in {list}");
    }
    assert!(town.delivered().is_empty());
    for line in list.lines() {
        let id = line.split_whitespace().next().unwrap();
        assert!(town.command(&["hold", "release", id, "--by", "leitung"], None).status.success());
    }
    assert!(town.run_until_settled(None).status.success());
    assert_eq!((held(&town).as_str(), town.delivered().len()), ("", 4));
}

#[test]
fn a_side_car_without_a_scan_is_put_aside_with_a_reason() {
    let town = town();
    fs::write(town.path("scans/verwaist.json"), "{}").unwrap();
    let mut daemon = town.start_hurried();
    let until = std::time::Instant::now() + std::time::Duration::from_secs(90);
    let aside = || fs::read_dir(town.path("scans/rejected")).map_or(0, |d| d.count());
    while aside() < 2 && std::time::Instant::now() < until {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    daemon.kill().unwrap();
    daemon.wait().unwrap();
    assert_eq!(aside(), 2, "the file and its reason");
}

#[test]
fn an_index_speaks_of_many_scans_and_each_line_finds_its_own() {
    let town = town_of("index");
    drop_with_index(&town, &[17, 20, 23, 26], &[(17, 1), (20, 2), (26, 1), (29, 1)]);
    assert!(town.run_until_settled(None).status.success());
    assert_eq!(town.delivered().len(), 2, "17 and 26 are as the index says");
    let list = held(&town);
    for code in ["batch.count_differs", "batch.no_sidecar"] {
        assert_eq!(list.matches(code).count(), 1, "{code} in {list}");
    }
    // The line whose scan never came is put aside with the reason.
    let aside = rejected(&town);
    assert!(aside.contains("0000000029.idx") && aside.contains("[sidecar.no_scan]"), "{aside}");
    let loose = |folder: &str| {
        fs::read_dir(town.path(folder)).unwrap().flatten().filter(|e| e.path().is_file()).count()
    };
    assert_eq!((loose("scans"), loose("scans/.poststelle")), (0, 0));
}

#[cfg(feature = "faults")]
#[test]
fn an_index_survives_a_kill_at_every_place() {
    let town = town_of("index");
    let places = ["index.claimed:1", "index.line:1", "index.line:2", "intake.claimed:1", "intake.vaulted:2"];
    for (number, place) in (1u32..).zip(places) {
        let scans = [60 * number + 2, 60 * number + 5];
        drop_with_index(&town, &scans, &scans.map(|scan| (scan, 1)));
        assert!(!town.run_until_settled(Some(place)).status.success(), "{place} was not reached");
        assert!(town.run_until_settled(None).status.success());
        assert_eq!(
            town.delivered().len(),
            2 * number as usize,
            "{place} {} {}",
            held(&town),
            rejected(&town)
        );
        assert_eq!((held(&town).as_str(), rejected(&town).as_str()), ("", ""), "{place}");
    }
}
