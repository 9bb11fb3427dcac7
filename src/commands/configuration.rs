//! `config`: the configuration as understood, what a changed file would do, and who lets it replace paper.

use super::{DONE, Outcome, Stop, USAGE, pipeline, put_whole};
use crate::config::written::{Change, changes, understood, written};
use crate::config::{self, Pipeline, organisation};
use crate::daemon::{Effect, as_one, kept_rules, load_rules, rule_texts, takes_effect};
use crate::error::Error;
use crate::ledger::{Ledger, Staged};
use crate::model::document::ScanMode;
use crate::model::hash::ContentHash;
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
    // The organisation chart that holds goes on holding.
    let text = text + organisation::apart(&pipeline.text).1;
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

/// Puts the file and the rule files as they are in force where paper is replaced; a running service takes them over.
pub fn activate(config: Option<&Path>, by: &str) -> Outcome {
    let pipeline = pipeline(config)?;
    let (vault, rules) = (pipeline.open_vault()?, load_rules(&pipeline)?);
    let ledger = Ledger::open(&pipeline.ledger, &pipeline.tenant)?;
    for (what, named, text) in
        [(Staged::Configuration, "Konfiguration", &pipeline.text), (Staged::Rules, "Regeln", &rules.text)]
    {
        let hash = vault.put(text.as_bytes())?;
        let new = ledger.put_in_force(what, &hash, by)?;
        let verb = if new { "freigegeben von" } else { "schon in Kraft, unverändert trotz" };
        println!("{named} {}: {verb} {by}.", &hash.hex()[..12]);
    }
    Ok(DONE)
}

/// Puts the text that was in force before into the file, and in force.
pub fn rollback(config: Option<&Path>, by: &str) -> Outcome {
    let pipeline = pipeline(config)?;
    let ledger = Ledger::open(&pipeline.ledger, &pipeline.tenant)?;
    let vault = pipeline.open_vault()?;
    let Some(before) = ledger.in_force_before(Staged::Configuration, &pipeline.hash)? else {
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
    put_whole(&place, organisation::apart(&text).0)?;
    // With the organisation chart of today, which may not be that of then.
    let now = super::pipeline(config)?;
    ledger.put_in_force(Staged::Configuration, &vault.put(now.text.as_bytes())?, by)?;
    println!("Konfiguration {} gilt wieder, freigegeben von {by}.", &before.hex()[..12]);
    Ok(DONE)
}

/// Puts the rule files that were in force before into their folder, and in force. What lies there and did not belong
/// to them is kept under another name.
pub fn rollback_rules(config: Option<&Path>, by: &str) -> Outcome {
    let pipeline = pipeline(config)?;
    let ledger = Ledger::open(&pipeline.ledger, &pipeline.tenant)?;
    let vault = pipeline.open_vault()?;
    let folder = &pipeline.classifiers;
    // As they are, also with a mistake in them.
    let now = rule_texts(folder)?;
    let all = as_one(&now)?;
    let Some(before) = ledger.in_force_before(Staged::Rules, &ContentHash::of(all.as_bytes()))? else {
        return Err(Stop::Usage(
            "[config.no_rules] Vor diesen Regeln waren keine anderen in Kraft. Hinweis: in Kraft gesetzt werden sie mit \
             config --activate, wo Papier ersetzt wird."
                .into(),
        ));
    };
    let files = kept_rules(&before, &vault)?.files;
    vault.put(all.as_bytes())?;
    for (name, text) in &files {
        put_whole(&folder.join(name), text)?;
    }
    for name in now.keys().filter(|name| !files.contains_key(*name)) {
        let (place, aside) = (folder.join(name), folder.join(format!("{name}.zurueckgenommen")));
        std::fs::rename(&place, &aside).map_err(Error::io("Regel zurücknehmen", &place))?;
    }
    ledger.put_in_force(Staged::Rules, &before, by)?;
    println!("Regeln {} gelten wieder, freigegeben von {by}.", &before.hex()[..12]);
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
