//! `config`: the configuration as understood, and what a changed file would do.

use super::{DONE, Outcome, Stop, USAGE, pipeline};
use crate::config::written::{Change, changes, understood, written};
use crate::config::{self, Pipeline};
use crate::daemon::{Effect, takes_effect};
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
                "{} Änderungen, keine Beanstandung. Dateien unter {} und Inhalte von Geheimnissen wirken ohne Neustart.",
                found.len(),
                pipeline.classifiers.display()
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

fn line(change: &Change) -> String {
    let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "(nicht gesetzt)".into());
    let effect = match takes_effect(&change.key) {
        Effect::NextCommand => "sofort, beim nächsten Befehl",
        Effect::Restart => "nach Neustart",
    };
    format!("{}: {} -> {} ({effect})", change.key, shown(&change.old), shown(&change.new))
}
