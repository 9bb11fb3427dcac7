//! The key of the seal is in a token (PKCS#11, SoftHSM2) or at a trust service (CSC API 2.0): the same seals come
//! out, and while it is away everything waits and nothing leaves unsealed.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use support::authority::Authority;
use support::csc::Csc;
use support::{Town, small_town};

const USAGE: &str = "keyUsage=digitalSignature,nonRepudiation";

fn issue(authority: &Authority, name: &str, kind: &[&str]) {
    authority.issue(name, kind, USAGE);
}

fn town_with(seal: &str) -> Town {
    let town = small_town::town(None);
    let path = town.path("pipeline.toml");
    let config = fs::read_to_string(&path).unwrap() + seal;
    fs::write(path, config).unwrap();
    town
}

/// One letter through `process`; what was said, and whether `verify` finds it sealed and trusted.
fn sealed(town: &Town, anchors: &Path, variable: Option<(&str, &str)>) -> (bool, String) {
    let (name, bytes) = small_town::letter(1);
    fs::write(town.path(&name), bytes).unwrap();
    let out = town.path("out");
    let _ = fs::remove_dir_all(&out);
    let (out, letter) = (out.to_str().unwrap(), town.path(&name));
    let done = town.command_with(&["process", "--out", out, letter.to_str().unwrap()], variable);
    let mut said = String::from_utf8_lossy(&done.stderr).into_owned();
    let checked = town.command(&["verify", out, "--trust", anchors.to_str().unwrap()], None);
    said += &String::from_utf8_lossy(&checked.stdout);
    (checked.status.code() == Some(0) && said.contains("record.seal_certificate"), said)
}

#[test]
fn a_token_seals() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new(folder.path());
    issue(&authority, "rsa", &["rsa:3072"]);
    issue(&authority, "p384", &["ec", "-pkeyopt", "ec_paramgen_curve:P-384"]);
    let tokens = folder.path().join("tokens");
    fs::create_dir(&tokens).unwrap();
    let config = folder.path().join("softhsm2.conf");
    fs::write(&config, format!("directories.tokendir = {}\nobjectstore.backend = file\n", tokens.display()))
        .unwrap();
    let config = config.to_str().unwrap();
    let softhsm = |arguments: &[&str]| {
        let mut command = Command::new("softhsm2-util");
        let done =
            command.args(arguments).env("SOFTHSM2_CONF", config).current_dir(folder.path()).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    softhsm(&["--init-token", "--free", "--label", "rathaus", "--so-pin", "87654321", "--pin", "4711"]);
    for (id, name) in [("01", "seal"), ("02", "rsa"), ("03", "p384")] {
        let key = format!("{name}.key");
        softhsm(&["--import", &key, "--token", "rathaus", "--label", name, "--id", id, "--pin", "4711"]);
    }
    fs::write(authority.path("pin"), "4711\n").unwrap();
    fs::write(authority.path("wrong"), "0000\n").unwrap();
    let module = "/usr/lib/softhsm/libsofthsm2.so";
    let seal = |token: &str, key: &str, certificate: &str, pin: &str| {
        format!(
            "[seal]\npkcs11_module = \"{module}\"\npkcs11_token = \"{token}\"\npkcs11_key = \"{key}\"\npin_file = \"{}\"\n\
             certificate_file = \"{}\"\n",
            authority.path(pin).display(),
            authority.path(&format!("{certificate}.pem")).display()
        )
    };
    let variable = Some(("SOFTHSM2_CONF", config));
    let anchors = authority.path("ca.pem");
    for name in ["seal", "rsa", "p384"] {
        let (good, said) = sealed(&town_with(&seal("rathaus", name, name, "pin")), &anchors, variable);
        assert!(good, "{name}: {said}");
    }
    for (token, key, certificate, pin, code) in [
        ("kreishaus", "seal", "seal", "pin", "seal.token_gone"),
        ("rathaus", "fremd", "seal", "pin", "seal.token_key"),
        ("rathaus", "seal", "p384", "pin", "seal."),
        ("rathaus", "seal", "tsa", "pin", "seal.certificate"),
        ("rathaus", "seal", "seal", "wrong", "seal.token"),
    ] {
        let (good, said) = sealed(&town_with(&seal(token, key, certificate, pin)), &anchors, variable);
        assert!(!good && said.contains(code), "{code}: {said}");
    }
}

fn service(authority: &Authority, address: std::net::SocketAddr, name: &str) -> String {
    fs::write(authority.path("pin"), "4711\n").unwrap();
    fs::write(authority.path("secret"), "geheim\n").unwrap();
    format!(
        "[seal]\ncsc_url = \"http://{address}/csc/v2\"\ncsc_credential = \"siegel-1\"\ncsc_client = \"poststelle\"\n\
         csc_secret_file = \"{}\"\npin_file = \"{}\"\ncertificate_file = \"{}\"\n",
        authority.path("secret").display(),
        authority.path("pin").display(),
        authority.path(&format!("{name}.pem")).display()
    )
}

#[test]
fn a_service_seals() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new(folder.path());
    issue(&authority, "rsa", &["rsa:3072"]);
    issue(&authority, "p384", &["ec", "-pkeyopt", "ec_paramgen_curve:P-384"]);
    let anchors = authority.path("ca.pem");
    for name in ["seal", "rsa", "p384"] {
        let csc = Csc::start(&authority.path(&format!("{name}.key")));
        let (good, said) = sealed(&town_with(&service(&authority, csc.address, name)), &anchors, None);
        assert!(good, "{name}: {said}");
        // One authorisation for each of the two seals, after one that came with access that had run out.
        assert_eq!((csc.asked("signHash"), csc.asked("authorize"), csc.asked("token")), (2, 3, 2));
    }
    // Another key than that of the certificate, a wrong PIN, a wrong secret: refused, with the reason.
    let csc = Csc::start(&authority.path("tsa.key"));
    let settings = service(&authority, csc.address, "seal");
    let (good, said) = sealed(&town_with(&settings), &anchors, None);
    assert!(!good && said.contains("seal.certificate"), "{said}");
    for (file, why) in [("pin", "wrong PIN"), ("secret", "invalid_client")] {
        let town = town_with(&service(&authority, csc.address, "seal"));
        fs::write(authority.path(file), "falsch\n").unwrap();
        let (good, said) = sealed(&town, &anchors, None);
        assert!(!good && said.contains("seal.service_refused") && said.contains(why), "{said}");
    }
    // Secrets cross no network in the clear.
    let town = town_with(&settings.replace(&csc.address.to_string(), "siegel.example"));
    assert!(sealed(&town, &anchors, None).1.contains("config.seal"));
}

/// The service is away: letters wait, whatever their need, and go out sealed once it is back.
#[test]
fn what_cannot_be_sealed_waits() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new(folder.path());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let town = town_with(&service(&authority, address, "seal"));
    small_town::drop_letter(&town, 1);
    let mut daemon = town.start();
    let waiting = || {
        let db = rusqlite::Connection::open(town.path("var/ledger.sqlite")).unwrap();
        let sql = "SELECT count(*) FROM document WHERE state = 'approved' AND attempts > 0";
        db.query_row(sql, [], |r| r.get::<_, i64>(0)).unwrap_or_default()
    };
    let until = Instant::now() + Duration::from_secs(60);
    while waiting() == 0 && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(200));
    }
    assert_eq!(waiting(), 1, "it should wait visibly");
    daemon.kill().unwrap();
    daemon.wait().unwrap();
    assert_eq!(town.delivered().len(), 0, "nothing goes out unsealed");
    let csc = Csc::on(TcpListener::bind(address).unwrap(), &authority.path("seal.key"));
    assert!(town.run_until_settled(None).status.success());
    assert_eq!((town.delivered().len(), csc.asked("signHash")), (1, 2));
}
