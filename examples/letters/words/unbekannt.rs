//! Letters of no kind the town knows: a person must look.
use super::{From, LETTER, Script};

pub const SCRIPTS: &[Script] = &[
    Script {
        subject: &["Herzlichen Dank", "Ein Lob an die Stadt"],
        slots: &[
            &[
                "für die schöne Feier zum Stadtjubiläum möchte ich mich im Namen unserer Familie bedanken.",
                "der neue Brunnen am Markt ist wunderbar geworden. Das wollte ich einmal schreiben.",
            ],
            &[
                "Besonders hat uns [das Konzert|die Lesung] am {d1} gefallen.",
                "Meine Enkel {kind} und {kind2} waren begeistert.",
            ],
            &["Machen Sie weiter so!"],
        ],
        ..LETTER
    },
    Script {
        from: From::Named(&[
            "Schachfreunde Lindenau e. V.",
            "Heimatverein Röhntal e. V.",
            "Freiwillige Feuerwehr Altmühlheim",
            "Kleingartenverein Uferwiesen e. V.",
        ]),
        subject: &[
            "Einladung zum Sommerfest am {d3}",
            "Unser Vereinsjubiläum",
            "Schirmherrschaft für unser Turnier",
        ],
        slots: &[
            &[
                "unser Verein feiert sein {zahl2}-jähriges Bestehen. Dazu laden wir Sie am {d3} um {uhr} in das Vereinsheim ein.",
            ],
            &[
                "Wir würden uns freuen, wenn [Sie ein Grußwort sprechen|ein Mitglied des Rates kommt|Sie die Schirmherrschaft übernehmen].",
                "Für das leibliche Wohl sorgt unser Küchenteam.",
            ],
            &["Bitte geben Sie uns bis {d5} Bescheid."],
        ],
        ..LETTER
    },
    Script {
        from: From::Named(&[
            "Universität Hohenwarte, Institut für Geographie",
            "Deutsche Rentenversicherung Röhntal",
            "Landesarchiv Altmühl",
        ]),
        subject: &[
            "Umfrage zu Grünflächen in kleinen Städten",
            "Versicherungsverlauf {person}",
            "Übernahme von Archivgut",
        ],
        slots: &[
            &[
                "im Rahmen eines Forschungsvorhabens befragen wir {zahl2} Städte zu ihren Parkanlagen. Wir bitten Sie, den Fragebogen auszufüllen.",
                "zur Klärung des Versicherungskontos von {person}, geb. {gebm}, bitten wir um Bestätigung der Beschäftigungszeiten bei Ihnen.",
                "die Überprüfung der Bestände aus der Registratur {vorjahr} ist abgeschlossen. Die Verzeichnisse erhalten Sie zurück.",
            ],
            &["Für Rückfragen steht Ihnen {person2} unter {tel2} zur Verfügung."],
            &["Wir danken für Ihre Mühe und bitten um Rücksendung bis {d3}."],
        ],
        ..LETTER
    },
    Script {
        subject: &["Verlorene Mütze", "Frage zum Wochenmarkt", "Patenschaft für eine Parkbank"],
        slots: &[
            &[
                "am {tag} habe ich im Stadtbus eine blaue Mütze liegen lassen. Wurde sie vielleicht bei Ihnen abgegeben?",
                "darf man auf dem Wochenmarkt selbst gemachten Honig verkaufen? Mein Mann ist Imker.",
                "wir möchten zur goldenen Hochzeit unserer Eltern eine Bank im Stadtpark stiften. Geht das?",
            ],
            &["Sie erreichen mich am besten abends unter {tel}.", "Über eine kurze Antwort freue ich mich."],
        ],
        ..LETTER
    },
    Script {
        held_out: true,
        subject: &["Kunst im Rathausfoyer", "Brieffreundschaft", "Gedicht zum Frühling"],
        slots: &[
            &[
                "seit vielen Jahren male ich Landschaften unserer Gegend. Gern würde ich meine Bilder einmal im Foyer zeigen.",
                "unsere Klasse an der {schule} sucht Menschen, die uns vom Leben vor {zahl2} Jahren erzählen.",
            ],
            &["Wenn Sie mögen, komme ich mit einer Mappe vorbei."],
        ],
        ..LETTER
    },
];
