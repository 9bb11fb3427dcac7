//! Day-care registration.
use super::{LETTER, Script, Shape};

pub const SCRIPTS: &[Script] = &[
    Script {
        subject: &[
            "Anmeldung für einen Kita-Platz ab {d4}",
            "Kindergartenplatz für {kind} {nachname}, geb. {gebk}",
            "Antrag auf einen Krippenplatz",
        ],
        slots: &[
            &[
                "[wir suchen|hiermit beantragen wir] für [unsere Tochter|unseren Sohn|unser Kind] {kind}, geb. am {gebk}, einen Betreuungsplatz in der Kita {kita} ab dem {d4}.",
                "hiermit melde ich mein Kind {kind} (geboren {gebk}) für die Kindertagesstätte {kita} an.",
            ],
            &[
                "Wir benötigen eine Betreuung von {zahl2} Stunden in der Woche, da [beide Eltern berufstätig sind|ich im {monat} wieder zu arbeiten beginne].",
                "Gewünscht ist ein [Ganztagsplatz|Halbtagsplatz] mit Mittagessen.",
            ],
            &[
                "Als zweiten Wunsch nennen wir die Kita St. Elisabeth.",
                "Das Geschwisterkind {kind2} besucht bereits die Einrichtung.",
                "",
            ],
            &[
                "Die Arbeitgeberbescheinigungen [fügen wir bei|reichen wir nach]. Über eine baldige Zusage würden wir uns freuen.",
            ],
        ],
        enclosures: &["", "Arbeitgeberbescheinigung"],
        ..LETTER
    },
    Script {
        subject: &[
            "Kündigung des Kita-Platzes von {kind}",
            "Elternbeiträge Kita {kita}, Aktenzeichen {az}",
            "Antrag auf Übernahme des Kita-Beitrags, {az}",
        ],
        slots: &[
            &[
                "hiermit kündige ich den Betreuungsplatz meines Kindes {kind} in der Kita {kita} zum {d4}.",
                "ich beantrage die [Ermäßigung|Übernahme] der Elternbeiträge für {kind} in der Kindertagesstätte {kita}.",
            ],
            &["Grund ist [unser Umzug nach {ort}|die Einschulung an der {schule}|unser geringes Einkommen]."],
            &[
                "Bitte bestätigen Sie mir [den Erhalt|die Abmeldung] schriftlich.",
                "Zu viel gezahlte Beiträge bitte ich auf {iban} zu erstatten.",
            ],
        ],
        enclosures: &["", "Einkommensnachweise"],
        ..LETTER
    },
    Script {
        shape: Shape::Form,
        subject: &[
            "Anmeldung in einer Kindertageseinrichtung",
            "Bedarfsanmeldung Kita / Krippe / Kindertagespflege",
        ],
        slots: &[
            &["# Kind\n= Name, Vorname : {nachname}, {kind}\n= Geburtsdatum : {gebk}"],
            &["# Sorgeberechtigte\n= Name : {ich}\n= Anschrift : {strasse}, {plzort}\n= Telefon : {tel}"],
            &[
                "# Gewünschte Betreuung\n= Kita (Erstwunsch) : {kita}\n= Aufnahme ab : {d4}\n= Stunden je Woche : {zahl2}",
            ],
            &[
                "* Krippe (unter 3)\no Kindergarten (3-6)\no Hort",
                "o Krippe (unter 3)\n* Kindergarten (3-6)\no Hort",
            ],
            &["= Datum : {datum}"],
        ],
        ..LETTER
    },
    Script {
        held_out: true,
        subject: &[
            "Wann bekommt {kind} einen Platz?",
            "Betreuung unserer Zwillinge {kind} und {kind2}",
            "Warteliste {kita}",
        ],
        slots: &[
            &[
                "seit {d2} stehen wir auf der Warteliste im Kindergarten {kita}. {kind} wird bald drei Jahre alt und hat einen Rechtsanspruch auf Betreuung.",
            ],
            &["Die Oma kann nur noch bis {d3} aufpassen.", "Notfalls nehmen wir auch eine Tagesmutter."],
            &["Bitte sagen Sie uns bis {d3}, in welcher Einrichtung ein Platz frei wird."],
        ],
        ..LETTER
    },
];
