//! Housing benefit.
use super::{LETTER, Script, Shape};

const RENT: &[&[&str]] = &[
    &["# Mietbescheinigung zum Wohngeldantrag"],
    &["= Mieter/in : {ich}\n= Wohnung : {strasse}, {plzort}\n= Wohnfläche : {qm} m²"],
    &["= Grundmiete : {summe}\n= Betriebskosten : {summe3}\n= Mietverhältnis seit : {d2}"],
    &["* Die Miete enthält keine Heizkosten\no Die Miete enthält Heizkosten\no Ein Stellplatz ist enthalten"],
    &["= Vermieter/in : {person}, {ort}\n= Telefon : {tel2}"],
];

pub const SCRIPTS: &[Script] = &[
    Script {
        subject: &[
            "Antrag auf Wohngeld",
            "Wohngeldantrag (Mietzuschuss)",
            "Weiterbewilligung Wohngeld, Wohngeldnummer {az}",
            "Wohngeld {az}: Weiterleistungsantrag",
        ],
        slots: &[
            &[
                "hiermit beantrage ich [Wohngeld als Mietzuschuss|die Weiterzahlung des Wohngeldes|Mietzuschuss nach dem Wohngeldgesetz] für meine Wohnung {strasse}.",
                "ich möchte für meinen Haushalt Wohngeld beantragen.",
            ],
            &[
                "In der Wohnung ({qm} m²) leben {zahl} Personen. Die Bruttokaltmiete beträgt {summe} im Monat.",
                "= Haushaltsmitglieder : {zahl}\n= Wohnfläche : {qm} m²\n= Bruttokaltmiete : {summe}\n= Nettoeinkommen : {summe2}",
            ],
            &[
                "Mein monatliches Einkommen beträgt {summe2}. Unterlagen über [Rente|Lohn|Arbeitslosengeld] und die Mietbescheinigung [füge ich bei|reiche ich nach].",
            ],
            &[
                "Das Wohngeld bitte ich auf das Konto {iban} zu überweisen.",
                "Meine Bankverbindung hat sich nicht geändert.",
            ],
        ],
        enclosures: &[
            "Mietbescheinigung, Einkommensnachweise",
            "Verdienstbescheinigungen, Mietbescheinigung",
        ],
        annex: RENT,
        ..LETTER
    },
    Script {
        subject: &[
            "Wohngeld, Aktenzeichen {az}: fehlende Unterlagen",
            "Ihr Schreiben vom {d1}, Wohngeldnummer {az}",
            "Widerspruch gegen den Wohngeldbescheid vom {d1}, {az}",
        ],
        slots: &[
            &[
                "zu meinem Wohngeldantrag [übersende|reiche] ich Ihnen die [angeforderten|noch fehlenden] Nachweise:",
                "gegen die Berechnung meines Wohngeldes lege ich Widerspruch ein. Die Miete wurde mit {summe} zu niedrig angesetzt.",
            ],
            &[
                "- Verdienstbescheinigung der letzten zwölf Monate\n- Kontoauszüge\n- Nachweis über die Heizkosten",
                "- Rentenbescheid\n- Mieterhöhung zum {d3}\n- Studienbescheinigung meiner Tochter {kind}",
            ],
            &[
                "[Bitte bearbeiten Sie den Antrag bald, da ich auf das Wohngeld angewiesen bin.|Ich bitte um Nachricht, falls für die Bewilligung noch etwas fehlt.]",
            ],
        ],
        enclosures: &["Nachweise"],
        ..LETTER
    },
    Script {
        shape: Shape::Form,
        subject: &["Antrag auf Wohngeld - Mietzuschuss", "Wohngeld: Angaben zu Einkommen und Miete"],
        slots: &[
            &[
                "= Wohngeldnummer : {az}\n= Antragsteller/in : {ich}\n= Anschrift : {strasse}, {plzort}\n= Geburtsdatum : {gebm}",
            ],
            &[
                "# Wohnraum\n= Gesamtmiete : {summe}\n= darin Heizkosten : {summe3}\n= Wohnfläche : {qm} m²\n= Personen im Haushalt : {zahl}",
            ],
            &["# Einnahmen\n= Art der Einnahmen : Lohn\n= monatlich brutto : {summe2}"],
            &[
                "* Erstantrag\no Weiterleistungsantrag\no Erhöhungsantrag",
                "o Erstantrag\n* Weiterleistungsantrag\no Erhöhungsantrag",
            ],
            &["= IBAN : {iban}\n= Datum : {datum}"],
        ],
        ..LETTER
    },
    Script {
        held_out: true,
        subject: &[
            "Zuschuss zur Miete",
            "Hilfe bei den Wohnkosten, {az}",
            "Lastenzuschuss für unser Häuschen",
        ],
        slots: &[
            &[
                "meine Miete ist auf {summe} gestiegen und von der Rente ({summe2}) bleibt kaum etwas. Eine Bekannte sagte mir, dass mir Wohngeld zusteht.",
            ],
            &["Ich wohne allein auf {qm} m².", "Wir sind zu {zahl}. Die Wohnung misst {qm} Quadratmeter."],
            &[
                "Bitte teilen Sie mir mit, welche Papiere Sie für den Wohngeldbescheid noch brauchen. Die Bescheinigung meines Vermieters liegt schon bei.",
            ],
        ],
        enclosures: &["Bescheinigung des Vermieters"],
        ..LETTER
    },
];
