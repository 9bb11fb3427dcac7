//! `log head|proof|consistency`: what an auditor keeps outside or hands over. Reads only.

use super::{DONE, Outcome, Stop, pipeline};
use crate::cli::LogAction;
use crate::error::Error;
use crate::ledger::Ledger;
use crate::model::ids::DocumentId;
use crate::record::canonical;
use std::path::Path;

/// Prints one line of canonical JSON.
pub fn run(config: Option<&Path>, action: &LogAction) -> Outcome {
    let pipeline = pipeline(config)?;
    let ledger = Ledger::open(&pipeline.ledger, &pipeline.tenant)?;
    let bytes = match action {
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
