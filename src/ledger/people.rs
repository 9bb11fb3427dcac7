//! Secrets and sessions of the people who sign on. The browser's token and the password stay outside;
//! here lie only what they can be checked against.

use super::sql::Optional;
use super::{Ledger, earlier, event, now};
use crate::error::Result;
use std::time::Duration;

/// However busy somebody is, once a working day everybody signs on anew.
const SESSION_LONGEST: Duration = Duration::from_secs(12 * 3600);
/// A session nobody used for so long is forgotten.
const UNUSED: Duration = Duration::from_secs(24 * 3600);
/// `seen_at` is written this coarsely, so that reading pages writes next to nothing.
const SEEN_EVERY: Duration = Duration::from_secs(60);

impl Ledger {
    /// Stores the hash of a password; whoever was signed on with an older one is signed off.
    pub fn person_secret_set(&self, person: &str, hash: &str, by: &str) -> Result<()> {
        let [person, hash, by] = [person, hash, by].map(str::to_owned);
        self.write(move |tx, tenant| {
            tx.execute(
                "INSERT INTO person_secret (tenant, person, hash, changed_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (tenant, person) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at",
                (tenant, &person, &hash, now()),
            )?;
            tx.execute("DELETE FROM session WHERE tenant = ?1 AND person = ?2", (tenant, &person))?;
            event(tx, tenant, "person.secret_set", &person, &by, "")
        })
    }

    /// The hash a password is checked against, if the person has one.
    pub fn person_secret(&self, person: &str) -> Result<Option<String>> {
        self.read(|db, tenant| {
            Ok(db
                .prepare("SELECT hash FROM person_secret WHERE tenant = ?1 AND person = ?2")?
                .query_row((tenant, person), |row| row.get(0))
                .optional()?)
        })
    }

    /// Stores the hash of a program's token; an older one is good for nothing any more.
    pub fn application_token_set(&self, application: &str, token_hash: &str, by: &str) -> Result<()> {
        let [application, token, by] = [application, token_hash, by].map(str::to_owned);
        self.write(move |tx, tenant| {
            tx.execute(
                "INSERT INTO application_token (tenant, application, token, changed_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (tenant, application) DO UPDATE SET token = excluded.token, changed_at = excluded.changed_at",
                (tenant, &application, &token, now()),
            )?;
            event(tx, tenant, "application.token_set", &application, &by, "")
        })
    }

    /// The program whose token that is.
    pub fn application(&self, token_hash: &str) -> Result<Option<String>> {
        self.read(|db, tenant| {
            Ok(db
                .prepare("SELECT application FROM application_token WHERE tenant = ?1 AND token = ?2")?
                .query_row((tenant, token_hash), |row| row.get(0))
                .optional()?)
        })
    }

    /// Begins a session and forgets those nobody used for a day.
    pub fn session_begin(&self, token_hash: &str, person: &str) -> Result<()> {
        let [token, person] = [token_hash, person].map(str::to_owned);
        self.write(move |tx, tenant| {
            let at = now();
            tx.execute("DELETE FROM session WHERE tenant = ?1 AND seen_at < ?2", (tenant, earlier(UNUSED)))?;
            tx.execute(
                "INSERT INTO session (tenant, token, person, begun_at, seen_at) VALUES (?1, ?2, ?3, ?4, ?4)",
                (tenant, &token, &person, &at),
            )?;
            Ok(())
        })
    }

    /// Whose session that is, unless it is over.
    pub fn session(&self, token_hash: &str, idle: Duration) -> Result<Option<String>> {
        let found: Option<(String, String)> = self.read(|db, tenant| {
            Ok(db
                .prepare(
                    "SELECT person, seen_at FROM session
                     WHERE tenant = ?1 AND token = ?2 AND seen_at > ?3 AND begun_at > ?4",
                )?
                .query_row((tenant, token_hash, earlier(idle), earlier(SESSION_LONGEST)), |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .optional()?)
        })?;
        let Some((person, seen)) = found else { return Ok(None) };
        if seen < earlier(SEEN_EVERY) {
            let token = token_hash.to_owned();
            self.write(move |tx, tenant| {
                tx.execute(
                    "UPDATE session SET seen_at = ?3 WHERE tenant = ?1 AND token = ?2",
                    (tenant, &token, now()),
                )?;
                Ok(())
            })?;
        }
        Ok(Some(person))
    }

    /// Ends a session.
    pub fn session_end(&self, token_hash: &str) -> Result<()> {
        let token = token_hash.to_owned();
        self.write(move |tx, tenant| {
            tx.execute("DELETE FROM session WHERE tenant = ?1 AND token = ?2", (tenant, &token))?;
            Ok(())
        })
    }
}
