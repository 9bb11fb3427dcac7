//! Clock and queue: what the ledger says about time and about what waits.

use super::finding::Finding;
use crate::config::Pipeline;
use crate::ledger::{Condition, condition};
use jiff::{SignedDuration, Timestamp};

/// No copy of this program is older.
const YEAR_MIN: i16 = 2026;
/// No machine of today still runs then.
const YEAR_MAX: i16 = 2100;
/// Clocks are never quite together, and a ledger may come from another machine.
const DRIFT: SignedDuration = SignedDuration::from_mins(2);
/// Work of the program is done within minutes; after this something stands still.
const WORK_LATE: SignedDuration = SignedDuration::from_hours(2);
/// What waits for a person for longer than a working day is late.
const REVIEW_LATE: SignedDuration = SignedDuration::from_hours(24);

pub(super) fn findings(pipeline: &Pipeline) -> Vec<Finding> {
    let now = Timestamp::now();
    if pipeline.ledger.file().is_some_and(|file| !file.is_file()) {
        let none = format!("Noch kein Journal unter {}; der Dienst legt es an.", pipeline.ledger);
        return vec![clock(now, None), Finding::ok("ledger.none", none)];
    }
    match condition(&pipeline.ledger, &pipeline.tenant) {
        Ok(found) => {
            let mut findings = vec![clock(now, found.last_event.as_deref())];
            findings.extend(waiting(now, &found));
            findings
        }
        Err(error) => vec![
            clock(now, None),
            Finding::fail(
                "ledger.unreadable",
                error.to_string(),
                "Rechte prüfen; sonst poststelle verify auf das Journal, und Sicherung bereithalten.",
            ),
        ],
    }
}

/// A year that can be, and nothing in the ledger that has not happened yet.
fn clock(now: Timestamp, last_event: Option<&str>) -> Finding {
    let utc = now.to_zoned(jiff::tz::TimeZone::UTC);
    let shown = utc.strftime("%Y-%m-%d %H:%M UTC");
    let hint = "Uhr stellen (timedatectl) und Zeitdienst einrichten; Eingangszeiten wären sonst falsch.";
    if !(YEAR_MIN..=YEAR_MAX).contains(&utc.year()) {
        return Finding::fail("clock.year", format!("Die Uhr zeigt {shown}."), hint);
    }
    match last_event.and_then(|text| Some((text, text.parse::<Timestamp>().ok()?))) {
        Some((text, last)) if last.duration_since(now) > DRIFT => Finding::fail(
            "clock.behind",
            format!("Die Uhr zeigt {shown}, das letzte Ereignis im Journal ist von {text}."),
            hint,
        ),
        _ => Finding::ok("clock.plausible", format!("Die Uhr zeigt {shown}.")),
    }
}

fn waiting(now: Timestamp, found: &Condition) -> Vec<Finding> {
    let late = |since: &Option<String>, after: SignedDuration| {
        let since = since.as_deref()?.parse::<Timestamp>().ok()?;
        (now.duration_since(since) > after).then_some(since)
    };
    let mut findings = Vec::new();
    if let Some(since) = late(&found.oldest_work, WORK_LATE) {
        findings.push(Finding::warn(
            "queue.late",
            format!("Der älteste Stapel, an dem der Dienst selbst weiterarbeiten könnte, ist von {since}."),
            "Läuft der Dienst? systemctl status poststelle, poststelle status.",
        ));
    }
    if let Some(since) = late(&found.oldest_review, REVIEW_LATE) {
        findings.push(Finding::warn(
            "queue.people",
            format!("Der älteste Stapel, aus dem etwas auf einen Menschen wartet, ist von {since}."),
            "poststelle review list, poststelle hold list.",
        ));
    }
    if found.refused > 0 {
        findings.push(Finding::warn(
            "queue.refused",
            format!("{} Zustellungen sind abgelehnt; niemand versucht sie mehr.", found.refused),
            "poststelle deliver list; dann deliver again oder close.",
        ));
    }
    if found.ambiguous > 0 {
        findings.push(Finding::warn(
            "queue.ambiguous",
            format!("Bei {} Zustellungen ist offen, ob sie angekommen sind.", found.ambiguous),
            "Das Ziel wird gefragt; antwortet es nicht, Erreichbarkeit prüfen.",
        ));
    }
    if findings.is_empty() {
        let text = format!("Nichts wartet zu lange; {} Zustellungen von Hand geschlossen.", found.dead);
        findings.push(Finding::ok("queue.moving", text));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;

    #[test]
    fn a_clock_is_neither_absurd_nor_behind_the_ledger() {
        let now: Timestamp = "2026-11-02T10:00:00Z".parse().unwrap();
        let code = |now: &str, last: Option<&str>| clock(now.parse().unwrap(), last).code;
        assert_eq!(code("2026-11-02T10:00:00Z", None), "clock.plausible");
        assert_eq!(code("1970-01-01T10:00:00Z", None), "clock.year");
        assert_eq!(code("2026-11-02T10:00:00Z", Some("2026-11-02T10:01:00.000Z")), "clock.plausible");
        assert_eq!(code("2026-11-02T10:00:00Z", Some("2026-11-02T11:00:00.000Z")), "clock.behind");
        let quiet = waiting(now, &Condition::default());
        assert_eq!((quiet.len(), quiet[0].level), (1, Level::Ok));
        let busy = Condition {
            oldest_work: Some("2026-11-02T07:00:00.000Z".into()),
            oldest_review: Some("2026-11-02T07:00:00.000Z".into()),
            refused: 1,
            ..Condition::default()
        };
        let codes: Vec<String> = waiting(now, &busy).into_iter().map(|f| f.code).collect();
        assert_eq!(codes, ["queue.late", "queue.refused"]);
    }
}
