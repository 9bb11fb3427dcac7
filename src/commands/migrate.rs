//! `migrate`: from one machine to several: the ledger into a database, the vault into a bucket.

use super::{DONE, FAILED, Outcome, Stop, pipeline};
use crate::config::Pipeline;
use crate::error::{Error, Result};
use crate::ledger::{self, Ledger, Transferred};
use crate::vault::Vault;
use std::path::Path;

/// Carries the ledger at `from` over into the empty one of the configuration, and the vault beside it (or `vault`) into
/// its bucket if it has one, and checks the whole of it there. Where the ledger is already the configured one, or `from`
/// is the folder of a vault, only the vault moves.
pub fn run(config: Option<&Path>, from: &Path, vault: Option<&Path>) -> Outcome {
    let pipeline = pipeline(config)?;
    let only_vault = from.is_dir() || pipeline.ledger.file() == Some(from);
    if !only_vault && !from.is_file() {
        return Err(Stop::Usage(format!(
            "[migrate.nothing] Unter {} liegt kein Journal. Hinweis: --from prüfen.",
            from.display()
        )));
    }
    // Brought to this version, and nobody writes to it any more.
    let ledger = if only_vault {
        Ledger::open(&pipeline.ledger, &pipeline.tenant)?
    } else {
        Ledger::open(from, &pipeline.tenant)?
    };
    let Some(_alone) = ledger.alone("all")? else {
        return Err(Stop::Usage(format!(
            "[migrate.busy] Auf dem Journal {} arbeitet ein Dienst. Hinweis: ihn beenden, dann noch einmal.",
            ledger.place()
        )));
    };
    // First the vault: what is carried twice is harmless, and the ledger names nothing that is not there.
    if pipeline.vault.folder().is_none() {
        let beside = if from.is_dir() { from.to_owned() } else { from.with_file_name("vault") };
        carry(&pipeline, vault.unwrap_or(&beside))?;
    }
    if !only_vault {
        let Transferred { rows, heads } = ledger::transfer(from, &pipeline.ledger)?;
        println!("Übertragen: {rows} Zeilen von {} nach {}.", from.display(), pipeline.ledger);
        for head in heads {
            println!(
                "Stand des Protokolls von {}: {} Ereignisse, {}",
                head.tenant,
                head.size,
                head.head.hex()
            );
        }
    }
    let vault = pipeline.read_vault()?;
    let audit = ledger::audit(&pipeline.ledger, Some(&vault), &[])?;
    for (name, detail) in &audit.wrong {
        eprintln!("[{name}] {detail}");
    }
    println!(
        "Geprüft: {} Ereignisse, {} Objekte im Tresor, {} Nachweise; {} Befunde. Das Alte ist unverändert.",
        audit.events,
        audit.objects,
        audit.records,
        audit.wrong.len()
    );
    Ok(if audit.wrong.is_empty() { DONE } else { FAILED })
}

/// Carries every object of a folder into the configured bucket, each read back there; one that lies there whole is not
/// carried again. A damaged one stops it: nobody shall believe that everything has moved.
fn carry(pipeline: &Pipeline, from: &Path) -> Result<()> {
    if !from.is_dir() {
        return Err(Error::io("Tresor lesen", from)(std::io::ErrorKind::NotFound.into()));
    }
    let (old, new) = (Vault::for_reading(from).under(pipeline.vault_keys()?)?, pipeline.open_vault()?);
    let objects = old.objects()?;
    let mut carried = 0;
    for hash in &objects {
        if new.has(hash)? && new.verify(hash).is_ok() {
            continue;
        }
        if new.put_reader(&mut old.reader(hash)?)?.0 != *hash {
            return Err(Error::Damaged { hash: hash.hex() });
        }
        carried += 1;
    }
    println!("Tresor: {carried} von {} Objekten nach {} getragen.", objects.len(), pipeline.vault);
    Ok(())
}
