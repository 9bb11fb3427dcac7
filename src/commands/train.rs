//! `train` makes a candidate out of letters whose kind people know; `activate` puts it in force.
//!
//! Letters come from the examples of the rule files, from a labelled folder, and from what people decided in
//! review. Letters of a circle never train a model that all share, unless a member of it released them.

use super::{DONE, Outcome, REFUSED, Stop, people, pipeline, put_whole};
use crate::config::Pipeline;
use crate::daemon::load_rules;
use crate::document::learned::{self, Example, Model, Trial};
use crate::document::{MODEL, features, features_of_text};
use crate::error::Error;
use crate::ledger::Ledger;
use crate::model::hash::ContentHash;
use crate::model::ids::{BatchId, DocumentId};
use crate::model::page::ReadPage;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// File name of a model that nobody released yet.
const CANDIDATE: &str = "gelernt-kandidat.json";

/// Code of the event that a letter of a circle may train.
const RELEASED: &str = "training.released";

/// Trains a candidate beside the model in force.
pub fn run(config: Option<&Path>, from: Option<&Path>) -> Outcome {
    let pipeline = pipeline(config)?;
    let book = load_rules(&pipeline)?.book;
    let mut examples: Vec<Example> = Vec::new();
    for kind in book.kinds() {
        let of_file = |text: &String| Example { kind: kind.id.clone(), features: features_of_text(text) };
        examples.extend(kind.examples.iter().map(of_file));
    }
    if let Some(folder) = from {
        examples.extend(of_folder(folder)?);
    }
    let corrected = corrections(&pipeline)?;
    println!(
        "{} Beispiele der Regeln und Ordner, {} Entscheidungen von Menschen.",
        examples.len(),
        corrected.len()
    );
    examples.extend(corrected);
    examples.retain(|e| book.kind(&e.kind).is_some());
    // Above the candidate that may lie there, too: whoever releases a version has looked at that one.
    let waiting = fs::read_to_string(candidate(&pipeline)).ok().and_then(|text| Model::parse(&text).ok());
    let version = 1 + book.model().into_iter().chain(&waiting).map(|m| m.version).max().unwrap_or(0);
    let Some((model, trial)) = learned::train(&examples, version) else {
        eprintln!(
            "[train.few] Keine Dokumentart hat {} Briefe. Hinweis: mehr Briefe entscheiden oder mit --from beilegen.",
            learned::LETTERS_MIN
        );
        return Ok(REFUSED);
    };
    let path = candidate(&pipeline);
    let text = serde_json::to_string(&model).map_err(Error::from)?;
    put_whole(&path, &text)?;
    report(&model, trial, &examples, &text);
    println!("Freigeben: poststelle activate {version} --by PERSON");
    Ok(DONE)
}

/// A member of its circle lets a letter train the model that all share.
pub fn release(config: Option<&Path>, id: String, by: &str) -> Outcome {
    let (pipeline, ledger) = people::open(config)?;
    let id = DocumentId(id);
    people::in_circle(&pipeline, ledger.document(&id)?.circle, by)?;
    ledger.note(RELEASED, &id.0, by, "")?;
    println!("{id} darf gelernt werden, freigegeben von {by}.");
    Ok(DONE)
}

/// Puts the candidate of that version in force.
pub fn activate(config: Option<&Path>, version: u32, by: &str) -> Outcome {
    let pipeline = pipeline(config)?;
    let path = candidate(&pipeline);
    let none = |what: String| {
        Stop::Usage(format!("[activate.candidate] {what} Hinweis: zuerst `poststelle train`."))
    };
    let text = fs::read_to_string(&path).map_err(|_| none("Es gibt keinen Kandidaten.".into()))?;
    let model = Model::parse(&text).map_err(|_| none("Der Kandidat ist nicht brauchbar.".into()))?;
    if model.version != version {
        return Err(none(format!("Der Kandidat hat die Fassung {}, nicht {version}.", model.version)));
    }
    let hash = ContentHash::of(text.as_bytes()).hex();
    // The event first: a model without a release must never be in force.
    Ledger::open(&pipeline.ledger, &pipeline.tenant)?.model_released(version, &hash, by)?;
    let target = pipeline.classifiers.join(MODEL);
    // The bytes of the event, whatever became of the file meanwhile.
    put_whole(&target, &text)?;
    fs::remove_file(&path).map_err(Error::io("Kandidaten aufräumen", &path))?;
    println!("Modell Fassung {version} ({}) gilt, freigegeben von {by}.", &hash[..12]);
    Ok(DONE)
}

fn candidate(pipeline: &Pipeline) -> PathBuf {
    pipeline.classifiers.join(CANDIDATE)
}

fn report(model: &Model, trial: Trial, examples: &[Example], text: &str) {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for example in examples {
        *count.entry(&example.kind).or_default() += 1;
    }
    println!("Kandidat Fassung {}, {} Briefe, gelernte Dokumentarten:", model.version, model.letters);
    for kind in model.kinds() {
        println!("  {kind}: {} Briefe", count.get(kind).copied().unwrap_or(0));
    }
    println!(
        "Gegenprobe an Briefen, die dabei nicht mitlernten: {} von {} richtig, {} falsch, sonst enthalten.",
        trial.right, trial.letters, trial.wrong
    );
    println!("SHA-256 {}", ContentHash::of(text.as_bytes()).hex());
}

/// `<kind>/**/*.txt`, as `process` writes them or one text a file; the first page counts.
fn of_folder(folder: &Path) -> Result<Vec<Example>, Error> {
    let mut examples = Vec::new();
    for kind in sorted(folder)?.into_iter().filter(|p| p.is_dir()) {
        let id = kind.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut todo = vec![kind];
        while let Some(next) = todo.pop() {
            for path in sorted(&next)? {
                if path.is_dir() {
                    todo.push(path);
                } else if path.extension().is_some_and(|e| e == "txt") {
                    let text = fs::read_to_string(&path).map_err(Error::io("Beispiel lesen", &path))?;
                    let first = text.split('\u{c}').next().unwrap_or_default();
                    examples.push(Example { kind: id.clone(), features: features_of_text(first) });
                }
            }
        }
    }
    Ok(examples)
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(folder).map_err(Error::io("Beispiele lesen", folder))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    paths.sort();
    Ok(paths)
}

/// What people decided in review, with the words that were read then.
fn corrections(pipeline: &Pipeline) -> Result<Vec<Example>, Error> {
    if pipeline.ledger.file().is_some_and(|file| !file.exists()) {
        return Ok(Vec::new());
    }
    let ledger = Ledger::open(&pipeline.ledger, &pipeline.tenant)?;
    let mut examples = Vec::new();
    for row in ledger.queue(u32::MAX)? {
        let id = BatchId(row.batch);
        let pages = ledger.pages(&id)?;
        for document in ledger.documents(&id)? {
            let Some(sheet) = &document.sheet else { continue };
            let closed = document.circle.is_some() && ledger.said(&document.id.0)?.get(RELEASED).is_none();
            let decided = sheet.understanding.reasons.iter().any(|r| r.about == "review");
            if closed || !decided || sheet.understanding.hold.is_some() {
                continue;
            }
            let read: Vec<ReadPage> = document
                .cut
                .pages
                .iter()
                .filter_map(|&i| pages.get(i))
                .filter_map(|p| Some(ReadPage { measured: p.measured.clone()?, text: p.text.clone()? }))
                .collect();
            let features = features(&read.iter().collect::<Vec<_>>());
            examples.push(Example { kind: sheet.understanding.kind.clone(), features });
        }
    }
    Ok(examples)
}
