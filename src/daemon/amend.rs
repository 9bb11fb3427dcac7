//! What somebody saw about a sealed document: a new, linked record, sealed and kept.
//!
//! Order: the new record into the vault, the event that names it, and only then, by the caller, the verdict itself. Who
//! is interrupted in between finds the document still waiting and says it again; the record of the first time is true.

use crate::config::Pipeline;
use crate::error::{Error, Result};
use crate::ledger::{DocumentRow, Ledger};
use crate::record::Envelope;
use crate::record::amendment::{AMENDED, amended};
use crate::sealing::{self, Stamp, TownSeal};
use crate::vault::Vault;

/// Writes it; `about` is `sample` or `feedback`. A document without a record has nothing to be amended.
pub fn amend(
    (pipeline, ledger, vault): (&Pipeline, &Ledger, &Vault),
    document: &DocumentRow,
    by: &str,
    about: &str,
    good: bool,
) -> Result<()> {
    let Some(hash) = document.record else { return Ok(()) };
    let record = vault.read(&hash)?;
    let unreadable = |_| Error::Format(format!("the record of {} is not readable", document.id));
    let envelope = Envelope::parse(&record).map_err(unreadable)?;
    let previous = ledger.said(&document.id.0)?.get(AMENDED).map(|s| s.detail.clone());
    let at = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let mut new = amended((&envelope, &record), previous, (at, by.to_owned()), about, good);
    if let Some(settings) = &pipeline.seal {
        sealing::seal_amendment(&TownSeal::open(settings)?, &mut new, Stamp::IfPossible)?;
    }
    let hash = vault.put(&new.bytes())?;
    ledger.note_bytes(AMENDED, &document.id.0, by, &hash)
}
