//! The outbox: intention, attempt, receipt.

use super::documents::settle;
use super::{DUE, LEASE, Ledger, advance, event, later, now};
use crate::error::{Error, Result};
use crate::model::ids::{DeliveryId, DocumentId};
use crate::model::state::DeliveryState;
use rusqlite::{OptionalExtension, Row};
use std::time::Duration;

/// A delivery as the ledger knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRow {
    /// Id, the key everywhere outside.
    pub id: DeliveryId,
    /// Document.
    pub document: DocumentId,
    /// Department it is for.
    pub department: String,
    /// Target id.
    pub target: String,
    /// State.
    pub state: DeliveryState,
    /// Attempts so far.
    pub attempts: u32,
    /// Marked repeats so far: at most one.
    pub repeats: u32,
    /// Proof in the target's words.
    pub receipt: Option<String>,
    /// Last trouble, code and sentence.
    pub trouble: Option<String>,
}

const DELIVERY: &str = "id, document, department, target, state, attempts, repeats, receipt, trouble";

fn delivery_row(row: &Row<'_>) -> rusqlite::Result<DeliveryRow> {
    Ok(DeliveryRow {
        id: DeliveryId(row.get(0)?),
        document: DocumentId(row.get(1)?),
        department: row.get(2)?,
        target: row.get(3)?,
        state: super::batches::parsed(4, DeliveryState::parse(&row.get::<_, String>(4)?))?,
        attempts: row.get(5)?,
        repeats: row.get(6)?,
        receipt: row.get(7)?,
        trouble: row.get(8)?,
    })
}

impl Ledger {
    /// Takes the next due delivery of a target that is planned, ambiguous, or
    /// was being sent when the program died (then it counts as ambiguous).
    pub fn lease_delivery(&self, target: &str, worker: &str) -> Result<Option<DeliveryRow>> {
        let (target, worker) = (target.to_owned(), worker.to_owned());
        self.write(move |tx, tenant| {
            let at = now();
            Ok(tx
                .prepare_cached(&format!(
                    "UPDATE delivery SET leased_by = ?4, leased_until = ?5
                     WHERE tenant = ?1 AND id = (
                       SELECT id FROM delivery WHERE tenant = ?1 AND target = ?2 AND {DUE}
                         AND state IN ('planned', 'sending', 'ambiguous')
                         AND (leased_until IS NULL OR leased_until < ?3) ORDER BY due_at, id LIMIT 1)
                     RETURNING {DELIVERY}"
                ))?
                .query_row((tenant, target, at, worker, later(LEASE)), delivery_row)
                .optional()?)
        })
    }

    /// Writes down that an attempt begins, before the first byte leaves.
    pub fn delivery_sending(&self, id: &DeliveryId, repeat: bool) -> Result<()> {
        let id = id.clone();
        self.write(move |tx, tenant| {
            tx.execute(
                "UPDATE delivery SET repeats = repeats + ?3 WHERE tenant = ?1 AND id = ?2",
                (tenant, &id.0, u32::from(repeat)),
            )?;
            let (attempts, by, until): (u32, Option<String>, Option<String>) = tx.query_row(
                "SELECT attempts, leased_by, leased_until FROM delivery WHERE tenant = ?1 AND id = ?2",
                (tenant, &id.0),
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )?;
            advance(
                tx,
                tenant,
                &id.0,
                DeliveryState::Sending,
                "delivery",
                if repeat { "repeat" } else { "" },
            )?;
            tx.execute(
                "UPDATE delivery SET attempts = ?3, leased_by = ?4, leased_until = ?5
                 WHERE tenant = ?1 AND id = ?2",
                (tenant, &id.0, attempts + 1, by, until),
            )?;
            Ok(())
        })
    }

    /// What became of it: the new state, the receipt or trouble, and when to look again.
    pub fn delivery_moved(
        &self,
        id: &DeliveryId,
        to: DeliveryState,
        receipt: Option<String>,
        trouble: Option<(String, String)>,
        after: Duration,
    ) -> Result<()> {
        let id = id.clone();
        self.write(move |tx, tenant| {
            let attempts: u32 = tx.query_row(
                "SELECT attempts FROM delivery WHERE tenant = ?1 AND id = ?2",
                (tenant, &id.0),
                |row| row.get(0),
            )?;
            let code = trouble.as_ref().map(|(code, _)| code.clone()).unwrap_or_default();
            advance(tx, tenant, &id.0, to, "delivery", &code)?;
            let trouble = trouble.map(|(code, text)| format!("[{code}] {text}"));
            tx.execute(
                "UPDATE delivery SET attempts = ?3, due_at = ?4, receipt = COALESCE(?5, receipt), trouble = ?6
                 WHERE tenant = ?1 AND id = ?2",
                (tenant, &id.0, attempts, later(after), receipt, trouble),
            )?;
            let document: String = tx.query_row(
                "SELECT document FROM delivery WHERE tenant = ?1 AND id = ?2",
                (tenant, &id.0),
                |row| row.get(0),
            )?;
            if matches!(to, DeliveryState::HandedOver | DeliveryState::Confirmed | DeliveryState::Dead) {
                settle(tx, tenant, &document)?;
            }
            Ok(())
        })
    }

    /// Still ambiguous: probe again later.
    pub fn delivery_later(&self, id: &DeliveryId, trouble: &str, after: Duration) -> Result<()> {
        let (id, trouble) = (id.clone(), trouble.to_owned());
        self.write(move |tx, tenant| {
            tx.execute(
                "UPDATE delivery SET attempts = attempts + 1, due_at = ?3, trouble = ?4,
                   leased_by = NULL, leased_until = NULL WHERE tenant = ?1 AND id = ?2",
                (tenant, &id.0, later(after), &trouble),
            )?;
            event(tx, tenant, "delivery.waits", &id.0, "delivery", "")
        })
    }

    /// All deliveries of a document.
    pub fn deliveries(&self, document: &DocumentId) -> Result<Vec<DeliveryRow>> {
        self.read(|db, tenant| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {DELIVERY} FROM delivery WHERE tenant = ?1 AND document = ?2 ORDER BY id"
            ))?;
            let rows = statement.query_map((tenant, &document.0), delivery_row)?;
            rows.collect::<rusqlite::Result<_>>().map_err(Error::from)
        })
    }
}
