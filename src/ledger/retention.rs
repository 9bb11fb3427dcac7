//! What may be deleted, and that it was: rows lose their words and the vault its objects, events keep hash, rule and
//! day. An object goes when no holder is left, in any tenant; its removal is intended here before it happens.

use super::sql::{self, Db, Optional};
use super::{Ledger, event};
use crate::batch::CutDocument;
use crate::error::{Error, Result};
use crate::model::hash::ContentHash;
use crate::model::ids::{BatchId, DocumentId, ItemId};
use std::collections::BTreeSet;

/// Code of the event that an object of the vault was given up; its subject is the hash.
pub const OBJECT_DELETED: &str = "retention.object";
/// Code of the event that the copy of a document was deleted.
pub const DOCUMENT_DELETED: &str = "retention.document";
/// Code of the event that what was left of a batch was deleted.
pub const BATCH_DELETED: &str = "retention.batch";

/// A closed document whose copy is still here.
#[derive(Clone, Debug)]
pub struct KeptDocument {
    /// Document.
    pub id: DocumentId,
    /// Kind id, empty if none.
    pub kind: String,
    /// Hash of `record.json`.
    pub record: Option<ContentHash>,
    /// ISO date.
    pub received: Option<String>,
    /// When it was closed, UTC.
    pub closed_at: Option<String>,
    /// Somebody was to get it.
    pub delivered: bool,
    /// A department, or the mailroom after it, has not done with it.
    pub in_inbox: bool,
}

/// A batch of which no document is left, with its bytes still here.
#[derive(Clone, Debug)]
pub struct KeptBatch {
    /// Batch.
    pub id: BatchId,
    /// Running number.
    pub number: u64,
    /// Station id.
    pub station: String,
    /// Name of the file as scanned.
    pub file_name: String,
    /// It was rejected or taken back, and never became documents.
    pub rejected: bool,
    /// When it ended, UTC.
    pub ended_at: Option<String>,
}

/// Why something goes, for its events.
#[derive(Clone, Debug)]
pub struct Deletion {
    /// Rule of the town.
    pub rule: String,
    /// First day on which it could go, ISO.
    pub due: String,
    /// Today, ISO.
    pub on: String,
    /// Older backups are gone by that day, ISO.
    pub backups_until: String,
    /// Who.
    pub by: String,
}

impl Deletion {
    fn detail(&self) -> String {
        format!("rule={} due={} backups_until={}", self.rule, self.due, self.backups_until)
    }
}

impl Ledger {
    /// Closed documents whose copies are here, by id, after `after`.
    pub fn kept_documents(&self, after: &str, rows_max: u32) -> Result<Vec<KeptDocument>> {
        self.read(|db, tenant| {
            let mut statement = db.prepare(
                "SELECT d.id, coalesce(d.kind, ''), d.record, b.received_date,
                   (SELECT max(e.at) FROM event e WHERE e.tenant = d.tenant AND e.subject = d.id
                      AND e.code = 'document.closed'),
                   EXISTS (SELECT 1 FROM delivery v WHERE v.tenant = d.tenant AND v.document = d.id),
                   EXISTS (SELECT 1 FROM inbox i WHERE i.tenant = d.tenant AND i.document = d.id
                      AND i.state NOT IN ('done', 'moved'))
                 FROM document d JOIN batch b ON b.tenant = d.tenant AND b.id = d.batch
                 WHERE d.tenant = ?1 AND d.state = 'closed' AND d.deleted_on IS NULL AND d.id > ?2
                 ORDER BY d.id LIMIT ?3",
            )?;
            let rows = statement.query_map((tenant, after, rows_max), |r| {
                Ok(KeptDocument {
                    id: DocumentId(r.get(0)?),
                    kind: r.get(1)?,
                    record: r.get::<Option<String>>(2)?.as_deref().and_then(ContentHash::from_hex),
                    received: r.get(3)?,
                    closed_at: r.get(4)?,
                    delivered: r.get(5)?,
                    in_inbox: r.get(6)?,
                })
            })?;
            rows.collect::<sql::Result<_>>().map_err(Error::from)
        })
    }

    /// Ended batches of which no document is left, by number, after `after`.
    pub fn kept_batches(&self, after: u64, rows_max: u32) -> Result<Vec<KeptBatch>> {
        self.read(|db, tenant| {
            let mut statement = db.prepare(
                "SELECT b.id, b.number, b.station, b.file_name, b.state <> 'released',
                   (SELECT max(e.at) FROM event e WHERE e.tenant = b.tenant AND e.subject = b.id
                      AND e.code = 'batch.' || b.state)
                 FROM batch b
                 WHERE b.tenant = ?1 AND b.state IN ('released', 'rejected', 'cancelled') AND b.deleted_on IS NULL
                   AND b.number > ?2 AND NOT EXISTS (SELECT 1 FROM document d
                     WHERE d.tenant = b.tenant AND d.batch = b.id AND d.deleted_on IS NULL)
                 ORDER BY b.number LIMIT ?3",
            )?;
            let after = i64::try_from(after).unwrap_or(i64::MAX);
            let rows = statement.query_map((tenant, after, rows_max), |r| {
                Ok(KeptBatch {
                    id: BatchId(r.get(0)?),
                    number: r.get::<i64>(1)?.unsigned_abs(),
                    station: r.get(2)?,
                    file_name: r.get(3)?,
                    rejected: r.get(4)?,
                    ended_at: r.get(5)?,
                })
            })?;
            rows.collect::<sql::Result<_>>().map_err(Error::from)
        })
    }

    /// Deletes our copy of a closed document: words, reasons, corrections, search text, notes, receipts, small
    /// pictures, product. Its record and its events stay. Nothing if it is not closed or went already.
    pub fn document_deleted(&self, id: &DocumentId, why: &Deletion) -> Result<bool> {
        let (id, why) = (id.clone(), why.clone());
        self.write(move |tx, tenant| {
            let row = tx
                .query_row(
                    "SELECT batch, pages, product, sheet, text, coalesce(kind, '') FROM document
                     WHERE tenant = ?1 AND id = ?2 AND state = 'closed' AND deleted_on IS NULL",
                    (tenant, &id.0),
                    |r| {
                        let hashes: [Option<String>; 3] = [r.get(2)?, r.get(3)?, r.get(4)?];
                        Ok((r.get::<String>(0)?, r.get::<String>(1)?, hashes, r.get::<String>(5)?))
                    },
                )
                .optional()?;
            let Some((batch, cut, hashes, kind)) = row else { return Ok(false) };
            let mut cut: CutDocument = serde_json::from_str(&cut)?;
            let numbers = page_numbers(tx, tenant, &batch)?;
            let suppressed = cut.suppressed.iter().map(|(index, _)| *index);
            let separators = cut.separators.iter().map(|s| s.page);
            for index in cut.pages.iter().copied().chain(suppressed).chain(separators) {
                if let Some(number) = numbers.get(index) {
                    page_forgotten(tx, tenant, &batch, *number)?;
                }
            }
            // The search index goes with the words.
            for table in [
                "document_words",
                "document_before",
                "recut_before",
                "desk_claim",
                "sample_page",
                "inbox_note",
            ] {
                tx.execute(
                    &format!("DELETE FROM {table} WHERE tenant = ?1 AND document = ?2"),
                    (tenant, &id.0),
                )?;
            }
            // Where a target put it may be named after what stood in the letter; that there was a receipt stays.
            tx.execute(
                "UPDATE delivery SET receipt = 'gelöscht' WHERE tenant = ?1 AND document = ?2 AND receipt IS NOT NULL",
                (tenant, &id.0),
            )?;
            tx.execute("UPDATE delivery SET trouble = NULL WHERE tenant = ?1 AND document = ?2", (tenant, &id.0))?;
            tx.execute(
                "UPDATE inbox SET person = NULL WHERE tenant = ?1 AND document = ?2",
                (tenant, &id.0),
            )?;
            cut.separators.iter_mut().for_each(|s| (s.value, s.orders) = (String::new(), Vec::new()));
            (cut.orders, cut.notes, cut.reasons) = (Vec::new(), Vec::new(), Vec::new());
            tx.execute(
                "UPDATE document SET pages = ?3, deleted_on = ?4 WHERE tenant = ?1 AND id = ?2",
                (tenant, &id.0, serde_json::to_string(&cut)?, &why.on),
            )?;
            for (role, hash) in ["product", "sheet", "text"].into_iter().zip(hashes) {
                if let Some(hash) = hash {
                    let of = format!("document={id} role={role} kind={kind} {}", why.detail());
                    given_up(tx, tenant, &hash, &format!("{id} {role}"), &of, &why.by)?;
                }
            }
            event(tx, tenant, DOCUMENT_DELETED, &id.0, &why.by, &format!("kind={kind} {}", why.detail()))?;
            Ok(true)
        })
    }

    /// Deletes what is left of an ended batch all of whose documents are gone: the scan, what the scanner wrote
    /// beside it, its pages and its file name. Nothing if a document came meanwhile.
    pub fn batch_deleted(&self, id: &BatchId, why: &Deletion) -> Result<bool> {
        let (id, why) = (id.clone(), why.clone());
        self.write(move |tx, tenant| {
            let row = tx
                .query_row(
                    "SELECT hash, sidecar FROM batch b WHERE tenant = ?1 AND id = ?2 AND deleted_on IS NULL
                       AND state IN ('released', 'rejected', 'cancelled') AND NOT EXISTS (SELECT 1 FROM document d
                         WHERE d.tenant = b.tenant AND d.batch = b.id AND d.deleted_on IS NULL)",
                    (tenant, &id.0),
                    |r| Ok((r.get::<String>(0)?, super::batches::json(1, r.get(1)?)?)),
                )
                .optional()?;
            let Some((source, sidecar)) = row else { return Ok(false) };
            let sidecar: Option<crate::model::sidecar::Sidecar> = sidecar;
            for number in page_numbers(tx, tenant, &id.0)? {
                page_forgotten(tx, tenant, &id.0, number)?;
                let from: Option<String> = tx
                    .prepare(
                        "SELECT json_extract(rescanned, '$.sha256') FROM page WHERE tenant = ?1 AND batch = ?2 AND number = ?3",
                    )?
                    .query_row((tenant, &id.0, number), |r| r.get(0))?;
                if let Some(hash) = from {
                    let of = format!("batch={id} role=rescan {}", why.detail());
                    given_up(tx, tenant, &hash, &super::rescan::holder(&id.0, number), &of, &why.by)?;
                }
            }
            tx.execute(
                "UPDATE batch SET deleted_on = ?3, claim = id, file_name = id, sidecar = NULL, opened = NULL
                 WHERE tenant = ?1 AND id = ?2",
                (tenant, &id.0, &why.on),
            )?;
            let beside = sidecar.map(|s| ("side-car", s.sha256));
            for (role, hash) in [("source", source)].into_iter().chain(beside) {
                let of = format!("batch={id} role={role} {}", why.detail());
                given_up(tx, tenant, &hash, &format!("{id} {role}"), &of, &why.by)?;
            }
            event(tx, tenant, BATCH_DELETED, &id.0, &why.by, &why.detail())?;
            Ok(true)
        })
    }

    /// Forgets the senders of items of the mail book that were handed over before that moment (UTC), and who in
    /// departments had taken over or commented what was settled before `staff`. Gives the numbers of both.
    pub fn people_forgotten(&self, items: &str, staff: &str, by: &str) -> Result<(usize, usize)> {
        let [items, staff, by] = [items, staff, by].map(str::to_owned);
        self.write(move |tx, tenant| {
            let mut statement = tx.prepare(
                "SELECT w.item FROM item_words w WHERE w.tenant = ?1 AND EXISTS (SELECT 1 FROM event e
                   WHERE e.tenant = w.tenant AND e.subject = w.item AND e.code = 'item.handed_over' AND e.at < ?2)",
            )?;
            let old = statement.query_map((tenant, &items), |r| Ok(ItemId(r.get(0)?)))?;
            let old = old.collect::<sql::Result<Vec<_>>>()?;
            for item in &old {
                tx.execute("DELETE FROM item_words WHERE tenant = ?1 AND item = ?2", (tenant, &item.0))?;
                event(tx, tenant, "retention.item", &item.0, &by, "rule=delivered")?;
            }
            // Settled: nothing has happened to it in an inbox since.
            let settled = "NOT EXISTS (SELECT 1 FROM event e WHERE e.tenant = ?1 AND e.subject = i.document
                             AND substr(e.code, 1, 6) = 'inbox.' AND e.at >= ?2)";
            let persons = tx.execute(
                &format!(
                    "UPDATE inbox AS i SET person = NULL
                     WHERE tenant = ?1 AND person IS NOT NULL AND state IN ('done', 'moved') AND {settled}"
                ),
                (tenant, &staff),
            )?;
            let notes = tx.execute(
                "UPDATE inbox_note SET person = '' WHERE tenant = ?1 AND person <> '' AND at < ?2",
                (tenant, &staff),
            )?;
            Ok((old.len(), persons + notes))
        })
    }

    /// Objects that nobody needs any more and that are still to be removed. One that somebody holds again is off
    /// the list.
    pub fn objects_gone(&self) -> Result<Vec<ContentHash>> {
        self.write(|tx, tenant| {
            tx.execute(
                "DELETE FROM vault_gone WHERE tenant = ?1 AND EXISTS (SELECT 1 FROM vault_ref r WHERE r.hash = vault_gone.hash)",
                [tenant],
            )?;
            let mut statement = tx.prepare("SELECT hash FROM vault_gone WHERE tenant = ?1 ORDER BY hash")?;
            let rows = statement.query_map([tenant], |r| r.get::<String>(0))?;
            let hashes = rows.collect::<sql::Result<Vec<_>>>()?;
            Ok(hashes.iter().filter_map(|hash| ContentHash::from_hex(hash)).collect())
        })
    }

    /// An object was removed.
    pub fn object_removed(&self, hash: &ContentHash) -> Result<()> {
        let hash = hash.hex();
        self.write(move |tx, tenant| {
            tx.execute("DELETE FROM vault_gone WHERE tenant = ?1 AND hash = ?2", (tenant, hash))?;
            Ok(())
        })
    }

    /// Every object whose deletion was declared; the vault may miss it.
    pub fn declared_gone(&self) -> Result<BTreeSet<ContentHash>> {
        self.read(|db, tenant| {
            let mut statement = db.prepare("SELECT subject FROM event WHERE tenant = ?1 AND code = ?2")?;
            let rows = statement.query_map((tenant, OBJECT_DELETED), |r| r.get::<String>(0))?;
            let hashes = rows.collect::<sql::Result<Vec<_>>>()?;
            Ok(hashes.iter().filter_map(|hash| ContentHash::from_hex(hash)).collect())
        })
    }

    /// What was deleted is in no file of the database any more, its write-ahead log included. A server does this by
    /// itself, when its vacuum comes by.
    pub fn wiped(&self) -> Result<()> {
        self.read(|db, _| Ok(db.batch(db.choose("PRAGMA wal_checkpoint(TRUNCATE)", ""))?))
    }
}

/// Numbers of a batch's pages in order: an index of a cut is a place in this list.
fn page_numbers(tx: &Db, tenant: &str, batch: &str) -> Result<Vec<u32>> {
    let mut statement =
        tx.prepare("SELECT number FROM page WHERE tenant = ?1 AND batch = ?2 ORDER BY number")?;
    let rows = statement.query_map((tenant, batch), |r| r.get(0))?;
    Ok(rows.collect::<sql::Result<_>>()?)
}

/// Words, measurements with the values of its barcodes, and small picture of a page.
fn page_forgotten(tx: &Db, tenant: &str, batch: &str, number: u32) -> Result<()> {
    let key = (tenant, batch, number);
    tx.prepare("DELETE FROM page_text WHERE tenant = ?1 AND batch = ?2 AND number = ?3")?.execute(key)?;
    let thumbnail: Option<String> = tx
        .prepare("SELECT thumbnail FROM page WHERE tenant = ?1 AND batch = ?2 AND number = ?3")?
        .query_row(key, |r| r.get(0))?;
    tx.prepare(
        "UPDATE page SET thumbnail = NULL, measured = NULL WHERE tenant = ?1 AND batch = ?2 AND number = ?3",
    )?
    .execute(key)?;
    // A small picture proves nothing: it goes without an event of its own.
    match thumbnail {
        Some(hash) => released(tx, tenant, &hash, &format!("{batch} thumbnail {number}")).map(|_| ()),
        None => Ok(()),
    }
}

/// A holder lets go of an object; whether it was the last one, and the object is on the list to be removed.
fn released(tx: &Db, tenant: &str, hash: &str, holder: &str) -> Result<bool> {
    tx.prepare("DELETE FROM vault_ref WHERE tenant = ?1 AND hash = ?2 AND holder = ?3")?
        .execute((tenant, hash, holder))?;
    // Towns share the vault.
    if tx.prepare("SELECT 1 FROM vault_ref WHERE hash = ?1")?.exists([hash])? {
        return Ok(false);
    }
    tx.prepare("INSERT INTO vault_gone (tenant, hash) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute((tenant, hash))?;
    Ok(true)
}

/// The same for what is evidence: that it goes, and why, is declared.
fn given_up(tx: &Db, tenant: &str, hash: &str, holder: &str, of: &str, by: &str) -> Result<()> {
    match released(tx, tenant, hash, holder)? {
        true => event(tx, tenant, OBJECT_DELETED, hash, by, of),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{InboxAct, NewItem};
    use crate::model::ids::DeliveryId;

    #[test]
    fn people_are_forgotten_when_what_they_did_is_settled_for_long_enough() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("l.sqlite"), "t").unwrap();
        let sender =
            |sender: &str| NewItem { what: "parcel".into(), sender: sender.into(), ..NewItem::default() };
        let gone = ledger.item_registered(sender("Muster"), "sk-1").unwrap();
        ledger.item_registered(sender("Beispiel"), "sk-1").unwrap();
        ledger.item_handed_over(&gone, "bauamt", "sk-1").unwrap();
        let (done, open) =
            (DocumentId("B000001-00000000-01".into()), DocumentId("B000001-00000000-02".into()));
        for document in [&done, &open] {
            ledger.inbox_put(&DeliveryId::new(document, "ziel"), document, "bauamt", "hash").unwrap();
            ledger.inbox_act(document, "bauamt", InboxAct::Take, ("", ""), "bau-1").unwrap();
        }
        ledger.inbox_act(&done, "bauamt", InboxAct::Done, ("", "Rückruf"), "bau-1").unwrap();

        let (past, future) = ("2000-01-01T00:00:00.000Z", "2999-01-01T00:00:00.000Z");
        assert_eq!(ledger.people_forgotten(past, past, "retention").unwrap(), (0, 0));
        assert_eq!(
            ledger.people_forgotten(past, future, "retention").unwrap(),
            (0, 2),
            "person and note of one"
        );
        assert_eq!(ledger.people_forgotten(future, future, "retention").unwrap(), (1, 0));
        assert_eq!(ledger.item(&gone).unwrap().item.sender, "");
        assert_eq!(ledger.item_senders().unwrap().len(), 1, "what is still here has its sender");
        assert_eq!(ledger.inbox_notes(&done).unwrap()[0][1..], ["", "Rückruf"]);
        let mut persons = ledger
            .read(|db, _| {
                let mut statement = db.prepare("SELECT person FROM inbox ORDER BY document")?;
                let rows = statement.query_map((), |r| r.get::<Option<String>>(0))?;
                Ok(rows.collect::<sql::Result<Vec<_>>>()?)
            })
            .unwrap();
        assert_eq!((persons.pop(), persons.pop()), (Some(Some("bau-1".into())), Some(None)));
    }
}
