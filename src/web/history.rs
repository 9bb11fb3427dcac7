//! What became of a batch and of a document, step by step (Akteneinsicht), with everything to take away.

use super::originals::place;
use super::trouble::{Answer, Trouble};
use super::visit::{Frame, Visit, found, html};
use super::words::{self, Words};
use crate::error::Error;
use crate::ledger::{BatchRow, DOCUMENT_DELETED, DeliveryRow, DocumentRow, EventRow, QueueRow};
use crate::model::document::{DocumentSheet, Need, Product, Role};
use crate::model::hash::ContentHash;
use crate::model::ids::{BatchId, DocumentId};
use crate::model::town::StaffRole;
use crate::pdf;
use crate::record::check::against;
use crate::record::{Check, Files};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use axum::response::IntoResponse;
use serde::Deserialize;

/// Batches on one page of the list.
const ROWS_MAX: u32 = 50;

#[derive(Template)]
#[template(path = "batches.html")]
struct BatchesPage {
    w: &'static Words,
    frame: Frame,
    rows: Vec<QueueRow>,
    older: Option<String>,
}

impl BatchesPage {
    fn state<'a>(&self, state: &'a str) -> &'a str {
        words::state(self.w.language, state)
    }

    fn moment(&self, utc: &str) -> String {
        words::moment(self.w.language, utc)
    }
}

/// Where the list goes on.
#[derive(Debug, Deserialize)]
pub struct From {
    vor: Option<String>,
}

/// `GET /stapel`
pub async fn batches(visit: Visit, Query(from): Query<From>) -> Answer {
    visit
        .work(move |visit| {
            let rows = visit.desk.ledger.batches_for(&visit.sight, from.vor.as_deref(), ROWS_MAX)?;
            let full = rows.len() == ROWS_MAX as usize;
            let older = rows.last().filter(|_| full).map(|row| row.batch.clone());
            html(&BatchesPage { w: visit.w, frame: visit.frame("/stapel"), rows, older })
        })
        .await
}

#[derive(Template)]
#[template(path = "batch.html")]
struct BatchPage {
    w: &'static Words,
    frame: Frame,
    batch: BatchRow,
    reason: Option<String>,
    pages: Vec<u32>,
    documents: Vec<[String; 5]>,
    lot: super::sample::Lot,
    events: Vec<EventLine>,
}

impl BatchPage {
    fn state<'a>(&self, state: &'a str) -> &'a str {
        words::state(self.w.language, state)
    }
}

/// One step, in words.
struct EventLine {
    at: String,
    code: String,
    subject: String,
    actor: String,
    detail: String,
}

fn lines(w: &Words, events: Vec<EventRow>) -> Vec<EventLine> {
    let line = |e: EventRow| EventLine {
        at: words::moment(w.language, &e.at),
        code: words::event(w.language, &e.code),
        subject: e.subject,
        actor: e.actor,
        detail: e.detail,
    };
    events.into_iter().map(line).collect()
}

/// `GET /stapel/{id}`
pub async fn batch(visit: Visit, Path(id): Path<String>) -> Answer {
    visit
        .work(move |visit| {
            let (ledger, id) = (&visit.desk.ledger, BatchId(id));
            let batch = ledger.batch_for(&visit.sight, &id)?;
            let documents = ledger.documents_of(&visit.sight, &id)?;
            // What happened to a document this person may not see is not told here either.
            let hidden = |subject: &str| {
                subject != id.0 && !documents.iter().any(|d| subject.starts_with(d[0].as_str()))
            };
            let mut events = ledger.events(&id.0)?;
            events.retain(|e| !hidden(&e.subject));
            let reason = ledger.batches_held()?.into_iter().find(|(held, _)| *held == id).map(|(_, why)| why);
            html(&BatchPage {
                w: visit.w,
                frame: visit.frame("/stapel"),
                reason,
                pages: ledger.pages_with_thumbnail(&visit.sight, &id)?,
                documents,
                lot: super::sample::lot(visit, &id)?,
                events: lines(visit.w, events),
                batch,
            })
        })
        .await
}

#[derive(Template)]
#[template(path = "document.html")]
struct DocumentPage {
    w: &'static Words,
    frame: Frame,
    id: String,
    batch: String,
    state: String,
    logged: bool,
    facts: Option<Facts>,
    pages: Vec<u32>,
    deliveries: Vec<DeliveryLine>,
    proof: Option<Vec<&'static str>>,
    product: bool,
    /// Where its paper lies.
    paper: Option<String>,
    events: Vec<EventLine>,
}

/// The decision, in words.
struct Facts {
    kind: String,
    confidence: String,
    runner_up: Option<String>,
    hold: Option<String>,
    targets: Vec<(String, &'static str, String)>,
    received: String,
    fields: Vec<(String, String, bool)>,
    review: Vec<String>,
    reasons: Vec<String>,
    suppressed: usize,
}

struct DeliveryLine {
    department: String,
    target: String,
    state: String,
    receipt: String,
    trouble: String,
}

/// Whether a look at it is noted with it: what belongs to a circle or is confidential, and everything that
/// somebody looks at who has no part in it.
pub fn noted(visit: &Visit, document: &DocumentRow) -> bool {
    let confidential = document.sheet.as_ref().is_none_or(|s| {
        s.understanding.protection.confidentiality >= Need::Hoch || s.understanding.hold.is_some()
    });
    let works = visit.person.is(StaffRole::Reviewer) || visit.person.is(StaffRole::Department);
    document.circle.is_some() || confidential || !works
}

/// Whether there is a file to hand out: nothing is made of a source nobody can open.
pub(super) fn has_file(document: &DocumentRow) -> bool {
    document.product.is_some() && document.sheet.as_ref().is_some_and(|s| s.product != Product::None)
}

/// `GET /schriftstueck/{id}`
pub async fn document(visit: Visit, Path(id): Path<String>) -> Answer {
    visit
        .work(move |visit| {
            let (desk, w) = (&visit.desk, visit.w);
            let document = desk.ledger.document_for(&visit.sight, &DocumentId(id))?;
            let logged = noted(visit, &document);
            if logged {
                desk.ledger.seen(&document.id, &visit.person.id)?;
            }
            // Of a copy that was deleted when its days were over nothing can be shown or checked but what happened.
            let gone = desk.ledger.said(&document.id.0)?.get(DOCUMENT_DELETED).is_some();
            let pages = if gone { &[][..] } else { &document.cut.pages };
            html(&DocumentPage {
                w,
                frame: visit.frame("/stapel"),
                id: document.id.0.clone(),
                batch: document.batch.0.clone(),
                state: words::state(w.language, document.state.text()).to_owned(),
                logged,
                facts: document.sheet.as_ref().map(|sheet| facts(visit, sheet)),
                pages: pages.iter().filter_map(|i| u32::try_from(i + 1).ok()).collect(),
                deliveries: deliveries(visit, desk.ledger.deliveries(&document.id)?),
                proof: if gone { None } else { proof(visit, &document)? },
                product: has_file(&document),
                paper: place(visit, &document)?,
                events: lines(w, desk.ledger.events(&document.id.0)?),
            })
        })
        .await
}

fn facts(visit: &Visit, sheet: &DocumentSheet) -> Facts {
    let (desk, w, u) = (&visit.desk, visit.w, &sheet.understanding);
    let kind = |id: &str| {
        if id == crate::model::document::UNKNOWN_KIND { w.unknown_kind.to_owned() } else { desk.kind(id) }
    };
    let role = |role| if role == Role::Lead { w.lead } else { w.copy };
    let received = match &sheet.received.date {
        Some(date) => {
            format!("{} ({} {})", words::date(w.language, date), w.source, sheet.received.source)
        }
        None => w.received_unknown.to_owned(),
    };
    Facts {
        kind: kind(&u.kind),
        confidence: format!("{:.0} %", u.kind_confidence * 100.0),
        runner_up: u
            .runner_up
            .as_ref()
            .map(|r| format!("{} {} ({:.0} %)", w.runner_up, kind(&r.kind), r.confidence * 100.0)),
        hold: u.hold.clone(),
        targets: u
            .targets
            .iter()
            .map(|t| (desk.department(&t.department).to_owned(), role(t.role), t.reason.clone()))
            .collect(),
        received,
        fields: u
            .fields
            .iter()
            .map(|(name, f)| (words::field(w.language, name).to_owned(), f.value.clone(), f.sure))
            .collect(),
        review: u.review.iter().map(|r| r.text.clone()).collect(),
        reasons: u.reasons.iter().map(|r| r.text.clone()).collect(),
        suppressed: sheet.suppressed_pages.len(),
    }
}

fn deliveries(visit: &Visit, rows: Vec<DeliveryRow>) -> Vec<DeliveryLine> {
    let line = |row: DeliveryRow| DeliveryLine {
        department: visit.desk.department(&row.department).to_owned(),
        target: row.target,
        state: words::state(visit.w.language, row.state.text()).to_owned(),
        receipt: row.receipt.unwrap_or_default(),
        trouble: row.trouble.unwrap_or_default(),
    };
    rows.into_iter().map(line).collect()
}

/// Names of the checks that fail; `None` before there is a record.
fn proof(visit: &Visit, document: &DocumentRow) -> Result<Option<Vec<&'static str>>, Trouble> {
    let (Some(record), Some(product), Some(sheet), Some(text)) =
        (document.record, document.product, document.sheet_hash, document.text)
    else {
        return Ok(None);
    };
    let read = |hash: &ContentHash| match visit.desk.vault.read(hash) {
        Err(Error::Damaged { .. }) => Ok(Vec::new()), // the check will say so
        other => other,
    };
    let (record, product) = (found(read(&record))?, found(read(&product))?);
    let (sheet, text) = (found(read(&sheet))?, found(read(&text))?);
    let files = Files { product: Some(&product), text: Some(&text), sheet: Some(&sheet), source: None };
    let inside = pdf::inside_of_stranger(&product);
    Ok(Some(
        against(&record, files, Some(&inside)).into_iter().filter(Check::broken).map(|c| c.name).collect(),
    ))
}

/// `GET /schriftstueck/{id}/{file}`: `document.pdf`, `document.txt`, `document.json`, `record.json`.
pub async fn download(visit: Visit, Path((id, file)): Path<(String, String)>) -> Answer {
    visit
        .work(move |visit| {
            let document = visit.desk.ledger.document_for(&visit.sight, &DocumentId(id))?;
            if noted(visit, &document) {
                visit.desk.ledger.seen(&document.id, &visit.person.id)?;
            }
            send(visit, &document, &file)
        })
        .await
}

/// One file of a document that was sealed.
pub fn send(visit: &Visit, document: &DocumentRow, file: &str) -> Result<axum::response::Response, Trouble> {
    let (hash, kind) = match file {
        "document.pdf" => (document.product, "application/pdf"),
        "document.txt" => (document.text, "text/plain; charset=utf-8"),
        "document.json" => (document.sheet_hash, "application/json"),
        "record.json" => (document.record, "application/json"),
        _ => return Err(Trouble::NotFound),
    };
    let bytes = visit.desk.vault.read(&hash.ok_or(Trouble::NotFound)?)?;
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    // A letter is taken away, never shown as a page of this site: it could carry active content.
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{}-{file}\"", document.id)) {
        headers.insert(CONTENT_DISPOSITION, name);
    }
    Ok((headers, bytes).into_response())
}
