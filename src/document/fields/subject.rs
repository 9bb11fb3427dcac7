//! The subject: labelled, else the last lines above the salutation, else the largest print of a form.

use super::rows::{self, Placed, Row};
use super::{Letter, of_words, pattern};
use crate::model::document::Field;

pattern!(LABELLED, r"(?i)^\s*(?:betreff\b|betr\.|betr:|betrifft\b)");
pattern!(
    NOT_SUBJECT,
    r"(?i)^(?:\d{5} |an (?:die|den|das)\b|postfach|.*\b(?:tel|telefon|e-?mail|datum|fax)\b)"
);

pattern!(
    WHAT,
    r"^(?i:(?:\d\. )?(?:[\p{L}-]*rechnung|gutschrift|(?:letzte |\d\. )?mahnung|zahlungserinnerung|angebot|lieferschein|auftragsbestätigung|(?:ärztliche[sr]? )?(?:attest|bescheinigung|zeugnis)|ladung|beschluss|urteil|verfügung|zustellung|einladung|kündigung|vollmacht))(?: |$)"
);

/// The text begins below the address, mm; a page is so high.
const BODY_FROM_MM: f32 = 85.0;
const PAGE_MM: f32 = 297.0;
/// Lines of one subject; more is text.
const LINES_MAX: usize = 3;
/// Print that is this much larger than the page's is a heading.
const LARGE: f32 = 1.25;

/// The subject of the letter.
pub fn subject(letter: &Letter<'_>) -> Option<Field> {
    labelled(letter)
        .or_else(|| above_salutation(letter))
        .or_else(|| says_what(letter))
        .or_else(|| heading(letter))
}

/// A line that begins with what the letter is, below the address: "Rechnung Nr. RE-2026-2224".
fn says_what(letter: &Letter<'_>) -> Option<Field> {
    let rows = letter.rows.iter().filter(|r| r.page == 1 && r.y > BODY_FROM_MM * letter.per_mm);
    rows.take_while(|r| r.y < 0.5 * PAGE_MM * letter.per_mm).find_map(|row| {
        let [segment] = row.segments()[..] else { return None };
        let value = without_edge(&rows::joined(segment));
        let fits = segment.len() <= 9 && !value.ends_with(['.', ':', ',']);
        (fits && WHAT.as_ref()?.is_match(&value)).then(|| of_words(1, segment, value, false))
    })
}

fn labelled(letter: &Letter<'_>) -> Option<Field> {
    let rows: Vec<&Row> = letter.rows.iter().filter(|r| r.page == 1).collect();
    let labelled = |r: &&Row| r.words.len() > 1 && LABELLED.as_ref().is_some_and(|l| l.is_match(&r.text()));
    let at = rows.iter().position(labelled)?;
    // The label, then what stands beside it without a wide gap: a stamp may stand further right.
    let row = rows[at];
    let apart = row.words[1].text.chars().all(|c| !c.is_alphanumeric());
    let label = 1 + usize::from(apart && row.words.len() > 2);
    let beside = Row { words: row.words[label..].to_vec(), ..row.clone() };
    let mut words = beside.segments().first()?.to_vec();
    let lefts = [row.words.first()?.left, words.first()?.left];
    let mut above = row;
    for next in rows[at + 1..].iter().take(LINES_MAX - 1) {
        let greets = super::super::text::is_salutation(&rows::joined_folded(&next.words));
        let far = next.y - above.y > 1.7 * line_height(letter, next);
        // In a printed mail the next line is "Von:", in a letter it may be "Anlage:".
        let labels = next.words.first().is_some_and(|w| w.text.ends_with(':'));
        let segment = next.segments().into_iter().find(|s| {
            s.first().is_some_and(|w| lefts.iter().any(|l| (w.left - l).abs() < 8.0 * letter.per_mm))
        });
        let Some(segment) = segment.filter(|_| !greets && !far && !labels) else { break };
        words.extend(segment.iter().cloned());
        above = next;
    }
    let value = without_edge(&rows::joined(&words));
    (value.chars().count() >= 4).then(|| of_words(1, &words, value, true))
}

/// Without marks at its ends that belong to a line or a frame beside it.
fn without_edge(text: &str) -> String {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '|' | '_' | '~' | '¦')).to_owned()
}

/// Usual distance of lines where a row stands: about twice the height of its letters.
fn line_height(letter: &Letter<'_>, row: &Row) -> f32 {
    (row.height * 1.6).max(letter.per_mm * 4.2)
}

/// The last group of lines above the salutation that is neither address nor information block.
fn above_salutation(letter: &Letter<'_>) -> Option<Field> {
    let salutation = letter.salutation()?;
    let edge = letter.rows.get(salutation)?.words.first()?.left;
    let mut group: Vec<&[Placed]> = Vec::new();
    let mut last: Option<&Row> = None;
    for (index, row) in letter.rows[..salutation].iter().enumerate().rev().take(8) {
        if last.is_some_and(|below| below.y - row.y > 1.5 * line_height(letter, row)) {
            break;
        }
        // Only what begins at the text's own edge: not the column beside it.
        let segment = row.segments().into_iter().find(|s| {
            s.first().is_some_and(|w| (w.left - edge).abs() < 4.0 * letter.per_mm) && s.len() <= 30
        });
        let Some(segment) = segment else { continue };
        let text = rows::joined(segment);
        let bare_date =
            super::values::date(&text).is_some_and(|d| d.1.chars().count() + 3 >= text.chars().count());
        if bare_date
            || is_reference(letter, index, segment)
            || NOT_SUBJECT.as_ref().is_some_and(|r| r.is_match(&text))
        {
            break;
        }
        group.push(segment);
        last = Some(row);
        if group.len() >= LINES_MAX {
            break;
        }
    }
    if group.is_empty() {
        return None;
    }
    group.reverse();
    let words: Vec<Placed> = group.concat();
    let value = without_edge(&rows::joined(&words));
    (value.chars().count() >= 4).then(|| of_words(1, &words, value, false))
}

/// A line of its own with somebody's sign or date: "Unser Zeichen: ab/12".
fn is_reference(letter: &Letter<'_>, row: usize, segment: &[Placed]) -> bool {
    use super::labels::Label::{Date, InvoiceDate, Order, Other, OwnReference, Reference};
    let colon = segment.iter().take(4).any(|w| w.text.ends_with(':'));
    let begins = |l: &super::labels::Labelled| {
        let before = segment.iter().take_while(|w| l.words.first().is_some_and(|v| w.left < v.left)).count();
        before < 5
            && l.words.last().zip(segment.last()).is_some_and(|(a, b)| a.left == b.left)
            && matches!(l.label, Date | InvoiceDate | Order | Other | OwnReference | Reference)
    };
    colon && letter.labels.iter().any(|l| l.row == row && begins(l))
}

/// The largest print on the first page, but for who writes and to whom.
fn heading(letter: &Letter<'_>) -> Option<Field> {
    let first: Vec<&Row> = letter.rows.iter().filter(|r| r.page == 1).collect();
    let mut heights: Vec<f32> = first.iter().map(|r| capitals(r)).collect();
    heights.sort_by(f32::total_cmp);
    let usual = *heights.get(heights.len() / 2)?;
    let bottom = first.last()?.y;
    let is_heading = |row: &&Row| {
        let text = row.text();
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        let folded = super::super::text::folded(&text);
        letters >= 6
            && row.y < 0.6 * bottom
            && capitals(row) >= LARGE * usual
            && !["stadt ", "amtsgericht", "verwaltungsgericht", "landgericht", "gemeinde "]
                .iter()
                .any(|s| folded.starts_with(s))
    };
    let largest = first
        .iter()
        .filter(|r| is_heading(r))
        .max_by(|a, b| capitals(a).total_cmp(&capitals(b)).then(b.y.total_cmp(&a.y)))?;
    // A heading may have two lines.
    let at = first.iter().position(|r| std::ptr::eq(*r, *largest))?;
    let goes_on = |row: &&&Row| {
        (capitals(row) / capitals(largest) - 1.0).abs() < 0.12
            && row.y - largest.y < 2.2 * line_height(letter, row)
    };
    let mut words = largest.words.clone();
    if let Some(next) = first.get(at + 1).filter(goes_on) {
        words.extend(next.words.iter().cloned());
    }
    let value = rows::joined(&words);
    Some(of_words(1, &words, value, false))
}

/// Height of the print: the tallest word but one, so that one misread box does not count.
fn capitals(row: &Row) -> f32 {
    let mut heights: Vec<i32> = row.words.iter().map(|w| w.bounds.h).collect();
    heights.sort_unstable();
    let place = heights.len().saturating_sub(2);
    heights.get(place).copied().unwrap_or(0) as f32
}
