//! Whether everything a page shows is there.
//!
//! Readers of PDF pass over what they do not find: a picture that is missing leaves white paper, and white paper
//! looks like an empty page. So whatever the page's description calls for is looked up, and doubted if it is
//! missing, empty, or ends too early.

use super::described::jpeg_of;
use super::inflate::Counted;
use super::shown::inherited;
use crate::model::notes::Note;
use crate::page::container::jpeg;
use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};
use std::collections::HashSet;

/// Bytes of page descriptions looked at.
const CONTENT_BYTES_MAX: usize = 4 << 20;
/// Forms inside forms.
const DEPTH_MAX: usize = 12;

/// Doubt about a page of which something could not be read.
pub fn damaged_page(what: &str) -> Note {
    Note::review(
        "page.damaged",
        format!(
            "Die Seite ließ sich nicht vollständig lesen: {what}. Mit dem Papier vergleichen, neu scannen oder \
             beim Absender eine heile Datei anfordern."
        ),
    )
}

/// What is missing of a page whose streams have been counted.
pub fn doubts(document: &Document, page: ObjectId, counted: &Counted) -> Vec<Note> {
    let mut search = Search { document, cut: counted.cut(), seen: HashSet::new(), left: CONTENT_BYTES_MAX };
    search.page(page).map(damaged_page).into_iter().collect()
}

/// Pages a file names but does not have.
pub fn pages_missing(document: &Document, found: usize) -> usize {
    let Ok(root) = document.catalog().and_then(|c| c.get(b"Pages")).and_then(Object::as_reference) else {
        return 0;
    };
    let named = document.get_dictionary(root).and_then(|root| root.get(b"Count")).and_then(Object::as_i64);
    let named = named.ok().and_then(|count| usize::try_from(count).ok()).unwrap_or(0);
    let mut dangling = 0;
    let (mut waiting, mut seen) = (vec![root], HashSet::from([root]));
    while let Some(node) = waiting.pop() {
        let Ok(dict) = document.get_dictionary(node) else {
            dangling += 1;
            continue;
        };
        let kids = dict.get(b"Kids").and_then(|kids| document.dereference(kids));
        let kids = kids.ok().and_then(|(_, kids)| kids.as_array().ok()).into_iter().flatten();
        waiting.extend(kids.filter_map(|kid| kid.as_reference().ok()).filter(|kid| seen.insert(*kid)));
    }
    dangling.max(named.saturating_sub(found))
}

/// Something the page calls for, in the words of the note.
type Missing = &'static str;

struct Search<'a> {
    document: &'a Document,
    /// Streams that end before their data do.
    cut: HashSet<ObjectId>,
    seen: HashSet<ObjectId>,
    left: usize,
}

impl<'a> Search<'a> {
    fn page(&mut self, page: ObjectId) -> Option<Missing> {
        let contents = self.document.get_dictionary(page).ok()?.get(b"Contents").ok()?;
        let parts = match self.document.dereference(contents) {
            Ok((_, Object::Array(parts))) => parts.as_slice(),
            _ => std::slice::from_ref(contents),
        };
        for part in parts {
            match self.document.dereference(part) {
                Ok((_, Object::Null)) => {}
                Ok((Some(id), Object::Stream(_))) if !self.cut.contains(&id) => {}
                _ => return Some("die Beschreibung der Seite fehlt zum Teil"),
            }
        }
        let content = self.document.get_page_content_with_limit(page, self.left).ok()?;
        self.left -= content.len().min(self.left);
        let resources = inherited(self.document, page, b"Resources").and_then(|o| o.as_dict().ok());
        self.content(&content, resources, 0)
    }

    fn content(&mut self, bytes: &[u8], resources: Option<&'a Dictionary>, depth: usize) -> Option<Missing> {
        let content = Content::decode(bytes).ok()?;
        content.operations.iter().filter(|o| o.operator == "Do").find_map(|operation| {
            let name = operation.operands.first()?.as_name().ok()?;
            match self.named(resources, name) {
                Some((id, stream)) => self.object(id, stream, resources, depth),
                None => Some("ein Bild fehlt in der Datei"),
            }
        })
    }

    fn named(
        &self,
        resources: Option<&'a Dictionary>,
        name: &[u8],
    ) -> Option<(Option<ObjectId>, &'a Stream)> {
        let all = self.document.dereference(resources?.get(b"XObject").ok()?).ok()?.1.as_dict().ok()?;
        let (id, object) = self.document.dereference(all.get(name).ok()?).ok()?;
        Some((id, object.as_stream().ok()?))
    }

    fn object(
        &mut self,
        id: Option<ObjectId>,
        stream: &'a Stream,
        resources: Option<&'a Dictionary>,
        depth: usize,
    ) -> Option<Missing> {
        if id.is_some_and(|id| !self.seen.insert(id)) {
            return None;
        }
        let cut = |id: Option<ObjectId>| id.is_some_and(|id| self.cut.contains(&id));
        if stream.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|kind| kind == b"Image") {
            let mask = stream.dict.get(b"SMask").ok().and_then(|mask| mask.as_reference().ok());
            let whole_jpeg = || jpeg_of(stream).map(|jpeg| jpeg::scans(&jpeg));
            return if stream.content.is_empty() {
                Some("ein Bild ist leer")
            } else if cut(id) || cut(mask) || whole_jpeg().is_some_and(|s| s.end.is_none() || !s.complete) {
                Some("ein Bild ist unvollständig")
            } else {
                None
            };
        }
        if cut(id) {
            return Some("ein Teil der Seite ist unvollständig");
        }
        if depth >= DEPTH_MAX {
            return None;
        }
        let content = stream.get_plain_content_with_limit(self.left).ok()?;
        self.left -= content.len().min(self.left);
        let own = stream.dict.get(b"Resources").ok().and_then(|o| self.document.dereference(o).ok());
        self.content(&content, own.and_then(|(_, o)| o.as_dict().ok()).or(resources), depth + 1)
    }
}
