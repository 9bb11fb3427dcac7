//! One SQL for two engines.
//!
//! In: the text of a statement and values. Out: rows. The text is written once, in the part of the language that
//! SQLite and PostgreSQL share, with `?1` or `:name` for values; what differs between them in kind lives in
//! [`sqlite`] and [`postgres`], and nowhere else. A connection belongs to one thread at a time.

mod postgres;
mod sqlite;
mod value;

pub use postgres::connections;
pub use sqlite::{Kept, copy};
pub use value::{Bind, Params, Read, Value, Values};

use crate::error;
use crate::model::place::Place;
use std::ops::Deref;

/// What an engine answers.
pub type Result<T> = std::result::Result<T, Error>;

/// Why an engine did not answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A row was asked for and there is none.
    #[error("keine Zeile gefunden")]
    NoRow,
    /// A row holds what cannot be read as what it should be.
    #[error("Spalte {0} ist nicht lesbar: {1}")]
    Unreadable(usize, String),
    /// The embedded engine.
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The server. What it says stands in the cause.
    #[error("{}", postgres::said(.0))]
    Postgres(#[from] ::postgres::Error),
}

impl Error {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoRow | Self::Unreadable(..) | Self::Sqlite(_) => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }

    /// German: what to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoRow | Self::Unreadable(..) | Self::Sqlite(_) => {
                "Speicherplatz und Rechte des Journals prüfen"
            }
            Self::Postgres(_) => {
                "läuft der Datenbankserver, ist er erreichbar, stimmen Name und Kennwort? Es geht von selbst weiter"
            }
        }
    }
}

/// A connection.
#[derive(Debug)]
pub enum Db {
    /// To a file.
    Sqlite(rusqlite::Connection),
    /// To a server.
    Postgres(Box<postgres::Session>),
}

/// A statement, ready for values.
pub enum Statement<'db> {
    /// Of the embedded engine.
    Sqlite(rusqlite::CachedStatement<'db>),
    /// Of the server.
    Postgres(postgres::Prepared<'db>),
}

/// Rows as they come.
pub enum Rows<'s> {
    /// One by one.
    Sqlite(rusqlite::Rows<'s>),
    /// All that were asked for.
    Postgres(std::vec::IntoIter<::postgres::Row>),
}

/// One row.
pub enum Row<'r> {
    /// Of the embedded engine.
    Sqlite(&'r rusqlite::Row<'r>),
    /// Of the server.
    Postgres(::postgres::Row),
}

impl Row<'_> {
    /// What stands in a column, from 0.
    pub fn get<T: Read>(&self, column: usize) -> Result<T> {
        let value = match self {
            Self::Sqlite(row) => sqlite::value(row, column)?,
            Self::Postgres(row) => postgres::value(row, column)?,
        };
        T::read(value).ok_or_else(|| Error::Unreadable(column, format!("{value:.40?}")))
    }

    /// The first so many columns as they are.
    pub fn values(&self, columns: usize) -> Result<Vec<Value<'_>>> {
        let value = |column| match self {
            Self::Sqlite(row) => sqlite::value(row, column),
            Self::Postgres(row) => postgres::value(row, column),
        };
        (0..columns).map(value).collect()
    }
}

impl Rows<'_> {
    /// The next one.
    pub fn next(&mut self) -> Result<Option<Row<'_>>> {
        match self {
            Self::Sqlite(rows) => Ok(rows.next()?.map(Row::Sqlite)),
            Self::Postgres(rows) => Ok(rows.next().map(Row::Postgres)),
        }
    }
}

/// Rows as something else.
pub struct Mapped<'s, F> {
    rows: Rows<'s>,
    map: F,
}

impl<T, F: FnMut(&Row<'_>) -> Result<T>> Iterator for Mapped<'_, F> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = self.rows.next().transpose()?;
        Some(row.and_then(|row| (self.map)(&row)))
    }
}

impl Statement<'_> {
    /// Every row.
    pub fn query(&mut self, params: impl Params) -> Result<Rows<'_>> {
        match self {
            Self::Sqlite(statement) => Ok(Rows::Sqlite(sqlite::query(statement, &params.values())?)),
            Self::Postgres(statement) => Ok(Rows::Postgres(statement.query(&params.values())?.into_iter())),
        }
    }

    /// Every row as something else.
    pub fn query_map<T, F>(&mut self, params: impl Params, map: F) -> Result<Mapped<'_, F>>
    where
        F: FnMut(&Row<'_>) -> Result<T>,
    {
        Ok(Mapped { rows: self.query(params)?, map })
    }

    /// The first row as something else; [`Error::NoRow`] if there is none.
    pub fn query_row<T>(
        &mut self,
        params: impl Params,
        map: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        match self.query(params)?.next()? {
            Some(row) => map(&row),
            None => Err(Error::NoRow),
        }
    }

    /// Whether there is a row.
    pub fn exists(&mut self, params: impl Params) -> Result<bool> {
        Ok(self.query(params)?.next()?.is_some())
    }

    /// Changes rows: how many.
    pub fn execute(&mut self, params: impl Params) -> Result<usize> {
        match self {
            Self::Sqlite(statement) => sqlite::execute(statement, &params.values()),
            Self::Postgres(statement) => statement.execute(&params.values()),
        }
    }
}

impl Db {
    /// Connects; a file comes to be, a database has to be there.
    pub fn connect(place: &Place, kept: Kept) -> error::Result<Self> {
        match place {
            Place::File(path) => Ok(Self::Sqlite(sqlite::connect(path, kept)?)),
            Place::Server(server) => Ok(Self::Postgres(Box::new(postgres::Session::connect(server)?))),
        }
    }

    /// Connects to a ledger that is not to be changed, not even brought to the current version.
    pub fn reading(place: &Place) -> error::Result<Self> {
        match place {
            Place::File(path) => Ok(Self::Sqlite(sqlite::reading(path)?)),
            Place::Server(server) => Ok(Self::Postgres(Box::new(postgres::Session::reading(server)?))),
        }
    }

    /// Connects anew if the server has gone meanwhile.
    pub fn refresh(&mut self) -> error::Result<()> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(session) => session.refresh(),
        }
    }

    /// Makes a statement ready, or finds it as it was made ready before.
    pub fn prepare(&self, sql: &str) -> Result<Statement<'_>> {
        match self {
            Self::Sqlite(connection) => Ok(Statement::Sqlite(connection.prepare_cached(sql)?)),
            Self::Postgres(session) => Ok(Statement::Postgres(session.prepare(sql)?)),
        }
    }

    /// Changes rows: how many.
    pub fn execute(&self, sql: &str, params: impl Params) -> Result<usize> {
        self.prepare(sql)?.execute(params)
    }

    /// The first row as something else; [`Error::NoRow`] if there is none.
    pub fn query_row<T>(
        &self,
        sql: &str,
        params: impl Params,
        map: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        self.prepare(sql)?.query_row(params, map)
    }

    /// Several statements without values, of which nothing is asked.
    pub fn batch(&self, sql: &str) -> Result<()> {
        match self {
            Self::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
            Self::Postgres(session) => session.batch(sql),
        }
    }

    /// Begins to write. Whoever writes rows of that tenant writes alone, in every process on every machine: events
    /// are one sequence, and each is a leaf that follows from those before it.
    pub fn begin(&self, tenant: &str) -> Result<Transaction<'_>> {
        match self {
            Self::Sqlite(connection) => connection.execute_batch("BEGIN IMMEDIATE")?,
            Self::Postgres(session) => session.begin_alone(tenant)?,
        }
        Ok(Transaction { db: self, open: true })
    }

    /// Begins to take one row that nobody else has; needs no turn where rows can be locked one by one.
    pub fn begin_claim(&self) -> Result<Transaction<'_>> {
        self.batch(self.choose("BEGIN IMMEDIATE", "BEGIN"))?;
        Ok(Transaction { db: self, open: true })
    }

    /// Whether single rows can be locked, so that taking one needs no turn among the writers.
    pub fn locks_rows(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// What is said differently to the two engines.
    pub fn choose<T>(&self, sqlite: T, postgres: T) -> T {
        match self {
            Self::Sqlite(_) => sqlite,
            Self::Postgres(_) => postgres,
        }
    }

    /// How a query that takes the next row passes by those that others are taking: at its end.
    pub fn free(&self) -> &'static str {
        self.choose("", "FOR UPDATE SKIP LOCKED")
    }

    /// Every row of a query that may be longer than what fits into memory; inside a transaction.
    pub fn walk(&self, sql: &str, mut each: impl FnMut(&Row<'_>) -> error::Result<()>) -> error::Result<()> {
        match self {
            Self::Sqlite(_) => {
                let mut statement = self.prepare(sql)?;
                let mut rows = statement.query(())?;
                while let Some(row) = rows.next()? {
                    each(&row)?;
                }
            }
            Self::Postgres(session) => {
                session.batch(&format!("DECLARE walk CURSOR FOR {sql}"))?;
                loop {
                    let rows = session.some("FETCH 1000 FROM walk")?;
                    if rows.is_empty() {
                        break;
                    }
                    rows.into_iter().try_for_each(|row| each(&Row::Postgres(row)))?;
                }
                session.batch("CLOSE walk")?;
            }
        }
        Ok(())
    }

    /// Begins to read one state, whatever others write meanwhile.
    pub fn begin_reading(&self) -> Result<Transaction<'_>> {
        self.batch(self.choose("BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"))?;
        Ok(Transaction { db: self, open: true })
    }

    /// Every table that is not the engine's own.
    pub fn tables(&self) -> Result<Vec<String>> {
        let sql = self.choose(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'
               AND name NOT LIKE 'search\\_text%' ESCAPE '\\' ORDER BY name",
            "SELECT CAST(table_name AS TEXT) FROM information_schema.tables
             WHERE table_schema = current_schema() AND table_name <> 'ledger_version' ORDER BY table_name",
        );
        self.prepare(sql)?.query_map((), |row| row.get(0))?.collect()
    }

    /// Columns of a table that are filled by whoever writes a row, by name.
    pub fn columns(&self, table: &str) -> Result<Vec<String>> {
        let sql = self.choose(
            "SELECT name FROM pragma_table_info(?1) ORDER BY name",
            "SELECT CAST(column_name AS TEXT) FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name = ?1 AND is_generated = 'NEVER' ORDER BY column_name",
        );
        self.prepare(sql)?.query_map([table], |row| row.get(0))?.collect()
    }

    /// A number that was written goes on counting from there.
    pub fn count_on(&self, table: &str, column: &str) -> Result<()> {
        // SQLite counts on by itself.
        self.batch(&self.choose(
            String::new(),
            format!(
                "SELECT setval(pg_get_serial_sequence('{table}', '{column}'), max({column})) FROM {table}
                 HAVING max({column}) IS NOT NULL"
            ),
        ))
    }

    /// Takes a lock of that name for as long as this connection lasts; `false`: another connection has it. A file's
    /// locks are the system's.
    pub fn lock(&self, name: &str) -> Result<bool> {
        match self {
            Self::Sqlite(_) => Ok(true),
            Self::Postgres(session) => session.lock(name),
        }
    }

    /// How many migrations ran here.
    pub fn version(&self) -> Result<u32> {
        match self {
            Self::Sqlite(_) => self.query_row("PRAGMA user_version", (), |row| row.get(0)),
            Self::Postgres(session) => session.version(),
        }
    }

    /// Writes down how many ran.
    pub fn set_version(&self, version: u32) -> Result<()> {
        match self {
            Self::Sqlite(_) => self.batch(&format!("PRAGMA user_version = {version}")),
            Self::Postgres(session) => session.set_version(version),
        }
    }

    /// What the engine finds wrong with its own file; a server looks after its files itself.
    pub fn damage(&self) -> Result<Option<String>> {
        match self {
            Self::Sqlite(_) => {
                let found: String = self.query_row("PRAGMA integrity_check(1)", (), |row| row.get(0))?;
                Ok((found != "ok").then_some(found))
            }
            Self::Postgres(_) => Ok(None),
        }
    }
}

/// What was written since it began; nothing of it was, unless it is committed.
#[derive(Debug)]
pub struct Transaction<'db> {
    db: &'db Db,
    open: bool,
}

impl Transaction<'_> {
    /// On disk when it returns.
    pub fn commit(mut self) -> Result<()> {
        self.open = false;
        let committed = self.db.batch("COMMIT");
        if committed.is_err() {
            let _ = self.db.batch("ROLLBACK");
        }
        committed
    }
}

impl Deref for Transaction<'_> {
    type Target = Db;

    fn deref(&self) -> &Db {
        self.db
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if self.open {
            let _ = self.db.batch("ROLLBACK");
        }
    }
}

/// Values of a statement that has more of them than a tuple.
macro_rules! params {
    ($($value:expr),+ $(,)?) => { [$(&$value as &dyn $crate::ledger::sql::Bind),+] };
}
pub(crate) use params;

/// No row is no value.
pub trait Optional<T> {
    /// `None` instead of [`Error::NoRow`].
    fn optional(self) -> Result<Option<T>>;
}

impl<T> Optional<T> for Result<T> {
    fn optional(self) -> Result<Option<T>> {
        match self {
            Err(Error::NoRow) => Ok(None),
            other => other.map(Some),
        }
    }
}
