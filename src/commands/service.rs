//! `run`, `samples`, `status`: the daemon and a look at it.

use super::{DONE, FAILED, Outcome, Stop, pipeline};
use crate::cli::Role;
use crate::daemon::{House, Purpose, notify};
use crate::error::Error;
use crate::intake::subfolders;
use crate::ledger::Ledger;
use crate::model::hash::ContentHash;
use crate::{observe, web};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// The daemon.
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
    let alone = if role.takes_in() { house.ledger.alone("intake")? } else { None };
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
    // What was in force on any day can be read again.
    let text = house.vault.put(house.pipeline.text.as_bytes())?;
    house.ledger.configured(&text, "daemon")?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(Error::io("Dienst starten", "tokio"))?;
    observe::started(house.pipeline.stations.len(), house.pipeline.web);
    let outcome = std::thread::scope(|scope| {
        // Nobody is told that we are ready before the address is ours.
        let listener = match house.pipeline.web.filter(|_| role.shows()) {
            Some(address) => Some(runtime.block_on(web::listen(address))?),
            None => None,
        };
        let work = role.works().then(|| scope.spawn(|| house.work(true)));
        let intake = role.takes_in().then(|| scope.spawn(|| house.intake(alone)));
        let result = runtime.block_on(async {
            notify::say("READY=1");
            let page = async {
                match listener {
                    Some(listener) => {
                        web::serve(&house.pipeline, &house.rules, house.vitals(), listener).await
                    }
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                result = page => result,
                () = asked_to_stop() => Ok(()),
                () = notify::keep_saying(&house.pulse) => Ok(()),
                result = settled(&house), if until_settled => result,
            }
        });
        notify::say("STOPPING=1\nSTATUS=Die Seiten in Arbeit werden beendet.");
        house.stop();
        let joined = [work, intake].into_iter().flatten().map(|t| t.join().is_ok()).fold(true, |a, b| a & b);
        result.map(|()| if joined { DONE } else { FAILED })
    });
    observe::stopped();
    outcome.map_err(Stop::from)
}

/// Until SIGTERM or SIGINT comes.
pub(super) async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
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
        tokio::time::sleep(Duration::from_millis(500)).await;
        let waiting = house.pipeline.stations.iter().any(|s| has_files(&s.folder) || subfolders::waiting(s));
        quiet = if !waiting && tokio::task::block_in_place(|| house.ledger.overview())?.settled() {
            quiet + 1
        } else {
            0
        };
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
