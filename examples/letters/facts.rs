//! The facts of one letter and the little language its sentences are written in. In: a sentence such as
//! `[Ich bitte|Wir bitten] um Antwort bis {d3}.` Out: the sentence with one of the bracketed choices and
//! the facts in place. A fact keeps its value through the letter; the truth is made from the facts that
//! were really printed.

use crate::dice::Dice;
use crate::invented::{self, Party};
use crate::town;
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

const MONTHS: &[&str] = &[
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];
const WEEKDAYS: &[&str] = &["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"];

/// A date in one of the spellings people use.
pub fn spell(date: Date, style: u8) -> String {
    let (d, m, y) = (date.day(), date.month(), date.year());
    match style {
        0 => format!("{d:02}.{m:02}.{y}"),
        1 => format!("{d}. {} {y}", MONTHS[usize::try_from(m - 1).unwrap_or(0)]),
        2 => format!("{d}.{m}.{:02}", y % 100),
        3 => format!("{d:02}.{m:02}.{:02}", y % 100),
        4 => format!("{y}-{m:02}-{d:02}"),
        _ => format!("{d}.{m}.{y}"),
    }
}

/// Cents as `1.234,56`.
pub fn euros(cents: i64) -> String {
    let whole = (cents / 100).to_string();
    let mut out = String::new();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push('.');
        }
        out.push(c);
    }
    format!("{out},{:02}", cents % 100)
}

/// Cents as `1234.56`.
pub fn decimal(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// The facts of one letter.
pub struct Facts {
    /// Words stream of this letter.
    pub dice: Dice,
    /// Kind id.
    pub kind: &'static str,
    /// Who writes.
    pub sender: Party,
    /// Date of the letter.
    pub date: Date,
    /// Due date, if one is printed.
    pub due: Date,
    /// Gross amount in cents.
    pub gross: i64,
    /// How this writer spells dates.
    pub spelling: u8,
    /// Whether everything people vary varies.
    pub wide: bool,
    /// Only what seeds of the held-out range may say.
    pub held_out: bool,
    /// Names of the facts that were printed.
    pub used: BTreeSet<String>,
    values: BTreeMap<String, String>,
}

impl Facts {
    /// The facts of a letter of a kind by a sender.
    pub fn new(mut dice: Dice, kind: &'static str, sender: Party) -> Self {
        let base = jiff::civil::date(2025, 6, 2);
        let date = base.saturating_add(dice.range(0, 470).days());
        let days = *dice.pick(&[7i64, 10, 14, 14, 21, 30]);
        let due = date.saturating_add(days.days());
        let gross = dice.range(1_990, 980_000);
        let spelling = *dice.pick(&[0u8, 0, 0, 1, 1, 2, 3, 5]);
        Facts {
            dice,
            kind,
            sender,
            date,
            due,
            gross,
            spelling,
            wide: false,
            held_out: false,
            used: BTreeSet::new(),
            values: BTreeMap::new(),
        }
    }

    /// A date as this writer spells it.
    pub fn written(&self, date: Date) -> String {
        spell(date, self.spelling)
    }

    /// Notes that a fact is on the page.
    pub fn note(&mut self, name: &str) {
        self.used.insert(name.to_string());
    }

    /// The value of a fact, made up when first asked for.
    pub fn value(&mut self, name: &str) -> String {
        self.note(name);
        if let Some(known) = self.values.get(name) {
            return known.clone();
        }
        let value = self.invent(name);
        self.values.insert(name.to_string(), value.clone());
        value
    }

    fn ahead(&mut self, low: i64, high: i64) -> String {
        let days = self.dice.range(low, high);
        self.written(self.date.saturating_add(days.days()))
    }

    fn invent(&mut self, name: &str) -> String {
        let year = self.date.year();
        let d = &mut self.dice;
        match name {
            "ich" => self.sender.person.full(),
            "nachname" => self.sender.person.last.clone(),
            "firma" => self.sender.name.clone(),
            "strasse" => self.sender.street.clone(),
            "plzort" => self.sender.place.clone(),
            "tel" => self.sender.phone.clone(),
            "mail" => self.sender.mail.clone(),
            "iban" => invented::grouped(&self.sender.iban),
            "bank" => self.sender.bank.clone(),
            "stadt" => town::NAME.to_string(),
            "person" | "person2" | "person3" => invented::person(d).full(),
            "wer" | "wer2" => invented::person(d).polite(),
            "kind" | "kind2" => invented::child(d),
            "obj" | "obj2" => invented::street(d),
            "ort" => invented::place(d),
            "firma2" | "firma3" => invented::firm(d).name,
            "tel2" => invented::phone(d),
            "datum" => self.written(self.date),
            "frist" => self.written(self.due),
            "d1" => self.ahead(-24, -4),
            "d2" => self.ahead(-110, -35),
            "d3" => self.ahead(12, 40),
            "d4" => self.ahead(50, 160),
            "d5" => self.ahead(1, 9),
            "gebk" => self.ahead(-2100, -300),
            "gebm" => self.ahead(-24000, -8000),
            "jahr" => year.to_string(),
            "vorjahr" => (year - 1).to_string(),
            "tag" => d.pick(WEEKDAYS).to_string(),
            "monat" => d.pick(MONTHS).to_string(),
            "uhrt" => format!("{:02}:{} Uhr", d.range(8, 16), d.pick(&["00", "15", "30", "45"])),
            "uhr" => format!("{:02}:{:02} Uhr", d.range(6, 22), d.range(0, 59)),
            "az" => town::reference(self.kind, year, d),
            "kz" => town::cash_reference(d),
            "unser" => match d.range(0, 3) {
                0 => format!("{}/{}", d.pick(&["mk", "su", "hb", "re", "vz"]), d.digits(4)),
                1 => format!("{}-{:02}-{}", d.pick(&["AB", "KD", "VG", "SR"]), year % 100, d.digits(4)),
                2 => format!(
                    "{} {} {}",
                    d.range(2, 19),
                    d.pick(&["C", "O", "Js", "K", "F"]),
                    format_args!("{}/{:02}", d.range(11, 988), year % 100)
                ),
                _ => d.digits(7),
            },
            "rnr" => match d.range(0, 4) {
                0 => format!("RE-{year}-{}", d.digits(5)),
                1 => format!("{year}{}", d.digits(4)),
                2 => format!("R{:02}/{}", year % 100, d.digits(4)),
                3 => d.digits(8),
                _ => format!("{}-{}", d.digits(6), d.range(1, 9)),
            },
            "kdnr" => d.digits(6),
            "bestell" => format!("{year}/{}", d.digits(4)),
            "tage" => self.date.until(self.due).map_or(0, |span| span.get_days()).to_string(),
            "betrag" if self.wide => crate::wide::money(self.gross, d),
            "betrag" => {
                let money = euros(self.gross);
                match d.range(0, 2) {
                    0 => format!("{money} €"),
                    1 => format!("{money} EUR"),
                    _ => format!("EUR {money}"),
                }
            }
            "summe" | "summe2" | "summe3" => {
                let cents = d.range(2_000, 180_000);
                format!("{} €", euros(cents))
            }
            "flst" => format!("{}/{}", d.range(11, 899), d.range(1, 40)),
            "flur" => d.range(1, 24).to_string(),
            "qm" => d.range(24, 180).to_string(),
            "zahl" => d.range(2, 6).to_string(),
            "zahl2" => d.range(11, 68).to_string(),
            "hund" => {
                d.pick(&["Bello", "Luna", "Rocky", "Emma", "Balu", "Kira", "Oskar", "Frieda"]).to_string()
            }
            "rasse" => d
                .pick(&[
                    "Labrador",
                    "Mischling",
                    "Dackel",
                    "Beagle",
                    "Golden Retriever",
                    "Pudel",
                    "Border Collie",
                ])
                .to_string(),
            "chip" => format!("276{}", d.digits(12)),
            "kita" => d
                .pick(&[
                    "Regenbogen",
                    "Spatzennest",
                    "Am Mühlgraben",
                    "Wurzelzwerge",
                    "St. Elisabeth",
                    "Sonnenschein",
                ])
                .to_string(),
            "schule" => d
                .pick(&[
                    "Grundschule am Deich",
                    "Realschule Lindenau",
                    "Gymnasium Röhntal",
                    "Brüder-Grimm-Schule",
                ])
                .to_string(),
            "stelle" => d
                .pick(&[
                    "Sachbearbeiter/in Bauverwaltung",
                    "Verwaltungsfachangestellte/r",
                    "Gärtner/in im Bauhof",
                    "Erzieher/in",
                    "IT-Administrator/in",
                    "Sachbearbeitung Wohngeld",
                    "Bauingenieur/in Tiefbau",
                ])
                .to_string(),
            "beruf" => d
                .pick(&[
                    "Bürokauffrau",
                    "Verwaltungsfachwirt",
                    "Landschaftsgärtner",
                    "Erzieherin",
                    "Fachinformatiker",
                    "Bauzeichnerin",
                ])
                .to_string(),
            "gewerbe" => d
                .pick(&[
                    "Handel mit Fahrrädern und Zubehör",
                    "Hausmeisterservice",
                    "Imbiss ohne Alkoholausschank",
                    "Friseurhandwerk",
                    "Online-Handel mit Textilien",
                    "Gebäudereinigung",
                    "Garten- und Landschaftspflege",
                ])
                .to_string(),
            "arzt" => format!("Dr. med. {}", invented::person(d).full()),
            "kennz" => format!("LNF-{} {}", d.pick(&["AK", "BT", "HM", "KS", "PU"]), d.range(11, 989)),
            "vorhaben" => d
                .pick(&[
                    "Neubau eines Einfamilienhauses mit Garage",
                    "Anbau eines Wintergartens",
                    "Errichtung eines Carports",
                    "Ausbau des Dachgeschosses",
                    "Umnutzung einer Scheune zu Wohnzwecken",
                    "Errichtung einer Werbeanlage",
                ])
                .to_string(),
            "prozent" => d.range(15, 60).to_string(),
            other => format!("<{other}>"),
        }
    }

    /// A sentence with its choices made and its facts put in.
    pub fn say(&mut self, sentence: &str) -> String {
        let chosen = self.choose(sentence);
        let mut out = String::new();
        let mut rest = chosen.as_str();
        while let Some(open) = rest.find('{') {
            out.push_str(&rest[..open]);
            let Some(close) = rest[open..].find('}') else { break };
            out.push_str(&self.value(&rest[open + 1..open + close]));
            rest = &rest[open + close + 1..];
        }
        out.push_str(rest);
        out
    }

    /// Makes the bracketed choices, inner ones first.
    fn choose(&mut self, sentence: &str) -> String {
        let mut text = sentence.to_string();
        while let Some(close) = text.find(']') {
            let Some(open) = text[..close].rfind('[') else { break };
            let options: Vec<&str> = text[open + 1..close].split('|').collect();
            let option = (*self.dice.pick(&options)).to_string();
            text.replace_range(open..=close, &option);
        }
        text
    }

    /// One of several sentences, said.
    pub fn one_of(&mut self, sentences: &[&str]) -> String {
        if sentences.is_empty() {
            return String::new();
        }
        let sentence = *self.dice.pick(sentences);
        self.say(sentence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Purpose;

    #[test]
    fn sentences_choose_and_remember() {
        let mut dice = Dice::new(1, 0, 0, Purpose::Words);
        let sender = invented::private(&mut dice);
        let mut facts = Facts::new(dice, "wohngeld", sender);
        let said = facts.say("[Ich|Wir|[Er|Sie]] {az} [{az}|{az}]");
        let words: Vec<&str> = said.split(' ').collect();
        assert!(["Ich", "Wir", "Er", "Sie"].contains(&words[0]));
        assert_eq!(words[1..3].join(" "), words[3..5].join(" "));
        assert!(facts.used.contains("az"));
    }

    #[test]
    fn dates_and_amounts_as_people_write_them() {
        let day = jiff::civil::date(2026, 3, 12);
        let all: Vec<String> = (0..6).map(|style| spell(day, style)).collect();
        assert_eq!(all, ["12.03.2026", "12. März 2026", "12.3.26", "12.03.26", "2026-03-12", "12.3.2026"]);
        assert_eq!((euros(123_456_789), decimal(105)), ("1.234.567,89".to_string(), "1.05".to_string()));
    }
}
