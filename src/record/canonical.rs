//! One spelling for every value: the bytes that are hashed, sealed and compared.
//!
//! RFC 8785 (JSON Canonicalization Scheme) for what records consist of: objects, lists, strings, whole
//! numbers, true, false, null. Fractions do not occur; they are written as strings with fixed places, so
//! that no reader has to agree on floating point.

use serde::Serialize;
use serde_json::Value;

/// Canonical bytes of anything that serialises: keys sorted, no blanks, no newline at the end.
pub fn of(value: &impl Serialize) -> Vec<u8> {
    // Records are made of strings, numbers, lists and structs, which always become a value.
    let value = serde_json::to_value(value).unwrap_or_default();
    let mut out = Vec::new();
    write(&value, &mut out);
    out
}

/// The value these bytes spell, if they are its only spelling.
pub fn parse(bytes: &[u8]) -> Option<Value> {
    let value: Value = serde_json::from_slice(bytes).ok()?;
    (of(&value) == bytes).then_some(value)
}

fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend(b"null"),
        Value::Bool(true) => out.extend(b"true"),
        Value::Bool(false) => out.extend(b"false"),
        Value::Number(number) => out.extend(number.to_string().into_bytes()),
        Value::String(text) => string(text, out),
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(item, out);
            }
            out.push(b']');
        }
        Value::Object(map) => {
            // RFC 8785, 3.2.3: sorted by UTF-16 code units.
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
            out.push(b'{');
            for (index, key) in keys.into_iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                string(key, out);
                out.push(b':');
                write(&map[key], out);
            }
            out.push(b'}');
        }
    }
}

/// RFC 8785, 3.2.2.2: the short escapes where there are some, `\u00xx` for other control characters.
fn string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for c in text.chars() {
        match c {
            '"' => out.extend(b"\\\""),
            '\\' => out.extend(b"\\\\"),
            '\u{8}' => out.extend(b"\\b"),
            '\u{c}' => out.extend(b"\\f"),
            '\n' => out.extend(b"\\n"),
            '\r' => out.extend(b"\\r"),
            '\t' => out.extend(b"\\t"),
            c if c < ' ' => out.extend(format!("\\u{:04x}", c as u32).into_bytes()),
            c => out.extend(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The string example of RFC 8785, 3.2.2, and its order of keys, 3.2.3, as far as they concern us.
    #[test]
    fn the_examples_of_the_rfc() {
        let value: Value =
            serde_json::from_str(r#"{"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/"}"#).unwrap();
        assert_eq!(of(&value), "{\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}".as_bytes());
        let value =
            json!({"\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "ö": 7});
        let order: Vec<char> =
            String::from_utf8(of(&value)).unwrap().chars().filter(char::is_ascii_digit).collect();
        // "1" itself stands before its 4.
        assert_eq!(order.iter().collect::<String>(), "21467153");
    }

    #[test]
    fn every_value_has_one_spelling() {
        assert_eq!(parse(b"{\"a\":[1,null,true]}"), Some(json!({"a": [1, null, true]})));
        for other in [
            "{\"a\": 1}",
            "{\"a\":1}\n",
            "{\"b\":1,\"a\":1}",
            "{\"a\":1,\"a\":1}",
            "\"\\u0041\"",
            "1.0e0",
            "",
        ] {
            assert_eq!(parse(other.as_bytes()), None, "{other}");
        }
    }
}
