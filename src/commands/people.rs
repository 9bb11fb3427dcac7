//! What people do before they have screens; each act with `--by`.

use super::{DONE, Outcome, Stop, pipeline};
use crate::cli::{HoldAction, PersonAction, ReviewAction, StationAction};
use crate::config::Pipeline;
use crate::daemon::{load_rules, rules_for_paper, still_missing};
use crate::document::{Correction, corrected};
use crate::error::Error;
use crate::ledger::{Decided, Ledger};
use crate::model::document::{DocumentSheet, ScanMode};
use crate::model::emptying;
use crate::model::ids::DocumentId;
use crate::model::state::DocumentState;
use crate::model::town::Circle;
use crate::web::secret;
use std::path::Path;
use std::time::Duration;

pub(super) fn open(config: Option<&Path>) -> Result<(Pipeline, Ledger), Stop> {
    let pipeline = pipeline(config)?;
    let ledger = Ledger::open(&pipeline.ledger, &pipeline.tenant)?;
    Ok((pipeline, ledger))
}

/// Whoever acts, or is said to have scanned, is somebody the town has named.
pub(super) fn all_known(config: Option<&Path>, people: &[(&'static str, String)]) -> Result<(), Stop> {
    if people.is_empty() {
        return Ok(());
    }
    // What is wrong with the configuration, the command itself says; one of them puts it right.
    let Ok(pipeline) = pipeline(config) else { return Ok(()) };
    if let Some((option, id)) = people.iter().find(|(_, id)| !pipeline.names(id)) {
        return Err(Stop::Usage(unknown(&pipeline, option, id)));
    }
    // Whoever left may still be named as the one who scanned.
    match people.iter().find(|(option, id)| *option != "operator" && pipeline.has_left(id)) {
        Some((option, id)) => Err(Stop::Usage(format!(
            "[usage.left] {id} (--{option}) ist nicht mehr da. Hinweis: left in [[person]] prüfen, oder jemand anderes \
             handelt."
        ))),
        None => Ok(()),
    }
}

pub(super) fn unknown(pipeline: &Pipeline, option: &str, id: &str) -> String {
    let known: Vec<&str> = pipeline.people.iter().map(|p| p.id.as_str()).collect();
    format!(
        "[usage.person] „{id}“ (--{option}) ist niemand, den die Stadt nennt. Hinweis: bekannt sind {}; sonst \
         [[person]] mit id = \"{id}\" in pipeline.toml ergänzen.",
        known.join(", ")
    )
}

/// When mail came and who says so, as somebody typed it.
pub(super) fn received_as(written: &str, source: &str) -> Result<(String, String), Stop> {
    emptying::received(written, source, jiff::Zoned::now().date())
        .map_err(|refusal| Stop::Usage(refusal.to_string()))
}

/// `station open|close`; the rest is for [`super::station`].
pub fn station(config: Option<&Path>, action: StationAction) -> Outcome {
    let (pipeline, ledger) = open(config)?;
    let (StationAction::Open { name, .. } | StationAction::Close { name, .. }) = &action else {
        return Ok(DONE);
    };
    if pipeline.station(name).is_none() {
        return Err(Stop::Usage(format!("[usage.station] Die Station „{name}“ gibt es nicht.")));
    }
    match action {
        StationAction::Open { name, operator, received, source, by } => {
            let (received, source) = received_as(&received, &source)?;
            if pipeline.has_left(&operator) {
                return Err(Stop::Usage(format!(
                    "[station.left] {operator} ist nicht mehr da und kann nicht scannen. Hinweis: left in [[person]] prüfen."
                )));
            }
            ledger.station_open(&name, &operator, &received, &source, &by)?;
            println!("Station {name} geöffnet für {operator}, Eingang {received}.");
        }
        StationAction::Close { name, by } => {
            let was_open = ledger.station_close(&name, &by)?;
            println!("Station {name} {}.", if was_open { "geschlossen" } else { "war nicht geöffnet" });
        }
        _ => {}
    }
    Ok(DONE)
}

/// `person list|set-password|token`.
pub fn person(config: Option<&Path>, action: PersonAction) -> Outcome {
    let (pipeline, ledger) = open(config)?;
    let (id, generate, if_none, by) = match action {
        PersonAction::List => {
            for person in &pipeline.people {
                let set = person.application || ledger.person_secret(&person.id)?.is_some();
                let note = match (person.left, set) {
                    (Some(day), _) => format!("(nicht mehr da seit {day})"),
                    (None, true) => String::new(),
                    (None, false) => "(kein Kennwort)".into(),
                };
                println!("{} {} {note}", person.id, person.name);
            }
            return Ok(DONE);
        }
        PersonAction::Token { id, by } => {
            known(&pipeline, &id, true)?;
            let token = secret::token()?;
            ledger.application_token_set(&id, &secret::token_hash(&token), &by)?;
            println!("{token}");
            return Ok(DONE);
        }
        PersonAction::SetPassword { id, generate, if_none, by } => (id, generate, if_none, by),
    };
    known(&pipeline, &id, false)?;
    if if_none && ledger.person_secret(&id)?.is_some() {
        println!("{id}: Kennwort ist gesetzt.");
        return Ok(DONE);
    }
    let password = if generate {
        secret::generated()?
    } else {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map_err(Error::io("Kennwort lesen", "Standardeingabe"))?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    if password.chars().count() < secret::PASSWORD_CHARS_MIN || password.len() > secret::PASSWORD_BYTES_MAX {
        return Err(Stop::Usage(format!(
            "[usage.password] Ein Kennwort hat mindestens {} Zeichen. Hinweis: --generate erzeugt eines.",
            secret::PASSWORD_CHARS_MIN
        )));
    }
    ledger.person_secret_set(&id, &secret::hashed(&password)?, &by)?;
    match generate {
        true => println!("{id}: neues Kennwort {password} (wird nicht noch einmal gezeigt)"),
        false => println!("{id}: Kennwort gesetzt."),
    }
    Ok(DONE)
}

/// Somebody, or a program, of the configuration.
fn known(pipeline: &Pipeline, id: &str, application: bool) -> Result<(), Stop> {
    if pipeline.person(id).is_some_and(|p| p.application == application) {
        return Ok(());
    }
    let table = if application { "[[application]]" } else { "[[person]]" };
    Err(Stop::Usage(format!(
        "[usage.person] „{id}“ steht nicht als {table} in der Konfiguration. Hinweis: {table} ergänzen."
    )))
}

pub(super) fn date(text: &str) -> Result<jiff::civil::Date, Stop> {
    text.parse().map_err(|_| {
        Stop::Usage(format!("[usage.date] „{text}“ ist kein Datum. Hinweis: JJJJ-MM-TT schreiben."))
    })
}

/// Two days, the first not after the second.
pub(super) fn span(from: &str, to: &str) -> Result<(jiff::civil::Date, jiff::civil::Date), Stop> {
    let (first, last) = (date(from)?, date(to)?);
    if first > last {
        return Err(Stop::Usage(format!(
            "[usage.span] {from} liegt nach {to}. Hinweis: --from ist der frühere Tag."
        )));
    }
    Ok((first, last))
}

/// What belongs to a circle is decided by its members alone.
pub(super) fn in_circle(pipeline: &Pipeline, circle: Option<String>, by: &str) -> Result<(), Stop> {
    let Some(circle) = circle else { return Ok(()) };
    let member = |c: &Circle| c.id == circle && c.members.iter().any(|m| m == by);
    if pipeline.circles.iter().any(member) {
        return Ok(());
    }
    Err(Stop::Usage(format!(
        "[circle.not_member] {by} gehört nicht zum Vertrauenskreis „{circle}“. \
         Hinweis: nur seine Mitglieder entscheiden hier."
    )))
}

/// `review list|show|accept`.
pub fn review(config: Option<&Path>, action: ReviewAction) -> Outcome {
    let (pipeline, ledger) = open(config)?;
    match action {
        ReviewAction::List => {
            for document in ledger.documents_in(DocumentState::Review)? {
                let Some(sheet) = document.sheet else { continue };
                let codes: Vec<_> = sheet.understanding.review.iter().map(|r| r.code.as_str()).collect();
                println!("{} {} {}", document.id, sheet.understanding.kind, codes.join(" "));
            }
        }
        ReviewAction::Show { id } => print_sheet(&sheet(&ledger, &DocumentId(id))?),
        ReviewAction::Accept { id, kind, department, fields, by } => {
            let id = DocumentId(id);
            let mut sheet = sheet(&ledger, &id)?;
            in_circle(&pipeline, ledger.document(&id)?.circle, &by)?;
            let named = |field: &String| match field.split_once('=') {
                Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
                None => Err(Stop::Usage(format!("[usage.field] „{field}“: name=wert schreiben."))),
            };
            let fields = fields.iter().map(named).collect::<Result<Vec<_>, _>>()?;
            let correction = Correction { kind, department, fields };
            let departments: Vec<String> = pipeline.departments.iter().map(|d| d.id.clone()).collect();
            let book = match sheet.understanding.scan_mode {
                ScanMode::Replacing => rules_for_paper(&pipeline, &ledger, &pipeline.read_vault()?)?,
                ScanMode::Copying => load_rules(&pipeline)?.book,
            };
            let (decision, changed) = corrected(sheet.understanding, &correction, &book, &departments, &by)
                .map_err(|refusal| Stop::Usage(refusal.to_string()))?;
            sheet.understanding = decision;
            // Whoever types a command has looked: only the pages can take a decision back.
            let undo = Duration::ZERO;
            ledger.decided(&id, Decided { sheet, then: DocumentState::Approved, changed, undo }, &by)?;
            println!("{id} freigegeben.");
        }
    }
    Ok(DONE)
}

/// `hold list|release`. A document goes only into review, where a person decides what becomes of it; a batch
/// goes on with what was missing.
pub fn hold(config: Option<&Path>, action: HoldAction) -> Outcome {
    let (pipeline, ledger) = open(config)?;
    if let HoldAction::Cancel { id, reason, by } = &action {
        let Some(batch) = ledger.batches_held()?.into_iter().map(|(batch, _)| batch).find(|b| b.0 == *id)
        else {
            return Err(Stop::Usage(format!(
                "[hold.not_held] Der Stapel {id} ist nicht angehalten. Hinweis: poststelle hold list."
            )));
        };
        in_circle(&pipeline, ledger.batch(&batch)?.circle, by)?;
        let voids = ledger.batch_cancelled(&batch, reason, by)?;
        println!("{batch} zurückgenommen; {voids} Bilder sind als ungültig erklärt. Neu scannen.");
        return Ok(DONE);
    }
    let HoldAction::Release { id, received, source, operator, by } = action else {
        for (id, reason) in ledger.batches_held()? {
            println!("{id} Stapel {reason}");
        }
        for document in ledger.documents_in(DocumentState::Hold)? {
            let hold = document.sheet.and_then(|s| s.understanding.hold).unwrap_or_default();
            println!("{} Schriftstück {hold}", document.id);
        }
        return Ok(DONE);
    };
    let held = ledger.batches_held()?.into_iter().map(|(batch, _)| batch).find(|batch| batch.0 == id);
    if let Some(batch) = held {
        in_circle(&pipeline, ledger.batch(&batch)?.circle, &by)?;
        let received = received.map(|written| received_as(&written, &source)).transpose()?;
        ledger.batch_released(&batch, received, operator, &by)?;
        match still_missing(&pipeline, &ledger, &batch)? {
            Some(refusal) => println!("{batch} wird gleich wieder angehalten: {refusal}"),
            None => println!("{batch} läuft weiter."),
        }
        return Ok(DONE);
    }
    let id = DocumentId(id);
    in_circle(&pipeline, ledger.document(&id)?.circle, &by)?;
    let mut sheet = sheet(&ledger, &id)?;
    sheet.understanding.hold = None;
    ledger.document_decided(&id, sheet, DocumentState::Review, &by)?;
    println!("{id} in die Nachbearbeitung gegeben.");
    Ok(DONE)
}

fn sheet(ledger: &Ledger, id: &DocumentId) -> Result<DocumentSheet, Stop> {
    let missing = || Error::Missing { what: "Die Entscheidung zu", id: id.0.clone() };
    ledger.document(id)?.sheet.ok_or_else(missing).map_err(Stop::from)
}

/// `explain`: why, in German sentences.
pub fn explain(config: Option<&Path>, what: &str) -> Outcome {
    let path = Path::new(what).join("document.json");
    if path.is_file() {
        let text = std::fs::read_to_string(&path).map_err(Error::io("Entscheidung lesen", &path))?;
        print_sheet(&serde_json::from_str(&text).map_err(Error::from)?);
        return Ok(DONE);
    }
    let (_, ledger) = open(config)?;
    let id = DocumentId(what.to_owned());
    print_sheet(&sheet(&ledger, &id)?);
    for [at, person, note] in ledger.inbox_notes(&id)? {
        println!("Notiz: {at} {person}: {note}");
    }
    println!("\nVerlauf:");
    for event in ledger.events(what)? {
        println!("  {} {} {} {} {}", event.at, event.code, event.subject, event.actor, event.detail);
    }
    Ok(DONE)
}

fn print_sheet(sheet: &DocumentSheet) {
    let u = &sheet.understanding;
    println!("Schriftstück {} aus Stapel {}", sheet.document_id, sheet.batch);
    // First what whoever asks has to do.
    for review in &u.review {
        println!("Zu entscheiden: {} – {}", review.code, review.text);
    }
    match &u.hold {
        Some(code) => println!("Angehalten: {code}"),
        None => println!("Dokumentart: {} (Sicherheit {:.2})", u.kind, u.kind_confidence),
    }
    if let Some(second) = &u.runner_up {
        println!("Danach: {} ({:.2})", second.kind, second.confidence);
    }
    for target in &u.targets {
        println!("Ziel: {} – {}", target.department, target.reason);
    }
    for reason in &u.reasons {
        let place = reason.page.map_or(String::new(), |p| format!(" (Seite {p})"));
        let weight = reason.weight.map_or(String::new(), |w| format!(" [{w:+.1}]"));
        println!("  {}: {}{place}{weight}", reason.rule, reason.text);
    }
    for (name, field) in &u.fields {
        println!("{name} = {} ({})", field.value, if field.sure { "sicher" } else { "unsicher" });
    }
}
