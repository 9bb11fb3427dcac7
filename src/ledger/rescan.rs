//! Images scanned again take the places of others: in a letter that still changes, or in a new version of a sealed one.

use super::documents::{DOCUMENT, document_row};
use super::recut::{insert, set_cut};
use super::review::write_sheet;
use super::sql::{self, Db, Optional};
use super::{DocumentRow, Ledger, advance, event, hold_bytes, now};
use crate::batch::CutDocument;
use crate::error::{Error, Result};
use crate::model::document::DocumentSheet;
use crate::model::ids::{BatchId, DocumentId};
use crate::model::page::Rescanned;
use crate::model::sidecar::Sidecar;
use crate::model::state::{BatchState, DocumentState, PageState};
use std::collections::BTreeSet;

/// Code of the event that a page has a new image; its subject is the batch.
pub const PAGE_RESCANNED: &str = "page.rescanned";
/// Code of the event that a document has a new version; its detail is the id of that.
pub const DOCUMENT_REPLACED: &str = "document.replaced";
/// Why the images of the batch that brought them are in no document of it.
pub(super) const MOVED: &str = "moved";

/// One image in the place of another.
#[derive(Clone, Debug)]
pub struct Swap {
    /// Number of the page that is void from now on; none for an image that comes after all others.
    pub void: Option<u32>,
    /// Number of the page in the batch that brought it.
    pub by: u32,
    /// What is known of the new image.
    pub rescanned: Rescanned,
}

/// What follows for the document the page lies in.
#[derive(Clone, Debug)]
pub enum Then {
    /// It is not cut yet.
    Nothing,
    /// It is understood anew.
    Again(DocumentId),
    /// It is sealed: this becomes a new version of it, decided as it was.
    Version(DocumentId, Box<DocumentSheet>),
}

/// Images for one document or one uncut batch.
#[derive(Clone, Debug)]
pub struct Rescan {
    /// Batch whose pages are meant.
    pub batch: BatchId,
    /// The images.
    pub swaps: Vec<Swap>,
    /// Pages that are void without another image in their place: the paper comes again, after all others.
    pub voids: Vec<u32>,
    /// What the scanner said of both parts together, if it did.
    pub sidecar: Option<Sidecar>,
    /// What follows.
    pub then: Then,
}

/// Documents among these that have a newer version: their paper and images are those of that one.
pub fn superseded<'a>(cuts: impl Iterator<Item = &'a CutDocument>) -> BTreeSet<DocumentId> {
    cuts.filter_map(|cut| cut.replaces.clone()).collect()
}

impl Ledger {
    /// The images a batch brought take their places; that batch has no documents and is done. All of it happens or
    /// nothing. `false`: a worker is at one of them just now.
    pub fn rescanned(&self, from: &BatchId, rescans: Vec<Rescan>, by: &str) -> Result<bool> {
        let (from, by) = (from.clone(), by.to_owned());
        self.write(move |tx, tenant| {
            for rescan in &rescans {
                let (table, id) = match &rescan.then {
                    Then::Nothing => ("batch", &rescan.batch.0),
                    Then::Again(id) | Then::Version(id, _) => ("document", &id.0),
                };
                if busy(tx, tenant, table, id)? {
                    return Ok(false);
                }
            }
            for rescan in rescans {
                apply(tx, tenant, &from, rescan, &by)?;
            }
            // Their words are those of the pages they became.
            tx.execute("DELETE FROM page_text WHERE tenant = ?1 AND batch = ?2", (tenant, &from.0))?;
            tx.execute(
                "UPDATE page SET gone = ?3 WHERE tenant = ?1 AND batch = ?2",
                (tenant, &from.0, MOVED),
            )?;
            advance(tx, tenant, &from.0, BatchState::Cut, "engine", "documents=0")?;
            advance(tx, tenant, &from.0, BatchState::Released, "engine", "rescan")?;
            Ok(true)
        })
    }
}

/// A worker is at it.
fn busy(tx: &Db, tenant: &str, table: &str, id: &str) -> Result<bool> {
    let sql = format!("SELECT 1 FROM {table} WHERE tenant = ?1 AND id = ?2 AND leased_until >= ?3");
    Ok(tx.prepare(&sql)?.exists((tenant, id, now()))?)
}

fn apply(tx: &Db, tenant: &str, from: &BatchId, rescan: Rescan, by: &str) -> Result<()> {
    let batch = &rescan.batch;
    let mut moved = Vec::new();
    for swap in &rescan.swaps {
        let number = take(tx, tenant, (from, swap.by), batch, &swap.rescanned)?;
        let reason = &swap.rescanned.reason;
        if let Some(void) = swap.void {
            declare_void(tx, tenant, batch, void, reason)?;
            moved.push((void as usize - 1, number as usize - 1));
        }
        let void = swap.void.map_or("-".to_owned(), |n| n.to_string());
        let detail = format!("page={void} new={number} from={from}/{} reason={reason}", swap.by);
        event(tx, tenant, PAGE_RESCANNED, &batch.0, by, &detail)?;
    }
    for void in &rescan.voids {
        declare_void(tx, tenant, batch, *void, "stau")?;
        event(tx, tenant, "page.void", &batch.0, by, &format!("page={void} from={from}"))?;
    }
    if let Some(sidecar) = &rescan.sidecar {
        let json = serde_json::to_string(sidecar)?;
        tx.execute("UPDATE batch SET sidecar = ?3 WHERE tenant = ?1 AND id = ?2", (tenant, &batch.0, json))?;
    }
    match rescan.then {
        Then::Nothing => go_on(tx, tenant, batch, by),
        Then::Again(id) => {
            // What was cut or decided by hand before cannot be taken back any more: it was about the void image.
            for table in ["recut_before", "document_before"] {
                tx.execute(
                    &format!(
                        "DELETE FROM {table} WHERE tenant = ?1 AND document > ?2 || '-' AND document < ?2 || '.'"
                    ),
                    (tenant, &batch.0),
                )?;
            }
            let document = swapped(tx, tenant, &id, &moved)?;
            set_cut(tx, tenant, &id.0, &document.cut)?;
            if document.state != DocumentState::Formed {
                advance(tx, tenant, &id.0, DocumentState::Formed, by, "rescan")?;
            }
            Ok(())
        }
        Then::Version(id, mut sheet) => {
            let mut document = swapped(tx, tenant, &id, &moved)?;
            document.cut.replaces = Some(id.clone());
            let new = insert(tx, tenant, &document, &document.cut)?;
            sheet.document_id = new.clone();
            write_sheet(tx, tenant, &new, &sheet)?;
            event(tx, tenant, DOCUMENT_REPLACED, &id.0, by, &new.0)?;
            let kind = format!("kind={}", sheet.understanding.kind);
            advance(tx, tenant, &new.0, DocumentState::Understood, by, &kind)?;
            advance(tx, tenant, &new.0, DocumentState::Approved, by, "rescan")?;
            Ok(())
        }
    }
}

/// The document with the new pages in the places of the old ones.
fn swapped(tx: &Db, tenant: &str, id: &DocumentId, moved: &[(usize, usize)]) -> Result<DocumentRow> {
    let mut document = tx
        .prepare(&format!("SELECT {DOCUMENT} WHERE d.tenant = ?1 AND d.id = ?2"))?
        .query_row((tenant, &id.0), document_row)?;
    for (old, new) in moved {
        let place = document.cut.pages.iter_mut().find(|index| *index == old);
        *place.ok_or(Error::Missing { what: "Die Seite von", id: id.0.clone() })? = *new;
    }
    Ok(document)
}

/// A held batch whose stack is whole now is looked at again.
fn go_on(tx: &Db, tenant: &str, batch: &BatchId, by: &str) -> Result<()> {
    let held = tx.prepare("SELECT 1 FROM batch WHERE tenant = ?1 AND id = ?2 AND state = ?3")?.exists((
        tenant,
        &batch.0,
        BatchState::Held.text(),
    ))?;
    if held {
        tx.execute("UPDATE batch SET reason = NULL WHERE tenant = ?1 AND id = ?2", (tenant, &batch.0))?;
        advance(tx, tenant, &batch.0, BatchState::Read, by, "rescan")?;
    }
    Ok(())
}

/// The image becomes the last page of the other batch, which holds its bytes from now on. Gives its number there.
fn take(
    tx: &Db,
    tenant: &str,
    (from, by): (&BatchId, u32),
    to: &BatchId,
    rescanned: &Rescanned,
) -> Result<u32> {
    let number: u32 = tx.query_row(
        "SELECT max(number) + 1 FROM page WHERE tenant = ?1 AND batch = ?2",
        (tenant, &to.0),
        |row| row.get(0),
    )?;
    tx.execute(
        "INSERT INTO page (tenant, batch, number, state, source, measured, thumbnail, due_at, rank, rescanned)
         SELECT tenant, ?3, CAST(?4 AS BIGINT), ?5, source, measured, thumbnail, '', rank, ?6
         FROM page WHERE tenant = ?1 AND batch = ?2 AND number = ?7",
        sql::params![tenant, &from.0, &to.0, number, PageState::Read.text(), serde_json::to_string(rescanned)?, by],
    )?;
    tx.execute(
        "INSERT INTO page_text (tenant, batch, number, text) SELECT tenant, ?3, CAST(?4 AS BIGINT), text
         FROM page_text WHERE tenant = ?1 AND batch = ?2 AND number = ?5",
        (tenant, &from.0, &to.0, number, by),
    )?;
    hold_bytes(tx, tenant, &rescanned.sha256.hex(), &holder(&to.0, number))?;
    let thumbnail: Option<String> = tx
        .query_row(
            "SELECT thumbnail FROM page WHERE tenant = ?1 AND batch = ?2 AND number = ?3",
            (tenant, &to.0, number),
            |row| row.get(0),
        )
        .optional()?
        .flatten();
    if let Some(hash) = thumbnail {
        hold_bytes(tx, tenant, &hash, &format!("{to} thumbnail {number}"))?;
    }
    Ok(number)
}

/// Under which name a batch holds the source of an image that came with another one.
pub(super) fn holder(batch: &str, number: u32) -> String {
    format!("{batch} rescan {number}")
}

fn declare_void(tx: &Db, tenant: &str, batch: &BatchId, number: u32, reason: &str) -> Result<()> {
    let changed = tx.execute(
        "UPDATE page SET gone = ?4 WHERE tenant = ?1 AND batch = ?2 AND number = ?3 AND gone IS NULL",
        (tenant, &batch.0, number, reason),
    )?;
    if changed == 0 {
        return Err(Error::Missing { what: "Die Seite von", id: format!("{batch}/{number}") });
    }
    Ok(())
}
