//! Administration (Verwaltung): who may do what, where mail goes and whether it would arrive, by which rules, and
//! figures by station and day. Read only; what is set stands in `pipeline.toml` and `classifiers/`.

use super::trouble::{Answer, Trouble};
use super::visit::{Frame, Posted, Visit, html};
use super::words::{self, Words};
use crate::delivery;
use crate::ledger::{Corrected, DayFigures};
use crate::model::town::TargetWay;
use askama::Template;
use axum::extract::Path;
use std::time::Duration;

/// Days the figures look back.
const DAYS: u64 = 14;

#[derive(Template)]
#[template(path = "admin.html")]
struct AdminPage {
    w: &'static Words,
    frame: Frame,
    version: String,
    people: Vec<PersonLine>,
    departments: Vec<[String; 4]>,
    targets: Vec<[String; 2]>,
    kinds: Vec<KindLine>,
}

struct PersonLine {
    id: String,
    name: String,
    roles: String,
    departments: String,
    application: bool,
    ready: bool,
}

struct KindLine {
    id: String,
    name: String,
    version: u32,
    department: String,
    /// The department exists.
    reaches: bool,
    seen: String,
}

/// `GET /verwaltung`
pub async fn page(visit: Visit) -> Answer {
    visit
        .work(|visit| {
            let (desk, w) = (&visit.desk, visit.w);
            let names =
                |ids: &[String]| ids.iter().map(|id| desk.department(id)).collect::<Vec<_>>().join(", ");
            let mut people = Vec::new();
            for person in &desk.pipeline.people {
                people.push(PersonLine {
                    id: person.id.clone(),
                    name: person.name.clone(),
                    roles: person
                        .roles
                        .iter()
                        .map(|role| words::role(w.language, *role))
                        .collect::<Vec<_>>()
                        .join(", "),
                    departments: names(&person.departments),
                    application: person.application,
                    ready: person.application || desk.ledger.person_secret(&person.id)?.is_some(),
                });
            }
            let departments = desk.pipeline.departments.iter().map(|d| {
                let name =
                    |id: &Option<String>| id.as_deref().map_or("", |id| desk.department(id)).to_owned();
                let substitute = match (&d.successor, d.planned) {
                    (Some(_), _) => format!("{} {}", w.department_ended, name(&d.successor)),
                    (None, true) => w.department_planned.to_owned(),
                    (None, false) => name(&d.substitute),
                };
                [d.id.clone(), d.name.clone(), d.targets.join(", "), substitute]
            });
            let seen = desk.ledger.kinds_seen()?;
            let last = |kind: &str| {
                seen.iter().find(|(id, _)| id == kind).map(|(_, at)| words::moment(w.language, at))
            };
            let book = desk.rules.book();
            let kinds = book.kinds().iter().map(|kind| KindLine {
                id: kind.id.clone(),
                name: kind.name.clone(),
                version: kind.version,
                department: desk.department(&kind.department).to_owned(),
                reaches: desk.pipeline.department(&kind.department).is_some(),
                seen: last(&kind.id).unwrap_or_default(),
            });
            html(&AdminPage {
                w,
                frame: visit.frame("/verwaltung"),
                version: desk.pipeline.hash.hex().chars().take(16).collect(),
                people,
                departments: departments.collect(),
                targets: desk.pipeline.targets.iter().map(|t| [t.id.clone(), way(&t.way).into()]).collect(),
                kinds: kinds.collect(),
            })
        })
        .await
}

fn way(way: &TargetWay) -> &'static str {
    match way {
        TargetWay::Files(_) => "Dateien",
        TargetWay::Mail(_) => "E-Mail",
        TargetWay::Dms(_) => "DMS",
        TargetWay::Inbox { .. } => "Posteingang",
    }
}

#[derive(Template)]
#[template(path = "target.html")]
struct TargetPage {
    w: &'static Words,
    frame: Frame,
    id: String,
    wrong: Vec<String>,
}

/// `POST /verwaltung/ziele/{id}`: whether a letter would arrive there now. Nothing is sent.
pub async fn test_target(Path(id): Path<String>, posted: Posted) -> Answer {
    let visit = posted.visit.clone();
    visit
        .work(move |visit| {
            let target = visit.desk.pipeline.targets.iter().find(|t| t.id == id).ok_or(Trouble::NotFound)?;
            let wrong = delivery::open(target).check().into_iter().map(|refusal| refusal.to_string());
            html(&TargetPage { w: visit.w, frame: visit.frame("/verwaltung"), id, wrong: wrong.collect() })
        })
        .await
}

#[derive(Template)]
#[template(path = "figures.html")]
struct FiguresPage {
    w: &'static Words,
    frame: Frame,
    days: Vec<DayLine>,
    corrected: Vec<CorrectedLine>,
    bars: Vec<Bar>,
}

struct DayLine {
    day: String,
    station: String,
    documents: u64,
    straight: String,
    reading: String,
}

struct CorrectedLine {
    what: String,
    times: u64,
    /// Of the longest bar, percent.
    width: u64,
}

/// One day of the chart, all stations together.
struct Bar {
    day: String,
    x: usize,
    height: u64,
    share: String,
}

/// `GET /zahlen`
pub async fn figures(visit: Visit) -> Answer {
    visit
        .work(|visit| {
            let w = visit.w;
            let now = jiff::Timestamp::now();
            let since = now.checked_sub(Duration::from_secs(DAYS * 86_400)).unwrap_or(now);
            let since = since.strftime("%Y-%m-%dT00:00:00.000Z").to_string();
            let (days, corrected) = visit.desk.ledger.figures(&since)?;
            let bars = bars(w, &days);
            let most = corrected.first().map_or(1, |c| c.times);
            let line = |c: Corrected| CorrectedLine {
                what: match c.what.split_once('=') {
                    Some((_, field)) => words::field(w.language, field).to_owned(),
                    None if c.what == "kind" => w.kind.into(),
                    None if c.what == "department" => w.department.into(),
                    None if c.what == "hold" => w.held.into(),
                    None => c.what,
                },
                times: c.times,
                width: 100 * c.times / most,
            };
            html(&FiguresPage {
                w,
                frame: visit.frame("/zahlen"),
                bars,
                corrected: corrected.into_iter().map(line).collect(),
                days: days
                    .into_iter()
                    .map(|d| DayLine {
                        day: words::date(w.language, &d.day),
                        straight: percent(d.straight, d.documents),
                        reading: format!("{:.1} %", d.reading * 100.0),
                        station: d.station,
                        documents: d.documents,
                    })
                    .collect(),
            })
        })
        .await
}

fn percent(part: u64, whole: u64) -> String {
    format!("{} %", (100 * part).checked_div(whole).unwrap_or(0))
}

fn bars(w: &Words, days: &[DayFigures]) -> Vec<Bar> {
    let mut sums: Vec<(String, u64, u64)> = Vec::new();
    for day in days.iter().rev() {
        match sums.last_mut().filter(|(last, ..)| *last == day.day) {
            Some(sum) => (sum.1, sum.2) = (sum.1 + day.straight, sum.2 + day.documents),
            None => sums.push((day.day.clone(), day.straight, day.documents)),
        }
    }
    let bar = |(at, (day, straight, documents)): (usize, (String, u64, u64))| Bar {
        day: words::date(w.language, &day)
            .chars()
            .take(if w.language == words::Language::German { 6 } else { 10 })
            .collect(),
        x: 10 + at * 60,
        height: (100 * straight).checked_div(documents).unwrap_or(0),
        share: percent(straight, documents),
    };
    sums.into_iter().enumerate().map(bar).collect()
}
