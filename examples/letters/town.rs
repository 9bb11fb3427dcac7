//! The invented town: its name, its offices, its ids. In: a kind. Out: the department that answers for it
//! and references in the way this town writes them.

use crate::dice::Dice;

/// Name of the authority.
pub const NAME: &str = "Stadt Lindenau am Fluss";
/// Post code and place.
pub const PLACE: &str = "00815 Lindenau am Fluss";
/// Street of the town hall.
pub const STREETS: &[&str] = &["Rathausplatz 1", "Postfach 12 34", "Markt 3"];

/// A kind of mail: id, department id, name of the office in the address.
pub struct Desk {
    /// Kind id.
    pub kind: &'static str,
    /// Department id.
    pub department: &'static str,
    /// Names under which people write to it.
    pub offices: &'static [&'static str],
}

const fn desk(kind: &'static str, department: &'static str, offices: &'static [&'static str]) -> Desk {
    Desk { kind, department, offices }
}

/// The town's kinds of mail and who answers for them.
pub const DESKS: &[Desk] = &[
    desk(
        "rechnung",
        "kaemmerei",
        &[
            "Kämmerei",
            "Rechnungsstelle",
            "Kämmerei - Rechnungseingang",
            "Bauhof",
            "Schulverwaltung",
            "Gebäudewirtschaft",
        ],
    ),
    desk("mahnung", "stadtkasse", &["Stadtkasse", "Kämmerei", "Rechnungsstelle"]),
    desk("bauantrag", "bauordnung", &["Bauordnungsamt", "Bauaufsicht", "Amt für Bauordnung"]),
    desk("hundesteuer", "steueramt", &["Steueramt", "Amt für Steuern und Abgaben", "Kämmerei - Steuern"]),
    desk("wohngeld", "wohngeldstelle", &["Wohngeldstelle", "Wohngeldbehörde", "Amt für Soziales - Wohngeld"]),
    desk(
        "unterhaltsvorschuss",
        "jugendamt",
        &["Jugendamt", "Unterhaltsvorschusskasse", "Jugendamt - UVG-Stelle"],
    ),
    desk("gewerbe", "gewerbeamt", &["Gewerbeamt", "Gewerbemeldestelle", "Ordnungsamt - Gewerbe"]),
    desk(
        "bussgeld_einspruch",
        "ordnungsamt",
        &["Ordnungsamt", "Bußgeldstelle", "Ordnungsamt - Bußgeldstelle"],
    ),
    desk(
        "bewerbung",
        "personalamt",
        &["Personalamt", "Amt für Personal und Organisation", "Haupt- und Personalamt"],
    ),
    desk("krankmeldung", "personalamt", &["Personalamt", "Haupt- und Personalamt", "Personalabteilung"]),
    desk("gericht", "rechtsamt", &["Rechtsamt", "Der Bürgermeister", "Amt für Recht"]),
    desk("meldewesen", "buergerbuero", &["Bürgerbüro", "Einwohnermeldeamt", "Meldebehörde"]),
    desk("standesamt", "standesamt", &["Standesamt", "Standesamt Lindenau"]),
    desk("kita", "jugendamt", &["Jugendamt", "Kita-Platzvergabe", "Amt für Kinder, Jugend und Familie"]),
    desk(
        "beschwerde",
        "buergerservice",
        &["Der Bürgermeister", "Bürgerservice", "Beschwerdestelle", "Tiefbauamt"],
    ),
    desk("werbung", "poststelle", &["Einkauf", "Geschäftsleitung", "Der Bürgermeister", ""]),
    desk("unbekannt", "poststelle", &["", "Stadtverwaltung", "Rathaus", "Der Bürgermeister"]),
];

/// Hold codes of mail that nobody but its addressee opens.
pub const HOLDS: &[&str] = &[
    "hold.personal",
    "hold.personalrat",
    "hold.gleichstellung",
    "hold.angebot",
    "hold.wahl",
    "hold.datenschutz",
    "hold.schwerbehinderung",
];

/// The desk of a kind; held and unknown mail has the last one.
pub fn desk_of(kind: &str) -> &'static Desk {
    DESKS.iter().find(|d| d.kind == kind).unwrap_or(&DESKS[DESKS.len() - 1])
}

/// A cash reference (Kassenzeichen) with its check digit: weights 2 and 1 from the right, sum of digits,
/// complement to ten.
pub fn cash_reference(dice: &mut Dice) -> String {
    let body = format!("{:04}{}", dice.range(1101, 9899), dice.digits(6));
    let mut sum = 0;
    for (i, digit) in body.bytes().rev().enumerate() {
        let value = u32::from(digit - b'0') * if i % 2 == 0 { 2 } else { 1 };
        sum += value / 10 + value % 10;
    }
    format!("{}.{}.{}", &body[..4], &body[4..], (10 - sum % 10) % 10)
}

/// The town's own reference in the way of the office that answers for a kind.
pub fn reference(kind: &str, year: i16, dice: &mut Dice) -> String {
    let n = dice.range(11, 4899);
    let short = year % 100;
    match kind {
        "bauantrag" => format!("63-{n:05}-{short:02}"),
        "wohngeld" => format!("WG {}/{short:02}", dice.digits(5)),
        "unterhaltsvorschuss" => format!("51.3-UVG-{n:04}/{short:02}"),
        "kita" => format!("51.2-{n:04}/{short:02}"),
        "bussgeld_einspruch" => format!("32.{}/OWi {n}/{short:02}", dice.range(1, 4)),
        "gewerbe" => format!("32.5-GA-{n:04}/{short:02}"),
        "hundesteuer" | "mahnung" => cash_reference(dice),
        "bewerbung" => format!("{short:02}-{:03}", n % 400),
        "gericht" => format!("30-{n:04}/{short:02}"),
        "meldewesen" => format!("33.1-{n:05}"),
        "standesamt" => format!("34-{} {n}/{year}", dice.pick(&["G", "E", "S", "L"])),
        "rechnung" => format!("B-{year}-{n:05}"),
        "krankmeldung" => format!("PN {}", dice.digits(6)),
        _ => format!("10.{}-{n:04}/{short:02}", dice.range(1, 9)),
    }
}
