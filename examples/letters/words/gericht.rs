//! Letters of courts.
use super::{From, LETTER, Script};

const COURTS: &[&str] = &[
    "Amtsgericht Lindenau",
    "Verwaltungsgericht Röhntal",
    "Landgericht Altmühl",
    "Sozialgericht Röhntal",
    "Finanzgericht Neuenrode",
];

const SUIT: &[&[&str]] = &[
    &["# Abschrift", "# Beglaubigte Abschrift"],
    &[
        "Namens und in Vollmacht des Klägers {person} erheben wir Klage gegen die {stadt} und werden beantragen:",
    ],
    &[
        "- den Bescheid der Beklagten vom {d2} aufzuheben\n- die Beklagte zu verpflichten, über den Antrag neu zu entscheiden\n- der Beklagten die Kosten des Verfahrens aufzuerlegen",
    ],
    &["# Begründung"],
    &[
        "Der Kläger ist Eigentümer des Grundstücks {obj}, Flur {flur}, Flurstück {flst}. Mit Schreiben vom {d2} wandte er sich an die Beklagte, die sein Begehren mit knapper Begründung ablehnte.",
    ],
    &[
        "Zur Zulässigkeit: Die Klage ist fristgerecht erhoben. Ein Vorverfahren hat stattgefunden; der Widerspruchsbescheid ist dem Kläger am {d1} zugestellt worden.",
    ],
    &[
        "Zur Begründetheit: Der angefochtene Bescheid leidet an [einem Ermessensfehler|einem Anhörungsmangel]. Die Beklagte hat wesentliche Umstände nicht berücksichtigt, insbesondere den Vortrag zu den örtlichen Verhältnissen.",
    ],
    &["Beweis: Zeugnis {person2}, {ort}; Augenschein; Einholung eines Sachverständigengutachtens."],
];

pub const SCRIPTS: &[Script] = &[
    Script {
        from: From::Named(COURTS),
        subject: &[
            "In dem Verwaltungsrechtsstreit {person} gegen {stadt}",
            "In dem Rechtsstreit {person} ./. {stadt}",
            "Verwaltungsstreitverfahren {person} gegen {stadt} wegen Baurechts",
        ],
        slots: &[
            &[
                "in der oben bezeichneten Sache wird Ihnen die Klageschrift vom {d1} [zugestellt|übersandt]. Sie werden aufgefordert, binnen [vier|zwei|sechs] Wochen [zur Klage Stellung zu nehmen|zu erwidern].",
                "anliegende Abschrift des Schriftsatzes vom {d1} wird zur Kenntnis- und Stellungnahme bis {d3} übersandt.",
            ],
            &[
                "Die Verwaltungsvorgänge sind [im Original|vollständig und paginiert] vorzulegen.",
                "Es wird gebeten, das gerichtliche Aktenzeichen {unser} bei allen Schreiben anzugeben.",
            ],
            &[
                "Termin zur mündlichen Verhandlung ist bestimmt auf {tag}, den {d4}, {uhrt}, Sitzungssaal {zahl}.",
                "Das Gericht regt an, die Sache gütlich beizulegen.",
                "",
            ],
            &[
                "Auf Anordnung des Gerichts",
                "Auf richterliche Anordnung",
                "Die Geschäftsstelle der {zahl}. Kammer",
            ],
        ],
        enclosures: &["Abschriften", "Klageschrift, Empfangsbekenntnis"],
        annex: SUIT,
        ..LETTER
    },
    Script {
        from: From::Named(COURTS),
        subject: &[
            "Beschluss in der Sache {person} gegen {stadt}",
            "Ladung zum Termin",
            "Ihr Verfahren {az}: Ladung",
        ],
        slots: &[
            &[
                "Sie werden als Vertreter der [Beklagten|Antragsgegnerin] zum Termin zur [mündlichen Verhandlung|Beweisaufnahme] am {d3} um {uhrt} geladen.",
            ],
            &[
                "Das persönliche Erscheinen [ist angeordnet|wird nicht angeordnet]. Bei Ausbleiben kann auch ohne die Beteiligten verhandelt und entschieden werden.",
            ],
            &[
                "Gegen diesen Beschluss steht den Beteiligten die Beschwerde zu. Sie ist innerhalb von zwei Wochen nach Zustellung einzulegen.",
                "Der Streitwert wird auf {summe} festgesetzt.",
                "Rechtsmittelbelehrung: siehe Rückseite.",
            ],
            &[
                "Beglaubigt, {person2}, Urkundsbeamtin der Geschäftsstelle",
                "{person2}, Justizbeschäftigte, als Urkundsbeamtin der Geschäftsstelle",
            ],
        ],
        enclosures: &["Beschluss", ""],
        ..LETTER
    },
    Script {
        from: From::Named(COURTS),
        subject: &[
            "Urteil in dem Verfahren {person} gegen {stadt}",
            "Kostenfestsetzungsbeschluss {person} ./. {stadt}",
            "Anforderung der Verwaltungsakte",
        ],
        slots: &[
            &[
                "in dem vorbezeichneten Verfahren wird die [beglaubigte Abschrift des Urteils|Ausfertigung des Beschlusses] vom {d1} gegen Empfangsbekenntnis zugestellt.",
                "das Gericht fordert Sie auf, die Behördenakte {az} bis zum {d3} vorzulegen und sich zur Antragsschrift zu äußern.",
            ],
            &[
                "Die Kosten des Verfahrens trägt [die Beklagte|der Kläger]. Der Streitwert beträgt {summe}.",
                "Der Kläger trägt vor, der Bescheid vom {d2} sei rechtswidrig.",
            ],
            &[
                "Auf Anordnung: {person2}, Justizangestellte",
                "Mit der Bitte um Rücksendung des Empfangsbekenntnisses. Die Geschäftsstelle.",
            ],
        ],
        enclosures: &["Urteil, Empfangsbekenntnis", "Antragsschrift"],
        annex: SUIT,
        ..LETTER
    },
    Script {
        held_out: true,
        from: From::Named(&[
            "Oberverwaltungsgericht Hohenwarte",
            "Arbeitsgericht Altmühl",
            "Amtsgericht Lindenau - Insolvenzgericht",
        ]),
        subject: &[
            "Antragsverfahren {person} gegen {stadt}",
            "Insolvenzverfahren über das Vermögen der {firma2}",
            "Eilantrag {person}",
        ],
        slots: &[
            &[
                "der Senat bittet um unverzügliche Äußerung zum beigefügten Eilantrag bis spätestens {d5}.",
                "über das Vermögen der Schuldnerin ist am {d1} das Insolvenzverfahren eröffnet worden. Forderungen sind bis {d4} beim Verwalter anzumelden.",
            ],
            &[
                "Zuständig ist Richterin {person2}. Es wird um elektronische Übermittlung der Behördenakte gebeten.",
            ],
            &["Dieses Schreiben wurde maschinell erstellt und gilt ohne Unterschrift."],
        ],
        enclosures: &["Antragsschrift"],
        ..LETTER
    },
];
