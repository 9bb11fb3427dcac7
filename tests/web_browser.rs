//! Each role's main journey in a real browser, and what must hold of every page: nothing axe-core complains of,
//! every control reached by keyboard with its focus visible, usable at 200 %, the review quick enough.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};
use support::browser::{PASSWORD, Station, people};
use support::{Town, root, scanned};

const PEOPLE: &[(&str, &str, &str)] = &[
    ("leitung", "head,reviewer", ""),
    ("sk-1", "operator", ""),
    ("nb-1", "reviewer", ""),
    ("nb-2", "reviewer", ""),
    ("bau-1", "department", "bauordnung"),
    ("steuer-1", "department", "steueramt"),
    ("pruefung", "auditor", ""),
    ("technik", "administrator", ""),
];
/// Doubtful letters that other journeys take.
const OTHERS: usize = 7;

/// The shipped town, whose tax office has an inbox too.
fn town() -> Town {
    let town = Town::new();
    let path = town.path("pipeline.toml");
    let config = fs::read_to_string(&path).unwrap();
    let own = r#"targets = ["ordner-steueramt", "posteingang-steueramt"]"#;
    let config = config.replace(r#"targets = ["ordner-steueramt"]"#, own);
    // Every document is drawn, so that who checks always has a next one.
    fs::write(path, config + "\n[sample]\nnormal = 1.0\nhoch = 1.0\n[[target]]\nid = \"posteingang-steueramt\"\ntype = \"inbox\"\n").unwrap();
    town.open_station();
    town
}

/// The same doubtful letter again and again, each time other bytes.
fn drop_doubtful(town: &Town, count: usize) {
    let letter = fs::read(root().join("sample-scans/allgemein/036-unbekannt.jpg")).unwrap();
    for number in 0..count {
        let comment = format!("{number:08}");
        let mut bytes = letter.clone();
        let segment: Vec<u8> =
            [0xff, 0xfe, 0, comment.len() as u8 + 2].into_iter().chain(comment.bytes()).collect();
        bytes.splice(2..2, segment);
        let temporary = town.path("scans").join(".tmp-doubtful");
        fs::write(&temporary, bytes).unwrap();
        fs::rename(temporary, town.path("scans").join(format!("zweifel-{number:03}.jpg"))).unwrap();
    }
}

/// A doubtful letter of three pages, the second and third without a head of their own.
fn drop_stack(town: &Town) {
    let letter = image::open(root().join("sample-scans/allgemein/036-unbekannt.jpg")).unwrap().to_luma8();
    let (width, height) = letter.dimensions();
    let body = |from: u32| image::imageops::crop_imm(&letter, 0, from, width, height / 2).to_image();
    let page = |image: image::GrayImage| {
        let mut jpeg = std::io::Cursor::new(Vec::new());
        image.write_to(&mut jpeg, image::ImageFormat::Jpeg).unwrap();
        scanned::jpeg_page(image.width(), image.height(), &jpeg.into_inner())
    };
    let pages = [page(letter.clone()), page(body(height / 3)), page(body(height / 2))];
    let temporary = town.path("scans").join(".tmp-stack");
    fs::write(&temporary, scanned::pdf_at(300.0, &pages)).unwrap();
    fs::rename(temporary, town.path("scans").join("mehrseitig.pdf")).unwrap();
}

/// Documents by state, once the program has nothing left to do.
fn settled(station: &Station, documents: usize) -> Vec<(String, String)> {
    let begun = Instant::now();
    loop {
        let now = station.town.documents();
        let open =
            |state: &str| matches!(state, "formed" | "understood" | "approved" | "sealed" | "delivering");
        if now.len() >= documents && !now.iter().any(|(_, state)| open(state)) {
            return now;
        }
        assert!(begun.elapsed() < Duration::from_secs(600), "never settled: {now:?}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn every_role_gets_its_work_done() {
    let letters = std::env::var("PROVE_KEYS").map_or(5, |n| n.parse().unwrap());
    let town = town();
    let samples = ["001-bauantrag.jpg", "003-bauantrag.pdf", "004-hundesteuer.jpg", "040-hold-personal.jpg"];
    for sample in samples {
        town.drop_sample(&format!("allgemein/{sample}"));
    }
    drop_doubtful(&town, letters + OTHERS);
    drop_stack(&town);
    let keys = "[web.keys]\ncut = \"t\"\n";
    let station = Station::open(town, &(keys.to_owned() + &people(PEOPLE)));
    let documents = settled(&station, samples.len() + letters + OTHERS + 1);
    let of = |state: &str| {
        documents.iter().filter(|(_, s)| s == state).map(|(id, _)| id.clone()).collect::<Vec<_>>()
    };
    let (closed, review) = (of("closed"), of("review"));
    assert!(closed.len() >= 2 && of("hold").len() == 1, "{documents:?}");
    let ledger = rusqlite::Connection::open(station.town.path("var/ledger.sqlite")).unwrap();
    let named = |file: &str| -> String {
        let sql = "SELECT d.id FROM document d JOIN batch b ON b.id = d.batch WHERE b.file_name = ?1";
        ledger.query_row(sql, [file], |row| row.get(0)).unwrap()
    };
    let stack = named("mehrseitig.pdf");
    assert!(review.contains(&stack), "{documents:?}");
    let screens = std::env::var("SCREENS").map_or_else(|_| root().join("target/screens"), PathBuf::from);
    let facts = serde_json::json!({
        "address": format!("http://{}", station.address),
        "password": PASSWORD,
        "screens": screens,
        "upload": root().join("sample-scans/allgemein/005-hundesteuer.pdf"),
        "stack": stack,
        "never": named(&format!("zweifel-{:03}.jpg", letters + OTHERS - 1)),
        "closed": closed[0],
        "batch": closed[0].rsplit_once('-').unwrap().0,
        "doubtful": letters,
        "pages": [],
    });
    let tests = root().join("tests/browser");
    support::browser_modules();
    let done = Command::new("node")
        .arg("run.mjs")
        .current_dir(&tests)
        .env("TOWN", facts.to_string())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    println!("{said}");
    assert!(done.status.success(), "{said}");
    if letters >= 50 {
        println!("PROVED {}", said.lines().find(|line| line.starts_with("Nachbearbeitung:")).unwrap());
    }
}
