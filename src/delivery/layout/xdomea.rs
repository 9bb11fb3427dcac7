//! xdomea 3.0.0: the document with its record as a message to an eAkte, and the eAkte's answers. Pure.
//!
//! A message is a flat ZIP: the XML and the files it names. Its ProzessID is
//! made of the delivery id, so that a repeat is the same process and every
//! answer finds its delivery.

use super::{Piece, events};
use crate::delivery::facts::Facts;
use crate::delivery::fields::Mapped;
use crate::delivery::template::{self, Escape};
use crate::model::delivery::{Confirmation, Parcel};
use crate::model::hash::ContentHash;
use crate::model::refusal::Refusal;
use crate::model::town::Preset;
use minijinja::value::{Serde, Value};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

const TEMPLATE: &str = include_str!("../../../templates/sidecar/xdomea.xml");
/// Names of the mapping that have a place in the message; every other name becomes a field of the extension.
pub const OWN: &[&str] = &[
    "Institution",
    "Organisationseinheit",
    "Betreff",
    "Kennzeichen",
    "Federfuehrung",
    "Bemerkung",
    "FremdesGeschaeftszeichen",
    "Bezug",
    "Bearbeiter",
    "Typ",
    "Absender",
    "IDContainer",
    "Ablageort",
];
/// Facts that go into the extension beside the mapping.
const ALWAYS: &[&str] =
    &["delivery_id", "document_id", "batch", "scan_mode", "product_sha256", "record_sha256", "sheet_sha256"];
/// Largest answer that is read, unpacked: it holds no documents.
const ANSWER_BYTES_MAX: u64 = 1 << 20;
/// "Ausführung wurde erfolgreich beendet" and "bereits verarbeitet", list AllgemeineRueckmeldung 1.1.
const DONE: &[&str] = &["0000000", "0000009"];

/// Number and name of the message, and of the answer that settles it.
struct Message {
    number: &'static str,
    name: &'static str,
    settled_by: &'static str,
}

fn message(preset: Preset) -> Option<Message> {
    match preset {
        Preset::Xdomea0101 => {
            Some(Message { number: "0101", name: "Information.Information", settled_by: "0102" })
        }
        Preset::Xdomea0605 => {
            Some(Message { number: "0605", name: "FVDaten.SGOAblegen", settled_by: "0630" })
        }
        _ => None,
    }
}

/// The ProzessID of a delivery, if the preset is xdomea: answers begin with it.
pub fn process(preset: Preset, parcel: &Parcel) -> Option<String> {
    message(preset).map(|_| uuid("process", &parcel.delivery.0))
}

/// A UUID that follows from words (RFC 9562, version 8).
fn uuid(what: &str, words: &str) -> String {
    let mut bytes = ContentHash::of(format!("{what} {words}").as_bytes()).0;
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes[..16].iter().map(|b| format!("{b:02x}")).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// The message as the one file it is.
pub fn package(preset: Preset, facts: &Facts, fields: &[Mapped], parcel: &Parcel) -> Result<Piece, Refusal> {
    let wrong = |text: String| Refusal::new("xdomea.message", text, "Ziel in pipeline.toml prüfen.");
    let message = message(preset).ok_or_else(|| wrong("Keine Nachricht von xdomea.".into()))?;
    let delivery = &parcel.delivery.0;
    let name = format!("{}_{}.{}", uuid("process", delivery), message.name, message.number);
    let product = format!("{}_{}.{}", uuid("product", delivery), parcel.document, parcel.extension);
    let record = format!("{}_record.json", uuid("record", delivery));
    let text = text(&message, facts, fields, parcel, [&product, &record]).map_err(wrong)?;
    let files = [
        (format!("{name}.xml"), text.as_bytes()),
        (product, parcel.product.as_slice()),
        (record, parcel.record_json.as_slice()),
    ];
    let bytes = pack(&files).map_err(|e| wrong(e.to_string()))?;
    Ok(Piece { name: format!("{name}.zip"), bytes })
}

fn text(
    message: &Message,
    facts: &Facts,
    fields: &[Mapped],
    parcel: &Parcel,
    [product, record]: [&str; 2],
) -> Result<String, String> {
    let delivery = &parcel.delivery.0;
    let own: BTreeMap<&str, &str> = fields
        .iter()
        .filter(|f| OWN.contains(&f.name.as_str()))
        .map(|f| (f.name.as_str(), f.value.as_str()))
        .collect();
    let fact = |name: &&str| facts.get(name, false).map(|value| json!({ "name": name, "value": value }));
    let mapped = fields.iter().filter(|f| !OWN.contains(&f.name.as_str()));
    let extension: Vec<_> = ALWAYS
        .iter()
        .filter_map(fact)
        .chain(mapped.map(|f| json!({ "name": f.name, "value": f.values.join("; ") })))
        .collect();
    let events = events(parcel);
    // The message is as old as the document: two attempts send the same bytes.
    let created = events.last().and_then(|e| e["at"].as_str()).unwrap_or("1970-01-01T00:00:00Z").to_owned();
    let mut context = template::context(facts.0.iter().map(|(n, f)| (n.as_str(), f.value.as_str())));
    let version = env!("CARGO_PKG_VERSION");
    for (name, value) in [
        ("message", format!("{}.{}", message.name, message.number)),
        ("message_name", message.name.to_owned()),
        ("number", message.number.to_owned()),
        ("process", uuid("process", delivery)),
        ("document_uuid", uuid("document", delivery)),
        ("record_uuid", uuid("record", delivery)),
        ("product_file", product.to_owned()),
        ("product_original", format!("{}.{}", parcel.document, parcel.extension)),
        ("record_file", record.to_owned()),
        ("software", format!("poststelle {version}")),
        ("software_version", version.to_owned()),
        ("created", created),
    ] {
        context.insert(name.into(), Value::from(value));
    }
    context.insert("own".into(), Value::from(Serde(&own)));
    context.insert("extension".into(), Value::from(Serde(&extension)));
    context.insert("events".into(), Value::from(Serde(&events)));
    template::fill(TEMPLATE, Escape::Xml, context)
}

/// A flat archive, always of the same bytes; documents are compressed already.
fn pack(files: &[(String, &[u8])]) -> zip::result::ZipResult<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let plain = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(zip::DateTime::default());
    for (name, bytes) in files {
        archive.start_file(name, plain)?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// What an answer says about the delivery of that process; `None` if it settles nothing.
pub fn answer(preset: Preset, process: &str, bytes: &[u8]) -> Option<Confirmation> {
    let settled_by = message(preset)?.settled_by;
    let text =
        if bytes.starts_with(b"PK") { unpacked(bytes)? } else { String::from_utf8(bytes.to_vec()).ok()? };
    let xml = roxmltree::Document::parse(&text).ok()?;
    let root = xml.root_element();
    let find = |name: &str| root.descendants().find(|n| n.tag_name().name() == name);
    if find("ProzessID")?.text()?.trim() != process {
        return None;
    }
    let number = root.tag_name().name().rsplit('.').next()?;
    if number != settled_by {
        return None;
    }
    let messages: Vec<String> = root
        .descendants()
        .filter(|n| n.tag_name().name() == "Rueckmeldung")
        .filter_map(|n| n.first_element_child())
        .map(|said| {
            let part =
                |name: &str| said.children().find(|n| n.tag_name().name() == name).and_then(|n| n.text());
            match (part("code"), part("name")) {
                (Some(code), Some(name)) => format!("{} {}", code.trim(), name.trim()),
                (Some(code), None) => code.trim().to_owned(),
                _ => said.text().unwrap_or_default().trim().to_owned(),
            }
        })
        .collect();
    let failed: Vec<&str> = messages
        .iter()
        .map(String::as_str)
        .filter(|said| !DONE.contains(&said.split(' ').next().unwrap_or_default()))
        .collect();
    if !failed.is_empty() {
        let text = format!("Die eAkte hat das Schriftstück nicht übernommen: {}", failed.join("; "));
        return Some(Confirmation::Refused { code: "xdomea.refused".into(), text });
    }
    let id = find("IDSGO").and_then(|n| n.text()).map(|id| format!(" ID {}", id.trim())).unwrap_or_default();
    Some(Confirmation::Confirmed { receipt: format!("xdomea {number}{id}") })
}

/// The message in an answer's archive.
fn unpacked(bytes: &[u8]) -> Option<String> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let name = archive.file_names().flatten().find(|name| name.ends_with(".xml"))?.into_owned();
    let mut text = String::new();
    archive.by_name(&name).ok()?.take(ANSWER_BYTES_MAX).read_to_string(&mut text).ok()?;
    Some(text)
}
