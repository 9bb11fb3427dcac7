//! Residence registration, identity papers.
use super::{From, LETTER, Script, Shape};

pub const SCRIPTS: &[Script] = &[
    Script {
        subject: &[
            "Anmeldung meines Wohnsitzes",
            "Ummeldung nach {strasse}",
            "Abmeldung wegen Wegzugs ins Ausland",
            "Antrag auf eine Meldebescheinigung",
        ],
        slots: &[
            &[
                "hiermit melde ich [mich|meine Familie] zum {d1} unter der Anschrift {strasse} an. Bisher [wohnte ich|wohnten wir] in {ort}.",
                "ich bin am {d1} innerhalb der Stadt umgezogen und bitte um Ummeldung [meines Hauptwohnsitzes|meiner Nebenwohnung].",
                "bitte stellen Sie mir eine erweiterte Meldebescheinigung [für die Familienkasse|zur Vorlage beim Vermieter] aus.",
            ],
            &[
                "Die Wohnungsgeberbestätigung [meines Vermieters {person}|der Hausverwaltung] liegt bei.",
                "= Familienname : {nachname}\n= Geburtsdatum : {gebm}\n= Bisherige Wohnung : {ort}\n= Einzugsdatum : {d1}",
            ],
            &[
                "Meinen Personalausweis [lege ich bei der Abholung vor|füge ich in Kopie bei].",
                "Die Gebühr [bezahle ich vor Ort|habe ich überwiesen].",
            ],
        ],
        enclosures: &["Wohnungsgeberbestätigung", "Ausweiskopie"],
        ..LETTER
    },
    Script {
        shape: Shape::Form,
        subject: &[
            "Anmeldung bei der Meldebehörde",
            "Wohnungsgeberbestätigung nach § 19 Bundesmeldegesetz",
            "Antrag auf Einrichtung einer Übermittlungssperre nach dem Bundesmeldegesetz",
        ],
        slots: &[
            &[
                "# Meldepflichtige Person\n= Familienname : {nachname}\n= Vornamen : {ich}\n= Geburtsdatum : {gebm}",
            ],
            &[
                "= Neue Wohnung : {strasse}, {plzort}\n= Bisherige Wohnung : {obj2}, {ort}\n= Tag des Einzugs : {d1}",
            ],
            &["= Wohnungsgeber : {person}\n= Anschrift des Wohnungsgebers : {ort}"],
            &[
                "* alleinige Wohnung\no Hauptwohnung\no Nebenwohnung",
                "o alleinige Wohnung\n* Hauptwohnung\no Nebenwohnung",
            ],
            &["= Datum : {datum}"],
        ],
        ..LETTER
    },
    Script {
        from: From::Named(&[
            "Inkasso Hansa Forderungsmanagement GmbH",
            "Kanzlei Brandhorst & Tönnies",
            "Rundfunkbeitragsservice Nord",
            "Wohnbau Röhntal eG",
        ]),
        subject: &[
            "Einfache Melderegisterauskunft zu {person}",
            "Anfrage an das Melderegister nach § 44 BMG",
            "Auskunft aus dem Melderegister, {az}",
        ],
        slots: &[
            &["wir bitten um Auskunft aus dem Melderegister über die aktuelle Anschrift folgender Person:"],
            &[
                "= Name : {person}\n= Geburtsdatum : {gebm}\n= letzte bekannte Anschrift : {obj}",
                "{person}, geboren am {gebm}, zuletzt wohnhaft {obj}, Lindenau am Fluss",
            ],
            &[
                "Die Auskunft wird [nicht für Werbung oder Adresshandel|zur Durchsetzung einer Forderung] verwendet. Die Gebühr begleichen wir nach Erhalt Ihrer Rechnung.",
            ],
        ],
        ..LETTER
    },
    Script {
        held_out: true,
        subject: &["Wir sind umgezogen!", "Neue Adresse ab {d1}", "Mein Reisepass läuft ab"],
        slots: &[
            &[
                "unsere neue Adresse lautet seit {d1}: {strasse}. Bitte tragen Sie das im Melderegister ein.",
                "mein Ausweis und mein Reisepass sind bald abgelaufen. Kann ich beides schriftlich neu beantragen?",
            ],
            &[
                "Vermieter ist {person}; seine Bestätigung über den Einzug liegt bei.",
                "Früher wohnten wir in {ort}.",
            ],
            &["Brauchen Sie unsere Anwesenheit im Einwohnermeldeamt oder genügt der Postweg?"],
        ],
        enclosures: &["Bestätigung"],
        ..LETTER
    },
];
