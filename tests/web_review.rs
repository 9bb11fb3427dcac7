//! A doubtful letter: one person decides it, seeing what is unsure; undone in time; held when it must be.
#![allow(clippy::unwrap_used)]

mod support;

use support::browser::{Browser, Page, Station, people};
use support::small_town;

const PEOPLE: &[(&str, &str, &str)] = &[
    ("leitung", "head", ""),
    ("nb-1", "reviewer", ""),
    ("nb-2", "reviewer", ""),
    ("st-9", "department", "steuern"),
];
const TOWN: &str = r#"
[decide]
min_confidence = 1.0
min_lead = 1.0
"#;

/// A town that is never sure, with that many letters in review.
fn doubtful(letters: u32) -> Station {
    let town = small_town::town(None);
    std::fs::write(
        town.path("classifiers/anhalten.toml"),
        "[[hold]]\ncode = \"hold.personal\"\ntext = \"Persönlich\"\nzones = [\"any\"]\nregex = 'niemals im brief'\n",
    )
    .unwrap();
    let path = town.path("pipeline.toml");
    let config = std::fs::read_to_string(&path).unwrap();
    std::fs::write(
        path,
        config.replace("name = \"Steuern\"", "name = \"Steuern\"\naddressed = [\"Kämmerei*\"]"),
    )
    .unwrap();
    for number in 1..=letters {
        small_town::drop_letter(&town, number);
    }
    let station = Station::open(town, &(TOWN.to_owned() + &people(PEOPLE)));
    station.wait_for("review", letters as usize);
    station
}

/// What the page's own form would send, everything unsure looked at.
fn filled(page: &Page) -> Vec<(String, String)> {
    let text = page.text();
    let mut fields = Vec::new();
    for input in text.split("<input ").skip(1).filter_map(|rest| rest.split('>').next()) {
        let of = |name: &str| {
            let rest = input
                .split(&format!(" {name}=\""))
                .nth(1)
                .or_else(|| input.strip_prefix(&format!("{name}=\"")))?;
            rest.split('"').next().map(str::to_owned)
        };
        if let (Some(name), Some(value)) = (of("name"), of("value"))
            && name != "token"
        {
            fields.push((name, value));
        }
    }
    fields
}

fn send(browser: &mut Browser, path: &str, fields: &[(String, String)]) -> Page {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    browser.post(path, &fields)
}

#[test]
fn two_people_never_work_on_the_same_and_enter_passes_nothing_unseen() {
    let station = doubtful(2);
    let (mut one, mut two) = (station.browser("nb-1"), station.browser("nb-2"));
    let first = one.get("/nachbearbeitung/weiter").headers["location"].clone();
    let page = one.get(&first);
    assert_eq!(page.status, 200, "{}", page.text());
    assert_eq!(two.get(&first).status, 400, "taken");
    let second = two.get("/nachbearbeitung/weiter").headers["location"].clone();
    assert_ne!(first, second);
    // What is unsure and was not looked at stops the release; the form comes back with what to do.
    let mut fields = filled(&page);
    if fields.iter().any(|(n, _)| n.starts_with("gesehen.")) {
        let unseen: Vec<_> = fields.iter().filter(|(n, _)| !n.starts_with("gesehen.")).cloned().collect();
        let page = send(&mut one, &format!("{first}/freigeben"), &unseen);
        assert_eq!(page.status, 400);
        assert!(page.text().contains("Noch nicht geprüft"), "{}", page.text());
    }
    for (name, value) in &mut fields {
        if name == "department" {
            *value = "Amt, das es nicht gibt".into();
        }
    }
    let page = send(&mut one, &format!("{first}/freigeben"), &fields);
    assert!(page.text().contains("Dieses Amt gibt es nicht"), "{}", page.text());
    let fields: Vec<_> = fields
        .into_iter()
        // Whoever knows only who works there types that.
        .map(|(n, v)| if n == "department" { (n, "name ST-9".into()) } else { (n, v) })
        .chain([("feld.subject".into(), "<script>alert(1)</script>".into())])
        .collect();
    let done = send(&mut one, &format!("{first}/freigeben"), &fields);
    assert_eq!(done.status, 303, "{}", done.text());
    // The second click of a double click, and the second tab, change nothing.
    assert_eq!(send(&mut one, &format!("{first}/freigeben"), &fields).status, 409);
    let id = first.rsplit('/').next().unwrap();
    station.wait_for("closed", 1);
    let history = one.get(&format!("/schriftstueck/{id}")).text();
    assert!(history.contains("Berichtigt") || history.contains("Freigegeben"), "{history}");
    assert!(!history.contains("<script>alert"), "names with markup are words");
}

#[test]
fn a_decision_is_undone_until_something_leaves() {
    let station = doubtful(1);
    let mut one = station.browser("nb-1");
    let place = one.get("/nachbearbeitung/weiter").headers["location"].clone();
    let page = one.get(&place);
    let fields = filled(&page);
    assert!(page.text().contains("<option value=\"Kämmerei\">→ Steuern</option>"), "{}", page.text());
    let by_old_name: Vec<_> = fields
        .iter()
        .map(|(n, v)| (n.clone(), if n == "department" { "kämmerei".into() } else { v.clone() }))
        .collect();
    assert_eq!(send(&mut one, &format!("{place}/freigeben"), &by_old_name).status, 303);
    let mut two = station.browser("nb-2");
    two.get("/");
    assert_eq!(two.post(&format!("{place}/zurueck"), &[]).status, 400, "only who decided takes it back");
    assert_eq!(one.post(&format!("{place}/zurueck"), &[]).status, 303);
    assert_eq!(station.town.documents()[0].1, "review");
    let again = filled(&one.get(&place));
    assert_eq!(again, fields, "as it was before");
    assert_eq!(send(&mut one, &format!("{place}/freigeben"), &again).status, 303);
    station.wait_for("closed", 1);
    let late = one.post(&format!("{place}/zurueck"), &[]);
    assert!(late.text().contains("unterwegs"), "{}", late.text());
}

#[test]
fn what_is_held_is_gone_for_who_held_it() {
    let station = doubtful(1);
    let mut one = station.browser("nb-1");
    let place = one.get("/nachbearbeitung/weiter").headers["location"].clone();
    one.get(&place);
    assert_eq!(one.post(&format!("{place}/anhalten"), &[("code", "erfunden")]).status, 400);
    assert_eq!(one.post(&format!("{place}/anhalten"), &[("code", "hold.personal")]).status, 303);
    let id = place.rsplit('/').next().unwrap();
    let batch = id.rsplit_once('-').unwrap().0;
    for path in [format!("/schriftstueck/{id}"), format!("/stapel/{batch}/1/seite.jpg"), place.clone()] {
        assert_eq!(one.get(&path).status, 404, "{path}");
    }
    assert!(!one.get("/angehalten").text().contains(id));
    let mut head = station.browser("leitung");
    assert!(head.get("/angehalten").text().contains(id));
    assert_eq!(head.get(&format!("/stapel/{batch}/1/seite.jpg")).status, 200);
    assert_eq!(head.post(&format!("/angehalten/{id}/nachbearbeitung"), &[]).status, 303);
    assert_eq!(station.town.documents()[0].1, "review");
}
