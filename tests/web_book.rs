//! The mail book: an item without a scan gets a number and a label, and somebody who took it.
#![allow(clippy::unwrap_used)]

mod support;

use support::browser::{Browser, PASSWORD, Station, people};
use support::small_town;

const PEOPLE: &[(&str, &str, &str)] =
    &[("leitung", "head", ""), ("sk-1", "operator", ""), ("amt-1", "department", "steuern")];

fn entered(browser: &mut Browser, fields: &[(&str, &str)]) -> (u16, String) {
    browser.get("/posteingangsbuch");
    let page = browser.post("/posteingangsbuch", fields);
    (page.status, page.headers.get("location").cloned().unwrap_or_default() + &page.text())
}

#[test]
fn items_are_registered_labelled_and_handed_over() {
    let station = Station::open(small_town::town(None), &people(PEOPLE));
    let mut counter = station.browser("sk-1");
    assert_eq!(station.browser("amt-1").get("/posteingangsbuch").status, 403);
    let parcel = [("was", "parcel"), ("weg", "messenger"), ("amt", "steuern"), ("absender", "<b>Firma</b>")];
    assert_eq!(entered(&mut counter, &parcel), (303, "/posteingangsbuch?neu=S000001".into()));
    let label = counter.get("/posteingangsbuch/S000001").text();
    assert!(label.contains("<path d=\"M") && label.contains("S000001"), "{label}");
    assert!(counter.get("/posteingangsbuch").text().contains("&#60;b&#62;Firma"), "words are words");
    // A bid names its opening; one that comes after it is late.
    let bid =
        |opens: &'static str| [("was", "bid"), ("weg", "post"), ("ort", "Schloss 4"), ("oeffnung", opens)];
    assert_eq!(entered(&mut counter, &bid("")).0, 400);
    assert_eq!(entered(&mut counter, &bid("2020-01-02T10:00")).0, 303);
    assert!(counter.get("/posteingangsbuch/S000002").text().contains("verspätet"));
    assert_eq!(entered(&mut counter, &bid("2999-01-02T10:00")).0, 303);
    assert!(!counter.get("/posteingangsbuch/S000003").text().contains("verspätet"));
    // Cash is counted by two, and the second is somebody else who shows it.
    let cash = |who: &'static str, password: &'static str| {
        [("was", "cash"), ("weg", "post"), ("zweite", who), ("kennwort", password)]
    };
    assert_eq!(entered(&mut counter, &cash("", "")).0, 400);
    assert_eq!(entered(&mut counter, &cash("sk-1", PASSWORD)).0, 400);
    assert_eq!(entered(&mut counter, &cash("leitung", "geraten")).0, 400);
    assert_eq!(entered(&mut counter, &cash("leitung", PASSWORD)).0, 303);
    let mut over = |item: &str, to: &str| {
        counter.get("/posteingangsbuch");
        counter.post("/posteingangsbuch/uebergabe", &[("sendung", item), ("an", to)]).status
    };
    assert_eq!(over("s000001", "Steuern"), 303, "as a scanner or a person writes it");
    assert_eq!(over("S000001", "Steuern"), 400, "once");
    assert_eq!(over("S000009", "Steuern"), 404);
    assert_eq!(over("S000004", "niemand"), 400);
    let ledger = station.town.path("var/ledger.sqlite");
    assert!(station.town.command(&["verify", ledger.to_str().unwrap()], None).status.success());
}
