//! Which keys may seal: the table after BSI TR-02102-1 (2025), and how a signature with them is written.

use super::der::{self, INTEGER, OID, SEQUENCE};
use crate::error::{Error, Result};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{HasPrivate, HasPublic, Id, PKeyRef};
use openssl::rsa::Padding;
use openssl::sign::{RsaPssSaltlen, Signer, Verifier};

/// The guideline of 2025 makes its statements up to the end of this year; after it no key here is accepted.
pub const LAST_YEAR: i16 = 2031;

/// Every row of the table by its name.
pub const ALGORITHMS: &[&str] = &[
    "ECDSA-P256-SHA256",
    "ECDSA-P384-SHA384",
    "ECDSA-brainpoolP256r1-SHA256",
    "ECDSA-brainpoolP384r1-SHA384",
    "ECDSA-brainpoolP512r1-SHA512",
    "RSASSA-PSS-SHA256",
];

/// A hash and how it is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

/// One row of the table. Not in it: Ed25519, SHA-1, RSA below 3000 bits, RSA with PKCS#1 v1.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Algorithm {
    /// As records and reports call it.
    pub name: &'static str,
    hash: Hash,
    rsa: bool,
}

impl Algorithm {
    /// The row for a key; none if it must not seal.
    pub fn of<T: HasPublic>(key: &PKeyRef<T>) -> Option<Self> {
        let ec = |name, hash| Some(Self { name, hash, rsa: false });
        match key.id() {
            Id::RSA if key.bits() >= 3000 => {
                Some(Self { name: "RSASSA-PSS-SHA256", hash: Hash::Sha256, rsa: true })
            }
            Id::EC => match key.ec_key().ok()?.group().curve_name()? {
                Nid::X9_62_PRIME256V1 => ec("ECDSA-P256-SHA256", Hash::Sha256),
                Nid::SECP384R1 => ec("ECDSA-P384-SHA384", Hash::Sha384),
                Nid::BRAINPOOL_P256R1 => ec("ECDSA-brainpoolP256r1-SHA256", Hash::Sha256),
                Nid::BRAINPOOL_P384R1 => ec("ECDSA-brainpoolP384r1-SHA384", Hash::Sha384),
                Nid::BRAINPOOL_P512R1 => ec("ECDSA-brainpoolP512r1-SHA512", Hash::Sha512),
                _ => None,
            },
            _ => None,
        }
    }

    /// The digest over the content.
    pub fn digest(self) -> MessageDigest {
        match self.hash {
            Hash::Sha256 => MessageDigest::sha256(),
            Hash::Sha384 => MessageDigest::sha384(),
            Hash::Sha512 => MessageDigest::sha512(),
        }
    }

    /// AlgorithmIdentifier of the digest (RFC 5754).
    pub fn digest_identifier(self) -> Vec<u8> {
        let last = match self.hash {
            Hash::Sha256 => 1,
            Hash::Sha384 => 2,
            Hash::Sha512 => 3,
        };
        let oid = der::value(OID, &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, last]);
        der::value(SEQUENCE, &oid)
    }

    /// AlgorithmIdentifier of the signature (RFC 5758, RFC 4056).
    pub fn signature_identifier(self) -> Vec<u8> {
        if let Some(parameters) = self.signature_parameters() {
            let pss = der::value(OID, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a]);
            return der::nested(SEQUENCE, &[&pss, &parameters]);
        }
        let last = match self.hash {
            Hash::Sha256 => 2,
            Hash::Sha384 => 3,
            Hash::Sha512 => 4,
        };
        der::value(SEQUENCE, &der::value(OID, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, last]))
    }

    /// RSASSA-PSS-params (RFC 4055, 3.1); none of ECDSA.
    pub fn signature_parameters(self) -> Option<Vec<u8>> {
        let mgf1 = der::value(OID, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08]);
        let digest = self.digest_identifier();
        self.rsa.then(|| {
            der::nested(
                SEQUENCE,
                &[
                    &der::value(0xa0, &digest),
                    &der::value(0xa1, &der::nested(SEQUENCE, &[&mgf1, &digest])),
                    &der::value(0xa2, &der::value(INTEGER, &[32])),
                ],
            )
        })
    }

    /// The digest's identifier in digits and points.
    pub fn digest_oid(self) -> &'static str {
        match self.hash {
            Hash::Sha256 => "2.16.840.1.101.3.4.2.1",
            Hash::Sha384 => "2.16.840.1.101.3.4.2.2",
            Hash::Sha512 => "2.16.840.1.101.3.4.2.3",
        }
    }

    /// The signature's identifier in digits and points.
    pub fn signature_oid(self) -> &'static str {
        match (self.rsa, self.hash) {
            (true, _) => "1.2.840.113549.1.1.10",
            (false, Hash::Sha256) => "1.2.840.10045.4.3.2",
            (false, Hash::Sha384) => "1.2.840.10045.4.3.3",
            (false, Hash::Sha512) => "1.2.840.10045.4.3.4",
        }
    }

    /// RSA; else ECDSA.
    pub fn is_rsa(self) -> bool {
        self.rsa
    }

    /// Signs.
    pub fn sign<T: HasPrivate>(self, key: &PKeyRef<T>, data: &[u8]) -> Result<Vec<u8>> {
        let mut signer = Signer::new(self.digest(), key)?;
        if self.rsa {
            signer.set_rsa_padding(Padding::PKCS1_PSS)?;
            signer.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
            signer.set_rsa_mgf1_md(self.digest())?;
        }
        Ok(signer.sign_oneshot_to_vec(data)?)
    }

    /// Whether a signature is that of this key over the data.
    pub fn verify<T: HasPublic>(self, key: &PKeyRef<T>, data: &[u8], signature: &[u8]) -> bool {
        let verified = || -> Result<bool> {
            let mut verifier = Verifier::new(self.digest(), key)?;
            if self.rsa {
                verifier.set_rsa_padding(Padding::PKCS1_PSS)?;
                verifier.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
                verifier.set_rsa_mgf1_md(self.digest())?;
            }
            Ok(verifier.verify_oneshot(signature, data)?)
        };
        verified().unwrap_or(false)
    }
}

/// The row for a key that shall seal, or why it must not.
pub fn admitted<T: HasPublic>(key: &PKeyRef<T>, year: i16) -> Result<Algorithm> {
    let algorithm = Algorithm::of(key).ok_or_else(|| {
        Error::seal(
            "algorithm",
            "Mit diesem Schlüssel darf nicht gesiegelt werden",
            "ECDSA auf P-256, P-384 oder Brainpool-Kurven, oder RSA ab 3000 Bit verwenden (TR-02102-1)",
        )
    })?;
    if year > LAST_YEAR {
        return Err(Error::seal(
            "algorithm_expired",
            format!("{} ist nur bis Ende {LAST_YEAR} zugelassen", algorithm.name),
            "neue Fassung des Programms mit neuer Tabelle einspielen",
        ));
    }
    Ok(algorithm)
}
