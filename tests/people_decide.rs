//! What people decide on the command line holds as if they had done it on the pages.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::Value;
use std::fs;
use support::{Town, small_town};

/// A town where every letter asks, and a second, confidential kind.
fn town() -> Town {
    let town = small_town::town(None);
    let rules = fs::read_to_string(town.path("classifiers/hundesteuer.toml")).unwrap();
    let other = rules
        .replace("hundesteuer", "wohngeld")
        .replace("Hundesteuer", "Wohngeld")
        .replace("confidentiality = { need = \"normal\"", "confidentiality = { need = \"hoch\"")
        .replace("'hund'", "'wohngeld'");
    fs::write(town.path("classifiers/wohngeld.toml"), other).unwrap();
    let path = town.path("pipeline.toml");
    let config = fs::read_to_string(&path).unwrap() + "[decide]\nmin_confidence = 0.999\n";
    fs::write(path, config).unwrap();
    town
}

#[test]
fn a_corrected_kind_brings_its_protection_and_its_event() {
    let town = town();
    small_town::drop_letter(&town, 1);
    assert!(town.run_until_settled(None).status.success());
    let (id, state) = town.documents().remove(0);
    assert_eq!(state, "review");
    let accept = |more: &[&str]| {
        let done = town.command(&[&["review", "accept", &id, "--by", "nb-1"], more].concat(), None);
        (done.status.code(), String::from_utf8(done.stderr).unwrap())
    };
    for (wrong, code) in [
        (["--kind", "erfunden"], "review.kind"),
        (["--department", "erfunden"], "review.department"),
        (["--field", "letter_date=gestern"], "review.date"),
        (["--field", "letter_date"], "usage.field"),
    ] {
        let (status, said) = accept(&wrong);
        assert!(status == Some(2) && said.contains(code), "{code}: {status:?} {said}");
    }
    assert_eq!(town.documents(), [(id.clone(), "review".into())], "nothing of that changed it");

    assert_eq!(accept(&["--kind", "wohngeld"]).0, Some(0));
    assert!(town.run_until_settled(None).status.success());
    let name = town.delivered().remove(0).replace(".pdf", ".json");
    let sheet = fs::read(town.path("var/out/steuern").join(name)).unwrap();
    let sheet: Value = serde_json::from_slice(&sheet).unwrap();
    assert_eq!(
        (&sheet["kind"], &sheet["protection"]["confidentiality"]),
        (&"wohngeld".into(), &"hoch".into())
    );
    let db = rusqlite::Connection::open(town.path("var/ledger.sqlite")).unwrap();
    let event = "SELECT actor || ' ' || detail FROM event WHERE code = 'document.corrected'";
    let said: String = db.query_row(event, [], |row| row.get(0)).unwrap();
    assert_eq!(said, "nb-1 kind=hundesteuer->wohngeld");
}

#[test]
fn nothing_goes_to_a_department_that_is_not_there() {
    let town = town();
    let kind = town.path("classifiers/hundesteuer.toml");
    let rules = fs::read_to_string(&kind).unwrap().replace("\"steuern\"", "\"mond\"");
    fs::write(&kind, rules).unwrap();
    small_town::drop_letter(&town, 1);
    assert!(town.run_until_settled(None).status.success());
    let (id, state) = town.documents().remove(0);
    assert_eq!(state, "review");
    let accepted = town.command(&["review", "accept", &id, "--by", "nb-1"], None);
    assert_eq!(accepted.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&accepted.stderr).contains("review.department"));
    assert_eq!(town.documents().remove(0).1, "review");
    let accepted = town.command(&["review", "accept", &id, "--department", "steuern", "--by", "nb-1"], None);
    assert_eq!(accepted.status.code(), Some(0));
    assert!(town.run_until_settled(None).status.success());
    assert_eq!(town.delivered().len(), 1);
}
