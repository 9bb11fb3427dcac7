//! Timestamps from a service (RFC 3161, RFC 5816): asked over HTTP, checked before they count.

use super::der::{self, INTEGER, OCTETS, OID, Reader, SEQUENCE};
use super::verdict::Anchors;
use crate::error::{Error, Result};
use crate::model::town::SealSettings;
use openssl::cms::{CMSOptions, CmsContentInfo};
use openssl::hash::{MessageDigest, hash};
use openssl::x509::store::X509StoreBuilder;
use openssl::x509::verify::X509VerifyFlags;
use openssl::x509::{X509, X509PurposeId};
use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

/// Longest answer that is read.
const ANSWER_BYTES_MAX: u64 = 64 << 10;
/// How long one service may take to connect, and to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How far the stamped time may lie from ours: clocks drift, services lie.
const CLOCK_SECONDS_MAX: i64 = 300;
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];

/// Services that are asked in turn.
#[derive(Debug)]
pub struct Authority {
    urls: Vec<Url>,
    anchors: Anchors,
}

/// `http://host[:port]/path`. The token carries its own signature, so the line needs none.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Url {
    host: String,
    port: u16,
    path: String,
}

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamped {
    /// UTC, `20261121161500Z`, fractions cut off.
    pub at: String,
    nonce: Option<Vec<u8>>,
    imprint: Vec<u8>,
}

impl Authority {
    /// The services of the settings; none if there are none.
    pub fn open(settings: &SealSettings) -> Result<Option<Self>> {
        if settings.timestamp_urls.is_empty() {
            return Ok(None);
        }
        let urls = settings.timestamp_urls.iter().map(|u| url(u)).collect::<Result<_>>()?;
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
        Ok(Some(Self { urls, anchors }))
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

    fn ask(&self, url: &Url, bytes: &[u8]) -> Result<Vec<u8>> {
        let imprint = hash(MessageDigest::sha256(), bytes)?.to_vec();
        let mut nonce = [0u8; 16];
        openssl::rand::rand_bytes(&mut nonce)?;
        let nonce = der::integer(&nonce);
        let answer = post(url, &query(&imprint, &nonce)).map_err(|e| unavailable(&e.to_string()))?;
        let token = granted(&answer).ok_or_else(|| unavailable("der Dienst hat abgelehnt"))?.to_vec();
        let lying = |what| {
            Error::seal("timestamp_wrong", what, "Zeitstempeldienst prüfen; sein Stempel wurde verworfen")
        };
        let stamped = open(&token, Some(&self.anchors))
            .ok_or_else(|| lying("Der Zeitstempel ist nicht vertrauenswürdig"))?;
        if stamped.imprint != imprint || stamped.nonce.as_deref() != Some(&nonce[..]) {
            return Err(lying("Der Zeitstempel gehört zu einer anderen Anfrage"));
        }
        let ours = jiff::Timestamp::now();
        let theirs = time(&stamped.at).ok_or_else(|| lying("Der Zeitstempel nennt keine Zeit"))?;
        if (ours.as_second() - theirs.as_second()).abs() > CLOCK_SECONDS_MAX {
            return Err(lying(
                "Die Zeit des Stempels und die des Rechners liegen mehr als fünf Minuten auseinander",
            ));
        }
        Ok(token)
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
    info.take(OID)?;
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
    Some(Stamped { at, nonce, imprint })
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

/// One request over HTTP/1.1 on a connection of its own.
fn post(url: &Url, body: &[u8]) -> std::io::Result<Vec<u8>> {
    let other = |text: &str| std::io::Error::other(text.to_owned());
    let mut addresses = (url.host.as_str(), url.port).to_socket_addrs()?;
    let address = addresses.next().ok_or_else(|| other("unbekannter Rechner"))?;
    let mut line = TcpStream::connect_timeout(&address, PATIENCE)?;
    line.set_read_timeout(Some(PATIENCE))?;
    line.set_write_timeout(Some(PATIENCE))?;
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: {}:{}\r\nContent-Type: application/timestamp-query\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        url.path,
        url.host,
        url.port,
        body.len()
    );
    line.write_all(head.as_bytes())?;
    line.write_all(body)?;
    let mut answer = Vec::new();
    line.take(ANSWER_BYTES_MAX).read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n").ok_or_else(|| other("keine Antwort"))?;
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    if head.split_whitespace().nth(1) != Some("200") {
        return Err(other(head.lines().next().unwrap_or("keine Antwort")));
    }
    if head.contains("transfer-encoding:") {
        return Err(other("Antwort in Stücken wird nicht unterstützt"));
    }
    Ok(answer.split_off(end + 4))
}

fn url(text: &str) -> Result<Url> {
    let parse = || {
        let (host, path) =
            text.strip_prefix("http://").map(|rest| rest.split_once('/').unwrap_or((rest, "")))?;
        let (host, port) = match host.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()?),
            None => (host, 80),
        };
        (!host.is_empty()).then(|| Url { host: host.into(), port, path: format!("/{path}") })
    };
    parse().ok_or_else(|| {
        Error::seal(
            "timestamp_url",
            format!("„{text}“ ist keine Adresse"),
            "http://rechner[:port]/pfad schreiben",
        )
    })
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
    let bag = || -> Option<Vec<X509>> {
        let mut info = Reader(Reader(token).take(SEQUENCE)?);
        info.take(OID)?;
        let mut signed = Reader(Reader(info.take(0xa0)?).take(SEQUENCE)?);
        signed.take(INTEGER)?;
        signed.any()?;
        signed.take(SEQUENCE)?;
        let mut bag = Reader(signed.maybe(0xa0)?);
        let mut found = Vec::new();
        while !bag.0.is_empty() {
            found.push(X509::from_der(bag.any()?.2).ok()?);
        }
        Some(found)
    };
    bag().unwrap_or_default()
}
