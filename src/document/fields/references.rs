//! File numbers: the town's own and the sender's.

use super::labels::Label;
use super::rows::{self, Placed};
use super::{Letter, of_prose, of_words, pattern};
use crate::model::document::Field;
use regex::Regex;

pattern!(
    OWN_IN_TEXT,
    r"(?i)\b(?:aktenzeichen|kassenzeichen|buchungszeichen|wohngeldnummer|wohngeld-?nr\.?|personal-?(?:nummer|nr\.?)|registernummer|antragsnummer|ihr(?:e|em)?\s+zeichen|ihr\s+az\.?)\s*[: ]\s*"
);
pattern!(COURT, r"^(\d{1,3}) ?([A-Z]{1,3}) ?(\d{1,5}/\d{2})$");
pattern!(VALUE, r"^[A-Z0-9]{1,10}(?:[ ./\-][A-Z0-9./\-]{1,12}){0,2}");

/// The town's own reference: as the sender labels it, else by the town's own patterns.
pub fn ours(letter: &Letter<'_>, patterns: &[Regex]) -> Option<Field> {
    let wanted =
        |label: Label| label == Label::OwnReference || label == Label::FileNumber && !letter.court_writes();
    let patterns_say =
        |value: &str| patterns.iter().any(|p| p.find(value).is_some_and(|m| m.as_str() == value));
    by_label(letter, wanted)
        // Sure only what looks like a number of the town.
        .map(|f| Field { sure: f.sure && patterns_say(&f.value), ..f })
        .or_else(|| patterns.iter().find_map(|p| by_pattern(letter, p)))
        .or_else(|| in_text(letter))
}

/// The sender's reference.
pub fn theirs(letter: &Letter<'_>) -> Option<Field> {
    let court = letter.court_writes();
    by_label(letter, |label| label == Label::Reference || label == Label::FileNumber && court)
}

fn by_label(letter: &Letter<'_>, wanted: impl Fn(Label) -> bool) -> Option<Field> {
    letter.labels.iter().filter(|l| l.page == 1 && wanted(l.label)).find_map(|found| {
        let words = reference_words(&found.words);
        let value = rows::joined(words).trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
        let value = as_court_writes(&value).unwrap_or(value);
        looks_like_one(&value).then(|| of_words(found.page, words, value, true))
    })
}

/// The words that belong to a reference: no wide gap, no date after it, at most four.
fn reference_words(words: &[Placed]) -> &[Placed] {
    let height = words.first().map_or(1.0, |w| w.bounds.h as f32);
    let end = (1..words.len().min(4)).find(|&i| words[i].left - words[i - 1].right > 1.2 * height);
    let words = &words[..end.unwrap_or(words.len().min(4))];
    // A verb before the number ("lautet") and plain words after it are no part of it.
    let lower = |w: &&Placed| w.text.chars().all(|c| c.is_lowercase());
    let words = &words[words.iter().take_while(lower).count()..];
    let last = words.iter().rposition(|w| w.text.chars().any(|c| c.is_ascii_digit())).map_or(0, |i| i + 1);
    &words[..last]
}

/// `70 610/25` and `7O 610/25` as `7 O 610/25`: chamber, register, number, year.
fn as_court_writes(value: &str) -> Option<String> {
    let c = COURT.as_ref()?.captures(value)?;
    Some(format!("{} {} {}", &c[1], &c[2], &c[3]))
}

fn looks_like_one(value: &str) -> bool {
    let digits = value.chars().filter(char::is_ascii_digit).count();
    digits >= 2 && (3..=26).contains(&value.chars().count()) && super::values::date(value).is_none()
}

fn by_pattern(letter: &Letter<'_>, pattern: &Regex) -> Option<Field> {
    let captures = pattern.captures(&letter.first.text)?;
    let found = captures.get(1).or_else(|| captures.get(0))?;
    let value = found.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
    looks_like_one(&value).then(|| of_prose(&letter.first, found.start(), found.as_str(), value, true))
}

fn in_text(letter: &Letter<'_>) -> Option<Field> {
    if letter.court_writes() {
        return None;
    }
    let label = OWN_IN_TEXT.as_ref()?.find(&letter.first.text)?;
    let rest = letter.first.text.get(label.end()..)?;
    let found = VALUE.as_ref()?.find(rest)?.as_str().trim_end_matches(['.', ',', '-', '/', ' ']);
    // A following word that has no digit belongs to the sentence.
    let mut value = found;
    while let Some((head, tail)) = value.rsplit_once(' ') {
        if tail.chars().any(|c| c.is_ascii_digit()) {
            break;
        }
        value = head;
    }
    looks_like_one(value).then(|| of_prose(&letter.first, label.end(), value, value.to_owned(), false))
}
