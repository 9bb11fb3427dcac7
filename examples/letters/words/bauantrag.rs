//! Building applications and what belongs to them.
use super::{From, LETTER, Script, Shape};

const DESCRIPTION: &[&[&str]] = &[
    &["# Baubeschreibung", "# Baubeschreibung zum Bauantrag"],
    &["= Vorhaben : {vorhaben}\n= Grundstück : {obj}, Flur {flur}, Flurstück {flst}"],
    &[
        "Gründung: Streifenfundamente aus Beton nach statischer Berechnung. Außenwände: [Porenbeton 36,5 cm|Holzständerbauweise mit Zellulosedämmung|zweischaliges Mauerwerk].",
    ],
    &[
        "Dach: [Satteldach mit {zahl2} Grad Neigung, Ziegeldeckung|Flachdach, extensiv begrünt]. Fenster: Dreifachverglasung in Holzrahmen.",
    ],
    &[
        "Die Entwässerung erfolgt über den vorhandenen Anschluss an den Mischwasserkanal. Das Niederschlagswasser wird auf dem Grundstück versickert.",
    ],
    &["= Stellplätze : {zahl}\n= Geschossfläche : {qm} m²"],
];

pub const SCRIPTS: &[Script] = &[
    Script {
        subject: &[
            "Bauantrag: {vorhaben}, {obj}",
            "Antrag auf Baugenehmigung für das Grundstück {obj}",
            "Bauvorhaben {obj} - Einreichung des Bauantrags",
        ],
        slots: &[
            &[
                "hiermit [beantrage ich|stelle ich den Antrag auf Erteilung] die Baugenehmigung für folgendes Vorhaben: {vorhaben}.",
                "als Bauherr reiche ich den Bauantrag für das Vorhaben \"{vorhaben}\" [ein|zur Prüfung ein].",
            ],
            &[
                "Das Baugrundstück liegt in der Gemarkung Lindenau, Flur {flur}, Flurstück {flst}.",
                "= Gemarkung : Lindenau\n= Flur : {flur}\n= Flurstück : {flst}\n= Grundstücksgröße : {zahl2}0 m²",
            ],
            &[
                "Die Bauvorlagen sind in [dreifacher|zweifacher] Ausfertigung beigefügt. Entwurfsverfasser ist {person}, Architekt, {ort}.",
                "Die statische Berechnung [wird nachgereicht|liegt bei]. Die Nachbarn haben [zugestimmt|die Pläne unterschrieben].",
            ],
            &[
                "Die Rohbaukosten betragen voraussichtlich {zahl2}.000 €.",
                "Mit dem Bau soll im {monat} begonnen werden.",
                "",
            ],
            &[
                "[Für Rückfragen bin ich unter {tel} erreichbar.|Ich bitte um eine Eingangsbestätigung mit Aktenzeichen.]",
            ],
        ],
        enclosures: &[
            "Lageplan, Bauzeichnungen, Baubeschreibung",
            "Antragsformular, Baubeschreibung, Grundrisse, Schnitte",
        ],
        annex: DESCRIPTION,
        ..LETTER
    },
    Script {
        from: From::Named(&[
            "Architekturbüro Dankwart + Partner",
            "Planungsgruppe Eichen Architekten PartGmbB",
            "Ingenieurbüro Uhlmann für Tragwerksplanung",
        ]),
        subject: &[
            "Aktenzeichen {az}: Nachreichung von Bauvorlagen",
            "Bauantrag {az}, {vorhaben}: Ihre Nachforderung vom {d1}",
            "BV {obj} - Ergänzung zum Bauantrag {az}",
        ],
        slots: &[
            &[
                "[zum oben genannten Bauantrag|im Auftrag unserer Bauherrschaft, Familie {person},] reichen wir die mit Schreiben vom {d1} nachgeforderten Unterlagen nach:",
            ],
            &[
                "- Standsicherheitsnachweis\n- Wärmeschutznachweis nach GEG\n- Stellplatznachweis",
                "- Abstandsflächenplan\n- Freiflächenplan im Maßstab 1:200\n- Berechnung von GRZ und GFZ",
            ],
            &[
                "Wir beantragen zugleich eine Befreiung von den Festsetzungen des Bebauungsplans Nr. {zahl2} hinsichtlich der [Baugrenze|Dachneigung|Firsthöhe].",
                "Das Vorhaben liegt im Geltungsbereich des Bebauungsplans Nr. {zahl2} und hält dessen Festsetzungen ein.",
            ],
            &[
                "Wir bitten um [zügige Fortführung des Genehmigungsverfahrens|Mitteilung, ob die Bauvorlagen nun vollständig sind].",
            ],
        ],
        enclosures: &["Bauvorlagen, 3-fach"],
        ..LETTER
    },
    Script {
        shape: Shape::Form,
        subject: &[
            "Bauantrag im vereinfachten Genehmigungsverfahren",
            "Antrag auf Vorbescheid (Bauvoranfrage)",
            "Bauanzeige für ein verfahrensfreies Vorhaben",
        ],
        slots: &[
            &["= Bauherrin / Bauherr : {ich}\n= Anschrift : {strasse}, {plzort}\n= Telefon : {tel}"],
            &[
                "# Baugrundstück\n= Straße, Hausnummer : {obj}\n= Gemarkung, Flur, Flurstück : Lindenau, {flur}, {flst}\n= Bebauungsplan Nr. : {zahl2}",
            ],
            &[
                "# Bezeichnung des Bauvorhabens\n= Vorhaben : {vorhaben}\n= Gebäudeklasse : {zahl}\n= Brutto-Rauminhalt : {zahl2}3 m³",
            ],
            &[
                "* Neubau\no Änderung\no Nutzungsänderung\no Abbruch",
                "o Neubau\n* Änderung\no Nutzungsänderung\no Abbruch",
            ],
            &["= Entwurfsverfasser : {person}, {ort}\n= Datum : {datum}"],
        ],
        ..LETTER
    },
    Script {
        held_out: true,
        subject: &[
            "Wir möchten bauen: {obj}",
            "Baugesuch {vorhaben}",
            "Unterlagen für die Genehmigung unseres Hauses",
        ],
        slots: &[
            &[
                "auf unserem Grund (Flurstück {flst}) planen wir: {vorhaben}. Dafür brauchen wir Ihre Genehmigung und legen das Baugesuch mit allen Plänen vor.",
            ],
            &[
                "Unsere Architektin {person} hat die Zeichnungen gefertigt und steht für Auskünfte bereit.",
                "Der Bauleiter heißt {person}; er ist unter {tel2} zu erreichen.",
            ],
            &[
                "Die Abstände zum Nachbarn betragen überall mindestens drei Meter. [Der Bagger soll im {monat} anrollen.|Die Bank wartet auf den Genehmigungsbescheid.]",
            ],
        ],
        enclosures: &["Pläne, Baubeschreibung"],
        ..LETTER
    },
];
