//! Damaged files of every format: each is processed or refused with a reason; nothing crashes, nothing
//! hangs. `PROVE_MUTANTS` sets how many (500 in `make prove-mutants`).
#![allow(clippy::unwrap_used)]

mod support;

use rand::{RngExt, SeedableRng};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use support::mutants::mutated;
use support::{root, small_town};

/// Small whole files of every format: strips in JPEG, PNG, TIFF, and the smallest scans of the samples.
fn whole() -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = (0..3).map(small_town::letter).collect();
    let samples = root().join("sample-scans/allgemein");
    for (ending, count) in [("pdf", 3), ("tif", 3), ("jpg", 1)] {
        let mut found: Vec<PathBuf> = fs::read_dir(&samples).unwrap().flatten().map(|e| e.path()).collect();
        found.retain(|p| p.extension().is_some_and(|e| e == ending));
        found.sort_by_key(|p| (fs::metadata(p).unwrap().len(), p.clone()));
        for path in found.into_iter().take(count) {
            files.push((path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap()));
        }
    }
    files
}

#[test]
fn every_mutant_is_processed_or_refused() {
    let count = std::env::var("PROVE_MUTANTS").ok().map_or(60, |n| n.parse::<usize>().unwrap());
    let files = whole();
    let mut chance = rand_chacha::ChaCha8Rng::seed_from_u64(7);
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in");
    fs::create_dir(&input).unwrap();
    for number in 0..count {
        let (name, bytes) = &files[number % files.len()];
        let other = &files[chance.random_range(0..files.len())].1;
        let ending = Path::new(name).extension().unwrap().to_string_lossy();
        fs::write(input.join(format!("m{number:03}.{ending}")), mutated(bytes, other, &mut chance)).unwrap();
    }
    let out = folder.path().join("out");
    let start = Instant::now();
    let end = Command::new(env!("CARGO_BIN_EXE_poststelle"))
        .args(["process", "--out"])
        .args([&out, &input])
        .env("OMP_THREAD_LIMIT", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&end.stderr);
    assert!(matches!(end.status.code(), Some(0 | 1)), "{:?}\n{said}", end.status);
    let (mut processed, mut refused) = (0, 0);
    for number in 0..count {
        let name = format!("m{number:03}");
        let reason = said.lines().find(|l| l.contains(&format!("{name}.")));
        if out.join(format!("{name}-01/record.json")).is_file() {
            processed += 1;
        } else {
            let reason = reason.unwrap_or_else(|| panic!("{name} vanished\n{said}"));
            assert!(reason.contains('[') && reason.contains("Hinweis"), "no code or hint: {reason}");
            refused += 1;
        }
    }
    assert!(processed > 0 && refused > 0, "{processed} processed, {refused} refused: not a test of both");
    println!(
        "PROVED mutants: {count} damaged files: {processed} processed, {refused} refused with a reason, {:.0} s",
        start.elapsed().as_secs_f64()
    );
}
