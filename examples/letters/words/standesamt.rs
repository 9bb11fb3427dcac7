//! Civil registry requests.
use super::{From, LETTER, Script, Shape};

pub const SCRIPTS: &[Script] = &[
    Script {
        subject: &[
            "Bestellung einer Geburtsurkunde",
            "Anforderung einer Sterbeurkunde für {person}",
            "Antrag auf Ausstellung einer Eheurkunde",
            "Urkundenanforderung",
        ],
        slots: &[
            &[
                "ich benötige [eine Geburtsurkunde|zwei beglaubigte Abschriften aus dem Geburtenregister|eine Eheurkunde] [für {person}, geb. am {gebm} in Lindenau|aus Ihrem Register].",
                "bitte übersenden Sie mir die Sterbeurkunde meiner [Mutter|Tante|Großmutter] {person}, verstorben am {d2}.",
            ],
            &[
                "Registernummer: {az}.",
                "= Name : {person}\n= Geburtsdatum : {gebm}\n= Registernummer : {az}",
                "Die Registernummer ist mir leider nicht bekannt.",
            ],
            &[
                "Die Urkunde brauche ich für [die Rentenversicherung|das Nachlassgericht|unsere Eheschließung].",
                "Ich bin [der Sohn|die Tochter|der Ehegatte] und damit auskunftsberechtigt.",
            ],
            &["Die Gebühr überweise ich nach Rechnungserhalt.", "Bitte teilen Sie mir die Gebühr mit."],
        ],
        enclosures: &["Ausweiskopie", ""],
        ..LETTER
    },
    Script {
        subject: &[
            "Anmeldung unserer Eheschließung",
            "Trautermin am {d4}",
            "Namenserklärung nach der Scheidung",
        ],
        slots: &[
            &[
                "wir möchten am {d4} [im Trauzimmer des Rathauses|im Standesamt Lindenau] heiraten und melden die Eheschließung an. [Braut|Partnerin] ist {person}, geb. {gebm}.",
                "nach der Scheidung möchte ich meinen Geburtsnamen wieder annehmen und bitte um einen Termin für die Namenserklärung beim Standesamt.",
            ],
            &["Ist der Termin um {uhrt} noch frei?", "Welche Urkunden müssen wir vorlegen?"],
            &[
                "[Geburtsurkunden und Meldebescheinigungen fügen wir bei.|Beide sind wir ledig und deutsche Staatsangehörige.]",
            ],
        ],
        enclosures: &["Abschrift aus dem Geburtenregister", ""],
        ..LETTER
    },
    Script {
        shape: Shape::Form,
        from: From::Named(&["Bestattungshaus Nachtigall", "Klinikum Röhntal gGmbH"]),
        subject: &["Anzeige eines Sterbefalls beim Standesamt", "Geburtsanzeige an das Standesamt"],
        slots: &[
            &[
                "= Familienname : {nachname}\n= Vorname : {kind}\n= Tag : {d5}\n= Uhrzeit : {uhr}\n= Ort : Lindenau am Fluss",
            ],
            &["# Anzeigende Stelle\n= Name : {firma}\n= Telefon : {tel}"],
            &[
                "# Beantragte Urkunden\n* Urkunde, {zahl} Stück\no Stammbuchblatt\no beglaubigter Registerausdruck",
            ],
            &["= Datum : {datum}"],
        ],
        ..LETTER
    },
    Script {
        held_out: true,
        from: From::Private,
        subject: &[
            "Ahnenforschung: Bitte um Registerauszug",
            "Papiere für unsere Hochzeit",
            "Taufname meines Urgroßvaters, Register {az}",
        ],
        slots: &[
            &[
                "für [unsere Trauung am {d4}|meine Familienchronik] brauche ich einen Auszug aus dem [Ehe|Geburten]register Ihres Standesamts.",
            ],
            &[
                "Es geht um {person}, geboren {gebm}.",
                "Gesucht wird der Eintrag von {person}; als Nummer ist mir {az} überliefert.",
            ],
            &["Mit welchen Kosten muss ich für eine beglaubigte Kopie rechnen?"],
        ],
        ..LETTER
    },
];
