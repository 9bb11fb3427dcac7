//! The delivery step: intention is committed before the first byte leaves, the receipt after.

use super::House;
use super::steps::parcel_bytes;
use crate::delivery::{Target, retry};
use crate::error::Result;
use crate::fault;
use crate::ledger::DeliveryRow;
use crate::model::delivery::{Parcel, ProbeResult};
use crate::model::document::Need;
use crate::model::state::DeliveryState;
use std::time::Duration;

/// Sends, or probes, the next due delivery of a target.
pub fn next_delivery(house: &House, target: &str, way: &dyn Target, worker: &str) -> Result<bool> {
    let Some(mut delivery) = house.ledger.lease_delivery(target, worker)? else { return Ok(false) };
    fault::point("delivery.leased");
    if delivery.state == DeliveryState::Sending {
        // The program died during an attempt: nobody knows how it ended.
        let trouble = Some((
            "delivery.interrupted".into(),
            "Der Versand wurde unterbrochen; es wird nachgesehen.".into(),
        ));
        house.ledger.delivery_moved(&delivery.id, DeliveryState::Ambiguous, None, trouble, Duration::ZERO)?;
        delivery.state = DeliveryState::Ambiguous;
    }
    // A planned delivery that was attempted before, at a target that cannot be asked, is the marked repeat.
    let parcel = parcel(house, &delivery)?;
    let next = if delivery.state == DeliveryState::Ambiguous {
        let answer = if way.can_probe() { way.probe(&parcel) } else { ProbeResult::Unknowable };
        let unknowable = answer == ProbeResult::Unknowable && delivery.repeats == 0;
        let next = retry::after_probe(&delivery.id.0, delivery.attempts, delivery.repeats, answer);
        if unknowable {
            apply(house, &delivery, next)?;
            return send(house, &delivery, way, Parcel { repeat: true, ..parcel });
        }
        next
    } else {
        return send(house, &delivery, way, parcel);
    };
    apply(house, &delivery, next)?;
    Ok(true)
}

fn send(house: &House, delivery: &DeliveryRow, way: &dyn Target, parcel: Parcel) -> Result<bool> {
    house.ledger.delivery_sending(&delivery.id, parcel.repeat)?;
    fault::point("delivery.sending");
    let result = way.deliver(&parcel);
    fault::point("delivery.answered");
    apply(house, delivery, retry::after_attempt(&delivery.id.0, delivery.attempts, result))?;
    fault::point("delivery.recorded");
    Ok(true)
}

fn apply(house: &House, delivery: &DeliveryRow, next: retry::Next) -> Result<()> {
    match next {
        retry::Next::Move { to, receipt, trouble, after } => {
            house.ledger.delivery_moved(&delivery.id, to, receipt, trouble, after)
        }
        retry::Next::Wait { trouble, after } => house.ledger.delivery_later(&delivery.id, &trouble, after),
    }
}

fn parcel(house: &House, delivery: &DeliveryRow) -> Result<Parcel> {
    let document = house.ledger.document(&delivery.document)?;
    let (kind, confidential) = document.sheet.as_ref().map_or(("Schriftstück".into(), true), |s| {
        (s.understanding.kind.clone(), s.understanding.protection.confidentiality >= Need::Hoch)
    });
    Ok(Parcel {
        delivery: delivery.id.clone(),
        document: document.id.clone(),
        department: delivery.department.clone(),
        title: format!("{kind} {}", document.id),
        product: parcel_bytes(house, document.product, &document.id)?,
        extension: "pdf".into(),
        sheet_json: parcel_bytes(house, document.sheet_hash, &document.id)?,
        record_json: parcel_bytes(house, document.record, &document.id)?,
        confidential,
        repeat: false,
    })
}
