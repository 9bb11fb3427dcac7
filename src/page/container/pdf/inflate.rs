//! Streams that would unpack to more than a page may cost are found before anybody unpacks them.
//!
//! The renderer unpacks whatever a page uses, however large it becomes. So everything that can be
//! reached from the page is unpacked once into nothing, counting; what was counted is not counted again. On
//! the way it is seen which streams end before their data do.

use crate::model::refusal::Refusal;
use crate::page::container::Result;
use flate2::{Decompress, FlushDecompress, Status};
use lopdf::{Document, Object, ObjectId, Stream};
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// Objects followed from one page.
const OBJECTS_MAX: usize = 50_000;

/// Streams already counted.
#[derive(Debug, Default)]
pub struct Counted(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    harmless: HashSet<ObjectId>,
    cut: HashSet<ObjectId>,
}

impl Counted {
    /// Those of the counted streams that end before their data do.
    pub fn cut(&self) -> HashSet<ObjectId> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).cut.clone()
    }
}

/// Refuses a page whose streams unpack to more than `bytes_max` together.
pub fn check(document: &Document, page: ObjectId, counted: &Counted, bytes_max: u64) -> Result<()> {
    let mut known = counted.0.lock().unwrap_or_else(PoisonError::into_inner);
    let mut left = bytes_max;
    let (mut waiting, mut seen) = (vec![page], HashSet::from([page]));
    while let Some(id) = waiting.pop() {
        let Some(object) = document.objects.get(&id) else { continue };
        if let Object::Stream(stream) = object
            && !known.harmless.contains(&id)
        {
            let (size, whole) = unpacked_size(stream, left)?;
            left = left.checked_sub(size).ok_or_else(too_much)?;
            known.harmless.insert(id);
            if !whole {
                known.cut.insert(id);
            }
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

/// Bytes a stream unpacks to, and whether its data reach their end; image codings count by their own limits.
fn unpacked_size(stream: &Stream, most: u64) -> Result<(u64, bool)> {
    let filters = stream.filters().unwrap_or_default();
    let general = filters.iter().take_while(|f| !f.ends_with(b"Decode") || is_general(f)).count();
    match filters.as_slice() {
        [] => Ok((0, true)),
        [b"FlateDecode"] => {
            let (mut size, mut whole) = inflated(&stream.content, true, most);
            if !whole && !stream.content.is_empty() {
                // A wrong check sum or header takes nothing away: the data say themselves where they end.
                let (again, ended) = inflated(stream.content.get(2..).unwrap_or_default(), false, most);
                (size, whole) = (size.max(again), ended);
            }
            if size > most { Err(too_much()) } else { Ok((size, whole || stream.content.is_empty())) }
        }
        // Chains are rare; each of their links is bounded.
        all if general > 0 => {
            let mut part = stream.clone();
            let names = all.iter().take(general).map(|f| Object::Name(f.to_vec())).collect::<Vec<_>>();
            part.dict.set("Filter", names);
            let most = usize::try_from(most).unwrap_or(usize::MAX);
            match part.decompressed_content_with_limit(most) {
                Ok(bytes) => Ok((bytes.len() as u64, true)),
                Err(lopdf::Error::Decompress(_)) => Err(too_much()),
                Err(_) => Ok((0, true)),
            }
        }
        _ => Ok((0, true)),
    }
}

/// Bytes that come out, a few more than `most` at most, and whether the end of the data was reached.
fn inflated(packed: &[u8], header: bool, most: u64) -> (u64, bool) {
    let mut state = Decompress::new(header);
    let mut buffer = [0u8; 16 << 10];
    loop {
        let before = (state.total_in(), state.total_out());
        let rest = usize::try_from(before.0).ok().and_then(|at| packed.get(at..)).unwrap_or_default();
        let status = state.decompress(rest, &mut buffer, FlushDecompress::None);
        let size = state.total_out();
        match status {
            Ok(Status::StreamEnd) => return (size, true),
            Ok(_) if size <= most && (state.total_in(), size) != before => {}
            Ok(_) | Err(_) => return (size, false),
        }
    }
}

/// Whether a filter packs any bytes, not pictures.
pub fn is_general(filter: &[u8]) -> bool {
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
