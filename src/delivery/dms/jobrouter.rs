//! JobRouter: every document starts an instance of a process.
//!
//! The interface cannot be asked whether an instance was started: at most one
//! marked repeat, then a clerk. A field of the process table that carries the
//! delivery id lets the process itself sort out a repeat.

use super::{Answer, Letter, System, json, lost, refused};
use crate::delivery::http::multipart::Form;
use crate::delivery::http::token::{Token, refused as login_refused, secret_of};
use crate::delivery::http::{Client, Lost, Wire, segment};
use crate::fault;
use crate::model::delivery::{Guarantee, PlannedPiece};
use crate::model::refusal::Refusal;
use crate::model::town::{HttpAccess, HttpLogin, JobrouterSettings};
use serde_json::{Value, json};

/// Header of the session.
const SESSION: &str = "x-jobrouter-authorization";
/// How long a session is asked for, in seconds.
const LIFETIME: u64 = 3600;

/// One process.
pub struct Jobrouter {
    client: Client,
    settings: JobrouterSettings,
}

impl Jobrouter {
    pub fn new(access: &HttpAccess, settings: &JobrouterSettings) -> Self {
        Self {
            client: Client::signing_in(access, session, SESSION).only_at_home(),
            settings: settings.clone(),
        }
    }

    /// Names and values in order; the file comes last.
    fn values(&self, letter: &Letter<'_>) -> Answer<Vec<(String, String)>> {
        let settings = &self.settings;
        // Who works on it sees a repeat as such.
        let mark = if letter.parcel.repeat { " (Wiederholung)" } else { "" };
        let mut all = vec![
            ("step".to_owned(), settings.step.to_string()),
            ("summary".into(), letter.line(&settings.summary)? + mark),
        ];
        all.extend(settings.initiator.iter().map(|who| ("initiator".to_owned(), who.clone())));
        for (n, field) in letter.fields.iter().enumerate() {
            all.push((format!("processtable[fields][{n}][name]"), field.name.clone()));
            all.push((format!("processtable[fields][{n}][value]"), field.value.clone()));
        }
        let n = letter.fields.len();
        all.push((format!("processtable[fields][{n}][name]"), settings.file_field.clone()));
        Ok(all)
    }

    fn file_name(&self, letter: &Letter<'_>) -> String {
        format!("processtable[fields][{}][value]", letter.fields.len())
    }
}

/// A session by name and password.
fn session(wire: &Wire, access: &HttpAccess) -> Result<Token, Lost> {
    let HttpLogin::Basic { user, password_file } = &access.login else {
        return Err(login_refused("user und password_file fehlen"));
    };
    let body =
        json!({ "username": user, "password": secret_of(password_file)?, "lifetime": LIFETIME }).to_string();
    let url = format!("{}/api/rest/v2/application/tokens", access.url.trim_end_matches('/'));
    let headers = [("content-type", "application/json".to_owned()), ("accept", "application/json".into())];
    let reply = wire.send("POST", &url, &headers, &[body.as_bytes()])?;
    let answer: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    match answer["tokens"][0].as_str() {
        Some(token) if matches!(reply.status, 200 | 201) => Ok(Token::new(token, Some(LIFETIME))),
        _ => Err(login_refused(&format!("HTTP {}", reply.status))),
    }
}

/// The server's own words, of the first thing it does not like.
fn words(answer: &Value) -> Option<&str> {
    let errors = &answer["errors"];
    errors["-"][0].as_str().or_else(|| errors.as_object()?.values().next()?[0].as_str())
}

impl System for Jobrouter {
    fn guarantee(&self) -> Guarantee {
        Guarantee::HandedOver
    }

    fn plan(&self, letter: &Letter<'_>) -> Vec<PlannedPiece> {
        let values = self.values(letter).unwrap_or_default();
        let text: String = values.iter().map(|(name, value)| format!("{name} = {value}\n")).collect();
        let text = format!("{text}{} = {}", self.file_name(letter), letter.content());
        vec![PlannedPiece { name: format!("POST incidents/{}", self.settings.process), content: text }]
    }

    fn find(&self, _letter: &Letter<'_>) -> Answer<Option<String>> {
        Ok(None)
    }

    fn create(&self, letter: &Letter<'_>) -> Answer<String> {
        let values = self.values(letter)?;
        let form =
            values.iter().fold(Form::new(letter.delivery()), |form, (name, value)| form.field(name, value));
        let name = self.file_name(letter);
        let form = form.file(&name, &letter.file_name, "application/pdf", None, &letter.parcel.product);
        let kind = form.content_type();
        let body = form.close();
        fault::point("object.step");
        let process = segment(&self.settings.process);
        let url = format!("{}/api/rest/v2/application/incidents/{process}", self.client.base());
        let headers = [("content-type", kind.as_str()), ("accept", "application/json")];
        let reply = self.client.call_parts("POST", &url, &headers, &body.parts()).map_err(lost)?;
        let made = json(&reply, &[200, 201], words)?;
        let incident = &made["incidents"][0];
        match (incident["incidentnumber"].as_u64(), incident["workflowId"].as_str()) {
            (Some(number), Some(workflow)) => Ok(format!("JobRouter Vorgang {number} ({workflow})")),
            _ => Err(refused(&reply, None)),
        }
    }

    fn check(&self) -> Vec<Refusal> {
        self.client.check()
    }
}
