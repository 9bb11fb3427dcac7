//! `record.json`: the body, what it is attached to, and the seal over both.

use super::body::{Body, FORMAT};
use super::canonical;
use crate::model::hash::ContentHash;
use serde::{Deserialize, Serialize};

/// Everything in `record.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// The note itself, the same as inside the PDF.
    pub body: Body,
    /// What the product is: `pdfa-2b`, `pdfa-3b`, `original`, `none`.
    pub product: String,
    /// SHA-256 of the finished product; null if there is none.
    pub product_sha256: Option<String>,
    /// SHA-256 of [`Envelope::content`]: finds damage where there is no seal.
    pub digest: String,
    /// Detached CMS over [`Envelope::content`], DER in base64; null if nothing was sealed.
    pub seal: Option<String>,
}

/// What is hashed and sealed: the envelope without its last two entries.
#[derive(Serialize)]
struct Content<'a> {
    body: &'a Body,
    product: &'a str,
    product_sha256: &'a Option<String>,
}

impl Envelope {
    /// The note about a finished product, not yet sealed; no bytes, no product.
    pub fn new(body: Body, product: &str, bytes: &[u8]) -> Self {
        let hash = (!bytes.is_empty()).then(|| ContentHash::of(bytes).hex());
        let mut new =
            Self { body, product: product.into(), product_sha256: hash, digest: String::new(), seal: None };
        new.digest = ContentHash::of(&new.content()).hex();
        new
    }

    /// The canonical bytes that digest and seal speak about.
    pub fn content(&self) -> Vec<u8> {
        let Self { body, product, product_sha256, .. } = self;
        canonical::of(&Content { body, product, product_sha256 })
    }

    /// The bytes of `record.json`.
    pub fn bytes(&self) -> Vec<u8> {
        canonical::of(self)
    }

    /// Reads `record.json`; the reason why not, otherwise.
    pub fn parse(bytes: &[u8]) -> Result<Self, Unreadable> {
        let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|_| Unreadable::NoJson)?;
        let format = value.pointer("/body/format").and_then(|f| f.as_str());
        if format != Some(FORMAT) {
            return Err(Unreadable::OtherForm);
        }
        let envelope: Self = serde_json::from_value(value).map_err(|_| Unreadable::Keys)?;
        if envelope.bytes() == bytes { Ok(envelope) } else { Err(Unreadable::NotCanonical) }
    }
}

/// Why bytes are no record of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// Not JSON.
    NoJson,
    /// Another form, or another version of it.
    OtherForm,
    /// Keys are missing, added or of another type.
    Keys,
    /// The same values in another spelling: somebody wrote the file anew.
    NotCanonical,
}

impl Unreadable {
    /// Stable name of the failed check.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoJson => "record.readable",
            Self::OtherForm => "record.form",
            Self::Keys => "record.keys",
            Self::NotCanonical => "record.canonical",
        }
    }
}
