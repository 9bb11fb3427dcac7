//! Figures of the last days: by station and day, never by person.

use super::Ledger;
use super::sql;
use crate::error::{Error, Result};
use crate::observe::monthly::SHOWN_FROM;

/// One station on one day.
#[derive(Clone, Debug, PartialEq)]
pub struct DayFigures {
    /// ISO date, UTC.
    pub day: String,
    /// Station id.
    pub station: String,
    /// Documents decided.
    pub documents: u64,
    /// Of these, never in review nor held.
    pub straight: u64,
    /// Mean confidence of what was read on their pages, 0 to 1.
    pub reading: f64,
}

/// How often something was corrected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corrected {
    /// `kind`, `department`, `hold` or `field=NAME`.
    pub what: String,
    /// Times.
    pub times: u64,
}

impl Ledger {
    /// Figures of what came since then (UTC), newest day first, and what was corrected, most often first. Reads
    /// through a connection of its own: it takes a while, and nobody waits for it.
    pub fn figures(&self, since: &str) -> Result<(Vec<DayFigures>, Vec<Corrected>)> {
        let db = self.apart()?;
        let mut statement = db.prepare(
            "SELECT substr(b.taken_at, 1, 10), b.station, count(*),
               count(*) FILTER (WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.tenant = d.tenant AND e.subject = d.id
                                                  AND e.code IN ('document.review', 'document.hold'))),
               coalesce(avg(CAST(json_extract(w.words, '$.pages[0].mean_confidence') AS DOUBLE PRECISION)), 0)
             FROM batch b JOIN document d ON d.tenant = b.tenant AND d.batch = b.id
             LEFT JOIN document_words w ON w.tenant = d.tenant AND w.document = d.id
             WHERE b.tenant = ?1 AND b.taken_at >= ?2 AND d.kind IS NOT NULL GROUP BY 1, 2 ORDER BY 1 DESC, 2",
        )?;
        let rows = statement.query_map((self.tenant(), since), |row| {
            let count = |column: usize| row.get::<i64>(column).map(i64::unsigned_abs);
            Ok(DayFigures {
                day: row.get(0)?,
                station: row.get(1)?,
                documents: count(2)?,
                straight: count(3)?,
                reading: row.get(4)?,
            })
        })?;
        let mut days: Vec<DayFigures> = rows.collect::<sql::Result<_>>()?;
        days.retain(|day| day.documents >= SHOWN_FROM as u64);
        let mut statement = db.prepare(
            "SELECT CASE WHEN e.detail LIKE 'field=%' THEN e.detail
               ELSE substr(e.detail, 1, instr(e.detail || '=', '=') - 1) END, count(*)
             FROM batch b JOIN document d ON d.tenant = b.tenant AND d.batch = b.id
             JOIN event e ON e.tenant = d.tenant AND e.subject = d.id AND e.code = 'document.corrected'
             WHERE b.tenant = ?1 AND b.taken_at >= ?2 GROUP BY 1 HAVING count(*) >= ?3 ORDER BY 2 DESC, 1",
        )?;
        let rows = statement.query_map((self.tenant(), since, SHOWN_FROM as i64), |row| {
            Ok(Corrected { what: row.get(0)?, times: row.get::<i64>(1)?.unsigned_abs() })
        })?;
        Ok((days, rows.collect::<sql::Result<_>>().map_err(Error::from)?))
    }

    /// When each kind was last decided, UTC: kind and moment its batch was taken over.
    pub fn kinds_seen(&self) -> Result<Vec<(String, String)>> {
        let db = self.apart()?;
        let mut statement = db.prepare(
            "SELECT d.kind, max(b.taken_at) FROM batch b JOIN document d ON d.tenant = b.tenant AND d.batch = b.id
             WHERE b.tenant = ?1 AND b.number > (SELECT max(number) - 20000 FROM batch) AND d.kind IS NOT NULL GROUP BY 1",
        )?;
        let rows = statement.query_map([self.tenant()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<sql::Result<_>>().map_err(Error::from)
    }
}
