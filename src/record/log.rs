//! What leaves the log: heads to keep outside, proofs to hand over with a document.

use super::canonical;
use super::check::Check;
use super::merkle::{self, Hash};
use crate::model::hash::ContentHash;
use serde::{Deserialize, Serialize};

/// Name of the form of a head.
pub const HEAD: &str = "poststelle-log-head-1";
/// Name of the form of a proof.
pub const PROOF: &str = "poststelle-log-proof-1";

/// One event, exactly as it is hashed: SHA-256 of a zero byte and the canonical bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Running number in the ledger.
    pub seq: i64,
    /// Tenant.
    pub tenant: String,
    /// UTC.
    pub at: String,
    /// What.
    pub code: String,
    /// To what.
    pub subject: String,
    /// Who: a pseudonym or a part of the program.
    pub actor: String,
    /// Codes, numbers and hashes.
    pub detail: String,
}

impl Entry {
    /// Its leaf.
    pub fn leaf(&self) -> Hash {
        merkle::leaf(&canonical::of(self))
    }
}

/// The log at one moment: kept outside, it exposes every later change of what came before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// [`HEAD`].
    pub format: String,
    /// Tenant.
    pub tenant: String,
    /// Number of entries.
    pub size: u64,
    /// Head of the tree.
    pub head: ContentHash,
}

/// That an entry stands in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// [`PROOF`].
    pub format: String,
    /// The entry; for a document, the one whose detail is SHA-256 of its `record.json`.
    pub entry: Entry,
    /// Its place, from 0.
    pub index: u64,
    /// Sibling hashes, lowest first.
    pub path: Vec<ContentHash>,
    /// The head it leads to.
    pub log: Head,
}

impl Proof {
    /// Checks the proof, and that it is about this record.
    pub fn check(bytes: &[u8], record: Option<&[u8]>) -> Vec<Check> {
        let parsed = canonical::parse(bytes.strip_suffix(b"\n").unwrap_or(bytes));
        let Some(proof) = parsed
            .and_then(|v| serde_json::from_value::<Self>(v).ok())
            .filter(|p| p.format == PROOF && p.log.format == HEAD)
        else {
            return vec![Check::new("proof.readable", false)];
        };
        let path: Vec<Hash> = proof.path.iter().map(|h| h.0).collect();
        let leads =
            merkle::included(&proof.entry.leaf(), proof.index, proof.log.size, &path, &proof.log.head.0);
        let same_tenant = proof.entry.tenant == proof.log.tenant;
        let mut checks = vec![Check::new("proof.path", leads && same_tenant)];
        if let Some(record) = record {
            checks.push(Check::new("proof.record", proof.entry.detail == ContentHash::of(record).hex()));
        }
        checks
    }
}
