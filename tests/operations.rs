//! What whoever looks after the machine does: check it, list its connections, compare configurations, back it up
//! and bring it back.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use support::authority::Authority;
use support::{Town, small_town};

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Code of the end, and everything that was said.
fn said(town: &Town, arguments: &[&str]) -> (Option<i32>, String) {
    let done = town.command(arguments, None);
    (done.status.code(), text(&done))
}

/// Adds to the configuration of a town.
fn configure(town: &Town, change: impl Fn(String) -> String) {
    let path = town.path("pipeline.toml");
    fs::write(&path, change(fs::read_to_string(&path).unwrap())).unwrap();
}

/// Findings of `doctor --json` that are of that level: their codes.
fn codes(town: &Town, level: &str) -> (Option<i32>, Vec<String>) {
    let done = town.command(&["doctor", "--json"], None);
    let lines = String::from_utf8(done.stdout).unwrap();
    let findings = lines.lines().map(|l| serde_json::from_str::<serde_json::Value>(l).unwrap());
    let found = findings.filter(|f| f["level"] == level).map(|f| {
        assert!(level == "ok" || f["hint"].as_str().is_some_and(|h| !h.is_empty()), "{f}: what to do?");
        f["code"].as_str().unwrap().to_owned()
    });
    (done.status.code(), found.collect())
}

#[test]
fn doctor_is_content_with_a_healthy_town() {
    let town = small_town::town(None);
    let (code, failed) = codes(&town, "fail");
    assert_eq!((code, failed), (Some(0), vec![]), "{}", said(&town, &["doctor"]).1);
    let (_, fine) = codes(&town, "ok");
    for expected in [
        "rules.read",
        "station.folder_local",
        "target.ready",
        "clock.plausible",
        "queue.moving",
        "ocr.languages",
        "engine.speed",
    ] {
        // Where tests run, other things may run too: a slow engine is a warning.
        assert!(expected == "engine.speed" || fine.iter().any(|c| c == expected), "{expected}: {fine:?}");
    }
    let text = said(&town, &["doctor"]).1;
    assert!(text.contains("Seiten je Minute") && text.contains("0 Fehler"), "{text}");
    // It leaves nothing behind that a station would take or a consumer read.
    assert_eq!(fs::read_dir(town.path("scans")).unwrap().count(), 0);
}

#[test]
fn doctor_names_what_is_broken() {
    let town = small_town::town(None);
    // A certificate authority that ended years ago.
    let authority = Authority::new(&town.path("ca"));
    old_certificate(&authority);
    let alt = authority.path("alt.pem");
    let secret = town.path("geheim");
    fs::write(&secret, "geheim").unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o644)).unwrap();
    // A file where the target's folder should be: also for root nothing can be written there.
    fs::create_dir_all(town.path("var")).unwrap();
    fs::write(town.path("var/out"), "keine Ordner hier").unwrap();
    fs::remove_dir(town.path("scans")).unwrap();
    configure(&town, |config| {
        config.replace(
            "[[target]]",
            &format!(
                "[[target]]\nid = \"dms\"\ntype = \"webdav\"\nurl = \"http://127.0.0.1:9/\"\nuser = \"p\"\n\
                 password_file = \"{}\"\nca_file = \"{}\"\ntimeout_seconds = 1\n[[target]]",
                secret.display(),
                alt.display()
            ),
        )
    });
    let (code, failed) = codes(&town, "fail");
    assert_eq!(code, Some(1));
    for expected in ["station.folder_missing", "folder.unusable", "certificate.expired", "secret.open"] {
        assert!(failed.iter().any(|c| c == expected), "{expected}: {failed:?}");
    }
    let text = said(&town, &["doctor"]).1;
    assert!(text.contains("[certificate.expired]") && text.contains("2020-02-01"), "{text}");
    // A configuration that cannot be read is none.
    configure(&town, |config| config + "\nunsinn = 1\n");
    assert_eq!(said(&town, &["doctor"]).0, Some(2));
}

/// `alt.pem`, a certificate of the past: only `openssl ca` dates them everywhere.
fn old_certificate(authority: &Authority) {
    let config = "[ca]\ndefault_ca = c\n[c]\ndatabase = alt.txt\nserial = alt.serial\nnew_certs_dir = .\n\
                  default_md = sha256\npolicy = p\n[p]\ncommonName = supplied\n";
    fs::write(authority.path("alt.cnf"), config).unwrap();
    fs::write(authority.path("alt.txt"), "").unwrap();
    fs::write(authority.path("alt.serial"), "01\n").unwrap();
    authority.openssl(&["req", "-new", "-key", "ca.key", "-subj", "/CN=Alt", "-out", "alt.csr"]);
    let dates = ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"];
    let make = [
        "ca",
        "-batch",
        "-config",
        "alt.cnf",
        "-selfsign",
        "-keyfile",
        "ca.key",
        "-in",
        "alt.csr",
        "-notext",
        "-out",
        "alt.pem",
    ];
    authority.openssl(&[&make[..], &dates].concat());
}

#[test]
fn every_host_of_every_documented_target_is_listed() {
    let town = Town::empty();
    let documented = include_str!("../docs/targets.md");
    let examples = documented.split("```toml\n").skip(1).map(|part| part.split("```").next().unwrap());
    let mut config = String::from(
        "[town]\nid = \"t\"\nname = \"T\"\ncentral = \"amt\"\n\
         [web]\nlisten = \"127.0.0.1:8420\"\n\
         [web.oidc]\nissuer = \"https://anmeldung.stadt.example/realms/stadt\"\nclient_id = \"p\"\nclient_secret_file = \"oidc.secret\"\n\
         [web.ldap]\nurl = \"ldaps://verzeichnis.stadt.example\"\ndn = \"uid={id},dc=stadt\"\n",
    );
    let (authority, _service) = Authority::with_lists(&town.path("ca"));
    config += &authority.settings("seal", None);
    config += "timestamp_urls = [\"https://zeit.stadt.example:8443/tsa\"]\n";
    config += &format!("timestamp_ca_file = \"{}\"\n", authority.path("ca.pem").display());
    let (mut ids, mut hosts) = (Vec::new(), Vec::new());
    for example in examples {
        ids.push(example.split("id = \"").nth(1).unwrap().split('"').next().unwrap().to_owned());
        for line in example.lines() {
            let value = |key: &str| line.strip_prefix(key)?.split('"').nth(1).map(str::to_owned);
            let address = value("url = ").or_else(|| value("token_url = "));
            let host = address.map(|a| a.split('/').nth(2).unwrap().to_owned());
            hosts.extend(host.or_else(|| value("host = ")));
        }
        config += example;
    }
    let targets: Vec<String> = ids.iter().map(|id| format!("\"{id}\"")).collect();
    config += &format!("[[department]]\nid = \"amt\"\nname = \"Amt\"\ntargets = [{}]\n", targets.join(", "));
    fs::write(town.path("pipeline.toml"), config).unwrap();
    let done = town.command(&["connections", "--json"], None);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done));
    let lines = String::from_utf8(done.stdout).unwrap();
    let rows: Vec<serde_json::Value> = lines.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let listed = |host: &str, port: u16, protocol: &str| {
        rows.iter().any(|r| r["host"] == host && r["port"] == port && r["protocol"] == protocol)
    };
    assert!(hosts.len() >= 10, "{hosts:?}");
    for host in &hosts {
        assert!(rows.iter().any(|r| r["host"] == host.as_str()), "{host}\n{lines}");
    }
    for (host, port, protocol) in [
        ("workflow.stadt.example", 22, "ssh"),
        ("cloud.stadt.example", 443, "https"),
        ("graph.microsoft.com", 443, "https"),
        ("login.microsoftonline.com", 443, "https"),
        ("mail.stadt.example", 587, "smtp"),
        ("mail.stadt.example", 993, "imap"),
        ("anmeldung.stadt.example", 443, "https"),
        ("verzeichnis.stadt.example", 636, "ldap"),
        ("zeit.stadt.example", 8443, "https"),
    ] {
        assert!(listed(host, port, protocol), "{host}:{port} {protocol}\n{lines}");
    }
    // The list that stands in the seal's certificate, and the one way in.
    assert!(rows.iter().any(|r| r["purpose"].as_str().unwrap().contains("Sperrliste")), "{lines}");
    let inbound: Vec<_> = rows.iter().filter(|r| r["direction"] == "inbound").collect();
    assert!(inbound.len() == 1 && inbound[0]["port"] == 8420, "{lines}");
    assert!(rows.iter().all(|r| r["section"].as_str().unwrap().starts_with('[')));
}

#[test]
fn a_changed_configuration_is_shown_before_it_counts() {
    let town = small_town::town(None);
    let (code, shown) = said(&town, &["config"]);
    assert_eq!(code, Some(0), "{shown}");
    let scans = format!("station[a].folder = \"{}\"", town.path("scans").display());
    assert!(shown.contains(&scans), "{shown}");
    assert!(shown.contains("retention.paper_days = 180    # Vorgabe"), "{shown}");
    let new = town.path("neu.toml");
    let old = fs::read_to_string(town.path("pipeline.toml")).unwrap();
    let file = new.display().to_string();
    let diff = |text: String| {
        fs::write(&new, text).unwrap();
        said(&town, &["config", "--diff", &file])
    };
    let (code, same) = diff(old.clone() + "[retention]\npaper_days = 180\n");
    assert!(code == Some(0) && same.contains("Kein Unterschied"), "a default written down: {same}");
    let changed = old.replace("poll_seconds = 1", "poll_seconds = 5") + "[retention]\npaper_days = 90\n";
    let (code, changed) = diff(changed);
    assert_eq!(code, Some(0), "{changed}");
    assert!(changed.contains("station[a].poll_seconds: 1 -> 5 (sofort, im laufenden Dienst)"), "{changed}");
    assert!(changed.contains("retention.paper_days: 180 -> 90 (sofort, beim nächsten Befehl)"), "{changed}");
    assert_eq!(changed.matches(" -> ").count(), 2, "{changed}");
    let (code, wrong) = diff(old.replace("central = \"steuern\"", "central = \"steurn\""));
    assert_eq!(code, Some(2));
    assert!(wrong.contains("town.central: \"steuern\" -> \"steurn\""), "{wrong}");
    assert!(wrong.contains("[config.unknown_name]") && wrong.contains("neu.toml:"), "{wrong}");
}

/// All objects of a backup, with the time they were written.
fn objects(backup: &Path) -> Vec<(PathBuf, std::time::SystemTime)> {
    let mut found = Vec::new();
    for folder in fs::read_dir(backup.join("vault")).unwrap().flatten() {
        for object in fs::read_dir(folder.path()).unwrap().flatten() {
            found.push((object.path(), object.metadata().unwrap().modified().unwrap()));
        }
    }
    found.sort();
    found
}

fn until(what: &str, mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(120), "{what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn what_is_backed_up_while_it_runs_comes_back_whole() {
    let town = small_town::town(None);
    let secret = town.path("blatt.key");
    fs::write(&secret, "0123456789abcdef0123456789abcdef").unwrap();
    configure(&town, |config| config + &format!("[sheets]\nkey_file = \"{}\"\n", secret.display()));
    let backup = town.path("sicherung");
    let to = backup.display().to_string();
    let mut daemon = town.start();
    for number in 0..4 {
        small_town::drop_letter(&town, number);
    }
    until("the first letter", || !town.delivered().is_empty());
    // In the middle of the work, over and over.
    let mut kept = 0;
    for round in 0..3 {
        small_town::drop_letter(&town, 4 + round);
        let (code, text) = said(&town, &["backup", "--to", &to]);
        assert_eq!(code, Some(0), "{text}");
        assert!(text.contains("gesondert aufzubewahren") && text.contains("blatt.key"), "{text}");
        let now = objects(&backup).len();
        assert!(now >= kept, "{now} of {kept}");
        kept = now;
        let into = town.path(&format!("zurueck-{round}"));
        let (code, text) = said(&town, &["restore", "--from", &to, "--to", &into.display().to_string()]);
        assert_eq!(code, Some(0), "{text}");
        let ledger = into.join("ledger.sqlite").display().to_string();
        let (code, text) = said(&town, &["verify", &ledger]);
        assert_eq!(code, Some(0), "{text}");
    }
    until("all letters", || town.delivered().len() == 7);
    daemon.kill().unwrap();
    daemon.wait().unwrap();

    // What is there already is not written again.
    let before = objects(&backup);
    let (code, text) = said(&town, &["backup", "--to", &to]);
    assert_eq!(code, Some(0), "{text}");
    let after = objects(&backup);
    assert!(before.iter().all(|old| after.contains(old)), "an object was written twice");
    let (code, again) = said(&town, &["backup", "--to", &to]);
    assert!(code == Some(0) && again.contains("davon 0 neue Objekte"), "{again}");
    assert_eq!(objects(&backup), after);
    let states = fs::read_dir(&backup).unwrap().flatten();
    let states = states.filter(|e| e.file_name().to_string_lossy().starts_with("stand-"));
    assert_eq!(states.count(), 1, "earlier states go");

    // The restored town works on: same letters known, configuration and rules there, no secret among them.
    let into = town.path("neu");
    let (code, text) = said(&town, &["restore", "--from", &to, "--to", &into.display().to_string()]);
    assert!(code == Some(0) && text.contains("blatt.key"), "{text}");
    assert!(into.join("config/pipeline.toml").is_file());
    assert!(into.join("config/classifiers/hundesteuer.toml").is_file());
    assert!(!everything(&into).iter().any(|path| path.ends_with("blatt.key")), "a secret was copied");
    let db = rusqlite::Connection::open(into.join("ledger.sqlite")).unwrap();
    let count: i64 = db.query_row("SELECT count(*) FROM document", [], |row| row.get(0)).unwrap();
    assert_eq!(count, 7);
    // Nothing is put over what is there.
    let (code, text) = said(&town, &["restore", "--from", &to, "--to", &into.display().to_string()]);
    assert!(code == Some(2) && text.contains("[usage.to]"), "{text}");
}

fn everything(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().flatten().map(|e| e.path());
    entries.flat_map(|p| if p.is_dir() { everything(&p) } else { vec![p] }).collect()
}

#[test]
fn a_damaged_backup_is_refused_by_name() {
    let town = small_town::town(None);
    small_town::drop_letter(&town, 1);
    assert!(town.run_until_settled(None).status.success());
    let backup = town.path("sicherung");
    let to = backup.display().to_string();
    assert_eq!(said(&town, &["backup", "--to", &to]).0, Some(0));
    let into = town.path("neu");
    let restored = || said(&town, &["restore", "--from", &to, "--to", &into.display().to_string()]);
    let refused = |named: &str, code: &str| {
        let (done, text) = restored();
        assert_eq!(done, Some(1), "{text}");
        assert!(text.contains(named) && text.contains(code), "{code} {named}: {text}");
        let left = fs::read_dir(&into).map_or(0, |entries| entries.count());
        assert_eq!(left, 0, "nothing of it may be there");
    };
    // One byte of an object, then the object itself, then the ledger, then the manifest.
    let db = rusqlite::Connection::open(town.path("var/ledger.sqlite")).unwrap();
    let name: String = db.query_row("SELECT hash FROM batch", [], |row| row.get(0)).unwrap();
    drop(db);
    let object = backup.join("vault").join(&name[..2]).join(&name);
    let good = fs::read(&object).unwrap();
    let put = |path: &Path, bytes: &[u8]| {
        let _ = fs::remove_file(path);
        fs::write(path, bytes).unwrap();
    };
    let flipped = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        bytes
    };
    put(&object, &flipped(&good));
    refused(&name, "[restore.damaged]");
    fs::remove_file(&object).unwrap();
    refused(&name, "[restore.missing]");
    put(&object, &good);
    let ledger = everything(&backup).into_iter().find(|p| p.ends_with("ledger.sqlite")).unwrap();
    let sound = fs::read(&ledger).unwrap();
    put(&ledger, &flipped(&sound));
    refused("ledger.sqlite", "[restore.damaged]");
    put(&ledger, &sound);
    let manifest = backup.join("manifest.jsonl");
    let whole = fs::read(&manifest).unwrap();
    put(&manifest, &whole[..whole.len() - 10]);
    refused("manifest.jsonl", "[backup.manifest]");
    fs::remove_file(&manifest).unwrap();
    assert_eq!(restored().0, Some(2), "without its manifest a backup never ended");
    put(&manifest, &whole);
    assert_eq!(restored().0, Some(0));

    // An object that the vault has lost: the backup says so, and the earlier one still holds.
    let lost = town.path("var/vault").join(&name[..2]).join(&name);
    fs::remove_file(&lost).unwrap();
    let (code, text) = said(&town, &["backup", "--to", &to]);
    assert!(code == Some(1) && text.contains(&name) && text.contains("[backup.object_missing]"), "{text}");
    fs::remove_dir_all(&into).unwrap();
    assert_eq!(restored().0, Some(0), "the last complete backup still holds");
}

/// `poststelle config | head` ends as quietly as any command.
#[test]
fn who_stops_reading_is_told_nothing() {
    let town = small_town::town(None);
    let mut command = Command::new(env!("CARGO_BIN_EXE_poststelle"));
    command.arg("--config").arg(town.path("pipeline.toml")).arg("config");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let done = child.wait_with_output().unwrap();
    assert_eq!((done.status.code(), text(&done).as_str()), (Some(3), ""));
}

/// What fails is complained about; what works otherwise than one might think is a hint, and no complaint.
#[test]
fn check_says_what_will_fail_and_what_to_know() {
    let town = small_town::town(None);
    let kind = fs::read_to_string(town.path("classifiers/hundesteuer.toml")).unwrap();
    let other = |id: &str, department: &str| {
        let kind =
            kind.replace("\"steuern\"", &format!("\"{department}\"")).replace("'hund'", &format!("'{id}'"));
        let kind = kind.replace("hundesteuer", id).replace("Hundesteuer", id);
        let need = |part: &str| format!("confidentiality = {{ need = \"{part}\"");
        fs::write(town.path(&format!("classifiers/{id}.toml")), kind.replace(&need("normal"), &need("hoch")))
            .unwrap();
    };
    other("wohngeld", "wohngeldstelle");
    other("bauantrag", "bauamt");
    other("unterhalt", "jugend");
    configure(&town, |config| {
        config
            + "[[profile]]\nid = \"ersatz\"\nscan_mode = \"replacing\"\n\
               [[station]]\nid = \"b\"\nfolder = \"/proc/x\"\nprofile = \"ersatz\"\n\
               [[department]]\nid = \"jugend\"\nname = \"J\"\ntargets = [\"postfach\"]\n\
               [[target]]\nid = \"postfach\"\ntype = \"mail\"\nhost = \"127.0.0.1\"\nport = 9\n\
               security = \"plain\"\nfrom = \"p@t.example\"\nto = [\"j@t.example\"]\n"
    });
    let (code, text) = said(&town, &["check"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("[station.folder] Der Scanordner /proc/x"), "{text}");
    assert!(
        text.contains("[rules.department] 2 Dokumentarten gehen an Ämter, die es hier nicht gibt"),
        "{text}"
    );
    assert!(text.contains("[department.only_mail] Amt „jugend“") && text.contains(": unterhalt."), "{text}");
    assert!(text.contains("[station.not_released] Die Station „b“"), "{text}");
    configure(&town, |config| config.replace("/proc/x", "scans-b"));
    let (_, text) = said(&town, &["check"]);
    assert!(!text.contains("[station.folder]") && !town.path("scans-b").exists(), "{text}");
}

/// Ids nobody knows, days the wrong way round, folders that are not there: usage, said in one German sentence.
#[test]
fn wrong_usage_is_said_as_such() {
    let town = small_town::town(None);
    let truth = town.path("truth.jsonl");
    fs::write(&truth, "\n{\"file\": \"a.tif\"\n").unwrap();
    for (arguments, word) in [
        (vec!["explain", "nope"], "Das Schriftstück nope ist nicht bekannt"),
        (vec!["deliver", "again", "nope", "--by", "leitung"], "Die Zustellung nope ist nicht bekannt"),
        (vec!["samples", "/gibt/es/nicht"], "ist kein Ordner"),
        (vec!["report", "month", "--from", "2026-12-01", "--to", "2026-11-01"], "liegt nach 2026-11-01"),
        (vec!["evaluate", "--truth", truth.to_str().unwrap()], "truth.jsonl, Zeile 2: "),
        (vec!["evaluate", "--truth", "/gibt/es/nicht"], "gibt es nicht"),
        (vec!["release"], "Den Befehl „release“ gibt es nicht"),
    ] {
        let (code, text) = said(&town, &arguments);
        assert!(code == Some(2) && text.contains(word), "{arguments:?}: {code:?} {text}");
    }
    assert!(
        said(&town, &["--help"]).1.contains("station release"),
        "how things are released stands in the help"
    );
}

/// Letters, states and keys are nobody else's business, however generous the umask is; what departments get follows it.
#[test]
fn what_the_program_keeps_is_for_owner_and_group() {
    let town = small_town::town(None);
    fs::remove_dir_all(town.path("var")).unwrap();
    small_town::drop_letter(&town, 1);
    let open = |command: Command| {
        let mut open = Command::new("sh");
        open.args(["-c", "umask 0; exec \"$0\" \"$@\""]).arg(command.get_program()).args(command.get_args());
        let done = open.env("POSTSTELLE_HURRY", "20").output().unwrap();
        assert!(done.status.success(), "{}", text(&done));
    };
    let day = ["--operator", "sk-1", "--received", "2026-11-02", "--by", "leitung"];
    open(town.program(&[&["station", "open", "a"][..], &day].concat()));
    open(town.program(&["run", "--until-settled"]));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&town.path("var")), mode(&town.path("var/vault"))), (0o750, 0o750));
    assert_eq!(mode(&town.path("var/ledger.sqlite")), 0o640);
    let own = everything(&town.path("var"));
    let own = own.iter().filter(|path| !path.starts_with(town.path("var/out")));
    let seen = own.inspect(|path| assert_eq!(mode(path) & 0o007, 0, "{}", path.display())).count();
    assert!(seen > 8, "{seen} files");
    let product = town.path("var/out/steuern").join(town.delivered().remove(0));
    assert_eq!(mode(&product) & 0o444, 0o444, "departments read what they get");
}
