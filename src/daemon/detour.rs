//! While a system is down, urgent mail also goes to an inbox.
//!
//! In: targets with a `fallback`, a moment. Out: once a target has taken nothing for so many hours, every urgent
//! document that waits for it is intended for the inbox, too, with the town's sentence as a notice. The delivery to
//! the system stays open and follows by itself, so the notice says not to file the document by hand.

use crate::config::Pipeline;
use crate::error::Result;
use crate::ledger::{Ledger, stamp};
use jiff::{SignedDuration, Timestamp};

/// Intends what is due by that moment; how much that was.
pub fn divert(ledger: &Ledger, pipeline: &Pipeline, now: Timestamp) -> Result<u32> {
    let mut diverted = 0;
    for target in &pipeline.targets {
        let Some(fallback) = &target.fallback else { continue };
        let limit = now.checked_sub(SignedDuration::from_hours(i64::from(fallback.hours))).unwrap_or(now);
        let down = ledger.down_since(&target.id)?.is_some_and(|since| since <= stamp(limit));
        for (document, department) in if down { ledger.urgent_waiting(&target.id)? } else { Vec::new() } {
            let note = format!(
                "{} Noch nicht in „{}“; von dort kommt es von selbst nach: nicht ein zweites Mal ablegen.",
                fallback.sentence, target.id
            );
            diverted += u32::from(ledger.diverted(&document, &department, &fallback.inbox, &note)?);
        }
    }
    Ok(diverted)
}
