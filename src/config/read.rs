//! The text of a configuration -> [`File`]; every misspelt key and wrong value at once. Pure.
//!
//! serde stops at the first mistake. What it complains about is taken out of the table, and it is asked again.

use super::file::File;
use super::resolve::{Check, near_or_all};
use serde::Deserialize;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

/// The file, if nothing is wrong with its keys and the kinds of its values.
pub(super) fn read(check: &mut Check<'_>) -> Option<File> {
    let (mut table, errors) = DeTable::parse_recoverable(check.text);
    for error in &errors {
        let text = format!("So kann die Datei nicht gelesen werden: {}.", error.message());
        let hint = "Text in Anführungszeichen, Listen in eckigen Klammern, jeder Schlüssel und Abschnitt nur einmal.";
        check.complain(error.span().unwrap_or_default(), "config.syntax", text, hint);
    }
    if !errors.is_empty() {
        return None;
    }
    let mut sound = true;
    // What is missing only because it was misspelt or of the wrong kind is not complained about again.
    let mut said = Vec::new();
    loop {
        let error = match File::deserialize(Deserializer::from(table.clone())) {
            Ok(file) => return sound.then_some(file),
            Err(error) => error,
        };
        sound = false;
        let span = error.span().unwrap_or_default();
        let key = taken_out(table.get_mut(), &span);
        complain(check, span, error.message(), key.as_deref().unwrap_or("…"), &mut said);
        said.push(key?);
    }
}

/// What serde says in English, at its place and with what to do.
fn complain(check: &mut Check<'_>, span: Range<usize>, message: &str, key: &str, said: &mut Vec<String>) {
    let mut names = message.split('`').skip(1).step_by(2);
    let name = names.next().unwrap_or_default();
    let others: Vec<&str> = names.collect();
    if message.starts_with("missing field") {
        if !said.iter().any(|key| key == name) {
            let hint = format!("{name} ergänzen; Beispiele stehen in pipeline.toml.");
            check.complain(span, "config.missing_key", format!("Hier fehlt „{name}“."), hint);
        }
    } else if message.starts_with("unknown field") && !name.starts_with('$') {
        let (hint, near) = near_or_all(name, &others);
        said.extend(near.map(str::to_owned));
        check.complain(
            span,
            "config.unknown_key",
            format!("Den Schlüssel „{name}“ gibt es hier nicht."),
            hint,
        );
    } else if message.starts_with("unknown variant") {
        let (hint, _) = near_or_all(name, &others);
        check.complain(span, "config.word", format!("„{name}“ gibt es hier nicht."), hint);
    } else if message.starts_with("invalid type: map") && check.text[span.start..].starts_with('[') {
        let once = check.text[span.start..].starts_with("[[");
        let (how_often, header) =
            if once { ("nur einmal", format!("[{key}]")) } else { ("mehrmals", format!("[[{key}]]")) };
        let hint = format!("{header} schreiben.");
        check.complain(span, "config.type", format!("Diesen Abschnitt gibt es {how_often}."), hint);
    } else {
        let expected = message.rsplit_once("expected ").or_else(|| message.rsplit_once("wanted "));
        let (what, example) = wanted(expected.map_or(message, |(_, what)| what));
        let hint = format!("Zum Beispiel {key} = {example}");
        check.complain(span, "config.type", format!("Hier gehört {what} hin."), hint);
    }
}

/// What serde expects, in words, with an example.
fn wanted(expected: &str) -> (&'static str, &'static str) {
    match expected {
        _ if expected.contains("string") => ("Text in Anführungszeichen", "\"…\""),
        _ if expected.contains("sequence") => ("eine Liste in eckigen Klammern", "[\"…\"]"),
        _ if expected.contains("boolean") => ("true oder false", "true"),
        "f32" | "f64" => ("eine Zahl", "0.5"),
        "u16" => ("eine ganze Zahl von 0 bis 65535", "8420"),
        "i32" => ("eine ganze Zahl", "10"),
        _ if expected.starts_with("a nonzero") => ("eine ganze Zahl ab 1", "10"),
        _ if expected.starts_with('u') => ("eine ganze Zahl ab 0", "10"),
        _ => ("ein Abschnitt mit Schlüsseln", "{ … }"),
    }
}

/// Takes the innermost entry out whose key or value stands there; its key, unless nothing does.
fn taken_out(table: &mut DeTable<'_>, span: &Range<usize>) -> Option<String> {
    for (key, value) in table.iter_mut() {
        let inner = match value.get_mut() {
            DeValue::Table(inner) => taken_out(inner, span),
            DeValue::Array(list) => {
                let deeper = list.iter_mut().find_map(|item| match item.get_mut() {
                    DeValue::Table(inner) => taken_out(inner, span),
                    _ => None,
                });
                deeper.or_else(|| {
                    // Of the last one nothing would be left but an empty list: it goes with its key, below.
                    let several = list.len() > 1 && list.iter().any(|item| item.span() == *span);
                    several.then(|| {
                        *list = list.iter().filter(|item| item.span() != *span).cloned().collect();
                        key.get_ref().to_string()
                    })
                })
            }
            _ => None,
        };
        if inner.is_some() {
            return inner;
        }
    }
    let only = |value: &DeValue<'_>| matches!(value, DeValue::Array(list) if list.iter().any(|item| item.span() == *span));
    let here = |(key, value): &(&Spanned<_>, &Spanned<_>)| {
        key.span() == *span || value.span() == *span || only(value.get_ref())
    };
    let (key, _) = table.iter().find(here)?;
    let key = key.get_ref().to_string();
    table.remove(key.as_str());
    Some(key)
}
