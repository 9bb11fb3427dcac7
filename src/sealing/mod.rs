//! Seals and timestamps: the outside behind `record`'s content.
//!
//! In: a key of the town and bytes. Out: signatures in the formats other
//! programs check (PAdES in the PDF, detached CMS over `record.json`, RFC 3161
//! tokens), and the verdict on such signatures. Signing and certificates are
//! OpenSSL's; what is signed is decided elsewhere.

mod algorithm;
mod cms;
mod der;
mod evidence_record;
mod key_file;
mod outlook;
mod remote;
mod revocation;
mod stamp;
mod timestamp;
mod token;
mod town_seal;
mod verdict;

pub use crate::pdf::Evidence;
pub use algorithm::{ALGORITHMS, LAST_YEAR};
pub use cms::{Signature, read as read_cms};
pub use evidence_record::evidence_records;
pub use outlook::{Outlook, file_outlook, seal_outlook};
pub use timestamp::Authority;
pub use town_seal::TownSeal;
pub use verdict::{Anchors, Verdict, of_amendment, of_pdf, of_record};

use crate::error::{Error, Result};
use crate::pdf;
use crate::record::Envelope;
use crate::record::amendment::Amendment;
use algorithm::Algorithm;
use openssl::pkey::{HasPublic, PKeyRef};
use std::fmt::Debug;

/// Room for a timestamp token in a PDF, in bytes: tokens with their chain have 2 to 8 KB.
const TOKEN_ROOM: usize = 16 << 10;

/// Whoever signs for the town: a key file, a token, a service.
pub trait Sealer: Debug + Send + Sync {
    /// A detached CMS signature over the content, which comes in parts, and its stamp if one was to be had.
    fn seal(&self, content: &[&[u8]], stamped: Stamp) -> Result<Sealed>;
    /// Certificates and revocation lists by which a seal can be checked when nobody answers any more; empty
    /// where none are to be had and none are needed.
    fn evidence(&self, stamp: Stamp) -> Result<Evidence>;
    /// Bytes to keep free for such a signature.
    fn room(&self) -> usize;
    /// Name on the seal.
    fn name(&self) -> String;
    /// Row of the table of algorithms.
    fn algorithm(&self) -> &'static str;
    /// The certificate says it is a qualified one.
    fn qualified(&self) -> bool;
    /// When the certificate ends, seconds since 1970.
    fn until(&self) -> Option<i64>;
}

/// Whether a seal may do without timestamp and revocation lists when no service answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamp {
    /// Protection need from "hoch" on: rather wait.
    Required,
    /// The log says that it is missing.
    IfPossible,
}

/// A signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// DER.
    pub cms: Vec<u8>,
    /// Whether it carries a timestamp; `None` if no service is configured.
    pub stamped: Option<bool>,
}

/// Seals a PDF of ours (PAdES B-B, B-T or B-LT). Certificates and lists lie in the update that the seal
/// covers, so that it still covers the whole file.
pub fn seal_pdf(
    sealer: &dyn Sealer,
    bytes: Vec<u8>,
    at: &str,
    stamp: Stamp,
) -> Result<(Vec<u8>, Option<bool>)> {
    let evidence = sealer.evidence(stamp)?;
    let mut open = pdf::prepare_seal(bytes, at, &sealer.name(), sealer.room(), &evidence)?;
    let sealed = sealer.seal(&open.signed(), stamp)?;
    if !open.close(&sealed.cms) {
        return Err(Error::seal(
            "too_long",
            "Das Siegel ist länger als der Platz dafür",
            "Programmfehler, bitte melden",
        ));
    }
    Ok((open.into_bytes(), sealed.stamped))
}

/// Seals a record.
pub fn seal_record(sealer: &dyn Sealer, record: &mut Envelope, stamp: Stamp) -> Result<Option<bool>> {
    let sealed = sealer.seal(&[&record.content()], stamp)?;
    record.seal = Some(openssl::base64::encode_block(&sealed.cms));
    Ok(sealed.stamped)
}

/// Seals an amendment.
pub fn seal_amendment(sealer: &dyn Sealer, amendment: &mut Amendment, stamp: Stamp) -> Result<()> {
    let sealed = sealer.seal(&[&amendment.content()], stamp)?;
    amendment.seal = Some(openssl::base64::encode_block(&sealed.cms));
    Ok(())
}

/// The algorithm of a key in a certificate.
fn algorithm_of<T: HasPublic>(key: &PKeyRef<T>) -> Result<Algorithm> {
    Algorithm::of(key).ok_or_else(|| {
        Error::seal(
            "algorithm",
            "Das Zertifikat hat einen nicht zugelassenen Schlüssel",
            "anderes Zertifikat verwenden",
        )
    })
}
