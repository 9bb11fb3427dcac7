//! Search: by words in any form, sender, number, date and kind; what was found is marked on the page.

use super::history::noted;
use super::trouble::Answer;
use super::visit::{Frame, Visit, html};
use super::words::{self, Words};
use super::{Desk, review::kind_name};
use crate::ledger::{Wanted, hits, stems};
use crate::model::geometry::Box2;
use crate::model::ids::DocumentId;
use crate::model::town::StaffRole;
use askama::Template;
use axum::extract::{Path, Query};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

/// Documents on one page of the list.
const ROWS_MAX: u32 = 50;
/// Longest input of one field in characters.
const ASKED_CHARS_MAX: usize = 200;
/// How often is looked for documents that are not in the index yet.
const EVERY: Duration = Duration::from_secs(1);

/// Brings what was decided into the index, again and again; trouble is reported and looked past.
pub async fn keep_index(desk: Arc<Desk>) {
    loop {
        let asked = desk.clone();
        match tokio::task::spawn_blocking(move || asked.ledger.index_some()).await {
            Ok(Ok(0)) => tokio::time::sleep(EVERY).await,
            Ok(Ok(_)) => tokio::task::yield_now().await,
            Ok(Err(error)) => {
                crate::observe::trouble("web", &error);
                tokio::time::sleep(EVERY).await;
            }
            Err(_) => return,
        }
    }
}

/// What is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    text: String,
    absender: String,
    nummer: String,
    art: String,
    von: String,
    bis: String,
    vor: Option<i64>,
}

impl Asked {
    /// In the words of the ledger, if it asks for anything.
    pub fn wanted(&self) -> Option<Wanted> {
        let short = |text: &String| text.trim().chars().take(ASKED_CHARS_MAX).collect::<String>();
        let date = |text: &String| text.parse::<jiff::civil::Date>().map_or(String::new(), |d| d.to_string());
        let wanted = Wanted {
            text: short(&self.text),
            sender: short(&self.absender),
            number: short(&self.nummer),
            kind: short(&self.art),
            from: date(&self.von),
            to: date(&self.bis),
        };
        (wanted != Wanted::default()).then_some(wanted)
    }
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    w: &'static Words,
    frame: Frame,
    asked: Asked,
    kinds: Vec<(String, String)>,
    rows: Option<Vec<Line>>,
    more: Option<i64>,
}

struct Line {
    id: String,
    sender: String,
    subject: String,
    kind: String,
    department: String,
    received: String,
    state: String,
    state_word: String,
}

/// `GET /suche`
pub async fn page(visit: Visit, Query(asked): Query<Asked>) -> Answer {
    visit
        .work(move |visit| {
            let (desk, language) = (&visit.desk, visit.w.language);
            let found = match asked.wanted() {
                Some(wanted) => {
                    let before = asked.vor.unwrap_or(i64::MAX);
                    Some(desk.ledger.search(&visit.sight, &wanted, before, ROWS_MAX)?)
                }
                None => None,
            };
            let full = found.as_ref().filter(|rows| rows.len() == ROWS_MAX as usize);
            let more = full.and_then(|rows| rows.last()).map(|last| last.number);
            // Who only looks after the installation sees that something was found, and reads it where that is noted.
            let reads = visit.person.roles.iter().any(|role| *role != StaffRole::Administrator);
            let words_of = |text: String| if reads { text } else { String::new() };
            let line = |row: crate::ledger::Found| Line {
                sender: words_of(row.sender),
                subject: words_of(row.subject),
                kind: kind_name(visit, &row.kind),
                department: desk.department(&row.department).to_owned(),
                received: words::date(language, &row.received),
                state_word: words::state(language, &row.state).to_owned(),
                state: row.state,
                id: row.id.0,
            };
            html(&SearchPage {
                w: visit.w,
                frame: visit.frame("/suche"),
                kinds: desk.kinds(),
                rows: found.map(|rows| rows.into_iter().map(line).collect()),
                more,
                asked,
            })
        })
        .await
}

#[derive(Template)]
#[template(path = "found.html")]
struct FoundPage {
    w: &'static Words,
    frame: Frame,
    id: String,
    batch: String,
    title: String,
    /// Box, file and register of what was filed.
    filed: String,
    asked: Asked,
    hits: usize,
    logged: bool,
    sheets: Vec<Sheet>,
}

struct Sheet {
    place: usize,
    number: u32,
    width: u32,
    height: u32,
    turned: u16,
    marks: Vec<Box2>,
}

/// `GET /suche/{id}`: the document with everything marked that was asked for.
pub async fn found(visit: Visit, Path(id): Path<String>, Query(asked): Query<Asked>) -> Answer {
    visit
        .work(move |visit| {
            let ledger = &visit.desk.ledger;
            let document = ledger.document_for(&visit.sight, &DocumentId(id))?;
            let logged = noted(visit, &document);
            if logged {
                ledger.seen(&document.id, &visit.person.id)?;
            }
            let wanted = asked.wanted().unwrap_or_default();
            let terms = stems(&format!("{} {} {}", wanted.text, wanted.sender, wanted.number));
            let pages = ledger.pages(&document.batch)?;
            let sheet = |(at, index): (usize, &usize)| {
                let page = pages.get(*index)?;
                let measured = page.measured.as_ref()?;
                let words = page.text.iter().flat_map(|text| &text.words);
                Some(Sheet {
                    place: at + 1,
                    number: page.number,
                    width: measured.width.max(1),
                    height: measured.height.max(1),
                    turned: measured.turned.degrees(),
                    marks: words.filter(|word| hits(&word.text, &terms)).map(|word| word.bounds).collect(),
                })
            };
            let sheets: Vec<Sheet> = document.cut.pages.iter().enumerate().filter_map(sheet).collect();
            let subject = document.sheet.as_ref().and_then(|s| s.understanding.fields.get("subject"));
            html(&FoundPage {
                w: visit.w,
                frame: visit.frame("/suche"),
                title: subject.map_or(document.id.0.clone(), |f| f.value.clone()),
                filed: document.cut.filed.as_ref().map_or(String::new(), |f| f.german()),
                hits: sheets.iter().map(|s| s.marks.len()).sum(),
                batch: document.batch.0.clone(),
                id: document.id.0.clone(),
                asked,
                logged,
                sheets,
            })
        })
        .await
}

impl Asked {
    /// As the end of an address, for links that keep the question.
    fn query(&self) -> String {
        let pairs = [
            ("text", &self.text),
            ("absender", &self.absender),
            ("nummer", &self.nummer),
            ("art", &self.art),
            ("von", &self.von),
            ("bis", &self.bis),
        ];
        let encoded = |text: &str| {
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
        };
        let given = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        given.map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&")
    }
}
