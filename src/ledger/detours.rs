//! Targets that take nothing, and the urgent mail that waits for them.
//!
//! In: a target. Out: since when it takes nothing and what waits; a delivery to an inbox besides, once. The delivery to
//! the target itself is never touched.

use super::inbox::write_note;
use super::sql;
use super::{Ledger, event};
use crate::error::{Error, Result};
use crate::model::ids::{DeliveryId, DocumentId};
use crate::model::state::DeliveryState;

impl Ledger {
    /// The first attempt in vain since a target took something; `None` while nothing is in vain.
    pub fn down_since(&self, target: &str) -> Result<Option<String>> {
        self.read(|db, tenant| {
            Ok(db
                .prepare(
                    "SELECT min(e.at) FROM delivery v
                     JOIN event e ON e.tenant = v.tenant AND e.subject = v.id AND e.code = 'delivery.sending'
                     WHERE v.tenant = ?1 AND v.target = ?2 AND v.trouble IS NOT NULL
                       AND v.state IN ('planned', 'sending', 'ambiguous')
                       AND e.at > coalesce((SELECT max(t.at) FROM event t
                         JOIN delivery o ON o.tenant = t.tenant AND o.id = t.subject
                         WHERE o.tenant = ?1 AND o.target = ?2
                           AND t.code IN ('delivery.confirmed', 'delivery.handed_over')), '')",
                )?
                .query_row((tenant, target), |row| row.get(0))?)
        })
    }

    /// Urgent documents that wait for a target, each with the department it is for.
    pub fn urgent_waiting(&self, target: &str) -> Result<Vec<(DocumentId, String)>> {
        self.read(|db, tenant| {
            let mut statement = db.prepare(
                "SELECT v.document, v.department FROM delivery v
                 JOIN document_words w ON w.tenant = v.tenant AND w.document = v.document
                 WHERE v.tenant = ?1 AND v.target = ?2 AND v.state IN ('planned', 'sending', 'ambiguous')
                   AND json_extract(w.words, '$.urgency') = 'urgent' ORDER BY v.document",
            )?;
            let rows =
                statement.query_map((tenant, target), |row| Ok((DocumentId(row.get(0)?), row.get(1)?)))?;
            rows.collect::<sql::Result<_>>().map_err(Error::from)
        })
    }

    /// Intends a document for an inbox besides, with a notice; `false`: it was before.
    pub fn diverted(&self, document: &DocumentId, department: &str, inbox: &str, note: &str) -> Result<bool> {
        let document = document.clone();
        let [department, inbox, note] = [department, inbox, note].map(str::to_owned);
        self.write(move |tx, tenant| {
            let delivery = DeliveryId::new(&document, &inbox);
            let new = tx.execute(
                "INSERT INTO delivery (tenant, id, document, department, target, state, due_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, '') ON CONFLICT DO NOTHING",
                (tenant, &delivery.0, &document.0, &department, &inbox, DeliveryState::Planned.text()),
            )?;
            if new > 0 {
                write_note(tx, tenant, &document.0, &note, "poststelle")?;
                event(tx, tenant, "delivery.planned", &delivery.0, "poststelle", "detour")?;
            }
            Ok(new > 0)
        })
    }
}
