//! One batch, one document, one page, for one person: only what this person may see exists.

use super::batches::json;
use super::documents::{DOCUMENT, document_row};
use super::overview::{documents_in, queue_rows};
use super::sight::{Names, OWN_CIRCLE, SEES_BATCH, SEES_DOCUMENT};
use super::sql::{self, Bind, Optional};
use super::{BatchRow, DocumentRow, Ledger, QueueRow, event, missing};
use crate::error::{Error, Result};
use crate::ledger::Sight;
use crate::model::hash::ContentHash;
use crate::model::ids::{BatchId, DocumentId};
use crate::model::page::{MeasuredPage, SourcePage};

/// What is needed to show a page.
#[derive(Clone, Debug)]
pub struct PageFace {
    /// Source it stands in.
    pub source: ContentHash,
    /// Station its batch came from.
    pub station: String,
    /// What the container says.
    pub page: SourcePage,
    /// What was measured.
    pub measured: Option<MeasuredPage>,
    /// Thumbnail in the vault.
    pub thumbnail: Option<ContentHash>,
}

/// The condition that this person may see page `p` of batch `b`: no document it lies in is hidden, and whoever
/// does not see the whole house sees one it lies in. Before anybody knows what it is, a page is for those who
/// work on it: the mailroom, and the members of the circle its batch belongs to.
fn sees_page() -> String {
    let lies_in =
        "(EXISTS (SELECT 1 FROM json_each(d.pages, '$.pages') WHERE CAST(value AS INTEGER) = p.number - 1)
        OR EXISTS (SELECT 1 FROM json_each(d.pages, '$.suppressed')
                   WHERE CAST(json_extract(value, '$[0]') AS INTEGER) = p.number - 1))";
    let documents = "SELECT 1 FROM document d WHERE d.tenant = b.tenant AND d.batch = b.id";
    format!(
        "{OWN_CIRCLE} AND NOT EXISTS ({documents} AND {lies_in} AND NOT ({SEES_DOCUMENT}))
         AND (:mailroom OR b.circle IS NOT NULL
              OR EXISTS ({documents} AND {lies_in} AND {SEES_DOCUMENT} AND d.state NOT IN ('formed', 'understood')))"
    )
}

impl Ledger {
    /// The document, if this person may see it; otherwise it is missing like one that never was.
    pub fn document_for(&self, sight: &Sight, id: &DocumentId) -> Result<DocumentRow> {
        let names = Names::of(sight);
        self.read(|db, tenant| {
            let mut values: Vec<(&str, &dyn Bind)> = vec![(":tenant", &tenant), (":id", &id.0)];
            values.extend(names.document());
            db.prepare(&format!(
                "SELECT {DOCUMENT} WHERE d.tenant = :tenant AND d.id = :id AND {SEES_DOCUMENT}"
            ))?
            .query_row(&values[..], document_row)
            .map_err(|e| missing(e, "document", &id.0))
        })
    }

    /// The batch, if this person may see it.
    pub fn batch_for(&self, sight: &Sight, id: &BatchId) -> Result<BatchRow> {
        let names = Names::of(sight);
        let seen: Option<i64> = self.read(|db, tenant| {
            let mut values: Vec<(&str, &dyn Bind)> = vec![(":tenant", &tenant), (":id", &id.0)];
            values.extend(names.batch());
            Ok(db
                .prepare(&format!(
                    "SELECT 1 FROM batch b WHERE b.tenant = :tenant AND b.id = :id AND {SEES_BATCH}"
                ))?
                .query_row(&values[..], |row| row.get(0))
                .optional()?)
        })?;
        match seen {
            Some(_) => self.batch(id),
            None => Err(Error::Missing { what: "Der Stapel", id: id.0.clone() }),
        }
    }

    /// The newest batches this person may see, from `before` backwards.
    pub fn batches_for(&self, sight: &Sight, before: Option<&str>, rows_max: u32) -> Result<Vec<QueueRow>> {
        let names = Names::of(sight);
        let before = before.unwrap_or_default();
        let mut values: Vec<(&str, &dyn Bind)> = vec![(":before", &before)];
        values.extend(names.batch());
        let batches = format!(
            "{SEES_BATCH} AND (:before = '' OR b.number <
               (SELECT l.number FROM batch l WHERE l.tenant = :tenant AND l.id = :before))"
        );
        let documents = (SEES_DOCUMENT, &names.document()[..]);
        self.read(|db, tenant| queue_rows(db, tenant, rows_max, (&batches, &values), documents))
    }

    /// Documents of a batch this person may see: id, state, kind, department, hold.
    pub fn documents_of(&self, sight: &Sight, batch: &BatchId) -> Result<Vec<[String; 5]>> {
        let names = Names::of(sight);
        let documents = (SEES_DOCUMENT, &names.document()[..]);
        self.read(|db, tenant| documents_in(db, tenant, &batch.0, documents))
    }

    /// Numbers of the pages of a batch that have a thumbnail this person may see.
    pub fn pages_with_thumbnail(&self, sight: &Sight, batch: &BatchId) -> Result<Vec<u32>> {
        let names = Names::of(sight);
        self.read(|db, tenant| {
            let mut values: Vec<(&str, &dyn Bind)> = vec![(":tenant", &tenant), (":batch", &batch.0)];
            values.extend(names.page());
            let sees = sees_page();
            let mut statement = db.prepare(&format!(
                "SELECT p.number FROM page p JOIN batch b ON b.tenant = p.tenant AND b.id = p.batch
                 WHERE p.tenant = :tenant AND p.batch = :batch AND p.thumbnail IS NOT NULL
                   AND {sees} ORDER BY p.number"
            ))?;
            let rows = statement.query_map(&values[..], |row| row.get(0))?;
            rows.collect::<sql::Result<_>>().map_err(Error::from)
        })
    }

    /// A page of a batch, if this person may see the batch and every document the page lies in.
    pub fn page_for(&self, sight: &Sight, batch: &BatchId, number: u32) -> Result<PageFace> {
        let names = Names::of(sight);
        self.read(|db, tenant| {
            let mut values: Vec<(&str, &dyn Bind)> =
                vec![(":tenant", &tenant), (":batch", &batch.0), (":number", &number)];
            values.extend(names.page());
            let sees = sees_page();
            db.prepare(&format!(
                "SELECT coalesce(json_extract(p.rescanned, '$.sha256'), b.hash), b.station, p.source, p.measured, p.thumbnail FROM page p
                 JOIN batch b ON b.tenant = p.tenant AND b.id = p.batch
                 WHERE p.tenant = :tenant AND p.batch = :batch AND p.number = :number
                   AND {sees}"
            ))?
            .query_row(&values[..], |row| {
                let hash = |column: usize| -> sql::Result<Option<ContentHash>> {
                    Ok(row.get::<Option<String>>(column)?.as_deref().and_then(ContentHash::from_hex))
                };
                Ok(PageFace {
                    source: hash(0)?.ok_or(sql::Error::Unreadable(0, "leer".into()))?,
                    station: row.get(1)?,
                    page: json(2, row.get(2)?)?.ok_or(sql::Error::Unreadable(0, "leer".into()))?,
                    measured: json(3, row.get(3)?)?,
                    thumbnail: hash(4)?,
                })
            })
            .map_err(|e| missing(e, "page", &format!("{batch}/{number}")))
        })
    }

    /// Somebody looked at a document that is not everybody's. Listed with the document, never by person.
    pub fn seen(&self, id: &DocumentId, by: &str) -> Result<()> {
        let (id, by) = (id.clone(), by.to_owned());
        self.write(move |tx, tenant| event(tx, tenant, "document.seen", &id.0, &by, ""))
    }
}
