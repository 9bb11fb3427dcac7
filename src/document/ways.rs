//! The town's sentences about where mail goes, as they are used: routes, departments as letters name them,
//! redirections. What comes of them is decided in [`super::route`].

use super::classify::Phrase;
use crate::model::document::{BY_PERSON, Understanding};
use regex::Regex;
use std::cmp::Reverse;

/// Who a route names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// A department by its id.
    Department(String),
    /// The department the address names.
    Recipient,
    /// The department whose references look like the letter's.
    Issuer,
}

/// One sentence of the town about where mail goes. All that is given must hold.
#[derive(Clone, Debug)]
pub struct Route {
    /// Id.
    pub id: String,
    /// The sentence in the town's own words; `explain` returns it.
    pub sentence: String,
    /// Higher goes first; 0 is where a kind's own department stands.
    pub priority: i32,
    /// Kinds.
    pub kinds: Vec<String>,
    /// Words in the address.
    pub recipient: Vec<Phrase>,
    /// Pattern of the town's own reference.
    pub reference: Option<Regex>,
    /// The last digit of the reference is its check digit.
    pub check_digit: bool,
    /// Words in the sender's name.
    pub sender: Vec<Phrase>,
    /// Words anywhere.
    pub words: Vec<Phrase>,
    /// Stations.
    pub stations: Vec<String>,
    /// Fields that must be there.
    pub fields: Vec<String>,
    /// Fields that must not be there.
    pub missing: Vec<String>,
    /// The gross amount is more than so many cents.
    pub gross_over: Option<u64>,
    /// A page is larger than A3.
    pub over_a3: bool,
    /// First day, ISO, by received date.
    pub from: Option<String>,
    /// Last day.
    pub until: Option<String>,
    /// Lead.
    pub lead: Option<Who>,
    /// Copies.
    pub copies: Vec<Who>,
    /// It overtakes.
    pub urgent: bool,
    /// The paper is kept.
    pub copying: bool,
    /// The paper becomes an item of the mail book, with a reference sheet in its place.
    pub item: bool,
    /// It is counted, and nobody gets it.
    pub undelivered: bool,
    /// A person decides.
    pub ask: bool,
    /// The lead is right whatever the kind: nobody is asked about it.
    pub settles: bool,
    /// No route after this one is tried.
    pub stop: bool,
}

/// A department as routing knows it.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    /// Id.
    pub id: String,
    /// Names under which people write to it.
    pub addressed: Vec<Phrase>,
    /// Patterns of its own references.
    pub references: Vec<Regex>,
}

/// From one department to another, for a time.
#[derive(Clone, Debug)]
pub struct Redirect {
    /// Whose mail.
    pub department: String,
    /// Only mail addressed to this person, if given.
    pub person: Vec<Phrase>,
    /// To whom.
    pub to: String,
    /// First day, ISO, by received date.
    pub from: Option<String>,
    /// Last day; for good if left out.
    pub until: Option<String>,
    /// German: why.
    pub reason: String,
}

impl Route {
    /// Its place among all: by priority, then by the first thing it asks for. The lower goes first.
    pub fn place(&self) -> (Reverse<i32>, u8) {
        let stage = match self {
            r if !r.kinds.is_empty() => 0,
            r if !r.recipient.is_empty() => 1,
            r if r.reference.is_some() => 2,
            r if !r.sender.is_empty() => 3,
            _ => 4,
        };
        (Reverse(self.priority), stage)
    }
}

/// Whether a sentence that orders this decided about a document, and no person did.
pub fn ordered(routes: &[Route], decision: &Understanding, what: fn(&Route) -> bool) -> bool {
    let said = |rule: &str| decision.reasons.iter().any(|reason| reason.rule == rule);
    !said(BY_PERSON) && routes.iter().any(|route| what(route) && said(&format!("route.{}", route.id)))
}
