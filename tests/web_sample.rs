//! The sample check: page by page, never one's own work, and a defect stops the lot.
#![allow(clippy::unwrap_used)]

mod support;

use poststelle::record::amendment::Amendment;
use support::browser::{Browser, Station, people};
use support::small_town;

const PEOPLE: &[(&str, &str, &str)] = &[
    ("leitung", "head", ""),
    ("sk-1", "operator", ""),
    ("sk-2", "operator", ""),
    ("pruefung", "auditor", ""),
];

/// Letters of one day, all scanned by `sk-1`.
fn station(letters: u32) -> Station {
    let town = small_town::town(None);
    for number in 1..=letters {
        small_town::drop_letter(&town, number);
    }
    let station = Station::open(town, &people(PEOPLE));
    station.wait_for("closed", letters as usize);
    station
}

/// What the amendments of a document say: about, verdict, by whom.
fn amendments(station: &Station, id: &str) -> Vec<String> {
    let town = &station.town;
    let db = rusqlite::Connection::open(town.path("var/ledger.sqlite")).unwrap();
    let mut statement = db
        .prepare("SELECT detail FROM event WHERE subject = ?1 AND code = 'record.amended' ORDER BY seq")
        .unwrap();
    let rows = statement.query_map([id], |row| row.get::<_, String>(0)).unwrap();
    rows.map(|hash| {
        let hash = hash.unwrap();
        let bytes = std::fs::read(town.path("var/vault").join(&hash[..2]).join(&hash)).unwrap();
        let amendment = Amendment::parse(&bytes).unwrap();
        assert!(amendment.check(None).iter().all(|check| !check.broken()));
        format!("{} {} {}", amendment.body.about, amendment.body.verdict, amendment.body.by)
    })
    .collect()
}

fn next(browser: &mut Browser) -> String {
    browser.get("/stichprobe/weiter").headers["location"].clone()
}

#[test]
fn every_page_is_looked_at_by_somebody_else() {
    let station = station(2);
    let mut own = station.browser("sk-1");
    assert!(own.get("/stichprobe").text().contains("selbst gescannt"));
    assert_eq!(next(&mut own), "/stichprobe");
    let mut other = station.browser("sk-2");
    let place = next(&mut other);
    assert!(own.get(&place).text().contains("selbst gescannt"), "not by its address either");
    own.get("/stichprobe");
    assert_eq!(own.post(&format!("{place}/gut"), &[("seite", "1")]).status, 400);
    let page = other.get(&place);
    assert!(page.text().contains("noch in keinem Karton"), "{}", page.text());
    assert_eq!(
        other.post(&format!("{place}/gut"), &[("seite", "2")]).status,
        409,
        "only the page that is shown"
    );
    assert_eq!(other.post(&format!("{place}/gut"), &[("seite", "1")]).status, 303);
    assert_eq!(
        other.post(&format!("{place}/gut"), &[("seite", "1")]).status,
        409,
        "a double click is one verdict"
    );
    let second = next(&mut other);
    assert_ne!(second, place);
    other.get(&second);
    assert_eq!(other.post(&format!("{second}/gut"), &[("seite", "1")]).status, 303);
    assert_eq!(next(&mut other), "/stichprobe", "nothing is left");
    assert!(other.get("/stichprobe").text().contains("Keine Stichprobe offen"));
    assert_eq!(station.browser("pruefung").get("/stichprobe").status, 403, "who audits changes nothing");
    let id = place.rsplit('/').next().unwrap();
    let history = station.browser("leitung").get(&format!("/schriftstueck/{id}")).text();
    assert!(history.contains("Stichprobe: gut") && history.contains("pages=1"), "{history}");
    assert_eq!(amendments(&station, id), ["sample good sk-2"], "one linked record says so");
}

#[test]
fn a_defect_draws_the_whole_lot_and_blocks_it() {
    let station = station(3);
    let mut checker = station.browser("sk-2");
    let place = next(&mut checker);
    checker.get(&place);
    let wrong = |browser: &mut Browser, reason: &str| {
        browser.post(&format!("{place}/fehler"), &[("seite", "1"), ("grund", reason)]).status
    };
    assert_eq!(wrong(&mut checker, "gefällt mir nicht"), 400, "only what the list says");
    assert_eq!(wrong(&mut checker, "unreadable"), 303);
    let id = place.rsplit('/').next().unwrap();
    assert_eq!(amendments(&station, id), ["sample bad sk-2"]);
    let batch = id.rsplit_once('-').unwrap().0;
    let page = checker.get(&format!("/stapel/{batch}")).text();
    assert!(page.contains("gesperrt: Fehler gefunden"), "{page}");
    let list = checker.get("/stichprobe").text();
    assert!(list.contains("<td>3</td><td>3</td><td>1</td><td>1</td>"), "all three are drawn now: {list}");
    let said = station.town.command(&["sample", "list"], None);
    assert_eq!(String::from_utf8_lossy(&said.stdout).lines().count(), 2, "the command line says the same");
}
