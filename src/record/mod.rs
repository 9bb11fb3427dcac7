//! The verification record (Transfervermerk): what is proved about a document.
//!
//! In: facts as values. Out: the frozen body that goes into the PDF, the
//! envelope `record.json` around it, and the checks of both. The form is
//! described with a worked example in `docs/record.md`. Pure: seals, clocks and
//! files are given from outside.

/// An enumeration of which each value has a stable name for programs and a German sentence for people.
macro_rules! named {
    ($(#[doc = $doc:literal])+ $kind:ident; $($variant:ident = $name:literal, $text:literal;)+) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $kind { $(#[doc = $text] $variant),+ }

        impl $kind {
            /// All of them, in the order they are reported.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Stable name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// In German.
            pub fn text(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
    };
}

pub mod amendment;
pub mod body;
pub mod canonical;
pub mod chart;
pub mod check;
mod completeness;
pub mod disposal;
mod envelope;
pub mod fit;
pub mod log;
pub mod merkle;
mod page;
pub mod release;
pub mod retention;
pub mod sample;
mod statement;
mod twice;

pub use body::Body;
pub use check::{Check, Files, Verdict};
pub use completeness::Counts;
pub use envelope::{Envelope, Unreadable};
pub use page::page;
pub use statement::statement;
pub use twice::{Face, covered, twice};

#[cfg(test)]
mod tests;
