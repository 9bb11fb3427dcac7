//! SharePoint through Microsoft Graph: a file in a document library, with the library's columns.
//!
//! The key is the file's name, made of the delivery id; a second upload of the
//! name is refused. The columns are set last, among them the one with the
//! delivery id: a file without it was not finished, and the next attempt
//! finishes it.

use super::{Answer, Letter, System, complaint, json, lost, quickxor, refused};
use crate::delivery::http::{Client, Reply, segment};
use crate::fault;
use crate::model::delivery::{AttemptResult, Guarantee, PlannedPiece};
use crate::model::refusal::Refusal;
use crate::model::town::{HttpAccess, SharepointSettings};
use serde_json::{Map, Value, json};

/// Pieces of an upload are multiples of 320 KiB.
const SLICE_BYTES: usize = 32 * 320 * 1024;

/// One library.
pub struct Sharepoint {
    client: Client,
    settings: SharepointSettings,
    key: String,
}

impl Sharepoint {
    pub fn new(access: &HttpAccess, settings: &SharepointSettings, key: &str) -> Self {
        Self { client: Client::new(access).only_at_home(), settings: settings.clone(), key: key.into() }
    }

    fn drive(&self) -> String {
        format!("{}/drives/{}", self.client.base(), segment(&self.settings.drive))
    }

    /// The file by its path, for questions and new uploads.
    fn item(&self, letter: &Letter<'_>) -> Answer<String> {
        let folder = letter.line(&self.settings.folder)?;
        let names = folder
            .split('/')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .chain([letter.file_name.as_str()]);
        let path: Vec<String> = names.map(segment).collect();
        Ok(format!("{}/root:/{}", self.drive(), path.join("/")))
    }

    fn call(&self, method: &str, url: &str, body: &Value) -> Answer<Reply> {
        let headers = [("content-type", "application/json"), ("accept", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.client.call(method, url, &headers, body.as_bytes()).map_err(lost)
    }

    /// The columns; several values of one column are a collection, which Graph wants to be told.
    fn columns(&self, letter: &Letter<'_>) -> Value {
        let mut all = Map::new();
        for field in &letter.fields {
            match field.values.as_slice() {
                [one] if field.kind == "Number" => {
                    let number = one.parse::<serde_json::Number>().map_or(json!(one), Value::Number);
                    all.insert(field.name.clone(), number);
                }
                [one] => {
                    all.insert(field.name.clone(), json!(one));
                }
                list => {
                    all.insert(format!("{}@odata.type", field.name), json!("Collection(Edm.String)"));
                    all.insert(field.name.clone(), json!(list));
                }
            }
        }
        Value::Object(all)
    }

    /// The file under that path, if it is there; another content is refused.
    fn file(&self, letter: &Letter<'_>) -> Answer<Option<Value>> {
        let url = format!("{}?$expand=listItem($expand=fields)", self.item(letter)?);
        let reply = self.call("GET", &url, &Value::Null)?;
        if reply.status == 404 {
            return Ok(None);
        }
        let item = json(&reply, &[200], words)?;
        let Some(id) = item["id"].as_str() else { return Err(refused(&reply, None)) };
        let bytes = &letter.parcel.product;
        let hash = item["file"]["hashes"]["quickXorHash"].as_str();
        let other_hash = hash.is_some_and(|hash| hash != quickxor::hash(bytes));
        if other_hash || item["size"].as_u64() != Some(bytes.len() as u64) {
            let text = format!("Unter „{}“ liegt in SharePoint eine andere Datei ({id}).", letter.file_name);
            return Err(AttemptResult::never("sharepoint.other_content", text));
        }
        Ok(Some(item))
    }

    /// Uploads the bytes in one session; a name that is taken is left to the next look.
    fn upload(&self, letter: &Letter<'_>) -> Answer<()> {
        let url = format!("{}:/createUploadSession", self.item(letter)?);
        let order = json!({ "item": { "@microsoft.graph.conflictBehavior": "fail" } });
        let reply = self.call("POST", &url, &order).map_err(super::undoubted)?;
        if reply.status == 409 {
            return Ok(());
        }
        let session = json(&reply, &[200], words)?;
        let Some(url) = session["uploadUrl"].as_str() else { return Err(refused(&reply, None)) };
        let bytes = &letter.parcel.product;
        for (n, slice) in bytes.chunks(SLICE_BYTES).enumerate() {
            fault::point("object.step");
            let begin = n * SLICE_BYTES;
            let range = format!("bytes {begin}-{}/{}", begin + slice.len() - 1, bytes.len());
            // The address is the permission: no login may go along.
            let reply =
                self.client.call_bare("PUT", url, &[("content-range", range)], slice).map_err(lost)?;
            let last = begin + slice.len() == bytes.len();
            match reply.status {
                202 if !last => {}
                200 | 201 if last => {}
                409 => return Ok(()),
                _ => return Err(refused(&reply, None)),
            }
        }
        Ok(())
    }
}

/// The server's own words.
fn words(answer: &Value) -> Option<&str> {
    answer["error"]["message"].as_str()
}

/// What Graph says of the file, for the receipt.
fn shown(item: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let hash = text(&item["file"]["hashes"]["quickXorHash"]);
    let hash = if hash.is_empty() { hash } else { format!(" quickXorHash {hash}") };
    format!("SharePoint {}{hash}", text(&item["id"]))
}

impl System for Sharepoint {
    fn guarantee(&self) -> Guarantee {
        Guarantee::Once
    }

    fn plan(&self, letter: &Letter<'_>) -> Vec<PlannedPiece> {
        let folder = letter.line(&self.settings.folder).unwrap_or_default();
        let text = serde_json::to_string_pretty(&self.columns(letter)).unwrap_or_default();
        vec![
            PlannedPiece { name: format!("{folder}/{}", letter.file_name), content: letter.content() },
            PlannedPiece { name: "PATCH listItem/fields".into(), content: text },
        ]
    }

    fn find(&self, letter: &Letter<'_>) -> Answer<Option<String>> {
        let item = self.file(letter)?;
        let finished =
            |item: &Value| item["listItem"]["fields"][&self.key].as_str() == Some(letter.delivery());
        Ok(item.filter(finished).as_ref().map(shown))
    }

    fn create(&self, letter: &Letter<'_>) -> Answer<String> {
        let item = match self.file(letter).map_err(super::undoubted)? {
            Some(item) => item,
            None => {
                self.upload(letter)?;
                let item = self.file(letter)?;
                item.ok_or_else(|| {
                    let text = "Die Datei ist hochgeladen, aber noch nicht zu sehen.";
                    AttemptResult::unknown("sharepoint.not_seen", text)
                })?
            }
        };
        fault::point("object.step");
        let id = item["id"].as_str().unwrap_or_default();
        let url = format!("{}/items/{}/listItem/fields", self.drive(), segment(id));
        let reply = self.call("PATCH", &url, &self.columns(letter))?;
        json(&reply, &[200], words)?;
        Ok(shown(&item))
    }

    fn remove(&self, letter: &Letter<'_>, _id: &str) -> Answer<bool> {
        let reply = self.call("DELETE", &self.item(letter)?, &Value::Null)?;
        if matches!(reply.status, 204 | 404) { Ok(true) } else { Err(refused(&reply, None)) }
    }

    fn check(&self) -> Vec<Refusal> {
        let wrong = self.client.check();
        if !wrong.is_empty() {
            return wrong;
        }
        let asked = self.call("GET", &format!("{}/root", self.drive()), &Value::Null);
        let wrong = asked.and_then(|reply| json(&reply, &[200], words)).err();
        wrong.map(complaint).into_iter().collect()
    }
}
