//! `evaluate`: results of `process` against the truth, as tables.

mod chart;

use super::{DONE, Outcome, REFUSED, Stop};
use crate::error::Error;
use crate::ledger::Ledger;
use crate::model::document::{DocumentSheet, ReviewReason, Role, UNKNOWN_KIND};
use crate::model::ids::BatchId;
use crate::model::refusal::Refusal;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
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
    /// Share of the words on the page that were read.
    pub fn recall(&self) -> f64 {
        share(self.right, self.expected)
    }

    /// Share of the words read that are on the page.
    pub fn precision(&self) -> f64 {
        share(self.right, self.found)
    }

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

/// What a comparison with the truth gives.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Words by page condition; `(alle)` is all pages.
    pub conditions: BTreeMap<String, Words>,
    /// Fields by name.
    pub fields: BTreeMap<String, Fields>,
    /// Documents in the truth.
    pub documents: usize,
    /// Documents with exactly the pages of the truth.
    pub cut_right: usize,
    /// Documents that went straight through, of those not to be held.
    pub straight: usize,
    /// Of these, with another kind than the truth.
    pub wrong_kind: usize,
    /// Of these, whose kind the truth calls unknown.
    pub unknown_straight: usize,
    /// Of these, to another department than the truth.
    pub wrong_department: usize,
    /// Documents to be held.
    pub holds: usize,
    /// Of these, held.
    pub holds_right: usize,
    /// Held without need.
    pub false_holds: usize,
    /// What is wrong, a sentence each.
    pub complaints: Vec<String>,
    /// Kind of the truth, kind named, how often; review and straight through alike.
    pub confusion: BTreeMap<(String, String), usize>,
    /// Fields that are not as the truth says: file, name, truth, found (empty if nothing was).
    pub differ: Vec<(String, String, String, String)>,
    /// Every ordinary document: confidence of its kind, and whether the proposed lead is right.
    pub judged: Vec<(f32, bool)>,
}

/// Counts of one field.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fields {
    /// On the letters.
    pub expected: usize,
    /// Found with the right value.
    pub right: usize,
    /// Found at all on letters that have it.
    pub found: usize,
    /// Said to be sure.
    pub sure: usize,
    /// Said to be sure with another value.
    pub wrong_and_sure: usize,
}

impl Report {
    /// All pages together, in [`Report::conditions`].
    pub const ALL: &str = "(alle)";

    /// Whether every document is there, cut as it should be, and delivered or held as it should be. A
    /// document that waits for a person is nowhere it should not be.
    pub fn as_the_truth_says(&self) -> bool {
        self.complaints.is_empty() && self.wrong_department == 0
    }

    fn add(&mut self, file: &TruthFile, expected: &TruthDocument, results: &Results) {
        self.documents += 1;
        let first = expected.pages.first().copied().unwrap_or(0);
        self.holds += usize::from(expected.hold.is_some());
        let Some((sheet, pages)) = results.get(&(base_name(&file.file), first)) else {
            return self.complaints.push(format!("fehlt: {} Seite {first} ({})", file.file, expected.kind));
        };
        if sheet.pages.iter().map(|p| p.source_page).eq(expected.pages.iter().copied()) {
            self.cut_right += 1;
        } else {
            self.complaints.push(format!("falsch geschnitten: {} Seite {first}", file.file));
        }
        for (page, text) in sheet.pages.iter().zip(pages) {
            let Some(truth) = file.pages.get(page.source_page.saturating_sub(1) as usize) else { continue };
            let words = compare(&truth.text, text);
            for condition in truth.conditions.iter().map(String::as_str).chain([Self::ALL]) {
                self.conditions.entry(condition.to_owned()).or_default().add(words);
            }
        }
        let held = sheet.understanding.hold.as_ref();
        match (expected.hold.is_some(), held) {
            (true, Some(_)) => self.holds_right += 1,
            (true, None) => self.complaints.push(format!("nicht angehalten: {} Seite {first}", file.file)),
            (false, Some(code)) => {
                self.false_holds += 1;
                self.complaints.push(format!("zu Unrecht angehalten: {} Seite {first}: {code}", file.file));
            }
            (false, None) => self.add_decision(file, expected, sheet),
        }
    }

    fn add_decision(&mut self, file: &TruthFile, expected: &TruthDocument, sheet: &DocumentSheet) {
        let u = &sheet.understanding;
        let lead = u.targets.iter().find(|t| t.role == Role::Lead).map(|t| &t.department);
        *self.confusion.entry((expected.kind.clone(), u.kind.clone())).or_default() += 1;
        // What is asked for other reasons than the kind has no place on the curve.
        let of_kind = |r: &ReviewReason| r.code.starts_with("kind.un");
        if u.kind != UNKNOWN_KIND && u.review.iter().all(of_kind) {
            self.judged.push((u.kind_confidence, lead == expected.department.as_ref()));
        } else {
            self.judged.push((0.0, lead == expected.department.as_ref()));
        }
        if u.review.is_empty() {
            self.straight += 1;
            self.wrong_kind += usize::from(u.kind != expected.kind);
            self.wrong_department += usize::from(lead != expected.department.as_ref());
            self.unknown_straight += usize::from(expected.kind == UNKNOWN_KIND);
            if u.kind != expected.kind {
                self.complaints.push(format!("falsch: {}: {} statt {}", file.file, u.kind, expected.kind));
            }
        }
        for (name, value) in &expected.fields {
            let Some(value) = value else { continue };
            let counts = self.fields.entry(name.clone()).or_default();
            counts.expected += 1;
            if let Some(field) = u.fields.get(name) {
                counts.found += 1;
                let right = agrees(name, &field.value, value);
                counts.right += usize::from(right);
                counts.sure += usize::from(field.sure);
                counts.wrong_and_sure += usize::from(!right && field.sure);
                if !right {
                    self.differ.push((file.file.clone(), name.clone(), value.clone(), field.value.clone()));
                }
            } else {
                self.differ.push((file.file.clone(), name.clone(), value.clone(), String::new()));
            }
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for complaint in &self.complaints {
            writeln!(f, "{complaint}")?;
        }
        writeln!(f, "\nWörter je Seitenzustand      Recall  Präzision      F1   Wörter")?;
        for (condition, w) in &self.conditions {
            let (recall, precision) = (w.recall(), w.precision());
            let (f1, words) = (w.f1(), w.expected);
            writeln!(f, "{condition:<28} {recall:.4}     {precision:.4}  {f1:.4}  {words:>7}")?;
        }
        writeln!(f, "\nFelder                     richtig von   Recall  Präzision   sicher  davon falsch")?;
        for (name, n) in &self.fields {
            let part = share(n.right, n.expected);
            let (right, all, sure, wrong) = (n.right, n.expected, n.sure, n.wrong_and_sure);
            let exact = share(n.right, n.found);
            writeln!(
                f,
                "{name:<24} {right:>9} {all:>4}   {part:.4}     {exact:.4}    {sure:>5}  {wrong:>12}"
            )?;
        }
        let mixed = self.confusion.iter().filter(|((is, named), _)| is != named);
        writeln!(f, "\nVerwechselt (ist -> genannt, auch in Nachbearbeitung)")?;
        for ((is, named), count) in mixed {
            writeln!(f, "{is:<24} -> {named:<24} {count:>5}")?;
        }
        writeln!(f, "\nSchwelle   durchgelaufen   falsches Ziel")?;
        for (threshold, straight, wrong) in chart::curve(&self.judged).iter().filter(|p| p.0 >= 0.5) {
            writeln!(f, "{threshold:.2}            {straight:.4}          {wrong:.4}")?;
        }
        let ordinary = self.documents - self.holds;
        writeln!(f, "\nSchriftstücke            {}", self.documents)?;
        writeln!(f, "richtig geschnitten      {}", self.cut_right)?;
        writeln!(f, "durchgelaufen            {} von {ordinary}", self.straight)?;
        writeln!(
            f,
            "  falsche Dokumentart    {} (davon unbekannte {})",
            self.wrong_kind, self.unknown_straight
        )?;
        writeln!(f, "  falsches Amt           {}", self.wrong_department)?;
        writeln!(
            f,
            "angehalten               {} von {}, zu Unrecht {}",
            self.holds_right, self.holds, self.false_holds
        )
    }
}

/// Compares and prints: the results of `process` below a folder, or what stands in the ledger. 0 if every
/// document is there and none went where it should not; 1 if not.
pub fn run(config: Option<&Path>, truth: &Path, dir: Option<&Path>, html: Option<&Path>) -> Outcome {
    let results = match dir {
        Some(dir) => of_folder(dir)?,
        None => {
            let pipeline = super::pipeline(config)?;
            of_ledger(&Ledger::open(&pipeline.ledger, &pipeline.tenant)?)?
        }
    };
    let report = compare_all(truth, &results).map_err(|error| match error {
        Error::Io { .. } | Error::Refused(_) => Stop::Usage(error.to_string()),
        other => other.into(),
    })?;
    print!("{report}");
    if let Some(path) = html {
        std::fs::write(path, chart::page(&report)).map_err(Error::io("Auswertung schreiben", path))?;
    }
    Ok(if report.as_the_truth_says() { DONE } else { REFUSED })
}

/// Compares the results of `process` below a folder with a `truth.jsonl`.
pub fn measure(truth: &Path, dir: &Path) -> Result<Report, Error> {
    compare_all(truth, &of_folder(dir)?)
}

/// Compares results at hand with a `truth.jsonl`.
pub fn compare_all(truth: &Path, results: &Results) -> Result<Report, Error> {
    let text = std::fs::read_to_string(truth).map_err(Error::io("Wahrheit lesen", truth))?;
    let mut report = Report::default();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, l)| !l.trim().is_empty()) {
        let file: TruthFile = serde_json::from_str(line).map_err(|error| {
            let text = format!("{}, Zeile {number}: {error}.", truth.display());
            Refusal::new(
                "evaluate.truth",
                text,
                "Jede Zeile beschreibt eine Eingabe als JSON, siehe README.md.",
            )
        })?;
        for expected in &file.documents {
            report.add(&file, expected, results);
        }
    }
    Ok(report)
}

/// Whether a value is what stands on the letter; a subject may differ in one of fifty characters.
fn agrees(name: &str, found: &str, truth: &str) -> bool {
    let wrong = if name == "subject" { truth.chars().count() / 50 } else { 0 };
    found == truth || wrong > 0 && strsim::levenshtein(found, truth) <= wrong
}

fn base_name(file: &str) -> String {
    Path::new(file).file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Documents by source file name and first source page, each with the text of its pages.
pub type Results = HashMap<(String, u32), (DocumentSheet, Vec<String>)>;

/// Documents by source file name and first source page.
fn of_folder(dir: &Path) -> Result<Results, Error> {
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
        let sheet: DocumentSheet = serde_json::from_str(&read("document.json")?)?;
        let pages = read("document.txt")?.split('\u{c}').map(str::to_owned).collect();
        if let Some(first) = sheet.pages.first() {
            results.insert((first.source.clone(), first.source_page), (sheet, pages));
        }
    }
    Ok(results)
}

/// The same out of the ledger, as decided.
fn of_ledger(ledger: &Ledger) -> Result<Results, Error> {
    let mut results = HashMap::new();
    for row in ledger.queue(u32::MAX)? {
        let id = BatchId(row.batch);
        let pages = ledger.pages(&id)?;
        for document in ledger.documents(&id)? {
            let Some(sheet) = document.sheet else { continue };
            let text = |i: &usize| {
                pages.get(*i).and_then(|p| p.text.as_ref()).map(|t| t.plain()).unwrap_or_default()
            };
            let texts = document.cut.pages.iter().map(text).collect();
            if let Some(first) = sheet.pages.first() {
                results.insert((first.source.clone(), first.source_page), (sheet, texts));
            }
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
