//! What can be read: what this application may see, and nothing of anything else.

use super::{Caller, told};
use crate::ledger::{InboxRow, Wanted};
use crate::model::document::DocumentSheet;
use crate::model::ids::{BatchId, DocumentId};
use crate::model::state::DocumentState;
use crate::web::history::{noted, send};
use crate::web::trouble::Trouble;
use axum::response::Response;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Rows of one answer.
const ROWS_MAX: u32 = 100;

/// A document as programs see it.
#[derive(Debug, Serialize)]
struct Document {
    id: String,
    batch: String,
    state: String,
    kind: String,
    department: Option<String>,
    received: Option<String>,
    urgency: Option<String>,
    hold: Option<String>,
    pages: usize,
    fields: BTreeMap<String, Fact>,
}

#[derive(Debug, Serialize)]
struct Fact {
    value: String,
    sure: bool,
    confidence: f32,
}

fn facts(sheet: &DocumentSheet) -> BTreeMap<String, Fact> {
    let fact = |f: &crate::model::document::Field| Fact {
        value: f.value.clone(),
        sure: f.sure,
        confidence: f.confidence,
    };
    sheet.understanding.fields.iter().map(|(name, field)| (name.clone(), fact(field))).collect()
}

/// `GET /api/v1/overview`
pub async fn overview(caller: Caller) -> Response {
    caller
        .work(|caller| {
            let desk = &caller.visit.desk;
            let targets: Vec<String> = desk.pipeline.targets.iter().map(|t| t.id.clone()).collect();
            let live = desk.ledger.live(&crate::web::live::midnight(), &targets)?;
            told(&json!({
                "documents": live.documents,
                "batches_in_work": live.in_work_count,
                "batches_held": live.batches_held,
                "pages_waiting": live.pages_waiting,
                "oldest_review": live.oldest_review,
                "deliveries_in_trouble": live.stuck.len(),
            }))
        })
        .await
}

/// `GET /api/v1/batches`
pub async fn batches(caller: Caller) -> Response {
    caller
        .work(|caller| {
            let before = Some(caller.asked("before")).filter(|b| !b.is_empty());
            let rows = caller.visit.desk.ledger.batches_for(&caller.visit.sight, before, ROWS_MAX)?;
            let row = |row: crate::ledger::QueueRow| {
                json!({
                    "id": row.batch, "state": row.state, "station": row.station, "file": row.file_name,
                    "taken_at": row.taken_at, "pages": row.pages, "pages_read": row.pages_read,
                    "documents": row.documents.iter().map(|d| d[0].clone()).collect::<Vec<_>>(),
                })
            };
            told(&json!({ "batches": rows.into_iter().map(row).collect::<Vec<Value>>() }))
        })
        .await
}

/// `GET /api/v1/batches/{id}`
pub async fn batch(caller: Caller) -> Response {
    caller
        .work(|caller| {
            let (ledger, sight) = (&caller.visit.desk.ledger, &caller.visit.sight);
            let batch = ledger.batch_for(sight, &BatchId(caller.of("id")))?;
            let documents = ledger.documents_of(sight, &batch.id)?;
            told(&json!({
                "id": batch.id, "state": batch.state, "station": batch.station, "file": batch.file_name,
                "sha256": batch.hash.hex(), "taken_at": batch.taken_at, "received": batch.received_date,
                "documents": documents.into_iter().map(|[id, ..]| id).collect::<Vec<_>>(),
            }))
        })
        .await
}

/// `GET /api/v1/documents`
pub async fn documents(caller: Caller) -> Response {
    caller
        .work(|caller| {
            let date = |name: &str| match caller.asked(name) {
                "" => Ok(String::new()),
                text => text
                    .parse::<jiff::civil::Date>()
                    .map(|d| d.to_string())
                    .map_err(|_| Trouble::Bad(format!("„{text}“ ist kein Datum. JJJJ-MM-TT schreiben."))),
            };
            let before = match caller.asked("before") {
                "" => i64::MAX,
                text => {
                    text.parse().map_err(|_| Trouble::Bad(format!("before: „{text}“ ist keine Zahl.")))?
                }
            };
            let wanted = Wanted {
                text: caller.asked("text").into(),
                sender: caller.asked("sender").into(),
                number: caller.asked("number").into(),
                kind: caller.asked("kind").into(),
                from: date("from")?,
                to: date("to")?,
            };
            let rows = caller.visit.desk.ledger.search(&caller.visit.sight, &wanted, before, ROWS_MAX)?;
            let next = rows.last().filter(|_| rows.len() == ROWS_MAX as usize).map(|last| last.number);
            let row = |row: crate::ledger::Found| {
                json!({
                    "id": row.id, "batch": row.batch, "state": row.state, "kind": row.kind,
                    "department": row.department, "received": Some(row.received).filter(|r| !r.is_empty()),
                    "sender": row.sender, "subject": row.subject,
                })
            };
            told(&json!({ "documents": rows.into_iter().map(row).collect::<Vec<Value>>(), "next": next }))
        })
        .await
}

/// `GET /api/v1/documents/{id}`
pub async fn document(caller: Caller) -> Response {
    caller
        .work(|caller| {
            let visit = &caller.visit;
            let row = visit.desk.ledger.document_for(&visit.sight, &DocumentId(caller.of("id")))?;
            if noted(visit, &row) {
                visit.desk.ledger.seen(&row.id, &visit.person.id)?;
            }
            let decision = row.sheet.as_ref().map(|s| &s.understanding);
            told(&Document {
                id: row.id.0.clone(),
                batch: row.batch.0.clone(),
                state: row.state.text().to_owned(),
                kind: decision.map_or(String::new(), |d| d.kind.clone()),
                department: row.department.clone(),
                received: row.sheet.as_ref().and_then(|s| s.received.date.clone()),
                urgency: decision.map(|d| d.urgency.clone()),
                hold: decision.and_then(|d| d.hold.clone()),
                pages: row.cut.pages.len(),
                fields: row.sheet.as_ref().map(facts).unwrap_or_default(),
            })
        })
        .await
}

/// `GET /api/v1/documents/{id}/events`
pub async fn events(caller: Caller) -> Response {
    caller
        .work(|caller| {
            let (ledger, sight) = (&caller.visit.desk.ledger, &caller.visit.sight);
            let row = ledger.document_for(sight, &DocumentId(caller.of("id")))?;
            let event = |e: crate::ledger::EventRow| {
                json!({ "at": e.at, "code": e.code, "subject": e.subject, "detail": e.detail })
            };
            let events = ledger.events(&row.id.0)?.into_iter().map(event).collect::<Vec<Value>>();
            told(&json!({ "events": events }))
        })
        .await
}

/// `GET /api/v1/documents/{id}/files/{file}`
pub async fn file(caller: Caller) -> Response {
    caller
        .work(|caller| {
            let visit = &caller.visit;
            let row = visit.desk.ledger.document_for(&visit.sight, &DocumentId(caller.of("id")))?;
            if noted(visit, &row) {
                visit.desk.ledger.seen(&row.id, &visit.person.id)?;
            }
            send(visit, &row, &caller.of("file"))
        })
        .await
}

/// `GET /api/v1/batches/{id}/pages/{number}/image`
pub async fn image(caller: Caller) -> Response {
    caller
        .work(|caller| {
            let number = caller.of("number").parse().map_err(|_| Trouble::NotFound)?;
            crate::web::picture::screen(&caller.visit, &BatchId(caller.of("id")), number)
        })
        .await
}

/// `GET /api/v1/review`
pub async fn review(caller: Caller) -> Response {
    caller
        .work(|caller| {
            let visit = &caller.visit;
            let (person, after) = (&visit.person.id, caller.asked("after"));
            let rows =
                visit.desk.ledger.waiting(&visit.sight, DocumentState::Review, person, after, ROWS_MAX)?;
            let row = |row: crate::ledger::Waiting| {
                json!({
                    "id": row.id, "since": row.since, "kind": row.kind, "department": row.department,
                    "taken": row.taken,
                })
            };
            told(&json!({ "documents": rows.into_iter().map(row).collect::<Vec<Value>>() }))
        })
        .await
}

/// `GET /api/v1/inbox/{department}`
pub async fn inbox(caller: Caller) -> Response {
    caller
        .work(|caller| {
            let (visit, department) = (&caller.visit, caller.of("department"));
            if !visit.sight.departments.contains(&department) {
                return Err(Trouble::NotFound);
            }
            let states: &[&str] = match caller.asked("state") {
                "" | "open" => &["new", "taken"],
                "done" => &["done"],
                "returned" => &["returned"],
                other => return Err(Trouble::Bad(format!("state: „{other}“; open, done oder returned."))),
            };
            let text = caller.asked("text");
            let rows = visit.desk.ledger.inbox(&visit.sight, &department, states, text, ROWS_MAX)?;
            let row = |row: InboxRow| {
                json!({
                    "id": row.document, "state": row.state, "arrived_at": row.arrived_at,
                    "kind": row.sheet.as_ref().map(|s| s.understanding.kind.clone()),
                    "fields": row.sheet.as_ref().map(facts).unwrap_or_default(),
                })
            };
            told(&json!({ "letters": rows.into_iter().map(row).collect::<Vec<Value>>() }))
        })
        .await
}
