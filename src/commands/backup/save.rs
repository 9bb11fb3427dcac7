//! `backup`: while the service runs.

use super::copying::{copy, copy_from, files_below, listed, make_folder, sync_below};
use super::manifest::{Head, Kept, Manifest, NAME};
use super::{CONFIG, LEDGER, VAULT};
use crate::commands::{DONE, Outcome, REFUSED, Stop, pipeline};
use crate::config::named::{self, Holds};
use crate::config::{self, Pipeline};
use crate::error::{Error, Result};
use crate::ledger;
use crate::model::hash::ContentHash;
use crate::vault::{KEYS_USED, Stored, Vault, cipher, sync_folder};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

/// Objects named one by one when something is wrong; of the rest only the number.
const NAMED_MAX: usize = 20;

/// Copies ledger, vault and configuration into `to`. 0: complete; 1: not, and the last complete one still holds.
pub fn run(config: Option<&Path>, to: &Path) -> Outcome {
    let pipeline = pipeline(config)?;
    if pipeline.ledger.file().is_some_and(|file| !file.is_file()) {
        return Err(Stop::Usage(format!(
            "[backup.nothing] Unter {} liegt kein Journal. Hinweis: --config prüfen.",
            pipeline.ledger
        )));
    }
    let place = std::path::absolute(to).map_err(Error::io("Sicherung beginnen", to))?;
    let saved = [pipeline.vault.local(), &pipeline.classifiers];
    if let Some(inside) = saved.into_iter().find(|f| place.starts_with(f)) {
        return Err(Stop::Usage(format!(
            "[backup.inside] {} liegt in {}, das gesichert wird. Hinweis: einen Ordner auf einem anderen Datenträger \
             nennen.",
            to.display(),
            inside.display()
        )));
    }
    make_folder(to)?;
    let Some(_alone) = alone(to)? else {
        return Err(Stop::Usage(format!(
            "[backup.busy] In {} läuft schon eine Sicherung. Hinweis: ihr Ende abwarten.",
            to.display()
        )));
    };
    let earlier = earlier(to)?;
    let now = jiff::Timestamp::now();
    let state = format!("stand-{}", now.strftime("%Y%m%dT%H%M%S%3fZ"));
    let mut head =
        Head::new(ledger::stamp(now), pipeline.town.clone(), pipeline.tenant.clone(), state.clone());

    // First the ledger, then the vault. The service puts an object into the vault, and syncs it, before it commits
    // the row that names it; so whatever this copy of the ledger names lies in the vault already. The other way
    // round a letter that arrives in between would be in the ledger's copy and not in the vault's. What the vault
    // gets after the ledger was copied comes along too, named by nobody yet, which harms nothing.
    let folder = to.join(&state);
    make_folder(&folder)?;
    ledger::snapshot(&pipeline.ledger, &folder.join(LEDGER))?;
    let named = ledger::named_objects(&folder.join(LEDGER))?;

    let mut files = Vec::new();
    head.kept_elsewhere = configuration(&pipeline, &config::find(config), &folder.join(CONFIG))?;
    for path in files_below(&folder)? {
        files.push(described(to, &path)?);
    }
    let vault = pipeline.read_vault()?;
    let Copied { objects, there, new, wrong } = objects(&vault, to, &earlier)?;
    let missing = named
        .difference(&there)
        .map(|hash| format!("[backup.object_missing] {hash}: das Journal nennt es, im Tresor fehlt es."));
    let wrong: Vec<String> = wrong.into_iter().chain(missing).collect();
    if !wrong.is_empty() {
        wrong.iter().take(NAMED_MAX).for_each(|line| eprintln!("{line}"));
        eprintln!(
            "[backup.incomplete] {} Objekte fehlen oder sind beschädigt; die vorige Sicherung gilt weiter. Hinweis: \
             Datenträger prüfen, poststelle verify {}; nichts löschen.",
            wrong.len(),
            pipeline.ledger
        );
        remove(&folder)?;
        return Ok(REFUSED);
    }
    // Which keys are needed belongs to the state; known only after the last object was copied.
    let keys = vault.keys_note()?;
    if !keys.is_empty() {
        let place = folder.join(VAULT).join(KEYS_USED);
        copy_from(&mut keys.as_bytes(), &place, 0o600)?;
        files.push(described(to, &place)?);
    }
    files.extend(objects);
    let (kept, bytes) = (files.len(), files.iter().map(|f| f.bytes).sum::<u64>());
    let manifest = Manifest { head, files };
    let digest = publish(to, &manifest)?;
    forget(to, &manifest)?;
    println!(
        "Gesichert: {kept} Dateien, {:.1} MiB, davon {new} neue Objekte, Stand {}.",
        bytes as f64 / f64::from(1 << 20),
        manifest.head.at
    );
    println!("SHA-256 des Verzeichnisses {}: {digest}", to.join(NAME).display());
    for secret in &manifest.head.kept_elsewhere {
        println!("Nicht gesichert, gesondert aufzubewahren: {secret}");
    }
    Ok(DONE)
}

/// One at a time; ends with the process.
fn alone(to: &Path) -> Result<Option<File>> {
    let path = to.join(".lock");
    let file = File::create(&path).map_err(Error::io("Sicherung beginnen", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(Error::io("Sicherung beginnen", path)(error)),
    }
}

/// Files of the backup that lies there already, by path; one that cannot be read is begun anew.
fn earlier(to: &Path) -> Result<BTreeMap<String, Kept>> {
    let path = to.join(NAME);
    let bytes = match fs::read(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        bytes => bytes.map_err(Error::io("Vorige Sicherung lesen", &path))?,
    };
    Ok(match Manifest::read(&bytes) {
        Ok(manifest) => manifest.files.into_iter().map(|file| (file.path.clone(), file)).collect(),
        Err(refusal) => {
            eprintln!("{refusal}");
            BTreeMap::new()
        }
    })
}

/// Copies what the service is told, and gives the files of secrets that have to be kept elsewhere.
fn configuration(pipeline: &Pipeline, file: &Path, to: &Path) -> Result<Vec<String>> {
    copy(file, &to.join("pipeline.toml"), 0o600)?;
    // Rules lie side by side; a folder among them is nothing the service reads.
    for rule in listed(&pipeline.classifiers)?.0 {
        copy(&rule, &to.join("classifiers").join(rule.file_name().unwrap_or_default()), 0o600)?;
    }
    let (mut elsewhere, mut seen) = (Vec::new(), BTreeSet::new());
    for named in named::files(pipeline) {
        if named.holds == Holds::Secret {
            elsewhere.push(format!("{} ({})", named.path.display(), named.named_by));
        } else if seen.insert(named.path.clone()) {
            // Under the path it had, so that everybody sees where it belongs.
            let place = to.join("files").join(named.path.strip_prefix("/").unwrap_or(&named.path));
            if named.path.is_file() {
                copy(&named.path, &place, 0o600)?;
            } else {
                eprintln!(
                    "[backup.file_missing] {} ({}) fehlt. Hinweis: poststelle doctor.",
                    named.path.display(),
                    named.named_by
                );
            }
        }
    }
    Ok(elsewhere)
}

fn described(root: &Path, path: &Path) -> Result<Kept> {
    let mut file = File::open(path).map_err(Error::io("Sicherung lesen", path))?;
    let bytes = file.metadata().map_err(Error::io("Sicherung lesen", path))?.len();
    let sha256 = crate::vault::hash_of(&mut file)?;
    let name = path.strip_prefix(root).unwrap_or(path);
    let name = name.to_str().ok_or_else(|| Error::Format(format!("{} ist kein UTF-8", name.display())))?;
    Ok(Kept { path: name.to_owned(), bytes, sha256 })
}

struct Copied {
    objects: Vec<Kept>,
    there: BTreeSet<ContentHash>,
    new: usize,
    wrong: Vec<String>,
}

/// Copies the objects that are not there yet. An object that is no longer what its name says is named; all others
/// are copied nevertheless.
fn objects(vault: &Vault, to: &Path, earlier: &BTreeMap<String, Kept>) -> Result<Copied> {
    let mut copied = Copied { objects: Vec::new(), there: BTreeSet::new(), new: 0, wrong: Vec::new() };
    for hash in vault.objects()? {
        // As it is stored: what is encrypted stays so, and the manifest vouches for the bytes as they lie here.
        let Some(stored) = vault.stored(&hash)? else { continue };
        let hex = hash.hex();
        let path = format!("{VAULT}/{}", stored.name());
        let place = to.join(&path);
        // Of an object that an earlier manifest vouches for only the length (and the salt) is looked at: reading hundreds of
        // gigabytes every quarter of an hour would end no backup. `restore` reads them all.
        let unchanged = |known: &&Kept| same(vault, stored, &place, known.bytes).unwrap_or(false);
        if let Some(known) = earlier.get(&path).filter(unchanged) {
            copied.objects.push(known.clone());
            copied.there.insert(hash);
            continue;
        }
        if place.exists() {
            // Of a backup that did not come to its end, or under an earlier key.
            remove(&place)?;
        }
        // Copied first and then read here: what is checked is what the backup has.
        let copied_whole = vault.raw(stored, None).and_then(|mut bytes| copy_from(&mut bytes, &place, 0o400));
        let kept = copied_whole.and_then(|kept| match stored.encrypted {
            true => vault.verify(&hash).map(|()| kept),
            false if kept.0 == hash => Ok(kept),
            false => Err(Error::Damaged { hash: hex.clone() }),
        });
        match kept {
            Ok((sha256, bytes)) => {
                copied.objects.push(Kept { path, bytes, sha256 });
                copied.there.insert(hash);
                copied.new += 1;
            }
            Err(Error::Damaged { .. }) => {
                remove(&place)?;
                copied.wrong.push(format!("[backup.object_damaged] {hex}: im Tresor verändert."));
            }
            // A full disk ends the backup, and so does a storage that does not answer; what vanished meanwhile is named if somebody names it.
            Err(Error::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(copied)
}

/// Whether the copy is still the object: as long, and, where it is encrypted, under the same key and salt.
fn same(vault: &Vault, stored: Stored, copy: &Path, bytes: u64) -> Result<bool> {
    let looked = |error| Error::io("Sicherung lesen", copy)(error);
    if fs::metadata(copy).map_err(looked)?.len() != bytes {
        return Ok(false);
    }
    if !stored.encrypted {
        return Ok(true);
    }
    let there = cipher::head(&mut vault.raw(stored, Some(cipher::HEAD as u64))?).map_err(looked)?;
    let here = File::open(copy).and_then(|mut copy| cipher::head(&mut copy)).map_err(looked)?;
    Ok(there == here)
}

/// The manifest appears whole or not at all, after everything it names is on the disk.
fn publish(to: &Path, manifest: &Manifest) -> Result<ContentHash> {
    sync_below(to)?;
    let bytes = manifest.write()?;
    let (new, place) = (to.join(".manifest.new"), to.join(NAME));
    let write = || {
        fs::write(&new, &bytes)?;
        File::open(&new)?.sync_all()?;
        fs::rename(&new, &place)
    };
    write().map_err(Error::io("Verzeichnis der Sicherung schreiben", &place))?;
    sync_folder(to)?;
    Ok(ContentHash::of(&bytes))
}

/// Takes away what no manifest names any more: earlier states, and objects that the vault has deleted, so that
/// what a town must delete does not live on here.
fn forget(to: &Path, manifest: &Manifest) -> Result<()> {
    let kept: BTreeSet<PathBuf> = manifest.files.iter().map(|file| to.join(&file.path)).collect();
    for path in files_below(&to.join(VAULT))? {
        if !kept.contains(&path) {
            remove(&path)?;
        }
    }
    let entries = fs::read_dir(to).map_err(Error::io("Sicherung lesen", to))?;
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("stand-") && name != manifest.head.state {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    removed.map_err(Error::io("Rest einer Sicherung entfernen", path))
}
