//! Review: what a person decides. Approved, held, taken back; the same for pages and programs.

use super::review::{fields, in_review, show};
use super::trouble::{Answer, Trouble};
use super::visit::{Posted, Visit, onwards};
use super::words;
use crate::document::{Correction, corrected};
use crate::error::Error;
use crate::ledger::Decided;
use crate::model::document::UNKNOWN_KIND;
use crate::model::ids::DocumentId;
use crate::model::refusal::Refusal;
use crate::model::state::DocumentState;
use axum::extract::Path;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What somebody says about a document that waits.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Id or name of the kind.
    pub kind: String,
    /// Id or name of the department; empty: the kind's own.
    #[serde(default)]
    pub department: String,
    /// Fields corrected or confirmed: name and value; an empty value takes the field away.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// Names of unsure fields that were looked at.
    #[serde(default)]
    pub seen: Vec<String>,
}

/// `POST /nachbearbeitung/{id}/freigeben`
pub async fn accept(Path(id): Path<String>, posted: Posted) -> Answer {
    let visit = posted.visit.clone();
    visit
        .work(move |visit| {
            let id = DocumentId(id);
            let approval = Approval {
                kind: posted.get("kind").to_owned(),
                department: posted.get("department").to_owned(),
                fields: posted.beginning("feld.").map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
                seen: posted.beginning("gesehen.").map(|(name, _)| name.to_owned()).collect(),
            };
            match accepted(visit, &id, &approval) {
                Ok(()) => Ok(onwards(&format!("/nachbearbeitung/weiter?zuletzt={id}"))),
                Err(Trouble::Bad(text)) => show(visit, &id, None, Some(text)),
                Err(other) => Err(other),
            }
        })
        .await
}

/// Approves it, if everything unsure was looked at and what was said exists.
pub fn accepted(visit: &Visit, id: &DocumentId, approval: &Approval) -> Result<(), Trouble> {
    let (desk, w) = (&visit.desk, visit.w);
    let (_, mut sheet) = in_review(visit, id)?;
    let unseen: Vec<&str> = sheet
        .understanding
        .fields
        .iter()
        .filter(|(name, f)| !f.sure && !approval.seen.contains(name))
        .map(|(name, _)| words::field(w.language, name))
        .collect();
    if !unseen.is_empty() {
        return Err(Trouble::Bad(format!("{} {}", w.unseen, unseen.join(", "))));
    }
    let kind = approval.kind.trim();
    let kind = if kind == w.unknown_kind {
        UNKNOWN_KIND.to_owned()
    } else {
        let known = desk.kinds().into_iter().find(|(id, name)| id == kind || name == kind);
        known.map(|(id, _)| id).ok_or_else(|| Trouble::Bad(format!("{} „{kind}“", w.no_such_kind)))?
    };
    let department = approval.department.trim();
    let department = match desk.meant(department) {
        Some(known) => Some(known.id.clone()),
        None if department.is_empty() => None,
        None => return Err(Trouble::Bad(format!("{} „{department}“", w.no_such_department))),
    };
    let shown = fields(visit, &sheet);
    let said = approval.fields.iter().filter(|(name, _)| shown.iter().any(|f| f.name == **name));
    let fields = said.map(|(name, value)| (name.clone(), value.clone())).collect();
    let correction = Correction { kind: Some(kind), department, fields };
    let departments: Vec<String> = desk.pipeline.departments.iter().map(|d| d.id.clone()).collect();
    let book = desk.rules.book_for(sheet.understanding.scan_mode, &desk.ledger, &desk.vault)?;
    let (decision, changed) =
        corrected(sheet.understanding, &correction, &book, &departments, &visit.person.id)
            .map_err(|refusal| Trouble::Bad(format!("{} {}", refusal.text, refusal.hint)))?;
    sheet.understanding = decision;
    let decided = Decided { sheet, then: DocumentState::Approved, changed, undo: desk.pipeline.desk.undo };
    Ok(desk.ledger.decided(id, decided, &visit.person.id)?)
}

/// `POST /nachbearbeitung/{id}/anhalten`
pub async fn hold(Path(id): Path<String>, posted: Posted) -> Answer {
    let visit = posted.visit.clone();
    visit
        .work(move |visit| {
            let id = DocumentId(id);
            held_for(visit, &id, posted.get("code"))?;
            Ok(onwards(&format!("/nachbearbeitung/weiter?zuletzt={id}")))
        })
        .await
}

/// Held for the circle of that code.
pub fn held_for(visit: &Visit, id: &DocumentId, code: &str) -> Result<(), Trouble> {
    let (_, mut sheet) = in_review(visit, id)?;
    let book = visit.desk.rules.book();
    if !book.hold_codes().any(|(known, _)| known == code) {
        return Err(Trouble::from(Error::Refused(Refusal::new(
            "review.hold",
            "Diesen Grund gibt es nicht.",
            "Einen aus der Liste wählen.",
        ))));
    }
    sheet.understanding.hold = Some(code.to_owned());
    sheet.understanding.targets.clear();
    let decided = Decided {
        sheet,
        then: DocumentState::Hold,
        changed: vec![format!("hold={code}")],
        undo: visit.desk.pipeline.desk.undo,
    };
    Ok(visit.desk.ledger.decided(id, decided, &visit.person.id)?)
}

/// `POST /nachbearbeitung/{id}/zurueck`: undo, as long as nothing has left.
pub async fn undo(Path(id): Path<String>, posted: Posted) -> Answer {
    let visit = posted.visit.clone();
    visit
        .work(move |visit| {
            let id = DocumentId(id);
            taken_back(visit, &id)?;
            Ok(onwards(&format!("/nachbearbeitung/{id}")))
        })
        .await
}

/// What this person did last to the document is as if it had not been: the cut, or else the decision.
pub fn taken_back(visit: &Visit, id: &DocumentId) -> Result<(), Trouble> {
    if visit.desk.ledger.undo_recut(id, &visit.person.id)? {
        return Ok(());
    }
    // Not by sight: who held a document by mistake may no longer see it, and still take that back.
    match visit.desk.ledger.take_back(id, &visit.person.id) {
        Ok(()) => Ok(()),
        Err(Error::Transition { .. }) => Err(Trouble::Bad(visit.w.too_late.into())),
        Err(other) => Err(other.into()),
    }
}
