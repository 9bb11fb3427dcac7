//! `check`: everything that would fail later, now, all at once; and what works otherwise than one might think.

use super::{DONE, Outcome, USAGE, organisation, pipeline};
use crate::config::Pipeline;
use crate::document::RuleBook;
use crate::ledger;
use crate::model::document::{Need, ScanMode};
use crate::model::town::{Department, Station, TargetWay};
use crate::record::release::Release;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Complaints are what fails; hints are what somebody should know, and change nothing in the answer.
#[derive(Default)]
struct Found {
    wrong: Vec<String>,
    hints: Vec<String>,
}

/// Looks at everything; 2 if something is wrong.
pub fn run(config: Option<&Path>) -> Outcome {
    let pipeline = pipeline(config)?;
    let mut found = Found::default();
    match crate::daemon::load_rules(&pipeline) {
        Ok(rules) => found.rules(&pipeline, &rules.book),
        Err(error) => found.wrong.push(error.to_string()),
    }
    if let Some(Err(error)) = pipeline.seal.as_ref().map(crate::sealing::TownSeal::open) {
        found.wrong.push(error.to_string());
    }
    if let Err(error) = pipeline.read_vault() {
        found.wrong.push(error.to_string());
    }
    for target in &pipeline.targets {
        let refusals = crate::delivery::open(target).check();
        found.wrong.extend(refusals.iter().map(|refusal| format!("Ziel „{}“: {refusal}", target.id)));
    }
    for station in &pipeline.stations {
        found.station(&pipeline, station);
    }
    for line in found.wrong.iter().chain(&found.hints) {
        eprintln!("{line}");
    }
    println!(
        "{} Stationen, {} Ämter, {} Ziele geprüft, {} Beanstandungen.",
        pipeline.stations.len(),
        pipeline.departments.len(),
        pipeline.targets.len(),
        found.wrong.len()
    );
    Ok(if found.wrong.is_empty() { DONE } else { USAGE })
}

impl Found {
    /// What the rules name and the town does not have.
    fn rules(&mut self, pipeline: &Pipeline, book: &RuleBook) {
        let nowhere = book.kinds().iter().filter(|k| pipeline.department(&k.department).is_none());
        let nowhere: Vec<String> = nowhere.map(|k| format!("{} ({})", k.id, k.department)).collect();
        if !nowhere.is_empty() {
            self.hints.push(format!(
                "[rules.department] {} Dokumentarten gehen an Ämter, die es hier nicht gibt, und damit in die \
                 Nachbearbeitung: {}. Hinweis: department in classifiers/<Art>.toml ändern, die Datei entfernen oder \
                 das Amt anlegen.",
                nowhere.len(),
                nowhere.join(", ")
            ));
        }
        for route in &pipeline.ways.routes {
            for kind in route.kinds.iter().filter(|k| book.kind(k).is_none()) {
                let id = &route.id;
                self.wrong.push(format!(
                    "[rules.kind] Die Regel „{id}“ nennt die Dokumentart „{kind}“, die es nicht gibt."
                ));
            }
        }
        self.wrong.extend(organisation::complaints(pipeline, book));
        for department in pipeline.departments.iter().filter(|d| only_mail(pipeline, d)) {
            let confidential = book
                .kinds()
                .iter()
                .filter(|k| k.department == department.id && k.protection.confidentiality >= Need::Hoch);
            let confidential: Vec<&str> = confidential.map(|k| k.id.as_str()).collect();
            if !confidential.is_empty() {
                self.hints.push(format!(
                    "[department.only_mail] Amt „{}“ hat nur ein Postfach; Vertrauliches geht nie als Anhang, sondern \
                     als Benachrichtigung: {}. Hinweis: ein weiteres Ziel nennen (type = \"inbox\" oder \"folder\"), \
                     damit auch diese Briefe ankommen.",
                    department.id,
                    confidential.join(", ")
                ));
            }
        }
    }

    fn station(&mut self, pipeline: &Pipeline, station: &Station) {
        let folder = station.folder.display();
        let mode = std::fs::metadata(&station.folder).map(|m| m.permissions().mode());
        if mode.is_ok_and(|m| m & 0o004 != 0) {
            self.wrong.push(format!(
                "[station.world_readable] {folder} ist für alle lesbar; dort liegt unverschlossene Post. Hinweis: chmod \
                 o-rwx."
            ));
        }
        if let Err(error) = usable(&station.folder) {
            let what = format!(
                "[station.folder] Der Scanordner {folder} der Station „{}“ ist nicht zu gebrauchen: {}.",
                station.id,
                crate::error::said(&error)
            );
            // Whoever checks may be somebody else than the service.
            if error.kind() == ErrorKind::PermissionDenied {
                self.hints.push(format!(
                    "{what} Hinweis: das gilt für den, der hier prüft; den Dienst prüft doctor."
                ));
            } else {
                self.wrong
                    .push(format!("{what} Hinweis: Pfad prüfen, Ordner anlegen oder Freigabe einhängen."));
            }
        }
        if station.profile.scan_mode == ScanMode::Replacing {
            self.release(pipeline, station);
        }
        for key in &station.lot_keys {
            if let Err(error) = crate::intake::lots::public_key(key) {
                self.wrong.push(error.to_string());
            }
        }
    }

    /// What becomes of the mail of a replacing station that nobody has released as it is now.
    fn release(&mut self, pipeline: &Pipeline, station: &Station) {
        let none_yet = pipeline.ledger.file().is_some_and(|file| !file.exists());
        let release = match none_yet {
            true => Ok(Release::None),
            false => ledger::release(pipeline.ledger.clone(), &pipeline.tenant, station),
        };
        let release = match release {
            Ok(release) => release,
            Err(error) => return self.hints.push(error.to_string()),
        };
        let then = match (release, pipeline.procedure.released.is_some()) {
            (Release::Released, true) => return,
            (_, false) => "solange [procedure] released fehlt, ersetzt nichts Papier",
            (Release::Emergency, true) => "ihre Post geht weiter, das Papier bleibt",
            (Release::Changed | Release::None, true) => {
                "ihre Stapel werden angehalten (batch.station_not_released)"
            }
        };
        self.hints.push(format!(
            "[station.not_released] Die Station „{}“ scannt ersetzend und ist {}; {then}. Hinweis: poststelle station \
             chart, test und release.",
            station.id,
            release.text()
        ));
    }
}

/// Every target of the department is a mailbox.
fn only_mail(pipeline: &Pipeline, department: &Department) -> bool {
    let mut ways = department.targets.iter().filter_map(|id| pipeline.targets.iter().find(|t| t.id == *id));
    !department.targets.is_empty() && ways.all(|target| matches!(target.way, TargetWay::Mail(_)))
}

/// Whether a folder is there and takes files, or could be made. Leaves nothing behind.
fn usable(folder: &Path) -> std::io::Result<()> {
    let there = folder.ancestors().find(|path| path.exists()).unwrap_or(Path::new("/"));
    tempfile::Builder::new().prefix(".poststelle-check-").tempdir_in(there)?.close()
}
