//! A page with known words: what the engine reads when somebody asks how fast this machine is.

use super::sheet::{finished, write_text};
use crate::model::refusal::Refusal;

/// What stands on it, line after line, over and over.
pub const LINES: [&str; 8] = [
    "Sehr geehrte Damen und Herren, hiermit beantrage ich die Ausstellung",
    "einer Bescheinigung über meine bisherige Anschrift in der Gemeinde.",
    "Die Gebühr von zwölf Euro habe ich gestern überwiesen; bitte prüfen",
    "Sie den Eingang und teilen Sie mir das Ergebnis schriftlich mit.",
    "Für Rückfragen stehe ich Ihnen gern zur Verfügung, auch abends.",
    "Leider wurde mein letztes Schreiben bis heute nicht beantwortet.",
    "Der beigefügte Bescheid ist nach meiner Auffassung nicht richtig,",
    "weil die Größe des Grundstücks falsch angegeben worden ist.",
];

/// Lines on the page: a full letter.
pub const ROWS: usize = 40;

/// One page of A4, as PDF.
pub fn specimen() -> Result<Vec<u8>, Refusal> {
    let mut content = String::from("0 g\n");
    for row in 0..ROWS {
        write_text(&mut content, "F1", 11.0, 22.0, 30.0 + 6.0 * row as f64, LINES[row % LINES.len()]);
    }
    finished(vec![content.into_bytes()]).map_err(|e| super::failed(&e.to_string()))
}
