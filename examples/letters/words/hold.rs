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
];
