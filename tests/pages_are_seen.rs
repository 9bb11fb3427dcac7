//! What is found out about a page before and while reading it, against the truth of generated scans: how it
//! lies, how it leans, whether anything is on it. `PROVE_PAGES` is the number of pages of each kind.
#![allow(clippy::unwrap_used)]

mod support;

use poststelle::model::limits::Limits;
use poststelle::page::container::{self, Source};
use poststelle::page::{self, PageOrder};
use rayon::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use support::{Town, generated};

fn count(reduced: usize) -> usize {
    std::env::var("PROVE_PAGES").map_or(reduced, |n| n.parse().unwrap())
}

fn truth(folder: &Path) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("truth.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Every page of every document below a results folder, by file and page.
fn pages_found(folder: &Path) -> BTreeMap<(String, u64), Value> {
    let mut pages = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let sheet = fs::read_to_string(entry.path().join("document.json")).unwrap();
        let sheet: Value = serde_json::from_str(&sheet).unwrap();
        for page in sheet["pages"].as_array().unwrap() {
            let place = (page["source"].as_str().unwrap().to_owned(), page["source_page"].as_u64().unwrap());
            pages.insert(place, page.clone());
        }
    }
    pages
}

#[test]
fn pages_lie_right_and_their_lean_is_known() {
    let wanted = count(36);
    let scans = generated(&["--seed", "7001", "--single", "--count", &wanted.to_string()]);
    let town = Town::new();
    let out = town.path("out");
    let done =
        town.command(&["process", "--out", out.to_str().unwrap(), scans.path().to_str().unwrap()], None);
    // The truth lies among the scans and is no scan.
    assert_eq!(done.status.code(), Some(1), "{}", String::from_utf8_lossy(&done.stderr));
    let found = pages_found(&out);
    let (mut pages, mut right, mut abstained, mut wrong) = (0, 0, 0, Vec::new());
    let mut errors: Vec<(f64, String)> = Vec::new();
    for file in truth(scans.path()) {
        let name = file["file"].as_str().unwrap();
        for (number, page) in (1u64..).zip(file["pages"].as_array().unwrap()) {
            let text = page["text"].as_str().unwrap();
            let Some(seen) = found.get(&(name.to_owned(), number)) else { continue };
            if text.split_whitespace().count() < 10 {
                continue;
            }
            pages += 1;
            let lies_right = seen["turned"] == page["turn"];
            if lies_right {
                right += 1;
            } else if seen["notes"].to_string().contains("page.turn_unknown") {
                abstained += 1;
            } else {
                wrong.push(format!("{name}: {} instead of {}", seen["turned"], page["turn"]));
            }
            if lies_right && text.lines().count() >= 5 {
                let error = (seen["skew"].as_f64().unwrap() - page["skew"].as_f64().unwrap()).abs();
                errors.push((error, format!("{name} page {number}: {} for {}", seen["skew"], page["skew"])));
            }
        }
    }
    errors.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mean = errors.iter().map(|e| e.0).sum::<f64>() / errors.len() as f64;
    let worst = &errors[0];
    println!(
        "PROVED turns: {pages} pages: {right} right, {abstained} abstained, {} wrong {wrong:?}",
        wrong.len()
    );
    println!(
        "PROVED skew: {} pages: mean error {mean:.4} degrees, worst {:.3} ({})",
        errors.len(),
        worst.0,
        worst.1
    );
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(right * 1000 >= pages * 995 || pages - right <= 1, "{right} of {pages}");
    assert!(mean <= 0.05 && worst.0 <= 0.3, "mean {mean}, worst {worst:?}");
}

#[test]
fn nothing_anybody_put_on_a_back_is_suppressed() {
    let wanted = 2 * count(36);
    let scans = generated(&["--seed", "7002", "--backs", "--count", &wanted.to_string()]);
    let judged: Vec<(Value, bool)> = truth(scans.path())
        .into_par_iter()
        .map(|file| {
            let bytes = fs::read(scans.path().join(file["file"].as_str().unwrap())).unwrap();
            let (source, limits) = (Source::new(bytes), Limits::default());
            let page = container::open(&source, &limits).unwrap().pages.remove(0);
            let raster = container::decode(&source, &page, &limits).unwrap().value;
            let (measured, _) = page::measure(&raster, &page, &PageOrder::default());
            (file, measured.blank)
        })
        .collect();
    let (mut blanks, mut found) = (0, 0);
    let mut marks: BTreeMap<String, (u32, Vec<String>)> = BTreeMap::new();
    for (file, blank) in &judged {
        let page = &file["pages"][0];
        if page["blank"] == true {
            blanks += 1;
            found += u32::from(*blank);
            if !blank {
                println!("not seen to be blank: {} {}", file["file"], page["conditions"]);
            }
            continue;
        }
        let entry = marks.entry(page["marks"][0].as_str().unwrap().to_owned()).or_default();
        entry.0 += 1;
        if *blank {
            entry.1.push(format!("{} {}", file["file"], page["conditions"]));
        }
    }
    for (mark, (all, lost)) in &marks {
        println!("{mark:<12} {all:>5} backs, {} suppressed {lost:?}", lost.len());
    }
    let marked: u32 = marks.values().map(|m| m.0).sum();
    let lost: Vec<&String> = marks.values().flat_map(|m| &m.1).collect();
    println!(
        "PROVED backs: {marked} with a mark, {} suppressed; {found} of {blanks} blank ones found",
        lost.len()
    );
    assert!(lost.is_empty(), "{lost:?}");
    assert!(found * 100 >= blanks * 98, "{found} of {blanks}");
}
