//! A mail that only the department can open: S/MIME, enveloped data (RFC 8551), through the system's OpenSSL.

use crate::model::refusal::Refusal;
use lettre::message::SinglePart;
use lettre::message::header::{ContentDisposition, ContentTransferEncoding, ContentType};
use openssl::asn1::Asn1Time;
use openssl::cms::{CMSOptions, CmsContentInfo};
use openssl::stack::Stack;
use openssl::symm::Cipher;
use openssl::x509::X509;
use std::path::Path;

const KIND: &str = "application/pkcs7-mime; smime-type=enveloped-data; name=\"smime.p7m\"";

/// The part encrypted for everybody whose certificate is in the file.
pub fn seal(certificates: &Path, inner: &[u8]) -> Result<SinglePart, Refusal> {
    let mut readers = Stack::new().map_err(|e| broken(&e))?;
    for certificate in read(certificates)? {
        readers.push(certificate).map_err(|e| broken(&e))?;
    }
    let sealed = CmsContentInfo::encrypt(&readers, inner, Cipher::aes_256_cbc(), CMSOptions::BINARY)
        .and_then(|sealed| sealed.to_der())
        .map_err(|e| broken(&e))?;
    Ok(SinglePart::builder()
        .header(ContentType::parse(KIND).map_err(|e| broken(&e))?)
        .header(ContentDisposition::attachment("smime.p7m"))
        .header(ContentTransferEncoding::Base64)
        .body(sealed))
}

/// What would fail: no certificate, or one that has ended.
pub fn check(certificates: &Path) -> Option<Refusal> {
    read(certificates).err()
}

fn read(path: &Path) -> Result<Vec<X509>, Refusal> {
    let wrong = |why: String| {
        let text = format!("Zertifikat {}: {why}.", path.display());
        Refusal::new("mail.certificate", text, "Gültiges Zertifikat des Amtes als PEM hinterlegen.")
    };
    let pem = std::fs::read(path).map_err(|e| wrong(e.to_string()))?;
    let all = X509::stack_from_pem(&pem).map_err(|e| wrong(e.to_string()))?;
    let now = Asn1Time::days_from_now(0).map_err(|e| wrong(e.to_string()))?;
    if all.is_empty() {
        return Err(wrong("keines gefunden".into()));
    }
    match all.iter().find(|c| c.not_after() < now) {
        Some(ended) => Err(wrong(format!("abgelaufen am {}", ended.not_after()))),
        None => Ok(all),
    }
}

fn broken(error: &dyn std::fmt::Display) -> Refusal {
    Refusal::new(
        "mail.encryption",
        format!("Die Nachricht ließ sich nicht verschlüsseln: {error}."),
        "Zertifikat prüfen.",
    )
}
