//! What the ledger holds of a day, for the reconciliation.

use super::Ledger;
use super::batches::{json, parsed};
use super::sql::{self, Db, Optional};
use crate::batch::CutDocument;
use crate::batch::cover_sheet::Order;
use crate::delivery::reconcile::{DayBatch, DayDelivery, DayDocument};
use crate::error::Result;
use crate::model::hash::ContentHash;
use crate::model::sidecar::Sidecar;
use crate::model::state::{BatchState, DeliveryState, DocumentState};
use std::collections::BTreeSet;

impl Ledger {
    /// Every batch taken over from `from` on and before `to` (UTC, as the ledger writes times), also those only
    /// an event remembers. `in_vault` says whether bytes lie in the vault.
    pub fn day(
        &self,
        from: &str,
        to: &str,
        in_vault: impl Fn(&ContentHash) -> Result<bool>,
    ) -> Result<Vec<DayBatch>> {
        self.read(|db, tenant| {
            let mut statement = db.prepare(
                "SELECT subject FROM event WHERE tenant = ?1 AND code = 'batch.received' AND at >= ?2 AND at < ?3
                 UNION SELECT id FROM batch WHERE tenant = ?1 AND taken_at >= ?2 AND taken_at < ?3
                 ORDER BY 1",
            )?;
            let ids = statement.query_map((tenant, from, to), |row| row.get::<String>(0))?;
            let ids = ids.collect::<sql::Result<Vec<_>>>()?;
            ids.into_iter().map(|id| batch(db, tenant, id, &in_vault)).collect()
        })
    }
}

fn batch(
    db: &Db,
    tenant: &str,
    id: String,
    in_vault: &impl Fn(&ContentHash) -> Result<bool>,
) -> Result<DayBatch> {
    let row = db
        .prepare(
            "SELECT station, file_name, circle IS NOT NULL, state, sidecar, accepted_by,
               (SELECT count(*) FROM page p WHERE p.tenant = b.tenant AND p.batch = b.id)
             FROM batch b WHERE tenant = ?1 AND id = ?2",
        )?
        .query_row((tenant, &id), |row| {
            let sidecar: Option<Sidecar> = json(4, row.get(4)?)?;
            Ok(DayBatch {
                id: id.clone(),
                station: row.get(0)?,
                file_name: row.get(1)?,
                confidential: row.get(2)?,
                state: Some(parsed(3, BatchState::parse(&row.get::<String>(3)?))?),
                expected: sidecar.and_then(|s| s.images),
                announced: None,
                accepted_by: row.get(5)?,
                pages: usize::try_from(row.get::<i64>(6)?).unwrap_or_default(),
                gone: Vec::new(),
                documents: Vec::new(),
                formed: BTreeSet::new(),
                planned: BTreeSet::new(),
            })
        })
        .optional()?;
    let mut batch = row.unwrap_or_else(|| DayBatch {
        id: id.clone(),
        station: String::new(),
        file_name: String::new(),
        confidential: true,
        state: None,
        expected: None,
        announced: None,
        accepted_by: None,
        pages: 0,
        gone: Vec::new(),
        documents: Vec::new(),
        formed: BTreeSet::new(),
        planned: BTreeSet::new(),
    });
    let documents = documents(db, tenant, &id, in_vault)?;
    batch.announced = documents.iter().find_map(|(_, announced)| *announced);
    batch.documents = documents.into_iter().map(|(document, _)| document).collect();
    batch.gone = gone(db, tenant, &id)?;
    // What a person joined to another document is there no more, by that person's act.
    let joined = subjects(db, tenant, &id, "document.joined")?;
    batch.formed = &subjects(db, tenant, &id, "document.formed")? - &joined;
    batch.planned = subjects(db, tenant, &id, "delivery.planned")?;
    Ok(batch)
}

/// Places (from 0) of the images that are void or lie in another batch now.
fn gone(db: &Db, tenant: &str, batch: &str) -> Result<Vec<usize>> {
    let mut statement = db.prepare(
        "SELECT number FROM page WHERE tenant = ?1 AND batch = ?2 AND gone IS NOT NULL ORDER BY number",
    )?;
    let rows = statement.query_map((tenant, batch), |row| Ok(row.get::<u32>(0)? as usize - 1))?;
    Ok(rows.collect::<sql::Result<_>>()?)
}

/// Everything below a batch that an event of that code is about.
fn subjects(db: &Db, tenant: &str, batch: &str, code: &str) -> Result<BTreeSet<String>> {
    // Ids of documents and deliveries begin with that of their batch and a dash; `.` follows the dash in ASCII.
    let mut statement = db.prepare(
        "SELECT subject FROM event WHERE tenant = ?1 AND subject > ?2 || '-' AND subject < ?2 || '.' AND code = ?3",
    )?;
    let rows = statement.query_map((tenant, batch, code), |row| row.get(0))?;
    Ok(rows.collect::<sql::Result<_>>()?)
}

/// The documents in order, each with the number of documents its cover sheet announced for the batch.
fn documents(
    db: &Db,
    tenant: &str,
    batch: &str,
    in_vault: &impl Fn(&ContentHash) -> Result<bool>,
) -> Result<Vec<(DayDocument, Option<u32>)>> {
    let mut statement = db.prepare(
        "SELECT id, state, COALESCE(department, ''), pages, product FROM document
         WHERE tenant = ?1 AND batch = ?2 ORDER BY ordinal",
    )?;
    let rows = statement.query_map((tenant, batch), |row| {
        let cut: CutDocument = json(3, row.get(3)?)?.ok_or(sql::Error::Unreadable(0, "leer".into()))?;
        let product: Option<String> = row.get(4)?;
        let announced = |wanted: fn(&Order) -> Option<u32>| cut.orders.iter().find_map(wanted);
        let of_batch = announced(|order| if let Order::Documents(n) = order { Some(*n) } else { None });
        let document = DayDocument {
            id: row.get(0)?,
            state: parsed(1, DocumentState::parse(&row.get::<String>(1)?))?,
            department: row.get(2)?,
            announced: announced(|order| if let Order::Pages(n) = order { Some(*n) } else { None }),
            superseded: false,
            pages: cut.pages,
            suppressed: cut.suppressed.iter().map(|(page, _)| *page).collect(),
            separators: cut.separators.iter().map(|s| s.page).collect(),
            product_there: None,
            deliveries: Vec::new(),
        };
        Ok((document, of_batch, product, cut.replaces))
    })?;
    let rows = rows.collect::<sql::Result<Vec<_>>>()?;
    let old: BTreeSet<String> = rows.iter().filter_map(|(.., replaces)| Some(replaces.clone()?.0)).collect();
    let looked_for = |(mut document, of_batch, product, _): (DayDocument, _, Option<String>, _)| {
        let there = |hex: String| ContentHash::from_hex(&hex).map_or(Ok(false), |hash| in_vault(&hash));
        document.product_there = product.map(there).transpose()?;
        document.superseded = old.contains(&document.id);
        Ok((document, of_batch))
    };
    let mut documents = rows.into_iter().map(looked_for).collect::<Result<Vec<_>>>()?;
    let mut statement = db.prepare(
        "SELECT id, target, state, COALESCE(receipt, '') FROM delivery WHERE tenant = ?1 AND document = ?2
         ORDER BY id",
    )?;
    for (document, _) in &mut documents {
        let rows = statement.query_map((tenant, &document.id), |row| {
            Ok(DayDelivery {
                id: row.get(0)?,
                target: row.get(1)?,
                state: parsed(2, DeliveryState::parse(&row.get::<String>(2)?))?,
                receipt: row.get(3)?,
            })
        })?;
        document.deliveries = rows.collect::<sql::Result<_>>()?;
    }
    Ok(documents)
}
