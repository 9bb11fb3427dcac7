//! Mail through Postfix into Dovecot: TLS and login, the server's size limit, a bounce that comes back, and a letter
//! only the department can open.
#![cfg(feature = "faults")]
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};
use support::postoffice::PostOffice;
use support::{Town, outbox};

/// Runs the daemon until the delivery is in that state.
fn until(town: &Town, id: &str, state: &str) -> (String, String, String) {
    let mut daemon = town.start_hurried();
    let begun = Instant::now();
    let mut found = outbox::deliveries(town)[id].clone();
    while found.0 != state && begun.elapsed() < Duration::from_secs(40) {
        std::thread::sleep(Duration::from_millis(100));
        found = outbox::deliveries(town)[id].clone();
    }
    daemon.kill().unwrap();
    daemon.wait().unwrap();
    assert_eq!(found.0, state, "{found:?}");
    found
}

#[test]
fn with_tls_and_login_a_letter_arrives_and_a_wrong_address_bounces_to_its_delivery() {
    let Some(office) = PostOffice::start() else { return };
    let returns = office.returns();
    let town = outbox::town(&[
        ("starttls", office.table("starttls", "amt@t.example", "")),
        ("tls", office.table("tls", "amt@t.example", "")),
        ("weg", office.table("tls", "weg@t.example", &returns)),
        (
            "klein",
            office.table(
                "tls",
                "amt@t.example",
                "link = \"https://post.example/document/{{ document_id }}\"",
            ),
        ),
    ]);
    let checked = town.command(&["check"], None);
    let said = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert!(!said.contains("Ziel „"), "{said}");
    let id = outbox::fill(&town, 0..1, &["starttls", "tls", "weg"]).remove(0);
    let (_, trouble, receipt) = until(&town, &format!("{id}@weg"), "refused");
    assert!(
        trouble.contains("mail.bounced") && trouble.contains("weg@t.example") && trouble.contains("5.1.1"),
        "{trouble}"
    );
    assert!(receipt.contains("queued as"), "{receipt}");
    let deliveries = outbox::deliveries(&town);
    for target in ["starttls", "tls"] {
        let (state, trouble, receipt) = &deliveries[&format!("{id}@{target}")];
        assert_eq!(state, "handed_over", "{trouble}");
        assert!(receipt.contains("queued as"), "{receipt}");
    }
    let mails = office.mails("amt");
    assert_eq!(mails.len(), 2);
    assert!(mails.iter().all(|mail| mail.contains("with ESMTPSA") && mail.contains("application/pdf")));
    // The clerk mends the address and sends again: the old bounce is not taken for an answer to the new mail.
    let config =
        fs::read_to_string(town.path("pipeline.toml")).unwrap().replace("weg@t.example", "amt@t.example");
    fs::write(town.path("pipeline.toml"), config).unwrap();
    std::thread::sleep(Duration::from_secs(1));
    assert!(
        town.command(&["deliver", "again", &format!("{id}@weg"), "--by", "leitung"], None).status.success()
    );
    assert_eq!(office.mails("amt").len(), 2, "nothing is sent by deciding");
}

#[test]
fn what_the_server_is_too_small_for_becomes_a_link() {
    let Some(office) = PostOffice::start() else { return };
    let link = "link = \"https://post.example/document/{{ document_id }}\"";
    let town = outbox::town(&[("klein", office.table("tls", "amt@t.example", link))]);
    let id = outbox::fill_with(&town, 0..1, &["klein"], &"x".repeat(100_000)).remove(0);
    assert!(town.run_until_settled(None).status.success());
    let mails = office.mails("amt");
    assert_eq!(mails.len(), 1);
    let text = mails[0].replace("=\n", "").replace("=\r\n", "");
    assert!(
        text.contains(&format!("https://post.example/document/{id}")) && !text.contains("application/pdf"),
        "{text}"
    );
}

#[test]
fn only_the_department_can_open_an_encrypted_mail() {
    let Some(office) = PostOffice::start() else { return };
    let at = |name: &str| office.path(name).display().to_string();
    let make = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Amt"];
    let made =
        Command::new("openssl").args(make).args(["-keyout", &at("amt.key"), "-out", &at("amt.pem")]).output();
    assert!(made.unwrap().status.success());
    let more = format!("certificate_file = \"{}\"", at("amt.pem"));
    let town = outbox::town(&[("geheim", office.table("tls", "amt@t.example", &more))]);
    outbox::fill(&town, 3..4, &["geheim"]);
    assert!(town.run_until_settled(None).status.success());
    let mails = office.mails("amt");
    assert!(
        mails[0].contains("smime-type=enveloped-data") && !mails[0].contains("application/pdf"),
        "{}",
        mails[0]
    );
    fs::write(office.path("mail.eml"), &mails[0]).unwrap();
    let open =
        ["cms", "-decrypt", "-in", &at("mail.eml"), "-recip", &at("amt.pem"), "-inkey", &at("amt.key")];
    let opened = Command::new("openssl").args(open).output().unwrap();
    let text = String::from_utf8_lossy(&opened.stdout).into_owned();
    assert!(opened.status.success(), "{}", String::from_utf8_lossy(&opened.stderr));
    assert!(text.contains("Content-Type: application/pdf") && text.contains("Neues Schriftst"), "{text}");
}

#[test]
fn a_wrong_certificate_or_password_is_no_delivery_and_heals() {
    let Some(office) = PostOffice::start() else { return };
    let table = office.table("tls", "amt@t.example", "");
    let town = outbox::town(&[(
        "mail",
        table.replace(&office.path("cert.pem").display().to_string(), "/etc/ssl/certs/ca-certificates.crt"),
    )]);
    let id = format!("{}@mail", outbox::fill(&town, 0..1, &["mail"]).remove(0));
    let mut daemon = town.start();
    std::thread::sleep(Duration::from_secs(2));
    daemon.kill().unwrap();
    daemon.wait().unwrap();
    let (state, trouble, _) = outbox::deliveries(&town)[&id].clone();
    assert_eq!(state, "planned");
    assert!(trouble.contains("mail.unreachable") && trouble.contains("Zertifikat"), "{trouble}");
    let config = fs::read_to_string(town.path("pipeline.toml")).unwrap();
    let healed =
        config.replace("/etc/ssl/certs/ca-certificates.crt", &office.path("cert.pem").display().to_string());
    fs::write(town.path("pipeline.toml"), healed).unwrap();
    assert!(town.run_until_settled(None).status.success());
    assert_eq!(outbox::deliveries(&town)[&id].0, "handed_over");
}
