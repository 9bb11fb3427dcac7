//! Dog tax: registration, leaving, reduction.
use super::{LETTER, Script, Shape};

pub const SCRIPTS: &[Script] = &[
    Script {
        subject: &[
            "Anmeldung eines Hundes zur Hundesteuer",
            "Hundesteuer: Anmeldung",
            "Anmeldung unseres Hundes {hund}",
        ],
        slots: &[
            &[
                "hiermit melde ich meinen Hund [zum {d1}|mit Wirkung vom {d1}] zur Hundesteuer an.",
                "seit dem {d1} halte ich einen Hund, den ich hiermit [steuerlich anmelde|zur Hundesteuer anmelde].",
            ],
            &[
                "= Name des Hundes : {hund}\n= Rasse : {rasse}\n= Wurfdatum : {d2}\n= Chipnummer : {chip}",
                "Es handelt sich um einen {rasse} mit dem Namen {hund}, Chipnummer {chip}.",
            ],
            &[
                "Bitte senden Sie mir die Steuermarke und den Bescheid zu.",
                "Die Hundesteuermarke [hole ich gern im Rathaus ab|bitte ich mir zuzusenden].",
            ],
            &[
                "Die Hundehaftpflicht besteht bei der Hansa Versicherung.",
                "",
                "Der Vorbesitzer war {person} in {ort}.",
            ],
        ],
        ..LETTER
    },
    Script {
        subject: &[
            "Abmeldung Hundesteuer, Kassenzeichen {az}",
            "Hundesteuer {az} - Abmeldung meines Hundes",
            "Antrag auf Ermäßigung der Hundesteuer {az}",
        ],
        slots: &[
            &[
                "mein Hund {hund} [ist am {d1} gestorben|musste am {d1} eingeschläfert werden|lebt seit dem {d1} bei {person} in {ort}]. Ich bitte daher um Abmeldung von der Hundesteuer.",
                "ich beantrage, die Hundesteuer für meinen Hund {hund} zu ermäßigen, da [er als Rettungshund ausgebildet ist|ich Wohngeld beziehe|wir ihn aus dem Tierheim übernommen haben].",
            ],
            &[
                "Die Steuermarke Nr. {zahl2}4 [lege ich bei|ist leider nicht mehr auffindbar].",
                "Einen Nachweis [des Tierarztes|der Prüfung] füge ich bei.",
            ],
            &[
                "Den zu viel gezahlten Betrag überweisen Sie bitte auf mein Konto {iban}.",
                "Mein Kassenzeichen lautet {az}.",
            ],
        ],
        enclosures: &["Hundemarke", "Bescheinigung Tierarzt"],
        ..LETTER
    },
    Script {
        shape: Shape::Form,
        subject: &["Anmeldung zur Hundesteuer", "Abmeldung / Änderungsmeldung zur Hundesteuer"],
        slots: &[
            &[
                "# Hundehalter/in\n= Name, Vorname : {nachname}, {ich}\n= Anschrift : {strasse}, {plzort}\n= Telefon : {tel}",
            ],
            &[
                "# Angaben zum Hund\n= Rufname : {hund}\n= Rasse : {rasse}\n= Chip-Nr. : {chip}\n= gehalten seit : {d1}",
            ],
            &["* Ersthund\no Zweithund\no weiterer Hund", "o Ersthund\n* Zweithund\no weiterer Hund"],
            &["# SEPA-Lastschriftmandat\n= IBAN : {iban}\n= Datum : {datum}", "= Datum : {datum}"],
        ],
        ..LETTER
    },
    Script {
        held_out: true,
        subject: &["Neuer Vierbeiner im Haushalt", "Unser Hund {hund} - Steuer", "Hundehaltung {strasse}"],
        slots: &[
            &[
                "bei uns ist am {d1} ein {rasse} eingezogen. Er hört auf den Namen {hund}. Damit alles seine Ordnung hat, möchten wir ihn für die Hundesteuer eintragen lassen.",
            ],
            &["Gechippt ist das Tier unter {chip}.", "Geimpft und gechippt ist er auch, Nummer {chip}."],
            &[
                "Schicken Sie uns bitte die Marke. Der Jahresbetrag kann von {iban} eingezogen werden.",
                "Wie hoch ist die Steuer für einen Zweithund?",
            ],
        ],
        ..LETTER
    },
];
