//! Every parser of strangers' bytes is given damaged bytes, again and again: none panics, and none takes long. A panic
//! in a library that decodes pages costs that page, because the engine child catches it; such ones are counted.
//! `PROVE_FUZZ` says for how many seconds of CPU time (an hour in `make prove-fuzz`); `PROVE_FUZZ_SEED` where chance
//! begins, `PROVE_FUZZ_ONLY` which single number is tried: what failed, fails again.
#![allow(clippy::unwrap_used)]

mod support;

use poststelle::document::RuleBook;
use poststelle::model::limits::Limits;
use poststelle::model::sidecar::SidecarFormat;
use poststelle::page::container::{self, Source};
use poststelle::{batch, config, intake, pdf, record, sealing};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::fs;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;
use support::hostile::{self, Prey};
use support::mutants::mutated;
use support::{root, small_town};

/// One input may take this long, in a program that is not optimised.
const SLOW: Duration = Duration::from_secs(20);

/// What reads, and sound or hostile bytes it is fed with before they are damaged.
struct Parser {
    name: &'static str,
    seeds: Vec<Vec<u8>>,
    read: fn(&[u8]),
}

/// What small pages need, and no more.
fn tight() -> Limits {
    Limits { pages_max: 50, page_pixels_max: 1 << 20, inflated_bytes_max: 4 << 20, ..Limits::default() }
}

/// A scan: opened, decoded, kept, its own text and invoice found.
fn pages(bytes: &[u8]) {
    let (source, limits) = (Source::new(bytes.to_vec()), tight());
    let Ok(opened) = container::open(&source, &limits) else { return };
    for page in opened.pages.iter().take(3) {
        let _ = container::decode(&source, page, &limits);
        let _ = container::kept(&source, page, &limits);
        container::text_layer(&source, page);
    }
    container::electronic_invoice(&source, &limits);
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn parsers() -> Vec<Parser> {
    let prey = Prey { address: "127.0.0.1:9".into(), file: "/nirgends/gefangen".into() };
    let mut scans: Vec<Vec<u8>> = hostile::files(&prey).into_iter().map(|(_, bytes)| bytes).collect();
    scans.extend((0..3).map(|number| small_town::letter(number).1));
    // Large ones are slow, and say nothing that small ones do not.
    scans.retain(|bytes| (1..60_000).contains(&bytes.len()));
    let file = |name: &str| fs::read(root().join(name)).unwrap();
    let (good, shipped) = (file("tests/configurations/good.toml"), file("pipeline.toml"));
    let broken = text(&file("tests/configurations/broken.txt"));
    let configurations = broken.split("\n--- ").map(|case| case.as_bytes().to_vec());
    let rules =
        ["bauantrag", "rechnung", "anhalten"].map(|kind| file(&format!("classifiers/{kind}.toml"))).to_vec();
    let sidecars = [
        "{\"pages\": 2, \"operator\": \"sk-1\", \"received\": \"2026-11-02\", \"double_feed\": false}",
        "pages;operator;received\n2;sk-1;2026-11-02\n",
        "<scan><pages>2</pages><operator>sk-1</operator><received>2026-11-02</received></scan>",
    ];
    // Any DER leads into the reader of seals.
    let der = b"\x30\x24\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x17\x30\x15\x02\x01\x03\x31\x0d\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x30\x00\x31\x00";
    vec![
        Parser { name: "scans", seeds: scans.clone(), read: pages },
        Parser {
            name: "completeness",
            seeds: scans.clone(),
            read: |bytes| drop(intake::complete::judge(&mut Cursor::new(bytes), bytes.len() as u64)),
        },
        Parser {
            name: "products of strangers",
            seeds: scans.into_iter().filter(|bytes| bytes.starts_with(b"%PDF")).collect(),
            read: |bytes| {
                drop(record::check::alone(&pdf::inside_of_stranger(bytes)));
                drop(sealing::of_pdf(bytes, None));
            },
        },
        Parser {
            name: "side-cars",
            seeds: sidecars.map(|text| text.as_bytes().to_vec()).to_vec(),
            read: |bytes| {
                for format in [SidecarFormat::Json, SidecarFormat::Csv, SidecarFormat::Xml] {
                    intake::sidecar::parse(bytes, format);
                }
            },
        },
        Parser {
            name: "configuration",
            seeds: configurations.chain([good, shipped]).collect(),
            read: |bytes| drop(config::resolve(&text(bytes), "pipeline.toml", Path::new("/srv"))),
        },
        Parser {
            name: "rules",
            seeds: rules,
            read: |bytes| drop(RuleBook::parse(&[("bauantrag.toml".into(), text(bytes))])),
        },
        Parser {
            name: "cover sheets",
            seeds: vec![b"PST1;amt=bauordnung;az=63-1;kreis=jugend;anzahl=3".to_vec()],
            read: |bytes| drop(batch::cover_sheet::parse(&text(bytes))),
        },
        Parser { name: "seals", seeds: vec![der.to_vec()], read: |bytes| drop(sealing::read_cms(bytes)) },
    ]
}

/// The file in which the last panic happened.
static PLACE: Mutex<String> = Mutex::new(String::new());

fn cpu() -> Duration {
    let spent = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(spent.tv_sec.try_into().unwrap(), spent.tv_nsec.try_into().unwrap())
}

#[test]
fn no_parser_is_brought_down() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let budget = Duration::from_secs(number("PROVE_FUZZ").unwrap_or(20));
    let (seed, only) = (number("PROVE_FUZZ_SEED").unwrap_or(1), number("PROVE_FUZZ_ONLY"));
    std::panic::set_hook(Box::new(|panic| {
        eprintln!("{panic}");
        *PLACE.lock().unwrap() = panic.location().map_or("", |place| place.file()).to_owned();
    }));
    let fuzz = move || {
        let parsers = parsers();
        let (mut tried, mut caught) = (0, 0);
        for input in only.map_or(0..u64::MAX, |one| one..one + 1) {
            if cpu() > budget && only.is_none() {
                break;
            }
            let parser = &parsers[(input % parsers.len() as u64) as usize];
            // Each number draws for itself: one can be tried without those before it.
            let mut chance = ChaCha8Rng::seed_from_u64(seed.wrapping_mul(1 << 40) ^ input);
            let mut draw = || &parser.seeds[chance.random_range(0..parser.seeds.len())];
            let (first, second) = (draw(), draw());
            let mut bytes = first.clone();
            for _ in 0..chance.random_range(1..4) {
                if !bytes.is_empty() {
                    bytes = mutated(&bytes, second, &mut chance);
                }
            }
            let begun = cpu();
            let name = parser.name;
            let panics = catch_unwind(AssertUnwindSafe(|| (parser.read)(&bytes))).is_err();
            // Our own files have relative names.
            let library = panics && name == "scans" && PLACE.lock().unwrap().starts_with('/');
            caught += u32::from(library);
            assert!(!panics || library, "{name}: PROVE_FUZZ_SEED={seed} PROVE_FUZZ_ONLY={input} panics");
            assert!(cpu() - begun < SLOW, "{name}: PROVE_FUZZ_SEED={seed} PROVE_FUZZ_ONLY={input} is slow");
            tried += 1;
        }
        (tried, caught, parsers.len())
    };
    // The stack that the engine's workers have.
    let (tried, caught, parsers) =
        std::thread::Builder::new().stack_size(16 << 20).spawn(fuzz).unwrap().join().unwrap();
    println!(
        "PROVED fuzzing: {tried} inputs, {parsers} parsers, seed {seed}, {caught} panics of libraries caught, {:.0} s of CPU time",
        cpu().as_secs_f64()
    );
}
