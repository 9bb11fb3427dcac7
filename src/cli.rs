//! The command line: a contract that does not change its meaning.

use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// Die digitale Poststelle.
#[derive(Debug, Parser)]
#[command(
    name = "poststelle",
    version,
    about = "Digitale Poststelle: scannen, trennen, lesen, erkennen, zustellen, nachweisen"
)]
pub struct Cli {
    /// Konfigurationsdatei (sonst POSTSTELLE_CONFIG, ./pipeline.toml, /etc/poststelle/pipeline.toml)
    #[arg(long, global = true)]
    pub config: Option<PathBuf>,
    /// Was zu tun ist
    #[command(subcommand)]
    pub command: Command,
}

/// Commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Dienst: überwachen, verarbeiten, Seite anzeigen, zustellen
    Run {
        /// Enden, sobald alles erledigt ist, was ohne Menschen geht
        #[arg(long)]
        until_settled: bool,
    },
    /// Dateien oder Ordner einmal verarbeiten, ohne Zustellung
    Process {
        /// Scanstation, deren Profil gilt
        #[arg(long)]
        station: Option<String>,
        /// Scankraft
        #[arg(long)]
        operator: Option<String>,
        /// Eingangsdatum (JJJJ-MM-TT)
        #[arg(long)]
        received: Option<String>,
        /// Ergebnisordner: neu oder leer
        #[arg(long)]
        out: PathBuf,
        /// Zeilen von document.json auf die Standardausgabe
        #[arg(long)]
        json: bool,
        /// Am Ende zeigen, was jeder Arbeitsschritt an Rechenzeit gekostet hat
        #[arg(long)]
        costs: bool,
        /// Dateien und Ordner
        #[arg(required = true)]
        input: Vec<PathBuf>,
    },
    /// Konfiguration und Regeln prüfen
    Check,
    /// Scanstation öffnen oder schließen
    Station {
        /// Was zu tun ist
        #[command(subcommand)]
        action: StationAction,
    },
    /// Nachbearbeitung: ansehen und entscheiden
    Review {
        /// Was zu tun ist
        #[command(subcommand)]
        action: ReviewAction,
    },
    /// Angehaltene Schriftstücke
    Hold {
        /// Was zu tun ist
        #[command(subcommand)]
        action: HoldAction,
    },
    /// Zustellungen: was offen ist, was gesendet würde, erneut senden
    #[command(args_conflicts_with_subcommands = true, arg_required_else_help = true)]
    Deliver {
        /// Zeigen, was gesendet würde: Kennung eines Schriftstücks oder Ordner aus `process`; sendet nichts
        #[arg(long, value_name = "KENNUNG|ORDNER")]
        dry_run: Option<String>,
        /// Nur für dieses Ziel; auch eines, das zu keinem der Ämter gehört
        #[arg(long, requires = "dry_run")]
        target: Option<String>,
        /// Was zu tun ist
        #[command(subcommand)]
        action: Option<DeliverAction>,
    },
    /// Berichte
    Report {
        /// Welcher
        #[command(subcommand)]
        action: ReportAction,
    },
    /// Menschen, die sich an den Seiten anmelden
    Person {
        /// Was zu tun ist
        #[command(subcommand)]
        action: PersonAction,
    },
    /// Stichprobe: wer gezogen ist, und was die Prüfung ergab
    Sample {
        /// Was zu tun ist
        #[command(subcommand)]
        action: SampleAction,
    },
    /// Papier: wo es liegt, was bleiben muss, welche Kiste vernichtet werden darf
    Disposal {
        /// Was zu tun ist
        #[command(subcommand)]
        action: DisposalAction,
    },
    /// Protokoll: Stand zum Aufbewahren außerhalb, Beleg zu einem Schriftstück
    Log {
        /// Was zu tun ist
        #[command(subcommand)]
        action: LogAction,
    },
    /// Nachweise prüfen, nur mit den Dateien: Ordner aus `process`, zugestellte Dateien, einzelne PDF, das Journal
    /// (ledger.sqlite) mit Tresor und früheren Ständen des Protokolls
    Verify {
        /// Tresor zum Journal; sonst der Ordner `vault` daneben
        #[arg(long)]
        vault: Option<PathBuf>,
        /// Zertifikate (PEM), denen vertraut wird: für Siegel und Zeitstempel
        #[arg(long)]
        trust: Vec<PathBuf>,
        /// Eine Zeile JSON je Schriftstück
        #[arg(long)]
        json: bool,
        /// Ordner und Dateien
        #[arg(required = true)]
        path: Vec<PathBuf>,
    },
    /// Warum wurde so entschieden?
    Explain {
        /// Kennung des Schriftstücks oder Ordner aus `process`
        what: String,
    },
    /// Ergebnisse mit der Wahrheit vergleichen
    Evaluate {
        /// truth.jsonl
        #[arg(long)]
        truth: PathBuf,
        /// Ergebnisordner von `process`; ohne ihn zählt, was im Journal steht
        dir: Option<PathBuf>,
        /// Auch als HTML-Seite mit Kurven schreiben
        #[arg(long)]
        html: Option<PathBuf>,
    },
    /// Deckblatt als PDF: was die Scankraft weiß, sagt sie damit dem Stapel
    Coversheet(crate::commands::coversheet::Wish),
    /// Aus Beispielen und Korrekturen ein Modell lernen; es wirkt erst nach `activate`
    Train {
        /// Ordner mit einem Unterordner je Dokumentart, darin Texte (*.txt)
        #[arg(long)]
        from: Option<PathBuf>,
    },
    /// Ein gelerntes Modell freigeben; danach gilt es ohne Neustart
    Activate {
        /// Fassung, wie `train` sie nennt
        version: u32,
        /// Wer freigibt
        #[arg(long)]
        by: String,
    },
    /// Alles Gelesene nach den jetzigen Regeln neu entscheiden und zeigen, was anders wäre; ändert nichts
    Reprocess {
        /// Ordner für die neuen Entscheidungen
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Beispielscans einmal in die Scanordner legen
    Samples {
        /// Ordner mit Unterordnern je Station
        dir: PathBuf,
    },
    /// Stand: was ist wo
    Status,
    /// Nur für das Programm selbst
    #[command(hide = true)]
    EngineChild {
        /// Gleichzeitige Seiten
        workers: usize,
    },
}

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
        /// Eingangsdatum (JJJJ-MM-TT)
        #[arg(long)]
        received: String,
        /// Woher das Datum kommt
        #[arg(long, default_value = "station_day")]
        source: String,
        /// Wer das anordnet
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
    /// Schriftstück in die Nachbearbeitung geben, Stapel weiterlaufen lassen
    Release {
        /// Kennung des Schriftstücks oder Stapels
        id: String,
        /// Stapel: Eingangsdatum (JJJJ-MM-TT)
        #[arg(long)]
        received: Option<String>,
        /// Stapel: woher das Datum kommt
        #[arg(long, default_value = "person")]
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
        /// Wer das anordnet
        #[arg(long)]
        by: String,
    },
}

/// Reports.
#[derive(Debug, Subcommand)]
pub enum ReportAction {
    /// Abgleich eines Tages: gescannt = zugestellt, Abweichungen zuerst (Rückgabe 1, wenn es welche gibt)
    Day {
        /// Tag (JJJJ-MM-TT); heute, wenn nichts angegeben ist
        #[arg(long)]
        date: Option<String>,
        /// Einzelnachweis je Schriftstück und Ziel als CSV-Datei
        #[arg(long, value_name = "DATEI")]
        csv: Option<PathBuf>,
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
    /// Ein Stapel Papier kommt in eine Kiste
    Box {
        /// Kennung des Stapels
        batch: String,
        /// Kiste, zum Beispiel 2026-014
        name: String,
        /// Wer ihn hineinlegt
        #[arg(long)]
        by: String,
    },
    /// Papier eines Schriftstücks bleibt
    Keep {
        /// Kennung des Schriftstücks
        id: String,
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
        id: String,
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
        #[arg(long)]
        by: String,
    },
    /// Was in den Kisten liegt und ob es vernichtet werden darf (CSV)
    List {
        /// Nur diese Kiste
        name: Option<String>,
    },
    /// Eine Kiste zur Vernichtung freigeben; sonst die Liste dessen, was herausmuss
    Release {
        /// Kiste
        name: String,
        /// Erste Person
        #[arg(long)]
        by: String,
        /// Zweite Person
        #[arg(long)]
        and: String,
    },
}
