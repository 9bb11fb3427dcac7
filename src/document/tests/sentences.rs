//! The sentences a town says about its mail, each as configuration (`tests/rules/*.toml`) with letters that
//! it hits and letters that it just misses. What decides is returned word for word.

use super::{book, decided, files, text_of};
use crate::batch::cover_sheet;
use crate::config;
use crate::document::{RuleBook, TownRules, keep_in_circle, obey, ordered};
use crate::model::document::{Role, ScanMode, Understanding};
use serde::Deserialize;
use std::path::Path;

/// One file of `tests/rules`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    /// What a person of the town would say.
    sentence: String,
    /// Added to the shipped `pipeline.toml`.
    #[serde(default)]
    config: String,
    letter: Vec<Letter>,
}

/// A letter and what becomes of it; what is left out is not looked at.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Letter {
    text: String,
    #[serde(default = "station")]
    station: String,
    /// Day, or emptying of the night letter box.
    received: Option<String>,
    /// Value of the cover sheet before it.
    #[serde(default)]
    sheet: String,
    /// The reasons, or what a person is asked, contain the sentence, or do not.
    hits: bool,
    kind: Option<String>,
    lead: Option<String>,
    #[serde(default)]
    copies: Vec<String>,
    hold: Option<String>,
    /// Whose it is.
    circle: Option<String>,
    urgent: Option<bool>,
    replacing: Option<bool>,
    /// Nobody gets it; its paper becomes an item.
    #[serde(default)]
    undelivered: bool,
    #[serde(default)]
    item: bool,
    /// Codes of what a person is asked.
    review: Option<Vec<String>>,
}

fn station() -> String {
    "allgemein".into()
}

fn decide(letter: &Letter, pipeline: &config::Pipeline, town: &TownRules, book: &RuleBook) -> Understanding {
    let station = pipeline.station(&letter.station);
    let department = station.and_then(|s| s.default_department.as_deref());
    let mut u = decided(&letter.text, (&letter.station, department), letter.received.as_deref(), book, town);
    let orders = cover_sheet::parse(&letter.sheet);
    obey(&mut u, &orders, town);
    let circle = cover_sheet::circle(&orders, &town.circles).or(station.and_then(|s| s.circle.as_deref()));
    assert_eq!(circle, letter.circle.as_deref(), "{}", letter.sheet);
    if let Some(circle) = circle {
        keep_in_circle(&mut u, circle, department, &orders);
    }
    u
}

fn holds(rule: &Rule, letter: &Letter, u: &Understanding, town: &TownRules) -> Result<(), String> {
    let check = |what: &str, right: bool| if right { Ok(()) } else { Err(what.to_owned()) };
    let mut texts = u.reasons.iter().map(|r| &r.text).chain(u.review.iter().map(|r| &r.text));
    let said = texts.any(|text| text.contains(&rule.sentence));
    check("sentence", said == letter.hits)?;
    let who = |role: Role| u.targets.iter().filter(move |t| t.role == role).map(|t| t.department.as_str());
    check("kind", letter.kind.as_ref().is_none_or(|k| *k == u.kind))?;
    check("lead", letter.lead.as_deref().is_none_or(|l| who(Role::Lead).eq([l])))?;
    check("copies", who(Role::Copy).eq(letter.copies.iter().map(String::as_str)))?;
    check("hold", letter.hold == u.hold)?;
    check("urgent", letter.urgent.is_none_or(|yes| yes == (u.urgency == "urgent")))?;
    check("mode", letter.replacing.is_none_or(|yes| yes == (u.scan_mode == ScanMode::Replacing)))?;
    check("undelivered", letter.undelivered == ordered(&town.routes, u, |route| route.undelivered))?;
    check("item", letter.item == ordered(&town.routes, u, |route| route.item))?;
    let codes: Vec<&str> = u.review.iter().map(|r| r.code.as_str()).collect();
    check("review", letter.review.as_ref().is_none_or(|r| *r == codes))
}

#[test]
fn every_sentence_hits_and_just_misses() {
    let (book, shipped) = (book(), text_of("pipeline.toml"));
    let (rules, mut wrong) = (files("tests/rules"), Vec::new());
    for (name, text) in &rules {
        let rule: Rule = toml::from_str(text).unwrap_or_else(|e| panic!("{name}: {e}"));
        let config = format!("{shipped}\n{}", rule.config);
        let pipeline = config::resolve(&config, name, Path::new("/srv")).unwrap_or_else(|complaints| {
            panic!("{}", complaints.iter().map(ToString::to_string).collect::<String>())
        });
        let town = pipeline.town_rules();
        assert!(rule.letter.iter().any(|l| l.hits) && rule.letter.iter().any(|l| !l.hits), "{name}");
        for (number, letter) in (1..).zip(&rule.letter) {
            let u = decide(letter, &pipeline, &town, &book);
            if let Err(what) = holds(&rule, letter, &u, &town) {
                let (kind, sure) = (&u.kind, u.kind_confidence);
                wrong.push(format!(
                    "{name}, letter {number}: {what}: {kind} {sure:.2} {:?} {:?} {:?}",
                    u.targets, u.hold, u.review
                ));
            }
        }
    }
    assert!(rules.len() >= 10);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
