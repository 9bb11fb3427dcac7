//! Detached CMS signatures (RFC 5652) with the attributes of CAdES and PAdES baseline, in one spelling:
//! content type, message digest, and the hashes of the certificates (RFC 5035), nothing else. A timestamp is
//! the only unsigned attribute. What was read can be written again byte for byte, so every changed byte shows.

use super::algorithm::Algorithm;
use super::der::{self, INTEGER, OCTETS, OID, Reader, SEQUENCE, SET};
use crate::error::Result;
use openssl::hash::{MessageDigest, hash};
use openssl::x509::{X509, X509NameRef, X509Ref};

const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
pub(super) const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03];
const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04];
pub(super) const SIGNING_CERTIFICATE_V2: &[u8] =
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x2f];
const TIMESTAMP_TOKEN: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x0e];

/// What a signature consists of besides what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Certificate of the signer first, then its chain, sorted; DER.
    pub certificates: Vec<Vec<u8>>,
    /// The signature proper.
    pub value: Vec<u8>,
    /// RFC 3161 token over the signature proper.
    pub token: Option<Vec<u8>>,
}

/// Signs a content; `key` signs bytes.
pub fn sign(
    key: impl FnOnce(&[u8]) -> Result<Vec<u8>>,
    algorithm: Algorithm,
    certificates: Vec<Vec<u8>>,
    content: &[&[u8]],
) -> Result<Signature> {
    let attributes = signed_attributes(&certificates, algorithm, content)?;
    let value = key(&der::set_of(SET, attributes))?;
    Ok(Signature { certificates, value, token: None })
}

/// Whether the signature is that of its first certificate over the content.
pub fn verify(signature: &Signature, content: &[&[u8]]) -> bool {
    let verified = || -> Option<bool> {
        let certificate = X509::from_der(signature.certificates.first()?).ok()?;
        let key = certificate.public_key().ok()?;
        let algorithm = Algorithm::of(&key)?;
        let attributes = signed_attributes(&signature.certificates, algorithm, content).ok()?;
        Some(algorithm.verify(&key, &der::set_of(SET, attributes), &signature.value))
    };
    verified().unwrap_or(false)
}

/// The bytes of a signature over that content.
pub fn write(signature: &Signature, content: &[&[u8]]) -> Result<Vec<u8>> {
    let certificate = X509::from_der(signature.certificates.first().map_or(&[][..], Vec::as_slice))?;
    let key = certificate.public_key()?;
    let algorithm = super::algorithm_of(&key)?;
    let digest = algorithm.digest_identifier();
    let serial = der::integer(&certificate.serial_number().to_bn()?.to_vec());
    let issuer = certificate.issuer_name().to_der()?;
    let mut signer = [
        der::value(INTEGER, &[1]),
        der::nested(SEQUENCE, &[&issuer, &serial]),
        digest.clone(),
        der::set_of(0xa0, signed_attributes(&signature.certificates, algorithm, content)?),
        algorithm.signature_identifier(),
        der::value(OCTETS, &signature.value),
    ]
    .concat();
    if let Some(token) = &signature.token {
        signer.extend(der::value(0xa1, &attribute(TIMESTAMP_TOKEN, token)));
    }
    let signed = der::nested(
        SEQUENCE,
        &[
            &der::value(INTEGER, &[1]),
            &der::value(SET, &digest),
            &der::value(SEQUENCE, &der::value(OID, DATA)),
            &der::set_of(0xa0, signature.certificates.clone()),
            &der::value(SET, &der::value(SEQUENCE, &signer)),
        ],
    );
    Ok(der::nested(SEQUENCE, &[&der::value(OID, SIGNED_DATA), &der::value(0xa0, &signed)]))
}

/// Reads a signature of ours; whether it is spelt as ours is for who compares with [`write`].
pub fn read(bytes: &[u8]) -> Option<Signature> {
    let mut info = Reader(Reader(bytes).take(SEQUENCE)?);
    (info.take(OID)? == SIGNED_DATA).then_some(())?;
    let mut signed = Reader(Reader(info.take(0xa0)?).take(SEQUENCE)?);
    signed.take(INTEGER)?;
    signed.take(SET)?;
    signed.take(SEQUENCE)?;
    let mut bag = Reader(signed.take(0xa0)?);
    let mut certificates = Vec::new();
    while !bag.0.is_empty() {
        certificates.push(bag.any()?.2.to_vec());
    }
    let mut signer = Reader(Reader(signed.take(SET)?).take(SEQUENCE)?);
    signed.end()?;
    signer.take(INTEGER)?;
    let (_, _, id) = signer.any()?;
    signer.take(SEQUENCE)?;
    signer.take(0xa0)?;
    signer.take(SEQUENCE)?;
    let value = signer.take(OCTETS)?.to_vec();
    let token = match signer.maybe(0xa1) {
        Some(unsigned) => {
            let mut attribute = Reader(Reader(unsigned).take(SEQUENCE)?);
            (attribute.take(OID)? == TIMESTAMP_TOKEN).then_some(())?;
            Some(attribute.take(SET)?.to_vec())
        }
        None => None,
    };
    signer.end()?;
    // The bag is sorted by bytes; the signer's certificate is the one that is named.
    let named = |der: &Vec<u8>| {
        let Ok(certificate) = X509::from_der(der) else { return false };
        identifier(&certificate).is_some_and(|own| own == id)
    };
    let place = certificates.iter().position(named)?;
    certificates[..=place].rotate_right(1);
    Some(Signature { certificates, value, token })
}

/// IssuerAndSerialNumber (RFC 5652, 10.2.4).
pub fn identifier(certificate: &X509Ref) -> Option<Vec<u8>> {
    let serial = der::integer(&certificate.serial_number().to_bn().ok()?.to_vec());
    Some(der::nested(SEQUENCE, &[&certificate.issuer_name().to_der().ok()?, &serial]))
}

/// Whether a certificate was signed by another, or by itself.
pub fn signed_by(certificate: &X509Ref, issuer: &X509Ref) -> bool {
    let name = |n: &X509NameRef| n.to_der().ok();
    name(certificate.issuer_name()) == name(issuer.subject_name())
        && issuer.public_key().is_ok_and(|key| certificate.verify(&key).unwrap_or(false))
}

fn signed_attributes(
    certificates: &[Vec<u8>],
    algorithm: Algorithm,
    content: &[&[u8]],
) -> Result<Vec<Vec<u8>>> {
    let mut hasher = openssl::hash::Hasher::new(algorithm.digest())?;
    content.iter().try_for_each(|part| hasher.update(part))?;
    // SigningCertificateV2: the signer's certificate and those above it, so that none can be exchanged. The
    // hash of an ESSCertIDv2 is SHA-256 by default.
    let mut ids = Vec::new();
    for certificate in certificates {
        let digest = hash(MessageDigest::sha256(), certificate)?;
        ids.extend(der::value(SEQUENCE, &der::value(OCTETS, &digest)));
    }
    let signing_certificate = der::value(SEQUENCE, &der::value(SEQUENCE, &ids));
    Ok(vec![
        attribute(CONTENT_TYPE, &der::value(OID, DATA)),
        attribute(MESSAGE_DIGEST, &der::value(OCTETS, &hasher.finish()?)),
        attribute(SIGNING_CERTIFICATE_V2, &signing_certificate),
    ])
}

fn attribute(oid: &[u8], content: &[u8]) -> Vec<u8> {
    der::nested(SEQUENCE, &[&der::value(OID, oid), &der::value(SET, content)])
}
