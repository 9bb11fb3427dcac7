//! Rings when something may have changed in a drop folder.
//!
//! Native events shorten the wait and nothing else: on network shares there
//! are none, under load they are dropped. So a ring carries no path, and the
//! timer of the caller rings anyway.

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};
use notify::{RecursiveMode, Watcher};
use std::path::Path;
use std::time::Duration;

/// One bell for one folder.
pub struct Doorbell {
    rings: Receiver<()>,
    // Dropping the watcher ends the events.
    _watcher: Option<notify::RecommendedWatcher>,
}

impl Doorbell {
    /// Hangs a bell; without native events it stays silent and the timer does the work.
    pub fn hang(folder: &Path, recursive: bool) -> Self {
        let (ring, rings) = bounded(1);
        let mode = if recursive { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
        let watcher = notify::recommended_watcher(move |_event| {
            // A full channel means the bell has rung already.
            let _ = ring.try_send(());
        })
        .and_then(|mut watcher| watcher.watch(folder, mode).map(|()| watcher))
        .ok();
        Self { rings, _watcher: watcher }
    }

    /// Waits for a ring, at most that long.
    pub fn wait(&self, at_most: Duration) {
        if let Err(RecvTimeoutError::Disconnected) = self.rings.recv_timeout(at_most) {
            std::thread::sleep(at_most);
        }
    }
}
