//! Sick notes of the town's own staff.
use super::{From, LETTER, Script, Shape};

const NOTE: &[&[&str]] = &[
    &["# Arbeitsunfähigkeitsbescheinigung"],
    &["= Versicherte/r : {ich}\n= geb. am : {gebm}\n= Arbeitgeber : {stadt}"],
    &["= arbeitsunfähig seit : {d1}\n= voraussichtlich bis einschließlich : {d5}"],
    &["* Erstbescheinigung\no Folgebescheinigung", "o Erstbescheinigung\n* Folgebescheinigung"],
    &["{arzt}, Facharzt für Allgemeinmedizin, {ort}"],
];

pub const SCRIPTS: &[Script] = &[
    Script {
        subject: &["Krankmeldung", "Arbeitsunfähigkeit, Personalnummer {az}", "Krankmeldung {ich}, {az}"],
        slots: &[
            &[
                "hiermit melde ich mich [bis voraussichtlich {d5}|ab heute bis {d5}] krank.",
                "leider bin ich erkrankt und kann [bis zum {d5} nicht zum Dienst kommen|meine Arbeit bis {d5} nicht aufnehmen].",
            ],
            &[
                "Die Arbeitsunfähigkeitsbescheinigung von {arzt} [füge ich bei|liegt diesem Schreiben bei].",
                "Meine Ärztin, {arzt}, hat die Arbeitsunfähigkeit am {d1} festgestellt; die Bescheinigung ist beigefügt.",
            ],
            &[
                "Meine Vertretung im [Bauhof|Bürgerbüro|Vorzimmer|Kindergarten] ist informiert.",
                "",
                "Eine Folgebescheinigung reiche ich gegebenenfalls nach.",
            ],
        ],
        enclosures: &["AU-Bescheinigung", "Arbeitsunfähigkeitsbescheinigung"],
        annex: NOTE,
        ..LETTER
    },
    Script {
        shape: Shape::Form,
        from: From::Named(&[
            "Praxis Dr. med. Sabine Rößler, Fachärztin für Allgemeinmedizin",
            "Gemeinschaftspraxis am Deich",
            "Dr. med. Milan Petrovic, Orthopäde",
        ]),
        subject: &[
            "Arbeitsunfähigkeitsbescheinigung",
            "Arbeitsunfähigkeitsbescheinigung - Ausfertigung zur Vorlage beim Arbeitgeber",
        ],
        slots: &[
            &["= Name, Vorname des Versicherten : {person}\n= geb. am : {gebm}\n= Arbeitgeber : {stadt}"],
            &[
                "* Erstbescheinigung\no Folgebescheinigung\no Arbeitsunfall",
                "o Erstbescheinigung\n* Folgebescheinigung\no Arbeitsunfall",
            ],
            &[
                "= arbeitsunfähig seit : {d1}\n= voraussichtlich arbeitsunfähig bis : {d5}\n= festgestellt am : {datum}",
            ],
        ],
        ..LETTER
    },
    Script {
        subject: &[
            "Folgebescheinigung {az}",
            "Verlängerung meiner Krankmeldung, Personalnummer {az}",
            "Erkrankung meines Kindes am {d1}",
        ],
        slots: &[
            &[
                "meine Arbeitsunfähigkeit besteht [leider weiter|fort]. Anbei erhalten Sie die Folgebescheinigung bis zum {d5}.",
                "wegen der Erkrankung meines Kindes {kind} konnte ich vom {d1} bis {d5} nicht zur Arbeit kommen. Die ärztliche Bescheinigung liegt bei.",
            ],
            &[
                "Behandelnder Arzt ist {arzt}.",
                "Nach Auskunft von {arzt} rechne ich mit einer Rückkehr am {d3}.",
            ],
            &[
                "Bitte leiten Sie die Krankmeldung an meine Dienststelle weiter.",
                "",
                "Mein Diensttelefon ist umgestellt.",
            ],
        ],
        enclosures: &["AU-Folgebescheinigung", "Bescheinigung"],
        annex: NOTE,
        ..LETTER
    },
    Script {
        held_out: true,
        subject: &["Dienstunfähig bis {d5}", "Ich liege mit Grippe im Bett", "Attest, {az}"],
        slots: &[
            &[
                "[seit {d1} bin ich nicht arbeitsfähig|mir geht es leider gar nicht gut]. {arzt} hat mich bis {d5} krankgeschrieben.",
            ],
            &["Das Attest liegt im Umschlag. Bitte geben Sie meiner Abteilung Bescheid."],
            &["", "Ich hoffe, am {d3} wieder gesund im Dienst zu sein."],
        ],
        enclosures: &["Attest"],
        ..LETTER
    },
];
