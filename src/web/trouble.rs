//! What did not work, as a page that says what to do. Never a stack, never whether something hidden exists.

use super::assets;
use super::words::{Language, Words};
use crate::error::Error;
use askama::Template;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{COOKIE, LOCATION};
use axum::response::{Html, IntoResponse, Response};

/// Why there is no page.
#[derive(Debug)]
pub enum Trouble {
    /// Nobody is signed on; carries where to go afterwards.
    SignOn(String),
    /// It does not exist, or this person may not know that it does.
    NotFound,
    /// The person lacks the role.
    NotAllowed,
    /// A form that is not from this session's page, or from before a change.
    Stale,
    /// Wrong input: what is wrong and what to do, German.
    Bad(String),
    /// Something failed.
    Broken(Error),
}

/// A page or the reason why there is none, in the words of the person who asked.
pub type Answer = Result<Response, Spoken>;

/// Trouble, and the language to say it in.
#[derive(Debug)]
pub struct Spoken(pub Trouble, pub &'static Words);

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        match error {
            Error::Missing { .. } => Self::NotFound,
            Error::Transition { .. } => Self::Stale,
            Error::Refused(refusal) => Self::Bad(refusal.to_string()),
            other => Self::Broken(other),
        }
    }
}

#[derive(Template)]
#[template(path = "trouble.html")]
struct TroublePage<'a> {
    w: &'static Words,
    style: &'a str,
    title: &'static str,
    text: &'a str,
    detail: Option<String>,
}

impl IntoResponse for Spoken {
    fn into_response(self) -> Response {
        let Self(trouble, w) = self;
        let (status, title, text, detail) = match trouble {
            Trouble::SignOn(then) => {
                return (StatusCode::SEE_OTHER, [(LOCATION, sign_on_address(&then))]).into_response();
            }
            Trouble::NotFound => (StatusCode::NOT_FOUND, w.not_found, w.not_found_text, None),
            Trouble::NotAllowed => (StatusCode::FORBIDDEN, w.not_allowed, w.not_allowed_text, None),
            Trouble::Stale => (StatusCode::CONFLICT, w.stale, w.stale_text, None),
            Trouble::Bad(text) => (StatusCode::BAD_REQUEST, w.bad, "", Some(text)),
            Trouble::Broken(error) => {
                crate::observe::trouble("web", &error);
                (StatusCode::SERVICE_UNAVAILABLE, w.broken, w.broken_text, Some(error.to_string()))
            }
        };
        let page = TroublePage { w, style: &assets::STYLE_AT, title, text, detail };
        match page.render() {
            Ok(html) => (status, Html(html)).into_response(),
            Err(_) => status.into_response(),
        }
    }
}

/// Where to sign on, and afterwards back to where one wanted to go: only to a path of our own.
pub fn sign_on_address(then: &str) -> String {
    if then == "/" || !own_path(then) {
        return "/anmelden".into();
    }
    format!("/anmelden?nach={}", escaped(then))
}

/// As a part of an address.
pub fn escaped(text: &str) -> String {
    let byte = |b| match b {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => char::from(b).to_string(),
        _ => format!("%{b:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// A path on this site, not the beginning of another one.
pub fn own_path(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && !path.contains(char::is_control)
}

/// No such address.
pub async fn nothing_there(request: Request) -> Spoken {
    let cookies = request.headers().get(COOKIE).and_then(|c| c.to_str().ok()).unwrap_or_default();
    Spoken(Trouble::NotFound, language(cookies).words())
}

/// The language somebody chose.
pub fn language(cookies: &str) -> Language {
    Language::of(super::visit::cookie(cookies, "sprache").unwrap_or_default())
}
