//! What can be asked of `report`.

use clap::Subcommand;
use std::path::PathBuf;

/// Reports.
#[derive(Debug, Subcommand)]
pub enum ReportAction {
    /// Technischer Teil der Verfahrensdokumentation als PDF/A; die Nachweise nennen danach ihren Hash
    Verfahrensdokumentation {
        /// Datei
        #[arg(long)]
        out: PathBuf,
        /// Wer sie erzeugt
        #[arg(long)]
        by: String,
    },
    /// Alles für die Prüfung eines Zeitraums in einem gesiegelten Ordner
    Audit {
        /// Erster Tag (JJJJ-MM-TT)
        #[arg(long)]
        from: String,
        /// Letzter Tag
        #[arg(long)]
        to: String,
        /// Ordner: neu oder leer
        #[arg(long)]
        out: PathBuf,
    },
    /// Was kam und was daraus wurde, je Monat, Amt und Eingangsweg; nie je Person, keine Gruppen unter fünf
    Month {
        /// Erster Tag (JJJJ-MM-TT)
        #[arg(long)]
        from: String,
        /// Letzter Tag
        #[arg(long)]
        to: String,
        /// Ab so vielen Tagen ohne Zustellung gilt ein Schriftstück als offen
        #[arg(long, default_value_t = 3)]
        open_days: u32,
        /// Tabelle als CSV-Datei
        #[arg(long, value_name = "DATEI")]
        csv: Option<PathBuf>,
        /// Derselbe Bericht als PDF-Datei
        #[arg(long, value_name = "DATEI")]
        pdf: Option<PathBuf>,
    },
    /// Stichproben je Monat und Profil: geprüft, fehlerhaft, obere Grenze der Fehlerquote (95 %), als CSV
    Quality {
        /// Erster Tag (JJJJ-MM-TT)
        #[arg(long, default_value = "2000-01-01")]
        from: String,
        /// Letzter Tag
        #[arg(long, default_value = "9998-12-31")]
        to: String,
    },
    /// Siegel und Zeitstempel, deren Zertifikate oder Verfahren ablaufen, als CSV (Rückgabe 1, wenn es welche gibt)
    Expiring {
        /// Bis zu diesem Tag (JJJJ-MM-TT); ein Jahr, wenn nichts angegeben ist
        #[arg(long)]
        before: Option<String>,
    },
    /// Die Konfiguration, die an einem Tag galt
    Configuration {
        /// Tag (JJJJ-MM-TT): was an seinem Ende galt
        #[arg(long)]
        at: String,
    },
    /// Abgleich eines Tages: gescannt = zugestellt, Abweichungen zuerst (Rückgabe 1, wenn es welche gibt)
    Day {
        /// Tag (JJJJ-MM-TT); heute, wenn nichts angegeben ist
        #[arg(long)]
        date: Option<String>,
        /// Einzelnachweis je Schriftstück und Ziel als CSV-Datei
        #[arg(long, value_name = "DATEI")]
        csv: Option<PathBuf>,
        /// Derselbe Bericht als PDF-Datei, zum Ablegen
        #[arg(long, value_name = "DATEI")]
        pdf: Option<PathBuf>,
    },
}
