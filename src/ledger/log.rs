//! The log over all events: written with them, read for heads and proofs.

use super::Ledger;
use super::sql::{self, Db, Optional};
use crate::error::{Error, Result};
use crate::model::hash::ContentHash;
use crate::model::ids::DocumentId;
use crate::record::log::{Entry, HEAD, Head, PROOF, Proof};
use crate::record::merkle::{self, Hash, Nodes};

/// Code of the event that a record was written; its detail is SHA-256 of `record.json`.
pub const RECORD_WRITTEN: &str = "record.written";

/// Full nodes of one tenant.
pub(super) struct Stored<'a> {
    pub db: &'a Db,
    pub tenant: &'a str,
}

impl Nodes for Stored<'_> {
    type Error = Error;

    fn node(&self, level: u32, place: u64) -> Result<Hash> {
        let hash: Option<Hash> = self
            .db
            .prepare("SELECT hash FROM log_node WHERE tenant = ?1 AND level = ?2 AND place = ?3")?
            .query_row((self.tenant, level, signed(place)), |row| row.get(0))
            .optional()?;
        hash.ok_or_else(|| Error::Missing {
            what: "Der Knoten des Protokolls",
            id: format!("{level}/{place}"),
        })
    }
}

impl Stored<'_> {
    /// Number of entries.
    pub fn size(&self) -> Result<u64> {
        let last: Option<i64> = self
            .db
            .prepare("SELECT place FROM log_leaf WHERE tenant = ?1 ORDER BY place DESC LIMIT 1")?
            .query_row([self.tenant], |row| row.get(0))
            .optional()?;
        Ok(last.map_or(0, |place| place.unsigned_abs() + 1))
    }

    /// The head of the first `size` entries.
    pub fn head(&self, size: u64) -> Result<Head> {
        let head = ContentHash(merkle::head(self, size)?);
        Ok(Head { format: HEAD.into(), tenant: self.tenant.into(), size, head })
    }
}

/// Makes an event that was just written the next leaf.
pub(super) fn append(tx: &Db, entry: &Entry) -> Result<()> {
    let nodes = Stored { db: tx, tenant: &entry.tenant };
    let place = nodes.size()?;
    tx.prepare("INSERT INTO log_leaf (tenant, place, event) VALUES (?1, ?2, ?3)")?.execute((
        &entry.tenant,
        signed(place),
        entry.seq,
    ))?;
    for (level, place, hash) in merkle::appended(&nodes, place, entry.leaf())? {
        tx.prepare("INSERT INTO log_node (tenant, level, place, hash) VALUES (?1, ?2, ?3, ?4)")?
            .execute((&entry.tenant, level, signed(place), hash))?;
    }
    Ok(())
}

/// Events from before there was a log become its first leaves.
pub(super) fn catch_up(db: &Db) -> Result<()> {
    if late(db)?.is_empty() {
        return Ok(());
    }
    let tx = db.begin("")?;
    late(&tx)?.iter().try_for_each(|entry| append(&tx, entry))?;
    Ok(tx.commit()?)
}

fn late(db: &Db) -> Result<Vec<Entry>> {
    let mut events = db.prepare(&format!(
        "SELECT {ENTRY} FROM event e WHERE e.seq > (SELECT coalesce(max(event), 0) FROM log_leaf) ORDER BY e.seq"
    ))?;
    Ok(events.query_map((), entry)?.collect::<sql::Result<_>>()?)
}

/// Columns of [`entry`].
pub(super) const ENTRY: &str = "e.seq, e.tenant, e.at, e.code, e.subject, e.actor, e.detail";

pub(super) fn entry(row: &sql::Row<'_>) -> sql::Result<Entry> {
    Ok(Entry {
        seq: row.get(0)?,
        tenant: row.get(1)?,
        at: row.get(2)?,
        code: row.get(3)?,
        subject: row.get(4)?,
        actor: row.get(5)?,
        detail: row.get(6)?,
    })
}

pub(super) fn signed(place: u64) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}

/// Everything that was logged since a moment, and what ties it to the log before.
#[derive(Clone, Debug)]
pub struct LogSpan {
    /// Entries before the first one here.
    pub before: u64,
    /// Full nodes over those, largest first.
    pub nodes: Vec<ContentHash>,
    /// Every entry since, to the end of the log.
    pub entries: Vec<Entry>,
    /// The head all of it leads to.
    pub head: Head,
}

impl Ledger {
    /// The log since the batches came in whose records were written in that span of time.
    pub fn log_span(&self, from: &str, to: &str) -> Result<LogSpan> {
        self.read(|db, tenant| {
            let nodes = Stored { db, tenant };
            let size = nodes.size()?;
            let first: Option<i64> = db
                .prepare(
                    "SELECT min(l.place) FROM log_leaf l JOIN event e ON e.seq = l.event
                     WHERE l.tenant = ?1 AND (e.at >= ?2 OR e.subject IN (
                       SELECT d.batch FROM document d JOIN event w ON w.tenant = d.tenant AND w.subject = d.id
                       WHERE d.tenant = ?1 AND w.code = ?4 AND w.at >= ?2 AND w.at < ?3))",
                )?
                .query_row((tenant, from, to, RECORD_WRITTEN), |r| r.get(0))?;
            let before = first.map_or(size, i64::unsigned_abs);
            let mut statement = db.prepare(&format!(
                "SELECT {ENTRY} FROM event e JOIN log_leaf l ON l.event = e.seq
                 WHERE l.tenant = ?1 AND l.place >= ?2 AND l.place < ?3 ORDER BY l.place"
            ))?;
            let rows = statement.query_map((tenant, signed(before), signed(size)), entry)?;
            let entries = rows.collect::<sql::Result<_>>()?;
            let full = merkle::full(&nodes, before)?.into_iter().map(ContentHash).collect();
            Ok(LogSpan { before, nodes: full, entries, head: nodes.head(size)? })
        })
    }

    /// Every entry of these codes before a moment, oldest first.
    pub fn entries_of(&self, codes: &[&str], before: &str) -> Result<Vec<Entry>> {
        self.read(|db, tenant| {
            let mut statement = db.prepare(&format!(
                "SELECT {ENTRY} FROM event e WHERE e.tenant = ?1 AND e.at < ?2 AND e.code IN (SELECT value FROM json_each(?3))
                 ORDER BY e.seq"
            ))?;
            let rows = statement.query_map((tenant, before, serde_json::to_string(codes)?), entry)?;
            Ok(rows.collect::<sql::Result<_>>()?)
        })
    }

    /// The head of the log now.
    pub fn log_head(&self) -> Result<Head> {
        self.read(|db, tenant| {
            let nodes = Stored { db, tenant };
            nodes.head(nodes.size()?)
        })
    }

    /// That the record of a document stands in the log as it is now; the newest, if it has several.
    pub fn log_proof(&self, document: &DocumentId) -> Result<Proof> {
        self.read(|db, tenant| {
            let nodes = Stored { db, tenant };
            let found = db
                .prepare(&format!(
                    "SELECT {ENTRY}, l.place FROM event e JOIN log_leaf l ON l.event = e.seq
                     WHERE e.tenant = ?1 AND e.subject = ?2 AND e.code = ?3 ORDER BY e.seq DESC LIMIT 1"
                ))?
                .query_row((tenant, &document.0, RECORD_WRITTEN), |row| {
                    Ok((entry(row)?, row.get::<i64>(7)?.unsigned_abs()))
                })
                .optional()?;
            let Some((entry, index)) = found else {
                return Err(Error::Missing { what: "Der Nachweis zu", id: document.0.clone() });
            };
            let size = nodes.size()?;
            let path = merkle::inclusion(&nodes, index, size)?;
            let path = path.into_iter().map(ContentHash).collect();
            Ok(Proof { format: PROOF.into(), entry, index, path, log: nodes.head(size)? })
        })
    }

    /// Hashes that show that the log of `old` entries is the beginning of the log now.
    pub fn log_consistency(&self, old: u64) -> Result<Vec<ContentHash>> {
        self.read(|db, tenant| {
            let nodes = Stored { db, tenant };
            let path = merkle::consistency(&nodes, old, nodes.size()?)?;
            Ok(path.into_iter().map(ContentHash).collect())
        })
    }
}
