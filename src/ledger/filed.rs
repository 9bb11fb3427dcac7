//! Old files: which documents lie in one, and who keeps their paper.

use super::documents::{DOCUMENT, document_row};
use super::sql;
use super::{DocumentRow, Ledger, event};
use crate::error::{Error, Result};
use crate::model::ids::{BatchId, DocumentId};
use std::collections::BTreeMap;

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
        let mut files: BTreeMap<String, Option<u32>> = BTreeMap::new();
        for document in self.documents(batch)? {
            let Some(filed) = document.cut.filed else { return Ok(None) };
            files.insert(filed.file, filed.sheets_announced);
        }
        Ok(if files.is_empty() { None } else { files.into_values().sum() })
    }

    /// The same said of several documents: of all or, if that fails, of none.
    pub fn note_each(&self, code: &str, documents: Vec<DocumentId>, by: &str, detail: &str) -> Result<()> {
        let [code, by, detail] = [code, by, detail].map(str::to_owned);
        self.write(move |tx, tenant| {
            documents.iter().try_for_each(|id| event(tx, tenant, &code, &id.0, &by, &detail))
        })
    }
}
