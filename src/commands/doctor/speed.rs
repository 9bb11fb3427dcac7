//! Languages of the engine, and how fast it reads here: one page with known words, the way a scan goes.

use super::finding::Finding;
use crate::config::Pipeline;
use crate::engine::protocol::{Answer, LookOrder, MeasureOrder, Order, ReadOrder};
use crate::engine::{Engine, EngineLimits};
use crate::error::{Error, Result};
use crate::model::geometry::Turn;
use crate::model::limits::Limits;
use crate::model::page::SourcePage;
use crate::model::refusal::Refusal;
use crate::ocr::tesseract::Tesseract;
use crate::pdf::{SPECIMEN_LINES, SPECIMEN_ROWS, specimen};
use crate::vault::VaultFile;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

/// Longest side of an A4 page at 300 dpi, in pixels.
const SIDE: u32 = 3508;
/// Share of the known words that must be found.
const FOUND_MIN: f64 = 0.9;
/// Below this a morning's mail of a small town is not read by noon.
const PAGES_A_MINUTE_MIN: f64 = 5.0;

/// Every language that some profile wants.
pub(super) fn languages(pipeline: &Pipeline) -> Vec<Finding> {
    let mut wanted: BTreeSet<String> =
        pipeline.stations.iter().map(|s| s.profile.languages.join("+")).collect();
    if wanted.is_empty() {
        wanted.insert("deu".into());
    }
    let look = |languages: &String| match Tesseract::open(languages) {
        Ok(_) => Finding::ok("ocr.languages", format!("Tesseract hat die Sprachdaten „{languages}“.")),
        Err(refusal) => Finding::fail(&refusal.code, refusal.text, refusal.hint),
    };
    wanted.iter().map(look).collect()
}

/// Reads the page and says how long it took.
pub(super) fn engine(pipeline: &Pipeline) -> Vec<Finding> {
    let workers = pipeline.workers.max(1);
    let languages = pipeline.stations.first().map(|s| s.profile.languages.clone());
    vec![match reading(languages.unwrap_or_else(|| vec!["deu".into()])) {
        Ok((seconds, found)) => judged(seconds, found, workers),
        Err(error) => Finding::fail(
            "engine.unusable",
            format!("Die Testseite wurde nicht gelesen: {error}"),
            "Sprachdaten, Speicher und Rechte prüfen; poststelle process auf eine Beispieldatei versuchen.",
        ),
    }]
}

/// One worker's time, and what that makes for all.
fn judged(seconds: f64, found: f64, workers: usize) -> Finding {
    let rate = 60.0 / seconds.max(0.001) * workers as f64;
    let text = format!(
        "Testseite in {seconds:.1} s gelesen, {:.0} % der Wörter gefunden; mit {workers} Seiten zugleich etwa \
         {rate:.0} Seiten je Minute (hochgerechnet).",
        found * 100.0
    );
    if found < FOUND_MIN {
        let hint = "Sprachdaten neu installieren (Paket tesseract-ocr-deu).";
        Finding::fail("engine.misreads", text, hint)
    } else if rate < PAGES_A_MINUTE_MIN {
        Finding::warn(
            "engine.slow",
            text,
            "Was läuft noch auf diesem Rechner? Mehr Kerne und workers vorsehen.",
        )
    } else {
        Finding::ok("engine.speed", text)
    }
}

/// Seconds for measuring and reading, and the share of words found.
fn reading(languages: Vec<String>) -> Result<(f64, f64)> {
    let limits = Limits::default();
    let bounds =
        EngineLimits { order_seconds_max: limits.page_seconds_max, bytes_max: limits.engine_bytes_max };
    let engine = Engine::new(1, bounds);
    let folder = tempfile::tempdir().map_err(Error::io("Testseite ablegen", std::env::temp_dir()))?;
    // The page is drawn by the same child that reads it, and comes back as a scanner would have made it.
    let drawn = folder.path().join("seite.pdf");
    put(&drawn, &specimen()?)?;
    let page = opened(&engine, &drawn, &limits)?;
    let (mirrored, turned) = (false, Turn::default());
    let look = LookOrder {
        source: VaultFile::plain(drawn),
        page,
        mirrored,
        turned,
        side: SIDE,
        limits: limits.clone(),
    };
    let picture = match engine.run(&Order::Look(Box::new(look)))? {
        Answer::Image(picture) => picture,
        other => return Err(odd(other)),
    };
    let scan = folder.path().join("seite.jpg");
    put(&scan, &picture)?;
    let page = opened(&engine, &scan, &limits)?;
    let begun = Instant::now();
    let (scan, source) = (VaultFile::plain(scan), page.clone());
    let order = MeasureOrder { source: scan.clone(), page: source, dpi_min: 200.0, limits: limits.clone() };
    let measured = match engine.run(&Order::Measure(Box::new(order)))? {
        Answer::Measured(result) => result.measured,
        other => return Err(odd(other)),
    };
    let order = ReadOrder { source: scan, page, measured, languages, limits };
    let read = match engine.run(&Order::Read(Box::new(order)))? {
        Answer::Page(read) => read,
        other => return Err(odd(other)),
    };
    let seconds = begun.elapsed().as_secs_f64();
    Ok((seconds, share(&read.page.text.plain())))
}

fn opened(engine: &Engine, path: &Path, limits: &Limits) -> Result<SourcePage> {
    match engine.run(&Order::Open { source: VaultFile::plain(path), limits: limits.clone() })? {
        Answer::Opened(mut source) if !source.pages.is_empty() => Ok(source.pages.swap_remove(0)),
        other => Err(odd(other)),
    }
}

fn put(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).map_err(Error::io("Testseite ablegen", path))
}

/// Its refusal, or that it answered something else than was asked.
fn odd(answer: Answer) -> Error {
    match answer {
        Answer::Refused(refusal) => refusal.into(),
        _ => Refusal::new("engine.odd", "Die Engine hat anders geantwortet als gefragt.", "Bitte melden.")
            .into(),
    }
}

/// Share of the words on the page that were found, each as often as it stands there.
fn share(text: &str) -> f64 {
    let mut found: Vec<&str> = text.split_whitespace().collect();
    let known = (0..SPECIMEN_ROWS).flat_map(|row| SPECIMEN_LINES[row % SPECIMEN_LINES.len()].split(' '));
    let (mut all, mut hits) = (0u32, 0u32);
    for word in known {
        all += 1;
        if let Some(at) = found.iter().position(|f| *f == word) {
            found.swap_remove(at);
            hits += 1;
        }
    }
    f64::from(hits) / f64::from(all.max(1))
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;

    #[test]
    fn speed_is_judged_after_reading() {
        let page: String = (0..SPECIMEN_ROWS).map(|row| format!("{}\n", SPECIMEN_LINES[row % 8])).collect();
        assert!((share(&page) - 1.0).abs() < 1e-9);
        assert!(share("Sehr geehrte") < 0.02);
        assert_eq!(judged(2.0, 1.0, 2).level, Level::Ok);
        assert_eq!(judged(60.0, 1.0, 2).level, Level::Warn);
        assert_eq!(judged(2.0, 0.5, 2).level, Level::Fail);
    }
}
