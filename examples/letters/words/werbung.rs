//! Advertising.
use super::{From, LETTER, Script, Shape};

pub const SCRIPTS: &[Script] = &[
    Script {
        from: From::Firm,
        shape: Shape::Flyer,
        subject: &["Sparen Sie jetzt {prozent} %!", "Große Herbstaktion", "Nur bis {d3}: Sonderpreise"],
        slots: &[
            &[
                "# Unser Angebot für Kommunen",
                "# Exklusiv für Sie als Großkunde",
                "# Aktionswochen bei {firma}",
            ],
            &[
                "[Entdecken|Erleben] Sie unser neues Sortiment: [Bürostühle, Schreibtische und Aktenschränke|Streugut, Schneepflüge und Warnkleidung|Toner, Papier und Drucker] zu Preisen, die sich sehen lassen können.",
            ],
            &[
                "- {prozent} % Rabatt auf alle Artikel\n- kostenlose Lieferung ab 50 €\n- {zahl} Jahre Garantie",
                "- jetzt bestellen, später zahlen\n- gratis Muster anfordern\n- persönliche Beratung",
            ],
            &[
                "[Jetzt anrufen|Bestellen Sie gleich]: {tel} oder {mail}",
                "Das Angebot gilt bis {d3} und solange der Vorrat reicht.",
            ],
        ],
        ..LETTER
    },
    Script {
        from: From::Firm,
        subject: &[
            "Neu: Die clevere Lösung für Ihre Verwaltung",
            "Einladung zur Hausmesse am {d3}",
            "Ihr Vorteil: {prozent} % Nachlass auf das gesamte Sortiment",
        ],
        slots: &[
            &[
                "[kennen Sie schon unsere neue Produktlinie|haben Sie schon von unseren Wartungspaketen gehört]? Über {zahl2}0 Kommunen vertrauen bereits auf uns.",
                "wir laden Sie herzlich zu unserer Hausmesse am {d3} ein. [Für Speisen und Getränke ist gesorgt.|Entdecken Sie Neuheiten und Messepreise.]",
            ],
            &[
                "Sichern Sie sich bis {d3} Ihren Neukundenrabatt von {prozent} %. [Unverbindlich und kostenlos.|Ein Anruf genügt.]",
            ],
            &[
                "- individuelle Beratung vor Ort\n- faire Preise\n- schnelle Lieferung",
                "Unser Katalog liegt bei. Blättern Sie gleich durch!",
            ],
            &[
                "Rufen Sie unsere Hotline an: {tel}. Wir freuen uns auf Sie!",
                "Fordern Sie noch heute Ihr kostenloses Musterpaket an.",
            ],
        ],
        enclosures: &["Katalog", "Gutschein"],
        ..LETTER
    },
    Script {
        from: From::Named(&[
            "Seminarhaus Merkur",
            "Verlag für Verwaltungspraxis Stern",
            "Reisebüro Falken",
            "Messe Hansa Veranstaltungs GmbH",
        ]),
        subject: &[
            "Seminarprogramm {jahr}: jetzt Frühbucherrabatt sichern",
            "Gratis-Probeheft für Ihre Verwaltung",
            "Kongress und Fachmesse - Tickets ab sofort",
            "Betriebsausflug zum Sonderpreis",
        ],
        slots: &[
            &[
                "unser neues Programm ist da! [Buchen|Bestellen] Sie bis {d3} und sparen Sie {prozent} %.",
                "lernen Sie unsere Fachzeitschrift kennen: zwei Ausgaben kostenlos und unverbindlich.",
            ],
            &[
                "- {zahl2} Themen\n- erfahrene Referenten\n- Rabatt für Gruppen",
                "- jeden Monat neu\n- jederzeit kündbar\n- inklusive Newsletter",
            ],
            &[
                "Einfach Gutschein abtrennen und einsenden oder anrufen: {tel}.",
                "Weitere Angebote finden Sie in unserem Katalog. Wir freuen uns auf Ihre Bestellung!",
            ],
        ],
        enclosures: &["Programm", "Probeheft", "Bestellschein"],
        ..LETTER
    },
    Script {
        held_out: true,
        from: From::Firm,
        shape: Shape::Flyer,
        subject: &["Wussten Sie schon?", "{firma} - Ihr Partner", "Tag der offenen Tür"],
        slots: &[
            &["# Qualität, die überzeugt", "# Frische Ideen für Ihr Rathaus"],
            &[
                "Testen Sie unsere Produkte vier Wochen gratis. Keine Vertragsbindung, kein Risiko, dafür {prozent} Prozent günstiger als die Konkurrenz.",
            ],
            &["- Newsletter abonnieren und Prämie sichern\n- Gutscheincode LINDE{zahl2}"],
            &[
                "Besuchen Sie uns im Netz oder in unserem Ausstellungsraum, {strasse}, {plzort}. Newsletter: {mail}",
            ],
        ],
        ..LETTER
    },
];
