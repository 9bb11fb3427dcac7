//! `sample` and `disposal`: what must be looked at, and which paper may go.

use super::{DONE, Outcome, REFUSED, Stop, pipeline, refused};
use crate::cli::{DisposalAction, SampleAction, Seen};
use crate::config::Pipeline;
use crate::daemon::{Boxed, Boxes, amend, rules_for_paper};
use crate::document::RuleBook;
use crate::error::Error;
use crate::ledger::{DocumentRow, Ledger};
use crate::model::ids::{BatchId, DocumentId};
use crate::model::state::DocumentState;
use crate::record::sample::{self, Drawn};
use crate::vault::Vault;
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
        DisposalAction::Keep { id, reason, by } => {
            desk.ledger.note("paper.kept", &desk.known(&id)?.0, &by, reason.text())?;
            println!("{id} bleibt.");
        }
        DisposalAction::Free { id, by } => {
            desk.ledger.note("paper.freed", &desk.known(&id)?.0, &by, "")?;
            println!("Sperre von {id} aufgehoben.");
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
