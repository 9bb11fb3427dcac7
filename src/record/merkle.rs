//! An append-only log as a tree of hashes (RFC 6962, section 2): heads, inclusion and consistency proofs.
//!
//! Node `(level, place)` covers the leaves `place << level` to `(place + 1) << level`, and exists once it is
//! full. Whoever keeps the nodes answers [`Nodes::node`]; everything here needs a number of them that grows
//! with the logarithm of the log.

use sha2::{Digest, Sha256};

/// A hash of the tree.
pub type Hash = [u8; 32];

/// Where full nodes are kept.
pub trait Nodes {
    /// Why a node could not be read.
    type Error;
    /// The hash of a full node.
    fn node(&self, level: u32, place: u64) -> Result<Hash, Self::Error>;
}

/// Hash of a leaf.
pub fn leaf(data: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(data).finalize().into()
}

/// Hash of two neighbours.
pub fn join(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// Full nodes that come into being when a leaf is added to a log of `size` leaves, the leaf itself first:
/// level, place, hash.
pub fn appended<N: Nodes>(nodes: &N, size: u64, leaf: Hash) -> Result<Vec<(u32, u64, Hash)>, N::Error> {
    let (mut level, mut place, mut hash) = (0, size, leaf);
    let mut new = vec![(level, place, hash)];
    while place % 2 == 1 {
        hash = join(&nodes.node(level, place - 1)?, &hash);
        (level, place) = (level + 1, place / 2);
        new.push((level, place, hash));
    }
    Ok(new)
}

/// The head of the first `size` leaves; of an empty log, the hash of nothing.
pub fn head<N: Nodes>(nodes: &N, size: u64) -> Result<Hash, N::Error> {
    if size == 0 { Ok(Sha256::digest([]).into()) } else { range(nodes, 0, size) }
}

/// The full nodes over the first `size` leaves, largest first.
pub fn full<N: Nodes>(nodes: &N, size: u64) -> Result<Vec<Hash>, N::Error> {
    let levels = (0..u64::BITS).rev().filter(|level| size >> level & 1 == 1);
    // A node of that level begins where those above it end.
    levels.map(|level| nodes.node(level, (size >> (level + 1)) << 1)).collect()
}

/// The sibling hashes that lead from leaf `index` to the head of the first `size` leaves, lowest first.
pub fn inclusion<N: Nodes>(nodes: &N, index: u64, size: u64) -> Result<Vec<Hash>, N::Error> {
    let (mut start, mut end, mut path) = (0, size, Vec::new());
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            path.push(range(nodes, middle, end)?);
            end = middle;
        } else {
            path.push(range(nodes, start, middle)?);
            start = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// Proof that the log of `old` leaves is the beginning of the log of `new` leaves; 0 < old <= new.
pub fn consistency<N: Nodes>(nodes: &N, old: u64, new: u64) -> Result<Vec<Hash>, N::Error> {
    let (mut start, mut end, mut whole, mut path) = (0, new, true, Vec::new());
    while old != end {
        let middle = start + split(end - start);
        if old <= middle {
            path.push(range(nodes, middle, end)?);
            end = middle;
        } else {
            path.push(range(nodes, start, middle)?);
            (start, whole) = (middle, false);
        }
    }
    if !whole {
        path.push(range(nodes, start, end)?);
    }
    path.reverse();
    Ok(path)
}

/// Whether the path leads from that leaf to that head.
pub fn included(leaf: &Hash, index: u64, size: u64, path: &[Hash], head: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut place, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if place % 2 == 1 || place == last {
            hash = join(sibling, &hash);
            while place.is_multiple_of(2) && place != 0 {
                (place, last) = (place / 2, last / 2);
            }
        } else {
            hash = join(&hash, sibling);
        }
        (place, last) = (place / 2, last / 2);
    }
    last == 0 && hash == *head
}

/// Whether the proof shows that the older head is that of a beginning of the newer log.
pub fn consistent(old: (u64, &Hash), new: (u64, &Hash), path: &[Hash]) -> bool {
    let ((old_size, old_head), (new_size, new_head)) = (old, new);
    if old_size == 0 || old_size > new_size {
        return false;
    }
    if old_size == new_size {
        return path.is_empty() && old_head == new_head;
    }
    let own = old_size.is_power_of_two().then_some(*old_head);
    let mut path = own.iter().chain(path);
    let Some(&first) = path.next() else { return false };
    let (mut place, mut last) = (old_size - 1, new_size - 1);
    while place % 2 == 1 {
        (place, last) = (place / 2, last / 2);
    }
    let (mut before, mut after) = (first, first);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if place % 2 == 1 || place == last {
            before = join(sibling, &before);
            after = join(sibling, &after);
            while place.is_multiple_of(2) && place != 0 {
                (place, last) = (place / 2, last / 2);
            }
        } else {
            after = join(&after, sibling);
        }
        (place, last) = (place / 2, last / 2);
    }
    last == 0 && before == *old_head && after == *new_head
}

/// The largest power of two below `count`, which is more than one.
fn split(count: u64) -> u64 {
    1 << (u64::BITS - 1 - (count - 1).leading_zeros())
}

/// Hash of the leaves from `start` to `end`, where `start` is a place at which such a range may begin.
fn range<N: Nodes>(nodes: &N, start: u64, end: u64) -> Result<Hash, N::Error> {
    let count = end - start;
    if count.is_power_of_two() {
        let level = count.trailing_zeros();
        return nodes.node(level, start >> level);
    }
    let middle = start + split(count);
    Ok(join(&range(nodes, start, middle)?, &range(nodes, middle, end)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;
    use std::convert::Infallible;

    #[derive(Default)]
    struct Memory(HashMap<(u32, u64), Hash>, u64);

    impl Nodes for Memory {
        type Error = Infallible;
        fn node(&self, level: u32, place: u64) -> Result<Hash, Infallible> {
            Ok(self.0[&(level, place)])
        }
    }

    impl Memory {
        fn add(&mut self, data: &[u8]) {
            let Ok(new) = appended(self, self.1, leaf(data));
            self.0.extend(new.into_iter().map(|(level, place, hash)| ((level, place), hash)));
            self.1 += 1;
        }
    }

    fn hex(hash: &Hash) -> String {
        crate::model::hash::ContentHash(*hash).hex()
    }

    /// The eight leaves every implementation of RFC 6962 is tried with, and their heads.
    #[test]
    fn the_published_test_vectors() {
        let leaves = [
            "",
            "00",
            "10",
            "2021",
            "3031",
            "40414243",
            "5051525354555657",
            "606162636465666768696a6b6c6d6e6f",
        ];
        let heads = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut log = Memory::default();
        let Ok(empty) = head(&log, 0);
        assert_eq!(hex(&empty), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        for (number, (data, expected)) in leaves.iter().zip(heads).enumerate() {
            let data: Vec<u8> = data
                .as_bytes()
                .chunks(2)
                .map(|c| u8::from_str_radix(std::str::from_utf8(c).unwrap(), 16).unwrap())
                .collect();
            log.add(&data);
            let Ok(head) = head(&log, number as u64 + 1);
            assert_eq!(hex(&head), expected);
        }
    }

    #[test]
    fn proofs_hold_for_what_is_there_and_for_nothing_else() {
        let mut log = Memory::default();
        (0..70u64).for_each(|n| log.add(&n.to_be_bytes()));
        for size in 1..=70 {
            let Ok(top) = head(&log, size);
            for index in 0..size {
                let Ok(path) = inclusion(&log, index, size);
                let own = leaf(&index.to_be_bytes());
                assert!(included(&own, index, size, &path, &top));
                assert!(!included(&leaf(b"other"), index, size, &path, &top));
                assert!(!included(&own, (index + 1) % size.max(2), size, &path, &top));
                assert!(path.is_empty() || !included(&own, index, size, &path[1..], &top));
            }
            for old in 1..=size {
                let (Ok(before), Ok(path)) = (head(&log, old), consistency(&log, old, size));
                assert!(consistent((old, &before), (size, &top), &path), "{old} {size}");
                assert!(!consistent((old, &leaf(b"other")), (size, &top), &path));
                assert!(!consistent((old, &before), (size, &leaf(b"other")), &path));
            }
        }
    }
}
