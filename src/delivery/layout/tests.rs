use super::*;
use crate::model::delivery::Confirmation;
use crate::model::ids::{DeliveryId, DocumentId};
use crate::model::town::FieldSource;
use proptest::prelude::*;

/// A letter whose words would break every format if they were put in as they are.
fn parcel(sender: &str) -> Parcel {
    let field = |value: &str| json!({ "value": value, "raw": value, "confidence": 1.0, "sure": true, "page": 1, "box": [0, 0, 1, 1] });
    let sheet = json!({
        "schema": 1, "document_id": "B1-01", "batch": "B1", "item": null, "kind": "rechnung", "kind_confidence": 1.0,
        "runner_up": null, "targets": [], "scan_mode": "copying", "urgency": "normal", "hold": null, "review": [],
        "protection": { "integrity": "normal", "confidentiality": "normal", "availability": "normal" },
        "fields": { "sender": field(sender), "gross_amount": field("1234.50"), "letter_date": field("2026-11-01"),
            "invoice_number": field("R-17"), "received_date": field("2026-10-30") },
        "reasons": [], "received": { "date": "2026-11-02", "time": null, "channel": "post", "source": "person" },
        "product": "pdfa-2b", "pages": [], "suppressed_pages": [], "separators": [],
    });
    Parcel {
        delivery: DeliveryId("B1-01@ziel".into()),
        document: DocumentId("B1-01".into()),
        department: "kaemmerei".into(),
        title: "Rechnung".into(),
        product: b"%PDF".to_vec(),
        extension: "pdf".into(),
        sheet_json: serde_json::to_vec(&sheet).unwrap(),
        record_json: br#"{"body":{"times":{"taken_over":"2026-11-02T08:00:00.000Z"},"environment":{"mode":"copying"}}}"#
            .to_vec(),
        confidential: false,
        repeat: false,
    }
}

fn layout(preset: Preset) -> Layout {
    Layout {
        preset,
        template: None,
        stem: None,
        subfolder: None,
        sidecar_name: None,
        product_last: product_last(preset),
        trigger: None,
        record: false,
        windows_1252: false,
    }
}

fn rule(name: &str, kind: &str, source: FieldSource) -> FieldRule {
    FieldRule { name: name.into(), kind: kind.into(), source, ..FieldRule::default() }
}

fn fact(name: &str) -> FieldSource {
    FieldSource::Fact(name.into())
}

fn value(text: &str) -> FieldSource {
    FieldSource::Constant(text.into())
}

/// Names in order, and the side-car's text.
fn written(layout: &Layout, rules: &[FieldRule], parcel: &Parcel) -> (Vec<String>, String) {
    let pieces = pieces(layout, None, rules, parcel).unwrap();
    let sidecar = pieces.iter().find(|p| p.bytes != parcel.product && !p.bytes.is_empty());
    let text = sidecar.map(|p| String::from_utf8_lossy(&p.bytes).into_owned()).unwrap_or_default();
    (pieces.into_iter().map(|p| p.name).collect(), text)
}

#[test]
fn d3_jpl_follows_its_document_and_its_quotes_hold() {
    let rules = [
        rule("dokuart", "", value("DPOST")),
        rule("zeich_nr", "", fact("delivery_id")),
        rule("dok_dat_feld[1]", "", fact("sender")),
        FieldRule { split: Some(";".into()), ..rule("dok_dat_feld_60", "", value("a;b")) },
    ];
    let (names, text) = written(&layout(Preset::D3), &rules, &parcel("Bau \"Nord\"\nGmbH"));
    assert_eq!(names, ["B1-01@ziel.pdf", "B1-01@ziel.jpl"]);
    let expected = "dokuart = \"DPOST\"\r\nzeich_nr = \"B1-01@ziel\"\r\ndok_dat_feld[1] = \"Bau 'Nord' GmbH\"\r\n\
                    dok_dat_feld_60[1] = \"a\"\r\ndok_dat_feld_60[2] = \"b\"\r\n";
    assert_eq!(text, expected);
}

#[test]
fn docuware_control_comes_before_its_document() {
    let rules = [
        rule("FileCabinet", "", value("Posteingang")),
        rule("SENDER", "Text", fact("sender")),
        FieldRule { date: Some("%d.%m.%Y".into()), ..rule("RECEIVED", "Date", fact("received_date")) },
        FieldRule { decimal: Some(",".into()), ..rule("AMOUNT", "Numeric", fact("gross_amount")) },
    ];
    let (names, text) = written(&layout(Preset::Docuware), &rules, &parcel("Müller & <Söhne>"));
    assert_eq!(names, ["B1-01@ziel.dwcontrol", "B1-01@ziel.pdf"]);
    assert!(text.contains("<FileCabinet name=\"Posteingang\"/>"), "{text}");
    assert!(
        text.contains("dbName=\"SENDER\" type=\"Text\" value=\"Müller &amp; &lt;Söhne&gt;\"/>"),
        "{text}"
    );
    let date = "value=\"02.11.2026\" culture=\"de-DE\" format=\"dd.MM.yyyy\"/>";
    assert!(text.contains(date), "the batch's date, not the stamp that was read: {text}");
    assert!(text.contains("value=\"1234,50\" culture=\"de-DE\" decimalPlaces=\"2\"/>"), "{text}");
}

#[test]
fn names_order_trigger_and_encoding_are_the_towns_choice() {
    let wanted = Layout {
        stem: Some("{{ kind }}-{{ document_id }}".into()),
        sidecar_name: Some("{{ stem }}.pdf.xml".into()),
        trigger: Some("{{ stem }}.fertig".into()),
        record: true,
        windows_1252: true,
        ..layout(Preset::Xml)
    };
    let (names, _) = written(&wanted, &[], &parcel("Müller"));
    let expected =
        ["record.json", "pdf", "pdf.xml", "fertig"].map(|ending| format!("rechnung-B1-01.{ending}"));
    assert_eq!(names, expected);
    let pieces = pieces(&wanted, None, &[rule("S", "", fact("sender"))], &parcel("Müller €☃")).unwrap();
    assert!(pieces[2].bytes.windows(9).any(|w| w == b"M\xfcller \x80?"), "one byte per character");
    let same = Layout { sidecar_name: Some("{{ stem }}.pdf".into()), ..layout(Preset::Xml) };
    assert!(super::pieces(&same, None, &[], &parcel("x")).is_err(), "two files of one name");
}

#[test]
fn an_own_template_knows_facts_fields_and_files() {
    let own = "{{ kind }}|{% for f in fields %}{{ f.name }}={{ f.value }};{% endfor %}|{{ product_file }}|{{ field.sender }}";
    let pieces =
        pieces(&layout(Preset::None), Some(own), &[rule("A", "", fact("sender"))], &parcel("X")).unwrap();
    let text =
        String::from_utf8(pieces.into_iter().find(|p| p.name.ends_with(".txt")).unwrap().bytes).unwrap();
    assert_eq!(text, "rechnung|A=X;|B1-01@ziel.pdf|X");
}

#[test]
fn a_name_never_leads_out_of_the_folder() {
    let wanted = Layout { stem: Some("../../{{ sender }}".into()), ..layout(Preset::Plain) };
    let (names, _) = written(&wanted, &[], &parcel("/etc/passwd\0"));
    assert!(names.iter().all(|n| !n.contains(['/', '\0']) && !n.starts_with('.')), "{names:?}");
}

proptest! {
    /// Whatever a letter says, what comes out is well-formed and carries the same words.
    #[test]
    fn no_letter_breaks_a_side_car(sender in "[ -~äöüß€\u{1}\u{b}\n\"<>&';]{1,40}") {
        let sender = sender.trim();
        prop_assume!(!sender.is_empty());
        let legal: String = sender.chars().filter(|c| !matches!(c, '\u{1}' | '\u{b}')).collect();
        for preset in [Preset::Xml, Preset::Enaio, Preset::Docuware, Preset::Invoice, Preset::Mets] {
            let mut rules = vec![rule("Absender", "", fact("sender"))];
            for name in ["Archive", "ObjectType", "Basket"] {
                rules.push(rule(name, "", value("A & B")));
            }
            let (_, text) = written(&layout(preset), &rules, &parcel(sender));
            let xml = roxmltree::Document::parse(&text).map_err(|e| TestCaseError::fail(format!("{preset:?}: {e}\n{text}")))?;
            let texts = xml.descendants().flat_map(|n| {
                n.attributes().map(|a| a.value().to_owned()).chain(n.text().map(str::to_owned)).collect::<Vec<_>>()
            });
            let found = texts.into_iter().any(|t| t.trim() == legal.trim());
            prop_assert!(found, "{preset:?} lost {legal:?}: {text}");
        }
        let (_, text) = written(&layout(Preset::Json), &[rule("Absender", "", fact("sender"))], &parcel(sender));
        let json: serde_json::Value = serde_json::from_str(&text).map_err(|e| TestCaseError::fail(format!("{e}: {text}")))?;
        prop_assert_eq!(json["fields"]["Absender"].as_str(), Some(sender));
        let (_, text) = written(&layout(Preset::Csv), &[rule("Absender", "", fact("sender"))], &parcel(sender));
        let mut table = csv::ReaderBuilder::new().delimiter(b';').from_reader(text.as_bytes());
        let row = table.records().next().unwrap().unwrap();
        prop_assert_eq!(&row[0], sender);
    }
}

/// The message inside a package, and the names of everything in it.
fn opened(piece: &Piece) -> (String, Vec<String>) {
    use std::io::Read;
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(piece.bytes.clone())).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    let mut text = String::new();
    let message = names.iter().find(|n| n.ends_with(".xml")).unwrap();
    archive.by_name(message).unwrap().read_to_string(&mut text).unwrap();
    (text, names)
}

#[test]
fn xdomea_packs_document_and_record_into_one_message() {
    let rules = [
        rule("Institution", "", FieldSource::Constant("Stadt <Lindenau>".into())),
        rule("IDContainer", "", FieldSource::Constant("9f".into())),
        rule("Kostenstelle", "", fact("invoice_number")),
    ];
    for (preset, root) in [
        (Preset::Xdomea0101, "Information.Information.0101"),
        (Preset::Xdomea0605, "FVDaten.SGOAblegen.0605"),
    ] {
        let parcel = parcel("Söhne & <Co>");
        let package = pieces(&layout(preset), None, &rules, &parcel).unwrap();
        assert_eq!(package, pieces(&layout(preset), None, &rules, &parcel).unwrap(), "the same bytes again");
        let [package] = package.as_slice() else { panic!("one file") };
        let process = xdomea::process(preset, &parcel).unwrap();
        assert_eq!(package.name, format!("{process}_{root}.zip"));
        let (text, names) = opened(package);
        let xml = roxmltree::Document::parse(&text).unwrap();
        assert_eq!(xml.root_element().tag_name().name(), root);
        let all = |name: &str| -> Vec<&str> {
            xml.descendants().filter(|n| n.tag_name().name() == name).filter_map(|n| n.text()).collect()
        };
        assert_eq!(all("ProzessID"), [process.as_str()]);
        assert_eq!(all("Posteingangsdatum"), ["2026-11-02"]);
        assert_eq!(all("DatumDesSchreibens"), ["2026-11-01"]);
        assert!(all("Name").contains(&"Stadt <Lindenau>") && all("Wert").contains(&"R-17"), "{text}");
        assert_eq!(all("IDContainer").len(), usize::from(preset == Preset::Xdomea0605));
        for file in all("Dateiname") {
            assert!(names.iter().any(|name| name == file), "{file} is not in the package");
        }
        assert_eq!(names.len(), 3);
    }
}

#[test]
fn xdomea_answers_find_their_delivery() {
    let process = xdomea::process(Preset::Xdomea0605, &parcel("x")).unwrap();
    let said = |root: &str, process: &str, inside: &str| {
        let text = format!(
            "<x:{root} xmlns:x=\"urn:xoev-de:xdomea:schema:3.0.0\"><x:Kopf><x:ProzessID>{process}</x:ProzessID></x:Kopf>\
             {inside}</x:{root}>"
        );
        xdomea::answer(
            Preset::Xdomea0605,
            &xdomea::process(Preset::Xdomea0605, &parcel("x")).unwrap(),
            text.as_bytes(),
        )
    };
    let code = |list: &str, code: &str| {
        format!(
            "<x:ErfolgOderMisserfolg><x:Rueckmeldung><x:{list}><code>{code}</code></x:{list}></x:Rueckmeldung></x:ErfolgOderMisserfolg>"
        )
    };
    let import = "FVDaten.ImportBestaetigen.0630";
    let done =
        said(import, &process, &(code("AllgemeineRueckmeldung", "0000000") + "<x:IDSGO>4711</x:IDSGO>"));
    assert_eq!(done, Some(Confirmation::Confirmed { receipt: "xdomea 0630 ID 4711".into() }));
    let again = said(import, &process, &code("AllgemeineRueckmeldung", "0000009"));
    assert!(matches!(again, Some(Confirmation::Confirmed { .. })), "already processed is done: {again:?}");
    let refused = said(import, &process, &code("SpezifischeFehlermeldung0605", "0605001"));
    assert!(matches!(refused, Some(Confirmation::Refused { ref text, .. }) if text.contains("0605001")));
    assert_eq!(said("FVDaten.EmpfangBestaetigen.0629", &process, ""), None, "received is not yet filed");
    assert_eq!(said(import, "another", &code("AllgemeineRueckmeldung", "0000000")), None);
    assert_eq!(xdomea::answer(Preset::Xdomea0605, &process, b"PK\x03\x04 cut off"), None);
}

#[test]
fn events_of_a_real_record_reach_the_archive() {
    let record = include_bytes!("../../record/golden/record.json").to_vec();
    let events = events(&Parcel { record_json: record, ..parcel("x") });
    let kinds: Vec<&str> = events.iter().map(|e| e["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["capture", "ingestion", "transformation"]);
}
