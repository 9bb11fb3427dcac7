//! What can be asked of each command that has actions of its own.

use crate::model::emptying::SOURCES;
use clap::Subcommand;
use clap::builder::PossibleValuesParser;
use std::path::PathBuf;

/// Stations.
#[derive(Debug, Subcommand)]
pub enum StationAction {
    /// Öffnen
    Open {
        /// Station
        name: String,
        /// Scankraft
        #[arg(long)]
        operator: String,
        /// Eingangsdatum (JJJJ-MM-TT), oder Leerung des Nachtbriefkastens: TAG-DAVOR/TAG ohne Mitternachtsklappe,
        /// mit ihr TAG-DAVOR/TAG/before oder /after
        #[arg(long)]
        received: String,
        /// Woher das Datum kommt
        #[arg(long, default_value = "station_day", value_parser = PossibleValuesParser::new(SOURCES))]
        source: String,
        /// Wer das anordnet
        #[arg(long)]
        by: String,
    },
    /// Testvorlage als PDF: einmal farbig beidseitig drucken
    Chart {
        /// Datei
        #[arg(long)]
        out: PathBuf,
    },
    /// Scan der Testvorlage prüfen (Rückgabe 1, wenn er nicht besteht)
    Test {
        /// Station
        name: String,
        /// Scan der Testvorlage, wie der Scanner ihn liefert
        file: PathBuf,
        /// Wer prüft
        #[arg(long)]
        by: String,
    },
    /// Station zum ersetzenden Scannen freigeben: nach bestandener Testvorlage
    Release {
        /// Station
        name: String,
        /// Ohne Testvorlage, aus diesem Grund (kurzes Wort); das Papier bleibt dann
        #[arg(long)]
        emergency: Option<String>,
        /// Wer freigibt
        #[arg(long)]
        by: String,
    },
    /// Schließen
    Close {
        /// Station
        name: String,
        /// Wer das anordnet
        #[arg(long)]
        by: String,
    },
}

/// The vault.
#[derive(Debug, Subcommand)]
pub enum VaultAction {
    /// Alles unter den geltenden Schlüssel bringen, auch was noch unverschlüsselt ist; der Dienst steht solange
    Rekey {
        /// Wer das anordnet
        #[arg(long)]
        by: String,
    },
}

/// What somebody has a right to know.
#[derive(Debug, Subcommand)]
pub enum ExportAction {
    /// Alles über eine Person: Kopien, Felder, Verlauf; was die ausgebende Person nicht sehen darf, wird nur gezählt
    Person {
        /// Name, dessen Wörter alle im Schriftstück stehen
        #[arg(long)]
        name: String,
        /// Ordner: neu oder leer
        #[arg(long)]
        out: PathBuf,
        /// Warum
        #[arg(long)]
        reason: ExportReason,
        /// Wer ausgibt; steht als [[person]] in der Konfiguration
        #[arg(long)]
        by: String,
    },
}

/// Why something about a person is given out. A word of a list, so that no name gets into the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ExportReason {
    /// Auskunft (Art. 15 DSGVO)
    Access,
    /// Berichtigung oder Löschung wird geprüft (Art. 16, 17 DSGVO)
    Correction,
    /// Gericht oder Aufsicht verlangt es
    Authority,
}

impl ExportReason {
    /// The word in the log.
    pub fn text(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Correction => "correction",
            Self::Authority => "authority",
        }
    }
}

/// Review.
#[derive(Debug, Subcommand)]
pub enum ReviewAction {
    /// Alle wartenden Schriftstücke
    List,
    /// Eines ansehen
    Show {
        /// Kennung
        id: String,
    },
    /// Eines entscheiden
    Accept {
        /// Kennung
        id: String,
        /// Dokumentart
        #[arg(long)]
        kind: Option<String>,
        /// Amt
        #[arg(long)]
        department: Option<String>,
        /// Feld berichtigen: name=wert
        #[arg(long = "field")]
        fields: Vec<String>,
        /// Wer entscheidet
        #[arg(long)]
        by: String,
    },
}

/// Hold.
#[derive(Debug, Subcommand)]
pub enum HoldAction {
    /// Alles, was angehalten ist: Stapel mit Grund, Schriftstücke
    List,
    /// Einen angehaltenen Stapel zurücknehmen, weil er neu gescannt wird: seine Bilder sind damit erklärt
    Cancel {
        /// Kennung des Stapels
        id: String,
        /// Grund als kurzes Wort, zum Beispiel „doppeleinzug“
        #[arg(long)]
        reason: String,
        /// Wer das anordnet
        #[arg(long)]
        by: String,
    },
    /// Schriftstück in die Nachbearbeitung geben, Stapel weiterlaufen lassen
    Release {
        /// Kennung des Schriftstücks oder Stapels
        id: String,
        /// Stapel: Eingangsdatum (JJJJ-MM-TT) oder Leerung des Nachtbriefkastens (TAG-DAVOR/TAG)
        #[arg(long)]
        received: Option<String>,
        /// Stapel: woher das Datum kommt
        #[arg(long, default_value = "person", value_parser = PossibleValuesParser::new(SOURCES))]
        source: String,
        /// Stapel: Scankraft
        #[arg(long)]
        operator: Option<String>,
        /// Wer entscheidet
        #[arg(long)]
        by: String,
    },
}

/// Deliveries.
#[derive(Debug, Subcommand)]
pub enum DeliverAction {
    /// Alles, was noch nicht angekommen ist; zuerst, was eine Person entscheiden muss
    List,
    /// Alle Ziele mit Art und Zusage
    Targets,
    /// Eine zurückgewiesene Zustellung noch einmal versuchen; vorher wird das Ziel gefragt
    Again {
        /// Kennung der Zustellung
        id: String,
        /// Wer das anordnet
        #[arg(long)]
        by: String,
    },
    /// Eine falsche Zustellung zurückholen, soweit das Ziel es kann; vertrauliche ergeben einen Vorfallsbericht
    Recall {
        /// Kennung der Zustellung
        id: String,
        /// Wer das anordnet
        #[arg(long)]
        by: String,
    },
    /// Eine Zustellung von Hand abschließen: sie wird nicht mehr gesendet
    Close {
        /// Kennung der Zustellung
        id: String,
        /// Grund als kurzes Wort ohne Inhalte des Schriftstücks, zum Beispiel „anderweitig_zugestellt“
        #[arg(long)]
        reason: String,
        /// Wer das anordnet
        #[arg(long)]
        by: String,
    },
}

/// People.
#[derive(Debug, Subcommand)]
pub enum PersonAction {
    /// Wer sich anmelden darf
    List,
    /// Kennwort setzen: von der Standardeingabe gelesen, oder erzeugt und einmal ausgegeben
    SetPassword {
        /// Kennung aus der Konfiguration
        id: String,
        /// Ein Kennwort erzeugen und einmal ausgeben
        #[arg(long)]
        generate: bool,
        /// Nur, wenn noch keines gesetzt ist
        #[arg(long)]
        if_none: bool,
        /// Wer das anordnet; auch, wer diesen Rechner betreut
        #[arg(id = "administrator", long = "by", value_name = "BY")]
        by: String,
    },
    /// Einem Programm ein neues Token geben und es einmal ausgeben; das alte gilt nicht mehr
    Token {
        /// Kennung aus [[application]]
        id: String,
        /// Wer das anordnet; auch, wer diesen Rechner betreut
        #[arg(id = "administrator", long = "by", value_name = "BY")]
        by: String,
    },
}

/// The log.
#[derive(Debug, Subcommand)]
pub enum LogAction {
    /// Stand: Zahl der Einträge und Wurzel des Hashbaums
    Head,
    /// Beleg, dass der Nachweis eines Schriftstücks im Protokoll steht
    Proof {
        /// Kennung des Schriftstücks
        id: String,
    },
    /// Evidence Records (RFC 4998) über Produkt und Nachweis jedes Schriftstücks, unter einem gemeinsamen Zeitstempel
    Evidence {
        /// Ordner: neu oder leer
        #[arg(long)]
        out: PathBuf,
        /// Wer das anordnet
        #[arg(long)]
        by: String,
    },
    /// Beleg, dass ein früherer Stand der Anfang des jetzigen ist
    Consistency {
        /// Zahl der Einträge damals
        size: u64,
    },
}

/// What somebody saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Seen {
    /// Lesbar und vollständig
    Good,
    /// Fehlt, unleserlich oder falsch
    Bad,
}

/// Why paper is kept against the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum KeepReason {
    /// Rechtsstreit oder Verdacht der Fälschung
    Litigation,
    /// Ausgeliehen
    Loan,
    /// Offene Anfrage oder Rückfrage
    Request,
    /// Eigentum anderer, wird zurückgegeben
    Return,
}

impl KeepReason {
    /// The word in the log.
    pub fn text(self) -> &'static str {
        match self {
            Self::Litigation => "litigation",
            Self::Loan => "loan",
            Self::Request => "request",
            Self::Return => "return",
        }
    }

    /// What people call the reason of that word.
    pub fn german(word: &str) -> &'static str {
        match word {
            "litigation" => "Rechtsstreit",
            "loan" => "ausgeliehen",
            "request" => "angefragt",
            "return" => "wird zurückgegeben",
            _ => "gesperrt",
        }
    }
}

/// Sample.
#[derive(Debug, Subcommand)]
pub enum SampleAction {
    /// Gezogene Schriftstücke, die noch niemand mit dem Papier verglichen hat
    List,
    /// Ergebnis des Vergleichs mit dem Papier
    Verdict {
        /// Kennung des Schriftstücks
        id: String,
        /// Was die Prüfung ergab
        verdict: Seen,
        /// Wer verglichen hat: nicht die Scankraft
        #[arg(long)]
        by: String,
    },
}

/// Paper.
#[derive(Debug, Subcommand)]
pub enum DisposalAction {
    /// Ein Stapel Papier kommt in einen Karton
    Box {
        /// Kennung des Stapels
        batch: String,
        /// Karton, zum Beispiel 2026-014
        name: String,
        /// Wer ihn hineinlegt
        #[arg(long)]
        by: String,
    },
    /// Wo eine Akte liegt: Kiste, Stellen, und ob sie ausgeliehen oder angefragt ist (CSV)
    File {
        /// Aktenzeichen, wie es auf dem Aktenblatt steht
        reference: String,
    },
    /// Papier eines Schriftstücks oder einer ganzen Akte bleibt
    Keep {
        /// Kennung des Schriftstücks
        #[arg(required_unless_present = "file")]
        id: Option<String>,
        /// Statt dessen: Aktenzeichen einer Akte
        #[arg(long, value_name = "AKTENZEICHEN", conflicts_with = "id")]
        file: Option<String>,
        /// Warum
        #[arg(long)]
        reason: KeepReason,
        /// Wer das anordnet
        #[arg(long)]
        by: String,
    },
    /// Sperre aufheben
    Free {
        /// Kennung des Schriftstücks
        #[arg(required_unless_present = "file")]
        id: Option<String>,
        /// Statt dessen: Aktenzeichen einer Akte
        #[arg(long, value_name = "AKTENZEICHEN", conflicts_with = "id")]
        file: Option<String>,
        /// Wer das anordnet
        #[arg(long)]
        by: String,
    },
    /// Rückmeldung des Amts
    Feedback {
        /// Kennung des Schriftstücks
        id: String,
        /// Was das Amt sieht
        verdict: Seen,
        /// Wer das meldet
        #[arg(long)]
        by: String,
    },
    /// Eine Datensicherung ist bestätigt
    Backup {
        /// SHA-256 der Sicherung
        hash: String,
        /// Wer oder was das bestätigt
        #[arg(id = "confirmer", long = "by", value_name = "BY")]
        by: String,
    },
    /// Was in den Kartons liegt und ob es vernichtet werden darf (CSV)
    List {
        /// Nur dieser Karton
        name: Option<String>,
    },
    /// Ein Stück der Entnahmeliste ist aus dem Karton genommen
    Pull {
        /// Karton
        name: String,
        /// Kennung des Schriftstücks
        id: String,
        /// Wer es herausgenommen hat
        #[arg(long)]
        by: String,
    },
    /// Einen Karton zur Vernichtung freigeben; sonst die Liste dessen, was herausmuss
    Release {
        /// Karton
        name: String,
        /// Erste Person
        #[arg(long)]
        by: String,
        /// Zweite Person
        #[arg(long)]
        and: String,
    },
    /// Das Protokoll eines freigegebenen Kartons als PDF
    Protocol {
        /// Karton
        name: String,
        /// Datei
        #[arg(long)]
        out: PathBuf,
    },
}
