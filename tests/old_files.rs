//! Old files go in by box, file and register as the town's own sheets say, and a file somebody asks for is found by
//! its box. What does not fit is held with a sentence.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use support::authority::Authority;
use support::scanned::ScannedPage;
use support::{Town, chart, small_town, stack};

fn said(town: &Town, arguments: &[&str]) -> (Option<i32>, String) {
    let done = town.command(arguments, None);
    (done.status.code(), String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned())
}

/// A station for old files that replaces paper; a folder for each file and register.
fn town(authority: Option<&Authority>) -> Town {
    let town = small_town::town(None);
    let path = town.path("pipeline.toml");
    fs::write(town.path("sheets.key"), "das Geheimnis dieser Stadt").unwrap();
    let station = "id = \"a\"\nprofile = \"akten\"\ndefault_department = \"steuern\"";
    let mut config = fs::read_to_string(&path).unwrap().replacen("id = \"a\"", station, 1);
    config = config.replace(
        "path = \"var/out/steuern\"",
        "path = \"var/out/steuern\"\nsubfolder = \"{{ file }}/{{ register }}\"",
    );
    config += "[sheets]\nkey_file = \"sheets.key\"\n\
               [[profile]]\nid = \"akten\"\nscan_mode = \"replacing\"\nduplex = true\nfiles = true\n\
               [retention]\npaper_days = 0\n";
    if let Some(authority) = authority {
        config += "[procedure]\nversion = \"1.0\"\nreleased = \"2026-01-01\"\n";
        config += &authority.settings("seal", None);
    }
    fs::write(path, config).unwrap();
    // Whatever can be read is of this kind.
    let rules = town.path("classifiers/hundesteuer.toml");
    let text = fs::read_to_string(&rules).unwrap();
    let text =
        text.replace("version = 1", "version = 1\nreplacing_allowed = true").replace("'hund'", "'[a-z]'");
    fs::write(&rules, text).unwrap();
    town
}

/// A sheet of paper, both sides.
type Sheet = [ScannedPage; 2];

/// A sheet with one line on it, and nothing behind.
fn letter(number: usize) -> Sheet {
    [stack::page(&stack::line(number)), stack::page(&stack::white())]
}

/// The file's own cover: a line on coloured paper, nothing behind.
fn cover(number: usize) -> Sheet {
    let mut page = stack::line(number);
    page.pixels_mut().for_each(|p| p[2] = p[2].saturating_sub(60));
    [stack::page(&page), stack::page(&stack::white())]
}

/// A sheet the town prints, with its empty back.
fn sheet(town: &Town, wish: &[&str]) -> Sheet {
    [stack::sheet(town, wish), stack::page(&stack::white())]
}

fn scan(town: &Town, name: &str, sheets: &[&Sheet]) {
    stack::scan(town, name, None, &sheets.iter().flat_map(|sheet| sheet.iter().cloned()).collect::<Vec<_>>());
}

/// Side-cars below a folder, sorted by the document they are about.
fn delivered(folder: &Path) -> Vec<(PathBuf, Value)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') {
            all.extend(delivered(&path));
        } else if name.ends_with(".json") && !name.ends_with(".record.json") {
            all.push((folder.to_owned(), serde_json::from_slice(&fs::read(&path).unwrap()).unwrap()));
        }
    }
    all.sort_by_key(|(_, sheet)| sheet["document_id"].as_str().map(str::to_owned));
    all
}

#[test]
fn a_box_of_files_goes_in_and_a_file_is_found_by_its_box() {
    let folder = tempfile::tempdir().unwrap();
    let town = town(Some(&Authority::new(folder.path())));
    chart::release(&town, "a");
    let kiste = sheet(&town, &["--box", "K-17"]);
    let first = sheet(&town, &["--file", "63/1", "--cover", "--sheets", "4", "--documents", "3"]);
    let register = sheet(&town, &["--register", "Pläne"]);
    let next = sheet(&town, &["--department", "steuern"]);
    let second = sheet(&town, &["--file", "63/2", "--sheets", "1"]);
    // The last one says nothing that anybody knows the kind by: its paper stays.
    let letters =
        [letter(0), letter(1), letter(2), [stack::page(&stack::drawing()), stack::page(&stack::white())]];
    scan(
        &town,
        "kiste.pdf",
        &[
            &kiste,
            &first,
            &cover(4),
            &letters[0],
            &next,
            &letters[1],
            &register,
            &letters[2],
            &second,
            &letters[3],
        ],
    );
    assert!(town.run_until_settled(None).status.success());
    assert_eq!(said(&town, &["hold", "list"]).1, "");

    // The structure is in document.json, in the record, and in the folders of the target.
    let out = town.path("var/out/steuern");
    let sheets = delivered(&out);
    let places: Vec<(String, Value)> = sheets
        .iter()
        .map(|(at, sheet)| (at.strip_prefix(&out).unwrap().display().to_string(), sheet["filed"].clone()))
        .collect();
    let filed = |file: &str, register: Option<&str>, part: &str, sheets: u32| {
        serde_json::json!({ "box": "K-17", "file": file, "register": register, "part": part,
                            "sheets_announced": sheets, "sheets_found": sheets })
    };
    assert_eq!(
        places,
        [
            ("63_1".into(), filed("63/1", None, "cover", 4)),
            ("63_1".into(), filed("63/1", None, "document", 4)),
            ("63_1".into(), filed("63/1", None, "document", 4)),
            ("63_1/Pläne".into(), filed("63/1", Some("Pläne"), "document", 4)),
            ("63_2".into(), filed("63/2", None, "document", 1)),
        ]
    );
    let pages = |at: usize| sheets[at].1["pages"].as_array().unwrap().len();
    assert_eq!(
        (pages(0), pages(1)),
        (2, 1),
        "the empty back of the cover belongs to it, that of a letter does not"
    );
    assert_eq!(sheets[1].1["fields"]["own_reference"]["value"], "63/1");
    let id = |at: usize| sheets[at].1["document_id"].as_str().unwrap().to_owned();
    let record = fs::read_to_string(sheets[3].0.join(format!("{}@ordner.record.json", id(3)))).unwrap();
    assert!(
        record.contains(r#""filed":{"box":"K-17","file":"63/1","part":"document","register":"Pläne""#),
        "{record}"
    );
    assert!(record.contains("\"verdict\":\"matches\""), "{record}");
    assert_eq!(said(&town, &["verify", out.to_str().unwrap()]).0, Some(0));
    assert!(said(&town, &["explain", &id(3)]).1.contains("Kiste K-17, Akte 63/1, Register Pläne"));

    // Each file is a lot of its own: its first and last are drawn, and a defect in one is none of the other.
    let drawn = said(&town, &["sample", "list"]).1;
    assert!([0, 3, 4].iter().all(|at| drawn.contains(&id(*at))), "{drawn}");
    let verdict =
        |at: usize, seen: &str| said(&town, &["sample", "verdict", &id(at), seen, "--by", "pk-2"]).0;
    assert_eq!(verdict(4, "bad"), Some(0));
    let drawn = said(&town, &["sample", "list"]).1;
    let waits: Vec<bool> = (0..4).map(|at| drawn.contains(&id(at))).collect();
    assert!(waits[0] && waits[3] && (!waits[1] || !waits[2]) || drawn.lines().count() == 4, "{drawn}");
    for at in 0..5 {
        assert_eq!(verdict(at, "good"), Some(0));
    }
    assert_eq!(said(&town, &["sample", "list"]).1, "");

    // Somebody asks for the file: it lies in that box, and the box stays while it is lent out.
    let found = said(&town, &["disposal", "file", "63/1"]).1;
    assert!(found.contains(&format!("K-17;1;{};;Aktendeckel;\n", id(0))), "{found}");
    assert!(found.contains(&format!("K-17;4;{};Pläne;Schriftstück;\n", id(3))), "{found}");
    assert_eq!(said(&town, &["disposal", "file", "63/9"]).0, Some(2));
    assert_eq!(said(&town, &["disposal", "backup", &"ab".repeat(32), "--by", "it-1"]).0, Some(0));
    let lend = ["disposal", "keep", "--file", "63/1", "--reason", "loan", "--by", "archiv"];
    assert_eq!(said(&town, &lend).0, Some(0));
    assert!(said(&town, &["disposal", "file", "63/1"]).1.contains(";ausgeliehen"));
    let release = || said(&town, &["disposal", "release", "K-17", "--by", "leitung", "--and", "archiv"]);
    let (code, text) = release();
    assert!(code == Some(1) && text.matches("no_hold (").count() == 4, "{text}");
    assert_eq!(
        said(&town, &["disposal", "pull", "K-17", &id(1), "--by", "archiv"]).0,
        Some(2),
        "it is lent out"
    );
    assert_eq!(said(&town, &["disposal", "free", "--file", "63/1", "--by", "archiv"]).0, Some(0));
    let (code, text) = release();
    let kept = format!("K-17;5;{};replacing (", id(4));
    assert!(code == Some(1) && text.contains(&kept) && text.matches("K-17;").count() == 1, "{text}");
    assert_eq!(said(&town, &["disposal", "pull", "K-17", &id(4), "--by", "archiv"]).0, Some(0));
    let (code, text) = release();
    assert!(code == Some(0) && text.contains("4 Schriftstücke"), "{text}");
}

#[test]
fn what_does_not_fit_waits_for_a_person() {
    let town = town(None);
    let kiste = sheet(&town, &["--box", "K-17"]);
    let file = sheet(&town, &["--file", "63/1", "--sheets", "2"]);
    let other = sheet(&town, &["--file", "63/2"]);
    let register = sheet(&town, &["--register", "Pläne"]);
    fs::write(town.path("sheets.key"), "das Geheimnis einer anderen").unwrap();
    let strange = sheet(&town, &["--file", "63/3"]);
    fs::write(town.path("sheets.key"), "das Geheimnis dieser Stadt").unwrap();
    let (a, b) = (letter(0), letter(1));
    let stacks: [(&str, &[&Sheet], &str); 6] = [
        ("1.pdf", &[&kiste, &register, &a], "Vor Register „Pläne“ (Seite 3) liegt kein Aktenblatt."),
        ("2.pdf", &[&other, &a], "Vor Akte „63/2“ (Seite 1) liegt kein Kistenblatt."),
        ("3.pdf", &[&kiste, &other, &a, &strange, &b], "trägt aber nicht deren Prüfzeichen"),
        (
            "4.pdf",
            &[&kiste, &other, &a, &other, &b],
            "Akte „63/2“ (Seite 7) kommt zweimal, zuerst auf Seite 3.",
        ),
        ("5.pdf", &[&kiste, &file, &a], "Akte „63/1“ (Seite 3): 2 Blatt angekündigt, 1 gefunden."),
        ("6.pdf", &[&a], "Im Stapel liegt kein Kistenblatt."),
    ];
    for (name, sheets, _) in stacks {
        scan(&town, name, sheets);
    }
    assert!(town.run_until_settled(None).status.success());
    let list = said(&town, &["hold", "list"]).1;
    for (name, _, sentence) in stacks {
        assert!(list.contains(sentence), "{name}: {sentence} not in {list}");
    }
    assert_eq!(town.documents(), []);
    // Who looked at the paper may accept a count; a place nobody named cannot be accepted.
    let batch = |line: &str| line.split_whitespace().next().unwrap().to_owned();
    for line in list.lines() {
        assert_eq!(said(&town, &["hold", "release", &batch(line), "--by", "leitung"]).0, Some(0));
    }
    assert!(town.run_until_settled(None).status.success());
    let still = said(&town, &["hold", "list"]).1;
    for line in list.lines() {
        let goes_on = line.contains("angekündigt") || line.contains("kommt zweimal");
        assert_eq!(still.contains(&batch(line)), !goes_on, "{line}");
    }
    // The same file again in another stack is asked about, too.
    scan(&town, "7.pdf", &[&kiste, &file, &a, &b]);
    assert!(town.run_until_settled(None).status.success());
    assert!(said(&town, &["hold", "list"]).1.contains("Akte „63/1“ liegt schon in Stapel"));
    let level = said(&town, &["coversheet", "--out", "x.pdf", "--department", "steuern", "--sheets", "3"]);
    assert!(level.0 == Some(2) && level.1.contains("coversheet.level"), "{}", level.1);
}
