//! `run`, `samples`, `status`: the daemon and a look at it.

use super::{DONE, Outcome, Stop, pipeline};
use crate::cli::Role;
use crate::config::{self, Complaint, Pipeline};
use crate::daemon::{House, Purpose, notify};
use crate::error::Error;
use crate::fault;
use crate::intake::subfolders;
use crate::ledger::{Alone, Ledger, Staged};
use crate::model::hash::ContentHash;
use crate::{observe, web};
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::block_in_place;

/// How often the configuration file and its release are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// What stays the same from one configuration to the next.
struct Service {
    runtime: Runtime,
    place: PathBuf,
    role: Role,
    until_settled: bool,
}

/// A house and its address, from one configuration to the next.
struct Generation {
    house: House,
    door: Option<TcpListener>,
}

/// How a generation ends.
enum End {
    /// The service stops.
    Stopped,
    /// A changed configuration takes over.
    Next(Box<Generation>),
}

/// The daemon: one generation after the other. The next one stands ready, rules and keys read, before the one before
/// finishes the steps at hand; what cannot stand leaves the one before in force.
pub fn run(config: Option<&Path>, until_settled: bool, role: Role) -> Outcome {
    observe::start();
    let house = House::open(pipeline(config)?, Purpose::Service)?;
    let (ledger, shared) = (house.ledger.place(), house.ledger.place().file().is_none());
    if !shared && role != Role::All {
        return Err(Stop::Usage(format!(
            "[run.role] Auf dem Journal {ledger} arbeitet ein Dienst allein. Hinweis: --role weglassen oder \
             ledger = \"postgres://…\"."
        )));
    }
    let mut alone = if role.takes_in() { house.ledger.alone("intake")? } else { None };
    if !shared {
        if alone.is_none() {
            return Err(Stop::Usage(format!(
                "[run.already] Auf dem Journal {ledger} arbeitet schon ein Dienst. Hinweis: den anderen beenden oder \
                 eine andere Konfiguration wählen."
            )));
        }
        // What others are writing now is theirs.
        house.vault.sweep()?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(Error::io("Dienst starten", "tokio"))?;
    // Nobody is told that we are ready before the address is ours.
    let door = house.pipeline.web.filter(|_| role.shows()).map(web::listen).transpose()?;
    let mut now = Generation { house, door };
    let service = Service { runtime, place: config::find(config), role, until_settled };
    observe::started(now.house.pipeline.stations.len(), now.house.pipeline.web);
    let outcome = loop {
        match now.live(&service, &mut alone) {
            Ok(End::Next(next)) => now = *next,
            Ok(End::Stopped) => break Ok(DONE),
            Err(error) => break Err(error),
        }
    };
    observe::stopped();
    outcome.map_err(Stop::from)
}

impl Generation {
    /// Works until told to stop or to make place; what only one process does stays with this one.
    fn live(&self, service: &Service, alone: &mut Option<Alone>) -> Result<End, Error> {
        let (house, role) = (&self.house, service.role);
        self.in_force()?;
        std::thread::scope(|scope| {
            let had = alone.take();
            let work = role.works().then(|| scope.spawn(|| house.work(true)));
            let intake = role.takes_in().then(|| scope.spawn(|| house.intake(had)));
            let result = service.runtime.block_on(async {
                notify::say("READY=1");
                let page = async {
                    match &self.door {
                        Some(door) => web::serve(&house.pipeline, &house.rules, house.vitals(), door).await,
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    result = page => result.map(|()| End::Stopped),
                    () = asked_to_stop() => Ok(End::Stopped),
                    () = notify::keep_saying(&house.pulse) => Ok(End::Stopped),
                    next = self.next(service) => Ok(End::Next(Box::new(next))),
                    result = settled(house), if service.until_settled => result.map(|()| End::Stopped),
                }
            });
            notify::say(match &result {
                Ok(End::Next(_)) => "RELOADING=1\nSTATUS=Eine geänderte Konfiguration übernimmt.",
                _ => "STOPPING=1\nSTATUS=Die Seiten in Arbeit werden beendet.",
            });
            house.stop();
            let busy = || {
                work.as_ref().is_some_and(|t| !t.is_finished())
                    || intake.as_ref().is_some_and(|t| !t.is_finished())
            };
            while busy() {
                notify::alive(&house.pulse);
                std::thread::sleep(Duration::from_millis(100));
            }
            let mut whole = work.is_none_or(|t| t.join().is_ok());
            if let Some(intake) = intake {
                match intake.join() {
                    Ok(duty) => *alone = duty,
                    Err(_) => whole = false,
                }
            }
            let died =
                || Error::Engine { code: "loop", text: "Eine Schleife des Dienstes ist abgestürzt.".into() };
            if whole { result } else { result.and_then(|_| Err(died())) }
        })
    }

    /// Says what holds from now on. What was in force on any day can be read again.
    fn in_force(&self) -> Result<(), Error> {
        let house = &self.house;
        let text = house.vault.put(house.pipeline.text.as_bytes())?;
        let waits = house.versions.waits();
        if waits {
            house.ledger.waits_for_release(Staged::Configuration, &text)?;
        } else {
            house.ledger.put_in_force(Staged::Configuration, &text, "daemon")?;
        }
        observe::configured(&text, waits);
        Ok(())
    }

    /// The generation that takes over, once the file has changed or a person has activated it.
    async fn next(&self, service: &Service) -> Generation {
        let mut asked = signal(SignalKind::hangup()).ok();
        let mut seen = self.house.pipeline.text.clone();
        loop {
            let told = match &mut asked {
                Some(asked) => tokio::time::timeout(LOOK_EVERY, asked.recv()).await.is_ok(),
                None => {
                    tokio::time::sleep(LOOK_EVERY).await;
                    false
                }
            };
            // An editor may have moved it away for a moment.
            let today = jiff::Zoned::now().date();
            let text = match config::text_of(&service.place, today) {
                Ok(text) => text,
                // An organisation chart that nobody can read leaves the one before in force, and is told once.
                Err(complaints) if service.place.exists() => said(&complaints),
                Err(_) => continue,
            };
            let changed = text != seen;
            let released = self.house.versions.waits()
                && block_in_place(|| self.house.ledger.in_force(Staged::Configuration)).ok().flatten()
                    == Some(self.house.pipeline.hash);
            if !(changed || released || told) {
                continue;
            }
            seen = text;
            match block_in_place(|| self.prepared(service)) {
                Ok(next) => return next,
                Err(why) => observe::not_configured(&why),
            }
        }
    }

    /// A generation from the file as it is now, ready to take over; or what speaks against it.
    fn prepared(&self, service: &Service) -> Result<Generation, String> {
        let pipeline = config::load(&service.place).map_err(|complaints| said(&complaints))?;
        let old = &self.house.pipeline;
        if let Some(key) = fixed(old, &pipeline) {
            return Err(format!(
                "[config.fixed] {key} kann sich nicht ändern, solange der Dienst läuft. Hinweis: neu starten."
            ));
        }
        let ready = || {
            let door = match (&self.door, pipeline.web) {
                (Some(door), address) if address == old.web => {
                    Some(door.try_clone().map_err(Error::io("Seite anbieten", "Adresse"))?)
                }
                (_, address) => address.filter(|_| service.role.shows()).map(web::listen).transpose()?,
            };
            Ok(Generation { house: House::open(pipeline.clone(), Purpose::Service)?, door })
        };
        ready().map_err(|error: Error| error.to_string())
    }
}

fn said(complaints: &[Complaint]) -> String {
    complaints.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n")
}

/// What cannot change while the service runs.
fn fixed(old: &Pipeline, new: &Pipeline) -> Option<&'static str> {
    [
        ("[town] id", old.tenant != new.tenant),
        ("ledger", old.ledger != new.ledger),
        ("vault", !old.vault.same_storage(&new.vault)),
    ]
    .into_iter()
    .find_map(|(key, differs)| differs.then_some(key))
}

/// Until SIGTERM or SIGINT comes.
pub(super) async fn asked_to_stop() {
    let Ok(mut term) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

/// Until nothing is left that goes without a person, and the stations are empty.
async fn settled(house: &House) -> Result<(), Error> {
    let mut quiet = 0;
    while quiet < 3 {
        tokio::time::sleep(fault::hurried(Duration::from_millis(500))).await;
        let waiting =
            house.versions.stations().iter().any(|(s, _)| has_files(&s.folder) || subfolders::waiting(s));
        quiet = if !waiting && block_in_place(|| house.ledger.overview())?.settled() { quiet + 1 } else { 0 };
    }
    Ok(())
}

fn has_files(folder: &Path) -> bool {
    let plain = |f: &Path| {
        fs::read_dir(f).into_iter().flatten().flatten().any(|e| e.file_type().is_ok_and(|t| t.is_file()))
    };
    plain(folder) || plain(&folder.join(".poststelle"))
}

/// Puts each sample into its station's folder unless the ledger knows its bytes.
pub fn samples(config: Option<&Path>, dir: &Path) -> Outcome {
    let pipeline = pipeline(config)?;
    let ledger = Ledger::open(&pipeline.ledger, &pipeline.tenant)?;
    if !dir.is_dir() {
        return Err(Stop::Usage(format!(
            "[usage.dir] {} ist kein Ordner. Hinweis: den Ordner mit einem Unterordner je Station nennen.",
            dir.display()
        )));
    }
    let mut dropped = 0;
    for station in &pipeline.stations {
        let folder = dir.join(&station.id);
        if !folder.is_dir() {
            continue;
        }
        crate::intake::make_station_folder(&station.folder)?;
        let entries = fs::read_dir(&folder).map_err(Error::io("Beispiele lesen", &folder))?;
        for path in entries.flatten().map(|e| e.path()).filter(|p| p.is_file()) {
            let bytes = fs::read(&path).map_err(Error::io("Beispiel lesen", &path))?;
            if ledger.knows_bytes(&ContentHash::of(&bytes))? {
                continue;
            }
            let name = path.file_name().unwrap_or_default();
            let temporary = station.folder.join(format!(".{}.tmp", name.to_string_lossy()));
            fs::write(&temporary, bytes).map_err(Error::io("Beispiel ablegen", &temporary))?;
            let place = station.folder.join(name);
            fs::rename(&temporary, &place).map_err(Error::io("Beispiel ablegen", &place))?;
            dropped += 1;
        }
    }
    println!("{dropped} Beispielscans abgelegt.");
    Ok(DONE)
}

/// What is where.
pub fn status(config: Option<&Path>) -> Outcome {
    let pipeline = pipeline(config)?;
    let ledger = Ledger::open(&pipeline.ledger, &pipeline.tenant)?;
    for row in ledger.queue(u32::MAX)?.iter().rev() {
        println!(
            "{} {} {} {}/{} Seiten {}",
            row.batch, row.station, row.state, row.pages_read, row.pages, row.file_name
        );
        if let Some(first) = &row.duplicate_of {
            println!("  Gleiche Bytes wie Stapel {first}.");
        }
        if let Some(reason) = &row.reason {
            println!("  {reason}");
        }
        for [id, state, kind, department, hold] in &row.documents {
            let to = if hold.is_empty() { department } else { hold };
            println!("  {id} {state} {kind} -> {to}");
        }
    }
    let overview = ledger.overview()?;
    println!(
        "Stapel {:?}\nSchriftstücke {:?}\nZustellungen {:?}",
        overview.batches, overview.documents, overview.deliveries
    );
    Ok(DONE)
}
