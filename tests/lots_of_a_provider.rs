//! A scan provider delivers lots with a signed manifest: each is taken over whole or not at all.
#![allow(clippy::unwrap_used)]

mod support;

use openssl::pkey::{PKey, Private};
use poststelle::model::hash::ContentHash;
use serde_json::{Value, json};
use std::fs;
use support::{Town, small_town};

struct Provider {
    town: Town,
    key: PKey<Private>,
}

impl Provider {
    fn new() -> Self {
        let key = PKey::generate_ed25519().unwrap();
        let town = small_town::town(None);
        let path = town.path("pipeline.toml");
        let wants = "id = \"a\"\nlot_keys = [\"provider.pem\"]\nsidecar_wait_seconds = 2";
        fs::write(&path, fs::read_to_string(&path).unwrap().replacen("id = \"a\"", wants, 1)).unwrap();
        fs::write(town.path("provider.pem"), key.public_key_to_pem().unwrap()).unwrap();
        Self { town, key }
    }

    /// A lot of these letters, with a manifest that may be spoilt before or after it is signed.
    fn deliver(&self, name: &str, letters: &[u32], spoil: impl Fn(&mut Value), after: impl Fn(&mut Vec<u8>)) {
        let folder = self.town.path("scans").join(format!(".{name}"));
        fs::create_dir(&folder).unwrap();
        let files: Vec<Value> = letters
            .iter()
            .map(|&number| {
                let (name, bytes) = small_town::letter(number);
                fs::write(folder.join(&name), &bytes).unwrap();
                json!({ "name": name, "sha256": ContentHash::of(&bytes).hex(), "images": 1 })
            })
            .collect();
        let mut manifest = json!({ "lot": name, "operator": "dl-3", "received": "2026-10-30",
                                   "count": files.len(), "files": files });
        spoil(&mut manifest);
        let mut bytes = serde_json::to_vec(&manifest).unwrap();
        let mut signer = openssl::sign::Signer::new_without_digest(&self.key).unwrap();
        fs::write(folder.join("manifest.sig"), signer.sign_oneshot_to_vec(&bytes).unwrap()).unwrap();
        after(&mut bytes);
        fs::write(folder.join("manifest.json"), bytes).unwrap();
        fs::rename(&folder, folder.with_file_name(name)).unwrap();
    }

    fn rejected(&self) -> Vec<String> {
        let entries = fs::read_dir(self.town.path("scans/rejected")).into_iter().flatten().flatten();
        let mut reasons: Vec<String> = entries
            .filter(|e| e.path().extension().is_some_and(|e| e == "txt"))
            .map(|e| fs::read_to_string(e.path()).unwrap())
            .collect();
        reasons.sort();
        reasons
    }
}

#[test]
fn a_lot_that_is_what_it_says_is_taken_over_whole() {
    let provider = Provider::new();
    provider.deliver("los-1", &[1, 2, 3], |_| {}, |_| {});
    assert!(provider.town.run_until_settled(None).status.success());
    let delivered = provider.town.delivered();
    assert_eq!(delivered.len(), 3, "{:?}", provider.rejected());
    for name in delivered {
        let sheet = fs::read(provider.town.path("var/out/steuern").join(name.replace(".pdf", ".json")));
        let sheet: Value = serde_json::from_slice(&sheet.unwrap()).unwrap();
        assert_eq!(sheet["received"]["date"], "2026-10-30");
    }
    let left: Vec<_> = fs::read_dir(provider.town.path("scans/.poststelle")).unwrap().flatten().collect();
    assert!(left.is_empty() && !provider.town.path("scans/los-1").exists(), "{left:?}");
}

#[test]
fn a_lot_that_is_not_is_rejected_whole_with_its_reason() {
    let provider = Provider::new();
    provider.deliver("forged", &[1, 2], |_| {}, |bytes| bytes.extend(b" "));
    provider.deliver("short", &[3, 4], |m| m["count"] = json!(3), |_| {});
    provider.deliver("missing", &[5], |m| m["files"][0]["name"] = json!("anderswo.pdf"), |_| {});
    provider.deliver("altered", &[6, 7], |m| m["files"][1]["sha256"] = json!("00"), |_| {});
    provider.deliver("outside", &[8], |m| m["files"][0]["name"] = json!("../brief.pdf"), |_| {});
    provider.deliver("more", &[9, 10], |m| m["files"] = json!([m["files"][0]]), |_| {});
    provider.deliver(
        "unlisted",
        &[11, 12],
        |m| {
            m["count"] = json!(1);
            m["files"] = json!([m["files"][0]]);
        },
        |_| {},
    );
    provider.deliver("odd", &[13], |m| m["files"] = json!("viele"), |_| {});
    fs::create_dir(provider.town.path("scans/bare")).unwrap();
    fs::write(provider.town.path("scans/bare/brief.pdf"), "x").unwrap();
    assert!(provider.town.run_until_settled(None).status.success());
    assert!(provider.town.delivered().is_empty());
    let reasons = provider.rejected().concat();
    for (lot, code) in [
        ("forged", "lot.signature"),
        ("short", "lot.count"),
        ("missing", "lot.file_missing"),
        ("altered", "lot.file_differs"),
        ("outside", "lot.name"),
        ("more", "lot.count"),
        ("unlisted", "lot.file_unlisted"),
        ("odd", "lot.manifest"),
        ("bare", "lot.no_manifest"),
    ] {
        let found = reasons.split("Abgelehnt").find(|r| r.contains(&format!("Los {lot}\n")));
        assert!(found.is_some_and(|r| r.contains(&format!("[{code}]"))), "{lot} {code} in\n{reasons}");
    }
    // Nothing was lost: every letter lies where it was rejected.
    let kept = |name: &str| {
        fs::read_dir(provider.town.path("scans/rejected"))
            .unwrap()
            .flatten()
            .any(|e| e.path().join(name).is_file())
    };
    assert!([1, 2, 3, 4, 6, 7, 9, 10, 11, 12].iter().all(|&n| kept(&small_town::letter(n).0)));
}

#[test]
fn a_lot_survives_a_kill_at_every_place() {
    let provider = Provider::new();
    let places =
        ["folder.claimed:1", "lot.accepted:1", "lot.file_claimed:1", "intake.vaulted:1", "intake.recorded:2"];
    for (number, place) in (1u32..).zip(places) {
        provider.deliver(&format!("los-{number}"), &[3 * number, 3 * number + 1], |_| {}, |_| {});
        assert!(!provider.town.run_until_settled(Some(place)).status.success(), "{place} was not reached");
        assert!(provider.town.run_until_settled(None).status.success());
        assert_eq!(provider.town.delivered().len(), 2 * number as usize, "{place} {:?}", provider.rejected());
    }
}

#[test]
fn a_loose_file_at_such_a_station_waits_for_a_person() {
    let provider = Provider::new();
    small_town::drop_letter(&provider.town, 1);
    assert!(provider.town.run_until_settled(None).status.success());
    let list = String::from_utf8(provider.town.command(&["hold", "list"], None).stdout).unwrap();
    assert!(list.contains("batch.no_sidecar") && provider.town.delivered().is_empty(), "{list}");
}
