//! The second judge: a linear model on hashed word and character n-grams, trained by the town.
//!
//! In: letters with their kinds. Out: a model that gives each kind it knows a calibrated probability, and
//! abstains below the kind's own threshold. Training draws no chance: the same letters give the same model.
//! What it may do is decided in `judges`: it never speaks louder than a rule.

use super::text::{Line, Zone};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of the features; a model of another version says nothing about ours.
pub const FEATURES: u32 = 1;
/// Kinds with fewer letters are not learned.
pub const LETTERS_MIN: usize = 5;
/// Buckets of the hash, a power of two.
const BUCKETS: u32 = 1 << 16;
/// Times every letter is shown.
const EPOCHS: usize = 24;
/// Step of the descent (AdaGrad).
const STEP: f32 = 0.5;
/// Pulls weights to zero.
const DECAY: f32 = 1e-4;
/// Parts of the cross-validation that calibrates.
const FOLDS: usize = 5;
/// No kind answers below this probability.
const FLOOR: f32 = 0.5;

/// Sparse features of a letter, L2 norm 1, by bucket.
pub type Features = Vec<(u32, f32)>;

/// A letter and what it is.
#[derive(Clone, Debug)]
pub struct Example {
    /// Kind id.
    pub kind: String,
    /// Its features.
    pub features: Features,
}

/// A trained model, as its file holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// [`FEATURES`] it was trained with.
    pub features: u32,
    /// Counts up with every training.
    pub version: u32,
    /// Letters it was trained with.
    pub letters: usize,
    /// Slope and offset from margin to log-odds.
    calibration: [f32; 2],
    kinds: Vec<Learned>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Learned {
    id: String,
    bias: f32,
    /// Probability below which it abstains.
    threshold: f32,
    /// Bucket and weight, by bucket.
    weights: Vec<(u32, f32)>,
}

/// How a training went, by cross-validation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trial {
    /// Letters of learned kinds.
    pub letters: usize,
    /// Named right above the threshold.
    pub right: usize,
    /// Named wrong above the threshold.
    pub wrong: usize,
}

/// Why a model cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// No model at all.
    Damaged(String),
    /// Of other features.
    OtherVersion(u32),
}

/// Words, pairs of words and pieces of words, each once for the subject and once for the whole.
pub fn features(lines: &[Line]) -> Features {
    let mut counts: BTreeMap<u32, f32> = BTreeMap::new();
    let mut add = |text: &[&str]| *counts.entry(bucket(text)).or_default() += 1.0;
    for line in lines {
        let words: Vec<&str> = line.folded.split(' ').filter(|w| w.len() >= 3 && !is_number(w)).collect();
        for (i, word) in words.iter().enumerate() {
            add(&["w", word]);
            if line.is_in(Zone::Subject) {
                add(&["s", word]);
            }
            if let Some(next) = words.get(i + 1) {
                add(&["p", word, next]);
            }
            let bytes = word.as_bytes();
            for piece in bytes.windows(5) {
                if let Ok(piece) = std::str::from_utf8(piece) {
                    add(&["c", piece]);
                }
            }
        }
    }
    let mut features: Features = counts.into_iter().map(|(b, n)| (b, 1.0 + n.ln())).collect();
    let norm = features.iter().map(|(_, v)| v * v).sum::<f32>().sqrt().max(1e-6);
    features.iter_mut().for_each(|(_, v)| *v /= norm);
    features
}

fn is_number(word: &str) -> bool {
    word.bytes().filter(u8::is_ascii_digit).count() * 2 > word.len()
}

/// FNV-1a of the parts.
fn bucket(parts: &[&str]) -> u32 {
    let mut hash: u32 = 0x811c_9dc5;
    for byte in parts.iter().flat_map(|p| p.bytes().chain([0])) {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    (hash ^ hash >> 16) & (BUCKETS - 1)
}

/// Trains on all examples; `None` if no kind has enough.
pub fn train(examples: &[Example], version: u32) -> Option<(Model, Trial)> {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for example in examples {
        *count.entry(&example.kind).or_default() += 1;
    }
    let kinds: Vec<&str> = count.into_iter().filter(|(_, n)| *n >= LETTERS_MIN).map(|(k, _)| k).collect();
    if kinds.is_empty() {
        return None;
    }
    // Margins of letters that the part of the model had not seen.
    let mut margins: Vec<(usize, usize, f32)> = Vec::new();
    for fold in 0..FOLDS {
        let others: Vec<&Example> =
            examples.iter().enumerate().filter(|(i, _)| i % FOLDS != fold).map(|(_, e)| e).collect();
        for (k, kind) in kinds.iter().enumerate() {
            let learned = descend(&others, kind);
            let unseen = examples.iter().enumerate().filter(|(i, _)| i % FOLDS == fold);
            margins.extend(unseen.map(|(i, e)| (i, k, learned.margin(&e.features))));
        }
    }
    let is = |i: usize, k: usize| examples[i].kind == kinds[k];
    let calibration = calibrate(margins.iter().map(|&(i, k, m)| (m, is(i, k))));
    let threshold = |k: usize| {
        let wrong = margins.iter().filter(|&&(i, kk, _)| kk == k && !is(i, k));
        let highest = wrong.map(|&(_, _, m)| probability(m, calibration)).fold(0.0, f32::max);
        highest.clamp(FLOOR, 0.99)
    };
    let thresholds: Vec<f32> = (0..kinds.len()).map(threshold).collect();
    let mut trial = Trial::default();
    for (i, example) in examples.iter().enumerate() {
        let own = margins.iter().filter(|m| m.0 == i);
        let best = own.max_by(|a, b| a.2.total_cmp(&b.2));
        let known = kinds.contains(&example.kind.as_str());
        trial.letters += usize::from(known);
        if let Some(&(_, k, _)) = best.filter(|b| probability(b.2, calibration) > thresholds[b.1]) {
            trial.right += usize::from(is(i, k));
            trial.wrong += usize::from(!is(i, k));
        }
    }
    let all: Vec<&Example> = examples.iter().collect();
    let kinds = kinds
        .iter()
        .zip(thresholds)
        .map(|(kind, threshold)| Learned { threshold, ..descend(&all, kind) })
        .collect();
    Some((Model { features: FEATURES, version, letters: examples.len(), calibration, kinds }, trial))
}

/// Logistic regression of one kind against all others.
fn descend(examples: &[&Example], kind: &str) -> Learned {
    let positive = examples.iter().filter(|e| e.kind == kind).count().max(1);
    let heavier = ((examples.len() - positive.min(examples.len())) as f32 / positive as f32).sqrt().max(1.0);
    let (mut weights, mut squares) = (vec![0.0f32; BUCKETS as usize], vec![1e-4f32; BUCKETS as usize]);
    let (mut bias, mut bias_square) = (0.0f32, 1e-4f32);
    for _ in 0..EPOCHS {
        for example in examples {
            let is = example.kind == kind;
            let margin = bias + example.features.iter().map(|&(b, v)| weights[b as usize] * v).sum::<f32>();
            let error = sigmoid(margin) - if is { 1.0 } else { 0.0 };
            let error = error * if is { heavier } else { 1.0 };
            for &(b, v) in &example.features {
                let b = b as usize;
                let gradient = error * v + DECAY * weights[b];
                squares[b] += gradient * gradient;
                weights[b] -= STEP * gradient / squares[b].sqrt();
            }
            bias_square += error * error;
            bias -= 0.1 * STEP * error / bias_square.sqrt();
        }
    }
    let kept = weights.iter().zip(0u32..).filter(|(w, _)| w.abs() > 1e-3).map(|(&w, b)| (b, w)).collect();
    Learned { id: kind.to_owned(), bias, threshold: FLOOR, weights: kept }
}

/// Slope and offset that make margins probabilities (Platt), with his softened goals.
fn calibrate(margins: impl Iterator<Item = (f32, bool)>) -> [f32; 2] {
    let margins: Vec<(f32, bool)> = margins.collect();
    let right = margins.iter().filter(|m| m.1).count() as f32;
    let wrong = margins.len() as f32 - right;
    let goal = |is: bool| if is { (right + 1.0) / (right + 2.0) } else { 1.0 / (wrong + 2.0) };
    let [mut slope, mut offset] = [1.0f32, 0.0f32];
    for _ in 0..400 {
        let (mut by_slope, mut by_offset) = (0.0, 0.0);
        for &(m, is) in &margins {
            // Both sides weigh the same: letters of other kinds are many.
            let weight = if is { 0.5 / right.max(1.0) } else { 0.5 / wrong.max(1.0) };
            let error = (sigmoid(slope * m + offset) - goal(is)) * weight;
            by_slope += error * m;
            by_offset += error;
        }
        slope = (slope - 2.0 * by_slope).clamp(0.1, 20.0);
        offset = (offset - 2.0 * by_offset).clamp(-10.0, 10.0);
    }
    [slope, offset]
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

fn probability(margin: f32, [slope, offset]: [f32; 2]) -> f32 {
    sigmoid(slope * margin + offset)
}

impl Learned {
    fn margin(&self, features: &Features) -> f32 {
        let weight = |bucket: u32| {
            self.weights.binary_search_by_key(&bucket, |w| w.0).map_or(0.0, |at| self.weights[at].1)
        };
        self.bias + features.iter().map(|&(b, v)| weight(b) * v).sum::<f32>()
    }
}

impl Model {
    /// Out of a file.
    pub fn parse(text: &str) -> Result<Self, Unusable> {
        #[derive(Deserialize)]
        struct Head {
            features: u32,
        }
        let damaged = |e: serde_json::Error| Unusable::Damaged(e.to_string());
        let head: Head = serde_json::from_str(text).map_err(damaged)?;
        if head.features != FEATURES {
            return Err(Unusable::OtherVersion(head.features));
        }
        serde_json::from_str(text).map_err(damaged)
    }

    /// The kind it would name and its probability; `None` where it abstains.
    pub fn judge(&self, features: &Features) -> Option<(&str, f32)> {
        let each = self.kinds.iter().map(|k| (k, probability(k.margin(features), self.calibration)));
        let (kind, share) = each.max_by(|a, b| a.1.total_cmp(&b.1))?;
        (share > kind.threshold).then_some((kind.id.as_str(), share))
    }

    /// Kinds it knows.
    pub fn kinds(&self) -> impl Iterator<Item = &str> {
        self.kinds.iter().map(|k| k.id.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::text::lines_of;

    fn example(kind: &str, text: &str) -> Example {
        Example { kind: kind.into(), features: features(&lines_of(text)) }
    }

    fn letters() -> Vec<Example> {
        let mut out = Vec::new();
        for n in 0..10 {
            let bees =
                format!("Anzeige meiner Bienenstöcke\nIch halte {n} Bienenvölker am Waldrand, Imkerei.");
            out.push(example("bienen", &bees));
            let dogs = format!("Anmeldung meines Hundes\nSeit Mai {n} halte ich einen Hund, Mischling.");
            out.push(example("hundesteuer", &dogs));
            out.push(example("rechnung", &format!("Rechnung Nr. {n}\nWir berechnen Ihnen den Betrag.")));
        }
        out
    }

    #[test]
    fn the_eleventh_letter_of_a_new_kind_is_recognised() {
        let (model, trial) = train(&letters(), 1).unwrap();
        assert_eq!((trial.letters, trial.wrong), (30, 0));
        let eleventh =
            features(&lines_of("Bienenhaltung\nHiermit zeige ich die Haltung von Bienenvölkern an."));
        assert_eq!(model.judge(&eleventh).map(|j| j.0), Some("bienen"));
        let other = features(&lines_of("Einladung zum Konzert\nDer Chor singt im Rathaus."));
        assert_eq!(model.judge(&other), None);
        assert_eq!(train(&letters(), 1).unwrap().0, model);
    }

    #[test]
    fn a_file_comes_back_and_another_version_is_named() {
        let (model, _) = train(&letters(), 3).unwrap();
        let text = serde_json::to_string(&model).unwrap();
        assert_eq!(Model::parse(&text).unwrap(), model);
        let other = text.replacen("\"features\":1", "\"features\":7", 1);
        assert_eq!(Model::parse(&other), Err(Unusable::OtherVersion(7)));
        assert!(matches!(Model::parse("{"), Err(Unusable::Damaged(_))));
    }
}
