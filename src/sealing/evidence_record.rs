//! Evidence records (RFC 4998): one timestamp over a tree of hashes protects many documents, each with its own path.
//!
//! A document is a group of data objects: product and record. The tree is that of RFC 4998, which knows neither the
//! order nor the prefixes of RFC 6962, so it is made anew from the objects; renewing means making it again with a
//! stronger timestamp.

use super::der::{self, INTEGER, OCTETS, OID, SEQUENCE};
use crate::error::Result;
use sha2::{Digest, Sha256};

/// SHA-256 of one object.
pub type Hash = [u8; 32];

const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];

/// A node on the way up.
struct Node {
    hash: Hash,
    /// Groups below it.
    groups: Vec<usize>,
    /// What was hashed: needed of the root, because services hash what they stamp.
    hashed: Vec<u8>,
}

/// An evidence record for every group, in order. `stamp` gives a token over bytes, which it hashes with SHA-256.
pub fn evidence_records(
    groups: &[Vec<Hash>],
    stamp: impl FnOnce(&[u8]) -> Result<Vec<u8>>,
) -> Result<Vec<Vec<u8>>> {
    // The first list of a path is the group itself (4.2.1); every later one the neighbour on that level.
    let mut paths: Vec<Vec<Vec<Hash>>> = groups.iter().map(|group| vec![group.clone()]).collect();
    let leaf = |(index, group): (usize, &Vec<Hash>)| {
        let (hash, hashed) = joined(group);
        Node { hash, groups: vec![index], hashed }
    };
    let mut level: Vec<Node> = groups.iter().enumerate().map(leaf).collect();
    while level.len() > 1 {
        let mut above = Vec::with_capacity(level.len().div_ceil(2));
        let mut nodes = level.into_iter();
        while let Some(left) = nodes.next() {
            let Some(right) = nodes.next() else {
                above.push(left);
                continue;
            };
            left.groups.iter().for_each(|&index| paths[index].push(vec![right.hash]));
            right.groups.iter().for_each(|&index| paths[index].push(vec![left.hash]));
            let (hash, hashed) = joined(&[left.hash, right.hash]);
            above.push(Node { hash, groups: [left.groups, right.groups].concat(), hashed });
        }
        level = above;
    }
    let Some(root) = level.pop() else { return Ok(Vec::new()) };
    let token = stamp(&root.hashed)?;
    Ok(paths.iter().map(|path| record(path, &token)).collect())
}

/// Hash of a list: sorted, one after the other (4.2.1); with the bytes that were hashed.
fn joined(list: &[Hash]) -> (Hash, Vec<u8>) {
    let mut sorted = list.to_vec();
    sorted.sort_unstable();
    let bytes = sorted.concat();
    (Sha256::digest(&bytes).into(), bytes)
}

/// EvidenceRecord with one chain of one archive timestamp.
fn record(path: &[Vec<Hash>], token: &[u8]) -> Vec<u8> {
    let algorithm = der::value(SEQUENCE, &der::value(OID, SHA256));
    let lists: Vec<u8> = path
        .iter()
        .flat_map(|list| {
            let hashes: Vec<u8> = list.iter().flat_map(|hash| der::value(OCTETS, hash)).collect();
            der::value(SEQUENCE, &hashes)
        })
        .collect();
    let archive_timestamp =
        der::nested(SEQUENCE, &[&der::value(0x80 | 0x20, &algorithm[2..]), &der::value(0xa2, &lists), token]);
    let chain = der::value(SEQUENCE, &archive_timestamp);
    der::nested(
        SEQUENCE,
        &[&der::value(INTEGER, &[1]), &der::value(SEQUENCE, &algorithm), &der::value(SEQUENCE, &chain)],
    )
}
