//! `config`: the configuration as understood, what a changed file would do, and who lets it replace paper.

use super::{DONE, Outcome, Stop, USAGE, pipeline, put_whole};
use crate::config::written::{Change, changes, understood, written};
use crate::config::{self, Pipeline};
use crate::daemon::{Effect, takes_effect};
use crate::ledger::Ledger;
use crate::model::document::ScanMode;
use std::path::Path;

/// Prints it; with `diff`, what differs in that file.
pub fn run(config: Option<&Path>, diff: Option<&Path>) -> Outcome {
    let pipeline = pipeline(config)?;
    let place = config::find(config);
    let base = config::base(&place);
    match diff {
        Some(file) => compare(&pipeline, &base, file),
        None => {
            for (key, setting) in understood(&pipeline, &base) {
                let default = if setting.written { "" } else { "    # Vorgabe" };
                println!("{key} = {}{default}", setting.value);
            }
            eprintln!(
                "{}, SHA-256 {}. Von Geheimnissen stehen nur die Dateien da.",
                place.display(),
                pipeline.hash
            );
            Ok(DONE)
        }
    }
}

/// The schema of the file; the file itself is not looked at.
pub fn schema() -> Outcome {
    println!("{:#}", config::schema());
    Ok(DONE)
}

/// What would change. 0: the new file can be used; 2: it cannot.
fn compare(pipeline: &Pipeline, base: &Path, file: &Path) -> Outcome {
    let text = std::fs::read_to_string(file).map_err(|error| {
        Stop::Usage(format!(
            "[usage.diff] {}: {error}. Hinweis: Pfad der neuen Datei prüfen.",
            file.display()
        ))
    })?;
    // Paths in it count from where it is going to lie, not from where it was written.
    let resolved = config::resolve(&text, &file.display().to_string(), base);
    let found = match (&resolved, written(&pipeline.text, base), written(&text, base)) {
        (Ok(new), _, _) => changes(&understood(pipeline, base), &understood(new, base)),
        // Not usable, but it can be read: what is written is compared with what is written.
        (Err(_), Some(old), Some(new)) => changes(&old, &new),
        _ => Vec::new(),
    };
    for change in &found {
        println!("{}", line(change));
    }
    if let Ok(new) = &resolved
        && !found.is_empty()
        && [pipeline, new]
            .into_iter()
            .flat_map(|p| &p.stations)
            .any(|s| s.profile.scan_mode == ScanMode::Replacing)
    {
        eprintln!(
            "Stationen, die Papier ersetzen, arbeiten unter der bisherigen Fassung weiter, bis jemand die neue freigibt \
             (poststelle config --activate --by PERSON)."
        );
    }
    if found.iter().any(|c| c.key.starts_with("profile[") || c.key.starts_with("station[")) {
        eprintln!(
            "Stationen, deren Profil oder Scanner sich ändert und die Papier ersetzen, halten ihre Stapel an, bis sie \
             neu freigegeben sind (poststelle station release)."
        );
    }
    match resolved {
        Ok(_) if found.is_empty() => {
            eprintln!("Kein Unterschied.");
            Ok(DONE)
        }
        Ok(_) => {
            eprintln!(
                "{} Änderungen, keine Beanstandung. Ein laufender Dienst übernimmt sie, sobald die Datei an ihrem Platz liegt.",
                found.len()
            );
            Ok(DONE)
        }
        Err(complaints) => {
            let all: Vec<String> = complaints.iter().map(ToString::to_string).collect();
            eprintln!("{}", all.join("\n\n"));
            Ok(USAGE)
        }
    }
}

/// Puts the file as it is in force where paper is replaced; a running service takes it over.
pub fn activate(config: Option<&Path>, by: &str) -> Outcome {
    let pipeline = pipeline(config)?;
    let hash = pipeline.open_vault()?.put(pipeline.text.as_bytes())?;
    let new = Ledger::open(&pipeline.ledger, &pipeline.tenant)?.configured(&hash, by)?;
    let verb = if new { "gilt, freigegeben von" } else { "galt schon; unverändert trotz" };
    println!("Konfiguration {} {verb} {by}.", &hash.hex()[..12]);
    Ok(DONE)
}

/// Puts the text that was in force before into the file, and in force.
pub fn rollback(config: Option<&Path>, by: &str) -> Outcome {
    let pipeline = pipeline(config)?;
    let ledger = Ledger::open(&pipeline.ledger, &pipeline.tenant)?;
    let vault = pipeline.open_vault()?;
    let Some(before) = ledger.configuration_before(&pipeline.hash)? else {
        return Err(Stop::Usage(
            "[config.no_version] Vor dieser Konfiguration war keine andere in Kraft. Hinweis: poststelle log zeigt, \
             wann welche galt."
                .into(),
        ));
    };
    let text = String::from_utf8_lossy(&vault.read(&before)?).into_owned();
    // What nobody could start with is not put back.
    config::resolve(&text, "pipeline.toml", &pipeline.base).map_err(|complaints| {
        let all: Vec<String> = complaints.iter().map(ToString::to_string).collect();
        Stop::Usage(format!("Die frühere Fassung gilt heute nicht mehr:\n{}", all.join("\n\n")))
    })?;
    // The text that goes is kept, also if it was never in force.
    vault.put(pipeline.text.as_bytes())?;
    let place = config::find(config);
    put_whole(&place, &text)?;
    ledger.configured(&before, by)?;
    println!("Konfiguration {} gilt wieder, freigegeben von {by}.", &before.hex()[..12]);
    Ok(DONE)
}

fn line(change: &Change) -> String {
    let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "(nicht gesetzt)".into());
    let effect = match takes_effect(&change.key) {
        Effect::NextCommand => "sofort, beim nächsten Befehl",
        Effect::Reload => "sofort, im laufenden Dienst",
        Effect::Restart => "nach Neustart",
    };
    format!("{}: {} -> {} ({effect})", change.key, shown(&change.old), shown(&change.new))
}
