//! Job applications.
use super::{LETTER, Script};

const CV: &[&[&str]] = &[
    &["# Lebenslauf", "# Tabellarischer Lebenslauf"],
    &["= Name : {ich}\n= Geburtsdatum : {gebm}\n= Anschrift : {strasse}, {plzort}\n= Telefon : {tel}"],
    &[
        "# Schulbildung\n= 2001 - 2005 : Grundschule {ort}\n= 2005 - 2011 : {schule}",
        "# Ausbildung\n= 2008 - 2011 : {beruf}\n= 2012 : Prüfung mit gutem Erfolg",
    ],
    &[
        "# Berufserfahrung\n= 2012 - 2019 : {firma3}\n= seit 2020 : {firma2}",
        "# Tätigkeiten\n= seit 2018 : {firma2}, {beruf}",
    ],
    &[
        "# Kenntnisse\n- Englisch, [Französisch|Polnisch|Türkisch]\n- Textverarbeitung und Tabellen\n- Führerschein Klasse B",
    ],
];

pub const SCRIPTS: &[Script] = &[
    Script {
        subject: &[
            "Bewerbung als {stelle}, Kennziffer {az}",
            "Bewerbung um die Stelle {stelle}",
            "Ihre Stellenausschreibung vom {d1}: {stelle}",
        ],
        slots: &[
            &[
                "mit großem Interesse habe ich Ihre [Stellenanzeige|Ausschreibung] vom {d1} gelesen und bewerbe mich [hiermit|um diese Aufgabe].",
                "auf Ihrer Internetseite bin ich auf die ausgeschriebene Stelle aufmerksam geworden. [Sie passt genau zu meinem Werdegang.|Darauf bewerbe ich mich gern.]",
            ],
            &[
                "Ich bin {beruf} und arbeite seit {zahl} Jahren bei der Firma {firma2}. [Zu meinen Aufgaben gehören|Dort verantworte ich] [Schriftverkehr, Aktenführung und Beratung|Planung, Kalkulation und Abrechnung].",
                "Nach meiner Ausbildung zum {beruf} war ich in verschiedenen Behörden tätig, zuletzt in {ort}.",
            ],
            &[
                "[Zuverlässigkeit, Sorgfalt und Freude am Umgang mit Menschen|Teamgeist und Belastbarkeit] bringe ich mit. Sicherer Umgang mit [Office-Programmen|Fachverfahren] ist für mich selbstverständlich.",
            ],
            &[
                "Mein frühester Eintrittstermin ist der {d4}. [Über die Einladung zu einem Vorstellungsgespräch freue ich mich.|Gern überzeuge ich Sie persönlich in einem Gespräch.]",
            ],
        ],
        enclosures: &["Lebenslauf, Zeugnisse", "Bewerbungsunterlagen"],
        ..LETTER
    },
    Script {
        subject: &[
            "Initiativbewerbung",
            "Bewerbung um einen Ausbildungsplatz",
            "Bewerbung für ein Praktikum in der Verwaltung",
        ],
        slots: &[
            &[
                "ich besuche zurzeit die {schule} und werde im {monat} meinen Abschluss machen. Gern möchte ich [eine Ausbildung|ein Praktikum] bei Ihnen beginnen.",
                "auf der Suche nach einer neuen Herausforderung möchte ich mich bei Ihnen initiativ bewerben, bevorzugt als {stelle}.",
            ],
            &[
                "Meine Stärken sind [Genauigkeit und Organisation|Sprachen und Mathematik]. In den Ferien habe ich bei {firma2} gearbeitet.",
            ],
            &[
                "[Mein Zeugnis und mein Lebenslauf liegen bei.|Meine vollständige Bewerbungsmappe füge ich bei.]",
            ],
            &["Für ein [Vorstellungsgespräch|Kennenlernen] stehe ich jederzeit zur Verfügung."],
        ],
        enclosures: &["Lebenslauf, letztes Zeugnis"],
        annex: CV,
        ..LETTER
    },
    Script {
        subject: &[
            "Stellenausschreibung {az}: Bewerbung",
            "Bewerbung auf die Position {stelle} ({az})",
            "Ihre Anzeige in der Röhntaler Zeitung",
        ],
        slots: &[
            &[
                "hiermit bewerbe ich mich auf die von Ihnen ausgeschriebene Stelle. Derzeit bin ich als {beruf} [in ungekündigter Stellung|befristet bis {d4}] beschäftigt.",
            ],
            &[
                "Von {zahl} Jahren Berufserfahrung entfallen die letzten auf {firma2}. [Den Verwaltungslehrgang I habe ich abgeschlossen.|Die Ausbildereignungsprüfung habe ich abgelegt.]",
                "Im Studium an der Fachhochschule habe ich mich auf [Verwaltungsrecht|Wasserbau|Sozialrecht] spezialisiert.",
            ],
            &[
                "Meine Gehaltsvorstellung orientiert sich am TVöD. Ich könnte am {d4} beginnen.",
                "Über ein persönliches Gespräch würde ich mich sehr freuen.",
            ],
        ],
        enclosures: &["Lebenslauf, Zeugniskopien", "Lebenslauf"],
        annex: CV,
        ..LETTER
    },
    Script {
        held_out: true,
        subject: &[
            "Mitarbeit in Ihrem Team: {stelle}",
            "Ihr Stellenangebot, Chiffre {az}",
            "Quereinstieg in die Verwaltung",
        ],
        slots: &[
            &[
                "Sie suchen Verstärkung? Ich suche eine Tätigkeit mit Sinn. Deshalb schicke ich Ihnen meine Unterlagen für die Position {stelle}.",
            ],
            &[
                "Als {beruf} habe ich {zahl} Jahre Praxis gesammelt und mich stetig weitergebildet.",
                "Mein bisheriger Arbeitgeber {firma2} schließt leider zum {d4}.",
            ],
            &["Referenzen und Arbeitszeugnisse finden Sie im Anhang. Auf ein Kennenlernen bin ich gespannt."],
        ],
        enclosures: &["Vita, Referenzen"],
        ..LETTER
    },
];
