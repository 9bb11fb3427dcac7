//! Names of batches, documents and deliveries.
//!
//! They are derived, never drawn: the ledger's running number and the content
//! hash make a batch id, its documents count on from there, and a delivery is
//! one document to one target. So a step that is repeated after a crash names
//! the same thing again instead of inventing a second one, and a restored
//! backup cannot hand an old name to new content.

use super::hash::ContentHash;
use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id! {
    /// One batch: `B000042-3fa9c1d2`.
    BatchId
}
text_id! {
    /// One document of a batch, counted from 1: `B000042-3fa9c1d2-01`.
    DocumentId
}
text_id! {
    /// One document to one target: `B000042-3fa9c1d2-01@mail-kaemmerei`.
    DeliveryId
}
text_id! {
    /// One item (Sendung) of the mail book: `S000017`.
    ItemId
}

impl BatchId {
    /// `number` is the ledger's running number of batches, `hash` that of the source.
    pub fn new(number: u64, hash: &ContentHash) -> Self {
        Self(format!("B{number:06}-{}", &hash.hex()[..8]))
    }
}

impl DocumentId {
    /// `ordinal` counts the documents of the batch from 1.
    pub fn new(batch: &BatchId, ordinal: u32) -> Self {
        Self(format!("{batch}-{ordinal:02}"))
    }
}

impl DeliveryId {
    /// The key everywhere outside: file name, Message-ID, attribute.
    pub fn new(document: &DocumentId, target: &str) -> Self {
        Self(format!("{document}@{target}"))
    }
}

impl ItemId {
    /// `number` is the ledger's running number of items.
    pub fn new(number: u64) -> Self {
        Self(format!("S{number:06}"))
    }
}
