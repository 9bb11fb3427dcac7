//! Whether the daemon's loops are alive: each says so with every step, and when it ends.
//!
//! A loop that panicked, or that stands longer than any step may take, is named. A wait for the engine counts
//! as life, because the engine's supervisor has limits of its own. A loop that works with shares or targets may
//! hang there through no fault of ours: it is named, but starting the service anew would not help.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// No step takes longer between two beats.
pub const STANDS_STILL: Duration = Duration::from_secs(900);

/// The beats of all loops; cheap to share.
#[derive(Clone, Debug, Default)]
pub struct Pulse(Arc<Mutex<BTreeMap<String, Beat>>>);

/// What a loop works with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Works {
    /// Ledger, vault, engine.
    Inside,
    /// Shares and targets.
    Outside,
}

#[derive(Clone, Copy, Debug)]
struct Beat {
    at: Instant,
    works: Works,
    lost: bool,
}

impl Beat {
    fn stands(&self, now: Instant) -> bool {
        self.lost || now.saturating_duration_since(self.at) > STANDS_STILL
    }
}

thread_local! {
    /// The loop that runs on this thread.
    static OWN: RefCell<Option<(Pulse, String)>> = const { RefCell::new(None) };
}

/// A loop as long as it runs; dropped in a panic, the loop counts as lost.
#[derive(Debug)]
pub struct Beating(());

impl Pulse {
    /// From here on this thread is the loop of that name.
    pub fn begin(&self, name: &str, works: Works) -> Beating {
        self.lock().insert(name.to_owned(), Beat { at: Instant::now(), works, lost: false });
        OWN.with(|own| *own.borrow_mut() = Some((self.clone(), name.to_owned())));
        Beating(())
    }

    /// Loops that are dead or stand still, wherever; empty if all are well.
    pub fn standing(&self, now: Instant) -> Vec<String> {
        self.named(|beat| beat.stands(now))
    }

    /// Of these, the ones that a new start of the service would bring back.
    pub fn dead(&self, now: Instant) -> Vec<String> {
        self.named(|beat| beat.lost || beat.works == Works::Inside && beat.stands(now))
    }

    /// How many loops there are.
    pub fn loops(&self) -> usize {
        self.lock().len()
    }

    fn named(&self, which: impl Fn(&Beat) -> bool) -> Vec<String> {
        self.lock().iter().filter(|(_, beat)| which(beat)).map(|(name, _)| name.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Beat>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The loop on this thread lives; nothing on threads that are no loop.
pub fn beat() {
    OWN.with(|own| {
        if let Some((pulse, name)) = &*own.borrow()
            && let Some(beat) = pulse.lock().get_mut(name)
        {
            beat.at = Instant::now();
        }
    });
}

impl Drop for Beating {
    fn drop(&mut self) {
        let Some((pulse, name)) = OWN.with(|own| own.borrow_mut().take()) else { return };
        let mut beats = pulse.lock();
        match beats.get_mut(&name).filter(|_| std::thread::panicking()) {
            Some(beat) => beat.lost = true,
            None => drop(beats.remove(&name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_that_panics_or_stands_still_is_named_and_one_that_ends_is_not() {
        let pulse = Pulse::default();
        let run = |name: &'static str, work: fn()| {
            let pulse = pulse.clone();
            let _ = std::thread::spawn(move || {
                let _beating = pulse.begin(name, Works::Outside);
                work();
            })
            .join();
        };
        run("ends", || {});
        assert_eq!((pulse.loops(), pulse.standing(Instant::now())), (0, vec![]));
        run("panics", || panic!("a test wants it"));
        assert_eq!(pulse.dead(Instant::now()), ["panics"]);
        let later = |pulse: &Pulse| {
            let later = Instant::now() + STANDS_STILL + Duration::from_secs(1);
            (pulse.standing(later), pulse.dead(later))
        };
        let hangs = pulse.begin("share", Works::Outside);
        assert_eq!(later(&pulse), (vec!["panics".into(), "share".into()], vec!["panics".into()]));
        drop(hangs);
        let _beating = pulse.begin("waits", Works::Inside);
        assert_eq!(later(&pulse).1, ["panics", "waits"]);
        beat();
        assert_eq!(pulse.standing(Instant::now()), ["panics"]);
    }
}
