//! A letter whose days are over leaves nothing behind: no word in ledger, index, vault, queue, backup, logs or
//! temporary files; what is held stays; and a deletion that nobody declared is found.
#![allow(clippy::unwrap_used)]

mod support;

use poststelle::ledger::Ledger;
use poststelle::model::hash::ContentHash;
use poststelle::vault::Vault;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use support::{Town, small_town};

fn said(town: &Town, arguments: &[&str]) -> (Option<i32>, String) {
    let done = town.command(arguments, None);
    (done.status.code(), String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned())
}

fn set_days(town: &Town, days: u32) {
    let path = town.path("pipeline.toml");
    let text = fs::read_to_string(&path).unwrap();
    let before = text.split("[retention]").next().unwrap();
    let table = format!("[retention]\ndelivered_days = 1000\nrejected_days = {days}\nbackup_days = 7\n");
    fs::write(path, before.to_owned() + &table).unwrap();
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        match entry.path() {
            path if path.is_dir() => files(&path, found),
            path => found.push(path),
        }
    }
}

/// Everything in the town but what the department has.
fn ours(town: &Town) -> Vec<PathBuf> {
    let mut found = Vec::new();
    files(&town.path(""), &mut found);
    let theirs = [town.path("var/out"), town.path("classifiers")];
    found.retain(|path| !theirs.iter().any(|folder| path.starts_with(folder)));
    found
}

/// Files that hold one of these words, however written.
fn holding(files: &[PathBuf], words: &BTreeSet<String>) -> Vec<PathBuf> {
    let holds = |path: &&PathBuf| {
        let text = String::from_utf8_lossy(&fs::read(path).unwrap()).to_lowercase();
        words.iter().any(|word| text.contains(word.as_str()))
    };
    files.iter().filter(holds).cloned().collect()
}

/// As if all of the vault had lain there for a day.
fn age(town: &Town) {
    let mut objects = Vec::new();
    files(&town.path("var/vault"), &mut objects);
    for object in objects {
        let day_ago = SystemTime::now() - Duration::from_secs(86_400);
        File::open(object).unwrap().set_modified(day_ago).unwrap();
    }
}

fn column(town: &Town, sql: &str) -> Vec<String> {
    let db = rusqlite::Connection::open(town.path("var/ledger.sqlite")).unwrap();
    let mut statement = db.prepare(sql).unwrap();
    statement.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn after_its_days_no_word_of_a_letter_is_left_and_what_is_held_stays() {
    let town = small_town::town(None);
    let path = town.path("pipeline.toml");
    let station = "id = \"a\"\nsidecar = \"json\"\nsidecar_wait_seconds = 60";
    fs::write(&path, fs::read_to_string(&path).unwrap().replacen("id = \"a\"", station, 1)).unwrap();
    set_days(&town, 1);
    let count = r#"{"operator":"sk-9","received":"2026-10-29","images":1,"sheets":1,"note":"Hundehalter"}"#;
    for number in [1, 4] {
        let (name, _) = small_town::letter(number);
        fs::write(town.path("scans").join(name).with_extension("json"), count).unwrap();
        small_town::drop_letter(&town, number);
    }
    fs::write(town.path("scans/kaputt.json"), count).unwrap();
    fs::write(town.path("scans/kaputt.pdf"), "%PDF-1.4 Hundehalter %%EOF").unwrap();
    fs::create_dir(town.path("tmp")).unwrap();
    let temporary = town.path("tmp").display().to_string();
    let run = || town.command_with(&["run", "--until-settled"], Some(("TMPDIR", &temporary)));
    let first = run();
    assert!(first.status.success());
    let [one, two] = <[_; 2]>::try_from(town.documents()).unwrap().map(|(id, _)| id);

    // What the letters say, and everything we have of them.
    let vault = Vault::for_reading(&town.path("var/vault"));
    let text = column(&town, "SELECT text FROM document").remove(0);
    let text = String::from_utf8(vault.read(&ContentHash::from_hex(&text).unwrap()).unwrap()).unwrap();
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|w| w.len() > 5).map(str::to_lowercase);
    let mut words: BTreeSet<String> = words.collect();
    // The kind is a word of the town, not of the letter; the side-car has one of its own.
    words.remove("hundesteuer");
    words.insert("hundehalter".into());
    assert!(words.len() >= 3, "{words:?}");
    let ledger = || Ledger::open(&town.path("var/ledger.sqlite"), "t").unwrap();
    while ledger().index_some().unwrap() > 0 {}
    let word = words.iter().next_back().unwrap();
    let note = format!(
        "INSERT INTO inbox_note (tenant, document, at, person, text) VALUES ('t', '{one}', 'x', 'amt', '{word}');
         UPDATE delivery SET receipt = '/akte/{word}.pdf', trouble = '{word}'"
    );
    rusqlite::Connection::open(town.path("var/ledger.sqlite")).unwrap().execute_batch(&note).unwrap();
    let backup = town.path("sicherung").display().to_string();
    assert_eq!(said(&town, &["backup", "--to", &backup]).0, Some(0));
    assert!(holding(&ours(&town), &words).len() >= 6, "{:?}", holding(&ours(&town), &words));
    assert_eq!(fs::read_dir(town.path("scans/rejected")).unwrap().count(), 2);

    // Nothing goes before its day.
    let now = ["retention", "--now", "--by", "leitung"];
    age(&town);
    let (code, early) = said(&town, &["retention", "--dry-run"]);
    assert_eq!((code, early.matches(";nein;").count()), (Some(0), 3), "{early}");
    assert!(early.contains("early (die Frist läuft noch)"), "{early}");
    assert!(said(&town, &now).1.contains("0 Schriftstücke, 0 Stapel, 0 Objekte"));
    assert_eq!(said(&town, &["retention", "--now"]).0, Some(2), "somebody must order it");

    // Its kind says how long, whatever the town says of the others.
    let kind = town.path("classifiers/hundesteuer.toml");
    let own = "version = 1\nretention = { keep_days = 0, since = \"received\", reason = \"Test\" }";
    fs::write(&kind, fs::read_to_string(&kind).unwrap().replacen("version = 1", own, 1)).unwrap();
    // On its day one goes; the other is held, and the words that both share stay with it.
    set_days(&town, 0);
    assert_eq!(
        said(&town, &["disposal", "keep", &two, "--reason", "litigation", "--by", "leitung"]).0,
        Some(0)
    );
    let (_, due) = said(&town, &["retention", "--dry-run"]);
    assert!(due.contains(&format!("{one};hundesteuer;ja;kind;")), "{due}");
    assert!(due.contains(&format!("{two};hundesteuer;nein;;;held (")), "{due}");
    let (code, deleted) = said(&town, &now);
    assert!(code == Some(0) && deleted.contains("1 Schriftstücke, 2 Stapel"), "{deleted}");
    assert!(deleted.contains("noch 7 Tage"), "the expiry of backups is stated: {deleted}");
    assert_eq!(column(&town, "SELECT document FROM document_words"), [two.as_str()]);
    let ledger_file = town.path("var/ledger.sqlite").display().to_string();
    let verify = || said(&town, &["verify", &ledger_file]);
    assert_eq!(verify().0, Some(0), "{}", verify().1);
    for hash in column(
        &town,
        "SELECT product FROM document UNION ALL SELECT hash FROM batch WHERE state = 'released'",
    ) {
        let of_two = column(&town, &format!("SELECT holder FROM vault_ref WHERE hash = '{hash}'"));
        assert_eq!(vault.has(&ContentHash::from_hex(&hash).unwrap()).unwrap(), !of_two.is_empty(), "{hash}");
    }

    // The daemon does the same by itself once nobody holds it.
    assert_eq!(said(&town, &["disposal", "free", &two, "--by", "leitung"]).0, Some(0));
    age(&town);
    let second = run();
    assert!(second.status.success());
    assert_eq!(column(&town, "SELECT id FROM document WHERE deleted_on IS NULL"), Vec::<String>::new());
    assert_eq!(said(&town, &["backup", "--to", &backup]).0, Some(0));
    assert_eq!(holding(&ours(&town), &words), Vec::<PathBuf>::new());
    assert_eq!(fs::read_dir(town.path("scans/rejected")).unwrap().count(), 0);
    assert_eq!(fs::read_dir(town.path("tmp")).unwrap().count(), 0);
    let logs = String::from_utf8_lossy(&[first.stderr, second.stderr].concat()).to_lowercase();
    assert!(words.iter().all(|word| !logs.contains(word.as_str())), "{logs}");
    // What is left are configurations and records, and the log says of everything else why it went.
    assert_eq!(verify().0, Some(0), "{}", verify().1);
    let why = column(&town, "SELECT detail FROM event WHERE code = 'retention.object'");
    assert!(why.len() >= 8 && why.iter().all(|d| d.contains(" rule=") && d.contains(" due=")), "{why:#?}");
    assert_eq!(said(&town, &["explain", &one]).0, Some(2), "there is no decision left to explain");
    assert_eq!(said(&town, &["report", "day"]).0, Some(0), "{}", said(&town, &["report", "day"]).1);

    // What went without a word is found, and so is what was declared and did not go.
    let record = column(&town, "SELECT record FROM document").remove(0);
    let record = vault.stored(&ContentHash::from_hex(&record).unwrap()).unwrap().unwrap();
    let record = town.path("var/vault").join(record.name());
    fs::rename(&record, town.path("record")).unwrap();
    assert!(verify().1.contains("vault.missing"), "{}", verify().1);
    fs::rename(town.path("record"), &record).unwrap();
    let (_, scan) = small_town::letter(1);
    Vault::open(&town.path("var/vault")).unwrap().put(&scan).unwrap();
    assert!(verify().1.contains("vault.not_deleted"), "{}", verify().1);
}
