//! Paper in boxes: where it lies, what is known about each sheet, and what people do with it.
//!
//! In: the name of a box. Out: its contents with everything that still forbids destroying them; acts of people, each an
//! event. Whether paper may go is not judged here but by `record::disposal`. Page and command go through the same
//! functions.

use super::printed;
use crate::config::Pipeline;
use crate::document::RuleBook;
use crate::error::{Error, Result};
use crate::ledger::{DocumentRow, Ledger, Statement, superseded};
use crate::model::ids::{BatchId, DocumentId};
use crate::model::refusal::Refusal;
use crate::model::state::DocumentState;
use crate::pdf::Line;
use crate::record::disposal::{Condition, Paper, may_release, unmet};
use crate::record::sample::{self, Member};
use crate::record::{Body, Envelope, fit};
use crate::sealing;
use crate::vault::Vault;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Longest name of a box in characters: it stands on a label.
const NAME_CHARS_MAX: usize = 40;
/// Why paper is kept that is not at its place, or that somebody waits for: it cannot be pulled away.
const AWAY: [&str; 2] = ["loan", "request"];

/// The boxes of a town.
#[derive(Debug)]
pub struct Boxes<'a> {
    /// How long paper is kept, and how much is compared with it.
    pub pipeline: &'a Pipeline,
    /// What was said about it.
    pub ledger: &'a Ledger,
    /// Records and products.
    pub vault: &'a Vault,
    /// Which kinds keep their paper.
    pub book: Arc<RuleBook>,
}

/// What lies in a box, from the bottom.
#[derive(Debug, Default)]
pub struct Contents {
    /// What is in it.
    pub inside: Vec<Boxed>,
    /// What was taken out: place, document, and who said so.
    pub pulled: Vec<(u32, DocumentRow, Statement)>,
    /// By whom it was released, if it was; the detail names the second person.
    pub released: Option<Statement>,
}

/// Paper of one document in a box.
#[derive(Debug)]
pub struct Boxed {
    /// From the bottom, from 1: batches as they were put in, documents as they were scanned.
    pub place: u32,
    /// Whose paper it is.
    pub document: DocumentRow,
    /// When it was put in, UTC.
    pub since: String,
    /// Everything known about it.
    pub paper: Paper,
    /// What still forbids destroying it; not asked any more once the box is released.
    pub unmet: Vec<Condition>,
    /// Why somebody ordered to keep it: `litigation`, `loan`, `request`, `return`.
    pub kept: Option<String>,
}

impl Boxed {
    /// What still forbids destroying it, with its stable names.
    pub fn why(&self) -> String {
        let why: Vec<_> = self.unmet.iter().map(|c| format!("{} ({})", c.name(), c.text())).collect();
        why.join(" / ")
    }

    /// Lent out or asked for: it blocks the box until that is settled.
    pub fn is_away(&self) -> bool {
        self.kept.as_deref().is_some_and(|reason| AWAY.contains(&reason))
    }
}

impl Boxes<'_> {
    /// Puts the paper of a batch into a box. Errors: a name that fits on no label, a box that is gone.
    pub fn put(&self, batch: &BatchId, name: &str, by: &str) -> Result<()> {
        self.open(name)?;
        self.ledger.note("paper.boxed", &batch.0, by, name)
    }

    /// From now on the paper of a station goes into that box.
    pub fn take(&self, station: &str, name: &str, by: &str) -> Result<()> {
        self.open(name)?;
        self.ledger.note("station.box", station, by, name)
    }

    /// The box that stands beside a station, if one does that is not released yet.
    pub fn beside(&self, station: &str) -> Result<Option<String>> {
        let name = self.ledger.said(station)?.get("station.box").map(|s| s.detail.clone());
        Ok(match name {
            Some(name) if self.open(&name).is_ok() => Some(name),
            _ => None,
        })
    }

    /// A name under which a box can take paper.
    fn open(&self, name: &str) -> Result<()> {
        let fits = |c: char| c.is_alphanumeric() || " -_.".contains(c);
        if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || !name.chars().all(fits) {
            return Err(refused(
                "disposal.box_name",
                format!("„{name}“ kann kein Karton heißen."),
                "Höchstens 40 Buchstaben, Ziffern und - _ . verwenden, zum Beispiel 2026-014.",
            ));
        }
        match self.ledger.said(name)?.get("box.released") {
            None => Ok(()),
            Some(_) => Err(gone(name)),
        }
    }

    /// Where the paper of a document lies: box, place from the bottom, and since when (UTC).
    pub fn place(&self, document: &DocumentRow) -> Result<Option<(String, u32, String)>> {
        let Some(boxed) = self.ledger.said(&document.batch.0)?.get("paper.boxed").cloned() else {
            return Ok(None);
        };
        if self.pulled(document, boxed.seq)?.is_some() {
            return Ok(None);
        }
        let places = self.places(&boxed.detail)?;
        let own = places.into_iter().find(|(_, other)| other.id == document.id);
        Ok(own.map(|(place, _)| (boxed.detail, place, boxed.at)))
    }

    /// Documents of a box with their places in it. A new version is the same paper, in the place of the old one.
    pub fn places(&self, name: &str) -> Result<Vec<(u32, DocumentRow)>> {
        let mut places: BTreeMap<DocumentId, u32> = BTreeMap::new();
        let mut all = Vec::new();
        for batch in self.ledger.batches_in_box(name)? {
            let documents = self.ledger.documents(&batch)?;
            let old = superseded(documents.iter().map(|d| &d.cut));
            for document in documents {
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

    fn pulled(&self, document: &DocumentRow, boxed: i64) -> Result<Option<Statement>> {
        let pulled = self.ledger.said(&document.id.0)?.get("paper.pulled").cloned();
        Ok(pulled.filter(|pulled| pulled.seq > boxed))
    }

    /// Everything about a box. One that nothing was ever put into is empty.
    pub fn contents(&self, name: &str) -> Result<Contents> {
        let released = self.ledger.said(name)?.get("box.released").cloned();
        let mut contents = Contents { released, ..Contents::default() };
        let mut batches: BTreeMap<BatchId, (Vec<Member>, Option<Statement>)> = BTreeMap::new();
        for (place, document) in self.places(name)? {
            if !batches.contains_key(&document.batch) {
                let boxed = self.ledger.said(&document.batch.0)?.get("paper.boxed").cloned();
                batches.insert(document.batch.clone(), (self.lot(&document.batch)?, boxed));
            }
            let Some((lot, Some(boxed))) = batches.get(&document.batch) else { continue };
            if let Some(pulled) = self.pulled(&document, boxed.seq)? {
                contents.pulled.push((place, document, pulled));
                continue;
            }
            let (paper, kept) = self.paper(&document, lot)?;
            let unmet = match contents.released {
                Some(_) => Vec::new(),
                None => unmet(&paper, self.retention(&document)),
            };
            let since = boxed.at.clone();
            contents.inside.push(Boxed { place, document, since, paper, unmet, kept });
        }
        Ok(contents)
    }

    /// The documents of a batch as a lot.
    pub fn lot(&self, batch: &BatchId) -> Result<Vec<Member>> {
        Ok(self.ledger.lot(batch, &self.pipeline.sample)?.into_iter().map(|d| d.member).collect())
    }

    /// The sealed record of a document, and the product it is about.
    pub fn record(&self, document: &DocumentRow) -> Option<(Envelope, Vec<u8>)> {
        let record = self.vault.read(&document.record?).ok()?;
        let product = self.vault.read(&document.product?).ok()?;
        Some((Envelope::parse(&record).ok()?, product))
    }

    /// What is known about the paper, and why somebody ordered to keep it.
    fn paper(&self, document: &DocumentRow, lot: &[Member]) -> Result<(Paper, Option<String>)> {
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
        let kept = said.holds("paper.kept", "paper.freed");
        let kept = said.get("paper.kept").filter(|_| kept).map(|s| s.detail.clone());
        let paper = Paper {
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
            held: kept.is_some() || recalled || document.state != DocumentState::Closed,
            unreadable: said.holds("feedback.unreadable", "feedback.good"),
            place: batch.get("paper.boxed").map(|s| s.detail.clone()),
        };
        Ok((paper, kept))
    }

    /// Days the paper is kept after hand-over: the town's, or more if the kind says so.
    fn retention(&self, document: &DocumentRow) -> u32 {
        let kind = document.sheet.as_ref().map(|s| s.understanding.kind.as_str()).unwrap_or_default();
        let own = self.book.kinds().iter().find(|k| k.id == kind).and_then(|k| k.paper.as_ref()?.days);
        self.pipeline.retention.paper.max(own.unwrap_or(0))
    }

    /// One piece of the pull list is out of the box; gives its place. What is lent out cannot be pulled, and what
    /// somebody asked for is not pulled away under the question: both block the box until they are settled.
    pub fn pull(&self, name: &str, id: &str, by: &str) -> Result<u32> {
        let contents = self.contents(name)?;
        if contents.released.is_some() {
            return Err(gone(name));
        }
        let Some(boxed) = contents.inside.into_iter().find(|p| p.document.id.0 == id) else {
            return Err(refused(
                "disposal.not_in_box",
                format!("{id} liegt nicht in Karton „{name}“."),
                &format!("poststelle disposal list {name}."),
            ));
        };
        if boxed.is_away() {
            return Err(refused(
                "disposal.on_loan",
                format!("{id} ist ausgeliehen oder angefragt."),
                &format!("zuerst klären: poststelle disposal free {id} --by PERSON."),
            ));
        }
        self.ledger.note("paper.pulled", id, by, &format!("box={name} place={}", boxed.place))?;
        Ok(boxed.place)
    }

    /// Releases a box to be destroyed: how many documents. `Err` inside: what must be settled or pulled first.
    ///
    /// Order: the protocol into the vault, then every event of the release in one transaction. Who is interrupted in
    /// between has released nothing.
    pub fn release(&self, name: &str, by: &str, and: &str) -> Result<std::result::Result<usize, Vec<Boxed>>> {
        let contents = self.contents(name)?;
        if contents.released.is_some() {
            return Err(gone(name));
        }
        if contents.inside.is_empty() {
            return Err(refused(
                "disposal.no_box",
                format!("In Karton „{name}“ liegt nichts."),
                "poststelle disposal list.",
            ));
        }
        let operators: Vec<&str> =
            contents.inside.iter().filter_map(|p| p.paper.operator.as_deref()).collect();
        if !may_release(by, and, &operators) {
            return Err(refused(
                "disposal.two_people",
                "Einen Karton geben zwei verschiedene Personen frei, von denen mindestens eine nichts daraus \
                 gescannt hat.",
                "Eine andere zweite Person nehmen.",
            ));
        }
        if contents.inside.iter().any(|p| !p.unmet.is_empty()) {
            return Ok(Err(contents.inside.into_iter().filter(|p| !p.unmet.is_empty()).collect()));
        }
        let protocol = self.vault.put(&self.protocol(name, &contents, [by, and])?)?;
        let documents = contents.inside.into_iter().map(|p| p.document.id).collect::<Vec<_>>();
        let count = documents.len();
        if !self.ledger.box_released(name, documents, (by, and), &protocol)? {
            return Err(gone(name));
        }
        Ok(Ok(count))
    }

    /// The protocol as it was made when the box was released; `None` before.
    pub fn protocol_of(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let hash = self.ledger.said(name)?.get("box.protocol").map(|s| s.detail.clone());
        let hash = hash.and_then(|hash| crate::model::hash::ContentHash::from_hex(&hash));
        hash.map(|hash| self.vault.read(&hash)).transpose()
    }

    fn protocol(&self, name: &str, contents: &Contents, [by, and]: [&str; 2]) -> Result<Vec<u8>> {
        let row = |name: &str, value: &str| Line::Row(name.into(), value.into());
        let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let title = format!("Freigabe zur Vernichtung: Karton {name}");
        let mut lines = vec![
            Line::Title(title.clone()),
            row("Behörde", &self.pipeline.town),
            row("Karton", name),
            row("Freigegeben", &now),
            row("durch", &format!("{by} und {and}")),
            row("Schriftstücke", &contents.inside.len().to_string()),
            Line::Head("Papier, das vernichtet werden darf".into()),
        ];
        for boxed in &contents.inside {
            let record = boxed.document.record.map(|hash| hash.hex()).unwrap_or_default();
            let operator = boxed.paper.operator.as_deref().unwrap_or_default();
            lines.push(row(
                &format!("Stelle {}", boxed.place),
                &format!("{}, gescannt von {operator}, Nachweis {record}", boxed.document.id),
            ));
        }
        lines.push(Line::Head("Entnommen: dieses Papier bleibt".into()));
        for (place, document, said) in &contents.pulled {
            lines.push(row(
                &format!("Stelle {place}"),
                &format!("{}, entnommen {} von {}", document.id, said.at, said.by),
            ));
        }
        if contents.pulled.is_empty() {
            lines.push(Line::Text("Nichts.".into()));
        }
        lines.push(Line::Head("Vernichtung".into()));
        for line in ["Vernichtet am", "Unternehmen, Verfahren (DIN 66399)", "Unterschrift", "Unterschrift"] {
            lines.push(row(line, "______________________________"));
        }
        printed(&title, &format!("karton-{name}"), &now, &lines)
    }
}

fn refused(code: &str, text: impl Into<String>, hint: &str) -> Error {
    Refusal::new(code, text, hint).into()
}

fn gone(name: &str) -> Error {
    refused(
        "disposal.released",
        format!("Karton „{name}“ ist zur Vernichtung freigegeben."),
        "Einen anderen Karton nehmen.",
    )
}
