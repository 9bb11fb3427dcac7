//! An electronic invoice as its XML says it (EN 16931).

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Code of the note about a file that brings an invoice along.
pub const NOTE: &str = "source.invoice";

/// What the XML inside a file says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElectronicInvoice {
    /// Name of the XML inside the file.
    pub name: String,
    /// Specification it claims to follow (BT-24).
    pub specification: String,
    /// It credits instead of charging (BT-3 is 381).
    pub credit: bool,
    /// Field name -> value, in the names and spellings of all other fields.
    pub fields: BTreeMap<String, String>,
}
