//! Timestamp tokens (RFC 3161, 2.4.2) in one spelling. A token's signature covers only part of its bytes; here
//! the rest is either written again byte for byte or vouched for by what is signed, so every changed byte shows.

use super::cms::{self, SIGNED_DATA, SIGNING_CERTIFICATE_V2, signed_by};
use super::der::{self, INTEGER, OCTETS, OID, Reader, SEQUENCE, SET};
use openssl::cms::CmsContentInfo;
use openssl::hash::{MessageDigest, hash};
use openssl::x509::X509;

const TST_INFO: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04];
const SIGNING_CERTIFICATE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x0c];
/// SHA-2 with 256, 384 and 512 bits: all but the last byte.
const SHA2: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02];
/// PKCS#1, all but the last byte: 1 plain RSA, 10 PSS, 11 to 13 with SHA-2.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
/// ECDSA, all but the last byte: 2 to 4 with SHA-2.
const ECDSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03];

/// Bit of a tag: made of values.
const CONSTRUCTED: u8 = 0x20;

/// A token in parts.
#[derive(Clone, Debug)]
pub struct Token {
    /// TSTInfo.
    content: Vec<u8>,
    certificates: Vec<X509>,
    /// The signer's identifier: a whole value.
    signer: Vec<u8>,
    /// The AlgorithmIdentifiers: whole values.
    digest: Vec<u8>,
    algorithm: Vec<u8>,
    /// The signed attributes, without their tag.
    attributes: Vec<u8>,
    signature: Vec<u8>,
}

impl Token {
    /// A token of one signer, in DER; other unsigned things it brings along are left behind.
    pub fn read(token: &[u8]) -> Option<Self> {
        let mut info = Reader(Reader(token).take(SEQUENCE)?);
        (info.take(OID)? == SIGNED_DATA).then_some(())?;
        let mut signed = Reader(Reader(info.take(0xa0)?).take(SEQUENCE)?);
        signed.take(INTEGER)?;
        signed.take(SET)?;
        let mut about = Reader(signed.take(SEQUENCE)?);
        (about.take(OID)? == TST_INFO).then_some(())?;
        let content = Reader(about.take(0xa0)?).take(OCTETS)?.to_vec();
        let mut bag = Reader(signed.maybe(0xa0)?);
        let mut certificates = Vec::new();
        while !bag.0.is_empty() {
            certificates.push(X509::from_der(bag.any()?.2).ok()?);
        }
        signed.maybe(0xa1);
        let mut signers = Reader(signed.take(SET)?);
        let mut one = Reader(signers.take(SEQUENCE)?);
        signers.end()?;
        one.take(INTEGER)?;
        let signer = one.any()?.2.to_vec();
        let digest = one.any()?.2.to_vec();
        let attributes = one.take(0xa0)?.to_vec();
        let algorithm = one.any()?.2.to_vec();
        let signature = one.take(OCTETS)?.to_vec();
        Some(Self { content, certificates, signer, digest, algorithm, attributes, signature })
    }

    /// The same token, spelt as [`Token::is_whole`] asks, with what anchors it needs to vouch for its certificates.
    pub fn tidy(token: &[u8], anchors: &[X509]) -> Option<Vec<u8>> {
        let token = CmsContentInfo::from_der(token).ok()?.to_der().ok()?;
        let mut token = Self::read(&token)?;
        let mut above = 0;
        while let Some(certificate) = token.certificates.get(above) {
            let issuer = anchors.iter().find(|a| signed_by(certificate, a));
            if let Some(issuer) = issuer.filter(|i| !token.certificates.contains(i)) {
                token.certificates.push(issuer.clone());
            }
            above += 1;
        }
        // An intermediate that is itself the anchor has nobody above it; whoever checks has it.
        let vouched: Vec<X509> = token.certificates.iter().filter(|c| token.vouches(c)).cloned().collect();
        token.certificates = vouched;
        let bytes = token.write();
        Self::is_whole(&bytes).then_some(bytes)
    }

    /// Whether no byte of a token could be another one without being noticed here or by its signature.
    pub fn is_whole(token: &[u8]) -> bool {
        Self::read(token).is_some_and(|parts| {
            parts.write() == token
                && parts.algorithms_agree()
                && parts.attributes_are_plain()
                && parts.certificates.iter().any(|c| parts.names(c) && parts.identifies(c))
                && parts.certificates.iter().all(|c| parts.vouches(c))
        })
    }

    /// The certificates it brings along.
    pub fn certificates(&self) -> &[X509] {
        &self.certificates
    }

    fn write(&self) -> Vec<u8> {
        let version = if self.signer.first() == Some(&SEQUENCE) { 1 } else { 3 };
        let signer = der::nested(
            SEQUENCE,
            &[
                &der::value(INTEGER, &[version]),
                &self.signer,
                &self.digest,
                &der::value(0xa0, &self.attributes),
                &self.algorithm,
                &der::value(OCTETS, &self.signature),
            ],
        );
        let about = der::nested(
            SEQUENCE,
            &[&der::value(OID, TST_INFO), &der::value(0xa0, &der::value(OCTETS, &self.content))],
        );
        let certificates = self.certificates.iter().filter_map(|c| c.to_der().ok()).collect();
        let signed = der::nested(
            SEQUENCE,
            &[
                &der::value(INTEGER, &[3]),
                &der::value(SET, &self.digest),
                &about,
                &der::set_of(0xa0, certificates),
                &der::value(SET, &signer),
            ],
        );
        der::nested(SEQUENCE, &[&der::value(OID, SIGNED_DATA), &der::value(0xa0, &signed)])
    }

    /// OpenSSL takes the hash from one identifier and does not compare it with the other.
    fn algorithms_agree(&self) -> bool {
        let agree = || -> Option<bool> {
            let mut digest = Reader(Reader(&self.digest).take(SEQUENCE)?);
            let &[bits @ 1..=3] = digest.take(OID)?.strip_prefix(SHA2)? else { return None };
            let null_or_nothing = matches!(digest.0, [] | [5, 0]);
            let mut algorithm = Reader(Reader(&self.algorithm).take(SEQUENCE)?);
            let id = algorithm.take(OID)?;
            let parameters = match (id.strip_prefix(RSA), id.strip_prefix(ECDSA)) {
                (Some(&[1]), _) => algorithm.0 == [5, 0],
                (Some(&[kind]), _) if kind == 10 + bits => algorithm.0 == [5, 0],
                // What PSS says of itself is used, and so is every byte of it.
                (Some(&[10]), _) => !algorithm.0.is_empty(),
                (_, Some(&[kind])) => kind == 1 + bits && algorithm.0.is_empty(),
                _ => false,
            };
            Some(null_or_nothing && parameters)
        };
        agree().unwrap_or(false)
    }

    /// OpenSSL takes the tags of sets and strings more loosely than it writes them, and hashes what it writes.
    fn attributes_are_plain(&self) -> bool {
        let plain = || -> Option<bool> {
            let mut attributes = Reader(&self.attributes);
            while !attributes.0.is_empty() {
                let mut attribute = Reader(attributes.take(SEQUENCE)?);
                attribute.take(OID)?;
                let mut values = Reader(attribute.take(SET)?);
                attribute.end()?;
                while !values.0.is_empty() {
                    let (tag, ..) = values.any()?;
                    if tag & CONSTRUCTED != 0 && tag != SEQUENCE && tag != SET {
                        return None;
                    }
                }
            }
            Some(true)
        };
        plain().unwrap_or(false)
    }

    /// Whether a certificate is the signer's, to the letter: OpenSSL compares names without regard to case.
    fn identifies(&self, certificate: &X509) -> bool {
        match self.signer.first() {
            Some(&SEQUENCE) => cms::identifier(certificate).is_some_and(|own| own == self.signer),
            _ => certificate.subject_key_id().is_some_and(|own| self.signer.get(2..) == Some(own.as_slice())),
        }
    }

    /// Whether the signed attributes name a certificate by its hash (RFC 2634, 5.4; RFC 5035).
    fn names(&self, certificate: &X509) -> bool {
        let named = || -> Option<bool> {
            let der = certificate.to_der().ok()?;
            let hashed = |digest| hash(digest, &der).ok().map(|h| h.to_vec());
            let mut attributes = Reader(&self.attributes);
            while !attributes.0.is_empty() {
                let mut attribute = Reader(attributes.take(SEQUENCE)?);
                let kind = attribute.take(OID)?;
                let first = kind == SIGNING_CERTIFICATE;
                if !first && kind != SIGNING_CERTIFICATE_V2 {
                    continue;
                }
                let mut list = Reader(attribute.take(SET)?);
                let mut ids = Reader(Reader(list.take(SEQUENCE)?).take(SEQUENCE)?);
                while !ids.0.is_empty() {
                    let mut id = Reader(ids.take(SEQUENCE)?);
                    let digest = match id.maybe(SEQUENCE) {
                        _ if first => MessageDigest::sha1(),
                        None => MessageDigest::sha256(),
                        Some(algorithm) => match Reader(algorithm).take(OID)?.strip_prefix(SHA2)? {
                            [1] => MessageDigest::sha256(),
                            [2] => MessageDigest::sha384(),
                            [3] => MessageDigest::sha512(),
                            _ => return None,
                        },
                    };
                    if Some(id.take(OCTETS)?) == hashed(digest).as_deref() {
                        return Some(true);
                    }
                }
            }
            Some(false)
        };
        named().unwrap_or(false)
    }

    /// Whether a changed byte in a certificate would show: it is named, or signed by one that came along.
    fn vouches(&self, certificate: &X509) -> bool {
        self.names(certificate) || self.certificates.iter().any(|issuer| signed_by(certificate, issuer))
    }
}
