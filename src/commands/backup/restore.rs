//! `restore`: into an empty place, and only what proves itself.

use super::copying::{copy, make_folder, sync_below};
use super::manifest::{Manifest, NAME};
use super::{CONFIG, LEDGER, VAULT};
use crate::commands::{DONE, Outcome, REFUSED, Stop, pipeline};
use crate::error::{Error, Result};
use crate::ledger::{self, Ledger};
use crate::model::hash::ContentHash;
use crate::vault::{Keys, Vault, sync_folder};
use std::fs;
use std::path::Path;

/// Code of the event that somebody restored a backup for practice; its detail says what came of it.
pub const TESTED: &str = "backup.tested";

/// What is wrong is named up to so often; of the rest only the number.
const NAMED_MAX: usize = 50;

/// Everything lies here until all of it has been checked.
const UNFINISHED: &str = ".unfertig";

/// Copies the backup `from` into the empty folder `to`. 0: restored and proved; 1: the backup is damaged or
/// incomplete, and nothing is there; 2: wrong usage.
pub fn run(from: &Path, to: &Path, key: Option<&Path>) -> Outcome {
    let place = from.join(NAME);
    let bytes = fs::read(&place).map_err(|error| {
        Stop::Usage(format!(
            "[restore.no_backup] {}: {error}. Hinweis: den Ordner nennen, den backup gefüllt hat; ohne {NAME} ist \
             eine Sicherung nicht fertig geworden.",
            place.display()
        ))
    })?;
    if fs::read_dir(to).is_ok_and(|mut entries| entries.next().is_some()) || to.is_file() {
        return Err(Stop::Usage(format!(
            "[usage.to] {} ist nicht leer. Hinweis: neuen oder leeren Ordner nennen.",
            to.display()
        )));
    }
    let manifest = match Manifest::read(&bytes) {
        Ok(manifest) => manifest,
        Err(refusal) => {
            eprintln!("{refusal}");
            return Ok(REFUSED);
        }
    };
    // Without its keys nobody can say whether an encrypted vault is whole; better asked before than after hours.
    let keys = key.map(Keys::read).transpose().map_err(Error::from)?;
    Vault::for_reading(&from.join(&manifest.head.state).join(VAULT)).under(keys.clone())?;
    let unfinished = to.join(UNFINISHED);
    make_folder(&unfinished)?;
    let wrong = match brought(from, &unfinished, &manifest, keys) {
        Ok(wrong) => wrong,
        Err(error) => {
            // A half-filled folder must not be taken for a restored one.
            let _ = fs::remove_dir_all(&unfinished);
            return Err(error.into());
        }
    };
    if !wrong.is_empty() {
        wrong.iter().take(NAMED_MAX).for_each(|line| eprintln!("{line}"));
        eprintln!(
            "[restore.refused] {} Stellen der Sicherung stimmen nicht; nichts wurde zurückgespielt. Hinweis: andere \
             Sicherung verwenden.",
            wrong.len()
        );
        fs::remove_dir_all(&unfinished).map_err(Error::io("Rest entfernen", &unfinished))?;
        return Ok(REFUSED);
    }
    for name in [VAULT, CONFIG, LEDGER] {
        let (old, new) = (unfinished.join(name), to.join(name));
        if old.exists() {
            fs::rename(&old, &new).map_err(Error::io("Zurückspielen", &new))?;
        }
    }
    fs::remove_dir(&unfinished).map_err(Error::io("Rest entfernen", &unfinished))?;
    sync_folder(to)?;
    println!(
        "Zurückgespielt und geprüft: {} Dateien, Stand {}, in {}.",
        manifest.files.len(),
        manifest.head.at,
        to.display()
    );
    for secret in &manifest.head.kept_elsewhere {
        println!("Gesondert einspielen: {secret}");
    }
    println!(
        "Danach: in pipeline.toml ledger und vault auf diesen Ordner richten (oder ihn an ihre Stelle legen), \
         Dateien unter {} an ihren Platz, poststelle doctor, dann den Dienst starten. Zustellungen, die nach dem \
         Stand der Sicherung geschahen, prüft er beim Ziel, bevor er etwas wiederholt.",
        to.join(CONFIG).join("files").display()
    );
    Ok(DONE)
}

/// Restores for practice: what came of it is an event of the town's own ledger.
pub fn test(config: Option<&Path>, (from, to): (&Path, &Path), key: Option<&Path>, by: &str) -> Outcome {
    let pipeline = pipeline(config)?;
    let ledger = Ledger::open(&pipeline.ledger, &pipeline.tenant)?;
    let code = run(from, to, key)?;
    // Read again: what is said is said of the list that was followed.
    let bytes = fs::read(from.join(NAME)).map_err(Error::io("Sicherung lesen", from))?;
    let state = Manifest::read(&bytes).map_or_else(|_| "-".into(), |manifest| manifest.head.at);
    let verdict = if code == DONE { "restored" } else { "refused" };
    let hash = ContentHash::of(&bytes);
    ledger.note(TESTED, "backup", by, &format!("{verdict} state={state} manifest={hash}"))?;
    println!("Probe vermerkt: {verdict}.");
    Ok(code)
}

/// Copies every file and checks it; then the ledger against itself and the vault. Gives all that is wrong.
fn brought(from: &Path, to: &Path, manifest: &Manifest, keys: Option<Keys>) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    let state = format!("{}/", manifest.head.state);
    for file in &manifest.files {
        let name = file.path.strip_prefix(&state).unwrap_or(&file.path);
        let mode = if name.starts_with(VAULT) { 0o440 } else { 0o600 };
        match copy(&from.join(&file.path), &to.join(name), mode) {
            Ok((hash, bytes)) if hash == file.sha256 && bytes == file.bytes => {}
            Ok(_) => wrong.push(format!("[restore.damaged] {}: der Inhalt ist ein anderer.", file.path)),
            Err(Error::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
                wrong.push(format!("[restore.missing] {} fehlt.", file.path));
            }
            Err(error) => return Err(error),
        }
    }
    // A ledger that was altered is not worth opening.
    if wrong.is_empty() {
        make_folder(&to.join(VAULT))?;
        let vault = Vault::for_reading(&to.join(VAULT)).under(keys)?;
        let audit = ledger::audit(&to.join(LEDGER), Some(&vault), &[])?;
        wrong.extend(audit.wrong.iter().map(|(name, detail)| format!("[{name}] {detail}")));
        sync_below(to)?;
    }
    Ok(wrong)
}
