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
