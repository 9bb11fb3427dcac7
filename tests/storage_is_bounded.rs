//! What a town keeps: vault and product together stay below 2.2 times the bytes that came in.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::Path;
use support::{Town, root};

/// Bytes of all files below a folder.
fn bytes(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).unwrap().flatten();
    entries.map(|e| if e.path().is_dir() { bytes(&e.path()) } else { e.metadata().unwrap().len() }).sum()
}

#[test]
fn vault_and_product_hold_at_most_2_2_times_what_came_in() {
    let town = Town::new();
    town.open_station();
    let samples = [
        "allgemein/004-hundesteuer.jpg",
        "allgemein/005-hundesteuer.pdf",
        "allgemein/001-bauantrag.jpg",
        "rechnungen/052-rechnung.tif",
        "rechnungen/054-rechnung.jpg",
        "rechnungen/stapel.tif",
    ];
    let mut came_in = 0;
    for sample in samples {
        came_in += fs::metadata(root().join("sample-scans").join(sample)).unwrap().len();
        town.drop_sample(sample);
    }
    let settled = town.run_until_settled(None);
    assert!(settled.status.success(), "{}", String::from_utf8_lossy(&settled.stderr));
    let kept = bytes(&town.path("var/vault"));
    println!("{kept} bytes in the vault, products among them, for {came_in} that came in");
    // The scans themselves and a product of each are there, or the figure means nothing.
    assert!(kept > came_in + came_in / 2, "{kept} of {came_in}");
    assert!(kept * 10 <= came_in * 22, "{kept} of {came_in}");
}
