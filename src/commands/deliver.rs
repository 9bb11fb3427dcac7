//! `deliver`: what is open, what would be sent, once more, and settled by hand.

use super::people::{in_circle, open};
use super::{DONE, Outcome, REFUSED, Stop};
use crate::cli::DeliverAction;
use crate::config::Pipeline;
use crate::daemon;
use crate::error::Error;
use crate::ledger::{DeliveryRow, Ledger};
use crate::model::delivery::{Parcel, Recall};
use crate::model::document::{DocumentSheet, Need};
use crate::model::ids::{DeliveryId, DocumentId};
use crate::model::state::DeliveryState;
use crate::model::town::{PlaceWay, System, Target, TargetWay};
use std::path::Path;

/// Lists, tries again, settles; or shows what would be sent.
pub fn run(
    config: Option<&Path>,
    dry_run: Option<String>,
    target: Option<String>,
    action: Option<DeliverAction>,
) -> Outcome {
    let (pipeline, ledger) = open(config)?;
    if let Some(what) = dry_run {
        return show_plan(&pipeline, &ledger, &what, target.as_deref());
    }
    match action {
        None | Some(DeliverAction::List) => list(&ledger),
        Some(DeliverAction::Targets) => {
            for target in &pipeline.targets {
                let can = crate::delivery::open(target).capabilities();
                let answer = if can.confirms { ", Antwort wird abgewartet" } else { "" };
                let (promise, version) = (can.guarantee.text(), can.new_version.text());
                println!("{} {} {promise}{answer}; {version}", target.id, kind(target));
            }
            Ok(DONE)
        }
        Some(DeliverAction::Again { id, by }) => {
            let id = decidable(&pipeline, &ledger, id, &by)?;
            ledger.delivery_again(&id, &by)?;
            println!("{id} wird noch einmal versucht; vorher wird das Ziel gefragt.");
            Ok(DONE)
        }
        Some(DeliverAction::Recall { id, by }) => recall(&pipeline, &ledger, id, &by),
        Some(DeliverAction::Close { id, reason, by }) => {
            let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
            if reason.is_empty() || reason.len() > 60 || !reason.chars().all(word) {
                let text = "[usage.reason] Der Grund ist ein kurzes Wort. Hinweis: zum Beispiel anderweitig_zugestellt.";
                return Err(Stop::Usage(text.into()));
            }
            let id = decidable(&pipeline, &ledger, id, &by)?;
            ledger.delivery_closed(&id, &by, &reason)?;
            println!("{id} ist abgeschlossen und wird nicht mehr gesendet.");
            Ok(DONE)
        }
    }
}

fn list(ledger: &Ledger) -> Outcome {
    let open = ledger.deliveries_open()?;
    for row in &open {
        let state = match row.state {
            DeliveryState::Refused => "zu entscheiden",
            DeliveryState::HandedOver => "wartet auf Antwort",
            DeliveryState::Ambiguous => "wird nachgesehen",
            _ => "unterwegs",
        };
        println!("{} {state}, {} Versuche", row.id, row.attempts);
        if let Some(trouble) = &row.trouble {
            println!("  {trouble}");
        }
        if row.state == DeliveryState::Refused {
            println!("  Erneut senden: poststelle deliver again {} --by PERSON", row.id);
        }
    }
    let refused = open.iter().filter(|row| row.state == DeliveryState::Refused).count();
    println!("{} offen, davon {refused} zu entscheiden.", open.len());
    Ok(if refused == 0 { DONE } else { REFUSED })
}

/// Takes a delivery back as far as its target allows, and writes down the answer.
fn recall(pipeline: &Pipeline, ledger: &Ledger, id: String, by: &str) -> Outcome {
    let row = ledger.delivery(&DeliveryId(id))?;
    in_circle(pipeline, ledger.document(&row.document)?.circle, by)?;
    if !matches!(row.state, DeliveryState::HandedOver | DeliveryState::Confirmed) {
        let text =
            format!("[deliver.not_delivered] {} ist nicht zugestellt. Hinweis: nichts zu tun.", row.id);
        return Err(Stop::Usage(text));
    }
    let Some(target) = pipeline.targets.iter().find(|t| t.id == row.target) else {
        return Err(Stop::Usage(format!("[usage.target] Das Ziel „{}“ gibt es nicht mehr.", row.target)));
    };
    let parcel = daemon::parcel(ledger, &pipeline.open_vault()?, &row)?;
    let (code, answer, text) = match crate::delivery::open(target).recall(&parcel) {
        Recall::Removed { text } => (DONE, "removed", text),
        Recall::Task { text } => (REFUSED, "task", text),
        Recall::Unreachable { text } => (REFUSED, "unreachable", format!("{text} Bitte später wiederholen.")),
    };
    ledger.delivery_recalled(&row.id, by, answer)?;
    println!("{}: {text}", row.id);
    if parcel.confidential {
        let name = pipeline.department(&row.department).map_or(row.department.as_str(), |d| &d.name);
        println!("Vorfall: vertrauliches Schriftstück {} an {name} über „{}“.", row.document, row.target);
        for event in ledger.events(&row.id.0)? {
            println!("  {} {} {} {}", event.at, event.code, event.actor, event.detail);
        }
    }
    Ok(code)
}

/// A delivery that waits for this person's decision.
fn decidable(pipeline: &Pipeline, ledger: &Ledger, id: String, by: &str) -> Result<DeliveryId, Stop> {
    let row = ledger.delivery(&DeliveryId(id))?;
    in_circle(pipeline, ledger.document(&row.document)?.circle, by)?;
    if row.state == DeliveryState::Refused {
        return Ok(row.id);
    }
    Err(Stop::Usage(format!(
        "[deliver.not_refused] {} wartet auf keine Entscheidung (Stand: {}). \
         Hinweis: poststelle deliver list zeigt, was zu entscheiden ist.",
        row.id,
        row.state.text()
    )))
}

/// Prints exactly what would be sent to each target, and sends nothing.
fn show_plan(pipeline: &Pipeline, ledger: &Ledger, what: &str, only: Option<&str>) -> Outcome {
    let mut code = DONE;
    for (target, parcel) in parcels(pipeline, ledger, what, only)? {
        let way = crate::delivery::open(target);
        println!("=== {} ({}, {})", target.id, kind(target), way.capabilities().guarantee.text());
        match way.plan(&parcel) {
            Ok(pieces) => {
                for piece in pieces {
                    println!("--- {}\n{}", piece.name, piece.content.trim_end());
                }
            }
            Err(refusal) => {
                println!("Wird nicht gesendet: {refusal}");
                code = REFUSED;
            }
        }
    }
    Ok(code)
}

/// The document once per target it would go to.
fn parcels<'p>(
    pipeline: &'p Pipeline,
    ledger: &Ledger,
    what: &str,
    only: Option<&str>,
) -> Result<Vec<(&'p Target, Parcel)>, Stop> {
    let folder = Path::new(what);
    let from_folder = folder.join("document.json").is_file();
    let read = |name: &str| {
        let path = folder.join(name);
        std::fs::read(&path).map_err(Error::io("Schriftstück lesen", &path))
    };
    let sheet_json = if from_folder { read("document.json")? } else { Vec::new() };
    let sheet = if from_folder {
        serde_json::from_slice::<DocumentSheet>(&sheet_json).map_err(Error::from)?
    } else {
        let missing = || Error::Missing { what: "Die Entscheidung zu", id: what.into() };
        ledger.document(&DocumentId(what.into()))?.sheet.ok_or_else(missing)?
    };
    let departments = sheet.understanding.targets.iter().map(|t| t.department.as_str());
    let mut wanted: Vec<(String, &Target)> = Vec::new();
    for department in departments.filter_map(|id| pipeline.department(id)) {
        let targets = pipeline.targets.iter().filter(|t| department.targets.contains(&t.id));
        wanted.extend(targets.map(|t| (department.id.clone(), t)));
    }
    if let Some(only) = only {
        let Some(target) = pipeline.targets.iter().find(|t| t.id == only) else {
            return Err(Stop::Usage(format!("[usage.target] Das Ziel „{only}“ gibt es nicht.")));
        };
        let department = sheet.understanding.targets.first().map_or(&pipeline.central, |t| &t.department);
        wanted = vec![(department.clone(), target)];
    }
    let vault = pipeline.open_vault()?;
    let parcel = |(department, target): (String, &'p Target)| {
        let id = DeliveryId::new(&sheet.document_id, &target.id);
        let parcel = if from_folder {
            Parcel {
                delivery: id,
                document: sheet.document_id.clone(),
                department,
                title: format!("{} {}", sheet.understanding.kind, sheet.document_id),
                product: read("document.pdf").unwrap_or_default(),
                extension: "pdf".into(),
                sheet_json: sheet_json.clone(),
                record_json: read("record.json")?,
                confidential: sheet.understanding.protection.confidentiality >= Need::Hoch,
                repeat: false,
            }
        } else {
            let row = DeliveryRow::intended(id, sheet.document_id.clone(), department, &target.id);
            daemon::parcel(ledger, &vault, &row)?
        };
        Ok((target, parcel))
    };
    wanted.into_iter().map(parcel).collect()
}

fn kind(target: &Target) -> &'static str {
    match &target.way {
        TargetWay::Files(files) => match &files.place {
            PlaceWay::Folder { .. } => "Ordner",
            PlaceWay::WebDav(_) => "WebDAV",
            PlaceWay::Sftp(_) => "SFTP",
        },
        TargetWay::Inbox { .. } => "Posteingang",
        TargetWay::Mail(_) => "E-Mail",
        TargetWay::Dms(dms) => match &dms.system {
            System::Cmis(_) => "CMIS",
            System::Dvelop(_) => "d.velop documents",
            System::Enaio(_) => "enaio",
            System::Docuware(_) => "DocuWare",
            System::Sharepoint(_) => "SharePoint",
            System::Jobrouter(_) => "JobRouter",
        },
    }
}
