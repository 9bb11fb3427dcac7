//! What a seal is worth: each check by name, with nothing but the bytes and the anchors one is told.

use super::algorithm::Algorithm;
use super::cms::{self, Signature};
use super::stamp::Token;
use super::{revocation, timestamp};
use crate::error::{Error, Result};
use crate::pdf;
use crate::record::amendment::Amendment;
use crate::record::{Check, Envelope, check};
use jiff::ToSpan;
use jiff::civil::Date;
use openssl::asn1::Asn1Time;
use openssl::nid::Nid;
use openssl::stack::Stack;
use openssl::x509::store::X509StoreBuilder;
use openssl::x509::verify::{X509VerifyFlags, X509VerifyParam};
use openssl::x509::{X509, X509Crl, X509Ref, X509StoreContext};
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
    /// Certificates and revocation lists lie in the file, and the lists clear the seal (PAdES B-LT).
    pub long_term: bool,
    /// When the certificate of the seal ends, UTC.
    pub until: Option<Date>,
    /// When the first of the timestamp's certificates ends, UTC.
    pub stamp_until: Option<Date>,
    /// Row of the table of algorithms.
    pub algorithm: Option<&'static str>,
}

/// The seal inside a PDF; `None` if it has none.
pub fn of_pdf(bytes: &[u8], anchors: Option<&Anchors>) -> Option<Verdict> {
    let seal = pdf::find_seal(bytes)?;
    let Some((signed, cms)) = seal else {
        return Some(Verdict { checks: vec![Check::new("pdf.seal_place", false)], ..Verdict::default() });
    };
    let mut verdict = judge(&cms, &signed, anchors, ["pdf.seal", "pdf.seal_certificate", "pdf.timestamp"]);
    if let Some(evidence) = pdf::evidence(bytes) {
        let good = not_revoked(&cms, &evidence, anchors);
        verdict.checks.push(Check::new("pdf.revocation", good));
        verdict.long_term = good;
    }
    Some(verdict)
}

/// The seal of a record; `None` if it has none.
pub fn of_record(record: &Envelope, anchors: Option<&Anchors>) -> Option<Verdict> {
    let names = ["record.seal", "record.seal_certificate", "record.timestamp"];
    Some(judge(&decoded(record.seal.as_ref()?), &[&record.content()], anchors, names))
}

/// The seal of an amendment; `None` if it has none.
pub fn of_amendment(amendment: &Amendment, anchors: Option<&Anchors>) -> Option<Verdict> {
    let names = ["amendment.seal", "amendment.seal_certificate", "amendment.timestamp"];
    Some(judge(&decoded(amendment.seal.as_ref()?), &[&amendment.content()], anchors, names))
}

/// Base64 has one spelling here too; another gives nothing.
fn decoded(seal: &str) -> Vec<u8> {
    let cms = openssl::base64::decode_block(seal).unwrap_or_default();
    if openssl::base64::encode_block(&cms) == seal { cms } else { Vec::new() }
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
    verdict.until = certificates.first().and_then(|c| last_day(c));
    verdict.algorithm = certificates
        .first()
        .and_then(|c| c.public_key().ok())
        .and_then(|key| Algorithm::of(&key).map(|a| a.name));
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
        let certificates = timestamp::certificates(token);
        self.stamp_until = certificates.iter().filter_map(|c| last_day(c)).min();
        let good = at.is_some() && Token::is_whole(token);
        self.checks.push(Check::new(name, good));
        self.stamped = stamped.map(|s| s.at);
        at
    }
}

/// The day on which a certificate ends.
pub(super) fn last_day(certificate: &X509Ref) -> Option<Date> {
    let left = Asn1Time::days_from_now(0).ok()?.diff(certificate.not_after()).ok()?;
    let now = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
    let end = now.checked_add(i64::from(left.days).days().seconds(i64::from(left.secs))).ok()?;
    Some(end.date())
}

/// Every stored list is signed by an issuer that is at hand, and one of them clears the certificate of the seal.
fn not_revoked(cms: &[u8], evidence: &pdf::Evidence, anchors: Option<&Anchors>) -> bool {
    let Some(signature) = cms::read(cms) else { return false };
    let parsed = |all: &[Vec<u8>]| all.iter().filter_map(|der| X509::from_der(der).ok()).collect::<Vec<_>>();
    let own = parsed(&signature.certificates);
    let mut known = parsed(&evidence.certificates);
    known.extend(own.iter().cloned());
    known.extend(anchors.map(|a| a.certificates().to_vec()).unwrap_or_default());
    let lists: Vec<X509Crl> = evidence.lists.iter().filter_map(|der| X509Crl::from_der(der).ok()).collect();
    let cleared = |certificate: &X509| {
        let said: Vec<bool> =
            lists.iter().filter_map(|list| revocation::good(certificate, list, &known)).collect();
        !said.is_empty() && said.iter().all(|&good| good)
    };
    lists.len() == evidence.lists.len() && own.first().is_some_and(cleared)
}

/// Every certificate whose issuer came along was signed by it: a changed byte in one shows without anchors.
fn chained(certificates: &[X509]) -> bool {
    certificates.iter().all(|certificate| {
        let issuer = certificate.issuer_name().to_der().unwrap_or_default();
        let came_along =
            certificates.iter().any(|c| c.subject_name().to_der().is_ok_and(|subject| subject == issuer));
        !came_along || certificates.iter().any(|c| cms::signed_by(certificate, c))
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
