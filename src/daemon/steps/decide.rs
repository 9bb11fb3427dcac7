//! Document -> sheet: what it is, where it goes, what will be made of it.

use super::{arrival, opened, operator, read_page};
use crate::daemon::House;
use crate::document::{file, keep_in_circle, obey, ordered, told, understand};
use crate::engine::protocol::{Answer, Order};
use crate::error::{Error, Result};
use crate::fault;
use crate::ledger::{BatchRow, DocumentRow, NewItem, PageRow};
use crate::model::document::{
    DocumentPages, DocumentSheet, Field, PageEntry, Product, Reason, ReviewReason, ScanMode, SeparatorEntry,
    SuppressedPage,
};
use crate::model::geometry::Box2;
use crate::model::invoice;
use crate::model::notes::Severity;
use crate::model::page::{Coding, Format, OpenedSource, ReadPage};
use crate::model::state::DocumentState;

/// What a reason is about that says that the source came before.
pub const SAME_BYTES: &str = "source";

/// Understands the next document and says what follows.
pub fn next_document(house: &House, worker: &str) -> Result<bool> {
    let Some(document) = house.ledger.lease_document(DocumentState::Formed, worker)? else {
        return Ok(false);
    };
    decide(house, &document).map(|()| true)
}

fn decide(house: &House, document: &DocumentRow) -> Result<()> {
    let batch = house.ledger.batch(&document.batch)?;
    let pages = house.ledger.pages(&document.batch)?;
    let mut sheet = sheet_of(house, document, &batch, &pages)?;
    // The mail book is for everybody in the mailroom: what is a circle's does not stand there.
    if document.circle.is_none()
        && ordered(&house.version(&batch)?.ways.routes, &sheet.understanding, |route| route.item)
    {
        sheet.item = Some(house.ledger.item_of(&document.id, item(&sheet), "engine")?);
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
    Ok(())
}

/// The paper of a document as the mail book enters it.
fn item(sheet: &DocumentSheet) -> NewItem {
    let decision = &sheet.understanding;
    let received = &sheet.received;
    NewItem {
        what: "plan".into(),
        channel: received.channel.clone().unwrap_or_else(|| "post".into()),
        date: received.date.clone().unwrap_or_default(),
        time: received.time.clone().unwrap_or_default(),
        department: decision.targets.first().map(|t| t.department.clone()).unwrap_or_default(),
        sender: decision.fields.get("sender").map(|f| f.value.clone()).unwrap_or_default(),
        ..NewItem::default()
    }
}

/// The decision about a document, from its pages and what came before it.
pub fn sheet_of(
    house: &House,
    document: &DocumentRow,
    batch: &BatchRow,
    pages: &[PageRow],
) -> Result<DocumentSheet> {
    let opened = opened(batch)?;
    let version = house.version(batch)?;
    let profile = version.profile(&batch.station);
    let read: Vec<ReadPage> =
        document.cut.pages.iter().filter_map(|&i| pages.get(i)).map(read_page).collect();
    let received = arrival(batch, &document.cut);
    // Without a person or a received date nothing replaces paper.
    let unproven = [
        (operator(batch, &document.cut).is_none(), "paper.no_operator", "keine Scankraft ist genannt"),
        (received.date.is_none(), "paper.no_received_date", "kein Eingangsdatum ist genannt"),
    ];
    let unproven: Vec<_> = unproven.iter().filter(|(lacks, ..)| *lacks).collect();
    let station = version.station(&batch.station);
    let town = version.town_rules();
    let book = house.rules.book_for(profile.scan_mode, &house.ledger, &house.vault)?;
    let mut decision = understand(
        &DocumentPages {
            pages: read.iter().collect(),
            station: &batch.station,
            station_department: station.and_then(|s| s.default_department.as_deref()),
            scan_mode: if unproven.is_empty() { profile.scan_mode } else { ScanMode::Copying },
            received: &received,
        },
        &book,
        &town,
    );
    if brings_invoice(opened) && whole(document, pages) {
        let order =
            Order::Invoice { source: house.vault.source(&batch.hash)?, limits: profile.limits.clone() };
        match house.engine.run(&order) {
            Ok(Answer::Invoice(Some(invoice))) => told(&mut decision, &invoice),
            Ok(_) | Err(Error::Engine { .. }) => decision.review.push(ReviewReason {
                code: "invoice.unreadable".into(),
                text: "Die elektronische Rechnung in der Datei ließ sich nicht lesen.".into(),
                page: None,
            }),
            Err(error) => return Err(error),
        }
    }
    obey(&mut decision, &document.cut.orders, &town);
    if let Some(filed) = &document.cut.filed {
        let home = station.and_then(|s| s.default_department.as_deref());
        file(&mut decision, filed, home, &document.cut.orders, &town);
    }
    if let Some(circle) = &document.circle {
        let home = station.and_then(|s| s.default_department.as_deref());
        keep_in_circle(&mut decision, circle, home, &document.cut.orders);
    }
    if let Some(station) = station.filter(|s| s.urgent) {
        decision.urgency = "urgent".into();
        let text = "Was an dieser Station gescannt wird, ist eilig.";
        decision.reasons.push(Reason::new("urgency", format!("station.{}", station.id), text));
    }
    if profile.scan_mode == ScanMode::Replacing {
        decision.reasons.extend(unproven.iter().map(|(_, rule, what)| {
            let text = format!("Als kopierender Scan verzeichnet, das Papier bleibt: {what}.");
            Reason::new("paper", *rule, text)
        }));
    }
    if let Some(first) = &batch.duplicate_of {
        let text = format!("Gleiche Bytes wie Stapel {first}.");
        decision.reasons.push(Reason::new(SAME_BYTES, "source.duplicate", text));
    }
    decision.protection.confidentiality = decision.protection.confidentiality.max(profile.confidentiality);
    decision.reasons.splice(0..0, document.cut.reasons.iter().cloned());
    if decision.hold.is_none() {
        let notes = opened.notes.iter().chain(&document.cut.notes).filter(|n| n.severity == Severity::Review);
        decision.review.extend(notes.map(|n| ReviewReason {
            code: n.code.clone(),
            text: n.text.clone(),
            page: None,
        }));
        // What lies in an old file has its place without a word: plans, photos, covers.
        let placed = document.cut.filed.is_some();
        let silent = read.iter().all(|p| p.text.words.is_empty());
        if silent && !placed && decision.review.len() < 2 && !opened.encrypted {
            decision.review.push(ReviewReason {
                code: "document.no_words".into(),
                text: "Auf keiner Seite wurde Text gelesen.".into(),
                page: None,
            });
        }
    }
    let product = product(opened, document, pages);
    let number = |index: usize| pages.get(index).map_or(0, |p| p.number);
    let mut sheet = DocumentSheet {
        schema: 1,
        document_id: document.id.clone(),
        batch: batch.id.clone(),
        item: None,
        understanding: decision,
        received,
        replaces: document.cut.replaces.clone(),
        filed: document.cut.filed.clone(),
        product,
        pages: entries(house, batch, pages, &document.cut.pages)?,
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
    };
    if sheet.understanding.hold.is_none()
        && let Some(first) = house.ledger.same_invoice(&sheet, document.circle.as_deref())?
        && Some(&first) != document.cut.replaces.as_ref()
    {
        sheet.understanding.review.push(ReviewReason {
            code: "invoice.twice".into(),
            text: format!("Absender, Rechnungsnummer und Betrag stehen schon in Schriftstück {first}."),
            page: None,
        });
    }
    if sheet.understanding.hold.is_none() {
        link_invoice(house, &mut sheet, document.circle.as_deref())?;
    }
    Ok(sheet)
}

/// A reminder and a credit note get the document of the invoice they are about as a field, if there is just one.
fn link_invoice(house: &House, sheet: &mut DocumentSheet, circle: Option<&str>) -> Result<()> {
    let decision = &mut sheet.understanding;
    let about = match decision.kind.as_str() {
        "mahnung" => "invoice_number",
        "gutschrift" => "preceding_invoice",
        _ => return Ok(()),
    };
    let Some(number) = decision.fields.get(about) else { return Ok(()) };
    let mut found = house.ledger.invoices_numbered(&number.value, circle)?;
    if found.len() > 1 {
        let sender = decision.fields.get("sender").map(|f| f.value.clone());
        found.retain(|(_, of)| *of == sender);
    }
    let [(invoice, _)] = found.as_slice() else { return Ok(()) };
    decision.reasons.push(Reason {
        about: "fields".into(),
        rule: "invoice.link".into(),
        text: format!("Rechnung {} ist Schriftstück {invoice}.", number.value),
        weight: None,
        page: Some(number.page),
        bounds: Some(number.bounds),
    });
    let field = Field {
        value: invoice.0.clone(),
        raw: number.raw.clone(),
        confidence: number.confidence,
        sure: number.sure,
        page: number.page,
        bounds: Box2::default(),
    };
    decision.fields.insert("invoice_document".into(), field);
    Ok(())
}

/// The file says of itself that it is an invoice.
fn brings_invoice(opened: &OpenedSource) -> bool {
    opened.notes.iter().any(|note| note.code == invoice::NOTE)
}

/// The document is the whole file.
fn whole(document: &DocumentRow, pages: &[PageRow]) -> bool {
    document.cut.pages.len() + document.cut.suppressed.len() == pages.len()
}

/// What the finished file is. A claim to be PDF/A is no proof: ISO 19005 has some hundred rules about fonts,
/// colours and objects, a wrong claim is common, and nothing here could check it. So a born-digital file is
/// not kept as the product on its word; it travels inside a PDF/A-3b that is one. It comes along only where it
/// is this letter and nothing else; of a file that holds several letters each gets its own pages. A signed
/// file and an electronic invoice stay what they are.
fn product(opened: &OpenedSource, document: &DocumentRow, pages: &[PageRow]) -> Product {
    let whole = whole(document, pages);
    let composed = |&i: &usize| pages.get(i).is_some_and(|p| p.source.coding == Coding::Composed);
    if document.cut.pages.is_empty() {
        Product::None
    } else if (opened.signed || brings_invoice(opened)) && whole {
        Product::Original
    } else if opened.format == Format::Pdf && whole && document.cut.pages.iter().any(composed) {
        Product::Pdfa3b
    } else {
        Product::Pdfa2b
    }
}

/// What `document.json` says about these pages of a batch.
pub fn entries(
    house: &House,
    batch: &BatchRow,
    pages: &[PageRow],
    chosen: &[usize],
) -> Result<Vec<PageEntry>> {
    let of = |row: &PageRow| {
        let file = match &row.rescanned {
            Some(rescanned) => house.ledger.batch(&rescanned.batch)?.file_name,
            None => batch.file_name.clone(),
        };
        Ok(entry(file, row.lies_in(&batch.hash).1, &read_page(row)))
    };
    chosen.iter().filter_map(|&index| pages.get(index)).map(of).collect()
}

fn entry(source: String, source_page: u32, page: &ReadPage) -> PageEntry {
    let m = &page.measured;
    PageEntry {
        source,
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
