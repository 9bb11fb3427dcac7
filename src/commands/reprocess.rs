//! `reprocess`: every decision again, from what was read then and by the rules of now.
//!
//! Changes nothing in the ledger: it says what would change, so that a town can try a rule before it
//! counts. With `--out` it writes the new decisions as `process` would, for `evaluate`.

use super::{DONE, Outcome, REFUSED, pipeline};
use crate::daemon::{House, Purpose, sheet_of};
use crate::error::Error;
use crate::ledger::{BatchRow, DocumentRow};
use crate::model::document::{DocumentSheet, Role};
use crate::model::ids::BatchId;
use std::fs;
use std::path::Path;

/// Decides all documents again; 0 if nothing would change, 1 if something would.
pub fn run(config: Option<&Path>, out: Option<&Path>) -> Outcome {
    let house = House::open(pipeline(config)?, Purpose::Service)?;
    let (mut all, mut changed) = (0, 0);
    for row in house.ledger.queue(u32::MAX)?.iter().rev() {
        let id = BatchId(row.batch.clone());
        let batch = house.ledger.batch(&id)?;
        if batch.opened.is_none() {
            continue;
        }
        let pages = house.ledger.pages(&id)?;
        for document in house.ledger.documents(&id)? {
            let Some(before) = &document.sheet else { continue };
            let after = sheet_of(&house, &document, &batch, &pages)?;
            let differences = differences(before, &after);
            all += 1;
            changed += usize::from(!differences.is_empty());
            for difference in &differences {
                println!("{}: {difference}", document.id);
            }
            if let Some(out) = out {
                let texts: Vec<String> = document
                    .cut
                    .pages
                    .iter()
                    .filter_map(|&i| pages.get(i))
                    .map(|p| p.text.as_ref().map(|t| t.plain()).unwrap_or_default())
                    .collect();
                write(out, &batch, &document, &after, &texts.join("\u{c}"))?;
            }
        }
    }
    eprintln!("{all} Schriftstücke neu entschieden, {changed} anders als zuvor.");
    Ok(if changed == 0 { DONE } else { REFUSED })
}

/// What differs, one German sentence each.
fn differences(before: &DocumentSheet, after: &DocumentSheet) -> Vec<String> {
    let (old, new) = (&before.understanding, &after.understanding);
    let lead = |s: &DocumentSheet| {
        let lead = s.understanding.targets.iter().find(|t| t.role == Role::Lead);
        lead.map_or("niemand".to_owned(), |t| t.department.clone())
    };
    let way = |s: &DocumentSheet| match &s.understanding {
        u if u.hold.is_some() => "angehalten",
        u if u.review.is_empty() => "läuft durch",
        _ => "Nachbearbeitung",
    };
    let mut list: Vec<String> = [
        ("Dokumentart", old.kind.clone(), new.kind.clone()),
        ("Amt", lead(before), lead(after)),
        ("Weg", way(before).to_owned(), way(after).to_owned()),
    ]
    .into_iter()
    .filter(|(_, old, new)| old != new)
    .map(|(what, old, new)| format!("{what} {old} -> {new}"))
    .collect();
    let names: std::collections::BTreeSet<&String> = old.fields.keys().chain(new.fields.keys()).collect();
    for name in names {
        let value = |u: &crate::model::document::Understanding| {
            u.fields.get(name).map_or("nichts".to_owned(), |f| f.value.clone())
        };
        if value(old) != value(new) {
            list.push(format!("Feld {name} „{}“ -> „{}“", value(old), value(new)));
        }
    }
    list
}

fn write(
    out: &Path,
    batch: &BatchRow,
    document: &DocumentRow,
    sheet: &DocumentSheet,
    text: &str,
) -> Result<(), Error> {
    let stem = Path::new(&batch.file_name).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let number = document.id.0.rsplit('-').next().unwrap_or("01");
    let folder = out.join(format!("{stem}-{number}"));
    fs::create_dir_all(&folder).map_err(Error::io("Ergebnis anlegen", &folder))?;
    let json = serde_json::to_vec_pretty(sheet)?;
    for (name, bytes) in [("document.json", json.as_slice()), ("document.txt", text.as_bytes())] {
        let path = folder.join(name);
        fs::write(&path, bytes).map_err(Error::io("Ergebnis schreiben", &path))?;
    }
    Ok(())
}
