//! CMIS 1.1, browser binding (OASIS): Alfresco, Nuxeo, Fabasoft, nscale, Doxis and others.
//!
//! The key is the object's name, made of the delivery id, in a folder that
//! follows from the document: asked by path, which no search index delays.

use super::{Answer, Letter, System, complaint, json, lost, refused};
use crate::delivery::http::multipart::Form;
use crate::delivery::http::{Client, Reply, query, segment};
use crate::fault;
use crate::model::delivery::{AttemptResult, Guarantee, PlannedPiece};
use crate::model::hash::ContentHash;
use crate::model::refusal::Refusal;
use crate::model::town::{CmisSettings, HttpAccess};
use serde_json::Value;
use std::sync::OnceLock;

/// What identifies an object and its content.
const FILTER: &str = "cmis:objectId,cmis:contentStreamLength,cmis:contentStreamHash";

/// One repository.
pub struct Cmis {
    client: Client,
    settings: CmisSettings,
    repository: OnceLock<Repository>,
}

/// What the repository says of itself and of the type we create; read once.
struct Repository {
    url: String,
    root: String,
    /// Definitions of the properties, by id.
    properties: Value,
    versionable: bool,
}

impl Cmis {
    pub fn new(access: &HttpAccess, settings: &CmisSettings) -> Self {
        Self {
            client: Client::new(access).only_at_home(),
            settings: settings.clone(),
            repository: OnceLock::new(),
        }
    }

    fn get(&self, url: &str, pairs: &[(&str, &str)]) -> Answer<Reply> {
        let url = format!("{url}?{}", query(pairs));
        self.client.call("GET", &url, &[("accept", "application/json")], &[]).map_err(lost)
    }

    fn type_definition(&self, url: &str, id: &str) -> Answer<Value> {
        let reply = self.get(url, &[("cmisselector", "typeDefinition"), ("typeId", id)])?;
        json(&reply, &[200], words)
    }

    fn repository(&self) -> Answer<&Repository> {
        if let Some(known) = self.repository.get() {
            return Ok(known);
        }
        let reply = self
            .client
            .call("GET", self.client.base(), &[("accept", "application/json")], &[])
            .map_err(lost)?;
        let all = json(&reply, &[200], words)?;
        let wanted = match &self.settings.repository {
            Some(id) => all.get(id),
            None => all.as_object().and_then(|all| all.values().next()),
        };
        let address = |name: &str| wanted.and_then(|r| r[name].as_str()).map(str::to_owned);
        let (Some(url), Some(root)) = (address("repositoryUrl"), address("rootFolderUrl")) else {
            let text = "Der Server nennt dieses Repository nicht.";
            return Err(AttemptResult::later("cmis.no_repository", text));
        };
        let definition = self.type_definition(&url, &self.settings.object_type)?;
        let versionable = definition["versionable"] == true;
        let mut properties = definition["propertyDefinitions"].clone();
        for secondary in &self.settings.secondary {
            let more = self.type_definition(&url, secondary)?;
            if let (Some(all), Some(more)) =
                (properties.as_object_mut(), more["propertyDefinitions"].as_object())
            {
                all.extend(more.clone());
            }
        }
        Ok(self.repository.get_or_init(|| Repository { url, root, properties, versionable }))
    }

    /// Names of the folders from the root down.
    fn folders(&self, letter: &Letter<'_>) -> Answer<Vec<String>> {
        let path = letter.line(&self.settings.folder)?;
        Ok(path.split('/').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect())
    }

    fn at(&self, folders: &[String]) -> Answer<String> {
        let repository = self.repository()?;
        let path: String = folders.iter().map(|name| format!("/{}", segment(name))).collect();
        Ok(format!("{}{path}", repository.root.trim_end_matches('/')))
    }

    /// Makes the folders that are not there.
    fn make_folders(&self, folders: &[String]) -> Answer<()> {
        let there = |url: &str| -> Answer<bool> {
            let pairs = [
                ("cmisselector", "object"),
                ("succinct", "true"),
                ("filter", "cmis:objectId,cmis:baseTypeId"),
            ];
            let reply = self.get(url, &pairs)?;
            if reply.status == 404 {
                return Ok(false);
            }
            json(&reply, &[200], words).map(|_| true)
        };
        let mut missing = folders.len();
        while missing > 0 && !there(&self.at(&folders[..missing])?)? {
            missing -= 1;
        }
        for depth in missing..folders.len() {
            let properties = [("cmis:objectTypeId", "cmis:folder"), ("cmis:name", folders[depth].as_str())];
            let mut form = vec![("cmisaction".to_owned(), "createFolder".to_owned())];
            form.extend(controls(properties.iter().map(|(id, value)| (*id, vec![(*value).to_owned()]))));
            let pairs: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            let body = query(&pairs);
            let headers = [("content-type", "application/x-www-form-urlencoded")];
            let url = self.at(&folders[..depth])?;
            let reply = self.client.call("POST", &url, &headers, body.as_bytes()).map_err(lost)?;
            // 409: somebody else has just made it.
            if !matches!(reply.status, 200 | 201 | 409) {
                return Err(refused(
                    &reply,
                    serde_json::from_slice(&reply.body).ok().as_ref().and_then(words),
                ));
            }
        }
        Ok(())
    }

    /// All properties of the document, in the form of the type.
    fn properties(&self, letter: &Letter<'_>, definitions: &Value) -> Answer<Vec<(String, Vec<String>)>> {
        let mut all = vec![
            ("cmis:objectTypeId".to_owned(), vec![self.settings.object_type.clone()]),
            ("cmis:name".to_owned(), vec![letter.file_name.clone()]),
        ];
        if !self.settings.secondary.is_empty() {
            all.push(("cmis:secondaryObjectTypeIds".to_owned(), self.settings.secondary.clone()));
        }
        for field in &letter.fields {
            let kind = definitions[&field.name]["propertyType"].as_str().unwrap_or("string");
            let values: Answer<Vec<String>> =
                field.values.iter().map(|v| in_type(&field.name, kind, v)).collect();
            all.push((field.name.clone(), values?));
        }
        Ok(all)
    }

    fn form<'a>(
        &self,
        letter: &'a Letter<'_>,
        properties: &[(String, Vec<String>)],
        state: &str,
    ) -> Form<'a> {
        let form = Form::new(letter.delivery()).field("cmisaction", "createDocument");
        let pairs = properties.iter().map(|(id, values)| (id.as_str(), values.clone()));
        let form = controls(pairs).into_iter().fold(form, |form, (name, value)| form.field(&name, &value));
        form.field("versioningState", state)
            .field("succinct", "true")
            .field("filename", &letter.file_name)
            .field("contenttype", "application/pdf")
            .file("content", &letter.file_name, "application/pdf", None, &letter.parcel.product)
    }
}

/// Properties as controls of a form: numbered from 0 without gaps, values of a list in a second number.
fn controls<'a>(properties: impl Iterator<Item = (&'a str, Vec<String>)>) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (n, (id, values)) in properties.enumerate() {
        all.push((format!("propertyId[{n}]"), id.to_owned()));
        match values.as_slice() {
            [one] if id != "cmis:secondaryObjectTypeIds" => {
                all.push((format!("propertyValue[{n}]"), one.clone()));
            }
            list => all.extend(
                list.iter().enumerate().map(|(m, value)| (format!("propertyValue[{n}][{m}]"), value.clone())),
            ),
        }
    }
    all
}

/// Dates are milliseconds since 1970 (CMIS 1.1, 5.2.9.2.3), noon of a day that has no time.
fn in_type(name: &str, kind: &str, value: &str) -> Answer<String> {
    if kind != "datetime" {
        return Ok(value.to_owned());
    }
    let moment: Result<jiff::Timestamp, _> = value.parse();
    let day = || value.parse::<jiff::civil::Date>().and_then(|d| d.at(12, 0, 0, 0).in_tz("UTC"));
    let moment = moment.or_else(|_| day().map(|zoned| zoned.timestamp()));
    moment.map(|m| m.as_millisecond().to_string()).map_err(|_| {
        AttemptResult::never(
            "cmis.date",
            format!("„{name}“ will ein Datum (JJJJ-MM-TT), „{value}“ ist keins."),
        )
    })
}

/// The server's own words.
fn words(answer: &Value) -> Option<&str> {
    answer["message"].as_str()
}

impl System for Cmis {
    fn guarantee(&self) -> Guarantee {
        Guarantee::Once
    }

    fn plan(&self, letter: &Letter<'_>) -> Vec<PlannedPiece> {
        let lines = |properties: Vec<(String, Vec<String>)>| -> String {
            properties.iter().map(|(id, values)| format!("{id} = {}\n", values.join("; "))).collect()
        };
        let text = self.properties(letter, &Value::Null).map(lines).unwrap_or_default();
        let folder = letter.line(&self.settings.folder).unwrap_or_default();
        let name = format!("createDocument {folder}/{}", letter.file_name);
        vec![PlannedPiece { name, content: format!("{text}content = {}", letter.content()) }]
    }

    fn find(&self, letter: &Letter<'_>) -> Answer<Option<String>> {
        let mut path = self.folders(letter)?;
        path.push(letter.file_name.clone());
        let pairs = [("cmisselector", "object"), ("succinct", "true"), ("filter", FILTER)];
        let reply = self.get(&self.at(&path)?, &pairs)?;
        if reply.status == 404 {
            return Ok(None);
        }
        let object = json(&reply, &[200], words)?;
        let property = |name: &str| &object["succinctProperties"][name];
        let Some(id) = property("cmis:objectId").as_str() else { return Err(refused(&reply, None)) };
        let own = format!("{{sha-256}}{}", ContentHash::of(&letter.parcel.product));
        let hashes = match property("cmis:contentStreamHash") {
            Value::Array(list) => list.iter().filter_map(Value::as_str).map(str::to_lowercase).collect(),
            Value::String(one) => vec![one.to_lowercase()],
            _ => Vec::new(),
        };
        let other_hash = hashes.iter().any(|h| h.starts_with("{sha-256}") && *h != own);
        if other_hash
            || property("cmis:contentStreamLength").as_u64() != Some(letter.parcel.product.len() as u64)
        {
            let text = format!("Unter „{}“ liegt im Zielsystem ein anderer Inhalt ({id}).", letter.file_name);
            return Err(AttemptResult::never("cmis.other_content", text));
        }
        let hash = if hashes.contains(&own) { ", Prüfsumme des Zielsystems stimmt" } else { "" };
        Ok(Some(format!("CMIS {id}{hash}")))
    }

    fn create(&self, letter: &Letter<'_>) -> Answer<String> {
        let folders = self.folders(letter)?;
        // Folders are no document: a doubt about one is none about the letter.
        self.make_folders(&folders).map_err(super::undoubted)?;
        fault::point("object.step");
        let repository = self.repository()?;
        let properties = self.properties(letter, &repository.properties)?;
        let state = if repository.versionable { "major" } else { "none" };
        let form = self.form(letter, &properties, state);
        let kind = form.content_type();
        let body = form.close();
        let url = self.at(&folders)?;
        let headers = [("content-type", kind.as_str()), ("accept", "application/json")];
        let reply = self.client.call_parts("POST", &url, &headers, &body.parts()).map_err(lost)?;
        if reply.status != 409 {
            json(&reply, &[200, 201], words)?;
        }
        // Read back: what counts is what lies there, also when the name was taken a moment ago.
        self.find(letter)?.ok_or_else(|| {
            let own = serde_json::from_slice(&reply.body).ok();
            refused(&reply, own.as_ref().and_then(words))
        })
    }

    fn remove(&self, letter: &Letter<'_>, _id: &str) -> Answer<bool> {
        let mut path = self.folders(letter)?;
        path.push(letter.file_name.clone());
        let body = query(&[("cmisaction", "delete"), ("allVersions", "true")]);
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let reply = self.client.call("POST", &self.at(&path)?, &headers, body.as_bytes()).map_err(lost)?;
        if matches!(reply.status, 200 | 204 | 404) { Ok(true) } else { Err(refused(&reply, None)) }
    }

    fn check(&self) -> Vec<Refusal> {
        let wrong = self.client.check();
        if !wrong.is_empty() {
            return wrong;
        }
        match self.repository() {
            Err(result) => vec![complaint(result)],
            Ok(repository) => {
                let settable = |name: &&String| {
                    matches!(
                        repository.properties[name.as_str()]["updatability"].as_str(),
                        Some("readwrite" | "oncreate")
                    )
                };
                let unknown = self.settings.fields.iter().filter(|name| !settable(name));
                let refusal = |name: &String| {
                    Refusal::new(
                        "cmis.property",
                        format!(
                            "Der Typ {} hat keine beschreibbare Eigenschaft „{name}“.",
                            self.settings.object_type
                        ),
                        format!("Namen berichtigen oder secondary ergänzen; Repository {}.", repository.url),
                    )
                };
                unknown.map(refusal).collect()
            }
        }
    }
}
