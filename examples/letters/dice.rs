//! Seeded choice. In: a master seed, an index, a purpose. Out: the same stream of choices on every
//! machine and for every number of threads. Only the raw ChaCha words are used, so that the stream does
//! not depend on how a library maps words to ranges.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What a stream of choices is for. Streams of different purposes do not disturb each other: a new kind of
/// damage does not change the words of a letter.
#[derive(Clone, Copy)]
pub enum Purpose {
    /// How many letters of which kind a file holds, and how it is stored.
    Plan = 1,
    /// Words and figures of a letter.
    Words = 2,
    /// Typeface, layout, places.
    Layout = 3,
    /// What happened to the paper and in the scanner.
    Damage = 4,
}

/// A stream of seeded choices.
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream for one thing (`index`, `part`) made from a master seed.
    pub fn new(seed: u64, index: u64, part: u64, purpose: Purpose) -> Self {
        let mut key = [0u8; 32];
        for (slot, word) in key.chunks_exact_mut(8).zip([seed, index, part, purpose as u64]) {
            slot.copy_from_slice(&word.to_le_bytes());
        }
        Dice(ChaCha8Rng::from_seed(key))
    }

    /// A raw word.
    pub fn word(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A whole number in `low..=high`.
    pub fn range(&mut self, low: i64, high: i64) -> i64 {
        let span = (high - low + 1).max(1) as u128;
        low + ((u128::from(self.0.next_u64()) * span) >> 64) as i64
    }

    /// A number in `low..high`.
    pub fn real(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * ((self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64)
    }

    /// True in `percent` of 100 cases.
    pub fn chance(&mut self, percent: u32) -> bool {
        self.range(0, 99) < i64::from(percent)
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.range(0, from.len() as i64 - 1) as usize]
    }

    /// One of several words.
    pub fn any(&mut self, from: &[&'static str]) -> &'static str {
        from[self.range(0, from.len() as i64 - 1) as usize]
    }

    /// A string of `n` decimal digits, the first not zero.
    pub fn digits(&mut self, n: usize) -> String {
        (0..n).map(|i| char::from(b'0' + self.range(i64::from(i == 0), 9) as u8)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_depend_on_all_their_parts_and_on_nothing_else() {
        let first = |s, i, p, purpose| Dice::new(s, i, p, purpose).word();
        assert_eq!(first(1, 2, 3, Purpose::Words), first(1, 2, 3, Purpose::Words));
        let others = [
            first(2, 2, 3, Purpose::Words),
            first(1, 3, 3, Purpose::Words),
            first(1, 2, 4, Purpose::Words),
            first(1, 2, 3, Purpose::Damage),
        ];
        assert!(!others.contains(&first(1, 2, 3, Purpose::Words)));
    }

    #[test]
    fn ranges_reach_both_ends() {
        let mut dice = Dice::new(7, 0, 0, Purpose::Plan);
        let drawn: std::collections::BTreeSet<i64> = (0..200).map(|_| dice.range(-1, 2)).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), [-1, 0, 1, 2]);
    }
}
