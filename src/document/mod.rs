//! Text -> kind, fields, protection, target.
//!
//! In: the read pages of a document, the town's rule book. Out: a decision with
//! its reasons, or the reasons why a person must decide. The envelope is
//! judged before the letter: a held document is not proposed to anybody. Pure.

mod circle;
mod classify;
mod correct;
mod envelope;
mod fields;
mod holds;
mod inside;
mod judges;
pub mod learned;
mod orders;
mod route;
mod text;
mod told;
mod tray;
mod urgency;
mod ways;

pub use circle::keep_in_circle;
pub use classify::{HOLDS, Kind, MODEL, Phrase, RuleBook, RuleComplaint};
pub use correct::{Correction, corrected, normalised};
pub use envelope::{EnvelopePolicy, has_envelope_size};
pub use fields::{LAENDER, OfficeHours, office_minutes_between, working_days_between};
pub use orders::{file, obey};
pub use told::told;
pub use ways::{Desk, Redirect, Route, Who, ordered};

use classify::Matter;

use crate::model::document::{
    DocumentPages, Field, Need, Protection, Reason, Received, ReviewReason, ScanMode, TargetChoice,
    UNKNOWN_KIND, Understanding,
};
use crate::model::emptying::Emptying;
use crate::model::notes::Severity;
use crate::model::page::ReadPage;
use crate::model::town::Decide;
use regex::Regex;
use std::collections::BTreeMap;

/// A stamp read less well than this contradicts nobody.
const STAMP_READ: f32 = 0.8;

/// What of the town's configuration decides about documents.
#[derive(Clone, Debug, Default)]
pub struct TownRules {
    /// Thresholds.
    pub decide: Decide,
    /// Departments that exist.
    pub departments: Vec<String>,
    /// Department for what nobody recognises.
    pub central: String,
    /// Circles that exist.
    pub circles: Vec<String>,
    /// Patterns of the town's own references, value in group 1.
    pub own_references: Vec<Regex>,
    /// The Land whose holidays count for deadlines (`NW`, `BY` ...).
    pub land: Option<String>,
    /// Departments as letters name them.
    pub desks: Vec<Desk>,
    /// Sentences about where mail goes.
    pub routes: Vec<Route>,
    /// Mail that goes elsewhere for a time.
    pub redirects: Vec<Redirect>,
}

/// Decides.
pub fn understand(document: &DocumentPages<'_>, book: &RuleBook, town: &TownRules) -> Understanding {
    let lines = text::lines(&document.pages);
    let received = document.received.date.as_deref();
    let fields = fields::extract(&document.pages, &lines, town, received);
    let matter = Matter::new(&lines);
    let mut holds = book.holds().holds(&matter);
    let inside = inside::letters(&document.pages, town);
    for (page, lines) in &inside {
        let found = book.holds().holds(&Matter::new(lines)).into_iter();
        holds.extend(found.map(|(code, reason)| (code, Reason { page: Some(*page), ..reason })));
    }
    if let Some((code, _)) = holds.first() {
        return held(code.clone(), holds.into_iter().map(|(_, reason)| reason).collect());
    }
    let addressed = route::recipient(&matter, town);
    let verdict =
        judges::judge(&book.score(&matter, addressed.as_deref()), book.learned(&lines), town.decide);
    let (kind, mut review) = (verdict.kind, verdict.review);
    let mut reasons = verdict.reasons;
    let routed = route::route(
        &route::Case {
            matter: &matter,
            kind,
            fields: &fields,
            station: document.station,
            station_department: document.station_department,
            received,
            over_a3: document.pages.iter().any(|p| route::is_over_a3(&p.measured)),
        },
        town,
    );
    let asked = review.len();
    if routed.settled {
        review.retain(|r| !about_kind(r));
    }
    // Where it goes is settled, what it is was not: no paper goes on a guess.
    let guessed = review.len() < asked;
    review.extend(routed.ask.map(|sentence| asks("target.ask", sentence)));
    for target in routed.targets.iter().filter(|t| !town.departments.contains(&t.department)) {
        review.push(asks("target.unknown", format!("Das Amt „{}“ gibt es nicht.", target.department)));
    }
    review.extend(doubts(document));
    review.extend(inside.first().map(|(page, _)| ReviewReason {
        page: Some(*page),
        ..asks(
            "cut.letter_inside",
            format!("Auf Seite {page} scheint ein weiterer Brief zu beginnen: mit Anschrift und Anrede."),
        )
    }));
    review.extend(stamp_differs(&fields, document.received));
    review.extend(kind.and_then(|kind| other_office(kind, addressed.as_deref(), &routed.targets, town)));
    review.extend(kind.and_then(|kind| book.holds().asks(&matter, &kind.id)));
    let policy = kind.and_then(|k| k.envelope);
    let (stays, missing) = envelope::judge(policy, kind.map_or("", |k| &k.name), &document.pages, &fields);
    reasons.extend(stays);
    review.extend(missing);
    // Where the paper stays, a missing enclosure is said; where it may go, a person looks first.
    if let Some((text, page)) = envelope::enclosures(&matter, &document.pages) {
        match document.scan_mode {
            ScanMode::Replacing => {
                review.push(ReviewReason { page: Some(page), ..asks("enclosures.missing", text) });
            }
            ScanMode::Copying => {
                reasons.push(Reason { page: Some(page), ..Reason::new("enclosures", "count", text) });
            }
        }
    }
    let known = !review.iter().any(about_kind);
    review.extend(tray::judge(&matter, &document.pages, known));
    reasons.extend(routed.reasons);
    reasons.extend(
        Emptying::of_source(&document.received.source)
            .map(|e| Reason::new("received", "night_box", e.reason())),
    );
    reasons.extend(fields.get("deadline").zip(received).map(|(f, day)| {
        let text = format!("Fristvorschlag {}: „{}“, gerechnet ab Eingang {day}.", f.value, f.raw);
        Reason { page: Some(f.page), bounds: Some(f.bounds), ..Reason::new("deadline", "bgb.187-193", text) }
    }));
    let keeps = book.holds().keeps(&matter);
    let kept = !keeps.is_empty() || routed.copying || verdict.learned || guessed;
    let scan_mode = scan_mode(document, kind, kept, &mut reasons);
    reasons.extend(keeps);
    let urgent = urgency::reasons(kind, &fields, &matter, received, town);
    reasons.extend(urgent.iter().cloned());
    reasons.extend(kind.into_iter().flat_map(protection_reasons));
    Understanding {
        kind: kind.map_or(UNKNOWN_KIND.into(), |k| k.id.clone()),
        kind_confidence: verdict.confidence,
        runner_up: verdict.runner_up,
        targets: routed.targets,
        protection: verdict.protection,
        scan_mode,
        urgency: if routed.urgent || !urgent.is_empty() { "urgent" } else { "normal" }.into(),
        hold: None,
        review,
        fields,
        reasons,
        rule_versions: verdict.versions,
    }
}

/// Copying, unless the station replaces, the kind allows it and no rule keeps the paper.
fn scan_mode(
    document: &DocumentPages<'_>,
    kind: Option<&Kind>,
    kept: bool,
    reasons: &mut Vec<Reason>,
) -> ScanMode {
    let Some(kind) = kind else {
        reasons.push(Reason::new("paper", "kind", "Ohne erkannte Dokumentart bleibt das Papier."));
        return ScanMode::Copying;
    };
    if let Some(paper) = &kind.paper {
        let time = paper.days.map_or("dauerhaft".into(), |days| format!("mindestens {days} Tage"));
        let text = format!("Das Papier wird {time} aufbewahrt: {}", paper.reason);
        reasons.push(Reason::new("paper", format!("{}.paper", kind.id), text));
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
            Reason::new("protection", format!("{}.protection", kind.id), format!("{goal} {need}: {why}"))
        })
        .collect()
}

/// Whether a person is asked what kind it is.
fn about_kind(reason: &ReviewReason) -> bool {
    matches!(reason.code.as_str(), "kind.unknown" | "kind.unsure" | "kind.two" | "kind.one_line")
}

/// What the learned model sees of a document.
pub fn features(pages: &[&ReadPage]) -> learned::Features {
    learned::features(&text::lines(pages))
}

/// The same of a plain text, the first line being the subject.
pub fn features_of_text(text: &str) -> learned::Features {
    learned::features(&text::lines_of(text))
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
        rule_versions: BTreeMap::new(),
    }
}

/// The address names another office than the one that answers for the kind.
fn other_office(
    kind: &Kind,
    addressed: Option<&str>,
    targets: &[TargetChoice],
    town: &TownRules,
) -> Option<ReviewReason> {
    let office = addressed.filter(|office| *office != town.central)?;
    let goes_to = |department: &str| targets.iter().any(|target| target.department == department);
    let usual = kind.other_offices.iter().any(|other| other == "*" || other == office);
    if usual || goes_to(office) || !goes_to(&kind.department) {
        return None;
    }
    let text = format!("Angeschrieben ist „{office}“, „{}“ geht an „{}“.", kind.name, kind.department);
    Some(asks("recipient.differs", text))
}

fn asks(code: &str, text: String) -> ReviewReason {
    ReviewReason { code: code.into(), text, page: None }
}

/// The stamp only cross-checks the day of receipt that somebody stated; any day of an emptying agrees with it.
fn stamp_differs(fields: &BTreeMap<String, Field>, received: &Received) -> Option<ReviewReason> {
    let (stamp, day) = (fields.get("received_date")?, received.date.as_deref()?);
    let emptied = Emptying::of_source(&received.source);
    let agrees = stamp.value == day || emptied.is_some_and(|e| e.covers(&stamp.value));
    // A later stamp is a misread one or of another house; an earlier one may cost a deadline.
    let differs = !agrees && stamp.confidence >= STAMP_READ;
    differs.then(|| ReviewReason {
        code: "received.differs".into(),
        text: format!("Der Eingangsstempel sagt {}, der Stapel {day}.", stamp.value),
        page: Some(stamp.page),
    })
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
