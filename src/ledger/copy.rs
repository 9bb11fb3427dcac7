//! What a ledger needs of the vault, for a copy of both.

use super::Place;
use super::audit::OBJECTS;
use super::sql::{self, Db};
use crate::error::{Error, Result};
use crate::model::hash::ContentHash;
use std::collections::BTreeSet;

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
