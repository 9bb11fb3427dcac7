//! Old files: which documents lie in one, and who keeps their paper.

use super::documents::{DOCUMENT, document_row};
use super::sql;
use super::{DocumentRow, Ledger, event};
use crate::error::{Error, Result};
use crate::model::ids::{BatchId, DocumentId};

impl Ledger {
    /// Everything scanned of a file, as it was scanned.
    pub fn documents_of_file(&self, reference: &str) -> Result<Vec<DocumentRow>> {
        self.read(|db, tenant| {
            let mut statement = db.prepare(&format!(
                "SELECT {DOCUMENT} WHERE d.tenant = ?1 AND json_extract(d.pages, '$.filed.file') = ?2 ORDER BY d.id"
            ))?;
            let rows = statement.query_map((tenant, reference), document_row)?;
            rows.collect::<sql::Result<_>>().map_err(Error::from)
        })
    }

    /// Batches in which something of a file was scanned.
    pub fn batches_of_file(&self, reference: &str) -> Result<Vec<BatchId>> {
        self.read(|db, tenant| {
            let mut statement = db.prepare(
                "SELECT DISTINCT batch FROM document
                 WHERE tenant = ?1 AND json_extract(pages, '$.filed.file') = ?2 ORDER BY batch",
            )?;
            let rows = statement.query_map((tenant, reference), |row| Ok(BatchId(row.get(0)?)))?;
            rows.collect::<sql::Result<_>>().map_err(Error::from)
        })
    }

    /// Sheets announced for all old files of a batch together; none if one of them was not counted, or none is there.
    pub fn sheets_of_files(&self, batch: &BatchId) -> Result<Option<u32>> {
        self.read(|db, tenant| {
            let mut statement = db.prepare(
                "SELECT DISTINCT json_extract(pages, '$.filed.file'),
                   CAST(json_extract(pages, '$.filed.sheets_announced') AS INTEGER)
                 FROM document WHERE tenant = ?1 AND batch = ?2",
            )?;
            let rows = statement.query_map((tenant, &batch.0), |row| {
                let (file, announced): (Option<String>, Option<u32>) = (row.get(0)?, row.get(1)?);
                Ok(file.and(announced))
            })?;
            let counted = rows.collect::<sql::Result<Vec<Option<u32>>>>()?;
            Ok(if counted.is_empty() { None } else { counted.into_iter().sum() })
        })
    }

    /// The same said of several documents: of all or, if that fails, of none.
    pub fn note_each(&self, code: &str, documents: Vec<DocumentId>, by: &str, detail: &str) -> Result<()> {
        let [code, by, detail] = [code, by, detail].map(str::to_owned);
        self.write(move |tx, tenant| {
            documents.iter().try_for_each(|id| event(tx, tenant, &code, &id.0, &by, &detail))
        })
    }
}
