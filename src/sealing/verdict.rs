//! What a seal is worth: each check by name, with nothing but the bytes and the anchors one is told.

use super::cms::{self, Signature};
use super::timestamp;
use crate::error::{Error, Result};
use crate::pdf;
use crate::record::{Check, Envelope, check};
use openssl::nid::Nid;
use openssl::stack::Stack;
use openssl::x509::store::X509StoreBuilder;
use openssl::x509::verify::{X509VerifyFlags, X509VerifyParam};
use openssl::x509::{X509, X509StoreContext};
use std::path::Path;

/// Certificates one trusts.
#[derive(Clone, Debug, Default)]
pub struct Anchors(Vec<X509>);

impl Anchors {
    /// PEM, one or many.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(Error::io("Vertrauensanker lesen", path))?;
        let anchors = X509::stack_from_pem(&bytes)?;
        if anchors.is_empty() {
            return Err(Error::seal(
                "anchors",
                format!("{} enthält kein Zertifikat", path.display()),
                "PEM-Datei nennen",
            ));
        }
        Ok(Self(anchors))
    }

    /// More of them.
    pub fn extend(&mut self, more: Self) {
        self.0.extend(more.0);
    }

    /// The certificates.
    pub fn certificates(&self) -> &[X509] {
        &self.0
    }
}

/// What was found out about a seal.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Checks by name.
    pub checks: Vec<Check>,
    /// Name in the certificate.
    pub signer: Option<String>,
    /// Stamped time, if there is a timestamp: `20261121161500Z`.
    pub stamped: Option<String>,
}

/// The seal inside a PDF; `None` if it has none.
pub fn of_pdf(bytes: &[u8], anchors: Option<&Anchors>) -> Option<Verdict> {
    let seal = pdf::find_seal(bytes)?;
    let Some((signed, cms)) = seal else {
        return Some(Verdict { checks: vec![Check::new("pdf.seal_place", false)], ..Verdict::default() });
    };
    Some(judge(&cms, &signed, anchors, ["pdf.seal", "pdf.seal_certificate", "pdf.timestamp"]))
}

/// The seal of a record; `None` if it has none.
pub fn of_record(record: &Envelope, anchors: Option<&Anchors>) -> Option<Verdict> {
    let seal = record.seal.as_ref()?;
    let cms = openssl::base64::decode_block(seal).unwrap_or_default();
    // Base64 has one spelling here too.
    let spelt = openssl::base64::encode_block(&cms) == *seal;
    let cms = if spelt { cms } else { Vec::new() };
    let names = ["record.seal", "record.seal_certificate", "record.timestamp"];
    Some(judge(&cms, &[&record.content()], anchors, names))
}

fn judge(bytes: &[u8], content: &[&[u8]], anchors: Option<&Anchors>, names: [&'static str; 3]) -> Verdict {
    let [seal, trust, stamp] = names;
    let signature = cms::read(bytes)
        .filter(|s| cms::verify(s, content) && cms::write(s, content).is_ok_and(|again| again == bytes));
    let Some(signature) = signature else {
        return Verdict { checks: vec![Check::new(seal, false)], ..Verdict::default() };
    };
    let mut verdict = Verdict { checks: vec![Check::new(seal, true)], ..Verdict::default() };
    let certificates: Vec<X509> =
        signature.certificates.iter().filter_map(|c| X509::from_der(c).ok()).collect();
    verdict.signer = certificates
        .first()
        .and_then(|c| c.subject_name().entries_by_nid(Nid::COMMONNAME).next()?.data().to_string().ok());
    let at = verdict.stamp(&signature, anchors, stamp);
    let good = chained(&certificates) && anchors.is_none_or(|a| trusted(&certificates, a, at));
    verdict.checks.push(match (anchors, good) {
        (None, true) => Check { name: trust, verdict: check::Verdict::NotAtHand },
        (_, good) => Check::new(trust, good),
    });
    verdict
}

impl Verdict {
    /// Checks the timestamp, if there is one; gives its time.
    fn stamp(&mut self, signature: &Signature, anchors: Option<&Anchors>, name: &'static str) -> Option<i64> {
        let token = signature.token.as_ref()?;
        let stamped = timestamp::open(token, anchors).filter(|s| timestamp::is_over(s, &signature.value));
        let at = stamped.as_ref().and_then(|s| timestamp::time(&s.at)).map(|t| t.as_second());
        let good = at.is_some() && chained(&timestamp::certificates(token));
        self.checks.push(Check::new(name, good));
        self.stamped = stamped.map(|s| s.at);
        at
    }
}

/// Every certificate whose issuer came along was signed by it: a changed byte in one shows without anchors.
fn chained(certificates: &[X509]) -> bool {
    certificates.iter().all(|certificate| {
        let issuer = certificate.issuer_name().to_der().unwrap_or_default();
        let mut issuers =
            certificates.iter().filter(|c| c.subject_name().to_der().is_ok_and(|s| s == issuer)).peekable();
        issuers.peek().is_none()
            || issuers.any(|i| i.public_key().is_ok_and(|key| certificate.verify(&key).unwrap_or(false)))
    })
}

/// The first certificate leads to an anchor, and was valid at the stamped time, or now if there is none.
fn trusted(certificates: &[X509], anchors: &Anchors, at: Option<i64>) -> bool {
    let verified = || -> Result<bool> {
        let mut store = X509StoreBuilder::new()?;
        for anchor in anchors.certificates() {
            store.add_cert(anchor.clone())?;
        }
        let mut parameters = X509VerifyParam::new()?;
        parameters.set_flags(X509VerifyFlags::PARTIAL_CHAIN)?;
        if let Some(at) = at {
            parameters.set_time(at);
        }
        store.set_param(&parameters)?;
        let mut chain = Stack::new()?;
        for certificate in certificates.iter().skip(1) {
            chain.push(certificate.clone())?;
        }
        let Some(own) = certificates.first() else { return Ok(false) };
        let mut context = X509StoreContext::new()?;
        Ok(context.init(&store.build(), own, &chain, |c| c.verify_cert())?)
    };
    verified().unwrap_or(false)
}
