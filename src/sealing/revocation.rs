//! Revocation lists (RFC 5280, 5): fetched from where the certificates say, checked, kept for an hour.

use crate::delivery::http::Client;
use crate::error::{Error, Result};
use crate::model::town::{HttpAccess, HttpLogin};
use openssl::asn1::Asn1Time;
use openssl::x509::{CrlStatus, X509, X509Crl, X509Ref};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Longest list that is read.
const LIST_BYTES_MAX: u64 = 16 << 20;
/// How long a place may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a list is used again.
const KEPT: Duration = Duration::from_secs(3600);

/// Lists as they were fetched.
pub(super) struct Lists {
    line: Client,
    kept: Mutex<BTreeMap<String, (Instant, Vec<u8>)>>,
}

impl fmt::Debug for Lists {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lists")
    }
}

impl Lists {
    /// None yet.
    pub fn new(proxy: Option<&str>) -> Self {
        let access = HttpAccess {
            url: String::new(),
            login: HttpLogin::None,
            ca_file: None,
            client_certificate_file: None,
            proxy: proxy.map(str::to_owned),
            timeout: PATIENCE,
        };
        Self { line: Client::new(&access).answers_up_to(LIST_BYTES_MAX), kept: Mutex::default() }
    }

    /// The list of every certificate that names one, DER, none twice. A certificate on its list is an error.
    pub fn of(&self, certificates: &[X509]) -> Result<Vec<Vec<u8>>> {
        let mut lists = Vec::new();
        for certificate in certificates {
            let places = places(certificate);
            let mut found = None;
            for place in &places {
                let Some(list) = self.fetch(place) else { continue };
                match status(certificate, &list, certificates) {
                    Some(true) => found = Some(list),
                    Some(false) => {
                        return Err(Error::seal(
                            "revoked",
                            format!("Das Zertifikat {:?} ist gesperrt", certificate.subject_name()),
                            "neues Zertifikat einspielen; nichts wird bis dahin gesiegelt",
                        ));
                    }
                    None => continue,
                }
                break;
            }
            match found {
                Some(list) => lists.push(list),
                None if places.is_empty() => {}
                None => {
                    return Err(Error::seal(
                        "revocation_unavailable",
                        format!("Keine gültige Sperrliste zu bekommen: {}", places.join(", ")),
                        "es wird weiter versucht; Verbindung prüfen",
                    ));
                }
            }
        }
        lists.sort();
        lists.dedup();
        Ok(lists)
    }

    fn fetch(&self, place: &str) -> Option<Vec<u8>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, list)) = kept.get(place).filter(|(at, _)| at.elapsed() < KEPT) {
            return Some(list.clone());
        }
        let reply = self.line.call("GET", place, &[], &[]).ok().filter(|r| r.status == 200)?;
        let list = X509Crl::from_der(&reply.body).or_else(|_| X509Crl::from_pem(&reply.body)).ok()?;
        let list = list.to_der().ok()?;
        kept.insert(place.to_owned(), (Instant::now(), list.clone()));
        Some(list)
    }
}

/// Whether a certificate is good by that list: it is signed by an issuer among `known` and valid now.
fn status(certificate: &X509, list: &[u8], known: &[X509]) -> Option<bool> {
    let now = Asn1Time::days_from_now(0).ok()?;
    let list = X509Crl::from_der(list).ok()?;
    list.next_update().is_some_and(|next| next > now).then_some(())?;
    good(certificate, &list, known)
}

/// Whether a certificate is not on a list that an issuer among `known` signed; `None` if the list says nothing.
pub(super) fn good(certificate: &X509, list: &X509Crl, known: &[X509]) -> Option<bool> {
    let name = |n: &openssl::x509::X509NameRef| n.to_der().ok();
    (name(list.issuer_name()) == name(certificate.issuer_name())).then_some(())?;
    let signed = |issuer: &X509| {
        name(issuer.subject_name()) == name(list.issuer_name())
            && issuer.public_key().is_ok_and(|key| list.verify(&key).unwrap_or(false))
    };
    known.iter().any(signed).then_some(())?;
    Some(!matches!(list.get_by_cert(certificate), CrlStatus::Revoked(_)))
}

/// Where the certificate says its list lies, as far as that is reached by HTTP.
pub(super) fn places(certificate: &X509Ref) -> Vec<String> {
    let mut places = Vec::new();
    for point in certificate.crl_distribution_points().into_iter().flatten() {
        let names = point.distpoint().and_then(|p| p.fullname());
        for uri in names.into_iter().flatten().filter_map(|n| n.uri()) {
            if uri.starts_with("http://") || uri.starts_with("https://") {
                places.push(uri.to_owned());
            }
        }
    }
    places
}
