//! A stack of slips: pages scanned again for other batches, or the rest of a stack after a jam.
//!
//! Nothing of it becomes a document here. Before a letter is sealed the new image takes the old one's place and the
//! letter is decided anew; after that a new version of it is made, decided as it was. The void image stays where it is.

use super::decide::entries;
use super::operator;
use crate::batch::CutDocument;
use crate::batch::cover_sheet::Order;
use crate::daemon::House;
use crate::error::{Error, Result};
use crate::ledger::{BatchRow, DocumentRow, PageRow, Rescan, Swap, Then, superseded};
use crate::model::document::{DocumentSheet, Product, Reason};
use crate::model::ids::BatchId;
use crate::model::page::{Coding, Rescanned};
use crate::model::refusal::Refusal;
use crate::model::sidecar::Sidecar;
use crate::model::state::{BatchState, DocumentState};

/// Why images of a stack after a jam are void.
const JAM: &str = "stau";

/// What cannot be done, or what is broken.
enum Stop {
    Refused(Refusal),
    Broken(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Broken(error)
    }
}

fn refused(code: &str, text: impl Into<String>) -> Stop {
    let hint = "Papier und Zettel vergleichen; den Stapel zurücknehmen und neu scannen: \
                poststelle hold cancel KENNUNG --reason GRUND --by PERSON.";
    Stop::Refused(Refusal::new(&format!("rescan.{code}"), text, hint))
}

/// The slip before these pages, if there is one.
fn slip(document: &CutDocument) -> Option<&Order> {
    document.orders.iter().find(|o| matches!(o, Order::Rescan { .. } | Order::Continue { .. }))
}

/// Whether the stack brings pages for others.
pub fn brings(cut: &[CutDocument]) -> bool {
    cut.iter().any(|document| slip(document).is_some())
}

/// What the stack changes, or why a person has to look at it first.
pub fn wanted(
    house: &House,
    from: &BatchRow,
    pages: &[PageRow],
    cut: &[CutDocument],
) -> Result<std::result::Result<Vec<Rescan>, Refusal>> {
    let found = match (&house.sheet_key, cut.iter().find_map(slip)) {
        (None, _) => {
            Err(refused("no_key", "Ein Zettel für einen Neuscan gilt nur mit dem Prüfzeichen der Stadt."))
        }
        (_, Some(Order::Continue { batch, sheets })) => {
            rest(house, from, pages, cut, (batch, *sheets)).map(|rescan| vec![rescan])
        }
        _ => single(house, from, pages, cut),
    };
    match found {
        Ok(rescans) => Ok(Ok(rescans)),
        Err(Stop::Refused(refusal)) => Ok(Err(refusal)),
        Err(Stop::Broken(error)) => Err(error),
    }
}

/// One page, and the letter it lies in if the batch is cut.
struct Found {
    batch: BatchRow,
    document: Option<DocumentRow>,
    swap: Swap,
}

/// Pages one by one. Those of one letter make one new version of it.
fn single(
    house: &House,
    from: &BatchRow,
    pages: &[PageRow],
    cut: &[CutDocument],
) -> std::result::Result<Vec<Rescan>, Stop> {
    let mut groups: Vec<Vec<Found>> = Vec::new();
    for document in cut {
        let Some(Order::Rescan { batch, page, reason }) = slip(document) else {
            return Err(refused(
                "mixed",
                "Zwischen Zetteln für Neuscans liegt ein Schriftstück ohne Zettel.",
            ));
        };
        let found = one(house, from, pages, document, (batch, *page, reason))?;
        let id = |f: &Found| f.document.as_ref().map(|d| d.id.clone());
        if groups.iter().flatten().any(|f| f.batch.id == found.batch.id && f.swap.void == found.swap.void) {
            return Err(refused("twice", format!("Zwei Zettel nennen Seite {page} von Stapel {batch}.")));
        }
        match groups.iter_mut().find(|g| g[0].batch.id == found.batch.id && id(&g[0]) == id(&found)) {
            Some(group) => group.push(found),
            None => groups.push(vec![found]),
        }
    }
    groups.into_iter().map(|group| together(house, from, pages, group)).collect()
}

fn together(
    house: &House,
    from: &BatchRow,
    pages: &[PageRow],
    group: Vec<Found>,
) -> std::result::Result<Rescan, Stop> {
    let batch = group[0].batch.id.clone();
    let document = group[0].document.clone();
    let swaps: Vec<Swap> = group.into_iter().map(|found| found.swap).collect();
    let then = match document {
        None => Then::Nothing,
        Some(document) if changes(document.state) => Then::Again(document.id),
        Some(document) => {
            let Some(sheet) = document.sheet.clone() else {
                let text = format!("Von Schriftstück {} ist die Kopie schon gelöscht.", document.id);
                return Err(refused("deleted", text));
            };
            let sheet = version(house, (from, pages), &document, sheet, &swaps)?;
            Then::Version(document.id, Box::new(sheet))
        }
    };
    Ok(Rescan { batch, swaps, voids: Vec::new(), sidecar: None, then })
}

/// Not sealed yet: the letter itself can change.
fn changes(state: DocumentState) -> bool {
    use DocumentState::{Approved, Formed, Hold, Review, Sample, Understood};
    matches!(state, Formed | Understood | Review | Hold | Sample | Approved)
}

/// The decision about the new version: as it was, about other images.
fn version(
    house: &House,
    (from, pages): (&BatchRow, &[PageRow]),
    document: &DocumentRow,
    mut sheet: DocumentSheet,
    swaps: &[Swap],
) -> Result<DocumentSheet> {
    for swap in swaps {
        let at = document.cut.pages.iter().position(|index| Some(*index as u32 + 1) == swap.void);
        let entry = entries(house, from, pages, &[swap.by as usize - 1])?.pop();
        let place = at.and_then(|at| sheet.pages.get_mut(at)).zip(entry);
        let (place, entry) =
            place.ok_or_else(|| Error::Missing { what: "Die Seite von", id: document.id.0.clone() })?;
        *place = entry;
        let text = format!("Seite {} neu gescannt ({}).", at.unwrap_or_default() + 1, swap.rescanned.reason);
        sheet.understanding.reasons.push(Reason::new("rescan", "cover_sheet", text));
    }
    // An original that came along is not this letter any more.
    if sheet.product == Product::Pdfa3b {
        sheet.product = Product::Pdfa2b;
    }
    sheet.understanding.review.clear();
    sheet.replaces = Some(document.id.clone());
    Ok(sheet)
}

/// One slip and the sheet after it.
fn one(
    house: &House,
    from: &BatchRow,
    pages: &[PageRow],
    document: &CutDocument,
    (id, number, reason): (&BatchId, u32, &str),
) -> std::result::Result<Found, Stop> {
    let batch = meant(house, from, id)?;
    let nowhere = || refused("unknown", format!("Seite {number} von Stapel {id} gibt es nicht."));
    let all = house.ledger.pages(id)?;
    let row = all.get(number as usize - 1).ok_or_else(nowhere)?;
    if row.gone.is_some() {
        return Err(refused("again", format!("Seite {number} von Stapel {id} ist schon neu gescannt.")));
    }
    if row.source.coding == Coding::Composed || batch.opened.as_ref().is_some_and(|o| o.signed) {
        return Err(refused("not_paper", format!("Seite {number} von Stapel {id} kam nicht vom Scanner.")));
    }
    let duplex = house.version(&batch)?.profile(&batch.station).duplex;
    let side = if duplex { (row.place() as usize + 1) % 2 } else { 0 };
    let index = match (&document.pages[..], document.suppressed.len()) {
        ([only], 0 | 1) => *only,
        // Of a sheet with something on both sides only the side that is meant.
        ([front, back], 0) if duplex => [*front, *back][side],
        (kept, blank) => {
            let text = format!(
                "Nach dem Zettel für Seite {number} von Stapel {id} liegen {} Seiten statt eines Blatts.",
                kept.len() + blank
            );
            return Err(refused("not_one", text));
        }
    };
    let image = pages.get(index).ok_or_else(nowhere)?;
    let document_of = match batch.state {
        BatchState::Cut | BatchState::Released => {
            let documents = house.ledger.documents(id)?;
            let old = superseded(documents.iter().map(|d| &d.cut));
            let lies = |d: &DocumentRow| !old.contains(&d.id) && d.cut.pages.contains(&(number as usize - 1));
            let text = format!("Seite {number} von Stapel {id} ist ein Trennblatt oder eine leere Seite.");
            Some(documents.into_iter().find(lies).ok_or_else(|| refused("no_letter", text))?)
        }
        _ => None,
    };
    let swap = Swap {
        void: Some(number),
        by: image.number,
        rescanned: Rescanned {
            batch: from.id.clone(),
            sha256: from.hash,
            source_page: image.number,
            place: row.place(),
            void: Some(number),
            reason: reason.to_owned(),
            by: operator(from, document),
        },
    };
    Ok(Found { batch, document: document_of, swap })
}

/// The batch a slip names, if its pages may be seen where these were scanned.
fn meant(house: &House, from: &BatchRow, id: &BatchId) -> std::result::Result<BatchRow, Stop> {
    let batch = match house.ledger.batch(id) {
        Err(Error::Missing { .. }) => return Err(refused("unknown", format!("Stapel {id} gibt es nicht."))),
        found => found?,
    };
    if batch.circle != from.circle {
        let text = format!("Stapel {id} gehört einem anderen Vertrauenskreis als diese Station.");
        return Err(refused("circle", text));
    }
    match batch.state {
        BatchState::Cancelled | BatchState::Rejected | BatchState::Received | BatchState::Opened => Err(
            refused("state", format!("Stapel {id} ist zurückgenommen, nicht lesbar oder noch in Arbeit.")),
        ),
        BatchState::Read | BatchState::Cut | BatchState::Released | BatchState::Held => Ok(batch),
    }
}

/// After a jam: the good sheets of the held stack, and everything after the slip.
fn rest(
    house: &House,
    from: &BatchRow,
    pages: &[PageRow],
    cut: &[CutDocument],
    (id, sheets): (&BatchId, u32),
) -> std::result::Result<Rescan, Stop> {
    let batch = meant(house, from, id)?;
    if batch.state != BatchState::Held {
        return Err(refused("not_held", format!("Stapel {id} ist nicht angehalten.")));
    }
    let sides = |batch: &BatchRow| house.version(batch).map(|v| v.profile(&batch.station).duplex);
    let duplex = sides(&batch)?;
    if sides(from)? != duplex {
        return Err(refused(
            "sides",
            format!("Stapel {id} wurde anders gescannt: einseitig oder beidseitig."),
        ));
    }
    let mut stack = house.ledger.pages(id)?;
    let after = u32::try_from(stack.len()).unwrap_or(u32::MAX);
    stack.retain(|row| row.gone.is_none());
    stack.sort_by_key(PageRow::place);
    let good = sheets as usize * if duplex { 2 } else { 1 };
    if good > stack.len() {
        return Err(refused("no_sheet", format!("Stapel {id} hat kein {sheets}. Blatt.")));
    }
    // The slip and its back stay here.
    let own =
        cut.iter().flat_map(|d| &d.separators).find(|s| s.orders.iter().any(|o| o.starts_with("continue=")));
    let own = own.map_or(0, |s| s.page);
    let sheet_of = |index: usize| if duplex { index / 2 } else { index };
    let new: Vec<&PageRow> =
        pages.iter().enumerate().filter(|(i, _)| sheet_of(*i) > sheet_of(own)).map(|(_, row)| row).collect();
    if new.is_empty() || sheet_of(own) > 0 {
        return Err(refused("no_rest", "Der Zettel liegt nicht vor dem Rest eines Stapels."));
    }
    let swap = |(at, row): (u32, &&PageRow)| Swap {
        void: None,
        by: row.number,
        rescanned: Rescanned {
            batch: from.id.clone(),
            sha256: from.hash,
            source_page: row.number,
            place: after + at,
            void: None,
            reason: JAM.into(),
            by: cut.first().and_then(|document| operator(from, document)),
        },
    };
    Ok(Rescan {
        batch: id.clone(),
        swaps: (1..).zip(&new).map(swap).collect(),
        voids: stack[good..].iter().map(|row| row.number).collect(),
        sidecar: both(&batch, from, (sheets, good), duplex),
        then: Then::Nothing,
    })
}

/// What the scanner said of the good sheets and the rest; nothing of what it did not count in both.
fn both(batch: &BatchRow, from: &BatchRow, (sheets, images): (u32, usize), duplex: bool) -> Option<Sidecar> {
    let before = batch.sidecar.clone()?;
    let after = from.sidecar.as_ref();
    let slip = if duplex { 2 } else { 1 };
    let images = u32::try_from(images).unwrap_or(u32::MAX);
    let counted =
        |n: Option<u32>, slip: u32, good: u32| n.map(|n| n.saturating_sub(slip).saturating_add(good));
    Some(Sidecar {
        images: counted(after.and_then(|s| s.images), slip, images),
        sheets: counted(after.and_then(|s| s.sheets), 1, sheets),
        double_feed: after.is_some_and(|s| s.double_feed),
        imprinted: Vec::new(),
        ..before
    })
}
