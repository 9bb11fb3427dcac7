//! What is where: counts and the queue, for screens and for "is all settled?".

use super::Ledger;
use super::sql::{self, Bind, Db};
use crate::error::{Error, Result};
use std::collections::BTreeMap;

/// Counts per state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// Batches per state.
    pub batches: BTreeMap<String, u64>,
    /// Pages per state.
    pub pages: BTreeMap<String, u64>,
    /// Documents per state.
    pub documents: BTreeMap<String, u64>,
    /// Deliveries per state.
    pub deliveries: BTreeMap<String, u64>,
}

impl Overview {
    /// Nothing is left that the program could do by itself.
    pub fn settled(&self) -> bool {
        let open = |counts: &BTreeMap<String, u64>, words: &[&str]| {
            words.iter().any(|word| counts.get(*word).is_some_and(|&n| n > 0))
        };
        !open(&self.batches, &["received", "opened", "read"])
            && !open(&self.pages, &["stored", "measured"])
            && !open(&self.documents, &["formed", "understood", "approved", "sealed"])
            && !open(&self.deliveries, &["planned", "sending", "ambiguous"])
    }
}

/// One line of the queue page.
#[derive(Clone, Debug)]
pub struct QueueRow {
    /// Batch id.
    pub batch: String,
    /// Batch state.
    pub state: String,
    /// Station.
    pub station: String,
    /// File name.
    pub file_name: String,
    /// When it was taken over.
    pub taken_at: String,
    /// Reason of a hold or rejection.
    pub reason: Option<String>,
    /// Earlier batch with the same bytes.
    pub duplicate_of: Option<String>,
    /// Pages known.
    pub pages: u64,
    /// Pages read.
    pub pages_read: u64,
    /// Documents: id, state, kind, department, hold.
    pub documents: Vec<[String; 5]>,
}

/// One event.
#[derive(Clone, Debug)]
pub struct EventRow {
    /// When, UTC.
    pub at: String,
    /// What.
    pub code: String,
    /// To what.
    pub subject: String,
    /// Who.
    pub actor: String,
    /// Codes and numbers.
    pub detail: String,
}

/// A condition with the values of its names.
pub(super) type Where<'a> = (&'a str, &'a [(&'static str, &'a dyn Bind)]);

/// The newest batches `b` and documents `d` of which two conditions hold.
pub(super) fn queue_rows(
    db: &Db,
    tenant: &str,
    rows_max: u32,
    batches: Where<'_>,
    documents: Where<'_>,
) -> Result<Vec<QueueRow>> {
    let mut values: Vec<(&str, &dyn Bind)> = vec![(":tenant", &tenant), (":max", &rows_max)];
    values.extend(batches.1);
    let mut statement = db.prepare(&format!(
        "SELECT b.id, b.state, b.station, b.file_name, b.taken_at, b.reason,
           (SELECT count(*) FROM page p WHERE p.tenant = b.tenant AND p.batch = b.id),
           (SELECT count(*) FROM page p WHERE p.tenant = b.tenant AND p.batch = b.id AND p.state = 'read'),
           b.duplicate_of
         FROM batch b WHERE b.tenant = :tenant AND {} ORDER BY b.number DESC LIMIT :max",
        batches.0
    ))?;
    let rows = statement.query_map(&values[..], |row| {
        Ok(QueueRow {
            batch: row.get(0)?,
            state: row.get(1)?,
            station: row.get(2)?,
            file_name: row.get(3)?,
            taken_at: row.get(4)?,
            reason: row.get(5)?,
            pages: row.get::<i64>(6)?.unsigned_abs(),
            pages_read: row.get::<i64>(7)?.unsigned_abs(),
            duplicate_of: row.get(8)?,
            documents: Vec::new(),
        })
    })?;
    let mut queue = rows.collect::<sql::Result<Vec<_>>>()?;
    for row in &mut queue {
        row.documents = documents_in(db, tenant, &row.batch, documents)?;
    }
    Ok(queue)
}

/// Documents `d` of a batch of which a condition holds: id, state, kind, department, hold.
pub(super) fn documents_in(
    db: &Db,
    tenant: &str,
    batch: &str,
    documents: Where<'_>,
) -> Result<Vec<[String; 5]>> {
    let mut values: Vec<(&str, &dyn Bind)> = vec![(":tenant", &tenant), (":batch", &batch)];
    values.extend(documents.1);
    let mut statement = db.prepare(&format!(
        "SELECT d.id, d.state, COALESCE(d.kind, ''), COALESCE(d.department, ''), COALESCE(d.hold, '')
         FROM document d WHERE d.tenant = :tenant AND d.batch = :batch AND {} ORDER BY d.ordinal",
        documents.0
    ))?;
    let rows =
        statement.query_map(&values[..], |r| Ok([r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?]))?;
    rows.collect::<sql::Result<_>>().map_err(Error::from)
}

/// Counts per state.
pub(super) fn counts(db: &Db, tenant: &str) -> Result<Overview> {
    let count = |table: &str| -> Result<BTreeMap<String, u64>> {
        let mut statement =
            db.prepare(&format!("SELECT state, count(*) FROM {table} WHERE tenant = ?1 GROUP BY state"))?;
        let rows = statement
            .query_map([tenant], |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?.unsigned_abs())))?;
        rows.collect::<sql::Result<_>>().map_err(Error::from)
    };
    Ok(Overview {
        batches: count("batch")?,
        pages: count("page")?,
        documents: count("document")?,
        deliveries: count("delivery")?,
    })
}

impl Ledger {
    /// Counts per state.
    pub fn overview(&self) -> Result<Overview> {
        self.read(counts)
    }

    /// The newest batches with their documents.
    pub fn queue(&self, rows_max: u32) -> Result<Vec<QueueRow>> {
        self.read(|db, tenant| queue_rows(db, tenant, rows_max, ("TRUE", &[]), ("TRUE", &[])))
    }

    /// Events about a subject and everything below it, oldest first.
    pub fn events(&self, subject: &str) -> Result<Vec<EventRow>> {
        self.read(|db, tenant| {
            let mut statement = db.prepare(
                "SELECT at, code, subject, actor, detail FROM event
                 WHERE tenant = ?1 AND subject >= ?2 AND subject < ?2 || 'A' AND (subject = ?2 OR substr(subject, 1, length(?2) + 1) IN (?2 || '-', ?2 || '@'))
                 ORDER BY seq",
            )?;
            let rows = statement.query_map((tenant, subject), |row| {
                Ok(EventRow {
                    at: row.get(0)?,
                    code: row.get(1)?,
                    subject: row.get(2)?,
                    actor: row.get(3)?,
                    detail: row.get(4)?,
                })
            })?;
            rows.collect::<sql::Result<_>>().map_err(Error::from)
        })
    }
}
