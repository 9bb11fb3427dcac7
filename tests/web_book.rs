//! The mail book: an item without a scan gets a number and a label, and somebody who took it.
#![allow(clippy::unwrap_used)]

mod support;

use image::{GrayImage, Luma};
use std::io::Cursor;
use support::browser::{Browser, PASSWORD, Station, people};
use support::{scanned, small_town};

const PEOPLE: &[(&str, &str, &str)] =
    &[("leitung", "head", ""), ("sk-1", "operator", ""), ("amt-1", "department", "steuern")];

fn entered(browser: &mut Browser, fields: &[(&str, &str)]) -> (u16, String) {
    browser.get("/posteingangsbuch");
    let page = browser.post("/posteingangsbuch", fields);
    (page.status, page.headers.get("location").cloned().unwrap_or_default() + &page.text())
}

#[test]
fn items_are_registered_labelled_and_handed_over() {
    let station = Station::open(small_town::town(None), &people(PEOPLE));
    let mut counter = station.browser("sk-1");
    assert_eq!(station.browser("amt-1").get("/posteingangsbuch").status, 403);
    let parcel = [("was", "parcel"), ("weg", "messenger"), ("amt", "steuern"), ("absender", "<b>Firma</b>")];
    assert_eq!(entered(&mut counter, &parcel), (303, "/posteingangsbuch?neu=S000001".into()));
    let label = counter.get("/posteingangsbuch/S000001").text();
    assert!(label.contains("<path d=\"M") && label.contains("S000001"), "{label}");
    assert!(counter.get("/posteingangsbuch").text().contains("&#60;b&#62;Firma"), "words are words");
    // A bid names its opening; one that comes after it is late.
    let bid =
        |opens: &'static str| [("was", "bid"), ("weg", "post"), ("ort", "Schloss 4"), ("oeffnung", opens)];
    assert_eq!(entered(&mut counter, &bid("")).0, 400);
    assert_eq!(entered(&mut counter, &bid("2020-01-02T10:00")).0, 303);
    assert!(counter.get("/posteingangsbuch/S000002").text().contains("verspätet"));
    assert_eq!(entered(&mut counter, &bid("2999-01-02T10:00")).0, 303);
    assert!(!counter.get("/posteingangsbuch/S000003").text().contains("verspätet"));
    // Cash is counted by two, and the second is somebody else who shows it.
    let cash = |who: &'static str, password: &'static str| {
        [("was", "cash"), ("weg", "post"), ("zweite", who), ("kennwort", password)]
    };
    assert_eq!(entered(&mut counter, &cash("", "")).0, 400);
    assert_eq!(entered(&mut counter, &cash("sk-1", PASSWORD)).0, 400);
    assert_eq!(entered(&mut counter, &cash("leitung", "geraten")).0, 400);
    assert_eq!(entered(&mut counter, &cash("leitung", PASSWORD)).0, 303);
    let mut over = |item: &str, to: &str| {
        counter.get("/posteingangsbuch");
        counter.post("/posteingangsbuch/uebergabe", &[("sendung", item), ("an", to)]).status
    };
    assert_eq!(over("s000001", "Steuern"), 303, "as a scanner or a person writes it");
    assert_eq!(over("S000001", "Steuern"), 400, "once");
    assert_eq!(over("S000009", "Steuern"), 404);
    assert_eq!(over("S000004", "niemand"), 400);
    let ledger = station.town.path("var/ledger.sqlite");
    assert!(station.town.command(&["verify", ledger.to_str().unwrap()], None).status.success());
}

/// The label as a printer and a scanner make a page of it.
fn printed(label: &str) -> GrayImage {
    let path = label.split("<path d=\"M").nth(1).unwrap().split('"').next().unwrap();
    let mut page = GrayImage::from_pixel(1240, 877, Luma([255]));
    for square in path.split('M') {
        let (x, rest) = square.split_once(' ').unwrap();
        let (x, y): (u32, u32) = (x.parse().unwrap(), rest.split('h').next().unwrap().parse().unwrap());
        (0..100).for_each(|at| page.put_pixel(200 + x * 10 + at % 10, 150 + y * 10 + at / 10, Luma([0])));
    }
    page
}

/// The printed label lies in the stack where the item lies: it divides there, and the book knows the place.
#[test]
fn a_label_takes_the_items_place_in_the_stack() {
    let station = Station::open(small_town::town(None), &people(PEOPLE));
    let mut counter = station.browser("sk-1");
    assert_eq!(entered(&mut counter, &[("was", "parcel"), ("weg", "post")]).0, 303);
    let label = printed(&counter.get("/posteingangsbuch/S000001").text());
    let letter = |number: u32| image::load_from_memory(&small_town::letter(number).1).unwrap().to_luma8();
    let page = |image: &GrayImage| {
        let mut jpeg = Cursor::new(Vec::new());
        image.write_to(&mut jpeg, image::ImageFormat::Jpeg).unwrap();
        scanned::jpeg_page(image.width(), image.height(), &jpeg.into_inner())
    };
    let stack = scanned::pdf_at(150.0, &[page(&letter(1)), page(&label), page(&letter(4))]);
    std::fs::write(station.town.path("scans/.stapel.part"), stack).unwrap();
    std::fs::rename(station.town.path("scans/.stapel.part"), station.town.path("scans/stapel.pdf")).unwrap();
    station.wait_for("closed", 2);
    let batch = station.town.documents().remove(0).0;
    let place = format!("{}, Bild 2", batch.rsplit_once('-').unwrap().0);
    let book = counter.get("/posteingangsbuch").text();
    assert!(book.contains(&format!("Hinweisblatt im Stapel {place}")), "{book}");
    let label = "POSTSTELLE:v1;item=S000001";
    let handed = counter.post("/posteingangsbuch/uebergabe", &[("sendung", label), ("an", "Steuern")]);
    assert_eq!(handed.status, 303, "as a hand scanner types it");
}
