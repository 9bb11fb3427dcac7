//! Once a day our copies go whose days are over.
//!
//! In: ledger, vault, rules, a day. Out: for every closed document and every ended batch, whether it goes and why
//! not; where it shall, its words, products, small pictures and scans are deleted, with an event for each. What is
//! due is decided by [`crate::record::retention::due`] alone.

use super::House;
use crate::config::Pipeline;
use crate::document::RuleBook;
use crate::error::{Error, Result};
use crate::intake;
use crate::ledger::{Deletion, KeptBatch, KeptDocument, Ledger};
use crate::observe::pulse;
use crate::record::Envelope;
use crate::record::retention::{Copy, Due, End, Keep, Rules, due};
use crate::vault::Vault;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// Rows read at a time.
const ROWS: u32 = 200;

/// Everything a pass looks at.
#[derive(Debug)]
pub struct Pass<'a> {
    /// Rows.
    pub ledger: &'a Ledger,
    /// Bytes.
    pub vault: &'a Vault,
    /// Days, stations.
    pub pipeline: &'a Pipeline,
    /// Rules of kinds.
    pub book: &'a RuleBook,
    /// Local day.
    pub today: Date,
    /// Who, in events.
    pub by: &'a str,
}

/// What a pass found about one document or batch.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Id of the document or batch.
    pub id: String,
    /// Kind id; empty for a batch.
    pub kind: String,
    /// It goes, or what keeps it.
    pub verdict: std::result::Result<Due, Vec<Keep>>,
}

/// What a pass did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deleted {
    /// Documents.
    pub documents: usize,
    /// Batches.
    pub batches: usize,
    /// Objects removed from the vault.
    pub objects: usize,
    /// Objects whose deletion is declared and that wait a little.
    pub waiting: usize,
    /// Senders in the mail book, and people of the town.
    pub people: usize,
}

/// The pass of the daemon; nothing is left half done when it is asked to stop.
pub fn daily(house: &House, today: Date) -> Result<Deleted> {
    let book = house.book();
    let pass = Pass {
        ledger: &house.ledger,
        vault: &house.vault,
        pipeline: &house.pipeline,
        book: &book,
        today,
        by: "retention",
    };
    pass.delete(|| !house.stopping())
}

impl Pass<'_> {
    /// Looks at everything and changes nothing.
    pub fn look(&self, mut show: impl FnMut(Finding)) -> Result<()> {
        let rules = self.rules();
        self.documents(|document| {
            let verdict = due(&self.copy(document)?, &rules, self.today);
            show(Finding { id: document.id.0.clone(), kind: document.kind.clone(), verdict });
            Ok(true)
        })?;
        self.batches(|batch| {
            let verdict = self.batch_due(batch, &rules);
            show(Finding { id: batch.id.0.clone(), kind: String::new(), verdict });
            Ok(true)
        })
    }

    /// Deletes what is due; between two documents it asks whether to go on.
    pub fn delete(&self, go_on: impl Fn() -> bool) -> Result<Deleted> {
        let (rules, mut done) = (self.rules(), Deleted::default());
        self.documents(|document| {
            // Its days alone first: for almost all of them that is the end of it.
            if due(&unhindered(document), &rules, self.today).is_ok()
                && let Ok(due) = due(&self.copy(document)?, &rules, self.today)
            {
                let gone = self.ledger.document_deleted(&document.id, &self.why(due.rule, due.day))?;
                done.documents += usize::from(gone);
            }
            Ok(go_on())
        })?;
        self.batches(|batch| {
            if let Ok(due) = self.batch_due(batch, &rules) {
                self.remove_rejected(batch)?;
                let gone = self.ledger.batch_deleted(&batch.id, &self.why(due.rule, due.day))?;
                done.batches += usize::from(gone);
            }
            Ok(go_on())
        })?;
        let kept = self.pipeline.retention;
        // Nothing was handed over before the empty moment.
        let items = kept.delivered.map_or_else(String::new, |days| moment(self.today, days));
        let staff = moment(self.today, kept.staff);
        let (senders, staff) = self.ledger.people_forgotten(&items, &staff, self.by)?;
        done.people = senders + staff;
        for hash in self.ledger.objects_gone()? {
            pulse::beat();
            if self.vault.remove(&hash)? {
                self.ledger.object_removed(&hash)?;
                done.objects += 1;
            } else {
                done.waiting += 1;
            }
        }
        if done != Deleted::default() {
            self.ledger.wiped()?;
        }
        Ok(done)
    }

    fn rules(&self) -> Rules {
        let own = |kind: &crate::document::Kind| Some((kind.id.clone(), kind.retention.as_ref()?.rule));
        let days = self.pipeline.retention;
        Rules {
            delivered: days.delivered,
            suppressed: days.suppressed,
            rejected: days.rejected,
            kinds: self.book.kinds().iter().filter_map(own).collect(),
        }
    }

    fn why(&self, rule: &str, due: Date) -> Deletion {
        let backups = self.today.saturating_add(i64::from(self.pipeline.retention.backup).days());
        Deletion {
            rule: rule.into(),
            due: due.to_string(),
            on: self.today.to_string(),
            backups_until: backups.to_string(),
            by: self.by.into(),
        }
    }

    fn documents(&self, mut each: impl FnMut(&KeptDocument) -> Result<bool>) -> Result<()> {
        let mut after = String::new();
        loop {
            let rows = self.ledger.kept_documents(&after, ROWS)?;
            let Some(last) = rows.last() else { return Ok(()) };
            after.clone_from(&last.id.0);
            for row in &rows {
                pulse::beat();
                if !each(row)? {
                    return Ok(());
                }
            }
        }
    }

    fn batches(&self, mut each: impl FnMut(&KeptBatch) -> Result<bool>) -> Result<()> {
        let mut after = 0;
        loop {
            let rows = self.ledger.kept_batches(after, ROWS)?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = last.number;
            for row in &rows {
                pulse::beat();
                if !each(row)? {
                    return Ok(());
                }
            }
        }
    }

    /// Everything that is known about the copy of a document.
    fn copy(&self, document: &KeptDocument) -> Result<Copy> {
        let said = self.ledger.said(&document.id.0)?;
        let recalled = self.ledger.recalled(&document.id)?;
        let freed = said.get("paper.freed").map(|s| s.seq);
        let record = document.record.and_then(|hash| self.vault.read(&hash).ok());
        let mode = record.and_then(|bytes| Some(Envelope::parse(&bytes).ok()?.body.environment.mode));
        let paper_settled = match mode.as_deref() {
            Some("copying") => Some(true),
            Some(_) => {
                // Taken out of its box it stays by itself, until it is put into one again.
                let batch = document.id.0.rsplit_once('-').map_or("", |(batch, _)| batch);
                let boxed = self.ledger.said(batch)?.get("paper.boxed").map(|s| s.seq);
                let pulled = said.get("paper.pulled").is_some_and(|pulled| Some(pulled.seq) > boxed);
                Some(pulled || said.get("paper.released").is_some())
            }
            None => None,
        };
        Ok(Copy {
            held: said.holds("paper.kept", "paper.freed"),
            unreadable: said.holds("feedback.unreadable", "feedback.good"),
            recalled: recalled > freed,
            paper_settled,
            ..unhindered(document)
        })
    }

    /// What is left of a batch goes with its last document, or by its own days if it never had one.
    fn batch_due(&self, batch: &KeptBatch, rules: &Rules) -> std::result::Result<Due, Vec<Keep>> {
        if !batch.rejected {
            return Ok(Due { rule: "documents", day: self.today });
        }
        let copy = Copy {
            kind: String::new(),
            end: batch.ended_at.as_deref().and_then(local_day).map(|day| (End::Rejected, day)),
            received: None,
            held: false,
            unreadable: false,
            recalled: false,
            paper_settled: Some(true),
            in_inbox: false,
        };
        due(&copy, rules, self.today)
    }

    /// What was put aside in the station's folder, before the ledger forgets its name.
    fn remove_rejected(&self, batch: &KeptBatch) -> Result<()> {
        let Some(station) = self.pipeline.station(&batch.station) else { return Ok(()) };
        for path in intake::put_aside_as(station, &batch.id, &batch.file_name) {
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Error::io("Abgelehntes löschen", path)(error));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// A document as if nothing but its days kept it.
fn unhindered(document: &KeptDocument) -> Copy {
    let end = if document.delivered { End::Delivered } else { End::Suppressed };
    Copy {
        kind: document.kind.clone(),
        end: document.closed_at.as_deref().and_then(local_day).map(|day| (end, day)),
        received: document.received.as_deref().and_then(|day| day.parse().ok()),
        held: false,
        unreadable: false,
        recalled: false,
        paper_settled: Some(true),
        in_inbox: document.in_inbox,
    }
}

/// The day here of a moment in UTC.
fn local_day(moment: &str) -> Option<Date> {
    Some(moment.parse::<Timestamp>().ok()?.to_zoned(TimeZone::system()).date())
}

/// The beginning of the day so many days ago, in UTC as the ledger writes times.
fn moment(today: Date, days: u32) -> String {
    let day = today.saturating_sub(i64::from(days).days());
    day.to_zoned(TimeZone::system()).map_or_else(|_| String::new(), |at| crate::ledger::stamp(at.timestamp()))
}
