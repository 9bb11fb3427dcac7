//! What kind of document is it? The rule book: one TOML file per kind.
//!
//! In: names and texts of the files, the lines of a document. Out: a score per kind with its reasons, or
//! complaints with line and caret. Rules add evidence or decide outright; every rule that speaks leaves a
//! sentence with its words and place.

mod file;
mod matter;
mod phrase;
mod rule;

pub use file::{Source, compiled, phrases};
pub use matter::{Matter, plain_text};
pub use phrase::{Phrase, unified};
pub use rule::Rule;

use super::envelope::EnvelopePolicy;
use super::holds::Holds;
use super::judges;
use super::learned::{self, FEATURES, Model, Unusable};
use super::text::Line;
use crate::config::Complaint;
use crate::model::document::{Protection, Reason};

/// How much likelier a kind is for each unit of evidence it is ahead of another. Chosen on letters of the
/// generator: with 5 no letter of 600 was wrong and sure, with 3 one in twelve asked without need.
const RIVALRY: f32 = 5.0;
/// Weight from which a rule alone makes its kind a rival of others.
const LEADING: f32 = 1.5;
/// What it adds that the letter is addressed to the department which answers for the kind. Weighed on the letters of
/// `tests/letters`: from 1 on it carries letters of other kinds along.
const ADDRESSED: f32 = 0.6;
/// In fewer lines nothing can stand twice: a note, a postcard.
const LINES_OF_A_LETTER: usize = 6;
/// A rule that decides outright, and is the only one of its sort to speak.
const DECIDED: f32 = 0.99;

/// File name of the learned model in force.
pub const MODEL: &str = "gelernt.json";

/// File name of what must not be opened.
pub const HOLDS: &str = "anhalten.toml";

/// Complaints about rule files look like those about the configuration.
pub type RuleComplaint = Complaint;

/// A kind as it is used.
#[derive(Clone, Debug)]
pub struct Kind {
    /// Id.
    pub id: String,
    /// Version of its file.
    pub version: u32,
    /// German name.
    pub name: String,
    /// Lead department.
    pub department: String,
    /// Departments that read along.
    pub copies: Vec<String>,
    /// Protection need.
    pub protection: Protection,
    /// Why the need is what it is, goal by goal: integrity, confidentiality, availability.
    pub protection_reasons: [String; 3],
    /// Replacing scan may apply; off unless the file says so.
    pub replacing_allowed: bool,
    /// Days the paper is kept at least, and why, if the file says so.
    pub paper: Option<Paper>,
    /// How long our copy is kept, and why, if the file says so.
    pub retention: Option<Retention>,
    /// What it wants of the envelope, if anything.
    pub envelope: Option<EnvelopePolicy>,
    /// Overtakes.
    pub urgent: bool,
    /// Departments it may be addressed to without a question; `*`: any, as with invoices.
    pub other_offices: Vec<String>,
    /// Texts its rules recognise; training learns from them, too.
    pub examples: Vec<String>,
    /// A person is asked always, for this reason.
    pub always_ask: Option<String>,
    /// Below this confidence a person is asked, if the file says so; else what `[decide]` says.
    pub min_confidence: Option<f32>,
    rules: Vec<Rule>,
}

/// How long the paper of a kind is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Paper {
    /// At least so many days; forever if `None`.
    pub days: Option<u32>,
    /// German: why.
    pub reason: String,
}

/// How long our copy of a kind is kept after it was delivered.
#[derive(Clone, Debug, PartialEq)]
pub struct Retention {
    /// Days, and from when they count.
    pub rule: crate::record::retention::Rule,
    /// German: why.
    pub reason: String,
}

/// All rules in force.
#[derive(Clone, Debug, Default)]
pub struct RuleBook {
    kinds: Vec<Kind>,
    holds: Holds,
    model: Option<Model>,
}

/// How well a kind fits.
#[derive(Clone, Debug)]
pub struct Score<'a> {
    /// The kind.
    pub kind: &'a Kind,
    /// Sum of the weights of the rules that spoke.
    pub evidence: f32,
    /// A rule spoke that decides outright.
    pub decided: bool,
    /// 0 to 1.
    pub confidence: f32,
    /// What the confidence would be if no other kind were spoken for; 0 where only supporting words were found.
    pub alone: f32,
    /// All that speaks for the best kind stands in one line: a subject may name a thing in passing.
    pub one_line: bool,
    /// Rules that spoke.
    pub reasons: Vec<Reason>,
}

impl RuleBook {
    /// Parses all files; what is held comes from `anhalten.toml`, what was learned from [`MODEL`].
    pub fn parse(files: &[(String, String)]) -> Result<Self, Vec<RuleComplaint>> {
        let (mut book, mut complaints, mut examples) = (Self::default(), Vec::new(), Vec::new());
        for (name, text) in files {
            let source = file::Source { name, text };
            if name.ends_with(MODEL) {
                match Model::parse(text) {
                    Ok(model) => book.model = Some(model),
                    Err(unusable) => complaints.push(unusable_model(name, &unusable)),
                }
                continue;
            }
            if name.ends_with(HOLDS) {
                match Holds::parse(&source) {
                    Ok(holds) => book.holds = holds,
                    Err(wrong) => complaints.extend(wrong),
                }
                continue;
            }
            match file::kind(&source) {
                Ok((kind, written)) => {
                    if book.kinds.iter().any(|k| k.id == kind.id) {
                        let what = format!("Die Dokumentart „{}“ gibt es zweimal.", kind.id);
                        complaints.push(source.complaint(0..0, "rules.twice", what));
                    }
                    examples.extend(written.into_iter().map(|e| (kind.id.clone(), source, e)));
                    book.kinds.push(kind);
                }
                Err(wrong) => complaints.extend(wrong),
            }
        }
        if complaints.is_empty() {
            complaints = examples.iter().filter_map(|(id, source, e)| book.example(id, source, e)).collect();
        }
        if complaints.is_empty() { Ok(book) } else { Err(complaints) }
    }

    /// An example must be recognised, and by nobody else better.
    fn example(
        &self,
        id: &str,
        source: &file::Source<'_>,
        text: &toml::Spanned<String>,
    ) -> Option<Complaint> {
        let lines = super::text::lines_of(text.get_ref());
        if self.kind(id).is_some_and(|k| k.rules.is_empty()) {
            // Known to the learned model alone.
            return None;
        }
        let scores = self.score(&Matter::new(&lines), None);
        let own = scores.iter().find(|s| s.kind.id == id);
        let complain = |code: &str, what: String| Some(source.complaint(text.span(), code, what));
        match (own, scores.first()) {
            (Some(own), Some(best)) if best.kind.id == own.kind.id && own.confidence >= 0.5 => None,
            (Some(own), Some(best)) if best.kind.id != own.kind.id => complain(
                "rules.contradiction",
                format!(
                    "Das Beispiel trifft auch „{}“: {:.2} gegen {:.2}.",
                    best.kind.name, best.confidence, own.confidence
                ),
            ),
            _ => complain(
                "rules.example",
                "Das Beispiel wird von den Regeln der Datei nicht erkannt.".to_owned(),
            ),
        }
    }

    /// What the learned model says, if there is one, it does not abstain, and the town has the kind.
    pub fn learned(&self, lines: &[Line]) -> Option<judges::Learned<'_>> {
        let model = self.model.as_ref()?;
        let (id, share) = model.judge(&learned::features(lines))?;
        Some(judges::Learned { kind: self.kind(id)?, share, version: model.version })
    }

    /// The learned model in force.
    pub fn model(&self) -> Option<&Model> {
        self.model.as_ref()
    }

    /// Kinds in the book.
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// The kind of that id.
    pub fn kind(&self, id: &str) -> Option<&Kind> {
        self.kinds.iter().find(|k| k.id == id)
    }

    /// Codes under which something can be held, each with its German sentence, in the file's order.
    pub fn hold_codes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.holds.codes()
    }

    /// What must not be opened and what must not be destroyed.
    pub fn holds(&self) -> &Holds {
        &self.holds
    }

    /// All kinds that have any evidence, best first; `addressed`: the department the address names. Kinds share one confidence: what speaks for another
    /// kind speaks against this one, the less the further it is behind.
    pub fn score(&self, matter: &Matter<'_>, addressed: Option<&str>) -> Vec<Score<'_>> {
        let mut scores: Vec<_> = self
            .kinds
            .iter()
            .map(|k| k.score(matter))
            .filter(|s| s.evidence > 0.0 || s.decided)
            .map(|s| s.addressed(addressed))
            .collect();
        let best = scores.iter().map(|s| s.evidence).fold(0.0, f32::max);
        // A kind of which only supporting words were found is no rival: an application may name a driving licence.
        let claims =
            |s: &Score<'_>| s.evidence == best || s.reasons.iter().any(|r| r.weight >= Some(LEADING));
        let strength = |s: &Score<'_>| if claims(s) { RIVALRY.powf(s.evidence - best) } else { 0.0 };
        let all: f32 = scores.iter().map(strength).sum();
        for score in &mut scores {
            score.alone = if claims(score) { score.confidence } else { 0.0 };
            score.confidence *= strength(score) / all;
        }
        let deciding = scores.iter().filter(|s| s.decided).count();
        if deciding == 1 {
            for score in &mut scores {
                score.confidence = if score.decided { DECIDED } else { score.confidence.min(1.0 - DECIDED) };
            }
        }
        scores.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then_with(|| a.kind.id.cmp(&b.kind.id)));
        if let Some(best) = scores.first_mut() {
            best.one_line = best.stands_in_one_line(matter);
        }
        scores
    }
}

fn unusable_model(name: &str, unusable: &Unusable) -> Complaint {
    let rebuild = "Mit `poststelle train` neu bauen und mit `poststelle activate` freigeben.";
    match unusable {
        Unusable::Damaged(what) => {
            Complaint::whole("model.damaged", format!("{name} ist beschädigt: {what}"), rebuild)
        }
        Unusable::OtherVersion(other) => {
            let text = format!(
                "{name} ist ein Modell mit Merkmalen der Fassung {other}, gebraucht wird {FEATURES}."
            );
            Complaint::whole("model.version", text, rebuild)
        }
    }
}

impl Score<'_> {
    /// The address may name the department that answers for the kind.
    fn addressed(mut self, department: Option<&str>) -> Self {
        if department == Some(self.kind.department.as_str()) {
            self.evidence += ADDRESSED;
            self.confidence = sure(self.evidence);
            self.reasons.push(Reason {
                about: "kind".into(),
                rule: format!("{}.anschrift", self.kind.id),
                text: format!("Die Anschrift nennt das Amt, das „{}“ bearbeitet.", self.kind.name),
                weight: Some(ADDRESSED),
                page: None,
                bounds: None,
            });
        }
        self
    }
}

impl Score<'_> {
    fn stands_in_one_line(&self, matter: &Matter<'_>) -> bool {
        let mut places = self.reasons.iter().filter(|r| r.weight > Some(0.0)).map(|r| (r.page, r.bounds));
        let Some(first) = places.next() else { return true };
        // Each rule was asked for its first words only; they may stand again elsewhere.
        let elsewhere = |line: &Line| (Some(line.page), Some(line.bounds)) != first;
        let for_it = self.kind.rules.iter().filter(|rule| rule.weight > 0.0);
        matter.lines.len() >= LINES_OF_A_LETTER
            && places.all(|place| place == first)
            && !for_it.into_iter().any(|rule| rule.first_hit_where(matter, &elsewhere).is_some())
    }
}

/// Each unit of evidence halves the doubt that is left.
fn sure(evidence: f32) -> f32 {
    (1.0 - 0.5f32.powf(evidence.max(0.0))).clamp(0.0, 1.0)
}

impl Kind {
    /// Evidence adds up; each unit halves the doubt that is left. Each rule speaks once.
    fn score(&self, matter: &Matter<'_>) -> Score<'_> {
        let (mut sum, mut decided, mut reasons) = (0.0f32, false, Vec::new());
        for rule in &self.rules {
            let Some((line, words)) = rule.first_hit(matter) else { continue };
            sum += rule.weight;
            decided |= rule.decides;
            let verb = match (rule.decides, rule.weight >= 0.0) {
                (true, _) => "entscheidet für",
                (false, true) => "spricht für",
                (false, false) => "spricht gegen",
            };
            reasons.push(Reason {
                about: "kind".into(),
                rule: format!("{}.{}", self.id, rule.id),
                text: format!("„{words}“ {verb} „{}“.", self.name),
                weight: Some(rule.weight),
                page: Some(line.page),
                bounds: Some(line.bounds),
            });
        }
        Score {
            kind: self,
            evidence: sum,
            decided,
            confidence: sure(sum),
            alone: 0.0,
            one_line: false,
            reasons,
        }
    }
}
