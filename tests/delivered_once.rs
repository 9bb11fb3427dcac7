//! For each way of delivery: killed between every two steps, and the answer lost after every request. At a target
//! that can be asked each document is there exactly once; where the protocol cannot know, at most one marked
//! repeat, then a clerk. `PROVE_DELIVERY` sets the number of documents per place (100 in `make prove-delivery`).
#![cfg(feature = "faults")]
#![allow(clippy::unwrap_used)]

mod support;

use poststelle::fault::AT_SYSTEMS;
use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use support::apache::{Apache, USER};
use support::contract::{Contract, Stored};
use support::lossy::Lossy;
use support::outbox;
use support::smtp_sink::{Act, SmtpSink};
use support::sshd::Sshd;
use support::vendors::opencmis::OpenCmis;
use support::vendors::{self, docuware, dvelop, enaio, jobrouter, opencmis, sharepoint};
use support::{Town, invariants, root};

/// Places on the way of a delivery, and which of several visits to kill at.
const STEPS: &[&str] =
    &["delivery.leased:1", "delivery.sending:1", "delivery.answered:1", "delivery.recorded:1"];
const FILE_STEPS: &[&str] = &[
    "files.staged:1",
    "files.staged:2",
    "files.staged:3",
    "files.complete:1",
    "files.published:1",
    "files.published:2",
    "files.published:3",
    "files.proved:1",
];

fn documents() -> u32 {
    std::env::var("PROVE_DELIVERY").ok().map_or(1, |n| n.parse().unwrap())
}

/// Kills the daemon at each place once per document, then lets it finish.
fn killed(town: &Town, target: &str, places: &[&str]) -> u32 {
    let mut kills = 0;
    for (round, place) in (0u32..).zip(places) {
        let numbers = round * documents()..(round + 1) * documents();
        for number in numbers {
            outbox::fill(town, number..number + 1, &[target]);
            let end = town.run_until_settled(Some(place));
            assert_eq!(end.status.signal(), Some(9), "{place}: {}", String::from_utf8_lossy(&end.stderr));
            kills += 1;
        }
    }
    let end = town.run_until_settled(None);
    assert!(end.status.success(), "{}", String::from_utf8_lossy(&end.stderr));
    kills
}

/// Every delivery is in that state; its product, side-car and record are among the files exactly once.
fn each_there_once(town: &Town, files: &[String], state: &str, count: u32) {
    let deliveries = outbox::deliveries(town);
    assert_eq!(deliveries.len(), count as usize);
    let mut expected = Vec::new();
    for (id, (found, trouble, receipt)) in &deliveries {
        assert_eq!(found, state, "{id}: {trouble}");
        assert!(receipt.contains("sha256:"), "{id} without receipt");
        expected.extend(["json", "pdf", "record.json"].map(|ending| format!("{id}.{ending}")));
    }
    expected.sort();
    assert_eq!(files, expected);
    invariants::deliveries_hold(town, "at rest");
}

fn visible(town: &Town, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(town.path(folder)).unwrap().flatten();
    let mut names: Vec<String> = entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| !name.starts_with('.'));
    names.sort();
    names
}

#[test]
fn folder() {
    let town = outbox::town(&[("ordner", "type = \"folder\"\npath = \"out\"".into())]);
    let places = [STEPS, FILE_STEPS].concat();
    let kills = killed(&town, "ordner", &places);
    each_there_once(&town, &visible(&town, "out"), "confirmed", kills);
    println!(
        "PROVED delivery folder: {kills} kills at {} places, {kills} documents each exactly once",
        places.len()
    );
}

fn webdav_table(server: &Apache, url: &str) -> String {
    let (user, password) = (USER, server.password_file());
    let password = password.display();
    format!(
        "type = \"webdav\"\nurl = \"{url}\"\nuser = \"{user}\"\npassword_file = \"{password}\"\ntimeout_seconds = 10"
    )
}

#[test]
fn webdav_of_apache() {
    let server = Apache::start(false);
    let wire = Lossy::to(server.address);
    let table = webdav_table(&server, &format!("http://{}/", wire.address));
    let town = outbox::town(&[("wolke", table)]);
    let places = [STEPS, FILE_STEPS].concat();
    let kills = killed(&town, "wolke", &places);
    each_there_once(&town, &server.files(), "confirmed", kills);

    let number = answers_lost(&town, &wire, "wolke", kills);
    each_there_once(&town, &server.files(), "confirmed", number);
    assert!(wire.lost() > 10, "only {} requests in a delivery?", wire.lost());
    println!(
        "PROVED delivery webdav (Apache mod_dav): {kills} kills at {} places, {} answers lost, {number} documents each exactly once",
        places.len(),
        wire.lost()
    );
}

/// The answer to each request of a delivery is lost in turn, until no request is left. From that number of
/// documents on; how many there are then.
fn answers_lost(town: &Town, wire: &Lossy, target: &str, mut number: u32) -> u32 {
    let each = if documents() < 10 { 1 } else { documents() };
    for answer in 1.. {
        let before = wire.lost();
        for _ in 0..each {
            outbox::fill(town, number..number + 1, &[target]);
            number += 1;
            wire.swallow(answer);
            let end = town.run_until_settled(None);
            assert!(end.status.success(), "{}", String::from_utf8_lossy(&end.stderr));
            wire.swallow(0);
        }
        if wire.lost() == before {
            break;
        }
    }
    number
}

/// A system that makes objects: killed at each place, each answer lost; each document is one object there.
fn system(
    name: &str,
    server: SocketAddr,
    secret: &str,
    table: fn(&str, &str) -> String,
    counts: impl Fn() -> Counts,
) {
    let wire = Lossy::to(server);
    let folder = tempfile::tempdir().unwrap();
    let secret_file = folder.path().join("secret");
    fs::write(&secret_file, format!("{secret}\n")).unwrap();
    let table = table(&format!("http://{}", wire.address), &secret_file.display().to_string());
    let town = outbox::town(&[("ziel", table)]);
    let checked = town.command(&["check"], None);
    let said = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert!(!said.contains("Ziel „"), "{said}");
    let at_systems: Vec<String> = AT_SYSTEMS.iter().map(|place| format!("{place}:1")).collect();
    let places: Vec<&str> = STEPS.iter().copied().chain(at_systems.iter().map(String::as_str)).collect();
    let kills = killed(&town, "ziel", &places);
    let number = answers_lost(&town, &wire, "ziel", kills);
    let deliveries = outbox::deliveries(&town);
    assert_eq!(deliveries.len(), number as usize);
    for (id, (state, trouble, receipt)) in &deliveries {
        assert_eq!(state, "confirmed", "{id}: {trouble}");
        assert!(receipt.contains("sha256:"), "{id} without receipt");
    }
    let once: Counts = deliveries.keys().map(|id| (id.clone(), 1)).collect();
    assert_eq!(counts(), once);
    invariants::deliveries_hold(&town, "at rest");
    nowhere(&town, secret);
    println!(
        "PROVED delivery {name}: {kills} kills at {} places, {} answers lost, {number} documents each exactly once",
        places.len(),
        wire.lost()
    );
}

type Counts = BTreeMap<String, usize>;

/// A secret is in no file the program wrote.
fn nowhere(town: &Town, secret: &str) {
    for file in ["ledger.sqlite", "ledger.sqlite-wal"] {
        let bytes = fs::read(town.path("var").join(file)).unwrap_or_default();
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "the secret stands in {file}");
    }
}

#[test]
fn cmis_of_opencmis() {
    let Some(server) = OpenCmis::start() else { return };
    system("CMIS (OpenCMIS)", server.address, vendors::PASSWORD, opencmis::table, || server.counts());
    let folder = "/root/Posteingang/2026-11-02?cmisselector=children&succinct=true&maxItems=1";
    let one = &server.get(folder)["objects"][0]["object"]["succinctProperties"];
    assert_eq!(one["DateTimeProp"], 1_793_620_800_000_u64, "noon of the day: {one}");
    assert_eq!(one["UriPropMV"], serde_json::json!(["urn:a", "urn:b"]));
}

/// A contract server; what it refused apart from ended sessions is a mistake of ours.
fn contract(
    name: &str,
    serve: Serve,
    secret: &str,
    table: fn(&str, &str) -> String,
    refused: &[&str],
) -> Contract {
    let server = Contract::start(serve);
    system(name, server.address, secret, table, || server.counts());
    let unexpected = |r: &&String| !refused.iter().any(|part| r.contains(part));
    let refusals = server.refusals();
    assert_eq!(refusals.iter().filter(unexpected).collect::<Vec<_>>(), Vec::<&String>::new());
    for (id, contents) in &server.stored.lock().unwrap().objects {
        assert!(contents[0].starts_with(b"%PDF-1.7 document"), "{id}");
    }
    server
}

type Serve = fn(&mut Stored, &support::contract::Asked) -> axum::response::Response;

#[test]
fn dvelop_documents() {
    let expected = ["401 Unauthorized GET /dms", "401 Unauthorized POST /dms"];
    contract("d.velop", dvelop::serve, vendors::API_KEY, dvelop::table, &expected);
}

#[test]
fn enaio_dms_service() {
    contract("enaio", enaio::serve, vendors::PASSWORD, enaio::table, &[]);
}

#[test]
fn docuware_platform() {
    let server = contract("DocuWare", docuware::serve, vendors::PASSWORD, docuware::table, &[]);
    let delivery = server.counts().into_keys().next().unwrap();
    let url = format!("http://{}", server.address);
    let arguments = ["ask_docuware.py", &url, vendors::USER, vendors::PASSWORD, &delivery];
    let found = Command::new(root().join("tests/tools/foreign.sh")).args(arguments).output().unwrap();
    eprint!("{}", String::from_utf8_lossy(&found.stderr));
    if found.status.code() != Some(3) {
        assert_eq!(String::from_utf8_lossy(&found.stdout).trim(), "1", "a client that is not ours finds it");
    }
}

#[test]
fn sharepoint_through_graph() {
    let expected = ["404 Not Found GET /v1.0/drives/b%21drive/root%3A/", "404 Not Found GET /v1.0/drives"];
    contract("SharePoint", sharepoint::serve, vendors::SECRET, sharepoint::table, &expected);
}

/// JobRouter cannot be asked: a kill after the request left leads to one marked repeat, never to a third.
#[test]
fn jobrouter_process() {
    let server = Contract::start(jobrouter::serve);
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    fs::write(&secret, vendors::PASSWORD).unwrap();
    let table = jobrouter::table(&format!("http://{}", server.address), &secret.display().to_string());
    let town = outbox::town(&[("vorgang", table)]);
    let at_systems: Vec<String> = AT_SYSTEMS.iter().map(|place| format!("{place}:1")).collect();
    let places: Vec<&str> = STEPS.iter().copied().chain(at_systems.iter().map(String::as_str)).collect();
    let kills = killed(&town, "vorgang", &places);
    for (id, (state, trouble, _)) in &outbox::deliveries(&town) {
        assert_eq!(state, "handed_over", "{id}: {trouble}");
    }
    let counts = server.counts();
    assert!(counts.values().all(|n| (1..=2).contains(n)), "{counts:?}");
    assert_eq!((counts.len(), server.refusals()), (kills as usize, vec![]));
    let repeats = counts.values().filter(|n| **n == 2).count();
    println!(
        "PROVED delivery JobRouter: {kills} kills at {} places, {repeats} marked repeats, never a third",
        places.len()
    );
}

#[test]
fn sftp_of_openssh() {
    let server = Sshd::start();
    let town = outbox::town(&[("sftp", server.table())]);
    let places = [STEPS, FILE_STEPS].concat();
    let kills = killed(&town, "sftp", &places);
    let mut files: Vec<String> = fs::read_dir(server.path())
        .unwrap()
        .flatten()
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'))
        .collect();
    files.sort();
    each_there_once(&town, &files, "confirmed", kills);
    println!(
        "PROVED delivery sftp (OpenSSH): {kills} kills at {} places, {kills} documents each exactly once",
        places.len()
    );
}

/// A mail server cannot be asked: a kill after the message left leads to one marked repeat, never to a third.
#[test]
fn mail() {
    let sink = SmtpSink::start(&[]);
    let table = format!(
        "type = \"mail\"\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\nfrom = \"poststelle@t.example\"\n\
         to = [\"amt@t.example\"]\ntimeout_seconds = 5",
        sink.address.port()
    );
    let town = outbox::town(&[("mail", table)]);
    let kills = killed(&town, "mail", STEPS);
    let mut mails: BTreeMap<String, Vec<bool>> = BTreeMap::new();
    for mail in sink.taken() {
        let id = mail.header("X-Poststelle-Delivery").unwrap().to_owned();
        mails.entry(id).or_default().push(mail.header("X-Poststelle-Repeat").is_some());
    }
    let deliveries = outbox::deliveries(&town);
    assert_eq!(deliveries.len(), kills as usize);
    for (id, (state, trouble, _)) in &deliveries {
        assert_eq!(state, "handed_over", "{id}: {trouble}");
        let seen = &mails[id];
        assert!(seen.len() <= 2 && seen.iter().filter(|marked| !**marked).count() <= 1, "{id}: {seen:?}");
    }
    let repeats = mails.values().flatten().filter(|marked| **marked).count();
    println!(
        "PROVED delivery mail: {kills} kills at {} places, {repeats} marked repeats, never a third",
        STEPS.len()
    );
}

/// What a clerk sees and can do about a refused delivery; sending again cannot double.
#[test]
fn a_refused_delivery_waits_for_a_clerk_and_is_sent_again_once() {
    let town = outbox::town(&[("ordner", "type = \"folder\"\npath = \"out\"".into())]);
    let id = outbox::fill(&town, 0..1, &["ordner"]).remove(0);
    let name = format!("{id}@ordner");
    fs::create_dir(town.path("out")).unwrap();
    fs::write(town.path("out").join(format!("{name}.pdf")), "something else").unwrap();
    assert!(town.run_until_settled(None).status.success());
    let listed = town.command(&["deliver", "list"], None);
    let text = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert_eq!(listed.status.code(), Some(1));
    assert!(text.contains("zu entscheiden") && text.contains("files.name_taken"), "{text}");
    fs::remove_file(town.path("out").join(format!("{name}.pdf"))).unwrap();
    let again = ["deliver", "again", &name, "--by", "leitung"];
    assert!(town.command(&again, None).status.success());
    assert!(town.run_until_settled(None).status.success());
    assert_eq!(outbox::deliveries(&town)[&name].0, "confirmed");
    assert_eq!(visible(&town, "out").len(), 3);
    let late = town.command(&again, None);
    assert_eq!(late.status.code(), Some(2), "nothing is left to decide");
}

/// After a restore of yesterday's ledger the targets are asked: what they have is not sent again.
#[test]
fn after_a_restore_nothing_is_sent_twice() {
    let town = outbox::town(&[("ordner", "type = \"folder\"\npath = \"out\"\nconsumed = true".into())]);
    outbox::fill(&town, 0..3, &["ordner"]);
    let ledger = |name: &str| town.path("var").join(name);
    fs::copy(ledger("ledger.sqlite"), ledger("backup")).unwrap();
    assert!(town.run_until_settled(None).status.success());
    for name in visible(&town, "out") {
        fs::remove_file(town.path("out").join(name)).unwrap();
    }
    fs::copy(ledger("backup"), ledger("ledger.sqlite")).unwrap();
    for journal in ["ledger.sqlite-wal", "ledger.sqlite-shm"] {
        let _ = fs::remove_file(ledger(journal));
    }
    assert!(town.run_until_settled(None).status.success());
    assert_eq!(visible(&town, "out"), Vec::<String>::new(), "the consumer has them already");
    assert!(
        outbox::deliveries(&town).values().all(|(state, ..)| state == "handed_over" || state == "confirmed")
    );
}

/// The same invoice by paper and by mail is found by sender, number and amount; another number is another invoice.
#[test]
fn the_same_invoice_is_found() {
    let town = outbox::town(&[("ordner", "type = \"folder\"\npath = \"out\"".into())]);
    let ids = outbox::fill(&town, 7..9, &["ordner"]);
    let ledger = poststelle::ledger::Ledger::open(&town.path("var/ledger.sqlite"), "t").unwrap();
    let next = poststelle::model::ids::DocumentId("B999999-00000000-01".into());
    let same = |number| ledger.same_invoice(&outbox::sheet(&next, "B999999-00000000", number), None).unwrap();
    assert_eq!((same(7), same(8)), (Some(ids[0].clone()), Some(ids[1].clone())));
    assert_eq!(same(9), None);
    let other = outbox::sheet(&next, "B999999-00000000", 7);
    assert_eq!(ledger.same_invoice(&other, Some("jugendamt")).unwrap(), None, "never across circles");
}

/// A server that says when to come back is left alone until then; the scripted mail server stands for any other.
#[test]
fn one_dead_target_does_not_keep_the_others_waiting() {
    let sink = SmtpSink::start(&[Act::Reply("RCPT", "550 5.1.1 unknown")]);
    let mail = format!(
        "type = \"mail\"\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\nfrom = \"p@t.example\"\nto = [\"a@t.example\"]",
        sink.address.port()
    );
    let town = outbox::town(&[("ordner", "type = \"folder\"\npath = \"out\"".into()), ("mail", mail)]);
    outbox::fill(&town, 0..2, &["ordner", "mail"]);
    assert!(town.run_until_settled(None).status.success());
    let states: Vec<String> = outbox::deliveries(&town).into_values().map(|(state, ..)| state).collect();
    assert_eq!(states.iter().filter(|s| *s == "confirmed").count(), 2, "{states:?}");
    assert_eq!(states.iter().filter(|s| *s == "refused").count(), 1, "{states:?}");
}
