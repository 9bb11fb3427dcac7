//! Poststelle: the digital mailroom of a German municipality.
//!
//! A scanner drops a file into a folder. We take it over exactly once, open it
//! as pages, measure and read each page, cut the stack into documents, decide
//! by the town's own rules what each one is and where it goes, make an archival
//! PDF with a record of what was done, and hand it over. What we are not sure
//! of, we show to a person, with our reasons.
//!
//! ```text
//! drop folder -> intake -> batch in vault and ledger
//!                            | engine: open, measure, read (child process)
//!                            v
//!                page + ocr -> pages with words
//!                            | batch::cut
//!                            v
//!                document::understand -> approved | review | hold
//!                            | pdf + record
//!                            v
//!                delivery: outbox -> attempt -> receipt
//! ```
//!
//! What always holds: nothing leaves a folder unrecorded; the kept image is
//! the scan; every decision has a reason; in doubt a person decides; hostile
//! input costs one page; `model`, `page`, `batch`, `document`, `pdf` and
//! `record` open no file, ask no clock and draw no chance.
//!
//! Words, English in code and German on screens: item *Sendung*, station
//! *Scanstation*, operator *Scankraft*, batch *Stapel*, page *Seite*, document
//! *Schriftstück*, kept image *Bewahrtes Bild*, reading image *Lesebild*, kind
//! *Dokumentart*, protection need *Schutzbedarf*, circle *Vertrauenskreis*,
//! hold *Anhalten*, review *Nachbearbeitung*, record *Transfervermerk*, ledger
//! *Journal*, vault *Tresor*, target *Ziel*, delivery *Zustellung*, receipt
//! *Quittung*.

pub mod model;

pub mod batch;
pub mod delivery;
pub mod document;
pub mod intake;
pub mod ocr;
pub mod page;
pub mod pdf;
pub mod record;

pub mod config;
pub mod engine;
pub mod error;
pub mod fault;
pub mod ledger;
pub mod observe;
mod private;
pub mod sealing;
pub mod vault;

pub mod cli;
pub mod commands;
pub mod daemon;
pub mod web;

#[cfg(test)]
mod testpage;
