//! DocuWare Platform: documents into a file cabinet or a basket.
//!
//! The token comes from the identity service that the platform names. Index
//! fields and file go up in one form, the fields first. Asked for through a
//! search dialog by the field with the delivery id. The platform spells the
//! names of its JSON with or without a capital, so case does not count.

use super::{Answer, Letter, System, complaint, json, lost, refused};
use crate::delivery::http::multipart::Form;
use crate::delivery::http::token::{Token, grant, refused as login_refused, secret_of};
use crate::delivery::http::{Client, Lost, Wire, absolute, query, segment};
use crate::fault;
use crate::model::delivery::{AttemptResult, Guarantee, PlannedPiece};
use crate::model::refusal::Refusal;
use crate::model::town::{DocuwareSettings, HttpAccess, HttpLogin};
use serde_json::{Value, json};
use std::sync::OnceLock;

/// The public client every program signs in as.
const CLIENT: &str = "docuware.platform.net.client";
const SCOPE: &str = "docuware.platform";
const FIELDS: &str = "application/vnd.docuware.platform.inputdocument+json";

/// One cabinet.
pub struct Docuware {
    client: Client,
    settings: DocuwareSettings,
    key: String,
    /// Where the search dialog takes questions; asked once.
    search: OnceLock<String>,
}

impl Docuware {
    pub fn new(access: &HttpAccess, settings: &DocuwareSettings, key: &str) -> Self {
        let client = Client::signing_in(access, sign_in, "authorization").only_at_home();
        Self { client, settings: settings.clone(), key: key.into(), search: OnceLock::new() }
    }

    fn cabinet(&self) -> String {
        format!("{}/FileCabinets/{}", self.client.base(), segment(&self.settings.cabinet))
    }

    /// The address that the dialog itself names for questions.
    fn dialog(&self) -> Answer<&str> {
        if let Some(known) = self.search.get() {
            return Ok(known);
        }
        let url = format!("{}/Dialogs/{}", self.cabinet(), segment(&self.settings.dialog));
        let reply = self.client.call("GET", &url, &[("accept", "application/json")], &[]).map_err(lost)?;
        let dialog = json(&reply, &[200], words)?;
        let links = member(member(&dialog, "Query"), "Links").as_array().cloned().unwrap_or_default();
        let search = links.iter().find(|l| member(l, "rel").as_str() == Some("dialogExpression"));
        let Some(href) = search.and_then(|link| member(link, "href").as_str()) else {
            let text = "Der Dialog kann nicht suchen: dialog muss ein Suchdialog sein.";
            return Err(AttemptResult::later("docuware.dialog", text));
        };
        let join = if href.contains('?') { '&' } else { '?' };
        let url = format!("{}{join}{}", absolute(&url, href), query(&[("count", "2")]));
        Ok(self.search.get_or_init(|| url))
    }

    fn search(&self, delivery: &str) -> Answer<Vec<Value>> {
        let url = self.dialog()?;
        let body =
            json!({ "Condition": [{ "DBName": self.key, "Value": [quoted(delivery)] }], "Operation": "And" });
        let headers = [("content-type", "application/json"), ("accept", "application/json")];
        let reply = self.client.call("POST", url, &headers, body.to_string().as_bytes()).map_err(lost)?;
        match member(&json(&reply, &[200], words)?, "Items") {
            Value::Array(items) => Ok(items.clone()),
            _ => Err(refused(&reply, None)),
        }
    }

    /// Index data, with one section for the one file that follows.
    fn data(&self, letter: &Letter<'_>) -> Answer<Value> {
        let fields: Answer<Vec<Value>> = letter
            .fields
            .iter()
            .map(|field| {
                let kind = if field.kind.is_empty() { "String" } else { field.kind.as_str() };
                let item = match kind {
                    "Keywords" => json!({ "Keyword": field.values }),
                    "Int" | "Decimal" => {
                        let number: serde_json::Number = field.value.parse().map_err(|_| {
                            let text =
                                format!("„{}“ will eine Zahl, „{}“ ist keine.", field.name, field.value);
                            AttemptResult::never("docuware.number", text)
                        })?;
                        Value::Number(number)
                    }
                    _ => json!(field.value),
                };
                Ok(json!({ "FieldName": field.name, "Item": item, "ItemElementName": kind }))
            })
            .collect();
        Ok(json!({ "Fields": fields?, "Sections": [{}] }))
    }
}

/// `*` and `?` would be wildcards, brackets belong to the language of searches.
fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('"', ""))
}

/// Through the identity service that the platform names.
fn sign_in(wire: &Wire, access: &HttpAccess) -> Result<Token, Lost> {
    let base = access.url.trim_end_matches('/');
    let get = |url: &str, name: &str| -> Result<String, Lost> {
        let reply = wire.send("GET", url, &[("accept", "application/json".into())], &[])?;
        let answer: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        let value = member(&answer, name).as_str().map(|value| absolute(url, value));
        value.ok_or_else(|| login_refused(&format!("{name} fehlt (HTTP {})", reply.status)))
    };
    let identity = get(&format!("{base}/Home/IdentityServiceInfo"), "IdentityServiceUrl")?;
    let discovery = format!("{}/.well-known/openid-configuration", identity.trim_end_matches('/'));
    let endpoint = get(&discovery, "token_endpoint")?;
    // Secrets travel encrypted, or stay on this machine.
    if !endpoint.starts_with("https://") && !base.starts_with("http://") {
        return Err(login_refused("der Anmeldedienst ist unverschlüsselt"));
    }
    match &access.login {
        HttpLogin::Basic { user, password_file } => {
            let password = secret_of(password_file)?;
            let form = [
                ("grant_type", "password"),
                ("client_id", CLIENT),
                ("scope", SCOPE),
                ("username", user),
                ("password", &password),
            ];
            grant(wire, &endpoint, &form)
        }
        HttpLogin::Client { client_id, secret_file, .. } => {
            let secret = secret_of(secret_file)?;
            let form = [
                ("grant_type", "client_credentials"),
                ("client_id", client_id),
                ("client_secret", &secret),
                ("scope", SCOPE),
            ];
            grant(wire, &endpoint, &form)
        }
        _ => Err(login_refused("user und password_file fehlen")),
    }
}

/// The server's own words.
fn words(answer: &Value) -> Option<&str> {
    member(answer, "Message").as_str()
}

/// A member of an object, whatever the case of its name.
fn member<'v>(object: &'v Value, name: &str) -> &'v Value {
    let all = object.as_object();
    let found = all.and_then(|all| all.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)));
    found.map_or(&Value::Null, |(_, value)| value)
}

fn id(document: &Value) -> Option<String> {
    member(document, "Id").as_u64().map(|id| format!("DocuWare {id}"))
}

impl System for Docuware {
    fn guarantee(&self) -> Guarantee {
        Guarantee::OnceIfIndexed
    }

    fn plan(&self, letter: &Letter<'_>) -> Vec<PlannedPiece> {
        let text = self.data(letter).map(|d| serde_json::to_string_pretty(&d).unwrap_or_default());
        vec![
            PlannedPiece { name: "POST Documents: document".into(), content: text.unwrap_or_default() },
            PlannedPiece { name: format!("POST Documents: {}", letter.file_name), content: letter.content() },
        ]
    }

    fn find(&self, letter: &Letter<'_>) -> Answer<Option<String>> {
        Ok(self.search(letter.delivery())?.iter().find_map(id))
    }

    fn create(&self, letter: &Letter<'_>) -> Answer<String> {
        let data = self.data(letter)?.to_string();
        let form = Form::new(letter.delivery()).typed("document", FIELDS, &data).file(
            "file[]",
            &letter.file_name,
            "application/pdf",
            None,
            &letter.parcel.product,
        );
        let kind = form.content_type();
        let body = form.close();
        let dialog = self.settings.store_dialog.as_deref();
        let dialog = dialog.map(|d| format!("?{}", query(&[("StoreDialogId", d)]))).unwrap_or_default();
        fault::point("object.step");
        let url = format!("{}/Documents{dialog}", self.cabinet());
        let headers = [("content-type", kind.as_str()), ("accept", "application/json")];
        let reply = self.client.call_parts("POST", &url, &headers, &body.parts()).map_err(lost)?;
        let made = json(&reply, &[200, 201], words)?;
        id(&made).ok_or_else(|| refused(&reply, None))
    }

    fn check(&self) -> Vec<Refusal> {
        let wrong = self.client.check();
        if !wrong.is_empty() {
            return wrong;
        }
        self.search("poststelle-check").err().map(complaint).into_iter().collect()
    }
}
