//! A vault keeps its promises in a folder and in a bucket alike; and when the storage of a bucket is gone, slow, full,
//! lies or does not know us, nothing is lost, everything says why it waits, and goes on by itself.
#![allow(clippy::unwrap_used)]

mod support;

use poststelle::error::{Error, Retry};
use poststelle::ledger::Ledger;
use poststelle::model::hash::ContentHash;
use poststelle::model::place::{Bucket, VaultPlace};
use poststelle::vault::{Keys, Vault};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};
use support::bucket::{Door, NAME, Storage};
use support::database::Database;
use support::{Daemon, Town, invariants, small_town};

/// A vault and what a test does to it behind its back.
struct House<'a> {
    place: VaultPlace,
    storage: Option<&'a Storage>,
    folder: tempfile::TempDir,
}

impl<'a> House<'a> {
    fn new(storage: Option<&'a Storage>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = match storage {
            None => VaultPlace::Folder(folder.path().join("vault")),
            Some(storage) => storage.place("stadt-a", &folder.path().join("cache")),
        };
        Self { place, storage, folder }
    }

    fn open(&self) -> Vault {
        Vault::open(&self.place).unwrap()
    }

    /// Under keys, the first of which writes.
    fn under(&self, digits: &[&str]) -> Result<Vault, Error> {
        let file = self.folder.path().join("keys");
        fs::write(&file, digits.iter().map(|d| d.repeat(32) + "\n").collect::<String>()).unwrap();
        Vault::open(&self.place).unwrap().under(Some(Keys::read(&file).unwrap()))
    }

    /// Names of all objects, sorted.
    fn names(&self) -> Vec<String> {
        let mut names = match self.storage {
            Some(storage) => {
                storage.names("stadt-a/").iter().map(|n| n["stadt-a/".len()..].to_owned()).collect()
            }
            None => {
                let root = self.place.local();
                let below = |e: fs::DirEntry| {
                    fs::read_dir(e.path()).into_iter().flatten().flatten().map(|e| e.path())
                };
                let files = fs::read_dir(root).unwrap().flatten().flat_map(below);
                files.map(|p| p.strip_prefix(root).unwrap().display().to_string()).collect::<Vec<_>>()
            }
        };
        names.retain(|name| name.contains('/'));
        names.sort();
        names
    }

    fn damage(&self, name: &str) {
        match self.storage {
            Some(storage) => drop(storage.behind("PUT", &format!("stadt-a/{name}"), b"Beief")),
            None => {
                fs::remove_file(self.place.local().join(name)).unwrap();
                fs::write(self.place.local().join(name), b"Beief").unwrap();
            }
        }
    }

    /// Everything was put long ago.
    fn long_ago(&self) {
        match self.storage {
            Some(storage) => storage.door(Door::Later),
            None => {
                for name in self.names() {
                    let file = File::open(self.place.local().join(name)).unwrap();
                    file.set_modified(SystemTime::now() - Duration::from_secs(7200)).unwrap();
                }
            }
        }
    }

    fn now(&self) {
        if let Some(storage) = self.storage {
            storage.door(Door::Open);
        }
    }
}

fn name(hash: &ContentHash) -> String {
    format!("{}/{}", &hash.hex()[..2], hash.hex())
}

/// The same examples for both.
fn keeps_its_promises(house: &House<'_>) {
    let vault = house.open();
    let hash = vault.put(b"Brief").unwrap();
    assert_eq!(hash, ContentHash::of(b"Brief"));
    assert_eq!(vault.put(b"Brief").unwrap(), hash, "once more is harmless");
    assert_eq!(house.names(), [name(&hash)], "and kept once");
    assert_eq!((vault.read(&hash).unwrap(), vault.objects().unwrap()), (b"Brief".to_vec(), vec![hash]));
    assert!(vault.has(&hash).unwrap() && vault.verify(&hash).is_ok() && vault.writable().is_ok());
    // Whoever opened it for reading may still write, as people's acts do.
    assert_eq!(Vault::for_reading(&house.place).put(b"Brief").unwrap(), hash);
    let missing = ContentHash::of(b"nie");
    assert!(!vault.has(&missing).unwrap());
    assert!(vault.read(&missing).unwrap_err().to_string().starts_with("[io.gone]"));
    let empty = vault.put(b"").unwrap();
    assert_eq!(vault.read(&empty).unwrap(), b"");

    // As a file for whoever needs one; the same while it is wanted again.
    let file = vault.source(&hash).unwrap();
    assert_eq!((file.length().unwrap(), file.read().unwrap()), (5, b"Brief".to_vec()));
    assert_eq!(vault.source(&hash).unwrap(), file);

    // Damage is noticed, and good bytes heal it.
    house.damage(&name(&hash));
    assert!(matches!(vault.read(&hash), Err(Error::Damaged { .. })));
    assert!(matches!(vault.verify(&hash), Err(Error::Damaged { .. })));
    assert_eq!(vault.put(b"Brief").unwrap(), hash);
    assert_eq!(vault.read(&hash).unwrap(), b"Brief");

    // A source that fails leaves nothing behind.
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("gone"))
        }
    }
    let before = house.names();
    assert!(vault.put_reader(&mut Broken).is_err());
    assert_eq!(house.names(), before);

    // What was put lately is somebody's; what is old goes, once and for all.
    assert!(!vault.remove(&hash).unwrap());
    assert!(vault.has(&hash).unwrap());
    house.long_ago();
    assert!(vault.remove(&hash).unwrap() && !vault.has(&hash).unwrap());
    assert!(vault.remove(&hash).unwrap(), "once more does no harm");
    house.now();
    assert_eq!(house.names(), [name(&empty)], "nothing is left of it, and nothing else is gone");
    vault.sweep().unwrap();

    // With a key: what comes is encrypted, what was there is still read, and both come under the next key.
    let keyed = house.under(&["a1"]).unwrap();
    let secret = keyed.put(b"Geheimer Brief").unwrap();
    assert!(house.names().contains(&format!("{}.enc", name(&secret))));
    assert_eq!(keyed.read(&secret).unwrap(), b"Geheimer Brief");
    let file = keyed.source(&secret).unwrap();
    assert_eq!((file.length().unwrap(), file.read().unwrap()), (14, b"Geheimer Brief".to_vec()));
    let stored = fs::read(file.path()).unwrap();
    assert!(!stored.windows(5).any(|w| w == b"Brief"), "on no disk in the clear");
    assert_eq!(keyed.read(&empty).unwrap(), b"");
    let without = Vault::for_reading(&house.place).under(None).unwrap_err();
    assert!(without.to_string().starts_with("[vault.key_missing]"), "{without}");
    let next = house.under(&["b2", "a1"]).unwrap();
    assert_eq!((next.rekey().unwrap(), next.rekey().unwrap()), (2, 0));
    assert!(house.names().iter().all(|name| name.ends_with(".enc")));
    let only = house.under(&["b2"]).unwrap();
    assert_eq!(only.read(&secret).unwrap(), b"Geheimer Brief");
    assert!(house.under(&["a1"]).is_err());

    // A big one passes through whole.
    let (big, length) = only.put_reader(&mut std::io::repeat(7).take(3 << 20)).unwrap();
    assert_eq!(length, 3 << 20);
    only.verify(&big).unwrap();
    assert_eq!(only.source(&big).unwrap().length().unwrap(), 3 << 20);
}

#[test]
fn folder_and_bucket_keep_the_same_promises() {
    keeps_its_promises(&House::new(None));
    let storage = Storage::start();
    keeps_its_promises(&House::new(Some(&storage)));
    // Of each kind of request one, as an independent signer signs it.
    let requests = storage.requests();
    for kind in ["PUT:", "GET:", "HEAD:", "DELETE:", "GET:list-type"] {
        let (method, part) = kind.split_at(kind.find(':').unwrap() + 1);
        let request = requests.iter().find(|r| r.starts_with(method) && r.contains(part)).unwrap();
        assert!(storage.signed_right(request), "{request}");
    }
    two_towns_share_a_bucket(&storage);
    a_removal_and_a_writer_of_the_same_bytes(&storage);
    troubles_are_named_and_lose_nothing(&storage);
}

fn two_towns_share_a_bucket(storage: &Storage) {
    let cache = tempfile::tempdir().unwrap();
    let [a, ab] =
        ["orte/a", "orte/a-b"].map(|prefix| Vault::open(storage.place(prefix, cache.path())).unwrap());
    let (own, other) = (a.put(b"von A").unwrap(), ab.put(b"von AB").unwrap());
    assert_eq!((a.objects().unwrap(), ab.objects().unwrap()), (vec![own], vec![other]));
    assert!(!a.has(&other).unwrap() && a.read(&other).is_err());
}

/// Whoever puts what is just being removed is told to put it again.
fn a_removal_and_a_writer_of_the_same_bytes(storage: &Storage) {
    let cache = tempfile::tempdir().unwrap();
    let vault = Vault::open(storage.place("weg", cache.path())).unwrap();
    let hash = ContentHash::of(b"wieder da");
    storage.behind("PUT", &format!("weg/going/{}-1", hash.hex()), b"");
    let error = vault.put(b"wieder da").unwrap_err();
    assert!(error.to_string().starts_with("[vault.going]"), "{error}");
    storage.door(Door::Later);
    vault.sweep().unwrap();
    assert_eq!(
        vault.put(b"wieder da").unwrap(),
        hash,
        "the mark of a removal that was killed means nothing later"
    );
    storage.door(Door::Open);
}

fn troubles_are_named_and_lose_nothing(storage: &Storage) {
    let cache = tempfile::tempdir().unwrap();
    let place = storage.place("not", cache.path());
    let vault = Vault::open(&place).unwrap();
    let there = vault.put(b"schon da").unwrap();
    let other = |change: fn(&mut Bucket, &str), to: &str| {
        let VaultPlace::Bucket(mut bucket) = place.clone() else { unreachable!() };
        change(&mut bucket, to);
        Vault::open(VaultPlace::Bucket(bucket)).unwrap()
    };
    let impatient = other(|bucket, _| bucket.access.timeout = Duration::from_secs(1), "");
    let says = |door, writing: &str, reading: &str| {
        storage.door(door);
        let asked = if door == Door::Stalls { &impatient } else { &vault };
        for (error, wanted) in
            [(asked.put(b"neu").unwrap_err(), writing), (asked.read(&there).unwrap_err(), reading)]
        {
            let text = error.to_string();
            assert!(
                text.starts_with(&format!("[vault.{wanted}] ")) && text.contains("Hinweis: "),
                "{door:?}: {text}"
            );
            assert!(!text.contains("X-Amz") && !text.contains("Geheimnis"), "{text}");
            assert_eq!(error.retry() == Retry::Later, wanted != "damaged", "{text}");
        }
        storage.door(Door::Open);
        assert_eq!(vault.read(&there).unwrap(), b"schon da");
        vault.put(b"neu").unwrap();
    };
    says(Door::HangsUp, "no_answer", "no_answer");
    says(Door::Stalls, "no_answer", "no_answer");
    says(Door::CutsOff, "no_answer", "no_answer");
    says(Door::Says(403, "SignatureDoesNotMatch"), "denied", "denied");
    says(Door::Says(403, "RequestTimeTooSkewed"), "clock", "clock");
    says(Door::Says(507, "XMinioStorageFull"), "full", "full");
    says(Door::Says(503, "SlowDown"), "busy", "busy");
    says(Door::Says(404, "NoSuchBucket"), "no_bucket", "no_bucket");
    says(Door::Lies, "readback", "damaged");
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let away = other(|bucket, address| bucket.access.url = address.into(), &format!("http://{closed}"));
    let keyless = other(|bucket, file| bucket.secret_file = file.into(), "/nirgends");
    for (vault, wanted) in [(away, "unreachable"), (keyless, "setup")] {
        let error = vault.put(b"neu").unwrap_err();
        assert!(error.to_string().starts_with(&format!("[vault.{wanted}] ")), "{error}");
        assert_eq!(error.retry(), Retry::Later);
    }
    let left: Vec<PathBuf> = fs::read_dir(cache.path()).unwrap().flatten().map(|e| e.path()).collect();
    let files = left
        .iter()
        .flat_map(|f| fs::read_dir(f).unwrap().flatten())
        .map(|e| e.file_name())
        .collect::<Vec<_>>();
    assert!(files.iter().all(|name| name == "lock"), "half-written files: {files:?}");
}

/// Letters from the drop folder to the department with nothing on this machine but the program: ledger in PostgreSQL,
/// vault in a bucket that fails again and again.
#[test]
fn letters_pass_through_a_bucket_that_fails() {
    let (storage, database) = (Storage::start(), Database::start());
    let town = small_town::town(None);
    fs::remove_file(town.path("var/ledger.sqlite")).unwrap();
    let config = fs::read_to_string(town.path("pipeline.toml")).unwrap();
    let place = database.create("town");
    let (line, section) = storage.configured("t");
    let password = database.password_file().display().to_string();
    let ledger = format!("ledger = \"{place}\"\nledger_password_file = \"{password}\"\n");
    fs::write(town.path("pipeline.toml"), ledger + &line + &config + &section).unwrap();
    town.open_station();
    let said = |arguments: &[&str]| {
        let done = town.command(arguments, None);
        (done.status.code(), String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned())
    };
    let log = town.path("log");
    let mut command = town.program(&["run"]);
    command.env("POSTSTELLE_HURRY", "20").stdout(std::process::Stdio::null());
    let daemon = Daemon(command.stderr(File::create(&log).unwrap()).spawn().unwrap());
    small_town::drop_letter(&town, 1);
    until_delivered(&town, 1);
    let ledger = Ledger::open(&place, "t").unwrap();
    until(|| ledger.overview().unwrap().settled());
    let (before, asked) = (database.costs("town"), storage.requests().len());
    small_town::drop_letter(&town, 6);
    until_delivered(&town, 2);
    until(|| ledger.overview().unwrap().settled());
    let after = database.costs("town");
    let (turns, written) = (after[0] - before[0], after[1] - before[1]);
    let asked = storage.requests().len() - asked;
    println!(
        "PROVED a letter: {turns} turns and {written} bytes of log in PostgreSQL, {asked} requests to S3"
    );

    // Full: the scan stays with us, and everybody is told why.
    storage.door(Door::Says(507, "XMinioStorageFull"));
    small_town::drop_letter(&town, 2);
    until(|| fs::read_to_string(&log).unwrap().contains("[vault.full]"));
    let kept = files_below(&town.path("scans"))
        .iter()
        .any(|path| fs::read(path).unwrap() == small_town::letter(2).1);
    assert!(kept, "the scan is still in the drop folder");
    assert!(said(&["check"]).1.contains("[vault.full]"));
    // It hangs up now and then, whatever is being done: three more letters all the same.
    storage.door(Door::HangsUpOnce(5));
    (3..6).for_each(|number| small_town::drop_letter(&town, number));
    until_delivered(&town, 6);
    storage.door(Door::Open);
    drop(daemon);
    assert!(town.run_until_settled(None).status.success());
    assert!(files_below(&town.path("scans")).is_empty());
    assert!(!town.path("var/vault").exists(), "nothing of a vault on this machine");
    assert!(files_below(&town.path("var/cache")).is_empty());

    // What looks after it works: doctor, the firewall's table, a backup, the proof of everything.
    let (code, text) = said(&["doctor"]);
    assert!(text.contains(&format!("Tresor s3://{NAME}/t ist erreichbar")), "{code:?}: {text}");
    let host = format!("{}", storage.address.ip());
    assert!(said(&["connections"]).1.lines().any(|l| l.contains(&host) && l.contains("Tresor (S3)")));
    let backup = town.path("sicherung").display().to_string();
    assert_eq!(said(&["backup", "--to", &backup]).0, Some(0), "{}", said(&["backup", "--to", &backup]).1);
    let back = town.path("wieder").display().to_string();
    assert_eq!(said(&["restore", "--from", &backup, "--to", &back]).0, Some(0));
    let copy = format!("{back}/ledger.sqlite");
    let proof = said(&["verify", "--vault", &format!("s3://{NAME}/t"), &copy]);
    assert_eq!(proof.0, Some(0), "{}", proof.1);
    assert_eq!(said(&["verify", "--vault", "s3://anders/t", &copy]).0, Some(2));
    // An object gone from the bucket is missed.
    let object = storage.names("t/").into_iter().find(|name| name.len() > 40).unwrap();
    storage.behind("DELETE", &object, b"");
    assert_eq!(said(&["verify", "--vault", &format!("s3://{NAME}/t"), &copy]).0, Some(1));
    assert_eq!(said(&["backup", "--to", &backup]).0, Some(1), "and the backup before it still holds");
}

/// From a folder to a bucket by one command, with the ledger or alone.
#[test]
fn a_vault_moves_to_a_bucket() {
    let storage = Storage::start();
    let town = small_town::town(None);
    small_town::drop_letter(&town, 1);
    assert!(town.run_until_settled(None).status.success());
    let config = fs::read_to_string(town.path("pipeline.toml")).unwrap();
    let (line, section) = storage.configured("t");
    fs::write(town.path("pipeline.toml"), line + &config + &section).unwrap();
    let old = town.path("var/ledger.sqlite").display().to_string();
    let migrate = || {
        let done = town.command(&["migrate", "--from", &old], None);
        (done.status.code(), String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned())
    };
    storage.door(Door::FullAfter(20));
    let (code, text) = migrate();
    assert!(code == Some(3) && text.contains("[vault.full]"), "{text}");
    storage.door(Door::Open);
    let (code, text) = migrate();
    assert!(code == Some(0) && text.contains("0 Befunde"), "{text}");
    let carried: usize = text.split("Tresor: ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    let all = text.split("von ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!(0 < carried && carried < all, "the first attempt carried some of them: {text}");
    assert!(migrate().1.contains("Tresor: 0 von "), "what lies there is not carried again");
    fs::rename(town.path("var/vault"), town.path("var/alt")).unwrap();
    small_town::drop_letter(&town, 2);
    let end = town.run_until_settled(None);
    assert!(end.status.success(), "{}", String::from_utf8_lossy(&end.stderr));
    assert_eq!(town.delivered().len(), 2);
    invariants::hold(&town, "after the move");
}

#[track_caller]
fn until(mut done: impl FnMut() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < Duration::from_secs(90), "waited too long");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[track_caller]
fn until_delivered(town: &Town, count: usize) {
    until(|| town.delivered().len() >= count);
    assert_eq!(town.delivered().len(), count);
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            found.extend(files_below(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}
