//! What can be done: through the same functions as the pages, with the same refusals.

use super::{Caller, done};
use crate::ledger::InboxAct;
use crate::model::ids::DocumentId;
use crate::web::decide::{Approval, accepted, held_for, taken_back};
use crate::web::inbox::{own, pass_on};
use crate::web::trouble::Trouble;
use axum::body::Bytes;
use axum::response::Response;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// What was sent, or what is wrong with it.
fn sent<T: DeserializeOwned>(body: &Bytes) -> Result<T, Trouble> {
    serde_json::from_slice(body).map_err(|e| Trouble::Bad(format!("Das ist nicht, was erwartet wird: {e}.")))
}

/// Claims the document for this application, as a person who opens it does.
fn claimed(caller: &Caller, id: &DocumentId) -> Result<(), Trouble> {
    crate::web::review::in_review(&caller.visit, id)?;
    if caller.visit.desk.ledger.claim(id, &caller.visit.person.id)? {
        return Ok(());
    }
    Err(Trouble::Stale)
}

/// `POST /api/v1/review/{id}/approve`
pub async fn approve(caller: Caller, body: Bytes) -> Response {
    caller
        .work(move |caller| {
            let (id, approval) = (DocumentId(caller.of("id")), sent::<Approval>(&body)?);
            claimed(caller, &id)?;
            accepted(&caller.visit, &id, &approval)?;
            Ok(done())
        })
        .await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Code {
    code: String,
}

/// `POST /api/v1/review/{id}/hold`
pub async fn hold(caller: Caller, body: Bytes) -> Response {
    caller
        .work(move |caller| {
            let (id, code) = (DocumentId(caller.of("id")), sent::<Code>(&body)?.code);
            claimed(caller, &id)?;
            held_for(&caller.visit, &id, &code)?;
            Ok(done())
        })
        .await
}

/// `POST /api/v1/review/{id}/undo`
pub async fn undo(caller: Caller) -> Response {
    caller
        .work(|caller| {
            taken_back(&caller.visit, &DocumentId(caller.of("id")))?;
            Ok(done())
        })
        .await
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Step {
    note: String,
    to: String,
}

/// `POST /api/v1/inbox/{department}/{id}/{act}`
pub async fn inbox_act(caller: Caller, body: Bytes) -> Response {
    caller
        .work(move |caller| {
            let (visit, department) = (&caller.visit, caller.of("department"));
            let row = own(visit, &department, &caller.of("id"))?;
            let step: Step = if body.is_empty() { Step::default() } else { sent(&body)? };
            let act = match caller.of("act").as_str() {
                "take" => InboxAct::Take,
                "done" => InboxAct::Done,
                "return" => InboxAct::Return,
                "forward" => {
                    let from = (department.as_str(), &["new", "taken", "done"][..]);
                    pass_on(visit, &row, from, &step.to, &step.note)?;
                    return Ok(done());
                }
                _ => return Err(Trouble::NotFound),
            };
            let seen = row.person.clone().unwrap_or_default();
            let words = (seen.as_str(), step.note.as_str());
            visit.desk.ledger.inbox_act(&row.document, &department, act, words, &visit.person.id)?;
            Ok(done())
        })
        .await
}
