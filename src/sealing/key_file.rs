//! A key in a file: PKCS#12, or PEM beside its certificates.

use super::algorithm::{Algorithm, admitted};
use super::{Authority, Sealed, Sealer, Stamp, TOKEN_ROOM, cms};
use crate::error::{Error, Result};
use crate::model::town::SealSettings;
use openssl::asn1::Asn1Time;
use openssl::nid::Nid;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::x509::X509;
use std::path::Path;

/// A key with its certificate and chain, ready to seal.
#[derive(Debug)]
pub struct KeyFile {
    key: PKey<Private>,
    algorithm: Algorithm,
    /// The signer's first.
    certificates: Vec<Vec<u8>>,
    name: String,
    authority: Option<Authority>,
}

impl KeyFile {
    /// Reads and checks the key: it fits its certificate, is admitted, and is valid now.
    pub fn open(settings: &SealSettings) -> Result<Self> {
        let bytes = read(&settings.key_file)?;
        let password = match &settings.password_file {
            Some(path) => String::from_utf8_lossy(&read(path)?).trim_end_matches(['\r', '\n']).to_owned(),
            None => String::new(),
        };
        let wrong = |_| {
            Error::seal(
                "key",
                format!("{} lässt sich nicht öffnen", settings.key_file.display()),
                "PKCS#12- oder PEM-Datei nennen und password_file prüfen",
            )
        };
        let (key, mut chain) = if bytes.starts_with(b"-----BEGIN") {
            let key = PKey::private_key_from_pem_passphrase(&bytes, password.as_bytes()).map_err(wrong)?;
            let chain = match &settings.certificate_file {
                Some(path) => X509::stack_from_pem(&read(path)?)?,
                None => X509::stack_from_pem(&bytes)?,
            };
            (key, chain)
        } else {
            let parsed = Pkcs12::from_der(&bytes).and_then(|p| p.parse2(&password)).map_err(wrong)?;
            let mut chain: Vec<X509> = parsed.cert.into_iter().collect();
            chain.extend(parsed.ca.into_iter().flatten());
            let key = parsed.pkey.ok_or_else(|| {
                Error::seal(
                    "key",
                    "Die Schlüsseldatei enthält keinen Schlüssel",
                    "PKCS#12 mit Schlüssel ausstellen",
                )
            })?;
            (key, chain)
        };
        let fits = |c: &X509| c.public_key().is_ok_and(|public| public.public_eq(&key));
        let Some(own) = chain.iter().position(fits) else {
            return Err(Error::seal(
                "certificate",
                "Zu dem Siegelschlüssel liegt kein Zertifikat",
                "certificate_file nennen; das Zertifikat muss zu dem Schlüssel gehören",
            ));
        };
        chain.swap(0, own);
        let certificate = &chain[0];
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
        let algorithm = admitted(&key, jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).year())?;
        let name = certificate.subject_name().entries_by_nid(Nid::COMMONNAME).next();
        let name = name.and_then(|n| n.data().to_string().ok()).unwrap_or_else(|| "Siegel".into());
        let mut certificates: Vec<Vec<u8>> =
            chain.iter().map(|c| c.to_der()).collect::<std::result::Result<_, _>>()?;
        // The bag of a signature is sorted; so is what is signed about it.
        certificates[1..].sort();
        let authority = Authority::open(settings)?;
        Ok(Self { algorithm, certificates, name, key, authority })
    }

    /// Algorithm, for reports.
    pub fn algorithm(&self) -> &'static str {
        self.algorithm.name
    }
}

impl Sealer for KeyFile {
    fn seal(&self, content: &[&[u8]], stamp: Stamp) -> Result<Sealed> {
        let mut signature = cms::sign(&self.key, self.algorithm, self.certificates.clone(), content)?;
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

    fn room(&self) -> usize {
        let certificates: usize = self.certificates.iter().map(Vec::len).sum();
        // Names, identifiers and the longest signature of the table fit into the rest.
        certificates + 3072 + self.authority.as_ref().map_or(0, |_| TOKEN_ROOM)
    }

    fn name(&self) -> String {
        self.name.clone()
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(Error::io("Siegelschlüssel lesen", path))
}
