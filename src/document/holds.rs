//! What nobody but its addressee opens, and what paper must stay: `classifiers/anhalten.toml`.
//!
//! In: the lines of a document. Out: every rule that hit, in the file's order: the first decides, all are
//! shown. The envelope is judged before the letter.

mod names;

use super::classify::{self, Matter, Rule, RuleComplaint};
use super::text::Zone;
use crate::model::document::{Reason, ReviewReason};
use names::Names;
use regex::bytes::Regex;
use serde::Deserialize;
use toml::Spanned;

/// Rules about what is held and what paper is kept.
#[derive(Clone, Debug, Default)]
pub struct Holds {
    holds: Vec<Hold>,
    keeps: Vec<Hold>,
    asks: Vec<Hold>,
    names: Option<Names>,
}

#[derive(Clone, Debug)]
struct Hold {
    code: String,
    text: String,
    rule: Rule,
    /// A line that matches this does not count.
    unless: Option<Regex>,
    /// Kinds of which it says nothing new.
    ordinary_for: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HoldFile {
    hold: Vec<HoldRule>,
    #[serde(default)]
    keep: Vec<HoldRule>,
    #[serde(default)]
    ask: Vec<HoldRule>,
    names: Option<names::NamesFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HoldRule {
    code: Spanned<String>,
    text: String,
    zones: Vec<Zone>,
    #[serde(default)]
    any: Vec<Spanned<String>>,
    regex: Option<Spanned<String>>,
    unless: Option<Spanned<String>>,
    /// Kinds of which it says nothing new, whether the town has them or not; only where a person is asked.
    #[serde(default)]
    ordinary_for: Vec<Spanned<String>>,
}

impl Holds {
    /// Parses `anhalten.toml`.
    pub fn parse(source: &classify::Source<'_>) -> Result<Self, Vec<RuleComplaint>> {
        let written: HoldFile = toml::from_str(source.text).map_err(|e| vec![source.syntax(&e)])?;
        let mut wrong = Vec::new();
        for kind in written.hold.iter().chain(&written.keep).flat_map(|rule| &rule.ordinary_for) {
            let what = "ordinary_for gilt nur bei [[ask]].".to_owned();
            wrong.push(source.complaint(kind.span(), "rules.ordinary_for", what));
        }
        let mut used = |list: Vec<HoldRule>| -> Vec<Hold> {
            list.into_iter().map(|rule| Hold::used(source, rule, &mut wrong)).collect()
        };
        let (holds, keeps, asks) = (used(written.hold), used(written.keep), used(written.ask));
        let names = written.names.map(|n| Names::used(source, n, &mut wrong));
        if wrong.is_empty() { Ok(Self { holds, keeps, asks, names }) } else { Err(wrong) }
    }

    /// Every reason to hold the document, codes first; empty for ordinary mail.
    pub fn holds(&self, matter: &Matter<'_>) -> Vec<(String, Reason)> {
        let by_words = self.holds.iter().filter_map(|h| h.reason(matter, "hold"));
        let by_name = self.names.iter().filter_map(|n| n.above_the_authority(matter.lines));
        by_words.chain(by_name).collect()
    }

    /// Codes under which something can be held, each with its German sentence, in the file's order.
    pub fn codes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.holds.iter().map(|h| (h.code.as_str(), h.text.as_str()))
    }

    /// What a person looks at although the kind is known: the first that hits.
    pub fn asks(&self, matter: &Matter<'_>, kind: &str) -> Option<ReviewReason> {
        let meant = self.asks.iter().filter(|ask| !ask.ordinary_for.iter().any(|k| k == kind));
        let (code, reason) = meant.filter_map(|ask| ask.reason(matter, "kind")).next()?;
        Some(ReviewReason { code, text: reason.text, page: reason.page })
    }

    /// Every reason to keep the paper for good.
    pub fn keeps(&self, matter: &Matter<'_>) -> Vec<Reason> {
        self.keeps.iter().filter_map(|k| Some(k.reason(matter, "paper")?.1)).collect()
    }
}

impl Hold {
    fn used(source: &classify::Source<'_>, written: HoldRule, wrong: &mut Vec<RuleComplaint>) -> Self {
        let code = written.code.get_ref().clone();
        if written.any.is_empty() && written.regex.is_none() {
            let what = format!("„{code}“ braucht any oder regex.");
            wrong.push(source.complaint(written.code.span(), "rules.empty", what));
        }
        let ordinary_for = written.ordinary_for.into_iter().map(Spanned::into_inner).collect();
        let any = classify::phrases(source, &written.any, wrong);
        let mut pattern = |p: &Option<Spanned<String>>| {
            p.as_ref().and_then(|p| classify::compiled(source, &code, p, wrong))
        };
        let (regex, unless) = (pattern(&written.regex), pattern(&written.unless));
        let rule = Rule {
            id: code.clone(),
            zones: written.zones,
            any,
            all: Vec::new(),
            none: Vec::new(),
            regex,
            weight: 0.0,
            decides: true,
        };
        Self { code, text: written.text, rule, unless, ordinary_for }
    }

    fn reason(&self, matter: &Matter<'_>, about: &str) -> Option<(String, Reason)> {
        let allowed = |line: &super::text::Line| {
            self.unless.as_ref().is_none_or(|u| !u.is_match(classify::plain_text(&line.text).as_bytes()))
        };
        let (line, words) = self.rule.first_hit_where(matter, &allowed)?;
        let reason = Reason {
            about: about.into(),
            rule: self.code.clone(),
            text: format!("{} („{words}“)", self.text),
            weight: None,
            page: Some(line.page),
            bounds: Some(line.bounds),
        };
        Some((self.code.clone(), reason))
    }
}
