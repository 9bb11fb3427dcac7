//! Deadlines that a letter sets: "binnen eines Monats nach Zustellung".
//!
//! Counted from the day of receipt (§§ 187, 188 BGB), the end moved to a working day (§ 193 BGB). A proposal,
//! never sure: when a document counts as served is for a person to say.

use super::holidays::working_day_from;
use super::{Letter, of_prose, pattern};
use crate::model::document::Field;
use jiff::civil::Date;
use jiff::{Span, ToSpan};

pattern!(
    WITHIN,
    r"(?i)\b(?:binnen|innerhalb(?: von)?|in einer frist von|mit einer frist von)\s+((?:einer|eines|einem|zwei|zweier|drei|dreier|vier|sechs|acht|zehn|vierzehn|\d{1,2})\s+(?:tage[ns]?|wochen?|monat(?:s|es|en|e)?))\s*,?\s*(?:nach|ab|seit)\s+(?:\w+\s+){0,2}(?:zustellung|zugang|bekanntgabe|eingang|erhalt|empfang)"
);

/// The deadline, if the day of receipt is known. `land`: whose holidays count.
pub fn deadline(letter: &Letter<'_>, received: Option<&str>) -> Option<Field> {
    let received: Date = received?.parse().ok()?;
    let found = WITHIN.as_ref()?.captures(&letter.prose.text)?;
    let span = span(found.get(1)?.as_str())?;
    let end = working_day_from(received.checked_add(span).ok()?, letter.land);
    let whole = found.get(0)?;
    Some(of_prose(&letter.prose, whole.start(), whole.as_str(), end.to_string(), false))
}

fn span(text: &str) -> Option<Span> {
    let (count, unit) = text.split_once(char::is_whitespace)?;
    let count: i64 = match count.to_lowercase().as_str() {
        "einer" | "eines" | "einem" => 1,
        "zwei" | "zweier" => 2,
        "drei" | "dreier" => 3,
        "vier" => 4,
        "sechs" => 6,
        "acht" => 8,
        "zehn" => 10,
        "vierzehn" => 14,
        digits => digits.parse().ok()?,
    };
    match unit.trim().to_lowercase().chars().next()? {
        't' => Some(count.days()),
        'w' => Some(count.weeks()),
        _ => Some(count.months()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_ends_on_the_same_day_or_the_last() {
        let end = |from: &str, text: &str| {
            let from: Date = from.parse().unwrap();
            working_day_from(from.checked_add(span(text).unwrap()).unwrap(), Some("NW")).to_string()
        };
        assert_eq!(end("2026-01-30", "eines Monats"), "2026-03-02"); // 28 February is a Saturday
        assert_eq!(end("2026-03-12", "eines Monats"), "2026-04-13"); // 12 April is a Sunday
        assert_eq!(end("2026-05-21", "zwei Wochen"), "2026-06-05"); // 4 June is Corpus Christi
        assert_eq!(end("2026-03-02", "14 Tagen"), "2026-03-16");
    }
}
