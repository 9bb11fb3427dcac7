//! Signing on through the town's own directory: LDAP (slapd) and OpenID Connect (oidc-provider), on loopback.
#![allow(clippy::unwrap_used)]

mod support;

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use support::browser::{Browser, PASSWORD, Page, Station, people};
use support::directory::Directory;
use support::{root, small_town};

fn sign_on(station: &Station, person: &str, password: &str) -> Page {
    Browser::new(station.address).post_raw("/anmelden", &[("person", person), ("password", password)], &[])
}

#[test]
fn the_directory_knows_the_password() {
    let directory = Directory::start(&[("jemand", "aus dem Verzeichnis"), ("fremd", "aus dem Verzeichnis")]);
    // Only people with a password of their own are given one by `Station::open`: this one has none.
    let person = people(&[("jemand", "reviewer", "")]).replace("[[person]]\n", "[[person]]\n\n");
    let ldap = format!(
        "[web.ldap]\nurl = \"ldap://127.0.0.1:{}\"\ndn = \"uid={{id}},ou=people,dc=stadt,dc=example\"\n",
        directory.port
    );
    let station =
        Station::open(small_town::town(None), &(ldap + &person + &people(&[("leitung", "head", "")])));
    assert_eq!(sign_on(&station, "jemand", "aus dem Verzeichnis").status, 303);
    assert!(sign_on(&station, "jemand", "geraten").text().contains("stimmt nicht"));
    assert!(
        sign_on(&station, "jemand", "").text().contains("stimmt nicht"),
        "a bind without password proves nothing"
    );
    assert!(
        sign_on(&station, "fremd", "aus dem Verzeichnis").text().contains("stimmt nicht"),
        "not a person here"
    );
    assert!(sign_on(&station, "jemand,ou=people", "aus dem Verzeichnis").text().contains("stimmt nicht"));
    drop(directory);
    assert_eq!(
        sign_on(&station, "leitung", PASSWORD).status,
        303,
        "a password of one's own needs no directory"
    );
    let down = sign_on(&station, "jemand", "aus dem Verzeichnis");
    assert_eq!(down.status, 503, "{}", down.text());
    assert!(!down.text().contains("aus dem Verzeichnis"));
}

#[test]
fn the_provider_says_who_it_is() {
    let port = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let provider = port();
    let town = small_town::town(None);
    let secret = town.path("geheim");
    std::fs::write(&secret, "geheim-genug\n").unwrap();
    let oidc = format!(
        "[web.oidc]\nissuer = \"http://127.0.0.1:{provider}\"\nclient_id = \"poststelle\"\nclient_secret_file = \"geheim\"\n"
    );
    let station = Station::open(town, &(oidc + &people(&[("nb-1", "reviewer", "")])));
    let tests = root().join("tests/browser");
    support::browser_modules();
    let back = format!("http://{}/anmelden/zurueck", station.address);
    let mut service = Command::new("node");
    service.args(["provider.mjs", &provider.to_string(), &back]).current_dir(&tests);
    let mut service = service.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    // Held open: a provider whose output nobody takes dies of the first warning it prints.
    let (mut said, mut ready) = (BufReader::new(service.stdout.take().unwrap()), String::new());
    said.read_line(&mut ready).unwrap();
    let facts = serde_json::json!({ "address": format!("http://{}", station.address), "screens": root().join("target/screens") });
    let done =
        Command::new("node").arg("sign_on.mjs").current_dir(&tests).env("TOWN", facts.to_string()).output();
    let _ = service.kill();
    let _ = service.wait();
    let done = done.unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&[done.stdout, done.stderr].concat()));
    // A way back that nobody left by leads nowhere.
    let page = Browser::new(station.address).get("/anmelden/zurueck?code=x&state=y");
    assert_eq!(page.status, 200);
    assert!(page.text().contains("Die Sitzung ist beendet"));
}

/// The name stays for records that name the pseudonym; the person is not let in any more.
#[test]
fn who_left_is_still_named_and_cannot_sign_on() {
    let all = people(&[("sk-1", "operator", ""), ("sk-2", "operator", ""), ("leitung", "head", "")]);
    let left = |all: String, id: &str, day: &str| {
        let name = format!("name = \"Name {id}\"\n");
        all.replace(&name, &format!("{name}left = \"{day}\"\n"))
    };
    let all = left(left(all, "sk-1", "2026-01-01"), "sk-2", "2999-01-01");
    // The station-day is still that of sk-1, who scanned this letter.
    let town = small_town::town(None);
    small_town::drop_letter(&town, 1);
    let station = Station::open(town, &all);
    station.wait_for("closed", 1);
    assert!(sign_on(&station, "sk-1", PASSWORD).text().contains("stimmt nicht"));
    assert_eq!(sign_on(&station, "sk-2", PASSWORD).status, 303, "not gone yet");

    let name = station.town.delivered().remove(0).replace(".pdf", ".record.json");
    let record = std::fs::read_to_string(station.town.path("var/out/steuern").join(name)).unwrap();
    assert!(record.contains(r#""creator":{"person":"sk-1""#), "{record}");
    let said = |arguments: &[&str]| {
        let done = station.town.command(arguments, None);
        (done.status.code(), String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned())
    };
    let list = said(&["person", "list"]).1;
    assert!(list.contains("sk-1 Name sk-1 (nicht mehr da seit 2026-01-01)"), "{list}");
    assert!(station.browser("leitung").get("/stationen/a").text().contains("Name sk-1"));
    let open = ["station", "open", "a", "--operator", "sk-1", "--received", "2026-11-02", "--by", "leitung"];
    let (code, text) = said(&open);
    assert!(code == Some(2) && text.contains("station.left"), "{text}");
}
