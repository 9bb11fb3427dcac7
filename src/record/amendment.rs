//! What became known about a document after its record was sealed: a new, linked record. The sealed one never changes.

use super::body::{Page, Statement};
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
    /// `sample`: compared with the paper; `feedback`: what the department says; `rescan`: pages were scanned again.
    pub about: String,
    /// `good` or `bad`; of a rescan `replaced`.
    pub verdict: String,
    /// The new version; the key is there only after a rescan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<ReplacedBy>,
    /// What may be claimed from now on.
    pub statement: Statement,
}

/// The new version of a document, and the images that make the difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplacedBy {
    /// Document id.
    pub document: String,
    /// SHA-256 of its product; null if there is none.
    pub product_sha256: Option<String>,
    /// SHA-256 of its `record.json`.
    pub record_sha256: String,
    /// Pages scanned again.
    pub pages: Vec<ReplacedPage>,
}

/// One page of a document, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplacedPage {
    /// Page of the document, from 1.
    pub page: u32,
    /// SHA-256 of the image that is void, as its record names it.
    pub void_sha256: Option<String>,
    /// SHA-256 of the image in its place.
    pub new_sha256: Option<String>,
    /// Why, a short word.
    pub reason: String,
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
        replaced_by: None,
        statement: Statement { id: id.into(), text },
    })
}

/// That pages were scanned again, and which new version stands for the document now.
pub fn replaced(
    record: (&Envelope, &[u8]),
    new: (&Envelope, &[u8]),
    previous: Option<String>,
    (at, by): (String, String),
) -> Amendment {
    let (old, bytes) = record;
    let (new, new_bytes) = new;
    let image = |pages: &[Page], at: usize| pages.get(at)?.kept.as_ref().map(|kept| kept.sha256.clone());
    let changed = (1..).zip(&new.body.pages).enumerate().filter_map(|(at, (number, page))| {
        let rescan = page.rescan.as_ref()?;
        let (void, new) = (image(&old.body.pages, at), image(&new.body.pages, at));
        // What an earlier version had already is no difference.
        let page =
            ReplacedPage { page: number, void_sha256: void, new_sha256: new, reason: rescan.reason.clone() };
        (page.void_sha256 != page.new_sha256).then_some(page)
    });
    let pages: Vec<ReplacedPage> = changed.collect();
    let numbers: Vec<String> = pages.iter().map(|p| format!("{} ({})", p.page, p.reason)).collect();
    let text = format!(
        "Neu gescannt: Seite {}. Neue Fassung ist {}; das Bild hier ist ungültig und bleibt erhalten.",
        numbers.join(", "),
        new.body.document
    );
    Amendment::new(AmendmentBody {
        format: FORMAT.into(),
        guideline: old.body.guideline.clone(),
        document: old.body.document.clone(),
        record_sha256: ContentHash::of(bytes).hex(),
        product_sha256: old.product_sha256.clone(),
        previous_sha256: previous,
        at,
        by,
        about: "rescan".into(),
        verdict: "replaced".into(),
        replaced_by: Some(ReplacedBy {
            document: new.body.document.clone(),
            product_sha256: new.product_sha256.clone(),
            record_sha256: ContentHash::of(new_bytes).hex(),
            pages,
        }),
        statement: Statement { id: "replaced".into(), text },
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
