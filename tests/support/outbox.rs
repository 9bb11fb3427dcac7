//! Documents that are decided, sealed and wait in the outbox: nothing has to be scanned to test delivery.

use super::{Town, root};
use poststelle::batch::CutDocument;
use poststelle::ledger::{Intention, Ledger, NewBatch, Produced};
use poststelle::model::document::DocumentSheet;
use poststelle::model::hash::ContentHash;
use poststelle::model::ids::DocumentId;
use poststelle::model::page::{Format, OpenedSource};
use poststelle::model::state::DocumentState;
use poststelle::vault::Vault;
use std::fs;

/// A town with one department and those targets (their tables without `[[target]]`, ids in front).
pub fn town(targets: &[(&str, String)]) -> Town {
    let town = Town::empty();
    let ids: Vec<String> = targets.iter().map(|(id, _)| format!("\"{id}\"")).collect();
    let mut config = format!(
        "classifiers = \"{}\"\nworkers = 1\n[town]\nid = \"t\"\nname = \"T\"\ncentral = \"amt\"\n\
         [[station]]\nid = \"a\"\nfolder = \"scans\"\n\
         [[department]]\nid = \"amt\"\nname = \"Amt\"\ntargets = [{}]\n",
        root().join("classifiers").display(),
        ids.join(", ")
    );
    for (id, table) in targets {
        config += &format!("[[target]]\nid = \"{id}\"\n{table}\n");
    }
    fs::write(town.path("pipeline.toml"), config).unwrap();
    town
}

/// The facts of document number `n`, as `document.json` says them.
pub fn sheet(id: &DocumentId, batch: &str, n: u32) -> DocumentSheet {
    let field = |value: &str| serde_json::json!({ "value": value, "raw": value, "confidence": 0.99, "sure": true, "page": 1, "box": [0, 0, 1, 1] });
    serde_json::from_value(serde_json::json!({
        "schema": 1, "document_id": id, "batch": batch, "item": null, "kind": "rechnung", "kind_confidence": 0.99,
        "runner_up": null, "targets": [{ "department": "amt", "role": "lead", "reason": "Test" }],
        "protection": { "integrity": "normal", "confidentiality": "normal", "availability": "normal" },
        "scan_mode": "copying", "urgency": "normal", "hold": null, "review": [], "reasons": [],
        "fields": {
            "sender": field("Müller & Söhne <GmbH> \"Bau\""), "invoice_number": field(&format!("R-{n:05}")),
            "gross_amount": field("1234.50"), "letter_date": field("2026-11-01"), "subject": field("Rechnung über Kies"),
            "iban": field("DE02120300000000202051"),
        },
        "received": { "date": "2026-11-02", "time": null, "channel": "post", "source": "station_day" },
        "product": "pdfa-2b", "pages": [], "suppressed_pages": [], "separators": [],
    }))
    .unwrap()
}

/// Puts documents `numbers` into the outbox for all those targets.
pub fn fill(town: &Town, numbers: std::ops::Range<u32>, targets: &[&str]) -> Vec<DocumentId> {
    fill_with(town, numbers, targets, &"x".repeat(2000))
}

/// The same with products that hold this.
pub fn fill_with(
    town: &Town,
    numbers: std::ops::Range<u32>,
    targets: &[&str],
    content: &str,
) -> Vec<DocumentId> {
    let ledger = Ledger::open(&town.path("var/ledger.sqlite"), "t").unwrap();
    let vault = Vault::open(&town.path("var/vault")).unwrap();
    let one = |n: u32| {
        let source = format!("source {n}").into_bytes();
        let batch = ledger
            .take_over(NewBatch {
                station: "a".into(),
                circle: None,
                claim: format!("{n}"),
                file_name: format!("{n}.pdf"),
                hash: vault.put(&source).unwrap(),
                bytes: source.len() as u64,
                file_modified: None,
                operator: Some("sk-1".into()),
                received_date: Some("2026-11-02".into()),
                received_from: "station_day".into(),
                config: ContentHash::of(b"").hex(),
                cut_off: false,
                sidecar: None,
            })
            .unwrap();
        let opened = OpenedSource {
            format: Format::Pdf,
            pages: vec![],
            signed: false,
            encrypted: false,
            restricted: false,
            claims_pdfa: None,
            notes: vec![],
        };
        ledger.batch_opened(&batch.id, opened, false).unwrap();
        ledger.batch_cut(&batch.id, vec![CutDocument::default()], &[]).unwrap();
        let id = DocumentId::new(&batch.id, 1);
        let sheet = sheet(&id, &batch.id.0, n);
        let json = serde_json::to_vec(&sheet).unwrap();
        ledger.document_decided(&id, sheet, DocumentState::Approved, "test").unwrap();
        let made = Produced {
            product: vault.put(format!("%PDF-1.7 document {n} {content}").as_bytes()).unwrap(),
            sheet: vault.put(&json).unwrap(),
            text: vault.put(b"text").unwrap(),
            record: vault.put(format!("{{\"record\":1,\"n\":{n}}}").as_bytes()).unwrap(),
            seal: "none",
        };
        let intend = |target: &&str| Intention { department: "amt".into(), target: (*target).into() };
        ledger.document_sealed(&id, made, targets.iter().map(intend).collect(), None).unwrap();
        id
    };
    numbers.map(one).collect()
}

/// `id -> (state, trouble, receipt)` of every delivery.
pub fn deliveries(town: &Town) -> std::collections::BTreeMap<String, (String, String, String)> {
    let db = rusqlite::Connection::open(town.path("var/ledger.sqlite")).unwrap();
    let sql = "SELECT id, state, COALESCE(trouble, ''), COALESCE(receipt, '') FROM delivery";
    let mut statement = db.prepare(sql).unwrap();
    let rows = statement.query_map([], |r| Ok((r.get(0)?, (r.get(1)?, r.get(2)?, r.get(3)?)))).unwrap();
    rows.map(Result::unwrap).collect()
}
