//! Understands letters without scanner and OCR: `words.jsonl` and `truth.jsonl` of `letters --words` by the
//! shipped rules. Prints what `evaluate` prints, and what understanding costs per page.
//!
//!     letters --seed 1 --count 1000 --single --words --out DIR && understand DIR
//!     understand DIR --show invoice_number     # truth, found; never for held-out seeds
//!     understand DIR --ledger var/ledger.sqlite # the same of scans that were read into that ledger

use poststelle::commands::evaluate::{Report, Results, compare_all};
use poststelle::config;
use poststelle::daemon::load_rules;
use poststelle::document::{RuleBook, TownRules, understand};
use poststelle::ledger::{Ledger, PageRow};
use poststelle::model::document::{DocumentPages, DocumentSheet, PageEntry, Product, Received, ScanMode};
use poststelle::model::ids::{BatchId, DocumentId};
use poststelle::model::page::ReadPage;
use serde::Deserialize;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

type Failure = Box<dyn std::error::Error>;

#[derive(clap::Parser)]
struct Arguments {
    /// Folder with words.jsonl and truth.jsonl
    folder: PathBuf,
    /// Ledger with the words as they were read, instead of words.jsonl
    #[arg(long)]
    ledger: Option<PathBuf>,
    /// Field whose differences are listed, or `kind`
    #[arg(long)]
    show: Option<String>,
}

#[derive(Deserialize)]
struct Words {
    file: String,
    pages: Vec<ReadPage>,
}

#[derive(Deserialize)]
struct Truth {
    file: String,
    documents: Vec<Document>,
}

#[derive(Deserialize)]
struct Document {
    pages: Vec<usize>,
}

fn main() -> Result<(), Failure> {
    let arguments: Arguments = clap::Parser::parse();
    let pipeline = config::load(Path::new("pipeline.toml"))
        .map_err(|c| c.iter().map(ToString::to_string).collect::<String>())?;
    let (town, book) = (pipeline.town_rules(), load_rules(&pipeline)?.book);
    let truth = arguments.folder.join("truth.jsonl");
    let mut words = match &arguments.ledger {
        Some(ledger) => of_ledger(&Ledger::open(ledger, &pipeline.tenant)?)?,
        None => of_file(&arguments.folder.join("words.jsonl"))?,
    };
    let (mut results, mut spent, mut pages) = (Results::new(), Duration::ZERO, 0);
    for truth in std::fs::read_to_string(&truth)?.lines() {
        let truth: Truth = serde_json::from_str(truth)?;
        let name = truth.file.rsplit('/').next().unwrap_or_default();
        let Some(words) = words.remove(name) else { continue };
        for document in &truth.documents {
            let start = Instant::now();
            let sheet = sheet(&words, document, &book, &town);
            spent += start.elapsed();
            pages += document.pages.len();
            let texts = sheet.pages.iter().map(|p| words.pages[p.source_page as usize - 1].text.plain());
            let key = (words.file.clone(), document.pages[0] as u32);
            let texts = texts.collect();
            results.insert(key, (sheet, texts));
        }
    }
    let report = compare_all(&truth, &results)?;
    match arguments.show.as_deref() {
        Some("kind") => show_kinds(&results, &report),
        Some(name) => {
            for (file, _, truth, found) in report.differ.iter().filter(|d| d.1 == name && training(&d.0)) {
                println!("{file}\n  {truth}\n  {found}");
            }
        }
        None => print!("{report}"),
    }
    println!(
        "Verstehen: {:.2} ms je Seite ({pages} Seiten)",
        spent.as_secs_f64() * 1e3 / pages.max(1) as f64
    );
    Ok(())
}

fn of_file(path: &Path) -> Result<HashMap<String, Words>, Failure> {
    let mut all = HashMap::new();
    for line in std::fs::read_to_string(path)?.lines() {
        let words: Words = serde_json::from_str(line)?;
        all.insert(words.file.clone(), words);
    }
    Ok(all)
}

fn of_ledger(ledger: &Ledger) -> Result<HashMap<String, Words>, Failure> {
    let mut all = HashMap::new();
    for row in ledger.queue(u32::MAX)? {
        let id = BatchId(row.batch);
        let read = |p: PageRow| Some(ReadPage { measured: p.measured?, text: p.text? });
        let pages: Vec<ReadPage> = ledger.pages(&id)?.into_iter().filter_map(read).collect();
        let file = ledger.batch(&id)?.file_name;
        all.insert(file.clone(), Words { file, pages });
    }
    Ok(all)
}

/// Held-out letters are not looked at.
fn training(file: &str) -> bool {
    let seed = file.split('-').nth(1).and_then(|s| s.parse::<u64>().ok());
    seed.is_some_and(|s| s < 1_000_000)
}

fn show_kinds(results: &Results, report: &Report) {
    for complaint in report.complaints.iter().filter(|c| !c.contains("scan-1")) {
        println!("{complaint}");
    }
    for ((file, _), (sheet, _)) in results.iter().filter(|r| training(&r.0.0)) {
        for review in &sheet.understanding.review {
            println!("{file}: {} {}", review.code, review.text);
        }
    }
}

fn sheet(words: &Words, document: &Document, book: &RuleBook, town: &TownRules) -> DocumentSheet {
    let received = Received::default();
    let pages = DocumentPages {
        pages: document.pages.iter().filter_map(|&n| words.pages.get(n - 1)).collect(),
        station: "allgemein",
        station_department: None,
        scan_mode: ScanMode::Copying,
        received: &received,
    };
    let understanding = understand(&pages, book, town);
    let entry = |&n: &usize| PageEntry {
        source: words.file.clone(),
        source_page: n as u32,
        width: 0,
        height: 0,
        dpi: 300.0,
        turned: Default::default(),
        skew: 0.0,
        blank: false,
        words: 0,
        mean_confidence: 0.0,
        notes: Vec::new(),
    };
    DocumentSheet {
        schema: 1,
        document_id: DocumentId(String::new()),
        batch: BatchId(String::new()),
        replaces: None,
        filed: None,
        item: None,
        understanding,
        received,
        product: Product::None,
        pages: document.pages.iter().map(entry).collect(),
        suppressed_pages: Vec::new(),
        separators: Vec::new(),
    }
}
