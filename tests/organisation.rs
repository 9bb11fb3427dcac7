//! The organisation chart: rows with the day they hold from, checked before they hold; what is open moves along, and a
//! file that is broken off changes nothing.
#![allow(clippy::unwrap_used)]

mod support;

use poststelle::config;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use support::browser::{Station, people};
use support::directory::Directory;
use support::{Town, root, small_town};

const HEAD: &str = "type;id;valid_from;name;substitute;successor;targets;departments\n";
const CHART: &str = "department;steuern;;Steuern;bau;;ordner,inbox-steuern;\n\
                     department;bau;;Bauamt;;;inbox-bau;\n\
                     person;st-1;;Erika Muster;;;;steuern\n";
const PEOPLE: &[(&str, &str, &str)] =
    &[("leitung", "head,reviewer", ""), ("abgaben-1", "department", "abgaben")];

fn said(town: &Town, arguments: &[&str]) -> (Option<i32>, String) {
    let done = town.command(arguments, None);
    (done.status.code(), String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned())
}

/// A town whose departments stand in a chart alone.
fn town() -> Town {
    let town = small_town::town(None);
    let own = "[[department]]\nid = \"steuern\"\nname = \"Steuern\"\ntargets = [\"ordner\"]\n";
    let inboxes =
        ["steuern", "bau", "abgaben"].map(|d| format!("[[target]]\nid = \"inbox-{d}\"\ntype = \"inbox\"\n"));
    rewrite(&town.path("pipeline.toml"), own, &(inboxes.concat() + "[organisation]\nfile = \"plan.csv\"\n"));
    fs::write(town.path("plan.csv"), format!("{HEAD}{CHART}")).unwrap();
    town
}

fn rewrite(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(path, text.replace(from, to)).unwrap();
}

#[test]
fn a_reorganisation_is_checked_before_it_holds_and_takes_open_letters_along() {
    let town = town();
    let (code, text) = said(&town, &["organisation", "--apply", "--by", "leitung"]);
    assert_eq!(code, Some(0), "{text}");
    small_town::drop_letter(&town, 1);
    // `abgaben` comes next year: people and rules may name it already, but nobody is offered it.
    let planned = "department;abgaben;2999-01-01;Amt für Abgaben;;;inbox-abgaben;\n";
    fs::write(town.path("plan.csv"), format!("{HEAD}{CHART}{planned}")).unwrap();
    assert_eq!(said(&town, &["organisation", "--apply", "--by", "st-1"]).0, Some(0));
    let station = Station::open(town, &people(PEOPLE));
    station.wait_for("closed", 1);
    let (town, id) = (&station.town, station.town.documents().remove(0).0);
    let mut head = station.browser("leitung");
    assert!(head.get("/verwaltung").text().contains("noch nicht eingerichtet"));
    let day = |day: &str| config::text_of(&town.path("pipeline.toml"), day.parse().unwrap()).unwrap();
    assert!(day("2998-12-31").contains("planned = true") && !day("2999-01-01").contains("planned = true"));

    // A file that broke off, and one in which rows vanished: the one before stays.
    let chart = |rows: &str| fs::write(town.path("plan.csv"), format!("{HEAD}{CHART}{rows}")).unwrap();
    chart("department;abgaben;2999-01-01;Amt f");
    let (code, text) = said(town, &["organisation", "--apply", "--by", "leitung"]);
    assert!(
        code == Some(2) && text.contains("plan.csv:5:31") && text.contains("[organisation.row]"),
        "{text}"
    );
    assert!(said(town, &["check"]).1.contains("plan.csv:5:31"), "`check` knows it");
    chart("");
    let (code, text) = said(town, &["organisation", "--apply", "--by", "leitung"]);
    assert!(code == Some(2) && text.contains("abgaben"), "{text}");
    fs::write(town.path("plan.csv"), b"type;id\xfc").unwrap();
    assert!(said(town, &["organisation", "--check"]).1.contains("plan.csv:1:8"));

    // It begins now and goes on for `steuern`: what still names that is listed, then amended.
    let begun = planned.replace("2999-01-01", "2026-01-01");
    let ended = "department;steuern;2026-01-02;;;abgaben;;\n";
    chart(&(begun.clone() + ended));
    let (code, text) = said(town, &["organisation", "--check"]);
    assert_eq!(code, Some(1), "{text}");
    for wanted in [
        "„Steuern“ geht in „abgaben“ auf; 1 offene Sendungen",
        "Die Dokumentart „hundesteuer“ nennt „steuern“",
        "[town] central",
        "„st-1“ nennt „steuern“",
        "3 Regeln zeigen ins Leere",
    ] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    let mut office = station.browser("abgaben-1");
    let letter = format!("/posteingang/abgaben/{id}");
    assert_eq!(office.get(&letter).status, 404, "nothing has changed yet");
    rewrite(
        &town.path("classifiers/hundesteuer.toml"),
        "department = \"steuern\"",
        "department = \"abgaben\"",
    );
    rewrite(&town.path("pipeline.toml"), "central = \"steuern\"", "central = \"abgaben\"");
    chart(&(begun + ended + "person;st-1;2026-01-02;Erika Muster;;;;abgaben\n"));
    let (code, text) = said(town, &["organisation", "--check"]);
    assert!(code == Some(0) && text.contains("0 Regeln"), "{text}");
    assert_eq!(said(town, &["organisation", "--apply", "--by", "leitung"]).0, Some(0));
    let begun = Instant::now();
    while office.get(&letter).status != 200 {
        assert!(begun.elapsed() < Duration::from_secs(60), "the letter never moved");
        std::thread::sleep(Duration::from_millis(200));
    }
    assert!(office.get("/posteingang").text().contains(&id));

    // The old name goes on finding it: on letters, and where somebody types it.
    let pipeline = config::load(&town.path("pipeline.toml")).unwrap();
    let (old, new) = (pipeline.goes_on("steuern").unwrap(), pipeline.department("abgaben").unwrap());
    assert!(old == new && new.former == ["Steuern"] && !pipeline.department("steuern").unwrap().is_open());
    assert!(said(town, &["log", "head"]).0 == Some(0));
}

#[test]
fn the_chart_comes_from_the_directory_people_sign_on_with() {
    let unit = |ou: &str, more: &str| {
        format!("dn: ou={ou},dc=stadt,dc=example\nobjectClass: organizationalUnit\nou: {ou}\n{more}\n")
    };
    let more = unit("Orga", "")
        + &unit("Kasse,ou=Orga", "").replace(
            "ou: Kasse,ou=Orga",
            "ou: Kasse\ndescription: Stadtkasse\nseeAlso: ou=Bau,ou=Orga,dc=stadt,dc=example",
        )
        + &unit("Bau,ou=Orga", "").replace("ou: Bau,ou=Orga", "ou: Bau")
        + "dn: uid=ka-1,ou=Kasse,ou=Orga,dc=stadt,dc=example\nobjectClass: inetOrgPerson\nuid: ka-1\ncn: Kai Kasse\nsn: Kasse\n\
           departmentNumber: Kasse\nemployeeType: 2026-03-01\n\n";
    let directory = Directory::with(&[("leser", "geheim")], &more);
    let town = small_town::town(None);
    fs::write(town.path("leser.secret"), "geheim\n").unwrap();
    let path = town.path("pipeline.toml");
    let ldap = format!(
        "[web.ldap]\nurl = \"ldap://127.0.0.1:{}\"\ndn = \"uid={{id}},ou=people,dc=stadt,dc=example\"\n\
         [organisation]\ntargets = [\"ordner\"]\n[organisation.ldap]\nbase = \"ou=Orga,dc=stadt,dc=example\"\n\
         dn = \"uid=leser,ou=people,dc=stadt,dc=example\"\npassword_file = \"leser.secret\"\nvalid_from = \"employeeType\"\n",
        directory.port
    );
    fs::write(&path, fs::read_to_string(&path).unwrap() + &ldap).unwrap();
    let (code, text) = said(&town, &["organisation", "--apply", "--by", "leitung"]);
    assert!(code == Some(0) && text.contains("„Stadtkasse“ ist neu"), "{text}");
    let pipeline = config::load(&path).unwrap();
    let cash = pipeline.department("kasse").unwrap();
    assert_eq!((cash.substitute.as_deref(), &cash.targets[..]), (Some("bau"), &["ordner".to_owned()][..]));
    let person = pipeline.person("ka-1").unwrap();
    assert_eq!((person.name.as_str(), &person.departments[..]), ("Kai Kasse", &["kasse".to_owned()][..]));
    drop(directory);
    let (code, text) = said(&town, &["organisation", "--apply", "--by", "ka-1"]);
    assert!(code != Some(0) && text.contains("Verzeichnis ldap://"), "{text}");
    assert!(config::load(&path).unwrap().department("kasse").is_some(), "the one before stays");
}

#[test]
fn the_example_is_a_chart() {
    let rows = fs::read_to_string(root().join("examples/organisation.csv")).unwrap();
    let own = config::organisation::Own::default();
    let chart = config::organisation::Chart::read(&rows, "examples/organisation.csv", &own).unwrap();
    assert!(!chart.days_after("2026-12-31".parse().unwrap()).is_empty(), "something is to come");
}
