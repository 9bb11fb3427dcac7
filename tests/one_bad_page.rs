//! A page that crashes, hangs or swells costs itself, not its neighbours and not the service.
#![cfg(feature = "faults")]
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::Value;
use std::fs;
use support::{Town, root};

/// Five letters between patch sheets; page 5 is the guilty one.
const STACK: &str = "allgemein/stapel-patch.tif";
const GUILTY: u32 = 5;

fn town() -> Town {
    let town = Town::new();
    let path = town.path("pipeline.toml");
    let config = fs::read_to_string(&path).unwrap().replace("id = \"a\"", "id = \"a\"\nprofile = \"eng\"");
    let limits = "[profile.limits]\npage_seconds_max = 4\nengine_megabytes_max = 900\n";
    fs::write(path, format!("{config}\n[[profile]]\nid = \"eng\"\n{limits}")).unwrap();
    town
}

fn documents(town: &Town) -> Vec<Value> {
    let mut sheets: Vec<(String, Value)> = Vec::new();
    for entry in fs::read_dir(town.path("out")).unwrap().flatten() {
        let text = fs::read_to_string(entry.path().join("document.json")).unwrap();
        sheets.push((entry.file_name().to_string_lossy().into_owned(), serde_json::from_str(&text).unwrap()));
        assert!(entry.path().join("document.pdf").is_file() && entry.path().join("record.json").is_file());
    }
    sheets.sort_by(|a, b| a.0.cmp(&b.0));
    sheets.into_iter().map(|(_, sheet)| sheet).collect()
}

fn process(trouble: Option<&str>) -> Vec<Value> {
    let town = town();
    let (out, stack) = (town.path("out"), root().join("sample-scans").join(STACK));
    let arguments = ["process", "--station", "a", "--out", out.to_str().unwrap(), stack.to_str().unwrap()];
    let done = town.command_with(&arguments, trouble.map(|t| ("POSTSTELLE_PAGE_FAULT", t)));
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    documents(&town)
}

#[test]
fn the_guilty_page_goes_to_review_and_its_neighbours_are_as_ever() {
    let whole = process(None);
    for (trouble, code) in [("crash", "page.crashed"), ("hang", "page.timeout"), ("grow", "page.memory")] {
        let hurt = process(Some(&format!("{trouble}:{GUILTY}")));
        let pages = |sheets: &[Value]| -> Vec<Value> {
            sheets.iter().flat_map(|s| s["pages"].as_array().unwrap().clone()).collect()
        };
        let (before, after) = (pages(&whole), pages(&hurt));
        assert_eq!(before.len(), after.len(), "{trouble}: no page is lost");
        for (before, after) in before.iter().zip(&after) {
            if after["source_page"] == GUILTY {
                assert_eq!(after["words"], 0);
                assert!(after["notes"].to_string().contains(code), "{trouble}: {}", after["notes"]);
            } else {
                assert_eq!(before, after, "{trouble}: a neighbour was hurt");
            }
        }
        let guilty = hurt
            .iter()
            .find(|s| s["pages"].as_array().unwrap().iter().any(|p| p["source_page"] == GUILTY))
            .unwrap();
        assert!(guilty["review"].to_string().contains(code), "{trouble}: {}", guilty["review"]);
        println!("PROVED one bad page: {trouble} costs page {GUILTY} only, with {code}");
    }
}

#[test]
fn the_daemon_delivers_the_others_and_keeps_the_guilty_page() {
    let town = town();
    town.open_station();
    town.drop_sample(STACK);
    let done = town.command_with(
        &["run", "--until-settled"],
        Some(("POSTSTELLE_PAGE_FAULT", &format!("crash:{GUILTY}"))),
    );
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let states = town.documents();
    let closed = states.iter().filter(|(_, state)| state == "closed").count();
    assert!(closed >= 2 && states.iter().any(|(_, state)| state == "review"), "{states:?}");
    assert_eq!(town.delivered().len(), closed);
}
