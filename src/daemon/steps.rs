//! The steps from a received batch to a sealed document, each: lease, work, commit.

use super::{House, Purpose};
use crate::batch::cover_sheet::Order as CoverOrder;
use crate::batch::{BatchPage, CutDocument, CutOrder, Side, cut};
use crate::document::{obey, understand};
use crate::engine::protocol::{Answer, KeptFact, Order, ProduceOrder, ReadOrder, unreadable};
use crate::error::{Error, Result, Retry};
use crate::fault;
use crate::intake::put_aside;
use crate::ledger::{BatchRow, DocumentRow, Intention, PageRow, Produced};
use crate::model::document::{
    DocumentPages, DocumentSheet, PageEntry, Product, Received, ReviewReason, Role, ScanMode, SeparatorEntry,
    SuppressedPage,
};
use crate::model::hash::ContentHash;
use crate::model::ids::DocumentId;
use crate::model::notes::Severity;
use crate::model::page::{Coding, Format, OpenedSource, ReadPage};
use crate::model::refusal::Refusal;
use crate::model::state::{BatchState, DocumentState};
use crate::model::town::Profile;
use crate::pdf::About;
use crate::record::{self, Facts, Files};
use crate::vault::Vault;
use serde_json::json;
use std::time::Duration;

/// Failing steps are tried this often before a person is asked.
const ATTEMPTS_MAX: u32 = 5;
/// Wait after a failed step.
const AGAIN: Duration = Duration::from_secs(5);

/// Opens the next received source: its pages become known, or it is put aside with a reason.
pub fn next_source(house: &House, worker: &str) -> Result<bool> {
    let Some(batch) = house.ledger.lease_batch(BatchState::Received, worker)? else { return Ok(false) };
    fault::point("batch.leased");
    let profile = house.profile(&batch.station);
    let order = Order::Open { path: house.vault.path(&batch.hash), limits: profile.limits.clone() };
    let refusal = match house.engine.run(&order) {
        Ok(Answer::Opened(opened)) => {
            house.ledger.batch_opened(&batch.id, opened)?;
            fault::point("batch.opened");
            return Ok(true);
        }
        Ok(Answer::Refused(refusal)) => refusal,
        Ok(_) => return Err(Error::Format("answer does not fit the order".into())),
        Err(Error::Engine { code: "start", text }) => {
            house.ledger.batch_again(&batch.id, AGAIN)?;
            return Err(Error::Engine { code: "start", text });
        }
        Err(error) => Refusal::new("source.engine", error.to_string(), "Datei prüfen und neu scannen."),
    };
    if let Some(station) = house.pipeline.station(&batch.station) {
        put_aside(station, &house.vault, &batch, &refusal)?;
    }
    let text = format!("{} Hinweis: {}", refusal.text, refusal.hint);
    house.ledger.batch_stopped(&batch.id, BatchState::Rejected, &refusal.code, &text)?;
    Ok(true)
}

/// Measures and reads the next page. A page that kills its engine is kept, with the reason.
pub fn next_page(house: &House, worker: &str) -> Result<bool> {
    let Some(page) = house.ledger.lease_page(worker)? else { return Ok(false) };
    fault::point("page.leased");
    let batch = house.ledger.batch(&page.batch)?;
    let profile = house.profile(&batch.station);
    let order = Order::Read(Box::new(ReadOrder {
        path: house.vault.path(&batch.hash),
        page: page.source.clone(),
        languages: profile.languages.clone(),
        dpi_min: profile.dpi_min,
        limits: profile.limits.clone(),
    }));
    let (read, thumbnail) = match house.engine.run(&order) {
        Ok(Answer::Page(result)) => (result.page, result.thumbnail),
        Ok(_) => return Err(Error::Format("answer does not fit the order".into())),
        Err(Error::Engine { code: "start", text }) => {
            house.ledger.page_again(&page.batch, page.number, AGAIN)?;
            return Err(Error::Engine { code: "start", text });
        }
        Err(Error::Engine { code, text }) => {
            let refusal =
                Refusal::new(&format!("page.{code}"), format!("{text}."), "Seite ansehen oder neu scannen.");
            (unreadable(&page.source, &refusal), Vec::new())
        }
        Err(error) => return Err(error),
    };
    fault::point("page.answered");
    let thumbnail = if thumbnail.is_empty() { None } else { Some(house.vault.put(&thumbnail)?) };
    house.ledger.page_read(&page.batch, page.number, read, thumbnail)?;
    fault::point("page.recorded");
    Ok(true)
}

/// Cuts the next batch whose pages are all read.
pub fn next_cut(house: &House, worker: &str) -> Result<bool> {
    let Some(batch) = house.ledger.lease_batch(BatchState::Read, worker)? else { return Ok(false) };
    let profile = house.profile(&batch.station);
    let pages = house.ledger.pages(&batch.id)?;
    fault::point("batch.cutting");
    let cut = cut_pages(&pages, &profile, opened(&batch)?.signed);
    let missing = match house.purpose {
        Purpose::Service => difference(house, &batch, pages.len())
            .or_else(|| cut.iter().find_map(|document| missing(&batch, &profile, document))),
        Purpose::Once => None,
    };
    match missing {
        Some(refusal) => {
            let text = format!("{} Hinweis: {}", refusal.text, refusal.hint);
            house.ledger.batch_stopped(&batch.id, BatchState::Held, &refusal.code, &text)?;
        }
        None => house.ledger.batch_cut(&batch.id, cut)?,
    }
    fault::point("batch.cut");
    Ok(true)
}

/// What does not add up between the scanner's own account of a batch and what came, until a person accepts it.
fn difference(house: &House, batch: &BatchRow, pages: usize) -> Option<Refusal> {
    let expected = house.pipeline.station(&batch.station).is_some_and(|s| s.sidecar.is_some());
    if !expected || batch.accepted_by.is_some() {
        return None;
    }
    let hint = "Papier und Bilder vergleichen; stimmt es doch: poststelle hold release KENNUNG --by PERSON.";
    let Some(said) = &batch.sidecar else {
        return Some(Refusal::new(
            "batch.no_sidecar",
            "Die Begleitdatei des Scanners ist nicht gekommen.",
            hint,
        ));
    };
    if let Some(reason) = &said.unreadable {
        let text = format!("Die Begleitdatei des Scanners ist nicht zu verstehen: {reason}.");
        return Some(Refusal::new("batch.sidecar_unreadable", text, hint));
    }
    if said.images.is_some_and(|images| images as usize != pages) {
        let images = said.images.unwrap_or_default();
        let text = format!("Der Scanner meldet {images} Bilder, gekommen sind {pages}.");
        return Some(Refusal::new("batch.count_differs", text, hint));
    }
    said.double_feed.then(|| {
        Refusal::new(
            "batch.double_feed",
            "Der Scanner meldet einen Doppeleinzug; Blätter können fehlen.",
            hint,
        )
    })
}

/// What a person must still say before a document of this batch may exist. Neither is ever guessed: the scan
/// date is not the received date, and a shared account is nobody (TR-RESISCAN A.NB.4: who made the transfer).
fn missing(batch: &BatchRow, profile: &Profile, document: &CutDocument) -> Option<Refusal> {
    if arrival(batch, document).date.is_none() {
        return Some(Refusal::new(
            "batch.no_received_date",
            "Niemand hat gesagt, wann diese Post eingegangen ist; der Stapel wartet.",
            "Eingang angeben: poststelle hold release KENNUNG --received JJJJ-MM-TT --by PERSON; \
             künftig vor dem Scannen die Station öffnen.",
        ));
    }
    if profile.scan_mode == ScanMode::Replacing && operator(batch, document).is_none() {
        return Some(Refusal::new(
            "batch.no_operator",
            "Beim ersetzenden Scannen muss eine Person angemeldet sein; der Stapel wartet.",
            "Scankraft angeben: poststelle hold release KENNUNG --operator SCANKRAFT --by PERSON; \
             künftig vor dem Scannen die Station öffnen.",
        ));
    }
    None
}

/// When the mail came and who says so: the cover sheet in the stack, else the station-day.
fn arrival(batch: &BatchRow, document: &CutDocument) -> Received {
    let ordered = document.orders.iter().find_map(|order| match order {
        CoverOrder::Received(date) => Some(date.clone()),
        _ => None,
    });
    let source = if ordered.is_some() { "cover_sheet".to_owned() } else { batch.received_from.clone() };
    Received { date: ordered.or_else(|| batch.received_date.clone()), time: None, channel: None, source }
}

/// Who scanned: the person whose sheet lies in the stack, else whoever signed on at the station.
fn operator(batch: &BatchRow, document: &CutDocument) -> Option<String> {
    let ordered = document.orders.iter().find_map(|order| match order {
        CoverOrder::Operator(person) => Some(person.clone()),
        _ => None,
    });
    ordered.or_else(|| batch.operator.clone())
}

/// A batch without pages (an encrypted file) is one document without pages, for a person to see; a signed
/// file is one document whatever is in it, because cutting would break the signature.
fn cut_pages(pages: &[PageRow], profile: &Profile, signed: bool) -> Vec<CutDocument> {
    if signed || pages.is_empty() {
        return vec![CutDocument { pages: (0..pages.len()).collect(), ..CutDocument::default() }];
    }
    let seen: Vec<BatchPage> = pages
        .iter()
        .enumerate()
        .map(|(index, p)| BatchPage {
            source_page: p.source.number,
            side: Side::of(index, profile.duplex),
            blank: p.measured.as_ref().is_some_and(|m| m.blank),
            codes: p.measured.as_ref().map(|m| m.codes.clone()).unwrap_or_default(),
            words: p.text.as_ref().map_or(0, |t| t.words.len()),
            width: p.measured.as_ref().map_or(0, |m| m.width),
            height: p.measured.as_ref().map_or(0, |m| m.height),
            text: p.text.as_ref(),
        })
        .collect();
    let order = CutOrder {
        duplex: profile.duplex,
        suppress_blank: profile.suppress_blank,
        blank_separates: profile.blank_separates,
        pages_per_document: profile.pages_per_document,
        ..CutOrder::default()
    };
    cut(&seen, &order).into_documents()
}

/// Understands the next document and says what follows.
pub fn next_document(house: &House, worker: &str) -> Result<bool> {
    let Some(document) = house.ledger.lease_document(DocumentState::Formed, worker)? else {
        return Ok(false);
    };
    let batch = house.ledger.batch(&document.batch)?;
    let pages = house.ledger.pages(&document.batch)?;
    let mut sheet = sheet_of(house, &document, &batch, &pages)?;
    if let Some(first) = house.ledger.same_invoice(&sheet, batch.circle.as_deref())?
        && sheet.understanding.hold.is_none()
    {
        sheet.understanding.review.push(ReviewReason {
            code: "invoice.twice".into(),
            text: format!("Absender, Rechnungsnummer und Betrag stehen schon in Schriftstück {first}."),
            page: None,
        });
    }
    fault::point("document.understood");
    let decision = &sheet.understanding;
    let then = if decision.hold.is_some() {
        DocumentState::Hold
    } else if !decision.review.is_empty() {
        DocumentState::Review
    } else {
        DocumentState::Approved
    };
    house.ledger.document_decided(&document.id, sheet, then, "engine")?;
    fault::point("document.decided");
    Ok(true)
}

/// The decision about a document, from its pages alone.
pub fn sheet_of(
    house: &House,
    document: &DocumentRow,
    batch: &BatchRow,
    pages: &[PageRow],
) -> Result<DocumentSheet> {
    let opened = opened(batch)?;
    let profile = house.profile(&batch.station);
    let read: Vec<ReadPage> =
        document.cut.pages.iter().filter_map(|&i| pages.get(i)).map(read_page).collect();
    let received = arrival(batch, &document.cut);
    // Without a person or a received date nothing replaces paper.
    let proven = operator(batch, &document.cut).is_some() && received.date.is_some();
    let station = house.pipeline.station(&batch.station);
    let mut decision = understand(
        &DocumentPages {
            pages: read.iter().collect(),
            station_department: station.and_then(|s| s.default_department.as_deref()),
            scan_mode: if proven { profile.scan_mode } else { ScanMode::Copying },
            received: &received,
        },
        &house.book,
        &house.town_rules(),
    );
    decision.protection.confidentiality = decision.protection.confidentiality.max(profile.confidentiality);
    obey(&mut decision, &document.cut.orders, &house.town_rules());
    decision.reasons.splice(0..0, document.cut.reasons.iter().cloned());
    if decision.hold.is_none() {
        let notes = opened.notes.iter().chain(&document.cut.notes).filter(|n| n.severity == Severity::Review);
        decision.review.extend(notes.map(|n| ReviewReason {
            code: n.code.clone(),
            text: n.text.clone(),
            page: None,
        }));
        if read.iter().all(|p| p.text.words.is_empty()) && decision.review.len() < 2 && !opened.encrypted {
            decision.review.push(ReviewReason {
                code: "document.no_words".into(),
                text: "Auf keiner Seite wurde Text gelesen.".into(),
                page: None,
            });
        }
    }
    let product = product(opened, document, pages);
    let number = |index: usize| pages.get(index).map_or(0, |p| p.number);
    Ok(DocumentSheet {
        schema: 1,
        document_id: document.id.clone(),
        batch: batch.id.clone(),
        item: None,
        understanding: decision,
        received,
        product,
        pages: document.cut.pages.iter().zip(&read).map(|(&i, p)| entry(batch, number(i), p)).collect(),
        suppressed_pages: document
            .cut
            .suppressed
            .iter()
            .map(|(i, reason)| SuppressedPage {
                source: batch.file_name.clone(),
                source_page: number(*i),
                reason: reason.clone(),
                sha256: batch.hash.hex(),
            })
            .collect(),
        separators: document
            .cut
            .separators
            .iter()
            .map(|s| SeparatorEntry {
                source: batch.file_name.clone(),
                source_page: number(s.page),
                kind: s.kind.clone(),
                value: s.value.clone(),
                orders: s.orders.clone(),
            })
            .collect(),
    })
}

/// What the finished file is. A claim to be PDF/A is no proof: ISO 19005 has some hundred rules about fonts,
/// colours and objects, a wrong claim is common, and nothing here could check it. So a born-digital file is
/// not kept as the product on its word; it travels inside a PDF/A-3b that is one. It comes along only where it
/// is this letter and nothing else; of a file that holds several letters each gets its own pages. A signed
/// file, and one whose owner forbids changes, stays what it is.
fn product(opened: &OpenedSource, document: &DocumentRow, pages: &[PageRow]) -> Product {
    let whole = document.cut.pages.len() + document.cut.suppressed.len() == pages.len();
    let composed = |&i: &usize| pages.get(i).is_some_and(|p| p.source.coding == Coding::Composed);
    if document.cut.pages.is_empty() {
        Product::None
    } else if (opened.signed || opened.restricted) && whole {
        Product::Original
    } else if opened.format == Format::Pdf && whole && document.cut.pages.iter().any(composed) {
        Product::Pdfa3b
    } else {
        Product::Pdfa2b
    }
}

fn opened(batch: &BatchRow) -> Result<&OpenedSource> {
    batch.opened.as_ref().ok_or_else(|| Error::Missing { what: "source", id: batch.id.0.clone() })
}

/// What was found on a page; a page whose words were deleted has none.
fn read_page(page: &PageRow) -> ReadPage {
    match &page.measured {
        Some(measured) => {
            ReadPage { measured: measured.clone(), text: page.text.clone().unwrap_or_default() }
        }
        None => unreadable(
            &page.source,
            &Refusal::new("page.not_measured", "Die Seite wurde nicht verarbeitet.", ""),
        ),
    }
}

fn entry(batch: &BatchRow, source_page: u32, page: &ReadPage) -> PageEntry {
    let m = &page.measured;
    PageEntry {
        source: batch.file_name.clone(),
        source_page,
        width: m.width,
        height: m.height,
        dpi: m.dpi,
        turned: m.turned,
        skew: (m.skew * 1000.0).round() / 1000.0,
        blank: m.blank,
        words: page.text.words.len(),
        mean_confidence: (page.text.mean_confidence() * 1000.0).round() / 1000.0,
        notes: m.notes.clone(),
    }
}

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
    let (product, kept) = match sheet.product {
        Product::None => (Vec::new(), Vec::new()),
        Product::Original => (house.vault.read(&batch.hash)?, Vec::new()),
        Product::Pdfa2b | Product::Pdfa3b => {
            let order = Order::Produce(Box::new(ProduceOrder {
                path: house.vault.path(&batch.hash),
                pages: chosen.iter().map(|(p, read)| (p.source.clone(), read.clone())).collect(),
                attach_as: (sheet.product == Product::Pdfa3b).then(|| batch.file_name.clone()),
                about: About {
                    title: format!("{} {}", sheet.understanding.kind, document.id),
                    document_id: document.id.0.clone(),
                    producer: format!("poststelle {}", env!("CARGO_PKG_VERSION")),
                    created: format!("{}Z", batch.taken_at.get(..19).unwrap_or("1970-01-01T00:00:00")),
                },
                limits: house.profile(&batch.station).limits,
            }));
            match house.engine.run(&order)? {
                Answer::Product(product) => (product.pdf, product.kept),
                Answer::Refused(refusal) => return Err(refusal.into()),
                _ => return Err(Error::Format("answer does not fit the order".into())),
            }
        }
    };
    let text = chosen.iter().map(|(_, p)| p.text.plain()).collect::<Vec<_>>().join("\u{c}").into_bytes();
    let sheet_bytes = serde_json::to_vec_pretty(sheet)?;
    let files = Files { product: &product, text: &text, sheet: &sheet_bytes };
    let record = record::build(facts(house, document, batch, &chosen, &kept, sheet), files);
    Ok(Made { product, text, sheet: sheet_bytes, record })
}

fn facts(
    house: &House,
    document: &DocumentRow,
    batch: &BatchRow,
    pages: &[(&PageRow, ReadPage)],
    kept: &[KeptFact],
    sheet: &DocumentSheet,
) -> Facts {
    let profile = house.profile(&batch.station);
    let decision = &sheet.understanding;
    let fell_back = profile.scan_mode == ScanMode::Replacing && decision.scan_mode == ScanMode::Copying;
    Facts {
        setting: json!({
            "town": house.pipeline.town,
            "document": document.id,
            "station": batch.station,
            "scanner": house.pipeline.station(&batch.station).map(|s| s.scanner.clone()),
            "profile": profile.id,
            "operator": operator(batch, &document.cut),
            "received": sheet.received,
            "taken_over": batch.taken_at,
            "file_modified": batch.file_modified,
            "sidecar": batch.sidecar,
            "scan_mode": decision.scan_mode,
            "fell_back_to_copying": fell_back,
            "software": format!("poststelle {}", env!("CARGO_PKG_VERSION")),
            "configuration_sha256": batch.config,
        }),
        sources: json!([{ "file": batch.file_name, "sha256": batch.hash, "bytes": batch.bytes }]),
        pages: pages
            .iter()
            .enumerate()
            .map(|(index, (row, page))| {
                let m = &page.measured;
                json!({
                    "source_page": row.number,
                    "turned_in_product": m.turned,
                    "skew_found_not_applied": format!("{:.3}", m.skew),
                    "blank": m.blank,
                    "notes": m.notes.iter().map(|n| n.code.clone()).collect::<Vec<_>>(),
                    "kept": kept.get(index).map(|k| json!({
                        "sha256": k.sha256,
                        "coding": k.coding,
                        "notes": k.notes.iter().map(|n| n.code.clone()).collect::<Vec<_>>(),
                    })),
                })
            })
            .collect(),
        decision: json!({
            "kind": decision.kind,
            "kind_confidence": format!("{:.4}", decision.kind_confidence),
            "classifier_versions": house.book.kinds().iter().map(|k| (k.id.clone(), k.version)).collect::<std::collections::BTreeMap<_, _>>(),
            "rules": decision.reasons.iter().map(|r| r.rule.clone()).collect::<Vec<_>>(),
            "departments": decision.targets.iter().map(|t| t.department.clone()).collect::<Vec<_>>(),
            "hold": decision.hold,
            "review": decision.review.iter().map(|r| r.code.clone()).collect::<Vec<_>>(),
            "suppressed_pages": sheet.suppressed_pages.iter().map(|p| p.source_page).collect::<Vec<_>>(),
            "separators": sheet.separators.iter().map(|p| p.source_page).collect::<Vec<_>>(),
        }),
    }
}

/// Makes the next approved document's product and record, and intends its deliveries.
pub fn next_product(house: &House, worker: &str) -> Result<bool> {
    let Some(document) = house.ledger.lease_document(DocumentState::Approved, worker)? else {
        return Ok(false);
    };
    let batch = house.ledger.batch(&document.batch)?;
    let pages = house.ledger.pages(&document.batch)?;
    let Some(sheet) = document.sheet.clone() else {
        return Err(Error::Missing { what: "decision", id: document.id.0 });
    };
    let made = match produce(house, &document, &batch, &pages, &sheet) {
        Ok(made) => made,
        Err(error) => return give_up_or_wait(house, &document, sheet, error),
    };
    fault::point("document.produced");
    let produced = Produced {
        product: house.vault.put(&made.product)?,
        sheet: house.vault.put(&made.sheet)?,
        text: house.vault.put(&made.text)?,
        record: house.vault.put(&made.record)?,
    };
    fault::point("document.vaulted");
    house.ledger.document_sealed(&document.id, produced, intentions(house, &sheet))?;
    fault::point("document.sealed");
    Ok(true)
}

/// An error that time heals is waited out; any other asks a person.
fn give_up_or_wait(
    house: &House,
    document: &DocumentRow,
    mut sheet: DocumentSheet,
    error: Error,
) -> Result<bool> {
    if error.retry() == Retry::Later && document.attempts < ATTEMPTS_MAX {
        house.ledger.document_again(&document.id, AGAIN * (document.attempts + 1))?;
        return Err(error);
    }
    sheet.understanding.review.push(ReviewReason {
        code: "document.not_produced".into(),
        text: error.to_string(),
        page: None,
    });
    house.ledger.document_decided(&document.id, sheet, DocumentState::Review, "engine")?;
    Err(error)
}

fn intentions(house: &House, sheet: &DocumentSheet) -> Vec<Intention> {
    let mut targets = sheet.understanding.targets.clone();
    targets.sort_by_key(|t| t.role != Role::Lead);
    targets
        .iter()
        .filter_map(|t| house.pipeline.department(&t.department))
        .flat_map(|d| {
            d.targets.iter().map(|target| Intention { department: d.id.clone(), target: target.clone() })
        })
        .collect()
}

/// The hash under which a document's files lie in the vault, read back whole.
pub fn parcel_bytes(vault: &Vault, hash: Option<ContentHash>, id: &DocumentId) -> Result<Vec<u8>> {
    let hash = hash.ok_or_else(|| Error::Missing { what: "product", id: id.0.clone() })?;
    vault.read(&hash)
}
