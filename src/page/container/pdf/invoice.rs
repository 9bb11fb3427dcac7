//! The invoice inside a PDF: ZUGFeRD, Factur-X, XRechnung as an embedded file. Only read, never changed.
//!
//! Both syntaxes of EN 16931 are known: the Cross Industry Invoice of UN/CEFACT
//! and UBL of OASIS. What cannot be read is no invoice.

use crate::model::invoice::ElectronicInvoice;
use lopdf::{Dictionary, Document, Object};
use roxmltree::Node;

/// Names the standards give the file; any other XML with a known root counts as well.
const NAMES: &[&str] = &["factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml"];
/// Embedded files looked at, and the longest XML that is unpacked: invoices are some kilobytes.
const FILES_MAX: usize = 50;
const XML_BYTES_MAX: usize = 8 << 20;
/// Longest value of a field in characters.
const VALUE_MAX: usize = 200;
/// Depth of the tree of names.
const DEPTH_MAX: usize = 8;

const CII: &str = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100";
const UBL: &str = "urn:oasis:names:specification:ubl:schema:xsd:";

/// The first embedded file that is an invoice.
pub fn find(document: &Document) -> Option<ElectronicInvoice> {
    let catalog = document.catalog().ok()?;
    let mut files = Vec::new();
    if let Ok(Object::Array(list)) = resolved(document, catalog.get(b"AF").ok()) {
        files.extend(list.iter());
    }
    if let Some(names) = dictionary(document, catalog.get(b"Names").ok())
        && let Some(tree) = dictionary(document, names.get(b"EmbeddedFiles").ok())
    {
        embedded(document, tree, 0, &mut files);
    }
    let mut found: Vec<(String, Vec<u8>)> =
        files.into_iter().take(FILES_MAX).filter_map(|file| content(document, file)).collect();
    found.sort_by_key(|(name, _)| !NAMES.contains(&name.to_lowercase().as_str()));
    found.into_iter().find_map(|(name, xml)| parse(&name, &xml))
}

/// An object, followed if it is a reference.
fn resolved<'d>(document: &'d Document, object: Option<&'d Object>) -> Result<&'d Object, ()> {
    document.dereference(object.ok_or(())?).map(|(_, object)| object).map_err(|_| ())
}

fn dictionary<'d>(document: &'d Document, object: Option<&'d Object>) -> Option<&'d Dictionary> {
    resolved(document, object).ok()?.as_dict().ok()
}

/// File specifications of a name tree (ISO 32000-1, 7.9.6).
fn embedded<'d>(document: &'d Document, node: &'d Dictionary, depth: usize, found: &mut Vec<&'d Object>) {
    if depth > DEPTH_MAX || found.len() > FILES_MAX {
        return;
    }
    if let Ok(Object::Array(names)) = resolved(document, node.get(b"Names").ok()) {
        found.extend(names.iter().skip(1).step_by(2));
    }
    if let Ok(Object::Array(kids)) = resolved(document, node.get(b"Kids").ok()) {
        for kid in kids.iter().take(FILES_MAX) {
            if let Some(kid) = dictionary(document, Some(kid)) {
                embedded(document, kid, depth + 1, found);
            }
        }
    }
}

/// Name and unpacked bytes of an embedded XML.
fn content(document: &Document, file: &Object) -> Option<(String, Vec<u8>)> {
    let file = dictionary(document, Some(file))?;
    let name =
        file.get(b"UF").or(file.get(b"F")).ok().and_then(|name| resolved(document, Some(name)).ok())?;
    let name = lopdf::decode_text_string(name).ok()?;
    if !name.to_lowercase().ends_with(".xml") {
        return None;
    }
    let streams = dictionary(document, file.get(b"EF").ok())?;
    let stream = resolved(document, streams.get(b"F").or(streams.get(b"UF")).ok()).ok()?.as_stream().ok()?;
    Some((name, stream.get_plain_content_with_limit(XML_BYTES_MAX).ok()?))
}

/// Reads an XML of one of the two syntaxes.
fn parse(name: &str, xml: &[u8]) -> Option<ElectronicInvoice> {
    let text = std::str::from_utf8(xml).ok()?.trim_start_matches('\u{feff}');
    let xml = roxmltree::Document::parse(text).ok()?;
    let root = xml.root_element();
    let tag = (root.tag_name().namespace()?, root.tag_name().name());
    let terms = match tag {
        (CII, "CrossIndustryInvoice") => CII_TERMS,
        (space, "Invoice" | "CreditNote") if space.starts_with(UBL) => UBL_TERMS,
        _ => return None,
    };
    let mut invoice =
        ElectronicInvoice { name: name.chars().take(VALUE_MAX).collect(), ..Default::default() };
    invoice.credit = tag.1 == "CreditNote";
    for (field, kind, paths) in terms {
        let Some(value) = paths.iter().find_map(|path| at(root, path)).and_then(|value| kind.normal(&value))
        else {
            continue;
        };
        match *field {
            "specification" => invoice.specification = value,
            "type" => invoice.credit |= value == "381",
            field => {
                invoice.fields.insert(field.to_owned(), value);
            }
        }
    }
    // Without a number it is a piece of something else.
    invoice.fields.contains_key("invoice_number").then_some(invoice)
}

/// How a value is spelt.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Date,
    Amount,
    Account,
}

impl Kind {
    fn normal(self, value: &str) -> Option<String> {
        let value: String =
            value.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(VALUE_MAX).collect();
        match self {
            Self::Text => Some(value).filter(|v| !v.is_empty()),
            Self::Date => {
                let digits: String = value.chars().filter(char::is_ascii_digit).collect();
                let [y, m, d] = [digits.get(..4)?, digits.get(4..6)?, digits.get(6..8)?];
                let day: jiff::civil::Date = format!("{y}-{m}-{d}").parse().ok()?;
                Some(day.to_string())
            }
            Self::Amount => {
                let digits = value.strip_prefix('-').unwrap_or(&value);
                let (whole, cents) = digits.split_once('.').unwrap_or((digits, ""));
                let number = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
                let cents = cents.trim_end_matches('0');
                if whole.is_empty() || !number(whole) || !number(cents) || cents.len() > 2 {
                    return None;
                }
                let sign = if value.starts_with('-') { "-" } else { "" };
                Some(format!("{sign}{whole}.{cents:0<2}"))
            }
            Self::Account => {
                let plain: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
                plain.parse::<iban::Iban>().ok()?;
                Some(plain)
            }
        }
    }
}

/// Field, spelling, and where it stands; of several places the first that says something.
type Term = (&'static str, Kind, &'static [&'static str]);

const CII_TERMS: &[Term] = &[
    (
        "specification",
        Kind::Text,
        &["ExchangedDocumentContext/GuidelineSpecifiedDocumentContextParameter/ID"],
    ),
    ("type", Kind::Text, &["ExchangedDocument/TypeCode"]),
    ("invoice_number", Kind::Text, &["ExchangedDocument/ID"]),
    ("letter_date", Kind::Date, &["ExchangedDocument/IssueDateTime/DateTimeString"]),
    (
        "own_reference",
        Kind::Text,
        &["SupplyChainTradeTransaction/ApplicableHeaderTradeAgreement/BuyerReference"],
    ),
    (
        "order_number",
        Kind::Text,
        &[
            "SupplyChainTradeTransaction/ApplicableHeaderTradeAgreement/BuyerOrderReferencedDocument/IssuerAssignedID",
        ],
    ),
    (
        "sender",
        Kind::Text,
        &["SupplyChainTradeTransaction/ApplicableHeaderTradeAgreement/SellerTradeParty/Name"],
    ),
    (
        "seller_vat_id",
        Kind::Text,
        &[
            "SupplyChainTradeTransaction/ApplicableHeaderTradeAgreement/SellerTradeParty/SpecifiedTaxRegistration/ID[schemeID=VA]",
        ],
    ),
    (
        "currency",
        Kind::Text,
        &["SupplyChainTradeTransaction/ApplicableHeaderTradeSettlement/InvoiceCurrencyCode"],
    ),
    (
        "iban",
        Kind::Account,
        &[
            "SupplyChainTradeTransaction/ApplicableHeaderTradeSettlement/SpecifiedTradeSettlementPaymentMeans/PayeePartyCreditorFinancialAccount/IBANID",
        ],
    ),
    (
        "due_date",
        Kind::Date,
        &[
            "SupplyChainTradeTransaction/ApplicableHeaderTradeSettlement/SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString",
        ],
    ),
    (
        "preceding_invoice",
        Kind::Text,
        &[
            "SupplyChainTradeTransaction/ApplicableHeaderTradeSettlement/InvoiceReferencedDocument/IssuerAssignedID",
        ],
    ),
    (
        "net_amount",
        Kind::Amount,
        &[
            "SupplyChainTradeTransaction/ApplicableHeaderTradeSettlement/SpecifiedTradeSettlementHeaderMonetarySummation/TaxBasisTotalAmount",
        ],
    ),
    (
        "vat_amount",
        Kind::Amount,
        &[
            "SupplyChainTradeTransaction/ApplicableHeaderTradeSettlement/SpecifiedTradeSettlementHeaderMonetarySummation/TaxTotalAmount",
        ],
    ),
    (
        "gross_amount",
        Kind::Amount,
        &[
            "SupplyChainTradeTransaction/ApplicableHeaderTradeSettlement/SpecifiedTradeSettlementHeaderMonetarySummation/GrandTotalAmount",
        ],
    ),
];

const UBL_TERMS: &[Term] = &[
    ("specification", Kind::Text, &["CustomizationID"]),
    ("type", Kind::Text, &["InvoiceTypeCode", "CreditNoteTypeCode"]),
    ("invoice_number", Kind::Text, &["ID"]),
    ("letter_date", Kind::Date, &["IssueDate"]),
    ("due_date", Kind::Date, &["DueDate", "PaymentMeans/PaymentDueDate"]),
    ("own_reference", Kind::Text, &["BuyerReference"]),
    ("order_number", Kind::Text, &["OrderReference/ID"]),
    (
        "sender",
        Kind::Text,
        &[
            "AccountingSupplierParty/Party/PartyLegalEntity/RegistrationName",
            "AccountingSupplierParty/Party/PartyName/Name",
        ],
    ),
    ("seller_vat_id", Kind::Text, &["AccountingSupplierParty/Party/PartyTaxScheme/CompanyID"]),
    ("currency", Kind::Text, &["DocumentCurrencyCode"]),
    ("iban", Kind::Account, &["PaymentMeans/PayeeFinancialAccount/ID"]),
    ("preceding_invoice", Kind::Text, &["BillingReference/InvoiceDocumentReference/ID"]),
    ("net_amount", Kind::Amount, &["LegalMonetaryTotal/TaxExclusiveAmount"]),
    ("vat_amount", Kind::Amount, &["TaxTotal/TaxAmount"]),
    ("gross_amount", Kind::Amount, &["LegalMonetaryTotal/TaxInclusiveAmount"]),
];

/// The text under a path of local names; `name[attribute=value]` chooses among equals.
fn at(root: Node<'_, '_>, path: &str) -> Option<String> {
    let (step, rest) = path.split_once('/').map_or((path, None), |(step, rest)| (step, Some(rest)));
    let (name, wanted) = step.split_once('[').map_or((step, None), |(name, wanted)| (name, Some(wanted)));
    let fits = |node: &Node<'_, '_>| {
        let attribute = wanted.and_then(|w| w.trim_end_matches(']').split_once('='));
        node.tag_name().name() == name
            && attribute.is_none_or(|(name, value)| node.attribute(name) == Some(value))
    };
    root.children().filter(fits).find_map(|node| match rest {
        Some(rest) => at(node, rest),
        None => node.text().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use lopdf::{Stream, dictionary};
    use proptest::prelude::*;

    const CII_XML: &str = r#"<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100" xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100" xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
<rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter><ram:ID>urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0</ram:ID></ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>
<rsm:ExchangedDocument><ram:ID>R 2026/17</ram:ID><ram:TypeCode>380</ram:TypeCode><ram:IssueDateTime><udt:DateTimeString format="102">20261105</udt:DateTimeString></ram:IssueDateTime></rsm:ExchangedDocument>
<rsm:SupplyChainTradeTransaction><ram:ApplicableHeaderTradeAgreement><ram:BuyerReference>05315000-01-77</ram:BuyerReference><ram:SellerTradeParty><ram:Name>Kieswerk Lindenau GmbH</ram:Name><ram:SpecifiedTaxRegistration><ram:ID schemeID="FC">12/345</ram:ID></ram:SpecifiedTaxRegistration><ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">DE123456789</ram:ID></ram:SpecifiedTaxRegistration></ram:SellerTradeParty></ram:ApplicableHeaderTradeAgreement>
<ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode><ram:SpecifiedTradeSettlementPaymentMeans><ram:PayeePartyCreditorFinancialAccount><ram:IBANID>DE02 1203 0000 0000 2020 51</ram:IBANID></ram:PayeePartyCreditorFinancialAccount></ram:SpecifiedTradeSettlementPaymentMeans>
<ram:SpecifiedTradeSettlementHeaderMonetarySummation><ram:TaxBasisTotalAmount>100</ram:TaxBasisTotalAmount><ram:TaxTotalAmount currencyID="EUR">19.0</ram:TaxTotalAmount><ram:GrandTotalAmount>119.00</ram:GrandTotalAmount></ram:SpecifiedTradeSettlementHeaderMonetarySummation></ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>"#;

    const UBL_XML: &str = r#"<CreditNote xmlns="urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"><CustomizationID>urn:cen.eu:en16931:2017</CustomizationID><ID>G-4</ID><IssueDate>2026-11-05</IssueDate><CreditNoteTypeCode>381</CreditNoteTypeCode><BillingReference><InvoiceDocumentReference><ID>R-3</ID></InvoiceDocumentReference></BillingReference><LegalMonetaryTotal><TaxInclusiveAmount currencyID="EUR">50.5</TaxInclusiveAmount></LegalMonetaryTotal></CreditNote>"#;

    /// A PDF with that file embedded.
    fn with(name: &str, xml: &[u8]) -> Document {
        let mut pdf = Document::with_version("1.7");
        let stream = pdf.add_object(Stream::new(dictionary! { "Type" => "EmbeddedFile" }, xml.to_vec()));
        let file = pdf.add_object(dictionary! {
            "Type" => "Filespec", "F" => Object::string_literal(name), "EF" => dictionary! { "F" => stream },
        });
        let names = dictionary! {
            "EmbeddedFiles" => dictionary! { "Kids" => vec![dictionary! {
                "Names" => vec![Object::string_literal(name), file.into()] }.into()] },
        };
        let catalog = pdf.add_object(dictionary! { "Type" => "Catalog", "Names" => names });
        pdf.trailer.set("Root", catalog);
        pdf
    }

    #[test]
    fn a_hybrid_invoice_says_its_fields_itself() {
        let invoice = find(&with("factur-x.xml", CII_XML.as_bytes())).unwrap();
        assert!(invoice.specification.contains("xrechnung_3.0") && !invoice.credit);
        let fields: Vec<(&str, &str)> =
            invoice.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(
            fields,
            [
                ("currency", "EUR"),
                ("gross_amount", "119.00"),
                ("iban", "DE02120300000000202051"),
                ("invoice_number", "R 2026/17"),
                ("letter_date", "2026-11-05"),
                ("net_amount", "100.00"),
                ("own_reference", "05315000-01-77"),
                ("seller_vat_id", "DE123456789"),
                ("sender", "Kieswerk Lindenau GmbH"),
                ("vat_amount", "19.00"),
            ]
        );
    }

    #[test]
    fn a_credit_note_names_the_invoice_before_it() {
        let invoice = find(&with("beleg.xml", UBL_XML.as_bytes())).unwrap();
        assert!(invoice.credit);
        assert_eq!(
            (invoice.fields["preceding_invoice"].as_str(), invoice.fields["gross_amount"].as_str()),
            ("R-3", "50.50")
        );
    }

    #[test]
    fn other_files_are_no_invoice() {
        assert_eq!(find(&with("factur-x.xml", b"<a/>")), None);
        assert_eq!(find(&with("factur-x.txt", CII_XML.as_bytes())), None);
        assert_eq!(find(&Document::with_version("1.7")), None);
    }

    proptest! {
        #[test]
        fn no_file_makes_it_panic(xml: Vec<u8>) {
            let _ = find(&with("factur-x.xml", &xml));
        }

        #[test]
        fn amounts_keep_their_value(whole in 0u32..1_000_000, cents in 0u32..100) {
            let text = format!("{whole}.{cents:02}");
            let normal = Kind::Amount.normal(&format!("{text}00"));
            prop_assert_eq!(normal.as_deref(), Some(text.as_str()));
        }
    }
}
