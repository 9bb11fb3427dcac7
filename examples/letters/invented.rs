//! Invented people, firms, streets, numbers. In: dice. Out: values that look real and belong to nobody:
//! post codes that start with 00, telephone numbers set aside for film and television, host names under
//! `.example`, IBANs with right check digits of a bank code that is never given out (99...).

use crate::dice::Dice;

const FIRST_F: &[&str] = &[
    "Anna",
    "Birgit",
    "Claudia",
    "Dörte",
    "Elif",
    "Franziska",
    "Gisela",
    "Hannah",
    "Ingrid",
    "Jasmin",
    "Katharina",
    "Lea",
    "Miriam",
    "Nadine",
    "Olga",
    "Petra",
    "Renate",
    "Sabine",
    "Theresa",
    "Ulrike",
    "Vera",
    "Yvonne",
    "Zeynep",
    "Käthe",
];
const FIRST_M: &[&str] = &[
    "Andreas",
    "Bernd",
    "Christoph",
    "Dirk",
    "Emre",
    "Frank",
    "Günther",
    "Holger",
    "Ibrahim",
    "Jürgen",
    "Karsten",
    "Lukas",
    "Matthias",
    "Norbert",
    "Oliver",
    "Paul",
    "Rainer",
    "Sönke",
    "Thomas",
    "Uwe",
    "Volker",
    "Wolfgang",
    "Jörg",
    "Milan",
];
const LAST: &[&str] = &[
    "Albers",
    "Bäumler",
    "Brandhorst",
    "Dankwart",
    "Eichstädt",
    "Fährmann",
    "Gödecke",
    "Grünwald",
    "Hagemeister",
    "Heßling",
    "Ihlenfeld",
    "Jüngst",
    "Kaltenbach",
    "Köhnke",
    "Kowalczyk",
    "Lüdemann",
    "Möllenbeck",
    "Nachtigall",
    "Öztürk",
    "Petrovic",
    "Quandel",
    "Rößler",
    "Saßmann",
    "Schönbeck",
    "Tönnies",
    "Uhlmann",
    "Vahrenkamp",
    "Weißgerber",
    "Yildirim",
    "Zschiesche",
    "Reetz",
    "Stahlhut",
    "Wiebusch",
    "Marquart",
    "Holtgrewe",
];
const CHILD: &[&str] = &[
    "Mia", "Ben", "Emilia", "Noah", "Lotte", "Jonas", "Ida", "Mats", "Frieda", "Levi", "Amina", "Theo",
    "Zoë", "Björn",
];
const STREET: &[&str] = &[
    "Ahornweg",
    "Am Mühlgraben",
    "An der Röde",
    "Bahnhofstraße",
    "Birkenallee",
    "Brückenstraße",
    "Buchenring",
    "Deichgasse",
    "Erlengrund",
    "Fährstraße",
    "Gartenstraße",
    "Goethestraße",
    "Hinter den Höfen",
    "Im Weidengrund",
    "Kastanienweg",
    "Lange Straße",
    "Marktgasse",
    "Nelkenweg",
    "Obere Bachstraße",
    "Pappelallee",
    "Querstraße",
    "Rosenhag",
    "Schulstraße",
    "Schützenplatz",
    "Töpfergasse",
    "Uferstraße",
    "Wiesengrund",
    "Ziegeleiweg",
];
const TOWN: &[&str] = &[
    "Neuenrode",
    "Altmühlheim",
    "Sankt Veit am Forst",
    "Grünau-Süd",
    "Bad Wiesenthal",
    "Kirchlindach",
    "Oberfelden",
    "Rödersheim",
    "Westerkappel",
    "Hohenwarte",
];
const BRANCH: &[(&str, &str)] = &[
    ("Bürotechnik", "Bürobedarf"),
    ("Elektro", "Elektroinstallation"),
    ("Garten- und Landschaftsbau", "Grünpflege"),
    ("Gebäudereinigung", "Unterhaltsreinigung"),
    ("Tiefbau", "Straßen- und Tiefbau"),
    ("Heizung und Sanitär", "Wartung und Notdienst"),
    ("Druckerei", "Druck und Satz"),
    ("IT-Systeme", "Hardware und Betreuung"),
    ("Spielgeräte", "Spielplatzbau"),
    ("Winterdienst", "Räum- und Streudienst"),
    ("Schulmöbel", "Einrichtung"),
    ("Brandschutz", "Prüfung und Wartung"),
    ("Catering", "Mittagsverpflegung"),
    ("Vermessung", "Ingenieurbüro"),
];
const FORM: &[&str] = &["GmbH", "GmbH & Co. KG", "e. K.", "OHG", "KG", "UG (haftungsbeschränkt)", "AG"];
const ADJECTIVE: &[&str] =
    &["Nord", "Linden", "Hansa", "Regio", "Rhön", "Falken", "Stern", "Merkur", "Delta", "Eichen"];

/// A person with both names.
#[derive(Clone, Debug)]
pub struct Person {
    /// Given name.
    pub first: String,
    /// Family name.
    pub last: String,
    /// Addressed as Frau.
    pub female: bool,
}

impl Person {
    /// Given name and family name.
    pub fn full(&self) -> String {
        format!("{} {}", self.first, self.last)
    }

    /// `Frau` or `Herr` with the family name.
    pub fn polite(&self) -> String {
        format!("{} {}", if self.female { "Frau" } else { "Herr" }, self.last)
    }
}

/// Whoever writes.
#[derive(Clone, Debug)]
pub struct Party {
    /// Name as in the truth: a person's full name or the name of the firm or authority.
    pub name: String,
    /// The person who signs.
    pub person: Person,
    /// What the firm does, for the letterhead.
    pub claim: String,
    /// Street with number.
    pub street: String,
    /// Post code and place.
    pub place: String,
    /// Telephone.
    pub phone: String,
    /// Mail address.
    pub mail: String,
    /// IBAN without blanks.
    pub iban: String,
    /// Name of the bank.
    pub bank: String,
}

/// A person.
pub fn person(dice: &mut Dice) -> Person {
    let female = dice.chance(50);
    let first = dice.pick(if female { FIRST_F } else { FIRST_M }).to_string();
    let mut last = dice.pick(LAST).to_string();
    if dice.chance(6) {
        last = format!("{last}-{}", dice.pick(LAST));
    }
    Person { first, last, female }
}

/// A child's given name.
pub fn child(dice: &mut Dice) -> String {
    dice.pick(CHILD).to_string()
}

/// A street with a house number.
pub fn street(dice: &mut Dice) -> String {
    let letter = if dice.chance(12) { *dice.pick(&["a", "b", " c"]) } else { "" };
    format!("{} {}{letter}", dice.pick(STREET), dice.range(1, 148))
}

/// A place elsewhere, with its post code.
pub fn place(dice: &mut Dice) -> String {
    format!("00{} {}", dice.digits(3), dice.pick(TOWN))
}

/// A telephone number out of the ranges kept free for fiction.
pub fn phone(dice: &mut Dice) -> String {
    let n = dice.range(0, 999);
    match dice.range(0, 5) {
        0 => format!("030 23125 {n:03}"),
        1 => format!("069 90009 {n:03}"),
        2 => format!("(040) 66969-{n:03}"),
        3 => format!("0221 4710 {n:03}"),
        4 => format!("089/99998{n:03}"),
        _ => format!("0171 39200 {:02}", n % 100),
    }
}

/// An IBAN with right check digits.
pub fn iban(dice: &mut Dice) -> String {
    let bank = format!("99{}", dice.digits(6));
    let account = format!("{:010}", dice.range(1_000_000, 9_999_999_999));
    // Country letters D and E count as 13 and 14; the check digits stand as 00 while they are computed.
    let mut rest = 0u64;
    for digit in format!("{bank}{account}131400").bytes() {
        rest = (rest * 10 + u64::from(digit - b'0')) % 97;
    }
    format!("DE{:02}{bank}{account}", 98 - rest)
}

/// An IBAN in groups of four.
pub fn grouped(iban: &str) -> String {
    let mut out = String::new();
    for (i, c) in iban.chars().enumerate() {
        if i > 0 && i.is_multiple_of(4) {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

fn host(name: &str) -> String {
    let mut out = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            'ä' => out.push_str("ae"),
            'ö' => out.push_str("oe"),
            'ü' => out.push_str("ue"),
            'ß' => out.push_str("ss"),
            c if c.is_ascii_alphanumeric() => out.push(c),
            _ if !out.ends_with('-') => out.push('-'),
            _ => {}
        }
    }
    // Two words are enough for a host name that fits into a line.
    let words: Vec<&str> = out.split('-').filter(|w| !w.is_empty()).collect();
    words.iter().take(2).map(|w| w.get(..14).unwrap_or(w)).collect::<Vec<_>>().join("-")
}

fn party(dice: &mut Dice, name: String, claim: String, person: Person, domain: &str) -> Party {
    let bank = dice
        .pick(&[
            "Volksbank Röhntal",
            "Sparkasse Lindenau",
            "Raiffeisenbank Altmühl",
            "Handelsbank Nord",
            "Bürgerbank eG",
        ])
        .to_string();
    Party {
        claim,
        street: street(dice),
        place: place(dice),
        phone: phone(dice),
        mail: domain.to_string(),
        iban: iban(dice),
        bank,
        name,
        person,
    }
}

/// A private person as sender; most live in town.
pub fn private(dice: &mut Dice) -> Party {
    let person = person(dice);
    let mail = format!("{}.{}@post.example", host(&person.first), host(&person.last));
    let mut party = party(dice, person.full(), String::new(), person, &mail);
    if dice.chance(85) {
        party.place = crate::town::PLACE.to_string();
    }
    party
}

/// A firm.
pub fn firm(dice: &mut Dice) -> Party {
    let owner = person(dice);
    let (branch, claim) = dice.pick(BRANCH);
    let form = dice.pick(FORM);
    let name = match dice.range(0, 3) {
        0 => format!("{} {branch} {form}", owner.last),
        1 => format!("{} {branch} {form}", dice.pick(ADJECTIVE)),
        2 => format!("{branch} {} {form}", owner.last),
        _ => format!("{} & {} {branch} {form}", owner.last, dice.pick(LAST)),
    };
    let mail = format!("info@{}.example", host(&name));
    party(dice, name, (*claim).to_string(), owner, &mail)
}

/// A sender with a given name: an authority, a court, a club.
pub fn named(dice: &mut Dice, name: &str) -> Party {
    let clerk = person(dice);
    let mail = format!("poststelle@{}.example", host(name));
    party(dice, name.to_string(), String::new(), clerk, &mail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Purpose;

    #[test]
    fn every_iban_passes_its_check() {
        let mut dice = Dice::new(1, 0, 0, Purpose::Words);
        for _ in 0..200 {
            let text = iban(&mut dice);
            assert!(text.parse::<iban::Iban>().is_ok(), "{text}");
        }
        assert_eq!(grouped("DE0099123456"), "DE00 9912 3456");
    }
}
