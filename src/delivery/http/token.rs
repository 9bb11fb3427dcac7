//! Tokens that have to be fetched: one fetch at a time, kept while they are good, fetched anew when refused.

use super::{Lost, Wire};
use crate::config::secret;
use crate::model::town::{HttpAccess, HttpLogin};
use serde_json::Value;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Lifetime if the server names none.
const LIFE: Duration = Duration::from_secs(600);
/// A token this near to its end is not used any more.
const MARGIN: Duration = Duration::from_secs(30);

/// A token and how long it is good.
#[derive(Clone)]
pub struct Token {
    value: String,
    until: Instant,
}

impl Token {
    /// A token for that many seconds.
    pub fn new(value: impl Into<String>, seconds: Option<u64>) -> Self {
        let life = seconds.map_or(LIFE, |s| Duration::from_secs(s.min(24 * 3600)));
        Self { value: value.into(), until: Instant::now() + life.saturating_sub(MARGIN) }
    }
}

/// How a token is fetched.
pub type SignIn = fn(&Wire, &HttpAccess) -> Result<Token, Lost>;

/// The token in use. Who asks while it is being fetched waits for it.
#[derive(Default)]
pub struct Held(Mutex<Option<Token>>);

impl Held {
    /// The token, fetched if there is none that is good.
    pub fn get(&self, fetch: impl FnOnce() -> Result<Token, Lost>) -> Result<String, Lost> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(token) = held.as_ref().filter(|token| token.until > Instant::now()) {
            return Ok(token.value.clone());
        }
        Ok(held.insert(fetch()?).value.clone())
    }

    /// The server refused that token; a newer one stays.
    pub fn forget(&self, refused: &str) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.as_ref().is_some_and(|token| token.value == refused) {
            *held = None;
        }
    }
}

/// OAuth 2.0 client credentials (RFC 6749, section 4.4).
pub fn client_credentials(wire: &Wire, access: &HttpAccess) -> Result<Token, Lost> {
    let HttpLogin::Client { token_url, client_id, secret_file, scope } = &access.login else {
        return Err(refused("keine Anwendung eingetragen"));
    };
    let secret = secret_of(secret_file)?;
    let mut form =
        vec![("grant_type", "client_credentials"), ("client_id", client_id), ("client_secret", &secret)];
    form.extend(scope.as_deref().map(|scope| ("scope", scope)));
    grant(wire, token_url, &form)
}

/// Asks a token endpoint (RFC 6749, section 5).
pub fn grant(wire: &Wire, url: &str, form: &[(&str, &str)]) -> Result<Token, Lost> {
    let body = super::query(form);
    let headers = [
        ("content-type", "application/x-www-form-urlencoded".to_owned()),
        ("accept", "application/json".into()),
    ];
    let reply = wire.send("POST", url, &headers, &[body.as_bytes()])?;
    let answer: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    match (reply.status, answer["access_token"].as_str()) {
        (200, Some(token)) => Ok(Token::new(token, answer["expires_in"].as_u64())),
        // `error` is a code of the standard; nothing else of the answer is shown, it may hold what was sent.
        (status, _) => {
            Err(refused(&format!("{} (HTTP {status})", answer["error"].as_str().unwrap_or("ohne Angabe"))))
        }
    }
}

/// A secret for a login.
pub fn secret_of(file: &Path) -> Result<String, Lost> {
    secret::read(file).map_err(|r| Lost { sent: false, text: r.to_string() })
}

/// The login did not succeed: nothing of the letter has left.
pub fn refused(why: &str) -> Lost {
    Lost { sent: false, text: format!("Die Anmeldung wurde abgelehnt: {why}.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_fetched_once_and_again_when_it_was_refused() {
        let held = Held::default();
        let get = |value: &str| held.get(|| Ok(Token::new(value, Some(600)))).unwrap();
        assert_eq!((get("one"), get("two")), ("one".into(), "one".into()));
        held.forget("older");
        assert_eq!(get("two"), "one");
        held.forget("one");
        assert_eq!(get("two"), "two");
    }

    #[test]
    fn a_token_at_its_end_is_not_used() {
        let held = Held::default();
        let get = |value: &str| held.get(|| Ok(Token::new(value, Some(1)))).unwrap();
        assert_eq!((get("one"), get("two")), ("one".into(), "two".into()));
    }
}
