//! `process`: the same pipeline once, with a private ledger and vault, no delivery.

use super::{DONE, Outcome, REFUSED, Stop, pipeline};
use crate::config::Pipeline;
use crate::daemon::{House, Made, produce};
use crate::error::Error;
use crate::ledger::NewBatch;
use crate::model::document::DocumentSheet;
use crate::model::ids::BatchId;
use crate::model::state::BatchState;
use crate::model::town::Station;
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;
use unicode_normalization::UnicodeNormalization;

/// What was asked for.
#[derive(Debug)]
pub struct Wish {
    /// Station whose profile applies.
    pub station: Option<String>,
    /// Person.
    pub operator: Option<String>,
    /// ISO date.
    pub received: Option<String>,
    /// Where results go.
    pub out: PathBuf,
    /// Lines of `document.json` on stdout.
    pub json: bool,
    /// Files and folders.
    pub input: Vec<PathBuf>,
}

/// Private state, removed at the end.
struct Private(PathBuf);

impl Drop for Private {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub fn run(config: Option<&Path>, wish: Wish) -> Outcome {
    let mut pipeline = pipeline(config)?;
    if let Some(date) = wish.received.as_deref().filter(|d| d.parse::<jiff::civil::Date>().is_err()) {
        return Err(Stop::Usage(format!(
            "[usage.date] „{date}“ ist kein Datum. Hinweis: JJJJ-MM-TT schreiben."
        )));
    }
    let mut station = station(&pipeline, wish.station.as_deref())?;
    prepare_out(&wish.out)?;
    let private = Private(wish.out.join(".poststelle-private"));
    pipeline.ledger = private.0.join("ledger.sqlite");
    pipeline.vault = private.0.join("vault");
    // Nothing of a private run may touch the real station's folder.
    station.folder = private.0.join("station");
    let station_id = station.id.clone();
    pipeline.stations = vec![station];
    let house = House::open(pipeline)?;

    let (files, mut refused) = files(&wish.input);
    let mut batches = Vec::new();
    for (number, path) in files.iter().enumerate() {
        match take(&house, &station_id, path, number, &wish) {
            Ok(batch) => batches.push((batch, path.clone())),
            Err(error) => {
                eprintln!("{}: {error}", path.display());
                refused += 1;
            }
        }
    }
    work(&house, batches.len())?;
    let mut names = HashMap::new();
    for (id, path) in &batches {
        refused += write_batch(&house, id, path, &wish, &mut names)?;
    }
    house.stop();
    drop(house);
    drop(private);
    Ok(if refused == 0 { DONE } else { REFUSED })
}

fn station(pipeline: &Pipeline, name: Option<&str>) -> Result<Station, Stop> {
    match name {
        Some(name) => pipeline.station(name).cloned().ok_or_else(|| {
            let known: Vec<_> = pipeline.stations.iter().map(|s| s.id.as_str()).collect();
            Stop::Usage(format!(
                "[usage.station] Die Station „{name}“ gibt es nicht. Hinweis: {}.",
                known.join(", ")
            ))
        }),
        None => Ok(Station {
            id: "process".into(),
            folder: PathBuf::new(),
            recursive: false,
            profile: crate::config::copying_profile(),
            scanner: String::new(),
            circle: None,
            default_department: None,
            ignore: Vec::new(),
            quiet: Duration::ZERO,
            poll: Duration::from_secs(1),
            keep_done: None,
        }),
    }
}

fn prepare_out(out: &Path) -> Result<(), Stop> {
    fs::create_dir_all(out).map_err(Error::io("Ergebnisordner anlegen", out))?;
    let mut entries = fs::read_dir(out).map_err(Error::io("Ergebnisordner lesen", out))?;
    if entries.next().is_some() {
        return Err(Stop::Usage(format!(
            "[usage.out] {} ist nicht leer. Hinweis: einen neuen Ordner nennen.",
            out.display()
        )));
    }
    Ok(())
}

/// All files in order; folders are walked, links are not followed. Counts what is not there.
fn files(inputs: &[PathBuf]) -> (Vec<PathBuf>, u32) {
    let (mut files, mut refused) = (Vec::new(), 0);
    for input in inputs {
        match fs::metadata(input) {
            Ok(meta) if meta.is_dir() => {
                let mut todo = vec![input.clone()];
                let mut found = Vec::new();
                while let Some(folder) = todo.pop() {
                    for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                        match entry.file_type() {
                            Ok(kind) if kind.is_dir() => todo.push(entry.path()),
                            Ok(kind) if kind.is_file() => found.push(entry.path()),
                            _ => {}
                        }
                    }
                }
                found.sort();
                files.extend(found);
            }
            Ok(meta) if meta.is_file() => files.push(input.clone()),
            Ok(_) => {
                eprintln!(
                    "[source.no_file] {} ist keine Datei. Hinweis: nur Dateien und Ordner nennen.",
                    input.display()
                );
                refused += 1;
            }
            Err(error) => {
                eprintln!("[source.gone] {}: {error}. Hinweis: Pfad prüfen.", input.display());
                refused += 1;
            }
        }
    }
    (files, refused)
}

fn take(house: &House, station: &str, path: &Path, number: usize, wish: &Wish) -> Result<BatchId, Error> {
    let mut file = File::open(path).map_err(Error::io("Datei öffnen", path))?;
    let modified = file.metadata().and_then(|m| m.modified()).ok();
    let (hash, bytes) = house.vault.put_reader(&mut file)?;
    let name: String = path.file_name().unwrap_or_default().to_string_lossy().nfc().collect();
    let batch = house.ledger.take_over(NewBatch {
        station: station.to_owned(),
        circle: None,
        claim: number.to_string(),
        file_name: name,
        hash,
        bytes,
        file_modified: modified.and_then(|m| jiff::Timestamp::try_from(m).ok()).map(|t| t.to_string()),
        operator: wish.operator.clone(),
        received_date: wish.received.clone(),
        received_from: if wish.received.is_some() { "command_line" } else { "unknown" }.into(),
        config: house.pipeline.hash.hex(),
    })?;
    Ok(batch.id)
}

/// Lets the workers run until every batch is cut and understood, showing progress on a terminal.
fn work(house: &House, batches: usize) -> Result<(), Error> {
    let bar = if std::io::stderr().is_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} Seiten {elapsed} {msg}") {
        bar.set_style(style);
    }
    std::thread::scope(|scope| {
        let worker = scope.spawn(|| house.work(false));
        let result = loop {
            let overview = match house.ledger.overview() {
                Ok(overview) => overview,
                Err(error) => break Err(error),
            };
            let pages: u64 = overview.pages.values().sum();
            bar.set_length(pages);
            bar.set_position(overview.pages.get("read").copied().unwrap_or(0));
            let ended: u64 =
                ["cut", "rejected", "held"].iter().filter_map(|s| overview.batches.get(*s)).sum();
            let formed = overview.documents.get("formed").copied().unwrap_or(0);
            if ended >= batches as u64 && formed == 0 {
                break Ok(());
            }
            if worker.is_finished() {
                break Err(Error::Engine {
                    code: "crashed",
                    text: "Die Verarbeitung endete vorzeitig".into(),
                });
            }
            std::thread::sleep(Duration::from_millis(40));
        };
        house.stop();
        bar.finish_and_clear();
        result
    })
}

/// Writes all documents of a batch; returns how many inputs were refused (0 or 1).
fn write_batch(
    house: &House,
    id: &BatchId,
    path: &Path,
    wish: &Wish,
    names: &mut HashMap<String, u32>,
) -> Result<u32, Error> {
    let batch = house.ledger.batch(id)?;
    if batch.state == BatchState::Rejected {
        let reason =
            house.ledger.queue(u32::MAX)?.into_iter().find(|r| r.batch == id.0).and_then(|r| r.reason);
        eprintln!("{}: {}", path.display(), reason.unwrap_or_default());
        return Ok(1);
    }
    let pages = house.ledger.pages(id)?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().nfc().collect::<String>();
    for document in house.ledger.documents(id)? {
        let Some(sheet) = &document.sheet else { continue };
        let made = match produce(house, &document, &batch, &pages, sheet) {
            Ok(made) => made,
            Err(error) => {
                eprintln!("{}: {error}", path.display());
                return Ok(1);
            }
        };
        let number = names.entry(stem.clone()).or_default();
        *number += 1;
        let folder = wish.out.join(format!("{stem}-{number:02}"));
        write_document(&folder, &made)?;
        if wish.json {
            println!("{}", json_line(sheet, &folder)?);
        }
    }
    Ok(0)
}

fn write_document(folder: &Path, made: &Made) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(Error::io("Ergebnis anlegen", folder))?;
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        fs::write(&path, bytes).map_err(Error::io("Ergebnis schreiben", &path))
    };
    if !made.product.is_empty() {
        put("document.pdf", &made.product)?;
    }
    put("document.txt", &made.text)?;
    put("document.json", &made.sheet)?;
    put("record.json", &made.record)
}

fn json_line(sheet: &DocumentSheet, folder: &Path) -> Result<String, Error> {
    let mut value = serde_json::to_value(sheet)?;
    value["folder"] = folder.display().to_string().into();
    Ok(value.to_string())
}
