//! Certificates: the seal's, the authorities that are trusted, ours for servers, those mail is encrypted for. When
//! does each end?

use super::finding::Finding;
use crate::config::Pipeline;
use crate::config::named::{self, Holds, NamedFile};
use crate::sealing::{Outlook, file_outlook, seal_outlook};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// A town needs so long to get a new one.
const SOON_DAYS: i32 = 60;

pub(super) fn findings(pipeline: &Pipeline) -> Vec<Finding> {
    let today = jiff::Zoned::now().date();
    let mut findings = Vec::new();
    match &pipeline.seal {
        Some(settings) => match seal_outlook(settings) {
            Ok(chain) => findings.extend(judged("[seal]", &chain, today)),
            Err(error) => findings.push(unreadable("[seal]", &error)),
        },
        None => findings.push(Finding::ok("seal.none", "Es ist kein Siegel eingestellt.")),
    }
    let mut files: BTreeMap<_, Vec<String>> = BTreeMap::new();
    // The seal's own were looked at.
    let others = named::files(pipeline).into_iter().filter(|f| f.named_by != "[seal]: certificate_file");
    // Our own certificate for a server lies in one file with its key.
    let dated =
        |f: &NamedFile| f.holds == Holds::Certificates || f.named_by.ends_with("client_certificate_file");
    for file in others.filter(dated) {
        files.entry(file.path).or_default().push(file.named_by);
    }
    for (path, named_by) in files {
        let what = format!("{} ({})", path.display(), named_by.join(", "));
        match file_outlook(&path) {
            Ok(chain) => findings.extend(judged(&what, &chain, today)),
            Err(error) => findings.push(unreadable(&what, &error)),
        }
    }
    findings
}

fn unreadable(what: &str, error: &crate::error::Error) -> Finding {
    let text = format!("{what}: {error}");
    Finding::fail("certificate.unreadable", text, "Datei, Rechte und Kennwort prüfen.")
}

/// Worst first; one line if all is well.
fn judged(what: &str, chain: &[Outlook], today: Date) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut first_end: Option<Date> = None;
    for Outlook { subject, begun, until, .. } in chain {
        let Some(until) = *until else { continue };
        first_end = Some(first_end.map_or(until, |first| first.min(until)));
        let left = today.until(until).map(|span| span.get_days()).unwrap_or(0);
        if !begun {
            findings.push(Finding::fail(
                "certificate.not_yet",
                format!("{what}: „{subject}“ gilt noch nicht."),
                "Uhr prüfen, sonst das bisherige Zertifikat wieder einsetzen.",
            ));
        } else if left < 0 {
            findings.push(Finding::fail(
                "certificate.expired",
                format!("{what}: „{subject}“ ist am {until} abgelaufen."),
                "Neues Zertifikat einspielen und den Dienst neu starten.",
            ));
        } else if left < SOON_DAYS {
            findings.push(Finding::warn(
                "certificate.expires",
                format!("{what}: „{subject}“ läuft am {until} ab, in {left} Tagen."),
                "Jetzt ein neues beantragen.",
            ));
        }
    }
    if findings.is_empty() {
        let end = first_end.map_or_else(String::new, |end| format!(", das erste läuft am {end} ab"));
        let text = format!("{what}: {} Zertifikate gültig{end}.", chain.len());
        findings.push(Finding::ok("certificate.valid", text));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn ends_are_said_in_time() {
        let code = |begun, until| {
            let chain = [Outlook { subject: "S".into(), begun, until: Some(until), lists: vec![] }];
            judged("x", &chain, date(2026, 11, 2)).remove(0).code
        };
        assert_eq!(code(true, date(2026, 11, 1)), "certificate.expired");
        assert_eq!(code(true, date(2026, 11, 2)), "certificate.expires");
        assert_eq!(code(true, date(2026, 12, 31)), "certificate.expires");
        assert_eq!(code(true, date(2027, 12, 31)), "certificate.valid");
        assert_eq!(code(false, date(2027, 12, 31)), "certificate.not_yet");
    }
}
