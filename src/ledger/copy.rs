//! A ledger as a whole: what it needs of the vault, and copies of it.

use super::Place;
use super::audit::OBJECTS;
use super::log::Stored;
use super::migrate::{MIGRATIONS, migrate};
use super::sql::{self, Db, Kept};
use crate::error::{Error, Result};
use crate::model::hash::ContentHash;
use crate::model::refusal::Refusal;
use crate::record::log::Head;
use std::collections::BTreeSet;
use std::path::Path;

/// Every table, and the column that counts by itself. The last two are also filled by what comes before them.
const TABLES: [(&str, &str); 26] = [
    ("event", "seq"),
    ("log_leaf", ""),
    ("log_node", ""),
    ("station_day", ""),
    ("item", "number"),
    ("item_words", ""),
    ("vault_gone", ""),
    ("batch", "number"),
    ("page", ""),
    ("page_text", ""),
    ("document", ""),
    ("document_words", ""),
    ("document_before", ""),
    ("recut_before", ""),
    ("delivery", ""),
    ("vault_ref", ""),
    ("config_version", ""),
    ("person_secret", ""),
    ("session", ""),
    ("application_token", ""),
    ("desk_claim", ""),
    ("inbox", ""),
    ("inbox_note", "number"),
    ("sample_page", ""),
    ("sample_lot", ""),
    ("search_todo", ""),
];

/// The index of words, whose rows only stand where its engine keeps them.
const INDEX: (&str, &str) = ("search_row", "number");

/// What was carried over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transferred {
    /// Rows of all tables.
    pub rows: u64,
    /// The log of every tenant, the same here and there.
    pub heads: Vec<Head>,
}

/// Writes the ledger at `from` to the new file `to`: one whole state, whoever writes meanwhile.
pub fn snapshot(from: impl Into<Place>, to: &Path) -> Result<()> {
    match from.into() {
        Place::File(from) => sql::copy(&from, to),
        server => {
            transfer(server, to)?;
            // One file that can be read where nothing can be written.
            Ok(Db::connect(&to.into(), Kept::Lastingly)?.batch("PRAGMA journal_mode = DELETE")?)
        }
    }
}

/// Carries one state of a ledger over into an empty one, of whichever engine; both then have the same rows and the
/// same log, or nothing was written.
pub fn transfer(from: impl Into<Place>, to: impl Into<Place>) -> Result<Transferred> {
    let (from, to) = (from.into(), to.into());
    let source = Db::reading(&from)?;
    let source = source.begin_reading()?;
    if source.version()? as usize != MIGRATIONS.len() {
        return Err(Error::Refused(Refusal::new(
            "migrate.version",
            format!("Das Journal {from} ist von einer anderen Version des Programms."),
            "Den Dienst dieser Version einmal darauf starten.",
        )));
    }
    let target = Db::connect(&to, Kept::Lastingly)?;
    migrate(&target)?;
    let target = target.begin("")?;
    if count(&target, "event")? + count(&target, "batch")? > 0 {
        return Err(Error::Refused(Refusal::new(
            "migrate.not_empty",
            format!("Im Journal {to} steht schon etwas."),
            "Eine leere Datenbank nennen; nichts wurde verändert.",
        )));
    }
    let all = TABLES.into_iter().chain([INDEX]);
    let known: BTreeSet<String> = all.clone().map(|(table, _)| table.to_owned()).collect();
    for db in [&*source, &*target] {
        let there: BTreeSet<String> = db.tables()?.into_iter().collect();
        if let Some(odd) = there.symmetric_difference(&known).next() {
            return Err(Error::Format(format!("Die Tabelle {odd} gibt es nicht in beiden Journalen")));
        }
    }
    let mut rows = 0;
    for (table, counter) in all {
        rows += carry(&source, &target, table)?;
        if !counter.is_empty() {
            target.count_on(table, counter)?;
        }
    }
    let heads = heads(&source)?;
    if heads != self::heads(&target)? {
        return Err(Error::Format("Das Protokoll ist nach dem Übertragen ein anderes".into()));
    }
    target.commit()?;
    Ok(Transferred { rows, heads })
}

fn carry(source: &Db, target: &Db, table: &str) -> Result<u64> {
    let columns = source.columns(table)?;
    if columns != target.columns(table)? {
        return Err(Error::Format(format!("Tabelle {table} hat hier und dort andere Spalten")));
    }
    if matches!(table, "sample_lot" | "search_todo") {
        target.execute(&format!("DELETE FROM {table}"), ())?;
    }
    let places: Vec<String> = (1..=columns.len()).map(|n| format!("?{n}")).collect();
    let names = columns.join(", ");
    let insert = format!("INSERT INTO {table} ({names}) VALUES ({})", places.join(", "));
    source.walk(&format!("SELECT {names} FROM {table}"), |row| {
        target.execute(&insert, &row.values(columns.len())?[..])?;
        Ok(())
    })?;
    let (here, there) = (count(source, table)?, count(target, table)?);
    if here != there {
        return Err(Error::Format(format!("Tabelle {table} hat dort {there} Zeilen statt {here}")));
    }
    Ok(here)
}

fn count(db: &Db, table: &str) -> Result<u64> {
    Ok(db.query_row(&format!("SELECT count(*) FROM {table}"), (), |row| row.get(0))?)
}

/// The head of every tenant's log.
fn heads(db: &Db) -> Result<Vec<Head>> {
    let mut tenants = db.prepare("SELECT DISTINCT tenant FROM log_leaf ORDER BY tenant")?;
    let tenants = tenants.query_map((), |row| row.get(0))?.collect::<sql::Result<Vec<String>>>()?;
    let head = |tenant: String| {
        let nodes = Stored { db, tenant: &tenant };
        nodes.head(nodes.size()?)
    };
    tenants.into_iter().map(head).collect()
}

/// Every object of the vault that a ledger file names, of all tenants in it.
pub fn named_objects(ledger: impl Into<Place>) -> Result<BTreeSet<ContentHash>> {
    let db = Db::reading(&ledger.into())?;
    let mut named = BTreeSet::new();
    let mut tenants = db.prepare("SELECT DISTINCT tenant FROM batch UNION SELECT tenant FROM vault_ref")?;
    let tenants = tenants.query_map((), |row| row.get(0))?.collect::<sql::Result<Vec<String>>>()?;
    for tenant in tenants {
        let mut statement = db.prepare(OBJECTS)?;
        let rows = statement.query_map([&tenant], |row| row.get::<Option<String>>(0))?;
        for hex in rows {
            let Some(hex) = hex? else { continue };
            let wrong = || Error::Format(format!("Das Journal nennt „{hex}“, das ist kein Hash"));
            named.insert(ContentHash::from_hex(&hex).ok_or_else(wrong)?);
        }
    }
    Ok(named)
}
