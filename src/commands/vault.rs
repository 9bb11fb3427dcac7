//! `vault rekey`: another key for everything, or the first.

use super::{DONE, Outcome, Stop, pipeline};
use crate::ledger::Ledger;
use std::path::Path;

/// While the service stands, so that nobody is given an object that is another a moment later. On a shared ledger only
/// the process that watches the stations is asked for; the others have to be stopped as well (`docs/operations.md`).
pub fn rekey(config: Option<&Path>, by: &str) -> Outcome {
    let pipeline = pipeline(config)?;
    if pipeline.vault_key_file.is_none() {
        return Err(Stop::Usage(
            "[vault.no_key] Es ist kein Tresorschlüssel genannt. Hinweis: vault_key_file in pipeline.toml eintragen.".into(),
        ));
    }
    let ledger = Ledger::open(&pipeline.ledger, &pipeline.tenant)?;
    let Some(_alone) = ledger.alone("intake")? else {
        return Err(Stop::Usage(
            "[vault.in_use] Der Dienst läuft. Hinweis: anhalten, danach noch einmal; ein unterbrochener Lauf setzt fort.".into(),
        ));
    };
    let vault = pipeline.open_vault()?;
    vault.sweep()?;
    let (changed, key) = (vault.rekey()?, vault.key().unwrap_or_default());
    ledger.note("vault.rekeyed", "vault", by, &format!("key={key} objects={changed}"))?;
    println!("{changed} Objekte neu verschlüsselt; alles liegt unter dem Schlüssel {key}.");
    println!("Frühere Schlüssel sind nur noch für Sicherungen von vorher nötig.");
    Ok(DONE)
}
