//! What a backup says of itself: one line of JSON for its head, one for each file, one for its end.
//!
//! The end carries the number of files and the SHA-256 of all lines before it, so that a manifest that was cut
//! off or altered is known before anything it says is believed. Pure.

use crate::model::hash::ContentHash;
use crate::model::refusal::Refusal;
use serde::{Deserialize, Serialize};
use std::path::{Component, Path};

/// Name of the manifest in a backup.
pub(super) const NAME: &str = "manifest.jsonl";
/// Version of this format.
pub(super) const VERSION: u32 = 1;
/// What the head calls itself.
const FORMAT: &str = "poststelle-backup";

/// First line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    pub(super) format: String,
    pub(super) version: u32,
    /// When the ledger was copied, UTC.
    pub(super) at: String,
    pub(super) town: String,
    pub(super) tenant: String,
    /// Folder with what changes from one backup to the next: ledger and configuration.
    pub(super) state: String,
    /// Files of secrets that are not here.
    pub(super) kept_elsewhere: Vec<String>,
}

impl Head {
    pub(super) fn new(at: String, town: String, tenant: String, state: String) -> Self {
        Self { format: FORMAT.into(), version: VERSION, at, town, tenant, state, kept_elsewhere: Vec::new() }
    }
}

/// A line in between.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Kept {
    /// From the folder of the backup.
    pub(super) path: String,
    pub(super) bytes: u64,
    pub(super) sha256: ContentHash,
}

#[derive(Serialize, Deserialize)]
struct End {
    files: usize,
    sha256: ContentHash,
}

/// The whole manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Manifest {
    pub(super) head: Head,
    pub(super) files: Vec<Kept>,
}

impl Manifest {
    pub(super) fn write(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut out = serde_json::to_vec(&self.head)?;
        out.push(b'\n');
        for file in &self.files {
            serde_json::to_writer(&mut out, file)?;
            out.push(b'\n');
        }
        let end = End { files: self.files.len(), sha256: ContentHash::of(&out) };
        serde_json::to_writer(&mut out, &end)?;
        out.push(b'\n');
        Ok(out)
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        let hint = "Andere Sicherung verwenden; diese nicht verändern.";
        let damaged = |what: &str| {
            Refusal::new("backup.manifest", format!("Das Verzeichnis {NAME} ist beschädigt: {what}."), hint)
        };
        let body = bytes.strip_suffix(b"\n").ok_or_else(|| damaged("das Ende fehlt"))?;
        let last = body.iter().rposition(|b| *b == b'\n').ok_or_else(|| damaged("das Ende fehlt"))?;
        let end: End = serde_json::from_slice(&body[last + 1..]).map_err(|_| damaged("das Ende fehlt"))?;
        let before = &bytes[..=last];
        if ContentHash::of(before) != end.sha256 {
            return Err(damaged("die Prüfsumme stimmt nicht"));
        }
        let mut lines = before.split(|b| *b == b'\n').filter(|line| !line.is_empty());
        let head: Head = lines
            .next()
            .and_then(|line| serde_json::from_slice(line).ok())
            .ok_or_else(|| damaged("der Anfang ist unlesbar"))?;
        if head.format != FORMAT || head.version != VERSION {
            return Err(Refusal::new(
                "backup.version",
                format!("Die Sicherung hat das Format {} {}.", head.format, head.version),
                "Mit dem Programm zurückspielen, das sie geschrieben hat.",
            ));
        }
        let files: Vec<Kept> = lines
            .map(serde_json::from_slice)
            .collect::<Result<_, _>>()
            .map_err(|_| damaged("eine Zeile ist unlesbar"))?;
        if files.len() != end.files {
            return Err(damaged("es fehlen Zeilen"));
        }
        // What it names is written where the caller wants it, and nowhere else.
        let inside = |path: &str| {
            !path.is_empty() && Path::new(path).components().all(|c| matches!(c, Component::Normal(_)))
        };
        let outside = files.iter().map(|f| &f.path).chain([&head.state]).find(|path| !inside(path)).cloned();
        match outside {
            Some(path) => Err(damaged(&format!("„{path}“ führt aus der Sicherung hinaus"))),
            None => Ok(Self { head, files }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(path: &str) -> Manifest {
        let head = Head::new("2026-11-02T10:00:00.000Z".into(), "T".into(), "t".into(), "stand-1".into());
        let file = Kept { path: path.into(), bytes: 3, sha256: ContentHash::of(b"abc") };
        Manifest { head, files: vec![file] }
    }

    #[test]
    fn what_is_written_is_read_and_nothing_shorter_or_other() {
        let bytes = manifest("vault/ab/abc").write().unwrap();
        assert_eq!(Manifest::read(&bytes).unwrap(), manifest("vault/ab/abc"));
        for length in 0..bytes.len() {
            assert!(Manifest::read(&bytes[..length]).is_err(), "{length}");
        }
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            assert!(Manifest::read(&flipped).is_err(), "{at}");
        }
        for path in ["../x", "/etc/passwd", "vault/../../x", ""] {
            assert!(Manifest::read(&manifest(path).write().unwrap()).is_err(), "{path}");
        }
    }
}
