//! The rules in force: read at the start, and again when their files change.

use crate::config::Pipeline;
use crate::document::{HOLDS, MODEL, RuleBook};
use crate::error::{Error, Result};
use crate::model::refusal::Refusal;
use crate::observe;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// Names, sizes and times of the rule files.
type Fingerprint = Vec<(PathBuf, u64, Option<SystemTime>)>;

/// The rule book that everybody in the house reads from.
#[derive(Debug)]
pub struct Rules {
    folder: PathBuf,
    now: Mutex<(Fingerprint, Arc<RuleBook>)>,
}

impl Rules {
    /// Reads the files.
    pub fn open(pipeline: &Pipeline) -> Result<Self> {
        let folder = pipeline.classifiers.clone();
        let book = Arc::new(load_rules(pipeline)?);
        let now = Mutex::new((fingerprint(&folder), book));
        Ok(Self { folder, now })
    }

    /// Those of the files as they are now, or, where these have a mistake, as they were. A file that is gone is
    /// a mistake too: an editor or a copy in progress may have moved it away for a moment, and a letter that
    /// comes in that moment must not lose what protects it. Whoever drops a kind starts the service again.
    pub fn book(&self) -> Arc<RuleBook> {
        let mut rules = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let mut now = fingerprint(&self.folder);
        // What is gone stays expected, so that it is named once and not with every letter.
        let gone: Vec<PathBuf> = missing(&rules.0, &now);
        now.extend(gone.iter().map(|path| (path.clone(), 0, None)));
        now.sort();
        if now != rules.0 {
            let book = match gone.first() {
                Some(path) => Err(refused(format!("{} fehlt auf einmal.", path.display()))),
                None => read(&self.folder),
            };
            match book {
                Ok(book) => rules.1 = Arc::new(book),
                Err(error) => observe::trouble("rules", &error),
            }
            rules.0 = now;
        }
        rules.1.clone()
    }
}

fn fingerprint(folder: &Path) -> Fingerprint {
    let stamp = |path: PathBuf| {
        let meta = std::fs::metadata(&path).ok();
        let (bytes, at) = meta.map_or((0, None), |m| (m.len(), m.modified().ok()));
        (path, bytes, at)
    };
    let mut files: Fingerprint = rule_files(folder).unwrap_or_default().into_iter().map(stamp).collect();
    files.sort();
    files
}

/// Files that were there and are not.
fn missing(before: &Fingerprint, now: &Fingerprint) -> Vec<PathBuf> {
    let there = |path: &PathBuf| now.iter().any(|(new, ..)| new == path);
    before.iter().map(|(path, ..)| path).filter(|path| !there(path)).cloned().collect()
}

/// The kinds, what is held, and the learned model in force.
fn rule_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).map_err(Error::io("Klassifikatoren lesen", folder))?;
    let is_rule = |p: &PathBuf| p.extension().is_some_and(|e| e == "toml") || p.ends_with(MODEL);
    Ok(entries.flatten().map(|e| e.path()).filter(is_rule).collect())
}

/// Reads the rule files of the configuration.
pub fn load_rules(pipeline: &Pipeline) -> Result<RuleBook> {
    read(&pipeline.classifiers)
}

fn read(folder: &Path) -> Result<RuleBook> {
    let mut files = Vec::new();
    for path in rule_files(folder)? {
        let text = std::fs::read_to_string(&path).map_err(Error::io("Klassifikator lesen", &path))?;
        files.push((path.display().to_string(), text));
    }
    if !files.iter().any(|(name, _)| name.ends_with(HOLDS)) {
        return Err(refused(format!(
            "In {} fehlt {HOLDS}: was nicht geöffnet werden darf.",
            folder.display()
        )));
    }
    files.sort();
    RuleBook::parse(&files).map_err(|complaints| {
        let all: Vec<String> = complaints.iter().map(ToString::to_string).collect();
        refused(format!("Die Klassifikatoren sind fehlerhaft:\n{}", all.join("\n")))
    })
}

fn refused(text: String) -> Error {
    Error::Refused(Refusal::new("rules.refused", text, "Genannte Stellen berichtigen."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const KIND: &str = "id = \"hund\"\nversion = 1\nname = \"Hund\"\ndepartment = \"a\"\n[protection]\n\
        integrity = { need = \"normal\", reason = \"T\" }\nconfidentiality = { need = \"normal\", reason = \"T\" }\n\
        availability = { need = \"normal\", reason = \"T\" }\n[[rule]]\nid = \"w\"\nany = [\"Hund\"]\nweight = 3.0\n";

    #[test]
    fn changed_files_hold_at_once_and_missing_ones_never() {
        let town = tempfile::tempdir().unwrap();
        let at = |name: &str| town.path().join("classifiers").join(name);
        fs::create_dir(at("")).unwrap();
        let mut pipeline = crate::config::resolve(
            "[town]\nid = \"t\"\nname = \"T\"\ncentral = \"a\"\n[[department]]\nid = \"a\"\nname = \"A\"\ntargets = [\"z\"]\n\
             [[target]]\nid = \"z\"\ntype = \"folder\"\npath = \"out\"\n",
            "pipeline.toml",
            town.path(),
        )
        .unwrap();
        pipeline.classifiers = at("");
        fs::write(at("hund.toml"), KIND).unwrap();
        assert!(Rules::open(&pipeline).is_err(), "without {HOLDS} nothing starts");
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("classifiers").join(HOLDS);
        fs::copy(shipped, at(HOLDS)).unwrap();
        let rules = Rules::open(&pipeline).unwrap();
        let holds = rules.book().hold_codes().count();
        fs::write(at("hund.toml"), KIND.replace("version = 1", "version = 22")).unwrap();
        assert_eq!(rules.book().kind("hund").unwrap().version, 22);
        fs::rename(at(HOLDS), at("weg")).unwrap();
        fs::write(at("hund.toml"), KIND.replace("version = 1", "version = 333")).unwrap();
        for _ in 0..2 {
            assert_eq!(
                (rules.book().hold_codes().count(), rules.book().kind("hund").unwrap().version),
                (holds, 22)
            );
        }
        fs::rename(at("weg"), at(HOLDS)).unwrap();
        assert_eq!(rules.book().kind("hund").unwrap().version, 333);
    }
}
