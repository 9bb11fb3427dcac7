//! Lines as a PDF/A in the font of the machine.

use crate::error::Result;
use crate::model::refusal::Refusal;
use crate::pdf::{About, Line, report};

/// A font with all letters of German; Debian: fonts-dejavu-core.
const FONT: &str = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf";

/// Sets them; `created` is UTC without fractions. Errors: a machine without the font.
pub fn printed(title: &str, id: &str, created: &str, lines: &[Line]) -> Result<Vec<u8>> {
    let font = std::fs::read(FONT).map_err(|e| {
        Refusal::new(
            "report.font",
            format!("Die Schrift {FONT} fehlt ({e})."),
            "fonts-dejavu-core installieren.",
        )
    })?;
    let about = About {
        title: title.into(),
        document_id: id.into(),
        producer: format!("poststelle {}", env!("CARGO_PKG_VERSION")),
        created: created.into(),
    };
    Ok(report(&font, &about, lines)?)
}
