//! Hand-over: intention -> attempt -> receipt.
//!
//! In: parcels from the outbox. Out: what the target said. The ledger holds
//! intention and receipt; this room knows how to speak to targets and when to
//! try again. A call blocks; it belongs on a delivery thread of its own.

mod folder;
mod inbox;
mod mail;
pub mod retry;

use crate::model::delivery::{AttemptResult, Parcel, ProbeResult};
use crate::model::refusal::Refusal;
use crate::model::town::{Target as TargetConfig, TargetWay};

/// A place documents go to.
pub trait Target: Send + Sync {
    /// Whether it can be asked what it has. If not, at most one marked repeat is possible.
    fn can_probe(&self) -> bool;
    /// Is this parcel there, complete and unaltered?
    fn probe(&self, parcel: &Parcel) -> ProbeResult;
    /// Hands it over. Repeating it for the same parcel never makes a second one where probing is possible.
    fn deliver(&self, parcel: &Parcel) -> AttemptResult;
    /// What would fail later: folder missing, login wrong.
    fn check(&self) -> Vec<Refusal>;
}

/// The target as configured.
pub fn open(target: &TargetConfig) -> Box<dyn Target> {
    match &target.way {
        TargetWay::Folder { path } => Box::new(folder::Folder::new(path)),
        TargetWay::Inbox { ledger, tenant } => Box::new(inbox::Inbox::new(ledger, tenant)),
        TargetWay::Mail(mail) => Box::new(mail::Mail::new(mail)),
    }
}
