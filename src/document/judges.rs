//! Two judges, one verdict: the town's rules, and the model learned from its letters.
//!
//! The rules go first. The model may strengthen what they say, speak where they are silent, and object; it
//! never outvotes a rule, lowers a protection need or lets paper be destroyed. In doubt a person.

use super::asks;
use super::classify::{Kind, Score};
use crate::model::document::{Protection, Reason, ReviewReason, RunnerUp};
use crate::model::town::Decide;
use std::collections::BTreeMap;

/// Below this nobody would name the kind.
const NAMED: f32 = 0.5;
/// A model as sure as this is heard although the rules say something else.
const OBJECTS: f32 = 0.9;
/// A kind with so much of the confidence still asks for its protection.
const POSSIBLE: f32 = 0.2;
/// A kind as sure as this for itself is a rival, however far another is ahead: a remedy against a notice about dogs
/// speaks much of dogs. From 0.9 on one letter in thirty was asked about without need.
const RIVAL: f32 = 0.95;
/// Two judges that agree are not surer than this.
const AGREED: f32 = 0.99;

/// What the learned model says of a document.
#[derive(Clone, Copy, Debug)]
pub struct Learned<'a> {
    /// The kind it names.
    pub kind: &'a Kind,
    /// Its probability.
    pub share: f32,
    /// Version of the model.
    pub version: u32,
}

/// What kind it is, how sure, and why.
#[derive(Debug)]
pub struct Verdict<'a> {
    /// The kind, if one is named.
    pub kind: Option<&'a Kind>,
    /// 0 to 1.
    pub confidence: f32,
    /// What came second.
    pub runner_up: Option<RunnerUp>,
    /// Evidence, and what would have changed the verdict.
    pub reasons: Vec<Reason>,
    /// Why a person must say what kind it is.
    pub review: Vec<ReviewReason>,
    /// Versions of the kinds named and of the model, if it spoke.
    pub versions: BTreeMap<String, u32>,
    /// The rules alone would have asked: the paper is kept.
    pub learned: bool,
    /// The strictest need of all kinds it may be.
    pub protection: Protection,
}

/// Judges. `scores`: of the rules, best first.
pub fn judge<'a>(scores: &[Score<'a>], learned: Option<Learned<'a>>, decide: Decide) -> Verdict<'a> {
    let best = scores.first().filter(|s| s.confidence >= NAMED);
    let mut kind = best.map(|s| s.kind);
    let mut confidence = scores.first().map_or(0.0, |s| s.confidence);
    let mut second = scores.get(1).map(|s| (s.kind, s.confidence));
    let mut reasons: Vec<Reason> = scores.first().into_iter().flat_map(|s| s.reasons.clone()).collect();
    let mut review = Vec::new();
    let mut by_model = false;
    if let Some(model) = learned {
        let (name, version, share) = (&model.kind.name, model.version, model.share);
        let text = format!("Das gelernte Modell (Fassung {version}) nennt „{name}“ mit {share:.2}.");
        reasons.push(Reason::new("kind", "gelernt", text));
        match best {
            Some(rules) if rules.kind.id == model.kind.id => {
                by_model = confidence < threshold(rules.kind, decide);
                confidence = (1.0 - (1.0 - confidence) * (1.0 - share)).min(AGREED.max(confidence));
            }
            Some(rules) if share >= OBJECTS => {
                let text = format!("Die Regeln sagen „{}“, das gelernte Modell „{name}“.", rules.kind.name);
                review.push(asks("kind.judges_differ", text));
            }
            Some(_) => {}
            None => {
                let other = scores.iter().find(|s| s.kind.id != model.kind.id);
                second = other.map(|s| (s.kind, s.confidence));
                (kind, confidence, by_model) = (Some(model.kind), share, true);
            }
        }
    }
    let lead = confidence - second.map_or(0.0, |s| s.1);
    review.extend(doubts(kind, confidence, lead, second, decide));
    let decided = scores.iter().any(|s| s.decided);
    let rival = |s: &&Score<'_>| {
        s.alone >= RIVAL.max(threshold(s.kind, decide)) && kind.is_some_and(|k| k.id != s.kind.id)
    };
    if let Some(best) =
        best.filter(|best| !best.decided && review.is_empty() && learned.is_none() && best.one_line)
    {
        let text = format!("Für „{}“ spricht nur eine einzige Zeile.", best.kind.name);
        review.push(asks("kind.one_line", text));
    }
    if let Some(rival) = scores.iter().find(rival).filter(|_| !decided && review.is_empty()) {
        let text = format!("Für sich genommen wäre es auch „{}“ ({:.2}).", rival.kind.name, rival.alone);
        review.push(asks("kind.two", text));
    }
    if let Some(best) = best {
        reasons.extend(would_change(best, threshold(best.kind, decide)));
    }
    let possible = scores.iter().filter(|s| s.confidence >= POSSIBLE).map(|s| s.kind);
    let protection = possible.chain(kind).fold(Protection::default(), |all, k| all.strictest(k.protection));
    let runner_up = second.map(|(k, confidence)| RunnerUp { kind: k.id.clone(), confidence });
    let named = kind.into_iter().chain(second.map(|(k, _)| k)).map(|k| (k.id.clone(), k.version));
    let versions = named.chain(learned.map(|m| ("gelernt".to_owned(), m.version))).collect();
    Verdict { kind, confidence, runner_up, reasons, review, versions, learned: by_model, protection }
}

fn threshold(kind: &Kind, decide: Decide) -> f32 {
    kind.min_confidence.unwrap_or(decide.min_confidence)
}

fn doubts(
    kind: Option<&Kind>,
    confidence: f32,
    lead: f32,
    second: Option<(&Kind, f32)>,
    decide: Decide,
) -> Vec<ReviewReason> {
    let Some(kind) = kind else {
        return vec![asks("kind.unknown", "Keine Dokumentart passt deutlich genug.".into())];
    };
    let mut review = Vec::new();
    if confidence < threshold(kind, decide) || lead < decide.min_lead {
        let rival = second.map_or(String::new(), |(k, c)| format!(", danach „{}“ mit {c:.2}", k.name));
        review.push(asks("kind.unsure", format!("Am ehesten „{}“ ({confidence:.2}){rival}.", kind.name)));
    }
    if let Some(reason) = &kind.always_ask {
        let text = format!("„{}“ entscheidet immer ein Mensch: {reason}.", kind.name);
        review.push(asks("kind.always_ask", text));
    }
    review
}

/// What more or less evidence would have made of it.
fn would_change(best: &Score<'_>, threshold: f32) -> Option<Reason> {
    let needed = -(1.0 - threshold).max(1e-6).log2();
    let name = &best.kind.name;
    let text = if best.decided {
        return None;
    } else if best.evidence < needed {
        let missing = needed - best.evidence;
        format!("Bis zur Schwelle {threshold:.2} fehlten Belege mit dem Gewicht {missing:.1} für „{name}“.")
    } else {
        let heaviest = best
            .reasons
            .iter()
            .filter(|r| best.evidence - r.weight.unwrap_or(0.0) < needed)
            .max_by(|a, b| a.weight.unwrap_or(0.0).total_cmp(&b.weight.unwrap_or(0.0)))?;
        format!("Ohne die Regel „{}“ hätte ein Mensch entschieden (Schwelle {threshold:.2}).", heaviest.rule)
    };
    Some(Reason::new("kind", format!("{}@{}", best.kind.id, best.kind.version), text))
}
