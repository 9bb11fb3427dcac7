//! The tables of a ledger, from any earlier version to this one.
//!
//! In: an open database. Out: the same at the version of this program, step by step, each in a transaction. It never goes
//! back: whoever rolls the program back restores the ledger saved before.

use super::sql::Db;
use crate::error::{Error, Result};

/// One step from a version to the next, in the words of both engines.
pub(super) struct Migration {
    sqlite: &'static str,
    postgres: &'static str,
}

/// A step from the time before ledgers were shared.
const fn alone(sqlite: &'static str) -> Migration {
    Migration { sqlite, postgres: "" }
}

/// Migrations in order; the version counts how many ran. A shared ledger begins with everything of the sixteenth.
pub(super) const MIGRATIONS: &[Migration] = &[
    alone(include_str!("migrations/001.sql")),
    alone(include_str!("migrations/002.sql")),
    alone(include_str!("migrations/delivery_answers.sql")),
    alone(include_str!("migrations/people.sql")),
    alone(include_str!("migrations/review.sql")),
    alone(include_str!("migrations/003_log.sql")),
    alone(include_str!("migrations/inbox.sql")),
    alone(include_str!("migrations/same_invoice.sql")),
    alone(include_str!("migrations/sample.sql")),
    alone(include_str!("migrations/recut.sql")),
    alone(include_str!("migrations/search.sql")),
    alone(include_str!("migrations/application.sql")),
    alone(include_str!("migrations/items.sql")),
    alone(include_str!("migrations/rank.sql")),
    alone(include_str!("migrations/watched.sql")),
    Migration {
        sqlite: include_str!("migrations/words_change.sql"),
        postgres: include_str!("migrations/postgres.sql"),
    },
    Migration {
        sqlite: include_str!("migrations/retention.sql"),
        postgres: include_str!("migrations/retention.postgres.sql"),
    },
    Migration {
        sqlite: include_str!("migrations/in_force.sql"),
        postgres: include_str!("migrations/in_force.sql"),
    },
    Migration {
        sqlite: include_str!("migrations/boxes.sql"),
        postgres: include_str!("migrations/boxes.sql"),
    },
    Migration {
        sqlite: include_str!("migrations/filed.sql"),
        postgres: include_str!("migrations/filed.sql"),
    },
    Migration {
        sqlite: include_str!("migrations/rescan.sql"),
        postgres: include_str!("migrations/rescan.postgres.sql"),
    },
];

pub(super) fn migrate(db: &Db) -> Result<()> {
    let current = MIGRATIONS.len();
    while db.version()? as usize != current {
        // Several processes may open it at once: each looks again when it is alone.
        let tx = db.begin("")?;
        let done = tx.version()? as usize;
        if done > current {
            return Err(Error::Format(format!(
                "Das Journal hat Version {done}, dieses Programm kennt nur {current}"
            )));
        }
        if let Some((number, migration)) = MIGRATIONS.iter().enumerate().nth(done) {
            tx.batch(tx.choose(migration.sqlite, migration.postgres))?;
            tx.set_version(u32::try_from(number + 1).unwrap_or(u32::MAX))?;
        }
        tx.commit()?;
    }
    Ok(())
}
