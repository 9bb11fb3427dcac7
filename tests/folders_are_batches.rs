//! A capture program makes a folder, then its pages, then what says that it is complete: one batch, exactly once.
#![allow(clippy::unwrap_used)]

mod support;

use poststelle::model::bundle;
use std::fs;
use support::{Town, small_town};

fn town(keys: &str) -> Town {
    let town = small_town::town(None);
    let path = town.path("pipeline.toml");
    let wants = format!("id = \"a\"\nbatches = \"folders\"\nsidecar_wait_seconds = 3\n{keys}");
    fs::write(&path, fs::read_to_string(&path).unwrap().replacen("id = \"a\"", &wants, 1)).unwrap();
    town
}

/// A folder with these letters as pages, named by their place, and files the scanner wrote besides.
fn scan(town: &Town, folder: &str, letters: &[u32], others: &[(&str, &str)]) {
    let folder = town.path("scans").join(folder);
    fs::create_dir(&folder).unwrap();
    for (place, number) in (8..).zip(letters) {
        let (name, bytes) = small_town::letter(*number);
        let ending = name.split('.').next_back().unwrap();
        fs::write(folder.join(format!("{place}.{ending}")), bytes).unwrap();
    }
    for (name, content) in others {
        fs::write(folder.join(name), content).unwrap();
    }
}

/// Batches in the ledger: file, state, hash.
fn batches(town: &Town) -> Vec<(String, String, String)> {
    let db = rusqlite::Connection::open(town.path("var/ledger.sqlite")).unwrap();
    let mut rows = db.prepare("SELECT file_name, state, hash FROM batch ORDER BY file_name").unwrap();
    let rows = rows.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Made into documents, which may be delivered already.
fn is_done(state: &str) -> bool {
    matches!(state, "cut" | "released")
}

fn rejected(town: &Town) -> String {
    let entries = fs::read_dir(town.path("scans/rejected")).into_iter().flatten().flatten();
    let texts = entries.map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "txt"));
    texts.map(|path| fs::read_to_string(path).unwrap()).collect()
}

fn left(town: &Town) -> Vec<String> {
    let inside = |folder: &str| fs::read_dir(town.path(folder)).into_iter().flatten().flatten();
    let names = inside("scans").chain(inside("scans/.poststelle"));
    let mut names: Vec<_> = names.map(|e| e.file_name().into_string().unwrap()).collect();
    names.retain(|name| !matches!(name.as_str(), ".poststelle" | "rejected"));
    names
}

#[test]
fn a_folder_is_one_batch_with_its_pages_in_natural_order() {
    let town = town("end_marker = \"fertig\"");
    scan(&town, "stapel-17", &[1, 2, 3, 4], &[("fertig", ""), ("Thumbs.db", "x")]);
    scan(&town, "notiz", &[5], &[("fertig", ""), ("lesen.tmp", "nicht verlieren")]);
    small_town::drop_letter(&town, 6);
    fs::create_dir(town.path("scans/leer")).unwrap();
    let mut daemon = town.start_hurried();
    let until = std::time::Instant::now() + std::time::Duration::from_secs(150);
    let settled = || batches(&town).iter().filter(|(_, state, _)| is_done(state)).count() == 3;
    while !(settled() && rejected(&town).contains("folder.left_over")) && std::time::Instant::now() < until {
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    daemon.kill().unwrap();
    daemon.wait().unwrap();
    let batches = batches(&town);
    let names: Vec<_> = batches.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["brief-006.jpg", "notiz.tar", "stapel-17.tar"], "{}", rejected(&town));
    assert_eq!(left(&town), ["leer"]);
    // 8, 9, 10, 11: each byte for byte, in the order they were scanned.
    let hash = &batches[2].2;
    let mut stored = None;
    let mut folders = vec![town.path("var/vault")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten().map(|e| e.path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.file_name().unwrap().to_string_lossy().ends_with(&hash[4..]) {
                stored = Some(fs::read(entry).unwrap());
            }
        }
    }
    let stored = stored.unwrap();
    let parts: Vec<&[u8]> = bundle::parts(&stored).unwrap().into_iter().map(|p| &stored[p]).collect();
    assert_eq!(parts, [1, 2, 3, 4].map(|number| small_town::letter(number).1));
}

#[test]
fn the_index_in_the_folder_says_how_many_and_an_incomplete_folder_waits_for_a_person() {
    let town = town("sidecar = \"index\"");
    let line = |n: u32, images: u32| format!("\"I04t\";\"01\";\"{n:010}\";\"{images}\"\r\n");
    scan(&town, "voll", &[1, 2, 3], &[("INDEX.DAT", &(line(8, 1) + &line(9, 1) + &line(10, 1)))]);
    scan(&town, "fehlt", &[4, 5], &[("index.dat", &(line(8, 1) + &line(9, 1) + &line(10, 1)))]);
    scan(&town, "ohne", &[6], &[]);
    scan(&town, "nur-index", &[], &[("INDEX.DAT", &line(8, 1))]);
    assert!(town.run_until_settled(None).status.success());
    let list = String::from_utf8(town.command(&["hold", "list"], None).stdout).unwrap();
    for code in ["batch.count_differs", "batch.no_sidecar"] {
        assert_eq!(list.matches(code).count(), 1, "{code} in {list}");
    }
    let states = batches(&town);
    let cut: Vec<_> = states.iter().filter(|(_, s, _)| is_done(s)).map(|(n, ..)| n.as_str()).collect();
    assert_eq!(cut, ["voll.tar"], "{states:?}");
    assert!(rejected(&town).contains("[folder.no_pages]"), "{}", rejected(&town));
    assert_eq!(left(&town), [""; 0]);
}

#[test]
fn a_folder_without_its_end_marker_is_put_aside_whole() {
    let town = town("end_marker = \"fertig\"");
    scan(&town, "halb", &[1, 2], &[]);
    assert!(town.run_until_settled(None).status.success());
    assert!(batches(&town).is_empty());
    let reasons = rejected(&town);
    assert!(reasons.contains("der ganze Ordner halb") && reasons.contains("[folder.not_ended]"), "{reasons}");
    let aside = fs::read_dir(town.path("scans/rejected")).unwrap().flatten().find(|e| e.path().is_dir());
    assert_eq!(fs::read_dir(aside.unwrap().path()).unwrap().count(), 2);
}

#[cfg(feature = "faults")]
#[test]
fn a_folder_survives_a_kill_at_every_place() {
    let town = town("end_marker = \"fertig\"");
    let places = [
        "folder.claimed:1",
        "folder.packed:1",
        "intake.vaulted:1",
        "intake.recorded:1",
        "intake.verified:1",
        "intake.removed:1",
        "folder.taken:1",
        "folder.emptied:1",
        "folder.emptied:3",
    ];
    for (number, place) in (1u32..).zip(places) {
        scan(&town, &format!("stapel-{number}"), &[3 * number, 3 * number + 1], &[("fertig", "")]);
        assert!(!town.run_until_settled(Some(place)).status.success(), "{place} was not reached");
        assert!(town.run_until_settled(None).status.success());
        let batches = batches(&town);
        assert_eq!(batches.len(), number as usize, "{place} {batches:?}");
        assert!(batches.iter().all(|(_, state, _)| is_done(state)), "{place} {batches:?}");
        assert_eq!((left(&town), rejected(&town)), (vec![], String::new()), "{place}");
    }
}
