//! Sample check (Stichprobe): drawn documents page by page beside the kept image, good or not, and why.

use super::history::noted;
use super::originals::place;
use super::trouble::{Answer, Trouble};
use super::visit::{Frame, Posted, Visit, found, html, onwards};
use super::words::Words;
use crate::ledger::{DocumentRow, Drawn};
use crate::model::document::ScanMode;
use crate::model::ids::{BatchId, DocumentId};
use crate::model::state::DocumentState;
use crate::record::Envelope;
use crate::record::sample::{self, Drawn as Standing, Member};
use askama::Template;
use axum::extract::Path;
use std::collections::BTreeSet;

/// Lots listed at once.
const LOTS_MAX: u32 = 50;

/// What can be wrong with a page (TR-03138 A.SC.8, A.NB.3): code in the log, German, English. The place in the
/// list is the key.
const DEFECTS: [(&str, &str, &str); 8] = [
    ("unreadable", "Unleserlich: zu dunkel, zu hell, unscharf", "Unreadable: too dark, too light, blurred"),
    ("cut_off", "Abgeschnitten, verdeckt oder umgeknickt", "Cut off, covered or folded"),
    ("missing", "Eine Seite oder Rückseite fehlt", "A page or back is missing"),
    (
        "foreign",
        "Gehört nicht dazu, doppelt oder falsche Reihenfolge",
        "Does not belong, doubled, wrong order",
    ),
    ("skewed", "Verdreht oder schief", "Turned or skewed"),
    ("colour", "Farbe, Stempel oder Handschrift verloren", "Colour, stamp or handwriting lost"),
    ("not_blank", "Als leer weggelassen, aber nicht leer", "Left out as blank, but not blank"),
    ("facts", "Angaben oder Zuordnung falsch", "Facts or assignment wrong"),
];

#[derive(Template)]
#[template(path = "sample_list.html")]
struct ListPage {
    w: &'static Words,
    frame: Frame,
    lots: Vec<Lot>,
    anything: bool,
}

/// One lot as the list shows it.
pub struct Lot {
    /// Its batches.
    pub batches: Vec<String>,
    station: String,
    replacing: bool,
    documents: usize,
    must: usize,
    /// Drawn ones somebody looked at.
    pub checked: usize,
    /// Found bad.
    pub defects: usize,
    bound: String,
    mine: usize,
    /// Nothing left to check.
    pub finished: bool,
}

/// `GET /stichprobe`
pub async fn list(visit: Visit) -> Answer {
    visit
        .work(|visit| {
            let mut lots: Vec<Lot> = Vec::new();
            for batch in open_lots(visit)? {
                // Small batches of a day are one lot.
                if !lots.iter().any(|lot| lot.batches.contains(&batch.0)) {
                    lots.push(lot(visit, &batch)?);
                }
            }
            lots.retain(|lot| lot.must > 0);
            html(&ListPage {
                w: visit.w,
                frame: visit.frame("/stichprobe"),
                anything: lots.iter().any(|lot| lot.mine > 0),
                lots,
            })
        })
        .await
}

/// Lots of replacing stations come first: their paper may go.
fn open_lots(visit: &Visit) -> Result<Vec<BatchId>, Trouble> {
    let stations = visit.desk.pipeline.stations.iter();
    let replacing: Vec<String> =
        stations.filter(|s| s.profile.scan_mode == ScanMode::Replacing).map(|s| s.id.clone()).collect();
    found(visit.desk.ledger.open_lots(&visit.sight, &replacing, LOTS_MAX))
}

/// Where a lot stands.
pub fn lot(visit: &Visit, batch: &BatchId) -> Result<Lot, Trouble> {
    let desk = &visit.desk;
    let drawn = desk.ledger.lot(batch, &desk.pipeline.sample)?;
    let row = desk.ledger.batch(batch)?;
    let members: Vec<Member> = drawn.iter().map(|d| d.member.clone()).collect();
    let count = |good: bool| members.iter().filter(|m| m.good == Some(good)).count();
    let (defects, checked) = (count(false), count(true) + count(false));
    let station = desk.pipeline.station(&row.station);
    let must = members.iter().filter(|m| m.drawn || defects > 0).count();
    Ok(Lot {
        batches: drawn
            .iter()
            .map(|d| d.document.batch.0.clone())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        station: row.station.clone(),
        replacing: station.is_some_and(|s| s.profile.scan_mode == ScanMode::Replacing),
        documents: members.len(),
        must,
        checked,
        defects,
        bound: format!("{:.1} %", 100.0 * sample::upper_bound(defects as u64, checked as u64)),
        mine: mine(visit, &drawn)?.len(),
        finished: must > 0
            && members
                .iter()
                .all(|m| sample::standing(&members, &m.document).is_some_and(Standing::finished)),
    })
}

/// Documents of a lot that this person is to compare: decided ones, drawn, not scanned and not yet found good
/// by this person.
fn mine<'a>(visit: &Visit, lot: &'a [Drawn]) -> Result<Vec<&'a DocumentRow>, Trouble> {
    let members: Vec<Member> = lot.iter().map(|d| d.member.clone()).collect();
    let mut mine = Vec::new();
    for drawn in lot {
        let waits = sample::standing(&members, &drawn.member.document) == Some(Standing::Waiting);
        let decided = matches!(
            drawn.document.state,
            DocumentState::Delivering | DocumentState::Delivered | DocumentState::Closed
        );
        if waits
            && decided
            && !drawn.good_by.contains(&visit.person.id)
            && scanned_by(visit, &drawn.document).as_deref() != Some(visit.person.id.as_str())
            && visit.desk.ledger.document_for(&visit.sight, &drawn.document.id).is_ok()
        {
            mine.push(&drawn.document);
        }
    }
    Ok(mine)
}

/// Who scanned it, as the record says.
fn scanned_by(visit: &Visit, document: &DocumentRow) -> Option<String> {
    let record = visit.desk.vault.read(&document.record?).ok()?;
    Envelope::parse(&record).ok()?.body.creator.person
}

/// `GET /stichprobe/weiter`: on to the next document this person is to compare.
pub async fn onto_next(visit: Visit) -> Answer {
    visit
        .work(|visit| {
            let mut known = BTreeSet::new();
            for batch in open_lots(visit)? {
                if known.contains(&batch) {
                    continue;
                }
                let lot = visit.desk.ledger.lot(&batch, &visit.desk.pipeline.sample)?;
                known.extend(lot.iter().map(|d| d.document.batch.clone()));
                if let Some(next) = mine(visit, &lot)?.first() {
                    return Ok(onwards(&format!("/stichprobe/{}", next.id)));
                }
            }
            Ok(onwards("/stichprobe"))
        })
        .await
}

#[derive(Template)]
#[template(path = "sample.html")]
struct CheckPage {
    w: &'static Words,
    frame: Frame,
    id: String,
    batch: String,
    number: u32,
    place: usize,
    pages: usize,
    left_out: bool,
    paper: String,
    kind: String,
    defects: Vec<(usize, &'static str, &'static str)>,
    logged: bool,
    next_image: Option<u32>,
}

/// The document, if this person is to compare it; with it the pages still to be looked at.
fn drawn(visit: &Visit, id: &DocumentId) -> Result<(DocumentRow, Vec<u32>), Trouble> {
    let document = visit.desk.ledger.document_for(&visit.sight, id)?;
    if scanned_by(visit, &document).as_deref() == Some(visit.person.id.as_str()) {
        return Err(Trouble::Bad(visit.w.own_work.into()));
    }
    let lot = visit.desk.ledger.lot(&document.batch, &visit.desk.pipeline.sample)?;
    if !mine(visit, &lot)?.iter().any(|d| d.id == *id) {
        return Err(Trouble::Stale);
    }
    let seen = visit.desk.ledger.sample_pages(id, &visit.person.id)?;
    let open = images(&document).into_iter().filter(|n| !seen.contains(n)).collect();
    Ok((document, open))
}

/// Every image of a document in the order it was scanned, those left out as blank among them.
fn images(document: &DocumentRow) -> Vec<u32> {
    let left_out = document.cut.suppressed.iter().map(|(index, _)| *index);
    let all = document.cut.pages.iter().copied().chain(left_out);
    let mut all: Vec<u32> = all.filter_map(|index| u32::try_from(index + 1).ok()).collect();
    all.sort_unstable();
    all
}

/// `GET /stichprobe/{id}`: the first page this person has not looked at.
pub async fn page(visit: Visit, Path(id): Path<String>) -> Answer {
    visit
        .work(move |visit| {
            let (document, open) = drawn(visit, &DocumentId(id))?;
            let logged = noted(visit, &document);
            if logged {
                visit.desk.ledger.seen(&document.id, &visit.person.id)?;
            }
            let all = images(&document);
            let Some(number) = open.first().copied().or(all.first().copied()) else {
                return Err(Trouble::NotFound);
            };
            let kind =
                document.sheet.as_ref().map_or(String::new(), |s| visit.desk.kind(&s.understanding.kind));
            let w = visit.w;
            html(&CheckPage {
                w,
                frame: visit.frame("/stichprobe"),
                number,
                place: all.iter().position(|n| *n == number).unwrap_or(0) + 1,
                pages: all.len(),
                left_out: document.cut.suppressed.iter().any(|(index, _)| index + 1 == number as usize),
                paper: place(visit, &document)?.unwrap_or_else(|| w.no_box.into()),
                kind,
                defects: DEFECTS
                    .iter()
                    .enumerate()
                    .map(|(at, (code, de, en))| (at + 1, *code, w.of((*de, *en))))
                    .collect(),
                logged,
                next_image: open.get(1).copied(),
                batch: document.batch.0.clone(),
                id: document.id.0,
            })
        })
        .await
}

/// `POST /stichprobe/{id}/gut`: this page is good. With the last one the document is.
pub async fn good(Path(id): Path<String>, posted: Posted) -> Answer {
    let visit = posted.visit.clone();
    visit
        .work(move |visit| {
            let (document, open) = drawn(visit, &DocumentId(id))?;
            let (ledger, by) = (&visit.desk.ledger, &visit.person.id);
            // Only the page that was before the person's eyes; a second click says nothing about the next one.
            let number = shown(&posted, &open)?;
            ledger.sample_page_good(&document.id, number, by)?;
            if open.len() > 1 {
                return Ok(onwards(&format!("/stichprobe/{}", document.id)));
            }
            visit.desk.amend(&document, by, "sample", true)?;
            let detail = format!("pages={}", images(&document).len());
            ledger.sample_verdict(&document.id, true, &detail, by, &visit.desk.pipeline.sample)?;
            Ok(onwards("/stichprobe/weiter"))
        })
        .await
}

fn shown(posted: &Posted, open: &[u32]) -> Result<u32, Trouble> {
    let said = posted.get("seite").parse::<u32>().ok();
    open.first().copied().filter(|first| said == Some(*first)).ok_or(Trouble::Stale)
}

/// `POST /stichprobe/{id}/fehler`: something is wrong with this page. The whole lot is drawn from now on.
pub async fn bad(Path(id): Path<String>, posted: Posted) -> Answer {
    let visit = posted.visit.clone();
    visit
        .work(move |visit| {
            let (document, open) = drawn(visit, &DocumentId(id))?;
            let number = shown(&posted, &open)?;
            let code = posted.get("grund");
            if !DEFECTS.iter().any(|(known, ..)| *known == code) {
                return Err(Trouble::Bad(visit.w.no_such_reason.into()));
            }
            visit.desk.amend(&document, &visit.person.id, "sample", false)?;
            let detail = format!("page={number} reason={code}");
            visit.desk.ledger.sample_verdict(
                &document.id,
                false,
                &detail,
                &visit.person.id,
                &visit.desk.pipeline.sample,
            )?;
            Ok(onwards("/stichprobe/weiter"))
        })
        .await
}
