//! What may be claimed about image and paper: true for the mode used, never more.

use super::body::{Completeness, Quality, Statement};

/// The statement for a document scanned in that mode (`copying` or `replacing`).
pub fn statement(mode: &str, quality: &Quality, completeness: &Completeness) -> Statement {
    let counted = matches!(completeness.verdict.as_str(), "matches" | "accepted");
    let count = if counted { "" } else { " Vollzähligkeit nicht geprüft." };
    let person = quality.by.as_deref().unwrap_or("unbekannt");
    let (id, text) = match (mode, quality.mode.as_str()) {
        ("copying", _) => (
            "copying",
            "Kopierendes Scannen: Das Original wird aufbewahrt und bleibt maßgeblich. \
             Die automatischen Prüfungen sind unter „quality“ genannt."
                .to_owned(),
        ),
        (_, "full") => (
            "full",
            format!(
                "{person} hat jede Seite mit dem Papier verglichen. \
                 Das Scanprodukt stimmt mit dem Original bildlich und inhaltlich überein."
            ),
        ),
        (_, "sample_drawn") => (
            "sample_drawn",
            format!(
                "Das Schriftstück wurde für die Stichprobe gezogen; {person} hat jede Seite mit dem Papier \
                 verglichen. Das Scanprodukt stimmt mit dem Original bildlich und inhaltlich überein."
            ),
        ),
        (_, "sample_not_drawn") => (
            "sample_not_drawn",
            "Das Scanprodukt entstand in dem genannten Verfahren; das Los hat die genannte Stichprobe \
             bestanden, dieses Schriftstück wurde nicht gezogen. Auf dieser Grundlage wird die bildliche und \
             inhaltliche Übereinstimmung mit dem Original festgestellt."
                .to_owned(),
        ),
        _ => (
            "automatic",
            "Die automatischen Prüfungen des genannten Verfahrens sind gelaufen; der Vergleich mit dem Papier \
             durch eine Person steht aus. Eine bildliche und inhaltliche Übereinstimmung wird damit noch nicht \
             festgestellt."
                .to_owned(),
        ),
    };
    Statement { id: id.into(), text: text + count }
}
