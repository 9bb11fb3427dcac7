//! `station chart|test|release`: whether a station may scan what replaces paper.

use super::people::open;
use super::{DONE, Outcome, REFUSED, Stop, people};
use crate::cli::StationAction;
use crate::config::Pipeline;
use crate::engine::protocol::{Answer, MeasureOrder, Order};
use crate::engine::{Engine, EngineLimits};
use crate::error::Error;
use crate::model::town::Station;
use crate::pdf;
use crate::record::chart::{self, Picture};
use crate::record::release::{self, CHART, EMERGENCY, RELEASED, TESTED};
use crate::vault::VaultFile;
use std::path::Path;

/// One action.
pub fn run(config: Option<&Path>, action: StationAction) -> Outcome {
    match action {
        StationAction::Chart { out } => {
            let bytes = pdf::chart().map_err(Error::from)?;
            std::fs::write(&out, bytes).map_err(Error::io("Testvorlage schreiben", &out))?;
            println!("{}", out.display());
            Ok(DONE)
        }
        StationAction::Test { name, file, by } => test(config, &name, &file, &by),
        StationAction::Release { name, emergency, by } => release(config, &name, emergency.as_deref(), &by),
        other => people::station(config, other),
    }
}

fn known<'a>(pipeline: &'a Pipeline, name: &str) -> Result<&'a Station, Stop> {
    pipeline
        .station(name)
        .ok_or_else(|| Stop::Usage(format!("[usage.station] Die Station „{name}“ gibt es nicht.")))
}

/// Judges the scan of a chart and writes down what came of it.
fn test(config: Option<&Path>, name: &str, file: &Path, by: &str) -> Outcome {
    let (pipeline, ledger) = open(config)?;
    let station = known(&pipeline, name)?;
    let bytes = std::fs::read(file).map_err(Error::io("Scan der Testvorlage lesen", file))?;
    let wrong = match judged(station, file)? {
        Ok(wrong) => wrong,
        Err(refusal) => vec![refusal.to_string()],
    };
    let hash = pipeline.open_vault()?.put(&bytes)?;
    ledger.note_bytes(CHART, &release::subject(name), by, &hash)?;
    let verdict = if wrong.is_empty() { "passed" } else { "failed" };
    let now = release::fingerprint(station, env!("CARGO_PKG_VERSION"));
    let detail = format!("{now} {verdict} {}", hash.hex());
    ledger.note(TESTED, &release::subject(name), by, &detail)?;
    for text in &wrong {
        println!("{text}");
    }
    println!(
        "Station {name}: Testvorlage {}.",
        if wrong.is_empty() { "bestanden" } else { "NICHT bestanden" }
    );
    Ok(if wrong.is_empty() { DONE } else { REFUSED })
}

/// What the scan shows, in the engine like every file of a scanner.
fn judged(
    station: &Station,
    file: &Path,
) -> Result<Result<Vec<String>, crate::model::refusal::Refusal>, Error> {
    let limits = &station.profile.limits;
    let engine = Engine::new(
        1,
        EngineLimits { order_seconds_max: limits.page_seconds_max, bytes_max: limits.engine_bytes_max },
    );
    let path = std::path::absolute(file).map_err(Error::io("Scan der Testvorlage lesen", file))?;
    let source = VaultFile::plain(path);
    let opened = match engine.run(&Order::Open { source: source.clone(), limits: limits.clone() })? {
        Answer::Opened(opened) => opened,
        Answer::Refused(refusal) => return Ok(Err(refusal)),
        _ => return Err(Error::Format("answer does not fit the order".into())),
    };
    let mut measured = Vec::new();
    for page in &opened.pages {
        let order = MeasureOrder {
            source: source.clone(),
            page: page.clone(),
            dpi_min: station.profile.dpi_min,
            limits: limits.clone(),
        };
        match engine.run(&Order::Measure(Box::new(order)))? {
            Answer::Measured(result) => {
                let picture =
                    image::load_from_memory(&result.thumbnail).map(|i| i.into_rgb8()).unwrap_or_default();
                measured.push((result.measured, Picture { width: picture.width(), rgb: picture.into_raw() }));
            }
            Answer::Refused(refusal) => return Ok(Err(refusal)),
            _ => return Err(Error::Format("answer does not fit the order".into())),
        }
    }
    let pages: Vec<_> =
        opened.pages.iter().zip(&measured).map(|(page, (m, picture))| (page, m, picture.clone())).collect();
    Ok(Ok(chart::judge(&opened, &pages, &station.profile)))
}

fn release(config: Option<&Path>, name: &str, emergency: Option<&str>, by: &str) -> Outcome {
    let (pipeline, ledger) = open(config)?;
    let station = known(&pipeline, name)?;
    let now = release::fingerprint(station, env!("CARGO_PKG_VERSION"));
    let subject = release::subject(name);
    if let Some(reason) = emergency {
        ledger.note(EMERGENCY, &subject, by, &format!("{now} reason={reason}"))?;
        println!(
            "Station {name} durch {by} notfreigegeben; ihr Papier bleibt, bis eine Testvorlage besteht."
        );
        return Ok(DONE);
    }
    let said = ledger.said(&subject)?;
    let passed = said.get(TESTED).filter(|s| s.detail.starts_with(&format!("{now} passed")));
    let Some(passed) = passed else {
        return Err(Stop::Usage(format!(
            "[station.not_tested] Mit diesem Profil, Gerät und Programm hat die Station {name} zuletzt keine Testvorlage \
             bestanden. Hinweis: poststelle station test {name} DATEI --by PERSON."
        )));
    };
    ledger.note(RELEASED, &subject, by, &passed.detail)?;
    println!("Station {name} durch {by} zum ersetzenden Scannen freigegeben.");
    Ok(DONE)
}
