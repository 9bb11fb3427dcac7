//! enaio DMS service: `POST /api/dms/objects` as a form whose content part has a `Content-ID`, search by
//! statement, 422 for what a rule of the object type forbids.

use super::{PASSWORD, USER};
use crate::support::contract::{Asked, Stored, answer, reason};
use axum::response::Response;
use base64::Engine;
use serde_json::{Value, json};

const TYPE: &str = "Eingangspost";
const FIELDS: &[&str] = &["Betreff", "Absender", "ZustellId"];
/// Longest subject the object type takes.
const SUBJECT_MAX: usize = 250;

pub fn table(url: &str, password_file: &str) -> String {
    format!(
        "type = \"enaio\"\nurl = \"{url}\"\nuser = \"{USER}\"\npassword_file = \"{password_file}\"\n\
         object_type = \"{TYPE}\"\nparent = \"system:tray\"\ntimeout_seconds = 10\nfield = [\n\
         {{ name = \"ZustellId\", from = \"delivery_id\", required = true }},\n\
         {{ name = \"Betreff\", from = \"subject\" }}, {{ name = \"Absender\", from = \"sender\" }} ]"
    )
}

pub fn serve(stored: &mut Stored, asked: &Asked) -> Response {
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("{USER}:{PASSWORD}"));
    if asked.header("authorization") != format!("Basic {pair}") {
        return reason(401, "Full authentication is required");
    }
    match (asked.method.as_str(), asked.path.as_str()) {
        ("POST", "/api/dms/objects/search") => search(stored, &asked.json()),
        ("POST", "/api/dms/objects") => match insert(stored, asked) {
            Ok(response) => response,
            Err((status, why)) => reason(status, &why),
        },
        _ => reason(404, "no such endpoint"),
    }
}

fn insert(stored: &mut Stored, asked: &Asked) -> Result<Response, (u16, String)> {
    let bad = |why: &str| (400, why.to_owned());
    let parts = asked.parts().map_err(|why| (400, why))?;
    let data = parts.iter().find(|p| p.name == "data").ok_or_else(|| bad("part data missing"))?;
    if data.headers.get("content-type").map(|t| t.to_lowercase())
        != Some("application/json;charset=utf-8".into())
    {
        return Err(bad("part data is no JSON"));
    }
    let data: Value = serde_json::from_slice(&data.body).map_err(|e| (400, e.to_string()))?;
    let objects = data["objects"].as_array().ok_or_else(|| bad("objects missing"))?;
    let [object] = objects.as_slice() else { return Err(bad("one object wanted")) };
    let properties = object["properties"].as_object().ok_or_else(|| bad("properties missing"))?;
    let text = |name: &str| properties.get(name).and_then(|p| p["value"].as_str());
    if text("system:objectTypeId") != Some(TYPE) {
        return Err(bad("unknown object type"));
    }
    for (name, value) in properties {
        if !name.starts_with("system:") && !FIELDS.contains(&name.as_str()) {
            return Err((400, format!("unknown field {name}")));
        }
        if value.get("value").is_none() {
            return Err((400, format!("field {name} without value")));
        }
    }
    if text("Betreff").is_some_and(|subject| subject.chars().count() > SUBJECT_MAX) {
        return Err((422, "Betreff ist zu lang".into()));
    }
    let stream = &object["contentStreams"][0];
    let cid = stream["cid"].as_str().ok_or_else(|| bad("cid missing"))?;
    let part = parts.iter().find(|p| p.headers.get("content-id").is_some_and(|id| id == cid));
    let part = part.ok_or_else(|| bad("no part with that Content-ID"))?;
    if part.name != cid || part.file_name.is_none() || parts.len() != 2 {
        return Err(bad("content part is not named after its cid"));
    }
    let id = text("ZustellId").unwrap_or_default().to_owned();
    stored.objects.entry(id).or_default().push(part.body.clone());
    let number = stored.objects.values().map(Vec::len).sum::<usize>();
    let made = json!({ "properties": { "system:objectId": { "value": number.to_string() } } });
    Ok(answer(200, json!({ "objects": [made] })))
}

fn search(stored: &Stored, asked: &Value) -> Response {
    let query = &asked["query"];
    if query["statement"] != format!("SELECT system:objectId FROM {TYPE} WHERE ZustellId=@d") {
        return reason(400, "cannot parse the statement");
    }
    let found = query["parameters"]["d"].as_str().and_then(|id| stored.objects.get(id)).map_or(0, Vec::len);
    let object = |n: usize| json!({ "properties": { "system:objectId": { "value": n.to_string() } } });
    let objects: Vec<Value> = (1..=found).map(object).collect();
    answer(200, json!({ "objects": objects, "totalNumItems": found, "hasMoreItems": false }))
}
