//! Every requirement of the guideline has its row, every place and test it names is there, and nothing is called
//! enforced that no test shows.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The requirements of TR-03138 1.5; of chapter 5 the groups.
const REQUIREMENTS: &[&str] = &[
    "A.G.1-2",
    "A.O.1-5",
    "A.P.1-4",
    "A.T.1-4",
    "A.DV.1-2",
    "A.SC.1-12",
    "A.NB.1-4",
    "A.IS.1-1",
    "A.AM.G.1-3",
    "A.AM.IN.H.1-7",
    "A.AM.IN.SH.1-5",
    "A.AM.VT.H.1-3",
    "A.AM.VT.SH.1-5",
    "A.AM.VF.H.1-1",
    "A.AM.VF.SH.1-1",
];
const MOBILE: &[&str] = &["M.A.O", "M.A.P", "M.A.T", "M.A.DV", "M.A.SC", "M.A.NB", "M.A.AM"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Names of all functions that are tests.
fn tests(root: &Path) -> BTreeSet<String> {
    let mut files = Vec::new();
    ["src", "tests"].iter().for_each(|folder| sources(&root.join(folder), &mut files));
    let mut names = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(file).unwrap();
        let mut marked = false;
        for line in text.lines().map(str::trim) {
            marked |= line == "#[test]";
            if let (true, Some(rest)) = (marked, line.strip_prefix("fn ")) {
                names.insert(rest.split('(').next().unwrap().to_owned());
                marked = false;
            }
        }
    }
    names
}

fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_clause_has_its_place_and_its_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let known = tests(root);
    let text = std::fs::read_to_string(root.join("src/record/CLAUSES.md")).unwrap();
    let mut seen = BTreeSet::new();
    for line in text.lines().filter(|l| l.starts_with("| A.") || l.starts_with("| M.")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [id, _, status, what, place, named] = cells[..] else { panic!("{line}") };
        assert!(seen.insert(id.to_owned()), "{id} stands twice");
        assert!(["enforced", "supported", "organisational", "open"].contains(&status), "{id}: {status}");
        let (places, named) = (quoted(place), quoted(named));
        places.iter().for_each(|p| assert!(root.join(p).is_file(), "{id}: {p} is not there"));
        named.iter().for_each(|t| assert!(known.contains(*t), "{id}: no test is called {t}"));
        assert!(
            status != "enforced" || !named.is_empty() && !places.is_empty(),
            "{id} is enforced by nothing"
        );
        assert!(status == "organisational" || !what.is_empty(), "{id} does not say what");
    }
    let mut wanted: BTreeSet<String> = MOBILE.iter().map(|id| (*id).to_owned()).collect();
    for range in REQUIREMENTS {
        let (group, span) = range.rsplit_once('.').unwrap();
        let (first, last): (u32, u32) =
            span.split_once('-').map(|(a, b)| (a.parse().unwrap(), b.parse().unwrap())).unwrap();
        wanted.extend((first..=last).map(|n| format!("{group}.{n}")));
    }
    assert_eq!(seen, wanted);
}
