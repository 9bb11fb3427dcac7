//! Seals and timestamps: the outside behind `record`'s content.
//!
//! In: a key of the town and bytes. Out: signatures in the formats other
//! programs check (PAdES in the PDF, detached CMS over `record.json`, RFC 3161
//! tokens), and the verdict on such signatures. Signing and certificates are
//! OpenSSL's; what is signed is decided elsewhere.

mod algorithm;
mod cms;
mod der;
mod key_file;
mod timestamp;
mod verdict;

pub use cms::{Signature, read as read_cms};
pub use key_file::KeyFile;
pub use timestamp::Authority;
pub use verdict::{Anchors, Verdict, of_pdf, of_record};

use crate::error::{Error, Result};
use crate::pdf;
use crate::record::Envelope;
use algorithm::Algorithm;
use openssl::pkey::{HasPublic, PKeyRef};
use std::fmt::Debug;

/// Room for a timestamp token in a PDF, in bytes: tokens with their chain have 2 to 8 KB.
const TOKEN_ROOM: usize = 16 << 10;

/// Whoever signs for the town: a key file, a token, a service.
pub trait Sealer: Debug + Send + Sync {
    /// A detached CMS signature over the content, which comes in parts, and its stamp if one was to be had.
    fn seal(&self, content: &[&[u8]], stamped: Stamp) -> Result<Sealed>;
    /// Bytes to keep free for such a signature.
    fn room(&self) -> usize;
    /// Name on the seal and algorithm, for records and reports.
    fn name(&self) -> String;
}

/// Whether a seal may do without a timestamp when no service answers.
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

/// Seals a PDF of ours (PAdES B-B or B-T).
pub fn seal_pdf(
    sealer: &dyn Sealer,
    bytes: Vec<u8>,
    at: &str,
    stamp: Stamp,
) -> Result<(Vec<u8>, Option<bool>)> {
    let mut open = pdf::prepare_seal(bytes, at, &sealer.name(), sealer.room())?;
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
