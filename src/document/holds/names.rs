//! A person's name above the authority's: the sender means the person, so the letter stays closed.
//! "z. Hd." and a name below the authority are ordinary mail.

use super::super::text::{Line, Zone};
use super::classify::{self, RuleComplaint};
use crate::model::document::Reason;
use crate::model::geometry::Box2;
use serde::Deserialize;
use std::collections::HashSet;
use std::sync::LazyLock;
use toml::Spanned;

/// Given names that are common in Germany, one a line, folded.
static GIVEN: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("given_names.txt").lines().collect());

/// What stands before a person's name.
const FORMS: [&str; 8] = ["herrn", "herr", "frau", "familie", "dr", "prof", "dipl", "eheleute"];
/// Lines before the name that are no part of it.
const BEFORE: [&str; 12] = [
    "an",
    "an herrn",
    "an frau",
    "herrn",
    "frau",
    "personlich",
    "vertraulich",
    "einschreiben",
    "eilzustellung",
    "einwurf",
    "eigenhandig",
    "privat",
];
/// Words of a private person's or firm's line that is no name.
const NO_NAME: [&str; 26] = [
    "gmbh", "ag", "kg", "ohg", "gbr", "ek", "e", "mbh", "ug", "co", "verein", "amt", "und", "fur", "der",
    "die", "das", "kanzlei", "praxis", "hd", "handen", "haus", "service", "buro", "stiftung", "partner",
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NamesFile {
    /// Off: such mail is ordinary.
    closed: bool,
    code: String,
    text: String,
    /// First words of a line that names the authority.
    authority: Vec<Spanned<String>>,
    /// Who has their mail opened all the same, e.g. the mayor.
    open_for: Vec<Spanned<String>>,
}

/// The rule as used.
#[derive(Clone, Debug)]
pub(super) struct Names {
    closed: bool,
    code: String,
    text: String,
    authority: Vec<classify::Phrase>,
    open_for: Vec<classify::Phrase>,
}

impl Names {
    pub(super) fn used(
        source: &classify::Source<'_>,
        written: NamesFile,
        wrong: &mut Vec<RuleComplaint>,
    ) -> Self {
        Self {
            closed: written.closed,
            code: written.code,
            text: written.text,
            authority: classify::phrases(source, &written.authority, wrong),
            open_for: classify::phrases(source, &written.open_for, wrong),
        }
    }

    /// The name that heads the address, if one does.
    pub(super) fn above_the_authority(&self, lines: &[Line]) -> Option<(String, Reason)> {
        if !self.closed {
            return None;
        }
        let window: Vec<&Line> = lines.iter().filter(|l| l.is_in(Zone::Address)).collect();
        let authority = window.iter().position(|l| self.is_authority(&l.folded))?;
        let block = above(&window, authority);
        let all: Vec<&str> = block.iter().map(|l| l.folded.as_str()).collect();
        if all.iter().any(|text| self.open_for.iter().any(|p| contains(p, text))) {
            return None;
        }
        let head = block.iter().find(|l| !BEFORE.contains(&l.folded.as_str()))?;
        if !is_person(head) {
            return None;
        }
        let reason = Reason {
            about: "hold".into(),
            rule: self.code.clone(),
            text: format!("{} („{}“)", self.text, head.text),
            weight: None,
            page: Some(head.page),
            bounds: Some(head.bounds),
        };
        Some((self.code.clone(), reason))
    }

    fn is_authority(&self, text: &str) -> bool {
        let mut text = text;
        for before in ["c o ", "bei der ", "bei ", "in der ", "an die ", "der ", "die "] {
            text = text.strip_prefix(before).unwrap_or(text);
        }
        self.authority.iter().any(|p| p.begins(text.split(' ')))
    }
}

fn contains(phrase: &classify::Phrase, text: &str) -> bool {
    let words: Vec<&str> = text.split(' ').collect();
    (0..words.len()).any(|i| phrase.begins(words[i..].iter().copied()))
}

/// Lines that stand right above one, at its left edge, from the top; a line with a house number or post code
/// is somebody else's address and ends them.
fn above<'a>(window: &[&'a Line], at: usize) -> Vec<&'a Line> {
    let mut block: Vec<&Line> = Vec::new();
    let mut below: Box2 = window[at].bounds;
    while let Some(next) = window
        .iter()
        .filter(|l| l.page == window[at].page && l.bounds.y < below.y)
        .filter(|l| (l.bounds.x - below.x).abs() < 2 * below.h.max(1))
        .max_by_key(|l| l.bounds.y)
    {
        let near = below.y - next.bounds.y < 3 * below.h.max(next.bounds.h);
        if !near || next.text.chars().any(|c| c.is_ascii_digit() || c == '·' || c == '|') || block.len() > 5
        {
            break;
        }
        block.insert(0, next);
        below = next.bounds;
    }
    block
}

/// `Herrn Max Muster`, `Dr. Muster`, or a given name with a family name.
fn is_person(line: &Line) -> bool {
    let words: Vec<&str> = line.folded.split(' ').collect();
    let names = words.iter().filter(|w| !FORMS.contains(w)).count();
    if words.iter().any(|w| NO_NAME.contains(w)) || !(1..=4).contains(&names) {
        return false;
    }
    let addressed = words.first().is_some_and(|w| FORMS.contains(w));
    let capitals = line.text.split_whitespace().filter(|w| w.starts_with(char::is_uppercase)).count();
    let named = words.iter().find(|w| !FORMS.contains(w)).is_some_and(|w| GIVEN.contains(w));
    addressed || named && (2..=3).contains(&names) && capitals >= 2
}

/// Given names are folded as lines are.
#[cfg(test)]
#[test]
fn given_names_are_folded() {
    assert!(GIVEN.len() > 200);
    assert!(GIVEN.iter().all(|n| *n == super::super::text::folded(n)));
}
