//! Who asks, and whether a form is this person's own.

use super::rights;
use super::secret;
use super::trouble::{Answer, Spoken, Trouble, language};
use super::words::Words;
use super::{Desk, assets};
use crate::error::{Error, Result};
use crate::ledger::Sight;
use crate::model::town::{Person, ReviewKeys};
use askama::Template;
use axum::extract::{Form, FromRequest, FromRequestParts, MatchedPath, Request};
use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Redirect, Response};
use std::sync::Arc;

/// One request of one person who signed on.
#[derive(Clone, Debug)]
pub struct Visit {
    pub desk: Arc<Desk>,
    pub person: Person,
    pub sight: Sight,
    /// Words of the language chosen.
    pub w: &'static Words,
    /// What forms of this session carry.
    pub form_token: String,
    /// Path and query asked for.
    pub path: String,
}

/// What every page shows around its own content.
#[derive(Clone, Debug)]
pub struct Frame {
    pub town: String,
    pub person: String,
    pub form_token: String,
    pub path: String,
    pub style: &'static str,
    pub script: &'static str,
    /// Keys of the review.
    pub keys: ReviewKeys,
    /// Address, word, and whether it is where one is.
    pub sections: Vec<(&'static str, &'static str, bool)>,
}

impl Visit {
    /// What is around the page; `here` is the address of its section.
    pub fn frame(&self, here: &str) -> Frame {
        let (w, mailroom) = (self.w, rights::MAILROOM.admits(&self.person));
        let reviews = rights::REVIEWERS.admits(&self.person);
        let all = [
            ("/", w.overview, mailroom),
            ("/nachbearbeitung", w.review, reviews),
            ("/angehalten", w.held, reviews || !self.sight.circles.is_empty()),
            ("/ruecklaeufer", w.returned, reviews),
            ("/posteingang", w.inbox, !self.sight.departments.is_empty()),
            ("/stichprobe", w.sample, rights::WORKERS.admits(&self.person)),
            ("/stationen", w.stations, mailroom),
            ("/originale", w.originals, mailroom),
            ("/posteingangsbuch", w.book, rights::WORKERS.admits(&self.person)),
            ("/stapel", w.batches, mailroom),
            ("/suche", w.search, rights::READERS.admits(&self.person)),
            ("/zahlen", w.figures, rights::ADMINS.admits(&self.person)),
            ("/verwaltung", w.admin, rights::ADMINS.admits(&self.person)),
        ];
        Frame {
            town: self.desk.pipeline.town.clone(),
            person: self.person.name.clone(),
            form_token: self.form_token.clone(),
            path: self.path.clone(),
            keys: self.desk.pipeline.desk.keys.clone(),
            style: &assets::STYLE_AT,
            script: &assets::SCRIPT_AT,
            sections: all
                .into_iter()
                .filter(|(_, _, shown)| *shown)
                .map(|(at, word, _)| (at, word, at == here))
                .collect(),
        }
    }

    /// Does the work of a page where waiting is allowed, and says what went wrong in the person's language.
    pub async fn work<F>(self, work: F) -> Answer
    where
        F: FnOnce(&Self) -> std::result::Result<Response, Trouble> + Send + 'static,
    {
        let w = self.w;
        tokio::task::spawn_blocking(move || work(&self))
            .await
            .unwrap_or_else(|e| Err(Trouble::Broken(Error::Format(e.to_string()))))
            .map_err(|trouble| Spoken(trouble, w))
    }
}

/// A page that was filled in.
pub fn html(page: &impl Template) -> std::result::Result<Response, Trouble> {
    match page.render() {
        Ok(text) => Ok(Html(text).into_response()),
        Err(e) => Err(Trouble::Broken(Error::Format(e.to_string()))),
    }
}

/// On to another page after an act, so that a reload repeats nothing.
pub fn onwards(to: &str) -> Response {
    Redirect::to(to).into_response()
}

impl FromRequestParts<Arc<Desk>> for Visit {
    type Rejection = Spoken;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> std::result::Result<Self, Spoken> {
        let cookies = parts.headers.get(COOKIE).and_then(|c| c.to_str().ok()).unwrap_or_default();
        let w = language(cookies).words();
        let path = parts.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
        let nobody = || Spoken(Trouble::SignOn(path.clone()), w);
        let token = cookie(cookies, cookie_name(desk)).ok_or_else(nobody)?.to_owned();
        let asked = desk.clone();
        let hash = secret::token_hash(&token);
        let id = tokio::task::spawn_blocking(move || asked.ledger.session(&hash, asked.pipeline.desk.idle))
            .await
            .unwrap_or_else(|e| Err(Error::Format(e.to_string())))
            .map_err(|e| Spoken(Trouble::Broken(e), w))?;
        // Whoever left is nobody, whatever the browser still holds.
        let person = id.and_then(|id| desk.pipeline.acting(&id).cloned()).ok_or_else(nobody)?;
        // Whom the address is for stands in the table of routes, and is asked here and nowhere else.
        let route = parts.extensions.get::<MatchedPath>().map_or("", |matched| matched.as_str());
        if !super::who(parts.method.as_str(), route).admits(&person) {
            return Err(Spoken(Trouble::NotAllowed, w));
        }
        let sight = rights::sight(&person, &desk.pipeline);
        Ok(Self { desk: desk.clone(), person, sight, w, form_token: secret::form_token(&token), path })
    }
}

/// A form this person sent from a page of this session.
#[derive(Debug)]
pub struct Posted {
    pub visit: Visit,
    fields: Vec<(String, String)>,
}

impl Posted {
    /// A field; empty if it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.trim())
    }

    /// Every field whose name begins so, without that beginning.
    pub fn beginning<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.fields.iter().filter_map(move |(n, v)| n.strip_prefix(prefix).map(|name| (name, v.trim())))
    }
}

impl FromRequest<Arc<Desk>> for Posted {
    type Rejection = Spoken;

    async fn from_request(request: Request, desk: &Arc<Desk>) -> std::result::Result<Self, Spoken> {
        let (mut parts, body) = request.into_parts();
        let visit = Visit::from_request_parts(&mut parts, desk).await?;
        let foreign = from_elsewhere(&parts.headers);
        let stale = || Spoken(Trouble::Stale, visit.w);
        let Form(fields) =
            Form::<Vec<(String, String)>>::from_request(Request::from_parts(parts, body), desk)
                .await
                .map_err(|_| stale())?;
        let posted = Self { fields, visit };
        if foreign || posted.get("token") != posted.visit.form_token {
            return Err(Spoken(Trouble::Stale, posted.visit.w));
        }
        Ok(posted)
    }
}

/// Whether the browser says that another site made it ask (Fetch Metadata, W3C).
pub fn from_elsewhere(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-site")
        .and_then(|v| v.to_str().ok())
        .is_some_and(|site| !matches!(site, "same-origin" | "none"))
}

/// The session cookie: bound to this host and to TLS where there is TLS.
pub fn cookie_name(desk: &Desk) -> &'static str {
    if desk.pipeline.desk.secure { "__Host-poststelle" } else { "poststelle" }
}

/// One cookie out of the header.
pub fn cookie<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    header.split(';').filter_map(|pair| pair.trim().split_once('=')).find(|(n, _)| *n == name).map(|(_, v)| v)
}

/// What follows from a result of the ledger.
pub fn found<T>(result: Result<T>) -> std::result::Result<T, Trouble> {
    result.map_err(Trouble::from)
}
