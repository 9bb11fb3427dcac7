//! `process`: the same pipeline once, with a private ledger and vault, no delivery.

use super::people::{self, received_as};
use super::{DONE, Outcome, REFUSED, Stop, pipeline};
use crate::config::Pipeline;
use crate::daemon::{House, Made, Purpose, produce};
use crate::engine::Stage;
use crate::error::{Error, said};
use crate::intake::complete::{self, Completeness};
use crate::intake::listing;
use crate::ledger::{BatchRow, DocumentRow, NewBatch, PageRow};
use crate::model::document::DocumentSheet;
use crate::model::ids::BatchId;
use crate::model::place::{Place, VaultPlace};
use crate::model::state::{BatchState, DocumentState};
use crate::model::town::Station;
use crossbeam_channel::Sender;
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File};
use std::io::{IsTerminal, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;
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
    /// A table of CPU time per stage on stderr at the end.
    pub costs: bool,
    /// Files and folders.
    pub input: Vec<PathBuf>,
}

/// How often the ledger is asked whether a batch is understood.
const LOOK: Duration = Duration::from_millis(20);

/// Private state, removed at the end.
struct Private(PathBuf);

impl Drop for Private {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub fn run(config: Option<&Path>, wish: Wish) -> Outcome {
    let mut pipeline = pipeline(config)?;
    let received = wish.received.as_deref().map(|d| received_as(d, "command_line")).transpose()?;
    // A single run enters nobody into the town's ledger; the name stands in its records all the same.
    if let Some(unknown) = wish.operator.as_deref().filter(|id| !pipeline.names(id)) {
        eprintln!("{}", people::unknown(&pipeline, "operator", unknown));
    }
    let mut station = station(&pipeline, wish.station.as_deref())?;
    prepare_out(&wish.out)?;
    let private = Private(wish.out.join(".poststelle-private"));
    pipeline.ledger = Place::File(private.0.join("ledger.sqlite"));
    pipeline.vault = VaultPlace::Folder(private.0.join("vault"));
    pipeline.vault_key_file = None;
    let (files, mut refused) = files(&wish.input, &station);
    // Nothing of a private run may touch the real station's folder.
    station.folder = private.0.join("station");
    let station_id = station.id.clone();
    pipeline.stations = vec![station];
    let house = House::open(pipeline, Purpose::Once)?;

    let outcome = work(&house, &station_id, &files, received.as_ref(), &wish);
    house.stop();
    if wish.costs {
        print_costs(&house)?;
    }
    drop(house);
    drop(private);
    refused += outcome?;
    Ok(if refused == 0 { DONE } else { REFUSED })
}

/// CPU seconds per stage; what the service itself needs for ledger, vault and decisions comes last.
fn print_costs(house: &House) -> Result<(), Error> {
    let pages = house.ledger.overview()?.pages.values().sum::<u64>().max(1);
    let own = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let own = own.tv_sec as f64 + own.tv_nsec as f64 / 1e9;
    let mut rows: Vec<(&str, f64)> =
        house.engine.spent().iter().map(|(stage, time)| (stage.name(), time.as_secs_f64())).collect();
    let engine = house.engine.spent().get(&Stage::Recognise).map_or(0.0, Duration::as_secs_f64);
    rows.push(("Journal, Tresor, Entscheidung", own));
    let all: f64 = rows.iter().map(|row| row.1).sum();
    rows.push(("zusammen", all));
    rows.push(("ohne Texterkennung", all - engine));
    eprintln!("{:<30} {:>12} {:>12}", "Rechenzeit in Sekunden", "gesamt", "je Seite");
    for (name, seconds) in rows {
        eprintln!("{name:<30} {seconds:>12.2} {:>12.4}", seconds / pages as f64);
    }
    Ok(())
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
            batches: crate::model::town::Batches::Files,
            end_marker: None,
            profile: crate::config::copying_profile(),
            scanner: String::new(),
            circle: None,
            default_department: None,
            urgent: false,
            ignore: Vec::new(),
            quiet: Duration::ZERO,
            unfinished_wait: Duration::ZERO,
            poll: Duration::from_secs(1),
            keep_done: None,
            sidecar: None,
            sidecar_wait: Duration::ZERO,
            lot_keys: Vec::new(),
        }),
    }
}

fn prepare_out(out: &Path) -> Result<(), Stop> {
    if out.exists() && !out.is_dir() {
        return Err(Stop::Usage(format!(
            "[usage.out] {} ist kein Ordner. Hinweis: einen neuen Ordner nennen.",
            out.display()
        )));
    }
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

/// All files in order; folders are walked. Whatever is not taken is named and counted.
fn files(inputs: &[PathBuf], station: &Station) -> (Vec<PathBuf>, u32) {
    let mut found = Found::default();
    for input in inputs {
        match fs::metadata(input) {
            Ok(meta) if meta.is_dir() => found.walk(input, station),
            Ok(meta) if meta.is_file() => found.files.push(input.clone()),
            Ok(_) => found.leave("source.no_file", input, "ist keine Datei", "nur Dateien und Ordner nennen"),
            Err(error) => found.leave("source.gone", input, &said(&error), "Pfad prüfen"),
        }
    }
    if found.files.is_empty() && found.left == 0 {
        eprintln!("[source.nothing] Kein Scan gefunden. Hinweis: Ordner prüfen.");
    }
    (found.files, found.left)
}

/// Files found, and how many things were left where they are.
#[derive(Default)]
struct Found {
    files: Vec<PathBuf>,
    left: u32,
}

impl Found {
    fn leave(&mut self, code: &str, path: &Path, what: &str, hint: &str) {
        eprintln!("[{code}] {}: {what}. Hinweis: {hint}.", path.display());
        self.left += 1;
    }

    /// One folder with everything below it, in order, but what no station takes: hidden and temporary names.
    fn walk(&mut self, folder: &Path, station: &Station) {
        let entries = fs::read_dir(folder).and_then(Iterator::collect::<std::io::Result<Vec<_>>>);
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(error) => {
                return self.leave("source.unreadable", folder, &said(&error), "Rechte prüfen");
            }
        };
        entries.sort_by_key(fs::DirEntry::path);
        entries.retain(|entry| listing::is_taken(station, &entry.file_name().to_string_lossy()));
        for entry in entries {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => self.walk(&path, station),
                Ok(kind) if kind.is_file() => self.files.push(path),
                _ => self.leave("source.no_file", &path, "ist keine Datei", "Verweisen wird nicht gefolgt"),
            }
        }
    }
}

fn take(
    house: &House,
    station: &str,
    (path, number): (&Path, usize),
    received: Option<&(String, String)>,
    operator: Option<&str>,
) -> Result<BatchId, Error> {
    let mut file = File::open(path).map_err(Error::io("Datei öffnen", path))?;
    let meta = file.metadata().map_err(Error::io("Datei ansehen", path))?;
    let state = complete::judge(&mut file, meta.len()).map_err(Error::io("Datei ansehen", path))?;
    file.rewind().map_err(Error::io("Datei lesen", path))?;
    let (hash, bytes) = house.vault.put_reader(&mut file)?;
    let name: String = path.file_name().unwrap_or_default().to_string_lossy().nfc().collect();
    let batch = house.ledger.take_over(NewBatch {
        station: station.to_owned(),
        circle: None,
        claim: number.to_string(),
        file_name: name,
        hash,
        bytes,
        file_modified: meta
            .modified()
            .ok()
            .and_then(|m| jiff::Timestamp::try_from(m).ok())
            .map(|t| t.to_string()),
        operator: operator.map(str::to_owned),
        received_date: received.map(|(day, _)| day.clone()),
        received_from: received.map_or("unknown", |(_, source)| source).into(),
        config: house.pipeline.hash.hex(),
        cut_off: state == Completeness::Unfinished,
        sidecar: None,
    })?;
    Ok(batch.id)
}

/// Takes the files over while the workers already read; returns the batches and how many files were refused.
fn take_all(
    house: &House,
    station: &str,
    files: &[PathBuf],
    received: Option<&(String, String)>,
    operator: Option<&str>,
) -> (Vec<(BatchId, PathBuf)>, u32) {
    let (mut batches, mut refused) = (Vec::new(), 0);
    for (number, path) in files.iter().enumerate().take_while(|_| !house.stopping()) {
        match take(house, station, (path, number), received, operator) {
            Ok(batch) => batches.push((batch, path.clone())),
            Err(error) => {
                eprintln!("{}: {error}", path.display());
                refused += 1;
            }
        }
    }
    (batches, refused)
}

/// Lets the workers run until every batch is understood and written, showing progress on a terminal;
/// returns how many inputs were refused. Batches are written as soon as they and all before them are
/// understood, beside the reading of later ones; names and lines on stdout follow the order of the input.
fn work(
    house: &House,
    station: &str,
    files: &[PathBuf],
    received: Option<&(String, String)>,
    wish: &Wish,
) -> Result<u32, Stop> {
    let writers = house.pipeline.workers;
    let (jobs, todo) = crossbeam_channel::bounded::<Job>(writers);
    let (tell, done) = crossbeam_channel::unbounded();
    std::thread::scope(|scope| {
        let worker = scope.spawn(|| house.work(false));
        for _ in 0..writers {
            let (todo, tell) = (todo.clone(), tell.clone());
            scope.spawn(move || {
                for job in todo {
                    let result = job.carry_out(house, wish.json);
                    // Nobody listens only after an error that ends everything anyway.
                    let _ = tell.send((job.number, job.batch, result));
                }
            });
        }
        drop((todo, tell));
        let (finish, finished) = tokio::sync::oneshot::channel::<()>();
        let interrupted = scope.spawn(|| interruption(house, finished));
        let (batches, untaken) = take_all(house, station, files, received, wish.operator.as_deref());
        let sent = feed(house, &batches, wish, jobs, || worker.is_finished());
        house.stop();
        drop(finish);
        if interrupted.join().unwrap_or(false) {
            return Err(Stop::Interrupted);
        }
        let (handed, mut refused) = sent?;
        let mut lines: Vec<(usize, Option<String>)> = Vec::with_capacity(handed);
        for (number, batch, result) in done {
            match result {
                Ok(line) => lines.push((number, line)),
                Err(error) => {
                    eprintln!(
                        "{}: {error}",
                        batches.get(batch).map_or_else(String::new, |b| b.1.display().to_string())
                    );
                    refused.insert(batch);
                }
            }
        }
        lines.sort();
        lines.into_iter().filter_map(|(_, line)| line).for_each(|line| println!("{line}"));
        Ok(refused.len() as u32 + untaken)
    })
}

/// Waits for SIGINT or SIGTERM and stops the work then; false once the work is finished.
fn interruption(house: &House, finished: tokio::sync::oneshot::Receiver<()>) -> bool {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return false;
    };
    let asked = runtime.block_on(async {
        tokio::select! {
            () = super::service::asked_to_stop() => true,
            _ = finished => false,
        }
    });
    if asked {
        house.stop();
    }
    asked
}

/// Hands understood batches to the writers in order; returns how many documents, and which batches were refused.
fn feed(
    house: &House,
    batches: &[(BatchId, PathBuf)],
    wish: &Wish,
    jobs: Sender<Job>,
    ended_early: impl Fn() -> bool,
) -> Result<(usize, BTreeSet<usize>), Error> {
    let bar = if std::io::stderr().is_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} Seiten {elapsed} {msg}") {
        bar.set_style(style);
    }
    let (mut number, mut refused, mut names) = (0, BTreeSet::new(), HashMap::<String, u32>::new());
    for (index, (id, path)) in batches.iter().enumerate() {
        let batch = loop {
            if let Some(batch) = understood(house, id)? {
                break batch;
            }
            if ended_early() {
                return Err(Error::Engine {
                    code: "crashed",
                    text: "Die Verarbeitung endete vorzeitig".into(),
                });
            }
            let overview = house.ledger.overview()?;
            bar.set_length(overview.pages.values().sum());
            bar.set_position(overview.pages.get("read").copied().unwrap_or(0));
            std::thread::sleep(LOOK);
        };
        if batch.state == BatchState::Rejected {
            let reason =
                house.ledger.queue(u32::MAX)?.into_iter().find(|r| r.batch == id.0).and_then(|r| r.reason);
            eprintln!("{}: {}", path.display(), reason.unwrap_or_default());
            refused.insert(index);
            continue;
        }
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().nfc().collect::<String>();
        let batch = Arc::new((batch, house.ledger.pages(id)?));
        for document in house.ledger.documents(id)? {
            let nth = names.entry(stem.clone()).or_default();
            *nth += 1;
            let folder = wish.out.join(format!("{stem}-{nth:02}"));
            let job = Job { number, batch: index, source: batch.clone(), document, folder };
            number += 1;
            if jobs.send(job).is_err() {
                return Err(Error::Engine { code: "crashed", text: "Das Schreiben endete vorzeitig".into() });
            }
        }
    }
    bar.finish_and_clear();
    Ok((number, refused))
}

/// The batch, once nothing more will be found out about it.
fn understood(house: &House, id: &BatchId) -> Result<Option<BatchRow>, Error> {
    let batch = house.ledger.batch(id)?;
    match batch.state {
        BatchState::Rejected | BatchState::Held => Ok(Some(batch)),
        BatchState::Cut => {
            let formed = house.ledger.documents(id)?.iter().any(|d| d.state == DocumentState::Formed);
            Ok((!formed).then_some(batch))
        }
        _ => Ok(None),
    }
}

/// One document to be made and written.
struct Job {
    number: usize,
    batch: usize,
    source: Arc<(BatchRow, Vec<PageRow>)>,
    document: DocumentRow,
    folder: PathBuf,
}

impl Job {
    /// Writes the four files; returns the line for stdout if one is wanted.
    fn carry_out(&self, house: &House, json: bool) -> Result<Option<String>, Error> {
        let Some(sheet) = &self.document.sheet else { return Ok(None) };
        let (batch, pages) = &*self.source;
        let made = produce(house, &self.document, batch, pages, sheet)?;
        write_document(&self.folder, &made)?;
        if json { json_line(sheet, &self.folder).map(Some) } else { Ok(None) }
    }
}

/// Writes the files beside their place and renames, so that half a result never looks like one.
fn write_document(folder: &Path, made: &Made) -> Result<(), Error> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let unfinished = folder.with_file_name(format!(".{name}.unfinished"));
    let written = write_files(&unfinished, made)
        .and_then(|()| fs::rename(&unfinished, folder).map_err(Error::io("Ergebnis schreiben", folder)));
    if written.is_err() {
        // What could not be finished goes; the input is where it was.
        let _ = fs::remove_dir_all(&unfinished);
    }
    written
}

fn write_files(folder: &Path, made: &Made) -> Result<(), Error> {
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
