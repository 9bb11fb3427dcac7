//! The program is killed between every two steps of sealing, for every document anew; at the end each document
//! stands once in the log, has its record, and went out sealed and stamped, once. `PROVE_SEAL_KILLS` sets the
//! number of documents (500 in `make prove-seal-kills`).
#![cfg(feature = "faults")]
#![allow(clippy::unwrap_used)]

mod support;

use poststelle::fault::SEALING_PLACES;
use rusqlite::Connection;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use support::authority::Authority;
use support::{Town, invariants, small_town};

fn count(town: &Town, sql: &str) -> i64 {
    let db = Connection::open(town.path("var/ledger.sqlite")).unwrap();
    db.query_row(sql, [], |r| r.get(0)).unwrap()
}

#[test]
fn killed_between_all_steps_of_sealing() {
    let documents: u32 = std::env::var("PROVE_SEAL_KILLS").ok().map_or(3, |n| n.parse().unwrap());
    let town = small_town::town(None);
    let (authority, service) = Authority::with_lists(&town.path("siegel"));
    let path = town.path("pipeline.toml");
    // From "hoch" on nothing leaves without its timestamp.
    let rules = town.path("classifiers/hundesteuer.toml");
    let text = fs::read_to_string(&rules).unwrap();
    let high = text.replace("integrity = { need = \"normal\"", "integrity = { need = \"hoch\"");
    fs::write(&rules, high).unwrap();
    let config = fs::read_to_string(&path).unwrap() + &authority.settings("seal", Some(service.address));
    fs::write(path, config).unwrap();
    (0..documents).for_each(|n| small_town::drop_letter(&town, n));

    let (mut kills, mut sealed) = (0, 0);
    while sealed < i64::from(documents) {
        for place in SEALING_PLACES {
            let life = town.run_until_settled(Some(&format!("{place}:1")));
            if life.status.signal() == Some(9) {
                kills += 1;
            }
            // What is at the target was sealed and is in the log.
            let released = town.delivered().len() as i64;
            assert!(count(&town, "SELECT count(*) FROM event WHERE code = 'record.written'") >= released);
        }
        let now = count(&town, "SELECT count(*) FROM event WHERE code = 'document.sealed'");
        assert!(now > sealed, "no document gets on: {now} of {documents}");
        sealed = now;
    }
    let end = town.run_until_settled(None);
    assert!(end.status.success(), "{}", String::from_utf8_lossy(&end.stderr));

    invariants::hold(&town, "after the kills");
    let twice =
        "SELECT count(*) FROM (SELECT subject FROM event WHERE code IN ('record.written', 'document.sealed')
        GROUP BY subject, code HAVING count(*) > 1)";
    assert_eq!(count(&town, twice), 0, "a document stands twice in the log");
    let without =
        "SELECT count(*) FROM document WHERE record IS NULL OR product IS NULL OR state <> 'closed'";
    assert_eq!(count(&town, without), 0, "a document without record");
    let stamped = "SELECT count(*) FROM event WHERE code = 'record.sealed' AND detail = 'stamped'";
    assert_eq!(count(&town, stamped), i64::from(documents));
    assert_eq!(town.delivered().len(), documents as usize);
    let (out, anchors, ledger) =
        (town.path("var/out"), authority.path("ca.pem"), town.path("var/ledger.sqlite"));
    let [out, anchors, ledger] = [&out, &anchors, &ledger].map(|p| p.to_str().unwrap());
    let checked = town.command(&["verify", out, ledger, "--trust", anchors], None);
    let said = String::from_utf8_lossy(&checked.stdout);
    assert_eq!(checked.status.code(), Some(0), "{said}");
    assert_eq!(said.matches("Sperrlisten dabei").count(), documents as usize, "{said}");
    println!(
        "PROVED sealing: {kills} kills at {} places between the steps of sealing {documents} documents: each once in the log, with record, none released unsealed",
        SEALING_PLACES.len()
    );
}
