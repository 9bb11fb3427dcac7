//! What the program says while it runs: one function per event, on stderr.
//!
//! A closed set; nobody else logs. Never words of a letter.

use crate::error::Error;
use crate::ledger::BatchRow;
use std::io::IsTerminal;

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

/// Something went wrong; it is tried again or waits for a person.
pub fn trouble(worker: &str, error: &Error) {
    tracing::warn!(worker, retry = ?error.retry(), "{error}");
}

/// The daemon is up.
pub fn started(stations: usize, web: Option<std::net::SocketAddr>) {
    let web = web.map_or("off".to_owned(), |address| format!("http://{address}/"));
    tracing::info!(stations, web, "Poststelle runs.");
}

/// The daemon stops.
pub fn stopped() {
    tracing::info!("Poststelle stopped.");
}
