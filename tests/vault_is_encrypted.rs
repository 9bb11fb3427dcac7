//! With a key nothing of a letter lies in the vault in the clear, everything that reads the vault still does, and
//! without the key nothing pretends to work.
#![allow(clippy::unwrap_used)]

mod support;

use poststelle::model::hash::ContentHash;
use poststelle::vault::{Keys, Vault};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use support::{Town, small_town};

fn said(town: &Town, arguments: &[&str]) -> (Option<i32>, String) {
    let done = town.command(arguments, None);
    (done.status.code(), String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned())
}

fn key_file(town: &Town, digits: &[&str]) -> String {
    let path = town.path("tresor.key");
    let _ = fs::remove_file(&path);
    fs::write(&path, digits.iter().map(|d| d.repeat(32) + "\n").collect::<String>()).unwrap();
    path.display().to_string()
}

fn objects(folder: &Path) -> Vec<PathBuf> {
    let folders = fs::read_dir(folder).unwrap().flatten().map(|e| e.path()).filter(|p| p.is_dir());
    folders.flat_map(|folder| fs::read_dir(folder).unwrap().flatten().map(|e| e.path())).collect()
}

fn in_the_clear(folder: &Path) -> usize {
    objects(folder).iter().filter(|path| path.extension().is_none()).count()
}

#[test]
fn letters_are_encrypted_read_backed_up_and_brought_under_another_key() {
    big_objects_pass_through();
    let town = small_town::town(None);
    let vault = town.path("var/vault");
    // A town that begins without a key and takes one later.
    small_town::drop_letter(&town, 1);
    assert!(town.run_until_settled(None).status.success());
    let before = in_the_clear(&vault);
    assert!(before >= 5);
    let configured = town.path("pipeline.toml");
    let old = fs::read_to_string(&configured).unwrap();
    let key = key_file(&town, &["a1"]);
    fs::write(&configured, format!("vault_key_file = \"{key}\"\n{old}")).unwrap();
    small_town::drop_letter(&town, 4);
    assert!(town.run_until_settled(None).status.success());
    assert_eq!(town.delivered().len(), 2, "reading, product and delivery find what they need");
    assert_eq!(in_the_clear(&vault), before, "whatever came since is encrypted");
    assert!(objects(&vault).len() >= before + 5);
    let (_, scan) = small_town::letter(4);
    let holds = |path: &PathBuf| fs::read(path).unwrap().windows(64).any(|w| w == &scan[scan.len() - 64..]);
    assert!(!objects(&vault).iter().any(holds));

    // The rest is brought in, and once more changes nothing.
    let rekey = ["vault", "rekey", "--by", "leitung"];
    assert!(said(&town, &rekey).1.contains(&format!("{before} Objekte neu verschlüsselt")));
    assert_eq!(in_the_clear(&vault), 0);
    assert!(said(&town, &rekey).1.starts_with("0 Objekte"));
    let ledger = town.path("var/ledger.sqlite").display().to_string();
    let verify = || said(&town, &["verify", "--vault-key", &key, &ledger]);
    assert_eq!(verify().0, Some(0), "{}", verify().1);

    // Without the key, or with another, each says so before anything is done.
    let (code, text) = said(&town, &["verify", &ledger]);
    assert!(code == Some(2) && text.contains("[vault.key_missing]"), "{text}");
    for wrong in [Some("b2"), None] {
        match wrong {
            Some(digits) => drop(key_file(&town, &[digits])),
            None => fs::write(&configured, &old).unwrap(),
        }
        let (code, text) = said(&town, &["run", "--until-settled"]);
        assert!(code == Some(3) && text.contains("[vault.key_missing]"), "{text}");
        assert!(said(&town, &["check"]).1.contains("[vault.key_missing]"));
    }
    fs::write(&configured, format!("vault_key_file = \"{key}\"\n{old}")).unwrap();
    fs::write(&key, "geheim").unwrap();
    assert!(said(&town, &["check"]).1.contains("[vault.key_format]"));

    // The backup holds what is stored, and comes back only with the key.
    key_file(&town, &["a1"]);
    let (backup, back) = (town.path("sicherung").display().to_string(), town.path("wieder"));
    let back_name = back.display().to_string();
    assert_eq!(said(&town, &["backup", "--to", &backup]).0, Some(0));
    let (code, text) = said(&town, &["restore", "--from", &backup, "--to", &back_name]);
    assert!(code == Some(3) && text.contains("[vault.key_missing]"), "{text}");
    let restore = ["restore", "--from", &backup, "--to", &back_name, "--vault-key", &key];
    assert_eq!(said(&town, &restore).0, Some(0), "{}", said(&town, &restore).1);
    assert_eq!(in_the_clear(&back.join("vault")), 0);

    // Another key: both until everything is under the new one, then that alone; a backup after it, too.
    key_file(&town, &["b2", "a1"]);
    assert_eq!(verify().0, Some(0));
    assert!(said(&town, &rekey).1.contains(&format!("{} Objekte neu", objects(&vault).len())));
    key_file(&town, &["b2"]);
    assert_eq!(verify().0, Some(0), "{}", verify().1);
    assert_eq!(said(&town, &["backup", "--to", &backup]).0, Some(0));
    fs::remove_dir_all(&back).unwrap();
    assert_eq!(said(&town, &restore).0, Some(0), "{}", said(&town, &restore).1);
    small_town::drop_letter(&town, 7);
    assert!(town.run_until_settled(None).status.success());
    assert_eq!(town.delivered().len(), 3);

    // One altered byte is damage.
    let object = objects(&vault).remove(0);
    let mut bytes = fs::read(&object).unwrap();
    let middle = bytes.len() - 20;
    bytes[middle] ^= 1;
    fs::remove_file(&object).unwrap();
    fs::write(&object, bytes).unwrap();
    assert!(verify().1.contains("vault.damaged"), "{}", verify().1);
}

/// Resident memory at its highest so far, and CPU time of this process so far.
fn spent() -> (u64, f64) {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let highest = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kib: u64 = highest.trim().trim_end_matches(" kB").parse().unwrap();
    let cpu = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    (kib, cpu.tv_sec as f64 + cpu.tv_nsec as f64 / 1e9)
}

/// A big object needs no more memory than a small one. Before anything else: memory is the whole process's.
fn big_objects_pass_through() {
    const MIB: u64 = 16;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    fs::write(&file, "c3".repeat(32)).unwrap();
    let costs = [None, Some(Keys::read(&file).unwrap())].map(|keys| {
        let vault = Vault::open(&folder.path().join(if keys.is_some() { "e" } else { "p" })).unwrap();
        let vault = vault.under(keys).unwrap();
        let (memory, begun) = spent();
        let (hash, length) = vault.put_reader(&mut std::io::repeat(7).take(MIB << 20)).unwrap();
        let (_, written) = spent();
        vault.verify(&hash).unwrap();
        let (after, read) = spent();
        assert_eq!((length, vault.source(&hash).unwrap().length().unwrap()), (MIB << 20, MIB << 20));
        assert!(after - memory < 4 << 10, "{} KiB more for {MIB} MiB", after - memory);
        assert_ne!(hash, ContentHash::of(b""));
        [(written - begun) * 1e3 / MIB as f64, (read - written) * 1e3 / MIB as f64]
    });
    let [[put, get], [put_enc, get_enc]] = costs;
    println!(
        "PROVED vault: put {put:.2} ms CPU per MiB, encrypted {put_enc:.2}; read and checked {get:.2}, encrypted {get_enc:.2}"
    );
}
