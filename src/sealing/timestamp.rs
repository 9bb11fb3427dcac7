//! Timestamps from a service (RFC 3161, RFC 5816): asked over HTTP, checked before they count.

use super::der::{self, INTEGER, OCTETS, OID, Reader, SEQUENCE};
use super::stamp::Token;
use super::verdict::Anchors;
use crate::delivery::http::Client;
use crate::error::{Error, Result};
use crate::model::town::{HttpAccess, HttpLogin, SealSettings};
use openssl::asn1::Asn1Object;
use openssl::cms::{CMSOptions, CmsContentInfo};
use openssl::hash::{MessageDigest, hash};
use openssl::x509::store::X509StoreBuilder;
use openssl::x509::verify::X509VerifyFlags;
use openssl::x509::{X509, X509PurposeId};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Longest answer that is read.
const ANSWER_BYTES_MAX: u64 = 64 << 10;
/// How long one service may take to connect, and to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How far the stamped time may lie from ours: clocks drift, services lie.
const CLOCK_SECONDS_MAX: i64 = 300;
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];

/// Services that are asked in turn.
pub struct Authority {
    line: Client,
    urls: Vec<String>,
    anchors: Anchors,
    /// DER of the policy that alone is accepted, if the town names one.
    policy: Option<Vec<u8>>,
    /// Certificates of the last good token.
    seen: Mutex<Vec<X509>>,
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").field("urls", &self.urls).finish_non_exhaustive()
    }
}

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamped {
    /// UTC, `20261121161500Z`, fractions cut off.
    pub at: String,
    policy: Vec<u8>,
    nonce: Option<Vec<u8>>,
    imprint: Vec<u8>,
}

impl Authority {
    /// The services of the settings; none if there are none.
    pub fn open(settings: &SealSettings) -> Result<Option<Self>> {
        if settings.timestamp_urls.is_empty() {
            return Ok(None);
        }
        let anchors = match &settings.timestamp_ca_file {
            Some(path) => Anchors::read(path)?,
            None => {
                return Err(Error::seal(
                    "timestamp_ca",
                    "Ohne Vertrauensanker lässt sich kein Zeitstempel prüfen",
                    "timestamp_ca_file unter [seal] nennen",
                ));
            }
        };
        let policy = match settings.timestamp_policy.as_deref().map(Asn1Object::from_str) {
            Some(Ok(policy)) => Some(policy.as_slice().to_vec()),
            Some(Err(_)) => {
                return Err(Error::seal(
                    "timestamp_policy",
                    "timestamp_policy ist keine Kennung",
                    "Zahlen mit Punkten schreiben, wie der Dienst sie nennt",
                ));
            }
            None => None,
        };
        let access = HttpAccess {
            url: String::new(),
            login: HttpLogin::None,
            ca_file: None,
            client_certificate_file: None,
            proxy: settings.proxy.clone(),
            timeout: PATIENCE,
        };
        let line = Client::new(&access).answers_up_to(ANSWER_BYTES_MAX);
        let urls = settings.timestamp_urls.clone();
        Ok(Some(Self { line, urls, anchors, policy, seen: Mutex::default() }))
    }

    /// A token over these bytes from the first service that gives a good one.
    pub fn stamp(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        let mut last = None;
        for url in &self.urls {
            match self.ask(url, bytes) {
                Ok(token) => return Ok(token),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| unavailable("kein Dienst eingestellt")))
    }

    /// The certificates of the service that answers, with its chain as far as we know it.
    pub fn certificates(&self) -> Result<Vec<X509>> {
        let seen = || self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if seen().is_empty() {
            self.stamp(b"poststelle")?;
        }
        Ok(seen().into_iter().chain(self.anchors.certificates().iter().cloned()).collect())
    }

    fn ask(&self, url: &str, bytes: &[u8]) -> Result<Vec<u8>> {
        let imprint = hash(MessageDigest::sha256(), bytes)?.to_vec();
        let mut nonce = [0u8; 16];
        openssl::rand::rand_bytes(&mut nonce)?;
        let nonce = der::integer(&nonce);
        let headers = [("content-type", "application/timestamp-query")];
        let reply = self.line.call("POST", url, &headers, &query(&imprint, &nonce));
        let reply = reply.map_err(|lost| unavailable(lost.text.trim_end_matches('.')))?;
        if reply.status != 200 {
            return Err(unavailable(&format!("{url} antwortet mit Status {}", reply.status)));
        }
        let answer = reply.body;
        let token = granted(&answer).ok_or_else(|| unavailable("der Dienst hat abgelehnt"))?.to_vec();
        let lying = |what| {
            Error::seal("timestamp_wrong", what, "Zeitstempeldienst prüfen; sein Stempel wurde verworfen")
        };
        let stamped = open(&token, Some(&self.anchors))
            .ok_or_else(|| lying("Der Zeitstempel ist nicht vertrauenswürdig"))?;
        if stamped.imprint != imprint || stamped.nonce.as_deref() != Some(&nonce[..]) {
            return Err(lying("Der Zeitstempel gehört zu einer anderen Anfrage"));
        }
        if self.policy.as_ref().is_some_and(|policy| *policy != stamped.policy) {
            return Err(lying("Der Zeitstempel folgt nicht der verlangten Policy"));
        }
        let ours = jiff::Timestamp::now();
        let theirs = time(&stamped.at).ok_or_else(|| lying("Der Zeitstempel nennt keine Zeit"))?;
        if (ours.as_second() - theirs.as_second()).abs() > CLOCK_SECONDS_MAX {
            return Err(lying(
                "Die Zeit des Stempels und die des Rechners liegen mehr als fünf Minuten auseinander",
            ));
        }
        let tidy = Token::tidy(&token, self.anchors.certificates())
            .filter(|tidy| open(tidy, Some(&self.anchors)).as_ref() == Some(&stamped))
            .ok_or_else(|| {
                lying("Der Zeitstempel ist in einer Form, die sich später nicht Byte für Byte prüfen lässt")
            })?;
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = certificates(&tidy);
        Ok(tidy)
    }
}

/// What a token says, if its signature holds; with anchors, if its certificate also leads to one of them.
pub fn open(token: &[u8], anchors: Option<&Anchors>) -> Option<Stamped> {
    let mut store = X509StoreBuilder::new().ok()?;
    for anchor in anchors.map(|a| a.certificates()).unwrap_or_default() {
        store.add_cert(anchor.clone()).ok()?;
    }
    store.set_purpose(X509PurposeId::TIMESTAMP_SIGN).ok()?;
    // A token stays good after its certificate has expired; whether it was valid then is checked against its time.
    store.set_flags(X509VerifyFlags::NO_CHECK_TIME | X509VerifyFlags::PARTIAL_CHAIN).ok()?;
    let flags = if anchors.is_some() {
        CMSOptions::BINARY
    } else {
        CMSOptions::BINARY | CMSOptions::NO_SIGNER_CERT_VERIFY
    };
    let mut content = Vec::new();
    CmsContentInfo::from_der(token)
        .ok()?
        .verify(None, Some(&store.build()), None, Some(&mut content), flags)
        .ok()?;
    said(&content)
}

/// Whether the token is over these bytes.
pub fn is_over(stamped: &Stamped, bytes: &[u8]) -> bool {
    hash(MessageDigest::sha256(), bytes).is_ok_and(|h| *h == *stamped.imprint)
}

/// `20261121161500Z` as a moment.
pub fn time(generalized: &str) -> Option<jiff::Timestamp> {
    let d = generalized.get(..14)?;
    let part = |r: std::ops::Range<usize>| d.get(r);
    let text = format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0..4)?,
        part(4..6)?,
        part(6..8)?,
        part(8..10)?,
        part(10..12)?,
        part(12..14)?
    );
    text.parse().ok()
}

/// TSTInfo (RFC 3161, 2.4.2).
fn said(content: &[u8]) -> Option<Stamped> {
    let mut info = Reader(Reader(content).take(SEQUENCE)?);
    info.take(INTEGER)?;
    let policy = info.take(OID)?.to_vec();
    let mut imprint = Reader(info.take(SEQUENCE)?);
    let algorithm = Reader(imprint.take(SEQUENCE)?).take(OID)?;
    (algorithm == SHA256).then_some(())?;
    let imprint = imprint.take(OCTETS)?.to_vec();
    info.take(INTEGER)?;
    let at = std::str::from_utf8(info.take(0x18)?).ok()?;
    let at = format!("{}Z", at.get(..14)?);
    info.maybe(SEQUENCE);
    info.maybe(0x01);
    let nonce = info.maybe(INTEGER).map(|digits| der::value(INTEGER, digits));
    Some(Stamped { at, policy, nonce, imprint })
}

/// TimeStampReq (RFC 3161, 2.4.1), the certificate wanted with the answer.
fn query(imprint: &[u8], nonce: &[u8]) -> Vec<u8> {
    let algorithm = der::nested(SEQUENCE, &[&der::value(OID, SHA256), &[5, 0]]);
    let imprint = der::nested(SEQUENCE, &[&algorithm, &der::value(OCTETS, imprint)]);
    der::nested(SEQUENCE, &[&der::value(INTEGER, &[1]), &imprint, nonce, &[1, 1, 0xff]])
}

/// The token of an answer with status granted.
fn granted(answer: &[u8]) -> Option<&[u8]> {
    let mut answer = Reader(Reader(answer).take(SEQUENCE)?);
    let status = Reader(answer.take(SEQUENCE)?).take(INTEGER)?;
    // 0 granted, 1 granted with changes.
    if status != [0] && status != [1] {
        return None;
    }
    Some(answer.any()?.2)
}

fn unavailable(why: &str) -> Error {
    Error::seal(
        "timestamp_unavailable",
        format!("Kein Zeitstempel zu bekommen: {why}"),
        "es wird weiter versucht; Dienst und Verbindung prüfen",
    )
}

/// The certificates a token brings along.
pub fn certificates(token: &[u8]) -> Vec<X509> {
    Token::read(token).map(|token| token.certificates().to_vec()).unwrap_or_default()
}
