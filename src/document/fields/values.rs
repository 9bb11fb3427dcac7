//! German dates and amounts as values.

use regex::Regex;
use std::sync::LazyLock;

static NUMERIC: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b(\d{1,2})\s?[.,]\s?(\d{1,2})\s?[.,]\s?(\d{4}|\d{2})\b").ok());
static WRITTEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\b(\d{1,2})\s?[.,]?\s?([A-Za-zÄäÖöÜü]{3,9})[.,]?\s*'?(\d{4}|\d{2})\b").ok()
});
static ISO: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b(\d{4})-(\d{2})-(\d{2})\b").ok());

const MONTHS: [&str; 12] =
    ["jan", "feb", "mär", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "dez"];

/// The first date in a text: ISO value and the words it was read from.
pub fn date(text: &str) -> Option<(String, String)> {
    let number = |s: &str| s.parse::<i16>().ok();
    let numeric = NUMERIC.as_ref().and_then(|r| r.captures(text)).and_then(|c| {
        let year = century(number(&c[3])?);
        Some((valid(year, number(&c[2])?, number(&c[1])?)?, c[0].to_owned(), c.get(0)?.start()))
    });
    let written = WRITTEN.as_ref().and_then(|r| r.captures(text)).and_then(|c| {
        let word = c[2].to_lowercase().replace("mrz", "mär").replace("mae", "mär").replace("mar", "mär");
        let month = MONTHS.iter().position(|m| word.starts_with(m))?;
        Some((
            valid(century(number(&c[3])?), month as i16 + 1, number(&c[1])?)?,
            c[0].to_owned(),
            c.get(0)?.start(),
        ))
    });
    let iso = ISO.as_ref().and_then(|r| r.captures(text)).and_then(|c| {
        Some((valid(number(&c[1])?, number(&c[2])?, number(&c[3])?)?, c[0].to_owned(), c.get(0)?.start()))
    });
    [numeric, written, iso].into_iter().flatten().min_by_key(|f| f.2).map(|f| (f.0, f.1))
}

/// The same where letters and digits may have been taken for each other, as in a stamp: `1Z. MRZ. 2O26`.
pub fn stamped_date(text: &str) -> Option<(String, String)> {
    date(text).or_else(|| {
        let words = text.split(' ').map(|word| {
            let digits = word.chars().filter(char::is_ascii_digit).count();
            let like = |c: char| match c {
                'O' | 'o' | 'Q' | 'D' => '0',
                'I' | 'l' | '|' | '!' | 'i' => '1',
                'Z' | 'z' => '2',
                'S' | 's' => '5',
                'B' => '8',
                ',' | ':' | ';' => '.',
                other => other,
            };
            let put_right: String = word.chars().map(like).collect();
            let now = put_right.chars().filter(char::is_ascii_digit).count();
            // Most signs are digits then, or it was no number.
            if digits > 0 && 2 * now > put_right.chars().filter(|c| c.is_alphanumeric()).count() {
                put_right
            } else {
                word.to_owned()
            }
        });
        let text = words.collect::<Vec<_>>().join(" ");
        date(&text).or_else(|| misread_month(&text))
    })
}

/// A day whose month was read with a wrong letter: `18. FER 2026`.
fn misread_month(text: &str) -> Option<(String, String)> {
    const NAMES: [&[&str]; 12] = [
        &["jan", "januar"],
        &["feb", "februar"],
        &["mrz", "mär", "märz"],
        &["apr", "april"],
        &["mai"],
        &["jun", "juni"],
        &["jul", "juli"],
        &["aug", "august"],
        &["sep", "sept", "september"],
        &["okt", "oktober"],
        &["nov", "november"],
        &["dez", "dezember"],
    ];
    let found = WRITTEN.as_ref()?.captures(text)?;
    let word = found[2].to_lowercase();
    let near = |name: &&str| strsim::levenshtein(name, &word) <= 1 + usize::from(name.chars().count() >= 6);
    let fitting: Vec<usize> = (0..12).filter(|&m| NAMES[m].iter().any(&near)).collect();
    // Two months that fit are no month: "Jun", "Jul".
    let [month] = fitting[..] else { return None };
    let (day, year) = (found[1].parse().ok()?, found[3].parse().ok()?);
    Some((valid(century(year), month as i16 + 1, day)?, found[0].to_owned()))
}

/// Two digits: up to 49 this century, dates of birth before.
fn century(year: i16) -> i16 {
    match year {
        0..50 => year + 2000,
        50..100 => year + 1900,
        whole => whole,
    }
}

fn valid(year: i16, month: i16, day: i16) -> Option<String> {
    let date = jiff::civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    (1950..=2100).contains(&year).then(|| date.to_string())
}

/// `1.234,56` as `1234.56`.
pub fn amount(text: &str) -> Option<String> {
    let (whole, cents) = text.rsplit_once(',')?;
    // `12,-` and `12,--` are whole euros.
    let cents = if cents.chars().all(|c| matches!(c, '-' | '–')) { "00" } else { cents };
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    let fine = !whole.is_empty() && cents.len() == 2 && cents.chars().all(|c| c.is_ascii_digit());
    let whole = whole.trim_start_matches('0');
    fine.then(|| format!("{}.{cents}", if whole.is_empty() { "0" } else { whole }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_as_people_write_them() {
        let check =
            |text: &str, value: Option<&str>| assert_eq!(date(text).map(|d| d.0).as_deref(), value, "{text}");
        check("Lindenau, den 3. März 2026", Some("2026-03-03"));
        check("12.03.2026", Some("2026-03-12"));
        check("vom 1. 9. 26 an", Some("2026-09-01"));
        check("14 Dez. 2025", Some("2025-12-14"));
        check("12. MRZ. 26", Some("2026-03-12"));
        check("2026-11-20", Some("2026-11-20"));
        check("12, 03.2026", Some("2026-03-12"));
        assert_eq!(stamped_date("1Z. MRZ. 2O26").map(|d| d.0).as_deref(), Some("2026-03-12"));
        assert_eq!(stamped_date("l2.O3.2026").map(|d| d.0).as_deref(), Some("2026-03-12"));
        assert_eq!(stamped_date("18. FER 2026").map(|d| d.0).as_deref(), Some("2026-02-18"));
        assert_eq!(stamped_date("03. JUX 2026"), None);
        assert_eq!(amount("12,--").as_deref(), Some("12.00"));
        check("31.02.2026", None);
        check("Tel. 0123 45.67.890", None);
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in ".{0,80}") {
            date(&text);
            amount(&text);
        }

        #[test]
        fn amounts_come_back(euros in 0u32..9_999_999, cents in 0u32..100) {
            let mut grouped = String::new();
            for (i, c) in euros.to_string().chars().enumerate() {
                if i > 0 && (euros.to_string().len() - i).is_multiple_of(3) {
                    grouped.push('.');
                }
                grouped.push(c);
            }
            prop_assert_eq!(amount(&format!("{grouped},{cents:02}")), Some(format!("{euros}.{cents:02}")));
        }
    }
}
