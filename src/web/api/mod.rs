//! The same as the pages, as JSON for other programs (`/api/v1`): each with a token of its own, and with the
//! rights of the application it was given to. `openapi.json` beside this file describes it.

mod act;
mod read;

pub use act::{approve, hold, inbox_act, undo};
pub use read::{batch, batches, document, documents, events, file, image, inbox, overview, review};

use super::trouble::Trouble;
use super::visit::Visit;
use super::words::Language;
use super::{Desk, rights, secret};
use crate::error::Error;
use axum::extract::{FromRequestParts, MatchedPath, Path, Query};
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The description, as it is served.
pub const DESCRIPTION: &str = include_str!("openapi.json");

/// `GET /api/v1/openapi.json`
pub async fn description() -> Response {
    ([(CONTENT_TYPE, "application/json")], DESCRIPTION).into_response()
}

/// One call of one application.
#[derive(Clone, Debug)]
pub struct Caller {
    pub visit: Visit,
    path: BTreeMap<String, String>,
    query: BTreeMap<String, String>,
}

impl Caller {
    /// A parameter of the path.
    pub fn of(&self, name: &str) -> String {
        self.path.get(name).cloned().unwrap_or_default()
    }

    /// A parameter of the query; empty if not given.
    pub fn asked(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }

    /// Does the work where waiting is allowed.
    pub async fn work<F>(self, work: F) -> Response
    where
        F: FnOnce(&Self) -> Result<Response, Trouble> + Send + 'static,
    {
        let done = tokio::task::spawn_blocking(move || work(&self)).await;
        done.unwrap_or_else(|e| Err(Trouble::Broken(Error::Format(e.to_string())))).unwrap_or_else(refused)
    }
}

/// A value as JSON.
pub fn told(value: &impl Serialize) -> Result<Response, Trouble> {
    let bytes = serde_json::to_vec(value).map_err(|e| Trouble::Broken(e.into()))?;
    Ok(([(CONTENT_TYPE, "application/json")], bytes).into_response())
}

/// Done, and nothing to say.
pub fn done() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// What did not work: `code` for programs, `message` for people, German.
fn refused(trouble: Trouble) -> Response {
    let w = Language::German.words();
    let (status, code, message) = match trouble {
        Trouble::SignOn(_) => (StatusCode::UNAUTHORIZED, "token", w.api_token.to_owned()),
        Trouble::NotFound => (StatusCode::NOT_FOUND, "not_found", w.not_found_text.to_owned()),
        Trouble::NotAllowed => (StatusCode::FORBIDDEN, "not_allowed", w.not_allowed_text.to_owned()),
        Trouble::Stale => (StatusCode::CONFLICT, "changed_meanwhile", w.api_stale.to_owned()),
        Trouble::Bad(text) => (StatusCode::BAD_REQUEST, "bad_request", text),
        Trouble::Broken(error) => {
            crate::observe::trouble("web", &error);
            (StatusCode::SERVICE_UNAVAILABLE, "broken", w.broken_text.to_owned())
        }
    };
    let body = serde_json::json!({ "code": code, "message": message }).to_string();
    (status, [(CONTENT_TYPE, "application/json")], body).into_response()
}

/// Trouble as JSON.
#[derive(Debug)]
pub struct Refused(Trouble);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        refused(self.0)
    }
}

impl FromRequestParts<Arc<Desk>> for Caller {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Refused> {
        let nobody = || Refused(Trouble::SignOn(String::new()));
        let given = parts.headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok());
        let token = given.and_then(|v| v.strip_prefix("Bearer ")).ok_or_else(nobody)?;
        let (asked, hash) = (desk.clone(), secret::token_hash(token.trim()));
        let found = tokio::task::spawn_blocking(move || asked.ledger.application(&hash)).await;
        let id =
            found.unwrap_or_else(|e| Err(Error::Format(e.to_string()))).map_err(|e| Refused(e.into()))?;
        let person = id.and_then(|id| desk.pipeline.person(&id).cloned()).filter(|p| p.application);
        let person = person.ok_or_else(nobody)?;
        let route = parts.extensions.get::<MatchedPath>().map_or("", |matched| matched.as_str());
        if !super::who(parts.method.as_str(), route).admits(&person) {
            return Err(Refused(Trouble::NotAllowed));
        }
        let bad = |text: String| Refused(Trouble::Bad(text));
        let Path(path) = Path::from_request_parts(parts, desk).await.map_err(|e| bad(e.to_string()))?;
        let Query(query) = Query::from_request_parts(parts, desk).await.map_err(|e| bad(e.to_string()))?;
        let sight = rights::sight(&person, &desk.pipeline);
        let w = Language::German.words();
        let visit =
            Visit { desk: desk.clone(), person, sight, w, form_token: String::new(), path: String::new() };
        Ok(Self { visit, path, query })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    /// Every address below `/api` is described, and nothing else is.
    #[test]
    fn the_description_is_the_table_of_addresses() {
        let description: serde_json::Value = serde_json::from_str(super::DESCRIPTION).unwrap();
        let paths = description["paths"].as_object().unwrap();
        let described: BTreeSet<(String, String)> = paths
            .iter()
            .flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |m| (m.clone(), path.clone())))
            .filter(|(method, _)| method != "parameters")
            .collect();
        let there: BTreeSet<(String, String)> = crate::web::ROUTES
            .iter()
            .filter(|r| r.path.starts_with("/api/"))
            .map(|r| (r.method.to_owned(), r.path.to_owned()))
            .collect();
        assert_eq!(described, there);
    }
}
