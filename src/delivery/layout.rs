//! A document as files: product, side-car, record, trigger, in the order in
//! which a consumer may see them. Pure.

pub mod xdomea;

use super::facts::{Fact, Facts};
use super::fields::{self, Mapped};
use super::template::{self, Escape};
use crate::model::delivery::Parcel;
use crate::model::hash::ContentHash;
use crate::model::refusal::Refusal;
use crate::model::town::{FieldRule, Layout, Preset};
use minijinja::value::{Serde, Value};
use serde_json::json;

/// One file of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Name at the target.
    pub name: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// A side-car that is built in: its template, its ending, and whether it appears after the product.
struct BuiltIn {
    template: &'static str,
    ending: &'static str,
    last: bool,
}

fn built_in(preset: Preset) -> Option<BuiltIn> {
    let (template, ending, last) = match preset {
        Preset::Plain | Preset::None | Preset::Xdomea0101 | Preset::Xdomea0605 => return None,
        Preset::D3 => (include_str!("../../templates/sidecar/d3.jpl"), "jpl", true),
        Preset::Docuware => (include_str!("../../templates/sidecar/docuware.dwcontrol"), "dwcontrol", false),
        Preset::Enaio => (include_str!("../../templates/sidecar/enaio.xml"), "xml", true),
        Preset::Invoice => (include_str!("../../templates/sidecar/invoice.xml"), "xml", true),
        Preset::Xml => (include_str!("../../templates/sidecar/fields.xml"), "xml", true),
        Preset::Csv => (include_str!("../../templates/sidecar/fields.csv"), "csv", true),
        Preset::Json => (include_str!("../../templates/sidecar/fields.json"), "json", true),
        Preset::Mets => (include_str!("../../templates/sidecar/mets.xml"), "xml", true),
    };
    Some(BuiltIn { template, ending, last })
}

/// Whether a preset shows the product before the side-car if the configuration says nothing.
pub fn product_last(preset: Preset) -> bool {
    built_in(preset).is_none_or(|b| !b.last)
}

/// All files in the order in which they appear; the last one says "all there". `own` is the text of the
/// town's own side-car template.
pub fn pieces(
    layout: &Layout,
    own: Option<&str>,
    rules: &[FieldRule],
    parcel: &Parcel,
) -> Result<Vec<Piece>, Refusal> {
    let mut facts = Facts::of(parcel);
    if xdomea::process(layout.preset, parcel).is_some() {
        return Ok(vec![xdomea::package(layout.preset, &facts, &fields::map(rules, &facts)?, parcel)?]);
    }
    let stem = name(layout.stem.as_deref().unwrap_or("{{ delivery_id }}"), &facts)?;
    let product = Piece { name: format!("{stem}.{}", parcel.extension), bytes: parcel.product.clone() };
    let mut known = |name: &str, value: &str| {
        facts.0.insert(name.into(), Fact { value: value.into(), sure: true });
    };
    known("product_file", &product.name);
    known("stem", &stem);
    let record = layout
        .record
        .then(|| Piece { name: format!("{stem}.record.json"), bytes: parcel.record_json.clone() });
    let sidecar = match (own, built_in(layout.preset)) {
        (None, None) if layout.preset == Preset::None => None,
        (None, None) => Some(Piece { name: format!("{stem}.json"), bytes: parcel.sheet_json.clone() }),
        (own, preset) => {
            let text = own.or(preset.as_ref().map(|p| p.template)).unwrap_or_default();
            let ending = preset.as_ref().map_or("txt", |p| p.ending);
            let pattern = layout.sidecar_name.clone().unwrap_or_else(|| format!("{{{{ stem }}}}.{ending}"));
            let name = name(&pattern, &facts)?;
            let fields = fields::map(rules, &facts)?;
            let others: Vec<&Piece> = [Some(&product), record.as_ref()].into_iter().flatten().collect();
            let text = filled(layout, text, &name, &facts, &fields, &others, parcel)?;
            Some(Piece { name, bytes: encoded(layout, &text) })
        }
    };
    let mut pieces: Vec<Piece> = record.into_iter().collect();
    match layout.product_last {
        true => pieces.extend(sidecar.into_iter().chain([product])),
        false => pieces.extend([product].into_iter().chain(sidecar)),
    }
    if let Some(trigger) = &layout.trigger {
        pieces.push(Piece { name: name(trigger, &facts)?, bytes: Vec::new() });
    }
    distinct(&pieces)?;
    Ok(pieces)
}

fn filled(
    layout: &Layout,
    text: &str,
    name: &str,
    facts: &Facts,
    fields: &[Mapped],
    others: &[&Piece],
    parcel: &Parcel,
) -> Result<String, Refusal> {
    let mut context = template::context(facts.0.iter().map(|(n, f)| (n.as_str(), f.value.as_str())));
    let files: Vec<_> = others
        .iter()
        .map(|piece| {
            let kind = if piece.name.ends_with(".json") { "application/json" } else { "application/pdf" };
            let sha256 = ContentHash::of(&piece.bytes).hex();
            json!({ "name": piece.name, "type": kind, "bytes": piece.bytes.len(), "sha256": sha256 })
        })
        .collect();
    let encoding = if layout.windows_1252 { "windows-1252" } else { "UTF-8" };
    context.insert("encoding".into(), encoding.into());
    context.insert("files".into(), Value::from(Serde(&files)));
    context.insert("events".into(), Value::from(Serde(events(parcel))));
    // Of a mapping that was not written only the facts remain, which a template names itself.
    context.insert("fields".into(), Value::from(Serde(fields)));
    context.insert("extra".into(), Value::from(Serde(extra(layout.preset, fields, facts))));
    let filled = template::fill(text, Escape::of(name), context);
    filled.map_err(|text| Refusal::new("sidecar.template", text, "Vorlage in pipeline.toml berichtigen."))
}

/// What a mapping adds to a side-car that already names the usual facts.
fn extra<'a>(preset: Preset, fields: &'a [Mapped], facts: &Facts) -> Vec<&'a Mapped> {
    let own = |field: &&Mapped| preset == Preset::Invoice && !facts.0.contains_key(&field.name);
    fields.iter().filter(own).collect()
}

/// What the record says happened, with its time, for archives; types from the PREMIS vocabulary.
fn events(parcel: &Parcel) -> Vec<serde_json::Value> {
    let record: serde_json::Value = serde_json::from_slice(&parcel.record_json).unwrap_or_default();
    let body = &record["body"];
    let word = |part: &str, name: &str| body[part][name].as_str().unwrap_or_default().to_owned();
    let scanned =
        [word("environment", "mode"), word("environment", "station"), word("environment", "scanner")];
    let steps = [
        ("capture", "scanned", scanned.join("; ")),
        ("ingestion", "taken_over", word("environment", "software")),
        ("transformation", "processed", word("procedure", "name")),
        ("validation", "checked", word("quality", "mode")),
    ];
    let event = |(kind, time, detail): (&str, &str, String)| {
        let at = word("times", time);
        (!at.is_empty()).then(|| json!({ "type": kind, "at": at, "detail": detail }))
    };
    steps.into_iter().filter_map(event).collect()
}

/// Folders below the target's, each ending in `/`; nothing if the layout names none.
pub fn subfolder(layout: &Layout, parcel: &Parcel) -> Result<String, Refusal> {
    let Some(pattern) = &layout.subfolder else { return Ok(String::new()) };
    let facts = Facts::of(parcel);
    let mut folders = String::new();
    for part in pattern.split('/') {
        // A document without a register lies in the folder of its file.
        if !template::line(part, &facts, false).unwrap_or_default().trim().is_empty() {
            folders += &format!("{}/", name(part, &facts)?);
        }
    }
    Ok(folders)
}

/// A file name from a template: only characters every file system takes, no way out of the folder.
fn name(pattern: &str, facts: &Facts) -> Result<String, Refusal> {
    let wrong = |text: String| Refusal::new("sidecar.name", text, "Namen in pipeline.toml berichtigen.");
    let text = template::line(pattern, facts, false).map_err(wrong)?;
    let fine = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '@' | '.' | ' ' | '+');
    let name: String = text.chars().map(|c| if fine(c) { c } else { '_' }).take(120).collect();
    let name = name.trim_matches(['.', ' ']).to_owned();
    if name.is_empty() { Err(wrong(format!("Aus „{pattern}“ wird kein Dateiname."))) } else { Ok(name) }
}

fn encoded(layout: &Layout, text: &str) -> Vec<u8> {
    let text = if layout.preset == Preset::D3 { text.replace('\n', "\r\n") } else { text.to_owned() };
    if !layout.windows_1252 {
        return text.into_bytes();
    }
    // What Windows-1252 does not have becomes a question mark, as Windows programs do it themselves.
    let one = |c: char| {
        let text = c.to_string();
        let (bytes, _, lost) = encoding_rs::WINDOWS_1252.encode(&text);
        if lost { vec![b'?'] } else { bytes.into_owned() }
    };
    text.chars().flat_map(one).collect()
}

fn distinct(pieces: &[Piece]) -> Result<(), Refusal> {
    let mut names: Vec<&str> = pieces.iter().map(|p| p.name.as_str()).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        let text = "Zwei Dateien einer Zustellung hätten denselben Namen.";
        return Err(Refusal::new("sidecar.name", text, "sidecar_name oder trigger in pipeline.toml ändern."));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
