use super::*;
use crate::model::geometry::Box2;
use crate::model::notes::Severity;
use crate::model::page::Word;
use proptest::prelude::*;

/// `L` letter page, `B` blank, `T` `2` `3` patch sheets, `W` a page full of words with patch bars,
/// `P` letter page with a parcel's barcode, `Q` cover sheet, `A` cover sheet for all that follow,
/// `S` plain QR separator, `K` first page with a rule's barcode.
fn batch(letters: &str) -> Vec<BatchPage<'static>> {
    let code = |symbology: &str, value: &str| Code {
        symbology: symbology.into(),
        value: value.into(),
        bounds: Box2::default(),
    };
    let page = |c: char| BatchPage {
        blank: c == 'B',
        codes: match c {
            'T' | 'W' => vec![code("patch_t", "")],
            '2' => vec![code("patch_2", "")],
            '3' => vec![code("patch_3", "")],
            'Q' => vec![code("patch_t", ""), code("qr", "POSTSTELLE:v1;dep=bauordnung;az=1")],
            'A' => vec![code("qr", "POSTSTELLE:v1;circle=personal;dep=sozialamt;scope=all")],
            'S' => vec![code("qr", "POSTSTELLE:SEP")],
            'P' => vec![code("code128", "00340434161094042557"), code("qr", "https://example.org/;dep=x")],
            'K' => vec![code("code39", "AKTE-17")],
            _ => vec![],
        },
        words: if matches!(c, 'L' | 'W' | 'P' | 'K') { 200 } else { 20 },
        ..BatchPage::default()
    };
    letters.chars().map(page).collect()
}

#[test]
fn the_empty_back_of_an_envelope_stays_with_it() {
    let mut pages = duplex("LBLB");
    for side in &mut pages[..2] {
        side.envelope = true;
    }
    check(&pages, &order(|o| o.duplex = true), &[&[0, 1, 2]]);
}

fn duplex(letters: &str) -> Vec<BatchPage<'static>> {
    let mut pages = batch(letters);
    for (index, page) in pages.iter_mut().enumerate() {
        page.side = Side::of(index, true);
    }
    pages
}

fn order(change: impl FnOnce(&mut CutOrder)) -> CutOrder {
    let mut order = CutOrder::default();
    change(&mut order);
    order
}

fn check(pages: &[BatchPage<'_>], order: &CutOrder, expected: &[&[usize]]) -> CutPlan {
    let plan = cut(pages, order);
    let cuts: Vec<_> = plan.documents.iter().map(|d| d.pages.clone()).collect();
    assert_eq!(cuts, expected, "{plan:?}");
    assert!(plan.documents.iter().all(|d| !d.reasons.is_empty()));
    plan
}

#[test]
fn separators_cut_and_foreign_barcodes_do_not() {
    let order = CutOrder::default();
    check(&batch(""), &order, &[]);
    check(&batch("LL"), &order, &[&[0, 1]]);
    check(&batch("TLTLL"), &order, &[&[1], &[3, 4]]);
    check(&batch("SL2LLSL"), &order, &[&[1], &[3, 4], &[6]]);
    check(&batch("LPPL"), &order, &[&[0, 1, 2, 3]]);
    check(&batch("LBL"), &order, &[&[0, 2]]);
}

#[test]
fn a_sheet_fed_upside_down_cuts_too_and_says_so() {
    let plan = check(&batch("L3L"), &CutOrder::default(), &[&[0], &[2]]);
    assert_eq!(plan.documents[1].notes[0].code, "cut.patch_turned");
    check(&batch("L3L"), &order(|o| o.patch_twins = false), &[&[0, 1, 2]]);
}

#[test]
fn patch_bars_on_a_letter_are_shown_and_do_not_cut() {
    let plan = check(&batch("LWL"), &CutOrder::default(), &[&[0, 1, 2]]);
    assert_eq!(plan.documents[0].notes[0].code, "cut.patch_on_letter");
}

#[test]
fn separators_at_the_end_are_left_over() {
    let plan = check(&batch("LTB"), &CutOrder::default(), &[&[0]]);
    assert_eq!((plan.leftovers.separators[0].page, plan.leftovers.suppressed[0].0), (1, 2));
    assert_eq!(plan.notes[0].code, "cut.separator_at_end");
    let documents = plan.into_documents();
    assert_eq!((documents[0].separators.len(), documents[0].suppressed.len()), (1, 1));
}

#[test]
fn a_batch_of_nothing_is_shown_to_a_person() {
    for (letters, expected) in [("BB", [0, 1]), ("TT", [0, 1])] {
        let plan = check(&batch(letters), &CutOrder::default(), &[&expected]);
        let note = &plan.documents[0].notes[0];
        assert_eq!((note.code.as_str(), note.severity), ("cut.only_blank", Severity::Review));
    }
}

#[test]
fn both_sides_of_a_separator_belong_to_it() {
    let both = order(|o| o.duplex = true);
    check(&duplex("TBLB"), &both, &[&[2]]);
    check(&duplex("LBTTLL"), &both, &[&[0], &[4, 5]]);
    // Fed with the wrong side up.
    let plan = check(&duplex("LBBTLB"), &both, &[&[0], &[4]]);
    let sheet = &plan.documents[1].separators;
    assert_eq!((sheet[0].page, sheet[0].kind.as_str(), sheet[1].page), (2, "back", 3));
    // Somebody wrote on the back: it is not lost.
    let plan = check(&duplex("LBTLLB"), &both, &[&[0], &[3, 4]]);
    assert_eq!(plan.documents[1].notes[0].code, "cut.separator_written_on");
}

#[test]
fn blank_sheets_separate_only_where_the_station_says_so() {
    let blank = order(|o| o.blank_separates = true);
    check(&batch("LBLL"), &blank, &[&[0], &[2, 3]]);
    // In duplex a blank back is no sheet.
    let both = order(|o| (o.blank_separates, o.duplex) = (true, true));
    check(&duplex("LBLBBBLL"), &both, &[&[0, 2], &[6, 7]]);
}

#[test]
fn a_fixed_count_counts_sides_of_paper() {
    let fixed = order(|o| o.pages_per_document = Some(2));
    check(&batch("LLLBLL"), &fixed, &[&[0, 1], &[2], &[4, 5]]);
    let plan = check(&batch("LLL"), &fixed, &[&[0, 1], &[2]]);
    assert_eq!(plan.documents[1].notes[0].code, "cut.fixed_count");
}

#[test]
fn a_barcode_of_a_rule_begins_a_document_and_stays_in_it() {
    let rule = BarcodeRule { symbology: "code39".into(), value: Regex::new("^AKTE-").unwrap(), keep: true };
    check(&batch("LKL"), &order(|o| o.barcodes = vec![rule.clone()]), &[&[0], &[1, 2]]);
    check(&batch("LKL"), &CutOrder::default(), &[&[0, 1, 2]]);
    // A sheet to take out that is full of words stays, and a person looks.
    let drop = BarcodeRule { keep: false, ..rule };
    let plan = check(&batch("LKL"), &order(|o| o.barcodes = vec![drop]), &[&[0], &[1, 2]]);
    assert_eq!(plan.documents[1].notes[0].code, "cut.barcode_on_letter");
}

#[test]
fn in_strict_mode_only_own_sheets_cut() {
    let strict = order(|o| (o.strict, o.blank_separates) = (true, true));
    check(&batch("LTLBLSL"), &strict, &[&[0, 1, 2, 4], &[6]]);
}

#[test]
fn orders_are_for_one_document_unless_the_sheet_says_for_all() {
    let plan = check(&batch("QLTL"), &CutOrder::default(), &[&[1], &[3]]);
    assert_eq!(plan.documents[0].separators[0].orders, ["dep=bauordnung", "az=1"]);
    assert_eq!(plan.documents[0].orders.len(), 2);
    assert_eq!(plan.documents[1].orders, []);

    let plan = check(&batch("ALTLQLSL"), &CutOrder::default(), &[&[1], &[3], &[5], &[7]]);
    let department = |d: usize| plan.documents[d].orders.iter().find(|o| o.key() == "dep").cloned();
    let is = |id: &str| Some(Order::Department(id.into()));
    assert_eq!([0, 1, 2, 3].map(department), ["sozialamt", "sozialamt", "bauordnung", "sozialamt"].map(is));
    assert!(plan.documents.iter().all(|d| d.orders.contains(&Order::Circle("personal".into()))));
}

#[test]
fn a_cover_sheet_and_a_separator_in_a_row_speak_for_the_same_document() {
    let plan = check(&batch("LQTL"), &CutOrder::default(), &[&[0], &[3]]);
    assert_eq!(plan.documents[1].orders.len(), 2);
    assert_eq!(plan.documents[1].separators.len(), 2);
}

#[test]
fn announced_and_found_must_agree() {
    let seven = order(|o| o.expected_pages = Some(7));
    assert_eq!(
        cut(&batch("TLLTLL"), &seven).hold.unwrap(),
        ("hold.count".into(), "7 Seiten angekündigt, 6 gefunden.".into())
    );
    assert_eq!(cut(&batch("TLLTLLL"), &seven).hold, None);
    assert!(cut(&batch("TLTL"), &order(|o| o.expected_documents = Some(3))).hold.is_some());

    let mut pages = batch("SLLB");
    for (n, held) in [(1, true), (2, false), (3, false), (4, true)] {
        pages[0].codes[0].value = format!("POSTSTELLE:v1;pages={n}");
        assert_eq!(cut(&pages, &CutOrder::default()).hold.is_some(), held, "{n}");
    }
    let held = cut(&pages, &CutOrder::default()).into_documents();
    assert!(held[0].notes.iter().any(|n| n.code == "hold.count" && n.severity == Severity::Review));
}

fn written(lines: &[&str]) -> PageText {
    let mut words = Vec::new();
    for (line, text) in lines.iter().enumerate() {
        for word in text.split(' ') {
            words.push(Word {
                text: word.into(),
                bounds: Box2 { x: 100, y: 100 + 100 * line as i32, w: 80, h: 20 },
                confidence: 0.9,
                line: line as u32,
                block: 0,
                baseline_start: [0.0; 2],
                baseline_end: [0.0; 2],
                ascent: 12.0,
                stamped: false,
            });
        }
    }
    PageText { words }
}

/// A sheet scanned with a note on it and without is one page in two images, by whatever rule the stack is cut.
#[test]
fn a_sheet_seen_once_more_begins_nothing_and_counts_nothing() {
    let letter = written(&["Markt 3", "00815 Lindenau", "Sehr geehrte Damen und Herren,", "Seite 1 von 1"]);
    let page =
        |again| BatchPage { text: Some(&letter), height: 1000, words: 9, again, ..BatchPage::default() };
    let stack = [page(false), page(true), page(false)];
    check(&stack, &order(|o| o.by_content = true), &[&[0, 1], &[2]]);
    check(&stack, &order(|o| o.pages_per_document = Some(1)), &[&[0, 1], &[2]]);
}

/// Enclosures stay with their letter; a new letter begins where one count ends and a letter's face is seen.
#[test]
fn content_cuts_only_if_allowed_and_only_where_everything_agrees() {
    let first = written(&["Markt 3", "00815 Lindenau", "Sehr geehrte Damen und Herren,", "Seite 1 von 2"]);
    let second = written(&["mit freundlichen Grüßen", "Seite 2 von 2"]);
    let enclosure = written(&["Lageplan", "Seite 1 von 1"]);
    let page = |text| BatchPage { text: Some(text), height: 1000, words: 9, ..BatchPage::default() };
    let stack = [page(&first), page(&second), page(&enclosure), page(&first), page(&second)];
    let by_content = order(|o| o.by_content = true);
    check(&stack, &CutOrder::default(), &[&[0, 1, 2, 3, 4]]);
    let plan = check(&stack, &by_content, &[&[0, 1, 2], &[3, 4]]);
    let why = &plan.documents[1].reasons[0];
    assert_eq!((why.rule.as_str(), why.weight), ("content.restart", Some(0.9)));
    // The count before was not at its end: a page is missing, or this is an enclosed letter.
    check(&[page(&first), page(&first), page(&second)], &by_content, &[&[0, 1, 2]]);
}

proptest! {
    #[test]
    fn every_page_is_in_exactly_one_place(
        letters in "[LTBPQASK23W]{0,40}", both: bool, sides: bool, blanks: bool, suppress: bool, strict: bool,
        fixed in prop::option::of(0u32..4), keep: bool,
    ) {
        let rule = BarcodeRule { symbology: "code39".into(), value: Regex::new("^AKTE").unwrap(), keep };
        let order = CutOrder {
            duplex: both,
            blank_separates: blanks,
            suppress_blank: suppress,
            strict,
            pages_per_document: fixed,
            barcodes: vec![rule],
            by_content: true,
            ..CutOrder::default()
        };
        let pages = if sides { duplex(&letters) } else { batch(&letters) };
        let plan = cut(&pages, &order);
        let places = |d: &CutDocument| {
            let mut all = d.pages.clone();
            all.extend(d.suppressed.iter().map(|s| s.0));
            all.extend(d.separators.iter().map(|s| s.page));
            all
        };
        let mut seen: Vec<usize> = plan.documents.iter().chain([&plan.leftovers]).flat_map(places).collect();
        seen.sort_unstable();
        prop_assert_eq!(&seen, &(0..letters.len()).collect::<Vec<_>>());
        prop_assert!(plan.documents.iter().all(|d| !d.pages.is_empty() && d.pages.is_sorted()));
        prop_assert_eq!(plan.documents.is_empty(), letters.is_empty());
        let mut kept: Vec<usize> = plan.into_documents().iter().flat_map(places).collect();
        kept.sort_unstable();
        prop_assert_eq!(kept, seen);
    }
}

#[test]
fn a_town_with_a_key_obeys_only_the_sheets_it_printed() {
    let key = cover_sheet::SheetKey::new("ein langes Geheimnis").unwrap();
    let own = key.signed("POSTSTELLE:v1;dep=bauordnung");
    let order = order(|o| o.sheet_key = Some(key));
    let mut pages = batch("LQL");
    let plan = check(&pages, &order, &[&[0, 1, 2]]);
    assert!(plan.documents[0].orders.is_empty());
    let note = plan.documents[0].notes.iter().find(|n| n.code == "cut.sheet_not_ours").unwrap();
    assert_eq!(note.severity, Severity::Review);
    pages[1].codes[1].value = own;
    let plan = check(&pages, &order, &[&[0], &[2]]);
    assert!(plan.documents[1].orders.contains(&Order::Department("bauordnung".into())));
}
