//! Figures for who watches the service: counts and ages, nothing of a letter. Reads through a connection of its
//! own, so that counting keeps nobody from their page.

use super::overview::counts;
use super::sql::{self, Db, Optional, Row};
use super::{Ledger, Overview, earlier};
use crate::error::{Error, Result};
use crate::model::state::{BatchState, DocumentState};
use std::collections::BTreeMap;
use std::time::Duration;

/// How far back "recent" reaches.
const RECENT: Duration = Duration::from_secs(86_400);

/// Now, in numbers.
#[derive(Clone, Debug, Default)]
pub struct Watched {
    /// Counts per state.
    pub overview: Overview,
    /// `batch` or `document`, a state that is not the last one, and when the oldest there was taken over, UTC.
    pub oldest: Vec<(&'static str, String, String)>,
    /// When the last scan of a station was taken over, UTC.
    pub stations: BTreeMap<String, String>,
    /// Batches held, by the code of the reason.
    pub held: BTreeMap<String, u64>,
    /// Target, state, deliveries.
    pub deliveries: Vec<(String, String, u64)>,
    /// Deliveries of a target whose last attempt failed and that are not settled.
    pub failing: BTreeMap<String, u64>,
    /// What was decided lately.
    pub recent: Recent,
}

/// Decisions about what came in the last day.
#[derive(Clone, Copy, Debug, Default)]
pub struct Recent {
    /// Documents decided.
    pub decided: u64,
    /// Of these, kind not recognised.
    pub unknown: u64,
    /// Of these, shown to a person or held.
    pub unsure: u64,
}

impl Ledger {
    /// Now; `stations` are those of the configuration.
    pub fn watched(&self, stations: &[String]) -> Result<Watched> {
        let db = self.apart()?;
        let tenant = self.tenant();
        let mut last = BTreeMap::new();
        for station in stations {
            let at: Option<String> = db.query_row(
                "SELECT max(taken_at) FROM batch WHERE tenant = ?1 AND station = ?2",
                (tenant, station),
                |row| row.get(0),
            )?;
            last.extend(at.map(|at| (station.clone(), at)));
        }
        let (deliveries, failing) = deliveries(&db, tenant)?;
        Ok(Watched {
            overview: counts(&db, tenant)?,
            oldest: oldest(&db, tenant)?,
            stations: last,
            held: held(&db, tenant)?,
            deliveries,
            failing,
            recent: recent(&db, tenant)?,
        })
    }

    /// Whether something can be written and is on disk afterwards; changes nothing.
    pub fn writable(&self) -> Result<()> {
        self.write(|tx, _| {
            // Setting the version to what it is writes a page, and the commit waits for the disk.
            Ok(tx.set_version(tx.version()?)?)
        })
    }
}

/// Ids count up, so the least one of a state is the oldest. The index is named because the key, which also has them
/// in order, would be walked past everything that is done.
fn oldest(db: &Db, tenant: &str) -> Result<Vec<(&'static str, String, String)>> {
    let mut found = Vec::new();
    for state in BatchState::ALL.iter().filter(|s| !s.next().is_empty() && **s != BatchState::Cut) {
        let at: Option<String> = db.query_row(
            "SELECT min(taken_at) FROM batch INDEXED BY batch_due WHERE tenant = ?1 AND state = ?2",
            (tenant, state.text()),
            |row| row.get(0),
        )?;
        found.extend(at.map(|at| ("batch", state.text().to_owned(), at)));
    }
    for state in DocumentState::ALL.iter().filter(|s| !s.next().is_empty()) {
        let at: Option<String> = db
            .query_row(
                "SELECT b.taken_at FROM batch b JOIN document d ON d.tenant = b.tenant AND d.batch = b.id
                 WHERE d.tenant = ?1 AND d.id = (SELECT min(id) FROM document INDEXED BY document_due WHERE tenant = ?1 AND state = ?2)",
                (tenant, state.text()),
                |row| row.get(0),
            )
            .optional()?;
        found.extend(at.map(|at| ("document", state.text().to_owned(), at)));
    }
    Ok(found)
}

/// A reason begins with its code in brackets; what follows may name a file and stays here.
fn held(db: &Db, tenant: &str) -> Result<BTreeMap<String, u64>> {
    let mut statement = db.prepare(
        "SELECT coalesce(substr(reason, 2, instr(reason, ']') - 2), ''), count(*) FROM batch
         WHERE tenant = ?1 AND state = 'held' GROUP BY 1",
    )?;
    let rows = statement.query_map([tenant], |row| Ok((row.get::<String>(0)?, count(row, 1)?)))?;
    let mut codes = BTreeMap::new();
    for row in rows {
        let (code, number) = row?;
        let code = if is_code(&code) { code } else { "other".into() };
        *codes.entry(code).or_insert(0) += number;
    }
    Ok(codes)
}

fn is_code(text: &str) -> bool {
    text.contains('.') && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b == b'.')
}

type PerTarget = (Vec<(String, String, u64)>, BTreeMap<String, u64>);

fn deliveries(db: &Db, tenant: &str) -> Result<PerTarget> {
    let mut statement =
        db.prepare("SELECT target, state, count(*) FROM delivery WHERE tenant = ?1 GROUP BY target, state")?;
    let all = statement
        .query_map([tenant], |row| Ok((row.get(0)?, row.get(1)?, count(row, 2)?)))?
        .collect::<sql::Result<Vec<(String, String, u64)>>>()?;
    let mut failing = BTreeMap::new();
    let mut statement = db.prepare(
        "SELECT count(*) FROM delivery INDEXED BY delivery_due WHERE tenant = ?1 AND target = ?2
           AND state IN ('planned', 'sending', 'ambiguous', 'refused') AND trouble IS NOT NULL",
    )?;
    // Every target that ever was used has its zero, so that a rule sees it go down again.
    for (target, ..) in &all {
        if !failing.contains_key(target) {
            let number = statement.query_row((tenant, target), |row| count(row, 0))?;
            failing.insert(target.clone(), number);
        }
    }
    Ok((all, failing))
}

fn recent(db: &Db, tenant: &str) -> Result<Recent> {
    db.query_row(
        "SELECT count(*), count(*) FILTER (WHERE d.kind = 'unbekannt'),
           count(*) FILTER (WHERE EXISTS (SELECT 1 FROM event e WHERE e.tenant = d.tenant AND e.subject = d.id
                                AND e.code IN ('document.review', 'document.hold')))
         FROM batch b JOIN document d INDEXED BY document_batch ON d.tenant = b.tenant AND d.batch = b.id
         WHERE b.tenant = ?1 AND b.taken_at >= ?2 AND d.kind IS NOT NULL",
        (tenant, earlier(RECENT)),
        |row| Ok(Recent { decided: count(row, 0)?, unknown: count(row, 1)?, unsure: count(row, 2)? }),
    )
    .map_err(Error::from)
}

fn count(row: &Row<'_>, column: usize) -> sql::Result<u64> {
    row.get::<i64>(column).map(i64::unsigned_abs)
}
