//! What real mail is wider in than a few scripts: names of senders, labels of numbers and dates, ways to write
//! sums. In: dice. Out: one of many. Seeds of the held-out range draw from the second half of each list only,
//! the others from the first, so that a figure measured there is about wordings the rules were not made with.

use crate::dice::Dice;
use crate::facts::{Facts, euros};
use crate::invented::{self, Party};

/// One of the half of a list that the range of seeds may use.
pub fn half<T: Copy>(list: &[T], held_out: bool, dice: &mut Dice) -> T {
    let middle = list.len().div_ceil(2);
    *dice.pick(if held_out { &list[middle..] } else { &list[..middle] })
}

const OURS: &[&str] = &[
    "Unser Zeichen",
    "Unsere Zeichen",
    "Unser Az.",
    "Mein Zeichen",
    "Az.",
    "Geschäftszeichen",
    "Gz.",
    "Unsere Referenz",
    "Vorgangsnummer",
    "Unser Aktenzeichen",
    "Unser Az",
    "Unser Gz.",
    "Mein Az.",
    "Meine Zeichen",
    "Referenz",
    "Unser Geschäftszeichen",
    "Vorgang",
    "GZ",
    "Vorgangs-Nr.",
    "Unsere Ref.",
    "Unsere Vorgangs-Nr.",
    "Akten-Nr.",
    "Mein Aktenzeichen",
    "Unsere Ref.-Nr.",
];
const YOURS: &[&str] = &[
    "Ihr Zeichen",
    "Ihre Zeichen",
    "Ihr Az.",
    "Ihr Aktenzeichen",
    "Ihr Geschäftszeichen",
    "Ihr Gz.",
    "Ihre Referenz",
    "Ihr AZ",
    "Ihr Geschäftsz.",
    "Ihre Vorgangsnummer",
    "Ihre Ref.",
    "Ihr Zch.",
];
const DATES: &[&str] = &[
    "Datum",
    "Datum",
    "Datum",
    "Tag",
    "Unser Datum",
    "Datum",
    "Briefdatum",
    "Datum",
    "Erstellt am",
    "Datum",
];
const INVOICE_DATES: &[&str] = &[
    "Rechnungsdatum",
    "Datum",
    "Rg.-Datum",
    "Ausstellungsdatum",
    "Belegdatum",
    "Rechnungsdat.",
    "Re.-Datum",
    "Datum der Rechnung",
];
const PHONES: &[&str] =
    &["Telefon", "Tel.", "Durchwahl", "Telefon-Durchwahl", "Fon", "Tel", "Telefonnr.", "Rufnummer"];
const CLERKS: &[&str] = &[
    "Name",
    "Ansprechpartner",
    "Bearbeiter/in",
    "Ihr Ansprechpartner",
    "Es schreibt Ihnen",
    "Sachbearbeitung",
    "Auskunft erteilt",
    "Ansprechpartnerin",
    "Bearbeitet von",
    "Ihre Ansprechperson",
    "Kontakt",
    "Sachbearb.",
];
const MORE: &[(&str, &str)] = &[
    ("Telefax", "0221 4710 99"),
    ("Zimmer", "214"),
    ("Abteilung", "Vertrieb"),
    ("Seite", "1 von 1"),
    ("Fax", "030 23125 77"),
    ("Raum", "B 1.07"),
    ("Filiale", "012"),
    ("Sprechzeiten", "Mo-Fr 9-12 Uhr"),
];

/// The information block of a business letter: labels and values in an order of this house.
pub fn infos(facts: &mut Facts, what: &str) -> Vec<(String, String)> {
    let held = facts.held_out;
    let mut out: Vec<(String, String)> = Vec::new();
    let official = what == "gericht";
    if facts.dice.chance(55) && !matches!(what, "werbung" | "unbekannt") {
        let label = half(YOURS, held, &mut facts.dice);
        out.push((label.into(), facts.value("az")));
    }
    if facts.dice.chance(25) {
        let label = half(
            &["Ihre Nachricht vom", "Ihr Schreiben vom", "Ihre Nachricht", "Ihr Schreiben"],
            held,
            &mut facts.dice,
        );
        out.push((label.into(), facts.value("d2")));
    }
    if official || facts.dice.chance(65) {
        let courts: &[&str] =
            &["Geschäftsnummer", "Aktenzeichen", "Az.", "Geschäftszeichen", "Geschäfts-Nr.", "Gesch.-Z."];
        let label = half(if official { courts } else { OURS }, held, &mut facts.dice);
        out.push((label.into(), facts.value("unser")));
    }
    if facts.dice.chance(70) {
        let label = half(CLERKS, held, &mut facts.dice);
        out.push((label.into(), facts.sender.person.full()));
    }
    let label = half(PHONES, held, &mut facts.dice);
    out.push((label.into(), facts.value("tel")));
    if facts.dice.chance(30) {
        let (label, value) = half(MORE, held, &mut facts.dice);
        out.push((label.into(), value.into()));
    }
    if facts.dice.chance(60) {
        let label = half(&["E-Mail", "Mail", "eMail", "E-Mail-Adresse"], held, &mut facts.dice);
        out.push((label.into(), facts.value("mail")));
    }
    let dates = if what == "rechnung" { INVOICE_DATES } else { DATES };
    let day = (half(dates, held, &mut facts.dice).into(), facts.value("datum"));
    let at = if facts.dice.chance(30) { 0 } else { out.len() };
    out.insert(at, day);
    out
}

/// Rows in which an invoice says what it is about.
pub fn invoice_rows(facts: &mut Facts) -> Vec<(String, String)> {
    let held = facts.held_out;
    let numbers = &[
        "Rechnungsnummer",
        "Rechnungs-Nr.",
        "Rechnungsnr.",
        "Rechnung Nr.",
        "Rg.-Nr.",
        "Beleg-Nr.",
        "RE-Nr.",
        "Rechnung",
        "Rechnungs-Nummer",
        "Re.-Nr.",
        "Rg-Nr",
        "Belegnummer",
        "Rechn.-Nr.",
        "Rechnung-Nr.",
        "Rechnungsnummer/Invoice No.",
        "Faktura-Nr.",
    ];
    let customers = &["Kundennummer", "Kunden-Nr.", "Kundennr.", "Kd.-Nr.", "Debitor", "Debitoren-Nr."];
    let mut out: Vec<(String, String)> = Vec::new();
    let label = half(numbers, held, &mut facts.dice);
    out.push((label.into(), facts.value("rnr")));
    let label = half(INVOICE_DATES, held, &mut facts.dice);
    out.push((label.into(), facts.value("datum")));
    if facts.dice.chance(60) {
        let label = half(customers, held, &mut facts.dice);
        out.insert(facts.dice.range(0, 2) as usize, (label.into(), facts.value("kdnr")));
    }
    if facts.dice.chance(40) {
        let labels = &[
            "Bestellnummer",
            "Ihre Bestellung",
            "Auftragsnummer",
            "Ihr Auftrag",
            "Bestell-Nr.",
            "Auftrags-Nr.",
        ];
        let label = half(labels, held, &mut facts.dice);
        out.push((label.into(), facts.value("bestell")));
    }
    if facts.dice.chance(35) {
        let labels = &["Lieferdatum", "Leistungsdatum", "Leistungszeitraum", "Liefertermin"];
        let label = half(labels, held, &mut facts.dice);
        out.push((label.into(), facts.value("d1")));
    }
    if facts.dice.chance(35) {
        let labels =
            &["Fällig am", "Zahlbar bis", "Fälligkeit", "Fälligkeitsdatum", "Zahlungsziel", "Zu zahlen bis"];
        let label = half(labels, held, &mut facts.dice);
        out.push((label.into(), facts.value("frist")));
    }
    out
}

/// What the sums at the foot of a table are called: net, tax, gross.
pub fn totals(rate: i64, facts: &mut Facts) -> [String; 3] {
    let held = facts.held_out;
    let d = &mut facts.dice;
    let net = half(
        &[
            "Nettobetrag",
            "Summe netto",
            "Zwischensumme",
            "Netto",
            "Gesamt netto",
            "Warenwert netto",
            "Summe Nettobeträge",
            "Nettosumme",
        ],
        held,
        d,
    );
    let tax = half(
        &[
            "zzgl. {} % MwSt.",
            "{} % USt.",
            "Umsatzsteuer {} %",
            "MwSt. {} %",
            "+ {} % Mehrwertsteuer",
            "zuzügl. {} % Umsatzsteuer",
            "USt {} %",
            "Mehrwertsteuer ({} %)",
        ],
        held,
        d,
    );
    let gross = half(
        &[
            "Rechnungsbetrag",
            "Gesamtbetrag",
            "Bruttobetrag",
            "Endbetrag",
            "Zu zahlen",
            "Gesamtsumme",
            "Summe brutto",
            "Endsumme",
            "Gesamt brutto",
            "Zahlbetrag",
            "Zu zahlender Betrag",
            "Rechnungssumme",
            "Betrag brutto",
            "Gesamtbetrag inkl. MwSt.",
            "Rechnungsendbetrag",
            "Total EUR",
        ],
        held,
        d,
    );
    [net.into(), tax.replace("{}", &rate.to_string()), gross.into()]
}

/// A sum of money in one of the ways people write it.
pub fn money(cents: i64, dice: &mut Dice) -> String {
    let text = euros(cents);
    match dice.range(0, 6) {
        0 | 1 => format!("{text} €"),
        2 => format!("{text} EUR"),
        3 => format!("EUR {text}"),
        4 => format!("€ {text}"),
        5 => format!("{text} Euro"),
        _ => format!("{} €", text.replace('.', "")),
    }
}

/// A person as sender: titles, couples, names of more parts.
pub fn private(held_out: bool, dice: &mut Dice) -> Party {
    let mut party = invented::private(dice);
    let other = invented::person(dice);
    let last = &party.person.last;
    party.name = match dice.range(0, 13) {
        0 => format!("Dr. {}", party.name),
        1 => format!("{} und {} {last}", party.person.first, other.first),
        2 => format!("{} {}-{}", party.person.first, last, other.last),
        3 => format!(
            "{} von der {}",
            party.person.first,
            half(&["Heide", "Lühe", "Marwitz", "Aue"], held_out, dice)
        ),
        4 => format!("Familie {last}"),
        5 => {
            let names = &[
                "Agnieszka Wiśniewska",
                "Mehmet Çelik",
                "Ana Marković",
                "Nguyen Thi Lan",
                "Ngoc Anh Tran",
                "Fatima El Amrani",
                "Oleksandr Kovalenko",
                "José Pereira",
            ];
            half(names, held_out, dice).to_string()
        }
        _ => party.name,
    };
    party
}

/// A firm, an office, a practice, a craftsman.
pub fn firm(held_out: bool, dice: &mut Dice) -> Party {
    let mut party = invented::firm(dice);
    let owner = party.person.clone();
    let other = invented::person(dice).last;
    let (first, last) = (&owner.first, &owner.last);
    let name = match (dice.range(0, 11), held_out) {
        (0, false) => format!("{first} {last} Malermeister"),
        (1, false) => format!("Ingenieurbüro {last} + Partner"),
        (2, false) => format!("Autohaus {last} GmbH"),
        (3, false) => format!("{last} & {other} Rechtsanwälte PartG mbB"),
        (4, false) => format!("Blumen {last}"),
        (0, true) => format!("Tischlerei {first} {last}"),
        (1, true) => format!("Planungsgruppe {last} Architekten PartGmbB"),
        (2, true) => format!("{last} Dachtechnik"),
        (3, true) => format!("Steuerberatungsgesellschaft {other} mbH"),
        (4, true) => format!("Bäckerei {last} e.K."),
        _ => return party,
    };
    party.name = name;
    party
}
