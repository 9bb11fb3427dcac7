//! A system that is busy, full, lies or refuses: each trouble has its code, its state and its way on, and nothing is
//! doubled; what the system will never take waits for a clerk with the system's own words.
#![cfg(feature = "faults")]
#![allow(clippy::unwrap_used)]

mod support;

use axum::response::Response;
use std::fs;
use support::contract::{Contract, page, reason};
use support::vendors::{self, enaio};
use support::{Town, outbox};

/// Codes the delivery went through.
fn codes(town: &Town, id: &str) -> Vec<String> {
    let db = rusqlite::Connection::open(town.path("var/ledger.sqlite")).unwrap();
    let mut statement =
        db.prepare("SELECT detail FROM event WHERE subject = ?1 AND detail <> '' ORDER BY seq").unwrap();
    let rows = statement.query_map([id], |r| r.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn every_trouble_has_its_way_on() {
    let server = Contract::start(enaio::serve);
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    fs::write(&secret, vendors::PASSWORD).unwrap();
    let table = enaio::table(&format!("http://{}", server.address), &secret.display().to_string());
    let town = outbox::town(&[("enaio", table), ("ordner", "type = \"folder\"\npath = \"out\"".into())]);
    let no = ("x-none", "");
    // The first request asks, the second creates.
    let cases: Vec<(Vec<Option<Response>>, &str, &str)> = vec![
        (vec![Some(page(200, no))], "http.unclear", "confirmed"),
        (vec![Some(page(503, ("retry-after", "1")))], "http.busy", "confirmed"),
        (vec![Some(page(302, ("location", "https://login.example/")))], "http.redirect", "confirmed"),
        (vec![Some(reason(401, "wrong"))], "http.login", "confirmed"),
        (vec![None, Some(page(507, no))], "http.full", "confirmed"),
        (vec![None, Some(reason(500, "database gone"))], "http.unclear", "confirmed"),
        (vec![None, Some(page(200, no))], "http.unclear", "confirmed"),
        (vec![None, Some(reason(413, "too large"))], "http.too_large", "refused"),
        (vec![None, Some(reason(422, "Pflichtfeld Aktenzeichen fehlt"))], "http.rejected", "refused"),
    ];
    for (number, (script, code, state)) in (0u32..).zip(cases) {
        let id = outbox::fill(&town, number..number + 1, &["enaio", "ordner"]).remove(0);
        server.stored.lock().unwrap().script = script;
        let end = town.run_until_settled(None);
        assert!(end.status.success(), "{}", String::from_utf8_lossy(&end.stderr));
        let delivery = format!("{id}@enaio");
        let deliveries = outbox::deliveries(&town);
        assert_eq!(deliveries[&delivery].0, state, "{number}: {:?}", deliveries[&delivery]);
        let seen = codes(&town, &delivery);
        assert!(seen.iter().any(|c| c == code), "{number}: {code} in {seen:?}");
        assert_eq!(deliveries[&format!("{id}@ordner")].0, "confirmed", "the other target goes on");
        let there = server.counts().get(&delivery).copied().unwrap_or(0);
        assert_eq!(there, usize::from(state == "confirmed"), "{number}");
        if code == "http.rejected" {
            assert!(
                deliveries[&delivery].1.contains("Aktenzeichen"),
                "the system's own words reach the clerk"
            );
        }
    }
}
