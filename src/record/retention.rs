//! When our copy of a letter goes: one function over everything that keeps it. What is not known keeps it.

use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// The day from which the days of a rule are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Since {
    /// The day nothing was left to do: delivered, rejected or taken back.
    #[default]
    Closed,
    /// The received date, or the day it was closed if nobody knows one.
    Received,
}

/// How long something is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Days; `None`: for good.
    pub days: Option<u32>,
    /// Counted from when.
    pub since: Since,
}

/// The rules of a town: one per end, and those of kinds, which go first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Delivered, or settled by a clerk; `None`: for good.
    pub delivered: Option<u32>,
    /// Closed without a delivery: advertising that nobody gets.
    pub suppressed: u32,
    /// Batches that could not be read, or that a person took back; `None`: for good.
    pub rejected: Option<u32>,
    /// Kinds whose file says how long.
    pub kinds: BTreeMap<String, Rule>,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Every delivery is settled.
    Delivered,
    /// Nobody was to get it.
    Suppressed,
    /// It never became documents.
    Rejected,
}

impl End {
    /// Name of the rule, in events and reports.
    pub fn text(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Suppressed => "suppressed",
            Self::Rejected => "rejected",
        }
    }
}

named! {
    /// What keeps a copy; its sentence says why it stays.
    Keep;
    Open = "open", "nicht abgeschlossen: ein Mensch entscheidet, nie die Frist";
    ForGood = "for_good", "wird auf Dauer aufbewahrt: niemand hat eine Frist gesetzt, oder die Dokumentart hat keine";
    Early = "early", "die Frist läuft noch";
    Held = "held", "es gibt eine Sperre (Rechtsstreit, Anfrage, Ausleihe)";
    Unreadable = "unreadable", "das Amt meldet: fehlt oder unleserlich";
    Recalled = "recalled", "eine Zustellung wurde zurückgeholt";
    Paper = "paper", "das Papier wird ersetzt und ist noch nicht vernichtet oder entnommen";
    Inbox = "inbox", "liegt unerledigt im Posteingang eines Amts";
}

/// What is known about the copy of one document, or of a batch without documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// Kind id; empty if it has none.
    pub kind: String,
    /// How it ended and on which local day; `None`: it has not.
    pub end: Option<(End, Date)>,
    /// Received date.
    pub received: Option<Date>,
    /// Somebody ordered to keep it.
    pub held: bool,
    /// The department says it is missing or unreadable.
    pub unreadable: bool,
    /// Something handed over was taken back, and nobody has freed it since.
    pub recalled: bool,
    /// Nothing of it replaces paper, or that paper is gone or kept by itself; `None`: not known.
    pub paper_settled: Option<bool>,
    /// A department has not done with it.
    pub in_inbox: bool,
}

/// A copy that goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// `delivered`, `suppressed`, `rejected`, or `kind` where the kind's own rule speaks.
    pub rule: &'static str,
    /// The first day on which it may go.
    pub day: Date,
}

/// Whether a copy goes today, or everything that keeps it.
pub fn due(copy: &Copy, rules: &Rules, today: Date) -> Result<Due, Vec<Keep>> {
    let Some((end, closed)) = copy.end else { return Err(vec![Keep::Open]) };
    let of_state = match end {
        End::Delivered => rules.delivered,
        End::Suppressed => Some(rules.suppressed),
        End::Rejected => rules.rejected,
    };
    let default = Rule { days: of_state, since: Since::Closed };
    let own = rules.kinds.get(&copy.kind).copied();
    let rule = own.unwrap_or(default);
    let since = match rule.since {
        Since::Closed => closed,
        // Nothing goes before it is closed, whenever it came.
        Since::Received => copy.received.unwrap_or(closed),
    };
    // A day beyond the calendar never comes.
    let day =
        rule.days.and_then(|days| since.checked_add(i64::from(days).days()).ok()).map(|d| d.max(closed));
    let keeps = |keep| match keep {
        Keep::Open => false,
        Keep::ForGood => day.is_none(),
        Keep::Early => day.is_some_and(|day| today < day),
        Keep::Held => copy.held,
        Keep::Unreadable => copy.unreadable,
        Keep::Recalled => copy.recalled,
        Keep::Paper => copy.paper_settled != Some(true),
        Keep::Inbox => copy.in_inbox,
    };
    let kept: Vec<Keep> = Keep::ALL.iter().copied().filter(|&keep| keeps(keep)).collect();
    match day {
        Some(day) if kept.is_empty() => {
            Ok(Due { rule: if own.is_some() { "kind" } else { end.text() }, day })
        }
        _ => Err(kept),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn a_day() -> impl Strategy<Value = Date> {
        (0i64..4000).prop_map(|n| date(2020, 1, 1) + n.days())
    }

    fn rules() -> impl Strategy<Value = Rules> {
        let since = prop_oneof![Just(Since::Closed), Just(Since::Received)];
        let kind = (prop::option::of(0u32..900), since).prop_map(|(days, since)| Rule { days, since });
        let days = || prop::option::weighted(0.8, 0u32..900);
        (days(), 0u32..90, days(), prop::option::of(kind)).prop_map(
            |(delivered, suppressed, rejected, kind)| Rules {
                delivered,
                suppressed,
                rejected,
                kinds: kind.into_iter().map(|rule| ("rechnung".to_owned(), rule)).collect(),
            },
        )
    }

    fn copies() -> impl Strategy<Value = Copy> {
        let end = prop_oneof![Just(End::Delivered), Just(End::Suppressed), Just(End::Rejected)];
        let end = prop::option::weighted(0.9, (end, a_day()));
        let rarely = || prop::bool::weighted(0.15);
        let settled = prop_oneof![1 => Just(None), 1 => Just(Some(false)), 8 => Just(Some(true))];
        let words = (prop_oneof![Just("rechnung"), Just("werbung")], end, prop::option::of(a_day()));
        (words, (rarely(), rarely(), rarely(), settled, rarely())).prop_map(
            |((kind, end, received), (held, unreadable, recalled, paper_settled, in_inbox))| Copy {
                kind: kind.into(),
                end,
                received,
                held,
                unreadable,
                recalled,
                paper_settled,
                in_inbox,
            },
        )
    }

    proptest! {
        /// Whatever the rules: what goes had ended, its days are over counted from its day, and nothing holds it.
        #[test]
        fn nothing_leaves_before_its_day_and_nothing_held_leaves(
            copy in copies(), rules in rules(), today in a_day(),
        ) {
            match due(&copy, &rules, today) {
                Ok(due) => {
                    let (end, closed) = copy.end.unwrap();
                    prop_assert!(today >= closed && today >= due.day);
                    prop_assert!(!copy.held && !copy.unreadable && !copy.recalled && !copy.in_inbox);
                    prop_assert_eq!(copy.paper_settled, Some(true));
                    let (days, from) = match rules.kinds.get(&copy.kind) {
                        Some(Rule { days, since: Since::Closed }) => (days.unwrap(), closed),
                        Some(Rule { days, since: Since::Received }) => (days.unwrap(), copy.received.unwrap_or(closed)),
                        None => (match end {
                            End::Delivered => rules.delivered,
                            End::Suppressed => Some(rules.suppressed),
                            End::Rejected => rules.rejected,
                        }.unwrap(), closed),
                    };
                    prop_assert!((today - from).get_days() >= i32::try_from(days).unwrap());
                }
                Err(kept) => {
                    prop_assert!(!kept.is_empty());
                    // Without what keeps it, it goes: on its day, once it is closed.
                    if !kept.contains(&Keep::Open) && !kept.contains(&Keep::ForGood) {
                        let free = Copy {
                            held: false, unreadable: false, recalled: false,
                            paper_settled: Some(true), in_inbox: false, ..copy
                        };
                        prop_assert!(due(&free, &rules, today + 5000.days()).is_ok());
                    }
                }
            }
        }
    }

    #[test]
    fn advertising_goes_after_a_fortnight_and_a_kind_of_its_own_goes_by_its_own_rule() {
        let own = Rule { days: Some(30), since: Since::Received };
        let for_good = Rule { days: None, since: Since::Closed };
        let rules = Rules {
            delivered: Some(365),
            suppressed: 14,
            rejected: None,
            kinds: BTreeMap::from([("gericht".into(), for_good), ("kita".into(), own)]),
        };
        let closed = date(2026, 11, 2);
        let copy = |kind: &str, end| Copy {
            kind: kind.into(),
            end: Some((end, closed)),
            received: Some(date(2026, 10, 30)),
            held: false,
            unreadable: false,
            recalled: false,
            paper_settled: Some(true),
            in_inbox: false,
        };
        let day = |kind, end, today| due(&copy(kind, end), &rules, today).map(|due| (due.rule, due.day));
        let late = date(2028, 1, 1);
        assert_eq!(day("werbung", End::Suppressed, date(2026, 11, 15)), Err(vec![Keep::Early]));
        assert_eq!(day("werbung", End::Suppressed, late), Ok(("suppressed", date(2026, 11, 16))));
        assert_eq!(day("rechnung", End::Delivered, late), Ok(("delivered", date(2027, 11, 2))));
        assert_eq!(day("kita", End::Delivered, late), Ok(("kind", date(2026, 11, 29))));
        assert_eq!(day("gericht", End::Delivered, late), Err(vec![Keep::ForGood]));
        let open = Copy { end: None, ..copy("werbung", End::Delivered) };
        assert_eq!(due(&open, &rules, late), Err(vec![Keep::Open]), "review never by itself");
    }
}
