//! The page beside the scanner: whose day it is, what came, and files handed in through the browser.
#![allow(clippy::unwrap_used)]

mod support;

use support::browser::{Station, people};
use support::small_town;

const PEOPLE: &[(&str, &str, &str)] = &[("sk-7", "operator", ""), ("pruefung", "auditor", "")];

#[test]
fn a_file_handed_in_is_a_scan_like_any_other() {
    let town = small_town::town(None);
    std::fs::write(town.path("sheets.key"), "das Geheimnis dieser Stadt").unwrap();
    let keyed = people(PEOPLE) + "[sheets]\nkey_file = \"sheets.key\"\n";
    let station = Station::open(town, &keyed);
    let mut browser = station.browser("sk-7");
    let page = browser.get("/stationen/a");
    assert_eq!(page.status, 200, "{}", page.text());
    assert_eq!(browser.get("/stationen/b").status, 404);
    let day = [("received", "gestern")];
    assert_eq!(browser.post("/stationen/a/oeffnen", &day).status, 400);
    let emptied = [("received", "2026-11-02"), ("emptied", "2026-11-03")];
    assert_eq!(
        browser.post("/stationen/a/oeffnen", &emptied).status,
        400,
        "emptied before it was emptied before"
    );
    let emptied = [("received", "2026-11-02"), ("emptied", "2026-10-30")];
    assert_eq!(browser.post("/stationen/a/oeffnen", &emptied).status, 303);
    let page = browser.get("/stationen/a").text();
    assert!(page.contains("30.10.2026"), "the day most favourable to the sender: {page}");
    assert_eq!(browser.post("/stationen/a/oeffnen", &[("received", "2026-10-30")]).status, 303);
    assert!(browser.get("/stationen/a").text().contains("Name sk-7"));
    let token = browser.last_token.clone();
    let (name, bytes) = small_town::letter(1);
    let to = |name: &str| format!("/stationen/a/hochladen?name={name}");
    let with = [("x-poststelle-token", token.as_str())];
    assert_eq!(browser.send("POST", &to(&name), &bytes, &[], &[]).status, 409, "only from a page of ours");
    assert_eq!(browser.send("POST", &to("brief.exe"), &bytes, &with, &[]).status, 400);
    let mut auditor = station.browser("pruefung");
    auditor.get("/stationen/a");
    let theirs = auditor.last_token.clone();
    let answer = auditor.send("POST", &to(&name), &bytes, &[("x-poststelle-token", &theirs)], &[]);
    assert_eq!(answer.status, 403, "who only looks hands nothing in");
    assert_eq!(browser.send("POST", &to(&name), &bytes, &with, &[]).status, 201);
    station.wait_for("closed", 1);
    let page = browser.get("/stationen/a").text();
    assert!(page.contains(&name) && page.contains("class=\"light "), "{page}");
    // The slip with which a page of it is scanned again is printed here.
    let batch = station.town.documents().remove(0).0.rsplit_once('-').unwrap().0.to_owned();
    let slip = browser.get(&format!("/stationen/a/neuscan/{batch}/1"));
    assert!(slip.status == 200 && slip.bytes.starts_with(b"%PDF"), "{}", slip.status);
    assert_eq!(auditor.get(&format!("/stationen/a/neuscan/{batch}/1")).status, 403);
    let left: Vec<_> = std::fs::read_dir(station.town.path("scans"))
        .unwrap()
        .flatten()
        .filter(|e| e.path().is_file())
        .map(|e| e.file_name())
        .collect();
    assert!(left.is_empty(), "nothing half stays in the drop folder: {left:?}");
    // What nobody can read is said where the paper is.
    assert_eq!(browser.send("POST", &to("kaputt.pdf"), b"%PDF-1.4 nicht mehr %%EOF", &with, &[]).status, 201);
    let rejected = |page: &str| page.contains("class=\"light red\"") && page.contains("kaputt.pdf");
    let said = (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        rejected(&browser.get("/stationen/a").text())
    });
    assert!(said, "{}", browser.get("/stationen/a").text());
}
