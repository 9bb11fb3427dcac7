//! Who is drawn for the sample check, and what the lot's result means.
//!
//! The seed is drawn when the batch is cut, so nobody knows before who is drawn, and it is logged, so everybody
//! can draw again and get the same. A document is in the sample if SHA-256 of seed and id, read as a fraction,
//! lies below the share of the plan; first and last of a batch always are.

use crate::model::document::Need;
use sha2::{Digest, Sha256};

/// Batches of fewer documents make one lot with the other small ones of their station and day: of five lots of one
/// document each, a share says nothing.
pub const POOLED_BELOW: usize = 20;

/// Shares by protection need for integrity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// Normal: documents of a hundred.
    pub normal: f64,
    /// Hoch: clearly more.
    pub high: f64,
}

impl Default for Plan {
    fn default() -> Self {
        // TR-03138 names 3 % as an example for "normal"; "hoch" must clearly exceed it (A.AM.IN.H.7).
        Self { normal: 0.05, high: 0.25 }
    }
}

impl Plan {
    /// The share for that need; sehr hoch is all of them (A.AM.IN.SH.5).
    pub fn share(&self, need: Need) -> f64 {
        match need {
            Need::Normal => self.normal,
            Need::Hoch => self.high,
            Need::SehrHoch => 1.0,
        }
    }

    /// Name for records: the shares in percent.
    pub fn name(&self) -> String {
        format!("normal {} %, hoch {} %, sehr hoch 100 %", self.normal * 100.0, self.high * 100.0)
    }
}

/// How many different people must find a document good: for sehr hoch a second pair of eyes (A.AM.IN.SH.1).
pub fn eyes(need: Need) -> usize {
    if need == Need::SehrHoch { 2 } else { 1 }
}

/// Whether a document is drawn. `edge`: it is the first or last of its batch.
pub fn drawn(seed: &[u8], document: &str, need: Need, edge: bool, plan: &Plan) -> bool {
    edge || fraction(seed, document) < plan.share(need)
}

/// A number from 0 to below 1 that only seed and id decide.
pub fn fraction(seed: &[u8], document: &str) -> f64 {
    let digest = Sha256::new().chain_update(seed).chain_update([0]).chain_update(document).finalize();
    let first: u64 = digest.iter().take(8).fold(0, |sum, &byte| sum << 8 | u64::from(byte));
    // 53 bits are what a fraction holds exactly.
    (first >> 11) as f64 / (1u64 << 53) as f64
}

/// Where a document stands in the quality assurance of its lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawn {
    /// Drawn, checked, good, and so is its lot.
    Passed,
    /// Not drawn, and every drawn one of its lot was good.
    NotDrawn,
    /// Drawn, not yet checked.
    Waiting,
    /// Good or not drawn, but the lot is not finished.
    LotWaiting,
    /// A defect was found.
    Failed,
}

impl Drawn {
    /// Nothing is left to check.
    pub fn finished(self) -> bool {
        matches!(self, Self::Passed | Self::NotDrawn)
    }
}

/// One document of a lot: id, whether it was drawn, and the verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Document id.
    pub document: String,
    /// Old file it lies in, which is a lot of its own; none elsewhere.
    pub file: Option<String>,
    /// Drawn.
    pub drawn: bool,
    /// Good or not; `None` if nobody looked.
    pub good: Option<bool>,
}

/// Where a member stands. After a defect everybody is drawn: the whole lot is checked.
pub fn standing(lot: &[Member], document: &str) -> Option<Drawn> {
    let own = lot.iter().find(|m| m.document == document)?;
    let mut lot = lot.iter().filter(|m| m.file == own.file);
    let defect = lot.clone().any(|m| m.good == Some(false));
    let must = |m: &Member| m.drawn || defect;
    let open = lot.any(|m| must(m) && m.good.is_none());
    Some(match own.good {
        Some(false) => Drawn::Failed,
        None if must(own) => Drawn::Waiting,
        _ if open => Drawn::LotWaiting,
        Some(true) => Drawn::Passed,
        None => Drawn::NotDrawn,
    })
}

/// Upper end of the 95 % interval of the defect rate after `defects` of `checked` (Clopper and Pearson).
pub fn upper_bound(defects: u64, checked: u64) -> f64 {
    if checked == 0 || defects >= checked {
        return 1.0;
    }
    // The rate at which so few defects or fewer are seen in only 5 % of all draws, found by halving.
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if at_most(defects, checked, middle) > 0.05 { low = middle } else { high = middle }
    }
    high
}

/// Probability of at most `defects` in `checked` draws at that rate.
fn at_most(defects: u64, checked: u64, rate: f64) -> f64 {
    let n = checked as f64;
    let mut term = (n * (-rate).ln_1p()).exp();
    let mut sum = term;
    for k in 1..=defects {
        term *= (n - k as f64 + 1.0) / k as f64 * rate / (1.0 - rate);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 100,000 documents in twenty classes: chi-square with 19 degrees of freedom stays below its 99.9 % point.
    #[test]
    fn the_draw_is_uniform_and_can_be_repeated() {
        let (seed, mut classes) = ([7u8; 32], [0u32; 20]);
        let mut taken = 0;
        for number in 0..100_000 {
            let id = format!("B{:06}-3fa9c1d2-{:02}", number / 50, number % 50 + 1);
            classes[(fraction(&seed, &id) * 20.0) as usize] += 1;
            let plan = Plan::default();
            let once = drawn(&seed, &id, Need::Normal, false, &plan);
            assert_eq!(once, drawn(&seed, &id, Need::Normal, false, &plan));
            assert!(drawn(&seed, &id, Need::SehrHoch, false, &plan));
            assert!(!once || drawn(&seed, &id, Need::Hoch, false, &plan), "a higher need never draws fewer");
            taken += u32::from(once);
        }
        let chi: f64 = classes.iter().map(|&n| (f64::from(n) - 5000.0).powi(2) / 5000.0).sum();
        assert!(chi < 43.8, "chi-square {chi}");
        assert!((4700..5300).contains(&taken), "{taken} of 100,000 at 5 %");
    }

    #[test]
    fn a_defect_draws_the_whole_lot() {
        let member = |name: &str, drawn, good| Member { document: name.into(), file: None, drawn, good };
        let lot = [member("a", true, Some(true)), member("b", false, None)];
        assert_eq!(standing(&lot, "a"), Some(Drawn::Passed));
        assert_eq!(standing(&lot, "b"), Some(Drawn::NotDrawn));
        let lot = [member("a", true, None), member("b", false, None)];
        assert_eq!(standing(&lot, "a"), Some(Drawn::Waiting));
        assert_eq!(standing(&lot, "b"), Some(Drawn::LotWaiting));
        let lot = [member("a", true, Some(false)), member("b", false, None), member("c", true, Some(true))];
        assert_eq!(standing(&lot, "a"), Some(Drawn::Failed));
        assert_eq!(standing(&lot, "b"), Some(Drawn::Waiting), "everybody is drawn now");
        assert_eq!(standing(&lot, "c"), Some(Drawn::LotWaiting));
        assert_eq!(standing(&lot, "d"), None);
        let other = Member { file: Some("63/1".into()), ..member("e", false, None) };
        let lot = [&lot[..], &[other]].concat();
        assert_eq!(standing(&lot, "e"), Some(Drawn::NotDrawn), "an old file is a lot of its own");
    }

    /// 1,000 lots with planted defects: the gate stops as many of them as the shares say it should.
    #[test]
    fn the_gate_stops_as_many_lots_as_computed() {
        let plan = Plan::default();
        let (mut stopped, mut expected, mut variance) = (0u32, 0.0, 0.0);
        for number in 0..1000usize {
            let (size, seed) = (20 + number % 180, format!("{number:064x}"));
            let defects: Vec<usize> = (0..number % 7).map(|k| (number * 31 + k * 53) % size).collect();
            let need = if number % 4 == 0 { Need::Hoch } else { Need::Normal };
            let edge = |index: usize| index == 0 || index == size - 1;
            let lot: Vec<Member> = (0..size)
                .map(|index| {
                    let document = format!("B{number:06}-3fa9c1d2-{index:03}");
                    let drawn = drawn(seed.as_bytes(), &document, need, edge(index), &plan);
                    Member { document, file: None, drawn, good: drawn.then_some(!defects.contains(&index)) }
                })
                .collect();
            let may_go = |m: &Member| standing(&lot, &m.document).is_some_and(Drawn::finished);
            let free = lot.iter().filter(|m| may_go(m)).count();
            assert!(free == 0 || free == size, "a lot goes as a whole or not at all");
            stopped += u32::from(free == 0);
            let mut places = defects.clone();
            places.sort_unstable();
            places.dedup();
            let passes: f64 =
                places.iter().map(|&index| if edge(index) { 0.0 } else { 1.0 - plan.share(need) }).product();
            expected += 1.0 - passes;
            variance += passes * (1.0 - passes);
        }
        let distance = (f64::from(stopped) - expected).abs() / variance.sqrt();
        assert!(distance < 3.3, "{stopped} stopped, {expected:.1} computed, {distance:.2} deviations apart");
    }

    /// The rule of three and two tabled values.
    #[test]
    fn bounds_are_those_of_the_tables() {
        assert!((upper_bound(0, 59) - 0.0495).abs() < 0.0005);
        assert!((upper_bound(0, 299) - 0.00997).abs() < 0.0001);
        assert!((upper_bound(2, 100) - 0.0616).abs() < 0.0005);
        assert_eq!(upper_bound(0, 0), 1.0);
    }
}
