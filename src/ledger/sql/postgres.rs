//! The shared engine: PostgreSQL, one connection per thread that asks.
//!
//! In: statements in the shared language. Out: what the server says. What SQLite alone understands, names of values
//! and advice to its planner, is put into the server's words here; functions it lacks are in its schema.

use super::{Error, Result, Value, Values};
use crate::config::secret;
use crate::error;
use crate::model::place::Server;
use postgres::config::{Host, SslMode};
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, Config, NoTls, Row};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long a connection may take to come to be.
const CONNECT: Duration = Duration::from_secs(10);
/// A connection that was quiet for longer is asked whether it still is one, before anything is begun on it.
const TRUSTED: Duration = Duration::from_secs(2);
/// What the server does to a process that stands still or was cut off: its transaction is undone after ten seconds and
/// its locks are free, its connection is gone after half a minute. Everybody else goes on.
const PATIENCE: &str = "-c idle_in_transaction_session_timeout=10s -c tcp_keepalives_idle=10 \
    -c tcp_keepalives_interval=5 -c tcp_keepalives_count=4 -c client_min_messages=warning";

/// How the library is told; the password is read now.
fn config(server: &Server) -> error::Result<Config> {
    let mut config: Config = server.address.parse().map_err(Error::from)?;
    if let Some(file) = &server.password_file {
        config.password(secret::read(file)?);
    }
    let options = config.get_options().unwrap_or_default().to_owned();
    config.options(format!("{PATIENCE} {options}").trim()).application_name("poststelle");
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT);
    }
    // Between machines nothing goes in plain unless somebody wrote that it shall.
    if config.get_ssl_mode() == SslMode::Prefer {
        let near = config.get_hosts().iter().all(is_near);
        config.ssl_mode(if near { SslMode::Disable } else { SslMode::Require });
    }
    Ok(config)
}

fn is_near(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|a: IpAddr| a.is_loopback()),
    }
}

/// Whom an address connects to over a network: host, port, and whether by TLS.
pub fn connections(address: &str) -> Vec<(String, u16, bool)> {
    let Ok(config) = address.parse::<Config>() else { return Vec::new() };
    let ports = config.get_ports();
    let row = |(index, host): (usize, &Host)| match host {
        Host::Unix(_) => None,
        Host::Tcp(name) => {
            let port = ports.get(index).or(ports.first()).copied().unwrap_or(5432);
            let plain = config.get_ssl_mode() == SslMode::Disable
                || config.get_ssl_mode() == SslMode::Prefer && is_near(host);
            Some((name.clone(), port, !plain))
        }
    };
    config.get_hosts().iter().enumerate().filter_map(row).collect()
}

/// What the server says, and not only that it said something.
pub(super) fn said(error: &postgres::Error) -> String {
    let cause = std::error::Error::source(error).map(ToString::to_string);
    match (error.as_db_error(), cause) {
        (Some(said), _) => format!("{} ({})", said.message(), said.code().code()),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    }
}

type Ready = (postgres::Statement, Arc<[String]>);

/// A connection to a server.
pub struct Session {
    server: Server,
    reads: bool,
    client: RefCell<Client>,
    ready: RefCell<HashMap<String, Ready>>,
    used: Cell<Instant>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Session").field(&self.server.address).finish()
    }
}

/// A statement the server made ready.
pub struct Prepared<'db> {
    session: &'db Session,
    statement: postgres::Statement,
    names: Arc<[String]>,
}

impl Session {
    /// A new connection.
    pub(super) fn connect(server: &Server) -> error::Result<Self> {
        Self::open(server, false)
    }

    /// One that changes nothing.
    pub(super) fn reading(server: &Server) -> error::Result<Self> {
        Self::open(server, true)
    }

    fn open(server: &Server, reads: bool) -> error::Result<Self> {
        let config = config(server)?;
        let client = match config.get_ssl_mode() {
            SslMode::Disable => config.connect(NoTls),
            _ => config.connect(MakeRustlsConnect::new(tls()?)),
        };
        let mut client = client.map_err(Error::from)?;
        if reads {
            client.batch_execute("SET default_transaction_read_only = on").map_err(Error::from)?;
        }
        Ok(Self {
            server: server.clone(),
            reads,
            client: RefCell::new(client),
            ready: RefCell::default(),
            used: Cell::new(Instant::now()),
        })
    }

    pub(super) fn refresh(&mut self) -> error::Result<()> {
        let quiet = self.used.get().elapsed() > TRUSTED;
        let client = self.client.get_mut();
        if client.is_closed() || quiet && client.is_valid(CONNECT).is_err() {
            *self = Self::open(&self.server, self.reads)?;
        }
        Ok(())
    }

    fn ask<T>(&self, ask: impl FnOnce(&mut Client) -> std::result::Result<T, postgres::Error>) -> Result<T> {
        self.used.set(Instant::now());
        Ok(ask(&mut self.client.borrow_mut())?)
    }

    pub(super) fn prepare(&self, sql: &str) -> Result<Prepared<'_>> {
        let known = self.ready.borrow().get(sql).cloned();
        let (statement, names) = match known {
            Some(ready) => ready,
            None => {
                let (text, names) = in_its_words(sql);
                let ready = (self.ask(|client| client.prepare(&text))?, Arc::from(names));
                self.ready.borrow_mut().insert(sql.to_owned(), ready.clone());
                ready
            }
        };
        Ok(Prepared { session: self, statement, names })
    }

    pub(super) fn batch(&self, sql: &str) -> Result<()> {
        self.ask(|client| client.batch_execute(sql))
    }

    /// Rows of a statement that is asked once.
    pub(super) fn some(&self, sql: &str) -> Result<Vec<Row>> {
        self.ask(|client| client.query(sql, &[]))
    }

    pub(super) fn begin_alone(&self, tenant: &str) -> Result<()> {
        self.batch("BEGIN")?;
        let lock = "SELECT pg_advisory_xact_lock(hashtextextended('poststelle writes ' || ?1, 0))";
        self.prepare(lock)
            .and_then(|mut lock| lock.query(&Values::Placed(vec![Value::Text(tenant)])))
            .map(drop)
            .inspect_err(|_| drop(self.batch("ROLLBACK")))
    }

    /// Takes a lock that lasts as long as this connection; `false`: somebody else has it.
    pub(super) fn lock(&self, name: &str) -> Result<bool> {
        let lock = "SELECT pg_try_advisory_lock(hashtextextended('poststelle is ' || ?1, 0))";
        let rows = self.prepare(lock)?.query(&Values::Placed(vec![Value::Text(name)]))?;
        Ok(rows.first().is_some_and(|row| row.get(0)))
    }

    pub(super) fn version(&self) -> Result<u32> {
        let there = "SELECT to_regclass('ledger_version') IS NOT NULL";
        let there = self.prepare(there)?.query(&Values::Placed(Vec::new()))?;
        if !there.first().is_some_and(|row| row.get(0)) {
            return Ok(0);
        }
        let rows = self.prepare("SELECT version FROM ledger_version")?.query(&Values::Placed(Vec::new()))?;
        Ok(rows.first().map_or(0, |row| row.get::<_, i64>(0).try_into().unwrap_or(u32::MAX)))
    }

    pub(super) fn set_version(&self, version: u32) -> Result<()> {
        self.batch(&format!(
            "CREATE TABLE IF NOT EXISTS ledger_version (version BIGINT NOT NULL);
             DELETE FROM ledger_version; INSERT INTO ledger_version VALUES ({version})"
        ))
    }
}

/// The machine's authorities, as for every other target.
fn tls() -> error::Result<rustls::ClientConfig> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error::Error::Format(error.to_string()))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

impl Prepared<'_> {
    pub(super) fn query(&mut self, values: &Values<'_>) -> Result<Vec<Row>> {
        let values = self.in_order(values)?;
        self.session.ask(|client| client.query(&self.statement, &refer(&values)))
    }

    pub(super) fn execute(&mut self, values: &Values<'_>) -> Result<usize> {
        let values = self.in_order(values)?;
        let changed = self.session.ask(|client| client.execute(&self.statement, &refer(&values)))?;
        Ok(usize::try_from(changed).unwrap_or(usize::MAX))
    }

    fn in_order<'v>(&self, values: &Values<'v>) -> Result<Vec<Value<'v>>> {
        match values {
            Values::Placed(values) => Ok(values.clone()),
            Values::Named(values) => {
                let named = |name: &String| values.iter().find(|(n, _)| n == name).map(|(_, value)| *value);
                let missing = |name: &String| Error::Unreadable(0, format!("kein Wert für {name}"));
                self.names.iter().map(|name| named(name).ok_or_else(|| missing(name))).collect()
            }
        }
    }
}

fn refer<'a>(values: &'a [Value<'_>]) -> Vec<&'a (dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

/// The statement as the server writes it, and the names of its values in order: `?1` is `$1`, `:name` is the next
/// free number, and the order of loops and the choice of an index are left to its planner.
fn in_its_words(sql: &str) -> (String, Vec<String>) {
    let (mut text, mut names) = (String::with_capacity(sql.len()), Vec::<String>::new());
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        let word_end =
            |of: &str| of.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(of.len());
        let len = match c {
            '\'' => rest[1..].find('\'').map_or(rest.len(), |end| end + 2),
            '?' => {
                text.push('$');
                rest = &rest[1..];
                continue;
            }
            ':' => {
                let end = 1 + word_end(&rest[1..]);
                let name = &rest[..end];
                let place = names.iter().position(|n| n == name).unwrap_or_else(|| {
                    names.push(name.to_owned());
                    names.len() - 1
                });
                text += &format!("${}", place + 1);
                rest = &rest[end..];
                continue;
            }
            'I' if rest.starts_with("INDEXED BY ") => {
                let name = &rest["INDEXED BY ".len()..];
                rest = &name[word_end(name)..];
                continue;
            }
            'C' if rest.starts_with("CROSS JOIN") => {
                rest = &rest["CROSS ".len()..];
                continue;
            }
            c if c.is_ascii_alphanumeric() || c == '_' => word_end(rest),
            c => c.len_utf8(),
        };
        text += &rest[..len];
        rest = &rest[len..];
    }
    (text, names)
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut postgres::types::private::BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match *self {
            Value::Null => Ok(IsNull::Yes),
            Value::Integer(number) => match *ty {
                Type::BOOL => (number != 0).to_sql(ty, out),
                Type::INT2 => i16::try_from(number)?.to_sql(ty, out),
                Type::INT4 => i32::try_from(number)?.to_sql(ty, out),
                Type::INT8 => number.to_sql(ty, out),
                _ => Err(format!("a number for {ty}").into()),
            },
            Value::Real(number) => number.to_sql(ty, out),
            Value::Text(text) if <&str as ToSql>::accepts(ty) => text.to_sql(ty, out),
            Value::Text(_) => Err(format!("a text for {ty}").into()),
            Value::Bytes(bytes) => bytes.to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// What stands in a column.
struct InColumn<'a>(Value<'a>);

impl<'a> FromSql<'a> for InColumn<'a> {
    fn from_sql(
        ty: &Type,
        raw: &'a [u8],
    ) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(match *ty {
            Type::BOOL => Value::Integer(bool::from_sql(ty, raw)?.into()),
            Type::INT2 => Value::Integer(i16::from_sql(ty, raw)?.into()),
            Type::INT4 => Value::Integer(i32::from_sql(ty, raw)?.into()),
            Type::INT8 => Value::Integer(i64::from_sql(ty, raw)?),
            Type::FLOAT4 => Value::Real(f32::from_sql(ty, raw)?.into()),
            Type::FLOAT8 => Value::Real(f64::from_sql(ty, raw)?),
            Type::NUMERIC => Value::Integer(whole(raw).ok_or("a number with a fraction")?),
            Type::BYTEA => Value::Bytes(raw),
            _ => Value::Text(std::str::from_utf8(raw)?),
        }))
    }

    fn from_sql_null(_: &Type) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(Value::Null))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A sum of counts comes as digits of base 10,000: their number, the weight of the first, sign, scale, digits.
fn whole(raw: &[u8]) -> Option<i64> {
    let word = |at: usize| Some(i16::from_be_bytes(raw.get(2 * at..2 * at + 2)?.try_into().ok()?));
    let (digits, weight, sign) = (word(0)?, word(1)?, word(2)?);
    let mut number = 0i64;
    for place in 0..=weight.max(-1) {
        let digit = if place < digits { word(4 + usize::try_from(place).ok()?)? } else { 0 };
        number = number.checked_mul(10_000)?.checked_add(digit.into())?;
    }
    let fraction = digits > weight + 1;
    (!fraction).then_some(if sign == 0 { number } else { -number })
}

pub(super) fn value(row: &Row, column: usize) -> Result<Value<'_>> {
    Ok(row.try_get::<_, InColumn<'_>>(column)?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shared_language_is_put_into_the_servers_words() {
        for (shared, servers) in [
            (
                "SELECT a FROM t WHERE b = ?1 AND c = ?2 OR d = ?1",
                "SELECT a FROM t WHERE b = $1 AND c = $2 OR d = $1",
            ),
            ("x = :b AND y = :a AND z = :b", "x = $1 AND y = $2 AND z = $1"),
            ("detail LIKE 'a:b?%' AND c = :c", "detail LIKE 'a:b?%' AND c = $1"),
            ("FROM batch INDEXED BY batch_due WHERE", "FROM batch  WHERE"),
            ("r CROSS JOIN document d ON", "r JOIN document d ON"),
        ] {
            assert_eq!(in_its_words(shared).0, servers);
        }
        assert_eq!(in_its_words("x = :b AND y = :a").1, [":b", ":a"]);
    }

    #[test]
    fn sums_of_counts_are_whole_numbers() {
        for (raw, number) in [
            (&[0, 0, 0, 0, 0, 0, 0, 0][..], Some(0)),
            (&[0, 1, 0, 0, 0, 0, 0, 0, 0, 42], Some(42)),
            (&[0, 1, 0, 1, 0, 0, 0, 0, 0, 3], Some(30_000)),
            (&[0, 2, 0, 1, 0x40, 0, 0, 0, 0, 1, 0, 7], Some(-10_007)),
            (&[0, 1, 0xff, 0xff, 0, 0, 0, 1, 0x13, 0x88], None),
        ] {
            assert_eq!(whole(raw), number, "{raw:?}");
        }
    }
}
