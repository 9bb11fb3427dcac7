//! d.velop documents (d.3) through the DMS app, in the cloud and on premises.
//!
//! HAL: from `/dms` the links of the repository are followed, never guessed.
//! The bytes go up first as a blob that ends by itself if nothing refers to it;
//! then the object is made. Every writing request carries `Origin`, which the
//! server wants. Asked for by a search for the field with the delivery id.

use super::{Answer, Letter, System, complaint, json, lost, refused};
use crate::delivery::http::token::{Token, refused as login_refused, secret_of};
use crate::delivery::http::{Client, Lost, Reply, Wire, absolute, origin, query, segment};
use crate::fault;
use crate::model::delivery::{AttemptResult, Guarantee, PlannedPiece};
use crate::model::refusal::Refusal;
use crate::model::town::{DvelopSettings, HttpAccess, HttpLogin};
use serde_json::{Value, json};
use std::sync::OnceLock;

/// One repository.
pub struct Dvelop {
    client: Client,
    settings: DvelopSettings,
    key: String,
    links: OnceLock<Links>,
}

/// Where a repository takes what.
struct Links {
    blobs: String,
    objects: String,
    search: String,
}

impl Dvelop {
    pub fn new(access: &HttpAccess, settings: &DvelopSettings, key: &str) -> Self {
        // An API key is exchanged for a session; a login by name goes along as it is.
        let client = match &access.login {
            HttpLogin::Bearer { .. } => Client::signing_in(access, session, "authorization"),
            _ => Client::new(access),
        }
        .only_at_home();
        Self { client, settings: settings.clone(), key: key.into(), links: OnceLock::new() }
    }

    fn get(&self, url: &str) -> Answer<Value> {
        let reply = self.client.call("GET", url, &[("accept", "application/hal+json")], &[]).map_err(lost)?;
        json(&reply, &[200], words)
    }

    fn post(&self, url: &str, kind: &str, body: &[u8]) -> Answer<Reply> {
        let origin = origin(url);
        let headers = [("content-type", kind), ("accept", "application/hal+json"), ("origin", &origin)];
        self.client.call("POST", url, &headers, body).map_err(lost)
    }

    fn links(&self) -> Answer<&Links> {
        if let Some(known) = self.links.get() {
            return Ok(known);
        }
        let base = self.client.base();
        let link = |of: &Value, name: &str| {
            let href = of["_links"][name]["href"].as_str().map(|href| absolute(base, href));
            href.ok_or_else(|| {
                let text = format!("Das Zielsystem bietet „{name}“ nicht an: Repository und Rechte prüfen.");
                AttemptResult::later("dvelop.no_link", text)
            })
        };
        let root = self.get(&format!("{base}/dms"))?;
        let url = link(&root, "repo")?.replace("{repositoryid}", &segment(&self.settings.repository));
        let repository = self.get(&url)?;
        let plain = |url: String| url.split('{').next().unwrap_or_default().to_owned();
        let links = Links {
            blobs: plain(link(&repository, "chunkedupload")?),
            objects: plain(link(&repository, "dmsobjectwithmapping")?),
            search: plain(link(&repository, "searchresultwithmapping")?),
        };
        Ok(self.links.get_or_init(|| links))
    }

    /// The object as JSON; the address of its bytes comes when they are up.
    fn object(&self, letter: &Letter<'_>, blob: &str) -> Value {
        let properties: Vec<Value> =
            letter.fields.iter().map(|f| json!({ "key": f.name, "values": f.values })).collect();
        json!({
            "filename": letter.file_name,
            "sourceCategory": self.settings.category,
            "sourceId": self.source(),
            "contentLocationUri": blob,
            "sourceProperties": { "properties": properties },
        })
    }

    /// The mapping; the repository's own ids if none is named.
    fn source(&self) -> String {
        let own = || format!("/dms/r/{}/source", self.settings.repository);
        self.settings.source.clone().unwrap_or_else(own)
    }
}

/// Exchanges the API key for a session.
fn session(wire: &Wire, access: &HttpAccess) -> Result<Token, Lost> {
    let HttpLogin::Bearer { token_file } = &access.login else {
        return Err(login_refused("kein API-Schlüssel"));
    };
    let headers = [
        ("authorization", format!("Bearer {}", secret_of(token_file)?)),
        ("accept", "application/json".into()),
    ];
    let url = format!("{}/identityprovider/login", access.url.trim_end_matches('/'));
    let reply = wire.send("GET", &url, &headers, &[])?;
    let answer: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    match answer["AuthSessionId"].as_str() {
        Some(id) if reply.status == 200 => Ok(Token::new(id, None)),
        _ => Err(login_refused(&format!("HTTP {}", reply.status))),
    }
}

/// The server's own words.
fn words(answer: &Value) -> Option<&str> {
    answer["reason"].as_str()
}

/// The address that a creating request answers with.
fn location(reply: &Reply) -> Answer<String> {
    match reply.header("location") {
        Some(location) if reply.status == 201 => Ok(location.to_owned()),
        _ => {
            let answer: Option<Value> = serde_json::from_slice(&reply.body).ok();
            Err(refused(reply, answer.as_ref().and_then(words)))
        }
    }
}

impl System for Dvelop {
    fn guarantee(&self) -> Guarantee {
        Guarantee::OnceIfIndexed
    }

    fn plan(&self, letter: &Letter<'_>) -> Vec<PlannedPiece> {
        let object = self.object(letter, "(Adresse des Blobs)");
        let text = serde_json::to_string_pretty(&object).unwrap_or_default();
        vec![
            PlannedPiece { name: "POST chunkedupload".into(), content: letter.content() },
            PlannedPiece { name: "POST dmsobjectwithmapping".into(), content: text },
        ]
    }

    fn find(&self, letter: &Letter<'_>) -> Answer<Option<String>> {
        let property = json!({ &self.key: [letter.delivery()] }).to_string();
        let pairs = [("sourceid", self.source()), ("sourceproperties", property)];
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let found = self.get(&format!("{}?{}", self.links()?.search, query(&pairs)))?;
        let Some(items) = found["items"].as_array() else {
            return Err(AttemptResult::unknown(
                "dvelop.no_items",
                "Die Suche des Zielsystems antwortet unklar.",
            ));
        };
        Ok(items.iter().find_map(|item| item["id"].as_str()).map(|id| format!("d.velop {id}")))
    }

    fn create(&self, letter: &Letter<'_>) -> Answer<String> {
        let links = self.links()?;
        // A blob whose answer is lost is nobody's and ends by itself.
        let reply = self
            .post(&links.blobs, "application/octet-stream", &letter.parcel.product)
            .and_then(|reply| location(&reply))
            .map_err(super::undoubted)?;
        fault::point("object.step");
        let object = serde_json::to_vec(&self.object(letter, &reply)).unwrap_or_default();
        let reply = self.post(&links.objects, "application/hal+json", &object)?;
        let location = location(&reply)?;
        let path = location.split(['?', '#']).next().unwrap_or_default();
        Ok(format!("d.velop {}", path.rsplit('/').next().unwrap_or_default()))
    }

    fn check(&self) -> Vec<Refusal> {
        let wrong = self.client.check();
        if !wrong.is_empty() {
            return wrong;
        }
        self.links().err().map(complaint).into_iter().collect()
    }
}
