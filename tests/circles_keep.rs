//! A letter of a circle stays there, whatever it is, and teaches nobody else unless a member says so.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use support::{Town, small_town};

/// A station of the circle; its letters are of a kind, or of none.
fn town(known: bool) -> Town {
    let town = small_town::town(None);
    let path = town.path("pipeline.toml");
    let config = fs::read_to_string(&path).unwrap().replace("id = \"a\"", "id = \"a\"\ncircle = \"jugend\"");
    fs::write(path, config + "[[circle]]\nid = \"jugend\"\nmembers = [\"jul-1\"]\n").unwrap();
    if !known {
        let path = town.path("classifiers/hundesteuer.toml");
        let rules = fs::read_to_string(&path)
            .unwrap()
            .replace("hund'", "katze'")
            .replace("['Hundesteuer']", "['Katze']");
        fs::write(path, rules).unwrap();
    }
    town
}

fn said(town: &Town, arguments: &[&str]) -> (Option<i32>, String) {
    let done = town.command(arguments, None);
    (done.status.code(), String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned())
}

#[test]
fn what_nobody_knows_waits_for_a_member_of_the_circle() {
    for (known, codes) in [(false, "kind.unknown"), (true, "circle.leaves")] {
        let town = town(known);
        small_town::drop_letter(&town, 1);
        assert!(town.run_until_settled(None).status.success());
        let (id, state) = town.documents().remove(0);
        assert_eq!((state.as_str(), town.delivered().len()), ("review", 0));
        let (_, why) = said(&town, &["explain", &id]);
        assert!(why.contains(codes) && why.contains("Bleibt im Vertrauenskreis „jugend“"), "{why}");
        let (code, text) = said(&town, &["review", "accept", &id, "--by", "leitung"]);
        assert!(code == Some(2) && text.contains("circle.not_member"), "{text}");
        assert_eq!(said(&town, &["review", "accept", &id, "--by", "jul-1"]).0, Some(0));
    }
}

#[test]
fn a_letter_of_a_circle_trains_only_what_a_member_released() {
    let town = town(true);
    (1..=5).for_each(|n| small_town::drop_letter(&town, n));
    assert!(town.run_until_settled(None).status.success());
    let ids: Vec<String> = town.documents().into_iter().map(|d| d.0).collect();
    for id in &ids {
        assert_eq!(said(&town, &["review", "accept", id, "--by", "jul-1"]).0, Some(0));
    }
    let learned = |n: u32| {
        let (_, text) = said(&town, &["train"]);
        assert!(text.contains(&format!("{n} Entscheidungen von Menschen")), "{text}");
    };
    learned(0);
    let release = |by: &str| said(&town, &["train", "--release", &ids[0], "--by", by]);
    let (code, text) = release("leitung");
    assert!(code == Some(2) && text.contains("circle.not_member"), "{text}");
    learned(0);
    assert_eq!(release("jul-1").0, Some(0));
    learned(1);
}
