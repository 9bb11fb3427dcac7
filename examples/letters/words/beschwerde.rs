//! Complaints.
use super::{LETTER, Script};

pub const SCRIPTS: &[Script] = &[
    Script {
        subject: &[
            "Beschwerde über [Lärm|nächtliche Ruhestörung] in der {obj}",
            "Beschwerde: Schlaglöcher in der {obj}",
            "Beschwerde über wilden Müll am Spielplatz",
            "Defekte Straßenbeleuchtung {obj}",
        ],
        slots: &[
            &[
                "hiermit möchte ich mich [nachdrücklich|offiziell] beschweren. Seit [Wochen|dem {d2}] [ist der Gehweg vor der {obj} kaum begehbar|wird vor der {obj} Müll abgeladen|ist es nachts unerträglich laut].",
                "seit {d2} ärgere ich mich über den Zustand in der {obj}: [Die Laternen sind ausgefallen.|Schlaglöcher werden nicht geflickt.|Die Abfallkörbe quellen über.]",
            ],
            &[
                "Mehrere Anrufe bei Ihrer Verwaltung [blieben ohne Ergebnis|haben nichts bewirkt]. Das ist für uns Anwohner nicht länger zumutbar.",
                "Am {d1} gegen {uhr} ist [meine Nachbarin {person}|eine ältere Dame] dort gestürzt.",
            ],
            &[
                "Ich fordere Sie auf, bis {d3} [Abhilfe zu schaffen|tätig zu werden].",
                "Bitte teilen Sie mir mit, [wann mit einer Besserung zu rechnen ist|wer für diesen Missstand verantwortlich ist].",
            ],
            &["Andernfalls wende ich mich an die Presse.", "", "Fotos füge ich bei."],
        ],
        enclosures: &["", "Fotos"],
        ..LETTER
    },
    Script {
        subject: &[
            "Dienstaufsichtsbeschwerde",
            "Beschwerde über das Verhalten eines Mitarbeiters",
            "Unfreundliche Behandlung im Rathaus am {d1}",
        ],
        slots: &[
            &[
                "am {d1} wurde ich in Ihrem Amt von {wer} [äußerst unfreundlich behandelt|ohne Begründung abgewiesen]. Darüber beschwere ich mich.",
                "gegen {wer} erhebe ich Dienstaufsichtsbeschwerde.",
            ],
            &[
                "Trotz Termin musste ich {zahl2} Minuten warten, um dann zu hören, [niemand sei zuständig|das System sei ausgefallen].",
                "Auf meine Schreiben vom {d2} habe ich nie eine Antwort erhalten.",
            ],
            &[
                "Ich erwarte eine [Stellungnahme|Entschuldigung] und bitte um Antwort bis {d3}.",
                "So geht man mit Bürgern nicht um.",
            ],
        ],
        ..LETTER
    },
    Script {
        subject: &[
            "Beschwerde über den Winterdienst",
            "Ständige Lärmbelästigung durch {firma2}",
            "Beschwerde wegen Geruchsbelästigung {obj}",
            "Ihre Müllabfuhr am {d1}",
        ],
        slots: &[
            &[
                "ich beschwere mich über [den mangelhaften Räumdienst|die Zustände] in unserer Straße. [Schon im letzten Jahr|Bereits am {d2}] habe ich darauf hingewiesen, geschehen ist nichts.",
                "zum wiederholten Mal muss ich mich über [den Lärm|den Gestank|die Unordnung] in der {obj} beklagen.",
            ],
            &[
                "[An mindestens {zahl} Tagen in der Woche|Jede Nacht ab {uhr}] wiederholt sich das Gleiche. [Zeugen kann ich benennen.|Ein Protokoll führe ich seit dem {d2}.]",
            ],
            &[
                "Wozu zahlen wir eigentlich Gebühren? [Ich verlange eine Antwort|Bitte nehmen Sie dazu Stellung], und zwar bis zum {d3}.",
                "Ich bitte um Rückruf unter {tel} und um eine verbindliche Auskunft.",
            ],
        ],
        ..LETTER
    },
    Script {
        held_out: true,
        subject: &[
            "So kann es nicht weitergehen",
            "Missstände in unserem Viertel",
            "Unmut über die Baustelle {obj}",
        ],
        slots: &[
            &[
                "als Anwohner der {obj} bin ich mit meiner Geduld am Ende. Die Baustelle [ruht seit {d2}|versperrt uns täglich die Ausfahrt] und niemand kümmert sich.",
            ],
            &[
                "Wir zahlen pünktlich Steuern und erwarten, dass die Stadt reagiert.",
                "Die Nachbarschaft ist empört, {zahl2} Unterschriften habe ich gesammelt.",
            ],
            &["Unternehmen Sie endlich etwas gegen diesen Zustand!"],
        ],
        ..LETTER
    },
];
