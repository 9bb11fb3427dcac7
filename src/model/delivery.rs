//! One document to one target: what is sent, and what came back.

use super::ids::{DeliveryId, DocumentId};
use super::state::DeliveryState;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What a target can promise at best. Shown to staff as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guarantee {
    /// The delivery id is a key at the target, or the target can be asked for it without delay.
    Once,
    /// The target is asked through a search index: exactly once if that index is current.
    OnceIfIndexed,
    /// The target takes over and cannot be asked: at most one marked repeat, then a clerk.
    HandedOver,
}

impl Guarantee {
    /// German, for lists and the table of targets.
    pub fn text(self) -> &'static str {
        match self {
            Self::Once => "genau einmal",
            Self::OnceIfIndexed => "genau einmal, wenn der Suchindex des Ziels aktuell ist",
            Self::HandedOver => "übergeben, Ankunft nicht bestätigt",
        }
    }
}

/// What a target makes of a new version. None puts it over the old one: what was once filed, stays as it was filed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewVersion {
    /// Files beside the old ones.
    Files,
    /// A second message.
    Message,
    /// An object of its own.
    Object,
    /// A letter of its own in the inbox, which names the old one.
    Letter,
}

impl NewVersion {
    /// German, for the list of targets.
    pub fn text(self) -> &'static str {
        match self {
            Self::Files => "neue Fassung: eigene Dateien daneben; Begleitdatei und Nachweis nennen die alte",
            Self::Message => {
                "neue Fassung: zweite Nachricht, im Betreff so genannt; die alte ist nicht zurückzuholen"
            }
            Self::Object => {
                "neue Fassung: eigenes Objekt; ein Feld mit from = \"replaces_document\" nennt das alte"
            }
            Self::Letter => "neue Fassung: eigener Brief im Posteingang, der den alten nennt",
        }
    }
}

/// What a target is able to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// The promise.
    pub guarantee: Guarantee,
    /// What it makes of a new version of a document it has.
    pub new_version: NewVersion,
    /// The receiver answers after the hand-over (acknowledgement, message, bounce): `confirm` is worth asking.
    pub confirms: bool,
}

/// What a receiver said after the hand-over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// It has the document; proof in its own words.
    Confirmed {
        /// Proof.
        receipt: String,
    },
    /// Nothing yet.
    Pending,
    /// Nothing will come any more: the hand-over stands as it is.
    Silent,
    /// It gave the document back: a clerk decides.
    Refused {
        /// Stable code.
        code: String,
        /// German sentence for the clerk.
        text: String,
    },
}

/// What became of the wish to have a document back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recall {
    /// Taken away at the target; what was removed.
    Removed {
        /// Proof.
        text: String,
    },
    /// Only a person can: the task, in German.
    Task {
        /// What to do.
        text: String,
    },
    /// The target could not be asked now.
    Unreachable {
        /// German sentence.
        text: String,
    },
}

/// One piece of what would be sent, for `deliver --dry-run`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedPiece {
    /// Where to: file name, request line, mail header.
    pub name: String,
    /// Text as sent; of binary pieces only size and hash.
    pub content: String,
}

/// What a target is handed. Bytes, because the vault already verified them.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// Minted and stored before the first byte leaves; the key everywhere.
    pub delivery: DeliveryId,
    /// The document.
    pub document: DocumentId,
    /// Department it is for.
    pub department: String,
    /// Human title: kind and document id, for a subject line. German.
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
        /// How long the target itself asks to wait (`Retry-After`).
        after: Option<Duration>,
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

impl AttemptResult {
    /// Nothing was taken over; the waiting time is ours to choose.
    pub fn later(code: &str, text: impl Into<String>) -> Self {
        Self::Temporary { code: code.into(), text: text.into(), after: None }
    }

    /// The target will never take this.
    pub fn never(code: &str, text: impl Into<String>) -> Self {
        Self::Permanent { code: code.into(), text: text.into() }
    }

    /// It may or may not have arrived.
    pub fn unknown(code: &str, text: impl Into<String>) -> Self {
        Self::Ambiguous { code: code.into(), text: text.into() }
    }
}

/// What became of a delivery, as the ledger writes it down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The new state.
    pub to: DeliveryState,
    /// Proof in the target's words.
    pub receipt: Option<String>,
    /// Code and sentence.
    pub trouble: Option<(String, String)>,
    /// Handed over, and the receiver's answer is still to come.
    pub awaits: bool,
    /// When to look again.
    pub after: Duration,
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
