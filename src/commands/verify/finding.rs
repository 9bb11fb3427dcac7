//! What was found out about one document, as a sentence or as JSON.

use crate::record::amendment::ReplacedBy;
use crate::record::body::Body;
use crate::record::check::{Check, Verdict};
use crate::sealing;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What was found out about one document.
#[derive(Debug, Default)]
pub(super) struct Finding {
    pub(super) name: PathBuf,
    pub(super) checks: Vec<Check>,
    pub(super) body: Option<Body>,
    /// Who sealed and when, as far as the seals say.
    pub(super) seals: Vec<String>,
    /// What was looked at in a ledger.
    pub(super) said: Option<String>,
    /// What was scanned again: old image and new.
    pub(super) rescans: Vec<String>,
    /// What is wrong in a ledger, one by one.
    pub(super) details: Vec<(&'static str, String)>,
    /// Why nothing could be checked.
    pub(super) unreadable: Option<String>,
}

pub(super) fn missing(checks: &mut [Check]) {
    for check in checks {
        if check.verdict == Verdict::NotAtHand {
            check.verdict = Verdict::Broken;
        }
    }
}

/// One document lies in one place: a second one of the same name was copied or put in place of another.
pub(super) fn doubled(findings: &mut [Finding]) {
    let mut places: BTreeMap<(String, String), usize> = BTreeMap::new();
    let key = |f: &Finding| f.body.as_ref().map(|b| (b.document.clone(), b.source.sha256.clone()));
    for finding in findings.iter() {
        if let Some(key) = key(finding) {
            *places.entry(key).or_default() += 1;
        }
    }
    for finding in findings {
        if key(finding).is_some_and(|key| places[&key] > 1) {
            finding.checks.push(Check::new("record.doubled", false));
        }
    }
}

impl Finding {
    pub(super) fn seal(&mut self, verdict: sealing::Verdict) {
        self.checks.extend(verdict.checks);
        let signer = verdict.signer.unwrap_or_default();
        self.seals.push(match verdict.stamped {
            Some(at) if verdict.long_term => format!("{signer}, Zeitstempel {at}, Sperrlisten dabei"),
            Some(at) => format!("{signer}, Zeitstempel {at}"),
            None => signer,
        });
        self.seals.dedup();
    }

    /// The images a record names in the places of others.
    pub(super) fn rescanned(&mut self, body: &Body) {
        for (number, page) in (1..).zip(&body.pages) {
            let Some(rescan) = &page.rescan else { continue };
            let new = page.kept.as_ref().map_or("-", |kept| kept.sha256.as_str());
            let void = rescan
                .void_page
                .map_or("keines".to_owned(), |n| format!("Bild {n} von {}", body.source.sha256));
            self.rescans.push(format!("Seite {number} neu gescannt ({}): {new} statt {void}", rescan.reason));
        }
        self.rescans.extend(body.replaces.iter().map(|old| {
            let product = old.product_sha256.as_deref().unwrap_or("-");
            format!("neue Fassung von {} (Produkt {product})", old.document)
        }));
    }

    /// The same, as the amendment of the old version says it.
    pub(super) fn superseded(&mut self, new: &ReplacedBy) {
        for page in &new.pages {
            let image = |sha256: &Option<String>| sha256.clone().unwrap_or("-".into());
            let (void, now) = (image(&page.void_sha256), image(&page.new_sha256));
            self.rescans
                .push(format!("Seite {} neu gescannt ({}): {now} statt {void}", page.page, page.reason));
        }
        let product = new.product_sha256.as_deref().unwrap_or("-");
        self.rescans.push(format!("ersetzt durch {} (Produkt {product})", new.document));
    }

    pub(super) fn broken(&self) -> bool {
        self.checks.iter().any(Check::broken)
    }

    pub(super) fn names(&self, verdict: Verdict) -> Vec<&'static str> {
        let mut names: Vec<_> = self.checks.iter().filter(|c| c.verdict == verdict).map(|c| c.name).collect();
        names.dedup();
        names
    }

    pub(super) fn line(&self) -> String {
        let name = self.name.display();
        if let Some(reason) = self.unreadable.as_ref().filter(|_| !self.broken()) {
            return format!("{name}: nicht prüfbar: {reason}");
        }
        if !self.details.is_empty() {
            let details: Vec<String> = self.details.iter().map(|(n, d)| format!("  {n}: {d}")).collect();
            return format!("{name}: NICHT unversehrt:\n{}", details.join("\n"));
        }
        if let Some(said) = &self.said {
            return format!("{name}: unversehrt ({said})");
        }
        if self.broken() {
            let broken: Vec<String> =
                self.names(Verdict::Broken).iter().map(|n| format!("{n} ({})", meaning(n))).collect();
            return format!("{name}: NICHT unversehrt: {}", broken.join("; "));
        }
        let seal = if self.seals.is_empty() {
            "; Siegel: keines, Schäden werden erkannt, Fälschungen nicht".to_owned()
        } else {
            format!("; Siegel: {}", self.seals.join("; "))
        };
        let absent = self.names(Verdict::NotAtHand);
        let absent =
            if absent.is_empty() { String::new() } else { format!("; nicht dabei: {}", absent.join(", ")) };
        let rescans: String = self.rescans.iter().map(|text| format!("; {text}")).collect();
        format!(
            "{name}: unversehrt (geprüft: {}{absent}{seal}){rescans}",
            self.names(Verdict::Holds).join(", ")
        )
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "path": self.name,
            "document": self.body.as_ref().map(|b| &b.document),
            "intact": if self.unreadable.is_some() { None } else { Some(!self.broken()) },
            "broken": self.names(Verdict::Broken),
            "holds": self.names(Verdict::Holds),
            "not_at_hand": self.names(Verdict::NotAtHand),
            "seal": if self.seals.is_empty() { None } else { Some(&self.seals) },
            "reason": self.unreadable,
            "rescans": self.rescans,
            "details": self.details,
        })
    }
}

/// What a failed check means, for the person who has to explain it.
pub(super) fn meaning(name: &str) -> &'static str {
    match name {
        "record.readable" => "record.json ist beschädigt",
        "record.form" => "record.json hat eine unbekannte Form",
        "record.keys" => "in record.json fehlen Angaben oder sind fremde dazugekommen",
        "record.canonical" => "record.json wurde neu geschrieben",
        "record.digest" => "eine Angabe in record.json wurde verändert",
        "record.missing" => "record.json fehlt",
        "record.embedded" => "der Vermerk im PDF ist ein anderer als record.json",
        "record.doubled" => "dasselbe Schriftstück liegt zweimal vor",
        "product" => "document.pdf fehlt oder ist nicht die Datei, über die der Vermerk spricht",
        "text" => "document.txt fehlt oder ist nicht der gelesene Text",
        "sheet" => "document.json fehlt oder ist nicht die Entscheidung von damals",
        "source" => "das ist nicht die gescannte Datei",
        "pdf.digest" => "mindestens ein Byte des PDF wurde verändert",
        "pdf.record" => "der Vermerk im PDF ist beschädigt",
        "proof.readable" => "proof.json ist beschädigt",
        "proof.path" => "der Beleg führt nicht zu dem Stand des Protokolls",
        "proof.record" => "der Beleg gehört zu einem anderen Nachweis",
        "pdf.seal" => "das Siegel gehört nicht zu diesem PDF, oder es wurde verändert",
        "pdf.seal_place" => "das Siegel ist beschädigt oder deckt nicht die ganze Datei",
        "record.seal" => "das Siegel gehört nicht zu diesem Nachweis, oder es wurde verändert",
        "pdf.seal_certificate" | "record.seal_certificate" => {
            "das Zertifikat führt nicht zu einem Vertrauensanker, galt damals nicht oder wurde verändert"
        }
        "amendment.readable" => "die Ergänzung ist beschädigt oder neu geschrieben",
        "amendment.digest" => "eine Angabe der Ergänzung wurde verändert",
        "amendment.record" => "die Ergänzung gehört zu einem anderen Nachweis",
        "amendment.seal" | "amendment.seal_certificate" | "amendment.timestamp" => {
            "das Siegel der Ergänzung hält nicht"
        }
        "pdf.revocation" => "die Sperrlisten im PDF gehören nicht zum Siegel oder sperren es",
        "pdf.timestamp" | "record.timestamp" => {
            "der Zeitstempel ist nicht vertrauenswürdig oder wurde verändert"
        }
        "pdf.images" => "ein Seitenbild ist nicht das gescannte",
        _ => "die Prüfung ist fehlgeschlagen",
    }
}
