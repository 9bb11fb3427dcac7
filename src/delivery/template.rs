//! Templates of field values and side-cars. Pure.
//!
//! One language for both: `{{ name }}`, `{% for %}`, `{% if %}`. What is put
//! into a side-car is escaped by its format, so no letter can break a file.

use super::facts::Facts;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Output, State};
use std::collections::BTreeMap;
use std::fmt::Write;

/// How values are written into a side-car.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escape {
    /// As they are: file names, sentences.
    Text,
    /// Markup escaped, characters XML 1.0 forbids dropped.
    Xml,
    /// In double quotes, inner quotes doubled.
    Csv,
    /// As JSON values.
    Json,
    /// For `name = "value"`: no inner quotes, one line.
    Jpl,
}

impl Escape {
    /// By the ending of the file's name.
    pub fn of(name: &str) -> Self {
        match name.rsplit('.').next().unwrap_or_default() {
            "xml" | "dwcontrol" | "html" => Self::Xml,
            "csv" => Self::Csv,
            "json" => Self::Json,
            "jpl" | "upd" => Self::Jpl,
            _ => Self::Text,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Xml => "xml",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Jpl => "jpl",
        }
    }
}

/// The names a template uses, or why it is none.
pub fn names(text: &str) -> Result<Vec<String>, String> {
    let environment = Environment::new();
    let template = environment.template_from_str(text).map_err(|e| format!("Keine gültige Vorlage: {e}."))?;
    let mut names: Vec<String> = template.undeclared_variables(false).into_iter().collect();
    names.sort();
    Ok(names)
}

/// A value of one line from facts; what is not known is left out.
pub fn line(text: &str, facts: &Facts, sure: bool) -> Result<String, String> {
    let known = facts.0.iter().filter(|(_, fact)| fact.sure || !sure);
    let text = fill(text, Escape::Text, context(known.map(|(n, f)| (n.as_str(), f.value.as_str()))))?;
    Ok(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Names to values; `field.x` becomes `x` of the map `field`.
pub fn context<'a>(facts: impl Iterator<Item = (&'a str, &'a str)>) -> BTreeMap<String, Value> {
    let (mut all, mut fields) = (BTreeMap::new(), BTreeMap::new());
    for (name, value) in facts {
        match name.strip_prefix("field.") {
            Some(field) => fields.insert(field.to_owned(), Value::from(value)),
            None => all.insert(name.to_owned(), Value::from(value)),
        };
    }
    all.insert("field".into(), Value::from(Serde(&fields)));
    all
}

/// A template filled in.
pub fn fill(text: &str, escape: Escape, context: BTreeMap<String, Value>) -> Result<String, String> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(move |_| AutoEscape::Custom(escape.word().into()));
    environment.set_formatter(move |out, state, value| write_escaped(out, state, value, escape));
    let filled = environment.render_str(text, Value::from(Serde(&context)));
    filled.map_err(|e| format!("Die Vorlage lässt sich nicht ausfüllen: {e}."))
}

fn write_escaped(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
    escape: Escape,
) -> Result<(), minijinja::Error> {
    if value.is_safe() || escape == Escape::Text {
        return minijinja::escape_formatter(out, state, &Value::from_safe_string(plain(value)));
    }
    let text = plain(value);
    let written = match escape {
        Escape::Text => Ok(()),
        Escape::Xml => text.chars().filter(|c| legal_in_xml(*c)).try_for_each(|c| match c {
            '&' => out.write_str("&amp;"),
            '<' => out.write_str("&lt;"),
            '>' => out.write_str("&gt;"),
            '"' => out.write_str("&quot;"),
            '\'' => out.write_str("&apos;"),
            // A line end inside an attribute would become a blank when read.
            '\n' | '\r' | '\t' => write!(out, "&#{};", u32::from(c)),
            _ => out.write_char(c),
        }),
        Escape::Csv => write!(out, "\"{}\"", text.replace('"', "\"\"")),
        Escape::Json => out.write_str(&serde_json::to_string(value).unwrap_or_else(|_| "null".into())),
        Escape::Jpl => {
            let one_line = text.chars().map(|c| match c {
                '"' => '\'',
                c if c.is_control() => ' ',
                c => c,
            });
            out.write_str(&one_line.collect::<String>())
        }
    };
    written.map_err(|e| minijinja::Error::new(minijinja::ErrorKind::WriteFailure, e.to_string()))
}

fn plain(value: &Value) -> String {
    if value.is_undefined() || value.is_none() { String::new() } else { value.to_string() }
}

/// Char of XML 1.0, 2.2.
fn legal_in_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
