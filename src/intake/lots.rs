//! Lots of an external scan provider: a folder with a signed manifest, taken over whole or not at all.
//!
//! ```text
//! drop folder/2026-11-20-A/   0001.pdf 0002.pdf ...  manifest.json  manifest.sig
//! ```
//!
//! The manifest names every file with its SHA-256; the signature is over its
//! bytes, with a key whose public half the station knows. A lot that is not
//! exactly what its manifest says goes to `rejected/` as it came, with the
//! reason. One that is: its files become claims like any other scan's, each
//! with what the manifest says about it beside it, and the rest of the journey
//! is the usual one.
//!
//! Order, each step repeatable: *claim* the folder by renaming it into
//! `.poststelle/`; *judge* it there, where the provider no longer writes;
//! *record* the verdict; move the files to claims; remove the empty folder.

use super::subfolders::put_aside;
use super::{Intake, beside_claim, safe_name, write_synced};
use crate::error::{Error, Result};
use crate::fault;
use crate::ledger::BatchRow;
use crate::model::refusal::Refusal;
use crate::model::town::Station;
use crate::vault::{hash_of, sync_folder};
use openssl::hash::MessageDigest;
use openssl::pkey::{Id, PKey, Public};
use openssl::sign::Verifier;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;
use std::time::Duration;

/// What the provider wrote.
const MANIFEST: &str = "manifest.json";
/// The signature over its bytes.
const SIGNATURE: &str = "manifest.sig";
/// A manifest is not larger: 100,000 files have 20 MB.
const MANIFEST_MAX: u64 = 32 << 20;
/// Event of a lot that is what it says.
const ACCEPTED: &str = "lot.accepted";
/// Event of one that is not.
const REJECTED: &str = "lot.rejected";

/// What a manifest says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    /// The provider's own name of the lot.
    lot: String,
    /// Person who scanned.
    operator: Option<String>,
    /// When the mail entered the authority, ISO date.
    received: Option<jiff::civil::Date>,
    /// Number of files.
    count: usize,
    files: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    sha256: String,
    /// Images in the file, if the provider counts them.
    images: Option<u32>,
}

/// Whether a lot may be claimed: signed and still, or given up on.
pub(super) fn is_ready(station: &Station, folder: &Path, still: Duration) -> bool {
    let signed = folder.join(MANIFEST).is_file() && folder.join(SIGNATURE).is_file();
    let patience = if signed && all_there(folder) { station.quiet } else { station.sidecar_wait };
    still >= patience.max(Duration::from_millis(1))
}

impl Intake<'_> {
    /// Takes a claimed lot over, or puts it aside.
    pub(super) fn take_lot(
        &self,
        station: &Station,
        claims: &Path,
        lot: &Path,
        taken: &mut Vec<BatchRow>,
    ) -> Result<()> {
        let name = lot.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let accepted = self.ledger.lot_was(&name, ACCEPTED)?;
        let manifest = match read(lot, &keys(station)?).and_then(|manifest| {
            // Once accepted, files have begun to move away; until then all must be there.
            if !accepted {
                compare(lot, &manifest)?;
            }
            Ok(manifest)
        }) {
            Ok(manifest) => manifest,
            Err(refusal) => return self.reject(station, lot, &name, &refusal),
        };
        if !accepted {
            let bytes = read_file(&lot.join(MANIFEST))?;
            let hash = self.vault.put(&bytes)?;
            self.vault.put(&read_file(&lot.join(SIGNATURE))?)?;
            let detail = format!("{} files, manifest {hash}", manifest.files.len());
            self.ledger.lot_judged(&name, ACCEPTED, &detail)?;
            fault::point("lot.accepted");
        }
        let (moment, _) = name.split_once('~').unwrap_or((&name, ""));
        for (number, entry) in (1..).zip(&manifest.files) {
            let from = lot.join(&entry.name);
            let claim = claims.join(format!("{moment}-{number:05}~{}", safe_name(&entry.name)));
            if from.is_file() {
                let said = serde_json::json!({
                    "operator": manifest.operator, "received": manifest.received, "images": entry.images,
                });
                write_synced(&beside_claim(&claim), said.to_string().as_bytes())?;
                fs::rename(&from, &claim).map_err(Error::io("Scan aus dem Los übernehmen", &from))?;
                sync_folder(claims)?;
                fault::point("lot.file_claimed");
            }
            if claim.is_file() {
                taken.push(self.take(station, &claim)?);
            }
        }
        fs::remove_dir_all(lot).map_err(Error::io("Leeres Los entfernen", lot))?;
        sync_folder(claims)
    }

    /// The lot as it came, with the reason beside it; the event only once.
    fn reject(&self, station: &Station, lot: &Path, name: &str, refusal: &Refusal) -> Result<()> {
        if !self.ledger.lot_was(name, REJECTED)? {
            self.ledger.lot_judged(name, REJECTED, &refusal.code)?;
        }
        put_aside(station, lot, "das ganze Los", refusal)
    }
}

/// Manifest, if one of the keys signed it.
fn read(lot: &Path, keys: &[PKey<Public>]) -> std::result::Result<Manifest, Refusal> {
    let part = |name: &str, code: &str| {
        let path = lot.join(name);
        let small = fs::symlink_metadata(&path).is_ok_and(|m| m.is_file() && m.len() <= MANIFEST_MAX);
        small.then(|| fs::read(&path).ok()).flatten().ok_or_else(|| {
            Refusal::new(code, format!("Im Los fehlt „{name}“."), "Los vollständig neu anliefern lassen.")
        })
    };
    let bytes = part(MANIFEST, "lot.no_manifest")?;
    let signature = part(SIGNATURE, "lot.no_signature")?;
    if !keys.iter().any(|key| signed_by(key, &bytes, &signature)) {
        return Err(Refusal::new(
            "lot.signature",
            "Die Begleitliste ist nicht mit einem bekannten Schlüssel des Dienstleisters unterschrieben.",
            "Beim Dienstleister nachfragen; seinen öffentlichen Schlüssel in lot_keys prüfen.",
        ));
    }
    serde_json::from_slice(&bytes).map_err(|error| {
        Refusal::new(
            "lot.manifest",
            format!("Die Begleitliste ist nicht zu verstehen: {error}."),
            "Aufbau: lot, operator, received, count und files mit name, sha256 und images.",
        )
    })
}

/// Whatever kind of key: RSA and EC with SHA-256, Ed25519 over the bytes themselves.
fn signed_by(key: &PKey<Public>, bytes: &[u8], signature: &[u8]) -> bool {
    let verifier = match key.id() {
        Id::ED25519 | Id::ED448 => Verifier::new_without_digest(key),
        _ => Verifier::new(MessageDigest::sha256(), key),
    };
    verifier.and_then(|mut v| v.verify_oneshot(signature, bytes)).unwrap_or(false)
}

/// Every file it names is there with these bytes, and nothing else.
fn compare(lot: &Path, manifest: &Manifest) -> std::result::Result<(), Refusal> {
    let refuse = |code: &str, text: String| {
        Err(Refusal::new(code, text, "Los berichtigt und vollständig neu anliefern lassen."))
    };
    if manifest.count != manifest.files.len() {
        let (said, named) = (manifest.count, manifest.files.len());
        return refuse("lot.count", format!("Die Begleitliste meldet {said} Dateien und nennt {named}."));
    }
    let mut named = BTreeSet::from([MANIFEST.to_owned(), SIGNATURE.to_owned()]);
    for entry in &manifest.files {
        let plain = Path::new(&entry.name).file_name().is_some_and(|name| *name == *entry.name);
        if !plain || !named.insert(entry.name.clone()) {
            return refuse("lot.name", format!("„{}“ ist kein Dateiname oder doppelt.", entry.name));
        }
        let path = lot.join(&entry.name);
        let is_file = fs::symlink_metadata(&path).is_ok_and(|m| m.is_file());
        let file = is_file.then(|| File::open(&path).ok()).flatten();
        let Some(hash) = file.and_then(|mut file| hash_of(&mut file).ok()) else {
            return refuse("lot.file_missing", format!("Die Datei „{}“ fehlt im Los.", entry.name));
        };
        if !hash.hex().eq_ignore_ascii_case(&entry.sha256) {
            return refuse(
                "lot.file_differs",
                format!("Die Datei „{}“ ist nicht die gelistete.", entry.name),
            );
        }
    }
    let there = fs::read_dir(lot).into_iter().flatten().flatten();
    match there.map(|e| e.file_name().to_string_lossy().into_owned()).find(|name| !named.contains(name)) {
        Some(other) => {
            refuse("lot.file_unlisted", format!("„{other}“ liegt im Los und steht nicht in der Liste."))
        }
        None => Ok(()),
    }
}

/// The public keys of the providers; one that cannot be read stops every lot, and loses none.
fn keys(station: &Station) -> Result<Vec<PKey<Public>>> {
    station.lot_keys.iter().map(|path| public_key(path)).collect()
}

/// A public key in PEM.
pub fn public_key(path: &Path) -> Result<PKey<Public>> {
    PKey::public_key_from_pem(&read_file(path)?).map_err(|_| {
        Error::Refused(Refusal::new(
            "lot.key",
            format!("{} ist kein öffentlicher Schlüssel in PEM.", path.display()),
            "Ihn vom Dienstleister als „-----BEGIN PUBLIC KEY-----“ geben lassen.",
        ))
    })
}

fn read_file(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(Error::io("Datei eines Loses lesen", path))
}

/// Whether everything a manifest names is there already, by name.
fn all_there(folder: &Path) -> bool {
    let Ok(bytes) = fs::read(folder.join(MANIFEST)) else { return false };
    serde_json::from_slice::<Manifest>(&bytes)
        .is_ok_and(|m| !m.lot.is_empty() && m.files.iter().all(|f| folder.join(&f.name).is_file()))
}
