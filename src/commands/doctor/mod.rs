//! `doctor`: the machine as whoever looks after it would check it, each finding with what to do.
//!
//! Every part looks at one thing and returns findings; judgements about numbers are pure and tested where they
//! stand. No ledger is made or brought to a newer version; targets make their folders, as `check` has them do. What a
//! probe writes into drop and target folders it takes away again.

mod certificates;
mod finding;
mod folders;
mod queue;
mod secrets;
mod speed;

use super::{DONE, Outcome, REFUSED, pipeline};
use crate::config::Pipeline;
use crate::delivery;
use crate::intake::malware;
use finding::{Finding, Level};
use std::path::Path;

/// Looks at everything. 0 well, warnings count as well; 1 something does not work; 2 wrong configuration.
pub fn run(config: Option<&Path>, json: bool) -> Outcome {
    let pipeline = pipeline(config)?;
    let parts: [fn(&Pipeline) -> Vec<Finding>; 9] = [
        rules,
        secrets::findings,
        // A target makes its folder; after that it can be looked at.
        targets,
        folders::findings,
        queue::findings,
        certificates::findings,
        scanner,
        speed::languages,
        speed::engine,
    ];
    let (mut warned, mut failed, mut all) = (0, 0, 0);
    for part in parts {
        for finding in part(&pipeline) {
            all += 1;
            warned += usize::from(finding.level == Level::Warn);
            failed += usize::from(finding.level == Level::Fail);
            // Each as soon as it is known: a target that does not answer takes its time.
            if json {
                println!("{}", serde_json::to_string(&finding).map_err(crate::error::Error::from)?);
            } else {
                println!("{}", finding.line());
            }
        }
    }
    if !json {
        println!("{all} Punkte geprüft, {warned} Warnungen, {failed} Fehler.");
    }
    Ok(if failed == 0 { DONE } else { REFUSED })
}

/// The classifiers are read as the service reads them.
fn rules(pipeline: &Pipeline) -> Vec<Finding> {
    vec![match crate::daemon::load_rules(pipeline) {
        Ok(rules) => {
            Finding::ok("rules.read", format!("{} Dokumentarten gelesen.", rules.book.kinds().len()))
        }
        Err(error) => {
            Finding::fail("rules.refused", error.to_string(), "poststelle check zeigt alle Stellen.")
        }
    }]
}

/// The virus scanner answers and knows the viruses of these days.
fn scanner(pipeline: &Pipeline) -> Vec<Finding> {
    vec![match pipeline.malware.as_ref().map(|scanner| (scanner, malware::ready(scanner))) {
        None => Finding::warn(
            "malware.none",
            "Kein Virenscanner sieht die Dateien, bevor sie geöffnet werden.",
            "clamd installieren und unter [malware] nennen.",
        ),
        Some((scanner, Ok(()))) => {
            Finding::ok("malware.ready", format!("Der Virenscanner ({}) antwortet.", scanner.place))
        }
        Some((_, Err(error))) => {
            Finding::fail("malware.not_ready", error.to_string(), "clamd und freshclam prüfen.")
        }
    }]
}

/// What every target says of itself, as `check` asks it.
fn targets(pipeline: &Pipeline) -> Vec<Finding> {
    let mut findings = Vec::new();
    for target in &pipeline.targets {
        let wrong = delivery::open(target).check();
        if wrong.is_empty() {
            findings.push(Finding::ok("target.ready", format!("Ziel „{}“ ist erreichbar.", target.id)));
        }
        let fail = |r: crate::model::refusal::Refusal| {
            Finding::fail(&r.code, format!("Ziel „{}“: {}", target.id, r.text), r.hint)
        };
        findings.extend(wrong.into_iter().map(fail));
    }
    findings
}
