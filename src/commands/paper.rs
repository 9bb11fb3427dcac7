//! `sample` and `disposal`: what must be looked at, and which paper may go.

use super::{DONE, Outcome, REFUSED, Stop, pipeline};
use crate::cli::{DisposalAction, KeepReason, SampleAction, Seen};
use crate::config::Pipeline;
use crate::daemon::amend;
use crate::document::RuleBook;
use crate::error::Error;
use crate::ledger::{DocumentRow, Ledger, superseded};
use crate::model::ids::{BatchId, DocumentId};
use crate::model::state::DocumentState;
use crate::record::disposal::{Condition, Paper, may_release, unmet};
use crate::record::fit;
use crate::record::sample::{self, Drawn, Member};
use crate::record::{Body, Envelope};
use crate::sealing;
use crate::vault::Vault;
use std::collections::BTreeMap;
use std::path::Path;

/// Everything these commands look at.
struct Desk {
    pipeline: Pipeline,
    ledger: Ledger,
    vault: Vault,
    book: RuleBook,
}

/// Paper in a box.
struct Boxed {
    /// From the bottom, from 1: batches as they were put in, documents as they were scanned.
    place: u32,
    document: DocumentRow,
    paper: Paper,
    unmet: Vec<Condition>,
}

impl Boxed {
    /// What still forbids destroying it, with its stable names.
    fn why(&self) -> String {
        let why: Vec<_> = self.unmet.iter().map(|c| format!("{} ({})", c.name(), c.text())).collect();
        why.join(" / ")
    }
}

impl Desk {
    fn open(config: Option<&Path>) -> Result<Self, Stop> {
        let pipeline = pipeline(config)?;
        let ledger = Ledger::open(&pipeline.ledger, &pipeline.tenant)?;
        let (vault, book) = (pipeline.read_vault()?, crate::daemon::load_rules(&pipeline)?);
        Ok(Self { pipeline, ledger, vault, book })
    }

    fn record(&self, document: &DocumentRow) -> Option<(Envelope, Vec<u8>)> {
        let record = self.vault.read(&document.record?).ok()?;
        let product = self.vault.read(&document.product?).ok()?;
        Some((Envelope::parse(&record).ok()?, product))
    }

    /// Writes a new, linked record about what was seen; the sealed one never changes.
    fn amend(&self, document: &DocumentRow, by: &str, about: &str, good: bool) -> Result<(), Error> {
        amend((&self.pipeline, &self.ledger, &self.vault), document, by, about, good)
    }

    /// The documents of a batch as a lot.
    fn lot(&self, batch: &BatchId) -> Result<Vec<Member>, Error> {
        Ok(self.ledger.lot(batch, &self.pipeline.sample)?.into_iter().map(|d| d.member).collect())
    }

    fn paper(&self, document: &DocumentRow, lot: &[Member]) -> Result<Paper, Error> {
        let said = self.ledger.said(&document.id.0)?;
        let batch = self.ledger.said(&document.batch.0)?;
        let found = self.record(document);
        let body: Option<&Body> = found.as_ref().map(|(envelope, _)| &envelope.body);
        let sealed = found.as_ref().map(|(envelope, product)| {
            let pdf = envelope.product.starts_with("pdfa");
            let seals =
                [sealing::of_record(envelope, None), if pdf { sealing::of_pdf(product, None) } else { None }];
            let wanted = if pdf { 2 } else { 1 };
            let good = |v: &&sealing::Verdict| v.checks.iter().all(|c| !c.broken());
            seals.iter().flatten().filter(good).count() == wanted
        });
        let read_back = self.ledger.read_back(&document.id)?;
        let days = read_back.as_deref().and_then(|at| {
            let at: jiff::Timestamp = at.parse().ok()?;
            u32::try_from((jiff::Timestamp::now().as_second() - at.as_second()) / 86_400).ok()
        });
        let kind = body.map(|b| b.decision.kind.clone());
        // What was taken back from a target keeps its paper until a person frees it after that.
        let recalled = self.ledger.recalled(&document.id)?;
        let recalled =
            recalled.is_some_and(|seq| said.get("paper.freed").is_none_or(|freed| freed.seq < seq));
        Ok(Paper {
            mode: body.map(|b| b.environment.mode.clone()),
            released: body.map(|b| b.procedure.released.is_some()),
            fit: body.map(|b| {
                !b.anomalies.iter().any(|a| a.code.starts_with(fit::UNFIT) || a.code.ends_with(".jbig2"))
            }),
            replaceable: kind
                .and_then(|id| self.book.kinds().iter().find(|k| k.id == id))
                // Paper that is kept for ever is on the keep list whatever else its file says.
                .map(|k| k.replacing_allowed && k.paper.as_ref().is_none_or(|p| p.days.is_some())),
            operator: body.and_then(|b| b.creator.person.clone()),
            completeness: body.map(|b| b.completeness.verdict.clone()),
            quality: sample::standing(lot, &document.id.0),
            sealed,
            read_back,
            backup: self.ledger.said("backup")?.get("backup.confirmed").map(|s| s.at.clone()),
            days,
            held: said.holds("paper.kept", "paper.freed")
                || recalled
                || document.state != DocumentState::Closed,
            unreadable: said.holds("feedback.unreadable", "feedback.good"),
            place: batch.get("paper.boxed").map(|s| s.detail.clone()),
        })
    }

    /// Documents of a box with their places in it.
    fn places(&self, name: &str) -> Result<Vec<(u32, DocumentRow)>, Error> {
        let mut places: BTreeMap<DocumentId, u32> = BTreeMap::new();
        let mut all = Vec::new();
        for batch in self.ledger.batches_in_box(name)? {
            let documents = self.ledger.documents(&batch)?;
            let old = superseded(documents.iter().map(|d| &d.cut));
            for document in documents {
                // A new version is the same paper, in the place of the old one.
                let last = places.values().max().copied().unwrap_or(0);
                let place =
                    document.cut.replaces.as_ref().and_then(|id| places.get(id)).copied().unwrap_or(last + 1);
                places.insert(document.id.clone(), place);
                all.extend((!old.contains(&document.id)).then_some((place, document)));
            }
        }
        all.sort_by_key(|(place, _)| *place);
        Ok(all)
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

    /// Every document of a box and what still forbids destroying its paper. What was pulled is not in it any more.
    fn in_box(&self, name: &str) -> Result<Vec<Boxed>, Error> {
        let mut all = Vec::new();
        let mut lots: BTreeMap<BatchId, (Vec<Member>, Option<i64>)> = BTreeMap::new();
        for (place, document) in self.places(name)? {
            if !lots.contains_key(&document.batch) {
                let boxed = self.ledger.said(&document.batch.0)?.get("paper.boxed").map(|s| s.seq);
                lots.insert(document.batch.clone(), (self.lot(&document.batch)?, boxed));
            }
            let (lot, boxed) = &lots[&document.batch];
            let pulled = self.ledger.said(&document.id.0)?.get("paper.pulled").map(|s| s.seq);
            if pulled > *boxed {
                continue;
            }
            let paper = self.paper(&document, lot)?;
            let unmet = unmet(&paper, self.retention(&document));
            all.push(Boxed { place, document, paper, unmet });
        }
        Ok(all)
    }

    /// Days the paper is kept after hand-over: the town's, or more if the kind says so.
    fn retention(&self, document: &DocumentRow) -> u32 {
        let kind = document.sheet.as_ref().map(|s| s.understanding.kind.as_str()).unwrap_or_default();
        let own = self.book.kinds().iter().find(|k| k.id == kind).and_then(|k| k.paper.as_ref()?.days);
        self.pipeline.retention.paper.max(own.unwrap_or(0))
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
                    let lot = desk.lot(&document.batch)?;
                    if sample::standing(&lot, &document.id.0) == Some(Drawn::Waiting) {
                        println!("{}", document.id);
                    }
                }
            }
        }
        SampleAction::Verdict { id, verdict, by } => {
            let document = desk.ledger.document(&DocumentId(id))?;
            let creator = desk.record(&document).and_then(|(envelope, _)| envelope.body.creator.person);
            if creator.as_deref() == Some(by.as_str()) {
                return Err(Stop::Usage(format!(
                    "[sample.own_work] {by} hat dieses Schriftstück selbst gescannt. \
                     Hinweis: eine andere Person prüft (TR-03138 A.AM.IN.SH.1)."
                )));
            }
            let good = verdict == Seen::Good;
            desk.amend(&document, &by, "sample", good)?;
            desk.ledger.sample_verdict(&document.id, good, "", &by, &desk.pipeline.sample)?;
            let checked = desk.lot(&document.batch)?;
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
            desk.ledger.note("paper.boxed", &batch.0, &by, &name)?;
            println!("Papier von {batch} liegt in Kiste {name}.");
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
            let names = name.map_or_else(|| desk.ledger.boxes(), |n| Ok(vec![n]))?;
            println!("Kiste;Stelle;Schriftstück;Scankraft;Darf vernichtet werden;Es fehlt");
            for name in names {
                for Boxed { place, document, paper, unmet } in desk.in_box(&name)? {
                    let why: Vec<_> = unmet.iter().map(|c| c.text()).collect();
                    let answer = if unmet.is_empty() { "ja" } else { "nein" };
                    let operator = paper.operator.unwrap_or_default();
                    println!("{name};{place};{};{operator};{answer};{}", document.id, why.join(" / "));
                }
            }
        }
        DisposalAction::Pull { name, id, by } => return pull(&desk, &name, &id, &by),
        DisposalAction::Release { name, by, and } => return release(&desk, &name, &by, &and),
    }
    Ok(DONE)
}

/// Where the paper of a file lies, and who has it.
fn find(desk: &Desk, reference: &str) -> Outcome {
    println!("Kiste;Stelle;Schriftstück;Register;Teil;Sperre");
    let mut boxes: BTreeMap<String, Vec<(u32, DocumentRow)>> = BTreeMap::new();
    for document in desk.file(reference)? {
        let place = desk.ledger.said(&document.batch.0)?.get("paper.boxed").map(|s| s.detail.clone());
        let name = place.unwrap_or_default();
        if !boxes.contains_key(&name) {
            boxes.insert(name.clone(), desk.places(&name)?);
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
    let papers = desk.in_box(name)?;
    if papers.is_empty() {
        return Err(Stop::Usage(format!(
            "[disposal.no_box] In Kiste „{name}“ liegt nichts. Hinweis: poststelle disposal list."
        )));
    }
    let operators: Vec<&str> = papers.iter().filter_map(|p| p.paper.operator.as_deref()).collect();
    if !may_release(by, and, &operators) {
        return Err(Stop::Usage(
            "[disposal.two_people] Eine Kiste geben zwei verschiedene Personen frei, von denen mindestens eine nichts \
             daraus gescannt hat. Hinweis: --by und --and prüfen."
                .into(),
        ));
    }
    let blocked: Vec<_> = papers.iter().filter(|p| !p.unmet.is_empty()).collect();
    if !blocked.is_empty() {
        eprintln!(
            "[disposal.blocked] Kiste {name} darf nicht vernichtet werden. Hinweis: klären, oder jedes Stück \
             herausnehmen und einzeln bestätigen: poststelle disposal pull {name} KENNUNG --by PERSON."
        );
        for paper in blocked {
            println!("{name};{};{};{}", paper.place, paper.document.id, paper.why());
        }
        return Ok(REFUSED);
    }
    for paper in &papers {
        desk.ledger.note("paper.released", &paper.document.id.0, by, &format!("box={name} and={and}"))?;
    }
    desk.ledger.note("box.released", name, by, &format!("documents={} and={and}", papers.len()))?;
    println!(
        "Kiste {name}: {} Schriftstücke zur Vernichtung freigegeben durch {by} und {and}.",
        papers.len()
    );
    Ok(DONE)
}

/// One sheet of the pull list is out of the box. What is lent out cannot be pulled, and what somebody asked for is
/// not pulled away under the question: both block the box until they are settled.
fn pull(desk: &Desk, name: &str, id: &str, by: &str) -> Outcome {
    let Some(paper) = desk.in_box(name)?.into_iter().find(|p| p.document.id.0 == id) else {
        return Err(Stop::Usage(format!(
            "[disposal.not_in_box] {id} liegt nicht in Kiste „{name}“. Hinweis: poststelle disposal list {name}."
        )));
    };
    let said = desk.ledger.said(id)?;
    let away = said.holds("paper.kept", "paper.freed")
        && said.get("paper.kept").is_some_and(|kept| matches!(kept.detail.as_str(), "loan" | "request"));
    if away {
        return Err(Stop::Usage(format!(
            "[disposal.on_loan] {id} ist ausgeliehen oder angefragt. Hinweis: zuerst klären: poststelle disposal free {id} --by PERSON."
        )));
    }
    desk.ledger.note("paper.pulled", id, by, &format!("box={name} place={}", paper.place))?;
    println!("{id} ist aus Kiste {name} genommen (Stelle {}); das Papier bleibt.", paper.place);
    Ok(DONE)
}
