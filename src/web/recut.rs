//! Review: the pages themselves. Divide, join, turn, take out, bring back; ask for another scan.

use super::review::in_review;
use super::trouble::{Answer, Trouble};
use super::visit::{Posted, Visit, onwards};
use crate::ledger::Recut;
use crate::model::ids::DocumentId;
use crate::model::state::{DocumentState, PageState};
use axum::extract::Path;
use std::time::{Duration, Instant};

/// How long one waits for the program to read or understand again before going on to something else.
const PATIENCE: Duration = Duration::from_secs(15);
const LOOK_EVERY: Duration = Duration::from_millis(40);

/// `POST /nachbearbeitung/{id}/schnitt`: `tat` is what, and the place of the page it concerns.
pub async fn act(Path(id): Path<String>, posted: Posted) -> Answer {
    let visit = posted.visit.clone();
    visit
        .work(move |visit| {
            let id = DocumentId(id);
            in_review(visit, &id)?;
            let (what, place) = posted.get("tat").split_once(' ').unwrap_or((posted.get("tat"), ""));
            let place = || place.parse::<usize>().map_err(|_| Trouble::Stale);
            let act = match what {
                "trennen" => Recut::Divide(place()?),
                "verbinden" => Recut::Join,
                "herausnehmen" => Recut::TakeOut(place()?),
                "zurueckholen" => Recut::BringBack(u32::try_from(place()?).map_err(|_| Trouble::Stale)?),
                "vor" => Recut::Earlier(place()?),
                "drehen" => return turn(visit, &id, place()?),
                _ => return Err(Trouble::NotFound),
            };
            let made = visit.desk.ledger.recut(&id, act, &visit.person.id)?;
            understood(visit, &id, &made)
        })
        .await
}

/// The page is read again as it now lies, and its document understood again.
fn turn(visit: &Visit, id: &DocumentId, place: usize) -> Result<axum::response::Response, Trouble> {
    let ledger = &visit.desk.ledger;
    let number = ledger.turn_page(id, place, &visit.person.id)?;
    let batch = ledger.document(id)?.batch;
    let read = wait(|| {
        let pages = ledger.pages(&batch)?;
        Ok(pages.iter().any(|page| page.number == number && page.state == PageState::Read))
    })?;
    if read {
        ledger.understand_again(id, &visit.person.id)?;
    }
    understood(visit, id, &[])
}

/// Back to the document once it, and what came to be beside it, was understood again; on to another one if it no
/// longer needs a person.
fn understood(
    visit: &Visit,
    id: &DocumentId,
    made: &[DocumentId],
) -> Result<axum::response::Response, Trouble> {
    let state = |id: &DocumentId| visit.desk.ledger.document(id).map(|document| document.state);
    for one in made.iter().chain([id]) {
        wait(|| Ok(!matches!(state(one)?, DocumentState::Formed | DocumentState::Understood)))?;
    }
    Ok(match state(id)? {
        DocumentState::Review => onwards(&format!("/nachbearbeitung/{id}")),
        _ => onwards(&format!("/nachbearbeitung/weiter?nach={id}")),
    })
}

fn wait(done: impl Fn() -> crate::error::Result<bool>) -> Result<bool, Trouble> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if done()? {
            return Ok(true);
        }
        std::thread::sleep(LOOK_EVERY);
    }
    Ok(false)
}

/// `POST /nachbearbeitung/{id}/neuscan`: the station is asked to scan that page again.
pub async fn rescan(Path(id): Path<String>, posted: Posted) -> Answer {
    let visit = posted.visit.clone();
    visit
        .work(move |visit| {
            let id = DocumentId(id);
            let (document, _) = in_review(visit, &id)?;
            let number: usize = posted.get("seite").parse().map_err(|_| Trouble::Stale)?;
            if !document.cut.pages.iter().any(|index| index + 1 == number) {
                return Err(Trouble::Stale);
            }
            let asked = visit.desk.ledger.rescans(&document.batch)?;
            if !asked.contains(&u32::try_from(number).unwrap_or(0)) {
                let detail = format!("page={number}");
                visit.desk.ledger.note("paper.rescan", &document.batch.0, &visit.person.id, &detail)?;
            }
            Ok(onwards(&format!("/nachbearbeitung/{id}")))
        })
        .await
}
