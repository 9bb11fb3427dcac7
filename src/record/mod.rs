//! The verification record, first version: hashes and what was done.
//!
//! In: facts about source, pages, decision and product. Out: canonical bytes
//! of `record.json`, and the check of such bytes against the files they speak
//! of. Seal, timestamp and chain are later layers; until then it says
//! `seal: none`, and checking finds damage, not forgery. Pure.

use crate::model::hash::ContentHash;
use serde_json::{Map, Value, json};

/// Everything a record says, as plain values.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Who, where, when, with what: free of words of the letter.
    pub setting: Value,
    /// Sources: file, sha256, bytes.
    pub sources: Value,
    /// Pages: kept stream, turn, skew, notes.
    pub pages: Value,
    /// Decision: kind, targets, rules.
    pub decision: Value,
}

/// Files the record speaks of.
#[derive(Clone, Copy, Debug)]
pub struct Files<'a> {
    /// `document.pdf` (empty if there is none).
    pub product: &'a [u8],
    /// `document.txt`.
    pub text: &'a [u8],
    /// `document.json`.
    pub sheet: &'a [u8],
}

/// One check of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was checked.
    pub name: &'static str,
    /// Whether it holds.
    pub holds: bool,
}

/// The bytes of `record.json`.
pub fn build(facts: Facts, files: Files<'_>) -> Vec<u8> {
    let record = json!({
        "record": 1,
        "setting": facts.setting,
        "sources": facts.sources,
        "pages": facts.pages,
        "decision": facts.decision,
        "product_sha256": ContentHash::of(files.product).hex(),
        "text_sha256": ContentHash::of(files.text).hex(),
        "sheet_sha256": ContentHash::of(files.sheet).hex(),
        "seal": "none",
    });
    let mut record = match record {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    let digest = ContentHash::of(&canonical(&record)).hex();
    record.insert("digest".into(), Value::String(digest));
    canonical(&record)
}

/// Checks a record against its files.
pub fn verify(record: &[u8], files: Files<'_>) -> Vec<Check> {
    let Ok(Value::Object(mut map)) = serde_json::from_slice::<Value>(record) else {
        return vec![Check { name: "record.readable", holds: false }];
    };
    let canonical_bytes = canonical(&map) == record;
    let digest = map.remove("digest");
    let own =
        digest.as_ref().and_then(Value::as_str) == Some(ContentHash::of(&canonical(&map)).hex().as_str());
    let same = |key: &str, bytes: &[u8]| {
        map.get(key).and_then(Value::as_str) == Some(ContentHash::of(bytes).hex().as_str())
    };
    vec![
        Check { name: "record.readable", holds: true },
        Check { name: "record.canonical", holds: canonical_bytes },
        Check { name: "record.digest", holds: own },
        Check { name: "product", holds: same("product_sha256", files.product) },
        Check { name: "text", holds: same("text_sha256", files.text) },
        Check { name: "sheet", holds: same("sheet_sha256", files.sheet) },
    ]
}

/// Keys sorted, no blanks, a newline at the end. `serde_json` maps are sorted by key.
fn canonical(map: &Map<String, Value>) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(map).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(files: Files<'_>) -> Vec<u8> {
        let facts = Facts {
            setting: json!({"b": 1, "a": "ü"}),
            sources: json!([]),
            pages: json!([]),
            decision: json!({}),
        };
        build(facts, files)
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let files = Files { product: b"pdf", text: b"txt", sheet: b"json" };
        let good = record(files);
        assert!(verify(&good, files).iter().all(|c| c.holds));
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1;
            assert!(verify(&bad, files).iter().any(|c| !c.holds), "byte {at}");
        }
        let named = |files| verify(&good, files).into_iter().find(|c| !c.holds).map(|c| c.name);
        assert_eq!(named(Files { product: b"pdF", ..files }), Some("product"));
        assert_eq!(named(Files { text: b"", ..files }), Some("text"));
        assert_eq!(named(Files { sheet: b"x", ..files }), Some("sheet"));
    }
}
