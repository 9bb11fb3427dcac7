//! Words and phrases of rules, tolerant of what reading engines do to letters.
//!
//! `Bußgeld*` is the beginning of a word, `Antrag auf Wohngeld` are words in a row. Case and umlauts do not
//! count, a word may be read in two pieces, and in long words one letter may be wrong, in very long ones two.

use super::super::text::folded;

/// From this length on a word may have one wrong letter.
const LONG: usize = 7;
/// From this length on two.
const VERY_LONG: usize = 12;

/// A word or words in a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Phrase {
    terms: Vec<Term>,
    shown: String,
}

#[derive(Clone, Debug, PartialEq)]
struct Term {
    text: String,
    /// Only the beginning is given.
    open: bool,
}

impl Phrase {
    /// Out of a rule file; `None` if there is no letter in it.
    pub fn parse(written: &str) -> Option<Self> {
        let terms: Vec<Term> = written
            .split_whitespace()
            .flat_map(|word| {
                let open = word.ends_with('*');
                let text = folded(word);
                let parts: Vec<String> = text.split(' ').map(unified).collect();
                let last = parts.len().saturating_sub(1);
                let term = move |(i, text)| Term { text, open: open && i == last };
                parts.into_iter().enumerate().map(term).collect::<Vec<_>>()
            })
            .filter(|t| !t.text.is_empty())
            .collect();
        (!terms.is_empty()).then(|| Self { terms, shown: written.trim_end_matches('*').to_owned() })
    }

    /// As it is shown in reasons.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// The byte every match begins with.
    pub fn first_byte(&self) -> Option<u8> {
        self.terms.first()?.text.bytes().next()
    }

    /// Whether words begin with the phrase.
    pub fn begins<'t>(&self, words: impl Iterator<Item = &'t str> + Clone) -> bool {
        let mut rest = words;
        self.terms.iter().all(|term| term.take(&mut rest))
    }
}

impl Term {
    /// Takes the word or pieces of a word that are this term.
    fn take<'t>(&self, words: &mut (impl Iterator<Item = &'t str> + Clone)) -> bool {
        let Some(word) = words.next() else { return false };
        if self.is(word) {
            return true;
        }
        // Read in pieces, or written with a hyphen: `hunde steuer`.
        let mut joined = word.to_owned();
        let mut ahead = words.clone();
        while joined.len() < self.text.len() && self.text.starts_with(joined.as_str()) {
            let Some(next) = ahead.next() else { return false };
            joined.push_str(next);
            if self.is(&joined) {
                *words = ahead;
                return true;
            }
        }
        false
    }

    fn is(&self, word: &str) -> bool {
        if word == self.text || self.open && word.starts_with(&self.text) {
            return true;
        }
        let wrong = match self.text.len() {
            n if n >= VERY_LONG => 2,
            n if n >= LONG => 1,
            _ => return false,
        };
        nearly(self.text.as_bytes(), word.as_bytes(), wrong, self.open)
    }
}

/// Letters engines cannot tell apart become one: `rn` and `m`, `vv` and `w`.
pub fn unified(word: &str) -> String {
    word.replace("rn", "m").replace("vv", "w")
}

/// Whether `word` (or its beginning, if `open`) is `term` but for at most `wrong` letters put in, left out or
/// changed. The first letter is right.
fn nearly(term: &[u8], word: &[u8], wrong: usize, open: bool) -> bool {
    if term.first() != word.first() || word.len() + wrong < term.len() {
        return false;
    }
    if !open && word.len() > term.len() + wrong {
        return false;
    }
    let word = &word[..word.len().min(term.len() + wrong)];
    let mut row: Vec<usize> = (0..=word.len()).collect();
    for (i, &t) in term.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, &w) in word.iter().enumerate() {
            let cost = corner + usize::from(t != w);
            corner = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(corner + 1);
        }
        if row.iter().all(|&c| c > wrong) {
            return false;
        }
    }
    if open { row.iter().any(|&c| c <= wrong) } else { row[word.len()] <= wrong }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hits(phrase: &str, text: &str) -> bool {
        let folded = folded(text);
        let words: Vec<String> = folded.split(' ').map(unified).collect();
        let phrase = Phrase::parse(phrase).unwrap();
        (0..words.len()).any(|i| phrase.begins(words[i..].iter().map(String::as_str)))
    }

    #[test]
    fn words_survive_what_reading_does_to_them() {
        for (phrase, text) in [
            ("Bußgeld*", "gegen Ihren Bussgeldbescheid"),
            ("Hundesteuer", "Hunde-\u{2009}steuer"),
            ("Gewerbeanmeldung", "GEWERBE-ANMELDUNG"),
            ("persönlich", "persöhnlich"),
            ("Unterhaltsvorschuss*", "Unterha1tsvorschußgesetz"),
            ("Antrag auf Wohngeld", "Antraq? Antrag auf Wohngeld"),
            ("Ernennung*", "Emennungsurkunde"),
        ] {
            assert!(hits(phrase, text), "{phrase} in {text}");
        }
        for (phrase, text) in [
            ("Klage", "die Lage"),
            ("Mahnung", "Wohnung"),
            ("Rechnung", "rechnen"),
            ("Antrag auf Wohngeld", "Antrag und Wohngeld"),
            ("Hund", "Hundert"),
        ] {
            assert!(!hits(phrase, text), "{phrase} in {text}");
        }
    }

    proptest! {
        #[test]
        fn one_wrong_letter_in_a_long_word_does_not_matter(at in 1usize..13, to in "[a-z]") {
            let mut word = "sondernutzung".to_owned();
            word.replace_range(at..=at.min(word.len() - 1), &to);
            prop_assert!(hits("Sondernutzung", &word) || unified(&word) != word);
        }

        #[test]
        fn any_text_is_survived(phrase in ".{0,30}", text in ".{0,60}") {
            if let Some(phrase) = Phrase::parse(&phrase) {
                let folded = folded(&text);
                phrase.begins(folded.split(' '));
            }
        }
    }
}
