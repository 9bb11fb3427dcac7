//! Objections to fines.
use super::{From, LETTER, Script};

pub const SCRIPTS: &[Script] = &[
    Script {
        subject: &[
            "Einspruch gegen den Bußgeldbescheid vom {d1}, Aktenzeichen {az}",
            "Einspruch, Az. {az}",
            "Ihr Bußgeldbescheid {az}",
        ],
        slots: &[
            &[
                "gegen den [oben genannten|am {d1} zugestellten] Bußgeldbescheid lege ich [hiermit|fristgerecht|form- und fristgerecht] Einspruch ein.",
                "hiermit erhebe ich Einspruch gegen Ihren Bußgeldbescheid {az} vom {d1}.",
            ],
            &[
                "Mir wird vorgeworfen, am {d2} um {uhr} in der {obj} [die zulässige Höchstgeschwindigkeit überschritten|im absoluten Halteverbot geparkt|eine rote Ampel missachtet] zu haben. [Das trifft nicht zu.|Diesen Vorwurf bestreite ich.]",
            ],
            &[
                "Das Fahrzeug {kennz} wurde zu dieser Zeit [nicht von mir gefahren|von {person} geführt].",
                "Das Verkehrszeichen war [von Ästen verdeckt|wegen Bauarbeiten nicht erkennbar].",
                "Das Beweisfoto zeigt nicht mich.",
            ],
            &[
                "Ich beantrage [die Einstellung des Verfahrens|die Aufhebung des Bescheides] und Einsicht in [das Messprotokoll|die Akte].",
                "Bitte bestätigen Sie mir den Eingang des Einspruchs.",
            ],
        ],
        ..LETTER
    },
    Script {
        from: From::Named(&[
            "Kanzlei Brandhorst & Tönnies",
            "Rechtsanwalt Holger Stahlhut",
            "Rechtsanwälte Marquart Reetz PartGmbB",
        ]),
        subject: &[
            "Bußgeldverfahren gegen {person}, Az. {az}",
            "Ordnungswidrigkeitenverfahren {az}: Einspruch und Akteneinsicht",
        ],
        slots: &[
            &["in der Bußgeldsache gegen {person} zeigen wir unter Vollmachtsvorlage die Verteidigung an."],
            &[
                "Namens und in Vollmacht [des Betroffenen|unserer Mandantschaft] legen wir gegen den Bußgeldbescheid vom {d1} Einspruch ein [und beantragen Akteneinsicht|und bitten um Übersendung der Messdaten].",
            ],
            &[
                "Unser Mandant macht von seinem Schweigerecht Gebrauch. [Eine Begründung bleibt vorbehalten.|Nach Akteneinsicht werden wir vortragen.]",
            ],
        ],
        enclosures: &["Vollmacht"],
        ..LETTER
    },
    Script {
        subject: &[
            "Verwarnungsgeld Kennzeichen {kennz}, {az}",
            "Falschparken am {d2} - Widerspruch",
            "Anhörung im Bußgeldverfahren {az}",
        ],
        slots: &[
            &[
                "Sie werfen mir mit Schreiben vom {d1} eine Ordnungswidrigkeit vor. [Damit bin ich nicht einverstanden|Dem widerspreche ich] und lege Einspruch ein.",
            ],
            &[
                "Mein Auto ({kennz}) stand am {d2} um {uhr} [mit gültigem Parkschein|in der Werkstatt] in der {obj}.",
            ],
            &[
                "[Zeugin ist {person}, {ort}.|Den Parkschein lege ich in Kopie bei.] Das Verwarnungsgeld von {zahl2},00 € werde ich nicht zahlen.",
            ],
        ],
        enclosures: &["", "Parkschein"],
        ..LETTER
    },
    Script {
        held_out: true,
        subject: &[
            "Ich akzeptiere den Strafzettel nicht ({az})",
            "Blitzerfoto vom {d2}",
            "Rechtsbehelf zu {az}",
        ],
        slots: &[
            &["mit der Geldbuße bin ich nicht einverstanden und wende mich mit einem Einspruch dagegen."],
            &[
                "Auf dem Bild sitzt jemand anderes am Steuer meines Wagens {kennz}.",
                "Ihr Messgerät an der {obj} war meines Wissens nicht geeicht.",
            ],
            &[
                "Punkte in Flensburg nehme ich dafür nicht hin. Sollten Sie den Bescheid aufrechterhalten, mag das Amtsgericht entscheiden.",
            ],
        ],
        ..LETTER
    },
];
