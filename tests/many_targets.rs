//! Many documents to twelve targets, three of which fail at random: the others go on, and when the three come back
//! everything arrives, once. `PROVE_TARGETS` sets the number of documents (10,000 in `make prove-targets`).
#![cfg(feature = "faults")]
#![allow(clippy::unwrap_used)]

mod support;

use rand::{RngExt, SeedableRng};
use std::process::Child;
use std::time::{Duration, Instant};
use support::smtp_sink::{Act, SmtpSink};
use support::{Town, outbox};

const HEALTHY: usize = 9;

/// Twelve targets: nine folders, three mailboxes.
fn town(sinks: &[SmtpSink]) -> Town {
    let folders =
        (0..HEALTHY).map(|n| (format!("ordner-{n}"), format!("type = \"folder\"\npath = \"out/{n}\"")));
    let mails = sinks.iter().enumerate().map(|(n, sink)| {
        let table = format!(
            "type = \"mail\"\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\nfrom = \"p@t.example\"\n\
             to = [\"a@t.example\"]\ntimeout_seconds = 5",
            sink.address.port()
        );
        (format!("mail-{n}"), table)
    });
    let targets: Vec<(String, String)> = folders.chain(mails).collect();
    let targets: Vec<(&str, String)> =
        targets.iter().map(|(id, table)| (id.as_str(), table.clone())).collect();
    outbox::town(&targets)
}

fn count(town: &Town, condition: &str) -> u32 {
    let db = rusqlite::Connection::open(town.path("var/ledger.sqlite")).unwrap();
    db.busy_timeout(Duration::from_secs(10)).unwrap();
    db.query_row(&format!("SELECT count(*) FROM delivery WHERE {condition}"), [], |r| r.get(0)).unwrap()
}

fn memory_kib(daemon: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", daemon.id())).unwrap();
    let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Delivers everything; says how long the healthy targets took and how memory grew from the first half on.
fn run(documents: u32, sinks: &[SmtpSink]) -> (Town, Duration, [u64; 2]) {
    let town = town(sinks);
    let ids: Vec<String> =
        (0..HEALTHY).map(|n| format!("ordner-{n}")).chain((0..3).map(|n| format!("mail-{n}"))).collect();
    outbox::fill(&town, 0..documents, &ids.iter().map(String::as_str).collect::<Vec<_>>());
    let begun = Instant::now();
    let mut daemon = town.start();
    let healthy = documents * HEALTHY as u32;
    let mut memory = [0; 2];
    let mut took = None;
    loop {
        std::thread::sleep(Duration::from_millis(200));
        assert!(begun.elapsed() < Duration::from_secs(3600), "not done after an hour");
        let done = count(&town, "state = 'confirmed'");
        if done < healthy {
            memory[0] = if done < healthy / 2 { memory_kib(&daemon) } else { memory[0].max(1) };
            continue;
        }
        took.get_or_insert_with(|| begun.elapsed());
        memory[1] = memory_kib(&daemon);
        if count(&town, "state IN ('handed_over', 'refused')") == documents * 3 {
            break;
        }
    }
    daemon.kill().unwrap();
    daemon.wait().unwrap();
    (town, took.unwrap(), memory)
}

#[test]
fn three_failing_targets_keep_nobody_waiting() {
    let documents = std::env::var("PROVE_TARGETS").ok().map_or(30, |n| n.parse().unwrap());
    let calm: Vec<SmtpSink> = (0..3).map(|_| SmtpSink::start(&[])).collect();
    let (_, undisturbed, _) = run(documents, &calm);
    let mut chance = rand_chacha::ChaCha8Rng::seed_from_u64(7);
    let mut script = || {
        // Every second attempt fails. The targets come back: a script has an end, and takes from then on.
        let acts = [
            Act::Take,
            Act::Take,
            Act::Take,
            Act::Reply("MAIL", "451 4.3.0 later"),
            Act::HangUpAt("RCPT"),
            Act::Reply(".", "452 4.3.1 full"),
        ];
        (0..documents.min(100) / 4).map(|_| acts[chance.random_range(0..acts.len())]).collect::<Vec<_>>()
    };
    let failing: Vec<SmtpSink> = (0..3).map(|_| SmtpSink::start(&script())).collect();
    let (town, disturbed, memory) = run(documents, &failing);
    assert_eq!(count(&town, "state = 'handed_over'"), documents * 3, "all arrive when the three are back");
    for sink in &failing {
        let mut ids: Vec<String> =
            sink.taken().iter().map(|m| m.header("X-Poststelle-Delivery").unwrap().to_owned()).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), documents as usize);
        assert_eq!(sink.taken().len(), documents as usize, "nothing was doubled: no failure left a doubt");
    }
    println!(
        "PROVED targets: {documents} documents to 12 targets, 3 failing at random: the 9 healthy ones in {:.1} s, undisturbed {:.1} s; memory {} KiB in the first half, {} KiB at the end",
        disturbed.as_secs_f64(),
        undisturbed.as_secs_f64(),
        memory[0],
        memory[1]
    );
}
