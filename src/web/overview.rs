//! The overview: what waits for a person, what is in work, what does not get through.

use super::Desk;
use super::rights::MAILROOM;
use super::trouble::Answer;
use super::visit::{Frame, Visit, html};
use super::words::{self, Language, Words};
use crate::error::Result;
use crate::ledger::{InWork, Live, Stuck};
use askama::Template;

#[derive(Template)]
#[template(path = "overview.html")]
struct OverviewPage {
    w: &'static Words,
    frame: Frame,
    live: String,
}

/// `GET /`: the overview; who only reads a department's inbox is sent there.
pub async fn page(visit: Visit) -> Answer {
    if !MAILROOM.admits(&visit.person) {
        return Ok(super::visit::onwards("/posteingang"));
    }
    visit
        .work(|visit| {
            let live = visit.desk.live.now(&visit.desk, visit.w.language)?;
            html(&OverviewPage { w: visit.w, frame: visit.frame("/"), live })
        })
        .await
}

/// The part that changes while one looks.
#[derive(Template)]
#[template(path = "live.html")]
pub struct LivePart {
    w: &'static Words,
    review: u64,
    oldest: Option<String>,
    held: u64,
    batches_held: u64,
    stuck: Vec<Stuck>,
    stations: Vec<StationLine>,
    in_work: Vec<InWork>,
    in_work_more: u64,
    pages_waiting: u64,
}

struct StationLine {
    id: String,
    scanner: String,
    reachable: bool,
    received: Option<String>,
    batches: u64,
    pages: u64,
    last: Option<String>,
}

impl LivePart {
    /// Looks at folders and station-days and puts everything into words.
    pub fn new(desk: &Desk, language: Language, live: &Live) -> Result<Self> {
        let mut stations = Vec::new();
        for station in desk.pipeline.stations.iter().filter(|s| s.circle.is_none()) {
            let today = live.stations.get(&station.id).cloned().unwrap_or_default();
            stations.push(StationLine {
                id: station.id.clone(),
                scanner: station.scanner.clone(),
                reachable: station.folder.is_dir(),
                received: desk
                    .ledger
                    .station_day(&station.id)?
                    .map(|day| words::date(language, &day.received_date)),
                batches: today.batches,
                pages: today.pages,
                last: today.last.map(|at| words::moment(language, &at)),
            });
        }
        let count = |state: &str| live.documents.get(state).copied().unwrap_or_default();
        Ok(Self {
            w: language.words(),
            review: count("review"),
            oldest: live.oldest_review.as_ref().map(|at| words::moment(language, at)),
            held: count("hold"),
            batches_held: live.batches_held,
            stuck: live.stuck.clone(),
            stations,
            in_work: live.in_work.clone(),
            in_work_more: live.in_work_count.saturating_sub(live.in_work.len() as u64),
            pages_waiting: live.pages_waiting,
        })
    }

    fn state<'a>(&self, state: &'a str) -> &'a str {
        words::state(self.w.language, state)
    }
}
