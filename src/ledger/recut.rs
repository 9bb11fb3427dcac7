//! A person cuts documents in review anew: divided, joined, pages left out or brought back. Each is an event,
//! each can be taken back until the document leaves review.

use super::documents::{DOCUMENT, document_row};
use super::review::theirs;
use super::sql::{self, Db, Optional};
use super::{DocumentRow, Ledger, State, advance, event, missing};
use crate::batch::CutDocument;
use crate::error::{Error, Result};
use crate::model::geometry::Turn;
use crate::model::ids::DocumentId;
use crate::model::notes::Note;
use crate::model::page::{MeasuredPage, TURNED_BY_HAND};
use crate::model::refusal::Refusal;
use crate::model::state::{DocumentState, PageState};
use serde::{Deserialize, Serialize};

/// What a person does to the cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recut {
    /// A new document begins with the page at that place, from 1.
    Divide(usize),
    /// The document after this one in the stack belongs to it.
    Join,
    /// The page at that place, from 1, is left out.
    TakeOut(usize),
    /// That page of the source, from 1, comes back.
    BringBack(u32),
    /// The page at that place, from 1, changes places with the one before.
    Earlier(usize),
}

/// A document as it was.
#[derive(Serialize, Deserialize)]
struct Before {
    id: String,
    ordinal: u32,
    circle: Option<String>,
    pages: CutDocument,
    words: Option<String>,
}

impl Ledger {
    /// Cuts anew; the documents are understood again and come back to review. Gives those that came to be by it.
    pub fn recut(&self, id: &DocumentId, act: Recut, by: &str) -> Result<Vec<DocumentId>> {
        let (id, by) = (id.clone(), by.to_owned());
        self.write(move |tx, tenant| {
            theirs(tx, tenant, &id, &by)?;
            let document = in_review(tx, tenant, &id)?;
            let mut before = vec![as_it_is(tx, tenant, &document)?];
            let mut made = Vec::new();
            let none =
                || refused("review.no_page", "Das geht mit dieser Seite nicht.", "Eine andere Seite wählen.");
            let (cut, detail) = match act {
                Recut::Divide(place) => {
                    let (first, second) = document.cut.divided(place).ok_or_else(none)?;
                    let new = insert(tx, tenant, &document, &second)?;
                    let detail = format!("divided={place} new={new}");
                    made.push(new);
                    (first, detail)
                }
                Recut::Join => {
                    let next = following(tx, tenant, &document)?;
                    theirs(tx, tenant, &next.id, &by)?;
                    before.push(as_it_is(tx, tenant, &next)?);
                    remove(tx, tenant, &next.id, &by, &id)?;
                    (document.cut.joined(&next.cut), format!("joined={}", next.id))
                }
                Recut::TakeOut(place) => {
                    (document.cut.without(place).ok_or_else(none)?, format!("taken_out={place}"))
                }
                Recut::BringBack(number) => {
                    (document.cut.with_back(number).ok_or_else(none)?, format!("brought_back={number}"))
                }
                Recut::Earlier(place) => {
                    (document.cut.earlier(place).ok_or_else(none)?, format!("earlier={place}"))
                }
            };
            set_cut(tx, tenant, &id.0, &cut)?;
            event(tx, tenant, "document.recut", &id.0, &by, &detail)?;
            advance(tx, tenant, &id.0, DocumentState::Formed, &by, &detail)?;
            tx.execute(
                "INSERT INTO recut_before (tenant, document, person, before, made) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (tenant, document) DO UPDATE
                   SET person = excluded.person, before = excluded.before, made = excluded.made",
                (tenant, &id.0, &by, serde_json::to_string(&before)?, serde_json::to_string(&made)?),
            )?;
            Ok(made)
        })
    }

    /// Whether this person can take back what they last did to the cut of this document.
    pub fn can_undo_recut(&self, id: &DocumentId, by: &str) -> Result<bool> {
        self.read(|db, tenant| {
            Ok(db
                .prepare("SELECT 1 FROM recut_before WHERE tenant = ?1 AND document = ?2 AND person = ?3")?
                .exists((tenant, &id.0, by))?)
        })
    }

    /// Takes that back: everything is as it was. `false`: there is nothing to take back.
    pub fn undo_recut(&self, id: &DocumentId, by: &str) -> Result<bool> {
        let (id, by) = (id.clone(), by.to_owned());
        self.write(move |tx, tenant| {
            let kept: Option<(String, String)> = tx
                .query_row(
                    "DELETE FROM recut_before WHERE tenant = ?1 AND document = ?2 AND person = ?3 RETURNING before, made",
                    (tenant, &id.0, &by),
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()?;
            let Some((before, made)) = kept else { return Ok(false) };
            let (before, made): (Vec<Before>, Vec<DocumentId>) =
                (serde_json::from_str(&before)?, serde_json::from_str(&made)?);
            for new in made {
                theirs(tx, tenant, &new, &by)?;
                in_review(tx, tenant, &new)?;
                remove(tx, tenant, &new, &by, &id)?;
            }
            for was in before {
                if was.id == id.0 {
                    in_review(tx, tenant, &id)?;
                    set_cut(tx, tenant, &was.id, &was.pages)?;
                } else {
                    tx.execute(
                        "INSERT INTO document (tenant, id, batch, ordinal, state, pages, due_at, circle)
                         SELECT tenant, ?3, batch, CAST(?4 AS BIGINT), 'review', ?5, '', ?6 FROM document WHERE tenant = ?1 AND id = ?2",
                        (tenant, &id.0, &was.id, was.ordinal, serde_json::to_string(&was.pages)?, &was.circle),
                    )?;
                    event(tx, tenant, "document.review", &was.id, &by, "undo")?;
                }
                if let Some(words) = was.words {
                    super::review::write_sheet(tx, tenant, &DocumentId(was.id), &serde_json::from_str(&words)?)?;
                }
            }
            event(tx, tenant, "document.recut", &id.0, &by, "undo")?;
            Ok(true)
        })
    }

    /// A page turned by hand is measured as it now lies and read again; the document waits until it was.
    pub fn turn_page(&self, id: &DocumentId, place: usize, by: &str) -> Result<u32> {
        let (id, by) = (id.clone(), by.to_owned());
        self.write(move |tx, tenant| {
            theirs(tx, tenant, &id, &by)?;
            let document = in_review(tx, tenant, &id)?;
            let index = place.checked_sub(1).and_then(|at| document.cut.pages.get(at)).copied();
            let number = index.and_then(|index| u32::try_from(index + 1).ok()).ok_or_else(|| {
                refused("review.no_page", "Diese Seite gibt es nicht.", "Eine andere Seite wählen.")
            })?;
            let measured: Option<String> = tx
                .query_row(
                    "SELECT measured FROM page WHERE tenant = ?1 AND batch = ?2 AND number = ?3",
                    (tenant, &document.batch.0, number),
                    |row| row.get(0),
                )
                .map_err(|e| missing(e, "page", &id.0))?;
            let measured = measured.ok_or(Error::Missing { what: "Die Seite", id: id.0.clone() })?;
            let mut measured: MeasuredPage = serde_json::from_str(&measured)?;
            measured.turned = measured.turned.then(Turn::Right);
            std::mem::swap(&mut measured.width, &mut measured.height);
            (measured.skew, measured.blank) = (0.0, false);
            let settled = [TURNED_BY_HAND, "page.unreadable", "page.back_shines"];
            measured.notes.retain(|note| !settled.contains(&note.code.as_ref()));
            measured.notes.push(Note::info(TURNED_BY_HAND, "Von Hand gedreht."));
            tx.execute(
                "UPDATE page SET state = ?4, measured = ?5, attempts = 0, due_at = ''
                 WHERE tenant = ?1 AND batch = ?2 AND number = ?3",
                (
                    tenant,
                    &document.batch.0,
                    number,
                    PageState::Measured.text(),
                    serde_json::to_string(&measured)?,
                ),
            )?;
            event(tx, tenant, "document.recut", &id.0, &by, &format!("turned={place}"))?;
            Ok(number)
        })
    }

    /// Understood again, because a page of it was read again. The person is asked once more.
    pub fn understand_again(&self, id: &DocumentId, by: &str) -> Result<()> {
        let (id, by) = (id.clone(), by.to_owned());
        self.write(move |tx, tenant| {
            let document = in_review(tx, tenant, &id)?;
            set_cut(tx, tenant, &id.0, &document.cut.turned())?;
            advance(tx, tenant, &id.0, DocumentState::Formed, &by, "turned")?;
            Ok(())
        })
    }
}

fn refused(code: &str, text: &str, hint: &str) -> Error {
    Error::Refused(Refusal::new(code, text, hint))
}

/// The document, if it is in review.
fn in_review(tx: &Db, tenant: &str, id: &DocumentId) -> Result<DocumentRow> {
    let document = tx
        .prepare(&format!("SELECT {DOCUMENT} WHERE d.tenant = ?1 AND d.id = ?2"))?
        .query_row((tenant, &id.0), document_row)
        .map_err(|e| missing(e, "document", &id.0))?;
    if document.state == DocumentState::Review {
        return Ok(document);
    }
    Err(Error::Transition {
        subject: id.0.clone(),
        from: State::text(document.state).into(),
        to: State::text(DocumentState::Formed).into(),
    })
}

fn as_it_is(tx: &Db, tenant: &str, document: &DocumentRow) -> Result<Before> {
    let words = tx
        .query_row(
            "SELECT words FROM document_words WHERE tenant = ?1 AND document = ?2",
            (tenant, &document.id.0),
            |row| row.get(0),
        )
        .optional()?;
    Ok(Before {
        id: document.id.0.clone(),
        ordinal: document.ordinal,
        circle: document.circle.clone(),
        pages: document.cut.clone(),
        words,
    })
}

pub(super) fn set_cut(tx: &Db, tenant: &str, id: &str, cut: &CutDocument) -> Result<()> {
    tx.execute(
        "UPDATE document SET pages = ?3 WHERE tenant = ?1 AND id = ?2",
        (tenant, id, serde_json::to_string(cut)?),
    )?;
    Ok(())
}

/// A new document of the same batch and circle. Its number was never another's.
pub(super) fn insert(tx: &Db, tenant: &str, of: &DocumentRow, cut: &CutDocument) -> Result<DocumentId> {
    let last: u32 = tx.query_row(
        "SELECT max(CAST(substr(subject, length(?2) + 2) AS INTEGER)) FROM event
         WHERE tenant = ?1 AND subject > ?2 || '-' AND subject < ?2 || '.' AND code = 'document.formed'",
        (tenant, &of.batch.0),
        |row| row.get(0),
    )?;
    let id = DocumentId::new(&of.batch, last + 1);
    tx.execute(
        "INSERT INTO document (tenant, id, batch, ordinal, state, pages, due_at, circle)
         VALUES (?1, ?2, ?3, ?4, 'formed', ?5, '', ?6)",
        (tenant, &id.0, &of.batch.0, last + 1, serde_json::to_string(cut)?, &of.circle),
    )?;
    event(tx, tenant, "document.formed", &id.0, "engine", &format!("pages={}", cut.pages.len()))?;
    Ok(id)
}

/// The next one in the stack, if it is in review too and of the same circle.
fn following(tx: &Db, tenant: &str, document: &DocumentRow) -> Result<DocumentRow> {
    let mut statement = tx.prepare(&format!("SELECT {DOCUMENT} WHERE d.tenant = ?1 AND d.batch = ?2"))?;
    let all = statement.query_map((tenant, &document.batch.0), document_row)?;
    let first = |d: &DocumentRow| d.cut.pages.iter().min().copied();
    let mut after: Vec<DocumentRow> = all.collect::<sql::Result<_>>()?;
    after.retain(|other| other.id != document.id && first(other) > first(document));
    let next = after.into_iter().min_by_key(|other| first(other)).ok_or_else(|| {
        refused(
            "review.no_next",
            "Danach kommt in diesem Stapel kein Schriftstück mehr.",
            "Nichts zu verbinden.",
        )
    })?;
    if next.state != DocumentState::Review || next.circle != document.circle {
        return Err(refused(
            "review.next_gone",
            "Das nächste Schriftstück des Stapels liegt nicht in der Nachbearbeitung.",
            "Ist es erst eben freigegeben, zuerst dort rückgängig machen.",
        ));
    }
    Ok(next)
}

/// A document that is no more: its pages are `into`'s.
fn remove(tx: &Db, tenant: &str, id: &DocumentId, by: &str, into: &DocumentId) -> Result<()> {
    for sql in [
        "DELETE FROM document WHERE tenant = ?1 AND id = ?2",
        "DELETE FROM document_words WHERE tenant = ?1 AND document = ?2",
        "DELETE FROM document_before WHERE tenant = ?1 AND document = ?2",
        "DELETE FROM recut_before WHERE tenant = ?1 AND document = ?2",
        "DELETE FROM desk_claim WHERE tenant = ?1 AND document = ?2",
    ] {
        tx.execute(sql, (tenant, &id.0))?;
    }
    event(tx, tenant, "document.joined", &id.0, by, &format!("into={into}"))
}
