//! A key in a file: PKCS#12, or PEM beside its certificates.

use super::algorithm::Algorithm;
use super::town_seal::SealKey;
use crate::config::secret;
use crate::error::{Error, Result};
use crate::model::town::KeyFilePlace;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::x509::X509;
use std::path::Path;

#[derive(Debug)]
struct KeyFile(PKey<Private>);

impl SealKey for KeyFile {
    fn sign(&self, algorithm: Algorithm, data: &[u8]) -> Result<Vec<u8>> {
        algorithm.sign(&self.0, data)
    }
}

/// Reads the key and its certificates, its own first.
pub(super) fn open(place: &KeyFilePlace) -> Result<(Box<dyn SealKey>, Vec<X509>)> {
    let bytes = read(&place.key_file)?;
    let password = place.password_file.as_deref().map(secret).transpose()?.unwrap_or_default();
    let wrong = |_| {
        Error::seal(
            "key",
            format!("{} lässt sich nicht öffnen", place.key_file.display()),
            "PKCS#12- oder PEM-Datei nennen und password_file prüfen",
        )
    };
    let (key, mut chain) = if bytes.starts_with(b"-----BEGIN") {
        let key = PKey::private_key_from_pem_passphrase(&bytes, password.as_bytes()).map_err(wrong)?;
        let chain = match &place.certificate_file {
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
    // Without one that fits the first signature fails, and says so.
    if let Some(own) = chain.iter().position(fits) {
        chain.swap(0, own);
    }
    Ok((Box::new(KeyFile(key)), chain))
}

/// Certificates in a file of their own.
pub(super) fn chain(path: &Path) -> Result<Vec<X509>> {
    Ok(X509::stack_from_pem(&read(path)?)?)
}

/// A PIN or password; without it a document waits.
pub(super) fn secret(path: &Path) -> Result<String> {
    secret::read(path)
        .map_err(|r| Error::seal("secret", r.text, "Datei anlegen und für den Dienst lesbar machen"))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(Error::io("Siegelschlüssel lesen", path))
}
