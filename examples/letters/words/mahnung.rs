//! Reminders of unpaid invoices sent to the town.
use super::{From, LETTER, Script};

pub const SCRIPTS: &[Script] = &[
    Script {
        from: From::Firm,
        subject: &[
            "Zahlungserinnerung zur Rechnung {rnr}",
            "1. Mahnung - Rechnung {rnr} vom {d2}",
            "Mahnung",
        ],
        slots: &[
            &[
                "[leider konnten wir|bis heute konnten wir] zu unserer Rechnung {rnr} vom {d2} [noch keinen Zahlungseingang feststellen|keinen Eingang Ihrer Zahlung verbuchen].",
                "bei der Durchsicht unserer Konten haben wir festgestellt, dass die Rechnung {rnr} vom {d2} [noch offen|nicht ausgeglichen] ist.",
            ],
            &["@tariff"],
            &[
                "Wir bitten Sie, den [offenen|fälligen] Betrag von {betrag} bis spätestens {frist} auf das Konto {iban} zu überweisen.",
            ],
            &[
                "Sollte sich Ihre Zahlung mit diesem Schreiben überschnitten haben, [betrachten Sie es bitte als gegenstandslos|danken wir Ihnen].",
                "Falls Sie inzwischen bezahlt haben, ist diese Mahnung hinfällig.",
            ],
        ],
        enclosures: &["", "Rechnungskopie"],
        ..LETTER
    },
    Script {
        from: From::Firm,
        subject: &[
            "Letzte Mahnung vor gerichtlichem Mahnverfahren",
            "2. Mahnung zu Rechnung {rnr}",
            "Dritte und letzte Mahnung, Kundennummer {kdnr}",
        ],
        slots: &[
            &[
                "trotz unserer [bisherigen Erinnerungen|Zahlungserinnerung vom {d1}] ist die Rechnung {rnr} [weiterhin unbezahlt|bis heute nicht beglichen].",
            ],
            &[
                "Einschließlich Mahngebühren und Verzugszinsen [beträgt unsere Forderung nun|schulden Sie uns] {betrag}.",
            ],
            &["@tariff", ""],
            &[
                "Wir setzen Ihnen eine letzte Frist bis zum {frist}. [Nach fruchtlosem Ablauf|Danach] werden wir [ein Inkassobüro beauftragen|das gerichtliche Mahnverfahren einleiten].",
            ],
            &["Konto: {iban}, {bank}", "Überweisen Sie auf IBAN {iban}."],
        ],
        ..LETTER
    },
    Script {
        from: From::Named(&["Stadtwerke Röhntal AöR", "Telenetz Hansa AG", "Fuhrpark Delta Leasing GmbH"]),
        subject: &[
            "Zahlungserinnerung Vertragskonto {kdnr}",
            "Ihr Konto {kdnr}: offener Betrag",
            "Mahnung zum Beleg {rnr}",
        ],
        slots: &[
            &[
                "auf Ihrem Vertragskonto {kdnr} ist [der Betrag von {betrag}|eine Forderung über {betrag}] offen. Grundlage ist unsere Rechnung {rnr} vom {d2}.",
            ],
            &["@tariff", ""],
            &[
                "Bitte gleichen Sie den Rückstand [umgehend, spätestens bis|bis] zum {frist} aus, um weitere Mahnkosten zu vermeiden. IBAN: {iban}.",
            ],
            &[
                "Bei Zahlungsschwierigkeiten sprechen Sie uns an: {tel}.",
                "Zahlungen bis {d1} sind berücksichtigt.",
            ],
        ],
        ..LETTER
    },
    Script {
        held_out: true,
        from: From::Named(&[
            "Inkasso Hansa Forderungsmanagement GmbH",
            "Delta Forderungsservice KG",
            "Creditplus Nord Inkasso GmbH",
        ]),
        subject: &[
            "Offene Forderung - Vorgang {unser}",
            "Außergerichtliche Zahlungsaufforderung",
            "Unbeglichener Posten {rnr}",
        ],
        slots: &[
            &[
                "die Firma {firma2} hat uns mit der Einziehung ihrer Forderung aus der Rechnung {rnr} beauftragt. Sie befinden sich seit dem {d2} in Verzug.",
            ],
            &["@tariff"],
            &[
                "Zur Vermeidung weiterer Kosten zahlen Sie {betrag} bis {frist} auf unser Treuhandkonto {iban}.",
            ],
        ],
        ..LETTER
    },
];
