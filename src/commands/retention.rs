//! `retention`: which of our copies are due and what keeps the others; or the day's pass now.

use super::{DONE, Outcome, Stop, pipeline};
use crate::daemon::retention::{Finding, Pass};
use crate::ledger::Ledger;
use std::path::Path;

/// Shows, or deletes in the name of `by`.
pub fn run(config: Option<&Path>, by: Option<&str>) -> Outcome {
    let pipeline = pipeline(config)?;
    let ledger = Ledger::open(&pipeline.ledger, &pipeline.tenant)?;
    let (vault, book) = (pipeline.open_vault()?, crate::daemon::load_rules(&pipeline)?.book);
    let pass = Pass {
        ledger: &ledger,
        vault: &vault,
        pipeline: &pipeline,
        book: &book,
        today: jiff::Zoned::now().date(),
        by: by.unwrap_or_default(),
    };
    let Some(by) = by else {
        println!("Kennung;Dokumentart;Fällig;Regel;Seit;Es bleibt, weil");
        pass.look(|Finding { id, kind, verdict }| match verdict {
            Ok(due) => println!("{id};{kind};ja;{};{};", due.rule, due.day),
            Err(kept) => {
                let why: Vec<_> = kept.iter().map(|k| format!("{} ({})", k.name(), k.text())).collect();
                println!("{id};{kind};nein;;;{}", why.join(" / "));
            }
        })?;
        return Ok(DONE);
    };
    if by.trim().is_empty() {
        return Err(Stop::Usage(
            "[usage.by] Wer löscht? Hinweis: --by PERSON nennt eine Kennung, keinen leeren Namen.".into(),
        ));
    }
    let done = pass.delete(|| true)?;
    println!(
        "Gelöscht durch {by}: {} Schriftstücke, {} Stapel, {} Objekte im Tresor, Angaben zu {} Personen.",
        done.documents, done.batches, done.objects, done.people
    );
    if done.waiting > 0 {
        println!(
            "{} Objekte wurden eben erst noch einmal abgelegt und gehen mit dem nächsten Durchgang.",
            done.waiting
        );
    }
    println!(
        "In älteren Sicherungen steht es noch {} Tage ([retention] backup_days).",
        pipeline.retention.backup
    );
    Ok(DONE)
}
