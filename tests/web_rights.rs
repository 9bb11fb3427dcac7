//! Who is not signed on sees nothing; who is sees what the role and the circles allow, and nothing else.
#![allow(clippy::unwrap_used)]

mod support;

use poststelle::web::ROUTES;
use support::browser::{Browser, PASSWORD, Station, people};
use support::small_town;

const PEOPLE: &[(&str, &str, &str)] =
    &[("leitung", "head,reviewer", ""), ("jul-1", "reviewer", ""), ("amt-1", "department", "steuern")];
const TOWN: &str = r#"
[[circle]]
id = "jugend"
members = ["jul-1"]
"#;

#[test]
fn nobody_is_sent_to_sign_on_and_wrong_passwords_wait() {
    let station = Station::open(small_town::town(None), &(TOWN.to_owned() + &people(PEOPLE)));
    let mut browser = Browser::new(station.address);
    for path in ["/", "/live", "/stapel", "/stapel/B000001-aa/1/seite.jpg", "/schriftstueck/B000001-aa-01"] {
        let page = browser.get(path);
        assert_eq!(page.status, 303, "{path}");
        assert!(page.headers["location"].starts_with("/anmelden"), "{path}");
        assert!(page.headers["content-security-policy"].contains("default-src 'none'"));
    }
    for _ in 0..5 {
        let page = browser.post_raw("/anmelden", &[("person", "leitung"), ("password", "falsch")], &[]);
        assert!(page.text().contains("stimmt nicht"), "{}", page.text());
    }
    let page = browser.post_raw("/anmelden", &[("person", "leitung"), ("password", PASSWORD)], &[]);
    assert!(page.text().contains("Zu viele Versuche"), "even the right one waits");
    let elsewhere = [("sec-fetch-site", "cross-site")];
    let page = browser.post_raw("/anmelden", &[("person", "jul-1"), ("password", PASSWORD)], &elsewhere);
    assert_eq!(page.status, 409, "another site cannot sign somebody on");
    let page = browser.post_raw(
        "/anmelden",
        &[("person", "jul-1"), ("password", PASSWORD), ("nach", "//evil.example")],
        &[],
    );
    assert_eq!(page.headers["location"], "/", "nor send somebody away");
}

#[test]
fn a_session_ends_and_a_form_without_its_token_does_nothing() {
    let station = Station::open(small_town::town(None), &(TOWN.to_owned() + &people(PEOPLE)));
    let mut browser = station.browser("leitung");
    let page = browser.get("/");
    assert_eq!(page.status, 200);
    assert!(page.text().contains("Wartet auf einen Menschen"));
    assert_eq!(browser.post_raw("/abmelden", &[("token", "geraten")], &[]).status, 409);
    assert_eq!(browser.get("/").status, 200, "still signed on");
    assert_eq!(browser.post("/sprache", &[("sprache", "en"), ("zurueck", "/stapel")]).status, 303);
    assert!(browser.get("/").text().contains("Waits for a person"));
    assert_eq!(browser.post("/abmelden", &[]).status, 303);
    assert_eq!(browser.get("/").status, 303);
}

#[test]
fn what_belongs_to_a_circle_exists_for_its_members_alone() {
    let town = small_town::town(None);
    let path = town.path("pipeline.toml");
    let config = std::fs::read_to_string(&path).unwrap();
    std::fs::write(
        &path,
        config.replace("id = \"a\"", "id = \"a\"\ncircle = \"jugend\"\ndefault_department = \"steuern\""),
    )
    .unwrap();
    small_town::drop_letter(&town, 1);
    let station = Station::open(town, &(TOWN.to_owned() + &people(PEOPLE)));
    station.wait_for("closed", 1);
    let document = station.town.documents().remove(0).0;
    let batch = document.rsplit_once('-').unwrap().0.to_owned();
    let paths = [
        format!("/stapel/{batch}"),
        format!("/stapel/{batch}/1/klein.jpg"),
        format!("/stapel/{batch}/1/seite.jpg"),
        format!("/schriftstueck/{document}"),
        format!("/schriftstueck/{document}/document.pdf"),
        format!("/schriftstueck/{document}/document.txt"),
    ];
    let (mut member, mut head, mut department) =
        (station.browser("jul-1"), station.browser("leitung"), station.browser("amt-1"));
    for path in &paths {
        let page = member.get(path);
        assert_eq!(page.status, 200, "{path}: {}", page.text());
        assert_eq!(head.get(path).status, 404, "{path}");
        assert!([403, 404].contains(&department.get(path).status), "{path}");
    }
    assert!(member.get("/stapel").text().contains(&batch));
    assert!(!head.get("/stapel").text().contains(&batch));
    assert!(!head.get("/").text().contains(&batch));
    assert_eq!(department.get("/stapel").status, 403);
    let seen = member.get(&paths[3]).text();
    assert!(seen.contains("Nachweis unversehrt"), "{seen}");
    assert!(seen.contains("Angesehen"), "views of a circle's document are noted with it");
    let image = member.get(&paths[2]);
    assert_eq!(&image.bytes[..2], [0xff, 0xd8], "a JPEG");
}

/// Every address there is, as every role and as nobody, asked about a letter that belongs to a circle none of them
/// is in: who is not let in hears so, and nothing of the letter comes out or changes, whatever is asked.
#[test]
fn no_address_gives_away_what_belongs_to_a_circle() {
    let town = small_town::town(None);
    let path = town.path("pipeline.toml");
    let config = std::fs::read_to_string(&path).unwrap();
    std::fs::write(
        &path,
        config.replace("id = \"a\"", "id = \"a\"\ncircle = \"jugend\"\ndefault_department = \"steuern\""),
    )
    .unwrap();
    small_town::drop_letter(&town, 1);
    let roles = ["operator", "reviewer", "department", "head", "administrator", "auditor"];
    let mut more = TOWN.to_owned() + &people(&[("jul-1", "reviewer", "")]);
    for role in roles {
        more += &people(&[(role, role, if role == "department" { "steuern" } else { "" })]);
        more += &people(&[(&format!("programm-{role}"), role, "")]).replace("[[person]]", "[[application]]");
    }
    let station = Station::open(town, &more);
    station.wait_for("closed", 1);
    let document = station.town.documents().remove(0).0;
    let batch = document.rsplit_once('-').unwrap().0.to_owned();
    let (file, _) = small_town::letter(1);
    let fill = |path: &str| {
        let id =
            if path.contains("/stapel/{id}") || path.contains("/batches/{id}") { &batch } else { &document };
        let path =
            if path.starts_with("/stationen") { path.replace("{id}", "a") } else { path.replace("{id}", id) };
        let path = if path.starts_with("/originale") { path.replace(&document, "k1") } else { path };
        path.replace("{number}", "1")
            .replace("{department}", "steuern")
            .replace("{file}", "document.pdf")
            .replace("{act}", if path.starts_with("/api") { "take" } else { "uebernehmen" })
            .replace("{name}", "x.css")
    };
    let events = || -> i64 {
        let db = rusqlite::Connection::open(station.town.path("var/ledger.sqlite")).unwrap();
        db.query_row("SELECT count(*) FROM event WHERE subject LIKE ?1 || '%'", [&batch], |row| row.get(0))
            .unwrap()
    };
    let boxed = station.town.command(&["disposal", "box", &batch, "k1", "--by", "jul-1"], None);
    assert!(boxed.status.success());
    let before = events();
    let mut asked = 0;
    for role in [""].into_iter().chain(roles) {
        let mut browser = if role.is_empty() { Browser::new(station.address) } else { station.browser(role) };
        browser.get("/angehalten");
        let token = match role {
            "" => "geraten".into(),
            role => {
                let done = station
                    .town
                    .command(&["person", "token", &format!("programm-{role}"), "--by", "x"], None);
                String::from_utf8(done.stdout).unwrap().trim().to_owned()
            }
        };
        let person = poststelle::model::town::Person {
            left: None,
            id: role.into(),
            name: role.into(),
            roles: serde_json::from_value(serde_json::json!(if role.is_empty() {
                vec![]
            } else {
                vec![role]
            }))
            .unwrap(),
            departments: Vec::new(),
            application: false,
        };
        for route in ROUTES.iter().filter(|r| r.path != "/abmelden" && r.path != "/live") {
            let path = fill(route.path);
            let name = format!("{} {path} as {role:?}", route.method);
            let api = route.path.starts_with("/api/");
            let bearer = format!("Bearer {token}");
            let page = match (api, route.method) {
                (true, method) => {
                    let body: &[u8] = if method == "post" {
                        b"{\"kind\":\"hundesteuer\",\"code\":\"hold.personal\"}"
                    } else {
                        b""
                    };
                    browser.send(&method.to_uppercase(), &path, body, &[("authorization", &bearer)], &[])
                }
                (false, "get") => browser.get(&path),
                _ => browser.post(
                    &path,
                    &[
                        ("kind", "hundesteuer"),
                        ("code", "hold.personal"),
                        ("tat", "drehen 1"),
                        ("seite", "1"),
                        ("stapel", &batch),
                        ("amt", "steuern"),
                        ("received", "2026-11-01"),
                        ("stueck", &document),
                        ("grund", "loan"),
                    ],
                ),
            };
            asked += 1;
            let open = matches!(route.who, poststelle::web::Who::Everybody | poststelle::web::Who::Watchers);
            match (role, open) {
                (_, true) => {}
                ("", false) => assert_eq!(page.status, if api { 401 } else { 303 }, "{name}"),
                _ if !route.who.admits(&person) => assert_eq!(page.status, 403, "{name}: {}", page.text()),
                _ => assert!(page.status < 500, "{name}: {}", page.text()),
            }
            let text = page.text();
            for words in [&document, &batch, &file] {
                assert!(!text.contains(words.as_str()), "{name} names {words}: {text}");
            }
            assert!(!page.bytes.starts_with(&[0xff, 0xd8]), "{name}: an image");
            let about_it = route.path.contains("{id}")
                && !["/stationen", "/originale"].iter().any(|whole| route.path.starts_with(whole));
            assert!(!about_it || page.status != 200, "{name}: {text}");
        }
    }
    assert_eq!(events(), before, "nothing happened to it");
    println!("{asked} requests, nothing of the letter");
}
