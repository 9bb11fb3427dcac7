//! Mail nobody but its addressee opens: seen as an envelope, or opened by mistake.
use super::{From, LETTER, Script, Shape};

const LINES: &[&[&str]] = &[
    &[
        "ich wende mich vertrauensvoll an Sie, weil ich mit meiner Lage im Team nicht mehr zurechtkomme.",
        "in der Angelegenheit, über die wir am {d1} gesprochen haben, möchte ich Ihnen noch etwas mitteilen.",
    ],
    &[
        "Seit {d2} hat sich die Situation verschärft. [Ich möchte nicht, dass meine Vorgesetzten davon erfahren.|Bitte behandeln Sie das vertraulich.]",
    ],
    &["Können wir einen Termin am {d3} vereinbaren? Sie erreichen mich unter {tel}."],
];

/// A person's name above the authority, or a note in the address.
pub const PERSONAL: &[Script] = &[
    Script {
        mark: &[
            "Persönlich",
            "Persönlich / Vertraulich",
            "- persönlich -",
            "PERSÖNLICH UND VERTRAULICH",
            "Vertraulich",
        ],
        to: &["{wer}|{stadt}", "Frau {person}|{stadt}", "Herrn {person}|{stadt}|Bauhof"],
        subject: &["Unser Gespräch", "Vertrauliche Mitteilung", "In eigener Sache"],
        slots: LINES,
        ..LETTER
    },
    Script {
        shape: Shape::Envelope,
        mark: &["Persönlich", "Persönlich - nur vom Empfänger zu öffnen", "VERTRAULICH", "Eigenhändig"],
        to: &["Frau {person}|{stadt}", "Herrn {person}|{stadt}"],
        ..LETTER
    },
    Script {
        held_out: true,
        mark: &["Streng vertraulich", "privat / persönlich", "Nur persönlich auszuhändigen"],
        to: &["Frau {person}|c/o {stadt}", "Herrn {person}|{stadt}"],
        subject: &["", "Ihre Anfrage an mich"],
        slots: LINES,
        ..LETTER
    },
    Script {
        wide: true,
        mark: &[
            "Persöhnlich",
            "persönlich!",
            "Vertraulich!",
            "streng vertraulich",
            "Persönlich/vertraulich",
            "Persönlich - Vertraulich",
            "nur persönlich",
            "Perönlich",
        ],
        to: &["{stadt}|Frau {person}", "{stadt}|Herrn {person}|Bauhof", "Herrn {person}|{stadt}"],
        subject: &["Unser Gespräch", "Ihre Anfrage", "Persönliche Mitteilung"],
        slots: LINES,
        ..LETTER
    },
    Script {
        wide: true,
        shape: Shape::Envelope,
        mark: &[
            "Persöhnlich",
            "vertraulich",
            "PERSÖNLICH!",
            "Streng vertraulich",
            "Persönl. / vertraul.",
            "privat",
        ],
        to: &["{stadt}|Frau {person}", "{stadt}|Herrn {person}", "{stadt}|Personalamt"],
        ..LETTER
    },
    Script {
        held_out: true,
        wide: true,
        mark: &[
            "Persoenlich",
            "Vertaulich",
            "persönlich u. vertraulich",
            "P e r s ö n l i c h",
            "Höchst vertraulich",
            "Nur vom Empfänger persönlich zu öffnen",
            "Eigenhändig!",
            "Bitte vertraulich behandeln!",
        ],
        to: &["{stadt}|Frau {person}", "{stadt}|z. Hd. Herrn {person}", "Frau {person}|Stadtverwaltung"],
        subject: &["Mitteilung", "Rückfrage"],
        slots: LINES,
        ..LETTER
    },
    Script {
        held_out: true,
        wide: true,
        shape: Shape::Envelope,
        mark: &[
            "Persoenlich",
            "VERTRAULICH!",
            "persönlich",
            "Vertrauliche Personalsache",
            "Nur persönlich",
            "Privatpost",
        ],
        to: &["{stadt}|Frau {person}", "{stadt}|Haupt- und Personalamt", "Herrn {person}|Stadtverwaltung"],
        ..LETTER
    },
];

/// Staff council.
pub const PERSONALRAT: &[Script] = &[
    Script {
        to: &[
            "Personalrat der|{stadt}",
            "{stadt}|Personalrat",
            "An den Personalrat|{stadt}|z. Hd. {person2}",
        ],
        subject: &[
            "Bitte um Unterstützung",
            "Umsetzung gegen meinen Willen",
            "Anfrage zur Dienstvereinbarung",
        ],
        slots: LINES,
        ..LETTER
    },
    Script {
        shape: Shape::Envelope,
        to: &["Personalrat|{stadt}", "An den Personalrat der|{stadt}"],
        ..LETTER
    },
    Script {
        held_out: true,
        from: From::Named(&["Gewerkschaft Öffentlicher Dienst, Bezirk Röhntal"]),
        to: &["Vorsitzende des Personalrats|{stadt}", "Personalvertretung|{stadt}"],
        subject: &["Seminar für Personalräte", "Tarifrunde {jahr}"],
        slots: &[
            &[
                "zur Vorbereitung der Tarifrunde laden wir die Mitglieder Ihres Gremiums am {d3} nach {ort} ein.",
            ],
            &["Anmeldungen nimmt {person} unter {tel2} entgegen."],
        ],
        ..LETTER
    },
    Script {
        wide: true,
        shape: Shape::Envelope,
        to: &[
            "{stadt}|- Personalrat -",
            "Personalrat der Stadtverwaltung|{stadt}",
            "{stadt}|Gesamtpersonalrat",
        ],
        ..LETTER
    },
    Script {
        held_out: true,
        wide: true,
        to: &[
            "{stadt}|Vorsitzender des Personalrates",
            "{stadt}|Personalrat, z. Hd. {wer}",
            "{stadt}|Personalvertretung",
        ],
        subject: &["Beteiligung", "Anfrage"],
        slots: LINES,
        ..LETTER
    },
];

/// Equal-opportunity officer.
pub const GLEICHSTELLUNG: &[Script] = &[
    Script {
        to: &[
            "Gleichstellungsbeauftragte der|{stadt}",
            "{stadt}|Gleichstellungsbeauftragte",
            "{stadt}|Die Gleichstellungsbeauftragte|Frau {person2}",
        ],
        subject: &["Bitte um ein Gespräch", "Benachteiligung bei der Stellenbesetzung", "Vorfall am {d1}"],
        slots: LINES,
        ..LETTER
    },
    Script {
        shape: Shape::Envelope,
        to: &["Gleichstellungsbeauftragte|{stadt}", "An die Gleichstellungsbeauftragte der|{stadt}"],
        ..LETTER
    },
    Script {
        held_out: true,
        to: &["Gleichstellungsstelle|- Gleichstellungsbeauftragte -|{stadt}"],
        subject: &["Ich brauche Ihren Rat"],
        slots: LINES,
        ..LETTER
    },
    Script {
        wide: true,
        shape: Shape::Envelope,
        to: &["{stadt}|- Frauenbeauftragte -", "{stadt}|Büro der Gleichstellungsbeauftragten"],
        ..LETTER
    },
    Script {
        held_out: true,
        wide: true,
        to: &[
            "{stadt}|Die Frauenbeauftragte",
            "{stadt}|Beauftragte für Chancengleichheit",
            "Gleichstellungsbüro der|{stadt}",
        ],
        subject: &["Bitte um Rat"],
        slots: LINES,
        ..LETTER
    },
];

/// Sealed bids.
pub const ANGEBOT: &[Script] = &[
    Script {
        from: From::Firm,
        shape: Shape::Envelope,
        mark: &[
            "ANGEBOT - NICHT ÖFFNEN!",
            "Angebot - nicht öffnen vor dem {d3}, {uhrt}",
            "Submission: nicht öffnen!",
        ],
        to: &["{stadt}|Vergabestelle", "{stadt}|Zentrale Vergabestelle|Vergabe-Nr. {bestell}"],
        ..LETTER
    },
    Script {
        from: From::Firm,
        mark: &["Angebot - nicht öffnen", "ANGEBOT! NICHT ÖFFNEN!"],
        to: &["{stadt}|Vergabestelle"],
        subject: &[
            "Öffentliche Ausschreibung {bestell}: Angebot für das Los {zahl}",
            "Vergabe-Nr. {bestell}, Eröffnungstermin {d3}",
        ],
        slots: &[
            &[
                "im verschlossenen Umschlag übersenden wir unser Angebot für die ausgeschriebenen Leistungen am Objekt {obj}.",
            ],
            &[
                "Die Bindefrist endet am {d4}. [Nebenangebote haben wir nicht abgegeben.|Ein Nebenangebot liegt bei.]",
            ],
        ],
        enclosures: &["Angebotsschreiben, Leistungsverzeichnis"],
        ..LETTER
    },
    Script {
        held_out: true,
        from: From::Firm,
        shape: Shape::Envelope,
        mark: &["Teilnahmeantrag - bitte nicht öffnen", "Verschlossenes Angebot, Eröffnung am {d3}"],
        to: &["{stadt}|Submissionsstelle"],
        ..LETTER
    },
    Script {
        wide: true,
        from: From::Firm,
        shape: Shape::Envelope,
        mark: &[
            "Angebot, bitte nicht öffnen!",
            "Nicht öffnen! Angebot zur Ausschreibung {bestell}",
            "ANGEBOT NICHT OEFFNEN",
            "Angebotsunterlagen - ungeöffnet weiterleiten",
        ],
        to: &["{stadt}|Hochbauamt", "{stadt}|Vergabestelle"],
        ..LETTER
    },
    Script {
        held_out: true,
        wide: true,
        from: From::Firm,
        shape: Shape::Envelope,
        mark: &[
            "Verschlossen zu halten bis {d3}: Angebot",
            "Angebot zur Vergabe {bestell} - Umschlag nicht öffnen",
            "Nicht öfnen! Angebot",
            "Angebot - erst im Eröffnungstermin öffnen",
        ],
        to: &["{stadt}|Tiefbauamt", "{stadt}|Zentrale Vergabestelle"],
        ..LETTER
    },
];

/// Ballot letters.
pub const WAHL: &[Script] = &[
    Script {
        shape: Shape::Envelope,
        mark: &["Wahlbrief", "WAHLBRIEF"],
        to: &[
            "An die|{stadt}|Wahlamt|Wahlbezirk {zahl2}",
            "Bürgermeister der|{stadt}|- Wahlamt -|Wahlschein-Nr. {zahl2}7",
        ],
        ..LETTER
    },
    Script {
        held_out: true,
        shape: Shape::Envelope,
        mark: &["Wahlbrief für die Kommunalwahl"],
        to: &["Kreiswahlleitung|{stadt}"],
        ..LETTER
    },
    Script {
        wide: true,
        shape: Shape::Envelope,
        mark: &["Wahlbrief zur Bürgermeisterwahl", "WAHLBRIEF", "Roter Wahlbrief - unentgeltlich"],
        to: &["{stadt}|Wahlamt", "An die Gemeindebehörde|{stadt}"],
        ..LETTER
    },
    Script {
        held_out: true,
        wide: true,
        shape: Shape::Envelope,
        mark: &["Wahlbrief für die Bundestagswahl", "Amtlicher Wahlbrief", "Wahl-Brief"],
        to: &["Wahlleiter der|{stadt}", "{stadt}|Briefwahlvorstand"],
        ..LETTER
    },
];

/// Data protection officer.
pub const DATENSCHUTZ: &[Script] = &[
    Script {
        wide: true,
        to: &["{stadt}|Datenschutzbeauftragter", "Behördlicher Datenschutzbeauftragter der|{stadt}"],
        subject: &["Verstoß gegen den Datenschutz", "Beschwerde"],
        slots: LINES,
        ..LETTER
    },
    Script {
        held_out: true,
        wide: true,
        shape: Shape::Envelope,
        to: &["{stadt}|Die Datenschutzbeauftragte", "Beauftragter für den Datenschutz|{stadt}"],
        ..LETTER
    },
];

/// Representative of disabled employees.
pub const SCHWERBEHINDERUNG: &[Script] = &[
    Script {
        wide: true,
        to: &[
            "{stadt}|Schwerbehindertenvertretung",
            "Vertrauensperson der schwerbehinderten Menschen|{stadt}",
        ],
        subject: &["Mein Arbeitsplatz", "Bitte um Begleitung"],
        slots: LINES,
        ..LETTER
    },
    Script {
        held_out: true,
        wide: true,
        shape: Shape::Envelope,
        to: &["Schwerbehindertenvertretung der|{stadt}", "{stadt}|Vertrauensfrau der Schwerbehinderten"],
        ..LETTER
    },
];
