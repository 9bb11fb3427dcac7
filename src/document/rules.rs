//! The rule book: one TOML file per kind, and one for what is held.
//!
//! In: names and texts of the files. Out: a book that scores lines, or
//! complaints with line and caret. A rule that speaks leaves a reason with its
//! words and place.

use super::text::{Line, Zone, folded};
use crate::config::Complaint;
use crate::model::document::{Protection, Reason};
use regex::Regex;
use serde::Deserialize;

/// How much likelier a kind is for each unit of evidence it is ahead of another. Chosen on letters of the
/// generator: with 5 no letter of 600 was wrong and sure, with 3 one in twelve asked without need.
const RIVALRY: f32 = 5.0;

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
    /// Protection need.
    pub protection: Protection,
    /// Replacing scan may apply; off unless the file says so.
    pub replacing_allowed: bool,
    /// Overtakes.
    pub urgent: bool,
    rules: Vec<Rule>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KindFile {
    id: String,
    version: u32,
    name: String,
    department: String,
    #[serde(default)]
    protection: Protection,
    /// Why the protection need is what it is; for the procedure documentation.
    #[serde(default)]
    protection_reason: String,
    #[serde(default)]
    replacing_allowed: bool,
    #[serde(default)]
    urgent: bool,
    rule: Vec<RuleFile>,
    #[serde(default)]
    example: Vec<toml::Spanned<String>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HoldFile {
    hold: Vec<HoldRule>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HoldRule {
    code: String,
    text: String,
    zones: Vec<Zone>,
    regex: toml::Spanned<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    id: String,
    #[serde(default = "any_zone")]
    zone: Zone,
    #[serde(default)]
    any: Vec<String>,
    regex: Option<toml::Spanned<String>>,
    weight: f32,
}

fn any_zone() -> Zone {
    Zone::Any
}

#[derive(Clone, Debug)]
struct Rule {
    id: String,
    zone: Zone,
    /// Folded words and phrases, with blanks around.
    phrases: Vec<String>,
    regex: Option<Regex>,
    weight: f32,
}

/// All rules in force.
#[derive(Clone, Debug, Default)]
pub struct RuleBook {
    kinds: Vec<Kind>,
    holds: Vec<(HoldRule, Option<Regex>)>,
}

/// How well a kind fits.
#[derive(Clone, Debug)]
pub struct Score<'a> {
    /// The kind.
    pub kind: &'a Kind,
    /// Sum of the weights of the rules that spoke.
    pub evidence: f32,
    /// 0 to 1.
    pub confidence: f32,
    /// Rules that spoke.
    pub reasons: Vec<Reason>,
}

impl RuleBook {
    /// Parses all files; `hold` rules come from `anhalten.toml`.
    pub fn parse(files: &[(String, String)]) -> Result<Self, Vec<RuleComplaint>> {
        let (mut book, mut complaints) = (Self::default(), Vec::new());
        for (name, text) in files {
            let mut complain = |span: std::ops::Range<usize>, code: &str, what: String| {
                complaints.push(Complaint::at(
                    name,
                    text,
                    span,
                    code,
                    what,
                    "Datei berichtigen; die bisherigen Regeln bleiben in Kraft.",
                ));
            };
            if name.ends_with("anhalten.toml") {
                match toml::from_str::<HoldFile>(text) {
                    Ok(file) => {
                        for rule in file.hold {
                            let regex = compiled(&rule.regex);
                            if regex.is_none() {
                                complain(
                                    rule.regex.span(),
                                    "rules.pattern",
                                    "Kein gültiges Suchmuster.".into(),
                                );
                            }
                            book.holds.push((rule, regex));
                        }
                    }
                    Err(e) => complain(e.span().unwrap_or(0..0), "rules.syntax", e.message().to_owned()),
                }
                continue;
            }
            match toml::from_str::<KindFile>(text) {
                Ok(file) => {
                    let examples = file.example.clone();
                    for rule in &file.rule {
                        if let Some(r) = rule.regex.as_ref().filter(|r| compiled(r).is_none()) {
                            complain(
                                r.span(),
                                "rules.pattern",
                                format!("Regel „{}“: kein gültiges Suchmuster.", rule.id),
                            );
                        }
                    }
                    let kind = Kind::from(file);
                    for example in examples {
                        if kind.score(&[as_line(example.get_ref())]).confidence < 0.5 {
                            complain(
                                example.span(),
                                "rules.example",
                                "Das Beispiel wird von den Regeln der Datei nicht erkannt.".into(),
                            );
                        }
                    }
                    if book.kinds.iter().any(|k| k.id == kind.id) {
                        complain(
                            0..0,
                            "rules.twice",
                            format!("Die Dokumentart „{}“ gibt es zweimal.", kind.id),
                        );
                    }
                    book.kinds.push(kind);
                }
                Err(e) => complain(e.span().unwrap_or(0..0), "rules.syntax", e.message().to_owned()),
            }
        }
        if complaints.is_empty() { Ok(book) } else { Err(complaints) }
    }

    /// Kinds in the book.
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// Codes under which something can be held, each with its German sentence, in the order of the file.
    pub fn hold_codes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.holds.iter().map(|(rule, _)| (rule.code.as_str(), rule.text.as_str()))
    }

    /// Why the document is held, if it is; the first rule in the file's order wins.
    pub fn hold(&self, lines: &[Line]) -> Option<(String, Reason)> {
        self.holds.iter().find_map(|(rule, regex)| {
            let regex = regex.as_ref()?;
            let line =
                lines.iter().find(|l| rule.zones.iter().any(|z| l.is_in(*z)) && regex.is_match(&l.text))?;
            let reason = Reason {
                about: "hold".into(),
                rule: rule.code.clone(),
                text: rule.text.clone(),
                weight: None,
                page: Some(line.page),
                bounds: Some(line.bounds),
            };
            Some((rule.code.clone(), reason))
        })
    }

    /// All kinds that have any evidence, best first. Kinds share one confidence: what speaks for another
    /// kind speaks against this one, the less the further it is behind.
    pub fn score(&self, lines: &[Line]) -> Vec<Score<'_>> {
        let mut scores: Vec<_> =
            self.kinds.iter().map(|k| k.score(lines)).filter(|s| s.evidence > 0.0).collect();
        let best = scores.iter().map(|s| s.evidence).fold(0.0, f32::max);
        let strength = |s: &Score<'_>| RIVALRY.powf(s.evidence - best);
        let all: f32 = scores.iter().map(strength).sum();
        for score in &mut scores {
            score.confidence *= strength(score) / all;
        }
        scores.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then_with(|| a.kind.id.cmp(&b.kind.id)));
        scores
    }
}

fn as_line(text: &str) -> Line {
    Line {
        page: 1,
        text: text.to_owned(),
        folded: folded(text),
        bounds: Default::default(),
        confidence: 1.0,
        zone: Zone::Subject,
    }
}

fn compiled(pattern: &toml::Spanned<String>) -> Option<Regex> {
    regex::RegexBuilder::new(pattern.get_ref()).case_insensitive(true).size_limit(1 << 20).build().ok()
}

impl From<KindFile> for Kind {
    fn from(file: KindFile) -> Self {
        let rules = file
            .rule
            .into_iter()
            .map(|r| Rule {
                id: r.id,
                zone: r.zone,
                phrases: r.any.iter().map(|p| format!(" {} ", folded(p))).collect(),
                regex: r.regex.as_ref().and_then(compiled),
                weight: r.weight,
            })
            .collect();
        let _ = file.protection_reason;
        Self {
            id: file.id,
            version: file.version,
            name: file.name,
            department: file.department,
            protection: file.protection,
            replacing_allowed: file.replacing_allowed,
            urgent: file.urgent,
            rules,
        }
    }
}

impl Kind {
    /// Evidence adds up; each unit halves the doubt that is left. Each rule speaks once.
    fn score(&self, lines: &[Line]) -> Score<'_> {
        let (mut sum, mut reasons) = (0.0f32, Vec::new());
        for rule in &self.rules {
            if let Some((line, words)) = rule.first_hit(lines) {
                sum += rule.weight;
                reasons.push(Reason {
                    about: "kind".into(),
                    rule: format!("{}.{}", self.id, rule.id),
                    text: format!(
                        "„{words}“ spricht {} „{}“.",
                        if rule.weight >= 0.0 { "für" } else { "gegen" },
                        self.name
                    ),
                    weight: Some(rule.weight),
                    page: Some(line.page),
                    bounds: Some(line.bounds),
                });
            }
        }
        Score {
            kind: self,
            evidence: sum,
            confidence: (1.0 - 0.5f32.powf(sum.max(0.0))).clamp(0.0, 1.0),
            reasons,
        }
    }
}

impl Rule {
    fn first_hit<'a>(&self, lines: &'a [Line]) -> Option<(&'a Line, String)> {
        lines.iter().filter(|l| l.is_in(self.zone)).find_map(|line| {
            if let Some(found) = self.regex.as_ref().and_then(|r| r.find(&line.text)) {
                return Some((line, found.as_str().to_owned()));
            }
            let padded = format!(" {} ", line.folded);
            // A phrase that ends with a blank in the rule matches whole words only.
            self.phrases.iter().find(|p| padded.contains(p.as_str())).map(|p| (line, p.trim().to_owned()))
        })
    }
}
