//! The rules in force: read at the start, and again when their files change.
//!
//! In: the rule files, and what the ledger says is in force where paper is replaced. Out: the rule book for a
//! document. Changed files hold at once for copies; what replaces paper goes by the files a person put in force.

use crate::config::Pipeline;
use crate::document::{HOLDS, MODEL, RuleBook};
use crate::error::{Error, Result};
use crate::ledger::{Ledger, Staged};
use crate::model::document::ScanMode;
use crate::model::hash::ContentHash;
use crate::model::refusal::Refusal;
use crate::observe;
use crate::vault::Vault;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// Names, sizes and times of the rule files.
type Fingerprint = Vec<(PathBuf, u64, Option<SystemTime>)>;

/// Rule files by name, and what they say.
#[derive(Debug)]
pub struct RuleSet {
    /// What they say.
    pub book: Arc<RuleBook>,
    /// Contents by file name.
    pub files: BTreeMap<String, String>,
    /// The files as one text, JSON.
    pub text: String,
    /// SHA-256 of the text.
    pub hash: ContentHash,
}

/// The rule books that everybody in the house reads from.
#[derive(Debug)]
pub struct Rules {
    folder: PathBuf,
    now: Mutex<(Fingerprint, Arc<RuleSet>)>,
    /// What is in force for paper, and the newer set that was said to wait.
    released: Mutex<Option<(Arc<RuleSet>, ContentHash)>>,
}

impl Rules {
    /// Reads the files.
    pub fn open(pipeline: &Pipeline) -> Result<Self> {
        let folder = pipeline.classifiers.clone();
        let set = Arc::new(read(&folder)?);
        Ok(Self { now: Mutex::new((fingerprint(&folder), set)), released: Mutex::default(), folder })
    }

    /// Those of the files as they are now, or, where these have a mistake, as they were.
    pub fn book(&self) -> Arc<RuleBook> {
        self.newest().book.clone()
    }

    /// Those for a document: the newest, or for what replaces paper the ones in force. The first that a ledger sees
    /// are in force: whoever set the service up released them.
    pub fn book_for(&self, mode: ScanMode, ledger: &Ledger, vault: &Vault) -> Result<Arc<RuleBook>> {
        let newest = self.newest();
        if mode == ScanMode::Copying {
            return Ok(newest.book.clone());
        }
        let Some(hash) = ledger.in_force(Staged::Rules)? else {
            ledger.put_in_force(Staged::Rules, &vault.put(newest.text.as_bytes())?, "daemon")?;
            return Ok(newest.book.clone());
        };
        if hash == newest.hash {
            return Ok(newest.book.clone());
        }
        let mut released = locked(&self.released);
        let (set, said) = match released.take() {
            Some((set, said)) if set.hash == hash => (set, Some(said)),
            _ => (Arc::new(kept_rules(&hash, vault)?), None),
        };
        if said != Some(newest.hash) {
            ledger.waits_for_release(Staged::Rules, &vault.put(newest.text.as_bytes())?)?;
            observe::rules_wait(&newest.hash);
        }
        let book = set.book.clone();
        *released = Some((set, newest.hash));
        Ok(book)
    }

    /// A file that is gone is a mistake too: an editor or a copy in progress may have moved it away for a moment, and
    /// a letter that comes in that moment must not lose what protects it. Whoever drops a kind starts the service
    /// again.
    fn newest(&self) -> Arc<RuleSet> {
        let mut rules = locked(&self.now);
        let mut now = fingerprint(&self.folder);
        // What is gone stays expected, so that it is named once and not with every letter.
        let gone: Vec<PathBuf> = missing(&rules.0, &now);
        now.extend(gone.iter().map(|path| (path.clone(), 0, None)));
        now.sort();
        if now != rules.0 {
            let set = match gone.first() {
                Some(path) => Err(refused(format!("{} fehlt auf einmal.", path.display()))),
                None => read(&self.folder),
            };
            match set {
                Ok(set) => rules.1 = Arc::new(set),
                Err(error) => observe::trouble("rules", &error),
            }
            rules.0 = now;
        }
        rules.1.clone()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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

/// The rule files of the configuration as they are.
pub fn load_rules(pipeline: &Pipeline) -> Result<RuleSet> {
    read(&pipeline.classifiers)
}

/// The rules in force where paper is replaced; the files as they are where nothing was ever replaced.
pub fn rules_for_paper(pipeline: &Pipeline, ledger: &Ledger, vault: &Vault) -> Result<Arc<RuleBook>> {
    let set = match ledger.in_force(Staged::Rules)? {
        Some(hash) => kept_rules(&hash, vault)?,
        None => load_rules(pipeline)?,
    };
    Ok(set.book)
}

fn read(folder: &Path) -> Result<RuleSet> {
    let files = rule_texts(folder)?;
    if !files.contains_key(HOLDS) {
        return Err(refused(format!(
            "In {} fehlt {HOLDS}: was nicht geöffnet werden darf.",
            folder.display()
        )));
    }
    parsed(files, folder)
}

/// Contents of the rule files by name, right or wrong.
pub fn rule_texts(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for path in rule_files(folder)? {
        let text = std::fs::read_to_string(&path).map_err(Error::io("Klassifikator lesen", &path))?;
        let name = path.file_name().unwrap_or_default();
        files.insert(name.to_string_lossy().into_owned(), text);
    }
    Ok(files)
}

/// Rule files as one text, JSON: what the ledger names by its hash.
pub fn as_one(files: &BTreeMap<String, String>) -> Result<String> {
    serde_json::to_string_pretty(files).map_err(|error| refused(error.to_string()))
}

/// A set that was in force, from its text in the vault.
pub fn kept_rules(hash: &ContentHash, vault: &Vault) -> Result<RuleSet> {
    let lost = |why: String| {
        Error::Refused(Refusal::new(
            "rules.lost",
            format!(
                "Die Regeln {hash}, die für ersetzendes Scannen freigegeben sind, sind nicht lesbar: {why}"
            ),
            "Die Regeln prüfen und neu freigeben: poststelle config --activate --by PERSON.",
        ))
    };
    let text = vault.read(hash)?;
    let files = serde_json::from_slice(&text).map_err(|error| lost(error.to_string()))?;
    parsed(files, Path::new("freigegeben")).map_err(|error| lost(error.to_string()))
}

fn parsed(files: BTreeMap<String, String>, folder: &Path) -> Result<RuleSet> {
    let named: Vec<(String, String)> =
        files.iter().map(|(name, text)| (folder.join(name).display().to_string(), text.clone())).collect();
    let book = RuleBook::parse(&named).map_err(|complaints| {
        let all: Vec<String> = complaints.iter().map(ToString::to_string).collect();
        refused(format!("Die Klassifikatoren sind fehlerhaft:\n{}", all.join("\n")))
    })?;
    let text = as_one(&files)?;
    Ok(RuleSet { book: Arc::new(book), hash: ContentHash::of(text.as_bytes()), text, files })
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

        let ledger = Ledger::open(&town.path().join("l.db"), "t").unwrap();
        let vault = Vault::open(town.path()).unwrap();
        let version = |mode| rules.book_for(mode, &ledger, &vault).unwrap().kind("hund").unwrap().version;
        assert_eq!(version(ScanMode::Replacing), 333, "the first ones are in force");
        fs::write(at("hund.toml"), KIND.replace("version = 1", "version = 4444")).unwrap();
        assert_eq!((version(ScanMode::Copying), version(ScanMode::Replacing)), (4444, 333));
        fs::write(at("hund.toml"), KIND.replace("version = 1", "version = 55555")).unwrap();
        assert_eq!((version(ScanMode::Copying), version(ScanMode::Replacing)), (55555, 333));
        let second = load_rules(&pipeline).unwrap().hash;
        assert!(vault.has(&second).unwrap(), "the second that waits is kept as well");
        fs::write(at("hund.toml"), KIND.replace("version = 1", "version = 4444")).unwrap();
        let now = load_rules(&pipeline).unwrap();
        assert_eq!(rules_for_paper(&pipeline, &ledger, &vault).unwrap().kind("hund").unwrap().version, 333);
        ledger.put_in_force(Staged::Rules, &now.hash, "leitung").unwrap();
        assert_eq!(version(ScanMode::Replacing), 4444);
        assert_eq!(vault.read(&now.hash).unwrap(), now.text.as_bytes(), "kept for whoever asks later");
    }
}
