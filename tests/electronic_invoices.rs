//! A hybrid invoice stays as it came and its XML says the fields; a reminder finds the invoice it is about.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use support::{Town, born_digital};

const LINES: &[&str] = &[
    "Kieswerk Lindenau GmbH, Am Hang 4, 12345 Lindenau",
    "Stadt Lindenau am Fluss, Stadtkasse",
    "Rechnung Nr. R-2026-0815",
    "Lindenau, den 5. November 2026",
    "Wir berechnen Ihnen fuer die Lieferung von Kies:",
    "Nettobetrag 100,00 EUR, Umsatzsteuer 19,00 EUR",
    "Rechnungsbetrag 119,00 EUR, zahlbar bis 5.12.2026",
    "IBAN DE02 1203 0000 0000 2020 51",
];

const REMINDER: &[&str] = &[
    "Kieswerk Lindenau GmbH, Am Hang 4, 12345 Lindenau",
    "Stadt Lindenau am Fluss, Stadtkasse",
    "2. Mahnung",
    "Rechnung Nr. R-2026-0815 vom 5. November 2026",
    "Wir mahnen hiermit die Zahlung an. Der offene Betrag von 119,00 EUR ist seit dem 5.12.2026",
    "ueberfaellig. Bitte ueberweisen Sie den Mahnbetrag innerhalb von sieben Tagen.",
];

/// The XML says what no picture shows: the buyer's reference and the seller's VAT number.
fn xml(amount: &str) -> String {
    format!(
        "<Invoice xmlns=\"urn:oasis:names:specification:ubl:schema:xsd:Invoice-2\">\
         <CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0</CustomizationID>\
         <ID>R-2026-0815</ID><IssueDate>2026-11-05</IssueDate><DueDate>2026-12-05</DueDate>\
         <InvoiceTypeCode>380</InvoiceTypeCode><DocumentCurrencyCode>EUR</DocumentCurrencyCode>\
         <BuyerReference>05315000-01-77</BuyerReference>\
         <AccountingSupplierParty><Party><PartyTaxScheme><CompanyID>DE123456789</CompanyID></PartyTaxScheme>\
         <PartyLegalEntity><RegistrationName>Kieswerk Lindenau GmbH</RegistrationName></PartyLegalEntity></Party>\
         </AccountingSupplierParty><TaxTotal><TaxAmount currencyID=\"EUR\">19.00</TaxAmount></TaxTotal>\
         <LegalMonetaryTotal><TaxExclusiveAmount>100.00</TaxExclusiveAmount>\
         <TaxInclusiveAmount>{amount}</TaxInclusiveAmount></LegalMonetaryTotal></Invoice>"
    )
}

fn processed(name: &str, bytes: &[u8]) -> (serde_json::Value, Vec<u8>) {
    let town = Town::new();
    let source = town.path(name);
    fs::write(&source, bytes).unwrap();
    let out = town.path("out");
    let done = town.command(&["process", "--out", out.to_str().unwrap(), source.to_str().unwrap()], None);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let folder = out.join(format!("{}-01", name.trim_end_matches(".pdf")));
    let sheet = serde_json::from_slice(&fs::read(folder.join("document.json")).unwrap()).unwrap();
    assert_eq!(town.command(&["verify", folder.to_str().unwrap()], None).status.code(), Some(0));
    (sheet, fs::read(folder.join("document.pdf")).unwrap())
}

#[test]
fn a_hybrid_invoice_stays_as_it_came_and_says_its_fields_itself() {
    let bytes = born_digital::carrying(&born_digital::letter(LINES, 0), "factur-x.xml", &xml("119.00"));
    let (sheet, product) = processed("hybrid.pdf", &bytes);
    assert_eq!(sheet["kind"], "rechnung", "{sheet}");
    assert_eq!(sheet["product"], "original");
    assert!(product == bytes, "byte for byte");
    for (name, value) in [
        ("invoice_number", "R-2026-0815"),
        ("gross_amount", "119.00"),
        ("own_reference", "05315000-01-77"),
        ("seller_vat_id", "DE123456789"),
        ("letter_date", "2026-11-05"),
    ] {
        let field = &sheet["fields"][name];
        assert_eq!((&field["value"], &field["sure"]), (&value.into(), &true.into()), "{name}: {sheet}");
    }
    let codes = |sheet: &serde_json::Value| sheet["review"].to_string();
    assert!(!codes(&sheet).contains("invoice."), "{}", sheet["review"]);

    let lying = born_digital::carrying(&born_digital::letter(LINES, 0), "factur-x.xml", &xml("191.00"));
    let (sheet, _) = processed("luegt.pdf", &lying);
    assert_eq!(sheet["fields"]["gross_amount"]["value"], "191.00", "the XML wins");
    assert!(codes(&sheet).contains("invoice.picture_differs"), "and a person sees that: {}", sheet["review"]);
}

#[test]
fn a_reminder_names_the_document_of_its_invoice() {
    let town = Town::new();
    town.open_station();
    let scan = |name: &str, lines: &[&str]| {
        fs::write(town.path("scans").join(name), born_digital::letter(lines, 0)).unwrap();
        let end = town.run_until_settled(None);
        assert!(end.status.success(), "{}", String::from_utf8_lossy(&end.stderr));
    };
    scan("rechnung.pdf", LINES);
    scan("mahnung.pdf", REMINDER);
    let db = rusqlite::Connection::open(town.path("var/ledger.sqlite")).unwrap();
    let kinds: Vec<(String, String, Option<String>)> = db
        .prepare(
            "SELECT d.id, d.kind, json_extract(w.words, '$.fields.invoice_document.value') FROM document d
             JOIN document_words w ON w.tenant = d.tenant AND w.document = d.id ORDER BY d.id",
        )
        .unwrap()
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(kinds[0].1, "rechnung");
    assert_eq!(kinds[1].1, "mahnung");
    assert_eq!(kinds[1].2.as_ref(), Some(&kinds[0].0), "{kinds:?}");
}
