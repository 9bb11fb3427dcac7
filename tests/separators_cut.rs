//! Separator sheets and strangers' barcodes on generated scans: every stack is cut where the sheets lie, and
//! nowhere else. Sheets lean by up to ten degrees, lie in all four turns, are punched, worn, copies of copies.
//! `PROVE_SEPARATORS` stacks and four letters with foreign barcodes for each, `PROVE_SEED` to begin with.
#![allow(clippy::unwrap_used)]

mod support;

use poststelle::batch::{self, BatchPage, CutOrder};
use poststelle::model::limits::Limits;
use poststelle::page::container::{self, Source};
use poststelle::page::{self, PageOrder, Upright, codes};
use rayon::prelude::*;
use serde_json::Value;
use std::fs;
use std::path::Path;
use support::generated;

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |n| n.parse().unwrap())
}

/// The pages of each document as cut, by what was measured; words as many as the letter has.
fn cut(folder: &Path, truth: &Value) -> Vec<Vec<usize>> {
    let bytes = fs::read(folder.join(truth["file"].as_str().unwrap())).unwrap();
    let (source, limits) = (Source::new(bytes), Limits::default());
    let opened = container::open(&source, &limits).unwrap();
    let pages: Vec<BatchPage<'_>> = opened
        .pages
        .iter()
        .zip(truth["pages"].as_array().unwrap())
        .map(|(page, truth)| {
            let raster = container::decode(&source, page, &limits).unwrap().value;
            let (mut measured, look) = page::measure(&raster, page, &PageOrder::default());
            let upright = Upright::with(&raster, &measured, look);
            measured.codes = codes::find(&upright.grey, measured.dpi, &codes::CodeOrder::default());
            BatchPage {
                source_page: page.number,
                blank: measured.blank,
                codes: measured.codes,
                words: truth["text"].as_str().unwrap().split_whitespace().count(),
                width: measured.width,
                height: measured.height,
                ..BatchPage::default()
            }
        })
        .collect();
    let plan = batch::cut(&pages, &CutOrder::default());
    plan.documents.into_iter().map(|d| d.pages.into_iter().map(|p| p + 1).collect()).collect()
}

/// Stacks that were not cut as they lie, with what lies on the sheets.
fn wrong(arguments: &[&str]) -> (usize, Vec<String>) {
    let scans = generated(arguments);
    let text = fs::read_to_string(scans.path().join("truth.jsonl")).unwrap();
    let truth: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let documents = truth.iter().map(|t| t["documents"].as_array().unwrap().len()).sum();
    let wrong = truth
        .par_iter()
        .filter_map(|truth| {
            let expected = if truth["separators"].as_array().unwrap().is_empty() {
                // Nothing separates: one document.
                vec![(1..=truth["pages"].as_array().unwrap().len()).collect::<Vec<_>>()]
            } else {
                let pages = |d: &Value| {
                    d["pages"].as_array().unwrap().iter().map(|p| p.as_u64().unwrap() as usize).collect()
                };
                truth["documents"].as_array().unwrap().iter().map(pages).collect()
            };
            let found = cut(scans.path(), truth);
            let sheets: Vec<String> = truth["separators"]
                .as_array()
                .unwrap()
                .iter()
                .map(|n| {
                    let page = &truth["pages"][n.as_u64().unwrap() as usize - 1];
                    format!(
                        "{} {} {}",
                        page["text"].as_str().unwrap().replace('\n', " "),
                        page["skew"],
                        page["conditions"]
                    )
                })
                .collect();
            (found != expected).then(|| format!("{}: {found:?} {sheets:?}", truth["file"]))
        })
        .collect();
    (documents, wrong)
}

#[test]
fn every_stack_is_cut_where_its_sheets_lie() {
    let (count, seed) = (number("PROVE_SEPARATORS", 12), number("PROVE_SEED", 7100).to_string());
    let (letters, wrong) = wrong(&["--stacks", "--seed", &seed, "--count", &count.to_string()]);
    println!("COUNTED stacks: {count} of {letters} letters from seed {seed}, {} cut wrongly", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn barcodes_of_strangers_never_cut() {
    let (count, seed) =
        (number("PROVE_SEPARATORS", 12).div_ceil(2) * 4 / 5, number("PROVE_SEED", 7100).to_string());
    let (letters, wrong) = wrong(&["--barcodes", "--seed", &seed, "--count", &count.max(1).to_string()]);
    println!("COUNTED foreign barcodes: {letters} letters from seed {seed}, {} stacks cut", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
