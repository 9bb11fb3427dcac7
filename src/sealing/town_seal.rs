//! The town's seal: a key somewhere, its certificates, timestamps and revocation lists.

use super::algorithm::{Algorithm, admitted};
use super::revocation::Lists;
use super::{Authority, Evidence, Sealed, Sealer, Stamp, TOKEN_ROOM, cms, key_file, remote, token};
use crate::error::{Error, Result};
use crate::model::town::{KeyPlace, SealSettings};
use openssl::asn1::Asn1Time;
use openssl::nid::Nid;
use openssl::x509::{X509, X509Ref};
use std::fmt::Debug;

/// Whoever holds the key: a file, a token, a service.
pub(super) trait SealKey: Debug + Send + Sync {
    /// The signature over these bytes, spelt as CMS wants it.
    fn sign(&self, algorithm: Algorithm, data: &[u8]) -> Result<Vec<u8>>;
}

/// A key with its certificate and chain, ready to seal.
#[derive(Debug)]
pub struct TownSeal {
    key: Box<dyn SealKey>,
    algorithm: Algorithm,
    /// The signer's first.
    certificates: Vec<Vec<u8>>,
    name: String,
    qualified: bool,
    authority: Option<Authority>,
    lists: Lists,
}

impl TownSeal {
    /// Opens the key and checks it: it fits its certificate, is admitted, and is valid now.
    pub fn open(settings: &SealSettings) -> Result<Self> {
        let (key, chain): (Box<dyn SealKey>, Vec<X509>) = match &settings.key {
            KeyPlace::File(place) => key_file::open(place)?,
            KeyPlace::Token(place) => token::open(place)?,
            KeyPlace::Service(place) => remote::open(place)?,
        };
        let certificate = chain.first().ok_or_else(misfit)?;
        let now = Asn1Time::days_from_now(0)?;
        if certificate.not_after() < now || certificate.not_before() > now {
            return Err(Error::seal(
                "certificate_expired",
                format!(
                    "Das Siegelzertifikat gilt von {} bis {}",
                    certificate.not_before(),
                    certificate.not_after()
                ),
                "neues Zertifikat einspielen; nichts wird bis dahin gesiegelt",
            ));
        }
        let year = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).year();
        let algorithm = admitted(&*certificate.public_key()?, year)?;
        let name = common_name(certificate).unwrap_or_else(|| "Siegel".into());
        let qualified = is_qualified(certificate)?;
        let mut certificates: Vec<Vec<u8>> =
            chain.iter().map(|c| c.to_der()).collect::<std::result::Result<_, _>>()?;
        // The bag of a signature is sorted; so is what is signed about it.
        certificates[1..].sort();
        let (authority, lists) = (Authority::open(settings)?, Lists::new(settings.proxy.as_deref()));
        let seal = Self { key, algorithm, certificates, name, qualified, authority, lists };
        // A service signs only documents; the others show now that key and certificate belong together.
        if !matches!(settings.key, KeyPlace::Service(_)) {
            seal.signature(&[b"poststelle"])?;
        }
        Ok(seal)
    }

    /// A signature that was checked with the certificate before it counts.
    fn signature(&self, content: &[&[u8]]) -> Result<cms::Signature> {
        let sign = |data: &[u8]| self.key.sign(self.algorithm, data);
        let signature = cms::sign(sign, self.algorithm, self.certificates.clone(), content)?;
        if cms::verify(&signature, content) { Ok(signature) } else { Err(misfit()) }
    }
}

impl Sealer for TownSeal {
    fn seal(&self, content: &[&[u8]], stamp: Stamp) -> Result<Sealed> {
        let mut signature = self.signature(content)?;
        let stamped = match &self.authority {
            None if stamp == Stamp::Required => {
                return Err(Error::seal(
                    "no_timestamp",
                    "Ab Schutzbedarf „hoch“ braucht das Siegel einen Zeitstempel, aber es ist kein Dienst eingestellt",
                    "timestamp_urls unter [seal] eintragen",
                ));
            }
            None => None,
            Some(authority) => match authority.stamp(&signature.value) {
                Ok(token) => {
                    signature.token = Some(token);
                    Some(true)
                }
                Err(_) if stamp == Stamp::IfPossible => Some(false),
                Err(error) => return Err(error),
            },
        };
        Ok(Sealed { cms: cms::write(&signature, content)?, stamped })
    }

    fn evidence(&self, stamp: Stamp) -> Result<Evidence> {
        let mut chain: Vec<X509> =
            self.certificates.iter().map(|c| X509::from_der(c)).collect::<std::result::Result<_, _>>()?;
        let mut gathered = || -> Result<Evidence> {
            if let Some(authority) = &self.authority {
                chain.extend(authority.certificates()?);
            }
            let lists = self.lists.of(&chain)?;
            let mut certificates: Vec<Vec<u8>> =
                chain.iter().map(|c| c.to_der()).collect::<std::result::Result<_, _>>()?;
            certificates.sort();
            certificates.dedup();
            Ok(Evidence { certificates, lists })
        };
        match gathered() {
            // A revoked certificate seals nothing, whatever the need.
            Err(error) if stamp == Stamp::Required || error.is_seal("revoked") => Err(error),
            // Without lists nothing else is worth storing either: the level is then B-T.
            Err(_) => Ok(Evidence::default()),
            Ok(evidence) if evidence.lists.is_empty() => Ok(Evidence::default()),
            Ok(evidence) => Ok(evidence),
        }
    }

    fn room(&self) -> usize {
        let certificates: usize = self.certificates.iter().map(Vec::len).sum();
        // Names, identifiers and the longest signature of the table fit into the rest.
        certificates + 3072 + self.authority.as_ref().map_or(0, |_| TOKEN_ROOM)
    }

    fn name(&self) -> String {
        self.name.clone()
    }

    fn algorithm(&self) -> &'static str {
        self.algorithm.name
    }

    fn qualified(&self) -> bool {
        self.qualified
    }

    fn until(&self) -> Option<i64> {
        let certificate = X509::from_der(self.certificates.first()?).ok()?;
        let span = Asn1Time::from_unix(0).ok()?.diff(certificate.not_after()).ok()?;
        Some(i64::from(span.days) * 86_400 + i64::from(span.secs))
    }
}

/// Common name of whom a certificate speaks of.
pub(super) fn common_name(certificate: &X509Ref) -> Option<String> {
    let name = certificate.subject_name().entries_by_nid(Nid::COMMONNAME).next()?;
    name.data().to_string().ok()
}

/// Whether the certificate says that it is a qualified one for seals or signatures (ETSI EN 319 412-5, 4.2.1).
/// That its issuer may say so is for the trusted lists.
fn is_qualified(certificate: &X509Ref) -> Result<bool> {
    const QC_STATEMENTS: &[u8] = &[0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x03];
    const QC_COMPLIANCE: &[u8] = &[0x06, 0x06, 0x04, 0x00, 0x8e, 0x46, 0x01, 0x01];
    let der = certificate.to_der()?;
    let after = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).position(|w| w == what);
    Ok(after(&der, QC_STATEMENTS).is_some_and(|at| after(&der[at..], QC_COMPLIANCE).is_some()))
}

fn misfit() -> Error {
    Error::seal(
        "certificate",
        "Zu dem Siegelschlüssel liegt kein Zertifikat",
        "certificate_file nennen; das Zertifikat muss zu dem Schlüssel gehören",
    )
}
