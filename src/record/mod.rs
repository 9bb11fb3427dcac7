//! The verification record (Transfervermerk): what is proved about a document.
//!
//! In: facts as values. Out: the frozen body that goes into the PDF, the
//! envelope `record.json` around it, and the checks of both. The form is
//! described with a worked example in `docs/record.md`. Pure: seals, clocks and
//! files are given from outside.

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
