//! The sample check: lots as they were drawn, pages compared, verdicts given.

use super::rescan::superseded;
use super::sight::{Names, SEES_BATCH};
use super::sql::{self, Bind};
use super::{DocumentRow, Ledger, Sight, event};
use crate::error::{Error, Result};
use crate::model::ids::{BatchId, DocumentId};
use crate::model::state::DocumentState;
use crate::record::sample::{Member, POOLED_BELOW, Plan, drawn, eyes, standing};
use std::collections::{BTreeMap, BTreeSet};

/// A document of a lot, and who found it good since it was last found bad.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The document.
    pub document: DocumentRow,
    /// Where it stands.
    pub member: Member,
    /// Who found it good; where two pairs of eyes are demanded, one name alone is no verdict.
    pub good_by: Vec<String>,
}

impl Ledger {
    /// The lot of a batch: drawn again from the logged seeds, with the verdicts given so far. A small batch is
    /// pooled with the other small ones of its station and day. Of old files each is a lot of its own, wherever it was
    /// scanned. Empty before the draw.
    pub fn lot(&self, batch: &BatchId, plan: &Plan) -> Result<Vec<Drawn>> {
        let mut documents = self.documents(batch)?;
        let of = |document: &DocumentRow| document.cut.filed.as_ref().map(|f| f.file.clone());
        let files: BTreeSet<String> = documents.iter().filter_map(of).collect();
        if !files.is_empty() {
            documents.clear();
            for file in &files {
                documents.extend(self.documents_of_file(file)?);
            }
        } else if documents.len() < POOLED_BELOW {
            let own = self.batch(batch)?;
            documents.clear();
            for id in self.batches_of_day(&own.station, own.taken_at.get(..10).unwrap_or_default())? {
                let some = self.documents(&id)?;
                // What belongs to a circle is compared by its members, apart from the rest.
                if some.len() < POOLED_BELOW && self.batch(&id)?.circle == own.circle {
                    documents.extend(some);
                }
            }
        }
        // What a newer version stands for counts only if somebody found a fault in it.
        let old = superseded(documents.iter().map(|d| &d.cut));
        let names: Vec<Option<String>> = documents.iter().map(of).collect();
        let mut seeds: BTreeMap<BatchId, Option<String>> = BTreeMap::new();
        let mut lot = Vec::new();
        for (index, document) in documents.into_iter().enumerate() {
            if !seeds.contains_key(&document.batch) {
                seeds.insert(document.batch.clone(), self.first_said(&document.batch.0, "sample.seed")?);
            }
            let Some(Some(seed)) = seeds.get(&document.batch) else { continue };
            let need =
                document.sheet.as_ref().map(|s| s.understanding.protection.integrity).unwrap_or_default();
            let (good_by, failed) = self.verdicts_about(&document.id)?;
            if old.contains(&document.id) && !failed {
                continue;
            }
            let good = if good_by.len() >= eyes(need) { Some(true) } else { failed.then_some(false) };
            let beside = |at: Option<usize>| at.and_then(|at| names.get(at)) == Some(&names[index]);
            let edge = !beside(index.checked_sub(1)) || !beside(Some(index + 1));
            let drawn = drawn(seed.as_bytes(), &document.id.0, need, edge, plan);
            let member = Member { document: document.id.0.clone(), file: names[index].clone(), drawn, good };
            lot.push(Drawn { document, member, good_by });
        }
        Ok(lot)
    }

    /// Who found it good since it was last found bad, and whether it ever was.
    fn verdicts_about(&self, id: &DocumentId) -> Result<(Vec<String>, bool)> {
        self.read(|db, tenant| {
            let mut statement = db.prepare(
                "SELECT code, actor FROM event WHERE tenant = ?1 AND subject = ?2
                   AND code IN ('sample.passed', 'sample.failed') ORDER BY seq",
            )?;
            let mut rows = statement.query((tenant, &id.0))?;
            let (mut good, mut failed) = (Vec::new(), false);
            while let Some(row) = rows.next()? {
                let (code, by): (String, String) = (row.get(0)?, row.get(1)?);
                if code == "sample.failed" {
                    (good, failed) = (Vec::new(), true);
                } else if !good.contains(&by) {
                    good.push(by);
                }
            }
            Ok((good, failed))
        })
    }

    /// Batches with an open lot that this person may see: first those of the stations named, oldest first.
    pub fn open_lots(&self, sight: &Sight, first: &[String], rows_max: u32) -> Result<Vec<BatchId>> {
        let names = Names::of(sight);
        let first = serde_json::Value::from(first.to_vec()).to_string();
        self.read(|db, tenant| {
            let mut values: Vec<(&str, &dyn Bind)> =
                vec![(":tenant", &tenant), (":first", &first), (":max", &rows_max)];
            values.extend(names.batch());
            let mut statement = db.prepare(&format!(
                "SELECT l.batch FROM sample_lot l JOIN batch b ON b.tenant = l.tenant AND b.id = l.batch
                 WHERE l.tenant = :tenant AND l.open AND {SEES_BATCH}
                 ORDER BY b.station NOT IN (SELECT value FROM json_each(:first)), l.batch LIMIT :max"
            ))?;
            let rows = statement.query_map(&values[..], |row| Ok(BatchId(row.get(0)?)))?;
            rows.collect::<sql::Result<_>>().map_err(Error::from)
        })
    }

    /// Pages of a document that this person compared and found good.
    pub fn sample_pages(&self, id: &DocumentId, by: &str) -> Result<Vec<u32>> {
        self.read(|db, tenant| {
            let mut statement = db.prepare(
                "SELECT number FROM sample_page WHERE tenant = ?1 AND document = ?2 AND person = ?3",
            )?;
            let rows = statement.query_map((tenant, &id.0, by), |row| row.get(0))?;
            rows.collect::<sql::Result<_>>().map_err(Error::from)
        })
    }

    /// This person compared that page and found it good.
    pub fn sample_page_good(&self, id: &DocumentId, number: u32, by: &str) -> Result<()> {
        let (id, by) = (id.clone(), by.to_owned());
        self.write(move |tx, tenant| {
            tx.execute(
                "INSERT INTO sample_page (tenant, document, person, number) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO NOTHING",
                (tenant, &id.0, &by, number),
            )?;
            Ok(())
        })
    }

    /// A verdict about a drawn document; `detail` carries codes and numbers. A lot of which nothing is left to
    /// check is closed, one with a new defect is open again.
    pub fn sample_verdict(
        &self,
        id: &DocumentId,
        good: bool,
        detail: &str,
        by: &str,
        plan: &Plan,
    ) -> Result<()> {
        let code = if good { "sample.passed" } else { "sample.failed" };
        let (document, person, detail) = (id.clone(), by.to_owned(), detail.to_owned());
        self.write(move |tx, tenant| {
            tx.execute(
                "DELETE FROM sample_page WHERE tenant = ?1 AND document = ?2 AND person = ?3",
                (tenant, &document.0, &person),
            )?;
            event(tx, tenant, code, &document.0, &person, &detail)
        })?;
        let batch = self.document(id)?.batch;
        let batches: BTreeSet<BatchId> =
            self.lot(&batch, plan)?.into_iter().map(|d| d.document.batch).collect();
        let mut open = Vec::new();
        for batch in batches {
            let lot = self.lot(&batch, plan)?;
            let members: Vec<Member> = lot.iter().map(|d| d.member.clone()).collect();
            let finished = lot.iter().all(|d| {
                d.document.state == DocumentState::Closed
                    && standing(&members, &d.member.document)
                        .is_some_and(crate::record::sample::Drawn::finished)
            });
            open.push((batch, !finished));
        }
        self.write(move |tx, tenant| {
            for (batch, open) in open {
                tx.execute(
                    "UPDATE sample_lot SET open = ?3 WHERE tenant = ?1 AND batch = ?2",
                    (tenant, &batch.0, open),
                )?;
            }
            Ok(())
        })
    }
}
