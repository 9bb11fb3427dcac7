//! Letters arrive slowly while the program is killed again and again at random moments; at the end every
//! one of them is at the folder target exactly once, and in the mailbox at least once with at most one
//! marked repeat. `PROVE_KILLS` sets the number of kills (200 in `make prove-kills`).
#![allow(clippy::unwrap_used)]

mod support;

use poststelle::model::hash::ContentHash;
use rand::{RngExt, SeedableRng};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use support::smtp_sink::SmtpSink;
use support::{Town, invariants, kill_tree, small_town};

fn number(name: &str, reduced: u32) -> u32 {
    std::env::var(name).ok().map_or(reduced, |n| n.parse().unwrap())
}

#[test]
fn no_letter_is_lost_or_doubled() {
    let (kills, seed) = (number("PROVE_KILLS", 12), number("PROVE_SEED", 1));
    let letters = if kills >= 100 { 100 } else { 12 };
    let sink = SmtpSink::start(&[]);
    let town = small_town::town(Some(sink.address));
    let mut chance = rand_chacha::ChaCha8Rng::seed_from_u64(u64::from(seed));
    let mut arrived = 0;
    for kill in 0..kills {
        let daemon = town.start();
        let life = Duration::from_millis(chance.random_range(30..1600));
        // Letters come in at any moment of its life, spread over all lives but the last ones.
        let due = (letters * (kill + 1)).div_ceil(kills * 4 / 5).min(letters) - arrived;
        for part in 0..=due {
            std::thread::sleep(life / (due + 1));
            if part < due {
                small_town::drop_letter(&town, arrived);
                arrived += 1;
            }
        }
        kill_tree(daemon);
    }
    let end = town.run_until_settled(None);
    assert!(end.status.success(), "{}", String::from_utf8_lossy(&end.stderr));

    invariants::hold(&town, "after the kills");
    check_folder(&town, letters);
    check_mailbox(&town, &sink);
    let repeats = sink.taken().iter().filter(|m| m.header("X-Poststelle-Repeat").is_some()).count();
    println!(
        "PROVED kills: {kills} kills at random moments (seed {seed}), {letters} letters: each exactly once in the folder; {} mails, {repeats} marked repeats",
        sink.taken().len()
    );
}

/// Every letter's source has one batch, and its product lies in the folder once.
fn check_folder(town: &Town, letters: u32) {
    let sources: BTreeSet<String> =
        (0..letters).map(|n| ContentHash::of(&small_town::letter(n).1).hex()).collect();
    assert_eq!(sources.len(), letters as usize, "the letters must differ");
    let db = rusqlite::Connection::open(town.path("var/ledger.sqlite")).unwrap();
    let mut statement = db.prepare("SELECT hash FROM batch ORDER BY hash").unwrap();
    let taken: Vec<String> = statement.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(taken, sources.into_iter().collect::<Vec<_>>(), "sources and batches differ");
    let documents = town.documents();
    assert_eq!(documents.len(), letters as usize);
    let delivered = town.delivered();
    let expected: Vec<String> = documents.iter().map(|(id, _)| format!("{id}@ordner.pdf")).collect();
    assert_eq!(delivered, expected, "the folder does not hold every document once");
    let proofs = std::fs::read_dir(town.path("var/out/steuern/.poststelle")).unwrap().flatten();
    let mut proofs: Vec<_> = proofs.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    proofs.sort();
    let expected: Vec<String> = documents.iter().map(|(id, _)| format!("{id}@ordner.sent")).collect();
    assert_eq!(proofs, expected, "one proof each, and nothing half-written left at the target");
}

/// What the ledger says was handed over lies in the mailbox; a second mail of a delivery says so.
fn check_mailbox(town: &Town, sink: &SmtpSink) {
    let mut mails: BTreeMap<String, Vec<bool>> = BTreeMap::new();
    for mail in sink.taken() {
        let delivery = mail.header("X-Poststelle-Delivery").unwrap().to_owned();
        mails.entry(delivery).or_default().push(mail.header("X-Poststelle-Repeat").is_some());
    }
    let db = rusqlite::Connection::open(town.path("var/ledger.sqlite")).unwrap();
    let mut statement = db.prepare("SELECT id, state, trouble FROM delivery WHERE target = 'mail'").unwrap();
    let rows = statement.query_map([], |r| {
        Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?, r.get::<_, Option<String>>(2)?))
    });
    for (id, state, trouble) in rows.unwrap().map(Result::unwrap) {
        let seen = mails.remove(&id).unwrap_or_default();
        let marked = seen.iter().filter(|marked| **marked).count();
        assert!(seen.len() <= 2 && seen.len() - marked <= 1, "{id}: {seen:?}");
        match state.as_str() {
            "handed_over" => assert!(!seen.is_empty(), "{id} was never seen"),
            // Killed during the repeat too: a person decides, with the reason.
            "refused" => assert!(trouble.unwrap().contains("delivery.unknowable"), "{id}"),
            other => panic!("{id} is {other} at rest"),
        }
    }
    assert!(mails.is_empty(), "mails of nobody: {mails:?}");
}
