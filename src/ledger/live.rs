//! What is going on now: for a screen that looks every few seconds, so every query goes along an index and
//! none counts what is finished. Nothing in here tells one person from another, and nothing of a circle.

use super::Ledger;
use super::sql;
use crate::error::{Error, Result};
use std::collections::BTreeMap;

/// Batches listed as in work; the rest is a number.
const IN_WORK_MAX: u32 = 12;
/// Deliveries listed as stuck.
const STUCK_MAX: u32 = 12;

/// Now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Live {
    /// Stations something came from today.
    pub stations: BTreeMap<String, StationToday>,
    /// Oldest batches in work, without those of circles.
    pub in_work: Vec<InWork>,
    /// Number of batches in work, all of them.
    pub in_work_count: u64,
    /// Pages that wait to be read.
    pub pages_waiting: u64,
    /// Documents per state that is not final.
    pub documents: BTreeMap<String, u64>,
    /// Batches that wait for a person.
    pub batches_held: u64,
    /// When the batch of the oldest document in review was taken over, UTC.
    pub oldest_review: Option<String>,
    /// Deliveries that do not get through.
    pub stuck: Vec<Stuck>,
}

/// A station today.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StationToday {
    /// Batches taken over.
    pub batches: u64,
    /// Pages in them.
    pub pages: u64,
    /// When the last one was taken over, UTC.
    pub last: Option<String>,
}

/// A batch in work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InWork {
    /// Id.
    pub batch: String,
    /// Station.
    pub station: String,
    /// State.
    pub state: String,
    /// When it was taken over, UTC.
    pub taken_at: String,
    /// Pages known.
    pub pages: u64,
    /// Pages read.
    pub read: u64,
}

/// A delivery that does not get through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stuck {
    /// Document.
    pub document: String,
    /// Target.
    pub target: String,
    /// State.
    pub state: String,
    /// Attempts so far.
    pub attempts: u32,
    /// Code and sentence.
    pub trouble: String,
}

impl Ledger {
    /// Now; `today` is the first moment of the day, UTC.
    pub fn live(&self, today: &str, targets: &[String]) -> Result<Live> {
        self.read(|db, tenant| {
            let mut live = Live::default();
            let mut statement = db.prepare(
                "SELECT b.station, count(*), max(b.taken_at),
                   sum((SELECT count(*) FROM page p WHERE p.tenant = b.tenant AND p.batch = b.id))
                 FROM batch b WHERE b.tenant = ?1 AND b.taken_at >= ?2 GROUP BY b.station",
            )?;
            let rows = statement.query_map((tenant, today), |row| {
                let number = |column: usize| -> sql::Result<u64> {
                    Ok(row.get::<i64>(column)?.unsigned_abs())
                };
                let station = StationToday { batches: number(1)?, last: row.get(2)?, pages: number(3)? };
                Ok((row.get::<String>(0)?, station))
            })?;
            live.stations = rows.collect::<sql::Result<_>>()?;
            let mut statement = db.prepare(
                "SELECT b.id, b.station, b.state, b.taken_at,
                   (SELECT count(*) FROM page p WHERE p.tenant = b.tenant AND p.batch = b.id),
                   (SELECT count(*) FROM page p WHERE p.tenant = b.tenant AND p.batch = b.id AND p.state = 'read')
                 FROM batch b WHERE b.tenant = ?1 AND b.state IN ('received', 'opened', 'read') AND b.circle IS NULL
                 ORDER BY b.number LIMIT ?2",
            )?;
            let rows = statement.query_map((tenant, IN_WORK_MAX), |row| {
                Ok(InWork {
                    batch: row.get(0)?,
                    station: row.get(1)?,
                    state: row.get(2)?,
                    taken_at: row.get(3)?,
                    pages: row.get::<i64>(4)?.unsigned_abs(),
                    read: row.get::<i64>(5)?.unsigned_abs(),
                })
            })?;
            live.in_work = rows.collect::<sql::Result<_>>()?;
            let count = |sql: &str| -> Result<u64> {
                let count: i64 = db.prepare(sql)?.query_row([tenant], |row| row.get(0))?;
                Ok(count.unsigned_abs())
            };
            live.in_work_count = count(
                "SELECT count(*) FROM batch WHERE tenant = ?1 AND state IN ('received', 'opened', 'read')",
            )?;
            live.pages_waiting =
                count("SELECT count(*) FROM page WHERE tenant = ?1 AND state IN ('stored', 'measured')")?;
            live.batches_held = count("SELECT count(*) FROM batch WHERE tenant = ?1 AND state = 'held'")?;
            let mut statement = db.prepare(
                "SELECT state, count(*) FROM document WHERE tenant = ?1 AND state IN
                   ('formed', 'understood', 'review', 'hold', 'sample', 'approved', 'sealed', 'delivering')
                 GROUP BY state",
            )?;
            let rows = statement
                .query_map([tenant], |row| Ok((row.get(0)?, row.get::<i64>(1)?.unsigned_abs())))?;
            live.documents = rows.collect::<sql::Result<_>>()?;
            // Ids count up, so the least one is the oldest.
            live.oldest_review = db
                .prepare(
                    "SELECT (SELECT b.taken_at FROM batch b WHERE b.tenant = ?1 AND b.id =
                       (SELECT batch FROM document WHERE tenant = ?1 AND id = d.first))
                     FROM (SELECT min(id) AS first FROM document WHERE tenant = ?1 AND state = 'review') d",
                )?
                .query_row([tenant], |row| row.get(0))?;
            let mut statement = db.prepare(
                "SELECT document, target, state, attempts, coalesce(trouble, '') FROM delivery
                 WHERE tenant = ?1 AND target = ?2 AND state IN ('planned', 'sending', 'ambiguous', 'refused')
                   AND trouble IS NOT NULL LIMIT ?3",
            )?;
            for target in targets {
                let rows = statement.query_map((tenant, target, STUCK_MAX), |row| {
                    Ok(Stuck {
                        document: row.get(0)?,
                        target: row.get(1)?,
                        state: row.get(2)?,
                        attempts: row.get(3)?,
                        trouble: row.get(4)?,
                    })
                })?;
                live.stuck.extend(rows.collect::<sql::Result<Vec<_>>>().map_err(Error::from)?);
            }
            live.stuck.truncate(STUCK_MAX as usize);
            Ok(live)
        })
    }
}
