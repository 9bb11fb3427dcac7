//! Signing on by OpenID Connect: authorisation code with PKCE (RFC 7636), state and nonce; the token's signature,
//! issuer, audience, time and nonce are checked, and only whom the configuration names comes in.

use super::sign_on::{begin_session, show, spoken};
use super::trouble::{Answer, Spoken, Trouble, own_path};
use super::visit::{cookie, onwards};
use super::{Desk, secret};
use crate::delivery::http::Client;
use crate::error::{Error, Result};
use crate::model::town::OpenId;
use axum::extract::{Query, State};
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Who is sent away must be back by then.
const PATIENCE: Duration = Duration::from_secs(600);
/// Sign-ons under way; more than a town has people.
const PENDING_MAX: usize = 10_000;
/// Signatures with a private key at the provider; never one that the client's secret could make.
const ALGORITHMS: [Algorithm; 4] = [Algorithm::RS256, Algorithm::PS256, Algorithm::ES256, Algorithm::ES384];

/// Sign-ons under way, by their state.
#[derive(Debug, Default)]
pub struct Pending(Mutex<HashMap<String, Begun>>);

#[derive(Debug)]
struct Begun {
    nonce: String,
    verifier: String,
    then: String,
    at: Instant,
}

impl Pending {
    fn begin(&self, state: &str, begun: Begun) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, other| other.at.elapsed() < PATIENCE);
        if all.len() < PENDING_MAX {
            all.insert(state.to_owned(), begun);
        }
    }

    /// Once and in time.
    fn end(&self, state: &str) -> Option<Begun> {
        let begun = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(state)?;
        (begun.at.elapsed() < PATIENCE).then_some(begun)
    }
}

/// What a provider says about itself.
#[derive(Debug, Deserialize)]
struct Provider {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

#[derive(Debug, Deserialize)]
struct Tokens {
    id_token: String,
}

fn failed(text: impl Into<String>) -> Error {
    Error::Format(format!("Anmeldedienst: {}", text.into()))
}

fn fetched<T: DeserializeOwned>(client: &Client, method: &str, url: &str, form: Option<&str>) -> Result<T> {
    let kind = [("content-type", "application/x-www-form-urlencoded"), ("accept", "application/json")];
    let reply = client
        .call(method, url, &kind, form.unwrap_or_default().as_bytes())
        .map_err(|lost| failed(lost.text))?;
    if reply.status != 200 {
        return Err(failed(format!("{url} antwortet mit {}", reply.status)));
    }
    Ok(serde_json::from_slice(&reply.body)?)
}

fn discovered(settings: &OpenId, client: &Client) -> Result<Provider> {
    let url = format!("{}/.well-known/openid-configuration", settings.access.url);
    let provider: Provider = fetched(client, "GET", &url, None)?;
    if provider.issuer.trim_end_matches('/') != settings.access.url {
        return Err(failed(format!("nennt sich {}", provider.issuer)));
    }
    Ok(provider)
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// Where to go afterwards.
#[derive(Debug, Deserialize)]
pub struct Then {
    #[serde(default)]
    nach: String,
}

/// `GET /anmelden/dienst`: off to the provider.
pub async fn leave(State(desk): State<Arc<Desk>>, Query(then): Query<Then>, headers: HeaderMap) -> Answer {
    let w = spoken(&headers);
    let work = move || -> std::result::Result<(String, String), Trouble> {
        let settings = desk.pipeline.desk.openid.as_ref().ok_or(Trouble::NotFound)?;
        let provider = discovered(settings, &Client::new(&settings.access))?;
        let (state, nonce, verifier) = (secret::token()?, secret::token()?, secret::token()?);
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        let to = format!(
            "{}?response_type=code&scope=openid%20profile&client_id={}&redirect_uri={}&state={state}&nonce={nonce}\
             &code_challenge={challenge}&code_challenge_method=S256",
            provider.authorization_endpoint,
            encoded(&settings.client_id),
            encoded(&settings.back),
        );
        desk.openid.begin(&state, Begun { nonce, verifier, then: then.nach, at: Instant::now() });
        let secure = if desk.pipeline.desk.secure { "; Secure" } else { "" };
        Ok((to, format!("anmeldung={state}; Path=/anmelden; HttpOnly; SameSite=Lax; Max-Age=600{secure}")))
    };
    let done = tokio::task::spawn_blocking(work).await;
    let done = done.unwrap_or_else(|e| Err(Trouble::Broken(Error::Format(e.to_string()))));
    let (to, cookie) = done.map_err(|trouble| Spoken(trouble, w))?;
    let mut response = onwards(&to);
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, value);
    }
    Ok(response)
}

/// What the provider sends back.
#[derive(Debug, Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct Back {
    code: String,
    state: String,
}

/// `GET /anmelden/zurueck`: back from the provider.
pub async fn back(State(desk): State<Arc<Desk>>, Query(back): Query<Back>, headers: HeaderMap) -> Answer {
    let w = spoken(&headers);
    let cookies = headers.get(COOKIE).and_then(|c| c.to_str().ok()).unwrap_or_default();
    // The browser that left is the one that comes back.
    let same = !back.state.is_empty() && cookie(cookies, "anmeldung") == Some(back.state.as_str());
    let begun = if same { desk.openid.end(&back.state) } else { None };
    let Some(begun) = begun else { return show(desk, w, String::new(), Some(w.session_over)).await };
    let then = begun.then.clone();
    let asked = desk.clone();
    let known = tokio::task::spawn_blocking(move || person(&asked, &begun, &back.code)).await;
    match known.unwrap_or_else(|e| Err(Error::Format(e.to_string()))) {
        Ok(Some(id)) => {
            let to = if own_path(&then) { then } else { "/".into() };
            begin_session(&desk, &id, &to).await.map_err(|e| Spoken(Trouble::Broken(e), w))
        }
        Ok(None) => show(desk, w, String::new(), Some(w.sign_on_unknown)).await,
        Err(error) => Err(Spoken(Trouble::Broken(error), w)),
    }
}

/// Who the code stands for, if the configuration names them.
fn person(desk: &Desk, begun: &Begun, code: &str) -> Result<Option<String>> {
    let Some(settings) = &desk.pipeline.desk.openid else { return Ok(None) };
    let client = Client::new(&settings.access);
    let provider = discovered(settings, &client)?;
    let form = format!(
        "grant_type=authorization_code&code={}&redirect_uri={}&code_verifier={}",
        encoded(code),
        encoded(&settings.back),
        encoded(&begun.verifier)
    );
    let tokens: Tokens = fetched(&client, "POST", &provider.token_endpoint, Some(&form))?;
    let keys: JwkSet = fetched(&client, "GET", &provider.jwks_uri, None)?;
    let claims = checked(&tokens.id_token, &keys, &provider.issuer, &settings.client_id)?;
    let text = |name: &str| claims.get(name).and_then(|value| value.as_str());
    if text("nonce") != Some(begun.nonce.as_str()) {
        return Err(failed("die Antwort gehört zu einer anderen Anmeldung"));
    }
    let id = text(&settings.claim).unwrap_or_default();
    Ok(desk.pipeline.acting(id).map(|p| p.id.clone()))
}

/// The claims of a token whose signature, issuer, audience and time hold.
fn checked(
    token: &str,
    keys: &JwkSet,
    issuer: &str,
    audience: &str,
) -> Result<serde_json::Map<String, serde_json::Value>> {
    let wrong = |e: jsonwebtoken::errors::Error| failed(format!("Token: {e}"));
    let head = decode_header(token).map_err(wrong)?;
    if !ALGORITHMS.contains(&head.alg) {
        return Err(failed(format!("Token: Verfahren {:?} gilt nicht", head.alg)));
    }
    let key = match &head.kid {
        Some(kid) => keys.find(kid),
        None => keys.keys.first().filter(|_| keys.keys.len() == 1),
    };
    let key =
        DecodingKey::from_jwk(key.ok_or_else(|| failed("Token: unbekannter Schlüssel"))?).map_err(wrong)?;
    let mut validation = Validation::new(head.alg);
    validation.set_audience(&[audience]);
    validation.set_issuer(&[issuer]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    Ok(decode(token, &key, &validation).map_err(wrong)?.claims)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_good_once() {
        let pending = Pending::default();
        let begun = Begun { nonce: "n".into(), verifier: "v".into(), then: "/".into(), at: Instant::now() };
        pending.begin("s", begun);
        assert!(pending.end("t").is_none());
        assert!(pending.end("s").is_some());
        assert!(pending.end("s").is_none());
    }

    /// Unsigned, or signed with what every client knows.
    #[test]
    fn tokens_without_the_providers_key_are_refused() {
        let keys = JwkSet { keys: Vec::new() };
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        for head in [r#"{"alg":"none"}"#, r#"{"alg":"HS256"}"#, r#"{"alg":"RS256","kid":"x"}"#] {
            let token = format!("{}.{}.{}", part(head), part(r#"{"sub":"leitung"}"#), part("x"));
            assert!(checked(&token, &keys, "https://i", "c").is_err(), "{head}");
        }
    }
}
