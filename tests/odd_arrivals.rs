//! What lies in drop folders besides whole scans, and what goes wrong around them: each is taken, left
//! alone, or put aside with a reason, and everything else goes on.
#![allow(clippy::unwrap_used)]

mod support;

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::{Duration, Instant};
use support::{Daemon, Town, invariants, small_town};

fn wait_until(what: &str, seconds: u64, mut done: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(seconds);
    while !done() {
        assert!(Instant::now() < until, "not within {seconds} s: {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn rejected(town: &Town) -> Vec<String> {
    let entries = fs::read_dir(town.path("scans/rejected")).into_iter().flatten().flatten();
    entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect()
}

fn file_names(town: &Town) -> Vec<String> {
    let db = rusqlite::Connection::open(town.path("var/ledger.sqlite")).unwrap();
    let mut statement = db.prepare("SELECT file_name FROM batch ORDER BY file_name").unwrap();
    statement.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn odd_files_are_taken_left_alone_or_put_aside() {
    let town = small_town::town(None);
    let scans = town.path("scans");
    let (_, letter) = small_town::letter(1);
    // Left alone: not files, not ours, not finished.
    std::os::unix::fs::symlink("/etc/passwd", scans.join("link.pdf")).unwrap();
    assert!(Command::new("mkfifo").arg(scans.join("rohr.pdf")).status().unwrap().success());
    fs::create_dir(scans.join("ordner")).unwrap();
    fs::write(scans.join("ordner/tief.jpg"), &letter).unwrap();
    fs::write(scans.join(".verborgen.jpg"), &letter).unwrap();
    fs::write(scans.join("halb.jpg.part"), &letter).unwrap();
    // Taken: names as people and systems make them.
    for (number, name) in [(2, "Müllabfuhr ö.png"), (4, "Mu\u{308}ll nfd.png"), (5, "zwei\nzeilen.tif")] {
        fs::write(scans.join(name), small_town::letter(number).1).unwrap();
    }
    fs::write(scans.join(OsStr::from_bytes(b"latin\xfc.tif")), small_town::letter(8).1).unwrap();
    fs::write(scans.join("noch einmal.jpg"), &letter).unwrap();
    fs::write(scans.join("einmal.jpg"), &letter).unwrap();
    // Put aside: not a scan, and a name that lies about what is inside is none of our business.
    fs::write(scans.join("brief.docx"), "PK\u{3}\u{4} kein Scan").unwrap();
    fs::write(scans.join("verkleidet.pdf"), small_town::letter(9).1).unwrap();
    fs::write(scans.join("kaputt.tif"), b"II*\0\x08\0\0\0\xff\xff").unwrap();

    let daemon = Daemon(town.start());
    wait_until("all taken and settled", 90, || {
        let states = town.path("var/ledger.sqlite").exists() && file_names(&town).len() >= 8;
        states && town.documents().len() >= 7 && town.documents().iter().all(|(_, s)| s == "closed")
    });
    // Another daemon on the same ledger would send what this one is sending.
    let second = town.command(&["run"], None);
    assert_eq!(second.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&second.stderr).contains("run.already"), "{second:?}");
    // One that grows while it is watched is taken once, whole.
    let (_, bytes) = small_town::letter(11);
    let mut file = File::create(scans.join("waechst.tif")).unwrap();
    for part in bytes.chunks(bytes.len() / 8 + 1) {
        file.write_all(part).unwrap();
        std::thread::sleep(Duration::from_millis(250));
    }
    drop(file);
    // One that leaves again before it is taken leaves no trace, and may come back under its name.
    fs::write(scans.join("geht.jpg.tmp"), &letter).unwrap();
    fs::remove_file(scans.join("geht.jpg.tmp")).unwrap();
    fs::write(scans.join("einmal.jpg"), small_town::letter(12).1).unwrap();
    wait_until("the late ones too", 60, || {
        town.documents().len() >= 9 && town.documents().iter().all(|(_, s)| s == "closed")
    });
    drop(daemon);

    let names = file_names(&town);
    assert!(names.contains(&"Müll nfd.png".to_owned()), "names are kept in NFC: {names:?}");
    assert_eq!(names.iter().filter(|n| *n == "einmal.jpg").count(), 2, "the same name twice: {names:?}");
    let there: Vec<_> = ["link.pdf", "rohr.pdf", "ordner/tief.jpg", ".verborgen.jpg", "halb.jpg.part"]
        .into_iter()
        .filter(|n| scans.join(n).symlink_metadata().is_ok())
        .collect();
    assert_eq!(there.len(), 5, "left alone: {there:?}");
    let aside = rejected(&town);
    for name in ["brief.docx", "kaputt.tif"] {
        let reason = aside.iter().find(|f| f.contains(name) && f.ends_with(".txt"));
        let reason = reason.unwrap_or_else(|| panic!("{name} has no reason: {aside:?}"));
        let text = fs::read_to_string(scans.join("rejected").join(reason)).unwrap();
        assert!(text.contains('[') || text.contains("Code"), "{text}");
    }
    let db = rusqlite::Connection::open(town.path("var/ledger.sqlite")).unwrap();
    let twins: i64 =
        db.query_row("SELECT count(*) FROM batch WHERE duplicate_of IS NOT NULL", [], |r| r.get(0)).unwrap();
    assert_eq!(twins, 1, "the same bytes again are marked, not dropped");
    let twin: String =
        db.query_row("SELECT id FROM batch WHERE duplicate_of IS NOT NULL", [], |r| r.get(0)).unwrap();
    for arguments in [vec!["status"], vec!["explain", &format!("{twin}-01")]] {
        let text = String::from_utf8(town.command(&arguments, None).stdout).unwrap();
        assert!(text.contains("Gleiche Bytes wie Stapel B"), "{arguments:?}: {text}");
    }
    ["link.pdf", "rohr.pdf", ".verborgen.jpg", "halb.jpg.part"].iter().for_each(|n| {
        fs::remove_file(scans.join(n)).unwrap();
    });
    invariants::hold(&town, "after odd arrivals");
}

/// Scanners and shares pause in the middle of a file, break off, and write what the service may not read.
#[test]
fn half_a_file_waits_and_is_shown_and_what_may_not_be_read_is_said() {
    let town = small_town::town(None);
    let scans = town.path("scans");
    let (name, letter) = small_town::letter(3);
    fs::write(scans.join(&name), &letter[..letter.len() - 2]).unwrap();
    let locked = scans.join("gesperrt.png");
    fs::write(&locked, small_town::letter(4).1).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    fs::write(scans.join("brief.docx"), "PK\u{3}\u{4} kein Scan").unwrap();
    let (slow, bytes) = small_town::letter(5);
    let mut file = File::create(scans.join(&slow)).unwrap();
    file.write_all(&bytes[..bytes.len() * 3 / 4]).unwrap();
    let daemon = Daemon(town.start_like_a_service());
    std::thread::sleep(Duration::from_millis(1500));
    file.write_all(&bytes[bytes.len() * 3 / 4..]).unwrap();
    drop(file);
    let shown = || String::from_utf8(town.command(&["review", "list"], None).stdout).unwrap();
    wait_until("the whole one is delivered, the half one shown, the others put aside", 60, || {
        town.delivered().len() == 1 && !shown().is_empty() && rejected(&town).len() == 4
    });
    drop(daemon);
    assert!(shown().contains("source.incomplete"), "{}", shown());
    assert_eq!(file_names(&town), [&name, &slow, "brief.docx"], "each of them once");
    let kept = poststelle::vault::Vault::for_reading(&town.path("var/vault"));
    assert_eq!(kept.read(&poststelle::model::hash::ContentHash::of(&bytes)).unwrap(), bytes);
    let aside = rejected(&town);
    assert!(aside.iter().any(|f| f.ends_with("gesperrt.png.txt")), "{aside:?}");
    let log = fs::read_to_string(town.path("log")).unwrap();
    let times = |words: &[&str]| log.lines().filter(|l| words.iter().all(|w| l.contains(w))).count();
    assert_eq!(times(&["WARN", "source.unfinished", &name]), 1, "{log}");
    assert_eq!(times(&["WARN", "source.unreadable", "gesperrt.png", "Hinweis", "rejected"]), 1, "{log}");
    assert_eq!(times(&["WARN", "source.unknown_format", "brief.docx", "Hinweis"]), 1, "{log}");
}

/// `PROVE_MANY` sets how many; one real letter among them must not wait for all of them.
#[test]
fn many_files_at_once_are_all_accounted_for() {
    let many = std::env::var("PROVE_MANY").ok().map_or(400, |n| n.parse::<usize>().unwrap());
    let town = small_town::town(None);
    for number in 0..many {
        fs::write(town.path("scans").join(format!("{number:05}.pdf")), format!("kein Scan {number}"))
            .unwrap();
    }
    small_town::drop_letter(&town, 1);
    let start = Instant::now();
    let end = town.run_until_settled(None);
    assert!(end.status.success(), "{}", String::from_utf8_lossy(&end.stderr));
    assert_eq!(town.delivered().len(), 1);
    let aside = rejected(&town);
    assert_eq!(aside.iter().filter(|n| n.ends_with(".pdf")).count(), many);
    assert_eq!(aside.iter().filter(|n| n.ends_with(".txt")).count(), many);
    invariants::hold(&town, "after many files");
    println!(
        "PROVED many: {many} unreadable files and a letter at once: all put aside with a reason, the letter delivered, {:.0} s",
        start.elapsed().as_secs_f64()
    );
}

/// A target nobody can write to delays its own deliveries and nothing else; when it is back, they go.
#[test]
fn a_lost_target_is_waited_for() {
    let town = small_town::town(None);
    fs::create_dir_all(town.path("var/out")).unwrap();
    // A file where the folder should be: root too cannot write into it.
    fs::write(town.path("var/out/steuern"), "im Weg").unwrap();
    small_town::drop_letter(&town, 1);
    let daemon = Daemon(town.start());
    let trouble = || {
        let db = rusqlite::Connection::open(town.path("var/ledger.sqlite")).ok()?;
        db.query_row("SELECT trouble FROM delivery", [], |r| r.get::<_, Option<String>>(0)).ok()?
    };
    wait_until("the failure is written down", 40, || trouble().is_some());
    assert!(town.delivered().is_empty());
    fs::remove_file(town.path("var/out/steuern")).unwrap();
    fs::create_dir(town.path("var/out/steuern")).unwrap();
    wait_until("delivered after all", 60, || town.delivered().len() == 1);
    drop(daemon);
    invariants::hold(&town, "after a lost target");
}

/// A full disk under vault and ledger stops the taking over; sources stay where they are, and go on when
/// there is room. Needs the right to mount; without it this says so and proves nothing.
#[test]
fn a_full_disk_loses_nothing() {
    let town = small_town::town(None);
    let var = town.path("var");
    fs::remove_dir_all(&var).unwrap();
    fs::create_dir(&var).unwrap();
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=3m", "tmpfs"]).arg(&var).status();
    if !mounted.is_ok_and(|s| s.success()) {
        eprintln!("FULL DISK NOT TESTED: no right to mount a small file system");
        return;
    }
    town.open_station();
    let fill = var.join("voll");
    let mut file = File::create(&fill).unwrap();
    let daemon = Daemon(town.start());
    wait_until("the vault is open", 20, || var.join("vault").exists());
    std::thread::sleep(Duration::from_secs(1));
    while file.write_all(&[0u8; 64 << 10]).is_ok() {}
    small_town::drop_letter(&town, 1);
    std::thread::sleep(Duration::from_secs(6));
    assert!(town.delivered().is_empty());
    let there = fs::read_dir(town.path("scans")).unwrap().flatten().filter(|e| e.path().is_file()).count()
        + fs::read_dir(town.path("scans/.poststelle")).map_or(0, |d| d.count());
    assert_eq!(there, 1, "the scan waits in its folder");
    drop(file);
    fs::remove_file(&fill).unwrap();
    wait_until("delivered when there is room", 60, || town.delivered().len() == 1);
    drop(daemon);
    invariants::hold(&town, "after a full disk");
    assert!(Command::new("umount").arg(&var).status().unwrap().success());
}

/// What scanners are tested with everywhere; harmless. In two halves, so that they leave this file alone.
const EICAR: [&str; 2] = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"];

/// A stand-in for clamd that knows one virus: real signatures come from the network only.
fn scanner(socket: &std::path::Path, signatures: &str) {
    use std::io::Read;
    let _ = fs::remove_file(socket);
    let listener = std::os::unix::net::UnixListener::bind(socket).unwrap();
    let version = format!("ClamAV 1.4.2/27600/{signatures}\0");
    std::thread::spawn(move || {
        for mut line in listener.incoming().map(Result::unwrap) {
            let mut command = Vec::new();
            while command.last() != Some(&0) {
                let mut byte = [0];
                line.read_exact(&mut byte).unwrap();
                command.push(byte[0]);
            }
            if command == b"zVERSION\0" {
                line.write_all(version.as_bytes()).unwrap();
                continue;
            }
            assert_eq!(command, b"zINSTREAM\0");
            let mut seen = Vec::new();
            loop {
                let mut length = [0; 4];
                line.read_exact(&mut length).unwrap();
                let mut part = vec![0; u32::from_be_bytes(length) as usize];
                line.read_exact(&mut part).unwrap();
                if part.is_empty() {
                    break;
                }
                seen.extend(part);
            }
            let virus = EICAR.concat();
            let found = seen.windows(virus.len()).any(|w| w == virus.as_bytes());
            line.write_all(if found { b"stream: Eicar-Test-Signature FOUND\0" } else { b"stream: OK\0" })
                .unwrap();
        }
    });
}

#[test]
fn the_virus_scanner_sees_every_file_before_it_is_opened() {
    let town = small_town::town(None);
    let socket = town.path("clamd.ctl");
    let path = town.path("pipeline.toml");
    let config = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{config}\n[malware]\nclamd_socket = \"{}\"\n", socket.display())).unwrap();
    let (name, letter) = small_town::letter(1);
    let sick = [small_town::letter(5).1, EICAR.concat().into_bytes()].concat();
    fs::write(town.path("scans").join(&name), letter).unwrap();
    fs::write(town.path("scans/krank.tif"), &sick).unwrap();
    let daemon = Daemon(town.start_hurried());
    let taken = || town.path("var/ledger.sqlite").exists() && file_names(&town).len() == 2;
    let opened = || {
        let db = rusqlite::Connection::open(town.path("var/ledger.sqlite")).unwrap();
        db.query_row("SELECT count(*) FROM page", [], |r| r.get::<_, i64>(0)).unwrap()
    };
    wait_until("both are taken over", 30, taken);
    // Nobody answers, then somebody whose signatures are years old: everything waits unopened.
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!((opened(), rejected(&town).len()), (0, 0));
    scanner(&socket, "Thu Nov  3 09:36:31 2022");
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!((opened(), rejected(&town).len()), (0, 0));
    let today = jiff::Zoned::now().strftime("%a %b %e %H:%M:%S %Y").to_string();
    scanner(&socket, &today);
    wait_until("the letter is delivered, the other put aside", 60, || {
        town.delivered().len() == 1 && rejected(&town).len() == 1
    });
    drop(daemon);
    // The notice alone: nobody shall open the file by mistake. Nothing is lost all the same.
    let notice = rejected(&town).remove(0);
    let text = fs::read_to_string(town.path("scans/rejected").join(&notice)).unwrap();
    assert!(notice.ends_with("krank.tif.txt") && text.contains("Eicar-Test-Signature"), "{notice}: {text}");
    let hash = poststelle::model::hash::ContentHash::of(&sick);
    assert_eq!(poststelle::vault::Vault::for_reading(&town.path("var/vault")).read(&hash).unwrap(), sick);
    invariants::hold(&town, "after a virus");
}
