//! Contract servers: one file a vendor, each after the text that vendor published (`docs/targets.md` names it).
//! They refuse what the vendor refuses, keep no more state than their promises need, and share nothing with the
//! adapters under test.

pub mod docuware;
pub mod dvelop;
pub mod enaio;
pub mod jobrouter;
pub mod opencmis;
pub mod sharepoint;

/// Name, password and secrets that the contract servers know.
pub const USER: &str = "poststelle";
pub const PASSWORD: &str = "ein Kennwort";
pub const SECRET: &str = "das-Geheimnis-der-Anwendung";
pub const API_KEY: &str = "der-API-Schluessel";
