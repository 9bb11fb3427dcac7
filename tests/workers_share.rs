//! Several processes on one PostgreSQL and one vault share the work of a town, while they are killed, stopped for a
//! while and cut off from the database at random: at the end every letter is at its target exactly once.
//! `PROVE_WORKERS` sets the number of letters (5,000 in `make prove-workers`), `PROVE_VAULT=s3` puts the vault into a
//! bucket. Reading costs what it costs here.
#![allow(clippy::unwrap_used)]

mod support;

use poststelle::ledger::{Ledger, Place, snapshot};
use poststelle::model::hash::ContentHash;
use rand::{RngExt, SeedableRng};
use rustix::process::{Pid, Signal, kill_process};
use std::collections::BTreeSet;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};
use support::bucket::Storage;
use support::database::Database;
use support::{Daemon, Town, invariants, kill_tree, small_town};

const WORKERS: usize = 4;
/// A row a worker left behind is another's after this, instead of five minutes.
const LEASE_SECONDS: u64 = 4;

fn start(town: &Town, role: &str) -> Child {
    let mut command = town.program(&["run", "--role", role]);
    command.env("POSTSTELLE_HURRY", "20").env("POSTSTELLE_LEASE", LEASE_SECONDS.to_string());
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// A town whose ledger is a database of that server, and whose vault is a bucket if there is one.
fn shared_town(database: &Database, storage: Option<&Storage>) -> (Town, Place) {
    let town = small_town::town(None);
    std::fs::remove_file(town.path("var/ledger.sqlite")).unwrap();
    let place = database.create("town");
    let config = std::fs::read_to_string(town.path("pipeline.toml")).unwrap();
    let config = config.replace("workers = 2", "workers = 1");
    let password = database.password_file();
    let ledger = format!("ledger = \"{place}\"\nledger_password_file = \"{}\"\n", password.display());
    let (vault, s3) = storage.map(|storage| storage.configured("t")).unwrap_or_default();
    std::fs::write(town.path("pipeline.toml"), ledger + &vault + &config + &s3).unwrap();
    town.open_station();
    (town, place)
}

#[test]
fn every_letter_is_somebodys_and_only_one_s() {
    let letters: u32 = std::env::var("PROVE_WORKERS").map_or(20, |n| n.parse().unwrap());
    let database = Database::start();
    let storage = std::env::var("PROVE_VAULT").is_ok_and(|vault| vault == "s3").then(Storage::start);
    let (town, place) = shared_town(&database, storage.as_ref());
    let ledger = Ledger::open(&place, "t").unwrap();
    let mut chance = rand_chacha::ChaCha8Rng::seed_from_u64(1);
    // Two take in, of which one stands by.
    let mut intake: Vec<Child> = (0..2).map(|_| start(&town, "intake")).collect();
    let mut workers: Vec<Child> = (0..WORKERS).map(|_| start(&town, "worker")).collect();
    let (mut killed, mut stopped, mut cut_off) = (0, 0, 0);
    let begun = Instant::now();
    let (mut arrived, mut round) = (0, 0);
    while arrived < letters || !settled(&ledger, letters) {
        assert!(
            begun.elapsed() < Duration::from_secs(120 + u64::from(letters) * 3),
            "{:?}",
            ledger.overview()
        );
        for _ in 0..chance.random_range(1..6u32).min(letters - arrived) {
            small_town::drop_letter(&town, arrived);
            arrived += 1;
        }
        let one = chance.random_range(0..WORKERS);
        // Once everything has come in, what is left has its peace.
        round += 1;
        match if arrived < letters { round % 6 } else { 9 } {
            0 => {
                kill_tree(std::mem::replace(&mut workers[one], start(&town, "worker")));
                killed += 1;
            }
            1 => {
                let id = Pid::from_child(&workers[one]);
                kill_process(id, Signal::STOP).unwrap();
                std::thread::sleep(Duration::from_millis(chance.random_range(100..LEASE_SECONDS * 1500)));
                kill_process(id, Signal::CONT).unwrap();
                stopped += 1;
            }
            2 => {
                let all = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                           WHERE application_name = 'poststelle' AND pid <> pg_backend_pid() AND random() < 0.3";
                database.look("town").batch_execute(all).unwrap();
                cut_off += 1;
            }
            3 => {
                kill_tree(std::mem::replace(&mut intake[one % 2], start(&town, "intake")));
                killed += 1;
            }
            _ => std::thread::sleep(Duration::from_millis(300)),
        }
    }
    let took = begun.elapsed();
    for daemon in workers.into_iter().chain(intake) {
        drop(Daemon(daemon));
    }

    // The same invariants as of any ledger, on a copy of this one.
    let copy = town.path("var/ledger.sqlite");
    snapshot(&place, &copy).unwrap();
    invariants::hold(&town, "after the workers");
    let sources: BTreeSet<String> =
        (0..letters).map(|n| ContentHash::of(&small_town::letter(n).1).hex()).collect();
    let taken: BTreeSet<String> =
        ledger.queue(u32::MAX).unwrap().iter().map(|row| source(&ledger, row)).collect();
    assert_eq!(taken, sources, "sources and batches differ");
    let documents = town.documents();
    assert_eq!(documents.len(), letters as usize);
    let expected: Vec<String> = documents.iter().map(|(id, _)| format!("{id}@ordner.pdf")).collect();
    assert_eq!(town.delivered(), expected, "the folder does not hold every document once");
    let audit = poststelle::ledger::audit(&place, None, &[]).unwrap();
    assert_eq!(audit.wrong, []);
    println!(
        "PROVED workers: {letters} letters by {WORKERS} workers on PostgreSQL and {} in {:.0} s, {killed} killed, {stopped} stopped for a \
         while, {cut_off} times cut off: every document exactly once",
        if storage.is_some() { "S3" } else { "one folder" },
        took.as_secs_f64()
    );
}

/// How many turns a second the log of a town has when four processes want one all the time, and when they are of two
/// towns. Every entry is there, in one order.
#[test]
fn a_town_writes_in_turns() {
    let database = Database::start();
    database.lasting();
    let place = database.create("town");
    let turns = |towns: &[&str; 4]| {
        let ledgers = towns.map(|town| Ledger::open(&place, town).unwrap());
        let begun = Instant::now();
        let write = |ledger: &Ledger| {
            let mut written = 0u64;
            while begun.elapsed() < Duration::from_secs(2) {
                ledger.note("test.turn", "t", "test", "").unwrap();
                written += 1;
            }
            written
        };
        let written: u64 = std::thread::scope(|scope| {
            let threads = [0, 1, 2, 3].map(|n| {
                scope.spawn({
                    let (write, ledger) = (&write, &ledgers[n]);
                    move || write(ledger)
                })
            });
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        (written, written as f64 / begun.elapsed().as_secs_f64())
    };
    let ((one, pace), (two, both)) = (turns(&["a"; 4]), turns(&["a", "a", "b", "b"]));
    let audit = poststelle::ledger::audit(&place, None, &[]).unwrap();
    assert_eq!((audit.wrong, audit.events), (vec![], one + two));
    println!(
        "PROVED turns: {pace:.0} a second of one town, {both:.0} of two, four processes, commits on the disk"
    );
}

fn settled(ledger: &Ledger, letters: u32) -> bool {
    let Ok(overview) = ledger.overview() else { return false };
    overview.settled() && overview.batches.values().sum::<u64>() >= u64::from(letters)
}

fn source(ledger: &Ledger, row: &poststelle::ledger::QueueRow) -> String {
    ledger.batch(&poststelle::model::ids::BatchId(row.batch.clone())).unwrap().hash.hex()
}

/// From one machine to several by one command: the same letters, the same log, and the next one goes on.
#[test]
fn a_town_moves_to_a_shared_ledger() {
    let town = small_town::town(None);
    small_town::drop_letter(&town, 1);
    assert!(town.run_until_settled(None).status.success());
    let head = String::from_utf8(town.command(&["log", "head"], None).stdout).unwrap();
    let database = Database::start();
    let place = database.create("town");
    let config = std::fs::read_to_string(town.path("pipeline.toml")).unwrap();
    let password = database.password_file();
    let ledger = format!("ledger = \"{place}\"\nledger_password_file = \"{}\"\n", password.display());
    std::fs::write(town.path("pipeline.toml"), ledger + &config).unwrap();

    let old = town.path("var/ledger.sqlite").display().to_string();
    let moved = town.command(&["migrate", "--from", &old], None);
    let said = String::from_utf8_lossy(&moved.stdout).into_owned() + &String::from_utf8_lossy(&moved.stderr);
    assert!(moved.status.success() && said.contains("0 Befunde"), "{said}");
    assert_eq!(String::from_utf8(town.command(&["log", "head"], None).stdout).unwrap(), head);
    let again = town.command(&["migrate", "--from", &old], None);
    assert!(String::from_utf8_lossy(&again.stderr).contains("[migrate.not_empty]"), "{again:?}");

    small_town::drop_letter(&town, 2);
    let end = town.run_until_settled(None);
    assert!(end.status.success(), "{}", String::from_utf8_lossy(&end.stderr));
    assert_eq!(town.delivered().len(), 2);
    // The whole of it comes back as a file: a backup, checked by anybody.
    let backup = town.command(&["backup", "--to", &town.path("backup").display().to_string()], None);
    assert!(backup.status.success(), "{}", String::from_utf8_lossy(&backup.stderr));
    let doctor = town.command(&["doctor"], None);
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(!said.contains("[ledger."), "{said}");
}
