//! Nothing is decided about mail of which nobody said when it came, or who scanned it for good.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use support::{Town, small_town};

fn said(town: &Town, arguments: &[&str]) -> (Option<i32>, String) {
    let done = town.command(arguments, None);
    let text = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    (done.status.code(), text)
}

/// A town whose station nobody opened; its profile and circle as given.
fn closed_town(profile: &str, station: &str) -> Town {
    let town = small_town::town(None);
    let path = town.path("pipeline.toml");
    let config = fs::read_to_string(&path).unwrap().replace("id = \"a\"", &format!("id = \"a\"\n{station}"));
    fs::write(path, format!("{config}{profile}")).unwrap();
    assert_eq!(said(&town, &["station", "close", "a", "--by", "leitung"]).0, Some(0));
    town
}

/// The one batch that is held, and why.
fn held(town: &Town) -> (String, String) {
    assert!(town.run_until_settled(None).status.success());
    assert_eq!(town.delivered().len(), 0);
    let (code, text) = said(town, &["hold", "list"]);
    assert_eq!(code, Some(0), "{text}");
    let id = text.split_whitespace().next().unwrap_or_default().to_owned();
    (id, text)
}

fn delivered_sheet(town: &Town) -> serde_json::Value {
    assert!(town.run_until_settled(None).status.success());
    let name = town.delivered().remove(0).replace(".pdf", ".json");
    serde_json::from_slice(&fs::read(town.path("var/out/steuern").join(name)).unwrap()).unwrap()
}

#[test]
fn mail_without_a_received_date_waits_until_somebody_says_it() {
    let town = closed_town("", "");
    small_town::drop_letter(&town, 1);
    let (batch, reason) = held(&town);
    assert!(reason.contains("batch.no_received_date") && reason.contains("Hinweis"), "{reason}");
    let (code, text) = said(&town, &["hold", "release", &batch, "--received", "gestern", "--by", "leitung"]);
    assert_eq!(code, Some(2), "{text}");
    // Letting it go without the date changes nothing: it is held again.
    let (code, text) = said(&town, &["hold", "release", &batch, "--by", "leitung"]);
    assert!(code == Some(0) && text.contains("wieder angehalten: [batch.no_received_date]"), "{text}");
    assert_eq!(held(&town).0, batch);
    let given = ["hold", "release", &batch, "--received", "2026-10-30", "--by", "leitung"];
    let (code, text) = said(&town, &given);
    assert!(code == Some(0) && text.contains("läuft weiter"), "{text}");
    let sheet = delivered_sheet(&town);
    assert_eq!(sheet["received"]["date"], "2026-10-30");
    assert_eq!(sheet["received"]["source"], "person");
}

#[test]
fn the_emptying_of_the_night_letter_box_says_the_day() {
    let town = closed_town("", "");
    let open = |received: &str| {
        said(
            &town,
            &["station", "open", "a", "--operator", "sk-1", "--received", received, "--by", "leitung"],
        )
    };
    assert_eq!(open("2026-11-02/2026-10-30").0, Some(2));
    assert_eq!(open("2026-10-30/2026-11-02").0, Some(0));
    small_town::drop_letter(&town, 1);
    let sheet = delivered_sheet(&town);
    assert_eq!(sheet["received"]["date"], "2026-10-30");
    assert_eq!(sheet["received"]["channel"], "night_box");
    let id = town.documents().remove(0).0;
    let why = said(&town, &["explain", &id]).1;
    assert!(why.contains("ohne Mitternachtsklappe") && why.contains("günstigste Tag"), "{why}");
}

#[test]
fn a_replacing_batch_without_a_person_waits() {
    let profile = "[[profile]]\nid = \"ersetzend\"\nscan_mode = \"replacing\"\nduplex = false\n";
    let town = closed_town(profile, "profile = \"ersetzend\"");
    small_town::drop_letter(&town, 1);
    let (batch, _) = held(&town);
    let dated = ["hold", "release", &batch, "--received", "2026-10-30", "--by", "leitung"];
    assert!(said(&town, &dated).1.contains("wieder angehalten: [batch.no_operator]"));
    let (_, reason) = held(&town);
    assert!(reason.contains("batch.no_operator"), "{reason}");
    let named = ["hold", "release", &batch, "--operator", "sk-7", "--by", "leitung"];
    assert_eq!(said(&town, &named).0, Some(0));
    assert!(town.run_until_settled(None).status.success());
    assert_eq!(said(&town, &["hold", "list"]).1, "");
    assert_eq!(town.documents().len(), 1);
}

#[test]
fn what_belongs_to_a_circle_is_decided_by_its_members() {
    let circle = "[[circle]]\nid = \"jugend\"\nmembers = [\"jul-1\"]\n";
    let town = closed_town(circle, "circle = \"jugend\"");
    small_town::drop_letter(&town, 1);
    let (batch, _) = held(&town);
    let by =
        |person: &str| said(&town, &["hold", "release", &batch, "--received", "2026-10-30", "--by", person]);
    let (code, text) = by("leitung");
    assert_eq!(code, Some(2));
    assert!(text.contains("circle.not_member"), "{text}");
    assert_eq!(by("jul-1").0, Some(0));
}

#[test]
fn only_people_of_the_town_act_and_nothing_came_tomorrow() {
    let people = ["leitung", "sk-1"]
        .map(|id| format!("[[person]]\nid = \"{id}\"\nname = \"P\"\nroles = [\"head\"]\n"));
    let town = closed_town(&people.concat(), "");
    let tomorrow = jiff::Zoned::now().date().tomorrow().unwrap().to_string();
    let open = |operator, received: &str, source, by| {
        let more = ["--operator", operator, "--received", received, "--source", source, "--by", by];
        said(&town, &[&["station", "open", "a"][..], &more].concat())
    };
    for (wrong, word) in [
        (open("sk-1", "2026-11-02", "post", "niemand"), "„niemand“ (--by)"),
        (open("sk-l", "2026-11-02", "post", "leitung"), "bekannt sind leitung, sk-1"),
        (open("sk-1", &tomorrow, "post", "leitung"), "in der Zukunft"),
        (open("sk-1", &format!("2026-11-20/{tomorrow}"), "post", "leitung"), "usage.date"),
        (open("sk-1", "2026-11-02", "quatsch", "leitung"), "möglich: station_day"),
    ] {
        assert!(wrong.0 == Some(2) && wrong.1.contains(word), "{word}: {}", wrong.1);
    }
    assert_eq!(open("sk-1", "2026-11-02", "post", "leitung").0, Some(0));
}
