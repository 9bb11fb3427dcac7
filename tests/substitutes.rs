//! Mail that nobody opens goes to whoever stands in; what is a circle's, to nobody but its own.
#![allow(clippy::unwrap_used)]

mod support;

use jiff::{ToSpan, Zoned};
use poststelle::config::{self, Pipeline};
use poststelle::daemon::stand_in;
use poststelle::ledger::Ledger;
use std::fs;
use support::browser::{Station, people};
use support::{Town, small_town};

const PEOPLE: &[(&str, &str, &str)] = &[
    ("st-1", "department", "steuern"),
    ("bau-1", "department", "bau"),
    ("jul-1", "reviewer", ""),
    ("jul-2", "reviewer", ""),
    ("leitung", "head", ""),
];
const TOWN: &str = "[[department]]\nid = \"bau\"\nname = \"Bauamt\"\ntargets = [\"inbox-bau\"]\n\
    substitute = \"steuern\"\nsubstitute_after = 1\n\
    [[target]]\nid = \"inbox-steuern\"\ntype = \"inbox\"\n[[target]]\nid = \"inbox-bau\"\ntype = \"inbox\"\n";

fn rewrite(town: &Town, from: &str, to: &str) {
    let path = town.path("pipeline.toml");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from));
    fs::write(path, text.replace(from, to)).unwrap();
}

fn opened(town: &Town) -> (Pipeline, Ledger) {
    let pipeline = config::load(&town.path("pipeline.toml")).unwrap();
    let ledger = Ledger::open(&pipeline.ledger, &pipeline.tenant).unwrap();
    (pipeline, ledger)
}

/// The day on which so many working days have gone by, holidays or not.
fn after(days: i64) -> Zoned {
    Zoned::now().checked_add(days.days()).unwrap()
}

#[test]
fn an_unopened_letter_goes_to_the_substitute_with_a_notice_once() {
    let (station, id) = Station::with_a_letter_in("inbox-steuern", &(TOWN.to_owned() + &people(PEOPLE)));
    rewrite(
        &station.town,
        "name = \"Steuern\"",
        "name = \"Steuern\"\nsubstitute = \"bau\"\nsubstitute_after = 3",
    );
    let (pipeline, ledger) = opened(&station.town);
    assert_eq!(stand_in(&ledger, &pipeline, &after(2)).unwrap(), 0, "two days are not three");
    assert_eq!(stand_in(&ledger, &pipeline, &after(21)).unwrap(), 1);
    let mut substitute = station.browser("bau-1");
    let letter = format!("/posteingang/bau/{id}");
    for _ in 0..100 {
        if substitute.get(&letter).status == 200 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let page = substitute.get(&letter).text();
    assert!(page.contains("Seit 3 Arbeitstagen ungeöffnet bei „Steuern“"), "{page}");
    assert_eq!(station.browser("st-1").get(&format!("/posteingang/steuern/{id}")).status, 404);
    assert_eq!(stand_in(&ledger, &pipeline, &after(60)).unwrap(), 0, "it is not tossed back");
}

/// What the page of mail that came back says, and what comes of assigning the letter.
fn assigned(station: &Station, person: &str, from: &str, id: &str, to: &str) -> (String, u16) {
    let mut browser = station.browser(person);
    let page = browser.get("/ruecklaeufer").text();
    (page, browser.post(&format!("/ruecklaeufer/{from}/{id}"), &[("amt", to)]).status)
}

#[test]
fn urgent_mail_goes_to_the_substitute_then_to_the_head_who_also_decides_what_came_back_twice() {
    let route = "[[route]]\nid = \"eil\"\nsentence = \"Hundesteuer eilt.\"\nkind = [\"hundesteuer\"]\nurgent = true\n";
    let more = TOWN.replace("substitute_after = 1\n", "") + route + &people(PEOPLE);
    let (station, id) = Station::with_a_letter_in("inbox-steuern", &more);
    rewrite(&station.town, "name = \"Steuern\"", "name = \"Steuern\"\nsubstitute = \"bau\"");
    let (pipeline, ledger) = opened(&station.town);
    assert_eq!(stand_in(&ledger, &pipeline, &Zoned::now()).unwrap(), 0, "it has only come");
    assert_eq!(stand_in(&ledger, &pipeline, &after(7)).unwrap(), 1);
    let mut office = station.browser("bau-1");
    let letter = format!("/posteingang/bau/{id}");
    for _ in 0..100 {
        if office.get(&letter).status == 200 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    assert!(office.get(&letter).text().contains("Eilig, seit 2 Dienststunden ungeöffnet bei „Steuern“"));
    assert_eq!(stand_in(&ledger, &pipeline, &after(14)).unwrap(), 1);
    let (page, status) = assigned(&station, "jul-1", "bau", &id, "steuern");
    assert!(status == 400 && page.contains("Leitung entscheidet") && page.contains("Eilig"), "{page}");
    assert_eq!(assigned(&station, "leitung", "bau", &id, "steuern").1, 303);
    // Sent back once, the mailroom says where it belongs; sent back twice, its head.
    let sent_back = |person: &str, department: &str| {
        let (mut browser, letter) = (station.browser(person), format!("/posteingang/{department}/{id}"));
        browser.get(&letter);
        assert_eq!(browser.post(&format!("{letter}/zurueck"), &[]).status, 303);
    };
    sent_back("st-1", "steuern");
    assert_eq!(assigned(&station, "jul-1", "steuern", &id, "bau").1, 303);
    sent_back("bau-1", "bau");
    assert_eq!(assigned(&station, "jul-1", "bau", &id, "steuern").1, 400);
    assert_eq!(assigned(&station, "leitung", "bau", &id, "steuern").1, 303);
}

#[test]
fn what_was_taken_over_stays() {
    let (station, id) = Station::with_a_letter_in("inbox-steuern", &(TOWN.to_owned() + &people(PEOPLE)));
    rewrite(
        &station.town,
        "name = \"Steuern\"",
        "name = \"Steuern\"\nsubstitute = \"bau\"\nsubstitute_after = 3",
    );
    let mut own = station.browser("st-1");
    let letter = format!("/posteingang/steuern/{id}");
    own.get(&letter);
    assert_eq!(own.post(&format!("{letter}/uebernehmen"), &[]).status, 303);
    let (pipeline, ledger) = opened(&station.town);
    assert_eq!(stand_in(&ledger, &pipeline, &after(60)).unwrap(), 0);
}

#[test]
fn a_circle_is_stood_in_for_by_its_own_and_by_no_superior() {
    let town = small_town::town(None);
    let circles = "[[circle]]\nid = \"jugend\"\nmembers = [\"jul-1\"]\nsubstitute = \"jugend_v\"\nsubstitute_after = 2\n\
        [[circle]]\nid = \"jugend_v\"\nmembers = [\"jul-1\", \"jul-2\"]\n";
    rewrite(&town, "id = \"a\"", "id = \"a\"\ncircle = \"jugend\"");
    // A department's substitute gets nothing of it either.
    rewrite(&town, "name = \"Steuern\"", "name = \"Steuern\"\nsubstitute = \"bau\"\nsubstitute_after = 2");
    small_town::drop_letter(&town, 1);
    let station = Station::open(town, &(TOWN.to_owned() + circles + &people(PEOPLE)));
    station.wait_for("review", 1);
    let id = station.town.documents().remove(0).0;
    let paths =
        [format!("/schriftstueck/{id}"), format!("/stapel/{}/1/seite.jpg", id.rsplit_once('-').unwrap().0)];
    let sees = |person: &str| {
        let mut browser = station.browser(person);
        let seen = paths.each_ref().map(|path| browser.get(path).status == 200);
        assert_eq!(seen[0], seen[1], "the letter and its image");
        seen[0]
    };
    assert!(sees("jul-1") && !sees("jul-2") && !sees("leitung"));
    let (pipeline, ledger) = opened(&station.town);
    assert_eq!(stand_in(&ledger, &pipeline, &after(1)).unwrap(), 0);
    assert_eq!(stand_in(&ledger, &pipeline, &after(21)).unwrap(), 1);
    assert!(sees("jul-1") && sees("jul-2"), "members and who stands in");
    assert!(!sees("leitung"), "never a superior");
    assert_eq!(stand_in(&ledger, &pipeline, &after(60)).unwrap(), 0, "and nobody after them");
}
