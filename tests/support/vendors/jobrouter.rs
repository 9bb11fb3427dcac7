//! JobRouter REST v2: a session token in a header of its own, instances as a form (never JSON), 422 for what the
//! process does not take.

use super::{PASSWORD, USER};
use crate::support::contract::{Asked, Stored, answer, reason};
use axum::response::Response;
use serde_json::json;

const TOKEN: &str = "jobrouter-session";
const FIELDS: &[&str] = &["ZUSTELLUNG", "ABSENDER", "DATEI"];

pub fn table(url: &str, password_file: &str) -> String {
    format!(
        "type = \"jobrouter\"\nurl = \"{url}\"\nuser = \"{USER}\"\npassword_file = \"{password_file}\"\n\
         process = \"posteingang\"\nstep = 1\nfile_field = \"DATEI\"\nsummary = \"{{{{ kind }}}} {{{{ document_id }}}}\"\n\
         timeout_seconds = 10\nfield = [\n{{ name = \"ZUSTELLUNG\", from = \"delivery_id\", required = true }},\n\
         {{ name = \"ABSENDER\", from = \"sender\" }} ]"
    )
}

pub fn serve(stored: &mut Stored, asked: &Asked) -> Response {
    match (asked.method.as_str(), asked.path.as_str()) {
        ("POST", "/api/rest/v2/application/tokens") => {
            let login = asked.json();
            if login["username"] != USER || login["password"] != PASSWORD || !login["lifetime"].is_number() {
                return answer(401, json!({ "errors": { "-": ["Authentication failed"] } }));
            }
            answer(201, json!({ "tokens": [TOKEN] }))
        }
        ("POST", "/api/rest/v2/application/incidents/posteingang") => {
            if asked.header("x-jobrouter-authorization") != format!("Bearer {TOKEN}") {
                return answer(401, json!({ "errors": { "-": ["Unauthorized"] } }));
            }
            match start(stored, asked) {
                Ok(response) => response,
                Err(why) => answer(422, json!({ "errors": { "processtable": [why] } })),
            }
        }
        _ => reason(404, "no such route"),
    }
}

fn start(stored: &mut Stored, asked: &Asked) -> Result<Response, String> {
    let parts = asked.parts()?;
    let value = |name: &str| parts.iter().find(|p| p.name == name);
    if value("step").map(|p| p.text()) != Some("1".into()) {
        return Err("step missing".into());
    }
    let (mut id, mut file) = (None, None);
    for n in 0.. {
        let Some(name) = value(&format!("processtable[fields][{n}][name]")) else { break };
        let name = name.text();
        if !FIELDS.contains(&name.as_str()) {
            return Err(format!("unknown field {name}"));
        }
        let content = value(&format!("processtable[fields][{n}][value]")).ok_or("a field without value")?;
        match name.as_str() {
            "ZUSTELLUNG" => id = Some(content.text()),
            "DATEI" if content.file_name.is_some() => file = Some(content.body.clone()),
            "DATEI" => return Err("DATEI is a file".into()),
            _ => {}
        }
    }
    let (id, file) = id.zip(file).ok_or("ZUSTELLUNG and DATEI are mandatory")?;
    let marked = value("summary").is_some_and(|p| p.text().ends_with("(Wiederholung)"));
    let seen = stored.objects.entry(id).or_default();
    if !seen.is_empty() && !marked {
        stored.refusals.push("an unmarked repeat".into());
    }
    seen.push(file);
    let number = stored.objects.values().map(Vec::len).sum::<usize>();
    let incident =
        json!({ "workflowId": format!("{number:032}"), "processId": "p", "incidentnumber": number });
    Ok(answer(201, json!({ "incidents": [incident] })))
}
