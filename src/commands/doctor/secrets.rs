//! Who may read what: the ledger, the vault, files with secrets.

use super::finding::Finding;
use crate::config::Pipeline;
use crate::config::named::{self, Holds};
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Rights of others to pass through a folder.
const OTHERS_PASS: u32 = 0o001;
/// Rights of others to read.
const OTHERS_READ: u32 = 0o004;
/// A key is no group's either, unless it only reads.
const SECRET: u32 = 0o037;

pub(super) fn findings(pipeline: &Pipeline) -> Vec<Finding> {
    let mut findings = Vec::new();
    let ledger = pipeline.ledger.file().map(|file| ("Journal", file, "ledger.rights"));
    for (what, path, code) in ledger.into_iter().chain([(
        super::folders::vault_of(pipeline),
        pipeline.vault.local(),
        "vault.rights",
    )]) {
        // What is not there yet is made by the service; the folders are checked elsewhere.
        if let Some(mode) = mode(path) {
            findings.push(stored(what, path, code, mode));
        }
    }
    findings.extend(encryption(pipeline));
    let secrets: BTreeSet<_> =
        named::files(pipeline).into_iter().filter(|f| f.holds == Holds::Secret).collect();
    for secret in secrets {
        let (path, by) = (secret.path.display(), &secret.named_by);
        findings.push(if secret.is_credential() {
            Finding::ok("secret.credential", format!("{path} ({by}) reicht systemd dem Dienst herein."))
        } else {
            match std::fs::File::open(&secret.path) {
                Err(error) => Finding::fail(
                    "secret.unreadable",
                    format!("{path} ({by}): {error}."),
                    "Datei anlegen und für den Dienst lesbar machen.",
                ),
                Ok(_) => kept(&path.to_string(), by, mode(&secret.path).unwrap_or(0)),
            }
        });
    }
    findings
}

/// Whether the vault can be read and written with the keys that are named; nothing to say where none is needed.
fn encryption(pipeline: &Pipeline) -> Option<Finding> {
    match pipeline.read_vault() {
        Ok(vault) => vault.key().map(|key| {
            Finding::ok("vault.encrypted", format!("Neues im Tresor liegt unter dem Schlüssel {key}."))
        }),
        Err(error) => Some(Finding::fail(
            "vault.key",
            error.to_string(),
            "Schlüsseldatei bereitstellen; ohne sie ist der Inhalt des Tresors verloren.",
        )),
    }
}

fn mode(path: &Path) -> Option<u32> {
    std::fs::metadata(path).ok().map(|meta| meta.permissions().mode() & 0o777)
}

/// Letters of citizens: nobody but the service and its administrators. A closed folder above closes what is in it.
fn stored(what: &str, path: &Path, code: &str, mode: u32) -> Finding {
    let shown = path.display();
    let closed = path.ancestors().skip(1).filter_map(self::mode).any(|above| above & OTHERS_PASS == 0);
    if mode & OTHERS_READ == 0 || closed {
        return Finding::ok(code, format!("{what} {shown} ist nicht für alle lesbar ({mode:03o})."));
    }
    Finding::warn(
        code,
        format!("{what} {shown} ist für alle Benutzer dieses Rechners lesbar ({mode:03o})."),
        format!("chmod o-rwx {shown}; den Ordner darüber ebenso."),
    )
}

fn kept(path: &str, by: &str, mode: u32) -> Finding {
    if mode & SECRET == 0 {
        return Finding::ok("secret.kept", format!("{path} ({by}) ist geschützt ({mode:03o})."));
    }
    Finding::fail(
        "secret.open",
        format!("{path} ({by}) ist für andere lesbar oder änderbar ({mode:03o})."),
        format!("chmod 600 {path}, und das Geheimnis wechseln, wenn es jemand gelesen haben kann."),
    )
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;

    #[test]
    fn the_key_of_the_vault_is_named_and_a_missing_one_is_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        let key = |digits: &str| std::fs::write(folder.path().join("k"), digits.repeat(32)).unwrap();
        let config =
            format!("vault_key_file = \"k\"\n{}", include_str!("../../../tests/configurations/good.toml"));
        let town = crate::config::resolve(&config, "p", folder.path()).unwrap();
        key("a1");
        let id = town.open_vault().unwrap().key().unwrap();
        town.open_vault().unwrap().put(b"Brief").unwrap();
        let found = encryption(&town).unwrap();
        assert!(found.level == Level::Ok && found.text.contains(&id), "{}", found.line());
        key("b2");
        let found = encryption(&town).unwrap();
        assert!(found.level == Level::Fail && found.text.contains(&id), "{}", found.line());
    }

    #[test]
    fn a_secret_is_read_by_its_owner_and_at_most_by_a_group() {
        for (mode, level) in
            [(0o600, Level::Ok), (0o640, Level::Ok), (0o644, Level::Fail), (0o660, Level::Fail)]
        {
            assert_eq!(kept("x", "[seal]", mode).level, level, "{mode:o}");
        }
    }
}
