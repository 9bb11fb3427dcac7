//! What moves when a department ends: open letters and items go on to its successor as they are.
//!
//! Whoever took a letter over keeps it, and the day it arrived stays: no deadline begins anew.

use super::sql::{self, Db};
use super::{Ledger, event};
use crate::error::Result;

/// What nobody is done with.
const OPEN: &str = "tenant = ?1 AND department = ?2 AND state IN ('new', 'taken')";
const HERE: &str = "tenant = ?1 AND department = ?2 AND handed_to IS NULL";

impl Ledger {
    /// How many letters and items of a department are open.
    pub fn open_of(&self, department: &str) -> Result<u32> {
        self.read(|db, tenant| {
            let mut open = 0;
            for (table, which) in [("inbox", OPEN), ("item", HERE)] {
                let mut statement = db.prepare(&format!("SELECT count(*) FROM {table} WHERE {which}"))?;
                let count: u32 = statement.query_row((tenant, department), |row| row.get(0))?;
                open += count;
            }
            Ok(open)
        })
    }

    /// Moves them; how many that were.
    pub fn reorganised(&self, from: &str, to: &str, by: &str) -> Result<u32> {
        // Asked first, so that a department that ended long ago costs no write.
        if self.open_of(from)? == 0 {
            return Ok(0);
        }
        let [from, to, by] = [from, to, by].map(str::to_owned);
        self.write(move |tx, tenant| {
            let (way, key) = (format!("{from}->{to}"), (tenant, &from, &to));
            let letters = listed(tx, &format!("SELECT document FROM inbox WHERE {OPEN} ORDER BY document"), (tenant, &from))?;
            tx.execute(
                &format!(
                    "INSERT INTO inbox (tenant, document, department, delivery, product, state, person, arrived_at)
                     SELECT tenant, document, ?3, delivery, product, state, person, arrived_at FROM inbox WHERE {OPEN}
                     ON CONFLICT (tenant, document, department) DO UPDATE
                       SET state = excluded.state, person = excluded.person, arrived_at = excluded.arrived_at
                       WHERE inbox.state NOT IN ('new', 'taken')"
                ),
                key,
            )?;
            tx.execute(&format!("UPDATE inbox SET state = 'moved' WHERE {OPEN}"), (tenant, &from))?;
            let items = listed(tx, &format!("SELECT id FROM item WHERE {HERE} ORDER BY number"), (tenant, &from))?;
            tx.execute(&format!("UPDATE item SET department = ?3 WHERE {HERE}"), key)?;
            for (subjects, code) in [(&letters, "inbox.reorganised"), (&items, "item.reorganised")] {
                for subject in subjects {
                    event(tx, tenant, code, subject, &by, &way)?;
                }
            }
            Ok(u32::try_from(letters.len() + items.len()).unwrap_or(u32::MAX))
        })
    }
}

fn listed(tx: &Db, query: &str, key: (&str, &String)) -> sql::Result<Vec<String>> {
    let mut statement = tx.prepare(query)?;
    let rows = statement.query_map(key, |row| row.get(0))?;
    rows.collect()
}
