//! Many documents, many people: pages stay quick while letters are being read. `make prove-web` takes a million
//! documents and 200 sessions; here both are smaller and the bounds the same.
#![allow(clippy::unwrap_used)]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use support::browser::{Browser, Station, people};
use support::small_town;

/// One request of a session every so often.
const PACE: Duration = Duration::from_secs(10);
/// Letters really read; their images are asked for.
const LETTERS: u32 = 12;
const PEOPLE: &[(&str, &str, &str)] =
    &[("leitung", "head,reviewer", ""), ("amt-1", "department", "steuern"), ("pruefung", "auditor", "")];

fn number(name: &str, otherwise: usize) -> usize {
    std::env::var(name).map_or(otherwise, |n| n.parse().unwrap())
}

/// That many documents more, each like the first letter, a thousandth still open in the department.
fn fill(path: &std::path::Path, count: usize) {
    let db = rusqlite::Connection::open(path).unwrap();
    let one: String =
        db.query_row("SELECT id FROM document WHERE state = 'closed' LIMIT 1", [], |r| r.get(0)).unwrap();
    let batch = one.rsplit_once('-').unwrap().0;
    db.execute_batch(&format!(
        "PRAGMA synchronous = OFF; BEGIN;
         CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
           SELECT i, printf('B%07d-0000abcd', 1000000 + i) AS batch FROM n;
         INSERT INTO batch (tenant, id, state, station, claim, file_name, hash, bytes, taken_at, operator, received_date,
             received_from, config, opened, due_at)
           SELECT b.tenant, n.batch, b.state, b.station, 'c' || i, 'brief-' || i || '.tif', b.hash, b.bytes,
             strftime('%Y-%m-%dT%H:%M:%fZ', '2026-11-01', '-' || (i / 1000) || ' hours'), b.operator, b.received_date,
             b.received_from, b.config, b.opened, '' FROM n, batch b WHERE b.id = '{batch}';
         INSERT INTO page (tenant, batch, number, state, source, measured, thumbnail, due_at)
           SELECT p.tenant, n.batch, p.number, p.state, p.source, p.measured, p.thumbnail, '' FROM n, page p
           WHERE p.batch = '{batch}';
         INSERT INTO page_text SELECT t.tenant, n.batch, t.number, t.text FROM n, page_text t WHERE t.batch = '{batch}';
         INSERT INTO document (tenant, id, batch, ordinal, state, pages, kind, department, product, sheet, text, record, due_at)
           SELECT d.tenant, n.batch || '-01', n.batch, 1, iif(i % 1000 = 0, 'review', d.state), d.pages, d.kind,
             d.department, d.product, d.sheet, d.text, d.record, '' FROM n, document d WHERE d.id = '{one}';
         INSERT INTO document_words SELECT w.tenant, n.batch || '-01', replace(w.words, '{one}', n.batch || '-01')
           FROM n, document_words w WHERE w.document = '{one}';
         INSERT INTO delivery (tenant, id, document, department, target, state, attempts, receipt, due_at)
           SELECT v.tenant, n.batch || '-01@' || v.target, n.batch || '-01', v.department, v.target, v.state, v.attempts,
             v.receipt, '' FROM n, delivery v WHERE v.document = '{one}';
         INSERT INTO inbox SELECT x.tenant, n.batch || '-01', x.department, n.batch || '-01@eingang', x.product,
             iif(i % 1000 = 0, 'new', 'done'), NULL, strftime('%Y-%m-%dT%H:%M:%fZ', '2026-11-01', '-' || i || ' minutes')
           FROM n, inbox x WHERE x.document = '{one}';
         INSERT INTO event (tenant, at, code, subject, actor, detail)
           SELECT e.tenant, e.at, e.code, n.batch || '-01', e.actor, e.detail FROM n, event e
           WHERE e.subject = '{one}' AND e.code IN ('document.formed', 'document.approved', 'document.closed');
         DELETE FROM search_todo;
         INSERT INTO search_row (tenant, document, received, words, sender, numbers)
           SELECT 't', n.batch || '-01', '2026-10-' || printf('%02d', 1 + i % 28),
             'hundesteu bescheid aktenzeich wort' || (i % 5000) || ' strass' || (i % 700), 'absend' || (i % 900), '63' || i
           FROM n;
         UPDATE sample_lot SET open = 0; COMMIT; ANALYZE;"
    ))
    .unwrap();
}

/// Keeps listening to live updates; counts them.
fn listen(address: SocketAddr, cookie: &str, over: &AtomicBool, came: &AtomicUsize) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
    let head = format!("GET /live HTTP/1.1\r\nhost: {address}\r\ncookie: {cookie}\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut lines = BufReader::new(stream);
    while !over.load(Ordering::Relaxed) {
        let mut line = String::new();
        if lines.read_line(&mut line).is_ok() && line.starts_with("data:") {
            came.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn share(sorted: &[Duration], share: f64) -> Duration {
    sorted[((sorted.len() - 1) as f64 * share) as usize]
}

#[test]
fn pages_stay_quick() {
    let documents = number("PROVE_WEB", 2000);
    let sessions = number("PROVE_WEB_SESSIONS", 40);
    let rounds = number("PROVE_WEB_ROUNDS", 1);
    let town = small_town::town(None);
    let path = town.path("pipeline.toml");
    let config = std::fs::read_to_string(&path).unwrap();
    let config = config.replace("targets = [\"ordner\"]", "targets = [\"ordner\", \"eingang\"]");
    std::fs::write(&path, config + "[[target]]\nid = \"eingang\"\ntype = \"inbox\"\n").unwrap();
    for letter in 1..=LETTERS {
        small_town::drop_letter(&town, letter);
    }
    assert!(town.run_until_settled(None).status.success());
    fill(&town.path("var/ledger.sqlite"), documents);
    let station = Station::open(town, &people(PEOPLE));
    let read: Vec<String> =
        station.town.documents().into_iter().map(|(id, _)| id).take(LETTERS as usize).collect();

    // Letters keep coming while people work.
    let over = Arc::new(AtomicBool::new(false));
    let times = Mutex::new((Vec::new(), Vec::new()));
    let (came, address) = (AtomicUsize::new(0), station.address);
    std::thread::scope(|scope| {
        for session in 0..sessions {
            let (over, times, came, read) = (over.clone(), &times, &came, &read);
            scope.spawn(move || {
                let person = PEOPLE[session % PEOPLE.len()].0;
                let mut browser = Browser::signed_on(address, person);
                if person != "amt-1" {
                    let cookie = browser.cookies();
                    let over = over.clone();
                    scope.spawn(move || listen(address, &cookie, &over, came));
                }
                let begun = Instant::now();
                for round in 0..rounds {
                    // Everybody at another moment of the ten seconds.
                    let at = PACE * round as u32 + PACE * session as u32 / sessions as u32;
                    std::thread::sleep(at.saturating_sub(begun.elapsed()));
                    let id = &read[(session + round) % read.len()];
                    let batch = id.rsplit_once('-').unwrap().0;
                    let word = (session * 31 + round) % 5000;
                    let pages = match person {
                        "amt-1" => [
                            "/posteingang".to_owned(),
                            format!("/posteingang/steuern/{id}"),
                            format!("/suche?text=wort{word}"),
                        ],
                        "pruefung" => [
                            "/stapel".to_owned(),
                            format!("/schriftstueck/{id}"),
                            format!("/suche?text=Bescheide+strass{}", word % 700),
                        ],
                        _ => ["/".to_owned(), "/nachbearbeitung".to_owned(), "/stichprobe".to_owned()],
                    };
                    let image = (session + round) % 4 == 3;
                    let path = if image {
                        format!("/stapel/{batch}/1/seite.jpg")
                    } else {
                        pages[(session / 3 + round) % 3].clone()
                    };
                    let asked = Instant::now();
                    let page = browser.get(&path);
                    let took = asked.elapsed();
                    assert_eq!(page.status, 200, "{path} for {person}: {}", page.text());
                    let mut times = times.lock().unwrap();
                    if image { times.1.push(took) } else { times.0.push((took, path)) }
                }
            });
        }
        let feeder = over.clone();
        let town = &station.town;
        scope.spawn(move || {
            for number in LETTERS + 1.. {
                if feeder.load(Ordering::Relaxed) {
                    break;
                }
                small_town::drop_letter(town, number);
                std::thread::sleep(Duration::from_millis(700));
            }
        });
        scope.spawn(|| {
            std::thread::sleep(PACE * rounds as u32 + Duration::from_secs(3));
            over.store(true, Ordering::Relaxed);
        });
    });
    let (mut pages, mut images) = times.into_inner().unwrap();
    pages.sort();
    images.sort();
    let slowest: Vec<_> =
        pages.iter().rev().take(3).map(|(took, path)| format!("{path} {took:.0?}")).collect();
    let pages: Vec<Duration> = pages.into_iter().map(|(took, _)| took).collect();
    let (median, high, image) = (share(&pages, 0.5), share(&pages, 0.95), share(&images, 0.95));
    let said = format!(
        "{documents} documents, {sessions} sessions, {} pages and {} images: pages median {median:.0?}, p95 {high:.0?}, \
         images p95 {image:.0?}; {} live updates; slowest {slowest:?}",
        pages.len(),
        images.len(),
        came.load(Ordering::Relaxed)
    );
    println!("{said}");
    assert!(median <= Duration::from_millis(100), "{said}");
    assert!(high <= Duration::from_millis(300), "{said}");
    assert!(image <= Duration::from_millis(150), "{said}");
    println!("PROVED {said}");
}
