//! The daily reconciliation: scanned = delivered. Pure.
//!
//! In: what the ledger holds of a day, and what its events say was there. Out:
//! where every page is, and every difference. An event cannot be deleted, so a
//! row that is gone leaves its name behind.

use crate::model::state::{BatchState, DeliveryState, DocumentState};
use std::collections::{BTreeMap, BTreeSet};

/// A batch of the day.
#[derive(Clone, Debug)]
pub struct DayBatch {
    /// Id.
    pub id: String,
    /// Station.
    pub station: String,
    /// Name of the scanned file.
    pub file_name: String,
    /// It belongs to a circle: names stay inside.
    pub confidential: bool,
    /// State; `None` if only an event remembers it.
    pub state: Option<BatchState>,
    /// Images the scanner counted, if it said so.
    pub expected: Option<u32>,
    /// Documents a cover sheet announced for the batch.
    pub announced: Option<u32>,
    /// Person who accepted a difference.
    pub accepted_by: Option<String>,
    /// Pages known.
    pub pages: usize,
    /// Of these void, because they were scanned again, or moved to the batch they were scanned for; from 0.
    pub gone: Vec<usize>,
    /// Documents in order.
    pub documents: Vec<DayDocument>,
    /// Documents that were formed, by the events.
    pub formed: BTreeSet<String>,
    /// Deliveries that were intended, by the events.
    pub planned: BTreeSet<String>,
}

/// A document of a batch.
#[derive(Clone, Debug)]
pub struct DayDocument {
    /// Id.
    pub id: String,
    /// State.
    pub state: DocumentState,
    /// Lead department.
    pub department: String,
    /// Pages of the letter, from 0.
    pub pages: Vec<usize>,
    /// Pages its cover sheet announced.
    pub announced: Option<u32>,
    /// Blank pages left out.
    pub suppressed: Vec<usize>,
    /// Separators before it.
    pub separators: Vec<usize>,
    /// A product is named and lies in the vault; `None` before there is one.
    pub product_there: Option<bool>,
    /// A newer version of it has its pages.
    pub superseded: bool,
    /// Deliveries.
    pub deliveries: Vec<DayDelivery>,
}

/// A delivery of a document.
#[derive(Clone, Debug)]
pub struct DayDelivery {
    /// Id.
    pub id: String,
    /// Target.
    pub target: String,
    /// State.
    pub state: DeliveryState,
    /// Proof.
    pub receipt: String,
}

/// Where a page is. The order is that of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// Every target has it, seen there.
    Confirmed,
    /// Every target took it; not every one can be asked.
    HandedOver,
    /// Settled by hand, or nowhere to go.
    Settled,
    /// On the way.
    Sending,
    /// A target refused it: a clerk decides.
    Refused,
    /// A person decides before it is sent.
    Review,
    /// Only the circle decides.
    Held,
    /// In work.
    Working,
    /// A blank page left out.
    Suppressed,
    /// A separator or cover sheet.
    Separator,
    /// Of a batch that was taken back, or scanned again.
    Cancelled,
    /// In the place of a page of another batch.
    Moved,
}

impl Fate {
    /// German, for the head of a column.
    pub fn text(self) -> &'static str {
        match self {
            Self::Confirmed => "bestätigt",
            Self::HandedOver => "übergeben",
            Self::Settled => "von Hand erledigt",
            Self::Sending => "unterwegs",
            Self::Refused => "zurückgewiesen",
            Self::Review => "Nachbearbeitung",
            Self::Held => "angehalten",
            Self::Working => "in Arbeit",
            Self::Suppressed => "Leerseite",
            Self::Separator => "Trennblatt",
            Self::Cancelled => "zurückgenommen",
            Self::Moved => "Neuscan für anderen Stapel",
        }
    }
}

/// Something that does not add up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Stable code.
    pub code: &'static str,
    /// Batch, document or delivery it is about.
    pub about: String,
    /// German sentence.
    pub text: String,
}

/// The account of a day.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// Differences; empty if everything is accounted for.
    pub differences: Vec<Difference>,
    /// Station -> where its pages are.
    pub stations: BTreeMap<String, BTreeMap<Fate, usize>>,
}

impl Account {
    /// Pages of the day, by where they are.
    pub fn pages(&self) -> usize {
        self.stations.values().flat_map(BTreeMap::values).sum()
    }
}

/// Accounts for every page of the day.
pub fn account(day: &[DayBatch]) -> Account {
    let mut account = Account::default();
    for batch in day {
        let station = account.stations.entry(batch.station.clone()).or_default();
        for (fate, pages) in fates(batch) {
            *station.entry(fate).or_default() += pages;
        }
        account.differences.extend(differences(batch));
    }
    account
}

/// Where the document is.
pub fn fate(document: &DayDocument) -> Fate {
    let any = |state| document.deliveries.iter().any(|d| d.state == state);
    match document.state {
        DocumentState::Review | DocumentState::Sample => Fate::Review,
        DocumentState::Hold => Fate::Held,
        DocumentState::Formed
        | DocumentState::Understood
        | DocumentState::Approved
        | DocumentState::Sealed => Fate::Working,
        DocumentState::Delivering if any(DeliveryState::Refused) => Fate::Refused,
        DocumentState::Delivering => Fate::Sending,
        DocumentState::Delivered | DocumentState::Closed => {
            if document.deliveries.is_empty() || any(DeliveryState::Dead) {
                Fate::Settled
            } else if any(DeliveryState::HandedOver) {
                Fate::HandedOver
            } else {
                Fate::Confirmed
            }
        }
    }
}

fn fates(batch: &DayBatch) -> Vec<(Fate, usize)> {
    if batch.state == Some(BatchState::Cancelled) {
        return vec![(Fate::Cancelled, batch.pages)];
    }
    if batch.documents.is_empty() && batch.state == Some(BatchState::Released) {
        return vec![(Fate::Moved, batch.pages)];
    }
    if batch.documents.is_empty() {
        let fate = if batch.state == Some(BatchState::Held) { Fate::Held } else { Fate::Working };
        return vec![(fate, batch.pages)];
    }
    let of = |d: &&DayDocument| {
        let parts = [
            (fate(d), d.pages.len()),
            (Fate::Suppressed, d.suppressed.len()),
            (Fate::Separator, d.separators.len()),
        ];
        parts.into_iter()
    };
    let void = (Fate::Cancelled, batch.gone.len());
    batch
        .documents
        .iter()
        .filter(|d| !d.superseded)
        .flat_map(|d| of(&d))
        .chain((void.1 > 0).then_some(void))
        .collect()
}

fn differences(batch: &DayBatch) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut say =
        |code, about: &str, text: String| found.push(Difference { code, about: about.into(), text });
    if batch.state.is_none() {
        say("day.batch_missing", &batch.id, "Der Stapel wurde übernommen, fehlt aber im Journal.".into());
        return found;
    }
    let by = batch.accepted_by.as_ref().map(|_| " Eine Person hat das angenommen.").unwrap_or_default();
    // Where there are documents, what was scanned again took the places of what is void.
    let came = if batch.documents.is_empty() { batch.pages } else { batch.pages - batch.gone.len() };
    let letters = batch.documents.iter().filter(|d| !d.superseded).count();
    match batch.expected {
        Some(images) if images as usize != came && batch.state != Some(BatchState::Rejected) => {
            let text = format!("Der Scanner meldet {images} Bilder, gekommen sind {came}.{by}");
            say("day.count_differs", &batch.id, text);
        }
        _ => {}
    }
    if let Some(announced) = batch.announced.filter(|&n| n as usize != letters) {
        let text = format!("Das Deckblatt kündigt {announced} Schriftstücke an, es sind {letters}.{by}");
        say("day.cover_sheet_differs", &batch.id, text);
    }
    for document in batch.documents.iter().filter(|d| !d.superseded) {
        // A blank back may be left out or not: both counts are what the sheet meant.
        let (pages, blank) = (document.pages.len(), document.suppressed.len());
        if let Some(announced) =
            document.announced.filter(|&n| ![pages, pages + blank].contains(&(n as usize)))
        {
            let text = format!(
                "Das Deckblatt kündigt {announced} Seiten an, es sind {pages} und {blank} leere.{by}"
            );
            say("day.cover_sheet_differs", &document.id, text);
        }
    }
    let there: BTreeSet<&str> = batch.documents.iter().map(|d| d.id.as_str()).collect();
    for gone in batch.formed.iter().filter(|id| !there.contains(id.as_str())) {
        let text = "Das Schriftstück wurde gebildet, fehlt aber im Journal.";
        say("day.document_missing", gone, text.into());
    }
    let deliveries: BTreeSet<&str> =
        batch.documents.iter().flat_map(|d| d.deliveries.iter().map(|v| v.id.as_str())).collect();
    for gone in batch.planned.iter().filter(|id| !deliveries.contains(id.as_str())) {
        let text = "Die Zustellung war vorgesehen, fehlt aber im Journal.";
        say("day.delivery_missing", gone, text.into());
    }
    if !batch.documents.is_empty() {
        let mut uses = vec![0usize; batch.pages];
        let placed = batch
            .documents
            .iter()
            .filter(|d| !d.superseded)
            .flat_map(|d| d.pages.iter().chain(&d.suppressed).chain(&d.separators));
        for &page in placed.chain(&batch.gone) {
            match uses.get_mut(page) {
                Some(count) => *count += 1,
                None => say("day.page_unknown", &batch.id, format!("Seite {} gibt es nicht.", page + 1)),
            }
        }
        let listed = |wanted: fn(usize) -> bool| {
            let pages = uses.iter().enumerate().filter(|(_, count)| wanted(**count));
            pages.map(|(page, _)| (page + 1).to_string()).collect::<Vec<_>>().join(", ")
        };
        let (nowhere, twice) = (listed(|count| count == 0), listed(|count| count > 1));
        if !nowhere.is_empty() {
            say("day.page_nowhere", &batch.id, format!("In keinem Schriftstück: Seite {nowhere}."));
        }
        if !twice.is_empty() {
            say("day.page_twice", &batch.id, format!("In mehr als einem Schriftstück: Seite {twice}."));
        }
    }
    for document in &batch.documents {
        if document.product_there == Some(false) {
            say(
                "day.product_missing",
                &document.id,
                "Das fertige Schriftstück liegt nicht im Tresor.".into(),
            );
        }
        let done = |d: &DayDelivery| {
            matches!(d.state, DeliveryState::Confirmed | DeliveryState::HandedOver | DeliveryState::Dead)
        };
        if document.state == DocumentState::Closed && !document.deliveries.iter().all(done) {
            say(
                "day.closed_undelivered",
                &document.id,
                "Abgeschlossen, aber nicht überall angekommen.".into(),
            );
        }
        for delivery in document.deliveries.iter().filter(|d| d.state == DeliveryState::Confirmed) {
            if delivery.receipt.is_empty() {
                say("day.no_receipt", &delivery.id, "Bestätigt, aber ohne Quittung.".into());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(id: &str, state: DeliveryState) -> DayDelivery {
        DayDelivery { id: id.into(), target: "t".into(), state, receipt: "r".into() }
    }

    fn batch() -> DayBatch {
        let document = |id: &str, pages: &[usize]| DayDocument {
            id: id.into(),
            state: DocumentState::Closed,
            department: "a".into(),
            pages: pages.to_vec(),
            superseded: false,
            announced: None,
            suppressed: vec![],
            separators: vec![],
            product_there: Some(true),
            deliveries: vec![delivery(&format!("{id}@t"), DeliveryState::Confirmed)],
        };
        let mut second = document("B1-02", &[3]);
        (second.separators, second.suppressed) = (vec![2], vec![4]);
        let documents = vec![document("B1-01", &[0, 1]), second];
        DayBatch {
            id: "B1".into(),
            station: "s".into(),
            file_name: "x.tif".into(),
            confidential: false,
            state: Some(BatchState::Released),
            expected: Some(5),
            announced: Some(2),
            accepted_by: None,
            pages: 5,
            gone: Vec::new(),
            formed: documents.iter().map(|d| d.id.clone()).collect(),
            planned: ["B1-01@t".to_owned(), "B1-02@t".to_owned()].into(),
            documents,
        }
    }

    /// Codes of what does not add up after a change.
    fn codes(change: impl Fn(&mut DayBatch)) -> Vec<&'static str> {
        let mut batch = batch();
        change(&mut batch);
        account(&[batch]).differences.iter().map(|d| d.code).collect()
    }

    #[test]
    fn every_page_is_somewhere() {
        let account = account(&[batch()]);
        assert!(account.differences.is_empty(), "{:?}", account.differences);
        assert_eq!(account.pages(), 5);
        let fates: Vec<_> = account.stations["s"].iter().map(|(fate, pages)| (*fate, *pages)).collect();
        assert_eq!(fates, [(Fate::Confirmed, 3), (Fate::Suppressed, 1), (Fate::Separator, 1)]);
    }

    #[test]
    fn whatever_is_missing_is_named() {
        assert_eq!(
            codes(|b| drop(b.documents.pop())),
            ["day.cover_sheet_differs", "day.document_missing", "day.delivery_missing", "day.page_nowhere"]
        );
        assert_eq!(codes(|b| b.documents[0].deliveries.clear()), ["day.delivery_missing"]);
        assert_eq!(codes(|b| b.expected = Some(6)), ["day.count_differs"]);
        assert_eq!(codes(|b| b.announced = Some(3)), ["day.cover_sheet_differs"]);
        assert_eq!(codes(|b| b.documents[0].announced = Some(3)), ["day.cover_sheet_differs"]);
        assert_eq!(codes(|b| b.documents[1].announced = Some(2)), [""; 0], "one page and a blank one");
        assert_eq!(codes(|b| b.state = None), ["day.batch_missing"]);
        assert_eq!(codes(|b| b.documents[0].pages.push(3)), ["day.page_twice"]);
        assert_eq!(codes(|b| b.documents[0].product_there = Some(false)), ["day.product_missing"]);
        assert_eq!(
            codes(|b| b.documents[0].deliveries[0].state = DeliveryState::Refused),
            ["day.closed_undelivered"]
        );
    }
}
