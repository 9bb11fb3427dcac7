//! What editors are told and what the program accepts is the same; every broken configuration gets its complaint at the line that is wrong; every key there is, is looked at and
//! documented.
#![allow(clippy::unwrap_used)]

use poststelle::config::{Complaint, resolve, schema};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

const GOOD: &str = include_str!("configurations/good.toml");
const BROKEN: &str = include_str!("configurations/broken.txt");

fn complaints(text: &str) -> Vec<Complaint> {
    resolve(text, "pipeline.toml", Path::new("/srv")).err().unwrap_or_default()
}

/// The part, and below it the sections of the good configuration that it does not have.
fn completed(part: &str) -> String {
    let has = |header: &str| part.lines().any(|line| line.starts_with(header));
    let missing = GOOD.split("\n\n").filter(|section| {
        let name = section.lines().next().unwrap().trim_matches(['[', ']']);
        // A section that is broken at its head is there, too.
        !has(&format!("[{name}")) && !has(&format!("[[{name}"))
    });
    missing.fold(part.to_owned(), |text, section| format!("{text}\n{section}\n"))
}

#[test]
fn the_good_one_is_accepted() {
    assert_eq!(complaints(GOOD), []);
    assert_eq!(complaints(&completed("workers = 2\n")), []);
}

#[test]
fn every_broken_configuration_is_complained_about_at_the_right_line() {
    let cases: Vec<&str> = BROKEN.split("\n--- ").skip(1).collect();
    for case in &cases {
        let (name, part) = case.split_once('\n').unwrap();
        let found = complaints(&completed(part));
        let all = || found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n");
        let mut expected = 0;
        for (line, text) in part.lines().enumerate() {
            let Some((_, said)) = text.split_once("#! ") else { continue };
            let (code, words) = said.split_once(' ').unwrap_or((said, ""));
            let fits = |c: &&Complaint| c.line == line + 1 && c.code == code && c.to_string().contains(words);
            assert!(found.iter().any(|c| fits(&c)), "{name}: no „{said}“ at line {}\n{}", line + 1, all());
            expected += 1;
        }
        // A broken syntax may break more than its line.
        let more = found.iter().filter(|c| c.code != "config.syntax").count();
        assert!(expected > 0 && (more == expected || more == 0), "{name}: more than expected\n{}", all());
        assert!(found.iter().all(|c| !c.hint.is_empty() && c.place.is_some()), "{name}\n{}", all());
        assert!(found.is_sorted_by_key(|c| c.line), "{name}: not in the order of the file");
    }
    let names: BTreeSet<&str> = cases.iter().map(|case| case.lines().next().unwrap()).collect();
    assert!(names.len() == cases.len() && names.len() >= 60, "{} cases", names.len());
    println!("PROVED broken configurations: {} of {} at the right line", names.len(), cases.len());
}

/// Text that opens a section inside others; `x` lies where a list of sections is meant.
fn opened(path: &[String], inside: &str) -> String {
    path.iter().rev().fold(inside.to_owned(), |inner, key| match key.strip_suffix("[]") {
        Some(key) => format!("{key} = [{{ {inner} }}]"),
        None => format!("{key} = {{ {inner} }}"),
    })
}

/// The keys the program knows there, as it says itself when one is unknown; none if no section can be there.
fn keys(path: &[String]) -> Vec<String> {
    let found = complaints(&opened(path, "zzzzzzzz = 1"));
    let unknown = found.iter().find(|c| c.code == "config.unknown_key" && c.text.contains("zzzzzzzz"));
    let list = unknown.and_then(|c| c.hint.strip_prefix("Bekannt sind: ")?.strip_suffix('.'));
    list.map(|list| list.split(", ").map(str::to_owned).collect()).unwrap_or_default()
}

/// All keys of all sections: the path to each.
fn all_keys(path: &[String], found: &mut Vec<Vec<String>>) {
    for key in keys(path) {
        let here = |key: String| [path, &[key]].concat();
        found.push(here(key.clone()));
        for section in [here(key.clone()), here(format!("{key}[]"))] {
            all_keys(&section, found);
        }
    }
}

#[test]
fn every_key_is_looked_at_and_documented() {
    let mut found = Vec::new();
    all_keys(&[], &mut found);
    assert!(found.len() > 150, "{} keys", found.len());
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut manual = String::new();
    for folder in [root.to_owned(), root.join("docs"), root.join("classifiers")] {
        for file in fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()) {
            if file.ends_with("pipeline.toml") || file.extension().is_some_and(|e| e == "md") {
                manual += &fs::read_to_string(file).unwrap();
            }
        }
    }
    let words: BTreeSet<&str> = manual.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let mut undocumented = BTreeSet::new();
    for path in &found {
        let (key, sections) = path.split_last().unwrap();
        if !words.contains(key.as_str()) {
            undocumented.insert(path.join("."));
        }
        // A value that no key takes.
        let text = format!("# one line above\n{}", opened(sections, &format!("{key} = [[0]]")));
        let wrong = complaints(&text);
        assert!(
            wrong.iter().any(|c| c.code == "config.type" && c.line == 2),
            "{}: {wrong:?}",
            path.join(".")
        );
    }
    assert!(undocumented.is_empty(), "in no manual: {undocumented:#?}");
    println!("PROVED keys: {} of {} looked at and documented", found.len(), found.len());
}

static SCHEMA: LazyLock<Value> = LazyLock::new(schema);

/// What a schema has against a value, as far as this one says anything: the path to it.
fn against(schema: &Value, value: &Value, path: &str, found: &mut Vec<String>) {
    let kind = match value {
        Value::Object(_) => "object",
        Value::Array(_) => "array",
        Value::String(_) => "string",
        Value::Bool(_) => "boolean",
        Value::Number(n) if n.is_f64() => "number",
        _ => "integer",
    };
    let typed = |wanted: &str| wanted == kind || (wanted, kind) == ("number", "integer");
    let within = |key: &str, fits: fn(f64, f64) -> bool| {
        schema[key].as_f64().zip(value.as_f64()).is_none_or(|(limit, n)| fits(n, limit))
    };
    let listed = schema["enum"].as_array().is_none_or(|all| all.contains(value));
    if !schema["type"].as_str().is_none_or(typed)
        || !listed
        || !within("minimum", |n, l| n >= l)
        || !within("maximum", |n, l| n <= l)
    {
        found.push(path.to_owned());
        return;
    }
    let missing = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|key| value.get(key.as_str().unwrap()).is_none());
    found.extend(missing.map(|key| format!("{path}.{}", key.as_str().unwrap())));
    for (key, inner) in value.as_object().into_iter().flatten() {
        let path = format!("{path}.{key}");
        match (schema["properties"].get(key), &schema["additionalProperties"]) {
            (Some(property), _) => against(property, inner, &path, found),
            (None, more) if more.is_object() => against(more, inner, &path, found),
            _ => found.push(path),
        }
    }
    value.as_array().into_iter().flatten().for_each(|item| against(&schema["items"], item, path, found));
}

fn schema_says(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let table: Option<toml::Table> = text.parse().ok();
    let Some(table) = table else { return vec!["no TOML".into()] };
    against(&SCHEMA, &serde_json::to_value(table).unwrap(), "", &mut found);
    found
}

#[test]
fn editors_are_told_what_the_program_accepts() {
    assert_eq!(schema_says(include_str!("../pipeline.toml")), Vec::<String>::new());
    assert_eq!(schema_says(GOOD), Vec::<String>::new());
    // What is wrong with keys and kinds of values is wrong there too; what contradicts itself is not its business.
    let kinds = ["config.unknown_key", "config.type", "config.syntax"];
    for case in BROKEN.split("\n--- ").skip(1) {
        let text = completed(case.split_once('\n').unwrap().1);
        let wrong = complaints(&text).iter().any(|c| kinds.contains(&c.code.as_str()));
        assert!(!wrong || !schema_says(&text).is_empty(), "accepted: {case}");
    }
    assert_eq!(schema_says("[town]\nid = \"a\"\nname = \"A\""), [".town.central"]);
    // It knows every key that the program knows, and no other.
    let mut known = Vec::new();
    all_keys(&[], &mut known);
    let known: BTreeSet<String> = known.iter().map(|path| path.join(".").replace("[]", "")).collect();
    let mut told = BTreeSet::new();
    keys_told(&SCHEMA, "", &mut told);
    assert_eq!(told, known);
    assert_eq!(
        SCHEMA["properties"]["profile"]["items"]["properties"]["scan_mode"],
        json!({ "enum": ["copying", "replacing"] })
    );
}

fn keys_told(schema: &Value, path: &str, told: &mut BTreeSet<String>) {
    let section = schema.get("items").unwrap_or(schema);
    for (key, property) in section["properties"].as_object().into_iter().flatten() {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        keys_told(property, &path, told);
        told.insert(path);
    }
}
