//! One writer thread with group commit.
//!
//! In: closures over a transaction. Out: their results, after the commit.
//! Rows of a town are written by one at a time; giving that one a thread of its
//! own lets everything that queued up meanwhile share one sync of the disk. Each closure runs in a
//! savepoint, so a failing one takes nothing of its neighbours with it.

use super::sql::Db;
use crate::error::{Error, Result};
use crossbeam_channel::{Receiver, Sender, bounded};
use std::thread::JoinHandle;

/// Jobs waiting at the writer before callers have to wait.
const QUEUE_MAX: usize = 256;
/// Jobs that share one commit; bounds the time the first one waits.
const GROUP_MAX: usize = 64;

/// Does its work inside the transaction, or hears why there is none, and returns what to say once it is committed.
type Job = Box<dyn FnOnce(std::result::Result<&Db, &str>) -> Reply + Send>;
/// Called with whether the commit succeeded.
type Reply = Box<dyn FnOnce(std::result::Result<(), String>) + Send>;

/// Handle of the writer thread; joined when dropped.
#[derive(Debug)]
pub struct Writer {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread on that connection.
    pub fn start(db: Db, tenant: &str) -> Result<Self> {
        let (jobs, inbox) = bounded::<Job>(QUEUE_MAX);
        let tenant = tenant.to_owned();
        let thread = std::thread::Builder::new()
            .name("ledger".into())
            .spawn(move || run(db, &tenant, &inbox))
            .map_err(Error::io("Journal starten", "ledger"))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Runs `work` in a transaction and returns after the commit is on disk.
    pub fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Db) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = bounded::<Result<T>>(1);
        let job: Job = Box::new(move |transaction| {
            let result = match transaction {
                Ok(transaction) => in_savepoint(transaction, work),
                Err(text) => Err(gone(text.into())),
            };
            Box::new(move |committed| {
                let _ = answer.send(match committed {
                    Ok(()) => result,
                    Err(text) => Err(gone(text)),
                });
            })
        });
        let jobs = self.jobs.as_ref().ok_or_else(|| gone("Journal ist geschlossen".into()))?;
        jobs.send(job).map_err(|_| gone("Journal ist geschlossen".into()))?;
        answered.recv().map_err(|_| gone("Journal ist beendet".into()))?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn gone(text: String) -> Error {
    Error::Io { what: "Journal schreiben", path: "ledger".into(), source: std::io::Error::other(text) }
}

fn in_savepoint<T>(transaction: &Db, work: impl FnOnce(&Db) -> Result<T>) -> Result<T> {
    transaction.batch("SAVEPOINT job")?;
    let result = work(transaction);
    match &result {
        Ok(_) => transaction.batch("RELEASE job")?,
        Err(_) => transaction.batch("ROLLBACK TO job; RELEASE job")?,
    }
    result
}

fn run(mut db: Db, tenant: &str, inbox: &Receiver<Job>) {
    while let Ok(first) = inbox.recv() {
        let mut replies: Vec<Reply> = Vec::new();
        let begun = db.refresh().map_err(|e| e.to_string());
        let committed = match begun.and_then(|()| db.begin(tenant).map_err(|e| e.to_string())) {
            Ok(transaction) => {
                let mut next = Some(first);
                while let Some(job) = next {
                    replies.push(job(Ok(&transaction)));
                    next = if replies.len() < GROUP_MAX { inbox.try_recv().ok() } else { None };
                }
                transaction.commit().map_err(|e| e.to_string())
            }
            // Its caller learns that nothing was written, and why.
            Err(error) => {
                replies.push(first(Err(&error)));
                Err(error)
            }
        };
        for reply in replies {
            reply(committed.clone());
        }
    }
}
