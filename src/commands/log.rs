//! `log head|proof|consistency|evidence`: what an auditor keeps outside, hands over, or gives to an archive.

use super::{DONE, Outcome, Stop, pipeline};
use crate::cli::LogAction;
use crate::config::Pipeline;
use crate::error::Error;
use crate::ledger::Ledger;
use crate::model::hash::ContentHash;
use crate::model::ids::DocumentId;
use crate::model::state::DocumentState;
use crate::record::canonical;
use crate::sealing::{Authority, evidence_records};
use std::path::Path;

/// Prints one line of canonical JSON.
pub fn run(config: Option<&Path>, action: &LogAction) -> Outcome {
    let pipeline = pipeline(config)?;
    let ledger = Ledger::open(&pipeline.ledger, &pipeline.tenant)?;
    let bytes = match action {
        LogAction::Evidence { out, by } => return evidence(&pipeline, &ledger, out, by),
        LogAction::Head => canonical::of(&ledger.log_head()?),
        LogAction::Proof { id } => canonical::of(&ledger.log_proof(&DocumentId(id.clone()))?),
        LogAction::Consistency { size } => {
            let now = ledger.log_head()?;
            if *size == 0 || *size > now.size {
                return Err(Stop::Usage(format!(
                    "[usage.size] Das Protokoll hat {} Einträge. Hinweis: eine Zahl von 1 bis {} nennen.",
                    now.size, now.size
                )));
            }
            canonical::of(
                &serde_json::json!({ "log": now, "old_size": size, "path": ledger.log_consistency(*size)? }),
            )
        }
    };
    println!("{}", String::from_utf8(bytes).map_err(|e| Error::Format(e.to_string()))?);
    Ok(DONE)
}

/// Product, record and evidence record of every document that was sealed.
fn evidence(pipeline: &Pipeline, ledger: &Ledger, out: &Path, by: &str) -> Outcome {
    let authority = pipeline.seal.as_ref().map(Authority::open).transpose()?.flatten();
    let Some(authority) = authority else {
        return Err(Stop::Usage(
            "[log.no_timestamp] Ein Evidence Record braucht einen Zeitstempel. Hinweis: timestamp_urls unter [seal] eintragen."
                .into(),
        ));
    };
    if std::fs::read_dir(out).is_ok_and(|mut d| d.next().is_some()) {
        return Err(Stop::Usage(format!(
            "[usage.out] {} ist nicht leer. Hinweis: neuen Ordner nennen.",
            out.display()
        )));
    }
    std::fs::create_dir_all(out).map_err(Error::io("Evidence Records schreiben", out))?;
    let write = |name: String, bytes: &[u8]| {
        let place = out.join(name);
        std::fs::write(&place, bytes).map_err(Error::io("Evidence Records schreiben", &place))
    };
    let vault = pipeline.read_vault()?;
    let (mut ids, mut groups) = (Vec::new(), Vec::new());
    let gone = ledger.declared_gone()?;
    for state in
        [DocumentState::Sealed, DocumentState::Delivering, DocumentState::Delivered, DocumentState::Closed]
    {
        for document in ledger.documents_in(state)? {
            let (Some(record), Some(product)) = (document.record, document.product) else { continue };
            if gone.contains(&product) && !vault.has(&product)? {
                continue;
            }
            let (record, product) = (vault.read(&record)?, vault.read(&product)?);
            groups.push(vec![ContentHash::of(&product).0, ContentHash::of(&record).0]);
            write(format!("{}.pdf", document.id), &product)?;
            write(format!("{}.record.json", document.id), &record)?;
            ids.push(document.id);
        }
    }
    let records = evidence_records(&groups, |bytes| authority.stamp(bytes))?;
    for (id, record) in ids.iter().zip(&records) {
        write(format!("{id}.ers"), record)?;
        ledger.note("evidence.written", &id.0, by, &ContentHash::of(record).hex())?;
    }
    println!("{} Evidence Records: {}", records.len(), out.display());
    Ok(DONE)
}
