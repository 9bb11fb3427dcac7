//! The one way of speaking HTTP to targets.
//!
//! Certificates are always checked, against the system's and the target's own
//! authority; redirects are not followed, so a login page is never mistaken
//! for an answer. Secrets are read when needed and never shown.

pub mod multipart;
pub mod token;

use crate::config::secret;
use crate::delivery::certificate;
use crate::model::refusal::Refusal;
use crate::model::town::{HttpAccess, HttpLogin};
use base64::Engine;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use token::{Held, SignIn};
use ureq::tls::{Certificate, ClientCert, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, SendBody, http};

/// Largest answer that is read. A product that is read back is no larger than this.
const ANSWER_BYTES_MAX: u64 = 2 << 30;
/// A body may be on its way this many times as long as an answer may take to begin.
const TRANSFER_TIMES: u32 = 10;
/// Waiting for a connection; an answer may take as long as the target is configured for.
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

/// The connection to a server, without a login.
#[derive(Debug)]
pub struct Wire {
    answer_bytes_max: u64,
    agent: Result<Agent, Refusal>,
}

impl Wire {
    /// Reads certificates; connects only when called.
    pub fn new(access: &HttpAccess) -> Self {
        Self { answer_bytes_max: ANSWER_BYTES_MAX, agent: agent(access) }
    }

    /// One request; its answer is read by whoever asked, as it comes.
    pub fn begin(
        &self,
        request: http::request::Builder,
        body: SendBody<'_>,
    ) -> Result<http::Response<ureq::Body>, Lost> {
        let before = |text: String| Lost { sent: false, text };
        let agent = self.agent.as_ref().map_err(|r| before(r.to_string()))?;
        let request = request.body(body).map_err(|e| before(format!("Keine gültige Anfrage: {e}.")))?;
        agent.run(request).map_err(|e| lost(&e))
    }

    /// One request, one answer, whatever its status. The body is read from its parts, never put together.
    pub fn send(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, String)],
        body: &[&[u8]],
    ) -> Result<Reply, Lost> {
        let before = |text: String| Lost { sent: false, text };
        let agent = self.agent.as_ref().map_err(|r| before(r.to_string()))?;
        let mut request = http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let bad = |e: http::Error| before(format!("Keine gültige Anfrage: {e}."));
        let answer = match body {
            [] => agent.run(request.body(&[] as &[u8]).map_err(bad)?),
            [one] => agent.run(request.body(*one).map_err(bad)?),
            parts => {
                let length: usize = parts.iter().map(|part| part.len()).sum();
                let mut reader: Box<dyn Read + '_> = Box::new(std::io::empty());
                for part in parts {
                    reader = Box::new(reader.chain(*part));
                }
                let request = request.header("content-length", length.to_string());
                agent.run(request.body(SendBody::from_reader(&mut reader)).map_err(bad)?)
            }
        };
        let (parts, body) = answer.map_err(|e| lost(&e))?.into_parts();
        let body =
            body.into_with_config().limit(self.answer_bytes_max).read_to_vec().map_err(|e| lost(&e))?;
        Ok(Reply { status: parts.status.as_u16(), headers: parts.headers, body })
    }
}

/// Speaks to one target.
pub struct Client {
    access: HttpAccess,
    wire: Wire,
    /// How a token is fetched, and the header it is sent in.
    sign_in: Option<(SignIn, &'static str)>,
    held: Held,
    /// The login goes to the configured server and nowhere else.
    at_home: bool,
}

impl Client {
    /// Reads certificates; connects only when called.
    pub fn new(access: &HttpAccess) -> Self {
        let sign_in: Option<(SignIn, _)> = match access.login {
            HttpLogin::Client { .. } => Some((token::client_credentials, "authorization")),
            _ => None,
        };
        Self {
            access: access.clone(),
            wire: Wire::new(access),
            sign_in,
            held: Held::default(),
            at_home: false,
        }
    }

    /// A client of a system with a way of its own to a token.
    pub fn signing_in(access: &HttpAccess, sign_in: SignIn, header: &'static str) -> Self {
        Self { sign_in: Some((sign_in, header)), ..Self::new(access) }
    }

    /// A longer answer is no answer.
    pub fn answers_up_to(mut self, bytes: u64) -> Self {
        self.wire.answer_bytes_max = bytes;
        self
    }

    /// Addresses come from the server's answers: one on another server never gets the login.
    pub fn only_at_home(mut self) -> Self {
        self.at_home = true;
        self
    }

    /// The configured address without a slash at its end.
    pub fn base(&self) -> &str {
        self.access.url.trim_end_matches('/')
    }

    /// One request, one answer, whatever its status.
    pub fn call(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Reply, Lost> {
        self.call_parts(method, url, headers, &[body])
    }

    /// The same with a body in parts.
    pub fn call_parts(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: &[&[u8]],
    ) -> Result<Reply, Lost> {
        let before = |text: String| Lost { sent: false, text };
        if self.at_home && origin(url) != origin(&self.access.url) {
            return Err(before("Der Server verweist mit unserer Anmeldung auf eine fremde Adresse.".into()));
        }
        let plain = headers.iter().map(|(name, value)| (*name, (*value).to_owned()));
        let Some((sign_in, header)) = self.sign_in else {
            let login = self.login().map_err(|r| before(r.to_string()))?;
            let all: Vec<_> = plain.chain(login.map(|login| ("authorization", login))).collect();
            return self.wire.send(method, url, &all, body);
        };
        let mut fetched = false;
        loop {
            let token = self.held.get(|| {
                fetched = true;
                sign_in(&self.wire, &self.access)
            })?;
            let all: Vec<_> = plain.clone().chain([(header, format!("Bearer {token}"))]).collect();
            let reply = self.wire.send(method, url, &all, body)?;
            if reply.status == 401 {
                self.held.forget(&token);
            }
            // A kept token may have ended early; one that was just fetched is refused for another reason.
            if reply.status != 401 || fetched {
                return Ok(reply);
            }
        }
    }

    /// A request without any login, to an address that is a secret itself.
    pub fn call_bare(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, String)],
        body: &[u8],
    ) -> Result<Reply, Lost> {
        self.wire.send(method, url, headers, &[body])
    }

    fn login(&self) -> Result<Option<String>, Refusal> {
        Ok(match &self.access.login {
            HttpLogin::None | HttpLogin::Client { .. } => None,
            HttpLogin::Basic { user, password_file } => {
                let pair = format!("{user}:{}", secret::read(password_file)?);
                Some(format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair)))
            }
            HttpLogin::Bearer { token_file } => Some(format!("Bearer {}", secret::read(token_file)?)),
        })
    }

    /// What would fail before anything is sent.
    pub fn check(&self) -> Vec<Refusal> {
        let login = match &self.access.login {
            HttpLogin::Client { secret_file, .. } => secret::read(secret_file).err(),
            _ => self.login().err(),
        };
        self.wire.agent.as_ref().err().cloned().into_iter().chain(login).collect()
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
        .timeout_send_body(Some(access.timeout * TRANSFER_TIMES))
        .timeout_recv_response(Some(access.timeout))
        .timeout_recv_body(Some(access.timeout * TRANSFER_TIMES))
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
            let text = e.to_string();
            let why = certificate::explained(&text).map(str::to_owned);
            (false, why.unwrap_or_else(|| format!("Das Zertifikat des Servers gilt nicht: {text}.")))
        }
        E::BadUri(e) => (false, format!("Keine gültige Adresse: {e}.")),
        other => (true, format!("Die Verbindung brach ab: {other}.")),
    };
    Lost { sent, text }
}

/// What stands in one segment of a path, or in a value, as it is (RFC 3986, unreserved).
const IN_SEGMENTS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// The same in a path, and `/`.
const IN_PATHS: &AsciiSet = &IN_SEGMENTS.remove(b'/');

/// Percent-encoding of a path; `/` stays.
pub fn escaped(name: &str) -> String {
    utf8_percent_encode(name, IN_PATHS).to_string()
}

/// Percent-encoding of one segment of a path, or of a value in a query.
pub fn segment(name: &str) -> String {
    utf8_percent_encode(name, IN_SEGMENTS).to_string()
}

/// Names and values as a query, or as a form.
pub fn query(pairs: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| format!("{}={}", segment(name), segment(value));
    pairs.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// An address as it stands in an answer, made absolute against the address of the request.
pub fn absolute(base: &str, link: &str) -> String {
    if link.contains("://") { link.to_owned() } else { format!("{}{link}", origin(base)) }
}

/// Scheme, host and port of an address.
pub fn origin(url: &str) -> String {
    let end = url.find("://").map_or(0, |at| at + 3);
    let host = url[end..].find(['/', '?', '#']).map_or(url.len(), |at| end + at);
    let origin = url[..host].to_ascii_lowercase();
    let port = if origin.starts_with("https://") { ":443" } else { ":80" };
    origin.strip_suffix(port).map(str::to_owned).unwrap_or(origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_by_who_answers_there() {
        assert_eq!(origin("https://Dms.stadt.example:443/x?y#z"), "https://dms.stadt.example");
        assert_ne!(origin("http://a.example/"), origin("https://a.example/"));
        assert_ne!(origin("https://a.example:8443/"), origin("https://a.example/"));
        assert_eq!(absolute("https://a.example/dms/x", "/dms/r/1"), "https://a.example/dms/r/1");
        assert_eq!(query(&[("a b", "c&d"), ("e", "ü/")]), "a%20b=c%26d&e=%C3%BC%2F");
    }
}
