//! What records need to know from the ledger.

use super::Ledger;
use super::batches::json;
use super::rescan::superseded;
use super::sql::{self, Optional};
use crate::batch::CutDocument;
use crate::error::Result;
use crate::model::ids::{BatchId, DocumentId};

/// Where the images of a batch went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImagePlaces {
    /// Images that came.
    pub found: u32,
    /// Of these in documents.
    pub in_documents: u32,
    /// Of these separators.
    pub separators: u32,
    /// Of these left out as blank.
    pub left_out: u32,
}

/// When a person confirmed a decision, and who.
pub type Confirmed = (String, String);

impl Ledger {
    /// When the document was last decided by the program, and when and by whom it was confirmed, if it was.
    pub fn decided_at(&self, id: &DocumentId) -> Result<(Option<String>, Option<Confirmed>)> {
        self.read(|db, tenant| {
            let mut newest = db.prepare(
                "SELECT at, actor FROM event WHERE tenant = ?1 AND subject = ?2 AND code = ?3
                 ORDER BY seq DESC LIMIT 1",
            )?;
            let mut find = |code: &str| {
                newest.query_row((tenant, &id.0, code), |r| Ok((r.get(0)?, r.get(1)?))).optional()
            };
            let understood: Option<Confirmed> = find("document.understood")?;
            let approved: Option<Confirmed> = find("document.approved")?;
            Ok((understood.map(|(at, _)| at), approved.filter(|(_, by)| by != "engine")))
        })
    }

    /// Where the images of a cut batch went.
    pub fn image_places(&self, batch: &BatchId) -> Result<ImagePlaces> {
        self.read(|db, tenant| {
            let found: i64 = db
                .prepare("SELECT count(*) FROM page WHERE tenant = ?1 AND batch = ?2 AND gone IS NULL")?
                .query_row((tenant, &batch.0), |r| r.get(0))?;
            let mut places = ImagePlaces { found: count(found as usize), ..ImagePlaces::default() };
            let mut cuts = db.prepare("SELECT id, pages FROM document WHERE tenant = ?1 AND batch = ?2")?;
            let rows = cuts.query_map((tenant, &batch.0), |r| {
                Ok((DocumentId(r.get(0)?), json(1, r.get(1)?)?.unwrap_or_default()))
            })?;
            let cuts: Vec<(DocumentId, CutDocument)> = rows.collect::<sql::Result<_>>()?;
            let old = superseded(cuts.iter().map(|(_, cut)| cut));
            for (_, cut) in cuts.iter().filter(|(id, _)| !old.contains(id)) {
                places.in_documents += count(cut.pages.len());
                places.separators += count(cut.separators.len());
                places.left_out += count(cut.suppressed.len());
            }
            Ok(places)
        })
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
