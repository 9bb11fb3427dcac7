//! What can only be known inside the running daemon, for those who watch it.

use super::pulse::Pulse;
use crate::engine::Engine;
use std::sync::Arc;

/// Shared by the loops, the pages and systemd's watchdog.
#[derive(Clone, Debug)]
pub struct Vitals {
    /// Whether the loops live.
    pub pulse: Pulse,
    /// The engine that reads.
    pub engine: Arc<Engine>,
    /// When the certificate of the seal ends, seconds since 1970, if the town seals.
    pub seal_until: Option<i64>,
}
