//! d.velop documents: `/dms` as HAL, blob and object in two steps, `Origin` on every writing request, a session
//! that has to be fetched with the API key and that ends.

use super::API_KEY;
use crate::support::contract::{Asked, Stored, answer, created, reason};
use axum::response::Response;
use serde_json::{Value, json};

/// The repository, its category and the properties that category knows.
pub const REPOSITORY: &str = "4dd60800-72df-41e5-9e32-4dd1a8d6ca51";
pub const CATEGORY: &str = "DPOST";
const PROPERTIES: &[&str] = &["4711", "12", "13"];
/// Requests a session lasts, so that every test sees it end.
const SESSION_LASTS: u64 = 9;

pub fn table(url: &str, key_file: &str) -> String {
    format!(
        "type = \"dvelop\"\nurl = \"{url}\"\ntoken_file = \"{key_file}\"\nrepository = \"{REPOSITORY}\"\n\
         category = \"{CATEGORY}\"\ntimeout_seconds = 10\nfield = [\n\
         {{ name = \"4711\", from = \"delivery_id\", required = true }},\n{{ name = \"12\", from = \"sender\" }},\n\
         {{ name = \"13\", from = \"received_date\", required = true }} ]"
    )
}

pub fn serve(stored: &mut Stored, asked: &Asked) -> Response {
    let login = asked.header("authorization");
    if asked.path == "/identityprovider/login" {
        if login != format!("Bearer {API_KEY}") {
            return reason(401, "unknown API key");
        }
        let number = stored.notes.get("session").and_then(|s| s["number"].as_u64()).unwrap_or(0) + 1;
        stored.notes.insert("session".into(), json!({ "number": number, "left": SESSION_LASTS }));
        return answer(
            200,
            json!({ "AuthSessionId": format!("session-{number}/="), "Expire": "2027-01-01T00:00:00Z" }),
        );
    }
    let session = stored.notes.get("session").cloned().unwrap_or_default();
    let left = session["left"].as_u64().unwrap_or(0);
    if left == 0 || login != format!("Bearer session-{}/=", session["number"]) {
        return reason(401, "session ended");
    }
    stored.notes.insert("session".into(), json!({ "number": session["number"], "left": left - 1 }));
    let writes = !matches!(asked.method.as_str(), "GET" | "HEAD");
    if writes && asked.header("origin") != format!("http://{}", asked.header("host")) {
        return reason(403, "Origin missing or foreign");
    }
    let base = format!("/dms/r/{REPOSITORY}");
    let rest = asked.path.strip_prefix(base.as_str());
    match (asked.method.as_str(), asked.path.as_str(), rest) {
        ("GET", "/dms", _) => {
            let repo = json!({ "href": "/dms/r/{repositoryid}", "templated": true });
            answer(200, json!({ "_links": { "repo": repo, "allrepos": { "href": "/dms/r" } } }))
        }
        ("GET", _, Some("")) => answer(
            200,
            json!({ "_links": {
                "chunkedupload": { "href": format!("{base}/blob/chunk/") },
                "dmsobjectwithmapping": { "href": format!("{base}/o2m/{{dmsobjectid}}{{?sourceid}}"), "templated": true },
                "searchresultwithmapping": { "href": format!("{base}/srm{{?sourceid,sourceproperties,fulltext}}"), "templated": true },
            }}),
        ),
        ("POST", _, Some("/blob/chunk/" | "/blob/chunk")) => {
            if asked.header("content-type") != "application/octet-stream" || asked.body.is_empty() {
                return reason(400, "octet-stream wanted");
            }
            let uri = format!("{base}/blob/chunk/{}", stored.loose.len() + 1);
            stored.loose.insert(uri.clone(), asked.body.clone());
            created(&uri)
        }
        ("POST", _, Some("/o2m/" | "/o2m")) => object(stored, &asked.json(), &base),
        ("GET", _, Some("/srm")) => search(stored, asked, &base),
        _ => reason(404, "no such resource"),
    }
}

fn object(stored: &mut Stored, wanted: &Value, base: &str) -> Response {
    if wanted["sourceId"] != format!("{base}/source") || wanted["sourceCategory"] != CATEGORY {
        return reason(400, "unknown source or category");
    }
    if !wanted["filename"].as_str().is_some_and(|name| name.ends_with(".pdf")) {
        return reason(400, "filename missing");
    }
    let mut id = None;
    for property in wanted["sourceProperties"]["properties"].as_array().into_iter().flatten() {
        let key = property["key"].as_str().unwrap_or_default();
        if !PROPERTIES.contains(&key) {
            return reason(400, "unknown property");
        }
        let Some(values) = property["values"].as_array() else { return reason(400, "values are lists") };
        if values.iter().any(|value| !value.is_string()) {
            return reason(400, "values are strings");
        }
        if key == "4711" {
            id = values[0].as_str().map(str::to_owned);
        }
    }
    let uri = wanted["contentLocationUri"].as_str().unwrap_or_default();
    // A blob is used once; afterwards, and after a while, it is gone.
    let Some(bytes) = stored.loose.remove(uri) else { return reason(404, "no such blob") };
    let id = id.unwrap_or_default();
    stored.objects.entry(id).or_default().push(bytes);
    let number = stored.objects.values().map(Vec::len).sum::<usize>();
    created(&format!("{base}/o2m/P{number:08}?sourceid=%2Fdms%2Fr%2Fsource"))
}

fn search(stored: &Stored, asked: &Asked, base: &str) -> Response {
    if asked.query.get("sourceid") != Some(&format!("{base}/source")) {
        return reason(400, "sourceid missing");
    }
    let wanted: Value =
        match serde_json::from_str(asked.query.get("sourceproperties").map_or("", |t| t.as_str())) {
            Ok(wanted) => wanted,
            Err(_) => return reason(400, "sourceproperties are JSON"),
        };
    let id = wanted["4711"][0].as_str().unwrap_or_default();
    let found = stored.objects.get(id).map_or(0, Vec::len);
    let items: Vec<Value> = (0..found)
        .map(|n| json!({ "id": format!("P{:08}", n + 1), "sourceCategories": [CATEGORY] }))
        .collect();
    answer(200, json!({ "_links": {}, "page": 1, "items": items }))
}
