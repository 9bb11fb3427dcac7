//! What is known of a document, by name: the words a mapping can use. Pure.

use crate::model::delivery::Parcel;
use crate::model::document::{DocumentSheet, FilePart, Need, ScanMode};
use crate::model::hash::ContentHash;
use std::collections::BTreeMap;

/// Names that every document has, and the fields the program looks for. Any other field of a
/// document, such as one a person added, is reached as `field.<name>`.
pub const NAMES: &[&str] = &[
    "delivery_id",
    "document_id",
    "batch",
    "item",
    "department",
    "kind",
    "title",
    "urgency",
    "scan_mode",
    "integrity",
    "confidentiality",
    "availability",
    "received_date",
    "received_time",
    "channel",
    "pages",
    "product_file",
    "product_sha256",
    "product_bytes",
    "record_sha256",
    "sheet_sha256",
    "source_file",
    // of a new version: the document it replaces
    "replaces_document",
    // the place in an old file
    "box",
    "file",
    "register",
    "file_part",
    // fields
    "sender",
    "subject",
    "letter_date",
    "reference",
    "own_reference",
    "iban",
    "invoice_number",
    "gross_amount",
    "due_date",
    "order_number",
    "cost_centre",
    "net_amount",
    "vat_amount",
    "currency",
    "seller_vat_id",
    "preceding_invoice",
    "invoice_document",
];

/// Whether a mapping may use that name.
pub fn known(name: &str) -> bool {
    NAMES.contains(&name) || name.strip_prefix("field.").is_some_and(|field| !field.is_empty())
}

/// One value and whether it is sure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Dates ISO 8601, amounts with a point.
    pub value: String,
    /// Read and checked, or set by a person; facts of the program itself always are.
    pub sure: bool,
}

/// Everything known of one document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts(pub BTreeMap<String, Fact>);

impl Facts {
    /// What the parcel says of itself. A sheet that cannot be read leaves the facts of the parcel.
    pub fn of(parcel: &Parcel) -> Self {
        let mut facts = BTreeMap::new();
        let mut put = |name: &str, value: String| {
            if !value.is_empty() {
                facts.insert(name.to_owned(), Fact { value, sure: true });
            }
        };
        put("delivery_id", parcel.delivery.0.clone());
        put("document_id", parcel.document.0.clone());
        put("department", parcel.department.clone());
        put("title", parcel.title.clone());
        put("product_sha256", ContentHash::of(&parcel.product).hex());
        put("product_bytes", parcel.product.len().to_string());
        put("record_sha256", ContentHash::of(&parcel.record_json).hex());
        put("sheet_sha256", ContentHash::of(&parcel.sheet_json).hex());
        if let Ok(sheet) = serde_json::from_slice::<DocumentSheet>(&parcel.sheet_json) {
            let decision = &sheet.understanding;
            put("batch", sheet.batch.0.clone());
            put("item", sheet.item.map(|i| i.0).unwrap_or_default());
            put("kind", decision.kind.clone());
            put("urgency", decision.urgency.clone());
            put("scan_mode", mode(decision.scan_mode).into());
            put("integrity", need(decision.protection.integrity).into());
            put("confidentiality", need(decision.protection.confidentiality).into());
            put("availability", need(decision.protection.availability).into());
            put("received_date", sheet.received.date.clone().unwrap_or_default());
            put("received_time", sheet.received.time.clone().unwrap_or_default());
            put("channel", sheet.received.channel.clone().unwrap_or_default());
            put("pages", sheet.pages.len().to_string());
            put("source_file", sheet.pages.first().map(|p| p.source.clone()).unwrap_or_default());
            put("replaces_document", sheet.replaces.map(|id| id.0).unwrap_or_default());
            if let Some(filed) = sheet.filed {
                put("box", filed.in_box);
                put("file", filed.file);
                put("register", filed.register.unwrap_or_default());
                put("file_part", part(filed.part).into());
            }
            for (name, field) in &decision.fields {
                let fact = Fact { value: field.value.clone(), sure: field.sure };
                facts.insert(format!("field.{name}"), fact.clone());
                // A date stamp that was read never stands in for the received date of the batch.
                if name != "received_date" {
                    facts.entry(name.clone()).or_insert(fact);
                }
            }
        }
        Self(facts)
    }

    /// The value of that name; only a sure one if `sure`.
    pub fn get(&self, name: &str, sure: bool) -> Option<&str> {
        self.0.get(name).filter(|fact| fact.sure || !sure).map(|fact| fact.value.as_str())
    }
}

fn need(need: Need) -> &'static str {
    match need {
        Need::Normal => "normal",
        Need::Hoch => "hoch",
        Need::SehrHoch => "sehr_hoch",
    }
}

fn part(part: FilePart) -> &'static str {
    match part {
        FilePart::Document => "document",
        FilePart::Cover => "cover",
        FilePart::Tab => "tab",
    }
}

fn mode(mode: ScanMode) -> &'static str {
    match mode {
        ScanMode::Copying => "copying",
        ScanMode::Replacing => "replacing",
    }
}
