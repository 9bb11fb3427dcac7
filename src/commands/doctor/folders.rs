//! Folders: there, writable, with room, and whether the system tells of changes in them.

use super::finding::Finding;
use crate::config::Pipeline;
use crate::model::place::VaultPlace;
use crate::model::town::{PlaceWay, TargetWay};
use crate::vault::Vault;
use rustix::fs::{statfs, statvfs};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Below this no batch of a day is sure to fit.
const FREE_FAIL: u64 = 1 << 30;
/// Below this somebody should make room this week.
const FREE_WARN: u64 = 10 << 30;

pub(super) fn findings(pipeline: &Pipeline) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        pipeline.stations.iter().flat_map(|s| drop_folder(&s.id, &s.folder, s.poll.as_secs())).collect();
    let mut rooms: Vec<(&str, PathBuf)> = vec![(vault_of(pipeline), pipeline.vault.local().to_owned())];
    rooms.extend(pipeline.ledger.file().map(|file| ("Journal", file.to_owned())));
    rooms.extend(pipeline.stations.iter().map(|s| ("Scanordner", s.folder.clone())));
    for target in &pipeline.targets {
        if let TargetWay::Files(files) = &target.way
            && let PlaceWay::Folder { path, .. } = &files.place
        {
            rooms.push(("Zielordner", path.clone()));
            // Whether it is mounted and a folder is said by the target itself.
            if path.is_dir()
                && let Err(error) = probe(path)
            {
                findings.push(unwritable(
                    "target.unwritable",
                    &format!("Zielordner {}", path.display()),
                    &error,
                ));
            }
        }
    }
    let ledger = pipeline.ledger.file().and_then(Path::parent).map(|folder| ("Journal", folder));
    for (what, path) in ledger.into_iter().chain([(vault_of(pipeline), pipeline.vault.local())]) {
        let folder = existing(path);
        if let Err(error) = probe(&folder) {
            let what = format!("{what}: {}", folder.display());
            findings.push(unwritable("storage.unwritable", &what, &error));
        }
    }
    findings.extend(bucket(pipeline));
    findings.extend(space(&rooms));
    findings
}

/// What of the vault lies on this machine.
pub(super) fn vault_of(pipeline: &Pipeline) -> &'static str {
    if pipeline.vault.folder().is_some() { "Tresor" } else { "Zwischenspeicher des Tresors" }
}

/// Whether the bucket takes an object and lets it be removed; nothing to say of a folder.
fn bucket(pipeline: &Pipeline) -> Option<Finding> {
    let VaultPlace::Bucket(_) = &pipeline.vault else { return None };
    // Without its keys: of those speaks the finding about encryption.
    Some(match Vault::for_reading(&pipeline.vault).writable() {
        Ok(()) => Finding::ok(
            "vault.bucket",
            format!("Der Tresor {} ist erreichbar und beschreibbar.", pipeline.vault),
        ),
        Err(error) => Finding::fail(
            "vault.bucket",
            error.to_string(),
            "Bis dahin bleiben Scans in den Scanordnern liegen; nichts geht verloren.",
        ),
    })
}

fn drop_folder(station: &str, folder: &Path, poll: u64) -> Vec<Finding> {
    let shown = format!("Scanordner {} der Station „{station}“", folder.display());
    if !folder.is_dir() {
        return vec![Finding::fail(
            "station.folder_missing",
            format!("{shown} fehlt."),
            "Ordner anlegen oder Freigabe einhängen; der Scanner schreibt sonst ins Leere.",
        )];
    }
    if let Err(error) = probe(folder) {
        return vec![unwritable("station.folder_unwritable", &shown, &error)];
    }
    let place = match statfs(folder) {
        Ok(found) => match network(found.f_type.cast_unsigned()) {
            Some(kind) => Finding::ok(
                "station.folder_network",
                format!(
                    "{shown} ist beschreibbar, liegt auf {kind}: keine Ereignisse, alle {poll} s nachgesehen."
                ),
            ),
            None => Finding::ok(
                "station.folder_local",
                format!("{shown} ist beschreibbar und lokal: Ereignisse, dazu alle {poll} s nachgesehen."),
            ),
        },
        Err(error) => Finding::warn(
            "station.folder_unknown",
            format!("{shown}: das Dateisystem sagt nichts über sich ({error})."),
            "Einhängung prüfen.",
        ),
    };
    std::iter::once(place).chain(unreadable(&shown, folder)).collect()
}

/// Scans that lie there and may not be opened: nobody else tells whoever put them there.
fn unreadable(shown: &str, folder: &Path) -> Option<Finding> {
    let denied = |path: &PathBuf| {
        std::fs::File::open(path).is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied)
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.filter(|e| e.file_type().is_ok_and(|t| t.is_file())).map(|e| e.path());
    let names: Vec<String> =
        files.filter(denied).filter_map(|p| Some(p.file_name()?.to_string_lossy().into_owned())).collect();
    (!names.is_empty()).then(|| {
        Finding::fail(
            "source.unreadable",
            format!("{shown}: nicht lesbar sind {}.", names.join(", ")),
            "Besitzer und Rechte so setzen, dass der Benutzer des Dienstes sie lesen darf.",
        )
    })
}

fn unwritable(code: &str, what: &str, error: &std::io::Error) -> Finding {
    let hint = "Rechte für den Benutzer des Dienstes setzen; Dateisystem nicht nur lesend einhängen.";
    Finding::fail(code, format!("{what} ist nicht beschreibbar: {error}."), hint)
}

/// Whether a file can be made and removed there. Its name is one that no station takes and no consumer reads.
fn probe(folder: &Path) -> std::io::Result<()> {
    let file = tempfile::Builder::new().prefix(".poststelle-doctor-").tempfile_in(folder)?;
    file.close()
}

/// File systems of other machines by their number (`statfs(2)`): of their changes the kernel tells nobody.
fn network(number: u64) -> Option<&'static str> {
    Some(match number & 0xffff_ffff {
        0x6969 => "einer NFS-Freigabe",
        0xff53_4d42 | 0xfe53_4d42 | 0x517b => "einer SMB-Freigabe",
        0x6573_5546 => "einem FUSE-Dateisystem (etwa sshfs)",
        0x0102_1997 => "einer 9P-Freigabe",
        0x00c3_6400 => "CephFS",
        0x5346_414f => "AFS",
        _ => return None,
    })
}

/// The nearest folder that is there.
fn existing(path: &Path) -> PathBuf {
    path.ancestors().find(|p| p.is_dir()).unwrap_or(Path::new("/")).to_owned()
}

/// Free space, once for each file system.
fn space(rooms: &[(&str, PathBuf)]) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    for (what, path) in rooms {
        let folder = existing(path);
        use std::os::unix::fs::MetadataExt;
        let device = std::fs::metadata(&folder).map(|m| m.dev()).unwrap_or_default();
        if !seen.insert(device) {
            continue;
        }
        findings.push(match statvfs(&folder) {
            Ok(found) => {
                judged(what, &folder.display().to_string(), found.f_bavail.saturating_mul(found.f_frsize))
            }
            Err(error) => Finding::warn("disk.unknown", format!("{what}: {error}."), "Einhängung prüfen."),
        });
    }
    findings
}

fn judged(what: &str, folder: &str, free: u64) -> Finding {
    let text = format!("{what} ({folder}): {:.1} GiB frei.", free as f64 / f64::from(1 << 30));
    let hint = "Platz schaffen oder Datenträger vergrößern; ist er voll, nimmt der Dienst nichts mehr an.";
    match free {
        0..FREE_FAIL => Finding::fail("disk.full", text, hint),
        FREE_FAIL..FREE_WARN => Finding::warn("disk.low", text, hint),
        _ => Finding::ok("disk.free", text),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;

    #[test]
    fn room_and_kind_of_a_file_system() {
        for (free, level) in [(0, Level::Fail), (FREE_FAIL, Level::Warn), (FREE_WARN, Level::Ok)] {
            assert_eq!(judged("Tresor", "/", free).level, level);
        }
        // The kernel gives a signed number on some machines.
        assert!(network((-11_317_950_i64).cast_unsigned()).is_some());
        assert!(network(0xef53).is_none());
    }
}
