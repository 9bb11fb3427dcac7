//! What came from a station today, for whoever stands beside its scanner.

use super::batches::{json, parsed};
use super::rescan::MOVED;
use super::sight::{Names, SEES_BATCH};
use super::sql::{self, Bind};
use super::{Ledger, Sight};
use crate::error::{Error, Result};
use crate::model::ids::BatchId;
use crate::model::notes::Note;
use crate::model::state::BatchState;

/// A batch as whoever scanned it sees it.
#[derive(Clone, Debug)]
pub struct ScannedBatch {
    /// Id.
    pub id: BatchId,
    /// State.
    pub state: BatchState,
    /// When it was taken over, UTC.
    pub taken_at: String,
    /// File name.
    pub file_name: String,
    /// Why it stopped.
    pub reason: Option<String>,
    /// A person let it go on although something did not add up.
    pub accepted: bool,
    /// Images the scanner counted, if it said so.
    pub expected: Option<u32>,
    /// Its pages in order.
    pub pages: Vec<ScannedPage>,
}

/// A page as whoever scanned it sees it.
#[derive(Clone, Debug)]
pub struct ScannedPage {
    /// In the source, from 1.
    pub number: u32,
    /// There is a thumbnail this person may see.
    pub thumbnail: bool,
    /// Doubts about the image.
    pub notes: Vec<Note>,
}

impl Ledger {
    /// What came from a station since `since`, newest first.
    pub fn scanned_today(
        &self,
        sight: &Sight,
        station: &str,
        since: &str,
        rows_max: u32,
    ) -> Result<Vec<ScannedBatch>> {
        let names = Names::of(sight);
        let mut batches: Vec<ScannedBatch> = self.read(|db, tenant| {
            let mut values: Vec<(&str, &dyn Bind)> =
                vec![(":tenant", &tenant), (":station", &station), (":since", &since), (":max", &rows_max)];
            values.extend(names.batch());
            let mut statement = db.prepare(&format!(
                "SELECT b.id, b.state, b.taken_at, b.file_name, b.reason, CAST(json_extract(b.sidecar, '$.images') AS INTEGER),
                   b.accepted_by IS NOT NULL
                 FROM batch b WHERE b.tenant = :tenant AND b.taken_at >= :since AND b.station = :station
                   AND {SEES_BATCH} ORDER BY b.taken_at DESC, b.number DESC LIMIT :max"
            ))?;
            let rows = statement.query_map(&values[..], |row| {
                Ok(ScannedBatch {
                    id: BatchId(row.get(0)?),
                    state: parsed(1, BatchState::parse(&row.get::<String>(1)?))?,
                    taken_at: row.get(2)?,
                    file_name: row.get(3)?,
                    reason: row.get(4)?,
                    expected: row.get(5)?,
                    accepted: row.get(6)?,
                    pages: Vec::new(),
                })
            })?;
            rows.collect::<sql::Result<_>>().map_err(Error::from)
        })?;
        for batch in &mut batches {
            let visible = self.pages_with_thumbnail(sight, &batch.id)?;
            batch.pages = self.read(|db, tenant| {
                let mut statement = db.prepare(
                    "SELECT number, json_extract(coalesce(measured, source), '$.notes') FROM page
                     WHERE tenant = ?1 AND batch = ?2 AND (gone IS NULL OR gone = ?3) ORDER BY number",
                )?;
                // What is void was scanned again; what moved was scanned here.
                let rows = statement.query_map((tenant, &batch.id.0, MOVED), |row| {
                    let number: u32 = row.get(0)?;
                    Ok(ScannedPage {
                        number,
                        thumbnail: visible.binary_search(&number).is_ok(),
                        notes: json(1, row.get(1)?)?.unwrap_or_default(),
                    })
                })?;
                rows.collect::<sql::Result<_>>().map_err(Error::from)
            })?;
        }
        Ok(batches)
    }
}
