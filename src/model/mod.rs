//! The nouns: plain data that every room understands.
//!
//! Knows nobody. Opens no file, asks no clock. Whatever two rooms say to each
//! other is said in these words; the glossary English/German is in [`crate`].

pub mod bundle;
pub mod delivery;
pub mod document;
pub mod emptying;
pub mod geometry;
pub mod hash;
pub mod ids;
pub mod invoice;
pub mod limits;
pub mod look_alike;
pub mod notes;
pub mod page;
pub mod place;
pub mod refusal;
pub mod sidecar;
pub mod state;
pub mod town;
