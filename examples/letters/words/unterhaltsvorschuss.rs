//! Maintenance advance for children of single parents.
use super::{From, LETTER, Script, Shape};

pub const SCRIPTS: &[Script] = &[
    Script {
        subject: &[
            "Antrag auf Unterhaltsvorschuss für {kind} {nachname}, geb. {gebk}",
            "Unterhaltsvorschuss nach dem UVG für mein Kind {kind}",
            "UVG-Antrag",
        ],
        slots: &[
            &[
                "ich beantrage für mein Kind {kind}, geboren am {gebk}, Leistungen nach dem Unterhaltsvorschussgesetz.",
                "für {kind}, geb. {gebk}, möchte ich Unterhaltsvorschuss beantragen. Ich bin alleinerziehend.",
            ],
            &[
                "Der andere Elternteil, {person}, [zahlt seit {d2} keinen Unterhalt mehr|zahlt nur unregelmäßig|ist unbekannt verzogen].",
                "Der Vater, {person}, hat [die Vaterschaft anerkannt, leistet aber keinen Kindesunterhalt|zuletzt am {d2} Unterhalt überwiesen].",
            ],
            &[
                "Wir leben seit dem {d2} getrennt; das Kind lebt bei mir in der {strasse}.",
                "Ein Unterhaltstitel [liegt vor|besteht nicht].",
            ],
            &[
                "Bitte überweisen Sie die Leistung auf {iban}.",
                "Die Geburtsurkunde [füge ich in Kopie bei|kann ich vorlegen].",
            ],
        ],
        enclosures: &["Geburtsurkunde (Kopie)", "Antragsvordruck, Geburtsurkunde, Meldebescheinigung"],
        ..LETTER
    },
    Script {
        subject: &[
            "UVG-Leistungen, Ihr Zeichen {az}: Änderungsmitteilung",
            "Unterhaltsvorschuss {az}",
            "Aktenzeichen {az} - Überprüfung Unterhaltsvorschuss",
        ],
        slots: &[
            &[
                "in der Unterhaltsvorschuss-Sache für {kind} teile ich mit, dass [ich am {d1} umgezogen bin|der Kindsvater seit {d1} wieder Unterhalt zahlt|ich am {d1} geheiratet habe].",
                "den Fragebogen zur Überprüfung des Unterhaltsvorschusses sende ich [ausgefüllt|unterschrieben] zurück.",
            ],
            &[
                "Der Unterhaltspflichtige arbeitet jetzt bei der Firma {firma2}.",
                "An meinen Verhältnissen hat sich sonst nichts geändert; {kind} besucht die {schule}.",
            ],
            &["Ich bitte um [kurze Bestätigung|Anpassung des Bescheides]."],
        ],
        enclosures: &["", "Fragebogen"],
        ..LETTER
    },
    Script {
        shape: Shape::Form,
        subject: &[
            "Antrag auf Leistungen nach dem Unterhaltsvorschussgesetz (UVG)",
            "Unterhaltsvorschuss: Fragebogen zur jährlichen Überprüfung",
        ],
        slots: &[
            &[
                "# Kind, für das Unterhaltsvorschuss beantragt wird\n= Name, Vorname : {nachname}, {kind}\n= Geburtsdatum : {gebk}",
            ],
            &[
                "# Elternteil, bei dem das Kind lebt\n= Name : {ich}\n= Anschrift : {strasse}, {plzort}\n= Telefon : {tel}",
            ],
            &[
                "# Anderer Elternteil (unterhaltspflichtig)\n= Name : {person}\n= Wohnort : {ort}\n= letzte Unterhaltszahlung : {d2}",
            ],
            &[
                "* ledig\no verheiratet, dauernd getrennt lebend\no geschieden",
                "o ledig\n* verheiratet, dauernd getrennt lebend\no geschieden",
            ],
            &["= IBAN : {iban}\n= Datum : {datum}"],
        ],
        ..LETTER
    },
    Script {
        held_out: true,
        from: From::Named(&["Rechtsanwältin Dr. Vera Quandel", "Beratungsstelle für Alleinerziehende e. V."]),
        subject: &[
            "Kindesunterhalt {kind} - Vorschussleistung, {az}",
            "Mandantin {person2}: Leistungen für das Kind {kind}",
        ],
        slots: &[
            &[
                "wir zeigen an, dass wir {person2} vertreten. Für das Kind {kind}, geb. {gebk}, bleibt der Barunterhalt seit {d2} aus.",
            ],
            &[
                "Namens unserer Mandantin machen wir den Anspruch auf Unterhaltsvorschuss ab dem {d2} geltend. Schuldner des Unterhalts ist {person}.",
            ],
            &["Zahlungen erbitten wir unmittelbar an unsere Mandantin. Wir bitten um Bescheid bis {d3}."],
        ],
        enclosures: &["Vollmacht"],
        ..LETTER
    },
];
