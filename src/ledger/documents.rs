//! Documents: from the cut to the closed case.

use super::batches::{json, parsed};
use super::log::RECORD_WRITTEN;
use super::sql::{self, Db, Optional, Row};
use super::{DUE, Ledger, advance, event, far, hold_bytes, later, leased_until, missing, now};
use crate::batch::CutDocument;
use crate::batch::cover_sheet;
use crate::error::{Error, Result};
use crate::model::document::DocumentSheet;
use crate::model::hash::ContentHash;
use crate::model::ids::{BatchId, DeliveryId, DocumentId};
use crate::model::state::{BatchState, DeliveryState, DocumentState};
use crate::record::amendment::AMENDED;
use std::time::Duration;

/// A document as the ledger knows it.
#[derive(Clone, Debug)]
pub struct DocumentRow {
    /// Id.
    pub id: DocumentId,
    /// Its batch.
    pub batch: BatchId,
    /// Number in the batch, from 1.
    pub ordinal: u32,
    /// State.
    pub state: DocumentState,
    /// Which pages, separators and suppressed backs, and why.
    pub cut: CutDocument,
    /// Circle whose members alone see it.
    pub circle: Option<String>,
    /// Lead department of the decision.
    pub department: Option<String>,
    /// Hash of the product.
    pub product: Option<ContentHash>,
    /// Hash of `document.json`.
    pub sheet_hash: Option<ContentHash>,
    /// Hash of `document.txt`.
    pub text: Option<ContentHash>,
    /// Hash of `record.json`.
    pub record: Option<ContentHash>,
    /// The decision, where its words still exist.
    pub sheet: Option<DocumentSheet>,
    /// Times the current step failed.
    pub attempts: u32,
}

/// Hashes of what was produced for a document.
#[derive(Clone, Copy, Debug)]
pub struct Produced {
    /// The PDF or original.
    pub product: ContentHash,
    /// `document.json`.
    pub sheet: ContentHash,
    /// `document.txt`.
    pub text: ContentHash,
    /// `record.json`.
    pub record: ContentHash,
    /// `none`, `sealed`, `stamped`, `unstamped`.
    pub seal: &'static str,
}

/// What is said of a sealed document when its new version is.
#[derive(Clone, Debug)]
pub struct Amended {
    /// The sealed document.
    pub document: DocumentId,
    /// Who had it scanned again.
    pub by: String,
    /// The amendment in the vault.
    pub amendment: ContentHash,
}

/// One intended delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intention {
    /// Department.
    pub department: String,
    /// Target id.
    pub target: String,
}

pub(super) const DOCUMENT: &str =
    "d.id, d.batch, d.ordinal, d.state, d.pages, d.department, d.product, d.sheet, d.record,
    w.words, d.attempts, d.text, d.circle FROM document d
    LEFT JOIN document_words w ON w.tenant = d.tenant AND w.document = d.id";

pub(super) fn document_row(row: &Row<'_>) -> sql::Result<DocumentRow> {
    let hash = |column: usize| -> sql::Result<Option<ContentHash>> {
        Ok(row.get::<Option<String>>(column)?.as_deref().and_then(ContentHash::from_hex))
    };
    Ok(DocumentRow {
        id: DocumentId(row.get(0)?),
        batch: BatchId(row.get(1)?),
        ordinal: row.get(2)?,
        state: parsed(3, DocumentState::parse(&row.get::<String>(3)?))?,
        cut: json(4, row.get(4)?)?.ok_or(sql::Error::Unreadable(0, "leer".into()))?,
        department: row.get(5)?,
        product: hash(6)?,
        sheet_hash: hash(7)?,
        record: hash(8)?,
        sheet: json(9, row.get(9)?)?,
        attempts: row.get(10)?,
        text: hash(11)?,
        circle: row.get(12)?,
    })
}

impl Ledger {
    /// The batch was cut: its documents exist from now on.
    pub fn batch_cut(&self, batch: &BatchId, documents: Vec<CutDocument>, circles: &[String]) -> Result<()> {
        let (batch, circles) = (batch.clone(), circles.to_vec());
        self.write(move |tx, tenant| {
            for (index, cut) in documents.iter().enumerate() {
                let ordinal = u32::try_from(index + 1).unwrap_or(u32::MAX);
                let id = DocumentId::new(&batch, ordinal);
                let ordered = cover_sheet::circle(&cut.orders, &circles);
                tx.prepare(
                    "INSERT INTO document (tenant, id, batch, ordinal, state, pages, due_at, circle)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, '',
                       COALESCE(?7, (SELECT circle FROM batch WHERE tenant = ?1 AND id = ?3)))
                     ON CONFLICT DO NOTHING",
                )?
                .execute((
                    tenant,
                    &id.0,
                    &batch.0,
                    ordinal,
                    DocumentState::Formed.text(),
                    serde_json::to_string(cut)?,
                    ordered,
                ))?;
                event(tx, tenant, "document.formed", &id.0, "engine", &format!("pages={}", cut.pages.len()))?;
                for separator in &cut.separators {
                    let orders = cover_sheet::parse(&separator.value);
                    if let Some(item) = cover_sheet::item(&orders) {
                        let place = format!("batch={batch} image={}", separator.page + 1);
                        event(tx, tenant, "item.in_stack", item, "engine", &place)?;
                    }
                }
            }
            // The sheet of old files says where their paper lies.
            if let Some(filed) = documents.first().and_then(|cut| cut.filed.as_ref()) {
                event(tx, tenant, "paper.boxed", &batch.0, "engine", &filed.in_box)?;
            }
            advance(
                tx,
                tenant,
                &batch.0,
                BatchState::Cut,
                "engine",
                &format!("documents={}", documents.len()),
            )?;
            Ok(())
        })
    }

    /// Takes the next due document in that state.
    pub fn lease_document(&self, state: DocumentState, worker: &str) -> Result<Option<DocumentRow>> {
        let worker = worker.to_owned();
        self.claim_row(move |tx, tenant| {
            let free = tx.free();
            let id: Option<String> = tx
                .prepare(&format!(
                    "SELECT id FROM document WHERE tenant = ?1 AND state = ?2 AND {DUE}
                       AND (leased_until IS NULL OR leased_until < ?3) ORDER BY due_at, id LIMIT 1 {free}"
                ))?
                .query_row((tenant, state.text(), now(), far()), |row| row.get(0))
                .optional()?;
            let Some(id) = id else { return Ok(None) };
            tx.prepare(
                "UPDATE document SET leased_by = ?3, leased_until = ?4 WHERE tenant = ?1 AND id = ?2",
            )?
            .execute((tenant, &id, worker, leased_until()))?;
            Ok(Some(
                tx.prepare(&format!("SELECT {DOCUMENT} WHERE d.tenant = ?1 AND d.id = ?2"))?
                    .query_row((tenant, &id), document_row)?,
            ))
        })
    }

    /// One document.
    pub fn document(&self, id: &DocumentId) -> Result<DocumentRow> {
        self.read(|db, tenant| {
            db.prepare(&format!("SELECT {DOCUMENT} WHERE d.tenant = ?1 AND d.id = ?2"))?
                .query_row((tenant, &id.0), document_row)
                .map_err(|e| missing(e, "document", &id.0))
        })
    }

    /// An earlier document of the same kind with the same sender, invoice number and gross amount, of the same
    /// circle or none. A reminder names its invoice, but is of another kind.
    pub fn same_invoice(&self, sheet: &DocumentSheet, circle: Option<&str>) -> Result<Option<DocumentId>> {
        let field = |name: &str| sheet.understanding.fields.get(name).map(|f| f.value.clone());
        let (Some(number), Some(amount)) = (field("invoice_number"), field("gross_amount")) else {
            return Ok(None);
        };
        self.read(|db, tenant| {
            let found = db
                .prepare(
                    "SELECT w.document FROM document_words w JOIN document d ON d.tenant = w.tenant AND d.id = w.document
                     WHERE w.tenant = ?1 AND json_extract(w.words, '$.fields.invoice_number.value') = ?2
                       AND json_extract(w.words, '$.fields.gross_amount.value') = ?3
                       AND json_extract(w.words, '$.fields.sender.value') IS NOT DISTINCT FROM ?4
                       AND w.document <> ?5 AND d.circle IS NOT DISTINCT FROM ?6 AND d.kind = ?7 ORDER BY w.document LIMIT 1",
                )?
                .query_row(
                    (tenant, number, amount, field("sender"), &sheet.document_id.0, circle, &sheet.understanding.kind),
                    |r| r.get(0),
                )
                .optional()?;
            Ok(found.map(DocumentId))
        })
    }

    /// Invoices with that number in that circle, with their senders; a few are enough to see that it is not one.
    pub fn invoices_numbered(
        &self,
        number: &str,
        circle: Option<&str>,
    ) -> Result<Vec<(DocumentId, Option<String>)>> {
        self.read(|db, tenant| {
            let mut statement = db.prepare(
                "SELECT w.document, json_extract(w.words, '$.fields.sender.value')
                 FROM document_words w JOIN document d ON d.tenant = w.tenant AND d.id = w.document
                 WHERE w.tenant = ?1 AND json_extract(w.words, '$.fields.invoice_number.value') = ?2
                   AND d.circle IS NOT DISTINCT FROM ?3 AND d.kind = 'rechnung' ORDER BY w.document LIMIT 5",
            )?;
            let rows =
                statement.query_map((tenant, number, circle), |r| Ok((DocumentId(r.get(0)?), r.get(1)?)))?;
            rows.collect::<sql::Result<_>>().map_err(Error::from)
        })
    }

    /// All documents of a batch in order.
    pub fn documents(&self, batch: &BatchId) -> Result<Vec<DocumentRow>> {
        self.read(|db, tenant| {
            let mut statement = db.prepare(&format!(
                "SELECT {DOCUMENT} WHERE d.tenant = ?1 AND d.batch = ?2 ORDER BY d.ordinal"
            ))?;
            let rows = statement.query_map((tenant, &batch.0), document_row)?;
            rows.collect::<sql::Result<_>>().map_err(Error::from)
        })
    }

    /// All documents in that state, oldest first.
    pub fn documents_in(&self, state: DocumentState) -> Result<Vec<DocumentRow>> {
        self.read(|db, tenant| {
            let mut statement =
                db.prepare(&format!("SELECT {DOCUMENT} WHERE d.tenant = ?1 AND d.state = ?2 ORDER BY d.id"))?;
            let rows = statement.query_map((tenant, state.text()), document_row)?;
            rows.collect::<sql::Result<_>>().map_err(Error::from)
        })
    }

    /// The decision about a document, and the state that follows from it.
    pub fn document_decided(
        &self,
        id: &DocumentId,
        sheet: DocumentSheet,
        then: DocumentState,
        actor: &str,
    ) -> Result<()> {
        let (id, actor) = (id.clone(), actor.to_owned());
        self.write(move |tx, tenant| {
            let state: String = tx
                .query_row("SELECT state FROM document WHERE tenant = ?1 AND id = ?2", (tenant, &id.0), |r| {
                    r.get(0)
                })
                .map_err(|e| missing(e, "document", &id.0))?;
            let decision = &sheet.understanding;
            super::review::write_sheet(tx, tenant, &id, &sheet)?;
            let codes: Vec<&str> = decision.review.iter().map(|r| r.code.as_str()).collect();
            if state == DocumentState::Formed.text() {
                advance(
                    tx,
                    tenant,
                    &id.0,
                    DocumentState::Understood,
                    &actor,
                    &format!("kind={}", decision.kind),
                )?;
            }
            advance(tx, tenant, &id.0, then, &actor, &codes.join(" "))?;
            Ok(())
        })
    }

    /// Product and record are in the vault; the deliveries are intended from here on.
    pub fn document_sealed(
        &self,
        id: &DocumentId,
        made: Produced,
        intentions: Vec<Intention>,
        amended: Option<Amended>,
    ) -> Result<()> {
        let id = id.clone();
        self.write(move |tx, tenant| {
            tx.execute(
                "UPDATE document SET product = ?3, sheet = ?4, text = ?5, record = ?6
                 WHERE tenant = ?1 AND id = ?2",
                (tenant, &id.0, made.product.hex(), made.sheet.hex(), made.text.hex(), made.record.hex()),
            )?;
            for (hash, role) in [
                (made.product, "product"),
                (made.sheet, "sheet"),
                (made.text, "text"),
                (made.record, "record"),
            ] {
                hold_bytes(tx, tenant, &hash.hex(), &format!("{id} {role}"))?;
            }
            event(tx, tenant, RECORD_WRITTEN, &id.0, "engine", &made.record.hex())?;
            event(tx, tenant, "record.sealed", &id.0, "engine", made.seal)?;
            if let Some(Amended { document, by, amendment }) = &amended {
                hold_bytes(tx, tenant, &amendment.hex(), &document.0)?;
                event(tx, tenant, AMENDED, &document.0, by, &amendment.hex())?;
            }
            advance(tx, tenant, &id.0, DocumentState::Sealed, "engine", &made.product.hex())?;
            for Intention { department, target } in &intentions {
                let delivery = DeliveryId::new(&id, target);
                tx.execute(
                    "INSERT INTO delivery (tenant, id, document, department, target, state, due_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, '') ON CONFLICT DO NOTHING",
                    (tenant, &delivery.0, &id.0, department, target, DeliveryState::Planned.text()),
                )?;
                event(tx, tenant, "delivery.planned", &delivery.0, "engine", target)?;
            }
            advance(
                tx,
                tenant,
                &id.0,
                DocumentState::Delivering,
                "engine",
                &format!("deliveries={}", intentions.len()),
            )?;
            settle(tx, tenant, &id.0)
        })
    }

    /// A step failed and is tried again later.
    pub fn document_again(&self, id: &DocumentId, after: Duration) -> Result<()> {
        let id = id.clone();
        self.write(move |tx, tenant| {
            tx.execute(
                "UPDATE document SET attempts = attempts + 1, due_at = ?3, leased_by = NULL, leased_until = NULL
                 WHERE tenant = ?1 AND id = ?2",
                (tenant, &id.0, later(after)),
            )?;
            Ok(())
        })
    }
}

/// Closes a document whose deliveries are all settled, and then its batch.
pub(super) fn settle(tx: &Db, tenant: &str, document: &str) -> Result<()> {
    let open = tx
        .prepare(
            "SELECT 1 FROM delivery WHERE tenant = ?1 AND document = ?2
               AND state NOT IN ('confirmed', 'dead') AND (state <> 'handed_over' OR awaits)",
        )?
        .exists((tenant, document))?;
    // A letter that was passed on later is closed already; its delivery changes that no more.
    let closed = tx
        .prepare("SELECT 1 FROM document WHERE tenant = ?1 AND id = ?2 AND state = 'closed'")?
        .exists((tenant, document))?;
    if open || closed {
        return Ok(());
    }
    advance(tx, tenant, document, DocumentState::Delivered, "delivery", "")?;
    advance(tx, tenant, document, DocumentState::Closed, "delivery", "")?;
    let batch: String = tx.query_row(
        "SELECT batch FROM document WHERE tenant = ?1 AND id = ?2",
        (tenant, document),
        |row| row.get(0),
    )?;
    let open = tx
        .prepare("SELECT 1 FROM document WHERE tenant = ?1 AND batch = ?2 AND state <> 'closed'")?
        .exists((tenant, &batch))?;
    // A new version comes to be long after its batch was released.
    let cut = tx.prepare("SELECT 1 FROM batch WHERE tenant = ?1 AND id = ?2 AND state = ?3")?.exists((
        tenant,
        &batch,
        BatchState::Cut.text(),
    ))?;
    if !open && cut {
        advance(tx, tenant, &batch, BatchState::Released, "delivery", "")?;
    }
    Ok(())
}
