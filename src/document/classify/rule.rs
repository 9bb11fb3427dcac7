//! One rule: what must be written where, and what that says.

use super::super::text::{Line, Zone};
use super::matter::Matter;
use super::phrase::Phrase;
use regex::bytes::Regex;

/// A rule as it is used. It speaks if nothing of `none`, everything of `all` and something of `any` or the
/// pattern is written in its zone.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Id within its file.
    pub id: String,
    /// Where it looks; everywhere if several are given, one of them suffices.
    pub zones: Vec<Zone>,
    /// One of these speaks.
    pub any: Vec<Phrase>,
    /// All of these must be there.
    pub all: Vec<Phrase>,
    /// None of these may be there.
    pub none: Vec<Phrase>,
    /// Speaks, too.
    pub regex: Option<Regex>,
    /// What it adds.
    pub weight: f32,
    /// It decides outright.
    pub decides: bool,
}

impl Rule {
    /// The first line that makes the rule speak, and its words.
    pub fn first_hit<'a>(&self, matter: &Matter<'a>) -> Option<(&'a Line, String)> {
        self.first_hit_where(matter, &|_| true)
    }

    /// The same among lines of which something holds.
    pub fn first_hit_where<'a>(
        &self,
        matter: &Matter<'a>,
        holds: &dyn Fn(&Line) -> bool,
    ) -> Option<(&'a Line, String)> {
        let here = |line: &Line| self.zones.iter().any(|&z| line.is_in(z)) && holds(line);
        let find = |phrase: &Phrase| matter.find(phrase, &here);
        if self.none.iter().any(|p| find(p).is_some()) || !self.all.iter().all(|p| find(p).is_some()) {
            return None;
        }
        let by_pattern = || self.regex.as_ref().and_then(|r| matter.search(r, &here));
        let all_only = || if self.any.is_empty() && self.regex.is_none() { self.all.first() } else { None };
        self.any.iter().find_map(find).or_else(by_pattern).or_else(|| all_only().and_then(find))
    }
}

/// A pattern of a rule file, for [`Matter::search`]: umlauts fold away, a blank may be the end of a line.
/// Case does not count. `None` if it is no regular expression.
pub fn pattern(written: &str) -> Option<Regex> {
    let mut text = String::with_capacity(written.len() + 16);
    for c in written.chars() {
        match c {
            'ä' => text.push('a'),
            'ö' => text.push('o'),
            'ü' => text.push('u'),
            'Ä' => text.push('A'),
            'Ö' => text.push('O'),
            'Ü' => text.push('U'),
            'ß' => text.push_str("(?:ss|b)"),
            ' ' => text.push_str("[ \\n]"),
            c => text.push(c),
        }
    }
    regex::bytes::RegexBuilder::new(&text)
        .case_insensitive(true)
        .multi_line(true)
        .unicode(false)
        .size_limit(1 << 20)
        .build()
        .ok()
}
