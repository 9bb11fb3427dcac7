//! `report expiring`: which sealed objects will not be provable for much longer with what they carry
//! (TR-03138 A.AM.IN.H.5).

use super::people::{date, open};
use super::{DONE, Outcome, REFUSED, Stop};
use crate::model::state::DocumentState;
use crate::record::Envelope;
use crate::sealing::{self, LAST_YEAR, Verdict};
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::path::Path;

/// One line for each certificate or algorithm: what ends when, and how many objects it is about.
pub fn run(config: Option<&Path>, before: Option<&str>) -> Outcome {
    let (pipeline, ledger) = open(config)?;
    let vault = pipeline.read_vault()?;
    let limit = match before {
        Some(text) => date(text)?,
        None => jiff::Zoned::now()
            .date()
            .checked_add(1.year())
            .map_err(|e| Stop::Usage(format!("[usage.date] {e}")))?,
    };
    let mut ends: BTreeMap<(Date, String), (u64, String)> = BTreeMap::new();
    let mut note = |day: Date, what: String, document: &str| {
        let (count, _) = ends.entry((day, what)).or_insert_with(|| (0, document.to_owned()));
        *count += 1;
    };
    for state in
        [DocumentState::Sealed, DocumentState::Delivering, DocumentState::Delivered, DocumentState::Closed]
    {
        for document in ledger.documents_in(state)? {
            let read = |hash| vault.read(&hash).ok();
            let record = document.record.and_then(read).and_then(|bytes| Envelope::parse(&bytes).ok());
            let product = document.product.and_then(read).unwrap_or_default();
            let seals = [sealing::of_pdf(&product, None), record.and_then(|r| sealing::of_record(&r, None))];
            for Verdict { signer, until, stamp_until, algorithm, .. } in seals.into_iter().flatten() {
                let signer = signer.unwrap_or_default();
                if let Some(day) = until {
                    note(day, format!("Zertifikat des Siegels: {signer}"), &document.id.0);
                }
                if let Some(day) = stamp_until {
                    note(day, "Zertifikat des Zeitstempels".into(), &document.id.0);
                }
                if let (Some(name), Ok(day)) = (algorithm, Date::new(LAST_YEAR, 12, 31)) {
                    note(day, format!("Verfahren {name}"), &document.id.0);
                }
            }
        }
    }
    println!("Endet am;Was;Siegel;Erstes Schriftstück;Bis {limit}");
    let mut due = false;
    for ((day, what), (count, first)) in ends {
        due |= day <= limit;
        println!("{day};{what};{count};{first};{}", if day <= limit { "ja" } else { "nein" });
    }
    if due {
        eprintln!(
            "[report.expiring] Beweiswert geht zu Ende. Hinweis: rechtzeitig mit poststelle log evidence neu stempeln \
             oder an einen Bewahrungsdienst übergeben."
        );
    }
    Ok(if due { REFUSED } else { DONE })
}
