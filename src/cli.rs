//! The command line: a contract that does not change its meaning.

mod actions;
mod reports;
mod wrong;

pub use actions::*;
pub use reports::ReportAction;
pub use wrong::in_german;

use clap::{ArgMatches, Parser, Subcommand};
use std::path::PathBuf;

/// Die digitale Poststelle.
#[derive(Debug, Parser)]
#[command(
    name = "poststelle",
    version,
    about = "Digitale Poststelle: scannen, trennen, lesen, erkennen, zustellen, nachweisen",
    after_help = "Freigeben heißt je nach Sache: station release (ersetzendes Scannen), hold release (Angehaltenes), \
                  review accept (Nachbearbeitung), disposal release (Papier), activate (Modell), config --activate \
                  (Konfiguration und Regeln)."
)]
pub struct Cli {
    /// Konfigurationsdatei (sonst POSTSTELLE_CONFIG, ./pipeline.toml, /etc/poststelle/pipeline.toml)
    #[arg(long, global = true)]
    pub config: Option<PathBuf>,
    /// Was zu tun ist
    #[command(subcommand)]
    pub command: Command,
}

/// People a command names as those who act or scanned, with the option that names them.
pub fn people(matches: &ArgMatches) -> Vec<(&'static str, String)> {
    let mut at = matches;
    while let Some((_, action)) = at.subcommand() {
        at = action;
    }
    let named = |option| at.try_get_one::<String>(option).ok().flatten().map(|id| (option, id.clone()));
    ["by", "and", "operator"].into_iter().filter_map(named).collect()
}

/// What a process of the service does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Role {
    /// Alles
    All,
    /// Seiten lesen, entscheiden, zustellen: so viele Prozesse wie nötig
    Worker,
    /// Die Seiten für die Mitarbeitenden anzeigen
    Web,
    /// Die Scanstationen überwachen: einer tut es, weitere stehen bereit
    Intake,
}

impl Role {
    /// Reads, decides, delivers.
    pub fn works(self) -> bool {
        matches!(self, Self::All | Self::Worker)
    }

    /// Shows the pages.
    pub fn shows(self) -> bool {
        matches!(self, Self::All | Self::Web)
    }

    /// Watches the stations.
    pub fn takes_in(self) -> bool {
        matches!(self, Self::All | Self::Intake)
    }
}

/// Commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Dienst: überwachen, verarbeiten, Seite anzeigen, zustellen
    Run {
        /// Enden, sobald alles erledigt ist, was ohne Menschen geht
        #[arg(long)]
        until_settled: bool,
        /// Was dieser Prozess tut; alles außer „all“ nur mit einem gemeinsamen Journal (ledger = "postgres://…")
        #[arg(long, value_enum, default_value_t = Role::All)]
        role: Role,
    },
    /// Dateien oder Ordner einmal verarbeiten, ohne Zustellung
    Process {
        /// Scanstation, deren Profil gilt
        #[arg(long)]
        station: Option<String>,
        /// Scankraft
        #[arg(id = "scanned_by", long = "operator", value_name = "OPERATOR")]
        operator: Option<String>,
        /// Eingangsdatum (JJJJ-MM-TT) oder Leerung des Nachtbriefkastens, wie bei station open
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
    /// Ein Journal in das leere der Konfiguration übertragen, aus einer Datei in eine Datenbank; beide danach gleich
    Migrate {
        /// Datei des bisherigen Journals, oder Ordner des bisherigen Tresors, wenn nur er umzieht; der Dienst ist beendet
        #[arg(long)]
        from: PathBuf,
        /// Bisheriger Tresor, wenn er in einen Eimer umzieht; sonst der Ordner `vault` neben dem Journal
        #[arg(long)]
        vault: Option<PathBuf>,
    },
    /// Tresor
    Vault {
        /// Was zu tun ist
        #[command(subcommand)]
        action: VaultAction,
    },
    /// Konfiguration und Regeln prüfen
    Check,
    /// Den Rechner prüfen: Sprachdaten, Rechte, Platz, Uhr, Ordner, Ziele, Zertifikate, Warteschlange, Tempo
    Doctor {
        /// Eine Zeile JSON je Befund
        #[arg(long)]
        json: bool,
    },
    /// Alle Verbindungen, die diese Konfiguration aufbauen kann: Tabelle für die Firewall
    Connections {
        /// Eine Zeile JSON je Verbindung
        #[arg(long)]
        json: bool,
    },
    /// Konfiguration, wie sie verstanden wird; was eine geänderte Datei bewirken würde; freigeben, zurückholen
    Config {
        /// Die geänderte Datei
        #[arg(long, value_name = "DATEI")]
        diff: Option<PathBuf>,
        /// Alle Schlüssel mit ihren Arten als JSON Schema, für Editoren
        #[arg(long, conflicts_with_all = ["diff", "activate", "rollback"])]
        schema: bool,
        /// Die Datei, wie sie jetzt ist, auch dort in Kraft setzen, wo Papier ersetzt wird
        #[arg(long, requires = "by", conflicts_with = "diff")]
        activate: bool,
        /// Die Datei durch die Fassung ersetzen, die vor der jetzigen in Kraft war, und diese freigeben
        #[arg(long, requires = "by", conflicts_with_all = ["diff", "activate"])]
        rollback: bool,
        /// Mit --rollback: statt der Konfiguration die Dateien der Regeln und das Modell
        #[arg(long, requires = "rollback")]
        rules: bool,
        /// Wer freigibt
        #[arg(long, value_name = "PERSON")]
        by: Option<String>,
    },
    /// Journal, Tresor und Konfiguration sichern, auch im laufenden Betrieb; ein zweites Mal nur Neues
    Backup {
        /// Ordner der Sicherung
        #[arg(long)]
        to: PathBuf,
    },
    /// Eine Sicherung in einen leeren Ordner zurückspielen; jede Datei wird geprüft, dann das Ganze
    Restore {
        /// Ordner der Sicherung
        #[arg(long)]
        from: PathBuf,
        /// Neuer oder leerer Ordner
        #[arg(long)]
        to: PathBuf,
        /// Datei mit den Schlüsseln, wenn der gesicherte Tresor verschlüsselt ist
        #[arg(long, value_name = "DATEI")]
        vault_key: Option<PathBuf>,
        /// Nur eine Probe: das Ergebnis steht danach im Journal des laufenden Dienstes und im Prüfpaket
        #[arg(long, value_name = "PERSON")]
        tested_by: Option<String>,
    },
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
    /// Organisationsplan: prüfen, was ab wann gälte und welche Regeln dann ins Leere zeigen; in Kraft setzen
    #[command(group = clap::ArgGroup::new("deed").required(true).args(["check", "apply"]))]
    Organisation {
        /// Nur prüfen (Rückgabe 1, wenn Regeln ins Leere zeigen)
        #[arg(long)]
        check: bool,
        /// In Kraft setzen; jede Zeile gilt ab ihrem Tag
        #[arg(long, requires = "by")]
        apply: bool,
        /// Wer das anordnet
        #[arg(long, requires = "apply")]
        by: Option<String>,
    },
    /// Ausgeben, was über jemanden da ist
    Export {
        /// Was
        #[command(subcommand)]
        action: ExportAction,
    },
    /// Stichprobe: wer gezogen ist, und was die Prüfung ergab
    Sample {
        /// Was zu tun ist
        #[command(subcommand)]
        action: SampleAction,
    },
    /// Papier: wo es liegt, was bleiben muss, welcher Karton vernichtet werden darf
    Disposal {
        /// Was zu tun ist
        #[command(subcommand)]
        action: DisposalAction,
    },
    /// Fristen: welche unserer Kopien fällig sind und was die anderen hält; der Dienst löscht einmal am Tag
    #[command(group = clap::ArgGroup::new("what").required(true).args(["dry_run", "now"]))]
    Retention {
        /// Nur zeigen (CSV); ändert nichts
        #[arg(long)]
        dry_run: bool,
        /// Jetzt löschen, was fällig ist
        #[arg(long, requires = "by")]
        now: bool,
        /// Wer das anordnet
        #[arg(long, requires = "now")]
        by: Option<String>,
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
        /// Tresor zum Journal: ein Ordner oder der Eimer aus pipeline.toml (s3://…); sonst der Ordner `vault` daneben
        #[arg(long)]
        vault: Option<PathBuf>,
        /// Datei mit den Schlüsseln eines verschlüsselten Tresors
        #[arg(long, value_name = "DATEI")]
        vault_key: Option<PathBuf>,
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
    /// Transfervermerk zum Lesen: als Seite (HTML oder PDF/A) neben dem maßgeblichen record.json
    Record {
        /// Kennung des Schriftstücks, Ordner aus `process` oder record.json
        what: String,
        /// Datei mit der Endung .html oder .pdf
        #[arg(long)]
        out: PathBuf,
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
    Coversheet(Box<crate::commands::coversheet::Wish>),
    /// Aus Beispielen und Korrekturen ein Modell lernen; es wirkt erst nach `activate`
    Train {
        /// Ordner mit einem Unterordner je Dokumentart, darin Texte (*.txt)
        #[arg(long)]
        from: Option<PathBuf>,
        /// Nicht lernen, sondern dieses Schriftstück eines Vertrauenskreises zum Lernen freigeben
        #[arg(long, value_name = "KENNUNG", requires = "by", conflicts_with = "from")]
        release: Option<String>,
        /// Wer freigibt: ein Mitglied des Kreises
        #[arg(long, requires = "release")]
        by: Option<String>,
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
    /// Nur für das Paket: Handbuchseiten und Vervollständigungen schreiben
    #[command(hide = true)]
    Shipped {
        /// Ordner
        dir: PathBuf,
    },
    /// Nur für das Programm selbst
    #[command(hide = true)]
    EngineChild {
        /// Gleichzeitige Seiten
        workers: usize,
    },
}
