//! The ledger: states and events, append-only where it is evidence.
//!
//! In: commands in domain words. Out: rows. Every change of a state is checked
//! against [`crate::model::state`] and written together with its event in one
//! transaction; an external effect happens only after its intention is
//! committed here. It never holds words of a letter outside the two tables
//! that may be deleted.

mod audit;
mod batches;
mod boxes;
mod condition;
mod copy;
mod day;
mod deliveries;
mod detours;
mod documents;
mod evidence;
mod figures;
mod filed;
mod history;
mod inbox;
mod items;
mod live;
mod log;
mod migrate;
mod months;
mod overview;
mod pages;
mod paper;
mod people;
mod recut;
mod reorganised;
mod rescan;
mod retention;
mod review;
mod sample;
mod scanned;
mod search;
mod sight;
mod sql;
mod stations;
mod substitutes;
mod watched;
mod writer;

pub use crate::model::place::{Place, Server};
pub use audit::{Audit, audit};
pub use batches::{BatchRow, INCOMPLETE, NewBatch};
pub use boxes::BoxRow;
pub use condition::{Condition, condition};
pub use copy::{Transferred, named_objects, snapshot, transfer};
pub use deliveries::DeliveryRow;
pub use documents::{Amended, DocumentRow, Intention, Produced};
pub use evidence::ImagePlaces;
pub use figures::{Corrected, DayFigures};
pub use history::PageFace;
pub use inbox::{InboxAct, InboxRow, NOTE_CHARS_MAX};
pub use items::{ItemRow, NewItem};
pub use live::{InWork, Live, StationToday, Stuck};
pub use log::{LogSpan, RECORD_WRITTEN};
pub use overview::{EventRow, Overview, QueueRow};
pub use pages::PageRow;
pub use paper::{DOCUMENTED, Said, Staged, Statement, release};
pub use recut::Recut;
pub use rescan::{DOCUMENT_REPLACED, PAGE_RESCANNED, Rescan, Swap, Then, superseded};
pub use retention::{DOCUMENT_DELETED, Deletion, KeptBatch, KeptDocument, OBJECT_DELETED};
pub use review::{Decided, Waiting};
pub use sample::Drawn;
pub use scanned::{ScannedBatch, ScannedPage};
pub use search::{Found, Wanted, hits, stems};
pub use sight::Sight;
pub use sql::{Error as Unanswered, connections};
pub use stations::StationDay;
pub use watched::{Recent, Watched};

use crate::error::{Error, Result};
use crate::fault;
use crate::private;
use crate::record::log::Entry;
use migrate::migrate;
use sql::{Db, Kept};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use writer::Writer;

/// Readers at the same time: a slow search keeps nobody from their page.
const READERS: usize = 3;

/// How long a lease lasts before another worker may take the row.
pub const LEASE: Duration = Duration::from_secs(300);

/// Whose rows workers take.
const LEASED: [&str; 4] = ["batch", "page", "document", "delivery"];

/// Proof that no other process has a duty.
#[derive(Debug)]
pub enum Alone {
    /// By a lock of the system.
    File(File),
    /// By a lock of the server, under that name.
    Server(Db, String),
}

impl Alone {
    /// Whether it still holds. A server that began anew knows of no lock: it is taken again, unless another was faster.
    pub fn holds(&mut self) -> Result<bool> {
        match self {
            Self::File(_) => Ok(true),
            Self::Server(db, name) => {
                db.refresh()?;
                Ok(db.lock(name)?)
            }
        }
    }
}

fn lock_beside(path: &Path) -> Result<Option<File>> {
    let mut path = path.as_os_str().to_owned();
    path.push(".lock");
    let path = PathBuf::from(path);
    let file = private::file(&path).map_err(Error::io("Journal sperren", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(Error::io("Journal sperren", path)(error)),
    }
}

/// The ledger, open: every commit is on disk when it returns.
#[derive(Debug)]
pub struct Ledger {
    writer: Writer,
    readers: [Mutex<Option<Db>>; READERS],
    /// Takes rows beside the writer, where the engine can lock single ones.
    claims: Option<Mutex<Option<Db>>>,
    tenant: String,
    place: Place,
    kept: Kept,
}

impl Ledger {
    /// Opens it and brings it to the current version; a file is created, a database has to be there.
    pub fn open(place: impl Into<Place>, tenant: &str) -> Result<Self> {
        Self::open_with(place.into(), tenant, Kept::Lastingly)
    }

    /// The same for states nobody needs after this run: nothing waits for the disk.
    pub fn open_fleeting(place: impl Into<Place>, tenant: &str) -> Result<Self> {
        Self::open_with(place.into(), tenant, Kept::Fleetingly)
    }

    fn open_with(place: Place, tenant: &str, kept: Kept) -> Result<Self> {
        if let Some(folder) = place.file().and_then(Path::parent) {
            private::folder(folder).map_err(Error::io("Journal anlegen", folder))?;
        }
        let db = Db::connect(&place, kept)?;
        migrate(&db)?;
        log::catch_up(&db)?;
        // The other connections come to be when they are needed: a server counts them.
        let claims = db.locks_rows().then(Mutex::default);
        let writer = Writer::start(db, tenant)?;
        Ok(Self { writer, readers: Default::default(), claims, tenant: tenant.into(), place, kept })
    }

    /// Where it is.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Whose rows it holds.
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// Makes this process the only one that has that duty for this town; nothing if another has it. Kept until dropped,
    /// and no longer than the process lives. On a file there is one duty, all of them, and whoever takes it forgets
    /// the leases an earlier process left behind.
    pub fn alone(&self, duty: &str) -> Result<Option<Alone>> {
        match &self.place {
            Place::File(path) => {
                let Some(lock) = lock_beside(path)? else { return Ok(None) };
                self.forget_leases()?;
                Ok(Some(Alone::File(lock)))
            }
            Place::Server(_) => {
                let name = format!("{duty} {}", self.tenant);
                let db = self.apart()?;
                Ok(if db.lock(&name)? { Some(Alone::Server(db, name)) } else { None })
            }
        }
    }

    fn forget_leases(&self) -> Result<()> {
        self.write(|tx, _| {
            for table in LEASED {
                tx.execute(&format!("UPDATE {table} SET leased_by = NULL, leased_until = NULL"), ())?;
            }
            Ok(())
        })
    }

    /// A step of that worker failed: what it had taken is free again after a pause.
    pub fn give_back(&self, worker: &str, after: Duration) -> Result<()> {
        let worker = worker.to_owned();
        self.write(move |tx, tenant| {
            for table in LEASED {
                tx.execute(
                    &format!(
                        "UPDATE {table} SET due_at = ?3, leased_by = NULL, leased_until = NULL
                         WHERE tenant = ?1 AND leased_by = ?2"
                    ),
                    (tenant, &worker, later(after)),
                )?;
            }
            Ok(())
        })
    }

    fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Db, &str) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let tenant = self.tenant.clone();
        self.writer.write(move |tx| work(tx, &tenant))
    }

    /// Takes a row for a worker and writes nothing else, above all no event.
    fn claim_row<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Db, &str) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let Some(claims) = &self.claims else { return self.write(work) };
        let mut slot = claims.lock().unwrap_or_else(PoisonError::into_inner);
        let tx = self.connected(&mut slot)?.begin_claim()?;
        let taken = work(&tx, &self.tenant)?;
        tx.commit()?;
        Ok(taken)
    }

    fn read<T>(&self, work: impl FnOnce(&Db, &str) -> Result<T>) -> Result<T> {
        // The first that is free; if none is, the first in turn.
        let free = self.readers.iter().find_map(|reader| reader.try_lock().ok());
        let mut slot = free.unwrap_or_else(|| self.readers[0].lock().unwrap_or_else(PoisonError::into_inner));
        work(self.connected(&mut slot)?, &self.tenant)
    }

    fn connected<'s>(&self, slot: &'s mut Option<Db>) -> Result<&'s Db> {
        if let Some(db) = slot {
            db.refresh()?;
        }
        match slot {
            Some(db) => Ok(db),
            None => Ok(slot.insert(Db::connect(&self.place, self.kept)?)),
        }
    }

    /// A connection of its own, for what takes a while: nobody waits for it.
    fn apart(&self) -> Result<Db> {
        Db::connect(&self.place, Kept::Fleetingly)
    }
}

/// Due at once is the empty time, before all others, so that a clock set back delays nothing; a wait that
/// ends further away than any wait is long was written by a clock that has been set back since, and is over.
/// `?3` is now, `?4` is [`far`].
pub(crate) const DUE: &str = "(due_at <= ?3 OR due_at > ?4)";

/// Further away than any wait is long.
pub(crate) fn far() -> String {
    later(Duration::from_secs(2 * 3600))
}

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

/// A moment that long ago.
pub(crate) fn earlier(by: Duration) -> String {
    let now = jiff::Timestamp::now();
    stamp(now.checked_sub(by).unwrap_or(now))
}

/// When a lease taken now ends.
pub(crate) fn leased_until() -> String {
    later(fault::lease(LEASE))
}

/// Writes one event, and its leaf in the log. `detail` carries codes and numbers, never words of a letter.
pub(crate) fn event(
    tx: &Db,
    tenant: &str,
    code: &str,
    subject: &str,
    actor: &str,
    detail: &str,
) -> Result<()> {
    let at = now();
    let seq = tx.query_row(
        "INSERT INTO event (tenant, at, code, subject, actor, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING seq",
        (tenant, &at, code, subject, actor, detail),
        |row| row.get(0),
    )?;
    let [tenant, code, subject, actor, detail] = [tenant, code, subject, actor, detail].map(str::to_owned);
    log::append(tx, &Entry { seq, tenant, at, code, subject, actor, detail })
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
    tx: &Db,
    tenant: &str,
    id: &str,
    to: S,
    actor: &str,
    detail: &str,
) -> Result<S> {
    let table = S::TABLE;
    let word: String = tx
        .prepare(&format!("SELECT state FROM {table} WHERE tenant = ?1 AND id = ?2"))?
        .query_row((tenant, id), |row| row.get(0))
        .map_err(|e| missing(e, table, id))?;
    let from = S::parse(&word).filter(|from| from.may_become(to)).ok_or_else(|| Error::Transition {
        subject: id.into(),
        from: word.clone(),
        to: to.text().into(),
    })?;
    tx.prepare(&format!(
        "UPDATE {table} SET state = ?3, attempts = 0, leased_by = NULL, leased_until = NULL, due_at = ''
         WHERE tenant = ?1 AND id = ?2"
    ))?
    .execute((tenant, id, to.text()))?;
    event(tx, tenant, &format!("{table}.{}", to.text()), id, actor, detail)?;
    Ok(from)
}

/// "No such row" becomes an error that names what was asked for.
pub(crate) fn missing(error: sql::Error, what: &'static str, id: &str) -> Error {
    match error {
        sql::Error::NoRow => Error::Missing { what: german(what), id: id.into() },
        other => Error::Ledger(other),
    }
}

/// What people call a row of that table.
fn german(table: &'static str) -> &'static str {
    match table {
        "batch" => "Der Stapel",
        "document" => "Das Schriftstück",
        "delivery" => "Die Zustellung",
        "page" => "Die Seite",
        other => other,
    }
}

/// Notes that a vault object is needed by `holder`.
pub(crate) fn hold_bytes(tx: &Db, tenant: &str, hash: &str, holder: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO vault_ref (tenant, hash, holder) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        (tenant, hash, holder),
    )?;
    Ok(())
}

#[cfg(test)]
mod tests;
