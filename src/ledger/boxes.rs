//! Boxes of paper, as people said which batch lies where.
//!
//! A batch lies in the box that was said last. What of a box may go is not judged here.

use super::sight::{Names, SEES_BATCH};
use super::sql::{self, Bind};
use super::{Ledger, Sight, event, hold_bytes};
use crate::error::{Error, Result};
use crate::model::hash::ContentHash;
use crate::model::ids::{BatchId, DocumentId};

/// One box.
#[derive(Clone, Debug)]
pub struct BoxRow {
    /// What stands on it.
    pub name: String,
    /// Batches in it.
    pub batches: u32,
    /// When the first and the last of them came into it, UTC.
    pub from: String,
    /// See `from`.
    pub to: String,
}

/// The newest word about each batch.
const LIES: &str = "e.tenant = :tenant AND e.code = 'paper.boxed' AND e.seq = (SELECT max(n.seq) FROM event n
    WHERE n.tenant = e.tenant AND n.subject = e.subject AND n.code = 'paper.boxed')";

impl Ledger {
    /// Batches in that box, oldest first.
    pub fn batches_in_box(&self, name: &str) -> Result<Vec<BatchId>> {
        self.read(|db, tenant| {
            let mut statement = db.prepare(&format!(
                "SELECT e.subject FROM event e WHERE {LIES} AND e.detail = :name ORDER BY e.seq"
            ))?;
            let values: [(&str, &dyn Bind); 2] = [(":tenant", &tenant), (":name", &name)];
            let rows = statement.query_map(&values[..], |r| Ok(BatchId(r.get(0)?)))?;
            Ok(rows.collect::<sql::Result<_>>()?)
        })
    }

    /// Boxes anything lies in; those that something came into last, first.
    pub fn boxes(&self, rows_max: u32) -> Result<Vec<BoxRow>> {
        self.read(|db, tenant| {
            let mut statement = db.prepare(&format!(
                "SELECT e.detail, count(*), min(e.at), max(e.at) FROM event e WHERE {LIES}
                 GROUP BY e.detail ORDER BY max(e.seq) DESC LIMIT :max"
            ))?;
            let values: [(&str, &dyn Bind); 2] = [(":tenant", &tenant), (":max", &rows_max)];
            let rows = statement.query_map(&values[..], |r| {
                Ok(BoxRow { name: r.get(0)?, batches: r.get(1)?, from: r.get(2)?, to: r.get(3)? })
            })?;
            Ok(rows.collect::<sql::Result<_>>()?)
        })
    }

    /// Batches that are cut since `since` and of which nobody said where their paper lies, as far as this person may
    /// see them: id, station and file name, newest first.
    pub fn unboxed(&self, sight: &Sight, since: &str, rows_max: u32) -> Result<Vec<[String; 3]>> {
        let names = Names::of(sight);
        self.read(|db, tenant| {
            let mut values: Vec<(&str, &dyn Bind)> =
                vec![(":tenant", &tenant), (":since", &since), (":max", &rows_max)];
            values.extend(names.batch());
            let mut statement = db.prepare(&format!(
                "SELECT b.id, b.station, b.file_name FROM batch b
                 WHERE b.tenant = :tenant AND b.taken_at >= :since AND b.state IN ('cut', 'released') AND {SEES_BATCH}
                   AND NOT EXISTS (SELECT 1 FROM event e WHERE e.tenant = b.tenant AND e.subject = b.id
                     AND e.code = 'paper.boxed')
                 ORDER BY b.number DESC LIMIT :max"
            ))?;
            let rows = statement.query_map(&values[..], |r| Ok([r.get(0)?, r.get(1)?, r.get(2)?]))?;
            rows.collect::<sql::Result<_>>().map_err(Error::from)
        })
    }

    /// A box may be destroyed with those documents, by the word of two people; the protocol stays in the vault.
    /// `false`: it was released before, and nothing happens.
    pub fn box_released(
        &self,
        name: &str,
        documents: Vec<DocumentId>,
        (by, and): (&str, &str),
        protocol: &ContentHash,
    ) -> Result<bool> {
        let [name, by, and] = [name, by, and].map(str::to_owned);
        let protocol = protocol.hex();
        self.write(move |tx, tenant| {
            let before: i64 = tx
                .prepare(
                    "SELECT count(*) FROM event WHERE tenant = ?1 AND subject = ?2 AND code = 'box.released'",
                )?
                .query_row((tenant, &name), |r| r.get(0))?;
            if before > 0 {
                return Ok(false);
            }
            for document in &documents {
                let detail = format!("box={name} and={and}");
                event(tx, tenant, "paper.released", &document.0, &by, &detail)?;
            }
            hold_bytes(tx, tenant, &protocol, &name)?;
            event(tx, tenant, "box.protocol", &name, &by, &protocol)?;
            event(
                tx,
                tenant,
                "box.released",
                &name,
                &by,
                &format!("documents={} and={and}", documents.len()),
            )?;
            Ok(true)
        })
    }
}
