//! Letters as towns get them (`tests/letters`), as words on paper without scanner and OCR: kinds, holds and
//! fields. Each begins with what is true of it; letters are divided by a line of equal signs.

use super::{book, decided, files};
use crate::config;
use crate::model::document::UNKNOWN_KIND;
use std::collections::BTreeMap;

/// What is true of each letter, and its text.
fn letters() -> Vec<(BTreeMap<String, String>, String)> {
    let texts = files("tests/letters").into_iter().map(|f| f.1).collect::<Vec<_>>().join("\n=====\n");
    let letter = |text: &str| {
        let (head, body) = text.trim().split_once("\n\n").unwrap();
        let line = |l: &str| l.split_once(": ").map(|(k, v)| (k.to_owned(), v.to_owned())).unwrap();
        (head.lines().map(line).collect(), body.to_owned())
    };
    texts.split("\n=====\n").filter(|t| !t.trim().is_empty()).map(letter).collect()
}

#[test]
fn letters_are_known_or_shown_to_a_person() {
    let (book, letters) = (book(), letters());
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/pipeline.toml");
    let town = config::load(shipped.as_ref()).unwrap().town_rules();
    let (mut wrong, mut straight, mut known, mut asked) = (Vec::new(), 0, 0, Vec::new());
    for (truth, text) in &letters {
        let u = decided(text, ("allgemein", None), None, &book, &town);
        let subject = text.lines().nth(6).unwrap_or_default();
        if u.hold.as_ref() != truth.get("hold") {
            wrong.push(format!("{truth:?}: angehalten {:?}", u.hold));
            continue;
        }
        let Some(kind) = truth.get("kind") else { continue };
        known += usize::from(kind != UNKNOWN_KIND);
        if u.review.is_empty() {
            straight += usize::from(kind == &u.kind);
            if kind != &u.kind {
                wrong.push(format!("{kind}: {} {:.2} ({subject})", u.kind, u.kind_confidence));
            }
        } else if kind != UNKNOWN_KIND {
            asked.push(format!("{kind}: {} {:.2} ({subject})", u.kind, u.kind_confidence));
        }
        for (name, value) in truth.iter().filter(|(n, _)| *n != "kind") {
            let found = match name.as_str() {
                "urgent" => Some((u.urgency == "urgent").to_string()),
                name => u.fields.get(name).map(|f| f.value.clone()),
            };
            if found.as_ref() != Some(value) {
                wrong.push(format!("{kind}: {name} {found:?} statt {value} ({subject})"));
            }
        }
    }
    println!("{} letters, {straight} of {known} known ones straight through", letters.len());
    println!("{}", asked.join("\n"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(straight * 100 >= known * 85, "{straight} of {known}");
}
