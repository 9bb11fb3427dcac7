//! Every column of the ledger that names a person is in docs/beschaeftigtendaten.md, and nothing there is invented.
#![allow(clippy::unwrap_used)]

use poststelle::ledger::Ledger;
use std::collections::BTreeSet;

/// Column names that mean a person.
const PEOPLE: [&str; 4] = ["person", "operator", "actor", "member"];

#[test]
fn the_list_of_staff_data_is_the_schema() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("l.sqlite");
    drop(Ledger::open(&path, "t").unwrap());
    let db = rusqlite::Connection::open(&path).unwrap();
    let mut statement = db
        .prepare("SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'")
        .unwrap();
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    // Worker threads lease rows under names of their own: `leased_by` is nobody.
    let names_somebody = |column: &str| {
        let column = column.rsplit('.').next().unwrap();
        PEOPLE.contains(&column) || column.ends_with("_by") && column != "leased_by"
    };
    let schema: BTreeSet<String> = rows.map(Result::unwrap).filter(|c| names_somebody(c)).collect();
    let document =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/beschaeftigtendaten.md"));
    let listed: BTreeSet<String> = document
        .unwrap()
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next().map(str::to_owned))
        .collect();
    assert_eq!(schema, listed, "docs/beschaeftigtendaten.md and the schema differ");
}
