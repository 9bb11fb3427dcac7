//! When a night letter box was emptied, and which day counts as received for what lay in it.
//!
//! Nobody saw when a letter fell in. Without a midnight flap every day of the span is possible, and the sender, whose
//! deadline it may be, gets the earliest.

use crate::model::refusal::Refusal;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Longest span in days; more is a misprint of the protocol, not a closed week between the years.
const SPAN_DAYS_MAX: i32 = 14;
/// What the source of a received date begins with that an emptying says.
const SOURCE: &str = "night_box ";

/// How to write it.
const FORM: &str = "JJJJ-MM-TT schreiben, bei einer Leerung des Nachtbriefkastens TAG-DAVOR/TAG.";

/// One emptying as its protocol says: `2026-11-20/2026-11-23`, with `/before` or `/after` for what lay in that
/// compartment of a box with a midnight flap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Emptying {
    /// Day of the emptying before.
    since: Date,
    /// Day of this one.
    until: Date,
    lay: Lay,
}

/// Words for where a received date comes from, as people may give them; those of the program itself are others.
pub const SOURCES: [&str; 9] = [
    "station_day",
    "person",
    "stamp",
    "post",
    "messenger",
    "registered",
    "formal_service",
    "night_box",
    "mail",
];

/// What somebody wrote down about when mail came, as received date and source: a day, or an emptying. Nothing has
/// come tomorrow.
pub fn received(written: &str, source: &str, today: Date) -> Result<(String, String), Refusal> {
    let emptying = written.parse::<Emptying>().ok();
    let last = emptying.as_ref().map(|e| e.until).or_else(|| written.parse().ok());
    let refused = |what: &str, hint: &str| Refusal::new("usage.date", format!("„{written}“ {what}."), hint);
    match (last, emptying) {
        (None, _) => Err(refused("ist kein Datum", FORM)),
        (Some(day), _) if day > today => {
            Err(refused("liegt in der Zukunft; dann kann noch nichts eingegangen sein", "Den Tag prüfen."))
        }
        (Some(_), Some(emptying)) => Ok((emptying.day(), emptying.source())),
        (Some(day), None) => Ok((day.to_string(), source.to_owned())),
    }
}

/// Where the mail lay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lay {
    /// In a box without a flap.
    Together,
    /// Below the flap: in before midnight of the last day.
    Before,
    /// Above it: in after that midnight.
    After,
}

impl Emptying {
    /// The received date that is proposed, ISO.
    pub fn day(&self) -> String {
        if self.lay == Lay::After { self.until } else { self.since }.to_string()
    }

    /// German: why that day.
    pub fn reason(&self) -> String {
        let Self { since, until, .. } = self;
        let day = self.day();
        match self.lay {
            Lay::After => {
                format!("Nachtbriefkasten, Fach nach Mitternacht, geleert am {until}: Eingang {day}.")
            }
            Lay::Before => format!(
                "Nachtbriefkasten, Fach vor Mitternacht, geleert am {until}, davor am {since}: Eingang {day}, \
                 der für den Absender günstigste Tag."
            ),
            Lay::Together => format!(
                "Nachtbriefkasten ohne Mitternachtsklappe, geleert am {until}, davor am {since}: Eingang {day}, \
                 der für den Absender günstigste Tag."
            ),
        }
    }

    /// Whether mail of this emptying may have come that day.
    pub fn covers(&self, day: &str) -> bool {
        let first = if self.lay == Lay::After { self.until } else { self.since };
        day.parse::<Date>().is_ok_and(|day| (first..=self.until).contains(&day))
    }

    /// The source of a received date, with the protocol in it: the record keeps it.
    pub fn source(&self) -> String {
        format!("{SOURCE}{self}")
    }

    /// The emptying that is the source of a received date, if one is.
    pub fn of_source(source: &str) -> Option<Self> {
        source.strip_prefix(SOURCE)?.parse().ok()
    }
}

impl FromStr for Emptying {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "an emptying is JJJJ-MM-TT/JJJJ-MM-TT, then /before or /after";
        let mut parts = text.splitn(3, '/');
        let mut day = || parts.next().filter(|p| p.len() == 10)?.parse::<Date>().ok();
        let (since, until) = (day().ok_or(wrong)?, day().ok_or(wrong)?);
        let lay = match parts.next() {
            None => Lay::Together,
            Some("before") => Lay::Before,
            Some("after") => Lay::After,
            Some(_) => return Err(wrong),
        };
        let days = (until - since).get_days();
        if (0..=SPAN_DAYS_MAX).contains(&days) { Ok(Self { since, until, lay }) } else { Err(wrong) }
    }
}

impl fmt::Display for Emptying {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lay = match self.lay {
            Lay::Together => "",
            Lay::Before => "/before",
            Lay::After => "/after",
        };
        write!(f, "{}/{}{lay}", self.since, self.until)
    }
}

impl TryFrom<String> for Emptying {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Emptying> for String {
    fn from(emptying: Emptying) -> Self {
        emptying.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sender_gets_the_earliest_day_unless_a_flap_knows_better() {
        for (protocol, day, covered) in [
            ("2026-11-20/2026-11-23", "2026-11-20", ["2026-11-20", "2026-11-23"]),
            ("2026-11-20/2026-11-23/before", "2026-11-20", ["2026-11-20", "2026-11-22"]),
            ("2026-11-20/2026-11-23/after", "2026-11-23", ["2026-11-23", "2026-11-23"]),
            ("2026-11-23/2026-11-23", "2026-11-23", ["2026-11-23", "2026-11-23"]),
        ] {
            let emptying: Emptying = protocol.parse().unwrap();
            assert_eq!(emptying.day(), day);
            assert!(covered.iter().all(|day| emptying.covers(day)) && !emptying.covers("2026-11-24"));
            assert_eq!(Emptying::of_source(&emptying.source()), Some(emptying));
        }
        let without: Emptying = "2026-11-20/2026-11-23".parse().unwrap();
        assert!(without.reason().contains("günstigste Tag") && without.covers("2026-11-22"));
    }

    #[test]
    fn a_misprinted_protocol_is_none() {
        for wrong in [
            "2026-11-20",
            "2026-11-23/2026-11-20",
            "2026-01-20/2026-11-20",
            "20.11.26/23.11.26",
            "2026-11-20/2026-11-23/x",
        ] {
            assert!(wrong.parse::<Emptying>().is_err(), "{wrong}");
        }
        assert_eq!(Emptying::of_source("station_day"), None);
        let today = "2026-11-23".parse().unwrap();
        let said = |written: &str| match received(written, "station_day", today) {
            Ok((day, source)) => format!("{day} {source}"),
            Err(refusal) => refusal.text,
        };
        assert_eq!(said("2026-11-23"), "2026-11-23 station_day");
        assert_eq!(said("2026-11-20/2026-11-23"), "2026-11-20 night_box 2026-11-20/2026-11-23");
        assert_eq!(said("gestern"), "„gestern“ ist kein Datum.");
        for ahead in ["2026-11-24", "2026-11-20/2026-11-24"] {
            assert!(said(ahead).contains("in der Zukunft"), "{}", said(ahead));
        }
    }
}
