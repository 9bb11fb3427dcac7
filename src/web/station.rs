//! The page beside the scanner: what came from it today, and whether the paper may be put away.

use super::rights::OPERATORS;
use super::trouble::{Answer, Spoken, Trouble};
use super::visit::{Frame, Posted, Visit, from_elsewhere, html, onwards};
use super::words::{self, Words};
use crate::batch::cover_sheet::{self, Order};
use crate::error::Error;
use crate::intake::UPLOADING;
use crate::ledger::ScannedBatch;
use crate::model::emptying;
use crate::model::ids::BatchId;
use crate::model::notes::Severity;
use crate::model::refusal::Refusal;
use crate::model::state::BatchState;
use crate::model::town::Station;
use askama::Template;
use axum::body::Body;
use axum::extract::{Path, Query};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use futures_util::StreamExt;
use serde::Deserialize;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

/// Why a page is scanned again when the review asked for it.
const ASKED_IN_REVIEW: &str = "nachbearbeitung";
/// Batches shown, the newest first.
const BATCHES_MAX: u32 = 20;

#[derive(Template)]
#[template(path = "station.html")]
struct StationPage {
    w: &'static Words,
    frame: Frame,
    stations: Vec<(String, bool)>,
    id: String,
    scanner: String,
    works: bool,
    /// The box that paper goes into.
    holds: Option<String>,
    /// Batches whose paper is to go into it.
    to_box: Vec<String>,
    day: Option<(String, String)>,
    today: String,
    batches: Vec<Light>,
}

/// One batch and its light: a sign, a colour and a sentence, never the colour alone.
struct Light {
    id: String,
    at: String,
    file: String,
    colour: &'static str,
    sign: &'static str,
    word: String,
    count: String,
    pages: Vec<(u32, bool)>,
    problems: Vec<String>,
    /// It is to go into the box at the station, and nobody has said yet that it did.
    to_box: bool,
    /// Pages of which the review asked for other scans.
    rescans: Vec<u32>,
}

/// `GET /stationen` and `GET /stationen/{id}`
pub async fn first(visit: Visit) -> Answer {
    let first = mine(&visit).next().map(|s| s.id.clone());
    match first {
        Some(id) => Ok(onwards(&format!("/stationen/{id}"))),
        None => Err(Spoken(Trouble::NotFound, visit.w)),
    }
}

/// Stations this person may see.
fn mine(visit: &Visit) -> impl Iterator<Item = &Station> {
    let own = move |s: &&Station| s.circle.as_ref().is_none_or(|c| visit.sight.circles.contains(c));
    visit.desk.pipeline.stations.iter().filter(own)
}

fn one<'a>(visit: &'a Visit, id: &str) -> Result<&'a Station, Trouble> {
    mine(visit).find(|s| s.id == id).ok_or(Trouble::NotFound)
}

/// `GET /stationen/{id}`
pub async fn page(visit: Visit, Path(id): Path<String>) -> Answer {
    visit
        .work(move |visit| {
            let (w, station) = (visit.w, one(visit, &id)?);
            let ledger = &visit.desk.ledger;
            let day = ledger.station_day(&id)?;
            let person = |id: &str| visit.desk.pipeline.person(id).map_or(id.to_owned(), |p| p.name.clone());
            let holds = visit.desk.boxes()?.beside(&id)?;
            let batches = lights(visit, &id, holds.as_deref())?;
            let to_box = batches.iter().rev().filter(|b| b.to_box).map(|b| b.id.clone()).collect();
            html(&StationPage {
                w,
                frame: visit.frame("/stationen"),
                stations: mine(visit).map(|s| (s.id.clone(), s.id == id)).collect(),
                scanner: station.scanner.clone(),
                works: OPERATORS.admits(&visit.person),
                day: day.map(|d| (words::date(w.language, &d.received_date), person(&d.operator))),
                today: jiff::Zoned::now().with_time_zone(words::town_time()).date().to_string(),
                holds,
                to_box,
                batches,
                id,
            })
        })
        .await
}

/// What came today, newest first; `holds` is the box that paper goes into.
fn lights(visit: &Visit, station: &str, holds: Option<&str>) -> Result<Vec<Light>, Trouble> {
    let ledger = &visit.desk.ledger;
    let batches = ledger.scanned_today(&visit.sight, station, &super::live::midnight(), BATCHES_MAX)?;
    let one = |batch: ScannedBatch| -> Result<Light, Trouble> {
        let boxed = ledger.said(&batch.id.0)?.get("paper.boxed").map(|said| said.detail.clone());
        let mut light = light(visit.w, ledger.rescans(&batch.id)?, batch);
        // Only paper of which nothing is in doubt is put away.
        if light.colour == "green" {
            match (&boxed, holds) {
                (Some(name), _) => light.word = visit.w.light_in.replace("{}", name),
                (None, Some(name)) => {
                    light.word = visit.w.light_into.replace("{}", name);
                    light.to_box = true;
                }
                (None, None) => {}
            }
        }
        Ok(light)
    };
    batches.into_iter().map(one).collect()
}

/// Whether the paper of a batch may be put away. In doubt it may not.
fn light(w: &Words, rescans: Vec<u32>, batch: ScannedBatch) -> Light {
    let mut problems: Vec<String> =
        rescans.iter().map(|number| format!("{} {number}: {}", w.page, w.rescan_please)).collect();
    for page in &batch.pages {
        for note in page.notes.iter().filter(|n| n.severity >= Severity::Warning) {
            problems.push(format!("{} {}: {}", w.page, page.number, note.text));
        }
    }
    let found = batch.pages.len();
    let count = match batch.expected {
        Some(expected) => format!("{found} / {expected} {}", w.pages),
        None => format!("{found} {}", w.pages),
    };
    let (colour, sign, word) = match batch.state {
        BatchState::Rejected | BatchState::Held | BatchState::Cancelled => {
            ("red", "✖", batch.reason.clone().unwrap_or_else(|| w.light_stop.into()))
        }
        _ if !batch.accepted
            && batch.expected.is_some_and(|e| e as usize != found && batch.state != BatchState::Received) =>
        {
            ("red", "✖", w.light_count.into())
        }
        _ if !problems.is_empty() => ("yellow", "!", w.light_again.into()),
        // Received date, person and count are judged when the batch is cut.
        BatchState::Received | BatchState::Opened | BatchState::Read => ("grey", "…", w.light_wait.into()),
        _ => ("green", "✔", w.light_go.into()),
    };
    Light {
        at: words::moment(w.language, &batch.taken_at),
        pages: batch.pages.iter().map(|p| (p.number, p.thumbnail)).collect(),
        file: batch.file_name,
        id: batch.id.0,
        colour,
        sign,
        word,
        count,
        problems,
        to_box: false,
        rescans,
    }
}

/// `GET /stationen/{id}/neuscan/{batch}/{number}`: the slip that puts the new scan of a page in its place.
pub async fn slip(visit: Visit, Path((id, batch, number)): Path<(String, String, u32)>) -> Answer {
    visit
        .work(move |visit| {
            one(visit, &id)?;
            let batch = visit.desk.ledger.batch_for(&visit.sight, &BatchId(batch))?.id;
            let Some(key) = visit.desk.pipeline.sheet_key()? else {
                return Err(Trouble::Bad(visit.w.slip_no_key.to_owned()));
            };
            let words = cover_sheet::slip_words(&batch, number, ASKED_IN_REVIEW);
            let order = Order::Rescan { batch, page: number, reason: ASKED_IN_REVIEW.into() };
            let value = key.signed(&cover_sheet::write(&[order]));
            let pdf = crate::pdf::cover_sheet(&value, &[words]).map_err(Error::Refused)?;
            Ok(([(CONTENT_TYPE, "application/pdf")], pdf).into_response())
        })
        .await
}

/// `POST /stationen/{id}/neugescannt`: what the review asked for lies in the drop folder.
pub async fn rescanned(Path(id): Path<String>, posted: Posted) -> Answer {
    let visit = posted.visit.clone();
    visit
        .work(move |visit| {
            one(visit, &id)?;
            let batch =
                visit.desk.ledger.batch_for(&visit.sight, &BatchId(posted.get("stapel").to_owned()))?;
            if batch.station != id {
                return Err(Trouble::NotFound);
            }
            visit.desk.ledger.note("paper.rescanned", &batch.id.0, &visit.person.id, "")?;
            Ok(onwards(&format!("/stationen/{id}")))
        })
        .await
}

/// `POST /stationen/{id}/oeffnen`: this person scans, and since when the mail is here.
pub async fn open(Path(id): Path<String>, posted: Posted) -> Answer {
    let visit = posted.visit.clone();
    visit
        .work(move |visit| {
            one(visit, &id)?;
            let (date, person) = (posted.get("received"), &visit.person.id);
            let written = match posted.get("emptied") {
                "" => date.to_owned(),
                before => format!("{before}/{date}"),
            };
            let (day, source) = emptying::received(&written, "station_day", jiff::Zoned::now().date())
                .map_err(|refusal| Trouble::Bad(format!("{} {}", refusal.text, refusal.hint)))?;
            visit.desk.ledger.station_open(&id, person, &day, &source, person)?;
            Ok(onwards(&format!("/stationen/{id}")))
        })
        .await
}

/// `POST /stationen/{id}/karton`: from now on paper goes into that box.
pub async fn take_box(Path(id): Path<String>, posted: Posted) -> Answer {
    let visit = posted.visit.clone();
    visit
        .work(move |visit| {
            one(visit, &id)?;
            visit.desk.boxes()?.take(&id, posted.get("karton"), &visit.person.id)?;
            Ok(onwards(&format!("/stationen/{id}")))
        })
        .await
}

/// `POST /stationen/{id}/eingelegt`: the batches that were shown so lie in the box, in the order they were scanned.
pub async fn boxed(Path(id): Path<String>, posted: Posted) -> Answer {
    let visit = posted.visit.clone();
    visit
        .work(move |visit| {
            one(visit, &id)?;
            let boxes = visit.desk.boxes()?;
            // The box that stood on the page: another one taken meanwhile holds other paper.
            let Some(name) = boxes.beside(&id)?.filter(|name| name == posted.get("karton")) else {
                return Err(Trouble::Stale);
            };
            let shown: Vec<&str> = posted.beginning("stapel").map(|(_, batch)| batch).collect();
            for light in lights(visit, &id, Some(&name))?.iter().rev() {
                if light.to_box && shown.contains(&light.id.as_str()) {
                    boxes.put(&BatchId(light.id.clone()), &name, &visit.person.id)?;
                }
            }
            Ok(onwards(&format!("/stationen/{id}")))
        })
        .await
}

/// `POST /stationen/{id}/schliessen`
pub async fn close(Path(id): Path<String>, posted: Posted) -> Answer {
    let visit = posted.visit.clone();
    visit
        .work(move |visit| {
            one(visit, &id)?;
            visit.desk.ledger.station_close(&id, &visit.person.id)?;
            Ok(onwards(&format!("/stationen/{id}")))
        })
        .await
}

/// Name of the file that comes.
#[derive(Debug, Deserialize)]
pub struct Named {
    name: String,
}

/// `POST /stationen/{id}/hochladen?name=…`: the bytes of one file, which then lies in the drop folder like any
/// scan: under a hidden name while it comes, whole under its own name afterwards, never over another one.
pub async fn upload(
    visit: Visit,
    Path(id): Path<String>,
    Query(named): Query<Named>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let w = visit.w;
    let token = headers.get("x-poststelle-token").and_then(|t| t.to_str().ok());
    if from_elsewhere(&headers) || token != Some(visit.form_token.as_str()) {
        return Err(Spoken(Trouble::Stale, w));
    }
    let spoken = |trouble| Spoken(trouble, w);
    let station = one(&visit, &id).map_err(spoken)?;
    let name = plain_name(&named.name)
        .filter(|name| crate::intake::listing::is_taken(station, name))
        .ok_or_else(|| spoken(Trouble::Bad(format!("{} „{}“", w.upload_name, named.name))))?;
    let arriving = Arriving::new(station, &name).map_err(|e| spoken(e.into()))?;
    let most = station.profile.limits.source_bytes_max;
    match fill(&arriving, body, most).await {
        Ok(true) => {}
        Ok(false) => return Err(spoken(Trouble::Bad(format!("{} {} MiB", w.upload_large, most >> 20)))),
        Err(error) => return Err(spoken(error.into())),
    }
    let done = tokio::task::spawn_blocking(move || arriving.arrived()).await;
    done.unwrap_or_else(|e| Err(Error::Format(e.to_string()))).map_err(|e| spoken(e.into()))?;
    Ok(StatusCode::CREATED.into_response())
}

/// `false`: more than is allowed came.
async fn fill(arriving: &Arriving, body: Body, most: u64) -> Result<bool, Error> {
    let (mut bytes, mut stream) = (0u64, body.into_data_stream());
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|e| {
            Error::io("Datei empfangen", &arriving.temporary)(std::io::Error::other(e.to_string()))
        })?;
        bytes += chunk.len() as u64;
        if bytes > most {
            return Ok(false);
        }
        tokio::task::block_in_place(|| (&arriving.file).write_all(&chunk))
            .map_err(Error::io("Datei ablegen", &arriving.temporary))?;
    }
    Ok(true)
}

/// A file on its way into a drop folder; gone again unless it arrives.
struct Arriving {
    file: File,
    temporary: PathBuf,
    place: PathBuf,
    kept: bool,
}

impl Arriving {
    fn new(station: &Station, name: &str) -> Result<Self, Error> {
        crate::intake::make_station_folder(&station.folder)?;
        let temporary = station.folder.join(format!("{UPLOADING}{}.tmp", super::secret::token()?));
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&temporary)
            .map_err(Error::io("Datei ablegen", &temporary))?;
        Ok(Self { file, temporary, place: station.folder.join(name), kept: false })
    }

    /// Whole and on disk, then under its name; a name that is taken gets a number.
    fn arrived(mut self) -> Result<(), Error> {
        self.file.sync_all().map_err(Error::io("Datei sichern", &self.temporary))?;
        let (stem, ending) = (
            self.place.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            self.place.extension().map_or(String::new(), |e| format!(".{}", e.to_string_lossy())),
        );
        for number in 1..1000 {
            let name =
                if number == 1 { format!("{stem}{ending}") } else { format!("{stem}-{number}{ending}") };
            let place = self.place.with_file_name(name);
            match crate::vault::rename_to_new(&self.temporary, &place) {
                Ok(()) => {
                    self.kept = true;
                    return self.place.parent().map_or(Ok(()), crate::vault::sync_folder);
                }
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(Error::io("Datei ablegen", &place)(error)),
            }
        }
        Err(Error::Refused(Refusal::new(
            "upload.name",
            format!("Dateien mit dem Namen {stem}{ending} liegen schon tausendfach da."),
            "Unter einem anderen Namen hochladen.",
        )))
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        if !self.kept {
            let _ = std::fs::remove_file(&self.temporary);
        }
    }
}

/// The last part of a file name, if it is one a scanner could have given.
fn plain_name(name: &str) -> Option<String> {
    let name = name.rsplit(['/', '\\']).next()?.trim();
    let fine = !name.is_empty()
        && !name.starts_with('.')
        && name.len() <= 180
        && !name.chars().any(char::is_control)
        && ["pdf", "tif", "tiff", "jpg", "jpeg", "png"]
            .iter()
            .any(|e| name.to_lowercase().ends_with(&format!(".{e}")));
    fine.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::plain_name;

    #[test]
    fn names_lead_nowhere_else() {
        for bad in ["", ".pdf", ".htaccess", "a.exe", "a\0.pdf", "rejected/", "a.pdf/.."] {
            assert_eq!(plain_name(bad), None, "{bad:?}");
        }
        assert_eq!(plain_name("../../etc/Brief.PDF").as_deref(), Some("Brief.PDF"));
        assert_eq!(plain_name("C:\\Scans\\ü.tif").as_deref(), Some("ü.tif"));
    }
}
