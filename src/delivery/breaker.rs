//! A target that is down is left alone for a while, so that its queue does not
//! burn attempts and the others keep the machine. Pure: the caller has the clock.

use std::time::Duration;

/// Unanswered attempts in a row after which a target counts as down.
const TRIPS_AFTER: u32 = 4;
const PAUSE_FIRST: Duration = Duration::from_secs(10);
const PAUSE_LONGEST: Duration = Duration::from_secs(300);

/// Counts what one target answered.
#[derive(Debug, Default)]
pub struct Breaker {
    failures: u32,
}

impl Breaker {
    /// Notes an outcome and says how long to leave the target alone. After the pause one delivery
    /// tries again; another failure makes the next pause twice as long.
    pub fn note(&mut self, reached: bool) -> Option<Duration> {
        if reached {
            self.failures = 0;
            return None;
        }
        self.failures += 1;
        let over = self.failures.checked_sub(TRIPS_AFTER)?;
        Some(PAUSE_FIRST.saturating_mul(1 << over.min(10)).min(PAUSE_LONGEST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_begin_grow_and_end() {
        let mut breaker = Breaker::default();
        let pauses: Vec<_> = (0..6).map(|_| breaker.note(false).map(|p| p.as_secs())).collect();
        assert_eq!(pauses, [None, None, None, Some(10), Some(20), Some(40)]);
        assert_eq!((0..20).filter_map(|_| breaker.note(false)).max(), Some(PAUSE_LONGEST));
        assert_eq!(breaker.note(true), None);
        assert_eq!(breaker.note(false), None, "one success closes the circuit");
    }
}
