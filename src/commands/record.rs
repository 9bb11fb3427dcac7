//! `record`: a record as a page for people. The record itself stays what counts.

use super::{DONE, Outcome, Stop, pipeline, refused, verify};
use crate::daemon::printed;
use crate::error::Error;
use crate::ledger::Ledger;
use crate::model::ids::DocumentId;
use crate::pdf::Line;
use crate::record::{Envelope, page};
use askama::Template;
use std::path::Path;

#[derive(Template)]
#[template(path = "record.html")]
struct Page<'a> {
    title: String,
    lines: &'a [Line],
}

/// Writes the page of a document's record, or of a record among files, which are then checked too.
pub fn run(config: Option<&Path>, what: &str, out: &Path) -> Outcome {
    let path = Path::new(what);
    let file = if path.is_dir() { path.join("record.json") } else { path.to_owned() };
    let (bytes, checked) = if file.is_file() {
        let bytes = std::fs::read(&file).map_err(Error::io("Nachweis lesen", &file))?;
        (bytes, verify::sentences(path))
    } else {
        let pipeline = pipeline(config)?;
        let ledger = Ledger::open(&pipeline.ledger, &pipeline.tenant)?;
        let document = ledger.document(&DocumentId(what.to_owned()))?;
        let hash =
            document.record.ok_or_else(|| Error::Missing { what: "Der Nachweis zu", id: what.to_owned() })?;
        (pipeline.read_vault()?.read(&hash)?, Vec::new())
    };
    let envelope = Envelope::parse(&bytes).map_err(|reason| {
        Stop::Usage(format!(
            "[{}] {what} ist kein Nachweis in bekannter Form. Hinweis: poststelle verify {what}.",
            reason.code()
        ))
    })?;
    let lines = page(&envelope, &checked);
    let title = format!("Transfervermerk zu {}", envelope.body.document);
    let written = match out.extension().and_then(|e| e.to_str()) {
        Some("html") => {
            Page { title, lines: &lines }.render().map_err(|e| Error::Format(e.to_string()))?.into_bytes()
        }
        Some("pdf") => {
            let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
            printed(&title, &envelope.body.document, &now, &lines).map_err(refused)?
        }
        _ => return Err(Stop::Usage("[usage.ending] --out muss auf .html oder .pdf enden.".into())),
    };
    std::fs::write(out, written).map_err(Error::io("Seite schreiben", out))?;
    println!("{}", out.display());
    Ok(DONE)
}
