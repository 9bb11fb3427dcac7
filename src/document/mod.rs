//! Text -> kind, fields, protection, target.
//!
//! In: the read pages of a document, the town's rule book. Out: a decision with
//! its reasons, or the reasons why a person must decide. The envelope is
//! judged before the letter: a held document is not proposed to anybody. Pure.

mod classify;
mod correct;
mod fields;
mod holds;
mod orders;
mod text;

pub use classify::{Kind, RuleBook, RuleComplaint};
pub use correct::{Correction, corrected, normalised};
pub use orders::obey;

use classify::{Matter, Score};

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
    let matter = Matter::new(&lines);
    let holds = book.holds().holds(&matter);
    if let Some((code, _)) = holds.first() {
        return held(code.clone(), holds.into_iter().map(|(_, reason)| reason).collect());
    }
    let mut reasons = Vec::new();
    let scores = book.score(&matter);
    let best = scores.first();
    let second = scores.get(1);
    let confidence = best.map_or(0.0, |s| s.confidence);
    let lead = confidence - second.map_or(0.0, |s| s.confidence);
    let known = best.filter(|s| s.confidence >= 0.5);
    let mut review = kind_doubts(known, second, lead, town);
    let kind = known.map(|s| s.kind);
    reasons.extend(best.into_iter().flat_map(|s| s.reasons.clone()));
    let target = target(document, kind, town);
    if !town.departments.contains(&target.department) {
        review.push(asks("target.unknown", format!("Das Amt „{}“ gibt es nicht.", target.department)));
    }
    review.extend(doubts(document));
    reasons.push(because(
        "target",
        kind.map_or("central".into(), |k| format!("{}.department", k.id)),
        target.reason.clone(),
    ));
    let mut targets = vec![target];
    for copy in kind.map_or(&[][..], |k| &k.copies).iter().filter(|c| town.departments.contains(c)) {
        if targets.iter().all(|t| t.department != *copy) {
            let reason = "Liest bei dieser Dokumentart mit.".to_owned();
            targets.push(TargetChoice { department: copy.clone(), role: Role::Copy, reason });
        }
    }
    let keeps = book.holds().keeps(&matter);
    let scan_mode = scan_mode(document, kind, !keeps.is_empty(), &mut reasons);
    reasons.extend(keeps);
    reasons.extend(kind.into_iter().flat_map(protection_reasons));
    Understanding {
        kind: kind.map_or(UNKNOWN_KIND.into(), |k| k.id.clone()),
        kind_confidence: confidence,
        runner_up: second.map(|s| RunnerUp { kind: s.kind.id.clone(), confidence: s.confidence }),
        targets,
        protection: kind.map(|k| k.protection).unwrap_or_default(),
        scan_mode,
        urgency: if kind.is_some_and(|k| k.urgent) { "urgent" } else { "normal" }.into(),
        hold: None,
        review,
        fields,
        reasons,
    }
}

/// Why a person must say what kind it is, if one must.
fn kind_doubts(
    known: Option<&Score<'_>>,
    second: Option<&Score<'_>>,
    lead: f32,
    town: &TownRules,
) -> Vec<ReviewReason> {
    let Some(best) = known else {
        return vec![asks("kind.unknown", "Keine Dokumentart passt deutlich genug.".into())];
    };
    let (kind, confidence) = (best.kind, best.confidence);
    let mut review = Vec::new();
    if confidence < kind.min_confidence.unwrap_or(town.decide.min_confidence) || lead < town.decide.min_lead {
        let rival =
            second.map_or(String::new(), |r| format!(", danach „{}“ mit {:.2}", r.kind.name, r.confidence));
        review.push(asks("kind.unsure", format!("Am ehesten „{}“ ({confidence:.2}){rival}.", kind.name)));
    }
    if let Some(reason) = &kind.always_ask {
        review
            .push(asks("kind.always_ask", format!("„{}“ entscheidet immer ein Mensch: {reason}", kind.name)));
    }
    review
}

/// Copying, unless the station replaces, the kind allows it and no rule keeps the paper.
fn scan_mode(
    document: &DocumentPages<'_>,
    kind: Option<&Kind>,
    kept: bool,
    reasons: &mut Vec<Reason>,
) -> ScanMode {
    let Some(kind) = kind else {
        reasons.push(because("paper", "kind".into(), "Ohne erkannte Dokumentart bleibt das Papier.".into()));
        return ScanMode::Copying;
    };
    if let Some(paper) = &kind.paper {
        let time = paper.days.map_or("dauerhaft".into(), |days| format!("mindestens {days} Tage"));
        let text = format!("Das Papier wird {time} aufbewahrt: {}", paper.reason);
        reasons.push(because("paper", format!("{}.paper", kind.id), text));
    }
    if kind.replacing_allowed && !kept { document.scan_mode } else { ScanMode::Copying }
}

/// Why the need for protection is more than normal, goal by goal.
fn protection_reasons(kind: &Kind) -> Vec<Reason> {
    let needs = [
        ("Integrität", kind.protection.integrity),
        ("Vertraulichkeit", kind.protection.confidentiality),
        ("Verfügbarkeit", kind.protection.availability),
    ];
    let rated = needs.iter().zip(&kind.protection_reasons).filter(|((_, need), _)| *need > Need::Normal);
    rated
        .map(|((goal, need), why)| {
            let need = if *need == Need::Hoch { "hoch" } else { "sehr hoch" };
            because("protection", format!("{}.protection", kind.id), format!("{goal} {need}: {why}"))
        })
        .collect()
}

/// A reason without a place on the paper.
fn because(about: &str, rule: String, text: String) -> Reason {
    Reason { about: about.into(), rule, text, weight: None, page: None, bounds: None }
}

/// What must not be opened: nothing of its words stays, nothing leaves, no proposal is made.
/// The first reason decides; all are shown.
fn held(code: String, reasons: Vec<Reason>) -> Understanding {
    let first = reasons.first();
    let review = vec![ReviewReason {
        code: code.clone(),
        text: first.map(|r| r.text.clone()).unwrap_or_default(),
        page: first.and_then(|r| r.page),
    }];
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
        reasons,
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
