//! `verify` finds and names what was changed, taken away, put in place of another or repeated: in files, in
//! the ledger, in the vault. `PROVE_TAMPER=n` makes n random changes.
#![allow(clippy::unwrap_used)]

mod support;

use poststelle::ledger::audit;
use poststelle::model::hash::ContentHash;
use poststelle::record::{Check, Envelope};
use poststelle::sealing;
use poststelle::vault::Vault;
use rusqlite::Connection;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::authority::Authority;
use support::{Town, root, small_town};

fn verify(town: &Town, paths: &[&Path]) -> (Option<i32>, String) {
    let mut arguments = vec!["verify"];
    arguments.extend(paths.iter().map(|p| p.to_str().unwrap()));
    let done = town.command(&arguments, None);
    (done.status.code(), String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned())
}

/// A town that seals and stamps, with revocation lists.
fn sealing(folder: &str) -> (Town, support::authority::Service) {
    let town = small_town::town(None);
    let (authority, service) = Authority::with_lists(&town.path(folder));
    let path = town.path("pipeline.toml");
    let config = fs::read_to_string(&path).unwrap() + &authority.settings("seal", Some(service.address));
    fs::write(path, config).unwrap();
    (town, service)
}

/// Three letters through `process`.
fn processed() -> (Town, PathBuf) {
    let (town, _service) = sealing("siegel");
    let out = town.path("out");
    let mut arguments = vec!["process".to_owned(), "--out".into(), out.display().to_string()];
    for number in 0..3 {
        let (name, bytes) = small_town::letter(number);
        fs::write(town.path(&name), bytes).unwrap();
        arguments.push(town.path(&name).display().to_string());
    }
    let done = town.command(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), None);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    (town, out)
}

fn folders(out: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(out).unwrap().map(|e| e.unwrap().path()).collect();
    folders.sort();
    folders
}

#[test]
fn altered_missing_swapped_and_doubled_documents_are_named() {
    let (town, out) = processed();
    let folders = folders(&out);
    let check = |paths: &[&Path], code: i32, word: &str| {
        let (found, said) = verify(&town, paths);
        assert_eq!(found, Some(code), "{said}");
        assert!(said.contains(word), "{word} in {said}");
    };
    check(&[&out], 0, "unversehrt");
    let pdf = folders[0].join("document.pdf");
    let alone = town.path("allein.pdf");
    fs::copy(&pdf, &alone).unwrap();
    check(&[&alone], 0, "pdf.digest");

    let good = fs::read(&pdf).unwrap();
    let mut bad = good.clone();
    bad[good.len() / 2] ^= 1;
    fs::write(&alone, &bad).unwrap();
    check(&[&alone], 1, "pdf.");
    fs::write(&pdf, &bad).unwrap();
    check(&[&out], 1, "product");
    // The PDF of another letter: whole in itself, but not this one.
    fs::copy(folders[1].join("document.pdf"), &pdf).unwrap();
    check(&[&folders[0]], 1, "record.embedded");
    fs::write(&pdf, &good).unwrap();
    for (name, failed) in [
        ("document.pdf", "product"),
        ("document.txt", "text"),
        ("document.json", "sheet"),
        ("record.json", "record.missing"),
    ] {
        let kept = town.path("beiseite");
        fs::rename(folders[1].join(name), &kept).unwrap();
        check(&[&out], 1, failed);
        fs::rename(&kept, folders[1].join(name)).unwrap();
    }
    let copy = out.join("kopie");
    fs::create_dir(&copy).unwrap();
    for name in ["document.pdf", "document.txt", "document.json", "record.json"] {
        fs::copy(folders[2].join(name), copy.join(name)).unwrap();
    }
    check(&[&out], 1, "record.doubled");
    fs::remove_dir_all(&copy).unwrap();
    check(&[&out], 0, "unversehrt");
    check(&[&town.path("pipeline.toml")], 2, "nicht prüfbar");
    check(&[Path::new("/gibt/es/nicht")], 2, "nicht prüfbar");
}

/// A town whose three letters are delivered.
fn delivered() -> Town {
    let (town, _service) = sealing("siegel");
    (0..3).for_each(|n| small_town::drop_letter(&town, n));
    assert!(town.run_until_settled(None).status.success());
    assert_eq!(town.delivered().len(), 3);
    town
}

fn said(town: &Town, arguments: &[&str]) -> String {
    let done = town.command(arguments, None);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// Changes the ledger behind the program's back: guards off, statement, guards on again.
fn forge(town: &Town, sql: &str) -> usize {
    let db = Connection::open(town.path("var/ledger.sqlite")).unwrap();
    let mut names = db.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").unwrap();
    let guards: Vec<(String, String)> =
        names.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap().map(Result::unwrap).collect();
    guards.iter().for_each(|(name, _)| db.execute_batch(&format!("DROP TRIGGER {name}")).unwrap());
    let before = db.total_changes();
    db.execute_batch(sql).unwrap();
    let changed = (db.total_changes() - before) as usize;
    guards.iter().for_each(|(_, sql)| db.execute_batch(sql).unwrap());
    changed
}

fn complaints(town: &Town) -> Vec<&'static str> {
    complaints_and_entries(town).0
}

fn complaints_and_entries(town: &Town) -> (Vec<&'static str>, usize) {
    let vault = Vault::for_reading(&town.path("var/vault"));
    let audit = audit(&town.path("var/ledger.sqlite"), Some(&vault), &[]).unwrap();
    (audit.wrong.into_iter().map(|(name, _)| name).collect(), audit.events as usize)
}

#[test]
fn a_forged_ledger_is_exposed() {
    let town = delivered();
    let ledger = town.path("var/ledger.sqlite");
    let head = town.path("stand.json");
    fs::write(&head, said(&town, &["log", "head"])).unwrap();
    assert_eq!(verify(&town, &[&ledger, &head]).0, Some(0), "{}", verify(&town, &[&ledger, &head]).1);
    let whole = fs::read(&ledger).unwrap();
    let restore = || {
        for ending in ["sqlite", "sqlite-wal", "sqlite-shm"] {
            let _ = fs::remove_file(ledger.with_extension(ending));
        }
        fs::write(&ledger, &whole).unwrap();
    };
    for (sql, name) in [
        (
            "UPDATE event SET actor = 'sk-9' WHERE code = 'batch.received' AND rowid = (SELECT min(rowid) FROM event WHERE code = 'batch.received')",
            "log.entry",
        ),
        ("DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)", "log.order"),
        ("DELETE FROM event WHERE seq = 3", "log.order"),
        (
            "INSERT INTO event (tenant, at, code, subject, actor, detail) VALUES ('t', '2026-11-02T00:00:00.000Z', 'document.closed', 'B000001-00000000-01', 'delivery', '')",
            "log.order",
        ),
        ("UPDATE event SET seq = -1 WHERE seq = 2", "log.order"),
        ("UPDATE log_node SET hash = zeroblob(32) WHERE level = 2 AND place = 1", "log.node"),
        ("UPDATE document SET state = 'hold' WHERE ordinal = 1", "row.state"),
        ("UPDATE document SET record = product", "row.hash"),
        ("UPDATE batch SET station = 'b'", "row.record"),
        ("UPDATE batch SET taken_at = '2026-01-01T00:00:00.000Z'", "row.record"),
    ] {
        assert!(forge(&town, sql) > 0, "{sql}");
        let found = complaints(&town);
        assert!(found.contains(&name), "{sql}: {found:?}");
        assert_eq!(verify(&town, &[&ledger]).0, Some(1), "{sql}");
        restore();
    }
    assert_eq!(complaints(&town), Vec::<&str>::new());
    // Who rewrites everything, the log included, is exposed by the head that was kept outside.
    forge(&town, "UPDATE event SET actor = 'sk-9' WHERE actor = 'leitung'");
    forge(&town, "DELETE FROM log_node");
    forge(&town, "DELETE FROM log_leaf");
    assert!(town.command(&["status"], None).status.success());
    assert_eq!(complaints(&town), Vec::<&str>::new(), "in itself the forgery is perfect");
    let (code, text) = verify(&town, &[&ledger, &head]);
    assert!(code == Some(1) && text.contains("log.head"), "{text}");
}

#[test]
fn proofs_pass_a_verifier_written_in_another_language() {
    let town = delivered();
    let other = |arguments: &[&Path], kind: &str| {
        let done = Command::new("python3")
            .arg(root().join("tests/tools/rfc6962.py"))
            .arg(kind)
            .args(arguments)
            .output();
        let done = done.unwrap();
        (done.status.code(), String::from_utf8_lossy(&done.stdout).into_owned())
    };
    let first = town.path("frueher.json");
    fs::write(&first, said(&town, &["log", "head"])).unwrap();
    assert!(town.command(&["station", "close", "a", "--by", "leitung"], None).status.success());
    let size =
        serde_json::from_slice::<serde_json::Value>(&fs::read(&first).unwrap()).unwrap()["size"].to_string();
    let answer = town.path("antwort.json");
    fs::write(&answer, said(&town, &["log", "consistency", &size])).unwrap();
    assert_eq!(other(&[&first, &answer], "consistency"), (Some(0), "ok\n".into()));
    for name in town.delivered() {
        let stem = town.path("var/out/steuern").join(name.trim_end_matches(".pdf"));
        let proof = PathBuf::from(format!("{}.proof.json", stem.display()));
        let record = PathBuf::from(format!("{}.record.json", stem.display()));
        let id = name.split('@').next().unwrap();
        fs::write(&proof, said(&town, &["log", "proof", id])).unwrap();
        assert_eq!(other(&[&proof, &record], "inclusion"), (Some(0), "ok\n".into()));
        assert_eq!(other(&[&proof, &answer], "inclusion").0, Some(1));
        let (code, text) = verify(&town, &[&proof]);
        assert!(code == Some(0) && text.contains("proof.path, proof.record"), "{text}");
    }
    // A proof of another document beside this record.
    let names = town.delivered();
    let path = |n: usize, e: &str| town.path("var/out/steuern").join(names[n].replace(".pdf", e));
    fs::copy(path(1, ".proof.json"), path(0, ".proof.json")).unwrap();
    assert!(verify(&town, &[&path(0, ".pdf")]).1.contains("proof.record"));
}

/// A stamp's signature covers only part of a token; the rest is checked byte for byte.
#[test]
fn no_bit_of_a_stamped_seal_can_be_another() {
    let (_town, out) = processed();
    let bytes = fs::read(folders(&out)[0].join("record.json")).unwrap();
    let mut record = Envelope::parse(&bytes).unwrap();
    let broken =
        |record: &Envelope| sealing::of_record(record, None).unwrap().checks.iter().any(Check::broken);
    let cms = openssl::base64::decode_block(record.seal.as_ref().unwrap()).unwrap();
    assert!(!broken(&record) && sealing::of_record(&record, None).unwrap().stamped.is_some());
    // The suite tries one bit of every byte, another in each; the proof tries all.
    let all = std::env::var("PROVE_TAMPER").is_ok();
    let bits = |at: usize| if all { 0..8 } else { at % 8..at % 8 + 1 };
    for (at, bit) in (0..cms.len()).flat_map(|at| bits(at).map(move |bit| (at, bit))) {
        let mut bad = cms.clone();
        bad[at] ^= 1 << bit;
        record.seal = Some(openssl::base64::encode_block(&bad));
        assert!(broken(&record), "byte {at} of {}, bit {bit}", cms.len());
    }
}

/// A generator that needs no crate: xorshift, the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

/// Random single changes in every kind of evidence, each found; between them nothing is ever reported.
#[test]
fn random_changes_are_all_found() {
    let wanted: usize = std::env::var("PROVE_TAMPER").ok().and_then(|v| v.parse().ok()).unwrap_or(120);
    let (town, out) = processed();
    let town2 = delivered();
    let ledger = town2.path("var/ledger.sqlite");
    for name in town2.delivered() {
        let proof = town2.path("var/out/steuern").join(name.replace(".pdf", ".proof.json"));
        fs::write(proof, said(&town2, &["log", "proof", name.split('@').next().unwrap()])).unwrap();
    }
    let mut files: Vec<PathBuf> =
        folders(&out).iter().flat_map(|f| fs::read_dir(f).unwrap()).map(|e| e.unwrap().path()).collect();
    let handed: Vec<PathBuf> =
        fs::read_dir(town2.path("var/out/steuern")).unwrap().map(|e| e.unwrap().path()).collect();
    // Beside what was handed over lies the folder in which it was made ready.
    files.extend(handed.into_iter().filter(|p| p.is_file()));
    files.sort();
    let objects: Vec<PathBuf> = fs::read_dir(town2.path("var/vault"))
        .unwrap()
        .flat_map(|d| fs::read_dir(d.unwrap().path()).unwrap())
        .map(|e| e.unwrap().path())
        .collect();
    let whole = fs::read(&ledger).unwrap();
    let mut dice = Dice(20_261_121);
    let (mut in_files, mut in_vault, mut in_rows, mut whole_ones) = (0, 0, 0, 0);
    let records = folders(&out);
    let entries: usize = complaints_and_entries(&town2).1;
    for round in 0..wanted {
        match round % 4 {
            // One of twenty: a file gone, a document twice, two records exchanged.
            0 if round % 20 == 0 => {
                let (one, other) = (&records[dice.below(3)], &records[dice.below(3)]);
                let name = ["document.pdf", "document.txt", "document.json", "record.json"][dice.below(4)];
                let (first, second) =
                    (fs::read(one.join(name)).unwrap(), fs::read(other.join("record.json")).unwrap());
                let copy = out.join("kopie");
                match round / 20 % 3 {
                    0 => fs::remove_file(one.join(name)).unwrap(),
                    1 => {
                        fs::create_dir(&copy).unwrap();
                        for entry in fs::read_dir(one).unwrap().flatten() {
                            fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
                        }
                    }
                    _ if one == other => continue,
                    _ => {
                        fs::rename(one.join("record.json"), other.join("record.json.neu")).unwrap();
                        fs::rename(other.join("record.json"), one.join("record.json")).unwrap();
                        fs::rename(other.join("record.json.neu"), other.join("record.json")).unwrap();
                    }
                }
                let (code, text) = verify(&town, &[&out]);
                if round / 20 % 3 == 2 {
                    fs::copy(one.join("record.json"), out.join("zweiter")).unwrap();
                    fs::copy(other.join("record.json"), one.join("record.json")).unwrap();
                    fs::rename(out.join("zweiter"), other.join("record.json")).unwrap();
                    assert_eq!(fs::read(other.join("record.json")).unwrap(), second);
                }
                let _ = fs::remove_dir_all(&copy);
                if round / 20 % 3 == 0 {
                    fs::write(one.join(name), &first).unwrap();
                }
                assert_eq!(code, Some(1), "{round}: {text}");
                whole_ones += 1;
            }
            0 | 1 => {
                let path = &files[dice.below(files.len())];
                let good = fs::read(path).unwrap();
                if good.is_empty() {
                    continue;
                }
                let (at, mut bad) = (dice.below(good.len()), good.clone());
                bad[at] ^= 1 << dice.below(8);
                fs::write(path, &bad).unwrap();
                let place = path.parent().unwrap();
                let (code, text) = verify(&town, &[place]);
                fs::write(path, &good).unwrap();
                assert_eq!(code, Some(1), "{}: byte {at}: {text}", path.display());
                in_files += 1;
            }
            2 => {
                let path = &objects[dice.below(objects.len())];
                let good = fs::read(path).unwrap();
                if good.is_empty() {
                    continue;
                }
                let mut bad = good.clone();
                bad[dice.below(good.len())] ^= 1 << dice.below(8);
                fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
                fs::write(path, &bad).unwrap();
                assert!(complaints(&town2).contains(&"vault.damaged"), "{}", path.display());
                fs::write(path, &good).unwrap();
                in_vault += 1;
            }
            _ => {
                // One of five: an entry gone, repeated, or two in the other's place.
                if round % 20 == 3 {
                    let (a, b) = (dice.below(entries) + 1, dice.below(entries) + 1);
                    let columns = "tenant, at, code, subject, actor, detail";
                    let sql = match round / 20 % 3 {
                        0 => format!("DELETE FROM event WHERE seq = {a}"),
                        1 => format!("INSERT INTO event ({columns}) SELECT {columns} FROM event WHERE seq = {a}"),
                        _ if a == b => continue,
                        _ => format!(
                            "UPDATE event SET seq = -1 WHERE seq = {a}; UPDATE event SET seq = {a} WHERE seq = {b};
                             UPDATE event SET seq = {b} WHERE seq = -1"
                        ),
                    };
                    assert!(forge(&town2, &sql) > 0, "{sql}");
                    assert!(complaints(&town2).iter().any(|name| name.starts_with("log.")), "{sql}");
                    for ending in ["sqlite", "sqlite-wal", "sqlite-shm"] {
                        let _ = fs::remove_file(ledger.with_extension(ending));
                    }
                    fs::write(&ledger, &whole).unwrap();
                    whole_ones += 1;
                    continue;
                }
                let column = ["at", "code", "subject", "actor", "detail"][dice.below(5)];
                let letter = char::from(b'a' + dice.below(26) as u8);
                let changed = forge(
                    &town2,
                    &format!(
                        "UPDATE event SET {column} = {column} || '{letter}' WHERE seq =
                         (SELECT seq FROM event ORDER BY seq LIMIT 1 OFFSET {} % (SELECT count(*) FROM event))",
                        dice.below(1000)
                    ),
                );
                assert_eq!(changed, 1);
                assert!(complaints(&town2).contains(&"log.entry"), "{column}");
                for ending in ["sqlite", "sqlite-wal", "sqlite-shm"] {
                    let _ = fs::remove_file(ledger.with_extension(ending));
                }
                fs::write(&ledger, &whole).unwrap();
                in_rows += 1;
            }
        }
    }
    assert_eq!(verify(&town, &[&out]).0, Some(0));
    assert_eq!(complaints(&town2), Vec::<&str>::new());
    assert_eq!(ContentHash::of(&fs::read(&ledger).unwrap()), ContentHash::of(&whole));
    println!(
        "PROVED tamper: {in_files} changes in files, {in_vault} in the vault, {in_rows} in rows of the ledger; {whole_ones} removals, repetitions and exchanges of whole ones; all found"
    );
}
