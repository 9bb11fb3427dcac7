//! What somebody saw about a sealed document: a new, linked record, sealed and kept.
//!
//! Order: the new record into the vault, the event that names it, and only then, by the caller, the verdict itself. Who
//! is interrupted in between finds the document still waiting and says it again; the record of the first time is true.

use super::House;
use crate::config::Pipeline;
use crate::error::{Error, Result};
use crate::ledger::{Amended, DOCUMENT_REPLACED, DocumentRow, Ledger};
use crate::record::Envelope;
use crate::record::amendment::{AMENDED, amended, replaced};
use crate::sealing::{self, Stamp, TownSeal};
use crate::vault::Vault;

fn sealed_record(vault: &Vault, document: &DocumentRow) -> Result<Option<(Envelope, Vec<u8>)>> {
    let Some(hash) = document.record else { return Ok(None) };
    let record = vault.read(&hash)?;
    let unreadable = |_| Error::Format(format!("the record of {} is not readable", document.id));
    Ok(Some((Envelope::parse(&record).map_err(unreadable)?, record)))
}

fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The amendment of the document of which that one, just made, is the new version; in the vault, and to be noted
/// together with it.
pub fn superseding(house: &House, document: &DocumentRow, record: &[u8]) -> Result<Option<Amended>> {
    let Some(old) = &document.cut.replaces else { return Ok(None) };
    let old = house.ledger.document(old)?;
    let Some((envelope, bytes)) = sealed_record(&house.vault, &old)? else { return Ok(None) };
    let said = house.ledger.said(&old.id.0)?;
    let by = said.get(DOCUMENT_REPLACED).map_or("engine".to_owned(), |s| s.by.clone());
    let new = Envelope::parse(record).map_err(|_| Error::Format("the new record is not readable".into()))?;
    let previous = said.get(AMENDED).map(|s| s.detail.clone());
    let mut amendment = replaced((&envelope, &bytes), (&new, record), previous, (now(), by.clone()));
    if let Some(sealer) = &house.sealer {
        sealing::seal_amendment(sealer.as_ref(), &mut amendment, Stamp::IfPossible)?;
    }
    Ok(Some(Amended { document: old.id, by, amendment: house.vault.put(&amendment.bytes())? }))
}

/// Writes it; `about` is `sample` or `feedback`. A document without a record has nothing to be amended.
pub fn amend(
    (pipeline, ledger, vault): (&Pipeline, &Ledger, &Vault),
    document: &DocumentRow,
    by: &str,
    about: &str,
    good: bool,
) -> Result<()> {
    let Some((envelope, record)) = sealed_record(vault, document)? else { return Ok(()) };
    let previous = ledger.said(&document.id.0)?.get(AMENDED).map(|s| s.detail.clone());
    let mut new = amended((&envelope, &record), previous, (now(), by.to_owned()), about, good);
    if let Some(settings) = &pipeline.seal {
        sealing::seal_amendment(&TownSeal::open(settings)?, &mut new, Stamp::IfPossible)?;
    }
    let hash = vault.put(&new.bytes())?;
    ledger.note_bytes(AMENDED, &document.id.0, by, &hash)
}
