//! Mail that nobody opens goes to whoever stands in.
//!
//! In: inboxes and circles as the ledger has them, a day. Out: a letter unopened for too many working days lies in
//! the inbox of the substitute, with a notice; one of a circle belongs to the circle that stands in, and to nobody
//! else. Each letter is passed on so once: two who stand in for each other do not toss it.

use crate::config::Pipeline;
use crate::document::working_days_between;
use crate::error::Result;
use crate::ledger::Ledger;
use crate::observe;
use jiff::civil::Date;

/// Who acts, in events and under the notice.
const BY: &str = "poststelle";

/// Passes on what waited too long by that day; how much that was. What cannot go on is reported and stays.
pub fn stand_in(ledger: &Ledger, pipeline: &Pipeline, today: Date) -> Result<u32> {
    let (today, mut passed) = (today.to_string(), 0);
    let late = |since: &str, days: u32| {
        let day = since.get(..10).unwrap_or_default();
        working_days_between(day, &today, pipeline.ways.land.as_deref()).is_some_and(|waited| waited > days)
    };
    for department in &pipeline.departments {
        let substitute = department.substitute.as_deref().and_then(|id| pipeline.department(id));
        let (Some(to), Some(days)) = (substitute, department.substitute_after) else { continue };
        for (document, since) in ledger.inbox_unopened(&department.id)? {
            if late(&since, days) {
                let note = format!(
                    "Seit {days} Arbeitstagen ungeöffnet bei „{}“: an die Vertretung.",
                    department.name
                );
                let targets = (to.id.as_str(), to.targets.clone());
                match ledger.forward(&document, (&department.id, &["new"]), targets, &note, BY) {
                    Ok(()) => passed += 1,
                    Err(error) => observe::trouble(&department.id, &error),
                }
            }
        }
    }
    for circle in &pipeline.circles {
        let (Some(to), Some(days)) = (&circle.substitute, circle.substitute_after) else { continue };
        for (document, since) in ledger.circle_waiting(&circle.id)? {
            if late(&since, days) {
                ledger.circle_passed(&document, &circle.id, to, BY)?;
                passed += 1;
            }
        }
    }
    Ok(passed)
}
