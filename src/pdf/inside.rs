//! What a PDF of ours says of itself: its record, its own digest, its image streams.
//!
//! The digest is SHA-256 over the file as it was before sealing, with the 64
//! digits of the digest taken as zeros. It finds damage, not forgery: who
//! changes the file can write a new one. Against that there is the seal.

use super::metadata::{DIGEST, NAMESPACE, RECORD};
use crate::model::hash::ContentHash;
use lopdf::Document;
use sha2::{Digest, Sha256};
use std::ops::Range;

/// What was found in a PDF.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inside {
    /// It carries marks of this program, whole or damaged.
    pub ours: bool,
    /// Canonical bytes of the record, if one can be read.
    pub body: Option<Vec<u8>>,
    /// Its own digest holds.
    pub intact: bool,
    /// SHA-256 of the image stream of each page, in order.
    pub images: Vec<Option<String>>,
    /// Length of the file before it was sealed; all of it if it is not.
    pub unsealed_length: usize,
}

/// The same for a file anybody may have made: what breaks the reader is a product that is not intact.
pub fn inside_of_stranger(bytes: &[u8]) -> Inside {
    std::panic::catch_unwind(|| inside(bytes)).unwrap_or(Inside { ours: true, ..Inside::default() })
}

/// Looks into a PDF. Bytes that are none, or none of ours, give an empty answer.
pub fn inside(bytes: &[u8]) -> Inside {
    let marked =
        |bytes: &[u8]| [DIGEST, RECORD, NAMESPACE].iter().any(|m| find(bytes, m.as_bytes()).is_some());
    let damaged = || Inside { ours: marked(bytes), ..Inside::default() };
    let Ok(pdf) = Document::load_mem(bytes) else { return damaged() };
    let packet = || -> Option<&[u8]> {
        let id = pdf.catalog().ok()?.get(b"Metadata").ok()?.as_reference().ok()?;
        Some(&pdf.get_object(id).ok()?.as_stream().ok()?.content)
    };
    // A reference bent to another stream is damage too.
    let Some(packet) = packet().filter(|p| find(p, b"x:xmpmeta").is_some()) else { return damaged() };
    let unsealed_length = unsealed_length(bytes, &pdf);
    let digest = own_digest(&bytes[..unsealed_length], packet);
    let body = std::str::from_utf8(packet).ok().and_then(record);
    let page = |id| -> Option<String> {
        let resources = pdf.get_dictionary(id).ok()?.get(b"Resources").ok()?.as_dict().ok()?;
        let picture = resources.get(b"XObject").ok()?.as_dict().ok()?.get(b"Im0").ok()?;
        let stream = pdf.get_object(picture.as_reference().ok()?).ok()?.as_stream().ok()?;
        Some(ContentHash::of(&stream.content).hex())
    };
    Inside {
        // Marks elsewhere belong to a file of ours that somebody attached to his own.
        ours: marked(packet),
        body,
        intact: digest.is_some_and(|(place, right)| &bytes[place] == right.hex().as_bytes()),
        images: pdf.get_pages().into_values().map(page).collect(),
        unsealed_length,
    }
}

/// Writes the digest into a finished file whose metadata are this packet; nothing if they have no place for it.
pub fn fill_digest(bytes: &mut [u8], packet: &[u8]) {
    if let Some((place, digest)) = own_digest(bytes, packet) {
        bytes[place].copy_from_slice(digest.hex().as_bytes());
    }
}

/// Where the digest stands in the file, and what it should be.
fn own_digest(bytes: &[u8], packet: &[u8]) -> Option<(Range<usize>, ContentHash)> {
    let start = find(bytes, packet)? + find(packet, format!("<{DIGEST}>").as_bytes())? + DIGEST.len() + 2;
    let place = start..start + 64;
    let (before, after) = (bytes.get(..start)?, bytes.get(place.end..)?);
    let digest = Sha256::new().chain_update(before).chain_update([b'0'; 64]).chain_update(after).finalize();
    Some((place, ContentHash(digest.into())))
}

/// A sealed file is the file before, and an update that names where its cross-reference table lies.
fn unsealed_length(bytes: &[u8], pdf: &Document) -> usize {
    let previous = || -> Option<usize> {
        let update = pdf.xref_start;
        let key = b"/Prev ";
        let digits = bytes.get(update..)?.get(find(bytes.get(update..)?, key)? + key.len()..)?;
        let digits =
            digits.iter().take_while(|b| b.is_ascii_digit()).map(|&b| char::from(b)).collect::<String>();
        let table: usize = digits.parse().ok()?;
        let end = b"%%EOF";
        Some(table + find(bytes.get(table..)?, end)? + end.len())
    };
    previous().unwrap_or(bytes.len())
}

/// The record in an XMP packet.
fn record(packet: &str) -> Option<Vec<u8>> {
    let xml = roxmltree::Document::parse(packet.trim_start_matches('\u{feff}')).ok()?;
    let (_, name) = RECORD.split_once(':')?;
    let node = xml.descendants().find(|n| n.has_tag_name((NAMESPACE, name)))?;
    Some(node.text()?.as_bytes().to_vec())
}

pub(super) fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    let first = *what.first()?;
    let mut from = 0;
    // Looks for the first byte, which the compiler does fast, and compares the rest only there.
    while let Some(next) = bytes.get(from..)?.iter().position(|&b| b == first) {
        let at = from + next;
        if bytes.get(at..at + what.len())? == what {
            return Some(at);
        }
        from = at + 1;
    }
    None
}
