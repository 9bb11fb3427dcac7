//! `report day`: scanned = delivered, differences first.

use super::people::{date, open};
use super::{DONE, Outcome, REFUSED, Stop};
use crate::cli::ReportAction;
use crate::delivery::reconcile::{Account, DayBatch, Fate, account, fate};
use crate::error::Error;
use crate::vault::Vault;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::path::Path;

/// One report.
pub fn run(config: Option<&Path>, action: ReportAction) -> Outcome {
    let ReportAction::Day { date: wanted, csv, pdf } = action;
    let day = match &wanted {
        Some(text) => date(text)?,
        None => jiff::Zoned::now().date(),
    };
    let (pipeline, ledger) = open(config)?;
    let vault = Vault::open(&pipeline.vault)?;
    let (from, to) = bounds(day)?;
    let batches = ledger.day(&from, &to, |hash| vault.has(hash))?;
    let account = account(&batches);
    let title = format!("{}: Abgleich {day}, gescannt = zugestellt", pipeline.town);
    let lines = text(&batches, &account);
    println!("{title}");
    lines.iter().for_each(|line| println!("{line}"));
    if let Some(path) = pdf {
        let bytes = crate::pdf::listing(&title, &lines).map_err(Error::Refused)?;
        std::fs::write(&path, bytes).map_err(Error::io("Bericht schreiben", &path))?;
        println!("Zum Ablegen: {}", path.display());
    }
    if let Some(path) = csv {
        std::fs::write(&path, rows(&batches, &account)?).map_err(Error::io("Bericht schreiben", &path))?;
        println!("Einzelnachweis: {}", path.display());
    }
    Ok(if account.differences.is_empty() { DONE } else { REFUSED })
}

/// A day of this place in UTC, as the ledger writes times.
fn bounds(day: Date) -> Result<(String, String), Stop> {
    let wrong = |e: jiff::Error| Stop::Usage(format!("[usage.date] {e}"));
    let stamp = |day: Date| -> Result<String, jiff::Error> {
        let start = day.to_zoned(TimeZone::system())?.timestamp();
        Ok(start.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
    };
    let next = day.checked_add(1.day()).map_err(wrong)?;
    Ok((stamp(day).map_err(wrong)?, stamp(next).map_err(wrong)?))
}

/// The report as lines, differences first.
fn text(batches: &[DayBatch], account: &Account) -> Vec<String> {
    let mut lines = Vec::new();
    if account.differences.is_empty() {
        lines.push("Keine Abweichung.".to_owned());
    } else {
        lines.push(format!("{} Abweichungen:", account.differences.len()));
        for difference in &account.differences {
            lines.push(format!("  [{}] {}: {}", difference.code, difference.about, difference.text));
        }
    }
    for (station, fates) in &account.stations {
        let pages: usize = fates.values().sum();
        let parts: Vec<String> = fates.iter().map(|(fate, n)| format!("{n} {}", fate.text())).collect();
        lines.push(format!("Station {station}: {pages} Seiten = {}", parts.join(" + ")));
    }
    for batch in batches {
        let state = batch.state.map_or("fehlt", |s| s.text());
        let expected = batch.expected.map_or(String::new(), |n| format!(", Scanner {n}"));
        lines.push(format!("{} {} {state}, {} Seiten{expected}", batch.id, shown(batch), batch.pages));
        for document in &batch.documents {
            let to: Vec<String> =
                document.deliveries.iter().map(|d| format!("{}: {}", d.target, d.state.text())).collect();
            let pages = document.pages.len();
            lines.push(format!(
                "  {} {pages} Seiten, {} {}",
                document.id,
                fate(document).text(),
                to.join(", ")
            ));
        }
    }
    lines.push(format!("Summe: {} Seiten in {} Stapeln.", account.pages(), batches.len()));
    lines
}

/// File names may carry words of letters: those of a circle stay in it.
fn shown(batch: &DayBatch) -> &str {
    if batch.confidential { "(vertraulich)" } else { &batch.file_name }
}

/// One line per document and target, differences first; for a table program.
fn rows(batches: &[DayBatch], account: &Account) -> Result<Vec<u8>, Error> {
    let format = |e: csv::Error| Error::Format(e.to_string());
    let mut table = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
    let head = [
        "station",
        "stapel",
        "datei",
        "schriftstueck",
        "seiten",
        "leerseiten",
        "trennblaetter",
        "stand",
        "ziel",
        "zustellung",
        "quittung",
    ];
    table.write_record(head).map_err(format)?;
    for difference in &account.differences {
        let text = format!("ABWEICHUNG [{}] {}", difference.code, difference.text);
        let row = ["", "", "", &difference.about, "", "", "", &text, "", "", ""];
        table.write_record(row.map(harmless)).map_err(format)?;
    }
    for batch in batches {
        let head = [batch.station.as_str(), &batch.id, shown(batch)];
        if batch.documents.is_empty() {
            let state = batch.state.map_or("fehlt", |s| s.text());
            let pages = batch.pages.to_string();
            let row = [head[0], head[1], head[2], "", &pages, "", "", state, "", "", ""];
            table.write_record(row.map(harmless)).map_err(format)?;
        }
        for document in &batch.documents {
            let counts =
                [&document.pages, &document.suppressed, &document.separators].map(|p| p.len().to_string());
            let fate: Fate = fate(document);
            let mut line = |to: [&str; 3]| {
                let own = [document.id.as_str(), &counts[0], &counts[1], &counts[2], fate.text()];
                table.write_record(head.into_iter().chain(own).chain(to).map(harmless)).map_err(format)
            };
            if document.deliveries.is_empty() {
                line(["", "", ""])?;
            }
            for delivery in &document.deliveries {
                line([&delivery.target, delivery.state.text(), &delivery.receipt])?;
            }
        }
    }
    table.into_inner().map_err(|e| Error::Format(e.to_string()))
}

/// A table program must not take a file name for a formula.
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t']) { format!("'{cell}") } else { cell.to_owned() }
}
