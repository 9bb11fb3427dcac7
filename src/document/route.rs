//! Who gets it: one lead department, and those who read along.
//!
//! In: a document whose kind and fields are known as far as they are, the town's routes. Out: targets with
//! reasons. Routes are tried by priority, then in the order kind, recipient line, reference, sender, station;
//! the first that names a lead decides, copies of all that hit add up, and redirections come last.

use super::TownRules;
use super::classify::{Kind, Matter, Phrase};
use super::text::{Line, Zone};
use super::ways::{Redirect, Route, Who};
use crate::model::document::{Field, Reason, Role, TargetChoice};
use crate::model::page::MeasuredPage;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What is known of a document.
#[derive(Debug)]
pub struct Case<'a> {
    /// The lines.
    pub matter: &'a Matter<'a>,
    /// Kind, if one is recognised.
    pub kind: Option<&'a Kind>,
    /// Fields.
    pub fields: &'a BTreeMap<String, Field>,
    /// Station it was scanned at.
    pub station: &'a str,
    /// Department of the station, if it has one.
    pub station_department: Option<&'a str>,
    /// Received date, ISO, if known.
    pub received: Option<&'a str>,
    /// A page is larger than A3.
    pub over_a3: bool,
}

/// What routing gives.
#[derive(Debug, Default)]
pub struct Routed {
    /// One lead first, then copies.
    pub targets: Vec<TargetChoice>,
    /// Why, one sentence for each route that hit.
    pub reasons: Vec<Reason>,
    /// It overtakes.
    pub urgent: bool,
    /// The paper is kept.
    pub copying: bool,
    /// The sentence that asks for a person.
    pub ask: Option<String>,
    /// The lead is right whatever the kind.
    pub settled: bool,
}

/// Decides.
pub fn route(case: &Case<'_>, town: &TownRules) -> Routed {
    let mut routed = Routed::default();
    let mut routes: Vec<&Route> = town.routes.iter().collect();
    routes.sort_by_key(|r| r.place());
    let (before, after): (Vec<&Route>, Vec<&Route>) =
        routes.into_iter().partition(|r| r.place() <= (Reverse(0), 0));
    let mut going = routed.follow(&before, case, town);
    if let Some(kind) = case.kind {
        let sentence = format!("„{}“ geht an dieses Amt.", kind.name);
        if routed.lead(&kind.department, sentence.clone()) {
            routed.reason(format!("{}.department", kind.id), sentence);
        }
    }
    if let Some(kind) = case.kind.filter(|_| going) {
        for copy in &kind.copies {
            routed.copy(copy, format!("Liest bei „{}“ mit.", kind.name));
        }
    }
    going = going && routed.follow(&after, case, town);
    if going && !routed.has_lead() {
        routed.by_the_letter(case, town);
    }
    if !routed.has_lead() {
        let text = "Nichts anderes hat entschieden: zentrale Nachbearbeitung.".to_owned();
        routed.lead(&town.central, text.clone());
        routed.reason("central".into(), text);
    }
    routed.redirect(case, town);
    routed.targets.sort_by_key(|t| t.role != Role::Lead);
    routed
}

impl Route {
    fn hits(&self, case: &Case<'_>) -> bool {
        let value = |name: &str| case.fields.get(name).map(|f| f.value.as_str());
        let own = value("own_reference");
        let sender: Vec<String> = value("sender")
            .map(super::text::folded)
            .unwrap_or_default()
            .split(' ')
            .map(super::classify::unified)
            .collect();
        let in_sender =
            |p: &Phrase| (0..sender.len()).any(|i| p.begins(sender[i..].iter().map(String::as_str)));
        let gross = value("gross_amount").and_then(cents);
        during(&self.from, &self.until, case.received)
            && (self.kinds.is_empty() || case.kind.is_some_and(|k| self.kinds.contains(&k.id)))
            && (self.recipient.is_empty() || self.recipient.iter().any(|p| addressed(case.matter, p)))
            && self.reference.as_ref().is_none_or(|r| own.is_some_and(|o| r.is_match(o)))
            && (!self.check_digit || own.is_some_and(check_digit_holds))
            && (self.sender.is_empty() || self.sender.iter().any(in_sender))
            && (self.words.is_empty() || self.words.iter().any(|p| case.matter.find(p, &|_| true).is_some()))
            && (self.stations.is_empty() || self.stations.iter().any(|s| s == case.station))
            && self.fields.iter().all(|f| value(f).is_some())
            && self.missing.iter().all(|f| value(f).is_none())
            && self.gross_over.is_none_or(|over| gross.is_some_and(|g| g > over))
            && (!self.over_a3 || case.over_a3)
    }
}

impl Routed {
    /// Follows routes in order; false once one of them said stop.
    fn follow(&mut self, routes: &[&Route], case: &Case<'_>, town: &TownRules) -> bool {
        for route in routes.iter().filter(|r| r.hits(case)) {
            let first = !self.has_lead();
            if let Some(lead) = route.lead.as_ref().and_then(|who| department(who, case, town)) {
                self.lead(&lead, route.sentence.clone());
                self.settled |= first && route.settles;
            }
            for copy in route.copies.iter().filter_map(|who| department(who, case, town)) {
                self.copy(&copy, route.sentence.clone());
            }
            self.urgent |= route.urgent;
            self.copying |= route.copying;
            if route.ask {
                self.ask.get_or_insert_with(|| route.sentence.clone());
            }
            self.reason(format!("route.{}", route.id), route.sentence.clone());
            if route.stop {
                return false;
            }
        }
        true
    }

    /// Nobody said anything: who is written to, whose reference it is, where it was scanned.
    fn by_the_letter(&mut self, case: &Case<'_>, town: &TownRules) {
        let recipient =
            department(&Who::Recipient, case, town).map(|d| (d, "An dieses Amt ist es gerichtet."));
        let issuer =
            || department(&Who::Issuer, case, town).map(|d| (d, "Das genannte Zeichen vergibt dieses Amt."));
        let station = || case.station_department.map(|d| (d.to_owned(), "Vorgabe der Scanstation."));
        if let Some((department, why)) = recipient.or_else(issuer).or_else(station) {
            self.lead(&department, why.to_owned());
            self.reason("letter".into(), why.to_owned());
        }
    }

    fn redirect(&mut self, case: &Case<'_>, town: &TownRules) {
        let holds = |redirect: &&Redirect| {
            let person = &redirect.person;
            (person.is_empty() || person.iter().any(|p| addressed(case.matter, p)))
                && during(&redirect.from, &redirect.until, case.received)
        };
        let holding: Vec<&Redirect> = town.redirects.iter().filter(holds).collect();
        for target in &mut self.targets {
            // From one to the next, each once: a circle of them ends.
            let mut left = holding.clone();
            while let Some(at) = left.iter().position(|r| r.department == target.department) {
                let redirect = left.remove(at);
                let text = format!("{} (statt „{}“)", redirect.reason, target.department);
                self.reasons.push(Reason::new("target", "redirect", text.clone()));
                target.department.clone_from(&redirect.to);
                target.reason = text;
            }
        }
        let mut seen = Vec::new();
        self.targets.retain(|t| {
            let new = !seen.contains(&t.department);
            seen.push(t.department.clone());
            new
        });
    }

    fn has_lead(&self) -> bool {
        self.targets.iter().any(|t| t.role == Role::Lead)
    }

    /// The first lead stays; whether it was this one.
    fn lead(&mut self, department: &str, reason: String) -> bool {
        if self.has_lead() {
            return false;
        }
        self.targets.retain(|t| t.department != department);
        self.targets.insert(0, TargetChoice { department: department.into(), role: Role::Lead, reason });
        true
    }

    fn copy(&mut self, department: &str, reason: String) {
        if self.targets.iter().all(|t| t.department != department) {
            self.targets.push(TargetChoice { department: department.into(), role: Role::Copy, reason });
        }
    }

    fn reason(&mut self, rule: String, text: String) {
        self.reasons.push(Reason::new("target", rule, text));
    }
}

/// Whether a page is larger than A3, as far as a crooked feed leaves that open.
pub fn is_over_a3(page: &MeasuredPage) -> bool {
    let mm = |pixels: u32| pixels as f32 * 25.4 / page.dpi.max(1.0);
    mm(page.width.max(page.height)) > 430.0 || mm(page.width.min(page.height)) > 307.0
}

/// The department the address names.
pub fn recipient(matter: &Matter<'_>, town: &TownRules) -> Option<String> {
    let desk = town.desks.iter().find(|d| d.addressed.iter().any(|p| addressed(matter, p)));
    desk.map(|d| d.id.clone())
}

fn department(who: &Who, case: &Case<'_>, town: &TownRules) -> Option<String> {
    let desk = match who {
        Who::Department(id) => return Some(id.clone()),
        Who::Recipient => return recipient(case.matter, town),
        Who::Issuer => {
            let own = case.fields.get("own_reference")?;
            town.desks.iter().find(|d| d.references.iter().any(|r| r.is_match(&own.value)))
        }
    };
    desk.map(|d| d.id.clone())
}

/// Whether words stand in the address.
fn addressed(matter: &Matter<'_>, phrase: &Phrase) -> bool {
    matter.find(phrase, &|line: &Line| line.is_in(Zone::Address)).is_some()
}

/// Whether the received date lies between two days, both included; without one nothing limited in time holds.
fn during(from: &Option<String>, until: &Option<String>, received: Option<&str>) -> bool {
    match (from, until, received) {
        (None, None, _) => true,
        (_, _, None) => false,
        (from, until, Some(day)) => {
            from.as_deref().is_none_or(|f| f <= day) && until.as_deref().is_none_or(|u| day <= u)
        }
    }
}

/// A decimal string with a point as cents.
fn cents(amount: &str) -> Option<u64> {
    let (whole, part) = amount.split_once('.')?;
    Some(whole.parse::<u64>().ok()?.checked_mul(100)? + part.parse::<u64>().ok().filter(|p| *p < 100)?)
}

/// Luhn: weights 2 and 1 from the right, sum of digits, complement to ten.
fn check_digit_holds(reference: &str) -> bool {
    let digits: Vec<u32> = reference.chars().filter_map(|c| c.to_digit(10)).collect();
    let doubled = |(place, &digit): (usize, &u32)| match digit * (1 + place as u32 % 2) {
        n if n > 9 => n - 9,
        n => n,
    };
    digits.len() >= 6 && digits.iter().rev().enumerate().map(doubled).sum::<u32>() % 10 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_and_amounts_are_read() {
        assert!(check_digit_holds("79927398713") && check_digit_holds("7992.739871.3"));
        assert!(!check_digit_holds("79927398712") && !check_digit_holds("0000"));
        assert_eq!(cents("10000.01"), Some(1_000_001));
        assert_eq!(cents("viel"), None);
    }

    #[test]
    fn a_time_has_a_first_and_a_last_day() {
        let day = |s: &str| Some(s.to_owned());
        let (from, until) = (day("2026-08-01"), day("2026-09-30"));
        assert!(during(&from, &until, Some("2026-08-01")) && during(&from, &until, Some("2026-09-30")));
        assert!(!during(&from, &until, Some("2026-10-01")) && !during(&from, &until, None));
        assert!(during(&None, &None, None));
    }
}
