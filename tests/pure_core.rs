//! The pure rooms touch no disk, clock, chance or log.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") && path.file_name().unwrap() != "tests.rs" {
            found.push(path);
        }
    }
}

#[test]
fn pure_rooms_open_nothing_and_ask_no_clock() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    for room in ["model", "page", "batch", "document", "pdf", "record"] {
        sources(&root.join(room), &mut files);
    }
    assert!(files.len() > 30);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for forbidden in [
            "std::fs",
            "SystemTime",
            "Instant::now",
            "Timestamp::now",
            "tracing::",
            "rand::",
            "std::env",
            "std::net",
        ] {
            assert!(!code.contains(forbidden), "{} uses {forbidden}", file.display());
        }
    }
}
