//! Where the paper lies and whether it may go: boxes, the pull list, the release by two people.

use super::Desk;
use super::rights::WORKERS;
use super::sign_on::knows_password;
use super::trouble::{Answer, Trouble, escaped};
use super::visit::{Frame, Posted, Visit, html, onwards};
use super::words::{self, Words};
use crate::daemon::{Boxed, Boxes, Contents};
use crate::error::Error;
use crate::ledger::Statement;
use crate::model::document::ScanMode;
use crate::model::ids::{BatchId, DocumentId};
use crate::record::disposal::Condition;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap, HeaderValue};
use axum::response::IntoResponse;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

/// Boxes listed at once.
const BOXES_MAX: u32 = 200;
/// Batches without a box listed at once.
const BATCHES_MAX: u32 = 50;
/// What is older and in no box was never meant for one.
const UNBOXED_DAYS: i64 = 30;
/// Why paper is kept, German and English.
const REASONS: [(&str, &str, &str); 4] = [
    ("loan", "ausgeliehen", "lent out"),
    ("request", "offene Anfrage", "open request"),
    ("litigation", "Rechtsstreit", "litigation"),
    ("return", "wird zurückgegeben", "to be returned"),
];

impl Desk {
    /// The boxes of the town; which paper may go is judged by the rules in force for paper.
    pub(super) fn boxes(&self) -> Result<Boxes<'_>, Error> {
        let book = self.rules.book_for(ScanMode::Replacing, &self.ledger, &self.vault)?;
        Ok(Boxes { pipeline: &self.pipeline, ledger: &self.ledger, vault: &self.vault, book })
    }
}

#[derive(Template)]
#[template(path = "originals.html")]
struct OriginalsPage {
    w: &'static Words,
    frame: Frame,
    works: bool,
    wanted: String,
    /// Where what was asked for lies.
    place: Option<String>,
    boxes: Vec<Line>,
    unboxed: Vec<[String; 3]>,
}

/// A box in the list.
struct Line {
    name: String,
    batches: u32,
    from: String,
    to: String,
    released: Option<String>,
}

/// What somebody looks for.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    suche: String,
}

/// `GET /originale`: the boxes, and where the paper of one document or batch lies.
pub async fn page(visit: Visit, Query(wanted): Query<Wanted>) -> Answer {
    visit
        .work(move |visit| {
            let (w, ledger) = (visit.w, &visit.desk.ledger);
            let wanted = as_written(&wanted.suche);
            let mut boxes = Vec::new();
            for row in ledger.boxes(BOXES_MAX)? {
                let released = ledger.said(&row.name)?.get("box.released").cloned();
                boxes.push(Line {
                    from: words::day(w.language, &row.from),
                    to: words::day(w.language, &row.to),
                    released: released.map(|said| released_by(w, &said)),
                    name: row.name,
                    batches: row.batches,
                });
            }
            let since = Timestamp::now().checked_sub(SignedDuration::from_hours(24 * UNBOXED_DAYS));
            let since = since.map(crate::ledger::stamp).unwrap_or_default();
            html(&OriginalsPage {
                w,
                frame: visit.frame("/originale"),
                works: WORKERS.admits(&visit.person),
                place: if wanted.is_empty() { None } else { Some(lies(visit, &wanted)?) },
                wanted,
                boxes,
                unboxed: ledger.unboxed(&visit.sight, &since, BATCHES_MAX)?,
            })
        })
        .await
}

/// An id as it is written, from one that somebody typed.
fn as_written(typed: &str) -> String {
    let typed = typed.trim().to_lowercase();
    match typed.strip_prefix('b') {
        Some(rest) => format!("B{rest}"),
        None => typed,
    }
}

/// Where the paper of a document lies, or of a batch, whose first document then stands for it.
fn lies(visit: &Visit, wanted: &str) -> Result<String, Trouble> {
    let ledger = &visit.desk.ledger;
    let document = match ledger.batch_for(&visit.sight, &BatchId(wanted.into())) {
        Ok(batch) => ledger.documents(&batch.id)?.into_iter().next(),
        Err(_) => ledger.document_for(&visit.sight, &DocumentId(wanted.into())).ok(),
    };
    Ok(match document {
        Some(document) => place(visit, &document)?.unwrap_or_else(|| visit.w.no_box.into()),
        None => visit.w.original_unknown.into(),
    })
}

/// The place of a document's paper in words, if it lies in a box.
pub fn place(visit: &Visit, document: &crate::ledger::DocumentRow) -> Result<Option<String>, Trouble> {
    let w = visit.w;
    Ok(visit.desk.boxes()?.place(document)?.map(|(name, place, since)| {
        let since = words::day(w.language, &since);
        format!("{} {name}, {} {place}, {} {since}", w.original_box, w.original_place, w.original_since)
    }))
}

fn released_by(w: &Words, said: &Statement) -> String {
    let and = said.detail.rsplit_once("and=").map_or("", |(_, and)| and);
    format!("{}: {}, {}", words::day(w.language, &said.at), said.by, and)
}

/// `POST /originale`: the paper of a batch lies in a box.
pub async fn put(posted: Posted) -> Answer {
    let visit = posted.visit.clone();
    visit
        .work(move |visit| {
            let batch = BatchId(as_written(posted.get("stapel")));
            let batch = visit.desk.ledger.batch_for(&visit.sight, &batch)?.id;
            visit.desk.boxes()?.put(&batch, posted.get("karton"), &visit.person.id)?;
            Ok(onwards("/originale"))
        })
        .await
}

#[derive(Template)]
#[template(path = "box.html")]
struct BoxPage {
    w: &'static Words,
    frame: Frame,
    name: String,
    works: bool,
    released: Option<String>,
    /// Nothing in it forbids its end.
    may_go: bool,
    blocked: usize,
    papers: Vec<Sheet>,
    pulled: Vec<(u32, String, String)>,
    reasons: Vec<(&'static str, &'static str)>,
}

/// The paper of one document, as far as this person may know of it.
struct Sheet {
    place: u32,
    /// Empty: it belongs to a circle this person is not in.
    id: String,
    since: String,
    operator: String,
    why: Vec<&'static str>,
    kept: Option<String>,
    away: bool,
}

/// The box, if something lies or lay in it.
fn opened(visit: &Visit, name: &str) -> Result<Contents, Trouble> {
    let contents = visit.desk.boxes()?.contents(name)?;
    match contents.inside.is_empty() && contents.pulled.is_empty() {
        true => Err(Trouble::NotFound),
        false => Ok(contents),
    }
}

/// `GET /originale/{id}`: what lies in a box, what of it may go, and what has to be pulled before.
pub async fn one(visit: Visit, Path(name): Path<String>) -> Answer {
    visit
        .work(move |visit| {
            let (w, contents) = (visit.w, opened(visit, &name)?);
            let blocked = contents.inside.iter().filter(|p| !p.unmet.is_empty()).count();
            let released = contents.released.as_ref().map(|said| released_by(w, said));
            let mut pulled = Vec::new();
            for (place, document, said) in contents.pulled {
                if sees(visit, &document.id) {
                    let who = format!("{}, {}", words::moment(w.language, &said.at), said.by);
                    pulled.push((place, document.id.0, who));
                }
            }
            html(&BoxPage {
                w,
                frame: visit.frame("/originale"),
                works: WORKERS.admits(&visit.person) && released.is_none(),
                may_go: blocked == 0 && !contents.inside.is_empty() && released.is_none(),
                papers: contents.inside.into_iter().map(|boxed| sheet(visit, boxed)).collect(),
                reasons: REASONS.iter().map(|r| (r.0, w.of((r.1, r.2)))).collect(),
                blocked,
                pulled,
                released,
                name,
            })
        })
        .await
}

fn sees(visit: &Visit, id: &DocumentId) -> bool {
    visit.desk.ledger.document_for(&visit.sight, id).is_ok()
}

fn sheet(visit: &Visit, boxed: Boxed) -> Sheet {
    let (w, mine) = (visit.w, sees(visit, &boxed.document.id));
    let reason =
        |code: String| REASONS.iter().find(|r| r.0 == code).map_or(code, |r| w.of((r.1, r.2)).into());
    Sheet {
        place: boxed.place,
        since: words::day(w.language, &boxed.since),
        why: boxed.unmet.iter().map(|c| Condition::text(*c)).collect(),
        away: boxed.is_away(),
        kept: boxed.kept.map(reason),
        operator: if mine { boxed.paper.operator.unwrap_or_default() } else { String::new() },
        id: if mine { boxed.document.id.0 } else { String::new() },
    }
}

fn back(name: &str) -> axum::response::Response {
    onwards(&format!("/originale/{}", escaped(name)))
}

/// A document of the box that this person may see.
fn piece(visit: &Visit, name: &str, id: &str) -> Result<DocumentId, Trouble> {
    let id = DocumentId(id.to_owned());
    let there = opened(visit, name)?.inside.iter().any(|boxed| boxed.document.id == id);
    if there && sees(visit, &id) { Ok(id) } else { Err(Trouble::NotFound) }
}

/// `POST /originale/{id}/entnehmen`: one piece of the pull list is out of the box, in somebody's hand.
pub async fn pull(Path(name): Path<String>, posted: Posted) -> Answer {
    let visit = posted.visit.clone();
    visit
        .work(move |visit| {
            let id = piece(visit, &name, posted.get("stueck"))?;
            visit.desk.boxes()?.pull(&name, &id.0, &visit.person.id)?;
            Ok(back(&name))
        })
        .await
}

/// `POST /originale/{id}/sperre`: paper is lent out, asked for or otherwise kept; without a reason it is free again.
pub async fn keep(Path(name): Path<String>, posted: Posted) -> Answer {
    let visit = posted.visit.clone();
    visit
        .work(move |visit| {
            let id = piece(visit, &name, posted.get("stueck"))?;
            let (reason, by) = (posted.get("grund"), &visit.person.id);
            match reason {
                "" => visit.desk.ledger.note("paper.freed", &id.0, by, "")?,
                _ if REASONS.iter().any(|r| r.0 == reason) => {
                    visit.desk.ledger.note("paper.kept", &id.0, by, reason)?;
                }
                _ => return Err(Trouble::Bad(visit.w.no_such_reason.into())),
            }
            Ok(back(&name))
        })
        .await
}

/// `POST /originale/{id}/freigeben`: who is signed on and a second person, with that one's own password.
pub async fn release(Path(name): Path<String>, posted: Posted) -> Answer {
    let visit = posted.visit.clone();
    visit
        .work(move |visit| {
            opened(visit, &name)?;
            let (w, desk, second) = (visit.w, &visit.desk, posted.get("zweite"));
            let works = desk.pipeline.person(second).is_some_and(|person| WORKERS.admits(person));
            if second == visit.person.id || !works || !knows_password(desk, second, posted.get("kennwort"))? {
                return Err(Trouble::Bad(w.original_second.into()));
            }
            match desk.boxes()?.release(&name, &visit.person.id, second)? {
                Ok(_) => Ok(back(&name)),
                Err(_) => Err(Trouble::Bad(w.original_blocked.into())),
            }
        })
        .await
}

/// `GET /originale/{id}/protokoll.pdf`: the release as it was made.
pub async fn protocol(visit: Visit, Path(name): Path<String>) -> Answer {
    visit
        .work(move |visit| {
            let bytes = visit.desk.boxes()?.protocol_of(&name)?.ok_or(Trouble::NotFound)?;
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
            headers.insert(
                CONTENT_DISPOSITION,
                HeaderValue::from_static("attachment; filename=\"vernichtungsprotokoll.pdf\""),
            );
            Ok((headers, bytes).into_response())
        })
        .await
}
