//! Every example of `docs/targets.md` is accepted, and every type of target has one.
#![allow(clippy::unwrap_used)]

use poststelle::config::resolve;
use std::path::Path;

#[test]
fn every_documented_target_is_accepted() {
    let text = include_str!("../docs/targets.md");
    let examples: Vec<&str> =
        text.split("```toml\n").skip(1).map(|part| part.split("```").next().unwrap()).collect();
    assert!(examples.len() >= 9);
    for example in &examples {
        let id = example.split("id = \"").nth(1).unwrap().split('"').next().unwrap();
        let town = format!(
            "[town]\nid = \"t\"\nname = \"T\"\ncentral = \"amt\"\n\
             [[department]]\nid = \"amt\"\nname = \"Amt\"\ntargets = [\"{id}\"]\n{example}"
        );
        if let Err(complaints) = resolve(&town, "docs/targets.md", Path::new("/srv")) {
            let all: Vec<String> = complaints.iter().map(ToString::to_string).collect();
            panic!("{example}\n{}", all.join("\n"));
        }
    }
    let kinds = [
        "folder",
        "webdav",
        "sftp",
        "mail",
        "cmis",
        "dvelop",
        "enaio",
        "docuware",
        "sharepoint",
        "jobrouter",
    ];
    for kind in kinds {
        assert!(examples.iter().any(|e| e.contains(&format!("type = \"{kind}\""))), "no example of {kind}");
    }
}
