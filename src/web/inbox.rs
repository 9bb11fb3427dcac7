//! A department's inbox: read, take over, pass on, send back, done.

use super::trouble::{Answer, Trouble};
use super::visit::{Frame, Posted, Visit, html, onwards};
use super::words::{self, Words};
use crate::ledger::{InboxAct, InboxRow};
use crate::model::document::DocumentSheet;
use crate::model::ids::DocumentId;
use crate::model::town::StaffRole;
use askama::Template;
use axum::extract::{Path, Query};
use serde::Deserialize;

/// Letters listed at once.
const ROWS_MAX: u32 = 100;

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxPage {
    w: &'static Words,
    frame: Frame,
    departments: Vec<(String, String, bool)>,
    department: String,
    states: [(&'static str, &'static str, bool); 3],
    search: String,
    rows: Vec<Line>,
    full: bool,
}

/// A letter as the list shows it.
struct Line {
    id: String,
    sender: String,
    subject: String,
    kind: String,
    received: String,
    due: Option<String>,
    urgent: bool,
    state: &'static str,
    state_word: &'static str,
    person: String,
    taken_by: String,
}

/// What to list.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    amt: Option<String>,
    stand: Option<String>,
    #[serde(default)]
    suche: String,
}

/// `GET /posteingang`
pub async fn list(visit: Visit, Query(wanted): Query<Wanted>) -> Answer {
    visit
        .work(move |visit| {
            let mine = &visit.sight.departments;
            let department = match wanted.amt {
                Some(amt) => mine.iter().find(|d| **d == amt).ok_or(Trouble::NotFound)?,
                None => mine.first().ok_or(Trouble::NotAllowed)?,
            };
            let w = visit.w;
            let (stand, states): (&str, &[&str]) = match wanted.stand.as_deref() {
                Some("erledigt") => ("erledigt", &["done"]),
                Some("fort") => ("fort", &["returned"]),
                _ => ("offen", &["new", "taken"]),
            };
            let search: String = wanted.suche.trim().chars().take(100).collect();
            let rows = visit.desk.ledger.inbox(&visit.sight, department, states, &search, ROWS_MAX)?;
            html(&InboxPage {
                w,
                frame: visit.frame("/posteingang"),
                departments: mine
                    .iter()
                    .map(|d| (d.clone(), visit.desk.department(d).to_owned(), d == department))
                    .collect(),
                department: visit.desk.department(department).to_owned(),
                states: [("offen", w.inbox_open), ("erledigt", w.inbox_done), ("fort", w.inbox_returned)]
                    .map(|(id, word)| (id, word, id == stand)),
                search,
                full: rows.len() == ROWS_MAX as usize,
                rows: rows.into_iter().map(|row| line(visit, row)).collect(),
            })
        })
        .await
}

fn line(visit: &Visit, row: InboxRow) -> Line {
    let w = visit.w;
    let field = |name: &str| {
        let sheet = row.sheet.as_ref();
        sheet.and_then(|s| s.understanding.fields.get(name)).map(|f| f.value.clone()).unwrap_or_default()
    };
    let (state, state_word) = match row.state.as_str() {
        "new" => ("new", w.inbox_new),
        "taken" => ("taken", w.inbox_taken),
        "done" => ("done", w.inbox_done),
        "returned" | "recalled" => ("returned", w.inbox_returned),
        _ => ("moved", w.inbox_moved),
    };
    let due = field("due_date");
    let taken_by =
        row.person.as_deref().filter(|_| state == "taken").and_then(|p| visit.desk.pipeline.person(p));
    Line {
        sender: field("sender"),
        subject: field("subject"),
        due: (!due.is_empty()).then(|| words::date(w.language, &due)),
        kind: row.sheet.as_ref().map_or(String::new(), |s| visit.desk.kind(&s.understanding.kind)),
        received: received(w, row.sheet.as_ref()),
        urgent: row.sheet.as_ref().is_some_and(|s| s.understanding.urgency != "normal"),
        person: taken_by.map_or(String::new(), |p| p.name.clone()),
        taken_by: row.person.clone().unwrap_or_default(),
        state,
        state_word,
        id: row.document.0,
    }
}

fn received(w: &Words, sheet: Option<&DocumentSheet>) -> String {
    let date = sheet.and_then(|s| s.received.date.as_deref());
    date.map_or(w.received_unknown.to_owned(), |date| words::date(w.language, date))
}

#[derive(Template)]
#[template(path = "letter.html")]
struct LetterPage {
    w: &'static Words,
    frame: Frame,
    department: String,
    here: String,
    batch: String,
    letter: Line,
    /// The letter of which this is a new version, if it is one.
    replaces: String,
    pages: Vec<u32>,
    fields: Vec<(String, String)>,
    notes: Vec<[String; 3]>,
    departments: Vec<(String, String)>,
    has_product: bool,
    /// What the department said of the image last.
    feedback: Option<bool>,
}

/// `GET /posteingang/{department}/{id}`
pub async fn letter(visit: Visit, Path((department, id)): Path<(String, String)>) -> Answer {
    visit
        .work(move |visit| {
            let (desk, w) = (&visit.desk, visit.w);
            let row = own(visit, &department, &id)?;
            let document = desk.ledger.document_for(&visit.sight, &row.document)?;
            if super::history::noted(visit, &document) {
                desk.ledger.seen(&document.id, &visit.person.id)?;
            }
            let found = row.sheet.as_ref().map(|s| &s.understanding.fields);
            let fields = found
                .into_iter()
                .flatten()
                .map(|(name, field)| (words::field(w.language, name).to_owned(), field.value.clone()));
            let mut notes = desk.ledger.inbox_notes(&document.id)?;
            for [at, person, _] in &mut notes {
                *at = words::moment(w.language, at);
                *person = desk.pipeline.person(person).map_or(person.clone(), |p| p.name.clone());
            }
            let said = desk.ledger.said(&document.id.0)?;
            let feedback = match (said.get("feedback.good"), said.get("feedback.unreadable")) {
                (None, None) => None,
                _ => Some(said.holds("feedback.good", "feedback.unreadable")),
            };
            html(&LetterPage {
                feedback,
                w,
                frame: visit.frame("/posteingang"),
                department: desk.department(&department).to_owned(),
                here: department.clone(),
                batch: document.batch.0.clone(),
                pages: document.cut.pages.iter().filter_map(|i| u32::try_from(i + 1).ok()).collect(),
                fields: fields.collect(),
                notes,
                departments: desk.departments().into_iter().filter(|(id, _)| *id != department).collect(),
                has_product: super::history::has_file(&document),
                replaces: document.cut.replaces.as_ref().map_or(String::new(), |id| id.0.clone()),
                letter: line(visit, row),
            })
        })
        .await
}

/// The letter, if it lies in an inbox of this person's own department.
pub fn own(visit: &Visit, department: &str, id: &str) -> Result<InboxRow, Trouble> {
    if !visit.sight.departments.iter().any(|d| d == department) {
        return Err(Trouble::NotFound);
    }
    let row = visit.desk.ledger.inbox_letter(&visit.sight, &DocumentId(id.to_owned()), department)?;
    row.ok_or(Trouble::NotFound)
}

/// `POST /posteingang/{department}/{id}/{act}`: `uebernehmen`, `erledigt`, `zurueck`, `weiter`; and what the
/// department says of the image: `lesbar`, `unleserlich`.
pub async fn act(Path((department, id, act)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let visit = posted.visit.clone();
    visit
        .work(move |visit| {
            let row = own(visit, &department, &id)?;
            let (ledger, by, note) = (&visit.desk.ledger, &visit.person.id, posted.get("notiz"));
            let step = match act.as_str() {
                "uebernehmen" => InboxAct::Take,
                "erledigt" => InboxAct::Done,
                "zurueck" => InboxAct::Return,
                "weiter" => {
                    let from = (department.as_str(), &["new", "taken", "done"][..]);
                    pass_on(visit, &row, from, posted.get("amt"), note)?;
                    return Ok(onwards(&format!("/posteingang?amt={department}")));
                }
                // The scan stands in for the paper only once those who work with it could read it (A.NB.3).
                "lesbar" | "unleserlich" => {
                    let code = if act == "lesbar" { "feedback.good" } else { "feedback.unreadable" };
                    let document = ledger.document_for(&visit.sight, &row.document)?;
                    visit.desk.amend(&document, by, "feedback", act == "lesbar")?;
                    ledger.note(code, &row.document.0, by, &department)?;
                    return Ok(onwards(&format!("/posteingang/{department}/{id}")));
                }
                _ => return Err(Trouble::NotFound),
            };
            ledger.inbox_act(&row.document, &department, step, (posted.get("bei"), note), by)?;
            Ok(onwards(&match step {
                InboxAct::Take => format!("/posteingang/{department}/{id}"),
                _ => format!("/posteingang?amt={department}"),
            }))
        })
        .await
}

/// To another department and its targets.
pub fn pass_on(
    visit: &Visit,
    row: &InboxRow,
    from: (&str, &'static [&'static str]),
    to: &str,
    note: &str,
) -> Result<(), Trouble> {
    let taken_back = row.state == "recalled";
    let Some(department) = visit.desk.pipeline.department(to).filter(|d| d.id != from.0 || taken_back) else {
        return Err(Trouble::Bad(format!("{} „{to}“", visit.w.no_such_department)));
    };
    let to = (department.id.as_str(), department.targets.clone());
    Ok(visit.desk.ledger.forward(&row.document, from, to, note, &visit.person.id)?)
}

#[derive(Template)]
#[template(path = "returned.html")]
struct ReturnedPage {
    w: &'static Words,
    frame: Frame,
    rows: Vec<ReturnedLine>,
    departments: Vec<(String, String)>,
}

struct ReturnedLine {
    from: String,
    from_name: String,
    note: String,
    /// The head decides.
    head: bool,
    /// This person may.
    decides: bool,
    letter: Line,
}

/// `GET /ruecklaeufer`: what departments sent back.
pub async fn returned(visit: Visit) -> Answer {
    visit
        .work(|visit| {
            let ledger = &visit.desk.ledger;
            let mut rows = Vec::new();
            for row in ledger.returned(&visit.sight, ROWS_MAX)? {
                // Why it came back: what somebody of that department, or the program, wrote last.
                let of_them = |[_, by, _]: &[String; 3]| {
                    let person = visit.desk.pipeline.person(by);
                    person.map_or(by == "poststelle", |p| p.departments.contains(&row.department))
                };
                let notes = ledger.inbox_notes(&row.document)?;
                let note = notes.into_iter().rfind(of_them).map_or(String::new(), |[_, _, text]| text);
                let head = ledger.for_the_head(&row.document)?;
                rows.push(ReturnedLine {
                    head,
                    decides: !head || visit.person.is(StaffRole::Head),
                    from_name: visit.desk.department(&row.department).to_owned(),
                    from: row.department.clone(),
                    note,
                    letter: line(visit, row),
                });
            }
            html(&ReturnedPage {
                w: visit.w,
                frame: visit.frame("/ruecklaeufer"),
                rows,
                departments: visit.desk.departments(),
            })
        })
        .await
}

/// `POST /ruecklaeufer/{department}/{id}`: a person of the mailroom says where it belongs.
pub async fn reassign(Path((from, id)): Path<(String, String)>, posted: Posted) -> Answer {
    let visit = posted.visit.clone();
    visit
        .work(move |visit| {
            let document = DocumentId(id);
            visit.desk.ledger.document_for(&visit.sight, &document)?;
            let row = visit.desk.ledger.inbox_letter(&visit.sight, &document, &from)?;
            let row = row.ok_or(Trouble::NotFound)?;
            if visit.desk.ledger.for_the_head(&document)? && !visit.person.is(StaffRole::Head) {
                return Err(Trouble::Bad(visit.w.returned_head.into()));
            }
            let from = (from.as_str(), &["returned", "recalled"][..]);
            pass_on(visit, &row, from, posted.get("amt"), posted.get("notiz"))?;
            Ok(onwards("/ruecklaeufer"))
        })
        .await
}
