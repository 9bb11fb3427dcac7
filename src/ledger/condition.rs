//! How a ledger stands, for whoever looks after the machine: read without changing anything.

use super::Place;
use super::sql::{Db, Optional};
use crate::error::Result;

/// What an administrator wants to know. Times are UTC, as the ledger writes them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// When the last event was written.
    pub last_event: Option<String>,
    /// When the oldest batch was taken over that the program could work on by itself.
    pub oldest_work: Option<String>,
    /// When the oldest batch was taken over of which something waits for a person.
    pub oldest_review: Option<String>,
    /// Deliveries the target refused or that were given up: a person decides.
    pub refused: u64,
    /// Deliveries a person has settled by hand.
    pub dead: u64,
    /// Deliveries of which nobody knows how they ended.
    pub ambiguous: u64,
}

/// Looks at a ledger.
pub fn condition(ledger: impl Into<Place>, tenant: &str) -> Result<Condition> {
    let db = Db::reading(&ledger.into())?;
    let oldest = |sql: &str| db.query_row(sql, [tenant], |row| row.get::<Option<String>>(0));
    let count = |state: &str| -> Result<u64> {
        let sql = "SELECT count(*) FROM delivery WHERE tenant = ?1 AND state = ?2";
        Ok(db.query_row(sql, (tenant, state), |row| row.get::<i64>(0))?.unsigned_abs())
    };
    Ok(Condition {
        last_event: oldest("SELECT at FROM event WHERE tenant = ?1 ORDER BY seq DESC LIMIT 1").optional()?.flatten(),
        oldest_work: oldest(
            "SELECT min(taken_at) FROM batch b WHERE b.tenant = ?1 AND (b.state IN ('received', 'opened', 'read')
               OR EXISTS (SELECT 1 FROM document d WHERE d.tenant = b.tenant AND d.batch = b.id
                          AND d.state IN ('formed', 'understood', 'approved', 'sealed')))",
        )?,
        oldest_review: oldest(
            "SELECT min(b.taken_at) FROM batch b WHERE b.tenant = ?1 AND (b.state = 'held'
               OR EXISTS (SELECT 1 FROM document d WHERE d.tenant = b.tenant AND d.batch = b.id
                          AND d.state IN ('review', 'hold')))",
        )?,
        refused: count("refused")?,
        dead: count("dead")?,
        ambiguous: count("ambiguous")?,
    })
}
