//! The delivery step: intention is committed before the first byte leaves, the receipt after.

use super::House;
use super::steps::parcel_bytes;
use crate::delivery::breaker::Breaker;
use crate::delivery::{Target, retry};
use crate::error::{Error, Result};
use crate::fault;
use crate::ledger::{DeliveryRow, LEASE, Ledger};
use crate::model::delivery::{AttemptResult, Confirmation, Guarantee, Moved, Parcel, ProbeResult};
use crate::model::document::Need;
use crate::model::ids::DocumentId;
use crate::model::state::DeliveryState;
use crate::vault::Vault;
use std::time::{Duration, Instant};

/// Wait while the vault does not answer.
const VAULT_AGAIN: Duration = Duration::from_secs(5);

/// The counter of one target: takes its deliveries one after the other, and pauses while it is down.
pub struct Counter<'a> {
    house: &'a House,
    target: &'a str,
    way: Box<dyn Target>,
    breaker: Breaker,
    closed_until: Option<Instant>,
}

impl<'a> Counter<'a> {
    /// A counter for that target.
    pub fn new(house: &'a House, target: &'a str, way: Box<dyn Target>) -> Self {
        Self { house, target, way, breaker: Breaker::default(), closed_until: None }
    }

    /// Sends, probes, or asks for the answer to the next due delivery.
    pub fn next(&mut self, worker: &str) -> Result<bool> {
        if self.closed_until.is_some_and(|until| Instant::now() < until) {
            return Ok(false);
        }
        let begun = Instant::now();
        let Some(delivery) = self.house.ledger.lease_delivery(self.target, worker)? else { return Ok(false) };
        fault::point("delivery.leased");
        let parcel = match parcel(&self.house.ledger, &self.house.vault, &delivery) {
            Err(error @ Error::Vault { .. }) => {
                // Given back, with the reason for whoever looks why it is late.
                let said = error.to_string();
                self.house.ledger.delivery_later(&delivery.id, Some(&said), fault::hurried(VAULT_AGAIN))?;
                return Err(error);
            }
            parcel => parcel?,
        };
        match delivery.state {
            DeliveryState::HandedOver => self.ask(&delivery, &parcel)?,
            DeliveryState::Planned => self.send(&delivery, parcel, begun)?,
            DeliveryState::Sending => {
                // The program died during an attempt: nobody knows how it ended.
                let text = "Der Versand wurde unterbrochen; es wird nachgesehen.";
                let next = AttemptResult::unknown("delivery.interrupted", text);
                let next = retry::after_attempt(&delivery.id.0, 0, false, next);
                // A search index needs a moment: what it does not show yet may be there all the same.
                if self.way.capabilities().guarantee == Guarantee::OnceIfIndexed {
                    return self.apply(&delivery, next).map(|()| true);
                }
                self.apply(&delivery, immediately(next))?;
                self.look(&DeliveryRow { unsure: true, ..delivery }, &parcel)?;
            }
            _ => self.look(&delivery, &parcel)?,
        }
        Ok(true)
    }

    /// What does the target have of a delivery whose end nobody saw?
    fn look(&mut self, delivery: &DeliveryRow, parcel: &Parcel) -> Result<()> {
        let answer = self.way.probe(parcel);
        self.pause(!matches!(answer, ProbeResult::Unreachable { .. }), None);
        let history = retry::History {
            attempts: delivery.attempts,
            repeats: delivery.repeats,
            unsure: delivery.unsure,
            allowed: delivery.again_by.is_some(),
        };
        self.apply(delivery, retry::after_probe(&delivery.id.0, history, answer))
    }

    fn send(&mut self, delivery: &DeliveryRow, parcel: Parcel, begun: Instant) -> Result<()> {
        // Only at a target that cannot be asked does "it may have arrived" outlive the probe.
        let repeat = delivery.unsure && self.way.capabilities().guarantee == Guarantee::HandedOver;
        let parcel = Parcel { repeat, ..parcel };
        self.house.ledger.delivery_sending(&delivery.id, parcel.repeat)?;
        fault::point("delivery.sending");
        // Who stood still meanwhile may not be the only one any more: the target is asked before anything is sent.
        if begun.elapsed() > fault::lease(LEASE) / 2 {
            return Ok(());
        }
        let result = self.way.deliver(&parcel);
        fault::point("delivery.answered");
        let asked = match &result {
            AttemptResult::Temporary { after, .. } => *after,
            _ => None,
        };
        self.pause(!matches!(result, AttemptResult::Temporary { .. }), asked);
        let confirms = self.way.capabilities().confirms;
        self.apply(delivery, retry::after_attempt(&delivery.id.0, delivery.attempts, confirms, result))?;
        fault::point("delivery.recorded");
        Ok(())
    }

    fn ask(&mut self, delivery: &DeliveryRow, parcel: &Parcel) -> Result<()> {
        let answer = match self.way.capabilities().confirms {
            true => self.way.confirm(parcel, delivery.receipt.as_deref().unwrap_or_default()),
            // The configuration no longer expects an answer: the hand-over stands as it is.
            false => Confirmation::Silent,
        };
        self.apply(delivery, retry::after_confirmation(&delivery.id.0, delivery.attempts, answer))
    }

    /// Leaves the target alone if it is down, or as long as it asked for itself.
    fn pause(&mut self, reached: bool, asked: Option<Duration>) {
        let pause = self.breaker.note(reached).max(asked.map(|a| a.min(Duration::from_secs(3600))));
        self.closed_until = pause.map(|pause| Instant::now() + fault::hurried(pause));
    }

    fn apply(&self, delivery: &DeliveryRow, next: retry::Next) -> Result<()> {
        match next {
            retry::Next::Move(moved) => {
                let moved = Moved { after: fault::hurried(moved.after), ..moved };
                self.house.ledger.delivery_moved(&delivery.id, moved)
            }
            retry::Next::Wait { trouble, after } => {
                self.house.ledger.delivery_later(&delivery.id, trouble.as_deref(), fault::hurried(after))
            }
            retry::Next::Rest => self.house.ledger.delivery_rests(&delivery.id),
        }
    }
}

fn immediately(next: retry::Next) -> retry::Next {
    match next {
        retry::Next::Move(moved) => retry::Next::Move(Moved { after: Duration::ZERO, ..moved }),
        other => other,
    }
}

/// What is handed over: the document's files, read back from the vault.
pub fn parcel(ledger: &Ledger, vault: &Vault, delivery: &DeliveryRow) -> Result<Parcel> {
    let document = ledger.document(&delivery.document)?;
    let (kind, confidential) = document.sheet.as_ref().map_or(("Schriftstück".into(), true), |s| {
        (s.understanding.kind.clone(), s.understanding.protection.confidentiality >= Need::Hoch)
    });
    let kind = if document.cut.replaces.is_some() { format!("Neue Fassung: {kind}") } else { kind };
    let bytes = |hash, id: &DocumentId| parcel_bytes(vault, hash, id);
    Ok(Parcel {
        delivery: delivery.id.clone(),
        document: document.id.clone(),
        department: delivery.department.clone(),
        title: format!("{kind} {}", document.id),
        product: bytes(document.product, &document.id)?,
        extension: "pdf".into(),
        sheet_json: bytes(document.sheet_hash, &document.id)?,
        record_json: bytes(document.record, &document.id)?,
        confidential,
        repeat: false,
    })
}
