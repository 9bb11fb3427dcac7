//! Figures for those who lead: by month, department and channel, never by person.
//!
//! In: what became of each document. Out: counts, and how long it took. Groups so small that they tell of single
//! people's work are left out. Pure.

use jiff::Timestamp;
use std::collections::BTreeMap;

/// Fewer documents than this tell of single people's work, and are not shown.
pub const SHOWN_FROM: usize = 5;

/// What became of one document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Story {
    /// `2026-11`, UTC.
    pub month: String,
    /// Lead department; empty while nobody decided.
    pub department: String,
    /// How it came (`post`, `upload`, ...); empty where nobody said.
    pub channel: String,
    /// Pages in it.
    pub pages: usize,
    /// When its file was taken over, UTC.
    pub taken_over: String,
    /// When the first target had it, UTC.
    pub handed_over: Option<String>,
    /// A person was asked.
    pub asked: bool,
    /// It was held.
    pub held: bool,
    /// A department sent it back.
    pub sent_back: bool,
}

/// Figures of one month, department and channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// Documents.
    pub documents: usize,
    /// Their pages.
    pub pages: usize,
    /// Without a person.
    pub straight: usize,
    /// Held.
    pub held: usize,
    /// Sent back by a department.
    pub sent_back: usize,
    /// Taken over longer ago than asked for, and no target has them.
    pub open: usize,
    /// Seconds from taking over to the first target: median and 90th percentile; `None` if none arrived.
    pub seconds: Option<(i64, i64)>,
}

/// Figures by month, department and channel, and how many documents are in groups too small to be shown.
pub fn figures(
    stories: &[Story],
    now: Timestamp,
    open_days: u32,
) -> (BTreeMap<(String, String, String), Figures>, usize) {
    let mut groups: BTreeMap<_, Vec<&Story>> = BTreeMap::new();
    for story in stories {
        let key = (story.month.clone(), story.department.clone(), story.channel.clone());
        groups.entry(key).or_default().push(story);
    }
    let hidden = groups.values().map(Vec::len).filter(|&n| n < SHOWN_FROM).sum();
    groups.retain(|_, stories| stories.len() >= SHOWN_FROM);
    (groups.into_iter().map(|(key, stories)| (key, of(&stories, now, open_days))).collect(), hidden)
}

fn of(stories: &[&Story], now: Timestamp, open_days: u32) -> Figures {
    let count = |is: fn(&Story) -> bool| stories.iter().filter(|s| is(s)).count();
    let late = |s: &&&Story| {
        let taken: Option<Timestamp> = s.taken_over.parse().ok();
        s.handed_over.is_none()
            && taken.is_some_and(|at| now.as_second() - at.as_second() > i64::from(open_days) * 86_400)
    };
    let mut waits: Vec<i64> = stories.iter().filter_map(|s| seconds(s)).collect();
    waits.sort_unstable();
    // The value that so many percent do not exceed.
    let share = |percent: usize| waits.get((waits.len() * percent).div_ceil(100).max(1) - 1).copied();
    Figures {
        documents: stories.len(),
        pages: stories.iter().map(|s| s.pages).sum(),
        straight: count(|s| !s.asked && !s.held && s.handed_over.is_some()),
        held: count(|s| s.held),
        sent_back: count(|s| s.sent_back),
        open: stories.iter().filter(late).count(),
        seconds: share(50).zip(share(90)),
    }
}

fn seconds(story: &Story) -> Option<i64> {
    let (from, to): (Timestamp, Timestamp) =
        (story.taken_over.parse().ok()?, story.handed_over.as_ref()?.parse().ok()?);
    Some((to.as_second() - from.as_second()).max(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn story(department: &str, handed: Option<u32>) -> Story {
        Story {
            month: "2026-11".into(),
            department: department.into(),
            channel: "post".into(),
            pages: 2,
            taken_over: "2026-11-02T08:00:00.000Z".into(),
            handed_over: handed.map(|minute| format!("2026-11-02T08:{minute:02}:00.000Z")),
            ..Story::default()
        }
    }

    #[test]
    fn months_are_counted_and_small_groups_stay_hidden() {
        let mut stories: Vec<Story> = (1..=10).map(|minute| story("bau", Some(minute))).collect();
        stories[0].asked = true;
        stories[1].sent_back = true;
        stories.push(Story { held: true, ..story("bau", None) });
        stories.extend((0..4).map(|_| story("steuern", Some(1))));
        let now: Timestamp = "2026-11-05T08:00:01Z".parse().unwrap();
        let (shown, hidden) = figures(&stories, now, 3);
        assert_eq!((shown.len(), hidden), (1, 4));
        let expected = Figures {
            documents: 11,
            pages: 22,
            straight: 9,
            held: 1,
            sent_back: 1,
            open: 1,
            seconds: Some((300, 540)),
        };
        assert_eq!(shown[&("2026-11".into(), "bau".into(), "post".into())], expected);
        assert_eq!(figures(&stories, now, 4).0.values().map(|f| f.open).sum::<usize>(), 0);
        let waiting: Vec<Story> = (0..5).map(|_| story("bau", None)).collect();
        assert!(figures(&waiting, now, 3).0.values().all(|f| f.seconds.is_none() && f.straight == 0));
    }
}
