//! Who writes: the return line above the address, the block of a private letter, the letterhead, the form.

use super::labels::Label;
use super::rows::{self, Placed, Row};
use super::{Letter, of_words, pattern};
use crate::document::text::folded;
use crate::model::document::Field;

pattern!(PLACE, r"\b\d{5} [A-ZÄÖÜ]");
pattern!(SEPARATOR, r"\s*[·•|;]\s*|\s+[-–—:*~./]+\s+|\s+[-–—:*~.]+\s*|\s*[:~]\s+|\s*,\s*");
pattern!(SENT_BY, r"(?i)^\W*(?:abs(?:ender)?(?:in)?\s?[.:]*|von)\s*[:.]\s*|^(?i:absender)\s+");
pattern!(
    CLOSES,
    r"(?i)^(?:mit (?:freundlich|best|kollegial|lieb|herzlich)\w*|(?:freundliche|viele|beste|liebe|schöne) gr[uü]\w+|hochachtungsvoll|gruß|es grüßt)"
);
pattern!(
    ROLE,
    r"(?i)^(?:gez\.?|i\. ?[av]\.?|ppa\.?|im auftrag|in vertretung|geschäftsführ\w*:?|dipl\.-?\w*\.?)\s+"
);
pattern!(
    STREET,
    r"(?i)^(?:\p{L}[\p{L}.\-]*)?(?:stra(?:ß|ss)e|str\.?|weg|platz|gasse|allee|ring|damm|ufer|chaussee|markt|steig|pfad|stieg|hof|hag|wall|graben|höfe|höfen|berg|grund|feld|park|brücke|tor|kamp|winkel|zeile)$"
);
pattern!(
    STREET_BEGINS,
    r"^(?:Am|An|Auf|Im|In|Hinter|Unter|Vor|Zum|Zur|Alte[rs]?|Neue[rs]?|Lange[rs]?|Kurze[rs]?|Große[rs]?|Kleine[rs]?|Obere[rs]?|Untere[rs]?)$"
);

/// The sender's name; a proposal, unless a form asks for it.
pub fn sender(letter: &Letter<'_>) -> Option<Field> {
    court(letter)
        .or_else(|| return_line(letter))
        .or_else(|| block(letter))
        .or_else(|| on_form(letter))
        .or_else(|| letterhead(letter))
        .or_else(|| signature(letter))
}

/// Whether a row names the town itself: it is who is written to.
fn is_town(text: &str) -> bool {
    let folded = folded(text);
    ["stadt ", "an die ", "an das ", "an den ", "gemeinde ", "rathaus"].iter().any(|s| folded.starts_with(s))
}

fn court(letter: &Letter<'_>) -> Option<Field> {
    let row = letter.rows.iter().filter(|r| r.page == 1).take(4).find(|r| {
        let folded = rows::joined_folded(&r.words);
        folded.contains("gericht") || folded.contains("staatsanwaltschaft")
    })?;
    let says = |s: &&[Placed]| {
        let folded = rows::joined_folded(s);
        folded.contains("gericht") || folded.contains("staatsanwaltschaft")
    };
    let segment = row.segments().into_iter().find(says)?;
    // Its address may follow in the same line; " - " belongs to names of courts.
    let end =
        segment.iter().position(|w| w.text.ends_with(',') || matches!(w.text.as_str(), "·" | "•" | "|"));
    let words =
        &segment[..end.map_or(segment.len(), |at| (at + usize::from(segment[at].text.len() > 2)).max(1))];
    Some(of_words(1, words, rows::joined(words).trim_end_matches(',').to_owned(), false))
}

/// One line with name, street and town above the window of the address.
fn return_line(letter: &Letter<'_>) -> Option<Field> {
    let top = |(_, row): &(usize, &Row)| row.page == 1 && row.y < 100.0 * letter.per_mm;
    letter.rows.iter().enumerate().filter(top).find_map(|(at, row)| {
        let segment = row
            .segments()
            .into_iter()
            .find(|s| s.len() >= 4 && PLACE.as_ref().is_some_and(|r| r.is_match(&rows::joined(s))));
        // Gaps around the signs between the parts may be wide.
        let text = segment.map_or_else(|| row.text(), rows::joined);
        let place = PLACE.as_ref()?.find(&text)?.start();
        let before = text.get(..place)?;
        if is_town(before) || !before.chars().any(|c| c.is_ascii_digit()) {
            return None;
        }
        let before = SENT_BY.as_ref().map_or(before.into(), |r| r.replace(before, ""));
        if before.split(' ').filter(|w| !w.is_empty()).count() <= 5
            && let Some(field) = only_street(&before).then(|| line_above(letter, at, segment?)).flatten()
        {
            return Some(field);
        }
        let name = without_street(&before)?;
        let words = segment.unwrap_or(&row.words);
        let count = name.split(' ').count().min(words.len());
        Some(of_words(1, &words[..count], name, false))
    })
}

/// Whether nothing but a street stands before the town: `Am Mühlgraben 4 · `.
fn only_street(text: &str) -> bool {
    let head = text.trim().trim_end_matches(|c: char| !c.is_alphanumeric());
    let mut words = head.split(' ').collect::<Vec<_>>();
    if SEPARATOR.as_ref().is_some_and(|r| r.is_match(head)) {
        return false;
    }
    let number = words.iter().rposition(|w| w.starts_with(|c: char| c.is_ascii_digit()));
    let Some(number) = number.filter(|&n| n > 0) else { return false };
    words.truncate(number);
    STREET_BEGINS.as_ref().is_some_and(|r| r.is_match(words[0]))
        || words.len() == 1 && STREET.as_ref().is_some_and(|r| r.is_match(words[0]))
}

/// The name in a line of its own above street and town.
fn line_above(letter: &Letter<'_>, at: usize, below: &[Placed]) -> Option<Field> {
    let row = letter.rows.get(at.checked_sub(1)?).filter(|r| r.page == 1)?;
    let left = below.first()?.left;
    let near = letter.rows[at].y - row.y < 3.0 * row.height.max(letter.per_mm * 2.0);
    let segment = row
        .segments()
        .into_iter()
        .find(|s| s.first().is_some_and(|w| (w.left - left).abs() < 6.0 * letter.per_mm))?;
    let value = rows::joined(segment);
    (near && is_name(&value) && !is_town(&value)).then(|| of_words(1, segment, value, false))
}

/// `Erika Muster, Am Mühlgraben 4` as `Erika Muster`.
pub(super) fn without_street(text: &str) -> Option<String> {
    let head = SEPARATOR.as_ref()?.splitn(text.trim(), 2).next()?.trim();
    let mut words: Vec<&str> = head.split(' ').filter(|w| !w.is_empty()).collect();
    if words.iter().any(|w| w.chars().any(|c| c.is_ascii_digit())) {
        let number = words.iter().rposition(|w| w.starts_with(|c: char| c.is_ascii_digit()))?;
        words.truncate(number);
        // The street is the last word or begins with a word that begins streets.
        let street = STREET.as_ref().filter(|r| words.last().is_some_and(|w| r.is_match(w)));
        words.pop();
        let begins = |w: &&str| STREET_BEGINS.as_ref().is_some_and(|r| r.is_match(w));
        if let Some(at) = words.iter().rposition(begins).filter(|at| words.len() - at <= 3) {
            words.truncate(at);
        } else if street.is_none() && words.len() > 2 {
            return None;
        }
    }
    let name = words.join(" ").replace("e.K", "e. K").trim_end_matches(['-', ':', '~', '·', ' ']).to_owned();
    is_name(&name).then_some(name)
}

fn is_name(text: &str) -> bool {
    text.chars().filter(|c| c.is_alphabetic()).count() >= 4
        && text.split(' ').count() >= 2
        && text.starts_with(|c: char| c.is_uppercase())
        && !text.contains('@')
}

/// Name over street over town, before the town's own address. Of several lines above the street the first is the name:
/// what stands below it says what a firm does or who owns it.
fn block(letter: &Letter<'_>) -> Option<Field> {
    let first: Vec<&Row> = letter.rows.iter().filter(|r| r.page == 1).collect();
    let (at, place) = first
        .iter()
        .enumerate()
        .find_map(|(i, row)| row.segments().into_iter().find(|s| starts_with_place(s)).map(|s| (i, s)))?;
    let (left, right) = (place.first()?.left, place.last()?.right);
    let aligned = |s: &&[Placed]| {
        let (from, to) = (s.first().map_or(0.0, |w| w.left), s.last().map_or(0.0, |w| w.right));
        let middle = (from + to - left - right).abs() / 2.0;
        [(from - left).abs(), (to - right).abs(), middle].into_iter().any(|away| away < 6.0 * letter.per_mm)
    };
    let mut lines: Vec<&[Placed]> = Vec::new();
    let mut below = first[at];
    for row in first[..at].iter().rev() {
        if below.y - row.y > 2.4 * below.height.max(row.height).max(2.2 * letter.per_mm) || lines.len() == 5 {
            break;
        }
        if let Some(segment) = row.segments().into_iter().find(aligned) {
            lines.push(segment);
            below = row;
        }
    }
    let texts: Vec<String> = lines.iter().map(|l| rows::joined(l)).collect();
    if texts.iter().any(|t| is_town(t)) || !texts.first()?.chars().any(|c| c.is_ascii_digit()) {
        return None;
    }
    let names = || texts.iter().zip(&lines).skip(1);
    let fits =
        |text: &str| is_name(text) && !text.chars().any(|c| c.is_ascii_digit()) && !text.ends_with(':');
    let (value, words) = names().take_while(|(text, _)| fits(text)).last()?;
    Some(of_words(1, words, value.clone(), false))
}

/// Who signs, if nothing else says who writes.
fn signature(letter: &Letter<'_>) -> Option<Field> {
    let closes = |r: &Row| CLOSES.as_ref().is_some_and(|c| c.is_match(&r.text()));
    let at = letter.rows.iter().rposition(closes)?;
    letter.rows.iter().skip(at + 1).take(5).find_map(|row| {
        let segment = *row.segments().first()?;
        let text = rows::joined(segment);
        let value = ROLE.as_ref().map_or(text.clone(), |r| r.replace(&text, "").into_owned());
        let fits =
            is_name(&value) && value.split(' ').count() <= 5 && !value.chars().any(|c| c.is_ascii_digit());
        fits.then(|| of_words(row.page, segment, value, false))
    })
}

fn starts_with_place(segment: &[Placed]) -> bool {
    let text = rows::joined(segment);
    PLACE.as_ref().and_then(|r| r.find(&text)).is_some_and(|m| m.start() == 0)
}

/// The person a form asks for.
fn on_form(letter: &Letter<'_>) -> Option<Field> {
    letter.labels.iter().filter(|l| l.label == Label::Person && l.page == 1).find_map(|found| {
        let text = rows::joined(&found.words);
        let value = match text.split_once(", ") {
            // Forms want the family name first.
            Some((family, given)) if !given.contains(',') => {
                // A second name beside it is the signature of a neighbouring field.
                let given = given.trim_end_matches(family).trim();
                format!("{given} {family}")
            }
            _ => text,
        };
        let fits = is_name(&value) && !value.chars().any(|c| c.is_ascii_digit());
        fits.then(|| of_words(found.page, &found.words, value, false))
    })
}

/// The first line that could be a name.
fn letterhead(letter: &Letter<'_>) -> Option<Field> {
    let rows = letter.rows.iter().filter(|r| r.page == 1 && r.y < 60.0 * letter.per_mm);
    rows.flat_map(|r| r.segments()).find_map(|segment| {
        let text = rows::joined(segment);
        let value = SEPARATOR.as_ref()?.splitn(&text, 2).next()?.trim().to_owned();
        let fits = is_name(&value) && !is_town(&value) && !value.chars().any(|c| c.is_ascii_digit());
        fits.then(|| of_words(1, segment, value, false))
    })
}
