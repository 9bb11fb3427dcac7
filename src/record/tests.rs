use super::body::*;
use super::check::{against, alone};
use super::*;
use crate::pdf::{self, Inside, inside};
use std::collections::BTreeMap;

/// The worked example of `docs/record.md`.
pub fn example() -> Body {
    let completeness = Counts {
        sheets_fed: Some(2),
        images_expected: Some(4),
        images_found: 4,
        images_in_documents: 2,
        separators: 1,
        blanks_left_out: 1,
        duplex: true,
        ..Counts::default()
    };
    let completeness = completeness.into_body(None);
    let quality = Quality {
        mode: "automatic".into(),
        plan: None,
        by: None,
        automatic: vec!["readable".into(), "blank".into()],
    };
    Body {
        format: FORMAT.into(),
        guideline: "BSI TR-03138 1.5".into(),
        document: "B000042-3fa9c1d2-01".into(),
        batch: "B000042-3fa9c1d2".into(),
        organisation: "Stadt Lindenau am Fluss".into(),
        creator: Creator { person: Some("sk-7".into()), role: "scan".into() },
        procedure: Procedure {
            name: "Digitale Poststelle".into(),
            variant: "a4-farbe".into(),
            version: "2.1".into(),
            released: Some("2026-09-01".into()),
            configuration_sha256: "11".repeat(32),
            documentation_sha256: None,
        },
        environment: Environment {
            station: "allgemein".into(),
            scanner: "Poststelle, Einzug 1".into(),
            software: "poststelle 0.1.0".into(),
            mode_of_profile: "replacing".into(),
            mode: "replacing".into(),
        },
        times: Times {
            received: Some("2026-11-20".into()),
            received_from: "station_day".into(),
            opened: None,
            scanned: Some("2026-11-20T08:11:02Z".into()),
            taken_over: "2026-11-20T08:11:09.120Z".into(),
            processed: Some("2026-11-20T08:11:14.002Z".into()),
            checked: None,
        },
        source: Source {
            file: "stapel-17.tif".into(),
            sha256: "22".repeat(32),
            bytes: 181_223,
            sidecar_sha256: None,
            duplicate_of: None,
        },
        filed: None,
        replaces: None,
        pages: vec![Page {
            source_page: 2,
            width: 256,
            height: 100,
            dpi: 300,
            colour: "bitonal".into(),
            blank: false,
            changes: vec![Change { what: "turn".into(), value: "180".into() }],
            kept: Some(Kept { sha256: "33".repeat(32), coding: "bits".into(), stream_sha256: String::new() }),
            rescan: None,
        }],
        left_out: vec![LeftOut { source_page: 1, why: "patch_t".into() }],
        anomalies: vec![Anomaly { code: "page.faint".into(), page: Some(1), severity: "warning".into() }],
        decision: Decision {
            kind: "rechnung".into(),
            confidence: share(0.9731),
            runner_up: Some(("mahnung".into(), share(0.0112))),
            rule_versions: BTreeMap::from([("rechnung".into(), 2), ("mahnung".into(), 3)]),
            rules: vec!["rechnung.betreff".into()],
            departments: vec!["kaemmerei".into()],
            protection: ("normal".into(), "normal".into(), "normal".into()),
            fields: vec![("iban".into(), share(0.99), true)],
            review: Vec::new(),
            hold: None,
            reading: vec![(181, share(0.94))],
        },
        text_sha256: "44".repeat(32),
        sheet_sha256: "55".repeat(32),
        statement: statement("replacing", &quality, &completeness),
        completeness,
        quality,
    }
}

/// A finished PDF with that record in it, and the record as completed.
fn product() -> (Vec<u8>, Body) {
    use crate::model::{geometry, page};
    let mut body = example();
    let about = pdf::About {
        title: "rechnung B000042-3fa9c1d2-01".into(),
        document_id: body.document.clone(),
        producer: "poststelle".into(),
        created: "2026-11-20T08:11:09Z".into(),
    };
    let page = pdf::ProductPage {
        kept: page::KeptImage::Bits { rows: [0xF0u8, 0x0F].repeat(16 * 100), width: 256, height: 100 },
        orientation: geometry::Orientation::default(),
        dpi: geometry::Dpi { x: 300.0, y: 300.0 },
        text: page::PageText::default(),
    };
    let bytes = pdf::assemble(&[page], &about, None, Some(&mut body)).unwrap();
    (bytes, body)
}

fn broken(checks: &[Check]) -> Vec<&'static str> {
    checks.iter().filter(|c| c.broken()).map(|c| c.name).collect()
}

/// The frozen form: whoever changes it makes a new version.
#[test]
fn the_form_is_frozen() {
    let golden = include_str!("golden/record.json");
    let bytes = Envelope::new(example(), "pdfa-2b", b"%PDF").bytes();
    assert_eq!(String::from_utf8(bytes.clone()).unwrap(), golden.trim_end());
    assert_eq!(Envelope::parse(&bytes).unwrap().bytes(), bytes);
}

#[test]
fn every_changed_byte_of_a_record_is_named() {
    let files =
        Files { product: Some(b"pdf"), text: Some(b"text"), sheet: Some(b"sheet"), source: Some(b"scan") };
    let hash = |bytes: &[u8]| crate::model::hash::ContentHash::of(bytes).hex();
    let mut body = example();
    (body.text_sha256, body.sheet_sha256) = (hash(b"text"), hash(b"sheet"));
    body.source.sha256 = hash(b"scan");
    let good = Envelope::new(body, "original", b"pdf").bytes();
    assert_eq!(broken(&against(&good, files, None)), Vec::<&str>::new());
    for at in 0..good.len() {
        for bit in [0x01, 0x20, 0x80] {
            let mut bad = good.clone();
            bad[at] ^= bit;
            assert!(!broken(&against(&bad, files, None)).is_empty(), "byte {at}");
        }
    }
    assert_eq!(broken(&against(&good, Files { product: Some(b"pdF"), ..files }, None)), ["product"]);
    assert_eq!(broken(&against(&good, Files { text: Some(b""), ..files }, None)), ["text"]);
    assert_eq!(broken(&against(&good, Files { sheet: Some(b"x"), ..files }, None)), ["sheet"]);
    assert_eq!(broken(&against(&good, Files { source: Some(b"x"), ..files }, None)), ["source"]);
}

#[test]
fn every_changed_byte_of_a_product_is_found_without_anything_else() {
    let (good, body) = product();
    let found = inside(&good);
    assert_eq!(found.body.as_deref(), Some(&canonical::of(&body)[..]));
    assert_eq!(broken(&alone(&found)), Vec::<&str>::new());
    for at in (0..good.len()).step_by(7) {
        let mut bad = good.clone();
        bad[at] ^= 0x01;
        let found = inside(&bad);
        assert!(found.ours, "byte {at}: not even recognised");
        assert!(found.body.is_none() || !broken(&alone(&found)).is_empty(), "byte {at}");
    }
    assert_eq!(inside(b"%PDF-1.4 of somebody else"), Inside::default());
}

#[test]
fn a_record_is_about_its_product_and_no_other() {
    let (pdf, body) = product();
    let record = Envelope::new(body.clone(), "pdfa-2b", &pdf).bytes();
    let files = Files { product: Some(&pdf), ..Files::default() };
    assert_eq!(broken(&against(&record, files, Some(&inside(&pdf)))), Vec::<&str>::new());
    let other = Body { document: "B000043-00000000-01".into(), ..body };
    let swapped = Envelope::new(other, "pdfa-2b", &pdf).bytes();
    assert_eq!(broken(&against(&swapped, files, Some(&inside(&pdf)))), ["record.embedded"]);
}

#[test]
fn nothing_is_claimed_that_was_not_done() {
    let replaced = example();
    assert_eq!(replaced.statement.id, "automatic");
    assert!(replaced.statement.text.contains("steht aus"));
    let full = Quality { mode: "full".into(), by: Some("pk-2".into()), ..replaced.quality };
    let uncounted = Counts::default().into_body(None);
    let said = statement("replacing", &full, &uncounted);
    assert!(said.text.contains("pk-2") && said.text.contains("Vollzähligkeit nicht geprüft"));
    assert_eq!(statement("copying", &full, &uncounted).id, "copying");
}
