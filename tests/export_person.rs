//! Everything about one person, as far as whoever exports it may see; the log never learns the name.
#![allow(clippy::unwrap_used)]

mod support;

use poststelle::ledger::{Ledger, NewItem};
use std::fs;
use support::{Town, small_town};

fn said(town: &Town, arguments: &[&str]) -> (Option<i32>, String) {
    let done = town.command(arguments, None);
    (done.status.code(), String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned())
}

#[test]
fn what_is_there_is_written_out_and_what_a_circle_has_is_counted() {
    let town = small_town::town(None);
    let path = town.path("pipeline.toml");
    let more = "[[station]]\nid = \"b\"\nfolder = \"scans-b\"\nquiet_seconds = 0\npoll_seconds = 1\ncircle = \"jugend\"\n\
                [[circle]]\nid = \"jugend\"\nmembers = [\"jul-1\"]\n\
                [[person]]\nid = \"jul-1\"\nname = \"J\"\nroles = [\"department\"]\n\
                [[person]]\nid = \"sk-2\"\nname = \"S\"\nroles = [\"operator\"]\n\
                [[person]]\nid = \"leitung\"\nname = \"L\"\nroles = [\"head\"]\n";
    fs::write(&path, fs::read_to_string(&path).unwrap() + more).unwrap();
    fs::create_dir(town.path("scans-b")).unwrap();
    let (name, bytes) = small_town::letter(4);
    fs::write(town.path("scans-b").join(name), bytes).unwrap();
    let day = ["station", "open", "b", "--operator", "sk-2", "--received", "2026-11-02", "--by", "leitung"];
    assert_eq!(said(&town, &day).0, Some(0));
    small_town::drop_letter(&town, 1);
    assert!(town.run_until_settled(None).status.success());

    // A word that both letters have stands in for a name.
    let delivered = town.delivered().remove(0).replace(".pdf", "");
    let text =
        fs::read_to_string(town.path("var/out/steuern").join(&delivered).with_extension("json")).unwrap();
    let open = town.documents().into_iter().find(|(_, state)| state == "review").unwrap().0;
    let db = rusqlite::Connection::open(town.path("var/ledger.sqlite")).unwrap();
    let words: String = db.query_row("SELECT text FROM page_text LIMIT 1", [], |r| r.get(0)).unwrap();
    let plain = serde_json::from_str::<poststelle::model::page::PageText>(&words).unwrap().plain();
    let who = plain.split(|c: char| !c.is_alphabetic()).max_by_key(|w| w.len()).unwrap().to_owned();
    assert!(who.len() > 6 && !text.is_empty(), "{plain}");
    let item = NewItem {
        what: "parcel".into(),
        date: "2026-11-02".into(),
        sender: who.clone(),
        ..NewItem::default()
    };
    let ledger = Ledger::open(&town.path("var/ledger.sqlite"), "t").unwrap();
    ledger.item_registered(item, "sk-1").unwrap();
    drop(ledger);

    let export = |out: &str, by: &str| {
        let out = town.path(out).display().to_string();
        said(&town, &["export", "person", "--name", &who, "--out", &out, "--reason", "access", "--by", by])
    };
    let (code, text) = export("aus", "leitung");
    assert!(code == Some(0) && text.starts_with("1 Schriftstücke und 1 Einträge"), "{text}");
    assert!(text.contains("1 weitere darf leitung nicht sehen"), "{text}");
    let of = |id: &str, file: &str| town.path("aus").join(id).join(file).is_file();
    let id = town.documents().into_iter().find(|(_, state)| state == "closed").unwrap().0;
    for file in ["document.pdf", "document.txt", "document.json", "record.json", "verlauf.csv"] {
        assert!(of(&id, file), "{file}");
    }
    assert!(!town.path("aus").join(&open).exists(), "what is a circle's stays there");
    assert!(fs::read_to_string(town.path("aus/posteingangsbuch.csv")).unwrap().contains(&who));
    assert!(fs::read_to_string(town.path("aus/LIES-MICH.txt")).unwrap().contains("1 weitere Schriftstücke"));
    assert_eq!(export("aus", "leitung").0, Some(2), "never into what lies there");
    // A member of the circle has the other one, and not this one.
    assert_eq!(export("aus-2", "jul-1").0, Some(0));
    assert!(town.path("aus-2").join(&open).join("entscheidung.json").is_file());
    assert!(!town.path("aus-2").join(&id).exists());
    assert_eq!(export("aus-3", "niemand").0, Some(2));
    let none = town.path("aus-4").display().to_string();
    assert_eq!(
        said(&town, &["export", "person", "--name", &who, "--out", &none, "--by", "leitung"]).0,
        Some(2)
    );

    let mut events =
        db.prepare("SELECT code || ' ' || subject || ' ' || actor || ' ' || detail FROM event").unwrap();
    let events: Vec<String> = events.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect();
    let noted = |code: &str| events.iter().filter(|e| e.starts_with(code)).count();
    assert_eq!((noted("document.exported"), noted("export.person")), (2, 2));
    assert!(
        events.iter().any(|e| e == "export.person export leitung reason=access documents=1 items=1 hidden=1")
    );
    assert!(!events.iter().any(|e| e.to_lowercase().contains(&who.to_lowercase())), "{events:#?}");
}
