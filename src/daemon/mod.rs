//! Start, lease loops, stop.
//!
//! In: a pipeline. Runs until told to stop. Every step is the same: lease a
//! row, fetch bytes, call a pure function or the engine, store results in the
//! vault, commit the new state with its event. It holds no domain rule: those
//! are in the rooms it calls.

mod amend;
mod boxes;
mod deliver;
mod detour;
mod effect;
mod note;
pub mod notify;
mod print;
mod reorganise;
pub mod retention;
mod rules;
mod steps;
mod substitutes;
mod versions;

pub use amend::amend;
pub use boxes::{Boxed, Boxes, Contents};
pub use deliver::parcel;
pub use detour::divert;
pub use effect::{Effect, takes_effect};
pub use print::printed;
pub use reorganise::reorganise;
pub use rules::{Rules, as_one, kept_rules, load_rules, rule_texts, rules_for_paper};
pub use steps::{Made, SAME_BYTES, produce, sheet_of, still_missing};
pub use substitutes::stand_in;
pub use versions::Versions;

use crate::batch::cover_sheet::SheetKey;
use crate::config::Pipeline;
use crate::document::RuleBook;
use crate::engine::{Engine, EngineLimits};
use crate::error::{Result, Retry};
use crate::fault;
use crate::intake::subfolders::FolderWatch;
use crate::intake::{Doorbell, Intake, listing::Watch, make_station_folder, sweep_done, sweep_uploads};
use crate::ledger::{Alone, BatchRow, Ledger};
use crate::model::state::PageState;
use crate::model::town::Station;
use crate::observe::pulse::{self, Pulse, Works};
use crate::observe::{self, Vitals};
use crate::sealing::{Sealer, TownSeal};
use crate::vault::Vault;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// How often mail that waits too long is looked for: it is about hours and days.
const WAITING_EVERY: Duration = Duration::from_secs(600);

/// How often a process that stands by asks whether the duty is free, and one that has it whether it still has.
const STAND_BY: Duration = Duration::from_secs(1);

/// How long a row waits whose step failed.
const AGAIN: Duration = Duration::from_secs(5);

/// How long an idle worker waits before it looks again.
const IDLE: Duration = Duration::from_millis(150);

/// Sides of a batch of 50 sheets: so few are measured by all workers at once, because the operator still holds
/// the paper. A big batch is left to one of them, and what was measured goes on being read.
const IN_HAND: u32 = 100;

/// Everything a worker needs, shared by all of them.
#[derive(Debug)]
pub struct House {
    /// The newest configuration.
    pub pipeline: Pipeline,
    /// Which one holds for what.
    pub versions: Versions,
    /// Rules in force.
    pub rules: Arc<Rules>,
    /// States.
    pub ledger: Ledger,
    /// Bytes.
    pub vault: Vault,
    /// Page work.
    pub engine: Arc<Engine>,
    /// What a batch needs before anything of it is decided.
    pub purpose: Purpose,
    /// With what the town marks its own sheets, if it does.
    pub sheet_key: Option<SheetKey>,
    /// Who seals, if the town does.
    pub sealer: Option<Box<dyn Sealer>>,
    /// Whether the loops live.
    pub pulse: Pulse,
    /// Under which its workers lease rows: on a shared ledger others have workers of the same names.
    lessee: String,
    stop: AtomicBool,
}

/// What the house is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The daemon: a batch without received date, or a replacing one without a person, is held.
    Service,
    /// One run on given files: what is missing is said in the record, and nothing replaces paper.
    Once,
}

impl House {
    /// Opens ledger and vault, reads the rules, prepares the engine. Whoever then works alone on this
    /// ledger releases the leases an earlier process left behind.
    pub fn open(pipeline: Pipeline, purpose: Purpose) -> Result<Self> {
        let rules = Arc::new(Rules::open(&pipeline)?);
        // A wrong key stops the program here, not the first letter at noon.
        let sealer = match &pipeline.seal {
            Some(settings) => Some(Box::new(TownSeal::open(settings)?) as Box<dyn Sealer>),
            None => None,
        };
        let sheet_key = pipeline.sheet_key()?;
        let (ledger, vault) = match purpose {
            Purpose::Service => (Ledger::open(&pipeline.ledger, &pipeline.tenant)?, pipeline.open_vault()?),
            Purpose::Once => (
                Ledger::open_fleeting(&pipeline.ledger, &pipeline.tenant)?,
                Vault::open_fleeting(pipeline.vault.local())?,
            ),
        };
        let limits = pipeline.stations.iter().map(|s| &s.profile.limits);
        let limits = EngineLimits {
            order_seconds_max: limits.clone().map(|l| l.page_seconds_max).max().unwrap_or(60),
            bytes_max: limits.map(|l| l.engine_bytes_max).max().unwrap_or(2 << 30),
        };
        let engine = Arc::new(Engine::new(pipeline.workers, limits));
        let versions = match purpose {
            Purpose::Service => Versions::open(pipeline.clone(), &ledger, &vault)?,
            Purpose::Once => Versions::only(pipeline.clone()),
        };
        let stop = AtomicBool::new(false);
        Ok(Self {
            pipeline,
            versions,
            rules,
            ledger,
            vault,
            engine,
            purpose,
            sheet_key,
            sealer,
            pulse: Pulse::default(),
            lessee: format!("{:016x}", getrandom::u64().unwrap_or_default()),
            stop,
        })
    }

    /// Asks every loop to end after the step at hand.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }

    /// Whether the loops shall end.
    pub fn stopping(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// What those who watch the service ask the running daemon for.
    pub fn vitals(&self) -> Vitals {
        Vitals {
            pulse: self.pulse.clone(),
            engine: self.engine.clone(),
            seal_until: self.sealer.as_ref().and_then(|sealer| sealer.until()),
        }
    }

    /// The rules in force.
    pub fn book(&self) -> Arc<RuleBook> {
        self.rules.book()
    }

    /// The configuration that a batch began under. Errors: the storage that has its text does not answer.
    pub fn version(&self, batch: &BatchRow) -> Result<Arc<Pipeline>> {
        self.versions.of(&batch.config, &self.vault)
    }

    /// Runs page workers, document worker and deliveries until stopped.
    pub fn work(&self, deliver: bool) {
        std::thread::scope(|scope| {
            // One more than the engine has workers: while one waits for the disk, it has work.
            for number in 0..=self.pipeline.workers {
                let rather = self.rather(number);
                let name = format!("page-{number}");
                scope.spawn(move || self.repeat(&name, Works::Inside, |w| steps::next_page(self, w, rather)));
            }
            scope.spawn(|| self.repeat("open", Works::Inside, |w| steps::next_source(self, w)));
            scope.spawn(|| self.repeat("cut", Works::Inside, |w| steps::next_cut(self, w)));
            scope.spawn(|| self.repeat("document", Works::Inside, |w| steps::next_document(self, w)));
            if deliver {
                scope.spawn(|| self.repeat("product", Works::Outside, |w| steps::next_product(self, w)));
                for target in &self.pipeline.targets {
                    scope.spawn(move || {
                        let way = crate::delivery::open(target);
                        let mut counter = deliver::Counter::new(self, &target.id, way);
                        self.repeat(&format!("deliver-{}", target.id), Works::Outside, |w| counter.next(w));
                    });
                }
            }
        });
    }

    /// What a page worker would rather do next, and how few pages all measure first. The first one measures, so
    /// that the station hears in seconds what came; the others read. In a single run no station waits: what was
    /// measured is read while it is still at hand.
    fn rather(&self, number: usize) -> (PageState, u32) {
        match self.purpose {
            Purpose::Once => (PageState::Measured, 0),
            Purpose::Service if number == 0 => (PageState::Stored, IN_HAND),
            Purpose::Service => (PageState::Measured, IN_HAND),
        }
    }

    /// One step after the other; trouble is reported and never ends the loop.
    fn repeat(&self, worker: &str, works: Works, step: impl FnMut(&str) -> Result<bool>) {
        self.repeat_while(|| !self.stopping(), worker, works, step);
    }

    fn repeat_while(
        &self,
        goes_on: impl Fn() -> bool,
        worker: &str,
        works: Works,
        mut step: impl FnMut(&str) -> Result<bool>,
    ) {
        let _beating = self.pulse.begin(worker, works);
        let lessee = format!("{worker} {}", self.lessee);
        // What a failed step had taken: where the disk is full, it cannot even be given back at once.
        let mut owes = false;
        while goes_on() {
            pulse::beat();
            if owes {
                owes = self.ledger.give_back(&lessee, AGAIN).is_err();
            }
            match step(&lessee) {
                Ok(true) => {}
                Ok(false) => std::thread::sleep(fault::hurried(IDLE).max(IDLE / 5)),
                Err(error) => {
                    observe::trouble(worker, &error);
                    // Only what time may heal is tried soon.
                    owes |= error.retry() == Retry::Later;
                    std::thread::sleep(IDLE * 10);
                }
            }
        }
    }

    /// Does what only one process does for a town, until stopped: watches its stations and passes on what waits too
    /// long. Where another process has that duty, this one stands by until it has gone. Gives the duty back, so that
    /// whoever goes on here keeps it.
    pub fn intake(&self, mut alone: Option<Alone>) -> Option<Alone> {
        let _beating = self.pulse.begin("intake", Works::Outside);
        while !self.stopping() {
            pulse::beat();
            match &mut alone {
                Some(duty) => {
                    if !self.watch(duty) {
                        alone = None;
                    }
                }
                None => match self.ledger.alone("intake") {
                    Ok(found) => alone = found,
                    Err(error) => observe::trouble("intake", &error),
                },
            }
            if alone.is_none() {
                std::thread::sleep(STAND_BY);
            }
        }
        alone
    }

    /// Watches all stations as long as this process alone does, each on a thread of its own. Gives whether it still
    /// has the duty.
    fn watch(&self, alone: &mut Alone) -> bool {
        let lost = AtomicBool::new(false);
        let goes_on = || !self.stopping() && !lost.load(Ordering::SeqCst);
        std::thread::scope(|scope| {
            for (station, config) in self.versions.stations() {
                let goes_on = &goes_on;
                scope.spawn(move || self.watch_station(&station, &config, goes_on));
            }
            scope.spawn(|| {
                let mut next = Instant::now();
                self.repeat_while(goes_on, "waiting", Works::Inside, |_| {
                    if Instant::now() >= next {
                        next = Instant::now() + WAITING_EVERY;
                        reorganise(&self.ledger, &self.pipeline)?;
                        stand_in(&self.ledger, &self.pipeline, &jiff::Zoned::now())?;
                        divert(&self.ledger, &self.pipeline, jiff::Timestamp::now())?;
                    }
                    Ok(false)
                });
            });
            scope.spawn(|| {
                let (mut passed, mut next) = (None, Instant::now());
                self.repeat_while(goes_on, "retention", Works::Inside, |_| {
                    let today = jiff::Zoned::now().date();
                    if passed != Some(today) && Instant::now() >= next {
                        next = Instant::now() + WAITING_EVERY;
                        observe::copies_deleted(retention::daily(self, today)?);
                        passed = Some(today);
                    }
                    Ok(false)
                });
            });
            while goes_on() {
                pulse::beat();
                std::thread::sleep(STAND_BY);
                // Who cannot ask does not know: the stations wait until somebody has the duty again.
                let holds = alone.holds().inspect_err(|error| observe::trouble("intake", error));
                lost.store(!holds.unwrap_or(false), Ordering::SeqCst);
            }
        });
        !lost.into_inner()
    }

    fn watch_station(&self, station: &Station, config: &str, goes_on: impl Fn() -> bool) {
        let _beating = self.pulse.begin(&format!("station-{}", station.id), Works::Outside);
        if let Err(error) = make_station_folder(&station.folder) {
            observe::trouble(&station.id, &error);
        }
        let bell = Doorbell::hang(&station.folder, station.recursive);
        if let Err(error) = sweep_uploads(station, SystemTime::now()) {
            observe::trouble(&station.id, &error);
        }
        let (mut watch, mut folders) = (Watch::new(station), FolderWatch::default());
        let intake = Intake { ledger: &self.ledger, vault: &self.vault, config };
        while goes_on() {
            pulse::beat();
            let at = Instant::now();
            let loose = intake.round(station, &mut watch, at);
            let whole = intake.round_of_folders(station, &mut folders, at);
            for (taken, troubles) in [loose, whole] {
                taken.iter().for_each(observe::batch_received);
                troubles.iter().for_each(|error| observe::trouble(&station.id, error));
            }
            if let Err(error) = sweep_done(station, SystemTime::now()) {
                observe::trouble(&station.id, &error);
            }
            // Short waits, so that a stop is not kept waiting and the quiet time is met.
            let until = Instant::now() + station.poll.min(station.quiet.max(IDLE));
            while Instant::now() < until && goes_on() {
                pulse::beat();
                bell.wait(IDLE);
            }
        }
    }
}
