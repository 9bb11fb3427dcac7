//! What is held: documents for those who may see them, batches for which somebody must say something.

use super::rights::REVIEWERS;
use super::trouble::{Answer, Trouble};
use super::visit::{Frame, Posted, Visit, html, onwards};
use super::words::{self, Words};
use crate::ledger::Decided;
use crate::model::emptying;
use crate::model::ids::{BatchId, DocumentId};
use crate::model::state::DocumentState;
use askama::Template;
use axum::extract::Path;
use std::time::Duration;

/// Held documents shown at once.
const ROWS_MAX: u32 = 200;

#[derive(Template)]
#[template(path = "held.html")]
struct HeldPage {
    w: &'static Words,
    frame: Frame,
    decides: bool,
    batches: Vec<(String, String)>,
    documents: Vec<Line>,
}

struct Line {
    id: String,
    batch: String,
    since: String,
    reason: String,
}

/// `GET /angehalten`
pub async fn page(visit: Visit) -> Answer {
    visit
        .work(|visit| {
            let ledger = &visit.desk.ledger;
            let mut batches = Vec::new();
            for (id, reason) in ledger.batches_held()? {
                if ledger.batch_for(&visit.sight, &id).is_ok() {
                    batches.push((id.0, reason));
                }
            }
            let rows = ledger.waiting(&visit.sight, DocumentState::Hold, &visit.person.id, "", ROWS_MAX)?;
            let documents = rows.into_iter().map(|row| Line {
                since: words::moment(visit.w.language, &row.since),
                batch: row.id.0.rsplit_once('-').map_or(String::new(), |(batch, _)| batch.to_owned()),
                reason: visit.desk.hold_text(&row.hold),
                id: row.id.0,
            });
            html(&HeldPage {
                w: visit.w,
                frame: visit.frame("/angehalten"),
                decides: decides(visit),
                batches,
                documents: documents.collect(),
            })
        })
        .await
}

/// Members of circles decide about what is theirs, whatever else they are.
fn decides(visit: &Visit) -> bool {
    REVIEWERS.admits(&visit.person) || !visit.sight.circles.is_empty()
}

/// `POST /angehalten/{id}/nachbearbeitung`: the hold was a mistake; a person decides what becomes of it.
pub async fn to_review(Path(id): Path<String>, posted: Posted) -> Answer {
    let visit = posted.visit.clone();
    visit
        .work(move |visit| {
            if !decides(visit) {
                return Err(Trouble::NotAllowed);
            }
            let id = DocumentId(id);
            let held = visit.desk.ledger.document_in(&visit.sight, &id, DocumentState::Hold)?;
            let Some(mut sheet) = held.and_then(|d| d.sheet) else { return Err(Trouble::NotFound) };
            sheet.understanding.hold = None;
            let decided = Decided {
                sheet,
                then: DocumentState::Review,
                changed: vec!["hold=-".into()],
                undo: Duration::ZERO,
            };
            visit.desk.ledger.decided(&id, decided, &visit.person.id)?;
            Ok(onwards("/angehalten"))
        })
        .await
}

/// `POST /angehalten/stapel/{id}`: a person says what was missing.
pub async fn batch_goes_on(Path(id): Path<String>, posted: Posted) -> Answer {
    let visit = posted.visit.clone();
    visit
        .work(move |visit| {
            let id = BatchId(id);
            visit.desk.ledger.batch_for(&visit.sight, &id)?;
            let (date, operator) = (posted.get("received"), posted.get("operator"));
            let today = jiff::Zoned::now().date();
            let received = (!date.is_empty())
                .then(|| emptying::received(date, "person", today))
                .transpose()
                .map_err(|refusal| Trouble::Bad(format!("{} {}", refusal.text, refusal.hint)))?;
            if !operator.is_empty() && !visit.desk.pipeline.names(operator) {
                return Err(Trouble::Bad(format!("„{operator}“ ist niemand, den die Stadt nennt.")));
            }
            let operator = (!operator.is_empty()).then(|| operator.to_owned());
            visit.desk.ledger.batch_released(&id, received, operator, &visit.person.id)?;
            Ok(onwards("/angehalten"))
        })
        .await
}
