//! What became of each document that came in a span of time: for figures by month, never by person.

use super::batches::json;
use super::{Ledger, sql};
use crate::batch::CutDocument;
use crate::error::{Error, Result};
use crate::observe::monthly::Story;

impl Ledger {
    /// One story per document taken over from `from` on and before `to` (UTC). Reads through a connection of its own:
    /// it takes a while, and nobody waits for it.
    pub fn stories(&self, from: &str, to: &str) -> Result<Vec<Story>> {
        let db = self.apart()?;
        let mut statement = db.prepare(
            "SELECT substr(b.taken_at, 1, 7), coalesce(d.department, ''),
               coalesce(json_extract(w.words, '$.received.channel'), ''), d.pages, b.taken_at,
               (SELECT min(e.at) FROM delivery v JOIN event e ON e.tenant = v.tenant AND e.subject = v.id
                  AND e.code IN ('delivery.confirmed', 'delivery.handed_over')
                WHERE v.tenant = d.tenant AND v.document = d.id),
               EXISTS (SELECT 1 FROM event e WHERE e.tenant = d.tenant AND e.subject = d.id AND e.code = 'document.review'),
               EXISTS (SELECT 1 FROM event e WHERE e.tenant = d.tenant AND e.subject = d.id AND e.code = 'document.hold'),
               EXISTS (SELECT 1 FROM event e WHERE e.tenant = d.tenant AND e.subject = d.id AND e.code = 'inbox.returned')
             FROM batch b JOIN document d ON d.tenant = b.tenant AND d.batch = b.id
             LEFT JOIN document_words w ON w.tenant = d.tenant AND w.document = d.id
             WHERE b.tenant = ?1 AND b.taken_at >= ?2 AND b.taken_at < ?3 ORDER BY b.taken_at, d.id",
        )?;
        let rows = statement.query_map((self.tenant(), from, to), |row| {
            let cut: Option<CutDocument> = json(3, row.get(3)?)?;
            Ok(Story {
                month: row.get(0)?,
                department: row.get(1)?,
                channel: row.get(2)?,
                pages: cut.map_or(0, |cut| cut.pages.len()),
                taken_over: row.get(4)?,
                handed_over: row.get(5)?,
                asked: row.get(6)?,
                held: row.get(7)?,
                sent_back: row.get(8)?,
            })
        })?;
        rows.collect::<sql::Result<_>>().map_err(Error::from)
    }

    /// Bytes of the sources taken over from `from` on and before `to` (UTC).
    pub fn bytes_taken(&self, from: &str, to: &str) -> Result<u64> {
        self.read(|db, tenant| {
            let sum: i64 = db
                .prepare(
                    "SELECT coalesce(sum(bytes), 0) FROM batch WHERE tenant = ?1 AND taken_at >= ?2 AND taken_at < ?3",
                )?
                .query_row((tenant, from, to), |row| row.get(0))?;
            Ok(sum.unsigned_abs())
        })
    }
}
