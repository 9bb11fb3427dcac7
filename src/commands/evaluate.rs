//! `evaluate`: results of `process` against the truth, as tables.

use super::{DONE, Outcome, Stop};
use crate::error::Error;
use crate::model::document::{DocumentSheet, Role};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

#[derive(Debug, Deserialize)]
struct TruthFile {
    file: String,
    pages: Vec<TruthPage>,
    documents: Vec<TruthDocument>,
}

#[derive(Debug, Deserialize)]
struct TruthPage {
    text: String,
    #[serde(default)]
    conditions: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct TruthDocument {
    pages: Vec<u32>,
    kind: String,
    department: Option<String>,
    hold: Option<String>,
    #[serde(default)]
    fields: BTreeMap<String, Option<String>>,
}

/// Right, found and expected words.
#[derive(Clone, Copy, Debug, Default)]
pub struct Words {
    /// In both.
    pub right: usize,
    /// Read.
    pub found: usize,
    /// On the page.
    pub expected: usize,
}

impl Words {
    /// Harmonic mean of recall and precision; 1 where there is nothing to read and nothing was read.
    pub fn f1(&self) -> f64 {
        share(2 * self.right, self.expected + self.found)
    }

    /// Sums up.
    pub fn add(&mut self, other: Self) {
        self.right += other.right;
        self.found += other.found;
        self.expected += other.expected;
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// Compares and prints.
pub fn run(truth: &Path, dir: &Path) -> Outcome {
    let text = std::fs::read_to_string(truth).map_err(Error::io("Wahrheit lesen", truth))?;
    let truths: Vec<TruthFile> = text
        .lines()
        .filter(|l| !l.trim().is_empty())
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()
        .map_err(|e| Stop::Usage(format!("[truth.format] {}: {e}", truth.display())))?;
    let results = results(dir)?;
    let mut conditions: BTreeMap<String, Words> = BTreeMap::new();
    let mut fields: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    let (mut documents, mut cut_right, mut straight, mut wrong_kind, mut wrong_target) = (0, 0, 0, 0, 0);
    let (mut holds, mut holds_right, mut false_holds, mut unknown_straight) = (0, 0, 0, 0);
    for file in &truths {
        let name = Path::new(&file.file).file_name().unwrap_or_default().to_string_lossy().into_owned();
        for expected in &file.documents {
            documents += 1;
            let first = expected.pages.first().copied().unwrap_or(0);
            let found = results.get(&(name.clone(), first));
            let Some((sheet, pages)) = found else {
                println!("fehlt: {} Seite {first} ({})", file.file, expected.kind);
                continue;
            };
            let same_pages = sheet.pages.iter().map(|p| p.source_page).eq(expected.pages.iter().copied());
            cut_right += usize::from(same_pages);
            for (page, text) in sheet.pages.iter().zip(pages) {
                let Some(true_page) = file.pages.get(page.source_page.saturating_sub(1) as usize) else {
                    continue;
                };
                let words = compare(&true_page.text, text);
                conditions.entry("(alle)".into()).or_default().add(words);
                for condition in &true_page.conditions {
                    conditions.entry(condition.clone()).or_default().add(words);
                }
            }
            let u = &sheet.understanding;
            if expected.hold.is_some() {
                holds += 1;
                holds_right += usize::from(u.hold.is_some());
                if u.hold.is_none() {
                    println!("nicht angehalten: {} Seite {first}", file.file);
                }
                continue;
            }
            if u.hold.is_some() {
                false_holds += 1;
                println!("zu Unrecht angehalten: {} Seite {first} {:?}", file.file, u.hold);
                continue;
            }
            if u.review.is_empty() {
                straight += 1;
                let lead = u.targets.iter().find(|t| t.role == Role::Lead).map(|t| &t.department);
                let kind_wrong = u.kind != expected.kind;
                wrong_kind += usize::from(kind_wrong);
                wrong_target += usize::from(lead != expected.department.as_ref());
                unknown_straight += usize::from(expected.kind == "unbekannt");
                if kind_wrong {
                    println!("falsch: {} Seite {first}: {} statt {}", file.file, u.kind, expected.kind);
                }
            }
            for (name, value) in &expected.fields {
                let Some(value) = value else { continue };
                let counts = fields.entry(name.clone()).or_default();
                counts[0] += 1;
                if let Some(field) = u.fields.get(name) {
                    counts[1] += usize::from(field.value == *value);
                    counts[2] += usize::from(field.value != *value && field.sure);
                }
            }
        }
    }
    println!("\nWörter je Seitenzustand      Recall  Präzision      F1   Wörter");
    for (condition, w) in &conditions {
        let (recall, precision) = (share(w.right, w.expected), share(w.right, w.found));
        let f1 = w.f1();
        println!("{condition:<28} {recall:.4}     {precision:.4}  {f1:.4}  {:>7}", w.expected);
    }
    println!("\nFelder                     richtig von   Anteil  falsch und sicher");
    for (name, [all, right, wrong]) in &fields {
        println!("{name:<24} {right:>9} {all:>4}   {:.4}  {wrong:>4}", share(*right, *all));
    }
    let ordinary = documents - holds;
    println!("\nSchriftstücke            {documents}");
    println!("richtig geschnitten      {cut_right}");
    println!("durchgelaufen            {straight} von {ordinary}");
    println!("  falsche Dokumentart    {wrong_kind} (davon unbekannte {unknown_straight})");
    println!("  falsches Amt           {wrong_target}");
    println!("angehalten               {holds_right} von {holds}, zu Unrecht {false_holds}");
    Ok(DONE)
}

type Results = HashMap<(String, u32), (DocumentSheet, Vec<String>)>;

/// Documents by source file name and first source page.
fn results(dir: &Path) -> Result<Results, Stop> {
    let mut results = HashMap::new();
    let mut todo = vec![dir.to_owned()];
    while let Some(folder) = todo.pop() {
        if !folder.join("document.json").is_file() {
            let entries = std::fs::read_dir(&folder).map_err(Error::io("Ergebnisse lesen", &folder))?;
            todo.extend(entries.flatten().map(|e| e.path()).filter(|p| p.is_dir()));
            continue;
        }
        let read = |name: &str| {
            let path = folder.join(name);
            std::fs::read_to_string(&path).map_err(Error::io("Ergebnis lesen", &path))
        };
        let sheet: DocumentSheet = serde_json::from_str(&read("document.json")?).map_err(Error::from)?;
        let pages = read("document.txt")?.split('\u{c}').map(str::to_owned).collect();
        if let Some(first) = sheet.pages.first() {
            results.insert((first.source.clone(), first.source_page), (sheet, pages));
        }
    }
    Ok(results)
}

/// Multiset of words: NFC, split at white space, outer punctuation stripped, case kept.
pub fn compare(expected: &str, found: &str) -> Words {
    use unicode_normalization::UnicodeNormalization;
    let words = |text: &str| -> Vec<String> {
        text.nfc()
            .collect::<String>()
            .split_whitespace()
            .map(|w| w.trim_matches(|c: char| !c.is_alphanumeric()).to_owned())
            .filter(|w| !w.is_empty())
            .collect()
    };
    let (expected, found) = (words(expected), words(found));
    let mut open: HashMap<&str, usize> = HashMap::new();
    for word in &expected {
        *open.entry(word).or_default() += 1;
    }
    let mut right = 0;
    for word in &found {
        if let Some(count) = open.get_mut(word.as_str()).filter(|c| **c > 0) {
            *count -= 1;
            right += 1;
        }
    }
    Words { right, found: found.len(), expected: expected.len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_as_a_multiset_without_outer_punctuation() {
        let w = compare("Sehr geehrte Frau Müller, Müller", "geehrte Müller. Mu\u{308}ller Müller xyz");
        assert_eq!((w.right, w.expected, w.found), (3, 5, 5));
    }
}
