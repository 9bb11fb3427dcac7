//! The log stays quick as it grows: appending does not slow down, a proof takes no time anybody notices.
//! `PROVE_LOG` sets the number of entries (10,000,000 in `make prove-log`).
#![allow(clippy::unwrap_used)]

use poststelle::ledger::Ledger;
use poststelle::model::ids::DocumentId;
use poststelle::record::log::Proof;
use std::time::{Duration, Instant};

/// Entries between two records.
const EVERY: u64 = 10;
/// Appending is measured in so many parts.
const PARTS: u64 = 20;

#[test]
fn a_long_log_appends_and_proves_as_a_short_one() {
    let entries: u64 = std::env::var("PROVE_LOG").ok().map_or(40_000, |n| n.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let ledger = Ledger::open_fleeting(&path, "t").unwrap();
    let mut paces = Vec::new();
    for part in 0..PARTS {
        let start = Instant::now();
        // As many writers as a busy daemon has; they share commits as it does.
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let ledger = &ledger;
                scope.spawn(move || {
                    for number in
                        (part * entries / PARTS..(part + 1) * entries / PARTS).filter(|n| n % 4 == writer)
                    {
                        let subject = format!("B{:08}-3fa9c1d2-01", number / EVERY);
                        let code = if number % EVERY == 0 { "record.written" } else { "delivery.confirmed" };
                        ledger.note(code, &subject, "engine", &"ab".repeat(32)).unwrap();
                    }
                });
            }
        });
        paces.push(start.elapsed().as_secs_f64() / (entries / PARTS) as f64 * 1e6);
    }
    assert_eq!(ledger.log_head().unwrap().size, entries);
    let mut times = Vec::new();
    for draw in 0..1000u64 {
        let record = draw * 7919 % (entries / EVERY);
        let start = Instant::now();
        let proof = ledger.log_proof(&DocumentId(format!("B{record:08}-3fa9c1d2-01"))).unwrap();
        times.push(start.elapsed());
        let bytes = serde_json::to_value(&proof).unwrap().to_string();
        assert!(Proof::check(bytes.as_bytes(), None).iter().all(|c| !c.broken()), "record {record}");
        assert!(proof.path.len() <= 24);
    }
    times.sort();
    let (middle, worst) = (times[times.len() / 2], times[times.len() - 1]);
    let mean = |paces: &[f64]| paces.iter().sum::<f64>() / paces.len() as f64;
    let (first, last) = (mean(&paces[..5]), mean(&paces[15..]));
    println!("{paces:.1?}");
    assert!(times[times.len() * 99 / 100] < Duration::from_millis(10), "{worst:?}");
    // Noise of a busy machine is not growth.
    assert!(last < first * 1.5 + 20.0, "appending slows down: {first:.1} to {last:.1} µs");
    println!(
        "PROVED log: {entries} entries, appended at {first:.1} µs in the first quarter and {last:.1} µs in the last; \
         1,000 proofs, half of them within {middle:?}, the slowest {worst:?}"
    );
}
