//! A copy of the ledger as it is at one moment, taken while others write.

use super::audit::OBJECTS;
use crate::error::{Error, Result};
use crate::model::hash::ContentHash;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

/// Writes the ledger at `from` to the new file `to`: one whole state, whoever writes meanwhile.
pub fn snapshot(from: &Path, to: &Path) -> Result<()> {
    let source = reading(from)?;
    source.busy_timeout(Duration::from_secs(30))?;
    let mut copy = Connection::open(to)?;
    // All pages in one step. The copy is then one read transaction, which in WAL mode keeps nobody from writing;
    // in smaller steps every write of another process would make it begin anew, and under load it would never end.
    let step = Backup::new(&source, &mut copy)?.step(-1)?;
    if step != StepResult::Done {
        let busy = std::io::Error::from(std::io::ErrorKind::ResourceBusy);
        return Err(Error::io("Journal kopieren", from)(busy));
    }
    // One file that can be read where nothing can be written, without a log beside it.
    copy.execute_batch("PRAGMA journal_mode = DELETE")?;
    copy.close().map_err(|(_, error)| error)?;
    std::fs::File::open(to).and_then(|file| file.sync_all()).map_err(Error::io("Journal sichern", to))
}

/// Every object of the vault that a ledger file names, of all tenants in it.
pub fn named_objects(ledger: &Path) -> Result<BTreeSet<ContentHash>> {
    let db = reading(ledger)?;
    let mut named = BTreeSet::new();
    let mut tenants = db.prepare("SELECT DISTINCT tenant FROM batch UNION SELECT tenant FROM vault_ref")?;
    let tenants = tenants.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
    for tenant in tenants {
        let mut statement = db.prepare(OBJECTS)?;
        let rows = statement.query_map([&tenant], |row| row.get::<_, Option<String>>(0))?;
        for hex in rows {
            let Some(hex) = hex? else { continue };
            let wrong = || Error::Format(format!("Das Journal nennt „{hex}“, das ist kein Hash"));
            named.insert(ContentHash::from_hex(&hex).ok_or_else(wrong)?);
        }
    }
    Ok(named)
}

/// A ledger that is not to be changed, not even brought to the current version.
pub(super) fn reading(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Ok(Connection::open_with_flags(path, flags)?)
}
