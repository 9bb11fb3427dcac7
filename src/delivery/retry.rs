//! What follows from an answer, and when to try again. Pure.

use crate::model::delivery::{AttemptResult, Confirmation, Moved, ProbeResult};
use crate::model::hash::ContentHash;
use crate::model::state::DeliveryState;
use std::time::Duration;

/// First and longest wait between attempts.
const WAIT_FIRST: Duration = Duration::from_secs(5);
const WAIT_LONGEST: Duration = Duration::from_secs(3600);
/// Longest wait between two looks for a receiver's answer.
const LOOK_LONGEST: Duration = Duration::from_secs(600);
/// A target may ask for no longer a pause than this; more is a mistake of its clock or ours.
const ASKED_LONGEST: Duration = Duration::from_secs(6 * 3600);

/// The next step of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// A new state, with receipt or trouble, due after a while.
    Move(Moved),
    /// Stay and look again later; without a sentence nothing is wrong.
    Wait {
        /// Sentence.
        trouble: Option<String>,
        /// When.
        after: Duration,
    },
    /// Stay, and look no more.
    Rest,
}

/// What is known of a delivery when a probe could not tell.
#[derive(Clone, Copy, Debug)]
pub struct History {
    /// Attempts so far.
    pub attempts: u32,
    /// Marked repeats so far.
    pub repeats: u32,
    /// An attempt ended without an answer.
    pub unsure: bool,
    /// A clerk allowed one more.
    pub allowed: bool,
}

/// Waiting time before attempt number `attempts + 1`: doubled each time, with
/// a jitter that comes from the delivery itself, so that it needs no chance.
pub fn wait(delivery: &str, attempts: u32) -> Duration {
    let doubled = WAIT_FIRST.saturating_mul(1 << attempts.min(12)).min(WAIT_LONGEST);
    let jitter = u32::from(ContentHash::of(format!("{delivery} {attempts}").as_bytes()).0[0]);
    doubled * (768 + jitter) / 1024
}

/// After an attempt. `confirms`: the receiver will answer, so a hand-over is not the end.
pub fn after_attempt(delivery: &str, attempts: u32, confirms: bool, result: AttemptResult) -> Next {
    let after = wait(delivery, attempts);
    match result {
        AttemptResult::Confirmed { receipt } => moved(DeliveryState::Confirmed, Some(receipt), None),
        AttemptResult::HandedOver { receipt } => Next::Move(Moved {
            to: DeliveryState::HandedOver,
            receipt: Some(receipt),
            trouble: None,
            awaits: confirms,
            after: if confirms { WAIT_FIRST } else { Duration::ZERO },
        }),
        AttemptResult::Temporary { code, text, after: asked } => {
            let after = asked.map_or(after, |asked| asked.min(ASKED_LONGEST).max(after));
            delayed(DeliveryState::Planned, (code, text), after)
        }
        AttemptResult::Permanent { code, text } => moved(DeliveryState::Refused, None, Some((code, text))),
        AttemptResult::Ambiguous { code, text } => delayed(DeliveryState::Ambiguous, (code, text), after),
    }
}

/// After a probe of an ambiguous delivery. Where nothing can be asked, one
/// marked repeat is allowed over all time; after that a clerk decides.
pub fn after_probe(delivery: &str, history: History, result: ProbeResult) -> Next {
    match result {
        ProbeResult::Present { receipt } => moved(DeliveryState::Confirmed, Some(receipt), None),
        ProbeResult::Absent => moved(DeliveryState::Planned, None, None),
        ProbeResult::Unknowable if !history.unsure || history.repeats == 0 || history.allowed => {
            moved(DeliveryState::Planned, None, None)
        }
        ProbeResult::Unknowable => moved(
            DeliveryState::Refused,
            None,
            Some((
                "delivery.unknowable".into(),
                "Zweimal ohne Antwort gesendet. Bitte beim Empfänger nachfragen und entscheiden.".into(),
            )),
        ),
        ProbeResult::Unreachable { text } => {
            Next::Wait { trouble: Some(text), after: wait(delivery, history.attempts) }
        }
    }
}

/// After a look for the receiver's answer.
pub fn after_confirmation(delivery: &str, looks: u32, answer: Confirmation) -> Next {
    match answer {
        Confirmation::Confirmed { receipt } => moved(DeliveryState::Confirmed, Some(receipt), None),
        Confirmation::Refused { code, text } => moved(DeliveryState::Refused, None, Some((code, text))),
        Confirmation::Pending => Next::Wait { trouble: None, after: wait(delivery, looks).min(LOOK_LONGEST) },
        Confirmation::Silent => Next::Rest,
    }
}

fn moved(to: DeliveryState, receipt: Option<String>, trouble: Option<(String, String)>) -> Next {
    Next::Move(Moved { to, receipt, trouble, awaits: false, after: Duration::ZERO })
}

fn delayed(to: DeliveryState, trouble: (String, String), after: Duration) -> Next {
    Next::Move(Moved { to, receipt: None, trouble: Some(trouble), awaits: false, after })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn state(next: Next) -> Option<DeliveryState> {
        match next {
            Next::Move(moved) => Some(moved.to),
            Next::Wait { .. } | Next::Rest => None,
        }
    }

    #[test]
    fn nobody_can_be_asked_then_one_repeat_then_a_clerk() {
        let history = History { attempts: 1, repeats: 0, unsure: true, allowed: false };
        let second = History { attempts: 2, repeats: 1, ..history };
        assert_eq!(state(after_probe("d", history, ProbeResult::Unknowable)), Some(DeliveryState::Planned));
        assert_eq!(state(after_probe("d", second, ProbeResult::Unknowable)), Some(DeliveryState::Refused));
        let allowed = History { allowed: true, ..second };
        assert_eq!(state(after_probe("d", allowed, ProbeResult::Unknowable)), Some(DeliveryState::Planned));
        let unreachable = ProbeResult::Unreachable { text: "x".into() };
        assert_eq!(state(after_probe("d", history, unreachable)), None);
    }

    #[test]
    fn a_target_that_asks_for_a_pause_gets_it_within_reason() {
        let asked = |seconds| {
            let after = Some(Duration::from_secs(seconds));
            let answer = AttemptResult::Temporary { code: "x".into(), text: "y".into(), after };
            match after_attempt("d", 0, false, answer) {
                Next::Move(moved) => moved.after,
                Next::Wait { after, .. } => after,
                Next::Rest => Duration::MAX,
            }
        };
        assert_eq!(asked(120), Duration::from_secs(120));
        assert_eq!(asked(900_000), ASKED_LONGEST);
        assert!(asked(0) >= WAIT_FIRST / 2, "never sooner than our own wait");
    }

    proptest! {
        #[test]
        fn waits_grow_within_bounds(attempts in 0u32..100) {
            let now = wait("d", attempts);
            prop_assert!(now >= WAIT_FIRST / 2 && now <= WAIT_LONGEST * 5 / 4);
            prop_assert!(wait("d", attempts + 3) >= now.min(WAIT_LONGEST / 2));
        }

        #[test]
        fn every_answer_leads_to_an_allowed_state(which in 0usize..5, confirms: bool) {
            let (code, text) = ("c", String::new());
            let result = match which {
                0 => AttemptResult::Confirmed { receipt: text },
                1 => AttemptResult::HandedOver { receipt: text },
                2 => AttemptResult::later(code, text),
                3 => AttemptResult::never(code, text),
                _ => AttemptResult::unknown(code, text),
            };
            let to = state(after_attempt("d", 1, confirms, result)).unwrap();
            prop_assert!(DeliveryState::Sending.may_become(to));
        }
    }
}
