//! Sheet -> product and record, sealed where the town has a seal.

use super::read_page;
use crate::config::Pipeline;
use crate::daemon::amend::superseding;
use crate::daemon::{AGAIN, House, note};
use crate::document::ordered;
use crate::engine::protocol::{Answer, Order, ProduceOrder};
use crate::error::{Error, Result, Retry};
use crate::fault;
use crate::ledger::{BatchRow, DocumentRow, Intention, PageRow, Produced};
use crate::model::document::{DocumentSheet, Need, Product, ReviewReason, Role, ScanMode};
use crate::model::hash::ContentHash;
use crate::model::ids::DocumentId;
use crate::model::page::ReadPage;
use crate::model::refusal::Refusal;
use crate::model::state::DocumentState;
use crate::pdf::About;
use crate::record::{Body, Envelope};
use crate::sealing::{self, Stamp};
use crate::vault::Vault;
use std::collections::BTreeMap;

/// Failing steps are tried this often before a person is asked.
const ATTEMPTS_MAX: u32 = 5;

/// Everything that is made for one document.
#[derive(Clone, Debug)]
pub struct Made {
    /// The PDF or original; empty if there is none.
    pub product: Vec<u8>,
    /// `document.txt`.
    pub text: Vec<u8>,
    /// `document.json`.
    pub sheet: Vec<u8>,
    /// `record.json`.
    pub record: Vec<u8>,
    /// `none`, `sealed`, `stamped`, or `unstamped`: sealed while no timestamp was to be had.
    pub seal: &'static str,
}

/// Makes product, text, sheet and record of a decided document.
pub fn produce(
    house: &House,
    document: &DocumentRow,
    batch: &BatchRow,
    pages: &[PageRow],
    sheet: &DocumentSheet,
) -> Result<Made> {
    let chosen: Vec<(&PageRow, ReadPage)> =
        document.cut.pages.iter().filter_map(|&i| pages.get(i)).map(|p| (p, read_page(p))).collect();
    let text = chosen.iter().map(|(_, p)| p.text.plain()).collect::<Vec<_>>().join("\u{c}").into_bytes();
    let sheet_bytes = serde_json::to_vec_pretty(sheet)?;
    let body = note::body(house, document, batch, &chosen, sheet, (&text, &sheet_bytes))?;
    let (product, body) = match sheet.product {
        Product::None => (Vec::new(), body),
        Product::Original => (house.vault.read(&batch.hash)?, body),
        Product::Pdfa2b | Product::Pdfa3b => {
            let mut elsewhere = BTreeMap::new();
            for (index, (page, _)) in
                chosen.iter().enumerate().filter(|(_, (page, _))| page.rescanned.is_some())
            {
                elsewhere.insert(index, house.vault.source(&page.lies_in(&batch.hash).0)?);
            }
            let order = Order::Produce(Box::new(ProduceOrder {
                elsewhere,
                source: house.vault.source(&batch.hash)?,
                pages: chosen.iter().map(|(p, read)| (p.source.clone(), read.clone())).collect(),
                record: body,
                attach_as: (sheet.product == Product::Pdfa3b).then(|| batch.file_name.clone()),
                about: About {
                    title: format!("{} {}", sheet.understanding.kind, document.id),
                    document_id: document.id.0.clone(),
                    producer: format!("poststelle {}", env!("CARGO_PKG_VERSION")),
                    created: format!("{}Z", batch.taken_at.get(..19).unwrap_or("1970-01-01T00:00:00")),
                },
                limits: house.version(batch)?.profile(&batch.station).limits,
            }));
            match house.engine.run(&order)? {
                Answer::Product(product) => (product.pdf, product.record),
                Answer::Refused(refusal) => return Err(refusal.into()),
                _ => return Err(Error::Format("answer does not fit the order".into())),
            }
        }
    };
    let (product, record, seal) = sealed(house, sheet, product, body)?;
    Ok(Made { product, text, sheet: sheet_bytes, record, seal })
}

/// Product and record under the town's seal, if it has one.
fn sealed(
    house: &House,
    sheet: &DocumentSheet,
    mut product: Vec<u8>,
    body: Body,
) -> Result<(Vec<u8>, Vec<u8>, &'static str)> {
    let kind = sheet.product.text();
    let Some(sealer) = &house.sealer else {
        let record = Envelope::new(body, kind, &product).bytes();
        return Ok((product, record, "none"));
    };
    let decision = &sheet.understanding;
    let services = house.pipeline.seal.as_ref().is_some_and(|s| !s.timestamp_urls.is_empty());
    // A.AM.IN.SH.2: a timestamp is a must; from "hoch" on what is configured is also waited for.
    let must = match decision.protection.integrity {
        Need::SehrHoch => services || decision.scan_mode == ScanMode::Replacing,
        Need::Hoch => services,
        Need::Normal => false,
    };
    // A.AM.IN.H.1, A.AM.IN.SH.2: what replaces paper from "hoch" on carries a qualified seal.
    let replaces = decision.scan_mode == ScanMode::Replacing && decision.protection.integrity >= Need::Hoch;
    if replaces && !sealer.qualified() {
        return Err(Error::seal(
            "not_qualified",
            "Ab Schutzbedarf „hoch“ verlangt ersetzendes Scannen ein qualifiziertes Siegel; dieses ist keines",
            "qualifiziertes Zertifikat unter [seal] einstellen, oder die Dokumentart kopierend scannen",
        ));
    }
    let stamp = if must { Stamp::Required } else { Stamp::IfPossible };
    let mut stamps = Vec::new();
    if matches!(sheet.product, Product::Pdfa2b | Product::Pdfa3b) {
        let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let (bytes, stamped) = sealing::seal_pdf(sealer.as_ref(), product, &now, stamp)?;
        product = bytes;
        stamps.push(stamped);
        fault::point("seal.product");
    }
    let mut record = Envelope::new(body, kind, &product);
    stamps.push(sealing::seal_record(sealer.as_ref(), &mut record, stamp)?);
    fault::point("seal.record");
    let seal = if stamps.contains(&Some(false)) {
        "unstamped"
    } else if stamps.contains(&None) {
        "sealed"
    } else {
        "stamped"
    };
    Ok((product, record.bytes(), seal))
}

/// Makes the next approved document's product and record, and intends its deliveries.
pub fn next_product(house: &House, worker: &str) -> Result<bool> {
    let Some(document) = house.ledger.lease_document(DocumentState::Approved, worker)? else {
        return Ok(false);
    };
    make(house, &document).map(|()| true)
}

fn make(house: &House, document: &DocumentRow) -> Result<()> {
    let batch = house.ledger.batch(&document.batch)?;
    let version = house.version(&batch)?;
    let pages = house.ledger.pages(&document.batch)?;
    let Some(sheet) = document.sheet.clone() else {
        return Err(Error::Missing { what: "Die Entscheidung zu", id: document.id.0.clone() });
    };
    let intended = match intentions(house, &version, &sheet) {
        Ok(intended) => intended,
        Err(refusal) => return ask(house, document, sheet, refusal.into()),
    };
    let made = match produce(house, document, &batch, &pages, &sheet) {
        Ok(made) => made,
        Err(error @ Error::Vault { .. }) => return Err(error),
        Err(error) => return give_up_or_wait(house, document, sheet, error),
    };
    fault::point("document.produced");
    let produced = Produced {
        product: house.vault.put(&made.product)?,
        sheet: house.vault.put(&made.sheet)?,
        text: house.vault.put(&made.text)?,
        record: house.vault.put(&made.record)?,
        seal: made.seal,
    };
    fault::point("document.vaulted");
    let amended = match superseding(house, document, &made.record) {
        Ok(amended) => amended,
        Err(error) => return give_up_or_wait(house, document, sheet, error),
    };
    fault::point("rescan.amended");
    house.ledger.document_sealed(&document.id, produced, intended, amended)?;
    fault::point("document.sealed");
    Ok(())
}

/// An error that time heals is waited out; any other asks a person.
fn give_up_or_wait(house: &House, document: &DocumentRow, sheet: DocumentSheet, error: Error) -> Result<()> {
    // Without seal or timestamp a document waits for as long as it takes; it never goes out unsealed.
    let sealing = matches!(error, Error::Seal { .. });
    if error.retry() == Retry::Later && (sealing || document.attempts < ATTEMPTS_MAX) {
        house.ledger.document_again(&document.id, AGAIN * (document.attempts.min(ATTEMPTS_MAX) + 1))?;
        return Err(error);
    }
    ask(house, document, sheet, error)
}

/// A person sees the document again, with what stands in its way.
fn ask(house: &House, document: &DocumentRow, mut sheet: DocumentSheet, error: Error) -> Result<()> {
    let code = match &error {
        Error::Refused(refusal) => refusal.code.clone(),
        _ => "document.not_produced".into(),
    };
    sheet.understanding.review.push(ReviewReason { code, text: error.to_string(), page: None });
    house.ledger.document_decided(&document.id, sheet, DocumentState::Review, "engine")?;
    Err(error)
}

/// A delivery for each target of each department; none where a sentence of the town says so. A department that is not
/// there (any more) gets nothing silently: a person chooses another.
fn intentions(
    house: &House,
    version: &Pipeline,
    sheet: &DocumentSheet,
) -> std::result::Result<Vec<Intention>, Refusal> {
    if ordered(&version.ways.routes, &sheet.understanding, |route| route.undelivered) {
        return Ok(Vec::new());
    }
    let mut targets = sheet.understanding.targets.clone();
    targets.sort_by_key(|t| t.role != Role::Lead);
    let mut intended = Vec::new();
    for chosen in &targets {
        // Where it is delivered is a matter of today, whatever it began under.
        let department = house.pipeline.department(&chosen.department).ok_or_else(|| {
            let text = format!("Das Amt „{}“ gibt es nicht.", chosen.department);
            Refusal::new("target.unknown", text, "Ein anderes Amt wählen.")
        })?;
        let to = |target: &String| Intention { department: department.id.clone(), target: target.clone() };
        intended.extend(department.targets.iter().map(to));
    }
    if intended.is_empty() {
        return Err(Refusal::new("target.none", "Kein Amt bekäme dieses Schriftstück.", "Ein Amt wählen."));
    }
    Ok(intended)
}

/// The hash under which a document's files lie in the vault, read back whole.
pub fn parcel_bytes(vault: &Vault, hash: Option<ContentHash>, id: &DocumentId) -> Result<Vec<u8>> {
    let hash = hash.ok_or_else(|| Error::Missing { what: "Das Produkt zu", id: id.0.clone() })?;
    vault.read(&hash)
}
