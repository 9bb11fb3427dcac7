//! Routes, redirections and the names of departments: as written -> as used.

use super::file::{self, File};
use super::resolve::Check;
use crate::document::{Desk, LAENDER, OfficeHours, Phrase, Redirect, Route, Who};
use crate::model::town::Decide;
use jiff::civil::Time;
use regex::Regex;
use toml::Spanned;

/// Where the town says nothing.
const OFFICE_HOURS: OfficeHours = (Time::constant(8, 0, 0, 0), Time::constant(16, 0, 0, 0));
/// As demanded: two office hours.
const URGENT_HOURS: u32 = 2;

/// What decides where mail goes.
#[derive(Clone, Debug, Default)]
pub struct Ways {
    /// Land whose holidays count for deadlines.
    pub land: Option<String>,
    /// When the house works on working days.
    pub office_hours: OfficeHours,
    /// Office hours after which urgent mail that nobody opened goes to the substitute, and then to the head; 0: never.
    pub urgent_hours: u32,
    /// Patterns of the town's own references, value in group 1.
    pub own_references: Vec<Regex>,
    /// Departments as letters name them.
    pub desks: Vec<Desk>,
    /// Sentences of the town.
    pub routes: Vec<Route>,
    /// Mail that goes elsewhere.
    pub redirects: Vec<Redirect>,
}

/// Resolves all of them; every department named must exist.
pub(super) fn ways(check: &mut Check<'_>, written: &File) -> Ways {
    let departments: Vec<&str> = written.department.iter().map(|d| d.id.get_ref().as_str()).collect();
    let land = written.town.land.as_ref();
    land.into_iter().for_each(|land| check.known(land, &LAENDER, "Land"));
    let land = land.map(|l| l.get_ref().clone());
    let office_hours = written.town.office_hours.as_ref().map_or(OFFICE_HOURS, |hours| office(check, hours));
    let urgent_hours = written.town.urgent_hours.unwrap_or(URGENT_HOURS);
    let own_references = written.town.own_references.iter().filter_map(|p| pattern(check, p)).collect();
    let desks = written.department.iter().map(|d| desk(check, d)).collect();
    let routes: Vec<Route> = written.route.iter().map(|r| route(check, r, written, &departments)).collect();
    let redirects: Vec<Redirect> =
        written.redirect.iter().map(|r| redirect(check, r, &departments)).collect();
    check.unique(written.route.iter().map(|r| &r.id));
    unreachable(check, &written.route, &routes);
    overlapping(check, &written.redirect, &redirects);
    let ended = written.department.iter().filter_map(|d| Some((d, d.successor.as_ref()?)));
    let redirects = redirects.into_iter().chain(ended.map(|(d, to)| Redirect {
        department: d.id.get_ref().clone(),
        person: Vec::new(),
        to: to.get_ref().clone(),
        from: None,
        until: None,
        reason: format!("„{}“ ist aufgegangen in „{}“.", d.name, to.get_ref()),
    }));
    let redirects = redirects.collect();
    Ways { land, office_hours, urgent_hours, own_references, desks, routes, redirects }
}

/// From and to, on every working day.
fn office(check: &mut Check<'_>, written: &Spanned<String>) -> OfficeHours {
    let hours = written.get_ref().split_once('-').and_then(|(opens, closes)| {
        Some((opens.trim().parse::<Time>().ok()?, closes.trim().parse::<Time>().ok()?))
    });
    hours.filter(|(opens, closes)| opens < closes).unwrap_or_else(|| {
        let text = "Das sind keine Dienststunden.";
        check.complain(
            written.span(),
            "config.office_hours",
            text,
            "Zum Beispiel office_hours = \"08:00-16:00\".",
        );
        OFFICE_HOURS
    })
}

fn desk(check: &mut Check<'_>, written: &file::Department) -> Desk {
    let mut addressed = phrases(check, &written.addressed);
    addressed.extend(Phrase::parse(&written.name));
    let references = written.references.iter().filter_map(|p| pattern(check, p)).collect();
    Desk { id: written.id.get_ref().clone(), addressed, references }
}

fn route(check: &mut Check<'_>, written: &file::Route, file: &File, departments: &[&str]) -> Route {
    let stations: Vec<&str> = file.station.iter().map(|s| s.id.get_ref().as_str()).collect();
    written.station.iter().for_each(|s| check.known(s, &stations, "Station"));
    let mut who = |name: &Spanned<String>| match name.get_ref().as_str() {
        "@recipient" => Who::Recipient,
        "@issuer" => Who::Issuer,
        id => {
            check.known(name, departments, "Amt");
            Who::Department(id.to_owned())
        }
    };
    let lead = written.department.as_ref().map(&mut who);
    let copies = written.copies.iter().map(&mut who).collect();
    let (from, until) = time(check, &written.from, &written.until);
    let texts = |list: &[Spanned<String>]| list.iter().map(|s| s.get_ref().clone()).collect();
    Route {
        id: written.id.get_ref().clone(),
        sentence: written.sentence.clone(),
        priority: written.priority,
        kinds: texts(&written.kind),
        recipient: phrases(check, &written.recipient),
        reference: written.reference.as_ref().and_then(|p| pattern(check, p)),
        check_digit: written.check_digit,
        sender: phrases(check, &written.sender),
        words: phrases(check, &written.words),
        stations: texts(&written.station),
        fields: written.field.clone(),
        missing: written.missing.clone(),
        over_a3: written.over_a3,
        gross_over: written.gross_over.map(|euros| euros.saturating_mul(100)),
        from,
        until,
        lead,
        copies,
        urgent: written.urgent,
        copying: written.copying,
        item: written.item,
        undelivered: written.undelivered,
        ask: written.ask,
        settles: written.settles,
        stop: written.stop,
    }
}

fn redirect(check: &mut Check<'_>, written: &file::Redirect, departments: &[&str]) -> Redirect {
    check.known(&written.department, departments, "Amt");
    check.known(&written.to, departments, "Amt");
    let (from, until) = time(check, &written.from, &written.until);
    Redirect {
        department: written.department.get_ref().clone(),
        person: phrases(check, &written.person),
        to: written.to.get_ref().clone(),
        from,
        until,
        reason: written.reason.clone(),
    }
}

fn phrases(check: &mut Check<'_>, list: &[Spanned<String>]) -> Vec<Phrase> {
    let mut out = Vec::new();
    for written in list {
        match Phrase::parse(written.get_ref()) {
            Some(phrase) => out.push(phrase),
            None => {
                check.complain(written.span(), "config.phrase", "Kein Wort.", "Ein Wort hineinschreiben.")
            }
        }
    }
    out
}

fn pattern(check: &mut Check<'_>, written: &Spanned<String>) -> Option<Regex> {
    match Regex::new(written.get_ref()) {
        Ok(regex) => Some(regex),
        Err(error) => {
            let text = format!("Kein gültiges Suchmuster: {error}");
            check.complain(written.span(), "config.pattern", text, "Regulären Ausdruck berichtigen.");
            None
        }
    }
}

/// First and last day, in that order.
fn time(
    check: &mut Check<'_>,
    from: &Option<Spanned<String>>,
    until: &Option<Spanned<String>>,
) -> (Option<String>, Option<String>) {
    for day in [from, until].into_iter().flatten() {
        if day.get_ref().parse::<jiff::civil::Date>().is_err() || day.get_ref().len() != 10 {
            check.complain(day.span(), "config.date", "Kein Datum.", "JJJJ-MM-TT schreiben.");
        }
    }
    if let (Some(from), Some(until)) = (from, until)
        && from.get_ref() > until.get_ref()
    {
        let hint = "from und until vertauschen oder berichtigen.";
        check.complain(until.span(), "config.period", "Der letzte Tag liegt vor dem ersten.", hint);
    }
    let text = |day: &Option<Spanned<String>>| day.as_ref().map(|d| d.get_ref().clone());
    (text(from), text(until))
}

/// A route that asks for the same as one tried before it that stops, or names a lead when this one does nothing
/// but naming another, is never of effect.
fn unreachable(check: &mut Check<'_>, routes: &[file::Route], resolved: &[Route]) {
    let place = |nth: usize| (resolved[nth].place(), nth);
    for (nth, late) in routes.iter().enumerate() {
        let earlier = routes.iter().enumerate().find(|(i, early)| {
            // `@recipient` may name nobody; then the later one is the fallback.
            let names =
                |r: &file::Route| r.department.as_ref().is_some_and(|d| !d.get_ref().starts_with('@'));
            let only_lead = late.department.is_some()
                && late.copies.is_empty()
                && !late.ask
                && !late.urgent
                && !late.copying
                && !late.item
                && !late.undelivered;
            let ends = early.stop || names(early) && only_lead;
            *i != nth && place(*i) < place(nth) && ends && asks_for_less(early, late)
        });
        if let Some((_, early)) = earlier {
            let text = format!(
                "Die Regel „{}“ kommt nie zum Zug: „{}“ trifft vorher.",
                late.id.get_ref(),
                early.id.get_ref()
            );
            check.complain(late.id.span(), "config.unreachable", text, "Priorität oder Bedingungen ändern.");
        }
    }
}

/// Whether whatever hits `late` hits `early`, too.
fn asks_for_less(early: &file::Route, late: &file::Route) -> bool {
    let texts = |list: &[Spanned<String>]| list.iter().map(|s| s.get_ref().clone()).collect::<Vec<_>>();
    let wider = |early: &[Spanned<String>], late: &[Spanned<String>]| {
        let late = texts(late);
        early.is_empty() || !late.is_empty() && late.iter().all(|l| texts(early).contains(l))
    };
    let same = |early: &Option<Spanned<String>>, late: &Option<Spanned<String>>| {
        early.as_ref().is_none_or(|e| late.as_ref().is_some_and(|l| e.get_ref() == l.get_ref()))
    };
    wider(&early.kind, &late.kind)
        && wider(&early.recipient, &late.recipient)
        && wider(&early.sender, &late.sender)
        && wider(&early.words, &late.words)
        && wider(&early.station, &late.station)
        && same(&early.reference, &late.reference)
        && same(&early.from, &late.from)
        && same(&early.until, &late.until)
        && (!early.check_digit || late.check_digit)
        && (!early.over_a3 || late.over_a3)
        && early.field.iter().all(|f| late.field.contains(f))
        && early.missing.iter().all(|f| late.missing.contains(f))
        && early.gross_over.is_none_or(|e| late.gross_over.is_some_and(|l| l >= e))
}

/// Two redirections of one department on the same day contradict each other.
fn overlapping(check: &mut Check<'_>, written: &[file::Redirect], redirects: &[Redirect]) {
    for (nth, late) in redirects.iter().enumerate() {
        let overlaps = |early: &&Redirect| {
            early.department == late.department
                && early.person == late.person
                && early.from.as_ref().zip(late.until.as_ref()).is_none_or(|(f, u)| f <= u)
                && late.from.as_ref().zip(early.until.as_ref()).is_none_or(|(f, u)| f <= u)
        };
        if redirects[..nth].iter().any(|early| overlaps(&early)) {
            let text = format!("Zwei Umleitungen für „{}“ gelten am selben Tag.", late.department);
            check.complain(written[nth].department.span(), "config.overlap", text, "from oder until ändern.");
        }
    }
}

/// When a decision is sure.
pub(super) fn decide(check: &mut Check<'_>, written: &file::Decide) -> Decide {
    let default = Decide::default();
    let mut share = |value: &Option<Spanned<f32>>, default: f32| match value {
        Some(v) if (0.0..=1.0).contains(v.get_ref()) => *v.get_ref(),
        Some(v) => {
            check.complain(
                v.span(),
                "config.share",
                "Der Wert muss zwischen 0 und 1 liegen.",
                "Zum Beispiel 0.9.",
            );
            default
        }
        None => default,
    };
    Decide {
        min_confidence: share(&written.min_confidence, default.min_confidence),
        min_lead: share(&written.min_lead, default.min_lead),
    }
}
