//! What is known about paper: said by people and targets as events, read back from them.

use super::sql::{self, Db, Optional};
use super::{Ledger, Place, event, hold_bytes};
use crate::error::Result;
use crate::model::hash::ContentHash;
use crate::model::ids::{BatchId, DocumentId};
use crate::model::town::Station;
use crate::record::release::{self, Release};
use std::collections::BTreeMap;

/// Code of the event that procedure documentation was written; its subject is SHA-256 of the configuration, its
/// detail SHA-256 of the documentation.
pub const DOCUMENTED: &str = "procedure.documented";
/// What a person puts in force where paper is replaced. The subject of its events is SHA-256 of its text, which stays
/// in the vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Staged {
    /// `pipeline.toml`.
    Configuration,
    /// The rule files and the learned model, as one text.
    Rules,
}

impl Staged {
    /// Code of the event that it came into force.
    pub const fn activated(self) -> &'static str {
        match self {
            Self::Configuration => "configuration.activated",
            Self::Rules => "rules.activated",
        }
    }

    /// Code of the event that it waits for a person.
    const fn waits(self) -> &'static str {
        match self {
            Self::Configuration => "configuration.waits",
            Self::Rules => "rules.waits",
        }
    }
}

/// The newest event of each code about one subject.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said(BTreeMap<String, Statement>);

/// One thing that was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Running number.
    pub seq: i64,
    /// UTC.
    pub at: String,
    /// Who.
    pub by: String,
    /// Codes, numbers, hashes.
    pub detail: String,
}

impl Said {
    /// The newest of that code.
    pub fn get(&self, code: &str) -> Option<&Statement> {
        self.0.get(code)
    }

    /// Whether `yes` was said later than `no`.
    pub fn holds(&self, yes: &str, no: &str) -> bool {
        self.get(yes).is_some_and(|y| self.get(no).is_none_or(|n| y.seq > n.seq))
    }
}

/// The newest in force before a moment. The code stands in the text, so that the small index over these events serves.
fn newest(what: Staged) -> String {
    let code = what.activated();
    format!(
        "SELECT subject FROM event WHERE tenant = ?1 AND code = '{code}' AND at < ?2 ORDER BY seq DESC LIMIT 1"
    )
}

impl Ledger {
    /// Writes an event that changes no state.
    pub fn note(&self, code: &str, subject: &str, by: &str, detail: &str) -> Result<()> {
        let [code, subject, by, detail] = [code, subject, by, detail].map(str::to_owned);
        self.write(move |tx, tenant| event(tx, tenant, &code, &subject, &by, &detail))
    }

    /// The same about bytes that lie in the vault and stay there.
    pub fn note_bytes(&self, code: &str, subject: &str, by: &str, hash: &ContentHash) -> Result<()> {
        let [code, subject, by] = [code, subject, by].map(str::to_owned);
        let hash = hash.hex();
        self.write(move |tx, tenant| {
            hold_bytes(tx, tenant, &hash, &subject)?;
            event(tx, tenant, &code, &subject, &by, &hash)
        })
    }

    /// Puts it in force; nothing if it already is. Gives whether it was new.
    pub fn put_in_force(&self, what: Staged, hash: &ContentHash, by: &str) -> Result<bool> {
        let (hash, by) = (hash.hex(), by.to_owned());
        self.write(move |tx, tenant| {
            let last: Option<String> =
                tx.prepare(&newest(what))?.query_row((tenant, "9999"), |r| r.get(0)).optional()?;
            if last.as_ref() == Some(&hash) {
                return Ok(false);
            }
            hold_bytes(tx, tenant, &hash, what.activated())?;
            event(tx, tenant, what.activated(), &hash, &by, &last.unwrap_or_default())?;
            Ok(true)
        })
    }

    /// It holds for all but what replaces paper; nothing if that was said before.
    pub fn waits_for_release(&self, what: Staged, hash: &ContentHash) -> Result<()> {
        let hash = hash.hex();
        self.write(move |tx, tenant| {
            let said: i64 = tx
                .prepare("SELECT count(*) FROM event WHERE tenant = ?1 AND code = ?2 AND subject = ?3")?
                .query_row((tenant, what.waits(), &hash), |r| r.get(0))?;
            if said > 0 {
                return Ok(());
            }
            hold_bytes(tx, tenant, &hash, what.waits())?;
            event(tx, tenant, what.waits(), &hash, "daemon", "")
        })
    }

    /// SHA-256 of what was in force just before that moment.
    pub fn in_force_at(&self, what: Staged, moment: &str) -> Result<Option<ContentHash>> {
        self.read(|db, tenant| {
            let hash: Option<String> =
                db.prepare(&newest(what))?.query_row((tenant, moment), |r| r.get(0)).optional()?;
            Ok(hash.and_then(|hash| ContentHash::from_hex(&hash)))
        })
    }

    /// SHA-256 of what is in force now.
    pub fn in_force(&self, what: Staged) -> Result<Option<ContentHash>> {
        // Every moment is before that.
        self.in_force_at(what, "9999")
    }

    /// SHA-256 of what was in force before that one, or of the last in force if that one never was.
    pub fn in_force_before(&self, what: Staged, now: &ContentHash) -> Result<Option<ContentHash>> {
        let now = now.hex();
        self.read(|db, tenant| {
            let mut statement = db.prepare(&newest(what).replace(" LIMIT 1", ""))?;
            let rows = statement.query_map((tenant, "9999"), |r| r.get::<String>(0))?;
            let all = rows.collect::<sql::Result<Vec<_>>>()?;
            Ok(all.iter().find(|hash| **hash != now).and_then(|hash| ContentHash::from_hex(hash)))
        })
    }

    /// What was said last about a subject, by code.
    pub fn said(&self, subject: &str) -> Result<Said> {
        self.read(|db, tenant| said(db, tenant, subject))
    }

    /// The first event of that code about a subject: its detail.
    pub fn first_said(&self, subject: &str, code: &str) -> Result<Option<String>> {
        self.read(|db, tenant| {
            let mut statement = db.prepare(
                "SELECT detail FROM event WHERE tenant = ?1 AND subject = ?2 AND code = ?3 ORDER BY seq LIMIT 1",
            )?;
            let mut rows = statement.query((tenant, subject, code))?;
            Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
        })
    }

    /// Whether a station may scan what replaces paper, as it is configured now.
    pub fn release(&self, station: &Station) -> Result<Release> {
        self.read(|db, tenant| released(db, tenant, station))
    }

    /// Pages of a batch that the station is asked to scan again.
    pub fn rescans(&self, batch: &BatchId) -> Result<Vec<u32>> {
        self.read(|db, tenant| {
            let mut statement = db.prepare(
                "SELECT detail FROM event e WHERE tenant = ?1 AND subject = ?2 AND code = 'paper.rescan' AND seq >
                   coalesce((SELECT max(seq) FROM event WHERE tenant = ?1 AND subject = ?2 AND code = 'paper.rescanned'), 0)
                 ORDER BY seq",
            )?;
            let rows = statement.query_map((tenant, &batch.0), |row| row.get::<String>(0))?;
            let details = rows.collect::<sql::Result<Vec<_>>>()?;
            // What has a new image is not asked for any more.
            let mut void = db
                .prepare("SELECT number FROM page WHERE tenant = ?1 AND batch = ?2 AND gone IS NOT NULL")?;
            let void = void.query_map((tenant, &batch.0), |row| row.get(0))?.collect::<sql::Result<Vec<u32>>>()?;
            let asked = details.iter().filter_map(|d| d.strip_prefix("page=")?.parse().ok());
            Ok(asked.filter(|number| !void.contains(number)).collect())
        })
    }

    /// When the last delivery of a document was confirmed, if all of them were and there is one.
    pub fn read_back(&self, id: &DocumentId) -> Result<Option<String>> {
        self.read(|db, tenant| {
            let (all, open): (i64, i64) = db
                .prepare(
                    "SELECT count(*), count(*) FILTER (WHERE state <> 'confirmed') FROM delivery
                     WHERE tenant = ?1 AND document = ?2",
                )?
                .query_row((tenant, &id.0), |r| Ok((r.get(0)?, r.get(1)?)))?;
            if all == 0 || open > 0 {
                return Ok(None);
            }
            Ok(db
                .prepare(
                    "SELECT max(at) FROM event WHERE tenant = ?1 AND code = 'delivery.confirmed'
                       AND subject IN (SELECT id FROM delivery WHERE tenant = ?1 AND document = ?2)",
                )?
                .query_row((tenant, &id.0), |r| r.get(0))?)
        })
    }

    /// Running number of the last event by which something handed over was taken back, if that happened.
    pub fn recalled(&self, id: &DocumentId) -> Result<Option<i64>> {
        self.read(|db, tenant| {
            Ok(db
                .prepare(
                    "SELECT max(seq) FROM event WHERE tenant = ?1 AND code = 'delivery.recalled'
                       AND subject IN (SELECT id FROM delivery WHERE tenant = ?1 AND document = ?2)",
                )?
                .query_row((tenant, &id.0), |r| r.get(0))?)
        })
    }

    /// Batches a station took over on the same day (UTC), oldest first.
    pub fn batches_of_day(&self, station: &str, day: &str) -> Result<Vec<BatchId>> {
        self.read(|db, tenant| {
            let mut statement = db.prepare(
                "SELECT id FROM batch WHERE tenant = ?1 AND station = ?2 AND substr(taken_at, 1, 10) = ?3 ORDER BY id",
            )?;
            let rows = statement.query_map((tenant, station, day), |r| Ok(BatchId(r.get(0)?)))?;
            Ok(rows.collect::<sql::Result<_>>()?)
        })
    }

    /// Verdicts of the sample in a span of time: month, station, good ones, defects.
    pub fn verdicts(&self, from: &str, to: &str) -> Result<Vec<(String, String, u64, u64)>> {
        self.read(|db, tenant| {
            // Of several verdicts about one document the first counts: it is the one of the draw.
            let mut statement = db.prepare(
                "SELECT substr(e.at, 1, 7), b.station, count(*) FILTER (WHERE e.code = 'sample.passed'),
                   count(*) FILTER (WHERE e.code = 'sample.failed')
                 FROM event e JOIN document d ON d.tenant = e.tenant AND d.id = e.subject
                 JOIN batch b ON b.tenant = d.tenant AND b.id = d.batch
                 WHERE e.tenant = ?1 AND e.code IN ('sample.passed', 'sample.failed') AND e.at >= ?2 AND e.at < ?3
                   AND NOT EXISTS (SELECT 1 FROM event f WHERE f.tenant = e.tenant AND f.subject = e.subject
                                   AND f.code IN ('sample.passed', 'sample.failed') AND f.seq < e.seq)
                 GROUP BY 1, 2 ORDER BY 1, 2",
            )?;
            let count = |n: i64| n.unsigned_abs();
            let rows = statement.query_map((tenant, from, to), |r| {
                Ok((r.get(0)?, r.get(1)?, count(r.get(2)?), count(r.get(3)?)))
            })?;
            Ok(rows.collect::<sql::Result<_>>()?)
        })
    }
}
/// Whether a station may scan what replaces paper, by a ledger that is only looked at.
pub fn release(place: impl Into<Place>, tenant: &str, station: &Station) -> Result<Release> {
    released(&Db::reading(&place.into())?, tenant, station)
}

fn released(db: &Db, tenant: &str, station: &Station) -> Result<Release> {
    let said = said(db, tenant, &release::subject(&station.id))?;
    let detail = |code| said.get(code).map(|s| s.detail.as_str());
    let now = release::fingerprint(station, env!("CARGO_PKG_VERSION"));
    Ok(Release::of(detail(release::RELEASED), detail(release::EMERGENCY), &now))
}

fn said(db: &Db, tenant: &str, subject: &str) -> Result<Said> {
    let mut statement = db.prepare(
        "SELECT code, seq, at, actor, detail FROM event WHERE tenant = ?1 AND subject = ?2 ORDER BY seq",
    )?;
    let rows = statement.query_map((tenant, subject), |r| {
        let statement = Statement { seq: r.get(1)?, at: r.get(2)?, by: r.get(3)?, detail: r.get(4)? };
        Ok((r.get::<String>(0)?, statement))
    })?;
    Ok(Said(rows.collect::<sql::Result<_>>()?))
}
