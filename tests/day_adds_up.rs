//! The daily reconciliation after a run with kills: nothing unaccounted for; and a document that is taken out of a
//! copy of the ledger is named.
#![cfg(feature = "faults")]
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::process::Command;
use support::{Town, small_town};

/// Exit code and text of `report day` for today; the run may have begun the day before.
fn report(town: &Town) -> (Option<i32>, String) {
    let at = |name: &str| town.path(name).display().to_string();
    let done = town.command(&["report", "day", "--csv", &at("tag.csv"), "--pdf", &at("tag.pdf")], None);
    (done.status.code(), String::from_utf8(done.stdout).unwrap())
}

#[test]
fn after_kills_everything_is_accounted_for_and_what_is_missing_is_named() {
    let town = small_town::town(None);
    for (number, place) in (0u32..).zip(["page.recorded:1", "document.sealed:1", "delivery.answered:1"]) {
        small_town::drop_letter(&town, number);
        town.run_until_settled(Some(place));
    }
    assert!(town.run_until_settled(None).status.success());
    let (code, text) = report(&town);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("Keine Abweichung.") && text.contains("Summe: 3 Seiten in 3 Stapeln."), "{text}");
    let table = fs::read_to_string(town.path("tag.csv")).unwrap();
    assert_eq!(table.lines().filter(|line| line.contains("confirmed")).count(), 3, "{table}");

    let (gone, _) = town.documents().remove(1);
    let db = rusqlite::Connection::open(town.path("var/ledger.sqlite")).unwrap();
    db.execute("DELETE FROM document WHERE id = ?1", [&gone]).unwrap();
    drop(db);
    let (code, text) = report(&town);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains(&format!("[day.document_missing] {gone}:")), "{text}");
    let mut filed = Command::new("pdftotext");
    filed.args(["-layout", &town.path("tag.pdf").display().to_string(), "-"]);
    let filed = String::from_utf8(filed.output().unwrap().stdout).unwrap();
    assert!(filed.contains(&format!("[day.document_missing] {gone}:")), "{filed}");
    let span = ["report", "month", "--from", "2020-01-01", "--to", "9998-12-31"];
    let done = town.command(&span, None);
    let text = String::from_utf8(done.stdout).unwrap();
    assert!(done.status.success() && text.contains("2 Schriftstücke in Gruppen unter fünf"), "{text}");
    for number in 10..14 {
        small_town::drop_letter(&town, number);
    }
    assert!(town.run_until_settled(None).status.success());
    let at = |name: &str| town.path(name).display().to_string();
    let files = ["--csv", &at("monat.csv"), "--pdf", &at("monat.pdf")];
    let done = town.command(&[&span[..], &files].concat(), None);
    let text = String::from_utf8(done.stdout).unwrap();
    assert!(done.status.success() && text.contains("6 Schriftstücke, 6 Seiten, 6 ohne Nacharbeit"), "{text}");
    let table = fs::read_to_string(town.path("monat.csv")).unwrap();
    assert_eq!(table.lines().filter(|line| line.contains(";Steuern;")).count(), 1, "{table}");
    println!("PROVED day: 3 kills, zero differences; one document taken out of the ledger: named");
}
