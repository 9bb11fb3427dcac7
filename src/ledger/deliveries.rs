//! The outbox: intention, attempt, receipt.

use super::documents::settle;
use super::sql::{self, Optional, Row};
use super::{DUE, Ledger, advance, event, far, later, leased_until, missing, now};
use crate::error::{Error, Result};
use crate::model::delivery::Moved;
use crate::model::ids::{DeliveryId, DocumentId};
use crate::model::state::DeliveryState;
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
    /// The receiver's answer is still to come.
    pub awaits: bool,
    /// An attempt ended without an answer: it may have arrived.
    pub unsure: bool,
    /// The clerk who allowed another attempt, until it begins.
    pub again_by: Option<String>,
}

impl DeliveryRow {
    /// One that was never attempted.
    pub fn intended(id: DeliveryId, document: DocumentId, department: String, target: &str) -> Self {
        Self {
            id,
            document,
            department,
            target: target.into(),
            state: DeliveryState::Planned,
            attempts: 0,
            repeats: 0,
            receipt: None,
            trouble: None,
            awaits: false,
            unsure: false,
            again_by: None,
        }
    }
}

const DELIVERY: &str = "id, document, department, target, state, attempts, repeats, receipt, trouble,
    awaits, unsure, again_by";

fn delivery_row(row: &Row<'_>) -> sql::Result<DeliveryRow> {
    Ok(DeliveryRow {
        id: DeliveryId(row.get(0)?),
        document: DocumentId(row.get(1)?),
        department: row.get(2)?,
        target: row.get(3)?,
        state: super::batches::parsed(4, DeliveryState::parse(&row.get::<String>(4)?))?,
        attempts: row.get(5)?,
        repeats: row.get(6)?,
        receipt: row.get(7)?,
        trouble: row.get(8)?,
        awaits: row.get(9)?,
        unsure: row.get(10)?,
        again_by: row.get(11)?,
    })
}

impl Ledger {
    /// Takes the next due delivery of a target that is planned, ambiguous, waits for an answer, or
    /// was being sent when the program died (then it counts as ambiguous).
    pub fn lease_delivery(&self, target: &str, worker: &str) -> Result<Option<DeliveryRow>> {
        let (target, worker) = (target.to_owned(), worker.to_owned());
        self.claim_row(move |tx, tenant| {
            let free = tx.free();
            Ok(tx
                .prepare(&format!(
                    "UPDATE delivery SET leased_by = ?5, leased_until = ?6
                     WHERE tenant = ?1 AND id = (
                       SELECT id FROM delivery WHERE tenant = ?1 AND target = ?2 AND {DUE}
                         AND (state IN ('planned', 'sending', 'ambiguous') OR state = 'handed_over' AND awaits)
                         AND (leased_until IS NULL OR leased_until < ?3) ORDER BY due_at, id LIMIT 1 {free})
                     RETURNING {DELIVERY}"
                ))?
                .query_row((tenant, target, now(), far(), worker, leased_until()), delivery_row)
                .optional()?)
        })
    }

    /// Writes down that an attempt begins, before the first byte leaves.
    pub fn delivery_sending(&self, id: &DeliveryId, repeat: bool) -> Result<()> {
        let id = id.clone();
        self.write(move |tx, tenant| {
            tx.execute(
                "UPDATE delivery SET repeats = repeats + ?3, again_by = NULL WHERE tenant = ?1 AND id = ?2",
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
    pub fn delivery_moved(&self, id: &DeliveryId, moved: Moved) -> Result<()> {
        let id = id.clone();
        self.write(move |tx, tenant| {
            let (attempts, document): (u32, String) = tx.query_row(
                "SELECT attempts, document FROM delivery WHERE tenant = ?1 AND id = ?2",
                (tenant, &id.0),
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?;
            let Moved { to, receipt, trouble, awaits, after } = moved;
            let code = trouble.as_ref().map(|(code, _)| code.clone()).unwrap_or_default();
            let from = advance(tx, tenant, &id.0, to, "delivery", &code)?;
            let unsure = from == DeliveryState::Sending && to == DeliveryState::Ambiguous;
            let trouble = trouble.map(|(code, text)| format!("[{code}] {text}"));
            tx.execute(
                "UPDATE delivery SET attempts = ?3, due_at = ?4, receipt = COALESCE(?5, receipt), trouble = ?6,
                   awaits = ?7, unsure = unsure OR ?8 WHERE tenant = ?1 AND id = ?2",
                (tenant, &id.0, attempts, later(after), receipt, trouble, awaits, unsure),
            )?;
            if matches!(to, DeliveryState::HandedOver | DeliveryState::Confirmed | DeliveryState::Dead) {
                settle(tx, tenant, &document)?;
            }
            Ok(())
        })
    }

    /// Nothing new: look again later. Without trouble it is only an answer that has not come yet.
    pub fn delivery_later(&self, id: &DeliveryId, trouble: Option<&str>, after: Duration) -> Result<()> {
        let (id, trouble) = (id.clone(), trouble.map(str::to_owned));
        self.write(move |tx, tenant| {
            tx.execute(
                "UPDATE delivery SET attempts = attempts + 1, due_at = ?3, trouble = COALESCE(?4, trouble),
                   leased_by = NULL, leased_until = NULL WHERE tenant = ?1 AND id = ?2",
                (tenant, &id.0, later(after), &trouble),
            )?;
            match trouble {
                Some(_) => event(tx, tenant, "delivery.waits", &id.0, "delivery", ""),
                None => Ok(()),
            }
        })
    }

    /// No answer will come any more: it stays handed over and is not looked at again.
    pub fn delivery_rests(&self, id: &DeliveryId) -> Result<()> {
        let id = id.clone();
        self.write(move |tx, tenant| {
            tx.execute(
                "UPDATE delivery SET awaits = FALSE, leased_by = NULL, leased_until = NULL
                 WHERE tenant = ?1 AND id = ?2",
                (tenant, &id.0),
            )?;
            event(tx, tenant, "delivery.rests", &id.0, "delivery", "")
        })
    }

    /// A clerk has a refused delivery tried again. The target is asked first, so nothing is doubled.
    pub fn delivery_again(&self, id: &DeliveryId, by: &str) -> Result<()> {
        let (id, by) = (id.clone(), by.to_owned());
        self.write(move |tx, tenant| {
            advance(tx, tenant, &id.0, DeliveryState::Ambiguous, &by, "again")?;
            tx.execute(
                "UPDATE delivery SET again_by = ?3 WHERE tenant = ?1 AND id = ?2",
                (tenant, &id.0, by),
            )?;
            Ok(())
        })
    }

    /// A clerk settles a delivery by hand: it will not be sent (again), for that reason (a code, no words).
    pub fn delivery_closed(&self, id: &DeliveryId, by: &str, reason: &str) -> Result<()> {
        let (id, by, reason) = (id.clone(), by.to_owned(), reason.to_owned());
        self.write(move |tx, tenant| {
            advance(tx, tenant, &id.0, DeliveryState::Dead, &by, &reason)?;
            let document: String = tx.query_row(
                "SELECT document FROM delivery WHERE tenant = ?1 AND id = ?2",
                (tenant, &id.0),
                |row| row.get(0),
            )?;
            settle(tx, tenant, &document)
        })
    }

    /// A person wanted it back; what the target answered, as a code.
    pub fn delivery_recalled(&self, id: &DeliveryId, by: &str, answer: &str) -> Result<()> {
        let (id, by, answer) = (id.clone(), by.to_owned(), answer.to_owned());
        self.write(move |tx, tenant| event(tx, tenant, "delivery.recalled", &id.0, &by, &answer))
    }

    /// One delivery.
    pub fn delivery(&self, id: &DeliveryId) -> Result<DeliveryRow> {
        self.read(|db, tenant| {
            db.prepare(&format!("SELECT {DELIVERY} FROM delivery WHERE tenant = ?1 AND id = ?2"))?
                .query_row((tenant, &id.0), delivery_row)
                .map_err(|e| missing(e, "delivery", &id.0))
        })
    }

    /// Every delivery that is not done: first those a clerk must decide, then those the program goes on with.
    pub fn deliveries_open(&self) -> Result<Vec<DeliveryRow>> {
        self.read(|db, tenant| {
            let mut statement = db.prepare(&format!(
                "SELECT {DELIVERY} FROM delivery WHERE tenant = ?1
                   AND (state IN ('planned', 'sending', 'ambiguous', 'refused') OR state = 'handed_over' AND awaits)
                 ORDER BY state <> 'refused', target, id"
            ))?;
            let rows = statement.query_map([tenant], delivery_row)?;
            rows.collect::<sql::Result<_>>().map_err(Error::from)
        })
    }

    /// All deliveries of a document.
    pub fn deliveries(&self, document: &DocumentId) -> Result<Vec<DeliveryRow>> {
        self.read(|db, tenant| {
            let mut statement = db.prepare(&format!(
                "SELECT {DELIVERY} FROM delivery WHERE tenant = ?1 AND document = ?2 ORDER BY id"
            ))?;
            let rows = statement.query_map((tenant, &document.0), delivery_row)?;
            rows.collect::<sql::Result<_>>().map_err(Error::from)
        })
    }
}
