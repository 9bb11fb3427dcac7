//! Departments that ended: what is open with them goes on to their successor.

use crate::config::Pipeline;
use crate::error::Result;
use crate::ledger::Ledger;

/// Who acts, in events.
const BY: &str = "organisation";

/// Moves everything that is still open with a department that has ended; how much that was.
pub fn reorganise(ledger: &Ledger, pipeline: &Pipeline) -> Result<u32> {
    let mut moved = 0;
    for department in &pipeline.departments {
        if let Some(successor) = &department.successor {
            moved += ledger.reorganised(&department.id, successor, BY)?;
        }
    }
    Ok(moved)
}
