//! What became known about a document after its record was sealed: a new, linked record. The sealed one never changes.

use super::body::Statement;
use super::canonical;
use super::check::Check;
use super::envelope::Envelope;
use crate::model::hash::ContentHash;
use serde::{Deserialize, Serialize};

/// Name of the form.
pub const FORMAT: &str = "poststelle-ergaenzung-1";
/// Code of the event that one was written; its detail is SHA-256 of the file.
pub const AMENDED: &str = "record.amended";

/// One amendment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amendment {
    /// What is said.
    pub body: AmendmentBody,
    /// SHA-256 of the canonical body.
    pub digest: String,
    /// Detached CMS over the canonical body, DER in base64; null if nothing was sealed.
    pub seal: Option<String>,
}

/// What is said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AmendmentBody {
    /// [`FORMAT`].
    pub format: String,
    /// Guideline and version.
    pub guideline: String,
    /// Document id.
    pub document: String,
    /// SHA-256 of the `record.json` it is about.
    pub record_sha256: String,
    /// SHA-256 of the product it is about; null if there is none.
    pub product_sha256: Option<String>,
    /// SHA-256 of the amendment before this one; null for the first.
    pub previous_sha256: Option<String>,
    /// UTC.
    pub at: String,
    /// Pseudonym.
    pub by: String,
    /// `sample`: compared with the paper; `feedback`: what the department says.
    pub about: String,
    /// `good` or `bad`.
    pub verdict: String,
    /// What may be claimed from now on.
    pub statement: Statement,
}

impl Amendment {
    /// Not yet sealed.
    pub fn new(body: AmendmentBody) -> Self {
        let digest = ContentHash::of(&canonical::of(&body)).hex();
        Self { body, digest, seal: None }
    }

    /// What digest and seal speak about.
    pub fn content(&self) -> Vec<u8> {
        canonical::of(&self.body)
    }

    /// The bytes of the file.
    pub fn bytes(&self) -> Vec<u8> {
        canonical::of(self)
    }

    /// Reads one; none if these bytes are not exactly one.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let amendment: Self = serde_json::from_value(canonical::parse(bytes)?).ok()?;
        (amendment.body.format == FORMAT).then_some(amendment)
    }

    /// Checks it, and that it is about this record if one is at hand.
    pub fn check(&self, record: Option<&[u8]>) -> Vec<Check> {
        let mut checks =
            vec![Check::new("amendment.digest", self.digest == ContentHash::of(&self.content()).hex())];
        if let Some(record) = record {
            let same = self.body.record_sha256 == ContentHash::of(record).hex();
            checks.push(Check::new("amendment.record", same));
        }
        checks
    }
}

/// What a comparison with the paper, or the department, says about a document.
pub fn amended(
    record: (&Envelope, &[u8]),
    previous: Option<String>,
    (at, by): (String, String),
    about: &str,
    good: bool,
) -> Amendment {
    let (envelope, bytes) = record;
    let (id, text) = match (about, good) {
        ("sample", true) => (
            "sample_good",
            format!(
                "{by} hat jede Seite mit dem Papier verglichen. Das Scanprodukt stimmt mit dem Original bildlich und \
                 inhaltlich überein."
            ),
        ),
        ("sample", false) => (
            "sample_bad",
            format!(
                "{by} hat das Schriftstück mit dem Papier verglichen: Es stimmt NICHT überein. Das Papier bleibt."
            ),
        ),
        (_, true) => ("feedback_good", format!("Das Amt ({by}) meldet: vollständig und lesbar.")),
        (_, false) => (
            "feedback_bad",
            format!("Das Amt ({by}) meldet: fehlt, unleserlich oder falsch. Das Papier bleibt."),
        ),
    };
    Amendment::new(AmendmentBody {
        format: FORMAT.into(),
        guideline: envelope.body.guideline.clone(),
        document: envelope.body.document.clone(),
        record_sha256: ContentHash::of(bytes).hex(),
        product_sha256: envelope.product_sha256.clone(),
        previous_sha256: previous,
        at,
        by,
        about: about.into(),
        verdict: if good { "good" } else { "bad" }.into(),
        statement: super::body::Statement { id: id.into(), text },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amendment_is_about_one_record_and_shows_every_change() {
        let record = include_bytes!("golden/record.json");
        let record = record.strip_suffix(b"\n").unwrap_or(record);
        let envelope = Envelope::parse(record).unwrap();
        let when = ("2026-11-26T10:00:00Z".to_owned(), "pk-2".to_owned());
        let amendment = amended((&envelope, record), None, when, "sample", true);
        let bytes = amendment.bytes();
        let fine = |bytes: &[u8], record: &[u8]| {
            Amendment::parse(bytes).is_some_and(|a| a.check(Some(record)).iter().all(|c| !c.broken()))
        };
        assert!(fine(&bytes, record));
        assert!(!fine(&bytes, b"another record"));
        for at in 0..bytes.len() {
            let mut bad = bytes.clone();
            bad[at] ^= 1;
            assert!(!fine(&bad, record), "byte {at}");
        }
    }
}
