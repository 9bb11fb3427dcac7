//! Letters as towns get them (`tests/letters`), as words on paper without scanner and OCR: kinds, holds and
//! fields. Each begins with what is true of it; letters are divided by a line of equal signs. Rules may be
//! weighed on the letters there, never on those in `tests/letters/pruefung`: these are only counted.

use super::{book, decided, files};
use crate::config;
use crate::model::document::UNKNOWN_KIND;
use std::collections::BTreeMap;

type Letter = (BTreeMap<String, String>, String);

/// What is true of each letter, and its text.
fn letters(folder: &str) -> Vec<Letter> {
    let texts = files(folder).into_iter().map(|f| f.1).collect::<Vec<_>>().join("\n=====\n");
    let letter = |text: &str| {
        let (head, body) = text.trim().split_once("\n\n").unwrap();
        let line = |l: &str| l.split_once(": ").map(|(k, v)| (k.to_owned(), v.to_owned())).unwrap();
        (head.lines().map(line).collect(), body.to_owned())
    };
    texts.split("\n=====\n").filter(|t| !t.trim().is_empty()).map(letter).collect()
}

/// What became of letters.
#[derive(Default)]
struct Counts {
    known: usize,
    straight: usize,
    asked: Vec<String>,
    /// Straight through as something else, held or not as it should be.
    wrong: Vec<String>,
    /// Fields with another value.
    fields: Vec<String>,
}

fn count(letters: &[Letter]) -> Counts {
    let book = book();
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/pipeline.toml");
    let town = config::load(shipped.as_ref()).unwrap().town_rules();
    let mut counts = Counts::default();
    for (truth, text) in letters {
        let u = decided(text, ("allgemein", None), None, &book, &town);
        let subject = text.split("\n\n").nth(2).unwrap_or_default().lines().next().unwrap_or_default();
        if u.hold.as_ref() != truth.get("hold") {
            counts.wrong.push(format!("{truth:?}: angehalten {:?}", u.hold));
            continue;
        }
        let Some(kind) = truth.get("kind") else { continue };
        counts.known += usize::from(kind != UNKNOWN_KIND);
        let runner_up = u.runner_up.as_ref().map_or("", |r| &r.kind);
        let said = format!("{kind}: {} {:.2} vor {runner_up} ({subject})", u.kind, u.kind_confidence);
        if !u.review.is_empty() {
            counts.asked.extend((kind != UNKNOWN_KIND).then_some(said));
        } else if kind == &u.kind {
            counts.straight += 1;
        } else {
            counts.wrong.push(said);
        }
        for (name, value) in truth.iter().filter(|(n, _)| *n != "kind") {
            let found = match name.as_str() {
                "urgent" => Some((u.urgency == "urgent").to_string()),
                name => u.fields.get(name).map(|f| f.value.clone()),
            };
            if found.as_ref() != Some(value) {
                counts.fields.push(format!("{kind}: {name} {found:?} statt {value} ({subject})"));
            }
        }
    }
    let Counts { known, straight, asked, wrong, .. } = &counts;
    println!(
        "{} letters, {straight} of {known} known ones straight through, {} wrong",
        letters.len(),
        wrong.len()
    );
    println!("{}\n", asked.join("\n"));
    counts
}

#[test]
fn letters_are_known_or_shown_to_a_person() {
    let Counts { known, straight, wrong, fields, .. } = count(&letters("tests/letters"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(fields.is_empty(), "{}", fields.join("\n"));
    assert!(straight * 100 >= known * 85, "{straight} of {known}");
}

/// Letters no rule was weighed on.
#[test]
fn letters_never_seen_before_are_seldom_taken_for_something_else() {
    let letters = letters("tests/letters/pruefung");
    let Counts { known, straight, wrong, .. } = count(&letters);
    assert!(wrong.len() * 100 <= letters.len(), "{}", wrong.join("\n"));
    assert!(straight * 100 >= known * 60, "{straight} of {known}");
}
