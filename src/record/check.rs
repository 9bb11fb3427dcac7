//! Checking a record against the files it speaks of. Each check has a stable name.

use super::body::Body;
use super::canonical;
use super::envelope::Envelope;
use crate::model::hash::ContentHash;
use crate::pdf::Inside;

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Stable name.
    pub name: &'static str,
    /// What came of it.
    pub verdict: Verdict,
}

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    Holds,
    /// It does not.
    Broken,
    /// The file it needs is not at hand; alone no damage.
    NotAtHand,
}

impl Check {
    /// A check that was carried out.
    pub fn new(name: &'static str, holds: bool) -> Self {
        Self { name, verdict: if holds { Verdict::Holds } else { Verdict::Broken } }
    }

    /// Whether it failed.
    pub fn broken(&self) -> bool {
        self.verdict == Verdict::Broken
    }
}

/// Files a record speaks of, as far as they are at hand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Files<'a> {
    /// `document.pdf` or the sender's file.
    pub product: Option<&'a [u8]>,
    /// `document.txt`.
    pub text: Option<&'a [u8]>,
    /// `document.json`.
    pub sheet: Option<&'a [u8]>,
    /// The file the scanner delivered.
    pub source: Option<&'a [u8]>,
}

/// Checks `record.json` against its files. `inside` is what the product says of itself, if it is a PDF of ours.
pub fn against(record: &[u8], files: Files<'_>, inside: Option<&Inside>) -> Vec<Check> {
    let envelope = match Envelope::parse(record) {
        Ok(envelope) => envelope,
        Err(reason) => return vec![Check::new(reason.code(), false)],
    };
    let body = &envelope.body;
    let same = |name, expected: &str, bytes: Option<&[u8]>| match bytes {
        Some(bytes) => Check::new(name, expected == ContentHash::of(bytes).hex()),
        None => Check { name, verdict: Verdict::NotAtHand },
    };
    let mut checks = vec![
        Check::new("record.canonical", true),
        Check::new("record.digest", envelope.digest == ContentHash::of(&envelope.content()).hex()),
        match (&envelope.product_sha256, files.product) {
            (Some(hash), bytes) => same("product", hash, bytes),
            (None, bytes) => Check::new("product", bytes.is_none_or(<[u8]>::is_empty)),
        },
        same("text", &body.text_sha256, files.text),
        same("sheet", &body.sheet_sha256, files.sheet),
    ];
    if files.source.is_some() {
        checks.push(same("source", &body.source.sha256, files.source));
    }
    if let (true, Some(_)) = (envelope.product.starts_with("pdfa"), files.product) {
        let embedded = inside.and_then(|i| i.body.as_deref());
        checks.push(Check::new("record.embedded", embedded == Some(&canonical::of(body)[..])));
    }
    checks
}

/// Checks what a PDF of ours says of itself, with nothing else at hand. Empty if it says nothing.
pub fn alone(inside: &Inside) -> Vec<Check> {
    let Some(bytes) = &inside.body else { return Vec::new() };
    let mut checks = vec![Check::new("pdf.digest", inside.intact)];
    let body = canonical::parse(bytes).and_then(|value| serde_json::from_value::<Body>(value).ok());
    checks.push(Check::new("pdf.record", body.is_some()));
    let Some(body) = body else { return checks };
    let kept: Vec<Option<&str>> =
        body.pages.iter().map(|p| p.kept.as_ref().map(|k| k.stream_sha256.as_str())).collect();
    let found: Vec<Option<&str>> = inside.images.iter().map(|i| i.as_deref()).collect();
    checks.push(Check::new("pdf.images", kept == found));
    checks
}
