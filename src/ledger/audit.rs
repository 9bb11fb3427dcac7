//! The whole ledger against itself, the vault and heads kept outside. Reads only; works on a copy.

use super::Place;
use super::log::{ENTRY, RECORD_WRITTEN, Stored, entry, signed};
use super::sql::Db;
use crate::error::{Error, Result};
use crate::model::hash::ContentHash;
use crate::record::Envelope;
use crate::record::log::{Entry, Head};
use crate::record::merkle::{self, Nodes};
use crate::vault::Vault;
use std::collections::{BTreeMap, BTreeSet};

/// Every object of the vault that rows of a tenant name, and who names it; what was declared deleted only if
/// somebody holds it again.
pub(super) const OBJECTS: &str = "SELECT hash, id FROM (
      SELECT hash, id FROM batch WHERE tenant = ?1
      UNION SELECT product, id FROM document WHERE tenant = ?1 UNION SELECT sheet, id FROM document WHERE tenant = ?1
      UNION SELECT text, id FROM document WHERE tenant = ?1 UNION SELECT record, id FROM document WHERE tenant = ?1
      UNION SELECT thumbnail, batch FROM page WHERE tenant = ?1) named
    WHERE hash NOT IN (SELECT subject FROM event WHERE tenant = ?1 AND code = 'retention.object')
    UNION SELECT hash, holder FROM vault_ref WHERE tenant = ?1";

/// Objects that were declared deleted, that nobody holds again, and that are not waiting to be removed.
const DELETED: &str = "SELECT DISTINCT subject FROM event e WHERE tenant = ?1 AND code = 'retention.object'
    AND NOT EXISTS (SELECT 1 FROM vault_ref r WHERE r.hash = e.subject)
    AND NOT EXISTS (SELECT 1 FROM vault_gone g WHERE g.hash = e.subject)";

/// What was looked at, and everything that is wrong: stable name and German detail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// Events that are leaves of the log.
    pub events: u64,
    /// Objects of the vault that were read and hashed.
    pub objects: u64,
    /// Records that were compared with their rows.
    pub records: u64,
    /// What does not hold.
    pub wrong: Vec<(&'static str, String)>,
}

/// Checks a ledger. `heads` were kept outside; without any, a rewritten log cannot be told from a true one.
pub fn audit(ledger: impl Into<Place>, vault: Option<&Vault>, heads: &[Head]) -> Result<Audit> {
    let db = Db::reading(&ledger.into())?;
    let mut audit = Audit::default();
    if let Some(damage) = db.damage()? {
        audit.complain("ledger.file", damage);
        return Ok(audit);
    }
    let mut tenants = BTreeSet::new();
    for table in ["event", "batch", "document", "log_leaf"] {
        let mut statement = db.prepare(&format!("SELECT DISTINCT tenant FROM {table}"))?;
        for tenant in statement.query_map((), |row| row.get::<String>(0))? {
            tenants.insert(tenant?);
        }
    }
    for tenant in &tenants {
        let last = audit.log(&db, tenant)?;
        audit.rows(&db, tenant, &last)?;
        if let Some(vault) = vault {
            audit.vault(&db, tenant, vault)?;
        }
    }
    for head in heads {
        audit.head(&db, head)?;
    }
    Ok(audit)
}

/// For each subject, the newest detail of each code.
type Said = BTreeMap<String, BTreeMap<String, String>>;

impl Audit {
    fn complain(&mut self, name: &'static str, detail: impl Into<String>) {
        self.wrong.push((name, detail.into()));
    }

    /// Every event is the leaf it was, in its place; every node follows from those below. Gives what was said.
    fn log(&mut self, db: &Db, tenant: &str) -> Result<Said> {
        let nodes = Stored { db, tenant };
        let mut said = Said::new();
        let mut statement = db.prepare(&format!(
            "SELECT {ENTRY}, l.place FROM event e LEFT JOIN log_leaf l ON l.event = e.seq
             WHERE e.tenant = ?1 ORDER BY e.seq"
        ))?;
        let rows = statement.query_map([tenant], |row| Ok((entry(row)?, row.get::<Option<i64>>(7)?)))?;
        let mut expected = 0u64;
        for row in rows {
            let (entry, place): (Entry, Option<i64>) = row?;
            if place != Some(signed(expected)) {
                self.complain(
                    "log.order",
                    format!("Ereignis {} ({}) steht nicht an Stelle {expected}.", entry.seq, entry.code),
                );
            }
            match place.map(|p| nodes.node(0, p.unsigned_abs())) {
                Some(Ok(hash)) if hash == entry.leaf() => {}
                _ => self.complain(
                    "log.entry",
                    format!("Ereignis {} ({} {}) wurde verändert.", entry.seq, entry.code, entry.subject),
                ),
            }
            expected += 1;
            said.entry(entry.subject).or_default().insert(entry.code, entry.detail);
        }
        self.events += expected;
        if nodes.size()? != expected {
            self.complain(
                "log.order",
                format!("Das Protokoll hat {} Stellen, es gibt {expected} Ereignisse.", nodes.size()?),
            );
        }
        let (mut level, mut below) = (1, expected);
        while below > 1 {
            for place in 0..below / 2 {
                let joined = || -> Result<_> {
                    Ok(merkle::join(
                        &nodes.node(level - 1, 2 * place)?,
                        &nodes.node(level - 1, 2 * place + 1)?,
                    ))
                };
                match (joined(), nodes.node(level, place)) {
                    (Ok(joined), Ok(node)) if joined == node => {}
                    _ => self.complain(
                        "log.node",
                        format!("Knoten {level}/{place} passt nicht zu den Ereignissen darunter."),
                    ),
                }
            }
            (level, below) = (level + 1, below / 2);
        }
        Ok(said)
    }

    /// States and hashes in the rows are those the events speak of.
    fn rows(&mut self, db: &Db, tenant: &str, said: &Said) -> Result<()> {
        for table in ["batch", "document", "delivery"] {
            let mut statement = db.prepare(&format!("SELECT id, state FROM {table} WHERE tenant = ?1"))?;
            let rows = statement.query_map([tenant], |r| Ok((r.get::<String>(0)?, r.get::<String>(1)?)))?;
            for row in rows {
                let (id, state) = row?;
                if said.get(&id).is_none_or(|codes| !codes.contains_key(&format!("{table}.{state}"))) {
                    self.complain(
                        "row.state",
                        format!("{id} steht auf „{state}“, das Protokoll weiß davon nichts."),
                    );
                }
            }
        }
        let hashes = [
            ("SELECT id, hash FROM batch WHERE tenant = ?1", "batch.received"),
            ("SELECT id, product FROM document WHERE tenant = ?1 AND product IS NOT NULL", "document.sealed"),
            ("SELECT id, record FROM document WHERE tenant = ?1 AND record IS NOT NULL", RECORD_WRITTEN),
        ];
        for (sql, code) in hashes {
            let mut statement = db.prepare(sql)?;
            let rows = statement.query_map([tenant], |r| Ok((r.get::<String>(0)?, r.get::<String>(1)?)))?;
            for row in rows {
                let (id, hash) = row?;
                let noted = said.get(&id).and_then(|codes| codes.get(code));
                // Ledgers from before records were noted have no such event.
                if noted.is_some_and(|noted| *noted != hash) || noted.is_none() && code != RECORD_WRITTEN {
                    self.complain(
                        "row.hash",
                        format!("{id}: der Hash in der Zeile ist nicht der aus dem Protokoll ({code})."),
                    );
                }
            }
        }
        Ok(())
    }

    /// Everything the rows name lies in the vault, unaltered, and each record says what its rows say.
    fn vault(&mut self, db: &Db, tenant: &str, vault: &Vault) -> Result<()> {
        let mut statement = db.prepare(OBJECTS)?;
        let rows =
            statement.query_map([tenant], |r| Ok((r.get::<Option<String>>(0)?, r.get::<String>(1)?)))?;
        let mut seen = BTreeSet::new();
        for row in rows {
            let (Some(hex), id) = row? else { continue };
            if !seen.insert(hex.clone()) {
                continue;
            }
            let Some(hash) = ContentHash::from_hex(&hex) else {
                self.complain("vault.name", format!("{id}: „{hex}“ ist kein Hash."));
                continue;
            };
            self.objects += 1;
            match vault.read(&hash) {
                Ok(_) => {}
                Err(Error::Damaged { .. }) => {
                    self.complain("vault.damaged", format!("{hex} (von {id}) wurde verändert."))
                }
                // A storage that does not answer says nothing about what lies there.
                Err(error @ Error::Vault { .. }) => return Err(error),
                Err(_) => self.complain("vault.missing", format!("{hex} (von {id}) fehlt.")),
            }
        }
        // Ledgers from before anything was deleted do not have all of these tables.
        if let Ok(mut statement) = db.prepare(DELETED) {
            for row in statement.query_map([tenant], |r| r.get::<String>(0))? {
                let hex = row?;
                if ContentHash::from_hex(&hex).map_or(Ok(false), |hash| vault.has(&hash))? {
                    self.complain(
                        "vault.not_deleted",
                        format!("{hex} ist als gelöscht vermerkt und liegt noch da."),
                    );
                }
            }
        }
        let mut statement = db.prepare(
            "SELECT d.id, d.record, d.product, d.sheet, d.text, b.hash, b.bytes, b.taken_at, b.config, b.station
             FROM document d JOIN batch b ON b.tenant = d.tenant AND b.id = d.batch
             WHERE d.tenant = ?1 AND d.record IS NOT NULL ORDER BY d.id",
        )?;
        let mut rows = statement.query([tenant])?;
        while let Some(row) = rows.next()? {
            let column = |n: usize| row.get::<String>(n);
            let (id, record) = (column(0)?, column(1)?);
            let Some(Ok(bytes)) = ContentHash::from_hex(&record).map(|hash| vault.read(&hash)) else {
                continue;
            };
            // Another form is an older program's; the vault has shown that it is unaltered.
            let Ok(Envelope { body, product_sha256, .. }) = Envelope::parse(&bytes) else { continue };
            self.records += 1;
            let empty = ContentHash::of(b"").hex();
            let same = [
                (body.document == id, "Kennung"),
                (product_sha256.unwrap_or(empty) == column(2)?, "Produkt"),
                (body.sheet_sha256 == column(3)?, "Entscheidung"),
                (body.text_sha256 == column(4)?, "Text"),
                (body.source.sha256 == column(5)?, "Quelle"),
                (i64::try_from(body.source.bytes) == Ok(row.get(6)?), "Länge der Quelle"),
                (body.times.taken_over == column(7)?, "Übernahme"),
                (body.procedure.configuration_sha256 == column(8)?, "Konfiguration"),
                (body.environment.station == column(9)?, "Station"),
            ];
            for (_, what) in same.iter().filter(|(same, _)| !same) {
                self.complain(
                    "row.record",
                    format!("{id}: {what} im Journal und im Nachweis sind verschieden."),
                );
            }
        }
        Ok(())
    }

    /// The log still begins as it did when that head was taken.
    fn head(&mut self, db: &Db, head: &Head) -> Result<()> {
        let nodes = Stored { db, tenant: &head.tenant };
        let now = nodes.size()?;
        if head.size > now {
            self.complain(
                "log.head",
                format!("Damals gab es {} Ereignisse, jetzt nur noch {now}.", head.size),
            );
        } else if nodes.head(head.size).ok().map(|h| h.head) != Some(head.head) {
            self.complain(
                "log.head",
                format!("Die ersten {} Ereignisse sind nicht mehr die von damals.", head.size),
            );
        }
        Ok(())
    }
}
