//! Invoices to the town.
use super::{From, LETTER, Script};

pub const SCRIPTS: &[Script] = &[
    Script {
        from: From::Firm,
        subject: &["Rechnung Nr. {rnr}", "Rechnung {rnr}", "Rechnung zu Ihrer Bestellung {bestell}"],
        slots: &[
            &[
                "= Rechnungsnummer : {rnr}\n= Rechnungsdatum : {datum}\n= Kundennummer : {kdnr}",
                "= Rechnungs-Nr. : {rnr}\n= Datum : {datum}\n= Lieferdatum : {d1}\n= Ihre Bestellung : {bestell}",
            ],
            &[
                "für die am {d1} [ausgeführten|erbrachten] Leistungen [berechnen wir|erlauben wir uns zu berechnen|stellen wir Ihnen in Rechnung]:",
                "[vielen Dank für Ihren Auftrag|wir danken für Ihre Bestellung] vom {d2}. [Wir berechnen Ihnen wie folgt:|Vereinbarungsgemäß berechnen wir:]",
            ],
            &["@items"],
            &[
                "Bitte überweisen Sie den Rechnungsbetrag von {betrag} bis zum {frist} [ohne Abzug|unter Angabe der Rechnungsnummer] auf unser Konto {iban}.",
                "Zahlbar bis {frist} ohne Abzug. Bankverbindung: {bank}, IBAN {iban}. [Zu zahlender Betrag|Rechnungsbetrag]: {betrag}.",
            ],
            &[
                "",
                "Das Leistungsdatum entspricht dem Rechnungsdatum, soweit nicht anders angegeben.",
                "Die Ware bleibt bis zur vollständigen Bezahlung unser Eigentum.",
            ],
        ],
        ..LETTER
    },
    Script {
        from: From::Firm,
        subject: &[
            "Abschlagsrechnung {rnr} - Baustelle {obj}",
            "Schlussrechnung Nr. {rnr}, Objekt {obj}",
            "Rechnung {rnr} über Wartungsarbeiten {obj}",
        ],
        slots: &[
            &[
                "gemäß [unserem Angebot|Ihrer Beauftragung|dem Rahmenvertrag] vom {d2} haben wir die [vereinbarten Arbeiten|nachstehenden Leistungen] am Objekt {obj} [fertiggestellt|ausgeführt] und rechnen wie folgt ab:",
            ],
            &["@items"],
            &[
                "Rechnungsnummer {rnr}, bitte bei Zahlung angeben. [Zahlungsziel|Fällig am]: {frist}.",
                "Wir bitten um Ausgleich der Rechnung {rnr} bis {frist}.",
            ],
            &[
                "Gesamtbetrag brutto: {betrag}. IBAN: {iban}",
                "Der Endbetrag von {betrag} ist auf das Konto {iban} bei der {bank} zu zahlen.",
            ],
            &[
                "",
                "Es gilt eine Gewährleistungsfrist von vier Jahren nach VOB/B.",
                "Die Freistellungsbescheinigung nach § 48b EStG liegt Ihnen vor.",
            ],
        ],
        enclosures: &["", "Aufmaß", "Stundennachweise"],
        ..LETTER
    },
    Script {
        from: From::Named(&[
            "Stadtwerke Röhntal AöR",
            "Wasserverband Obere Fluss",
            "Energieversorgung Altmühl GmbH",
            "Telenetz Hansa AG",
        ]),
        subject: &[
            "Ihre Verbrauchsabrechnung {vorjahr}",
            "Jahresrechnung für die Abnahmestelle {obj}",
            "Rechnung {monat} {vorjahr}",
        ],
        slots: &[
            &[
                "= Rechnungsnummer : {rnr}\n= Vertragskonto : {kdnr}\n= Abnahmestelle : {obj}\n= Rechnungsdatum : {datum}",
            ],
            &[
                "[nachfolgend erhalten Sie|anbei senden wir Ihnen] die Abrechnung für den Zeitraum vom {d2} bis {d1}.",
            ],
            &["@items"],
            &[
                "Den offenen Rechnungsbetrag von {betrag} [buchen wir am {frist} von Ihrem Konto ab|überweisen Sie bitte bis zum {frist} auf das Konto {iban}].",
            ],
            &[
                "Fragen zur Rechnung? [Rufen Sie uns an|Sie erreichen uns unter] {tel}.",
                "Die Zählerstände wurden [durch Ablesung ermittelt|von Ihnen mitgeteilt].",
            ],
        ],
        ..LETTER
    },
    Script {
        wide: true,
        from: From::Firm,
        subject: &[
            "Rechnung {rnr}",
            "Rechnung {rnr} vom {datum}",
            "Rechnung",
            "Ihr Auftrag vom {d2}: Rechnung Nr. {rnr}",
            "Teilrechnung {rnr}",
        ],
        slots: &[
            &["@data"],
            &[
                "[wie vereinbart|auftragsgemäß] stellen wir Ihnen folgende [Lieferungen|Leistungen] in Rechnung:",
                "[für die Lieferung vom {d1}|für unsere Leistungen im {monat}] erlauben wir uns, Ihnen zu berechnen:",
            ],
            &["@items"],
            &[
                "Zahlbar innerhalb von {tage} Tagen ohne Abzug.",
                "Zahlungsbedingungen: {tage} Tage netto.",
                "Zahlungsziel {tage} Tage.",
                "Der Rechnungsbetrag von {betrag} ist fällig am {frist}.",
                "Zahlbar bis zum {frist} rein netto.",
                "Bitte zahlen Sie {betrag} bis {frist} auf das unten genannte Konto.",
            ],
            &["", "Bei Überweisung bitte angeben: {rnr}.", "Unsere Bankverbindung: {iban} ({bank})"],
        ],
        ..LETTER
    },
    Script {
        wide: true,
        from: From::Firm,
        subject: &["Honorarrechnung {rnr}", "Rechnung {rnr} - {obj}", "Monatsrechnung {monat}"],
        slots: &[
            &["@data"],
            &["hiermit rechnen wir die [im Zeitraum {d2} bis {d1}|zuletzt] erbrachten Arbeiten ab."],
            &["@items"],
            &[
                "Wir bitten um Überweisung bis spätestens {frist}.",
                "Bei Zahlung innerhalb von 10 Tagen gewähren wir 2 % Skonto, sonst {tage} Tage netto.",
            ],
        ],
        ..LETTER
    },
    Script {
        held_out: true,
        from: From::Firm,
        subject: &["Faktura {rnr}", "Honorarnote {rnr}", "Unsere Leistungsabrechnung Nr. {rnr}"],
        slots: &[
            &[
                "hiermit fakturieren wir die in der Zeit vom {d2} bis {d1} für Sie geleisteten Arbeiten.",
                "Sie erhielten von uns die folgenden Artikel, Lieferschein vom {d1}:",
            ],
            &["@items"],
            &[
                "Die Forderung in Höhe von {betrag} wird zum {frist} fällig. Konto: {iban}.",
                "Begleichen Sie den Endbetrag ({betrag}) spätestens am {frist}, Kontoverbindung {iban}.",
            ],
            &["", "Belegnummer: {rnr}. Debitor: {kdnr}."],
        ],
        ..LETTER
    },
    Script {
        held_out: true,
        wide: true,
        from: From::Firm,
        subject: &["Rechnung Nr. {rnr}", "Unsere Rechnung {rnr}", "Schlussrechnung", "Kostenrechnung {rnr}"],
        slots: &[
            &["@data"],
            &[
                "die nachstehend aufgeführten Positionen berechnen wir Ihnen gemäß Angebot vom {d2}.",
                "wir bedanken uns für die gute Zusammenarbeit und berechnen Ihnen:",
            ],
            &["@items"],
            &[
                "Zahlung: {tage} Tage nach Rechnungsdatum, ohne Abzüge.",
                "Der Betrag ist innerhalb von {tage} Tagen nach Erhalt der Rechnung zu begleichen.",
                "Fälligkeit: {frist}. Verwendungszweck: {rnr}.",
                "Bitte gleichen Sie den Betrag in Höhe von {betrag} bis zum {frist} aus.",
            ],
        ],
        ..LETTER
    },
];
