//! A page that was scanned badly is scanned again: its slip puts the new image in its place, the old one stays as void.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use support::authority::Authority;
use support::{Town, small_town, stack};

fn said(town: &Town, arguments: &[&str]) -> (Option<i32>, String) {
    let done = town.command(arguments, None);
    (done.status.code(), String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned())
}

fn settled(town: &Town) {
    assert!(town.run_until_settled(None).status.success());
}

/// A town with a key for its sheets; `station` and `rest` go into its configuration.
fn town(station: &str, rest: &str) -> Town {
    let town = small_town::town(None);
    fs::write(town.path("sheets.key"), "das Geheimnis dieser Stadt").unwrap();
    let path = town.path("pipeline.toml");
    let config =
        fs::read_to_string(&path).unwrap().replacen("id = \"a\"", &format!("id = \"a\"\n{station}"), 1);
    fs::write(path, format!("{config}[sheets]\nkey_file = \"sheets.key\"\n{rest}")).unwrap();
    town
}

/// The newest batch.
fn batch(town: &Town) -> String {
    let db = rusqlite::Connection::open(town.path("var/ledger.sqlite")).unwrap();
    db.query_row("SELECT id FROM batch ORDER BY number DESC LIMIT 1", [], |r| r.get(0)).unwrap()
}

/// A letter of two pages; the second is new each time.
fn drop_letter(town: &Town, number: usize, first: &image::RgbImage) {
    let mut second = stack::line(1);
    second.put_pixel(number as u32, 0, image::Rgb([0; 3]));
    stack::scan(town, &format!("brief-{number}.pdf"), None, &[stack::page(first), stack::page(&second)]);
}

/// The slip for that page and the page itself, better.
fn scan_again(town: &Town, name: &str, page: &str) {
    let slip = stack::sheet(town, &["--rescan", page, "--reason", "unscharf"]);
    let mut better = stack::line(0);
    // Bytes of its own.
    let mark = name.bytes().map(u32::from).sum::<u32>() % 1000;
    better.put_pixel(mark, 0, image::Rgb([0; 3]));
    stack::scan(town, name, None, &[slip, stack::page(&better)]);
}

fn records(town: &Town) -> Vec<(String, serde_json::Value)> {
    let folder = town.path("var/out/steuern");
    let names = town.delivered().into_iter().map(|name| name.replace(".pdf", ".record.json"));
    names
        .map(|name| {
            let record = serde_json::from_slice(&fs::read(folder.join(&name)).unwrap()).unwrap();
            (name.replace(".record.json", ""), record)
        })
        .collect()
}

fn is_whole(town: &Town) {
    let ledger = town.path("var/ledger.sqlite");
    let (code, text) = said(town, &["verify", ledger.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = said(town, &["report", "day"]);
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn before_release_the_new_image_changes_the_letter() {
    let town = town("", "");
    drop_letter(&town, 1, &stack::drawing());
    settled(&town);
    let letter = batch(&town);
    assert!(said(&town, &["review", "list"]).1.contains(&letter), "nobody knows what it is");
    assert_eq!(town.delivered().len(), 0);

    scan_again(&town, "neu.pdf", &format!("{letter}/1"));
    settled(&town);
    // Now it is known, and goes straight through: one letter, with the new image.
    let [(_, record)] = &records(&town)[..] else { panic!("{:?}", town.delivered()) };
    let body = &record["body"];
    let rescan = &body["pages"][0]["rescan"];
    assert_eq!((&rescan["reason"], &rescan["void_page"]), (&"unscharf".into(), &1.into()), "{body}");
    assert_eq!(rescan["person"], "sk-1");
    assert!(body["pages"][1].get("rescan").is_none() && body.get("replaces").is_none());
    assert_eq!(body["pages"].as_array().unwrap().len(), 2);
    let (code, text) = said(&town, &["verify", town.path("var/out/steuern").to_str().unwrap()]);
    let images = format!(
        "Seite 1 neu gescannt (unscharf): {} statt Bild 1 von {}",
        body["pages"][0]["kept"]["sha256"].as_str().unwrap(),
        body["source"]["sha256"].as_str().unwrap()
    );
    assert!(code == Some(0) && text.contains(&images), "{text}");
    is_whole(&town);

    // The same slip once more, one of a page that is not there, and one that any printer could have made: held.
    scan_again(&town, "noch.pdf", &format!("{letter}/1"));
    scan_again(&town, "fremd.pdf", &format!("{letter}/9"));
    fs::write(town.path("sheets.key"), "das Geheimnis einer anderen").unwrap();
    let strange = stack::sheet(&town, &["--rescan", &format!("{letter}/2"), "--reason", "unscharf"]);
    fs::write(town.path("sheets.key"), "das Geheimnis dieser Stadt").unwrap();
    stack::scan(&town, "falsch.pdf", None, &[strange, stack::page(&stack::line(2))]);
    settled(&town);
    let list = said(&town, &["hold", "list"]).1;
    assert!(list.contains(&format!("Seite 1 von Stapel {letter} ist schon neu gescannt")), "{list}");
    assert!(list.contains(&format!("Seite 9 von Stapel {letter} gibt es nicht")), "{list}");
    assert_eq!(list.lines().count(), 2, "{list}");
    assert_eq!(town.delivered().len(), 1, "what is no sheet of the town replaces nothing");
    let done =
        town.command(&["coversheet", "--out", "x.pdf", "--rescan", "B1", "--reason", "zu dunkel"], None);
    assert_eq!(done.status.code(), Some(2));
}

#[test]
fn after_sealing_it_is_a_new_version_wherever_the_program_dies() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new(folder.path());
    let town = town("", &authority.settings("seal", None));
    let places =
        ["rescan.applying", "document.produced", "document.vaulted", "rescan.amended", "document.sealed"];
    for (number, place) in places.into_iter().enumerate() {
        drop_letter(&town, number, &stack::line(0));
        settled(&town);
        let letter = batch(&town);
        let before = records(&town);
        assert_eq!(before.len(), 2 * number + 1);

        scan_again(&town, &format!("neu-{number}.pdf"), &format!("{letter}/1"));
        assert!(
            !town.run_until_settled(Some(&format!("{place}:1"))).status.success(),
            "{place} was not reached"
        );
        settled(&town);
        let after = records(&town);
        let (_, old) = before.iter().find(|(name, _)| name.starts_with(&letter)).unwrap();
        let versions: Vec<_> = after.iter().filter(|(name, _)| name.starts_with(&letter)).collect();
        assert_eq!(
            (after.len(), versions.len()),
            (2 * number + 2, 2),
            "{place}: nothing lost, nothing doubled"
        );
        let new = &versions.iter().find(|(_, record)| record != old).unwrap().1["body"];
        assert_eq!(new["replaces"]["document"], old["body"]["document"], "{place}");
        assert_eq!(new["replaces"]["product_sha256"], old["product_sha256"]);
        assert_eq!(new["pages"][0]["rescan"]["reason"], "unscharf");
        assert_eq!(
            new["pages"][1]["kept"]["sha256"], old["body"]["pages"][1]["kept"]["sha256"],
            "the other page stays"
        );
        let db = rusqlite::Connection::open(town.path("var/ledger.sqlite")).unwrap();
        let count = "SELECT count(*) FROM event WHERE code = ?1 AND subject = ?2";
        for code in ["record.amended", "document.replaced"] {
            let found: i64 =
                db.query_row(count, (code, old["body"]["document"].as_str().unwrap()), |r| r.get(0)).unwrap();
            assert_eq!(found, 1, "{place}: {code}");
        }
    }
    is_whole(&town);
    let (code, text) = said(&town, &["verify", town.path("var/out/steuern").to_str().unwrap()]);
    assert!(code == Some(0) && text.matches("neue Fassung von").count() == places.len(), "{text}");

    // The amendments of the old ones name both images and both documents.
    let package = town.path("paket");
    let days = ["--from", "2026-01-01", "--to", "2099-12-31"];
    let (code, text) =
        said(&town, &[&["report", "audit", "--out", package.to_str().unwrap()][..], &days].concat());
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = said(&town, &["verify", package.join("records").to_str().unwrap()]);
    assert!(code == Some(0) && text.matches("ersetzt durch").count() == places.len(), "{text}");
    let (_, old) = records(&town).into_iter().find(|(_, r)| r["body"].get("replaces").is_none()).unwrap();
    let void = old["body"]["pages"][0]["kept"]["sha256"].as_str().unwrap();
    assert!(text.contains(&format!("statt {void}")), "{text}");
    // Every target says what it makes of a new version.
    assert!(said(&town, &["deliver", "targets"]).1.contains("neue Fassung: eigene Dateien daneben"));
}

#[test]
fn after_a_jam_the_stack_goes_on_behind_its_last_good_sheet() {
    let town = town("sidecar = \"json\"\nsidecar_wait_seconds = 60", "");
    let pages: Vec<_> = (0..4).map(|number| stack::page(&stack::line(number))).collect();
    let jammed = r#"{"operator":"sk-9","received":"2026-10-29","images":2,"sheets":3,"doubleFeed":true}"#;
    stack::scan(&town, "stau.pdf", Some(jammed), &pages[..2]);
    settled(&town);
    let held = batch(&town);
    assert!(said(&town, &["hold", "list"]).1.contains(&held));

    let slip = stack::sheet(&town, &["--after-jam", &held, "--last-good", "1"]);
    let rest = r#"{"operator":"sk-9","received":"2026-10-29","images":4,"sheets":4}"#;
    let mut stack_again = vec![slip];
    stack_again.extend(pages[1..].iter().cloned());
    stack::scan(&town, "weiter.pdf", Some(rest), &stack_again);
    settled(&town);
    assert_eq!(said(&town, &["hold", "list"]).1, "");
    let [(name, record)] = &records(&town)[..] else { panic!("{:?}", town.delivered()) };
    let body = &record["body"];
    assert!(name.starts_with(&held), "{name}");
    assert_eq!(body["pages"].as_array().unwrap().len(), 4, "{body}");
    assert_eq!(body["completeness"]["verdict"], "matches", "{body}");
    assert!(body["pages"][0].get("rescan").is_none());
    assert_eq!(body["pages"][1]["rescan"]["reason"], "stau");
    is_whole(&town);
}
