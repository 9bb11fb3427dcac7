//! Mail that nobody opens goes to whoever stands in.
//!
//! In: inboxes and circles as the ledger has them, a moment. Out: a letter unopened for too many working days lies in
//! the inbox of the substitute, with a notice; an urgent one after office hours, and where that did not help, with the
//! head of the mailroom; one of a circle belongs to the circle that stands in, and to nobody else. Each letter is passed
//! on so once: two who stand in for each other do not toss it.

use crate::config::Pipeline;
use crate::document::{office_minutes_between, working_days_between};
use crate::error::Result;
use crate::ledger::Ledger;
use crate::model::ids::DocumentId;
use crate::model::town::Department;
use crate::observe;
use jiff::{Timestamp, Zoned};

/// Who acts, in events and under the notice.
const BY: &str = "poststelle";

/// Passes on what waited too long by that moment; how much that was. What cannot go on is reported and stays.
pub fn stand_in(ledger: &Ledger, pipeline: &Pipeline, now: &Zoned) -> Result<u32> {
    let (today, mut passed) = (now.date().to_string(), urgent(ledger, pipeline, now)?);
    let late = |since: &str, days: u32| {
        let day = since.get(..10).unwrap_or_default();
        working_days_between(day, &today, pipeline.ways.land.as_deref()).is_some_and(|waited| waited > days)
    };
    for department in &pipeline.departments {
        let substitute = department.substitute.as_deref().and_then(|id| pipeline.department(id));
        let (Some(to), Some(days)) = (substitute, department.substitute_after) else { continue };
        for (document, since) in ledger.inbox_unopened(&department.id)? {
            if late(&since, days) {
                let since = format!("Seit {days} Arbeitstagen");
                passed += u32::from(pass_on(ledger, &document, department, to, &since));
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

/// Urgent mail goes to the substitute after office hours, and where nobody opens it there either, to the head.
fn urgent(ledger: &Ledger, pipeline: &Pipeline, now: &Zoned) -> Result<u32> {
    let (ways, mut passed) = (&pipeline.ways, 0);
    let late = |since: &str| {
        since.parse::<Timestamp>().is_ok_and(|at| {
            let (at, land) = (at.to_zoned(now.time_zone().clone()).datetime(), ways.land.as_deref());
            let minutes = office_minutes_between(at, now.datetime(), ways.office_hours, land);
            minutes >= i64::from(ways.urgent_hours) * 60
        })
    };
    for department in pipeline.departments.iter().filter(|_| ways.urgent_hours > 0) {
        let substitute = department.substitute.as_deref().and_then(|id| pipeline.department(id));
        for (document, since, before) in ledger.urgent_unopened(&department.id)? {
            if !late(&since) {
                continue;
            }
            let since = format!("Eilig, seit {} Dienststunden", ways.urgent_hours);
            match substitute.filter(|_| !before) {
                Some(to) => passed += u32::from(pass_on(ledger, &document, department, to, &since)),
                None => {
                    let note =
                        format!("{since} ungeöffnet bei „{}“: die Leitung entscheidet.", department.name);
                    ledger.escalated(&document, &department.id, &note, BY)?;
                    passed += 1;
                }
            }
        }
    }
    Ok(passed)
}

/// Into the inbox of whoever stands in; `false` where that did not work.
fn pass_on(ledger: &Ledger, document: &DocumentId, from: &Department, to: &Department, since: &str) -> bool {
    let note = format!("{since} ungeöffnet bei „{}“: an die Vertretung.", from.name);
    let targets = (to.id.as_str(), to.targets.clone());
    let passed = ledger.forward(document, (&from.id, &["new"]), targets, &note, BY);
    passed.inspect_err(|error| observe::trouble(&from.id, error)).is_ok()
}
