//! Batches and their pages.

use super::sql::{self, Db, Optional, Row};
use super::{DUE, Ledger, advance, event, far, hold_bytes, later, leased_until, missing, now};
use crate::error::{Error, Result};
use crate::model::hash::ContentHash;
use crate::model::ids::BatchId;
use crate::model::page::OpenedSource;
use crate::model::sidecar::Sidecar;
use crate::model::state::{BatchState, PageState};
use std::time::Duration;

/// What intake hands over: the bytes are in the vault already.
#[derive(Clone, Debug)]
pub struct NewBatch {
    /// Station id.
    pub station: String,
    /// Circle of the station.
    pub circle: Option<String>,
    /// Name of the claimed file; taking the same claim twice is the same batch.
    pub claim: String,
    /// Name as the scanner gave it, NFC.
    pub file_name: String,
    /// SHA-256 of the bytes.
    pub hash: ContentHash,
    /// Length.
    pub bytes: u64,
    /// The file's own time, RFC 3339, if any.
    pub file_modified: Option<String>,
    /// Person signed on.
    pub operator: Option<String>,
    /// ISO date.
    pub received_date: Option<String>,
    /// Who says so.
    pub received_from: String,
    /// Hash of the configuration.
    pub config: String,
    /// It was taken although its own end is missing.
    pub cut_off: bool,
    /// What the scanner wrote beside it.
    pub sidecar: Option<Sidecar>,
}

/// Event of a batch that was taken although the end of its source is missing.
pub const INCOMPLETE: &str = "source.incomplete";

/// A batch as the ledger knows it.
#[derive(Clone, Debug)]
pub struct BatchRow {
    /// Id.
    pub id: BatchId,
    /// State.
    pub state: BatchState,
    /// Station id.
    pub station: String,
    /// Circle everything of it belongs to.
    pub circle: Option<String>,
    /// File name as scanned.
    pub file_name: String,
    /// SHA-256 of the source.
    pub hash: ContentHash,
    /// Length.
    pub bytes: u64,
    /// The file's own time.
    pub file_modified: Option<String>,
    /// When it was taken over, UTC.
    pub taken_at: String,
    /// Person.
    pub operator: Option<String>,
    /// ISO date.
    pub received_date: Option<String>,
    /// Who says so.
    pub received_from: String,
    /// Configuration it began with.
    pub config: String,
    /// Earlier batch with the same bytes.
    pub duplicate_of: Option<String>,
    /// What the container said, without pages.
    pub opened: Option<OpenedSource>,
    /// What the scanner wrote beside it.
    pub sidecar: Option<Sidecar>,
    /// Person who let it go on although something did not add up.
    pub accepted_by: Option<String>,
}

const BATCH: &str = "id, state, station, file_name, hash, bytes, file_modified, taken_at, operator,
    received_date, received_from, config, duplicate_of, opened, circle, sidecar, accepted_by";

fn batch_row(row: &Row<'_>) -> sql::Result<BatchRow> {
    Ok(BatchRow {
        id: BatchId(row.get(0)?),
        state: parsed(1, BatchState::parse(&row.get::<String>(1)?))?,
        station: row.get(2)?,
        file_name: row.get(3)?,
        hash: parsed(4, ContentHash::from_hex(&row.get::<String>(4)?))?,
        bytes: row.get::<i64>(5)?.unsigned_abs(),
        file_modified: row.get(6)?,
        taken_at: row.get(7)?,
        operator: row.get(8)?,
        received_date: row.get(9)?,
        received_from: row.get(10)?,
        config: row.get(11)?,
        duplicate_of: row.get(12)?,
        opened: json(13, row.get(13)?)?,
        circle: row.get(14)?,
        sidecar: json(15, row.get(15)?)?,
        accepted_by: row.get(16)?,
    })
}

pub(super) fn parsed<T>(column: usize, value: Option<T>) -> sql::Result<T> {
    value.ok_or_else(|| sql::Error::Unreadable(column, "unbekanntes Wort".into()))
}

pub(super) fn json<T: serde::de::DeserializeOwned>(
    column: usize,
    text: Option<String>,
) -> sql::Result<Option<T>> {
    text.map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|e| sql::Error::Unreadable(column, e.to_string()))
}

fn batch_by(db: &Db, tenant: &str, id: &str) -> Result<BatchRow> {
    db.prepare(&format!("SELECT {BATCH} FROM batch WHERE tenant = ?1 AND id = ?2"))?
        .query_row((tenant, id), batch_row)
        .map_err(|e| missing(e, "batch", id))
}

impl Ledger {
    /// Writes the row of a taken-over file. Idempotent by station and claim.
    pub fn take_over(&self, new: NewBatch) -> Result<BatchRow> {
        self.write(move |tx, tenant| {
            let known: Option<String> = tx
                .query_row(
                    "SELECT id FROM batch WHERE tenant = ?1 AND station = ?2 AND claim = ?3",
                    (tenant, &new.station, &new.claim),
                    |row| row.get(0),
                )
                .optional()?;
            if let Some(id) = known {
                return batch_by(tx, tenant, &id);
            }
            let hash = new.hash.hex();
            let duplicate: Option<String> = tx
                .query_row(
                    "SELECT id FROM batch WHERE tenant = ?1 AND hash = ?2 ORDER BY number LIMIT 1",
                    (tenant, &hash),
                    |row| row.get(0),
                )
                .optional()?;
            let at = now();
            let number: u64 = tx.query_row(
                "INSERT INTO batch (tenant, id, state, station, circle, claim, file_name, hash, bytes,
                   file_modified, taken_at, operator, received_date, received_from, config, duplicate_of, due_at,
                   sidecar)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, '', ?17) RETURNING number",
                sql::params![
                    tenant,
                    format!("taking {}", new.claim),
                    BatchState::Received.text(),
                    new.station,
                    new.circle,
                    new.claim,
                    new.file_name,
                    hash,
                    new.bytes,
                    new.file_modified,
                    at,
                    new.operator,
                    new.received_date,
                    new.received_from,
                    new.config,
                    duplicate,
                    new.sidecar.as_ref().map(serde_json::to_string).transpose()?,
                ],
                |row| row.get(0),
            )?;
            let id = BatchId::new(number, &new.hash);
            tx.execute(
                "UPDATE batch SET id = ?3 WHERE tenant = ?1 AND number = ?2",
                (tenant, number, &id.0),
            )?;
            hold_bytes(tx, tenant, &hash, &format!("{id} source"))?;
            if let Some(sidecar) = &new.sidecar {
                hold_bytes(tx, tenant, &sidecar.sha256, &format!("{id} side-car"))?;
            }
            event(tx, tenant, "batch.received", &id.0, "intake", &hash)?;
            if new.cut_off {
                event(tx, tenant, INCOMPLETE, &id.0, "intake", "")?;
            }
            if let Some(first) = duplicate {
                event(tx, tenant, "batch.possible_duplicate", &id.0, "intake", &first)?;
            }
            batch_by(tx, tenant, &id.0)
        })
    }

    /// One batch.
    pub fn batch(&self, id: &BatchId) -> Result<BatchRow> {
        self.read(|db, tenant| batch_by(db, tenant, &id.0))
    }

    /// The batch a claim became, if its row was written.
    pub fn batch_of_claim(&self, station: &str, claim: &str) -> Result<Option<BatchRow>> {
        self.read(|db, tenant| {
            Ok(db
                .prepare(&format!(
                    "SELECT {BATCH} FROM batch WHERE tenant = ?1 AND station = ?2 AND claim = ?3"
                ))?
                .query_row((tenant, station, claim), batch_row)
                .optional()?)
        })
    }

    /// Whether these bytes were ever taken over.
    pub fn knows_bytes(&self, hash: &ContentHash) -> Result<bool> {
        self.read(|db, tenant| {
            Ok(db
                .prepare("SELECT 1 FROM batch WHERE tenant = ?1 AND hash = ?2")?
                .exists((tenant, hash.hex()))?)
        })
    }

    /// Takes the next due batch in that state, or none.
    pub fn lease_batch(&self, state: BatchState, worker: &str) -> Result<Option<BatchRow>> {
        let worker = worker.to_owned();
        self.claim_row(move |tx, tenant| {
            let free = tx.free();
            Ok(tx
                .prepare(&format!(
                    "UPDATE batch SET leased_by = ?5, leased_until = ?6 WHERE number = (
                       SELECT number FROM batch WHERE tenant = ?1 AND state = ?2 AND {DUE}
                         AND (leased_until IS NULL OR leased_until < ?3) ORDER BY due_at, number LIMIT 1 {free})
                     RETURNING {BATCH}"
                ))?
                .query_row((tenant, state.text(), now(), far(), worker, leased_until()), batch_row)
                .optional()?)
        })
    }

    /// The container was opened: its pages are known. Urgent ones go before all others, then what came earlier.
    pub fn batch_opened(&self, id: &BatchId, opened: OpenedSource, urgent: bool) -> Result<()> {
        let id = id.clone();
        self.write(move |tx, tenant| {
            let received: String = tx.query_row(
                "SELECT COALESCE(received_date, substr(taken_at, 1, 10)) FROM batch WHERE tenant = ?1 AND id = ?2",
                (tenant, &id.0),
                |row| row.get(0),
            )?;
            let rank = format!("{} {received}", if urgent { 0 } else { 1 });
            for page in &opened.pages {
                tx.prepare(
                    "INSERT INTO page (tenant, batch, number, state, source, due_at, rank)
                     VALUES (?1, ?2, ?3, ?4, ?5, '', ?6) ON CONFLICT DO NOTHING",
                )?
                .execute((
                    tenant,
                    &id.0,
                    page.number,
                    PageState::Stored.text(),
                    serde_json::to_string(page)?,
                    &rank,
                ))?;
            }
            let count = opened.pages.len();
            let head = serde_json::to_string(&OpenedSource { pages: Vec::new(), ..opened })?;
            tx.execute("UPDATE batch SET opened = ?3 WHERE tenant = ?1 AND id = ?2", (tenant, &id.0, head))?;
            advance(tx, tenant, &id.0, BatchState::Opened, "engine", &format!("pages={count}"))?;
            if count == 0 {
                advance(tx, tenant, &id.0, BatchState::Read, "engine", "")?;
            }
            Ok(())
        })
    }

    /// Stops a batch for a person, or for good.
    pub fn batch_stopped(&self, id: &BatchId, to: BatchState, code: &str, text: &str) -> Result<()> {
        let (id, code, text) = (id.clone(), code.to_owned(), text.to_owned());
        self.write(move |tx, tenant| {
            tx.execute(
                "UPDATE batch SET reason = ?3 WHERE tenant = ?1 AND id = ?2",
                (tenant, &id.0, format!("[{code}] {text}")),
            )?;
            advance(tx, tenant, &id.0, to, "engine", &code)?;
            Ok(())
        })
    }

    /// A person takes a held batch back, because it is scanned again: its images are declared voids. Gives their number.
    pub fn batch_cancelled(&self, id: &BatchId, reason: &str, by: &str) -> Result<u32> {
        let (id, reason, by) = (id.clone(), reason.to_owned(), by.to_owned());
        self.write(move |tx, tenant| {
            let voids: u32 = tx.query_row(
                "SELECT count(*) FROM page WHERE tenant = ?1 AND batch = ?2",
                (tenant, &id.0),
                |r| r.get(0),
            )?;
            advance(
                tx,
                tenant,
                &id.0,
                BatchState::Cancelled,
                &by,
                &format!("reason={reason} voids={voids}"),
            )?;
            Ok(voids)
        })
    }

    /// Takes back a batch that nobody has opened yet: its source went on growing and is taken anew. Gives whether
    /// it could.
    pub fn batch_taken_back(&self, id: &BatchId) -> Result<bool> {
        let id = id.clone();
        self.write(move |tx, tenant| {
            let fresh = batch_by(tx, tenant, &id.0)?.state == BatchState::Received;
            if fresh {
                advance(tx, tenant, &id.0, BatchState::Cancelled, "intake", "reason=still_written voids=0")?;
            }
            Ok(fresh)
        })
    }

    /// A person says what was missing; the batch goes on where it stopped.
    pub fn batch_released(
        &self,
        id: &BatchId,
        received: Option<(String, String)>,
        operator: Option<String>,
        by: &str,
    ) -> Result<()> {
        let (id, by) = (id.clone(), by.to_owned());
        self.write(move |tx, tenant| {
            if let Some((date, source)) = &received {
                tx.execute(
                    "UPDATE batch SET received_date = ?3, received_from = ?4 WHERE tenant = ?1 AND id = ?2",
                    (tenant, &id.0, date, source),
                )?;
            }
            if let Some(operator) = &operator {
                tx.execute(
                    "UPDATE batch SET operator = ?3 WHERE tenant = ?1 AND id = ?2",
                    (tenant, &id.0, operator),
                )?;
            }
            tx.execute(
                "UPDATE batch SET reason = NULL, accepted_by = ?3 WHERE tenant = ?1 AND id = ?2",
                (tenant, &id.0, &by),
            )?;
            let unread: i64 = tx.query_row(
                "SELECT count(*) FROM page WHERE tenant = ?1 AND batch = ?2 AND state <> ?3",
                (tenant, &id.0, PageState::Read.text()),
                |row| row.get(0),
            )?;
            let opened = batch_by(tx, tenant, &id.0)?.opened.is_some();
            let to = match (opened, unread) {
                (false, _) => BatchState::Received,
                (true, 0) => BatchState::Read,
                (true, _) => BatchState::Opened,
            };
            let detail = received.map_or_else(String::new, |(date, _)| format!("received={date}"));
            advance(tx, tenant, &id.0, to, &by, &detail)?;
            Ok(())
        })
    }

    /// Batches that wait for a person: id and reason, oldest first.
    pub fn batches_held(&self) -> Result<Vec<(BatchId, String)>> {
        self.read(|db, tenant| {
            let mut statement = db.prepare(
                "SELECT id, coalesce(reason, '') FROM batch WHERE tenant = ?1 AND state = ?2 ORDER BY number",
            )?;
            let rows = statement.query_map((tenant, BatchState::Held.text()), |row| {
                Ok((BatchId(row.get(0)?), row.get(1)?))
            })?;
            rows.collect::<sql::Result<_>>().map_err(Error::from)
        })
    }

    /// What it needs is in other hands; it is tried again later, and the lease is given back.
    pub fn batch_again(&self, id: &BatchId, after: Duration) -> Result<()> {
        let id = id.clone();
        self.write(move |tx, tenant| {
            tx.execute(
                "UPDATE batch SET due_at = ?3, leased_by = NULL, leased_until = NULL WHERE tenant = ?1 AND id = ?2",
                (tenant, &id.0, later(after)),
            )?;
            Ok(())
        })
    }
}
