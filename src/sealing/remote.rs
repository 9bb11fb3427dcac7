//! A key at a trust service, reached by the interface of the Cloud Signature Consortium (CSC API 2.0): only
//! hashes leave the house. Each signature is authorised for itself with the PIN of the credential.

use super::algorithm::Algorithm;
use super::key_file;
use super::town_seal::SealKey;
use crate::delivery::http::Client;
use crate::error::{Error, Result};
use crate::model::town::{HttpAccess, HttpLogin, ServicePlace};
use openssl::base64::{decode_block, encode_block};
use openssl::hash::hash;
use openssl::x509::X509;
use serde_json::{Value, json};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Longest answer that is read.
const ANSWER_BYTES_MAX: u64 = 1 << 20;
/// A service may have to wake a security module.
const PATIENCE: Duration = Duration::from_secs(30);

/// A service and the access it gave us.
struct Service {
    place: ServicePlace,
    line: Client,
    access: Mutex<Option<(String, Instant)>>,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("place", &self.place).finish_non_exhaustive()
    }
}

/// Takes the certificates from their file; the service is asked when something is to be sealed, so that its
/// silence stops no start.
pub(super) fn open(place: &ServicePlace) -> Result<(Box<dyn SealKey>, Vec<X509>)> {
    let access = HttpAccess {
        url: place.url.clone(),
        login: HttpLogin::None,
        ca_file: place.ca_file.clone(),
        client_certificate_file: None,
        proxy: place.proxy.clone(),
        timeout: PATIENCE,
    };
    let line = Client::new(&access).answers_up_to(ANSWER_BYTES_MAX);
    let service = Service { place: place.clone(), line, access: Mutex::default() };
    Ok((Box::new(service), key_file::chain(&place.certificate_file)?))
}

impl SealKey for Service {
    fn sign(&self, algorithm: Algorithm, data: &[u8]) -> Result<Vec<u8>> {
        let digest = encode_block(&hash(algorithm.digest(), data)?);
        let credential = &self.place.credential;
        let authorised = self.ask(
            "credentials/authorize",
            &json!({
                "credentialID": credential,
                "numSignatures": 1,
                "hashes": [digest],
                "hashAlgorithmOID": algorithm.digest_oid(),
                "authData": [{ "id": "PIN", "value": key_file::secret(&self.place.pin_file)? }],
            }),
        )?;
        let mut order = json!({
            "credentialID": credential,
            "SAD": word(&authorised, "SAD")?,
            "hashes": [digest],
            "hashAlgorithmOID": algorithm.digest_oid(),
            "signAlgo": algorithm.signature_oid(),
        });
        if let Some(parameters) = algorithm.signature_parameters() {
            order["signAlgoParams"] = encode_block(&parameters).into();
        }
        let signed = self.ask("signatures/signHash", &order)?;
        let signature = signed["signatures"][0].as_str().and_then(|s| decode_block(s).ok());
        signature.ok_or_else(|| refused("die Antwort enthält keine Signatur"))
    }
}

impl Service {
    /// One question, with access as it stands; once more with fresh access if that has run out.
    fn ask(&self, method: &str, order: &Value) -> Result<Value> {
        for fresh in [false, true] {
            let bearer = format!("Bearer {}", self.access(fresh)?);
            let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
            let (status, answer) = self.call(method, &headers, order.to_string().as_bytes())?;
            match status {
                200 => return Ok(answer),
                401 if !fresh => {}
                _ => return Err(refused(&said(status, &answer))),
            }
        }
        Err(refused("der Zugang gilt nicht"))
    }

    /// OAuth 2.0, client credentials (RFC 6749, 4.4).
    fn access(&self, fresh: bool) -> Result<String> {
        let mut kept = self.access.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((token, _)) = kept.as_ref().filter(|(_, until)| !fresh && *until > Instant::now()) {
            return Ok(token.clone());
        }
        let order = json!({
            "grant_type": "client_credentials",
            "client_id": self.place.client,
            "client_secret": key_file::secret(&self.place.secret_file)?,
        });
        let headers = [("content-type", "application/json")];
        let (status, answer) = self.call("oauth2/token", &headers, order.to_string().as_bytes())?;
        if status != 200 {
            return Err(refused(&said(status, &answer)));
        }
        let token = word(&answer, "access_token")?.to_owned();
        // Half of its life: clocks and lines are slow.
        let life = Duration::from_secs(answer["expires_in"].as_u64().unwrap_or(60) / 2);
        *kept = Some((token.clone(), Instant::now() + life));
        Ok(token)
    }

    fn call(&self, method: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<(u16, Value)> {
        let url = format!("{}/{method}", self.place.url.trim_end_matches('/'));
        let reply = self.line.call("POST", &url, headers, body).map_err(|lost| {
            Error::seal(
                "service_unavailable",
                format!("Der Siegeldienst antwortet nicht: {}", lost.text.trim_end_matches('.')),
                "es wird weiter versucht; Dienst und Verbindung prüfen",
            )
        })?;
        Ok((reply.status, serde_json::from_slice(&reply.body).unwrap_or_default()))
    }
}

fn word<'a>(answer: &'a Value, name: &str) -> Result<&'a str> {
    answer[name].as_str().ok_or_else(|| refused(&format!("in der Antwort fehlt „{name}“")))
}

/// What the service says, cut short: it is shown to people and may be anything.
fn said(status: u16, answer: &Value) -> String {
    let text = answer["error_description"].as_str().or(answer["error"].as_str()).unwrap_or_default();
    format!("Status {status} {}", text.chars().filter(|c| !c.is_control()).take(120).collect::<String>())
}

fn refused(why: &str) -> Error {
    Error::seal(
        "service_refused",
        format!("Der Siegeldienst hat abgelehnt: {why}"),
        "Zugang, Kennung und PIN unter [seal] prüfen; es wird weiter versucht",
    )
}
