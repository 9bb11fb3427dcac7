//! One document to one target: what is sent, and what came back.

use super::ids::{DeliveryId, DocumentId};
use serde::{Deserialize, Serialize};

/// What a target is handed. Bytes, because the vault already verified them.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// Minted and stored before the first byte leaves; the key everywhere.
    pub delivery: DeliveryId,
    /// The document.
    pub document: DocumentId,
    /// Department it is for.
    pub department: String,
    /// Human title: kind and sender, for a subject line. German.
    pub title: String,
    /// The PDF, or the original.
    pub product: Vec<u8>,
    /// File extension of the product: `pdf`.
    pub extension: String,
    /// `document.json`.
    pub sheet_json: Vec<u8>,
    /// `record.json`.
    pub record_json: Vec<u8>,
    /// Confidentiality is hoch or more.
    pub confidential: bool,
    /// This is a repeat after an attempt whose outcome is unknown.
    pub repeat: bool,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum AttemptResult {
    /// The target has it and we saw it there; `receipt` says what was seen.
    Confirmed {
        /// Proof in the target's own words (path and hash, server reply).
        receipt: String,
    },
    /// The target took it over, but nothing more can be asked (mail).
    HandedOver {
        /// The server's final reply.
        receipt: String,
    },
    /// Nothing was taken over; may be tried again.
    Temporary {
        /// Stable code.
        code: String,
        /// German sentence for the clerk.
        text: String,
    },
    /// The target will never take this; a clerk must decide.
    Permanent {
        /// Stable code.
        code: String,
        /// German sentence for the clerk.
        text: String,
    },
    /// It may or may not have arrived: probe before anything else.
    Ambiguous {
        /// Stable code.
        code: String,
        /// German sentence for the clerk.
        text: String,
    },
}

/// What a probe found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProbeResult {
    /// It is there, complete and unaltered.
    Present {
        /// Proof.
        receipt: String,
    },
    /// It is not there.
    Absent,
    /// The target cannot be asked (mail).
    Unknowable,
    /// The target could not be reached now.
    Unreachable {
        /// German sentence.
        text: String,
    },
}
