//! Certificates as whoever looks after them wants to see them: whose, from when, until when, and where their
//! revocation lists lie.

use super::revocation::places;
use super::verdict::last_day;
use super::{key_file, town_seal::common_name};
use crate::error::{Error, Result};
use crate::model::town::{KeyPlace, SealSettings};
use jiff::civil::Date;
use openssl::asn1::Asn1Time;
use openssl::x509::{X509, X509Ref};
use std::path::Path;

/// One certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// Name of whom it speaks of.
    pub subject: String,
    /// It is valid already.
    pub begun: bool,
    /// Last day on which it is valid.
    pub until: Option<Date>,
    /// Addresses of revocation lists.
    pub lists: Vec<String>,
}

/// The certificates of the seal, its own first. A key file is opened for them; tokens and services are not asked.
pub fn seal_outlook(settings: &SealSettings) -> Result<Vec<Outlook>> {
    let chain = match &settings.key {
        KeyPlace::File(place) => key_file::open(place)?.1,
        KeyPlace::Token(place) => key_file::chain(&place.certificate_file)?,
        KeyPlace::Service(place) => key_file::chain(&place.certificate_file)?,
    };
    Ok(chain.iter().map(|certificate| outlook(certificate)).collect())
}

/// The certificates in a PEM file.
pub fn file_outlook(path: &Path) -> Result<Vec<Outlook>> {
    let bytes = std::fs::read(path).map_err(Error::io("Zertifikate lesen", path))?;
    let chain = X509::stack_from_pem(&bytes)?;
    if chain.is_empty() {
        let text = format!("In {} steht kein Zertifikat", path.display());
        return Err(Error::seal("no_certificate", text, "Zertifikate als PEM ablegen"));
    }
    Ok(chain.iter().map(|certificate| outlook(certificate)).collect())
}

fn outlook(certificate: &X509Ref) -> Outlook {
    let begun = Asn1Time::days_from_now(0).is_ok_and(|now| certificate.not_before() <= now);
    Outlook {
        subject: common_name(certificate).unwrap_or_else(|| "ohne Namen".into()),
        begun,
        until: last_day(certificate),
        lists: places(certificate),
    }
}
