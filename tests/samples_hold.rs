//! The sample scans through `process`, compared with their truth: the table is printed, and nothing may
//! fall below the floors in `docs/floors.toml`. Floors only rise.
#![allow(clippy::unwrap_used)]

mod support;

use poststelle::commands::evaluate::{Report, measure};
use std::collections::BTreeMap;
use std::io::Write;
use std::process::Command;
use support::root;

#[derive(serde::Deserialize)]
struct Floors {
    documents: BTreeMap<String, usize>,
    ceilings: BTreeMap<String, usize>,
    /// Condition -> [recall, precision].
    words: BTreeMap<String, [f64; 2]>,
    /// Field -> share that is right.
    fields: BTreeMap<String, f64>,
}

fn sample_report() -> Report {
    let folder = tempfile::tempdir().unwrap();
    for station in ["allgemein", "buergerbuero", "rechnungen"] {
        let end = Command::new(env!("CARGO_BIN_EXE_poststelle"))
            .args(["--config", "pipeline.toml", "process", "--station", station, "--out"])
            .arg(folder.path().join(station))
            .arg(root().join("sample-scans").join(station))
            .current_dir(root())
            .output()
            .unwrap();
        assert!(end.status.success(), "{station}: {}", String::from_utf8_lossy(&end.stderr));
    }
    measure(&root().join("sample-scans/truth.jsonl"), folder.path()).unwrap()
}

#[test]
fn samples_stay_above_their_floors() {
    let report = sample_report();
    // Past the capture of the test harness: the table belongs into every log.
    writeln!(std::io::stdout(), "\n{report}").unwrap();
    let text = std::fs::read_to_string(root().join("docs/floors.toml")).unwrap();
    let floors: Floors = toml::from_str(&text).unwrap();
    let mut below = Vec::new();
    let counts =
        [("cut_right", report.cut_right), ("straight", report.straight), ("holds_right", report.holds_right)];
    for (name, count) in counts {
        if count < floors.documents[name] {
            below.push(format!("{name}: {count} < {}", floors.documents[name]));
        }
    }
    let sure: usize = report.fields.values().map(|f| f.wrong_and_sure).sum();
    let mistakes = [
        ("wrong_kind", report.wrong_kind),
        ("wrong_department", report.wrong_department),
        ("false_holds", report.false_holds),
        ("fields_wrong_and_sure", sure),
    ];
    for (name, count) in mistakes {
        if count > floors.ceilings[name] {
            below.push(format!("{name}: {count} > {}", floors.ceilings[name]));
        }
    }
    for (condition, [recall, precision]) in &floors.words {
        let words = &report.conditions[condition];
        if words.recall() < *recall || words.precision() < *precision {
            below.push(format!("{condition}: {:.4} {:.4}", words.recall(), words.precision()));
        }
    }
    for (name, floor) in &floors.fields {
        let field = &report.fields[name];
        if (field.right as f64) < floor * field.expected as f64 {
            below.push(format!("{name}: {} of {}", field.right, field.expected));
        }
    }
    assert!(below.is_empty(), "below the floors: {below:#?}");
}
