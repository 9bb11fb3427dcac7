use super::*;
use crate::model::geometry::Box2;
use crate::model::page::Word;

fn about() -> About {
    About {
        title: "Rechnung B000001-aa-01".into(),
        document_id: "B000001-aa-01".into(),
        producer: "poststelle <test> & Söhne".into(),
        created: "2026-11-20T10:11:12Z".into(),
    }
}

fn page(kept: KeptImage) -> ProductPage {
    let word = |text: &str, x: f32| Word {
        text: text.into(),
        bounds: Box2 { x: x as i32, y: 80, w: 60, h: 20 },
        confidence: 0.9,
        line: 0,
        block: 0,
        baseline_start: [x, 100.0],
        baseline_end: [x + 60.0, 98.0],
        ascent: 20.0,
        stamped: false,
    };
    ProductPage {
        kept,
        orientation: Orientation::default(),
        dpi: Dpi { x: 100.0, y: 100.0 },
        text: PageText { words: vec![word("Größe", 20.0), word("§12", 90.0)] },
    }
}

fn bits() -> KeptImage {
    KeptImage::Bits { rows: [0xF0u8, 0x0F].repeat(16 * 100), width: 256, height: 100 }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let pages = [page(bits()), page(KeptImage::Grey { rows: vec![77; 300], width: 20, height: 15 })];
    let first = assemble(&pages, &about(), None, None).unwrap();
    assert_eq!(first, assemble(&pages, &about(), None, None).unwrap());
    assert!(first.starts_with(b"%PDF-1.7"));
}

#[test]
fn words_can_be_extracted() {
    let bytes = assemble(&[page(bits())], &about(), None, None).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.pdf");
    std::fs::write(&path, bytes).unwrap();
    let out = std::process::Command::new("pdftotext").arg(&path).arg("-").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&out.stdout).trim(), "Größe §12");
}

/// Where the four corners of the image's first row go for every orientation.
#[test]
fn mirror_and_turn_are_in_the_matrix() {
    let corner = |orientation, u: f32, v: f32| {
        let operators = String::from_utf8(image::placement(orientation, 30.0, 20.0)).unwrap();
        let m: Vec<f32> = operators.split_whitespace().skip(1).take(6).map(|v| v.parse().unwrap()).collect();
        (m[0] * u + m[2] * v + m[4], m[1] * u + m[3] * v + m[5])
    };
    // The image's upper left corner is (0, 1) in its unit square; the page is 30 x 20.
    let upper_left = |mirror, turn| corner(Orientation { mirror, turn }, 0.0, 1.0);
    assert_eq!(upper_left(false, Turn::None), (0.0, 20.0));
    assert_eq!(upper_left(false, Turn::Right), (30.0, 20.0));
    assert_eq!(upper_left(false, Turn::Half), (30.0, 0.0));
    assert_eq!(upper_left(false, Turn::Left), (0.0, 0.0));
    assert_eq!(upper_left(true, Turn::None), (30.0, 20.0));
    assert_eq!(upper_left(true, Turn::Right), (30.0, 0.0));
}
