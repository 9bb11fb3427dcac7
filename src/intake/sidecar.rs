//! Side-cars: what the scanner wrote beside the scan.
//!
//! In: bytes of a JSON, CSV, XML or index file. Out: a [`Sidecar`]. Makers agree on
//! nothing but that there are names and values, so everything is reduced to
//! pairs and the names known from their manuals are picked out. What cannot be
//! understood is said, never guessed; a person decides then.

use crate::model::hash::ContentHash;
use crate::model::sidecar::{Sidecar, SidecarFormat};

/// Longer ones are no side-cars: a list of 5,000 imprinted numbers has 200 KB.
pub const BYTES_MAX: u64 = 1 << 20;
/// Deeper JSON is not a list of names and values.
const DEPTH_MAX: u32 = 16;

const OPERATOR: &[&str] = &["operator", "user", "username", "bediener", "benutzer", "scankraft"];
const RECEIVED: &[&str] = &["received", "receiveddate", "eingang", "eingangsdatum", "posteingang"];
const IMAGES: &[&str] = &[
    "images",
    "imagecount",
    "imagescount",
    "totalimages",
    "bilder",
    "bildanzahl",
    "pages",
    "pagecount",
    "seiten",
];
const SHEETS: &[&str] = &["sheets", "sheetcount", "blatt", "blätter", "blattanzahl"];
const DOUBLE_FEED: &[&str] = &["doublefeed", "multifeed", "doppeleinzug"];
const IMPRINTED: &[&str] = &["imprint", "imprinter", "imprinted", "endorser", "aufdruck", "paginierung"];

/// Reads a side-car.
pub fn parse(bytes: &[u8], format: SidecarFormat) -> Sidecar {
    let text = decoded(bytes);
    let pairs = match format {
        SidecarFormat::Json => json(&text),
        SidecarFormat::Csv => csv(&text),
        SidecarFormat::Xml => xml(&text),
        SidecarFormat::Index => index(&text),
    };
    let mut sidecar = Sidecar { sha256: ContentHash::of(bytes).hex(), ..Sidecar::default() };
    match pairs {
        Ok(pairs) => pick(&pairs, &mut sidecar),
        Err(reason) => sidecar.unreadable = Some(reason),
    }
    sidecar
}

type Pairs = Vec<(String, String)>;

/// UTF-8 with or without mark, else Latin-1: older devices write it.
pub(super) fn decoded(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|&b| char::from(b)).collect(),
    }
}

fn pick(pairs: &Pairs, into: &mut Sidecar) {
    let mut doubts = Vec::new();
    for (name, value) in pairs {
        let name: String = name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
        let is = |names: &[&str]| names.contains(&name.as_str());
        let mut count = |place: &mut Option<u32>| match value.parse() {
            Ok(number) => *place = Some(number),
            Err(_) => doubts.push(format!("„{value}“ ist keine Anzahl")),
        };
        if value.is_empty() {
            continue;
        } else if is(OPERATOR) {
            into.operator.get_or_insert_with(|| value.clone());
        } else if is(RECEIVED) {
            match iso_date(value) {
                Some(date) => into.received = Some(date),
                None => doubts.push(format!("„{value}“ ist kein Datum")),
            }
        } else if is(IMAGES) {
            count(&mut into.images);
        } else if is(SHEETS) {
            count(&mut into.sheets);
        } else if is(DOUBLE_FEED) {
            into.double_feed |= !matches!(value.to_lowercase().as_str(), "0" | "false" | "no" | "nein");
        } else if is(IMPRINTED) {
            into.imprinted.push(value.clone());
        }
    }
    if !doubts.is_empty() {
        into.unreadable = Some(doubts.join("; "));
    }
}

/// `2026-11-02` and `02.11.2026`.
fn iso_date(text: &str) -> Option<String> {
    let text = text.trim();
    if let Ok(date) = text.get(..10).unwrap_or(text).parse::<jiff::civil::Date>() {
        return Some(date.to_string());
    }
    let mut parts = text.splitn(3, '.');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?.get(..4)?);
    let date = jiff::civil::Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    date.ok().map(|d| d.to_string())
}

fn json(text: &str) -> Result<Pairs, String> {
    let value: serde_json::Value = serde_json::from_str(text).map_err(|e| format!("kein JSON: {e}"))?;
    let mut pairs = Vec::new();
    gather("", &value, DEPTH_MAX, &mut pairs);
    Ok(pairs)
}

/// Objects give their own names; an object of `Name` and `Value` is one pair.
fn gather(name: &str, value: &serde_json::Value, depth: u32, pairs: &mut Pairs) {
    use serde_json::Value;
    let Some(depth) = depth.checked_sub(1) else { return };
    match value {
        Value::Object(map) => {
            let named = |key: &str| map.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v);
            if let (Some(Value::String(name)), Some(value)) = (named("name"), named("value")) {
                return gather(name, value, depth, pairs);
            }
            map.iter().for_each(|(key, value)| gather(key, value, depth, pairs));
        }
        Value::Array(values) => values.iter().for_each(|value| gather(name, value, depth, pairs)),
        Value::String(text) => pairs.push((name.into(), text.trim().into())),
        Value::Null => {}
        other => pairs.push((name.into(), other.to_string())),
    }
}

fn csv(text: &str) -> Result<Pairs, String> {
    let first = text.lines().next().unwrap_or_default();
    let count = |c: char| first.matches(c).count();
    let delimiter = [';', ',', '\t'].into_iter().max_by_key(|&c| count(c)).unwrap_or(';');
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter as u8).flexible(true).from_reader(text.as_bytes());
    let names = reader.headers().map_err(|e| format!("keine Tabelle: {e}"))?.clone();
    let mut pairs = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| format!("keine Tabelle: {e}"))?;
        pairs.extend(names.iter().zip(&record).map(|(n, v)| (n.trim().to_owned(), v.trim().to_owned())));
    }
    if pairs.is_empty() { Err("die Tabelle ist leer".into()) } else { Ok(pairs) }
}

fn xml(text: &str) -> Result<Pairs, String> {
    let document = roxmltree::Document::parse(text).map_err(|e| format!("kein XML: {e}"))?;
    let mut pairs = Vec::new();
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        let id = ["id", "name", "key"].iter().find_map(|a| node.attribute(*a));
        let name = id.unwrap_or(node.tag_name().name());
        if let Some(text) = node.text().map(str::trim).filter(|t| !t.is_empty()) {
            pairs.push((name.to_owned(), text.to_owned()));
        }
        for attribute in node.attributes() {
            pairs.push((attribute.name().to_owned(), attribute.value().trim().to_owned()));
        }
    }
    Ok(pairs)
}

/// What a line of an index says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct IndexLine {
    /// Number of the document, which is the name of its scan.
    pub document: String,
    /// Images of it.
    images: u32,
}

/// A line of Kodak Capture: type, version, document number, then counts by type; what follows are fields whose
/// meaning the town chose. Other types and versions are not guessed at.
pub(super) fn index_line(line: &str) -> Result<IndexLine, String> {
    let mut reader =
        csv::ReaderBuilder::new().delimiter(b';').has_headers(false).from_reader(line.as_bytes());
    let values = reader.records().next().and_then(Result::ok).unwrap_or_default();
    let value = |place: usize| values.get(place).map(str::trim).unwrap_or_default();
    let count = |place: usize| {
        let number = value(place);
        number.parse::<u32>().map_err(|_| format!("„{number}“ ist keine Anzahl"))
    };
    let images = match (value(0), value(1)) {
        ("I04t", "01") => count(3)?,
        ("I02r", "01") => {
            let (first, last) = (count(3)?, count(4)?);
            last.checked_sub(first).map_or(0, |more| more.saturating_add(1))
        }
        ("I01q", "01") => count(4)?,
        (other, _) => return Err(format!("„{other}“ ist keine bekannte Satzart")),
    };
    let document = value(2).to_owned();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    match document.len() {
        1..=64 if document.chars().all(plain) => Ok(IndexLine { document, images }),
        _ => Err(format!("„{document}“ ist keine Schriftstücknummer")),
    }
}

/// The images of every document an index speaks of, together; each only once.
fn index(text: &str) -> Result<Pairs, String> {
    let mut seen = std::collections::BTreeSet::new();
    let mut images = 0u32;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let line = index_line(line)?;
        images = images.saturating_add(line.images);
        if let Some(twice) = seen.replace(line.document) {
            return Err(format!("zwei Zeilen über {twice}"));
        }
    }
    if seen.is_empty() {
        Err("der Index ist leer".into())
    } else {
        Ok(vec![("images".into(), images.to_string())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use SidecarFormat::{Csv, Index, Json, Xml};

    #[test]
    fn every_maker_says_the_same_in_another_way() {
        let expected = |text: &str, format| {
            let mut found = parse(text.as_bytes(), format);
            found.sha256.clear();
            assert_eq!(
                found,
                Sidecar {
                    operator: Some("sk-4".into()),
                    received: Some("2026-11-02".into()),
                    images: Some(12),
                    double_feed: true,
                    imprinted: vec!["0001".into(), "0002".into()],
                    ..Sidecar::default()
                },
                "{text}"
            );
        };
        expected(
            r#"{"operator":"sk-4","received":"2026-11-02","images":12,"double_feed":true,"imprinter":["0001","0002"]}"#,
            Json,
        );
        expected(
            r#"{"Document":{"IndexFields":[{"Name":"Benutzer","Value":"sk-4"},{"Name":"Eingangsdatum","Value":"02.11.2026"},
               {"Name":"Bilder","Value":"12"},{"Name":"MultiFeed","Value":"1"},{"Name":"Imprint","Value":"0001"},{"Name":"Imprint","Value":"0002"}]}}"#,
            Json,
        );
        expected(
            "User;Received Date;Image Count;Double Feed;Endorser\r\n\"sk-4\";02.11.2026;12;no;0001\r\nsk-4;02.11.2026;12;yes;0002\r\n",
            Csv,
        );
        expected(
            "<data><index id=\"operator\">sk-4</index><received>2026-11-02</received><page images=\"12\" doubleFeed=\"true\"/>\
             <imprint>0001</imprint><imprint>0002</imprint></data>",
            Xml,
        );
    }

    #[test]
    fn what_cannot_be_understood_is_said() {
        for (text, format) in [
            ("{", Json),
            ("<a>", Xml),
            ("", Csv),
            ("operator;images\nsk-1;viele\n", Csv),
            (r#"{"received":"gestern"}"#, Json),
            ("", Index),
            ("\"I04t\";\"01\";\"0000000017\";\"viele\"\n", Index),
            ("\"I04t\";\"02\";\"0000000017\";\"2\"\n", Index),
            ("\"I04t\";\"01\";\"../17\";\"2\"\n", Index),
            ("\"I04t\";\"01\";\"17\";\"2\"\n\"I04t\";\"01\";\"17\";\"2\"\n", Index),
        ] {
            assert!(parse(text.as_bytes(), format).unreadable.is_some(), "{text}");
        }
        let latin = parse(b"{\"Bediener\":\"J\xfcrgen\"}", Json);
        assert_eq!(latin.operator.as_deref(), Some("Jürgen"));
    }

    #[test]
    fn an_index_counts_the_images_of_each_type_of_line() {
        for (lines, images) in [
            ("\"I04t\";\"01\";\"0000000017\";\"2\";\"Grund \"\"A\"\"; Flur 3\";;\r\n", 2),
            ("\"I02r\";\"01\";\"0000000017\";\"5\";\"8\";\"x\"\n", 4),
            ("\"I01q\";\"01\";\"0000000017\";\"3\";\"6\"", 6),
            ("\"I04t\";\"01\";\"0000000017\";\"2\"\n\"I04t\";\"01\";\"0000000018\";\"3\"\n", 5),
        ] {
            let found = parse(lines.as_bytes(), Index);
            assert_eq!((found.images, found.unreadable), (Some(images), None), "{lines}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_break_it(bytes: Vec<u8>) {
            for format in [Json, Csv, Xml, Index] {
                parse(&bytes, format);
            }
        }
    }
}
