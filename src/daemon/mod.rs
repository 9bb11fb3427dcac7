//! Start, lease loops, stop.
//!
//! In: a pipeline. Runs until told to stop. Every step is the same: lease a
//! row, fetch bytes, call a pure function or the engine, store results in the
//! vault, commit the new state with its event. It holds no domain rule: those
//! are in the rooms it calls.

mod deliver;
mod note;
mod steps;

pub use deliver::parcel;
pub use steps::{Made, produce, sheet_of};

use crate::config::{self, Pipeline};
use crate::document::{MODEL, RuleBook, TownRules};
use crate::engine::{Engine, EngineLimits};
use crate::error::{Error, Result};
use crate::intake::lots::LotWatch;
use crate::intake::{Doorbell, Intake, listing::Watch, make_station_folder, sweep_done};
use crate::ledger::Ledger;
use crate::model::town::{Profile, Station};
use crate::observe;
use crate::sealing::{KeyFile, Sealer};
use crate::vault::Vault;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// How long an idle worker waits before it looks again.
const IDLE: Duration = Duration::from_millis(150);

/// Everything a worker needs, shared by all of them.
#[derive(Debug)]
pub struct House {
    /// Configuration in force.
    pub pipeline: Pipeline,
    /// Rules in force, and the files they were read from.
    rules: Mutex<(Fingerprint, Arc<RuleBook>)>,
    /// States.
    pub ledger: Ledger,
    /// Bytes.
    pub vault: Vault,
    /// Page work.
    pub engine: Engine,
    /// What a batch needs before anything of it is decided.
    pub purpose: Purpose,
    /// Who seals, if the town does.
    pub sealer: Option<Box<dyn Sealer>>,
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
        let rules = Mutex::new((fingerprint(&pipeline), Arc::new(load_rules(&pipeline)?)));
        // A wrong key stops the program here, not the first letter at noon.
        let sealer = match &pipeline.seal {
            Some(settings) => Some(Box::new(KeyFile::open(settings)?) as Box<dyn Sealer>),
            None => None,
        };
        let (ledger, vault) = match purpose {
            Purpose::Service => {
                (Ledger::open(&pipeline.ledger, &pipeline.tenant)?, Vault::open(&pipeline.vault)?)
            }
            Purpose::Once => (
                Ledger::open_fleeting(&pipeline.ledger, &pipeline.tenant)?,
                Vault::open_fleeting(&pipeline.vault)?,
            ),
        };
        let limits = pipeline.stations.iter().map(|s| &s.profile.limits);
        let limits = EngineLimits {
            order_seconds_max: limits.clone().map(|l| l.page_seconds_max).max().unwrap_or(60),
            bytes_max: limits.map(|l| l.engine_bytes_max).max().unwrap_or(2 << 30),
        };
        let engine = Engine::new(pipeline.workers, limits);
        let stop = AtomicBool::new(false);
        Ok(Self { pipeline, rules, ledger, vault, engine, purpose, sealer, stop })
    }

    /// Asks every loop to end after the step at hand.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }

    /// Whether the loops shall end.
    pub fn stopping(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// The rules in force: those of the files as they are now, or, where these have a mistake, as they were.
    pub fn book(&self) -> Arc<RuleBook> {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let now = fingerprint(&self.pipeline);
        if now != rules.0 {
            match load_rules(&self.pipeline) {
                Ok(book) => rules.1 = Arc::new(book),
                Err(error) => observe::trouble("rules", &error),
            }
            // A mistake is named once, not with every letter.
            rules.0 = now;
        }
        rules.1.clone()
    }

    /// What decides about documents.
    pub fn town_rules(&self) -> TownRules {
        TownRules {
            decide: self.pipeline.decide,
            departments: self.pipeline.departments.iter().map(|d| d.id.clone()).collect(),
            central: self.pipeline.central.clone(),
            own_references: self.pipeline.ways.own_references.clone(),
            land: self.pipeline.ways.land.clone(),
            desks: self.pipeline.ways.desks.clone(),
            routes: self.pipeline.ways.routes.clone(),
            redirects: self.pipeline.ways.redirects.clone(),
        }
    }

    /// Profile of a station; stations that no longer exist are treated as copying.
    pub fn profile(&self, station: &str) -> Profile {
        self.pipeline.station(station).map_or_else(config::copying_profile, |s| s.profile.clone())
    }

    /// Runs page workers, document worker and deliveries until stopped.
    pub fn work(&self, deliver: bool) {
        std::thread::scope(|scope| {
            for number in 0..self.pipeline.workers {
                scope.spawn(move || self.repeat(&format!("page-{number}"), |w| steps::next_page(self, w)));
            }
            scope.spawn(|| self.repeat("open", |w| steps::next_source(self, w)));
            scope.spawn(|| self.repeat("cut", |w| steps::next_cut(self, w)));
            scope.spawn(|| self.repeat("document", |w| steps::next_document(self, w)));
            if deliver {
                scope.spawn(|| self.repeat("product", |w| steps::next_product(self, w)));
                for target in &self.pipeline.targets {
                    scope.spawn(move || {
                        let way = crate::delivery::open(target);
                        let mut counter = deliver::Counter::new(self, &target.id, way);
                        self.repeat(&format!("deliver-{}", target.id), |w| counter.next(w));
                    });
                }
            }
        });
    }

    /// One step after the other; trouble is reported and never ends the loop.
    fn repeat(&self, worker: &str, mut step: impl FnMut(&str) -> Result<bool>) {
        while !self.stopping() {
            match step(worker) {
                Ok(true) => {}
                Ok(false) => std::thread::sleep(IDLE),
                Err(error) => {
                    observe::trouble(worker, &error);
                    std::thread::sleep(IDLE * 10);
                }
            }
        }
    }

    /// Watches all stations until stopped, each on a thread of its own.
    pub fn watch(&self) {
        std::thread::scope(|scope| {
            for station in &self.pipeline.stations {
                scope.spawn(move || self.watch_station(station));
            }
        });
    }

    fn watch_station(&self, station: &Station) {
        if let Err(error) = make_station_folder(&station.folder) {
            observe::trouble(&station.id, &error);
        }
        let bell = Doorbell::hang(&station.folder, station.recursive);
        let (mut watch, mut lots) = (Watch::new(station), LotWatch::default());
        let config = self.pipeline.hash.hex();
        let intake = Intake { ledger: &self.ledger, vault: &self.vault, config: &config };
        while !self.stopping() {
            let at = Instant::now();
            let loose = intake.round(station, &mut watch, at);
            let in_lots = intake.round_of_lots(station, &mut lots, at);
            for (taken, troubles) in [loose, in_lots] {
                taken.iter().for_each(observe::batch_received);
                troubles.iter().for_each(|error| observe::trouble(&station.id, error));
            }
            if let Err(error) = sweep_done(station, SystemTime::now()) {
                observe::trouble(&station.id, &error);
            }
            // Short waits, so that a stop is not kept waiting and the quiet time is met.
            let until = Instant::now() + station.poll.min(station.quiet.max(IDLE));
            while Instant::now() < until && !self.stopping() {
                bell.wait(IDLE);
            }
        }
    }
}

/// Names, sizes and times of the rule files.
type Fingerprint = Vec<(PathBuf, u64, Option<SystemTime>)>;

fn fingerprint(pipeline: &Pipeline) -> Fingerprint {
    let stamp = |path: PathBuf| {
        let meta = std::fs::metadata(&path).ok();
        let (bytes, at) = meta.map_or((0, None), |m| (m.len(), m.modified().ok()));
        (path, bytes, at)
    };
    let mut files: Fingerprint = rule_files(pipeline).unwrap_or_default().into_iter().map(stamp).collect();
    files.sort();
    files
}

/// The kinds, what is held, and the learned model in force.
fn rule_files(pipeline: &Pipeline) -> Result<Vec<PathBuf>> {
    let folder = &pipeline.classifiers;
    let entries = std::fs::read_dir(folder).map_err(Error::io("Klassifikatoren lesen", folder))?;
    let is_rule = |p: &PathBuf| p.extension().is_some_and(|e| e == "toml") || p.ends_with(MODEL);
    Ok(entries.flatten().map(|e| e.path()).filter(is_rule).collect())
}

/// Reads the rule files of the configuration.
pub fn load_rules(pipeline: &Pipeline) -> Result<RuleBook> {
    let mut files = Vec::new();
    for path in rule_files(pipeline)? {
        let text = std::fs::read_to_string(&path).map_err(Error::io("Klassifikator lesen", &path))?;
        files.push((path.display().to_string(), text));
    }
    files.sort();
    RuleBook::parse(&files).map_err(|complaints| {
        let all: Vec<String> = complaints.iter().map(ToString::to_string).collect();
        Error::Refused(crate::model::refusal::Refusal::new(
            "rules.refused",
            format!("Die Klassifikatoren sind fehlerhaft:\n{}", all.join("\n")),
            "Genannte Stellen berichtigen.",
        ))
    })
}
