//! The ledger: states and events, append-only where it is evidence.
//!
//! In: commands in domain words. Out: rows. Every change of a state is checked
//! against [`crate::model::state`] and written together with its event in one
//! transaction; an external effect happens only after its intention is
//! committed here. It never holds words of a letter outside the two tables
//! that may be deleted.

mod audit;
mod batches;
mod condition;
mod copy;
mod day;
mod deliveries;
mod detours;
mod documents;
mod evidence;
mod figures;
mod history;
mod inbox;
mod items;
mod live;
mod log;
mod overview;
mod pages;
mod paper;
mod people;
mod recut;
mod retention;
mod review;
mod sample;
mod scanned;
mod search;
mod sight;
mod stations;
mod substitutes;
mod watched;
mod writer;

pub use audit::{Audit, audit};
pub use batches::{BatchRow, NewBatch};
pub use condition::{Condition, condition};
pub use copy::{named_objects, snapshot};
pub use deliveries::DeliveryRow;
pub use documents::{DocumentRow, Intention, Produced};
pub use evidence::ImagePlaces;
pub use figures::{Corrected, DayFigures};
pub use history::PageFace;
pub use inbox::{InboxAct, InboxRow, NOTE_CHARS_MAX};
pub use items::{ItemRow, NewItem};
pub use live::{InWork, Live, StationToday, Stuck};
pub use log::{LogSpan, RECORD_WRITTEN};
pub use overview::{EventRow, Overview, QueueRow};
pub use pages::PageRow;
pub use paper::{CONFIGURED, DOCUMENTED, Said, Statement};
pub use recut::Recut;
pub use retention::{DOCUMENT_DELETED, Deletion, KeptBatch, KeptDocument, OBJECT_DELETED};
pub use review::{Decided, Waiting};
pub use sample::Drawn;
pub use scanned::{ScannedBatch, ScannedPage};
pub use search::{Found, Wanted, hits, stems};
pub use sight::Sight;
pub use stations::StationDay;
pub use watched::{Recent, Watched};

use crate::error::{Error, Result};
use crate::record::log::Entry;
use rusqlite::{Connection, OpenFlags, Transaction};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use writer::Writer;

/// Migrations in order; the database's `user_version` counts how many ran.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/001.sql"),
    include_str!("migrations/002.sql"),
    include_str!("migrations/delivery_answers.sql"),
    include_str!("migrations/people.sql"),
    include_str!("migrations/review.sql"),
    include_str!("migrations/003_log.sql"),
    include_str!("migrations/inbox.sql"),
    include_str!("migrations/same_invoice.sql"),
    include_str!("migrations/sample.sql"),
    include_str!("migrations/recut.sql"),
    include_str!("migrations/search.sql"),
    include_str!("migrations/application.sql"),
    include_str!("migrations/items.sql"),
    include_str!("migrations/rank.sql"),
    include_str!("migrations/watched.sql"),
    include_str!("migrations/retention.sql"),
];

/// Readers at the same time: a slow search keeps nobody from their page.
const READERS: usize = 3;

/// How long a lease lasts before another worker may take the row.
pub const LEASE: Duration = Duration::from_secs(300);

/// Proof that no other daemon works on this ledger.
#[derive(Debug)]
pub struct SoleDaemon {
    _lock: File,
}

/// The embedded ledger: SQLite, WAL, synced at every commit.
#[derive(Debug)]
pub struct Ledger {
    writer: Writer,
    readers: [Mutex<Connection>; READERS],
    tenant: String,
    path: PathBuf,
}

impl Ledger {
    /// Opens or creates the database and brings it to the current version.
    pub fn open(path: &Path, tenant: &str) -> Result<Self> {
        Self::open_with(path, tenant, "FULL")
    }

    /// The same for states nobody needs after this run: nothing waits for the disk.
    pub fn open_fleeting(path: &Path, tenant: &str) -> Result<Self> {
        Self::open_with(path, tenant, "OFF")
    }

    fn open_with(path: &Path, tenant: &str, synchronous: &str) -> Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(Error::io("Journal anlegen", folder))?;
        }
        let mut connection = connect(path, synchronous)?;
        migrate(&mut connection)?;
        let tx = connection.transaction()?;
        log::catch_up(&tx)?;
        tx.commit()?;
        let readers = [connect(path, synchronous)?, connect(path, synchronous)?, connect(path, synchronous)?];
        Ok(Self {
            writer: Writer::start(connection)?,
            readers: readers.map(Mutex::new),
            tenant: tenant.into(),
            path: path.into(),
        })
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whose rows it holds.
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// Makes this process the only daemon of the embedded ledger, and forgets the leases an earlier one left
    /// behind; nothing if another runs. Held until dropped, and by the system no longer than the process lives.
    pub fn sole_daemon(&self) -> Result<Option<SoleDaemon>> {
        let mut path = self.path.as_os_str().to_owned();
        path.push(".lock");
        let path = PathBuf::from(path);
        let file = File::create(&path).map_err(Error::io("Journal sperren", &path))?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(Error::io("Journal sperren", path)(error)),
            Ok(()) => {}
        }
        self.write(|tx, _| {
            for table in ["batch", "page", "document", "delivery"] {
                tx.execute(&format!("UPDATE {table} SET leased_by = NULL, leased_until = NULL"), [])?;
            }
            Ok(())
        })?;
        Ok(Some(SoleDaemon { _lock: file }))
    }

    fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>, &str) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let tenant = self.tenant.clone();
        self.writer.write(move |tx| work(tx, &tenant))
    }

    fn read<T>(&self, work: impl FnOnce(&Connection, &str) -> Result<T>) -> Result<T> {
        // The first that is free; if none is, the first in turn.
        let free = self.readers.iter().find_map(|reader| reader.try_lock().ok());
        let reader = free.unwrap_or_else(|| self.readers[0].lock().unwrap_or_else(PoisonError::into_inner));
        work(&reader, &self.tenant)
    }
}

fn connect(path: &Path, synchronous: &str) -> Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(30))?;
    connection.execute_batch(&format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON;"
    ))?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

fn migrate(connection: &mut Connection) -> Result<()> {
    let done: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let done = done as usize;
    if done > MIGRATIONS.len() {
        return Err(Error::Format(format!(
            "Das Journal hat Version {done}, dieses Programm kennt nur {}",
            MIGRATIONS.len()
        )));
    }
    for (number, sql) in MIGRATIONS.iter().enumerate().skip(done) {
        let tx = connection.transaction()?;
        tx.execute_batch(sql)?;
        tx.execute_batch(&format!("PRAGMA user_version = {}", number + 1))?;
        tx.commit()?;
    }
    Ok(())
}

/// Due at once is the empty time, before all others, so that a clock set back delays nothing; a wait that
/// ends further away than any wait is long was written by a clock that has been set back since, and is over.
pub(crate) const DUE: &str = "(due_at <= ?3 OR due_at > strftime('%Y-%m-%dT%H:%M:%fZ', ?3, '+2 hours'))";

/// Now, as the ledger writes it: UTC, milliseconds, sortable as text.
pub(crate) fn now() -> String {
    stamp(jiff::Timestamp::now())
}

pub(crate) fn stamp(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// A moment that far from now.
pub(crate) fn later(by: Duration) -> String {
    let now = jiff::Timestamp::now();
    stamp(now.checked_add(by).unwrap_or(now))
}

/// Writes one event, and its leaf in the log. `detail` carries codes and numbers, never words of a letter.
pub(crate) fn event(
    tx: &Transaction<'_>,
    tenant: &str,
    code: &str,
    subject: &str,
    actor: &str,
    detail: &str,
) -> Result<()> {
    let at = now();
    tx.prepare_cached(
        "INSERT INTO event (tenant, at, code, subject, actor, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute((tenant, &at, code, subject, actor, detail))?;
    let [tenant, code, subject, actor, detail] = [tenant, code, subject, actor, detail].map(str::to_owned);
    log::append(tx, &Entry { seq: tx.last_insert_rowid(), tenant, at, code, subject, actor, detail })
}

/// A state of one of the four machines, as far as the ledger needs it.
pub(crate) trait State: Copy + PartialEq {
    const TABLE: &'static str;
    fn text(self) -> &'static str;
    fn parse(text: &str) -> Option<Self>;
    fn may_become(self, to: Self) -> bool;
}

macro_rules! ledger_state {
    ($state:ty, $table:literal) => {
        impl State for $state {
            const TABLE: &'static str = $table;
            fn text(self) -> &'static str {
                <$state>::text(self)
            }
            fn parse(text: &str) -> Option<Self> {
                <$state>::parse(text)
            }
            fn may_become(self, to: Self) -> bool {
                <$state>::may_become(self, to)
            }
        }
    };
}
ledger_state!(crate::model::state::BatchState, "batch");
ledger_state!(crate::model::state::DocumentState, "document");
ledger_state!(crate::model::state::DeliveryState, "delivery");

/// The only way a batch, document or delivery changes its state: checked
/// against the table, lease given back, event written in the same transaction.
pub(crate) fn advance<S: State>(
    tx: &Transaction<'_>,
    tenant: &str,
    id: &str,
    to: S,
    actor: &str,
    detail: &str,
) -> Result<S> {
    let table = S::TABLE;
    let word: String = tx
        .prepare_cached(&format!("SELECT state FROM {table} WHERE tenant = ?1 AND id = ?2"))?
        .query_row((tenant, id), |row| row.get(0))
        .map_err(|e| missing(e, table, id))?;
    let from = S::parse(&word).filter(|from| from.may_become(to)).ok_or_else(|| Error::Transition {
        subject: id.into(),
        from: word.clone(),
        to: to.text().into(),
    })?;
    tx.prepare_cached(&format!(
        "UPDATE {table} SET state = ?3, attempts = 0, leased_by = NULL, leased_until = NULL, due_at = ''
         WHERE tenant = ?1 AND id = ?2"
    ))?
    .execute((tenant, id, to.text()))?;
    event(tx, tenant, &format!("{table}.{}", to.text()), id, actor, detail)?;
    Ok(from)
}

/// "No such row" becomes an error that names what was asked for.
pub(crate) fn missing(error: rusqlite::Error, what: &'static str, id: &str) -> Error {
    match error {
        rusqlite::Error::QueryReturnedNoRows => Error::Missing { what, id: id.into() },
        other => Error::Ledger(other),
    }
}

/// Notes that a vault object is needed by `holder`.
pub(crate) fn hold_bytes(tx: &Transaction<'_>, tenant: &str, hash: &str, holder: &str) -> Result<()> {
    tx.prepare_cached("INSERT OR IGNORE INTO vault_ref (tenant, hash, holder) VALUES (?1, ?2, ?3)")?
        .execute((tenant, hash, holder))?;
    Ok(())
}

#[cfg(test)]
mod tests;
