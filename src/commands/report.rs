//! `report`: the day (scanned = delivered, differences first), months, the sample, configurations of other days.

use super::people::{date, open, span};
use super::table::{harmless, table};
use super::{DONE, Outcome, REFUSED, Stop, refused};
use super::{documentation, expiring, month, package};
use crate::cli::ReportAction;
use crate::daemon::printed;
use crate::delivery::reconcile::{Account, DayBatch, Fate, account, fate};
use crate::error::Error;
use crate::ledger::Staged;
use crate::pdf::Line;
use crate::record::sample::upper_bound;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::path::Path;

/// One report.
pub fn run(config: Option<&Path>, action: ReportAction) -> Outcome {
    let (wanted, csv, pdf) = match action {
        ReportAction::Day { date, csv, pdf } => (date, csv, pdf),
        ReportAction::Verfahrensdokumentation { out, by } => return documentation::run(config, &out, &by),
        ReportAction::Audit { from, to, out } => {
            let (first, last) = span(&from, &to)?;
            let span = (bounds(first)?.0, bounds(last)?.1);
            return package::run(config, (&from, &to), span, &out);
        }
        ReportAction::Month { from, to, open_days, csv, pdf } => {
            return month::run(config, (&from, &to), open_days, (csv.as_deref(), pdf.as_deref()));
        }
        ReportAction::Quality { from, to } => return quality(config, &from, &to),
        ReportAction::Expiring { before } => return expiring::run(config, before.as_deref()),
        ReportAction::Configuration { at } => return configuration(config, &at),
    };
    let day = match &wanted {
        Some(text) => date(text)?,
        None => jiff::Zoned::now().date(),
    };
    let (pipeline, ledger) = open(config)?;
    let vault = pipeline.open_vault()?;
    let (from, to) = bounds(day)?;
    // What was deleted by its rule is missed by nobody.
    let gone = ledger.declared_gone()?;
    let batches = ledger.day(&from, &to, |hash| Ok(gone.contains(hash) || vault.has(hash)?))?;
    let account = account(&batches);
    let title = format!("{}: Abgleich {day}, gescannt = zugestellt", pipeline.town);
    let lines = text(&batches, &account);
    println!("{title}");
    lines.iter().for_each(|line| println!("{line}"));
    if let Some(path) = pdf {
        let lines = lines.iter().map(|line| Line::Text(line.clone()));
        to_pdf(&path, &title, &format!("abgleich-{day}"), lines)?;
        println!("Zum Ablegen: {}", path.display());
    }
    if let Some(path) = csv {
        std::fs::write(&path, rows(&batches, &account)?).map_err(Error::io("Bericht schreiben", &path))?;
        println!("Einzelnachweis: {}", path.display());
    }
    Ok(if account.differences.is_empty() { DONE } else { REFUSED })
}

/// A report as PDF/A under its title.
pub(super) fn to_pdf(
    path: &Path,
    title: &str,
    id: &str,
    lines: impl Iterator<Item = Line>,
) -> Result<(), Stop> {
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let lines: Vec<Line> = std::iter::once(Line::Title(title.to_owned())).chain(lines).collect();
    let bytes = printed(title, id, &now, &lines).map_err(refused)?;
    std::fs::write(path, bytes).map_err(Error::io("Bericht schreiben", path))?;
    Ok(())
}

/// Defect rates of the sample.
fn quality(config: Option<&Path>, from: &str, to: &str) -> Outcome {
    let (pipeline, ledger) = open(config)?;
    let (first, last) = span(from, to)?;
    let (from, to) = (bounds(first)?.0, bounds(last)?.1);
    let mut rates: BTreeMap<(String, String), (u64, u64)> = BTreeMap::new();
    for (month, station, good, bad) in ledger.verdicts(&from, &to)? {
        let profile = pipeline.station(&station).map_or("copying", |s| s.profile.id.as_str());
        let sum = rates.entry((month, profile.to_owned())).or_default();
        *sum = (sum.0 + good + bad, sum.1 + bad);
    }
    println!("Monat;Profil;geprüft;fehlerhaft;Fehlerquote höchstens (95 %)");
    for ((month, profile), (checked, defects)) in rates {
        let bound = upper_bound(defects, checked) * 100.0;
        println!("{month};{profile};{checked};{defects};{bound:.1} %");
    }
    Ok(DONE)
}

/// The text of the configuration that was in force at the end of a day.
fn configuration(config: Option<&Path>, at: &str) -> Outcome {
    let (pipeline, ledger) = open(config)?;
    let end = bounds(date(at)?)?.1;
    let Some(hash) = ledger.in_force_at(Staged::Configuration, &end)? else {
        return Err(Stop::Usage(format!("[report.no_configuration] Am {at} lief der Dienst noch nie.")));
    };
    let bytes = pipeline.read_vault()?.read(&hash)?;
    print!("{}", String::from_utf8_lossy(&bytes));
    Ok(DONE)
}

/// A day of this place in UTC, as the ledger writes times.
pub(super) fn bounds(day: Date) -> Result<(String, String), Stop> {
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
    let mut rows = vec![head.map(harmless)];
    for difference in &account.differences {
        let text = format!("ABWEICHUNG [{}] {}", difference.code, difference.text);
        let row = ["", "", "", &difference.about, "", "", "", &text, "", "", ""];
        rows.push(row.map(harmless));
    }
    for batch in batches {
        let head = [batch.station.as_str(), &batch.id, shown(batch)];
        if batch.documents.is_empty() {
            let state = batch.state.map_or("fehlt", |s| s.text());
            let pages = batch.pages.to_string();
            let row = [head[0], head[1], head[2], "", &pages, "", "", state, "", "", ""];
            rows.push(row.map(harmless));
        }
        for document in &batch.documents {
            let counts =
                [&document.pages, &document.suppressed, &document.separators].map(|p| p.len().to_string());
            let fate: Fate = fate(document);
            let mut line = |[target, state, receipt]: [&str; 3]| {
                let [station, id, file] = head;
                let [pages, blank, separators] = &counts;
                let own = [station, id, file, &document.id, pages, blank, separators, fate.text()];
                let [a, b, c, d, e, f, g, h] = own;
                rows.push([a, b, c, d, e, f, g, h, target, state, receipt].map(harmless));
            };
            if document.deliveries.is_empty() {
                line(["", "", ""]);
            }
            for delivery in &document.deliveries {
                line([&delivery.target, delivery.state.text(), &delivery.receipt]);
            }
        }
    }
    table(rows)
}
