//! Bank accounts: IBAN and BIC.
//!
//! An IBAN has two check digits (ISO 13616, mod 97-10). What the engine misread is put right only where the
//! check digits then fit in exactly one way, and such a value is never sure.

use super::prose::Prose;
use super::{of_prose, pattern};
use crate::model::document::Field;
use crate::model::look_alike;

// `DE`, however it was read, and twenty signs that are or look like digits.
pattern!(
    GERMAN,
    r"(?i)(?:^|[^\p{L}\d])(?:IBAN\s?[:.]?\s?)?([D0OQ]\s?[EFG][\s.:]{0,2}((?:[\dOQDILSZBGTA|!§][\s.\-]{0,2}){19}[\dOQDILSZBGTA|!§]))"
);
pattern!(ANY, r"\b([A-Z]{2} ?\d{2}(?: ?[0-9A-Z]{2,4}){3,8})\b");
pattern!(BIC, r"\b(?:BIC|SWIFT)(?:[- ]?Code)?\s?[:.]?\s?([A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)\b");

pattern!(CREDITOR, r"\b(DE\s?\d{2}\s?[A-Z0-9]{3}\s?(?:\d\s?){10}\d)\b");

/// Digits that engines take for another.
const LOOK_ALIKE: [&[u8]; 10] = [b"869", b"74", b"7", b"89", b"19", b"683", b"580", b"12", b"0369", b"084"];

/// The first IBAN whose check digits hold, else the first that can be put right in one way.
pub fn iban(prose: &Prose) -> Option<Field> {
    let german = || GERMAN.as_ref().into_iter().flat_map(|r| r.captures_iter(&prose.text));
    let read = |c: &regex::Captures<'_>| Some((c.get(1)?.start(), c[1].to_owned(), digits(&c[2])?));
    let whole = german().find_map(|c| {
        let (at, raw, digits) = read(&c)?;
        let value = format!("DE{digits}");
        // Letters put right to digits are checked by the check digits.
        value.parse::<iban::Iban>().ok().map(|_| of_prose(prose, at, &raw, value, true))
    });
    let foreign = || {
        ANY.as_ref()?.captures_iter(&prose.text).find_map(|c| {
            let found = c.get(1)?;
            let mut compact: String = found.as_str().chars().filter(|c| !c.is_whitespace()).collect();
            // Words behind it may look like more groups.
            while compact.len() >= 15 {
                if compact.parse::<iban::Iban>().is_ok() {
                    return Some(of_prose(prose, found.start(), found.as_str(), compact, true));
                }
                compact.pop();
            }
            None
        })
    };
    let repaired = || {
        german().find_map(|c| {
            let (at, raw, digits) = read(&c)?;
            let value = put_right(&digits)?;
            let field = of_prose(prose, at, &raw, value, false);
            Some(Field { confidence: field.confidence.min(0.6), ..field })
        })
    };
    whole.or_else(foreign).or_else(repaired)
}

/// The BIC where it is named as one.
pub fn bic(prose: &Prose) -> Option<Field> {
    let found = BIC.as_ref()?.captures(&prose.text)?.get(1)?;
    let value = found.as_str().to_owned();
    // Bank, country, place: the country stands at the fifth and sixth place.
    let country = value.get(4..6)?;
    ["DE", "AT", "CH", "NL", "BE", "FR", "LU", "LT", "IE", "PL", "DK"]
        .contains(&country)
        .then(|| of_prose(prose, found.start(), &value, value.clone(), true))
}

/// The creditor identifier of somebody who collects by direct debit. Its check digits leave out the three signs that
/// the creditor chooses (EPC262-08).
pub fn creditor(prose: &Prose) -> Option<Field> {
    CREDITOR.as_ref()?.captures_iter(&prose.text).find_map(|c| {
        let found = c.get(1)?;
        let value: String = found.as_str().chars().filter(|c| !c.is_whitespace()).collect();
        let turned = format!("{}1314{}", value.get(7..)?, value.get(2..4)?);
        let rest = turned.bytes().fold(0u32, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97);
        (rest == 1).then(|| of_prose(prose, found.start(), found.as_str(), value, true))
    })
}

/// Twenty signs as digits.
fn digits(signs: &str) -> Option<String> {
    let text: String = signs.chars().filter_map(look_alike::digit).collect();
    let really = signs.chars().filter(char::is_ascii_digit).count();
    (text.len() == 20 && really >= 12).then_some(text)
}

/// The one IBAN that differs in one digit an engine may have misread; none if there are several.
fn put_right(digits: &str) -> Option<String> {
    let mut found = None;
    for (at, digit) in digits.bytes().enumerate() {
        for &other in LOOK_ALIKE.get(usize::from(digit - b'0'))?.iter() {
            let mut value = format!("DE{digits}");
            value.replace_range(at + 2..=at + 2, char::from(other).encode_utf8(&mut [0; 4]));
            if value.parse::<iban::Iban>().is_ok() {
                if found.is_some() {
                    return None;
                }
                found = Some(value);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::text::lines_of;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<(String, bool)> {
        let lines = lines_of(text);
        iban(&Prose::of(lines.iter())).map(|f| (f.value, f.sure))
    }

    #[test]
    fn an_iban_is_found_however_it_is_written() {
        let right = Some(("DE89370400440532013000".to_owned(), true));
        for text in [
            "IBAN: DE89 3704 0044 0532 0130 00 BIC: COBADEFFXXX",
            "DE89370400440532013000",
            "Konto DE89 3704 OO44 O532 O13O OO bei der Bank 12",
            "IBAN DE89-3704-0044-0532-0130-00, Betrag 12,00",
            "IBAN OE89 3704 0044 0532 0130\n00",
        ] {
            assert_eq!(read(text), right, "{text}");
        }
        assert_eq!(read("Kundennummer DE12 3456"), None);
        assert_eq!(read("AT61 1904 3002 3457 3201 Konto"), Some(("AT611904300234573201".into(), true)));
    }

    proptest! {
        #[test]
        fn a_repaired_value_has_right_check_digits_and_is_not_sure(at in 4usize..22, to in 0u8..10) {
            let mut text = "DE89370400440532013000".to_owned();
            let before = text.clone();
            text.replace_range(at..=at, &to.to_string());
            if let Some((value, sure)) = read(&text) {
                prop_assert!(value.parse::<iban::Iban>().is_ok());
                prop_assert!(!sure || value == before);
            }
        }

        #[test]
        fn any_text_is_survived(text in "[DE0-9OIl .-]{0,60}") {
            read(&text);
        }
    }

    #[test]
    fn creditors_are_known_by_their_check_digits() {
        let value = |text: &str| {
            let line = crate::document::text::lines_of(text);
            creditor(&Prose::of(line.iter())).map(|f| f.value)
        };
        assert_eq!(value("Gläubiger-ID: DE98ZZZ09999999999").as_deref(), Some("DE98ZZZ09999999999"));
        assert_eq!(value("Gläubiger-ID: DE98 ZZZ 0 999 999 9999").as_deref(), Some("DE98ZZZ09999999999"));
        assert_eq!(value("Gläubiger-ID: DE97ZZZ09999999999"), None);
    }
}
