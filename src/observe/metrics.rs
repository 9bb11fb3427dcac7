//! The figures as Prometheus reads them (text format 0.0.4). Pure.
//!
//! Every family is announced even when it has no sample yet, so that an alert rule can be checked against it.
//! Labels are states, ids of the configuration and stable codes; never a person, a sender or a file name.

use crate::ledger::Watched;
use std::collections::BTreeMap;
use std::fmt::{Display, Write};

/// Everything that is exposed.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// What the ledger counts.
    pub ledger: Watched,
    /// Now, milliseconds since 1970.
    pub now: i64,
    /// Times the shared engine child had to be started anew.
    pub engine_restarts: u64,
    /// Loops that run.
    pub loops: u64,
    /// Loops that are dead or stand still.
    pub loops_standing: u64,
    /// When the seal's certificate ends, seconds since 1970.
    pub seal_until: Option<i64>,
    /// Bytes free where `ledger` and `vault` lie.
    pub free: Vec<(&'static str, u64)>,
}

/// The whole answer to `GET /metrics`.
pub fn exposition(figures: &Figures) -> String {
    let mut page = Page(String::new());
    let ledger = &figures.ledger;
    let age = |at: &str| {
        let at = at.parse::<jiff::Timestamp>().map_or(figures.now, jiff::Timestamp::as_millisecond);
        (figures.now - at).max(0) as f64 / 1000.0
    };
    page.gauge("build_info", "Program version, always 1.", [([("version", env!("CARGO_PKG_VERSION"))], 1)]);
    page.gauge("batches", "Batches by state.", by_state(&ledger.overview.batches));
    page.gauge("pages", "Pages by state; read ones are done.", by_state(&ledger.overview.pages));
    page.gauge("documents", "Documents by state.", by_state(&ledger.overview.documents));
    page.gauge(
        "batches_held",
        "Batches that wait for a person, by the code of the reason.",
        ledger.held.iter().map(|(code, count)| ([("code", code.as_str())], count)),
    );
    page.gauge(
        "oldest_seconds",
        "Age of the oldest item that is not done, by what it is and its state.",
        ledger.oldest.iter().map(|(what, state, at)| ([("what", *what), ("state", state.as_str())], age(at))),
    );
    page.gauge(
        "station_last_scan_seconds",
        "Seconds since a station's last scan was taken over.",
        ledger.stations.iter().map(|(station, at)| ([("station", station.as_str())], age(at))),
    );
    page.gauge(
        "deliveries",
        "Deliveries by target and state.",
        ledger
            .deliveries
            .iter()
            .map(|(target, state, n)| ([("target", target.as_str()), ("state", state.as_str())], n)),
    );
    page.gauge(
        "deliveries_failing",
        "Deliveries whose last attempt failed and that are not settled, by target.",
        ledger.failing.iter().map(|(target, count)| ([("target", target.as_str())], count)),
    );
    page.one(
        "recent_documents",
        "Documents decided of what came in the last 24 hours.",
        ledger.recent.decided,
    );
    page.one("recent_unknown", "Of these, kind not recognised.", ledger.recent.unknown);
    page.one("recent_unsure", "Of these, shown to a person or held.", ledger.recent.unsure);
    page.family(
        "engine_restarts_total",
        "counter",
        "Times the engine child was started anew.",
        [([("child", "shared")], figures.engine_restarts)],
    );
    page.one("loops", "Loops of the daemon.", figures.loops);
    page.one("loops_standing", "Loops that are dead or stand still.", figures.loops_standing);
    page.gauge(
        "seal_certificate_expires_timestamp_seconds",
        "When the certificate of the seal ends.",
        figures.seal_until.iter().map(|until| ([("use", "seal")], until)),
    );
    page.gauge(
        "disk_free_bytes",
        "Bytes free where ledger and vault lie.",
        figures.free.iter().map(|(place, bytes)| ([("place", *place)], bytes)),
    );
    page.0
}

fn by_state(counts: &BTreeMap<String, u64>) -> impl Iterator<Item = ([(&str, &str); 1], &u64)> {
    counts.iter().map(|(state, count)| ([("state", state.as_str())], count))
}

struct Page(String);

impl Page {
    fn one(&mut self, name: &str, help: &str, value: u64) {
        self.family::<0, _>(name, "gauge", help, [([], value)]);
    }

    fn gauge<'a, const N: usize, V: Display>(
        &mut self,
        name: &str,
        help: &str,
        samples: impl IntoIterator<Item = ([(&'a str, &'a str); N], V)>,
    ) {
        self.family(name, "gauge", help, samples);
    }

    fn family<'a, const N: usize, V: Display>(
        &mut self,
        name: &str,
        kind: &str,
        help: &str,
        samples: impl IntoIterator<Item = ([(&'a str, &'a str); N], V)>,
    ) {
        // Writing to a string cannot fail.
        let _ = write!(self.0, "# HELP poststelle_{name} {help}\n# TYPE poststelle_{name} {kind}\n");
        for (labels, value) in samples {
            let labels: Vec<String> = labels.iter().map(|(l, v)| format!("{l}=\"{}\"", escaped(v))).collect();
            let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
            let _ = writeln!(self.0, "poststelle_{name}{labels} {value}");
        }
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_what_prometheus_reads() {
        let mut figures = Figures { now: 90_500, free: vec![("vault", 7)], ..Figures::default() };
        figures.ledger.overview.documents.insert("review".into(), 3);
        figures.ledger.oldest.push(("document", "review".into(), "1970-01-01T00:01:00.000Z".into()));
        figures.ledger.failing.insert("a\"b\\c".into(), 1);
        let text = exposition(&figures);
        for line in [
            "# TYPE poststelle_documents gauge",
            "poststelle_documents{state=\"review\"} 3",
            "poststelle_oldest_seconds{what=\"document\",state=\"review\"} 30.5",
            "poststelle_deliveries_failing{target=\"a\\\"b\\\\c\"} 1",
            "poststelle_engine_restarts_total{child=\"shared\"} 0",
            "poststelle_disk_free_bytes{place=\"vault\"} 7",
            "poststelle_loops 0",
            "# HELP poststelle_seal_certificate_expires_timestamp_seconds When the certificate of the seal ends.",
        ] {
            assert!(text.lines().any(|l| l == line), "{line} is not in\n{text}");
        }
        assert!(
            !text.contains("poststelle_seal_certificate_expires_timestamp_seconds{"),
            "nothing is sealed"
        );
    }
}
