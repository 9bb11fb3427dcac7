//! The only table of states and allowed transitions.
//!
//! The ledger refuses every change that is not in here. Pure data; the
//! property test walks it.

use serde::{Deserialize, Serialize};

macro_rules! states {
    ($(#[$doc:meta])* $name:ident { $( $(#[$vdoc:meta])* $variant:ident = $text:literal -> [$($next:ident),*] ),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
        pub enum $name { $( $(#[$vdoc])* #[serde(rename = $text)] $variant ),+ }

        impl $name {
            /// Every state.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in the ledger.
            pub fn text(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The state of that word.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }

            /// States that may follow.
            pub fn next(self) -> &'static [Self] {
                match self { $(Self::$variant => &[$(Self::$next),*]),+ }
            }

            /// Whether `to` may follow.
            pub fn may_become(self, to: Self) -> bool {
                self.next().contains(&to)
            }

            /// Nothing follows.
            pub fn is_final(self) -> bool {
                self.next().is_empty()
            }
        }
    };
}

states! {
    /// A batch: what came in together.
    BatchState {
        /// Bytes are in the vault, row in the ledger.
        Received = "received" -> [Opened, Held, Rejected, Cancelled],
        /// Pages are known.
        Opened = "opened" -> [Read, Held, Cancelled],
        /// Every page was read or given up with a reason.
        Read = "read" -> [Cut, Held, Cancelled],
        /// Documents are formed.
        Cut = "cut" -> [Released, Held, Cancelled],
        /// Every document is closed.
        Released = "released" -> [],
        /// A person must decide (no operator, no received date, wrong count).
        Held = "held" -> [Received, Opened, Read, Cut, Cancelled],
        /// A person took it back.
        Cancelled = "cancelled" -> [],
        /// The file cannot be read; its bytes lie beside the reason in `rejected/`.
        Rejected = "rejected" -> [],
    }
}

states! {
    /// A page.
    PageState {
        /// Known, in the vault.
        Stored = "stored" -> [Measured, Read],
        /// Decoded, measured, thumbnail made.
        Measured = "measured" -> [Read],
        /// Read, or given up with a note.
        Read = "read" -> [],
    }
}

states! {
    /// A document.
    DocumentState {
        /// Pages belong together.
        Formed = "formed" -> [Understood],
        /// Kind, fields, protection and targets are decided.
        Understood = "understood" -> [Review, Hold, Sample, Approved, Formed],
        /// A person decides; proposals stay. Cut anew by hand or scanned again, it is understood again.
        Review = "review" -> [Approved, Hold, Understood, Formed],
        /// Only the circle; nothing leaves.
        Hold = "hold" -> [Review, Approved, Understood, Formed],
        /// Decided; release waits for the sample check.
        Sample = "sample" -> [Approved, Review, Formed],
        /// May be produced.
        Approved = "approved" -> [Sealed, Review, Formed],
        /// Product and record are in the vault.
        Sealed = "sealed" -> [Delivering],
        /// At least one delivery is open.
        Delivering = "delivering" -> [Delivered],
        /// Every delivery is confirmed, handed over, or settled by a clerk.
        Delivered = "delivered" -> [Closed],
        /// Nothing left to do.
        Closed = "closed" -> [],
    }
}

states! {
    /// A delivery.
    DeliveryState {
        /// Intended; nothing left the house.
        Planned = "planned" -> [Sending, Dead],
        /// An attempt is written down and may be under way.
        Sending = "sending" -> [HandedOver, Confirmed, Ambiguous, Refused, Planned],
        /// The target took it; an answer may still come.
        HandedOver = "handed_over" -> [Confirmed, Refused],
        /// Seen at the target.
        Confirmed = "confirmed" -> [],
        /// May or may not have arrived: leads only to a probe.
        Ambiguous = "ambiguous" -> [Confirmed, HandedOver, Planned, Refused],
        /// The target will never take it; a clerk decides. "Send again" first asks the target what it has.
        Refused = "refused" -> [Ambiguous, Dead],
        /// Given up by a clerk.
        Dead = "dead" -> [],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    /// Every state can be reached from the first one, and words are unique and parse back.
    macro_rules! reachable {
        ($name:ident, $first:expr) => {{
            let mut seen = HashSet::from([$first]);
            let mut todo = vec![$first];
            while let Some(state) = todo.pop() {
                for &next in state.next() {
                    if seen.insert(next) {
                        todo.push(next);
                    }
                }
            }
            for &state in $name::ALL {
                assert!(seen.contains(&state), "{state:?} cannot be reached");
                assert_eq!($name::parse(state.text()), Some(state));
                assert!(!state.may_become(state), "{state:?} repeats itself");
            }
        }};
    }

    #[test]
    fn every_state_is_reachable() {
        reachable!(BatchState, BatchState::Received);
        reachable!(PageState, PageState::Stored);
        reachable!(DocumentState, DocumentState::Formed);
        reachable!(DeliveryState, DeliveryState::Planned);
    }

    #[test]
    fn nothing_is_delivered_unsealed() {
        for &state in DocumentState::ALL {
            assert_eq!(state.may_become(DocumentState::Delivering), state == DocumentState::Sealed);
        }
    }

    #[test]
    fn an_ambiguous_delivery_is_never_sent_again_directly() {
        assert!(!DeliveryState::Ambiguous.may_become(DeliveryState::Sending));
    }
}
