//! A kind's file exactly as written -> a kind, or every complaint about it.

use super::phrase::Phrase;
use super::rule::{self, Rule};
use super::{Kind, Paper, Retention};
use crate::config::Complaint;
use crate::document::EnvelopePolicy;
use crate::document::text::Zone;
use crate::model::document::{Need, Protection};
use crate::record::retention::{self, Since};
use serde::Deserialize;
use std::ops::Range;
use toml::Spanned;

/// A rule file: its name for complaints, and its text.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Path.
    pub name: &'a str,
    /// Content.
    pub text: &'a str,
}

impl Source<'_> {
    /// A complaint about a stretch of the file.
    pub fn complaint(&self, span: Range<usize>, code: &str, what: String) -> Complaint {
        let hint = "Datei berichtigen; die bisherigen Regeln bleiben in Kraft.";
        Complaint::at(self.name, self.text, span, code, what, hint)
    }

    /// The same for what the TOML parser says.
    pub fn syntax(&self, error: &toml::de::Error) -> Complaint {
        self.complaint(error.span().unwrap_or(0..0), "rules.syntax", error.message().to_owned())
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KindFile {
    id: String,
    version: u32,
    name: String,
    department: String,
    #[serde(default)]
    copies: Vec<String>,
    protection: RatedProtection,
    #[serde(default)]
    replacing_allowed: bool,
    paper: Option<PaperFile>,
    retention: Option<RetentionFile>,
    envelope: Option<EnvelopePolicy>,
    #[serde(default)]
    urgent: bool,
    #[serde(default)]
    other_offices: Vec<String>,
    always_ask: Option<String>,
    min_confidence: Option<Spanned<f32>>,
    #[serde(default)]
    rule: Vec<RuleFile>,
    #[serde(default)]
    example: Vec<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RatedProtection {
    integrity: Rating,
    confidentiality: Rating,
    availability: Rating,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rating {
    need: Need,
    reason: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PaperFile {
    /// Left out: forever.
    keep_days: Option<u32>,
    reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RetentionFile {
    /// Left out: for good.
    keep_days: Option<u32>,
    #[serde(default)]
    since: Since,
    reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    id: String,
    #[serde(default = "any_zone")]
    zone: Zone,
    #[serde(default)]
    any: Vec<Spanned<String>>,
    #[serde(default)]
    all: Vec<Spanned<String>>,
    #[serde(default)]
    none: Vec<Spanned<String>>,
    regex: Option<Spanned<String>>,
    #[serde(default)]
    weight: f32,
    #[serde(default)]
    decides: bool,
}

fn any_zone() -> Zone {
    Zone::Any
}

/// Parses a kind; with it the examples that its rules must recognise.
pub fn kind(source: &Source<'_>) -> Result<(Kind, Vec<Spanned<String>>), Vec<Complaint>> {
    let written: KindFile = toml::from_str(source.text).map_err(|e| vec![source.syntax(&e)])?;
    let mut wrong = Vec::new();
    let ratings = [
        &written.protection.integrity,
        &written.protection.confidentiality,
        &written.protection.availability,
    ];
    for rating in ratings.iter().filter(|r| r.reason.get_ref().trim().is_empty()) {
        let what = "Der Schutzbedarf braucht eine Begründung.".to_owned();
        wrong.push(source.complaint(rating.reason.span(), "rules.protection", what));
    }
    if let Some(share) = written.min_confidence.as_ref().filter(|s| !(0.0..=1.0).contains(s.get_ref())) {
        let what = "Der Wert muss zwischen 0 und 1 liegen.".to_owned();
        wrong.push(source.complaint(share.span(), "rules.share", what));
    }
    let rules = written.rule.iter().map(|r| one(source, r, &mut wrong)).collect();
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let kind = Kind {
        id: written.id,
        version: written.version,
        name: written.name,
        department: written.department,
        copies: written.copies,
        protection: Protection {
            integrity: written.protection.integrity.need,
            confidentiality: written.protection.confidentiality.need,
            availability: written.protection.availability.need,
        },
        protection_reasons: ratings.map(|r| r.reason.get_ref().clone()),
        replacing_allowed: written.replacing_allowed,
        paper: written.paper.map(|p| Paper { days: p.keep_days, reason: p.reason }),
        retention: written.retention.map(|r| Retention {
            rule: retention::Rule { days: r.keep_days, since: r.since },
            reason: r.reason,
        }),
        envelope: written.envelope,
        other_offices: written.other_offices,
        urgent: written.urgent,
        examples: written.example.iter().map(|e| e.get_ref().clone()).collect(),
        always_ask: written.always_ask,
        min_confidence: written.min_confidence.map(Spanned::into_inner),
        rules,
    };
    Ok((kind, written.example))
}

fn one(source: &Source<'_>, written: &RuleFile, wrong: &mut Vec<Complaint>) -> Rule {
    let phrases = [&written.any, &written.all, &written.none].map(|list| phrases(source, list, wrong));
    let [any, all, none] = phrases;
    Rule {
        id: written.id.clone(),
        zones: vec![written.zone],
        any,
        all,
        none,
        regex: written.regex.as_ref().and_then(|r| compiled(source, &written.id, r, wrong)),
        weight: written.weight,
        decides: written.decides,
    }
}

/// Phrases; one without a letter is a mistake.
pub fn phrases(source: &Source<'_>, list: &[Spanned<String>], wrong: &mut Vec<Complaint>) -> Vec<Phrase> {
    let mut out = Vec::with_capacity(list.len());
    for written in list {
        match Phrase::parse(written.get_ref()) {
            Some(phrase) => out.push(phrase),
            None => wrong.push(source.complaint(written.span(), "rules.phrase", "Kein Wort.".to_owned())),
        }
    }
    out
}

/// A pattern, or a complaint.
pub fn compiled(
    source: &Source<'_>,
    id: &str,
    written: &Spanned<String>,
    wrong: &mut Vec<Complaint>,
) -> Option<regex::bytes::Regex> {
    let regex = rule::pattern(written.get_ref());
    if regex.is_none() {
        let what = format!("Regel „{id}“: kein gültiges Suchmuster.");
        wrong.push(source.complaint(written.span(), "rules.pattern", what));
    }
    regex
}
