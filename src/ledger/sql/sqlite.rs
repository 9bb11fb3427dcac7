//! The embedded engine: SQLite, WAL, synced at every commit.

use super::{Error, Result, Value, Values};
use crate::error;
use crate::private;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, OpenFlags, Rows, Statement};
use std::path::Path;
use std::time::Duration;

/// How long a statement waits for a writer of another process.
const BUSY: Duration = Duration::from_secs(30);
/// Statements kept ready: more than there are.
const STATEMENTS: usize = 256;

/// What a commit waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// The disk.
    Lastingly,
    /// Nothing: nobody needs these states after this run.
    Fleetingly,
}

pub(super) fn connect(path: &Path, kept: Kept) -> Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    // What SQLite puts beside it has the rights of the file. Why it cannot be made, opening it says.
    let _ = private::place(path);
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    let synchronous = match kept {
        Kept::Lastingly => "FULL",
        Kept::Fleetingly => "OFF",
    };
    connection.execute_batch(&format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON;"
    ))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

pub(super) fn reading(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Ok(Connection::open_with_flags(path, flags)?)
}

/// Writes the ledger at `from` to the new file `to`: one whole state, whoever writes meanwhile.
pub fn copy(from: &Path, to: &Path) -> error::Result<()> {
    let source = reading(from)?;
    source.busy_timeout(BUSY).map_err(Error::from)?;
    private::place(to).map_err(error::Error::io("Journal kopieren", to))?;
    let mut copy = Connection::open(to).map_err(Error::from)?;
    // All pages in one step. The copy is then one read transaction, which in WAL mode keeps nobody from writing;
    // in smaller steps every write of another process would make it begin anew, and under load it would never end.
    let step = Backup::new(&source, &mut copy).and_then(|backup| backup.step(-1)).map_err(Error::from)?;
    if step != StepResult::Done {
        let busy = std::io::Error::from(std::io::ErrorKind::ResourceBusy);
        return Err(error::Error::io("Journal kopieren", from)(busy));
    }
    // One file that can be read where nothing can be written, without a log beside it.
    copy.execute_batch("PRAGMA journal_mode = DELETE").map_err(Error::from)?;
    copy.close().map_err(|(_, error)| Error::from(error))?;
    std::fs::File::open(to).and_then(|file| file.sync_all()).map_err(error::Error::io("Journal sichern", to))
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Value::Null => ValueRef::Null,
            Value::Integer(number) => ValueRef::Integer(number),
            Value::Real(number) => ValueRef::Real(number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

pub(super) fn value<'r>(row: &'r rusqlite::Row<'_>, column: usize) -> Result<Value<'r>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(text) => Value::Text(
            std::str::from_utf8(text).map_err(|error| Error::Unreadable(column, error.to_string()))?,
        ),
        ValueRef::Blob(bytes) => Value::Bytes(bytes),
    })
}

pub(super) fn query<'s>(statement: &'s mut CachedStatement<'_>, values: &Values<'_>) -> Result<Rows<'s>> {
    bind(statement, values)?;
    Ok(statement.raw_query())
}

pub(super) fn execute(statement: &mut CachedStatement<'_>, values: &Values<'_>) -> Result<usize> {
    bind(statement, values)?;
    Ok(statement.raw_execute()?)
}

/// Every place gets its value anew, so that nothing of an earlier use is left in a statement kept ready.
fn bind(statement: &mut Statement<'_>, values: &Values<'_>) -> Result<()> {
    let (places, given) = (
        statement.parameter_count(),
        match values {
            Values::Placed(values) => values.len(),
            Values::Named(values) => values.len(),
        },
    );
    if places != given {
        return Err(rusqlite::Error::InvalidParameterCount(given, places).into());
    }
    match values {
        Values::Placed(values) => {
            for (index, value) in values.iter().enumerate() {
                statement.raw_bind_parameter(index + 1, value)?;
            }
        }
        Values::Named(values) => {
            for (name, value) in values {
                let index = statement.parameter_index(name)?;
                let index = index.ok_or_else(|| rusqlite::Error::InvalidParameterName((*name).into()))?;
                statement.raw_bind_parameter(index, value)?;
            }
        }
    }
    Ok(())
}
