//! The paper: put into a box beside the scanner, found again, pulled piece by piece, released by two people.
#![allow(clippy::unwrap_used)]

mod support;

use support::authority::Authority;
use support::browser::{Browser, PASSWORD, Station, people};
use support::replacing::{drop_counted, released_town};

const PEOPLE: &[(&str, &str, &str)] = &[
    ("leitung", "head", ""),
    ("sk-9", "operator", ""),
    ("archiv", "operator", ""),
    ("pruefung", "auditor", ""),
    ("amt-1", "department", "steuern"),
];

fn fine(station: &Station, arguments: &[&str]) {
    let done = station.town.command(arguments, None);
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// Every hidden field of that name on the page, as a form sends it.
fn hidden(page: &str, name: &str) -> Vec<String> {
    let start = format!("name=\"{name}\" value=\"");
    page.split(&start).skip(1).filter_map(|rest| rest.split('"').next().map(str::to_owned)).collect()
}

#[test]
fn paper_is_boxed_found_pulled_and_released() {
    let folder = tempfile::tempdir().unwrap();
    let town = released_town(&Authority::new(folder.path()));
    [1, 2].into_iter().for_each(|number| drop_counted(&town, number));
    let station = Station::open(town, &people(PEOPLE));
    station.wait_for("closed", 2);
    let documents: Vec<String> = station.town.documents().into_iter().map(|(id, _)| id).collect();

    // Beside the scanner: the light names the box, and one button says that the paper lies in it.
    let mut operator = station.browser("sk-9");
    operator.get("/stationen/a");
    assert_eq!(operator.post("/stationen/a/karton", &[("karton", "../x")]).status, 400);
    assert_eq!(operator.post("/stationen/a/karton", &[("karton", "2026-014")]).status, 303);
    let page = operator.get("/stationen/a").text();
    assert_eq!(page.matches("In Karton 2026-014 legen").count(), 2, "{page}");
    let batches = hidden(&page, "stapel");
    assert_eq!(batches.len(), 2);
    let put = |operator: &mut Browser, name: &str| {
        let mut fields = vec![("karton", name)];
        fields.extend(batches.iter().map(|batch| ("stapel", batch.as_str())));
        operator.post("/stationen/a/eingelegt", &fields).status
    };
    assert_eq!(put(&mut operator, "2026-015"), 409, "that box does not stand here");
    assert_eq!(put(&mut operator, "2026-014"), 303);
    let page = operator.get("/stationen/a").text();
    assert_eq!(page.matches("Liegt in Karton 2026-014").count(), 2, "{page}");

    // Found again; whose business it is not, sees nothing.
    let mut auditor = station.browser("pruefung");
    assert!(auditor.get("/originale").text().contains("2026-014"));
    let found = auditor.get(&format!("/originale?suche={}", documents[1])).text();
    assert!(found.contains("Karton 2026-014, Stelle 2, seit "), "{found}");
    assert!(auditor.get(&format!("/schriftstueck/{}", documents[0])).text().contains("Stelle 1"));
    assert_eq!(station.browser("amt-1").get("/originale/2026-014").status, 403);
    assert_eq!(auditor.get("/originale/2026-015").status, 404);

    // Nothing was compared with the paper and nothing saved yet: the list says so, and nobody can release it.
    let mut head = station.browser("leitung");
    let at = "/originale/2026-014";
    let page = head.get(at).text();
    assert!(page.contains("Qualitätssicherung ist nicht abgeschlossen") && page.contains("Datensicherung"));
    assert!(!page.contains("id=\"release\"") && page.contains("<b>2</b>"), "{page}");
    let second = [("zweite", "archiv"), ("kennwort", PASSWORD)];
    assert_eq!(head.post(&format!("{at}/freigeben"), &second).status, 400);
    for document in &documents {
        fine(&station, &["sample", "verdict", document, "good", "--by", "archiv"]);
    }
    fine(&station, &["disposal", "backup", &"ab".repeat(32), "--by", "it-1"]);

    // What is lent out blocks the box and cannot be pulled; what is kept is pulled, piece by piece.
    let mut act = |what: &str, fields: &[(&str, &str)]| {
        head.get(at);
        head.post(&format!("{at}/{what}"), fields).status
    };
    let piece = ("stueck", documents[1].as_str());
    assert_eq!(act("sperre", &[piece, ("grund", "geliehen")]), 400, "no such reason");
    assert_eq!(act("sperre", &[piece, ("grund", "loan")]), 303);
    assert!(auditor.get(at).text().contains("ausgeliehen"));
    assert_eq!(act("entnehmen", &[piece]), 400);
    assert_eq!(act("freigeben", &second), 400);
    assert_eq!(act("sperre", &[piece, ("grund", "")]), 303, "it is back");
    assert_eq!(act("sperre", &[piece, ("grund", "litigation")]), 303);
    assert_eq!(act("entnehmen", &[piece]), 303);
    assert_eq!(act("entnehmen", &[piece]), 404, "it is out already");

    // Two people, each with their own password, and not only those who scanned.
    assert_eq!(auditor.get(&format!("{at}/protokoll.pdf")).status, 404);
    assert!(auditor.get(at).text().contains("Nichts hält diesen Karton mehr auf"));
    assert_eq!(act("freigeben", &[("zweite", "archiv"), ("kennwort", "geraten")]), 400);
    assert_eq!(act("freigeben", &[("zweite", "leitung"), ("kennwort", PASSWORD)]), 400);
    assert_eq!(act("freigeben", &[("zweite", "pruefung"), ("kennwort", PASSWORD)]), 400);
    assert_eq!(act("freigeben", &second), 303);
    assert_eq!(act("freigeben", &second), 400, "once");
    let protocol = auditor.get(&format!("{at}/protokoll.pdf"));
    assert!(protocol.status == 200 && protocol.bytes.starts_with(b"%PDF-"));
    let page = auditor.get("/originale").text();
    assert!(page.contains("zur Vernichtung freigegeben") && page.contains("leitung, archiv"), "{page}");

    // Nothing comes into a box that is gone.
    operator.get("/stationen/a");
    assert_eq!(operator.post("/stationen/a/karton", &[("karton", "2026-014")]).status, 400);
    assert_eq!(operator.post("/originale", &[("stapel", &batches[0]), ("karton", "2026-014")]).status, 400);
    let ledger = station.town.path("var/ledger.sqlite");
    fine(&station, &["verify", ledger.to_str().unwrap()]);
    let out = station.town.path("protokoll.pdf");
    fine(&station, &["disposal", "protocol", "2026-014", "--out", out.to_str().unwrap()]);
    assert_eq!(std::fs::read(out).unwrap(), protocol.bytes);
}
