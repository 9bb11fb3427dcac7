//! The one way of speaking HTTP to targets.
//!
//! Certificates are always checked, against the system's and the target's own
//! authority; redirects are not followed, so a login page is never mistaken
//! for an answer. Secrets are read when needed and never shown.

use crate::model::refusal::Refusal;
use crate::model::town::{HttpAccess, HttpLogin};
use base64::Engine;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use ureq::tls::{Certificate, ClientCert, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, http};

/// Largest answer that is read. A product that is read back is no larger than this.
const ANSWER_BYTES_MAX: u64 = 2 << 30;
/// Waiting for a connection; the answer itself may take as long as the target is configured for.
const CONNECT: Duration = Duration::from_secs(15);

/// A server's answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Status code.
    pub status: u16,
    /// Headers.
    pub headers: http::HeaderMap,
    /// Body.
    pub body: Vec<u8>,
}

impl Reply {
    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// How long the server asks to wait: seconds, the form servers of targets use.
    pub fn retry_after(&self) -> Option<Duration> {
        self.header("retry-after")?.trim().parse().ok().map(Duration::from_secs)
    }
}

/// No answer came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The request may have been carried out.
    pub sent: bool,
    /// German sentence.
    pub text: String,
}

/// Speaks to one target.
pub struct Client {
    access: HttpAccess,
    answer_bytes_max: u64,
    agent: Result<Agent, Refusal>,
}

impl Client {
    /// Reads certificates; connects only when called.
    pub fn new(access: &HttpAccess) -> Self {
        Self { access: access.clone(), answer_bytes_max: ANSWER_BYTES_MAX, agent: agent(access) }
    }

    /// A longer answer is no answer.
    pub fn answers_up_to(mut self, bytes: u64) -> Self {
        self.answer_bytes_max = bytes;
        self
    }

    /// One request, one answer, whatever its status.
    pub fn call(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Reply, Lost> {
        let before = |text: String| Lost { sent: false, text };
        let agent = self.agent.as_ref().map_err(|r| before(r.to_string()))?;
        let mut request = http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(login) = self.login().map_err(|r| before(r.to_string()))? {
            request = request.header("authorization", login);
        }
        let request = request.body(body).map_err(|e| before(format!("Keine gültige Anfrage: {e}.")))?;
        let answer = agent.run(request).map_err(|e| lost(&e))?;
        let (parts, body) = answer.into_parts();
        let body =
            body.into_with_config().limit(self.answer_bytes_max).read_to_vec().map_err(|e| lost(&e))?;
        Ok(Reply { status: parts.status.as_u16(), headers: parts.headers, body })
    }

    fn login(&self) -> Result<Option<String>, Refusal> {
        let secret = |file: &Path| {
            let text = std::fs::read_to_string(file).map_err(|e| {
                let text = format!("Kennwortdatei {}: {e}.", file.display());
                Refusal::new("http.secret", text, "Datei anlegen und für den Dienst lesbar machen.")
            });
            text.map(|text| text.trim_end().to_owned())
        };
        Ok(match &self.access.login {
            HttpLogin::None => None,
            HttpLogin::Basic { user, password_file } => {
                let pair = format!("{user}:{}", secret(password_file)?);
                Some(format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair)))
            }
            HttpLogin::Bearer { token_file } => Some(format!("Bearer {}", secret(token_file)?)),
        })
    }

    /// What would fail before anything is sent.
    pub fn check(&self) -> Vec<Refusal> {
        let login = self.login().err();
        self.agent.as_ref().err().cloned().into_iter().chain(login).collect()
    }
}

fn agent(access: &HttpAccess) -> Result<Agent, Refusal> {
    let wrong = |text: String| Refusal::new("http.setup", text, "Ziel in pipeline.toml prüfen.");
    let pem = |path: &Path| -> Result<Vec<PemItem<'static>>, Refusal> {
        let bytes = std::fs::read(path).map_err(|e| wrong(format!("{}: {e}.", path.display())))?;
        let items: Result<Vec<_>, _> = parse_pem(&bytes).collect();
        items.map_err(|e| wrong(format!("{}: {e}.", path.display())))
    };
    let mut roots: Vec<Certificate<'static>> = rustls_native_certs::load_native_certs()
        .certs
        .iter()
        .map(|der| Certificate::from_der(der.as_ref()).to_owned())
        .collect();
    if let Some(path) = &access.ca_file {
        roots.extend(pem(path)?.into_iter().filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        }));
    }
    let mut tls = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .root_certs(RootCerts::new_with_certs(&roots));
    if let Some(path) = &access.client_certificate_file {
        let (mut chain, mut key) = (Vec::new(), None);
        for item in pem(path)? {
            match item {
                PemItem::Certificate(certificate) => chain.push(certificate),
                PemItem::PrivateKey(found) => key = Some(found),
                _ => {}
            }
        }
        let key = key.ok_or_else(|| wrong(format!("In {} ist kein Schlüssel.", path.display())))?;
        tls = tls.client_cert(Some(ClientCert::new_with_certs(&chain, key)));
    }
    let proxy = match &access.proxy {
        Some(url) => Some(ureq::Proxy::new(url).map_err(|e| wrong(format!("Proxy {url}: {e}.")))?),
        None => None,
    };
    let config = Agent::config_builder()
        .tls_config(tls.build())
        .proxy(proxy)
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("poststelle/", env!("CARGO_PKG_VERSION")))
        .timeout_resolve(Some(CONNECT))
        .timeout_connect(Some(CONNECT))
        .timeout_send_body(Some(access.timeout))
        .timeout_recv_response(Some(access.timeout))
        .timeout_recv_body(Some(access.timeout))
        .build();
    Ok(config.new_agent())
}

/// What a failure means: before a request is out nothing can have happened at the target.
fn lost(error: &ureq::Error) -> Lost {
    use ureq::{Error as E, Timeout as T};
    let (sent, text) = match error {
        E::HostNotFound => (false, "Den Server gibt es unter diesem Namen nicht.".to_owned()),
        E::ConnectionFailed => (false, "Der Server ist nicht erreichbar.".to_owned()),
        E::Timeout(T::Resolve | T::Connect) => (false, "Der Server ist nicht erreichbar.".to_owned()),
        E::Timeout(_) => (true, "Der Server hat nicht rechtzeitig geantwortet.".to_owned()),
        E::Rustls(e) => (false, format!("Die verschlüsselte Verbindung kam nicht zustande: {e}.")),
        E::Tls(e) => (false, format!("Die verschlüsselte Verbindung kam nicht zustande: {e}.")),
        E::Io(e) if e.kind() == std::io::ErrorKind::ConnectionRefused => {
            (false, "Der Server nimmt keine Verbindung an.".to_owned())
        }
        // A certificate that does not hold is reported by the TLS layer inside an I/O error.
        E::Io(e) if e.to_string().contains("certificate") => {
            (false, format!("Das Zertifikat des Servers gilt nicht: {e}."))
        }
        E::BadUri(e) => (false, format!("Keine gültige Adresse: {e}.")),
        other => (true, format!("Die Verbindung brach ab: {other}.")),
    };
    Lost { sent, text }
}

/// What stands in a path as it is (RFC 3986, unreserved), and `/`.
const IN_PATHS: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');

/// Percent-encoding of a path; `/` stays.
pub fn escaped(name: &str) -> String {
    utf8_percent_encode(name, IN_PATHS).to_string()
}
