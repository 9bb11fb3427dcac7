//! `backup` and `restore`: everything the town cannot lose, in one folder that proves itself.
//!
//! ```text
//! DIR/manifest.jsonl          what belongs to it, with SHA-256; written last
//! DIR/stand-…/ledger.sqlite   the ledger at one moment
//! DIR/stand-…/config/         pipeline.toml, classifiers/, files/ (certificates, templates; no secrets)
//! DIR/vault/ab/abcdef…        objects of the vault; a later backup adds only new ones
//! ```

mod copying;
mod manifest;
mod restore;
mod save;

pub use restore::{TESTED, run as restore, test};
pub use save::run as backup;

/// The ledger in the folder of a state, and in what is restored.
const LEDGER: &str = "ledger.sqlite";
/// The configuration there.
const CONFIG: &str = "config";
/// Objects, in both.
const VAULT: &str = "vault";
