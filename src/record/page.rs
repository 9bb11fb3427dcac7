//! A record for people: the same facts as sentences and rows, in German.

use super::body::{Body, Completeness};
use super::envelope::Envelope;
use crate::pdf::Line;

/// The page about a record. `checked`: what a check of its files gave, one sentence each.
pub fn page(envelope: &Envelope, checked: &[String]) -> Vec<Line> {
    let body = &envelope.body;
    let mut lines = vec![
        Line::Title(format!("Transfervermerk zu {}", body.document)),
        Line::Text(body.statement.text.clone()),
    ];
    let mut part = |head: &str, rows: Vec<(&str, String)>| {
        lines.push(Line::Head(head.into()));
        lines.extend(rows.into_iter().map(|(name, value)| Line::Row(name.into(), value)));
    };
    part("Wer und womit", who(body));
    part("Wann", when(body));
    part("Vollzähligkeit und Prüfung", counted(body, &body.completeness));
    part("Seiten", pages(body));
    part("Auffälligkeiten", anomalies(body));
    part("Entscheidung des Programms", decided(body));
    part("Bezug", hashes(envelope));
    let found = if checked.is_empty() { vec!["nicht geprüft".to_owned()] } else { checked.to_vec() };
    part("Prüfung dieser Dateien", found.into_iter().map(|text| ("Ergebnis", text)).collect());
    lines.push(Line::Text(format!(
        "Diese Seite ist eine Lesehilfe. Maßgeblich ist record.json in der Form „{}“; geprüft wird sie mit \
         poststelle verify oder nach docs/record.md ohne dieses Programm. Das Programm unterstützt Verfahren nach {}; \
         es ist nicht zertifiziert.",
        body.format, body.guideline
    )));
    lines
}

fn or(value: &Option<String>, other: &str) -> String {
    value.clone().unwrap_or_else(|| other.into())
}

fn who(body: &Body) -> Vec<(&'static str, String)> {
    let (e, p) = (&body.environment, &body.procedure);
    let mode = |word: &str| if word == "replacing" { "ersetzend" } else { "kopierend" }.to_owned();
    let mut rows = vec![
        ("Behörde", body.organisation.clone()),
        ("Erstellt von", format!("{} (Pseudonym; Scankraft)", or(&body.creator.person, "niemand genannt"))),
        ("Art", format!("{}; das Profil verlangt {}", mode(&e.mode), mode(&e.mode_of_profile))),
        ("Verfahren", format!("{}, {}, Fassung {}", p.name, p.variant, p.version)),
        ("Freigegeben", or(&p.released, "nicht freigegeben")),
        ("Konfiguration", p.configuration_sha256.clone()),
    ];
    if let Some(hash) = &p.documentation_sha256 {
        rows.push(("Verfahrensdokumentation", hash.clone()));
    }
    if let Some(f) = &body.filed {
        let counted = f.sheets_announced.map_or("nicht gezählt".to_owned(), |n| format!("angekündigt {n}"));
        let text = format!("{}; Blätter {counted}, gefunden {}", f.german(), f.sheets_found);
        rows.push(("Akte", text));
    }
    rows.extend([
        (
            "Station, Scanner",
            format!("{}, {}", e.station, if e.scanner.is_empty() { "ohne Angabe" } else { &e.scanner }),
        ),
        ("Programm", e.software.clone()),
        ("Richtlinie", body.guideline.clone()),
    ]);
    rows
}

fn when(body: &Body) -> Vec<(&'static str, String)> {
    let t = &body.times;
    vec![
        ("Eingegangen", format!("{} (Quelle: {})", or(&t.received, "ohne Angabe"), t.received_from)),
        ("Geöffnet", or(&t.opened, "ohne Angabe")),
        ("Gescannt", format!("{} (Uhr des Scanners)", or(&t.scanned, "ohne Angabe"))),
        ("Übernommen", t.taken_over.clone()),
        ("Verarbeitet", or(&t.processed, "ohne Angabe")),
        ("Von einer Person bestätigt", or(&t.checked, "nicht")),
    ]
}

fn counted(body: &Body, c: &Completeness) -> Vec<(&'static str, String)> {
    let number = |n: Option<u32>| n.map_or_else(|| "nicht gezählt".to_owned(), |n| n.to_string());
    let mode = match body.quality.mode.as_str() {
        "full" => "jede Seite mit dem Papier verglichen",
        "sample_drawn" => "für die Stichprobe gezogen",
        "sample_not_drawn" => "nicht für die Stichprobe gezogen",
        _ => "automatische Prüfungen; Vergleich mit dem Papier steht aus",
    };
    vec![
        ("Vollzähligkeit", c.text.clone()),
        (
            "Blätter",
            format!("angekündigt {}, eingezogen {}", number(c.sheets_expected), number(c.sheets_fed)),
        ),
        (
            "Bilder des Stapels",
            format!(
                "gekommen {}, in Schriftstücken {}, Trenner {}, leer weggelassen {}",
                c.images_found, c.images_in_documents, c.separators, c.blanks_left_out
            ),
        ),
        ("Qualitätssicherung", mode.to_owned()),
        ("Stichprobenplan", or(&body.quality.plan, "keiner")),
        ("Geprüft von", or(&body.quality.by, "keiner Person")),
        ("Automatische Prüfungen", body.quality.automatic.join(", ")),
    ]
}

fn pages(body: &Body) -> Vec<(&'static str, String)> {
    let mut rows: Vec<(&str, String)> = (1..)
        .zip(&body.pages)
        .map(|(number, page)| {
            let changes: Vec<String> =
                page.changes.iter().map(|c| format!("{} {}", c.what, c.value).trim().to_owned()).collect();
            let changes = if changes.is_empty() { "unverändert".to_owned() } else { changes.join(", ") };
            let kept =
                page.kept.as_ref().map_or_else(String::new, |k| format!("; {} {}", k.coding, k.sha256));
            let text = format!(
                "{number}: Bild {} der Quelle, {} × {}, {} dpi, {}; {changes}{kept}",
                page.source_page, page.width, page.height, page.dpi, page.colour
            );
            ("Seite", text)
        })
        .collect();
    let left = body
        .left_out
        .iter()
        .map(|l| ("Weggelassen", format!("Bild {} der Quelle: {}", l.source_page, l.why)));
    rows.extend(left);
    rows
}

fn anomalies(body: &Body) -> Vec<(&'static str, String)> {
    if body.anomalies.is_empty() {
        return vec![("Keine", String::new())];
    }
    let place =
        |page: Option<u32>| page.map_or_else(|| "ganzes Schriftstück".to_owned(), |p| format!("Seite {p}"));
    body.anomalies
        .iter()
        .map(|a| ("Auffällig", format!("{}: {} ({})", place(a.page), a.code, a.severity)))
        .collect()
}

fn decided(body: &Body) -> Vec<(&'static str, String)> {
    let d = &body.decision;
    let (integrity, confidentiality, availability) = &d.protection;
    let second =
        d.runner_up.as_ref().map_or_else(|| "keine".to_owned(), |(kind, share)| format!("{kind} ({share})"));
    vec![
        ("Dokumentart", format!("{} (Sicherheit {}); danach {second}", d.kind, d.confidence)),
        ("Regeln", d.rules.join(", ")),
        ("Ämter", d.departments.join(", ")),
        (
            "Schutzbedarf",
            format!(
                "Integrität {integrity}, Vertraulichkeit {confidentiality}, Verfügbarkeit {availability}"
            ),
        ),
        ("Zu entscheiden war", if d.review.is_empty() { "nichts".into() } else { d.review.join(", ") }),
        ("Angehalten", or(&d.hold, "nein")),
    ]
}

fn hashes(envelope: &Envelope) -> Vec<(&'static str, String)> {
    let body = &envelope.body;
    vec![
        ("Quelle", format!("{}, {} Byte", body.source.file, body.source.bytes)),
        ("SHA-256 der Quelle", body.source.sha256.clone()),
        ("Produkt", envelope.product.clone()),
        ("SHA-256 des Produkts", or(&envelope.product_sha256, "kein Produkt")),
        ("SHA-256 des Textes", body.text_sha256.clone()),
        ("SHA-256 der Entscheidung", body.sheet_sha256.clone()),
        ("SHA-256 des Vermerks", envelope.digest.clone()),
        ("Siegel", if envelope.seal.is_some() { "ja" } else { "keines" }.into()),
    ]
}
