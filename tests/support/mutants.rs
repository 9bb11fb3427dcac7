//! Damage, drawn by chance.

use rand::{Rng, RngExt};

/// One damage: flipped bits, an end cut off, a range zeroed, doubled or filled with chance, a splice.
pub fn mutated(bytes: &[u8], other: &[u8], chance: &mut impl Rng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let length = bytes.len();
    let from = chance.random_range(0..length);
    let to = (from + chance.random_range(1..64)).min(length);
    match chance.random_range(0..7) {
        0 => (0..chance.random_range(1..20)).for_each(|_| {
            let at = chance.random_range(0..length);
            bytes[at] ^= 1 << chance.random_range(0..8);
        }),
        // Headers are where readers believe what they read.
        1 => (0..8).for_each(|_| {
            let at = chance.random_range(0..length.min(256));
            bytes[at] = chance.random();
        }),
        2 => bytes.truncate(from),
        3 => bytes[from..to].fill(0),
        4 => bytes[from..to].fill(0xff),
        5 => {
            let part = bytes[from..to].to_vec();
            bytes.splice(to..to, part);
        }
        _ => {
            let cut = chance.random_range(0..other.len());
            bytes.truncate(from);
            bytes.extend_from_slice(&other[cut..]);
        }
    }
    bytes
}
