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
        subject: &["Zeitzeugen gesucht", "Klassentreffen des Jahrgangs 1976", "Spende für das Tierheim"],
        slots: &[
            &[
                "für ein Buch über die Fährleute von Lindenau suche ich alte Fotografien und Erinnerungen.",
                "unser Jahrgang trifft sich am {d4} und würde gern den Ratskeller besichtigen.",
                "zum Geburtstag habe ich statt Geschenken um Spenden gebeten. An wen darf ich {summe} weitergeben?",
            ],
            &["Vielleicht weiß {person}, früher Lehrer an der {schule}, mehr darüber."],
            &["Für Hinweise bin ich dankbar. Meine Nummer: {tel}", ""],
        ],
        ..LETTER
    },
    Script {
        from: From::Named(&[
            "Gemeinde Oberfelden",
            "Landratsamt Röhntal",
            "Bezirksregierung Altmühl",
            "Städtebund Röhn e. V.",
        ]),
        subject: &[
            "Rundschreiben Nr. {zahl2}/{jahr}",
            "Termin der Dienstbesprechung",
            "Statistik der Kläranlagen {vorjahr}",
            "Partnerschaftsreise nach {ort}",
        ],
        slots: &[
            &[
                "[beigefügt|anliegend] erhalten Sie die Niederschrift der Sitzung vom {d1} zur Kenntnis.",
                "die nächste Dienstbesprechung findet am {d3} um {uhrt} in {ort} statt.",
                "für die jährliche Übersicht bitten wir um Ihre Zahlen bis {d3}.",
            ],
            &[
                "Tagesordnung: [Hochwasserschutz, Verschiedenes|Radwege, Bericht des Vorsitzenden].",
                "Ansprechpartnerin ist {person2}, Durchwahl {zahl2}.",
            ],
            &["Änderungswünsche nehmen wir gern entgegen."],
        ],
        ..LETTER
    },
    Script {
        from: From::Firm,
        subject: &[
            "Änderung unserer Bankverbindung",
            "Lieferschein zu Ihrer Bestellung {bestell}",
            "Auftragsbestätigung {unser}",
            "Betriebsferien",
        ],
        slots: &[
            &[
                "[bitte beachten Sie|wir teilen mit], dass wir ab {d3} unter neuer Anschrift zu erreichen sind: {obj2}, {ort}.",
                "Ihre Bestellung vom {d2} haben wir erhalten und liefern voraussichtlich am {d3}.",
                "vom {d3} bis {d4} bleibt unser Betrieb geschlossen.",
            ],
            &["Ihre Ansprechpartnerin bleibt {person}.", "Für Notfälle gilt {tel2}."],
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
    Script {
        held_out: true,
        from: From::Named(&[
            "Imkerverein Lindenau e. V.",
            "Technisches Hilfswerk Ortsverband Röhntal",
            "Konsulat der Republik Borduria",
        ]),
        subject: &["Jahreshauptversammlung", "Dank für die gute Zusammenarbeit", "Besuch einer Delegation"],
        slots: &[
            &[
                "am {d3} wählen wir einen neuen Vorstand. Ein Vertreter der Stadt ist uns willkommen.",
                "eine Gruppe von {zahl2} Gästen wird vom {d3} an in Ihrer Gegend weilen und würde gern empfangen werden.",
            ],
            &["Näheres sagt Ihnen {person}, {tel2}."],
        ],
        ..LETTER
    },
];
