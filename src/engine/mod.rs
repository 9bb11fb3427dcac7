//! The engine: decoding, page work, reading and PDF assembly in a supervised child.
//!
//! In: an [`Order`]. Out: an [`Answer`], or an error that says how the child
//! ended. The child is the same binary, started with the hidden argument
//! `engine-child`; it has no network and starts no program. Callers block;
//! there are but a few more of them than the child has workers, so its queue is
//! bounded by construction.
//!
//! When the child crashes, hangs or grows too large it is killed, and every
//! order in flight is tried again, one at a time, in a child with one worker.
//! The one that fails there is the guilty one and gets the error; the others
//! never notice.

mod child;
pub mod protocol;
mod sandbox;
mod spent;

pub use child::serve;
pub use spent::{Spent, Stage};

use crate::error::{Error, Result};
use crate::observe::pulse;
use crossbeam_channel::{Receiver, Sender, bounded};
use protocol::{Answer, Order, receive, send};
use std::collections::HashMap;
use std::io::BufReader;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

/// How often the supervisor looks at clock and memory.
const WATCH: Duration = Duration::from_millis(200);

/// Bounds of the child as a whole.
#[derive(Clone, Debug)]
pub struct EngineLimits {
    /// Seconds one order may take from its start.
    pub order_seconds_max: u32,
    /// Resident bytes of the child.
    pub bytes_max: u64,
}

/// The engine as its callers see it; cheap to share.
#[derive(Debug)]
pub struct Engine {
    workers: usize,
    limits: EngineLimits,
    shared: Mutex<Option<Arc<Process>>>,
    alone: Mutex<()>,
    spent: Arc<Mutex<Spent>>,
    starts: AtomicU64,
}

impl Engine {
    /// An engine with that many workers; the child starts with the first order.
    pub fn new(workers: usize, limits: EngineLimits) -> Self {
        Self {
            workers: workers.max(1),
            limits,
            shared: Mutex::default(),
            alone: Mutex::default(),
            spent: Arc::default(),
            starts: AtomicU64::new(0),
        }
    }

    /// Carries out an order; tried once more alone if the shared child dies meanwhile.
    pub fn run(&self, order: &Order) -> Result<Answer> {
        let process = self.process()?;
        match process.ask(order, &self.limits) {
            Err(Error::Engine { .. }) => {
                self.forget(&process);
                let _turn = self.turn();
                let single = Process::start(1, self.spent.clone())?;
                let answer = single.ask(order, &self.limits);
                single.kill("done");
                answer
            }
            other => other,
        }
    }

    /// CPU time per stage of all orders so far.
    pub fn spent(&self) -> Spent {
        lock(&self.spent).clone()
    }

    /// Waits for the one-worker child; whoever waits is alive.
    fn turn(&self) -> MutexGuard<'_, ()> {
        loop {
            match self.alone.try_lock() {
                Ok(turn) => return turn,
                Err(TryLockError::Poisoned(turn)) => return turn.into_inner(),
                Err(TryLockError::WouldBlock) => {
                    pulse::beat();
                    std::thread::sleep(WATCH / 10);
                }
            }
        }
    }

    /// Whether a child runs or could be started just now.
    pub fn ready(&self) -> Result<()> {
        self.process().map(|_| ())
    }

    /// How often the shared child had to be started anew.
    pub fn restarts(&self) -> u64 {
        self.starts.load(Ordering::Relaxed).saturating_sub(1)
    }

    fn process(&self) -> Result<Arc<Process>> {
        let mut shared = lock(&self.shared);
        if let Some(process) = shared.as_ref().filter(|p| p.fate().is_none()) {
            return Ok(process.clone());
        }
        let process = Process::start(self.workers, self.spent.clone())?;
        self.starts.fetch_add(1, Ordering::Relaxed);
        *shared = Some(process.clone());
        Ok(process)
    }

    fn forget(&self, dead: &Arc<Process>) {
        let mut shared = lock(&self.shared);
        if shared.as_ref().is_some_and(|p| Arc::ptr_eq(p, dead)) {
            *shared = None;
        }
    }
}

/// One running child.
#[derive(Debug)]
struct Process {
    child: Mutex<Child>,
    input: Mutex<ChildStdin>,
    waiting: Mutex<HashMap<u64, Sender<Answer>>>,
    next: Mutex<u64>,
    fate: Mutex<Option<&'static str>>,
}

impl Process {
    fn start(workers: usize, spent: Arc<Mutex<Spent>>) -> Result<Arc<Self>> {
        let start = |text: String| Error::Engine { code: "start", text };
        // Not the file's name: after an upgrade another program lies there.
        let mut child = Command::new("/proc/self/exe")
            .arg0("poststelle")
            .arg("engine-child")
            .arg(workers.to_string())
            // Tesseract's OpenMP threads fight each other; the runtime reads this at load time only.
            .env("OMP_THREAD_LIMIT", "1")
            // Ctrl-C in a terminal is for the parent, which lets the pages at hand finish; when the
            // parent is gone, the end of stdin ends the child.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| start(e.to_string()))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(start("keine Verbindung zum Kindprozess".into()));
        };
        let process = Arc::new(Self {
            child: Mutex::new(child),
            input: Mutex::new(input),
            waiting: Mutex::default(),
            next: Mutex::new(0),
            fate: Mutex::new(None),
        });
        let listener = process.clone();
        std::thread::Builder::new()
            .name("engine-answers".into())
            .spawn(move || {
                let mut output = BufReader::new(output);
                while let Ok(Some((id, answer, more))) = receive::<(u64, Answer, Spent)>(&mut output) {
                    spent::add(&mut lock(&spent), &more);
                    let last = !matches!(answer, Answer::Started);
                    let mut waiting = lock(&listener.waiting);
                    if let Some(caller) = waiting.get(&id) {
                        let _ = caller.try_send(answer);
                    }
                    if last {
                        waiting.remove(&id);
                    }
                }
                listener.kill("crashed");
            })
            .map_err(|e| start(e.to_string()))?;
        Ok(process)
    }

    fn fate(&self) -> Option<&'static str> {
        *lock(&self.fate)
    }

    /// Ends the child; the first reason given is the one that counts.
    fn kill(&self, reason: &'static str) {
        lock(&self.fate).get_or_insert(reason);
        let mut child = lock(&self.child);
        let _ = child.kill();
        let _ = child.wait();
        // Dropping the senders wakes every caller.
        lock(&self.waiting).clear();
    }

    fn ask(&self, order: &Order, limits: &EngineLimits) -> Result<Answer> {
        let (answer, answered) = bounded(2);
        let id = {
            let mut next = lock(&self.next);
            *next += 1;
            *next
        };
        lock(&self.waiting).insert(id, answer);
        if self.fate().is_some() || send(&mut *lock(&self.input), &(id, order)).is_err() {
            self.kill("crashed");
        }
        self.wait(&answered, order.pages(), limits)
    }

    fn wait(&self, answered: &Receiver<Answer>, pages: u32, limits: &EngineLimits) -> Result<Answer> {
        let allowed = Duration::from_secs(u64::from(limits.order_seconds_max)) * pages;
        let mut started: Option<Instant> = None;
        loop {
            match answered.recv_timeout(WATCH) {
                Ok(Answer::Started) => started = Some(Instant::now()),
                Ok(answer) => return Ok(answer),
                Err(crossbeam_channel::RecvTimeoutError::Disconnected) => return Err(self.obituary(limits)),
                Err(crossbeam_channel::RecvTimeoutError::Timeout) => {
                    // Limits of its own apply to this wait: the loop that waits is alive.
                    pulse::beat();
                    if started.is_some_and(|at| at.elapsed() > allowed) {
                        self.kill("timeout");
                    } else if self.resident_bytes() > limits.bytes_max {
                        self.kill("memory");
                    }
                }
            }
        }
    }

    fn resident_bytes(&self) -> u64 {
        let id = lock(&self.child).id();
        let pages = std::fs::read_to_string(format!("/proc/{id}/statm"))
            .ok()
            .and_then(|text| text.split_whitespace().nth(1).and_then(|n| n.parse::<u64>().ok()))
            .unwrap_or(0);
        pages * rustix::param::page_size() as u64
    }

    fn obituary(&self, limits: &EngineLimits) -> Error {
        let code = self.fate().unwrap_or("crashed");
        let text = match code {
            "timeout" => format!("Eine Seite brauchte mehr als {} Sekunden", limits.order_seconds_max),
            "memory" => format!("Eine Seite brauchte mehr als {} MiB Speicher", limits.bytes_max >> 20),
            _ => "Die Verarbeitung einer Seite ist abgestürzt".to_owned(),
        };
        Error::Engine { code, text }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(process) = lock(&self.shared).take() {
            process.kill("done");
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
