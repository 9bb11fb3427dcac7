//! What comes with a letter, or instead of one: envelopes, enclosures, photos, receipts.

use super::{book, decided, paper};
use crate::document::{RuleBook, TownRules, understand};
use crate::model::document::{DocumentPages, Received, ScanMode, Understanding};
use crate::model::page::ReadPage;

/// One kind, known by the word "Widerspruch", that wants this of its envelope.
fn wants(envelope: &str) -> RuleBook {
    let rating = "{ need = \"normal\", reason = \"Test\" }";
    let text = format!(
        "id = \"widerspruch\"\nversion = 1\nname = \"Widerspruch\"\ndepartment = \"recht\"\nenvelope = \"{envelope}\"\n\
         [protection]\nintegrity = {rating}\nconfidentiality = {rating}\navailability = {rating}\n\
         [[rule]]\nid = \"wort\"\nany = [\"Widerspruch\"]\nweight = 6.0\n"
    );
    RuleBook::parse(&[("widerspruch.toml".into(), text)]).unwrap()
}

fn codes(u: &Understanding) -> Vec<&str> {
    u.review.iter().map(|r| r.code.as_str()).collect()
}

fn town() -> TownRules {
    TownRules { departments: vec!["recht".into()], central: "recht".into(), ..TownRules::default() }
}

const LETTER: &str = "Karla Kolumna\nAm Wehr 4\n00815 Lindenau am Fluss\n\nStadt Lindenau am Fluss\n00815 Lindenau am Fluss\n\n\
    Widerspruch\nLindenau am Fluss, den 03.11.2026\n\nSehr geehrte Damen und Herren,\ngegen den Bescheid lege ich Widerspruch ein.";
const BARE: &str =
    "\n\nStadt Lindenau am Fluss\n\nWiderspruch\n\nSehr geehrte Damen und Herren,\nich lege Widerspruch ein.";
const FRONT: &str = "@220x110\nKarla Kolumna, Am Wehr 4\n\nStadt Lindenau am Fluss\n00815 Lindenau am Fluss";
const BACK: &str = "@220x110\nErneut zugestellt";

#[test]
fn a_kind_says_what_it_wants_of_its_envelope() {
    let check = |envelope: &str, pages: &[&str], asked: &[&str]| {
        let u = decided(&pages.join("\n---\n"), ("a", None), None, &wants(envelope), &town());
        assert_eq!(codes(&u), asked, "{envelope} {pages:?} {:?}", u.fields.keys());
        let stays = u.reasons.iter().any(|r| r.about == "envelope");
        assert_eq!(stays, pages.contains(&FRONT), "{envelope} {pages:?}");
        assert_eq!(u.targets[0].department, "recht", "what is missing changes no proposal");
    };
    check("always", &[LETTER], &["envelope.missing"]);
    check("always", &[LETTER, FRONT], &[]);
    check("if_unclear", &[LETTER], &[]);
    check("if_unclear", &[BARE], &["envelope.missing"]);
    check("if_unclear", &[BARE, FRONT], &[]);
    check("both_sides", &[LETTER, FRONT], &["envelope.missing"]);
    check("both_sides", &[LETTER, FRONT, BACK], &[]);
    // A letter on paper of that size is no envelope.
    let note = LETTER.replace("Karla Kolumna\n", "@229x162\nKarla Kolumna\n");
    check("always", &[&note], &["envelope.missing"]);
}

#[test]
fn enclosures_that_are_named_are_looked_for() {
    let check = |said: &str, more: &[&str], asked: &[&str]| {
        let letter = format!("{LETTER}\n{said}");
        let pages = [&[letter.as_str()], more].concat().join("\n---\n");
        let u = decided(&pages, ("a", None), None, &wants("if_unclear"), &town());
        assert_eq!(codes(&u), asked, "{said} {more:?}");
    };
    let plan = "Lageplan im Maßstab 1 zu 500";
    check("Anlagen: 3", &[plan, plan], &["enclosures.missing"]);
    check("Anlagen: 3", &[plan, plan, plan], &[]);
    check("Anlage(n): 1", &[], &["enclosures.missing"]);
    check("3 Anlagen", &[plan, plan, FRONT], &["enclosures.missing"]);
    check("Anl.: 2", &[plan, plan, plan, plan], &[]);
    check("Seite 1 von 2\nAnl.: 1", &["und bitte um Antwort."], &["enclosures.missing"]);
    // A list, a number of an enclosure, and a fraction count nothing.
    for nothing in ["Anlagen: 1. Lageplan 2. Foto", "siehe Anlage 4", "Anlagen: Lageplan"] {
        check(nothing, &[], &[]);
    }
    // Where the paper stays, it is said and nobody has to be asked.
    let pages = super::paper::pages(&format!("{LETTER}\nAnlagen: 3"));
    let received = Received::default();
    let (pages, scan_mode) = (pages.iter().collect(), ScanMode::Copying);
    let document =
        DocumentPages { pages, station: "a", station_department: None, scan_mode, received: &received };
    let copied = understand(&document, &wants("if_unclear"), &town());
    assert_eq!(codes(&copied), Vec::<&str>::new());
    assert!(copied.reasons.iter().any(|r| r.about == "enclosures"));
}

fn look(pages: &[ReadPage]) -> Understanding {
    let received = Received::default();
    let document = DocumentPages {
        pages: pages.iter().collect(),
        station: "a",
        station_department: None,
        scan_mode: ScanMode::Copying,
        received: &received,
    };
    understand(&document, &book(), &town())
}

#[test]
fn an_envelope_without_a_letter_is_named() {
    let says =
        |pages: &[&str]| codes(&look(&paper::pages(&pages.join("\n---\n")))).contains(&"tray.empty_envelope");
    assert!(says(&[FRONT]) && says(&[FRONT, BACK]));
    assert!(!says(&[FRONT, "Liebe Nachbarn, wir feiern am Fluss."]));
    assert!(!says(&[&FRONT.replace("220x110", "210x99")]), "a third of a sheet is no envelope");
}

#[test]
fn a_photo_is_named_and_a_dark_letter_is_not() {
    let photo = |ink: f32, coloured: f32, words: &str| {
        let mut pages = paper::pages(&format!("@150x100\n{words}"));
        pages[0].measured.blank = false;
        (pages[0].measured.quality.ink, pages[0].measured.coloured) = (ink, coloured);
        codes(&look(&pages)).contains(&"tray.photo")
    };
    assert!(photo(0.4, 0.0, "") && photo(0.1, 0.5, "12 05"));
    assert!(!photo(0.1, 0.05, ""), "a drawing in pencil");
    assert!(!photo(0.4, 0.5, "Sommerfest am Fluss für alle Nachbarn"), "a poster");
}

#[test]
fn a_till_receipt_is_named_and_a_narrow_note_is_not() {
    let says = |text: &str| codes(&look(&paper::pages(text))).contains(&"tray.receipt");
    let receipt = "@80x200\nBaumarkt\nLindenau\nSchrauben 3,99\nDübel 2,49\nHammer 9,90\nSumme EUR 16,38\nKartenzahlung\n\
        Bon-Nr 4711\nVielen Dank\nUSt 2,61\nNetto 13,77\nFiliale 3\nKasse 2\n04.11.2026";
    assert!(says(receipt));
    assert!(!says(
        &receipt.replace("Summe EUR", "Menge").replace("Kartenzahlung", "").replace("Bon-Nr", "Fach")
    ));
    assert!(!says(LETTER));
}
