//! What a machine can check of BITV 2.0 / WCAG 2.2 AA in templates and style sheet: names for every control and
//! image, headers of tables, language, one main heading, contrast.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

fn templates() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let files = fs::read_dir(folder).unwrap().flatten();
    files
        .filter(|f| f.path().extension().is_some_and(|e| e == "html"))
        .map(|f| (f.file_name().to_string_lossy().into_owned(), fs::read_to_string(f.path()).unwrap()))
        .collect()
}

/// The tags of that name, without brackets.
fn tags<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!("<{name}");
    let begins = |rest: &str| rest.starts_with([' ', '>']);
    text.split(start.as_str()).skip(1).filter(|r| begins(r)).map(|r| r.split('>').next().unwrap()).collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()
}

#[test]
fn every_control_image_and_table_has_its_name() {
    for (file, text) in templates() {
        for control in ["input", "select", "textarea"] {
            for tag in tags(&text, control) {
                if attribute(tag, "type") == Some("hidden") {
                    continue;
                }
                let id =
                    attribute(tag, "id").unwrap_or_else(|| panic!("{file}: <{control}{tag}> without id"));
                assert!(text.contains(&format!("for=\"{id}\"")), "{file}: no label for {id}");
            }
        }
        for tag in tags(&text, "img") {
            assert!(attribute(tag, "alt").is_some_and(|alt| !alt.is_empty()), "{file}: <img{tag}>");
        }
        for tag in tags(&text, "svg") {
            assert!(attribute(tag, "aria-label").is_some(), "{file}: <svg{tag}>");
        }
        for tag in tags(&text, "th") {
            assert!(attribute(tag, "scope").is_some(), "{file}: <th{tag}>");
        }
        for tag in tags(&text, "nav").into_iter().chain(tags(&text, "progress")) {
            assert!(attribute(tag, "aria-label").is_some(), "{file}: {tag}");
        }
        for tag in tags(&text, "html") {
            // The record is for German courts and archives.
            let wanted = if file == "record.html" { "de" } else { "{{ w.code }}" };
            assert_eq!(attribute(tag, "lang"), Some(wanted), "{file}");
        }
        let page = text.contains("{% block main %}") && file != "base.html" || text.contains("<html");
        if page && file != "base.html" {
            assert_eq!(tags(&text, "h1").len(), 1, "{file}: one main heading");
        }
        // The policy forbids both, and so would printing and forced colours.
        assert!(!text.contains(" style=\"") && !text.contains(" onclick="), "{file}: nothing inline");
        for tag in tags(&text, "form") {
            let post = attribute(tag, "method") == Some("post");
            assert!(
                !post || text.contains("name=\"token\"") || file == "sign_on.html",
                "{file}: <form{tag}>"
            );
        }
    }
}

/// Relative luminance of `#rrggbb` or `#rgb` (WCAG 2.2).
fn luminance(colour: &str) -> f64 {
    let hex = colour.trim_start_matches('#');
    let wide: String = if hex.len() == 3 { hex.chars().flat_map(|c| [c, c]).collect() } else { hex.into() };
    let part = |at: usize| {
        let c = f64::from(u8::from_str_radix(&wide[at..at + 2], 16).unwrap()) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
}

#[test]
fn text_stands_out_from_its_ground() {
    let style =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/assets/style.css")).unwrap();
    let colour = |name: &str| -> String {
        let rest = style.split(&format!("--{name}:")).nth(1).unwrap_or_else(|| panic!("no --{name}"));
        rest.split([';', '}']).next().unwrap().trim().to_owned()
    };
    let contrast = |a: &str, b: &str| {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    };
    for (ink, ground) in [
        ("ink", "paper"),
        ("ink", "ground"),
        ("soft", "paper"),
        ("soft", "ground"),
        ("accent", "paper"),
        ("accent", "ground"),
        ("good", "paper"),
        ("warn", "paper"),
        ("warn", "warn-ground"),
        ("bad", "paper"),
        ("bad", "bad-ground"),
        ("paper", "accent"),
        ("paper", "accent-dark"),
    ] {
        let found = contrast(&colour(ink), &colour(ground));
        assert!(found >= 4.5, "{ink} on {ground}: {found:.2}");
    }
    for ground in ["paper", "ground"] {
        let found = contrast(&colour("focus"), &colour(ground));
        assert!(found >= 3.0, "focus on {ground}: {found:.2}");
    }
    assert!(style.contains(":focus-visible{outline:3px"), "focus is visible");
    assert!(!style.contains("url(") && !style.contains("@import"), "nothing from elsewhere");
}
