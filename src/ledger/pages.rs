//! Pages: leased one by one, read, given back.

use super::batches::{json, parsed};
use super::sql::{self, Db, Optional, Row};
use super::{DUE, Ledger, advance, far, hold_bytes, leased_until, now};
use crate::error::{Error, Result};
use crate::model::hash::ContentHash;
use crate::model::ids::BatchId;
use crate::model::page::{MeasuredPage, PageText, ReadPage, Rescanned, SourcePage};
use crate::model::state::{BatchState, PageState};

/// A page as the ledger knows it.
#[derive(Clone, Debug)]
pub struct PageRow {
    /// Its batch.
    pub batch: BatchId,
    /// Number in the source, from 1.
    pub number: u32,
    /// State.
    pub state: PageState,
    /// What the container says.
    pub source: SourcePage,
    /// What was measured.
    pub measured: Option<MeasuredPage>,
    /// What is written on it.
    pub text: Option<PageText>,
    /// Why it is in no document: it is void, or lies in another batch now.
    pub gone: Option<String>,
    /// It came with another batch, in the place of a page of this one.
    pub rescanned: Option<Rescanned>,
}

impl PageRow {
    /// Where it lies in the stack, from 1.
    pub fn place(&self) -> u32 {
        self.rescanned.as_ref().map_or(self.number, |r| r.place)
    }

    /// The source it lies in, and its page there, from 1.
    pub fn lies_in(&self, batch: &ContentHash) -> (ContentHash, u32) {
        self.rescanned.as_ref().map_or((*batch, self.number), |r| (r.sha256, r.source_page))
    }
}

fn page_row(row: &Row<'_>) -> sql::Result<PageRow> {
    Ok(PageRow {
        batch: BatchId(row.get(0)?),
        number: row.get(1)?,
        state: parsed(2, PageState::parse(&row.get::<String>(2)?))?,
        source: json(3, row.get(3)?)?.ok_or(sql::Error::Unreadable(0, "leer".into()))?,
        measured: json(4, row.get(4)?)?,
        text: json(5, row.get(5)?)?,
        gone: row.get(6)?,
        rescanned: json(7, row.get(7)?)?,
    })
}

const PAGE: &str = "p.batch, p.number, p.state, p.source, p.measured, t.text, p.gone, p.rescanned FROM page p
    LEFT JOIN page_text t ON t.tenant = p.tenant AND t.batch = p.batch AND t.number = p.number";

/// Pages that wait to be measured, counted no further than one more than `few`.
fn waiting(tx: &Db, tenant: &str, few: u32) -> Result<u32> {
    let sql = "SELECT count(*) FROM (SELECT 1 FROM page WHERE tenant = ?1 AND state = ?2 LIMIT ?3) few";
    let key = (tenant, PageState::Stored.text(), few.saturating_add(1));
    Ok(tx.prepare(sql)?.query_row(key, |row| row.get(0))?)
}

impl Ledger {
    /// Small pictures of a batch's pages: number and hash.
    pub fn thumbnails(&self, batch: &BatchId) -> Result<Vec<(u32, ContentHash)>> {
        self.read(|db, tenant| {
            let mut statement = db.prepare(
                "SELECT number, thumbnail FROM page WHERE tenant = ?1 AND batch = ?2 AND thumbnail IS NOT NULL ORDER BY number",
            )?;
            let rows = statement.query_map((tenant, &batch.0), |r| {
                Ok((r.get(0)?, parsed(1, ContentHash::from_hex(&r.get::<String>(1)?))?))
            })?;
            Ok(rows.collect::<sql::Result<_>>()?)
        })
    }

    /// Takes the next page in that state, or else one in the other; but while at most `few` pages wait to be
    /// measured, one of them. Urgent mail first, then what the town received earlier; among mail of one day page
    /// numbers first, batches second: the first page of a letter that came in later goes before page 500 of a big
    /// batch.
    pub fn lease_page(&self, worker: &str, rather: PageState, few: u32) -> Result<Option<PageRow>> {
        let worker = worker.to_owned();
        self.claim_row(move |tx, tenant| {
            let (at, far, free) = (now(), far(), tx.free());
            let mut order = [PageState::Stored, PageState::Measured];
            if rather == PageState::Measured && waiting(tx, tenant, few)? > few {
                order.reverse();
            }
            let mut next = tx.prepare(&format!(
                "SELECT batch, number FROM page WHERE tenant = ?1 AND state = ?2 AND {DUE}
                   AND (leased_until IS NULL OR leased_until < ?3) ORDER BY rank, number, batch LIMIT 1 {free}"
            ))?;
            let mut found: Option<(String, u32)> = None;
            for state in order {
                if found.is_none() {
                    let key = (tenant, state.text(), &at, &far);
                    found = next.query_row(key, |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
                }
            }
            let Some((batch, number)) = found else { return Ok(None) };
            tx.prepare(
                "UPDATE page SET leased_by = ?4, leased_until = ?5, attempts = attempts + 1
                 WHERE tenant = ?1 AND batch = ?2 AND number = ?3",
            )?
            .execute((tenant, &batch, number, worker, leased_until()))?;
            Ok(Some(
                tx.prepare(&format!(
                    "SELECT {PAGE} WHERE p.tenant = ?1 AND p.batch = ?2 AND p.number = ?3"
                ))?
                .query_row((tenant, &batch, number), page_row)?,
            ))
        })
    }

    /// A sheet in the batch says that it is urgent: its pages overtake all others from now on.
    pub fn batch_urgent(&self, batch: &BatchId) -> Result<()> {
        let batch = batch.clone();
        self.write(move |tx, tenant| {
            tx.prepare(
                "UPDATE page SET rank = '0' || substr(rank, 2) WHERE tenant = ?1 AND batch = ?2 AND rank >= '1'",
            )?
            .execute((tenant, &batch.0))?;
            Ok(())
        })
    }

    /// A page was measured. With its text there is nothing left to read on it.
    pub fn page_measured(
        &self,
        batch: &BatchId,
        number: u32,
        measured: MeasuredPage,
        text: Option<PageText>,
        thumbnail: Option<ContentHash>,
    ) -> Result<()> {
        if let Some(text) = text {
            return self.page_read(batch, number, ReadPage { measured, text }, thumbnail);
        }
        let batch = batch.clone();
        self.write(move |tx, tenant| {
            let changed = tx
                .prepare(
                    "UPDATE page SET state = ?4, measured = ?5, thumbnail = ?6, leased_by = NULL, leased_until = NULL
                     WHERE tenant = ?1 AND batch = ?2 AND number = ?3 AND state = ?7",
                )?
                .execute((
                    tenant,
                    &batch.0,
                    number,
                    PageState::Measured.text(),
                    serde_json::to_string(&measured)?,
                    thumbnail.map(|hash| hash.hex()),
                    PageState::Stored.text(),
                ))?;
            if let (Some(hash), true) = (thumbnail, changed > 0) {
                hold_bytes(tx, tenant, &hash.hex(), &format!("{batch} thumbnail {number}"))?;
            }
            Ok(())
        })
    }

    /// A page was read, or given up with a note; without a new thumbnail the one it has stays. When it was
    /// the last one, the batch is read too.
    pub fn page_read(
        &self,
        batch: &BatchId,
        number: u32,
        page: ReadPage,
        thumbnail: Option<ContentHash>,
    ) -> Result<()> {
        let batch = batch.clone();
        self.write(move |tx, tenant| {
            let changed = tx
                .prepare(
                    "UPDATE page SET state = ?4, measured = ?5, thumbnail = COALESCE(?6, thumbnail),
                       leased_by = NULL, leased_until = NULL
                     WHERE tenant = ?1 AND batch = ?2 AND number = ?3 AND state <> ?4",
                )?
                .execute((
                    tenant,
                    &batch.0,
                    number,
                    PageState::Read.text(),
                    serde_json::to_string(&page.measured)?,
                    thumbnail.map(|hash| hash.hex()),
                ))?;
            if changed == 0 {
                return Ok(()); // Another worker was faster after a lease ran out.
            }
            tx.prepare(
                "INSERT INTO page_text (tenant, batch, number, text) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (tenant, batch, number) DO UPDATE SET text = excluded.text",
            )?
            .execute((tenant, &batch.0, number, serde_json::to_string(&page.text)?))?;
            if let Some(hash) = thumbnail {
                hold_bytes(tx, tenant, &hash.hex(), &format!("{batch} thumbnail {number}"))?;
            }
            let open = tx
                .prepare("SELECT 1 FROM page WHERE tenant = ?1 AND batch = ?2 AND state <> ?3")?
                .exists((tenant, &batch.0, PageState::Read.text()))?;
            if !open {
                // A page that a person turned is read again long after its batch was.
                let opened = tx
                    .prepare("SELECT 1 FROM batch WHERE tenant = ?1 AND id = ?2 AND state = ?3")?
                    .exists((tenant, &batch.0, BatchState::Opened.text()))?;
                if opened {
                    advance(tx, tenant, &batch.0, BatchState::Read, "engine", "")?;
                }
            }
            Ok(())
        })
    }

    /// All pages of a batch in order, with their text where it still exists.
    pub fn pages(&self, batch: &BatchId) -> Result<Vec<PageRow>> {
        self.read(|db, tenant| {
            let mut statement =
                db.prepare(&format!("SELECT {PAGE} WHERE p.tenant = ?1 AND p.batch = ?2 ORDER BY p.number"))?;
            let rows = statement.query_map((tenant, &batch.0), page_row)?;
            rows.collect::<sql::Result<_>>().map_err(Error::from)
        })
    }
}
