//! The steps from a received batch to a sealed document, each: lease, work, commit.
//!
//! `read` (source -> pages -> words), `cut` (pages -> documents), `decide` (document -> sheet),
//! `produce` (sheet -> product and record).

mod cut;
mod decide;
mod fit;
mod produce;
mod read;
mod rescan;

pub use cut::{arrival, next_cut, operator, still_missing};
pub use decide::{SAME_BYTES, next_document, sheet_of};
pub use produce::{Made, next_product, parcel_bytes, produce};
pub use read::{next_page, next_source};

use crate::engine::protocol::unreadable;
use crate::error::{Error, Result};
use crate::ledger::{BatchRow, PageRow};
use crate::model::page::{OpenedSource, ReadPage};
use crate::model::refusal::Refusal;

fn opened(batch: &BatchRow) -> Result<&OpenedSource> {
    batch
        .opened
        .as_ref()
        .ok_or_else(|| Error::Missing { what: "Der geöffnete Scan zu", id: batch.id.0.clone() })
}

/// What was found on a page; a page whose words were deleted has none.
fn read_page(page: &PageRow) -> ReadPage {
    match &page.measured {
        Some(measured) => {
            ReadPage { measured: measured.clone(), text: page.text.clone().unwrap_or_default() }
        }
        None => unreadable(
            &page.source,
            &Refusal::new("page.not_measured", "Die Seite wurde nicht verarbeitet.", ""),
        ),
    }
}
