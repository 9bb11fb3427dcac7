//! Word F1 by page condition, for texts of any program.

use super::Failure;
use poststelle::commands::evaluate::{Words, compare};
use poststelle::model::document::DocumentSheet;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

/// Right, found and expected words.
pub type Score = Words;

#[derive(Deserialize)]
struct TruthFile {
    file: String,
    pages: Vec<TruthPage>,
}

#[derive(Deserialize)]
struct TruthPage {
    text: String,
    #[serde(default)]
    blank: bool,
    #[serde(default)]
    conditions: Vec<String>,
}

/// The truth of every page, by `<scan>-<page>`.
pub struct Truth(BTreeMap<String, TruthPage>);

/// Text by `<scan>-<page>`.
pub type Texts = HashMap<String, String>;

/// Words by page condition.
pub struct Scores(BTreeMap<String, Score>);

const ALL: &str = "(all)";

impl Scores {
    /// Over all pages.
    pub fn all(&self) -> Score {
        self.of(ALL).copied().unwrap_or_default()
    }

    /// Of one condition.
    pub fn of(&self, condition: &str) -> Option<&Score> {
        self.0.get(condition)
    }

    /// Every condition with its words.
    pub fn by_condition(&self) -> impl Iterator<Item = (&str, &Score)> {
        self.0.iter().map(|(c, s)| (c.as_str(), s))
    }
}

impl Truth {
    /// Compares; a page without text counts as empty.
    pub fn score(&self, texts: &Texts) -> Scores {
        let mut scores: BTreeMap<String, Score> = BTreeMap::new();
        for (page, truth) in self.0.iter().filter(|(_, t)| !t.blank) {
            let words = compare(&truth.text, texts.get(page).map_or("", String::as_str));
            for condition in truth.conditions.iter().map(String::as_str).chain([ALL]) {
                scores.entry(condition.to_owned()).or_default().add(words);
            }
        }
        Scores(scores)
    }
}

/// Reads truth.jsonl.
pub fn truth(path: &Path) -> Result<Truth, Failure> {
    let mut pages = BTreeMap::new();
    for line in fs::read_to_string(path)?.lines().filter(|l| !l.trim().is_empty()) {
        let file: TruthFile = serde_json::from_str(line)?;
        let scan = stem(Path::new(&file.file));
        for (page, number) in file.pages.into_iter().zip(1..) {
            pages.insert(format!("{scan}-{number}"), page);
        }
    }
    Ok(Truth(pages))
}

/// Results of `process` on single-page files; page images of one scan may have been named in any way
/// that ends in `-<page>`.
pub fn ours(folder: &Path) -> Result<Texts, Failure> {
    let mut texts = Texts::new();
    for entry in fs::read_dir(folder)?.flatten().filter(|e| e.path().is_dir()) {
        let sheet: DocumentSheet =
            serde_json::from_str(&fs::read_to_string(entry.path().join("document.json"))?)?;
        let text = fs::read_to_string(entry.path().join("document.txt"))?;
        for (page, text) in sheet.pages.iter().zip(text.split('\u{c}')) {
            texts.insert(stem(Path::new(&page.source)), text.to_owned());
        }
    }
    Ok(texts)
}

/// One text file a page.
pub fn texts(folder: &Path) -> Result<Texts, Failure> {
    let mut texts = Texts::new();
    for entry in fs::read_dir(folder)?.flatten() {
        texts.insert(stem(&entry.path()), String::from_utf8_lossy(&fs::read(entry.path())?).into_owned());
    }
    Ok(texts)
}

/// One text file with form feeds, pages in the order given.
pub fn sidecar(path: &Path, pages: &[PathBuf]) -> Result<Texts, Failure> {
    let text = fs::read_to_string(path)?;
    Ok(pages.iter().map(|p| stem(p)).zip(text.split('\u{c}').map(str::to_owned)).collect())
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
