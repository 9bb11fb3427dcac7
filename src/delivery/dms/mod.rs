//! Systems that make an object of every document and give it an id, spoken to over HTTP.
//!
//! Each system is one small file that knows three things: how to ask for the
//! object of a delivery, how to create it, and how to take it back. What holds
//! for all of them stands here: ask first, create only what is not there, and
//! treat every answer that leaves a doubt as a doubt.

mod cmis;
mod docuware;
mod dvelop;
mod enaio;
mod jobrouter;
mod quickxor;
mod sharepoint;

use super::facts::Facts;
use super::fields::{self, Mapped};
use super::http::{Lost, Reply};
use super::{Target, template};
use crate::fault;
use crate::model::delivery::{
    AttemptResult, Capabilities, Confirmation, Guarantee, NewVersion, Parcel, PlannedPiece, ProbeResult,
    Recall,
};
use crate::model::hash::ContentHash;
use crate::model::refusal::Refusal;
use crate::model::town::{DmsTarget, FieldRule, FieldSource, System as Config};
use serde_json::Value;

/// A value, or how the attempt ends without it.
type Answer<T> = Result<T, AttemptResult>;

/// Most of a server's own words that is shown to a clerk, in characters.
const WORDS_MAX: usize = 300;

/// One kind of system.
trait System: Send + Sync {
    /// What it promises.
    fn guarantee(&self) -> Guarantee;
    /// The request that creates the object, as a person can check it.
    fn plan(&self, letter: &Letter<'_>) -> Vec<PlannedPiece>;
    /// What the system calls the object of this delivery, if it is there and complete. Never asked of a
    /// system that promises only the hand-over.
    fn find(&self, letter: &Letter<'_>) -> Answer<Option<String>>;
    /// Makes the object, or finishes one that was begun; what the system calls it.
    fn create(&self, letter: &Letter<'_>) -> Answer<String>;
    /// Deletes the object; false if the system leaves that to people.
    fn remove(&self, _letter: &Letter<'_>, _id: &str) -> Answer<bool> {
        Ok(false)
    }
    /// What would fail later.
    fn check(&self) -> Vec<Refusal>;
}

/// A document as systems hear of it.
struct Letter<'a> {
    parcel: &'a Parcel,
    facts: Facts,
    fields: Vec<Mapped>,
    /// Name of the file at the target.
    file_name: String,
}

impl<'a> Letter<'a> {
    fn new(rules: &[FieldRule], parcel: &'a Parcel) -> Result<Self, Refusal> {
        let facts = Facts::of(parcel);
        let fields = fields::map(rules, &facts)?;
        let file_name = format!("{}.{}", parcel.delivery, parcel.extension);
        Ok(Self { parcel, facts, fields, file_name })
    }

    fn delivery(&self) -> &str {
        &self.parcel.delivery.0
    }

    /// A line of the configuration with names filled in.
    fn line(&self, text: &str) -> Answer<String> {
        template::line(text, &self.facts, false).map_err(|text| AttemptResult::never("dms.template", text))
    }

    /// How the content is shown to people.
    fn content(&self) -> String {
        format!("({} Bytes, sha256:{})", self.parcel.product.len(), ContentHash::of(&self.parcel.product))
    }
}

/// A system as target.
pub struct Dms {
    system: Box<dyn System>,
    rules: Vec<FieldRule>,
}

impl Dms {
    /// Connects only when something is delivered or checked.
    pub fn new(config: &DmsTarget, rules: &[FieldRule]) -> Self {
        let access = &config.access;
        let key = key(rules);
        let system: Box<dyn System> = match &config.system {
            Config::Cmis(settings) => Box::new(cmis::Cmis::new(access, settings)),
            Config::Dvelop(settings) => Box::new(dvelop::Dvelop::new(access, settings, key)),
            Config::Enaio(settings) => Box::new(enaio::Enaio::new(access, settings, key)),
            Config::Docuware(settings) => Box::new(docuware::Docuware::new(access, settings, key)),
            Config::Sharepoint(settings) => Box::new(sharepoint::Sharepoint::new(access, settings, key)),
            Config::Jobrouter(settings) => Box::new(jobrouter::Jobrouter::new(access, settings)),
        };
        Self { system, rules: rules.to_vec() }
    }

    fn letter<'a>(&self, parcel: &'a Parcel) -> Answer<Letter<'a>> {
        Letter::new(&self.rules, parcel)
            .map_err(|r| AttemptResult::never(&r.code, format!("{} {}", r.text, r.hint)))
    }

    fn asked(&self, letter: &Letter<'_>) -> Answer<Option<String>> {
        if self.system.guarantee() == Guarantee::HandedOver { Ok(None) } else { self.system.find(letter) }
    }

    fn hand_over(&self, parcel: &Parcel) -> Answer<AttemptResult> {
        let letter = self.letter(parcel)?;
        // Nothing has been created yet: whatever goes wrong here leaves no doubt.
        let there = self.asked(&letter).map_err(undoubted)?;
        fault::point("object.asked");
        let id = match there {
            Some(id) => id,
            None => self.system.create(&letter)?,
        };
        fault::point("object.created");
        let receipt = receipt(parcel, &id);
        Ok(match self.system.guarantee() {
            Guarantee::HandedOver => AttemptResult::HandedOver { receipt },
            Guarantee::Once | Guarantee::OnceIfIndexed => AttemptResult::Confirmed { receipt },
        })
    }
}

/// The field that carries the delivery id; the configuration makes sure that there is one where it is needed.
fn key(rules: &[FieldRule]) -> &str {
    let carries = |rule: &&FieldRule| rule.source == FieldSource::Fact("delivery_id".into());
    rules.iter().find(carries).map_or("", |rule| rule.name.as_str())
}

fn receipt(parcel: &Parcel, id: &str) -> String {
    format!("{id} sha256:{}", ContentHash::of(&parcel.product))
}

/// A request that only asks cannot have changed anything, even if its answer was lost.
fn undoubted(result: AttemptResult) -> AttemptResult {
    match result {
        AttemptResult::Ambiguous { code, text } => AttemptResult::Temporary { code, text, after: None },
        other => other,
    }
}

impl Target for Dms {
    fn capabilities(&self) -> Capabilities {
        Capabilities { guarantee: self.system.guarantee(), new_version: NewVersion::Object, confirms: false }
    }

    fn plan(&self, parcel: &Parcel) -> Result<Vec<PlannedPiece>, Refusal> {
        Ok(self.system.plan(&Letter::new(&self.rules, parcel)?))
    }

    fn probe(&self, parcel: &Parcel) -> ProbeResult {
        if self.system.guarantee() == Guarantee::HandedOver {
            return ProbeResult::Unknowable;
        }
        match self.letter(parcel).and_then(|letter| self.system.find(&letter)) {
            Ok(Some(id)) => ProbeResult::Present { receipt: receipt(parcel, &id) },
            Ok(None) => ProbeResult::Absent,
            // The next attempt says the same, and a clerk sees it.
            Err(AttemptResult::Permanent { .. }) => ProbeResult::Absent,
            Err(AttemptResult::Temporary { text, .. } | AttemptResult::Ambiguous { text, .. }) => {
                ProbeResult::Unreachable { text }
            }
            Err(AttemptResult::Confirmed { .. } | AttemptResult::HandedOver { .. }) => ProbeResult::Absent,
        }
    }

    fn deliver(&self, parcel: &Parcel) -> AttemptResult {
        self.hand_over(parcel).unwrap_or_else(|result| result)
    }

    fn confirm(&self, _parcel: &Parcel, receipt: &str) -> Confirmation {
        Confirmation::Confirmed { receipt: receipt.to_owned() }
    }

    fn recall(&self, parcel: &Parcel) -> Recall {
        let remove = || -> Answer<Option<(String, bool)>> {
            let letter = self.letter(parcel)?;
            let Some(id) = self.asked(&letter)? else { return Ok(None) };
            let removed = self.system.remove(&letter, &id)?;
            Ok(Some((id, removed)))
        };
        match remove() {
            Ok(Some((id, true))) => Recall::Removed { text: format!("Im Zielsystem gelöscht: {id}.") },
            Ok(Some((id, false))) => {
                Recall::Task { text: format!("Bitte im Zielsystem löschen lassen: {id}.") }
            }
            Ok(None) => Recall::Task {
                text: format!(
                    "Im Zielsystem nicht gefunden. Bitte dort unter der Kennung {} nachsehen lassen.",
                    parcel.delivery
                ),
            },
            Err(
                AttemptResult::Temporary { text, .. }
                | AttemptResult::Permanent { text, .. }
                | AttemptResult::Ambiguous { text, .. },
            ) => Recall::Unreachable { text },
            Err(AttemptResult::Confirmed { receipt } | AttemptResult::HandedOver { receipt }) => {
                Recall::Task { text: receipt }
            }
        }
    }

    fn check(&self) -> Vec<Refusal> {
        self.system.check()
    }
}

/// No answer: a doubt as soon as the request was out.
fn lost(lost: Lost) -> AttemptResult {
    match lost.sent {
        true => AttemptResult::unknown("http.no_answer", lost.text),
        false => AttemptResult::later("http.unreachable", lost.text),
    }
}

/// A status that is not what was asked for, in words a clerk or an administrator can act on. `words` are the
/// server's own.
fn refused(reply: &Reply, words: Option<&str>) -> AttemptResult {
    let (code, text) = match reply.status {
        401 => ("http.login", "Das Zielsystem lehnt die Anmeldung ab."),
        403 => ("http.forbidden", "Der Zugang darf das im Zielsystem nicht."),
        404 | 405 => ("http.not_there", "Das Zielsystem hat diese Stelle nicht: Adresse und Ablage prüfen."),
        408 | 425 | 429 | 503 => ("http.busy", "Das Zielsystem ist beschäftigt."),
        413 => ("http.too_large", "Das Schriftstück ist dem Zielsystem zu groß."),
        423 => ("http.locked", "Die Ablage im Zielsystem ist gesperrt."),
        507 => ("http.full", "Der Speicherplatz im Zielsystem ist voll."),
        400..=499 => ("http.rejected", "Das Zielsystem nimmt das Schriftstück so nicht an."),
        300..=399 => ("http.redirect", "Das Zielsystem verweist auf eine andere Adresse."),
        // 5xx, and success that does not say what was asked: it may have been done.
        _ => ("http.unclear", "Das Zielsystem antwortet unklar."),
    };
    let words: String =
        words.unwrap_or_default().chars().filter(|c| !c.is_control()).take(WORDS_MAX).collect();
    let text = format!("{text} (HTTP {}) {words}", reply.status).trim_end().to_owned();
    match code {
        "http.too_large" | "http.rejected" => AttemptResult::never(code, text),
        "http.unclear" => AttemptResult::unknown(code, text),
        _ => AttemptResult::Temporary { code: code.into(), text, after: reply.retry_after() },
    }
}

/// The answer as JSON if the status is one of those; a page of HTML under a good status is no answer.
fn json(reply: &Reply, good: &[u16], words: fn(&Value) -> Option<&str>) -> Answer<Value> {
    let value: Option<Value> = serde_json::from_slice(&reply.body).ok();
    match value {
        Some(value) if good.contains(&reply.status) => Ok(value),
        value => Err(refused(reply, value.as_ref().and_then(words))),
    }
}

/// What is wrong, for `check`: the answer to a question that should have worked.
fn complaint(result: AttemptResult) -> Refusal {
    let hint = "Adresse, Zugang und Ablage des Ziels in pipeline.toml prüfen.";
    match result {
        AttemptResult::Temporary { code, text, .. }
        | AttemptResult::Permanent { code, text }
        | AttemptResult::Ambiguous { code, text } => Refusal::new(&code, text, hint),
        AttemptResult::Confirmed { receipt } | AttemptResult::HandedOver { receipt } => {
            Refusal::new("http.unclear", receipt, hint)
        }
    }
}
