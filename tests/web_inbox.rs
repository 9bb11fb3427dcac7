//! A letter in the inbox of a department: taken over, done, passed on, sent back; and nobody else's.
#![allow(clippy::unwrap_used)]

mod support;

use support::browser::{Station, people};

const PEOPLE: &[(&str, &str, &str)] = &[
    ("nb-1", "reviewer", ""),
    ("st-1", "department", "steuern"),
    ("st-2", "department", "steuern"),
    ("bau-1", "department", "bau"),
];
const TOWN: &str = r#"
[[department]]
id = "bau"
name = "Bauamt"
targets = ["inbox-bau"]
[[department]]
id = "archiv"
name = "Archiv"
targets = ["ordner"]
[[target]]
id = "inbox-steuern"
type = "inbox"
[[target]]
id = "inbox-bau"
type = "inbox"
"#;

fn station() -> (Station, String) {
    Station::with_a_letter_in("inbox-steuern", &(TOWN.to_owned() + &people(PEOPLE)))
}

#[test]
fn a_letter_is_taken_over_done_and_no_other_departments() {
    let (station, id) = station();
    let mut own = station.browser("st-1");
    let letter = format!("/posteingang/steuern/{id}");
    let image = format!("/stapel/{}/1/seite.jpg", id.rsplit_once('-').unwrap().0);
    let record = format!("/schriftstueck/{id}/record.json");
    assert_eq!(own.get("/").headers["location"], "/posteingang", "a department begins with its inbox");
    assert!(own.get("/posteingang").text().contains(&letter));
    for path in [&letter, &image, &record] {
        assert_eq!(own.get(path).status, 200, "{path}");
    }
    let mut other = station.browser("bau-1");
    assert!(!other.get("/posteingang").text().contains(&id));
    for path in [&letter, &image, &record, &format!("/posteingang/bau/{id}")] {
        assert_eq!(other.get(path).status, 404, "{path}");
    }
    assert_eq!(other.get("/posteingang?amt=steuern").status, 404, "a hand-made id opens no foreign inbox");
    assert_eq!(other.post(&format!("{letter}/erledigt"), &[]).status, 404);
    own.get(&letter);
    assert_eq!(own.post(&format!("{letter}/uebernehmen"), &[]).status, 303);
    assert!(own.get(&letter).text().contains("Name st-1"));
    assert_eq!(own.post(&format!("{letter}/erledigt"), &[]).status, 303);
    assert_eq!(own.post(&format!("{letter}/erledigt"), &[]).status, 409, "done once");
    assert!(own.get("/posteingang?stand=erledigt").text().contains(&id));
}

#[test]
fn a_misrouted_letter_goes_back_and_finds_its_department() {
    let (station, id) = station();
    let mut own = station.browser("st-1");
    let letter = format!("/posteingang/steuern/{id}");
    own.get(&letter);
    let note = "Das ist ein Bauantrag <b>, kein Hund";
    assert_eq!(own.post(&format!("{letter}/zurueck"), &[("notiz", note)]).status, 303);
    let mut mailroom = station.browser("nb-1");
    let list = mailroom.get("/ruecklaeufer").text();
    assert!(list.contains(&id) && list.contains("Das ist ein Bauantrag &#60;b&#62;"), "{list}");
    let assign = format!("/ruecklaeufer/steuern/{id}");
    assert_eq!(mailroom.post(&assign, &[("amt", "erfunden")]).status, 400);
    assert_eq!(mailroom.post(&assign, &[("amt", "bau")]).status, 303);
    assert_eq!(mailroom.post(&assign, &[("amt", "bau")]).status, 409, "the second click finds it gone");
    let mut bau = station.browser("bau-1");
    let there = format!("/posteingang/bau/{id}");
    for _ in 0..100 {
        if bau.get(&there).status == 200 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let page = bau.get(&there);
    assert_eq!(page.status, 200);
    assert!(page.text().contains("Das ist ein Bauantrag"), "the note travels along");
    assert_eq!(own.get(&letter).status, 404, "who passed it on has it no more");
    // Not theirs either: straight back to where it came from, which finds it new again.
    assert_eq!(bau.post(&format!("{there}/weiter"), &[("amt", "steuern")]).status, 303);
    assert_eq!(own.get(&letter).status, 200);
    let history = mailroom.get(&format!("/schriftstueck/{id}")).text();
    assert!(history.contains("steuern-&#62;bau") && history.contains("Vom Amt zurückgegeben"), "{history}");
}

#[test]
fn a_letter_taken_back_is_seen_by_the_mailroom_alone() {
    let (station, id) = station();
    let mut own = station.browser("st-1");
    let letter = format!("/posteingang/steuern/{id}");
    let image = format!("/stapel/{}/1/seite.jpg", id.rsplit_once('-').unwrap().0);
    assert_eq!(own.get(&letter).status, 200);
    let delivery = format!("{id}@inbox-steuern");
    let recall = station.town.command(&["deliver", "recall", &delivery, "--by", "nb-1"], None);
    assert!(recall.status.success(), "{}", String::from_utf8_lossy(&recall.stderr));
    for path in [&letter, &image, &format!("/schriftstueck/{id}/record.json")] {
        assert_eq!(own.get(path).status, 404, "{path}");
    }
    assert!(!own.get("/posteingang").text().contains(&id));
    let mut mailroom = station.browser("nb-1");
    assert!(mailroom.get("/ruecklaeufer").text().contains(&id));
    // It may go back to where it was, once that is cleared up.
    assert_eq!(mailroom.post(&format!("/ruecklaeufer/steuern/{id}"), &[("amt", "steuern")]).status, 303);
    assert_eq!(own.get(&letter).status, 200);
}

#[test]
fn two_clerks_never_take_the_same_letter_unawares() {
    let (station, id) = station();
    let letter = format!("/posteingang/steuern/{id}");
    let (mut first, mut second) = (station.browser("st-1"), station.browser("st-2"));
    first.get(&letter);
    second.get(&letter);
    let take = format!("{letter}/uebernehmen");
    assert_eq!(first.post(&take, &[("bei", "")]).status, 303);
    assert_eq!(second.post(&take, &[("bei", "")]).status, 400, "saw it free, and it is not");
    assert!(second.get(&letter).text().contains("Name st-1"));
    assert_eq!(second.post(&take, &[("bei", "st-1")]).status, 303, "knows from whom");
}

#[test]
fn nothing_is_passed_on_into_nowhere() {
    let (station, id) = station();
    let mut own = station.browser("st-1");
    let letter = format!("/posteingang/steuern/{id}");
    own.get(&letter);
    assert_eq!(own.post(&format!("{letter}/weiter"), &[("amt", "archiv")]).status, 400, "same target again");
    assert!(own.get("/posteingang").text().contains(&id), "it stays where it was");
}
