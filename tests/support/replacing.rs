//! A town that replaces paper: seals, counts sheets, and lets paper go at once after hand-over.

use super::authority::Authority;
use super::{Town, chart, small_town};
use std::fs;

/// Replaces paper, seals, counts sheets; paper goes at once after hand-over.
pub fn replacing_town(authority: &Authority) -> Town {
    let town = small_town::town(None);
    let path = town.path("pipeline.toml");
    let station = "id = \"a\"\nprofile = \"ersetzend\"\nsidecar = \"json\"\nsidecar_wait_seconds = 60";
    let mut config = fs::read_to_string(&path).unwrap().replacen("id = \"a\"", station, 1);
    config += "[[profile]]\nid = \"ersetzend\"\nscan_mode = \"replacing\"\nduplex = false\n\
               [retention]\npaper_days = 0\n";
    config += &authority.settings("seal", None);
    fs::write(path, config).unwrap();
    let rules = town.path("classifiers/hundesteuer.toml");
    let text = fs::read_to_string(&rules).unwrap();
    fs::write(&rules, text.replacen("version = 1", "version = 1\nreplacing_allowed = true", 1)).unwrap();
    town
}

/// The same with a released procedure and a released station.
pub fn released_town(authority: &Authority) -> Town {
    let town = replacing_town(authority);
    let path = town.path("pipeline.toml");
    let procedure = "[procedure]\nversion = \"1.0\"\nreleased = \"2026-01-01\"\n";
    fs::write(&path, fs::read_to_string(&path).unwrap() + procedure).unwrap();
    chart::release(&town, "a");
    town
}

/// A counted letter in the station's folder.
pub fn drop_counted(town: &Town, number: u32) {
    let (name, bytes) = small_town::colour_letter(number);
    let count = r#"{"operator":"sk-9","received":"2026-10-29","images":1,"sheets":1}"#;
    fs::write(town.path("scans").join(&name).with_extension("json"), count).unwrap();
    fs::write(town.path("scans").join(format!(".{name}.part")), bytes).unwrap();
    fs::rename(town.path("scans").join(format!(".{name}.part")), town.path("scans").join(&name)).unwrap();
}
