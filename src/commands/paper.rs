//! `sample` and `disposal`: what must be looked at, and which paper may go.

use super::{DONE, Outcome, REFUSED, Stop, pipeline, refused};
use crate::cli::{DisposalAction, KeepReason, SampleAction, Seen};
use crate::config::Pipeline;
use crate::daemon::{Boxed, Boxes, amend, rules_for_paper};
use crate::document::RuleBook;
use crate::error::Error;
use crate::ledger::{DocumentRow, Ledger};
use crate::model::ids::{BatchId, DocumentId};
use crate::model::state::DocumentState;
use crate::record::sample::{self, Drawn};
use crate::vault::Vault;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Everything these commands look at.
struct Desk {
    pipeline: Pipeline,
    ledger: Ledger,
    vault: Vault,
    book: Arc<RuleBook>,
}

impl Desk {
    fn open(config: Option<&Path>) -> Result<Self, Stop> {
        let pipeline = pipeline(config)?;
        let ledger = Ledger::open(&pipeline.ledger, &pipeline.tenant)?;
        let vault = pipeline.read_vault()?;
        let book = rules_for_paper(&pipeline, &ledger, &vault)?;
        Ok(Self { pipeline, ledger, vault, book })
    }

    fn boxes(&self) -> Boxes<'_> {
        let book = self.book.clone();
        Boxes { pipeline: &self.pipeline, ledger: &self.ledger, vault: &self.vault, book }
    }

    /// Writes a new, linked record about what was seen; the sealed one never changes.
    fn amend(&self, document: &DocumentRow, by: &str, about: &str, good: bool) -> Result<(), Error> {
        amend((&self.pipeline, &self.ledger, &self.vault), document, by, about, good)
    }

    fn known(&self, id: &str) -> Result<DocumentId, Stop> {
        Ok(self.ledger.document(&DocumentId(id.to_owned()))?.id)
    }

    /// What a document or all of a file is called in the ledger; a file nobody scanned is a mistake.
    fn named(&self, id: Option<String>, file: Option<String>) -> Result<Vec<DocumentId>, Stop> {
        match (id, file) {
            (_, Some(reference)) => Ok(self.file(&reference)?.into_iter().map(|d| d.id).collect()),
            (id, None) => Ok(vec![self.known(&id.unwrap_or_default())?]),
        }
    }

    fn file(&self, reference: &str) -> Result<Vec<DocumentRow>, Stop> {
        let documents = self.ledger.documents_of_file(reference)?;
        if documents.is_empty() {
            return Err(Stop::Usage(format!(
                "[disposal.no_file] Eine Akte „{reference}“ ist nicht gescannt. Hinweis: Aktenzeichen genau wie auf dem \
                 Aktenblatt schreiben."
            )));
        }
        Ok(documents)
    }
}

/// `sample list|verdict`.
pub fn sample(config: Option<&Path>, action: SampleAction) -> Outcome {
    let desk = Desk::open(config)?;
    match action {
        SampleAction::List => {
            for state in [DocumentState::Closed, DocumentState::Delivering, DocumentState::Delivered] {
                for document in desk.ledger.documents_in(state)? {
                    let lot = desk.boxes().lot(&document.batch)?;
                    if sample::standing(&lot, &document.id.0) == Some(Drawn::Waiting) {
                        println!("{}", document.id);
                    }
                }
            }
        }
        SampleAction::Verdict { id, verdict, by } => {
            let document = desk.ledger.document(&DocumentId(id))?;
            let creator =
                desk.boxes().record(&document).and_then(|(envelope, _)| envelope.body.creator.person);
            if creator.as_deref() == Some(by.as_str()) {
                return Err(Stop::Usage(format!(
                    "[sample.own_work] {by} hat dieses Schriftstück selbst gescannt. \
                     Hinweis: eine andere Person prüft (TR-03138 A.AM.IN.SH.1)."
                )));
            }
            let good = verdict == Seen::Good;
            desk.amend(&document, &by, "sample", good)?;
            desk.ledger.sample_verdict(&document.id, good, "", &by, &desk.pipeline.sample)?;
            let checked = desk.boxes().lot(&document.batch)?;
            let count = |good| checked.iter().filter(|m| m.good == Some(good)).count() as u64;
            let (defects, looked) = (count(false), count(false) + count(true));
            println!(
                "{} vermerkt. Los {}: {looked} von {} geprüft, {defects} fehlerhaft, Fehlerquote höchstens {:.1} % (95 %).",
                document.id,
                document.batch,
                checked.len(),
                sample::upper_bound(defects, looked) * 100.0
            );
        }
    }
    Ok(DONE)
}

/// `disposal …`.
pub fn disposal(config: Option<&Path>, action: DisposalAction) -> Outcome {
    let desk = Desk::open(config)?;
    match action {
        DisposalAction::Box { batch, name, by } => {
            let batch = desk.ledger.batch(&BatchId(batch))?.id;
            desk.boxes().put(&batch, &name, &by).map_err(refused)?;
            println!("Papier von {batch} liegt in Karton {name}.");
        }
        DisposalAction::File { reference } => return find(&desk, &reference),
        DisposalAction::Keep { id, file, reason, by } => {
            let named = desk.named(id, file)?;
            desk.ledger.note_each("paper.kept", named.clone(), &by, reason.text())?;
            named.iter().for_each(|id| println!("{id} bleibt."));
        }
        DisposalAction::Free { id, file, by } => {
            let named = desk.named(id, file)?;
            desk.ledger.note_each("paper.freed", named.clone(), &by, "")?;
            named.iter().for_each(|id| println!("Sperre von {id} aufgehoben."));
        }
        DisposalAction::Feedback { id, verdict, by } => {
            let code = match verdict {
                Seen::Good => "feedback.good",
                Seen::Bad => "feedback.unreadable",
            };
            let document = desk.ledger.document(&DocumentId(id))?;
            desk.amend(&document, &by, "feedback", verdict == Seen::Good)?;
            desk.ledger.note(code, &document.id.0, &by, "")?;
            println!("{}: Rückmeldung vermerkt.", document.id);
        }
        DisposalAction::Backup { hash, by } => {
            if crate::model::hash::ContentHash::from_hex(&hash).is_none() {
                return Err(Stop::Usage(
                    "[usage.hash] Das ist kein SHA-256. Hinweis: 64 kleine Hexziffern der Sicherung nennen."
                        .into(),
                ));
            }
            desk.ledger.note("backup.confirmed", "backup", &by, &hash)?;
            println!("Datensicherung {hash} vermerkt.");
        }
        DisposalAction::List { name } => {
            let all = || Ok(desk.ledger.boxes(u32::MAX)?.into_iter().map(|row| row.name).collect());
            println!("Karton;Stelle;Schriftstück;Scankraft;Darf vernichtet werden;Es fehlt");
            for name in name.map_or_else(all, |n| Ok::<_, Error>(vec![n]))? {
                for Boxed { place, document, paper, unmet, .. } in desk.boxes().contents(&name)?.inside {
                    let why: Vec<_> = unmet.iter().map(|c| c.text()).collect();
                    let answer = if unmet.is_empty() { "ja" } else { "nein" };
                    let operator = paper.operator.unwrap_or_default();
                    println!("{name};{place};{};{operator};{answer};{}", document.id, why.join(" / "));
                }
            }
        }
        DisposalAction::Pull { name, id, by } => {
            let place = desk.boxes().pull(&name, &id, &by).map_err(refused)?;
            println!("{id} ist aus Karton {name} genommen (Stelle {place}); das Papier bleibt.");
        }
        DisposalAction::Release { name, by, and } => return release(&desk, &name, &by, &and),
        DisposalAction::Protocol { name, out } => {
            let Some(protocol) = desk.boxes().protocol_of(&name)? else {
                return Err(Stop::Usage(format!(
                    "[disposal.not_released] Karton „{name}“ ist nicht freigegeben. Hinweis: poststelle disposal release."
                )));
            };
            std::fs::write(&out, protocol).map_err(Error::io("Protokoll schreiben", &out))?;
            println!("{}", out.display());
        }
    }
    Ok(DONE)
}

/// Where the paper of a file lies, and who has it.
fn find(desk: &Desk, reference: &str) -> Outcome {
    println!("Karton;Stelle;Schriftstück;Register;Teil;Sperre");
    let mut boxes: BTreeMap<String, Vec<(u32, DocumentRow)>> = BTreeMap::new();
    for document in desk.file(reference)? {
        let place = desk.ledger.said(&document.batch.0)?.get("paper.boxed").map(|s| s.detail.clone());
        let name = place.unwrap_or_default();
        if !boxes.contains_key(&name) {
            boxes.insert(name.clone(), desk.boxes().places(&name)?);
        }
        let place = boxes[&name].iter().find(|(_, d)| d.id == document.id).map(|(place, _)| *place);
        let said = desk.ledger.said(&document.id.0)?;
        let kept = said.get("paper.kept").filter(|_| said.holds("paper.kept", "paper.freed"));
        let filed = document.cut.filed.unwrap_or_default();
        println!(
            "{name};{};{};{};{};{}",
            place.map_or(String::new(), |n| n.to_string()),
            document.id,
            filed.register.unwrap_or_default(),
            filed.part.german(),
            kept.map_or("", |k| KeepReason::german(&k.detail)),
        );
    }
    Ok(DONE)
}

/// A box goes only when every sheet in it may go; otherwise the list of what has to be pulled is printed.
fn release(desk: &Desk, name: &str, by: &str, and: &str) -> Outcome {
    match desk.boxes().release(name, by, and).map_err(refused)? {
        Ok(count) => {
            println!(
                "Karton {name}: {count} Schriftstücke zur Vernichtung freigegeben durch {by} und {and}."
            );
            Ok(DONE)
        }
        Err(blocked) => {
            eprintln!(
                "[disposal.blocked] Karton {name} darf nicht vernichtet werden. Hinweis: klären, oder jedes Stück \
                 herausnehmen und einzeln bestätigen: poststelle disposal pull {name} KENNUNG --by PERSON."
            );
            for paper in blocked {
                println!("{name};{};{};{}", paper.place, paper.document.id, paper.why());
            }
            Ok(REFUSED)
        }
    }
}
