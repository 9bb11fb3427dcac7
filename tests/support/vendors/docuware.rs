//! DocuWare Platform: token by way of the identity service, documents as a form whose first part is the index
//! data with as many sections as files follow, search by dialog expression. What a foreign client needs to find
//! its way (organization, cabinets, dialogs) is there as well.

use super::{PASSWORD, USER};
use crate::support::contract::{Asked, Stored, answer, reason};
use axum::response::Response;
use serde_json::{Value, json};

pub const CABINET: &str = "b7f0e5c0-0000-4a4a-8b8b-1c1c1c1c1c1c";
pub const DIALOG: &str = "d1a10000-0000-4a4a-8b8b-1c1c1c1c1c1c";
const TOKEN: &str = "docuware-token";
/// Name and type of the cabinet's columns.
const COLUMNS: &[(&str, &str)] =
    &[("ZUSTELLUNG", "String"), ("ABSENDER", "String"), ("BETRAG", "Decimal"), ("EINGANG", "Date")];

pub fn table(url: &str, password_file: &str) -> String {
    format!(
        "type = \"docuware\"\nurl = \"{url}/DocuWare/Platform\"\nuser = \"{USER}\"\n\
         password_file = \"{password_file}\"\ncabinet = \"{CABINET}\"\ndialog = \"{DIALOG}\"\ntimeout_seconds = 10\n\
         field = [\n{{ name = \"ZUSTELLUNG\", from = \"delivery_id\", required = true }},\n\
         {{ name = \"ABSENDER\", from = \"sender\" }},\n\
         {{ name = \"BETRAG\", type = \"Decimal\", from = \"gross_amount\" }},\n\
         {{ name = \"EINGANG\", type = \"Date\", from = \"received_date\" }} ]"
    )
}

pub fn serve(stored: &mut Stored, asked: &Asked) -> Response {
    let identity = format!("http://{}/identity", asked.header("host"));
    match asked.path.as_str() {
        "/DocuWare/Platform/Home/IdentityServiceInfo" => {
            return answer(200, json!({ "IdentityServiceUrl": identity, "RefreshTokenSupported": true }));
        }
        "/identity/.well-known/openid-configuration" => {
            let token = format!("{identity}/connect/token");
            return answer(200, json!({ "token_endpoint": token, "authorization_endpoint": identity }));
        }
        "/identity/connect/token" => return token(asked),
        _ => {}
    }
    if asked.header("authorization") != format!("Bearer {TOKEN}") {
        return reason(401, "not signed in");
    }
    let Some(path) = asked.path.strip_prefix("/DocuWare/Platform") else {
        return reason(404, "nothing here");
    };
    let cabinet = format!("/FileCabinets/{CABINET}");
    let at = |path: &str| format!("/DocuWare/Platform{path}");
    let link = |rel: &str, path: &str| json!({ "rel": rel, "href": at(path) });
    let dialog = format!("{cabinet}/Dialogs/{DIALOG}");
    match (asked.method.as_str(), path.strip_prefix(cabinet.as_str()).unwrap_or(path)) {
        // What a client follows to a cabinet and its dialogs.
        ("GET", "" | "/") => {
            answer(200, json!({ "Version": "7.10", "Links": [link("organizations", "/Organizations")] }))
        }
        ("GET", "/Organizations") => {
            let one = json!({ "Name": "Stadt", "Id": "1", "Links": [link("filecabinets", "/FileCabinets")] });
            answer(200, json!({ "Organization": [one] }))
        }
        ("GET", "/FileCabinets") => {
            let links = [
                link("dialogs", &format!("{cabinet}/Dialogs")),
                link("documents", &format!("{cabinet}/Documents")),
            ];
            answer(
                200,
                json!({ "FileCabinet": [{ "Name": "Posteingang", "Id": CABINET, "IsBasket": false, "Links": links }] }),
            )
        }
        ("GET", "/Dialogs") => {
            let one = json!({ "$type": "DialogInfo", "Id": DIALOG, "DisplayName": "Suche", "Type": "Search",
                "IsDefault": true, "Links": [link("self", &dialog)] });
            answer(200, json!({ "Dialog": [one] }))
        }
        ("GET", rest) if rest == format!("/Dialogs/{DIALOG}") => {
            let fields: Vec<Value> =
                COLUMNS.iter().map(|(name, _)| json!({ "DBFieldName": name, "DlgLabel": name })).collect();
            let search =
                link("dialogExpression", &format!("{cabinet}/Query/DialogExpression?dialogId={DIALOG}"));
            answer(200, json!({ "Id": DIALOG, "Fields": fields, "Query": { "Links": [search] } }))
        }
        ("POST", "/Documents") => match store(stored, asked) {
            Ok(response) => response,
            Err(why) => reason(422, &why),
        },
        ("POST", "/Query/DialogExpression") => search(stored, asked),
        _ => reason(404, "nothing here"),
    }
}

fn token(asked: &Asked) -> Response {
    let form = asked.form();
    let has = |name: &str, value: &str| form.get(name).is_some_and(|v| v == value);
    let ours = has("client_id", "docuware.platform.net.client") && has("scope", "docuware.platform");
    if ours && has("grant_type", "password") && has("username", USER) && has("password", PASSWORD) {
        return answer(200, json!({ "access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer" }));
    }
    answer(400, json!({ "error": "invalid_grant" }))
}

fn fits(kind: &str, item: &Value) -> bool {
    match kind {
        "Decimal" | "Int" => item.is_number(),
        _ => item.is_string(),
    }
}

fn store(stored: &mut Stored, asked: &Asked) -> Result<Response, String> {
    let parts = asked.parts()?;
    let (first, files) = parts.split_first().ok_or("empty form")?;
    let kind = first.headers.get("content-type").map_or("", |t| t.as_str());
    if !matches!(kind, "application/json" | "application/vnd.docuware.platform.inputdocument+json") {
        return Err("the first part is no metadata".into());
    }
    let data: Value = serde_json::from_slice(&first.body).map_err(|e| e.to_string())?;
    if data["Sections"].as_array().map_or(0, Vec::len) != files.len() || files.len() != 1 {
        return Err("the number of sections is not that of the files".into());
    }
    if files[0].headers.get("content-type").map_or("", |t| t.as_str()) != "application/pdf" {
        return Err("the type of a part must be that of its file".into());
    }
    let mut id = String::new();
    for field in data["Fields"].as_array().ok_or("no fields")? {
        let name = field["FieldName"].as_str().unwrap_or_default();
        let column =
            COLUMNS.iter().find(|(column, _)| *column == name).ok_or(format!("unknown field {name}"))?;
        if field["ItemElementName"] != column.1 || !fits(column.1, &field["Item"]) {
            return Err(format!("field {name} has another type"));
        }
        if name == "ZUSTELLUNG" {
            id = field["Item"].as_str().unwrap_or_default().to_owned();
        }
    }
    stored.objects.entry(id).or_default().push(files[0].body.clone());
    let number = stored.objects.values().map(Vec::len).sum::<usize>();
    Ok(answer(200, json!({ "Id": number, "Sections": [{ "Id": format!("{number}-1") }] })))
}

fn search(stored: &Stored, asked: &Asked) -> Response {
    if asked.query.get("dialogId").map(String::as_str) != Some(DIALOG) {
        return reason(404, "no such dialog");
    }
    let query = asked.json();
    let condition = &query["Condition"][0];
    if condition["DBName"] != "ZUSTELLUNG" || query["Operation"] != "And" {
        return reason(422, "unknown field");
    }
    let value = condition["Value"][0].as_str().unwrap_or_default().trim_matches('"');
    let found = stored.objects.get(value).map_or(0, Vec::len);
    let items: Vec<Value> = (1..=found).map(|n| json!({ "Id": n, "Fields": [], "Links": [] })).collect();
    answer(200, json!({ "Items": items, "Count": { "Value": found, "HasMore": false } }))
}
