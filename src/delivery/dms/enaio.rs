//! enaio (and yuuvis) through the DMS service: `POST /api/dms/objects`.
//!
//! Index data and content go up in one form, the content under the name that
//! its `Content-ID` says. Asked for by a search for the field with the delivery
//! id. Where the service names a digest of what it stored, it is compared.

use super::{Answer, Letter, System, complaint, json, lost, refused};
use crate::delivery::http::multipart::Form;
use crate::delivery::http::{Client, segment};
use crate::fault;
use crate::model::delivery::{AttemptResult, Guarantee, PlannedPiece};
use crate::model::hash::ContentHash;
use crate::model::refusal::Refusal;
use crate::model::town::{EnaioSettings, HttpAccess};
use serde_json::{Map, Value, json};

/// Name of the content in the form.
const CONTENT: &str = "cid_doc";

/// One object type in one place.
pub struct Enaio {
    client: Client,
    settings: EnaioSettings,
    key: String,
}

impl Enaio {
    pub fn new(access: &HttpAccess, settings: &EnaioSettings, key: &str) -> Self {
        Self { client: Client::new(access).only_at_home(), settings: settings.clone(), key: key.into() }
    }

    fn objects(&self) -> String {
        format!("{}/api/dms/objects", self.client.base())
    }

    fn search(&self, delivery: &str) -> Answer<Value> {
        let query = json!({ "query": {
            "statement": format!("SELECT system:objectId FROM {} WHERE {}=@d", self.settings.object_type, self.key),
            "parameters": { "d": delivery }, "skipCount": 0, "handleDeletedDocuments": "DELETED_DOCUMENTS_EXCLUDE",
        }});
        let headers = [("content-type", "application/json"), ("accept", "application/json")];
        let url = format!("{}/search", self.objects());
        let reply = self.client.call("POST", &url, &headers, query.to_string().as_bytes()).map_err(lost)?;
        json(&reply, &[200], words)
    }

    /// Index data; several values of one field are sent as a list.
    fn data(&self, letter: &Letter<'_>) -> Value {
        let mut properties = Map::new();
        properties.insert("system:objectTypeId".into(), json!({ "value": self.settings.object_type }));
        if let Some(parent) = &self.settings.parent {
            properties.insert("system:parentId".into(), json!({ "value": parent }));
        }
        for field in &letter.fields {
            let value = match field.values.as_slice() {
                [one] => json!(one),
                list => json!(list),
            };
            properties.insert(field.name.clone(), json!({ "value": value }));
        }
        let content = json!({ "mimeType": "application/pdf", "fileName": letter.file_name, "cid": CONTENT });
        json!({ "objects": [{ "properties": properties, "contentStreams": [content] }] })
    }
}

/// The server's own words.
fn words(answer: &Value) -> Option<&str> {
    answer["message"].as_str().or(answer["serviceErrorMessage"].as_str())
}

fn id(object: &Value) -> Option<String> {
    match &object["properties"]["system:objectId"]["value"] {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

impl System for Enaio {
    fn guarantee(&self) -> Guarantee {
        Guarantee::OnceIfIndexed
    }

    fn plan(&self, letter: &Letter<'_>) -> Vec<PlannedPiece> {
        let text = serde_json::to_string_pretty(&self.data(letter)).unwrap_or_default();
        vec![
            PlannedPiece { name: "POST /api/dms/objects: data".into(), content: text },
            PlannedPiece { name: format!("POST /api/dms/objects: {CONTENT}"), content: letter.content() },
        ]
    }

    fn find(&self, letter: &Letter<'_>) -> Answer<Option<String>> {
        let found = self.search(letter.delivery())?;
        let Some(objects) = found["objects"].as_array() else {
            return Err(AttemptResult::unknown(
                "enaio.no_objects",
                "Die Suche des Zielsystems antwortet unklar.",
            ));
        };
        Ok(objects.iter().find_map(id).map(|id| format!("enaio {id}")))
    }

    fn create(&self, letter: &Letter<'_>) -> Answer<String> {
        let data = self.data(letter).to_string();
        let form = Form::new(letter.delivery()).typed("data", "application/json;charset=UTF-8", &data).file(
            CONTENT,
            &letter.file_name,
            "application/pdf",
            Some(CONTENT),
            &letter.parcel.product,
        );
        let kind = form.content_type();
        let body = form.close();
        fault::point("object.step");
        let headers = [("content-type", kind.as_str()), ("accept", "application/json")];
        let reply = self.client.call_parts("POST", &self.objects(), &headers, &body.parts()).map_err(lost)?;
        let made = json(&reply, &[200, 201], words)?;
        let object = &made["objects"][0];
        let Some(id) = id(object) else { return Err(refused(&reply, None)) };
        let own = ContentHash::of(&letter.parcel.product).hex();
        match object["contentStreams"][0]["digest"].as_str() {
            Some(digest) if digest.eq_ignore_ascii_case(&own) => {
                Ok(format!("enaio {id}, Prüfsumme des Zielsystems stimmt"))
            }
            Some(_) => {
                let text = format!(
                    "Das Zielsystem hat anderes gespeichert, als gesendet wurde ({id}). Bitte dort prüfen."
                );
                Err(AttemptResult::never("enaio.other_content", text))
            }
            None => Ok(format!("enaio {id}")),
        }
    }

    fn remove(&self, _letter: &Letter<'_>, id: &str) -> Answer<bool> {
        let id = id.strip_prefix("enaio ").unwrap_or(id);
        let url = format!("{}/{}", self.objects(), segment(id));
        let reply = self.client.call("DELETE", &url, &[], &[]).map_err(lost)?;
        match reply.status {
            200 | 204 | 404 => Ok(true),
            403 | 405 => Ok(false),
            _ => Err(refused(&reply, None)),
        }
    }

    fn check(&self) -> Vec<Refusal> {
        let wrong = self.client.check();
        if !wrong.is_empty() {
            return wrong;
        }
        self.search("poststelle-check").err().map(complaint).into_iter().collect()
    }
}
