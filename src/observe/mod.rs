//! What the program says while it runs: one function per event, on stderr.
//!
//! A closed set; nobody else logs. Never words of a letter.

pub mod metrics;
pub mod monthly;
pub mod pulse;
mod vitals;

pub use vitals::Vitals;

use crate::daemon::retention::Deleted;
use crate::error::{Error, Retry};
use crate::ledger::BatchRow;
use crate::model::hash::ContentHash;
use crate::model::refusal::Refusal;
use std::collections::HashMap;
use std::io::IsTerminal;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Starts logging: human lines on stderr, coloured on a terminal only, or JSON if `POSTSTELLE_LOG=json`.
pub fn start() {
    let json = std::env::var("POSTSTELLE_LOG").is_ok_and(|v| v == "json");
    let builder = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    let _ = if json { builder.json().try_init() } else { builder.try_init() };
}

/// A batch was taken over.
pub fn batch_received(batch: &BatchRow) {
    tracing::info!(batch = %batch.id, station = %batch.station, bytes = batch.bytes, "Batch received.");
}

/// A file is no scan that can be opened; it lies beside its reason.
pub fn batch_rejected(batch: &BatchRow, refusal: &Refusal) {
    tracing::warn!(batch = %batch.id, station = %batch.station, file = batch.file_name, "{refusal}");
}

/// Copies went whose days were over.
pub fn copies_deleted(done: Deleted) {
    if done != Deleted::default() {
        let Deleted { documents, batches, objects, waiting, people } = done;
        tracing::info!(documents, batches, objects, waiting, people, "Copies deleted whose days were over.");
    }
}

/// The same trouble of the same worker is said again after this: a full disk fails every two seconds.
const SAID_AGAIN: Duration = Duration::from_secs(60);

/// Something went wrong; it is tried again or waits for a person.
pub fn trouble(worker: &str, error: &Error) {
    /// When the trouble with that worker and code was last said, and how often it came since.
    static SAID: LazyLock<Mutex<HashMap<String, (Instant, u32)>>> = LazyLock::new(Mutex::default);
    let text = error.to_string();
    // Names of letters and temporary files differ; what was tried and its code do not.
    let key = format!("{worker} {}", text.split(['(', ':']).next().unwrap_or_default());
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    said.retain(|_, (at, _)| at.elapsed() < SAID_AGAIN * 10);
    let silent = match said.get_mut(&key) {
        Some((at, count)) if error.retry() == Retry::Later && at.elapsed() < SAID_AGAIN => {
            *count += 1;
            return;
        }
        Some((_, count)) => *count,
        None => 0,
    };
    said.insert(key, (Instant::now(), 0));
    tracing::warn!(worker, retry = ?error.retry(), repeated = silent, "{text}");
}

/// The daemon is up.
pub fn started(stations: usize, web: Option<std::net::SocketAddr>) {
    let web = web.map_or("off".to_owned(), |address| format!("http://{address}/"));
    tracing::info!(stations, web, "Poststelle runs.");
}

/// A changed configuration holds from now on, or for all but what replaces paper.
pub fn configured(hash: &ContentHash, waits: bool) {
    if waits {
        tracing::warn!(
            configuration = %hash,
            "Configuration in force except where paper is replaced, until `poststelle config --activate --by PERSON`."
        );
    } else {
        tracing::info!(configuration = %hash, "Configuration in force.");
    }
}

/// Changed rules do not hold yet where paper is replaced.
pub fn rules_wait(hash: &ContentHash) {
    tracing::warn!(
        rules = %hash,
        "Changed rules in force except where paper is replaced, until `poststelle config --activate --by PERSON`."
    );
}

/// A changed configuration cannot be used; the one before stays in force.
pub fn not_configured(text: &str) {
    tracing::error!("Changed configuration refused, the one before stays in force:\n{text}");
}

/// The text of an earlier configuration cannot be had: what began under it goes on under what is released.
pub fn version_lost(hash: &ContentHash) {
    tracing::error!(configuration = %hash, "The text of an earlier configuration is not readable.");
}

/// The daemon stops.
pub fn stopped() {
    tracing::info!("Poststelle stopped.");
}
