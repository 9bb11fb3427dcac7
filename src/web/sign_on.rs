//! Signing on and off, and the language.

use super::trouble::{Answer, Spoken, Trouble, language, own_path};
use super::visit::{Posted, cookie, cookie_name, from_elsewhere, html, onwards};
use super::words::{Language, Words};
use super::{Desk, assets, secret};
use crate::error::{Error, Result};
use askama::Template;
use axum::extract::{Form, Query, State};
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Wrong passwords in a row before somebody has to wait.
const FREE_ATTEMPTS: u32 = 5;
/// The wait doubles with each further one, up to this.
const WAIT_LONGEST: Duration = Duration::from_secs(300);
/// Names remembered; more than a town has people.
const NAMES_MAX: usize = 10_000;

/// Wrong passwords lately, by the name that was given.
#[derive(Debug, Default)]
pub struct Attempts(Mutex<HashMap<String, (u32, Instant)>>);

impl Attempts {
    /// Whether this name has to wait.
    fn must_wait(&self, name: &str) -> bool {
        let names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((wrong, last)) = names.get(name) else { return false };
        let more = wrong.saturating_sub(FREE_ATTEMPTS);
        *wrong >= FREE_ATTEMPTS && last.elapsed() < Duration::from_secs(1 << more.min(9)).min(WAIT_LONGEST)
    }

    fn wrong(&self, name: &str) {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() >= NAMES_MAX {
            names.retain(|_, (_, last)| last.elapsed() < WAIT_LONGEST);
        }
        if names.len() < NAMES_MAX || names.contains_key(name) {
            let entry = names.entry(name.to_owned()).or_insert((0, Instant::now()));
            *entry = (entry.0 + 1, Instant::now());
        }
    }

    fn right(&self, name: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

#[derive(Template)]
#[template(path = "sign_on.html")]
struct SignOnPage {
    w: &'static Words,
    town: String,
    style: &'static str,
    then: String,
    message: Option<&'static str>,
    /// The town has a provider for signing on.
    provider: bool,
}

/// Where to go afterwards.
#[derive(Debug, Deserialize)]
pub struct Then {
    #[serde(default)]
    nach: String,
}

/// `GET /anmelden`
pub async fn page(State(desk): State<Arc<Desk>>, Query(then): Query<Then>, headers: HeaderMap) -> Answer {
    let w = spoken(&headers);
    let message = (!then.nach.is_empty()).then_some(w.session_over);
    show(desk, w, then.nach, message).await
}

pub async fn show(
    desk: Arc<Desk>,
    w: &'static Words,
    then: String,
    message: Option<&'static str>,
) -> std::result::Result<Response, Spoken> {
    let work = move || -> std::result::Result<Response, Trouble> {
        let mut message = message;
        let elsewhere = desk.pipeline.desk.openid.is_some() || desk.pipeline.desk.directory.is_some();
        if !elsewhere && !anybody(&desk)? {
            message = Some(w.sign_on_none);
        }
        let town = desk.pipeline.town.clone();
        html(&SignOnPage {
            w,
            town,
            style: &assets::STYLE_AT,
            then,
            message,
            provider: desk.pipeline.desk.openid.is_some(),
        })
    };
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|e| Err(Trouble::Broken(Error::Format(e.to_string())))).map_err(|t| Spoken(t, w))
}

/// Whether anybody at all could sign on.
fn anybody(desk: &Desk) -> Result<bool> {
    for person in &desk.pipeline.people {
        if desk.ledger.person_secret(&person.id)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What is typed in.
#[derive(Debug, Deserialize)]
pub struct Given {
    person: String,
    password: String,
    #[serde(default)]
    nach: String,
}

/// `POST /anmelden`
pub async fn sign_on(State(desk): State<Arc<Desk>>, headers: HeaderMap, Form(given): Form<Given>) -> Answer {
    let w = spoken(&headers);
    if from_elsewhere(&headers) {
        return Err(Spoken(Trouble::Stale, w));
    }
    let person = given.person.trim().to_owned();
    if person.len() > 200 || given.password.len() > secret::PASSWORD_BYTES_MAX {
        return show(desk, w, given.nach, Some(w.sign_on_wrong)).await;
    }
    if desk.attempts.must_wait(&person) {
        return show(desk, w, given.nach, Some(w.sign_on_wait)).await;
    }
    let asked = desk.clone();
    let begun = tokio::task::spawn_blocking(move || begin(&asked, &person, &given.password)).await;
    match begun.unwrap_or_else(|e| Err(Error::Format(e.to_string()))) {
        Ok(Some(token)) => {
            let then = if own_path(&given.nach) { given.nach.as_str() } else { "/" };
            Ok(signed_on(&desk, &token, then))
        }
        Ok(None) => show(desk, w, given.nach, Some(w.sign_on_wrong)).await,
        Err(error) => Err(Spoken(Trouble::Broken(error), w)),
    }
}

/// Whether that is this person's password. Unknown names cost the same time and get the same answer, and
/// whoever guessed too often waits.
pub fn knows_password(desk: &Desk, id: &str, password: &str) -> Result<bool> {
    if desk.attempts.must_wait(id) {
        return Ok(false);
    }
    let person = desk.pipeline.acting(id);
    let stored = match person {
        Some(person) => desk.ledger.person_secret(&person.id)?,
        None => None,
    };
    // Who has a password here signs on with it, also when the directory is down.
    let right = match (&desk.pipeline.desk.directory, person) {
        (Some(directory), Some(person)) if stored.is_none() => {
            super::directory::knows(directory, &person.id, password)?
        }
        _ => secret::matches(password, stored.as_deref()),
    };
    if right {
        desk.attempts.right(id)
    } else {
        desk.attempts.wrong(id)
    }
    Ok(right)
}

/// A session for who knows the password.
fn begin(desk: &Desk, id: &str, password: &str) -> Result<Option<String>> {
    if !knows_password(desk, id, password)? {
        return Ok(None);
    }
    session(desk, id).map(Some)
}

fn session(desk: &Desk, id: &str) -> Result<String> {
    let token = secret::token()?;
    desk.ledger.session_begin(&secret::token_hash(&token), id)?;
    Ok(token)
}

/// Signed on: a session for who proved elsewhere who they are.
pub async fn begin_session(desk: &Arc<Desk>, id: &str, then: &str) -> Result<Response> {
    let (asked, id) = (desk.clone(), id.to_owned());
    let token = tokio::task::spawn_blocking(move || session(&asked, &id)).await;
    let token = token.unwrap_or_else(|e| Err(Error::Format(e.to_string())))?;
    Ok(signed_on(desk, &token, then))
}

fn signed_on(desk: &Desk, token: &str, then: &str) -> Response {
    let secure = if desk.pipeline.desk.secure { "; Secure" } else { "" };
    let name = cookie_name(desk);
    with_cookie(onwards(then), format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax{secure}"))
}

/// `POST /abmelden`
pub async fn sign_off(headers: HeaderMap, posted: Posted) -> Answer {
    let name = cookie_name(&posted.visit.desk);
    let cookies = headers.get(COOKIE).and_then(|c| c.to_str().ok()).unwrap_or_default();
    let hash = cookie(cookies, name).map(secret::token_hash).unwrap_or_default();
    posted
        .visit
        .work(move |visit| {
            visit.desk.ledger.session_end(&hash)?;
            let secure = if visit.desk.pipeline.desk.secure { "; Secure" } else { "" };
            let gone = format!("{name}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{secure}");
            let mut response = with_cookie(onwards("/anmelden"), gone);
            // No page image stays behind on a shared computer.
            response.headers_mut().insert(
                HeaderName::from_static("clear-site-data"),
                HeaderValue::from_static("\"cache\", \"storage\""),
            );
            Ok(response)
        })
        .await
}

/// `POST /sprache`
pub async fn language_chosen(posted: Posted) -> Answer {
    let chosen = Language::of(posted.get("sprache")).words().code;
    let back = posted.get("zurueck");
    let back = if own_path(back) { back } else { "/" };
    let year = "Max-Age=31536000; SameSite=Lax; HttpOnly";
    Ok(with_cookie(onwards(back), format!("sprache={chosen}; Path=/; {year}")))
}

fn with_cookie(mut response: Response, cookie: String) -> Response {
    match HeaderValue::from_str(&cookie) {
        Ok(value) => {
            response.headers_mut().append(SET_COOKIE, value);
            response
        }
        Err(_) => axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

pub fn spoken(headers: &HeaderMap) -> &'static Words {
    language(headers.get(COOKIE).and_then(|c| c.to_str().ok()).unwrap_or_default()).words()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_wrong_passwords_are_free_then_one_waits() {
        let attempts = Attempts::default();
        for _ in 0..FREE_ATTEMPTS {
            assert!(!attempts.must_wait("a"));
            attempts.wrong("a");
        }
        assert!(attempts.must_wait("a"));
        assert!(!attempts.must_wait("b"));
        attempts.right("a");
        assert!(!attempts.must_wait("a"));
    }
}
