mod letters;
mod paper;
mod sentences;
mod tray;

use super::*;
use crate::model::document::Received;
use crate::model::geometry::Box2;
use crate::model::page::{MeasuredPage, PageText, Quality, ReadPage, Word};

/// A page at 100 dpi from lines with their place in millimetres.
fn page(lines: &[(i32, i32, &str)]) -> ReadPage {
    let mut words = Vec::new();
    for (number, (x_mm, y_mm, text)) in lines.iter().enumerate() {
        for (index, word) in text.split_whitespace().enumerate() {
            let (x, y) = (x_mm * 100 * 10 / 254 + index as i32 * 60, y_mm * 100 * 10 / 254);
            words.push(Word {
                text: word.into(),
                bounds: Box2 { x, y, w: 50, h: 14 },
                confidence: 0.95,
                line: number as u32,
                block: 0,
                baseline_start: [x as f32, y as f32 + 14.0],
                baseline_end: [x as f32 + 50.0, y as f32 + 14.0],
                ascent: 14.0,
                stamped: false,
            });
        }
    }
    let measured = MeasuredPage {
        width: 827,
        height: 1169,
        dpi: 100.0,
        turned: Default::default(),
        mirrored: false,
        skew: 0.0,
        blank: false,
        coloured: 0.0,
        quality: Quality::default(),
        codes: vec![],
        notes: vec![],
    };
    ReadPage { measured, text: PageText { words } }
}

fn book() -> RuleBook {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/classifiers");
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "toml"))
        .map(|p| (p.display().to_string(), std::fs::read_to_string(&p).unwrap()))
        .collect();
    files.sort();
    RuleBook::parse(&files)
        .unwrap_or_else(|c| panic!("{}", c.iter().map(|c| c.to_string()).collect::<String>()))
}

/// Files of a folder of the project by name, with their texts.
fn files(folder: &str) -> Vec<(String, String)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_file());
    let mut files: Vec<_> =
        entries.map(|p| (p.display().to_string(), std::fs::read_to_string(p).unwrap())).collect();
    files.sort();
    files
}

fn text_of(file: &str) -> String {
    std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

/// The decision about a letter given as plain text (see `paper`); `station`: its id and its department.
fn decided(
    text: &str,
    station: (&str, Option<&str>),
    received: Option<&str>,
    book: &RuleBook,
    town: &TownRules,
) -> Understanding {
    let pages = paper::pages(text);
    let received = match received.and_then(|r| r.parse::<Emptying>().ok()) {
        Some(emptying) => {
            Received { date: Some(emptying.day()), source: emptying.source(), ..Received::default() }
        }
        None => Received { date: received.map(str::to_owned), ..Received::default() },
    };
    let document = DocumentPages {
        pages: pages.iter().collect(),
        station: station.0,
        station_department: station.1,
        scan_mode: ScanMode::Replacing,
        received: &received,
    };
    understand(&document, book, town)
}

fn decide(lines: &[(i32, i32, &str)]) -> Understanding {
    let page = page(lines);
    let received = Default::default();
    let document = DocumentPages {
        pages: vec![&page],
        station: "allgemein",
        station_department: None,
        scan_mode: ScanMode::Copying,
        received: &received,
    };
    let book = book();
    let town = TownRules {
        departments: book.kinds().iter().map(|k| k.department.clone()).collect(),
        central: "poststelle".into(),
        own_references: vec![Regex::new(r"(?:Aktenzeichen)[: ]+([A-Z0-9./-]{3,24})").unwrap()],
        ..TownRules::default()
    };
    understand(&document, &book, &town)
}

const INVOICE: &[(i32, i32, &str)] = &[
    (25, 20, "Muster Bürobedarf GmbH"),
    (25, 47, "Muster Bürobedarf GmbH, Weg 1, 00123 Ort"),
    (25, 55, "Stadt Lindenau am Fluss"),
    (125, 60, "12.03.2026"),
    (25, 100, "Rechnung Nr. RE-2026/0815"),
    (25, 110, "Sehr geehrte Damen und Herren,"),
    (25, 130, "Netto 100,00 EUR zzgl. 19 % MwSt. 19,00 EUR"),
    (25, 140, "Gesamtbetrag 1.119,00 EUR"),
    (25, 150, "zahlbar bis 1. April 2026 auf DE89 3704 0044 0532 0130 00"),
];

#[test]
fn an_invoice_goes_straight_through_with_its_fields() {
    let u = decide(INVOICE);
    assert_eq!((u.kind.as_str(), u.targets[0].department.as_str()), ("rechnung", "kaemmerei"));
    assert_eq!(u.review, []);
    let value = |name: &str| u.fields.get(name).map(|f| f.value.as_str());
    assert_eq!(value("invoice_number"), Some("RE-2026/0815"));
    assert_eq!(value("gross_amount"), Some("1119.00"));
    assert_eq!(value("letter_date"), Some("2026-03-12"));
    assert_eq!(value("due_date"), Some("2026-04-01"));
    assert_eq!(value("iban"), Some("DE89370400440532013000"));
    assert_eq!(value("sender"), Some("Muster Bürobedarf GmbH"));
    assert!(u.reasons.iter().any(|r| r.rule == "rechnung.betreff" && r.page == Some(1)));
}

#[test]
fn a_word_in_the_address_window_holds_and_nothing_is_read_out() {
    let mut lines = INVOICE.to_vec();
    lines[2] = (25, 55, "Herrn Max Muster - persönlich -");
    let u = decide(&lines);
    assert_eq!(u.hold.as_deref(), Some("hold.personal"));
    assert!(u.targets.is_empty() && u.fields.is_empty());
    assert_eq!(u.review.iter().map(|r| r.code.as_str()).collect::<Vec<_>>(), ["hold.personal"]);
}

#[test]
fn the_same_word_in_the_letter_does_not_hold() {
    let mut lines = INVOICE.to_vec();
    lines.push((25, 170, "Bitte behandeln Sie die Angaben vertraulich und persönlich."));
    assert_eq!(decide(&lines).hold, None);
}

#[test]
fn what_nobody_knows_goes_to_a_person() {
    let u =
        decide(&[(25, 100, "Einladung zum Sommerfest"), (25, 120, "Liebe Nachbarn, wir feiern am Fluss.")]);
    assert_eq!((u.kind.as_str(), u.targets[0].department.as_str()), (UNKNOWN_KIND, "poststelle"));
    assert_eq!(u.review[0].code, "kind.unknown");
}

#[test]
fn a_broken_rule_file_is_named_with_its_place() {
    let text = "id = \"x\"\nversion = 1\nname = \"X\"\ndepartment = \"y\"\n\
        [protection]\nintegrity = { need = \"normal\", reason = \"r\" }\n\
        confidentiality = { need = \"normal\", reason = \" \" }\n\
        availability = { need = \"normal\", reason = \"r\" }\n\
        [[rule]]\nid = \"a\"\nregex = \"(\"\nweight = 1.0\n";
    let complaints = RuleBook::parse(&[("classifiers/x.toml".into(), text.into())]).unwrap_err();
    let text: Vec<String> = complaints.iter().map(ToString::to_string).collect();
    assert!(text[0].contains("classifiers/x.toml:7:47") && text[0].contains("rules.protection"), "{text:?}");
    assert!(text[1].contains("classifiers/x.toml:11:9") && text[1].contains("rules.pattern"), "{text:?}");
}

#[test]
fn a_letter_behind_another_one_is_seen_and_what_protects_it_holds() {
    let second = |address: &'static str| {
        vec![
            (25, 20, "Erna Beispiel"),
            (25, 50, address),
            (25, 58, "Rathausplatz 1"),
            (25, 66, "00815 Lindenau am Fluss"),
            (25, 100, "Meine Sache"),
            (25, 110, "Sehr geehrte Damen und Herren,"),
            (
                25,
                120,
                "ich schreibe Ihnen heute wegen einer Sache, die mich seit vielen Wochen beschäftigt und über",
            ),
            (
                25,
                130,
                "die ich mit Ihnen gern sprechen möchte, sobald es Ihnen passt und Sie etwas Zeit haben.",
            ),
        ]
    };
    let mut invoice = INVOICE.to_vec();
    invoice.push((
        25,
        170,
        "Bitte geben Sie bei der Zahlung die Nummer der Rechnung und Ihre Kundennummer an, damit wir",
    ));
    invoice.push((
        25,
        180,
        "den Eingang Ihrer Zahlung ohne Rückfrage Ihrem Konto gutschreiben können. Vielen Dank!",
    ));
    let together = |second: &[(i32, i32, &str)]| {
        let (first, second) = (page(&invoice), page(second));
        let book = book();
        let town = TownRules {
            departments: book.kinds().iter().map(|k| k.department.clone()).collect(),
            ..TownRules::default()
        };
        let document = DocumentPages {
            pages: vec![&first, &second],
            station: "allgemein",
            station_department: None,
            scan_mode: ScanMode::Copying,
            received: &Received::default(),
        };
        understand(&document, &book, &town)
    };
    let u = together(&second("Stadt Lindenau am Fluss"));
    let asked: Vec<_> = u.review.iter().map(|r| (r.code.as_str(), r.page)).collect();
    assert_eq!(asked, [("cut.letter_inside", Some(2))]);
    let u = together(&second("An den Personalrat"));
    assert_eq!((u.hold.as_deref(), u.reasons[0].page), (Some("hold.personalrat"), Some(2)));
    // A second page of the same letter greets nobody, and its head names the sender.
    let more =
        [(25, 20, "Muster Bürobedarf GmbH, Weg 1, 00123 Ort"), (25, 60, "Pos. 7 Papier 500 Blatt 12,00 EUR")];
    let more: Vec<_> = more
        .into_iter()
        .chain((0..8).map(|n| (25, 70 + 10 * n, "Pos. 8 Papier 500 Blatt 12,00 EUR")))
        .collect();
    assert_eq!(together(&more).review, []);
}
