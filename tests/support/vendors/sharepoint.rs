//! Microsoft Graph as far as a document library needs it: token by client credentials, upload session with
//! slices of 320 KiB and no login on its address, 409 for a name that is taken, columns of the list item.

use super::SECRET;
use crate::support::contract::{Asked, Stored, answer, reason};
use axum::response::Response;
use serde_json::{Value, json};

const CLIENT: &str = "6731de76-14a6-49ae-97bc-6eba6914391e";
const DRIVE: &str = "b!drive";
const TOKEN: &str = "graph-token";
const COLUMNS: &[&str] = &["Zustellung", "Absender", "Betrag"];

pub fn table(url: &str, secret_file: &str) -> String {
    format!(
        "type = \"sharepoint\"\nurl = \"{url}/v1.0\"\ntoken_url = \"{url}/tenant/oauth2/v2.0/token\"\n\
         client_id = \"{CLIENT}\"\nsecret_file = \"{secret_file}\"\ndrive = \"{DRIVE}\"\n\
         folder = \"Posteingang/{{{{ received_date }}}}\"\ntimeout_seconds = 10\nfield = [\n\
         {{ name = \"Zustellung\", from = \"delivery_id\", required = true }},\n\
         {{ name = \"Absender\", from = \"sender\" }},\n\
         {{ name = \"Betrag\", type = \"Number\", from = \"gross_amount\" }} ]"
    )
}

pub fn serve(stored: &mut Stored, asked: &Asked) -> Response {
    if asked.path == "/tenant/oauth2/v2.0/token" {
        let form = asked.form();
        let has = |name: &str, value: &str| form.get(name).is_some_and(|v| v == value);
        let known = has("client_id", CLIENT) && has("client_secret", SECRET);
        if known
            && has("grant_type", "client_credentials")
            && has("scope", "https://graph.microsoft.com/.default")
        {
            return answer(200, json!({ "access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer" }));
        }
        return answer(401, json!({ "error": "invalid_client" }));
    }
    if let Some(session) = asked.path.strip_prefix("/upload/") {
        return slice(stored, asked, session);
    }
    if asked.header("authorization") != format!("Bearer {TOKEN}") {
        return reason(401, "Access token is missing");
    }
    let path = percent_encoding::percent_decode_str(&asked.path).decode_utf8_lossy().into_owned();
    let Some(path) = path.strip_prefix(&format!("/v1.0/drives/{DRIVE}/")) else {
        return reason(404, "no such drive");
    };
    if let Some(id) = path.strip_prefix("items/").and_then(|rest| rest.strip_suffix("/listItem/fields")) {
        return columns(stored, asked, id);
    }
    if path == "root" {
        return answer(200, json!({ "id": "01ROOT", "folder": {} }));
    }
    let Some(path) = path.strip_prefix("root:/") else { return reason(404, "no such item") };
    match (asked.method.as_str(), path.strip_suffix(":/createUploadSession")) {
        ("POST", Some(name)) => {
            if asked.json()["item"]["@microsoft.graph.conflictBehavior"] != "fail" {
                return reason(400, "replacing is not what is wanted here");
            }
            if stored.notes.contains_key(&format!("item {name}")) {
                return answer(409, json!({ "error": { "code": "nameAlreadyExists", "message": "taken" } }));
            }
            let number = stored.loose.len();
            stored.loose.insert(number.to_string(), Vec::new());
            stored.notes.insert(format!("session {number}"), json!(name));
            let url = format!("http://{}/upload/{number}", asked.header("host"));
            answer(200, json!({ "uploadUrl": url, "expirationDateTime": "2027-01-01T00:00:00Z" }))
        }
        ("GET", None) => match stored.notes.get(&format!("item {path}")) {
            Some(item) => answer(200, item.clone()),
            None => answer(404, json!({ "error": { "code": "itemNotFound", "message": "not found" } })),
        },
        _ => reason(400, "unknown request"),
    }
}

/// `bytes a-b/total` -> a, b, total.
fn range(text: &str) -> Option<[usize; 3]> {
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (begin, end) = range.split_once('-')?;
    Some([begin.parse().ok()?, end.parse().ok()?, total.parse().ok()?])
}

fn slice(stored: &mut Stored, asked: &Asked, session: &str) -> Response {
    if !asked.header("authorization").is_empty() {
        return reason(401, "no login on an upload address");
    }
    let Some([begin, end, total]) = range(asked.header("content-range")) else {
        return reason(400, "no range");
    };
    let last = end + 1 == total;
    if end + 1 - begin != asked.body.len() || (!last && !asked.body.len().is_multiple_of(320 * 1024)) {
        return reason(400, "slices are multiples of 320 KiB");
    }
    let Some(Value::String(name)) = stored.notes.get(&format!("session {session}")).cloned() else {
        return reason(404, "session ended");
    };
    let bytes = stored.loose.entry(session.to_owned()).or_default();
    if bytes.len() != begin {
        return reason(416, "not the next range");
    }
    bytes.extend(&asked.body);
    if !last {
        return answer(202, json!({ "nextExpectedRanges": [format!("{}-", end + 1)] }));
    }
    let bytes = bytes.clone();
    stored.notes.remove(&format!("session {session}"));
    if stored.notes.contains_key(&format!("item {name}")) {
        return answer(409, json!({ "error": { "code": "nameAlreadyExists", "message": "taken" } }));
    }
    let id = format!("01ITEM{session}");
    let hashes = json!({ "quickXorHash": quick_xor(&bytes) });
    let item = json!({ "id": id, "name": name, "size": bytes.len(), "eTag": "\"1\"", "file": { "hashes": hashes },
        "listItem": { "fields": {} } });
    stored.notes.insert(format!("item {name}"), item.clone());
    // Until its columns are set nobody in the library finds it: counted under its name.
    stored.loose.insert(format!("content {id}"), bytes);
    answer(201, item)
}

fn columns(stored: &mut Stored, asked: &Asked, id: &str) -> Response {
    let fields = asked.json();
    let Some(map) = fields.as_object() else { return reason(400, "no columns") };
    if let Some(name) = map.keys().find(|name| !COLUMNS.contains(&name.as_str())) {
        return reason(400, &format!("Field '{name}' is not recognized"));
    }
    if !fields["Betrag"].is_number() {
        return reason(400, "Betrag is a number");
    }
    let Some(item) = stored.notes.values_mut().find(|item| item["id"] == *id) else {
        return reason(404, "no such item");
    };
    item["listItem"]["fields"] = fields.clone();
    let bytes = stored.loose.get(&format!("content {id}")).cloned().unwrap_or_default();
    let delivery = fields["Zustellung"].as_str().unwrap_or_default().to_owned();
    // Setting columns again makes no second file: counted by file.
    stored.notes.insert(format!("file of {delivery} {id}"), json!(true));
    let files = stored.notes.keys().filter(|key| key.starts_with(&format!("file of {delivery} "))).count();
    stored.objects.insert(delivery, vec![bytes; files]);
    answer(200, fields)
}

/// The vendor's reference algorithm, bit by bit.
fn quick_xor(bytes: &[u8]) -> String {
    use base64::Engine;
    let mut bits = [false; 160];
    for (n, byte) in bytes.iter().enumerate() {
        for bit in 0..8 {
            bits[(n * 11 + bit) % 160] ^= byte >> bit & 1 == 1;
        }
    }
    for bit in 0..64 {
        bits[96 + bit] ^= bytes.len() as u64 >> bit & 1 == 1;
    }
    let byte = |chunk: &[bool]| chunk.iter().enumerate().map(|(n, on)| u8::from(*on) << n).sum::<u8>();
    base64::engine::general_purpose::STANDARD.encode(bits.chunks(8).map(byte).collect::<Vec<u8>>())
}
