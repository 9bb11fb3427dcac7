//! Station-days: who scans at a station, and since when the mail is here.

use super::sql::Optional;
use super::{Ledger, event, now};
use crate::error::Result;

/// An open station-day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StationDay {
    /// Station id.
    pub station: String,
    /// When it was opened, UTC.
    pub opened_at: String,
    /// Pseudonym of the person signed on.
    pub operator: String,
    /// ISO date the mail entered the authority.
    pub received_date: String,
    /// Who says so.
    pub source: String,
}

impl Ledger {
    /// Opens a station-day; an open one is closed first.
    pub fn station_open(
        &self,
        station: &str,
        operator: &str,
        received: &str,
        source: &str,
        by: &str,
    ) -> Result<()> {
        let [station, operator, received, source, by] =
            [station, operator, received, source, by].map(str::to_owned);
        self.write(move |tx, tenant| {
            let at = now();
            tx.execute(
                "UPDATE station_day SET closed_at = ?3 WHERE tenant = ?1 AND station = ?2 AND closed_at IS NULL",
                (tenant, &station, &at),
            )?;
            tx.execute(
                "INSERT INTO station_day (tenant, station, opened_at, operator, received_date, source)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (tenant, station, opened_at) DO UPDATE SET operator = excluded.operator,
                   received_date = excluded.received_date, source = excluded.source, closed_at = NULL",
                (tenant, &station, &at, &operator, &received, &source),
            )?;
            event(tx, tenant, "station.opened", &station, &by, &received)
        })
    }

    /// A learned model is in force from now on: its version, its hash, who released it.
    pub fn model_released(&self, version: u32, hash: &str, by: &str) -> Result<()> {
        let [version, hash, by] = [version.to_string(), hash.to_owned(), by.to_owned()];
        self.write(move |tx, tenant| event(tx, tenant, "model.released", &version, &by, &hash))
    }

    /// Closes the open station-day; `false` if none was open.
    pub fn station_close(&self, station: &str, by: &str) -> Result<bool> {
        let [station, by] = [station, by].map(str::to_owned);
        self.write(move |tx, tenant| {
            let changed = tx.execute(
                "UPDATE station_day SET closed_at = ?3 WHERE tenant = ?1 AND station = ?2 AND closed_at IS NULL",
                (tenant, &station, now()),
            )?;
            if changed > 0 {
                event(tx, tenant, "station.closed", &station, &by, "")?;
            }
            Ok(changed > 0)
        })
    }

    /// Writes down the verdict on a lot of a scan provider.
    pub fn lot_judged(&self, lot: &str, code: &'static str, detail: &str) -> Result<()> {
        let [lot, detail] = [lot, detail].map(str::to_owned);
        self.write(move |tx, tenant| event(tx, tenant, code, &lot, "intake", &detail))
    }

    /// Whether that verdict has been written down.
    pub fn lot_was(&self, lot: &str, code: &str) -> Result<bool> {
        self.read(|db, tenant| {
            Ok(db
                .prepare("SELECT 1 FROM event WHERE tenant = ?1 AND code = ?2 AND subject = ?3")?
                .exists((tenant, code, lot))?)
        })
    }

    /// The open day of a station, if any.
    pub fn station_day(&self, station: &str) -> Result<Option<StationDay>> {
        self.read(|db, tenant| {
            Ok(db
                .prepare(
                    "SELECT station, opened_at, operator, received_date, source FROM station_day
                     WHERE tenant = ?1 AND station = ?2 AND closed_at IS NULL ORDER BY opened_at DESC LIMIT 1",
                )?
                .query_row((tenant, station), |row| {
                    Ok(StationDay {
                        station: row.get(0)?,
                        opened_at: row.get(1)?,
                        operator: row.get(2)?,
                        received_date: row.get(3)?,
                        source: row.get(4)?,
                    })
                })
                .optional()?)
        })
    }
}
