use super::*;
use draw::{Dice, Sheet, bitonal, letter, noisy, quarter_turns, skewed};

mod draw;

const PATCHES: [(&str, [u8; 4], &str); 6] = [
    ("patch_1", [1, 1, 0, 0], "patch_6"),
    ("patch_2", [1, 0, 0, 1], "patch_2"),
    ("patch_3", [1, 0, 1, 0], "patch_t"),
    ("patch_4", [0, 1, 1, 0], "patch_4"),
    ("patch_6", [0, 0, 1, 1], "patch_1"),
    ("patch_t", [0, 1, 0, 1], "patch_3"),
];

fn patches(image: &GrayImage, dpi: f32) -> Vec<String> {
    find(image, dpi, &CodeOrder { patches: true, allowed: vec![] }).into_iter().map(|c| c.symbology).collect()
}

fn values(image: &GrayImage, dpi: f32) -> Vec<(String, String)> {
    find(image, dpi, &CodeOrder::default()).into_iter().map(|c| (c.symbology, c.value)).collect()
}

/// A separator sheet as printed: bars at the leading edge, once more along the side, a line of text.
fn separator(bars: [u8; 4], dpi: f32, dice: &mut Dice) -> Sheet {
    let mut sheet = Sheet::a4(dpi);
    sheet.patch(bars, dice.between(1.2, 2.4), 0.4, dice.between(2.0, 4.3), true, 25);
    if dice.below(2) == 0 {
        sheet.patch(bars, 0.4, 3.0, 3.0, false, 25);
    }
    sheet.words(dice, 2.4, 6.0, 2.5, 0.36, 0.06);
    sheet
}

#[test]
fn every_patch_code_is_read_at_every_resolution_turn_and_skew() {
    let mut dice = Dice(1);
    for (name, bars, _) in PATCHES {
        for dpi in [150.0, 200.0, 300.0, 400.0, 600.0] {
            let turns = dice.below(4);
            let skew = dice.between(-10.0, 10.0);
            let printed = separator(bars, dpi, &mut dice).image;
            let scanned = noisy(quarter_turns(skewed(&printed, skew), turns), &mut dice, 25, 10);
            for image in [&scanned, &bitonal(scanned.clone())] {
                let found = patches(image, dpi);
                assert!(
                    !found.is_empty() && found.iter().all(|f| f == name),
                    "{name} {dpi} {turns} {skew}: {found:?}"
                );
            }
        }
    }
}

/// 500 of them in `make prove-separators`.
#[test]
fn sheets_of_patch_t_and_2_are_all_read() {
    let mut dice = Dice(2);
    let sheets = std::env::var("PROVE_PATCHES").ok().map_or(100, |n| n.parse().unwrap());
    for number in 0..sheets {
        let (name, bars, _) = PATCHES[[1, 5][number % 2]];
        let printed = separator(bars, 150.0, &mut dice).image;
        let skew = dice.between(-10.0, 10.0);
        let turned = quarter_turns(skewed(&printed, skew), dice.below(4));
        let image = noisy(turned, &mut dice, 40, 30);
        let found = patches(&image, 150.0);
        assert!(found.first().is_some_and(|f| f == name), "{number}: {name} {skew}: {found:?}");
    }
}

/// Photocopied, punched, worn: grey bars, holes, a streak of dirt.
#[test]
fn a_worn_patch_sheet_is_read() {
    let mut sheet = Sheet::a4(200.0);
    sheet.patch([0, 1, 0, 1], 2.0, 0.5, 3.0, true, 110);
    sheet.fill(0.0, 0.0, 0.15, 11.69, 0);
    sheet.fill(2.9, 0.45, 0.24, 0.9, 250);
    sheet.fill(4.2, 0.0, 0.02, 11.0, 30);
    let image = noisy(skewed(&sheet.image, 3.0), &mut Dice(3), 50, 20);
    assert_eq!(patches(&image, 200.0), ["patch_t"]);
}

/// Bars in the middle of the sheet do not say which end led: 1 and 6, 3 and T are each other.
#[test]
fn bars_in_the_middle_turned_by_180_degrees_are_their_twin() {
    for (name, bars, twin) in PATCHES {
        let mut sheet = Sheet::a4(150.0);
        sheet.patch(bars, 3.0, 5.4, 2.2, true, 20);
        assert_eq!(patches(&sheet.image, 150.0), [name]);
        assert_eq!(patches(&quarter_turns(sheet.image, 2), 150.0), [twin]);
    }
}

#[test]
fn letters_have_no_patch_and_no_barcode() {
    let mut dice = Dice(4);
    for number in 0..100 {
        let page = letter(&mut dice, 150.0).image;
        let skew = dice.between(-3.0, 3.0);
        let image = noisy(quarter_turns(skewed(&page, skew), dice.below(4)), &mut dice, 20, 5);
        assert_eq!(values(&image, 150.0), [], "letter {number}");
    }
}

#[test]
fn a_parcel_label_on_a_letter_is_a_barcode_and_no_patch() {
    let mut dice = Dice(5);
    for number in 0..20 {
        let mut page = letter(&mut dice, 300.0);
        page.fill(0.8, 7.9, 7.0, 3.6, 245);
        page.bars(&draw::itf("12345678901231"), 1.5, 8.6, 0.0085, 0.9);
        page.bars(&draw::code128("JJD000390007882"), 1.5, 10.0, 0.013, 0.8);
        let skew = dice.between(-10.0, 10.0);
        let image = noisy(quarter_turns(skewed(&page.image, skew), dice.below(4)), &mut dice, 20, 5);
        let mut found = values(&image, 300.0);
        found.sort();
        let expected = [("code128", "JJD000390007882"), ("itf", "12345678901231")];
        assert_eq!(found, expected.map(|(s, v)| (s.to_owned(), v.to_owned())), "label {number} {skew}");
    }
}

#[test]
fn separators_with_barcodes_are_read_at_every_turn_and_skew() {
    let mut dice = Dice(6);
    for number in 0..40 {
        let dpi = [150.0, 200.0, 300.0, 600.0][number % 4];
        let mut sheet = Sheet::a4(dpi);
        let value = format!("POSTSTELLE-{}", dice.below(1000));
        let wanted = match number % 3 {
            0 => {
                sheet.bars(&draw::code128(&value), 1.4, 2.0, dice.between(0.014, 0.02), 0.6);
                ("code128", value)
            }
            1 => {
                sheet.bars(&draw::code39(&value), 0.9, 2.0, dice.between(0.0055, 0.008) * 1.2, 0.6);
                ("code39", value)
            }
            _ => {
                sheet.qr(&value, 2.5, dice.between(1.0, 6.0), dice.between(0.9, 3.2));
                ("qr", value)
            }
        };
        sheet.words(&mut dice, 1.5, 9.0, 4.0, 0.3, 0.05);
        let skew = dice.between(-10.0, 10.0);
        let image = noisy(quarter_turns(skewed(&sheet.image, skew), dice.below(4)), &mut dice, 30, 10);
        assert_eq!(values(&image, dpi), [(wanted.0.to_owned(), wanted.1)], "sheet {number} {dpi} {skew}");
    }
}

#[test]
fn only_allowed_codes_are_read() {
    let mut sheet = Sheet::a4(200.0);
    sheet.qr("POSTSTELLE:SEP", 3.0, 3.0, 1.5);
    let order = CodeOrder { patches: true, allowed: vec![Symbology::Code128] };
    assert!(find(&sheet.image, 200.0, &order).is_empty());
    let found = find(&sheet.image, 200.0, &CodeOrder::default());
    assert_eq!(found.len(), 1);
    assert!(found[0].bounds.centre_in(Box2 { x: 580, y: 580, w: 340, h: 340 }), "{:?}", found[0].bounds);
}

#[test]
fn odd_sizes_have_no_codes() {
    for (w, h) in [(0, 0), (1, 1), (3, 9000), (9000, 3), (24, 24), (73, 75), (100, 31)] {
        for grey in [0, 255] {
            let checks = |x, y| image::Luma([if (x / 5 + y / 7) % 2 == 0 { grey } else { 128 }]);
            let image = GrayImage::from_fn(w, h, checks);
            for dpi in [f32::NAN, 0.0, 72.0, 300.0, 1e9] {
                assert!(find(&image, dpi, &CodeOrder::default()).is_empty());
            }
        }
    }
}
