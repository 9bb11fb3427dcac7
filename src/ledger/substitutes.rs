//! What waits unopened, and for whom somebody stands in.
//!
//! In: a department or a circle. Out: what nobody took over, and since when; and whom a document belongs to then. How
//! long is too long is not judged here.

use super::inbox::{moved, write_note};
use super::sql;
use super::{Ledger, event};
use crate::error::{Error, Result};
use crate::model::ids::DocumentId;

/// So often the mailroom says where a letter belongs; after that its head does.
const SENT_BACK_MAX: u32 = 2;

impl Ledger {
    /// Letters nobody of a department took over, with the moment they arrived. What is a circle's, or was passed on
    /// by the program before, is not among them.
    pub fn inbox_unopened(&self, department: &str) -> Result<Vec<(DocumentId, String)>> {
        self.unopened(
            "SELECT i.document, i.arrived_at FROM inbox i
             JOIN document d ON d.tenant = i.tenant AND d.id = i.document
             WHERE i.tenant = ?1 AND i.department = ?2 AND i.state = 'new' AND d.circle IS NULL
               AND NOT EXISTS (SELECT 1 FROM event e WHERE e.tenant = i.tenant AND e.subject = i.document
                 AND e.code = 'inbox.forwarded' AND e.actor = 'poststelle')
             ORDER BY i.document",
            department,
        )
    }

    /// Urgent letters nobody of a department took over, with the moment they arrived, and whether the program passed
    /// them on before. What is a circle's is not among them.
    pub fn urgent_unopened(&self, department: &str) -> Result<Vec<(DocumentId, String, bool)>> {
        self.read(|db, tenant| {
            let mut statement = db.prepare(
                "SELECT i.document, i.arrived_at, EXISTS (SELECT 1 FROM event e WHERE e.tenant = i.tenant
                   AND e.subject = i.document AND e.code = 'inbox.forwarded' AND e.actor = 'poststelle')
                 FROM inbox i JOIN document d ON d.tenant = i.tenant AND d.id = i.document
                 JOIN document_words w ON w.tenant = i.tenant AND w.document = i.document
                 WHERE i.tenant = ?1 AND i.department = ?2 AND i.state = 'new' AND d.circle IS NULL
                   AND json_extract(w.words, '$.urgency') = 'urgent' ORDER BY i.document",
            )?;
            let rows = statement
                .query_map((tenant, department), |r| Ok((DocumentId(r.get(0)?), r.get(1)?, r.get(2)?)))?;
            rows.collect::<sql::Result<_>>().map_err(Error::from)
        })
    }

    /// A letter goes back to the mailroom, where its head decides.
    pub fn escalated(&self, document: &DocumentId, department: &str, note: &str, by: &str) -> Result<()> {
        let document = document.0.clone();
        let [department, note, by] = [department, note, by].map(str::to_owned);
        self.write(move |tx, tenant| {
            moved(tx, tenant, &document, &department, &["new"], "returned")?;
            write_note(tx, tenant, &document, &note, &by)?;
            event(tx, tenant, "inbox.escalated", &document, &by, &department)
        })
    }

    /// Whether the head of the mailroom decides where a letter belongs: departments sent it back twice, or nobody
    /// opened it in time.
    pub fn for_the_head(&self, document: &DocumentId) -> Result<bool> {
        let returned: u32 = self.read(|db, tenant| {
            Ok(db
                .prepare(
                    "SELECT count(*) FROM event WHERE tenant = ?1 AND subject = ?2 AND code = 'inbox.returned'",
                )?
                .query_row((tenant, &document.0), |row| row.get(0))?)
        })?;
        Ok(returned >= SENT_BACK_MAX || self.said(&document.0)?.holds("inbox.escalated", "inbox.forwarded"))
    }

    /// Documents of a circle that none of its members decided or took over, with the moment they began to wait.
    pub fn circle_waiting(&self, circle: &str) -> Result<Vec<(DocumentId, String)>> {
        self.unopened(
            "SELECT id, since FROM (SELECT d.id, coalesce(
               (SELECT min(i.arrived_at) FROM inbox i
                WHERE i.tenant = d.tenant AND i.document = d.id AND i.state = 'new'),
               (SELECT max(e.at) FROM event e WHERE e.tenant = d.tenant AND e.subject = d.id
                AND d.state IN ('hold', 'review') AND e.code = 'document.' || d.state)) AS since
             FROM document d WHERE d.tenant = ?1 AND d.circle = ?2) w WHERE since IS NOT NULL ORDER BY id",
            circle,
        )
    }

    fn unopened(&self, query: &str, of: &str) -> Result<Vec<(DocumentId, String)>> {
        self.read(|db, tenant| {
            let mut statement = db.prepare(query)?;
            let rows = statement.query_map((tenant, of), |row| Ok((DocumentId(row.get(0)?), row.get(1)?)))?;
            rows.collect::<sql::Result<_>>().map_err(Error::from)
        })
    }

    /// A document belongs to the circle that stands in for its own, and its batch, whose pages are shown, with it:
    /// the members are in both.
    pub fn circle_passed(&self, document: &DocumentId, from: &str, to: &str, by: &str) -> Result<()> {
        let document = document.0.clone();
        let [from, to, by] = [from, to, by].map(str::to_owned);
        self.write(move |tx, tenant| {
            tx.execute(
                "UPDATE document SET circle = ?4 WHERE tenant = ?1 AND id = ?2 AND circle = ?3",
                (tenant, &document, &from, &to),
            )?;
            tx.execute(
                "UPDATE batch SET circle = ?4 WHERE tenant = ?1 AND circle = ?3
                   AND id = (SELECT batch FROM document WHERE tenant = ?1 AND id = ?2)",
                (tenant, &document, &from, &to),
            )?;
            event(tx, tenant, "circle.substituted", &document, &by, &format!("{from}->{to}"))
        })
    }
}
