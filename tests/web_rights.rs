//! Who is not signed on sees nothing; who is sees what the role and the circles allow, and nothing else.
#![allow(clippy::unwrap_used)]

mod support;

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
    std::fs::write(&path, config.replace("id = \"a\"", "id = \"a\"\ncircle = \"jugend\"")).unwrap();
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
