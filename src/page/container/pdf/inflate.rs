//! Streams that would unpack to more than a page may cost are found before anybody unpacks them.
//!
//! The renderer unpacks whatever a page uses, however large it becomes. So everything that can be
//! reached from the page is unpacked once into nothing, counting; what was counted is not counted again.

use crate::model::refusal::Refusal;
use crate::page::container::Result;
use lopdf::{Document, Object, ObjectId, Stream};
use std::collections::HashSet;
use std::io::Read;
use std::sync::{Mutex, PoisonError};

/// Objects followed from one page.
const OBJECTS_MAX: usize = 50_000;

/// Streams already found harmless.
#[derive(Debug, Default)]
pub struct Counted(Mutex<HashSet<ObjectId>>);

/// Refuses a page whose streams unpack to more than `bytes_max` together.
pub fn check(document: &Document, page: ObjectId, counted: &Counted, bytes_max: u64) -> Result<()> {
    let mut known = counted.0.lock().unwrap_or_else(PoisonError::into_inner);
    let mut left = bytes_max;
    let (mut waiting, mut seen) = (vec![page], HashSet::from([page]));
    while let Some(id) = waiting.pop() {
        let Some(object) = document.objects.get(&id) else { continue };
        if let Object::Stream(stream) = object
            && !known.contains(&id)
        {
            let size = unpacked_size(stream, left)?;
            left = left.checked_sub(size).ok_or_else(too_much)?;
            known.insert(id);
        }
        follow(object, 0, &mut |next| {
            if seen.len() < OBJECTS_MAX && seen.insert(next) {
                waiting.push(next);
            }
        });
    }
    Ok(())
}

/// References in an object, but not the way up to the other pages.
fn follow(object: &Object, depth: usize, found: &mut impl FnMut(ObjectId)) {
    if depth > 64 {
        return;
    }
    match object {
        Object::Reference(id) => found(*id),
        Object::Array(list) => list.iter().for_each(|o| follow(o, depth + 1, found)),
        Object::Dictionary(dict) | Object::Stream(Stream { dict, .. }) => {
            // Resources may be the parent's; its kids are other pages.
            let away = |key: &[u8]| matches!(key, b"Kids" | b"P" | b"Dest" | b"A" | b"StructParents");
            dict.iter().filter(|(key, _)| !away(key)).for_each(|(_, o)| follow(o, depth + 1, found));
        }
        _ => {}
    }
}

/// Bytes a stream unpacks to; image codings count by their own limits.
fn unpacked_size(stream: &Stream, most: u64) -> Result<u64> {
    let filters = stream.filters().unwrap_or_default();
    let general = filters.iter().take_while(|f| !f.ends_with(b"Decode") || is_general(f)).count();
    match filters.as_slice() {
        [] => Ok(0),
        [b"FlateDecode"] => {
            let unpacked = flate2::read::ZlibDecoder::new(stream.content.as_slice());
            // A damaged end is the reader's matter.
            let mut unpacked = unpacked.take(most.saturating_add(1));
            let mut size = 0;
            let mut buffer = [0u8; 16 << 10];
            while let Ok(n @ 1..) = unpacked.read(&mut buffer) {
                size += n as u64;
            }
            if size > most { Err(too_much()) } else { Ok(size) }
        }
        // Chains are rare; each of their links is bounded.
        all if general > 0 => {
            let mut part = stream.clone();
            let names = all.iter().take(general).map(|f| Object::Name(f.to_vec())).collect::<Vec<_>>();
            part.dict.set("Filter", names);
            let most = usize::try_from(most).unwrap_or(usize::MAX);
            match part.decompressed_content_with_limit(most) {
                Ok(bytes) => Ok(bytes.len() as u64),
                Err(lopdf::Error::Decompress(_)) => Err(too_much()),
                Err(_) => Ok(0),
            }
        }
        _ => Ok(0),
    }
}

fn is_general(filter: &[u8]) -> bool {
    matches!(
        filter,
        b"FlateDecode" | b"LZWDecode" | b"RunLengthDecode" | b"ASCII85Decode" | b"ASCIIHexDecode"
    )
}

fn too_much() -> Refusal {
    Refusal::new(
        "page.inflates",
        "Die Seite enthält Daten, die sich auf mehr ausdehnen, als das Profil erlaubt.",
        "Absender um eine andere Fassung bitten; die Datei ist beschädigt oder manipuliert.",
    )
}
