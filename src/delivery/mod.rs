//! Hand-over: intention -> attempt -> receipt.
//!
//! In: parcels from the outbox. Out: what the target said. The ledger holds
//! intention and receipt; this room knows how to speak to targets and when to
//! try again. A call blocks; it belongs on a delivery thread of its own.
//!
//! `facts` says what is known of a document, `fields` what a target wants to
//! hear of it, `layout` which files that becomes; `place` is where files go,
//! `dms` which systems make an object of it.

pub mod breaker;
mod certificate;
mod dms;
mod facts;
pub mod fields;
mod files;
pub mod http;
mod inbox;
pub mod layout;
mod mail;
mod place;
pub mod reconcile;
pub mod retry;
pub mod template;

use crate::model::delivery::{
    AttemptResult, Capabilities, Confirmation, Parcel, PlannedPiece, ProbeResult, Recall,
};
use crate::model::hash::ContentHash;
use crate::model::refusal::Refusal;
use crate::model::town::{Target as TargetConfig, TargetWay};

/// A place documents go to. The outbox keeps the state, waits, probes and repeats; a target only answers.
pub trait Target: Send + Sync {
    /// What it promises, and whether its receiver answers later.
    fn capabilities(&self) -> Capabilities;
    /// Exactly what would be sent, or why this document does not fit this target.
    fn plan(&self, parcel: &Parcel) -> Result<Vec<PlannedPiece>, Refusal>;
    /// Is this delivery there, complete and unaltered? Asked before anything is repeated.
    fn probe(&self, parcel: &Parcel) -> ProbeResult;
    /// Hands it over. Repeating it for the same parcel never makes a second one where probing is possible.
    fn deliver(&self, parcel: &Parcel) -> AttemptResult;
    /// What the receiver said after the hand-over; asked only of targets that confirm.
    fn confirm(&self, parcel: &Parcel, receipt: &str) -> Confirmation;
    /// Takes back a delivery that should not have been made, as far as this target allows it.
    fn recall(&self, parcel: &Parcel) -> Recall;
    /// What would fail later: folder missing, login wrong.
    fn check(&self) -> Vec<Refusal>;
}

/// The target as configured.
pub fn open(target: &TargetConfig) -> Box<dyn Target> {
    match &target.way {
        TargetWay::Files(config) => Box::new(files::Files::new(config, &target.fields)),
        TargetWay::Inbox { ledger, tenant } => Box::new(inbox::Inbox::new(ledger, tenant)),
        TargetWay::Mail(config) => Box::new(mail::Mail::new(config)),
        TargetWay::Dms(config) => Box::new(dms::Dms::new(config, &target.fields)),
    }
}

/// Files as a person can check them: text in full, of everything else size and hash.
fn plan_of_files(pieces: &[layout::Piece], shown: impl Fn(&str) -> String) -> Vec<PlannedPiece> {
    let piece = |p: &layout::Piece| {
        let content = match std::str::from_utf8(&p.bytes) {
            Ok(text) if !text.contains('\0') && !p.bytes.starts_with(b"%PDF") => text.to_owned(),
            _ => format!("({} Bytes, sha256:{})", p.bytes.len(), ContentHash::of(&p.bytes)),
        };
        PlannedPiece { name: shown(&p.name), content }
    };
    pieces.iter().map(piece).collect()
}
