//! A Samba share as the scanner's drop folder and as a consumer's hot folder: what is put in over SMB is taken over
//! once, what goes out is fetched over SMB complete, and counts as arrived when it was fetched.
#![cfg(feature = "faults")]
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::time::{Duration, Instant};
use support::samba::Samba;
use support::{outbox, small_town};

#[test]
fn a_scan_put_in_over_smb_is_taken_over_and_delivered_once() {
    let town = small_town::town(None);
    let server = Samba::start(&[("scans", &town.path("scans"))]);
    for number in 0..3 {
        let (name, bytes) = small_town::letter(number);
        let local = town.path(&name);
        fs::write(&local, bytes).unwrap();
        // Scanners write under the final name, or rename; both arrive.
        let put = match number {
            0 => format!("put \"{}\" {name}", local.display()),
            _ => format!("put \"{}\" {name}.tmp; rename {name}.tmp {name}", local.display()),
        };
        server.client("scans", &put);
    }
    assert!(town.run_until_settled(None).status.success());
    support::invariants::hold(&town, "at rest");
    let out = fs::read_dir(town.path("var/out/steuern")).unwrap().flatten();
    let products = out.filter(|f| f.file_name().to_string_lossy().ends_with(".pdf")).count();
    assert_eq!(products, 3);
    assert!(!server.client("scans", "ls").contains("brief-"), "nothing is left in the share");
}

#[test]
fn a_consumer_over_smb_never_sees_half_a_pair_and_what_it_fetched_has_arrived() {
    let town = outbox::town(&[(
        "workflow",
        "type = \"folder\"\npath = \"hot\"\nlayout = \"invoice\"\nconsumed = true\ntrigger = \"{{ stem }}.ready\"".into(),
    )]);
    fs::create_dir(town.path("hot")).unwrap();
    fs::create_dir(town.path("fetched")).unwrap();
    let server = Samba::start(&[("hot", &town.path("hot"))]);
    const COUNT: u32 = 12;
    outbox::fill(&town, 0..COUNT, &["workflow"]);
    let mut daemon = town.start_hurried();
    let begun = Instant::now();
    let mut fetched = 0;
    while fetched < COUNT {
        assert!(begun.elapsed() < Duration::from_secs(60), "{fetched} fetched");
        let listed = server.client("hot", "ls");
        let ready = listed.lines().filter_map(|line| line.split_whitespace().next()?.strip_suffix(".ready"));
        let stems: Vec<String> = ready.map(str::to_owned).collect();
        for stem in stems {
            let to = town.path("fetched").display().to_string();
            // All three must be there as soon as the trigger is.
            let each =
                ["pdf", "xml", "ready"].map(|e| format!("get {stem}.{e} {to}/{stem}.{e}; del {stem}.{e}"));
            server.client("hot", &each.join("; "));
            fetched += 1;
        }
    }
    let confirmed =
        || outbox::deliveries(&town).values().filter(|(state, ..)| state == "confirmed").count() as u32;
    while confirmed() < COUNT {
        assert!(begun.elapsed() < Duration::from_secs(60), "{} confirmed", confirmed());
        std::thread::sleep(Duration::from_millis(100));
    }
    daemon.kill().unwrap();
    daemon.wait().unwrap();
    for file in fs::read_dir(town.path("fetched")).unwrap().flatten() {
        let whole =
            file.path().extension().is_some_and(|e| e == "ready") || file.metadata().unwrap().len() > 300;
        assert!(whole, "{:?} is cut off", file.path());
    }
    assert_eq!(fs::read_dir(town.path("fetched")).unwrap().count() as u32, COUNT * 3);
}
