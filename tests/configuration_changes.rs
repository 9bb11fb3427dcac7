//! A changed configuration holds in the running service; a wrong one does not; and where paper is replaced it waits
//! for a person, while what began goes on as it began.
#![allow(clippy::unwrap_used)]

mod support;

use poststelle::model::hash::ContentHash;
use std::fs;
use std::time::{Duration, Instant};
use support::{Daemon, Town, small_town};

fn drop_into(town: &Town, folder: &str, (name, bytes): (String, Vec<u8>)) {
    let part = town.path(folder).join(format!(".{name}.part"));
    fs::write(&part, bytes).unwrap();
    fs::rename(part, town.path(folder).join(name)).unwrap();
}

fn until_delivered(town: &Town, count: usize) {
    let began = Instant::now();
    while town.delivered().len() < count {
        assert!(began.elapsed() < Duration::from_secs(120), "{:?}", town.documents());
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn config(town: &Town) -> String {
    fs::read_to_string(town.path("pipeline.toml")).unwrap()
}

/// As an editor does it: whole, at once.
fn write(town: &Town, text: &str) {
    fs::write(town.path("neu.toml"), text).unwrap();
    fs::rename(town.path("neu.toml"), town.path("pipeline.toml")).unwrap();
}

#[test]
fn a_running_service_takes_over_what_is_right_and_keeps_what_was_where_it_is_wrong() {
    let town = small_town::town(None);
    let first = config(&town);
    let daemon = Daemon(town.start_hurried());
    drop_into(&town, "scans", small_town::letter(1));
    until_delivered(&town, 1);

    let second = first.clone()
        + "[[station]]\nid = \"b\"\nfolder = \"scans-b\"\nquiet_seconds = 0\npoll_seconds = 1\n";
    fs::create_dir(town.path("scans-b")).unwrap();
    write(&town, &second);
    let day = ["--operator", "sk-1", "--received", "2026-11-02", "--by", "leitung"];
    assert!(town.command(&[&["station", "open", "b"][..], &day].concat(), None).status.success());
    drop_into(&town, "scans-b", small_town::letter(2));
    until_delivered(&town, 2);

    write(&town, &second.replace("central = \"steuern\"", "central = \"steurn\""));
    // Longer than between two looks at the file.
    std::thread::sleep(Duration::from_secs(5));
    drop_into(&town, "scans-b", small_town::letter(3));
    until_delivered(&town, 3);

    // Told to look: what cannot change while it runs leaves everything as it was.
    write(&town, &format!("vault = \"anderswo\"\n{second}"));
    let id = rustix::process::Pid::from_child(&daemon.0);
    rustix::process::kill_process(id, rustix::process::Signal::HUP).unwrap();
    drop_into(&town, "scans", small_town::letter(4));
    until_delivered(&town, 4);
    assert!(!town.path("anderswo").exists());
}

#[test]
fn where_paper_is_replaced_a_person_puts_it_in_force_and_takes_it_back() {
    let town = small_town::town(None);
    // Also where the texts of earlier configurations lie encrypted.
    fs::write(town.path("tresor.key"), "9f".repeat(32)).unwrap();
    let keyed = format!("vault_key_file = \"tresor.key\"\n{}", config(&town));
    let first = keyed.replacen("id = \"a\"", "id = \"a\"\nprofile = \"ersetzend\"", 1)
        + "[[profile]]\nid = \"ersetzend\"\nscan_mode = \"replacing\"\nduplex = false\n";
    let second = first.clone() + "dpi_min = 300\n";
    let hash = |text: &str| ContentHash::of(text.as_bytes()).hex();
    let says = |arguments: &[&str]| {
        let done = town.command(arguments, None);
        (done.status.code(), String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned())
    };
    // The record of letter `number`.
    let record = |number: u32| {
        drop_into(&town, "scans", small_town::colour_letter(number));
        let before = town.delivered();
        let done = town.run_until_settled(None);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let new = town.delivered().into_iter().find(|name| !before.contains(name)).unwrap();
        let record = town.path("var/out/steuern").join(new.replace(".pdf", ".record.json"));
        serde_json::from_slice::<serde_json::Value>(&fs::read(record).unwrap()).unwrap()["body"].take()
    };
    // Which configuration, which version of the rule decided.
    let under =
        |number: u32| record(number)["procedure"]["configuration_sha256"].as_str().unwrap().to_owned();
    let rule_of = |number: u32| record(number)["decision"]["rule_versions"]["hundesteuer"].as_u64().unwrap();
    write(&town, &first);
    assert_eq!(says(&["config", "--rollback", "--by", "leitung"]).0, Some(2), "nothing was in force before");
    assert_eq!(under(1), hash(&first));
    write(&town, &second);
    assert_eq!(under(2), hash(&first), "nobody has activated it");
    let (code, text) = says(&["config", "--activate", "--by", "leitung"]);
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(under(3), hash(&second));
    let (code, text) = says(&["config", "--rollback", "--by", "vertretung"]);
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(config(&town), first);
    assert_eq!(under(4), hash(&first));

    let rule = town.path("classifiers/hundesteuer.toml");
    let text = fs::read_to_string(&rule).unwrap();
    fs::write(&rule, text.replace("version = 1", "version = 22")).unwrap();
    assert_eq!(rule_of(5), 1, "nobody has put the changed rule in force");
    assert_eq!(says(&["config", "--activate", "--by", "leitung"]).0, Some(0));
    assert_eq!(rule_of(6), 22);
    fs::write(town.path("classifiers/neu.toml"), text.replace("id = \"h", "id = h")).unwrap(); // with a mistake
    let (code, text) = says(&["config", "--rollback", "--rules", "--by", "vertretung"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(
        !town.path("classifiers/neu.toml").exists()
            && town.path("classifiers/neu.toml.zurueckgenommen").exists()
    );
    assert_eq!(rule_of(7), 22, "what was in force last");
    let today = jiff::Zoned::now().date().to_string();
    assert!(!says(&["report", "configuration", "--at", &today]).1.contains("dpi_min"));
    let ledger = town.path("var/ledger.sqlite");
    let key = town.path("tresor.key");
    let (code, text) = says(&["verify", ledger.to_str().unwrap(), "--vault-key", key.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{text}");
}
