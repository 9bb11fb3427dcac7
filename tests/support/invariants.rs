//! What must hold of a ledger, its vault and its targets whenever the program is at rest.

use super::Town;
use poststelle::model::hash::ContentHash;
use poststelle::model::state::{BatchState, DeliveryState, DocumentState};
use rusqlite::{Connection, OpenFlags};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// Checks everything; `when` is named in every complaint.
pub fn hold(town: &Town, when: &str) {
    let path = town.path("var/ledger.sqlite");
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    states_follow_the_table(&db, when);
    pages_are_partitioned(&db, when);
    deliveries_fit_their_documents(&db, when);
    vault_is_whole(town, &db, when);
    let leases = "SELECT count(*) FROM (SELECT leased_by FROM batch UNION ALL SELECT leased_by FROM page
        UNION ALL SELECT leased_by FROM document UNION ALL SELECT leased_by FROM delivery) WHERE leased_by IS NOT NULL";
    assert_eq!(count(&db, leases), 0, "open leases {when}");
    let left = fs::read_dir(town.path("scans")).unwrap().flatten().filter(|e| e.path().is_file());
    assert_eq!(left.map(|e| e.file_name()).collect::<Vec<_>>(), Vec::<std::ffi::OsString>::new(), "{when}");
    let claims = fs::read_dir(town.path("scans/.poststelle")).map_or(0, |d| d.count());
    assert_eq!(claims, 0, "open claims {when}");
}

/// The part of it that needs no scans.
pub fn deliveries_hold(town: &Town, when: &str) {
    let path = town.path("var/ledger.sqlite");
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    states_follow_the_table(&db, when);
    deliveries_fit_their_documents(&db, when);
}

fn count(db: &Connection, sql: &str) -> i64 {
    db.query_row(sql, [], |r| r.get(0)).unwrap()
}

fn rows<const N: usize>(db: &Connection, sql: &str) -> Vec<[String; N]> {
    let mut statement = db.prepare(sql).unwrap();
    let row = |r: &rusqlite::Row<'_>| {
        Ok(std::array::from_fn(|i| r.get::<_, Option<String>>(i).unwrap().unwrap_or_default()))
    };
    statement.query_map([], row).unwrap().map(Result::unwrap).collect()
}

/// The events of every batch, document and delivery are a path through the table of states that ends
/// in its present state; nothing is sealed twice.
fn states_follow_the_table(db: &Connection, when: &str) {
    let sql = |table: &str| format!("SELECT id, state FROM {table}");
    let mut now: BTreeMap<String, String> = BTreeMap::new();
    for table in ["batch", "document", "delivery"] {
        now.extend(
            rows::<2>(db, &sql(table)).into_iter().map(|[id, state]| (format!("{table} {id}"), state)),
        );
    }
    let mut last: BTreeMap<String, String> = BTreeMap::new();
    let mut sealed = BTreeSet::new();
    for [code, subject] in rows::<2>(db, "SELECT code, subject FROM event ORDER BY seq") {
        let Some((table, word)) = code.split_once('.') else { continue };
        let key = format!("{table} {subject}");
        let known = match table {
            "batch" => BatchState::parse(word)
                .map(|to| allowed(last.get(&key), BatchState::parse, |f| f.may_become(to))),
            "document" => DocumentState::parse(word)
                .map(|to| allowed(last.get(&key), DocumentState::parse, |f| f.may_become(to))),
            "delivery" => DeliveryState::parse(word)
                .map(|to| allowed(last.get(&key), DeliveryState::parse, |f| f.may_become(to))),
            _ => None,
        };
        let Some(allowed) = known else { continue };
        assert!(allowed, "{key} went from {:?} to {word} {when}", last.get(&key));
        assert!(code != "document.sealed" || sealed.insert(subject.clone()), "{subject} sealed twice {when}");
        last.insert(key, word.to_owned());
    }
    for (key, state) in &now {
        assert_eq!(last.get(key), Some(state), "events and state of {key} differ {when}");
    }
}

fn allowed<S>(from: Option<&String>, parse: impl Fn(&str) -> Option<S>, may: impl Fn(S) -> bool) -> bool {
    from.is_none_or(|word| parse(word).is_some_and(may))
}

/// Every page of a cut batch is in exactly one place: a document, left out, or a separator.
fn pages_are_partitioned(db: &Connection, when: &str) {
    let mut places: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for [batch, pages] in rows::<2>(db, "SELECT batch, pages FROM document") {
        let cut: serde_json::Value = serde_json::from_str(&pages).unwrap();
        let of = places.entry(batch).or_default();
        let list = |key: &str| cut[key].as_array().cloned().unwrap_or_default();
        of.extend(list("pages").iter().map(|p| p.as_u64().unwrap()));
        of.extend(list("suppressed").iter().map(|p| p[0].as_u64().unwrap()));
        of.extend(list("separators").iter().map(|p| p["page"].as_u64().unwrap()));
    }
    for (batch, mut places) in places {
        places.sort_unstable();
        let pages = count(db, &format!("SELECT count(*) FROM page WHERE batch = '{batch}'"));
        assert_eq!(places, (0..pages as u64).collect::<Vec<_>>(), "pages of {batch} {when}");
    }
}

/// A sealed document has one delivery per target, each intended once; an unsealed one has none.
fn deliveries_fit_their_documents(db: &Connection, when: &str) {
    let doubled = "SELECT count(*) FROM (SELECT document FROM delivery GROUP BY document, department, target HAVING count(*) > 1)";
    assert_eq!(count(db, doubled), 0, "a delivery is doubled {when}");
    let early = "SELECT count(*) FROM delivery v JOIN document d ON d.id = v.document AND d.tenant = v.tenant
        WHERE d.state NOT IN ('sealed', 'delivering', 'delivered', 'closed')";
    assert_eq!(count(db, early), 0, "a delivery of an unsealed document {when}");
    let open = "SELECT count(*) FROM document d WHERE d.state = 'closed' AND EXISTS (SELECT 1 FROM delivery v
        WHERE v.document = d.id AND v.state NOT IN ('confirmed', 'handed_over', 'dead'))";
    assert_eq!(count(db, open), 0, "a closed document with an open delivery {when}");
}

/// Every hash the ledger names lies in the vault and is the hash of its bytes.
fn vault_is_whole(town: &Town, db: &Connection, when: &str) {
    let vault = poststelle::config::load(&town.path("pipeline.toml")).unwrap().read_vault().unwrap();
    let hashes = "SELECT hash FROM batch UNION SELECT product FROM document UNION SELECT sheet FROM document
        UNION SELECT text FROM document UNION SELECT record FROM document UNION SELECT thumbnail FROM page";
    for [hash] in rows::<1>(db, hashes).into_iter().filter(|[h]| !h.is_empty()) {
        let name: ContentHash = ContentHash::from_hex(&hash).unwrap();
        let bytes = vault.read(&name).unwrap_or_else(|e| panic!("{hash} is not in the vault {when}: {e}"));
        assert_eq!(ContentHash::of(&bytes), name, "{when}");
    }
}
