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
    /// Nachweise prüfen: Ordner aus `process`
    Verify {
        /// Ordner mit record.json
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
