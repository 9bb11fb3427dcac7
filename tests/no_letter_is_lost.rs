//! The program is killed at every named place; after a restart everything is there exactly once.
#![cfg(feature = "faults")]
#![allow(clippy::unwrap_used)]

mod support;

use poststelle::fault::PLACES;
use std::os::unix::process::ExitStatusExt;
use std::sync::Mutex;
use support::{Town, invariants};

const SAMPLES: [&str; 2] = ["allgemein/020-bewerbung.pdf", "allgemein/004-hundesteuer.jpg"];

fn town_with_letters() -> Town {
    let town = Town::new();
    town.open_station();
    SAMPLES.iter().for_each(|s| town.drop_sample(s));
    town
}

fn check_invariants(town: &Town, expected: &[String], place: &str) {
    let delivered = town.delivered();
    assert_eq!(delivered.len(), expected.len(), "after a kill at {place}: {delivered:?}");
    invariants::hold(town, &format!("after a kill at {place}"));
    let documents = town.documents();
    assert_eq!(documents.len(), SAMPLES.len(), "after a kill at {place}: {documents:?}");
    let open = documents.iter().filter(|(_, state)| !matches!(state.as_str(), "closed" | "review" | "hold"));
    assert_eq!(open.count(), 0, "after a kill at {place}: {documents:?}");
}

#[test]
fn killed_at_every_named_place() {
    let calm = town_with_letters();
    assert!(calm.run_until_settled(None).status.success());
    let expected = calm.delivered();
    assert!(!expected.is_empty(), "the samples must go straight through: {:?}", calm.documents());
    check_invariants(&calm, &expected, "nothing");
    let killed_at = |place: &str| {
        let town = town_with_letters();
        let killed = town.run_until_settled(Some(&format!("{place}:1")));
        assert_eq!(killed.status.signal(), Some(9), "{place} was never reached");
        let again = town.run_until_settled(None);
        assert!(again.status.success(), "{place}: {}", String::from_utf8_lossy(&again.stderr));
        check_invariants(&town, &expected, place);
    };
    // Each town waits more than it works.
    let left = Mutex::new(PLACES.iter());
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while let Some(place) = { left.lock().unwrap().next() } {
                    killed_at(place);
                }
            });
        }
    });
}
