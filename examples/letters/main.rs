//! Generator of invented municipal mail. In: a seed and a count. Out: scans as stations deliver them, and
//! `truth.jsonl` with what is in them. The same arguments give the same bytes, whatever the number of
//! threads.
//!
//! Seeds below 1,000,000 are for training and samples; seeds from 1,000,000 on use only layouts, wordings
//! and typefaces that the others never show, so that a figure measured there is honest.
//!
//! The way of a letter: `letter` (content, from the tables in `words` and the facts in `facts`) ->
//! `layout` (pages) -> `marks` and `damage` (what people and scanner do) -> `store` (files); `plan` ties
//! them together, `random` and `samples` make plans.

mod backs;
mod codes;
mod damage;
mod dice;
mod facts;
mod fonts;
mod ink;
mod invented;
mod layout;
mod letter;
mod marks;
mod plan;
mod random;
mod samples;
mod stacks;
mod stamps;
mod store;
mod town;
mod truth;
mod wide;
mod words;
mod words_read;

use clap::Parser;
use plan::{FilePlan, Making, Produced};
use rayon::prelude::*;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

type Failure = Box<dyn std::error::Error>;

/// Makes scans of invented municipal mail together with the truth about them.
///
/// Deterministic: the same arguments give the same bytes. Seeds from 1000000 on use only held-out layouts,
/// wordings and typefaces.
#[derive(Parser)]
#[command(name = "letters")]
struct Arguments {
    /// Master seed; from 1000000 on the held-out set
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Number of files
    #[arg(long, default_value_t = 10)]
    count: u64,
    /// Folder for the files and truth.jsonl
    #[arg(long, default_value = "letters-out")]
    out: PathBuf,
    /// Folder for an undamaged PNG of each page
    #[arg(long)]
    twins: Option<PathBuf>,
    /// Only this kind or hold code (see --list)
    #[arg(long)]
    kind: Option<String>,
    /// Only this condition on every letter, or `clean`
    #[arg(long)]
    condition: Option<String>,
    /// One letter a file, one-sided
    #[arg(long)]
    single: bool,
    /// Stacks without separators
    #[arg(long)]
    unseparated: bool,
    /// Backs of sheets instead of letters, every second one with a mark on it
    #[arg(long)]
    backs: bool,
    /// Stacks of letters between separator sheets, leaning, turned, worn
    #[arg(long)]
    stacks: bool,
    /// Stacks of letters without separators, with barcodes of strangers on them
    #[arg(long)]
    barcodes: bool,
    /// Make the committed sample set in this folder and nothing else
    #[arg(long, value_name = "DIR")]
    samples: Option<PathBuf>,
    /// No scans: `words.jsonl` with the words as they were set, a file a line
    #[arg(long)]
    words: bool,
    /// List kinds, hold codes, conditions and typefaces
    #[arg(long)]
    list: bool,
}

fn main() {
    if let Err(failure) = run(&Arguments::parse()) {
        eprintln!("letters: {failure}");
        std::process::exit(1);
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.list {
        list();
        return Ok(());
    }
    fonts::load()?;
    if let Some(folder) = &arguments.samples {
        return write(samples::plans(), folder, arguments.twins.as_deref(), scanned);
    }
    if arguments.backs {
        let numbers = (0..arguments.count).collect();
        return write(numbers, &arguments.out, None, |&n, _| backs::produce(arguments.seed, n));
    }
    if arguments.stacks || arguments.barcodes {
        let make = if arguments.stacks { stacks::separated } else { stacks::unseparated };
        return write((0..arguments.count).collect(), &arguments.out, None, |&n, _| make(arguments.seed, n));
    }
    let wishes = random::Wishes {
        kind: known(
            arguments.kind.as_deref(),
            town::DESKS.iter().map(|d| d.kind).chain(town::HOLDS.iter().copied()),
            "kind",
        )?,
        condition: known(
            arguments.condition.as_deref(),
            damage::ALL.iter().copied().chain(["clean"]),
            "condition",
        )?,
        single: arguments.single,
        unseparated: arguments.unseparated,
    };
    let plans = (0..arguments.count).map(|n| random::plan(arguments.seed, n, &wishes)).collect();
    if arguments.words {
        return words(plans, &arguments.out);
    }
    write(plans, &arguments.out, arguments.twins.as_deref(), scanned)
}

fn scanned(plan: &FilePlan, twins: bool) -> Result<Produced, Failure> {
    plan::produce(plan, if twins { Making::Twins } else { Making::Scan })
}

/// `words.jsonl` and `truth.jsonl` in a folder.
fn words(plans: Vec<FilePlan>, folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder)?;
    let file = |name: &str| fs::File::create(folder.join(name)).map(std::io::BufWriter::new);
    let (mut words, mut truth) = (file("words.jsonl")?, file("truth.jsonl")?);
    for some in plans.chunks(64) {
        let made: Result<Vec<Produced>, String> = some
            .par_iter()
            .map(|plan| plan::produce(plan, Making::Words).map_err(|e| e.to_string()))
            .collect();
        for made in made? {
            writeln!(words, "{}", serde_json::json!({ "file": made.path, "pages": made.read }))?;
            writeln!(truth, "{}", serde_json::to_string(&made.truth)?)?;
        }
    }
    Ok(())
}

/// The name in the closed list that an argument means.
fn known(
    given: Option<&str>,
    mut names: impl Iterator<Item = &'static str>,
    what: &str,
) -> Result<Option<&'static str>, Failure> {
    match given {
        None => Ok(None),
        Some(name) => match names.find(|n| *n == name) {
            Some(found) => Ok(Some(found)),
            None => Err(format!("no {what} `{name}`; see --list").into()),
        },
    }
}

/// Makes all files of the plans, some at a time, and the truth in the order of the plans.
fn write<P: Sync>(
    plans: Vec<P>,
    folder: &Path,
    twins: Option<&Path>,
    produce: impl Fn(&P, bool) -> Result<Produced, Failure> + Sync,
) -> Result<(), Failure> {
    fs::create_dir_all(folder)?;
    if let Some(twins) = twins {
        fs::create_dir_all(twins)?;
    }
    let start = std::time::Instant::now();
    let mut truth = std::io::BufWriter::new(fs::File::create(folder.join("truth.jsonl"))?);
    let (mut pages, mut documents, mut bytes) = (0, 0, 0);
    for some in plans.chunks(64) {
        let lines: Result<Vec<_>, String> = some
            .par_iter()
            .map(|plan| {
                let made = produce(plan, twins.is_some()).map_err(|e| e.to_string())?;
                save(&made, folder, twins).map_err(|e| format!("{}: {e}", made.path))?;
                let line = serde_json::to_string(&made.truth).map_err(|e| e.to_string())?;
                Ok((line, made.truth.pages.len(), made.truth.documents.len(), made.bytes.len()))
            })
            .collect();
        for (line, p, d, b) in lines? {
            writeln!(truth, "{line}")?;
            pages += p;
            documents += d;
            bytes += b;
        }
    }
    truth.flush()?;
    let seconds = start.elapsed().as_secs_f64();
    eprintln!(
        "{} files, {documents} documents, {pages} pages, {:.1} MB in {seconds:.1} s ({:.1} pages a second)",
        plans.len(),
        bytes as f64 / 1e6,
        f64::from(pages as u32) / seconds
    );
    Ok(())
}

fn save(made: &Produced, folder: &Path, twins: Option<&Path>) -> Result<(), Failure> {
    let path = folder.join(&made.path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, &made.bytes)?;
    if let Some(twins) = twins {
        for (name, bytes) in &made.twins {
            fs::write(twins.join(name), bytes)?;
        }
    }
    Ok(())
}

fn list() {
    println!("kinds:");
    for desk in town::DESKS {
        println!("  {:20} -> {}", desk.kind, desk.department);
    }
    println!("hold codes: {}", town::HOLDS.join(" "));
    println!("conditions: clean {}", damage::ALL.join(" "));
    println!("typefaces:");
    for family in fonts::FAMILIES {
        println!("  {}{}", family.name, if family.held_out { " (held out)" } else { "" });
    }
}
