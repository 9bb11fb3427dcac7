//! `report month`: what came and what became of it, by month, department and channel.

use super::people::{open, span};
use super::report::{bounds, to_pdf};
use super::table::{harmless, table};
use super::{DONE, Outcome};
use crate::config::Pipeline;
use crate::error::Error;
use crate::observe::monthly::{Figures, figures};
use crate::pdf::Line;
use jiff::ToSpan;
use std::collections::BTreeMap;
use std::path::Path;

/// Columns of the table.
const HEAD: [&str; 11] = [
    "Monat",
    "Amt",
    "Eingangsweg",
    "Schriftstücke",
    "Seiten",
    "ohne Nacharbeit",
    "angehalten",
    "zurückgegeben",
    "offen",
    "Median bis Zustellung",
    "90 % bis",
];

/// Vault and products together take at most so many times the bytes of the scans (`tests/storage_is_bounded.rs`).
const STORED_PER_BYTE: f64 = 2.2;
/// Days whose scans say how fast the disk fills.
const GROWTH_DAYS: i64 = 30;

/// The report; `files` are CSV and PDF.
pub fn run(
    config: Option<&Path>,
    (from, to): (&str, &str),
    open_days: u32,
    (csv, pdf): (Option<&Path>, Option<&Path>),
) -> Outcome {
    let (pipeline, ledger) = open(config)?;
    let (first, last) = span(from, to)?;
    let (begin, end) = (bounds(first)?.0, bounds(last)?.1);
    let now = jiff::Timestamp::now();
    let (groups, hidden) = figures(&ledger.stories(&begin, &end)?, now, open_days);
    let rows: Vec<Vec<String>> = groups.iter().map(|(key, f)| row(&pipeline, key, f)).collect();
    let mut lines = sums(&groups, open_days);
    if hidden > 0 {
        lines.push(format!(
            "{hidden} Schriftstücke in Gruppen unter fünf stehen nicht in der Tabelle: sie ließen auf einzelne schließen."
        ));
    }
    let before = (now - (GROWTH_DAYS * 24).hours()).strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    let grown = ledger.bytes_taken(&before, "9999")?;
    lines.push(growth(&pipeline, grown, now));
    println!("{}", HEAD.join(";"));
    rows.iter().for_each(|row| println!("{}", row.join(";")));
    lines.iter().for_each(|line| println!("{line}"));
    if let Some(path) = csv {
        let cells = rows.iter().map(|row| row.iter().map(harmless).collect::<Vec<_>>());
        let head = HEAD.map(str::to_owned).to_vec();
        std::fs::write(path, table(std::iter::once(head).chain(cells))?)
            .map_err(Error::io("Bericht schreiben", path))?;
    }
    if let Some(path) = pdf {
        let title = format!("{}: Post {from} bis {to}", pipeline.town);
        let of = |row: &Vec<String>| {
            let facts: Vec<String> =
                HEAD.iter().zip(row).skip(3).map(|(name, v)| format!("{name} {v}")).collect();
            Line::Row(row[..3].join(", "), facts.join(", "))
        };
        let text = lines.into_iter().map(Line::Text);
        to_pdf(path, &title, &format!("monate-{from}-{to}"), rows.iter().map(of).chain(text))?;
    }
    Ok(DONE)
}

fn row(
    pipeline: &Pipeline,
    (month, department, channel): &(String, String, String),
    f: &Figures,
) -> Vec<String> {
    let name = match pipeline.department(department) {
        Some(known) => known.name.clone(),
        None if department.is_empty() => "(noch keines)".into(),
        None => department.clone(),
    };
    let channel = if channel.is_empty() { "(nicht gesagt)" } else { channel };
    let minutes = |seconds: i64| format!("{:.1} min", seconds as f64 / 60.0);
    let (median, most) = f.seconds.map_or(("-".into(), "-".into()), |(a, b)| (minutes(a), minutes(b)));
    let counts = [f.documents, f.pages, f.straight, f.held, f.sent_back, f.open].map(|n| n.to_string());
    [month.clone(), name, channel.to_owned()].into_iter().chain(counts).chain([median, most]).collect()
}

/// One sentence per month.
fn sums(groups: &BTreeMap<(String, String, String), Figures>, open_days: u32) -> Vec<String> {
    let mut months: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    for ((month, ..), f) in groups {
        let sum = months.entry(month).or_default();
        for (total, part) in sum.iter_mut().zip([f.documents, f.pages, f.straight, f.open]) {
            *total += part;
        }
    }
    months
        .into_iter()
        .map(|(month, [documents, pages, straight, open])| {
            format!(
                "{month}: {documents} Schriftstücke, {pages} Seiten, {straight} ohne Nacharbeit; {open} seit über \
                 {open_days} Tagen offen."
            )
        })
        .collect()
}

/// When the disk of the vault is full if the next days bring as much as the last thirty.
fn growth(pipeline: &Pipeline, bytes: u64, now: jiff::Timestamp) -> String {
    let megabytes = |n: f64| n / f64::from(1 << 20);
    let said = format!("In {GROWTH_DAYS} Tagen kamen {:.1} MiB an Scans", megabytes(bytes as f64));
    let disk = pipeline.vault.folder().and_then(|folder| rustix::fs::statvfs(folder).ok());
    let Some(disk) = disk else {
        return format!("{said}; wie viel Platz der Tresor noch hat, war nicht zu erfahren.");
    };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize) as f64;
    let a_day = bytes as f64 * STORED_PER_BYTE / GROWTH_DAYS as f64;
    let days = free / a_day.max(1.0);
    let until = (days < 36_500.0).then(|| now.checked_add((days as i64 * 24).hours()).ok()).flatten();
    match until {
        Some(day) => format!(
            "{said}; frei sind {:.0} MiB. Belegt jedes Byte höchstens {STORED_PER_BYTE}, ist der Tresor nicht vor dem \
             {} voll.",
            megabytes(free),
            day.strftime("%d.%m.%Y")
        ),
        None => format!("{said}; frei sind {:.0} MiB, genug für hundert Jahre.", megabytes(free)),
    }
}
