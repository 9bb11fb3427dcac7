//! Trade registration.
use super::{From, LETTER, Script, Shape};

pub const SCRIPTS: &[Script] = &[
    Script {
        subject: &[
            "Gewerbeanmeldung",
            "Anmeldung eines Gewerbes nach § 14 GewO",
            "Gewerbeummeldung, Betriebsverlegung nach {obj}",
            "Gewerbeabmeldung zum {d3}",
        ],
        slots: &[
            &[
                "hiermit [melde ich zum {d3} mein Gewerbe an|zeige ich die Aufnahme meines Gewerbes zum {d3} an].",
                "ich möchte [mein Gewerbe ab {d3} ummelden|mein Gewerbe zum {d3} abmelden], da [der Betrieb umzieht|ich in Rente gehe].",
            ],
            &[
                "Tätigkeit: {gewerbe}. Betriebsstätte: {obj}, 00815 Lindenau am Fluss.",
                "= Tätigkeit : {gewerbe}\n= Betriebsstätte : {obj}\n= Beginn : {d3}",
            ],
            &[
                "Das Gewerbe wird [im Nebenerwerb|im Haupterwerb] mit {zahl} Beschäftigten ausgeübt.",
                "Eine Kopie meines Ausweises [und des Handelsregisterauszugs|] liegt bei.",
            ],
            &[
                "Die Gebühr von 26,00 € habe ich überwiesen.",
                "Bitte senden Sie mir den Gewerbeschein an obige Anschrift.",
            ],
        ],
        enclosures: &["Ausweiskopie", "", "Anmeldeformular GewA 1"],
        ..LETTER
    },
    Script {
        shape: Shape::Form,
        subject: &[
            "Gewerbe-Anmeldung (GewA 1) nach § 14 der Gewerbeordnung",
            "Gewerbe-Ummeldung (GewA 2)",
            "Gewerbe-Abmeldung (GewA 3)",
        ],
        slots: &[
            &[
                "= Familienname : {nachname}\n= Vorname : {ich}\n= Geburtsdatum : {gebm}\n= Anschrift : {strasse}, {plzort}",
            ],
            &[
                "# Angaben zum Betrieb\n= Betriebsstätte : {obj}\n= Angemeldete Tätigkeit : {gewerbe}\n= Datum des Beginns : {d3}\n= Telefon : {tel}",
            ],
            &[
                "* Industrie\no Handwerk\n* Handel\no Sonstiges",
                "o Industrie\n* Handwerk\no Handel\no Sonstiges",
            ],
            &["= Zahl der Beschäftigten : {zahl}\n= Datum : {datum}"],
        ],
        ..LETTER
    },
    Script {
        from: From::Named(&[
            "Industrie- und Handelskammer Röhntal",
            "Handwerkskammer Altmühl",
            "Berufsgenossenschaft Handel Nord",
        ]),
        subject: &["Gewerbeanzeige {firma2}, Ihr Zeichen {az}", "Rückfrage zur Gewerbemeldung {az}"],
        slots: &[
            &[
                "zu der uns übermittelten Gewerbeanzeige der Firma {firma2} ({obj}) [fehlen uns noch Angaben|haben wir eine Rückfrage].",
            ],
            &[
                "Die angemeldete Tätigkeit \"{gewerbe}\" [ist nach unserer Kenntnis zulassungspflichtig|ist keinem Wirtschaftszweig eindeutig zuzuordnen].",
            ],
            &[
                "Bitte teilen Sie uns bis {d3} mit, [ob eine Gewerbeummeldung erfolgt ist|ob der Betrieb tatsächlich aufgenommen wurde].",
            ],
        ],
        ..LETTER
    },
    Script {
        held_out: true,
        subject: &["Ich mache mich selbständig", "Start meines Betriebs {obj}", "Eröffnung: {gewerbe}"],
        slots: &[
            &[
                "ab dem {d3} betreibe ich in der {obj} ein kleines Unternehmen ({gewerbe}). Dies zeige ich Ihnen als Gewerbebehörde an.",
            ],
            &["Ich arbeite zunächst allein.", "Angestellte habe ich noch keine, später vielleicht {zahl}."],
            &["Das Finanzamt verlangt eine Kopie der Gewerbeanmeldung; schicken Sie mir diese bitte zu."],
        ],
        ..LETTER
    },
];
