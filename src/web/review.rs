//! Review: the page beside the facts, one person at a time.

use super::history::noted;
use super::trouble::{Answer, Trouble};
use super::visit::{Frame, Posted, Visit, html, onwards};
use super::words::{self, Words};
use crate::daemon::SAME_BYTES;
use crate::ledger::{DocumentRow, PageRow, Waiting};
use crate::model::document::{DocumentSheet, Field, Role, UNKNOWN_KIND};
use crate::model::geometry::Box2;
use crate::model::ids::DocumentId;
use crate::model::state::DocumentState;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;

/// Documents on one page of the list.
const ROWS_MAX: u32 = 50;
/// How many are looked through for one that nobody else has.
const LOOKAHEAD: u32 = 200;
/// Keys 1 to 5.
const TARGETS_MAX: usize = 5;
/// Fields a person may add to any letter.
const ALWAYS: [&str; 5] = ["sender", "letter_date", "subject", "reference", "own_reference"];
/// Fields of what has to be paid.
const PAYABLE: [&str; 4] = ["invoice_number", "gross_amount", "due_date", "iban"];

#[derive(Template)]
#[template(path = "review_list.html")]
struct ListPage {
    w: &'static Words,
    frame: Frame,
    rows: Vec<Line>,
    more: Option<String>,
    undo: Option<String>,
}

struct Line {
    id: String,
    since: String,
    kind: String,
    department: String,
    taken: bool,
}

/// Where a list goes on, and what was decided last.
#[derive(Debug, Deserialize)]
pub struct At {
    nach: Option<String>,
    zuletzt: Option<String>,
}

/// `GET /nachbearbeitung`
pub async fn list(visit: Visit, Query(at): Query<At>) -> Answer {
    visit
        .work(move |visit| {
            let from = at.nach.unwrap_or_default();
            let rows = waiting(visit, &from, ROWS_MAX)?;
            let full = rows.len() == ROWS_MAX as usize;
            let more = rows.last().filter(|_| full).map(|row| row.id.0.clone());
            let rows = rows.into_iter().map(|row| Line {
                since: words::moment(visit.w.language, &row.since),
                kind: kind_name(visit, &row.kind),
                department: visit.desk.department(&row.department).to_owned(),
                taken: row.taken,
                id: row.id.0,
            });
            html(&ListPage {
                w: visit.w,
                frame: visit.frame("/nachbearbeitung"),
                rows: rows.collect(),
                more,
                undo: at.zuletzt,
            })
        })
        .await
}

fn waiting(visit: &Visit, after: &str, rows_max: u32) -> Result<Vec<Waiting>, Trouble> {
    let person = &visit.person.id;
    Ok(visit.desk.ledger.waiting(&visit.sight, DocumentState::Review, person, after, rows_max)?)
}

/// The next one nobody else has, after the given one; from the beginning once the end is reached.
fn next(visit: &Visit, after: &str) -> Result<Option<DocumentId>, Trouble> {
    for from in [after, ""] {
        let free = waiting(visit, from, LOOKAHEAD)?.into_iter().find(|row| !row.taken && row.id.0 != after);
        if let Some(row) = free {
            return Ok(Some(row.id));
        }
    }
    Ok(None)
}

/// `GET /nachbearbeitung/weiter`: on to the next one.
pub async fn onto_next(visit: Visit, Query(at): Query<At>) -> Answer {
    visit
        .work(move |visit| {
            let last = at.zuletzt.as_ref().map_or(String::new(), |id| format!("?zuletzt={id}"));
            let after = at.nach.or(at.zuletzt).unwrap_or_default();
            Ok(match next(visit, &after)? {
                Some(id) => onwards(&format!("/nachbearbeitung/{id}{last}")),
                None => onwards(&format!("/nachbearbeitung{last}")),
            })
        })
        .await
}

#[derive(Template)]
#[template(path = "review.html")]
struct ReviewPage {
    w: &'static Words,
    frame: Frame,
    id: String,
    batch: String,
    undo: Option<String>,
    message: Option<String>,
    logged: bool,
    why: Vec<String>,
    /// Said, and no reason to stop.
    notices: Vec<String>,
    kind: String,
    kinds: Vec<(String, String)>,
    department: String,
    /// What may be typed, and the department it stands for.
    departments: Vec<(String, String)>,
    targets: Vec<Proposal>,
    fields: Vec<FieldLine>,
    sheets: Vec<Sheet>,
    reasons: Vec<String>,
    received: String,
    holds: Vec<(String, String)>,
    never: String,
    left_out: Vec<u32>,
    rescans: Vec<u32>,
    recut: bool,
    next: Option<Next>,
}

/// The document after this one: its page and its first image, loaded before they are asked for.
struct Next {
    id: String,
    image: String,
}

struct Proposal {
    key: usize,
    department: String,
    name: String,
    reason: String,
}

/// One field as a person sees it.
pub struct FieldLine {
    /// Its name in `document.json`.
    pub name: String,
    label: String,
    value: String,
    /// Found, but nobody may pass it unseen.
    unsure: bool,
    /// Page of the document it stands on, from 1; 0 if nowhere.
    page: u32,
    confidence: String,
}

/// One page with everything that was found on it.
struct Sheet {
    /// In the document, from 1.
    place: usize,
    /// In the source, from 1.
    number: u32,
    width: u32,
    height: u32,
    /// Degrees it was turned: another turn is another image.
    turned: u16,
    marks: Vec<(String, Box2)>,
    notes: Vec<String>,
}

/// `GET /nachbearbeitung/{id}`
pub async fn page(visit: Visit, Path(id): Path<String>, Query(at): Query<At>) -> Answer {
    visit.work(move |visit| show(visit, &DocumentId(id), at.zuletzt, None)).await
}

pub fn show(
    visit: &Visit,
    id: &DocumentId,
    undo: Option<String>,
    message: Option<String>,
) -> Result<axum::response::Response, Trouble> {
    let (desk, w) = (&visit.desk, visit.w);
    let (document, sheet) = in_review(visit, id)?;
    if !desk.ledger.claim(id, &visit.person.id)? {
        return Err(Trouble::Bad(w.taken.into()));
    }
    let logged = noted(visit, &document);
    if logged {
        desk.ledger.seen(id, &visit.person.id)?;
    }
    let u = &sheet.understanding;
    let pages = desk.ledger.pages(&document.batch)?;
    let lead = u.targets.iter().find(|t| t.role == Role::Lead);
    let lead =
        lead.map(|t| desk.pipeline.goes_on(&t.department).map_or(t.department.clone(), |d| d.id.clone()));
    let next = match next(visit, &id.0)? {
        Some(next) => following(visit, &next)?,
        None => None,
    };
    let status = if message.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let page = html(&ReviewPage {
        w,
        frame: visit.frame("/nachbearbeitung"),
        id: id.0.clone(),
        batch: document.batch.0.clone(),
        undo,
        message,
        logged,
        why: u.review.iter().map(|r| r.text.clone()).collect(),
        notices: u.reasons.iter().filter(|r| r.about == SAME_BYTES).map(|r| r.text.clone()).collect(),
        kind: kind_name(visit, &u.kind),
        kinds: desk.kinds(),
        department: lead.as_deref().map_or(String::new(), |d| desk.department(d).to_owned()),
        departments: desk.recipients(),
        targets: proposals(visit, &sheet),
        fields: fields(visit, &sheet),
        sheets: sheets(&document, &sheet, &pages),
        reasons: u.reasons.iter().map(|r| r.text.clone()).collect(),
        received: match &sheet.received.date {
            Some(date) => words::date(w.language, date),
            None => w.received_unknown.into(),
        },
        holds: desk
            .rules
            .book()
            .hold_codes()
            .map(|(code, text)| (code.to_owned(), text.to_owned()))
            .collect(),
        never: never_open(visit),
        left_out: document.cut.suppressed.iter().filter_map(|(i, _)| u32::try_from(i + 1).ok()).collect(),
        rescans: desk.ledger.rescans(&document.batch)?,
        recut: desk.ledger.can_undo_recut(id, &visit.person.id)?,
        next,
    })?;
    Ok((status, page).into_response())
}

fn following(visit: &Visit, id: &DocumentId) -> Result<Option<Next>, Trouble> {
    let document = visit.desk.ledger.document_for(&visit.sight, id)?;
    let Some(first) = document.cut.pages.first() else { return Ok(None) };
    let pages = visit.desk.ledger.pages(&document.batch)?;
    let degrees = pages.get(*first).and_then(|p| p.measured.as_ref()).map_or(0, |m| m.turned.degrees());
    let image = format!("/stapel/{}/{}/seite.jpg?d={degrees}", document.batch, first + 1);
    Ok(Some(Next { id: id.0.clone(), image }))
}

/// The hold for what nobody should have opened: the town's own for personal mail, else its first.
fn never_open(visit: &Visit) -> String {
    let book = visit.desk.rules.book();
    let mut codes: Vec<&str> = book.hold_codes().map(|(code, _)| code).collect();
    codes.sort_by_key(|code| *code != "hold.personal");
    codes.first().map_or(String::new(), |code| (*code).to_owned())
}

/// The document, if it still waits; who comes too late hears so.
pub fn in_review(visit: &Visit, id: &DocumentId) -> Result<(DocumentRow, DocumentSheet), Trouble> {
    let Some(document) = visit.desk.ledger.document_in(&visit.sight, id, DocumentState::Review)? else {
        visit.desk.ledger.document_for(&visit.sight, id)?;
        return Err(Trouble::Stale);
    };
    match document.sheet.clone() {
        Some(sheet) => Ok((document, sheet)),
        None => Err(Trouble::NotFound),
    }
}

pub fn kind_name(visit: &Visit, id: &str) -> String {
    if id == UNKNOWN_KIND || id.is_empty() { visit.w.unknown_kind.to_owned() } else { visit.desk.kind(id) }
}

/// The best targets with their reasons: what was proposed, what came second, and the house's own way out.
fn proposals(visit: &Visit, sheet: &DocumentSheet) -> Vec<Proposal> {
    let (desk, u) = (&visit.desk, &sheet.understanding);
    let mut all: Vec<(String, String)> =
        u.targets.iter().map(|t| (t.department.clone(), t.reason.clone())).collect();
    if let Some(second) = &u.runner_up
        && let Some(kind) = desk.rules.book().kind(&second.kind)
    {
        let reason = format!("{} ({:.0} %)", kind.name, second.confidence * 100.0);
        all.push((kind.department.clone(), reason));
    }
    all.push((desk.pipeline.central.clone(), visit.w.central.to_owned()));
    let mut proposals: Vec<Proposal> = Vec::new();
    for (department, reason) in all {
        let department = desk.pipeline.goes_on(&department).map_or(department, |d| d.id.clone());
        if proposals.len() < TARGETS_MAX && proposals.iter().all(|p| p.department != department) {
            let name = desk.department(&department).to_owned();
            proposals.push(Proposal { key: proposals.len() + 1, department, name, reason });
        }
    }
    proposals
}

pub fn fields(visit: &Visit, sheet: &DocumentSheet) -> Vec<FieldLine> {
    let found = &sheet.understanding.fields;
    let mut names: Vec<&str> = ALWAYS.to_vec();
    if PAYABLE.iter().any(|name| found.contains_key(*name)) {
        names.extend(PAYABLE);
    }
    names.extend(found.keys().map(String::as_str).filter(|n| !ALWAYS.contains(n) && !PAYABLE.contains(n)));
    let line = |name: &str| {
        let field: Option<&Field> = found.get(name);
        FieldLine {
            name: name.to_owned(),
            label: words::field(visit.w.language, name).to_owned(),
            value: field.map_or(String::new(), |f| f.value.clone()),
            unsure: field.is_some_and(|f| !f.sure),
            page: field.filter(|f| f.bounds != Box2::default()).map_or(0, |f| f.page),
            confidence: field.map_or(String::new(), |f| format!("{:.0} %", f.confidence * 100.0)),
        }
    };
    names.into_iter().map(line).collect()
}

fn sheets(document: &DocumentRow, sheet: &DocumentSheet, pages: &[PageRow]) -> Vec<Sheet> {
    let marks = |place: u32| {
        let on = move |f: &&Field| f.page == place && f.bounds != Box2::default();
        sheet.understanding.fields.iter().filter(move |(_, f)| on(f)).map(|(n, f)| (n.clone(), f.bounds))
    };
    let one = |(index, at): (usize, &usize)| {
        let row = pages.get(*at)?;
        let measured = row.measured.as_ref()?;
        Some(Sheet {
            place: index + 1,
            number: row.number,
            width: measured.width.max(1),
            height: measured.height.max(1),
            turned: measured.turned.degrees(),
            marks: marks(u32::try_from(index + 1).unwrap_or(0)).collect(),
            notes: measured.notes.iter().map(|n| n.text.clone()).collect(),
        })
    };
    document.cut.pages.iter().enumerate().filter_map(one).collect()
}

/// `POST /nachbearbeitung/{id}/halten`: still at it.
pub async fn keep(Path(id): Path<String>, posted: Posted) -> Answer {
    let visit = posted.visit.clone();
    visit
        .work(move |visit| {
            let id = DocumentId(id);
            in_review(visit, &id)?;
            let mine = visit.desk.ledger.claim(&id, &visit.person.id)?;
            Ok(if mine { StatusCode::NO_CONTENT } else { StatusCode::CONFLICT }.into_response())
        })
        .await
}
