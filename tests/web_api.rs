//! The pages' JSON for programs: tokens, rights, and a description that says everything that can come back.
#![allow(clippy::unwrap_used)]

mod support;

use std::process::Command;
use support::browser::{Browser, Page, Station, people};
use support::root;

const PEOPLE: &[(&str, &str, &str)] = &[("leitung", "head", "")];
const TOWN: &str = r#"
[[application]]
id = "fachverfahren"
name = "Fachverfahren Steuern"
roles = ["department"]
departments = ["steuern"]
[[application]]
id = "auskunft"
name = "Auskunft"
roles = ["reviewer", "auditor", "operator"]
departments = ["steuern"]
[[target]]
id = "eingang"
type = "inbox"
"#;

struct Program {
    browser: Browser,
    token: String,
}

impl Program {
    fn of(station: &Station, id: &str) -> Self {
        let done = station.town.command(&["person", "token", id, "--by", "leitung"], None);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let token = String::from_utf8(done.stdout).unwrap().trim().to_owned();
        Self { browser: Browser::new(station.address), token }
    }

    fn call(&mut self, method: &str, path: &str, body: &str) -> (Page, serde_json::Value) {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let page = self.browser.send(method, path, body.as_bytes(), &headers, &[]);
        let value = serde_json::from_slice(&page.bytes).unwrap_or_default();
        (page, value)
    }

    fn get(&mut self, path: &str) -> (u16, serde_json::Value) {
        let (page, value) = self.call("GET", path, "");
        (page.status, value)
    }
}

fn station() -> (Station, String) {
    Station::with_a_letter_in("eingang", &(TOWN.to_owned() + &people(PEOPLE)))
}

#[test]
fn a_program_fetches_its_departments_mail_and_finishes_it() {
    let (station, id) = station();
    let mut program = Program::of(&station, "fachverfahren");
    let (status, inbox) = program.get("/api/v1/inbox/steuern");
    assert_eq!((status, inbox["letters"][0]["id"].as_str()), (200, Some(id.as_str())), "{inbox}");
    let (page, _) = program.call("GET", &format!("/api/v1/documents/{id}/files/document.pdf"), "");
    assert_eq!((page.status, &page.bytes[..5]), (200, &b"%PDF-"[..]));
    let act = |what: &str| format!("/api/v1/inbox/steuern/{id}/{what}");
    assert_eq!(program.call("POST", &act("take"), "").0.status, 204);
    assert_eq!(program.call("POST", &act("done"), r#"{"note":"gebucht"}"#).0.status, 204);
    assert_eq!(program.call("POST", &act("done"), "").0.status, 409, "once is enough");
    assert_eq!(program.call("POST", &act("verbrennen"), "").0.status, 404);
    assert_eq!(program.get("/api/v1/inbox/steuern").1["letters"].as_array().unwrap().len(), 0);
    // Another department's, the mailroom's, and nobody's.
    assert_eq!(program.get("/api/v1/inbox/bau").0, 404);
    let (status, refused) = program.get("/api/v1/review");
    assert_eq!((status, refused["code"].as_str()), (403, Some("not_allowed")));
    program.token = "geraten".into();
    assert_eq!(program.get("/api/v1/inbox/steuern").0, 401);
    // A program has no password, and a person no token.
    let no = station
        .town
        .command_typing(&["person", "set-password", "auskunft", "--by", "leitung"], "ein langes Kennwort\n");
    assert_eq!(no.status.code(), Some(2));
    assert_eq!(
        station.town.command(&["person", "token", "leitung", "--by", "leitung"], None).status.code(),
        Some(2)
    );
}

/// `make prove-api` takes more examples.
#[test]
fn schemathesis_finds_no_server_error_and_no_undocumented_answer() {
    let (station, _) = station();
    let program = Program::of(&station, "auskunft");
    let examples = std::env::var("PROVE_API").unwrap_or_else(|_| "10".into());
    let url = format!("http://{}/api/v1/openapi.json", station.address);
    let done = Command::new(root().join("tests/tools/schemathesis.sh"))
        .args([&url, &program.token, &examples])
        .output();
    let done = done.unwrap();
    let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    assert!(done.status.success(), "{said}");
    println!(
        "{}",
        said.lines().filter(|line| line.contains("generated") || line.contains("passed")).collect::<String>()
    );
    println!("PROVED schemathesis: {examples} examples per operation, no finding");
}
