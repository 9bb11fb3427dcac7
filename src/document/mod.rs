//! Text -> kind, fields, protection, target.
//!
//! In: the read pages of a document, the town's rule book. Out: a decision with
//! its reasons, or the reasons why a person must decide. The envelope is
//! judged before the letter: a held document is not proposed to anybody. Pure.

mod correct;
mod fields;
mod orders;
mod rules;
mod text;

pub use correct::{Correction, corrected, normalised};
pub use orders::obey;
pub use rules::{Kind, RuleBook, RuleComplaint};

use crate::model::document::{
    DocumentPages, Need, Protection, Reason, ReviewReason, Role, RunnerUp, ScanMode, TargetChoice,
    UNKNOWN_KIND, Understanding,
};
use crate::model::notes::Severity;
use crate::model::town::Decide;
use std::collections::BTreeMap;

/// What of the town's configuration decides about documents.
#[derive(Clone, Debug)]
pub struct TownRules {
    /// Thresholds.
    pub decide: Decide,
    /// Departments that exist.
    pub departments: Vec<String>,
    /// Department for what nobody recognises.
    pub central: String,
    /// Regular expressions of the town's own references, value in group 1.
    pub own_references: Vec<String>,
}

/// Decides.
pub fn understand(document: &DocumentPages<'_>, book: &RuleBook, town: &TownRules) -> Understanding {
    let lines = text::lines(&document.pages);
    let received = document.received.date.as_deref();
    let fields = fields::extract(&document.pages, &lines, &town.own_references, received);
    let mut reasons = Vec::new();
    if let Some((code, reason)) = book.hold(&lines) {
        return held(code, reason);
    }
    let scores = book.score(&lines);
    let best = scores.first();
    let second = scores.get(1);
    let confidence = best.map_or(0.0, |s| s.confidence);
    let lead = confidence - second.map_or(0.0, |s| s.confidence);
    let mut review = Vec::new();
    let known = best.filter(|s| s.confidence >= 0.5);
    match known {
        None => review.push(asks("kind.unknown", "Keine Dokumentart passt deutlich genug.".into())),
        Some(s) if confidence < town.decide.min_confidence || lead < town.decide.min_lead => {
            let rival = second
                .map_or(String::new(), |r| format!(", danach „{}“ mit {:.2}", r.kind.name, r.confidence));
            review
                .push(asks("kind.unsure", format!("Am ehesten „{}“ ({confidence:.2}){rival}.", s.kind.name)));
        }
        Some(_) => {}
    }
    let kind = known.map(|s| s.kind);
    reasons.extend(best.into_iter().flat_map(|s| s.reasons.clone()));
    let target = target(document, kind, town);
    if !town.departments.contains(&target.department) {
        review.push(asks("target.unknown", format!("Das Amt „{}“ gibt es nicht.", target.department)));
    }
    review.extend(doubts(document));
    reasons.push(Reason {
        about: "target".into(),
        rule: kind.map_or("central".into(), |k| format!("{}.department", k.id)),
        text: target.reason.clone(),
        weight: None,
        page: None,
        bounds: None,
    });
    Understanding {
        kind: kind.map_or(UNKNOWN_KIND.into(), |k| k.id.clone()),
        kind_confidence: confidence,
        runner_up: second.map(|s| RunnerUp { kind: s.kind.id.clone(), confidence: s.confidence }),
        targets: vec![target],
        protection: kind.map(|k| k.protection).unwrap_or_default(),
        scan_mode: match kind {
            // An unknown kind keeps its paper.
            Some(k) if k.replacing_allowed => document.scan_mode,
            _ => ScanMode::Copying,
        },
        urgency: if kind.is_some_and(|k| k.urgent) { "urgent" } else { "normal" }.into(),
        hold: None,
        review,
        fields,
        reasons,
    }
}

/// What must not be opened: nothing of its words stays, nothing leaves, no proposal is made.
fn held(code: String, reason: Reason) -> Understanding {
    let review = vec![ReviewReason { code: code.clone(), text: reason.text.clone(), page: reason.page }];
    Understanding {
        kind: UNKNOWN_KIND.into(),
        kind_confidence: 0.0,
        runner_up: None,
        targets: Vec::new(),
        protection: Protection { confidentiality: Need::Hoch, ..Protection::default() },
        scan_mode: ScanMode::Copying,
        urgency: "normal".into(),
        hold: Some(code),
        review,
        fields: BTreeMap::new(),
        reasons: vec![reason],
    }
}

fn asks(code: &str, text: String) -> ReviewReason {
    ReviewReason { code: code.into(), text, page: None }
}

/// Kind first, then the station's default, then the central review.
fn target(document: &DocumentPages<'_>, kind: Option<&Kind>, town: &TownRules) -> TargetChoice {
    let (department, reason) = match (kind, document.station_department) {
        (Some(kind), _) => (kind.department.as_str(), format!("„{}“ geht an dieses Amt.", kind.name)),
        (None, Some(station)) => (station, "Vorgabe der Scanstation.".to_owned()),
        (None, None) => {
            (town.central.as_str(), "Nichts anderes hat entschieden: zentrale Nachbearbeitung.".to_owned())
        }
    };
    TargetChoice { department: department.into(), role: Role::Lead, reason }
}

/// Doubts of the pages that a person must settle.
fn doubts(document: &DocumentPages<'_>) -> Vec<ReviewReason> {
    let mut review = Vec::new();
    for (page, number) in document.pages.iter().zip(1u32..) {
        for note in page.measured.notes.iter().filter(|n| n.severity == Severity::Review) {
            review.push(ReviewReason {
                code: note.code.clone(),
                text: note.text.clone(),
                page: Some(number),
            });
        }
    }
    review
}

#[cfg(test)]
mod tests;
