//! `migrate`: from the ledger of one machine to one that several share.

use super::{DONE, FAILED, Outcome, Stop, pipeline};
use crate::ledger::{self, Ledger, Transferred};
use std::path::Path;

/// Carries the ledger at `from` over into the empty one of the configuration, and checks the whole of it there.
pub fn run(config: Option<&Path>, from: &Path) -> Outcome {
    let pipeline = pipeline(config)?;
    if !from.is_file() {
        return Err(Stop::Usage(format!(
            "[migrate.nothing] Unter {} liegt kein Journal. Hinweis: --from prüfen.",
            from.display()
        )));
    }
    // Brought to this version, and nobody writes to it any more.
    let Some(_alone) = Ledger::open(from, &pipeline.tenant)?.alone("all")? else {
        return Err(Stop::Usage(format!(
            "[migrate.busy] Auf dem Journal {} arbeitet ein Dienst. Hinweis: ihn beenden, dann noch einmal.",
            from.display()
        )));
    };
    let Transferred { rows, heads } = ledger::transfer(from, &pipeline.ledger)?;
    println!("Übertragen: {rows} Zeilen von {} nach {}.", from.display(), pipeline.ledger);
    for head in heads {
        println!("Stand des Protokolls von {}: {} Ereignisse, {}", head.tenant, head.size, head.head.hex());
    }
    let vault = pipeline.read_vault()?;
    let audit = ledger::audit(&pipeline.ledger, Some(&vault), &[])?;
    for (name, detail) in &audit.wrong {
        eprintln!("[{name}] {detail}");
    }
    println!(
        "Geprüft: {} Ereignisse, {} Objekte im Tresor, {} Nachweise; {} Befunde. Das alte Journal ist unverändert.",
        audit.events,
        audit.objects,
        audit.records,
        audit.wrong.len()
    );
    Ok(if audit.wrong.is_empty() { DONE } else { FAILED })
}
