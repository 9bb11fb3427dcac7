//! Poststelle, bare Tesseract and OCRmyPDF on the same pages and cores, as one table.
//!
//! In: a folder of single-page images named `<scan>-<page>.<ext>`, the truth of the scans, undamaged
//! twins. Out: seconds, CPU seconds, peak memory of the process tree, word F1 by page condition, size of
//! the products, and the ratios. Times on a shared machine mean little; ratios of one run do, so the
//! programs take turns. `scripts/bench-peers.sh` prepares the folder and the peers.

mod contest;
mod score;

use clap::Parser;
use contest::{Cost, run};
use score::Scores;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

type Failure = Box<dyn std::error::Error>;

/// Measures poststelle against its peers.
#[derive(Parser)]
struct Arguments {
    /// Folder of single-page images
    #[arg(long)]
    pages: PathBuf,
    /// truth.jsonl of the scans the pages come from
    #[arg(long)]
    truth: PathBuf,
    /// Folder of undamaged twins, one PNG a page
    #[arg(long)]
    twins: PathBuf,
    /// The same pages as one PDF, for OCRmyPDF
    #[arg(long)]
    pdf: PathBuf,
    /// The ocrmypdf program; without it OCRmyPDF is said to be missing
    #[arg(long)]
    ocrmypdf: Option<PathBuf>,
    /// Folder for results; emptied first
    #[arg(long)]
    work: PathBuf,
    /// Rounds of poststelle and bare Tesseract, taking turns; the median counts
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

/// A program's costs in every round, and what it read.
struct Entry {
    name: &'static str,
    costs: Vec<Cost>,
    scores: Scores,
    bytes: u64,
}

fn main() {
    if let Err(failure) = compete(&Arguments::parse()) {
        eprintln!("peers: {failure}");
        std::process::exit(1);
    }
}

fn compete(arguments: &Arguments) -> Result<(), Failure> {
    let _ = fs::remove_dir_all(&arguments.work);
    fs::create_dir_all(&arguments.work)?;
    let truth = score::truth(&arguments.truth)?;
    let pages = images(&arguments.pages)?;
    // Every program finds the files in the page cache.
    for page in &pages {
        fs::read(page)?;
    }
    let work = |name: String| arguments.work.join(name);
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for round in 0..arguments.rounds.max(1) {
        ours.push(run(&mut poststelle(&arguments.pages, &work(format!("ours-{round}"))))?);
        bare.push(run(&mut tesseract(&arguments.pages, &work(format!("bare-{round}")))?)?);
    }
    run(&mut poststelle(&arguments.twins, &work("twins".into())))?;

    let results = work("ours-0".into());
    let mut entries = vec![
        Entry {
            name: "poststelle process",
            costs: ours,
            scores: truth.score(&score::ours(&results)?),
            bytes: size_of(&results, "pdf")?,
        },
        Entry {
            name: "tesseract --psm 1",
            costs: bare,
            scores: truth.score(&score::texts(&work("bare-0".into()))?),
            bytes: 0,
        },
    ];
    match &arguments.ocrmypdf {
        Some(program) => {
            let (pdf, text) = (work("ocrmypdf.pdf".into()), work("ocrmypdf.txt".into()));
            let mut command = Command::new(program);
            command.args(["--rotate-pages", "--deskew", "--clean", "--output-type", "pdfa", "-j", "2"]);
            command.args(["-l", "deu", "--quiet", "--sidecar"]).arg(&text).arg(&arguments.pdf).arg(&pdf);
            entries.push(Entry {
                name: "ocrmypdf",
                costs: vec![run(&mut command)?],
                scores: truth.score(&score::sidecar(&text, &pages)?),
                bytes: fs::metadata(&pdf)?.len(),
            });
        }
        None => println!("OCRmyPDF IS NOT THERE: not compared."),
    }
    let twins = truth.score(&score::ours(&work("twins".into()))?);
    print(&entries, &twins, pages.len());
    Ok(())
}

fn poststelle(input: &Path, out: &Path) -> Command {
    let mut command = Command::new("target/release/poststelle");
    command.arg("process").arg("--out").arg(out).arg(input);
    command
}

/// Two processes at a time, one page each, as the command line of the project documents.
fn tesseract(pages: &Path, out: &Path) -> Result<Command, Failure> {
    fs::create_dir_all(out)?;
    let mut command = Command::new("sh");
    command.arg("-c").arg(
        "ls \"$0\" | xargs -P 2 -I F sh -c 'tesseract \"$1/$3\" \"$2/${3%.*}\" -l deu --psm 1 --dpi 300 2>/dev/null' - \"$0\" \"$1\" F",
    );
    command.arg(pages).arg(out);
    Ok(command)
}

fn images(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)?.flatten().map(|e| e.path()).collect();
    paths.sort();
    if paths.is_empty() {
        return Err(format!("{} holds no pages", folder.display()).into());
    }
    Ok(paths)
}

/// Bytes of all files of that ending below a folder.
fn size_of(folder: &Path, ending: &str) -> Result<u64, Failure> {
    let mut sum = 0;
    for entry in fs::read_dir(folder)?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            sum += size_of(&path, ending)?;
        } else if path.extension().is_some_and(|e| e == ending) {
            sum += fs::metadata(path)?.len();
        }
    }
    Ok(sum)
}

fn median(costs: &[Cost], of: impl Fn(&Cost) -> f64) -> f64 {
    let mut values: Vec<f64> = costs.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn print(entries: &[Entry], twins: &Scores, pages: usize) {
    println!("\n{pages} pages, 2 cores; median of rounds");
    println!("{:<22}{:>9}{:>9}{:>11}{:>9}{:>11}", "", "wall s", "CPU s", "peak MiB", "F1", "PDF MiB");
    let mib = |bytes: f64| bytes / f64::from(1u32 << 20);
    for e in entries {
        println!(
            "{:<22}{:>9.1}{:>9.1}{:>11.0}{:>9.4}{:>11.2}",
            e.name,
            median(&e.costs, |c| c.wall),
            median(&e.costs, |c| c.cpu),
            mib(median(&e.costs, |c| c.peak_bytes)),
            e.scores.all().f1(),
            mib(e.bytes as f64),
        );
    }
    println!("{:<51}{:>9.4}", "undamaged twins, poststelle", twins.all().f1());
    if let Some((ours, others)) = entries.split_first() {
        for other in others {
            let ratio = |of: fn(&Cost) -> f64| median(&ours.costs, of) / median(&other.costs, of);
            println!(
                "poststelle : {:<20} wall 1 : {:.2} ({:.3}), CPU 1 : {:.2} ({:.3})",
                other.name,
                1.0 / ratio(|c| c.wall),
                ratio(|c| c.wall),
                1.0 / ratio(|c| c.cpu),
                ratio(|c| c.cpu)
            );
        }
        println!("\n{:<16}{:>7}{:>9}", "condition", "words", "twins");
        for (condition, score) in ours.scores.by_condition() {
            let twin = twins.of(condition).map_or(f64::NAN, score::Score::f1);
            print!("{condition:<16}{:>7}{twin:>9.4}", score.expected);
            for e in entries {
                print!("  {} {:.4}", e.name, e.scores.of(condition).map_or(f64::NAN, score::Score::f1));
            }
            println!();
        }
    }
}
