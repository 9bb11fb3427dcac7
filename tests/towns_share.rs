//! Two towns on one machine, one PostgreSQL server and one bucket: each has its own rows, objects, rules and people, and
//! however much mail the one has, the other's letter passes.
#![allow(clippy::unwrap_used)]

mod support;

use poststelle::ledger::Ledger;
use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};
use support::bucket::Storage;
use support::database::Database;
use support::{Daemon, Town, small_town};

/// Letters that wait in the busy town.
const MANY: u32 = 60;

/// A town with a database and a prefix of its own.
fn town(id: &str, database: &Database, storage: &Storage) -> (Town, Ledger) {
    let town = small_town::town(None);
    fs::remove_file(town.path("var/ledger.sqlite")).unwrap();
    let config = fs::read_to_string(town.path("pipeline.toml")).unwrap();
    let config = config.replace("[town]\nid = \"t\"", &format!("[town]\nid = \"{id}\""));
    let (place, (vault, s3)) = (database.create(id), storage.configured(id));
    let password = database.password_file();
    let ledger = format!("ledger = \"{place}\"\nledger_password_file = \"{}\"\n", password.display());
    fs::write(town.path("pipeline.toml"), ledger + &vault + &config + &s3).unwrap();
    town.open_station();
    (town, Ledger::open(&place, id).unwrap())
}

#[test]
fn a_town_with_much_mail_does_not_keep_another_waiting() {
    let (storage, database) = (Storage::start(), Database::start());
    let (busy, its) = town("linden", &database, &storage);
    let (small, own) = town("ulmen", &database, &storage);
    let _daemons = [&busy, &small].map(|town| Daemon(town.start_hurried()));
    (0..MANY).for_each(|number| small_town::drop_letter(&busy, number));
    let taken = || its.overview().unwrap().batches.values().sum::<u64>();
    until(|| taken() == u64::from(MANY));
    let (before, begun) = (busy.delivered().len(), Instant::now());
    small_town::drop_letter(&small, 900);
    until(|| small.delivered().len() == 1);
    let (took, meanwhile) = (begun.elapsed(), busy.delivered().len() - before);
    // Whoever waits for his turn behind all of them would be the last.
    assert!(before + meanwhile < MANY as usize * 3 / 4, "{before} before, {meanwhile} meanwhile, {took:?}");
    println!(
        "PROVED towns: one letter of a town took {:.1} s while another had {} waiting, of which {meanwhile} were delivered meanwhile",
        took.as_secs_f64(),
        MANY as usize - before
    );

    // Neither sees anything of the other.
    let document = own.queue(10).unwrap().remove(0).batch;
    assert!(its.queue(u32::MAX).unwrap().iter().all(|row| row.batch != document));
    let objects = |prefix: &str| -> BTreeSet<String> {
        storage.names(prefix).iter().map(|name| name.rsplit('/').next().unwrap().to_owned()).collect()
    };
    let (of_busy, of_small) = (objects("linden/"), objects("ulmen/"));
    assert!(of_busy.len() > 5 && of_small.len() > 5);
    assert_eq!(storage.names("").len(), storage.names("linden/").len() + storage.names("ulmen/").len());
}

#[track_caller]
fn until(mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(120), "waited too long");
        std::thread::sleep(Duration::from_millis(20));
    }
}
