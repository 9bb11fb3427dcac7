//! What follows from an answer, and when to try again. Pure.

use crate::model::delivery::{AttemptResult, ProbeResult};
use crate::model::hash::ContentHash;
use crate::model::state::DeliveryState;
use std::time::Duration;

/// First and longest wait between attempts.
const WAIT_FIRST: Duration = Duration::from_secs(5);
const WAIT_LONGEST: Duration = Duration::from_secs(3600);

/// The next step of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// A new state, with receipt or trouble, due after a while.
    Move {
        /// The state.
        to: DeliveryState,
        /// Proof.
        receipt: Option<String>,
        /// Code and sentence.
        trouble: Option<(String, String)>,
        /// When to look again.
        after: Duration,
    },
    /// Stay and probe again later.
    Wait {
        /// Sentence.
        trouble: String,
        /// When.
        after: Duration,
    },
}

/// Waiting time before attempt number `attempts + 1`: doubled each time, with
/// a jitter that comes from the delivery itself, so that it needs no chance.
pub fn wait(delivery: &str, attempts: u32) -> Duration {
    let doubled = WAIT_FIRST.saturating_mul(1 << attempts.min(12)).min(WAIT_LONGEST);
    let jitter = u32::from(ContentHash::of(format!("{delivery} {attempts}").as_bytes()).0[0]);
    doubled * (768 + jitter) / 1024
}

/// After an attempt.
pub fn after_attempt(delivery: &str, attempts: u32, result: AttemptResult) -> Next {
    let after = wait(delivery, attempts);
    let moved = |to, receipt, trouble, after| Next::Move { to, receipt, trouble, after };
    match result {
        AttemptResult::Confirmed { receipt } => {
            moved(DeliveryState::Confirmed, Some(receipt), None, Duration::ZERO)
        }
        AttemptResult::HandedOver { receipt } => {
            moved(DeliveryState::HandedOver, Some(receipt), None, Duration::ZERO)
        }
        AttemptResult::Temporary { code, text } => {
            moved(DeliveryState::Planned, None, Some((code, text)), after)
        }
        AttemptResult::Permanent { code, text } => {
            moved(DeliveryState::Refused, None, Some((code, text)), Duration::ZERO)
        }
        AttemptResult::Ambiguous { code, text } => {
            moved(DeliveryState::Ambiguous, None, Some((code, text)), after)
        }
    }
}

/// After a probe of an ambiguous delivery. Where nothing can be asked, one
/// marked repeat is allowed over all time; after that a clerk decides.
pub fn after_probe(delivery: &str, attempts: u32, repeats: u32, result: ProbeResult) -> Next {
    let moved = |to, receipt, trouble| Next::Move { to, receipt, trouble, after: Duration::ZERO };
    match result {
        ProbeResult::Present { receipt } => moved(DeliveryState::Confirmed, Some(receipt), None),
        ProbeResult::Absent => moved(DeliveryState::Planned, None, None),
        ProbeResult::Unknowable if repeats == 0 => moved(DeliveryState::Planned, None, None),
        ProbeResult::Unknowable => moved(
            DeliveryState::Refused,
            None,
            Some((
                "delivery.unknowable".into(),
                "Zweimal ohne Antwort gesendet. Bitte beim Empfänger nachfragen und entscheiden.".into(),
            )),
        ),
        ProbeResult::Unreachable { text } => Next::Wait { trouble: text, after: wait(delivery, attempts) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn state(next: Next) -> Option<DeliveryState> {
        match next {
            Next::Move { to, .. } => Some(to),
            Next::Wait { .. } => None,
        }
    }

    #[test]
    fn nobody_can_be_asked_then_one_repeat_then_a_clerk() {
        assert_eq!(state(after_probe("d", 1, 0, ProbeResult::Unknowable)), Some(DeliveryState::Planned));
        assert_eq!(state(after_probe("d", 2, 1, ProbeResult::Unknowable)), Some(DeliveryState::Refused));
        let unreachable = ProbeResult::Unreachable { text: "x".into() };
        assert_eq!(state(after_probe("d", 1, 0, unreachable)), None);
    }

    proptest! {
        #[test]
        fn waits_grow_within_bounds(attempts in 0u32..100) {
            let now = wait("d", attempts);
            prop_assert!(now >= WAIT_FIRST / 2 && now <= WAIT_LONGEST * 5 / 4);
            prop_assert!(wait("d", attempts + 3) >= now.min(WAIT_LONGEST / 2));
        }

        #[test]
        fn every_answer_leads_to_an_allowed_state(which in 0usize..5) {
            let text = || (String::new(), String::new());
            let (code, receipt) = text();
            let result = match which {
                0 => AttemptResult::Confirmed { receipt },
                1 => AttemptResult::HandedOver { receipt },
                2 => AttemptResult::Temporary { code, text: receipt },
                3 => AttemptResult::Permanent { code, text: receipt },
                _ => AttemptResult::Ambiguous { code, text: receipt },
            };
            let to = state(after_attempt("d", 1, result)).unwrap();
            prop_assert!(DeliveryState::Sending.may_become(to));
        }
    }
}
