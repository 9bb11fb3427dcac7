//! File numbers: the town's own and the sender's.

use super::labels::{Label, Labelled};
use super::rows::{self, Placed};
use super::{Letter, of_prose, of_words, pattern};
use crate::document::TownRules;
use crate::document::text::{Zone, folded};
use crate::model::document::Field;
use regex::Regex;

pattern!(
    OWN_IN_TEXT,
    r"(?i)\b(?:kassenzeichen|buchungszeichen|kennziffer|ausschreibung|vergabe-?\s?(?:nummer|nr\.?)|(?:wohngeld|personal|register|antrags|bauantrags|bescheid|betriebs|steuer-?objekt)-?\s?(?:nummer|nr\.?)|(?:bei ihnen |dort )unter (?:der )?(?:nummer|nr\.?)|ihr(?:e|em|er)?\s+(?:zeichen|az\.?|aktenzeichen|gz\.?|geschäftszeichen|referenz|ref\.))\s*[: ]\s*(?:lautet:?\s*)?"
);
pattern!(
    THEIRS_IN_TEXT,
    r"(?i)\b(?:unser(?:e|em|er)?|mein(?:e|em)?)\s+(?:zeichen|az\.?|aktenzeichen|gz\.?|geschäftszeichen|referenz|ref\.|vorgangsnummer|vorgang)\s*[: ]\s*(?:lautet:?\s*)?|\bbei (?:antwort|rückfragen|zahlung)\w* (?:bitte )?(?:stets |unbedingt )?angeben\s*:\s*"
);
pattern!(
    FILE_IN_TEXT,
    r"(?i)\b(?:aktenzeichen|az\.?|geschäftszeichen|geschäfts-?(?:nummer|nr\.?)|gesch\.?-?z\.?|gz\.?|vorgangs-?(?:nummer|nr\.?))\s*[: ]\s*(?:lautet:?\s*)?"
);
pattern!(
    ORDER_IN_TEXT,
    r"(?i)\b(?:bestell(?:ung)?s?-?\s?(?:nummer|nr\.?)|ihrer? bestellung|ihr(?:em)? auftrag|auftrags?-?\s?(?:nummer|nr\.?))\s*[: ]\s*(?:nr\.?\s*)?"
);
// Letters, then a number of at least four digits.
pattern!(NUMBER_IN_TEXT, r"\b(?:Nr\.|Nummer)\s+([A-Z]{1,4}[-/]\d{4,9}(?:/\d{2})?)\b");
pattern!(COURT, r"^(\d{1,3}) ?([A-Z]{1,3}) ?(\d{1,5}/\d{2})$");
pattern!(VALUE, r"^[\p{L}0-9]{1,12}(?:[ ./\-][\p{L}0-9./\-]{1,14}){0,3}");
pattern!(
    INSTITUTION,
    r"gericht|staatsanw|anw[aä]lt|notar|kanzlei|versicherung|kasse\b|amt\b|amter\b|behorde|ministerium|regierung|landkreis|kreis\b|polizei|agentur|jobcenter|verband\b|kammer\b|inkasso|forderung|\b(?:gmbh|ag|kg|ohg|mbh|ug|se|eg|partg|e v|ek|e k|gbr)\b|stiftung|universitat|werke\b|anstalt\b|zentrale\b|buro\b|praxis\b|gesellschaft"
);
// Whom to ask: only houses with desks say so.
pattern!(
    DESK,
    r"^(?:durchwahl|abteilung|sachbearbeit\w*|bearbeiter\w*|ansprechpartner\w*|ansprechperson|es schreibt ihnen|auskunft erteilt)\b"
);
// Words before a number that is not the town's.
pattern!(SOMEBODY_ELSES, r"\b(?:rechnung|angebot|auftrag|schaden|kunden|vertrag|versicherung|police|vom)");
pattern!(OWN_DATE, r"^\d{1,2}\.\s?\d{1,2}\.\s?\d{2,4}$");

/// The town's own reference: as the sender labels it, else by the town's own patterns.
pub fn ours(letter: &Letter<'_>, town: &TownRules) -> Option<Field> {
    let wanted = |found: &Labelled, value: &str| match found.label {
        Label::OwnReference => true,
        Label::FileNumber => is_towns(value, town) || !letter.institution_writes(),
        _ => false,
    };
    let known = || town.own_references.iter().find_map(|p| by_pattern(letter, p));
    by_label(letter, wanted)
        // A number broken at the end of its line is whole in the running text.
        .map(|f| known().filter(|k| k.value != f.value && k.value.starts_with(&f.value)).unwrap_or(f))
        // Sure only what looks like a number of the town.
        .map(|f| Field { sure: f.sure && is_towns(&f.value, town), ..f })
        .or_else(known)
        .or_else(|| in_text(letter, &OWN_IN_TEXT))
        .or_else(|| if letter.institution_writes() { None } else { in_text(letter, &FILE_IN_TEXT) })
        .or_else(|| if letter.institution_writes() { None } else { in_subject(letter) })
        .or_else(|| if letter.institution_writes() { None } else { bare_number(letter) })
        // An order is the town's own paper.
        .or_else(|| order(letter).map(|f| Field { sure: false, ..f }))
}

/// A number somebody who keeps no files names in passing: "Bitte rechnen Sie neu (Nr. WG-958823)".
fn bare_number(letter: &Letter<'_>) -> Option<Field> {
    NUMBER_IN_TEXT.as_ref()?.captures_iter(&letter.first.text).find_map(|c| {
        let found = c.get(1)?;
        let before = letter.first.text.get(..c.get(0)?.start())?;
        let words: Vec<&str> = before.rsplit(' ').take(3).collect();
        let others = SOMEBODY_ELSES.as_ref().is_some_and(|r| r.is_match(&folded(&words.join(" "))));
        let value = found.as_str().to_owned();
        (!others && looks_like_one(&value))
            .then(|| of_prose(&letter.first, found.start(), found.as_str(), value, false))
    })
}

/// A number in the subject of somebody who keeps no files: "Einspruch, 32.4-OWi-28842/26". A proposal.
fn in_subject(letter: &Letter<'_>) -> Option<Field> {
    let subject = super::subject::subject(letter)?;
    let words: Vec<&str> = subject.value.split_whitespace().collect();
    let number = |word: &str| {
        let digits = word.chars().filter(char::is_ascii_digit).count();
        let parts = word.split(['-', '/', '.']).filter(|p| !p.is_empty()).count();
        digits >= 4 && parts >= 2 && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '/' | '.'))
    };
    let bare = |word: &'_ str| word.trim_matches([',', ':', ';', '(', ')', '.']).to_owned();
    let at = words.iter().position(|w| number(&bare(w)))?;
    let others = SOMEBODY_ELSES
        .as_ref()
        .is_some_and(|r| r.is_match(&folded(&words[at.saturating_sub(2)..at].join(" "))));
    let value = bare(words[at]);
    (!others && looks_like_one(&value)).then(|| Field { raw: value.clone(), value, sure: false, ..subject })
}

/// The sender's reference.
pub fn theirs(letter: &Letter<'_>, town: &TownRules) -> Option<Field> {
    let institution = letter.institution_writes();
    let file = |found: &Labelled, value: &str| {
        found.label == Label::FileNumber && institution && !is_towns(value, town)
    };
    let other = |f: &Field| !is_towns(&f.value, town);
    by_label(letter, |found, _| found.label == Label::Reference)
        .or_else(|| by_label(letter, file))
        .or_else(|| in_text(letter, &THEIRS_IN_TEXT))
        .or_else(|| if institution { in_text(letter, &FILE_IN_TEXT).filter(other) } else { None })
}

/// Number of the town's order that an invoice or delivery is about.
pub fn order(letter: &Letter<'_>) -> Option<Field> {
    by_label(letter, |found, _| found.label == Label::Order).or_else(|| in_text(letter, &ORDER_IN_TEXT))
}

impl Letter<'_> {
    /// Whether a house with files of its own writes: what it calls file number is its own.
    fn institution_writes(&self) -> bool {
        let head = self.lines.iter().filter(|l| l.page == 1 && l.zone == Zone::Letterhead);
        let says = |folded: &str| INSTITUTION.as_ref().is_some_and(|r| r.is_match(folded));
        let desk = |r: &rows::Row| {
            let says = |s: &&[Placed]| DESK.as_ref().is_some_and(|d| d.is_match(&rows::joined_folded(s)));
            r.segments().iter().any(says)
        };
        let greeting = self.salutation().unwrap_or(0);
        self.court_writes()
            || self.rows[..greeting].iter().any(desk)
            || head.take(10).any(|l| says(&l.folded))
            || super::parties::sender(self).is_some_and(|s| says(&folded(&s.value)))
    }
}

/// Whether a value looks like a number the town gives.
fn is_towns(value: &str, town: &TownRules) -> bool {
    town.own_references.iter().any(|p| p.find(value).is_some_and(|m| m.as_str() == value))
        || town.desks.iter().flat_map(|d| &d.references).any(|p| p.is_match(value))
}

fn by_label(letter: &Letter<'_>, wanted: impl Fn(&Labelled, &str) -> bool) -> Option<Field> {
    letter.labels.iter().filter(|l| l.page == 1).find_map(|found| {
        let words = &whole(letter, found);
        let words = reference_words(words);
        let value =
            rows::joined(words).replace("- ", "-").trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
        let value = as_court_writes(&value).unwrap_or(value);
        (looks_like_one(&value) && wanted(found, &value)).then(|| of_words(found.page, words, value, true))
    })
}

/// The value of a label, with the rest of a number that a narrow column broke: `32.4-`, below it `OWi-41513/26`.
fn whole(letter: &Letter<'_>, found: &Labelled) -> Vec<Placed> {
    let mut words = found.words.clone();
    let open = |w: &Placed| w.text.ends_with(['-', '/']) && w.text.chars().any(|c| c.is_ascii_digit());
    let (Some(first), Some(last)) = (found.words.first(), found.words.last()) else { return words };
    let below = letter.rows.iter().skip(found.row + 1).take(2).filter(|r| r.page == found.page);
    let near = |w: &&Placed| (w.left - first.left).abs() < first.bounds.h as f32;
    if open(last)
        && let Some(rest) = below.flat_map(|r| &r.words).find(near)
    {
        words.push(rest.clone());
    }
    words
}

/// The words that belong to a reference: no wide gap, no date or sentence after it, at most five.
fn reference_words(words: &[Placed]) -> &[Placed] {
    // A verb before the number ("lautet") and signs read as words are no part of it.
    let before = |w: &&Placed| {
        w.text.chars().all(|c| c.is_lowercase()) && w.text.chars().count() > 3
            || w.text.chars().all(|c| !c.is_alphanumeric())
    };
    let words = &words[words.iter().take_while(before).count()..];
    let height = words.first().map_or(1.0, |w| w.bounds.h as f32);
    let most = words.len().min(5);
    let end = (1..most).find(|&i| {
        let (last, next) = (&words[i - 1], &words[i]);
        next.left - last.right > 1.2 * height
            || last.text.ends_with([',', ';'])
            || OWN_DATE.as_ref().is_some_and(|r| r.is_match(next.text.trim_matches([',', ';', '(', ')'])))
            || ["vom", "und", "bei", "bitte", "zu", "in", "wegen"].contains(&next.text.as_str())
            || next.text.chars().all(|c| matches!(c, '|' | '·' | '•' | '–'))
    });
    let words = &words[..end.unwrap_or(most)];
    let last = words.iter().rposition(|w| w.text.chars().any(|c| c.is_ascii_digit())).map_or(0, |i| i + 1);
    // "S 79 SO 763/26 ER", "953/26 J/wk"
    let sign = |w: &Placed| {
        w.text.chars().count() <= 4
            && w.text.chars().all(|c| c.is_alphabetic() || c == '/')
            && (w.text.contains('/') || w.text.chars().all(char::is_uppercase))
    };
    &words[..last + usize::from(last > 0 && words.get(last).is_some_and(sign))]
}

/// `70 610/25` and `7O 610/25` as `7 O 610/25`: chamber, register, number, year.
fn as_court_writes(value: &str) -> Option<String> {
    let c = COURT.as_ref()?.captures(value)?;
    Some(format!("{} {} {}", &c[1], &c[2], &c[3]))
}

fn looks_like_one(value: &str) -> bool {
    let digits = value.chars().filter(char::is_ascii_digit).count();
    digits >= 2 && (3..=32).contains(&value.chars().count()) && super::values::date(value).is_none()
}

fn by_pattern(letter: &Letter<'_>, pattern: &Regex) -> Option<Field> {
    let captures = pattern.captures(&letter.first.text)?;
    let found = captures.get(1).or_else(|| captures.get(0))?;
    let value = found.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
    // Of a longer number a part is none: `0120.103716.1` in `5.0120.103716.1`.
    let before = &letter.first.text[..found.start()];
    let longer = before.len() - before.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').len();
    let part =
        before.ends_with('.') && before[before.len() - longer..].contains(|c: char| c.is_ascii_digit());
    let value = if part { format!("{}{value}", &before[before.len() - longer..]) } else { value };
    looks_like_one(&value).then(|| of_prose(&letter.first, found.start(), found.as_str(), value, !part))
}

fn in_text(letter: &Letter<'_>, pattern: &std::sync::LazyLock<Option<Regex>>) -> Option<Field> {
    pattern.as_ref()?.find_iter(&letter.first.text).find_map(|label| {
        let rest = letter.first.text.get(label.end()..)?;
        let found = VALUE.as_ref()?.find(rest)?.as_str();
        // Words that follow the last one with a digit belong to the sentence.
        let words: Vec<&str> = found.split(' ').collect();
        let first_plain =
            words.iter().position(|w| w.chars().count() > 4 && !w.chars().any(|c| c.is_ascii_digit()));
        let words = &words[..first_plain.unwrap_or(words.len())];
        let end = words.iter().rposition(|w| w.chars().any(|c| c.is_ascii_digit()))? + 1;
        let value = words[..end].join(" ");
        let value = value.trim_end_matches(['.', ',', '-', '/', ' ']);
        looks_like_one(value).then(|| of_prose(&letter.first, label.end(), value, value.to_owned(), false))
    })
}
